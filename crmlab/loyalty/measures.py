"""Loyalty as behaviour: what a log of purchases tells (行为忠诚的测量)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import student, wilson

if TYPE_CHECKING:
    import pandas as pd

FloatArray = _checks.FloatArray


def _amounts(log: Any, column: str) -> FloatArray:
    return _checks.array(log[column].to_numpy(), column, 0, open_low=True)


@dataclass(frozen=True, eq=False)
class BehaviouralLoyalty(Drawable):
    """Loyalty to each brand of a category, made by :func:`behavioural_loyalty`.

    Attributes
    ----------
    brands : DataFrame
        One row per brand, the most bought first: `buyers`, `purchases`, and with the ends of
        their intervals `share_of_wallet`, `repeat_rate` and `repeats`; an interval is missing
        where one customer bought the brand.
    customers : DataFrame
        One row per customer and brand bought: `purchases`, `amount`, those of the category, and
        the customer's own `share_of_wallet` and `repeat_rate`.
    excluded : int
        Customers left out because they bought the category less than `min_purchases` times.
    level : float
        Level of the intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": list("aaabb"), "brand": list("XXYXY"),
    ...                     "amount": [4.0, 4.0, 2.0, 1.0, 9.0]})
    >>> found = behavioural_loyalty(log)
    >>> found
    BehaviouralLoyalty(2 brands; buyers of X spend 45.0% of the category on it)
    >>> found.to_frame().iloc[0].round(2)
    buyers             2.00
    purchases          3.00
    share_of_wallet    0.45
    share_low          0.00
    share_high         1.00
    repeat_rate        0.60
    repeat_low         0.00
    repeat_high        1.00
    repeats            0.50
    repeats_low        0.00
    repeats_high       6.85
    Name: X, dtype: float64
    """

    _picture = "behavioural_loyalty"

    brands: "pd.DataFrame"
    customers: "pd.DataFrame"
    excluded: int
    level: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per brand.

        Returns
        -------
        DataFrame
        """
        return self.brands.copy()

    def __repr__(self) -> str:
        first = self.brands.iloc[0]
        return (
            f"BehaviouralLoyalty({len(self.brands)} brands; buyers of {self.brands.index[0]} spend "
            f"{first['share_of_wallet']:.1%} of the category on it)"
        )


