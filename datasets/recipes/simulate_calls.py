"""Simulate the telephone of the simulated company's service: SYNTHETIC calls per half hour.

``python simulate_calls.py FOLDER`` writes `company_calls`: four weeks of working days, 8:00 to
18:00. Calls come as a Poisson process whose rate follows the hour and the weekday, and a busy or
quiet day moves all its half hours together. A call lasts an exponential time. Callers wait in one
line; each hangs up after an exponential patience of his or her own. The queue is simulated call
by call, so the table holds what really happened, which no formula gave.
"""

import heapq
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_company import stream
from table import write

SLOT = 1800.0  # seconds
SLOTS = 20


@dataclass(frozen=True)
class Calls:
    """Every number that the calls are made from."""

    first: str = "2025-11-03"  # a Monday
    last: str = "2025-11-28"
    #: Mean calls per half hour from 8:00 on, on a day of average load.
    profile: tuple[float, ...] = (
        14, 21, 27, 31, 33, 31, 27, 22, 15, 12, 14, 19, 24, 27, 26, 23, 19, 15, 11, 8,
    )  # fmt: skip
    weekday: dict[str, float] = field(
        default_factory=lambda: {"Mon": 1.18, "Tue": 1.03, "Wed": 0.97, "Thu": 0.95, "Fri": 0.87}
    )
    day_sigma: float = 0.07  # of the logarithm of a day's own factor
    handling_seconds: float = 260.0  # mean
    patience_seconds: float = 200.0  # mean
    within: float = 20.0  # seconds: the promise that is measured
    #: Agents on duty, the same every day.
    agents: tuple[int, ...] = (4, 4, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 5, 5, 5, 5, 4, 4, 3, 3)


CALLS = Calls()


def one_day(rng: np.random.Generator, factor: float) -> list[dict[str, float]]:
    """Simulate one day call by call, and count by the half hour of arrival."""
    c = CALLS
    counts = rng.poisson(np.array(c.profile) * factor)
    rows = [
        {"calls": int(n), "within": 0, "abandoned": 0, "seconds": 0.0, "answered": 0}
        for n in counts
    ]
    starts = np.repeat(SLOT * np.arange(SLOTS), counts)
    arrivals = np.sort(starts + SLOT * rng.random(len(starts)))
    length = rng.exponential(c.handling_seconds, len(arrivals))
    patience = rng.exponential(c.patience_seconds, len(arrivals))
    busy: list[float] = []  # the times at which the lines that are in use become free
    for come, lasts, waits in zip(arrivals, length, patience, strict=True):
        slot = int(come // SLOT)
        # First come, first served: this call starts when as many are free as wait before it.
        agents = c.agents[slot]
        while busy and busy[0] <= come:
            heapq.heappop(busy)
        start = come if len(busy) < agents else heapq.nsmallest(len(busy) - agents + 1, busy)[-1]
        row = rows[slot]
        if start - come > waits:
            row["abandoned"] += 1
            continue
        row["within"] += start - come <= c.within
        row["answered"] += 1
        row["seconds"] += lasts
        heapq.heappush(busy, start + lasts)
    return rows


def make_calls() -> pd.DataFrame:
    """Draw all half hours of all working days."""
    rng, c = stream("company_calls"), CALLS
    parts = []
    for day in pd.bdate_range(c.first, c.last):
        own = float(np.exp(c.day_sigma * rng.standard_normal() - c.day_sigma**2 / 2))
        table = pd.DataFrame(one_day(rng, c.weekday[f"{day:%a}"] * own))
        minutes = 480 + 30 * np.arange(SLOTS)
        table.insert(0, "date", day)
        table.insert(1, "slot", [f"{m // 60:02d}:{m % 60:02d}" for m in minutes])
        table["agents"] = c.agents
        parts.append(table)
    table = pd.concat(parts, ignore_index=True)
    mean = table["seconds"] / table["answered"]
    return pd.DataFrame(
        {
            "date": table["date"],
            "slot": table["slot"],
            "calls": table["calls"],
            "agents": table["agents"],
            "within_20": table["within"].astype(int),
            "abandoned": table["abandoned"].astype(int),
            "handling_seconds": mean.round(1),
        }
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    write(make_calls(), folder / "company_calls.csv")
