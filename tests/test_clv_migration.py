"""Always a share, Dwyer's migration model: row C7 of the syllabus."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmlab import clv

quick = settings(max_examples=50, deadline=None, derandomize=True)
chances = st.lists(st.floats(0, 1), min_size=1, max_size=6)
money = st.floats(0, 100)
rates = st.floats(0.05, 1)

# Pfeifer & Carraway (2000): purchase by recency, net contribution 40, marketing 4, rate 20 %.
BUY = [0.3, 0.2, 0.15, 0.05]
DAY_1 = pd.Timestamp(2024, 1, 1)


def chain(buy, net, cost, marketed=None, alone=None):
    """The transition matrix and the rewards, written state by state."""
    states = len(buy)
    marketed = [True] * states if marketed is None else marketed
    matrix, reward = np.zeros((states + 1, states + 1)), np.zeros(states + 1)
    for k in range(states):
        chance = buy[k] if marketed[k] else alone[k]
        matrix[k, 0] += chance
        matrix[k, k + 1] += 1 - chance
        reward[k] = (net if k == 0 else 0) - (cost if marketed[k] else 0)
    matrix[states, states] = 1
    return matrix, reward


def test_pfeifer_carraway_infinite_horizon():
    value = clv.migration_value(BUY, 40, 4, 0.2)
    assert value.round(3).tolist() == [52.320, 5.554, 1.251, -1.820, 0]


def test_pfeifer_carraway_mailing_stopped_at_recency_4():
    rules = clv.migration_policies(BUY, 40, 4, 0.2)
    assert rules.values[3].round(3).tolist() == [53.149, 6.621, 2.644, 0, 0]
    assert clv.migration_value(BUY[:3], 40, 4, 0.2)[:3].round(3).tolist() == [53.149, 6.621, 2.644]
    assert rules.best == 3
    assert rules.optimal == (True, True, True, False)


def test_pfeifer_carraway_transition_matrix():
    assert clv.migration_matrix(BUY).tolist() == [
        [0.3, 0.7, 0, 0, 0],
        [0.2, 0, 0.8, 0, 0],
        [0.15, 0, 0, 0.85, 0],
        [0.05, 0, 0, 0, 0.95],
        [0, 0, 0, 0, 1],
    ]


# The Markov chain.


@quick
@given(chances)
def test_rows_of_the_matrix_sum_to_one_and_lost_stays_lost(buy):
    matrix = clv.migration_matrix(buy)
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    assert matrix[-1].tolist() == [0] * len(buy) + [1]
    np.testing.assert_array_equal(matrix, chain(buy, 0, 0)[0])


@quick
@given(chances, money, money, rates, st.integers(0, 12))
def test_value_is_the_sum_of_discounted_rewards_along_the_chain(buy, net, cost, rate, periods):
    matrix, reward = chain(buy, net, cost)
    expected = sum(
        np.linalg.matrix_power(matrix, t) @ reward / (1 + rate) ** t for t in range(periods + 1)
    )
    np.testing.assert_allclose(
        clv.migration_value(buy, net, cost, rate, periods), expected, atol=1e-9
    )


@quick
@given(chances, money, money, rates)
def test_long_horizon_tends_to_the_infinite_one(buy, net, cost, rate):
    np.testing.assert_allclose(
        clv.migration_value(buy, net, cost, rate, 600),
        clv.migration_value(buy, net, cost, rate),
        atol=1e-6,
    )


@quick
@given(chances, money, money, rates)
def test_value_today_is_reward_today_plus_value_next_period_discounted(buy, net, cost, rate):
    matrix, reward = chain(buy, net, cost)
    value = clv.migration_value(buy, net, cost, rate)
    np.testing.assert_allclose(value, reward + matrix @ value / (1 + rate), atol=1e-9)


@quick
@given(chances, money, money, rates, st.floats(0, 9), st.none() | st.integers(0, 12))
def test_value_is_linear_in_the_money(buy, net, cost, rate, factor, periods):
    value = clv.migration_value(buy, net, cost, rate, periods)
    scaled = clv.migration_value(buy, factor * net, factor * cost, rate, periods)
    np.testing.assert_allclose(scaled, factor * value, atol=1e-8)


@quick
@given(chances, money, money, rates, st.floats(1, 9))
def test_value_rises_with_contribution_and_falls_with_cost(buy, net, cost, rate, more):
    value = clv.migration_value(buy, net, cost, rate)
    assert clv.migration_value(buy, net + more, cost, rate)[0] > value[0]
    assert (clv.migration_value(buy, net, cost + more, rate)[:-1] < value[:-1]).all()


def test_a_chain_of_one_state_is_the_retention_model():
    # A customer who is lost at the first pause: reward 40 - 4 as long as they keep buying.
    value = clv.migration_value([0.8], 40, 4, 0.1)[0]
    assert value == pytest.approx(clv.retention_value(36, 0.8, 0.1, include_first=True))


def test_with_no_period_to_come_the_value_is_the_reward_of_today():
    assert clv.migration_value(BUY, 40, 4, 0.2, 0).tolist() == [36, -4, -4, -4, 0]


# The recency tree.


@quick
@given(chances, money, money, st.floats(-0.2, 1), st.integers(1, 12))
@example([0.3, 0.2, 0.15, 0.05, 0.02], 40, 4, 0.2, 2)  # more states than periods
@example([0.3, 0.2, 0.15, 0.05, 0.02], 40, 4, 0.2, 1)
def test_tree_and_chain_are_one_thing_written_twice(buy, net, cost, rate, periods):
    tree = clv.recency_tree(buy, net, cost, rate, periods)
    value = clv.migration_value(buy, net, cost, rate, periods)[0]
    assert tree.total == pytest.approx(value, rel=1e-9, abs=1e-9)


@quick
@given(chances, st.integers(1, 12))
def test_shares_of_the_tree_are_the_rows_of_the_chain(buy, periods):
    share = clv.recency_tree(buy, 1, 0, 0.1, periods).share
    matrix = chain(buy, 1, 0)[0]
    expected = [np.linalg.matrix_power(matrix, t)[0] for t in range(periods + 1)]
    np.testing.assert_allclose(share, expected, atol=1e-12)
    np.testing.assert_allclose(share.sum(axis=1), 1)
    assert share.min() >= 0
    assert (np.diff(share[:, -1]) >= 0).all(), "a lost customer never comes back"


def test_purchases_of_the_tree_are_the_count_of_all_branches():
    periods = 6
    expected = np.zeros(periods + 1)
    for branch in product((True, False), repeat=periods):
        weight, recency, path = 1.0, 1, [1.0]
        for buys in branch:
            chance = BUY[recency - 1] if recency <= len(BUY) else 0.0
            weight *= chance if buys else 1 - chance
            recency = 1 if buys else recency + 1
            path.append(float(buys))
        expected += weight * np.array(path)
    tree = clv.recency_tree(BUY, 40, 4, 0.2, periods)
    np.testing.assert_allclose(tree.purchases, expected)


def test_table_of_the_tree():
    tree = clv.recency_tree([0.5, 0.25], 40, 4, 0.25, periods=2)
    frame = tree.to_frame()
    assert list(frame) == [
        "recency_1",
        "recency_2",
        "lost",
        "reward",
        "present_value",
        "cumulative",
    ]
    assert frame.index.name == "period"
    assert frame["recency_1"].tolist() == [1, 0.5, 0.375]
    assert frame["recency_2"].tolist() == [0, 0.5, 0.25]
    assert frame["lost"].tolist() == [0, 0, 0.375]
    np.testing.assert_allclose(frame["reward"], [36, 16, 12.5])
    np.testing.assert_allclose(frame["present_value"], [36, 16 / 1.25, 12.5 / 1.25**2])
    assert frame["cumulative"].iloc[-1] == pytest.approx(tree.total)
    assert repr(tree) == "RecencyTree(2 periods, present value 56.80)"


# When to stop marketing.


def best_by_value_iteration(buy, alone, net, cost, rate):
    """The best value of each state: market or not, whichever is better, until nothing moves."""
    states = len(buy)
    value = np.zeros(states + 1)
    for _step in range(2000):
        later = value.copy()
        for k in range(states):
            options = [
                -spent + (chance * later[0] + (1 - chance) * later[k + 1]) / (1 + rate)
                for chance, spent in ((buy[k], cost), (alone[k], 0))
            ]
            value[k] = (net if k == 0 else 0) + max(options)
        if np.abs(value - later).max() < 1e-13:
            break
    return value


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
    st.floats(0, 1),
    st.floats(1, 100),
    st.floats(0, 20),
    st.floats(0.1, 1),
)
def test_best_pattern_is_that_of_value_iteration(buy, share, net, cost, rate):
    alone = [share * chance for chance in buy]
    rules = clv.migration_policies(buy, net, cost, rate, unmarketed_probability=alone)
    matrix, reward = chain(buy, net, cost, rules.optimal, alone)
    reached = np.linalg.solve(np.eye(len(buy) + 1) - matrix / (1 + rate), reward)
    wanted = best_by_value_iteration(buy, alone, net, cost, rate)
    np.testing.assert_allclose(reached, wanted, rtol=1e-8, atol=1e-8)


@quick
@given(chances, st.floats(0, 1), money, money, rates)
def test_each_stopping_rule_is_valued_as_a_chain_of_its_own(buy, share, net, cost, rate):
    alone = [share * chance for chance in buy]
    rules = clv.migration_policies(buy, net, cost, rate, unmarketed_probability=alone)
    states = len(buy)
    assert rules.values.shape == (states + 1, states + 1)
    for stop, value in enumerate(rules.values):
        marketed = [k < stop for k in range(states)]
        matrix, reward = chain(buy, net, cost, marketed, alone)
        np.testing.assert_allclose(value, reward + matrix @ value / (1 + rate), atol=1e-8)
    assert rules.values[rules.best, 0] == rules.values[:, 0].max()
    np.testing.assert_allclose(
        rules.values[states], clv.migration_value(buy, net, cost, rate), atol=1e-8
    )


def test_marketing_that_changes_nothing_is_never_worth_its_cost():
    rules = clv.migration_policies(BUY, 40, 4, 0.2, unmarketed_probability=BUY)
    assert rules.best == 0
    assert rules.optimal == (False,) * 4


def test_marketing_that_costs_nothing_is_always_worth_it():
    rules = clv.migration_policies(BUY, 40, 0, 0.2, unmarketed_probability=0.01)
    assert rules.best == 4
    assert rules.optimal == (True,) * 4


def test_the_earliest_stop_wins_a_tie():
    assert clv.migration_policies([0, 0], 40, 0, 0.2).best == 0


def test_table_of_the_rules():
    rules = clv.migration_policies(BUY, 40, 4, 0.2)
    frame = rules.to_frame()
    assert list(frame) == ["recency_1", "recency_2", "recency_3", "recency_4"]
    assert frame.index.name == "market_up_to"
    assert frame.index.tolist() == [0, 1, 2, 3, 4]
    assert frame.loc[0].tolist() == [40, 0, 0, 0]
    np.testing.assert_array_equal(frame, rules.values[:, :-1])
    assert repr(rules) == "MigrationPolicies(market up to recency 3: 53.149 per new buyer)"


# Recency probabilities from a log.

order_logs = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60)), min_size=1).map(
    lambda rows: [("a", 0), *rows, ("b", 40)]  # first and last day, so that there are periods
)


def as_log(rows):
    names, days = zip(*rows, strict=True)
    return pd.DataFrame({"customer": names, "date": DAY_1 + pd.to_timedelta(days, unit="D")})


@quick
@given(order_logs, st.integers(1, 20), st.integers(1, 5))
def test_estimate_counts_every_period_after_the_first_purchase(rows, length, states):
    whole = (max(day for _name, day in rows) + 1) // length
    at_risk, bought = [0] * (states + 1), [0] * (states + 1)
    for name in {name for name, _day in rows}:
        active = {day // length for who, day in rows if who == name}
        for period in range(min(active) + 1, whole):
            recency = period - max(p for p in active if p < period)
            at_risk[min(recency, states + 1) - 1] += 1
            bought[min(recency, states + 1) - 1] += period in active
    table = clv.recency_probabilities(as_log(rows), period_days=length, states=states)
    assert table["at_risk"].tolist() == at_risk
    assert table["bought"].tolist() == bought
    tried = np.array(at_risk) > 0
    np.testing.assert_allclose(
        table["probability"][tried], np.array(bought)[tried] / np.array(at_risk)[tried]
    )
    assert table["probability"][~tried].isna().all()


def test_estimate_recovers_the_probabilities_that_made_the_log():
    rng = np.random.default_rng(5)
    customers, periods = 3000, 12
    recency, rows = np.ones(customers, dtype=int), [(c, 0) for c in range(customers)]
    for period in range(1, periods):
        chance = np.array([*BUY, 0])[np.minimum(recency, 5) - 1]
        buys = rng.random(customers) < chance
        rows += [(c, 10 * period) for c in np.flatnonzero(buys)]
        recency = np.where(buys, 1, recency + 1)
    rows.append((customers, 10 * periods - 1))  # the log covers the whole last period
    table = clv.recency_probabilities(as_log(rows), period_days=10, level=0.9999)
    assert ((table["low"][:4] < BUY) & (table["high"][:4] > BUY)).all()
    assert table["high"][:4].max() < 0.35


def test_table_of_the_estimate():
    table = clv.recency_probabilities(as_log([("a", 0), ("a", 25)]), period_days=10, states=2)
    assert list(table) == ["at_risk", "bought", "probability", "low", "high"]
    assert table.index.name == "recency"
    assert table.index.tolist() == [1, 2, "later"]
    assert table["at_risk"].tolist() == [1, 0, 0]  # days 20 to 25 are no whole period
    assert table.loc[2, ["low", "high"]].tolist() == pytest.approx([0, 1])


def test_interval_is_wilsons():
    # Wilson's 95 % interval of 3 in 10 solves (p - .3)^2 = z^2 p (1 - p) / 10.
    rows = [(name, 0) for name in range(10)] + [(name, 15) for name in range(3)] + [(0, 19)]
    row = clv.recency_probabilities(as_log(rows), period_days=10).loc[1]
    assert row["probability"] == 0.3
    z2 = 1.959964**2
    for p in (row["low"], row["high"]):
        assert (p - 0.3) ** 2 == pytest.approx(z2 * p * (1 - p) / 10)
    assert row["low"] < 0.3 < row["high"]


def test_the_hour_of_an_order_does_not_matter_to_the_estimate():
    log = as_log([("a", 0), ("a", 9), ("b", 10), ("a", 29)])
    hours = pd.to_timedelta([23, 1, 0, 12], unit="h")
    pd.testing.assert_frame_equal(
        clv.recency_probabilities(log, period_days=10),
        clv.recency_probabilities(log.assign(date=log["date"] + hours), period_days=10),
    )


def test_a_log_shorter_than_two_periods_is_refused():
    with pytest.raises(ValueError, match=r"log must cover .*two periods of 10 days; got 19 days"):
        clv.recency_probabilities(as_log([("a", 0), ("a", 18)]), period_days=10)
