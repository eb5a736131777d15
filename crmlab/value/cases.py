"""Three classic cases as models: the ten-year warranty, the waiting line, the rice jar."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.clv import discount_factors
from crmlab.value.delivered import _named

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
    """

    _picture = "warranty_plan"

    table: "pd.DataFrame"

    @property
    def best(self) -> int:
        """Length in years with the highest profit."""
        return int(self.table["profit"].to_numpy().argmax())

    def to_frame(self) -> "pd.DataFrame":
        """One row per length of the promise."""
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
    discount = _checks.number(rate, "rate", -1, open_low=True)
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


def waiting_time(arrivals: float, service_rate: float, servers: int = 1) -> float:
    """Mean wait before service in a waiting line (平均等待时间, M/M/c 排队模型).

    ``W_q = C / (c μ − λ)``, where C is Erlang's chance that all c servers are busy. Arrivals and
    services happen at random with steady rates λ and μ, and nobody leaves the line.

    Parameters
    ----------
    arrivals : float
        λ, arrivals per unit of time, at least 0.
    service_rate : float
        μ, customers that one server can serve per unit of time, above 0.
    servers : int
        c, number of servers.

    Returns
    -------
    float
        In the same unit of time.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, or the arrivals reach what the servers can do.

    Notes
    -----
    Erlang (1917); the example is the emergency room of Hillier and Lieberman, two patients an
    hour, three served per doctor.

    Examples
    --------
    >>> round(waiting_time(2, 3), 4), round(waiting_time(2, 3, servers=2), 4)
    (0.6667, 0.0417)
    """
    come = _checks.number(arrivals, "arrivals", 0)
    speed = _checks.number(service_rate, "service_rate", 0, open_low=True)
    c = _checks.count(servers, "servers")
    if come >= c * speed:
        raise ValueError(
            f"arrivals must be below what the servers can do, {c * speed:g}; got {come:g}"
        )
    return _wait(come, speed, c)


def _wait(come: float, speed: float, servers: int) -> float:
    """M/M/c by Erlang's recursion, which neither overflows nor needs factorials."""
    load, blocked = come / speed, 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    used = load / servers
    busy = blocked / (1 - used * (1 - blocked))
    return busy / (servers * speed - come)


@dataclass(frozen=True, eq=False)
class WaitingLines(Drawable):
    """Ways to run a waiting line side by side, made by :func:`waiting_lines`.

    Attributes
    ----------
    table : DataFrame
        One row per way: servers, joined and lost (customers per hour), wait (minutes), used (share
        of the servers' time), profit and customer_surplus (per hour).
    """

    _picture = "waiting_lines"

    table: "pd.DataFrame"

    @property
    def best(self) -> Any:
        """Name of the way with the highest profit."""
        return self.table["profit"].idxmax()

    def to_frame(self) -> "pd.DataFrame":
        """One row per way to run the line."""
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"WaitingLines({len(self.table)} ways; best {self.best!r} with profit "
            f"{self.table['profit'].max():,.1f} per hour)"
        )


def waiting_lines(
    ways: "pd.DataFrame", arrivals: float, service_rate: float, surplus: float, margin: float
) -> WaitingLines:
    """Compare what a waiting line costs, and what a turned line brings (把等待变成服务).

    A customer joins if the delivered value before waiting is larger than the cost of the expected
    wait W. That value differs among customers; with an exponential law of mean s a share
    ``exp(−k W / s)`` joins when a minute of waiting costs k. The line settles where those who join
    make just the wait that they expected.

    Parameters
    ----------
    ways : DataFrame
        One row per way to run the line, named by the index: servers (whole number), minute_cost
        (what a minute of waiting costs the customer, at least 0), comfort_cost (what the firm
        spends per customer and minute of waiting, at least 0), fixed_cost (of the way per hour, at
        least 0).
    arrivals : float
        Customers who come per hour, above 0.
    service_rate : float
        Customers that one server serves per hour, above 0.
    surplus : float
        s, mean delivered value before waiting, above 0.
    margin : float
        What a served customer leaves the firm.

    Returns
    -------
    WaitingLines
        With ``.table``, ``.best``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a number is outside its bounds, or waiting is free although more
        come than can be served.

    Notes
    -----
    The wait is that of :func:`waiting_time`. That customers look at the line and decide is Naor's
    (1969) idea. The exponential law forgets: those who join keep s each on average, however long
    the line, so the customers' surplus is ``joined × s``.

    Examples
    --------
    >>> import pandas as pd
    >>> ways = pd.DataFrame({"servers": [4, 4], "minute_cost": [1.0, 0.5],
    ...     "comfort_cost": [0, 0.2], "fixed_cost": [0, 0]}, index=["plain", "comfort"])
    >>> table = waiting_lines(ways, 60, 15, surplus=20, margin=30).to_frame()
    >>> table[["joined", "wait", "profit"]].round(1)
             joined  wait  profit
    plain      49.7   3.8  1490.7
    comfort    52.2   5.6  1507.2
    """
    names = ["servers", "minute_cost", "comfort_cost", "fixed_cost"]
    _named(ways, "ways", names)
    come = _checks.number(arrivals, "arrivals", 0, open_low=True)
    speed = _checks.number(service_rate, "service_rate", 0, open_low=True)
    worth = _checks.number(surplus, "surplus", 0, open_low=True)
    earned = _checks.number(margin, "margin")
    servers = [_checks.count(c, "servers") for c in ways["servers"]]
    dear, comfort, fixed = (_checks.array(ways[name], name, 0) for name in names[1:])
    joined = np.array(
        [_joined(come, speed, c, k / worth) for c, k in zip(servers, dear, strict=True)]
    )
    wait = np.array([60 * _wait(x, speed, c) for x, c in zip(joined, servers, strict=True)])
    return WaitingLines(
        ways[[]].assign(
            servers=servers,
            joined=joined,
            lost=come - joined,
            wait=wait,
            used=joined / (speed * np.array(servers)),
            profit=joined * (earned - comfort * wait) - fixed,
            customer_surplus=joined * worth,
        )
    )


def _joined(come: float, speed: float, servers: int, dislike: float) -> float:
    """Find how many join per hour, given how much a minute's wait keeps away."""
    from scipy.optimize import brentq

    capacity = servers * speed
    if not dislike:
        if come >= capacity:
            raise ValueError(
                "minute_cost must be above 0 where more customers come than can be served; got 0"
            )
        return come

    def miss(x: float) -> float:
        return come * float(np.exp(-dislike * 60 * _wait(x, speed, servers))) - x

    return float(brentq(miss, 0.0, min(come, capacity * (1 - 1e-12)), xtol=1e-12))


@dataclass(frozen=True, eq=False)
class RefillPlan(Drawable):
    """When to deliver before a jar is empty, made by :func:`refill_plan`.

    Attributes
    ----------
    table : DataFrame
        One row per lead in days: late and early (chances), profit (per cycle).
    unserved : float
        Profit per cycle of a seller who waits in the shop.
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
        """One row per lead."""
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
        Days from one filling to the next, above 0: the longest lead to look at.
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

    longest = _checks.number(cycle_days, "cycle_days", 0, open_low=True)
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
