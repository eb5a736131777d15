"""Kinds of customers, levels, chains, systems, economics of retention: rows F1 to F5."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv, crm
from tests.pictures.crm import PARTIES, SEGMENTS

quick = settings(max_examples=12, deadline=None, derandomize=True)

# F1


@st.composite
def parties(draw):
    rows = []
    for _n in range(draw(st.integers(1, 8))):
        orders = draw(st.integers(0, 30))
        tenure = draw(st.floats(0, 6)) if orders else None
        silent = draw(st.floats(0, 1)) * tenure if orders else None
        value = draw(st.one_of(st.none(), st.floats(-50, 900)))
        rows.append((orders, tenure, silent, value, draw(st.booleans()), draw(st.booleans())))
    frame = pd.DataFrame(
        rows, columns=["orders", "tenure", "silent", "value", "fits", "interested"]
    )
    return frame.astype({"tenure": float, "silent": float, "value": float})


@quick
@given(parties())
def test_everybody_has_exactly_one_type_in_each_classification(table):
    found = crm.customer_types(table)
    assert not found.types.isna().any(axis=None)
    assert (found.counts.groupby("classification").sum() == len(table)).all()
    assert found.to_frame()["customers"].sum() == 4 * len(table)
    bought = table["orders"] > 0
    assert ((found.types["purchase"] == "existing") == bought).all()
    assert ((found.types["loyalty"] == "potential") == ~bought).all()
    assert (found.types["stage"].isin(["signed", "long-term"]) == bought).all()
    assert ((found.types["importance"] == "no value yet") == ~(table["value"] > 0)).all()


def test_types_by_hand():
    found = crm.customer_types(PARTIES)
    assert found.types["loyalty"].tolist() == ["loyal", "silent", "new", "potential", "potential"]
    assert found.types["stage"].tolist() == [
        "long-term", "long-term", "signed", "target", "potential",
    ]  # fmt: skip
    assert found.cross("purchase", "loyalty").loc["existing"].tolist() == [1, 0, 1, 0, 1]
    assert (
        repr(found) == "CustomerTypes(5 parties by loyalty: loyal 1, new 1, potential 2, silent 1)"
    )


def test_the_order_of_the_rules_decides():
    """A customer of three months, silent for two: new, or silent where silence begins earlier."""
    row = PARTIES.iloc[[2]].assign(tenure=0.25, silent=0.17, orders=9)
    assert crm.customer_types(row).types["loyalty"].item() == "new"
    assert crm.customer_types(row, silent_after=0.1).types["loyalty"].item() == "silent"
    assert crm.customer_types(row, new_until=0.2).types["loyalty"].item() == "loyal"


def test_importance_is_cut_by_headcount_among_those_who_bring_something():
    values = [*range(100, 0, -1), None, 0, -5]
    table = pd.DataFrame({"orders": 1, "tenure": 2.0, "silent": 0.0, "value": values})
    table = table.assign(fits=True, interested=True)
    counts = crm.customer_types(table).counts["importance"]
    assert counts.tolist() == [1, 4, 15, 80, 3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"orders": [1.5, 1, 1, 0, 0]}, "orders must be whole numbers"),
        ({"tenure": [4, None, 1, None, None]}, "tenure must be known for everybody who ordered"),
        ({"silent": [5, 1, 0, None, None]}, "silent must be at most tenure"),
        ({"fits": [1, 0, 1, 0, 2]}, "fits must hold True and False; got 2"),
        ({"orders": [-1, 1, 1, 0, 0]}, "orders must be at least 0; got -1 at position 0"),
    ],
)
def test_facts_that_do_not_go_together_are_refused(change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        crm.customer_types(PARTIES.assign(**change))


def test_other_bad_input_of_types():
    with pytest.raises(ValueError, match="one row per party; got 'Ann' twice"):
        crm.customer_types(PARTIES.rename(index={"Bo": "Ann"}))
    with pytest.raises(ValueError, match="importance must be three numbers; got 2"):
        crm.customer_types(PARTIES, importance=(0.1, 0.2))
    with pytest.raises(ValueError, match="rows must be one of 'purchase'"):
        crm.customer_types(PARTIES).cross("age", "loyalty")


# F2

#: The nine fields as the course's syllabus lists them.
SYLLABUS = {
    ("many", "high"): "accountable", ("many", "medium"): "reactive",
    ("many", "low"): "basic or reactive", ("medium", "high"): "proactive",
    ("medium", "medium"): "accountable", ("medium", "low"): "reactive",
    ("few", "high"): "partnership", ("few", "medium"): "proactive", ("few", "low"): "accountable",
}  # fmt: skip


@pytest.mark.parametrize(("number", "margin"), SYLLABUS)
def test_the_grid_is_that_of_the_syllabus(number, margin):
    advice = SYLLABUS[number, margin]
    assert " or ".join(crm.relationship_level(number, margin)) == advice
    assert crm.kotler_grid().loc[number, margin] == advice
    size = {"few": 5, "medium": 10, "many": 100}[number]
    each = {"low": 1, "medium": 2, "high": 4}[margin]
    table = pd.DataFrame({"customers": [size], "margin": [each]}, index=["s"])
    found = crm.relationship_levels(table, (10, 100), (2, 4)).table.loc["s"]
    assert (found["number"], found["margin_word"], found["level"]) == (number, margin, advice)


@quick
@given(st.floats(1, 1e4), st.floats(1, 1e4))
def test_nearest_is_the_factor_that_changes_the_advice(size, each):
    table = pd.DataFrame({"customers": [size], "margin": [each]})
    cuts = (50, 500), (100, 1000)
    found = crm.relationship_levels(table, *cuts).table.iloc[0]
    factor = found["nearest"] * (1 + 1e-9)
    advice = {
        crm.relationship_levels(
            table.assign(customers=size * a, margin=each * b), *cuts
        ).table["level"].item()
        for a, b in [(factor, 1), (1 / factor, 1), (1, factor), (1, 1 / factor)]
    }  # fmt: skip
    assert advice - {found["level"]}
    less = 1 + (found["nearest"] - 1) * (1 - 1e-9)
    if less > 1 + 1e-9:
        for a, b in [(less, 1), (1 / less, 1), (1, less), (1, 1 / less)]:
            near = crm.relationship_levels(
                table.assign(customers=size * a, margin=each * b), *cuts
            ).table["level"]
            assert near.item() == found["level"]


def test_the_budget_prices_the_levels():
    found = crm.relationship_levels(SEGMENTS, (100, 300), (600, 1000))
    cost = dict(zip(crm.LEVELS, [0, 10, 40, 150, 600], strict=True))
    budget = found.budget(cost)
    assert budget["level"].tolist() == ["reactive", "proactive", "reactive", "reactive"]
    assert budget["total"].tolist() == [3710, 16200, 4210, 1890]
    assert budget.loc["hotel", "share"] == pytest.approx(150 / 1286)
    low = crm.relationship_levels(SEGMENTS, (1, 2), (1e4, 2e4)).budget(cost)
    assert set(low["level"]) == {"basic"}  # of basic or reactive the cheaper one
    with pytest.raises(ValueError, match="cost must name the levels"):
        found.budget({"basic": 0})


@pytest.mark.parametrize(
    ("cuts", "message"),
    [
        (((300, 100), (1, 2)), "number_cuts must be two numbers that rise; got \\[300.0, 100.0\\]"),
        (((1, 2), (1, 2, 3)), "margin_cuts must be two numbers that rise"),
    ],
    ids=["fall", "three"],
)
def test_cuts_must_rise(cuts, message):
    with pytest.raises(ValueError, match=message):
        crm.relationship_levels(SEGMENTS, *cuts)


def test_a_segment_stands_once_and_has_customers():
    with pytest.raises(ValueError, match="got 'café' twice"):
        crm.relationship_levels(SEGMENTS.rename(index={"hotel": "café"}), (1, 2), (1, 2))
    with pytest.raises(ValueError, match="customers must be above 0; got 0"):
        crm.relationship_levels(SEGMENTS.assign(customers=0), (1, 2), (1, 2))
    with pytest.raises(ValueError, match="number must be one of 'few', 'medium', 'many'"):
        crm.relationship_level("some", "high")


# F3


def test_every_function_has_a_kind_and_four_tasks_of_its_own():
    table = crm.crm_functions()
    tasks = [task for row in table["tasks"] for task in row.split("; ")]
    assert len(tasks) == len(set(tasks)) == 4 * len(table)
    for name, row in table.iterrows():
        found = crm.needed_functions(row["tasks"].split("; "))
        assert found.missing == (name,)
        assert found.kinds == (row["kind"],)
        assert found.table["tasks"].sum() == 4


def test_needs_name_what_is_missing_unused_and_unknown():
    found = crm.needed_functions(
        ["record contacts", "brew coffee", "weigh parcels"],
        have=["sales"],
        catalogue={"weigh parcels": "service"},
    )
    assert found.missing == ("customer information", "service")
    assert found.unused == ("sales",)
    assert found.unknown == ("brew coffee",)
    with pytest.raises(ValueError, match="have must be one of"):
        crm.needed_functions(["record contacts"], have=["cooking"])
    with pytest.raises(ValueError, match="tasks must be a list of at least one task"):
        crm.needed_functions([])


@pytest.mark.parametrize(
    ("given", "kinds", "target", "integration"),
    [
        ((["sales"], 50), "operational", "small and medium", "single application"),
        ((["sales", "channels"], 200, 3), "operational+collaborative", "mid-market",
         "integrated CRM"),
        ((["analysis"], 1000, 1, ["ERP"]), "analytical", "enterprise", "enterprise integration"),
        ((["analysis"], 400), "analytical", "small and medium", "single application"),
    ],
    ids=["shop", "regional", "large", "one place"],
)  # fmt: skip
def test_a_system_is_classified_in_three_ways(given, kinds, target, integration):
    found = crm.classify_system(*given)
    assert ("+".join(found.kinds), found.target, found.integration) == (kinds, target, integration)
    assert found.to_frame()["type"].tolist()[1:] == [target, integration]


# F4


def test_the_two_chains_run_in_opposite_directions():
    product, customer = crm.value_chain("product"), crm.value_chain("customer")
    assert product.links[:4] == customer.links[:0:-1]
    assert product.links[4] == "customer"
    assert customer.links[0] == "customer preferences"
    assert crm.chain_direction(customer.links) == 1
    assert crm.chain_direction(product.links) == -1


@quick
@given(st.permutations(list(crm.value_chain("product").links)))
def test_direction_is_kendalls_tau(links):
    from scipy.stats import kendalltau

    order = list(crm.value_chain("product").links)[::-1]
    tau = kendalltau(range(5), [order.index(link) for link in links]).statistic
    assert crm.chain_direction(links) == pytest.approx(tau)
    assert crm.chain_direction(links[::-1]) == pytest.approx(-tau)


def test_four_ps_have_four_cs():
    assert crm.four_c()["c"].str.split().str[0].tolist() == [
        "consumer", "cost", "convenience", "communication",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="each of the five links once"):
        crm.chain_direction(["customer", "inputs"])
    with pytest.raises(ValueError, match="decided must be one of"):
        crm.chain_direction(["customer", "inputs", "luck"])


# F5


def test_lifetime_doubles_from_90_to_95_percent():
    """Reichheld and Sasser's (1990) credit card: ten per cent leave, ten years; five, twenty."""
    assert crm.mean_lifetime([0.9, 0.95]).tolist() == [10, 20]
    assert crm.retention_gain(0.9, rate=0).relative.item() == pytest.approx(1)
    with pytest.raises(ValueError, match="retention must be at least 0 and below 1; got 1"):
        crm.mean_lifetime(1)


