"""Key accounts: who is one, who decides there, whom to meet at which step, and what it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.grading.factors import factor_scores

if TYPE_CHECKING:
    import pandas as pd

#: The nine buying traits of a key account, with the course's Chinese terms.
TRAITS: dict[str, str] = {
    "frequent": "购买次数频繁、单次采购数量多",
    "complex_selling": "销售管理工作复杂",
    "concentrated": "采购集中性强",
    "demanding": "服务要求高",
    "long_term": "采购长期化",
    "purposeful": "采购目的性强",
    "many_deciders": "采购主体复杂",
    "fixed_procedure": "采购方式固定",
    "after_purchase": "采购后续要求复杂",
}
#: Roles in a purchase (采购角色).
ROLES: dict[str, str] = {
    "initiator": "发起者",
    "user": "使用者",
    "influencer": "影响者",
    "decider": "决策者",
    "buyer": "购买者",
    "gatekeeper": "把关者",
}
#: Buying situations (采购类型), the simplest first.
SITUATIONS: dict[str, str] = {
    "straight rebuy": "直接重购",
    "modified rebuy": "修正采购",
    "new task": "全新采购",
}
#: The eight steps: name, Chinese, whether a straight rebuy, a modified rebuy and a new task take
#: it, and the roles that we propose to meet there.
STEPS: tuple[tuple[str, str, tuple[str, str, str], tuple[str, ...]], ...] = (
    ("problem recognition", "提出需要", ("no", "maybe", "yes"), ("initiator", "user")),
    ("need description", "确定总体需要", ("no", "maybe", "yes"), ("user", "influencer")),
    ("specification", "拟定产品规格", ("yes", "yes", "yes"), ("user", "influencer")),
    ("supplier search", "寻找供应商", ("no", "maybe", "yes"), ("gatekeeper", "buyer")),
    ("proposals", "征求供应建议书", ("no", "maybe", "yes"), ("gatekeeper", "buyer")),
    (
        "supplier selection",
        "选择供应商",
        ("no", "maybe", "yes"),
        ("influencer", "decider", "buyer"),
    ),
    ("ordering", "正式订购", ("no", "maybe", "yes"), ("buyer",)),
    ("performance review", "绩效评估", ("yes", "yes", "yes"), ("user", "buyer")),
)


@dataclass(frozen=True, eq=False)
class AccountScores(Drawable):
    """How far each customer buys like a key account, made by :func:`account_score`.

    Attributes
    ----------
    answers : DataFrame
        Points of each customer on the nine traits.
    weights : Series
        Weight of each trait; they sum to one.
    top : float
        Highest points of a trait.
    threshold : float
        Score from which on a customer counts as buying like a key account.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[2] * 9, [1] * 9, [0] * 9], columns=list(TRAITS))
    >>> found = account_score(table)
    >>> found
    AccountScores(3 customers, 1 reach 60 of 100)
    >>> found.to_frame()
       score  full_traits    key
    0  100.0            9   True
    1   50.0            0  False
    2    0.0            0  False
    """

    _picture = "account_scores"

    answers: "pd.DataFrame"
    weights: "pd.Series[float]"
    top: float
    threshold: float

    @property
    def scores(self) -> "pd.Series[float]":
        """Score of each customer, from 0 to 100."""
        return (100 / self.top * (self.answers * self.weights).sum(axis=1)).rename("score")

    def to_frame(self) -> "pd.DataFrame":
        """One row per customer, the highest score first: score, traits in full, key or not.

        Returns
        -------
        DataFrame
        """
        table = self.scores.to_frame()
        table["full_traits"] = (self.answers == self.top).sum(axis=1)
        # Sums of fractions miss a round threshold by a hair.
        table["key"] = table["score"] >= self.threshold - 1e-9
        return table.sort_values("score", ascending=False, kind="stable")

    def __repr__(self) -> str:
        chosen = int(self.to_frame()["key"].sum())
        reached = f"{chosen} reach {self.threshold:g} of 100"
        return f"AccountScores({len(self.answers)} customers, {reached})"


def account_score(
    answers: "pd.DataFrame", weights: Any = None, *, top: float = 2, cut: float = 60
) -> AccountScores:
    """Score customers on the nine buying traits of a key account (大客户的购买特征).

    A key account (大客户) buys often and much at a time, is complex to sell to, buys centrally,
    asks for much service, buys for the long term and for a definite purpose, lets many people
    take part, keeps to a fixed procedure, and makes complex demands after the purchase.

    Parameters
    ----------
    answers : DataFrame
        One row per customer with the nine columns of `TRAITS`: frequent, complex_selling,
        concentrated, demanding, long_term, purposeful, many_deciders, fixed_procedure,
        after_purchase. Other columns are not read.
    weights : mapping, array or result of :mod:`crmlab.weights`, optional
        Weight of each trait, summing to one; equal if left out.
    top : float
        Points of a trait that is fully there; 0 is a trait that is not.
    cut : float
        Score from 0 to 100 from which on a customer counts as key.

    Returns
    -------
    AccountScores
        With ``.scores``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a trait is missing, an answer off the scale, or the weights do not fit.

    Notes
    -----
    The traits say how a customer buys, not what it is worth: a high score asks for a way of
    selling (:func:`buying_plan`), and only value justifies its cost.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[2] * 9, [1] * 9, [0] * 9], columns=list(TRAITS))
    >>> account_score(table).to_frame()
       score  full_traits    key
    0  100.0            9   True
    1   50.0            0  False
    2    0.0            0  False
    """
    _checks.columns(answers, "answers", TRAITS)
    if not answers.index.is_unique:
        twice = answers.index[answers.index.duplicated()][0]
        raise ValueError(f"answers must have one row per customer; got {twice!r} twice")
    best = _checks.number(top, "top", 0, open_low=True)
    limit = _checks.number(cut, "cut", 0, 100)
    weighed = factor_scores(answers[list(TRAITS)], weights, low=0, high=best)
    return AccountScores(weighed.points, weighed.weights, best, limit)


def buying_steps() -> "pd.DataFrame":
    """Return the eight steps of a buying decision by situation (购买决策的八个步骤).

    Returns
    -------
    DataFrame
        One row per step, numbered from 1: step, chinese, whether a straight rebuy (直接重购), a
        modified rebuy (修正采购) and a new task (全新采购) take it ("yes", "maybe", "no"), and
        roles, those whom this book proposes to meet there.

    References
    ----------
    Robinson, Faris and Wind (1967), the buygrid, with the answers as in Kotler's textbook. The
    roles are Webster and Wind's (1972), with the initiator added later.

    Examples
    --------
    >>> steps = buying_steps()
    >>> (steps[["straight rebuy", "modified rebuy", "new task"]] == "yes").sum().to_dict()
    {'straight rebuy': 2, 'modified rebuy': 2, 'new task': 8}
    """
    import pandas as pd

    rows = [(name, chinese, *needed, ", ".join(roles)) for name, chinese, needed, roles in STEPS]
    columns = ["step", "chinese", *SITUATIONS, "roles"]
    return pd.DataFrame(rows, pd.RangeIndex(1, len(rows) + 1, name="number"), columns)


@dataclass(frozen=True, eq=False)
class BuyingPlan(Drawable):
    """Whom to meet at which step, made by :func:`buying_plan`.

    Attributes
    ----------
    situation : str
        The buying situation.
    table : DataFrame
        One row per step that is taken and role that matters there: number, step, needed ("yes"
        or "maybe"), role, person, and status: "contact" (known), "meet" (named, not known yet) or
        "find" (nobody named).

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"role": ["user", "buyer"], "person": ["chef", "manager"],
    ...                        "known": [True, False]})
    >>> plan = buying_plan("straight rebuy", people, known="known")
    >>> plan
    BuyingPlan(straight rebuy: 2 steps, 4 meetings, 2 of them with people we do not know)
    >>> plan.to_frame()
       number                step needed        role   person   status
    0       3       specification    yes        user     chef  contact
    1       3       specification    yes  influencer              find
    2       8  performance review    yes        user     chef  contact
    3       8  performance review    yes       buyer  manager     meet
    """

    _picture = "buying_plan"

    situation: str
    table: "pd.DataFrame"

    @property
    def gaps(self) -> "pd.DataFrame":
        """The rows in which somebody has still to be met or found."""
        return self.table[self.table["status"] != "contact"]

    @property
    def coverage(self) -> float:
        """Share of the rows with a known person."""
        return float((self.table["status"] == "contact").mean())

    def to_frame(self) -> "pd.DataFrame":
        """One row per step and role; as ``.table``.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        steps = self.table["number"].nunique()
        return (
            f"BuyingPlan({self.situation}: {steps} steps, {len(self.table)} meetings, "
            f"{len(self.gaps)} of them with people we do not know)"
        )


