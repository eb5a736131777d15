"""Pictures of customer equity: who holds it, what drives it, what an improvement returns."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from crmlab._text import _
from crmlab.plots.labels import name_rows
from crmlab.plots.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALETTE,
    RED,
    SKY,
    money,
    money_axis,
    money_unit,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from crmlab.clv import CustomerEquity, EquityReturns


@picture
def customer_equity(
    result: "CustomerEquity", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the equity of each segment or brand with its share.

    Parameters
    ----------
    result : CustomerEquity
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    unit : str, optional
        Unit of money on the axis.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    equity = table["equity"].to_numpy()
    x = np.arange(len(table))
    top = int(equity.argmax())
    colours = [BLUE if k == top else SKY for k in x]
    bars = ax.bar(x, equity, 0.65, color=colours)
    ax.bar_label(bars, [percent(share) for share in table["share"]], padding=3, fontsize=10)
    ax.axhline(0, color=MUTED, linewidth=1)
    ax.set_xticks(x, [str(name) for name in table.index])
    ax.margins(y=0.12)
    ax.set_ylabel(_("customer equity ({unit})").format(unit=money_unit(unit)))
    money_axis(ax.yaxis)
    set_title(
        ax,
        title
        or _("{name} holds {share} of {total} {unit} of customer equity").format(
            name=str(table.index[top]).capitalize(), share=percent(table["share"].iloc[top]),
            total=money(result.total), unit=money_unit(unit),
        ),
    )  # fmt: skip


@picture
def equity_drivers(data: "pd.DataFrame", ax: "Axes", *, title: str | None = None) -> None:
    """Draw what one point of each driver is worth, with intervals, coloured by group.

    Parameters
    ----------
    data : DataFrame
        The ``drivers_`` of an :class:`crmlab.clv.EquityModel`.
    ax, title
        As in :func:`customer_equity`.

    Returns
    -------
    matplotlib Axes
    """
    groups = list(dict.fromkeys(data["group"]))
    colours = dict(zip(groups, (BLUE, ORANGE, GREEN, *PALETTE[5:]), strict=False))
    order = data.iloc[np.argsort(-data["importance"].to_numpy(), kind="stable")]
    rows = np.arange(len(order))
    for group in groups:
        at = np.flatnonzero((order["group"] == group).to_numpy())
        some = order.iloc[at]
        ax.hlines(at, some["low"], some["high"], color=colours[group], linewidth=4, alpha=0.6)
        ax.plot(some["coef"], at, "o", color=colours[group], markersize=8,
                label=_("{group} equity").format(group=group))  # fmt: skip
    ax.axvline(0, color=RED, linewidth=1.2)
    for row, share, high in zip(rows, order["importance"], order["high"], strict=True):
        ax.annotate(
            percent(share), (high, row), xytext=(6, 0), textcoords="offset points", va="center",
            fontsize=9,
        )  # fmt: skip
    name_rows(ax, order.index)
    ax.margins(x=0.12)
    ax.set_xlabel(_("utility of one point, 95 % interval (beside it: importance)"))
    ax.legend(loc="lower right", fontsize=9)
    unclear = [str(name) for name in order.index[order["low"] <= 0]]
    words = (
        _("{best} moves choices most; {unclear} may not move them at all").format(
            best=str(order.index[0]).capitalize(), unclear=_(" and ").join(unclear)
        )
        if unclear
        else _("{best} moves choices most").format(best=str(order.index[0]).capitalize())
    )
    set_title(ax, title or words)


@picture
def equity_returns(
    result: "EquityReturns", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw what each improvement leaves after its cost, with its interval if it has one.

    Parameters
    ----------
    result : EquityReturns
    ax, title, unit
        As in :func:`customer_equity`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    ax.barh(rows, table["net"], 0.6, color=[GREEN if net > 0 else ORANGE for net in table["net"]])
    reach = table["net"]
    if "low" in table:
        ax.hlines(rows, table["low"], table["high"], color=INK, linewidth=2)
        reach = table["high"]
    for row, roi, end in zip(rows, table["roi"], np.maximum(reach, 0), strict=True):
        ax.annotate(
            _("ROI {roi}").format(roi=percent(roi)), (end, row), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=9,
        )  # fmt: skip
    ax.axvline(0, color=MUTED, linewidth=1.2)
    ax.set_yticks(rows, [str(name) for name in table.index])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.margins(x=0.2)
    ax.set_xlabel(_("customer equity gained less cost ({unit})").format(unit=money_unit(unit)))
    ax.xaxis.set_major_locator(MaxNLocator(5))
    money_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    best = table.iloc[0]
    words = (
        _("Best: {best}, {net} {unit} after the cost").format(
            best=table.index[0], net=money(float(best["net"])), unit=money_unit(unit)
        )
        if best["net"] > 0
        else _("No improvement pays its cost")
    )
    set_title(ax, title or words)
