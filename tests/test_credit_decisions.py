"""What a score decides: power, calibration, cut-offs, stability, the refused, fairness."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import credit, datasets


@pytest.fixture(scope="module")
def people():
    return datasets.load("german_credit")


@pytest.fixture(scope="module")
def card(people):
    return credit.Scorecard(features=["checking", "duration", "age", "purpose"]).fit(
        people, people["bad"]
    )


def sample(seed, n=200):
    rng = np.random.default_rng(seed)
    score = np.round(rng.normal(size=n), 1)  # with ties
    return score, rng.random(n) < 1 / (1 + np.exp(1 + score))


# Power.


def test_auc_counts_pairs_and_ks_is_the_widest_gap():
    score, bad = sample(1)
    pairs = score[~bad][:, None] - score[bad][None, :]
    expected = (pairs > 0).mean() + (pairs == 0).mean() / 2
    found = credit.discrimination(score, bad)
    assert found.auc == pytest.approx(expected)
    assert found.gini == pytest.approx(2 * expected - 1)
    stats = pytest.importorskip("scipy.stats")
    assert found.ks == pytest.approx(stats.ks_2samp(score[bad], score[~bad]).statistic)


def test_delong_on_the_textbook_case_is_the_variance_of_placements():
    """DeLong et al. (1988): sum of the variances of the two kinds of placements over their n."""
    score, bad = sample(2, 60)
    kernel = (score[~bad][:, None] > score[bad]) + 0.5 * (score[~bad][:, None] == score[bad])
    error = np.sqrt(
        kernel.mean(axis=1).var(ddof=1) / (~bad).sum() + kernel.mean(axis=0).var(ddof=1) / bad.sum()
    )
    found = credit.discrimination(score, bad)
    assert found.standard_error == pytest.approx(error)
    logit = np.log(found.auc / (1 - found.auc))
    half = 1.959964 * error / (found.auc * (1 - found.auc))
    assert found.low == pytest.approx(1 / (1 + np.exp(half - logit)), abs=1e-6)


def test_bootstrap_and_delong_agree_roughly():
    score, bad = sample(3, 400)
    one = credit.discrimination(score, bad)
    two = credit.discrimination(score, bad, method="bootstrap", draws=2000)
    assert two.standard_error == pytest.approx(one.standard_error, rel=0.1)
    assert (two.low, two.high) == pytest.approx((one.low, one.high), abs=0.015)
    again = credit.discrimination(score, bad, method="bootstrap", draws=2000)
    assert (again.low, again.high) == (two.low, two.high)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_auc_and_ks_know_only_the_order(seed):
    score, bad = sample(seed, 60)
    if not 0 < bad.sum() < 60:
        return
    one = credit.discrimination(score, bad)
    two = credit.discrimination(np.exp(score) * 3 + 7, bad)
    assert (two.auc, two.ks, two.low) == pytest.approx((one.auc, one.ks, one.low))
    turned = credit.discrimination(-score, bad)
    assert turned.auc == pytest.approx(1 - one.auc)


def test_a_perfect_and_an_empty_score():
    perfect = credit.discrimination([1, 2, 3, 4], [1, 1, 0, 0])
    assert (perfect.auc, perfect.ks, perfect.low, perfect.high) == (1, 1, 1, 1)
    empty = credit.discrimination([1, 1, 1, 1], [1, 1, 0, 0])
    assert (empty.auc, empty.ks) == (0.5, 0)


def test_the_difference_of_two_aucs_is_surer_than_two_intervals(people, card):
    score = card.score(people)
    other = credit.Scorecard(features=["checking", "duration", "purpose"])
    other.fit(people, people["bad"])
    row = credit.compare_auc(score, other.score(people), people["bad"]).iloc[0]
    apart = [
        credit.discrimination(s, people["bad"]).standard_error for s in (score, other.score(people))
    ]
    assert row["difference"] == pytest.approx(row["first"] - row["second"])
    assert row["standard_error"] < 0.5 * np.hypot(*apart)
    same = credit.compare_auc(score, score, people["bad"]).iloc[0]
    assert (same["difference"], same["p_value"]) == (0, 1)


# Calibration.


def test_calibration_of_true_probabilities():
    rng = np.random.default_rng(4)
    chance = rng.beta(2, 5, 20_000)
    bad = rng.random(20_000) < chance
    found = credit.calibration(chance, bad)
    assert found.slope == pytest.approx(1, abs=0.06)
    assert found.shift == pytest.approx(0, abs=0.04)
    assert found.reliability < 0.0005
    assert found.table["inside"].sum() >= 8
    assert found.table["customers"].tolist() == [2000] * 10
    assert found.table["expected_bad"].sum() == pytest.approx(chance.sum())
    assert found.brier == pytest.approx(((chance - bad) ** 2).mean())


def test_calibration_sees_what_the_auc_does_not():
    rng = np.random.default_rng(4)
    utility = rng.normal(-1, 1, 20_000)
    bad = rng.random(20_000) < 1 / (1 + np.exp(-utility))
    wrong = 1 / (1 + np.exp(-(2 * utility + 0.5)))
    found = credit.calibration(wrong, bad)
    assert found.slope == pytest.approx(0.5, abs=0.03)
    higher = credit.calibration(1 / (1 + np.exp(-(utility + 0.5))), bad)
    assert higher.shift == pytest.approx(-0.5, abs=0.05)
    assert higher.slope == pytest.approx(1, abs=0.06)
    assert not found.table["inside"].all()
    right = credit.calibration(1 / (1 + np.exp(-utility)), bad)
    assert right.brier < found.brier


def test_the_parts_of_the_brier_score_add_up_where_groups_are_pure():
    chance = np.repeat([0.1, 0.4, 0.8], 50)
    bad = np.tile([1, 0, 0, 1, 0], 30)
    found = credit.calibration(chance, bad, groups=3)
    assert found.brier == pytest.approx(found.reliability - found.resolution + found.uncertainty)


# Cut-offs.


def test_profit_is_what_a_loop_gives():
    score, bad = sample(5, 80)
    rng = np.random.default_rng(5)
    margin, loss = rng.uniform(1, 3, 80), rng.uniform(5, 9, 80)
    found = credit.cut_offs(score, bad, margin, loss)
    for _, row in found.table.iterrows():
        yes = score >= row["cut_off"]
        assert row["accepted"] == pytest.approx(yes.mean())
        assert row["profit"] == pytest.approx(((margin * ~bad - loss * bad) * yes).mean())
    assert found.at_best["profit"] == found.table["profit"].max()
    assert found.table["profit"].iloc[-1] == 0
    assert np.isnan(found.table["bad_rate"].iloc[-1])
    assert found.at(found.best)["cut_off"] == found.best
    assert found.at(1e9)["accepted"] == 0


def test_with_true_probabilities_the_best_cut_off_is_the_break_even():
    rng = np.random.default_rng(6)
    chance = rng.random(60_000)
    bad = rng.random(60_000) < chance
    limit = credit.break_even_bad_rate(1, 4)
    assert limit == pytest.approx(0.2)
    assert -credit.cut_offs(-chance, bad, 1, 4).best == pytest.approx(limit, abs=0.02)


def test_a_bad_rate_of_the_future_weighs_good_and_bad_anew():
    score, bad = sample(7)
    plain = credit.cut_offs(score, bad, 1, 5)
    same = credit.cut_offs(score, bad, 1, 5, bad_rate=bad.mean())
    assert same.table["profit"].to_numpy() == pytest.approx(plain.table["profit"].to_numpy())
    safe = credit.cut_offs(score, bad, 1, 5, bad_rate=0.02)
    assert safe.best <= plain.best
    assert safe.table["bad_rate"].iloc[0] == pytest.approx(0.02)
    assert safe.table["accepted"].iloc[0] == pytest.approx(1)


# Stability.


def test_psi_of_a_table_by_hand():
    """Shares .2 .3 .5 against .3 .3 .4: .1 ln 1.5 + 0 + (−.1) ln .8."""
    old, new = list("a" * 20 + "b" * 30 + "c" * 50), list("a" * 30 + "b" * 30 + "c" * 40)
    found = credit.population_stability(old, new)
    assert found.psi == pytest.approx(0.1 * np.log(1.5) - 0.1 * np.log(0.8))
    assert found.by_chance == pytest.approx(2 * (1 / 100 + 1 / 100))
    back = credit.population_stability(new, old)
    assert back.psi == pytest.approx(found.psi)
    assert found.word == "stable"


def test_psi_without_change_follows_its_law():
    rng = np.random.default_rng(8)
    old = rng.normal(size=2000)
    found = [credit.population_stability(old, rng.normal(size=500)) for _ in range(300)]
    mean = np.mean([one.psi for one in found])
    assert mean == pytest.approx(found[0].by_chance, rel=0.1)
    above = np.mean([one.psi > one.limit for one in found])
    assert 0.02 < above < 0.09


def test_an_empty_bin_is_told_and_nobody_is_lost():
    found = credit.population_stability([1, 2, 3, 4] * 25, [1, 2] * 20, bins=[2, 3])
    assert found.corrected == ("3 or more",)
    assert found.table["actual"].sum() == 40
    assert np.isfinite(found.psi)


def test_shift_of_the_score_is_the_sum_of_the_features(people, card):
    young = people[people["age"] < 30]
    found = credit.characteristic_stability(card, people, young)
    assert found.table["points"].sum() == pytest.approx(found.shift)
    assert found.shift == pytest.approx(card.score(young).mean() - card.score(people).mean())
    assert found.parts["moved"].groupby("feature").sum().to_dict() == pytest.approx(
        found.table["points"].to_dict()
    )
    assert found.table.index[0] == "age"
    assert (found.table["unseen"] == 0).all()


# The refused.


def test_with_a_factor_of_one_the_card_of_the_accepted_stays(people):
    out = people["duration"] > 36
    card = credit.Scorecard(features=["checking", "age", "savings"])
    found = credit.reject_inference(
        card, people[~out], people.loc[~out, "bad"], people[out], factors=[1, 2, 4]
    )
    alone = card.copy().fit(people[~out], people.loc[~out, "bad"])
    first = found.coefficients.loc[1.0]
    assert first.to_numpy() == pytest.approx(
        alone.coefficients_["coefficient"].to_numpy(), abs=1e-6
    )
    assert found.table.loc[1.0, "changed"] == 0
    assert (np.diff(found.table["rejected_bad_rate"]) > 0).all()
    assert (np.diff(found.table["approval"]) <= 0).all()
    assert (found.accepted, found.rejected) == ((~out).sum(), out.sum())


# Fairness.


def test_fairness_counts_by_hand():
    granted = np.array([1, 1, 0, 0, 1, 0, 0, 0])
    bad = np.array([0, 1, 0, 1, 0, 0, 1, 1])
    found = credit.fairness(granted, bad, list("aaaabbbb")).table
    assert found.loc["a", ["approval", "good_approved", "bad_approved"]].tolist() == [0.5] * 3
    assert found.loc["a", "bad_rate_approved"] == 0.5
    assert found.loc["b", ["approval", "good_approved", "bad_approved"]].tolist() == [0.25, 0.5, 0]
    whole = credit.fairness(granted, bad, list("aaaabbbb"))
    assert (whole.ratio, whole.gap) == (0.5, 0)


def test_leaving_age_out_brings_the_groups_together_at_the_same_approval(people):
    young = people["age"].lt(26).map({True: "below 26", False: "26 or more"})
    card = credit.Scorecard(features=["checking", "duration", "age", "housing", "employment"])
    found = credit.leave_out(card, people, people["bad"], ["age"], young, folds=5)
    sizes = found.before.table["applicants"]
    for part in (found.before, found.after):
        granted = (part.table["approval"] * sizes).sum()
        assert granted == pytest.approx(600)
    assert found.before.ratio < found.after.ratio < 1
    assert 0 < found.changed < 0.3
    assert "age" not in found.proxies.index
    assert found.proxies.index[0] == "housing"
    assert found.proxies.between(0, 1).all()


# Bad input.

GOOD_BAD = [0, 1, 0, 1]
NUMBERS = pd.DataFrame({"x": [1.0, 2, 3, 4]})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: credit.woe([1, 2], [0, 2]), "bad must be between 0 and 1; got 2 at position 1"),
        (lambda: credit.woe([1, 2], [0, 0.5]), "bad must be 0 or 1; got 0.5 at position 1"),
        (lambda: credit.woe([1, 2], [0, 0]), "bad must hold good and bad customers; got 0 bad of"),
        (lambda: credit.woe([1, 2, 3], [0, 1]), "one value per customer; got 3 and 2"),
        (lambda: credit.woe([], [0, 1]), "feature must not be empty; got 0 values"),
        (lambda: credit.woe(list("abab"), GOOD_BAD, 3), "bins must be a mapping for a category"),
        (lambda: credit.woe(list("abab"), GOOD_BAD, {"a": 1}), "bins must cover every value"),
        (lambda: credit.woe([1, 2, 3, 4], GOOD_BAD, [3, 2]), r"bins must rise; got \[3.0, 2.0\]"),
        (lambda: credit.woe([1, np.inf, 3, 4], GOOD_BAD), "feature must be finite; got inf"),
        (lambda: credit.woe([np.nan] * 4, GOOD_BAD), "values that are neither special nor missing"),
        (
            lambda: credit.optimal_bins(list("abab"), GOOD_BAD, direction="rising"),
            "direction must be None for a category without an order; got 'rising'",
        ),
        (
            lambda: credit.optimal_bins([1, 2, 3, 4], GOOD_BAD, direction="up"),
            "direction of feature must be one of None, 'rising', 'falling', 'auto'; got 'up'",
        ),
        (
            lambda: credit.optimal_bins([1, 2, 3, 4], GOOD_BAD, direction="auto", method="width"),
            "direction must be None with method 'width'",
        ),
        (lambda: credit.optimal_bins([1, 2], [0, 1], min_share=0.6), "min_share must be between 0"),
        (lambda: credit.optimal_bins([1, 2], [0, 1], prebins=500), "prebins must be between 2 and"),
        (
            lambda: credit.optimal_bins([1, 2], [0, 1], max_bins=0),
            "max_bins must be a whole number",
        ),
        (
            lambda: credit.optimal_bins([1, 2], [0, 1], special=[np.nan]),
            "special must not hold NaN",
        ),
        (lambda: credit.logit(NUMBERS, [0, 0, 1, 1]), "must not separate the bad from the good"),
        (
            lambda: credit.logit(NUMBERS.assign(y=2 * NUMBERS["x"], z=[1, 0, 0, 1]), GOOD_BAD),
            "that are not made of one another; got 'y'",
        ),
        (
            lambda: credit.logit(NUMBERS.assign(x=1.0), GOOD_BAD),
            "must have features that vary; got the same value",
        ),
        (lambda: credit.logit(NUMBERS, GOOD_BAD, ridge=-1), "ridge must be at least 0; got -1"),
        (lambda: credit.logit(NUMBERS, GOOD_BAD, weights=[1, 1, 1, 0]), "weights must be above 0"),
        (lambda: credit.discrimination([1, 2], [1, 1]), "must hold good and bad customers"),
        (lambda: credit.discrimination([1, np.nan], [1, 0]), "score must be finite"),
        (lambda: credit.discrimination([1, 2], [1, 0], level=1), "level must be above 0 and below"),
        (lambda: credit.calibration([0.2, 1.2], [1, 0]), "probability must be between 0 and 1"),
        (lambda: credit.cut_offs([1, 2], [1, 0], -1, 1), "margin must be at least 0; got -1"),
        (lambda: credit.cut_offs([1, 2], [1, 0], [1, 2, 3], 1), "or one per customer"),
        (lambda: credit.break_even_bad_rate(0, 1), "margin must be above 0; got 0"),
        (lambda: credit.points_scale(600, 0, 20), "base_odds must be above 0; got 0"),
        (lambda: credit.points_scale(600, 50, 0), "pdo must be above 0; got 0"),
        (lambda: credit.population_stability([1, np.nan], [1, 2]), "expected must not be missing"),
        (
            lambda: credit.population_stability([1, 2], [1, 2], bins=1),
            "bins must be a whole number",
        ),
        (
            lambda: credit.fairness([1, 0], [0, 1], ["a", "a"]),
            "group must hold at least two groups",
        ),
        (lambda: credit.fairness([0, 0], [0, 1], ["a", "b"]), "an applicant who is granted credit"),
        (lambda: credit.fairness([1, 0], [0, 1], ["a"]), r"one group per customer \(2\); got 1"),
    ],
    ids=lambda value: None if callable(value) else value[:32],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_types_are_named():
    with pytest.raises(TypeError, match="got dates"):
        credit.woe(pd.to_datetime(["2024-01-01", "2024-01-02"]), [0, 1])
    with pytest.raises(TypeError, match="features must be a list of columns; got 'x'"):
        credit.Scorecard(features="x").fit(NUMBERS, GOOD_BAD)
    with pytest.raises(TypeError, match="X must be a pandas DataFrame; got list"):
        credit.Scorecard().fit([[1, 2]], [0, 1])
    with pytest.raises(TypeError, match="bins of 'x' must be Bins; got 3"):
        credit.Scorecard(bins={"x": 3}).fit(NUMBERS, GOOD_BAD)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("signs", "flip", "signs must be one of 'drop', 'keep'; got 'flip'"),
        ("unseen", "zero", "unseen must be one of 'raise', 'neutral'; got 'zero'"),
        ("min_iv", -1, "min_iv must be at least 0; got -1"),
        ("min_iv", 50, "X must hold a feature with an information value of at least 50"),
        ("bad_rate", 1, "bad_rate must be above 0 and below 1; got 1"),
        ("direction", {"size": "rising"}, "feature of direction must be one of 'x'; got 'size'"),
        ("features", ["y"], "X must have the column 'y'"),
        ("features", [], "features must hold at least one column; got none"),
    ],
)
def test_settings_of_the_scorecard_are_checked(setting, value, message):
    x = pd.DataFrame({"x": [1.0, 2, 3, 4] * 5})
    with pytest.raises(ValueError, match=message):
        credit.Scorecard(**{setting: value}).fit(x, [0, 1, 0, 1] * 5)


def test_a_card_that_has_learned_nothing_says_so(people):
    for call in (credit.Scorecard().score, credit.Scorecard().predict_probability):
        with pytest.raises(ValueError, match="Scorecard must be fitted first; call fit"):
            call(people)
    assert repr(credit.Scorecard()) == "Scorecard(not fitted)"


def test_reasons_want_one_applicant(people, card):
    with pytest.raises(ValueError, match="X must be a DataFrame of one row, the applicant; got 2"):
        card.reasons(people.head(2))
    with pytest.raises(ValueError, match="against must be one of 'best', 'average'; got 'worst'"):
        card.reasons(people.head(1), against="worst")


def test_more_folds_than_bad_customers(people, card):
    few = people.sort_values("bad").iloc[660:705]
    with pytest.raises(ValueError, match="folds must be at most the 5 customers of the rarer kind"):
        card.cross_validate(few, few["bad"])


def test_words_of_the_results(people, card):
    assert repr(card) == "Scorecard(4 features, 1,000 customers, 300 bad; apparent AUC 0.784)"
    assert repr(card.bins_["age"]).startswith("Bins(age: below ")
    found = credit.discrimination(card.score(people), people["bad"])
    assert repr(found).startswith("Discrimination(AUC 0.784, 0.753 to 0.812; Gini 0.568; KS 0.444")
    assert "by chance" in repr(credit.population_stability([1, 2, 3], [1, 2, 3]))
