"""Pareto/NBD: published values, no underflow, its integral against others, limits."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import gammaln, hyp2f1, hyperu

from crmlab import btyd
from crmlab.btyd import _data
from tests import cdnow

NAMES = ("r", "alpha", "s", "beta")
quick = settings(deadline=None, max_examples=40)
positive = st.floats(-3, 3).map(np.exp)
parameters = st.tuples(positive, positive, positive, positive)
histories = st.tuples(st.integers(0, 60), st.floats(0.01, 1), st.floats(0.1, 200)).map(
    lambda v: (v[0], v[1] * v[2] if v[0] else 0.0, v[2])
)


def model_of(values):
    return btyd.ParetoNBD.with_parameters(**dict(zip(NAMES, values, strict=True)))


@pytest.fixture(scope="module")
def fitted():
    return btyd.ParetoNBD().fit(*cdnow.histories())


def test_published_fit(fitted):
    # Fader, Hardie and Lee (2005), table 2: .553, 10.578, .606, 11.669, −9595.0
    assert fitted.r_ == pytest.approx(0.553, abs=5e-4)
    assert fitted.alpha_ == pytest.approx(10.578, abs=5e-4)
    assert fitted.s_ == pytest.approx(0.606, abs=5e-4)
    assert fitted.beta_ == pytest.approx(11.669, abs=5e-4)
    assert fitted.log_likelihood_ == pytest.approx(-9595.0, abs=0.05)
    assert np.abs(fitted.gradient_).max() < 1e-8
    assert fitted.iterations_ <= 12


def closed_form(values, x, t_x, T):
    """Log-likelihood with Gaussian hypergeometric functions: Fader and Hardie (2005)."""
    r, alpha, s, beta = values
    log = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    alive = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
    large, small = max(alpha, beta), min(alpha, beta)
    second = s + 1 if alpha >= beta else r + x

    def part(t):
        series = hyp2f1(r + s + x, second, r + s + x + 1, (large - small) / (large + t))
        return np.log(series) - (r + s + x) * np.log(large + t)

    first, last = part(t_x), part(T)
    dropped = np.log(s / (r + s + x)) + first + np.log1p(-np.exp(last - first))
    return log + np.logaddexp(alive, dropped)


def by_quadrature(values, x, t_x, T):
    """Log-likelihood with the integral over the time of dropping out, in logs, piece by piece."""
    r, alpha, s, beta = values
    log = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    alive = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
    top = -(r + x) * np.log(alpha + t_x) - (s + 1) * np.log(beta + t_x)
    edges = t_x + (T - t_x) * np.concatenate([[0], np.geomspace(1e-6, 1, 25)])

    def integrand(tau):
        return np.exp(-(r + x) * np.log(alpha + tau) - (s + 1) * np.log(beta + tau) - top)

    area = sum(
        quad(integrand, low, high, epsabs=0, epsrel=1e-11)[0] for low, high in pairwise(edges)
    )
    return log + np.logaddexp(alive, np.log(s) + top + np.log(area))


@settings(deadline=None, max_examples=60)
@given(parameters, histories)
def test_integral_agrees_with_general_quadrature(values, row):
    x, t_x, T = row
    if T - t_x < 1e-9 * T:
        return
    got = model_of(values).log_likelihood([x], [t_x], [T])
    assert got == pytest.approx(by_quadrature(values, *row), rel=1e-9, abs=1e-9)


def test_no_underflow_for_heavy_buyers():
    # Four customers on which the hypergeometric form loses all its digits (weeks, CDNOW-like).
    values = (0.5143, 2.8845, 0.2856, 14.1087)
    x = np.array([221, 254, 161, 204])
    t_x = np.array([103.42857, 97.14286, 94.71429, 98.57143])
    T = np.array([103.57143, 97.28571, 98.0, 99.42857])
    wanted = [by_quadrature(values, *row) for row in zip(x, t_x, T, strict=True)]
    got = [model_of(values).log_likelihood(*([v] for v in r)) for r in zip(x, t_x, T, strict=True)]
    assert np.isfinite(got).all()
    assert got == pytest.approx(wanted, rel=1e-11)
    alive = model_of(values).probability_alive(x, t_x, T)
    assert ((alive > 0) & (alive < 1)).all()


def test_likelihood_is_the_closed_form_where_that_is_stable():
    rows = [(0, 0.0, 39.0), (1, 3.0, 39.0), (4, 30.0, 39.0), (10, 20.0, 25.0)]
    for values in [(0.553, 10.578, 0.606, 11.669), (0.8, 3.0, 1.4, 9.0), (1.2, 12.0, 0.5, 4.0)]:
        wanted = sum(closed_form(values, *row) for row in rows)
        got = model_of(values).log_likelihood(*zip(*rows, strict=True))
        assert got == pytest.approx(wanted, rel=1e-10)


@quick
@given(parameters, st.lists(histories, min_size=1, max_size=6))
def test_gradient_and_hessian_are_the_derivatives(values, rows):
    point = np.log(values)
    likelihood = btyd.ParetoNBD()._likelihood(_data.histories(*zip(*rows, strict=True)))
    _value, gradient, hessian = likelihood(point)
    numeric = approx_fprime(point, lambda z: likelihood(z)[0], 1e-6)
    assert gradient == pytest.approx(numeric, rel=1e-3, abs=2e-3)
    numeric = approx_fprime(point, lambda z: likelihood(z)[1], 1e-6)
    assert hessian == pytest.approx(numeric, rel=1e-3, abs=2e-3)


@quick
@given(parameters, st.floats(0.1, 50))
def test_chances_sum_to_one_and_give_the_mean(values, t):
    model = model_of(values)
    n = np.arange(3000)
    chance = model.probability_of_purchases(n, t)
    rest = 1 - chance.sum()
    assert -1e-9 < rest < 1
    if rest < 1e-12:
        assert chance @ n == pytest.approx(model.expected_purchases(t), rel=1e-6)


@quick
@given(parameters, st.integers(0, 20), st.floats(0.1, 50))
def test_chance_of_n_is_the_mean_over_the_lifetime(values, n, t):
    r, alpha, s, beta = values

    def poisson_gamma(until):
        log = gammaln(r + n) - gammaln(r) - gammaln(n + 1)
        return np.exp(
            log + r * np.log(alpha / (alpha + until)) + n * np.log(until / (alpha + until))
        )

    def integrand(u):  # u: share of customers who have dropped out by then
        life = beta * ((1 - u) ** (-1 / s) - 1)
        return poisson_gamma(max(life, 1e-300))

    gone = 1 - (beta / (beta + t)) ** s
    wanted = quad(integrand, 0, gone, epsabs=1e-13, limit=300)[0] + (1 - gone) * poisson_gamma(t)
    assert model_of(values).probability_of_purchases(n, t) == pytest.approx(
        wanted, rel=1e-5, abs=1e-9
    )


@quick
@given(parameters, histories)
def test_alive_is_the_share_of_the_likelihood(values, row):
    r, alpha, s, beta = values
    x, t_x, T = row
    model = model_of(values)
    log = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    alive = log - (r + x) * np.log(alpha + T) - s * np.log(beta + T)
    wanted = np.exp(alive - model.log_likelihood([x], [t_x], [T]))
    assert model.probability_alive(x, t_x, T) == pytest.approx(wanted, rel=1e-7, abs=1e-12)


def test_forecast_passes_smoothly_through_s_equal_to_one():
    at = [
        model_of((0.5, 5, s, 9)).conditional_purchases(30, 2, 8, 12)
        for s in (0.999999, 1, 1.000001)
    ]
    assert at[1] == pytest.approx((at[0] + at[2]) / 2, rel=1e-9)


def test_forecast_is_the_published_closed_form(fitted):
    # Fader and Hardie (2005), equation (41) of Schmittlein, Morrison and Colombo (1987)
    r, alpha, s, beta = fitted.params_.values()
    x, t_x, T, t = 2, 30.43, 38.86, 39
    alive = fitted.probability_alive(x, t_x, T)
    mean = (r + x) * (beta + T) / ((alpha + T) * (s - 1))
    wanted = alive * mean * (1 - ((beta + T) / (beta + T + t)) ** (s - 1))
    assert fitted.conditional_purchases(t, x, t_x, T) == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize("rate", [0.0005, 0.0027, 0.02, 0.3])
def test_discounted_residual_transactions_are_the_closed_form(fitted, rate):
    # Fader, Hardie and Lee (2005), "RFM and CLV", with Tricomi's confluent function
    r, alpha, s, beta = fitted.params_.values()
    x, t_x, T = 3, 30.0, 39.0
    delta = np.log1p(rate)
    z = delta * (beta + T)
    alive = fitted.probability_alive(x, t_x, T)
    wanted = alive * (r + x) / (alpha + T) * (beta + T) ** s * delta ** (s - 1) * hyperu(s, s, z)
    got = fitted.discounted_purchases(rate, x, t_x, T)
    assert got == pytest.approx(wanted, rel=1e-8)


def test_who_never_came_back_may_have_dropped_out(fitted):
    # Unlike in BG/NBD, where the chance is 1 for all of them
    alive = fitted.probability_alive(0, 0, np.array([1, 10, 39, 100]))
    assert (np.diff(alive) < 0).all()
    assert alive[0] < 1


def test_alive_of_many_rows_keeps_their_order(fitted):
    rng = np.random.default_rng(3)
    x = rng.integers(0, 30, 5_000)
    T = rng.uniform(1, 60, 5_000)
    t_x = np.where(x > 0, T * rng.uniform(0.01, 1, 5_000), 0)
    alive = fitted.probability_alive(x, t_x, T)
    for row in range(0, 5_000, 700):
        assert alive[row] == pytest.approx(
            fitted.probability_alive(x[row], t_x[row], T[row]), rel=1e-9
        )


def test_forecast_of_the_second_39_weeks(fitted):
    found = btyd.holdout(fitted, cdnow.summary(), cdnow.later(), t=39)
    assert found.total_expected == pytest.approx(found.total_actual, rel=0.15)
    table = btyd.calibration(fitted, cdnow.summary())
    assert table.expected.sum() == pytest.approx(2357)
    assert np.abs(table.actual - table.expected).max() < 60


def test_a_customer_seen_today_is_alive():
    assert model_of((0.5, 5, 0.6, 9)).probability_alive([0, 3], [0, 7], [0, 7]).tolist() == [1, 1]


def test_mixture_of_many_customers_is_summed_without_loss():
    values = (0.553, 10.578, 0.606, 11.669)
    rows = [row for row in zip(*cdnow.histories(), strict=True) if row[1] < row[2]][:300]
    one_by_one = [closed_form(values, *row) for row in rows]
    got = model_of(values).log_likelihood(*zip(*rows, strict=True))
    assert got == pytest.approx(float(np.sum(one_by_one)), rel=1e-10)
