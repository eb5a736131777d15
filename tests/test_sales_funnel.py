"""The funnel: the course's figures, intervals, inflow, velocity; leads of which some are open."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, sales
from crmlab._statistics import wilson
from crmlab.sales._incidence import incidence

COURSE = sales.funnel([80, 30, 16, 10], [1125, 318, 168, 108])
LEADS = datasets.load("company_leads").set_index("lead")
DATES = ["created", "first_contact", "intent", "negotiation", "contract", "closed"]


def test_the_courses_funnel() -> None:
    # Counts and forecasts as printed in the syllabus (P1).
    table = COURSE.table
    assert list(table.index) == ["first contact", "intent", "negotiation", "contract"]
    np.testing.assert_allclose(table["conversion"][1:], [30 / 80, 16 / 30, 10 / 16])
    np.testing.assert_allclose(table["overall"], [1, 0.375, 0.2, 0.125])
    np.testing.assert_allclose(table["value_per_customer"], [14.0625, 10.6, 10.5, 10.8])
    np.testing.assert_allclose(table["weighted"], [140.625, 106, 105, 108])
    assert COURSE.weighted == pytest.approx(459.625)
    assert COURSE.conversion == 0.125


def test_interval_is_wilsons() -> None:
    # Wilson's interval for 10 of 80, by his formula with z = 1.959964.
    z, n, p = 1.959963985, 80, 0.125
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    last = COURSE.table.iloc[-1]
    assert last["overall_low"] == pytest.approx(centre - half)
    assert last["overall_high"] == pytest.approx(centre + half)


@given(st.lists(st.integers(1, 500), min_size=2, max_size=6))
@settings(max_examples=40, deadline=None)
def test_conversions_multiply_to_the_whole(sizes: list[int]) -> None:
    counts = sorted(sizes, reverse=True)
    made = sales.funnel(counts)
    assert made.table["conversion"][1:].prod() == pytest.approx(made.conversion)
    np.testing.assert_allclose(made.table["overall"] * made.table["to_contract"], made.conversion)
    inside = (made.table["low"] <= made.table["conversion"] + 1e-9) & (
        made.table["conversion"] <= made.table["high"] + 1e-9
    )
    assert inside[1:].all()


def test_what_has_to_enter() -> None:
    need = sales.required_inflow(COURSE, target=216)
    assert need.contracts == pytest.approx(20)
    np.testing.assert_allclose(need.table["needed"], [160, 60, 32, 20])
    low, high = wilson(10, 80)
    assert need.table["low"].iloc[0] == pytest.approx(20 / float(high))
    assert need.table["high"].iloc[0] == pytest.approx(20 / float(low))
    assert (need.table.iloc[-1] == 20).all()
    # With the conversion as it is, the needed number gives the target.
    assert need.table["needed"].iloc[0] * COURSE.conversion * 10.8 == pytest.approx(216)


def test_velocity_is_the_flow_of_a_steady_funnel() -> None:
    # A funnel that two leads enter every day, each open for 50 days, holds 100 (Little 1961).
    assert sales.sales_velocity(100, 0.2, 5, 50) == pytest.approx(2 * 0.2 * 5)


def test_weighted_forecast_has_the_moments_of_a_sum() -> None:
    mean, spread = sales.weighted_forecast([10, 20, 5], [0.5, 0.1, 1])
    assert mean == pytest.approx(12)
    assert spread == pytest.approx(np.sqrt(25 + 400 * 0.09))
    rng = np.random.default_rng(3)
    drawn = (rng.random((40_000, 3)) < [0.5, 0.1, 1]) @ np.array([10, 20, 5])
    assert drawn.mean() == pytest.approx(mean, abs=0.15)
    assert drawn.std() == pytest.approx(spread, abs=0.15)


def test_without_open_ends_the_estimate_is_the_share() -> None:
    rng = np.random.default_rng(1)
    time, on = rng.integers(1, 30, 60).astype(float), rng.random(60) < 0.3
    got = incidence(time, on, ~on)
    share = on.mean()
    assert got.chance[-1] == pytest.approx(share)
    assert got.variance[-1] == pytest.approx(share * (1 - share) / 60)
    assert got.left == pytest.approx(0)


def test_aalen_johansen_by_hand() -> None:
    # Times 1 on, 2 open, 3 lost, 4 on: S(1-)=1, 1/4; then 1/2 of 3/4 is lost; the last goes on.
    got = incidence(
        np.array([1.0, 2, 3, 4]), np.array([1, 0, 0, 1], bool), np.array([0, 0, 1, 0], bool)
    )
    assert got.chance.tolist() == pytest.approx([0.25, 0.25, 0.625])
    assert got.left == pytest.approx(0)


def test_the_chance_is_found_early_where_the_closed_leads_mislead() -> None:
    early = sales.lead_funnel(LEADS, day="2023-06-30")
    truth = datasets.load("company_leads_truth").set_index("lead")["chance"]
    true = truth[LEADS.index[LEADS["created"] <= "2023-06-30"]].mean()
    assert early.overall["low"] < true < early.overall["high"]
    assert early.overall["closed"] > early.overall["high"]
    assert early.overall["naive"] < early.overall["low"]


def test_lead_funnel_counts_every_lead_once() -> None:
    found = sales.lead_funnel(LEADS, day="2024-12-31").table
    assert (found["went_on"] + found["lost"] + found["open"] == found["entered"]).all()
    assert (found["entered"][1:].to_numpy() == found["went_on"][:-1].to_numpy()).all()
    assert (found["naive"] <= found["survival"]).all()


def test_nothing_after_the_day_is_looked_at() -> None:
    cut = LEADS[LEADS["created"] <= "2024-03-31"].copy()
    day = pd.Timestamp("2024-03-31")
    for name in DATES:
        cut[name] = cut[name].where(cut[name] <= day)
    known = cut.assign(value_signed=cut["value_signed"].where(cut["contract"].notna()))
    pd.testing.assert_frame_equal(
        sales.lead_funnel(known, day=day).table, sales.lead_funnel(LEADS, day=day).table
    )
    pd.testing.assert_frame_equal(sales.snapshot(known, day), sales.snapshot(LEADS, day))
    assert repr(sales.sales_forecast(known, day, draws=50)) == repr(
        sales.sales_forecast(LEADS, day, draws=50)
    )


def test_snapshot_is_the_funnel_of_that_day() -> None:
    day = pd.Timestamp("2025-11-30")
    here = sales.snapshot(LEADS, day)
    rows = LEADS.loc[here.index]
    assert (rows["created"] <= day).all()
    assert (rows["closed"].isna() | (rows["closed"] > day)).all()
    out = LEADS.drop(here.index)
    assert ((out["created"] > day) | (out["closed"] <= day)).all()
    entered = [rows.loc[name, stage] for name, stage in here["stage"].items()]
    assert (here["entered"].to_numpy() == np.array(entered, "datetime64[ns]")).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sales.funnel([5]), r"counts must have at least 2 stages; got 1"),
        (lambda: sales.funnel([5, 6]), r"counts must not grow .*; got 5, then 6"),
        (lambda: sales.funnel([5.5, 2]), r"counts must be whole numbers; got 5.5"),
        (lambda: sales.funnel([0, 0]), r"counts must begin with at least 1 customer; got 0"),
        (lambda: sales.funnel([5, 2], [1]), r"values must have one number per stage \(2\); got 1"),
        (lambda: sales.funnel([5, 2], stages=["a", "a"]), r"stages must hold 2 different names"),
        (lambda: sales.funnel([5, 2]).weighted, r"values must be given to funnel\(\)"),
        (lambda: sales.required_inflow(sales.funnel([5, 0]), 9, 1), r"must have a contract"),
        (lambda: sales.required_inflow(sales.funnel([5, 2]), 9), r"value must be given where"),
        (lambda: sales.sales_velocity(1, 1.2, 1, 1), r"win_rate must be between 0 and 1; got 1.2"),
        (lambda: sales.weighted_forecast([1, 2], [0.1]), r"one number or one per value \(2\)"),
        (lambda: sales.lead_funnel(LEADS, day="2020-01-01"), r"day must not be before the fir"),
        (lambda: sales.snapshot(LEADS, "then"), r"day must be a date; got 'then'"),
        (
            lambda: sales.snapshot(LEADS.assign(intent=pd.Timestamp("2020-01-01")), "2025-01-01"),
            r"intent must not be earlier than first_contact; got that in row 'L0001'",
        ),
        (
            lambda: sales.snapshot(LEADS.assign(closed=pd.Timestamp("2020-01-01")), "2025-01-01"),
            r"closed must not be earlier than a stage; got that in row 'L0001'",
        ),
        (lambda: sales.snapshot(LEADS.drop(columns="closed"), "2025-01-01"), r"column 'closed'"),
    ],
)
def test_bad_input(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_wrong_kinds() -> None:
    with pytest.raises(TypeError, match=r"result must be made by funnel\(\); got int"):
        sales.required_inflow(3, 5)
    with pytest.raises(TypeError, match="created must hold dates"):
        sales.snapshot(LEADS.assign(created=1), "2025-01-01")
