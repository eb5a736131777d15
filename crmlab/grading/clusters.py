"""Groups found by clustering, and how far two groupings agree."""

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


def adjusted_rand(first: Any, second: Any) -> float:
    """Compare two groupings of the same customers by the adjusted Rand index (调整兰德指数).

    The share of pairs of customers that both groupings treat alike (together in both, or apart in
    both), corrected for chance: 1 is the same grouping whatever the names, 0 what chance gives.

    Parameters
    ----------
    first, second : sequence of length n
        Label of each customer.

    Returns
    -------
    float
        At most 1; below 0 where the two agree less than chance.

    Raises
    ------
    ValueError, TypeError
        If there are fewer than two customers or the lengths differ.

    Notes
    -----
    Hubert and Arabie (1985).

    Examples
    --------
    >>> adjusted_rand(["a", "a", "b", "b"], [7, 7, 3, 3])
    1.0
    >>> round(adjusted_rand([1, 1, 2, 2], [1, 2, 1, 2]), 2)
    -0.5
    """
    counts, _rows, _columns = _contingency(first, second)
    pairs = float(_pairs(counts).sum())
    rows, columns = (float(_pairs(counts.sum(axis=axis)).sum()) for axis in (1, 0))
    expected = rows * columns / float(_pairs(counts.sum()))
    most = (rows + columns) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)


def _pairs(counts: Any) -> FloatArray:
    return np.asarray(counts, float) * (np.asarray(counts, float) - 1) / 2


def _labels(value: Any, name: str) -> list[Hashable]:
    labels = _checks.listed(value, name, "one label per customer")
    for label in labels:
        if not isinstance(label, Hashable) or label is None or label != label:
            raise ValueError(f"{name} must hold labels, none missing; got {label!r}")
    if len(labels) < 2:
        raise ValueError(f"{name} must hold at least 2 labels; got {len(labels)}")
    return labels


def _contingency(one: Any, other: Any) -> tuple[np.ndarray, list[Any], list[Any]]:
    """Count customers by both labels; the labels stand in the order of a categorical."""
    _checks.same_index(one, other, "first and second")
    first, second = _labels(one, "first"), _labels(other, "second")
    if len(first) != len(second):
        raise ValueError(f"second must have one label per label of first ({len(first)}); got "
                         f"{len(second)}")  # fmt: skip
    rows, columns = _order(one, first), _order(other, second)
    row = {label: i for i, label in enumerate(rows)}
    column = {label: i for i, label in enumerate(columns)}
    at = np.array([row[a] * len(columns) + column[b] for a, b in zip(first, second, strict=True)])
    counts = np.bincount(at, minlength=len(rows) * len(columns))
    return counts.reshape(len(rows), len(columns)), rows, columns


def _order(value: Any, labels: list[Hashable]) -> list[Hashable]:
    categories = getattr(getattr(value, "dtype", None), "categories", None)
    used = dict.fromkeys(labels)
    if categories is not None:
        return [label for label in categories if label in used]
    try:
        return sorted(used)  # type: ignore[type-var]
    except TypeError:
        return list(used)


@dataclass(frozen=True, eq=False)
class Agreement(Drawable):
    """Two groupings of the same customers side by side, made by :func:`compare_groups`.

    Attributes
    ----------
    counts : DataFrame
        Customers by group of the first (row) and of the second (column).
    adjusted_rand : float
        As :func:`adjusted_rand` gives it.

    Examples
    --------
    >>> found = compare_groups(["a", "a", "b", "b"], ["a", "b", "b", "b"])
    >>> found
    Agreement(4 customers, 75.0 % the same label, adjusted Rand index 0.000)
    >>> found.to_frame()
    second  a  b
    first
    a       1  1
    b       0  2
    """

    _picture = "agreement"

    counts: "pd.DataFrame"
    adjusted_rand: float

    @property
    def same(self) -> float:
        """Share of the customers with the same label in both; 0 where no label is shared."""
        shared = [name for name in self.counts.index if name in self.counts.columns]
        hits = sum(self.counts.loc[name, name] for name in shared)
        return float(hits / self.counts.to_numpy().sum())

    def to_frame(self) -> "pd.DataFrame":
        """Return the counts.

        Returns
        -------
        DataFrame
        """
        return self.counts

    def __repr__(self) -> str:
        return (
            f"Agreement({int(self.counts.to_numpy().sum())} customers, {100 * self.same:.1f} % "
            f"the same label, adjusted Rand index {self.adjusted_rand:.3f})"
        )


