"""Simulate 24 months of a telephone operator's customers: SYNTHETIC, with the true kind of each.

``python simulate_telecom.py FOLDER`` writes ``telecom_months`` and ``telecom_truth``. No such
operator and no such customer exists.

Each customer is of one kind. A month's revenue is the customer's own level × its change over time
× its season, times a lognormal chance; it is 0 while the customer is silent. Months with nothing
have no row, as in a log.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from table import write


@dataclass(frozen=True)
class Kind:
    """True parameters of one kind of customer."""

    customers: int
    level: float  # median revenue a month, yuan
    level_sigma: float  # of its logarithm
    growth: float = 1.0  # factor a year
    season: float = 0.0  # amplitude, as a share of the level
    silent: tuple[int, int] | None = None  # silent in the last so many months, from and to
    pause: tuple[int, int] | None = None  # a pause of so many months before a return
    back: tuple[int, int] = (0, 0)  # months since the return, from and to


@dataclass(frozen=True)
class Telecom:
    """Every number that the panel is made from."""

    seed: int = 20260301
    months: int = 24
    start: str = "2024-01"
    noise: float = 0.16  # standard deviation of the logarithm of a month's revenue
    kinds: dict[str, Kind] = field(
        default_factory=lambda: {
            "top, steady": Kind(80, 400.0, 0.22),
            "high, growing": Kind(64, 165.0, 0.22, growth=1.75),
            "mid, just lost": Kind(64, 125.0, 0.22, silent=(2, 6)),
            "low, seasonal": Kind(104, 42.0, 0.25, season=0.85),
            "mid, steady": Kind(208, 130.0, 0.22),
            "low, just lost": Kind(64, 36.0, 0.25, silent=(2, 6)),
            "low, just returned": Kind(48, 36.0, 0.25, pause=(4, 9), back=(0, 2)),
            "lost earlier": Kind(40, 70.0, 0.50, silent=(7, 14)),
            "high, falling": Kind(16, 420.0, 0.22, growth=0.62),
            "mid, falling": Kind(40, 190.0, 0.22, growth=0.62),
            "low, steady": Kind(72, 38.0, 0.25),
        }
    )


TELECOM = Telecom()


def make_customers() -> pd.DataFrame:
    """Draw the kind and the true parameters of every customer, in a mixed order."""
    rng, t = np.random.default_rng([TELECOM.seed, 1]), TELECOM
    rows = []
    for name, kind in t.kinds.items():
        for _customer in range(kind.customers):
            level = kind.level * np.exp(kind.level_sigma * rng.standard_normal())
            silent = rng.integers(*kind.silent, endpoint=True) if kind.silent else 0
            pause = rng.integers(*kind.pause, endpoint=True) if kind.pause else 0
            back = rng.integers(*kind.back, endpoint=True) if kind.pause else 0
            peak = rng.normal(7.0, 0.7)  # of the season, month of the year
            rows.append((name, level, kind.growth, kind.season, peak, silent, pause, back))
    names = ["kind", "level", "growth", "season", "peak", "silent", "pause", "back"]
    table = pd.DataFrame(rows, columns=names).iloc[rng.permutation(len(rows))]
    table.insert(0, "customer", [f"T{i:03d}" for i in range(1, len(table) + 1)])
    return table.round({"level": 2, "peak": 2}).reset_index(drop=True)


def make_months(customers: pd.DataFrame) -> pd.DataFrame:
    """Draw the revenue of every customer and month."""
    rng, t = np.random.default_rng([TELECOM.seed, 2]), TELECOM
    month = np.arange(t.months)
    column = {name: customers[name].to_numpy()[:, None] for name in customers}
    # The level is that of the middle of the panel.
    change = column["growth"] ** ((month - (t.months - 1) / 2) / 12)
    wave = 1 + column["season"] * np.cos(2 * np.pi * (month % 12 + 1 - column["peak"]) / 12)
    chance = np.exp(t.noise * rng.standard_normal((len(customers), t.months)))
    money = (column["level"] * change * wave * chance).round(2)
    left = t.months - 1 - month  # months that follow
    quiet = left < column["silent"]
    paused = (left > column["back"]) & (left <= column["back"] + column["pause"])
    money[quiet | (paused & (column["pause"] > 0))] = 0.0
    who, when = np.nonzero(money)
    first = pd.Period(t.start, "M")
    dates = pd.PeriodIndex([first + i for i in range(t.months)]).to_timestamp()
    return pd.DataFrame(
        {
            "customer": customers["customer"].to_numpy()[who],
            "month": dates[when],
            "revenue": money[who, when],
        }
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    people = make_customers()
    write(make_months(people), folder / "telecom_months.csv.gz")
    write(people, folder / "telecom_truth.csv")
