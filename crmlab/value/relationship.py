"""What a customer is worth to the firm, in five dimensions: relationship value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

#: The five dimensions (关系营利性, 关系生命周期, 客户能力价值, 推荐价值, 潜在价值).
DIMENSIONS = ("profitability", "lifetime", "capability", "referral", "potential")


@dataclass(frozen=True, eq=False)
class RelationshipProfile(Drawable):
    """Profile and score of each customer, made by :func:`relationship_profile`.

    Attributes
    ----------
    measures : DataFrame
        The five measures as given, one row per customer.
    scores : DataFrame
        Each measure as points from 0 to 100.
    weights : dict of str to float
        Weights of the dimensions; they add up to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"customer": ["a", "b", "c"], "profitability": [10, 20, 90],
    ...     "lifetime": [2, 8, 5], "capability": [50, 40, 30], "referral": [0, 0, 1],
    ...     "potential": [5, 5, 5]})
    >>> found = relationship_profile(table)
    >>> found
    RelationshipProfile(3 customers; highest score 60.0 for 'c')
    >>> found.to_frame()
              profitability  lifetime  capability  referral  potential  score  rank
    customer
    c                 100.0      50.0         0.0     100.0       50.0   60.0     1
    b                  50.0     100.0        50.0      25.0       50.0   55.0     2
    a                   0.0       0.0       100.0      25.0       50.0   35.0     3
    """

    _picture = "relationship_profile"

    measures: "pd.DataFrame"
    scores: "pd.DataFrame"
    weights: dict[str, float]

    @property
    def score(self) -> "pd.Series":
        """Weighted mean of the five scores, from 0 to 100."""
        return (self.scores * self.weights).sum(axis=1).rename("score")

    def to_frame(self) -> "pd.DataFrame":
        """One row per customer: five scores, the weighted score and its rank, the best first.

        Returns
        -------
        DataFrame
        """
        table = self.scores.assign(score=self.score)
        table["rank"] = table["score"].rank(ascending=False, method="min").astype(int)
        return table.sort_values("score", ascending=False, kind="stable")

    def __repr__(self) -> str:
        score = self.score
        return (
            f"RelationshipProfile({len(score)} customers; highest score {score.max():.1f} for "
            f"{score.idxmax()!r})"
        )


def relationship_profile(
    customers: "pd.DataFrame",
    weights: Mapping[str, float] | None = None,
    *,
    customer: str = "customer",
    profitability: str = "profitability",
    lifetime: str = "lifetime",
    capability: str = "capability",
    referral: str = "referral",
    potential: str = "potential",
    method: Literal["rank", "range"] = "rank",
) -> RelationshipProfile:
    """Profile what customers are worth to the firm in five dimensions (关系价值).

    Profitability (关系营利性) is what a customer leaves per year, lifetime (关系生命周期) how long
    it is expected to stay, capability (客户能力价值) what it can spend at all, referral (推荐价值)
    what those it sent leave, potential (潜在价值) what it still spends elsewhere. More is better in
    each.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, at least two.
    weights : mapping of str to float, optional
        Weight of each dimension, at least 0; they are made to add up to 1. Equal if left out, 0
        for a dimension that the mapping leaves out.
    customer, profitability, lifetime, capability, referral, potential : str
        Names of the columns.
    method : {"rank", "range"}
        Points by rank among the customers, from 0 for the lowest to 100 for the highest with equal
        ones in the middle of their places, or by the place between lowest and highest. A measure
        that is the same for all gives everyone 50.

    Returns
    -------
    RelationshipProfile
        With ``.scores``, ``.score``, ``.to_frame()`` and ``.plot(customers=[…])``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a measure not a finite number, a customer stands twice, there are
        fewer than two, or the weights add up to 0.

    Notes
    -----
    Ranks do not mind a few giants, but they hide how far apart two customers are; the range does
    the opposite. A score orders customers; it is no money. For money see :mod:`crmlab.clv`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"customer": ["a", "b", "c"], "profitability": [10, 20, 90],
    ...     "lifetime": [2, 8, 5], "capability": [50, 40, 30], "referral": [0, 0, 1],
    ...     "potential": [5, 5, 5]})
    >>> relationship_profile(table).to_frame()[["score", "rank"]].round(1)
              score  rank
    customer
    c          60.0     1
    b          55.0     2
    a          35.0     3
    """
    named = dict(
        zip(DIMENSIONS, (profitability, lifetime, capability, referral, potential), strict=True)
    )
    _checks.columns(customers, "customers", [customer, *named.values()])
    _checks.no_gaps(customers[customer], customer)
    if customers[customer].duplicated().any():
        twice = customers.loc[customers[customer].duplicated(), customer].iloc[0]
        raise ValueError(f"customer must stand once in customers; got {twice!r} twice")
    if len(customers) < 2:
        raise ValueError("customers must hold at least two customers to compare; got 1")
    shares = _shares(weights)
    _checks.choice(method, "method", ("rank", "range"))
    import pandas as pd

    index = pd.Index(customers[customer], name=customer)
    measures = pd.DataFrame(
        {name: _checks.array(customers[column], column) for name, column in named.items()},
        index=index,
    )
    if method == "rank":
        scores = 100 * (measures.rank() - 1) / (len(measures) - 1)
    else:
        span = measures.max() - measures.min()
        scores = 100 * ((measures - measures.min()) / span.where(span > 0)).fillna(0.5)
    return RelationshipProfile(measures, scores, shares)


def _shares(weights: Mapping[str, float] | None) -> dict[str, float]:
    if weights is None:
        return dict.fromkeys(DIMENSIONS, 1 / len(DIMENSIONS))
    if not isinstance(weights, Mapping):
        raise TypeError(f"weights must be a mapping of dimensions; got {type(weights).__name__}")
    for name in weights:
        if name not in DIMENSIONS:
            raise ValueError(f"weights must name dimensions, {', '.join(DIMENSIONS)}; got {name!r}")
    given = np.array(
        [_checks.number(weights.get(name, 0.0), f"weights[{name!r}]", 0) for name in DIMENSIONS]
    )
    if not given.sum():
        raise ValueError("weights must add up to more than 0; got 0")
    return dict(zip(DIMENSIONS, (given / given.sum()).tolist(), strict=True))
