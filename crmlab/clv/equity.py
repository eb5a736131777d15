"""Customer equity: the value of all customers, what drives it, and what pays (客户资产)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class CustomerEquity(Drawable):
    """Customer equity by segment or by brand, from :func:`customer_equity` or :class:`EquityModel`.

    Attributes
    ----------
    table : DataFrame
        One row per segment or brand: customers, mean_value, equity, share.
    values : DataFrame or Series
        Lifetime value of each customer: to each brand where it is by brand.

    Examples
    --------
    >>> found = customer_equity([100, 300, -20], ["new", "old", "new"], customers=[10, 20, 5])
    >>> found
    CustomerEquity(6,900 in all; segment 'old' 87.0 %)
    >>> found.to_frame().round(2)
             customers  mean_value  equity  share
    segment
    old           20.0       300.0  6000.0   0.87
    new           15.0        60.0   900.0   0.13
    """

    _picture = "customer_equity"

    table: "pd.DataFrame"
    values: "pd.DataFrame | pd.Series"

    @property
    def total(self) -> float:
        """The equity of all rows together."""
        return float(self.table["equity"].sum())

    def to_frame(self) -> "pd.DataFrame":
        """One row per segment or brand.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        top = self.table.index[int(self.table["equity"].argmax())]
        return (
            f"CustomerEquity({self.total:,.0f} in all; {self.table.index.name} {top!r} "
            f"{100 * self.table['share'].max():.1f} %)"
        )


def customer_equity(value: Any, segment: Any = None, customers: Any = None) -> CustomerEquity:
    """Sum lifetime values to the equity of the customer base, by segment (客户资产).

    ``CE = Σ CLV`` over all customers (Blattberg & Deighton 1996).

    Parameters
    ----------
    value : array of shape (n,)
        Lifetime value of each customer, or the mean value of each kind of customer.
    segment : array of shape (n,), optional
        Segment of each row. Without it there is one segment, "all".
    customers : array of shape (n,), optional
        How many customers each row stands for, at least 0; 1 without it.

    Returns
    -------
    CustomerEquity
        By segment, the largest equity first, with ``.total``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If lengths differ, a segment is missing, or nobody is counted.

    Notes
    -----
    Value that a customer brings by referral must be left out here: the customers who were sent
    have values of their own.

    Examples
    --------
    >>> customer_equity([100, 300, -20], ["new", "old", "new"], customers=[10, 20, 5]).table
             customers  mean_value  equity     share
    segment
    old           20.0       300.0  6000.0  0.869565
    new           15.0        60.0   900.0  0.130435
    """
    import pandas as pd

    _checks.same_index(value, segment, "value and segment")
    _checks.same_index(value, customers, "value and customers")
    worth = _checks.array(value, "value", ndim=1)
    n = worth.size
    many = np.ones(n) if customers is None else _checks.array(customers, "customers", 0, ndim=1)
    if many.size != n:
        raise ValueError(f"customers must hold one number per value ({n}); got {many.size}")
    if not many.sum():
        raise ValueError("customers must count somebody; got only zeros")
    names = pd.Series(["all"] * n if segment is None else _labels(segment, n))
    table = pd.DataFrame({"segment": names, "customers": many, "equity": many * worth})
    table = table.groupby("segment", sort=True)[["customers", "equity"]].sum()
    _checks.finite([table["equity"].sum()])
    counted = table["customers"].where(table["customers"] > 0)
    table.insert(1, "mean_value", table["equity"] / counted)
    table["share"] = _share(table["equity"])
    table = table.sort_values("equity", ascending=False, kind="stable")
    index = value.index if isinstance(value, pd.Series) else None
    return CustomerEquity(table, pd.Series(worth, index=index, name="value"))


def _labels(segment: Any, n: int) -> list[Any]:
    import pandas as pd

    names = pd.Series(_checks.listed(segment, "segment", "labels, one per value"), dtype=object)
    if len(names) != n:
        raise ValueError(f"segment must hold one label per value ({n}); got {len(names)}")
    _checks.no_gaps(names, "segment")
    return names.tolist()


def _share(equity: "pd.Series") -> "pd.Series":
    total = equity.sum()
    return equity / total if total else equity * np.nan


@dataclass(frozen=True, eq=False)
class EquityReturns(Drawable):
    """What each improvement does to customer equity, made by :meth:`EquityModel.returns`.

    Attributes
    ----------
    table : DataFrame
        One row per improvement, the highest net first: cost, gain, net, roi, and the share of
        equity after it. With draws also `low` and `high`, the interval of `net`.
    changes : DataFrame
        Change of the equity of every brand: who loses what is won.
    brand : label
        The brand that improves.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.clv import EquityModel
    >>> survey = pd.DataFrame({
    ...     "customer": list("aabbccddeeff"), "brand": ["X", "Y"] * 6,
    ...     "quality": [8, 5, 7, 6, 4, 7, 5, 8, 6, 5, 7, 4],
    ...     "last": [True, False] * 3 + [False, True] * 3,
    ...     "chosen": [True, False] * 2 + [False, True] * 2 + [True, False, False, True]})
    >>> model = EquityModel({"value": ["quality"]}).fit(survey)
    >>> plan = pd.DataFrame({"quality": [0.5], "cost": [5.0]}, index=["training"])
    >>> found = model.returns(survey, "X", plan, contribution=100, rate=0.1, horizon=2)
    >>> found
    EquityReturns(1 improvements of 'X'; best 'training': gain 49, cost 5)
    >>> found.to_frame().round(2)
              cost   gain    net   roi  share
    training   5.0  48.89  43.89  8.78   0.59
    """

    _picture = "equity_returns"

    table: "pd.DataFrame"
    changes: "pd.DataFrame"
    brand: Any

    def to_frame(self) -> "pd.DataFrame":
        """One row per improvement, the most profitable first.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        best = self.table.iloc[0]
        return (
            f"EquityReturns({len(self.table)} improvements of {self.brand!r}; best "
            f"{self.table.index[0]!r}: gain {best['gain']:,.0f}, cost {best['cost']:,.0f})"
        )
