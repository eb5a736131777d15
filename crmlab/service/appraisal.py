"""Appraisal of service staff: standards kept, ratings made fair, and a score of both with sales."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Standards(Drawable):
    """How often each standard of a service is kept, made by :func:`standards_kept`.

    Attributes
    ----------
    table : DataFrame
        Indexed by standard: checked (cases), kept (share), low, high, goal, verdict ("kept" if the
        whole interval reaches the goal, "missed" if none of it does, else "open").
    by : DataFrame
        One row per group, one column per standard: share kept.
    cases : Series
        Cases of each group.

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.DataFrame({"on_time": [True] * 48 + [False] * 2, "staff": ["An", "Bo"] * 25})
    >>> found = standards_kept(cases, ["on_time"], "staff", goal=0.8)
    >>> found
    Standards(on_time 96 %)
    >>> found.to_frame().round(2)
              checked  kept   low  high  goal verdict
    standard
    on_time        50  0.96  0.87  0.99   0.8    kept
    """

    _picture = "standards"

    table: "pd.DataFrame"
    by: "pd.DataFrame"
    cases: "pd.Series"

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per standard.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        words = ", ".join(f"{k} {100 * v:.0f} %" for k, v in self.table["kept"].items())
        return f"Standards({words})"


def standards_kept(
    data: "pd.DataFrame",
    standards: Sequence[str],
    group: str,
    *,
    goal: float = 0.9,
    level: float = 0.95,
) -> Standards:
    """How often the standards of a service are kept, in all and by group (服务标准, 过程质量).

    Parameters
    ----------
    data : DataFrame
        One row per case.
    standards : sequence of str
        Columns of True (kept) and False.
    group : str
        Column of the member of staff or the place.
    goal : float
        Share that is wanted, 0 to 1.
    level : float
        Level of Wilson's (1927) intervals.

    Returns
    -------
    Standards
        With ``.table``, ``.by``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column or value is missing, a standard is not True and False, or a number is outside
        its bounds.

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.DataFrame({"on_time": [True] * 48 + [False] * 2, "staff": ["An", "Bo"] * 25})
    >>> standards_kept(cases, ["on_time"], "staff", goal=0.8).table["verdict"].tolist()
    ['kept']
    """
    import pandas as pd

    standards = _checks.listed(standards, "standards", "columns")
    if not standards:
        raise TypeError("standards must be a list of columns; got an empty one")
    _checks.columns(data, "data", [*standards, group])
    _checks.no_gaps(data[group], group)
    kept = pd.DataFrame(
        {name: _checks.truths(data[name], name) for name in standards}, index=data.index
    )
    wanted = _checks.number(goal, "goal", 0, 1)
    low, high = wilson(kept.sum().to_numpy(), len(kept), level)
    words = np.where(low >= wanted, _("kept"), np.where(high < wanted, _("missed"), _("open")))
    found = pd.DataFrame(
        {
            "checked": len(kept),
            "kept": kept.mean(),
            "low": low,
            "high": high,
            "goal": wanted,
            "verdict": words,
        }
    )
    found.index.name = "standard"
    groups = kept.groupby(data[group])
    return Standards(found, groups.mean(), data[group].value_counts().sort_index())


def fair_means(values: "pd.Series", group: "pd.Series") -> "pd.DataFrame":
    """Mean of each group, pulled to the mean of all the more, the fewer cases it has (收缩估计).

    ``fair = mean of all + B (own mean − mean of all)`` with ``B = τ² / (τ² + σ² / n)``: σ² is the
    variance within groups, τ² that between their true means.

    Parameters
    ----------
    values : Series
        A number for each case; missing ones are counted and left out.
    group : Series
        Group of each case, none missing; the same index.

    Returns
    -------
    DataFrame
        Indexed by group: cases, missing, mean, fair, weight (B). τ² is 0, and all fair means are
        alike, where the groups differ no more than chance explains.

    Raises
    ------
    ValueError, TypeError
        If a value is no number, the indices differ, or fewer than 2 groups have 2 values.

    Notes
    -----
    Empirical Bayes; τ² is the analysis-of-variance estimate for groups of unequal size (Searle,
    Casella and McCulloch 1992). A group without any value has the mean of all.

    Examples
    --------
    >>> import pandas as pd
    >>> rating = pd.Series([8.0, 9, 8, 9, 5, 6, 5, 10])
    >>> staff = pd.Series(["An"] * 4 + ["Bo"] * 3 + ["Chen"])
    >>> fair_means(rating, staff)[["cases", "mean", "fair"]].round(2)
           cases   mean  fair
    group
    An         4   8.50  8.49
    Bo         3   5.33  5.39
    Chen       1  10.00  9.87
    """
    import pandas as pd

    for name, given in (("values", values), ("group", group)):
        if not isinstance(given, pd.Series):
            raise TypeError(f"{name} must be a pandas Series; got {type(given).__name__}")
    if not values.index.equals(group.index):
        raise ValueError("values and group must have the same index; got different ones")
    _checks.no_gaps(group, "group")
    numbers = _checks.array(values, "values", allow_missing=True)
    parts = pd.Series(numbers).groupby(group.to_numpy())
    n, mean = parts.count(), parts.mean()
    if (n >= 2).sum() < 2:
        raise ValueError("group must have at least 2 groups with 2 values; got fewer")
    there = n > 0
    size, own = n[there].to_numpy(float), mean[there].to_numpy()
    within = float(((parts.var() * (n - 1))[n >= 2]).sum() / (n[n >= 2] - 1).sum())
    grand = float(np.average(own, weights=size))
    scale = size.sum() - (size**2).sum() / size.sum()
    spread = float((size * (own - grand) ** 2).sum())
    between = max((spread - (size.size - 1) * within) / scale, 0.0)
    pull = between / (between + within / size) if between > 0 else np.zeros(size.size)
    # The mean of the true means: every group counts by what is known of it.
    middle = grand if not pull.any() else float(np.average(own, weights=pull))
    table = pd.DataFrame({"cases": n, "missing": parts.size() - n, "mean": mean})
    table["fair"] = middle
    table.loc[there, "fair"] = middle + pull * (own - middle)
    table["weight"] = 0.0
    table.loc[there, "weight"] = pull
    table.index.name = "group"
    return table


@dataclass(frozen=True, eq=False, repr=False)
class Appraisal(Drawable):
    """Score of each member of staff, made by :func:`appraise`.

    Attributes
    ----------
    measures : DataFrame
        One row per person, one column per measure: points from 0 to 100.
    weights : dict of str to float
        Weight of each measure.

    Examples
    --------
    >>> import pandas as pd
    >>> staff = pd.DataFrame({"sales": [40.0, 20], "rating": [5.0, 8]}, index=["Bo", "An"])
    >>> ends = {"sales": (0, 40), "rating": (1, 10)}
    >>> found = appraise(staff, {"sales": 0.5, "rating": 0.5}, ends=ends)
    >>> found
    Appraisal(2 people by sales 50 %, rating 50 %; first Bo, 72)
    >>> found.to_frame().round(2)
        sales  rating  score  place
    Bo  100.0   44.44  72.22      1
    An   50.0   77.78  63.89      2
    >>> found.ranks([0.2, 0.8], "sales")
        0.2  0.8
    Bo    2    1
    An    1    2
    """

    _picture = "appraisal"

    measures: "pd.DataFrame"
    weights: dict[str, float]

    @property
    def score(self) -> "pd.Series":
        """Weighted points, the best first."""
        weights = np.array([self.weights[name] for name in self.measures.columns])
        points = (self.measures * weights).sum(axis=1).rename("score")
        return points.sort_values(ascending=False, kind="stable")

    def ranks(self, weight: Any, measure: str) -> "pd.DataFrame":
        """Place of each person as the weight of one measure moves, the others in proportion.

        Parameters
        ----------
        weight : array of shape (k,)
            Weights of the measure, 0 to 1.
        measure : str
            One of the measures.

        Returns
        -------
        DataFrame
            One row per person, one column per weight: the place, 1 the best; equals share the
            better place.

        Raises
        ------
        ValueError, TypeError
            If a weight is outside [0, 1], the measure is unknown, or it has all the weight already.
        """
        import pandas as pd

        moved = _checks.array(weight, "weight", 0, 1, ndim=1)
        _checks.choice(measure, "measure", tuple(self.measures.columns))
        rest = 1 - self.weights[measure]
        if rest <= 0:
            raise ValueError(
                f"measure must leave weight to the others; got all of it for {measure!r}"
            )
        others = self.measures.drop(columns=measure)
        share = np.array([self.weights[name] / rest for name in others.columns])
        base = others.to_numpy() @ share
        own = self.measures[measure].to_numpy()
        points = {float(w): w * own + (1 - w) * base for w in moved}
        table = pd.DataFrame(points, index=self.measures.index)
        return table.round(9).rank(ascending=False, method="min").astype(int)

    def to_frame(self) -> "pd.DataFrame":
        """One row per person, the best first: the measures, score, place.

        Returns
        -------
        DataFrame
        """
        points = self.score
        table = self.measures.loc[points.index].assign(score=points)
        table["place"] = points.round(9).rank(ascending=False, method="min").astype(int)
        return table

    def __repr__(self) -> str:
        best = self.score
        words = ", ".join(f"{k} {100 * w:.0f} %" for k, w in self.weights.items())
        return (
            f"Appraisal({len(best)} people by {words}; first {best.index[0]}, {best.iloc[0]:.0f})"
        )


def appraise(
    measures: "pd.DataFrame",
    weights: Mapping[str, float],
    *,
    ends: Mapping[str, tuple[float, float]] | None = None,
) -> Appraisal:
    """Score staff by several measures, not by sales alone (绩效考核与客户满意度挂钩).

    Each measure becomes points: 0 at its low end, 100 at its high end, in a straight line between;
    what lies outside is cut.

    Parameters
    ----------
    measures : DataFrame
        One row per person: a column for each measure, more is better.
    weights : mapping of str to float
        Weight of each measure, with a sum of 1.
    ends : mapping of str to (float, float), optional
        Low and high end of a measure, fixed beforehand; the smallest and largest value without it.
        Give them: ends taken from the data make one person's points hang on another's.

    Returns
    -------
    Appraisal
        With ``.score``, ``.ranks(weight, measure)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column or value is missing, weights do not sum to 1, or a low end is not below the
        high one.

    Examples
    --------
    >>> import pandas as pd
    >>> staff = pd.DataFrame({"sales": [40.0, 20], "rating": [5.0, 8]}, index=["Bo", "An"])
    >>> ends = {"sales": (0, 40), "rating": (1, 10)}
    >>> appraise(staff, {"sales": 0.5, "rating": 0.5}, ends=ends).score.round(1).to_dict()
    {'Bo': 72.2, 'An': 63.9}
    """
    import pandas as pd

    names = list(_checks.mapped(weights, "weights"))
    given = {} if ends is None else _checks.mapped(ends, "ends", "names to two numbers")
    _checks.columns(measures, "measures", names)
    share = _checks.shares([weights[name] for name in names], "weights")
    points: dict[str, FloatArray] = {}
    for name in names:
        value = _checks.array(measures[name], name)
        pair = given.get(name, (value.min(), value.max()))
        both = _checks.array(pair, f"ends of {name!r}", ndim=1)
        if both.size != 2:
            raise ValueError(f"ends of {name!r} must be two numbers; got {both.size}")
        bottom, top = both.tolist()
        if bottom >= top:
            raise ValueError(f"ends of {name!r} must rise; got {bottom:g} and {top:g}")
        points[name] = 100 * np.clip((value - bottom) / (top - bottom), 0, 1)
    table = pd.DataFrame(points, index=measures.index)
    return Appraisal(table, dict(zip(names, share.tolist(), strict=True)))
