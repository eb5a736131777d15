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
