"""Seven groups of customers from a monthly log: value, trend, season and recency as rules."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.grading._order import by_headcount, rising_cuts

if TYPE_CHECKING:
    import pandas as pd

_YEAR = 12
_LEVELS = ("top", "high", "mid", "low")


def monthly_names() -> tuple[tuple[str, str], ...]:
    """Names of the seven groups and of the four for everybody else, in the order of the rules.

    Returns
    -------
    tuple of (str, str)
        English and Chinese (七个细分群体).

    Examples
    --------
    >>> len(monthly_names()), monthly_names()[0]
    (11, ('top, steady', '贡献额最高的10%稳定客户'))
    """
    return (
        (_("top, steady"), "贡献额最高的10%稳定客户"),
        (_("high, growing"), "高贡献额的成长客户"),
        (_("mid, just lost"), "过去六个月流失的中贡献额客户"),
        (_("low, seasonal"), "季节性低贡献额客户"),
        (_("mid, steady"), "中贡献额的稳定客户"),
        (_("low, just lost"), "低贡献额且过去六个月内流失的客户"),
        (_("low, just returned"), "低贡献额但刚恢复交易的客户"),
        (_("lost earlier"), "早已流失的客户"),
        (_("high, other"), "其他高贡献额客户"),
        (_("mid, other"), "其他中贡献额客户"),
        (_("low, other"), "其他低贡献额客户"),
    )


def _month_matrix(
    panel: "pd.DataFrame", customer: str, month: str, revenue: str
) -> tuple[FloatArray, "pd.Index"]:
    """Revenue by customer and month, 0 where a customer has no row."""
    import pandas as pd

    _checks.columns(panel, "panel", [customer, month, revenue])
    when = _checks.dates(panel[month], month)
    _checks.no_gaps(panel[customer], customer)
    money = _checks.array(panel[revenue], revenue, 0)
    number = when.dt.year.to_numpy() * _YEAR + when.dt.month.to_numpy()
    number = number - number.min()
    months = int(number.max()) + 1
    if months < 2 * _YEAR:
        raise ValueError(f"panel must cover at least {2 * _YEAR} months; got {months}")
    who, names = pd.factorize(panel[customer], sort=True)
    flat = np.bincount(who * months + number, money, minlength=len(names) * months).astype(float)
    return flat.reshape(len(names), months), pd.Index(names, name=customer)


def monthly_features(
    panel: "pd.DataFrame",
    *,
    customer: str = "customer",
    month: str = "month",
    revenue: str = "revenue",
) -> "pd.DataFrame":
    """Value, trend, season and recency of each customer from a monthly log (月度特征).

    Parameters
    ----------
    panel : DataFrame
        One row per customer and month; months without a row count as 0. The months are those of
        the calendar, at least 24 from the first to the last; the last 24 are used.
    customer, month, revenue : str
        Names of the columns; `month` holds dates, any day of the month.

    Returns
    -------
    DataFrame
        Indexed by customer.

        - value: mean revenue of the last 12 months in which there was any.
        - trend: revenue of the last 6 months over that of the same months a year before; season
          falls out. Infinite where there was nothing a year before, missing where there was
          nothing in both.
        - season: correlation of the last 12 months with the 12 before; 0 where one year is flat.
        - variation: standard deviation of the 24 months over their mean.
        - silent: months since the last revenue, 0 for revenue in the last month.
        - gap: length of the last pause that ended, in months.
        - back: months since that pause ended, counted as `silent` is; missing without a pause.

    Raises
    ------
    ValueError, TypeError
        If a column or value is missing, revenue is negative, or there are fewer than 24 months.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.date_range("2024-01-01", periods=24, freq="MS")
    >>> panel = pd.DataFrame({"customer": "a", "month": months, "revenue": [10.0] * 12 + [20] * 12})
    >>> monthly_features(panel)[["value", "trend", "season", "silent"]]
              value  trend  season  silent
    customer
    a          20.0    2.0     0.0       0
    """
    import pandas as pd

    full, names = _month_matrix(panel, customer, month, revenue)
    active = full > 0
    silent = np.where(active.any(axis=1), active[:, ::-1].argmax(axis=1), full.shape[1])
    # The last 12 months with revenue, wherever they lie.
    from_end = active[:, ::-1].cumsum(axis=1)[:, ::-1]
    used = active & (from_end <= _YEAR)
    value = (full * used).sum(axis=1) / np.maximum(used.sum(axis=1), 1)
    two = full[:, -2 * _YEAR :]
    before, after = two[:, :_YEAR], two[:, _YEAR:]
    now, then = after[:, 6:].sum(axis=1), before[:, 6:].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        trend = now / then
    mean = two.mean(axis=1)
    gap, back = _last_pause(active)
    return pd.DataFrame(
        {
            "value": value,
            "trend": trend,
            "season": _row_correlation(before, after),
            "variation": np.divide(two.std(axis=1), mean, out=np.zeros(len(two)), where=mean > 0),
            "silent": silent,
            "gap": gap,
            "back": back,
        },
        index=names,
    )


def _row_correlation(one: FloatArray, other: FloatArray) -> FloatArray:
    x, y = (a - a.mean(axis=1, keepdims=True) for a in (one, other))
    scale = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    flat = scale <= 1e-12 * np.maximum(one.sum(axis=1) * other.sum(axis=1), 1e-300)
    return np.divide((x * y).sum(axis=1), scale, out=np.zeros(len(one)), where=~flat)


def _last_pause(active: np.ndarray) -> tuple[np.ndarray, FloatArray]:
    """Length of the last pause between two active months, and months since it ended."""
    rows, months = active.shape
    month = np.arange(months)
    last = np.maximum.accumulate(np.where(active, month, -1), axis=1)
    previous = np.concatenate([np.full((rows, 1), -1), last[:, :-1]], axis=1)
    length = np.where(active & (previous >= 0), month - previous - 1, 0)
    ended = np.where(length > 0, month, -1).max(axis=1)
    found = ended >= 0
    gap = np.where(found, length[np.arange(rows), np.maximum(ended, 0)], 0)
    return gap, np.where(found, months - 1.0 - ended, np.nan)


@dataclass(frozen=True, eq=False)
class MonthlySegments(Drawable):
    """Groups of customers from a monthly log, made by :func:`monthly_segments`.

    Attributes
    ----------
    segments : Series
        Group of each customer, a categorical in the order of the rules.
    features : DataFrame
        As :func:`monthly_features` gives them, and level: top, high, mid or low.
    table : DataFrame
        One row per group: chinese, customers, customer_share, value (sum), value_share.
    means : DataFrame
        Mean revenue by month (row, 1 is the first) and group (column).

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.date_range("2024-01-01", periods=24, freq="MS")
    >>> panel = pd.concat(pd.DataFrame({"customer": name, "month": months, "revenue": money})
    ...     for name, money in [("a", 90.0), ("b", 80.0), ("c", [10.0] * 20 + [0] * 4)])
    >>> found = monthly_segments(panel, levels=(0.1, 0.2, 0.5))
    >>> found
    MonthlySegments(3 of 3 customers in the seven groups)
    >>> found.to_frame().head(2).round(2)
                         chinese  customers  customer_share  value  value_share
    segment
    top, steady    贡献额最高的10%稳定客户          1            0.33   90.0          0.5
    high, growing      高贡献额的成长客户          0            0.00    0.0          0.0
    """

    _picture = "monthly_segments"

    segments: "pd.Series"
    features: "pd.DataFrame"
    table: "pd.DataFrame"
    means: "pd.DataFrame"

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per group.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        named = int(self.table["customers"].iloc[:7].sum())
        return f"MonthlySegments({named} of {len(self.segments)} customers in the seven groups)"


def monthly_segments(
    panel: "pd.DataFrame",
    *,
    customer: str = "customer",
    month: str = "month",
    revenue: str = "revenue",
    levels: tuple[float, float, float] = (0.1, 0.2, 0.6),
    growth: float = 1.25,
    season: float = 0.6,
    variation: float = 0.3,
    silent: int = 2,
    lost_within: int = 6,
    pause: int = 3,
) -> MonthlySegments:
    """Put each customer into one of seven groups, or into one of four for the rest (七个细分群体).

    Rules in their order, of which the first that fits decides. *Steady* is a trend between
    1 / growth and growth; *active* is silent for fewer than `silent` months; *just lost* is silent
    for `silent` to `lost_within` months.

    1. top, steady: in the top level, active, steady.
    2. high, growing: in the top or high level, active, trend of at least `growth`.
    3. mid, just lost.
    4. low, seasonal: season and variation at least as given, not lost earlier.
    5. mid, steady: active.
    6. low, just lost.
    7. low, just returned: active again for at most 3 months after at least `pause` silent ones.
    8. lost earlier: silent for more than `lost_within` months.
    9. to 11. high (top included), mid and low, other.

    Parameters
    ----------
    panel, customer, month, revenue
        As in :func:`monthly_features`.
    levels : (float, float, float)
        Shares of the customers, by value, at which the levels top, high and mid end; rising.
    growth : float
        Trend from which a customer grows, above 1.
    season, variation : float
        Least correlation of two years and least variation of a seasonal customer; 0 to 1, and at
        least 0.
    silent, lost_within, pause : int
        Months, at least 1; `lost_within` not below `silent`.

    Returns
    -------
    MonthlySegments
        With ``.segments``, ``.table``, ``.features`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`monthly_features`, or if a setting is not allowed.

    Notes
    -----
    The seven groups are those that a telecommunications firm is said to have found with R, F and M;
    the course names them without thresholds. The thresholds and the four further groups are this
    book's, so that each customer is in exactly one.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.date_range("2024-01-01", periods=24, freq="MS")
    >>> panel = pd.concat(pd.DataFrame({"customer": name, "month": months, "revenue": money})
    ...     for name, money in [("a", 90.0), ("b", 80.0), ("c", [10.0] * 20 + [0] * 4)])
    >>> monthly_segments(panel, levels=(0.1, 0.2, 0.5)).segments.tolist()
    ['top, steady', 'mid, steady', 'low, just lost']
    """
    import pandas as pd

    features = monthly_features(panel, customer=customer, month=month, revenue=revenue)
    cuts = rising_cuts(levels, "levels")
    if cuts.size != 3:
        raise ValueError(f"levels must be 3 shares, for top, high and mid; got {cuts.size}")
    grow = _checks.number(growth, "growth", 1, open_low=True)
    alike = _checks.number(season, "season", 0, 1)
    varied = _checks.number(variation, "variation", 0)
    quiet, longest = _checks.count(silent, "silent"), _checks.count(lost_within, "lost_within")
    if longest < quiet:
        raise ValueError(f"lost_within must be at least silent ({quiet}); got {longest}")
    away = _checks.count(pause, "pause")

    level = by_headcount(features["value"].to_numpy(), cuts)
    top, mid, low = level == 0, level == 2, level == 3
    trend = features["trend"]
    active = features["silent"] < quiet
    gone = features["silent"] > longest
    just = ~active & ~gone
    steady = active & (trend > 1 / grow) & (trend < grow)
    seasonal = (features["season"] >= alike) & (features["variation"] >= varied)
    returned = active & (features["gap"] >= away) & (features["back"] <= 2)
    rules = [
        top & steady,
        (level <= 1) & active & (trend >= grow),
        mid & just,
        low & seasonal & ~gone,
        mid & steady,
        low & just,
        low & returned,
        gone,
        level <= 1,
        mid,
        low,
    ]
    names, chinese = zip(*monthly_names(), strict=True)
    codes = np.select(rules, list(range(len(rules))))
    groups = pd.Categorical.from_codes(codes, pd.Index(names), ordered=True)
    segments = pd.Series(groups, index=features.index, name="segment")
    size = np.bincount(codes, minlength=len(names))
    total = np.bincount(codes, features["value"], minlength=len(names))
    table = pd.DataFrame(
        {
            "chinese": chinese,
            "customers": size,
            "customer_share": size / codes.size,
            "value": total,
            "value_share": total / total.sum() if total.sum() > 0 else np.nan,
        },
        index=pd.Index(names, name="segment"),
    )
    matrix, _names = _month_matrix(panel, customer, month, revenue)
    member = codes[None, :] == np.arange(len(names))[:, None]
    means = (member @ matrix)[size > 0] / size[size > 0, None]
    months = pd.RangeIndex(1, matrix.shape[1] + 1, name="month")
    by_month = pd.DataFrame(means.T, months, np.array(names)[size > 0])
    return MonthlySegments(
        segments, features.assign(level=np.array(_LEVELS)[level]), table, by_month
    )
