"""Where an offer stands among its rivals in price and quality: the value map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.value.delivered import _column_names, _named

if TYPE_CHECKING:
    import pandas as pd

#: Position by quality and price, each at or above the mean or below it.
POSITIONS = {
    (True, True): "more for more",
    (True, False): "more for less",
    (False, True): "less for more",
    (False, False): "less for less",
}


@dataclass(frozen=True, eq=False)
class ValueMap(Drawable):
    """Offers in price and quality with the fair-value line, made by :func:`value_map`.

    Attributes
    ----------
    table : DataFrame
        One row per offer: price, the qualities, quality (their weighted mean), fair_price,
        advantage (fair price less price), value_per_yuan, price_index, quality_index, position.
    dominated_by : dict
        For each offer that is dominated, the offers that dominate it.
    slope, intercept : float
        Fair price = intercept + slope × quality.

    Examples
    --------
    >>> import pandas as pd
    >>> offers = pd.DataFrame({"price": [10, 14, 15], "product": [5, 8, 7], "service": [5, 8, 8]},
    ...                       index=["A", "B", "C"])
    >>> placed = value_map(offers)
    >>> placed
    ValueMap(3 offers, 1 dominated; largest advantage 0.81 for 'B')
    >>> list(placed.to_frame().columns)
    ['price', 'product', 'service', 'quality', 'fair_price', 'advantage', 'value_per_yuan',
    'price_index', 'quality_index', 'position', 'dominated_by']
    """

    _picture = "value_map"

    table: "pd.DataFrame"
    dominated_by: dict[Any, tuple[Any, ...]]
    slope: float
    intercept: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per offer, with a last column that names who dominates it.

        Returns
        -------
        DataFrame
        """
        beaten = [", ".join(map(str, self.dominated_by.get(name, ()))) for name in self.table.index]
        return self.table.assign(dominated_by=beaten)

    def __repr__(self) -> str:
        advantage = self.table["advantage"]
        return (
            f"ValueMap({len(self.table)} offers, {len(self.dominated_by)} dominated; largest "
            f"advantage {advantage.max():.2f} for {advantage.idxmax()!r})"
        )


def value_map(
    offers: "pd.DataFrame",
    weights: Mapping[str, float] | None = None,
    *,
    price: str = "price",
    qualities: Sequence[str] = ("product", "service"),
    share: str | None = None,
    point_price: float | None = None,
) -> ValueMap:
    """Map offers by price and quality (价值定位: 价格 × 产品质量 × 服务质量).

    An offer is dominated by another that is no dearer and no worse in any quality, and better in
    at least one of them or cheaper. The fair-value line (公平价值线) says what the market charges
    for a quality: the least-squares line of price on quality, or, with `point_price`, the line
    through the mean offer whose slope is what a point is worth to customers.

    Parameters
    ----------
    offers : DataFrame
        One row per offer, at least two, named by the index.
    weights : mapping of str to float, optional
        Importance of each quality, at least 0; equal if left out.
    price : str
        Column of prices, above 0.
    qualities : sequence of str
        Columns of qualities, more being better, each at least 0.
    share : str, optional
        Column of market shares, above 0, that weigh the offers in the line and in the means.
    point_price : float, optional
        Yuan that a point of quality is worth, at least 0.

    Returns
    -------
    ValueMap
        With ``.table``, ``.dominated_by``, ``.slope``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a number outside its bounds, there are fewer than two offers, or
        all have the same quality while no `point_price` is given.

    Notes
    -----
    The map with a fair-value line is Gale's (1994). With a handful of offers the line is no
    statistics: one offer more can turn it. Domination needs no weights and no line.

    Examples
    --------
    >>> import pandas as pd
    >>> offers = pd.DataFrame({"price": [10, 14, 15], "product": [5, 8, 7], "service": [5, 8, 8]},
    ...                       index=["A", "B", "C"])
    >>> placed = value_map(offers)
    >>> placed
    ValueMap(3 offers, 1 dominated; largest advantage 0.81 for 'B')
    >>> placed.dominated_by
    {'C': ('B',)}
    """
    names = _column_names(qualities, "qualities")
    _named(offers, "offers", [price, *names, *([] if share is None else [share])])
    if len(offers) < 2:
        raise ValueError("offers must hold at least two offers; got 1")
    prices = _checks.array(offers[price], price, 0, open_low=True)
    levels = np.column_stack([_checks.array(offers[name], name, 0) for name in names])
    worth = _importance(weights, names)
    size = (
        np.ones(len(offers))
        if share is None
        else _checks.array(offers[share], share, 0, open_low=True)
    )
    size = size / size.sum()
    quality = levels @ worth
    middle, centre = float(size @ quality), float(size @ prices)
    if point_price is None:
        spread = float(size @ (quality - middle) ** 2)
        if spread <= 1e-12 * max(middle, 1.0) ** 2:
            raise ValueError(
                "offers must differ in quality to find the fair-value line; got the same quality "
                "for all. Give point_price instead"
            )
        slope = float(size @ ((quality - middle) * (prices - centre))) / spread
    else:
        slope = _checks.number(point_price, "point_price", 0)
    intercept = centre - slope * middle
    fair = intercept + slope * quality
    table = (
        offers[[price, *names]]
        .rename(columns={price: "price"})
        .assign(
            quality=quality,
            fair_price=fair,
            advantage=fair - prices,
            value_per_yuan=quality / prices,
            price_index=100 * prices / centre,
            quality_index=100 * quality / middle if middle else 100.0,
            position=[
                POSITIONS[bool(q >= middle), bool(p >= centre)]
                for q, p in zip(quality, prices, strict=True)
            ],
        )
    )
    labels = offers.index.tolist()
    better = np.column_stack([levels, -prices])
    beaten = {}
    for k, name in enumerate(labels):
        beats = (better >= better[k]).all(axis=1) & (better > better[k]).any(axis=1)
        if beats.any():
            beaten[name] = tuple(labels[j] for j in np.flatnonzero(beats))
    return ValueMap(table, beaten, slope, intercept)


def _importance(weights: Mapping[str, float] | None, names: Sequence[str]) -> Any:
    """Weights of the qualities, made to add up to 1."""
    if weights is None:
        return np.full(len(names), 1 / len(names))
    if not isinstance(weights, Mapping):
        raise TypeError(f"weights must be a mapping of qualities; got {type(weights).__name__}")
    for name in weights:
        if name not in names:
            raise ValueError(f"weights must name qualities, {', '.join(names)}; got {name!r}")
    given = np.array([_checks.number(weights.get(n, 0.0), f"weights[{n!r}]", 0) for n in names])
    if not given.sum():
        raise ValueError("weights must add up to more than 0; got 0")
    return given / given.sum()
