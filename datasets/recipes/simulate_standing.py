"""Simulate credit standing and prospects of the simulated company's customers: SYNTHETIC.

``python simulate_standing.py FOLDER`` writes two tables.

``company_standing_truth`` holds, for every customer, how it pays: the days by which it is late on
average, their spread from invoice to invoice, and the chance that an invoice is never paid. A
ledger of invoices is drawn from these. Slow payers are a little more likely to leave, and hotels
pay later than schools.

``company_standing`` is what the firm sees of customers who ordered in the last year: the mean of
as many invoices as there were orders, and the score that the sales representative gave. A
representative sees something of a customer's true future, and much that is chance.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_company import simulate, stream
from table import write


@dataclass(frozen=True)
class Standing:
    """Every number that standing and prospects are made from."""

    last_year: str = "2025-01-01"
    #: Mean days after the due date, by segment; below 0 is early.
    days_late: dict[str, float] = field(
        default_factory=lambda: {"café": 3.0, "office": -2.0, "school": -5.0, "hotel": 9.0}
    )
    days_between: float = 7.0  # standard deviation of the mean days between customers
    with_churn: float = 0.3  # correlation of the days with the logarithm of the churn rate
    spread: float = 6.0  # median over the customers of the deviation between invoices
    spread_sigma: float = 0.35
    unpaid_base: float = 0.004  # chance that an invoice of a punctual customer is never paid
    unpaid_slope: float = 0.07  # of its logarithm, per day late
    insight: float = 0.55  # correlation of the representative's view with the true future
    middle: float = 5.6  # mean score
    width: float = 1.9  # standard deviation of the score


STANDING = Standing()


def standard(values: np.ndarray) -> np.ndarray:
    """Return values with mean 0 and standard deviation 1."""
    return (values - values.mean()) / values.std()


def make_truth(customers: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Draw how every customer pays."""
    rng, s, n = stream("company_standing_truth"), STANDING, len(customers)
    mean = customers["segment"].map(s.days_late).to_numpy()
    churn = standard(np.log(truth["churn_rate"].to_numpy()))
    own = s.with_churn * churn + np.sqrt(1 - s.with_churn**2) * rng.standard_normal(n)
    late = mean + s.days_between * own
    spread = s.spread * np.exp(s.spread_sigma * rng.standard_normal(n))
    unpaid = np.minimum(s.unpaid_base * np.exp(s.unpaid_slope * np.maximum(late, 0)), 0.5)
    return pd.DataFrame(
        {
            "customer": customers["customer"],
            "mean_days_late": late.round(2),
            "spread_days": spread.round(2),
            "unpaid_chance": unpaid.round(4),
        }
    )


def make_standing(
    customers: pd.DataFrame, orders: pd.DataFrame, truth: pd.DataFrame, paying: pd.DataFrame
) -> pd.DataFrame:
    """Draw what the firm has seen of the customers who ordered in the last year."""
    rng, s = stream("company_standing"), STANDING
    recent = orders[orders["date"] >= s.last_year]
    invoices = recent.groupby("customer").size().reindex(customers["customer"], fill_value=0)
    counts = invoices.to_numpy()
    who = np.repeat(np.arange(len(customers)), counts)
    days = np.round(
        paying["mean_days_late"].to_numpy()[who]
        + paying["spread_days"].to_numpy()[who] * rng.standard_normal(len(who))
    )
    total = np.bincount(who, days, minlength=len(customers))
    on_time = np.bincount(who, days <= 0, minlength=len(customers))
    future = np.log(
        truth["order_rate"] * truth["mean_order"] * truth["margin_rate"]
        / (truth["churn_rate"] + 0.1)
    ).to_numpy()  # fmt: skip
    seen = s.insight * standard(future)
    seen = seen + np.sqrt(1 - s.insight**2) * rng.standard_normal(len(customers))
    score = np.clip(np.round(s.middle + s.width * seen), 1, 10).astype(int)
    at_least = np.maximum(counts, 1)
    table = pd.DataFrame(
        {
            "customer": customers["customer"],
            "invoices": counts,
            "days_late": (total / at_least).round(1),
            "paid_on_time": (on_time / at_least).round(3),
            "prospects": score,
        }
    )
    return table[counts > 0]


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    tables = simulate()
    people, truth = tables["company_customers.csv"], tables["company_truth.csv"]
    paying = make_truth(people, truth)
    standing = make_standing(people, tables["company_orders.csv.gz"], truth, paying)
    write(standing, folder / "company_standing.csv")
    write(paying, folder / "company_standing_truth.csv")
