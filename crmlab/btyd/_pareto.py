"""Log-likelihood of the Pareto/NBD model by quadrature, with analytic gradient and Hessian.

A customer with x purchases, the last at t_x, is alive at T, or dropped out at some τ between:

    L = Γ(r+x)/Γ(r) α^r β^s { (α+T)^−(r+x) (β+T)^−s + s ∫ (α+τ)^−(r+x) (β+τ)^−(s+1) dτ }

With y = ln((α+τ)/(α+t_x)) if α ≤ β, else ln((β+τ)/(β+t_x)), the integrand is analytic and falls
at least exponentially, so that Gauss–Legendre nodes over the part that counts give full
precision, with no hypergeometric function and no underflow. The derivatives are means over the
mixture "alive, or dropped out at a node".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from crmlab._checks import FloatArray
from crmlab.btyd._bgnbd import CountTable
from crmlab.btyd._data import Histories
from crmlab.btyd._fit import in_logs

#: Numbers (rows × nodes) worked on at once: they stay in the processor's cache.
_CHUNK = 8_192
#: Where the integrand has fallen by this many e-folds, the rest does not count.
_FALL = 38.0


@cache
def legendre(nodes: int) -> tuple[FloatArray, FloatArray]:
    """Return Gauss–Legendre nodes and weights on (0, 1)."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    return (points + 1) / 2, weights / 2


@dataclass(frozen=True, eq=False)
class Dropout:
    """The integral over the time of dropping out, for some rows."""

    rows: slice
    #: ln of (α + T) / (α + t_x), and the same with β
    apart_alpha: FloatArray
    apart_beta: FloatArray
    #: Log-odds of having dropped out by T
    odds: FloatArray
    #: At each node: share of the integral, ln((α+τ)/(α+t_x)), ln((β+τ)/(β+t_x))
    share: FloatArray
    at_alpha: FloatArray
    at_beta: FloatArray


