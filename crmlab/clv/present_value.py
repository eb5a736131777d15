"""What a stream of money is worth today, and the three models of a loyal customer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

FloatArray = _checks.FloatArray
Timing = Literal["start", "middle", "end"]

#: By how many periods a flow comes earlier than the end of its period.
_LEAD = {"start": 1.0, "middle": 0.5, "end": 0.0}


def discount_factors(
    rate: Any, periods: int, timing: Timing = "end", length: float = 1.0
) -> FloatArray:
    """Value today of one unit of money in each of the periods 1 to n (折现系数).

    A unit paid at the end of period t is worth ``(1 + rate) ** -t`` today; at the middle
    ``(1 + rate) ** -(t - 0.5)``; at the start ``(1 + rate) ** -(t - 1)``.

    Parameters
    ----------
    rate : float or array of shape (...,)
        Discount rate per unit of time, a fraction above −1 and at most 5. An array gives one row
        per rate.
    periods : int
        Number of periods n, at least 1.
    timing : {"end", "middle", "start"}
        When in its period the money moves.
    length : float
        Length of one period in the rate's unit of time: 0.5 for half-yearly periods and a
        yearly rate.

    Returns
    -------
    ndarray of shape (..., n)

    Raises
    ------
    ValueError
        If an argument is outside the bounds above.

    Examples
    --------
    >>> discount_factors(0.25, 3).round(3).tolist()
    [0.8, 0.64, 0.512]
    >>> discount_factors(0.25, 3, timing="start").round(3).tolist()
    [1.0, 0.8, 0.64]
    """
    rates = _checks.rate(rate)
    n = _checks.count(periods, "periods")
    lead = _LEAD[_checks.choice(timing, "timing", tuple(_LEAD))]
    span = _checks.number(length, "length", 0, open_low=True)
    exponents = (np.arange(1, n + 1) - lead) * span
    with np.errstate(over="ignore"):
        return _checks.finite(np.exp(-np.log1p(rates)[..., None] * exponents))


def present_value(flows: Any, rate: Any, timing: Timing = "end") -> Any:
    """Present value of a stream of money (现值).

    ``Σ flow_t / (1 + rate)^t`` over t = 1 … n for flows at the end of each period. Time runs
    along the last axis, so a table of customers × periods is one call.

    Parameters
    ----------
    flows : array of shape (..., n)
        Money received in periods 1 to n; what is paid out is negative.
    rate : float or array that broadcasts to shape (...,)
        Discount rate per period, a fraction above −1 and at most 5.
    timing : {"end", "middle", "start"}
        When in its period the money moves; the discount exponent is t, t − 0.5 or t − 1.

    Returns
    -------
    float, or ndarray of shape (...,)
        In the unit of `flows`.

    Raises
    ------
    ValueError, TypeError
        If `flows` is empty, not numeric or not finite, or `rate` is −1 or less.

    See Also
    --------
    cash_flows : the same stream with its table and picture.

    Examples
    --------
    >>> round(present_value([500, 500, 500, 500, 500], rate=0.09), 2)
    1944.83

    Two customers at once:

    >>> present_value([[100, 100], [0, 210]], rate=0.05).round(2).tolist()
    [185.94, 190.48]
    """
    stream = _checks.array(flows, "flows")
    if stream.ndim == 0:
        raise ValueError(f"flows must be a sequence, one amount per period; got {flows!r}")
    factors = discount_factors(rate, stream.shape[-1], timing)
    _checks.together(flows=stream[..., 0], rate=rate)
    return _plain((stream * factors).sum(axis=-1))


def revenue_model(first_purchase: Any, revenue: Any, rate: Any, periods: int) -> Any:
    """Model 1, revenue of a loyal customer (基于收入的忠诚客户终身价值模型).

    ``P₀ + Σ_{t=1…n} I_t / (1 + r)^t``: the first purchase, then the revenue of every year.

    Parameters
    ----------
    first_purchase : float or array of shape (customers,)
        P₀, paid today.
    revenue : float, or array of shape (periods,), (customers, 1) or (customers, periods)
        I_t, revenue per period at each period's end. Time is the last axis: one amount per
        customer is a column, for a DataFrame ``table[["revenue"]]``.
    rate : float or array of shape (customers,)
        Discount rate r per period, a fraction above −1 and at most 5.
    periods : int
        n, the number of periods for which the customer stays loyal, at least 1.

    Returns
    -------
    float, or ndarray of shape (customers,)

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or `revenue` has a length other than 1 or `periods`.

    Notes
    -----
    The model is the first of the course's three. Model 2, :func:`profit_model`, also subtracts the
    cost of winning the customer; model 3, :func:`contribution_model`, the cost of serving them too.

    Examples
    --------
    The course's worked example:

    >>> round(revenue_model(first_purchase=2000, revenue=500, rate=0.09, periods=5))
    3945

    Two customers:

    >>> revenue_model(0, [[500], [450]], rate=0.09, periods=5).round().tolist()
    [1945.0, 1750.0]
    """
    return contribution_model(first_purchase, revenue, rate, periods, 0, 0)


def profit_model(
    first_purchase: Any, revenue: Any, rate: Any, periods: int, acquisition_cost: Any
) -> Any:
    """Model 2, profit of a loyal customer (基于利润的忠诚客户终身价值模型).

    ``P₀ − C₀ + Σ_{t=1…n} I_t / (1 + r)^t``: model 1 less the cost of winning the customer.

    Parameters
    ----------
    first_purchase, revenue, rate, periods
        As in :func:`revenue_model`.
    acquisition_cost : float or array of shape (customers,)
        C₀, paid today, at least 0.

    Returns
    -------
    float, or ndarray of shape (customers,)

    Raises
    ------
    ValueError, TypeError
        As :func:`revenue_model`, and if `acquisition_cost` is negative.

    Examples
    --------
    >>> round(profit_model(2000, 500, rate=0.09, periods=5, acquisition_cost=400))
    3545
    """
    return contribution_model(first_purchase, revenue, rate, periods, acquisition_cost, 0)


def contribution_model(
    first_purchase: Any,
    revenue: Any,
    rate: Any,
    periods: int,
    acquisition_cost: Any,
    service_cost: Any,
) -> Any:
    """Model 3, contribution of a loyal customer (基于利润贡献的忠诚客户终身价值模型).

    ``P₀ − C₀ + Σ_{t=1…n} (I_t − C_s,t) / (1 + r)^t``: model 2 less the direct cost of serving
    the customer in every period.

    Parameters
    ----------
    first_purchase, revenue, rate, periods, acquisition_cost
        As in :func:`profit_model`.
    service_cost : float, or array of shape (periods,), (customers, 1) or (customers, periods)
        C_s, direct cost of service per period, at least 0.

    Returns
    -------
    float, or ndarray of shape (customers,)

    Raises
    ------
    ValueError, TypeError
        As :func:`profit_model`, and if `service_cost` is negative or has a wrong length.

    Examples
    --------
    The course's worked example, then its customers A and B, whose ranking turns when the cost
    of service is counted:

    >>> round(contribution_model(2000, 500, 0.09, 5, acquisition_cost=400, service_cost=10))
    3506
    >>> contribution_model(0, [[500], [450]], 0.09, 5, 0, [[200], [100]]).round().tolist()
    [1167.0, 1361.0]
    """
    n = _checks.count(periods, "periods")
    first = _checks.array(first_purchase, "first_purchase", 0)
    won = _checks.array(acquisition_cost, "acquisition_cost", 0)
    yearly = _by_period(_checks.array(revenue, "revenue", 0), "revenue", n)
    served = _by_period(_checks.array(service_cost, "service_cost", 0), "service_cost", n)
    _checks.together(
        first_purchase=first,
        revenue=yearly[..., 0],
        rate=_checks.rate(rate),
        acquisition_cost=won,
        service_cost=served[..., 0],
    )
    return _plain(first - won + np.asarray(present_value(yearly - served, rate)))


def _by_period(values: FloatArray, name: str, periods: int) -> FloatArray:
    """Spread amounts over the periods, which are the last axis."""
    if values.ndim and values.shape[-1] not in (1, periods):
        raise ValueError(
            f"{name} must hold one amount per period ({periods}) along its last axis, or a single "
            f"one; got shape {values.shape}. For one amount per customer pass a column, of shape "
            "(customers, 1)"
        )
    return np.broadcast_to(values, (*values.shape[:-1], periods))


def _plain(value: Any) -> Any:
    """Return a plain float for a single number, an array otherwise; refuse an overflow."""
    array = _checks.finite(value)
    return float(array) if array.ndim == 0 else array


@dataclass(frozen=True, eq=False)
class CashFlows(Drawable):
    """A stream of money with its discounting, made by :func:`cash_flows`.

    Attributes
    ----------
    flows : ndarray of shape (n,)
        Expected money in each period.
    times : ndarray of shape (n,)
        When it moves, in periods from today.
    factors : ndarray of shape (n,)
        Discount factors.

    Examples
    --------
    >>> stream = cash_flows([500] * 5, rate=0.09, today=2000 - 400)
    >>> stream
    CashFlows(6 flows, present value 3,544.83)
    >>> stream.to_frame().round(2)
       time    flow  discount_factor  present_value  cumulative
    0   0.0  1600.0             1.00        1600.00     1600.00
    1   1.0   500.0             0.92         458.72     2058.72
    2   2.0   500.0             0.84         420.84     2479.56
    3   3.0   500.0             0.77         386.09     2865.65
    4   4.0   500.0             0.71         354.21     3219.86
    5   5.0   500.0             0.65         324.97     3544.83
    """

    _picture = "cash_flows"

    flows: FloatArray
    times: FloatArray
    factors: FloatArray

    @property
    def present_values(self) -> FloatArray:
        """Present value of each flow."""
        return self.flows * self.factors

    @property
    def total(self) -> float:
        """Present value of the whole stream."""
        return float(self.present_values.sum())

    @property
    def break_even(self) -> float | None:
        """First time from which the discounted total stays at or above 0; None if it never does."""
        below = np.flatnonzero(self.present_values.cumsum() < 0)
        last = int(below[-1]) if below.size else -1
        return None if last == len(self.flows) - 1 else float(self.times[last + 1])

    def to_frame(self) -> "pd.DataFrame":
        """One row per flow: time, flow, discount factor, present value, running total.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "time": self.times,
                "flow": self.flows,
                "discount_factor": self.factors,
                "present_value": self.present_values,
                "cumulative": self.present_values.cumsum(),
            }
        )

    def __repr__(self) -> str:
        return f"CashFlows({len(self.flows)} flows, present value {self.total:,.2f})"


