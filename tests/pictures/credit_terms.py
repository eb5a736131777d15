"""Results of credit terms and collection that have a picture."""

import pandas as pd

from crmlab import credit, datasets
from crmlab._result import Drawable

OLD = credit.CreditPolicy(500_000, 30, 0.01, 3000)
NEW = credit.CreditPolicy(600_000, 60, 0.015, 4000, 0.008, 30, 0.5)
CLASSES = pd.DataFrame(
    {"sales": [800, 400, 200], "bad_debts": [0.005, 0.03, 0.25], "days": [35, 45, 70]},
    index=["A", "B", "C"],
)


def results() -> list[Drawable]:
    """Return at least one result of each class, in a fixed order."""
    stages = credit.collection_stages()
    policies = {"old": OLD, "new": NEW}
    return [
        credit.terms_change(OLD, NEW, 0.8, 0.15, year=360),
        credit.terms_change(NEW, OLD, 0.8, 0.15, year=360),
        credit.compare_policies(policies, 0.8, 0.15),
        credit.compare_policies(policies, 0.8, 0.15, base="new"),
        credit.credit_standards(CLASSES, 0.8, 0.1),
        credit.credit_standards(CLASSES.assign(bad_debts=0.9), 0.8, 0.1),
        credit.simulate_terms(OLD, NEW, 0.8, 0.15, {"sales": (5e5, 6e5, 6.5e5)}, draws=400),
        credit.collection_plan(stages, 2000, 0.1),
        credit.collection_plan(stages, 5),
        credit.collection_sizes(stages, 0.1),
        credit.collection_sizes(stages, 0.1, salvage=0.1, customer_value=500),
        credit.collection_goals(
            {"letter": stages.iloc[:3], "all": stages, "agency": stages.iloc[[0, 4]]}, 800
        ),
        credit.estimate_stages(datasets.load("company_dunning"), fee="fee"),
    ]
