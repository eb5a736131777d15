"""Goals: their fields, the tree up to a goal of the firm, and progress on a date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

SIDES = ("firm", "customer", "staff")


@dataclass(frozen=True)
class Goal:
    """One goal, field by field (目标); a field that nobody filled in stays empty.

    Parameters
    ----------
    what : str
        The one thing to be reached, in words; it names the goal.
    measure, unit : str
        What is counted, and in what.
    baseline, target : float, optional
        Where it stands, and where it shall be.
    owner : str
        The one person who answers for it.
    start, due : date or its text, optional
        When the baseline was measured, and when the target is to be reached.
    why : str
        The goal above that it serves, by its `what`. Empty for a goal of the firm.
    side : {"firm", "customer", "staff"}
        Whose goal it is. A staff goal stands beside the customer goal that it names in `why`.
    limit : float, optional
        The farthest that is known to be feasible, such as the best that anybody has reached.

    Raises
    ------
    ValueError, TypeError
        If `what` is empty, a field is no text, number or date, or the side is unknown.

    Examples
    --------
    >>> Goal("Better service")
    Goal('Better service')
    """

    what: str
    measure: str = ""
    baseline: float | None = None
    target: float | None = None
    unit: str = ""
    owner: str = ""
    start: Any = None
    due: Any = None
    why: str = ""
    side: str = "customer"
    limit: float | None = None

    def __post_init__(self) -> None:
        for name in ("what", "measure", "unit", "owner", "why"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{name} must be a text; got {getattr(self, name)!r}")
        if not self.what.strip():
            raise ValueError(f"what must say what is to be reached; got {self.what!r}")
        for name in ("baseline", "target", "limit"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _checks.number(getattr(self, name), name))
        for name in ("start", "due"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _checks.day(getattr(self, name), name))
        _checks.choice(self.side, "side", SIDES)

    def __repr__(self) -> str:
        return f"Goal({self.what!r})"


def listed_goals(goals: Any) -> dict[str, Goal]:
    """Return the goals by name; each must be a Goal, and no name may come twice."""
    if isinstance(goals, Goal | str) or not hasattr(goals, "__iter__"):
        raise TypeError(f"goals must be a list of Goal; got {goals!r}")
    found: dict[str, Goal] = {}
    for goal in goals:
        if not isinstance(goal, Goal):
            raise TypeError(f"goals must be a list of Goal; got {goal!r} in it")
        if goal.what in found:
            raise ValueError(f"goals must differ in what they say; got {goal.what!r} twice")
        found[goal.what] = goal
    if not found:
        raise ValueError("goals must have at least one goal; got none")
    return found


def way_up(goal: Goal, listed: Mapping[str, Goal]) -> tuple[list[str], str]:
    """Follow `why` upwards: the names passed, and what is wrong at the end of the way, or ''."""
    way = [goal.what]
    here = goal
    while here.why:
        if here.why in way:
            return way, _("goes in a circle at {name}").format(name=here.why)
        if here.why not in listed:
            return way, _("names {name}, which is no goal of the list").format(name=here.why)
        here = listed[here.why]
        way.append(here.what)
    if here.side != "firm":
        return way, _("ends at {name}, which is no goal of the firm").format(name=here.what)
    return way, ""


@dataclass(frozen=True, eq=False)
class GoalTree(Drawable):
    """Goals from the firm down to the staff, made by :func:`goal_tree`.

    Attributes
    ----------
    table : DataFrame
        One row per goal, in the order of the tree: side, owner, why, depth (0 for a goal of the
        firm; −1 where the way up is broken), root (where the way up ends), fault (in words, empty
        if there is none).

    Examples
    --------
    >>> firm = Goal("Keep more customers", side="firm")
    >>> quick = Goal("Answer within two days", why="Keep more customers")
    >>> found = goal_tree([firm, quick, Goal("Train the clerks", why=quick.what, side="staff")])
    >>> found
    GoalTree(3 goals: sound)
    >>> found.to_frame().iloc[0]
    side                    firm
    owner
    why
    depth                      0
    root     Keep more customers
    fault
    Name: Keep more customers, dtype: object
    """

    _picture = "goal_tree"

    table: "pd.DataFrame"

    @property
    def sound(self) -> bool:
        """Whether no goal has a fault."""
        return not self.table["fault"].any()

    @property
    def faults(self) -> "pd.Series[str]":
        """The faults, by goal."""
        return self.table["fault"][self.table["fault"] != ""]

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per goal.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        state = "sound" if self.sound else f"{len(self.faults)} with a fault"
        return f"GoalTree({len(self.table)} goals: {state})"


def goal_tree(goals: Sequence[Goal]) -> GoalTree:
    """Order goals as a tree and say what is wrong with it (目标树, 员工目标).

    Each goal must lead to a goal of the firm without going in a circle, and each goal for the
    customer needs a goal for the staff beside it: whoever is to answer in two days needs the hours
    and the training for it.

    Parameters
    ----------
    goals : sequence of Goal

    Returns
    -------
    GoalTree
        With ``.table``, ``.sound``, ``.faults``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If there is no goal, two have the same name, or something else is among them.

    Examples
    --------
    >>> firm = Goal("Keep more customers", side="firm")
    >>> quick = Goal("Answer within two days", why="Keep more customers")
    >>> goal_tree([firm, quick]).faults.to_dict()
    {'Answer within two days': 'no goal for the staff beside it'}
    >>> goal_tree([firm, quick, Goal("Train the clerks", why=quick.what, side="staff")])
    GoalTree(3 goals: sound)
    """
    import pandas as pd

    listed = listed_goals(goals)
    ways = {name: way_up(goal, listed) for name, goal in listed.items()}
    helped = {goal.why for goal in listed.values() if goal.side == "staff"}
    rows = {}
    for name, goal in listed.items():
        way, fault = ways[name]
        if not fault and goal.side == "firm" and goal.why and listed[goal.why].side != "firm":
            fault = _("a goal of the firm under one that is not")
        if not fault and goal.side == "customer" and name not in helped:
            fault = _("no goal for the staff beside it")
        whole = not ways[name][1]
        rows[name] = (goal.side, goal.owner, goal.why, len(way) - 1 if whole else -1, way[-1],
                      fault)  # fmt: skip
    order = sorted(listed, key=lambda name: _place(ways[name], listed))
    columns = ["side", "owner", "why", "depth", "root", "fault"]
    index = pd.Index(order, name="goal")
    return GoalTree(pd.DataFrame([rows[name] for name in order], index, columns))


def _place(way: tuple[list[str], str], listed: Mapping[str, Goal]) -> tuple[bool, list[int]]:
    """Sort key: whole ways first, and each goal right below the one that it serves."""
    names = list(listed)
    return bool(way[1]), [names.index(name) for name in reversed(way[0])]


@dataclass(frozen=True, eq=False)
class GoalProgress(Drawable):
    """How far goals have come on a day, made by :func:`goal_progress`.

    Attributes
    ----------
    table : DataFrame
        One row per goal: baseline, now, target, share (of the way; below 0 if it went back),
        expected (share of the time), on_track, at_due (value on the due date at the same speed).
    day : Timestamp
        The day.

    Examples
    --------
    >>> goal = Goal("Keep more customers", "retention", 70, 74, "%", "Ms Bai",
    ...     "2026-01-01", "2027-01-01", side="firm")
    >>> done = goal_progress([goal], {"Keep more customers": 71}, "2026-07-02")
    >>> done
    GoalProgress(0 of 1 goals on track on 2026-07-02)
    >>> done.to_frame().round(2)
                         baseline   now  target  share  expected  on_track  at_due
    goal
    Keep more customers      70.0  71.0    74.0   0.25       0.5     False   72.01
    """

    _picture = "goal_progress"

    table: "pd.DataFrame"
    day: "pd.Timestamp"

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per goal.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        good = int(self.table["on_track"].sum())
        return f"GoalProgress({good} of {len(self.table)} goals on track on {self.day:%Y-%m-%d})"


def goal_progress(goals: Sequence[Goal], values: Mapping[str, float], day: Any) -> GoalProgress:
    """Compare how far goals have come with the share of the time that is gone (目标进度).

    Parameters
    ----------
    goals : sequence of Goal
        Those named in `values` need baseline, target, start and due date.
    values : mapping
        The present value of a goal, by its `what`. Goals that are not in it are left out.
    day : date or its text

    Returns
    -------
    GoalProgress

    Raises
    ------
    ValueError, TypeError
        If a goal is unknown, lacks a number or a date, starts after it is due, or has not begun.

    Notes
    -----
    The path is taken as a line from the baseline to the target. Much work shows late, so behind
    the line is a question and no verdict.

    Examples
    --------
    >>> goal = Goal("Keep more customers", "retention", 70, 74, "%", "Ms Bai",
    ...     "2026-01-01", "2027-01-01", side="firm")
    >>> done = goal_progress([goal], {"Keep more customers": 71}, "2026-07-02")
    >>> done.table[["share", "expected", "on_track", "at_due"]].round(2).iloc[0].to_dict()
    {'share': 0.25, 'expected': 0.5, 'on_track': False, 'at_due': 72.01}
    """
    import pandas as pd

    listed = listed_goals(goals)
    day = _checks.day(day, "day")
    if not isinstance(values, Mapping) or not values:
        raise TypeError(f"values must be a mapping with at least one goal; got {values!r}")
    rows = {}
    for name, value in values.items():
        goal = listed[_checks.choice(name, "values", tuple(listed))]
        now = _checks.number(value, f"value of {name}")
        base, target, start, due = (
            _needed(goal, field) for field in ("baseline", "target", "start", "due")
        )
        if base == target or not start < due:
            raise ValueError(
                f"{name!r} must have a target that differs from its baseline and a due date after "
                f"its start; got {base:g} to {target:g}, {start:%Y-%m-%d} to {due:%Y-%m-%d}"
            )
        if day <= start:
            raise ValueError(f"day must be after the start of {name!r}; got {day:%Y-%m-%d}")
        share = (now - base) / (target - base)
        gone = (day - start) / (due - start)
        expected = min(gone, 1.0)
        rows[name] = (base, now, target, share, expected, share >= expected - 1e-12,
                      base + (now - base) / expected)  # fmt: skip
    columns = ["baseline", "now", "target", "share", "expected", "on_track", "at_due"]
    index = pd.Index(rows, name="goal")
    return GoalProgress(pd.DataFrame(list(rows.values()), index, columns), day)


def _needed(goal: Goal, field: str) -> Any:
    value = getattr(goal, field)
    if value is None:
        raise ValueError(f"{goal.what!r} must have a {field}; got none")
    return value
