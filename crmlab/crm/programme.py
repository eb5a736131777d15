"""A programme of tasks: critical path, cost and benefit by week, chance to finish in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

#: Columns that may be left out, and what they are then.
DEFAULTS: dict[str, Any] = {
    "people": 0.0,
    "cost": 0.0,
    "benefit": 0.0,
    "benefit_delay": 0.0,
    "owner": "",
}
LAWS = ("pert", "triangular")
_SMALL = 1e-9


@dataclass(frozen=True, eq=False)
class _Network:
    """Tasks in an order in which each stands behind those before it.

    `order` holds places in the table, `before` the places of the tasks that must be done first,
    `behind` of those that wait for it.
    """

    order: tuple[int, ...]
    before: tuple[tuple[int, ...], ...]
    behind: tuple[tuple[int, ...], ...]

    def earliest(self, weeks: FloatArray) -> FloatArray:
        """Earliest starts; `weeks` has the tasks along its last axis."""
        start = np.zeros_like(weeks)
        for place in self.order:
            for other in self.before[place]:
                ends = start[..., other] + weeks[..., other]
                start[..., place] = np.maximum(start[..., place], ends)
        return start

    def latest(self, weeks: FloatArray, end: Any) -> FloatArray:
        """Latest starts with which the whole still ends at `end`."""
        start = np.empty_like(weeks)
        for place in reversed(self.order):
            must = np.asarray(end, float)
            for other in self.behind[place]:
                must = np.minimum(must, start[..., other])
            start[..., place] = must - weeks[..., place]
        return start


@dataclass(frozen=True, eq=False)
class Programme(Drawable):
    """A programme by its expected durations, made by :func:`programme`.

    Attributes
    ----------
    table : DataFrame
        One row per task: after (names), low, likely, high, expected and sd (weeks), start, finish
        (earliest), latest_start, latest_finish, slack, critical, and people, cost, benefit,
        benefit_delay, owner.
    critical_path : tuple
        Names of tasks without slack, one after the other, from the start to the end.
    weeks : float
        Length of the critical path by expected durations.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"after": ["", "", "data, staff"], "low": [2, 1, 3],
    ...     "likely": [4, 2, 3], "high": [6, 3, 3]}, index=["data", "staff", "start"])
    >>> found = programme(tasks)
    >>> found
    Programme(3 tasks, 7.0 weeks by expected durations; critical: data → start)
    >>> list(found.to_frame().columns)
    ['after', 'low', 'likely', 'high', 'expected', 'sd', 'start', 'finish', 'latest_start',
    'latest_finish', 'slack', 'critical', 'people', 'cost', 'benefit', 'benefit_delay',
    'owner']
    >>> round(found.path_chance(7), 2)
    0.5
    >>> found.delayed("data", 2)
    Programme(3 tasks, 9.0 weeks by expected durations; critical: data → start)
    >>> round(found.finish_chance(draws=500, seed=1).mean, 1)
    7.0
    >>> earning = programme(tasks.assign(people=1, cost=10, benefit=[0, 0, 40]))
    >>> earning.by_week(8).tail(2)
          people  cost  benefit   net  cumulative
    week
    7        1.0  10.0      0.0 -10.0       -90.0
    8        0.0   0.0     40.0  40.0       -50.0
    >>> earning.break_even(weeks=20)
    10.0
    """

    _picture = "programme"

    table: "pd.DataFrame"
    critical_path: tuple[Any, ...]
    weeks: float
    _network: _Network

    @property
    def path_sd(self) -> float:
        """Standard deviation of the critical path's length, were it the only path."""
        return float(np.sqrt((self.table.loc[list(self.critical_path), "sd"] ** 2).sum()))

    def path_chance(self, week: float) -> float:
        """Chance to finish by a week, were the critical path the only one (the classic formula).

        Parameters
        ----------
        week : float
            At least 0.

        Returns
        -------
        float
            By the normal law; too high where other paths may become the longest.

        Raises
        ------
        ValueError, TypeError
            If the week is outside its bounds.
        """
        from scipy.special import ndtr

        far = _checks.number(week, "week", 0) - self.weeks
        if self.path_sd < _SMALL:
            return float(far >= -_SMALL)
        return float(ndtr(far / self.path_sd))

    def by_week(self, weeks: int | None = None) -> "pd.DataFrame":
        """Cost and benefit week by week, with every task at its earliest start.

        Parameters
        ----------
        weeks : int, optional
            How many; by default a year beyond the end.

        Returns
        -------
        DataFrame
            Indexed by week from 1: people (on average), cost, benefit, net, cumulative.

        Raises
        ------
        ValueError, TypeError
            If the number of weeks is outside its bounds.
        """
        import pandas as pd

        last = int(np.ceil(self.weeks)) + 52 if weeks is None else _checks.count(weeks, "weeks")
        column = {
            name: self.table[name].to_numpy(float)
            for name in ("start", "finish", "people", "cost", "benefit", "benefit_delay")
        }
        ends = np.arange(1.0, last + 1)[:, None]
        until, since = np.minimum(ends, column["finish"]), np.maximum(ends - 1, column["start"])
        at_work = np.maximum(until - since, 0.0)
        brings = np.clip(ends - (column["finish"] + column["benefit_delay"]), 0, 1)
        found = pd.DataFrame(
            {
                "people": at_work @ column["people"],
                "cost": at_work @ column["cost"],
                "benefit": brings @ column["benefit"],
            },
            index=pd.RangeIndex(1, last + 1, name="week"),
        )
        net = found["benefit"] - found["cost"]
        return found.assign(net=net, cumulative=net.cumsum())

    def break_even(self, weeks: int | None = None) -> float:
        """Week after which the benefits have paid all costs for good; no number if none has.

        Parameters
        ----------
        weeks : int, optional
            How far to look, as in :meth:`by_week`.

        Returns
        -------
        float

        Raises
        ------
        ValueError, TypeError
            If the number of weeks is outside its bounds.
        """
        path = self.by_week(weeks)["cumulative"].to_numpy()
        below = np.flatnonzero(path < -_SMALL * max(1.0, float(np.abs(path).max())))
        week = int(below[-1]) + 2 if below.size else 1
        return float(week) if week <= len(path) else float("nan")

    def delayed(self, task: Any, weeks: float) -> "Programme":
        """Return the programme with one task longer by some weeks in every case.

        Parameters
        ----------
        task : label
            Name of a task.
        weeks : float
            At least 0.

        Returns
        -------
        Programme

        Raises
        ------
        ValueError, TypeError
            If there is no such task, or the weeks are outside their bounds.
        """
        _checks.choice(task, "task", tuple(self.table.index))
        more = _checks.number(weeks, "weeks", 0)
        table = self.table[["after", "low", "likely", "high", *DEFAULTS]].copy()
        table.loc[task, ["low", "likely", "high"]] += more
        return programme(table)

    def finish_chance(
        self, draws: int = 10_000, seed: int = 0, law: str = "pert"
    ) -> "FinishChance":
        """Draw the durations of all tasks many times, and see when the whole is done.

        Parameters
        ----------
        draws : int
            Draws, at least 1.
        seed : int
            At least 0; the same seed gives the same draws, also of a delayed programme.
        law : {"pert", "triangular"}
            Law of a duration between low and high with its top at likely.

        Returns
        -------
        FinishChance
            With ``.chance(week)``, ``.week(share)``, ``.mean``, ``.merge_bias``, ``.table`` and
            ``.plot()``.

        Raises
        ------
        ValueError, TypeError
            If a number is outside its bounds, or the law is unknown.

        Notes
        -----
        Where paths meet, the latest of them counts, and the mean of the latest is later than the
        latest of the means: **merge bias**. A path of expected durations therefore promises too
        early an end, however well the durations are estimated.
        """
        _checks.choice(law, "law", LAWS)
        draws = _checks.count(draws, "draws")
        start = _checks.count(seed, "seed", 0)
        low, likely, high = (self.table[name].to_numpy(float) for name in ("low", "likely", "high"))
        weeks = np.column_stack([
            _drawn(np.random.default_rng([start, crc32(str(name).encode())]), draws, law, *three)
            for name, *three in zip(self.table.index, low, likely, high, strict=True)
        ])  # fmt: skip
        begins = self._network.earliest(weeks)
        finish = (begins + weeks).max(axis=1)
        slack = self._network.latest(weeks, finish) - begins
        means = (low + likely + high) / 3 if law == "triangular" else (low + 4 * likely + high) / 6
        of_means = float((self._network.earliest(means) + means).max())
        table = self.table[["expected", "slack"]].assign(
            critical=(slack < 1e-7).mean(axis=0), mean_slack=slack.mean(axis=0)
        )
        return FinishChance(table, finish, of_means, law)

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per task.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        path = " → ".join(map(str, self.critical_path))
        return (
            f"Programme({len(self.table)} tasks, {self.weeks:.1f} weeks by expected durations; "
            f"critical: {path})"
        )


