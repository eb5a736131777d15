"""The account of each customer over one period: what grading starts from."""

from typing import TYPE_CHECKING, Any

from crmlab import _checks

if TYPE_CHECKING:
    import pandas as pd

_YEAR = 365.25


def period_accounts(
    log: "pd.DataFrame",
    start: Any,
    end: Any,
    *,
    customer: str = "customer",
    date: str = "date",
    revenue: str = "amount",
    cost: str = "cost",
    people: "pd.DataFrame | None" = None,
    service: str = "service_cost_per_year",
    since: str = "acquired",
) -> "pd.DataFrame":
    """Account of each customer who ordered in a period (客户期间账).

    Parameters
    ----------
    log : DataFrame
        One row per order.
    start, end : date
        First and last day of the period.
    customer, date, revenue, cost : str
        Names of the columns of the log; `date` holds dates.
    people : DataFrame, optional
        One row per customer, with the column `customer` or indexed by it; adds the cost of
        serving and the profit.
    service, since : str
        Names of its columns: cost of serving per year, at least 0, and first day as a customer.
        Who came during the period is charged from that day on.

    Returns
    -------
    DataFrame
        Indexed by customer: orders, revenue, contribution (revenue less cost), and with `people`
        service and profit (contribution less service).

    Raises
    ------
    ValueError, TypeError
        If a column or value is missing, there is no order in the period, a customer of the log
        is not among the people or stands there twice, or `end` lies before `start`.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": ["a", "a", "b"], "amount": [100.0, 60, 30],
    ...     "cost": [70.0, 40, 20],
    ...     "date": pd.to_datetime(["2025-02-01", "2025-03-01", "2024-12-01"])})
    >>> period_accounts(log, "2025-01-01", "2025-12-31")
              orders  revenue  contribution
    customer
    a              2    160.0          50.0
    """
    import pandas as pd

    _checks.columns(log, "log", [customer, date, revenue, cost])
    first, last = _checks.day(start, "start"), _checks.day(end, "end")
    if last < first:
        raise ValueError(f"end must not lie before start; got {first:%Y-%m-%d} and "
                         f"{last:%Y-%m-%d}")  # fmt: skip
    when = _checks.dates(log[date], date)
    _checks.no_gaps(log[customer], customer)
    money, spent = _checks.array(log[revenue], revenue), _checks.array(log[cost], cost)
    table = pd.DataFrame(
        {"customer": log[customer], "revenue": money, "contribution": money - spent}
    )
    inside = table[((when >= first) & (when <= last)).to_numpy()]
    if inside.empty:
        raise ValueError(
            f"log must hold an order from {first:%Y-%m-%d} to {last:%Y-%m-%d}; got none"
        )
    grouped = inside.groupby("customer")
    accounts = grouped.sum()
    accounts.insert(0, "orders", grouped.size())
    if people is None:
        return accounts
    _checks.columns(people, "people", [])
    known = people if people.index.name == customer else _by_customer(people, customer)
    _checks.columns(known, "people", [service, since])
    _checks.no_gaps(known[since], since)
    missing = accounts.index.difference(known.index)
    if len(missing):
        raise ValueError(f"people must hold every customer of the log; got no {missing[0]!r}")
    if known.index.has_duplicates:
        twice = known.index[known.index.duplicated()][0]
        raise ValueError(f"{customer} must stand once in people; got {twice!r} twice")
    ours = known.loc[accounts.index]
    came = _checks.dates(ours[since], since)
    days = (last - came.where(came > first, first)).dt.days + 1
    yearly = _checks.array(ours[service], service, 0)
    accounts["service"] = yearly * days.to_numpy().clip(min=0) / _YEAR
    accounts["profit"] = accounts["contribution"] - accounts["service"]
    return accounts


def _by_customer(people: "pd.DataFrame", customer: str) -> "pd.DataFrame":
    _checks.columns(people, "people", [customer])
    return people.set_index(customer)
