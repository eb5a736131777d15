"""What a promise to repair costs and brings: the ten-year warranty."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.clv import discount_factors

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class WarrantyPlan(Drawable):
    """What a warranty of each length costs and brings, made by :func:`warranty_plan`.

    Attributes
    ----------
    table : DataFrame
        One row per length in years, 0 first: cost (present value of the repairs per unit), demand
        (units sold for each unit sold without a warranty), profit (per unit sold without one).

    Examples
    --------
    >>> found = warranty_plan(0.03, 400, years=10, rate=0.08, margin=500, uplift=0.3, reach=3)
    >>> found
    WarrantyPlan(best 4 of 10 years; profit 560.03, without a promise 500.00)
    >>> found.to_frame().head(2).round(2)
            cost  demand  profit
    years
    0       0.00    1.00  500.00
    1      11.55    1.09  529.99
    """

    _picture = "warranty_plan"

    table: "pd.DataFrame"

    @property
    def best(self) -> int:
        """Length in years with the highest profit."""
        return int(self.table["profit"].to_numpy().argmax())

    def to_frame(self) -> "pd.DataFrame":
        """One row per length of the promise.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"WarrantyPlan(best {self.best} of {len(self.table) - 1} years; profit "
            f"{self.table['profit'].iloc[self.best]:.2f}, without a promise "
            f"{self.table['profit'].iloc[0]:.2f})"
        )


def warranty_plan(
    failure_rate: Any,
    repair_cost: Any,
    years: int,
    rate: float,
    margin: float,
    uplift: float,
    reach: float,
) -> WarrantyPlan:
    """Find how long a warranty should promise to repair (保修承诺的成本与收益).

    Repairs of year t cost ``failures_t × repair_cost_t``, paid at mid-year, so a promise of y years
    costs ``C(y) = Σ_{t=1…y} failures_t × cost_t / (1 + rate)^(t − ½)`` per unit. The promise takes
    a risk from the customer, and more buy: ``D(y) = 1 + uplift × (1 − exp(−y / reach))``. The
    profit is ``D(y) × (margin − C(y))``.

    Parameters
    ----------
    failure_rate : float or array of shape (years,)
        Expected failures per unit in each year of its life, at least 0.
    repair_cost : float or array of shape (years,)
        Cost of one repair, at least 0.
    years : int
        Longest promise to look at.
    rate : float
        Discount rate per year, above −1.
    margin : float
        Margin of a unit before the cost of the warranty.
    uplift : float
        Most extra demand that a promise can bring, as a fraction, at least 0.
    reach : float
        Years of promise that bring 63 % of it, above 0.

    Returns
    -------
    WarrantyPlan
        With ``.best``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or a list has not one value per year.

    Examples
    --------
    >>> warranty_plan(0.03, 400, years=10, rate=0.08, margin=500, uplift=0.3, reach=3)
    WarrantyPlan(best 4 of 10 years; profit 560.03, without a promise 500.00)
    >>> warranty_plan(0.15, 400, years=10, rate=0.08, margin=500, uplift=0.3, reach=3).best
    0
    """
    import pandas as pd

    n = _checks.count(years, "years")
    failures = _yearly(failure_rate, "failure_rate", n)
    repair = _yearly(repair_cost, "repair_cost", n)
    discount = _checks.one_rate(rate)
    factors = discount_factors(discount, n, timing="middle")
    most = _checks.number(uplift, "uplift", 0)
    slow = _checks.number(reach, "reach", 0, open_low=True)
    earned = _checks.number(margin, "margin")
    cost = np.concatenate([[0.0], np.cumsum(failures * repair * factors)])
    demand = 1 - most * np.expm1(-np.arange(n + 1) / slow)
    return WarrantyPlan(
        pd.DataFrame(
            {"cost": cost, "demand": demand, "profit": _checks.finite(demand * (earned - cost))},
            index=pd.RangeIndex(n + 1, name="years"),
        )
    )


def _yearly(values: Any, name: str, years: int) -> Any:
    given = _checks.array(values, name, 0)
    if given.ndim and given.shape != (years,):
        raise ValueError(
            f"{name} must be one number or one per year ({years}); got shape {given.shape}"
        )
    return np.broadcast_to(given, (years,))
