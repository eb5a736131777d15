"""Pictures of receivables."""

import pandas as pd

from crmlab import credit
from crmlab._result import Drawable

DAYS = pd.to_datetime(["2025-01-10", "2025-02-20", "2025-03-05", "2025-03-20"])


def invoices() -> pd.DataFrame:
    """Return a small book of invoices, of two customers."""
    return pd.DataFrame(
        {
            "invoice": ["I1", "I2", "I3", "I4"],
            "customer": ["A", "A", "B", "B"],
            "date": DAYS,
            "due": DAYS + pd.Timedelta(days=30),
            "amount": [500.0, 300.0, 200.0, 900.0],
        }
    )


def payments() -> pd.DataFrame:
    """Return payments for it: one of a part, one without a number, one too large."""
    return pd.DataFrame(
        {
            "payment": ["P1", "P2", "P3"],
            "customer": ["A", "A", "B"],
            "invoice": ["I1", None, "I3"],
            "date": pd.to_datetime(["2025-02-25", "2025-04-02", "2025-04-04"]),
            "amount": [350.0, 300.0, 230.0],
        }
    )


def results() -> list[Drawable]:
    """Return one result of each class."""
    books = credit.match_payments(invoices(), payments())
    chain = credit.collection_chain([[0.3, 0.3, 0.4, 0.0], [0.3, 0.1, 0.4, 0.2]], ["new", "old"])
    days = ["2025-02-28", "2025-03-31", "2025-04-30"]
    orders = pd.DataFrame({"order": ["O1", "O2"], "customer": ["A", "B"], "amount": [100.0, 900.0]})
    status = credit.account_status(books.ledger, "2025-04-30")
    rates = {"not due": 0.01, "1-30": 0.05, "31-60": 0.2, "over 60": 0.9}
    return [
        books,
        credit.receivables_history(books.ledger, days),
        credit.receivables_history(books.ledger, days[-1:]),
        chain,
        credit.allowance({"new": 1000, "old": 2000, "bad": 50}, chain),
        credit.expected_loss([0.02, 0.1, 0.0], [5000, 1000, 30], 0.6),
        credit.hold_or_release(orders, status, {"A": 1000, "B": 1000}),
        credit.overdue_list(books.ledger, "2025-04-30", rates, buckets=(0, 30, 60)),
    ]
