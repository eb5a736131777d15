"""Curves, zones and the three traps: rows Y4 and Y5 of the syllabus."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, loyalty
from crmlab._statistics import wilson

quick = settings(max_examples=60, deadline=None, derandomize=True)
parts = st.floats(0, 1)
strengths = st.floats(0.05, 8)


@quick
@given(parts, parts, strengths, strengths, parts)
def test_curves_rise_with_satisfaction_and_fall_with_competition(s, other, weak, strong, floor):
    low, high = sorted((s, other))
    calm, fierce = sorted((weak, strong))
    assert loyalty.loyalty_curve(low, weak, floor) <= loyalty.loyalty_curve(high, weak, floor)
    assert loyalty.loyalty_curve(s, calm, floor) >= loyalty.loyalty_curve(s, fierce, floor) - 1e-12
    assert floor <= loyalty.loyalty_curve(s, weak, floor) <= 1


@quick
@given(strengths, parts)
def test_every_curve_runs_from_the_floor_to_one(gamma, floor):
    ends = loyalty.loyalty_curve([0, 1], gamma, floor)
    assert ends == pytest.approx([floor, 1])
    assert loyalty.loyalty_curve(0.3, 1.0, 0.0) == pytest.approx(0.3)


@quick
@given(st.floats(0.05, 0.95), strengths, parts)
def test_gain_is_the_slope_of_the_curve(s, gamma, floor):
    step = 1e-6
    ahead, behind = (loyalty.loyalty_curve(s + d, gamma, floor) for d in (step, -step))
    slope = (ahead - behind) / (2 * step)
    assert loyalty.loyalty_gain(s, gamma, floor) == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_standing_is_the_share_below():
    rng = np.random.default_rng(2)
    values = rng.integers(1, 11, 200)
    expected = [(values < v).mean() + (values == v).mean() / 2 for v in values]
    assert loyalty.standing(values) == pytest.approx(np.array(expected))


def test_a_fit_recovers_curves_without_noise():
    s = np.tile(np.linspace(0.02, 1, 40), 3)
    group = np.repeat(["calm", "even", "fierce"], 40)
    true = np.repeat([0.3, 1.0, 3.2], 40)
    found = loyalty.fit_loyalty_curves(s, loyalty.loyalty_curve(s, true, 0.15), group)
    assert found.curves["competition"].to_numpy() == pytest.approx([0.3, 1.0, 3.2], rel=1e-5)
    assert found.floor == pytest.approx(0.15, abs=1e-5)


def test_intervals_of_a_fit_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(11)
    held = []
    for _round in range(150):
        s, group = rng.random(120), rng.integers(0, 2, 120)
        true = np.array([0.6, 2.5])
        y = loyalty.loyalty_curve(s, true[group], 0.1) + 0.03 * rng.standard_normal(120)
        inside = (y >= 0) & (y <= 1)
        found = loyalty.fit_loyalty_curves(s[inside], y[inside], group[inside], floor=0.1).curves
        held.append((found["low"] <= true) & (true <= found["high"]))
    assert 0.88 < np.mean(held) <= 1.0


def test_the_fit_agrees_with_scipys_curve_fit():
    from scipy.optimize import curve_fit

    rng = np.random.default_rng(12)
    s = rng.uniform(0.05, 1, 200)
    y = np.clip(loyalty.loyalty_curve(s, 1.7, 0.2) + 0.05 * rng.standard_normal(200), 0, 1)
    ours = loyalty.fit_loyalty_curves(s, y)
    (gamma, floor), covariance = curve_fit(loyalty.loyalty_curve, s, y, p0=(1.0, 0.1))
    assert ours.curves.loc["all", "competition"] == pytest.approx(gamma, rel=1e-4)
    assert ours.floor == pytest.approx(floor, abs=1e-4)
    assert ours.floor_high - ours.floor == pytest.approx(
        1.972 * np.sqrt(covariance[1, 1]), rel=1e-2
    )


def test_the_survey_gives_back_the_powers_it_was_made_with():
    """`Survey.wallet_power` of recipes/simulate_survey.py, floor 0.08."""
    survey = datasets.load("company_survey").dropna()
    items = survey[[f"satisfaction_{i}" for i in (1, 2, 3)]].mean(axis=1)
    found = loyalty.fit_loyalty_curves(
        loyalty.standing(items), survey["share_of_wallet"], survey["alternatives"], floor=0.08
    ).curves
    true = np.array([0.22, 0.45, 0.85, 1.5, 2.4, 3.4])
    assert np.abs(np.log(found["competition"] / true)).max() < 0.25
    assert found["competition"].is_monotonic_increasing


def test_noise_in_the_scale_raises_the_foot_of_the_curve():
    rng = np.random.default_rng(13)
    felt = rng.standard_normal(4000)
    y = loyalty.loyalty_curve(loyalty.standing(felt), 3.0, 0.1)
    noisy = loyalty.standing(felt + 0.5 * rng.standard_normal(4000))
    clean = loyalty.fit_loyalty_curves(loyalty.standing(felt), y)
    blurred = loyalty.fit_loyalty_curves(noisy, y)
    known = loyalty.fit_loyalty_curves(noisy, y, floor=0.1)
    assert clean.floor == pytest.approx(0.1, abs=1e-6)
    assert blurred.floor > 0.12
    assert blurred.curves.loc["all", "competition"] > 3.2
    assert known.curves.loc["all", "competition"] == pytest.approx(3, abs=0.15)


def test_zones_are_the_four_corners():
    rng = np.random.default_rng(14)
    s, y = rng.uniform(1, 10, 500), rng.random(500)
    found = loyalty.loyalty_zones(s, y, satisfied=7, loyal=0.5)
    assert found.counts["loyalist"] == ((s >= 7) & (y >= 0.5)).sum()
    assert found.counts["mercenary"] == ((s >= 7) & (y < 0.5)).sum()
    assert found.counts["hostage"] == ((s < 7) & (y >= 0.5)).sum()
    assert found.counts.sum() == 500


# The traps.


@quick
@given(parts, parts, st.floats(0.05, 0.45), st.floats(0.5, 0.95), parts, parts)
def test_threshold_curve_is_flat_between_and_rises_outside(a, b, first, second, plateau, share):
    drift = share * (1 - plateau)
    low, high = sorted((a, b))

    def value(s):
        return loyalty.threshold_loyalty(s, first, second, plateau, drift)

    assert value(low) <= value(high) + 1e-12
    assert (value(0), value(1)) == pytest.approx((0, 1))
    assert value(second) - value(first) == pytest.approx(drift, abs=1e-12)


def test_without_drift_the_insensitive_zone_brings_nothing():
    zone = loyalty.threshold_loyalty(np.linspace(0.4, 0.8, 9), 0.4, 0.8, 0.5)
    assert zone == pytest.approx(np.full(9, 0.5))


@quick
@given(parts, parts, st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.1, 20))
def test_two_factors_are_the_sum_of_their_parts(basic, latent, one, two, k):
    both = loyalty.two_factor_loyalty(basic, latent, basic_gain=one, latent_gain=two, saturation=k)
    alone = loyalty.two_factor_loyalty(basic, 0, basic_gain=one, latent_gain=0, saturation=k)
    other = loyalty.two_factor_loyalty(0, latent, basic_gain=0, latent_gain=two, saturation=k)
    assert both == pytest.approx(alone + other)
    assert other == pytest.approx(two * latent)
    assert alone >= one * basic - 1e-12, "saturating: above the straight line"
    ends = loyalty.two_factor_loyalty([0, 1], [0, 1], basic_gain=one, latent_gain=two, saturation=k)
    assert ends == pytest.approx([0, one + two])


def test_the_basic_part_is_concave():
    steps = np.diff(loyalty.two_factor_loyalty(np.linspace(0, 1, 50), 0.0))
    assert (np.diff(steps) < 0).all()


@quick
@given(st.floats(0.1, 50), st.floats(0.1, 50), st.floats(0.1, 12))
def test_relative_loyalty_counts_ratios_only(value, rival, theta):
    ours = loyalty.relative_loyalty(value, rival, theta)
    assert ours + loyalty.relative_loyalty(rival, value, theta) == pytest.approx(1)
    assert loyalty.relative_loyalty(3 * value, 3 * rival, theta) == pytest.approx(ours)
    assert ours == pytest.approx(value**theta / (value**theta + rival**theta))


def test_ten_per_cent_better_wins_59_per_cent():
    assert loyalty.relative_loyalty(1.1, 1.0) == pytest.approx(1.1**4 / (1.1**4 + 1))
    assert round(loyalty.relative_loyalty(1.1, 1.0), 2) == 0.59


def test_trap_share_counts_among_the_satisfied_only():
    s = pd.Series([9, 9, 8, 8, 3, 2], index=list("abcdef"))
    found = loyalty.trap_share(
        s, [0.9, 0.2, 0.1, 0.8, 0.1, 0.9], satisfied=8, loyal=0.5, group=list("xxyyyz")
    )
    table = found.groups
    assert table["trapped"].to_dict() == {"x": 1, "y": 1, "z": 0, "all": 2}
    assert table["satisfied"].to_dict() == {"x": 2, "y": 2, "z": 0, "all": 4}
    assert table.loc["all", ["share", "low", "high"]].tolist() == pytest.approx(
        [0.5, *wilson(2, 4)]
    )
    assert np.isnan(table.loc["z", "share"])
    assert found.trapped[found.trapped].index.tolist() == ["b", "c"]


def test_trapped_customers_are_the_mercenaries():
    rng = np.random.default_rng(15)
    s, y = rng.uniform(1, 10, 300), rng.random(300)
    cuts = {"satisfied": 7, "loyal": 0.5}
    trapped = loyalty.trap_share(s, y, **cuts).groups.loc["all", "trapped"]
    assert trapped == loyalty.loyalty_zones(s, y, **cuts).counts["mercenary"]
