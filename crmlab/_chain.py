"""Markov chains: what a stay in each state is worth, shared by every room that has a chain."""

from typing import Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray


def chain_value(matrix: FloatArray, reward: FloatArray, rate: Any, periods: Any) -> FloatArray:
    """Return the present value of starting in each state; the first reward comes at once.

    V = R + M V / (1 + rate), over `periods` further periods, or for ever with None.

    >>> chain_value(np.array([[0.8, 0.2], [0.1, 0.9]]), np.array([100, 10]), 0.1, 1).round(2)
    array([174.55,  27.27])
    """
    if periods is None:
        step = matrix / (1 + _checks.number(rate, "rate", 0, open_low=True))
        return _checks.finite(np.linalg.solve(np.eye(len(matrix)) - step, reward))
    step = matrix / (1 + _checks.number(rate, "rate", -1, open_low=True))
    value = reward
    with np.errstate(over="ignore", invalid="ignore"):
        for _period in range(_checks.count(periods, "periods", 0)):
            value = reward + step @ value
    return _checks.finite(value)
