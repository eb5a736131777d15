"""Credit standards and terms: the price of a discount, and what a change of policy brings."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

#: At which value the money tied up in receivables is counted.
CARRY = ("cost", "price", "marginal")
#: What a change of policy moves, in the order of the table.
LINES = ("contribution", "carrying cost", "bad debts", "collection cost", "discounts")


def discount_cost(
    discount: Any, discount_days: Any, net_days: Any, year: float = 365, compound: bool = False
) -> Any:
    """Yearly cost of not taking a cash discount (放弃现金折扣的成本).

    Terms "a/b net c": a discount of a when paid within b days, else the whole within c days. Who
    lets the discount pass has the use of ``1 − a`` for ``c − b`` days and pays ``a`` for it:
    ``a / (1 − a) × year / (c − b)``; compound, ``(1 + a / (1 − a))^(year / (c − b)) − 1``.

    Parameters
    ----------
    discount : float or array
        a, as a fraction: 0.02 for 2 %; at least 0 and below 1.
    discount_days : float or array
        b, days.
    net_days : float or array
        c, days, after b; the day on which one really pays, if that is another.
    year : float
        Days of a year, 365 or 360.
    compound : bool
        Whether the cost of each spell bears cost itself, as an effective yearly rate.

    Returns
    -------
    float, or ndarray where an array was given
        Cost per year, as a fraction.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or `net_days` is not after `discount_days`.

    Notes
    -----
    For the buyer it is the price of the supplier's credit, to be compared with that of a bank.
    For the seller it is the price paid for being paid early.

    Examples
    --------
    >>> round(discount_cost(0.02, 10, 30), 4), round(discount_cost(0.02, 10, 30, year=360), 4)
    (0.3724, 0.3673)
    >>> round(discount_cost(0.02, 10, 30, compound=True), 4)
    0.4459
    """
    share = _checks.array(discount, "discount", 0, 1, open_high=True)
    gap, days = _gap(discount_days, net_days, year)
    _checks.together(discount=share, days=gap)
    cost = share / (1 - share)
    _flag(compound, "compound")
    with np.errstate(over="ignore"):
        yearly = (1 + cost) ** (days / gap) - 1 if compound else cost * days / gap
    found = _checks.finite(yearly)
    return float(found) if found.ndim == 0 else found


def break_even_discount(
    rate: Any, discount_days: Any, net_days: Any, year: float = 365, compound: bool = False
) -> Any:
    """Largest discount that early payment is worth at a given rate (盈亏平衡折扣率).

    It undoes :func:`discount_cost`: with ``k = rate × (c − b) / year``, or compound
    ``k = (1 + rate)^((c − b) / year) − 1``, the discount is ``k / (1 + k)``.

    Parameters
    ----------
    rate : float or array
        Cost of money per year, as a fraction, at least 0: the seller's for the most it should
        offer, the buyer's for the least it should ask.
    discount_days, net_days, year, compound
        As in :func:`discount_cost`.

    Returns
    -------
    float, or ndarray where an array was given
        Discount as a fraction.

    Raises
    ------
    ValueError, TypeError
        As :func:`discount_cost`.

    Examples
    --------
    At 12 % a year, being paid 20 days earlier is worth two thirds of a per cent, not 2 %.

    >>> round(break_even_discount(0.12, 10, 30), 5)
    0.00653
    """
    price = _checks.array(rate, "rate", 0)
    gap, days = _gap(discount_days, net_days, year)
    _checks.together(rate=price, days=gap)
    _flag(compound, "compound")
    with np.errstate(over="ignore"):
        cost = (1 + price) ** (gap / days) - 1 if compound else price * gap / days
    found = np.asarray(_checks.finite(cost) / (1 + cost))
    return float(found) if found.ndim == 0 else found


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False; got {value!r}")
    return bool(value)


def _gap(discount_days: Any, net_days: Any, year: Any) -> tuple[FloatArray, float]:
    """Days from the end of the discount to the net date, and days of a year."""
    first = _checks.array(discount_days, "discount_days", 0)
    last = _checks.array(net_days, "net_days", 0)
    _checks.together(discount_days=first, net_days=last)
    gap = last - first
    if (gap <= 0).any():
        where = tuple(np.argwhere(np.atleast_1d(gap) <= 0)[0])
        early, late = (np.broadcast_to(x, np.atleast_1d(gap).shape)[where] for x in (first, last))
        raise ValueError(f"net_days must be after discount_days ({early:g}); got {late:g}")
    return gap, _checks.number(year, "year", 0, open_low=True)


@dataclass(frozen=True)
class CreditPolicy:
    """Credit standards and terms with what is expected of them (信用政策).

    Parameters
    ----------
    sales : float
        Credit sales per year.
    days : float
        Mean days until payment of those who take no discount: the net days and what they are late.
    bad_debts : float
        Share of the sales that is never paid, as a fraction.
    collection_cost : float
        Cost of collecting per year.
    discount : float or sequence of float
        Cash discount, as a fraction; several for terms such as 3/10, 2/20, net 45.
    discount_days : float or sequence of float
        Days within which it is granted, one for each discount.
    discount_share : float or sequence of float
        Share of the sales paid with it, one for each discount; together at most 1.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, the discounts do not go together, or a share is paid
        with a discount of 0.

    Examples
    --------
    >>> policy = CreditPolicy(1000, 60, 0.02, discount=0.01, discount_days=10, discount_share=0.5)
    >>> policy.average_days, policy.receivables(year=365) * 365 / 1000
    (35.0, 35.0)
    """

    sales: float
    days: float
    bad_debts: float = 0.0
    collection_cost: float = 0.0
    discount: Any = 0.0
    discount_days: Any = 0.0
    discount_share: Any = 0.0

    def __post_init__(self) -> None:
        """Check every field."""
        for name in ("sales", "days", "collection_cost"):
            object.__setattr__(self, name, _checks.number(getattr(self, name), name, 0))
        object.__setattr__(self, "bad_debts", _checks.number(self.bad_debts, "bad_debts", 0, 1))
        discount = _list(self.discount, "discount", 1, open_high=True)
        days = _list(self.discount_days, "discount_days")
        share = _list(self.discount_share, "discount_share", 1)
        if not discount.size == days.size == share.size:
            raise ValueError(
                "discount, discount_days and discount_share must have equal lengths; got "
                f"{discount.size}, {days.size} and {share.size}"
            )
        if share.sum() > 1 + 1e-9:
            raise ValueError(f"discount_share must sum to at most 1; got a sum of {share.sum():g}")
        if ((share > 0) & (discount == 0)).any():
            raise ValueError(
                "discount_share must be 0 where the discount is 0; got a share above 0"
            )
        used = discount > 0
        if (days[used] >= self.days).any() and used.any():
            late = days[used].max()
            raise ValueError(f"discount_days must be below days ({self.days:g}); got {late:g}")
        for name, value in (("discount", discount), ("discount_days", days),
                            ("discount_share", share)):  # fmt: skip
            kept = tuple(map(float, value))
            object.__setattr__(self, name, kept if len(kept) > 1 else kept[0])

    @property
    def average_days(self) -> float:
        """Mean days until payment of all sales: those with and those without a discount."""
        share, days = np.atleast_1d(self.discount_share), np.atleast_1d(self.discount_days)
        return float(share @ days + (1 - share.sum()) * self.days)

    def receivables(self, year: float = 365) -> float:
        """Mean amount that customers owe, at selling prices.

        Parameters
        ----------
        year : float
            Days of a year.

        Returns
        -------
        float

        Raises
        ------
        ValueError, TypeError
            If `year` is not above 0.
        """
        return self.sales * self.average_days / _checks.number(year, "year", 0, open_low=True)


def _list(value: Any, name: str, high: float = np.inf, *, open_high: bool = False) -> FloatArray:
    checked = _checks.array(value, name, 0, high, open_high=open_high)
    if checked.ndim > 1:
        raise ValueError(f"{name} must be one number or a list; got shape {checked.shape}")
    return np.atleast_1d(checked)


def as_policy(value: Any, name: str) -> CreditPolicy:
    """Return a policy, or the one that a mapping of its fields describes."""
    if isinstance(value, CreditPolicy):
        return value
    if not isinstance(value, Mapping):
        raise TypeError(
            f"{name} must be a CreditPolicy or a mapping of its fields; got {type(value).__name__}"
        )
    known = [field.name for field in fields(CreditPolicy)]
    unknown = [key for key in value if key not in known]
    if unknown:
        raise ValueError(f"{name} must hold only {', '.join(known)}; got {unknown[0]!r}")
    missing = [key for key in ("sales", "days") if key not in value]
    if missing:
        raise ValueError(f"{name} must hold {missing[0]!r}; got {', '.join(map(str, value))}")
    try:
        return CreditPolicy(**value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def values_of(policy: CreditPolicy) -> dict[str, Any]:
    """Numbers of a policy from which its lines are worked out."""
    share, cut = np.atleast_1d(policy.discount_share), np.atleast_1d(policy.discount)
    return {
        "sales": policy.sales,
        "days": policy.average_days,
        "bad_debts": policy.bad_debts,
        "collection_cost": policy.collection_cost,
        "discounts": float(share @ cut),
    }


def policy_lines(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    variable_cost: Any,
    rate: Any,
    carry: str,
    year: float,
) -> tuple[list[Any], list[Any]]:
    """Return the five lines of both policies, costs below 0; arrays work as well as numbers."""
    kept = np.minimum(old["sales"], new["sales"])
    result = []
    for policy in (old, new):
        sales = policy["sales"]
        moved = sales - kept
        tied = {"price": sales, "cost": variable_cost * sales, "marginal": kept
                + variable_cost * moved}[carry]  # fmt: skip
        result.append(
            [
                (1 - variable_cost) * sales,
                -rate * tied * policy["days"] / year,
                -policy["bad_debts"] * sales,
                -policy["collection_cost"],
                -policy["discounts"] * sales,
            ]
        )
    return result[0], result[1]


def conditions(variable_cost: Any, rate: Any, carry: Any, year: Any) -> tuple[float, float, float]:
    """Check what is common to all policies; return cost ratio, rate and days of a year."""
    cost = _checks.number(variable_cost, "variable_cost", 0)
    price = _checks.one_rate(rate, low=0, open_low=False)
    _checks.choice(carry, "carry", CARRY)
    return cost, price, _checks.number(year, "year", 0, open_low=True)


@dataclass(frozen=True, eq=False)
class TermsChange(Drawable):
    """Profit under two credit policies, line by line; made by :func:`terms_change`.

    Attributes
    ----------
    table : DataFrame
        Indexed by line, the last "profit": old, new and change per year. Costs are below 0, so
        that a column adds up to its profit.
    old, new : CreditPolicy
        As given.
    variable_cost, rate, year : float
        As given.
    carry : str
        As given.

    Examples
    --------
    >>> old = CreditPolicy(500_000, 30, bad_debts=0.01, collection_cost=3000)
    >>> new = CreditPolicy(600_000, 60, bad_debts=0.015, collection_cost=4000)
    >>> result = terms_change(old, new, variable_cost=0.8, rate=0.15, year=360)
    >>> result
    TermsChange(profit changes by 8,000.00; break-even bad debts 2.83 % of sales)
    >>> result.to_frame()
                          old       new   change
    line
    contribution     100000.0  120000.0  20000.0
    carrying cost     -5000.0  -12000.0  -7000.0
    bad debts         -5000.0   -9000.0  -4000.0
    collection cost   -3000.0   -4000.0  -1000.0
    discounts             0.0       0.0      0.0
    profit            87000.0   95000.0   8000.0
    """

    _picture = "terms_change"

    table: "pd.DataFrame"
    old: CreditPolicy
    new: CreditPolicy
    variable_cost: float
    rate: float
    carry: str
    year: float

    @property
    def change(self) -> float:
        """Change in profit per year; above 0 the new policy pays."""
        return float(self.table["change"].loc["profit"])

    @property
    def pays(self) -> bool:
        """Whether the new policy brings more than the old one."""
        return self.change > 0

    @property
    def tied_up(self) -> float:
        """Change of the money tied up in receivables, at the value that `carry` names."""
        return self._tied(self.new.sales, "new") - self._tied(self.new.sales, "old")

    @property
    def break_even_bad_debts(self) -> float:
        """Share of all new sales that may go bad before the change costs money.

        Below 0: even without a bad debt it does not pay. Missing where there are no new sales.
        """
        if self.new.sales == 0:
            return float("nan")
        return self.new.bad_debts + self.change / self.new.sales

    @property
    def break_even_bad_debts_extra(self) -> float:
        """The same share of the extra sales alone, if the old sales go bad as before.

        Missing where sales do not rise.
        """
        extra = self.new.sales - self.old.sales
        if extra <= 0:
            return float("nan")
        allowed = self.break_even_bad_debts * self.new.sales
        return (allowed - self.old.bad_debts * self.old.sales) / extra

    @property
    def break_even_sales(self) -> float:
        """Sales per year at which the change neither brings nor costs anything.

        Days, bad debts and discounts are those of the new policy, as shares. Missing where no
        sales can pay for it.
        """
        here, start = self._at(self.old.sales), self.old.sales
        if here <= 0:
            step = start or 1.0
            slope = (self._at(start + step) - here) / step
            return start - here / slope if slope > 0 else (start if here == 0 else float("nan"))
        slope = (here - self._at(0.0)) / start if start else 0.0
        needed = start - here / slope if slope > 0 else float("nan")
        return needed if needed >= 0 else float("nan")

    def _at(self, sales: float) -> float:
        """Change in profit if the new policy had these sales."""
        new = {**values_of(self.new), "sales": sales}
        before, after = policy_lines(
            values_of(self.old), new, self.variable_cost, self.rate, self.carry, self.year
        )
        return float(sum(after) - sum(before))

    def _tied(self, sales: float, which: str) -> float:
        lines = policy_lines(
            values_of(self.old), {**values_of(self.new), "sales": sales}, self.variable_cost, 1.0,
            self.carry, self.year,
        )  # fmt: skip
        return -float(lines[which == "new"][1])

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per line.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return (
            f"TermsChange(profit changes by {self.change:,.2f}; break-even bad debts "
            f"{100 * self.break_even_bad_debts:.2f} % of sales)"
        )


def terms_change(
    old: Any,
    new: Any,
    variable_cost: float,
    rate: float,
    *,
    carry: str = "cost",
    year: float = 365,
) -> TermsChange:
    """Change in profit from other credit standards or terms (信用标准与信用条件的变更).

    Contribution on the extra sales, less carrying cost of the receivables, bad debts, collection
    cost and discounts taken, each as its change from the old policy to the new one.

    Parameters
    ----------
    old, new : CreditPolicy or mapping of its fields
        The two policies.
    variable_cost : float
        Variable cost per yuan of sales, at least 0. Fixed cost is the same under both policies.
    rate : float
        Required return on the money tied up, per year, as a fraction.
    carry : {"cost", "price", "marginal"}
        At which value receivables count as money tied up. "cost": all at variable cost, which is
        what the firm has really paid out for the goods (the usual textbook form). "price": all at
        selling price, as the ledger shows them. "marginal": sales that both policies have at
        price, since waiting longer for them postpones the whole price; sales that come or go with
        the change at variable cost.
    year : float
        Days of a year, 365 or 360.

    Returns
    -------
    TermsChange
        With ``.change``, ``.pays``, ``.break_even_bad_debts``, ``.break_even_sales``,
        ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, a field is unknown, or `carry` is.

    Notes
    -----
    Receivables are ``sales × average days / year``, bad debts and discounts shares of the sales
    at price. The sum of a policy's lines is profit before fixed cost. With "marginal" the carrying
    cost of one policy depends on the other, and only the change has a meaning.

    Which value is the right one has been disputed; see Atkins and Kim (1977).

    Examples
    --------
    Sales rise by a fifth if customers may pay after 60 days in place of 30.

    >>> old = CreditPolicy(500_000, 30, bad_debts=0.01, collection_cost=3000)
    >>> new = CreditPolicy(600_000, 60, bad_debts=0.015, collection_cost=4000)
    >>> result = terms_change(old, new, variable_cost=0.8, rate=0.15, year=360)
    >>> result.table.round().astype(int)
                        old     new  change
    line
    contribution     100000  120000   20000
    carrying cost     -5000  -12000   -7000
    bad debts         -5000   -9000   -4000
    collection cost   -3000   -4000   -1000
    discounts             0       0       0
    profit            87000   95000    8000
    >>> result
    TermsChange(profit changes by 8,000.00; break-even bad debts 2.83 % of sales)
    """
    import pandas as pd

    first, second = as_policy(old, "old"), as_policy(new, "new")
    cost, price, days = conditions(variable_cost, rate, carry, year)
    before, after = policy_lines(values_of(first), values_of(second), cost, price, carry, days)
    table = pd.DataFrame(
        {"old": [*before, sum(before)], "new": [*after, sum(after)]},
        index=pd.Index([*LINES, "profit"], name="line"),
    )
    table = table + 0.0  # no line shows −0
    table["change"] = table["new"] - table["old"]
    _checks.finite(table)
    return TermsChange(table, first, second, cost, price, carry, days)