@dataclass(frozen=True, eq=False)
class FinishChance(Drawable):
    """When a programme may be done, made by :meth:`Programme.finish_chance`.

    Attributes
    ----------
    table : DataFrame
        One row per task: expected and slack as planned, critical (share of the draws in which the
        task has no slack), mean_slack.
    finish : ndarray of shape (n,)
        Week of the end in each draw.
    of_means : float
        Length of the longest path when each task takes the mean of its law.
    law : str
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"after": ["", "", "data, staff"], "low": [2, 1, 3],
    ...     "likely": [4, 2, 3], "high": [6, 3, 3]}, index=["data", "staff", "start"])
    >>> found = programme(tasks)
    >>> finish = found.finish_chance(draws=500, seed=1)
    >>> finish.to_frame().head(2).round(2)
           expected  slack  critical  mean_slack
    data        4.0    0.0      0.99        0.00
    staff       2.0    2.0      0.01        1.99
    >>> finish.chance([6, 7, 8]).round(2).tolist()
    [0.11, 0.5, 0.9]
    >>> round(finish.week(0.9), 1)
    8.0
    """

    _picture = "finish_chance"

    table: "pd.DataFrame"
    finish: FloatArray
    of_means: float
    law: str

    @property
    def mean(self) -> float:
        """Mean week of the end."""
        return float(self.finish.mean())

    @property
    def merge_bias(self) -> float:
        """How many weeks later than the path of means the programme ends on average."""
        return self.mean - self.of_means

    def chance(self, week: Any) -> Any:
        """Chance to be done by the end of a week.

        Parameters
        ----------
        week : float or array-like
            At least 0.

        Returns
        -------
        float or ndarray

        Raises
        ------
        ValueError, TypeError
            If a week is outside its bounds.
        """
        asked = _checks.array(week, "week", 0)
        share = np.searchsorted(np.sort(self.finish), asked, side="right") / self.finish.size
        return float(share) if share.ndim == 0 else share

    def week(self, share: float) -> float:
        """Week by which the programme is done with a given chance.

        Parameters
        ----------
        share : float
            From 0 to 1.

        Returns
        -------
        float

        Raises
        ------
        ValueError, TypeError
            If the share is outside its bounds.
        """
        return float(np.quantile(self.finish, _checks.number(share, "share", 0, 1)))

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per task.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"FinishChance({self.finish.size:,} draws: mean {self.mean:.1f} weeks, "
            f"{self.merge_bias:+.1f} against the path of means; done by week "
            f"{self.week(0.9):.1f} with a chance of 90 %)"
        )


