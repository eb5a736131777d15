"""A team of representatives: simulated with chance, and seen in leads and orders (销售团队)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.sales.pay import EFFORTS, Territory

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class TeamPay(Drawable):
    """A team over several periods under two ways to pay, made by :func:`simulate_team`.

    Attributes
    ----------
    table : DataFrame
        One row per representative: contracts, kept (customer-periods after the first), new_revenue
        and revenue over all periods, score (mean of the surveys), satisfaction (true), worth
        (contribution), and pay_revenue, pay_mixed: each one's share of the pay of all periods by
        first orders alone and with satisfaction.
    periods : DataFrame
        Revenue per period (rows) and representative (columns).
    weight : float
        Weight of satisfaction in the mixed pay.

    Examples
    --------
    >>> team = simulate_team(Territory(), {"hunter": [1, 0, 0], "keeper": [0.35, 0.65, 0]})
    >>> team.to_frame().iloc[0].round(2)
    contracts       116.00
    kept             42.00
    new_revenue     116.00
    revenue         158.00
    score             0.00
    satisfaction      0.00
    worth            47.40
    pay_revenue       0.62
    pay_mixed         0.46
    Name: hunter, dtype: float64
    >>> team.ranks()
            pay_revenue  pay_mixed  worth
    rep
    hunter            1          2      2
    keeper            2          1      1
    """

    _picture = "team_pay"

    table: "pd.DataFrame"
    periods: "pd.DataFrame"
    weight: float

    def ranks(self) -> "pd.DataFrame":
        """Return the rank of each representative by pay_revenue, pay_mixed and worth; 1 is best.

        Returns
        -------
        DataFrame
        """
        wanted = self.table[["pay_revenue", "pay_mixed", "worth"]]
        return wanted.rank(ascending=False, method="min").astype(int)

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per representative.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        ranks = self.ranks()
        best = {name: ranks[name].idxmin() for name in ranks}
        return (
            f"TeamPay({len(ranks)} representatives: most pay by revenue {best['pay_revenue']}, "
            f"with satisfaction {best['pay_mixed']}; most worth {best['worth']})"
        )


def simulate_team(
    world: Territory,
    efforts: Mapping[str, Any],
    *,
    weight: float = 0.4,
    periods: int = 12,
    answers: int = 10,
    seed: int = 1,
) -> TeamPay:
    """Simulate representatives who divide their time differently (销售团队的随机模拟).

    Contracts are Poisson, each customer stays for another period with the chance that satisfaction
    gives, and the score of a period is the mean of a few survey answers.

    Parameters
    ----------
    world : Territory
    efforts : mapping
        Name → shares of promising, serving and polishing.
    weight : float
        Weight of satisfaction in the mixed pay, from 0 to 1.
    periods : int
        At least 1.
    answers : int
        Survey answers per representative and period, at least 1: each is right or wrong with the
        measured score as chance.
    seed : int
        Seed of the simulation.

    Returns
    -------
    TeamPay
        With ``.table``, ``.periods``, ``.ranks()``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a division does not sum to one or a number is outside its bounds.

    Examples
    --------
    >>> team = simulate_team(Territory(), {"hunter": [1, 0, 0], "keeper": [0.35, 0.65, 0]})
    >>> team.ranks()
            pay_revenue  pay_mixed  worth
    rep
    hunter            1          2      2
    keeper            2          1      1
    """
    import pandas as pd

    if not isinstance(world, Territory):
        raise TypeError(f"world must be a Territory; got {type(world).__name__}")
    if not isinstance(efforts, Mapping) or not efforts:
        raise TypeError(f"efforts must be a mapping of name to three shares; got {efforts!r}")
    w, n = _checks.number(weight, "weight", 0, 1), _checks.count(periods, "periods")
    asked, rng = _checks.count(answers, "answers"), np.random.default_rng(_checks.seed(seed))
    rows, revenue = {}, {}
    for name, division in efforts.items():
        share = _checks.shares(division, "efforts")
        if share.size != len(EFFORTS):
            raise ValueError(f"efforts must have {len(EFFORTS)} shares each; got {share.size}")
        wins = rng.poisson(float(world.wins(share)), n)
        kept = _keep(wins, float(world.stay(share)), rng)
        score = rng.binomial(asked, float(world.score(share)), n) / asked
        first = wins * world.first_order
        revenue[name] = first + kept * world.repeat_order
        top = max(world.new_customers * world.first_order, 1e-12)
        rows[name] = {
            "contracts": int(wins.sum()),
            "kept": int(kept.sum()),
            "new_revenue": float(first.sum()),
            "revenue": float(revenue[name].sum()),
            "score": float(score.mean()),
            "satisfaction": float(world.satisfaction(share)),
            "worth": float(revenue[name].sum() * world.margin),
            "pay_revenue": float(first.sum() / top),
            "pay_mixed": float((1 - w) * first.sum() / top + w * score.sum()),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "rep"
    for column in ("pay_revenue", "pay_mixed"):
        table[column] /= max(float(table[column].sum()), 1e-12)
    paths = pd.DataFrame(revenue, index=pd.RangeIndex(1, n + 1, name="period"))
    return TeamPay(table, paths, w)


def _keep(wins: np.ndarray, stay: float, rng: np.random.Generator) -> FloatArray:
    """Return the customers of earlier periods who are still there, period by period."""
    kept, base = np.zeros(wins.size), 0
    for t, new in enumerate(wins):
        base = int(rng.binomial(base, stay)) if base else 0
        kept[t] = base
        base += int(new)
    return kept


@dataclass(frozen=True, eq=False)
class RepAccounts(Drawable):
    """What each representative sold and what became of it, made by :func:`rep_accounts`.

    Attributes
    ----------
    table : DataFrame
        One row per representative: contracts, signed (volume in the contracts), ordered (what the
        customers ordered in the first year), delivered (ordered over signed), left (share of the
        customers lost within the year), kept (promises kept over promises checked), score (mean
        of the welcome calls) with answers, its number.
    contracts : int
        Contracts counted: those a year or more before `day`.
    too_young : int
        Contracts left out, as their first year is not over.
    without_customer : int
        Contracts left out, as nobody is named who could have ordered.
    until : str
        The day as known at which.

    Examples
    --------
    >>> from crmlab import datasets
    >>> found = rep_accounts(datasets.load("company_leads"), datasets.load("company_orders"))
    >>> found.to_frame().head(2).round(2)
         contracts    signed    ordered  delivered  left  kept  score  answers
    rep
    R1          34  107910.0  120868.79       1.12  0.29  0.91   7.96       25
    R2          51  178410.0  142302.13       0.80  0.37  0.59   7.00       27
    >>> found.ranks().head(2)
         signed  ordered  kept  score
    rep
    R1        8        6     2      3
    R2        3        5     8      8
    """

    _picture = "rep_accounts"

    table: "pd.DataFrame"
    contracts: int
    too_young: int
    without_customer: int
    until: str

    def ranks(self) -> "pd.DataFrame":
        """Return the rank of each representative by signed, ordered, kept and score; 1 is best.

        Returns
        -------
        DataFrame
        """
        wanted = self.table[["signed", "ordered", "kept", "score"]]
        return wanted.rank(ascending=False, method="min").astype(int)

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per representative.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        signed, ordered = self.table["signed"].idxmax(), self.table["ordered"].idxmax()
        return (
            f"RepAccounts({self.contracts} contracts of {len(self.table)} representatives: "
            f"{signed} signed most, the customers of {ordered} ordered most)"
        )


def rep_accounts(
    leads: "pd.DataFrame",
    orders: "pd.DataFrame",
    *,
    day: Any = None,
    silent_days: int = 180,
    rep: str = "rep",
    customer: str = "customer",
    contract: str = "contract",
    signed: str = "value_signed",
    promises: str = "promises",
    promises_kept: str = "promises_kept",
    score: str = "welcome_score",
    date: str = "date",
    amount: str = "amount",
) -> RepAccounts:
    """Hold what was signed against what was ordered in the first year (签约额与首年订货额).

    Parameters
    ----------
    leads : DataFrame
        One row per lead; those without a contract are not looked at.
    orders : DataFrame
        One row per order.
    day : date or str, optional
        As known at the end of this day; without it the last day of the orders. Contracts less than
        365 days before it are left out, and counted.
    silent_days : int
        A customer is lost if so many days pass without an order within the year, or up to its end.
    rep, customer, contract, signed, promises, promises_kept, score : str
        Columns of `leads`.
    date, amount : str
        Columns of `orders`, besides `customer`.

    Returns
    -------
    RepAccounts
        With ``.table``, ``.ranks()``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or holds no dates, or no contract is a year old.

    Notes
    -----
    A difference between representatives need not be their doing: they may have had different
    customers from the start.

    Examples
    --------
    >>> from crmlab import datasets
    >>> found = rep_accounts(datasets.load("company_leads"), datasets.load("company_orders"))
    >>> found.table.loc[["R3", "R7"], ["contracts", "signed", "delivered"]].round(2)
         contracts    signed  delivered
    rep
    R3          48  181580.0       0.99
    R7          53  184800.0       0.65
    """
    import pandas as pd

    from crmlab.sales.stages import customer_stages

    wanted = [rep, customer, contract, signed, promises, promises_kept, score]
    _checks.columns(leads, "leads", wanted)
    _checks.columns(orders, "orders", [customer, date, amount])
    when = _checks.dates(orders[date], date)
    _checks.no_gaps(orders[customer], customer)
    spent_on = _checks.array(orders[amount], amount)
    leads = leads.copy()
    leads[contract] = _checks.dates(leads[contract], contract, allow_missing=True)
    for name in (signed, promises, promises_kept, score):
        leads[name] = _checks.array(leads[name], name, allow_missing=True)
    at = when.max() if day is None else _checks.day(day, "day")
    year = pd.Timedelta(days=365)
    won = leads[leads[contract].notna() & (leads[contract] <= at)]
    old = won[won[contract] <= at - year]
    known = old[old[customer].notna()]
    if known.empty:
        raise ValueError(f"leads must have a contract a year before {at.date()}; got none")
    # The year counts for all alike: silence is asked up to its end, not up to today.
    stages = customer_stages(
        known.assign(closed=known[contract]), orders, day=at, after_days=365,
        silent_days=silent_days, contract=contract, closed="closed", customer=customer, date=date,
    )  # fmt: skip
    log = orders.assign(**{date: when})
    log[amount] = spent_on
    log = log.merge(known[[customer, contract]], on=customer)
    first = log[(log[date] >= log[contract]) & (log[date] < log[contract] + year)]
    spent = first.groupby(customer)[amount].sum()
    checked = known[promises].where(known[promises_kept].notna())
    rows = pd.DataFrame(
        {
            "rep": known[rep],
            "signed": known[signed].astype(float),
            "ordered": known[customer].map(spent).fillna(0.0),
            "left": stages["long_term"].isna(),
            "made": checked,
            "did": known[promises_kept],
            "score": known[score],
        }
    )
    groups = rows.groupby("rep")
    table = pd.DataFrame(
        {
            "contracts": groups.size(),
            "signed": groups["signed"].sum(),
            "ordered": groups["ordered"].sum(),
            "delivered": groups["ordered"].sum() / groups["signed"].sum(),
            "left": groups["left"].mean(),
            "kept": groups["did"].sum() / groups["made"].sum(),
            "score": groups["score"].mean(),
            "answers": groups["score"].count(),
        }
    )
    return RepAccounts(
        table, len(known), len(won) - len(old), len(old) - len(known), str(at.date())
    )
