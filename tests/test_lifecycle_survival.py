"""Churn, cohorts, survival, lifecycle profit: rows L4 and L5 of the syllabus."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv, datasets, lifecycle

quick = settings(max_examples=40, deadline=None, derandomize=True)
spells = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=2, max_size=25)

# Freireich and others (1963), weeks of remission, as printed in textbooks of survival analysis.
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TIME = [*TREATED[0], *TREATED[1]]
EVENT = [1] * 9 + [0] * 12


# Churn.


def test_churn_and_mean_lifetime():
    found = lifecycle.churn(20, 100)
    assert found.lifetime == 5
    # Wilson's interval of 20 in 100: 0.1334 to 0.2888 (Wilson 1927; computed by hand).
    z = 1.959963984540054
    centre, half = (0.2 + z**2 / 200) / (1 + z**2 / 100), z / (1 + z**2 / 100)
    half *= np.sqrt(0.2 * 0.8 / 100 + z**2 / 40_000)
    assert (found.low, found.high) == pytest.approx((centre - half, centre + half))
    assert found.lifetime_interval == pytest.approx((1 / (centre + half), 1 / (centre - half)))
    assert 0.8**found.half_life == pytest.approx(0.5)
    assert lifecycle.churn(0, 9).lifetime == np.inf
    assert lifecycle.churn(9, 9).half_life == 0
    assert found.to_frame().loc["lifetime", "estimate"] == 5


@quick
@given(st.floats(0.05, 0.9))
def test_one_over_churn_is_the_mean_of_the_geometric_law(c):
    t = np.arange(1, 2000)
    assert (t * c * (1 - c) ** (t - 1)).sum() == pytest.approx(1 / c)


# Kaplan-Meier.


def test_the_published_survival_of_the_remission_data():
    curve = lifecycle.kaplan_meier(TIME, EVENT)
    printed = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for week, share in printed.items():
        assert curve.survival_at(week) == pytest.approx(share, abs=5e-4)
    assert curve.median == 23
    assert curve.median_interval[0] == 13
    assert np.isnan(curve.median_interval[1])
    assert (curve.customers, curve.events) == (21, 9)
    assert np.isnan(curve.survival_at(36))


def test_the_published_log_rank_test_of_the_remission_data():
    # Expected relapses 19.25 and 10.75, statistic 16.79: the textbook result of these data.
    both = lifecycle.compare_survival(
        TIME + PLACEBO, EVENT + [1] * 21, ["6-MP"] * 21 + ["placebo"] * 21
    )
    assert both.table["expected"].round(2).tolist() == [19.25, 10.75]
    assert both.statistic == pytest.approx(16.79, abs=5e-3)
    assert both.p_value == pytest.approx(4.17e-5, rel=0.01)
    assert both.table["median"].tolist() == [23, 8]
    assert both.degrees == 1


def by_hand(time, event):
    """Survival, Greenwood's sum and restricted mean by definition."""
    survival, greenwood, rows = 1.0, 0.0, {}
    for t in sorted(set(time)):
        risk = sum(x >= t for x in time)
        died = sum(x == t and e for x, e in zip(time, event, strict=True))
        survival *= 1 - died / risk
        greenwood += died / (risk * (risk - died)) if risk > died else np.inf
        rows[t] = (risk, died, survival, greenwood)
    return rows


@quick
@given(spells)
def test_kaplan_meier_is_its_definition(pairs):
    time, event = [a for a, _b in pairs], [b for _a, b in pairs]
    curve = lifecycle.kaplan_meier(time, event)
    rows = by_hand(time, event)
    for t, (risk, died, survival, greenwood) in rows.items():
        line = curve.table.loc[t]
        assert (line["at_risk"], line["events"]) == (risk, died)
        assert line["survival"] == pytest.approx(survival, abs=1e-12)
        if 0 < survival < 1:
            assert line["std_error"] == pytest.approx(survival * np.sqrt(greenwood))
            spread = 1.959964 * np.sqrt(greenwood) / abs(np.log(survival))
            assert line["low"] == pytest.approx(survival ** np.exp(spread), rel=1e-5)
            assert line["high"] == pytest.approx(survival ** np.exp(-spread), rel=1e-5)
        assert 0 <= line["low"] <= line["survival"] + 1e-12 <= line["high"] + 2e-12 <= 1 + 3e-12
    plain = lifecycle.kaplan_meier(time, event, interval="plain").table
    assert plain["survival"].equals(curve.table["survival"])
    assert (plain["low"] >= 0).all()


@quick
@given(st.lists(st.integers(1, 12), min_size=2, max_size=25))
def test_without_censoring_it_is_the_share_and_the_mean(time):
    curve = lifecycle.kaplan_meier(time, np.ones(len(time)))
    for t in set(time):
        assert curve.survival_at(t) == pytest.approx(np.mean([x > t for x in time]))
    area, error = curve.restricted_mean()
    assert area == pytest.approx(np.mean(time))
    # Greenwood's variance of the mean is then that of the sample, divided by n.
    assert error == pytest.approx(np.std(time) / np.sqrt(len(time)), abs=1e-9)


