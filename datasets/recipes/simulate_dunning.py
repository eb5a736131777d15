"""Simulate how the simulated company dunned its overdue invoices: SYNTHETIC.

``python simulate_dunning.py FOLDER`` writes ``company_dunning``, one row for each step that was
taken for an overdue invoice of ``company_invoices``.

The firm goes by the calendar: a reminder ten days after the due date if anything is open, a call
two weeks later, and so on; a visit and the court are for larger debts only. What comes in after a
reminder, call, letter or visit is what the ledger of `simulate_ledger` says. **These four steps
change nothing about when a customer pays**: in this world the money would have come anyway.

The agency is another matter. An invoice of which nothing more is ever paid belongs to a customer
who cannot pay or who will not, and of those who will not the agency and then the court make some
pay. That money goes to an account of its own and is not in ``company_payments``: when the firm
hands a debt over it has given it up in its books.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import simulate_ledger as ledger
from simulate_company import simulate, stream
from simulate_standing import make_truth
from table import write


@dataclass(frozen=True)
class Step:
    """One stage of collection as the firm practises it."""

    after: int  # days after the due date
    cost: float  # mean cost
    spread: float = 0.0  # of the cost: coefficient of variation of a gamma law
    smallest: float = 0.0  # taken only if so much is open
    of_amount: float = 0.0  # cost besides, as a share of what is open


@dataclass(frozen=True)
class Dunning:
    """Every number that the history of dunning is made from, beside those of the ledger."""

    steps: dict[str, Step] = field(
        default_factory=lambda: {
            "reminder": Step(10, 3.0),
            "call": Step(24, 15.0, spread=0.5),
            "letter": Step(38, 30.0),
            "visit": Step(60, 120.0, spread=0.4, smallest=300.0),
            "agency": Step(90, 50.0),
            "court": Step(180, 450.0, spread=0.3, smallest=250.0, of_amount=0.05),
        }
    )
    give_up: int = 180  # days after which the last step has failed
    agency_waits: int = 90  # as much if no court follows
    cannot: float = 0.35  # share of the invoices never paid whose customer is not able to pay
    agency: float = 0.45  # chance that the agency makes one pay who is able to
    agency_share: tuple[float, float] = (0.6, 1.0)  # of the open amount; uniform
    agency_days: tuple[float, float] = (15.0, 85.0)
    agency_fee: float = 0.25  # of what it brings
    court: float = 0.65  # chance that the court does, if the agency did not
    court_share: tuple[float, float] = (0.8, 1.0)
    court_days: tuple[float, float] = (60.0, 170.0)


DUNNING = Dunning()
Entries = list[tuple[int, float, bool]]
END = int(np.datetime64(ledger.LEDGER.end, "D").astype(int))


def days_of(dates: pd.Series) -> np.ndarray:
    """Return the days from 1970-01-01 to each date."""
    return dates.to_numpy().astype("datetime64[D]").astype(int)


def make_entries(
    payments: pd.DataFrame, meant: pd.DataFrame, notes: pd.DataFrame
) -> dict[str, Entries]:
    """For each invoice, what was taken off it: day, amount, and whether it was money."""
    named = payments.dropna(subset="invoice")[["invoice", "date", "amount"]]
    days = payments[["payment", "date"]]
    nameless = meant.merge(days, on="payment")[["invoice", "date", "amount"]]
    credit = notes[["invoice", "date", "amount"]]
    rows = pd.concat(
        [named.assign(money=True), nameless.assign(money=True), credit.assign(money=False)]
    )
    rows["day"] = days_of(rows["date"])
    rows = rows.sort_values(["invoice", "day", "money", "amount"])
    entries: dict[str, Entries] = {}
    for invoice, day, amount, money in rows[["invoice", "day", "amount", "money"]].itertuples(
        index=False
    ):
        entries.setdefault(invoice, []).append((int(day), float(amount), bool(money)))
    return entries


def make_fate(count: int) -> pd.DataFrame:
    """Draw what agency and court would do for each invoice if it were never paid."""
    rng, d = stream("company_dunning.fate"), DUNNING
    able = rng.random(count) >= d.cannot
    agency, court = rng.random(count) < d.agency, rng.random(count) < d.court
    return pd.DataFrame(
        {
            "agency": able & agency,
            "court": able & court,
            "agency_share": rng.uniform(*d.agency_share, count),
            "court_share": rng.uniform(*d.court_share, count),
            "agency_days": rng.uniform(*d.agency_days, count).round().astype(int),
            "court_days": rng.uniform(*d.court_days, count).round().astype(int),
        }
    )


def came_in(entries: Entries, day: int, until: int, still: float) -> tuple[float, int, bool]:
    """Money of the ledger after `day` and up to `until`, the last day, and if it settled all."""
    money, left = 0.0, still
    for when, cut, is_money in entries:
        if day < when <= until:
            money += min(cut, left) if is_money else 0.0
            left = round(left - cut, 2)
            if left <= 0:
                return money, when, True
    return money, until, False


def open_at(amount: float, entries: Entries, day: int) -> float:
    """Return what is open at the end of a day; below 0 where too much was paid."""
    return round(amount - sum(cut for when, cut, _money in entries if when <= day), 2)


def next_step(begin: int, due: int, amount: float, entries: Entries) -> int:
    """Place of the next step for which enough is open on its day; the number of steps if none."""
    steps = list(DUNNING.steps.values())
    for i in range(begin + 1, len(steps)):
        if open_at(amount, entries, due + steps[i].after) >= steps[i].smallest:
            return i
    return len(steps)


def steps_of(
    due: int, amount: float, entries: Entries, ever: bool, fate: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Take the steps for one invoice; `ever` says that the ledger has money for it after all."""
    names, place = list(DUNNING.steps), 0
    while place < len(names):
        name = names[place]
        day = due + DUNNING.steps[name].after
        still = open_at(amount, entries, day)
        if still <= 0 or day > END:
            return
        place = next_step(place, due, amount, entries)
        if place < len(names):
            until = due + DUNNING.steps[names[place]].after
        else:
            until = day + (DUNNING.give_up if name == "court" else DUNNING.agency_waits)
        money, until, closed = came_in(entries, day, until, still)
        if not ever and name in ("agency", "court") and fate[name]:
            money = round(still * fate[f"{name}_share"], 2)
            until, closed = day + int(fate[f"{name}_days"]), True
        fee = round(DUNNING.agency_fee * money, 2) if name == "agency" else 0.0
        known = until <= END
        yield {
            "stage": name,
            "day": day,
            "open": still,
            "until": until if known else np.nan,
            "recovered": round(money, 2) if known else np.nan,
            "fee": fee if known and fee else np.nan,
        }
        if closed or not known:
            return


