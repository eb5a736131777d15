"""Four patterns of a relationship: generated, recognised while it runs, and judged."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.lifecycle._paths import (
    ABORTION,
    BUILD_UP,
    DEATH,
    DECLINE,
    EXIT,
    EXPLORATION,
    LONG,
    STABILITY,
    LifecycleModel,
    Paths,
    course_level,
    posterior,
)  # fmt: skip
from crmlab.lifecycle.detect import _fit_rate, _model, known_rate, named, no_answers
from crmlab.lifecycle.stages import stage_names

if TYPE_CHECKING:
    import pandas as pd


def pattern_names() -> tuple[tuple[str, str], ...]:
    """Names of the four patterns (生命周期模式): where a relationship ends.

    Returns
    -------
    tuple of (str, str)
        English and Chinese: left in exploration, in build-up, early in stability, or later.

    Examples
    --------
    >>> [name for name, chinese in pattern_names()]
    ['early abortion', 'mid-course death', 'early exit', 'long-lasting']
    """
    return (
        (_("early abortion"), "早期流产型"),
        (_("mid-course death"), "中途夭折型"),
        (_("early exit"), "提前退出型"),
        (_("long-lasting"), "长久保持型"),
    )


def _patterns() -> list[str]:
    return [name for name, _chinese in pattern_names()]


def pattern_courses(periods: int = 24, model: LifecycleModel | None = None) -> "pd.DataFrame":
    """Level of a typical relationship of each pattern (四种生命周期模式).

    Parameters
    ----------
    periods : int
        Number of periods, at least 12.
    model : LifecycleModel, optional
        Its lengths of exploration and build-up are taken, rounded; stability lasts half of
        ``long`` for the early exit, and to the end for the long-lasting one.

    Returns
    -------
    DataFrame
        Indexed by period from 1 on, one column per pattern; levels from 0 to 1.

    Raises
    ------
    ValueError, TypeError
        If `periods` is below 12 or `model` is no :class:`LifecycleModel`.

    Examples
    --------
    >>> pattern_courses().loc[12].round(2).to_dict()["long-lasting"]
    1.0
    """
    import pandas as pd

    n, course = _checks.count(periods, "periods", 12), _model(model)
    first, ramp = max(round(course.exploration), 1), max(round(course.build_up), 2)
    ends = [first, first + ramp - 1, first + ramp + max(course.long // 2, 1), n + 1]
    levels = [course_level(course, first, ramp, end, n) for end in ends]
    rows = pd.RangeIndex(1, n + 1, name="period")
    return pd.DataFrame(dict(zip(_patterns(), levels, strict=True)), rows)


@dataclass(frozen=True, eq=False)
class Relationships:
    """Simulated relationships with what is true of them, made by :func:`simulate_relationships`.

    Attributes
    ----------
    counts : DataFrame
        Orders after the first, one row per customer, one column per period from 1 on.
    stages : DataFrame
        True stage in each period, of the same shape.
    truth : DataFrame
        Per customer: pattern (also of those who are still there), rate (orders per period at the
        best level), fell (period after which the decline began; may lie behind the last one).

    Examples
    --------
    >>> found = simulate_relationships(500, 20)
    >>> found
    Relationships(early abortion 81, mid-course death 99, early exit 93, long-lasting 227)
    >>> found.to_frame().head(2).round(2)
                     pattern  rate  fell
    customer
    0           long-lasting  2.84    15
    1         early abortion  1.05     4
    """

    counts: "pd.DataFrame"
    stages: "pd.DataFrame"
    truth: "pd.DataFrame"

    def to_frame(self) -> "pd.DataFrame":
        """Return what is true, one row per customer.

        Returns
        -------
        DataFrame
        """
        return self.truth

    def __repr__(self) -> str:
        sizes = self.truth["pattern"].value_counts(sort=False)
        return f"Relationships({', '.join(f'{name} {size}' for name, size in sizes.items())})"


def simulate_relationships(
    customers: int = 1000,
    periods: int = 24,
    *,
    model: LifecycleModel | None = None,
    mean_rate: float = 4.0,
    rate_shape: float = 3.0,
    seed: int = 1,
) -> Relationships:
    """Generate relationships of the four patterns (生成四种生命周期模式).

    Parameters
    ----------
    customers, periods : int
        How many, and for how many periods each is seen; at least 1.
    model : LifecycleModel, optional
        The law of their courses.
    mean_rate, rate_shape : float
        Gamma law of the orders per period at the best level; above 0.
    seed : int
        Seed of the random numbers, at least 0.

    Returns
    -------
    Relationships
        With ``.counts``, ``.stages``, ``.truth``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or `model` is no :class:`LifecycleModel`.

    Examples
    --------
    >>> simulate_relationships(500, 20)
    Relationships(early abortion 81, mid-course death 99, early exit 93, long-lasting 227)
    """
    import pandas as pd

    n, width = _checks.count(customers, "customers"), _checks.count(periods, "periods")
    course = _model(model)
    mean = _checks.number(mean_rate, "mean_rate", 0, _checks.MOST, open_low=True)
    shape = _checks.number(rate_shape, "rate_shape", 0, open_low=True)
    rng = np.random.default_rng(_checks.seed(seed))
    explore, ramp, fell, pattern = _lives(course, n, rng)
    rate = rng.gamma(shape, mean / shape, n)
    level = np.array([course_level(course, *life, width) for life in zip(explore, ramp, fell,
                                                                        strict=True)])  # fmt: skip
    at = np.arange(width)
    stage = np.select(
        [at >= fell[:, None], at < explore[:, None], at < (explore + ramp)[:, None]],
        [DECLINE, EXPLORATION, BUILD_UP], STABILITY,
    )  # fmt: skip
    names = np.array([name for name, _chinese in stage_names()], dtype=object)
    rows = pd.RangeIndex(n, name="customer")
    columns = pd.RangeIndex(1, width + 1, name="period")
    truth = pd.DataFrame(
        {"pattern": named(pattern, _patterns(), rows), "rate": rate,
         "fell": fell}, index=rows,
    )  # fmt: skip
    counts = pd.DataFrame(rng.poisson(rate[:, None] * level), rows, columns)
    return Relationships(counts, pd.DataFrame(names[stage], rows, columns), truth)


def _lives(
    m: LifecycleModel, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Periods of exploration and of build-up, period after which it fell, and pattern."""
    leaves = 1 - (1 - m.abort) * (1 - 1 / m.exploration)  # by falling or by going on
    explore = rng.geometric(leaves, n)
    aborted = rng.random(n) < m.abort / leaves
    ramp = rng.geometric(1 / m.build_up, n)
    weak, steady = rng.geometric(m.die, n), rng.geometric(m.leave, n)
    died = weak <= ramp
    pattern = np.select([aborted, died, steady < m.long], [ABORTION, DEATH, EXIT], LONG)
    fell = np.select([aborted, died], [explore, explore + weak], explore + ramp + steady)
    return explore, ramp, fell, pattern


