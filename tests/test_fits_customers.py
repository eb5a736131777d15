"""Lifetimes, loyalty, trials, grades and call centres over many data sets: see simulated.py."""

import itertools

import numpy as np
import pandas as pd
import pytest

from crmlab import crm, grading, lifecycle, loyalty, service
from tests.simulated import covers, features, fits, generators, many, size

# How long customers stay.


def spells(count):
    for rng in generators(count, 1):
        n, unit = size(rng, 1, 2_000), np.exp(rng.uniform(-8, 8))
        time = unit * rng.exponential(size=n) ** np.exp(rng.uniform(-1, 1))
        watch = unit * rng.uniform(0, np.exp(rng.uniform(-3, 3)), n)
        if rng.random() < 0.4:
            time, watch = np.ceil(3 * time / unit), np.ceil(3 * watch / unit)
        event = (time <= watch) if rng.random() < 0.9 else np.full(n, rng.random() < 0.5)
        yield np.minimum(time, watch), event, str(rng.choice(["log-log", "plain"]))


def test_survival_curves_of_any_spells():
    def fit(case):
        curve = lifecycle.kaplan_meier(*case[:2], interval=case[2])
        return {"table": curve.table, "mean": curve.restricted_mean()}

    found, _refused = fits(fit, spells(many(500)), [])
    assert len(found) == many(500)
    for (time, event, _interval), got in found:
        table = got["table"]
        assert (table["low"] <= table["survival"] + 1e-12).all()
        assert (table["survival"] <= table["high"] + 1e-12).all()
        assert table["survival"].is_monotonic_decreasing
        assert table["events"].sum() == event.sum()
        assert 0 <= got["mean"][0] <= time.max() * (1 + 1e-12)


@pytest.mark.parametrize("interval", lifecycle.survival.INTERVALS)
def test_intervals_of_survival_hold_the_truth(interval):
    inside, means = [], []
    for rng in generators(150, 2):
        n = 300
        time, watch = rng.exponential(10, n), rng.uniform(0, 40, n)
        curve = lifecycle.kaplan_meier(np.minimum(time, watch), time <= watch, interval=interval)
        for t in (5, 15):
            row = curve.table.iloc[np.searchsorted(curve.table.index, t, "right") - 1]
            inside.append(row["low"] <= np.exp(-t / 10) <= row["high"])
        mean, error = curve.restricted_mean(20)
        means.append(abs(mean - 10 * (1 - np.exp(-2))) < 1.96 * error)
    covers(inside, slack=0.01)
    covers(means, slack=0.01)


def groups(count):
    for rng in generators(count, 3):
        n = size(rng, 1, 200)
        time = np.ceil(rng.exponential(10, n))
        watch = np.ceil(rng.uniform(0, 30, n))
        event = (time <= watch) & (rng.random() < 0.95)
        yield np.minimum(time, watch), event, rng.integers(0, rng.integers(1, 6), n)


def test_log_rank_tests_of_any_groups_and_their_level():
    found, refused = fits(
        lambda case: lifecycle.compare_survival(*case), groups(many(250)),
        [r"group must hold at least 2 groups", r"event must happen to somebody"],
        r"median|\.table\[(low|high)\]",
    )  # fmt: skip
    assert len(refused) == 2
    assert all(0 <= got.p_value <= 1 for _case, got in found)
    # Groups that are alike are told apart as often as the level says.
    large = [got.p_value > 0.05 for case, got in found if len(case[0]) > 50]
    covers(large, slack=0.02)


# Stages and patterns.


def order_logs(count):
    for rng in generators(count, 4):
        n, days = size(rng, 1, 60), float(np.exp(rng.uniform(0, 5)))
        first = rng.uniform(0, 300, n)
        often = rng.poisson(np.exp(rng.uniform(-3, 4)), n)
        who = np.concatenate([np.arange(n), np.repeat(np.arange(n), often)])
        later = rng.uniform(np.repeat(first, often), 400)
        when = np.floor(np.concatenate([first, later]))
        log = pd.DataFrame({
            "customer": who, "date": pd.to_datetime("2024-01-01") + pd.to_timedelta(when, unit="D")
        })  # fmt: skip
        yield log, {"period_days": max(days, 7.0)}


