"""The customer pyramid: four tiers by profit, what each brings, and who costs money."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.grading._order import by_headcount, group_names, rising_cuts

if TYPE_CHECKING:
    import pandas as pd

NAMINGS = ("metals", "sizes")


def tier_names(naming: str = "metals") -> tuple[str, str, str, str]:
    """Names of the four tiers of the pyramid, the best first (客户金字塔的层级).

    Parameters
    ----------
    naming : {"metals", "sizes"}
        Platinum, gold, iron, lead (铂金, 黄金, 铁, 铅), or VIP, major, ordinary, small
        (VIP客户, 主要客户, 普通客户, 小客户).

    Returns
    -------
    tuple of str

    Raises
    ------
    ValueError
        If the naming is unknown.

    Examples
    --------
    >>> tier_names("sizes")
    ('VIP', 'major', 'ordinary', 'small')
    """
    _checks.choice(naming, "naming", NAMINGS)
    if naming == "metals":
        return _("platinum"), _("gold"), _("iron"), _("lead")
    return _("VIP"), _("major"), _("ordinary"), _("small")


@dataclass(frozen=True, eq=False)
class Pyramid(Drawable):
    """Tiers of customers, made by :func:`pyramid`.

    Attributes
    ----------
    tiers : ndarray of shape (n,)
        Name of each customer's tier, in the order of the values.
    table : DataFrame
        One row per tier, the best first: customers, customer_share, revenue and revenue_share
        (where revenue was given), profit, profit_share, mean_profit (NaN in a tier without
        customers), losing (customers with a negative profit).
    index : tuple
        Labels of the customers: those of a Series, else 0 to n − 1.

    Examples
    --------
    >>> found = pyramid([90, 40, 20, 10, -30], cuts=(0.2, 0.4, 0.6))
    >>> found
    Pyramid(platinum 1, gold 1, iron 1, lead 2)
    >>> found.to_frame().round(2)
              customers  customer_share  profit  profit_share  mean_profit  losing
    tier
    platinum          1             0.2    90.0          0.69         90.0       0
    gold              1             0.2    40.0          0.31         40.0       0
    iron              1             0.2    20.0          0.15         20.0       0
    lead              2             0.4   -20.0         -0.15        -10.0       1
    >>> found.to_series().tolist()
    ['platinum', 'gold', 'iron', 'lead', 'lead']
    """

    _picture = "pyramid"

    tiers: np.ndarray
    table: "pd.DataFrame"
    index: tuple[Hashable, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per tier.

        Returns
        -------
        DataFrame
        """
        return self.table

    def to_series(self) -> "pd.Series":
        """Return the tier of each customer, labelled as the profits were.

        Returns
        -------
        Series
        """
        import pandas as pd

        return pd.Series(self.tiers, index=list(self.index), name="tier")

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {size}" for name, size in self.table["customers"].items())
        return f"Pyramid({sizes})"


def pyramid(
    profit: Any,
    revenue: Any = None,
    *,
    cuts: tuple[float, ...] = (0.01, 0.05, 0.2),
    names: Any = "metals",
    losing_last: bool = True,
) -> Pyramid:
    """Sort customers into the tiers of the pyramid by their profit (客户金字塔).

    Parameters
    ----------
    profit : array or Series of shape (n,)
        Profit of each customer after the cost of serving; may be negative.
    revenue : array or Series of shape (n,), optional
        Revenue of each customer in the same order, at least 0, for its share of each tier.
    cuts : sequence of float
        Shares of the customers at which a tier ends, rising: 1 %, 5 % and 20 % leave 80 % for the
        lowest tier.
    names : {"metals", "sizes"} or sequence of str
        As in :func:`tier_names`, or names of your own, one more than cuts.
    losing_last : bool
        Whether a customer with a negative profit is always in the lowest tier, which Zeithaml,
        Rust and Lemon call lead: the customers who cost money.

    Returns
    -------
    Pyramid
        With ``.tiers``, ``.table``, ``.to_series()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a value is missing, revenue and profit have different lengths, or a setting is not
        allowed.

    Notes
    -----
    Zeithaml, Rust and Lemon (2001). Where the tiers end is a decision of the firm. Customers with
    equal profit are in one tier, the highest that one of them reaches. Shares of the profit are
    of the sum over all customers, losses included, so they may be above 1; they are missing where
    that sum is not above 0.

    Examples
    --------
    >>> pyramid([90, 40, 20, 10, -30], cuts=(0.2, 0.4, 0.6)).table[
    ...     ["customers", "profit", "profit_share", "losing"]].round(2)
              customers  profit  profit_share  losing
    tier
    platinum          1    90.0          0.69       0
    gold              1    40.0          0.31       0
    iron              1    20.0          0.15       0
    lead              2   -20.0         -0.15       1
    """
    import pandas as pd

    gains = _checks.array(profit, "profit", ndim=1)
    ends = rising_cuts(cuts)
    known = names in NAMINGS if isinstance(names, str) else False
    labels = group_names(tier_names(names) if known else names, "names", ends.size + 1)
    if not isinstance(losing_last, bool | np.bool_):
        raise TypeError(f"losing_last must be True or False; got {losing_last!r}")
    groups = by_headcount(gains, ends)
    if losing_last:
        groups = np.where(gains < 0, ends.size, groups)

    def total(amounts: Any) -> Any:
        return np.bincount(groups, amounts, minlength=len(labels))

    def share(amounts: Any) -> Any:
        return amounts / amounts.sum() if amounts.sum() > 0 else np.full(len(labels), np.nan)

    size, earned = total(None), total(gains)
    columns: dict[str, Any] = {"customers": size, "customer_share": size / gains.size}
    if revenue is not None:
        sales = _checks.array(revenue, "revenue", 0, ndim=1)
        if sales.size != gains.size:
            raise ValueError(
                f"revenue must have one value per profit ({gains.size}); got {sales.size}"
            )
        columns |= {"revenue": total(sales), "revenue_share": share(total(sales))}
    columns |= {
        "profit": earned,
        "profit_share": share(earned),
        "mean_profit": np.divide(earned, size, out=np.full(size.size, np.nan), where=size > 0),
        "losing": total((gains < 0).astype(float)).astype(int),
    }
    table = pd.DataFrame(columns, index=pd.Index(labels, name="tier"))
    index = _checks.labels(profit, "index", gains.size)
    return Pyramid(np.array(labels, dtype=object)[groups], table, index)
