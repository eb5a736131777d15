"""Partial least squares on a stack of covariance matrices.

PLS path modelling needs the data only through the covariances of the items. So one fit is a
stack of one matrix, a thousand bootstrap samples are a stack of a thousand, and both run through
the same few lines.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crmlab._checks import FloatArray

#: Numbers held at a time while bootstrap samples are drawn.
_BATCH = 4_000_000


class Structure(NamedTuple):
    """A path model as arrays: p items, k latent variables."""

    member: FloatArray  #: (p, k), 1 where the item belongs to the latent variable
    blocks: tuple[npt.NDArray[np.intp], ...]  #: positions of each latent variable's items
    formative: tuple[bool, ...]  #: True for mode B
    arrows: FloatArray  #: (k, k), 1 where row points to column
    sources: tuple[tuple[int, npt.NDArray[np.intp]], ...]  #: each target with its sources


class Weights(NamedTuple):
    """What the iteration found for each matrix of the stack."""

    weights: FloatArray  #: (b, p, k); every score has variance 1
    iterations: npt.NDArray[np.intp]  #: (b,)
    converged: npt.NDArray[np.bool_]  #: (b,)


def solve(a: FloatArray, b: FloatArray) -> FloatArray:
    """Solve ``a x = b`` for a stack; NaN where a matrix is singular."""
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        sound = np.linalg.cond(a) < 1 / np.finfo(float).eps
        result = np.full_like(b, np.nan)
        result[sound] = np.linalg.solve(a[sound], b[sound])
        return result


def regressions(correlation: FloatArray, structure: Structure) -> FloatArray:
    """Path coefficients, (b, k, k): row is the source, column the target."""
    paths = np.zeros_like(correlation)
    for target, sources in structure.sources:
        if len(sources) == 1:  # scores have variance 1: the coefficient is the correlation
            paths[:, sources[0], target] = correlation[:, sources[0], target]
            continue
        among = correlation[:, sources[:, None], sources]
        with_target = correlation[:, sources, target, None]
        paths[:, sources, target] = solve(among, with_target)[..., 0]
    return paths


def _inner(correlation: FloatArray, structure: Structure, scheme: str) -> FloatArray:
    """How much each score (row) counts in the neighbours' view of each other one (column)."""
    arrows = structure.arrows
    if scheme == "centroid":
        return np.sign(correlation) * (arrows + arrows.T)
    if scheme == "factorial":
        return correlation * (arrows + arrows.T)
    return correlation * arrows.T + regressions(correlation, structure)


def estimate(
    covariance: FloatArray, structure: Structure, scheme: str, tolerance: float, limit: int
) -> Weights:
    """Run Wold's iteration on each covariance matrix, (b, p, p), until its weights stand still."""
    weights, seen = _unit(structure.member[None], covariance)
    iterations = np.full(len(covariance), limit)
    converged = np.zeros(len(covariance), dtype=bool)
    left = np.arange(len(covariance))
    here, current = covariance, weights
    for step in range(1, limit + 1):
        correlation = current.swapaxes(1, 2) @ seen
        wanted = seen @ _inner(correlation, structure, scheme) * structure.member
        for j, items in enumerate(structure.blocks):
            if structure.formative[j]:
                among = here[:, items[:, None], items]
                wanted[:, items, j] = solve(among, wanted[:, items, j, None])[..., 0]
        old, (current, seen) = current, _unit(wanted, here)
        # A score is defined up to its sign, so the change is measured without it.
        change = np.abs(np.abs(current) - np.abs(old)).max(axis=(1, 2))
        going = change > tolerance  # False also for NaN: a degenerate matrix stops here
        if not going.all():
            done = left[~going]
            weights[done] = current[~going]
            iterations[done] = step
            converged[done] = np.isfinite(change[~going])
            left, here, current, seen = left[going], here[going], current[going], seen[going]
            if not len(left):
                break
    weights[left] = current
    return Weights(weights, iterations, converged)


def _unit(weights: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return weights that give every score variance 1, and its covariances with the items."""
    seen = covariance @ weights
    variance = (seen * weights).sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(variance)
        return weights / spread, seen / spread


def loadings(covariance: FloatArray, weights: FloatArray) -> FloatArray:
    """Correlation of every item with every score, (b, p, k)."""
    spread = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    return covariance @ weights / spread[..., None]


def oriented(weights: FloatArray, loaded: FloatArray, reference: FloatArray) -> FloatArray:
    """Turn each score so that its loadings agree with the reference, (p, k)."""
    side = np.sign((loaded * reference).sum(axis=1, keepdims=True))
    return weights * np.where(side == 0, 1, side)


def total_effects(paths: FloatArray) -> FloatArray:
    """Direct and indirect effects together: ``(I − B)⁻¹ − I``, (b, k, k)."""
    unit = np.eye(paths.shape[-1])
    return np.linalg.inv(unit - paths) - unit


def correlations(covariance: FloatArray) -> FloatArray:
    """Turn each covariance matrix into the correlation matrix."""
    spread = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return covariance / (spread[:, :, None] * spread[:, None, :])


def htmt(correlation: FloatArray, structure: Structure) -> FloatArray:
    """Heterotrait-monotrait ratio of absolute correlations, (b, k, k); NaN for one-item blocks."""
    member = structure.member
    sums = member.T @ np.abs(correlation) @ member
    size = member.sum(axis=0)
    own = np.diagonal(sums, axis1=1, axis2=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        within = np.where(size > 1, (own - size) / (size * (size - 1)), np.nan)
        ratio = sums / np.outer(size, size) / np.sqrt(within[:, :, None] * within[:, None, :])
    ratio[:, np.arange(len(size)), np.arange(len(size))] = np.nan
    return ratio


def resampled(
    centred: FloatArray, n: int, rng: np.random.Generator
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Draw respondents with replacement, n times, in batches.

    Yields how often each respondent was drawn, (b, respondents), and the covariances, (b, p, p),
    which are NaN where an item does not vary.
    """
    respondents, p = centred.shape
    above = np.triu_indices(p)
    at_once = max(1, min(n, _BATCH // max(respondents, p * p)))
    rows = max(1, _BATCH // len(above[0]))
    for start in range(0, n, at_once):
        b = min(at_once, n - start)
        drawn = rng.integers(respondents, size=(b, respondents))
        drawn += np.arange(b)[:, None] * respondents
        counts = np.bincount(drawn.ravel(), minlength=b * respondents)
        times = counts.reshape(b, respondents).astype(float)
        # Σ x xᵀ of every sample at once: draws × products of items.
        sums = np.zeros((b, len(above[0])))
        for first in range(0, respondents, rows):
            part = centred[first : first + rows]
            sums += times[:, first : first + rows] @ (part[:, above[0]] * part[:, above[1]])
        raw = np.empty((b, p, p))
        raw[:, above[0], above[1]] = raw[:, above[1], above[0]] = sums
        means = times @ centred / respondents
        raw -= respondents * means[:, :, None] * means[:, None, :]
        raw /= respondents - 1
        # An item that never varies in a sample leaves nothing to estimate, bar rounding.
        still = np.diagonal(raw, axis1=1, axis2=2) <= 1e-12 * centred.var(axis=0)
        raw[still.any(axis=1)] = np.nan
        yield times, raw
