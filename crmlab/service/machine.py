"""A checked state machine: which steps a case may take, by when, and under which condition."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

#: A condition in words, and the function of a case's facts that says whether it holds.
Guard = tuple[str, Callable[[Mapping[str, Any]], bool]]
Place = tuple[float, float]


@dataclass(frozen=True)
class Move:
    """One step that is allowed.

    Attributes
    ----------
    source, event, target : str
        From this state this event leads to that state.

    Examples
    --------
    >>> Move("new", "receive", "open")
    Move(source='new', event='receive', target='open')
    """

    source: str
    event: str
    target: str


@dataclass(frozen=True, eq=False, repr=False)
class StateMachine(Drawable):
    """States and allowed moves of a kind of case, made by :func:`state_machine`.

    Attributes
    ----------
    name : str
        The kind of case.
    moves : tuple of Move
        Every allowed move.
    start : str
        State of a case before its first event.
    final : tuple of str
        States in which a case may rest for ever.
    deadlines : mapping of str to float
        Longest stay in a state, in days; states without one may last.
    guards : mapping of str to (str, callable)
        For an event the condition in words, and the function that tests it.
    positions : mapping of str to (float, float)
        Where the picture puts each state; empty where the picture chooses.

    Examples
    --------
    >>> from crmlab.service import freight_machine
    >>> found = freight_machine("enquiry")
    >>> found
    StateMachine(enquiry: 6 states, 9 moves, sound)
    >>> found.to_frame().head(2)
        state    event next_state  deadline condition
    0     new  receive     logged       NaN
    1  logged   assign   checking       0.5
    >>> found.allowed(found.start)
    ('receive',)
    >>> found.after(found.start, "receive")
    'logged'
    """

    _picture = "state_machine"

    name: str
    moves: tuple[Move, ...]
    start: str
    final: tuple[str, ...]
    deadlines: Mapping[str, float] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    positions: Mapping[str, Place] = field(default_factory=dict)

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, the start first, then in the order of the moves."""
        found = [self.start]
        for move in self.moves:
            found += [move.source, move.target]
        return tuple(dict.fromkeys(found))

    @property
    def events(self) -> tuple[str, ...]:
        """Every event that some move needs, in the order of the moves."""
        return tuple(dict.fromkeys(move.event for move in self.moves))

    def allowed(self, state: str) -> tuple[str, ...]:
        """Return the events that are allowed in a state.

        Parameters
        ----------
        state : str
            One of `states`.

        Returns
        -------
        tuple of str

        Raises
        ------
        ValueError
            If there is no state of that name.
        """
        _checks.choice(state, "state", self.states)
        return tuple(move.event for move in self.moves if move.source == state)

    def after(self, state: str, event: str) -> str | None:
        """Return the state to which an event leads, or None if it is not allowed there.

        Parameters
        ----------
        state : str
            One of `states`.
        event : str
            Any word.

        Returns
        -------
        str or None

        Raises
        ------
        ValueError
            If there is no state of that name.
        """
        _checks.choice(state, "state", self.states)
        return self._targets.get((state, _checks.label(event, "event")))

    @property
    def _targets(self) -> dict[tuple[str, str], str]:
        return {(move.source, move.event): move.target for move in self.moves}

    def _reached(self, begin: Sequence[str], forward: bool) -> set[str]:
        """States on a way from `begin`, or on a way to it."""
        found, open_ = set(begin), list(begin)
        while open_:
            state = open_.pop()
            for move in self.moves:
                here, there = (move.source, move.target) if forward else (move.target, move.source)
                if here == state and there not in found:
                    found.add(there)
                    open_.append(there)
        return found

    @property
    def unreachable(self) -> tuple[str, ...]:
        """States to which no way leads from the start."""
        reached = self._reached([self.start], forward=True)
        return tuple(state for state in self.states if state not in reached)

    @property
    def dead_ends(self) -> tuple[str, ...]:
        """States from which no way leads to a final state: a case in one is never finished."""
        finished = self._reached(self.final, forward=False)
        return tuple(state for state in self.states if state not in finished)

    @property
    def sound(self) -> bool:
        """Whether every state can be reached and every case can be finished."""
        return not self.unreachable and not self.dead_ends

    def to_frame(self) -> "pd.DataFrame":
        """One row per move: state, event, next_state, deadline of the state (days), condition.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "state": move.source,
                    "event": move.event,
                    "next_state": move.target,
                    "deadline": self.deadlines.get(move.source, float("nan")),
                    "condition": self.guards[move.event][0] if move.event in self.guards else "",
                }
                for move in self.moves
            ]
        )

    def __repr__(self) -> str:
        words = f"StateMachine({self.name}: {len(self.states)} states, {len(self.moves)} moves"
        if self.sound:
            return f"{words}, sound)"
        faults = [
            f"{label} {', '.join(found)}"
            for label, found in (("unreachable", self.unreachable), ("dead end", self.dead_ends))
            if found
        ]
        return f"{words}; {'; '.join(faults)})"


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{name} must be a word; got {value!r}")
    return value


def _moves(value: Any) -> tuple[Move, ...]:
    """Check a list of (state, event, next state): each event of a state leads to one state."""
    wanted = "moves must be a list of (state, event, next state)"
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"{wanted}; got {value!r}")
    found: dict[tuple[str, str], Move] = {}
    for item in value:
        if isinstance(item, str) or not hasattr(item, "__len__") or len(item) != 3:
            raise TypeError(f"{wanted}; got {item!r}")
        move = Move(*(_text(word, "a state or event of moves") for word in item))
        if (move.source, move.event) in found:
            raise ValueError(
                f"moves must lead from a state by an event to one state; got {move.event!r} twice "
                f"in {move.source!r}"
            )
        found[move.source, move.event] = move
    if not found:
        raise ValueError("moves must not be empty; got no move")
    return tuple(found.values())


def state_machine(
    moves: Sequence[tuple[str, str, str]],
    start: str,
    final: Sequence[str],
    *,
    name: str = "case",
    deadlines: Mapping[str, float] | None = None,
    guards: Mapping[str, Guard] | None = None,
    positions: Mapping[str, Place] | None = None,
) -> StateMachine:
    """Write down which steps a case may take (状态机, 工单流程).

    Parameters
    ----------
    moves : sequence of (str, str, str)
        Each allowed move: state, event, next state.
    start : str
        State of a case before its first event.
    final : sequence of str
        States in which a case may rest for ever, at least one. A move may lead out of one again:
        that is a reopening (重新打开).
    name : str
        The kind of case.
    deadlines : mapping of str to float, optional
        Longest stay in a state, in days, above 0 (时限).
    guards : mapping of str to (str, callable), optional
        For an event a condition: what it says in words, and a function of the case's facts that
        returns True if it holds. The facts are those of the event's row in the log, those of the
        case, and `past`, the tuple of the events that the case has taken so far.
    positions : mapping of str to (float, float), optional
        Where the picture puts each state.

    Returns
    -------
    StateMachine
        With ``.states``, ``.allowed(state)``, ``.unreachable``, ``.dead_ends``, ``.to_frame()``
        and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a move is no triple of words, an event leads from one state to two, there is no final
        state, or a state, event or deadline is unknown or not allowed.

    Notes
    -----
    A deterministic finite automaton with conditions and time limits; Hopcroft, Motwani and Ullman
    (2007) treat the theory.

    Examples
    --------
    >>> machine = state_machine(
    ...     [("new", "receive", "open"), ("open", "reply", "closed"), ("closed", "reopen", "open")],
    ...     start="new", final=["closed"], name="enquiry", deadlines={"open": 2})
    >>> machine
    StateMachine(enquiry: 3 states, 3 moves, sound)
    >>> machine.allowed("open"), machine.after("open", "reopen")
    (('reply',), None)
    """
    checked = _moves(moves)
    known = tuple(dict.fromkeys([_text(start, "start")] + [s for m in checked for s in _ends(m)]))
    ends = tuple(_checks.listed(final, "final", "states", ordered=False))
    if not ends:
        raise ValueError("final must hold at least 1 state; got none")
    for state in ends:
        _checks.choice(state, "final", known)
    limits = {}
    given = [
        {} if value is None else _checks.mapped(value, argument, "names to values")
        for argument, value in (("deadlines", deadlines), ("guards", guards),
                                ("positions", positions))
    ]  # fmt: skip
    for state, days in given[0].items():
        _checks.choice(state, "deadlines", known)
        limits[state] = _checks.number(days, f"deadline of {state!r}", 0, open_low=True)
    for event in given[1]:
        _checks.choice(event, "guards", [move.event for move in checked])
    for state in given[2]:
        _checks.choice(state, "positions", known)
    return StateMachine(
        _text(name, "name"),
        checked,
        start,
        ends,
        MappingProxyType(limits),
        MappingProxyType(dict(given[1])),
        MappingProxyType(dict(given[2])),
    )


def _ends(move: Move) -> tuple[str, str]:
    return move.source, move.target
