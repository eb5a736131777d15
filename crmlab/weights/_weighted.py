"""What all weights have in common."""

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray

if TYPE_CHECKING:
    import pandas as pd


class Weighted:
    """Named weights that sum to one; a result with this stands for its weights as an array."""

    weights: FloatArray
    names: tuple[Hashable, ...]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> FloatArray:
        return np.array(self.weights, dtype=dtype)

    def __len__(self) -> int:
        return len(self.weights)

    def __iter__(self) -> Iterator[float]:
        return iter(self.weights)

    def to_frame(self) -> "pd.DataFrame":
        """One row per name: its weight.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame({"weight": self.weights}, pd.Index(self.names, name="name"))

    def _listed(self) -> str:
        pairs = zip(self.names, self.weights, strict=True)
        return ", ".join(f"{name} {weight:.4f}" for name, weight in pairs)


def names_of(given: Any, values: Any, n: int, axis: str = "columns") -> tuple[Hashable, ...]:
    """Names as given, or those of a DataFrame or Series, or 1 to n."""
    if given is None:
        return _checks.labels(values, axis, n, first=1)
    names = tuple(_checks.listed(given, "names"))
    if len(names) != n or len(set(names)) < n:
        raise ValueError(f"names must be {n} different names; got {list(names)}")
    return names


def parts_of(weights: Any) -> list[FloatArray]:
    """Check several sets of weights of the same things, each summing to one."""
    if isinstance(weights, str) or not hasattr(weights, "__iter__") or hasattr(weights, "weights"):
        raise TypeError(f"parts must be a list of sets of weights; got {weights!r}")
    parts = [_checks.shares(part, f"parts[{i}]") for i, part in enumerate(weights)]
    if len(parts) < 2:
        raise ValueError(f"parts must be at least two sets of weights; got {len(parts)}")
    sizes = [len(part) for part in parts]
    if len(set(sizes)) > 1:
        raise ValueError(f"parts must weigh the same things; got {sizes} weights")
    return parts
