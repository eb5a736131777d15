"""Kano's model on large surveys: time by respondents and by features.

Run with ``make bench``. Goal: 10,000 respondents × 30 features within 0.2 s. The peer is the
plain way to write it: a look-up of each pair and pandas' crosstab, feature by feature.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from crmlab import satisfaction

TABLE = satisfaction.evaluation_table().to_numpy()


def seconds(function: Callable[[], object], repeat: int = 5) -> float:
    """Return the median time of `repeat` calls, after one to warm up."""
    function()
    times = []
    for _round in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


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
    print("respondents  features   kano and table, ms   plain counts, ms   ratio")
    for respondents, features in ((1_000, 30), (10_000, 30), (100_000, 30), (10_000, 120)):
        there, absent = survey(respondents, features)
        assert (satisfaction.kano(there, absent).counts == plain(there, absent)).all(axis=None)
        ours = seconds(lambda t=there, a=absent: satisfaction.kano(t, a).to_frame())
        peer = seconds(lambda t=there, a=absent: plain(t, a), repeat=1)
        print(
            f"{respondents:11,}  {features:8}   {1000 * ours:18.1f}   {1000 * peer:16.1f}"
            f"   {peer / ours:5.1f}"
        )


if __name__ == "__main__":
    main()
