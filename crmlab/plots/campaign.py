"""Pictures of campaigns: response by cell, gain, profit by depth."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter

from crmlab._text import _
from crmlab.plots.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALE,
    RED,
    SKY,
    money,
    money_axis,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.grading import CampaignCells, CampaignDepth, CampaignGains


def _percent_axis(axis: Any) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))


@picture
def campaign_cells(
    result: "CampaignCells", ax: "Axes", *, title: str | None = None, label: str | None = None
) -> None:
    """Draw the response of each cell with its interval, beside the break-even.

    Parameters
    ----------
    result : CampaignCells
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    label : str, optional
        What the cells are.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    where = np.arange(len(table))
    colours = {"write": GREEN, "test": ORANGE, "leave": MUTED}
    words = {
        "write": _("write: surely pays"),
        "test": _("test: not sure"),
        "leave": _("leave: surely does not"),
    }
    for decision, colour in colours.items():
        here = (table["decision"] == decision).to_numpy()
        if here.any():
            part = table[here]
            ax.hlines(where[here], part["low"], part["high"], color=colour, linewidth=2.4)
            ax.plot(
                part["rate"], where[here], "o", color=colour, markersize=7, label=words[decision]
            )
    ax.axvline(result.break_even, color=INK, linestyle="--", linewidth=1.4)
    ax.annotate(
        _("break-even {b}").format(b=percent(result.break_even, 1)), (result.break_even, 1),
        xycoords=("data", "axes fraction"), xytext=(4, -3), textcoords="offset points", va="top",
        fontsize=9,
    )  # fmt: skip
    names = [f"{name} ({n})" for name, n in zip(table.index, table["contacts"], strict=True)]
    ax.set_yticks(where, names, fontsize=9)
    ax.set_ylim(len(table) - 0.4, -1.1)
    ax.set_xlim(left=0)
    _percent_axis(ax.xaxis)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("response, with its 95 % interval") if result.level == 0.95 else _("response"))
    ax.set_ylabel(label or _("cell (contacts)"))
    ax.legend(loc="lower right", fontsize=9)
    pays = int((table["decision"] == "write").sum())
    set_title(
        ax,
        title or _("{n} of {all} cells surely pay").format(n=pays, all=len(table)),
        52,
    )


@picture
def campaign_gains(
    result: "CampaignGains",
    ax: "Axes",
    *,
    title: str | None = None,
    label: str | None = None,
    compare: "Mapping[str, CampaignGains] | None" = None,
) -> None:
    """Draw how many of the responses the best-scored customers hold.

    Parameters
    ----------
    result : CampaignGains
    ax, title
        As in :func:`campaign_cells`.
    label : str, optional
        Name of this score, where others are drawn beside it.
    compare : mapping of str to CampaignGains, optional
        Other scores by name.

    Returns
    -------
    matplotlib Axes
    """
    others = list((compare or {}).items())
    ax.plot([0, 1], [0, 1], color=MUTED, linestyle="--", linewidth=1.4, label=_("by chance"))
    for (name, other), colour in zip(others, (ORANGE, SKY, RED, GREEN), strict=False):
        ax.plot(other.depth, other.gain, color=colour, label=name)
    ax.plot(result.depth, result.gain, color=BLUE, label=label or _("by the score"))
    share = float(result.gain_at(0.2))
    ax.plot(0.2, share, "o", color=BLUE, markersize=8)
    ax.vlines(0.2, 0, share, color=PALE, linewidth=1.4, zorder=1)
    ax.annotate(
        percent(share), (0.2, share), xytext=(-8, 3), textcoords="offset points", fontsize=10,
        fontweight="bold", ha="right",
    )  # fmt: skip
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.02)
    _percent_axis(ax.xaxis)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("share of the customers written to, the best first"))
    ax.set_ylabel(_("share of all responses"))
    ax.legend(loc="lower right", fontsize=9)
    set_title(
        ax,
        title
        or _("The best fifth of the customers hold {gain} of the responses").format(
            gain=percent(share)
        ),
    )


@picture
def campaign_depth(
    result: "CampaignDepth", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the profit of a campaign by how many customers it goes to.

    Parameters
    ----------
    result : CampaignDepth
    ax, title
        As in :func:`campaign_cells`.
    unit : str, optional
        Unit of money on the axis.

    Returns
    -------
    matplotlib Axes
    """
    depth = result.gains.depth
    ax.axhline(0, color=MUTED, linewidth=1)
    ax.plot(depth, result.profits, color=BLUE)
    best, top = result.best_depth, result.best_profit
    ax.plot(best, top, "o", color=GREEN, markersize=9, zorder=4)
    ax.annotate(
        _("best: {n} customers, {profit}").format(n=result.best_contacts, profit=money(top)),
        (best, top), xytext=(0, 9), textcoords="offset points", fontsize=9.5, fontweight="bold",
        ha="left" if best < 0.35 else "right" if best > 0.75 else "center",
    )  # fmt: skip
    ax.plot(1, result.profit_of_all, "o", color=RED, markersize=7, zorder=4, clip_on=False)
    ax.annotate(
        _("all: {profit}").format(profit=money(result.profit_of_all)), (1, result.profit_of_all),
        xytext=(-4, -14), textcoords="offset points", fontsize=9.5, ha="right", va="center",
    )  # fmt: skip
    low, high = float(result.profits.min()), max(top, 0.0)
    ax.set_xlim(0, 1)
    ax.set_ylim(low - 0.08 * (high - low or 1), high + 0.2 * (high - low or 1))
    _percent_axis(ax.xaxis)
    money_axis(ax.yaxis)
    ax.set_xlabel(_("share of the customers written to, the best first"))
    ax.set_ylabel(_("profit of the campaign ({unit})").format(unit=unit or _("money units")))
    set_title(
        ax,
        title
        or (
            _("Write to the best {depth}, not to all").format(depth=percent(best))
            if 0 < best < 1
            else (_("Writing to everyone earns most") if best else _("No letter pays"))
        ),
    )
