"""Simulate the sessions of a sports club that does not exist: SYNTHETIC.

``python simulate_club.py FOLDER`` writes `club_sessions`: who trained whom, whether the standards
of the session were kept, what was sold and promised, and the member's rating if there was one.

A member of staff has a true pull in selling and a true care. Who sells by promises keeps fewer of
them, and a broken promise takes points from the rating of the session in which the member finds
out. Pay by sales alone would reward that person most.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_company import stream
from table import write


@dataclass(frozen=True)
class Club:
    """Every number that the sessions are made from."""

    staff: tuple[str, ...] = ("An", "Bo", "Chen", "Dan", "Fei", "Gao", "Hui", "Jin")
    #: Share of all sessions, care (points of the rating), sales per session, promises per sale.
    share: tuple[float, ...] = (0.18, 0.17, 0.16, 0.15, 0.13, 0.11, 0.07, 0.03)
    care: tuple[float, ...] = (0.6, -0.9, 0.3, 0.1, -0.2, 0.5, 0.2, 0.9)
    pull: tuple[float, ...] = (0.12, 0.34, 0.16, 0.14, 0.22, 0.10, 0.13, 0.10)  # chance of a sale
    promises: tuple[float, ...] = (0.2, 0.9, 0.3, 0.3, 0.7, 0.2, 0.3, 0.2)
    kept: tuple[float, ...] = (0.95, 0.45, 0.85, 0.85, 0.60, 0.95, 0.90, 0.95)
    sessions: int = 900
    members: int = 240
    first: str = "2025-09-01"
    days: int = 91
    sale: float = 900.0  # median
    sale_sigma: float = 0.5
    late_base: float = 3.0  # mean minutes by which a session starts late, at care 0
    late_care: float = -0.7  # of its logarithm, per point of care
    checked: float = 1.6  # logit that the equipment was checked, plus care
    called: float = 0.6  # logit that the member was called within two days, plus care
    middle: float = 7.4  # rating at care 0 with every standard kept
    broken: float = -2.4  # points for a broken promise
    late: float = -0.12  # points per minute
    missed: float = -0.5  # points for no call
    noise: float = 1.1
    answered: float = 0.62  # share of the sessions that are rated


CLUB = Club()


def make_sessions() -> pd.DataFrame:
    """Draw every session of the quarter."""
    rng, c = stream("club_sessions"), CLUB
    n = c.sessions
    edges = np.cumsum(c.share)
    who = np.searchsorted(edges / edges[-1], rng.random(n), "right")
    care = np.array(c.care)[who]
    late = np.floor(rng.exponential(c.late_base * np.exp(c.late_care * care)))
    checked = rng.random(n) < 1 / (1 + np.exp(-c.checked - care))
    called = rng.random(n) < 1 / (1 + np.exp(-c.called - care))
    sold = rng.random(n) < np.array(c.pull)[who]
    amount = np.where(sold, c.sale * np.exp(c.sale_sigma * rng.standard_normal(n)), 0.0)
    promised = sold & (rng.random(n) < np.array(c.promises)[who])
    kept = rng.random(n) < np.array(c.kept)[who]
    rating = c.middle + care + c.late * late + c.missed * ~called
    rating = rating + c.broken * (promised & ~kept) + c.noise * rng.standard_normal(n)
    score = np.clip(np.round(rating), 1, 10)
    table = pd.DataFrame(
        {
            "date": pd.Timestamp(c.first)
            + pd.to_timedelta(np.sort(rng.integers(0, c.days, n)), unit="D"),
            "member": [f"M{i:03d}" for i in rng.integers(1, c.members + 1, n)],
            "staff": np.array(c.staff)[who],
            "minutes_late": late.astype(int),
            "equipment_checked": checked,
            "called_back": called,
            "sales": amount.round(2),
            "promise": np.where(promised, np.where(kept, "kept", "broken"), None),
            "rating": np.where(rng.random(n) < c.answered, score, np.nan),
        }
    )
    table.insert(0, "session", [f"S{i:04d}" for i in range(1, n + 1)])
    return table


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    write(make_sessions(), folder / "club_sessions.csv")
