"""Receivables from the lines of a ledger, in its own engine: open items, ageing, DSO."""

import calendar
import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._engine import numbered, to_pandas
from crmlab.credit._lines import Lines, read

if TYPE_CHECKING:
    import pandas as pd

#: An item whose open amount is below this is settled: sums of cents are not exact.
SETTLED = 0.005

SINCE = ("due", "date")
MONTHS = "month"


def bucket_edges(buckets: Any, since: str) -> tuple[int, ...]:
    """Check where buckets end, in days; by default 0, 30, 60, 90, by age without the 0.

    >>> bucket_edges((30, 30), "due")
    Traceback (most recent call last):
    ...
    ValueError: buckets must be rising whole numbers of days, at least 0; got (30, 30)
    """
    if buckets is None:
        return (0, 30, 60, 90) if since == "due" else (30, 60, 90)
    wanted = "buckets must be rising whole numbers of days, at least 0"
    if isinstance(buckets, str) or not hasattr(buckets, "__iter__"):
        raise TypeError(f"{wanted}; got {buckets!r}")
    found = tuple(buckets)
    edges = tuple(_checks.count(value, "buckets", 0) for value in found)
    if not edges or any(low >= high for low, high in pairwise(edges)):
        raise ValueError(f"{wanted}; got {found}")
    return edges


def bucket_names(buckets: Any = None, since: str = "due") -> list[str]:
    """Names of the columns of an ageing (账龄区间).

    Parameters
    ----------
    buckets : sequence of int, optional
        Where each bucket but the last ends, in days, as in :func:`ageing`.
    since : {"due", "date"}
        As in :func:`ageing`.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError, TypeError
        If the ends are no rising whole numbers of at least 0, or `since` is unknown.

    Examples
    --------
    >>> bucket_names(), bucket_names((30, 60), since="date")
    (['not due', '1-30', '31-60', '61-90', 'over 90'], ['0-30', '31-60', 'over 60'])
    """
    _checks.choice(since, "since", SINCE)
    edges = bucket_edges(buckets, since)
    early = f"up to {edges[0]}" if edges[0] else "not due"
    first = f"0-{edges[0]}" if since == "date" else early
    inner = [f"{low + 1}-{high}" for low, high in pairwise(edges)]
    return [first, *inner, f"over {edges[-1]}"]


def _items(lines: Lines) -> Any:
    """Sum up each item's lines; those that are settled are gone."""
    import narwhals.stable.v2 as nw

    rows = lines.rows.group_by("crmlab_item", *lines.by).agg(
        nw.col("on").min().alias("on"),
        nw.col("due_on").max().alias("due_on"),
        nw.col("amount").sum().alias("open"),
    )
    # Where a condition is missing no branch of every engine is taken, so `otherwise` decides.
    given = ~nw.col("due_on").is_null()
    due = nw.when(given).then(nw.col("due_on")).otherwise(nw.col("on"))
    left = nw.col("open")
    return rows.with_columns(due.alias("due_on")).filter((left >= SETTLED) | (left <= -SETTLED))


def open_items(
    ledger: Any,
    day: Any = None,
    *,
    by: Any = "customer",
    item: str = "invoice",
    date: str = "date",
    due: str = "due",
    amount: str = "amount",
    check: bool | None = None,
) -> Any:
    """List what is open on a day (未清项目), in the engine of the ledger.

    Parameters
    ----------
    ledger : DataFrame, LazyFrame, Table or relation
        One row per line: an invoice with a positive amount, and every payment or credit note that
        is applied to it, with a negative one; :attr:`Matching.ledger` makes it. A table of pandas,
        Polars (eager or lazy), PyArrow, DuckDB, Dask or Spark.
    day : date, optional
        The day at whose end the books are looked at; later lines do not count. By default the
        last day of the ledger, which a table that is not run yet does not know.
    by : str or list of str, optional
        Columns to keep, which are the same for all lines of an item.
    item : str
        Column that tells to which item, most often an invoice, a line belongs.
    date, due, amount : str
        Columns of the line's day, of the day on which the item is due (missing where a line does
        not know it), and of the signed amount.
    check : bool, optional
        Whether to look for gaps and amounts that are not finite beforehand. By default a table
        that holds its rows is checked and a lazy one is not. There, a line that would be refused
        makes the sums infinite.

    Returns
    -------
    The same kind of table
        One row per open item: the `by` columns, `item`, `date` (its first), `due`, `open` and
        `days_late`, which is below 0 before the due day. An item with less than nothing open, such
        as cash that is on account, is there with a negative amount.

    Raises
    ------
    ValueError, TypeError
        If a column is not there or of the wrong kind, an argument is not allowed, or a checked
        ledger is empty or has gaps.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-10", "2025-02-01", "2025-02-20"])
    >>> ledger = pd.DataFrame({"customer": "A", "invoice": ["I1", "I1", "I2"], "date": days,
    ...                        "due": days[0] + pd.Timedelta(days=30), "amount": [500, -200, 80]})
    >>> open_items(ledger, "2025-02-15")[["invoice", "open", "days_late"]]
      invoice   open  days_late
    0      I1  300.0          6
    """
    import narwhals.stable.v2 as nw

    columns: dict[str, str | None] = {"item": item, "date": date, "due": due, "amount": amount}
    taken = ("item", "date", "due", "open", "days_late")
    lines = read(ledger, day, columns, by=by, check=check, taken=taken)
    rows = numbered(_items(lines).with_columns(nw.col("due_on").alias("late")), "late")
    late = nw.lit(lines.day.toordinal() - dt.date(1970, 1, 1).toordinal()) - nw.col("late")
    table = rows.select(
        *(nw.col(name) for name in lines.by),
        nw.col("crmlab_item").alias("item"),
        nw.col("on").alias("date"),
        nw.col("due_on").alias("due"),
        nw.col("open"),
        late.alias("days_late"),
    )
    table = lines.finish(table, *lines.by, "due", "item")
    return nw.from_native(table).rename({"item": item}).to_native() if item != "item" else table


