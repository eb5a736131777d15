"""Historical, current and potential value of the customers in a log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

_PARTS = ("historical", "current", "potential")


@dataclass(frozen=True, eq=False)
class LogValue(Drawable):
    """What customers brought, bring and may still bring, made by :func:`log_value`.

    Attributes
    ----------
    customers : DataFrame
        One row per customer, in the order of their first row in the log: `orders`, `historical`
        (booked before the current period), `current` (booked in it), `potential` (expected) and
        `total`, the sum of the three.
    groups : DataFrame
        One row per group of customers with about as many in each, the highest booked value
        first: how many `customers`, and the group's share of all `historical`, `current` and
        `potential` value; missing where there is nothing to share.
    start, end : Timestamp
        First and last day of the current period.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "customer": ["a", "a", "b", "a"], "amount": [30.0, 20, 60, 10],
    ...     "date": pd.to_datetime(["2024-02-01", "2024-11-01", "2024-12-01", "2025-03-01"])})
    >>> worth = log_value(log, {"a": 25.0, "b": 5.0}, start="2025-01-01", groups=2)
    >>> worth
    LogValue(2 customers: historical 110.00, current 10.00, potential 30.00)
    >>> worth.to_frame()
              orders  historical  current  potential  total
    customer
    a              3        50.0     10.0       25.0   85.0
    b              1        60.0      0.0        5.0   65.0
    """

    _picture = "log_value"

    customers: "pd.DataFrame"
    groups: "pd.DataFrame"
    start: "pd.Timestamp"
    end: "pd.Timestamp"

    @property
    def totals(self) -> "pd.Series":
        """Historical, current and potential value of all customers together, and their sum."""
        return self.customers[[*_PARTS, "total"]].sum()

    def to_frame(self) -> "pd.DataFrame":
        """One row per customer.

        Returns
        -------
        DataFrame
        """
        return self.customers.copy()

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {self.totals[name]:,.2f}" for name in _PARTS)
        return f"LogValue({len(self.customers)} customers: {parts})"


def log_value(
    log: "pd.DataFrame",
    potential: "pd.Series | Mapping[Any, float]",
    *,
    start: Any,
    end: Any = None,
    customer: str = "customer",
    date: str = "date",
    amount: str = "amount",
    cost: str | None = None,
    groups: int = 5,
) -> LogValue:
    """Past, present and future value of every customer of a log (历史价值, 当前价值, 潜在价值).

    The historical value is what was booked before the current period began, the current value
    what was booked in it, and the potential value what is expected after it. No money stands in
    two of them, so they add up.

    Parameters
    ----------
    log : DataFrame
        One row per order, none after `end`.
    potential : Series or mapping
        Expected value of each customer of the log after `end`, as a present value, by customer:
        from a fitted model such as :class:`BGNBD` with :class:`GammaGamma`, or an expectation of
        your own. It may be negative where keeping the customer costs more than it brings.
    start : date
        First day of the current period.
    end : date, optional
        Last day of the current period and of the log; the day of the last order without it.
    customer, date, amount : str
        Names of the columns; `date` holds dates. A negative amount is a return.
    cost : str, optional
        Column with the direct cost of the order. Without it the booked values are revenue; then
        let `potential` be revenue too.
    groups : int
        Number of groups in the picture, 2 or more; not more than there are customers.

    Returns
    -------
    LogValue
        With ``.customers``, ``.groups``, ``.totals``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, `date` holds no dates, a value is missing, an order lies after
        `end`, `start` lies after `end`, or `potential` does not have exactly the log's customers.

    Notes
    -----
    The three kinds of value are the course's: historical, current and potential. Booked money is
    added as it was booked, without interest; only `potential` is a present value.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "customer": ["a", "a", "b", "a"], "amount": [30.0, 20, 60, 10],
    ...     "date": pd.to_datetime(["2024-02-01", "2024-11-01", "2024-12-01", "2025-03-01"])})
    >>> worth = log_value(log, {"a": 25.0, "b": 5.0}, start="2025-01-01", groups=2)
    >>> worth.customers
              orders  historical  current  potential  total
    customer
    a              3        50.0     10.0       25.0   85.0
    b              1        60.0      0.0        5.0   65.0
    >>> worth.totals.tolist()
    [110.0, 10.0, 30.0, 150.0]
    """
    import pandas as pd

    _checks.columns(log, "log", [customer, date, amount, *([] if cost is None else [cost])])
    when = _checks.dates(log[date], date)
    _checks.no_gaps(log[customer], customer)
    money = _checks.array(log[amount], amount)
    if cost is not None:
        money = money - _checks.array(log[cost], cost)
    latest = when.max()
    last = latest if end is None else _checks.day(end, "end")
    if latest > last:
        raise ValueError(f"end must not lie before the last order, {latest.date()}; got {end!r}")
    first = _checks.day(start, "start")
    if first > last:
        raise ValueError(f"start must not lie after the end, {last.date()}; got {start!r}")
    now = (when >= first).to_numpy()
    booked = pd.DataFrame(
        {
            "customer": log[customer].to_numpy(),
            "orders": 1,
            "historical": np.where(now, 0.0, money),
            "current": np.where(now, money, 0.0),
        }
    )
    table = booked.groupby("customer", sort=False).sum()
    table["potential"] = _by_customer(potential, table.index)
    table["total"] = _checks.finite(table[list(_PARTS)].sum(axis=1))
    return LogValue(table, _groups(table, _checks.count(groups, "groups", 2)), first, last)


def _by_customer(potential: Any, customers: "pd.Index") -> Any:
    """Return the expected values in the order of `customers`, exactly one for each."""
    import pandas as pd

    if not isinstance(potential, pd.Series | Mapping):
        raise TypeError(
            "potential must be a Series or a mapping from customer to value; "
            f"got {type(potential).__name__}"
        )
    given = pd.Series(potential) if isinstance(potential, Mapping) else potential
    twice = given.index[given.index.duplicated()]
    if len(twice):
        raise ValueError(f"potential must have each customer once; got {twice[0]!r} twice")
    wanted = "potential must have exactly the customers of the log"
    lacking = customers.difference(given.index, sort=False)
    if len(lacking):
        raise ValueError(f"{wanted}; got none for {lacking[0]!r} ({len(lacking)} such)")
    strange = given.index.difference(customers, sort=False)
    if len(strange):
        raise ValueError(f"{wanted}; got {strange[0]!r}, who is not in it ({len(strange)} such)")
    return _checks.array(given.reindex(customers), "potential")


def _groups(table: "pd.DataFrame", n: int) -> "pd.DataFrame":
    """Cut the customers by booked value into n groups and share each part among them."""
    import pandas as pd

    if n > len(table):
        raise ValueError(f"groups must be at most the {len(table)} customers; got {n}")
    booked = (table["historical"] + table["current"]).to_numpy()
    order = np.argsort(-booked, kind="stable")
    place = np.empty(len(table), dtype=int)
    place[order] = np.arange(len(table))
    of_group = table.groupby(place * n // len(table))
    sums = of_group[list(_PARTS)].sum()
    whole = sums.sum()
    shares = sums / whole.where(whole > 0)
    names = [_("highest"), *(str(k) for k in range(2, n)), _("lowest")]
    shares.insert(0, "customers", of_group.size())
    shares.index = pd.Index(names, name="group")
    return shares
