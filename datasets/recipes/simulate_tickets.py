"""Simulate the service tickets of the simulated company: SYNTHETIC.

``python simulate_tickets.py FOLDER`` writes `company_tickets` and `company_tickets_truth`.

The orders and the day on which each customer left are given: `simulate_company.py` made them. A
ticket must not contradict them, and yet a customer who was served badly should leave sooner. So
the tickets are drawn by Bayes' rule:

1. the world is this: an order leads to a complaint by chance; a complaint is answered after some
   days, with or without compensation, and is then mended or not; for `window` days after the
   answer (or after `patience` days without one) the customer's rate of leaving is multiplied by
   `hazard_mended` or `hazard_unmended`. The last complaint counts;
2. for every customer `histories` stories of complaints are drawn from that world;
3. one of them is kept, with a probability in proportion to the likelihood that a customer with
   this story stays for exactly as long as this customer did.

Customers, orders and tickets together are then a draw from a world in which bad service comes
first and leaving follows, at the rates of :class:`Service`. Enquiries and repairs have no effect
on leaving. Answers became slower from year to year, as tickets grew and the staff did not.
"""

import sys
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from simulate_company import DAYS_PER_YEAR, TRUTH, dates, draw, horizon, simulate, stream
from table import write

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Service:
    """Every number that the tickets are made from."""

    complaint_rate: dict[str, float] = field(  # per order, of a customer with frailty 1
        default_factory=lambda: {"café": 0.075, "office": 0.055, "school": 0.055, "hotel": 0.11}
    )
    frailty_shape: float = 2.0  # gamma with mean 1: some customers complain more
    enquiry_rate: float = 0.045  # per order
    repair_rate: float = 0.22  # per order of a machine
    causes: dict[str, float] = field(  # of complaints
        default_factory=lambda: {
            "late delivery": 0.34,
            "wrong item": 0.21,
            "billing error": 0.15,
            "damaged goods": 0.13,
            "taste": 0.10,
            "rude contact": 0.07,
        }
    )
    topics: dict[str, float] = field(  # of enquiries
        default_factory=lambda: {
            "order status": 0.42,
            "price": 0.26,
            "product": 0.20,
            "invoice": 0.12,
        }
    )
    delay_days: float = 2.0  # mean days from the order to the ticket
    answer_days: dict[int, float] = field(  # median days to the first answer, by year
        default_factory=lambda: {2021: 1.3, 2022: 1.4, 2023: 1.8, 2024: 2.4, 2025: 3.2}
    )
    answer_sigma: float = 0.85  # of the logarithm
    enquiry_factor: float = 0.5  # enquiries are answered in half the time
    forgotten: float = 0.025  # share of tickets that nobody ever answers
    patience: float = 14.0  # days after which an unanswered complaint has its effect
    compensated_base: float = -1.3  # logit that a complaint is compensated
    compensated_slow: float = 0.6  # per unit of ln(1 + days to the answer)
    compensated_cause: dict[str, float] = field(
        default_factory=lambda: {"damaged goods": 1.6, "wrong item": 0.6, "billing error": -1.0}
    )
    compensation_share: float = 0.18  # median of the order's amount
    compensation_sigma: float = 0.45
    mended_base: float = 1.25  # logit that a complaint is mended
    mended_slow: float = -1.0  # per unit of ln(1 + days to the answer)
    mended_compensated: float = 1.0
    mended_cause: dict[str, float] = field(default_factory=lambda: {"rude contact": -0.9})
    window: float = 180.0  # days over which a complaint changes the rate of leaving
    hazard_mended: float = 1.1  # times the customer's own rate of leaving
    hazard_unmended: float = 3.0
    histories: int = 300
    reopened_mended: float = 0.05
    reopened_unmended: float = 0.30
    close_days: float = 2.0  # mean days from the answer to the close; again for each reopening
    asked_mended: float = 0.60  # share of the closed complaints that are asked
    asked_unmended: float = 0.45
    asked_other: float = 0.35  # of the closed enquiries and repairs
    satisfied_other: float = 2.2  # logit for enquiries and repairs
    satisfied_slow: float = -0.7  # per unit of ln(1 + days to the answer)


SERVICE = Service()


def logistic(value: Floats) -> Floats:
    """Turn logits into chances."""
    return np.asarray(1 / (1 + np.exp(-value)))