def ageing(
    ledger: Any,
    day: Any = None,
    *,
    by: Any = None,
    buckets: Any = None,
    since: str = "due",
    item: str = "invoice",
    date: str = "date",
    due: str = "due",
    amount: str = "amount",
    check: bool | None = None,
) -> Any:
    """Ageing of receivables (账龄分析), in the engine of the ledger.

    Parameters
    ----------
    ledger, day, item, date, due, amount, check
        As in :func:`open_items`.
    by : str or list of str, optional
        Columns by which the ageing is split, such as the customer. Without it there is one row.
    buckets : sequence of int, optional
        Days at which each bucket but the last ends. By default 0, 30, 60 and 90 days after the
        due day; by age 30, 60 and 90 days.
    since : {"due", "date"}
        Whether the days are counted from the due day or from the day of the invoice. Where terms
        differ, an age of 45 days may be late or not: the due day is the better guide.

    Returns
    -------
    The same kind of table
        One row per group: the `by` columns, `items` (open ones), one column per bucket, named as
        :func:`bucket_names` tells, `credit` (items with less than nothing open, such as cash on
        account; at most 0), and `total`, which is the sum of the buckets and of `credit`. A group
        without an open item has no row. A table that holds its rows comes back sorted; a lazy one
        stays lazy, is not run, and has no order.

    Raises
    ------
    ValueError, TypeError
        As :func:`open_items`, and if `buckets` or `since` is not allowed.

    Notes
    -----
    Nothing is lost: `total` is the sum of all lines up to the day. Items that differ from zero by
    less than half a cent are settled.

    Examples
    --------
    >>> import pandas as pd
    >>> ledger = pd.DataFrame({"invoice": ["I1", "I1", "I2"], "amount": [500, -200, 80],
    ...     "date": pd.to_datetime(["2025-01-10", "2025-02-01", "2025-02-20"]),
    ...     "due": pd.to_datetime(["2025-02-09", None, "2025-03-22"])})
    >>> ageing(ledger, "2025-03-20")
       items  not due  1-30  31-60  61-90  over 90  credit  total
    0      2     80.0   0.0  300.0    0.0      0.0     0.0  380.0
    """
    import narwhals.stable.v2 as nw

    names = bucket_names(buckets, since)
    edges = bucket_edges(buckets, since)
    columns: dict[str, str | None] = {"item": item, "date": date, "due": due, "amount": amount}
    taken = ("items", *names, "credit", "total")
    lines = read(ledger, day, columns, by=by, check=check, taken=taken)
    rows, left = _items(lines), nw.col("open")
    start = nw.col("due_on" if since == "due" else "on")
    owed = left > 0
    parts = []
    for name, low, high in zip(names, (None, *edges), (*edges, None), strict=True):
        inside = owed if low is None else owed & (start < lines.at(low))
        inside = inside if high is None else inside & (start >= lines.at(high))
        parts.append(nw.when(inside).then(left).otherwise(nw.lit(0.0)).alias(name))
    parts.append(nw.when(left < 0).then(left).otherwise(nw.lit(0.0)).alias("credit"))
    rows = rows.select(*(nw.col(name) for name in lines.by), *parts, left.alias("total"))
    asked = [nw.len().alias("items"), *(nw.col(name).sum() for name in taken[1:])]
    table = rows.group_by(*lines.by).agg(*asked) if lines.by else rows.select(*asked)
    if not lines.by:  # the sum of nothing is missing in some engines
        table = table.with_columns(nw.col(*taken[1:]).fill_null(0.0))
    table = table.with_columns(nw.col("items").cast(nw.Int64))
    return lines.finish(table, *lines.by)


