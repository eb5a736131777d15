"""Simulate the market of the simulated company: a SYNTHETIC survey and purchase panel.

Buyers of coffee for firms choose, purchase by purchase, between the simulated company and three
rivals. ``python simulate_market.py FOLDER`` writes the three tables to FOLDER.

How a buyer lives here:

* it rates every supplier on seven drivers, from 1 to 10: the supplier's own level
  (`Market.levels`) plus a personal liking of that supplier (`liking_sigma`), which moves all
  its drivers, plus an error for each rating;
* the utility of a supplier is the sum of `Market.worth` times the ratings; the one bought last
  has `inertia` more;
* each purchase is drawn by the logit of the utilities: a Markov chain of its own for each buyer;
* it buys `purchases` times a year, gamma around `Market.purchases` and rounded, at least 4;
* after `burn_in` purchases that are not kept comes one year of purchases, on days drawn at
  random and no two on the same day: the panel. The supplier of its last purchase is `last` in
  the survey, and the next one, which is not in the panel, is `chosen`.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_company import stream
from table import write

DRIVERS = {
    "value": ("quality", "price", "delivery"),
    "brand": ("image", "fairness"),
    "relationship": ("contact", "rewards"),
}
NAMES = tuple(name for names in DRIVERS.values() for name in names)


@dataclass(frozen=True)
class Market:
    """Every number that the market is made from."""

    buyers: int = 600
    #: Mean ratings, in the order of DRIVERS.
    levels: dict[str, tuple[float, ...]] = field(
        default_factory=lambda: {
            "discounter": (5.8, 8.1, 5.8, 5.2, 5.0, 4.4, 5.6),
            "local": (7.1, 5.6, 5.4, 6.2, 7.4, 7.6, 4.0),
            "own": (7.1, 5.8, 6.2, 6.9, 6.3, 6.4, 5.0),
            "premium": (8.5, 3.6, 7.5, 8.2, 6.9, 7.1, 6.5),
        }
    )
    #: Utility of one point, in the same order.
    worth: tuple[float, ...] = (0.28, 0.26, 0.20, 0.10, 0.06, 0.16, 0.04)
    inertia: float = 0.9
    liking_sigma: float = 0.9
    error_sigma: float = 1.4
    purchases: float = 12.0
    purchases_shape: float = 4.0
    burn_in: int = 24


MARKET = Market()
SUPPLIERS = tuple(MARKET.levels)


def make_market() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the survey and the panel."""
    rng = stream("company_market")
    n, k = MARKET.buyers, len(SUPPLIERS)
    level = np.array([MARKET.levels[name] for name in SUPPLIERS])
    liking = MARKET.liking_sigma * rng.standard_normal((n, k, 1))
    error = MARKET.error_sigma * rng.standard_normal((n, k, len(NAMES)))
    ratings = np.clip(np.rint(level + liking + error), 1, 10).astype(int)
    utility = ratings @ np.array(MARKET.worth)
    often = np.maximum(
        np.rint(MARKET.purchases * rng.standard_gamma(MARKET.purchases_shape, n)
                / MARKET.purchases_shape), 4
    ).astype(int)  # fmt: skip
    names = [f"B{number:03d}" for number in range(1, n + 1)]
    panel, survey = [], []
    for i, name in enumerate(names):
        supplier, path = int(rng.integers(k)), []
        for _purchase in range(MARKET.burn_in + often[i] + 1):
            pull = np.exp(utility[i] + MARKET.inertia * (np.arange(k) == supplier))
            supplier = int(rng.choice(k, p=pull / pull.sum()))
            path.append(supplier)
        kept = path[MARKET.burn_in : -1]
        days = np.sort(rng.choice(365, often[i], replace=False))
        panel.append(
            pd.DataFrame(
                {
                    "buyer": name,
                    "date": pd.Timestamp("2025-01-01") + pd.to_timedelta(days, unit="D"),
                    "supplier": [SUPPLIERS[j] for j in kept],
                }
            )
        )
        table = pd.DataFrame(ratings[i], columns=list(NAMES))
        table.insert(0, "buyer", name)
        table.insert(1, "supplier", SUPPLIERS)
        survey.append(
            table.assign(
                purchases=often[i],
                last=np.arange(k) == kept[-1],
                chosen=np.arange(k) == path[-1],
            )
        )
    return pd.concat(survey, ignore_index=True), pd.concat(panel, ignore_index=True)


def make_truth() -> pd.DataFrame:
    """Write the true worth of each driver and the inertia down."""
    group = [name for name, drivers in DRIVERS.items() for _driver in drivers]
    return pd.DataFrame(
        {
            "driver": [*NAMES, "last"],
            "group": [*group, "inertia"],
            "worth": [*MARKET.worth, MARKET.inertia],
        }
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    survey, panel = make_market()
    write(survey, folder / "company_market.csv")
    write(panel, folder / "company_panel.csv.gz")
    write(make_truth(), folder / "company_market_truth.csv")
