"""The load of a contact centre: Erlang B, C and A, and how many agents a promise needs."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

MOST_AGENTS = 10_000


def _blocked(load: float, agents: int) -> FloatArray:
    """Erlang B for 0, 1, …, `agents` lines, by the recursion that needs no factorials."""
    found = np.empty(agents + 1)
    found[0] = 1.0
    for n in range(1, agents + 1):
        found[n] = load * found[n - 1] / (n + load * found[n - 1])
    return found


def _waits(load: float, agents: FloatArray, blocked: FloatArray) -> FloatArray:
    """Erlang C from Erlang B; 1 where the load is more than the agents can do."""
    free = np.where(agents > 0, 1 - load / np.maximum(agents, 1), -1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = blocked / (free + (1 - free) * blocked)
    return np.where(free > 0, waits, 1.0)


def erlang_b(load: float, lines: int) -> float:
    """Share of calls that find all lines busy and are lost (爱尔兰B公式).

    ``B(n) = A B(n−1) / (n + A B(n−1))`` with ``B(0) = 1``.

    Parameters
    ----------
    load : float
        A, offered load in erlangs: calls per unit of time × mean length in that unit; at least 0.
    lines : int
        n, number of lines, at least 0.

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    Erlang (1917). A call that finds no line is lost: nobody waits.

    Examples
    --------
    >>> round(erlang_b(10, 15), 4)
    0.0365
    """
    offered = _checks.number(load, "load", 0)
    return float(_blocked(offered, _checks.count(lines, "lines", 0))[-1])


def erlang_c(load: float, agents: int) -> float:
    """Chance that a caller must wait, where nobody hangs up (爱尔兰C公式).

    ``C(n) = B(n) / (1 − ρ (1 − B(n)))`` with ``ρ = A / n``.

    Parameters
    ----------
    load : float
        A, offered load in erlangs, at least 0.
    agents : int
        n, agents on duty, at least 1.

    Returns
    -------
    float
        1 where the load reaches the number of agents: the line then grows without end.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    Erlang (1917), M/M/n: calls come as a Poisson process, last an exponential time, and are
    answered in the order in which they came.

    Examples
    --------
    >>> round(erlang_c(10, 14), 4)
    0.1741
    """
    offered, n = _checks.number(load, "load", 0), _checks.count(agents, "agents")
    blocked = _blocked(offered, n)[-1:]
    return float(_waits(offered, np.array([float(n)]), blocked)[0])


def _inputs(calls: Any, handling: Any, interval: Any, within: Any) -> tuple[float, ...]:
    return (
        _checks.number(calls, "calls", 0),
        _checks.number(handling, "handling", 0, open_low=True),
        _checks.number(interval, "interval", 0, open_low=True),
        _checks.number(within, "within", 0),
    )


@dataclass(frozen=True, eq=False, repr=False)
class Staffing(Drawable):
    """What each number of agents brings, made by :func:`staffing`.

    Attributes
    ----------
    table : DataFrame
        Indexed by agents: waits (chance to wait), level (share answered in time), wait (mean wait
        of all calls, seconds; infinite where the line grows without end), occupancy (share of the
        agents' time on calls).
    load : float
        Offered load, erlangs.
    calls, handling, interval, within, target : float
        As given.
    needed : int
        Smallest number of agents that keeps the promise.

    Examples
    --------
    >>> plan = staffing(100, 180)
    >>> plan.to_frame().head(2).round(2)
            waits  level    wait  occupancy
    agents
    10       1.00   0.00     inf       1.00
    11       0.68   0.39  122.78       0.91
    """

    _picture = "staffing"

    table: "pd.DataFrame"
    load: float
    calls: float
    handling: float
    interval: float
    within: float
    target: float
    needed: int

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per number of agents.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        row = self.table.loc[self.needed]
        return (
            f"Staffing({self.calls:g} calls, {self.load:.2f} erlangs: {self.needed} agents answer "
            f"{100 * row['level']:.1f} % within {self.within:g} s, mean wait {row['wait']:.1f} s, "
            f"occupancy {100 * row['occupancy']:.0f} %)"
        )


def staffing(
    calls: float,
    handling: float,
    *,
    target: float = 0.8,
    within: float = 20.0,
    interval: float = 1800.0,
    most_occupied: float = 1.0,
    more: int = 6,
) -> Staffing:
    """How many agents a service level needs, by Erlang C (坐席配置, 服务水平).

    The **service level** is the share of calls answered within a time t:
    ``1 − C e^{−(n − A) t / h}`` with the mean handling time h. The mean wait (平均应答时间) is
    ``C h / (n − A)``, the occupancy (坐席占用率) ``A / n``.

    Parameters
    ----------
    calls : float
        Calls that come in the interval, at least 0.
    handling : float
        h, mean length of a call with the work after it, in seconds, above 0.
    target : float
        Service level that is promised, between 0 and 1, below 1.
    within : float
        t, seconds, at least 0.
    interval : float
        Length of the interval in seconds, 1800 for half an hour.
    most_occupied : float
        Highest occupancy that agents can bear, above 0 and at most 1.
    more : int
        Rows of the table above the number needed.

    Returns
    -------
    Staffing
        With ``.needed``, ``.table``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, or more than 10,000 agents would be needed.

    Notes
    -----
    The classical calculation; Gans, Koole and Mandelbaum (2003) review what it leaves out: callers
    hang up, call again, and come less evenly than a Poisson process.

    Examples
    --------
    One hundred calls of 3 minutes in half an hour are 10 erlangs:

    >>> plan = staffing(100, 180)
    >>> plan
    Staffing(100 calls, 10.00 erlangs: 14 agents answer 88.8 % within 20 s, mean wait 7.8 s, occupancy 71 %)
    """  # noqa: E501
    come, length, span, limit = _inputs(calls, handling, interval, within)
    wanted = _checks.number(target, "target", 0, 1, open_high=True)
    bear = _checks.number(most_occupied, "most_occupied", 0, 1, open_low=True)
    extra = _checks.count(more, "more", 0)
    load = come * length / span
    top = max(int(np.ceil(load / bear)) + 20, 25)
    while True:
        if top > MOST_AGENTS:
            raise ValueError(
                f"calls must need at most {MOST_AGENTS:,} agents; got a load of {load:,.0f} erlangs"
            )
        table = _levels(load, length, limit, top)
        good = (table["level"] >= wanted) & (table["occupancy"] <= bear)
        if good.any():
            break
        top *= 2
    needed = 1 + int(good.to_numpy().argmax())
    table = _levels(load, length, limit, max(needed + extra, 1))
    low = min(max(int(load), 1), needed)
    return Staffing(
        table.loc[low : needed + extra], load, come, length, span, limit, wanted, needed
    )


def _levels(load: float, handling: float, within: float, top: int) -> "pd.DataFrame":
    """Return waits, level, mean wait and occupancy for 1 to `top` agents."""
    import pandas as pd

    n = np.arange(1, top + 1, dtype=float)
    waits = _waits(load, n, _blocked(load, top)[1:])
    spare = n - load
    with np.errstate(divide="ignore", over="ignore"):
        level = np.where(
            spare > 0, 1 - waits * np.exp(-np.maximum(spare, 0) * within / handling), 0
        )
        wait = np.where(spare > 0, waits * handling / np.where(spare > 0, spare, 1.0), np.inf)
    return pd.DataFrame(
        {"waits": waits, "level": level, "wait": wait, "occupancy": np.minimum(load / n, 1.0)},
        index=pd.Index(n.astype(int), name="agents"),
    )


@dataclass(frozen=True, eq=False, repr=False)
class DayPlan(Drawable):
    """Agents for every half hour of a day, made by :func:`day_plan`.

    Attributes
    ----------
    table : DataFrame
        One row per interval: calls, load (erlangs), agents, level, wait (seconds), occupancy, and
        on_duty and level_now, if agents on duty were given (no numbers otherwise).
    target, within, interval : float
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> found = day_plan(pd.Series([20, 60, 30], ["09:00", "09:30", "10:00"]), 240)
    >>> found
    DayPlan(110 calls: 5 to 11 agents, 11.5 agent hours, 84.3 % within 20 s)
    >>> found.to_frame().round(2)
           calls  load  agents  level   wait  occupancy  on_duty  level_now
    09:00   20.0  2.67       5   0.87  16.63       0.53      NaN        NaN
    09:30   60.0  8.00      11   0.81  19.60       0.73      NaN        NaN
    10:00   30.0  4.00       7   0.89  10.81       0.57      NaN        NaN
    """

    _picture = "day_plan"

    table: "pd.DataFrame"
    target: float
    within: float
    interval: float

    @property
    def hours(self) -> float:
        """Agent hours of the plan."""
        return float(self.table["agents"].sum() * self.interval / 3600)

    @property
    def level(self) -> float:
        """Service level of the whole day: of all calls, not the mean of the intervals."""
        t = self.table
        return float((t["level"] * t["calls"]).sum() / t["calls"].sum())

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per interval.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"DayPlan({self.table['calls'].sum():,.0f} calls: {int(self.table['agents'].min())} to "
            f"{int(self.table['agents'].max())} agents, {self.hours:g} agent hours, "
            f"{100 * self.level:.1f} % within {self.within:g} s)"
        )


def day_plan(
    calls: "pd.Series",
    handling: float,
    *,
    target: float = 0.8,
    within: float = 20.0,
    interval: float = 1800.0,
    most_occupied: float = 1.0,
    on_duty: Any = None,
) -> DayPlan:
    """Plan the agents of a day, interval by interval (排班).

    Parameters
    ----------
    calls : Series
        Calls expected in each interval, named by the index; at least 0, with a sum above 0.
    handling, target, within, interval, most_occupied : float
        As in :func:`staffing`, the same for all intervals.
    on_duty : array of shape (n,), optional
        Agents on duty today, to be set beside the plan.

    Returns
    -------
    DayPlan
        With ``.hours``, ``.level``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`staffing`, or if the lengths differ.

    Notes
    -----
    Each interval is looked at as if it went on for ever: a line that grew before lunch is forgotten
    after it. Whole persons with shifts and breaks need more hours than this plan.

    Examples
    --------
    >>> import pandas as pd
    >>> day_plan(pd.Series([20, 60, 30], ["09:00", "09:30", "10:00"]), 240)
    DayPlan(110 calls: 5 to 11 agents, 11.5 agent hours, 84.3 % within 20 s)
    """
    import pandas as pd

    if not isinstance(calls, pd.Series):
        raise TypeError(f"calls must be a pandas Series; got {type(calls).__name__}")
    come = _checks.array(calls, "calls", 0)
    if not come.sum() > 0:
        raise ValueError("calls must have a sum above 0; got 0")
    plans = [
        staffing(
            c, handling, target=target, within=within, interval=interval,
            most_occupied=most_occupied, more=0,
        )
        for c in come
    ]  # fmt: skip
    rows = [{"load": p.load, "agents": p.needed} | dict(p.table.loc[p.needed]) for p in plans]
    table = pd.DataFrame(rows, index=calls.index).drop(columns="waits")
    table.insert(0, "calls", come)
    table["on_duty"], table["level_now"] = np.nan, np.nan
    if on_duty is not None:
        here = [_checks.count(n, "on_duty") for n in _checks.listed(on_duty, "on_duty", "numbers")]
        if len(here) != len(table):
            raise ValueError(
                f"on_duty must have one number per interval ({len(table)}); got {len(here)}"
            )
        table["on_duty"] = here
        table["level_now"] = [
            _levels(p.load, p.handling, p.within, n)["level"].iloc[-1]
            for p, n in zip(plans, here, strict=True)
        ]
    return DayPlan(table, plans[0].target, plans[0].within, plans[0].interval)


def erlang_a(
    calls: float,
    handling: float,
    agents: int,
    patience: float,
    *,
    within: float = 20.0,
    interval: float = 1800.0,
) -> "pd.Series":
    """Service where callers hang up when their patience ends (爱尔兰A模型, 呼叫放弃).

    Parameters
    ----------
    calls, handling, within, interval : float
        As in :func:`staffing`.
    agents : int
        Agents on duty, at least 1.
    patience : float
        Mean time in seconds after which a waiting caller hangs up, above 0 and at most 1e9.

    Returns
    -------
    Series
        level (share of all calls answered in time), abandoned (share that hung up), wait (mean
        time in the line, seconds, of all calls), occupancy (share of the agents' time on calls).

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    M/M/n+M, proposed by Palm; see Garnett, Mandelbaum and Reiman (2002). Arrivals, lengths and
    patience are exponential. The line never grows without end, since callers leave it.

    Examples
    --------
    >>> erlang_a(100, 180, 10, 120).round(3)
    level         0.640
    abandoned     0.137
    wait         16.496
    occupancy     0.863
    dtype: float64
    """
    import pandas as pd
    from scipy.integrate import quad

    come, length, span, limit = _inputs(calls, handling, interval, within)
    n = _checks.count(agents, "agents")
    bears = _checks.number(patience, "patience", 0, open_low=True)
    if bears > 1e9:  # beyond it the integral is lost in roundoff
        raise ValueError(f"patience must be at most 1e9 seconds; got {bears:g}")
    names = ["level", "abandoned", "wait", "occupancy"]
    if come == 0:
        return pd.Series([1.0, 0.0, 0.0, 0.0], names)
    rate, speed = come / span, n / length
    # Density of the wait that a caller with endless patience would meet, without its factor.
    peak = max(bears * np.log(rate / speed), 0.0) if rate > 0 else 0.0

    def power(x: float) -> float:
        return float(rate * bears * -np.expm1(-x / bears) - speed * x)

    high = power(peak)

    def density(x: float) -> float:
        return float(np.exp(power(x) - high))

    def answered(x: float) -> float:
        return density(x) * float(np.exp(-x / bears))

    reach = 1 / speed
    while power(peak + reach) > high - 50:  # beyond, nothing is left that counts
        reach *= 2
    far = peak + reach
    # The integrals must not step over what is narrow: the peak, and the callers' patience.
    narrow = np.array([peak, limit, bears, 5 * bears, 25 * bears, peak + bears, peak + 5 * bears])

    def area(curve: Callable[[float], float], end: float) -> float:
        points = np.unique(narrow[(narrow > 0) & (narrow < end)])
        ends = [0.0, *points.tolist(), end]
        return float(
            sum(quad(curve, a, b, limit=400, epsabs=0)[0] for a, b in itertools.pairwise(ends))
        )

    mass, served = area(density, far), area(answered, far)
    soon = area(answered, min(limit, far))
    # Nobody waits : somebody does = 1 : rate × B(n − 1) × mass, both times exp(−high).
    none = float(np.exp(-high))
    factor = rate * float(_blocked(rate * length, n - 1)[-1])
    total = none + factor * mass
    level, taken = (none + factor * soon) / total, (none + factor * served) / total
    lost = 1 - taken
    return pd.Series([level, lost, lost * bears, rate * taken * length / n], names)