@dataclass(frozen=True, eq=False)
class PatternClassification(Drawable):
    """Pattern of each series with its chance, made by :func:`classify_patterns`.

    Attributes
    ----------
    table : DataFrame
        Per series: pattern (or undecided), the chance of each of the four patterns, over (chance
        that the decline has begun), periods seen, orders.
    sure : float
        Smallest chance that makes a pattern an answer.
    mean_rate, rate_shape : float
        Gamma law of the orders per period at the best level.

    Examples
    --------
    >>> found = classify_patterns([[1, 2, 0, 0, 0, 0], [1, 3, 4, 5, 4, 5]], rate=(4, 3))
    >>> list(found.to_frame().columns)
    ['pattern', 'early abortion', 'mid-course death', 'early exit', 'long-lasting', 'over',
    'periods', 'orders']
    """

    _picture = "pattern_classification"

    table: "pd.DataFrame"
    sure: float
    mean_rate: float
    rate_shape: float

    @property
    def expected(self) -> "pd.Series":
        """Expected number of series of each pattern: the sum of their chances."""
        return self.table[_patterns()].sum().rename("series").rename_axis("pattern")

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per series.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        sizes = self.table["pattern"].value_counts(sort=False)
        words = ", ".join(f"{name} {size}" for name, size in sizes.items())
        return f"PatternClassification({words})"


