"""Kano's model on large surveys: time by respondents and by features.

Run with ``make bench``. Goal: 10,000 respondents × 30 features within 0.2 s. The peer is the
plain way to write it: a look-up of each pair and pandas' crosstab, feature by feature.
Seconds are those for which the processor worked.
"""

import time

import numpy as np
import pandas as pd
from _results import record, seconds

from crmlab import satisfaction

TABLE = satisfaction.evaluation_table().to_numpy()


def survey(respondents: int, features: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(1)
    size = (respondents, features)
    return pd.DataFrame(rng.integers(1, 6, size)), pd.DataFrame(rng.integers(1, 6, size))


def plain(there: pd.DataFrame, absent: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of each category, the plain way."""
    rows = {}
    for feature in there:
        pairs = zip(there[feature], absent[feature], strict=True)
        letters = [TABLE[f - 1, d - 1] for f, d in pairs]
        rows[feature] = pd.Series(letters).value_counts()
    return pd.DataFrame(rows).T.reindex(columns=list(satisfaction.CATEGORIES), fill_value=0)


def main() -> None:
    rows = []
    for respondents, features in ((1_000, 30), (10_000, 30), (100_000, 30), (10_000, 120)):
        there, absent = survey(respondents, features)
        assert (satisfaction.kano(there, absent).counts == plain(there, absent)).all(axis=None)
        ours = seconds(
            lambda t=there, a=absent: satisfaction.kano(t, a).to_frame(), clock=time.process_time
        )
        peer = seconds(lambda t=there, a=absent: plain(t, a), repeat=1, clock=time.process_time)
        rows.append(
            {"job": "Kano study", "size": f"{respondents:,} × {features}", "ours_s": ours,
             "peer": "pair by pair", "peer_s": peer, "ratio": ours / peer,
             "note": "goal 0.2 s" if (respondents, features) == (10_000, 30) else ""}
        )  # fmt: skip
    print(record("kano", rows).read_text("utf-8"))


if __name__ == "__main__":
    main()
