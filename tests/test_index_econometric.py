"""Linear regression and ordered logit: identities, simulated truth, special cases."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from crmlab import index
from crmlab.index.econometric import _ordered_likelihood
from tests.survey import mobi

DATA = mobi()[["CUSA1", "PERQ1", "PERQ2", "IMAG1", "PERV1"]]


def simulated(n, seed, slopes=(0.8, -0.5), thresholds=(-2, -0.5, 1, 2.5)):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, len(slopes)))
    hidden = x @ slopes + rng.logistic(size=n)
    answer = 1 + (hidden[:, None] > thresholds).sum(axis=1)
    return pd.DataFrame({"y": answer, "a": x[:, 0], "b": x[:, 1]})


# Linear.


def test_against_least_squares_and_scipy():
    result = index.linear_regression(DATA, "CUSA1")
    x = np.column_stack([np.ones(len(DATA)), DATA[list(result.names)]])
    expected, rest, _rank, _sizes = np.linalg.lstsq(x, DATA["CUSA1"], rcond=None)
    assert [result.intercept, *result.coefficients] == pytest.approx(expected)
    free = len(x) - 5
    error = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * rest[0] / free)[1:]
    assert result.standard_errors == pytest.approx(error)
    assert result.t == pytest.approx(expected[1:] / error)
    assert result.p == pytest.approx(2 * stats.t.sf(np.abs(expected[1:] / error), free))
    assert result.r2 == pytest.approx(
        1 - rest[0] / ((DATA["CUSA1"] - DATA["CUSA1"].mean()) ** 2).sum()
    )
    assert result.adjusted_r2 == pytest.approx(1 - (1 - result.r2) * (len(x) - 1) / free)
    assert result.residual_sd == pytest.approx(np.sqrt(rest[0] / free))


def test_one_attribute_is_simple_regression():
    result = index.linear_regression(DATA, "CUSA1", ["PERQ1"])
    simple = stats.linregress(DATA["PERQ1"], DATA["CUSA1"])
    assert result.coefficients[0] == pytest.approx(simple.slope)
    assert result.standard_errors[0] == pytest.approx(simple.stderr)
    assert result.p[0] == pytest.approx(simple.pvalue)
    assert result.standardised[0] == pytest.approx(simple.rvalue)
    assert result.vif[0] == pytest.approx(1)


def test_variance_inflation_is_one_over_one_minus_r2_of_the_others():
    result = index.linear_regression(DATA, "CUSA1")
    for i, name in enumerate(result.names):
        others = [n for n in result.names if n != name]
        r2 = index.linear_regression(DATA, name, others).r2
        assert result.vif[i] == pytest.approx(1 / (1 - r2))


def test_standardised_coefficients_are_those_of_standardised_data():
    z = (DATA - DATA.mean()) / DATA.std()
    expected = index.linear_regression(z, "CUSA1").coefficients
    assert index.linear_regression(DATA, "CUSA1").standardised == pytest.approx(expected)


def test_intervals_of_the_regression_hold_the_truth():
    rng = np.random.default_rng(1)
    inside = 0
    for _run in range(200):
        x = rng.standard_normal(30)
        table = pd.DataFrame({"y": 2 + 0.7 * x + rng.standard_normal(30), "x": x})
        result = index.linear_regression(table, "y")
        inside += result.low[0] <= 0.7 <= result.high[0]
    assert 0.9 <= inside / 200 <= 0.99


# Ordered logit.


def test_true_coefficients_come_back():
    result = index.ordered_logit(simulated(20_000, 1), "y")
    assert result.coefficients == pytest.approx([0.8, -0.5], abs=0.06)
    assert result.thresholds == pytest.approx([-2, -0.5, 1, 2.5], abs=0.1)
    assert result.gradient < 1e-6


def test_standard_errors_are_the_spread_over_repeated_samples():
    fits = [index.ordered_logit(simulated(300, seed), "y") for seed in range(150)]
    spread = np.std([fit.coefficients for fit in fits], axis=0)
    said = np.mean([fit.standard_errors for fit in fits], axis=0)
    assert said == pytest.approx(spread, rel=0.2)


def test_gradient_and_hessian_against_differences():
    table = simulated(60, 3)
    x, place = table[["a", "b"]].to_numpy(), table["y"].to_numpy() - 1
    at = np.array([0.3, -0.2, -1.5, -0.3, 0.9, 2.0])
    _value, slope, bend = _ordered_likelihood(at, x, place)
    numeric = optimize.approx_fprime(at, lambda p: _ordered_likelihood(p, x, place)[0], 1e-7)
    assert slope == pytest.approx(numeric, abs=1e-4)
    for i in range(len(at)):
        step = np.eye(len(at))[i] * 1e-5
        high = _ordered_likelihood(at + step, x, place)[1]
        low = _ordered_likelihood(at - step, x, place)[1]
        assert bend[i] == pytest.approx((high - low) / 2e-5, abs=1e-5)


def test_no_other_maximum_is_found_by_a_general_solver():
    table = simulated(200, 4)
    result = index.ordered_logit(table, "y")
    x, place = table[["a", "b"]].to_numpy(), table["y"].to_numpy() - 1
    start = np.array([0, 0, -2, -1, 0, 1.0])
    found = optimize.minimize(
        lambda p: -_ordered_likelihood(p, x, place)[0], start, method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 20_000, "maxfev": 20_000},
    )  # fmt: skip
    assert -found.fun == pytest.approx(result.log_likelihood, abs=1e-6)
    assert found.x[:2] == pytest.approx(result.coefficients, abs=1e-4)


def test_two_answers_are_the_ordinary_logit():
    table = simulated(400, 5, thresholds=(0.3,))
    result = index.ordered_logit(table, "y")

    def minus_log_likelihood(p):
        linear = table[["a", "b"]].to_numpy() @ p[1:] + p[0]
        return np.logaddexp(0, np.where(table["y"] == 2, -linear, linear)).sum()

    found = optimize.minimize(minus_log_likelihood, np.zeros(3), tol=1e-12)
    assert result.coefficients == pytest.approx(found.x[1:], abs=1e-4)
    assert -result.thresholds[0] == pytest.approx(found.x[0], abs=1e-4)


def test_at_the_maximum_expected_counts_equal_observed_counts_for_two_answers():
    table = simulated(400, 5, thresholds=(0.3,))
    result = index.ordered_logit(table, "y")
    chances = result.chances(table)
    assert chances.sum().to_numpy() == pytest.approx(table["y"].value_counts().sort_index())


def test_without_attributes_the_likelihood_is_that_of_the_shares():
    table = simulated(500, 6)
    shares = table["y"].value_counts(normalize=True)
    result = index.ordered_logit(table, "y")
    assert result.null_log_likelihood == pytest.approx(500 * (shares * np.log(shares)).sum())
    assert 0 < result.pseudo_r2 < 1


def test_chances_sum_to_one_and_shift_with_the_attributes():
    result = index.ordered_logit(simulated(500, 7), "y")
    table = result.chances({"a": [-1, 0, 1], "b": [0, 0, 0]})
    assert table.sum(axis=1).to_numpy() == pytest.approx(1)
    mean = table @ table.columns
    assert mean.is_monotonic_increasing
    assert table.columns.tolist() == [1, 2, 3, 4, 5]
    by_array = result.chances(np.array([[-1, 0], [0, 0], [1, 0]]))
    pd.testing.assert_frame_equal(table, by_array)
    assert result.to_frame()["odds_ratio"].tolist() == pytest.approx(np.exp(result.coefficients))


def test_units_of_an_attribute_only_rescale_its_coefficient():
    table = simulated(300, 8)
    one = index.ordered_logit(table, "y")
    other = index.ordered_logit(table.assign(a=1000 + 100 * table["a"]), "y")
    assert other.coefficients[0] * 100 == pytest.approx(one.coefficients[0])
    assert other.standard_errors[0] * 100 == pytest.approx(one.standard_errors[0])
    assert other.log_likelihood == pytest.approx(one.log_likelihood)
    shift = 10 * 100 * other.coefficients[0]
    assert other.thresholds - shift == pytest.approx(one.thresholds)


def test_perfect_prediction_has_no_maximum():
    table = pd.DataFrame({"y": [1, 1, 2, 2, 3, 3], "a": [1, 2, 3, 4, 5, 6]})
    with pytest.raises(ValueError, match="attributes must leave some doubt"):
        index.ordered_logit(table, "y")


def test_real_answers_agree_in_sign_with_the_line():
    line, logit = (f(DATA, "CUSA1") for f in (index.linear_regression, index.ordered_logit))
    assert (np.sign(line.coefficients) == np.sign(logit.coefficients)).all()
    assert np.corrcoef(line.t, logit.z)[0, 1] > 0.95
