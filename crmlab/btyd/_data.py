"""Customers' histories: checked, and merged where rows are equal."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from crmlab import _checks
from crmlab._checks import FloatArray

#: Rows that are looked at to learn whether merging pays.
_SAMPLE = 5_000


@dataclass(frozen=True, eq=False)
class Histories:
    """Repeat purchases, time of the last one, and age, one row per different history."""

    frequency: FloatArray
    recency: FloatArray
    T: FloatArray
    weight: FloatArray

    # Sums, not dot products: on long columns those wait for threads of their own.

    @cached_property
    def customers(self) -> float:
        """Number of customers, weights counted."""
        return float(self.weight.sum())

    @cached_property
    def unit(self) -> float:
        """Mean age: with time in this unit, parameters of any data are of one size."""
        return float((self.weight * self.T).sum() / self.customers)

    @cached_property
    def purchases(self) -> float:
        """Number of repeat purchases of all customers."""
        return float((self.weight * self.frequency).sum())

    def over(self, unit: float) -> "Histories":
        """Measure time in another unit."""
        return Histories(self.frequency, self.recency / unit, self.T / unit, self.weight)

    def take(self, rows: Any) -> "Histories":
        """Keep some rows."""
        return Histories(self.frequency[rows], self.recency[rows], self.T[rows], self.weight[rows])


def counts(value: Any, name: str, ndim: int | None = None) -> FloatArray:
    """Return an array of whole numbers of at least 0, or raise."""
    checked = _checks.array(value, name, 0, ndim=ndim)
    if (checked != np.floor(checked)).any():
        first = checked[checked != np.floor(checked)].flat[0]
        raise ValueError(f"{name} must hold whole numbers; got {first:g}")
    return checked


def consistent(frequency: FloatArray, recency: FloatArray, T: FloatArray) -> None:
    """Raise if a last purchase is after the end, or does not agree with the count."""
    _first(recency > T, "recency must not be above T; got {} and T {}", recency, T)
    _first(
        (frequency == 0) & (recency > 0),
        "recency must be 0 where frequency is 0; got {} with frequency {}",
        recency,
        frequency,
    )
    _first(
        (frequency > 0) & (recency == 0),
        "recency must be above 0 where frequency is above 0; got {} with frequency {}",
        recency,
        frequency,
    )


def _first(bad: Any, message: str, one: FloatArray, other: FloatArray) -> None:
    if bad.any():
        where = tuple(np.argwhere(bad)[0])
        values = (f"{np.broadcast_to(v, np.shape(bad))[where]:g}" for v in (one, other))
        raise ValueError(message.format(*values))


def same_length(**columns: FloatArray) -> None:
    """Raise unless all columns have one length."""
    if len({column.shape for column in columns.values()}) > 1:
        *names, last = columns
        lengths = ", ".join(str(column.size) for column in columns.values())
        raise ValueError(
            f"{', '.join(names)} and {last} must have one value per customer; "
            f"got the lengths {lengths}"
        )


def weighting(weights: Any, like: FloatArray) -> FloatArray:
    """Return the weights, above 0, or ones."""
    if weights is None:
        return np.ones(like.size)
    return _checks.array(weights, "weights", 0, open_low=True, ndim=1)


def histories(frequency: Any, recency: Any, T: Any, weights: Any = None) -> Histories:
    """Check the columns of a fit and merge equal rows into weights."""
    x = counts(frequency, "frequency", 1)
    t_x = _checks.array(recency, "recency", 0, ndim=1)
    age = _checks.array(T, "T", 0, ndim=1)
    weight = weighting(weights, x)
    same_length(frequency=x, recency=t_x, T=age, weights=weight)
    consistent(x, t_x, age)
    if not age.any():
        raise ValueError("T must be above 0 for a customer at least; got 0 for all")
    (x, t_x, age), weight = merge([x, t_x, age], weight)
    return Histories(x, t_x, age, weight)


def merge(columns: list[FloatArray], weight: FloatArray) -> tuple[list[FloatArray], FloatArray]:
    """Merge equal rows and add up their weights, where there are enough of them to pay.

    >>> import numpy as np
    >>> (rows,), weight = merge([np.array([5.0, 5.0, 5.0])], np.ones(3))
    >>> rows.tolist(), weight.tolist()
    ([5.0], [3.0])
    """
    size = weight.size
    if size > 4 * _SAMPLE:
        some = np.unique(np.random.default_rng(0).integers(size, size=_SAMPLE))
        if np.unique(_hash([column[some] for column in columns])).size > 0.999 * some.size:
            return columns, weight
    key = _hash(columns)
    order = np.argsort(key)
    columns = [column[order] for column in columns]
    key = key[order]
    equal = key[1:] == key[:-1]
    if not all((column[1:] == column[:-1])[equal].all() for column in columns):
        # Two different rows with one hash: sort by the columns themselves.
        again = np.lexsort(columns)
        columns, order = [column[again] for column in columns], order[again]
        equal = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    starts = np.flatnonzero(np.concatenate([[True], ~equal]))
    return [column[starts] for column in columns], np.add.reduceat(weight[order], starts)


def _hash(columns: list[FloatArray]) -> npt.NDArray[np.uint64]:
    """Mix the bits of the columns into one whole number per row."""
    mixed = np.zeros(columns[0].size, dtype=np.uint64)
    for column in columns:
        # Adding 0 makes a plain zero of minus zero.
        mixed ^= (column + 0.0).view(np.uint64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(32)
    return mixed


def distinct(values: FloatArray) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Return the different whole numbers, sorted, and where each value stands among them."""
    if values.size and values.max() < 100_000:
        whole = values.astype(np.intp)
        there = np.bincount(whole) > 0
        return np.flatnonzero(there).astype(float), (np.cumsum(there) - 1)[whole]
    found, place = np.unique(values, return_inverse=True)
    return found, place.reshape(-1)
