"""Stages, detection, patterns: rows L1 to L3 of the syllabus."""

from math import exp, lgamma, log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, lifecycle
from crmlab.lifecycle._paths import Paths, Rate, course_level, posterior

quick = settings(max_examples=25, deadline=None, derandomize=True)
STAGES = [name for name, _chinese in lifecycle.stage_names()]
PATTERNS = [name for name, _chinese in lifecycle.pattern_names()]


# The curve.


@quick
@given(st.lists(st.floats(0.2, 6), min_size=4, max_size=4))
def test_the_level_rises_through_three_stages_and_falls_in_the_fourth(lengths):
    curve = lifecycle.stage_curve(*lengths, points=300)
    falling = curve.stage == "decline"
    assert (np.diff(curve.level[~falling]) >= -1e-12).all()
    assert (np.diff(curve.level[falling]) <= 1e-12).all()
    assert curve.level.max() == pytest.approx(1, abs=0.01)
    assert list(dict.fromkeys(curve.stage)) == STAGES
    assert np.diff(curve.bounds) == pytest.approx(lengths)


def test_the_indicators_do_what_the_course_says_of_each_stage():
    # Seed 001, 2.5.3: basic gains in exploration; income above cost in build-up; a higher price,
    # large profit and indirect benefit in stability; volume and profit fall in decline.
    table = lifecycle.stage_curve().by_stage()
    assert table.loc["exploration", "profit"] < 0 < table.loc["build-up", "profit"]
    for name in ("volume", "price", "indirect", "profit"):
        assert table[name].idxmax() == "stability"
    assert table["cost"].idxmin() == "stability"
    curve = lifecycle.stage_curve()
    last = curve.indicators.iloc[-1]
    assert last["indirect"] < 0
    assert last["profit"] < 0
    assert curve.bounds[1] < curve.first_profit < curve.bounds[2]


def test_the_profit_is_the_formula():
    curve = lifecycle.stage_curve(care=7)
    row = curve.indicators.iloc[150]
    gain = row["volume"] * (row["price"] - row["cost"]) + row["indirect"] - 7
    assert row["profit"] == pytest.approx(gain)
    assert np.isnan(lifecycle.stage_curve(care=1e6).first_profit)
    assert list(curve.to_frame().columns)[:2] == ["stage", "level"]


def test_six_stages_map_onto_four_in_order():
    table = lifecycle.six_stages()
    order = [STAGES.index(stage) for stage in table["stage"]]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2, 3}
    assert len(table) == 6


def test_the_six_tactics_of_the_course_are_in_the_table():
    wanted = {"personalisation", "value-added service", "cross-selling", "exit barriers",
              "standardisation", "price acceptance"}  # fmt: skip
    assert wanted <= set(lifecycle.stage_tactics()["tactic"])
    assert set(lifecycle.stage_tactics("decline").index) == {"decline"}
    with pytest.raises(ValueError, match="stage must be one of 'exploration'"):
        lifecycle.stage_tactics("ripe")


# The courses and their chances.


def by_hand(model, counts, seen, rate):
    """Chance of each stage, by walking through every course one period after the other."""
    age = len(counts)
    weight = dict.fromkeys(STAGES, 0.0)

    def walk(levels, stage, chance, left):
        if len(levels) == age:
            exposure = seen * levels[0] + sum(levels[1:])
            fit = sum(n * log(s) for n, s in zip(counts, levels, strict=True))
            fit -= (rate.shape + sum(counts)) * log(rate.scale + exposure)
            weight[stage] += chance * exp(fit)
            return
        if stage == "decline":
            walk([*levels, max(levels[-1] * model.fall, 0.01)], stage, chance, 0)
            return
        lost = {"exploration": model.abort, "build-up": model.die, "stability": model.leave}[stage]
        down = [*levels, max(levels[-1] * model.fall, 0.01)]
        walk(down, "decline", chance * lost, 0)
        chance *= 1 - lost
        if stage == "exploration":
            move = 1 / model.exploration
            walk([*levels, model.start], stage, chance * (1 - move), 0)
            for length in range(1, int(6 * model.build_up) + 1):
                go = 1 / model.build_up
                last = length == int(6 * model.build_up)
                share = (1 - go) ** (length - 1) * (1 if last else go)
                first = model.start + (1 - model.start) * 0.5 / length
                walk([*levels, first], "build-up", chance * move * share, (length, 1))
        elif stage == "build-up":
            length, done = left
            if done == length:
                walk([*levels, 1.0], "stability", chance, 0)
            else:
                level = model.start + (1 - model.start) * (done + 0.5) / length
                walk([*levels, level], stage, chance, (length, done + 1))
        else:
            walk([*levels, 1.0], stage, chance, 0)

    walk([model.start], "exploration", 1.0, 0)
    total = sum(weight.values())
    return [weight[name] / total for name in STAGES]


