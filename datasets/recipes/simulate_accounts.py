"""Simulate the simulated company's key-account file: SYNTHETIC scores, wallets and people.

The 30 customers who bought most in 2025 are candidates for a key account manager. No such firm
and no such customer exists. ``python simulate_accounts.py FOLDER`` writes two tables to FOLDER.

How a row comes about:

* `sales` are the customer's orders of 2025, as in company_orders;
* our share of the wallet follows the customer's answer in company_survey where there is one, with
  a small error and within `Accounts.shares`; other shares are drawn from a beta law. The wallet is
  sales divided by share;
* points for size, growth and margin follow wallet, orders and costs with a small error; payment
  and reference are drawn (hotels are better references);
* points for strength follow our share with an error: 5.5 means as good as the main rival;
* answers on the nine buying traits follow the orders (first trait) and one hidden draw per
  customer, higher for hotels, as large houses buy in a more complicated way;
* people: which of the six roles are known to the firm, more of them the stronger we are.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from simulate_company import make_customers, make_orders, make_truth, stream
from simulate_survey import make_survey
from table import write

Floats = npt.NDArray[np.float64]
ATTRACTIVENESS = ("size", "growth", "margin", "payment", "reference")
STRENGTH = ("product", "service", "price", "relationship", "delivery")
TRAITS = (
    "frequent",
    "complex_selling",
    "concentrated",
    "demanding",
    "long_term",
    "purposeful",
    "many_deciders",
    "fixed_procedure",
    "after_purchase",
)


@dataclass(frozen=True)
class Accounts:
    """Every number that the two tables are made from."""

    candidates: int = 30
    shares: tuple[float, float] = (0.12, 0.96)
    share_error: float = 0.03
    share_beta: tuple[float, float] = (2.2, 2.0)
    point_error: float = 0.8
    strength_on_share: float = 1.5  # points per standard deviation of the share
    strength_error: float = 1.5  # points
    rivals: dict[str, float] = field(
        default_factory=lambda: {"discounter": 0.4, "premium": 0.25, "local": 0.35}
    )
    situations: dict[str, float] = field(
        default_factory=lambda: {"straight rebuy": 0.4, "modified rebuy": 0.4, "new task": 0.2}
    )
    hotel_traits: float = 0.7  # added to the hidden draw of a hotel
    #: The job that holds each role, by segment; None where the role is often not filled.
    jobs: dict[str, dict[str, str]] = field(
        default_factory=lambda: {
            "hotel": {
                "initiator": "head of breakfast",
                "user": "bar staff",
                "influencer": "chef",
                "decider": "general manager",
                "buyer": "head of purchasing",
                "gatekeeper": "purchasing assistant",
            },
            "café": {
                "initiator": "barista",
                "user": "barista",
                "influencer": "pastry chef",
                "decider": "owner",
                "buyer": "shop manager",
                "gatekeeper": "shop manager",
            },
            "school": {
                "initiator": "canteen head",
                "user": "canteen staff",
                "influencer": "parents' council",
                "decider": "headteacher",
                "buyer": "bursar",
                "gatekeeper": "secretary",
            },
        }
    )


ACCOUNTS = Accounts()


def points(rng: np.random.Generator, values: Floats, error: float) -> npt.NDArray[np.int64]:
    """Turn values into points from 1 to 10 around 5.5, by their standard score."""
    z = (values - values.mean()) / values.std()
    noisy = 5.5 + 2.0 * z + error * rng.standard_normal(len(z))
    return np.clip(np.rint(noisy), 1, 10).astype(int)


def pick(rng: np.random.Generator, chances: dict[str, float], n: int) -> npt.NDArray[np.str_]:
    """Draw names with the given chances."""
    return np.array(list(chances))[rng.choice(len(chances), n, p=list(chances.values()))]


def candidates() -> pd.DataFrame:
    """Find the largest customers of 2025, with what their orders say."""
    customers = make_customers()
    truth = make_truth(customers)
    orders = make_orders(customers, truth)
    orders["year"] = orders["date"].dt.year
    by_year = orders.pivot_table(index="customer", columns="year", values="amount", aggfunc="sum")
    last = orders[orders["year"] == 2025].groupby("customer")
    table = pd.DataFrame(
        {"sales": last["amount"].sum(), "cost": last["cost"].sum(), "orders": last.size()}
    )
    table["before"] = by_year[2024].reindex(table.index).fillna(0.0)
    table = table.join(customers.set_index("customer")[["segment"]])
    table = table.sort_values(["sales"], ascending=False).head(ACCOUNTS.candidates)
    answers = make_survey().set_index("customer")["share_of_wallet"]
    return table.assign(told=answers.reindex(table.index)).reset_index(names="customer")


def make_accounts(found: pd.DataFrame) -> pd.DataFrame:
    """Give each candidate a wallet, factor scores, trait answers and a next purchase."""
    rng, n, a = stream("company_accounts"), len(found), ACCOUNTS
    drawn = rng.beta(*a.share_beta, n)
    told = found["told"].to_numpy(float) + a.share_error * rng.standard_normal(n)
    share = np.clip(np.where(np.isnan(told), drawn, told), *a.shares)
    sales = found["sales"].to_numpy()
    wallet = np.round(sales / share, -2)
    hotel = (found["segment"] == "hotel").to_numpy()
    growth = np.log(sales / np.maximum(found["before"].to_numpy(), 0.4 * sales))
    margin = 1 - found["cost"].to_numpy() / sales
    table = pd.DataFrame(
        {
            "customer": found["customer"],
            "segment": found["segment"],
            "sales": sales.round(2),
            "wallet": np.maximum(wallet, np.ceil(sales / 100) * 100),
            "rival": pick(rng, a.rivals, n),
            "size": points(rng, np.log(wallet), a.point_error),
            "growth": points(rng, growth, a.point_error),
            "margin": points(rng, margin, a.point_error),
            "payment": points(rng, rng.standard_normal(n), 0),
            "reference": points(rng, rng.standard_normal(n) + 1.2 * hotel, 0),
        }
    )
    z = (share - share.mean()) / share.std()
    for name in STRENGTH:
        noisy = 5.5 + a.strength_on_share * z + a.strength_error * rng.standard_normal(n)
        table[name] = np.clip(np.rint(noisy), 1, 10).astype(int)
    hidden = rng.standard_normal(n) + a.hotel_traits * hotel
    order_rank = found["orders"].rank(method="first").to_numpy()
    table[TRAITS[0]] = np.digitize(order_rank, [n / 3, 2 * n / 3], right=True)
    for name in TRAITS[1:]:
        table[name] = np.digitize(hidden + 0.9 * rng.standard_normal(n), [-0.3, 0.9])
    table["situation"] = pick(rng, a.situations, n)
    return table


def make_contacts(accounts: pd.DataFrame) -> pd.DataFrame:
    """Say who plays which role in each account, and whom of them the firm knows."""
    rng, rows = stream("company_contacts"), []
    strength = accounts[list(STRENGTH)].mean(axis=1).to_numpy()
    for customer, segment, strong in zip(
        accounts["customer"], accounts["segment"], strength, strict=True
    ):
        for role, job in ACCOUNTS.jobs[segment].items():
            known = rng.random() < np.clip(0.1 + 0.1 * strong, 0.15, 0.95)
            ago = int(rng.integers(3, 300))
            day = np.datetime64("2025-12-31") - np.timedelta64(ago, "D")
            rows.append((customer, role, job, known, pd.Timestamp(day) if known else pd.NaT))
    return pd.DataFrame(rows, columns=["customer", "role", "job", "known", "last_contact"])


def simulate() -> dict[str, pd.DataFrame]:
    """Return both tables by the name of their file."""
    accounts = make_accounts(candidates())
    return {
        "company_accounts.csv": accounts,
        "company_contacts.csv": make_contacts(accounts),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    for name, frame in simulate().items():
        write(frame, folder / name)
