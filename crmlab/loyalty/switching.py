"""What it costs a customer to leave (转移成本), whom that holds, and what happens when it ends."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

FloatArray = _checks.FloatArray


@dataclass(frozen=True)
class SwitchingCost:
    """What a customer gives up by leaving, in money or in the customer's own measure (转移成本).

    Attributes
    ----------
    sunk : float
        Sunk cost (沉淀成本): what was put into the relationship and has no use elsewhere, as far
        as the customer still counts it.
    transaction : float
        Transaction cost (交易成本): search, contract, installation, learning with a new supplier.
    forgone : float
        Discounts given up and penalties of the contract (折扣损失和合同损失).
    psychological : float
        Psychological cost (心理成本): habit, risk, leaving people one knows.

    Examples
    --------
    >>> found = switching_cost(transaction=300, forgone=500, psychological=200)
    >>> found
    SwitchingCost(1000: sunk 0, transaction 300, forgone 500, psychological 200)
    >>> found.to_frame()
                    cost  share
    part
    sunk             0.0    0.0
    transaction    300.0    0.3
    forgone        500.0    0.5
    psychological  200.0    0.2
    """

    sunk: float
    transaction: float
    forgone: float
    psychological: float

    @property
    def total(self) -> float:
        """All four parts together."""
        return self.sunk + self.transaction + self.forgone + self.psychological

    def to_frame(self) -> "pd.DataFrame":
        """One row per part: cost and share of the total.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        names = ("sunk", "transaction", "forgone", "psychological")
        costs = pd.Series({name: getattr(self, name) for name in names}, name="cost")
        share = costs / self.total if self.total else costs * np.nan
        return pd.DataFrame({"cost": costs, "share": share}).rename_axis("part")

    def __repr__(self) -> str:
        return (
            f"SwitchingCost({self.total:g}: sunk {self.sunk:g}, transaction {self.transaction:g}, "
            f"forgone {self.forgone:g}, psychological {self.psychological:g})"
        )


def switching_cost(
    sunk: float = 0.0,
    transaction: float = 0.0,
    forgone: float = 0.0,
    psychological: float = 0.0,
) -> SwitchingCost:
    """Add up what leaving costs the customer, in its four parts.

    Parameters
    ----------
    sunk, transaction, forgone, psychological : float
        As in :class:`SwitchingCost`; at least 0.

    Returns
    -------
    SwitchingCost

    Raises
    ------
    ValueError, TypeError
        If a cost is negative or not a number.

    Examples
    --------
    >>> switching_cost(transaction=300, forgone=500, psychological=200)
    SwitchingCost(1000: sunk 0, transaction 300, forgone 500, psychological 200)
    """
    return SwitchingCost(
        _checks.number(sunk, "sunk", 0),
        _checks.number(transaction, "transaction", 0),
        _checks.number(forgone, "forgone", 0),
        _checks.number(psychological, "psychological", 0),
    )


def stay_probability(
    value: Any, rival_value: Any, switching_cost: Any = 0.0, scale: float = 1.0
) -> Any:
    """Chance that a customer stays (客户保留概率), a logit choice.

    A customer leaves when the rival's delivered value less the cost of switching exceeds ours.
    With a part of value that we do not see, the chance to stay is
    ``1 / (1 + exp(−(v − w + c) / scale))``.

    Parameters
    ----------
    value, rival_value : float or array
        Delivered value v of our offer and w of the best rival's, in one unit.
    switching_cost : float or array
        c, at least 0, in the same unit.
    scale : float
        Spread of what we do not see, above 0, in the same unit: the larger, the more customers
        decide for reasons of their own.

    Returns
    -------
    float or ndarray
        The arguments broadcast.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    McFadden's (1974) logit model for two alternatives.

    Examples
    --------
    >>> round(stay_probability(value=100, rival_value=120, switching_cost=0, scale=20), 3)
    0.269
    >>> round(stay_probability(value=100, rival_value=120, switching_cost=50, scale=20), 3)
    0.818
    """
    from scipy.special import expit

    ours, theirs = _checks.array(value, "value"), _checks.array(rival_value, "rival_value")
    cost = _checks.array(switching_cost, "switching_cost", 0)
    spread = _checks.number(scale, "scale", 0, open_low=True)
    _checks.together(value=ours, rival_value=theirs, switching_cost=cost)
    chance = expit((ours - theirs + cost) / spread)
    return float(chance) if np.ndim(chance) == 0 else chance


