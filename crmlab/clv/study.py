"""The five steps of a lifetime value study, from an order log to a strategy table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.clv.retention import retention_value

if TYPE_CHECKING:
    import pandas as pd

#: One point of retention, the unit in which the gain from loyalty is told.
_POINT = 0.01


def yearly_accounts(
    log: "pd.DataFrame",
    *,
    customer: str = "customer",
    date: str = "date",
    revenue: str = "amount",
    cost: str | None = "cost",
    end: Any = None,
) -> "pd.DataFrame":
    """Turn an order log into one row per customer and year of the relationship (客户年度账).

    Year 1 runs from a customer's first order to the day before its first anniversary, and so on.
    Counted so, every customer has whole years, whenever the relationship began; calendar years
    would cut the first one short and make customers look more loyal than they are.

    Parameters
    ----------
    log : DataFrame
        One row per order.
    customer, date, revenue : str
        Names of the columns; `date` holds dates.
    cost : str or None
        Column with the direct cost of the order; None counts no cost.
    end : date, optional
        Last day that the log covers; the day of the last order without it.

    Returns
    -------
    DataFrame
        Columns customer, year, orders, revenue, contribution; `complete`, whether the year had
        ended by `end`; and `retained`, 1 or 0, whether a customer who ordered in the year ordered
        again in the next. It is missing in years without an order and where the next year is not
        complete. Years without an order stand in the table with zeros.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, `date` holds no dates, a value is missing, or an order lies after
        `end`.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "customer": ["a", "a", "a", "b"], "amount": [10.0, 20, 40, 30],
    ...     "cost": [4.0, 8, 16, 12],
    ...     "date": pd.to_datetime(["2022-02-01", "2022-12-01", "2023-03-01", "2023-07-01"])})
    >>> yearly_accounts(log, end="2024-06-30")
      customer  year  orders  revenue  contribution  complete  retained
    0        a     1       2     30.0          18.0      True       1.0
    1        a     2       1     40.0          24.0      True       NaN
    2        a     3       0      0.0           0.0     False       NaN
    3        b     1       1     30.0          18.0      True       NaN
    """
    import pandas as pd

    _checks.columns(log, "log", [customer, date, revenue, *([] if cost is None else [cost])])
    when = _checks.dates(log[date], date)
    _checks.no_gaps(log[customer], customer)
    money = _checks.array(log[revenue], revenue)
    spent = 0.0 if cost is None else _checks.array(log[cost], cost)
    latest = when.max()
    last = latest if end is None else _checks.day(end, "end")
    if latest > last:
        raise ValueError(f"end must not lie before the last order, {latest.date()}; got {end!r}")
    who = log[customer].to_numpy()
    of_who = when.groupby(who)
    first = of_who.min()
    orders = pd.DataFrame(
        {
            "customer": who,
            "year": 1 + _whole_years(of_who.transform("min"), when.dt).to_numpy(),
            "orders": 1,
            "revenue": money,
            "contribution": money - spent,
        }
    )
    # A year is over when its anniversary has come, which is the day after its last day.
    over = _whole_years(first, last + pd.Timedelta(days=1))
    begun = 1 + _whole_years(first, last)
    every = pd.MultiIndex.from_tuples(
        [(who, year) for who, years in begun.items() for year in range(1, int(years) + 1)],
        names=["customer", "year"],
    )
    accounts = orders.groupby(["customer", "year"]).sum().reindex(every, fill_value=0).reset_index()
    accounts["complete"] = accounts["year"] <= accounts["customer"].map(over)
    active = accounts["orders"] > 0
    of_customer = accounts["customer"]
    again = active.groupby(of_customer).shift(-1)
    known = accounts["complete"].groupby(of_customer).shift(-1, fill_value=False)
    accounts["retained"] = again.astype(float).where(active & known)
    return accounts


def _whole_years(start: "pd.Series", day: Any) -> "pd.Series":
    """Anniversaries of `start` up to and including `day`, a date or the ``.dt`` of dates."""
    month, date = start.dt.month, start.dt.day
    before = (day.month < month) | ((day.month == month) & (day.day < date))
    return day.year - start.dt.year - before.astype(int)


@dataclass(frozen=True, eq=False)
class ClvStudy(Drawable):
    """Values, groups and strategies, made by :func:`clv_study`.

    Attributes
    ----------
    customers : DataFrame
        One row per customer, highest value first: value, net_value (less acquisition cost),
        return_on_acquisition (missing where winning the customer cost nothing), retention_point
        (gain in value from one more point of retention) and group.
    groups : DataFrame
        One row per group: customers, value, value_share, mean_value, return_on_acquisition,
        retention_point, strategy.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "customer": list("abcd"), "margin": [300, 100, 60, -20],
    ...     "retention": [0.9, 0.8, 0.6, 0.6], "acquisition_cost": [200, 200, 200, 200]})
    >>> study = clv_study(table, rate=0.1, cuts=(0.4, 0.8))
    >>> study
    ClvStudy(4 customers worth 2,104.67)
    >>> list(study.to_frame().columns)
    ['customers', 'value', 'value_share', 'mean_value', 'return_on_acquisition',
    'retention_point', 'strategy']
    """

    _picture = "study_groups"

    customers: "pd.DataFrame"
    groups: "pd.DataFrame"

    @property
    def total(self) -> float:
        """Lifetime value of all customers."""
        return float(self.customers["value"].sum())

    def to_frame(self) -> "pd.DataFrame":
        """Return the strategy table, one row per group.

        Returns
        -------
        DataFrame
        """
        return self.groups

    def __repr__(self) -> str:
        return f"ClvStudy({len(self.customers)} customers worth {self.total:,.2f})"


def clv_study(
    customers: "pd.DataFrame",
    rate: float,
    periods: int | None = None,
    *,
    customer: str = "customer",
    margin: str = "margin",
    retention: str = "retention",
    acquisition_cost: str = "acquisition_cost",
    cuts: tuple[float, float] = (0.2, 0.5),
) -> ClvStudy:
    """Value every customer, compare with what they cost to win, group them, plan (五个步骤).

    The five steps are: collect data (收集客户资料和数据), define and compute lifetime value
    (定义和计算终身价值), analyse investment and profit (客户投资与利润分析), group customers
    (客户分组), develop the marketing strategy (开发营销战略). :func:`yearly_accounts` does the
    first; this function does the others.

    Parameters
    ----------
    customers : DataFrame
        One row per customer.
    rate : float
        Discount rate per period, a fraction above −1 and at most 5.
    periods : int, optional
        Horizon; None is the infinite one.
    customer, margin, retention, acquisition_cost : str
        Names of the columns: identifier, margin per period after cost of service, chance to be
        kept from one period to the next, cost of winning the customer.
    cuts : (float, float)
        Shares of the customers with a positive value that end the first and the second group,
        0 < first < second < 1.

    Returns
    -------
    ClvStudy
        With ``.customers``, ``.groups``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a customer stands twice or a value is outside its bounds.

    Notes
    -----
    The value of a customer is ``retention_value(..., include_first=True)``: the margin of this
    period and of every period the customer may stay. Groups: customers without a positive value,
    and the rest by rank.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "customer": list("abcd"), "margin": [300, 100, 60, -20],
    ...     "retention": [0.9, 0.8, 0.6, 0.6], "acquisition_cost": [200, 200, 200, 200]})
    >>> study = clv_study(table, rate=0.1, cuts=(0.4, 0.8))
    >>> study.customers[["customer", "value", "net_value", "group"]].round(0)
      customer   value  net_value        group
    0        a  1650.0     1450.0          key
    1        b   367.0      167.0       growth
    2        c   132.0      -68.0        basic
    3        d   -44.0     -244.0  loss-making
    """
    import pandas as pd

    _checks.columns(customers, "customers", [customer, margin, retention, acquisition_cost])
    _checks.no_gaps(customers[customer], customer)
    if customers[customer].duplicated().any():
        twice = customers[customer][customers[customer].duplicated()].iloc[0]
        raise ValueError(f"{customer} must stand once in customers; got {twice!r} twice")
    shares = _checks.array(cuts, "cuts", 0, 1, open_low=True, open_high=True, ndim=1)
    if shares.size != 2 or shares[0] >= shares[1]:
        raise ValueError(f"cuts must be (first, second) with first < second; got {cuts!r}")
    first, second = shares
    discount = _checks.one_rate(rate)
    won = _checks.array(customers[acquisition_cost], acquisition_cost, 0)
    kept = _checks.probability(customers[retention], retention)
    margins = _checks.array(customers[margin], margin)

    def value(retained: Any) -> Any:
        column = (margins[:, None], retained[:, None])
        return retention_value(*column, discount, periods, include_first=True)

    worth = value(kept)
    table = pd.DataFrame(
        {
            "customer": customers[customer].to_numpy(),
            "value": worth,
            "acquisition_cost": won,
            "net_value": worth - won,
            "return_on_acquisition": np.divide(
                worth, won, out=np.full_like(worth, np.nan), where=won > 0
            ),
            "retention_point": value(np.minimum(kept + _POINT, 1)) - worth,
        }
    ).sort_values("value", ascending=False, kind="stable", ignore_index=True)
    gains = int((table["value"] > 0).sum())
    position = (table.index + 1) / max(gains, 1)
    names = _group_names()
    table["group"] = np.select(
        [table["value"] <= 0, position <= first, position <= second],
        [names[3], names[0], names[1]],
        default=names[2],
    )
    return ClvStudy(table, _strategy_table(table))


def _group_names() -> tuple[str, str, str, str]:
    return _("key"), _("growth"), _("basic"), _("loss-making")


def _strategy_table(table: "pd.DataFrame") -> "pd.DataFrame":
    key, growth, basic, losing = _group_names()
    strategies = {
        key: _("protect: a named contact, service before price"),
        growth: _("develop: cross-sell, ask for referrals"),
        basic: _("serve at low cost; no discounts to keep them"),
        losing: _("charge for service, cut its cost, or let go"),
    }
    by_group = table.groupby("group", sort=False)
    groups = by_group.agg(
        customers=("customer", "size"),
        value=("value", "sum"),
        mean_value=("value", "mean"),
        acquisition_cost=("acquisition_cost", "sum"),
        retention_point=("retention_point", "mean"),
    ).reindex([name for name in strategies if name in by_group.groups])
    groups.insert(2, "value_share", groups["value"] / groups["value"].sum())
    spent = groups.pop("acquisition_cost")
    groups.insert(4, "return_on_acquisition", groups["value"] / spent.where(spent > 0))
    return groups.assign(strategy=[strategies[str(name)] for name in groups.index])
