"""Explorer of the capstone."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from crmlab import crm
from crmlab._text import _
from crmlab.plots import budget_plan as plot_plan
from crmlab.plots import money, percent
from crmlab.plots.style import BLUE, MUTED, ORANGE, set_title
from crmlab.widgets.explorer import Control, Explorer, explorer

if TYPE_CHECKING:
    import pandas as pd


def _example() -> "pd.DataFrame":
    """Return gains of 60 customers that do not exist, so that the explorer runs without any."""
    import pandas as pd

    rng = np.random.default_rng(2026)
    size = rng.lognormal(6.5, 0.9, 60)
    names = [f"X{n:02d}" for n in range(1, 61)]
    return pd.DataFrame({"visit": 0.25 * size, "credit": 0.06 * size}, index=names).round(1)


def budget_explorer(
    gains: "pd.DataFrame | None" = None,
    budgets: tuple[float, ...] = (1000, 2000, 3000, 5000, 8000, 10000, 12000, 15000),
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore what a plan leaves if its effects are smaller than was thought (预算与不确定性).

    The plan is made from the gains as they were estimated. Then only a share of each gain comes
    true, while every cost is paid.

    Parameters
    ----------
    gains : DataFrame, optional
        As for :func:`crmlab.crm.plan_budget`; an invented example without it.
    budgets : sequence of float
        Budgets to choose from, rising.
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
        As :func:`crmlab.crm.plan_budget`, or if `mode` is unknown.

    Examples
    --------
    >>> budget_explorer()
    Explorer: What if the effects are smaller than the trial says?
    """
    table = _example() if gains is None else gains
    plans = {float(b): crm.plan_budget(table, b) for b in budgets}
    top = plans[float(budgets[-1])]

    def draw(ax: Axes, budget: float, share: float) -> str:
        plan = plans[budget]
        gain = float(plan.table["gain"].sum())
        left = share * gain - plan.spent
        ax.figure.subplots_adjust(left=0.18)
        plot_plan(top, ax, unit=unit)
        for line in list(ax.lines):
            line.set_alpha(0.0 if line.get_linestyle() == ":" else 0.35)
        ax.axhline(0, color=MUTED, linewidth=1)
        ax.plot([plan.spent] * 2, [plan.net, left], color=ORANGE, linewidth=1.6)
        ax.plot(plan.spent, plan.net, "o", color=BLUE, label=_("as estimated"))
        ax.plot(plan.spent, left, "s", color=ORANGE, label=_("if the share comes true"))
        ax.set_ylim(-1.05 * top.spent, max(top.net, 1) * 1.12)
        ax.legend(loc="lower left", fontsize=9)
        set_title(
            ax,
            _("{share} of the effects: {left} net for {spent} spent").format(
                share=percent(share), left=money(left), spent=money(plan.spent)
            ),
        )
        even = plan.spent / gain if gain > 0 else 1.0
        return _(
            "A budget of {budget} pays for actions on {n} customers and promises {net} {unit} net. "
            "If {share} of the effects come true, {left} are left. The plan pays as long as {even} "
            "come true."
        ).format(
            budget=money(budget), n=int((plan.table["action"] != "none").sum()),
            net=money(plan.net), unit=unit, share=percent(share), left=money(left),
            even=percent(even),
        )  # fmt: skip

    return explorer(
        draw,
        Control("budget", _("budget"), budgets, float(budgets[-1]), money, every=1),
        Control("share", _("share of the effects that comes true"),
                [v / 100 for v in range(0, 126, 25)], 1.0, percent),
        title=_("What if the effects are smaller than the trial says?"),
        mode=mode,
    )  # fmt: skip
