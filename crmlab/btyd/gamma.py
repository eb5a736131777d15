"""What a purchase is worth: the gamma–gamma model, and the check behind it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.btyd import _data, _fit
from crmlab.btyd._bootstrap import Bootstrap, resample
from crmlab.btyd._estimator import Estimator, each_customer, refusal, shaped
from crmlab.btyd._gamma import GammaRows

if TYPE_CHECKING:
    import pandas as pd

Without = Literal["refuse", "drop"]

_ONE_SPREAD = _("by monetary_value each customer's purchases seem to be all of one value")
_ONE_MEAN = _("customers differ too little in what they spend to tell how they differ")


class GammaGamma(Estimator):
    """Gamma–gamma model of the value of a purchase (Gamma–Gamma 消费金额模型).

    The values of a customer's purchases are gamma(p, ν) distributed around a mean of the
    customer's own, and ν is gamma(q, γ) distributed over customers. How much a customer spends
    is taken to be independent of how often: look at :func:`spend_independence` first.

    Parameters
    ----------
    tolerance : float
        The fit has converged when no component of the mean gradient by the log parameters is
        above this, the curvature is that of a maximum, and a Newton step stands still.
    max_iterations : int
        `fit` raises when it has not converged by then.

    Attributes
    ----------
    p_, q_ : float
        Shapes of the two gamma distributions.
    gamma_ : float
        Rate of the second one, in money.
    population_mean_ : float
        Mean value of a purchase over customers, pγ/(q − 1); infinite for q ≤ 1.
    params_, standard_errors_ : dict of str to float
        All parameters by name and their standard errors.
    covariance_ : ndarray of shape (3, 3)
        Of the estimates, by the delta method from the Hessian in log parameters.
    log_likelihood_ : float
    gradient_ : ndarray of shape (3,)
        Mean gradient per customer by the log parameters, at the solution.
    converged_ : bool
    iterations_ : int
    n_customers_, n_distinct_ : int
        Customers, and rows after equal ones were merged.
    left_out_ : int
        Rows left out because they hold no purchase or no value; 0 unless that was asked for.

    Notes
    -----
    Colombo and Jiang (1999); Fader and Hardie (2013).

    Examples
    --------
    >>> model = GammaGamma.with_parameters(p=6.25, q=3.74, gamma=15.44)
    >>> round(model.population_mean_, 2)
    35.22
    >>> model.conditional_value([0, 1, 10], [0, 100, 100]).round(2).tolist()
    [35.22, 80.26, 97.28]
    """

    _names: ClassVar[tuple[str, ...]] = ("p", "q", "gamma")
    _reasons: ClassVar[Mapping[frozenset[str], str]] = {
        frozenset({"p↑"}): _ONE_SPREAD,
        frozenset({"p↑", "gamma↓"}): _ONE_SPREAD,
        frozenset({"q↑"}): _ONE_MEAN,
        frozenset({"gamma↑"}): _ONE_MEAN,
        frozenset({"q↑", "gamma↑"}): _ONE_MEAN,
    }

    p_: float
    q_: float
    gamma_: float
    left_out_: int

    _counts: tuple[FloatArray, FloatArray]

    def fit(
        self,
        frequency: Any,
        monetary_value: Any,
        weights: Any = None,
        without: Without = "refuse",
    ) -> Self:
        """Learn the parameters from customers' mean values, by maximum likelihood.

        Parameters
        ----------
        frequency : array of shape (customers,)
            Number of purchases that the mean is of, at least 1.
        monetary_value : array of shape (customers,)
            Mean value of these purchases, above 0; it may be missing where frequency is 0.
        weights : array of shape (customers,), optional
            Number of customers that a row stands for, above 0; 1 each without it.
        without : {"refuse", "drop"}
            What to do about customers without a purchase or without a value: raise, or leave
            them out and count them in `left_out_`.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If a column is not as described, or the likelihood has no maximum; the message says
            which parameters run away and what in the data makes them.

        Examples
        --------
        >>> model = GammaGamma.with_parameters(p=6.25, q=3.74, gamma=15.44)
        >>> repeats = [1, 2, 3, 4] * 100
        >>> spent = model.simulate(repeats, seed=1)
        >>> GammaGamma().fit(repeats, spent)
        GammaGamma(p=4.552, q=4.297, gamma=25.75; 400 customers, log-likelihood -1,713.8)
        """
        tolerance, iterations = self._settings()
        _checks.choice(without, "without", ("refuse", "drop"))
        x = _data.counts(frequency, "frequency", 1)
        value = _checks.array(monetary_value, "monetary_value", 0, ndim=1, allow_missing=True)
        weight = _data.weighting(weights, x)
        _data.same_length(frequency=x, monetary_value=value, weights=weight)
        _no_gap(x, value)
        empty = (x == 0) | (value == 0)
        if empty.any() and without == "refuse":
            raise ValueError(
                _("frequency and monetary_value must be above 0; got {} customers without. Keep "
                  "rows with (frequency > 0) & (monetary_value > 0), or give without='drop'")
                .format(int(empty.sum()))
            )  # fmt: skip
        if empty.all():
            raise ValueError(
                _("frequency and monetary_value must be above 0 for a customer at least; got none")
            )
        self.left_out_ = int(empty.sum())
        (x, value), weight = _data.merge([x[~empty], value[~empty]], weight[~empty])
        return self._learn(x, value, weight, tolerance, iterations)

    def _learn(
        self,
        x: FloatArray,
        value: FloatArray,
        weight: FloatArray,
        tolerance: float,
        iterations: int,
        start: Any = None,
    ) -> Self:
        # Money in units of the geometric mean, which a few huge values do not move: parameters of
        # any data are of one size.
        unit = math.exp(float((weight * np.log(value)).sum() / weight.sum()))
        rows = GammaRows(x, value / unit, weight)
        starts = [[1.5, 1.2, -0.5], [0.0, 0.7, 0.7], [2.5, 2.5, 0.0]]
        scale = np.array([1.0, 1.0, unit])
        if start is not None:
            starts.insert(0, list(np.log(np.asarray(start) / scale)))
        try:
            solution = _fit.from_starts(rows, starts, rows.customers, tolerance, iterations)
        except _fit.NoMaximumError as none:
            raise ValueError(refusal(none, self._names, self._reasons)) from None
        self._learned(solution, scale, rows.customers, -rows.customers * math.log(unit))
        self.n_distinct_ = weight.size
        self._counts = (x, weight)
        return self

    @property
    def population_mean_(self) -> float:
        """Mean value of a purchase over customers, pγ/(q − 1).

        Infinite for q ≤ 1: so few spend so much that no mean settles down.
        """
        p, q, gamma = self._parameters()
        return p * gamma / (q - 1) if q > 1 else math.inf

    def conditional_value(self, frequency: Any, monetary_value: Any) -> Any:
        """Mean value of a purchase expected of a customer with a known past.

        A weighted mean of what was observed and of the population's mean,
        ``p (γ + x z) / (p x + q − 1)``: the more purchases, the more the own mean counts.

        Parameters
        ----------
        frequency : int or array of int
            Number of purchases x that the mean is of, at least 0.
        monetary_value : float or array
            Mean value z of these purchases, at least 0; not used where frequency is 0, where it
            may be missing. The shapes must go together.

        Returns
        -------
        float, or ndarray of the common shape

        Raises
        ------
        ValueError, TypeError
            If an argument is not as described, the model has no parameters yet, or the expected
            value is infinite (p x + q ≤ 1).
        """
        p, q, gamma = self._parameters()
        x = _data.counts(frequency, "frequency")
        value = _checks.array(monetary_value, "monetary_value", 0, allow_missing=True)
        shape = _checks.together(frequency=x, monetary_value=value)
        x, value = np.broadcast_to(x, shape), np.broadcast_to(value, shape)
        if (np.isnan(value) & (x > 0)).any():
            raise ValueError(
                "monetary_value must be at least 0 where frequency is above 0; got nan"
            )
        if (p * x + q <= 1).any():
            least = x[p * x + q <= 1].min()
            raise ValueError(
                _("frequency must be so large that an expected value is finite (p x + q > 1); got "
                  "{:g} with p = {:.3g} and q = {:.3g}").format(least, p, q)
            )  # fmt: skip
        spent = np.where(x > 0, x * value, 0.0)
        return shaped((p * (gamma + spent) / (p * x + q - 1)).ravel(), shape)

    def log_likelihood(self, frequency: Any, monetary_value: Any, weights: Any = None) -> float:
        """Log-likelihood of customers' mean values at the model's parameters.

        Parameters
        ----------
        frequency, monetary_value, weights
            As in :meth:`fit`, above 0; they may be other customers than those of the fit.

        Returns
        -------
        float

        Raises
        ------
        ValueError, TypeError
            If a column is not as described, or the model has no parameters yet.

        Examples
        --------
        >>> model = GammaGamma.with_parameters(p=6.25, q=3.74, gamma=15.44)
        >>> round(model.log_likelihood([1, 2], [30, 40]), 3)
        -8.306
        """
        parameters = np.array(self._parameters())
        x = _checks.array(_data.counts(frequency, "frequency", 1), "frequency", 1)
        value = _checks.array(monetary_value, "monetary_value", 0, open_low=True, ndim=1)
        weight = _data.weighting(weights, x)
        _data.same_length(frequency=x, monetary_value=value, weights=weight)
        return GammaRows(x, value, weight)(np.log(parameters))[0]

    def simulate(self, frequency: Any, seed: int = 0) -> FloatArray:
        """Draw the mean values of customers who made so many purchases.

        Parameters
        ----------
        frequency : array of int, shape (n,)
            Number of purchases of each customer, at least 1.
        seed : int
            Seed of the random numbers, at least 0.

        Returns
        -------
        ndarray of shape (n,)

        Raises
        ------
        ValueError, TypeError
            If an argument is not as described, or the model has no parameters yet.

        Examples
        --------
        >>> model = GammaGamma.with_parameters(p=6.25, q=3.74, gamma=15.44)
        >>> model.simulate([1, 2, 5], seed=1).round(2).tolist()
        [17.78, 25.68, 17.88]
        """
        p, q, gamma = self._parameters()
        x = _checks.array(_data.counts(frequency, "frequency", 1), "frequency", 1)
        rng = np.random.default_rng(_checks.seed(seed))
        # A small shape may draw a rate of 0: the smallest number keeps the value finite.
        rate = np.maximum(rng.gamma(q, 1.0, x.size) / gamma, 1e-150)
        return np.maximum(rng.gamma(p * x) / (rate * x), 1e-150)

    def bootstrap(
        self,
        n: int = 200,
        seed: int = 0,
        figures: Mapping[str, Callable[[Any], float]] | None = None,
    ) -> Bootstrap:
        """Draw data like these again and again and fit each: parametric bootstrap (参数自助法).

        Customers with the numbers of purchases of the fit are drawn from the fitted model and
        fitted anew.

        Parameters
        ----------
        n : int
            Number of samples.
        seed : int
            Seed of the random numbers, at least 0.
        figures : mapping of str to function, optional
            Further numbers to follow, by name: functions of a fitted model, such as
            ``lambda model: model.population_mean_``.

        Returns
        -------
        Bootstrap
            With the parameters first, then the figures.

        Raises
        ------
        ValueError, TypeError
            If an argument is not as described, the model was not fitted, its weights were not
            whole numbers, or fewer than two samples have a maximum.

        Examples
        --------
        >>> model = GammaGamma.with_parameters(p=6.25, q=3.74, gamma=15.44)
        >>> repeats = [1, 2, 3, 4] * 100
        >>> spent = model.simulate(repeats, seed=1)
        >>> fitted = GammaGamma().fit(repeats, spent)
        >>> fitted.bootstrap(n=10, seed=1)
        Bootstrap(GammaGamma, 10 samples: p, q, gamma)
        """
        if not hasattr(self, "_counts"):
            raise ValueError("GammaGamma must be fitted first, with .fit(...); got no data")
        each = each_customer(*self._counts)

        def again(seed: int) -> GammaGamma:
            fresh = GammaGamma(self.tolerance, self.max_iterations)
            values = self.simulate(each, seed)
            return fresh._learn(
                each, values, np.ones(each.size), *self._settings(), start=self._parameters()
            )

        return resample(self, again, n, seed, figures)


def _no_gap(x: FloatArray, value: FloatArray) -> None:
    """Raise if a customer with purchases has no value."""
    if (np.isnan(value) & (x > 0)).any():
        raise ValueError("monetary_value must not be missing where frequency is above 0; got nan")


@dataclass(frozen=True, eq=False)
class SpendIndependence(Drawable):
    """How spending goes with frequency, made by :func:`spend_independence`.

    Attributes
    ----------
    correlation : float
        Pearson's correlation of frequency and mean value over customers.
    low, high : float
        Ends of its interval, by Fisher's z.
    level : float
        Level of the interval.
    customers : int
        Number of customers.
    frequency, monetary_value : ndarray of shape (customers,)
        As given.

    Examples
    --------
    >>> check = spend_independence([1, 1, 2, 2, 3, 3], [10, 30, 25, 15, 12, 28])
    >>> check
    SpendIndependence(correlation 0.000, 95% interval -0.812 to 0.812, 6 customers)
    >>> check.to_frame()
               customers  mean_value  median_value
    frequency
    1                  2        20.0          20.0
    2                  2        20.0          20.0
    3                  2        20.0          20.0
    """

    _picture = "spend_independence"

    correlation: float
    low: float
    high: float
    level: float
    customers: int
    frequency: FloatArray
    monetary_value: FloatArray

    def to_frame(self) -> "pd.DataFrame":
        """One row per frequency: customers, mean and median of their mean values.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        frame = pd.DataFrame(
            {"frequency": self.frequency.astype(int), "value": self.monetary_value}
        )
        groups = frame.groupby("frequency")["value"]
        return pd.DataFrame(
            {
                "customers": groups.size(),
                "mean_value": groups.mean(),
                "median_value": groups.median(),
            }
        )

    def __repr__(self) -> str:
        return (
            f"SpendIndependence(correlation {self.correlation:.3f}, {self.level:.0%} interval "
            f"{self.low:.3f} to {self.high:.3f}, {self.customers:,} customers)"
        )


