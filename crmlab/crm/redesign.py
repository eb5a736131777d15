"""Redesign of a process: six steps, changes of its stations, and what they bring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import batch_means
from crmlab._text import _
from crmlab.crm._stations import COLUMNS, read_stations
from crmlab.crm.process import theory
from crmlab.crm.process_run import ProcessRun, simulate_process

if TYPE_CHECKING:
    import pandas as pd

#: The six steps: Chinese term, the question that the step answers, what it leaves on paper.
STEPS: tuple[tuple[str, str, str, str], ...] = (
    (
        _("set the direction"), "界定经营方向",
        _("What do customers expect, and what does the firm want to be better at?"),
        _("one sentence and one measure, such as days from enquiry to quotation"),
    ),
    (
        _("define the core processes"), "界定核心商业流程",
        _("Which few processes, across all departments, make that value?"),
        _("a list in order of importance, and an owner for each; not all at once"),
    ),
    (
        _("know them deeply"), "培养深度流程知识",
        _("What happens to a case, station by station, and where does its time go?"),
        _("a table of stations: work, people, hand-overs, rework; time of a case"),
    ),
    (
        _("learn from the best"), "学习世界级的标准",
        _("What does the best firm known, in any trade, reach?"),
        _("a benchmark, and the share of cases that reach it today"),
    ),
    (
        _("design the new process"), "设计新的商业流程",
        _("What would it look like if it were built today?"),
        _("a second table of stations, and what each change brings"),
    ),
    (
        _("put it into practice"), "推动新的商业流程",
        _("Who does what by when, and what will it have brought?"),
        _("a programme with owners, and the same measure taken again"),
    ),
)  # fmt: skip

#: Changes of a station's number: the word of the change is the column.
NUMBERS = ("time", "cv", "rework", "stop", "handover", "cost")


def redesign_steps() -> "pd.DataFrame":
    """Six steps from a process as it is to one that runs (流程再造六步骤).

    Returns
    -------
    DataFrame
        Numbered from 1: step, chinese, question, leaves (what is on paper at its end).

    Notes
    -----
    The steps are the course's; that processes should be made anew and not merely be put into a
    computer as they are is Hammer's (1990) demand.

    Examples
    --------
    >>> redesign_steps()["step"].tolist()[:2]
    ['set the direction', 'define the core processes']
    """
    import pandas as pd

    index = pd.RangeIndex(1, len(STEPS) + 1, name="number")
    return pd.DataFrame(STEPS, index, columns=["step", "chinese", "question", "leaves"])


@dataclass(frozen=True, eq=False)
class Redesign:
    """A changed process, made by :func:`redesign`.

    Attributes
    ----------
    before, after : DataFrame
        Tables of stations with all columns.
    changes : tuple of str
        The changes in words.
    stages : tuple of DataFrame
        The table before, after the first change, after the second, and so on.

    Examples
    --------
    >>> import pandas as pd
    >>> desk = pd.DataFrame({"time": [2.0, 1], "people": [1, 1], "handover": [8.0, 0]},
    ...     index=["price", "sign"])
    >>> new = redesign(desk, [("join", "price", "sign")])
    >>> new
    Redesign(2 stations and 2 people before, 1 and 2 after 1 changes)
    >>> new.to_frame().round(2)
                  time  people    cv  rework       back_to  stop  handover  cost
    station
    price + sign   3.0       2  0.75     0.0  price + sign   0.0       0.0   0.0
    >>> new.effects(arrival_rate=0.1).round(2)
                          time  gain  people  cost
    change
    as it was            11.61  0.00       2   0.0
    join price and sign   3.05  8.56       2   0.0
    """

    before: "pd.DataFrame"
    after: "pd.DataFrame"
    changes: tuple[str, ...]
    stages: tuple["pd.DataFrame", ...]

    def effects(self, arrival_rate: float) -> "pd.DataFrame":
        """Return what each change brings once those before it are made, by queueing theory.

        Parameters
        ----------
        arrival_rate : float
            Cases that come per unit of time, above 0.

        Returns
        -------
        DataFrame
            One row per change after a row for the process as it was: time of a case (infinite
            where a station cannot do its work), gain (fall of that time), people, cost (of all
            people per unit of time).

        Raises
        ------
        ValueError, TypeError
            If the rate is outside its bounds.

        Notes
        -----
        What a change brings depends on what was done before it: the order of the rows matters.
        """
        import pandas as pd

        rate = _checks.number(arrival_rate, "arrival_rate", 0, open_low=True)
        rows = []
        for table in self.stages:
            line = read_stations(table)
            stable = bool((line.utilisation(rate) < 1 - 1e-12).all())
            time = theory(line, rate).time if stable else np.inf
            rows.append((time, int(line.people.sum()), float(line.people @ line.cost)))
        found = pd.DataFrame(rows, columns=["time", "people", "cost"])
        times = found["time"].to_numpy()
        with np.errstate(invalid="ignore"):  # from one process that cannot keep up to another
            found.insert(1, "gain", np.append(0.0, times[:-1] - times[1:]))
        found.index = pd.Index([_("as it was"), *self.changes], name="change")
        return found

    def to_frame(self) -> "pd.DataFrame":
        """Return the table of stations after all changes.

        Returns
        -------
        DataFrame
        """
        return self.after.copy()

    def __repr__(self) -> str:
        return (
            f"Redesign({len(self.before)} stations and {self.before['people'].sum()} people "
            f"before, {len(self.after)} and {self.after['people'].sum()} after "
            f"{len(self.changes)} changes)"
        )


def redesign(before: "pd.DataFrame", changes: Sequence[Sequence[Any]]) -> Redesign:
    """Change a process, one change after the other (流程再造).

    Parameters
    ----------
    before : DataFrame
        Stations as in :func:`crmlab.crm.process_theory`.
    changes : sequence of tuples
        Each begins with a word:

        * ``("join", a, b)``: one person does both, `b` right behind `a`; the hand-over between
          them goes, the people serve together, and the new station is called "a + b";
        * ``("move", a, b)``: `a` is done right before `b`, such as a check before the work that it
          may make needless;
        * ``("drop", a)``: `a` is done no more;
        * ``("people", a, n)``: `a` has n people;
        * ``("time" | "cv" | "rework" | "stop" | "handover" | "cost", a, x)``: the number of `a`
          is x.

    Returns
    -------
    Redesign
        With ``.after``, ``.changes``, ``.stages``, ``.effects(arrival_rate)`` and ``.to_frame()``.

    Raises
    ------
    ValueError, TypeError
        If a change is unknown, a station is not there, two stations do not follow each other, or
        the changed process is none.

    Notes
    -----
    Joined stations do the work that both did: what `a` sends back or stops is not seen by `b`, and
    the spread of the time is that of the sum. That one person may be quicker, since nothing has to
    be read twice, is a change of its own: ``("time", "a + b", x)``. A station that sent cases back
    to one that now stands behind it keeps them itself.

    Examples
    --------
    >>> import pandas as pd
    >>> desk = pd.DataFrame({"time": [2.0, 1], "people": [1, 1], "handover": [8.0, 0]},
    ...     index=["price", "sign"])
    >>> new = redesign(desk, [("join", "price", "sign")])
    >>> new.after[["time", "people", "handover"]].to_numpy().tolist()
    [[3.0, 2.0, 0.0]]
    >>> new.effects(0.2)["time"].round(2).tolist()
    [12.58, 3.23]
    """
    table = read_stations(before, "before").to_frame()
    if not isinstance(changes, Sequence) or not all(
        isinstance(change, Sequence) and not isinstance(change, str) and change
        for change in changes
    ):
        raise TypeError(f"changes must be a list of tuples; got {changes!r}")
    stages, said = [table], []
    for change in changes:
        table, words = _changed(stages[-1], *change)
        stages.append(table)
        said.append(words)
    return Redesign(stages[0], stages[-1], tuple(said), tuple(stages))


def _changed(table: "pd.DataFrame", kind: Any, *what: Any) -> tuple["pd.DataFrame", str]:
    """Make one change; return the table and the change in words."""
    kinds: dict[str, tuple[Callable[..., tuple[pd.DataFrame, str]], int]]
    kinds = {"join": (_join, 2), "move": (_move, 2), "drop": (_drop, 1)}
    _checks.choice(kind, "each of changes", (*kinds, "people", *NUMBERS))
    make, size = kinds.get(kind, (None, 2))
    if len(what) != size:
        raise ValueError(f"changes: {kind!r} must name {size} things; got {len(what)}: {what}")
    stations = what if make else what[:1]
    for name in stations:
        _checks.choice(name, f"changes: station of {kind!r}", tuple(table.index))
    if make is not None:
        changed, words = make(table, *what)
    else:
        changed, words = table.copy(), _("{station}: {what} {old:g} → {new:g}")
        old, new = table.loc[what[0], kind], _checks.number(what[1], kind, 0)
        words = words.format(station=what[0], what=_word(kind), old=old, new=new)
        changed[kind] = [new if name == what[0] else was for name, was in table[kind].items()]
    return read_stations(_settled(changed), "after").to_frame(), words


def _word(column: str) -> str:
    return {
        "time": _("time of work"),
        "people": _("people"),
        "cv": _("spread of the time (cv)"),
        "rework": _("share of rework"),
        "stop": _("share stopped"),
        "handover": _("hand-over"),
        "cost": _("cost of a person"),
    }[column]


def _settled(table: "pd.DataFrame") -> "pd.DataFrame":
    """Let a station keep its rework where the one to which it sent back is gone or behind it."""
    names = list(table.index)
    back = [
        target if target in names[: place + 1] else names[place]
        for place, target in enumerate(table["back_to"])
    ]
    return table.assign(back_to=back)


def _join(table: "pd.DataFrame", first: Any, second: Any) -> tuple["pd.DataFrame", str]:
    import pandas as pd

    names = list(table.index)
    place = names.index(first)
    if place + 1 >= len(names) or names[place + 1] != second:
        raise ValueError(
            f"changes: 'join' must name stations that follow each other; got {first!r} and "
            f"{second!r}"
        )
    a, b = table.loc[first], table.loc[second]
    ahead = 1 - a["rework"] - a["stop"]
    mean = a["time"] + ahead * b["time"]
    # The second work is done with the chance `ahead`: variance of a sum that may have one part.
    square = (b["cv"] ** 2 + 1) * b["time"] ** 2
    spread = (a["cv"] * a["time"]) ** 2 + ahead * square - (ahead * b["time"]) ** 2
    name = f"{first} + {second}"
    earlier = [item["back_to"] for item in (a, b) if item["rework"] > 0]
    target = min(earlier, key=names.index) if earlier else first
    joined = {
        "time": mean,
        "people": a["people"] + b["people"],
        "cv": np.sqrt(max(spread, 0.0)) / mean,
        "rework": a["rework"] + ahead * b["rework"],
        "back_to": name if target in (first, second) else target,
        "stop": a["stop"] + ahead * b["stop"],
        "handover": b["handover"],
        "cost": (a["people"] * a["cost"] + b["people"] * b["cost"]) / (a["people"] + b["people"]),
    }
    row = pd.DataFrame([joined], index=[name])[list(COLUMNS)]
    after = pd.concat([table[:place], row, table[place + 2 :]])
    after["back_to"] = after["back_to"].replace({first: name, second: name})
    after["people"] = after["people"].astype(int)
    return after, _("join {a} and {b}").format(a=first, b=second)


def _move(table: "pd.DataFrame", station: Any, before: Any) -> tuple["pd.DataFrame", str]:
    if station == before:
        raise ValueError(f"changes: 'move' must name two stations; got {station!r} twice")
    rest = [name for name in table.index if name != station]
    rest.insert(rest.index(before), station)
    return table.loc[rest], _("{a} before {b}").format(a=station, b=before)


def _drop(table: "pd.DataFrame", station: Any) -> tuple["pd.DataFrame", str]:
    if len(table) == 1:
        raise ValueError(f"changes: 'drop' must leave a station; got {station!r}, the only one")
    return table.drop(index=station), _("without {a}").format(a=station)


@dataclass(frozen=True, eq=False)
class ProcessComparison(Drawable):
    """Two processes that meet the same cases, made by :func:`compare_processes`.

    Attributes
    ----------
    before, after : ProcessRun
    saved : float
        Time that a case saves, on average; below 0 where it takes longer.
    interval : tuple of float
        Interval of it, by batch means of the differences case by case.
    level : float
    people_cost : tuple of float
        Cost of all people per case, before and after.
    delay_cost : float
        As given.
    net : float
        What a case brings: the time saved at the delay cost, less what the people cost more.
    benchmark : float, optional
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> desk = pd.DataFrame({"time": [0.8], "people": [1], "cost": [100.0]}, index=["desk"])
    >>> two = compare_processes(desk, desk.assign(people=2), 1, cases=2000, delay_cost=50)
    >>> two.to_frame().head(2).round(2)
                        before  after  change
    mean time             3.71   0.97   -2.74
    of completed cases    3.71   0.97   -2.74
    """

    _picture = "process_comparison"

    before: ProcessRun
    after: ProcessRun
    saved: float
    interval: tuple[float, float]
    level: float
    people_cost: tuple[float, float]
    delay_cost: float
    net: float
    benchmark: float | None

    @property
    def gap_closed(self) -> float:
        """Share of the way to the benchmark that is done; no number without a gap."""
        if self.benchmark is None or self.before.time <= self.benchmark:
            return float("nan")
        return self.saved / (self.before.time - self.benchmark)

    def to_frame(self) -> "pd.DataFrame":
        """Return rows of measures: before, after, and the change.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        rows: dict[str, list[float]] = {
            _("mean time"): [self.before.time, self.after.time],
            _("of completed cases"): [self.before.completed_time, self.after.completed_time],
        }
        for share in (0.5, 0.9):
            rows[_("done by {share:.0%} of the cases").format(share=share)] = [
                run.percentile(share) for run in (self.before, self.after)
            ]
        for part, word in zip(self.before.parts.index, _part_words(), strict=True):
            rows[word] = [float(run.parts[part]) for run in (self.before, self.after)]
        rows[_("share of first work")] = [self.before.touch_share, self.after.touch_share]
        rows[_("cases on their way")] = [self.before.in_process, self.after.in_process]
        rows[_("cost of people per case")] = list(self.people_cost)
        if self.benchmark is not None:
            rows[_("share within the benchmark")] = [
                run.share_within(self.benchmark) for run in (self.before, self.after)
            ]
        found = pd.DataFrame.from_dict(rows, orient="index", columns=["before", "after"])
        return found.assign(change=found["after"] - found["before"])

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"ProcessComparison({len(self.before.cases):,} cases: {self.before.time:.2f} before, "
            f"{self.after.time:.2f} after, saved {self.saved:.2f} ({low:.2f} to {high:.2f}); "
            f"net {self.net:,.2f} per case)"
        )


