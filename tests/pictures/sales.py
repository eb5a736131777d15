"""Results of the room `sales` that have a picture."""

from functools import cache

import pandas as pd

from crmlab import datasets, sales
from crmlab._result import Drawable


@cache
def leads() -> pd.DataFrame:
    """Leads of the simulated company's first year and a half."""
    table = datasets.load("company_leads").set_index("lead")
    return table[table["created"] < "2024-07-01"]


def results() -> list[Drawable]:
    """Give at least one result of each class with a picture."""
    table, orders = leads(), datasets.load("company_orders")
    course = sales.funnel([80, 30, 16, 10], [1125, 318, 168, 108])
    forecast = sales.sales_forecast(table, "2024-05-31", draws=100)
    days = pd.to_datetime(["2024-02-29", "2024-03-31"])
    estimate = sales.estimate_pipeline(
        sales.customer_stages(table, orders, day="2025-06-30"), day="2025-06-30", draws=5
    )
    tasks = pd.DataFrame(
        {
            "due": pd.to_datetime(["2025-12-01", "2025-12-01", "2025-12-20", "2025-12-30"]),
            "value": [0, 900, 800, 20],
            "hours": [1, 2, 1, 3.0],
        },
        index=["report", "offer", "visit", "survey"],
    )
    rule = {"day": "2025-11-30", "important_from": 500}
    world = sales.Territory()
    return [
        course,
        sales.funnel([5, 0]),
        sales.required_inflow(course, 216),
        sales.lead_funnel(table, day="2023-12-31"),
        sales.signing_rates(table, "2024-05-31"),
        forecast,
        sales.backtest(table, days, draws=20),
        estimate.pipeline,
        estimate,
        sales.priority_grid(tasks, **rule),
        sales.work_through(tasks, **rule),
        sales.pay_scheme(world, 0.3, steps=10),
        sales.pay_weights(world, [0, 0.5, 1], steps=10),
        sales.simulate_team(world, {"hunter": [1, 0, 0], "keeper": [0.3, 0.7, 0]}),
        sales.rep_accounts(table, orders),
    ]
