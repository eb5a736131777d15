"""Accounts, pyramid, moves between grades and what they are worth: rows G2 and G9."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv, datasets, grading
from crmlab._statistics import wilson

quick = settings(max_examples=50, deadline=None, derandomize=True)
profits = st.lists(st.integers(-50, 200), min_size=1, max_size=40)


def test_the_account_of_a_period_by_hand():
    log = pd.DataFrame(
        {
            "customer": ["a", "a", "b", "a"],
            "date": pd.to_datetime(["2025-01-01", "2025-12-31", "2025-07-10", "2026-01-01"]),
            "amount": [100.0, 50, 30, 999],
            "cost": [60.0, 30, 20, 1],
        }
    )
    people = pd.DataFrame(
        {
            "customer": ["a", "b", "c"],
            "service_cost_per_year": [36.525, 73.05, 1],
            "acquired": pd.to_datetime(["2023-05-01", "2025-07-02", "2020-01-01"]),
        }
    )
    table = grading.period_accounts(log, "2025-01-01", "2025-12-31", people=people)
    assert table.loc["a"].tolist() == pytest.approx([2, 150, 60, 36.5, 23.5])
    assert table.loc["b"].tolist() == pytest.approx([1, 30, 10, 36.6, -26.6])  # 183 days
    assert list(table.index) == ["a", "b"]
    indexed = grading.period_accounts(
        log, "2025-01-01", "2025-12-31", people=people.set_index("customer")
    )
    assert indexed.equals(table)


def test_an_unknown_customer_or_an_empty_period_is_refused():
    log = datasets.load("company_orders")
    people = datasets.load("company_customers")
    with pytest.raises(ValueError, match="people must hold every customer of the log; got no 'C0"):
        grading.period_accounts(log, "2025-01-01", "2025-12-31", people=people.iloc[1000:])
    with pytest.raises(ValueError, match="log must hold an order from 1999"):
        grading.period_accounts(log, "1999-01-01", "1999-12-31")
    with pytest.raises(ValueError, match="end must not lie before start"):
        grading.period_accounts(log, "2025-01-02", "2025-01-01")
    twice = pd.concat([people, people])
    with pytest.raises(ValueError, match="customer must stand once in people"):
        grading.period_accounts(log, "2025-01-01", "2025-12-31", people=twice)


def test_pyramid_by_hand():
    found = grading.pyramid([90, 40, 20, 10, -30], [100, 100, 50, 50, 200], cuts=(0.2, 0.4, 0.6))
    assert found.tiers.tolist() == ["platinum", "gold", "iron", "lead", "lead"]
    lead = found.table.loc["lead"]
    assert (lead["profit"], lead["losing"], lead["revenue_share"]) == (-20, 1, 0.5)
    assert lead["profit_share"] == pytest.approx(-20 / 130)


def test_a_loser_is_lead_wherever_it_ranks_unless_told_otherwise():
    losses = [-1, -5, -9, -20]
    found = grading.pyramid(losses, cuts=(0.25, 0.5, 0.75))
    assert set(found.tiers) == {"lead"}
    assert found.table["profit_share"].isna().all()
    ranked = grading.pyramid(losses, cuts=(0.25, 0.5, 0.75), losing_last=False)
    assert ranked.tiers.tolist() == ["platinum", "gold", "iron", "lead"]


def test_both_namings_and_ones_own():
    assert grading.tier_names() == ("platinum", "gold", "iron", "lead")
    sizes = grading.pyramid(range(1, 201), names="sizes").table["customers"]
    assert sizes.to_dict() == {"VIP": 2, "major": 8, "ordinary": 30, "small": 160}
    own = grading.pyramid([3, 2, 1], cuts=(0.4,), names=("key", "other"))
    assert own.tiers.tolist() == ["key", "key", "other"]  # 1 of 3 is below 40 %


@quick
@given(profits)
def test_tiers_partition_and_fall(values):
    found = grading.pyramid(values)
    assert found.table["customers"].sum() == len(values)
    assert found.table["profit"].sum() == pytest.approx(sum(values))
    place = {name: i for i, name in enumerate(found.table.index)}
    codes = np.array([place[name] for name in found.tiers])
    order = np.argsort(-np.array(values), kind="stable")
    assert (np.diff(codes[order]) >= 0).all()
    assert all(found.tiers[i] == "lead" for i, value in enumerate(values) if value < 0)


# Moves


def test_moves_by_hand_with_wilsons_interval():
    before, after = list("AAAABBBBBB"), list("AABBABBBBB")
    moves = grading.grade_moves(before, after, ["A", "B", "C"])
    assert moves.matrix[0].tolist() == [0.5, 0.5, 0]
    assert moves.matrix[2].tolist() == [0, 0, 1]  # nobody was there: they stay
    low, high = wilson(1, 6)
    assert (moves.low[1, 0], moves.high[1, 0]) == pytest.approx((float(low), float(high)))
    assert (moves.upgraded, moves.downgraded) == (0.1, 0.2)
    assert moves.to_matrix().loc["B", "A"] == pytest.approx(1 / 6)


@quick
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_moves_count_every_customer_once(pairs):
    before, after = zip(*pairs, strict=True)
    moves = grading.grade_moves(before, after, [0, 1, 2, 3])
    assert moves.counts.sum() == len(pairs)
    assert moves.matrix.sum(axis=1) == pytest.approx(np.ones(4))
    assert ((moves.low <= moves.matrix + 1e-12) | (moves.counts.sum(1) == 0)[:, None]).all()
    stayed = np.trace(moves.counts) / len(pairs)
    assert moves.upgraded + moves.downgraded + stayed == pytest.approx(1)


def test_the_value_of_grades_is_dwyers_chain_where_grades_are_recency():
    # Pfeifer & Carraway (2000): 52.320, 5.554, 1.251, -1.820, 0.
    matrix = clv.migration_matrix([0.3, 0.2, 0.15, 0.05])
    found = grading.grade_value(matrix, [36, -4, -4, -4, 0], 0.2)
    assert found.values.round(3).tolist() == [52.320, 5.554, 1.251, -1.820, 0]
    finite = grading.grade_value(matrix, [36, -4, -4, -4, 0], 0.2, periods=3)
    expected = clv.migration_value([0.3, 0.2, 0.15, 0.05], 40, 4, 0.2, periods=3)
    assert finite.values == pytest.approx(expected)


@quick
@given(st.floats(0.05, 0.9), st.floats(0.05, 0.9), st.floats(0.02, 0.5))
def test_value_solves_its_equation(stay, fall, rate):
    matrix = np.array([[stay, 1 - stay], [1 - fall, fall]])
    margin = np.array([100.0, 10])
    value = grading.grade_value(matrix, margin, rate).values
    assert value == pytest.approx(margin + matrix @ value / (1 + rate))
    assert value[0] > value[1]


def test_strategy_by_hand():
    worth = grading.grade_value([[0.8, 0.2], [0.1, 0.9]], [100, 10], 0.1, grades=["A", "B"])
    gap = worth.values[0] - worth.values[1]
    plan = grading.grade_strategy(worth, [10, 90], [30, 5], up=[0.5, 0.02], down=[0.1, 0])
    gain = plan.table["gain"]
    assert gain["A"] == pytest.approx(0.1 * gap / 1.1)  # A cannot rise: its `up` is not used
    assert gain["B"] == pytest.approx(0.02 * gap / 1.1)
    assert plan.budget == 750
    assert plan.table.loc["B", "needed_up"] == pytest.approx(5 * 1.1 / gap)
    assert plan.table.loc["A", "needed_down"] == pytest.approx(30 * 1.1 / gap)
    assert np.isnan(plan.table.loc["A", "needed_up"])
    assert np.isnan(plan.table.loc["B", "needed_down"])


def test_a_measure_at_its_break_even_leaves_nothing():
    moves = [[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0, 0, 1]]
    worth = grading.grade_value(moves, [100, 30, 0], 0.1)
    needed = grading.grade_strategy(worth, [1, 1, 1], [20, 10, 0]).table
    down = [*needed["needed_down"][:2], 0]
    assert grading.grade_strategy(worth, [1, 1, 1], [20, 10, 0], down=down).table[
        "net"
    ].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    up = [0, needed["needed_up"][1], 0]
    assert grading.grade_strategy(worth, [1, 1, 1], [0, 10, 0], up=up).table["net"][
        1
    ] == pytest.approx(0, abs=1e-9)


def test_grades_of_one_year_regress_in_the_simulated_company():
    accounts = grading.period_accounts(
        datasets.load("company_orders"), "2025-01-01", "2025-12-31",
        people=datasets.load("company_customers"),
    )  # fmt: skip
    tiers = grading.pyramid(accounts["profit"], cuts=(0.05, 0.2, 0.6)).to_series()
    truth = datasets.load("company_truth").set_index("customer").loc[accounts.index]
    people = datasets.load("company_customers").set_index("customer").loc[accounts.index]
    true = truth["order_rate"] * truth["mean_order"] * truth["margin_rate"]
    true = true - people["service_cost_per_year"]
    seen, real = accounts["profit"].groupby(tiers).mean(), true.groupby(tiers).mean()
    assert seen["platinum"] > real["platinum"] + 300
    assert seen["lead"] < real["lead"] - 200
