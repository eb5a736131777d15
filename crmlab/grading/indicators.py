"""Five grading indicators: normalised, weighted, scored, graded, and tested for the weights."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.grading._order import IntArray, by_headcount, group_names, rising_cuts

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("min-max", "z", "vector", "percentile")


def normalise(data: Any, method: str = "min-max", *, cost: Any = ()) -> "pd.DataFrame":
    """Make indicators with different units comparable, more always better (指标标准化).

    Parameters
    ----------
    data : DataFrame of shape (n, k)
        One row per customer, one column per indicator.
    method : {"min-max", "z", "vector", "percentile"}
        "min-max": (x − min) / (max − min), 0 to 1. "z": (x − mean) / standard deviation of the
        population. "vector": x / √Σx², the one that TOPSIS uses. "percentile": share of customers
        below plus half of those equal.
    cost : sequence of column names
        Indicators of which less is better (逆向指标). min-max and percentile become 1 − the
        value, z and vector change their sign.

    Returns
    -------
    DataFrame of shape (n, k)

    Raises
    ------
    ValueError, TypeError
        If a value is missing, a column does not vary (vector: is all 0), or a setting is not
        allowed.

    Notes
    -----
    min-max hangs on the two most extreme customers: one outlier presses all others together.
    percentile does not feel it, and forgets how far apart customers are.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"profit": [0, 50, 100], "days_late": [30, 0, 10]})
    >>> normalise(table, cost=["days_late"]).round(2)
       profit  days_late
    0     0.0       0.00
    1     0.5       1.00
    2     1.0       0.67
    """
    import pandas as pd

    _checks.columns(data, "data", [])
    _checks.choice(method, "method", METHODS)
    against = _cost_columns(cost, list(data.columns))
    done: dict[Any, FloatArray] = {}
    for name in data.columns:
        value = _checks.array(data[name], str(name), ndim=1)
        done[name] = _NORMALISERS[method](value, str(name))
        if name in against:
            done[name] = 1 - done[name] if method in ("min-max", "percentile") else -done[name]
    return pd.DataFrame(done, index=data.index)


def _cost_columns(cost: Any, names: list[Any]) -> set[Hashable]:
    cost = _checks.listed(cost, "cost", "columns", ordered=False)
    return {_checks.choice(item, "cost", names) for item in cost}


def _must_vary(value: FloatArray, name: str, spread: float) -> float:
    if spread == 0:
        raise ValueError(f"{name} must differ between customers; got {value[0]:g} for all")
    return spread


def _min_max(value: FloatArray, name: str) -> FloatArray:
    return (value - value.min()) / _must_vary(value, name, float(np.ptp(value)))


def _z(value: FloatArray, name: str) -> FloatArray:
    _must_vary(value, name, float(np.ptp(value)))
    return (value - value.mean()) / value.std()


def _vector(value: FloatArray, name: str) -> FloatArray:
    return value / _must_vary(value, name, float(np.sqrt((value**2).sum())))


def _percentile(value: FloatArray, name: str) -> FloatArray:
    _must_vary(value, name, float(np.ptp(value)))
    ranked = np.sort(value)
    low, high = np.searchsorted(ranked, value), np.searchsorted(ranked, value, side="right")
    return (low + high) / (2 * value.size)


_NORMALISERS = {"min-max": _min_max, "z": _z, "vector": _vector, "percentile": _percentile}


@dataclass(frozen=True, eq=False)
class Grades(Drawable):
    """Scores and grades of customers, made by :func:`grade_customers`.

    Attributes
    ----------
    scores : DataFrame
        One row per customer: what each indicator adds to the score, score, grade.
    table : DataFrame
        One row per grade, the best first: customers, customer_share, lowest (score), mean
        (score); NaN in a grade without customers.
    weights : ndarray of shape (k,)
        Weights of the indicators.
    normalised : DataFrame
        The indicators as they were weighted.
    names : tuple
        Names of the grades.
    cuts : tuple of float
        As given.
    by : str
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"profit": [0, 50, 100], "days_late": [30, 0, 10]}, index=list("xyz"))
    >>> graded = grade_customers(table, [0.6, 0.4], cost=["days_late"], by="score",
    ...                          cuts=(80, 40), names=("A", "B", "C"))
    >>> graded
    Grades(A 1, B 1, C 1)
    >>> graded.to_frame().round(2)
           customers  customer_share  lowest   mean
    grade
    A              1            0.33   86.67  86.67
    B              1            0.33   70.00  70.00
    C              1            0.33    0.00   0.00
    >>> graded.sensitivity(draws=200, seed=1)
    WeightSensitivity(200 draws: 98.0 % keep their grade, rank correlation 1.000)
    """

    _picture = "grades"

    scores: "pd.DataFrame"
    table: "pd.DataFrame"
    weights: FloatArray
    normalised: "pd.DataFrame"
    names: tuple[Hashable, ...]
    cuts: tuple[float, ...]
    by: str

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per grade.

        Returns
        -------
        DataFrame
        """
        return self.table

    def sensitivity(
        self, spread: float = 0.2, draws: int = 1000, seed: int = 0
    ) -> "WeightSensitivity":
        """Draw other weights around the given ones and grade again (权重敏感性).

        Parameters
        ----------
        spread : float
            How far the weights are drawn apart, 0 to 1: about the standard deviation of a weight
            of one half, doubled. Dirichlet's law has the given weights as its mean and the
            concentration 1 / spread² − 1.
        draws : int
            Number of sets of weights.
        seed : int
            Of the random numbers.

        Returns
        -------
        WeightSensitivity

        Raises
        ------
        ValueError, TypeError
            If a number is outside its bounds.
        """
        far = _checks.number(spread, "spread", 0, 1, open_low=True, open_high=True)
        rng = np.random.default_rng(_checks.seed(seed))
        some = self.weights > 0
        drawn = np.zeros((_checks.count(draws, "draws"), self.weights.size))
        drawn[:, some] = rng.dirichlet(self.weights[some] * (1 / far**2 - 1), len(drawn))
        return _sensitivity(self, drawn)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {size}" for name, size in self.table["customers"].items())
        return f"Grades({sizes})"