@dataclass(frozen=True, eq=False)
class LockIn(Drawable):
    """Customers retained against the size of the lock-in, made by :func:`lock_in`.

    Attributes
    ----------
    costs : ndarray of shape (k,)
        Switching costs.
    retained, willing, captive : ndarray of shape (k,)
        Share that stays; share that would stay at no cost of switching; the difference, who stay
        only because leaving is dear.

    Examples
    --------
    >>> held = lock_in(value=[90, 110], rival_value=100, switching_costs=[0, 20, 60], scale=10)
    >>> held
    LockIn(at 60: 99.6% stay, 49.6% only because leaving is dear)
    >>> held.to_frame().round(2)
                    retained  willing  captive
    switching_cost
    0.0                 0.50      0.5     0.00
    20.0                0.84      0.5     0.34
    60.0                1.00      0.5     0.50
    """

    _picture = "lock_in"

    costs: FloatArray
    retained: FloatArray
    willing: FloatArray
    captive: FloatArray

    def to_frame(self) -> "pd.DataFrame":
        """One row per switching cost.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {"retained": self.retained, "willing": self.willing, "captive": self.captive},
            index=pd.Index(self.costs, name="switching_cost"),
        )

    def __repr__(self) -> str:
        return (
            f"LockIn(at {self.costs[-1]:g}: {self.retained[-1]:.1%} stay, "
            f"{self.captive[-1]:.1%} only because leaving is dear)"
        )


def lock_in(value: Any, rival_value: Any, switching_costs: Any, scale: float = 1.0) -> LockIn:
    """Share of customers retained against the size of the lock-in (锁定).

    Parameters
    ----------
    value, rival_value : float or array of shape (n,)
        Delivered value of our offer and of the best rival's, for each customer.
    switching_costs : array of shape (k,)
        Sizes of the lock-in to compare, at least 0.
    scale : float
        As in :func:`stay_probability`.

    Returns
    -------
    LockIn

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Examples
    --------
    >>> held = lock_in(value=[90, 110], rival_value=100, switching_costs=[0, 20, 60], scale=10)
    >>> held.retained.round(3).tolist()
    [0.5, 0.842, 0.996]
    >>> held.captive.round(3).tolist()
    [0.0, 0.342, 0.496]
    """
    ours = np.atleast_1d(_checks.array(value, "value"))
    theirs = np.atleast_1d(_checks.array(rival_value, "rival_value"))
    costs = _checks.array(switching_costs, "switching_costs", 0, ndim=1)
    _checks.together(value=ours, rival_value=theirs)
    free_first = np.append(0.0, costs)
    chance = stay_probability(ours[..., None], theirs[..., None], free_first, scale)
    willing, *retained = np.asarray(chance).reshape(-1, free_first.size).mean(axis=0).tolist()
    held = np.array(retained)
    return LockIn(costs, held, np.full(costs.size, willing), held - willing)


@dataclass(frozen=True, eq=False)
class LockInPath(Drawable):
    """Customers over the periods while a lock-in lasts and after, made by :func:`lock_in_path`.

    Attributes
    ----------
    costs : ndarray of shape (periods,)
        Switching cost in each period.
    remaining : ndarray of shape (periods + 1,)
        Share of the customers of the start who are still there, from period 0.
    retention : ndarray of shape (periods,)
        Share of each period's customers who stay through it.
    captive : ndarray of shape (periods,)
        Share of each period's customers held only by the cost of leaving.

    Examples
    --------
    >>> path = lock_in_path(100, 110, [60, 60, 0], scale=10, resentment=5)
    >>> path
    LockInPath(14.5% left after 3 periods)
    >>> path.to_frame().round(2)
            switching_cost  retention  captive  remaining
    period
    1                 60.0       0.99     0.72       0.99
    2                 60.0       0.99     0.79       0.98
    3                  0.0       0.15     0.00       0.14
    """

    _picture = "lock_in_path"

    costs: FloatArray
    remaining: FloatArray
    retention: FloatArray
    captive: FloatArray

    def to_frame(self) -> "pd.DataFrame":
        """One row per period.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "switching_cost": self.costs,
                "retention": self.retention,
                "captive": self.captive,
                "remaining": self.remaining[1:],
            },
            index=pd.RangeIndex(1, self.costs.size + 1, name="period"),
        )

    def __repr__(self) -> str:
        return f"LockInPath({self.remaining[-1]:.1%} left after {self.costs.size} periods)"


def lock_in_path(
    value: Any, rival_value: Any, switching_costs: Any, scale: float = 1.0, resentment: float = 0.0
) -> LockInPath:
    """Follow customers while a lock-in lasts and when it falls (锁定的风险).

    Each customer stays through a period with the chance of :func:`stay_probability`. Who is held
    against the own wish comes to think less of us: our value falls by `resentment` times the
    chance of being held.

    Parameters
    ----------
    value, rival_value : float or array of shape (n,)
        Delivered value of our offer and of the best rival's, for each customer.
    switching_costs : array of shape (periods,)
        The cost of switching in each period, at least 0.
    scale : float
        As in :func:`stay_probability`.
    resentment : float
        What a period of being wholly captive takes from our value, at least 0.

    Returns
    -------
    LockInPath

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Examples
    --------
    >>> path = lock_in_path(100, 110, [60, 60, 0], scale=10, resentment=5)
    >>> path.retention.round(3).tolist()
    [0.993, 0.99, 0.147]
    """
    ours = np.atleast_1d(_checks.array(value, "value"))
    theirs = np.atleast_1d(_checks.array(rival_value, "rival_value"))
    costs = _checks.array(switching_costs, "switching_costs", 0, ndim=1)
    _checks.together(value=ours, rival_value=theirs)
    loss = _checks.number(resentment, "resentment", 0)
    ours, theirs = np.broadcast_arrays(ours, theirs)
    there = np.ones(ours.shape)
    remaining, retention, captive = [1.0], [], []
    for cost in costs:
        chance = stay_probability(ours, theirs, cost, scale)
        held = chance - stay_probability(ours, theirs, 0.0, scale)
        weight = there / max(there.sum(), np.finfo(float).tiny)
        retention.append(float((weight * chance).sum()))
        captive.append(float((weight * held).sum()))
        there = there * chance
        remaining.append(float(there.mean()))
        ours = ours - loss * held
    return LockInPath(costs, np.array(remaining), np.array(retention), np.array(captive))
