"""A log of purchases to one row per customer: frequency, recency and T (交易记录汇总)."""

from typing import Any

from crmlab import _checks

#: Length of each unit of time in days. They are fixed: no month is a short one.
UNITS = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Q": 365.25 / 4, "Y": 365.25}


def rfm_summary(
    log: Any,
    *,
    customer: str,
    date: str,
    amount: str | None = None,
    unit: str = "W",
    end: Any = None,
) -> Any:
    """Frequency, recency and T of every customer of a log (频率, 近度, 观察期).

    Purchases of one day are one purchase. The first day starts the clock, so `frequency` counts
    the later days; `recency` is the time from the first to the last of them, and `T` the time
    from the first to the end of the observation.

    Parameters
    ----------
    log : DataFrame
        One row per purchase.
    customer, date, amount : str
        Columns of the log. With `amount` the result has `monetary_value`, the mean amount of a
        day after the first; it is missing for a customer without one.
    unit : {"D", "W", "M", "Q", "Y"}
        Unit of `recency` and `T`: a day, 7 days, 365.25 / 12, 365.25 / 4 or 365.25 days.
    end : date, optional
        Last day of the observation; later purchases are left out. By default the last day of
        the log.

    Returns
    -------
    DataFrame
        One row per customer, in the order of their names: the customer, `frequency`, `recency`,
        `T`, and `monetary_value` if an amount was named.

    Raises
    ------
    ValueError, TypeError
        If a column is not there, has gaps, dates are text, or no purchase is left.

    Examples
    --------
    >>> from crmlab import datasets
    >>> rfm_summary(datasets.load("cdnow"), customer="customer", date="date", amount="amount",
    ...             end="1997-09-30").head(2).round(2)
      customer  frequency  recency      T  monetary_value
    0     0001          2    30.43  38.86           22.34
    1     0002          1     1.71  38.86           11.77
    """
    import pandas as pd

    _checks.columns(log, "log", [name for name in (customer, date, amount) if name is not None])
    _checks.no_gaps(log[customer], customer)
    length = UNITS[_checks.choice(unit, "unit", tuple(UNITS))]
    rows = pd.DataFrame(
        {"customer": log[customer].to_numpy(), "day": _checks.dates(log[date], date).to_numpy()}
    )
    rows["amount"] = 0.0 if amount is None else _checks.array(log[amount].to_numpy(), amount, 0)
    last = rows["day"].max() if end is None else _checks.day(end, "end")
    rows = rows[rows["day"] <= last]
    if rows.empty:
        raise ValueError(f"end must leave some purchases; got {end!r}, which leaves none")
    days = rows.groupby(["customer", "day"])["amount"].sum().reset_index()
    by = days.groupby("customer")
    first, latest, count = by["day"].min(), by["day"].max(), by.size() - 1
    table = pd.DataFrame(
        {
            "frequency": count,
            "recency": (latest - first).dt.days / length,
            "T": (last - first).dt.days / length,
        }
    )
    if amount is not None:
        repeats = by["amount"].sum() - by["amount"].first()
        table["monetary_value"] = repeats / count.where(count > 0)
    return table.rename_axis(customer).reset_index()