@pytest.mark.parametrize("counts", [[1, 0, 3, 4, 5], [2, 2, 0, 0, 0], [0] * 5, [1, 4, 4, 4, 1]])
def test_the_chances_are_those_of_a_walk_through_every_course(counts):
    model, rate = lifecycle.LifecycleModel(), Rate(3.0, 0.75)
    paths = Paths.of(model, 5)
    found = posterior(np.array([counts], float), np.array([0.4]), paths, rate)[0][0]
    assert found == pytest.approx(by_hand(model, counts, 0.4, rate), abs=2e-5)


@quick
@given(st.floats(1, 6), st.floats(1, 6), st.floats(0.02, 0.5), st.integers(1, 14), st.booleans())
def test_the_chances_of_all_courses_sum_to_one(exploration, build_up, leave, age, dense):
    model = lifecycle.LifecycleModel(exploration, build_up, leave=leave)
    paths = Paths.of(model, age, dense=dense)
    assert paths.chance.sum() == pytest.approx(1)
    assert paths.patterns.sum(axis=1) == pytest.approx(1)
    if dense:  # what will become of a newcomer does not depend on when one asks
        assert paths.chance @ paths.patterns == pytest.approx(model.chances(), abs=1e-9)


def test_the_rate_now_is_an_average_over_the_courses():
    model, rate = lifecycle.LifecycleModel(), Rate(3.0, 0.75)
    paths = Paths.of(model, 4)
    counts = np.array([[1.0, 2, 3, 3]])
    now = posterior(counts, np.array([1.0]), paths, rate)[2][0]
    fits = np.array([
        np.log(c) + counts[0] @ np.log(s) - 12.0 * np.log(0.75 + s.sum())
        for c, s in zip(paths.chance, paths.levels, strict=True)
    ])  # fmt: skip
    weight = np.exp(fits - fits.max())
    each = 12.0 / (0.75 + paths.levels.sum(axis=1)) * paths.levels[:, -1]
    assert now == pytest.approx((weight * each).sum() / weight.sum(), rel=1e-4)


def test_a_few_lengths_stand_for_all():
    lives = lifecycle.simulate_relationships(400, 12, seed=5)
    counts, seen = lives.counts.to_numpy(float), np.ones(400)
    model, rate = lifecycle.LifecycleModel(), Rate(3.0, 0.75)
    both = [
        posterior(counts, seen, Paths.of(model, 12, dense=dense), rate)[0]
        for dense in (True, False)
    ]
    assert np.abs(both[0] - both[1]).mean() < 0.005


def test_the_negative_binomial_law_is_behind_the_likelihood():
    # One period, one course: the chance of n orders is the negative binomial's.
    model, rate = lifecycle.LifecycleModel(), Rate(2.0, 0.5)
    n, s = 3, model.start
    found = posterior(np.array([[3.0]]), np.array([1.0]), Paths.of(model, 1), rate)[3][0]
    rest = lgamma(2 + n) - lgamma(2) + 2 * log(0.5)
    p = 0.5 / (0.5 + s)
    law = lgamma(2 + n) - lgamma(2) + 2 * log(p) + n * log(1 - p)
    assert found + rest == pytest.approx(law, abs=1e-4)


# Detection.


def log_of(lives, days=91):
    """A log whose quarters hold the counts of simulated relationships."""
    n, width = lives.counts.shape
    end = pd.Timestamp("2025-12-31")
    middle = end - pd.to_timedelta(days * np.arange(width)[::-1] + 45, "D")
    who, period = np.nonzero(lives.counts.to_numpy())
    times = lives.counts.to_numpy()[who, period]
    begin = pd.DataFrame({"customer": np.arange(n), "date": middle[0] - pd.Timedelta(days=45)})
    rest = pd.DataFrame(
        {"customer": np.repeat(who, times), "date": np.repeat(middle[period], times)}
    )
    return pd.concat([begin, rest], ignore_index=True)


@pytest.fixture(scope="module")
def lives():
    return lifecycle.simulate_relationships(1500, 10, seed=3)


def test_stages_are_found_where_they_are_known_and_the_chances_hold(lives):
    found = lifecycle.detect_stages(log_of(lives), end="2025-12-31")
    true = lives.stages[10].to_numpy()
    judged = lifecycle.confusion(true, found.table["stage"], STAGES)
    assert judged.right > 0.85
    assert found.mean_rate == pytest.approx(4, rel=0.15)
    assert found.rate_shape == pytest.approx(3, rel=0.3)
    for name in STAGES:
        chance = found.table[name]
        assert chance.sum() == pytest.approx((true == name).sum(), abs=45)
        for low in (0.1, 0.3, 0.5, 0.7, 0.9):
            inside = chance.between(low, low + 0.2).to_numpy()
            if inside.sum() > 100:
                assert (true[inside] == name).mean() == pytest.approx(
                    chance[inside].mean(), abs=0.12
                )


