"""How well a score parts good from bad: ROC, AUC with interval, Gini, KS (区分能力)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import normal_z
from crmlab.credit._outcome import scores

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Discrimination(Drawable):
    """How well a score parts good from bad; made by :func:`discrimination`.

    Attributes
    ----------
    table : DataFrame
        One row per value of the score, rising, with a row before the first: score, bad_caught
        (share of the bad with at most this score), good_lost (share of the good with at most
        this score), gap (their difference).
    auc : float
        Chance that a good customer has a higher score than a bad one, ties counted half.
    standard_error : float
        Of the AUC.
    low, high : float
        Ends of the interval of the AUC.
    level : float
        As given.
    method : str
        As given.
    customers, bad : int
        Customers, and those who went bad.

    Examples
    --------
    >>> found = discrimination([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 0, 0])
    >>> found
    Discrimination(AUC 0.889, 0.261 to 0.995; Gini 0.778; KS 0.667; 6 customers, 3 bad)
    >>> found.to_frame().round(2)
        auc  standard_error   low  high  gini    ks  ks_score  customers  bad
    0  0.89            0.16  0.26  0.99  0.78  0.67       2.0          6    3
    """

    _picture = "discrimination"

    table: "pd.DataFrame"
    auc: float
    standard_error: float
    low: float
    high: float
    level: float
    method: str
    customers: int
    bad: int

    @property
    def gini(self) -> float:
        """Gini coefficient of the score: ``2 AUC − 1``."""
        return 2 * self.auc - 1

    @property
    def ks(self) -> float:
        """Kolmogorov and Smirnov's distance: the widest gap of the two shares."""
        return float(self.table["gap"].max())

    @property
    def ks_score(self) -> float:
        """Score at which the gap is widest: who has at most this score is on the bad side."""
        widest = int(self.table["gap"].to_numpy().round(12).argmax())
        return float(self.table["score"].iloc[widest])

    def to_frame(self) -> "pd.DataFrame":
        """One row of figures: the AUC with its error and interval, Gini, KS, the counts.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        names = ("auc", "standard_error", "low", "high", "gini", "ks", "ks_score", "customers",
                 "bad")  # fmt: skip
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def __repr__(self) -> str:
        return (
            f"Discrimination(AUC {self.auc:.3f}, {self.low:.3f} to {self.high:.3f}; "
            f"Gini {self.gini:.3f}; KS {self.ks:.3f}; {self.customers:,} customers, "
            f"{self.bad:,} bad)"
        )


def discrimination(
    score: Any,
    bad: Any,
    *,
    level: float = 0.95,
    method: str = "delong",
    draws: int = 1000,
    seed: int = 1,
) -> Discrimination:
    """AUC with its interval, Gini and KS of a score (AUC, 基尼系数, KS值).

    Parameters
    ----------
    score : array or Series of shape (n,)
        Higher for better customers. Turn the sign of a probability to go bad.
    bad : array or Series of shape (n,)
        1 or True for a customer who went bad, else 0 or False; both must occur.
    level : float
        Level of the interval, between 0 and 1.
    method : {"delong", "bootstrap"}
        "delong": normal on the logit scale with the standard error of DeLong, DeLong and
        Clarke-Pearson (1988). "bootstrap": good and bad customers drawn again, each among
        themselves; the interval is that of the drawn AUCs' quantiles.
    draws : int
        Bootstrap draws.
    seed : int
        Of the draws.

    Returns
    -------
    Discrimination
        With ``.auc``, ``.low``, ``.high``, ``.gini``, ``.ks``, ``.table`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a score is missing, the lengths differ, good or bad customers are absent, or a setting
        is outside its bounds.

    Notes
    -----
    An AUC on the customers from whom a score was learned is too high; judge it on others.

    Examples
    --------
    >>> found = discrimination([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 0, 0])
    >>> round(found.auc, 4), round(found.gini, 4), round(found.ks, 4), found.ks_score
    (0.8889, 0.7778, 0.6667, 2.0)
    """
    import pandas as pd

    points, flags = scores(score, bad)
    width = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    _checks.choice(method, "method", ("delong", "bootstrap"))
    values, place = np.unique(points, return_inverse=True)
    worse = np.bincount(place, flags, minlength=values.size).astype(float)
    better = np.bincount(place, minlength=values.size).astype(float) - worse
    caught = np.append(0.0, worse.cumsum() / worse.sum())
    lost = np.append(0.0, better.cumsum() / better.sum())
    rows = pd.DataFrame(
        {
            "score": np.append(-np.inf, values),
            "bad_caught": caught,
            "good_lost": lost,
            "gap": caught - lost,
        }
    )
    auc, of_good, of_bad = _placements(points, flags)
    if method == "delong":
        error = float(np.sqrt(_variance(of_good) + _variance(of_bad)))
        low, high = _logit_interval(auc, error, width)
    else:
        drawn = _bootstrap(better, worse, _checks.count(draws, "draws", 2), seed)
        error = float(drawn.std(ddof=1))
        low, high = np.quantile(drawn, [(1 - width) / 2, (1 + width) / 2])
    return Discrimination(
        rows, auc, error, float(low), float(high), width, method, flags.size, int(flags.sum())
    )  # fmt: skip


def _placements(points: FloatArray, bad: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """AUC; for each good one the share of the bad below, for each bad one of the good above."""
    good_points, bad_points = points[bad == 0], points[bad == 1]
    sorted_bad, sorted_good = np.sort(bad_points), np.sort(good_points)
    of_good = (
        np.searchsorted(sorted_bad, good_points) + np.searchsorted(sorted_bad, good_points, "right")
    ) / (2 * bad_points.size)
    of_bad = 1 - (
        np.searchsorted(sorted_good, bad_points) + np.searchsorted(sorted_good, bad_points, "right")
    ) / (2 * good_points.size)
    return float(of_good.mean()), of_good, of_bad


def _variance(placements: FloatArray) -> float:
    return float(placements.var(ddof=1) / placements.size) if placements.size > 1 else 0.0


def _logit_interval(auc: float, error: float, level: float) -> tuple[float, float]:
    """Return an interval that stays between 0 and 1: normal for ln(AUC / (1 − AUC))."""
    if not 0 < auc < 1:
        return auc, auc
    half = normal_z(level) * error / (auc * (1 - auc))
    middle = np.log(auc / (1 - auc))
    low, high = 1 / (1 + np.exp(-(middle + np.array([-half, half]))))
    return float(low), float(high)


def _bootstrap(better: FloatArray, worse: FloatArray, draws: int, seed: int) -> FloatArray:
    rng = np.random.default_rng(_checks.seed(seed))
    goods = rng.multinomial(int(better.sum()), better / better.sum(), draws)
    bads = rng.multinomial(int(worse.sum()), worse / worse.sum(), draws)
    below = bads.cumsum(axis=1) - bads / 2
    result: FloatArray = (goods * below).sum(axis=1) / (better.sum() * worse.sum())
    return result


def compare_auc(first: Any, second: Any, bad: Any, *, level: float = 0.95) -> "pd.DataFrame":
    """Difference of the AUCs of two scores on the same customers (AUC比较).

    Parameters
    ----------
    first, second : array or Series of shape (n,)
        Higher for better customers.
    bad : array or Series of shape (n,)
        1 or True for a customer who went bad, else 0 or False; both must occur.
    level : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    DataFrame
        One row: first, second, difference (first less second), standard_error, low, high,
        p_value (two sides, normal).

    Raises
    ------
    ValueError, TypeError
        As :func:`discrimination`.

    Notes
    -----
    DeLong, DeLong and Clarke-Pearson (1988): the two AUCs come from the same customers and move
    together, which makes their difference surer than two separate intervals suggest.

    Examples
    --------
    >>> found = compare_auc([1, 2, 3, 4, 5, 6], [2, 1, 5, 6, 3, 4], [1, 1, 0, 1, 0, 0])
    >>> found[["first", "second", "difference"]].round(4).loc[0].tolist()
    [0.8889, 0.6667, 0.2222]
    """
    import pandas as pd
    from scipy.special import ndtr

    one, flags = scores(first, bad, "first")
    two, _flags = scores(second, bad, "second")
    z = normal_z(level)
    auc_one, good_one, bad_one = _placements(one, flags)
    auc_two, good_two, bad_two = _placements(two, flags)
    error = float(np.sqrt(_variance(good_one - good_two) + _variance(bad_one - bad_two)))
    gap = auc_one - auc_two
    half = z * error
    p_value = 2 * float(ndtr(-abs(gap) / error)) if error else float(gap == 0)
    return pd.DataFrame(
        [
            {
                "first": auc_one,
                "second": auc_two,
                "difference": gap,
                "standard_error": error,
                "low": gap - half,
                "high": gap + half,
                "p_value": p_value,
            }
        ]
    )
