"""Lost for good: a customer who leaves never comes back (Dwyer's retention model)."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from crmlab import _checks
from crmlab.clv.present_value import (
    _LEAD,
    CashFlows,
    FloatArray,
    Timing,
    _by_period,
    _plain,
    cash_flows,
    discount_factors,
)


def retention_value(
    margin: Any,
    retention: Any,
    rate: Any,
    periods: int | None = None,
    *,
    timing: Timing = "end",
    include_first: bool = False,
    growth: Any = 0.0,
    retention_cost: Any = 0.0,
    cost_timing: Timing = "middle",
    acquisition_cost: Any = 0.0,
    cycle: float = 1.0,
) -> Any:
    """Lifetime value of a customer who is lost for good (永久流失型, 客户保持模型).

    ``Σ_{t=1…n} m_t S_t / (1 + d)^t`` with ``S_t = r_1 r_2 … r_t`` the chance that the customer
    is still there at t. With a constant margin and retention and no horizon this is the margin
    multiple ``m r / (1 + d − r)``.

    Parameters
    ----------
    margin : float, or array of shape (periods,), (customers, 1) or (customers, periods)
        m, margin of each period in which the customer is still there.
    retention : float or array, shaped as `margin`
        r, chance that a customer of one period is still one in the next, between 0 and 1.
    rate : float or array of shape (customers,)
        Discount rate d per unit of time, a fraction above −1 and at most 5.
    periods : int, optional
        Horizon n. None is the infinite horizon, for which margin and retention are constant.
    timing : {"end", "middle", "start"}
        When in its period the margin comes.
    include_first : bool
        Add the margin of period 0, paid today by every customer. It equals the margin of period
        1 before growth. Without it the first margin counted is the first renewal's.
    growth : float or array of shape (customers,)
        g, growth of a constant margin per period: the margin of period t is ``m (1 + g)^t``,
        that of period 0 is m.
    retention_cost : float or array, shaped as `margin`
        Cost per period of keeping each customer who was still there when the period began, at
        least 0: it is paid for ``S_{t−1}`` customers.
    cost_timing : {"middle", "end", "start"}
        When in its period the retention cost is paid.
    acquisition_cost : float or array of shape (customers,)
        Paid today, at least 0.
    cycle : float
        Length of one period in the rate's unit of time: 0.5 for a customer who decides twice a
        year and a yearly rate, 2 for every other year. Margin, retention, growth and cost are
        per period.

    Returns
    -------
    float, or ndarray of shape (customers,)

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, a length differs from `periods`, the horizon is
        infinite and a value varies with time, or the infinite sum has no limit.

    Notes
    -----
    Dwyer (1989) names the case. Berger and Nasr (1998) give the timing used in the second
    example: margins at year ends, promotion at mid-year. ``cycle`` is their case 2, a varying
    margin their case 3, and :func:`continuous_retention_value` their case 4. The multiple is
    Gupta and Lehmann's (2003).

    Examples
    --------
    >>> round(retention_value(margin=100, retention=0.8, rate=0.1), 2)
    266.67

    Berger and Nasr's case 1:

    >>> round(retention_value(260, 0.75, 0.2, 10, include_first=True, retention_cost=50), 2)
    568.78
    """
    first, renewals, costs = _retention_parts(
        margin, retention, rate, periods, timing, growth, retention_cost, cost_timing, cycle
    )
    won = _checks.array(acquisition_cost, "acquisition_cost", 0)
    _checks.together(margin=renewals, acquisition_cost=won)
    with_first = _checks.choice(include_first, "include_first", (True, False))
    return _plain(renewals - costs - won + (first if with_first else 0.0))


def _retention_parts(
    margin: Any,
    retention: Any,
    rate: Any,
    periods: int | None,
    timing: Timing,
    growth: Any,
    retention_cost: Any,
    cost_timing: Timing,
    cycle: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """First margin, present value of the renewals, present value of the retention cost."""
    margins = _checks.array(margin, "margin")
    kept = _checks.probability(retention, "retention")
    grown = _checks.array(growth, "growth", -1)
    paid = _checks.array(retention_cost, "retention_cost", 0)
    _checks.choice(cost_timing, "cost_timing", tuple(_LEAD))
    _checks.number(cycle, "cycle", 0, open_low=True)
    if periods is None:
        for values, name in ((margins, "margin"), (kept, "retention"), (paid, "retention_cost")):
            if values.ndim and values.shape[-1] != 1:
                raise ValueError(
                    f"periods must be given when {name} varies with time; got None and {name} of "
                    f"shape {values.shape}. For one value per customer pass a column, of shape "
                    "(customers, 1)"
                )
        margins, kept, paid = (v[..., 0] if v.ndim else v for v in (margins, kept, paid))
        earned = discount_factors(rate, 1, timing, cycle)[..., 0]
        spent = discount_factors(rate, 1, cost_timing, cycle)[..., 0]
        step = discount_factors(rate, 1, "end", cycle)[..., 0]
        _checks.together(
            margin=margins, retention=kept, rate=step, growth=grown, retention_cost=paid
        )
        factor = kept * (1 + grown)
        return (
            margins,
            margins * factor * earned * _geometric(factor * step),
            paid * spent * _geometric(kept * step, needed=bool(np.any(paid))),
        )
    n = _checks.count(periods, "periods")
    if np.any(grown) and margins.ndim and margins.shape[-1] != 1:
        raise ValueError("growth must be 0 when margin already varies with time; got both")
    by_period = _by_period(margins, "margin", n)
    survival = np.cumprod(_by_period(kept, "retention", n), axis=-1)
    _checks.together(
        margin=by_period[..., 0],
        retention=survival[..., 0],
        rate=_checks.rate(rate),
        growth=grown,
        retention_cost=paid[..., 0] if paid.ndim else paid,
    )
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)
    growing = (1 + grown)[..., None] ** np.arange(1, n + 1)
    earned = discount_factors(rate, n, timing, cycle)
    spent = discount_factors(rate, n, cost_timing, cycle)
    return (
        by_period[..., 0],
        (by_period * growing * survival * earned).sum(axis=-1),
        (_by_period(paid, "retention_cost", n) * before * spent).sum(axis=-1),
    )


def _geometric(ratio: FloatArray, needed: bool = True) -> FloatArray:
    """1 + q + q² + …, refused where it has no limit."""
    if not needed:
        return np.zeros_like(ratio)
    if np.any(ratio >= 1):
        raise ValueError(
            "retention, growth and rate must satisfy retention × (1 + growth) < 1 + rate for an "
            f"infinite horizon; got a ratio of {float(np.max(ratio)):g}. Give periods instead"
        )
    return 1 / (1 - ratio)


def margin_multiple(retention: Any, rate: Any, growth: Any = 0.0) -> Any:
    """Lifetime value in units of one period's margin (边际倍数).

    ``r (1 + g) / (1 + d − r (1 + g))``; without growth ``r / (1 + d − r)``.

    Parameters
    ----------
    retention : float or array
        r, chance to keep the customer from one period to the next, between 0 and 1.
    rate : float or array
        Discount rate d per period, above −1.
    growth : float or array
        Growth g of the margin per period.

    Returns
    -------
    float or ndarray
        The arguments broadcast.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or ``r (1 + g) ≥ 1 + d``: there is no limit then.

    Notes
    -----
    Gupta and Lehmann (2003), table 1. The first margin, paid today, is not counted: add 1.

    Examples
    --------
    >>> round(margin_multiple(retention=0.9, rate=0.12), 2)
    4.09
    """
    kept = _checks.probability(retention, "retention")
    discount, grown = _checks.rate(rate), _checks.array(growth, "growth", -1)
    _checks.together(retention=kept, rate=discount, growth=grown)
    ratio = kept * (1 + grown) / (1 + discount)
    return _plain(ratio * _geometric(ratio))


def continuous_retention_value(
    margin: float | Callable[[float], float],
    retention: float,
    rate: float,
    periods: float | None = None,
) -> float:
    """Lifetime value when margin flows all the time (连续型客户保持模型).

    ``∫₀ⁿ m(t) (r / (1 + d))^t dt``, Berger and Nasr's (1998) case 4. For a constant margin
    ``m (1 − (r / (1 + d))^n) / ln((1 + d) / r)``.

    Parameters
    ----------
    margin : float or callable
        Margin per period, or a function of time that returns it.
    retention : float
        r, chance to keep the customer over one whole period, above 0 and at most 1.
    rate : float
        Discount rate d per period, above −1.
    periods : float, optional
        Horizon n, above 0. None is the infinite horizon, for which r must be below 1 + d.

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, the infinite integral has no limit, or `margin`
        returns something that is not a finite number.

    Examples
    --------
    >>> round(continuous_retention_value(100, retention=0.8, rate=0.1), 2)
    314.02
    >>> round(continuous_retention_value(lambda t: 100 + 10 * t, 0.8, 0.1, periods=5), 2)
    296.72
    """
    kept = _checks.number(retention, "retention", 0, 1, open_low=True)
    decay = math.log1p(_checks.one_rate(rate)) - math.log(kept)
    horizon = math.inf if periods is None else _checks.number(periods, "periods", 0, open_low=True)
    if periods is None and decay <= 0:
        raise ValueError(
            "retention must be below 1 + rate for an infinite horizon; got "
            f"retention {kept:g} and rate {float(rate):g}. Give periods instead"
        )
    if not callable(margin):
        constant = _checks.number(margin, "margin")
        with np.errstate(over="ignore"):
            years = -np.expm1(-decay * horizon) / decay if decay else horizon
            return float(_plain(constant * np.float64(years)))
    from scipy.integrate import quad

    def flow(time: float) -> float:
        return _checks.number(margin(time), f"margin({time:g})")

    def over_time(time: float) -> float:
        return flow(time) * math.exp(-decay * time)

    def over_weight(weight: float) -> float:  # weight = exp(-decay · time) runs from 1 down to 0
        return flow(-math.log(weight) / decay) / decay

    integrand, end = (over_weight, 1.0) if periods is None else (over_time, horizon)
    wanted = "margin must be a function whose discounted integral converges; got"
    try:
        value, _error, _info, *trouble = quad(integrand, 0, end, limit=200, full_output=True)
    except OverflowError as error:
        raise ValueError(f"{wanted} an overflow ({error})") from None
    if trouble:
        raise ValueError(f"{wanted} {trouble[0]}")
    return float(value)


def retention_flows(
    margin: Any,
    retention: Any,
    rate: float,
    periods: int,
    *,
    timing: Timing = "end",
    first_margin: float = 0.0,
    acquisition_cost: float = 0.0,
) -> CashFlows:
    """Lay the expected margins of one customer out, period by period.

    Parameters
    ----------
    margin, retention : float or array of shape (periods,)
        As in :func:`retention_value`.
    rate : float
        Discount rate per period.
    periods : int
        Horizon.
    timing : {"end", "middle", "start"}
        When in its period the margin comes.
    first_margin, acquisition_cost : float
        Received and paid today.

    Returns
    -------
    CashFlows
        Its ``.total`` equals ``retention_value(...)`` with the same numbers.

    Raises
    ------
    ValueError, TypeError
        As :func:`retention_value`.

    Examples
    --------
    >>> retention_flows(100, 0.8, 0.1, periods=10, acquisition_cost=150)
    CashFlows(11 flows, present value 105.63)
    """
    n = _checks.count(periods, "periods")
    margins, kept = _checks.array(margin, "margin"), _checks.probability(retention, "retention")
    margins = _checks.array(_by_period(margins, "margin", n), "margin", ndim=1)
    kept = _checks.array(_by_period(kept, "retention", n), "retention", ndim=1)
    cost = _checks.number(acquisition_cost, "acquisition_cost", 0)
    today = _checks.number(first_margin, "first_margin") - cost
    return cash_flows(margins, rate, timing, today=today, probability=np.cumprod(kept))