def test_the_restricted_mean_is_the_area():
    curve = lifecycle.kaplan_meier(TIME, EVENT)
    grid = np.linspace(0, 35, 350_001)[:-1] + 5e-5
    assert curve.restricted_mean()[0] == pytest.approx(
        curve.survival_at(grid).mean() * 35, rel=1e-5
    )
    assert curve.restricted_mean(6)[0] == pytest.approx(6)
    with pytest.raises(ValueError, match="horizon must be at most the longest time seen, 35"):
        curve.restricted_mean(36)


@quick
@given(spells, st.integers(0, 5))
def test_the_log_rank_test_is_that_of_the_two_by_two_tables(pairs, seed):
    time, event = [a for a, _b in pairs], [b for _a, b in pairs]
    group = np.random.default_rng(seed).integers(0, 2, len(time))
    if len(set(group)) < 2 or not any(event):
        return
    found = lifecycle.compare_survival(time, event, group)
    gap = variance = 0.0
    for t in sorted(set(time)):
        there = np.array(time) >= t
        now = (np.array(time) == t) & np.array(event)
        n, n1, d, d1 = there.sum(), there[group == 1].sum(), now.sum(), now[group == 1].sum()
        gap += d1 - d * n1 / n
        if n > 1:
            variance += d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1)
    assert found.table["observed"].sum() == sum(event)
    assert found.table["expected"].sum() == pytest.approx(sum(event))
    expected = gap**2 / variance if variance > 1e-12 else 0.0
    assert found.statistic == pytest.approx(expected, abs=1e-8)


def test_three_groups_have_two_degrees_and_names_do_not_matter():
    rng = np.random.default_rng(1)
    time, event, group = rng.integers(1, 30, 90), rng.random(90) < 0.7, rng.integers(0, 3, 90)
    one = lifecycle.compare_survival(time, event, group)
    two = lifecycle.compare_survival(time, event, np.array(["z", "a", "m"])[group])
    assert one.degrees == 2
    assert one.statistic == pytest.approx(two.statistic)


# Cohorts and lifetimes.


def test_cohorts_by_hand():
    dates = ["2023-02-01", "2023-05-01", "2023-08-01", "2023-04-01", "2023-11-01", "2024-01-02"]
    log = pd.DataFrame({"customer": list("aaabba"), "date": pd.to_datetime(dates)})
    active = lifecycle.cohort_table(log, end="2023-12-31", period="Q")
    assert active.counts.index.tolist() == ["2023 Q1", "2023 Q2"]
    assert active.counts.loc["2023 Q1"].tolist() == [1, 1, 1, 0]
    assert active.counts.loc["2023 Q2"].tolist()[:3] == [1, 0, 1]
    assert np.isnan(active.counts.loc["2023 Q2", 3])
    until = lifecycle.cohort_table(log, end="2023-12-31", period="Q", count="until last")
    assert until.counts.loc["2023 Q2"].tolist()[:3] == [1, 1, 1]
    assert active.left_out == 1
    assert len(active.to_frame()) == 7
    monthly = lifecycle.cohort_table(log, end="2023-12-31", period="M")
    assert monthly.counts.index.tolist() == ["2023-02", "2023-04"]


def test_the_cohorts_hold_every_customer_and_only_fall_until_the_last_order():
    orders = datasets.load("company_orders")
    for period in ("Y", "Q"):
        table = lifecycle.cohort_table(orders, end="2025-12-31", period=period, count="until last")
        assert table.sizes.sum() == 1500
        assert (table.counts[0] == table.sizes).all()
        assert not (table.counts.diff(axis=1) > 0).to_numpy().any()
    share = table.by_age
    seen = table.shares.notna().mul(table.sizes, axis=0)
    assert share[4] == pytest.approx(table.counts[4].sum() / seen[4].sum())


def test_lifetimes_by_rule_are_near_the_truth_of_the_company():
    orders = datasets.load("company_orders")
    truth = datasets.load("company_truth").set_index("customer")
    found = lifecycle.lifetimes(orders, 180, end="2025-12-31")
    left = truth["left"].notna()
    assert (found["gone"] == left[found.index]).mean() > 0.9
    curve = lifecycle.kaplan_meier(found["time"] / 365.25, found["gone"])
    acquired = datasets.load("company_customers").set_index("customer")["acquired"]
    years = (truth["left"].fillna(pd.Timestamp("2026-01-01")) - acquired).dt.days / 365.25
    true = lifecycle.kaplan_meier(years, left)
    assert curve.survival_at([1, 2, 3]) == pytest.approx(true.survival_at([1, 2, 3]), abs=0.03)


# Lifecycle profit.


@quick
@given(st.floats(1, 500), st.floats(0.05, 1), st.floats(0, 0.4), st.integers(1, 12))
def test_with_base_profit_alone_it_is_the_retention_model(margin, retention, rate, years):
    plan = lifecycle.lifecycle_profit(years, base=margin, retention=retention, rate=rate)
    known = clv.retention_value(margin, retention, rate, years) / retention
    assert plan.total == pytest.approx(known)


amounts = st.lists(st.floats(0, 100), min_size=4, max_size=4)


