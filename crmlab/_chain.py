"""Markov chains (马尔可夫链): value, absorption and visits, for every room that has a chain."""

from dataclasses import dataclass
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
        step = matrix / (1 + _checks.one_rate(rate, low=0))
        return _checks.finite(np.linalg.solve(np.eye(len(matrix)) - step, reward))
    step = matrix / (1 + _checks.one_rate(rate))
    value = reward
    with np.errstate(over="ignore", invalid="ignore"):
        for _period in range(_checks.count(periods, "periods", 0)):
            value = reward + step @ value
    return _checks.finite(value)


@dataclass(frozen=True, eq=False)
class Absorbing:
    """An absorbing chain split into its transient and its absorbing states.

    Attributes
    ----------
    transient, absorbing : ndarray of int
        Positions of the states.
    fundamental : ndarray of shape (t, t)
        N = (I − Q)⁻¹: expected periods in the column's state, from the row's.
    steps : ndarray of shape (t,)
        N 1: expected periods until absorption.
    chances : ndarray of shape (t, a)
        B = N R: chance to end in each absorbing state.
    """

    transient: np.ndarray
    absorbing: np.ndarray
    fundamental: FloatArray
    steps: FloatArray
    chances: FloatArray


def absorb(matrix: FloatArray, name: str = "matrix") -> Absorbing:
    """Return fundamental matrix, expected steps and chances (Kemeny & Snell 1960, chapter 3).

    The matrix is taken as checked: square, rows sum to one.

    >>> walk = absorb(np.array([[1, 0, 0], [0.5, 0.3, 0.2], [0, 0, 1]]))
    >>> walk.steps.round(3).tolist(), walk.chances.round(3).tolist()
    ([1.429], [[0.714, 0.286]])
    """
    stays = np.diag(matrix) >= 1 - 1e-12
    absorbing, transient = np.flatnonzero(stays), np.flatnonzero(~stays)
    if not absorbing.size:
        raise ValueError(f"{name} must have an absorbing state, a 1 in its diagonal; got none")
    reach = (matrix > 0) | np.eye(len(matrix), dtype=bool)
    for _double in range(max(len(matrix) - 1, 1).bit_length()):
        reach = reach @ reach
    stuck = ~reach[np.ix_(transient, absorbing)].any(axis=1)
    if stuck.any():
        raise ValueError(
            f"{name} must lead from every state to an absorbing one; got none from state "
            f"{int(transient[stuck][0])}"
        )
    inner = matrix[np.ix_(transient, transient)]
    fundamental = np.linalg.inv(np.eye(transient.size) - inner)
    chances = fundamental @ matrix[np.ix_(transient, absorbing)]
    return Absorbing(
        transient, absorbing, _checks.finite(fundamental), fundamental.sum(axis=1), chances
    )


def visit(matrix: FloatArray, state: int) -> tuple[FloatArray, FloatArray]:
    """Chance ever to reach a state, and the mean periods until then given that it is reached.

    From the state itself the chance is 1 and the time 0; the time is NaN where it is never reached.

    >>> chance, time = visit(np.array([[0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 1]]), 1)
    >>> chance.tolist(), time.tolist()
    ([0.5, 1.0, 0.0], [2.0, 0.0, nan])
    """
    stopped = matrix.copy()
    stopped[state] = np.eye(len(matrix))[state]
    chain = absorb(stopped)
    chance = np.eye(len(matrix))[state].copy()
    place = int(np.flatnonzero(chain.absorbing == state)[0])
    chance[chain.transient] = chain.chances[:, place]
    # Given that the state is reached, the chain is Markov again with P_ij h_j / h_i.
    total = np.zeros(len(matrix))
    total[chain.transient] = chain.fundamental @ chance[chain.transient]
    time = np.divide(total, chance, out=np.full(len(matrix), np.nan), where=chance > 0)
    time[state] = 0.0
    return chance, time