def classify_patterns(
    counts: Any,
    *,
    model: LifecycleModel | None = None,
    rate: tuple[float, float] | None = None,
    sure: float = 0.6,
) -> PatternClassification:
    """Recognise the pattern of a series of orders, also while it runs (生命周期模式的识别).

    Parameters
    ----------
    counts : DataFrame or array of shape (series, periods)
        Orders after the first by period since the relationship began. A series that has been seen
        for a shorter time ends with missing values.
    model : LifecycleModel, optional
        How relationships usually run.
    rate : tuple of two float, optional
        Mean and shape of the gamma law of the orders per period at the best level, above 0;
        estimated from the series without it.
    sure : float
        A pattern is named only if its chance is at least this, from 0 to below 1.

    Returns
    -------
    PatternClassification
        With ``.table``, ``.expected``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a count is negative or no whole number, a gap lies between two counts, a series has no
        period, or a setting is outside its bounds.

    Notes
    -----
    A relationship that still runs has no pattern yet. Its chances are those of how it may end:
    what the orders say about the stage now, and what `model` says about the rest.

    Examples
    --------
    >>> found = classify_patterns([[1, 2, 0, 0, 0, 0], [1, 3, 4, 5, 4, 5]], rate=(4, 3))
    >>> found.table["pattern"].tolist()
    ['early abortion', 'long-lasting']
    """
    import pandas as pd

    course, level = _model(model), _checks.number(sure, "sure", 0, 1, open_high=True)
    series, age = _series(counts)
    ages = [int(a) for a in np.unique(age)]
    courses = {a: Paths.of(course, a, dense=False) for a in ages}
    law = known_rate(rate)
    if law is None:
        n, width = series.shape
        right = np.zeros_like(series)  # the last period at the right, as the log has it
        for a in ages:
            right[age == a, width - a :] = series[age == a, :a]
        law = _fit_rate(right, age, np.ones(n), courses)
    stages, patterns = np.empty((len(series), 4)), np.empty((len(series), 4))
    for a, paths in courses.items():
        who = np.flatnonzero(age == a)
        stages[who], patterns[who] = posterior(series[who, :a], np.ones(who.size), paths, law)[:2]
    names = _patterns()
    code = np.where(patterns.max(axis=1) < level, 4, patterns.argmax(axis=1))
    table = pd.DataFrame(patterns, list(_checks.labels(counts, "index", len(series))), names)
    answers = named(code, [*names, no_answers()[1]], table.index)
    table.insert(0, "pattern", answers)
    table = table.assign(
        over=stages[:, DECLINE], periods=age, orders=series.sum(axis=1).astype(int)
    )
    return PatternClassification(table, level, law.mean, law.shape)


def _series(counts: Any) -> tuple[FloatArray, np.ndarray]:
    """Return counts with 0 where nothing was seen yet, and how many periods were seen."""
    values = _checks.array(counts, "counts", 0, ndim=2, allow_missing=True)
    known = ~np.isnan(values)
    age = known.sum(axis=1)
    if not age.all():
        raise ValueError(f"counts must have a period in each row; got none in row {age.argmin()}")
    gap = known != (np.arange(values.shape[1]) < age[:, None])
    if gap.any():
        row = int(gap.any(axis=1).argmax())
        raise ValueError(f"counts must have no gap between two periods; got one in row {row}")
    filled = np.where(known, values, 0.0)
    if (filled % 1).any():
        raise ValueError(f"counts must be whole numbers; got {filled[filled % 1 > 0][0]:g}")
    return filled, age


