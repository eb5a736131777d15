"""Service quality: SERVQUAL, SERVPERF, and the five gaps between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.satisfaction._answers import answers, pair

if TYPE_CHECKING:
    import pandas as pd

#: Parasuraman, Zeithaml and Berry's (1988) five dimensions, and how many of the 22 items each has.
SERVQUAL_DIMENSIONS = {
    "tangibles": 4,
    "reliability": 5,
    "responsiveness": 4,
    "assurance": 4,
    "empathy": 5,
}


@dataclass(frozen=True, eq=False)
class Servqual(Drawable):
    """Expected and perceived service, item by item and by dimension, made by :func:`servqual`.

    Attributes
    ----------
    items : DataFrame
        One row per item: its dimension, answers, means expected and perceived, gap P − E and the
        gap's standard error.
    dimensions : DataFrame
        One row per dimension: weight, mean expected and perceived, gap, weighted gap and the
        standard error of the gap over respondents.
    respondents : DataFrame
        One row per respondent: gap and perception, weighted over the dimensions.
    dropped : int
        How many pairs were left out because an answer was missing.

    Examples
    --------
    >>> survey = servqual(expected=[[6, 7, 5]], perceived=[[5, 5, 6]],
    ...                   dimensions={"reliability": [1, 2], "empathy": [3]},
    ...                   weights={"reliability": 3, "empathy": 1})
    >>> survey
    Servqual(3 items, 2 dimensions, weighted gap -0.875, SERVPERF 5.250)
    >>> survey.to_frame()
                 weight  expected  perceived  gap  weighted_gap  standard_error
    dimension
    reliability    0.75       6.5        5.0 -1.5        -1.125             NaN
    empathy        0.25       5.0        6.0  1.0         0.250             NaN
    """

    _picture = "servqual"

    items: "pd.DataFrame"
    dimensions: "pd.DataFrame"
    respondents: "pd.DataFrame"
    dropped: int

    @property
    def score(self) -> float:
        """SERVQUAL: weighted gap Σ wᵢ (Pᵢ − Eᵢ) over the dimensions; 0 is as expected."""
        return float(self.dimensions["weighted_gap"].sum())

    @property
    def servperf(self) -> float:
        """SERVPERF: weighted perception Σ wᵢ Pᵢ, expectation left out."""
        return float((self.dimensions["weight"] * self.dimensions["perceived"]).sum())

    def to_frame(self) -> "pd.DataFrame":
        """One row per dimension.

        Returns
        -------
        DataFrame
        """
        return self.dimensions

    def __repr__(self) -> str:
        return (
            f"Servqual({len(self.items)} items, {len(self.dimensions)} dimensions, weighted gap "
            f"{self.score:.3f}, SERVPERF {self.servperf:.3f})"
        )


def servqual(
    expected: Any,
    perceived: Any,
    dimensions: Mapping[str, Any],
    weights: Mapping[str, float] | None = None,
    *,
    missing: str = "refuse",
) -> Servqual:
    """Service quality as perception less expectation (P-E 模型, SERVQUAL).

    ``Σ wᵢ (Pᵢ − Eᵢ)`` over the dimensions, each the mean of its items. SERVPERF, perception
    alone, stands beside it.

    Parameters
    ----------
    expected, perceived : DataFrame or array of shape (respondents, items)
        Answers to "an excellent firm would …" and "this firm does …" on one scale. Two
        DataFrames are joined by their labels.
    dimensions : mapping of str to list, or of str to int
        The items of each dimension; or how many items it has, where they stand one dimension
        after the other, as in ``SERVQUAL_DIMENSIONS``.
    weights : mapping of str to float, optional
        Weight of each dimension, at least 0; they are divided by their sum. Equal without it.
    missing : {"refuse", "drop"}
        Whether a missing answer is an error, or its pair is left out and counted.

    Returns
    -------
    Servqual
        With ``.items``, ``.dimensions``, ``.score``, ``.servperf`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an answer is missing or no number, the tables differ, an item belongs to no dimension
        or to two, or the weights do not name the dimensions.

    Notes
    -----
    Parasuraman, Zeithaml and Berry (1988); SERVPERF is Cronin and Taylor's (1992). The score of
    a respondent who skipped all items of a dimension weights the other dimensions only.

    Examples
    --------
    >>> survey = servqual(expected=[[6, 7, 5]], perceived=[[5, 5, 6]],
    ...                   dimensions={"reliability": [1, 2], "empathy": [3]},
    ...                   weights={"reliability": 3, "empathy": 1})
    >>> survey
    Servqual(3 items, 2 dimensions, weighted gap -0.875, SERVPERF 5.250)
    """
    import pandas as pd

    e, p = pair(expected, perceived, ("expected", "perceived"), missing=missing)
    parts = _parts(dimensions, e.columns)
    weight = _weights(weights, list(parts))
    gap = p - e
    member = {item: name for name, items in parts.items() for item in items}
    order = list(member)
    count = gap[order].count()
    items = pd.DataFrame(
        {
            "dimension": pd.Series(member),
            "answers": count,
            "expected": e[order].mean(),
            "perceived": p[order].mean(),
            "gap": gap[order].mean(),
            "standard_error": gap[order].std() / np.sqrt(count),
        }
    ).rename_axis("item")
    own = pd.DataFrame({name: gap[cols].mean(axis=1) for name, cols in parts.items()})
    own_p = pd.DataFrame({name: p[cols].mean(axis=1) for name, cols in parts.items()})
    means = items.groupby("dimension", sort=False)[["expected", "perceived", "gap"]].mean()
    table = means.assign(
        weight=weight,
        weighted_gap=weight * means["gap"],
        standard_error=own.std() / np.sqrt(own.count()),
    )[["weight", "expected", "perceived", "gap", "weighted_gap", "standard_error"]]
    rest = own.notna() @ weight
    people = pd.DataFrame({"gap": own.fillna(0) @ weight, "perceived": own_p.fillna(0) @ weight})
    people = people.div(rest.where(rest > 0), axis=0)
    return Servqual(items, table, people, int(gap.isna().to_numpy().sum()))


def _parts(dimensions: Any, columns: "pd.Index[Any]") -> dict[str, list[Any]]:
    """Items of each dimension, every item in one of them."""
    if not isinstance(dimensions, Mapping) or not dimensions:
        raise TypeError(
            "dimensions must be a mapping from each dimension to its items or their number; "
            f"got {dimensions!r}"
        )
    if all(isinstance(items, int) and not isinstance(items, bool) for items in dimensions.values()):
        ends = np.cumsum([_checks.count(items, "dimensions") for items in dimensions.values()])
        if ends[-1] != len(columns):
            raise ValueError(
                f"dimensions must have {len(columns)} items in all; got {int(ends[-1])}"
            )
        pieces = np.split(np.arange(len(columns)), ends[:-1])
        return {
            str(name): [columns[i] for i in piece]
            for name, piece in zip(dimensions, pieces, strict=True)
        }
    parts: dict[str, list[Any]] = {}
    for name, items in dimensions.items():
        parts[str(name)] = _checks.listed(items, f"dimensions[{name!r}]", "items")
        if not parts[str(name)]:
            raise TypeError(f"dimensions must list the items of {name!r}; got {items!r}")
    listed = [item for items in parts.values() for item in items]
    for item in listed:
        if item not in columns or listed.count(item) > 1:
            raise ValueError(
                f"dimensions must name every item once; got {item!r} "
                f"{'twice' if listed.count(item) > 1 else 'which is no item'}"
            )
    for item in columns.difference(listed):
        raise ValueError(f"dimensions must name every item; got none with {item!r}")
    return parts


def _weights(weights: Any, names: list[str]) -> "pd.Series[float]":
    """Weights of the dimensions, summing to one."""
    import pandas as pd

    if weights is None:
        return pd.Series(1 / len(names), index=names)
    if not isinstance(weights, Mapping | pd.Series):
        raise TypeError(f"weights must be a mapping from dimension to weight; got {weights!r}")
    if set(weights.keys()) != set(names):
        raise ValueError(f"weights must name the dimensions {names}; got {list(weights.keys())}")
    given = _checks.array([weights[name] for name in names], "weights", 0)
    if not given.sum() > 0:
        raise ValueError("weights must not all be 0; got 0 for every dimension")
    return pd.Series(given / given.sum(), index=names)


#: The five gaps: from what, to what.
GAPS = {
    "understanding": ("expected", "understood"),
    "procedure": ("understood", "standard"),
    "behaviour": ("standard", "delivered"),
    "perception": ("delivered", "perceived"),
    "promotion": ("promised", "delivered"),
}


@dataclass(frozen=True, eq=False)
class FiveGaps(Drawable):
    """Where service is lost between expectation and perception, made by :func:`five_gaps`.

    Attributes
    ----------
    levels : DataFrame
        One row per service: expected, understood, standard, delivered, perceived, promised.
    cost : Series or None
        Cost of closing each gap, by name.

    Examples
    --------
    >>> chain = five_gaps(expected=6.5, understood=6.2, standard=6.0, delivered=5.2,
    ...                   perceived=5.0, promised=6.8)
    >>> chain
    FiveGaps(-1.50 from expected to perceived; first promotion)
    >>> chain.to_frame()
                     0  mean
    gap
    understanding -0.3  -0.3
    procedure     -0.2  -0.2
    behaviour     -0.8  -0.8
    perception    -0.2  -0.2
    promotion     -1.6  -1.6
    """

    _picture = "five_gaps"

    levels: "pd.DataFrame"
    cost: "pd.Series[float] | None" = None

    @property
    def gaps(self) -> "pd.DataFrame":
        """Size of each gap, one row per service; negative where service is lost.

        The first four add up to perceived less expected. The promotion gap, delivered less
        promised, stands beside the chain.
        """
        import pandas as pd

        return pd.DataFrame(
            {name: self.levels[end] - self.levels[start] for name, (start, end) in GAPS.items()}
        )

    @property
    def total(self) -> "pd.Series[float]":
        """Perceived less expected, per service."""
        return (self.levels["perceived"] - self.levels["expected"]).rename("total")

    @property
    def first(self) -> str | None:
        """The gap to close first: the widest loss, or the most per unit of cost where given.

        None where nothing is lost. The mean over the services counts.
        """
        loss = (-self.gaps.mean()).clip(lower=0)
        worth = loss if self.cost is None else loss / self.cost
        return None if not (loss > 0).any() else str(worth.idxmax())

    def to_frame(self) -> "pd.DataFrame":
        """One row per gap: its size for each service, the mean, and loss per cost where given.

        Returns
        -------
        DataFrame
        """
        table = self.gaps.T.rename_axis("gap")
        table["mean"] = table.mean(axis=1)
        if self.cost is not None:
            table["cost"] = self.cost
            table["closed_per_cost"] = (-table["mean"]).clip(lower=0) / self.cost
        return table

    def __repr__(self) -> str:
        return f"FiveGaps({self.total.mean():.2f} from expected to perceived; first {self.first})"


def five_gaps(
    *,
    expected: Any,
    understood: Any,
    standard: Any,
    delivered: Any,
    perceived: Any,
    promised: Any,
    cost: Mapping[str, float] | None = None,
) -> FiveGaps:
    """Chain of the five gaps of service quality (服务质量差距).

    Understanding 理解差距: what managers think less what customers expect. Procedure 程序差距:
    what the rules say less what managers think. Behaviour 行为差距: what is done less what the
    rules say. Perception 感受差距: what is felt less what is done. These four add up to perceived
    less expected. Promotion 促销差距: what is done less what was promised.

    Parameters
    ----------
    expected, understood, standard, delivered, perceived, promised : float, Series or array
        Level of service at each station, on one scale: one per service (dimension, branch,
        step), a Series with its names; or one number for all.
    cost : mapping of str to float, optional
        Cost of closing each of the five gaps by name, above 0; decides then which goes first.

    Returns
    -------
    FiveGaps
        With ``.gaps``, ``.total``, ``.first``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a level is no finite number, the lengths or names differ, or a cost is missing or not
        above 0.

    Notes
    -----
    After Parasuraman, Zeithaml and Berry (1985). They call perceived less expected the fifth
    gap and let the other four lead to it; the course's list, used here, makes what the customer
    feels of the service delivered a gap of its own, so that the chain closes.

    Examples
    --------
    >>> chain = five_gaps(expected=6.5, understood=6.2, standard=6.0, delivered=5.2,
    ...                   perceived=5.0, promised=6.8)
    >>> chain.gaps.round(2).iloc[0].to_dict()
    {'understanding': -0.3, 'procedure': -0.2, 'behaviour': -0.8, 'perception': -0.2,
     'promotion': -1.6}
    >>> chain
    FiveGaps(-1.50 from expected to perceived; first promotion)
    """
    import pandas as pd

    stations = {
        "expected": expected,
        "understood": understood,
        "standard": standard,
        "delivered": delivered,
        "perceived": perceived,
        "promised": promised,
    }
    columns, single = {}, {}
    for name, value in stations.items():
        if isinstance(value, pd.Series | pd.DataFrame) or _checks.array(value, name).ndim:
            columns[name] = answers(value, name)
            if columns[name].shape[1] != 1:
                shape = columns[name].shape
                raise ValueError(f"{name} must be one number per service; got shape {shape}")
        else:
            single[name] = _checks.number(value, name)
    labelled = [name for name in columns if isinstance(stations[name], pd.Series | pd.DataFrame)]
    index = columns[(labelled or list(columns))[0]].index if columns else pd.RangeIndex(1)
    for name, column in columns.items():
        if len(column) != len(index) or (name in labelled and set(column.index) != set(index)):
            raise ValueError(
                f"{name} must have the services {list(index)}; got {list(column.index)}"
            )
        columns[name] = column.loc[index] if name in labelled else column.set_axis(index)
    levels = pd.DataFrame(
        {name: single[name] if name in single else columns[name].iloc[:, 0] for name in stations},
        index=index,
    )
    if cost is None:
        return FiveGaps(levels)
    if not isinstance(cost, Mapping) or set(cost) != set(GAPS):
        raise ValueError(f"cost must be a mapping that names the gaps {list(GAPS)}; got {cost!r}")
    paid = _checks.array([cost[name] for name in GAPS], "cost", 0, open_low=True)
    return FiveGaps(levels, pd.Series(paid, index=list(GAPS)))
