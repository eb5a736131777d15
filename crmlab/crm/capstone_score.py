"""What a strategy of the capstone truly brings: for teachers, who have the truth (策略评分)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.crm.capstone import (
    ACTIONS,
    BUDGET,
    capstone_actions,
    check_strategy,
    plan_budget,
    strategy_cost,
)

if TYPE_CHECKING:
    import pandas as pd

_DAYS = 365.25
#: Columns of the truth with their bounds.
_TRUTH: dict[str, tuple[float, float]] = {
    "order_rate": (0, np.inf), "mean_order": (0, np.inf), "margin_rate": (-np.inf, 1),
    "churn_rate": (0, np.inf), "service_cost": (0, np.inf), "complaint_days": (0, 365),
    "unmended_factor": (0, np.inf), "mended_factor": (0, np.inf), "fails": (0, 1),
    "unpaid": (0, 1), "unpaid_credit": (0, 1), "visit_lift": (-1, np.inf), "offer_keeps": (0, 1),
    "repair_mends": (0, 1), "credit_lift": (-1, np.inf), "prepay_loss": (0, 1),
}  # fmt: skip
#: How a customer's regret came about.
KINDS = ("missed", "other action", "not in the best plan")


def _truth(truth: Any) -> "pd.DataFrame":
    """Return the truth by customer, checked."""
    _checks.columns(truth, "truth", ["customer", "alive", *_TRUTH])
    _checks.no_gaps(truth["customer"], "customer")
    if truth["customer"].duplicated().any():
        twice = truth["customer"][truth["customer"].duplicated()].iloc[0]
        raise ValueError(f"truth must have one row per customer; got {twice!r} twice")
    known = {
        name: _checks.array(truth[name], name, low, high, ndim=1)
        for name, (low, high) in _TRUTH.items()
    }
    alive = _checks.truths(truth["alive"], "alive")
    return truth.assign(alive=alive, **known).set_index("customer")


@dataclass(frozen=True)
class _Year:
    """What a customer's year is made of under an action; each an array over the customers."""

    rate: FloatArray  # of leaving, before the factor of a complaint
    failing: FloatArray  # share of those departures that are failures
    until: FloatArray  # years for which a complaint that is not mended works
    pace: FloatArray  # orders per year
    left: FloatArray  # of an order's amount, after goods, rebate and what is never paid
    owed: float  # years of orders that are owed at a failure


def _year(t: "pd.DataFrame", action: str) -> _Year:
    """Put the truth together as the action changes it."""
    terms = capstone_actions().loc[action].to_dict()
    fails = t["fails"].to_numpy()
    kept = t["offer_keeps"].to_numpy() if action == "offer" else 0.0
    share = fails + (1 - fails) * (1 - kept)
    lifts = {"visit": t["visit_lift"], "credit": t["credit_lift"], "prepay": -t["prepay_loss"]}
    lift = lifts[action].to_numpy() if action in lifts else 0.0
    unpaid = {"credit": t["unpaid_credit"], "prepay": 0 * t["unpaid"]}.get(action, t["unpaid"])
    return _Year(
        rate=t["churn_rate"].to_numpy() * share,
        failing=np.divide(fails, share, out=np.zeros(len(t)), where=share > 0),
        until=t["complaint_days"].to_numpy() / _DAYS,
        pace=t["order_rate"].to_numpy() * (1 + lift),
        left=t["margin_rate"].to_numpy() - float(terms["rebate"]) - unpaid.to_numpy(),
        owed=float(terms["owed_days"]) / _DAYS,
    )


def _stay(rate: FloatArray, factor: FloatArray, until: FloatArray) -> tuple[Any, Any]:
    """Return the expected years of staying within one year, and the chance to leave in it."""
    early, rest = rate * factor, 1 - until
    alive = np.exp(-early * until)
    stay = _mean_time(early, until) + alive * _mean_time(rate, rest)
    return stay, 1 - alive * np.exp(-rate * rest)


def _mean_time(rate: FloatArray, span: FloatArray) -> FloatArray:
    """Mean of the smaller of `span` and an exponential time: (1 − exp(−rate · span)) / rate."""
    safe = np.where(rate > 0, rate, 1.0)
    return np.where(rate > 0, -np.expm1(-safe * span) / safe, span)


