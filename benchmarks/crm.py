"""A CRM database with a million orders: loading it, and one customer from all sides; never a test.

Run with ``make bench``, or ``python benchmarks/crm.py 100000`` for another number of orders. The
firm is SYNTHETIC: twenty orders for each customer, an invoice for each order, a payment for most,
a ticket for one order in twenty. Loading counts with all checks, keys and constraints. The page is
made for many customers in turn; its goal is 50 milliseconds. Times are seconds by the clock, since
a customer on the telephone waits by the clock, with the processor's seconds in the note.
"""

import sys
import tempfile
import time
from pathlib import Path

import _results
import numpy as np
import pandas as pd

from crmlab import crm

PAGES = 200
GOAL = 0.050
DAY = "2025-12-31"


def firm(orders: int) -> dict[str, pd.DataFrame]:
    """Return the tables of a firm with so many orders."""
    rng = np.random.default_rng(16)
    people = max(orders // 20, 1)
    names = pd.Series(np.arange(people)).map("C{:07d}".format).to_numpy()
    who = names[rng.integers(0, people, orders)]
    number = pd.Series(np.arange(orders)).map("{:08d}".format)
    ordered = pd.Timestamp("2021-01-01") + pd.to_timedelta(np.arange(orders) * 1820 // orders, "D")
    amount = np.round(rng.gamma(2, 150, orders) + 1, 2)
    order = pd.DataFrame({"order_id": "O" + number, "customer_id": who, "ordered": ordered,
                          "product": rng.choice(["beans", "machines", "supplies"], orders),
                          "amount": amount, "cost": np.round(amount * 0.7, 2)})  # fmt: skip
    invoice = pd.DataFrame({"invoice_id": "I" + number, "customer_id": who,
                            "order_id": order["order_id"], "invoiced": ordered,
                            "due": ordered + pd.Timedelta(days=30), "amount": amount})  # fmt: skip
    paid = rng.random(orders) < 0.95
    payment = pd.DataFrame({"payment_id": "P" + number[paid], "customer_id": who[paid],
                            "invoice_id": invoice["invoice_id"][paid],
                            "paid": ordered[paid] + pd.Timedelta(days=35),
                            "amount": amount[paid]})  # fmt: skip
    asked = rng.random(orders) < 0.05
    ticket = pd.DataFrame({"ticket_id": "T" + number[asked], "customer_id": who[asked],
                           "kind": "complaint", "cause": "damaged goods", "opened": ordered[asked],
                           "closed": ordered[asked], "reopened": 0,
                           "compensation": 0.0})  # fmt: skip
    customer = pd.DataFrame({"customer_id": names, "segment": "café", "acquired": "2021-01-01",
                             "acquisition_cost": 90.0, "service_cost_per_year": 20.0})  # fmt: skip
    return {"customers": customer, "orders": order, "invoices": invoice, "payments": payment,
            "tickets": ticket}  # fmt: skip


def load(engine: str, path: Path, tables: dict[str, pd.DataFrame]) -> dict[str, object]:
    """Load the firm into one engine and return what it took."""
    start, worked = time.perf_counter(), time.process_time()
    with crm.connect(path, engine) as base:
        crm.load_company(base, DAY, tables)
    took, worked = time.perf_counter() - start, time.process_time() - worked
    rows = sum(map(len, tables.values()))
    return {
        "job": f"crm.load_company, {engine}",
        "size": f"{len(tables['orders']):,} orders",
        "ours_s": took,
        "note": f"by the clock; {worked:.0f} s of processor time; {rows:,} rows, "
        f"{rows / took:,.0f} a second; file {path.stat().st_size / 1e6:,.0f} MB",
    }


def pages(engine: str, path: Path, tables: dict[str, pd.DataFrame]) -> dict[str, object]:
    """Make the pages of many customers and return what the middle one took."""
    names = tables["customers"]["customer_id"].sample(PAGES, random_state=1).tolist()
    clock, work = [], []
    with crm.connect(path, engine) as base:
        crm.customer_view(base, names[0])
        for name in names:
            start, worked = time.perf_counter(), time.process_time()
            crm.customer_view(base, name).to_html()
            clock.append(time.perf_counter() - start)
            work.append(time.process_time() - worked)
    middle, late = np.quantile(clock, [0.5, 0.95])
    done = np.quantile(work, [0.5, 0.95])
    return {
        "job": f"crm.customer_view, {engine}",
        "size": f"{len(tables['orders']):,} orders",
        "ours_s": float(middle),
        "ratio": float(middle) / GOAL,
        "goal": 1.0,
        "note": f"median of {PAGES} customers by the clock, 95th percentile {1000 * late:.0f} ms; "
        f"processor time {1000 * done[0]:.0f} and {1000 * done[1]:.0f} ms; "
        "ratio to the goal of 50 ms",
    }


def main(orders: int) -> None:
    tables = firm(orders)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for engine in ("duckdb", "sqlite"):
            path = Path(folder) / f"crm.{engine}"
            for job in (load, pages):
                rows.append(job(engine, path, tables))
                print(f"{rows[-1]['job']:28} {rows[-1]['ours_s']:8.3f}  {rows[-1]['note']}")
    print(_results.record("crm", rows))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