def programme(tasks: "pd.DataFrame") -> Programme:
    """Plan a programme by its critical path (计划, 关键路径法, 计划评审技术).

    A task begins when all tasks before it are done. The **critical path** is the longest chain: a
    week lost on it is a week lost for all. Other tasks have **slack** (时差).

    Parameters
    ----------
    tasks : DataFrame
        One row per task, named by the index. Columns: after (names of tasks that must be done
        first: a list, or text with commas; empty for none), low, likely and high (weeks, rising),
        and, where wanted, people, cost (per week of work), benefit (per week, once the task is
        done), benefit_delay (weeks from its end until the benefit begins), owner.

    Returns
    -------
    Programme
        With ``.table``, ``.critical_path``, ``.weeks``, ``.path_chance(week)``, ``.by_week()``,
        ``.break_even()``, ``.delayed(task, weeks)``, ``.finish_chance(draws, seed)`` and
        ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a task stands twice, one before it is unknown, tasks wait for each
        other in a circle, or a number is outside its bounds.

    Notes
    -----
    Kelley and Walker (1959). Three estimates of a duration give the expected one
    ``(low + 4 likely + high) / 6`` and the standard deviation ``(high − low) / 6``.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"after": ["", "", "data, staff"], "low": [2, 1, 3],
    ...     "likely": [4, 2, 3], "high": [6, 3, 3]}, index=["data", "staff", "start"])
    >>> programme(tasks)
    Programme(3 tasks, 7.0 weeks by expected durations; critical: data → start)
    """
    import pandas as pd

    _checks.columns(tasks, "tasks", ["after", "low", "likely", "high"])
    names = tuple(tasks.index)
    if not tasks.index.is_unique:
        twice = tasks.index[tasks.index.duplicated()][0]
        raise ValueError(f"tasks must have one row per task; got {twice!r} twice")
    low, likely, high = (
        _checks.array(tasks[name], name, 0, ndim=1) for name in ("low", "likely", "high")
    )
    wrong = ~((low <= likely) & (likely <= high))
    if wrong.any():
        place = int(np.argmax(wrong))
        raise ValueError(
            f"low, likely and high must rise; got {low[place]:g}, {likely[place]:g}, "
            f"{high[place]:g} for task {names[place]!r}"
        )
    after = [_names(value, names, name) for name, value in zip(names, tasks["after"], strict=True)]
    network = _network(names, after)
    weeks = (low + 4 * likely + high) / 6
    start = network.earliest(weeks)
    end = float((start + weeks).max())
    latest = network.latest(weeks, end)
    slack = np.where(np.abs(latest - start) < _SMALL * max(end, 1.0), 0.0, latest - start)
    table = pd.DataFrame(
        {
            "after": pd.Series(after, tasks.index, dtype=object), "low": low, "likely": likely,
            "high": high, "expected": weeks, "sd": (high - low) / 6, "start": start,
            "finish": start + weeks, "latest_start": start + slack,
            "latest_finish": start + slack + weeks, "slack": slack, "critical": slack == 0,
        },
        index=tasks.index,
    )  # fmt: skip
    for name, default in DEFAULTS.items():
        table[name] = tasks.get(name, default)
        if name != "owner":
            low_end = -np.inf if name == "benefit" else 0
            table[name] = _checks.array(table[name], name, low_end, ndim=1)
    path = _path(network, start + weeks, start, slack == 0)
    return Programme(table, tuple(names[place] for place in path), end, network)