def expected_profit(truth: "pd.DataFrame", action: str) -> "pd.Series":
    """Expect each customer's profit of the coming year if all get one action (期望利润).

    With the time of staying ``A = E[min(L, 1)]`` and the chance ``D = P(L < 1)`` to leave within
    the year, profit is ``A · (orders · amount · (margin − rebate − unpaid) − service) − D · failing
    · owed · orders · amount``. The action's own cost is not in it.

    Parameters
    ----------
    truth : DataFrame
        What is true of each customer, as in the data set company_next_truth.
    action : str
        One of :func:`capstone_actions`.

    Returns
    -------
    Series
        By customer, in yuan; 0 for who has left already.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or outside its bounds, or the action is unknown.

    Notes
    -----
    A customer leaves at a rate that is constant until a complaint stops working and constant
    afterwards, so both A and D have a closed form; a repair mixes the forms of mended and not.

    Examples
    --------
    >>> from crmlab import datasets
    >>> truth = datasets.load("company_next_truth")
    >>> more = expected_profit(truth, "repair") - expected_profit(truth, "none")
    >>> bool((more[truth["complaint_days"].to_numpy() == 0] == 0).all())
    True
    """
    import pandas as pd

    _checks.choice(action, "action", ACTIONS)
    t = _truth(truth)
    return pd.Series(_expected(t, action), index=t.index, name=action)


def _expected(t: "pd.DataFrame", action: str) -> FloatArray:
    year = _year(t, action)
    unmended, mended = t["unmended_factor"].to_numpy(), t["mended_factor"].to_numpy()
    mends = t["repair_mends"].to_numpy() if action == "repair" else np.zeros(len(t))
    stay, leave = _stay(year.rate, unmended, year.until)
    calm = _stay(year.rate, mended, year.until)
    stay, leave = (a + mends * (b - a) for a, b in zip((stay, leave), calm, strict=True))
    sales = year.pace * t["mean_order"].to_numpy()
    profit = stay * (sales * year.left - t["service_cost"].to_numpy())
    profit = profit - leave * year.failing * year.owed * sales
    return np.where(t["alive"].to_numpy(), profit, 0.0)


def true_gains(truth: "pd.DataFrame") -> "pd.DataFrame":
    """Tell what each action truly adds to a customer's expected profit, before its cost (真实增量).

    Parameters
    ----------
    truth : DataFrame
        As for :func:`expected_profit`.

    Returns
    -------
    DataFrame
        One row per customer, one column per action but "none", in yuan.

    Raises
    ------
    ValueError, TypeError
        As :func:`expected_profit`.

    Examples
    --------
    >>> from crmlab import datasets
    >>> true_gains(datasets.load("company_next_truth")).shape
    (1500, 5)
    """
    import pandas as pd

    t = _truth(truth)
    nothing = _expected(t, "none")
    return pd.DataFrame({name: _expected(t, name) - nothing for name in ACTIONS[1:]}, index=t.index)


