"""The lifetime of a customer base: churn rate, mean lifetime, cohorts, lifetimes from a log."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import wilson

if TYPE_CHECKING:
    import pandas as pd

PERIODS = ("M", "Q", "Y")
_MONTHS = {"M": 1, "Q": 3, "Y": 12}


@dataclass(frozen=True)
class Churn:
    """Churn rate of one period and the mean lifetime it implies, made by :func:`churn`.

    Attributes
    ----------
    lost, customers : int
        As given.
    rate, low, high : float
        Churn rate per period with Wilson's interval.
    level : float
        Level of the interval.

    Examples
    --------
    >>> result = churn(20, 100)
    >>> result
    Churn(20 of 100 lost, mean lifetime 5.00)
    >>> result.to_frame().round(2)
              estimate   low  high
    churn          0.2  0.13  0.29
    lifetime       5.0  3.46  7.50
    """

    lost: int
    customers: int
    rate: float
    low: float
    high: float
    level: float

    @property
    def lifetime(self) -> float:
        """Mean lifetime 1/c in periods, the one in which the customer leaves included."""
        return 1 / self.rate if self.rate else float("inf")

    @property
    def lifetime_interval(self) -> tuple[float, float]:
        """Interval of the mean lifetime: one over the ends of the churn rate's."""
        return 1 / self.high, (1 / self.low if self.low else float("inf"))

    @property
    def half_life(self) -> float:
        """Periods after which half of the customers have left."""
        if self.rate in (0, 1):
            return float("inf") if self.rate == 0 else 0.0
        return float(np.log(0.5) / np.log1p(-self.rate))

    def to_frame(self) -> "pd.DataFrame":
        """One row for the churn rate and one for the mean lifetime: estimate, low, high.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        short, long = self.lifetime_interval
        rows = [[self.rate, self.low, self.high], [self.lifetime, short, long]]
        return pd.DataFrame(rows, ["churn", "lifetime"], ["estimate", "low", "high"])

    def __repr__(self) -> str:
        return f"Churn({self.lost} of {self.customers} lost, mean lifetime {self.lifetime:.2f})"


def churn(lost: int, customers: int, *, level: float = 0.95) -> Churn:
    """Churn rate and mean lifetime of a customer base (客户流失率, 客户群体生命周期).

    ``c = lost / customers``; the mean lifetime is ``1 / c`` periods.

    Parameters
    ----------
    lost : int
        Customers lost during the period, of those who were there when it began.
    customers : int
        Customers when it began, at least 1.
    level : float
        Level of the intervals, inside (0, 1).

    Returns
    -------
    Churn
        With ``.rate``, ``.lifetime``, ``.lifetime_interval`` and ``.half_life``.

    Raises
    ------
    ValueError, TypeError
        If a number is no whole number or outside its bounds, or more are lost than there were.

    Notes
    -----
    1/c holds if the chance to leave is the same in every period and for every customer. Where it
    differs between customers, those who are quick to leave go first, the churn rate of a cohort
    falls, and 1/c of the first year is too short.

    Examples
    --------
    >>> result = churn(20, 100)
    >>> result.lifetime, [round(end, 2) for end in result.lifetime_interval]
    (5.0, [3.46, 7.5])
    """
    gone = _checks.count(lost, "lost", 0)
    there = _checks.count(customers, "customers")
    if gone > there:
        raise ValueError(f"lost must be at most customers, {there}; got {gone}")
    low, high = wilson(gone, there, level)
    return Churn(gone, there, gone / there, float(low) if gone else 0.0, float(high), float(level))


@dataclass(frozen=True, eq=False)
class CohortTable(Drawable):
    """Customers of each cohort by age, made by :func:`cohort_table`.

    Attributes
    ----------
    counts : DataFrame
        Customers counted, by cohort (rows) and age in periods (columns, from 0); missing where
        the age was not reached by the end.
    sizes : Series
        Customers of each cohort.
    count : str
        What is counted, as given.
    period : str
        As given.
    left_out : int
        Orders after the last full period, which are not used.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": ["a", "b", "a", "c"], "date": pd.to_datetime(
    ...     ["2023-05-01", "2023-06-01", "2024-01-05", "2024-02-01"])})
    >>> found = cohort_table(log, end="2024-12-31")
    >>> found
    CohortTable(2 cohorts, 3 customers)
    >>> found.to_frame()
                customers  share
    cohort age
    2023   0          2.0    1.0
           1          1.0    0.5
    2024   0          1.0    1.0
    """

    _picture = "cohort_table"

    counts: "pd.DataFrame"
    sizes: "pd.Series"
    count: str
    period: str
    left_out: int

    @property
    def shares(self) -> "pd.DataFrame":
        """Shares of each cohort, the retention table."""
        return self.counts.div(self.sizes, axis=0)

    @property
    def by_age(self) -> "pd.Series":
        """Share by age over all cohorts that were seen at that age, weighted by their size."""
        seen = self.counts.notna().mul(self.sizes, axis=0).sum()
        return (self.counts.sum() / seen).rename("share")

    def to_frame(self) -> "pd.DataFrame":
        """One row per cohort and age that was seen: customers, share.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        seen = self.counts.notna().to_numpy()
        row, age = np.nonzero(seen)
        rows = pd.MultiIndex.from_arrays([self.counts.index[row], age], names=["cohort", "age"])
        both = {"customers": self.counts.to_numpy()[seen], "share": self.shares.to_numpy()[seen]}
        return pd.DataFrame(both, rows)

    def __repr__(self) -> str:
        return f"CohortTable({len(self.counts)} cohorts, {int(self.sizes.sum())} customers)"


