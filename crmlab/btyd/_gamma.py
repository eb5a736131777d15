"""Log-likelihood of the gamma–gamma model with analytic gradient and Hessian."""

import numpy as np

from crmlab._checks import FloatArray
from crmlab.btyd._data import distinct
from crmlab.btyd._fit import in_logs

_CHUNK = 8_192


class GammaRows:
    """The likelihood of customers' mean values, given how often they bought.

    ``Σ ln Γ(px + q) − ln Γ(px) − ln Γ(q) + q ln γ + (px − 1) ln z + px ln x − (px + q) ln(γ + xz)``
    """

    def __init__(self, frequency: FloatArray, value: FloatArray, weight: FloatArray) -> None:
        self.x, self.value, self.weight = frequency, value, weight
        self.customers = float(weight.sum())
        self.values, place = distinct(frequency)
        self.counts = np.bincount(place, weight, self.values.size)
        self.logs = float((weight * np.log(value)).sum())

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Log-likelihood, gradient and Hessian in (ln p, ln q, ln γ)."""
        p, q, gamma = (float(part) for part in np.exp(point))
        value, gradient, hessian = self._tables(p, q)
        value -= self.logs
        for start in range(0, self.x.size, _CHUNK):
            part = self._rows(slice(start, start + _CHUNK), p, q, gamma)
            value, gradient, hessian = value + part[0], gradient + part[1], hessian + part[2]
        slope, curve = in_logs(np.array([p, q, gamma]), gradient, hessian)
        return float(value), slope, curve

    def _tables(self, p: float, q: float) -> tuple[float, FloatArray, FloatArray]:
        """Sum the beta functions, which depend on the number of purchases only."""
        from scipy.special import betaln, polygamma, psi

        x, n = self.values, self.counts
        both, one = psi(p * x + q), psi(p * x)
        both_2, one_2 = polygamma(1, p * x + q), polygamma(1, p * x)
        gradient = np.array([n @ (x * (both - one)), n @ (both - psi(q)), 0.0])
        hessian = np.zeros((3, 3))
        hessian[0, 0] = n @ (x**2 * (both_2 - one_2))
        hessian[0, 1] = hessian[1, 0] = n @ (x * both_2)
        hessian[1, 1] = n @ (both_2 - polygamma(1, q))
        return -float(n @ betaln(p * x, q)), gradient, hessian

    def _rows(
        self, rows: slice, p: float, q: float, gamma: float
    ) -> tuple[float, FloatArray, FloatArray]:
        x, w = self.x[rows], self.weight[rows]
        spent = x * self.value[rows]
        # ln(xz / (γ + xz)) and ln(γ / (γ + xz))
        bought, rest = -np.log1p(gamma / spent), -np.log1p(spent / gamma)
        inverse = 1 / (gamma + spent)
        share = spent * inverse
        wx = w * x
        value = p * (wx @ bought) + q * (w @ rest)
        gradient = np.array(
            [
                wx @ bought,
                w @ rest,
                q / gamma * (w @ share) - p * (wx @ inverse),
            ]
        )
        hessian = np.zeros((3, 3))
        hessian[0, 2] = hessian[2, 0] = -(wx @ inverse)
        hessian[1, 2] = hessian[2, 1] = (w @ share) / gamma
        hessian[2, 2] = p * (wx @ inverse**2) - q / gamma**2 * (w @ (share * (1 + gamma * inverse)))
        return float(value), gradient, hessian
