"""The sales funnel from the counts of its stages: conversion, value, what must enter (销售漏斗)."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import wilson

if TYPE_CHECKING:
    import pandas as pd

#: The stages of the course's funnel.
FUNNEL_STAGES = ("first contact", "intent", "negotiation", "contract")


def _names(stages: Any, size: int) -> tuple[Hashable, ...]:
    """Check the names of the stages."""
    if stages is None:
        return FUNNEL_STAGES if size == len(FUNNEL_STAGES) else tuple(range(1, size + 1))
    found = tuple(_checks.listed(stages, "stages"))
    if len(found) != size or len(set(found)) != size:
        raise ValueError(f"stages must hold {size} different names; got {list(found)}")
    return found


@dataclass(frozen=True, eq=False)
class Funnel(Drawable):
    """A sales funnel by stage, made by :func:`funnel`.

    Attributes
    ----------
    table : DataFrame
        One row per stage: customers; conversion from the stage before, with low and high;
        overall, the share of the first stage, with overall_low and overall_high; to_contract,
        the share that goes on to the last stage; and where values were given value,
        value_per_customer and weighted, the value times to_contract.
    level : float
        Level of Wilson's intervals.

    Examples
    --------
    >>> course = funnel([80, 30, 16, 10], [1125, 318, 168, 108])
    >>> course
    Funnel(80 to 10: 12.5 % [6.9, 21.5])
    >>> course.to_frame().iloc[0].round(2)
    customers               80.00
    conversion                NaN
    low                       NaN
    high                      NaN
    overall                  1.00
    overall_low              0.95
    overall_high             1.00
    to_contract              0.12
    value                 1125.00
    value_per_customer      14.06
    weighted               140.62
    Name: first contact, dtype: float64
    """

    _picture = "sales_funnel"

    table: "pd.DataFrame"
    level: float

    @property
    def conversion(self) -> float:
        """Share of the first stage that reaches the last."""
        return float(self.table["overall"].iloc[-1])

    @property
    def weighted(self) -> float:
        """Weighted forecast (加权预测): the sum of value × chance over the stages."""
        if "weighted" not in self.table:
            raise ValueError("values must be given to funnel() for a weighted forecast; got none")
        return float(self.table["weighted"].sum())

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per stage.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        n = self.table["customers"]
        low, high = self.table["overall_low"].iloc[-1], self.table["overall_high"].iloc[-1]
        return (
            f"Funnel({n.iloc[0]:g} to {n.iloc[-1]:g}: {100 * self.conversion:.1f} % "
            f"[{100 * low:.1f}, {100 * high:.1f}])"
        )


def funnel(
    counts: Any, values: Any = None, *, stages: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Funnel:  # fmt: skip
    """Conversion by stage and overall of a sales funnel (销售漏斗, 转化率).

    Parameters
    ----------
    counts : array of shape (k,)
        Customers that reached each stage, the first stage first: those of a later stage are
        counted in the earlier ones too, so no count is larger than the one before. At least 2
        stages. A Series names them.
    values : array of shape (k,), optional
        Forecast value of the customers at each stage, as the sales team states it; at least 0.
    stages : sequence, optional
        Names; without it those of the Series, or first contact, intent, negotiation and contract
        where there are four.
    level : float
        Level of Wilson's interval of each conversion.

    Returns
    -------
    Funnel
        With ``.table``, ``.conversion``, ``.weighted``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If the counts are not whole, grow from a stage to the next, or lengths differ.

    See Also
    --------
    lead_funnel : conversion from a table of leads of which some are still open.

    Notes
    -----
    The weighted forecast Σ value × chance adds up the stages as if each held *other* customers:
    it fits a stock, where each customer stands in the one stage that it has reached. For a cohort
    that is followed down the funnel, the forecast is the value at the first stage alone times the
    overall conversion.

    Examples
    --------
    The course's funnel, values in 10,000 yuan:

    >>> course = funnel([80, 30, 16, 10], [1125, 318, 168, 108])
    >>> course
    Funnel(80 to 10: 12.5 % [6.9, 21.5])
    >>> course.table["conversion"].round(3).tolist()
    [nan, 0.375, 0.533, 0.625]
    >>> course.table["value_per_customer"].round(2).tolist()
    [14.06, 10.6, 10.5, 10.8]
    """
    import pandas as pd

    n = _checks.array(counts, "counts", 0, ndim=1)
    if n.size < 2:
        raise ValueError(f"counts must have at least 2 stages; got {n.size}")
    if (n != np.round(n)).any():
        raise ValueError(f"counts must be whole numbers; got {n[n != np.round(n)][0]:g}")
    if n[0] == 0:
        raise ValueError("counts must begin with at least 1 customer; got 0")
    rises = np.diff(n) > 0
    if rises.any():
        at = int(np.argmax(rises))
        raise ValueError(
            f"counts must not grow from a stage to the next; got {n[at]:g}, then {n[at + 1]:g}"
        )
    if stages is None and isinstance(counts, pd.Series):
        stages = tuple(counts.index)
    names = _names(stages, n.size)
    share = np.divide(n[1:], n[:-1], out=np.full(n.size - 1, np.nan), where=n[:-1] > 0)
    low, high = wilson(n[1:], n[:-1], level)
    all_low, all_high = wilson(n, n[0], level)
    ahead = np.divide(n[-1], n, out=np.zeros(n.size), where=n > 0)
    table = {
        "customers": n.astype(int),
        "conversion": np.append(np.nan, share),
        "low": np.append(np.nan, low),
        "high": np.append(np.nan, high),
        "overall": n / n[0],
        "overall_low": all_low,
        "overall_high": all_high,
        "to_contract": ahead,
    }
    if values is not None:
        money = _checks.array(values, "values", 0, ndim=1)
        if money.size != n.size:
            raise ValueError(f"values must have one number per stage ({n.size}); got {money.size}")
        each = np.divide(money, n, out=np.full(n.size, np.nan), where=n > 0)
        table |= {"value": money, "value_per_customer": each, "weighted": money * ahead}
    return Funnel(pd.DataFrame(table, index=pd.Index(names, name="stage")), float(level))


@dataclass(frozen=True, eq=False)
class RequiredInflow(Drawable):
    """What has to enter a funnel to reach a target, made by :func:`required_inflow`.

    Attributes
    ----------
    target : float
        What is to be signed, in money.
    contracts : float
        Contracts that it takes.
    table : DataFrame
        One row per stage: needed, the customers that have to reach it; low and high, if the
        overall conversion is at the upper and at the lower end of its interval.
    value : float
        Value per contract.

    Examples
    --------
    >>> course = funnel([80, 30, 16, 10], [1125, 318, 168, 108])
    >>> found = required_inflow(course, target=216)
    >>> found
    RequiredInflow(20.0 contracts need 160 [93, 288] at the start)
    >>> found.to_frame().round(2)
                   needed    low    high
    stage
    first contact   160.0  93.01  288.45
    intent           60.0  39.05  104.00
    negotiation      32.0  24.53   51.76
    contract         20.0  20.00   20.00
    """

    _picture = "required_inflow"

    target: float
    contracts: float
    table: "pd.DataFrame"
    value: float

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per stage.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        first = self.table.iloc[0]
        return (
            f"RequiredInflow({self.contracts:.1f} contracts need {first['needed']:.0f} "
            f"[{first['low']:.0f}, {first['high']:.0f}] at the start)"
        )


def required_inflow(result: Funnel, target: float, value: float | None = None) -> RequiredInflow:
    """Return how many have to enter the funnel to reach a target (所需进入漏斗的客户数).

    ``contracts = target / value`` and, for a stage with the chance c to come to a contract,
    ``needed = contracts / c``.

    Parameters
    ----------
    result : Funnel
        Conversions as they were.
    target : float
        What is to be signed, in the unit of `value`, at least 0.
    value : float, optional
        Value per contract, above 0; without it the value per customer of the last stage.

    Returns
    -------
    RequiredInflow
        With ``.contracts``, ``.table``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If nothing was signed, no value is known, or a number is outside its bounds.

    Notes
    -----
    The needed number is an expectation. Half of the time it is not enough, as the number signed
    varies around it. The interval is that of the conversion alone.

    Examples
    --------
    >>> course = funnel([80, 30, 16, 10], [1125, 318, 168, 108])
    >>> required_inflow(course, target=216)
    RequiredInflow(20.0 contracts need 160 [93, 288] at the start)
    """
    import pandas as pd

    if not isinstance(result, Funnel):
        raise TypeError(f"result must be made by funnel(); got {type(result).__name__}")
    goal = _checks.number(target, "target", 0)
    if value is None:
        if "value_per_customer" not in result.table:
            raise ValueError("value must be given where the funnel has no values; got None")
        value = float(result.table["value_per_customer"].iloc[-1])
    if result.conversion == 0:
        raise ValueError("result must have a contract at least; got 0 in the last stage")
    each = _checks.number(value, "value", 0, open_low=True)
    contracts = goal / each
    n = result.table["customers"].to_numpy(float)
    low, high = wilson(n[-1], n, result.level)
    # The last stage is the contract itself.
    low[-1] = high[-1] = 1.0
    table = pd.DataFrame(
        {
            "needed": contracts / result.table["to_contract"],
            "low": contracts / high,
            "high": contracts / low,
        },
        index=result.table.index,
    )
    return RequiredInflow(goal, contracts, table, each)


def sales_velocity(leads: float, win_rate: float, value: float, days: float) -> float:
    """Return what a funnel signs per day in a steady state (销售速度).

    ``velocity = leads × win_rate × value / days``

    Parameters
    ----------
    leads : float
        Leads that are open at one time, at least 0.
    win_rate : float
        Share of the leads that is signed some day.
    value : float
        Mean value of a contract.
    days : float
        Mean days that a lead is in the funnel, above 0: of all leads, lost ones too.

    Returns
    -------
    float
        Money per day.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    leads / days is the number that leaves the funnel per day, by Little's (1961) law, and so the
    formula holds where as many come as go. It is often computed with the days from creation to
    *contract*. Where lost leads stay longer than won ones, that promises too much. And a product
    of means is the mean of a product only if large leads are neither slower nor less likely.

    Examples
    --------
    >>> sales_velocity(leads=80, win_rate=0.125, value=10.8, days=90)
    1.2
    """
    stock = _checks.number(leads, "leads", 0)
    share = _checks.number(win_rate, "win_rate", 0, 1)
    each, span = _checks.number(value, "value", 0), _checks.number(days, "days", 0, open_low=True)
    return stock * share * each / span


def weighted_forecast(values: Any, probabilities: Any) -> tuple[float, float]:
    """Return the expected value of open deals, and its standard deviation (加权预测).

    ``E = Σ pᵢ vᵢ``, ``SD = √ Σ pᵢ (1 − pᵢ) vᵢ²`` where deals do not depend on each other.

    Parameters
    ----------
    values : array of shape (n,)
        Value of each open deal, at least 0.
    probabilities : float or array of shape (n,)
        Chance that it is signed.

    Returns
    -------
    tuple of float
        Expectation and standard deviation.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, or lengths differ.

    Examples
    --------
    One deal of 100 and a hundred deals of 1, all of chance one half:

    >>> weighted_forecast([100], 0.5), weighted_forecast([1] * 100, 0.5)
    ((50.0, 50.0), (50.0, 5.0))
    """
    worth = _checks.array(values, "values", 0, ndim=1)
    chance = _checks.probability(probabilities, "probabilities")
    _checks.same_index(values, probabilities, "values and probabilities")
    if chance.ndim and chance.shape != worth.shape:
        raise ValueError(
            f"probabilities must be one number or one per value ({worth.size}); got shape "
            f"{chance.shape}"
        )
    chance = np.broadcast_to(chance, worth.shape)
    return float(worth @ chance), float(np.sqrt((worth**2 * chance * (1 - chance)).sum()))
