"""Simulate the branches of a second, larger firm: SYNTHETIC figures of a service-profit chain.

``python simulate_branches.py FOLDER`` writes one row per branch and half-year to FOLDER.

Each figure of the chain moves the next one by a true elasticity: one per cent more of the first
gives so many per cent more of the second, times a chance of its own. Two things lie beside the
chain. A branch in a richer town earns more whatever its staff do (`town`), and part of what makes
service valuable is the building, not the staff; neither is written into the table.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_company import stream
from table import write


@dataclass(frozen=True)
class Branches:
    """Every number that the branches are made from."""

    branches: int = 48
    periods: tuple[str, ...] = ("2024 H1", "2024 H2", "2025 H1", "2025 H2")
    staff: tuple[int, int] = (6, 24)
    employee_satisfaction: float = 6.4  # points, 1 to 10: the typical branch
    employee_spread: float = 0.16  # standard deviation of its logarithm between branches
    period_spread: float = 0.05  # and from one period to the next
    #: Elasticity of each link of the chain, in its order.
    elasticity: dict[str, float] = field(
        default_factory=lambda: {
            "service_value": 0.45,
            "satisfaction": 0.70,
            "loyalty": 0.60,
            "profit": 1.80,
        }
    )
    typical: dict[str, float] = field(
        default_factory=lambda: {
            "service_value": 6.8,  # points, 1 to 10
            "satisfaction": 7.0,  # points, 1 to 10
            "loyalty": 0.68,  # share of customers kept
            "profit": 260.0,  # 1,000 yuan in the half-year, for a branch of 12
        }
    )
    noise: dict[str, float] = field(
        default_factory=lambda: {
            "service_value": 0.06,
            "satisfaction": 0.05,
            "loyalty": 0.05,
            "profit": 0.16,
        }
    )
    town: float = 0.12  # standard deviation of the logarithm of a town's wealth, into profit


BRANCHES = Branches()


def make_branches() -> pd.DataFrame:
    """Draw every branch in every period, one row each."""
    rng, truth = stream("company_branches"), BRANCHES
    n, periods = truth.branches, len(truth.periods)
    staff = rng.integers(truth.staff[0], truth.staff[1], n, endpoint=True)
    town = truth.town * rng.standard_normal(n)[:, None]
    deviation = truth.employee_spread * rng.standard_normal(n)[:, None]
    deviation = deviation + truth.period_spread * rng.standard_normal((n, periods))
    level = np.clip(truth.employee_satisfaction * np.exp(deviation), 1, 10)
    chain = {"employee_satisfaction": level}
    above = np.log(level / truth.employee_satisfaction)
    for name, elasticity in truth.elasticity.items():
        above = elasticity * above + truth.noise[name] * rng.standard_normal((n, periods))
        if name == "profit":
            above = above + town + np.log(staff / 12)[:, None]
        chain[name] = truth.typical[name] * np.exp(above)
    number = [f"B{i:02d}" for i in range(1, n + 1)]
    table = pd.DataFrame(
        {
            "branch": np.repeat(number, periods),
            "period": np.tile(truth.periods, n),
            "staff": np.repeat(staff, periods),
            **{name: values.ravel().round(2) for name, values in chain.items()},
        }
    )
    return table.assign(
        service_value=table["service_value"].clip(1, 10),
        satisfaction=table["satisfaction"].clip(1, 10),
        loyalty=chain["loyalty"].ravel().clip(0, 1).round(3),
        profit=table["profit"].round(1),
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    write(make_branches(), folder / "company_branches.csv")
