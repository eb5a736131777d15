"""Checks that the learned rules and the pictures of two axes share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks

if TYPE_CHECKING:
    import pandas as pd


def feature_table(features: Any, name: str) -> "pd.DataFrame":
    """Return a DataFrame of finite numbers, each column named once, or raise."""
    import pandas as pd

    _checks.columns(features, name, [])
    if not len(features.columns) or not features.columns.is_unique:
        raise ValueError(
            f"{name} must have columns with different names; got {list(features.columns)}"
        )
    checked = {}
    for column in features.columns:
        values = features[column]
        raw = values.astype(float) if values.dtype == bool else values
        checked[column] = _checks.array(raw, f"{name} {column!r}")
    return pd.DataFrame(checked, features.index)


def known_grades(
    grades: Any, n: int, order: Sequence[Any] | None
) -> tuple[np.ndarray, tuple[Any, ...]]:
    """Return the grades as an array, and their order: as given, of the category, or sorted."""
    import pandas as pd

    labels = _checks.listed(grades, "grades", "grades")
    series = grades if isinstance(grades, pd.Series) else pd.Series(labels)
    if len(series) != n:
        raise ValueError(f"grades must have one grade per customer ({n}); got {len(series)}")
    _checks.no_gaps(series, "grades")
    found = np.array(series.tolist(), dtype=object)
    present = set(found.tolist())
    if order is not None:
        unknown = [grade for grade in dict.fromkeys(found.tolist()) if grade not in set(order)]
        if unknown:
            raise ValueError(f"grades must be among {list(order)}; got {unknown[0]!r}")
        return found, tuple(order)
    if isinstance(series.dtype, pd.CategoricalDtype):
        return found, tuple(grade for grade in series.cat.categories if grade in present)
    return found, tuple(sorted(present))
