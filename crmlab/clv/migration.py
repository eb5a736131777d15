"""Always a share: a customer may pause and come back (Dwyer's migration model)."""

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._chain import chain_value
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.clv.present_value import FloatArray, discount_factors

if TYPE_CHECKING:
    import pandas as pd


def migration_matrix(purchase_probability: Any) -> FloatArray:
    """Transition matrix between recency states (最近购买状态转移矩阵).

    State k (k = 1 … K) means: the last purchase was k − 1 periods ago. A purchase leads to state
    1, no purchase to state k + 1; after state K the customer is lost and stays lost.

    Parameters
    ----------
    purchase_probability : array of shape (K,)
        Chance of a purchase in the next period, from each recency state.

    Returns
    -------
    ndarray of shape (K + 1, K + 1)
        Rows sum to one. The last state is "lost".

    Raises
    ------
    ValueError, TypeError
        If the probabilities are empty or outside [0, 1].

    Examples
    --------
    >>> migration_matrix([0.5, 0.25]).tolist()
    [[0.5, 0.5, 0.0], [0.25, 0.0, 0.75], [0.0, 0.0, 1.0]]
    """
    chance = _checks.array(purchase_probability, "purchase_probability", 0, 1, ndim=1)
    states = chance.size
    matrix = np.zeros((states + 1, states + 1))
    matrix[np.arange(states), np.arange(1, states + 1)] = 1 - chance
    matrix[:states, 0] = chance
    matrix[states, states] = 1
    return matrix


