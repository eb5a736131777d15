"""Pictures of the capstone: effects in the trial, the plan within a budget, the score."""

from typing import TYPE_CHECKING

import numpy as np

from crmlab._text import _
from crmlab.plots.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    RED,
    SKY,
    money,
    money_axis,
    money_unit,
    picture,
    set_title,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.crm import BudgetPlan, StrategyScore, TrialGain


@picture
def trial_gain(result: "TrialGain", ax: "Axes", *, title: str | None = None) -> None:
    """Draw what an action changed in each group, with its interval.

    Parameters
    ----------
    result : TrialGain
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        Replaces the usual title.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    y = np.arange(len(table))[::-1]
    zero_line(ax, horizontal=False)
    sure = (table["low"] > 0) | (table["high"] < 0)
    for place, row, plain in zip(y, table.to_dict("records"), ~sure, strict=True):
        colour = MUTED if plain else BLUE
        ax.hlines(place, row["low"], row["high"], color=colour, linewidth=2.4)
        ax.plot(row["change"], place, "o", color=colour, markersize=8)
        ax.text(
            row["change"], place + 0.14,
            _("{with_:.2f} against {without:.2f}").format(
                with_=row["with_action"], without=row["without"]),
            ha="center", va="bottom", fontsize=8.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip
    ax.set_yticks(y, [str(name) for name in table.index])
    ax.set_ylim(-0.6, len(table) - 0.3)
    ax.set_ylabel(str(table.index.name))
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    outcome = result.outcome.replace("_", " ")
    ax.set_xlabel(_("change of “{outcome}”, with interval").format(outcome=outcome))
    words = _("“{action}” changes “{outcome}” beyond chance in {n} of {all} groups").format(
        action=result.action, outcome=outcome, n=int(sure.sum()), all=len(table)
    )
    set_title(ax, title or words, width=50)


@picture
def budget_plan(
    result: "BudgetPlan", ax: "Axes", *, unit: str | None = None, title: str | None = None
) -> None:
    """Draw the most that each budget can gain, and what the last yuan of it still brings.

    Parameters
    ----------
    result : BudgetPlan
    ax, title
        As in :func:`trial_gain`.
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    curve = result.curve
    ax.plot(curve["budget"], curve["net"], color=BLUE)
    ax.plot(result.spent, result.net, "o", color=INK, markersize=8)
    half = curve.loc[curve["net"] >= result.net / 2, "budget"].iloc[0]
    ax.plot([half, half, 0], [0, result.net / 2, result.net / 2], ":", color=MUTED, linewidth=1.4)
    for axis in (ax.xaxis, ax.yaxis):
        money_axis(axis)
    ax.set_xlim(0, max(float(curve["budget"].iloc[-1]), 1) * 1.04)
    ax.set_ylim(0, max(result.net, 1) * 1.12)
    ax.set_xlabel(_("budget ({unit})").format(unit=money_unit(unit)))
    ax.set_ylabel(_("gain less cost ({unit})").format(unit=money_unit(unit)))
    words = _("{spent} spent bring {net} net; the first {half} bring half of it").format(
        spent=money(result.spent), net=money(result.net), half=money(half)
    )
    set_title(ax, title or words)


@picture
def strategy_score(
    result: "StrategyScore", ax: "Axes", *, unit: str | None = None, title: str | None = None
) -> None:
    """Draw what was lost against the best plan, by action and by how it came about.

    Parameters
    ----------
    result : StrategyScore
    ax, title
        As in :func:`trial_gain`.
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    grid = result.regret.drop(columns="total")
    y = np.arange(len(grid))[::-1]
    up, down = np.zeros(len(grid)), np.zeros(len(grid))
    zero_line(ax, horizontal=False)
    for (name, values), colour in zip(grid.items(), (ORANGE, SKY, RED), strict=True):
        amount = values.to_numpy()
        start = np.where(amount >= 0, up, down)
        ax.barh(y, amount, 0.6, left=start, color=colour, label=_(str(name)))
        up, down = up + np.maximum(amount, 0), down + np.minimum(amount, 0)
    ax.set_yticks(y, list(grid.index))
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    money_axis(ax.xaxis)
    ax.set_xlabel(_("lost against the best plan ({unit})").format(unit=money_unit(unit)))
    ax.legend(loc="lower right", fontsize=9)
    words = _("{score:.0f} points of 100: {lost} lost, most by “{worst}”").format(
        score=result.score,
        lost=money(result.best - result.profit),
        worst=str(result.regret["total"].idxmax()),
    )
    set_title(ax, title or words)
