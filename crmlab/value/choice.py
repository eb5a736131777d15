"""Which offer customers choose when each weighs the eight components in an own way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._choice import logit
from crmlab._result import Drawable
from crmlab.value.delivered import (
    BENEFITS,
    SACRIFICES,
    _changes,
    _components,
    _weights,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class OfferChoice(Drawable):
    """Who chooses which offer, made by :func:`choose_offers`.

    Attributes
    ----------
    table : DataFrame
        One row per customer and offer: customer, offer, difference (delivered value), probability.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"customer": ["x", "x", "y", "y"], "offer": ["A", "B"] * 2,
    ...                         "product": [8, 6, 8, 6], "money": [100, 60, 100, 60]})
    >>> worth = pd.DataFrame({"customer": ["x", "y"], "product": [30, 10]})
    >>> found = choose_offers(ratings, worth, benefits=["product"], sacrifices=["money"])
    >>> found
    OfferChoice(2 customers; 'A' chosen by 50.0 %)
    >>> found.to_frame()
           within_reach  mean_difference  share_within_reach  share
    offer
    A                 2             60.0                 0.5    0.5
    B                 2             60.0                 0.5    0.5
    """

    _picture = "offer_choice"

    table: "pd.DataFrame"

    @property
    def shares(self) -> "pd.Series":
        """Share of all customers who choose each offer; adds up to 1."""
        chosen = self.table.groupby("offer", sort=False)["probability"].sum()
        return (chosen / self.table["customer"].nunique()).rename("share")

    def to_frame(self) -> "pd.DataFrame":
        """One row per offer: how many have it within reach, share of those, share of all.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        groups = self.table.groupby("offer", sort=False)
        return pd.DataFrame(
            {
                "within_reach": groups.size(),
                "mean_difference": groups["difference"].mean(),
                "share_within_reach": groups["probability"].mean(),
                "share": self.shares,
            }
        )

    def __repr__(self) -> str:
        shares, people = self.shares, self.table["customer"].nunique()
        return (
            f"OfferChoice({people} customers; {shares.idxmax()!r} chosen by "
            f"{100 * shares.max():.1f} %)"
        )


def choose_offers(
    ratings: "pd.DataFrame",
    weights: "Mapping[str, float] | pd.DataFrame | None" = None,
    *,
    customer: str = "customer",
    offer: str = "offer",
    scale: float = 0.0,
    benefits: Sequence[str] = BENEFITS,
    sacrifices: Sequence[str] = SACRIFICES,
) -> OfferChoice:
    """Let every customer choose the offer that delivers most (顾客选择).

    Without chance (``scale=0``) a customer takes the offer with the largest delivered value of
    those within reach; equal ones share the customer. With chance the choice follows the
    multinomial logit ``P_j = exp(CDV_j / s) / Σ_k exp(CDV_k / s)``.

    Parameters
    ----------
    ratings : DataFrame
        One row per customer and offer within the customer's reach, a column per component.
    weights : DataFrame or mapping, optional
        What one unit of a component is worth: one row per customer, or one mapping for all. A
        component that is left out has weight 1.
    customer, offer : str
        Names of the columns; `customer` stands in `weights`, too.
    scale : float
        s, how much chance there is in the choice, in the unit of the delivered value; 0 for none.
    benefits, sacrifices : sequence of str
        Names of the columns that count as value and as cost.

    Returns
    -------
    OfferChoice
        With ``.shares``, ``.table``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a number negative, a customer has no weights, or rates an offer
        twice.

    Notes
    -----
    The logit is McFadden's (1974). ``s → 0`` is the choice without chance, ``s → ∞`` the coin.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"customer": ["x", "x", "y", "y"], "offer": ["A", "B"] * 2,
    ...                         "product": [8, 6, 8, 6], "money": [100, 60, 100, 60]})
    >>> worth = pd.DataFrame({"customer": ["x", "y"], "product": [30, 10]})
    >>> choose_offers(ratings, worth, benefits=["product"], sacrifices=["money"]).shares.to_dict()
    {'A': 0.5, 'B': 0.5}
    """
    gets, gives = _components(benefits, sacrifices)
    net = _net(ratings, weights, customer, offer, gets, gives)
    spread = _checks.number(scale, "scale", 0)
    table = ratings[[customer, offer]].set_axis(["customer", "offer"], axis=1)
    table = table.reset_index(drop=True).assign(difference=net)
    return OfferChoice(table.assign(probability=logit(net, _codes(table), spread)))


def _codes(table: "pd.DataFrame") -> Any:
    import pandas as pd

    return pd.factorize(table["customer"])[0]


