"""What the models of purchases have in common: fit, forecasts, bootstrap."""

import math
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._text import _
from crmlab.btyd import _data, _fit
from crmlab.btyd._bootstrap import Bootstrap, resample
from crmlab.btyd._estimator import Estimator, each_customer, refusal, shaped
from crmlab.btyd._simulate import Lives, SimulatedCustomers, simulate
from crmlab.clv import discount_factors

#: A sample of this many rows shows where the maximum of a large log is.
_SAMPLE = 20_000


class PurchaseModel(Estimator):
    """A model of repeat purchases of customers who may drop out unseen.

    Parameters
    ----------
    tolerance, max_iterations
        See :class:`Estimator`.
    """

    #: Which parameters are measured in time.
    _timed: ClassVar[tuple[bool, ...]]
    _reasons: ClassVar[Mapping[frozenset[str], str]]

    _ages: tuple[FloatArray, FloatArray]

    # What a model brings.

    @abstractmethod
    def _likelihood(self, rows: _data.Histories) -> _fit.Likelihood: ...

    @abstractmethod
    def _starts(self, pace: float) -> list[list[float]]: ...

    @abstractmethod
    def _alive(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _while_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _mass(self, n: FloatArray, t: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _lives(self) -> tuple[float, float, Lives]: ...

    # Fit.

    def fit(self, frequency: Any, recency: Any, T: Any, weights: Any = None) -> Self:
        """Learn the parameters from customers' histories, by maximum likelihood.

        Parameters
        ----------
        frequency : array of shape (customers,)
            Number of repeat purchases x: purchases without the first.
        recency : array of shape (customers,)
            Time of the last purchase, counted from the first; 0 where frequency is 0.
        T : array of shape (customers,)
            Age: time from the first purchase to the end of the observation.
        weights : array of shape (customers,), optional
            Number of customers that a row stands for, above 0; 1 each without it.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If a column is not as described, or the likelihood has no maximum; the message says
            which parameters run away and what in the data makes them.

        Notes
        -----
        Newton's method inside a trust region, in log parameters, with analytic derivatives.
        Equal rows are merged into weights first. `converged_` is True after every fit that
        returns: a search that does not end at a maximum raises.

        Examples
        --------
        >>> from crmlab.btyd import BGNBD
        >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> drawn = model.simulate(1000, T=39, seed=1)
        >>> fitted = BGNBD().fit(drawn.frequency, drawn.recency, drawn.T)
        >>> fitted
        BGNBD(r=0.2341, alpha=4.878, a=0.8318, b=2.629; 1,000 customers, log-likelihood -4,313.6)
        """
        tolerance, iterations = self._settings()
        rows = _data.histories(frequency, recency, T, weights)
        return self._learn(rows, tolerance, iterations)

    def _learn(
        self, rows: _data.Histories, tolerance: float, iterations: int, start: Any = None
    ) -> Self:
        unit = rows.unit
        if not rows.frequency.any():
            raise ValueError(
                _("frequency must be above 0 for a customer at least; got 0 for all: without a "
                  "repeat purchase nothing tells how fast anyone buys")
            )  # fmt: skip
        scaled = rows.over(unit)
        starts = self._starts(rows.purchases / rows.customers)
        scale = np.where(self._timed, unit, 1.0)
        if start is not None:
            starts.insert(0, list(np.log(np.asarray(start) / scale)))
        try:
            if rows.weight.size > 2 * _SAMPLE:
                starts = self._near(scaled, starts, iterations) + starts
            solution = _fit.from_starts(
                self._likelihood(scaled), starts, rows.customers, tolerance, iterations
            )
        except _fit.NoMaximumError as none:
            raise ValueError(refusal(none, self._names, self._reasons)) from None
        self._learned(solution, scale, rows.customers, -rows.purchases * math.log(unit))
        self.n_distinct_ = rows.weight.size
        self._ages = (rows.T, rows.weight)
        return self

    def _near(
        self, rows: _data.Histories, starts: list[list[float]], iterations: int
    ) -> list[list[float]]:
        """Fit a sample: on a large log a few steps from there are enough."""
        some = np.unique(np.random.default_rng(0).integers(rows.weight.size, size=_SAMPLE))
        sample = rows.take(some)
        try:
            found = _fit.maximise(
                self._likelihood(sample), starts[0], sample.customers, 1e-5, iterations
            )
        except _fit.NoMaximumError:
            return []
        return [list(found.point)]

    def log_likelihood(self, frequency: Any, recency: Any, T: Any, weights: Any = None) -> float:
        """Log-likelihood of customers' histories at the model's parameters.

        Parameters
        ----------
        frequency, recency, T, weights
            As in :meth:`fit`; they may be other customers than those of the fit.

        Returns
        -------
        float

        Raises
        ------
        ValueError, TypeError
            If a column is not as described, or the model has no parameters yet.

        Examples
        --------
        >>> from crmlab.btyd import BGNBD
        >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(model.log_likelihood([0, 2], [0, 20], [39, 39]), 3)
        -9.73
        """
        parameters = np.array(self._parameters())
        rows = _data.histories(frequency, recency, T, weights)
        return self._likelihood(rows)(np.log(parameters))[0]

    # Forecasts.

    def expected_purchases(self, t: Any) -> Any:
        """Repeat purchases expected of a random new customer in (0, t].

        Parameters
        ----------
        t : float or array
            Time since the first purchase, at least 0.

        Returns
        -------
        float, or ndarray of the shape of `t`

        Raises
        ------
        ValueError, TypeError
            If `t` is not as described, or the model has no parameters yet.
        """
        self._parameters()
        time = _checks.array(t, "t", 0, allow_empty=True)
        zeros = np.zeros(time.size)
        return shaped(self._while_alive(zeros, zeros, time.ravel()), time.shape)

    def probability_alive(self, frequency: Any, recency: Any, T: Any) -> Any:
        """Probability that a customer has not dropped out by T (活跃概率).

        Parameters
        ----------
        frequency, recency, T : float or array
            Histories as in :meth:`fit`; the shapes must go together.

        Returns
        -------
        float, or ndarray of the common shape

        Raises
        ------
        ValueError, TypeError
            If an argument is not as described, or the model has no parameters yet.
        """
        self._parameters()
        (x, t_x, age), shape = _histories(frequency, recency, T)
        return shaped(self._alive(x, t_x, age), shape)

    def conditional_purchases(self, t: Any, frequency: Any, recency: Any, T: Any) -> Any:
        """Purchases expected in (T, T + t] of a customer with a known history.

        Parameters
        ----------
        t : float or array
            Length of the time to come, at least 0.
        frequency, recency, T : float or array
            Histories as in :meth:`fit`; all shapes must go together.

        Returns
        -------
        float, or ndarray of the common shape

        Raises
        ------
        ValueError, TypeError
            If an argument is not as described, or the model has no parameters yet.

        Examples
        --------
        >>> from crmlab.btyd import BGNBD
        >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> model.conditional_purchases(39, [0, 2], [0, 20], [39, 39]).round(3).tolist()
        [0.195, 0.914]
        """
        self._parameters()
        time = _checks.array(t, "t", 0, allow_empty=True)
        (x, t_x, age), inner = _histories(frequency, recency, T)
        shape = _checks.together(t=time, frequency=x.reshape(inner))
        alive = _flat(self._alive(x, t_x, age).reshape(inner), shape)
        x, age = _flat(x.reshape(inner), shape), _flat(age.reshape(inner), shape)
        return shaped(alive * self._while_alive(x, age, _flat(time, shape)), shape)

    def probability_of_purchases(self, n: Any, t: Any) -> Any:
        """Probability that a random new customer makes n repeat purchases in (0, t].

        Parameters
        ----------
        n : int or array of int
            Number of purchases, at least 0.
        t : float or array
            Time since the first purchase, at least 0; the shapes must go together.

        Returns
        -------
        float, or ndarray of the common shape

        Raises
        ------
        ValueError, TypeError
            If an argument is not as described, or the model has no parameters yet.

        Examples
        --------
        >>> from crmlab.btyd import BGNBD
        >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> model.probability_of_purchases([0, 1, 2], 39).round(3).tolist()
        [0.574, 0.199, 0.085]
        """
        self._parameters()
        number = _data.counts(n, "n")
        time = _checks.array(t, "t", 0)
        shape = _checks.together(n=number, t=time)
        return shaped(self._mass(_flat(number, shape), _flat(time, shape)), shape)

    def discounted_purchases(
        self,
        rate: float,
        frequency: Any,
        recency: Any,
        T: Any,
        periods: int | None = None,
        *,
        length: float = 1.0,
        timing: Any = "middle",
    ) -> Any:
        """Discounted expected residual purchases of a customer with a known history (折现).

        Parameters
        ----------
        rate : float
            Discount rate per period, a fraction above −1; above 0 for the infinite horizon.
        frequency, recency, T : float or array
            Histories as in :meth:`fit`; the shapes must go together.
        periods : int, optional
            Number of periods that count. None is the infinite horizon, with discounting in
            continuous time at ln(1 + rate) per period.
        length : float
            Length of a period in the unit of T, above 0: 52/12 for months with weekly data.
        timing : {"middle", "end", "start"}
            When in its period a purchase is paid: see :func:`crmlab.clv.present_value`.

        Returns
        -------
        float, or ndarray of the common shape
            Times the margin per purchase it is the residual lifetime value.

        Raises
        ------
        ValueError, TypeError
            If an argument is not as described, or the model has no parameters yet.

        Examples
        --------
        >>> from crmlab.btyd import BGNBD
        >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> found = model.discounted_purchases(0.01, [0, 2], [0, 20], [39, 39], periods=12)
        >>> found.round(3).tolist()
        [0.061, 0.298]
        """
        self._parameters()
        (x, t_x, age), shape = _histories(frequency, recency, T)
        span = _checks.number(length, "length", 0, open_low=True)
        if periods is None:
            _checks.choice(timing, "timing", ("start", "middle", "end"))
            force = math.log1p(_checks.one_rate(rate, low=0)) / span
            total = self._for_ever(x, age, force)
        else:
            factors = discount_factors(
                _checks.one_rate(rate),
                _checks.count(periods, "periods"),
                timing,
            )
            total = np.zeros(x.size)
            before: FloatArray = total
            for k, factor in enumerate(factors, start=1):
                until = self._while_alive(x, age, np.full(x.size, k * span))
                total = total + factor * (until - before)
                before = until
        return shaped(_checks.finite(self._alive(x, t_x, age) * total), shape)

    def _for_ever(self, x: FloatArray, T: FloatArray, force: float) -> FloatArray:
        """Integrate δ e^(−δ t) E[purchases in (T, T + t]] over all t > 0.

        With 1 + t/c = e^u the integrand is smooth at every scale of time.
        """
        points, weights = np.polynomial.legendre.leggauss(64)
        scale = self._scale() + T
        end = np.log1p(40 / (force * scale))
        result = np.zeros(x.size)
        for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
            time = scale * np.expm1(point * end)
            bend = end * (time + scale) * weight
            result += bend * force * np.exp(-force * time) * self._while_alive(x, T, time)
        return result

    def _scale(self) -> float:
        return self.params_["alpha"]

    # Simulation.

    def simulate(self, n: int, T: Any, seed: int = 0, future: float = 0.0) -> SimulatedCustomers:
        """Draw customers from the model, with the truth that a log hides.

        Parameters
        ----------
        n : int
            Number of customers.
        T : float or array of shape (n,)
            Age of each.
        seed : int
            Seed of the random numbers, at least 0.
        future : float
            Length of the time after T in which purchases are counted as well.

        Returns
        -------
        SimulatedCustomers

        Raises
        ------
        ValueError, TypeError
            If an argument is not as described, the model has no parameters yet, or the
            customers would make more than 50 million purchases.

        Examples
        --------
        >>> from crmlab.btyd import BGNBD
        >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> model.simulate(1000, T=39, seed=1)
        SimulatedCustomers(1000 customers, 1084 repeat purchases, 80% alive)
        """
        self._parameters()
        return simulate(n, T, seed, future, *self._lives())

    def bootstrap(
        self,
        n: int = 200,
        seed: int = 0,
        figures: Mapping[str, Callable[[Any], float]] | None = None,
    ) -> Bootstrap:
        """Draw data like these again and again and fit each: parametric bootstrap (参数自助法).

        Customers with the ages of the fit are drawn from the fitted model and fitted anew.

        Parameters
        ----------
        n : int
            Number of samples.
        seed : int
            Seed of the random numbers, at least 0.
        figures : mapping of str to function, optional
            Further numbers to follow, by name: functions of a fitted model, such as
            ``lambda model: model.expected_purchases(52)``.

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
        >>> from crmlab.btyd import BGNBD
        >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> drawn = model.simulate(1000, T=39, seed=1)
        >>> fitted = BGNBD().fit(drawn.frequency, drawn.recency, drawn.T)
        >>> fitted.bootstrap(n=5, seed=1)
        Bootstrap(BGNBD, 5 samples: r, alpha, a, b)
        """
        if not hasattr(self, "_ages"):
            raise ValueError(
                f"{type(self).__name__} must be fitted first, with .fit(...); got no data"
            )
        age = each_customer(*self._ages)

        def again(seed: int) -> Estimator:
            drawn = self.simulate(age.size, age, seed)
            rows = _data.histories(drawn.frequency, drawn.recency, drawn.T)
            fresh = type(self)(self.tolerance, self.max_iterations)
            return fresh._learn(rows, *self._settings(), start=self._parameters())

        return resample(self, again, n, seed, figures)


def _histories(frequency: Any, recency: Any, T: Any) -> tuple[list[FloatArray], tuple[int, ...]]:
    """Check histories of any shapes that go together; return them flat, and the shape."""
    x = _data.counts(frequency, "frequency")
    t_x = _checks.array(recency, "recency", 0)
    age = _checks.array(T, "T", 0)
    shape = _checks.together(frequency=x, recency=t_x, T=age)
    _data.consistent(*np.broadcast_arrays(x, t_x, age))
    return [_flat(part, shape) for part in (x, t_x, age)], shape


def _flat(values: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Give the values a shape and list them; those that have it are not copied."""
    return values.ravel() if values.shape == shape else np.broadcast_to(values, shape).ravel()
