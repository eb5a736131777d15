"""BG/NBD and NBD: published values, the closed forms of the literature, identities, limits."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import betaln, gammaln, hyp2f1

from crmlab import btyd
from crmlab.btyd import _data
from tests import cdnow

PUBLISHED = {"r": 0.2425945, "alpha": 4.4136019, "a": 0.7929199, "b": 2.4258881}


@pytest.fixture(scope="module")
def fitted():
    return btyd.BGNBD().fit(*cdnow.histories())


def test_the_data_are_those_of_the_paper():
    # Fader, Hardie and Lee (2005), table 1: mean 1.042, 0 … 7 repeats
    x, _recency, _T = cdnow.histories()
    assert x.size == 2357
    assert x.mean() == pytest.approx(1.042, abs=5e-4)
    assert np.bincount(x.astype(int))[:8].tolist() == [1411, 439, 214, 100, 62, 38, 29, 23]


def test_fit_of_fader_hardie_and_lee(fitted):
    # Fader, Hardie and Lee (2005), table 2: .243, 4.414, .793, 2.426, log-likelihood −9582.4
    for name, value in PUBLISHED.items():
        assert fitted.params_[name] == pytest.approx(value, rel=2e-5)
    assert fitted.log_likelihood_ == pytest.approx(-9582.429, abs=5e-4)
    assert fitted.converged_ is True
    assert np.abs(fitted.gradient_).max() < 1e-8
    assert (fitted.n_customers_, fitted.n_distinct_) == (2357, 1016)
    assert fitted.iterations_ <= 10


def test_nbd_benchmark():
    # Fader and Hardie's NBD fit of the same data: .385, 12.072, −9763.7
    model = btyd.NBD().fit(*cdnow.histories())
    assert model.r_ == pytest.approx(0.385, abs=5e-4)
    assert model.alpha_ == pytest.approx(12.072, abs=5e-4)
    assert model.log_likelihood_ == pytest.approx(-9763.7, abs=0.05)


def by_hand(parameters, x, t_x, T):
    """Equation (6) of Fader, Hardie and Lee (2005), customer by customer."""
    r, alpha, a, b = parameters
    log = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + T)
    if x == 0:
        return log + stays
    drops = betaln(a + 1, b + x - 1) - betaln(a, b) - (r + x) * np.log(alpha + t_x)
    return log + np.logaddexp(stays, drops)


quick = settings(deadline=None, max_examples=40)
positive = st.floats(-3, 3).map(np.exp)
parameters = st.tuples(positive, positive, positive, positive)
ages = st.floats(0.1, 200)
histories = st.tuples(st.integers(0, 60), st.floats(0.01, 1), ages).map(
    lambda v: (v[0], v[1] * v[2] if v[0] else 0.0, v[2])
)


def model_of(values):
    return btyd.BGNBD.with_parameters(**dict(zip(("r", "alpha", "a", "b"), values, strict=True)))


@quick
@given(parameters, st.lists(histories, min_size=1, max_size=8))
def test_log_likelihood_is_the_published_one(values, rows):
    wanted = sum(by_hand(values, *row) for row in rows)
    got = model_of(values).log_likelihood(*zip(*rows, strict=True))
    assert got == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@quick
@given(parameters, st.lists(histories, min_size=1, max_size=8), st.booleans())
def test_gradient_and_hessian_are_the_derivatives(values, rows, dropout):
    model = btyd.BGNBD() if dropout else btyd.NBD()
    point = np.log(values if dropout else values[:2])
    likelihood = model._likelihood(_data.histories(*zip(*rows, strict=True)))
    _value, gradient, hessian = likelihood(point)
    assert gradient == pytest.approx(
        approx_fprime(point, lambda z: likelihood(z)[0], 1e-6), rel=1e-3, abs=2e-3
    )
    numeric = approx_fprime(point, lambda z: likelihood(z)[1], 1e-6)
    assert hessian == pytest.approx(numeric, rel=1e-3, abs=2e-3)


@quick
@given(parameters, histories, st.floats(0.1, 100))
def test_conditional_purchases_are_the_published_closed_form(values, row, t):
    # Fader, Hardie and Lee (2005), equation (10), where scipy's hypergeometric function is good
    r, alpha, a, b = values
    x, t_x, T = row
    z = t / (alpha + T + t)
    if abs(a - 1) < 0.05 or a + b + x < 1.05 or z > 0.9 or max(values) > 10:
        return
    got = model_of(values).conditional_purchases(t, x, t_x, T)
    series = hyp2f1(r + x, b + x, a + b + x - 1, z)
    top = 1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * series
    bottom = 1 + (x > 0) * a / (b + x - 1 + (x == 0)) * ((alpha + T) / (alpha + t_x)) ** (r + x)
    wanted = (a + b + x - 1) / (a - 1) * top / bottom
    assert got == pytest.approx(wanted, rel=1e-6)


@settings(deadline=None, max_examples=15)
@given(parameters, st.floats(0.1, 100))
def test_expected_purchases_by_quadrature(values, t):
    # E[(1 − (1 + p t/α)^−r) / p] over beta(a, b), on the scale of the log-odds of p
    r, alpha, a, b = values

    def integrand(v):
        p = 1 / (1 + np.exp(-v))
        density = np.exp(-a * np.logaddexp(0, -v) - b * np.logaddexp(0, v) - betaln(a, b))
        return -np.expm1(-r * np.log1p(p * t / alpha)) / p * density

    edges = np.linspace(-690, 690, 47)
    wanted = sum(
        quad(integrand, low, high, epsabs=1e-13, limit=200)[0] for low, high in pairwise(edges)
    )
    assert model_of(values).expected_purchases(t) == pytest.approx(wanted, rel=1e-7)


def test_expected_purchases_pass_smoothly_through_a_equal_to_one():
    # There the published form divides zero by zero.
    at = [model_of((0.5, 5, a, 2.5)).expected_purchases(30) for a in (1 - 1e-6, 1.0, 1 + 1e-6)]
    assert at[0] - at[1] == pytest.approx(at[1] - at[2], rel=1e-3)
    assert at[1] == pytest.approx((at[0] + at[2]) / 2, rel=1e-10)


@settings(deadline=None, max_examples=20)
@given(parameters, st.floats(0.1, 50))
def test_chances_sum_to_one_and_give_the_mean(values, t):
    model = model_of(values)
    n = np.arange(1000)
    chance = model.probability_of_purchases(n, t)
    rest = 1 - chance.sum()
    assert -1e-9 < rest < 1
    if rest < 1e-12:
        assert chance @ n == pytest.approx(model.expected_purchases(t), rel=1e-6)


def test_who_never_came_back_is_alive_for_sure(fitted):
    # The model's own oddity: without a repeat purchase there was no chance to drop out.
    assert fitted.probability_alive(0, 0, [1, 39, 1000]).tolist() == [1, 1, 1]


def test_more_purchases_before_the_same_silence_mean_less_hope(fitted):
    # The increasing-frequency paradox
    alive = fitted.probability_alive(np.arange(1, 30), 15, 39)
    assert (np.diff(alive) < 0).all()


def test_alive_falls_with_silence_and_is_nearly_b_over_b_plus_a_after_a_purchase(fitted):
    alive = fitted.probability_alive(3, np.linspace(1, 39, 60), 39)
    assert (np.diff(alive) > 0).all()
    assert alive[-1] == pytest.approx((fitted.b_ + 2) / (fitted.a_ + fitted.b_ + 2))


def test_a_grid_of_frequency_and_recency(fitted):
    alive = fitted.probability_alive(np.arange(1, 5)[:, None], np.linspace(1, 39, 7), 39)
    assert alive.shape == (4, 7)
    assert alive[2, 3] == fitted.probability_alive(3, 20, 39)
    coming = fitted.conditional_purchases([[[10]], [[20]]], np.arange(1, 5)[:, None], 30, 39)
    assert coming.shape == (2, 4, 1)
    assert isinstance(fitted.conditional_purchases(10, 1, 30, 39), float)


def test_equal_rows_may_come_as_weights(fitted):
    x, t_x, T = cdnow.histories()
    counts = btyd.merge_counts(cdnow.summary())
    merged = btyd.BGNBD().fit(
        counts["frequency"], counts["recency"], counts["T"], counts["customers"]
    )
    assert merged.params_ == pytest.approx(fitted.params_, rel=1e-9)
    assert merged.log_likelihood_ == pytest.approx(fitted.log_likelihood_)
    assert merged.n_customers_ == 2357
    twice = btyd.BGNBD().fit(*(np.tile(part, 2) for part in (x, t_x, T)))
    assert twice.n_distinct_ == 1016
    assert twice.standard_errors_["r"] == pytest.approx(fitted.standard_errors_["r"] / 2**0.5)


@pytest.mark.parametrize("model", [btyd.BGNBD, btyd.NBD, btyd.ParetoNBD])
def test_the_unit_of_time_changes_only_what_is_measured_in_time(model):
    x, t_x, T = cdnow.histories()
    weeks, days = model().fit(x, t_x, T), model().fit(x, 7 * t_x, 7 * T)
    for name, value in weeks.params_.items():
        scale = 7 if name in ("alpha", "beta") else 1
        assert days.params_[name] == pytest.approx(scale * value, rel=1e-6)
    shift = x.sum() * np.log(7)
    assert days.log_likelihood_ == pytest.approx(weeks.log_likelihood_ - shift, rel=1e-10)
    assert days.expected_purchases(70) == pytest.approx(weeks.expected_purchases(10), rel=1e-6)


@pytest.mark.parametrize("model", [btyd.BGNBD, btyd.NBD, btyd.ParetoNBD])
def test_the_maximum_is_one_and_the_errors_are_those_of_its_curvature(model):
    x, t_x, T = cdnow.histories()
    fit = model().fit(x, t_x, T)
    assert fit.log_likelihood(x, t_x, T) == pytest.approx(fit.log_likelihood_, rel=1e-12)
    values = np.array(list(fit.params_.values()))
    root = np.linalg.cholesky(fit.covariance_)
    for direction in root.T:  # one standard error away in turned axes costs about a half
        for sign in (-0.1, 0.1):
            moved = dict(zip(fit.params_, values + sign * direction, strict=True))
            loss = fit.log_likelihood_ - model.with_parameters(**moved).log_likelihood(x, t_x, T)
            assert loss == pytest.approx(0.005, rel=0.1)


def test_a_forecast_of_the_second_39_weeks(fitted):
    found = btyd.holdout(fitted, cdnow.summary(), cdnow.later(), t=39)
    assert found.total_actual == cdnow.later().sum()
    assert found.total_actual == 1882
    assert found.total_expected == pytest.approx(found.total_actual, rel=0.15)
    assert found.per_customer.sum() == pytest.approx(found.total_expected)
    assert found.customers.sum() == 2357
    assert found.customers @ found.actual == pytest.approx(found.total_actual)


def test_calibration_figure_counts_everybody(fitted):
    table = btyd.calibration(fitted, cdnow.summary())
    assert table.actual[:7].tolist() == [1411, 439, 214, 100, 62, 38, 29]
    assert table.expected.sum() == pytest.approx(2357)
    assert np.abs(table.actual - table.expected).max() < 60
    assert "of 2,357 customers misplaced" in repr(table)


def test_tracking_counts_and_forecasts(fitted):
    weeks = cdnow.days()
    new = ~weeks["customer"].duplicated()
    end = 78
    found = btyd.tracking(fitted, weeks[new]["week"], weeks[~new]["week"], end, calibration_end=39)
    assert found.time.size == 78
    assert found.actual[-1] == (weeks[~new]["week"] <= end).sum()
    assert found.actual_by_step.sum() == found.actual[-1]
    assert found.expected_by_step.sum() == pytest.approx(found.expected[-1])
    assert (np.diff(found.expected) > 0).all()
    assert found.expected[-1] == pytest.approx(found.actual[-1], rel=0.06)
    starts = weeks[new]["week"].to_numpy()
    later = fitted.expected_purchases(np.maximum(40 - starts, 0)).sum()
    assert found.expected[39] == pytest.approx(later)


def test_discounting_by_hand(fitted):
    args = (3, 30.0, 39.0)
    coming = np.diff([fitted.conditional_purchases(t, *args) for t in (0, 4, 8, 12)])
    for timing, lead in (("end", 0), ("middle", 0.5), ("start", 1)):
        wanted = coming @ 1.02 ** -(np.arange(1, 4) - lead)
        got = fitted.discounted_purchases(0.02, *args, periods=3, length=4, timing=timing)
        assert got == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(
    "model",
    [
        btyd.BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426),
        btyd.ParetoNBD.with_parameters(r=0.553, alpha=10.578, s=0.606, beta=11.669),
        btyd.NBD.with_parameters(r=0.385, alpha=12.072),
    ],
)
def test_the_infinite_horizon_is_the_limit_of_many_short_periods(model):
    for_ever = model.discounted_purchases(0.1, [0, 2, 9], [0, 30, 38], 39)
    # A tenth of a period each, in the middle, until nothing is left.
    many = model.discounted_purchases(
        1.1**0.1 - 1, [0, 2, 9], [0, 30, 38], 39, periods=4000, length=0.1
    )
    assert for_ever == pytest.approx(many, rel=1e-5)


def test_nothing_learned_nothing_told():
    for call in (
        lambda m: m.expected_purchases(1),
        lambda m: m.probability_alive(0, 0, 1),
        lambda m: m.log_likelihood([0], [0], [1]),
        lambda m: m.simulate(3, 1),
        lambda m: m.bootstrap(2),
    ):
        with pytest.raises(ValueError, match="BGNBD must be fitted first"):
            call(btyd.BGNBD())
    assert repr(btyd.BGNBD()) == "BGNBD()"


def test_bootstrap_intervals_hold_the_estimates_and_agree_with_the_curvature(fitted):
    found = fitted.bootstrap(40, seed=1, figures={"a year": lambda m: m.expected_purchases(52)})
    table = found.to_frame()
    assert list(table.index) == ["r", "alpha", "a", "b", "a year"]
    assert ((table["low"] < table["estimate"]) & (table["estimate"] < table["high"])).all()
    for name in ("r", "alpha"):  # those of a and b are far from normal
        error = fitted.standard_errors_[name]
        assert table["standard_error"][name] == pytest.approx(error, rel=0.4)
    assert found.draws.shape == (40 - found.failed, 5)
    again = fitted.bootstrap(3, seed=1)
    assert (again.draws == found.draws[:3, :4]).all()
