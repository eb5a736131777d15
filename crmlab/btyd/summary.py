"""A log of purchases to one row per customer: frequency, recency and T (交易记录汇总)."""

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._engine import collected, day_number, numbered
from crmlab.btyd._engine import with_first_spent
from crmlab.btyd._log import Columns, Log, read

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

#: Length of each unit of time in days. They are fixed: no month is a short one.
UNITS = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Q": 365.25 / 4, "Y": 365.25}


def rfm_summary(
    log: Any,
    *,
    customer: str,
    date: str,
    amount: str | None = None,
    unit: str = "W",
    end: Any = None,
    timezone: str | None = None,
    returns: str = "error",
    duplicates: str = "keep",
    include_first: bool = False,
    check: bool | None = None,
) -> Any:
    """Frequency, recency and T of every customer of a log (频率, 近度, 观察期), in its own engine.

    Purchases of one day are one purchase, as in Fader and Hardie's data. A customer's first day
    starts the clock: `frequency` counts the later days with a purchase, `recency` is the time
    from the first day to the last of them (0 without one), and `T` the time from the first day
    to the end of the observation.

    Parameters
    ----------
    log : DataFrame, LazyFrame, Table or relation
        One row per purchase or per line of a bill, in any order: a table of pandas, Polars
        (eager or lazy), PyArrow, DuckDB, Dask or Spark.
    customer, date, amount : str
        Columns of the log. Dates are dates or times, not text; the time of the day does not
        count. Without `amount` money is left aside.
    unit : {"D", "W", "M", "Q", "Y"}
        Unit of `recency` and `T`, always of one length: 1 day, 7 days, 30.4375, 91.3125 or
        365.25 days. Parts of a unit count: ten days are 10 / 7 weeks.
    end : date, optional
        Last day of the observation. What was bought later is left out, and so is who bought only
        later: :func:`holdout_summary` tells of them. By default the last day of the log.
    timezone : str, optional
        Zone whose calendar days count, such as "Asia/Shanghai", if the times know their zone. By
        default their own. In DuckDB and Spark the zone of the session decides; another is
        refused.
    returns : {"error", "drop", "net"}
        What to do with negative amounts. "drop" leaves these lines out, so a purchase keeps its
        full value. "net" subtracts them from what the customer spent, on whichever day; a day
        with returns only is no purchase. A customer with returns only has no row in either.
    duplicates : {"keep", "drop", "error"}
        What to do with lines that are equal in every column of the log. Two equal lines may be
        two equal items, so they are kept.
    include_first : bool
        Whether `monetary_value` counts the first day too, as models of the next purchase do not.
    check : bool, optional
        Whether to look for gaps, negative amounts and repeated lines before anything else. By
        default a table that holds its rows is checked and a lazy one is not, because that would
        run it; see the Notes.

    Returns
    -------
    The same kind of table
        One row per customer: the customer, `frequency`, `recency`, `T`, and with an amount
        `monetary_value`, the mean amount of a day after the first; it is missing, not 0, for a
        customer without one. A table that holds its rows comes back sorted by customer; a lazy
        one stays lazy, is not run, and has no order.

    Raises
    ------
    ValueError, TypeError
        If a column is not there or of the wrong kind, an argument is not allowed, the log is
        empty, `end` leaves nothing, or a checked log has gaps, amounts that are not finite, or
        negative amounts that `returns` does not allow.

    Notes
    -----
    A lazy log cannot be refused without being run. What a check would refuse then shows in the
    result: a customer with such a line has missing `recency`, `T` and `monetary_value`, and the
    models refuse missing values. ``check=True`` runs the log once, for counts only, and raises as
    for a table.

    References
    ----------
    Fader and Hardie (2001), "Forecasting repeat sales at CDNOW: a case study", Interfaces 31(3),
    S94-S107. Fader, Hardie and Lee (2005), "'Counting your customers' the easy way", Marketing
    Science 24(2), 275-284.

    Examples
    --------
    >>> from crmlab import datasets
    >>> rfm_summary(datasets.load("cdnow"), customer="customer", date="date", amount="amount",
    ...             end="1997-09-30").head(2).round(2)
      customer  frequency  recency      T  monetary_value
    0     0001          2    30.43  38.86           22.34
    1     0002          1     1.71  38.86           11.77
    """
    length, last = _length(unit), None if end is None else _checks.day(end, "end").date()
    source = read(
        log,
        Columns(customer, date, amount),
        timezone=timezone,
        returns=returns,
        duplicates=duplicates,
        check=check,
    )
    first = _checks.choice(include_first, "include_first", (True, False))
    return _finish(_summary(source, last, length, first), source, "end", last)


