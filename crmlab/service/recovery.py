"""What mending a complaint does: who stays, and what a mended complaint is worth."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

#: What became of an order, in this order.
OUTCOMES = ("no complaint", "mended", "not mended", "not asked")


@dataclass(frozen=True, eq=False, repr=False)
class ComplaintOutcomes:
    """Orders with the complaint about them and what came after, made by :func:`complaint_outcomes`.

    Attributes
    ----------
    table : DataFrame
        Indexed by order: customer, date, complaint (one of "no complaint", "mended", "not mended",
        "not asked"), tenure (days since the customer's first order), kept (whether the customer
        ordered in the second span after the order).
    span : int
        Days of each of the two spans.
    too_late : int
        Orders left out because the second span ends after the last day.
    after_other : int
        Orders without a complaint left out because the customer complained in the span before.

    Examples
    --------
    >>> from crmlab import datasets
    >>> found = complaint_outcomes(datasets.load("company_orders"),
    ...     datasets.load("company_tickets"), end="2025-12-31")
    >>> found
    ComplaintOutcomes(11,220 orders, 1,005 with a complaint; 10,892 left out)
    >>> found.to_frame().head(2)
           customer       date     complaint  tenure   kept
    order
    O00001    C0001 2021-01-02  no complaint       0   True
    O00002    C0002 2021-01-02  no complaint       0  False
    """

    table: "pd.DataFrame"
    span: int
    too_late: int
    after_other: int

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per order.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        complaints = int((self.table["complaint"] != OUTCOMES[0]).sum())
        return (
            f"ComplaintOutcomes({len(self.table):,} orders, {complaints:,} with a complaint; "
            f"{self.too_late + self.after_other:,} left out)"
        )


def complaint_outcomes(
    orders: "pd.DataFrame", tickets: "pd.DataFrame", *, end: Any, span: int = 180
) -> ComplaintOutcomes:
    """Set orders with a complaint beside orders without one (投诉与客户保持).

    Counting customers would not be fair: who stays longer has more time to complain, so that
    complaining seems to keep customers (immortal time bias, 永生时间偏差). Here every *order* is a
    case of its own. Its customer was there on that day, with a complaint or without; we look
    whether he or she ordered again in the second of two spans after it.

    Parameters
    ----------
    orders : DataFrame
        order, customer, date.
    tickets : DataFrame
        order, kind, opened, satisfied ("yes", "no", or missing when not asked). Only those of kind
        "complaint" are used; of several about one order the last counts.
    end : date or text
        Last day that was seen, not before the last order.
    span : int
        Days of a span, at least 1.

    Returns
    -------
    ComplaintOutcomes
        With ``.table`` and ``.to_frame()``.

    Raises
    ------
    ValueError, TypeError
        If a column or value is missing, an order is there twice, a ticket is about an unknown
        order, or `end` lies before the last order.

    Notes
    -----
    An order without a complaint is left out if its customer opened a complaint in the span before
    it: that complaint may still work. What comes *after* the order is not looked at, neither here
    nor there, since that would choose by the future.

    Examples
    --------
    >>> from crmlab import datasets
    >>> found = complaint_outcomes(datasets.load("company_orders"),
    ...     datasets.load("company_tickets"), end="2025-12-31")
    >>> found.table["complaint"].value_counts()["not mended"].item()
    170
    """
    import pandas as pd

    _checks.columns(orders, "orders", ["order", "customer", "date"])
    _checks.columns(tickets, "tickets", ["order", "kind", "opened", "satisfied"])
    days = _checks.count(span, "span")
    stop = _checks.day(end, "end")
    table = orders[["order", "customer"]].assign(date=_checks.dates(orders["date"], "date"))
    for column in ("order", "customer"):
        _checks.no_gaps(table[column], column)
    if table["order"].duplicated().any():
        twice = table.loc[table["order"].duplicated(), "order"].iloc[0]
        raise ValueError(f"orders must have each order once; got {twice!r} twice")
    if stop < table["date"].max():
        raise ValueError(f"end must not be before the last order; got {end}")
    mine = tickets[tickets["kind"] == "complaint"]
    mine = mine.assign(opened=_checks.dates(mine["opened"], "opened"))
    unknown = mine.loc[~mine["order"].isin(table["order"]), "order"]
    if len(unknown):
        raise ValueError(f"tickets must be about orders of the log; got {unknown.iloc[0]!r}")
    said = mine["satisfied"].dropna()
    for answer in said.unique():
        _checks.choice(answer, "satisfied", ("yes", "no"))
    mine = mine.sort_values("opened", kind="stable").drop_duplicates("order", keep="last")
    outcome = (
        mine["satisfied"]
        .astype(object)
        .map({"yes": OUTCOMES[1], "no": OUTCOMES[2]})
        .fillna(OUTCOMES[3])
    )
    of_order = pd.Series(outcome.to_numpy(), index=mine["order"])
    table["complaint"] = table["order"].map(of_order).fillna(OUTCOMES[0])
    table["tenure"] = (table["date"] - table.groupby("customer")["date"].transform("min")).dt.days
    step = pd.Timedelta(days=days)
    opened = mine.assign(customer=mine["order"].map(table.set_index("order")["customer"]))
    since = _in_window(table, opened, "opened", -step, pd.Timedelta(0))
    table["kept"] = _in_window(table, table, "date", step, 2 * step)
    late = table["date"] + 2 * step > stop
    other = (table["complaint"] == OUTCOMES[0]) & since
    chosen = table[~late & ~other].set_index("order")
    return ComplaintOutcomes(chosen, days, int(late.sum()), int((other & ~late).sum()))


def _in_window(
    table: "pd.DataFrame", events: "pd.DataFrame", when: str, low: Any, high: Any
) -> Any:
    """Whether the row's customer has an event in (date + low, date + high]."""
    import pandas as pd

    days: dict[Any, Any] = {
        who: np.sort(part.to_numpy()) for who, part in events.groupby("customer")[when]
    }
    none = np.array([], dtype="datetime64[us]")
    inside = np.zeros(len(table), dtype=bool)
    for who, rows in table.groupby("customer").indices.items():
        times = days.get(who, none)
        dates = table["date"].to_numpy()[rows]
        first = np.searchsorted(times, dates + np.timedelta64(pd.Timedelta(low)), "right")
        last = np.searchsorted(times, dates + np.timedelta64(pd.Timedelta(high)), "right")
        inside[rows] = last > first
    return inside