@quick
@given(amounts, amounts, amounts, st.floats(0, 300), st.sampled_from(["start", "middle", "end"]))
def test_the_parts_sum_to_the_total_and_to_value_parts(gain, referral, harm, paid, timing):
    stays = [1, 0.7, 0.6, 0.2]
    plan = lifecycle.lifecycle_profit(
        4, base=10, growth=gain, referral=referral, bad_word=harm, acquisition=paid,
        retention=stays, rate=0.1, timing=timing,
    )  # fmt: skip
    assert plan.parts.sum() == pytest.approx(plan.total)
    known = clv.value_parts(
        {"base": 10 * np.array(stays), "growth": np.multiply(gain, stays),
         "referral": np.multiply(referral, stays)},
        0.1, timing, costs={"won": paid, "harm": np.multiply(harm, stays)},
    )  # fmt: skip
    assert plan.total == pytest.approx(known.total)


def test_break_even_is_the_first_year_that_pays():
    # 100 + 80 + 64 + 51.2: the quiz of the chapter.
    plan = lifecycle.lifecycle_profit(5, base=100, acquisition=250, retention=0.8)
    assert plan.table["cumulative"].tolist()[:5] == pytest.approx([-250, -150, -70, -6, 45.2])
    assert plan.break_even == 4
    assert np.isnan(lifecycle.lifecycle_profit(2, base=1, acquisition=9).break_even)
    assert "not reached" in repr(lifecycle.lifecycle_profit(2, base=1, acquisition=9))
    better = lifecycle.lifecycle_profit(5, base=110, acquisition=250, retention=0.8)
    gain = lifecycle.profit_gain(plan, better)
    assert gain == pytest.approx(10 * (1 + 0.8 + 0.64 + 0.512 + 0.4096))


def test_the_worked_example_of_the_chapter():
    plan = lifecycle.lifecycle_profit(
        7, base=300, growth=[0, 60, 100, 130, 150, 160, 160],
        cost_saving=[0, 20, 40, 50, 60, 60, 60], referral=[0, 30, 50, 60, 60, 60, 60],
        acquisition=800, price_concessions=[60, 30, 20, 0, 0, 0, 0], bad_word=10,
        retention=0.75, rate=0.1,
    )  # fmt: skip
    yearly = [230, 370, 460, 530, 560, 570, 570]
    value = sum(p * 0.75**t / 1.1 ** (t + 1) for t, p in enumerate(yearly)) - 800
    assert plan.table["profit"].tolist()[1:] == yearly
    assert plan.total == pytest.approx(value)
    assert plan.break_even == 5


LOG = pd.DataFrame({"customer": ["a"], "date": pd.to_datetime(["2025-01-01"])})
PLAN = lifecycle.lifecycle_profit(1, base=1)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: lifecycle.churn(3, 2), "lost must be at most customers, 2; got 3"),
        (lambda: lifecycle.churn(0, 0), "customers must be a whole number of at least 1"),
        (lambda: lifecycle.kaplan_meier([1, -1], [1, 1]), "time must be at least 0; got -1"),
        (lambda: lifecycle.kaplan_meier([1, 2], [1, 2]), "event must be between 0 and 1; got 2"),
        (lambda: lifecycle.kaplan_meier([1, 2], [1, 0.5]), "event must be 0 or 1; got 0.5"),
        (lambda: lifecycle.kaplan_meier([1, 2], [1]), "event must have one value per time"),
        (lambda: lifecycle.kaplan_meier([1], [1], interval="log"), "interval must be one of"),
        (lambda: lifecycle.kaplan_meier([], []), "time must not be empty"),
        (lambda: lifecycle.compare_survival([1, 2], [1, 1], ["a", "a"]), "at least 2 groups"),
        (lambda: lifecycle.compare_survival([1, 2], [0, 0], ["a", "b"]), "nobody who left"),
        (lambda: lifecycle.compare_survival([1, 2], [1, 1], ["a"]), "group must have one label"),
        (lambda: lifecycle.cohort_table(LOG, period="W"), "period must be one of 'M', 'Q', 'Y'"),
        (lambda: lifecycle.cohort_table(LOG), "log must hold an order in a period that is over"),
        (lambda: lifecycle.lifetimes(LOG, 0), "silent_days must be above 0"),
        (lambda: lifecycle.lifetimes(LOG, 9, end="2024-01-01"), "log must hold an order up to"),
        (lambda: lifecycle.lifecycle_profit(3, base=[1, 2]), "base must be one number or one per"),
        (lambda: lifecycle.lifecycle_profit(1, base=1, bad_word=-1), "bad_word must be at least 0"),
        (lambda: lifecycle.lifecycle_profit(1, base=1, retention=2), "retention must be between"),
        (lambda: lifecycle.lifecycle_profit(2, base=1, retention=[0.5, 0.6]), "must not rise"),
        (lambda: lifecycle.profit_gain(PLAN, 3), "other must be a LifecycleProfit; got int"),
    ],
    ids=map(str, range(20)),
)
def test_bad_input_is_named(call, says):
    with pytest.raises((ValueError, TypeError), match=says):
        call()
