"""What was known of a customer on a day: features for rules and scores, without the future."""

from typing import TYPE_CHECKING, Any

from crmlab import _checks

if TYPE_CHECKING:
    import pandas as pd


def features_at(
    log: "pd.DataFrame",
    day: Any,
    *,
    window_days: int = 365,
    customer: str = "customer",
    date: str = "date",
    amount: str = "amount",
    cost: str = "cost",
    product: str | None = None,
) -> "pd.DataFrame":
    """Describe customers by what the log said up to a day, that day included (分级特征).

    Nothing after the day is read, so a rule learned from these features can be used on it.

    Parameters
    ----------
    log : DataFrame
        One row per order.
    day : date or str
        The last day that counts.
    window_days : int
        Orders of so many days up to the day are added up, at least 2.
    customer, date, amount, cost : str
        Names of the columns.
    product : str, optional
        Column whose different values in the window are counted as `products`.

    Returns
    -------
    DataFrame
        One row per customer with an order up to the day: age_days since the first order, recency
        (days since the last one), orders, sales and contribution in the window, late_share (share
        of those sales in the later half of the window, 0.5 without sales), and products.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or holds something else, or there is no order up to the day.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": ["a", "a", "b"], "amount": [100.0, 50, 80],
    ...     "cost": [60.0, 30, 50], "date": pd.to_datetime(["2024-03-01", "2024-11-01",
    ...                                                     "2025-02-01"])})
    >>> features_at(log, "2024-12-31").loc["a"].round(2).to_dict()
    {'age_days': 305.0, 'recency': 60.0, 'orders': 2.0, 'sales': 150.0, 'contribution': 60.0,
    'late_share': 0.33}
    """
    import pandas as pd

    extra = [] if product is None else [product]
    _checks.columns(log, "log", [customer, date, amount, cost, *extra])
    when = _checks.dates(log[date], date)
    _checks.no_gaps(log[customer], customer)
    end, days = _checks.day(day, "day"), _checks.count(window_days, "window_days", 2)
    for column in (amount, cost):
        _checks.array(log[column], column)
    past = log.assign(when=when, gain=log[amount] - log[cost])[when <= end]
    if past.empty:
        raise ValueError(
            f"log must hold an order up to {end.date()}; got the first on {when.min().date()}"
        )
    by = past.groupby(customer)["when"]
    recent = past[past["when"] > end - pd.Timedelta(days=days)]
    late = recent[recent["when"] > end - pd.Timedelta(days=days // 2)]
    inside = recent.groupby(customer)

    def total(values: "pd.Series") -> "pd.Series":
        return values.reindex(by.max().index).fillna(0)

    table = pd.DataFrame(
        {
            "age_days": (end - by.min()).dt.days,
            "recency": (end - by.max()).dt.days,
            "orders": total(inside.size()).astype(int),
            "sales": total(inside[amount].sum()),
            "contribution": total(inside["gain"].sum()),
        }
    )
    share = total(late.groupby(customer)[amount].sum()) / table["sales"].where(table["sales"] > 0)
    table["late_share"] = share.fillna(0.5)
    if product is not None:
        table["products"] = total(inside[product].nunique()).astype(int)
    return table


def value_after(
    log: "pd.DataFrame",
    day: Any,
    *,
    window_days: int = 365,
    customer: str = "customer",
    date: str = "date",
    amount: str = "amount",
    cost: str = "cost",
) -> "pd.Series[float]":
    """Add up what each customer brought in the days after a day: what a rule should foretell.

    Parameters
    ----------
    log, day, window_days, customer, date, amount, cost
        As in :func:`features_at`.

    Returns
    -------
    Series
        Contribution of the orders in the `window_days` after the day, for every customer with an
        order up to the day; 0 for those who did not order again.

    Raises
    ------
    ValueError, TypeError
        As :func:`features_at`; or if the log ends before the window does.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": ["a", "b", "a"], "amount": [100.0, 80, 50],
    ...     "cost": [60.0, 50, 30], "date": pd.to_datetime(["2024-03-01", "2024-11-01",
    ...                                                     "2025-12-31"])})
    >>> value_after(log, "2024-12-31").to_dict()
    {'a': 20.0, 'b': 0.0}
    """
    import pandas as pd

    _checks.columns(log, "log", [customer, date, amount, cost])
    when = _checks.dates(log[date], date)
    _checks.no_gaps(log[customer], customer)
    end, days = _checks.day(day, "day"), _checks.count(window_days, "window_days", 2)
    last = end + pd.Timedelta(days=days)
    if when.max() < last:
        raise ValueError(
            f"log must reach {last.date()}, the end of the window; got {when.max().date()}"
        )
    gain = _checks.array(log[amount], amount) - _checks.array(log[cost], cost)
    known = pd.Index(sorted(log.loc[when <= end, customer].unique()), name=customer)
    after = (when > end) & (when <= last)
    value = pd.Series(gain, log.index)[after].groupby(log.loc[after, customer]).sum()
    return value.reindex(known).fillna(0.0).rename("value")


def before_campaign(
    campaigns: "pd.DataFrame",
    log: "pd.DataFrame",
    campaign: Any,
    *,
    window_days: int = 120,
    customer: str = "customer",
    date: str = "date",
    amount: str = "amount",
    coupon: str | None = None,
) -> "pd.DataFrame":
    """Describe those who received a campaign by what was known the day before it (活动前的RFM).

    Parameters
    ----------
    campaigns : DataFrame
        One row per campaign and customer: columns campaign, start, end, `customer`, and redeemed,
        the number of responses.
    log : DataFrame
        One row per purchase.
    campaign : object
        Which campaign, as in the column campaign.
    window_days : int
        Only purchases in so many days before the start count, so that early and late campaigns
        look back equally far.
    customer, date, amount : str
        Names of the columns of `log`; `customer` is also that of `campaigns`.
    coupon : str, optional
        Column of `log` with money saved by coupons; its sum becomes the column coupons.

    Returns
    -------
    DataFrame
        One row per customer who received the campaign: recency (days since the last purchase;
        `window_days` + 1 without one), frequency, monetary, coupons, earlier (number of campaigns
        that ended before the start to which the customer responded), and responded.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or holds something else, the campaign is not there, or a customer
        received it twice.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp
    >>> sent = pd.DataFrame({"campaign": [1, 2], "start": [day("2024-02-01"), day("2024-04-01")],
    ...     "end": [day("2024-02-20"), day("2024-04-20")], "customer": "a", "redeemed": [2, 0]})
    >>> log = pd.DataFrame({"customer": "a", "date": [day("2024-03-20"), day("2024-04-05")],
    ...                     "amount": [30.0, 50.0]})
    >>> before_campaign(sent, log, 2).loc["a"].to_dict()
    {'recency': 12, 'frequency': 1, 'monetary': 30.0, 'earlier': 1, 'responded': False}
    """
    import pandas as pd

    _checks.columns(campaigns, "campaigns", ["campaign", "start", "end", customer, "redeemed"])
    spent = [amount] if coupon is None else [amount, coupon]
    _checks.columns(log, "log", [customer, date, *spent])
    days = _checks.count(window_days, "window_days")
    starts, ends = (
        _checks.dates(campaigns["start"], "start"),
        _checks.dates(campaigns["end"], "end"),
    )
    redeemed = pd.Series(_checks.array(campaigns["redeemed"], "redeemed", 0), campaigns.index)
    _checks.no_gaps(campaigns[customer], customer)
    _checks.no_gaps(log[customer], customer)
    _checks.no_gaps(campaigns["campaign"], "campaign")
    here = _checks.which(campaigns["campaign"], campaign)
    _checks.choice(bool(here.any()), f"campaign {campaign!r} in campaigns", (True,))
    who = campaigns.loc[here, customer]
    if who.duplicated().any():
        raise ValueError(
            f"{customer} must receive a campaign once; got {who[who.duplicated()].iloc[0]!r} twice"
        )
    start = starts[here].min()
    when = _checks.dates(log[date], date)
    known = (when < start) & (when >= start - pd.Timedelta(days=days))
    bought = log.loc[known].assign(when=when[known])
    for column in spent:
        _checks.array(log[column], column)
    by = bought.groupby(customer)
    index = pd.Index(who, name=customer)
    last = by["when"].max().reindex(index)
    table = pd.DataFrame(
        {
            "recency": (start - last).dt.days.fillna(days + 1).astype(int),
            "frequency": by.size().reindex(index).fillna(0).astype(int),
            "monetary": by[amount].sum().reindex(index).fillna(0.0),
        }
    )
    if coupon is not None:
        table["coupons"] = by[coupon].sum().reindex(index).fillna(0.0)
    past = campaigns[(ends < start) & (redeemed > 0)].groupby(customer).size()
    table["earlier"] = past.reindex(index).fillna(0).astype(int)
    table["responded"] = (redeemed[here] > 0).to_numpy()
    return table
