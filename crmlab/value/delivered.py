"""What an offer gives a customer, less what it takes: customer delivered value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

#: What a customer gets: 产品价值, 服务价值, 人员价值, 形象价值.
BENEFITS = ("product", "service", "personnel", "image")
#: What a customer gives: 货币成本, 时间成本, 体力成本, 精神成本.
SACRIFICES = ("money", "time", "energy", "psychic")


def delivered_value(
    product: Any,
    service: Any,
    personnel: Any,
    image: Any,
    money: Any,
    time: Any,
    energy: Any,
    psychic: Any,
    weights: Mapping[str, float] | None = None,
    relative: bool = False,
) -> Any:
    """Compute the customer delivered value of an offer (顾客让渡价值).

    ``CDV = TVC − TCC``: the total customer value (顾客总价值) of product, service, personnel and
    image, less the total customer cost (顾客总成本) in money, time, energy and mind. The relative
    form is ``TVC / TCC``.

    Parameters
    ----------
    product, service, personnel, image : float or array
        What the customer gets, each at least 0: in money, or in points that `weights` turns into
        money.
    money, time, energy, psychic : float or array
        What the customer gives, each at least 0: price, hours, effort, worry.
    weights : mapping of str to float, optional
        What one unit of a component is worth to the customer, at least 0; 1 where left out.
    relative : bool
        Return the quotient instead of the difference.

    Returns
    -------
    float or ndarray
        The arguments broadcast; with `relative` without unit, else in the unit of the weighted
        components.

    Raises
    ------
    ValueError, TypeError
        If a component or weight is negative or not a number, a weight names no component, shapes
        do not go together, or the quotient is asked for where the costs add up to 0.

    Notes
    -----
    The terms are Kotler's (2000). Adding the same amount to the value of every offer changes no
    difference, but it changes the quotients and may turn their order: the relative form needs
    scales with a true zero.

    Examples
    --------
    >>> offer = dict(product=500, service=120, personnel=60, image=40,
    ...              money=400, time=60, energy=30, psychic=20)
    >>> delivered_value(**offer)
    210.0
    >>> round(delivered_value(**offer, relative=True), 3)
    1.412
    >>> delivered_value(**offer, weights={"time": 2})
    150.0
    """
    given = dict(zip(BENEFITS, (product, service, personnel, image), strict=True))
    given |= dict(zip(SACRIFICES, (money, time, energy, psychic), strict=True))
    levels = {name: _checks.array(level, name, 0) for name, level in given.items()}
    _checks.together(**levels)
    _checks.choice(relative, "relative", (True, False))
    worth = _weights(weights, (*BENEFITS, *SACRIFICES))
    gets = np.asarray(sum(worth[name] * levels[name] for name in BENEFITS))
    gives = np.asarray(sum(worth[name] * levels[name] for name in SACRIFICES))
    result = _checks.finite(_quotient(gets, gives) if relative else gets - gives)
    return float(result) if result.ndim == 0 else result


def _weights(weights: Mapping[str, float] | None, names: Sequence[str]) -> dict[str, float]:
    """Return one weight per component; 1 where none is given."""
    if weights is None:
        return dict.fromkeys(names, 1.0)
    if not isinstance(weights, Mapping):
        raise TypeError(
            f"weights must be a mapping of components to numbers; got {type(weights).__name__}"
        )
    for name in weights:
        if name not in names:
            raise ValueError(f"weights must name components, {', '.join(names)}; got {name!r}")
    return {name: _checks.number(weights.get(name, 1.0), f"weights[{name!r}]", 0) for name in names}


def _quotient(gets: FloatArray, gives: FloatArray) -> FloatArray:
    if np.any(gives <= 0):
        raise ValueError(
            "the costs of an offer must add up to more than 0 for the relative form; got 0"
        )
    return np.asarray(gets / gives)


def _column_names(names: Sequence[str], argument: str) -> tuple[str, ...]:
    """Check a list of names of columns."""
    names = _checks.listed(names, argument, "column names")
    if not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{argument} must hold names of columns; got {list(names)}")
    return tuple(names)


def _components(
    benefits: Sequence[str], sacrifices: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Check the two lists of component names."""
    lists = _column_names(benefits, "benefits"), _column_names(sacrifices, "sacrifices")
    both = [*lists[0], *lists[1]]
    if len(set(both)) < len(both):
        raise ValueError(f"benefits and sacrifices must hold each name once; got {both}")
    return lists


def _named(frame: Any, name: str, wanted: Sequence[str]) -> None:
    """Check a table whose row labels name its rows."""
    _checks.columns(frame, name, wanted)
    if frame.index.has_duplicates:
        twice = frame.index[frame.index.duplicated()][0]
        raise ValueError(f"{name} must name each row once in its index; got {twice!r} twice")


