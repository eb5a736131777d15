"""Checks that the parts of a scorecard share: outcomes, scores, groups, tables of features."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from crmlab import _checks
from crmlab._checks import FloatArray

if TYPE_CHECKING:
    import pandas as pd

IntArray = npt.NDArray[np.intp]


def outcome(bad: Any, name: str = "bad", *, both: bool = True) -> FloatArray:
    """Return the outcome of each customer as 0 (good) and 1 (bad), or raise.

    >>> outcome([True, False]).tolist()
    [1.0, 0.0]
    >>> outcome([0, 0, 0])
    Traceback (most recent call last):
    ...
    ValueError: bad must hold good and bad customers; got 0 bad of 3
    """
    raw = _checks.plain(bad, name)
    truths = raw.dtype == bool or (
        raw.dtype == object and all(isinstance(item, bool | np.bool_) for item in raw.flat)
    )
    flags = raw.astype(float) if truths else _checks.array(bad, name, 0, 1, ndim=1)
    if flags.ndim != 1 or not flags.size:
        raise ValueError(f"{name} must be a list with one outcome per customer; got {bad!r}")
    wrong = (flags != 0) & (flags != 1)
    if wrong.any():
        place = int(wrong.argmax())
        raise ValueError(f"{name} must be 0 or 1; got {flags[place]:g} at position {place}")
    if both and not 0 < flags.sum() < flags.size:
        raise ValueError(
            f"{name} must hold good and bad customers; got {flags.sum():g} bad of {flags.size}"
        )
    return flags


def scores(score: Any, bad: Any, name: str = "score") -> tuple[FloatArray, FloatArray]:
    """Return the score and the outcome of each customer, or raise."""
    _checks.same_index(score, bad, f"{name} and bad")
    points, flags = _checks.array(score, name, ndim=1), outcome(bad)
    if points.size != flags.size:
        raise ValueError(
            f"{name} and bad must have one value per customer; got {points.size} and {flags.size}"
        )
    return points, flags


def table(frame: Any, name: str, wanted: Any = ()) -> "pd.DataFrame":
    """Return a non-empty DataFrame whose columns have different names, or raise."""
    _checks.columns(frame, name, wanted)
    if not len(frame.columns) or not frame.columns.is_unique:
        raise ValueError(
            f"{name} must have columns with different names; got {list(frame.columns)}"
        )
    checked: pd.DataFrame = frame
    return checked


def groups(group: Any, n: int, name: str = "group") -> tuple[IntArray, tuple[Any, ...]]:
    """Return the group of each customer as a place in the list of groups, and that list."""
    import pandas as pd

    labels = _checks.listed(group, name, "groups, one per customer")
    if len(labels) != n:
        raise ValueError(f"{name} must have one group per customer ({n}); got {len(labels)}")
    series = group if isinstance(group, pd.Series) else pd.Series(labels)
    _checks.no_gaps(series, name)
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.cat.remove_unused_categories()
    else:
        series = series.astype("category")
    codes: Any = series.cat.codes.to_numpy()
    return codes.astype(np.intp), tuple(series.cat.categories)