def recency_probabilities(
    log: "pd.DataFrame",
    *,
    customer: str = "customer",
    date: str = "date",
    period_days: int = 91,
    states: int = 4,
    level: float = 0.95,
) -> "pd.DataFrame":
    """Estimate the chance of a purchase by recency from an order log (按最近购买估计购买概率).

    Time is cut into periods of equal length from the first day of the log; a last, shorter piece
    is left out. A customer is counted in every whole period after that of the first purchase.

    Parameters
    ----------
    log : DataFrame
        One row per order.
    customer, date : str
        Names of the columns; `date` holds dates.
    period_days : int
        Length of a period in days.
    states : int
        K, the number of recency states to estimate.
    level : float
        Level of Wilson's interval.

    Returns
    -------
    DataFrame
        One row per recency 1 … K and a last row "later", which the model of
        :func:`migration_value` treats as lost: at_risk, bought, probability, low, high.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, `date` holds no dates or gaps, or the log is shorter than two
        periods.

    Notes
    -----
    Customers are pooled, so the fall of the chance with recency mixes two things: customers who
    cool down, and slow customers who make up more of the later states.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": ["a", "a", "b", "b"], "date": pd.to_datetime(
    ...     ["2024-01-01", "2024-01-12", "2024-01-03", "2024-01-30"])})
    >>> table = recency_probabilities(log, period_days=10, states=1)
    >>> table[["at_risk", "bought", "probability"]]
             at_risk  bought  probability
    recency
    1              3       1     0.333333
    later          1       1     1.000000
    """
    import pandas as pd

    _checks.columns(log, "log", [customer, date])
    when = _checks.dates(log[date], date)
    _checks.no_gaps(log[customer], customer)
    days, k = _checks.count(period_days, "period_days"), _checks.count(states, "states")
    since = (when - when.min()).dt.days
    whole = int((since.max() + 1) // days)
    if whole < 2:
        raise ValueError(
            f"log must cover at least two periods of {days} days; got {since.max() + 1} days"
        )
    who = pd.factorize(log[customer])[0]
    period = (since // days).to_numpy()
    bought = np.zeros((who.max() + 1, whole + 1), dtype=bool)
    bought[who, np.minimum(period, whole)] = True
    bought = bought[:, :whole]
    # The last period in which each customer bought before each period; -1 before the first.
    last = np.maximum.accumulate(np.where(bought, np.arange(whole), -1), axis=1)[:, :-1]
    recency = np.arange(1, whole) - last
    state = np.where(last < 0, 0, np.minimum(recency, k + 1))
    at_risk = np.bincount(state.ravel(), minlength=k + 2)[1:]
    hits = np.bincount(state[bought[:, 1:]], minlength=k + 2)[1:]
    low, high = wilson(hits, at_risk, level)
    return pd.DataFrame(
        {
            "at_risk": at_risk,
            "bought": hits,
            "probability": np.divide(hits, at_risk, out=np.full(k + 1, np.nan), where=at_risk > 0),
            "low": low,
            "high": high,
        },
        index=pd.Index([*range(1, k + 1), "later"], name="recency"),
    )


def migration_value(
    purchase_probability: Any,
    net_contribution: float,
    marketing_cost: float,
    rate: float,
    periods: int | None = None,
) -> FloatArray:
    """Lifetime value of a customer who may pause and return (暂时流失型, 客户转移模型).

    ``V = Σ_{t=0…n} (P / (1 + d))^t R``, without a horizon ``V = (I − P / (1 + d))⁻¹ R``. The
    reward R is ``net_contribution − marketing_cost`` in state 1, where the customer has just
    bought, ``−marketing_cost`` in the other states, and 0 once the customer is lost.

    Parameters
    ----------
    purchase_probability : array of shape (K,)
        Chance of a purchase in the next period, from recency 1 (just bought) to K.
    net_contribution : float
        Contribution of one purchase.
    marketing_cost : float
        Cost per period of marketing to a customer who is not lost, at least 0.
    rate : float
        Discount rate d per period, above 0 for the infinite horizon, else above −1.
    periods : int, optional
        n: rewards of today and of periods 1 to n are counted, at least 0. None is the infinite
        horizon.

    Returns
    -------
    ndarray of shape (K + 1,)
        Value of a customer in recency state 1 to K, and 0 for the lost one.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    Dwyer (1989) names the case and follows the recency tree (:func:`recency_tree`); the Markov
    chain is Pfeifer and Carraway's (2000).

    Examples
    --------
    Pfeifer and Carraway's example:

    >>> migration_value([0.3, 0.2, 0.15, 0.05], net_contribution=40, marketing_cost=4,
    ...                 rate=0.2).round(3).tolist()
    [52.32, 5.554, 1.251, -1.82, 0.0]
    """
    matrix = migration_matrix(purchase_probability)
    reward = _rewards(len(matrix) - 1, net_contribution, marketing_cost)
    return chain_value(matrix, reward, rate, periods)


def _rewards(states: int, net_contribution: float, marketing_cost: float) -> FloatArray:
    cost = _checks.number(marketing_cost, "marketing_cost", 0)
    reward = np.full(states + 1, -cost)
    reward[0] += _checks.number(net_contribution, "net_contribution")
    reward[-1] = 0
    return reward


@dataclass(frozen=True, eq=False)
class RecencyTree(Drawable):
    """Where a customer of today stands in each later period, made by :func:`recency_tree`.

    Attributes
    ----------
    share : ndarray of shape (periods + 1, K + 1)
        Chance to be in each recency state; the first row is today, the last column "lost".
    flows : ndarray of shape (periods + 1,)
        Expected reward of each period.
    factors : ndarray of shape (periods + 1,)
        Discount factors.
    purchase_probability : ndarray of shape (K,)
        As given.

    Examples
    --------
    >>> tree = recency_tree([0.3, 0.2], net_contribution=40, marketing_cost=4, rate=0.2, periods=3)
    >>> tree
    RecencyTree(3 periods, present value 49.77)
    >>> tree.to_frame().round(2)
            recency_1  recency_2  lost  reward  present_value  cumulative
    period
    0            1.00       0.00  0.00   36.00          36.00       36.00
    1            0.30       0.70  0.00    8.00           6.67       42.67
    2            0.23       0.21  0.56    7.44           5.17       47.83
    3            0.11       0.16  0.73    3.35           1.94       49.77
    """

    _picture = "recency_tree"

    share: FloatArray
    flows: FloatArray
    factors: FloatArray
    purchase_probability: FloatArray

    @property
    def total(self) -> float:
        """Present value of all the periods."""
        return float(self.flows @ self.factors)

    @property
    def purchases(self) -> FloatArray:
        """Chance of a purchase in each period; the first is today's, which is certain."""
        return self.share[:, 0]

    def to_frame(self) -> "pd.DataFrame":
        """One row per period: chance of each state, expected reward, present value, total.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        states = [f"recency_{k}" for k in range(1, self.share.shape[1])]
        frame = pd.DataFrame(self.share, columns=[*states, "lost"])
        frame.index.name = "period"
        worth = self.flows * self.factors
        return frame.assign(reward=self.flows, present_value=worth, cumulative=worth.cumsum())

    def __repr__(self) -> str:
        return f"RecencyTree({len(self.flows) - 1} periods, present value {self.total:,.2f})"


def recency_tree(
    purchase_probability: Any,
    net_contribution: float,
    marketing_cost: float,
    rate: float,
    periods: int,
) -> RecencyTree:
    """Follow a customer who has just bought through the tree of purchases and pauses (Dwyer).

    A purchase in period t can follow a last purchase 1, 2, … K periods before, so the chance of
    a purchase is ``Σ_k buy_{t−k} (1 − p_1) … (1 − p_{k−1}) p_k``.

    Parameters
    ----------
    purchase_probability, net_contribution, marketing_cost, rate
        As in :func:`migration_value`; `rate` above −1.
    periods : int
        Number of periods after today, at least 1.

    Returns
    -------
    RecencyTree
        With ``.share``, ``.total``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    Dwyer (1989). The total equals ``migration_value(..., periods)[0]``: the tree and the Markov
    chain are two ways to write one thing.

    Examples
    --------
    >>> tree = recency_tree([0.3, 0.2], net_contribution=40, marketing_cost=4, rate=0.2, periods=3)
    >>> tree.purchases.round(3).tolist()
    [1.0, 0.3, 0.23, 0.111]
    """
    chance = _checks.array(purchase_probability, "purchase_probability", 0, 1, ndim=1)
    n = _checks.count(periods, "periods")
    states = chance.size
    #: pause[k]: chance not to have bought for k periods after a purchase
    pause = np.concatenate([[1.0], np.cumprod(1 - chance)])
    bought = np.zeros(n + 1)
    bought[0] = 1
    for t in range(1, n + 1):
        back = np.arange(1, min(t, states) + 1)
        bought[t] = bought[t - back] @ (pause[back - 1] * chance[back - 1])
    share = np.zeros((n + 1, states + 1))
    for k in range(min(states, n + 1)):
        share[k:, k] = bought[: n + 1 - k] * pause[k]
    if n >= states:
        share[states:, states] = np.cumsum(bought[: n + 1 - states] * pause[states])
    rewards = _rewards(states, net_contribution, marketing_cost)
    later = discount_factors(_checks.one_rate(rate), n)
    return RecencyTree(share, share @ rewards, np.concatenate([[1.0], later]), chance)


@dataclass(frozen=True, eq=False)
class MigrationPolicies(Drawable):
    """Values under every rule "market up to recency k", made by :func:`migration_policies`.

    Attributes
    ----------
    values : ndarray of shape (K + 1, K + 1)
        Row k: value of each state when marketing goes to recency 1 … k only.
    best : int
        The k with the highest value of a customer who has just bought; the smallest on a tie.
    optimal : tuple of bool
        For each recency state, whether marketing pays when every pattern is allowed.

    Examples
    --------
    >>> rules = migration_policies([0.3, 0.2, 0.15, 0.05], 40, 4, rate=0.2)
    >>> rules
    MigrationPolicies(market up to recency 3: 53.149 per new buyer)
    >>> rules.to_frame().round(2)
                  recency_1  recency_2  recency_3  recency_4
    market_up_to
    0                 40.00       0.00       0.00       0.00
    1                 48.00       0.00       0.00       0.00
    2                 51.57       4.60       0.00       0.00
    3                 53.15       6.62       2.64       0.00
    4                 52.32       5.55       1.25      -1.82
    """

    _picture = "migration_policies"

    values: FloatArray
    best: int
    optimal: tuple[bool, ...]

    def to_frame(self) -> "pd.DataFrame":
        """One row per rule: the value of a customer in each recency state.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        names = [f"recency_{k}" for k in range(1, self.values.shape[1])]
        frame = pd.DataFrame(self.values[:, :-1], columns=names)
        frame.index.name = "market_up_to"
        return frame

    def __repr__(self) -> str:
        return (
            f"MigrationPolicies(market up to recency {self.best}: "
            f"{self.values[self.best, 0]:,.3f} per new buyer)"
        )


def migration_policies(
    purchase_probability: Any,
    net_contribution: float,
    marketing_cost: float,
    rate: float,
    *,
    unmarketed_probability: Any = 0.0,
) -> MigrationPolicies:
    """Compare the rules for when to stop mailing (何时停止邮寄).

    Parameters
    ----------
    purchase_probability : array of shape (K,)
        Chance of a purchase in the next period when the customer is marketed to, by recency;
        K at most 12.
    net_contribution, marketing_cost : float
        As in :func:`migration_value`. In state 1 the net contribution comes whether or not the
        customer is marketed to.
    rate : float
        Discount rate per period, above 0.
    unmarketed_probability : float or array of shape (K,)
        Chance of a purchase without marketing, not above the chance with it.

    Returns
    -------
    MigrationPolicies

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    Each rule is a Markov chain of its own and is valued exactly; the horizon is infinite. That
    the best pattern is the best for every state at once is Howard's theorem on Markov decision
    processes (Pfeifer and Carraway 2000 give the use in marketing).

    Examples
    --------
    >>> rules = migration_policies([0.3, 0.2, 0.15, 0.05], 40, 4, rate=0.2)
    >>> rules
    MigrationPolicies(market up to recency 3: 53.149 per new buyer)
    >>> rules.values[3].round(3).tolist()
    [53.149, 6.621, 2.644, 0.0, 0.0]
    """
    chance = _checks.array(purchase_probability, "purchase_probability", 0, 1, ndim=1)
    if chance.size > 12:
        raise ValueError(
            f"purchase_probability must have at most 12 recency states; got {chance.size}"
        )
    alone = _checks.probability(unmarketed_probability, "unmarketed_probability")
    if alone.ndim and alone.shape != chance.shape:
        raise ValueError(
            f"unmarketed_probability must be one number or one per recency ({chance.size}); "
            f"got shape {alone.shape}"
        )
    alone = np.broadcast_to(alone, chance.shape)
    if np.any(alone > chance):
        raise ValueError(
            "unmarketed_probability must not be above purchase_probability; got "
            f"{alone.tolist()} and {chance.tolist()}"
        )

    def value(marketed: tuple[bool, ...]) -> FloatArray:
        on = np.array(marketed)
        reward = _rewards(on.size, net_contribution, marketing_cost)
        reward[:-1] += np.where(on, 0.0, float(marketing_cost))
        return chain_value(migration_matrix(np.where(on, chance, alone)), reward, rate, None)

    states = chance.size
    rules = [tuple(k < stop for k in range(states)) for stop in range(states + 1)]
    values = np.array([value(rule) for rule in rules])
    # The sum over states ranks patterns because one pattern is best in every state.
    optimal = max(product((False, True), repeat=states), key=lambda rule: value(rule).sum())
    return MigrationPolicies(values, int(values[:, 0].argmax()), optimal)
