"""How unequal customers are: 80/20, share curve, Lorenz curve, Gini, ABC classes, long tail."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.grading._order import (
    IntArray,
    by_headcount,
    first_of_equals,
    group_names,
    rising_cuts,
)

if TYPE_CHECKING:
    import pandas as pd

NEGATIVES = ("plain", "absolute")


def _values(values: Any) -> FloatArray:
    """Check one number per customer whose sum is above 0."""
    checked = _checks.array(values, "values", ndim=1)
    total = _checks.finite(checked.sum())
    if total <= 0:
        raise ValueError(f"values must have a sum above 0; got a sum of {total:g}")
    return checked


@dataclass(frozen=True, eq=False)
class Concentration(Drawable):
    """Cumulated share of the total, the largest customer first; made by :func:`concentration`.

    Attributes
    ----------
    customers : ndarray of shape (n + 1,)
        Share of the customers, from 0 to 1.
    share : ndarray of shape (n + 1,)
        Share of the total that these customers bring. Where some customers cost money it rises
        above 1 before it comes back to 1: the whale curve.
    losing : float
        Share of the customers with a negative value.

    Examples
    --------
    >>> curve = concentration([70, 50, 10, -10, -20])
    >>> curve
    Concentration(the top 20 % of 5 customers bring 70.0 %)
    >>> curve.to_frame()
               share
    customers
    0.01       0.035
    0.05       0.175
    0.10       0.350
    0.20       0.700
    0.50       1.250
    1.00       1.000
    >>> round(curve.top(0.2), 2), round(curve.needed(0.9), 2)
    (0.7, 0.28)
    """

    _picture = "concentration"

    customers: FloatArray
    share: FloatArray
    losing: float

    @property
    def peak(self) -> float:
        """Highest point of the curve: 1 without customers that cost money."""
        return float(self.share.max())

    def top(self, customers: float) -> float:
        """Share of the total that the top share of customers brings.

        Parameters
        ----------
        customers : float
            Share of the customers, 0 to 1; between two customers the curve is a straight line.

        Returns
        -------
        float

        Raises
        ------
        ValueError, TypeError
            If the share is outside [0, 1].
        """
        wanted = _checks.number(customers, "customers", 0, 1)
        return float(np.interp(wanted, self.customers, self.share))

    def needed(self, share: float) -> float:
        """Smallest share of the customers that brings `share` of the total.

        Parameters
        ----------
        share : float
            Share of the total, 0 to 1.

        Returns
        -------
        float

        Raises
        ------
        ValueError, TypeError
            If the share is outside [0, 1].
        """
        wanted = _checks.number(share, "share", 0, 1)
        if wanted == 0:
            return 0.0
        last = int((self.share >= wanted - 1e-12).argmax())
        low, high = self.share[last - 1], self.share[last]
        step = (wanted - low) / (high - low) if high > low else 1.0
        return float((last - 1 + min(step, 1.0)) / (self.share.size - 1))

    def to_frame(self, customers: Any = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0)) -> "pd.DataFrame":
        """Share of the total brought by each top share of customers.

        Parameters
        ----------
        customers : array of shape (k,)
            Shares of the customers.

        Returns
        -------
        DataFrame
            Indexed by the share of customers: share.

        Raises
        ------
        ValueError, TypeError
            If a share is outside [0, 1].
        """
        import pandas as pd

        wanted = _checks.array(customers, "customers", 0, 1, ndim=1)
        rows = pd.Index(wanted, name="customers")
        return pd.DataFrame({"share": [self.top(float(item)) for item in wanted]}, rows)

    def __repr__(self) -> str:
        words = f"Concentration(the top 20 % of {self.share.size - 1} customers bring "
        return f"{words}{100 * self.top(0.2):.1f} %)"


def concentration(values: Any) -> Concentration:
    """Share curve: how much the largest customers bring together (二八法则, 累计份额曲线).

    Parameters
    ----------
    values : array or Series of shape (n,)
        Revenue, profit or another amount of each customer; may be negative, with a sum above 0.

    Returns
    -------
    Concentration
        With ``.top(0.2)``, ``.needed(0.8)``, ``.peak``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a value is missing or no number, or the sum is not above 0.

    Notes
    -----
    "80/20" is a pattern that a firm may or may not show, not a law. Of profit the curve is called
    the whale curve; its height above 100 % is what the customers who cost money take away.

    Examples
    --------
    >>> curve = concentration([70, 50, 10, -10, -20])
    >>> curve.top(0.4), curve.peak, round(curve.needed(0.7), 3), curve.losing
    (1.2, 1.3, 0.2, 0.4)
    """
    amounts = _values(values)
    falling = np.sort(amounts)[::-1]
    share = np.append(0.0, falling.cumsum()) / falling.sum()
    share[-1] = 1.0
    return Concentration(np.linspace(0, 1, share.size), share, float((amounts < 0).mean()))


@dataclass(frozen=True, eq=False)
class Lorenz(Drawable):
    """Lorenz curve, the smallest customer first, made by :func:`lorenz`.

    Attributes
    ----------
    customers : ndarray of shape (n + 1,)
        Share of the customers, from 0 to 1.
    share : ndarray of shape (n + 1,)
        Share of the total that these customers bring; below 0 where customers cost money.
    gini : float
        As :func:`gini` gives it.

    Examples
    --------
    >>> found = lorenz([1, 2, 3, 4])
    >>> found
    Lorenz(4 customers, Gini 0.2500)
    >>> found.to_frame()
       customers  share
    0       0.00    0.0
    1       0.25    0.1
    2       0.50    0.3
    3       0.75    0.6
    4       1.00    1.0
    """

    _picture = "lorenz"

    customers: FloatArray
    share: FloatArray
    gini: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per point of the curve: customers, share.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame({"customers": self.customers, "share": self.share})

    def __repr__(self) -> str:
        return f"Lorenz({self.share.size - 1} customers, Gini {self.gini:.4f})"


def lorenz(values: Any) -> Lorenz:
    """Lorenz curve of customers (洛伦兹曲线).

    Parameters
    ----------
    values : array or Series of shape (n,)
        As in :func:`concentration`.

    Returns
    -------
    Lorenz
        With ``.gini``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`concentration`.

    Notes
    -----
    Lorenz (1905). It is the share curve of :func:`concentration` turned by half a turn: it tells
    the same, read from the smallest customer.

    Examples
    --------
    >>> lorenz([1, 2, 3, 4]).share.tolist()
    [0.0, 0.1, 0.3, 0.6, 1.0]
    """
    amounts = np.sort(_values(values))
    share = np.append(0.0, amounts.cumsum()) / amounts.sum()
    share[-1] = 1.0
    return Lorenz(np.linspace(0, 1, share.size), share, gini(amounts))


def gini(values: Any, *, negative: str = "plain") -> float:
    """Gini coefficient of customers (基尼系数): 0 all equal, near 1 one customer brings all.

    ``G = Σ_i Σ_j |x_i − x_j| / (2 n² μ)`` with μ the mean.

    Parameters
    ----------
    values : array or Series of shape (n,)
        As in :func:`concentration`.
    negative : {"plain", "absolute"}
        What μ is where some values are negative. "plain": the mean of x, so that G is twice the
        area between the diagonal and the Lorenz curve and may be above 1. "absolute": the mean of
        ``|x|``, so that G stays between 0 and 1. Without negative values both are the same.

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        As :func:`concentration`, or if `negative` is unknown.

    Notes
    -----
    For a small number of customers the largest possible value is (n − 1) / n. The idea of
    dividing by the absolute amounts is that of Raffinetti, Siletti and Vernizzi (2015), who
    divide by (n − 1) / n as well.

    Examples
    --------
    >>> gini([1, 2, 3, 4]), gini([0, 0, 0, 1])
    (0.25, 0.75)
    >>> round(gini([-3, 1, 8]), 4), round(gini([-3, 1, 8], negative="absolute"), 4)
    (1.2222, 0.6111)
    """
    amounts = np.sort(_values(values))
    _checks.choice(negative, "negative", NEGATIVES)
    n = amounts.size
    whole = np.abs(amounts).sum() if negative == "absolute" else amounts.sum()
    return float((2 * np.arange(1, n + 1) - n - 1) @ amounts / (n * whole))


@dataclass(frozen=True, eq=False)
class AbcClasses(Drawable):
    """ABC classes, made by :func:`abc`.

    Attributes
    ----------
    classes : ndarray of shape (n,)
        Name of each customer's class, in the order of the values.
    table : DataFrame
        One row per class: customers, customer_share, value, value_share, smallest (the smallest
        value in the class; NaN in one without customers).
    curve : Concentration
        The share curve from which the classes are cut.
    cuts : tuple of float
        As given.
    by : str
        As given.
    index : tuple
        Labels of the customers: those of a Series, else 0 to n − 1.

    Examples
    --------
    >>> found = abc([50, 30, 15, 5, 0, 0, 0, 0, 0, 0], (0.1, 0.3), by="customers")
    >>> found
    AbcClasses(A 1, B 2, C 7)
    >>> found.to_frame()
           customers  customer_share  value  value_share  smallest
    class
    A              1             0.1   50.0         0.50      50.0
    B              2             0.2   45.0         0.45      15.0
    C              7             0.7    5.0         0.05       0.0
    >>> found.to_series().tolist()
    ['A', 'B', 'B', 'C', 'C', 'C', 'C', 'C', 'C', 'C']
    """

    _picture = "abc"

    classes: np.ndarray
    table: "pd.DataFrame"
    curve: Concentration
    cuts: tuple[float, ...]
    by: str
    index: tuple[Hashable, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per class.

        Returns
        -------
        DataFrame
        """
        return self.table

    def to_series(self) -> "pd.Series":
        """Return the class of each customer, labelled as the values were.

        Returns
        -------
        Series
        """
        import pandas as pd

        return pd.Series(self.classes, index=list(self.index), name="class")

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {size}" for name, size in self.table["customers"].items())
        return f"AbcClasses({sizes})"