def make_dunning(
    invoices: pd.DataFrame, entries: dict, later: pd.DataFrame, fate: pd.DataFrame
) -> pd.DataFrame:
    """Return all steps, in order of their day."""
    rng = stream("company_dunning.cost")
    coming = set(later["invoice"])
    rows: list[dict[str, Any]] = []
    fates, due = fate.to_dict("records"), days_of(invoices["due"])
    for i, (invoice, customer, amount) in enumerate(
        invoices[["invoice", "customer", "amount"]].itertuples(index=False)
    ):
        known = entries.get(invoice, [])
        ever = invoice in coming or open_at(amount, known, END) <= 0
        taken = steps_of(int(due[i]), amount, known, ever, fates[i])
        rows.extend({"invoice": invoice, "customer": customer, **row} for row in taken)
    table = pd.DataFrame(rows)
    plan = table["stage"].map(DUNNING.steps)
    mean = plan.map(lambda step: step.cost) + table["open"] * plan.map(lambda step: step.of_amount)
    spread = plan.map(lambda step: step.spread).to_numpy()
    shape = 1 / np.maximum(spread, 1e-9) ** 2
    noise = np.where(spread > 0, rng.gamma(np.minimum(shape, 1e6)) * spread**2, 1.0)
    table["cost"] = (mean * noise).round(2)
    table["date"] = ledger.date_of(table["day"].to_numpy())
    table["until"] = pd.to_datetime(table["until"], unit="D")
    order = pd.Categorical(table["stage"], list(DUNNING.steps)).codes
    table = table.assign(order=order).sort_values(["day", "invoice", "order"])
    columns = ["invoice", "customer", "stage", "date", "open", "cost", "until", "recovered", "fee"]
    return table[columns].reset_index(drop=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    tables = simulate()
    people = tables["company_customers.csv"]
    paying = make_truth(people, tables["company_truth.csv"])
    invoices = ledger.make_invoices(tables["company_orders.csv.gz"], people)
    plan = ledger.make_pay_days(invoices, paying)
    notes = ledger.make_credit_notes(invoices, plan)
    seen, later, meant = ledger.make_payments(invoices, notes, plan)
    entries = make_entries(seen, meant, notes)
    dunning = make_dunning(invoices, entries, later, make_fate(len(invoices)))
    write(dunning, folder / "company_dunning.csv.gz")
