"""Pictures of strategy."""

import pandas as pd

from crmlab import crm
from crmlab._result import Drawable

#: Four invented customers; one never answered a survey, one has no influence that we know of.
TABLE = pd.DataFrame(
    {
        "profit": [900.0, 100, 400, 300],
        "influence": [2.0, 0, 1, None],
        "loyalty": [5.0, 1, 3, 2],
        "potential": [0.0, 20, 10, 5],
        "satisfaction": [8.0, 4, None, 6],
    },
    index=["Lu", "Ma", "Ning", "Ou"],
)
FACTORS = {"leader": 4, "data": 3, "people": 3, "owner": 1}
GOALS = [
    crm.Goal("Keep more customers", "retention", 70, 74, "%", "Ms Bai", "2026-01-01",
             "2026-12-31", side="firm", limit=80),
    crm.Goal("Answer within two days", "answered", 45, 80, "%", "Mr Fu", "2026-01-01",
             "2026-12-31", why="Keep more customers", limit=79),
    crm.Goal("Train the clerks", "trained", 0, 6, "clerks", "Ms Gu", "2026-01-01", "2026-06-30",
             why="Answer within two days", side="staff", limit=6),
    crm.Goal("Better service and more orders", why="Become number one"),
]  # fmt: skip


def answers() -> pd.DataFrame:
    """Return three raters' answers, who disagree about processes."""
    made = pd.DataFrame(3.0, crm.maturity_questions().index, ["sales", "service", "accounts"])
    made.loc[["5.1", "5.2", "5.3"], "service"] = 0
    made.loc["7.3", "sales"] = None
    return made


def results() -> list[Drawable]:
    """Return one result of each class, with and without gaps, faults and a veto."""
    found = crm.evaluate_customers(TABLE)
    done = {"Keep more customers": 71, "Train the clerks": 5}
    return [
        found,
        crm.weight_sensitivity(found, 50, 5, top=2),
        crm.maturity_score(answers()),
        crm.maturity_score(answers(), factors=FACTORS),
        crm.smart_check(GOALS, "2026-01-01"),
        crm.goal_tree(GOALS[:3]),
        crm.goal_tree(GOALS),
        crm.goal_progress(GOALS, done, "2026-05-01"),
    ]
