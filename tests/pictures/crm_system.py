"""Pictures of the CRM system."""

import pandas as pd

from crmlab import crm
from crmlab._result import Drawable

CUSTOMER = {
    "customer_id": "C1", "segment": "café", "acquired": "2025-01-31", "acquisition_cost": 90.0,
    "service_cost_per_year": 20.0,
}  # fmt: skip
BUYS = {"order_id": ["O1", "O2"], "customer_id": "C1"}


def base() -> crm.Database:
    """Return a database with one customer: two orders, one paid in part, a ticket, a survey."""
    made = crm.connect(engine="sqlite")
    made.set_day("2025-12-31")
    rows = {
        "customers": pd.DataFrame([CUSTOMER, CUSTOMER | {"customer_id": "C2"}]),
        "orders": pd.DataFrame(BUYS | {
            "ordered": ["2025-02-01", "2025-08-01"], "product": "beans",
            "amount": [100.0, 300.0], "cost": 60.0}),
        "invoices": pd.DataFrame(BUYS | {
            "invoice_id": ["I1", "I2"], "invoiced": ["2025-02-02", "2025-08-02"],
            "due": ["2025-03-02", "2025-09-02"], "amount": [100.0, 300.0]}),
        "payments": pd.DataFrame({
            "payment_id": ["P1"], "customer_id": "C1", "invoice_id": "I1", "paid": "2025-03-01",
            "amount": 80.0}),
        "credit_notes": pd.DataFrame({
            "note_id": ["N1"], "customer_id": "C1", "invoice_id": "I1", "noted": "2025-03-05",
            "amount": 20.0, "reason": "damaged"}),
        "tickets": pd.DataFrame({
            "ticket_id": ["T1"], "customer_id": "C1", "kind": "complaint", "cause": "damaged",
            "opened": "2025-02-10", "reopened": 0, "compensation": 20.0}),
        "answers": pd.DataFrame({
            "customer_id": ["C1"], "asked": "2025-06-01", "question": "satisfaction_1",
            "points": 7.0}),
    }  # fmt: skip
    for name, frame in rows.items():
        report = crm.import_table(made, name, frame)
        assert report.added == len(frame), report.faults
    return made


def results() -> list[Drawable]:
    """Return one result of each class: a customer with a history, and one without."""
    with base() as made:
        return [crm.customer_view(made, "C1"), crm.customer_view(made, "C2")]
