"""Maximum likelihood in log parameters: Newton steps inside a trust region, and an honest end.

A fit ends in one of two ways: at a maximum, where the gradient is zero, the curvature is that of
a maximum and a Newton step stands still; or with a ValueError that says in words why there is
none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crmlab._checks import FloatArray

#: Of log parameters: gives log-likelihood, gradient and Hessian, each as a sum over customers.
Likelihood = Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]

#: A log parameter this far from 0, with time in units of the mean age, has run away.
LIMIT = 15.0
#: The longest step, in logs.
_LONGEST = 3.0
#: A Newton step this short stands still.
_STILL = 1e-6


@dataclass(frozen=True, eq=False)
class Solution:
    """Where the likelihood is highest, in log parameters; gradient and Hessian are sums."""

    point: FloatArray
    value: float
    gradient: FloatArray
    hessian: FloatArray
    iterations: int


class NoMaximumError(ValueError):
    """The search ended without a maximum; `runaways` maps parameter numbers to +1 or −1."""

    def __init__(self, runaways: dict[int, int], iterations: int, point: FloatArray):
        super().__init__(f"no maximum after {iterations} iterations")
        self.runaways = runaways
        self.iterations = iterations
        self.point = point


def maximise(
    likelihood: Likelihood,
    start: Any,
    customers: float,
    tolerance: float,
    max_iterations: int,
) -> Solution:
    """Climb from `start` to a maximum.

    Raises
    ------
    NoMaximumError
        If a parameter runs away or the iterations do not suffice.
    """
    point = np.array(start, float)
    value, gradient, hessian = likelihood(point)
    radius = 1.0
    for iteration in range(1, max_iterations + 1):
        if _at_maximum(gradient, hessian, customers, tolerance):
            return Solution(point, value, gradient, hessian, iteration - 1)
        step = trust_step(gradient / customers, hessian / customers, radius)
        trial = point + step
        if (np.abs(trial) > LIMIT).any():
            raise NoMaximumError(_runaways(trial), iteration, trial)
        new_value, new_gradient, new_hessian = likelihood(trial)
        promised = gradient @ step + step @ hessian @ step / 2
        gained = new_value - value
        # Below the rounding of the sum a gain cannot be seen: there the gradient decides.
        blind = promised < 1e-11 * abs(value)
        closer = np.abs(new_gradient).max() <= np.abs(gradient).max()
        quality = (1.0 if closer else 0.0) if blind else gained / promised
        length = float(np.sqrt(step @ step))
        if not np.isfinite(quality) or quality < 0.25:
            radius = 0.25 * length
        elif quality > 0.75 and length > 0.9 * radius:
            radius = min(2 * radius, _LONGEST)
        if quality > 1e-4:
            point, value, gradient, hessian = trial, new_value, new_gradient, new_hessian
        elif blind and radius < 1e-9:
            break
    if _at_maximum(gradient, hessian, customers, tolerance):
        return Solution(point, value, gradient, hessian, max_iterations)
    # Far out the likelihood is so flat that rounding may stop a parameter on its way.
    raise NoMaximumError(_runaways(point), max_iterations, point)


def _at_maximum(
    gradient: FloatArray, hessian: FloatArray, customers: float, tolerance: float
) -> bool:
    """Tell whether the gradient is zero and a Newton step stands still.

    The second condition tells a maximum from a slope that flattens out for ever: where a
    parameter runs to infinity the gradient goes to zero too, but Newton's step stays long.
    """
    if not np.abs(gradient).max() <= tolerance * customers:
        return False
    curvature, axes = np.linalg.eigh(-hessian)
    if curvature[0] <= 1e-13 * curvature[-1]:
        return False
    return bool(np.abs((axes.T @ gradient) / curvature).max() < _STILL)


def trust_step(gradient: FloatArray, hessian: FloatArray, radius: float) -> FloatArray:
    """Return the step of at most `radius` that promises the highest quadratic model.

    >>> import numpy as np
    >>> trust_step(np.array([1.0, 0.0]), np.diag([-2.0, -1.0]), 1.0).tolist()
    [0.5, 0.0]
    """
    curvature, axes = np.linalg.eigh(-hessian)
    slope = axes.T @ gradient
    # In the hard case, no slope along the axis that curves upwards, a hint of one finds the way.
    slope = np.where(np.abs(slope) < 1e-14, 1e-14, slope) if curvature[0] <= 0 else slope
    scale = max(float(np.abs(curvature).max()), 1e-300)
    if curvature[0] > 1e-14 * scale:
        newton = slope / curvature
        if newton @ newton <= radius**2:
            return np.asarray(axes @ newton)
    low = max(0.0, -float(curvature[0]))
    high = low + float(np.sqrt(slope @ slope)) / radius + 1e-300
    # The length of the step falls as the shift grows: halve the interval, in logs of the excess.
    excess_low, excess_high = 1e-18 * scale, high - low + 1e-12 * scale
    for _halving in range(60):
        excess = float(np.sqrt(excess_low * excess_high))
        step = slope / (curvature + low + excess)
        if step @ step > radius**2:
            excess_low = excess
        else:
            excess_high = excess
        if excess_high < 1.01 * excess_low:
            break
    step = slope / (curvature + low + excess_high)
    return np.asarray(axes @ step)


def _runaways(point: FloatArray) -> dict[int, int]:
    """Tell which parameters ran away, and where to."""
    return {int(i): int(np.sign(point[i])) for i in np.flatnonzero(np.abs(point) > 0.6 * LIMIT)}


def from_starts(
    likelihood: Likelihood,
    starts: Sequence[Any],
    customers: float,
    tolerance: float,
    max_iterations: int,
) -> Solution:
    """Climb from the first start; where that finds no maximum, from the next one.

    Raises
    ------
    NoMaximumError
        If none leads to a maximum: of the first start from which a parameter runs away.
    """
    failures: list[NoMaximumError] = []
    for start in starts:
        try:
            return maximise(likelihood, start, customers, tolerance, max_iterations)
        except NoMaximumError as none:
            failures.append(none)
    told = next((failure for failure in failures if failure.runaways), failures[0])
    raise NoMaximumError(told.runaways, told.iterations, told.point)


def rising(parameter: float, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ``ln Γ(parameter + x) − ln Γ(parameter)`` and its two derivatives.

    Written as sums over 0 … x − 1, which stay exact where the parameter is large.

    >>> import numpy as np
    >>> [part.round(4).tolist() for part in rising(2.0, np.array([0.0, 2.0]))]
    [[0.0, 1.7918], [0.0, 0.8333], [0.0, -0.3611]]
    """
    top = int(values.max()) if values.size else 0
    if top <= 100_000:
        place = values.astype(np.intp)
        terms = parameter + np.arange(top)
        parts = np.log(terms), 1 / terms, -1 / terms**2
        sums = [np.concatenate([[0.0], np.cumsum(part)])[place] for part in parts]
        return sums[0], sums[1], sums[2]
    from scipy.special import gammaln, polygamma, psi

    return (
        gammaln(parameter + values) - gammaln(parameter),
        psi(parameter + values) - psi(parameter),
        polygamma(1, parameter + values) - polygamma(1, parameter),
    )


def in_logs(
    parameters: FloatArray, gradient: FloatArray, hessian: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Turn derivatives by the parameters into derivatives by their logs."""
    slope = parameters * gradient
    return slope, parameters[:, None] * hessian * parameters + np.diag(slope)