@quick
@given(st.floats(0, 0.94), st.floats(0, 0.3), st.floats(0.01, 0.05))
def test_the_gain_for_ever_has_a_closed_form(retention, rate, points):
    found = crm.retention_gain(retention, rate, margin=7, points=points)
    expected = points / (1 + rate - retention - points)
    assert found.relative.item() == pytest.approx(expected)
    assert crm.claimed_retention(expected, rate, points) == pytest.approx(retention)


@quick
@given(st.floats(0, 0.9), st.floats(0, 0.3), st.integers(1, 12), st.floats(0, 2))
def test_a_horizon_is_a_sum_and_costs_come_off(retention, rate, periods, cost):
    found = crm.retention_gain(
        retention, rate, 10, periods, acquisition_cost=3, retention_cost=cost
    )
    before = sum(10 * (retention / (1 + rate)) ** t for t in range(periods + 1)) - 3
    kept = retention + 0.05
    after = sum(10 * (kept / (1 + rate)) ** t for t in range(periods + 1)) - 3
    after -= sum(cost * kept**t / (1 + rate) ** (t + 0.5) for t in range(periods))
    assert found.before.item() == pytest.approx(before)
    assert found.after.item() == pytest.approx(after)
    assert found.gain.item() == pytest.approx(after - before, abs=1e-9)


