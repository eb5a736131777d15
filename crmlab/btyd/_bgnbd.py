"""Log-likelihood of the BG/NBD and NBD models with analytic gradient and Hessian."""

import numpy as np

from crmlab._checks import FloatArray
from crmlab.btyd._data import Histories, distinct
from crmlab.btyd._fit import in_logs, rising

#: Rows worked on at once: their temporary arrays stay in the processor's cache.
_CHUNK = 8_192


class CountTable:
    """Sums over customers of what depends on the number of purchases only."""

    def __init__(self, rows: Histories) -> None:
        self.values, self.place = distinct(rows.frequency)
        self.weight = np.bincount(self.place, rows.weight, self.values.size)

    def rising(self, parameter: float) -> tuple[float, float, float]:
        """Sum ``ln Γ(parameter + x) − ln Γ(parameter)`` and its derivatives."""
        first, second, third = (self.weight @ part for part in rising(parameter, self.values))
        return float(first), float(second), float(third)


class Rates:
    """The part of the gamma distribution of purchase rates: the NBD model's likelihood.

    ``Σ ln Γ(r + x) − ln Γ(r) + r ln α − (r + x) ln(α + T)``
    """

    def __init__(self, rows: Histories) -> None:
        self.rows = rows
        self.table = CountTable(rows)
        self.customers = rows.customers
        self.purchases = rows.purchases

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Log-likelihood, gradient and Hessian in (ln r, ln α)."""
        r, alpha = (float(part) for part in np.exp(point))
        value, by_r, by_rr = self.table.rising(r)
        value -= self.purchases * np.log(alpha)
        gradient, hessian = np.array([by_r, 0.0]), np.array([[by_rr, 0.0], [0.0, 0.0]])
        for start in range(0, self.rows.weight.size, _CHUNK):
            part = self._rows(slice(start, start + _CHUNK), r, alpha)
            value, gradient, hessian = value + part[0], gradient + part[1], hessian + part[2]
        slope, curve = in_logs(np.array([r, alpha]), gradient, hessian)
        return float(value), slope, curve

    def _rows(self, rows: slice, r: float, alpha: float) -> tuple[float, FloatArray, FloatArray]:
        age, w = self.rows.T[rows], self.rows.weight[rows]
        bought = w * self.rows.frequency[rows]
        ratio, inverse = np.log1p(age / alpha), 1 / (alpha + age)
        share = age * inverse
        # r/α − (r + x)/(α + T), written without the difference of two large numbers
        by_alpha = r / alpha * (w @ share) - bought @ inverse
        by_aa = bought @ inverse**2 - r / alpha**2 * (w @ (share * (1 + alpha * inverse)))
        by_ra = (w @ share) / alpha
        value = -r * (w @ ratio) - bought @ ratio
        gradient = np.array([-w @ ratio, by_alpha])
        return float(value), gradient, np.array([[0.0, by_ra], [by_ra, by_aa]])


class BetaGeometric:
    """The BG/NBD likelihood; what depends on x only comes from tables of the different x."""

    def __init__(self, rows: Histories) -> None:
        self.table = CountTable(rows)
        self.customers = rows.customers
        back = rows.frequency > 0
        # Who never came back has not had a chance to drop out: only the age counts there.
        self.rates = Rates(rows.take(~back)) if not back.all() else None
        self.rows = rows.take(back)
        self.place = self.table.place[back]

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Log-likelihood, gradient and Hessian in (ln r, ln α, ln a, ln b)."""
        r, alpha, a, b = (float(part) for part in np.exp(point))
        value, gradient, hessian = self._tables(r, a, b)
        for start in range(0, self.rows.weight.size, _CHUNK):
            part = self._rows(slice(start, start + _CHUNK), r, alpha, a, b)
            value, gradient, hessian = value + part[0], gradient + part[1], hessian + part[2]
        slope, curve = in_logs(np.array([r, alpha, a, b]), gradient, hessian)
        if self.rates is not None:
            # All derivatives of the rows with x = 0; their sums over x are zero.
            more, rate_slope, rate_curve = self.rates(point[:2])
            value += more
            slope[:2] += rate_slope
            curve[:2, :2] += rate_curve
        return value, slope, curve

    def _tables(self, r: float, a: float, b: float) -> tuple[float, FloatArray, FloatArray]:
        """Sum what depends on the number of purchases only."""
        of_r, of_b, of_ab = (self.table.rising(parameter) for parameter in (r, b, a + b))
        gradient = np.array([of_r[1], 0.0, -of_ab[1], of_b[1] - of_ab[1]])
        hessian = np.zeros((4, 4))
        hessian[0, 0] = of_r[2]
        hessian[2:, 2:] = -of_ab[2]
        hessian[3, 3] += of_b[2]
        return of_r[0] + of_b[0] - of_ab[0], gradient, hessian

    def _rows(
        self, rows: slice, r: float, alpha: float, a: float, b: float
    ) -> tuple[float, FloatArray, FloatArray]:
        """Sum over repeat buyers: they are alive, or dropped out after the last purchase."""
        x, t_x, age = self.rows.frequency[rows], self.rows.recency[rows], self.rows.T[rows]
        w, place = self.rows.weight[rows], self.place[rows]
        after = b + np.maximum(self.table.values, 1) - 1
        ratio = np.log1p(age / alpha)
        apart = ratio - np.log1p(t_x / alpha)
        shape = r + x
        odds = (np.log(a) - np.log(after))[place] + shape * apart
        low = np.exp(-np.abs(odds))
        dropped = np.where(odds >= 0, 1.0, low) / (1 + low)
        value = w @ (np.maximum(odds, 0) + np.log1p(low) - shape * ratio - x * np.log(alpha))
        inverse = 1 / (alpha + age)
        steeper = 1 / (alpha + t_x)
        # The log-odds of having dropped out, differentiated by r, α, a and b
        slopes = np.stack(
            [
                apart,
                shape * (inverse - steeper),
                np.broadcast_to(1 / a, x.shape),
                -(1 / after)[place],
            ]
        )
        chance = w * dropped
        gradient = slopes @ chance
        hessian = (slopes * (chance * (1 - dropped))) @ slopes.T
        share = age * inverse
        gradient[0] -= w @ ratio
        gradient[1] += r / alpha * (w @ share) - (w * x) @ inverse
        mixed = (w @ share) / alpha + chance @ (inverse - steeper)
        hessian[0, 1] += mixed
        hessian[1, 0] += mixed
        hessian[1, 1] += (
            -r / alpha**2 * (w @ (share * (1 + alpha * inverse)))
            + (w * x) @ inverse**2
            + chance @ (shape * (steeper**2 - inverse**2))
        )
        hessian[2, 2] -= chance.sum() / a**2
        hessian[3, 3] += chance @ ((1 / after) ** 2)[place]
        return float(value), gradient, hessian