def cash_flows(
    flows: Any,
    rate: float,
    timing: Timing = "end",
    *,
    today: float = 0.0,
    probability: Any = 1.0,
) -> CashFlows:
    """Lay a stream of money out period by period (现金流).

    The general form behind every lifetime value: ``LTV = Σ (1 + d)^−i π_i``, in other books
    ``CLV = Σ RP_t / (1 + d)^t``. Both say the same: expected profit of each period, discounted.

    Parameters
    ----------
    flows : array of shape (n,)
        Money in periods 1 to n.
    rate : float
        Discount rate per period, a fraction above −1 and at most 5.
    timing : {"end", "middle", "start"}
        When in its period the money moves.
    today : float
        Money that moves now, undiscounted: a first purchase less the cost of winning it. It
        becomes the first row where it is not 0.
    probability : float or array of shape (n,)
        Chance that each flow comes, for instance that the customer is still there.

    Returns
    -------
    CashFlows
        With ``.total``, ``.break_even``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If the stream is empty or a value is outside its bounds.

    Examples
    --------
    >>> stream = cash_flows([500] * 5, rate=0.09, today=2000 - 400)
    >>> stream
    CashFlows(6 flows, present value 3,544.83)
    >>> stream.to_frame().round(2).head(3)
       time    flow  discount_factor  present_value  cumulative
    0   0.0  1600.0             1.00        1600.00     1600.00
    1   1.0   500.0             0.92         458.72     2058.72
    2   2.0   500.0             0.84         420.84     2479.56
    """
    amounts = _checks.array(flows, "flows", ndim=1)
    chance = _checks.probability(probability, "probability")
    if chance.ndim and chance.shape != amounts.shape:
        raise ValueError(
            f"probability must be one number or one per flow ({amounts.size}); "
            f"got shape {chance.shape}"
        )
    factors = discount_factors(_checks.one_rate(rate), amounts.size, timing)
    times = np.arange(1, amounts.size + 1) - _LEAD[timing]
    expected = amounts * chance
    now = _checks.number(today, "today")
    if now:
        expected, times, factors = (
            np.concatenate(([value], rest))
            for value, rest in ((now, expected), (0.0, times), (1.0, factors))
        )
    return CashFlows(expected, times, factors)
