"""Fit on merged counts, score where the rows are (合并计数)."""

from typing import Any

from crmlab import _checks
from crmlab._engine import collected, comparable, frame
from crmlab.btyd._engine import joined

KEYS = ["frequency", "recency", "T"]


def _summary(summary: Any) -> Any:
    """Return a summary as a narwhals frame, or raise."""
    import narwhals.stable.v2 as nw

    table = frame(summary, "summary")
    names = table.collect_schema().names()
    for name in KEYS:
        if name not in names:
            listed = ", ".join(map(str, names))
            raise ValueError(f"summary must have the column {name!r}; it has: {listed}")
    if isinstance(table, nw.DataFrame) and not len(table):
        raise ValueError("summary must not be empty; got 0 rows")
    comparable(table, {name: name for name in KEYS})
    return table


def merge_counts(summary: Any) -> Any:
    """Count the customers who have the same frequency, recency and T (合并相同顾客).

    Customers with equal rows have the same likelihood, so a model fitted on the distinct rows,
    each with its count as weight, is the model fitted on all customers. The counting is done by
    the engine, and only its result has to fit into memory.

    Parameters
    ----------
    summary : DataFrame, LazyFrame, Table or relation
        What :func:`rfm_summary` gave, in any of its engines.

    Returns
    -------
    The same kind
        `frequency`, `recency`, `T` and `customers`, the number of them. A frame that holds its
        rows is sorted, a lazy one stays lazy and has no order.

    Raises
    ------
    ValueError, TypeError
        If `summary` is no table, lacks a column or is empty.

    Examples
    --------
    >>> from crmlab import btyd, datasets
    >>> summary = btyd.rfm_summary(datasets.load("cdnow"), customer="customer", date="date",
    ...                            end="1997-09-30")
    >>> counts = btyd.merge_counts(summary)
    >>> len(summary), len(counts), int(counts["customers"].sum())
    (2357, 1016, 2357)
    """
    import narwhals.stable.v2 as nw

    counts = _summary(summary).group_by(*KEYS).agg(nw.len().alias("customers"))
    counts = counts.with_columns(nw.col("customers").cast(nw.Int64))
    if isinstance(counts, nw.DataFrame):
        counts = nw.maybe_reset_index(counts.sort(*KEYS))
    return counts.to_native()


def score(summary: Any, model: Any, t: float) -> Any:
    """Give every customer the chance to be alive and the purchases to come (按引擎打分).

    The engine counts the distinct rows, the model scores those, and the engine joins the scores
    to its customers.

    Parameters
    ----------
    summary : DataFrame, LazyFrame, Table or relation
        What :func:`rfm_summary` gave, in any of its engines.
    model : BGNBD, ParetoNBD or another
        A fitted model with the methods ``probability_alive(frequency, recency, T)`` and
        ``conditional_purchases(t, frequency, recency, T)``.
    t : float
        Length of the time to come, in the unit of the summary; above 0.

    Returns
    -------
    The same kind
        The summary with two more columns: `probability_alive` at the end of the observation and
        `expected_purchases` in the time `t` after it.

    Raises
    ------
    ValueError, TypeError
        If `summary` is no table, lacks a column, is empty or has gaps, if its engine is not
        known, or if `t` is not above 0.

    Notes
    -----
    To know the distinct rows a lazy frame has to be run, once; to read the result runs it again.
    Keep a large summary where it is first: ``summary.cache()`` in Spark, ``persist()`` in Dask,
    ``create("name")`` in DuckDB, ``collect()`` in Polars.

    Examples
    --------
    >>> from crmlab import btyd, datasets
    >>> summary = btyd.rfm_summary(datasets.load("cdnow"), customer="customer", date="date",
    ...                            end="1997-09-30")
    >>> counts = btyd.merge_counts(summary)
    >>> model = btyd.BGNBD().fit(counts["frequency"], counts["recency"], counts["T"],
    ...                          weights=counts["customers"])
    >>> round(btyd.score(summary, model, t=39)["expected_purchases"].sum())
    1653
    """
    import pandas as pd

    length = _checks.number(t, "t", 0, open_low=True)
    for method in ("probability_alive", "conditional_purchases"):
        if not callable(getattr(model, method, None)):
            raise TypeError(f"model must have the method {method}; got {type(model).__name__}")
    table = _summary(summary)
    taken = {"probability_alive", "expected_purchases"} & set(table.collect_schema().names())
    if taken:
        raise ValueError(f"summary must not be scored already; it has {sorted(taken)[0]!r}")
    distinct = collected(table.select(*KEYS).unique())
    rows = {name: distinct[name].to_numpy() for name in KEYS}
    seen = rows["frequency"], rows["recency"], rows["T"]
    scores = pd.DataFrame(
        {
            **rows,
            "probability_alive": model.probability_alive(*seen),
            "expected_purchases": model.conditional_purchases(length, *seen),
        }
    )
    return joined(table, scores, KEYS)