def dso(
    ledger: Any,
    day: Any = None,
    *,
    by: Any = None,
    period_days: int = 90,
    step: int | str = MONTHS,
    back: int = 12,
    date: str = "date",
    amount: str = "amount",
    kind: str | None = "kind",
    sale: str = "invoice",
    check: bool | None = None,
) -> Any:
    """Days sales outstanding, simple and by count-back (应收账款周转天数), in the ledger's engine.

    ``simple = receivables / sales of the last period × period``. Count-back takes the receivables
    back from the latest sales: each step whose sales they cover counts with all its days, the
    last one with a part.

    Parameters
    ----------
    ledger, day, date, amount, check
        As in :func:`open_items`; lines need no item and no due day.
    by : str or list of str, optional
        Columns by which the result is split. Without it there is one row.
    period_days : int
        Days of sales with which the receivables are compared, up to and with `day`.
    step : "month" or int
        What count-back counts in: calendar months, the current one as far as it has come, or
        steps of so many days.
    back : int
        Steps that count-back may go back, at most 120.
    kind, sale : str
        Column that tells what a line is, and its value for a sale. With ``kind=None`` every
        positive amount is a sale.

    Returns
    -------
    The same kind of table
        One row per group: the `by` columns, `receivables` (net of cash on account), `sales` of the
        period, `simple` and `count_back` in days. `simple` is missing without sales, `count_back`
        where all steps do not cover the receivables. Both are 0 where nothing is owed.

    Raises
    ------
    ValueError, TypeError
        As :func:`open_items`, and if `period_days`, `step` or `back` is not allowed.

    Notes
    -----
    The simple figure moves with sales though customers pay as before (Lewellen and Johnson 1972):
    growth lifts it where `period_days` reaches further back than what is open, and lowers it where
    `period_days` is short. Count-back is free of that as long as what is open is from the latest
    sales; a single old invoice it counts as a recent one.

    Examples
    --------
    >>> import pandas as pd
    >>> ledger = pd.DataFrame({"date": pd.to_datetime(["2025-02-10", "2025-03-10", "2025-03-20"]),
    ...     "kind": ["invoice", "invoice", "payment"], "amount": [280.0, 620.0, -140.0]})
    >>> dso(ledger, "2025-03-31", period_days=59).round(1)
       receivables  sales  simple  count_back
    0        760.0  900.0    49.8        45.0
    """
    import narwhals.stable.v2 as nw

    length, steps = _checks.count(period_days, "period_days"), _checks.count(back, "back")
    if steps > 120:
        raise ValueError(f"back must be at most 120 steps; got {steps}")
    _checks.instance(sale, "sale", str, int, float)
    columns: dict[str, str | None] = {"date": date, "amount": amount, "kind": kind}
    taken = ("receivables", "sales", "simple", "count_back")
    lines = read(ledger, day, columns, by=by, sale=sale, check=check, taken=taken)
    starts = step_ends(lines.day, step, steps)
    small, zero = _by_step(lines, step, length, starts[-1]), nw.lit(0.0)
    parts = [
        nw.when(nw.col("step") == i).then(nw.col("sold")).otherwise(zero).alias(f"crmlab_{i}")
        for i in range(steps)
    ]
    rows = small.select(*lines.by, "receivables", "sales", *parts)
    asked = [nw.col("receivables").sum(), nw.col("sales").sum()]
    asked += [nw.col(f"crmlab_{i}").sum() for i in range(steps)]
    table = rows.group_by(*lines.by).agg(*asked) if lines.by else rows.select(*asked)
    if not lines.by:
        table = table.with_columns(nw.all().fill_null(0.0))
    return lines.finish(_days(table, lines, length, starts), *lines.by)


