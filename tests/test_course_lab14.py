"""Lab 14: its values and its memo."""

import numpy as np
import pandas as pd
import pytest

from crmlab import sales
from crmlab.sales._incidence import incidence
from tests.labs import built

NAME = "lab14_selling"


@pytest.fixture(scope="module")
def lab14(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab14):
    return lab14.names(lab14.solution)


def test_lab14_meets_known_values(solved):
    """The syllabus's funnel, and two deals by hand."""
    assert solved["steps"]([80, 30, 16, 10]) == pytest.approx([0.375, 16 / 30, 0.625])
    stock = solved["forecast"]([1125, 318, 168, 108], [0.375, 16 / 30, 0.625], "stock")
    assert stock == pytest.approx(459.625)
    assert solved["entering"] == solved["needed"]([60, 24, 12, 9], 20, 300)
    assert solved["some_day"] == 0.1 / (0.1 + 0.15)
    assert solved["reach"]([1, 1], [0.5, 0.2], 1) == pytest.approx(1 - 0.5 * 0.8)


def test_lab14_meets_crmlab_on_the_funnel(solved):
    made = sales.funnel([80, 30, 16, 10], [1125, 318, 168, 108])
    assert solved["chances"](list(made.table["conversion"][1:])) == pytest.approx(
        made.table["to_contract"].tolist()
    )
    need = sales.required_inflow(made, 216)
    assert solved["needed"]([80, 30, 16, 10], 10.8, 216) == pytest.approx(
        need.table["needed"].iloc[0]
    )


@pytest.mark.parametrize("day", ["2023-09-30", "2025-08-31"])
def test_lab14_meets_crmlab_on_a_day(solved, day):
    found = sales.snapshot(solved["leads"], day)["stage"].astype(object)
    ours = solved["stage_on"](solved["leads"], day)
    assert ours.index.equals(found.index)
    assert (ours == found).all()


def test_lab14_meets_crmlab_on_open_leads(solved):
    table = solved["watched"]
    on, lost = (table["end"] == "on").to_numpy(), (table["end"] == "lost").to_numpy()
    found = incidence(table["days"].to_numpy(float), on, lost)
    assert solved["survival"](table) == pytest.approx(found.chance[-1])


def test_lab14_meets_crmlab_on_the_forecast(solved):
    begin = solved["starts"][0]
    rates = sales.signing_rates(
        solved["leads"], solved["today"], horizon=30, bands=[0], start=begin
    )
    assert rates.windows == 12
    found = rates.table["probability"].droplevel("from_day")
    assert solved["month"].to_dict() == pytest.approx(found.to_dict())
    v, p = [100, 40, 7], [0.5, 0.25, 0.9]
    assert solved["spread"](v, p) == pytest.approx(sales.weighted_forecast(v, p))


def test_lab14_meets_crmlab_on_the_chain(solved):
    Q, sign = solved["Q"], solved["sign"]
    whole = np.zeros((5, 5))
    whole[:3, :3], whole[:3, 3] = Q, sign
    whole[:3, 4] = 1 - whole[:3].sum(axis=1)
    whole[3, 3] = whole[4, 4] = 1
    table = sales.pipeline(whole, states=[*"PTISL"], signed="S").table
    assert solved["to_sign"](Q, sign) == pytest.approx(table["chance_to_sign"].tolist())
    assert solved["weeks"](Q) == pytest.approx(table["periods"].tolist())
    assert solved["weeks_signed"](Q, sign) == pytest.approx(table["periods_to_sign"].tolist())


def test_lab14_meets_crmlab_on_tasks(solved):
    grid = sales.priority_grid(solved["tasks"], day=solved["today"], important_from=300)
    assert solved["order"](solved["tasks"], solved["today"]) == list(grid.actions.index)


@pytest.mark.parametrize(("w", "polish"), [(0.0, 0.5), (0.4, 0.5), (0.5, 0.0), (0.7, 0.3)])
def test_lab14_meets_crmlab_on_pay(solved, w, polish):
    world = sales.Territory(polish=polish)
    found = sales.choose_effort(world, w, steps=20)
    assert solved["choice"](w, polish) == pytest.approx(tuple(found))
    path = sales.pay_scheme(world, w, effort=found, periods=9).table["revenue"]
    assert solved["revenue"](*found[:2], 9) == pytest.approx(path.tolist())


def test_the_memo_says_what_the_data_say(solved, lab14):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab14.solution.cells if "**Advice:" in cell.source)
    assert f"about {solved['september']:,.0f} yuan" in memo
    worth = solved["leads"].loc[solved["stage"].index, "value_estimated"].sum()
    assert f"estimated at {worth:,.0f} yuan" in memo
    assert f"only {100 * solved['month']['negotiation']:.0f} % of" in memo
    assert f"and {100 * solved['month']['first_contact']:.0f} % of" in memo
    assert f"and {100 * solved['ratio']:.0f} % of an estimate" in memo
    assert f"from period {solved['overtaken']} on" in memo
    assert f"satisfaction is {100 * solved['best_weight']:.0f} %" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


def test_the_days_of_the_small_book_are_dates(solved):
    assert all(pd.api.types.is_datetime64_any_dtype(solved["book"][c]) for c in solved["book"])