def _names(value: Any, names: tuple[Any, ...], task: Any) -> tuple[Any, ...]:
    """Return the tasks before one; text is split at its commas unless it is a name as it stands."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ()
    if isinstance(value, str):
        found: tuple[Any, ...] = (value,) if value in names else tuple(
            part.strip() for part in value.split(",") if part.strip()
        )  # fmt: skip
    elif isinstance(value, Sequence):
        found = tuple(value)
    else:
        found = (value,)
    for name in found:
        if name not in names:
            raise ValueError(f"after must name tasks of the table; got {name!r} at task {task!r}")
    return tuple(dict.fromkeys(found))


def _network(names: tuple[Any, ...], after: list[tuple[Any, ...]]) -> _Network:
    """Sort the tasks so that each stands behind those before it."""
    from graphlib import CycleError, TopologicalSorter

    where = {name: place for place, name in enumerate(names)}
    before = tuple(tuple(where[name] for name in wanted) for wanted in after)
    try:
        order = tuple(TopologicalSorter(dict(enumerate(before))).static_order())
    except CycleError as error:
        circle = " → ".join(repr(names[place]) for place in error.args[1])
        raise ValueError(f"after must not lead in a circle; got {circle}") from None
    behind: list[list[int]] = [[] for _name in names]
    for place, wanted in enumerate(before):
        for other in wanted:
            behind[other].append(place)
    return _Network(order, before, tuple(map(tuple, behind)))


def _path(
    network: _Network, finish: FloatArray, start: FloatArray, critical: np.ndarray
) -> list[int]:
    """Return one chain of critical tasks, found from its end backwards."""
    place = int(np.argmax(finish))
    path = [place]
    while start[place] > _SMALL * max(float(finish.max()), 1.0):
        place = max(
            (other for other in network.before[place] if critical[other]), key=finish.__getitem__
        )
        path.append(place)
    return path[::-1]


def _drawn(
    source: np.random.Generator, n: int, law: str, low: float, likely: float, high: float
) -> FloatArray:
    """Draw durations between low and high with their top at likely."""
    if high <= low:
        return np.full(n, low)
    if law == "triangular":
        return source.triangular(low, likely, high, n)
    span = high - low
    left, right = 1 + 4 * (likely - low) / span, 1 + 4 * (high - likely) / span
    return low + span * source.beta(left, right, n)