def buying_plan(
    situation: str,
    people: "pd.DataFrame",
    *,
    role: str = "role",
    person: str = "person",
    known: str | None = None,
    contacts: Mapping[int, Any] | None = None,
    maybe: bool = True,
) -> BuyingPlan:
    """Plan whom to meet at which step of a customer's purchase (大客户购买过程与接触计划).

    Parameters
    ----------
    situation : {"straight rebuy", "modified rebuy", "new task"}
        Buying situation (直接重购, 修正采购, 全新采购). It says which of the eight steps are taken.
    people : DataFrame
        One row per person and role in this account. A person may play several roles, and several
        persons one.
    role, person : str
        Names of the columns. Roles are initiator, user, influencer, decider, buyer and gatekeeper
        (发起者, 使用者, 影响者, 决策者, 购买者, 把关者).
    known : str, optional
        Column of True and False: whether we know the person. Without it everyone is known.
    contacts : mapping of int to list of str, optional
        Roles to meet at steps 1 to 8, in place of those of :func:`buying_steps`.
    maybe : bool
        Whether to plan for the steps that are only sometimes taken.

    Returns
    -------
    BuyingPlan
        With ``.table``, ``.gaps``, ``.coverage`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If the situation, a role or a step is unknown, a column is missing or has gaps, or a
        person stands twice in the same role.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"role": ["user", "buyer"], "person": ["chef", "manager"],
    ...                        "known": [True, False]})
    >>> plan = buying_plan("straight rebuy", people, known="known")
    >>> plan
    BuyingPlan(straight rebuy: 2 steps, 4 meetings, 2 of them with people we do not know)
    >>> plan.gaps[["step", "role", "status"]].values.tolist()
    [['specification', 'influencer', 'find'], ['performance review', 'buyer', 'meet']]
    """
    _checks.choice(situation, "situation", tuple(SITUATIONS))
    held = _people(people, role, person, known)
    if not isinstance(maybe, bool | np.bool_):
        raise TypeError(f"maybe must be True or False; got {maybe!r}")
    roles = _contacts(contacts)
    column = list(SITUATIONS).index(situation)
    rows = []
    for number, (step, _chinese, answers, _roles) in enumerate(STEPS, start=1):
        needed = answers[column]
        if needed == "no" or (needed == "maybe" and not maybe):
            continue
        for wanted in roles[number]:
            found = held.get(wanted, [])
            status = "contact" if any(k for _p, k in found) else "meet" if found else "find"
            # Where somebody is known, the others of the same role can wait.
            named = [p for p, k in found if k or status == "meet"]
            rows.append((number, step, needed, wanted, ", ".join(named), status))
    import pandas as pd

    columns = ["number", "step", "needed", "role", "person", "status"]
    return BuyingPlan(situation, pd.DataFrame(rows, columns=columns))