def _net(
    ratings: "pd.DataFrame",
    weights: Any,
    customer: str,
    offer: str,
    gets: Sequence[str],
    gives: Sequence[str],
) -> FloatArray:
    """Delivered value of every row of the ratings."""
    import pandas as pd

    names = (*gets, *gives)
    _checks.columns(ratings, "ratings", [customer, offer, *names])
    for key in (customer, offer):
        _checks.no_gaps(ratings[key], key)
    doubled = ratings.duplicated([customer, offer])
    if doubled.any():
        who, what = ratings.loc[doubled, [customer, offer]].iloc[0]
        raise ValueError(
            f"ratings must hold each offer once per customer; got {what!r} of {who!r} twice"
        )
    levels = np.column_stack([_checks.array(ratings[name], name, 0) for name in names])
    signs = np.array([1.0] * len(gets) + [-1.0] * len(gives))
    if not isinstance(weights, pd.DataFrame):
        worth = _weights(weights, names)
        return _checks.finite(levels @ (signs * [worth[name] for name in names]))
    _checks.columns(weights, "weights", [customer])
    _checks.no_gaps(weights[customer], customer)
    _checks.no_repeats(weights, "weights")
    if weights[customer].duplicated().any():
        twice = weights.loc[weights[customer].duplicated(), customer].iloc[0]
        raise ValueError(f"weights must hold each customer once; got {twice!r} twice")
    given = weights.set_index(customer).reindex(columns=list(names), fill_value=1.0)
    absent = set(ratings[customer]) - set(given.index)
    if absent:
        raise ValueError(
            f"weights must hold every customer of ratings; got none for {min(absent)!r}"
        )
    rows = given.loc[ratings[customer]]
    worth_each = np.column_stack(
        [_checks.array(rows[name], f"weights of {name}", 0) for name in names]
    )
    return _checks.finite((levels * worth_each) @ signs)


def choice_scale(
    ratings: "pd.DataFrame",
    weights: "Mapping[str, float] | pd.DataFrame | None" = None,
    *,
    chosen: str = "chosen",
    customer: str = "customer",
    offer: str = "offer",
    benefits: Sequence[str] = BENEFITS,
    sacrifices: Sequence[str] = SACRIFICES,
) -> float:
    """Estimate how much chance there is in observed choices (选择的随机程度).

    Maximum likelihood of the one parameter s of :func:`choose_offers`, from what customers chose.

    Parameters
    ----------
    ratings : DataFrame
        As in :func:`choose_offers`.
    weights : DataFrame or mapping, optional
        As in :func:`choose_offers`.
    chosen : str
        Column of True and False: True on the one offer that the customer chose.
    customer, offer, benefits, sacrifices
        As in :func:`choose_offers`.

    Returns
    -------
    float
        s, above 0, in the unit of the delivered value.

    Raises
    ------
    ValueError, TypeError
        As :func:`choose_offers`; and if a customer chose none or several offers, nobody had a
        choice, or the choices follow the delivered values without exception, or not at all, so
        that no finite s above 0 fits best.

    Examples
    --------
    Three of four take what delivers 10 more: then ``10 / s = ln 3``.

    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"customer": list("aabbccdd"), "offer": ["A", "B"] * 4,
    ...     "product": [20, 10] * 4, "money": [5] * 8,
    ...     "chosen": [True, False, True, False, True, False, False, True]})
    >>> round(choice_scale(ratings, benefits=["product"], sacrifices=["money"]), 3)
    9.102
    """
    from scipy.optimize import minimize_scalar

    gets, gives = _components(benefits, sacrifices)
    net = _net(ratings, weights, customer, offer, gets, gives)
    _checks.columns(ratings, "ratings", [chosen])
    taken = _checks.truths(ratings[chosen], chosen)
    who = _codes(ratings.rename(columns={customer: "customer"}))
    picked = np.bincount(who, taken)
    if not (picked == 1).all():
        wrong = ratings[customer].iloc[int(np.argmax(who == int(np.argmax(picked != 1))))]
        raise ValueError(
            f"{chosen} must be True once per customer; got {picked[picked != 1][0]:g} times for "
            f"{wrong!r}"
        )
    size = float(np.ptp(net)) or 1.0

    def surprise(log_scale: float) -> float:
        chance = logit(net, who, size * float(np.exp(log_scale)))
        return -float(np.log(np.maximum(chance[taken], 1e-300)).sum())

    found = minimize_scalar(surprise, bounds=(-8, 8), method="bounded", options={"xatol": 1e-10})
    if abs(found.x) > 7.9:
        raise ValueError(
            f"{chosen} must follow the delivered values neither always nor never; got choices "
            "for which no finite scale above 0 fits best"
        )
    return size * float(np.exp(found.x))