@dataclass(frozen=True, eq=False)
class Confusion(Drawable):
    """True classes against answers, made by :func:`confusion`.

    Attributes
    ----------
    counts : DataFrame
        How many, by the truth (rows) and the answer (columns, those that are no class last).

    Examples
    --------
    >>> found = confusion(["a", "a", "b"], ["a", "b", "undecided"], ["a", "b"])
    >>> found
    Confusion(3 cases, 67 % answered, 50 % of these right)
    >>> found.to_frame()
           customers  answered  found  true
    truth
    a              2         2    0.5   1.0
    b              1         0    0.0   0.0
    """

    _picture = "confusion"

    counts: "pd.DataFrame"

    @property
    def answered(self) -> float:
        """Share that got one of the classes as an answer."""
        return float(self.counts[self._classes()].to_numpy().sum() / self.counts.to_numpy().sum())

    @property
    def right(self) -> float:
        """Share of the right ones among those answered; missing (NaN) if nothing was answered."""
        table = self.counts[self._classes()]
        total = table.to_numpy().sum()
        return float(np.trace(table.to_numpy()) / total) if total else float("nan")

    def _classes(self) -> list[Hashable]:
        return list(self.counts.index)

    def to_frame(self) -> "pd.DataFrame":
        """One row per class, with the share that was found and the share that is true.

        Returns
        -------
        DataFrame
            Columns: customers, answered, found (share that got the right answer), true (share of
            the answers of this class that are right).
        """
        import pandas as pd

        table = self.counts[self._classes()]
        hits = np.diag(table.to_numpy()).astype(float)
        size, said = self.counts.sum(axis=1).to_numpy(), table.sum(axis=0).to_numpy()
        missing = np.full(len(hits), np.nan)
        return pd.DataFrame(
            {
                "customers": size,
                "answered": table.sum(axis=1).to_numpy(),
                "found": np.divide(hits, size, out=missing.copy(), where=size > 0),
                "true": np.divide(hits, said, out=missing, where=said > 0),
            },
            index=self.counts.index,
        )

    def __repr__(self) -> str:
        total = int(self.counts.to_numpy().sum())
        return (
            f"Confusion({total} cases, {100 * self.answered:.0f} % answered, "
            f"{100 * self.right:.0f} % of these right)"
        )


def confusion(truth: Any, answer: Any, classes: Any) -> Confusion:
    """Compare answers with the truth (混淆矩阵).

    Parameters
    ----------
    truth, answer : sequence of length n
        True class and answer of each case, in the same order.
    classes : sequence of str
        All classes in their order; an answer that is none of them counts as not answered.

    Returns
    -------
    Confusion
        With ``.counts``, ``.right``, ``.answered``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If there is no case, the lengths differ, a truth is none of the classes, or a class is
        named twice.

    Examples
    --------
    >>> confusion(["a", "a", "b"], ["a", "b", "undecided"], ["a", "b"])
    Confusion(3 cases, 67 % answered, 50 % of these right)
    """
    import pandas as pd

    names = _checks.listed(classes, "classes")
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"classes must be at least 2 different names; got {classes!r}")
    true, said = _checks.listed(truth, "truth"), _checks.listed(answer, "answer")
    if len(true) != len(said) or not true:
        raise ValueError(
            f"truth and answer must have the same length, above 0; got {len(true)} and {len(said)}"
        )
    if strange := [item for item in true if item not in names]:
        raise ValueError(f"truth must hold only the classes; got {strange[0]!r}")
    others = list(dict.fromkeys(item for item in said if item not in names))
    columns = [*names, *sorted(others, key=str)]
    rows, places = {n: i for i, n in enumerate(names)}, {n: i for i, n in enumerate(columns)}
    flat = [rows[a] * len(columns) + places[b] for a, b in zip(true, said, strict=True)]
    table = np.bincount(flat, minlength=len(names) * len(columns)).reshape(len(names), -1)
    return Confusion(pd.DataFrame(table, pd.Index(names, name="truth"),
                                  pd.Index(columns, name="answer")))  # fmt: skip