@dataclass(frozen=True, eq=False, repr=False)
class RecoveryValue(Drawable):
    """What mending more complaints is worth in a year, made by :func:`recovery_value`.

    Attributes
    ----------
    complaints : float
        Complaints in a year.
    mended, target : float
        Share that is mended now, and with the measure.
    saved : float
        Customers kept per complaint that is mended instead of not.
    low, high : float
        Interval of `saved`.
    worth : float
        What a kept customer is still worth, money.
    cost : float
        Cost of the measure in a year, money.

    Examples
    --------
    >>> found = recovery_value(400, 0.5, 0.7, 0.15, 1000, cost=5000)
    >>> found
    RecoveryValue(80 more mended, 12.0 customers kept, net 7,000 [7,000, 7,000])
    >>> found.to_frame()
              saved  customers     gain    cost     net
    low        0.15       12.0  12000.0  5000.0  7000.0
    estimate   0.15       12.0  12000.0  5000.0  7000.0
    high       0.15       12.0  12000.0  5000.0  7000.0
    >>> round(found.net(saved=0.1), 2)
    3000.0
    """

    _picture = "recovery_value"

    complaints: float
    mended: float
    target: float
    saved: float
    low: float
    high: float
    worth: float
    cost: float

    @property
    def more(self) -> float:
        """Complaints that are mended in addition."""
        return self.complaints * (self.target - self.mended)

    def net(self, saved: float | None = None) -> float:
        """Return what the measure leaves in a year, at another effect if one is given.

        Parameters
        ----------
        saved : float, optional
            Customers kept per complaint mended; the estimate without it.

        Returns
        -------
        float

        Raises
        ------
        ValueError, TypeError
            If `saved` is outside −1 to 1.
        """
        effect = self.saved if saved is None else _checks.number(saved, "saved", -1, 1)
        return self.more * effect * self.worth - self.cost

    @property
    def break_even(self) -> float:
        """Share of complaints that must be mended for the measure to pay; may be above 1."""
        per_point = self.complaints * self.saved * self.worth
        return self.mended + self.cost / per_point if per_point > 0 else float("inf")

    def to_frame(self) -> "pd.DataFrame":
        """Rows low, estimate, high: saved, customers kept, gain, cost, net.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        effect = pd.Series({"low": self.low, "estimate": self.saved, "high": self.high})
        table = pd.DataFrame({"saved": effect, "customers": self.more * effect})
        table["gain"] = table["customers"] * self.worth
        table["cost"] = self.cost
        return table.assign(net=table["gain"] - table["cost"])

    def __repr__(self) -> str:
        return (
            f"RecoveryValue({self.more:.0f} more mended, {self.more * self.saved:.1f} customers "
            f"kept, net {self.net():,.0f} [{self.net(self.low):,.0f}, {self.net(self.high):,.0f}])"
        )


def recovery_value(
    complaints: float,
    mended: float,
    target: float,
    saved: Any,
    worth: float,
    cost: float = 0.0,
) -> RecoveryValue:
    """Value of mending more complaints (服务补救的价值).

    ``complaints × (target − mended) × saved × worth − cost``.

    Parameters
    ----------
    complaints : float
        Complaints in a year, at least 0.
    mended, target : float
        Share that is mended now, and with the measure; 0 to 1, the target not below.
    saved : float or Series
        Customers kept per complaint that is mended instead of not, −1 to 1; or what
        :meth:`crmlab.service.StandardisedShares.difference` returns, with its interval.
    worth : float
        What a kept customer is still worth, at least 0, in money.
    cost : float
        Cost of the measure in a year, at least 0, in money.

    Returns
    -------
    RecoveryValue
        With ``.net()``, ``.break_even``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, or the target is below the share mended now.

    Examples
    --------
    >>> recovery_value(400, 0.5, 0.7, 0.15, 1000, cost=5000)
    RecoveryValue(80 more mended, 12.0 customers kept, net 7,000 [7,000, 7,000])
    """
    import pandas as pd

    now = _checks.number(mended, "mended", 0, 1)
    then = _checks.number(target, "target", 0, 1)
    if then < now:
        raise ValueError(f"target must not be below mended, {now:g}; got {then:g}")
    if isinstance(saved, pd.Series):
        for name in ("difference", "low", "high"):
            if name not in saved.index:
                raise ValueError(f"saved must have the entry {name!r}; got {list(saved.index)}")
        effect = [saved["difference"], saved["low"], saved["high"]]
    else:
        effect = [saved] * 3
    middle, low, high = (_checks.number(e, "saved", -1, 1) for e in effect)
    return RecoveryValue(
        _checks.number(complaints, "complaints", 0),
        now,
        then,
        middle,
        low,
        high,
        _checks.number(worth, "worth", 0),
        _checks.number(cost, "cost", 0),
    )