def _part_words() -> tuple[str, ...]:
    return _("of it work"), _("of it rework"), _("of it waiting"), _("of it hand-over")


def compare_processes(
    before: "pd.DataFrame",
    after: "pd.DataFrame",
    arrival_rate: float,
    cases: int = 20_000,
    seed: int = 0,
    *,
    warm_up: int | None = None,
    delay_cost: float = 0.0,
    benchmark: float | None = None,
    level: float = 0.95,
) -> ProcessComparison:
    """Play two processes with the same cases (改造前后对比, 公共随机数).

    Parameters
    ----------
    before, after : DataFrame
        Stations as in :func:`crmlab.crm.process_theory`.
    arrival_rate : float
        Cases that come per unit of time, above 0.
    cases, seed, warm_up, level
        As in :func:`crmlab.crm.simulate_process`.
    delay_cost : float
        What a unit of time costs per case, at least 0, such as the margin of orders that go to a
        quicker rival.
    benchmark : float, optional
        Time of a case at the best firm known, above 0.

    Returns
    -------
    ProcessComparison
        With ``.saved``, ``.interval``, ``.people_cost``, ``.net``, ``.gap_closed``,
        ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As in :func:`crmlab.crm.simulate_process`, or if a number is outside its bounds.

    Notes
    -----
    Common random numbers: both processes get the same arrivals, and at a station of the same name
    the same times and the same luck. The differences case by case then vary less than those of two
    runs with different cases, and the interval is narrower. People are paid whether they work or
    wait.

    Examples
    --------
    >>> import pandas as pd
    >>> desk = pd.DataFrame({"time": [0.8], "people": [1], "cost": [100.0]}, index=["desk"])
    >>> two = compare_processes(desk, desk.assign(people=2), 1, cases=2000, delay_cost=50)
    >>> two.people_cost, two.saved > 0
    ((100.0, 200.0), True)
    """
    worth = _checks.number(delay_cost, "delay_cost", 0)
    lines = read_stations(before, "before"), read_stations(after, "after")
    goal = None
    if benchmark is not None:
        goal = _checks.number(benchmark, "benchmark", 0, open_low=True)
    first, second = (
        simulate_process(table, arrival_rate, cases, seed, warm_up, level)
        for table in (before, after)
    )
    differences = (first.cases["time"] - second.cases["time"]).to_numpy()
    saved, low, high = batch_means(differences, level)
    old, new = (float(line.people @ line.cost) / first.arrival_rate for line in lines)
    return ProcessComparison(
        before=first,
        after=second,
        saved=saved,
        interval=(low, high),
        level=level,
        people_cost=(old, new),
        delay_cost=worth,
        net=worth * saved - (new - old),
        benchmark=goal,
    )
