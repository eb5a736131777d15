"""What it is worth to know when a customer runs out: the rice jar."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class RefillPlan(Drawable):
    """When to deliver before a jar is empty, made by :func:`refill_plan`.

    Attributes
    ----------
    table : DataFrame
        One row per lead in days: late and early (chances), profit (per cycle).
    unserved : float
        Profit per cycle of a seller who waits in the shop.

    Examples
    --------
    >>> found = refill_plan(30, 2, 6, margin=20, trip_cost=3, walk_in=0.3)
    >>> found
    RefillPlan(deliver 4 days ahead: 16.21 per cycle against 6.00 in the shop)
    >>> found.to_frame().head(2).round(2)
          late  early  profit
    lead
    0     0.50   0.00   10.00
    1     0.31   0.01   12.66
    """

    _picture = "refill_plan"

    table: "pd.DataFrame"
    unserved: float

    @property
    def best(self) -> float:
        """Days before the expected day at which to deliver."""
        return float(self.table.index.to_numpy()[self.table["profit"].to_numpy().argmax()])

    @property
    def profit(self) -> float:
        """Expected profit per cycle with the best lead."""
        return float(self.table["profit"].max())

    def to_frame(self) -> "pd.DataFrame":
        """One row per lead.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"RefillPlan(deliver {self.best:g} days ahead: {self.profit:.2f} per cycle against "
            f"{self.unserved:.2f} in the shop)"
        )


def refill_plan(
    cycle_days: float,
    error_days: float,
    room_days: float,
    margin: float,
    trip_cost: float,
    walk_in: float,
) -> RefillPlan:
    """Value the knowledge of when the jar is empty (送货上门: 掌握客户的用量).

    A seller expects a household's jar to be empty on a certain day, with a normal error, and
    delivers some days earlier. Too late, and the household has already gone to a shop, which is
    ours with the chance `walk_in`. Too early, and the jar has no room yet: the trip is made twice.
    With Z = (actual − expected day) / error and lead ℓ: ``late = P(Z < −ℓ / error)``, ``early =
    P(Z > (room − ℓ) / error)``, profit = ``margin × (1 − late + late × walk_in) − trip_cost × (1 +
    early)``.

    Parameters
    ----------
    cycle_days : float
        Days from one filling to the next, above 0 and at most 3650: the longest lead to look at.
    error_days : float
        Standard deviation of the error in the expected day, above 0.
    room_days : float
        Days before it is empty from which on the jar has room for a new bag, at least 0.
    margin : float
        Margin of one filling before the trip.
    trip_cost : float
        Cost of one trip, at least 0.
    walk_in : float
        Chance that a household that goes to a shop comes to ours, between 0 and 1.

    Returns
    -------
    RefillPlan
        With ``.best``, ``.profit``, ``.unserved``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    It is the newsvendor's trade-off between too early and too late. Leads are whole days.

    Examples
    --------
    >>> refill_plan(30, 2, 6, margin=20, trip_cost=3, walk_in=0.3)
    RefillPlan(deliver 4 days ahead: 16.21 per cycle against 6.00 in the shop)
    """
    import pandas as pd
    from scipy.special import ndtr

    longest = _checks.number(cycle_days, "cycle_days", 0, 3650, open_low=True)
    error = _checks.number(error_days, "error_days", 0, open_low=True)
    room = _checks.number(room_days, "room_days", 0)
    earned = _checks.number(margin, "margin")
    trip = _checks.number(trip_cost, "trip_cost", 0)
    luck = _checks.number(walk_in, "walk_in", 0, 1)
    lead = np.arange(int(longest) + 1)
    late, early = ndtr(-lead / error), ndtr((lead - room) / error)
    return RefillPlan(
        pd.DataFrame(
            {
                "late": late,
                "early": early,
                "profit": earned * (1 - late + late * luck) - trip * (1 + early),
            },
            index=pd.Index(lead, name="lead"),
        ),
        earned * luck,
    )