@dataclass(frozen=True, eq=False, repr=False)
class StrategyScore(Drawable):
    """How near a strategy came to the best, made by :func:`score_strategy`.

    Attributes
    ----------
    table : DataFrame
        One row per customer: customer, action, cost, gain (true and expected, before the cost),
        net, best (action of the best plan), best_net, regret (best_net − net), kind (how it came
        about; missing where the actions agree).
    budget, cost : float
        Allowed, and used; in yuan.
    nothing, profit, best : float
        Expected profit of the year, costs of the actions taken off: without any action, with the
        strategy, and with the best plan that the truth allows.

    Examples
    --------
    >>> from crmlab import datasets
    >>> truth = datasets.load("company_next_truth")
    >>> nothing = truth[["customer"]].assign(action="none")
    >>> found = score_strategy(nothing, truth)
    >>> found
    StrategyScore(0 of 100; 0 of 84,038 yuan, 0 spent)
    >>> found.to_frame().head(2)
      customer action  cost  gain  net  best  best_net  regret kind
    0    C0001   none   0.0   0.0  0.0  none       0.0     0.0  NaN
    1    C0002   none   0.0   0.0  0.0  none       0.0     0.0  NaN
    >>> found.by_action()
            customers  cost  gain  net  wasted  in_best_plan
    action
    visit           0   0.0   0.0  0.0       0            68
    offer           0   0.0   0.0  0.0       0            28
    repair          0   0.0   0.0  0.0       0             7
    credit          0   0.0   0.0  0.0       0           150
    prepay          0   0.0   0.0  0.0       0            94
    """

    _picture = "strategy_score"

    table: "pd.DataFrame"
    budget: float
    cost: float
    nothing: float
    profit: float
    best: float

    @property
    def score(self) -> float:
        """0 for doing nothing, 100 for the best plan; below 0 for worse than nothing."""
        return 100 * (self.profit - self.nothing) / (self.best - self.nothing)

    @property
    def regret(self) -> "pd.DataFrame":
        """What was lost against the best plan, by action and by how it came about.

        One row per action. `missed`: the customer got nothing where the best plan has this
        action. `other action`: this one was given in place of a better one. `not in the best
        plan`: this one was given where the best plan gives none. Below 0 are gains that the best
        plan passes over, since its budget does more elsewhere. `total` sums to best − profit.
        """
        import pandas as pd

        part = self.table.dropna(subset="kind")
        blamed = part["action"].where(part["action"] != "none", part["best"])
        grid = part.assign(action=blamed).pivot_table("regret", "action", "kind", aggfunc="sum")
        grid = grid.reindex(index=pd.Index(ACTIONS[1:], name="action"), columns=list(KINDS))
        return grid.fillna(0.0).assign(total=lambda frame: frame.sum(axis=1))

    def by_action(self) -> "pd.DataFrame":
        """Return, for each action: customers, cost, gain, net, wasted, and the best plan's number.

        `wasted` counts customers for whom the action truly brings less than it costs.

        Returns
        -------
        DataFrame
        """
        groups = self.table.groupby("action")
        table = groups[["cost", "gain", "net"]].sum().reindex(ACTIONS[1:])
        table.insert(0, "customers", groups.size())
        table["wasted"] = groups["net"].agg(lambda net: int((net < 0).sum()))
        table["in_best_plan"] = self.table["best"].value_counts()
        whole = ["customers", "wasted", "in_best_plan"]
        return table.fillna(0.0).astype(dict.fromkeys(whole, int))

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per customer.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"StrategyScore({self.score:.0f} of 100; {self.profit - self.nothing:,.0f} of "
            f"{self.best - self.nothing:,.0f} yuan, {self.cost:,.0f} spent)"
        )


def score_strategy(
    strategy: "pd.DataFrame", truth: "pd.DataFrame", budget: float = BUDGET
) -> StrategyScore:
    """Score a strategy by the true expected profit of the coming year (策略评分).

    ``score = 100 · (profit − nothing) / (best − nothing)``

    Parameters
    ----------
    strategy : DataFrame
        One row per customer with customer and action; held to :func:`check_strategy`.
    truth : DataFrame
        As for :func:`expected_profit`.
    budget : float
        Of the actions, in yuan.

    Returns
    -------
    StrategyScore
        With ``.score``, ``.profit``, ``.regret``, ``.by_action()``, ``.to_frame()``, ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`check_strategy` and :func:`expected_profit`; also if nothing can be gained.

    Notes
    -----
    The best plan is that of :func:`plan_budget` with the true gains, so it is exact: nobody can
    score above 100. It is best in expectation; a lucky year may end above it.

    Examples
    --------
    >>> from crmlab import datasets
    >>> truth = datasets.load("company_next_truth")
    >>> nothing = truth[["customer"]].assign(action="none")
    >>> score_strategy(nothing, truth).score
    0.0
    """
    import pandas as pd

    t = _truth(truth)
    chosen = check_strategy(strategy, t.index, budget)
    gains = true_gains(truth)
    plan = plan_budget(gains, budget)
    best = plan.table.set_index("customer")
    if best["net"].sum() <= 0:
        raise ValueError("truth must leave something to gain; got no action that pays")
    costs = capstone_actions()["cost"]
    everything = gains.assign(none=0.0)[list(ACTIONS)].to_numpy()
    place = pd.Categorical(chosen, categories=list(ACTIONS)).codes
    table = pd.DataFrame({"customer": t.index, "action": chosen.to_numpy()})
    table["cost"] = costs.reindex(chosen).to_numpy()
    table["gain"] = everything[np.arange(len(t)), place]
    table["net"] = table["gain"] - table["cost"]
    table["best"] = best["action"].to_numpy()
    table["best_net"] = best["net"].to_numpy()
    table["regret"] = table["best_net"] - table["net"]
    none = (table["action"] == "none").to_numpy(), (table["best"] == "none").to_numpy()
    kind = np.where(none[0], KINDS[0], np.where(none[1], KINDS[2], KINDS[1])).astype(object)
    table["kind"] = pd.Series(kind).where((table["action"] != table["best"]).to_numpy())
    nothing = float(_expected(t, "none").sum())
    return StrategyScore(
        table=table,
        budget=_checks.number(budget, "budget", 0),
        cost=float(table["cost"].sum()),
        nothing=nothing,
        profit=nothing + float(table["net"].sum()),
        best=nothing + float(best["net"].sum()),
    )


