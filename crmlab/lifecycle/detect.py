"""The stage of each customer, from the orders so far, with the chance of each stage."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.lifecycle._paths import LifecycleModel, Paths, Rate, posterior
from crmlab.lifecycle.stages import stage_names

if TYPE_CHECKING:
    import pandas as pd

_SAMPLE = 1000  # customers from whom the law of the order rates is estimated


def no_answers() -> tuple[str, str]:
    """Return the two answers that are no stage: too little history, undecided (历史太短, 无法判断).

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> no_answers()
    ('too little history', 'undecided')
    """
    return _("too little history"), _("undecided")


@dataclass(frozen=True, eq=False)
class StageDetection(Drawable):
    """Stage of each customer with its chance, made by :func:`detect_stages`.

    Attributes
    ----------
    table : DataFrame
        Indexed by customer: stage (or one of :func:`no_answers`), the chance of each of the four
        stages, periods (since the first order, the present one included), orders (after the
        first), rate (expected orders per period now).
    counts : ndarray of shape (customers, periods)
        Orders after the first by period, the last period at the right.
    days : float
        Length of a period.
    sure : float
        Smallest chance that makes a stage an answer.
    model : LifecycleModel
        The chances before the orders were seen.
    mean_rate, rate_shape : float
        Gamma law of the customers' orders per period at their best level.

    Examples
    --------
    >>> import pandas as pd
    >>> steady = pd.date_range("2024-01-01", "2025-12-28", freq="14D")
    >>> silent = steady[steady < "2025-04-01"]
    >>> log = pd.DataFrame({"customer": ["a"] * len(steady) + ["b"] * len(silent),
    ...                     "date": [*steady, *silent]})
    >>> found = detect_stages(log, end="2025-12-31")
    >>> list(found.to_frame().columns)
    ['stage', 'exploration', 'build-up', 'stability', 'decline', 'periods', 'orders', 'rate']
    >>> found.summary().round(2)
                        customers  share  chance  rate
    stage
    exploration                 0    0.0     NaN   NaN
    build-up                    0    0.0     NaN   NaN
    stability                   1    0.5    0.98  6.99
    decline                     1    0.5    1.00  0.17
    too little history          0    0.0     NaN   NaN
    undecided                   0    0.0     NaN   NaN
    """

    _picture = "stage_detection"

    table: "pd.DataFrame"
    counts: FloatArray
    days: float
    sure: float
    model: LifecycleModel
    mean_rate: float
    rate_shape: float

    @property
    def expected(self) -> "pd.Series":
        """Expected number of customers in each stage: the sum of their chances."""
        names = [name for name, _chinese in stage_names()]
        return self.table[names].sum().rename("customers").rename_axis("stage")

    def summary(self) -> "pd.DataFrame":
        """One row per answer: customers, share, mean chance of the stage named, mean rate.

        Returns
        -------
        DataFrame
            The four stages, then the two answers that are no stage.
        """
        import pandas as pd

        names = [name for name, _chinese in stage_names()]
        grouped = self.table.groupby("stage", observed=False)
        size = grouped.size()
        table = pd.DataFrame({"customers": size, "share": size / len(self.table)})
        best = self.table[names].max(axis=1).groupby(self.table["stage"], observed=False).mean()
        table["chance"] = best.where(best.index.isin(names))
        table["rate"] = grouped["rate"].mean()
        return table

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per customer.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        sizes = self.table["stage"].value_counts(sort=False)
        return f"StageDetection({', '.join(f'{name} {size}' for name, size in sizes.items())})"


def detect_stages(
    log: "pd.DataFrame",
    *,
    customer: str = "customer",
    date: str = "date",
    end: Any = None,
    period_days: float = 91.0,
    model: LifecycleModel | None = None,
    rate: tuple[float, float] | None = None,
    sure: float = 0.6,
    least: int = 2,
) -> StageDetection:
    """Detect the stage in which each customer stands from the order log (客户所处阶段的识别).

    Every course that the relationship may have taken so far is weighed by how well it explains
    the orders; the chance of a stage is the weight of the courses that stand in it now.

    Parameters
    ----------
    log : DataFrame
        One row per order, from each customer's **first** order on: a log that begins later shows
        nobody exploring. Rows after `end` are not used.
    customer, date : str
        Names of the columns; `date` holds dates. Several orders on one day count as they are.
    end : date, optional
        Last day seen; the last day of the log without it.
    period_days : float
        Length of a period in days. Take it so long that a good customer orders twice or more.
    model : LifecycleModel, optional
        How relationships usually run; its numbers are per period.
    rate : tuple of two float, optional
        Mean and shape of the gamma law of the customers' orders per period at their best level,
        above 0; estimated from the log without it.
    sure : float
        A stage is named only if its chance is at least this, from 0 to below 1.
    least : int
        Periods since the first order that are needed for an answer, at least 1.

    Returns
    -------
    StageDetection
        With ``.table``, ``.summary()``, ``.expected``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column or value is missing, no order lies before `end`, or a setting is outside its
        bounds.

    Notes
    -----
    Orders of a period are Poisson with a mean that is the customer's own rate, gamma over the
    customers, times the level of the course. The gamma law is estimated from the log by maximum
    likelihood (on 1,000 customers at most, evenly spaced); the lengths and chances of the stages
    are `model`'s and are **not** estimated, so for a short history they speak loudest. Periods
    are counted back from `end`. Decline holds those who order less and those who have gone.

    Examples
    --------
    >>> import pandas as pd
    >>> steady = pd.date_range("2024-01-01", "2025-12-28", freq="14D")
    >>> silent = steady[steady < "2025-04-01"]
    >>> log = pd.DataFrame({"customer": ["a"] * len(steady) + ["b"] * len(silent),
    ...                     "date": [*steady, *silent]})
    >>> detect_stages(log, end="2025-12-31").table["stage"].tolist()
    ['stability', 'decline']
    """
    import pandas as pd

    _checks.columns(log, "log", [customer, date])
    when = _checks.dates(log[date], date)
    _checks.no_gaps(log[customer], customer)
    length = _checks.number(period_days, "period_days", 1)
    level = _checks.number(sure, "sure", 0, 1, open_high=True)
    needed = _checks.count(least, "least")
    course, law = _model(model), known_rate(rate)
    last = when.max() if end is None else _checks.day(end, "end")
    who, names = pd.factorize(log[customer], sort=True)
    counts, age, seen = _period_counts(who, len(names), when, last, length)
    come = age > 0
    counts, names = counts[come], names[come]
    stages, now, law = _by_age(counts, age[come], seen[come], course, law)
    table = _table(pd.Index(names, name=customer), stages, counts, age[come], now)
    table.insert(0, "stage", _answers(stages, age[come], level, needed, table.index))
    return StageDetection(table, counts, length, level, course, law.mean, law.shape)


def _model(model: Any) -> LifecycleModel:
    if model is not None and not isinstance(model, LifecycleModel):
        raise TypeError(f"model must be a LifecycleModel; got {type(model).__name__}")
    return model or LifecycleModel()


def _period_counts(
    who: np.ndarray, people: int, when: "pd.Series", last: Any, length: float
) -> tuple[FloatArray, np.ndarray, FloatArray]:
    """Orders after the first by period, periods since the first order, part of the first seen."""
    ago = (last - when).dt.days.to_numpy()
    inside = ago >= 0
    if not inside.any():
        raise ValueError(f"log must hold an order up to the end, {last:%Y-%m-%d}; got none")
    ago, who = ago[inside], who[inside]
    first = np.full(people, -1, dtype=ago.dtype)
    np.maximum.at(first, who, ago)
    age = np.where(first >= 0, np.floor(first / length).astype(int) + 1, 0)
    periods = int(age.max())
    place = periods - 1 - np.floor(ago / length).astype(int)
    counts = np.bincount(who * periods + place, minlength=people * periods).astype(float)
    counts = counts.reshape(people, periods)
    there = np.flatnonzero(age)
    counts[there, periods - age[there]] -= 1  # the first order makes a customer
    seen = (first + 1) / length - (age - 1)
    return counts, age, np.clip(seen, 0, 1)


def _by_age(
    counts: FloatArray, age: np.ndarray, seen: FloatArray, model: LifecycleModel, law: Rate | None
) -> tuple[FloatArray, FloatArray, Rate]:
    """Posterior of all customers; those of one age share their courses."""
    n, periods = counts.shape
    courses = {int(a): Paths.of(model, int(a), dense=False) for a in np.unique(age)}
    rate = law or _fit_rate(counts, age, seen, courses)
    stages, now = np.empty((n, 4)), np.empty(n)
    for length, paths in courses.items():
        who = np.flatnonzero(age == length)
        part = posterior(counts[who, periods - length :], seen[who], paths, rate)
        stages[who], now[who] = part[0], part[2]
    return stages, now, rate


def known_rate(given: Any) -> Rate | None:
    """Check the mean and the shape of a gamma law, where they are given."""
    if given is None:
        return None
    checked = _checks.array(given, "rate", 0, open_low=True, ndim=1)
    if checked.size != 2:
        raise ValueError(f"rate must be two numbers, mean and shape; got {checked.size}")
    mean, shape = checked.tolist()
    return Rate(shape, shape / mean)


def _fit_rate(
    counts: FloatArray, age: np.ndarray, seen: FloatArray, courses: dict[int, Paths]
) -> Rate:
    """Gamma law of the rates by maximum likelihood, within wide bounds."""
    from math import lgamma

    from scipy.optimize import minimize
    from scipy.special import gammaln

    n, periods = counts.shape
    some = np.unique(np.linspace(0, n - 1, min(n, _SAMPLE)).astype(int))
    groups = [(a, some[age[some] == a]) for a in courses]
    total = counts[some].sum(axis=1)
    if not total.any():
        raise ValueError(
            "rate must be given where it cannot be estimated; got no order after a first one"
        )
    start = max(float(total.mean() / age[some].mean()), 0.01)

    def loss(x: FloatArray) -> float:
        shape, mean = np.exp(x)
        rate = Rate(shape, shape / mean)
        fit = sum(
            posterior(counts[who, periods - a :], seen[who], courses[a], rate)[3].sum()
            for a, who in groups
            if who.size
        )
        fit += gammaln(shape + total).sum() - total.size * (
            lgamma(shape) - shape * np.log(rate.scale)
        )
        return -float(fit) / total.size

    box = [(np.log(0.05), np.log(200.0)), (np.log(start) - 4, np.log(start) + 4)]
    done = minimize(
        loss, [0.5, np.log(1.5 * start)], method="Nelder-Mead", bounds=box,
        options={"xatol": 1e-3, "fatol": 1e-6, "maxiter": 200},
    )  # fmt: skip
    shape, mean = np.exp(done.x)
    return Rate(float(shape), float(shape / mean))


def _table(
    names: "pd.Index", stages: FloatArray, counts: FloatArray, age: np.ndarray, now: FloatArray
) -> "pd.DataFrame":
    import pandas as pd

    columns = {name: stages[:, i] for i, (name, _chinese) in enumerate(stage_names())}
    return pd.DataFrame(
        {**columns, "periods": age, "orders": counts.sum(axis=1).astype(int), "rate": now}, names
    )


def _answers(
    stages: FloatArray, age: np.ndarray, sure: float, least: int, rows: "pd.Index"
) -> "pd.Series":
    """Name the likeliest stage, where there is enough history and it is likely enough."""
    names = [name for name, _chinese in stage_names()]
    code = stages.argmax(axis=1)
    code = np.where(stages.max(axis=1) < sure, len(names) + 1, code)
    code = np.where(age < least, len(names), code)
    return named(code, [*names, *no_answers()], rows)


def named(code: Any, names: list[str], rows: "pd.Index") -> "pd.Series":
    """Return ordered names by their place."""
    import pandas as pd

    return pd.Series(pd.Categorical.from_codes(code, pd.Index(names), ordered=True), rows)
