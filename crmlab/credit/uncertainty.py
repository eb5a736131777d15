"""How sure is the gain of a credit policy: simulation over uncertain assumptions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.credit.terms import (
    CreditPolicy,
    as_policy,
    conditions,
    policy_lines,
    values_of,
)

if TYPE_CHECKING:
    import pandas as pd

#: What may be uncertain: of the new policy, and of the firm, with the highest allowed value.
_POLICY = {
    "sales": np.inf,
    "days": np.inf,
    "bad_debts": 1.0,
    "collection_cost": np.inf,
    "discount_share": 1.0,
}
_FIRM = {"variable_cost": np.inf, "rate": np.inf}


@dataclass(frozen=True, eq=False)
class TermsSimulation(Drawable):
    """Change in profit under uncertain assumptions, made by :func:`simulate_terms`.

    Attributes
    ----------
    draws : ndarray of shape (n,)
        Change in profit in each draw.
    inputs : DataFrame of shape (n, assumptions)
        What was assumed in each draw.
    importance : DataFrame
        One row per assumption, the one that matters most first: low, likely, high; at_low and
        at_high (change in profit there, all else as likely); share (of the variance of the
        change, as its squared correlation with the assumption).
    likely : float
        Change in profit with every assumption at its likely value.
    level : float
        Level of the interval.

    Examples
    --------
    >>> old, new = CreditPolicy(600_000, 30, 0.01), CreditPolicy(630_000, 45, 0.02)
    >>> result = simulate_terms(old, new, 0.6, 0.15, {"sales": (600_000, 630_000, 660_000),
    ...                                               "bad_debts": (0.015, 0.02, 0.025)})
    >>> result
    TermsSimulation(mean 2,869, 90 % interval -4,883 to 10,770; pays in 71.9 % of the draws)
    >>> result.to_frame().round(2)
                      low     likely       high   at_low   at_high  share
    assumption
    sales       600000.00  630000.00  660000.00 -8219.18  13915.07   0.93
    bad_debts        0.02       0.02       0.02  5997.95   -302.05   0.08
    """

    _picture = "terms_simulation"

    draws: FloatArray
    inputs: "pd.DataFrame"
    importance: "pd.DataFrame"
    likely: float
    level: float

    @property
    def mean(self) -> float:
        """Mean change in profit."""
        return float(self.draws.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """Range that holds the middle `level` of the draws."""
        tail = (1 - self.level) / 2
        low, high = np.quantile(self.draws, [tail, 1 - tail])
        return float(low), float(high)

    @property
    def chance(self) -> float:
        """Share of the draws in which the change pays."""
        return float((self.draws > 0).mean())

    @property
    def chance_interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the chance: how exact the number of draws makes it."""
        low, high = wilson(int((self.draws > 0).sum()), self.draws.size)
        return float(low), float(high)

    @property
    def worth_of_knowing(self) -> float:
        """What it would be worth to know the assumptions before one decides.

        Expected value of perfect information: the mean of the better choice in each draw, less
        the better of the two means.
        """
        return float(np.maximum(self.draws, 0).mean() - max(self.mean, 0.0))

    def to_frame(self) -> "pd.DataFrame":
        """Return the importance of the assumptions, one row each.

        Returns
        -------
        DataFrame
        """
        return self.importance

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"TermsSimulation(mean {self.mean:,.0f}, {100 * self.level:.0f} % interval "
            f"{low:,.0f} to {high:,.0f}; pays in {100 * self.chance:.1f} % of the draws)"
        )


