"""The multinomial logit (McFadden 1974), which several models of choice share."""

from typing import Any

import numpy as np

from crmlab._checks import FloatArray


def logit(utility: FloatArray, who: Any, scale: float = 1.0) -> FloatArray:
    """Return the chance of each row among the rows of the same person; scale 0 takes the best.

    >>> import numpy as np
    >>> logit(np.array([1.0, 1.0, 0.0]), np.array([0, 0, 1])).tolist()
    [0.5, 0.5, 1.0]
    """
    best = np.full(who.max() + 1, -np.inf)
    np.maximum.at(best, who, utility)
    behind = utility - best[who]
    if scale:
        with np.errstate(over="ignore", under="ignore"):
            pull = np.exp(behind / scale)
    else:
        pull = (behind == 0).astype(float)
    return np.asarray(pull / np.bincount(who, pull)[who])
