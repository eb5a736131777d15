"""The few steps for which an engine has words of its own."""

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
