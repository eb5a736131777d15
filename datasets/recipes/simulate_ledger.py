"""Simulate the receivables ledger of the simulated company: SYNTHETIC invoices and payments.

``python simulate_ledger.py FOLDER`` writes five tables. Every order from the first day of the
ledger on is invoiced on its day. How a customer pays is true of it in `company_standing_truth`;
what may happen to an invoice besides stands in the structure Ledger:

* it is due after the days that its segment is given, and paid `mean_days_late` later, give or
  take `spread_days`, but never before it is written;
* with the customer's `unpaid_chance` nothing is ever paid of it;
* some are disputed, which delays them; some goods come back, for which a credit note is given
  before the invoice is paid; a large invoice may be paid in three instalments, another in two
  parts, of which the second may never come;
* some customers pay by statement: one transfer for all that they pay in ten days;
* some transfers are too large or are made twice, and some do not name the invoice.

`company_payments` holds what came in until the last day of the ledger. What comes later is in
`company_payments_later`, and which invoices a payment without a number was truly meant for is in
`company_payments_truth`: no firm sees these two.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from simulate_company import simulate, stream
from simulate_standing import make_truth
from table import write

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ledger:
    """Every number that the ledger is made from, beside company_standing_truth."""

    start: str = "2024-01-01"
    end: str = "2025-12-31"
    #: Days from the invoice to the due date, by segment.
    terms: dict[str, int] = field(
        default_factory=lambda: {"café": 30, "office": 30, "school": 60, "hotel": 60}
    )
    disputed: float = 0.03  # share of the invoices that are paid late for a dispute
    dispute_days: float = 45.0  # mean of the delay, which is exponential
    returned: float = 0.025  # share of the invoices with a credit note
    #: What a credit note is for, and how often.
    reasons: dict[str, float] = field(
        default_factory=lambda: {"returned": 0.6, "damaged": 0.25, "wrong price": 0.15}
    )
    returned_all: float = 0.15  # share of the credit notes for the whole invoice
    large: float = 1000.0  # from this amount on an invoice may be paid in instalments
    instalments: float = 0.35  # share of the large invoices paid in three instalments
    in_parts: float = 0.04  # share of the other invoices paid in two parts
    rest_days: float = 30.0  # mean days from a first part to the rest; exponential
    rest_unpaid: float = 0.12  # chance that the rest never comes
    by_statement: float = 0.12  # share of the customers who pay by statement
    every: int = 10  # days between the transfers of a customer who pays by statement
    no_number: float = 0.05  # share of the other transfers that do not name the invoice
    twice: float = 0.003  # share of the transfers made twice
    too_much: float = 0.003  # share of the transfers that are rounded up to the next hundred


LEDGER = Ledger()


def date_of(days: Ints) -> npt.NDArray[np.datetime64]:
    """Return the dates that lie so many days after 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[s]")