def _by_step(lines: Lines, step: int | str, period: int, reach: int) -> Any:
    """Sum up receivables and sales of the period by group, and sales by group and step.

    Only sales of the last `reach` days are sorted into steps, as a second key is what costs most:
    most lines of a long ledger are older, or no sales. Rows of the first kind have step -1.
    """
    import narwhals.stable.v2 as nw

    zero, on, sold = nw.lit(0.0), nw.col("on"), nw.col("sold")
    recent = nw.when(on > lines.at(period)).then(sold).otherwise(zero)
    whole = lines.rows.select(*lines.by, nw.col("amount").alias("receivables"), sales=recent)
    sums = [nw.col("receivables").sum(), nw.col("sales").sum()]
    whole = whole.group_by(*lines.by).agg(*sums) if lines.by else whole.select(*sums)
    whole = whole.with_columns(nw.lit(-1).cast(nw.Int64).alias("step"), sold=zero)
    late = lines.rows.filter((sold != 0) & (on > lines.at(reach))).select(*lines.by, "on", "sold")
    steps = _with_step(late, lines.day, step).group_by(*lines.by, "step").agg(sold.sum())
    steps = steps.with_columns(receivables=zero, sales=zero)
    order = (*lines.by, "receivables", "sales", "step", "sold")
    return nw.concat([whole.select(*order), steps.select(*order)])


def _with_step(rows: Any, day: dt.date, step: int | str) -> Any:
    """Give each line the number of its step: 0 is the one with the last day."""
    import narwhals.stable.v2 as nw

    on = nw.col("on")
    if step == MONTHS:
        month = on.dt.year().cast(nw.Int64) * 12 + on.dt.month().cast(nw.Int64)
        return rows.with_columns((day.year * 12 + day.month - month).alias("step"))
    last = day.toordinal() - dt.date(1970, 1, 1).toordinal()
    rows = numbered(rows.with_columns(on.alias("step")), "step")
    return rows.with_columns(((last - nw.col("step")) // int(step)).alias("step"))


def daily_sums(
    ledger: Any, *, date: str, amount: str, kind: str | None, sale: str
) -> "pd.DataFrame":
    """Change of the receivables and sales of every day of a ledger, by day."""
    import narwhals.stable.v2 as nw

    _checks.instance(sale, "sale", str, int, float)
    columns: dict[str, str | None] = {"date": date, "amount": amount, "kind": kind}
    lines = read(ledger, dt.date(2200, 1, 1), columns, sale=sale, check=False)
    found = lines.rows.group_by("on").agg(nw.col("amount").sum(), nw.col("sold").sum())
    return to_pandas(found).set_index("on").sort_index()


def step_ends(day: dt.date, step: int | str, steps: int) -> list[int]:
    """Days from `day` back to the end of each step: 0, then ever further back.

    >>> step_ends(dt.date(2025, 3, 31), "month", 3), step_ends(dt.date(2025, 3, 10), 30, 2)
    ([0, 31, 59, 90], [0, 30, 60])
    """
    if step != MONTHS:
        if isinstance(step, str):
            raise ValueError(f"step must be 'month' or a number of days; got {step!r}")
        length = _checks.count(step, "step")
        return [length * i for i in range(steps + 1)]
    found, passed = [0], day.day
    year, month = day.year, day.month
    for _step in range(steps):
        found.append(passed)
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        passed += calendar.monthrange(year, month)[1]
    return found


def _days(table: Any, lines: Lines, period: int, starts: list[int]) -> Any:
    """Turn receivables and sales into days."""
    import narwhals.stable.v2 as nw

    owed, sales, zero = nw.col("receivables"), nw.col("sales"), nw.lit(0.0)
    names = [f"crmlab_{i}" for i in range(len(starts) - 1)]
    left = nw.when(owed > SETTLED).then(owed).otherwise(zero)
    simple = nw.when(sales > 0).then(left / sales * float(period))
    covered = [
        nw.sum_horizontal(*names[:i]).alias(f"{names[i]}_before") for i in range(1, len(names))
    ]
    table = table.with_columns(
        left.alias("crmlab_left"), zero.alias(f"{names[0]}_before"), *covered,
        nw.sum_horizontal(*names).alias("crmlab_all"),
    )  # fmt: skip
    parts = []
    for name, (high, low) in zip(names, pairwise(starts), strict=True):
        sold, days = nw.col(name), float(low - high)
        rest = nw.col("crmlab_left") - nw.col(f"{name}_before")
        part = nw.when(sold > rest).then(rest / sold * days).otherwise(nw.lit(days))
        parts.append(nw.when(rest > SETTLED).then(part).otherwise(zero).alias(f"{name}_days"))
    table = table.with_columns(*parts)
    passed = nw.sum_horizontal(*(f"{name}_days" for name in names))
    reached = nw.when(nw.col("crmlab_left") - nw.col("crmlab_all") <= SETTLED).then(passed)
    return table.select(
        *(nw.col(name) for name in lines.by),
        owed,
        sales,
        simple.alias("simple"),
        reached.alias("count_back"),
    )
