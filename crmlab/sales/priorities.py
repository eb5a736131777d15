"""Urgent × important: which task first, by a rule that is written down (重要-紧急四象限)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

#: The quadrants in the order of work: what to do with each.
QUADRANTS = ("do now", "plan", "keep short", "drop")


@dataclass(frozen=True, eq=False)
class PriorityGrid(Drawable):
    """Tasks in four quadrants and in the order of work, made by :func:`priority_grid`.

    Attributes
    ----------
    actions : DataFrame
        One row per task in the order of work: quadrant (1 to 4), advice, urgent, important,
        days_left (below 0 is overdue), value, hours, value_per_hour, and with `hours` given
        cumulative, the hours until it is done.
    summary : DataFrame
        One row per quadrant: advice, tasks, overdue, hours, value.
    day : str
        The day.
    urgent_within : int
        A task due within so many days is urgent.
    important_from : float
        A task with so much at stake is important.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"due": pd.to_datetime(["2025-12-01", "2025-12-01", "2025-12-20"]),
    ...     "value": [10, 900, 800], "hours": [1, 2, 1]}, index=["report", "offer", "visit"])
    >>> grid = priority_grid(tasks, day="2025-11-30", important_from=500)
    >>> grid
    PriorityGrid(3 tasks on 2025-11-30: 1 do now, 1 plan, 1 keep short, 0 drop)
    >>> grid.to_frame().iloc[0]
    quadrant               1
    advice            do now
    urgent              True
    important           True
    days_left              1
    value              900.0
    hours                2.0
    value_per_hour     450.0
    cumulative           2.0
    Name: offer, dtype: object
    >>> grid.plan(hours=3).index.tolist()
    ['offer', 'visit']
    """

    _picture = "priority_grid"

    actions: "pd.DataFrame"
    summary: "pd.DataFrame"
    day: str
    urgent_within: int
    important_from: float

    def plan(self, hours: float) -> "pd.DataFrame":
        """Return the tasks that fit into the hours, taken in the order of work.

        A task that does not fit any more is left out, and a shorter one after it may still fit.

        Parameters
        ----------
        hours : float

        Returns
        -------
        DataFrame
            Rows of `actions`.

        Raises
        ------
        ValueError, TypeError
            If `hours` is no number of at least 0.
        """
        left = _checks.number(hours, "hours", 0)
        kept = []
        for need in self.actions["hours"]:
            fits = need <= left + 1e-9
            kept.append(fits)
            left -= need if fits else 0.0
        return self.actions[np.array(kept)]

    def to_frame(self) -> "pd.DataFrame":
        """Return the tasks in the order of work.

        Returns
        -------
        DataFrame
        """
        return self.actions.copy()

    def __repr__(self) -> str:
        parts = [f"{row['tasks']:.0f} {row['advice']}" for _number, row in self.summary.iterrows()]
        return f"PriorityGrid({len(self.actions)} tasks on {self.day}: {', '.join(parts)})"


def priority_grid(
    tasks: "pd.DataFrame",
    *,
    day: Any,
    urgent_within: int = 3,
    important_from: float,
    due: str = "due",
    value: str = "value",
    hours: str | None = "hours",
) -> PriorityGrid:
    """Sort tasks by urgent × important into one list of actions (重要-紧急四象限).

    A task is **urgent** (紧急) if it is due within `urgent_within` days or overdue, and
    **important** (重要) if what it has at stake is `important_from` or more. The quadrants are
    1 both (do now), 2 important only (plan), 3 urgent only (keep short), 4 neither (drop). Within
    a quadrant the task with the highest value per hour stands first.

    Parameters
    ----------
    tasks : DataFrame
        One row per open task; its index names it.
    day : date or str
        The day.
    urgent_within : int
        At least 0.
    important_from : float
        At least 0, in the unit of `value`.
    due : str
        Column with the day on which the task is due.
    value : str
        Column with what is at stake: the expected value that is lost if it is not done.
    hours : str or None
        Column with the hours that it takes, above 0; None counts every task as one hour.

    Returns
    -------
    PriorityGrid
        With ``.actions``, ``.summary``, ``.plan(hours)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, has gaps or numbers outside their bounds.

    Notes
    -----
    The grid is a rule of thumb. It cuts two scales in halves, so that a task worth 5,001 and one
    worth 500,000 are alike; :func:`work_through` compares its order with others.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"due": pd.to_datetime(["2025-12-01", "2025-12-01", "2025-12-20"]),
    ...     "value": [10, 900, 800], "hours": [1, 2, 1]}, index=["report", "offer", "visit"])
    >>> grid = priority_grid(tasks, day="2025-11-30", important_from=500)
    >>> grid.actions[["quadrant", "advice", "days_left"]]
            quadrant      advice  days_left
    offer          1      do now          1
    visit          2        plan         20
    report         3  keep short          1
    """
    import pandas as pd

    left, worth, need, when = _open_tasks(tasks, day, due, value, hours)
    within = _checks.count(urgent_within, "urgent_within", 0)
    limit = _checks.number(important_from, "important_from", 0)
    urgent, important = left <= within, worth >= limit
    quadrant = np.select([urgent & important, important, urgent], [1, 2, 3], 4)
    order = np.lexsort((left, -worth / need, quadrant))
    advice = np.array([_(name) for name in QUADRANTS])
    actions = pd.DataFrame(
        {
            "quadrant": quadrant,
            "advice": advice[quadrant - 1],
            "urgent": urgent,
            "important": important,
            "days_left": left,
            "value": worth,
            "hours": need,
            "value_per_hour": worth / need,
        },
        index=tasks.index,
    ).iloc[order]
    actions["cumulative"] = actions["hours"].cumsum()
    count = np.arange(1, len(QUADRANTS) + 1)
    summary = pd.DataFrame(
        {
            "advice": advice,
            "tasks": [int((quadrant == q).sum()) for q in count],
            "overdue": [int(((quadrant == q) & (left < 0)).sum()) for q in count],
            "hours": [float(need[quadrant == q].sum()) for q in count],
            "value": [float(worth[quadrant == q].sum()) for q in count],
        },
        index=pd.Index(count, name="quadrant"),
    )
    return PriorityGrid(actions, summary, when, within, limit)


def _open_tasks(
    tasks: "pd.DataFrame", day: Any, due: str, value: str, hours: str | None
) -> tuple[np.ndarray, FloatArray, FloatArray, str]:
    """Days left, value and hours of each task, and the day."""
    wanted = [due, value, *([hours] if hours is not None else [])]
    _checks.columns(tasks, "tasks", wanted)
    when = _checks.day(day, "day")
    left = (_checks.dates(tasks[due], due) - when).dt.days.to_numpy()
    worth = _checks.array(tasks[value], value, 0)
    need: FloatArray = np.ones(len(tasks))
    if hours is not None:
        need = _checks.array(tasks[hours], hours, 0, open_low=True)
    return left, worth, need, str(when.date())


def open_tasks(
    tasks: "pd.DataFrame",
    day: Any,
    *,
    created: str = "created",
    done: str = "done",
    dropped: str | None = "dropped",
) -> "pd.DataFrame":
    """Return the tasks that were open at the end of a day (某日未完成的任务).

    Parameters
    ----------
    tasks : DataFrame
        One row per task.
    day : date or str
        What happened later is not looked at.
    created, done : str
        Columns with the day on which the task was written down, and was done; missing if not done.
    dropped : str or None
        Column with the day on which it fell away.

    Returns
    -------
    DataFrame
        Rows of `tasks`.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or holds no dates.

    Examples
    --------
    >>> from crmlab import datasets
    >>> len(open_tasks(datasets.load("company_tasks"), "2025-11-30"))
    607
    """
    names = [created, done, *([dropped] if dropped is not None else [])]
    _checks.columns(tasks, "tasks", names)
    at = _checks.day(day, "day")
    here = _checks.dates(tasks[created], created) <= at
    for name in names[1:]:
        ended = _checks.dates(tasks[name], name, allow_missing=True)
        here &= ended.isna() | (ended > at)
    return tasks[here]


def task_stakes(
    tasks: "pd.DataFrame",
    lead_value: "pd.Series",
    customer_value: "pd.Series",
    *,
    at_risk: float = 0.1,
    lead: str = "lead",
    customer: str = "customer",
) -> "pd.Series":
    """Return what each task has at stake (任务的利害大小).

    A task about a customer puts `at_risk` of the customer's value at stake; a task about a lead
    that has no customer yet, the expected value of the lead; a task about nobody nothing.

    Parameters
    ----------
    tasks : DataFrame
        One row per task.
    lead_value : Series
        Expected value by lead; a lead that is not in it counts 0.
    customer_value : Series
        Value by customer; a customer who is not in it counts 0.
    at_risk : float
        Chance that the customer is lost if the task is not done, from 0 to 1.
    lead, customer : str
        Columns of `tasks`, missing where there is none.

    Returns
    -------
    Series
        In the order of `tasks`.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a name stands twice in a Series, or a number is outside its bounds.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"lead": ["L1", None, None], "customer": [None, "C1", None]})
    >>> task_stakes(tasks, pd.Series({"L1": 40.0}), pd.Series({"C1": 900.0})).tolist()
    [40.0, 90.0, 0.0]
    """
    import pandas as pd

    _checks.columns(tasks, "tasks", [lead, customer])
    risk = _checks.number(at_risk, "at_risk", 0, 1)
    worth = []
    for name, series in (("lead_value", lead_value), ("customer_value", customer_value)):
        if not isinstance(series, pd.Series):
            raise TypeError(f"{name} must be a pandas Series; got {type(series).__name__}")
        amounts = _checks.array(series, name, 0, allow_empty=True)
        if not series.index.is_unique:
            raise ValueError(f"{name} must name each one once; got some twice")
        worth.append(dict(zip(series.index, amounts, strict=True)))
    for column in (lead, customer):
        _checks.no_gaps(tasks[column].dropna(), column)
    of_lead, of_customer = (
        tasks[column].astype(object).map(values).astype(float)
        for column, values in zip((lead, customer), worth, strict=True)
    )
    of_customer *= risk
    stake = of_customer.where(tasks[customer].notna(), of_lead)
    return stake.astype(float).fillna(0.0).rename("value")


#: Orders of work: the key by which tasks are sorted, the smallest first.
ORDERS = ("grid", "due date", "value per hour", "value", "shortest")


@dataclass(frozen=True, eq=False)
class WorkOrders(Drawable):
    """What comes of the same tasks in different orders, made by :func:`work_through`.

    Attributes
    ----------
    table : DataFrame
        One row per order: in_time (tasks), kept (value of the tasks done in time), share (of all
        the value), mean_days_late, max_days_late (days late of all tasks, 0 if in time), and
        waiting, the sum of value × days until done.
    curves : dict
        For each order the days worked and the value kept so far.
    hours_per_day : float
        Hours worked per day.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"due": pd.to_datetime(["2025-12-01", "2025-12-01", "2025-12-20"]),
    ...     "value": [10, 900, 800], "hours": [1, 2, 1]}, index=["report", "offer", "visit"])
    >>> compared = work_through(tasks, day="2025-12-01", hours_per_day=2, important_from=500)
    >>> compared
    WorkOrders(grid keeps most: 1,700 in time)
    >>> compared.to_frame().round(2)
                    in_time    kept  share  mean_days_late  max_days_late  waiting
    order
    grid                  2  1700.0   0.99            0.33            1.0   2120.0
    due date              2  1700.0   0.99            0.17            0.5   2515.0
    value per hour        1   800.0   0.47            0.50            1.0   1770.0
    value                 2  1700.0   0.99            0.33            1.0   2120.0
    shortest              2   810.0   0.47            0.33            1.0   2605.0
    """

    _picture = "work_orders"

    table: "pd.DataFrame"
    curves: dict[str, tuple[FloatArray, FloatArray]]
    hours_per_day: float

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per order.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        kept = self.table["kept"]
        return f"WorkOrders({kept.idxmax()} keeps most: {kept.max():,.0f} in time)"


def work_through(
    tasks: "pd.DataFrame",
    *,
    day: Any,
    hours_per_day: float = 6.0,
    urgent_within: int = 3,
    important_from: float,
    orders: Sequence[str] = ORDERS,
    due: str = "due",
    value: str = "value",
    hours: str | None = "hours",
) -> WorkOrders:
    """Work through all tasks in several orders, one after the other (不同处理顺序的比较).

    One person works the given hours a day, every day. A task done after its day has lost its
    value; an overdue one too, so that orders differ only in what can still be saved.

    Parameters
    ----------
    tasks, day, urgent_within, important_from, due, value, hours
        As in :func:`priority_grid`.
    hours_per_day : float
        Above 0.
    orders : sequence of str
        "grid" is the order of :func:`priority_grid`; "due date" the earliest first; "value per
        hour" and "value" the highest first; "shortest" the fewest hours first.

    Returns
    -------
    WorkOrders
        With ``.table``, ``.curves``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`priority_grid`, or if an order is unknown.

    Notes
    -----
    The earliest due date first makes the longest lateness as short as it can be (Jackson 1955),
    and the highest value per hour first makes the sum of value × waiting as small as it can be
    (Smith 1956). Neither makes the value kept in time as large as it can be: no such simple rule
    is known.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"due": pd.to_datetime(["2025-12-01", "2025-12-01", "2025-12-20"]),
    ...     "value": [10, 900, 800], "hours": [1, 2, 1]}, index=["report", "offer", "visit"])
    >>> compared = work_through(tasks, day="2025-12-01", hours_per_day=2, important_from=500)
    >>> compared.table["kept"]
    order
    grid              1700.0
    due date          1700.0
    value per hour     800.0
    value             1700.0
    shortest           810.0
    Name: kept, dtype: float64
    """
    import pandas as pd

    left, worth, need, _when = _open_tasks(tasks, day, due, value, hours)
    speed = _checks.number(hours_per_day, "hours_per_day", 0, open_low=True)
    orders = _checks.listed(orders, "orders", "orders")
    if not orders:
        raise ValueError(f"orders must be a list of orders; got {orders!r}")
    grid = priority_grid(
        tasks, day=day, urgent_within=urgent_within, important_from=important_from, due=due,
        value=value, hours=hours,
    )  # fmt: skip
    place = pd.Series(np.arange(len(tasks)), tasks.index)
    if not tasks.index.is_unique:
        raise ValueError("tasks must have an index without repetitions; got some twice")
    keys = {
        "grid": np.argsort(place[grid.actions.index].to_numpy()),
        "due date": left,
        "value per hour": -worth / need,
        "value": -worth,
        "shortest": need,
    }
    rows, curves = {}, {}
    for name in orders:
        key = keys[_checks.choice(name, "orders", ORDERS)]
        order = np.lexsort((-worth / need, left, key))
        done = np.cumsum(need[order]) / speed
        late = np.maximum(done - (left[order] + 1), 0.0)
        in_time = late <= 1e-9
        kept = np.cumsum(worth[order] * in_time)
        curves[name] = (done, kept)
        rows[name] = {
            "in_time": int(in_time.sum()),
            "kept": float(kept[-1]),
            "share": float(kept[-1] / worth.sum()) if worth.sum() else 0.0,
            "mean_days_late": float(late.mean()),
            "max_days_late": float(late.max()),
            "waiting": float(worth[order] @ done),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "order"
    return WorkOrders(table, curves, speed)