def abc(
    values: Any,
    cuts: tuple[float, ...] = (0.8, 0.95),
    *,
    by: str = "value",
    names: Any = ("A", "B", "C"),
    crossing: str = "upper",
) -> AbcClasses:
    """Cut customers into classes A, B and C (ABC分类法).

    Parameters
    ----------
    values : array or Series of shape (n,)
        As in :func:`concentration`.
    cuts : sequence of float
        Where a class ends, rising, between 0 and 1: shares of the value, or of the customers.
    by : {"value", "customers"}
        What is cut: the cumulated value (A brings the first 80 %), or the headcount (A is the
        first 20 % of the customers, say).
    names : sequence of str
        One more than cuts, the best class first, such as VIP, major, ordinary (贵宾, 重要, 普通).
    crossing : {"upper", "lower"}
        By value: the class of the customer with whom the cumulated value crosses a cut. With
        "upper" A brings at least its share, and the largest customer is always in A; with
        "lower" A brings at most its share.

    Returns
    -------
    AbcClasses
        With ``.classes``, ``.table``, ``.to_series()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a value is missing or no number, the sum is not above 0, or a setting is not allowed.

    Notes
    -----
    Customers with equal values are in one class, the highest that one of them reaches (with
    "lower" the lowest). By value, shares are of the sum of the *positive* values, and a customer
    without a positive value is always in the last class: who costs money cannot pull another
    customer down.

    Examples
    --------
    >>> abc([50, 30, 15, 5]).classes.tolist()
    ['A', 'A', 'B', 'C']
    >>> abc([50, 30, 15, 5, 0, 0, 0, 0, 0, 0], (0.1, 0.3), by="customers")
    AbcClasses(A 1, B 2, C 7)
    """
    import pandas as pd

    amounts = _values(values)
    ends = rising_cuts(cuts)
    labels = group_names(names, "names", ends.size + 1)
    _checks.choice(by, "by", ("value", "customers"))
    _checks.choice(crossing, "crossing", ("upper", "lower"))
    by_value = by == "value"
    groups = _by_value(amounts, ends, crossing) if by_value else by_headcount(amounts, ends)
    table = pd.DataFrame(
        {
            "customers": np.bincount(groups, minlength=len(labels)),
            "value": np.bincount(groups, amounts, minlength=len(labels)),
        },
        index=pd.Index(labels, name="class"),
    )
    table.insert(1, "customer_share", table["customers"] / amounts.size)
    table["value_share"] = table["value"] / amounts.sum()
    smallest = pd.Series(amounts).groupby(groups).min().reindex(range(len(labels)))
    table["smallest"] = smallest.to_numpy()
    index = _checks.labels(values, "index", amounts.size)
    found = np.array(labels, dtype=object)[groups]
    return AbcClasses(found, table, concentration(amounts), tuple(ends.tolist()), by, index)


