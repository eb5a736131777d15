"""Which neighbouring pre-bins to join: exactly, by dynamic programming, or greedily by a tree."""

import itertools
from dataclasses import dataclass

import numpy as np

from crmlab._checks import FloatArray
from crmlab.credit._outcome import IntArray


@dataclass(frozen=True)
class Intervals:
    """Information value and bad rate of every run of neighbouring pre-bins.

    Attributes
    ----------
    iv : ndarray of shape (m + 1, m + 1)
        Of the run from pre-bin i up to, not including, j; −inf where the run is not allowed.
    rate : ndarray of shape (m + 1, m + 1)
        Share of bad customers in the run.
    """

    iv: FloatArray
    rate: FloatArray


def intervals(
    good: FloatArray, bad: FloatArray, totals: tuple[float, float], least: float
) -> Intervals:
    """Value every run: at least `least` customers, and a good and a bad one among them."""
    goods, bads = (np.append(0.0, part.cumsum()) for part in (good, bad))
    g, b = goods[None, :] - goods[:, None], bads[None, :] - bads[:, None]
    size = g + b
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = b / size
        of_good, of_bad = g / totals[0], b / totals[1]
        iv = (of_bad - of_good) * np.log(of_bad / of_good)
    allowed = (size >= least) & (g > 0) & (b > 0)
    iv = np.where(allowed, iv, -np.inf)
    if np.isinf(iv[0, -1]):  # too few for any rule: all together is always a bin
        iv[0, -1] = 0.0
    return Intervals(iv, rate)


def optimal(runs: Intervals, most: int, gain: float, sign: int = 0) -> tuple[list[int], float]:
    """Return the inner edges with the highest ``IV − gain · bins``, and that value.

    With `sign` 1 the bad rate rises from bin to bin, with −1 it falls, with 0 it is free. The
    state of the programme is the last bin; with a sign, only bins before it with a lower (higher)
    rate may precede it, and the best of these is found by a running maximum over sorted rates.
    """
    m = len(runs.iv) - 1
    layers, steps = [np.full((m + 1, m + 1), -np.inf)], []
    layers[0][0] = runs.iv[0]
    if sign:
        order, below = _lower_before(sign * runs.rate)
    for _bin in range(1, min(most, m)):
        last = layers[-1]
        if sign:
            best, step = _best_below(last, order, below)
        else:
            step = np.broadcast_to(last.argmax(axis=0)[:, None], last.shape)
            best = np.broadcast_to(last.max(axis=0)[:, None], last.shape)
        layers.append(best + runs.iv)
        steps.append(step)
    ends = np.array([layer[:, m].max() for layer in layers])
    worth = ends - gain * np.arange(1, ends.size + 1)
    bins = int((worth >= worth.max() - 1e-12).argmax())
    start, stop, edges = int(layers[bins][:, m].argmax()), m, []
    for layer in range(bins, 0, -1):
        edges.append(start)
        start, stop = int(steps[layer - 1][start, stop]), start
    return edges[::-1], float(worth[bins])


def _lower_before(rate: FloatArray) -> tuple[IntArray, IntArray]:
    """For each edge the runs that end there by rising rate; how many lie below each next run."""
    ending = np.where(np.isnan(rate), np.inf, rate)
    order = ending.argsort(axis=0, kind="stable")
    # below[i, j]: number of h with rate(h, i) < rate(i, j)
    below = (ending[:, :, None] < rate[None, :, :] - 1e-12).sum(axis=0)
    return order, below


def _best_below(last: FloatArray, order: IntArray, below: IntArray) -> tuple[FloatArray, IntArray]:
    """Best last bin (h, i) whose rate is below that of the next bin (i, j), and its h."""
    by_rate = np.take_along_axis(last, order, axis=0)
    running = np.maximum.accumulate(by_rate, axis=0)
    fresh = np.where(by_rate >= running, np.arange(len(last))[:, None], 0)
    place = np.maximum.accumulate(fresh, axis=0)
    at = np.maximum(below - 1, 0).T  # rows: position among the sorted, columns: the edge i
    best = np.take_along_axis(running, at, axis=0).T
    step = np.take_along_axis(np.take_along_axis(order, place, axis=0), at, axis=0).T
    return np.where(below > 0, best, -np.inf), step


def greedy(runs: Intervals, most: int, gain: float, sign: int = 0) -> tuple[list[int], float]:
    """Return the inner edges of a tree that always makes the split with the largest gain."""
    m = len(runs.iv) - 1
    edges = [0, m]
    while len(edges) - 1 < most:
        best, found = gain + 1e-12, None
        for start, stop in itertools.pairwise(edges):
            inner = np.arange(start + 1, stop)
            gains = runs.iv[start, inner] + runs.iv[inner, stop] - runs.iv[start, stop]
            for place in np.argsort(-gains, kind="stable"):
                if not gains[place] > best:
                    break
                wider = sorted([*edges, int(inner[place])])
                if _in_order(runs.rate, wider, sign):
                    best, found = float(gains[place]), wider
                    break
        if found is None:
            break
        edges = found
    total = sum(runs.iv[a, b] for a, b in itertools.pairwise(edges))
    return edges[1:-1], float(total - gain * (len(edges) - 1))


def _in_order(rate: FloatArray, edges: list[int], sign: int) -> bool:
    rates = np.array([rate[a, b] for a, b in itertools.pairwise(edges)])
    return sign == 0 or bool((sign * np.diff(rates) > 1e-12).all())