def spend_independence(
    frequency: Any, monetary_value: Any, level: float = 0.95
) -> SpendIndependence:
    """Check whether what customers spend goes with how often they buy (独立性检验).

    The gamma–gamma model takes the two to be independent. A correlation near 0, with an interval
    that leaves no room for one that matters, is what it needs.

    Parameters
    ----------
    frequency : array of int, shape (customers,)
        Number of purchases that the mean is of, at least 1; at least four customers.
    monetary_value : array of shape (customers,)
        Mean value of these purchases, at least 0.
    level : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    SpendIndependence
        With ``.correlation``, ``.low``, ``.high``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as described, there are fewer than four customers, or frequency or
        monetary_value is the same for all.

    Notes
    -----
    Fisher (1915): artanh of the correlation is about normal with variance 1/(n − 3). A
    correlation sees straight lines only: look at the picture too.

    Examples
    --------
    >>> check = spend_independence([1, 1, 2, 2, 3, 3], [10, 30, 25, 15, 12, 28])
    >>> check
    SpendIndependence(correlation 0.000, 95% interval -0.812 to 0.812, 6 customers)
    """
    from scipy.special import ndtri

    _checks.same_index(frequency, monetary_value, "frequency and monetary_value")
    x = _checks.array(_data.counts(frequency, "frequency", 1), "frequency", 1)
    value = _checks.array(monetary_value, "monetary_value", 0, ndim=1)
    tail = (1 - _checks.number(level, "level", 0, 1, open_low=True, open_high=True)) / 2
    _data.same_length(frequency=x, monetary_value=value)
    if x.size < 4:
        raise ValueError(f"frequency must hold at least four customers; got {x.size}")
    for name, column in (("frequency", x), ("monetary_value", value)):
        if np.ptp(column) == 0:
            raise ValueError(f"{name} must differ between customers; got {column[0]:g} for all")
    correlation = float(np.clip(np.corrcoef(x, value)[0, 1], -1, 1))
    half = -float(ndtri(tail)) / math.sqrt(x.size - 3)
    with np.errstate(divide="ignore"):
        middle = np.arctanh(correlation)
    low, high = np.tanh([middle - half, middle + half])
    return SpendIndependence(correlation, float(low), float(high), level, x.size, x, value)
