"""Competing risks (竞争风险): how many go on, when some are still on their way."""

from dataclasses import dataclass

import numpy as np

from crmlab._checks import FloatArray


@dataclass(frozen=True, eq=False)
class Incidence:
    """Cumulative incidence of one of two competing ends.

    Attributes
    ----------
    time : ndarray of shape (m,)
        Times at which something ended, from the first to the last.
    chance : ndarray of shape (m,)
        Chance to have gone on by then.
    variance : ndarray of shape (m,)
        Its variance.
    left : float
        Chance to be neither gone on nor lost by the last time: what the data leave open.
    """

    time: FloatArray
    chance: FloatArray
    variance: FloatArray
    left: float


def incidence(time: FloatArray, went_on: np.ndarray, lost: np.ndarray) -> Incidence:
    """Aalen–Johansen estimate (1978) of the chance to go on, others still open being censored.

    The variance is the one of Gaynor and others (1993); without censoring it is the binomial
    p (1 − p) / n.

    >>> got = incidence(np.array([1.0, 2, 3, 4]), np.array([1, 0, 1, 0]), np.array([0, 1, 0, 1]))
    >>> got.chance.tolist(), got.left
    ([0.25, 0.25, 0.5, 0.5], 0.0)
    """
    at = np.unique(time[went_on.astype(bool) | lost.astype(bool)])
    if not at.size:
        return Incidence(np.zeros(0), np.zeros(0), np.zeros(0), 1.0)
    place = np.searchsorted(at, time)
    inside = place < at.size
    hit = inside & (at[np.minimum(place, at.size - 1)] == time)
    d1 = np.bincount(place[hit & went_on.astype(bool)], minlength=at.size).astype(float)
    d2 = np.bincount(place[hit & lost.astype(bool)], minlength=at.size).astype(float)
    risk = time.size - np.searchsorted(np.sort(time), at, "left").astype(float)
    both = d1 + d2
    survive = np.cumprod(1 - both / risk)
    before = np.append(1.0, survive[:-1])
    chance = np.cumsum(before * d1 / risk)
    return Incidence(at, chance, _variance(chance, before, d1, both, risk), float(survive[-1]))


def _variance(
    chance: FloatArray, before: FloatArray, d1: FloatArray, both: FloatArray, risk: FloatArray
) -> FloatArray:
    """Sum over earlier times of three terms, written with running sums."""
    rest = risk - both
    # Where everybody at risk ends, the term is multiplied by a difference of zero.
    a = np.divide(both, risk * rest, out=np.zeros_like(risk), where=rest > 0)
    b = before**2 * d1 * (risk - d1) / risk**3
    c = before * d1 / risk**2
    first = chance**2 * np.cumsum(a) - 2 * chance * np.cumsum(a * chance) + np.cumsum(a * chance**2)
    third = 2 * (chance * np.cumsum(c) - np.cumsum(c * chance))
    return np.maximum(first + np.cumsum(b) - third, 0.0)