def make_invoices(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Write one invoice for every order of the ledger's years."""
    kept = orders[orders["date"] >= LEDGER.start].reset_index(drop=True)
    terms = customers.set_index("customer")["segment"].map(LEDGER.terms)
    days = pd.to_timedelta(kept["customer"].map(terms), unit="D")
    return pd.DataFrame(
        {
            "invoice": "I" + kept["order"].str[1:],
            "customer": kept["customer"],
            "order": kept["order"],
            "date": kept["date"],
            "due": kept["date"] + days,
            "amount": kept["amount"],
        }
    )


def make_pay_days(invoices: pd.DataFrame, paying: pd.DataFrame) -> pd.DataFrame:
    """Draw when an invoice would be paid in full, and whether it ever is."""
    rng, n = stream("company_payments.days"), len(invoices)
    own = paying.set_index("customer").loc[invoices["customer"]]
    written = invoices["date"].to_numpy().astype("datetime64[D]").astype(int)
    due = invoices["due"].to_numpy().astype("datetime64[D]").astype(int)
    late = own["mean_days_late"].to_numpy() + own["spread_days"].to_numpy() * rng.standard_normal(n)
    wait = (rng.random(n) < LEDGER.disputed) * LEDGER.dispute_days * rng.exponential(size=n)
    pay = np.maximum(np.round(due + late + wait).astype(int), written + 1)
    statement = dict(
        zip(paying["customer"], rng.random(len(paying)) < LEDGER.by_statement, strict=True)
    )
    by_statement = invoices["customer"].map(statement).to_numpy()
    grid = np.round(pay / LEDGER.every).astype(int) * LEDGER.every
    pay = np.where(by_statement, np.maximum(grid, written + 1), pay)
    unpaid = rng.random(n) < own["unpaid_chance"].to_numpy()
    return pd.DataFrame({"pay": pay, "unpaid": unpaid, "by_statement": by_statement})


def make_credit_notes(invoices: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Draw which goods come back, how much of the invoice is taken off, and when."""
    rng, n = stream("company_credit_notes"), len(invoices)
    whole = rng.random(n) < LEDGER.returned_all
    share = np.where(whole, 1.0, rng.uniform(0.05, 0.6, n))
    written = invoices["date"].to_numpy().astype("datetime64[D]").astype(int)
    days = written + 1 + np.floor(rng.random(n) * np.maximum(plan["pay"] - written - 1, 1))
    names = list(LEDGER.reasons)
    reason = np.array(names)[rng.choice(len(names), n, p=list(LEDGER.reasons.values()))]
    back = rng.random(n) < LEDGER.returned
    notes = pd.DataFrame(
        {
            "customer": invoices["customer"],
            "invoice": invoices["invoice"],
            "date": date_of(days.to_numpy().astype(int)),
            "amount": np.maximum((invoices["amount"] * share).round(2), 0.01),
            "reason": reason,
        }
    )
    notes = notes[back & (notes["date"] <= LEDGER.end)].sort_values(["date", "invoice"])
    notes.insert(0, "note", [f"N{i:04d}" for i in range(1, len(notes) + 1)])
    return notes.reset_index(drop=True)


def make_parts(invoices: pd.DataFrame, plan: pd.DataFrame, owed: Ints) -> pd.DataFrame:
    """Split what is owed, in cents, into the transfers by which it is meant to be paid."""
    rng, n = stream("company_payments.parts"), len(invoices)
    pay = plan["pay"].to_numpy()
    instalments = (owed >= 100 * LEDGER.large) & (rng.random(n) < LEDGER.instalments)
    two = ~instalments & (rng.random(n) < LEDGER.in_parts)
    first = np.where(two, np.floor(owed * rng.uniform(0.5, 0.9, n) / 1000).astype(int) * 1000, owed)
    rest_day = pay + 1 + np.round(LEDGER.rest_days * rng.exponential(size=n)).astype(int)
    rest_lost = rng.random(n) < LEDGER.rest_unpaid
    third = np.round(owed / 3).astype(int)
    place = np.arange(n)
    pieces = [
        (place[~instalments], pay[~instalments], first[~instalments]),
        (place[two & ~rest_lost], rest_day[two & ~rest_lost], (owed - first)[two & ~rest_lost]),
    ]
    for i, cents in enumerate((third, third, owed - 2 * third)):
        pieces.append((place[instalments], pay[instalments] + 30 * i, cents[instalments]))
    who, day, cents = (np.concatenate(column) for column in zip(*pieces, strict=True))
    parts = pd.DataFrame({"place": who, "day": day, "cents": cents})
    parts["single"] = ~(instalments | two)[parts["place"]]
    return parts[(parts["cents"] > 0) & ~plan["unpaid"].to_numpy()[parts["place"]]]


def make_transfers(invoices: pd.DataFrame, plan: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Merge parts into transfers; draw who names no invoice, pays twice or pays too much.

    One row per transfer and invoice; `share` is the cents of the transfer meant for the invoice.
    """
    rng = stream("company_payments.transfers")
    parts = parts.sort_values(["day", "place", "cents"]).reset_index(drop=True)
    parts["customer"] = invoices["customer"].to_numpy()[parts["place"]]
    merged = plan["by_statement"].to_numpy()[parts["place"]] & parts["single"]
    alone = np.where(merged, "", parts.index.astype(str))
    parts["transfer"] = parts.groupby(["day", "customer", alone], sort=False).ngroup()
    sizes = parts.groupby("transfer")["place"].transform("size")
    count = parts["transfer"].max() + 1
    chance = rng.random((3, count))[:, parts["transfer"]]
    parts["numbered"] = (sizes == 1) & (chance[0] >= LEDGER.no_number)
    parts["paid"] = parts.groupby("transfer")["cents"].transform("sum")
    up = chance[1] < LEDGER.too_much
    parts.loc[up, "paid"] = (parts.loc[up, "paid"] // 10000 + 1) * 10000
    again = parts[(chance[2] < LEDGER.twice) & (sizes == 1)].copy()
    again["day"] += rng.integers(3, 25, len(again))
    again["transfer"] += count
    return pd.concat([parts, again.assign(cents=0)], ignore_index=True)


def make_payments(
    invoices: pd.DataFrame, notes: pd.DataFrame, plan: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the payments until the end, those after it, and what the nameless ones were for."""
    credit = notes.groupby("invoice")["amount"].sum()
    credit = invoices["invoice"].map(credit).fillna(0.0).to_numpy()
    owed = np.round(100 * (invoices["amount"].to_numpy() - credit)).astype(int)
    rows = make_transfers(invoices, plan, make_parts(invoices, plan, owed))
    rows = rows.sort_values(["day", "transfer", "place"]).reset_index(drop=True)
    rows["invoice"] = invoices["invoice"].to_numpy()[rows["place"]]
    order = pd.factorize(rows["transfer"])[0]
    rows["payment"] = [f"P{i + 1:05d}" for i in order]
    rows["date"] = date_of(rows["day"].to_numpy())
    rows["amount"] = rows["paid"] / 100
    once = rows.drop_duplicates("payment").copy()
    once["invoice"] = once["invoice"].where(once["numbered"])
    columns = ["payment", "customer", "invoice", "date", "amount"]
    seen = once["date"] <= LEDGER.end
    meant = rows[~rows["numbered"]].assign(amount=rows["cents"] / 100)
    meant = meant[(meant["date"] <= LEDGER.end) & (meant["cents"] > 0)]
    later = rows[(rows["date"] > LEDGER.end) & (rows["cents"] > 0)]
    later = later.assign(amount=later["cents"] / 100)
    return once.loc[seen, columns], later[columns], meant[["payment", "invoice", "amount"]]


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    tables = simulate()
    people = tables["company_customers.csv"]
    paying = make_truth(people, tables["company_truth.csv"])
    invoices = make_invoices(tables["company_orders.csv.gz"], people)
    plan = make_pay_days(invoices, paying)
    notes = make_credit_notes(invoices, plan)
    seen, later, meant = make_payments(invoices, notes, plan)
    write(invoices, folder / "company_invoices.csv.gz")
    write(notes, folder / "company_credit_notes.csv")
    write(seen, folder / "company_payments.csv.gz")
    write(later, folder / "company_payments_later.csv")
    write(meant, folder / "company_payments_truth.csv")