def cohort_table(
    log: "pd.DataFrame",
    *,
    customer: str = "customer",
    date: str = "date",
    end: Any = None,
    period: str = "Y",
    count: str = "active",
) -> CohortTable:
    """Retention of customers by the period in which they came (同期群分析, 客户保持表).

    Parameters
    ----------
    log : DataFrame
        One row per order, from each customer's first one on.
    customer, date : str
        Names of the columns; `date` holds dates.
    end : date, optional
        Last day seen; the last day of the log without it. A calendar period that is not over by
        then is not shown.
    period : {"Y", "Q", "M"}
        Calendar years, quarters or months. Age 0 is the period of the first order.
    count : {"active", "until last"}
        "active": those who ordered in the period. "until last": those who ordered in it or later;
        near the end of the log it falls by itself, since later orders are not seen yet.

    Returns
    -------
    CohortTable
        With ``.counts``, ``.shares``, ``.by_age``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column or value is missing, no period is complete, or a setting is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": ["a", "b", "a", "c"], "date": pd.to_datetime(
    ...     ["2023-05-01", "2023-06-01", "2024-01-05", "2024-02-01"])})
    >>> cohort_table(log, end="2024-12-31").shares
    age       0    1
    cohort
    2023    1.0  0.5
    2024    1.0  NaN
    """
    import pandas as pd

    _checks.columns(log, "log", [customer, date])
    _checks.choice(period, "period", PERIODS)
    _checks.choice(count, "count", ("active", "until last"))
    when = _checks.dates(log[date], date)
    _checks.no_gaps(log[customer], customer)
    last = when.max() if end is None else _checks.day(end, "end")
    step = _MONTHS[period]
    number = (when.dt.year * 12 + when.dt.month - 1) // step
    after = last + pd.Timedelta(days=1)
    stop = (after.year * 12 + after.month - 1) // step  # the first period that is not over
    used = (number < stop).to_numpy()
    if not used.any():
        raise ValueError(f"log must hold an order in a period that is over; got none before "
                         f"{last:%Y-%m-%d}")  # fmt: skip
    who, _names = pd.factorize(log[customer][used])
    at = number.to_numpy()[used]
    counts, first, cohorts = _cohort_counts(who, at, stop, count)
    rows = pd.Index([_label(int(n), period) for n in cohorts], name="cohort")
    table = pd.DataFrame(counts, rows, pd.RangeIndex(counts.shape[1], name="age"))
    sizes = pd.Series(np.unique(first, return_counts=True)[1], rows, name="customers")
    return CohortTable(table, sizes, count, period, int((~used).sum()))


