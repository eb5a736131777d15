"""Answers to a questionnaire as a table: what may come in, and what happens to gaps."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks

if TYPE_CHECKING:
    import pandas as pd

#: What to do with an answer that is missing.
MISSING = ("refuse", "drop")


def answers(
    value: Any,
    name: str,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    missing: str = "refuse",
    whole: bool = False,
) -> "pd.DataFrame":
    """Return answers as floats, one row per respondent and one column per item, or raise.

    >>> answers([[1, 2], [5, 6]], "functional", 1, 5)
    Traceback (most recent call last):
    ...
    ValueError: functional must be between 1 and 5; got 6 at position (1, 1)
    """
    import pandas as pd

    _checks.choice(missing, "missing", MISSING)
    labelled = value.to_frame() if isinstance(value, pd.Series) else value
    if isinstance(labelled, pd.DataFrame):
        items = labelled.columns
        _once(items, name, "columns")
        _once(labelled.index, name, "rows")
        odd = [c for c in items if labelled[c].dtype.kind not in "iuf"]
        if odd:
            raise TypeError(
                f"{name} must hold numbers; got {labelled[odd[0]].dtype} in column {odd[0]!r}"
            )
        frame = labelled.astype(float)
    else:
        raw = np.asarray(_checks.array(value, name, allow_missing=True))
        if raw.ndim == 1:
            raw = raw[:, None]
        _checks.array(raw, name, ndim=2, allow_missing=True)
        frame = pd.DataFrame(raw, columns=range(1, raw.shape[1] + 1))
    raw = frame.to_numpy()
    gaps = np.isnan(raw)
    if missing == "refuse" and gaps.any():
        raise ValueError(
            f"{name} must not be missing; got {int(gaps.sum())} gaps. "
            "missing='drop' leaves them out and counts them"
        )
    _checks.array(raw, name, low, high, allow_missing=True)
    if whole and (odd_ones := raw[~gaps & (raw != np.rint(raw))]).size:
        raise ValueError(f"{name} must be whole numbers; got {odd_ones[0]:g}")
    if gaps.all(axis=0).any():
        empty = frame.columns[int(gaps.all(axis=0).argmax())]
        raise ValueError(f"{name} must have an answer to every item; got none to {empty!r}")
    return frame


def _once(labels: "pd.Index[Any]", name: str, what: str) -> None:
    if not labels.is_unique:
        double = labels[labels.duplicated()][0]
        raise ValueError(f"{name} must name its {what} once each; got {double!r} twice")


def pair(
    first: Any, second: Any, names: tuple[str, str], *args: float, **options: Any
) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return two tables of answers with the same respondents and items, or raise.

    A pair of which one answer is missing counts as missing in both.
    """
    one, two = (
        answers(v, n, *args, **options) for v, n in zip((first, second), names, strict=True)
    )
    if one.shape != two.shape:
        raise ValueError(
            f"{names[0]} and {names[1]} must have one shape; got {one.shape} and {two.shape}"
        )
    if hasattr(first, "columns") and hasattr(second, "columns"):
        for what, a, b in (("items", one.columns, two.columns), ("rows", one.index, two.index)):
            if set(a) != set(b):
                raise ValueError(
                    f"{names[0]} and {names[1]} must have the same {what}; "
                    f"got {sorted(set(a) ^ set(b), key=str)[0]!r} in one only"
                )
        two = two.loc[one.index, one.columns]
    else:
        _checks.same_index(first, second, f"{names[0]} and {names[1]}")
        source = one if hasattr(first, "columns") else two
        one = one.set_axis(source.columns, axis=1).set_axis(source.index)
        two = two.set_axis(source.columns, axis=1).set_axis(source.index)
    both = one.notna() & two.notna()
    for item in both.columns[~both.any()]:
        raise ValueError(
            f"{names[0]} and {names[1]} must both have an answer to each item; "
            f"got no pair for {item!r}"
        )
    return one.where(both), two.where(both)
