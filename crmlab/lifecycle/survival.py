"""How long customers stay: Kaplan-Meier with intervals, and a test between groups."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

INTERVALS = ("log-log", "plain")


def _tail(level: Any) -> float:
    """Quantile of the normal law that leaves out 1 − level on both sides together."""
    from scipy.special import ndtri

    inside = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    return float(-ndtri((1 - inside) / 2))


def _spells(time: Any, event: Any) -> tuple[FloatArray, np.ndarray]:
    """Check times and whether each ended with the event."""
    times = _checks.array(time, "time", 0, ndim=1)
    flags = _checks.plain(event, "event")
    if flags.dtype == bool:
        happened = flags
    else:
        numbers = _checks.array(event, "event", 0, 1)
        if (numbers % 1).any():
            raise ValueError(f"event must be 0 or 1; got {numbers[numbers % 1 > 0].flat[0]:g}")
        happened = numbers.astype(bool)
    if happened.shape != times.shape:
        raise ValueError(
            f"event must have one value per time ({times.size}); got shape {happened.shape}"
        )
    return times, happened


@dataclass(frozen=True, eq=False)
class KaplanMeier(Drawable):
    """Share of customers still there by time, made by :func:`kaplan_meier`.

    Attributes
    ----------
    table : DataFrame
        Indexed by each time at which something happened: at_risk, events, censored, survival,
        std_error (Greenwood's), low, high.
    level : float
        Level of the intervals.
    interval : str
        As given.
    longest : float
        Longest time seen: beyond it the curve says nothing.

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0])
    >>> curve
    KaplanMeier(5 customers, 3 left, median 3)
    >>> curve.to_frame().round(2)
          at_risk  events  censored  survival  std_error   low  high
    time
    1.0         5       1         0       0.8       0.18  0.20  0.97
    2.0         4       1         1       0.6       0.22  0.13  0.88
    3.0         2       1         0       0.3       0.24  0.01  0.72
    5.0         1       0         1       0.3       0.24  0.01  0.72
    >>> curve.survival_at([0, 2, 4]).round(2).tolist()
    [1.0, 0.6, 0.3]
    >>> [round(x, 2) for x in curve.restricted_mean(horizon=4)]
    [2.7, 0.51]
    """

    _picture = "kaplan_meier"

    table: "pd.DataFrame"
    level: float
    interval: str
    longest: float

    @property
    def customers(self) -> int:
        """Number of customers."""
        return int(self.table[["events", "censored"]].to_numpy().sum())

    @property
    def events(self) -> int:
        """Number of customers who were seen to leave."""
        return int(self.table["events"].sum())

    @property
    def median(self) -> float:
        """First time at which at most half are still there; missing (NaN) if that is not seen."""
        return self._first(self.table["survival"])

    @property
    def median_interval(self) -> tuple[float, float]:
        """Interval of the median: the times whose interval of survival holds one half."""
        return self._first(self.table["low"]), self._first(self.table["high"])

    def _first(self, column: "pd.Series") -> float:
        below = (column <= 0.5 + 1e-12).to_numpy() & (self.table["survival"] < 1).to_numpy()
        times = self.table.index.to_numpy(float)
        return float(times[below][0]) if below.any() else float("nan")

    def survival_at(self, time: Any) -> Any:
        """Share still there at a time or at several; missing (NaN) behind the longest one seen.

        Parameters
        ----------
        time : float or array
            At least 0.

        Returns
        -------
        float or ndarray

        Raises
        ------
        ValueError, TypeError
            If a time is negative or no number.
        """
        wanted = _checks.array(time, "time", 0)
        place = np.searchsorted(self.table.index.to_numpy(float), wanted, side="right")
        found = np.append(1.0, self.table["survival"].to_numpy())[place]
        found = np.where((wanted > self.longest) & (found > 0), np.nan, found)
        return float(found) if found.ndim == 0 else found

    def restricted_mean(self, horizon: float | None = None) -> tuple[float, float]:
        """Mean time up to a horizon, with its standard error (限制平均生存时间).

        Parameters
        ----------
        horizon : float, optional
            Horizon, above 0 and at most the longest time seen, which is taken without it.

        Returns
        -------
        tuple of float
            Area under the curve, and its standard error.

        Raises
        ------
        ValueError, TypeError
            If the horizon is outside its bounds.
        """
        if horizon is None:
            end = self.longest
        else:
            end = _checks.number(horizon, "horizon", 0, open_low=True)
        if end > self.longest:
            raise ValueError(f"horizon must be at most the longest time seen, {self.longest:g}; "
                             f"got {end:g}")  # fmt: skip
        times = self.table.index.to_numpy(float)
        inside = times < end
        steps = np.append(1.0, self.table["survival"].to_numpy()[inside])
        widths = np.diff(np.concatenate([[0.0], times[inside], [end]]))
        area = steps * widths
        left = area[::-1].cumsum()[::-1][1:]  # area to the right of each time
        died, risk = (self.table[name].to_numpy()[inside] for name in ("events", "at_risk"))
        some = risk > died
        spread = (left[some] ** 2 * died[some] / (risk[some] * (risk[some] - died[some]))).sum()
        return float(area.sum()), float(np.sqrt(spread))

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per time.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        middle = "not reached" if np.isnan(self.median) else f"{self.median:g}"
        return f"KaplanMeier({self.customers} customers, {self.events} left, median {middle})"


def kaplan_meier(
    time: Any, event: Any, *, level: float = 0.95, interval: str = "log-log"
) -> KaplanMeier:
    """Share still there, with customers who have not left yet (Kaplan–Meier估计, 生存曲线).

    ``S(t) = Π (1 − d_i / n_i)`` over the times up to t, with d_i customers who left at a time and
    n_i who were there until it.

    Parameters
    ----------
    time : array or Series of shape (n,)
        How long each customer was there as far as is known, at least 0.
    event : array or Series of shape (n,)
        Whether the customer left then (1, True), or is only known to have stayed so long
        (0, False: censored, 删失).
    level : float
        Level of the intervals, inside (0, 1).
    interval : {"log-log", "plain"}
        On the scale of log(−log S), which keeps within 0 and 1, or S ± z × standard error,
        clipped.

    Returns
    -------
    KaplanMeier
        With ``.table``, ``.median``, ``.survival_at(t)``, ``.restricted_mean()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a time is negative or missing, an event is not 0 or 1, the lengths differ, or a setting
        is not allowed.

    Notes
    -----
    Kaplan and Meier (1958). Variance by Greenwood (1926). Customers who leave at a time and
    customers censored at it: the censored ones count as having been at risk. The estimate needs
    that leaving does not depend on why the watch ended.

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0])
    >>> curve.table[["at_risk", "events", "survival"]].round(3).to_numpy().tolist()
    [[5.0, 1.0, 0.8], [4.0, 1.0, 0.6], [2.0, 1.0, 0.3], [1.0, 0.0, 0.3]]
    >>> curve
    KaplanMeier(5 customers, 3 left, median 3)
    """
    import pandas as pd

    times, happened = _spells(time, event)
    z = _tail(level)
    _checks.choice(interval, "interval", INTERVALS)
    points, risk, died, cut = _at_times(times, happened)
    survival = np.cumprod(1 - died / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        term = np.where(risk > died, died / (risk * (risk - died)), np.inf)
        spread = np.cumsum(term)
        error = np.where(survival > 0, survival * np.sqrt(spread), 0.0)
        if interval == "plain":
            low, high = survival - z * error, survival + z * error
        else:
            scale = z * np.sqrt(spread) / np.abs(np.log(survival))
            low, high = survival ** np.exp(scale), survival ** np.exp(-scale)
    nobody, everybody = survival == 0, survival == 1
    # At the ends the formulas give nothing: before the first event 1, after the last 0.
    low, high = (np.where(nobody, 0.0, np.where(everybody, 1.0, x)) for x in (low, high))
    table = pd.DataFrame(
        {
            "at_risk": risk.astype(int),
            "events": died.astype(int),
            "censored": cut.astype(int),
            "survival": survival,
            "std_error": error,
            "low": np.clip(low, 0, 1),
            "high": np.clip(high, 0, 1),
        },
        index=pd.Index(points, name="time"),
    )
    return KaplanMeier(table, float(level), interval, float(times.max()))


def _at_times(times: FloatArray, happened: np.ndarray) -> tuple[FloatArray, ...]:
    """Distinct times, and at each: how many were at risk, left, were censored."""
    points, place = np.unique(times, return_inverse=True)
    died = np.bincount(place, happened.astype(float), minlength=points.size)
    gone = np.bincount(place, minlength=points.size)
    risk = times.size - np.append(0, gone.cumsum()[:-1])
    return points, np.asarray(risk, float), np.asarray(died, float), np.asarray(gone - died, float)


@dataclass(frozen=True, eq=False)
class SurvivalGroups(Drawable):
    """Survival curves of several groups with the log-rank test, made by :func:`compare_survival`.

    Attributes
    ----------
    curves : dict
        One :class:`KaplanMeier` per group.
    table : DataFrame
        Per group: customers, observed and expected (leavers if all groups were alike), median,
        low and high of the median.
    statistic, p_value : float
        Log-rank test that all groups are alike.
    degrees : int
        Degrees of freedom: groups less one.

    Examples
    --------
    >>> found = compare_survival([1, 2, 3, 4, 5, 6], [1] * 6, list("aaabbb"))
    >>> found
    SurvivalGroups(2 groups, log-rank 5.05, p 0.0246)
    >>> found.to_frame()
           customers  observed  expected  median  low  high
    group
    a              3         3      1.15     2.0  1.0   3.0
    b              3         3      4.85     5.0  4.0   6.0
    """

    _picture = "survival_groups"

    curves: dict[Any, KaplanMeier]
    table: "pd.DataFrame"
    statistic: float
    degrees: int
    p_value: float

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per group.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        p = "below 0.0001" if self.p_value < 1e-4 else f"{self.p_value:.4f}"
        return f"SurvivalGroups({len(self.curves)} groups, log-rank {self.statistic:.2f}, p {p})"


def compare_survival(
    time: Any, event: Any, group: Any, *, level: float = 0.95, interval: str = "log-log"
) -> SurvivalGroups:
    """Compare how long groups of customers stay: curves and log-rank test (对数秩检验).

    Parameters
    ----------
    time, event, level, interval
        As in :func:`kaplan_meier`.
    group : sequence of length n
        Group of each customer, none missing; at least two groups.

    Returns
    -------
    SurvivalGroups
        With ``.curves``, ``.table``, ``.statistic``, ``.p_value`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`kaplan_meier`, or if there are fewer than two groups or nobody left.

    Notes
    -----
    The test of Mantel (1966) with the hypergeometric variance, which ties need.

    Examples
    --------
    >>> compare_survival([1, 2, 3, 4, 5, 6], [1] * 6, list("aaabbb")).table["expected"].round(2)
    group
    a    1.15
    b    4.85
    Name: expected, dtype: float64
    """
    import pandas as pd
    from scipy.special import chdtrc

    times, happened = _spells(time, event)
    labels = pd.Series(_checks.listed(group, "group", "labels"))
    if len(labels) != times.size:
        raise ValueError(f"group must have one label per time ({times.size}); got {len(labels)}")
    _checks.no_gaps(labels, "group")
    code, names = pd.factorize(labels, sort=True)
    if len(names) < 2:
        raise ValueError(f"group must hold at least 2 groups; got {len(names)}")
    if not happened.any():
        raise ValueError("event must happen to somebody; got nobody who left")
    observed, expected, variance = _log_rank(times, happened, code, len(names))
    gap = (observed - expected)[:-1]
    statistic = float(gap @ np.linalg.pinv(variance[:-1, :-1]) @ gap)
    curves = {
        name: kaplan_meier(times[code == i], happened[code == i], level=level, interval=interval)
        for i, name in enumerate(names)
    }
    table = pd.DataFrame(
        {
            "customers": np.bincount(code),
            "observed": observed.astype(int),
            "expected": expected,
            "median": [curve.median for curve in curves.values()],
            "low": [curve.median_interval[0] for curve in curves.values()],
            "high": [curve.median_interval[1] for curve in curves.values()],
        },
        index=pd.Index(names, name="group"),
    )
    degrees = len(names) - 1
    return SurvivalGroups(curves, table, statistic, degrees, float(chdtrc(degrees, statistic)))


def _log_rank(
    times: FloatArray, happened: np.ndarray, code: np.ndarray, groups: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Observed and expected leavers of each group, and the covariance of their difference."""
    points, place = np.unique(times, return_inverse=True)
    shape = (points.size, groups)
    flat = place * groups + code
    size = points.size * groups
    died = np.bincount(flat, happened.astype(float), minlength=size).reshape(shape)
    gone = np.bincount(flat, minlength=size).reshape(shape)
    risk = gone[::-1].cumsum(axis=0)[::-1].astype(float)
    all_risk, all_died = risk.sum(axis=1), died.sum(axis=1)
    share = risk / all_risk[:, None]
    last = np.maximum(all_risk - 1, 1)
    factor = all_died * (all_risk - all_died) / last
    variance = np.diag(factor @ share) - (share * factor[:, None]).T @ share
    return died.sum(axis=0), all_died @ share, variance
