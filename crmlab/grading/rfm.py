"""RFM and RFA: scores from recency, frequency and money, with stated rules for equal values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("independent", "nested", "cuts")
TIES = ("low", "middle", "high", "first")
LETTERS = ("R", "F", "M")
Scores = npt.NDArray[np.int8]


def rfm_table(
    log: "pd.DataFrame",
    *,
    customer: str = "customer",
    date: str = "date",
    amount: str = "amount",
    units: str | None = None,
    end: Any = None,
    money: str = "total",
) -> "pd.DataFrame":
    """Turn an order log into recency, frequency and money of each customer (最近, 频率, 金额).

    Parameters
    ----------
    log : DataFrame
        One row per order.
    customer, date, amount : str
        Names of the columns; `date` holds dates.
    units : str, optional
        Column with the number of units, for RFA (购买数量).
    end : date, optional
        Day from which recency is counted back; the last day of the log without it.
    money : {"total", "mean"}
        Whether money is the sum over the orders or the mean order. The sum grows with frequency,
        so that M repeats much of what F says.

    Returns
    -------
    DataFrame
        Indexed by customer: recency (days since the last order, less is better), frequency
        (orders), monetary, and units.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, `date` holds no dates, a value is missing, or an order lies after
        `end`.

    Notes
    -----
    These are the marketer's R, F, M. The models of chapter 9 count otherwise: their frequency is
    the number of *repeat* days and their recency the *age* at the last one.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": ["a", "a", "b"], "amount": [10.0, 30, 5],
    ...                     "date": pd.to_datetime(["2024-01-01", "2024-01-21", "2024-01-11"])})
    >>> rfm_table(log, end="2024-01-31")
              recency  frequency  monetary
    customer
    a              10          2      40.0
    b              20          1       5.0
    """
    import pandas as pd

    _checks.columns(log, "log", [customer, date, amount, *([units] if units is not None else [])])
    _checks.choice(money, "money", ("total", "mean"))
    when = _checks.dates(log[date], date)
    _checks.no_gaps(log[customer], customer)
    last = when.max() if end is None else _checks.day(end, "end")
    if when.max() > last:
        raise ValueError(f"end must not lie before an order; got {last:%Y-%m-%d}, and an order of "
                         f"{when.max():%Y-%m-%d}")  # fmt: skip
    columns: dict[str, Any] = {
        "customer": log[customer],
        "date": when,
        "monetary": _checks.array(log[amount], amount),
    }
    if units is not None:
        columns["units"] = _checks.array(log[units], units, 0)
    grouped = pd.DataFrame(columns).groupby("customer", sort=True)
    table = pd.DataFrame(
        {
            "recency": (last - grouped["date"].max()).dt.days,
            "frequency": grouped.size(),
            "monetary": grouped["monetary"].sum()
            if money == "total"
            else grouped["monetary"].mean(),
        }
    )
    return table if units is None else table.assign(units=grouped["units"].sum())


def quantile_scores(values: Any, bins: int = 5, *, ties: str = "low") -> Scores:
    """Score each value by its place among all, 5 for the highest fifth (分位数评分).

    Parameters
    ----------
    values : array of shape (n,)
        More is better.
    bins : int
        Number of scores, 2 to 9.
    ties : {"low", "middle", "high", "first"}
        The place of a value among equals. "low": the share of values *below* it; "high": the
        share up to and including it; "middle": half way between. "first" splits equals in the
        order of the data, so that all groups are equally large and equal customers are not.

    Returns
    -------
    ndarray of shape (n,)
        Whole numbers from 1 to `bins`.

    Raises
    ------
    ValueError, TypeError
        If a value is missing or a setting is not allowed.

    Notes
    -----
    With "low" a score k says: at least (k − 1) / bins of the customers have a lower value. With
    few distinct values some scores stay empty; that is a fact of the data, not an error.

    Examples
    --------
    >>> quantile_scores([1, 1, 1, 1, 1, 2, 2, 3, 4, 9]).tolist()
    [1, 1, 1, 1, 1, 3, 3, 4, 5, 5]
    >>> quantile_scores([1, 1, 1, 1, 1, 2, 2, 3, 4, 9], ties="first").tolist()
    [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    """
    checked = _checks.array(values, "values", ndim=1)
    _checks.choice(ties, "ties", TIES)
    return _quantiles(checked, _bins(bins), ties)


def _bins(value: Any) -> int:
    wanted = _checks.count(value, "bins", 2)
    if wanted > 9:
        raise ValueError(f"bins must be at most 9, one digit of the cell's code; got {wanted}")
    return wanted


def _quantiles(values: FloatArray, bins: int, ties: str) -> Scores:
    """Score without checks. The edges are found without sorting everything."""
    n = values.size
    k = np.arange(1, bins)
    if ties in ("low", "high"):
        # low: above k / bins when k n / bins values lie below; high: when more lie up to it.
        place = -(-k * n // bins) - 1 if ties == "low" else k * n // bins
        edges = np.partition(values, place)[place]
        scores = np.ones(n, dtype=np.int8)
        for edge in edges:
            scores += values > edge if ties == "low" else values >= edge
        return scores
    order = np.argsort(values, kind="stable")
    if ties == "first":
        scores = np.empty(n, dtype=np.int8)
        scores[order] = 1 + bins * np.arange(n) // n
        return scores
    ranked = values[order]
    low, high = np.searchsorted(ranked, values), np.searchsorted(ranked, values, side="right")
    return (-(-bins * (low + high) // (2 * n))).astype(np.int8)


@dataclass(frozen=True, eq=False)
class RfmScores(Drawable):
    """RFM scores, made by :func:`rfm_scores`.

    Attributes
    ----------
    table : DataFrame
        One row per customer: R, F, M (5 is best), cell (such as 543), total (weighted score).
    values : DataFrame
        Recency, frequency and money as they were scored.
    bins : int
        Number of scores.
    method : str
        As given.
    weights : ndarray of shape (3,)
        Weights of R, F and M in the total.

    Examples
    --------
    >>> import pandas as pd
    >>> rfm = pd.DataFrame({"recency": [5, 40, 90, 200], "frequency": [9, 2, 4, 1],
    ...                     "monetary": [900, 50, 700, 20]}, index=list("abcd"))
    >>> found = rfm_scores(rfm, bins=4)
    >>> found
    RfmScores(4 customers, independent, 4 of 64 cells hold customers)
    >>> found.to_frame().round(2)
       R  F  M  cell  total
    a  4  4  4   444   4.00
    b  3  2  2   322   2.33
    c  2  3  3   233   2.67
    d  1  1  1   111   1.00
    >>> found.cells().head(2)
          customers  recency  frequency  monetary
    cell
    111           1    200.0        1.0      20.0
    233           1     90.0        4.0     700.0
    >>> found.grid("customers")
    F    1    2    3    4
    R
    4  NaN  NaN  NaN  1.0
    3  NaN  1.0  NaN  NaN
    2  NaN  NaN  1.0  NaN
    1  1.0  NaN  NaN  NaN
    """

    _picture = "rfm_scores"

    table: "pd.DataFrame"
    values: "pd.DataFrame"
    bins: int
    method: str
    weights: FloatArray

    def cells(self) -> "pd.DataFrame":
        """One row per cell that has customers: customers, mean recency, frequency and money.

        Returns
        -------
        DataFrame
        """
        grouped = self.values.groupby(self.table["cell"].to_numpy())
        table = grouped.mean()
        table.insert(0, "customers", grouped.size())
        table.index.name = "cell"
        return table

    def grid(self, value: str = "customers") -> "pd.DataFrame":
        """Recency score by frequency score: customers, or the mean of a column.

        Parameters
        ----------
        value : str
            "customers", "total", or a column of `values`.

        Returns
        -------
        DataFrame of shape (bins, bins)
            Rows R from the best down, columns F from the worst up; missing where nobody is.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        import pandas as pd

        _checks.choice(value, "value", ("customers", "total", *self.values.columns))
        r, f = (self.table[letter].to_numpy().astype(int) for letter in "RF")
        at, size = (r - 1) * self.bins + f - 1, self.bins**2
        counts = np.bincount(at, minlength=size)
        found = counts.astype(float)
        if value != "customers":
            column = self.table["total"] if value == "total" else self.values[value]
            found = np.bincount(at, column.to_numpy(float), minlength=size) / np.maximum(counts, 1)
        found[counts == 0] = np.nan
        scores = np.arange(1, self.bins + 1)
        shaped = found.reshape(self.bins, self.bins)[::-1]
        return pd.DataFrame(shaped, pd.Index(scores[::-1], name="R"), pd.Index(scores, name="F"))

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per customer.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        cells = self.table["cell"].nunique()
        return (
            f"RfmScores({len(self.table)} customers, {self.method}, {cells} of {self.bins**3} "
            "cells hold customers)"
        )


def rfm_scores(
    rfm: "pd.DataFrame",
    *,
    recency: str = "recency",
    frequency: str = "frequency",
    monetary: str = "monetary",
    bins: int = 5,
    method: str = "independent",
    cuts: Mapping[str, Any] | None = None,
    ties: str = "low",
    weights: Any = (1 / 3, 1 / 3, 1 / 3),
) -> RfmScores:
    """Score customers by recency, frequency and money (RFM分析法), or by units (RFA).

    Parameters
    ----------
    rfm : DataFrame
        One row per customer, as :func:`rfm_table` makes it.
    recency, frequency, monetary : str
        Names of the columns. Recency is the time since the last purchase: less is better. For
        RFA name the column of units in the place of money.
    bins : int
        Number of scores, 2 to 9. With fixed cuts their number decides.
    method : {"independent", "nested", "cuts"}
        "independent": each column has its own quantiles. "nested": frequency is scored inside
        each group of recency, and money inside each group of recency and frequency, so that
        cells are about equally large. "cuts": at the values of `cuts`.
    cuts : mapping of str to sequence of float, optional
        For each of the three columns rising values. A customer *at* a cut has the better score.
    ties : {"low", "middle", "high", "first"}
        As in :func:`quantile_scores`.
    weights : array of shape (3,)
        Weights of R, F and M in the total; sum to one.

    Returns
    -------
    RfmScores
        With ``.table``, ``.cells()``, ``.grid()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column or a value is missing, or a setting is not allowed.

    Notes
    -----
    Hughes (1994) scores nested; independent quantiles are what most software does. A score is a
    rank among these customers: it says nothing in yuan, and it moves when others move.

    Examples
    --------
    >>> import pandas as pd
    >>> rfm = pd.DataFrame({"recency": [5, 40, 90, 200], "frequency": [9, 2, 4, 1],
    ...                     "monetary": [900, 50, 700, 20]}, index=list("abcd"))
    >>> rfm_scores(rfm, bins=4).table
       R  F  M  cell  total
    a  4  4  4   444  4.000000
    b  3  2  2   322  2.333333
    c  2  3  3   233  2.666667
    d  1  1  1   111  1.000000
    """
    import pandas as pd

    names = (recency, frequency, monetary)
    _checks.columns(rfm, "rfm", names)
    if len(set(names)) < 3:
        raise ValueError(f"recency, frequency and monetary must be 3 columns; got {list(names)}")
    columns = [_checks.array(rfm[name], name, ndim=1) for name in names]
    _checks.choice(method, "method", METHODS)
    _checks.choice(ties, "ties", TIES)
    share = _checks.shares(weights, "weights")
    if share.size != 3:
        raise ValueError(f"weights must be three, for R, F and M; got {share.size}")
    better = [-columns[0], *columns[1:]]
    size = _bins(bins)
    if method == "cuts":
        scores, size = _by_cuts(columns, names, cuts)
    elif cuts is not None:
        raise ValueError(f"cuts must be None unless method is 'cuts'; got {cuts!r}")
    elif method == "nested":
        scores = _nested(better, size, ties)
    else:
        scores = [_quantiles(column, size, ties) for column in better]
    r, f, m = scores
    table = pd.DataFrame(
        {"R": r, "F": f, "M": m, "cell": 100 * r.astype(np.int16) + 10 * f + m}, index=rfm.index
    )
    table["total"] = share[0] * r + share[1] * f + share[2] * m
    return RfmScores(table, rfm[list(names)], size, method, share)


def _by_cuts(
    columns: list[FloatArray], names: tuple[str, ...], cuts: Any
) -> tuple[list[Scores], int]:
    if not isinstance(cuts, Mapping):
        raise TypeError(f"cuts must be a mapping of column names to values; got {cuts!r}")
    if set(cuts) != set(names):
        listed = ", ".join(map(repr, names))
        raise ValueError(f"cuts must name the columns {listed}; got {list(cuts)}")
    ends = [_checks.array(cuts[name], f"cuts[{name!r}]", ndim=1) for name in names]
    for name, end in zip(names, ends, strict=True):
        if (np.diff(end) <= 0).any():
            raise ValueError(f"cuts[{name!r}] must rise; got {end.tolist()}")
    sizes = {end.size + 1 for end in ends}
    if len(sizes) > 1:
        raise ValueError(f"cuts must be equally many in each column; got {[e.size for e in ends]}")
    bins = _bins(sizes.pop())
    recency = bins - np.searchsorted(ends[0], columns[0], side="left")
    others = [
        1 + np.searchsorted(end, column, side="right")
        for end, column in zip(ends[1:], columns[1:], strict=True)
    ]
    return [score.astype(np.int8) for score in (recency, *others)], bins


def _nested(better: list[FloatArray], bins: int, ties: str) -> list[Scores]:
    """Score the first column, then each next one inside the groups so far."""
    n = better[0].size
    group, scores = np.zeros(n, dtype=np.int16), []
    for column in better:
        score = np.empty(n, dtype=np.int8)
        for inside in _members(group):
            score[inside] = _quantiles(column[inside], bins, ties)
        scores.append(score)
        group = group * bins + score - 1
    return scores


def _members(group: npt.NDArray[np.int16]) -> list[npt.NDArray[np.intp]]:
    """Positions of the members of each group, in the order of the data."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