def holdout_summary(
    log: Any,
    *,
    customer: str,
    date: str,
    calibration_end: Any,
    holdout_end: Any = None,
    amount: str | None = None,
    unit: str = "W",
    timezone: str | None = None,
    returns: str = "error",
    duplicates: str = "keep",
    include_first: bool = False,
    check: bool | None = None,
) -> Any:
    """Summary up to a day, and what each customer did after it (校准期与验证期).

    A model is fitted on the calibration period and judged by the hold-out period, which follows
    it and which the model has not seen.

    Parameters
    ----------
    log, customer, date, amount, unit, timezone, returns, duplicates, include_first, check
        As in :func:`rfm_summary`.
    calibration_end : date
        Last day of the calibration period. Who bought for the first time after it has no row.
    holdout_end : date, optional
        Last day of the hold-out period; what came later is left out. By default the last day of
        the log.

    Returns
    -------
    The same kind of table
        The columns of :func:`rfm_summary` with `calibration_end` as the end, and
        `holdout_frequency`, the days with a purchase in the hold-out period, `holdout_T`, its
        length, which is the same for all, and with an amount `holdout_value`, what was spent in
        it (0 for a customer who did not come).

    Raises
    ------
    ValueError, TypeError
        As in :func:`rfm_summary`, and if the hold-out period does not end after the calibration
        period.

    Examples
    --------
    >>> from crmlab import datasets
    >>> found = holdout_summary(datasets.load("cdnow"), customer="customer", date="date",
    ...                         calibration_end="1997-09-30")
    >>> found.loc[[0, 6], ["customer", "frequency", "holdout_frequency", "holdout_T"]]
      customer  frequency  holdout_frequency  holdout_T
    0     0001          2                  1       39.0
    6     0007          1                  0       39.0
    """
    length, cut = _length(unit), _checks.day(calibration_end, "calibration_end").date()
    last = None if holdout_end is None else _checks.day(holdout_end, "holdout_end").date()
    source = read(
        log,
        Columns(customer, date, amount),
        timezone=timezone,
        returns=returns,
        duplicates=duplicates,
        check=check,
    )
    first = _checks.choice(include_first, "include_first", (True, False))
    if last is None and source.eager:
        last = source.last_day()
    if last is not None and last <= cut:
        raise ValueError(f"holdout_end must be after calibration_end, {cut}; got {last}")
    table = _with_holdout(_summary(source, cut, length, first), source, cut, last, length)
    return _finish(table, source, "calibration_end", cut)


def _with_holdout(
    table: Any, source: Log, cut: dt.date, last: dt.date | None, length: float
) -> Any:
    """Add what happened after the cut."""
    import narwhals.stable.v2 as nw

    rows = source.until(last, after=cut)
    asked = [nw.col("day").count().alias("holdout_frequency")]
    if source.has_amount:
        asked.append(nw.col("spent").sum().alias("holdout_value"))
    later = _days(source, rows).group_by("customer").agg(*asked)
    table = table.join(later, on="customer", how="left")
    table, final = _with_end(table, source, last)
    came = nw.col("holdout_frequency").fill_null(0).cast(nw.Int64)
    long = (final - day_number(cut)).cast(nw.Float64) / length
    columns = [nw.col(name) for name in table.collect_schema().names() if name in _SUMMARY]
    columns += [came.alias("holdout_frequency"), long.alias("holdout_T")]
    if source.has_amount:
        value = nw.col("holdout_value").fill_null(0.0)
        columns.append(nw.when(value < math.inf).then(value).alias("holdout_value"))
    return table.select(*columns)


