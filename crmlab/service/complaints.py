"""Complaints: which causes count, and how long an answer takes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.lifecycle import kaplan_meier

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Pareto(Drawable):
    """Causes in order of their weight, made by :func:`pareto`.

    Attributes
    ----------
    table : DataFrame
        Indexed by cause, the largest first: cases, amount (the sum that is ranked), share,
        cumulated.
    cut : float
        As given.
    by : str
        What is ranked: "cases", or the name of the cost.

    Examples
    --------
    >>> import pandas as pd
    >>> causes = pd.Series(["late"] * 6 + ["wrong"] * 3 + ["rude"])
    >>> found = pareto(causes, [10] * 9 + [110])
    >>> found
    Pareto(2 of 3 causes make 85 % of cost: rude, late)
    >>> found.to_frame()
           cases  amount  share  cumulated
    cause
    rude       1   110.0   0.55       0.55
    late       6    60.0   0.30       0.85
    wrong      3    30.0   0.15       1.00
    >>> found.vital_at(0.5)
    ('rude',)
    """

    _picture = "pareto"

    table: "pd.DataFrame"
    cut: float
    by: str

    @property
    def vital(self) -> tuple[Any, ...]:
        """The few causes that together reach the cut, the largest first."""
        return self.vital_at(self.cut)

    def vital_at(self, cut: float) -> tuple[Any, ...]:
        """Return the few causes that together reach another cut.

        Parameters
        ----------
        cut : float
            Share of the whole, above 0 and at most 1.

        Returns
        -------
        tuple

        Raises
        ------
        ValueError, TypeError
            If the cut is outside its bounds.
        """
        wanted = _checks.number(cut, "cut", 0, 1, open_low=True)
        reached = (self.table["cumulated"] >= wanted - 1e-12).to_numpy()
        return tuple(self.table.index[: int(reached.argmax()) + 1])

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per cause.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        few = self.vital
        share = self.table["cumulated"].iloc[len(few) - 1]
        return (
            f"Pareto({len(few)} of {len(self.table)} causes make {100 * share:.0f} % of "
            f"{self.by}: {', '.join(map(str, few))})"
        )


def pareto(
    causes: "pd.Series", cost: Any = None, *, cut: float = 0.8, name: str = "cost"
) -> Pareto:
    """Rank the causes of complaints by their number or by what they cost (投诉原因帕累托分析).

    Parameters
    ----------
    causes : Series
        Cause of each complaint; none missing.
    cost : array of shape (n,), optional
        What each complaint cost, at least 0, with a sum above 0; without it complaints are counted.
    cut : float
        Share of the whole at which the vital few end, above 0 and at most 1.
    name : str
        Name of the cost.

    Returns
    -------
    Pareto
        With ``.vital``, ``.table``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a cause is missing, the lengths differ, or a number is outside its bounds.

    Notes
    -----
    Juran named the principle of the vital few after Pareto. Causes of equal weight stand in
    alphabetical order.

    Examples
    --------
    >>> import pandas as pd
    >>> causes = pd.Series(["late"] * 6 + ["wrong"] * 3 + ["rude"])
    >>> pareto(causes)
    Pareto(2 of 3 causes make 90 % of cases: late, wrong)
    >>> pareto(causes, [10] * 9 + [110])
    Pareto(2 of 3 causes make 85 % of cost: rude, late)
    """
    import pandas as pd

    if not isinstance(causes, pd.Series):
        raise TypeError(f"causes must be a pandas Series; got {type(causes).__name__}")
    if causes.empty:
        raise ValueError("causes must not be empty; got 0 rows")
    _checks.no_gaps(causes, "causes")
    _checks.same_index(causes, cost, "causes and cost")
    _checks.instance(name, "name", str)
    limit = _checks.number(cut, "cut", 0, 1, open_low=True)
    weight = np.ones(len(causes)) if cost is None else _checks.array(cost, "cost", 0, ndim=1)
    if weight.size != len(causes):
        raise ValueError(
            f"cost must have one number per complaint ({len(causes)}); got {weight.size}"
        )
    if not weight.sum() > 0:
        raise ValueError("cost must have a sum above 0; got 0")
    groups = pd.DataFrame({"cause": causes.to_numpy(), "amount": weight}).groupby("cause")
    table = pd.DataFrame({"cases": groups.size(), "amount": groups["amount"].sum()})
    table = table.sort_index().sort_values("amount", ascending=False, kind="stable")
    table["share"] = table["amount"] / table["amount"].sum()
    table["cumulated"] = table["share"].cumsum()
    return Pareto(table, limit, "cases" if cost is None else name)


@dataclass(frozen=True, eq=False, repr=False)
class AnswerTimes(Drawable):
    """How long customers wait for an answer, made by :func:`answer_times`.

    Attributes
    ----------
    curves : dict
        For each group a table indexed by days: unanswered (share still waiting after that many
        days), low, high.
    table : DataFrame
        Indexed by group: tickets, answered, open, mean_answered (days, of the answered only),
        median (days, the open ones counted as far as they have waited).
    level : float
        Level of the intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> day = lambda *days: pd.to_datetime(pd.Series([f"2025-03-{d:02d}" if d else None
    ...                                               for d in days]))
    >>> found = answer_times(day(3, 3, 4, 9), day(3, 5, None, 10), "2025-03-12")
    >>> found
    AnswerTimes(4 tickets in 1 groups, 1 not answered yet)
    >>> found.to_frame()
         tickets  answered  open  mean_answered  median
    all        4         3     1            1.0     1.0
    >>> found.within(2).round(2)
         share   low  high
    all   0.75  0.33  0.99
    """

    _picture = "answer_times"

    curves: dict[Any, "pd.DataFrame"]
    table: "pd.DataFrame"
    level: float

    def within(self, days: float) -> "pd.DataFrame":
        """Share of the tickets that are answered within so many days.

        Parameters
        ----------
        days : float
            At least 0.

        Returns
        -------
        DataFrame
            Indexed by group: share, low, high.

        Raises
        ------
        ValueError, TypeError
            If the days are negative.
        """
        import pandas as pd

        limit = _checks.number(days, "days", 0)
        rows = {}
        for name, curve in self.curves.items():
            past = curve[curve.index <= limit]
            row = past.iloc[-1] if len(past) else pd.Series([1.0, 1.0, 1.0], curve.columns)
            rows[name] = [1 - row["unanswered"], 1 - row["high"], 1 - row["low"]]
        return pd.DataFrame.from_dict(rows, orient="index", columns=["share", "low", "high"])

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per group.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        t = self.table
        return (
            f"AnswerTimes({int(t['tickets'].sum()):,} tickets in {len(t)} groups, "
            f"{int(t['open'].sum())} not answered yet)"
        )


def answer_times(
    opened: "pd.Series", answered: "pd.Series", end: Any, *, group: Any = None, level: float = 0.95
) -> AnswerTimes:
    """Time to the first answer, with the tickets that still wait (首次响应时间, 删失).

    A ticket without an answer is not left out: it has waited at least until the end. The share
    still waiting is the product-limit estimate of Kaplan and Meier (1958), with Greenwood's
    interval on the log-log scale.

    Parameters
    ----------
    opened, answered : Series of dates
        Day on which each ticket was opened and first answered; `answered` may be missing.
    end : date or text
        Last day that was seen; not before any other day.
    group : Series, optional
        Group of each ticket; one group without it.
    level : float
        Level of the intervals.

    Returns
    -------
    AnswerTimes
        With ``.within(days)``, ``.table``, ``.curves``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If dates are missing or out of order, or the lengths differ.

    Notes
    -----
    Whole days: a ticket answered on the day on which it came has waited 0 days.

    Examples
    --------
    >>> import pandas as pd
    >>> day = lambda *days: pd.to_datetime(pd.Series([f"2025-03-{d:02d}" if d else None
    ...                                               for d in days]))
    >>> found = answer_times(day(3, 3, 4, 9), day(3, 5, None, 10), "2025-03-12")
    >>> found.within(2)
         share       low      high
    all   0.75  0.334675  0.991052
    """
    import pandas as pd

    _checks.same_index(opened, answered, "opened and answered")
    _checks.same_index(opened, group, "opened and group")
    begun = _checks.dates(opened, "opened")
    level = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    replied = _checks.dates(answered, "answered", allow_missing=True)
    if len(answered) != len(begun):
        raise ValueError(f"answered must be as long as opened ({len(begun)}); got {len(answered)}")
    if begun.empty:
        raise ValueError("opened must not be empty; got 0 rows")
    stop = _checks.day(end, "end")
    last = max(begun.max(), replied.max()) if replied.notna().any() else begun.max()
    if stop < last:
        raise ValueError(f"end must not be before the last day, {last:%Y-%m-%d}; got {end}")
    days = (replied.fillna(stop).to_numpy() - begun.to_numpy()) / np.timedelta64(1, "D")
    if (days < 0).any():
        raise ValueError("answered must not be before opened; got an answer before its ticket")
    seen = replied.notna().to_numpy()
    names = ["all"] * len(days) if group is None else _checks.listed(group, "group", "groups")
    group = pd.Series(names)
    if len(group) != len(days):
        raise ValueError(f"group must have one group per ticket ({len(days)}); got {len(group)}")
    _checks.no_gaps(group, "group")
    curves, rows = {}, {}
    for name, at in group.groupby(group, sort=True).indices.items():
        where = np.asarray(at)
        curve = _waiting(days[where], seen[where], level)
        under = curve.index[curve["unanswered"] <= 0.5]
        done = days[where][seen[where]]
        mean = done.mean() if done.size else np.nan
        median = float(under[0]) if len(under) else np.nan
        rows[name] = [where.size, done.size, where.size - done.size, mean, median]
        curves[name] = curve
    names = ["tickets", "answered", "open", "mean_answered", "median"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names)
    return AnswerTimes(curves, table.astype(dict.fromkeys(names[:3], int)), float(level))


def _waiting(days: FloatArray, seen: Any, level: float) -> "pd.DataFrame":
    """Product-limit estimate of the share that still waits."""
    import pandas as pd

    if not seen.any():
        index = pd.Index([0.0], name="days")
        return pd.DataFrame({"unanswered": [1.0], "low": [0.0], "high": [1.0]}, index)
    curve = kaplan_meier(days, seen, level=level).table[["survival", "low", "high"]]
    return curve.rename(columns={"survival": "unanswered"}).rename_axis("days")