def answer_days(rng: np.random.Generator, day: Floats, factor: float = 1.0) -> Floats:
    """Draw whole days to the first answer of tickets opened on `day`; infinite if forgotten."""
    s = SERVICE
    year = np.clip(2021 + np.floor(day / DAYS_PER_YEAR), 2021, 2025).astype(int)
    median = np.vectorize(s.answer_days.get)(year) if day.size else np.zeros(day.shape)
    days = np.floor(factor * median * np.exp(s.answer_sigma * rng.standard_normal(day.shape)))
    return np.where(rng.random(day.shape) < s.forgotten, np.inf, days)


def effect(cause: npt.NDArray[np.str_], by_cause: dict[str, float]) -> Floats:
    """Return the effect of each cause, 0 for those that have none."""
    total = np.zeros(cause.shape)
    for name, value in by_cause.items():
        total += value * (cause == name)
    return total


def stories(rng: np.random.Generator, order_day: Floats, chance: float, end: float) -> dict:
    """Draw stories of complaints: arrays of shape (histories, orders)."""
    s = SERVICE
    shape = (s.histories, order_day.size)
    frailty = rng.gamma(s.frailty_shape, 1 / s.frailty_shape, (s.histories, 1))
    opened = order_day + np.floor(rng.exponential(s.delay_days, shape))
    there = (rng.random(shape) < chance * frailty) & (opened < end)
    cause = draw(rng, s.causes, shape[0] * shape[1]).reshape(shape)
    answer = answer_days(rng, opened)
    slow = np.log1p(np.minimum(answer, s.patience))
    wish = s.compensated_base + s.compensated_slow * slow + effect(cause, s.compensated_cause)
    paid = (rng.random(shape) < logistic(wish)) & np.isfinite(answer)
    hope = s.mended_base + s.mended_slow * slow + s.mended_compensated * paid
    mended = rng.random(shape) < logistic(hope + effect(cause, s.mended_cause))
    mended &= np.isfinite(answer)
    return {
        "opened": opened,
        "there": there,
        "cause": cause,
        "answer": answer,
        "paid": paid,
        "mended": mended,
    }


def likelihood(story: dict, rate: float, start: float, end: float, left: bool) -> Floats:
    """Return how likely the true life is under each story."""
    s = SERVICE
    begin = story["opened"] + np.minimum(story["answer"], s.patience)
    begin = np.where(story["there"], begin, np.inf)
    factor = np.where(story["mended"], s.hazard_mended, s.hazard_unmended)
    order = np.argsort(begin, axis=1)
    begin = np.take_along_axis(begin, order, axis=1)
    factor = np.take_along_axis(factor, order, axis=1)
    following = np.concatenate([begin[:, 1:], np.full((len(begin), 1), np.inf)], axis=1)
    until = np.minimum(np.minimum(begin + s.window, following), end)
    inside = begin < end
    spent = np.where(inside, until - np.where(inside, begin, 0.0), 0.0)
    exposure = (end - start) + ((factor - 1) * spent).sum(axis=1)
    last = np.where(inside & (until >= end), factor, 1.0).prod(axis=1)
    base = rate / DAYS_PER_YEAR * (end - start) / max(exposure.mean(), 1e-9)
    return np.asarray(np.where(left, last, 1.0) * np.exp(-base * exposure))


def make_complaints(customers: pd.DataFrame, truth: pd.DataFrame, orders: pd.DataFrame) -> Any:
    """Draw the complaints of every customer, one row each, in days since the start."""
    rng, s, last_day = stream("company_tickets"), SERVICE, float(horizon())
    days = (orders["date"] - pd.Timestamp(TRUTH.start)).dt.days.to_numpy(float)
    rows = orders.groupby("customer").indices
    parts = []
    for who, segment, rate, left in zip(
        customers["customer"], customers["segment"], truth["churn_rate"], truth["left"], strict=True
    ):
        mine = rows[who]
        gone = not pd.isna(left)
        end = float((left - pd.Timestamp(TRUTH.start)).days + 1) if gone else last_day
        story = stories(rng, days[mine], s.complaint_rate[segment], end)
        weight = np.cumsum(likelihood(story, rate, days[mine][0], end, gone))
        kept = min(np.searchsorted(weight, rng.random() * weight[-1]), s.histories - 1)
        there = np.flatnonzero(story["there"][kept])
        columns = {name: values[kept, there] for name, values in story.items() if name != "there"}
        parts.append(pd.DataFrame({"row": mine[there], **columns}))
    table = pd.concat(parts, ignore_index=True).assign(kind="complaint")
    n = len(table)
    share = s.compensation_share * np.exp(s.compensation_sigma * rng.standard_normal(n))
    amount = orders["amount"].to_numpy()[table["row"]] * np.minimum(share, 1.0)
    return table.assign(compensation=np.where(table["paid"], amount, 0.0))


