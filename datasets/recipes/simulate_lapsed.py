"""Simulate what the simulated company found out about customers who stopped ordering: SYNTHETIC.

``python simulate_lapsed.py FOLDER`` writes two tables.

``company_lapsed_truth`` holds the true cause for every customer without an order since `since`. A
customer who left while a complaint that was not mended still worked left because of it with the
chance (m − 1) / m, where m is the factor on its rate of leaving: that is the share of such
departures which the complaint has added. All others left by chance of their segment. Some have
not left at all: they order seldom.

``company_lapsed`` is what the firm sees: a register of firms, the receivables, the sales people's
ear to the market, a telephone call to everyone, and a trial of January 2026, in which half of the
customers, by lot, got an offer to come back.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_company import TRUTH, simulate, stream
from simulate_tickets import SERVICE, make_complaints
from table import write

CAUSES = ("natural", "competitive", "malicious", "fault", "still here")


@dataclass(frozen=True)
class Lapsed:
    """Every number that causes, evidence and trial are made from; tuples follow `CAUSES`."""

    since: str = "2025-07-01"
    #: Shares of natural, competitive and malicious, where it was not our fault.
    others: dict[str, tuple[float, float, float]] = field(
        default_factory=lambda: {
            "café": (0.55, 0.35, 0.10),
            "office": (0.30, 0.63, 0.07),
            "school": (0.35, 0.63, 0.02),
            "hotel": (0.25, 0.63, 0.12),
        }
    )
    closed: tuple[float, ...] = (0.60, 0.01, 0.08, 0.01, 0.0)  # in the register of closed firms
    reached: tuple[float, ...] = (0.45, 0.60, 0.15, 0.55, 0.80)
    rival: tuple[float, ...] = (0.06, 0.55, 0.10, 0.08, 0.04)  # a rival's offer is known
    overdue: tuple[float, ...] = (0.12, 0.03, 0.95, 0.05, 0.02)  # has an old unpaid invoice
    overdue_orders: tuple[float, ...] = (1.0, 0.6, 2.6, 0.8, 0.5)  # its size, in mean orders
    overdue_sigma: float = 0.5
    #: What is said on the telephone, with its chance.
    said: dict[str, dict[str, float]] = field(
        default_factory=lambda: {
            "natural": {"closed or moved": 0.6, "no need": 0.4},
            "competitive": {
                "cheaper elsewhere": 0.60,
                "better elsewhere": 0.25,
                "no need": 0.15,
            },
            "malicious": {"cheaper elsewhere": 0.5, "bad service": 0.5},
            "fault": {"bad service": 0.65, "better elsewhere": 0.15, "no need": 0.20},
            "still here": {"will order again": 1.0},
        }
    )
    back_alone: tuple[float, ...] = (0.02, 0.06, 0.02, 0.06, 0.85)  # comes back without an offer
    back_offer: tuple[float, ...] = (0.03, 0.20, 0.08, 0.30, 0.85)  # and with one


LAPSED = Lapsed()


def one_of(rng: np.random.Generator, shares: dict[str, float] | tuple[float, ...]) -> int:
    """Draw the place of one of the shares."""
    values = list(shares.values()) if isinstance(shares, dict) else list(shares)
    return int(np.searchsorted(np.cumsum(values) / np.sum(values), rng.random(), "right"))


def at_fault(complaints: pd.DataFrame, orders: pd.DataFrame, truth: pd.DataFrame) -> set[str]:
    """Return the customers whose last complaint, not mended, still worked when they left."""
    s = SERVICE
    table = complaints.assign(customer=orders["customer"].to_numpy()[complaints["row"]])
    table["begin"] = table["opened"] + np.minimum(table["answer"], s.patience)
    left = truth.set_index("customer")["left"].dropna()
    day = (left - pd.Timestamp(TRUTH.start)).dt.days
    table = table[table["customer"].isin(day.index)]
    table = table[table["begin"] <= table["customer"].map(day)]
    last = table.sort_values("begin", kind="stable").groupby("customer").last()
    inside = day.reindex(last.index) - last["begin"] <= s.window
    return set(last.index[inside & ~last["mended"].astype(bool)])


def make_lapsed() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the cause of every lapsed customer, and what the firm sees of it."""
    tables = simulate()
    people, orders = tables["company_customers.csv"], tables["company_orders.csv.gz"]
    truth, p = tables["company_truth.csv"], LAPSED
    complaints = make_complaints(people, truth, orders)
    ours = at_fault(complaints, orders, truth)
    rng, lot = stream("company_lapsed"), stream("company_lapsed.trial")
    last = orders.groupby("customer")["date"].max()
    left = truth.set_index("customer")["left"]
    mean_order = truth.set_index("customer")["mean_order"]
    segment = people.set_index("customer")["segment"]
    blame = 1 - 1 / SERVICE.hazard_unmended
    seen, true = [], []
    for who in people["customer"]:
        if last[who] >= pd.Timestamp(p.since):
            continue
        if pd.isna(left[who]):
            cause = CAUSES.index("still here")
        elif who in ours and rng.random() < blame:
            cause = CAUSES.index("fault")
        else:
            cause = one_of(rng, p.others[segment[who]])
        words = p.said[CAUSES[cause]]
        reached = rng.random() < p.reached[cause]
        size = np.exp(p.overdue_sigma * rng.standard_normal()) * p.overdue_orders[cause]
        owes = rng.random() < p.overdue[cause]
        offered = lot.random() < 0.5
        chance = (p.back_offer if offered else p.back_alone)[cause]
        seen.append(
            {
                "customer": who,
                "last_order": last[who],
                "closed_business": rng.random() < p.closed[cause],
                "overdue": round(float(size * mean_order[who]), 2) if owes else 0.0,
                "rival_offer": rng.random() < p.rival[cause],
                "said": list(words)[one_of(rng, words)] if reached else None,
                "offered": offered,
                "returned": lot.random() < chance,
            }
        )
        true.append({"customer": who, "cause": CAUSES[cause]})
    return pd.DataFrame(seen), pd.DataFrame(true)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    lapsed, causes = make_lapsed()
    write(lapsed, folder / "company_lapsed.csv")
    write(causes, folder / "company_lapsed_truth.csv")
