"""Entropy weights (熵权法): what differs most between the objects counts most."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.weights._weighted import Weighted, names_of

if TYPE_CHECKING:
    import pandas as pd

CONVENTIONS = ("share", "range")


@dataclass(frozen=True, eq=False)
class EntropyWeights(Weighted, Drawable):
    """Weights from entropy, made by :func:`entropy`.

    Attributes
    ----------
    weights : ndarray of shape (n,)
        Sum to one.
    names : tuple
        The columns.
    entropy : ndarray of shape (n,)
        Shannon's entropy of each column as a share of its maximum: 1 if all objects are alike.
    convention : str
        How the columns were made comparable.

    Examples
    --------
    >>> found = entropy([[8, 7, 2, 1], [5, 3, 7, 5], [7, 5, 6, 4], [9, 9, 7, 3], [11, 10, 3, 7],
    ...          [6, 9, 5, 4]])
    >>> found
    EntropyWeights(1 0.1107, 2 0.2239, 3 0.2742, 4 0.3912)
    >>> found.to_frame().round(2)
          entropy  divergence  weight
    name
    1        0.98        0.02    0.11
    2        0.96        0.04    0.22
    3        0.95        0.05    0.27
    4        0.94        0.06    0.39
    """

    _picture = "weights"

    weights: FloatArray
    names: tuple[Hashable, ...]
    entropy: FloatArray
    convention: str

    def to_frame(self) -> "pd.DataFrame":
        """One row per column: entropy, what it leaves (divergence), weight.

        Returns
        -------
        DataFrame
        """
        table = super().to_frame()
        table.insert(0, "entropy", self.entropy)
        table.insert(1, "divergence", 1 - self.entropy)
        return table

    def __repr__(self) -> str:
        return f"EntropyWeights({self._listed()})"


def entropy(values: Any, cost: Any = None, *, convention: str = "share") -> EntropyWeights:
    """Weights from the spread of the values themselves (熵权法).

    Column j is turned into shares p of the objects; ``eⱼ = −Σ p ln p / ln m`` and
    ``wⱼ = (1 − eⱼ) / Σ(1 − e)``.

    Parameters
    ----------
    values : array or DataFrame of shape (m, n)
        One row per object, one column per indicator.
    cost : list of column names, positions or booleans, optional
        The columns in which less is better.
    convention : {"share", "range"}
        How shares are made. "share": each value divided by its column's sum, costs inverted to
        1 / x first; values above 0 (0 is allowed where more is better). "range": each column
        mapped to 0 … 1 between its worst and best value first, then divided by its sum; any
        values. The two give different weights: say which.

    Returns
    -------
    EntropyWeights
        With ``.weights``, ``.entropy``, ``.to_frame()``.

    Raises
    ------
    ValueError, TypeError
        If there are fewer than two rows, a value is outside its bounds, `cost` names no column,
        or no column differs between the objects.

    Notes
    -----
    The measure is Shannon's (1948). A weight says how much an indicator *differs*, not how much
    it matters to customers; whether that is what an index should do is a judgement.

    Examples
    --------
    >>> entropy([[8, 7, 2, 1], [5, 3, 7, 5], [7, 5, 6, 4], [9, 9, 7, 3], [11, 10, 3, 7],
    ...          [6, 9, 5, 4]])
    EntropyWeights(1 0.1107, 2 0.2239, 3 0.2742, 4 0.3912)
    """
    _checks.choice(convention, "convention", CONVENTIONS)
    low = 0 if convention == "share" else -np.inf
    table = _checks.array(values, "values", low, ndim=2)
    m, n = table.shape
    if m < 2:
        raise ValueError(f"values must have at least 2 rows; got {m}")
    names = names_of(None, values, n)
    against = _which(cost, _checks.labels(values, "columns", n))
    if convention == "share":
        if (table[:, against] == 0).any():
            raise ValueError("values must be above 0 where less is better; got 0")
        good = np.where(against, 1 / np.where(against, table, 1), table)
    else:
        least, most = table.min(axis=0), table.max(axis=0)
        width = np.where(most > least, most - least, 1)
        good = np.where(against, most - table, table - least) / width
        good = np.where(most > least, good, 1.0)  # a column that never differs has even shares
    total = good.sum(axis=0)
    if (total == 0).any():
        column = names[int((total == 0).argmax())]
        raise ValueError(f"values must not all be 0 in a column; got {column!r}")
    share = good / total
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    uncertainty = -(share * logs).sum(axis=0) / np.log(m)
    divergence = np.maximum(1 - uncertainty, 0)
    if divergence.sum() < 1e-12:
        raise ValueError("values must differ between the objects; got equal rows")
    return EntropyWeights(divergence / divergence.sum(), names, uncertainty, convention)


def _which(cost: Any, names: tuple[Any, ...]) -> npt.NDArray[np.bool_]:
    """Return one flag per column: whether less is better."""
    flags = np.zeros(len(names), dtype=bool)
    if cost is None:
        return flags
    listed = _checks.listed(cost, "cost", "columns", ordered=False)
    if listed and all(isinstance(item, bool | np.bool_) for item in listed):
        if len(listed) != len(names):
            raise ValueError(
                f"cost must have one flag per column ({len(names)}); got {len(listed)}"
            )
        return np.array(listed)
    for item in listed:
        flags[names.index(_checks.choice(item, "cost", names))] = True
    return flags
