"""What is left to come: the residual lifetime value of customers with a known past."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.btyd._model import PurchaseModel
from crmlab.btyd.gamma import GammaGamma
from crmlab.btyd.validation import columns_of, purchase_model
from crmlab.clv import discount_factors

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ResidualValue(Drawable):
    """What each customer is worth from now on, made by :func:`residual_value` (剩余终身价值).

    Attributes
    ----------
    customers : tuple
        Labels of the customers, in the order of the summary.
    alive : ndarray of shape (customers,)
        Probability that the customer has not dropped out.
    purchases, discounted_purchases : ndarray of shape (customers,)
        Expected purchases within the horizon, plain and discounted.
    value_per_purchase : ndarray of shape (customers,)
        Expected value of a purchase.
    value : ndarray of shape (customers,)
        Discounted purchases × value per purchase × margin.
    period_purchases, period_value : ndarray of shape (periods,)
        Expected purchases of all customers in each period, and their discounted value.
    rate, margin, length : float
        As given.
    timing : str
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.btyd import BGNBD
    >>> summary = pd.DataFrame({"frequency": [0, 3], "recency": [0, 30.0], "T": [39.0, 39.0],
    ...                         "monetary_value": [0, 50.0]}, index=["Li", "Wang"])
    >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> spend = GammaGamma.with_parameters(p=6.25, q=3.74, gamma=15.44)
    >>> value = residual_value(model, spend, summary, rate=0.01, periods=12, length=52 / 12)
    >>> value
    ResidualValue(2 customers, 12 periods, total 108)
    >>> value.to_frame().round(2)
              alive  purchases  discounted_purchases  value_per_purchase   value
    customer
    Li         1.00       0.25                  0.24               35.22    8.37
    Wang       0.72       2.20                  2.08               48.12  100.12
    """

    _picture = "residual_value"

    customers: tuple[Any, ...]
    alive: FloatArray
    purchases: FloatArray
    discounted_purchases: FloatArray
    value_per_purchase: FloatArray
    value: FloatArray
    period_purchases: FloatArray
    period_value: FloatArray
    rate: float
    margin: float
    length: float
    timing: str

    @property
    def total(self) -> float:
        """Value of all the customers."""
        return float(self.value.sum())

    def to_frame(self) -> "pd.DataFrame":
        """One row per customer: chance to be alive, purchases, value of one, value of all.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "alive": self.alive,
                "purchases": self.purchases,
                "discounted_purchases": self.discounted_purchases,
                "value_per_purchase": self.value_per_purchase,
                "value": self.value,
            },
            pd.Index(self.customers, name="customer"),
        )

    def __repr__(self) -> str:
        return (
            f"ResidualValue({self.value.size:,} customers, {self.period_value.size} periods, "
            f"total {self.total:,.0f})"
        )


def residual_value(
    model: PurchaseModel,
    spend: GammaGamma,
    summary: "pd.DataFrame",
    rate: float,
    periods: int,
    *,
    margin: float = 1.0,
    length: float = 1.0,
    timing: Any = "middle",
) -> ResidualValue:
    """Discounted value of what customers will still buy (剩余客户终身价值).

    Expected purchases in each coming period, from `model`, times the expected value of a
    purchase, from `spend`, times the margin, discounted to today.

    Parameters
    ----------
    model : BGNBD, ParetoNBD or NBD
        A fitted model of purchases.
    spend : GammaGamma
        A fitted model of the value of a purchase.
    summary : DataFrame
        One row per customer, with the columns frequency, recency, T in the model's unit of time
        and monetary_value, the mean value of the repeat purchases.
    rate : float
        Discount rate per period, a fraction above −1 and at most 5.
    periods : int
        Number of periods that count, at least 1.
    margin : float
        What is left of each unit of value, at most 1; 1 gives the value of the revenue.
    length : float
        Length of a period in the unit of T, above 0: 52/12 for months with weekly data.
    timing : {"middle", "end", "start"}
        When in its period a purchase is paid: see :func:`crmlab.clv.present_value`.

    Returns
    -------
    ResidualValue
        With ``.value`` per customer, ``.total``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as described, or the expected value of a purchase is infinite.

    Notes
    -----
    The first purchase and all that was bought up to now are not counted: it is the value of
    keeping the relation, not what the customer has paid.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.btyd import BGNBD
    >>> summary = pd.DataFrame({"frequency": [0, 3], "recency": [0, 30.0], "T": [39.0, 39.0],
    ...                         "monetary_value": [0, 50.0]}, index=["Li", "Wang"])
    >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> spend = GammaGamma.with_parameters(p=6.25, q=3.74, gamma=15.44)
    >>> value = residual_value(model, spend, summary, rate=0.01, periods=12, length=52 / 12)
    >>> value.to_frame()[["alive", "purchases", "value"]].round(2)
              alive  purchases   value
    customer
    Li         1.00       0.25    8.37
    Wang       0.72       2.20  100.12
    """
    fitted = purchase_model(model)
    if not isinstance(spend, GammaGamma):
        raise TypeError(f"spend must be a GammaGamma; got {type(spend).__name__}")
    n = _checks.count(periods, "periods")
    factors = discount_factors(_checks.one_rate(rate), n, timing)
    share = _checks.number(margin, "margin", high=1)
    span = _checks.number(length, "length", 0, open_low=True)
    x, t_x, T = columns_of(summary, "monetary_value")
    each = spend.conditional_value(x, summary["monetary_value"])
    alive = fitted.probability_alive(x, t_x, T)
    plain, discounted = np.zeros(x.size), np.zeros(x.size)
    by_period, worth = np.zeros(n), np.zeros(n)
    for k, factor in enumerate(factors):
        until = alive * fitted._while_alive(x, T, np.full(x.size, (k + 1) * span))
        new = until - plain
        plain = until
        discounted = discounted + factor * new
        by_period[k] = new.sum()
        worth[k] = factor * share * (new * each).sum()
    return ResidualValue(
        tuple(summary.index),
        alive,
        plain,
        _checks.finite(discounted),
        each,
        _checks.finite(discounted * each * share),
        by_period,
        worth,
        float(rate),
        share,
        span,
        timing,
    )
