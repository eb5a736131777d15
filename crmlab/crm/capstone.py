"""The capstone: actions for customers within a budget (综合项目).

Everything here works on what a firm can know. What a strategy truly brings is computed in
:func:`crmlab.crm.score_strategy`, which needs the truth.
"""

from dataclasses import dataclass
from functools import reduce
from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

#: Budget of the capstone for actions of one year, in yuan.
BUDGET = 15_000.0
#: Chinese term, cost (yuan per customer and year), rebate (share of every order), days of orders
#: that are owed when a customer fails, what it is, and the kind of effect that it has.
_ACTIONS: dict[str, tuple[str, float, float, int, str, str]] = {
    "none": ("不采取行动", 0.0, 0.0, 60, _("nothing is done"), _("none")),
    "visit": (
        "客户经理拜访", 120.0, 0.0, 60,
        _("the account manager visits four times a year and shows the whole range"),
        _("more orders, where there is something that the customer does not buy from us yet"),
    ),
    "offer": (
        "挽留优惠", 40.0, 0.01, 60,
        _("a contract for a year, with a rebate of 1 % on every order"),
        _("fewer customers leave for a rival; who fails or has left stays away"),
    ),
    "repair": (
        "服务补救", 40.0, 0.0, 60,
        _("the head of service calls, apologises and mends the complaint"),
        _("a complaint that is not mended drives customers away for half a year; this may mend it"),
    ),
    "credit": (
        "放宽账期", 30.0, 0.0, 180,
        _("open terms and a higher limit"),
        _("more orders; more of them are never paid, and more is owed when a customer fails"),
    ),
    "prepay": (
        "预付款", 10.0, 0.0, 0,
        _("payment in advance is asked for"),
        _("fewer orders; all of them are paid, and nothing is owed when a customer fails"),
    ),
}  # fmt: skip
ACTIONS = tuple(_ACTIONS)


def capstone_actions() -> "pd.DataFrame":
    """List the six actions of the capstone, with cost and kind of effect (行动清单).

    Returns
    -------
    DataFrame
        One row per action: chinese, cost (yuan per customer and year, paid from the budget),
        rebate (share of every order, not paid from the budget), owed_days (days of orders owed
        when a customer fails), what, effect (its kind; how large it is, a trial must tell).

    Examples
    --------
    >>> capstone_actions()["cost"].to_dict()
    {'none': 0.0, 'visit': 120.0, 'offer': 40.0, 'repair': 40.0, 'credit': 30.0, 'prepay': 10.0}
    """
    import pandas as pd

    names = ["chinese", "cost", "rebate", "owed_days", "what", "effect"]
    table = pd.DataFrame.from_dict(_ACTIONS, orient="index", columns=names)
    return table.rename_axis("action")


def check_strategy(strategy: "pd.DataFrame", customers: Any, budget: float = BUDGET) -> "pd.Series":
    """Hold a strategy to its rules: each customer once, known actions, within the budget (策略表).

    Parameters
    ----------
    strategy : DataFrame
        One row per customer with the columns customer and action; other columns are passed over.
    customers : sequence of str
        Every customer for whom an action (perhaps "none") must be chosen.
    budget : float
        Largest sum of the actions' costs, in yuan.

    Returns
    -------
    Series of str
        The action by customer, in the order of `customers`.

    Raises
    ------
    ValueError, TypeError
        If a column or a customer is missing, unknown or there twice, an action is unknown, or
        the costs are above the budget. Nothing is dropped or filled in.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"customer": ["B", "A"], "action": ["none", "visit"]})
    >>> check_strategy(table, ["A", "B"])
    customer
    A    visit
    B     none
    Name: action, dtype: object
    """
    import pandas as pd

    most = _checks.number(budget, "budget", 0)
    wanted = pd.Series(_checks.listed(customers, "customers"), dtype=object)
    _checks.no_gaps(wanted, "customers")
    names = pd.Index(wanted, name="customer")
    if names.empty or not names.is_unique:
        raise ValueError(f"customers must be there, each once; got {len(names)} entries")
    _checks.columns(strategy, "strategy", ["customer", "action"])
    given = strategy["customer"]
    _checks.no_gaps(given, "customer")
    twice = given[given.duplicated()]
    if len(twice):
        raise ValueError(
            f"strategy must have one row per customer; got {len(twice)} again, first "
            f"{twice.iloc[0]!r}"
        )
    unknown, lacking = given[~given.isin(names)], names[~names.isin(given)]
    if len(unknown):
        raise ValueError(
            f"strategy must name customers of the firm in its column customer; got {len(unknown)} "
            f"others, first {unknown.iloc[0]!r}"
        )
    if len(lacking):
        raise ValueError(
            f"strategy must have a row for each of the {len(names)} customers, 'none' where "
            f"nothing is done; got none for {len(lacking)}, first {lacking[0]!r}"
        )
    wrong = strategy[~strategy["action"].isin(ACTIONS)]
    if len(wrong):
        who, what = wrong.iloc[0][["customer", "action"]]
        raise ValueError(
            f"action must be one of {', '.join(ACTIONS)}; got {what!r} for {who!r}"
            + (f", and {len(wrong) - 1} more" if len(wrong) > 1 else "")
        )
    chosen = strategy.set_index("customer")["action"].reindex(names).astype(object)
    cost = strategy_cost(chosen)
    if cost > most:
        raise ValueError(f"strategy must cost at most the budget of {most:,.0f}; got {cost:,.0f}")
    return chosen


