"""Stage detection for a million customers; beside group-bys that compute features only.

Run with ``make bench`` or ``python benchmarks/lifecycle.py``. The customers are **simulated**:
5 to 20 quarters of orders each, in a log of customer and date. The peers compute three columns
per customer, number of orders, first and last day, and no stage: they say what touching the log
costs at all. Goal: a million customers in at most 60 s of processor time.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from _results import record

from crmlab import lifecycle

END = np.datetime64("2025-12-31")


def log(customers: int) -> pd.DataFrame:
    """Return a log of simulated relationships of 5 to 20 quarters."""
    rng = np.random.default_rng(7)
    parts, done = [], 0
    for periods in range(5, 21):
        n = customers // 16 + (periods == 20) * (customers % 16)
        lives = lifecycle.simulate_relationships(n, periods, mean_rate=2.5, seed=periods)
        counts = lives.counts.to_numpy()
        who, period = np.nonzero(counts)
        times = counts[who, period]
        ago = (periods - 1 - np.repeat(period, times)) * 91 + rng.integers(0, 91, times.sum())
        first = np.full(n, periods * 91 - 1)
        people = np.concatenate([np.arange(n), np.repeat(who, times)]) + done
        parts.append(pd.DataFrame({"customer": people, "ago": np.concatenate([first, ago])}))
        done += n
    table = pd.concat(parts, ignore_index=True).sample(frac=1, random_state=1)
    days = END - table["ago"].to_numpy().astype("timedelta64[D]")
    return pd.DataFrame({"customer": table["customer"].to_numpy(), "date": pd.to_datetime(days)})


def seconds(function: Callable[[], Any], rounds: int = 3) -> float:
    """Return the best processor time of some rounds."""
    best = float("inf")
    for _round in range(rounds):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
    return best


def peers(rows: pd.DataFrame) -> dict[str, Callable[[], Any]]:
    """Return the group-bys, in each engine that is installed."""
    found: dict[str, Callable[[], Any]] = {
        "pandas group-by, features only": lambda: rows.groupby("customer")["date"].agg(
            ["size", "min", "max"]
        )
    }
    try:
        import polars as pl
    except ImportError:
        return found
    frame = pl.from_pandas(rows)
    found["Polars group-by, features only"] = lambda: frame.group_by("customer").agg(
        pl.len(), pl.col("date").min().alias("first"), pl.col("date").max().alias("last")
    )
    return found


def main(customers: int) -> None:
    rows = log(customers)
    size = f"{customers:,} customers, {len(rows):,} orders"
    ours = seconds(lambda: lifecycle.detect_stages(rows, end="2025-12-31"), rounds=2)
    table = []
    for peer, function in peers(rows).items():
        theirs = seconds(function)
        table.append(
            {"job": "stage of each customer", "size": size, "ours_s": ours, "peer": peer,
             "peer_s": theirs, "ratio": ours / theirs, "note": "processor time"}
        )  # fmt: skip
        print(f"{size}: ours {ours:.2f} s, {peer} {theirs:.2f} s, ratio {ours / theirs:.1f}")
    record("lifecycle", table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
