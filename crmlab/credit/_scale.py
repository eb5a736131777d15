"""The scale of grades that rating, limits and moves share."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray

#: Ten usual grades with the lowest score of each; what the letters promise is the firm's choice.
SCALE: dict[str, float] = {
    "AAA": 90, "AA": 80, "A": 70, "BBB": 60, "BB": 50, "B": 40, "CCC": 30, "CC": 20, "C": 10,
    "D": 0,
}  # fmt: skip


def grade_scale(scale: Any) -> tuple[tuple[str, ...], FloatArray]:
    """Return the names, the best first, and the lowest score of each grade, or raise.

    >>> grade_scale({"good": 60, "poor": 10})
    Traceback (most recent call last):
    ...
    ValueError: scale must end at a lowest score of 0; got 10
    """
    if scale is None:
        scale = SCALE
    if not isinstance(scale, Mapping):
        raise TypeError(f"scale must be a mapping from grade to lowest score; got {scale!r}")
    names = tuple(scale)
    if len(names) < 2 or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"scale must name at least 2 grades; got {list(names)}")
    lowest = _checks.array(list(scale.values()), "scale", 0, 100, ndim=1)
    if (np.diff(lowest) >= 0).any():
        raise ValueError(f"scale must fall, the best grade first; got {lowest.tolist()}")
    if lowest[-1] != 0:
        raise ValueError(f"scale must end at a lowest score of 0; got {lowest[-1]:g}")
    return names, lowest


def place_of(score: Any, lowest: FloatArray) -> np.ndarray:
    """Position of the grade of each score, 0 for the best.

    >>> place_of(np.array([100.0, 60, 59.9]), np.array([60.0, 0])).tolist()
    [0, 0, 1]
    """
    return np.searchsorted(-lowest, -np.asarray(score, float).round(9), side="left")


def by_grade(value: Any, name: str, grades: Any, low: float = 0, high: float = np.inf) -> Any:
    """Return a number for each of the grades from a mapping, or raise for those that lack one.

    >>> by_grade({"A": 0.01}, "default_probability", ["A", "B"])
    Traceback (most recent call last):
    ...
    ValueError: default_probability must have a value for every grade; got none for 'B'
    """
    table = dict(value) if hasattr(value, "items") else None
    if table is None:
        raise TypeError(f"{name} must be a mapping from grade to number; got {value!r}")
    for grade in grades:
        if grade not in table:
            raise ValueError(f"{name} must have a value for every grade; got none for {grade!r}")
    wanted = list(dict.fromkeys(grades))
    checked = _checks.array([table[grade] for grade in wanted], name, low, high)
    return dict(zip(wanted, checked.tolist(), strict=True))
