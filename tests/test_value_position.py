"""Value map, growth grid and the three cases: rows V3 and V4 of the syllabus."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv, value

quick = settings(max_examples=40, deadline=None, derandomize=True)
MAP = pd.DataFrame(
    {"price": [10, 14, 15], "product": [5, 8, 7], "service": [5, 8, 8]}, index=["A", "B", "C"]
)


# The value map.


def test_fair_value_line_by_hand():
    # quality 5, 8, 7.5; mean 20.5/3 and price 13: slope = 8 / (31/6) = 48/31
    found = value.value_map(MAP)
    assert found.slope == pytest.approx(48 / 31)
    assert found.intercept == pytest.approx(13 - 48 / 31 * 20.5 / 3)
    fair = 13 + 48 / 31 * (np.array([5, 8, 7.5]) - 20.5 / 3)
    assert found.table["fair_price"].tolist() == pytest.approx(fair.tolist())
    assert found.table["advantage"].tolist() == pytest.approx((fair - [10, 14, 15]).tolist())
    assert found.table["advantage"].sum() == pytest.approx(0)
    assert found.table["value_per_yuan"].tolist() == pytest.approx([0.5, 8 / 14, 0.5])
    assert found.table["price_index"].tolist() == pytest.approx([1000 / 13, 1400 / 13, 1500 / 13])
    assert found.table["position"].tolist() == ["less for less", "more for more", "more for more"]


def test_all_four_positions():
    offers = pd.DataFrame(
        {"price": [10, 10, 20, 20], "product": [3, 9, 3, 9]},
        index=["less for less", "more for less", "less for more", "more for more"],
    )
    found = value.value_map(offers, qualities=["product"], point_price=1)
    assert found.table["position"].tolist() == list(offers.index)


levels = st.integers(1, 5)
boards = st.lists(st.tuples(levels, levels, levels), min_size=2, max_size=8)


@quick
@given(boards)
def test_domination_is_what_its_definition_says(rows):
    offers = pd.DataFrame(rows, columns=["price", "product", "service"])
    found = value.value_map(offers, point_price=1).dominated_by
    for j, k in itertools.permutations(range(len(rows)), 2):
        (p, a, b), (q, c, d) = rows[j], rows[k]
        beats = q <= p and c >= a and d >= b and (q < p or c > a or d > b)
        assert (k in found.get(j, ())) == beats
    assert len(found) < len(rows), "somebody is not dominated"


@quick
@given(boards, st.floats(0, 1), st.floats(0, 5))
def test_who_dominates_is_never_below_in_advantage(rows, weight, point_price):
    """Whatever the weights and the price of a point, a dominated offer is no better value."""
    offers = pd.DataFrame(rows, columns=["price", "product", "service"])
    found = value.value_map(
        offers, {"product": weight, "service": 1.001 - weight}, point_price=point_price
    )
    for loser, winners in found.dominated_by.items():
        for winner in winners:
            assert found.table["advantage"][winner] >= found.table["advantage"][loser] - 1e-9


def test_shares_weigh_the_line_and_a_clone_counts_like_a_double_share():
    weighed = value.value_map(MAP.assign(share=[2, 1, 1]), share="share")
    cloned = value.value_map(pd.concat([MAP, MAP.loc[["A"]].set_axis(["A2"])]))
    assert weighed.slope == pytest.approx(cloned.slope)
    assert weighed.intercept == pytest.approx(cloned.intercept)


def test_one_price_for_a_point_gives_the_line_through_the_mean_offer():
    found = value.value_map(MAP, point_price=2)
    assert found.slope == 2
    assert found.intercept + 2 * 20.5 / 3 == pytest.approx(13)


def test_offers_of_the_same_quality_need_a_price_of_a_point():
    same = MAP.assign(product=5, service=5)
    with pytest.raises(ValueError, match="offers must differ in quality"):
        value.value_map(same)
    assert value.value_map(same, point_price=1).dominated_by == {"B": ("A",), "C": ("A", "B")}


# The growth grid.

OPTIONS = pd.DataFrame(
    {"product": ["existing", "new", "existing", "new"],
     "customers": ["existing", "existing", "new", "new"], "chance": [0.9, 0.5, 0.6, 0.2],
     "investment": [60, 100, 110, 150], "profit": [40, 100, 120, 300], "years": [3, 4, 3, 5]},
    index=["visits", "tea", "town", "vending"],
)  # fmt: skip


def test_expected_values_by_hand():
    found = value.growth_grid(OPTIONS, rate=0.25).table
    tea = 100 * (0.8 + 0.64 + 0.512 + 0.4096)
    assert found.loc["tea", "success_value"] == pytest.approx(tea)
    assert found.loc["tea", "expected_value"] == pytest.approx(0.5 * tea - 100)
    assert found.loc["tea", "break_even_chance"] == pytest.approx(100 / tea)
    assert found["field"].tolist() == [
        "sell more of the same",
        "new products",
        "new customers",
        "new business",
    ]
    for name, row in OPTIONS.iterrows():
        assert found.loc[name, "success_value"] == pytest.approx(
            clv.present_value([row["profit"]] * row["years"], 0.25)
        )


@quick
@given(st.floats(0, 500), st.integers(0, 1000))
def test_no_other_set_within_the_budget_is_better(budget, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 8))
    options = pd.DataFrame(
        {"product": "new", "customers": "new", "chance": rng.uniform(0, 1, n),
         "investment": rng.uniform(1, 200, n), "profit": rng.uniform(-50, 300, n),
         "years": rng.integers(1, 5, n)},
    )  # fmt: skip
    found = value.growth_grid(options, 0.1, budget)
    table = found.table
    assert table.loc[table["chosen"], "investment"].sum() <= budget + 1e-9
    best = 0.0
    for size in range(n + 1):
        for chosen in itertools.combinations(range(n), size):
            rows = table.loc[list(chosen)]
            if rows["investment"].sum() <= budget:
                best = max(best, rows["expected_value"].sum())
    assert found.expected_value == pytest.approx(best)


def test_best_per_yuan_first_can_miss_the_best_set():
    options = OPTIONS.head(3).assign(chance=1.0, years=1, investment=[60, 100, 100],
                                     profit=[130, 190, 190], product="new")  # fmt: skip
    found = value.growth_grid(options, rate=0.0, budget=200)
    assert found.table["per_yuan"].idxmax() == "visits"
    assert found.chosen == ("tea", "town")


def test_without_a_budget_all_that_gain_are_chosen_and_failures_multiply():
    found = value.growth_grid(OPTIONS, rate=0.25)
    gains = found.table["expected_value"] > 0
    assert found.table["chosen"].tolist() == gains.tolist()
    failing = (1 - OPTIONS.loc[gains, "chance"]).prod()
    assert found.chance_of_all_failing == pytest.approx(failing)


# The warranty.


def test_warranty_by_hand():
    plan = value.warranty_plan([0.02, 0.05], [300, 400], 2, 0.21, 500, 0.4, 2).table
    cost = [0, 6 / 1.1, 6 / 1.1 + 20 / (1.21 * 1.1)]
    demand = [1, 1 + 0.4 * (1 - math.exp(-0.5)), 1 + 0.4 * (1 - math.exp(-1))]
    assert plan["cost"].tolist() == pytest.approx(cost)
    assert plan["demand"].tolist() == pytest.approx(demand)
    assert plan["profit"].tolist() == pytest.approx(
        [d * (500 - c) for c, d in zip(cost, demand, strict=True)]
    )


def test_expected_cost_is_the_mean_of_simulated_failures():
    plan = value.warranty_plan(0.08, 350, 10, 0.06, 500, 0, 1).table
    rng = np.random.default_rng(8)
    broken = rng.poisson(0.08, (60_000, 10))
    paid = (broken * 350 / 1.06 ** (np.arange(1, 11) - 0.5)).sum(axis=1)
    assert plan["cost"].iloc[-1] == pytest.approx(paid.mean(), abs=4 * paid.std() / 60_000**0.5)


@quick
@given(st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 2), st.floats(0.5, 10))
def test_who_builds_better_may_promise_longer(rate_a, rate_b, uplift, reach):
    low, high = sorted((rate_a, rate_b))
    better, worse = (
        value.warranty_plan(rate, 400, 10, 0.08, 500, uplift, reach) for rate in (low, high)
    )
    assert better.best >= worse.best
    assert better.table["profit"].max() >= worse.table["profit"].max() - 1e-9


def test_a_product_that_never_breaks_takes_the_longest_promise():
    assert value.warranty_plan(0, 400, 10, 0.08, 500, 0.2, 3).best == 10
    assert value.warranty_plan(0.1, 400, 10, 0.08, 500, 0, 3).best == 0


# The waiting line.


def test_textbook_values_of_the_emergency_room():
    """Hillier and Lieberman: two patients an hour, three served; with one and two doctors."""
    assert value.waiting_time(2, 3) == pytest.approx(2 / 3)
    assert value.waiting_time(2, 3, 2) == pytest.approx(1 / 24)


@quick
@given(st.floats(0.01, 0.98), st.floats(0.1, 50))
def test_one_server_has_its_short_formula(used, speed):
    # M/M/1: W_q = λ / (μ (μ − λ))
    come = used * speed
    assert value.waiting_time(come, speed) == pytest.approx(come / (speed * (speed - come)))


@quick
@given(st.floats(0.01, 0.95), st.integers(1, 60))
def test_recursion_agrees_with_erlangs_formula(used, servers):
    load = used * servers
    terms = [load**k / math.factorial(k) for k in range(servers)]
    last = load**servers / math.factorial(servers) / (1 - used)
    busy = last / (sum(terms) + last)
    assert value.waiting_time(load, 1, servers) == pytest.approx(busy / (servers - load))


def test_the_formula_agrees_with_a_simulated_line():
    rng = np.random.default_rng(4)
    n, free = 200_000, [0.0, 0.0]
    arrive, serve = np.cumsum(rng.exponential(1 / 1.4, n)), rng.exponential(1, n)
    waited = 0.0
    for when, work in zip(arrive.tolist(), serve.tolist(), strict=True):
        k = free.index(min(free))
        start = max(when, free[k])
        waited += start - when
        free[k] = start + work
    assert waited / n == pytest.approx(value.waiting_time(1.4, 1, 2), rel=0.05)


def ways(**columns):
    plain = {"servers": 4, "minute_cost": 1.0, "comfort_cost": 0.0, "fixed_cost": 0.0}
    return pd.DataFrame(plain | columns, index=["plain"])


@quick
@given(st.floats(5, 200), st.floats(2, 30), st.integers(1, 8), st.floats(0.05, 5))
def test_those_who_join_make_the_wait_that_they_expected(come, speed, servers, dear):
    row = value.waiting_lines(
        ways(servers=servers, minute_cost=dear), come, speed, surplus=20, margin=30
    ).table.loc["plain"]
    assert 0 < row["joined"] <= come
    assert row["used"] < 1
    assert row["joined"] == pytest.approx(come * math.exp(-dear * row["wait"] / 20), rel=1e-6)
    assert row["wait"] / 60 == pytest.approx(
        value.waiting_time(row["joined"], speed, servers), rel=1e-6
    )
    assert row["joined"] + row["lost"] == pytest.approx(come)


def test_a_pleasant_wait_is_a_longer_one():
    found = value.waiting_lines(
        pd.concat([ways(), ways(minute_cost=0.5).set_axis(["comfort"])]), 60, 15, 20, 30
    ).table
    assert found.loc["comfort", "wait"] > found.loc["plain", "wait"]
    assert found.loc["comfort", "joined"] > found.loc["plain", "joined"]


def test_profit_and_surplus_by_hand():
    row = value.waiting_lines(ways(comfort_cost=0.3, fixed_cost=55), 60, 15, 20, 30).table.iloc[0]
    assert row["profit"] == pytest.approx(row["joined"] * (30 - 0.3 * row["wait"]) - 55)
    assert row["customer_surplus"] == pytest.approx(20 * row["joined"])


def test_surplus_of_those_who_join_is_the_mean_of_simulated_ones():
    row = value.waiting_lines(ways(), 60, 15, surplus=20, margin=30).table.iloc[0]
    worth = np.random.default_rng(3).exponential(20, 400_000)
    left = worth - row["wait"]
    assert 60 * (left > 0).mean() == pytest.approx(row["joined"], rel=0.01)
    assert 60 * np.maximum(left, 0).mean() == pytest.approx(row["customer_surplus"], rel=0.01)


def test_waiting_that_costs_nothing_keeps_nobody_away():
    assert value.waiting_lines(ways(minute_cost=0), 40, 15, 20, 30).table["joined"].item() == 40
    with pytest.raises(ValueError, match="minute_cost must be above 0"):
        value.waiting_lines(ways(minute_cost=0), 60, 15, 20, 30)


# The rice jar.


def test_refill_by_hand():
    plan = value.refill_plan(30, 2, 6, 20, 3, 0.3)
    late, early = 0.02275013, 0.15865525  # Φ(−2), Φ(−1)
    assert plan.best == 4
    assert plan.profit == pytest.approx(20 * (1 - 0.7 * late) - 3 * (1 + early), abs=1e-6)
    assert plan.unserved == 6


def test_refill_agrees_with_simulated_jars():
    plan = value.refill_plan(30, 4, 7, 20, 3, 0.3)
    rng = np.random.default_rng(6)
    empty = rng.normal(30, 4, 400_000)
    for lead in (0, 3, 6):
        visit = 30 - lead
        late, early = empty < visit, empty - visit > 7
        sold = ~late | (rng.random(empty.size) < 0.3)
        profit = 20 * sold - 3 * (1 + early)
        assert plan.table.loc[lead, "profit"] == pytest.approx(profit.mean(), abs=0.06)


def test_knowing_better_is_worth_more():
    profits = [value.refill_plan(30, error, 6, 20, 3, 0.3).profit for error in (0.5, 1, 2, 4, 8)]
    assert profits == sorted(profits, reverse=True)
    assert profits[0] == pytest.approx(20 - 3, abs=0.01)