def behavioural_loyalty(
    log: "pd.DataFrame",
    *,
    customer: str = "customer",
    brand: str = "brand",
    amount: str = "amount",
    min_purchases: int = 1,
    level: float = 0.95,
) -> BehaviouralLoyalty:
    """Share of wallet, repeat-purchase rate and number of repeats (钱包份额, 重复购买率).

    Among the customers who bought a brand at least once, its share of wallet is the money spent
    on it over the money spent on the category, and its repeat-purchase rate the purchases of it
    over the purchases of the category. Repeats are the purchases after the first.

    Parameters
    ----------
    log : DataFrame
        Purchases in one category, one row per customer, occasion and brand.
    customer, brand, amount : str
        Columns of the log; amounts are above 0.
    min_purchases : int
        Leave out customers with fewer rows in the category: who bought once is loyal by
        arithmetic. How many were left out stands in the result.
    level : float
        Level of the intervals.

    Returns
    -------
    BehaviouralLoyalty

    Raises
    ------
    ValueError, TypeError
        If the log lacks a column, has gaps, is empty, or an argument is outside its bounds.

    Notes
    -----
    Both rates are ratios of sums over customers. Purchases of one customer are alike, so the
    intervals take customers, not purchases, as the units that were sampled: with y and x a
    customer's purchases of the brand and of the category and R = Σy / Σx, the variance of R is
    about ``n / (n − 1) · Σ(y − R x)² / (Σx)²`` (linearisation of a ratio, Cochran 1977). With one
    buyer there is no interval.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": list("aaabb"), "brand": list("XXYXY"),
    ...                     "amount": [4.0, 4.0, 2.0, 1.0, 9.0]})
    >>> found = behavioural_loyalty(log)
    >>> found.brands[["buyers", "purchases", "share_of_wallet", "repeat_rate"]]
           buyers  purchases  share_of_wallet  repeat_rate
    brand
    X           2          3             0.45          0.6
    Y           2          2             0.55          0.4
    """
    import pandas as pd

    _checks.columns(log, "log", (customer, brand, amount))
    for column in (customer, brand):
        _checks.no_gaps(log[column], column)
    _checks.no_gaps(log[amount], amount)
    least = _checks.count(min_purchases, "min_purchases")
    student(level, 1)
    rows = pd.DataFrame(
        {
            "customer": log[customer].to_numpy(),
            "brand": log[brand].to_numpy(),
            "amount": _amounts(log, amount),
        }
    )
    often = rows.groupby("customer")["brand"].transform("size") >= least
    excluded = int(rows.loc[~often, "customer"].nunique())
    rows = rows[often]
    if rows.empty:
        raise ValueError(f"min_purchases must leave some customers; got {least}, which leaves none")
    table = (
        rows.groupby(["customer", "brand"], sort=False)["amount"]
        .agg(purchases="size", amount="sum")
        .reset_index()
    )
    whole = table.groupby("customer")[["purchases", "amount"]].transform("sum")
    table = table.assign(
        category_purchases=whole["purchases"],
        category_amount=whole["amount"],
        share_of_wallet=table["amount"] / whole["amount"],
        repeat_rate=table["purchases"] / whole["purchases"],
    )
    found = {}
    for name, group in table.groupby("brand", sort=True):
        bought = group["purchases"].to_numpy(float)
        z = student(level, len(group) - 1)
        share = _ratio(group["amount"], group["category_amount"], z)
        rate = _ratio(bought, group["category_purchases"], z)
        repeats = _ratio(bought - 1, np.ones(len(group)), z, high=np.inf)
        found[name] = {
            "buyers": len(group),
            "purchases": int(bought.sum()),
            **dict(zip(("share_of_wallet", "share_low", "share_high"), share, strict=True)),
            **dict(zip(("repeat_rate", "repeat_low", "repeat_high"), rate, strict=True)),
            **dict(zip(("repeats", "repeats_low", "repeats_high"), repeats, strict=True)),
        }
    brands = pd.DataFrame.from_dict(found, orient="index").rename_axis(brand)
    brands = brands.sort_values("purchases", ascending=False, kind="stable")
    brands = brands.astype({"buyers": int, "purchases": int})
    names = {"customer": customer, "brand": brand, "amount": amount}
    return BehaviouralLoyalty(brands, table.rename(columns=names), excluded, float(level))


def _ratio(y: Any, x: Any, z: float, high: float = 1.0) -> tuple[float, float, float]:
    """Ratio of two sums over customers with its interval."""
    top, bottom = np.asarray(y, float), np.asarray(x, float)
    ratio, n = top.sum() / bottom.sum(), top.size
    spread = ((top - ratio * bottom) ** 2).sum() * n / max(n - 1, 1)
    half = z * np.sqrt(spread) / bottom.sum()
    return float(ratio), float(max(ratio - half, 0)), float(min(ratio + half, high))


@dataclass(frozen=True, eq=False)
class SettlingTime:
    """After how many purchases customers stay with one brand, made by :func:`settling_time`.

    Attributes
    ----------
    purchases : Series
        For each customer observed long enough, the number of the purchase with which the first
        run of one brand began; missing where there was none.
    settled, observed : int
        Customers who settled, of those observed long enough.
    share, low, high : float
        Share who settled, with Wilson's interval.
    median : float
        Median of `purchases` among those who settled.
    excluded : int
        Customers with fewer purchases than were asked for.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": list("aaaabbbb"), "brand": list("XYYYXYXY")})
    >>> found = settling_time(log, run=3, within=4)
    >>> found
    SettlingTime(1 of 2 settle, 50.0%; half of them by purchase 2)
    """

    purchases: "pd.Series"
    settled: int
    observed: int
    share: float
    low: float
    high: float
    median: float
    excluded: int

    def __repr__(self) -> str:
        return (
            f"SettlingTime({self.settled} of {self.observed} settle, {self.share:.1%}; "
            f"half of them by purchase {self.median:g})"
        )