def test_stages_of_any_log():
    found, refused = fits(
        lambda case: lifecycle.detect_stages(case[0], **case[1]), order_logs(many(6)),
        [r"rate must be given where it cannot be estimated"],
    )  # fmt: skip
    assert len(found) > 0.7 * many(6)
    assert refused or many(6) < 100
    names = [name for name, _chinese in lifecycle.stage_names()]
    for (log, _settings), got in found:
        assert len(got.table) == log["customer"].nunique()
        assert got.table[names].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-4)


def test_chances_of_stages_and_patterns_come_true():
    """Of the customers whom the chance of a pattern is q, the share q has it."""
    for seed in range(many(2)):
        rng = np.random.default_rng([5, seed])
        drawn = lifecycle.simulate_relationships(800, int(rng.integers(6, 24)), seed=seed)
        got = lifecycle.classify_patterns(drawn.counts)
        assert got.mean_rate == pytest.approx(4, rel=0.25)
        assert got.rate_shape == pytest.approx(3, rel=0.6)
        for name in got.expected.index:
            chance = got.table[name].to_numpy()
            true = (drawn.truth["pattern"] == name).to_numpy()
            # A few lengths stand for all, which costs a little.
            error = np.sqrt((chance * (1 - chance)).sum()) / len(true)
            assert abs(true.mean() - chance.mean()) < 4 * error + 0.02


# Loyalty.


def curves(count):
    for rng in generators(count, 6):
        n, k = size(rng, 4, 200), int(rng.integers(1, 4))
        group = rng.integers(0, k, n)
        gamma, floor = np.exp(rng.uniform(-3, 3, k)), rng.choice([0.0, 0.2, 0.9])
        s = rng.uniform(0, 1, n) if rng.random() < 0.8 else rng.integers(0, 3, n) / 2
        y = (
            floor
            + (1 - floor) * s ** gamma[group]
            + rng.choice([0, 0.05, 0.5]) * rng.normal(size=n)
        )
        shape = rng.integers(12)
        y = {0: np.zeros(n), 1: np.ones(n), 2: 1 - s, 3: (y > 0.5).astype(float)}.get(shape, y)
        given = None if rng.random() < 0.6 else float(floor)
        yield s, np.clip(y, 0, 1), group, given


CURVES = [
    r"group must hold at least five customers",
    r"loyalty must follow a curve of satisfaction",
]


def test_loyalty_curves_of_any_answers():
    found, refused = fits(
        lambda case: loyalty.fit_loyalty_curves(*case[:3], floor=case[3]), curves(many(120)),
        CURVES, r"high\]$|floor_(low|high)",
    )  # fmt: skip
    assert set(refused) == set(CURVES)
    assert len(found) > 0.4 * many(120)
    for _case, got in found:
        assert (got.curves["low"] <= got.curves["competition"]).all()
        assert (got.curves["competition"] <= got.curves["high"]).all()
        assert got.curves["competition"].between(1.1e-3, 0.9e3).all()
        assert 0 <= got.floor < 1


def test_loyalty_curves_find_the_truth():
    inside = []
    for rng in generators(many(150), 7):
        s, group = rng.uniform(0, 1, 200), np.repeat([0, 1], 100)
        y = 0.3 + 0.7 * s ** np.array([0.8, 2.5])[group] + 0.05 * rng.normal(size=200)
        kept = (y > 0) & (y < 1)  # noise that leads outside would be clipped, and bend the curve
        if not kept.all():
            s, group, y = s[y < 2], group[y < 2], np.clip(y, 0, 1)
        got = loyalty.fit_loyalty_curves(s, y, group).curves
        inside += list((got["low"] <= [0.8, 2.5]) & (np.array([0.8, 2.5]) <= got["high"]))
    covers(inside, slack=0.03)


