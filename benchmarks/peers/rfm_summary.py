"""From a log of up to 50 million lines to frequency, recency, T and mean value; never a test.

Run with ``make bench``, or with ``--small`` for a first look. The log is SYNTHETIC: customers who
come in the first thirteen weeks and leave some time after, a fifth of the lines bought on the
day of another one. Goal: at most 1.5 times the group-by that one would write by hand in the same
engine for the same numbers, and faster than the functions of other packages. Each figure is the
best of some rounds, in which ours and the other take turns, and counts the seconds for which the
processor worked on it, all threads together: other programs on the machine do not count. Spark
works in a process of its own, so there it is seconds by the clock. Memory is the peak of a fresh
process.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import _results

from crmlab import btyd

COLUMNS = {"customer": "customer", "date": "date", "amount": "amount"}
THREADS = 2
MEMORY = "6GB"
MILLION = 1_000_000

Pair = tuple[Callable[[], object], Callable[[], object]]


# ------------------------------------------------------------------------------------------
# The log.


def make(path: Path, lines: int) -> None:
    """Write about `lines` lines, sorted by time, ten per customer, as Parquet."""
    customers = lines // 10
    candidates = f"""
        SELECT k % {customers} AS c, i * 728 / {{total}} AS t, i
        FROM (SELECT i, hash(i - (i % 5 = 4)::INTEGER) AS k FROM range({{total}}) AS r(i))
    """
    # A customer comes on one of 91 days and stays for an exponential time; likelier ones buy more.
    alive = """
        SELECT c AS customer, TIMESTAMP '2024-01-01' + to_seconds((t * 86400)::BIGINT) AS date,
               (hash(i + 7) % 20000) / 100.0::DOUBLE AS amount
        FROM ({candidates})
        WHERE t >= hash(c) % 91
          AND t < hash(c) % 91 - 300 * ln((1 + hash(c + 1) % 999983) / 999984.0)
          AND (hash(i - (i % 5 = 4)::INTEGER + 3) % 999983) / 999983.0
              < power((hash(c + 2) % 999983) / 999983.0, 2)
    """
    session = duck()

    def log(total: int) -> str:
        return alive.format(candidates=candidates.format(total=total))

    trial = 1_000_000
    kept = session.sql(f"SELECT count(*) FROM ({log(trial)})").fetchall()[0][0]
    total = lines * trial // kept
    session.execute(f"COPY ({log(total)}) TO '{path}' (FORMAT parquet)")


def duck() -> Any:
    import duckdb

    session = duckdb.connect()
    session.execute(f"SET threads = {THREADS}; SET memory_limit = '{MEMORY}'")
    return session


# ------------------------------------------------------------------------------------------
# Ours and the plain group-by, engine by engine. Both merge what was bought on one day.


def by_duckdb(path: str) -> Pair:
    session = duck()
    log = session.read_parquet(path)

    def ours() -> None:
        btyd.rfm_summary(log, **COLUMNS).create_view("ours", replace=True)
        session.execute("CREATE OR REPLACE TEMP TABLE found AS FROM ours")

    def plain() -> None:
        session.execute(f"""
            CREATE OR REPLACE TEMP TABLE found AS
            SELECT customer, count(*) - 1 AS frequency, (max(day) - min(day)) / 7 AS recency,
                   ((SELECT max(date)::DATE FROM '{path}') - min(day)) / 7 AS "T",
                   (sum(spent) - arg_min(spent, day)) / nullif(count(*) - 1, 0) AS monetary_value
            FROM (
                SELECT customer, date::DATE AS day, sum(amount) AS spent FROM '{path}' GROUP BY ALL
            )
            GROUP BY customer
        """)

    return ours, plain


def by_polars(path: str) -> Pair:
    import polars as pl

    log, day, spent = pl.scan_parquet(path), pl.col("day"), pl.col("spent")
    customer, date, amount = (pl.col(name) for name in COLUMNS.values())

    def ours() -> object:
        return btyd.rfm_summary(log, **COLUMNS).collect(engine="streaming")

    def plain() -> object:
        days = log.group_by(customer, date.dt.date().alias("day")).agg(amount.sum().alias("spent"))
        end = log.select(date.max().dt.date()).collect(engine="streaming").item()
        return (
            days.group_by("customer")
            .agg(
                frequency=pl.len() - 1,
                first=day.min(),
                last=day.max(),
                repeats=spent.sum() - spent.sort_by(day).first(),
            )
            .select(
                "customer",
                "frequency",
                recency=(pl.col("last") - pl.col("first")).dt.total_days() / 7,
                T=(pl.lit(end) - pl.col("first")).dt.total_days() / 7,
                monetary_value=pl.when(pl.col("frequency") > 0).then(
                    pl.col("repeats") / pl.col("frequency")
                ),
            )
            .collect(engine="streaming")
        )

    return ours, plain


def by_pandas(path: str) -> Pair:
    import pandas as pd

    log = pd.read_parquet(path)

    def plain() -> object:
        days = log.assign(day=log["date"].dt.normalize())
        days = days.groupby(["customer", "day"])["amount"].sum().reset_index()
        by = days.groupby("customer")
        first, repeats = by["day"].min(), by.size() - 1
        end = log["date"].max().normalize()
        return pd.DataFrame(
            {
                "frequency": repeats,
                "recency": (by["day"].max() - first).dt.days / 7,
                "T": (end - first).dt.days / 7,
                "monetary_value": (by["amount"].sum() - by["amount"].first())
                / repeats.where(repeats > 0),
            }
        ).reset_index()

    return lambda: btyd.rfm_summary(log, **COLUMNS), plain


def by_spark(path: str) -> Pair:
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as sql

    settings = {"spark.driver.memory": "3g", "spark.sql.shuffle.partitions": "8"}
    settings |= {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    builder = SparkSession.builder.master(f"local[{THREADS}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    log = spark.read.parquet(path)

    def run(found: Any) -> None:
        found.write.format("noop").mode("overwrite").save()

    def plain() -> None:
        days = log.groupBy("customer", sql.to_date("date").alias("day")).agg(
            sql.sum("amount").alias("spent")
        )
        end = sql.lit(log.agg(sql.max(sql.to_date("date"))).first()[0])
        repeats = sql.count("*") - 1
        rest = sql.sum("spent") - sql.min_by("spent", "day")
        run(
            days.groupBy("customer").agg(
                repeats.alias("frequency"),
                (sql.datediff(sql.max("day"), sql.min("day")) / 7).alias("recency"),
                (sql.datediff(end, sql.min("day")) / 7).alias("T"),
                (rest / sql.nullif(repeats, sql.lit(0))).alias("monetary_value"),
            )
        )

    return lambda: run(btyd.rfm_summary(log, **COLUMNS)), plain


def by_lifetimes(path: str) -> Pair:
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    log = pd.read_parquet(path)

    def theirs() -> object:
        return summary_data_from_transaction_data(log, *COLUMNS.values(), freq="D")

    return lambda: btyd.rfm_summary(log, **COLUMNS, unit="D"), theirs


def by_pymc(path: str) -> Pair:
    import pandas as pd
    from pymc_marketing.clv import rfm_summary

    log = pd.read_parquet(path)

    def theirs() -> object:
        return rfm_summary(log, *COLUMNS.values(), time_unit="D")

    return lambda: btyd.rfm_summary(log, **COLUMNS, unit="D"), theirs


PAIRS = {
    "pandas": by_pandas,
    "Polars": by_polars,
    "DuckDB": by_duckdb,
    "Spark": by_spark,
    "lifetimes": by_lifetimes,
    "pymc-marketing": by_pymc,
}


# ------------------------------------------------------------------------------------------
# One process each: what is measured, and how.


def seconds(function: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    function()
    return clock() - start


def peak() -> float:
    """Return the peak of this process's memory in GB."""
    # getrusage would begin with what the parent had when it started this process.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 2**20


