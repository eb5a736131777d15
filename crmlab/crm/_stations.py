"""A process as a table of stations: what the models of processes read from it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray

if TYPE_CHECKING:
    import pandas as pd

#: Columns that may be left out, and what they are then. Without `back_to` a case that has to be
#: done again stays where it is.
DEFAULTS: dict[str, float] = {"cv": 1.0, "rework": 0.0, "stop": 0.0, "handover": 0.0, "cost": 0.0}
COLUMNS = ("time", "people", "cv", "rework", "back_to", "stop", "handover", "cost")


@dataclass(frozen=True, eq=False)
class Stations:
    """Stations in a row, as numbers; their table is described in :func:`process_theory`.

    Attributes
    ----------
    names : tuple
        Names of the stations, in the order in which a case passes them.
    time, cv, rework, stop, handover, cost : ndarray of shape (k,)
        Columns of the table.
    people, back : ndarray of int of shape (k,)
        People at a station; where a case goes that has to be done again.
    """

    names: tuple[Any, ...]
    time: FloatArray
    cv: FloatArray
    rework: FloatArray
    stop: FloatArray
    handover: FloatArray
    cost: FloatArray
    people: np.ndarray
    back: np.ndarray

    @property
    def delay(self) -> FloatArray:
        """Mean hand-over delay after a visit: none where a case stays at its own station."""
        stays = self.back == np.arange(len(self.names))
        return self.handover * (1 - np.where(stays, self.rework, 0.0))

    def visits(self) -> FloatArray:
        """Mean number of visits of a case at each station, by the traffic equations."""
        size = len(self.names)
        moves = np.zeros((size, size))
        moves[np.arange(size), self.back] += self.rework
        ahead = np.arange(size - 1)
        moves[ahead, ahead + 1] += (1 - self.rework - self.stop)[:-1]
        enters = np.zeros(size)
        enters[0] = 1.0
        return np.linalg.solve(np.eye(size) - moves.T, enters)

    def utilisation(self, arrival_rate: float) -> FloatArray:
        """Share of the people's time that is work; 1 and more cannot be done."""
        return arrival_rate * self.visits() * self.time / self.people

    def keep_up(self, arrival_rate: float) -> None:
        """Raise unless every station can do the work that comes."""
        used = self.utilisation(arrival_rate)
        worst = int(np.argmax(used))
        if used[worst] >= 1 - 1e-12:
            most = arrival_rate / used[worst]
            raise ValueError(
                f"arrival_rate must be below {most:.6g}, what station {self.names[worst]!r} can "
                f"do; got {arrival_rate:g}"
            )

    def to_frame(self) -> "pd.DataFrame":
        """Return the table with all columns."""
        import pandas as pd

        columns = {name: getattr(self, name) for name in COLUMNS if name != "back_to"}
        columns["back_to"] = [self.names[place] for place in self.back]
        return pd.DataFrame(columns, pd.Index(self.names, name="station"))[list(COLUMNS)]


def read_stations(table: Any, name: str = "stations") -> Stations:
    """Check a table of stations and return it as numbers, or raise.

    >>> import pandas as pd
    >>> read_stations(pd.DataFrame({"time": [2.0], "people": [0]}, index=["desk"]))
    Traceback (most recent call last):
    ...
    ValueError: people of station 'desk' must be a whole number of at least 1; got 0
    """
    _checks.columns(table, name, ["time", "people"])
    names = tuple(table.index)
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise ValueError(f"{name} must have one row per station; got {twice!r} twice")
    unknown = [column for column in table.columns if column not in COLUMNS]
    if unknown:
        listed = ", ".join(COLUMNS)
        raise ValueError(f"{name} must have columns among {listed}; got {unknown[0]!r}")
    column = {
        key: _checks.array(table[key], f"{key} of {name}", 0, high, ndim=1)
        if key in table
        else np.full(len(names), default)
        for key, default, high in (
            (key, default, 1.0 if key in ("rework", "stop") else np.inf)
            for key, default in DEFAULTS.items()
        )
    }
    sent = column["rework"] + column["stop"]
    if (sent >= 1).any():
        place = int(np.argmax(sent >= 1))
        raise ValueError(
            f"rework and stop must be below 1 together; got {sent[place]:g} at station "
            f"{names[place]!r}"
        )
    counted = zip(names, table["people"], strict=True)
    people = [_checks.count(value, f"people of station {who!r}") for who, value in counted]
    return Stations(
        names=names,
        time=_checks.array(table["time"], f"time of {name}", 0, ndim=1, open_low=True),
        people=np.array(people),
        back=_back(table, names),
        **column,
    )


def _back(table: "pd.DataFrame", names: tuple[Any, ...]) -> np.ndarray:
    """Return the place to which each station sends back: itself, or one before it."""
    import pandas as pd

    back = np.arange(len(names))
    if "back_to" not in table:
        return back
    for place, target in enumerate(table["back_to"]):
        if target is None or target == "" or (pd.api.types.is_scalar(target) and pd.isna(target)):
            continue
        if target not in names[: place + 1]:
            raise ValueError(
                f"back_to must name the station itself or one before it; got {target!r} at "
                f"station {names[place]!r}"
            )
        back[place] = names.index(target)
    return back