def test_the_counts_are_those_of_the_log(lives):
    found = lifecycle.detect_stages(log_of(lives), end="2025-12-31", rate=(4, 3))
    assert (found.counts == lives.counts.to_numpy()).all()
    assert (found.table["periods"] == 10).all()
    assert found.table["orders"].tolist() == lives.counts.sum(axis=1).tolist()
    assert found.table[STAGES].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-5)


def test_most_customers_who_are_named_in_decline_have_left_the_company():
    orders = datasets.load("company_orders")
    left = datasets.load("company_truth").set_index("customer")["left"].notna()
    found = lifecycle.detect_stages(orders, end="2025-12-31")
    table = found.table
    gone = left[table.index].groupby(table["stage"], observed=False).mean()
    assert gone["decline"] > 0.85
    assert gone["stability"] < 0.06
    assert table["decline"].sum() == pytest.approx(left.sum(), rel=0.15)
    # Nobody's orders build up there: such answers must be rare.
    assert (table["stage"] == "build-up").mean() < 0.04
    assert found.summary()["customers"].sum() == 1500
    again = lifecycle.detect_stages(orders.sample(frac=1, random_state=1), end="2025-12-31")
    assert again.table["stage"].equals(table["stage"])


def test_little_history_is_an_answer():
    log = pd.DataFrame(
        {"customer": ["new", "old"], "date": pd.to_datetime(["2025-12-01", "2025-01-01"])}
    )
    found = lifecycle.detect_stages(log, end="2025-12-31", rate=(1, 1), sure=0.99)
    assert found.table.loc["new", "stage"] == "too little history"
    assert found.table.loc["old", "stage"] == "undecided"
    assert found.summary().loc["too little history", "customers"] == 1
    assert "too little history 1" in repr(found)
    assert found.expected.sum() == pytest.approx(2, abs=1e-4)


def test_rows_after_the_end_are_not_used():
    dates = pd.to_datetime(["2025-01-01", "2025-06-01", "2026-03-01"])
    log = pd.DataFrame({"customer": ["a", "a", "b"], "date": dates})
    found = lifecycle.detect_stages(log, end="2025-12-31", rate=(1, 1))
    assert found.table.index.tolist() == ["a"]


@quick
@given(st.lists(st.integers(0, 9), min_size=3, max_size=9))
def test_one_order_more_in_the_last_quarter_never_speaks_for_decline(counts):
    model, rate = lifecycle.LifecycleModel(), Rate(3.0, 0.75)
    paths = Paths.of(model, len(counts), dense=False)
    more = [*counts[:-1], counts[-1] + 1]
    two = posterior(np.array([counts, more], float), np.ones(2), paths, rate)[0][:, 3]
    assert two[1] <= two[0] + 1e-5


# Patterns.


def test_patterns_are_generated_in_the_shares_of_the_model():
    model = lifecycle.LifecycleModel(exploration=3, abort=0.2)
    lives = lifecycle.simulate_relationships(20_000, 2, model=model)
    shares = lives.truth["pattern"].value_counts(normalize=True, sort=False)
    assert shares.index.tolist() == PATTERNS
    assert shares.to_numpy() == pytest.approx(model.chances(), abs=0.012)


def test_the_true_stages_agree_with_the_level_and_the_orders(lives):
    truth = lives.truth
    before = (lives.stages != "decline").sum(axis=1)
    assert (before == np.minimum(truth["fell"], 10)).all()
    early = truth["pattern"] == "early abortion"
    assert set(lives.stages[early].to_numpy().ravel()) == {"exploration", "decline"}
    steady = lives.stages[10] == "stability"
    mean = lives.counts.loc[steady, 10].sum() / truth.loc[steady, "rate"].sum()
    assert mean == pytest.approx(1, abs=0.06)


def test_a_course_rises_stays_and_falls():
    model = lifecycle.LifecycleModel(start=0.4, fall=0.5)
    found = course_level(model, 2, 2, 6, 9)
    assert found == pytest.approx([0.4, 0.4, 0.55, 0.85, 1, 1, 0.5, 0.25, 0.125])


def test_more_periods_make_patterns_surer_and_right(lives):
    long = lifecycle.simulate_relationships(800, 24, seed=9)
    right, answered = [], []
    for seen in (4, 12, 24):
        found = lifecycle.classify_patterns(long.counts.loc[:, :seen], rate=(4, 3))
        judged = lifecycle.confusion(long.truth["pattern"], found.table["pattern"], PATTERNS)
        right.append(judged.right)
        answered.append(judged.answered)
        expected = long.truth["pattern"].value_counts(sort=False).to_numpy()
        assert found.expected.to_numpy() == pytest.approx(expected, abs=45)
    assert right == sorted(right)
    assert right[-1] > 0.82
    assert answered[0] < answered[-1]


