"""What a waiting line costs, and what a turned line brings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.value.delivered import _named

if TYPE_CHECKING:
    import pandas as pd


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

    Examples
    --------
    >>> import pandas as pd
    >>> ways = pd.DataFrame({"servers": [4, 4], "minute_cost": [1.0, 0.5],
    ...     "comfort_cost": [0, 0.2], "fixed_cost": [0, 0]}, index=["plain", "comfort"])
    >>> found = waiting_lines(ways, 60, 15, surplus=20, margin=30)
    >>> found
    WaitingLines(2 ways; best 'comfort' with profit 1,507.2 per hour)
    >>> found.to_frame().round(2)
             servers  joined   lost  wait  used   profit  customer_surplus
    plain          4   49.69  10.31  3.77  0.83  1490.68            993.79
    comfort        4   52.18   7.82  5.58  0.87  1507.21           1043.66
    """

    _picture = "waiting_lines"

    table: "pd.DataFrame"

    @property
    def best(self) -> Any:
        """Name of the way with the highest profit."""
        return self.table["profit"].idxmax()

    def to_frame(self) -> "pd.DataFrame":
        """One row per way to run the line.

        Returns
        -------
        DataFrame
        """
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

    most = min(come, capacity * (1 - 1e-12))
    return most if miss(most) >= 0 else float(brentq(miss, 0.0, most, xtol=1e-12))
