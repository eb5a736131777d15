"""Lifecycle profit: what a customer brings year by year, and when the cost of winning is back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.clv import discount_factors
from crmlab.clv.present_value import Timing

if TYPE_CHECKING:
    import pandas as pd

#: The four sources of profit, and the two deductions of a year.
GAINS = ("base", "growth", "cost_saving", "referral")
DEDUCTIONS = ("price_concessions", "bad_word")


@dataclass(frozen=True, eq=False)
class LifecycleProfit(Drawable):
    """Profit of a customer by year with its break-even, made by :func:`lifecycle_profit`.

    Attributes
    ----------
    table : DataFrame
        Indexed by year, from 0, today: acquisition, base, growth, cost_saving, referral,
        price_concessions, bad_word (deductions negative; of a customer who is still there),
        profit (their sum), survival (chance to be still there), expected (profit × survival),
        discount (value today of 1), present (expected × discount), cumulative (present, added up).
    rate : float
        Discount rate per year.

    Examples
    --------
    >>> plan = lifecycle_profit(4, base=100, growth=[0, 20, 40, 60], acquisition=250,
    ...                         retention=0.8, rate=0.1)
    >>> plan
    LifecycleProfit(present value 44, break-even year 4)
    >>> list(plan.to_frame().columns)
    ['acquisition', 'base', 'growth', 'cost_saving', 'referral', 'price_concessions',
    'bad_word', 'profit', 'survival', 'expected', 'discount', 'present', 'cumulative']
    """

    _picture = "lifecycle_profit"

    table: "pd.DataFrame"
    rate: float

    @property
    def total(self) -> float:
        """Present value of all years: what winning the customer is worth."""
        return float(self.table["cumulative"].iloc[-1])

    @property
    def break_even(self) -> float:
        """First year at whose end the cumulated present value is at least 0; NaN if none is."""
        paid = (self.table["cumulative"] >= -1e-9).to_numpy()
        return float(np.flatnonzero(paid)[0]) if paid.any() else float("nan")

    @property
    def parts(self) -> "pd.Series":
        """Present value of each part over all years; they sum to the total."""
        names = ["acquisition", *GAINS, *DEDUCTIONS]
        weight = self.table["survival"] * self.table["discount"]
        return self.table[names].mul(weight, axis=0).sum().rename("present_value")

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per year.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        year = "not reached" if np.isnan(self.break_even) else f"year {self.break_even:g}"
        return f"LifecycleProfit(present value {self.total:,.0f}, break-even {year})"


def lifecycle_profit(
    years: int,
    *,
    base: Any,
    growth: Any = 0.0,
    cost_saving: Any = 0.0,
    referral: Any = 0.0,
    acquisition: float = 0.0,
    price_concessions: Any = 0.0,
    bad_word: Any = 0.0,
    retention: Any = 1.0,
    rate: float = 0.0,
    timing: Timing = "end",
) -> LifecycleProfit:
    """Profit of a customer over the lifecycle (客户生命周期利润).

    ``profit_t = base + growth + cost saving + referral − price concessions − bad word of mouth``,
    cumulated as ``−acquisition + Σ_t S_t profit_t / (1 + d)^t``, with S_t the chance that the
    customer is still there in year t; ``S_1 = 1``.

    Parameters
    ----------
    years : int
        Horizon in years, at least 1.
    base : float or array of shape (years,)
        Basic profit of each year (基本利润); may be negative.
    growth : float or array
        What growing orders and cross-selling add (收入增长与关联销售).
    cost_saving : float or array
        What serving a known customer saves (成本节约).
    referral : float or array
        What recommendations bring (推荐价值), at least 0.
    acquisition : float
        Cost of winning the customer, paid today (获取成本), at least 0.
    price_concessions : float or array
        Discounts given (价格优惠), at least 0.
    bad_word : float or array
        Damage by bad word of mouth (推荐破坏成本), at least 0.
    retention : float or array of shape (years,)
        Chance r to stay from one year to the next, ``S_t = r^(t−1)``; or the chances S_1 … S_n
        themselves, which never rise, such as those of :func:`kaplan_meier`.
    rate : float
        Discount rate d per year, above −1.
    timing : {"end", "middle", "start"}
        When in its year the money moves.

    Returns
    -------
    LifecycleProfit
        With ``.table``, ``.total``, ``.break_even``, ``.parts`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, a stream has not one value per year, or survival rises.

    Notes
    -----
    The list of sources is Reichheld and Sasser's (1990) and Reichheld's (1996), with the three
    deductions that the course adds. Referral and bad word of mouth are counted while the customer
    is there. With base profit alone it is the retention model of chapter 7:
    ``lifecycle_profit(n, base=m, retention=r, rate=d).total`` is
    ``retention_value(m, r, d, n) / r``.

    Examples
    --------
    >>> plan = lifecycle_profit(4, base=100, growth=[0, 20, 40, 60], acquisition=250,
    ...                         retention=0.8, rate=0.1)
    >>> plan
    LifecycleProfit(present value 44, break-even year 4)
    """
    import pandas as pd

    n = _checks.count(years, "years")
    given = {"base": base, "growth": growth, "cost_saving": cost_saving, "referral": referral,
             "price_concessions": price_concessions, "bad_word": bad_word}  # fmt: skip
    least = dict.fromkeys(("referral", *DEDUCTIONS), 0.0)
    streams = {k: _by_year(v, k, n, least.get(k, -np.inf)) for k, v in given.items()}
    paid = _checks.number(acquisition, "acquisition", 0)
    stays = _survival(retention, n)
    discount = _checks.one_rate(rate)
    factors = np.append(1.0, discount_factors(discount, n, timing))
    columns: dict[str, FloatArray] = {"acquisition": np.append(-paid, np.zeros(n))}
    for name, stream in streams.items():
        columns[name] = np.append(0.0, -stream if name in DEDUCTIONS else stream)
    table = pd.DataFrame(columns, pd.RangeIndex(n + 1, name="year"))
    table["profit"] = table.sum(axis=1)
    table["survival"] = np.append(1.0, stays)
    table["expected"] = table["profit"] * table["survival"]
    table["discount"] = factors
    table["present"] = table["expected"] * factors
    table["cumulative"] = table["present"].cumsum()
    return LifecycleProfit(table + 0.0, discount)


def _by_year(value: Any, name: str, years: int, low: float) -> FloatArray:
    checked = _checks.array(value, name, low)
    if checked.ndim > 1 or (checked.ndim == 1 and checked.size != years):
        raise ValueError(
            f"{name} must be one number or one per year ({years}); got shape {checked.shape}"
        )
    return np.broadcast_to(checked, (years,)).astype(float)


def _survival(value: Any, years: int) -> FloatArray:
    """Chance to be still there in each year."""
    checked = _by_year(_checks.array(value, "retention", 0, 1), "retention", years, 0)
    if np.ndim(value) == 0:
        return np.asarray(checked[0] ** np.arange(years), float)
    if (np.diff(checked) > 1e-12).any():
        at = int((np.diff(checked) > 1e-12).argmax()) + 1
        raise ValueError(f"retention must not rise from year to year; got {checked[at]:g} after "
                         f"{checked[at - 1]:g}")  # fmt: skip
    return checked


def profit_gain(plan: LifecycleProfit, other: LifecycleProfit) -> float:
    """Present value that `other` adds to `plan`: what a measure may cost (利润增量).

    Parameters
    ----------
    plan, other : LifecycleProfit
        Without and with the measure.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If one of them is something else.

    Examples
    --------
    >>> keep = [lifecycle_profit(5, base=100, retention=r) for r in (0.7, 0.8)]
    >>> round(profit_gain(*keep), 2)
    58.85
    """
    for name, value in (("plan", plan), ("other", other)):
        if not isinstance(value, LifecycleProfit):
            raise TypeError(f"{name} must be a LifecycleProfit; got {type(value).__name__}")
    return other.total - plan.total