def dropouts(rows: Histories, r: float, alpha: float, s: float, beta: float) -> Iterator[Dropout]:
    """Integrate over the time of dropping out, piece by piece."""
    low, high = (alpha, beta) if alpha <= beta else (beta, alpha)
    x, t_x, T = rows.frequency, rows.recency, rows.T
    size, start = x.size, 0
    while start < size:
        # Rows are sorted by difficulty: a first guess of the nodes serves the rows that follow.
        stop = min(start + _CHUNK // 8, size)
        piece = slice(start, stop)
        length, nodes = _span(x[piece], t_x[piece], T[piece], r, s, low, high, alpha <= beta)
        fits = max(_CHUNK // nodes, 1)
        if fits < stop - start:
            piece = slice(start, start + fits)
            length = length[:fits]
        start = piece.stop
        yield _integrate(rows, piece, length, nodes, (r, alpha, s, beta))


def _span(
    x: FloatArray,
    t_x: FloatArray,
    T: FloatArray,
    r: float,
    s: float,
    low: float,
    high: float,
    alpha_first: bool,
) -> tuple[FloatArray, int]:
    """Return how far in y the integrand counts, and the number of nodes that it needs."""
    full = np.log1p((T - t_x) / (low + t_x))
    rate = r + s + x
    power = np.full_like(x, s + 1) if alpha_first else r + x
    bend = (high - low) / (high + t_x)

    def fall(y: FloatArray) -> FloatArray:
        return np.asarray(rate * y + power * np.log1p(bend * np.expm1(-y)))

    # With x = 0 and r < 1 the integrand rises at first.
    first = (rate - power) + power * (low + t_x) / (high + t_x)
    length = np.minimum(full, _FALL / np.maximum(first, 1e-3))
    falls = fall(length)
    if falls.max(initial=0) > 1.01 * _FALL:
        # The fall is convex in y: Newton's steps come down to the end and do not pass it.
        for _step in range(8):
            left = np.exp(-length)
            slope = rate - power * bend * left / (1 + bend * np.expm1(-length))
            length = np.minimum(length, np.maximum(length - (falls - _FALL) / slope, 0))
            falls = fall(length)
            if falls.max() <= 1.01 * _FALL:
                break
    longest, steepest = float(length.max(initial=0)), float(falls.max(initial=0))
    needed = 7 + 0.45 * steepest + 2.5 * longest
    return length, int(4 * np.ceil(min(needed, 200.0) / 4))


def _integrate(
    rows: Histories,
    piece: slice,
    length: FloatArray,
    nodes: int,
    parameters: tuple[float, float, float, float],
) -> Dropout:
    r, alpha, s, beta = parameters
    x, t_x, T = rows.frequency[piece], rows.recency[piece], rows.T[piece]
    alpha_first = alpha <= beta
    low, high = (alpha, beta) if alpha_first else (beta, alpha)
    places, weights = legendre(nodes)
    at_low = length[:, None] * places
    bend = (high - low) / (high + t_x)
    bent = np.log1p(bend[:, None] * np.expm1(-at_low))
    power = np.full_like(x, s + 1) if alpha_first else r + x
    height = np.exp(-(r + s + x)[:, None] * at_low - power[:, None] * bent) * weights
    total = height.sum(axis=1)
    at_high = at_low + bent
    at_alpha, at_beta = (at_low, at_high) if alpha_first else (at_high, at_low)
    apart_alpha = np.log1p((T - t_x) / (alpha + t_x))
    apart_beta = np.log1p((T - t_x) / (beta + t_x))
    extra = np.log((alpha + t_x) / (beta + t_x)) if alpha_first else 0.0
    with np.errstate(divide="ignore"):  # nobody drops out in a time of length zero
        integral = np.log(length * total)
    odds = np.log(s) + integral + (r + x) * apart_alpha + s * apart_beta + extra
    return Dropout(piece, apart_alpha, apart_beta, odds, height / total[:, None], at_alpha, at_beta)


def by_difficulty(rows: Histories) -> tuple[Histories, npt.NDArray[np.intp]]:
    """Sort rows by how fast the integrand falls, and return the order too."""
    typical = rows.unit / 3 or 1.0
    order = np.argsort((rows.frequency + 1) * np.log((typical + rows.T) / (typical + rows.recency)))
    return rows.take(order), order


class ParetoRows:
    """The Pareto/NBD likelihood of some histories."""

    def __init__(self, rows: Histories) -> None:
        self.table = CountTable(rows)
        self.customers = rows.customers
        self.purchases = rows.purchases
        self.rows, _order = by_difficulty(rows)

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Log-likelihood, gradient and Hessian in (ln r, ln α, ln s, ln β)."""
        r, alpha, s, beta = (float(part) for part in np.exp(point))
        first, second, third = self.table.rising(r)
        value = first - self.purchases * np.log(alpha)
        gradient = np.array([second, 0.0, 0.0, 0.0])
        hessian = np.zeros((4, 4))
        hessian[0, 0] = third
        for dropout in dropouts(self.rows, r, alpha, s, beta):
            part = self._piece(dropout, r, alpha, s, beta)
            value, gradient, hessian = value + part[0], gradient + part[1], hessian + part[2]
        slope, curve = in_logs(np.array([r, alpha, s, beta]), gradient, hessian)
        return float(value), slope, curve

    def _piece(
        self, drop: Dropout, r: float, alpha: float, s: float, beta: float
    ) -> tuple[float, FloatArray, FloatArray]:
        x, t_x = self.rows.frequency[drop.rows], self.rows.recency[drop.rows]
        T, w = self.rows.T[drop.rows], self.rows.weight[drop.rows]
        shape = r + x
        low = np.exp(-np.abs(drop.odds))
        dropped = np.where(drop.odds >= 0, 1.0, low) / (1 + low)
        ratio_alpha, ratio_beta = np.log1p(T / alpha), np.log1p(T / beta)
        value = w @ (
            np.maximum(drop.odds, 0) + np.log1p(low) - shape * ratio_alpha - s * ratio_beta
        )
        # The customer who is alive at T
        alive_alpha, alive_beta = 1 / (alpha + T), 1 / (beta + T)
        gradient = np.array(
            [
                -w @ ratio_alpha,
                r / alpha * (w @ (T * alive_alpha)) - (w * x) @ alive_alpha,
                -w @ ratio_beta,
                s / beta * (w @ (T * alive_beta)),
            ]
        )
        # Each node against "alive": differences of the log-likelihood, differentiated
        node_alpha = np.exp(-drop.at_alpha) / (alpha + t_x)[:, None]
        node_beta = np.exp(-drop.at_beta) / (beta + t_x)[:, None]
        slopes = np.stack(
            [
                drop.apart_alpha[:, None] - drop.at_alpha,
                shape[:, None] * (alive_alpha[:, None] - node_alpha),
                1 / s + drop.apart_beta[:, None] - drop.at_beta,
                (s * alive_beta)[:, None] - (s + 1) * node_beta,
            ]
        )
        mean = (slopes * drop.share).sum(axis=2) * dropped
        weight = ((w * dropped)[:, None] * drop.share).ravel()
        gradient = gradient + mean @ w
        flat = slopes.reshape(4, -1)
        hessian = (flat * weight) @ flat.T - (mean * w) @ mean.T
        node_alpha, node_beta = node_alpha.ravel(), node_beta.ravel()
        alive = w * (1 - dropped)
        by_alpha = weight @ node_alpha + alive @ alive_alpha
        mixed = w.sum() / alpha - by_alpha
        hessian[0, 1] += mixed
        hessian[1, 0] += mixed
        hessian[1, 1] += (
            -w.sum() * r / alpha**2
            + (weight * np.repeat(shape, drop.share.shape[1])) @ node_alpha**2
            + (alive * shape) @ alive_alpha**2
        )
        hessian[2, 2] -= weight.sum() / s**2
        by_beta = w.sum() / beta - weight @ node_beta - alive @ alive_beta
        hessian[2, 3] += by_beta
        hessian[3, 2] += by_beta
        hessian[3, 3] += (
            -w.sum() * s / beta**2 + (s + 1) * (weight @ node_beta**2) + s * (alive @ alive_beta**2)
        )
        return float(value), gradient, hessian