def test_series_of_different_lengths_are_judged_as_each_alone():
    whole = np.array([[1, 2, 4, 4, 4, 4], [1, 0, 0, np.nan, np.nan, np.nan]])
    both = lifecycle.classify_patterns(whole, rate=(4, 3)).table
    alone = lifecycle.classify_patterns(whole[1:, :3], rate=(4, 3)).table
    assert both.iloc[1, 1:5].to_numpy(float) == pytest.approx(alone.iloc[0, 1:5].to_numpy(float))
    assert both["periods"].tolist() == [6, 3]


def test_a_newcomer_gets_the_chances_of_the_model():
    model = lifecycle.LifecycleModel()
    found = lifecycle.classify_patterns([[1]], model=model, rate=(4, 3)).table
    assert found.iloc[0, 1:5].to_numpy(float) == pytest.approx(model.chances(), abs=0.01)
    assert found["over"].tolist() == pytest.approx([0], abs=1e-6)


def test_typical_courses_are_ordered():
    courses = lifecycle.pattern_courses(20)
    assert courses.columns.tolist() == PATTERNS
    assert (np.diff(courses.to_numpy(), axis=1) >= -1e-12).all()
    assert courses["long-lasting"].iloc[-1] == 1


def test_confusion_by_hand():
    judged = lifecycle.confusion(
        ["a"] * 50 + ["b"] * 50, ["a"] * 30 + ["b"] * 5 + ["?"] * 15 + ["a"] * 10 + ["b"] * 40,
        ["a", "b"],
    )  # fmt: skip
    table = judged.to_frame()
    assert table["found"].tolist() == [0.6, 0.8]
    assert table["true"].tolist() == pytest.approx([0.75, 40 / 45])
    assert judged.answered == 0.85
    assert judged.right == pytest.approx(70 / 85)
    assert judged.counts.columns.tolist() == ["a", "b", "?"]
    assert np.isnan(lifecycle.confusion(["a"], ["?"], ["a", "b"]).right)


# Bad input.

LOG = pd.DataFrame({"customer": ["a"], "date": pd.to_datetime(["2025-01-01"])})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: lifecycle.stage_curve(stability=0), "stability must be above 0"),
        (lambda: lifecycle.stage_curve(price=(1, 2, 3)), "price must be two numbers"),
        (lambda: lifecycle.stage_curve(trust=1), "trust must be at least 0 and below 1"),
        (lambda: lifecycle.LifecycleModel(exploration=0.5), "exploration must be at least 1"),
        (lambda: lifecycle.LifecycleModel(leave=0), "leave must be above 0"),
        (lambda: lifecycle.LifecycleModel(long=0), "long must be a whole number"),
        (lambda: lifecycle.detect_stages(LOG, customer="who"), "log must have the column 'who'"),
        (lambda: lifecycle.detect_stages(LOG, end="2020-01-01"), "log must hold an order up to"),
        (lambda: lifecycle.detect_stages(LOG, period_days=0), "days must be at least 1"),
        (lambda: lifecycle.detect_stages(LOG, sure=1), "sure must be at least 0 and below 1"),
        (lambda: lifecycle.detect_stages(LOG, rate=(1, 0)), "rate must be above 0"),
        (lambda: lifecycle.detect_stages(LOG, rate=(1, 2, 3)), "rate must be two numbers"),
        (lambda: lifecycle.detect_stages(LOG, model="usual"), "model must be a LifecycleModel"),
        (lambda: lifecycle.classify_patterns([[1, -1]]), "counts must be at least 0"),
        (lambda: lifecycle.classify_patterns([[1, 0.5]]), "counts must be whole numbers; got 0.5"),
        (lambda: lifecycle.classify_patterns([[1, np.nan, 2]]), "counts must have no gap"),
        (lambda: lifecycle.classify_patterns([[np.nan]]), "counts must have a period"),
        (lambda: lifecycle.simulate_relationships(0), "customers must be a whole number"),
        (lambda: lifecycle.simulate_relationships(5, mean_rate=0), "mean_rate must be above 0"),
        (lambda: lifecycle.pattern_courses(5), "periods must be a whole number of at least 12"),
        (lambda: lifecycle.confusion(["a"], [], ["a", "b"]), "truth and answer must have the same"),
        (lambda: lifecycle.confusion(["c"], ["a"], ["a", "b"]), "truth must hold only the classes"),
        (lambda: lifecycle.confusion(["a"], ["a"], ["a", "a"]), "classes must be at least 2"),
    ],
    ids=map(str, range(23)),
)  # fmt: skip
def test_bad_input_is_named(call, says):
    with pytest.raises((ValueError, TypeError), match=says):
        call()
