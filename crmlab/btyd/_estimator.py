"""What every model that is fitted by maximum likelihood has in common."""

from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._text import _
from crmlab.btyd import _fit


class Estimator(ABC):
    """A model whose parameters are learned by maximum likelihood (极大似然估计).

    Parameters
    ----------
    tolerance : float
        The fit has converged when no component of the mean gradient by the log parameters is
        above this, the curvature is that of a maximum, and a Newton step stands still.
    max_iterations : int
        `fit` raises when it has not converged by then.
    """

    #: Names of the parameters, in the order of `covariance_`.
    _names: ClassVar[tuple[str, ...]]

    params_: dict[str, float]
    log_likelihood_: float
    covariance_: FloatArray
    standard_errors_: dict[str, float]
    gradient_: FloatArray
    converged_: bool
    iterations_: int
    n_customers_: float
    n_distinct_: int

    def __init__(self, tolerance: float = 1e-8, max_iterations: int = 100) -> None:
        self.tolerance = tolerance
        self.max_iterations = max_iterations

    @classmethod
    def with_parameters(cls, **parameters: float) -> Self:
        """Return a model with given parameters, not learned from data.

        Parameters
        ----------
        **parameters : float
            Every parameter of the model by its name, each above 0.

        Returns
        -------
        BGNBD, NBD, ParetoNBD or GammaGamma
            A model of the class that was asked, which predicts as a fitted one does.

        Raises
        ------
        ValueError, TypeError
            If a parameter is missing, unknown or not above 0.
        """
        if set(parameters) != set(cls._names):
            raise ValueError(
                f"parameters must be {', '.join(cls._names)}; got {', '.join(parameters) or 'none'}"
            )
        model = cls()
        model._keep([_checks.number(parameters[name], name, 1e-12, 1e12) for name in cls._names])
        return model

    def _keep(self, values: Any) -> None:
        """Keep the parameters, also as attributes with a trailing underscore."""
        self.params_ = {name: float(value) for name, value in zip(self._names, values, strict=True)}
        for name, value in self.params_.items():
            setattr(self, f"{name}_", value)

    def _parameters(self) -> tuple[float, ...]:
        """Return the parameters, or raise if there are none yet."""
        if not hasattr(self, "params_"):
            raise ValueError(
                f"{type(self).__name__} must be fitted first, with .fit(...); got no parameters"
            )
        return tuple(self.params_.values())

    def _settings(self) -> tuple[float, int]:
        return (
            _checks.number(self.tolerance, "tolerance", 0, open_low=True),
            _checks.count(self.max_iterations, "max_iterations"),
        )

    def _learned(self, solution: _fit.Solution, scale: Any, customers: float, shift: float) -> None:
        """Keep what a fit has found, on the scale of the data."""
        parameters = np.exp(solution.point) * scale
        self._keep(parameters)
        information = -solution.hessian
        self.covariance_ = parameters[:, None] * np.linalg.inv(information) * parameters
        errors = np.sqrt(np.diag(self.covariance_))
        self.standard_errors_ = dict(zip(self._names, map(float, errors), strict=True))
        self.log_likelihood_ = solution.value + shift
        self.gradient_ = solution.gradient / customers
        self.converged_ = True
        self.iterations_ = solution.iterations
        self.n_customers_ = int(customers) if customers.is_integer() else customers

    def __repr__(self) -> str:
        name = type(self).__name__
        if not hasattr(self, "params_"):
            return f"{name}()"
        listed = ", ".join(f"{key}={value:.4g}" for key, value in self.params_.items())
        if not hasattr(self, "log_likelihood_"):
            return f"{name}({listed})"
        return (
            f"{name}({listed}; {self.n_customers_:,} customers, log-likelihood "
            f"{self.log_likelihood_:,.1f})"
        )


def refusal(
    none: _fit.NoMaximumError, names: tuple[str, ...], reasons: Mapping[frozenset[str], str]
) -> str:
    """Say in words why a likelihood has no maximum.

    `reasons` are known by the parameters that run away, such as ``{"r↑", "alpha↑"}``; the one
    that explains the most of them is taken.
    """
    if not none.runaways:
        return _("the fit must converge; got no maximum of the likelihood in {} iterations").format(
            none.iterations
        )
    gone = {f"{names[i]}{'↑' if sign > 0 else '↓'}" for i, sign in none.runaways.items()}
    known = [pattern for pattern in reasons if pattern <= gone]
    if known:
        why = reasons[max(known, key=len)]
    else:
        why = _("the data do not hold what would tell the parameters apart")
    where = ", ".join(
        f"{names[i]} → {'∞' if sign > 0 else '0'}" for i, sign in sorted(none.runaways.items())
    )
    return _(
        "the data must have a likelihood with a maximum; got one that rises for ever ({}): {}"
    ).format(where, why)


def each_customer(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Repeat a value for every customer of a fit, or raise where weights are no customers."""
    part = weight[weight != np.floor(weight)]
    if part.size:
        raise ValueError(
            f"weights must be whole numbers of customers for a bootstrap; got {part[0]:g}"
        )
    return np.repeat(values, weight.astype(np.intp))


def shaped(values: FloatArray, shape: tuple[int, ...]) -> Any:
    """Give the values their shape; a single one is a plain number."""
    return float(values[0]) if shape == () else values.reshape(shape)
