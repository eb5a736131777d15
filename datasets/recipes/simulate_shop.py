"""Simulate the notebook of a corner shop: SYNTHETIC.

``python simulate_shop.py FOLDER`` writes one table, ``corner_shop``: what a shopkeeper has noted
about the households of her street. No such shop, street or household exists.

A household has lived in the street for some years. With the chance `known` it has bought; since
its first purchase it visits the shop as a Poisson process at its own rate, until it goes
elsewhere after an exponential time at the rate `leaves`. Its first and last visit are the bounds
of what the shopkeeper can see. Who never bought may have been looked at (`looked_at`), and of
those some have asked for something (`asked`).
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_company import stream
from table import write


@dataclass(frozen=True)
class Shop:
    """Every number that the notebook is made from."""

    households: int = 80
    known: float = 0.78  # share of the households that have bought
    longest: float = 9.0  # years since the first purchase, at most (uniform)
    visits: float = 70.0  # mean number of visits per year and household
    visits_shape: float = 1.3  # gamma shape of the visits
    leaves: float = 0.18  # chance rate per year to go elsewhere
    basket: float = 28.0  # mean spent per visit, yuan
    basket_sigma: float = 0.45
    margin_rate: float = 0.20
    looked_at: float = 0.6  # of those who never bought
    asked: float = 0.45  # of those looked at


SHOP = Shop()


def make_shop() -> pd.DataFrame:
    """Draw the notebook."""
    rng, s = stream("corner_shop"), SHOP
    n = s.households
    bought = rng.random(n) < s.known
    tenure = s.longest * rng.random(n)
    rate = rng.gamma(s.visits_shape, s.visits / s.visits_shape, n)
    stays = np.minimum(rng.exponential(1 / s.leaves, n), tenure)
    orders = np.where(bought, 1 + rng.poisson(rate * stays), 0)
    # The last of k visits in the time that it stayed: the largest of k uniform times.
    last = np.where(orders > 1, stays * rng.random(n) ** (1 / np.maximum(orders - 1, 1)), 0)
    silent = tenure - last
    basket = s.basket * np.exp(s.basket_sigma * rng.standard_normal(n) - s.basket_sigma**2 / 2)
    a_year = np.where(silent > 1, 0, orders / np.maximum(tenure, 0.25)) * basket * s.margin_rate
    looked = bought | (rng.random(n) < s.looked_at)
    asked = bought | (looked & (rng.random(n) < s.asked))
    return pd.DataFrame(
        {
            "household": [f"H{i:02d}" for i in range(1, n + 1)],
            "orders": orders,
            "tenure": np.where(bought, tenure, np.nan).round(2),
            "silent": np.where(bought, np.minimum(silent.round(2), tenure.round(2)), np.nan),
            "value": np.where(bought, a_year, np.nan).round(1),
            "fits": looked,
            "interested": asked,
        }
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    write(make_shop(), folder / "corner_shop.csv")