def _people(
    people: Any, role: str, person: str, known: str | None
) -> dict[str, list[tuple[str, bool]]]:
    """Map each role to its persons, and whether they are known."""
    _checks.columns(people, "people", [role, person, *([] if known is None else [known])])
    for column in (role, person):
        _checks.no_gaps(people[column], column)
    for found in people[role]:
        _checks.choice(found, role, tuple(ROLES))
    twice = people.duplicated([role, person])
    if twice.any():
        first = people.loc[twice].iloc[0]
        raise ValueError(f"people must name {first[person]!r} once as {first[role]}; got it twice")
    if known is None:
        acquainted = [True] * len(people)
    else:
        acquainted = _checks.truths(people[known], known).tolist()
    held: dict[str, list[tuple[str, bool]]] = {}
    for which, who, is_known in zip(people[role], people[person], acquainted, strict=True):
        held.setdefault(which, []).append((str(who), is_known))
    return held


def _contacts(contacts: Any) -> dict[int, tuple[str, ...]]:
    roles = {number: step[3] for number, step in enumerate(STEPS, start=1)}
    if contacts is None:
        return roles
    if not isinstance(contacts, Mapping):
        raise TypeError(f"contacts must map steps to roles; got {type(contacts).__name__}")
    for number, wanted in contacts.items():
        _checks.choice(number, "contacts", tuple(roles))
        wanted = _checks.listed(wanted, f"contacts[{number}]", "roles")
        roles[number] = tuple(
            _checks.choice(name, f"contacts[{number}]", tuple(ROLES)) for name in wanted
        )
    return roles


