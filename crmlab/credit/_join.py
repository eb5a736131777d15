"""From pre-bins to bins: coarse ones first, then all values near the cuts."""

from dataclasses import dataclass, replace

import numpy as np

from crmlab._checks import FloatArray
from crmlab.credit._merge import greedy, intervals, optimal
from crmlab.credit._outcome import IntArray

_SIGNS = {"rising": 1, "falling": -1}
#: Times the exact programme runs: on equal pre-bins, then nearer and nearer to the cuts.
_PASSES = 3


@dataclass(frozen=True)
class Join:
    """How the pre-bins of one feature are to be joined.

    Attributes
    ----------
    totals : tuple of float
        All good and all bad customers.
    least : float
        Smallest number of customers in a bin.
    most : int
        Bins at most.
    gain : float
        Information value that one more bin must add.
    tree : bool
        Greedy splits in place of the exact programme.
    direction : {"rising", "falling", "auto"} or None
        Of the bad rate.
    """

    totals: tuple[float, float]
    least: float
    most: int
    gain: float
    tree: bool
    direction: str | None

    def edges(self, good: FloatArray, bad: FloatArray) -> tuple[list[int], str | None]:
        """Inner edges among the pre-bins, and the direction of the bad rate."""
        runs = intervals(good, bad, self.totals, self.least)
        find = greedy if self.tree else optimal
        if self.direction != "auto":
            sign = _SIGNS.get(self.direction or "", 0)
            return find(runs, self.most, self.gain, sign)[0], self.direction
        both = {way: find(runs, self.most, self.gain, sign) for way, sign in _SIGNS.items()}
        way = max(both, key=lambda name: both[name][1])
        return both[way][0], way


def distinct(ordered: FloatArray) -> IntArray:
    """Where a new value begins among sorted ones, the first value left out."""
    return np.flatnonzero(ordered[1:] != ordered[:-1]) + 1


def even_places(starts: IntArray, n: int, many: int) -> IntArray:
    """Choose the starts that cut n sorted values into about equal groups; all where few."""
    if starts.size < many:
        return np.arange(starts.size)
    wanted = np.arange(1, many) * n / many
    after = np.searchsorted(starts, wanted)
    before = np.maximum(after - 1, 0)
    after = np.minimum(after, starts.size - 1)
    nearer = np.abs(starts[after] - wanted) < np.abs(starts[before] - wanted)
    return np.unique(np.where(nearer, after, before))


def quantile_cuts(ordered: FloatArray, many: int) -> FloatArray:
    """Cut sorted values into groups of about the same size; all values where they are few."""
    starts = distinct(ordered)
    return ordered[starts[even_places(starts, ordered.size, many)]]


def join_numbers(
    values: FloatArray, bad: FloatArray, join: Join, prebins: int
) -> tuple[FloatArray, str | None]:
    """Return the cuts of a number, and the direction of the bad rate.

    The exact programme runs on pre-bins of equal size, then again on all values between the
    neighbours of each cut, as many as `prebins` allows. The cuts at hand are always among those
    tried, so that no step makes them worse.
    """
    order = np.argsort(values, kind="stable")
    ordered, worse = values[order], np.append(0.0, bad[order].cumsum())
    starts = distinct(ordered)
    tried = even_places(starts, values.size, prebins)
    chosen = np.empty(0, dtype=np.intp)
    for _pass in range(_PASSES if tried.size else 0):
        bounds = np.concatenate([[0], starts[tried], [values.size]])
        found = np.diff(worse[bounds])
        edges, way = join.edges(np.diff(bounds) - found, found)
        join = replace(join, direction=way)
        chosen = tried[np.array(edges, dtype=np.intp) - 1]
        if join.tree or tried.size == starts.size or not chosen.size:
            break
        tried = _near(tried, chosen, starts.size, prebins)
    return ordered[starts[chosen]], join.direction


def _near(tried: IntArray, chosen: IntArray, size: int, many: int) -> IntArray:
    """Choose places between the neighbours of each cut, evenly where there are too many."""
    ends = np.concatenate([[-1], tried, [size]])
    at = np.searchsorted(tried, chosen)
    spans = [
        np.unique(np.linspace(low + 1, high - 1, min(many // chosen.size, high - low - 1)).round())
        for low, high in zip(ends[at], ends[at + 2], strict=True)
    ]
    return np.unique(np.concatenate([*spans, chosen]).astype(np.intp))
