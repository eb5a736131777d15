"""Measures of collection: DSO by hand, count-back, effectiveness, turnover, and their history."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.credit.receivables import (
    MONTHS,
    SETTLED,
    ageing,
    bucket_names,
    daily_sums,
    step_ends,
)

if TYPE_CHECKING:
    import pandas as pd


def simple_dso(receivables: float, sales: float, days: float = 90) -> float:
    """Days sales outstanding from two sums (应收账款周转天数): ``receivables / sales × days``.

    Parameters
    ----------
    receivables : float
        What is owed at the end of the period, at least 0.
    sales : float
        Sales on credit in the period, above 0.
    days : float
        Length of the period, above 0.

    Returns
    -------
    float
        Days.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Examples
    --------
    >>> round(simple_dso(212_000, 250_000, 90), 2)
    76.32
    """
    owed = _checks.number(receivables, "receivables", 0)
    sold = _checks.number(sales, "sales", 0, open_low=True)
    return owed / sold * _checks.number(days, "days", 0, open_low=True)


def count_back(receivables: float, sales: Any, days: Any = 30) -> float:
    """Days sales outstanding by count-back (倒推法): the receivables laid on the latest sales.

    Parameters
    ----------
    receivables : float
        What is owed at the end of the last period, at least 0.
    sales : array of shape (n,)
        Sales on credit of each period, the oldest first, at least 0.
    days : float or array of shape (n,)
        Length of each period, above 0.

    Returns
    -------
    float
        Days.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, or all the sales do not cover the receivables.

    Examples
    --------
    Sales of 70, 80 and 100 thousand in three months of 30 days, and 212 thousand owed:

    >>> round(count_back(212_000, [70_000, 80_000, 100_000]), 2)
    73.71
    """
    left = _checks.number(receivables, "receivables", 0)
    sold = _checks.array(sales, "sales", 0, ndim=1)
    length = _checks.array(days, "days", 0, open_low=True)
    if length.ndim and length.shape != sold.shape:
        raise ValueError(f"days must be one number or one per period; got shape {length.shape}")
    crumb = 1e-12 * left  # what rounding may leave over, in whatever money one counts
    if left > sold.sum() + crumb:
        raise ValueError(
            f"sales must cover the receivables, {left:,.2f}; got a sum of {sold.sum():,.2f}. "
            "Give earlier periods too"
        )
    passed = 0.0
    for amount, step in zip(sold[::-1], np.broadcast_to(length, sold.shape)[::-1], strict=True):
        if left <= crumb:
            break
        passed += float(step) * (min(left / float(amount), 1.0) if amount else 1.0)
        left -= float(amount)
    return passed


def collection_effectiveness(opening: float, sales: float, closing: float, current: float) -> float:
    """Share of what could be collected that was: the index CEI (收账效率指数).

    ``CEI = (opening + sales − closing) / (opening + sales − current)``.

    Parameters
    ----------
    opening : float
        Receivables at the start of the period.
    sales : float
        Sales on credit in the period, at least 0.
    closing : float
        Receivables at its end.
    current : float
        The part of `closing` that is not due yet.

    Returns
    -------
    float
        A fraction: 1 if nothing is overdue at the end.

    Raises
    ------
    ValueError, TypeError
        If a number is missing or `sales` negative, or nothing could be collected.

    Notes
    -----
    Cash on account makes the closing receivables smaller, and the index can pass 1.

    Examples
    --------
    >>> round(collection_effectiveness(300, 200, 280, 240), 3)
    0.846
    """
    start, end = _checks.number(opening, "opening"), _checks.number(closing, "closing")
    sold, fresh = _checks.number(sales, "sales", 0), _checks.number(current, "current")
    could = start + sold - fresh
    if could <= 0:
        raise ValueError(f"opening + sales − current must be above 0; got {could:g}")
    return (start + sold - end) / could


def receivables_turnover(sales: float, opening: float, closing: float) -> float:
    """Receivables turnover (应收账款周转率): sales of a period by the mean of what is owed.

    Parameters
    ----------
    sales : float
        Sales on credit in the period, at least 0.
    opening, closing : float
        Receivables at its start and its end, at least 0, not both 0.

    Returns
    -------
    float
        Times per period.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Examples
    --------
    >>> receivables_turnover(1200, 180, 220)
    6.0
    """
    sold = _checks.number(sales, "sales", 0)
    mean = (_checks.number(opening, "opening", 0) + _checks.number(closing, "closing", 0)) / 2
    return sold / _checks.number(mean, "the mean of opening and closing", 0, open_low=True)


def pattern_receivables(sales: Any, unpaid: Any) -> FloatArray:
    """Receivables that a payment pattern leaves (付款模式): ``R_t = Σ_k u_k S_{t−k}``.

    Parameters
    ----------
    sales : array of shape (n,)
        Sales of each period, the oldest first, at least 0.
    unpaid : array of shape (k,)
        Share of a period's sales that is still open at its end, one period later, and so on.

    Returns
    -------
    ndarray of shape (n − k + 1,)
        Receivables at the end of each period that has the k − 1 periods before it.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, or there are fewer periods than shares.

    Notes
    -----
    Lewellen and Johnson (1972) propose to watch these shares: they do not move when sales do.

    Examples
    --------
    >>> pattern_receivables([100, 100, 200], [0.9, 0.4]).round(2)
    array([130., 220.])
    """
    sold, left = _checks.array(sales, "sales", 0, ndim=1), _checks.probability(unpaid, "unpaid")
    if left.ndim != 1:
        raise ValueError(f"unpaid must have 1 dimension; got {left.ndim} (shape {left.shape})")
    if sold.size < left.size:
        raise ValueError(
            f"sales must have at least as many periods as unpaid ({left.size}); got {sold.size}"
        )
    return np.convolve(sold, left, mode="valid")


@dataclass(frozen=True, eq=False)
class ReceivablesHistory(Drawable):
    """How a ledger stood on several days, made by :func:`receivables_history`.

    Attributes
    ----------
    table : DataFrame
        One row per day: sales since the day before, receivables, the buckets, credit; simple,
        count_back, best_possible (days of sales that are not due yet), delinquent (simple less
        best_possible), effectiveness (CEI since the day before), turnover (of a year). What needs
        a day before is missing on the first one.
    buckets : tuple of str
        Names of the columns with the buckets.
    period : int
        Days of sales with which the receivables are compared.

    Examples
    --------
    >>> import pandas as pd
    >>> ledger = pd.DataFrame({"invoice": ["I1", "I2", "I1"], "amount": [1000.0, 400.0, -1000.0],
    ...     "date": pd.to_datetime(["2025-01-05", "2025-02-10", "2025-02-20"]),
    ...     "due": pd.to_datetime(["2025-02-05", "2025-03-10", None]),
    ...     "kind": ["invoice", "invoice", "payment"]})
    >>> found = receivables_history(ledger, ["2025-01-31", "2025-02-28"])
    >>> found
    ReceivablesHistory(2 days from 2025-01-31 to 2025-02-28: DSO 25.7 days at the end)
    >>> list(found.to_frame().columns)
    ['sales', 'receivables', 'not due', '1-30', '31-60', '61-90', 'over 90', 'credit',
    'simple', 'count_back', 'best_possible', 'delinquent', 'effectiveness', 'turnover']
    """

    _picture = "receivables_history"

    table: "pd.DataFrame"
    buckets: tuple[str, ...]
    period: int

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per day.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        first, last = self.table.index[0], self.table.index[-1]
        days = self.table["simple"].iloc[-1]
        return (
            f"ReceivablesHistory({len(self.table)} days from {first.date()} to {last.date()}: "
            f"DSO {days:.1f} days at the end)"
        )


def receivables_history(
    ledger: Any,
    days: Any,
    *,
    period_days: int = 90,
    buckets: Any = None,
    item: str = "invoice",
    date: str = "date",
    due: str = "due",
    amount: str = "amount",
    kind: str | None = "kind",
    sale: str = "invoice",
) -> ReceivablesHistory:
    """Ageing, DSO and collection effectiveness on several days (应收账款走势).

    Parameters
    ----------
    ledger, item, date, due, amount
        As in :func:`open_items`.
    days : sequence of date
        Rising days, such as the ends of months.
    period_days, kind, sale
        As in :func:`dso`.
    buckets
        As in :func:`ageing`, by the due day.

    Returns
    -------
    ReceivablesHistory
        With ``.table``, ``.to_frame()`` and ``.plot(show="dso")`` or ``.plot(show="ageing")``.

    Raises
    ------
    ValueError, TypeError
        As :func:`ageing` and :func:`dso`, or if the days do not rise.

    Examples
    --------
    >>> from crmlab import credit, datasets
    >>> books = credit.match_payments(datasets.load("company_invoices"),
    ...                               datasets.load("company_payments"))
    >>> receivables_history(books.ledger, ["2025-11-30", "2025-12-31"])
    ReceivablesHistory(2 days from 2025-11-30 to 2025-12-31: DSO 53.0 days at the end)
    """
    import pandas as pd

    wanted, length = rising_days(days), _checks.count(period_days, "period_days")
    names = bucket_names(buckets)
    daily = daily_sums(ledger, date=date, amount=amount, kind=kind, sale=sale)
    daily.index = pd.DatetimeIndex(daily.index)
    rows, before = [], None
    for day in wanted:
        aged = _row(
            ageing(
                ledger, day, buckets=buckets, item=item, date=date, due=due, amount=amount,
                check=None if before is None else False,
            )
        )  # fmt: skip
        found = _day_sums(daily, day, length) | {name: aged[name] for name in (*names, "credit")}
        if before is not None:
            since = daily.loc[(daily.index > before) & (daily.index <= day), "sold"]
            found |= {"sales": float(since.sum()), "gap": float((day - before).days)}
        rows.append(found)
        before = day
    table = pd.DataFrame(rows, index=pd.DatetimeIndex(wanted, name="day"))
    table = table.reindex(columns=list(dict.fromkeys([*table.columns, "sales", "gap"])))
    return ReceivablesHistory(_measured(table, names, length), tuple(names), length)


def rising_days(days: Any) -> list[Any]:
    """Return a list of dates that rise, or raise."""
    days = _checks.listed(days, "days", "dates")
    wanted = [_checks.day(day, "days") for day in days]
    if not wanted or any(low >= high for low, high in pairwise(wanted)):
        raise ValueError(f"days must be rising dates; got {[str(day.date()) for day in wanted]}")
    return wanted


def _day_sums(daily: "pd.DataFrame", day: Any, period: int) -> dict[str, float]:
    """Return receivables, sales of the period and DSO of one day, as :func:`dso` does."""
    import pandas as pd

    until = daily[daily.index <= day]
    owed = float(until["amount"].sum())

    def sold(start: int, end: int) -> float:
        ends = [day - pd.Timedelta(days=passed) for passed in (start, end)]
        return float(until.loc[(until.index > ends[0]) & (until.index <= ends[1]), "sold"].sum())

    steps = list(pairwise(step_ends(day.date(), MONTHS, 12)))[::-1]
    sales, recent = [sold(low, high) for high, low in steps], sold(period, 0)
    left = owed if owed > SETTLED else 0.0
    fits = left <= sum(sales) + SETTLED
    back = count_back(min(left, sum(sales)), sales, [low - high for high, low in steps])
    return {
        "period_sales": recent,
        "receivables": owed,
        "simple": simple_dso(left, recent, period) if recent > 0 else np.nan,
        "count_back": back if fits else np.nan,
    }


def _row(table: Any) -> dict[str, float]:
    """Return the only row of a table of any engine as numbers; a missing one is NaN."""
    from crmlab._engine import frame, one_row

    found = one_row(frame(table, "table"))
    return {name: np.nan if value is None else float(value) for name, value in found.items()}


def _measured(table: "pd.DataFrame", names: list[str], period: int) -> "pd.DataFrame":
    """Add the measures that follow from the sums."""
    owed, fresh = table["receivables"], table[names[0]]
    before = owed.shift()
    sold = table["period_sales"].where(table["period_sales"] > 0)
    best = fresh / sold * period
    could = before + table["sales"] - fresh
    mean = (before + owed) / 2
    return table[["sales", "receivables", *names, "credit", "simple", "count_back"]].assign(
        best_possible=best,
        delinquent=table["simple"] - best,
        effectiveness=(before + table["sales"] - owed) / could.where(could > 0),
        turnover=table["sales"] * 365 / table["gap"] / mean.where(mean > 0),
    )
