"""Explorers of selling (chapter 14)."""

from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmlab import datasets, sales
from crmlab._text import _
from crmlab.plots import money, percent
from crmlab.plots import pay_weights as plot_weights
from crmlab.plots import priority_grid as plot_grid
from crmlab.plots import sales_funnel as plot_funnel
from crmlab.plots.style import BLUE, GREEN, INK, MUTED, RED, SKY, money_axis
from crmlab.widgets.explorer import Control, Explorer, explorer


def funnel_explorer(mode: str | None = None) -> Explorer:
    """Explore what a better stage does to the inflow that a target needs (所需进入漏斗的客户数).

    The funnel is the course's: 80, 30, 16, 10; a slider changes the conversion from intent to
    negotiation.

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Examples
    --------
    >>> funnel_explorer()
    Explorer: How many must enter for ten contracts more?
    """

    def draw(ax: Axes, size: float, better: float) -> str:
        first, intent = 80 * size, 30 * size
        middle = round(intent * better)
        counts = [int(first), int(intent), middle, round(middle * 10 / 16)]
        made = sales.funnel(counts)
        need = sales.required_inflow(made, 20, value=1)
        start = need.table.iloc[0]
        plot_funnel(made, ax)
        # The margin of an explorer is too narrow for the names of the stages.
        names = [label.get_text() for label in ax.get_yticklabels()]
        ax.set_yticks([])
        ax.set_xlim(-0.95, 0.55)
        for row, name in enumerate(names):
            ax.text(-0.93, row, name, va="center", fontsize=10)
        ax.set_title(_("20 contracts need {n:.0f} first contacts").format(n=start["needed"]))
        return _(
            "Of {n} first contacts {k} signed, {share}. For 20 contracts {need:.0f} have to enter; "
            "with what {n} can tell, it may be {low:.0f} or {high:.0f}."
        ).format(
            n=counts[0], k=counts[-1], share=percent(made.conversion, 1), need=start["needed"],
            low=start["low"], high=start["high"],
        )  # fmt: skip

    return explorer(
        draw,
        Control("size", _("customers followed, of the first stage"), [0.5, 1, 4, 16], 1,
                lambda k: f"{80 * k:.0f}"),
        Control("better", _("conversion from intent to negotiation"),
                [k / 30 for k in range(8, 29, 4)], 16 / 30, percent),
        title=_("How many must enter for ten contracts more?"),
        mode=mode,
    )  # fmt: skip


def deals_explorer(unit: str = "yuan", mode: str | None = None) -> Explorer:
    """Explore how one large deal makes a weighted forecast worthless (加权预测的离散).

    Parameters
    ----------
    unit : str
        Unit of money.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Examples
    --------
    >>> deals_explorer()
    Explorer: What does a weighted forecast promise?
    """
    total = 200_000.0

    def draw(ax: Axes, deals: float, chance: float) -> str:
        from scipy.stats import binom

        n = int(deals)
        each = total / n
        mean, spread = sales.weighted_forecast([each] * n, chance)
        k = np.arange(n + 1)
        mass = binom.pmf(k, n, chance)
        far = k * each < 0.8 * mean - 1e-9
        ax.bar(k * each, mass, min(0.85 * each, total / 10), color=np.where(far, RED, SKY))
        ax.axvline(mean, color=BLUE, linewidth=2)
        ax.annotate(
            _("forecast {m}").format(m=money(mean)),
            (mean, 1.02),
            xycoords=("data", "axes fraction"),
            ha="center",
            color=BLUE,
            fontsize=9.5,
        )
        ax.set_xlim(-0.06 * total, 1.06 * total)
        ax.set_ylim(0, float(mass.max()) * 1.08)
        ax.xaxis.set_major_locator(MaxNLocator(5))
        money_axis(ax.xaxis)
        ax.grid(visible=False, axis="x")
        ax.set_xlabel(
            _("signed ({unit}); red: more than a fifth below the forecast").format(unit=unit)
        )
        ax.set_ylabel(_("chance"))
        below = float(mass[far].sum())
        counted = _("1 deal") if n == 1 else _("{n} deals").format(n=n)
        ax.set_title(
            _("{deals}: {below} to end far below").format(deals=counted, below=percent(below)),
            pad=24,
        )
        return _(
            "{deals} of {each} with a chance of {chance}: the weighted forecast is {mean}, with a "
            "standard deviation of {spread}. With a chance of {below} more than a fifth of it "
            "does not come."
        ).format(
            deals=counted, each=money(each), chance=percent(chance), mean=money(mean),
            spread=money(spread), below=percent(below),
        )  # fmt: skip

    return explorer(
        draw,
        Control("deals", _("deals that share 200,000 {unit}").format(unit=unit),
                [1, 2, 4, 10, 20, 50, 100], 10, "{:.0f}".format),
        Control("chance", _("chance of each deal"), [p / 100 for p in range(10, 91, 10)], 0.3,
                percent, every=2),
        title=_("What does a weighted forecast promise?"),
        mode=mode,
    )  # fmt: skip


