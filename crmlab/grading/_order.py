"""What several gradings share: groups cut from a ranking, with one rule for equal values."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import numpy.typing as npt

from crmlab import _checks
from crmlab._checks import FloatArray

IntArray = npt.NDArray[np.intp]


def rising_cuts(value: Any, name: str = "cuts") -> FloatArray:
    """Return cuts between 0 and 1 that rise, or raise.

    >>> rising_cuts([0.95, 0.8])
    Traceback (most recent call last):
    ...
    ValueError: cuts must rise; got [0.95, 0.8]
    """
    cuts = _checks.array(value, name, 0, 1, open_low=True, open_high=True, ndim=1)
    if (np.diff(cuts) <= 0).any():
        raise ValueError(f"{name} must rise; got {cuts.tolist()}")
    return cuts


def group_names(value: Any, name: str, groups: int) -> tuple[Hashable, ...]:
    """Return as many different names as there are groups, or raise.

    >>> group_names(["high", "low"], "names", 3)
    Traceback (most recent call last):
    ...
    ValueError: names must be 3 different names, the best first; got ['high', 'low']
    """
    wanted = f"{name} must be {groups} different names, the best first"
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"{wanted}; got {value!r}")
    names = tuple(value)
    if not all(isinstance(item, str) for item in names):
        raise TypeError(f"{wanted}; got {list(names)}")
    if len(names) != groups or len(set(names)) < groups:
        raise ValueError(f"{wanted}; got {list(names)}")
    return names


def first_of_equals(falling: FloatArray) -> IntArray:
    """Position of the first of the equal values in an array that falls.

    >>> first_of_equals(np.array([9.0, 4, 4, 1])).tolist()
    [0, 1, 1, 3]
    """
    new = np.append(True, falling[1:] != falling[:-1])
    return np.maximum.accumulate(np.where(new, np.arange(falling.size), 0))


def by_headcount(values: FloatArray, cuts: FloatArray) -> IntArray:
    """Group of each value, 0 for the highest: the first `cuts[0]` of the ranking, and so on.

    A group is closed as soon as it holds its share; equal values stand together, in the higher of
    the groups that they reach.

    >>> by_headcount(np.array([5.0, 9, 5, 1]), np.array([0.25, 0.5])).tolist()
    [1, 0, 1, 2]
    """
    order = np.argsort(-values, kind="stable")
    before = first_of_equals(values[order]) / values.size
    groups = np.empty(values.size, dtype=np.intp)
    # Rounding: a share that only reaches its cut by an error of the last digit closes the group.
    groups[order] = np.searchsorted(cuts - 1e-12, before, side="right")
    return groups
