"""Binning of 20 features: ours beside scorecardpy, which does not know pandas 3.

Run with ``make bench``, in the environment ``_build/peers-old``. The features are those of the
German credit data; both find bins for all of them, with at most five bins of at least 5 % of the
applications. Seconds are those for which the processor worked, the best of some rounds that take
turns.
"""

import contextlib
import io
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import scorecardpy
from _results import record

from crmlab import credit, datasets

warnings.filterwarnings("ignore")

MOST, LEAST, ROUNDS = 5, 0.05, 3


def quietly(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor seconds of a call that may print, and what it made."""
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        made = function()
    return time.process_time() - start, made


def main() -> None:
    """Measure, print and record."""
    table = datasets.load("german_credit")
    flags = table.select_dtypes("bool").columns.drop("bad")
    table[flags] = table[flags].astype(str)
    table["employment"] = table["employment"].astype(str)
    features = list(table.columns.drop("bad"))
    outcome = table.assign(bad=table["bad"].astype(int))

    def ours() -> dict[str, Any]:
        return {
            name: credit.optimal_bins(
                table[name], table["bad"], max_bins=MOST, min_share=LEAST, name=name
            )
            for name in features
        }

    def theirs() -> dict[str, pd.DataFrame]:
        bins: dict[str, pd.DataFrame] = scorecardpy.woebin(
            outcome, y="bad", bin_num_limit=MOST, count_distr_limit=LEAST, no_cores=1
        )
        return bins

    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _round in range(ROUNDS):
        for name, job in (("ours", ours), ("theirs", theirs)):
            seconds, made = quietly(job)
            times[name].append(seconds)
            if name == "ours":
                value = sum(credit.woe(table[f], table["bad"], made[f]).iv for f in features)
            else:
                other = sum(float(part["total_iv"].iloc[0]) for part in made.values())
    best, peer = min(times["ours"]), min(times["theirs"])
    remark = f"sum of IV {value:.4f} against {other:.4f}"
    print(f"bins, free {len(table):,}: {best:.4f} s, scorecardpy {peer:.4f} s, "
          f"ratio {best / peer:.3f}; {remark}")  # fmt: skip
    record(
        "scorecard_old",
        [
            {"job": "bins, free", "size": len(table), "ours_s": best, "peer": "scorecardpy"}
            | {"peer_s": peer, "ratio": best / peer, "note": remark}
        ],
    )


if __name__ == "__main__":
    main()
