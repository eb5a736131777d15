"""Managing expectation: what customers expect next depends on what they get now."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ExpectationPath(Drawable):
    """Expectation and performance over repeated purchases.

    Made by :func:`expectation_path` and :func:`keep_ratio`.

    Attributes
    ----------
    expected, performance : ndarray of shape (purchases,)
        What the customer expects before each purchase, and gets.
    rival : ndarray of shape (purchases,)
        What the best rival offers; NaN where competition plays no part.
    ceiling : float
        The best performance that the firm can give; infinite where there is none.

    Examples
    --------
    >>> path = expectation_path(performance=120, expected=100, purchases=4, experience=0.5)
    >>> path
    ExpectationPath(4 purchases, satisfaction 1.200 to 1.021)
    >>> path.to_frame().round(2)
              expected  performance  difference  ratio
    purchase
    1            100.0        120.0        20.0   1.20
    2            110.0        120.0        10.0   1.09
    3            115.0        120.0         5.0   1.04
    4            117.5        120.0         2.5   1.02
    """

    _picture = "expectation_path"

    expected: FloatArray
    performance: FloatArray
    rival: FloatArray
    ceiling: float = np.inf

    @property
    def ratio(self) -> FloatArray:
        """Satisfaction c = b / a at each purchase; 1 is as expected."""
        return self.performance / self.expected

    @property
    def difference(self) -> FloatArray:
        """``b − a`` at each purchase."""
        return self.performance - self.expected

    def to_frame(self) -> "pd.DataFrame":
        """One row per purchase: expected, performance, difference, ratio.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "expected": self.expected,
                "performance": self.performance,
                "difference": self.difference,
                "ratio": self.ratio,
            },
            index=pd.RangeIndex(1, len(self.expected) + 1, name="purchase"),
        )

    def __repr__(self) -> str:
        return (
            f"ExpectationPath({len(self.expected)} purchases, satisfaction "
            f"{self.ratio[0]:.3f} to {self.ratio[-1]:.3f})"
        )


def expectation_path(
    performance: Any,
    expected: float,
    *,
    purchases: int | None = None,
    experience: float = 0.3,
    rival: Any = None,
    competition: float = 0.0,
    promise: Any = None,
    belief: float = 0.0,
) -> ExpectationPath:
    """Follow expectation and satisfaction over repeated purchases (期望的动态变化).

    After each purchase the customer expects a weighted mean of four things: what was expected,
    what was received (experience), what the best rival offers (competition), and what the firm
    promises for the next purchase:
    ``aₜ₊₁ = (1 − k − kᵣ − kₚ) aₜ + k bₜ + kᵣ rivalₜ + kₚ promiseₜ₊₁``.

    Parameters
    ----------
    performance : float or array of shape (purchases,)
        b, what the customer gets at each purchase, above 0.
    expected : float
        a₁, what is expected before the first purchase, above 0.
    purchases : int, optional
        How many purchases, where no series says it.
    experience, competition, belief : float
        k, kᵣ and kₚ, each at least 0, together at most 1.
    rival : float or array of shape (purchases,), optional
        What the best rival offers, above 0; needed where `competition` is above 0.
    promise : float or array of shape (purchases,), optional
        Above 0; needed where `belief` is above 0. The promise of the first purchase is part of
        `expected`.

    Returns
    -------
    ExpectationPath
        With ``.ratio``, ``.difference``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, the weights sum to more than 1, lengths differ, or a
        weight has nothing to weigh.

    Notes
    -----
    A weighted mean of the old expectation and the new service is how Boulding, Kalra, Staelin
    and Zeithaml (1993) let expectations move; competition and promises enter in the same way.
    The course names the three sources of expectation (社会标准, 行业竞争, 企业承诺) without a
    formula.

    Examples
    --------
    >>> path = expectation_path(performance=120, expected=100, purchases=4, experience=0.5)
    >>> path.expected.tolist(), path.ratio.round(3).tolist()
    ([100.0, 110.0, 115.0, 117.5], [1.2, 1.091, 1.043, 1.021])
    """
    series = {"performance": performance, "rival": rival, "promise": promise}
    shapes = [_checks.array(v, name).shape for name, v in series.items() if v is not None]
    lengths = {shape[0] for shape in shapes if len(shape) == 1}
    if purchases is not None:
        lengths.add(_checks.count(purchases, "purchases"))
    if len(lengths) != 1:
        raise ValueError(
            "purchases must be given, or agree with the length of performance, rival and "
            f"promise; got {sorted(lengths) or None}"
        )
    n = lengths.pop()
    given = _series(performance, "performance", n)
    k, c, p = _weights(experience, competition, belief)
    against = _weighed(rival, "rival", c, "competition", n)
    told = _weighed(promise, "promise", p, "belief", n)
    path = np.empty(n)
    path[0] = _checks.number(expected, "expected", 0, open_low=True)
    for t in range(1, n):
        path[t] = (
            (1 - k - c - p) * path[t - 1]
            + k * given[t - 1]
            + (c * against[t - 1] if c else 0)
            + (p * told[t] if p else 0)
        )
    return ExpectationPath(path, given, against)


