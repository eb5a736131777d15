"""Erlang B, C and A against published tables, a chain solved anew, and calls simulated singly."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, service, value

#: Standard Erlang B tables: load at which n lines lose the given share, to three decimals.
TABLE = [
    (1, 0.01, 0.0101), (5, 0.01, 1.361), (10, 0.01, 4.461), (20, 0.01, 12.031),
    (30, 0.01, 20.337), (50, 0.01, 37.901), (100, 0.01, 84.064), (10, 0.05, 6.216),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "lost", "load"), TABLE)
def test_erlang_b_agrees_with_the_published_table(lines, lost, load):
    assert service.erlang_b(load, lines) == pytest.approx(lost, rel=2e-3)


def test_erlang_b_by_factorials():
    import math

    terms = [10**k / math.factorial(k) for k in range(16)]
    assert service.erlang_b(10, 15) == pytest.approx(terms[-1] / sum(terms))
    assert round(service.erlang_b(10, 15), 4) == 0.0365


def test_the_worked_example_of_the_chapter():
    """100 calls of 3 minutes in half an hour, which textbooks of call centres use: 14 agents."""
    plan = service.staffing(100, 180)
    row = plan.table.loc[14]
    assert plan.needed == 14
    assert row["waits"] == pytest.approx(0.174, abs=5e-4)
    assert row["level"] == pytest.approx(0.888, abs=5e-4)
    assert row["wait"] == pytest.approx(7.8, abs=0.05)
    assert row["occupancy"] == pytest.approx(0.714, abs=5e-4)


@given(st.integers(1, 40), st.floats(0.05, 0.97))
@settings(max_examples=40, deadline=None)
def test_the_mean_wait_is_that_of_the_waiting_line_of_chapter_6(agents, used):
    calls = used * agents * 1800 / 240
    table = service.staffing(calls, 240, target=0, more=agents).table
    expected = 3600 * value.waiting_time(2 * calls, 15, agents)  # in hours: 15 calls per agent
    assert table.loc[agents, "wait"] == pytest.approx(expected, rel=1e-9)


@given(st.floats(0, 60), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_c_is_above_b_and_more_agents_help(load, agents):
    b, c = service.erlang_b(load, agents), service.erlang_c(load, agents)
    assert 0 <= b <= c <= 1
    assert service.erlang_c(load, agents + 1) <= c
    assert (c == 1) == (load >= agents) or c == pytest.approx(1)


def test_needed_is_the_smallest_that_keeps_the_promise_and_the_occupancy():
    plan = service.staffing(100, 180, target=0.8)
    assert plan.table.loc[plan.needed - 1, "level"] < 0.8 <= plan.table.loc[plan.needed, "level"]
    rested = service.staffing(100, 180, target=0.8, most_occupied=0.6)
    assert rested.needed == 17
    assert service.staffing(0, 180).needed == 1


def test_too_few_agents_mean_an_endless_line():
    table = service.staffing(100, 180, target=0, more=12).table
    assert (table.loc[:10, "level"] == 0).all()
    assert np.isinf(table.loc[:10, "wait"]).all()
    assert (table.loc[:10, "occupancy"] == 1).all()


def chain(calls, handling, agents, patience, size=600):
    """Solve the birth and death chain of M/M/n+M directly."""
    rate = calls / 1800
    k = np.arange(size)
    out = np.minimum(k, agents) / handling + np.maximum(k - agents, 0) / patience
    logs = np.concatenate([[0], np.cumsum(np.log(rate / out[1:]))])
    p = np.exp(logs - logs.max())
    p /= p.sum()
    waiting = np.maximum(k - agents, 0)
    return pd.Series(
        {
            "abandoned": (waiting * p).sum() / patience / rate,
            "wait": (waiting * p).sum() / rate,
            "occupancy": (np.minimum(k, agents) * p).sum() / agents,
        }
    )


@pytest.mark.parametrize(
    ("calls", "handling", "agents", "patience"),
    [(100, 180, 10, 120), (100, 180, 3, 120), (100, 180, 20, 60), (9, 300, 1, 500)],
)
def test_erlang_a_agrees_with_its_chain(calls, handling, agents, patience):
    found = service.erlang_a(calls, handling, agents, patience)
    for name, expected in chain(calls, handling, agents, patience).items():
        assert found[name] == pytest.approx(expected, rel=1e-6), name


def test_erlang_a_with_endless_patience_is_erlang_c():
    patient = service.erlang_a(100, 180, 14, 1e7)
    row = service.staffing(100, 180).table.loc[14]
    for name in ("level", "wait", "occupancy"):
        assert patient[name] == pytest.approx(row[name], rel=1e-3)
    everybody = service.erlang_a(100, 180, 10, 120, within=1e6)
    assert everybody["level"] == pytest.approx(1 - everybody["abandoned"], rel=1e-6)


def test_the_simulated_calls_follow_their_recipe_and_erlang_a():
    calls = datasets.load("company_calls")
    assert calls["date"].nunique() == 20
    assert (calls["within_20"] + calls["abandoned"] <= calls["calls"]).all()
    # half hour by half hour, the model misses only what a line carries over
    rows = [
        service.erlang_a(row.calls, 260, row.agents, 200)[["level", "abandoned"]] * row.calls
        for row in calls.itertuples()
    ]
    expected = pd.DataFrame(rows).sum() / calls["calls"].sum()
    assert calls["within_20"].sum() / calls["calls"].sum() == pytest.approx(
        expected["level"], abs=0.05
    )
    assert calls["abandoned"].sum() / calls["calls"].sum() == pytest.approx(
        expected["abandoned"], abs=0.02
    )
    answered = calls["calls"] - calls["abandoned"]
    mean = (calls["handling_seconds"] * answered).sum() / answered.sum()
    assert mean == pytest.approx(260, rel=0.03)


def test_the_plan_of_a_day_adds_up():
    calls = pd.Series([20, 60, 0], ["a", "b", "c"])
    plan = service.day_plan(calls, 240, on_duty=[5, 5, 5])
    table = plan.to_frame()
    single = [service.staffing(c, 240).needed for c in calls]
    assert table["agents"].tolist() == single
    assert plan.hours == sum(single) / 2
    by_hand = (table["level"] * table["calls"]).sum() / 80
    assert plan.level == pytest.approx(by_hand)
    assert table.loc["b", "level_now"] == 0, "eight erlangs on five agents"
    assert service.day_plan(calls, 240).to_frame()["on_duty"].isna().all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: service.erlang_b(-1, 3), "load must be at least 0; got -1"),
        (lambda: service.erlang_b(1, -3), "lines must be a whole number of at least 0; got -3"),
        (lambda: service.erlang_c(1, 0), "agents must be a whole number of at least 1; got 0"),
        (lambda: service.erlang_c("x", 1), "load must be a number"),
        (lambda: service.staffing(10, 0), "handling must be above 0; got 0"),
        (lambda: service.staffing(10, 60, target=1), "target must be at least 0 and below 1; got"),
        (lambda: service.staffing(10, 60, within=-1), "within must be at least 0; got -1"),
        (lambda: service.staffing(1e9, 60), "calls must need at most 10,000 agents; got a load"),
        (lambda: service.staffing(9, 60, most_occupied=0), "most_occupied must be above 0 and at"),
        (lambda: service.day_plan([1, 2], 60), "calls must be a pandas Series; got list"),
        (lambda: service.day_plan(pd.Series([0.0]), 60), "calls must have a sum above 0; got 0"),
        (
            lambda: service.day_plan(pd.Series([1.0, 2]), 60, on_duty=[1]),
            "on_duty must have one number per interval (2); got 1",
        ),
        (lambda: service.erlang_a(9, 60, 2, 0), "patience must be above 0; got 0"),
    ],
    ids=range(13),
)
def test_bad_input_is_refused(call, says):
    with pytest.raises((ValueError, TypeError), match=re.escape(says)):
        call()