def simulate_year(
    strategy: "pd.DataFrame",
    truth: "pd.DataFrame",
    budget: float = BUDGET,
    *,
    draws: int = 200,
    seed: int = 2026,
) -> "pd.DataFrame":
    """Let the coming year happen many times, with the strategy and without (模拟年度).

    Both live through the same chances (common random numbers, 公共随机数): the same customer draws
    the same luck under each action, so that the difference shows the strategy and not the luck.

    Parameters
    ----------
    strategy, truth, budget
        As for :func:`score_strategy`.
    draws : int
        Number of years.
    seed : int
        Where the random numbers begin: strategies with the same seed meet the same years.

    Returns
    -------
    DataFrame
        One row per year: nothing, strategy (profit of the firm, costs of the actions taken off),
        gain (their difference).

    Raises
    ------
    ValueError, TypeError
        As :func:`score_strategy`, or if draws or seed is no whole number in its bounds.

    Notes
    -----
    The mean of `gain` tends to the expected gain of :func:`score_strategy`.

    Examples
    --------
    >>> from crmlab import datasets
    >>> truth = datasets.load("company_next_truth")
    >>> nothing = truth[["customer"]].assign(action="none")
    >>> float(simulate_year(nothing, truth, draws=3)["gain"].abs().max())
    0.0
    """
    import pandas as pd

    t = _truth(truth)
    actions = check_strategy(strategy, t.index, budget)
    years = _checks.count(draws, "draws")
    rng = np.random.default_rng(_checks.count(seed, "seed", 0))
    there = t["alive"].to_numpy()
    t, chosen = t[there], actions.to_numpy()[there]
    luck = rng.exponential(size=(years, len(t))), rng.random((3, years, len(t)))
    nothing = _lived(t, "none", *luck).sum(axis=1)
    total = np.zeros(years)
    for name in dict.fromkeys(chosen):
        mine = chosen == name
        total += _lived(t[mine], name, luck[0][:, mine], luck[1][:, :, mine]).sum(axis=1)
    total -= strategy_cost(actions)
    return pd.DataFrame({"nothing": nothing, "strategy": total, "gain": total - nothing})


def _lived(t: "pd.DataFrame", action: str, spent: FloatArray, chance: FloatArray) -> FloatArray:
    """Profit of each customer in each year that was drawn."""
    from scipy.stats import poisson

    year = _year(t, action)
    mended = (action == "repair") & (chance[0] < t["repair_mends"].to_numpy())
    factor = np.where(mended, t["mended_factor"], t["unmended_factor"])
    # Turning the cumulated rate round gives the time of leaving for the same draw.
    rate = np.maximum(year.rate, 1e-12)
    early = spent / (rate * factor)
    life = np.where(early < year.until, early, year.until + spent / rate - factor * year.until)
    stay = np.minimum(life, 1.0)
    failed = (life < 1.0) & (chance[1] < year.failing)
    size = t["mean_order"].to_numpy()
    orders = poisson.ppf(chance[2], year.pace * stay)
    profit = orders * size * year.left - t["service_cost"].to_numpy() * stay
    return np.asarray(profit - failed * year.owed * year.pace * size)