def keep_ratio(
    ratio: float,
    expected: float,
    purchases: int,
    *,
    experience: float = 0.3,
    rival: Any = None,
    competition: float = 0.0,
    ceiling: float | None = None,
) -> ExpectationPath:
    """Keep customers at one satisfaction, such as 120 %, and see what it takes (让顾客 120% 满意).

    At each purchase the firm gives ``ratio × expected``, as long as it can. With experience k
    alone, expectation and performance then both grow by the factor ``1 + k (ratio − 1)`` from
    one purchase to the next: the target runs away as fast as the firm follows.

    Parameters
    ----------
    ratio : float
        Satisfaction to keep, above 0: 1.2 is 120 %.
    expected : float
        What is expected before the first purchase, above 0.
    purchases : int
        How many purchases.
    experience, rival, competition
        As in :func:`expectation_path`.
    ceiling : float, optional
        The best performance that the firm can give, above 0.

    Returns
    -------
    ExpectationPath

    Raises
    ------
    ValueError, TypeError
        As :func:`expectation_path`.

    Examples
    --------
    >>> path = keep_ratio(1.2, expected=100, purchases=4, experience=0.5, ceiling=140)
    >>> path.performance.round(1).tolist(), path.ratio.round(3).tolist()
    ([120.0, 132.0, 140.0, 140.0], [1.2, 1.2, 1.157, 1.073])
    """
    target = _checks.number(ratio, "ratio", 0, open_low=True)
    n = _checks.count(purchases, "purchases")
    k, c, _p = _weights(experience, competition, 0.0)
    against = _weighed(rival, "rival", c, "competition", n)
    best = np.inf if ceiling is None else _checks.number(ceiling, "ceiling", 0, open_low=True)
    path, given = np.empty(n), np.empty(n)
    path[0] = _checks.number(expected, "expected", 0, open_low=True)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(n):
            if t:
                pull = k * given[t - 1] + (c * against[t - 1] if c else 0)
                path[t] = (1 - k - c) * path[t - 1] + pull
            given[t] = min(target * path[t], best)
    _checks.finite(given)
    return ExpectationPath(path, given, against, best)


def _series(value: Any, name: str, n: int) -> FloatArray:
    checked = _checks.array(value, name, 0, open_low=True)
    if checked.ndim > 1 or (checked.ndim == 1 and checked.size != n):
        raise ValueError(f"{name} must be one number or {n}; got shape {checked.shape}")
    return np.broadcast_to(checked, n)


def _weights(experience: Any, competition: Any, belief: Any) -> tuple[float, float, float]:
    k = _checks.number(experience, "experience", 0, 1)
    c = _checks.number(competition, "competition", 0, 1)
    p = _checks.number(belief, "belief", 0, 1)
    if k + c + p > 1 + 1e-12:
        raise ValueError(
            f"experience, competition and belief must sum to at most 1; got {k + c + p:g}"
        )
    return k, c, p


def _weighed(value: Any, name: str, weight: float, by: str, n: int) -> FloatArray:
    """Return the series that a weight belongs to; NaN where neither is given."""
    if value is None:
        if weight:
            raise ValueError(f"{name} must be given where {by} is above 0; got None")
        return np.full(n, np.nan)
    return _series(value, name, n)