def grade_customers(
    data: Any,
    weights: Any,
    *,
    method: str = "min-max",
    cost: Any = (),
    cuts: tuple[float, ...] = (0.1, 0.3, 0.7),
    names: Any = ("A", "B", "C", "D"),
    by: str = "customers",
) -> Grades:
    """Score customers by weighted indicators and give grades (客户分级指标, 综合加权).

    Parameters
    ----------
    data : DataFrame of shape (n, k)
        One row per customer, one column per indicator, such as order amount (客户订单金额),
        profit contribution (客户利润贡献), credit standing (客户信用状况) and prospects
        (客户发展前景). The fifth indicator is the weighted composite of the others.
    weights : array of shape (k,) or result of :mod:`crmlab.weights`
        Sum to one.
    method : {"min-max", "z", "vector", "percentile"}
        As in :func:`normalise`.
    cost : sequence of column names
        Indicators of which less is better.
    cuts : sequence of float
        Where a grade ends. By customers: rising shares of the ranking. By score: falling scores
        of 100, such as (80, 60, 40); who reaches a cut is in the better grade.
    names : sequence of str
        One more than cuts, the best first.
    by : {"customers", "score"}
        Scores need a scale from 0 to 100, so the methods min-max and percentile.

    Returns
    -------
    Grades
        With ``.scores``, ``.table``, ``.sensitivity()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a value is missing, a column does not vary, weights do not sum to one, or a setting is
        not allowed.

    Notes
    -----
    The score is 100 times the weighted sum. Customers with equal scores have one grade.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"profit": [0, 50, 100], "days_late": [30, 0, 10]}, index=list("xyz"))
    >>> graded = grade_customers(table, [0.6, 0.4], cost=["days_late"], by="score",
    ...                          cuts=(80, 40), names=("A", "B", "C"))
    >>> graded.scores.round(1)
       profit  days_late  score grade
    x     0.0        0.0    0.0     C
    y    30.0       40.0   70.0     B
    z    60.0       26.7   86.7     A
    """
    import pandas as pd

    normalised = normalise(data, method, cost=cost)
    share = _checks.shares(weights, "weights")
    if share.size != normalised.shape[1]:
        raise ValueError(
            f"weights must have one value per indicator ({normalised.shape[1]}); got {share.size}"
        )
    _checks.choice(by, "by", ("customers", "score"))
    ends = rising_cuts(cuts) if by == "customers" else _score_cuts(cuts, method)
    labels = group_names(names, "names", ends.size + 1)
    parts = 100 * normalised * share
    score = parts.sum(axis=1).to_numpy()
    groups = _grade(score, ends, by)
    grade = np.array(labels, dtype=object)[groups]
    found = (
        pd.Series(score).groupby(groups).agg(["size", "min", "mean"]).reindex(range(len(labels)))
    )
    size = found["size"].fillna(0).astype(int).to_numpy()
    counts = pd.DataFrame(
        {
            "customers": size,
            "customer_share": size / score.size,
            "lowest": found["min"].to_numpy(),
            "mean": found["mean"].to_numpy(),
        },
        index=pd.Index(labels, name="grade"),
    )
    scores = parts.assign(score=score, grade=grade)
    return Grades(scores, counts, share, normalised, labels, tuple(ends.tolist()), by)