@dataclass(frozen=True, eq=False)
class OfferComparison(Drawable):
    """Rival offers side by side, made by :func:`compare_offers`.

    Attributes
    ----------
    values : DataFrame
        Weighted benefits, one row per offer.
    costs : DataFrame
        Weighted sacrifices, one row per offer.

    Examples
    --------
    >>> import pandas as pd
    >>> offers = pd.DataFrame({"product": [900, 300], "money": [600, 150]}, index=["A", "B"])
    >>> found = compare_offers(offers, benefits=["product"], sacrifices=["money"])
    >>> found
    OfferComparison(2 offers; best by difference 'A', by ratio 'B')
    >>> found.to_frame().iloc[0].round(2)
    total_value           900.0
    total_cost            600.0
    difference            300.0
    ratio                   1.5
    rank_by_difference      1.0
    rank_by_ratio           2.0
    Name: A, dtype: float64
    """

    _picture = "offer_comparison"

    values: "pd.DataFrame"
    costs: "pd.DataFrame"

    @property
    def difference(self) -> "pd.Series":
        """Total value less total cost of each offer (绝对数)."""
        return self.values.sum(axis=1) - self.costs.sum(axis=1)

    @property
    def ratio(self) -> "pd.Series":
        """Total value divided by total cost of each offer (相对数)."""
        return self.values.sum(axis=1) / self.costs.sum(axis=1)

    @property
    def best(self) -> Any:
        """Name of the offer with the largest difference."""
        return self.difference.idxmax()

    @property
    def best_ratio(self) -> Any:
        """Name of the offer with the largest ratio."""
        return self.ratio.idxmax()

    def to_frame(self) -> "pd.DataFrame":
        """One row per offer: total value, total cost, difference, ratio and both ranks.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        table = pd.DataFrame(
            {
                "total_value": self.values.sum(axis=1),
                "total_cost": self.costs.sum(axis=1),
                "difference": self.difference,
                "ratio": self.ratio,
            }
        )
        for column in ("difference", "ratio"):
            table[f"rank_by_{column}"] = table[column].rank(ascending=False, method="min")
        return table.astype({"rank_by_difference": int, "rank_by_ratio": int})

    def __repr__(self) -> str:
        return (
            f"OfferComparison({len(self.values)} offers; best by difference {self.best!r}, "
            f"by ratio {self.best_ratio!r})"
        )


def compare_offers(
    offers: "pd.DataFrame",
    weights: Mapping[str, float] | None = None,
    *,
    benefits: Sequence[str] = BENEFITS,
    sacrifices: Sequence[str] = SACRIFICES,
) -> OfferComparison:
    """Compare the delivered value of rival offers (竞争产品的让渡价值比较).

    Parameters
    ----------
    offers : DataFrame
        One row per offer, named by the index; a column per component, each at least 0.
    weights : mapping of str to float, optional
        What one unit of a component is worth, at least 0; 1 where left out.
    benefits, sacrifices : sequence of str
        Names of the columns that count as value and as cost.

    Returns
    -------
    OfferComparison
        With ``.difference``, ``.ratio``, ``.best``, ``.best_ratio``, ``.to_frame()`` and
        ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a number negative, an offer stands twice, or the costs of an offer
        add up to 0.

    Examples
    --------
    The large offer leaves more, the small one more per yuan:

    >>> import pandas as pd
    >>> offers = pd.DataFrame({"product": [900, 300], "money": [600, 150]}, index=["A", "B"])
    >>> compare_offers(offers, benefits=["product"], sacrifices=["money"])
    OfferComparison(2 offers; best by difference 'A', by ratio 'B')
    """
    gets, gives = _components(benefits, sacrifices)
    worth = _weights(weights, (*gets, *gives))
    _named(offers, "offers", (*gets, *gives))
    values, costs = (
        offers[list(names)].apply(lambda column: worth[str(column.name)] * _level(column))
        for names in (gets, gives)
    )
    _quotient(np.zeros(len(costs)), costs.sum(axis=1).to_numpy())
    return OfferComparison(values, costs)


def _level(column: "pd.Series") -> FloatArray:
    return _checks.array(column, str(column.name), 0)


@dataclass(frozen=True, eq=False)
class LeverGains(Drawable):
    """What each improvement of an offer gives the customer per yuan spent, from `lever_gains`.

    Attributes
    ----------
    table : DataFrame
        One row per lever: cost, gain, per_yuan; the highest per yuan first.
    base_value : float
        Delivered value before any improvement.

    Examples
    --------
    >>> import pandas as pd
    >>> offer = dict(product=7, service=5, personnel=6, image=6,
    ...              money=400, time=3, energy=4, psychic=4)
    >>> worth = dict(product=30, service=25, personnel=10, image=8,
    ...              time=50, energy=10, psychic=10)
    >>> levers = pd.DataFrame({"money": [-20, 0], "time": [0, -1], "cost": [20, 15]},
    ...                       index=["rebate", "order online"])
    >>> found = lever_gains(offer, levers, worth)
    >>> found
    LeverGains(2 levers; best 'order online' with 3.33 per yuan)
    >>> found.to_frame().round(2)
                  cost  gain  per_yuan
    order online  15.0  50.0      3.33
    rebate        20.0  20.0      1.00
    """

    _picture = "lever_gains"

    table: "pd.DataFrame"
    base_value: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per lever: what it costs, the delivered value it adds, and that per yuan.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        best = self.table.iloc[0]
        return (
            f"LeverGains({len(self.table)} levers; best {self.table.index[0]!r} with "
            f"{best['per_yuan']:.2f} per yuan)"
        )


def lever_gains(
    offer: Any,
    levers: "pd.DataFrame",
    weights: Mapping[str, float] | None = None,
    *,
    cost: str = "cost",
) -> LeverGains:
    """Which improvement gives the customer most value per yuan spent (哪个杠杆最有效).

    Parameters
    ----------
    offer : mapping or Series
        Level of each of the eight components of the offer now, at least 0.
    levers : DataFrame
        One row per improvement, named by the index. Columns with names of components hold by how
        much the component changes, a saved hour being −1 in `time`; a component without a column
        stays.
    weights : mapping of str to float, optional
        What one unit of a component is worth to the customer; 1 where left out.
    cost : str
        Column with what the firm spends on the lever per customer, above 0.

    Returns
    -------
    LeverGains
        Sorted by delivered value per yuan, with ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a component or column is missing, a column names no component, a level is or falls
        below 0, or a cost is not above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> offer = dict(product=7, service=5, personnel=6, image=6,
    ...              money=400, time=3, energy=4, psychic=4)
    >>> worth = dict(product=30, service=25, personnel=10, image=8,
    ...              time=50, energy=10, psychic=10)
    >>> levers = pd.DataFrame({"money": [-20, 0], "time": [0, -1], "cost": [20, 15]},
    ...                       index=["rebate", "order online"])
    >>> lever_gains(offer, levers, worth).to_frame()["per_yuan"].round(2).to_dict()
    {'order online': 3.33, 'rebate': 1.0}
    """
    names = (*BENEFITS, *SACRIFICES)
    levels = _offer(offer)
    changes = _changes(levers, cost)
    worth = _weights(weights, names)
    base = delivered_value(**levels, weights=worth, relative=False)
    after = []
    for lever, row in changes.iterrows():
        moved = {name: levels[name] + row[name] for name in names}
        for name, level in moved.items():
            if level < 0:
                raise ValueError(
                    f"levers must leave {name} at least 0; got {level:g} after {lever!r}"
                )
        after.append(delivered_value(**moved, weights=worth))
    table = changes[[cost]].rename(columns={cost: "cost"})
    table = table.assign(gain=np.array(after) - base)
    table["per_yuan"] = table["gain"] / table["cost"]
    return LeverGains(table.sort_values("per_yuan", ascending=False, kind="stable"), base)


def _offer(offer: Any) -> dict[str, float]:
    """Check one offer and return its eight levels."""
    import pandas as pd

    if not isinstance(offer, Mapping | pd.Series):
        raise TypeError(
            f"offer must be a mapping or a Series of components; got {type(offer).__name__}"
        )
    for name in (*BENEFITS, *SACRIFICES):
        if name not in offer:
            raise ValueError(
                f"offer must have the component {name!r}; it has: {list(offer.keys())}"
            )
    return {name: _checks.number(offer[name], name, 0) for name in (*BENEFITS, *SACRIFICES)}


def _changes(levers: "pd.DataFrame", cost: str) -> "pd.DataFrame":
    """Check a table of levers; return the change of all eight components and the cost."""
    names = (*BENEFITS, *SACRIFICES)
    _named(levers, "levers", [cost])
    for column in levers.columns:
        if column not in (*names, cost):
            raise ValueError(
                f"levers must hold {cost!r} and components, {', '.join(names)}; got {column!r}"
            )
    _checks.no_repeats(levers, "levers")
    table = levers.reindex(columns=[*names, cost], fill_value=0.0)
    for name in names:
        table[name] = _checks.array(table[name], name)
    table[cost] = _checks.array(table[cost], cost, 0, open_low=True)
    return table
