"""Every course that a relationship can have taken so far, each with its chance and its shape.

A relationship is counted in periods. Its course so far is: how long it explored, how long its
build-up lasts, and in which stage and when it fell into decline, if it did. Given the course, the
orders of a period are Poisson with the mean θ × level, where θ is the customer's own rate at the
best level. With a gamma law for θ the chance of the orders is known in closed form:

``log p(n | course) = Σ_j n_j log s_j − (a + N) log(b + Σ_j s_j e_j) + terms that are the same``

with s_j the level, e_j the part of period j that was seen, and N = Σ n_j.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray

STAGE_COUNT = 4
EXPLORATION, BUILD_UP, STABILITY, DECLINE = range(STAGE_COUNT)
#: Patterns: early abortion, mid-course death, early exit, long-lasting.
ABORTION, DEATH, EXIT, LONG = range(4)
#: Where there are many customers, a few lengths of exploration and build-up stand for all: one
#: for each group of lengths that together have about this share of the chance.
_GROUP = 0.3
_FLOOR = 0.01
_BATCH = 4096


@dataclass(frozen=True)
class LifecycleModel:
    """How relationships usually run: the chances behind stage and pattern (生命周期模型).

    Lengths are in periods, chances per period. At the end of each period a customer may fall into
    decline; one who does not may go on to the next stage.

    Parameters
    ----------
    exploration : float
        Mean number of periods of exploration of those who are never lost there, at least 1.
    build_up : float
        Mean number of periods of a build-up that is not broken off, at least 1.
    abort, die, leave : float
        Chance to fall into decline at the end of a period of exploration, build-up, stability;
        above 0 and below 1.
    start : float
        Level of orders in exploration, as a share of the customer's best; above 0, at most 1.
    fall : float
        What is left of the level after each period of decline, above 0 and below 1.
    long : int
        Periods of stability from which on a relationship counts as long-lasting, at least 1.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Examples
    --------
    >>> LifecycleModel(exploration=3).chances().round(3).tolist()
    [0.25, 0.155, 0.179, 0.415]
    """

    exploration: float = 2.0
    build_up: float = 3.0
    abort: float = 0.10
    die: float = 0.08
    leave: float = 0.05
    start: float = 0.4
    fall: float = 0.35
    long: int = 8

    def __post_init__(self) -> None:
        for name in ("exploration", "build_up"):
            _checks.number(getattr(self, name), name, 1)
        for name in ("abort", "die", "leave", "fall"):
            _checks.number(getattr(self, name), name, 0, 1, open_low=True, open_high=True)
        _checks.number(self.start, "start", 0, 1, open_low=True)
        _checks.count(self.long, "long")

    def chances(self) -> FloatArray:
        """Chance of each pattern for a new customer: abortion, death, early exit, long-lasting.

        Returns
        -------
        ndarray
        """
        return Paths.of(self, 1).patterns[0]


def _grouped(chance: FloatArray, dense: bool) -> tuple[np.ndarray, FloatArray]:
    """Lengths from 1 on with their chances; not `dense` puts neighbours into one middle length."""
    lengths = np.flatnonzero(chance) + 1
    chance = chance[lengths - 1]
    if dense or chance.size < 3:
        return lengths, chance
    before = np.append(0, chance.cumsum()[:-1]) / chance.sum()
    group = np.floor(before / _GROUP + 1e-9).astype(int)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    whole = np.add.reduceat(chance, first)
    middle = np.add.reduceat(chance * lengths, first) / whole
    return np.round(middle).astype(int), whole


@dataclass(frozen=True)
class Paths:
    """All courses of customers of one age.

    Attributes
    ----------
    chance : ndarray of shape (courses,)
    levels : ndarray of shape (courses, age)
        Level in each period, the oldest first.
    stage : ndarray of shape (courses,)
        Stage in the last period.
    patterns : ndarray of shape (courses, 4)
        Chance of each pattern in the end.
    """

    chance: FloatArray
    levels: FloatArray
    stage: np.ndarray
    patterns: FloatArray

    @classmethod
    def of(cls, model: LifecycleModel, age: int, *, dense: bool = True) -> "Paths":
        """List the courses; not `dense` keeps a few lengths of each of the first two stages."""
        return _Maker(model, age, dense).made()


class _Maker:
    """Goes through all courses of one age."""

    def __init__(self, model: LifecycleModel, age: int, dense: bool) -> None:
        self.model, self.age = model, age
        self.rows: list[tuple[float, FloatArray, int, FloatArray]] = []
        move = 1 / model.build_up
        most = max(int(6 * model.build_up), 2)
        lengths = move * (1 - move) ** np.arange(most)
        lengths[-1] = (1 - move) ** (most - 1)  # longer ones count as the last
        self.lengths = list(zip(*_grouped(lengths, dense), strict=True))
        self.stay = (1 - model.abort) * (1 - 1 / model.exploration)
        goes = self.stay ** np.arange(age - 1) * (1 - model.abort) / model.exploration
        self.starts = list(zip(*_grouped(goes, dense), strict=True))

    def made(self) -> Paths:
        m, age = self.model, self.age
        early = np.full(age, m.start)
        self._add(self.stay ** (age - 1), early, EXPLORATION, self._from_exploration())
        for x in range(1, age):
            self._fall(self.stay ** (x - 1) * m.abort, early[:x], ABORTION)
        for x, chance in self.starts:
            for length, share in self.lengths:
                self._after_exploration(int(x), int(length), chance * share)
        chance, levels, stage, patterns = zip(*self.rows, strict=True)
        return Paths(np.array(chance), np.array(levels), np.array(stage), np.array(patterns))

    def _after_exploration(self, x: int, length: int, chance: float) -> None:
        m, age = self.model, self.age
        ramp = m.start + (1 - m.start) * (np.arange(length) + 0.5) / length
        head = np.append(np.full(x, m.start), ramp)
        done = age - x
        for k in range(1, min(length, done - 1) + 1):
            self._fall(chance * (1 - m.die) ** (k - 1) * m.die, head[: x + k], DEATH)
        if done <= length:
            ends = self._from_build_up(length - done + 1)
            self._add(chance * (1 - m.die) ** (done - 1), head[:age], BUILD_UP, ends)
            return
        reached = chance * (1 - m.die) ** length
        steady = done - length
        for z in range(1, steady):
            level = np.append(head, np.ones(z))
            self._fall(reached * (1 - m.leave) ** (z - 1) * m.leave, level,
                       LONG if z >= m.long else EXIT)  # fmt: skip
        self._add(reached * (1 - m.leave) ** (steady - 1), np.append(head, np.ones(steady)),
                  STABILITY, self._from_stability(steady))  # fmt: skip

    def _fall(self, chance: float, before: FloatArray, pattern: int) -> None:
        """Add a course that fell after `before`."""
        down = before[-1] * self.model.fall ** np.arange(1, self.age - len(before) + 1)
        levels = np.append(before, np.maximum(down, _FLOOR))
        self._add(chance, levels, DECLINE, np.eye(4)[pattern])

    def _add(self, chance: float, levels: Any, stage: int, patterns: FloatArray) -> None:
        self.rows.append((float(chance), np.asarray(levels, float), stage, patterns))

    def _from_stability(self, done: int) -> FloatArray:
        stays = (1 - self.model.leave) ** max(self.model.long - done, 0)
        return np.array([0, 0, 1 - stays, stays])

    def _from_build_up(self, left: int) -> FloatArray:
        """Chances with `left` ends of a period of build-up to come."""
        through = (1 - self.model.die) ** left
        return through * self._from_stability(1) + np.array([0, 1 - through, 0, 0])

    def _from_exploration(self) -> FloatArray:
        m = self.model
        lost = m.abort / (m.abort + (1 - m.abort) / m.exploration)
        later = np.sum([share * self._from_build_up(int(n)) for n, share in self.lengths], axis=0)
        return np.asarray((1 - lost) * later + np.array([lost, 0, 0, 0]))


@dataclass(frozen=True)
class Rate:
    """Gamma law of the orders per period at the best level: shape a, and b = shape / mean."""

    shape: float
    scale: float

    @property
    def mean(self) -> float:
        return self.shape / self.scale


def posterior(
    counts: FloatArray, seen: FloatArray, paths: Paths, rate: Rate
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Chance of each stage and pattern, orders per period now, and log-likelihood by customer.

    Parameters
    ----------
    counts : ndarray of shape (n, age)
        Orders of each period, the oldest first.
    seen : ndarray of shape (n,)
        Part of the oldest period that was seen.
    """
    n = len(counts)
    stages, patterns = np.empty((n, STAGE_COUNT)), np.empty((n, 4))
    now, likelihood = np.empty(n), np.empty(n)
    keep = paths.chance > 0
    levels, chance = paths.levels[keep], np.log(paths.chance[keep])
    logs = np.log(levels).T.astype(np.float32)
    first, rest = levels[:, 0].astype(np.float32), levels[:, 1:].sum(axis=1) + rate.scale
    belongs = np.eye(STAGE_COUNT, dtype=np.float32)[paths.stage[keep]]
    ends = paths.patterns[keep].astype(np.float32)
    last, prior = levels[:, -1].astype(np.float32), chance.astype(np.float32)
    rest = rest.astype(np.float32)
    for start in range(0, n, _BATCH):
        part = slice(start, start + _BATCH)
        total = (counts[part].sum(axis=1) + rate.shape).astype(np.float32)[:, None]
        exposure = seen[part, None].astype(np.float32) * first + rest
        weight = np.log(exposure)
        weight *= -total
        weight += counts[part].astype(np.float32) @ logs
        weight += prior
        top = weight.max(axis=1, keepdims=True)
        weight -= top
        np.exp(weight, out=weight)
        whole = weight.sum(axis=1)
        likelihood[part] = top[:, 0] + np.log(whole)
        stages[part] = (weight @ belongs) / whole[:, None]
        patterns[part] = (weight @ ends) / whole[:, None]
        weight /= exposure
        now[part] = (weight @ last) / whole * total[:, 0]
    return stages, patterns, now, likelihood


def course_level(
    model: LifecycleModel, explore: int, ramp: int, fell: int, periods: int
) -> FloatArray:
    """Level by period of one course that falls after `fell` periods."""
    rise = model.start + (1 - model.start) * (np.arange(ramp) + 0.5) / ramp
    head = np.append(np.full(explore, model.start), rise)[:fell]
    best = np.append(head, np.ones(max(fell - head.size, 0)))
    down = best[-1] * model.fall ** np.arange(1, max(periods - fell, 0) + 1)
    return np.asarray(np.append(best, np.maximum(down, _FLOOR))[:periods])
