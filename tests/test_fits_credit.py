"""Scorecards and what they are made of over many simulated customers: see tests/simulated.py."""

import numpy as np
import pandas as pd
from scipy.special import expit

from crmlab import credit
from tests.simulated import covers, features, fits, generators, many, separated, size, standard

BOTH = r"bad must hold good and bad customers"


def outcomes(rng, utility):
    return (rng.random(len(utility)) < expit(utility)).astype(int)


# Logistic regression.

SEPARATES = r"features must not separate the bad from the good"
VARY = r"features must vary"
LOGIT = [BOTH, SEPARATES, VARY, r"features must not be made of one another"]


def wild_customers(count):
    for rng in generators(count, 1):
        table = features(rng, size(rng, 2, 500), wild=0.4)
        beta = np.exp(rng.uniform(-2, 2)) * rng.normal(size=table.shape[1])
        utility = standard(table) @ beta + rng.normal(-1, 1)
        yield table, outcomes(rng, utility * (1, 1, 1e3)[rng.integers(3)])


def test_logit_of_any_customers_converges_or_says_why_not():
    found, refused = fits(lambda case: credit.logit(*case), wild_customers(1_000), LOGIT)
    assert set(refused) == set(LOGIT)
    assert len(found) > 250
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
        lambda case: credit.logit(*case, ridge=0.5), wild_customers(1_000), [BOTH, VARY, WEAK]
    )
    assert len(found) > 500
    assert len(refused.get(WEAK, ())) < 20
    assert all(got.gradient < 1e-8 for _case, got in found)


def test_logit_finds_the_truth():
    inside = []
    for rng in generators(400, 2):
        n = size(rng, 300, 1_500)
        x = pd.DataFrame({"a": rng.normal(3, 2, n), "b": (rng.random(n) < 0.3).astype(float)})
        beta = rng.normal(0, 0.6, 3)
        got = credit.logit(x, outcomes(rng, beta[0] - 1 + x.to_numpy() @ beta[1:])).table
        true = beta - [1, 0, 0]
        inside += list(np.abs(got["coefficient"] - true) < 1.96 * got["standard_error"])
    covers(inside, slack=0.01)
