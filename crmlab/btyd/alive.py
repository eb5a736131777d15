"""What a fitted model says of customers: who is alive, and how much customers differ."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

FloatArray = _checks.FloatArray


def _check_model(model: Any, *methods: str) -> None:
    if isinstance(model, type) or not all(
        callable(getattr(model, method, None)) for method in methods
    ):
        raise TypeError(
            "model must be a fitted BGNBD, ParetoNBD or a model like them with "
            f"{' and '.join(methods)}; got {model!r}"
        )


@dataclass(frozen=True, eq=False)
class AliveMap(Drawable):
    """Chance to be alive by frequency and recency, made by :func:`alive_map`.

    Attributes
    ----------
    frequency : ndarray of shape (rows,)
        Repeat purchases.
    recency : ndarray of shape (columns,)
        Age at the last purchase.
    values : ndarray of shape (rows, columns)
        The chance of each pair.
    T : float
        Age of the customers.

    Examples
    --------
    >>> from crmlab.btyd import BGNBD
    >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> chances = alive_map(model, T=39, most=2, points=3)
    >>> chances
    AliveMap(age 39, frequency 1 to 2: 0.02 to 0.81)
    >>> chances.to_frame().round(2)
    recency    0.0   19.5  39.0
    frequency
    1          0.15  0.59  0.75
    2          0.02  0.53  0.81
    """

    _picture = "alive_map"

    frequency: FloatArray
    recency: FloatArray
    values: FloatArray
    T: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per frequency, one column per recency.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            self.values,
            index=pd.Index(self.frequency.astype(int), name="frequency"),
            columns=pd.Index(self.recency, name="recency"),
        )

    def __repr__(self) -> str:
        return (
            f"AliveMap(age {self.T:g}, frequency {self.frequency[0]:g} to "
            f"{self.frequency[-1]:g}: {self.values.min():.2f} to {self.values.max():.2f})"
        )


def alive_map(model: Any, T: float, *, most: int = 12, points: int = 40) -> AliveMap:
    """Chance to be alive over all pairs of frequency and recency (活跃概率图).

    Parameters
    ----------
    model : BGNBD or ParetoNBD
        Fitted, or with given parameters.
    T : float
        Age of the customers at which they are looked at, above 0, in the model's unit of time.
    most : int
        Largest number of repeat purchases; rows are 1 to `most`. A customer without one has no
        recency.
    points : int
        Number of recencies between 0 and T, at least 2.

    Returns
    -------
    AliveMap

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or `model` is none.

    Notes
    -----
    The picture of Fader, Hardie and Lee (2005): along a row the chance rises with recency; down a
    column more purchases before the same silence make it fall.

    Examples
    --------
    >>> from crmlab.btyd import BGNBD
    >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> alive_map(model, 39, most=2, points=3).to_frame().round(2)
    recency    0.0   19.5  39.0
    frequency
    1          0.15  0.59  0.75
    2          0.02  0.53  0.81
    """
    _check_model(model, "probability_alive")
    age = _checks.number(T, "T", 0, open_low=True)
    rows = np.arange(1.0, _checks.count(most, "most") + 1)
    columns = np.linspace(0, age, _checks.count(points, "points", 2))
    # The corner of several purchases at age 0 is a limit: the smallest number above it stands in.
    values = model.probability_alive(rows[:, None], np.maximum(columns, 1e-9 * age), age)
    return AliveMap(rows, columns, _checks.finite(values), age)


@dataclass(frozen=True, eq=False)
class AliveHistory(Drawable):
    """One customer's chance to be alive over time, made by :func:`alive_history`.

    Attributes
    ----------
    time : ndarray of shape (n,)
        Time since the first purchase. A purchase stands twice: just before it and just after.
    alive : ndarray of shape (n,)
        The chance, from what was known at that time.
    repeats : ndarray of shape (x,)
        Times of the repeat purchases.

    Examples
    --------
    >>> from crmlab.btyd import BGNBD
    >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> found = alive_history(model, [4, 9], end=39)
    >>> found
    AliveHistory(2 repeat purchases, alive with 0.24 at 39)
    >>> found.to_frame().head(2).round(2)
       time  alive
    0  0.00    1.0
    1  0.49    1.0
    """

    _picture = "alive_history"

    time: FloatArray
    alive: FloatArray
    repeats: FloatArray

    def to_frame(self) -> "pd.DataFrame":
        """One row per time.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame({"time": self.time, "alive": self.alive})

    def __repr__(self) -> str:
        return (
            f"AliveHistory({len(self.repeats)} repeat purchases, alive with "
            f"{self.alive[-1]:.2f} at {self.time[-1]:g})"
        )