def pair(engine: str, path: str, rounds: int) -> dict[str, float]:
    """Let ours and the other take turns; the best of each counts."""
    functions = PAIRS[engine](path)
    clock = time.perf_counter if engine == "Spark" else time.process_time
    times = [[seconds(function, clock) for function in functions] for _round in range(rounds)]
    best = [min(times) for times in zip(*times, strict=True)]
    return {"ours": best[0], "other": best[1]}


def alone(engine: str, path: str, which: int) -> dict[str, float]:
    """Run ours (0) or the other (1) once, for its memory."""
    took = seconds(PAIRS[engine](path)[which], time.process_time)
    return {"work": took, "memory": peak()}


def workflow(path: str) -> list[dict[str, object]]:
    """Summary, counts, fit and scores of one large log in DuckDB, step by step."""
    session = duck()
    lines = session.sql(f"SELECT count(*) FROM '{path}'").fetchall()[0][0]
    steps: list[dict[str, object]] = []

    def step(what: str, where: str, function: Callable[[], int]) -> None:
        start, work = time.perf_counter(), time.process_time()
        rows = function()
        took, work = time.perf_counter() - start, time.process_time() - work
        shown = {"step": what, "where": where, "rows": f"{rows:,}"}
        shown |= {"seconds": f"{took:.1f}", "processor_s": f"{work:.1f}"}
        steps.append({**shown, "memory_GB": f"{peak():.1f}"})

    def kept(relation: Any, name: str) -> int:
        relation.create_view("asked", replace=True)
        session.execute(f"CREATE OR REPLACE TABLE {name} AS FROM asked")
        return session.table(name).count("*").fetchall()[0][0]

    found: dict[str, Any] = {}

    def counts() -> int:
        found["counts"] = btyd.merge_counts(session.table("summary")).df()
        return len(found["counts"])

    def fit() -> int:
        merged = found["counts"]
        seen = merged["frequency"], merged["recency"], merged["T"]
        found["model"] = btyd.BGNBD().fit(*seen, weights=merged["customers"])
        return len(merged)

    log = session.read_parquet(path)
    steps.append({"step": "lines in the log", "where": "", "rows": f"{lines:,}"})
    steps[0] |= {"seconds": "", "processor_s": "", "memory_GB": ""}
    step(
        "one row per customer", "DuckDB", lambda: kept(btyd.rfm_summary(log, **COLUMNS), "summary")
    )
    step("distinct rows, with counts", "DuckDB", counts)
    step("fit BG/NBD on the counts", "NumPy", fit)
    step(
        "scores of all customers",
        "DuckDB",
        lambda: kept(btyd.score(session.table("summary"), found["model"], t=26), "scored"),
    )
    return steps


