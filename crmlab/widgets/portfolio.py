"""Explorers of portfolios, learned rules and campaigns (chapter 11)."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from crmlab import datasets, grading
from crmlab._text import _
from crmlab.plots import campaign_depth as plot_depth
from crmlab.plots import money, percent
from crmlab.plots import portfolio as plot_portfolio
from crmlab.plots.style import BLUE, GREEN, INK, MUTED, PALE
from crmlab.widgets.explorer import Control, Explorer, explorer

if TYPE_CHECKING:
    import pandas as pd


def _yuan(value: float) -> str:
    return _("{v} yuan").format(v=money(value))


@cache
def _clp_table() -> "pd.DataFrame":
    """Find current and potential value of the surveyed customers of the company in 2025."""
    people = datasets.load("company_customers").set_index("customer")
    table = grading.period_accounts(
        datasets.load("company_orders"), "2025-01-01", "2025-12-31", people=people
    )
    survey = datasets.load("company_survey").set_index("customer")
    table = table.join(survey["share_of_wallet"], how="inner").rename(columns={"profit": "current"})
    table["potential"] = grading.wallet_potential(table["contribution"], table["share_of_wallet"])
    return table


def clp_explorer(mode: str | None = None) -> Explorer:
    """Explore how the cuts of a portfolio make its cells (CLP分析法的分割点).

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> clp_explorer()
    Explorer: Who is platinum? It depends on the cuts
    """
    table = _clp_table()
    start = grading.clp(table["current"], table["potential"])

    def draw(ax: Axes, current: float, potential: float) -> str:
        cuts = [
            float(np.quantile(table[name], share))
            for name, share in (("current", current), ("potential", potential))
        ]
        moved = start.move_cuts(*cuts)
        changed = int((moved.cells != start.cells).sum())
        plot_portfolio(
            moved, ax, scales=("linear", "symlog"), names=(),
            labels=(_("current value (yuan a year)"), _("potential value (yuan a year)")),
            title=_("{n} platinum and {m} lead customers").format(
                n=moved.counts["platinum"], m=moved.counts["lead"]
            ),
        )  # fmt: skip
        return _(
            "Current value cut at {a}, potential value at {b}: {changed} of {n} customers "
            "stand in another cell than under two medians."
        ).format(a=_yuan(cuts[0]), b=_yuan(cuts[1]), changed=changed, n=len(table))

    def words(share: float) -> str:
        return _("{p} of customers below").format(p=percent(share))

    shares = [k / 100 for k in range(10, 91, 10)]
    return explorer(
        draw,
        Control("current", _("cut of current value"), shares, 0.5, words, every=2),
        Control("potential", _("cut of potential value"), shares, 0.5, words, every=2),
        title=_("Who is platinum? It depends on the cuts"),
        mode=mode,
    )


ATTRACTIVENESS = ("size", "growth", "margin", "payment", "reference")
STRENGTH = ("product", "service", "price", "relationship", "delivery")


def kaism_explorer(mode: str | None = None) -> Explorer:
    """Explore how the weight of one factor moves key accounts (KAISM模型的权重).

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> kaism_explorer()
    Explorer: Which customers are key? It depends on the weights
    """
    table = datasets.load("company_accounts").set_index("customer")
    wanted = grading.factor_scores(table[list(ATTRACTIVENESS)])
    strong = grading.factor_scores(table[list(STRENGTH)])
    start = grading.kaism(wanted.scores, strong.scores, cut=(5.5, 5.5))

    def draw(ax: Axes, size: float, price: float) -> str:
        scores = wanted.reweight("size", size).scores, strong.reweight("price", price).scores
        moved = grading.kaism(*scores, cut=(5.5, 5.5))
        changed = [
            n for n, a, b in zip(moved.names, moved.cells, start.cells, strict=True) if a != b
        ]
        plot_portfolio(
            moved, ax, names=moved.customers("key")[:8],
            title=_("{n} key accounts").format(n=moved.counts["key"]),
            labels=(_("attractiveness (points)"), _("relative strength (points)")),
            limits=((1.5, 10), (1.5, 10)),
        )  # fmt: skip
        return _(
            "Size counts {size} of attractiveness, price {price} of strength; the other factors "
            "share the rest equally. {n} of {all} customers stand in another cell than under equal "
            "weights."
        ).format(size=percent(size), price=percent(price), n=len(changed), all=len(table))

    shares = [k / 10 for k in range(11)]
    return explorer(
        draw,
        Control("size", _("weight of size"), shares, 0.2, percent, every=2),
        Control("price", _("weight of price"), shares, 0.2, percent, every=2),
        title=_("Which customers are key? It depends on the weights"),
        mode=mode,
    )


def campaign_explorer(mode: str | None = None) -> Explorer:
    """Explore how deep a campaign should go (盈亏平衡与最佳投放深度).

    The score is learned on two campaigns of The Complete Journey and counted on a later one.

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> campaign_explorer()
    Explorer: How many should get the letter?
    """
    found = _campaign_gains()

    def draw(ax: Axes, cost: float, margin: float) -> str:
        depth = found.profit(cost, margin)
        plot_depth(depth, ax, unit=_("dollars"))
        ax.set_ylim(-700, 1300)
        return _(
            "A letter for {cost:.2f} dollars pays from a response of {b} on. The best {n} of {all} "
            "households earn {best} dollars; writing to all earns {whole}."
        ).format(
            cost=cost, b=percent(depth.break_even, 1), n=money(depth.best_contacts),
            all=money(found.contacts[-1]), best=money(depth.best_profit),
            whole=money(depth.profit_of_all),
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "cost", _("cost of a letter"), [k / 10 for k in range(2, 11)], 0.6,
            lambda v: _("{v:.2f} dollars").format(v=v), every=2,
        ),
        Control(
            "margin", _("margin of a response"), [3.0, 4.0, 5.0, 6.0], 4.0,
            lambda v: _("{v:g} dollars").format(v=v), every=1,
        ),
        title=_("How many should get the letter?"),
        mode=mode,
    )  # fmt: skip


@cache
def _campaign_gains() -> "grading.CampaignGains":
    import pandas as pd

    sent, log = datasets.load("journey_campaigns"), datasets.load("journey_baskets")
    seen = [
        grading.before_campaign(sent, log, number, customer="household", coupon="coupon_discount")
        for number in ("8", "13", "18")
    ]

    past = pd.concat(seen[:2])
    edges = past["coupons"].quantile([0.2, 0.4, 0.6, 0.8]).unique()

    def cell(table: pd.DataFrame) -> pd.Series:
        return pd.Series(np.searchsorted(edges, table["coupons"]), table.index)

    learned = grading.campaign_cells(cell(past), past["responded"], cost=1, margin=10)
    return grading.gains(learned.score(cell(seen[2])), seen[2]["responded"])


@cache
def _grade_years() -> "tuple[tuple[pd.DataFrame, pd.Series], ...]":
    """Features at the end of 2023 and of 2024, each with the grade of the year after."""
    import pandas as pd

    orders = datasets.load("company_orders")
    service = datasets.load("company_customers").set_index("customer")["service_cost_per_year"]
    years = []
    for day in ("2023-12-31", "2024-12-31"):
        table = grading.features_at(orders, day)
        table = table[table["orders"] > 0].assign(service=service)
        value = grading.value_after(orders, day)[table.index]
        net = value - table["service"].where(value > 0, 0)
        grade = pd.cut(net, [-np.inf, 200, 1000, np.inf], right=False, labels=["C", "B", "A"])
        years.append((table, grade.astype(str)))
    return tuple(years)


def tree_explorer(mode: str | None = None) -> Explorer:
    """Explore how deep a tree should be, and what mistakes cost (决策树的深度与误判代价).

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> tree_explorer()
    Explorer: How deep should the tree be?
    """
    (past, known), (now, true) = _grade_years()
    depths = list(range(1, 9))

    @cache
    def run(missed: float) -> list[tuple[float, float, float]]:
        """Cost on customers seen and on those of the year after, and share of A found."""
        costs = grading.mistake_costs(["A", "B", "C"], too_low=[missed, 150], too_high=[250, 150])
        rows = []
        for depth in depths:
            tree = grading.GradeTree(costs, depths=(depth,), min_leaf=5, folds=2).fit(past, known)
            seen, later = tree.judge(past, known), tree.judge(now, true)
            rows.append((seen.cost, later.cost, float(later.by_grade().loc["A", "found"])))
        return rows

    def draw(ax: Axes, depth: float, missed: float) -> str:
        rows = run(missed)
        k = depths.index(int(depth))
        seen, later = [row[0] for row in rows], [row[1] for row in rows]
        ax.plot(depths, seen, color=MUTED, marker="s", markersize=4, linestyle="--",
                label=_("2024, from which it learned"))  # fmt: skip
        ax.plot(depths, later, color=BLUE, marker="o", markersize=5, label=_("2025, held out"))
        ax.vlines(depth, seen[k], later[k], color=PALE, linewidth=6, zorder=1)
        ax.plot(depth, later[k], "o", color=GREEN, markersize=11, zorder=4)
        ax.annotate(
            money(later[k]), (depth, later[k]), xytext=(0, 9), textcoords="offset points",
            ha="center", fontsize=9.5, fontweight="bold", color=INK,
        )  # fmt: skip
        ax.set_ylim(0, 260)
        ax.set_xlim(0.5, 8.5)
        ax.set_xticks(depths)
        ax.set_xlabel(_("depth of the tree"))
        ax.set_ylabel(_("cost of mistakes (yuan per customer)"))
        ax.legend(loc="lower left", fontsize=9)
        best = depths[int(np.argmin(later))]
        ax.set_title(_("Depth {d:g}: mistakes cost {c} yuan per customer").format(
            d=depth, c=money(later[k])))  # fmt: skip
        return _(
            "At depth {d:g} the rule finds {found} of next year's A customers. Seen in 2024 its "
            "mistakes cost {a} yuan, in 2025 {b}; the cheapest in 2025 is depth {best}."
        ).format(d=depth, found=percent(rows[k][2]), a=money(seen[k]), b=money(later[k]), best=best)

    return explorer(
        draw,
        Control("depth", _("depth"), depths, 4, every=1),
        Control("missed", _("cost of an A graded B"), [200.0, 600.0, 1000.0], 600.0, _yuan),
        title=_("How deep should the tree be?"),
        mode=mode,
    )
