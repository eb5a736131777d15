"""Pictures of the capstone."""

import numpy as np
import pandas as pd

from crmlab import crm
from crmlab._result import Drawable

CALM: dict[str, object] = {
    "alive": True, "order_rate": 10.0, "mean_order": 200.0, "margin_rate": 0.3, "churn_rate": 0.2,
    "service_cost": 100.0, "complaint_days": 0, "unmended_factor": 3.0, "mended_factor": 1.1,
    "fails": 0.2, "unpaid": 0.01, "unpaid_credit": 0.04, "visit_lift": 0.3, "offer_keeps": 0.7,
    "repair_mends": 0.8, "credit_lift": 0.1, "prepay_loss": 0.1,
}  # fmt: skip


def truth(*changes: dict[str, object]) -> pd.DataFrame:
    """Return the truth of as many customers as there are changes of one that is usual."""
    rows = [{"customer": f"C{n}", **CALM, **change} for n, change in enumerate(changes, start=1)]
    return pd.DataFrame(rows)


def trial(seed: int = 1) -> pd.DataFrame:
    """Return a small trial with two groups."""
    rng, n = np.random.default_rng(seed), 240
    before = rng.integers(100, 900, n)
    action = np.where(np.arange(n) % 2 == 0, "visit", "none")
    group = np.where(np.arange(n) % 4 < 2, "beans", "all kinds")
    lift = 1 + 0.4 * ((action == "visit") & (group == "beans"))
    after = (before * lift * rng.uniform(0.5, 1.3, n)).round()
    return pd.DataFrame({"action": action, "group": group, "before": before, "after": after})


def results() -> list[Drawable]:
    """Return one result of each class."""
    true = truth({}, {"complaint_days": 150}, {"alive": False}, {"fails": 0.9, "churn_rate": 1.0})
    strategy = pd.DataFrame(
        {"customer": true["customer"], "action": ["prepay", "none", "visit", "credit"]}
    )
    table = trial()
    return [
        crm.trial_gain(table, "visit", "after", "before", table["group"]),
        crm.plan_budget(crm.true_gains(true), 200),
        crm.score_strategy(strategy, true, 400),
    ]
