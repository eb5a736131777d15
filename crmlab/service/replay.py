"""Play a log of events through a state machine: what was not allowed, too late, or reopened."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.service.machine import StateMachine

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Replay(Drawable):
    """A log of events played through a machine, made by :func:`replay`.

    Attributes
    ----------
    machine : StateMachine
        The rules.
    steps : DataFrame
        One row per event, in the order in which it was played: case, time, event, state (before),
        next_state, legal, reason (why it is not legal; empty if it is).
    visits : DataFrame
        One row per stay in a state: case, state, entered, left (missing if the case is still
        there), days, deadline, overdue.
    table : DataFrame
        One row per case: events, illegal, reopened, overdue (stays beyond a deadline), state (at
        the end), finished, days (from the first legal event to the last one or, of a case not
        finished, to the end).
    end : Timestamp
        Time at which the log was cut.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.service import state_machine
    >>> machine = state_machine(
    ...     [("new", "receive", "open"), ("open", "reply", "closed"), ("closed", "reopen", "open")],
    ...     start="new", final=["closed"], deadlines={"open": 2})
    >>> log = pd.DataFrame({"case": ["A", "A", "B", "A"],
    ...     "time": pd.to_datetime(["2025-03-03", "2025-03-04", "2025-03-04", "2025-03-06"]),
    ...     "event": ["receive", "reply", "reply", "reopen"]})
    >>> found = replay(machine, log, end="2025-03-10")
    >>> found
    Replay(case: 2 cases, 4 events of which 1 illegal; 1 cases overdue, 1 reopened, 0 finished)
    >>> found.to_frame()
          events  illegal  reopened  overdue state  finished  days
    case
    A          3        0         1        1  open     False   7.0
    B          1        1         0        0   new     False   NaN
    >>> found.time_in_state()
            visits  open  mean  median  deadline  overdue  overdue_share
    state
    open         2     1   2.5     2.5       2.0        1            0.5
    closed       1     0   2.0     2.0       NaN        0            NaN
    >>> found.illegal(first=True)
                                events  cases
    reason
    no move 'reply' from 'new'       1      1
    """

    _picture = "replay"

    machine: StateMachine
    steps: "pd.DataFrame"
    visits: "pd.DataFrame"
    table: "pd.DataFrame"
    end: Any

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per case.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def time_in_state(self) -> "pd.DataFrame":
        """Sum up the stays in each state.

        Returns
        -------
        DataFrame
            Indexed by state: visits, open (not left yet), mean and median (days, stays cut by the
            end included as far as they go), deadline, overdue, overdue_share (of the stays with a
            deadline).
        """
        import pandas as pd

        groups = self.visits.groupby("state")
        table = pd.DataFrame(
            {
                "visits": groups.size(),
                "open": groups["left"].apply(lambda left: int(left.isna().sum())),
                "mean": groups["days"].mean(),
                "median": groups["days"].median(),
                "deadline": groups["deadline"].first(),
                "overdue": groups["overdue"].sum(),
            }
        )
        table["overdue_share"] = (table["overdue"] / table["visits"]).where(
            table["deadline"].notna()
        )
        order = [state for state in self.machine.states if state in table.index]
        return table.loc[order]

    def illegal(self, *, first: bool = False) -> "pd.DataFrame":
        """Count the illegal events by their reason, the most frequent first.

        Parameters
        ----------
        first : bool
            Count the first illegal event of each case only. Later ones are often a consequence: a
            step left out makes the next ones illegal too.

        Returns
        -------
        DataFrame
            Indexed by reason: events, cases.

        Raises
        ------
        TypeError
            If `first` is not True or False.
        """
        import pandas as pd

        _checks.instance(first, "first", bool)
        wrong = self.steps[~self.steps["legal"]]
        wrong = wrong.drop_duplicates("case") if first else wrong
        cases = wrong.groupby("reason")["case"]
        table = pd.DataFrame({"events": cases.size(), "cases": cases.nunique()})
        return table.sort_values("events", ascending=False, kind="stable")

    def __repr__(self) -> str:
        t = self.table
        return (
            f"Replay({self.machine.name}: {len(t)} cases, {len(self.steps)} events of which "
            f"{int(t['illegal'].sum())} illegal; {int((t['overdue'] > 0).sum())} cases overdue, "
            f"{int((t['reopened'] > 0).sum())} reopened, {int(t['finished'].sum())} finished)"
        )


def _times(log: "pd.DataFrame", time: str) -> "pd.Series":
    values = log[time]
    if not _checks.is_dates(values):
        raise TypeError(f"{time} must hold dates and times; got {values.dtype}")
    _checks.no_gaps(values, time)
    return values.dt.tz_localize(None)  # the clock of the place, as on the wall


def _facts(facts: Any) -> dict[Any, dict[str, Any]]:
    """Facts of each case by its name."""
    import pandas as pd

    if facts is None:
        return {}
    if not isinstance(facts, pd.DataFrame):
        raise TypeError(f"facts must be a pandas DataFrame; got {type(facts).__name__}")
    if not facts.index.is_unique:
        twice = facts.index[facts.index.duplicated()][0]
        raise ValueError(f"facts must have each case once in the index; got {twice!r} twice")
    return dict(zip(facts.index, facts.to_dict("records"), strict=True))


def replay(
    machine: StateMachine,
    log: "pd.DataFrame",
    *,
    case: str = "case",
    time: str = "time",
    event: str = "event",
    facts: "pd.DataFrame | None" = None,
    end: Any = None,
) -> Replay:
    """Play a log of events through a machine and find what the rules do not allow (流程检查).

    Every case starts in the machine's start state. A legal event moves it on. An illegal one, with
    no such move or a condition that fails, is written down with its reason and changes nothing.

    Parameters
    ----------
    machine : StateMachine
        The rules.
    log : DataFrame
        One row per event.
    case, time, event : str
        Columns that name the case, the date and time, and the event. Rows of equal time keep their
        order.
    facts : DataFrame, optional
        Indexed by case: columns that conditions may ask for.
    end : date or Timestamp, optional
        Time to which open stays are counted, not before the last event; the time of the last event
        without it.

    Returns
    -------
    Replay
        With ``.steps``, ``.visits``, ``.illegal()``, ``.time_in_state()``, ``.to_frame()`` and
        ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column or a value is missing, times are no dates, `end` lies before the last event, or
        a case is twice in `facts`.

    Notes
    -----
    This is the simplest form of conformance checking: each log is replayed on the model
    (van der Aalst 2016).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.service import state_machine
    >>> machine = state_machine(
    ...     [("new", "receive", "open"), ("open", "reply", "closed"), ("closed", "reopen", "open")],
    ...     start="new", final=["closed"], deadlines={"open": 2})
    >>> log = pd.DataFrame({"case": ["A", "A", "B", "A"],
    ...     "time": pd.to_datetime(["2025-03-03", "2025-03-04", "2025-03-04", "2025-03-06"]),
    ...     "event": ["receive", "reply", "reply", "reopen"]})
    >>> found = replay(machine, log, end="2025-03-10")
    >>> found
    Replay(case: 2 cases, 4 events of which 1 illegal; 1 cases overdue, 1 reopened, 0 finished)
    >>> found.illegal()
                                 events  cases
    reason
    no move 'reply' from 'new'        1      1
    """
    import pandas as pd

    if not isinstance(machine, StateMachine):
        raise TypeError(f"machine must be a StateMachine; got {type(machine).__name__}")
    _checks.columns(log, "log", [case, time, event])
    for column in (case, event):
        _checks.no_gaps(log[column], column)
    times = _times(log, time)
    last = times.max()
    until = last if end is None else _checks.moment(end, "end").tz_localize(None)
    if until < last:
        raise ValueError(f"end must not be before the last event, {last}; got {until}")
    known = _facts(facts)
    ordered = log.assign(**{time: times}).sort_values(time, kind="stable")
    rows: list[tuple[Any, ...]] = []
    stays: list[tuple[Any, ...]] = []
    per_case: dict[Any, tuple[Any, ...]] = {}
    for which, part in ordered.groupby(case, sort=True):
        walked = _walk(machine, part, (time, event), known.get(which, {}), until)
        rows += [(which, *row) for row in walked[0]]
        stays += [(which, *stay) for stay in walked[1]]
        per_case[which] = walked[2]
    names = ["case", "time", "event", "state", "next_state", "legal", "reason"]
    steps = pd.DataFrame(rows, columns=names)
    names = ["case", "state", "entered", "left", "days"]
    visits = pd.DataFrame(stays, columns=names).astype({"days": float})
    visits["left"] = pd.to_datetime(visits["left"])
    visits["deadline"] = visits["state"].map(dict(machine.deadlines)).astype(float)
    visits["overdue"] = visits["days"] > visits["deadline"]
    names = ["events", "illegal", "reopened", "state", "finished", "days"]
    table = pd.DataFrame.from_dict(per_case, orient="index", columns=names)
    table.index.name = case
    late = visits.groupby("case")["overdue"].sum().reindex(table.index, fill_value=0)
    table.insert(3, "overdue", late.astype(int))
    return Replay(machine, steps, visits, table, until)


def _walk(
    machine: StateMachine, part: "pd.DataFrame", names: tuple[str, str], facts: dict, until: Any
) -> tuple[list, list, tuple]:
    """Play one case: its steps, its stays, and its line in the table."""
    time, event = names
    targets, state, entered = machine._targets, machine.start, None
    past: list[str] = []
    steps: list[tuple[Any, ...]] = []
    stays: list[tuple[Any, ...]] = []
    begun, reopened = None, 0
    rows: list[dict[str, Any]] = part.to_dict("records")  # type: ignore[assignment]
    for row in rows:
        now, word = row[time], row[event]
        target = targets.get((state, word))
        reason = _reason(machine, state, word, {**facts, **row, "past": tuple(past)})
        if reason:
            steps.append((now, word, state, state, False, reason))
            continue
        assert target is not None
        if entered is not None:
            stays.append((state, entered, now, (now - entered).total_seconds() / 86400))
        begun = now if begun is None else begun
        reopened += state in machine.final
        steps.append((now, word, state, target, True, ""))
        past.append(word)
        state, entered = target, now
    done = state in machine.final
    if entered is not None and not done:
        stays.append((state, entered, None, (until - entered).total_seconds() / 86400))
    stop = entered if done else until
    days = float("nan") if begun is None else (stop - begun).total_seconds() / 86400
    wrong = sum(not step[4] for step in steps)
    return steps, stays, (len(steps), wrong, reopened, state, done, days)


def _reason(machine: StateMachine, state: str, event: Any, facts: dict[str, Any]) -> str:
    """Why an event is not legal; empty if it is."""
    if event not in machine.events:
        return _("unknown event {event!r}").format(event=event)
    if (state, event) not in machine._targets:
        return _("no move {event!r} from {state!r}").format(event=event, state=state)
    if event in machine.guards:
        words, holds = machine.guards[event]
        if not holds(MappingProxyType(facts)):
            return _("{event!r} without: {words}").format(event=event, words=words)
    return ""