def price_logs(count):
    for rng in generators(count, 8):
        weeks = int(rng.integers(1, 60))
        price = np.exp(rng.choice([0, 1e-3, 0.2, 2]) * rng.normal(size=weeks))
        slope, noise = rng.normal(-1.5, 1.5), rng.choice([0, 0.2, 2])
        share = np.exp(0.3 + slope * np.log(price) + noise * rng.normal(size=weeks))
        ours = pd.DataFrame({"brand": "X", "units": share, "amount": share * price})
        theirs = pd.DataFrame({"brand": "Y", "units": 1.0, "amount": 1.0}, index=range(weeks))
        log = pd.concat([ours.assign(period=range(weeks)), theirs.assign(period=range(weeks))])
        yield log[rng.random(len(log)) < rng.choice([0.3, 1, 1])], slope, noise


def test_price_responses_find_the_truth_or_say_why_not():
    reasons = [
        r"of must be a brand of the log", r"log must not be empty",
        r"log must have at least three periods", r"log must have prices that change",
    ]  # fmt: skip
    found, refused = fits(lambda case: loyalty.price_response(case[0], "X"), price_logs(many(250)),
                          reasons)  # fmt: skip
    assert set(refused) >= {reasons[2], reasons[3]}
    assert len(found) > 0.4 * many(250)
    covers(got.low <= case[1] <= got.high for case, got in found if case[2])
    for case, got in found:
        if not case[2]:
            assert got.slope == pytest.approx(case[1], abs=1e-6)


# Trials by lot.


def trials(count):
    for rng in generators(count, 9):
        n, k = size(rng, 1, 500), int(rng.integers(1, 4))
        unit = np.exp(rng.uniform(-10, 10))
        before = unit * np.exp(rng.normal(0, rng.choice([0, 1, 3]), n)) * (rng.random(n) < 0.9)
        yield pd.DataFrame({
            "action": rng.choice(["visit", "none", "call"], n), "before": before,
            "after": before * rng.gamma(2, 0.5, n), "bought": rng.random(n) < rng.random(),
            "group": rng.integers(0, k, n),
        })  # fmt: skip


@pytest.mark.parametrize(("outcome", "base"), [("after", "before"), ("bought", None)])
def test_trials_of_any_size(outcome, base):
    found, refused = fits(
        lambda t: crm.trial_gain(t, "visit", outcome, base, t["group"]), trials(many(150)),
        [r"trial must have customers with the action"], r"with_action|without|change|low|high",
    )  # fmt: skip
    assert refused
    for trial, got in found:
        table = got.table
        # The change is missing where a side has fewer than two customers or no base; never else.
        for label, row in table.iterrows():
            own = trial[trial["group"] == label]
            sides = [own[own["action"] == name] for name in ("visit", "none")]
            lacks = any(
                len(side) < 2 or (base is not None and side[base].sum() == 0) for side in sides
            )
            assert np.isnan(row["change"]) == lacks
            assert row[["change", "low", "high"]].isna().sum() in (0, 3)


def test_intervals_of_a_trial_hold_the_truth():
    inside = []
    for rng in generators(150, 10):
        before = rng.gamma(2, 50, 400)
        visit = rng.random(400) < 0.5
        after = before * rng.gamma(4, np.where(visit, 0.25, 0.2))
        table = pd.DataFrame({
            "action": np.where(visit, "visit", "none"), "before": before, "after": after,
            "bought": rng.random(400) < np.where(visit, 0.5, 0.3),
        })  # fmt: skip
        for outcome, base in (("after", "before"), ("bought", None)):
            row = crm.trial_gain(table, "visit", outcome, base).table.iloc[0]
            inside.append(row["low"] <= 0.2 <= row["high"])
    covers(inside, slack=0.01)


# Call centres: not fitted but solved, and held against the chain of calls itself.


def lines(count):
    for rng in generators(count, 11):
        calls, handling = np.exp(rng.uniform(-3, 7)), np.exp(rng.uniform(2, 7))
        yield (
            calls,
            handling,
            {
                "target": rng.uniform(0, 0.99),
                "within": rng.choice([0.0, 20.0, 120.0]),
                "most_occupied": rng.choice([1.0, 0.85]),
            },
        )


