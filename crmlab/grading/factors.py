"""Weighted factor scores: one number from many judgements, and which judgement carries it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class FactorScores(Drawable):
    """A weighted score of each customer, made by :func:`factor_scores`.

    Attributes
    ----------
    points : DataFrame
        The points as used: one row per customer, one column per factor.
    weights : Series
        Weight of each factor; they sum to one.
    scale : tuple of float
        Lowest and highest possible points.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"size": [9, 4], "growth": [3, 8]}, index=["Alpha", "Beta"])
    >>> found = factor_scores(table, {"size": 0.7, "growth": 0.3})
    >>> found
    FactorScores(2 customers; size 0.70, growth 0.30)
    >>> found.to_frame()
           size  growth  score  rank
    Alpha   9.0     3.0    7.2     1
    Beta    4.0     8.0    5.2     2
    >>> found.reweight("size", 0.2)
    FactorScores(2 customers; size 0.20, growth 0.80)
    """

    _picture = "factor_scores"

    points: "pd.DataFrame"
    weights: "pd.Series[float]"
    scale: tuple[float, float]

    @property
    def contributions(self) -> "pd.DataFrame":
        """Weight times points, one row per customer; the row sums are the scores."""
        return self.points * self.weights

    @property
    def scores(self) -> "pd.Series[float]":
        """Weighted mean of the points of each customer."""
        return self.contributions.sum(axis=1).rename("score")

    def reweight(self, factor: Any, weight: float) -> "FactorScores":
        """Give one factor another weight; the others keep their proportions.

        If all the other weights were 0, they share what is left equally.

        Parameters
        ----------
        factor : hashable
            Name of a factor.
        weight : float
            Its new weight, from 0 to 1.

        Returns
        -------
        FactorScores

        Raises
        ------
        ValueError, TypeError
            If there is no such factor, the weight is outside its bounds, or the only factor would
            not weigh 1.
        """
        _checks.choice(factor, "factor", tuple(self.weights.index))
        new = _checks.number(weight, "weight", 0, 1)
        others = self.weights.drop(factor)
        if not len(others) and new != 1:
            raise ValueError(f"weight must be 1 for the only factor; got {new:g}")
        rest = others / others.sum() if others.sum() > 0 else others * 0 + 1 / max(len(others), 1)
        moved = self.weights.copy()
        moved[factor] = new
        moved[rest.index] = (1 - new) * rest
        return FactorScores(self.points, moved, self.scale)

    def to_frame(self) -> "pd.DataFrame":
        """One row per customer: points, score and rank, the highest score first.

        Returns
        -------
        DataFrame
        """
        table = self.points.assign(score=self.scores)
        table["rank"] = table["score"].rank(ascending=False, method="min").astype(int)
        return table.sort_values("score", ascending=False, kind="stable")

    def __repr__(self) -> str:
        listed = ", ".join(f"{name} {weight:.2f}" for name, weight in self.weights.items())
        return f"FactorScores({len(self.points)} customers; {listed})"


def factor_scores(
    points: "pd.DataFrame",
    weights: Any = None,
    *,
    low: float = 1,
    high: float = 10,
    reverse: Sequence[Any] = (),
) -> FactorScores:
    """Weigh points on several factors into one score (加权因素评分).

    ``score = Σ weight × points``, on the scale of the points. It stands behind both axes of
    :func:`kaism`.

    Parameters
    ----------
    points : DataFrame
        One row per customer, one column per factor, each between `low` and `high`.
    weights : mapping, array or result of :mod:`crmlab.weights`, optional
        Weight of each factor, at least 0, summing to one. A mapping names every factor; an array
        or a result such as that of :func:`crmlab.weights.ahp` has the order of the columns.
        Equal if left out.
    low, high : float
        Ends of the scale.
    reverse : sequence
        Factors on which few points are good; they count as ``low + high − points``.

    Returns
    -------
    FactorScores
        With ``.scores``, ``.contributions``, ``.reweight(…)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If points are missing or off the scale, a customer stands twice, the weights do not fit
        the factors or do not sum to one.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"size": [9, 4], "growth": [3, 8]}, index=["Alpha", "Beta"])
    >>> found = factor_scores(table, {"size": 0.7, "growth": 0.3})
    >>> found.scores.round(2).to_dict()
    {'Alpha': 7.2, 'Beta': 5.2}
    >>> found.reweight("size", 0.2).scores.round(2).to_dict()
    {'Alpha': 4.2, 'Beta': 7.2}
    """
    import pandas as pd

    _checks.columns(points, "points", [])
    if not points.columns.is_unique:
        raise ValueError(f"points must name every factor once; got {list(points.columns)}")
    bottom = _checks.number(low, "low")
    top = _checks.number(high, "high", bottom, open_low=True)
    given = {name: _checks.array(points[name], str(name), bottom, top) for name in points.columns}
    if not points.index.is_unique:
        twice = points.index[points.index.duplicated()][0]
        raise ValueError(f"points must have one row per customer; got {twice!r} twice")
    reverse = _checks.listed(reverse, "reverse", "factors", ordered=False)
    for name in reverse:
        _checks.choice(name, "reverse", tuple(points.columns))
        given[name] = bottom + top - given[name]
    used = pd.DataFrame(given, points.index)
    shares = pd.Series(_weights(weights, list(points.columns)), points.columns, name="weight")
    return FactorScores(used, shares, (bottom, top))


def _weights(weights: Any, factors: list[Any]) -> FloatArray:
    n = len(factors)
    if weights is None:
        return np.full(n, 1 / n)
    named = weights if isinstance(weights, Mapping) else None
    if named is None and hasattr(weights, "index") and hasattr(weights, "to_dict"):
        named = weights.to_dict()  # a Series: its labels count, not its order
    if named is not None:
        if set(named) != set(factors):
            raise ValueError(f"weights must name the factors {factors}; got {list(named)}")
        weights = [named[name] for name in factors]
    shares = _checks.shares(weights, "weights")
    if len(shares) != n:
        raise ValueError(f"weights must be one per factor ({n}); got {len(shares)}")
    names = getattr(weights, "names", None)
    if names is not None and set(names) == set(factors):
        shares = shares[[list(names).index(name) for name in factors]]
    return shares
