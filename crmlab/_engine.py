"""Tables of any engine: the steps that narwhals leaves open, and days.

Everything goes through `narwhals.stable.v2`: the second stable interface is the first in which
DuckDB, Dask and Spark are lazy frames, and what it does will not change in later releases.
"""

import datetime as dt
import warnings
from typing import TYPE_CHECKING, Any

from crmlab import _checks

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import pandas as pd

    Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]

KINDS = "pandas, Polars, PyArrow, DuckDB, Dask or Spark"


def frame(value: Any, name: str) -> "Frame":
    """Return a table of any engine as a narwhals frame, or raise."""
    import narwhals.stable.v2 as nw

    try:
        with warnings.catch_warnings():
            # Support of Dask will become a package of its own, which is not published yet.
            warnings.filterwarnings("ignore", "Dask support is moving out", FutureWarning)
            return nw.from_native(value)
    except TypeError:
        raise TypeError(f"{name} must be a table of {KINDS}; got {type(value).__name__}") from None


def comparable(rows: "Frame", columns: dict[str, str]) -> None:
    """Raise if a column of a pandas table, by its name here, holds what cannot be compared.

    Columns of other engines have one type, and cannot.
    """
    if rows.implementation.is_pandas():
        for here, name in columns.items():
            _checks.no_gaps(rows.to_native()[here], name)


def collected(table: "Frame") -> "nw.DataFrame[Any]":
    """Return a frame that holds its rows; a lazy one is run. DuckDB needs no PyArrow for it."""
    import narwhals.stable.v2 as nw

    if isinstance(table, nw.DataFrame):
        return table
    return table.collect("pandas") if table.implementation.is_duckdb() else table.collect()


def to_pandas(table: "Frame") -> "pd.DataFrame":
    """Return a frame of any engine as a pandas table, without PyArrow; a lazy one is run."""
    import pandas as pd

    held = collected(table)
    return pd.DataFrame({name: held[name].to_numpy() for name in held.columns})


def session_zone(table: Any) -> str:
    """Return the zone of Spark's session as it is now, or nothing for other engines.

    Narwhals asks once and remembers, but a session can be set to another zone.
    """
    if not table.implementation.is_pyspark():
        return ""
    return str(table.to_native().sparkSession.conf.get("spark.sql.session.timeZone"))


def day_number(day: dt.date) -> int:
    """Return the days from 1970-01-01 to a day."""
    return day.toordinal() - _1970


_1970 = dt.date(1970, 1, 1).toordinal()


def numbered(table: Any, *names: str) -> Any:
    """Turn columns of days into their numbers, as in :func:`day_number`.

    Each engine has its own way from a date to a number; where none is known, the year and the
    day of the year, which all have, do it.
    """
    import narwhals.stable.v2 as nw

    engine, native = table.implementation, table.to_native()
    if engine.is_duckdb():
        since = [f"date_diff('day', DATE '1970-01-01', \"{name}\") AS \"{name}\"" for name in names]
        return nw.from_native(native.project(f"* REPLACE ({', '.join(since)})"))
    if engine.is_pyspark():
        from pyspark.sql import functions as sql

        columns = {name: sql.unix_date(name).cast("long") for name in names}
        return nw.from_native(native.withColumns(columns))
    dated = table.collect_schema()[names[0]] == nw.Date
    if engine.is_polars() or engine.is_pyarrow():
        return table.with_columns(nw.col(*names).cast(nw.Int32).cast(nw.Int64))
    if engine.is_pandas() and not dated:
        return table.with_columns(nw.col(*names).dt.timestamp("ms") // 86_400_000)
    return table.with_columns(*(_by_parts(name) for name in names))


def _by_parts(name: str) -> Any:
    import narwhals.stable.v2 as nw

    year = nw.col(name).dt.year().cast(nw.Int64) - 1
    leaps = year // 4 - year // 100 + year // 400
    day = 365 * year + leaps + nw.col(name).dt.ordinal_day().cast(nw.Int64)
    return (day - _1970).alias(name)


def calendar_day(table: "Frame", column: str, timezone: str | None) -> "nw.Expr":
    """Return the calendar day of a column of dates or times, local where they know a zone."""
    import narwhals.stable.v2 as nw

    kind, day = table.collect_schema()[column], nw.col(column)
    if kind == nw.Date:
        zone = None
    elif isinstance(kind, nw.Datetime):
        zone = session_zone(table) or kind.time_zone if kind.time_zone else None
    else:
        raise TypeError(
            f"{column} must hold dates; got {kind}. Convert it first: text does not say whether "
            "the day or the month comes first"
        )
    if timezone is not None and zone is None:
        raise ValueError(
            f"timezone must be None where the times of {column} know no zone; got {timezone!r}"
        )
    if kind == nw.Date:
        return day
    engine = table.implementation
    if engine.is_duckdb() or engine.is_spark_like():
        if timezone not in (None, zone):
            raise ValueError(
                f"timezone must be the zone of the session, {zone!r}, which decides in this "
                f"engine; got {timezone!r}. Set it there"
            )
        return day.dt.date()
    if timezone is not None:
        day = day.dt.convert_time_zone(timezone)
    if zone is not None:
        day = day.dt.replace_time_zone(None)
    # NumPy's times have no type for a day: there midnight stands for it.
    return day.dt.truncate("1d") if engine.is_pandas_like() or engine.is_dask() else day.dt.date()


def literal(day: dt.date, dated: bool) -> "nw.Expr":
    """Return a day as an expression, for a column of days or of times."""
    import narwhals.stable.v2 as nw

    return nw.lit(day if dated else dt.datetime.combine(day, dt.time()))


def one_row(table: "Frame") -> dict[str, Any]:
    """Return the only row of a frame; a lazy one is run."""
    return next(iter(collected(table).rows(named=True)))