def settling_time(
    log: "pd.DataFrame",
    *,
    customer: str = "customer",
    brand: str = "brand",
    order: str | None = None,
    run: int = 3,
    within: int = 10,
    level: float = 0.95,
) -> SettlingTime:
    """How long customers choose before they settle on a brand (挑选时间).

    The course asks how long a customer takes to choose. A log has no stop-watch; what it shows is
    how many purchases go by before the customer buys one brand `run` times in a row.

    Parameters
    ----------
    log : DataFrame
        Purchases in one category, one row per customer and occasion (keep one brand of each).
    customer, brand : str
        Columns of the log.
    order : str, optional
        Column to sort by, such as the date; without it rows stand in their order in time.
    run : int
        Purchases in a row that count as settled, at least 2.
    within : int
        Look at the first so many purchases of each customer, at least `run`. Customers with fewer
        are left out and counted: whom we saw for a short time had no time to settle.
    level : float
        Level of the interval.

    Returns
    -------
    SettlingTime

    Raises
    ------
    ValueError, TypeError
        If the log lacks a column, has gaps, or no customer has `within` purchases.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": list("aaaabbbb"), "brand": list("XYYYXYXY")})
    >>> settling_time(log, run=3, within=4)
    SettlingTime(1 of 2 settle, 50.0%; half of them by purchase 2)
    """
    import pandas as pd

    wanted = [customer, brand] + ([] if order is None else [order])
    _checks.columns(log, "log", wanted)
    for column in wanted:
        _checks.no_gaps(log[column], column)
    length, window = _checks.count(run, "run", 2), _checks.count(within, "within")
    if length > window:
        raise ValueError(f"within must be at least run ({length}); got {window}")
    student(level, 1)
    rows = log if order is None else log.sort_values(order, kind="stable")
    number = rows.groupby(customer).cumcount()
    size = rows.groupby(customer)[brand].transform("size")
    excluded = int(rows.loc[size < window, customer].nunique())
    seen = rows[(size >= window) & (number < window)]
    if seen.empty:
        raise ValueError(f"within must leave some customers; got {window}, which leaves none")
    codes, names = pd.factorize(seen[customer])
    by_customer = pd.factorize(seen[brand])[0][np.argsort(codes, kind="stable")].reshape(-1, window)
    starts = np.stack([by_customer[:, k : window - length + 1 + k] for k in range(length)])
    runs = (starts == starts[0]).all(axis=0)
    settled = runs.any(axis=1)
    first = np.where(settled, runs.argmax(axis=1) + 1.0, np.nan)
    low, high = wilson(settled.sum(), settled.size, level)
    return SettlingTime(
        pd.Series(first, pd.Index(names, name=customer), name="purchases"),
        int(settled.sum()),
        settled.size,
        float(settled.mean()),
        float(low),
        float(high),
        float(np.median(first[settled])) if settled.any() else float("nan"),
        excluded,
    )


@dataclass(frozen=True, eq=False)
class PriceResponse(Drawable):
    """How a brand's share answers to its relative price, made by :func:`price_response`.

    Attributes
    ----------
    brand : object
        The brand.
    slope, standard_error, low, high : float
        By how many per cent the ratio of our packages to the rivals' changes when our price
        relative to theirs rises by one per cent, its standard error and interval.
    intercept : float
        Of the regression line.
    periods : DataFrame
        One row per period used: `relative_price`, `relative_volume`.
    dropped : int
        Periods left out because ours or the rivals' were not bought.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"brand": list("XYXYXY"), "units": [10, 10, 5, 20, 2, 16],
    ...                     "amount": [10.0, 10.0, 10.0, 20.0, 8.0, 16.0],
    ...                     "period": [1, 1, 2, 2, 3, 3]})
    >>> found = price_response(log, "X")
    >>> found
    PriceResponse(X: -1.50, -5.17 to 2.17, 3 periods)
    >>> found.to_frame()
            relative_price  relative_volume
    period
    1                  1.0            1.000
    2                  2.0            0.250
    3                  4.0            0.125
    """

    _picture = "price_response"

    brand: Any
    slope: float
    standard_error: float
    low: float
    high: float
    intercept: float
    periods: "pd.DataFrame"
    dropped: int

    def to_frame(self) -> "pd.DataFrame":
        """One row per period.

        Returns
        -------
        DataFrame
        """
        return self.periods.copy()

    def __repr__(self) -> str:
        return (
            f"PriceResponse({self.brand}: {self.slope:.2f}, {self.low:.2f} to {self.high:.2f}, "
            f"{len(self.periods)} periods)"
        )


