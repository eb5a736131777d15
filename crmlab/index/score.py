"""The index formula by itself (指数计算公式)."""

from typing import Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray


def index_score(answers: Any, weights: Any, scale: tuple[float, float] = (1, 10)) -> FloatArray:
    """Index from mean answers and weights, 0 to 100 (满意度指数).

    ``100 (Σ wᵢ x̄ᵢ − Σ wᵢ minᵢ) / (Σ wᵢ maxᵢ − Σ wᵢ minᵢ)``; with weights that sum to one and a
    scale of 1 to 10 that is ``100 Σ wᵢ (x̄ᵢ − 1) / 9``, the form of the American index.

    Parameters
    ----------
    answers : array of shape (items,) or (groups, items)
        Mean answers, of one group or of several.
    weights : array of shape (items,)
        At least 0, with a sum above 0; only their proportions count.
    scale : (float, float)
        Lowest and highest possible answer.

    Returns
    -------
    ndarray of shape () or (groups,)

    Raises
    ------
    ValueError, TypeError
        If an answer lies outside the scale, a weight is negative, or the sizes differ.

    Notes
    -----
    Fornell and others (1996).

    Examples
    --------
    >>> round(float(index_score([7.0, 6.5, 6.0], [0.4, 0.3, 0.3])), 2)
    61.67
    """
    bounds = _checks.array(scale, "scale", ndim=1)
    if len(bounds) != 2 or bounds[0] >= bounds[1]:
        raise ValueError(f"scale must be a lowest and a highest answer; got {scale!r}")
    low, high = bounds
    means = _checks.array(answers, "answers", low, high)
    w = _checks.array(weights, "weights", 0, ndim=1)
    if w.sum() == 0:
        raise ValueError("weights must have a sum above 0; got 0")
    if means.ndim not in (1, 2) or means.shape[-1] != len(w):
        raise ValueError(
            f"answers must have one entry per weight ({len(w)}); got shape {means.shape}"
        )
    return np.asarray(100 * ((means - low) @ w) / ((high - low) * w.sum()))
