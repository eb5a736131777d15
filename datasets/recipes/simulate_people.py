"""Simulate the people whom the simulated company talks to: SYNTHETIC, nobody is meant.

``python simulate_people.py FOLDER`` writes ``company_people``: one or more people for each
customer, with personal data. Names are drawn from lists of frequent surnames and given names,
telephone numbers begin with 000, which no network uses, and the addresses end in
``example.com``, which is reserved for examples.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_company import draw, simulate, stream
from table import write

SURNAMES = "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo"
GIVEN = "Wei Fang Na Min Jing Qiang Lei Jun Yang Yan Jie Tao Ming Chao Xia Ping Gang Hui Bo Hong"


@dataclass(frozen=True)
class People:
    """Every number that the people are made from."""

    #: Mean number of people beyond the first, by segment.
    further: dict[str, float] = field(
        default_factory=lambda: {"café": 0.1, "office": 0.5, "school": 0.4, "hotel": 1.2}
    )
    jobs: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "café": ("owner", "manager"),
            "office": ("office manager", "assistant", "accountant"),
            "school": ("canteen manager", "secretary", "accountant"),
            "hotel": ("food and beverage manager", "buyer", "accountant", "head of breakfast"),
        }
    )
    consent: float = 0.62  # share that agreed to news by mail or telephone
    youngest: int = 1955
    oldest: int = 2002


PEOPLE = People()


def make_people(customers: pd.DataFrame) -> pd.DataFrame:
    """Draw the people of every customer."""
    rng, s = stream("company_people"), PEOPLE
    further = rng.poisson(customers["segment"].map(s.further).to_numpy())
    who = np.repeat(np.arange(len(customers)), 1 + further)
    place = np.arange(len(who)) - np.repeat(np.cumsum(1 + further) - 1 - further, 1 + further)
    segment = customers["segment"].to_numpy()[who]
    jobs = [s.jobs[kind][n % len(s.jobs[kind])] for kind, n in zip(segment, place, strict=True)]
    surname, given = (
        draw(rng, dict.fromkeys(names.split(), 1.0), len(who)) for names in (SURNAMES, GIVEN)
    )
    number = [f"H{n + 1:04d}" for n in range(len(who))]
    days = rng.integers(0, 365, len(who))
    year = rng.integers(s.youngest, s.oldest, len(who), endpoint=True)
    born = pd.to_datetime(pd.Series(year).astype(str) + "-01-01") + pd.to_timedelta(days, "D")
    return pd.DataFrame(
        {
            "person": number,
            "customer": customers["customer"].to_numpy()[who],
            "name": [f"{a} {b}" for a, b in zip(surname, given, strict=True)],
            "job": jobs,
            "phone": [f"000 {n:04d} {m:04d}" for n, m in rng.integers(0, 10_000, (len(who), 2))],
            "email": [f"{a}.{b}.{n}@example.com".lower() for a, b, n in
                      zip(given, surname, number, strict=True)],
            "born": born,
            "consent": rng.random(len(who)) < s.consent,
        }
    )  # fmt: skip


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    write(make_people(simulate()["company_customers.csv"]), folder / "company_people.csv.gz")