def make_others(orders: pd.DataFrame) -> pd.DataFrame:
    """Draw enquiries and repairs, which have no effect on leaving."""
    rng, s = stream("company_tickets.others"), SERVICE
    days = (orders["date"] - pd.Timestamp(TRUTH.start)).dt.days.to_numpy(float)
    enquiry = np.flatnonzero(rng.random(len(orders)) < s.enquiry_rate)
    machine = (orders["product"] == "machines").to_numpy()
    repair = np.flatnonzero((rng.random(len(orders)) < s.repair_rate) & machine)
    row = np.concatenate([enquiry, repair])
    kind = np.repeat(["enquiry", "repair"], [len(enquiry), len(repair)])
    cause = np.where(kind == "enquiry", draw(rng, s.topics, len(row)), "machine fault")
    wait = np.where(kind == "enquiry", s.delay_days, 120.0)
    opened = days[row] + np.floor(wait * rng.exponential(size=len(row)))
    answer = answer_days(rng, opened, s.enquiry_factor)
    table = pd.DataFrame({"row": row, "kind": kind, "cause": cause, "opened": opened})
    table = table.assign(answer=answer, compensation=0.0, mended=True)
    return table[table["opened"] < horizon()]


def finish(rng: np.random.Generator, table: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Draw reopening, close and the question after it, and cut everything at the end."""
    s, n, end = SERVICE, len(table), horizon() - 1
    complaint = (table["kind"] == "complaint").to_numpy()
    mended = table["mended"].to_numpy(bool)
    answer = table["opened"].to_numpy() + table["answer"].to_numpy()
    again = np.where(mended, s.reopened_mended, s.reopened_unmended)
    reopened = rng.geometric(1 - again) - 1
    rounds = np.arange(1 + reopened.max()) <= reopened[:, None]
    spent = np.floor(rng.exponential(s.close_days, rounds.shape)) * rounds
    closed = answer + spent.sum(axis=1)
    slow = np.log1p(np.where(np.isfinite(answer), table["answer"], 0.0))
    pleased = rng.random(n) < logistic(s.satisfied_other + s.satisfied_slow * slow)
    pleased = np.where(complaint, mended, pleased)
    chance = np.where(mended, s.asked_mended, s.asked_unmended)
    asked = rng.random(n) < np.where(complaint, chance, s.asked_other)
    known, done = answer <= end, closed <= end
    made = pd.DataFrame(
        {
            "customer": orders["customer"].to_numpy()[table["row"]],
            "order": orders["order"].to_numpy()[table["row"]],
            "kind": table["kind"].to_numpy(),
            "cause": table["cause"].to_numpy(),
            "opened": dates(table["opened"].to_numpy()),
            "first_answer": dates(np.where(known, answer, 0)).where(known),
            "closed": dates(np.where(done, closed, 0)).where(done),
            "reopened": np.where(done, reopened, 0),
            "compensation": np.where(known, table["compensation"], 0.0).round(2),
            "satisfied": np.where(asked & done, np.where(pleased, "yes", "no"), None),
        }
    )
    made = made.sort_values(["opened", "order", "kind"], kind="stable", ignore_index=True)
    made.insert(0, "ticket", [f"T{i:05d}" for i in range(1, n + 1)])
    return made


def truth_table() -> pd.DataFrame:
    """Return every number of :class:`Service`, one row each."""
    rows: list[tuple[str, str | None, float]] = []
    for item in fields(SERVICE):
        value = getattr(SERVICE, item.name)
        entries = value.items() if isinstance(value, dict) else [(None, value)]
        rows += [(item.name, None if key is None else str(key), float(v)) for key, v in entries]
    return pd.DataFrame(rows, columns=["parameter", "level", "value"])


def make_tickets() -> pd.DataFrame:
    """Draw all tickets of the company."""
    tables = simulate()
    orders = tables["company_orders.csv.gz"]
    complaints = make_complaints(
        tables["company_customers.csv"], tables["company_truth.csv"], orders
    )
    both = pd.concat([complaints, make_others(orders)], ignore_index=True)
    return finish(stream("company_tickets.finish"), both, orders)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    write(make_tickets(), folder / "company_tickets.csv.gz")
    write(truth_table(), folder / "company_tickets_truth.csv")