def test_the_quoted_range_in_closed_form():
    """25 to 95 % (Reichheld and Schefter 2000) asks for 0.75 to 0.897 without interest."""
    assert crm.claimed_retention(0.25) == pytest.approx(0.75)
    assert crm.claimed_retention(0.95) == pytest.approx(1 - 0.05 * 1.95 / 0.95)
    assert crm.claimed_retention(1, rate=0.1) == pytest.approx(1.0)  # at 10 % it never doubles


def test_the_value_is_that_of_the_clv_room():
    found = crm.retention_gain(0.8, 0.1, margin=100)
    assert found.before.item() == pytest.approx(100 * (1 + clv.margin_multiple(0.8, 0.1)))
    assert found.to_frame().index.tolist() == [0.8]
    assert repr(found) == "RetentionGain(5 points of retention add 20 to 20 %)"


def test_a_value_below_nothing_has_no_relative_gain():
    found = crm.retention_gain([0.1, 0.8], 0.1, 100, acquisition_cost=200)
    assert math.isnan(found.relative[0])
    assert found.relative[1] == pytest.approx(found.gain[1] / found.before[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: crm.retention_gain(0.97, 0.1), "retention must be between 0 and 0.95; got 0.97"),
        (lambda: crm.retention_gain(0.95, 0), "an infinite horizon"),
        (lambda: crm.retention_gain(0.5, -0.1), "rate must be at least 0"),
        (lambda: crm.retention_gain([[0.5]], 0.1), "retention must be a number or a list"),
        (lambda: crm.claimed_retention(0), "gain must be above 0; got 0"),
    ],
    ids=["too kept", "no limit", "rate", "shape", "claim"],
)
def test_bad_input_of_retention(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@quick
@given(
    st.integers(1, 100), st.integers(0, 900), st.floats(1, 1e5), st.floats(1, 1e5),
    st.integers(1, 5000), st.floats(0.001, 1),
)  # fmt: skip
def test_true_and_quoted_ratio_differ_by_the_points(won, missed, new, old, customers, points):
    found = crm.new_or_kept(
        acquisition_spend=new, prospects=won + missed, won=won,
        retention_spend=old, customers=customers, points=points,
    )  # fmt: skip
    assert found.true == pytest.approx(found.quoted * points)
    assert found.table["per_customer"].tolist() == pytest.approx(
        [new / won, old / (customers * points)]
    )


def test_nobody_wins_more_than_were_reached():
    with pytest.raises(ValueError, match="won must be at most prospects, 10; got 11"):
        crm.new_or_kept(
            acquisition_spend=1, prospects=10, won=11,
            retention_spend=1, customers=10, points=0.1,
        )  # fmt: skip