def strategy_cost(actions: "pd.Series") -> float:
    """Sum what a strategy takes from the budget, in yuan (策略成本).

    Parameters
    ----------
    actions : Series of str
        The action of each customer.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If an action is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> strategy_cost(pd.Series(["visit", "none", "repair"]))
    160.0
    """
    taken = _checks.listed(actions, "actions")
    for name in dict.fromkeys(taken):
        _checks.choice(name, "each of actions", ACTIONS)
    return float(sum(_ACTIONS[name][1] for name in taken))


def simple_strategy(margin: "pd.Series", budget: float = BUDGET) -> "pd.DataFrame":
    """Follow the rule to beat: visits to the customers with the largest margin (简单规则).

    Customers are visited in the order of last year's margin until the budget is used up; nobody
    without a margin above 0 is visited. This is what many firms do, and it knows nothing of what a
    visit changes.

    Parameters
    ----------
    margin : Series
        Margin of the last year by customer, 0 for those who did not order.
    budget : float
        Largest sum of the costs, in yuan.

    Returns
    -------
    DataFrame
        With the columns customer and action.

    Raises
    ------
    ValueError, TypeError
        If a customer is there twice, or a number is missing or outside its bounds.

    Examples
    --------
    >>> import pandas as pd
    >>> simple_strategy(pd.Series({"A": 900.0, "B": 4000.0, "C": 0.0}), 150)
      customer action
    0        A   none
    1        B  visit
    2        C   none
    """
    import pandas as pd

    most = _checks.number(budget, "budget", 0)
    value = _by_customer(margin, "margin")
    number = int(most // _ACTIONS["visit"][1])
    top = value[value > 0].sort_values(ascending=False, kind="stable").index[:number]
    action = np.where(value.index.isin(top), "visit", "none").astype(object)
    return pd.DataFrame({"customer": value.index, "action": action})


def _by_customer(values: Any, name: str) -> "pd.Series":
    """Return numbers by customer, or raise."""
    import pandas as pd

    if not isinstance(values, pd.Series):
        raise TypeError(f"{name} must be a pandas Series; got {type(values).__name__}")
    if not values.index.is_unique:
        twice = values.index[values.index.duplicated()][0]
        raise ValueError(f"{name} must have one value per customer; got {twice!r} twice")
    return pd.Series(_checks.array(values, name, ndim=1), index=values.index)


@dataclass(frozen=True, eq=False, repr=False)
class BudgetPlan(Drawable):
    """The best actions within a budget, made by :func:`plan_budget`.

    Attributes
    ----------
    table : DataFrame
        One row per customer: customer, action, gain (before the cost), cost, net.
    budget, spent : float
        Allowed, and used; in yuan.
    curve : DataFrame
        The most that is gained net of costs, for each budget up to what is allowed: budget, net.

    Examples
    --------
    >>> import pandas as pd
    >>> gains = pd.DataFrame({"visit": [300, 130], "repair": [20, 90]}, index=["A", "B"])
    >>> found = plan_budget(gains, 160)
    >>> found
    BudgetPlan(1 visit, 1 repair; 160 spent, 230 net)
    >>> found.to_frame()
      customer  action   gain   cost    net
    0        A   visit  300.0  120.0  180.0
    1        B  repair   90.0   40.0   50.0
    >>> found.by_action()
            customers   cost   gain    net
    action
    visit           1  120.0  300.0  180.0
    repair          1   40.0   90.0   50.0
    """

    _picture = "budget_plan"

    table: "pd.DataFrame"
    budget: float
    spent: float
    curve: "pd.DataFrame"

    @property
    def net(self) -> float:
        """Sum of the gains less the costs, in yuan."""
        return float(self.table["net"].sum())

    def by_action(self) -> "pd.DataFrame":
        """Return customers, cost, gain and net of each action that is used.

        Returns
        -------
        DataFrame
        """
        groups = self.table[self.table["action"] != "none"].groupby("action")
        table = groups[["cost", "gain", "net"]].sum()
        table.insert(0, "customers", groups.size())
        return table.reindex([name for name in ACTIONS if name in table.index])

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per customer, as a strategy is handed in.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        used = ", ".join(f"{n} {k}" for k, n in self.by_action()["customers"].items())
        return f"BudgetPlan({used or 'nothing'}; {self.spent:,.0f} spent, {self.net:,.0f} net)"


def plan_budget(gains: "pd.DataFrame", budget: float = BUDGET) -> BudgetPlan:
    """Choose one action per customer so that the sum of the gains is largest (预算分配).

    Maximises ``Σ (gain − cost)`` with one action per customer and ``Σ cost ≤ budget``.

    Parameters
    ----------
    gains : DataFrame
        One row per customer, and a column for each action that may be taken: what the action
        adds to the expected profit before its cost, in yuan. "none" needs no column.
    budget : float
        In yuan.

    Returns
    -------
    BudgetPlan
        With ``.table``, ``.by_action()``, ``.curve``, ``.net``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a customer is there twice, a column is no action, or a number is missing.

    Notes
    -----
    This is the knapsack problem with choices (Kellerer, Pferschy and Pisinger 2004, chapter 11).
    The costs are multiples of 10 yuan, so that dynamic programming over budgets in steps of 10
    solves it exactly: the best with the first n customers and a budget of b is the best over the
    actions of customer n of its net gain plus the best with n − 1 customers and what is left of b.

    Examples
    --------
    >>> import pandas as pd
    >>> plan_budget(pd.DataFrame({"visit": [300, 130], "repair": [20, 90]}, index=["A", "B"]), 160)
    BudgetPlan(1 visit, 1 repair; 160 spent, 230 net)
    """
    import pandas as pd

    most = _checks.number(budget, "budget", 0)
    names = [name for name in gains.columns if name != "none"] if hasattr(gains, "columns") else []
    _checks.columns(gains, "gains", [])
    _checks.no_repeats(gains, "gains")
    for name in names:
        _checks.choice(name, "column of gains", ACTIONS)
    if not gains.index.is_unique:
        twice = gains.index[gains.index.duplicated()][0]
        raise ValueError(f"gains must have one row per customer; got {twice!r} twice")
    gain = _checks.array(gains[names], "gains", ndim=2, allow_empty=True)
    cost = np.array([_ACTIONS[name][1] for name in names])
    unit = float(reduce(gcd, (int(c) for c in cost), 0) or 1)
    steps = int(min(most, cost.max(initial=0.0) * len(gains)) // unit)
    chosen, best = _knapsack(gain - cost, (cost / unit).astype(int), steps)
    took = chosen >= 0
    rows = np.arange(len(gains))
    table = pd.DataFrame(
        {
            "customer": gains.index,
            "action": np.array([*names, "none"], dtype=object)[chosen],
            "gain": np.where(took, gain[rows, chosen], 0.0) if names else 0.0,
            "cost": np.where(took, cost[chosen], 0.0) if names else 0.0,
        }
    )
    table["net"] = table["gain"] - table["cost"]
    curve = pd.DataFrame({"budget": unit * np.arange(steps + 1), "net": best})
    return BudgetPlan(table, most, float(table["cost"].sum()), curve)


def _knapsack(net: Any, cost: Any, steps: int) -> tuple[Any, Any]:
    """Choose a column (−1: none) for each row; return the choices and the best by budget."""
    best = np.zeros(steps + 1)
    chosen = np.full(len(net), -1)
    worth = np.flatnonzero((net > 0).any(axis=1)) if net.size else np.array([], dtype=int)
    taken = np.full((len(worth), steps + 1), -1, dtype=np.int8)
    for place, row in enumerate(worth):
        before = best.copy()
        for column in np.flatnonzero(net[row] > 0):
            c = cost[column]
            if c > steps:
                continue
            tried = before[: steps + 1 - c] + net[row, column]
            better = tried > best[c:]
            best[c:][better] = tried[better]
            taken[place, c:][better] = column
    left = int(np.argmax(best))  # the smallest budget with the best value
    for place in range(len(worth) - 1, -1, -1):
        column = taken[place, left]
        chosen[worth[place]] = column
        if column >= 0:
            left -= cost[column]
    return chosen, best
