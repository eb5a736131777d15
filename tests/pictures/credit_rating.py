"""Results of rating, surveys, moves, warning, orders and limits."""

import numpy as np
import pandas as pd

from crmlab import credit
from crmlab._result import Drawable

INDICATORS = pd.DataFrame(
    {
        "worst": [30, 0.0, 0],
        "best": [0, 0.5, 2],
        "weight": [5, 3, 2],
        "group": ["character", "capital", "capacity"],
    },
    index=["days_late", "equity", "cover"],
)


def answers(n: int, seed: int = 1) -> pd.DataFrame:
    """Answers with gaps."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.random((n, 3)) * [40, 0.6, 2.5], columns=INDICATORS.index)
    return table.mask(rng.random((n, 3)) < 0.2)


def results() -> list[Drawable]:
    """One result of each class, in its forms for few and for many customers."""
    few, many = (credit.credit_rating(answers(n), INDICATORS, least=0) for n in (8, 60))
    chance = {name: 0.3 / (1 + place) for place, name in enumerate(reversed(few.scale))}
    top = {name: 100.0 * place for place, name in enumerate(reversed(few.scale))}
    limits = [
        credit.credit_limits(r.scores.assign(worth=900.0), top, chance, capacity={"worth": 0.5})
        for r in (few, many)
    ]
    panel = pd.DataFrame(
        {"customer": list("xxyyzz"), "year": [1, 2] * 3, "grade": list("AABDAB")}
    )  # fmt: skip
    log = pd.DataFrame(
        {
            "customer": list("xxyy"),
            "quarter": pd.to_datetime(["2024-03-31", "2024-06-30"] * 2),
            "late": [False, True, False, True],
            "calls": [True, False, False, False],
        }
    )
    failures = pd.DataFrame({"customer": ["x"], "failed": pd.to_datetime(["2024-09-30"])})
    asked = pd.DataFrame(
        {
            "surveyed": pd.to_datetime(["2024-03-01", "2025-06-01", None]),
            "exposure": [5.0, 9, 1],
            "days_late": [0, 25, 3],
        }
    )
    return [
        few,
        many,
        few.profile([0, 1, 2]),
        credit.survey_due(asked, "2025-12-31", triggers={"days_late": 20}),
        credit.rating_moves(panel, ["A", "B", "D"], default="D"),
        credit.early_warning(log, failures, ["late", "calls"], votes=1, end="2025-12-31"),
        credit.order_decision(1000, 0.2, 0.3, effort=2),
        *limits,
        credit.limit_book(limits[1], 100, draws=200),
    ]
