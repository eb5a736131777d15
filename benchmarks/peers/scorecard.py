"""Binning and scorecard of 20 features: ours, optbinning and toad, side by side.

Run with ``make bench``, in the environment ``_build/peers``. The features are those of the German
credit data, 1,000 applications, and 50,000 drawn from them with replacement, their amounts moved
by up to 5 % (SYNTHETIC). All get at most five bins with at least 5 % of the applications each.
Goal: at most half of optbinning's time, and for every feature an information value that is at
most 2 % lower. Each figure is the best of some rounds, in which ours and the others take turns,
and counts the seconds for which the processor worked on it, all threads together: other programs
on the machine do not count.
"""

import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _results import record
from optbinning import BinningProcess
from optbinning import Scorecard as TheirScorecard
from sklearn.linear_model import LogisticRegression
from toad.transform import Combiner

from crmlab import credit, datasets

warnings.filterwarnings("ignore")

MOST, LEAST, GOAL = 5, 0.05, 0.5
NUMBERS = ["duration", "amount", "installment_rate", "residence", "age", "credits", "dependants"]
ROWS: list[dict[str, Any]] = []


def best(jobs: Mapping[str, Callable[[], Any]], rounds: int) -> tuple[dict[str, float], dict]:
    """Return the best processor seconds of each job, and what it made; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    made = {}
    for _round in range(rounds + 1):  # the first one warms up
        for name, job in jobs.items():
            start = time.process_time()
            made[name] = job()
            times[name].append(time.process_time() - start)
    return {name: min(taken[1:]) for name, taken in times.items()}, made


def applications(n: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the features, levels and flags as text, and the outcomes of n applications."""
    table = datasets.load("german_credit")
    if n > len(table):
        rng = np.random.default_rng(1)
        table = table.iloc[rng.integers(0, len(table), n)].reset_index(drop=True)
        table["amount"] = (table["amount"] * rng.uniform(0.95, 1.05, n)).round().astype(int)
    levels = [name for name in table if name not in (*NUMBERS, "bad")]
    table[levels] = table[levels].astype(str).astype(object)
    return table.drop(columns="bad"), table["bad"].to_numpy().astype(int)


def ours(x: pd.DataFrame, y: np.ndarray, way: str | None) -> dict[str, Any]:
    """Bins of every feature."""
    return {
        name: credit.optimal_bins(
            x[name], y, max_bins=MOST, min_share=LEAST, name=name,
            direction=way if name in NUMBERS else None,
        )
        for name in x
    }  # fmt: skip


def theirs(x: pd.DataFrame, way: str | None) -> BinningProcess:
    """Optbinning with the same restraints."""
    levels = [name for name in x if name not in NUMBERS]
    each = {name: {"monotonic_trend": way if name in NUMBERS else None} for name in x}
    return BinningProcess(
        list(x), categorical_variables=levels, max_n_bins=MOST, min_bin_size=LEAST,
        binning_fit_params=each,
    )  # fmt: skip


def values(made: Mapping[str, Any], x: pd.DataFrame, y: np.ndarray) -> pd.DataFrame:
    """Information value of each feature with the bins of each package, by one formula."""
    found: dict[str, dict[str, float]] = {"ours": {}, "optbinning": {}, "toad": {}}
    codes = made["toad"].transform(x) if "toad" in made else None
    for name in x:
        found["ours"][name] = credit.woe(x[name], y, made["ours"][name]).iv
        their = made["optbinning"].get_binned_variable(name).transform(x[name], metric="indices")
        found["optbinning"][name] = credit.woe(their.astype(str).astype(object), y).iv
        if codes is not None:
            found["toad"][name] = credit.woe(codes[name].astype(str).astype(object), y).iv
    return pd.DataFrame(found)


def note(job: str, n: int, seconds: Mapping[str, float], peer: str, remark: str = "") -> None:
    """Print a line of the table and keep it."""
    goal = GOAL if peer == "optbinning" else None
    ratio = seconds["ours"] / seconds[peer]
    ROWS.append(
        {"job": job, "size": n, "ours_s": seconds["ours"], "peer": peer}
        | {"peer_s": seconds[peer], "ratio": ratio, "goal": goal, "note": remark}
    )
    print(f"{job:28} {n:7,} {seconds['ours']:8.4f} s  {peer:10} {seconds[peer]:8.4f} s  "
          f"ratio {ratio:5.2f}  {remark}")  # fmt: skip


def compare(table: pd.DataFrame, peer: str) -> str:
    """Say how our information values stand beside those of a peer."""
    strong = table[table[["ours", peer]].max(axis=1) >= 0.01]
    share = strong["ours"] / strong[peer]
    return (
        f"sum of IV {table['ours'].sum():.4f} against {table[peer].sum():.4f}; "
        f"lowest ratio of a feature with 0.01 or more: {share.min():.3f} ({share.idxmin()})"
    )


def binning(n: int, rounds: int) -> None:
    """Bins of all features, free and in one direction."""
    x, y = applications(n)
    jobs = {
        "ours": lambda: ours(x, y, None),
        "optbinning": lambda: theirs(x, None).fit(x, y),
        "toad": lambda: Combiner().fit(x, y, method="dt", n_bins=MOST, min_samples=LEAST),
    }
    seconds, made = best(jobs, rounds)
    table = values(made, x, y)
    for peer in ("optbinning", "toad"):
        note("bins, free", n, seconds, peer, compare(table, peer))
    jobs = {
        "ours": lambda: ours(x, y, "auto"),
        "optbinning": lambda: theirs(x, "auto_asc_desc").fit(x, y),
    }
    seconds, made = best(jobs, rounds)
    note("bins, one direction", n, seconds, "optbinning", compare(values(made, x, y), "optbinning"))


def scorecard(n: int, rounds: int) -> None:
    """From the table of applications to points."""
    x, y = applications(n)

    def their_card() -> Any:
        scaling = {"pdo": 20, "odds": 50, "scorecard_points": 600}
        return TheirScorecard(
            theirs(x, None), LogisticRegression(C=1e6), scaling_method="pdo_odds",
            scaling_method_params=scaling,
        ).fit(x, y)  # fmt: skip

    settings = {"max_bins": MOST, "min_share": LEAST, "min_iv": 0, "signs": "keep"}
    jobs = {
        "ours": lambda: credit.Scorecard(**settings).fit(x, y),
        "optbinning": their_card,
    }
    seconds, made = best(jobs, rounds)
    other = credit.discrimination(made["optbinning"].score(x), y).auc
    note("scorecard", n, seconds, "optbinning",
         f"apparent AUC {made['ours'].auc_:.4f} against {other:.4f}")  # fmt: skip


if __name__ == "__main__":
    for size, times in ((1_000, 7), (50_000, 5)):
        binning(size, times)
        scorecard(size, times)
    record("scorecard", ROWS)
