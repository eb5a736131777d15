"""Lab 07: its values and its memo."""

import numpy as np
import pytest

import crmlab.clv
from tests.labs import built

NAME = "lab07_customer_worth"
SIX = ("first_purchase", "repeat_purchase", "cross_selling", "cost_saving", "referral")
SIX += ("price_tolerance",)


@pytest.fixture(scope="module")
def lab07(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab07):
    return lab07.names(lab07.solution)


def test_lab07_meets_published_values(solved):
    """The syllabus's own examples, Gupta and Lehmann's table, Pfeifer and Carraway's values."""
    assert round(solved["revenue_model"](2000, 500, 0.09, 5)) == 3945
    assert round(solved["contribution_model"](2000, 500, 0.09, 5, 400, 10)) == 3506
    table = solved["comparison"].round()
    assert table["model_1"].tolist() == [1945, 1750]
    assert table["model_3"].tolist() == [1167, 1361]
    multiple = solved["margin_multiple"]
    assert [round(multiple(r, 0.12), 2) for r in (0.6, 0.7, 0.8, 0.9)] == [1.15, 1.67, 2.5, 4.09]
    chances = [0.3, 0.2, 0.15, 0.05]
    values = solved["migration_value"](chances, 40, 4, 0.2)
    assert [round(v, 3) for v in values] == [52.320, 5.554, 1.251, -1.820, 0]
    stopped = solved["migration_value"](chances[:3], 40, 4, 0.2)
    assert [round(v, 3) for v in stopped[:3]] == [53.149, 6.621, 2.644]
    assert solved["best_stop"](chances, 40, 4, 0.2) == 3


def test_lab07_meets_crmlab(solved):
    clv = crmlab.clv
    assert solved["present_value"]([1, 2, 3], 0.07, "middle") == pytest.approx(
        clv.present_value([1, 2, 3], 0.07, "middle")
    )
    assert solved["retention_value"](120, 0.7, 0.11, 9) == pytest.approx(
        clv.retention_value(120, 0.7, 0.11, 9)
    )
    base = {"margin": 100, "retention": 0.8, "rate": 0.1}
    swings = clv.tornado(clv.retention_value, base, 0.1).to_frame()["swing"]
    assert solved["swings"](**base, share=0.1) == pytest.approx(swings.to_dict())
    assert solved["break_even_retention"](100, 0.1, 150) == pytest.approx(
        clv.break_even(clv.retention_value, {**base, "acquisition_cost": 150}, "retention", 0, 0.99)
    )
    events = solved["events"]
    forecast = clv.event_prediction(
        events.assign(customer="hotel"),
        0.1,
        time="year",
        certain_cost="certain_cost",
    )
    assert solved["hotel_value"] == pytest.approx(forecast.present_value["hotel"])
    plan = solved["plan"]
    assert plan["value"].tolist() == pytest.approx(
        [
            clv.retention_value(margin, kept, 0.1, include_first=True)
            for margin, kept in zip(plan["margin"], plan["retention"], strict=True)
        ]
    )


def test_lab07_takes_a_value_apart_as_crmlab_does(solved):
    clv = crmlab.clv
    rows = dict(zip(SIX, solved["cafe"].to_numpy(), strict=True))
    # A number is money of today, a sequence begins with period 1.
    later = {name: row[1:] for name, row in rows.items() if name != "first_purchase"}
    six = clv.six_parts(first_purchase=rows["first_purchase"][0], **later, rate=0.1)
    assert solved["parts"].tolist() == pytest.approx(six.to_frame()["present_value"].tolist())
    entries, given = solved["entries"], np.array(solved["sources"])
    streams = {
        name.replace(" ", "_"): [
            entries["amount"][(given == name) & (entries["year"] == year)].sum()
            for year in (1, 2, 3)
        ]
        for name in solved["SOURCES"]
    }
    five = clv.five_parts(**streams, rate=0.1).to_frame()["present_value"]
    assert list(solved["by_source"](entries, given, 0.1).values()) == pytest.approx(five.tolist())

    def stages(school):
        named = {name.replace("-", "_"): revenue for name, revenue in school.items()}
        years = sum(len(revenue) for revenue in school.values())
        costs = {f"{n}_cost": [c] * years for n, c in solved["yearly_costs"].items()}
        return clv.stage_form(**named, acquisition_cost=200, **costs, rate=0.08).total

    assert solved["stage_form"](solved["school"], solved["yearly_costs"], 200, 0.08) == (
        pytest.approx(stages(solved["school"]))
    )
    assert solved["longer"] == pytest.approx(stages(solved["one_more"]) - stages(solved["school"]))


def test_the_memo_of_lab07_says_what_the_data_say(solved, lab07):
    """The model answer's numbers are typed: hold them to the tables."""
    memo = next(cell.source for cell in lab07.solution.cells if "**Advice:" in cell.source)
    plan = solved["plan"].set_index("segment")
    assert plan["strategy"].to_dict() == {
        "office": "win more",
        "school": "win more",
        "café": "raise retention",
        "hotel": "charge for service",
    }
    value = plan["value"].round(-1).astype(int)
    assert (
        f"about {value['office']:,}, a café {value['café']:,} and a hotel {value['hotel']:,}"
        in (memo)
    )
    assert abs(value["office"] - value["school"]) <= 10
    kept = (100 * plan["retention"]).round().astype(int)
    assert f"({kept['office']} % and {kept['school']} % a year, against {kept['café']} % " in memo
    assert f"and {kept['hotel']} % of hotels" in memo
    eaten = 100 * plan["service_cost"]["hotel"] / plan["contribution"]["hotel"]
    assert f"repairs took {eaten:.0f} % of what it contributed" in memo
    assert f"from {plan['retention']['café']:.2f} to {solved['cafe_retention_needed']:.2f}" in memo
    turn = 1.1 * (1 - plan["margin"]["office"] / plan["value"]["café"])
    assert f"If {100 * turn:.0f} % of the offices stayed instead of {kept['office']} %" in memo
    assert f"only {plan['customers']['hotel']} hotels" in memo
    assert plan["acquisition_cost"].between(90, 125).all()
    orders = solved["orders"]
    sales = orders[orders["date"].dt.year == 2024].merge(solved["customers"], on="customer")
    bought = (
        sales.groupby("segment")["amount"].sum() / sales.groupby("segment")["customer"].nunique()
    )
    assert bought.idxmax() == "hotel"
    assert 1.7 < bought["hotel"] / bought["café"] < 2.4  # "twice as much as a café"
    memo_words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(memo_words.split()) <= 200
