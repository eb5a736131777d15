"""Relationship value and its loop: row V2 of the syllabus."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import value

quick = settings(max_examples=40, deadline=None, derandomize=True)
TABLE = pd.DataFrame(
    {"customer": ["a", "b", "c"], "profitability": [10, 20, 90], "lifetime": [2, 8, 5],
     "capability": [50, 40, 30], "referral": [0, 0, 1], "potential": [5, 5, 5]},
)  # fmt: skip


def test_points_by_rank_by_hand():
    found = value.relationship_profile(TABLE)
    assert found.scores["profitability"].tolist() == [0, 50, 100]
    assert found.scores["lifetime"].tolist() == [0, 100, 50]
    assert found.scores["referral"].tolist() == [25, 25, 100]
    assert found.scores["potential"].tolist() == [50, 50, 50]
    assert found.score.to_dict() == pytest.approx({"a": 35, "b": 55, "c": 60})


def test_points_by_range_by_hand():
    found = value.relationship_profile(TABLE, method="range")
    assert found.scores["profitability"].tolist() == pytest.approx([0, 12.5, 100])
    assert found.scores["lifetime"].tolist() == pytest.approx([0, 100, 50])
    assert found.scores["potential"].tolist() == [50, 50, 50]


def test_weights_are_shares_and_one_dimension_alone_is_its_score():
    found = value.relationship_profile(TABLE, {"lifetime": 7})
    assert found.weights == {"profitability": 0, "lifetime": 1, "capability": 0, "referral": 0,
                             "potential": 0}  # fmt: skip
    assert found.score.to_dict() == found.scores["lifetime"].to_dict()
    double = value.relationship_profile(TABLE, {"lifetime": 2, "referral": 4})
    single = value.relationship_profile(TABLE, {"lifetime": 1, "referral": 2})
    assert double.score.tolist() == pytest.approx(single.score.tolist())


measures = st.lists(
    st.tuples(*[st.floats(-1e4, 1e4).map(lambda x: round(x, 2))] * 5), min_size=2, max_size=12
)


@quick
@given(measures)
def test_ranks_do_not_mind_another_unit_and_stay_within_0_and_100(rows):
    table = pd.DataFrame(rows, columns=list(value.DIMENSIONS)).assign(customer=range(len(rows)))
    found = value.relationship_profile(table).scores
    other = value.relationship_profile(
        table.assign(**{name: 4 * table[name] for name in value.DIMENSIONS})
    ).scores
    np.testing.assert_allclose(other, found)
    for method in ("rank", "range"):
        scores = value.relationship_profile(table, method=method).scores
        assert scores.to_numpy().min() >= 0
        assert scores.to_numpy().max() <= 100
    assert found.mean().tolist() == pytest.approx([50] * 5)


def test_columns_may_have_other_names():
    other = TABLE.rename(columns={"customer": "id", "lifetime": "years"})
    found = value.relationship_profile(other, customer="id", lifetime="years")
    pd.testing.assert_frame_equal(
        found.to_frame(), value.relationship_profile(TABLE).to_frame(), check_names=False
    )


# The loop.

SETTINGS = st.fixed_dictionaries(
    {
        "margin": st.floats(10, 300),
        "base_value": st.floats(0, 0.8),
        "response": st.floats(2, 60),
        "expectation": st.floats(0.2, 0.9),
        "steepness": st.floats(0, 40),
    }
)
SPEEDS = st.fixed_dictionaries({name: st.floats(0.05, 1) for name in ("notice", "habit", "trust")})
shares = st.floats(0, 1)


def test_one_period_by_hand():
    run = value.value_loop(0.2, start=0.7, periods=1).path
    satisfied = 1 / (1 + np.exp(-15 * (0.7 - 0.65)))
    service = 0.2 * 100 * satisfied
    made = 0.4 + 0.6 * (1 - np.exp(-service / 15))
    seen = 0.7 + 0.5 * (made - 0.7)
    liked = 1 / (1 + np.exp(-15 * (seen - 0.65)))
    loyal = satisfied + 0.3 * (liked - satisfied)
    bound = satisfied + 0.3 * (loyal - satisfied)
    assert run.loc[0].tolist() == pytest.approx(
        [0.7, 0.7, *[satisfied] * 3, 100 * satisfied, service, 80 * satisfied]
    )
    assert run.loc[1].tolist() == pytest.approx(
        [made, seen, liked, loyal, bound, 100 * bound, 20 * bound, 80 * bound]
    )


@quick
@given(shares, SETTINGS, SPEEDS)
def test_a_steady_state_stays_where_it_is(invest, setting, speeds):
    for state in value.value_loop(invest, periods=1, **setting).steady_states["customer_value"]:
        run = value.value_loop(invest, start=min(state, 1.0), periods=3, **setting, **speeds).path
        np.testing.assert_allclose(run["customer_value"], state, atol=1e-6)


@quick
@given(shares, SETTINGS, SPEEDS, st.floats(0, 1))
def test_a_long_run_ends_in_the_steady_state_that_the_policy_names(invest, setting, speeds, start):
    states = value.value_loop(invest, periods=1, **setting).steady_states
    near = (states["radius"] - 1).abs().min() < 0.02
    run = value.value_loop(invest, start=start, periods=3000, **setting, **speeds)
    named = value.loop_policy([invest], start=start, **setting).table
    if not near and (states["customer_value"] - start).abs().min() > 1e-3:
        last = run.path.iloc[-1]
        assert last["customer_value"] == pytest.approx(named["customer_value"].item(), abs=1e-4)
        assert last["net"] == pytest.approx(named["net"].item(), abs=0.1)


@quick
@given(shares, SETTINGS, SPEEDS)
def test_stable_is_where_one_round_has_a_slope_below_one(invest, setting, speeds):
    """The loop only rises, so the speeds change how fast it settles, never whether."""
    found = value.value_loop(invest, periods=1, **setting, **speeds)
    for _, state in found.steady_states.iterrows():
        v, step = state["customer_value"], 1e-6
        ends = found.rule.round(np.array([v - step, v + step]), found.invest)
        slope = (ends[1] - ends[0]) / (2 * step)
        if abs(slope - 1) > 1e-3:
            assert state["stable"] == (slope < 1)


@quick
@given(shares, SETTINGS)
def test_with_all_speeds_one_the_radius_is_the_slope_to_the_power_of_one_round(invest, setting):
    found = value.value_loop(invest, periods=1, notice=1, habit=1, trust=1, **setting)
    for _, state in found.steady_states.iterrows():
        v, step = state["customer_value"], 1e-6
        ends = found.rule.round(np.array([v - step, v + step]), found.invest)
        slope = (ends[1] - ends[0]) / (2 * step)
        assert state["radius"] == pytest.approx(slope, abs=1e-3)


def test_steady_states_alternate_and_the_outer_ones_are_stable():
    states = value.value_loop(0.2).steady_states
    assert states["stable"].tolist() == [True, False, True]


def test_same_strategy_two_fates():
    middle = value.value_loop(0.2).steady_states["customer_value"][1]
    up, down = (
        value.value_loop(0.2, start=middle + shift, periods=400).path["net"].iloc[-1]
        for shift in (0.01, -0.01)
    )
    assert up > 20 * down


def test_no_service_leaves_the_bare_product():
    found = value.value_loop(0, start=0.9, periods=100)
    assert found.steady_states["customer_value"].tolist() == [0.4]
    assert found.path["service"].eq(0).all()
    assert found.path["customer_value"].iloc[1:].eq(0.4).all()


def test_too_little_and_too_much_both_lose():
    policy = value.loop_policy(np.linspace(0, 1, 101))
    net = policy.table.set_index("invest")["net"]
    assert 0.15 < policy.best < 0.25
    assert net[0.1] < 0.05 * net.max()
    assert net.loc[policy.best :].is_monotonic_decreasing
    assert net.loc[:0.1].max() < net[0.9]
    assert net[1] == pytest.approx(0)


def test_building_takes_more_than_keeping():
    """From a poor start a higher share is needed than from a good one."""
    grid = np.linspace(0, 1, 201)
    poor, good = (value.loop_policy(grid, start=start).table for start in (0.45, 0.8))
    needed = [float(t.loc[t["customer_value"] > 0.7, "invest"].min()) for t in (poor, good)]
    assert needed[0] > needed[1] + 0.05
