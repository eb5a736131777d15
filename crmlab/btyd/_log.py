"""A log of purchases in any engine, checked and cut down to customer, day and amount."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from crmlab import _checks
from crmlab._engine import calendar_day, comparable, frame, literal, one_row

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

    Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]

RETURNS = ("error", "drop", "net")
DUPLICATES = ("keep", "drop", "error")


class Columns(NamedTuple):
    """The names of a log's columns."""

    customer: str
    date: str
    amount: str | None


@dataclass(frozen=True)
class Log:
    """The three columns of a log that count, and how to read them."""

    rows: Any  # a narwhals frame: customer, day, and amount where there is one
    dates: Any  # the days of all lines, also of returns that are left out
    customer: str
    has_amount: bool
    eager: bool
    returns: str

    def until(self, last: date | None, after: date | None = None) -> "Frame":
        """Rows up to a day and after another; up to one, those without a day are kept, to show."""
        import narwhals.stable.v2 as nw

        rows, day = self.rows, nw.col("day")
        dated = rows.collect_schema()["day"] == nw.Date
        if after is not None:
            rows = rows.filter(day > literal(after, dated))
        if last is None:
            return rows
        soon = day <= literal(last, dated)
        return rows.filter(soon if after is not None else soon | day.is_null())

    def last_day(self) -> date:
        """Return the last day of a log whose rows are held."""
        import narwhals.stable.v2 as nw

        found = one_row(self.dates.select(nw.col("day").max()))["day"]
        return found.date() if isinstance(found, datetime) else found


def read(
    log: Any,
    columns: Columns,
    *,
    timezone: str | None,
    returns: str,
    duplicates: str,
    check: bool | None,
) -> Log:
    """Check the arguments and, where the engine is asked to, the rows; return the log."""
    _checks.choice(returns, "returns", RETURNS)
    _checks.choice(duplicates, "duplicates", DUPLICATES)
    _checks.choice(check, "check", (None, True, False))
    import narwhals.stable.v2 as nw

    table = frame(log, "log")
    eager = isinstance(table, nw.DataFrame)
    check = eager if check is None else check
    if duplicates == "error" and not check:
        raise ValueError("duplicates must be 'keep' or 'drop' where check is not True; got 'error'")
    has_amount = columns.amount is not None
    _present(table, columns)
    if duplicates == "drop":
        table = table.unique()
    rows = _rows(table, columns, timezone)
    if check:
        _refuse(rows, columns, returns)
    if check and duplicates == "error":
        _refuse_repeats(table)
    if eager and table.implementation.is_polars():
        rows = rows.lazy()  # Polars plans the steps together; the result is collected at the end
    dates, rows = rows.select("day"), _safe(rows, has_amount, returns)
    return Log(rows, dates, columns.customer, has_amount, eager, returns)


def _present(table: "Frame", columns: Columns) -> None:
    """Raise unless the columns are there and the customer's name is free in the result."""
    names = table.collect_schema().names()
    for argument, column in columns._asdict().items():
        if column is None and argument == "amount":
            continue
        if not isinstance(column, str) or column not in names:
            listed = ", ".join(map(str, names))
            raise ValueError(
                f"{argument} must be the name of a column; got {column!r}, log has: {listed}"
            )
    if columns.customer.casefold() in TAKEN:
        raise ValueError(
            "customer must not be named like a column of the result; got "
            f"{columns.customer!r}: rename it"
        )


TAKEN = {
    "frequency", "recency", "t", "monetary_value", "customers",
    "holdout_frequency", "holdout_t", "holdout_value",
}  # fmt: skip


def _rows(table: "Frame", columns: Columns, timezone: str | None) -> "Frame":
    """Keep what counts: the customer, the calendar day, the amount as a float."""
    import narwhals.stable.v2 as nw

    customer, date, amount = columns
    day = calendar_day(table, date, timezone)
    kept = [nw.col(customer).alias("customer"), day.alias("day")]
    if amount is not None:
        kind = table.collect_schema()[amount]
        if not kind.is_numeric():
            raise TypeError(f"{amount} must hold numbers; got {kind}")
        kept.append(nw.col(amount).cast(nw.Float64).alias("amount"))
    return table.select(*kept)


def _safe(rows: "Frame", has_amount: bool, returns: str) -> "Frame":
    """Let a line that must not pass make its customer's total infinite, so that it is noticed.

    A sum skips missing values in every engine, and NaN in some, but infinity in none.
    """
    import narwhals.stable.v2 as nw

    if not has_amount:
        return rows
    paid = nw.col("amount")
    low = paid >= 0 if returns == "error" else paid > -math.inf
    fine = low & (paid < math.inf) & ~nw.col("day").is_null()
    # Where a condition is missing no branch of every engine is taken, so `otherwise` decides.
    rows = rows.with_columns(nw.when(fine).then(paid).otherwise(nw.lit(math.inf)).alias("amount"))
    return rows.filter(nw.col("amount") >= 0) if returns == "drop" else rows


def _refuse(rows: "Frame", columns: Columns, returns: str) -> None:
    """Raise if the rows have gaps or amounts that may not be; one pass tells."""
    import narwhals.stable.v2 as nw

    def number(condition: "nw.Expr", name: str) -> "nw.Expr":
        return condition.cast(nw.Int64).sum().alias(name)

    customer, date, amount = columns
    asked = [
        nw.len().alias("rows"),
        number(nw.col("customer").is_null(), "customer"),
        number(nw.col("day").is_null(), "day"),
    ]
    if amount is not None:
        paid = nw.col("amount")
        asked += [
            number(paid.is_null(), "amount"),
            number(~((paid >= -_checks.LARGEST) & (paid <= _checks.LARGEST)), "infinite"),
            number(paid < 0, "negative"),
        ]
    found = {name: int(value or 0) for name, value in one_row(rows.select(*asked)).items()}
    if not found["rows"]:
        raise ValueError("log must not be empty; got 0 rows")
    for name, column in (("customer", customer), ("day", date), ("amount", amount)):
        if found.get(name):
            raise ValueError(f"{column} must not be missing; got {found[name]} gaps")
    comparable(rows, {"customer": customer})
    if found.get("infinite"):
        raise ValueError(
            f"{amount} must be finite; got {found['infinite']} that are not, or are beyond "
            f"{_checks.LARGEST:g}"
        )
    if found.get("negative") and returns == "error":
        raise ValueError(
            f"{amount} must be at least 0 with returns='error'; got {found['negative']} below 0. "
            "Say returns='net' to subtract them or returns='drop' to leave them out"
        )


def _refuse_repeats(table: "Frame") -> None:
    """Raise if two lines are equal in every column."""
    import narwhals.stable.v2 as nw

    lines = one_row(table.select(nw.len().alias("lines")))["lines"]
    different = one_row(table.unique().select(nw.len().alias("lines")))["lines"]
    if different < lines:
        raise ValueError(
            "log must not repeat a line with duplicates='error'; got "
            f"{lines - different} repeated lines"
        )
