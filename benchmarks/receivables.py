"""Ageing and DSO of a ledger with five million lines, in three engines; never a test.

Run with ``make bench``, or ``python benchmarks/receivables.py 500000`` for another size. The
ledger is SYNTHETIC: invoices of two years with terms of 30 days, of which most are paid, some in
two parts, and a few never. Goal: at most 1.5 times the group-by that one would write by hand in
the same engine for the same numbers. Each figure is the best of some rounds, in which ours and the
other take turns, and counts the seconds for which the processor worked on it, all threads
together. Memory is the peak of a fresh process.
"""

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import _results

from crmlab import credit

THREADS = 2
ROUNDS = 4
DAY = dt.date(2025, 12, 31)
BY = "customer"
EDGES = (0, 30, 60, 90)

Jobs = dict[str, tuple[Callable[[], Any], Callable[[], Any]]]


def make(path: Path, lines: int) -> None:
    """Write about `lines` lines as Parquet, fifty invoices for each customer."""
    invoices = round(lines / 2.01)  # a tenth is open, a tenth is paid in two parts
    session = duck()
    session.execute(f"""
        CREATE TABLE bills AS
        SELECT i AS invoice, hash(i) % {max(invoices // 50, 1)} AS customer,
               DATE '2024-01-01' + (i * 731 // {invoices})::INTEGER AS date,
               (hash(i + 1) % 100000 + 1000) / 100.0::DOUBLE AS amount,
               hash(i + 2) % 100 AS kind, (hash(i + 3) % 60)::INTEGER AS late
        FROM range({invoices}) AS r(i)
    """)
    paid = "date + 10 + late"
    session.execute(f"""
        COPY (
            SELECT customer, invoice, 'invoice' AS kind, date, date + 30 AS due, amount FROM bills
            UNION ALL
            SELECT customer, invoice, 'payment', {paid}, date + 30,
                   CASE WHEN kind < 10 THEN -amount / 2 ELSE -amount END
            FROM bills WHERE kind < 98 AND {paid} <= DATE '{DAY}'
            UNION ALL
            SELECT customer, invoice, 'payment', {paid} + 20, date + 30, -amount / 2
            FROM bills WHERE kind < 9 AND {paid} + 20 <= DATE '{DAY}'
            ORDER BY date
        ) TO '{path}' (FORMAT parquet)
    """)


def duck() -> Any:
    import duckdb

    session = duckdb.connect()
    session.execute(f"SET threads = {THREADS}")
    return session


def by_duckdb(path: str) -> Jobs:
    session = duck()
    ledger = session.read_parquet(path)

    def ours(function: Callable[..., Any]) -> Callable[[], Any]:
        return lambda: function(ledger, DAY, by=BY).fetchnumpy()

    def plain(query: str) -> Callable[[], Any]:
        return lambda: session.sql(query.format(path=path, day=DAY)).fetchnumpy()

    inner = "open > 0 AND late > {}"
    late = [inner.format(low) + f" AND late <= {high}" for low, high in pairwise(EDGES)]
    cells = ["open > 0 AND late <= 0", *late, inner.format(EDGES[-1]), "open < 0"]
    sums = ", ".join(f"sum(CASE WHEN {cell} THEN open ELSE 0 END)" for cell in cells)
    ageing = f"""
        SELECT customer, count(*), {sums}, sum(open) FROM (
            SELECT customer, sum(amount) AS open, DATE '{{day}}' - max(due) AS late
            FROM '{{path}}' WHERE date <= DATE '{{day}}' GROUP BY customer, invoice
            HAVING abs(sum(amount)) >= 0.005
        ) GROUP BY customer
    """
    months = ", ".join(
        f"sum(CASE WHEN kind = 'invoice' AND date > DATE '{high}' AND date <= DATE '{low}' "
        "THEN amount ELSE 0 END)"
        for low, high in month_ends()
    )
    dso = f"""
        SELECT customer, sum(amount) AS owed, sum(CASE WHEN kind = 'invoice'
               AND date > DATE '{{day}}' - 90 THEN amount ELSE 0 END) AS sold,
               owed / nullif(sold, 0) * 90, {months}
        FROM '{{path}}' WHERE date <= DATE '{{day}}' GROUP BY customer
    """
    return {
        "ageing": (ours(credit.ageing), plain(ageing)),
        "dso": (ours(credit.dso), plain(dso)),
    }


def month_ends() -> list[tuple[dt.date, dt.date]]:
    """Twelve months back: the last day of each and the last day before it."""
    ends = [DAY]
    while len(ends) < 13:
        ends.append(ends[-1].replace(day=1) - dt.timedelta(days=1))
    return list(pairwise(ends))


