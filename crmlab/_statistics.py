"""Small statistics that several models share."""

from typing import Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray


def wilson(successes: Any, trials: Any, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's (1927) interval of a proportion; 0 to 1 where nothing was tried.

    >>> low, high = wilson(3, 10)
    >>> round(float(low), 3), round(float(high), 3)
    (0.108, 0.603)
    """
    from scipy.special import ndtri

    tail = (1 - _checks.number(level, "level", 0, 1, open_low=True, open_high=True)) / 2
    n = np.maximum(np.asarray(trials, float), 1e-12)
    share, z = np.asarray(successes, float) / n, -ndtri(tail)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def normal_z(level: float) -> float:
    """Return how many standard deviations a two-sided normal interval reaches to each side.

    >>> round(normal_z(0.95), 3)
    1.96
    """
    from scipy.special import ndtri

    checked = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    return float(ndtri((1 + checked) / 2))


def cronbach(items: FloatArray) -> float:
    """Return Cronbach's (1951) alpha of complete answers, one column per item.

    >>> import numpy as np
    >>> round(cronbach(np.array([[1.0, 2], [2, 2], [3, 5], [4, 4]])), 4)
    0.8675
    """
    total = items.sum(axis=1).var(ddof=1)
    n = items.shape[1]
    return float(n / (n - 1) * (1 - items.var(axis=0, ddof=1).sum() / total))


def student(level: float, freedom: int) -> float:
    """Two-sided quantile of Student's t; no number where nothing is free.

    >>> round(student(0.95, 10), 3)
    2.228
    """
    from scipy.stats import t

    level = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    return float(t.ppf((1 + level) / 2, freedom)) if freedom > 0 else float("nan")


def batch_means(
    values: FloatArray, level: float = 0.95, batches: int = 20
) -> tuple[float, float, float]:
    """Return the mean of values that depend on their neighbours, and its interval.

    The values are cut into `batches` spans of equal length in their order; the means of long spans
    hardly depend on each other.

    >>> import numpy as np
    >>> tuple(round(end, 2) for end in batch_means(np.arange(200.0) % 7))
    (2.97, 2.8, 3.14)
    """
    means = np.array([part.mean() for part in np.array_split(values, batches)])
    half = student(level, batches - 1) * means.std(ddof=1) / np.sqrt(batches)
    mean = float(values.mean())
    return mean, mean - float(half), mean + float(half)
