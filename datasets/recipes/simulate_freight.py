"""Simulate the case log of a freight forwarder that does not exist: SYNTHETIC.

``python simulate_freight.py FOLDER`` writes two tables.

``freight_cases`` is a log of events: enquiries, fee confirmations and complaints, each a walk
through the steps of `WALKS` with a random time in every state. Some clerks skip a step, some book
a step twice and some write an event that nobody knows; some cases are opened again after they
were closed. The table does not say which events are wrong: a checked machine finds them.

``freight_confirmations`` holds the sheet that the customer sent back in each fee confirmation,
with the faults that `Freight.faults` gives, one draw for each rule.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_company import draw, stream
from table import write

#: From each state the events that a clerk may book: the next state, its weight, median hours.
Walk = dict[str, dict[str, tuple[str, float, float]]]
WALKS: dict[str, Walk] = {
    "enquiry": {
        "new": {"receive": ("logged", 1, 0)},
        "logged": {"assign": ("checking", 0.75, 3), "reply": ("answered", 0.25, 2)},
        "checking": {"ask_carrier": ("waiting", 0.4, 4), "reply": ("answered", 0.6, 9)},
        "waiting": {"carrier_reply": ("checking", 1, 18)},
        "answered": {"close": ("closed", 0.85, 20), "ask_again": ("checking", 0.15, 10)},
    },
    "fee confirmation": {
        "new": {"draft": ("drafted", 1, 0)},
        "drafted": {"send": ("sent", 1, 5)},
        "sent": {"return": ("returned", 0.85, 30), "dispute": ("disputed", 0.15, 24)},
        "disputed": {"correct": ("drafted", 1, 16)},
        "returned": {"accept": ("confirmed", 0.9, 8), "refuse": ("drafted", 0.1, 6)},
        "confirmed": {"invoice": ("invoiced", 1, 12)},
        "invoiced": {"pay": ("paid", 1, 420)},
    },
    "complaint": {
        "new": {"receive": ("recorded", 1, 0)},
        "recorded": {"assign": ("investigating", 1, 7)},
        "investigating": {
            "propose": ("proposed", 0.75, 40),
            "escalate": ("escalated", 0.25, 30),
        },
        "escalated": {"propose": ("proposed", 1, 26)},
        "proposed": {"accept": ("agreed", 0.8, 36), "reject": ("investigating", 0.2, 24)},
        "agreed": {"settle": ("closed", 1, 30)},
    },
}
AGAIN = {"enquiry": "checking", "fee confirmation": "disputed", "complaint": "investigating"}
FIRMS = (
    "North Harbour Trading", "Blue Kiln Ceramics", "Two Rivers Textile", "Old Mill Paper",
    "Lantern Lighting", "Far Shore Foods", "White Crane Furniture", "Stone Bridge Tools",
    "Green Valley Tea", "Copper Bell Hardware", "Long Field Garden", "Silver Reed Instruments",
)  # fmt: skip
ENDINGS = (" Co., Ltd.", " Import and Export Co., Ltd.", " (Group) Co., Ltd.")
CLERKS = ("Clerk A", "Clerk B", "Clerk C", "Clerk D")


@dataclass(frozen=True)
class Freight:
    """Every number that the cases are made from."""

    start: str = "2025-03-03"
    end: str = "2025-06-30"  # nothing is seen after this day
    cases: dict[str, int] = field(
        default_factory=lambda: {"enquiry": 110, "fee confirmation": 80, "complaint": 60}
    )
    hours_sigma: float = 0.8  # of the logarithm of the time in a state
    skipped: float = 0.025  # chance of each step that it is not booked
    doubled: float = 0.012  # chance of each step that it is booked twice
    strange: float = 0.006  # chance of each step that another event is written instead
    reopened: float = 0.09  # chance that a closed case is opened again, at most once
    fee: float = 6200.0  # median of a fee, in money
    fee_sigma: float = 0.9
    claim: float = 2600.0  # median of a settled complaint
    claim_sigma: float = 1.0
    monthly: float = 0.45  # share of fee confirmations with monthly settlement
    other_payer: float = 0.25  # share in which somebody else than the principal pays
    faults: dict[str, float] = field(  # chance that the sheet breaks a rule, where it applies
        default_factory=lambda: {
            "title": 0.10,  # an abbreviation or nothing in place of the full title
            "payer": 0.20,  # somebody else pays, and the title is not the payer's
            "seal": 0.10,  # another seal than agreed
            "date": 0.12,  # no promised date of payment, or one after the term
            "amount": 0.06,  # another amount than was sent
            "address": 0.05,  # no address for the documents
        }
    )


FREIGHT = Freight()


def walk(rng: np.random.Generator, kind: str, begin: float) -> list[tuple[float, str]]:
    """Draw the events of one case as a careful clerk would book them: hours and names."""
    steps, state, now, again = WALKS[kind], "new", begin, True
    events: list[tuple[float, str]] = []
    while True:
        if state not in steps:
            if not (again and rng.random() < FREIGHT.reopened):
                return events
            again = False
            now += 48 * float(np.exp(FREIGHT.hours_sigma * rng.standard_normal()))
            events.append((now, "reopen"))
            state = AGAIN[kind]
            continue
        names = list(steps[state])
        weights = np.array([steps[state][name][1] for name in names])
        event = names[int(np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random()))]
        state, _weight, median = steps[state][event]
        now += median * float(np.exp(FREIGHT.hours_sigma * rng.standard_normal()))
        events.append((now, event))


def spoil(
    rng: np.random.Generator, kind: str, events: list[tuple[float, str]]
) -> list[tuple[float, str]]:
    """Skip some steps, double some and write strange ones; the first stays as it is."""
    f, made = FREIGHT, events[:1]
    known = sorted({name for moves in WALKS[kind].values() for name in moves})
    for now, event in events[1:]:
        chance = rng.random()
        if chance < f.skipped:
            continue
        if chance < f.skipped + f.doubled:
            made += [(now, event), (now + 0.25, event)]
        elif chance < f.skipped + f.doubled + f.strange:
            made.append((now, str(rng.choice([*known, "forward"]))))
        else:
            made.append((now, event))
    return made


def make_cases() -> pd.DataFrame:
    """Draw the log of all cases, in order of time."""
    rng, f = stream("freight_cases"), FREIGHT
    hours = 24.0 * (pd.Timestamp(f.end) - pd.Timestamp(f.start)).days
    rows = []
    kinds = np.repeat(list(f.cases), list(f.cases.values()))
    begins = np.sort(rng.random(len(kinds))) * (hours - 24)
    for number, (kind, begin) in enumerate(zip(rng.permutation(kinds), begins, strict=True), 1):
        paid = f.fee if kind == "fee confirmation" else f.claim
        sigma = f.fee_sigma if kind == "fee confirmation" else f.claim_sigma
        amount = round(paid * float(np.exp(sigma * rng.standard_normal())), 2)
        clerk = str(rng.choice(CLERKS))
        for now, event in spoil(rng, str(kind), walk(rng, str(kind), begin)):
            named = event in ("draft", "invoice", "pay", "settle")
            actor = "customer" if event in ("return", "dispute", "accept", "reject") else clerk
            if kind == "fee confirmation" and event == "accept":
                actor = clerk
            money = amount if named and kind != "enquiry" else None
            rows.append((f"F{number:03d}", str(kind), now, event, actor, money))
    names = ["case", "kind", "now", "event", "actor", "amount"]
    table = pd.DataFrame(rows, columns=names)
    table = table[table["now"] < hours].sort_values("now", kind="stable", ignore_index=True)
    days = np.floor(table["now"] / 24)
    table.insert(2, "date", pd.Timestamp(f.start) + pd.to_timedelta(days, unit="D"))
    table.insert(3, "hour", (table["now"] - 24 * days).round(2))
    return table.drop(columns="now")


def make_confirmations(log: pd.DataFrame) -> pd.DataFrame:
    """Draw the sheet that came back in every fee confirmation."""
    rng, f = stream("freight_confirmations"), FREIGHT
    mine = log[log["kind"] == "fee confirmation"].groupby("case", sort=True)
    first = mine.first()
    n = len(first)
    endings = draw(rng, dict.fromkeys(ENDINGS, 1.0), n)
    firms = np.array(FIRMS)
    who = rng.integers(0, len(FIRMS), n)
    principal = np.array([firms[i] + ending for i, ending in zip(who, endings, strict=True)])
    other = firms[(who + rng.integers(1, len(FIRMS), n)) % len(FIRMS)]
    other = np.array([name + ENDINGS[0] for name in other])
    differs = rng.random(n) < f.other_payer
    payer = np.where(differs, other, principal)
    wrong = {name: rng.random(n) < chance for name, chance in f.faults.items()}
    short = np.array([name.split(" ", 1)[0] + " " + name.split(" ")[1] for name in payer])
    title = np.where(wrong["title"], np.where(rng.random(n) < 0.3, "", short), payer)
    title = np.where(differs & wrong["payer"] & ~wrong["title"], principal, title)
    monthly = rng.random(n) < f.monthly
    agreed = np.where(monthly, draw(rng, {"finance seal": 0.6, "company seal": 0.4}, n), "")
    swapped = np.where(agreed == "finance seal", "contract seal", "finance seal")
    seal = np.where(monthly & wrong["seal"], swapped, agreed)
    seal = np.where(monthly, seal, draw(rng, {"company seal": 0.7, "finance seal": 0.3}, n))
    term = np.where(monthly, 30, 7)
    ahead = np.floor(term * (0.4 + 0.6 * rng.random(n)))
    late = wrong["date"] & (rng.random(n) < 0.5)
    ahead = np.where(late, term + 10, ahead)
    promised = first["date"] + pd.to_timedelta(ahead, unit="D")
    promised = promised.where(~(wrong["date"] & ~late))
    amount = first["amount"].to_numpy(float)
    back = np.where(wrong["amount"], (amount * 0.9).round(2), amount)
    return pd.DataFrame(
        {
            "case": first.index,
            "sent": first["date"].to_numpy(),
            "principal": principal,
            "payer": payer,
            "invoice_title": pd.Series(title).where(title != "").to_numpy(),
            "amount_sent": amount,
            "amount_returned": back,
            "address": np.where(wrong["address"], None, "as in the contract"),
            "monthly": monthly,
            "agreed_seal": pd.Series(agreed).where(monthly).to_numpy(),
            "seal": seal,
            "term_days": term,
            "promised": promised.to_numpy(),
        }
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    cases = make_cases()
    write(cases, folder / "freight_cases.csv")
    write(make_confirmations(cases), folder / "freight_confirmations.csv")