def pipeline_explorer(mode: str | None = None) -> Explorer:
    """Explore where to help a pipeline: bring leads on, or lose fewer (马尔可夫链上的改进).

    A chain in weeks, close to the simulated company's: each week ten leads enter.

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Examples
    --------
    >>> pipeline_explorer()
    Explorer: What do ten new leads a week become?
    """
    weeks = 52

    def chain(on: float, loss: float) -> sales.Pipeline:
        return sales.pipeline(
            [
                [0.52, 0.40, 0.01, 0.00, 0.00, 0.07],
                [0.00, 0.90 - on, on, 0.00, 0.00, 0.10],
                [0.00, 0.00, 0.96 - loss, 0.04, 0.00, loss],
                [0.00, 0.00, 0.00, 0.98, 0.014, 0.006],
                [0.00, 0.00, 0.00, 0.00, 1.00, 0.00],
                [0.00, 0.00, 0.00, 0.00, 0.00, 1.00],
            ]
        )

    def signings(made: sales.Pipeline) -> np.ndarray:
        path = made.follow({"potential": 10}, weeks, {"potential": 10})
        return path["signings"].to_numpy()

    base = signings(chain(0.06, 0.08))
    top = 1.08 * signings(chain(0.12, 0.02)).max()

    def draw(ax: Axes, on: float, loss: float) -> str:
        made = chain(on, loss)
        path = signings(made)
        week = np.arange(weeks + 1)
        ax.plot(week, base, color=MUTED, linewidth=1.4, linestyle=(0, (4, 3)))
        ax.plot(week, path, color=BLUE)
        ax.fill_between(week, path, color=SKY, alpha=0.3)
        ax.set_xlim(0, weeks)
        ax.set_ylim(0, top)
        ax.annotate(
            _("at the start"),
            (weeks, min(base[-1], path[-1])),
            xytext=(-4, -5),
            ha="right",
            va="top",
            textcoords="offset points",
            fontsize=9,
            color=INK,
        )
        ax.set_xlabel(_("weeks"))
        ax.set_ylabel(_("contracts per week"))
        first = made.table.iloc[0]
        ax.set_title(
            _("{chance} of the leads sign").format(
                chance=percent(float(first["chance_to_sign"]), 1)
            )
        )
        stock = sales.stationary_stock(made, {"potential": 10}).iloc[:3].sum()
        return _(
            "A new lead signs with {chance}, those who do after {weeks:.0f} weeks. In the long run "
            "ten leads a week give {rate:.2f} contracts, and {stock:.0f} leads are open."
        ).format(
            chance=percent(float(first["chance_to_sign"]), 1),
            weeks=float(first["periods_to_sign"]),
            rate=10 * float(first["chance_to_sign"]), stock=stock,
        )  # fmt: skip

    def weekly(share: float) -> str:
        return percent(share)

    return explorer(
        draw,
        Control("on", _("target to intending, per week"), [p / 100 for p in range(2, 13)], 0.06,
                weekly, every=2),
        Control("loss", _("intending lost, per week"), [p / 100 for p in range(2, 15)], 0.08,
                weekly, every=3),
        title=_("What do ten new leads a week become?"),
        mode=mode,
    )  # fmt: skip


@cache
def _company_tasks(day: str) -> pd.DataFrame:
    """Open tasks of the simulated company with what they have at stake."""
    leads = datasets.load("company_leads").set_index("lead")
    volume = leads.dropna(subset="customer").set_index("customer")["value_signed"]
    tasks = sales.open_tasks(datasets.load("company_tasks").set_index("task"), day)
    stake = sales.task_stakes(tasks, sales.lead_values(leads, day)["expected"], volume)
    return tasks.assign(value=stake)


