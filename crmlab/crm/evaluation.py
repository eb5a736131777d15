"""Five measures of a customer: scaled, weighted, ranked, and what missing answers leave open."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.grading import factor_scores, normalise

if TYPE_CHECKING:
    import pandas as pd

#: The five measures with their Chinese terms, in the order of the course.
MEASURES: dict[str, str] = {
    "profit": "客户利润",
    "influence": "客户影响力",
    "loyalty": "客户忠诚度",
    "potential": "客户潜力",
    "satisfaction": "客户满意度",
}
#: What a missing measure could be, of 100: anything, or the middle half of the scale.
MISSING: dict[str, tuple[float, float]] = {"bounds": (0.0, 100.0), "middle half": (25.0, 75.0)}
TOP = 100.0


@dataclass(frozen=True, eq=False)
class CustomerEvaluation(Drawable):
    """Customers by five measures, made by :func:`evaluate_customers`.

    Attributes
    ----------
    table : DataFrame
        One row per customer, as given: the five measures from 0 to 100 (missing where nothing is
        known), known (weight of what is known), score (the middle between low and high), low and
        high (the scores that the missing measures leave possible), rank (of the score, 1 is the
        best), best_rank and worst_rank (that are possible).
    weights : Series
        Weight of each measure; they sum to one.
    method : str
        How measures were scaled.
    missing : str
        What was assumed of missing measures.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"profit": [900, 100, 400], "influence": [2, 0, 1],
    ...     "loyalty": [5, 1, 3], "potential": [0, 20, 10],
    ...     "satisfaction": [8, 4, None]}, index=["Lu", "Ma", "Ning"])
    >>> found = evaluate_customers(table, method="min-max")
    >>> found
    CustomerEvaluation(3 customers, 1 with missing measures)
    >>> list(found.to_frame().columns)
    ['profit', 'influence', 'loyalty', 'potential', 'satisfaction', 'known', 'score', 'low',
    'high', 'rank', 'best_rank', 'worst_rank']
    >>> found.profile(["Lu", "Ma"]).round(2)
                     Lu     Ma   mean
    measure
    profit        100.0    0.0  45.83
    influence     100.0    0.0  50.00
    loyalty       100.0    0.0  50.00
    potential       0.0  100.0  50.00
    satisfaction  100.0    0.0  50.00
    """

    _picture = "customer_evaluation"

    table: "pd.DataFrame"
    weights: "pd.Series[float]"
    method: str
    missing: str

    @property
    def measures(self) -> "pd.DataFrame":
        """The five measures, 0 to 100, one row per customer."""
        return self.table[list(MEASURES)]

    def profile(self, customers: Iterable[Hashable]) -> "pd.DataFrame":
        """Put a few customers beside the mean: the table that says what a radar shows.

        Parameters
        ----------
        customers : sequence
            Labels of the table, at least one.

        Returns
        -------
        DataFrame of shape (5, customers + 1)
            One row per measure, one column per customer, and the mean of all who have it.

        Raises
        ------
        ValueError, TypeError
            If a customer is unknown or none is named.
        """
        names = _known(customers, self.table.index)
        shown = self.measures.loc[names].T
        shown["mean"] = self.measures.mean()
        return shown.rename_axis(index="measure", columns=None)

    def to_frame(self) -> "pd.DataFrame":
        """One row per customer, the best rank first.

        Returns
        -------
        DataFrame
        """
        return self.table.sort_values(["rank", "best_rank"], kind="stable")

    def __repr__(self) -> str:
        open_ = int((self.table["known"] < 1).sum())
        return f"CustomerEvaluation({len(self.table)} customers, {open_} with missing measures)"


def _known(customers: Any, index: "pd.Index[Any]") -> list[Hashable]:
    names = _checks.listed(customers, "customers", "customers")
    unknown = [name for name in names if name not in index]
    if unknown or not names:
        raise ValueError(
            "customers must be in the table, at least one; got "
            f"{', '.join(map(str, unknown)) or 'none'}"
        )
    return names


def evaluate_customers(
    data: "pd.DataFrame",
    *,
    profit: str = "profit",
    influence: str = "influence",
    loyalty: str = "loyalty",
    potential: str = "potential",
    satisfaction: str = "satisfaction",
    weights: Any = None,
    method: str = "percentile",
    missing: str = "bounds",
) -> CustomerEvaluation:
    r"""Evaluate customers by five measures (客户评价五指标).

    Each measure is scaled to 0 to 100 among the customers of whom it is known. The score is the
    weighted sum. A missing measure is not left out and not replaced by the mean: the customer
    gets the low and the high score that it could have, and so a range of ranks.

    Parameters
    ----------
    data : DataFrame
        One row per customer, labelled by the index; more is better in each of the five columns.
    profit, influence, loyalty, potential, satisfaction : str
        Names of the columns.
    weights : mapping, array or result of :mod:`crmlab.weights`, optional
        Weight of each measure, summing to one; an array has the order of the parameters. Equal
        if left out.
    method : {"percentile", "min-max"}
        As in :func:`crmlab.grading.normalise`.
    missing : {"bounds", "middle half"}
        What a missing measure could be: from 0 to 100, or, which is an assumption, from 25 to 75.

    Returns
    -------
    CustomerEvaluation
        With ``.table``, ``.profile(customers)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or not of numbers, nobody has a measure, a measure does not vary,
        a customer stands twice, or weights or a setting are not allowed.

    Notes
    -----
    With weights :math:`w_m`, scaled measures :math:`x_{im}` and bounds :math:`a, b` of what is
    missing, ``low`` is :math:`\sum_m w_m x_{im}` with :math:`a` in the gaps, ``high`` the same
    with :math:`b`. A customer's best rank is one more than the number of those whose low is above
    its high; the worst rank is one more than the number of others whose high is above its low.
    These are the sharpest bounds if each missing measure may be anything, whatever the others.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"profit": [900, 100, 400], "influence": [2, 0, 1],
    ...     "loyalty": [5, 1, 3], "potential": [0, 20, 10],
    ...     "satisfaction": [8, 4, None]}, index=["Lu", "Ma", "Ning"])
    >>> found = evaluate_customers(table, method="min-max")
    >>> found.table[["score", "low", "high", "best_rank", "worst_rank"]].round(1)
          score   low  high  best_rank  worst_rank
    Lu     80.0  80.0  80.0          1           1
    Ma     20.0  20.0  20.0          3           3
    Ning   47.5  37.5  57.5          2           2
    """
    import pandas as pd

    chosen = dict(zip(MEASURES, (profit, influence, loyalty, potential, satisfaction), strict=True))
    _checks.columns(data, "data", chosen.values())
    if not data.index.is_unique:
        twice = data.index[data.index.duplicated()][0]
        raise ValueError(f"data must have one row per customer; got {twice!r} twice")
    _checks.choice(method, "method", ("percentile", "min-max"))
    _checks.choice(missing, "missing", tuple(MISSING))
    points = pd.DataFrame(
        {name: _scaled(data[column], column, method) for name, column in chosen.items()}
    )
    bottom, top = MISSING[missing]
    below = factor_scores(points.fillna(bottom), weights, low=0, high=TOP)
    above = factor_scores(points.fillna(top), below.weights, low=0, high=TOP)
    low, high = below.scores.to_numpy(), above.scores.to_numpy()
    best, worst = _rank_ranges(low, high)
    done = points.assign(
        known=(points.notna() * below.weights).sum(axis=1).round(12),
        score=(low + high) / 2,
        low=low,
        high=high,
        rank=_ranks((low + high) / 2),
        best_rank=best,
        worst_rank=worst,
    )
    return CustomerEvaluation(done, below.weights, method, missing)


def _scaled(values: "pd.Series[Any]", name: str, method: str) -> "pd.Series[float]":
    """Scale the known values to 0 to 100; gaps stay gaps."""
    import pandas as pd

    checked = pd.Series(_checks.array(values, name, ndim=1, allow_missing=True), values.index)
    there = checked.dropna()
    if there.empty:
        raise ValueError(f"{name} must be known of somebody; got only gaps")
    return TOP * normalise(there.to_frame(name), method)[name].reindex(values.index)


def _ranks(score: FloatArray) -> Any:
    """Rank of each score along the last axis, 1 for the highest; equal scores share the best."""
    from scipy.stats import rankdata

    return rankdata(-score.round(9), method="min", axis=-1)


def _rank_ranges(low: FloatArray, high: FloatArray) -> tuple[Any, Any]:
    """Return the best and the worst rank that intervals of scores leave possible."""
    bottom, top = low.round(9), high.round(9)
    best = 1 + low.size - np.searchsorted(np.sort(bottom), top, side="right")
    above = low.size - np.searchsorted(np.sort(top), bottom, side="right")
    return best, 1 + above - (top > bottom)  # nobody stands above itself


def radar_area(values: Any) -> float:
    r"""Share of a radar chart that a customer's polygon fills, in this order of axes (雷达图).

    Parameters
    ----------
    values : array of shape (k,)
        Values between 0 and 100 in the order of the axes; at least three.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ValueError, TypeError
        If a value is outside its bounds or there are fewer than three.

    Notes
    -----
    With :math:`k` axes the polygon has the area :math:`\tfrac12 \sin(2\pi/k) \sum_j r_j
    r_{j+1}`. Products of neighbours: the same numbers in another order have another area. So the
    eye, which sees areas, is told something that is not in the data.

    Examples
    --------
    >>> radar_area([100, 100, 0, 100, 0]), radar_area([100, 100, 100, 0, 0])
    (0.2, 0.4)
    """
    r = _checks.array(values, "values", 0, TOP, ndim=1)
    if r.size < 3:
        raise ValueError(f"values must be at least three, one per axis; got {r.size}")
    return float((r * np.roll(r, -1)).sum() / (r.size * TOP**2))


@dataclass(frozen=True, eq=False)
class EvaluationSensitivity(Drawable):
    """How far ranks hang on the weights, made by :func:`weight_sensitivity`.

    Attributes
    ----------
    table : DataFrame
        One row per customer, the best rank first: rank (with the given weights), in_top (share of
        the draws in which the score is among the first), surely (share in which the worst
        possible rank is), possibly (share in which the best possible rank is), rank_low and
        rank_high (the rank of the score in 5 % and in 95 % of the draws).
    weights : ndarray of shape (n, 5)
        The weights that were drawn.
    top : int
        How many are the first.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"profit": [9, 1, 4], "influence": [2, 0, 1], "loyalty": [5, 1, 3],
    ...     "potential": [0, 2, 1], "satisfaction": [8, 4, None]}, index=["Lu", "Ma", "Ning"])
    >>> found = weight_sensitivity(evaluate_customers(table), 200, top=1)
    >>> found
    EvaluationSensitivity(200 draws: 1 always, 0 sometimes among the first 1)
    >>> found.to_frame()
          rank  in_top  surely  possibly  rank_low  rank_high
    Lu       1     1.0    0.97      1.00       1.0        1.0
    Ning     2     0.0    0.00      0.03       2.0        2.0
    Ma       3     0.0    0.00      0.00       3.0        3.0
    """

    _picture = "evaluation_sensitivity"

    table: "pd.DataFrame"
    weights: FloatArray
    top: int

    @property
    def settled(self) -> "pd.DataFrame":
        """How many are always, sometimes and never among the first: one row each."""
        import pandas as pd

        share = self.table["in_top"]
        counts = [(share == 1).sum(), ((share > 0) & (share < 1)).sum(), (share == 0).sum()]
        names = pd.Index([_("always"), _("sometimes"), _("never")], name=_("among the first"))
        return pd.DataFrame({"customers": [int(count) for count in counts]}, names)

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per customer.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        always, sometimes, _never = self.settled["customers"]
        return (
            f"EvaluationSensitivity({len(self.weights)} draws: {always} always, "
            f"{sometimes} sometimes among the first {self.top})"
        )


def weight_sensitivity(
    result: CustomerEvaluation,
    draws: int = 1000,
    concentration: float = 50,
    seed: int = 0,
    *,
    top: int = 30,
) -> EvaluationSensitivity:
    """Draw weights round the chosen ones, and see who stays among the first (权重敏感性).

    Parameters
    ----------
    result : CustomerEvaluation
    draws : int
        Number of sets of weights.
    concentration : float
        The higher, the closer to the chosen weights: a weight *w* has the standard deviation
        √(w (1 − w) / (concentration + 1)); of 0.2 it is 0.056 at 50, and 0.12 at 10.
    seed : int
        Of the random numbers.
    top : int
        How many customers are the first.

    Returns
    -------
    EvaluationSensitivity

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, or there are not so many customers.

    Notes
    -----
    Dirichlet's distribution with the parameters concentration × weights has the chosen weights as
    its mean. A weight of 0 stays 0.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"profit": [9, 1, 4], "influence": [2, 0, 1], "loyalty": [5, 1, 3],
    ...     "potential": [0, 2, 1], "satisfaction": [8, 4, None]}, index=["Lu", "Ma", "Ning"])
    >>> weight_sensitivity(evaluate_customers(table), 200, top=1)
    EvaluationSensitivity(200 draws: 1 always, 0 sometimes among the first 1)
    """
    if not isinstance(result, CustomerEvaluation):
        raise TypeError(f"result must be a CustomerEvaluation; got {type(result).__name__}")
    draws = _checks.count(draws, "draws")
    tight = _checks.number(concentration, "concentration", 0, open_low=True)
    first = _checks.count(top, "top")
    if first > len(result.table):
        raise ValueError(f"top must be at most {len(result.table)} customers; got {first}")
    rng = np.random.default_rng(_checks.count(seed, "seed", 0))
    chosen = result.weights.to_numpy()
    some = chosen > 0
    drawn = np.zeros((draws, chosen.size))
    drawn[:, some] = rng.dirichlet(chosen[some] * tight, len(drawn))
    bottom, ceiling = MISSING[result.missing]
    low = drawn @ result.measures.fillna(bottom).to_numpy().T
    high = drawn @ result.measures.fillna(ceiling).to_numpy().T
    ranks = _ranks((low + high) / 2)
    ranges = [_rank_ranges(*pair) for pair in zip(low, high, strict=True)]
    best, worst = (np.array(side) for side in zip(*ranges, strict=True))
    ends = np.quantile(ranks, [0.05, 0.95], axis=0)
    table = result.table[["rank"]].assign(
        in_top=(ranks <= first).mean(axis=0),
        surely=(worst <= first).mean(axis=0),
        possibly=(best <= first).mean(axis=0),
        rank_low=ends[0],
        rank_high=ends[1],
    )
    return EvaluationSensitivity(table.sort_values("rank", kind="stable"), drawn, first)
