"""Customers' histories drawn from a model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from crmlab import _checks
from crmlab._checks import FloatArray

if TYPE_CHECKING:
    import pandas as pd

#: More purchases than this do not fit a small computer's memory.
_MOST = 50_000_000


@dataclass(frozen=True, eq=False)
class SimulatedCustomers:
    """Histories drawn from a model, with the truth that a log hides, made by ``.simulate``.

    Attributes
    ----------
    frequency, recency, T : ndarray of shape (n,)
        What a log would show at age T.
    purchase_rate : ndarray of shape (n,)
        Each customer's true rate of purchases per unit of time.
    lifetime : ndarray of shape (n,)
        When the customer drops out, counted from the first purchase; infinity if that is after
        T + future.
    alive : ndarray of bool, shape (n,)
        Whether the customer is still there at T.
    future_purchases : ndarray of shape (n,)
        Purchases in (T, T + future].
    future : float
        Length of the time after T.
    event_customer : ndarray of int, shape (purchases,)
        Row of the customer of every repeat purchase up to T + future.
    event_time : ndarray of shape (purchases,)
        When it happens, counted from the customer's first purchase.

    Examples
    --------
    >>> from crmlab.btyd import BGNBD
    >>> model = BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> drawn = model.simulate(3, T=39, seed=1)
    >>> drawn
    SimulatedCustomers(3 customers, 6 repeat purchases, 67% alive)
    >>> drawn.to_frame().round(2)
       frequency  recency     T  purchase_rate  lifetime  alive  future_purchases
    0        0.0     0.00  39.0           0.01       inf   True               0.0
    1        6.0     5.36  39.0           0.38      5.36  False               0.0
    2        0.0     0.00  39.0           0.01       inf   True               0.0
    """

    frequency: FloatArray
    recency: FloatArray
    T: FloatArray
    purchase_rate: FloatArray
    lifetime: FloatArray
    alive: npt.NDArray[np.bool_]
    future_purchases: FloatArray
    future: float
    event_customer: npt.NDArray[np.intp]
    event_time: FloatArray

    def to_frame(self) -> "pd.DataFrame":
        """One row per customer: what the log shows, then the truth.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "frequency": self.frequency,
                "recency": self.recency,
                "T": self.T,
                "purchase_rate": self.purchase_rate,
                "lifetime": self.lifetime,
                "alive": self.alive,
                "future_purchases": self.future_purchases,
            }
        )

    def __repr__(self) -> str:
        return (
            f"SimulatedCustomers({self.T.size} customers, {self.frequency.sum():.0f} repeat "
            f"purchases, {self.alive.mean():.0%} alive)"
        )


#: Given purchase rates and the end, draw how long each customer lives, until when purchases are
#: spread, how many there are, and whether the last one is at that very moment.
Lives = Callable[
    [np.random.Generator, FloatArray, FloatArray],
    tuple[FloatArray, FloatArray, FloatArray, npt.NDArray[np.bool_] | None],
]


def ages(T: Any, n: int) -> FloatArray:
    """Return one age per simulated customer, or raise."""
    age = _checks.array(T, "T", 0)
    if age.ndim > 1 or (age.ndim == 1 and age.size != n):
        raise ValueError(f"T must be one number or hold n ({n}) numbers; got shape {age.shape}")
    return np.array(np.broadcast_to(age, (n,)))


def simulate(
    n: int, T: Any, seed: int, future: float, shape: float, rate: float, lives: Lives
) -> SimulatedCustomers:
    """Draw purchase rates, lifetimes and purchases up to T + future."""
    size = _checks.count(n, "n")
    age = ages(T, size)
    more = _checks.number(future, "future", 0)
    rng = np.random.default_rng(_checks.seed(seed))
    end = age + more
    buys = rng.gamma(shape, 1.0, size) / rate
    lifetime, until, bought, last = lives(rng, buys, end)
    if bought.sum() > _MOST:
        raise ValueError(
            f"n and T must lead to at most {_MOST:,} purchases; got {bought.sum():,.0f}"
        )
    who = np.repeat(np.arange(size), bought.astype(np.intp))
    when = until[who] * (1 - rng.random(who.size))
    if last is not None:
        when[(np.cumsum(bought) - bought).astype(np.intp)[last]] = until[last]
    order = np.lexsort((when, who))
    when = when[order]
    seen = when <= age[who]
    frequency = np.bincount(who[seen], minlength=size).astype(float)
    recency = np.zeros(size)
    recency[who[seen]] = when[seen]  # the last one written is the last purchase
    later = np.bincount(who[~seen], minlength=size).astype(float)
    return SimulatedCustomers(
        frequency, recency, age, buys, lifetime, lifetime > age, later, more, who, when
    )
