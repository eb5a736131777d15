"""Weights joined from several sources (综合加权)."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.weights._weighted import Weighted, names_of, parts_of

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("additive", "multiplicative")


@dataclass(frozen=True, eq=False)
class CombinedWeights(Weighted, Drawable):
    """Weights joined from several sets, made by :func:`combine`.

    Attributes
    ----------
    weights : ndarray of shape (n,)
        Sum to one.
    names : tuple
        What is weighed.
    parts : ndarray of shape (sets, n)
        The sets that were joined.
    method : str
        How.

    Examples
    --------
    >>> found = combine([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]], "multiplicative")
    >>> found
    CombinedWeights(1 0.3571, 2 0.2143, 3 0.4286)
    >>> found.to_frame().round(2)
          part_1  part_2  weight
    name
    1        0.5     0.2    0.36
    2        0.3     0.2    0.21
    3        0.2     0.6    0.43
    """

    _picture = "weights"

    weights: FloatArray
    names: tuple[Hashable, ...]
    parts: FloatArray
    method: str

    def to_frame(self) -> "pd.DataFrame":
        """One row per name: every set, and the weight that joins them.

        Returns
        -------
        DataFrame
        """
        table = super().to_frame()
        for i, part in enumerate(self.parts):
            table.insert(i, f"part_{i + 1}", part)
        return table

    def __repr__(self) -> str:
        return f"CombinedWeights({self._listed()})"


def combine(parts: Any, method: str = "additive", *, shares: Any = None) -> CombinedWeights:
    """Join several sets of weights, such as judged and measured ones (综合加权).

    Parameters
    ----------
    parts : sequence of weights
        Two or more sets for the same things, each summing to one: arrays, or results of
        :func:`ahp` and :func:`entropy`.
    method : {"additive", "multiplicative"}
        "additive": ``Σ share × weight``; one set can make up for another. "multiplicative":
        ``Π weight``, or ``Π weight ** share`` where shares are given, then divided by the sum; a
        weight of nearly 0 in one set stays nearly 0.
    shares : array of shape (sets,), optional
        How much each set counts, summing to one. Without it all count alike.

    Returns
    -------
    CombinedWeights

    Raises
    ------
    ValueError, TypeError
        If a set does not sum to one, the sets differ in length or name their things differently,
        or their product is 0 throughout.

    Examples
    --------
    >>> combine([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    CombinedWeights(1 0.3500, 2 0.3000, 3 0.3500)
    >>> combine([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]], "multiplicative")
    CombinedWeights(1 0.3571, 2 0.2143, 3 0.4286)
    """
    parts = parts if not isinstance(parts, Iterator) else list(parts)
    sets = parts_of(parts)
    _checks.choice(method, "method", METHODS)
    _same_names(parts)
    stack = np.array(sets)
    counts = None if shares is None else _checks.shares(shares, "shares")
    if counts is not None and len(counts) != len(stack):
        raise ValueError(f"shares must be one per set ({len(stack)}); got {len(counts)}")
    if method == "additive":
        joined = stack.mean(axis=0) if counts is None else counts @ stack
    else:
        joined = (stack if counts is None else stack ** counts[:, None]).prod(axis=0)
        if joined.sum() == 0:
            raise ValueError("parts must leave something of their product; got 0 for every name")
        joined = joined / joined.sum()
    named = next((part.names for part in parts if isinstance(part, Weighted)), None)
    names = names_of(named, next(iter(parts)), len(joined), "index")
    return CombinedWeights(joined, names, stack, method)


def _same_names(parts: Any) -> None:
    """Raise if two sets name what they weigh differently; numbers in order are no names."""
    found: list[Hashable] = []
    for part in parts:
        own: Any = part.names if isinstance(part, Weighted) else getattr(part, "index", None)
        names = list(own) if isinstance(own, tuple) or hasattr(own, "equals") else []
        if not names or names in (list(range(len(names))), list(range(1, len(names) + 1))):
            continue
        if found and names != found:
            raise ValueError(f"parts must name the same things in order; got {found} and {names}")
        found = names
