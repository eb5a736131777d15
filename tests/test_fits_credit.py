"""Scorecards and what they are made of over many simulated customers: see tests/simulated.py."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from crmlab import credit
from tests.simulated import covers, features, fits, generators, many, separated, size, standard

BOTH = r"bad must hold good and bad customers"


def outcomes(rng, utility):
    return (rng.random(len(utility)) < expit(utility)).astype(int)


# Logistic regression.

SEPARATES = r"X must not separate the bad from the good"
VARY = r"X must have features that vary"
LOGIT = [BOTH, SEPARATES, VARY, r"X must have features that are not made of one another"]


def wild_customers(count):
    for rng in generators(count, 1):
        table = features(rng, size(rng, 2, 500), wild=0.4)
        beta = np.exp(rng.uniform(-2, 2)) * rng.normal(size=table.shape[1])
        utility = standard(table) @ beta + rng.normal(-1, 1)
        yield table, outcomes(rng, utility * (1, 1, 1e3)[rng.integers(3)])


def test_logit_of_any_customers_converges_or_says_why_not():
    found, refused = fits(lambda case: credit.logit(*case), wild_customers(many(500)), LOGIT)
    assert set(refused) == set(LOGIT)
    assert len(found) > 0.25 * many(500)
    for (table, bad), got in found:
        assert got.gradient < 1e-8
        # At the maximum the probabilities sum to the bad ones, along every feature too.
        left = got.predict_probability(table) - bad
        assert abs(left.sum()) < 1e-5 * len(bad)
        assert np.abs(standard(table).T @ left).max() < 1e-5 * len(bad)
    # It is refused where there is no maximum, and only there.
    assert all(separated(table.to_numpy(), bad) for table, bad in refused[SEPARATES])
    assert not any(separated(table.to_numpy(), bad) for (table, bad), _got in found[::4])


WEAK = r"ridge must be higher for the coefficients to settle"


def test_a_ridge_lets_every_regression_converge():
    found, refused = fits(
        lambda case: credit.logit(*case, ridge=0.5), wild_customers(many(400)), [BOTH, VARY, WEAK]
    )
    assert len(found) > 0.5 * many(400)
    assert len(refused.get(WEAK, ())) < 0.02 * many(400)
    assert all(got.gradient < 1e-8 for _case, got in found)


def test_logit_finds_the_truth():
    inside = []
    for rng in generators(200, 2):
        n = size(rng, 300, 1_500)
        x = pd.DataFrame({"a": rng.normal(3, 2, n), "b": (rng.random(n) < 0.3).astype(float)})
        beta = rng.normal(0, 0.6, 3)
        got = credit.logit(x, outcomes(rng, beta[0] - 1 + x.to_numpy() @ beta[1:])).table
        true = beta - [1, 0, 0]
        inside += list(np.abs(got["coefficient"] - true) < 1.96 * got["standard_error"])
    covers(inside, slack=0.01)


# Bins and scorecards.


def applicants(rng, n):
    """Numbers of many shapes, levels, flags, gaps and special values."""
    table = features(rng, n, wild=0.6)
    if rng.random() < 0.5:
        levels = rng.integers(1, 30)
        table["level"] = [f"L{i}" for i in rng.integers(0, levels, n)]
    if rng.random() < 0.3:
        table["flag"] = rng.random(n) < 0.3
    name = table.columns[rng.integers(len(table.columns))]
    if rng.random() < 0.4:
        table[name] = table[name].where(pd.Series(rng.random(n) > rng.choice([0.02, 0.5, 1.0])))
    return table


def wild_applicants(count, seed):
    for rng in generators(count, seed):
        table = applicants(rng, size(rng, 3, 800))
        plain = standard(table.select_dtypes(float).fillna(0.0))
        utility = plain @ rng.normal(0, 1.5, plain.shape[1]) + rng.normal(-1.5, 1)
        yield table, outcomes(rng, utility), rng


NOTHING = r"x?\w+ must hold values that are neither special nor missing; got none"


def single_features(count):
    for table, bad, rng in wild_applicants(count, 3):
        name = table.columns[-1]
        levels = not pd.api.types.is_float_dtype(table[name])
        way = (None, "rising", "falling", "auto")[0 if levels else rng.integers(4)]
        method = ("optimal", "tree")[rng.integers(2)]
        settings = {"max_bins": int(rng.integers(1, 9)), "min_share": rng.choice([0.0, 0.05, 0.3])}
        yield table[name], bad, settings | {"direction": way, "method": method}


def test_bins_of_any_feature_keep_what_was_asked():
    found, refused = fits(
        lambda case: credit.optimal_bins(*case[:2], **case[2]), single_features(many(400)),
        [BOTH, NOTHING],
    )  # fmt: skip
    assert set(refused) == {BOTH, NOTHING}
    assert len(found) > 0.7 * many(400)
    for (feature, bad, settings), bins in found:
        code = bins.assign(feature)
        plain = ~feature.isna().to_numpy()
        count = np.bincount(code[plain], minlength=bins.ordinary)
        assert code.min() >= 0
        assert bins.ordinary <= settings["max_bins"]
        if bins.ordinary > 1:
            assert (count >= settings["min_share"] * len(bad)).all()
            rate = np.bincount(code[plain], bad[plain], minlength=bins.ordinary) / count
            assert ((rate > 0) & (rate < 1)).all()
            sign = {"rising": 1, "falling": -1, None: 0}[bins.direction]
            assert sign == 0 or (sign * np.diff(rate) > 0).all()


CARD = [
    BOTH, NOTHING, SEPARATES, r"X must hold a feature with an information value",
    r"X must have features that are not made of one another",
]  # fmt: skip


def card(case):
    table, bad, _rng = case
    got = credit.Scorecard(min_share=0.02).fit(table, bad)
    score = got.score(table)
    return {
        "score": score,
        "points": got.points_["points"],
        "auc": got.auc_,
        "coefficients": got.coefficients_,
        "chance": got.predict_probability(table),
    }


def test_scorecards_of_any_customers_converge_or_say_why_not():
    found, refused = fits(card, wild_applicants(many(60), 4), CARD)
    assert {NOTHING, CARD[3]} <= set(refused)
    assert len(found) > len(refused[CARD[3]])
    for (_table, bad, _rng), got in found:
        assert got["auc"] >= 0.5
        assert abs(got["chance"].mean() - bad.mean()) < 1e-6
        # Points follow the chance: more points, less chance to go bad.
        order = np.argsort(got["score"].to_numpy())
        assert (np.diff(got["chance"].to_numpy()[order]) <= 1e-12).all()


# Calibration.


def forecasts(count):
    for rng in generators(count, 5):
        n = size(rng, 2, 1_000)
        chance = expit(rng.normal(rng.normal(-1, 2), np.exp(rng.uniform(-3, 2)), n))
        if rng.random() < 0.3:
            chance = np.round(chance, 1)
        if rng.random() < 0.1:
            chance = np.full(n, 0.2)
        bad = (rng.random(n) < chance).astype(int)
        yield chance, (1 - bad if rng.random() < 0.1 else bad), int(rng.integers(1, 20))


def test_calibration_of_any_forecasts():
    found, refused = fits(
        lambda case: credit.calibration(*case[:2], groups=case[2]), forecasts(many(300)), [BOTH],
        r"\.slope$",
    )  # fmt: skip
    assert len(found) > 0.7 * many(300)
    assert refused
    for (chance, bad, _groups), got in found:
        inside = np.clip(chance, 1e-6, 1 - 1e-6)
        met = expit(np.log(inside / (1 - inside)) + got.shift)
        assert met.mean() == pytest.approx(bad.mean(), abs=1e-9)
        assert got.table["customers"].sum() == len(bad)
        if np.isnan(got.slope):
            assert np.ptp(chance) < 1e-9
        elif np.isinf(got.slope):
            better, worse = chance[bad == 0], chance[bad == 1]
            parted = better.max() <= worse.min() if got.slope > 0 else worse.max() <= better.min()
            assert parted


def test_groups_of_true_probabilities_lie_in_their_intervals():
    inside, slopes = [], []
    for rng in generators(200, 6):
        chance = expit(rng.normal(-1, 1, 1_000))
        got = credit.calibration(chance, (rng.random(1_000) < chance).astype(int))
        inside += list(got.table["inside"])
        slopes.append(got.slope)
    covers(inside, slack=0.01)
    assert np.mean(slopes) == pytest.approx(1, abs=4 * np.std(slopes) / 14 + 0.01)
