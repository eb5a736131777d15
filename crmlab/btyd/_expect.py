"""Expected purchases under BG/NBD by Gauss–Jacobi quadrature over the dropout probability.

Given p, λ ~ gamma(r, α) and a beta distribution of p, a customer who is alive makes

    E[(1 − exp(−λ p t)) / p] = E[(1 − (1 + p t/α)^−r) / p]

purchases in the next t. The function of p is smooth on (0, 1) for every a > 0, also at a = 1,
where the published form with a hypergeometric function divides zero by zero. Horizons of up to
1,000 times α + T come out to at least eight digits, and longer ones to fewer.
"""

from functools import lru_cache

import numpy as np

from crmlab._checks import FloatArray
from crmlab.btyd._data import distinct

#: Nodes on offer; the widest ones are for horizons of many times α + T.
_LEVELS = (6, 8, 12, 16, 24, 32, 64, 128, 256, 512)
_CHUNK = 16_384


def beta_nodes(a: float, b: FloatArray, nodes: int) -> tuple[FloatArray, FloatArray]:
    """Gauss nodes and weights for means over beta(a, b) distributions, one row for each b.

    The eigenvalues of the Jacobi matrix and the first entries of its eigenvectors (Golub and
    Welsch 1969).

    >>> import numpy as np
    >>> places, weights = beta_nodes(2.0, np.array([3.0]), 4)
    >>> round(float((weights * places).sum()), 12)  # the mean a / (a + b)
    0.4
    """
    k = np.arange(1, nodes)
    left, right = a - 1.0, b[:, None] - 1.0
    both = left + right
    matrix = np.zeros((b.size, nodes, nodes))
    at = np.arange(nodes)
    matrix[:, 0, 0] = ((left - right) / (both + 2))[:, 0]
    matrix[:, at[1:], at[1:]] = (left - right) * both / ((2 * k + both) * (2 * k + both + 2))
    square = np.empty((b.size, nodes - 1))
    square[:, 0] = (4 * (1 + left) * (1 + right) / ((2 + both) ** 2 * (3 + both)))[:, 0]
    k = k[1:]
    square[:, 1:] = (
        4
        * k
        * (k + left)
        * (k + right)
        * (k + both)
        / ((2 * k + both) ** 2 * (2 * k + both + 1) * (2 * k + both - 1))
    )
    side = np.sqrt(square)
    matrix[:, at[1:], at[:-1]] = side
    matrix[:, at[:-1], at[1:]] = side
    places, vectors = np.linalg.eigh(matrix)
    return np.clip((1 + places) / 2, 1e-300, 1.0), vectors[:, 0, :] ** 2


@lru_cache(maxsize=2048)
def _kept_nodes(a: float, b: float, nodes: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of one distribution; a forecast of many periods asks for them each time."""
    places, weights = beta_nodes(a, np.array([b]), nodes)
    return places[0], weights[0]


def purchases_while_alive(
    x: FloatArray, age: FloatArray, t: FloatArray, r: float, alpha: float, a: float, b: float
) -> FloatArray:
    """Purchases expected in (T, T + t] of customers who are alive at T, for 1-d arrays."""
    z = t / (alpha + age)
    level = _level(z, r + x, a + b + x)
    result = np.empty(x.size)
    values, place = distinct(x)
    for number in np.unique(level):
        rows = np.flatnonzero(level == number)
        nodes = _LEVELS[number]
        used = np.unique(place[rows])
        where = np.zeros(values.size, dtype=np.intp)
        where[used] = np.arange(used.size)
        kept = [_kept_nodes(a, float(b + value), nodes) for value in values[used]]
        points, weights = (np.stack(part) for part in zip(*kept, strict=True))
        for start in range(0, rows.size, max(_CHUNK // nodes, 1)):
            part = rows[start : start + max(_CHUNK // nodes, 1)]
            p = points[where[place[part]]]
            fall = np.expm1(-(r + x[part])[:, None] * np.log1p(p * z[part][:, None]))
            result[part] = (-fall / p * weights[where[place[part]]]).sum(axis=1)
    return result


def _level(z: FloatArray, shape: FloatArray, spread: FloatArray) -> FloatArray:
    """Tell how many nodes rows need, by how near the pole at p = −1/z is to (0, 1).

    More are needed where the function falls much faster than the beta distribution.
    """
    with np.errstate(divide="ignore"):
        # An exponential in p, as for many purchases, and a plain pole converge at these rates.
        exponential = np.log1p(2 / z)
        pole = np.arccosh(1 + 2 / np.maximum(z, 1e-12))
        needed = 15 / np.where(shape > 5, np.minimum(exponential, pole), pole) + 2
    fall = shape**2 * z / (1 + z) / (shape + spread)
    needed += np.maximum(2 * np.sqrt(fall) - 4, 0)
    return np.minimum(np.searchsorted(_LEVELS, needed), len(_LEVELS) - 1)
