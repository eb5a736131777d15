"""Results of the lifecycle that have a picture."""

import pandas as pd

from crmlab import lifecycle
from crmlab._result import Drawable


def results() -> list[Drawable]:
    """Return a result of each class."""
    days = pd.date_range("2024-01-01", "2025-12-31", freq="20D")
    log = pd.DataFrame({"customer": list("ab") * 18 + ["c"], "date": days[:37]})
    lives = lifecycle.simulate_relationships(60, 12)
    found = lifecycle.classify_patterns(lives.counts, rate=(4, 3))
    names = [name for name, _chinese in lifecycle.pattern_names()]
    spells = [1, 2, 2, 3, 5, 8], [1, 1, 0, 1, 0, 1]
    return [
        lifecycle.stage_curve(),
        lifecycle.detect_stages(log, end="2025-12-31"),
        found,
        lifecycle.confusion(lives.truth["pattern"], found.table["pattern"], names),
        lifecycle.cohort_table(log, end="2025-12-31", period="Q"),
        lifecycle.cohort_table(log, end="2025-12-31", period="M", count="until last"),
        lifecycle.kaplan_meier(*spells),
        lifecycle.kaplan_meier([1, 2], [0, 0]),
        lifecycle.compare_survival(*spells, list("aabbbb")),
        lifecycle.lifecycle_profit(5, base=100, growth=[0, 10, 20, 30, 40], acquisition=150,
                                   bad_word=5, retention=0.8, rate=0.1),
        lifecycle.lifecycle_profit(3, base=-5, acquisition=10),
    ]  # fmt: skip