@dataclass(frozen=True, eq=False)
class ServiceStrategies(Drawable):
    """What serving each tier earns now and under a plan, made by :func:`service_strategies`.

    Attributes
    ----------
    table : DataFrame
        One row per tier: customers, contribution and cost per customer now, plan_cost and uplift,
        profit (of the tier, now), plan_profit, change, and break_even, the uplift of the
        contribution at which the plan just pays.

    Examples
    --------
    >>> import pandas as pd
    >>> tiers = pd.DataFrame({"customers": [10, 200], "contribution": [5000, 300],
    ...     "cost": [1000, 200], "plan_cost": [1500, 80], "uplift": [0.15, -0.1]},
    ...     index=["key", "small"])
    >>> found = service_strategies(tiers)
    >>> found
    ServiceStrategies(profit 60,000 now, 80,500 planned)
    >>> found.to_frame().iloc[0].round(2)
    customers          10.00
    contribution     5000.00
    cost             1000.00
    plan_cost        1500.00
    uplift              0.15
    profit          40000.00
    plan_profit     42500.00
    change           2500.00
    break_even          0.10
    Name: key, dtype: float64
    """

    _picture = "service_strategies"

    table: "pd.DataFrame"

    @property
    def change(self) -> float:
        """Change of the profit of all tiers."""
        return float(self.table["change"].sum())

    def to_frame(self) -> "pd.DataFrame":
        """One row per tier; as ``.table``.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        now = float(self.table["profit"].sum())
        return f"ServiceStrategies(profit {now:,.0f} now, {now + self.change:,.0f} planned)"


def service_strategies(
    tiers: "pd.DataFrame",
    *,
    customers: str = "customers",
    contribution: str = "contribution",
    cost: str = "cost",
    plan_cost: str = "plan_cost",
    uplift: str = "uplift",
) -> ServiceStrategies:
    """Price the strategies for key, ordinary and small customers (关键, 普通, 小客户管理策略).

    Key customers get more, ordinary ones without a prospect and small ones are served at less
    cost. ``profit = customers × (contribution × (1 + uplift) − cost)``; the plan of a tier breaks
    even at ``uplift = (plan_cost − cost) / contribution``.

    Parameters
    ----------
    tiers : DataFrame
        One row per tier.
    customers : str
        Column with the number of customers, at least 0.
    contribution : str
        Contribution per customer and year now, before the cost of serving, above 0.
    cost, plan_cost : str
        Cost of serving a customer per year, now and under the plan, at least 0.
    uplift : str
        Expected relative change of the contribution under the plan, above −1: 0.1 is a tenth
        more, −0.05 what customers take away who get less service.

    Returns
    -------
    ServiceStrategies
        With ``.table``, ``.change`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or a number outside its bounds, or a tier stands twice.

    Examples
    --------
    >>> import pandas as pd
    >>> tiers = pd.DataFrame({"customers": [10, 200], "contribution": [5000, 300],
    ...     "cost": [1000, 200], "plan_cost": [1500, 80], "uplift": [0.15, -0.1]},
    ...     index=["key", "small"])
    >>> service_strategies(tiers).table[["profit", "plan_profit", "change", "break_even"]]
            profit  plan_profit   change  break_even
    key    40000.0      42500.0   2500.0         0.1
    small  20000.0      38000.0  18000.0        -0.4
    """
    import pandas as pd

    _checks.columns(tiers, "tiers", [customers, contribution, cost, plan_cost, uplift])
    if not tiers.index.is_unique:
        twice = tiers.index[tiers.index.duplicated()][0]
        raise ValueError(f"tiers must have one row per tier; got {twice!r} twice")
    n = _checks.array(tiers[customers], customers, 0)
    gain = _checks.array(tiers[contribution], contribution, 0, open_low=True)
    now = _checks.array(tiers[cost], cost, 0)
    planned = _checks.array(tiers[plan_cost], plan_cost, 0)
    more = _checks.array(tiers[uplift], uplift, -1, open_low=True)
    profit, plan_profit = n * (gain - now), n * (gain * (1 + more) - planned)
    table = pd.DataFrame(
        {
            "customers": tiers[customers],
            "contribution": gain,
            "cost": now,
            "plan_cost": planned,
            "uplift": more,
            "profit": profit,
            "plan_profit": plan_profit,
            "change": plan_profit - profit,
            "break_even": (planned - now) / gain,
        },
        tiers.index,
    )
    return ServiceStrategies(table)


def account_strategies() -> dict[str, str]:
    """Return the course's strategies for three tiers of customers (客户分级管理策略).

    Returns
    -------
    dict of str to str
        For key, ordinary and small customers.

    Examples
    --------
    >>> list(account_strategies())
    ['key', 'ordinary', 'small']
    """
    return {
        "key": _(
            "best resources, regular visits and questions, complaints first, a team of its own"
        ),
        "ordinary": _("develop those who can rise; serve the others at less cost"),
        "small": _("bundle them: standard service by web and telephone, many small sums add up"),
    }
