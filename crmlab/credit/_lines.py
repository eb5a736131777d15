"""Lines of a receivables ledger in any engine, checked and cut down to what counts."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._engine import calendar_day, collected, comparable, frame, literal, one_row

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw


@dataclass(frozen=True)
class Lines:
    """The lines up to a day: the group, item, day, due day, amount, and whether it is a sale."""

    rows: Any  # a narwhals frame
    by: tuple[str, ...]
    eager: bool
    day: dt.date
    dated: bool  # whether days have a type of their own

    def at(self, days_before: int) -> "nw.Expr":
        """Return the day that lies so many days before the last one."""
        return literal(self.day - dt.timedelta(days=days_before), self.dated)

    def finish(self, table: Any, *order: str) -> Any:
        """Return a result as the kind of table that came; sorted where rows are held."""
        import narwhals.stable.v2 as nw

        if not self.eager:
            return table.to_native()
        table = collected(table)
        return nw.maybe_reset_index(table.sort(*order) if order else table).to_native()


def grouping(by: Any) -> tuple[str, ...]:
    """Return the names of the columns by which a result is split."""
    if by is None:
        return ()
    if isinstance(by, str):
        return (by,)
    if isinstance(by, list | tuple) and by and all(isinstance(name, str) for name in by):
        return tuple(by)
    raise TypeError(f"by must be the name of a column or a list of names; got {by!r}")


def read(
    ledger: Any,
    day: Any,
    columns: dict[str, str | None],
    *,
    by: Any = None,
    sale: str | None = None,
    check: bool | None = None,
    taken: tuple[str, ...] = (),
) -> Lines:
    """Check the arguments and, where the engine is asked to, the rows; return the lines."""
    import narwhals.stable.v2 as nw

    _checks.choice(check, "check", (None, True, False))
    table, groups = frame(ledger, "ledger"), grouping(by)
    eager = isinstance(table, nw.DataFrame)
    _present(table, columns, groups, taken)
    rows = _rows(table, columns, groups, sale)
    if eager if check is None else check:
        _refuse(rows, columns, groups)
    if eager and table.implementation.is_polars():
        rows = rows.lazy()  # Polars plans the steps together; the result is collected at the end
    rows = _safe(rows)
    dated = rows.collect_schema()["on"] == nw.Date
    last = _last(rows, eager) if day is None else _checks.day(day, "day").date()
    on = nw.col("on")
    rows = rows.filter((on <= literal(last, dated)) | on.is_null())
    return Lines(rows, groups, eager, last, dated)


def _last(rows: Any, eager: bool) -> dt.date:
    import narwhals.stable.v2 as nw

    if not eager:
        raise ValueError("day must be given for a table that is not run yet; got None")
    found = one_row(rows.select(nw.col("on").max()))["on"]
    return found.date() if isinstance(found, dt.datetime) else found


def _present(
    table: Any, columns: dict[str, str | None], groups: tuple[str, ...], taken: tuple[str, ...]
) -> None:
    """Raise unless the columns are there and the groups' names are free in the result."""
    names = table.collect_schema().names()
    wanted = [
        (key, column) for key, column in columns.items() if key != "kind" or column is not None
    ]
    for argument, column in [*wanted, *(("by", name) for name in groups)]:
        if not isinstance(column, str) or column not in names:
            listed = ", ".join(map(str, names))
            raise ValueError(
                f"{argument} must be the name of a column; got {column!r}, ledger has: {listed}"
            )
    for name in groups:
        if name in (*taken, "on", "due_on", "crmlab_item", "sold", "recent", "step"):
            raise ValueError(
                f"by must not be named like a column of the result; got {name!r}: rename it"
            )


def _rows(
    table: Any, columns: dict[str, str | None], groups: tuple[str, ...], sale: str | None
) -> Any:
    """Keep what counts: groups, item, calendar days, the amount as a float."""
    import narwhals.stable.v2 as nw

    amount, date, due = str(columns["amount"]), str(columns["date"]), columns.get("due")
    item, what = columns.get("item"), columns.get("kind")
    kind = table.collect_schema()[amount]
    if not kind.is_numeric():
        raise TypeError(f"{amount} must hold numbers; got {kind}")
    kept = [nw.col(name) for name in groups]
    if item is not None:
        kept.append(nw.col(item).alias("crmlab_item"))
    kept.append(calendar_day(table, date, None).alias("on"))
    if due is not None:
        kept.append(calendar_day(table, due, None).alias("due_on"))
    money = nw.col(amount).cast(nw.Float64)
    kept.append(money.alias("amount"))
    if sale is not None:
        sold = nw.col(what) == sale if what is not None else money > 0
        kept.append(nw.when(sold).then(money).otherwise(nw.lit(0.0)).alias("sold"))
    return table.select(*kept)


def _safe(rows: Any) -> Any:
    """Let a line that must not pass make its sum infinite, so that it is noticed."""
    import narwhals.stable.v2 as nw

    amount = nw.col("amount")
    fine = (amount > -math.inf) & (amount < math.inf) & ~nw.col("on").is_null()
    return rows.with_columns(nw.when(fine).then(amount).otherwise(nw.lit(math.inf)).alias("amount"))


def _refuse(rows: Any, columns: dict[str, str | None], groups: tuple[str, ...]) -> None:
    """Raise if the rows have gaps or amounts that may not be; one pass tells."""
    import narwhals.stable.v2 as nw

    def number(condition: "nw.Expr", name: str) -> "nw.Expr":
        return condition.cast(nw.Int64).sum().alias(name)

    paid = nw.col("amount")
    places = {"on": columns["date"], "amount": columns["amount"]}
    if columns.get("item") is not None:
        places["crmlab_item"] = columns["item"]
    places |= {name: name for name in groups}
    asked = [number(nw.col(place).is_null(), f"{place} gaps") for place in places]
    asked += [nw.len().alias("rows")]
    asked += [number(~((paid >= -_checks.LARGEST) & (paid <= _checks.LARGEST)), "infinite")]
    found = {name: int(value or 0) for name, value in one_row(rows.select(*asked)).items()}
    if not found["rows"]:
        raise ValueError("ledger must not be empty; got 0 rows")
    for place, column in places.items():
        if found[f"{place} gaps"]:
            raise ValueError(f"{column} must not be missing; got {found[f'{place} gaps']} gaps")
    comparable(rows, {here: str(places[here]) for here in places if here not in ("on", "amount")})
    if found["infinite"]:
        wrong = found["infinite"]
        raise ValueError(
            f"{columns['amount']} must be finite; got {wrong} that are not, or are beyond "
            f"{_checks.LARGEST:g}"
        )