def _cohort_counts(
    who: np.ndarray, at: np.ndarray, stop: int, count: str
) -> tuple[FloatArray, np.ndarray, np.ndarray]:
    """Count customers by cohort and age; return their first periods and the cohorts as well."""
    people = int(who.max()) + 1
    first = np.full(people, np.iinfo(np.int64).max)
    np.minimum.at(first, who, at)
    width = stop - int(first.min())
    ages = np.unique(who * width + at - first[who])
    person, age = ages // width, ages % width
    if count == "until last":
        last = np.zeros(people, dtype=np.int64)
        np.maximum.at(last, person, age)
        person = np.repeat(np.arange(people), last + 1)
        age = np.concatenate([np.arange(n + 1) for n in last])
    cohorts, code = np.unique(first, return_inverse=True)
    flat = np.bincount(code[person] * width + age, minlength=len(cohorts) * width)
    table = flat.reshape(len(cohorts), width).astype(float)
    reached = np.arange(width)[None, :] < (stop - cohorts)[:, None]
    return np.where(reached, table, np.nan), first, cohorts


def _label(number: int, period: str) -> Any:
    per_year = 12 // _MONTHS[period]
    year, part = divmod(number, per_year)
    if period == "Y":
        return year
    return f"{year} Q{part + 1}" if period == "Q" else f"{year}-{part + 1:02d}"


def lifetimes(
    log: "pd.DataFrame",
    silent_days: float,
    *,
    customer: str = "customer",
    date: str = "date",
    end: Any = None,
) -> "pd.DataFrame":
    """Lifetimes from a log in which nobody says goodbye (由交易记录推断客户生命).

    Parameters
    ----------
    log : DataFrame
        One row per order, from each customer's first one on. Rows after `end` are not used.
    silent_days : float
        Days without an order after which a customer counts as gone, above 0.
    customer, date : str
        Names of the columns; `date` holds dates.
    end : date, optional
        Last day seen; the last day of the log without it.

    Returns
    -------
    DataFrame
        Indexed by customer: orders, silent (days since the last order), gone (silent for more
        than `silent_days` at the end), time (days from the first order to the last for those who
        are gone, else to the end).

    Raises
    ------
    ValueError, TypeError
        If a column or value is missing, no order lies before `end`, or `silent_days` is not above
        0.

    Notes
    -----
    The rule errs both ways: a slow buyer counts as gone while only waiting, and one who left
    within the last `silent_days` counts as being there.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": ["a", "a", "b"], "date": pd.to_datetime(
    ...     ["2025-01-01", "2025-03-02", "2025-11-01"])})
    >>> lifetimes(log, 90, end="2025-12-31")
              orders  silent   gone  time
    customer
    a              2     304   True    60
    b              1      60  False    60
    """
    import pandas as pd

    _checks.columns(log, "log", [customer, date])
    limit = _checks.number(silent_days, "silent_days", 0, open_low=True)
    when = _checks.dates(log[date], date)
    _checks.no_gaps(log[customer], customer)
    last = when.max() if end is None else _checks.day(end, "end")
    used = when <= last
    if not used.any():
        raise ValueError(f"log must hold an order up to the end, {last:%Y-%m-%d}; got none")
    grouped = when[used].groupby(log[customer][used])
    table = grouped.agg(["size", "min", "max"])
    silent = (last - table["max"]).dt.days
    gone = silent > limit
    until = table["max"].where(gone, last)
    return pd.DataFrame(
        {"orders": table["size"], "silent": silent, "gone": gone,
         "time": (until - table["min"]).dt.days},
    ).rename_axis(customer)  # fmt: skip