def compare_groups(first: Any, second: Any) -> Agreement:
    """Cross two groupings of the same customers (混淆矩阵).

    Parameters
    ----------
    first, second : sequence of length n
        Label of each customer; a categorical keeps its order. To judge a rule, give the truth
        first.

    Returns
    -------
    Agreement
        With ``.counts``, ``.same``, ``.adjusted_rand`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`adjusted_rand`.

    Examples
    --------
    >>> compare_groups(["a", "a", "b", "b"], ["a", "b", "b", "b"])
    Agreement(4 customers, 75.0 % the same label, adjusted Rand index 0.000)
    """
    import pandas as pd

    counts, rows, columns = _contingency(first, second)
    table = pd.DataFrame(counts, pd.Index(rows, name="first"), pd.Index(columns, name="second"))
    return Agreement(table, adjusted_rand(first, second))


def _standardised(table: Any, clusters: Any) -> tuple[FloatArray, int]:
    _checks.columns(table, "data", [])
    values = np.column_stack([_checks.array(table[c], str(c), ndim=1) for c in table.columns])
    k = _checks.count(clusters, "clusters", 2)
    different = len(np.unique(values, axis=0))
    if k > different:
        raise ValueError(
            f"clusters must be at most the number of different customers ({different}); got {k}"
        )
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1), k


def cluster_customers(
    data: "pd.DataFrame", clusters: int, *, starts: int = 10, seed: int = 0
) -> "pd.Series":
    """Group customers by k-means on standardised columns (聚类细分).

    Parameters
    ----------
    data : DataFrame of shape (n, k)
        One row per customer, numbers only.
    clusters : int
        Number of groups, 2 to n.
    starts : int
        Number of random starts, of which the best is kept.
    seed : int
        Of the random numbers.

    Returns
    -------
    Series
        Number of each customer's group, 1 for the largest one.

    Raises
    ------
    ValueError, TypeError
        If a value is missing or a setting is not allowed.
    ImportError
        If scikit-learn is not installed.

    Notes
    -----
    MacQueen (1967). Groups have no names and no rule in words; a new customer is put to the
    nearest centre.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"value": [1, 2, 1, 90, 91], "orders": [1, 1, 2, 9, 8]})
    >>> cluster_customers(table, 2).tolist()
    [1, 1, 1, 2, 2]
    """
    import pandas as pd

    values, k = _standardised(data, clusters)
    tries, number = _checks.count(starts, "starts"), _checks.seed(seed, high=2**32 - 1)
    found = _k_means(values, k, tries, number)
    size = np.bincount(found, minlength=k)
    rank = np.empty(k, dtype=int)
    rank[np.argsort(-size, kind="stable")] = np.arange(1, k + 1)
    return pd.Series(rank[found], index=data.index, name="cluster")


def _k_means(values: FloatArray, k: int, starts: int, seed: int) -> np.ndarray:
    from sklearn.cluster import KMeans

    return KMeans(k, n_init=starts, random_state=seed).fit_predict(values)


def cluster_stability(
    data: "pd.DataFrame", clusters: int, *, draws: int = 10, seed: int = 0
) -> FloatArray:
    """Compare runs of k-means with different starts, pair by pair (聚类稳定性).

    Parameters
    ----------
    data, clusters
        As in :func:`cluster_customers`.
    draws : int
        Number of runs with one random start each, at least 2.
    seed : int
        Of the first run; each next run counts up.

    Returns
    -------
    ndarray of shape (draws × (draws − 1) / 2,)
        Adjusted Rand index of each pair: 1 where two runs found the same groups.

    Raises
    ------
    ValueError, TypeError
        As :func:`cluster_customers`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"value": [1, 2, 1, 90, 91], "orders": [1, 1, 2, 9, 8]})
    >>> cluster_stability(table, 2, draws=3).tolist()
    [1.0, 1.0, 1.0]
    """
    values, k = _standardised(data, clusters)
    times, first = _checks.count(draws, "draws", 2), _checks.seed(seed, high=2**32 - 1)
    found = [_k_means(values, k, 1, first + run) for run in range(times)]
    return np.array([adjusted_rand(one, other) for one, other in combinations(found, 2)])
