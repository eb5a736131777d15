"""The few steps for which an engine has words of its own."""

import datetime as dt
import warnings
from typing import TYPE_CHECKING, Any
from uuid import uuid4

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


def collected(table: "Frame") -> "nw.DataFrame[Any]":
    """Return a frame that holds its rows; a lazy one is run. DuckDB needs no PyArrow for it."""
    import narwhals.stable.v2 as nw

    if isinstance(table, nw.DataFrame):
        return table
    return table.collect("pandas") if table.implementation.is_duckdb() else table.collect()


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


def with_first_spent(days: Any, asked: list[Any]) -> Any:
    """Sum up the days of each customer, with what was `spent` on the first of them.

    A join finds the first day in every engine, but a SQL engine would merge the log twice for
    it. Three engines have a word for the amount at the smallest day. A day may be missing.
    """
    import narwhals.stable.v2 as nw

    engine = days.implementation
    if engine.is_polars():
        return nw.from_native(_polars(days.to_native()))
    if engine.is_duckdb():
        sums = "count(day) AS days, min(day) AS first, max(day) AS latest, sum(spent) AS total"
        by = f"customer, {sums}, arg_min(spent, day) AS spent"
        return nw.from_native(days.to_native().aggregate(by, "customer"))
    if engine.is_pyspark():
        return nw.from_native(_spark(days.to_native()))
    firsts = days.filter(~nw.col("day").is_null())
    firsts = firsts.select("customer", nw.col("day").alias("first"), "spent")
    by = days.group_by("customer").agg(*asked)
    return by.join(firsts, on=["customer", "first"], how="left")


def _polars(days: Any) -> Any:
    import polars as pl

    day, spent = pl.col("day"), pl.col("spent")
    return days.group_by("customer").agg(
        day.count().alias("days"),
        day.min().alias("first"),
        day.max().alias("latest"),
        spent.sum().alias("total"),
        spent.sort_by(day, nulls_last=True).first(),
    )


def _spark(days: Any) -> Any:
    from pyspark.sql import functions as sql

    return days.groupBy("customer").agg(
        sql.count("day").alias("days"),
        sql.min("day").alias("first"),
        sql.max("day").alias("latest"),
        sql.sum("spent").alias("total"),
        sql.min_by("spent", "day").alias("spent"),
    )


def joined(summary: Any, scores: "pd.DataFrame", on: list[str]) -> Any:
    """Join a small pandas table to a frame of any engine, which keeps its kind and its rows."""
    import narwhals.stable.v2 as nw

    engine, native = summary.implementation, summary.to_native()
    if engine.is_duckdb():
        named = ", ".join(f"scores.{name}" for name in scores.columns if name not in on)
        # DuckDB finds `scores` among the variables of this function, on the relation's connection.
        asked = f"SELECT rows.*, {named} FROM {{}} AS rows LEFT JOIN scores USING ({', '.join(on)})"
        name = f"crmlab_{uuid4().hex}"  # the relation becomes a view, which must not hide another
        return native.query(name, asked.format(name))
    if engine.is_pandas():
        return native.merge(scores, on=on, how="left").set_axis(native.index)
    if engine.is_pyspark():
        table = native.sparkSession.createDataFrame(scores)
    elif engine.is_dask():
        import dask.dataframe as dd

        table = dd.from_pandas(scores, npartitions=1)
    else:
        columns = {name: scores[name].to_numpy() for name in scores.columns}
        table = nw.from_dict(columns, backend=engine).to_native()
    if isinstance(summary, nw.LazyFrame):
        return summary.join(frame(table, "scores").lazy(), on=on, how="left").to_native()
    rows = summary.with_row_index("crmlab_row").join(frame(table, "scores"), on=on, how="left")
    return rows.sort("crmlab_row").drop("crmlab_row").to_native()