def alive_history(model: Any, repeats: Any, end: float, *, points: int = 80) -> AliveHistory:
    """Follow one customer's chance to be alive from the first purchase on (活跃概率的历史).

    Parameters
    ----------
    model : BGNBD or ParetoNBD
        Fitted, or with given parameters.
    repeats : array of shape (x,)
        Times of the repeat purchases since the first purchase, above 0, in any order; may be
        empty.
    end : float
        Until when to follow, above 0 and not before the last purchase.
    points : int
        Number of times between the purchases, at least 2.

    Returns
    -------
    AliveHistory

    Raises
    ------
    ValueError, TypeError
        If a time lies outside its bounds, two purchases are at one time, or `model` is none.

    Notes
    -----
    At each time only purchases up to it are known. In BG/NBD a customer may leave right after a
    purchase, so the chance just after one is below 1; in Pareto/NBD a purchase proves life.

    Examples
    --------
    >>> from crmlab.btyd import BGNBD
    >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> alive_history(model, [4, 9], end=39)
    AliveHistory(2 repeat purchases, alive with 0.24 at 39)
    """
    _check_model(model, "probability_alive")
    last = _checks.number(end, "end", 0, open_low=True)
    bought = np.sort(
        _checks.array(repeats, "repeats", 0, last, open_low=True, ndim=1, allow_empty=True)
    )
    if np.any(np.diff(bought) == 0):
        raise ValueError(f"repeats must lie at different times; got {repeats!r}")
    grid = np.linspace(0, last, _checks.count(points, "points", 2))
    time = np.sort(np.concatenate([np.setdiff1d(grid, bought), bought, bought]))
    known = np.searchsorted(bought, time, side="right")
    known[:-1] -= (time[:-1] == time[1:]).astype(int)  # of a pair, the first is just before
    recency = np.where(known > 0, np.concatenate([[0.0], bought])[known], 0.0)
    alive = model.probability_alive(known.astype(float), recency, np.maximum(time, 1e-12 * last))
    return AliveHistory(time, _checks.finite(alive), bought)


@dataclass(frozen=True, eq=False)
class Heterogeneity(Drawable):
    """How customers differ in one respect, made by :func:`heterogeneity`.

    Attributes
    ----------
    cuts : ndarray of shape (bands + 1,)
        Ends of the bands; the last may be infinite.
    shares : ndarray of shape (bands,)
        Share of the customers in each band.
    mean : float
        Mean over the customers.
    of : str
        "rate" or "dropout".
    per : float
        Units of time in the period to which rates belong.
    chance : bool
        Whether it is a chance (per purchase) and not a rate (per period).

    Examples
    --------
    >>> from crmlab.btyd import BGNBD
    >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> found = heterogeneity(model, cuts=[0, 1, 2, float("inf")], per=52)
    >>> found
    Heterogeneity(rate, mean 2.863)
    >>> found.to_frame().round(2)
       low  high  share
    0  0.0   1.0   0.60
    1  1.0   2.0   0.10
    2  2.0   inf   0.31
    """

    _picture = "heterogeneity"

    cuts: FloatArray
    shares: FloatArray
    mean: float
    of: str
    per: float
    chance: bool

    def to_frame(self) -> "pd.DataFrame":
        """One row per band.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame({"low": self.cuts[:-1], "high": self.cuts[1:], "share": self.shares})

    def __repr__(self) -> str:
        return f"Heterogeneity({self.of}, mean {self.mean:.3f})"


def heterogeneity(model: Any, of: str = "rate", *, cuts: Any, per: float = 1.0) -> Heterogeneity:
    """Share of the customers by purchase rate or by dropout (客户异质性).

    Parameters
    ----------
    model : BGNBD, ParetoNBD or NBD
        Fitted, or with given parameters.
    of : {"rate", "dropout"}
        The rate of purchases while alive, or the readiness to leave: a chance per purchase in
        BG/NBD, a rate per period in Pareto/NBD.
    cuts : array of shape (bands + 1,)
        Ends of the bands, increasing, from 0 on; the last may be ``inf``.
    per : float
        Units of time to a period: 52 turns rates per week into rates per year.

    Returns
    -------
    Heterogeneity

    Raises
    ------
    ValueError, TypeError
        If `cuts` do not increase, `of` is unknown or something that the model does not have.

    Notes
    -----
    Rates are gamma with shape r and mean r/α (dropout rates: s and s/β), chances are beta with
    mean a/(a + b).

    Examples
    --------
    >>> from crmlab.btyd import BGNBD
    >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> heterogeneity(model, cuts=[0, 1, 2, float("inf")], per=52).shares.round(2).tolist()
    [0.6, 0.1, 0.31]
    """
    from scipy.special import betainc, gammainc

    _checks.choice(of, "of", ("rate", "dropout"))
    shape, scale = ("r_", "alpha_") if of == "rate" else ("s_", "beta_")
    chance = of == "dropout" and hasattr(model, "a_")
    names = ("a_", "b_") if chance else (shape, scale)
    if isinstance(model, type) or not all(hasattr(model, name) for name in names):
        raise TypeError(
            f"model must be fitted and have {' and '.join(names)} for of={of!r}; got {model!r}"
        )
    period = _checks.number(per, "per", 0, open_low=True)
    ends = _ends(cuts)
    if ends.size < 2 or ends[0] != 0 or np.any(np.diff(ends) <= 0):
        raise ValueError(f"cuts must be two or more numbers that increase from 0; got {cuts!r}")
    first, second = (float(getattr(model, name)) for name in names)
    if chance:
        below = betainc(first, second, np.minimum(ends, 1))
        mean = first / (first + second)
    else:
        below = gammainc(first, second * ends / period)
        mean = first / second * period
    return Heterogeneity(ends, np.diff(below), mean, of, period, chance)


def _ends(cuts: Any) -> FloatArray:
    """Return the ends of the bands as numbers; only the last may be infinite."""
    if isinstance(cuts, np.ndarray | list | tuple) and len(cuts) > 1:
        last = cuts[-1]
        if isinstance(last, float | np.floating) and last == np.inf:
            return np.append(_checks.array(cuts[:-1], "cuts", 0, ndim=1), np.inf)
    return _checks.array(cuts, "cuts", 0, ndim=1)
