"""Collection of overdue debts: stages, cost, recovery and the best stopping point."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

#: Columns of a table of stages: highest value, and what stands in for a missing column.
_COLUMNS = {
    "cost": (np.inf, None),
    "days": (np.inf, None),
    "chance": (1.0, None),
    "share": (1.0, 1.0),
    "fee": (1.0, 0.0),
    "loss": (1.0, 0.0),
}


def collection_stages() -> "pd.DataFrame":
    """Six stages of collection with invented figures, from a reminder to the court (收账阶段).

    Returns
    -------
    DataFrame
        Indexed by stage, in the form that :func:`collection_plan` takes.

    Raises
    ------
    ValueError
        Never: there is nothing to check.

    Notes
    -----
    The figures are made up for this book. A firm must take its own, from its history; see
    :func:`estimate_stages`.

    Examples
    --------
    >>> collection_stages()[["cost", "days", "chance"]]
              cost  days  chance
    stage
    reminder     5    14    0.45
    call        20    14    0.35
    letter      40    21    0.25
    visit      150    21    0.25
    agency      60    60    0.20
    court      900   180    0.45
    """
    import pandas as pd

    names = [_("reminder"), _("call"), _("letter"), _("visit"), _("agency"), _("court")]
    return pd.DataFrame(
        {
            "cost": [5, 20, 40, 150, 60, 900],
            "days": [14, 14, 21, 21, 60, 180],
            "chance": [0.45, 0.35, 0.25, 0.25, 0.20, 0.45],
            "share": [1.0, 1.0, 1.0, 0.95, 0.8, 0.9],
            "fee": [0.0, 0.0, 0.0, 0.0, 0.25, 0.0],
            "loss": [0.0, 0.01, 0.05, 0.05, 0.3, 0.6],
        },
        index=pd.Index(names, name="stage"),
    )


@dataclass(frozen=True, eq=False)
class Stages:
    """A checked table of stages, one array per column."""

    names: tuple[Any, ...]
    cost: FloatArray
    days: FloatArray
    chance: FloatArray
    share: FloatArray
    fee: FloatArray
    loss: FloatArray

    def reach(self) -> FloatArray:
        """Chance that the debt is still unpaid before each stage, and after the last."""
        return np.append(1.0, np.cumprod(1 - self.chance))

    def recovered(self) -> FloatArray:
        """Share of the debt that each stage is expected to bring, fees taken off."""
        return self.reach()[:-1] * self.chance * self.share * (1 - self.fee)

    def discount(self, rate: float, year: float) -> FloatArray:
        """Factor by which money at the start of each stage, and after the last, is worth less."""
        days = np.append(0.0, self.days.cumsum())
        return np.asarray((1 + rate) ** (-days / year))

    def customer_lost(self) -> FloatArray:
        """Chance that each stage, once taken, costs the customer for good, seen from the start."""
        kept = np.append(1.0, np.cumprod(1 - self.loss))
        return np.asarray(kept[:-1] - kept[1:])


def read_stages(value: Any, argument: str = "stages") -> Stages:
    """Check a table of stages."""
    _checks.columns(
        value, argument, [name for name, (_h, other) in _COLUMNS.items() if other is None]
    )
    _checks.no_repeats(value, argument)
    if value.index.has_duplicates:
        twice = value.index[value.index.duplicated()][0]
        raise ValueError(f"{argument} must have each stage once; got {twice!r} twice")
    found = {}
    for name, (high, other) in _COLUMNS.items():
        column = value[name] if name in value else np.full(len(value), other)
        found[name] = _checks.array(column, f"{argument}[{name!r}]", 0, high)
    return Stages(tuple(value.index), **found)


@dataclass(frozen=True, eq=False)
class CollectionPlan(Drawable):
    """How far to go with one debt, made by :func:`collection_plan`.

    Attributes
    ----------
    table : DataFrame
        One row per stage. cost, chance, and reach (chance that the debt is still open when the
        stage begins, if one goes so far). gain: what the stage brings by itself when it begins,
        paid or not. value: what the debt is worth when the stage begins, with the best decisions
        from there on; never below what it sells for. go: whether one should take the stage.
        stop_after: present value, before the first stage, of going up to this stage and no
        further. recovered, spent: up to this stage, the share of the debt expected to
        reach the firm after fees, and the expected cost; both undiscounted.
    amount : float
        The debt.
    value : float
        What the debt is worth before the first stage, with the best stopping point.
    stop : hashable or None
        The last stage to take; None if one should write the debt off at once.
    customer_value : float
        As given.
    salvage : float
        As given.

    Examples
    --------
    >>> found = collection_plan(collection_stages(), amount=5000, rate=0.1, customer_value=9000)
    >>> found
    CollectionPlan(stop after 'visit'; the debt of 5,000.00 is worth 3,561.78)
    >>> list(found.to_frame().columns)
    ['cost', 'chance', 'reach', 'gain', 'value', 'go', 'stop_after', 'recovered', 'spent']
    """

    _picture = "collection_plan"

    table: "pd.DataFrame"
    amount: float
    value: float
    stop: Any
    customer_value: float
    salvage: float

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per stage.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        if self.stop is None:
            return f"CollectionPlan(write off at once; worth {self.value:,.2f})"
        return (
            f"CollectionPlan(stop after {self.stop!r}; the debt of {self.amount:,.2f} is worth "
            f"{self.value:,.2f})"
        )


def collection_plan(
    stages: Any,
    amount: float,
    rate: float = 0.0,
    *,
    customer_value: float = 0.0,
    salvage: float = 0.0,
    year: float = 365,
) -> CollectionPlan:
    """Find the best stopping point for one overdue debt (收账的最佳停止点).

    Stages are taken in their order, and after each the firm may stop. By backward induction, with
    ``V`` the worth of the debt when a stage begins and ``δ`` the discount over its days,
    ``V_i = max(salvage, −cost_i − lost_i × customer_value + δ_i (chance_i × share_i (1 − fee_i) ×
    amount + (1 − chance_i) V_{i+1}))``.

    Parameters
    ----------
    stages : DataFrame
        One row per stage, in order. Columns: cost (spent when the stage begins), days (until one
        knows the result), chance (that the debt is settled by this stage, given that all before
        it failed). Optional: share (of the debt that comes in then; 1 without it), fee (share of
        what came in that the collector keeps; 0), loss (chance that the step costs the customer,
        given that it is still one; 0).
    amount : float
        The debt, at least 0.
    rate : float
        Discount rate per year, above −1.
    customer_value : float
        What the customer is worth to the firm if the relationship goes on, apart from the debt.
    salvage : float
        Share of the debt that it brings when one stops: by its sale, or as a tax relief.
    year : float
        Days of a year.

    Returns
    -------
    CollectionPlan
        With ``.stop``, ``.value``, ``.table``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a number is outside its bounds or a stage comes twice.

    Notes
    -----
    What was spent on earlier stages does not count: it is gone whatever one decides. A stage may
    be worth taking although it loses by itself (`gain` below 0), if it opens the way to a better
    one.

    Whether a customer is lost is not seen at once, so `lost_i` is the chance seen from the start,
    the loss of this stage times the chance that the earlier ones left the customer. Payment and
    the loss of the customer are independent here, a settled debt is closed, and the chances do not
    depend on the amount. De Almeida Filho, Mues and Thomas (2010) plan the collection of consumer
    debts by dynamic programming, too, and ask besides how long to stay with each step.

    Examples
    --------
    >>> plan = collection_plan(collection_stages(), amount=2000, rate=0.1)
    >>> plan
    CollectionPlan(stop after 'agency'; the debt of 2,000.00 is worth 1,545.38)
    >>> collection_plan(collection_stages(), amount=5000, rate=0.1).stop
    'court'
    >>> collection_plan(collection_stages(), amount=5000, rate=0.1, customer_value=9000).stop
    'visit'
    """
    import pandas as pd

    plan = read_stages(stages)
    debt = _checks.number(amount, "amount", 0)
    price = _checks.one_rate(rate)
    future = _checks.number(customer_value, "customer_value", 0)
    rest = _checks.number(salvage, "salvage", 0, 1)
    days = _checks.number(year, "year", 0, open_low=True)
    factor = (1 + price) ** (-plan.days / days)
    received = factor * plan.chance * plan.share * (1 - plan.fee) * debt
    paid_out = plan.cost + plan.customer_lost() * future
    worth, going = _backward(plan, received, paid_out, factor, rest * debt)
    slope, intercept = stop_lines(plan, price, future, rest, days)
    last = int(np.argmin(going)) if not going.all() else len(plan.names)
    reach = plan.reach()
    table = pd.DataFrame(
        {
            "cost": plan.cost,
            "chance": plan.chance,
            "reach": reach[:-1],
            "gain": received - paid_out,
            "value": worth,
            "go": going,
            "stop_after": _checks.finite(slope * debt + intercept)[1:],
            "recovered": plan.recovered().cumsum(),
            "spent": (reach[:-1] * plan.cost).cumsum(),
        },
        index=pd.Index(plan.names, name="stage"),
    )
    stop = plan.names[last - 1] if last else None
    return CollectionPlan(table, debt, float(worth[0]), stop, future, rest)


def _backward(
    plan: Stages, received: FloatArray, paid_out: FloatArray, factor: FloatArray, stopped: float
) -> tuple[FloatArray, Any]:
    """Worth of the debt when each stage begins, and whether to take it."""
    count = len(plan.names)
    worth, going = np.zeros(count), np.zeros(count, dtype=bool)
    later = stopped
    for i in reversed(range(count)):
        on = received[i] - paid_out[i] + factor[i] * (1 - plan.chance[i]) * later
        going[i] = on > stopped
        later = worth[i] = max(on, stopped)
    return worth, going


def stop_lines(
    plan: Stages, rate: float, customer_value: float, salvage: float, year: float
) -> tuple[FloatArray, FloatArray]:
    """Slope and intercept in the amount of the present value of stopping after 0, 1, … stages."""
    reach, discount = plan.reach(), plan.discount(rate, year)
    received = plan.recovered() * discount[1:]
    # The customer is lost by a step that is taken, so only on the paths that reach it.
    paid = reach[:-1] * (plan.cost + plan.customer_lost() * customer_value) * discount[:-1]
    slope = np.append(0.0, received.cumsum()) + salvage * reach * discount
    return slope, -np.append(0.0, paid.cumsum())


@dataclass(frozen=True, eq=False)
class CollectionSizes(Drawable):
    """Best stopping point by the size of the debt, made by :func:`collection_sizes`.

    Attributes
    ----------
    table : DataFrame
        One row per range of amounts: from, to, stop (the last stage to take; missing where one
        writes off), recovered (share of the debt expected to reach the firm, after fees).
    slope, intercept : ndarray of shape (stages + 1,)
        Present value of stopping after 0, 1, … stages: slope × amount + intercept.
    stages : tuple
        Names of the stages.

    Examples
    --------
    >>> sizes = collection_sizes(collection_stages(), rate=0.1)
    >>> sizes
    CollectionSizes(nothing pays up to 11.15; 6 ranges of amounts)
    >>> sizes.to_frame().round(2)
          from       to      stop  recovered
    0     0.00    11.15       NaN       0.00
    1    11.15    57.35  reminder       0.45
    2    57.35   160.88      call       0.64
    3   160.88   600.50    letter       0.73
    4   600.50  2329.17    agency       0.82
    5  2329.17      inf     court       0.88
    >>> sizes.best(250)
    'letter'
    >>> sizes.value([20, 250]).round(1).tolist()
    [[0.0, 4.0, -3.2, -15.6, -54.1, -65.4, -204.2], [0.0, 107.1, 143.9, 151.8, 127.7, 121.7, -3.3]]
    """

    _picture = "collection_sizes"

    table: "pd.DataFrame"
    slope: FloatArray
    intercept: FloatArray
    stages: tuple[Any, ...]

    @property
    def write_off(self) -> float:
        """Amount up to which no stage pays; infinite where none ever does."""
        taken = self.table["stop"].notna().to_numpy()
        return float(self.table["from"].to_numpy()[taken.argmax()]) if taken.any() else float("inf")

    def best(self, amount: float) -> Any:
        """Last stage to take for a debt; None where it should be written off.

        Parameters
        ----------
        amount : float
            The debt, at least 0.

        Returns
        -------
        hashable or None

        Raises
        ------
        ValueError, TypeError
            If the amount is below 0.
        """
        wanted = _checks.number(amount, "amount", 0)
        row = int(np.searchsorted(self.table["to"].to_numpy(), wanted))
        name = self.table["stop"].to_numpy()[row]
        return name if isinstance(name, str) or name == name else None

    def value(self, amount: Any) -> FloatArray:
        """Present value of each stopping point for each amount.

        Parameters
        ----------
        amount : array of shape (n,)
            Debts, at least 0.

        Returns
        -------
        ndarray of shape (n, stages + 1)
            In column k, stopping after k stages.

        Raises
        ------
        ValueError, TypeError
            If an amount is below 0.
        """
        number = np.ndim(_checks.array(amount, "amount", 0)) == 0
        wanted = _checks.array([amount] if number else amount, "amount", 0, ndim=1)
        return np.asarray(wanted[:, None] * self.slope + self.intercept)

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per range of amounts.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return (
            f"CollectionSizes(nothing pays up to {self.write_off:,.2f}; "
            f"{len(self.table)} ranges of amounts)"
        )


def collection_sizes(
    stages: Any,
    rate: float = 0.0,
    *,
    customer_value: float = 0.0,
    salvage: float = 0.0,
    year: float = 365,
) -> CollectionSizes:
    """Find the best stopping point for debts of every size (按欠款金额的停止点).

    The value of stopping after k stages is a straight line in the amount. The best of these lines
    is found exactly, with the amounts at which it changes.

    Parameters
    ----------
    stages, rate, customer_value, salvage, year
        As in :func:`collection_plan`; the value of the customer is the same for all sizes.

    Returns
    -------
    CollectionSizes
        With ``.write_off``, ``.best(amount)``, ``.table``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`collection_plan`.

    Examples
    --------
    >>> sizes = collection_sizes(collection_stages(), rate=0.1)
    >>> sizes.table[["from", "to", "stop"]].round(0)
         from      to      stop
    0     0.0    11.0       NaN
    1    11.0    57.0  reminder
    2    57.0   161.0      call
    3   161.0   601.0    letter
    4   601.0  2329.0    agency
    5  2329.0     inf     court
    """
    import pandas as pd

    plan = read_stages(stages)
    price = _checks.one_rate(rate)
    future = _checks.number(customer_value, "customer_value", 0)
    rest = _checks.number(salvage, "salvage", 0, 1)
    days = _checks.number(year, "year", 0, open_low=True)
    slope, intercept = stop_lines(plan, price, future, rest, days)
    best, starts = _envelope(_checks.finite(slope), _checks.finite(intercept))
    parts = np.append(0.0, plan.recovered().cumsum())
    names = pd.Series([None if k == 0 else plan.names[k - 1] for k in best], dtype=object)
    table = pd.DataFrame(
        {
            "from": starts,
            "to": [*starts[1:], np.inf],
            "stop": names.where(names.notna(), np.nan),
            "recovered": parts[best],
        }
    )
    return CollectionSizes(table, slope, intercept, plan.names)


def _envelope(slope: FloatArray, intercept: FloatArray) -> tuple[list[int], list[float]]:
    """Upper envelope of lines over amounts from 0 on: the line of each piece and where it begins.

    Of lines that are equally high the one of the fewest stages is taken.
    """
    here = int(max(range(slope.size), key=lambda k: (intercept[k], slope[k], -k)))
    best, starts = [here], [0.0]
    while True:
        steeper = [k for k in range(slope.size) if slope[k] > slope[here]]
        if not steeper:
            return best, starts
        meets = {k: (intercept[here] - intercept[k]) / (slope[k] - slope[here]) for k in steeper}
        at = min(meets.values())
        here = max((k for k in steeper if meets[k] <= at), key=lambda k: (slope[k], -k))
        if at <= starts[-1]:
            best[-1] = here
        else:
            best.append(here)
            starts.append(float(at))