def in_a_process(*words: object) -> Any:
    """Run this file with these words and return what it tells."""
    command = [sys.executable, __file__, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).strip().splitlines()[-1])
    return json.loads(done.stdout.strip().splitlines()[-1])


# ------------------------------------------------------------------------------------------
# The jobs.


def cdnow(folder: Path) -> Path:
    """Write the 69,659 purchases of CDNOW's customers, which lifetimes brings."""
    from lifetimes.datasets import load_dataset

    names = ["customer", "date", "units", "amount"]
    log = load_dataset("CDNOW_master.txt", header=0, sep=r"\s+", names=names)
    import pandas as pd

    log["date"] = pd.to_datetime(log["date"].astype(str), format="%Y%m%d")
    path = folder / "cdnow.parquet"
    log.to_parquet(path, index=False)
    return path


def write(name: str, rows: list[dict[str, str]]) -> None:
    """Write a table with columns of its own beside the results."""
    with (_results.RESULTS / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(small: bool) -> None:
    million = MILLION // 100 if small else MILLION
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        logs = {1: folder / "1.parquet", 5: folder / "5.parquet", 20: folder / "20.parquet"}
        logs[50] = folder / "50.parquet"
        ratios, growth = [], []

        def compare(engine: str, path: Path, size: int, rounds: int, goal: str, peer: str) -> None:
            got = in_a_process("pair", engine, path, rounds)
            job = f"log to summary, {engine if peer == PLAIN else 'pandas'}"
            told = {"job": job, "size": f"{size:,}", "ours_s": got["ours"], "peer": peer}
            told |= {"peer_s": got["other"], "ratio": got["ours"] / got["other"], "goal": goal}
            told["note"] = "by the clock" if engine == "Spark" else "processor time"
            ratios.append(told)
            print(*ratios[-1].values(), sep="  ", flush=True)

        compare("lifetimes", cdnow(folder), 69_659, 15, "1", "lifetimes")
        compare("pymc-marketing", folder / "cdnow.parquet", 69_659, 15, "1", "pymc-marketing")
        for size, path in logs.items():
            make(path, size * million)
            for engine in ("DuckDB", "Polars"):
                if size in (5, 50):
                    rounds = 5 if size == 5 else 2
                    compare(engine, path, size * million, rounds, "1.5", PLAIN)
                ours, other = (in_a_process("alone", engine, path, which) for which in (0, 1))
                told = {"engine": engine, "lines": f"{size * million:,}"}
                told["processor_s"] = f"{ours['work']:.3g}"
                told["memory_GB"] = f"{ours['memory']:.2f}"
                told["memory_GB_by_hand"] = f"{other['memory']:.2f}"
                growth.append(told)
                print(*told.values(), sep="  ", flush=True)
            if size == 1:
                compare("lifetimes", path, size * million, 2, "1", "lifetimes")
                compare("pymc-marketing", path, size * million, 2, "1", "pymc-marketing")
            if size == 5:
                compare("pandas", path, size * million, 3, "1.5", PLAIN)
                compare("Spark", path, size * million, 5, "1.5", PLAIN)
        steps = in_a_process("workflow", logs[50])
        for told in steps:
            print(*told.values(), sep="  ")
    if not small:
        _results.record("rfm_summary", ratios)
        write("rfm_summary_growth", sorted(growth, key=lambda told: told["engine"]))
        write("rfm_summary_run", steps)


PLAIN = "group-by by hand"

if __name__ == "__main__":
    if sys.argv[1:2] == ["pair"]:
        print(json.dumps(pair(sys.argv[2], sys.argv[3], int(sys.argv[4]))))
        os._exit(0)
    elif sys.argv[1:2] == ["alone"]:
        print(json.dumps(alone(sys.argv[2], sys.argv[3], int(sys.argv[4]))))
    elif sys.argv[1:2] == ["workflow"]:
        print(json.dumps(workflow(sys.argv[2])))
    else:
        main(small="--small" in sys.argv)
