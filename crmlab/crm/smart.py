"""Goals held against the five letters of SMART, with the reason in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.crm.goals import Goal, listed_goals, way_up

if TYPE_CHECKING:
    import pandas as pd

#: The five letters and their Chinese terms.
LETTERS: dict[str, tuple[str, str]] = {
    "S": ("specific", "具体的"),
    "M": ("measurable", "可衡量的"),
    "A": ("attainable", "可达成的"),
    "R": ("relevant", "相关的"),
    "T": ("time-bound", "有期限的"),
}
YEAR = 365.25
#: Share by which years differ in length, and more: no goal shall fail by the calendar.
CALENDAR = 0.005
#: Two people or two things in one field. A rule of thumb: names may hold these words, too.
_JOINED = re.compile(r"\band\b|[;,+/&、和与]")


@dataclass(frozen=True, eq=False)
class SmartCheck(Drawable):
    """Goals held against the five letters, made by :func:`smart_check`.

    Attributes
    ----------
    table : DataFrame
        One row per goal and letter: passed, and reason in words.
    day : Timestamp
        The day of the check.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.crm import Goal
    >>> firm = Goal("Keep more customers", "retention", 0.7, 0.74, "share", "Ms Bai",
    ...     "2026-01-01", "2026-12-31", side="firm")
    >>> past = pd.Series([0.69, 0.72, 0.70],
    ...     pd.to_datetime(["2023-12-31", "2024-12-31", "2025-12-31"]))
    >>> check = smart_check([firm, Goal("Better service")], "2026-01-01", {"retention": past})
    >>> check
    SmartCheck(0 of 2 goals pass all five letters)
    >>> check.to_frame()
                             S      M      A      R      T  passed
    goal
    Keep more customers   True   True  False   True   True       4
    Better service       False  False  False  False  False       0
    >>> check.reasons("Better service").head(2)
            passed                              reason
    letter
    S        False                      nobody owns it
    M        False  no measure, unit, baseline, target
    """

    _picture = "smart_check"

    table: "pd.DataFrame"
    day: "pd.Timestamp"

    @property
    def passed(self) -> "pd.DataFrame":
        """One row per goal, one column per letter: True or False."""
        import pandas as pd

        by_letter = {letter: self.table["passed"].xs(letter, level="letter") for letter in LETTERS}
        return pd.DataFrame(by_letter)

    def reasons(self, goal: str) -> "pd.DataFrame":
        """Return what was found of one goal, letter by letter.

        Parameters
        ----------
        goal : str
            What one of the goals says.

        Returns
        -------
        DataFrame
            Indexed by letter: passed, reason.

        Raises
        ------
        ValueError
            If `goal` is not one of the goals.
        """
        _checks.choice(goal, "goal", tuple(self.table.index.unique("goal")))
        return self.table[self.table.index.get_level_values("goal") == goal].droplevel("goal")

    def to_frame(self) -> "pd.DataFrame":
        """One row per goal: the five letters, and how many are passed.

        Returns
        -------
        DataFrame
        """
        return self.passed.assign(passed=self.passed.sum(axis=1))

    def __repr__(self) -> str:
        smart = int(self.passed.all(axis=1).sum())
        return f"SmartCheck({smart} of {len(self.passed)} goals pass all five letters)"


def smart_check(
    goals: Sequence[Goal],
    day: Any,
    history: "Mapping[str, pd.Series[float]] | None" = None,
    *,
    horizon: int = 731,
    window_days: int = 360,
) -> SmartCheck:
    """Hold goals against the five letters of SMART (SMART原则).

    Parameters
    ----------
    goals : sequence of Goal
    day : date or its text
    history : mapping, optional
        Past values of a measure, by the goal's `measure`: a Series indexed by dates.
    horizon : int
        Days from `day` within which a goal must be due.
    window_days : int
        Two past values at least so many days apart make a rate of change. Shorter spans
        exaggerate: a good month times twelve is not a good year.

    Returns
    -------
    SmartCheck
        With ``.table``, ``.reasons(goal)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an argument is of another kind, or a history is not indexed by dates.

    Notes
    -----
    Doran (1981) coined the letters; he wrote A for assignable and R for realistic. The course
    says attainable and relevant, and asks here:

    * S: one owner and one thing. Two joined by "and" are two goals.
    * M: measure, unit, baseline and target are there, and the two numbers differ.
    * A: the change per year that is needed is at most the best of the history, and the target is
      not beyond the limit. Without history and limit nobody knows, and it fails.
    * R: the way up by `why` ends at a goal of the firm.
    * T: due after `day` and within the horizon.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.crm import Goal
    >>> firm = Goal("Keep more customers", "retention", 0.7, 0.74, "share", "Ms Bai",
    ...     "2026-01-01", "2026-12-31", side="firm")
    >>> past = pd.Series([0.69, 0.72, 0.70],
    ...     pd.to_datetime(["2023-12-31", "2024-12-31", "2025-12-31"]))
    >>> check = smart_check([firm, Goal("Better service")], "2026-01-01", {"retention": past})
    >>> check
    SmartCheck(0 of 2 goals pass all five letters)
    >>> check.reasons("Keep more customers").loc["A", "reason"]
    'needs +0.04 share a year; the best so far was +0.0299 share'
    """
    import pandas as pd

    listed = listed_goals(goals)
    day = _checks.day(day, "day")
    latest = day + pd.Timedelta(days=_checks.count(horizon, "horizon"))
    apart = _checks.count(window_days, "window_days")
    if history is not None and not isinstance(history, Mapping):
        raise TypeError(f"history must be a mapping; got {type(history).__name__}")
    past = {name: _past(series, name) for name, series in (history or {}).items()}
    rows: dict[tuple[str, str], tuple[bool, str]] = {}
    for name, goal in listed.items():
        rows[name, "S"] = _specific(goal)
        rows[name, "M"] = _measurable(goal)
        rows[name, "A"] = _attainable(goal, day, past.get(goal.measure), apart)
        wrong = way_up(goal, listed)[1]
        rows[name, "R"] = not wrong, wrong or _("leads to a goal of the firm")
        rows[name, "T"] = _timed(goal, day, latest)
    index = pd.MultiIndex.from_tuples(rows, names=["goal", "letter"])
    return SmartCheck(pd.DataFrame(list(rows.values()), index, ["passed", "reason"]), day)


def _past(series: Any, name: str) -> "pd.Series[float]":
    import pandas as pd

    if not isinstance(series, pd.Series) or not isinstance(series.index, pd.DatetimeIndex):
        raise TypeError(f"history of {name} must be a Series indexed by dates; got {series!r}")
    values = _checks.array(series, f"history of {name}", ndim=1)
    return pd.Series(values, series.index).sort_index()


def _specific(goal: Goal) -> tuple[bool, str]:
    if not goal.owner.strip():
        return False, _("nobody owns it")
    if _JOINED.search(goal.owner):
        return False, _("more than one owner: {owner}").format(owner=goal.owner)
    if _JOINED.search(goal.what):
        return False, _("more than one thing in one goal")
    return True, _("one thing, owned by {owner}").format(owner=goal.owner)


def _measurable(goal: Goal) -> tuple[bool, str]:
    fields = {
        _("measure"): goal.measure.strip(),
        _("unit"): goal.unit.strip(),
        _("baseline"): goal.baseline is not None,
        _("target"): goal.target is not None,
    }
    gaps = [word for word, there in fields.items() if not there]
    if gaps:
        return False, _("no {what}").format(what=", ".join(gaps))
    if goal.baseline == goal.target:
        return False, _("baseline and target are the same")
    words = _("{measure} from {baseline:g} to {target:g} {unit}")
    return True, words.format(
        measure=goal.measure, baseline=goal.baseline, target=goal.target, unit=goal.unit
    )


def _attainable(
    goal: Goal, day: "pd.Timestamp", past: "pd.Series[float] | None", apart: int
) -> tuple[bool, str]:
    if goal.baseline is None or goal.target is None or goal.due is None:
        return False, _("without numbers and a date nobody can tell")
    change = goal.target - goal.baseline
    sign = np.sign(change)
    if goal.limit is not None and sign * (goal.target - goal.limit) > 0:
        return False, _("beyond {limit:g}, the best that is known").format(limit=goal.limit)
    if past is None:
        if goal.limit is None:
            return False, _("no history and no limit to hold it against")
        return True, _("within {limit:g}, the best that is known").format(limit=goal.limit)
    start = goal.start if goal.start is not None else day
    if goal.due <= start:
        return False, _("no time between start and due date")
    # From the morning of the first day to the evening of the last.
    needed = change / (((goal.due - start).days + 1) / YEAR)
    best = _best_rate(past, float(sign), apart)
    if best is None:
        return False, _("the history is shorter than {days} days").format(days=apart)
    unit = _("percentage points") if goal.unit.strip() == "%" else goal.unit
    words = _("needs {needed} {unit} a year; the best so far was {best} {unit}").format(
        needed=_signed(needed), unit=unit, best=_signed(best)
    )
    return bool(sign * needed <= sign * best + CALENDAR * abs(best)), words


def _signed(change: float) -> str:
    """Write a change with its sign: one decimal from 1 on, three digits below."""
    if abs(change) < 1:
        return f"{change:+.3g}"
    return f"{change:+,.1f}".removesuffix(".0")


def _best_rate(past: "pd.Series[float]", sign: float, apart: int) -> float | None:
    """Largest change per year in the wanted direction between two values far enough apart."""
    days = (past.index - past.index[0]).days.to_numpy(float)
    values = past.to_numpy(float)
    gap = days[None, :] - days[:, None]
    far = gap >= apart
    if not far.any():
        return None
    rates = (values[None, :] - values[:, None])[far] / (gap[far] / YEAR)
    return float(sign * (sign * rates).max())


def _timed(goal: Goal, day: "pd.Timestamp", latest: "pd.Timestamp") -> tuple[bool, str]:
    if goal.due is None:
        return False, _("no date")
    if goal.due <= day:
        return False, _("due on {due:%Y-%m-%d}, which is past").format(due=goal.due)
    if goal.due > latest:
        return False, _("due on {due:%Y-%m-%d}, too far away to be felt").format(due=goal.due)
    return True, _("due on {due:%Y-%m-%d}").format(due=goal.due)
