"""Simulation of a process: cases, queues, people, rework, hand-overs."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import batch_means
from crmlab.crm._stations import Stations, read_stations
from crmlab.crm.process import Timed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ProcessRun(Timed, Drawable):
    """A simulated process, made by :func:`simulate_process`.

    Attributes
    ----------
    table : DataFrame
        One row per station, with the columns of :class:`ProcessTheory`.
    arrival_rate : float
        Cases that come per unit of time, as given.
    cases : DataFrame
        One row per counted case: arrived, left, time, work, rework, wait, handover, completed
        (False where it stopped on the way).
    interval : tuple of float
        Interval of the mean time, by batch means.
    level : float
        Chance that such an interval holds the mean of the long run.
    in_process : float
        Mean number of cases on their way while the counted cases came.

    Examples
    --------
    >>> import pandas as pd
    >>> desk = pd.DataFrame({"time": [0.4, 0.5], "people": [1, 1]}, index=["enter", "check"])
    >>> found = simulate_process(desk, arrival_rate=1, cases=5000, seed=1)
    >>> found.to_frame().round(2)
             visits  arrivals  utilisation  queue  work  rework  wait  handover
    station
    enter       1.0       1.0          0.4   0.25   0.4     0.0  0.25       0.0
    check       1.0       1.0          0.5   0.56   0.5     0.0  0.56       0.0
    >>> found.percentile([0.5, 0.9]).round(1).tolist()
    [1.4, 3.3]
    >>> found.share_within(2)
    0.689
    """

    _picture = "process_time"

    table: "pd.DataFrame"
    arrival_rate: float
    cases: "pd.DataFrame"
    interval: tuple[float, float]
    level: float
    in_process: float

    @property
    def completed_time(self) -> float:
        """Mean time of the cases that did not stop on the way; no number if none was completed."""
        return float(self.cases["time"][self.cases["completed"]].mean())

    def percentile(self, share: Any) -> Any:
        """Time within which a share of the cases is done.

        Parameters
        ----------
        share : float or array-like
            From 0 to 1.

        Returns
        -------
        float or ndarray

        Raises
        ------
        ValueError, TypeError
            If a share is outside its bounds.
        """
        wanted = _checks.probability(share, "share")
        found = np.quantile(self.cases["time"], wanted.ravel()).reshape(wanted.shape)
        return float(found) if np.ndim(found) == 0 else found

    def share_within(self, limit: float) -> float:
        """Share of the cases that are done within a time.

        Parameters
        ----------
        limit : float
            At least 0.

        Returns
        -------
        float

        Raises
        ------
        ValueError, TypeError
            If the limit is outside its bounds.
        """
        return float((self.cases["time"] <= _checks.number(limit, "limit", 0)).mean())

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"ProcessRun({len(self.cases):,} cases: a case takes {self.time:.2f} "
            f"({low:.2f} to {high:.2f}), of it {100 * self.touch_share:.0f} % first work; "
            f"bottleneck {self.bottleneck!r}, {100 * self.table['utilisation'].max():.0f} % used)"
        )


def simulate_process(
    stations: "pd.DataFrame",
    arrival_rate: float,
    cases: int = 20_000,
    seed: int = 0,
    warm_up: int | None = None,
    level: float = 0.95,
) -> ProcessRun:
    """Play a process case by case (流程仿真, 离散事件模拟).

    Cases come at random. Each station serves first come, first served. What a case needs at a
    station and whether it goes back are drawn for the case, the station's name and the number of
    the visit, so two processes with the same seed meet the same cases.

    Parameters
    ----------
    stations : DataFrame
        As in :func:`process_theory`.
    arrival_rate : float
        Cases that come per unit of time, above 0.
    cases : int
        Cases that are counted, at least 100.
    seed : int
        At least 0; the same seed gives the same run.
    warm_up : int, optional
        Cases before them that are played and not counted, since the process starts empty; a tenth
        of the counted ones by default.
    level : float
        Of the interval of the mean.

    Returns
    -------
    ProcessRun
        With ``.table``, ``.cases``, ``.time``, ``.interval``, ``.percentile(share)``,
        ``.share_within(limit)``, ``.parts``, ``.in_process``, ``.bottleneck`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As in :func:`process_theory`, or if a number is outside its bounds.

    Notes
    -----
    Times of cases that follow each other are alike, so their standard error would be far too small.
    The interval comes from the means of 20 batches of consecutive cases (Student's t). The busier
    the bottleneck, the longer the run must be.

    Examples
    --------
    >>> import pandas as pd
    >>> desk = pd.DataFrame({"time": [0.4, 0.5], "people": [1, 1]}, index=["enter", "check"])
    >>> simulate_process(desk, arrival_rate=1, cases=5000, seed=1).bottleneck
    'check'
    """
    line = read_stations(stations)
    rate = _checks.number(arrival_rate, "arrival_rate", 0, open_low=True)
    line.keep_up(rate)
    counted = _checks.count(cases, "cases", 100)
    first = counted // 10 if warm_up is None else _checks.count(warm_up, "warm_up", 0)
    start = _checks.count(seed, "seed", 0)
    within = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    size = first + counted
    come = np.cumsum(np.random.default_rng([start, 0]).exponential(1 / rate, size))
    log = _play(line, come, start)
    return _result(line, rate, come, log, first, within)


@dataclass(frozen=True, eq=False)
class _Log:
    """All visits in the order in which they ended, one entry each.

    `target` is where the case went from there; the number of stations where it was completed, one
    more where it stopped. `passed` is the end of the hand-over.
    """

    case: np.ndarray
    place: np.ndarray
    nth: np.ndarray
    target: np.ndarray
    came: FloatArray
    began: FloatArray
    ended: FloatArray
    passed: FloatArray


def _play(line: Stations, come: FloatArray, seed: int) -> _Log:
    """Run the events in their order and write down every visit."""
    size, end = len(come), len(line.names)
    work, chance = _draws(line, size, seed)
    people, back, delay = line.people.tolist(), line.back.tolist(), line.handover.tolist()
    again, out = line.rework.tolist(), (line.rework + line.stop).tolist()
    lines: list[deque[tuple[int, float]]] = [deque() for _name in line.names]
    seen = [[0] * size for _name in line.names]
    rows: list[tuple[int, int, int, int, float, float, float, float]] = []
    # An event is its moment, a number that settles ties, the case, the station, and the visit that
    # ends (its number and when it came and began) or nothing where the case arrives. Sorted
    # arrivals are a heap already.
    heap: list[Any] = [(when, n, n, 0, None) for n, when in enumerate(come.tolist())]
    tie = size
    push, pop, note = heapq.heappush, heapq.heappop, rows.append
    while heap:
        now, _tie, case, place, visit = pop(heap)
        if visit is None:
            if not people[place]:
                lines[place].append((case, now))
                continue
            people[place] -= 1
            following, came = case, now
        else:
            nth, came, began = visit
            luck = chance(place, nth)[case]
            if luck < again[place]:
                target = back[place]
            else:
                target = place + 1 if luck >= out[place] else end + 1
            passed = now if target == place else now + delay[place]
            note((case, place, nth, target, came, began, now, passed))
            if target < end:
                tie += 1
                push(heap, (passed, tie, case, target, None))
            if not lines[place]:
                people[place] += 1
                continue
            following, came = lines[place].popleft()
        nth = seen[place][following]
        seen[place][following] = nth + 1
        tie += 1
        ends = now + work(place, nth)[following]
        push(heap, (ends, tie, following, place, (nth, came, now)))
    return _Log(*map(np.array, zip(*rows, strict=True)))


class _Rare:
    """Numbers of a late visit, which few cases make: each is drawn when it is asked for."""

    def __init__(self, draw: Callable[[np.random.Generator, int], Any], key: list[int]) -> None:
        self._draw, self._key = draw, key

    def __getitem__(self, case: int) -> float:
        return float(self._draw(np.random.default_rng([*self._key, case]), 1)[0])


#: From this visit of a case at a station on, numbers are not drawn for all cases beforehand.
_LATE = 12


def _draws(line: Stations, size: int, seed: int) -> tuple[Any, Any]:
    """Return two functions of station and visit: times of work, and luck, by case."""
    codes = [crc32(str(name).encode()) for name in line.names]

    def numbers(
        draw: Callable[[np.random.Generator, int], Any], kind: int, place: int, nth: int
    ) -> Any:
        key = [seed, kind, codes[place], nth]
        if nth >= _LATE:
            return _Rare(draw, key)
        return draw(np.random.default_rng(key), size).tolist()

    @cache
    def work(place: int, nth: int) -> Any:
        mean, cv = float(line.time[place]), float(line.cv[place])
        if cv < 1e-6:  # fixed, or as good as fixed: the gamma law's shape would overflow
            return numbers(lambda _source, n: np.full(n, mean), 1, place, nth)
        shape = 1 / cv**2
        return numbers(
            lambda source, n: mean / shape * source.standard_gamma(shape, n), 1, place, nth
        )

    @cache
    def chance(place: int, nth: int) -> Any:
        return numbers(lambda source, n: source.random(n), 2, place, nth)

    return work, chance


def _overlap(begin: FloatArray, end: FloatArray, window: tuple[float, float]) -> FloatArray:
    """Return how much of each span lies in the window."""
    return np.maximum(np.minimum(end, window[1]) - np.maximum(begin, window[0]), 0.0)


def _result(
    line: Stations, rate: float, come: FloatArray, log: _Log, first: int, level: float
) -> ProcessRun:
    """Add up the visits by case and by station."""
    import pandas as pd

    size, k = len(come), len(line.names)
    length = log.ended - log.began
    took = {
        "work": np.where(log.nth == 0, length, 0.0),
        "rework": np.where(log.nth > 0, length, 0.0),
        "wait": log.began - log.came,
        "handover": log.passed - log.ended,
    }
    final = log.target >= k
    left = np.empty(size)
    left[log.case[final]] = log.passed[final]
    completed = np.zeros(size, bool)
    completed[log.case[log.target == k]] = True
    cases = pd.DataFrame(
        {"arrived": come, "left": left, "time": left - come}
        | {name: np.bincount(log.case, column, size) for name, column in took.items()}
        | {"completed": completed}
    )[first:].reset_index(drop=True)
    window = (float(come[first]), float(come[-1]))
    span, counted = window[1] - window[0], log.case >= first
    inside = (log.came >= window[0]) & (log.came < window[1])

    def per_station(weights: Any) -> FloatArray:
        return np.bincount(log.place, weights, k).astype(float)

    table = pd.DataFrame(
        {
            "visits": per_station(counted) / (size - first),
            "arrivals": per_station(inside) / span,
            "utilisation": per_station(_overlap(log.began, log.ended, window))
            / (span * line.people),
            "queue": per_station(_overlap(log.came, log.began, window)) / span,
        }
        | {
            name: per_station(np.where(counted, column, 0.0)) / (size - first)
            for name, column in took.items()
        },
        index=pd.Index(line.names, name="station"),
    )
    _mean, low, high = batch_means(cases["time"].to_numpy(), level)
    there = float(_overlap(come, left, window).sum() / span)
    return ProcessRun(table, rate, cases, (low, high), level, there)