def simulate_terms(
    old: Any,
    new: Any,
    variable_cost: float,
    rate: float,
    uncertain: Mapping[str, tuple[float, float, float]],
    *,
    carry: str = "cost",
    year: float = 365,
    draws: int = 10_000,
    level: float = 0.9,
    seed: int = 0,
) -> TermsSimulation:
    """Simulate the change in profit when assumptions are uncertain (蒙特卡罗模拟).

    Each uncertain assumption follows a triangular law: it lies between a lowest and a highest
    value, and most likely at the one in between.

    Parameters
    ----------
    old, new, variable_cost, rate, carry, year
        As in :func:`terms_change`. The old policy is known.
    uncertain : mapping of str to (low, likely, high)
        Of the new policy "sales", "days", "bad_debts", "collection_cost" or "discount_share"
        (where there is one discount); of the firm "variable_cost" or "rate". What stands here
        takes the place of the single number.
    draws : int
        Number of draws.
    level : float
        Level of the interval, inside (0, 1).
    seed : int
        Seed of the random numbers; the same seed gives the same result.

    Returns
    -------
    TermsSimulation
        With ``.mean``, ``.interval``, ``.chance``, ``.importance``, ``.worth_of_knowing``,
        ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`terms_change`, or if a name is unknown, a range is not low ≤ likely ≤ high, or
        all ranges are single points.

    Notes
    -----
    Assumptions are drawn independently of each other. If looser terms bring more sales *and* worse
    payers together, the true spread is wider than this one.

    Examples
    --------
    >>> old, new = CreditPolicy(600_000, 30, 0.01), CreditPolicy(630_000, 45, 0.02)
    >>> result = simulate_terms(old, new, 0.6, 0.15, {"sales": (600_000, 630_000, 660_000),
    ...                                               "bad_debts": (0.015, 0.02, 0.025)})
    >>> round(result.likely), result.importance["share"].idxmax()
    (2848, 'sales')
    >>> 0.6 < result.chance < 0.8
    True
    """
    import pandas as pd

    first, second = as_policy(old, "old"), as_policy(new, "new")
    ranges = _ranges(uncertain, second)
    size = _checks.count(draws, "draws", 2)
    share = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    cost, price, days = conditions(variable_cost, rate, carry, year)
    firm = {"variable_cost": cost, "rate": price}
    likely = {name: middle for name, (_low, middle, _high) in ranges.items()}

    def at(values: Mapping[str, Any]) -> Any:
        return _change(first, second, firm, values, carry, days)

    uniform = np.random.default_rng(_checks.seed(seed)).random((size, len(ranges)))
    columns = {name: _triangular(uniform[:, i], *ranges[name]) for i, name in enumerate(ranges)}
    changes = np.broadcast_to(_checks.finite(at(columns)), (size,)).astype(float)
    rows = {
        name: {
            "low": low,
            "likely": middle,
            "high": high,
            "at_low": float(at({**likely, name: low})),
            "at_high": float(at({**likely, name: high})),
            "share": _explained(columns[name], changes),
        }
        for name, (low, middle, high) in ranges.items()
    }
    importance = pd.DataFrame.from_dict(rows, orient="index").rename_axis("assumption")
    importance = importance.sort_values("share", ascending=False, kind="stable")
    return TermsSimulation(changes, pd.DataFrame(columns), importance, float(at(likely)), share)


def _ranges(value: Any, new: CreditPolicy) -> dict[str, tuple[float, float, float]]:
    if not isinstance(value, Mapping):
        raise TypeError(f"uncertain must map names to ranges; got {type(value).__name__}")
    allowed = {**_POLICY, **_FIRM}
    found = {}
    for name, ends in value.items():
        _checks.choice(name, "uncertain", list(allowed))
        low, middle, high = _triple(ends, f"uncertain[{name!r}]", allowed[name])
        if not low <= middle <= high:
            raise ValueError(
                f"uncertain[{name!r}] must be (low, likely, high) in rising order; got {ends!r}"
            )
        found[name] = (low, middle, high)
    if not any(low < high for low, _middle, high in found.values()):
        raise ValueError("uncertain must hold at least one range; got none that is wider than 0")
    if "discount_share" in found and not isinstance(new.discount, float):
        raise ValueError(
            "uncertain must not have 'discount_share' for a policy with several discounts; got it"
        )
    for name, ends in found.items():  # the policy's own checks hold for every corner
        for end in ends:
            if name in _POLICY:
                replace(new, **{name: end})
    return found


def _triple(value: Any, name: str, high: float) -> FloatArray:
    checked = _checks.array(value, name, 0, high, ndim=1)
    if checked.size != 3:
        raise ValueError(f"{name} must be (low, likely, high); got {value!r}")
    return checked


def _triangular(uniform: FloatArray, low: float, middle: float, high: float) -> FloatArray:
    """Quantiles of the triangular law."""
    if low == high:
        return np.full(uniform.size, low)
    width = high - low
    left = low + np.sqrt(uniform * width * (middle - low))
    right = high - np.sqrt((1 - uniform) * width * (high - middle))
    return np.where(uniform < (middle - low) / width, left, right)


def _change(
    old: CreditPolicy,
    new: CreditPolicy,
    firm: Mapping[str, float],
    values: Mapping[str, Any],
    carry: str,
    year: float,
) -> Any:
    """Change in profit with some assumptions replaced by numbers or arrays."""
    after = values_of(new)
    for name in ("sales", "bad_debts", "collection_cost"):
        after[name] = values.get(name, after[name])
    if isinstance(new.discount, float):
        taken = values.get("discount_share", new.discount_share)
        days = values.get("days", new.days)
        after["days"] = taken * new.discount_days + (1 - taken) * days
        after["discounts"] = taken * new.discount
    elif "days" in values:
        rest = 1 - float(np.sum(new.discount_share))
        after["days"] = after["days"] + rest * (values["days"] - new.days)
    before, later = policy_lines(
        values_of(old), after, values.get("variable_cost", firm["variable_cost"]),
        values.get("rate", firm["rate"]), carry, year,
    )  # fmt: skip
    return sum(later) - sum(before)


def _explained(values: FloatArray, changes: FloatArray) -> float:
    """Squared correlation; 0 where one of the two does not move."""
    if np.ptp(values) == 0 or np.ptp(changes) == 0:
        return 0.0
    return float(np.corrcoef(values, changes)[0, 1] ** 2)