def _by_value(amounts: FloatArray, cuts: FloatArray, crossing: str) -> IntArray:
    """Class of each customer by the cumulated share of the positive values."""
    gains = np.maximum(amounts, 0)
    order = np.argsort(-gains, kind="stable")
    falling = gains[order]
    running = np.append(0.0, falling.cumsum()) / falling.sum()
    first = first_of_equals(falling)
    groups = np.empty(amounts.size, dtype=np.intp)
    if crossing == "upper":
        groups[order] = np.searchsorted(cuts - 1e-12, running[first], side="right")
    else:
        # The last of the equals: the first one counted from the other end.
        last = amounts.size - 1 - first_of_equals(-falling[::-1])[::-1]
        groups[order] = np.searchsorted(cuts + 1e-12, running[last + 1], side="left")
    return np.where(gains > 0, groups, cuts.size)


def long_tail(values: Any, cost: float, *, head: float = 0.2) -> "pd.DataFrame":
    """Weigh the many small customers against the few large ones (长尾).

    Parameters
    ----------
    values : array or Series of shape (n,)
        What each customer brings before the cost of serving; at least 0.
    cost : float
        Cost of serving one customer of the tail, at least 0.
    head : float
        Share of the customers, the largest ones, that are not counted to the tail.

    Returns
    -------
    DataFrame
        Rows head and tail: customers, value, value_share, mean, median, cost, left (value less
        cost of serving, at `cost` per customer). The tail's `mean` is its break-even: what
        serving one of its customers may cost at most.

    Raises
    ------
    ValueError, TypeError
        If a value is negative, the sum is 0, or a setting is outside its bounds.

    Notes
    -----
    The long tail (Anderson 2006) says that many small amounts may add up to more than the few
    large ones, *if* serving each of them costs little.

    Examples
    --------
    >>> long_tail([60, 10, 10, 10, 10], cost=5)[["customers", "value", "mean", "left"]]
          customers  value  mean  left
    part
    head          1   60.0  60.0  55.0
    tail          4   40.0  10.0  20.0
    """
    import pandas as pd

    _values(values)
    amounts = _checks.array(values, "values", 0, ndim=1)
    each = _checks.number(cost, "cost", 0)
    first = _checks.number(head, "head", 0, 1, open_low=True, open_high=True)
    size = max(round(first * amounts.size), 1)
    falling = np.sort(amounts)[::-1]
    parts = {_("head"): falling[:size], _("tail"): falling[size:]}
    if not parts[_("tail")].size:
        raise ValueError(f"values must leave a tail behind the head; got {amounts.size} customers")
    table = pd.DataFrame(
        {
            "customers": [part.size for part in parts.values()],
            "value": [part.sum() for part in parts.values()],
            "mean": [part.mean() for part in parts.values()],
            "median": [np.median(part) for part in parts.values()],
        },
        index=pd.Index(parts, name="part"),
    )
    table.insert(2, "value_share", table["value"] / amounts.sum())
    table["cost"] = each * table["customers"]
    return table.assign(left=table["value"] - table["cost"])
