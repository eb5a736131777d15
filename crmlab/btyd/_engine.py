"""The few steps of a summary for which an engine has words of its own."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from crmlab._engine import frame

if TYPE_CHECKING:
    import pandas as pd


def with_first_spent(days: Any, asked: list[Any]) -> Any:
    """Sum up the days of each customer, with what was `spent` on the first of them.

    A join finds the first day in every engine, but a SQL engine would merge the log twice for
    it. Three engines have a word for the amount at the smallest day, and where the days are held,
    picking the first ones beforehand makes the join small. A day may be missing.
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
    by, day = days.group_by("customer").agg(*asked), nw.col("day")
    if isinstance(days, nw.DataFrame):
        firsts = days.filter(day == day.min().over("customer")).select("customer", "spent")
        return by.join(firsts, on="customer", how="left")
    firsts = days.filter(~day.is_null()).select("customer", day.alias("first"), "spent")
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
