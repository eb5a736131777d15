"""A tree's paths as rules in words."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

#: Bounds of each feature on the way down: above the first number, at most the second.
Bounds = dict[int, tuple[float, float]]


def rules_in_words(
    tree: Any,
    features: Sequence[Any],
    integer: Sequence[bool],
    classes: Sequence[Any],
    decide: Callable[[Any], Any],
    units: Mapping[str, str] | None,
) -> "pd.DataFrame":
    """Return one row per rule of a scikit-learn tree: rule, grade, customers, share."""
    import pandas as pd

    value = tree.value[:, 0, :]
    chances = value / value.sum(axis=1, keepdims=True)
    given = decide(chances)
    rows: list[tuple[str, Any, int, float]] = []

    def uniform(node: int) -> bool:
        left, right = tree.children_left[node], tree.children_right[node]
        if left < 0:
            return True
        same = _grades_below(tree, node, given)
        return uniform(left) and uniform(right) and len(same) == 1

    def walk(node: int, bounds: Bounds) -> None:
        if uniform(node):
            # Neighbouring leaves may give the same grade where the node itself would not.
            grade = next(iter(_grades_below(tree, node, given)))
            words = _words(bounds, features, integer, units or {})
            rows.append(
                (words, classes[grade], int(tree.n_node_samples[node]), chances[node, grade])
            )
            return
        k, cut = int(tree.feature[node]), float(tree.threshold[node])
        low, high = bounds.get(k, (-math.inf, math.inf))
        walk(tree.children_left[node], bounds | {k: (low, min(high, cut))})
        walk(tree.children_right[node], bounds | {k: (max(low, cut), high)})

    walk(0, {})
    return pd.DataFrame(rows, columns=["rule", "grade", "customers", "share"])


def _grades_below(tree: Any, node: int, given: Any) -> set[int]:
    left, right = tree.children_left[node], tree.children_right[node]
    if left < 0:
        return {int(given[node])}
    return _grades_below(tree, left, given) | _grades_below(tree, right, given)


def _words(
    bounds: Bounds, features: Sequence[Any], integer: Sequence[bool], units: Mapping[str, str]
) -> str:
    if not bounds:
        return _("always")
    parts = []
    for k, (low, high) in bounds.items():
        name, unit = str(features[k]).replace("_", " "), units.get(features[k], "")
        tail = f" {unit}" if unit else ""
        if integer[k]:
            above, below = _number(_floor(low) + 1), _number(_floor(high))
            lowest, both = _("is at least"), _("is {a} to {b}")
        else:
            above, below = _number(low), _number(high)
            lowest, both = _("is above"), _("is between {a} and {b}")
        if math.isinf(low):
            parts.append(f"{name} {_('is at most')} {below}{tail}")
        elif math.isinf(high):
            parts.append(f"{name} {lowest} {above}{tail}")
        else:
            parts.append(f"{name} {both.format(a=above, b=below)}{tail}")
    return _("if {conditions}").format(conditions=_(" and ").join(parts))


def _floor(value: float) -> float:
    return value if math.isinf(value) else math.floor(value)


def _number(value: float) -> str:
    """Write a number with three digits."""
    if math.isinf(value):
        return ""
    digits = 2 - math.floor(math.log10(abs(value))) if value else 0
    text = f"{float(np.round(value, digits)):,.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if digits > 0 else text
