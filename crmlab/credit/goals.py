"""Collection policies by the two goals: fewer bad debts and fewer days outstanding."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.credit.collection import Stages, read_stages, stop_lines

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class CollectionGoals(Drawable):
    """Collection policies by the two goals, made by :func:`collection_goals`.

    Attributes
    ----------
    table : DataFrame
        One row per policy: bad_debts (share of the overdue amounts that is lost), days (mean days
        that an overdue yuan stays open), dso (what this adds to the days of sales outstanding),
        bad_debt_rate (lost share of all sales), cost (of collecting per yuan overdue, fees
        included), customers_lost (share of the debtors), net (present value per debt of
        the mean size, customers lost taken off), efficient (no other policy is as good in both
        goals and better in one).

    Examples
    --------
    >>> from crmlab.credit import collection_stages
    >>> stages = collection_stages()
    >>> goals = collection_goals({"letter": stages.iloc[:3], "all": stages}, 800, overdue=0.2)
    >>> goals
    CollectionGoals(2 policies, 2 of them efficient; the highest net value has 'letter')
    >>> list(goals.to_frame().columns)
    ['bad_debts', 'days', 'dso', 'bad_debt_rate', 'cost', 'customers_lost', 'net', 'efficient']
    """

    _picture = "collection_goals"

    table: "pd.DataFrame"

    @property
    def best(self) -> Any:
        """The policy with the highest net value."""
        return self.table["net"].idxmax()

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per policy.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        efficient = int(self.table["efficient"].sum())
        return (
            f"CollectionGoals({len(self.table)} policies, {efficient} of them efficient; the "
            f"highest net value has {self.best!r})"
        )


def collection_goals(
    policies: Mapping[Any, Any],
    amount: float,
    overdue: float = 1.0,
    rate: float = 0.0,
    *,
    customer_value: float = 0.0,
    year: float = 365,
) -> CollectionGoals:
    """Compare collection policies by fewer bad debts and lower DSO (收账的两个目标).

    A policy is a table of stages, all of which are taken while the debt is open; after the last
    one it is written off. Going further loses less but keeps debts open for longer. Only more
    pressure, which costs money and customers, may better both.

    Parameters
    ----------
    policies : mapping of name to DataFrame
        Stages as in :func:`collection_plan`, such as ``stages.iloc[:3]`` to stop after three.
    amount : float
        Mean debt, above 0.
    overdue : float
        Share of the sales that becomes overdue, for `dso` and `bad_debt_rate`.
    rate, customer_value, year
        As in :func:`collection_plan`.

    Returns
    -------
    CollectionGoals
        With ``.best``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`collection_plan`, or if there are no policies.

    Notes
    -----
    A debt is open until it is settled or written off, so writing off early lowers DSO without
    bringing in anything: DSO alone is a poor goal.

    Examples
    --------
    >>> from crmlab.credit import collection_stages
    >>> stages = collection_stages()
    >>> goals = collection_goals({"letter": stages.iloc[:3], "all": stages}, 800, overdue=0.2)
    >>> goals.table[["bad_debts", "days", "dso"]].round(3)
            bad_debts    days     dso
    policy
    letter      0.268  29.208   5.842
    all         0.107  75.861  15.172
    """
    import pandas as pd

    if not isinstance(policies, Mapping):
        raise TypeError(
            f"policies must map names to tables of stages; got {type(policies).__name__}"
        )
    if not policies:
        raise ValueError("policies must hold at least one table of stages; got none")
    debt = _checks.number(amount, "amount", 0, open_low=True)
    late = _checks.number(overdue, "overdue", 0, 1)
    price = _checks.one_rate(rate)
    future = _checks.number(customer_value, "customer_value", 0)
    days = _checks.number(year, "year", 0, open_low=True)
    rows = {
        name: _goals_of(read_stages(stages, f"policies[{name!r}]"), debt, late, price, future, days)
        for name, stages in policies.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("policy")
    goals = table[["bad_debts", "days"]].to_numpy()
    no_worse = (goals[:, None] <= goals[None] + 1e-12).all(axis=2)
    better = (goals[:, None] < goals[None] - 1e-12).any(axis=2)
    table["efficient"] = (no_worse & better).sum(axis=0) == 0
    return CollectionGoals(table)


def _goals_of(
    plan: Stages, amount: float, overdue: float, rate: float, future: float, year: float
) -> dict[str, float]:
    reach = plan.reach()
    settled = reach[:-1] * plan.chance
    received = settled * plan.share
    lost = 1 - float(received.sum())
    # Each stage is sat out by what was open when it began.
    days = float(reach[:-1] @ plan.days)
    spent = float(reach[:-1] @ plan.cost) / amount + float(received @ plan.fee)
    slope, intercept = stop_lines(plan, rate, future, 0.0, year)
    return {
        "bad_debts": lost,
        "days": days,
        "dso": overdue * days,
        "bad_debt_rate": overdue * lost,
        "cost": spent,
        "customers_lost": float(reach[:-1] @ plan.customer_lost()),
        "net": float(slope[-1] * amount + intercept[-1]),
    }