def test_the_agents_needed_are_the_fewest_that_keep_the_promise():
    found, _refused = fits(
        lambda case: service.staffing(*case[:2], **case[2]), lines(many(300)), [], r"table\[wait\]"
    )
    for (calls, handling, wanted), plan in found:
        load = calls * handling / 1800
        kept = []
        for n in (plan.needed, plan.needed - 1):
            late = np.exp(-(n - load) * wanted["within"] / handling)
            level = 1 - service.erlang_c(load, n) * late if n > load else 0.0
            kept.append(level >= wanted["target"] and load <= n * wanted["most_occupied"])
        assert kept[0]
        assert plan.needed == 1 or not kept[1]


def patient_line(calls, handling, agents, patience, interval=1800.0):
    """Share that hangs up and occupancy, from the chances of each number of calls inside."""
    rate, chance = calls / interval, [0.0]
    for inside in itertools.count(1):
        ends = min(inside, agents) / handling + max(inside - agents, 0) / patience
        chance.append(chance[-1] + np.log(rate / ends))
        if inside > agents and rate < ends and chance[-1] < max(chance) - 45:
            break
    share = np.exp(np.array(chance) - max(chance))
    share /= share.sum()
    inside = np.arange(len(share))
    lost = (np.maximum(inside - agents, 0) / patience) @ share / rate
    return lost, np.minimum(inside, agents) @ share / agents


def impatient(count):
    for rng in generators(count, 12):
        calls, handling = np.exp(rng.uniform(-2, 6)), np.exp(rng.uniform(2, 6))
        agents = max(int(calls * handling / 1800 * np.exp(rng.uniform(-1, 1))), 1)
        yield calls, handling, agents, np.exp(rng.uniform(0, 7))


def test_callers_who_hang_up_agree_with_the_chain():
    found, _refused = fits(lambda case: service.erlang_a(*case), impatient(many(300)), [])
    for case, got in found:
        lost, busy = patient_line(*case)
        assert got["abandoned"] == pytest.approx(lost, abs=1e-7)
        assert got["occupancy"] == pytest.approx(busy, abs=1e-7)
        assert -1e-9 <= got["level"] <= 1 + 1e-9


# Rules learned and groups found.


def graded(count, seed):
    for rng in generators(count, seed):
        table = features(rng, size(rng, 4, 150), wild=0.5)
        score = table["x0"].rank(pct=True) + rng.choice([0, 0.3, 3]) * rng.random(len(table))
        grades = np.where(score > score.quantile(rng.choice([0.5, 0.9])), "A", "B")
        yield table, grades


GRADES = [r"grades must hold at least two grades, each at least"]


@pytest.mark.parametrize(
    "rule",
    [
        lambda: grading.GradeTree(depths=(1, 3), min_leaf=2, folds=2),
        lambda: grading.GradeNet(hidden=2, penalties=(3.0,), folds=2),
    ],
    ids=["tree", "net"],
)
def test_grades_of_any_customers_are_learned_or_say_why_not(rule):
    def fit(case):
        learned = rule().fit(*case)
        return {"chance": learned.predict_proba(case[0]), "grade": learned.predict(case[0])}

    found, refused = fits(fit, graded(many(15), 13), GRADES)
    assert set(refused) == set(GRADES)
    for _case, got in found:
        assert got["chance"].sum(axis=1).to_numpy() == pytest.approx(1)
        assert set(got["grade"]) <= {"A", "B"}


def test_clusters_of_any_customers():
    found, refused = fits(
        lambda table: grading.cluster_customers(table, 3, starts=2),
        (table for table, _grades in graded(many(60), 14)),
        [r"clusters must be at most the number of different customers"],
    )
    assert refused
    assert len(found) > 0.7 * many(60)
    for _table, got in found:
        assert sorted(got.unique()) == [1, 2, 3]
        assert got.value_counts().is_monotonic_decreasing
