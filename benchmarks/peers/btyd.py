"""Probability models on a log: ours, lifetimes and clvkit in one run, as ratios.

Run with ``make bench``, in the environment ``_build/peers``. Goals: a fit of BG/NBD or
Pareto/NBD in at most 0.1 of lifetimes' time on the 2,357 customers of CDNOW and in at most 0.05
of it on 235,700, the sample repeated a hundred times and jittered so that no two rows are equal.
Then gamma–gamma, a log of a million customers, scoring them, and memory. Give ``quick`` to leave
out what takes a peer more than ten seconds.
"""

import os
import statistics
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _results import record

from crmlab import btyd, datasets

warnings.filterwarnings("ignore")

Columns = tuple[np.ndarray, np.ndarray, np.ndarray]
ROWS: list[dict[str, Any]] = []


def timed(function: Callable[[], Any], least: float = 0.5) -> tuple[Any, float]:
    """Return what a call gives, and the median time of calls after one to warm up.

    Where one call takes more than 20 s it is the only one.
    """
    start = time.perf_counter()
    result = function()
    first = time.perf_counter() - start
    if first > 20:
        return result, first
    times: list[float] = []
    while sum(times) < least or (len(times) < 3 and sum(times) < 4 * least):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return result, statistics.median(times)


def megabytes(function: Callable[[], object]) -> float:
    """Return the peak of what a call holds in memory beyond its input."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def note(
    job: str,
    size: int,
    ours: float,
    peer: str = "",
    theirs: float | None = None,
    goal: float | None = None,
    remark: str = "",
) -> None:
    """Print a line of the table and keep it."""
    ratio = ours / theirs if theirs else None
    ROWS.append(
        {"job": job, "size": size, "ours_s": float(ours), "peer": peer, "peer_s": theirs}
        | {"ratio": ratio, "goal": goal, "note": remark}
    )
    peer_text = f"{peer:10} {theirs:9.4f} s" if theirs else " " * 22
    ratio_text = f"ratio {ratio:7.4f}" if ratio else ""
    goal_text = f"(goal {goal})" if goal else ""
    print(f"{job:28} {size:9,} {ours:9.4f} s   {peer_text}  {ratio_text} {goal_text} {remark}")


# ------------------------------------------------------------------------------------------
# Data


def cdnow() -> pd.DataFrame:
    return btyd.rfm_summary(
        datasets.load("cdnow"), customer="customer", date="date", amount="amount", end="1997-09-30"
    )


def columns(summary: pd.DataFrame) -> Columns:
    x, t_x, T = (summary[name].to_numpy(float) for name in ("frequency", "recency", "T"))
    return x, t_x, T


def repeated(rows: Columns, times: int) -> Columns:
    """Repeat customers, each copy with a calendar of its own that runs up to 1 % faster."""
    x, t_x, T = (np.tile(part, times) for part in rows)
    stretch = np.random.default_rng(1).uniform(0.99, 1.01, x.size)
    return x, t_x * stretch, T * stretch


def simulated(n: int) -> Columns:
    model = btyd.BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    drawn = model.simulate(n, np.random.default_rng(2).uniform(27, 39, n), seed=2)
    return drawn.frequency, drawn.recency, drawn.T


# ------------------------------------------------------------------------------------------
# Peers


def lifetimes_bg(rows: Columns) -> Any:
    from lifetimes import BetaGeoFitter

    return BetaGeoFitter().fit(*rows)


def lifetimes_pareto(rows: Columns) -> Any:
    from lifetimes import ParetoNBDFitter

    return ParetoNBDFitter().fit(*rows)


def lifetimes_gamma(x: np.ndarray, value: np.ndarray) -> Any:
    from lifetimes import GammaGammaFitter

    return GammaGammaFitter().fit(x, value)


def clvkit_base(rows: Columns, value: np.ndarray | None = None) -> Any:
    from clvkit import CustomerBase

    frame = pd.DataFrame(dict(zip(("frequency", "recency", "T"), rows, strict=True)))
    if value is not None:
        frame["monetary_value"] = value
    return CustomerBase(
        frame,
        time_unit="W",
        observation_period_end=pd.Timestamp("1997-09-30"),
        has_monetary=value is not None,
        on_negative="error",
    )


def clvkit_bg(rows: Columns) -> Any:
    from clvkit.clv.bgnbd import BGNBD

    return BGNBD().fit(clvkit_base(rows))


def clvkit_gamma(x: np.ndarray, value: np.ndarray) -> Any:
    from clvkit.clv.gamma_gamma import GammaGamma

    return GammaGamma().fit(clvkit_base((x, x, x), value))


def apart(ours: Any, theirs: Any) -> str:
    """Tell how far the parameters of two fits are apart, at most, as a fraction."""
    mine, other = np.array(list(ours.params_.values())), np.asarray(theirs, float)
    return f"parameters differ by {np.abs(other / mine - 1).max():.1e}"


# ------------------------------------------------------------------------------------------


def fits(rows: Columns, goal: float, quick: bool) -> None:
    n = rows[0].size
    long = quick and n > 10_000
    ours, took = timed(lambda: btyd.BGNBD().fit(*rows))
    theirs, peer = timed(lambda: lifetimes_bg(rows))
    note("BG/NBD fit", n, took, "lifetimes", peer, goal, apart(ours, theirs.params_))
    if not long:
        theirs, peer = timed(lambda: clvkit_bg(rows))
        note("BG/NBD fit", n, took, "clvkit", peer, None, apart(ours, theirs.params_))
    ours, took = timed(lambda: btyd.ParetoNBD().fit(*rows))
    if long:
        note("Pareto/NBD fit", n, took)
        return
    theirs, peer = timed(lambda: lifetimes_pareto(rows))
    note("Pareto/NBD fit", n, took, "lifetimes", peer, goal, apart(ours, theirs.params_))


def spending(summary: pd.DataFrame) -> None:
    back = summary[summary["frequency"] > 0]
    x, value = back["frequency"].to_numpy(float), back["monetary_value"].to_numpy(float)
    ours, took = timed(lambda: btyd.GammaGamma().fit(x, value))
    theirs, peer = timed(lambda: lifetimes_gamma(x, value))
    note("gamma–gamma fit", x.size, took, "lifetimes", peer, None, apart(ours, theirs.params_))
    theirs, peer = timed(lambda: clvkit_gamma(x, value))
    params = (theirs.p, theirs.q, theirs.gamma)
    note("gamma–gamma fit", x.size, took, "clvkit", peer, None, apart(ours, params))


def scoring(rows: Columns, quick: bool) -> None:
    from lifetimes import BetaGeoFitter, ParetoNBDFitter

    pairs = (
        ("BG/NBD", btyd.BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)),
        ("Pareto/NBD", btyd.ParetoNBD.with_parameters(r=0.553, alpha=10.578, s=0.606, beta=11.669)),
    )
    for (name, ours), theirs in zip(pairs, (BetaGeoFitter(), ParetoNBDFitter()), strict=True):
        theirs.params_ = pd.Series(ours.params_)
        jobs = (
            (
                f"{name} purchases to come",
                lambda m=ours: m.conditional_purchases(39, *rows),
                lambda m=theirs: m.conditional_expected_number_of_purchases_up_to_time(39, *rows),
            ),
            (
                f"{name} chance to be alive",
                lambda m=ours: m.probability_alive(*rows),
                lambda m=theirs: m.conditional_probability_alive(*rows),
            ),
        )
        for job, own, peers in jobs:
            mine, took = timed(own)
            if quick and name == "Pareto/NBD":
                note(job, rows[0].size, took)
                continue
            other, peer = timed(peers)
            furthest = np.nanmax(np.abs(np.asarray(mine) - np.asarray(other)))
            remark = f"differ by {furthest:.0e} at most"
            note(job, rows[0].size, took, "lifetimes", peer, None, remark)


def growth(quick: bool) -> None:
    for n in (10_000, 100_000, 1_000_000):
        rows = simulated(n)
        ours, took = timed(lambda r=rows: btyd.BGNBD().fit(*r))
        if n == 1_000_000 and quick:
            note("BG/NBD fit", n, took, remark="simulated")
        else:
            theirs, peer = timed(lambda r=rows: lifetimes_bg(r))
            remark = f"simulated; {apart(ours, theirs.params_)}"
            note("BG/NBD fit", n, took, "lifetimes", peer, None, remark)
        _fit, took = timed(lambda r=rows: btyd.ParetoNBD().fit(*r))
        note("Pareto/NBD fit", n, took, remark="simulated")


def memory(rows: Columns) -> None:
    n = rows[0].size
    given = sum(part.nbytes for part in rows) / 1e6
    print(f"memory at the peak of a fit of {n:,} customers, beyond the {given:.0f} MB given")
    for name, call in (
        ("BG/NBD", lambda: btyd.BGNBD().fit(*rows)),
        ("Pareto/NBD", lambda: btyd.ParetoNBD().fit(*rows)),
        ("BG/NBD of lifetimes", lambda: lifetimes_bg(rows)),
    ):
        used = megabytes(call)
        print(f"  {name:20} {used:8.0f} MB")
        ROWS.append(
            {"job": f"memory, {name}", "size": n, "note": f"{used:.0f} MB at the peak of a fit"}
        )


if __name__ == "__main__":
    quick = "quick" in sys.argv[1:]
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    sample = cdnow()
    small = columns(sample)
    large = repeated(small, 100)
    fits(small, 0.1, quick)
    spending(sample)
    fits(large, 0.05, quick)
    scoring(simulated(1_000_000), quick)
    growth(quick)
    memory(large)
    print(f"written to {record('btyd', ROWS)}")
