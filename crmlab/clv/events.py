"""Event prediction: dated events with a chance, a revenue and a cost for each customer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.clv.present_value import FloatArray

if TYPE_CHECKING:
    import pandas as pd

_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, eq=False)
class EventForecast(Drawable):
    """Profit and cost that a list of possible events promises, made by :func:`event_prediction`.

    Attributes
    ----------
    events : DataFrame
        One row per event, in the order given: customer, time, probability, revenue, cost,
        certain_cost, expected_profit, discount_factor, present_value.
    present_value : Series
        Expected present value per customer.
    standard_deviation : Series
        Its standard deviation per customer when events are independent, exact.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = pd.DataFrame({
    ...     "customer": ["North", "North", "South"], "time": [1, 2, 1],
    ...     "probability": [0.9, 0.5, 0.8], "revenue": [500, 400, 200], "cost": [200, 100, 50]})
    >>> forecast = event_prediction(plan, rate=0.25)
    >>> forecast
    EventForecast(3 events of 2 customers, expected present value 408.00)
    >>> forecast.to_frame()
                     revenue   cost  profit  present_value
    customer period
    North    1         450.0  180.0   270.0          216.0
             2         200.0   50.0   150.0           96.0
    South    1         160.0   40.0   120.0           96.0
    >>> draws = forecast.simulate(draws=1000, seed=1)
    >>> draws
    EventSimulation(1000 runs of 2 customers)
    """

    _picture = "event_timeline"

    events: "pd.DataFrame"
    present_value: "pd.Series"
    standard_deviation: "pd.Series"

    @property
    def total(self) -> float:
        """Expected present value of all customers."""
        return float(self.present_value.sum())

    def to_frame(self) -> "pd.DataFrame":
        """Profit and cost table (利润和费用预测表): expected sums per customer and period.

        An event at time 0 stands in period 0, one in (0, 1] in period 1, and so on.

        Returns
        -------
        DataFrame
        """
        events = self.events
        chance = events["probability"]
        expected = events.assign(
            period=np.ceil(events["time"]).astype(int),
            revenue=chance * events["revenue"],
            cost=chance * events["cost"] + events["certain_cost"],
        ).rename(columns={"expected_profit": "profit"})
        return expected.groupby(["customer", "period"], sort=True)[
            ["revenue", "cost", "profit", "present_value"]
        ].sum()

    def simulate(self, draws: int = 10_000, seed: int = 0) -> "EventSimulation":
        """Draw which events happen, many times.

        Parameters
        ----------
        draws : int
            Number of draws, at least 1.
        seed : int
            Seed of the random numbers; the same seed gives the same draws.

        Returns
        -------
        EventSimulation

        Raises
        ------
        ValueError, TypeError
            If `draws` or `seed` is outside its bounds.
        """
        import pandas as pd

        events = self.events
        rng = np.random.default_rng(_checks.seed(seed))
        happens = rng.random((_checks.count(draws, "draws"), len(events))) < events[
            "probability"
        ].to_numpy(float)
        factor = events["discount_factor"].to_numpy(float)
        net = (events["revenue"] - events["cost"]).to_numpy(float) * factor
        sunk = events["certain_cost"].to_numpy(float) * factor
        names = self.present_value.index
        owner = names.get_indexer(pd.Index(events["customer"]))
        belongs = owner[:, None] == np.arange(len(names))
        values = (happens * net - sunk) @ belongs
        return EventSimulation(pd.DataFrame(values, columns=names), self.present_value)

    def __repr__(self) -> str:
        return (
            f"EventForecast({len(self.events)} events of {len(self.present_value)} customers, "
            f"expected present value {self.total:,.2f})"
        )


@dataclass(frozen=True, eq=False)
class EventSimulation(Drawable):
    """Simulated present values, made by :meth:`EventForecast.simulate`.

    Attributes
    ----------
    values : DataFrame of shape (runs, customers)
        Present value of each customer in each run.
    expected : Series
        Exact expectation per customer.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = pd.DataFrame({
    ...     "customer": ["North", "North", "South"], "time": [1, 2, 1],
    ...     "probability": [0.9, 0.5, 0.8], "revenue": [500, 400, 200], "cost": [200, 100, 50]})
    >>> forecast = event_prediction(plan, rate=0.25)
    >>> drawn = forecast.simulate(draws=1000, seed=1)
    >>> drawn
    EventSimulation(1000 runs of 2 customers)
    >>> drawn.to_frame()
           expected    low   high  chance_of_loss
    North     312.0    0.0  432.0             0.0
    South      96.0    0.0  120.0             0.0
    all       408.0  120.0  552.0             0.0
    """

    _picture = "event_intervals"

    values: "pd.DataFrame"
    expected: "pd.Series"

    def to_frame(self, level: float = 0.9) -> "pd.DataFrame":
        """One row per customer and one for all: expectation, interval, chance of a loss.

        Parameters
        ----------
        level : float
            Share of the runs inside the interval, between 0 and 1; the rest is cut off equally
            at both ends.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError, TypeError
            If `level` is not between 0 and 1.
        """
        import pandas as pd

        tail = (1 - _checks.number(level, "level", 0, 1, open_low=True, open_high=True)) / 2
        runs = np.column_stack([self.values, self.values.sum(axis=1)])
        low, high = np.quantile(runs, [tail, 1 - tail], axis=0)
        return pd.DataFrame(
            {
                "expected": [*self.expected, self.expected.sum()],
                "low": low,
                "high": high,
                "chance_of_loss": (runs < 0).mean(axis=0),
            },
            index=[*self.expected.index, "all"],
        )

    def __repr__(self) -> str:
        runs, customers = self.values.shape
        return f"EventSimulation({runs} runs of {customers} customers)"


def event_prediction(
    events: "pd.DataFrame",
    rate: float,
    *,
    customer: str = "customer",
    time: str = "time",
    probability: str = "probability",
    revenue: str = "revenue",
    cost: str = "cost",
    certain_cost: str | None = None,
    start: Any = None,
) -> EventForecast:
    """Value customers by the events that may happen to them (客户事件预测法).

    ``Σ (p (revenue − cost) − certain cost) / (1 + d)^time`` over the events of each customer.

    Parameters
    ----------
    events : DataFrame
        One row per possible event.
    rate : float
        Discount rate d per unit of `time`, a fraction above −1 and at most 5.
    customer, time, probability, revenue, cost : str
        Names of the columns. Time is a number of periods from today, at least 0, or a date.
        Revenue and cost are at least 0 and come only if the event happens.
    certain_cost : str, optional
        Name of a column with a cost that is paid whether or not the event happens, such as the
        bid for a contract.
    start : date, optional
        Today; needed when `time` holds dates, which then count in years of 365.25 days.

    Returns
    -------
    EventForecast
        With ``.present_value``, ``.to_frame()``, ``.simulate()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a value is missing or outside its bounds, or an event lies before
        `start`.

    Notes
    -----
    Events are taken as independent of each other. Where one event needs another, give it its
    chance without conditions.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = pd.DataFrame({
    ...     "customer": ["North", "North", "South"], "time": [1, 2, 1],
    ...     "probability": [0.9, 0.5, 0.8], "revenue": [500, 400, 200], "cost": [200, 100, 50]})
    >>> forecast = event_prediction(plan, rate=0.25)
    >>> forecast.present_value.round(2).to_dict()
    {'North': 312.0, 'South': 96.0}
    """
    import pandas as pd

    names = [customer, time, probability, revenue, cost]
    _checks.columns(events, "events", names if certain_cost is None else [*names, certain_cost])
    _checks.no_gaps(events[customer], customer)
    discount = 1 + _checks.one_rate(rate)
    table = pd.DataFrame(
        {
            "customer": events[customer].to_numpy(),
            "time": _checks.array(_elapsed(events[time], time, start), time, 0),
            "probability": _checks.probability(events[probability], probability),
            "revenue": _checks.array(events[revenue], revenue, 0),
            "cost": _checks.array(events[cost], cost, 0),
            "certain_cost": 0.0
            if certain_cost is None
            else _checks.array(events[certain_cost], certain_cost, 0),
        }
    )
    chance, net = table["probability"], table["revenue"] - table["cost"]
    with np.errstate(over="ignore"):
        factor = _checks.finite(discount ** -table["time"].to_numpy())
    table["expected_profit"] = chance * net - table["certain_cost"]
    table["discount_factor"] = factor
    table["present_value"] = table["expected_profit"] * factor
    variance = chance * (1 - chance) * (net * factor) ** 2
    by_customer = table["customer"]
    return EventForecast(
        table,
        table["present_value"].groupby(by_customer, sort=False).sum(),
        variance.groupby(by_customer, sort=False).sum().pow(0.5).rename("standard_deviation"),
    )


def _elapsed(time: "pd.Series", name: str, start: Any) -> FloatArray | Any:
    """Return times in periods; dates become years since `start`."""
    if not _checks.is_dates(time):
        if start is not None:
            raise ValueError(f"start must be None when {name} holds numbers; got {start!r}")
        return time
    if start is None:
        raise ValueError(f"start must be given when {name} holds dates; got None")
    return (_checks.dates(time, name) - _checks.day(start, "start")).dt.days / _DAYS_PER_YEAR
