"""Keep what a benchmark measured where the book reads it: ``results/NAME.csv``, one row per job.

The machine and the versions stand beside it in ``results/NAME.about.csv``.
"""

import csv
import os
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
COLUMNS = ("job", "size", "ours_s", "peer", "peer_s", "ratio", "goal", "note")


def row(
    job: str,
    size: int,
    ours: float,
    peer: str,
    theirs: float | None,
    goal: str = "",
    note: str = "",
) -> dict[str, str]:
    """Return one row: seconds of ours and of the peer, and ours over the peer's."""
    return {
        "job": job,
        "size": f"{size:,}",
        "ours_s": f"{ours:.3g}",
        "peer": peer,
        "peer_s": "" if theirs is None else f"{theirs:.3g}",
        "ratio": "" if theirs is None else f"{ours / theirs:.2f}",
        "goal": goal,
        "note": note,
    }


def record(name: str, rows: Iterable[Mapping[str, object]], packages: Iterable[str] = ()) -> None:
    """Write the rows, with the columns of the first of them, and what they were measured on."""
    rows = list(rows)
    RESULTS.mkdir(exist_ok=True)
    _write(RESULTS / f"{name}.csv", rows)
    if packages:
        about = [{"what": what, "value": value} for what, value in machine(packages).items()]
        _write(RESULTS / f"{name}.about.csv", about)


def machine(packages: Iterable[str]) -> dict[str, str]:
    """Tell the processor, its cores, the memory and the versions."""
    found = {"processor": _processor(), "cores": str(os.cpu_count()), "memory": _memory()}
    found["Python"] = platform.python_version()
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _write(path: Path, rows: list[Mapping[str, object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"
    except (AttributeError, OSError, ValueError):
        return "unknown"
