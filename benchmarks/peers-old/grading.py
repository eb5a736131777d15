"""Scoring and naming customers by RFM: ours, rfm 1.0.9, bare pandas and bare Polars, as ratios.

Run with ``make bench``, in the environment ``_build/peers-old``, since ``rfm`` does not know
pandas 3. Goal: a million customers scored and named in at most 1.5 times what bare pandas or
Polars take for the same columns. ``rfm`` begins with the log and works row by row, so it gets a
log, and as many customers as it can bear.
"""

import contextlib
import io
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _results import record

from crmlab import grading

warnings.filterwarnings("ignore")

ROWS: list[dict[str, Any]] = []
COLUMNS = ["recency", "frequency", "monetary"]
GOAL = 1.5


def seconds(function: Callable[[], object], repeat: int = 5) -> float:
    """Return the median time of calls after one to warm up; long ones run once."""
    start = time.perf_counter()
    function()
    first = time.perf_counter() - start
    if first > 3:
        return first
    times = []
    for _round in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def note(
    job: str, size: int, ours: float, peer: str = "", theirs: float | None = None,
    goal: float | None = None, remark: str = "",
) -> None:  # fmt: skip
    """Print a line of the table and keep it."""
    ratio = ours / theirs if theirs else None
    ROWS.append(
        {"job": job, "size": size, "ours_s": ours, "peer": peer, "peer_s": theirs}
        | {"ratio": ratio, "goal": goal, "note": remark}
    )
    beside = f"{peer:8} {theirs:9.4f} s  ratio {ratio:6.2f}" if theirs else ""
    print(f"{job:26} {size:9,} {ours:9.4f} s   {beside}  {remark}")


def customers(n: int) -> pd.DataFrame:
    """Recency, frequency and money of n customers, with many equal values as in life."""
    rng = np.random.default_rng(1)
    frequency = 1 + rng.negative_binomial(0.6, 0.2, n)
    return pd.DataFrame(
        {
            "recency": rng.integers(0, 730, n),
            "frequency": frequency,
            "monetary": (frequency * rng.lognormal(3.4, 0.7, n)).round(2),
        }
    )


def log_of(n: int) -> pd.DataFrame:
    """Make a log of n customers with three orders each on average."""
    rng = np.random.default_rng(2)
    who = np.concatenate([np.arange(n), rng.integers(0, n, 2 * n)])
    days = pd.Timestamp("2025-12-31") - pd.to_timedelta(rng.integers(0, 730, who.size), "D")
    amount = rng.lognormal(3.4, 0.7, who.size).round(2) + 0.001
    return pd.DataFrame(
        {"customer": np.char.add("C", who.astype(str)), "date": days, "amount": amount}
    )


NAMES = grading.rule_coverage()["segment"]
LOOKUP = np.full(1000, "", dtype=object)
LOOKUP[NAMES.index] = NAMES


def with_crmlab(rfm: pd.DataFrame) -> pd.Series:
    """Score and name as the book does."""
    return grading.rfm_segments(grading.rfm_scores(rfm)).segments


def with_pandas(rfm: pd.DataFrame) -> pd.Series:
    """Rank, cut and map, as one writes it by hand; the same rule for equal values."""
    n = len(rfm)
    below = pd.DataFrame(
        {
            "recency": rfm["recency"].rank(method="min", ascending=False),
            "frequency": rfm["frequency"].rank(method="min"),
            "monetary": rfm["monetary"].rank(method="min"),
        }
    )
    scores = 1 + (5 * (below.astype("int64") - 1)) // n
    cell = 100 * scores["recency"] + 10 * scores["frequency"] + scores["monetary"]
    return pd.Series(pd.Categorical(cell.map(NAMES)), index=rfm.index)


def with_qcut(rfm: pd.DataFrame) -> pd.Series:
    """Cut by pd.qcut, which merges groups where values are equal; no names can be given then."""
    r = pd.qcut(-rfm["recency"], 5, labels=False, duplicates="drop")
    f = pd.qcut(rfm["frequency"], 5, labels=False, duplicates="drop")
    m = pd.qcut(rfm["monetary"], 5, labels=False, duplicates="drop")
    return 100 * r + 10 * f + m


def with_polars(rfm: pl.DataFrame) -> pl.Series:
    """Rank, cut and join in one lazy query over both cores."""
    n = len(rfm)

    def score(column: str, descending: bool = False) -> pl.Expr:
        below = pl.col(column).rank("min", descending=descending).cast(pl.Int64) - 1
        return 1 + (5 * below) // n

    cell = 100 * score("recency", True) + 10 * score("frequency") + score("monetary")
    names = pl.DataFrame({"cell": NAMES.index.to_numpy(), "segment": NAMES.to_list()})
    query = rfm.lazy().select(cell.alias("cell")).join(names.lazy(), on="cell", how="left",
                                                       maintain_order="left")  # fmt: skip
    return query.collect()["segment"].cast(pl.Categorical)


def bare() -> None:
    """Score columns that are in memory already, against bare pandas and Polars."""
    for size in (10_000, 100_000, 1_000_000):
        table = customers(size)
        frame = pl.from_pandas(table)
        ours = with_crmlab(table)
        assert (ours.astype(str) == with_pandas(table).astype(str)).all()
        assert ours.astype(str).tolist() == with_polars(frame).cast(pl.String).to_list()
        took = seconds(lambda table=table: with_crmlab(table))
        for peer, call in (
            ("pandas", lambda table=table: with_pandas(table)),
            ("qcut", lambda table=table: with_qcut(table)),
            ("Polars", lambda frame=frame: with_polars(frame)),
        ):
            remark = "no names, groups merge" if peer == "qcut" else "same names"
            note("score and name", size, took, peer, seconds(call), GOAL, remark)
        nested = seconds(lambda table=table: grading.rfm_scores(table, method="nested"))
        note("nested scores", size, nested)
        curve = seconds(lambda table=table: grading.abc(table["monetary"]))
        note("ABC classes", size, curve)


def from_the_log() -> None:
    """From the log to the names, against the package rfm."""
    from rfm.rfm import RFM

    for size in (2_357, 23_570):
        log = log_of(size)

        def ours(log: pd.DataFrame = log) -> pd.Series:
            return with_crmlab(grading.rfm_table(log))

        def theirs(log: pd.DataFrame = log) -> object:
            with contextlib.redirect_stdout(io.StringIO()):
                return RFM(log.copy(), "customer", "date", "amount").rfm_table

        start = time.perf_counter()
        theirs()
        took = time.perf_counter() - start
        remark = "its own names and cuts"
        note("log to names", size, seconds(ours), "rfm", took, None, remark)
    for size in (235_700, 1_000_000):
        log = log_of(size)
        took = seconds(lambda log=log: with_crmlab(grading.rfm_table(log)), 3)
        note("log to names", size, took, remark="too large for rfm")


if __name__ == "__main__":
    bare()
    from_the_log()
    print(record("grading", ROWS))
