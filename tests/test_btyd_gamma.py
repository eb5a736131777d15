"""Gamma–gamma, the independence behind it, and residual value."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.stats import gamma as gamma_distribution

from crmlab import btyd, clv
from crmlab.btyd._gamma import GammaRows
from tests import cdnow

quick = settings(deadline=None, max_examples=40)
positive = st.floats(-2, 2).map(np.exp)
parameters = st.tuples(positive, positive, positive)
PUBLISHED = {"p": 6.25, "q": 3.74, "gamma": 15.44}


@pytest.fixture(scope="module")
def fitted():
    return btyd.GammaGamma().fit(*cdnow.spenders())


def model_of(values):
    return btyd.GammaGamma.with_parameters(**dict(zip(PUBLISHED, values, strict=True)))


def test_published_fit(fitted):
    # Fader and Hardie (2013), "The gamma-gamma model of monetary value": 946 customers with a
    # mean of 35.08, p 6.25, q 3.74, γ 15.44, log-likelihood −4055.92
    x, value = cdnow.spenders()
    assert x.size == 946
    assert value.mean() == pytest.approx(35.08, abs=5e-3)
    for name, published in PUBLISHED.items():
        assert fitted.params_[name] == pytest.approx(published, abs=0.006)
    assert fitted.log_likelihood_ == pytest.approx(-4055.92, abs=5e-3)
    assert np.abs(fitted.gradient_).max() < 1e-8
    assert fitted.left_out_ == 0


def test_published_population_mean():
    # pγ/(q − 1) with the printed parameters
    model = btyd.GammaGamma.with_parameters(**PUBLISHED)
    assert model.population_mean_ == pytest.approx(35.22, abs=5e-3)
    assert model.conditional_value(0, np.nan) == model.population_mean_


@quick
@given(parameters, st.integers(1, 20), st.floats(0.1, 50))
def test_likelihood_is_the_mixture_of_gamma_distributions(values, x, z):
    p, q, gamma = values

    step = 0.002
    nu = np.exp(np.arange(-40, 15, step))
    mean = gamma_distribution.pdf(z, p * x, scale=1 / (nu * x))
    wanted = (mean * gamma_distribution.pdf(nu, q, scale=1 / gamma) * nu).sum() * step
    assert model_of(values).log_likelihood([x], [z]) == pytest.approx(np.log(wanted), abs=1e-6)


@quick
@given(
    parameters,
    st.lists(st.tuples(st.integers(1, 40), st.floats(0.1, 90)), min_size=1, max_size=9),
)
def test_gradient_and_hessian_are_the_derivatives(values, rows):
    x, z = np.array(rows, float).T
    likelihood = GammaRows(x, z, np.ones(x.size))
    point = np.log(values)
    _value, gradient, hessian = likelihood(point)
    numeric = approx_fprime(point, lambda at: likelihood(at)[0], 1e-6)
    assert gradient == pytest.approx(numeric, rel=1e-3, abs=5e-3)
    numeric = approx_fprime(point, lambda at: likelihood(at)[1], 1e-6)
    assert hessian == pytest.approx(numeric, rel=1e-3, abs=5e-3)


def test_the_unit_of_money_changes_gamma_only(fitted):
    x, value = cdnow.spenders()
    cents = btyd.GammaGamma().fit(x, 100 * value)
    assert cents.p_ == pytest.approx(fitted.p_, rel=1e-6)
    assert cents.gamma_ == pytest.approx(100 * fitted.gamma_, rel=1e-6)
    shift = 946 * np.log(100)
    assert cents.log_likelihood_ == pytest.approx(fitted.log_likelihood_ - shift, rel=1e-10)


def test_the_expected_value_moves_from_the_population_to_the_own_mean(fitted):
    values = fitted.conditional_value(np.arange(1, 10_000), 100.0)
    assert (np.diff(values) > 0).all()
    assert values[-1] == pytest.approx(100, rel=1e-3)
    p, q, _gamma = fitted.params_.values()
    weight = (q - 1) / (p * 2 + q - 1)
    wanted = weight * fitted.population_mean_ + (1 - weight) * 100
    assert fitted.conditional_value(2, 100) == pytest.approx(wanted)


def test_no_finite_mean_is_said_and_not_computed():
    model = btyd.GammaGamma.with_parameters(p=6, q=0.9, gamma=15)
    assert model.population_mean_ == np.inf
    assert np.isfinite(model.conditional_value(1, 30))
    with pytest.raises(ValueError, match=r"p x \+ q > 1.*got 0 with p = 6 and q = 0.9"):
        model.conditional_value([1, 0], [30, 0])


def test_customers_without_a_repeat_are_refused_or_counted(fitted):
    summary = cdnow.summary()
    x, value = summary["frequency"], summary["monetary_value"]
    with pytest.raises(ValueError, match=r"got 1411 customers without. Keep rows with"):
        btyd.GammaGamma().fit(x, value)
    dropped = btyd.GammaGamma().fit(x, value, without="drop")
    assert dropped.left_out_ == 1411
    assert dropped.params_ == pytest.approx(fitted.params_, rel=1e-9)
    with pytest.raises(ValueError, match="must be above 0 for a customer at least; got none"):
        btyd.GammaGamma().fit([0, 0], [0, 0], without="drop")
    with pytest.raises(ValueError, match="must not be missing where frequency is above 0"):
        btyd.GammaGamma().fit([1, 2], [3, np.nan], without="drop")


def test_weights_are_customers(fitted):
    x, value = cdnow.spenders()
    weighted = btyd.GammaGamma().fit(x, value, weights=np.full(x.size, 2.0))
    assert weighted.params_ == pytest.approx(fitted.params_, rel=1e-9)
    assert weighted.log_likelihood_ == pytest.approx(2 * fitted.log_likelihood_)
    twice = btyd.GammaGamma().fit(np.tile(x, 2), np.tile(value, 2))
    assert twice.standard_errors_ == pytest.approx(weighted.standard_errors_)
    assert twice.n_customers_ == 2 * 946


def test_true_parameters_lie_inside_the_intervals_of_simulated_customers():
    true = btyd.GammaGamma.with_parameters(**PUBLISHED)
    x = np.random.default_rng(0).geometric(0.3, 1_500)
    inside = np.zeros(3)
    for seed in range(40):
        fit = btyd.GammaGamma().fit(x, true.simulate(x, seed))
        away = [
            np.log(fit.params_[name] / value) / (fit.standard_errors_[name] / fit.params_[name])
            for name, value in PUBLISHED.items()
        ]
        inside += np.abs(away) < 1.96
    # 95 % of 40 are 38; 33 or fewer have a chance below 1 in 50
    assert (inside >= 33).all()


def test_bootstrap_follows_figures(fitted):
    found = fitted.bootstrap(30, figures={"mean": lambda model: model.population_mean_})
    table = found.interval(0.9)
    assert (table["low"] < table["high"]).all()
    assert table["standard_error"]["p"] == pytest.approx(fitted.standard_errors_["p"], rel=0.5)
    assert table["low"]["mean"] < fitted.population_mean_ < table["high"]["mean"]


ONE_TO_FOUR = np.tile([1.0, 2, 3, 4], 100)
NOISE = np.random.default_rng(1).gamma(5 * ONE_TO_FOUR) / (5 * ONE_TO_FOUR)


@pytest.mark.parametrize(
    ("x", "value", "reason"),
    [
        ([3, 4, 5, 6], [20, 20, 20, 20], "p → ∞|q → ∞"),
        # Means that do not settle down with more purchases: all the spread is between customers.
        ([50, 60, 70, 80] * 9, [20, 21, 19, 20.5] * 9, "purchases seem to be all of one value"),
        # Means that differ by chance alone: all the spread is within customers.
        (ONE_TO_FOUR, NOISE, "differ too little in what they spend"),
    ],
)
def test_no_maximum_is_refused_with_a_reason(x, value, reason):
    with pytest.raises(ValueError, match=rf"likelihood with a maximum.*({reason})"):
        btyd.GammaGamma().fit(x, value)


def test_spend_goes_little_with_frequency_at_cdnow():
    # Fader, Hardie and Lee (2005), "RFM and CLV", p. 423: .11 with, .06 without two outliers
    found = btyd.spend_independence(*cdnow.spenders())
    assert found.correlation == pytest.approx(0.11, abs=5e-3)
    assert found.low < found.correlation < found.high
    table = found.to_frame()
    assert table["customers"].sum() == found.customers == 946
    x, value = cdnow.spenders()
    assert table.loc[2, "mean_value"] == pytest.approx(value[x == 2].mean())


def test_a_perfect_line_has_no_interval():
    found = btyd.spend_independence([1, 2, 3, 4], [2, 4, 6, 8])
    assert (found.correlation, found.low, found.high) == (pytest.approx(1), pytest.approx(1), 1)


# Residual value.


@pytest.fixture(scope="module")
def worth(fitted):
    model = btyd.BGNBD().fit(*cdnow.histories())
    summary = cdnow.summary().set_index("customer")
    return (
        model,
        summary,
        btyd.residual_value(model, fitted, summary, 0.01, 12, margin=0.3, length=52 / 12),
    )


def test_residual_value_is_purchases_times_value_discounted(fitted, worth):
    model, summary, found = worth
    x, t_x, T = cdnow.histories()
    length = 52 / 12
    ends = [model.conditional_purchases(length * k, x, t_x, T) for k in range(13)]
    by_period = np.diff(ends, axis=0)
    each = fitted.conditional_value(x, summary["monetary_value"])
    wanted = clv.present_value((by_period * each * 0.3).T, 0.01, timing="middle")
    assert found.value == pytest.approx(wanted)
    assert found.total == pytest.approx(wanted.sum())
    assert found.period_value.sum() == pytest.approx(found.total)
    assert found.period_purchases == pytest.approx(by_period.sum(axis=1))
    assert found.purchases == pytest.approx(ends[-1])
    assert found.discounted_purchases == pytest.approx(
        model.discounted_purchases(0.01, x, t_x, T, 12, length=length)
    )
    assert found.customers[0] == "0001"
    assert found.to_frame().loc["0001", "value"] == found.value[0]
    assert found.alive == pytest.approx(model.probability_alive(x, t_x, T))


def test_earlier_payment_is_worth_more(fitted, worth):
    model, summary, _found = worth
    totals = [
        btyd.residual_value(model, fitted, summary, 0.01, 6, timing=timing).total
        for timing in ("end", "middle", "start")
    ]
    assert totals[1] == pytest.approx(totals[0] * 1.01**0.5)
    assert totals[2] == pytest.approx(totals[0] * 1.01)


def test_a_value_without_end_is_refused(worth):
    model, summary, _found = worth
    endless = btyd.GammaGamma.with_parameters(p=6, q=0.9, gamma=15)
    with pytest.raises(ValueError, match="an expected value is finite"):
        btyd.residual_value(model, endless, summary, 0.01, 6)
    assert isinstance(summary, pd.DataFrame)


def test_hundreds_of_data_sets_converge_or_are_refused_with_a_reason():
    rng = np.random.default_rng(5)
    converged = 0
    # Where q is near 0 some amounts have no bound.
    refusals = "the data must have a likelihood with a maximum", "monetary_value must be at most"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for k in range(300):
            wide = (1, 2.5, 5)[k % 3]
            true = {name: float(np.exp(rng.uniform(-wide, wide))) for name in PUBLISHED}
            true["gamma"] *= np.exp(rng.uniform(-5, 8))
            n = int(np.exp(rng.uniform(np.log(5), np.log(2000))))
            x = rng.geometric(np.exp(rng.uniform(-4, 0)), n) if k % 4 else np.ones(n)
            value = btyd.GammaGamma.with_parameters(**true).simulate(x, seed=k)
            try:
                fit = btyd.GammaGamma().fit(x, value)
            except ValueError as reason:
                message = str(reason)
                assert message.startswith(refusals)
                continue
            converged += 1
            assert np.abs(fit.gradient_).max() <= 1e-8
            assert all(error > 0 for error in fit.standard_errors_.values())
    assert converged > 150