def priority_explorer(
    rep: str = "R6", day: str = "2025-11-30", unit: str = "yuan", mode: str | None = None
) -> Explorer:
    """Explore how the two cuts of the grid fill its quadrants (重要-紧急四象限).

    Parameters
    ----------
    rep : str
        Representative of the simulated company.
    day : str
        The day.
    unit : str
        Unit of money.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.sales.priority_grid`.

    Examples
    --------
    >>> priority_explorer()
    Explorer: Where do the cuts of the grid belong?
    """
    tasks = _company_tasks(day)
    tasks = tasks[tasks["rep"] == rep]

    def draw(ax: Axes, within: float, limit: float) -> str:
        grid = sales.priority_grid(tasks, day=day, urgent_within=int(within), important_from=limit)
        now = {name: float(grid.summary[name].iloc[0]) for name in ("tasks", "hours", "value")}
        plot_grid(grid, ax, unit=unit)
        ax.set_title(
            _("{n:.0f} tasks, {hours:.0f} hours to do now").format(
                n=now["tasks"], hours=now["hours"]
            )
        )
        late, held = (float(grid.summary[name].sum()) for name in ("hours", "value"))
        return _(
            "Due within {days} days is urgent, {limit} {unit} at stake is important: {n} of {all} "
            "tasks are to be done now. They take {hours:.0f} of {late:.0f} hours and hold {share} "
            "of what is at stake."
        ).format(
            days=int(within), limit=money(limit), unit=unit, n=int(now["tasks"]), all=len(tasks),
            hours=now["hours"], late=late, share=percent(now["value"] / held),
        )  # fmt: skip

    return explorer(
        draw,
        Control("within", _("urgent if due within so many days"), [0, 1, 3, 5, 7, 14], 3,
                "{:.0f}".format, every=2),
        Control("limit", _("important from ({unit} at stake)").format(unit=unit),
                [50, 100, 200, 300, 500, 800, 1200, 2000], 200, money, every=2),
        title=_("Where do the cuts of the grid belong?"),
        mode=mode,
    )  # fmt: skip


def pay_explorer(mode: str | None = None) -> Explorer:
    """Explore what weight of satisfaction is best, and how gaming moves it (满意度权重与粉饰).

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Examples
    --------
    >>> pay_explorer()
    Explorer: How much should satisfaction weigh in the pay?
    """
    weights = [w / 100 for w in range(0, 101, 5)]

    @cache
    def swept(polish: float) -> sales.PayWeights:
        return sales.pay_weights(sales.Territory(polish=polish), weights, steps=40)

    def draw(ax: Axes, weight: float, polish: float) -> str:
        found = swept(polish)
        place = weights.index(weight)
        row = {str(name): float(found.table[name].iloc[place]) for name in found.table}
        plot_weights(found, ax)
        ax.vlines(weight, 0, row["value"], color=INK, linewidth=1.2)
        ax.plot(weight, row["value"], "o", color=GREEN, markersize=9)
        ax.set_title(
            _("{a} promising, {b} serving, {c} polishing").format(
                a=percent(row["promising"]), b=percent(row["serving"]), c=percent(row["polishing"])
            )
        )
        return _(
            "With a weight of {weight} the measured score is {score:.2f} and the true satisfaction "
            "{true:.2f}; {stay} of the customers stay. It is worth {value:.1f} to the firm; the "
            "best weight, {best}, {top:.1f}."
        ).format(
            weight=percent(weight), score=row["score"], true=row["satisfaction"],
            stay=percent(row["stay"]), value=row["value"], best=percent(found.best),
            top=found.table["value"].max(),
        )  # fmt: skip

    return explorer(
        draw,
        Control("weight", _("weight of satisfaction"), weights, 0.4, percent, every=4),
        Control("polish", _("what polishing adds to the score"), [0.0, 0.25, 0.5, 0.75, 1.0], 0.5,
                "{:.2f}".format, every=2),
        title=_("How much should satisfaction weigh in the pay?"),
        mode=mode,
    )  # fmt: skip