def by_polars(path: str) -> Jobs:
    import polars as pl

    ledger = pl.scan_parquet(path)
    amount, date, left = pl.col("amount"), pl.col("date"), pl.col("open")
    late = pl.lit(DAY) - pl.col("due")

    def ours(function: Callable[..., Any]) -> Callable[[], Any]:
        return lambda: function(ledger, DAY, by=BY).collect(engine="streaming")

    def ageing() -> object:
        days = late.dt.total_days()
        edges = zip((None, *EDGES), (*EDGES, None), strict=True)
        cells = [
            (left > 0)
            & (pl.lit(True) if low is None else days > low)
            & (pl.lit(True) if high is None else days <= high)
            for low, high in edges
        ]
        items = ledger.filter(date <= DAY).group_by("customer", "invoice")
        items = items.agg(amount.sum().alias("open"), pl.col("due").max())
        return (
            items.filter(left.abs() >= 0.005)
            .group_by("customer")
            .agg(
                pl.len(),
                *(left.filter(cell).sum().alias(f"b{i}") for i, cell in enumerate(cells)),
                left.filter(left < 0).sum().alias("credit"),
                left.sum().alias("total"),
            )
            .collect(engine="streaming")
        )

    def dso() -> object:
        sale = pl.col("kind") == "invoice"
        recent = sale & (date > DAY - dt.timedelta(days=90))
        months = [
            amount.filter(sale & (date > high) & (date <= low)).sum().alias(f"m{i}")
            for i, (low, high) in enumerate(month_ends())
        ]
        return (
            ledger.filter(date <= DAY)
            .group_by("customer")
            .agg(amount.sum().alias("owed"), amount.filter(recent).sum().alias("sold"), *months)
            .with_columns(simple=pl.col("owed") / pl.col("sold") * 90)
            .collect(engine="streaming")
        )

    return {"ageing": (ours(credit.ageing), ageing), "dso": (ours(credit.dso), dso)}


def by_pandas(path: str) -> Jobs:
    import duckdb
    import numpy as np
    import pandas as pd

    ledger = pd.DataFrame(duckdb.read_parquet(path).fetchnumpy())

    def ours(function: Callable[..., Any]) -> Callable[[], Any]:
        return lambda: function(ledger, DAY, by=BY)

    def ageing() -> object:
        items = ledger[ledger["date"] <= pd.Timestamp(DAY)].groupby(["customer", "invoice"])
        items = items.agg(open=("amount", "sum"), due=("due", "max")).reset_index()
        items = items[items["open"].abs() >= 0.005]
        days = (pd.Timestamp(DAY) - items["due"]).dt.days
        place = np.where(items["open"] < 0, len(EDGES) + 1, np.searchsorted(EDGES, days))
        table = items["open"].groupby([items["customer"], place]).sum().unstack(fill_value=0.0)  # noqa: PD010
        return table.assign(items=items.groupby("customer").size(), total=table.sum(axis=1))

    def dso() -> object:
        lines = ledger[ledger["date"] <= pd.Timestamp(DAY)]
        owed = lines.groupby("customer")["amount"].sum()
        sold = lines[lines["kind"] == "invoice"]
        recent = sold[sold["date"] > pd.Timestamp(DAY) - pd.Timedelta(days=90)]
        period = recent.groupby("customer")["amount"].sum()
        year = sold[sold["date"] > pd.Timestamp(DAY) - pd.Timedelta(days=365)]
        months = year["amount"].groupby([year["customer"], year["date"].dt.to_period("M")]).sum()
        simple = owed / period.reindex(owed.index) * 90
        by_month = months.unstack(fill_value=0.0)  # noqa: PD010
        return by_month.reindex(owed.index).assign(simple=simple)

    return {"ageing": (ours(credit.ageing), ageing), "dso": (ours(credit.dso), dso)}


ENGINES = {"pandas": by_pandas, "Polars": by_polars, "DuckDB": by_duckdb}


def best(ours: Callable[[], Any], plain: Callable[[], Any]) -> tuple[float, float]:
    """Return the best processor time of each over some rounds in turn."""
    took: tuple[list[float], list[float]] = ([], [])
    for _round in range(ROUNDS):
        for function, times in zip((ours, plain), took, strict=True):
            start = time.process_time()
            function()
            times.append(time.process_time() - start)
    return min(took[0]), min(took[1])


def peak(path: str, engine: str, job: str, which: int) -> float:
    """Return the peak memory in MB of a fresh process that runs one job once."""
    command = [sys.executable, __file__, "--peak", path, engine, job, str(which)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout))


def main(lines: int) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.parquet"
        make(path, lines)
        count = duck().sql(f"SELECT count(*) FROM '{path}'").fetchall()[0][0]
        for engine, jobs in ENGINES.items():
            for job, (ours, plain) in jobs(str(path)).items():
                mine, theirs = best(ours, plain)
                memory = [peak(str(path), engine, job, which) for which in (0, 1)]
                rows.append(
                    {
                        "job": f"credit.{job}, {engine}",
                        "size": f"{count:,} lines",
                        "ours_s": mine,
                        "peer": "group-by by hand",
                        "peer_s": theirs,
                        "ratio": mine / theirs,
                        "goal": 1.5,
                        "note": "processor time; peak memory "
                        f"{memory[0]:,.0f} MB, by hand {memory[1]:,.0f} MB",
                    }
                )
                print(f"{rows[-1]['job']:24} {mine:7.2f} {theirs:7.2f} {mine / theirs:6.2f}  "
                      f"{memory[0]:,.0f} / {memory[1]:,.0f} MB")  # fmt: skip
    print(_results.record("receivables", rows))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        _flag, where, name, asked, which_one = sys.argv[1:]
        ENGINES[name](where)[asked][int(which_one)]()
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)
