"""A process as stations in a row: how long a case takes, and where, by queueing theory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.crm._stations import Stations, read_stations
from crmlab.value import waiting_time

if TYPE_CHECKING:
    import pandas as pd

#: What the time of a case is made of, in the order of the pictures.
PARTS = ("work", "rework", "wait", "handover")


class Timed:
    """What a process by theory and a simulated one have in common: the table of stations."""

    table: "pd.DataFrame"
    arrival_rate: float

    @property
    def parts(self) -> "pd.Series":
        """Mean time of a case by what it is made of: work, rework, wait, handover."""
        return self.table[list(PARTS)].sum()

    @property
    def time(self) -> float:
        """Mean time of a case from coming in to leaving."""
        return float(self.parts.sum())

    @property
    def touch_share(self) -> float:
        """Share of the time of a case in which somebody works on it for the first time."""
        return float(self.parts["work"] / self.time)

    @property
    def bottleneck(self) -> Any:
        """The station whose people are busiest: more cases come to grief here first."""
        return self.table["utilisation"].idxmax()

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per station.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()


@dataclass(frozen=True, eq=False)
class ProcessTheory(Timed, Drawable):
    """A process in the long run, made by :func:`process_theory`.

    Attributes
    ----------
    table : DataFrame
        One row per station. Of the station: visits (of a case, on average), arrivals (per unit of
        time), utilisation (share of the people's time), queue (mean number of cases that wait).
        Of a case, mean time over all visits: work (at the first visit), rework (at later ones),
        wait, handover.
    arrival_rate : float
        Cases that come per unit of time.
    in_process : float
        Mean number of cases on their way, by Little's law the arrival rate times the mean time.
    exact : bool
        Whether the waits are exact; without, they are an approximation.

    Examples
    --------
    >>> import pandas as pd
    >>> desk = pd.DataFrame({"time": [0.4, 0.5], "people": [1, 1]}, index=["enter", "check"])
    >>> found = process_theory(desk, arrival_rate=1)
    >>> found.to_frame().round(2)
             visits  arrivals  utilisation  queue  work  rework  wait  handover
    station
    enter       1.0       1.0          0.4   0.27   0.4     0.0  0.27       0.0
    check       1.0       1.0          0.5   0.50   0.5     0.0  0.50       0.0
    """

    _picture = "process_time"

    table: "pd.DataFrame"
    arrival_rate: float
    in_process: float
    exact: bool

    def __repr__(self) -> str:
        word = "" if self.exact else "about "
        return (
            f"ProcessTheory({len(self.table)} stations: a case takes {word}{self.time:.2f}, of it "
            f"{100 * self.touch_share:.0f} % first work; bottleneck {self.bottleneck!r}, "
            f"{100 * self.table['utilisation'].max():.0f} % used)"
        )


def process_theory(stations: "pd.DataFrame", arrival_rate: float) -> ProcessTheory:
    """How long a case takes in the long run, and where (业务流程, 流程时间).

    A process is stations in a row. Cases come at random, wait at each station until one of its
    people is free, are worked on, and are handed over to the next. A share of them goes back and is
    done again. The **traffic equations** give the visits of a case at each station; the wait at a
    visit is that of a waiting line with these arrivals, :func:`crmlab.value.waiting_time`.

    Parameters
    ----------
    stations : DataFrame
        One row per station in the order in which a case passes them, named by the index. Columns:
        time (mean time of work at a visit, above 0), people (at least 1), and, where wanted,

        * cv (standard deviation of that time over its mean; 1, the default, is exponential, 0 a
          fixed time, else a gamma law),
        * rework (share of visits after which the case goes back, default 0) and back_to (where to:
          an earlier station, or the station itself, the default),
        * stop (share of visits after which the case ends here, such as a refused application),
        * handover (delay until the next station has it, also on the way back; default 0),
        * cost (of one person per unit of time, default 0).
    arrival_rate : float
        Cases that come per unit of time, above 0.

    Returns
    -------
    ProcessTheory
        With ``.table``, ``.time``, ``.parts``, ``.touch_share``, ``.in_process``,
        ``.bottleneck`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or unknown, a number outside its bounds, a station twice in the
        table, or more work comes to a station than its people can do; the message names it.

    Notes
    -----
    Jackson (1957): with Poisson arrivals, exponential times and first come first served, each
    station behaves as if it were alone, also with cases that go back. A delay for which nobody is
    needed changes nothing. With other laws of the time the wait is multiplied by (1 + cv²) / 2:
    Pollaczek's and Khinchine's factor, exact for one station with one person and no rework, else
    an approximation. The number on the way is Little's (1961) law.

    Examples
    --------
    >>> import pandas as pd
    >>> desk = pd.DataFrame({"time": [0.4, 0.5], "people": [1, 1]}, index=["enter", "check"])
    >>> found = process_theory(desk, arrival_rate=1)
    >>> round(found.time, 4), round(found.in_process, 4)
    (1.6667, 1.6667)
    """
    line = read_stations(stations)
    rate = _checks.number(arrival_rate, "arrival_rate", 0, open_low=True)
    line.keep_up(rate)
    return theory(line, rate)


def theory(line: Stations, rate: float) -> ProcessTheory:
    """Return the long run of stations that can do the work.

    >>> import pandas as pd
    >>> line = read_stations(pd.DataFrame({"time": [0.5], "people": [1]}, index=["desk"]))
    >>> theory(line, 1.0).time
    1.0
    """
    import pandas as pd

    visits = line.visits()
    spread = (1 + line.cv**2) / 2
    each = [
        waiting_time(rate * v, 1 / t, int(c))
        for v, t, c in zip(visits, line.time, line.people, strict=True)
    ]
    wait = visits * spread * np.array(each)
    first = np.minimum(visits, _reached(line))
    table = pd.DataFrame(
        {
            "visits": visits,
            "arrivals": rate * visits,
            "utilisation": line.utilisation(rate),
            "queue": rate * wait,
            "work": first * line.time,
            "rework": (visits - first) * line.time,
            "wait": wait,
            "handover": visits * line.delay,
        },
        index=pd.Index(line.names, name="station"),
    )
    alone = len(line.names) == 1 and line.people[0] == 1 and line.rework[0] == 0
    exact = bool((line.cv == 1).all() or alone)
    return ProcessTheory(table, rate, float(rate * table[list(PARTS)].to_numpy().sum()), exact)


def _reached(line: Stations) -> np.ndarray:
    """Return the chance that a case comes to each station at all.

    A case at a station passes it sooner or later or stops somewhere on the loop back. The chance
    to pass is found station by station: forward is what is neither sent back nor stopped, and one
    sent back must first return here past the stations between.
    """
    size = len(line.names)
    passes = np.empty(size)
    for place in range(size):
        ahead = 1 - line.rework[place] - line.stop[place]
        returns = line.rework[place] * np.prod(passes[line.back[place] : place])
        passes[place] = ahead / (1 - returns)
    return np.concatenate([[1.0], np.cumprod(passes)[:-1]])
