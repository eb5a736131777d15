"""What tests of fits over many simulated data sets share.

Every fit converges, or is refused with a reason that is known beforehand: no warning, no other
exception, no NaN without a word. Cheap fits meet 1,000 data sets; dear ones fewer, unless the
variable ``DATA_SETS`` says how many, as in ``DATA_SETS=1000 python -m pytest tests/test_fits*``.
"""

import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.stats import binom

from tests.test_hostile_input import not_finite

#: A right interval fails its test about once in so many.
_ONCE_IN = 2_000


def many(usual: int) -> int:
    """How many data sets a dear fit meets."""
    return int(os.environ.get("DATA_SETS", usual))


def generators(count: int, seed: int) -> Iterator[np.random.Generator]:
    """One generator of random numbers per data set, so that each can be made alone."""
    for number in range(count):
        yield np.random.default_rng([seed, number])


def fits(
    fit: Callable[[Any], Any],
    data_sets: Iterable[Any],
    refusals: Sequence[str],
    unknown: str = "^$",
) -> tuple[list[tuple[Any, Any]], dict[str, list[Any]]]:
    """Fit every data set: those that converged with their results, those refused by the reason.

    Parameters
    ----------
    refusals : sequence of str
        Patterns of the reasons that are allowed; each must match the beginning of a message.
    unknown : str
        Pattern of the fields of the result that may be NaN or infinite, as their docstring says.
    """
    converged, refused = [], {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for number, data in enumerate(data_sets):
            try:
                result = fit(data)
            except ValueError as reason:
                known = [words for words in refusals if re.match(words, str(reason))]
                if not known:
                    reason.add_note(f"data set {number} is refused for this reason")
                    raise
                refused.setdefault(known[0], []).append(data)
                continue
            except Exception as error:
                error.add_note(f"data set {number}")
                raise
            odd = {where for where in not_finite(result) if not re.search(unknown, where)}
            assert not odd, f"data set {number} gives NaN or infinity in {sorted(odd)}"
            converged.append((data, result))
    return converged, refused


def covers(inside: Iterable[Any], level: float = 0.95, slack: float = 0.0) -> None:
    """Hold the share of intervals that hold the truth against their level, with a binomial bound.

    `slack` is how far the level of an interval that holds for large samples only may be off.
    """
    hits = np.array(list(inside), dtype=bool)
    least = binom.ppf(1 / _ONCE_IN, hits.size, level - slack)
    most = binom.ppf(1 - 1 / _ONCE_IN, hits.size, min(level + slack, 1.0))
    assert least <= hits.sum() <= most, f"{hits.mean():.3f} of {hits.size} for a level of {level}"


def size(rng: np.random.Generator, least: int, most: int) -> int:
    """Number of rows, evenly on the scale of the logarithm."""
    return int(np.exp(rng.uniform(np.log(least), np.log(most + 1))))


_KINDS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "answers": lambda rng, n: rng.integers(1, 11, n).astype(float),
    "flag": lambda rng, n: (rng.random(n) < 0.5).astype(float),
    "rare": lambda rng, n: (rng.random(n) < 2 / n).astype(float),
    "skewed": lambda rng, n: np.exp(rng.normal(0, 3, n)),
    "large": lambda rng, n: 1e8 + 1e6 * rng.normal(size=n),
    "small": lambda rng, n: 1e-9 * rng.normal(size=n),
    "ties": lambda rng, n: np.round(rng.normal(0, 0.4, n)),
    "one value": lambda rng, n: np.full(n, rng.normal()),
}


def features(rng: np.random.Generator, n: int, wild: float = 0.2) -> pd.DataFrame:
    """One to five columns of many shapes; some constant, doubled or sums of others."""
    kinds = list(_KINDS)
    columns = {}
    for place in range(rng.integers(1, 6)):
        kind = kinds[rng.integers(1, len(kinds)) if rng.random() < wild else 0]
        columns[f"x{place}"] = _KINDS[kind](rng, n)
    if len(columns) > 1 and rng.random() < wild / 4:
        columns["x0"] = columns["x1"] * 3 + 1
    if len(columns) > 2 and rng.random() < wild / 4:
        columns["x0"] = columns["x1"] - columns["x2"]
    return pd.DataFrame(columns)


def standard(table: pd.DataFrame) -> np.ndarray:
    """Columns in standard deviations; those of one value are 0."""
    x = table.to_numpy()
    spread = x.std(axis=0)
    flat = spread <= 1e-12 * (1 + np.abs(x).max(axis=0))
    return (x - x.mean(axis=0)) / np.where(flat, np.inf, spread)


def separated(x: np.ndarray, answer: Any) -> bool:
    """Whether a likelihood of ordered answers (two or more) has no maximum, by linear programming.

    It has none if some direction of slopes β and thresholds θ makes no answer less likely and some
    more likely: θ above each answer rises at least as fast as x β, θ below it no faster.
    """
    place = np.unique(answer, return_inverse=True)[1]
    cuts = np.eye(place.max() + 2)[:, 1:-1]
    centred = standard(pd.DataFrame(x))
    above = np.hstack([-centred, cuts[place + 1]])[place < place.max()]
    below = np.hstack([centred, -cuts[place]])[place > 0]
    gains = np.vstack([above, below])
    found = linprog(-gains.sum(axis=0), A_ub=-gains, b_ub=np.zeros(len(gains)), bounds=(-1, 1))
    return bool(-found.fun > 1e-6)