@dataclass(frozen=True, eq=False)
class LeverReturns(Drawable):
    """What each improvement of our offer earns us, made by :func:`lever_returns`.

    Attributes
    ----------
    table : DataFrame
        One row per lever: cost, mean_gain, share, extra_share, net, per_yuan; the highest net
        first.
    base_share : float
        Share of the customers who choose us before any improvement.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"customer": ["x", "x", "y", "y"], "offer": ["A", "B"] * 2,
    ...     "product": [8, 6] * 2, "service": 5, "personnel": 5, "image": 5,
    ...     "money": [100, 60] * 2, "time": 2, "energy": 3, "psychic": 3})
    >>> worth = pd.DataFrame({"customer": ["x", "y"], "product": [30, 10], "time": [5, 25]})
    >>> levers = pd.DataFrame({"time": [-1], "cost": [4]}, index=["deliver"])
    >>> found = lever_returns(ratings, worth, "A", levers, margin=40)
    >>> found
    LeverReturns(1 levers; best 'deliver', net 16.00 per customer in the market)
    >>> found.to_frame()
             cost  mean_gain  share  extra_share   net  per_yuan
    deliver   4.0       15.0    1.0          0.5  16.0       5.0
    """

    _picture = "lever_returns"

    table: "pd.DataFrame"
    base_share: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per lever, the most profitable first.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        best = self.table.iloc[0]
        return (
            f"LeverReturns({len(self.table)} levers; best {self.table.index[0]!r}, net "
            f"{best['net']:,.2f} per customer in the market)"
        )


def lever_returns(
    ratings: "pd.DataFrame",
    weights: "Mapping[str, float] | pd.DataFrame | None",
    ours: Any,
    levers: "pd.DataFrame",
    margin: float,
    *,
    customer: str = "customer",
    offer: str = "offer",
    scale: float = 0.0,
    cost: str = "cost",
) -> LeverReturns:
    """Compute what an improvement earns when customers weigh it differently (杠杆的回报).

    Every lever is applied to our offer alone; all customers choose anew. Per customer in the
    market, ``net = share after × (margin − cost) − share before × margin``.

    Parameters
    ----------
    ratings, weights, customer, offer, scale
        As in :func:`choose_offers`, with the eight components.
    ours : str
        Name of our offer in the column `offer`.
    levers : DataFrame
        As in :func:`lever_gains`. What would fall below 0 stays at 0.
    margin : float
        What a customer leaves us per period before the cost of the lever.
    cost : str
        Column with what the lever costs per period for every customer who chooses us, above 0.

    Returns
    -------
    LeverReturns
        Sorted by net return, with ``.to_frame()`` and ``.plot()``. ``per_yuan`` is the extra
        margin per yuan spent on the lever; above 1 it pays.

    Raises
    ------
    ValueError, TypeError
        As :func:`choose_offers` and :func:`lever_gains`, and if `ours` is not among the offers.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"customer": ["x", "x", "y", "y"], "offer": ["A", "B"] * 2,
    ...     "product": [8, 6] * 2, "service": 5, "personnel": 5, "image": 5,
    ...     "money": [100, 60] * 2, "time": 2, "energy": 3, "psychic": 3})
    >>> worth = pd.DataFrame({"customer": ["x", "y"], "product": [30, 10], "time": [5, 25]})
    >>> levers = pd.DataFrame({"time": [-1], "cost": [4]}, index=["deliver"])
    >>> lever_returns(ratings, worth, "A", levers, margin=40).to_frame().round(2)
             cost  mean_gain  share  extra_share   net  per_yuan
    deliver   4.0       15.0    1.0          0.5  16.0       5.0
    """
    table = _changes(levers, cost)
    earned = _checks.number(margin, "margin")

    def choose(rated: "pd.DataFrame") -> OfferChoice:
        return choose_offers(rated, weights, customer=customer, offer=offer, scale=scale)

    before = choose(ratings)
    own = _checks.which(ratings[offer], ours)
    if not own.any():
        raise ValueError(f"ours must be an offer in ratings; got {ours!r}")
    start = float(before.shares[ours])
    rows = []
    for _lever, change in table.iterrows():
        better = ratings.astype(dict.fromkeys((*BENEFITS, *SACRIFICES), float))
        for name in (*BENEFITS, *SACRIFICES):
            if change[name]:
                better.loc[own, name] = np.maximum(better.loc[own, name] + change[name], 0)
        after = choose(better)
        gain = (after.table["difference"] - before.table["difference"])[own].mean()
        share = float(after.shares[ours])
        spent = share * change[cost]
        rows.append(
            {
                "cost": change[cost],
                "mean_gain": gain,
                "share": share,
                "extra_share": share - start,
                "net": (share - start) * earned - spent,
                "per_yuan": (share - start) * earned / spent if spent else 0.0,
            }
        )
    found = table[[]].assign(**{name: [row[name] for row in rows] for name in rows[0]})
    return LeverReturns(found.sort_values("net", ascending=False, kind="stable"), start)