def _score_cuts(cuts: Any, method: str) -> FloatArray:
    if method not in ("min-max", "percentile"):
        raise ValueError(
            f"method must be 'min-max' or 'percentile' where scores are cut; got {method!r}"
        )
    ends = _checks.array(cuts, "cuts", 0, 100, ndim=1)
    if (np.diff(ends) >= 0).any():
        raise ValueError(f"cuts must fall where scores are cut; got {ends.tolist()}")
    return ends


def _grade(score: FloatArray, ends: FloatArray, by: str) -> IntArray:
    """Position of each customer's grade, 0 for the best."""
    rounded = score.round(9)  # equal customers have equal scores, whatever the last digit says
    if by == "customers":
        return by_headcount(rounded, ends)
    return np.searchsorted(-ends, -rounded, side="left")


@dataclass(frozen=True, eq=False)
class WeightSensitivity(Drawable):
    """How far grades hang on the weights, made by :meth:`Grades.sensitivity`.

    Attributes
    ----------
    customers : DataFrame
        One row per customer: grade, kept (share of the draws with the same grade), best and worst
        (rank that is reached in 5 % and 95 % of the draws), shares of each grade.
    rank_correlation : ndarray of shape (draws,)
        Spearman's correlation of each draw's ranking with the given one.
    weights : ndarray of shape (draws, k)
        The weights that were drawn.
    names : tuple
        Names of the grades.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"profit": [0, 50, 100], "days_late": [30, 0, 10]}, index=list("xyz"))
    >>> graded = grade_customers(table, [0.6, 0.4], cost=["days_late"], by="score",
    ...                          cuts=(80, 40), names=("A", "B", "C"))
    >>> tested = graded.sensitivity(draws=200, seed=1)
    >>> tested
    WeightSensitivity(200 draws: 98.0 % keep their grade, rank correlation 1.000)
    >>> tested.to_frame()
           customers  kept  sure
    grade
    A              1  0.97   1.0
    B              1  0.97   1.0
    C              1  1.00   1.0
    """

    _picture = "weight_sensitivity"

    customers: "pd.DataFrame"
    rank_correlation: FloatArray
    weights: FloatArray
    names: tuple[Hashable, ...]

    @property
    def kept(self) -> float:
        """Share of customers that keep their grade, mean over the draws."""
        return float(self.customers["kept"].mean())

    def to_frame(self) -> "pd.DataFrame":
        """One row per grade: customers, kept (mean), sure (share that is kept in 95 % of draws).

        Returns
        -------
        DataFrame
        """
        kept = self.customers[["grade", "kept"]].assign(sure=self.customers["kept"] >= 0.95)
        by_grade = kept.groupby("grade")
        table = by_grade.mean()
        table.insert(0, "customers", by_grade.size())
        return table.loc[[name for name in self.names if name in table.index]]

    def __repr__(self) -> str:
        return (
            f"WeightSensitivity({len(self.weights)} draws: {100 * self.kept:.1f} % keep their "
            f"grade, rank correlation {np.median(self.rank_correlation):.3f})"
        )


def _sensitivity(grades: Grades, drawn: FloatArray) -> WeightSensitivity:
    """Grade with each set of weights and count."""
    value = grades.normalised.to_numpy()
    ends, k = np.array(grades.cuts), len(grades.names)
    place = {name: position for position, name in enumerate(grades.names)}
    given = grades.scores["grade"].map(place).to_numpy()
    base = _ranks(grades.scores["score"].to_numpy())
    hits = np.zeros((len(value), k), dtype=np.int64)
    ranks = np.empty((len(drawn), len(value)))
    agreement = np.empty(len(drawn))
    rows = np.arange(len(value))
    for draw, weights in enumerate(drawn):
        score = 100 * value @ weights
        hits[rows, _grade(score, ends, grades.by)] += 1
        ranks[draw] = _ranks(score)
        agreement[draw] = np.corrcoef(base, ranks[draw])[0, 1]
    table = grades.scores[["grade"]].assign(kept=hits[rows, given] / len(drawn))
    table["best"], table["worst"] = np.quantile(ranks, [0.05, 0.95], axis=0)
    for name in grades.names:
        table[f"share_{name}"] = hits[:, place[name]] / len(drawn)
    return WeightSensitivity(table, agreement, drawn, grades.names)


def _ranks(score: FloatArray) -> FloatArray:
    """Rank of each score, 1 for the highest, equal scores in the middle."""
    rounded = score.round(9)
    ranked = np.sort(-rounded)
    low = np.searchsorted(ranked, -rounded)
    return (low + np.searchsorted(ranked, -rounded, side="right") + 1) / 2