_SUMMARY = ("customer", "frequency", "recency", "T", "monetary_value")


def _length(unit: str) -> float:
    return UNITS[_checks.choice(unit, "unit", tuple(UNITS))]


def _days(source: Log, rows: Any) -> Any:
    """Merge what a customer bought on one day."""
    import narwhals.stable.v2 as nw

    asked = []
    if source.has_amount:
        asked.append(nw.col("amount").sum().alias("spent"))
    if source.returns == "net" and source.has_amount:
        asked.append(nw.col("amount").max().alias("largest"))
    if not asked:
        asked.append(nw.len().alias("lines"))
    days = rows.group_by("customer", "day").agg(*asked)
    if source.returns == "net":
        # A day with returns only is no purchase, but its money counts.
        bought = nw.when(nw.col("largest") >= 0).then(nw.col("day"))
        days = days.with_columns(bought.alias("day"))
    return days


def _with_end(table: Any, source: Log, last: dt.date | None) -> tuple[Any, "nw.Expr"]:
    """Return the number of the last day; a lazy log is not run for it but joins it to its rows."""
    import narwhals.stable.v2 as nw

    if last is None and not source.eager:
        found = source.dates.select(nw.col("day").max().alias("end"))
        return numbered(table.join(found, how="cross"), "end"), nw.col("end")
    return table, nw.lit(day_number(last or source.last_day()))


def _summary(source: Log, last: dt.date | None, length: float, include_first: bool) -> Any:
    """Return the columns of the summary; the customer is still called so."""
    import narwhals.stable.v2 as nw

    by = numbered(_customers(source, last, include_first), "first", "latest")
    by, final = _with_end(by, source, last)
    fine = ~nw.col("customer").is_null()
    fine &= nw.col("total") < math.inf if source.has_amount else nw.col("lines") == nw.col("days")
    first, latest = nw.col("first"), nw.col("latest")
    repeats = (nw.col("days") - 1).cast(nw.Int64)
    columns = [
        nw.col("customer"),
        repeats.alias("frequency"),
        nw.when(fine).then((latest - first).cast(nw.Float64) / length).alias("recency"),
        nw.when(fine).then((final - first).cast(nw.Float64) / length).alias("T"),
    ]
    if source.has_amount:
        counted = nw.col("days") if include_first else repeats
        money = nw.col("total") if include_first else nw.col("total") - nw.col("spent")
        mean = money / counted.cast(nw.Float64)
        columns.append(nw.when(fine & (repeats > 0)).then(mean).alias("monetary_value"))
    return by.select(*columns)


def _customers(source: Log, last: dt.date | None, include_first: bool) -> Any:
    """Sum up each customer's days: their number, the first, the latest, and the money."""
    import narwhals.stable.v2 as nw

    days, day = _days(source, source.until(last)), nw.col("day")
    asked = [day.count().alias("days"), day.min().alias("first"), day.max().alias("latest")]
    if not source.has_amount:
        return days.group_by("customer").agg(*asked, nw.len().alias("lines"))
    asked.append(nw.col("spent").sum().alias("total"))
    by = days.group_by("customer").agg(*asked) if include_first else with_first_spent(days, asked)
    # With returns only there is no purchase; but what must not pass is to be noticed.
    shown = (nw.col("days") > 0) | ~(nw.col("total") < math.inf)
    return by.filter(shown) if source.returns == "net" else by


def _finish(table: Any, source: Log, argument: str, last: dt.date | None) -> Any:
    """Give the customer its name back and, where rows are held, order and a last check."""
    import narwhals.stable.v2 as nw

    if source.eager:
        table = nw.maybe_reset_index(collected(table).sort("customer"))
        if not len(table):
            given = "nothing but returns" if last is None else f"{last}, which leaves none"
            raise ValueError(f"{argument} must leave some purchases; got {given}")
    return table.rename({"customer": source.customer}).to_native()
