"""Who buys how often, and who has dropped out unseen: BG/NBD, Pareto/NBD and NBD."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from crmlab._checks import FloatArray
from crmlab._text import _
from crmlab.btyd import _data, _expect, _fit
from crmlab.btyd._bgnbd import BetaGeometric, Rates
from crmlab.btyd._model import PurchaseModel
from crmlab.btyd._pareto import ParetoRows, by_difficulty, dropouts, legendre
from crmlab.btyd._simulate import Lives

#: Customers worked on at once: their temporary arrays stay in the processor's cache.
_CHUNK = 16_384

_ONE_RATE = _("customers differ too little in how fast they buy to tell how they differ")
_NO_DROPOUT = _("nothing in the data shows that customers drop out; the NBD model may do")
_ONE_CHANCE = _("customers differ too little in when they drop out to tell how they differ")
_AT_ONCE = _("customers seem to drop out either at once or never")


def _negative_binomial(n: FloatArray, t: FloatArray, r: float, alpha: float) -> FloatArray:
    """Probability of n purchases in t of a customer who stays."""
    from scipy.special import gammaln, xlog1py, xlogy

    log = gammaln(r + n) - gammaln(r) - gammaln(n + 1)
    # (α/(α+t))^r (t/(α+t))^n
    log = log - xlog1py(r, t / alpha) + xlogy(n, t / (alpha + t))
    return np.asarray(np.exp(log))


class BGNBD(PurchaseModel):
    """BG/NBD model of repeat purchases and unseen dropout (BG/NBD 模型).

    A customer who is alive buys at random at a rate λ, and after each repeat purchase drops out
    with a chance p; rates are gamma(r, α) distributed over customers, chances beta(a, b).

    Parameters
    ----------
    tolerance : float
        The fit has converged when no component of the mean gradient by the log parameters is
        above this, the curvature is that of a maximum, and a Newton step stands still.
    max_iterations : int
        `fit` raises when it has not converged by then.

    Attributes
    ----------
    r_, alpha_ : float
        Shape and rate of the gamma distribution of purchase rates; mean r/α per unit of time.
    a_, b_ : float
        Of the beta distribution of the chance to drop out after a purchase; mean a/(a + b).
    params_, standard_errors_ : dict of str to float
        All parameters by name and their standard errors.
    covariance_ : ndarray of shape (4, 4)
        Of the estimates, by the delta method from the Hessian in log parameters.
    log_likelihood_ : float
    gradient_ : ndarray of shape (4,)
        Mean gradient per customer by the log parameters, at the solution.
    converged_ : bool
    iterations_ : int
    n_customers_, n_distinct_ : int
        Customers, and rows after equal ones were merged.

    Notes
    -----
    Fader, Hardie and Lee (2005). Two things that the model gets wrong by its making: a customer
    who never came back has had no chance to drop out, so that ``probability_alive`` is 1 for
    frequency 0 whatever the age; and of two customers silent for the same long time the one who
    bought more often is the more surely gone, so that the probability falls with frequency at
    a fixed recency.

    Examples
    --------
    >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> round(model.expected_purchases(52), 3)
    1.446
    >>> model.probability_alive([0, 2, 2], [0, 5, 35], 39).round(3).tolist()
    [1.0, 0.123, 0.777]
    """

    _names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    _timed: ClassVar[tuple[bool, ...]] = (False, True, False, False)
    _reasons: ClassVar[Mapping[frozenset[str], str]] = {
        frozenset({"r↑", "alpha↑"}): _ONE_RATE,
        frozenset({"a↓"}): _NO_DROPOUT,
        frozenset({"b↑"}): _NO_DROPOUT,
        frozenset({"a↑", "b↑"}): _ONE_CHANCE,
        frozenset({"a↓", "b↓"}): _AT_ONCE,
        frozenset({"a↑"}): _("every customer seems to drop out after a single repeat purchase"),
        frozenset({"b↓"}): _("every customer seems to drop out after a single repeat purchase"),
    }

    r_: float
    alpha_: float
    a_: float
    b_: float

    def _likelihood(self, rows: _data.Histories) -> _fit.Likelihood:
        return BetaGeometric(rows)

    def _starts(self, pace: float) -> list[list[float]]:
        slow = float(np.log(1 / pace))
        return [[-0.5, slow, -0.5, 0.5], [1.0, slow + 1.0, -1.0, 2.0], [-1.0, slow, 1.0, 1.0]]

    def _alive(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        r, alpha, a, b = self._parameters()
        result = np.empty(x.size)
        for start in range(0, x.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            many = x[part]
            with np.errstate(over="ignore"):  # endless odds of having dropped out: a chance of 0
                odds = ((alpha + T[part]) / (alpha + t_x[part])) ** (r + many)
            odds = np.where(many > 0, odds * (a / (b + np.maximum(many, 1) - 1)), 0.0)
            result[part] = 1 / (1 + odds)
        return result

    def _while_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        return _expect.purchases_while_alive(x, T, t, *self._parameters())

    def _mass(self, n: FloatArray, t: FloatArray) -> FloatArray:
        from scipy.special import betainc, betaln

        r, alpha, a, b = self._parameters()
        stays = np.exp(betaln(a, b + n) - betaln(a, b)) * _negative_binomial(n, t, r, alpha)
        drops = np.exp(betaln(a + 1, b + np.maximum(n, 1) - 1) - betaln(a, b))
        reached = betainc(np.maximum(n, 1), r, t / (alpha + t))
        return np.where(n > 0, stays + drops * reached, stays)

    def _lives(self) -> tuple[float, float, Lives]:
        r, alpha, a, b = self._parameters()

        def lives(rng: np.random.Generator, rate: FloatArray, end: FloatArray) -> Any:
            chance = rng.beta(a, b, rate.size)
            draw = 1 - rng.random(rate.size)
            with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
                last = np.maximum(np.ceil(np.log(draw) / np.log1p(-chance)), 1)
            last = np.where(chance > 0, last, np.inf)
            last = np.where(np.isnan(last), 1, last)
            would = rng.poisson(np.minimum(rate * end, 1e15)).astype(float)
            gone = would >= last
            # The last purchase is one of the ordered purchases; the others are before it.
            first = np.where(gone, last, 1)
            when = end * rng.beta(first, np.where(gone, would - first + 1, 1))
            lifetime = np.where(gone, when, np.inf)
            return lifetime, np.where(gone, when, end), np.minimum(would, last), gone

        return r, alpha, lives


class NBD(PurchaseModel):
    """NBD model: customers differ in their rate and never drop out (负二项分布模型).

    The benchmark that the models with dropout have to beat.

    Parameters
    ----------
    tolerance, max_iterations
        As in :class:`BGNBD`.

    Attributes
    ----------
    r_, alpha_ : float
        Shape and rate of the gamma distribution of purchase rates; mean r/α per unit of time.
    params_, standard_errors_, covariance_, log_likelihood_, gradient_, converged_, iterations_
        As in :class:`BGNBD`.
    n_customers_, n_distinct_ : int
        Customers, and rows after equal ones were merged.

    Notes
    -----
    Ehrenberg (1959). Recency is checked and not used.

    Examples
    --------
    >>> model = NBD.with_parameters(r=0.385, alpha=12.072)
    >>> round(model.expected_purchases(52), 3)
    1.658
    >>> model.probability_alive([0, 2], [0, 20], 39).tolist()
    [1.0, 1.0]
    """

    _names: ClassVar[tuple[str, ...]] = ("r", "alpha")
    _timed: ClassVar[tuple[bool, ...]] = (False, True)
    _reasons: ClassVar[Mapping[frozenset[str], str]] = {
        frozenset({"r↑", "alpha↑"}): _ONE_RATE,
    }

    r_: float
    alpha_: float

    def _likelihood(self, rows: _data.Histories) -> _fit.Likelihood:
        return Rates(rows)

    def _starts(self, pace: float) -> list[list[float]]:
        slow = float(np.log(1 / pace))
        return [[-0.5, slow - 0.5], [2.0, slow + 2.0]]

    def _alive(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        return np.ones(x.size)

    def _while_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        r, alpha = self._parameters()
        return (r + x) / (alpha + T) * t

    def _mass(self, n: FloatArray, t: FloatArray) -> FloatArray:
        return _negative_binomial(n, t, *self._parameters())

    def _lives(self) -> tuple[float, float, Lives]:
        r, alpha = self._parameters()

        def lives(rng: np.random.Generator, rate: FloatArray, end: FloatArray) -> Any:
            bought = rng.poisson(np.minimum(rate * end, 1e15)).astype(float)
            return np.full(rate.size, np.inf), end, bought, None

        return r, alpha, lives


class ParetoNBD(PurchaseModel):
    """Pareto/NBD model of repeat purchases and unseen dropout (Pareto/NBD 模型).

    A customer buys at random at a rate λ and drops out at a rate μ, at any time; purchase rates
    are gamma(r, α) distributed over customers, dropout rates gamma(s, β).

    Parameters
    ----------
    tolerance, max_iterations
        As in :class:`BGNBD`.

    Attributes
    ----------
    r_, alpha_ : float
        Shape and rate of the gamma distribution of purchase rates; mean r/α per unit of time.
    s_, beta_ : float
        The same of dropout rates.
    params_, standard_errors_, covariance_, log_likelihood_, gradient_, converged_, iterations_
        As in :class:`BGNBD`.
    n_customers_, n_distinct_ : int
        Customers, and rows after equal ones were merged.

    Notes
    -----
    Schmittlein, Morrison and Colombo (1987); Fader and Hardie (2005). The likelihood is computed
    by quadrature over the time of dropping out, which neither underflows nor needs a
    hypergeometric function.

    Examples
    --------
    >>> model = ParetoNBD.with_parameters(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    >>> round(model.expected_purchases(52), 3)
    1.473
    >>> model.probability_alive([0, 2, 2], [0, 5, 35], 39).round(3).tolist()
    [0.294, 0.129, 0.946]
    """

    _names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    _timed: ClassVar[tuple[bool, ...]] = (False, True, False, True)
    _reasons: ClassVar[Mapping[frozenset[str], str]] = {
        frozenset({"r↑", "alpha↑"}): _ONE_RATE,
        frozenset({"s↓"}): _NO_DROPOUT,
        frozenset({"beta↑"}): _NO_DROPOUT,
        frozenset({"s↑", "beta↑"}): _ONE_CHANCE,
        frozenset({"s↓", "beta↓"}): _AT_ONCE,
        frozenset({"beta↓"}): _AT_ONCE,
        frozenset({"s↑"}): _("every customer seems to drop out at once"),
    }

    r_: float
    alpha_: float
    s_: float
    beta_: float

    def _likelihood(self, rows: _data.Histories) -> _fit.Likelihood:
        return ParetoRows(rows)

    def _starts(self, pace: float) -> list[list[float]]:
        slow = float(np.log(1 / pace))
        return [[-0.5, slow - 1, -0.5, -1.0], [1.0, slow + 0.5, 1.0, 1.0], [0.0, slow, -2.0, 0.0]]

    def _alive(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        from scipy.special import expit

        rows, order = by_difficulty(_data.Histories(x, t_x, T, np.ones(x.size)))
        sorted_odds = np.empty(x.size)
        for dropout in dropouts(rows, *self._parameters()):
            sorted_odds[dropout.rows] = dropout.odds
        odds = np.empty(x.size)
        odds[order] = sorted_odds
        return np.asarray(expit(-odds))

    def _while_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        from scipy.special import exprel

        r, alpha, s, beta = self._parameters()
        # ∫ ((β+T)/(β+T+u))^s du over (0, t), which has a limit at s = 1
        grown = np.log1p(t / (beta + T))
        return (r + x) / (alpha + T) * (beta + T) * grown * exprel(-(s - 1) * grown)

    def _mass(self, n: FloatArray, t: FloatArray) -> FloatArray:
        r, alpha, s, beta = self._parameters()
        points, weights = legendre(128)
        scale = min(alpha, beta)
        alive = np.exp(-s * np.log1p(t / beta)) * _negative_binomial(n, t, r, alpha)
        end = np.log1p(t / scale)
        total = np.zeros(n.size)
        for point, weight in zip(points, weights, strict=True):
            at = scale * np.expm1(point * end)
            density = s / (beta + at) * np.exp(-s * np.log1p(at / beta))
            total += weight * end * (scale + at) * density * _negative_binomial(n, at, r, alpha)
        return alive + total

    def _scale(self) -> float:
        return min(self.params_["alpha"], self.params_["beta"])

    def _lives(self) -> tuple[float, float, Lives]:
        r, alpha, s, beta = self._parameters()

        def lives(rng: np.random.Generator, rate: FloatArray, end: FloatArray) -> Any:
            drop = rng.gamma(s, 1.0, rate.size) / beta
            with np.errstate(divide="ignore", over="ignore"):
                life = rng.exponential(1.0, rate.size) / drop
            until = np.minimum(life, end)
            bought = rng.poisson(np.minimum(rate * until, 1e15)).astype(float)
            return np.where(life > end, np.inf, life), until, bought, None

        return r, alpha, lives