def price_response(
    log: "pd.DataFrame",
    of: Any,
    *,
    brand: str = "brand",
    units: str = "units",
    amount: str = "amount",
    period: str = "period",
    level: float = 0.95,
) -> PriceResponse:
    """Price sensitivity from a log (价格敏感度): response of a brand's share to relative price.

    In each period, u is our packages over the rivals' and p our mean price over theirs. The slope
    of ``ln u = a + b ln p`` is the price sensitivity: b near 0 is a brand whose buyers do not look
    at the price, b = −2 one that loses two per cent of its share odds for each per cent that it
    becomes dearer.

    Parameters
    ----------
    log : DataFrame
        Purchases in one category.
    of : object
        The brand, one of the values of the column `brand`.
    brand, units, amount, period : str
        Columns: brand, number of packages and money (both above 0), and the period, such as the
        week, over which prices are averaged.
    level : float
        Level of the interval.

    Returns
    -------
    PriceResponse

    Raises
    ------
    ValueError, TypeError
        If the log lacks a column, has gaps, has no such brand, or fewer than three periods with
        both ours and theirs, or the relative price never changes.

    Notes
    -----
    Ordinary least squares over periods. It reads the response as caused by the price; a week in
    which a brand is both cheap and on display gets all the credit for the price.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"brand": list("XYXYXY"), "units": [10, 10, 5, 20, 2, 16],
    ...                     "amount": [10.0, 10.0, 10.0, 20.0, 8.0, 16.0],
    ...                     "period": [1, 1, 2, 2, 3, 3]})
    >>> round(price_response(log, "X").slope, 2)
    -1.5
    """
    import pandas as pd

    _checks.columns(log, "log", (brand, units, amount, period))
    for column in (brand, units, amount, period):
        _checks.no_gaps(log[column], column)
    ours = _checks.which(log[brand], of)
    if not ours.any():
        raise ValueError(f"of must be a brand of the log; got {of!r}")
    rows = pd.DataFrame({"units": _amounts(log, units), "amount": _amounts(log, amount)})
    by_period = log[period].to_numpy()
    own, rivals = (rows[side].groupby(by_period[side]).sum() for side in (ours, ~ours))
    both = own.index.intersection(rivals.index)
    if len(both) < 3:
        raise ValueError(
            "log must have at least three periods in which both the brand and its rivals were "
            f"bought; got {len(both)}"
        )
    ratio = own.loc[both] / rivals.loc[both]
    periods = pd.DataFrame(
        {"relative_price": ratio["amount"] / ratio["units"], "relative_volume": ratio["units"]}
    ).rename_axis(period)
    x, y = np.log(periods.to_numpy()).T
    centred = x - x.mean()
    if np.ptp(x) < 1e-12:
        raise ValueError("log must have prices that change; got the same relative price throughout")
    slope = float(centred @ y / (centred @ centred))
    left = y - y.mean() - slope * centred
    error = float(np.sqrt(left @ left / (y.size - 2) / (centred @ centred)))
    half = student(level, y.size - 2) * error
    intercept = float(y.mean() - slope * x.mean())
    return PriceResponse(
        of,
        slope,
        error,
        slope - half,
        slope + half,
        intercept,
        periods,
        len(own.index.union(rivals.index)) - len(both),
    )
