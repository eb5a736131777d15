"""Pictures of a sales team: priorities, pay, and what became of the contracts."""

from typing import TYPE_CHECKING

import numpy as np

from crmlab._text import _
from crmlab.plots.labels import label_points, name_cell
from crmlab.plots.sales import _percent_axis
from crmlab.plots.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALE,
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
    from matplotlib.axes import Axes

    from crmlab.sales import (
        PayScheme,
        PayWeights,
        PriorityGrid,
        RepAccounts,
        TeamPay,
        WorkOrders,
    )

_QUADRANT = (RED, BLUE, ORANGE, PALE)


@picture
def priority_grid(
    result: "PriorityGrid", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw each task by days left and value; the two cuts make the quadrants.

    Parameters
    ----------
    result : PriorityGrid
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    actions = result.actions
    days, worth = actions["days_left"].to_numpy(float), actions["value"].to_numpy()
    # A scale that shows zero and large values alike.
    scale = max(result.important_from, 1e-9) / 3
    height = np.log1p(worth / scale)
    cut = result.urgent_within + 0.5
    line = float(np.log1p(result.important_from / scale))
    for q in (1, 2, 3, 4):
        part = actions["quadrant"].to_numpy() == q
        ax.plot(days[part], height[part], "o", color=_QUADRANT[q - 1], markersize=6,
                markeredgecolor=INK, markeredgewidth=0.5, alpha=0.85)  # fmt: skip
    left, right = min(float(days.min()), 0.0) - 3, max(float(days.max()), cut + 3) + 3
    top = max(float(height.max()), line) * 1.22 + 0.1
    low = -0.12 * top
    ax.axvline(cut, color=MUTED, linewidth=1.2)
    ax.axhline(line, color=MUTED, linewidth=1.2)
    ax.set_xlim(right, left)
    ax.set_ylim(low, top)
    corners = ((True, True), (False, True), (True, False), (False, False))
    for q, (at_right, at_top) in enumerate(corners, 1):
        row = result.summary.loc[q]
        name_cell(
            ax, f"{q} {row['advice']}: {row['tasks']:.0f}", cut, right=at_right, top=at_top,
            margin=(0.02, 0.03), fontsize=10, fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.8},
        )  # fmt: skip
    ticks = [0.0] + [result.important_from * f for f in (0.3, 1, 3, 10, 30)]
    ticks = [t for t in ticks if np.log1p(t / scale) < top * 0.92]
    ax.set_yticks([float(np.log1p(t / scale)) for t in ticks], [money(t) for t in ticks])
    ax.grid(visible=False)
    ax.set_xlabel(_("days left, urgent to the right; below 0: overdue"))
    ax.set_ylabel(_("at stake ({unit})").format(unit=money_unit(unit)))
    first, second = result.summary.loc[1], result.summary.loc[2]
    sentence = _("{now:.0f} tasks to do now, and {plan:.0f} that matter but are not due yet")
    set_title(ax, title or sentence.format(now=first["tasks"], plan=second["tasks"]))


@picture
def work_orders(
    result: "WorkOrders", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the value kept in time as the days go by, for each order of work.

    Parameters
    ----------
    result : WorkOrders
    ax, title, unit
        As in :func:`priority_grid`.

    Returns
    -------
    matplotlib Axes
    """
    best = result.table["kept"].idxmax()
    for i, (name, (day, kept)) in enumerate(result.curves.items()):
        ax.step(np.append(0, day), np.append(0, kept), where="post", color=PALETTE[i % 6],
                linewidth=2.6 if name == best else 1.6,
                label=f"{name}  {money(float(kept[-1]))}")  # fmt: skip
    ax.set_ylim(0, float(result.table["kept"].max()) * 1.1 + 1e-9)
    ax.set_xlim(0)
    money_axis(ax.yaxis)
    ax.set_xlabel(_("days of work at {hours:g} hours").format(hours=result.hours_per_day))
    ax.set_ylabel(_("value of tasks done in time ({unit})").format(unit=money_unit(unit)))
    ax.legend(loc="lower right", fontsize=9, title=_("order of work, value kept"))
    sentence = _("Work by {best} keeps most: {share} of what is at stake")
    share = float(result.table["share"].max())
    set_title(ax, title or sentence.format(best=best, share=percent(share)))


@picture
def pay_path(
    result: "PayScheme", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the revenue of each period: new contracts, and customers of before.

    Parameters
    ----------
    result : PayScheme
    ax, title, unit
        As in :func:`priority_grid`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    repeat = table["revenue"] * table["kept"] / (table["kept"] + table["contracts"]).clip(1e-12)
    new = table["revenue"] - repeat
    ax.bar(table.index, new, 0.7, color=ORANGE, label=_("new contracts"))
    ax.bar(table.index, repeat, 0.7, bottom=new, color=BLUE, label=_("customers of before"))
    ax.set_xticks(table.index)
    ax.grid(visible=False, axis="x")
    ax.set_xlabel(_("period"))
    ax.set_ylabel(_("revenue ({unit})").format(unit=money_unit(unit)))
    ax.set_ylim(0, float(table["revenue"].max()) * 1.3 + 1e-9)
    ax.legend(loc="upper left", fontsize=9, ncol=2)
    sentence = _("Weight {weight}: {promising} promising, {serving} serving; {stay} stay")
    set_title(
        ax,
        title
        or sentence.format(
            weight=percent(result.weight), promising=percent(float(result.effort[0])),
            serving=percent(float(result.effort[1])), stay=percent(result.stay),
        ),
    )  # fmt: skip


@picture
def pay_weights(
    result: "PayWeights", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the firm's value by the weight of satisfaction, and below it where the hours go.

    Parameters
    ----------
    result : PayWeights
    ax, title, unit
        As in :func:`priority_grid`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    x = table.index.to_numpy(float)
    ax.axhline(result.ideal, color=GREEN, linewidth=1.4, linestyle=(0, (4, 3)))
    left = result.best > 0.5  # away from the number at the best weight
    ax.annotate(_("if the firm could divide the time itself"),
                (0.02 if left else 0.98, result.ideal), fontsize=9, xytext=(0, 4),
                textcoords="offset points", color=INK, ha="left" if left else "right"
                )  # fmt: skip
    ax.plot(x, table["value"], color=INK, linewidth=2.4)
    top = result.ideal * 1.36
    ends = np.cumsum(table[["serving", "polishing", "promising"]].to_numpy(), axis=1)
    band = 0.3 * top
    names = (_("serving"), _("polishing"), _("promising"))
    lower = np.zeros(x.size)
    for i, (word, colour) in enumerate(zip(names, (SKY, PALE, ORANGE), strict=True)):
        ax.fill_between(x, lower, ends[:, i] * band, color=colour, alpha=0.7, label=word)
        lower = ends[:, i] * band
    worth = float(table["value"].max())
    ax.plot(result.best, worth, "o", color=RED, markersize=8)
    ax.annotate(money(worth), (result.best, worth), xytext=(0, 7), textcoords="offset points",
                ha="center", fontsize=10, fontweight="bold")  # fmt: skip
    ax.set_xlim(0, 1)
    ax.set_ylim(0, top)
    _percent_axis(ax.xaxis)
    ax.set_xlabel(_("weight of satisfaction in the pay; bands: where the hours go"))
    ax.set_ylabel(_("worth to the firm ({unit})").format(unit=money_unit(unit)))
    ax.legend(loc="upper left", fontsize=9, ncol=3)
    sentence = _("Best weight {best}: worth {worth}, against {alone} by revenue alone")
    set_title(
        ax,
        title
        or sentence.format(
            best=percent(result.best),
            worth=money(worth),
            alone=money(float(table["value"].iloc[0])),
        ),
    )


@picture
def team_pay(result: "TeamPay", ax: "Axes", *, title: str | None = None) -> None:
    """Draw each representative's share of the pay under both schemes, and of the worth.

    Parameters
    ----------
    result : TeamPay
    ax, title
        As in :func:`priority_grid`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    worth = table["worth"] / max(float(table["worth"].sum()), 1e-12)
    columns = (
        (table["pay_revenue"], _("pay by revenue"), ORANGE),
        (table["pay_mixed"], _("pay with satisfaction"), SKY),
        (worth, _("worth to the firm"), BLUE),
    )
    for i, (values, word, colour) in enumerate(columns):
        bars = ax.bar(rows + 0.27 * (i - 1), values, 0.25, color=colour, label=word)
        ax.bar_label(bars, [percent(float(v)) for v in values], padding=2, fontsize=8.5)
    ax.set_xticks(rows, [str(name) for name in table.index])
    _percent_axis(ax.yaxis)
    ax.margins(y=0.22)
    ax.grid(visible=False, axis="x")
    ax.set_ylabel(_("share of the team"))
    ax.legend(loc="upper center", fontsize=9, ncol=3)
    best = {name: result.ranks()[name].idxmin() for name in ("pay_revenue", "worth")}
    sentence = _("Pay by revenue puts {first} first; {worth} is worth most")
    set_title(ax, title or sentence.format(first=best["pay_revenue"], worth=best["worth"]))


@picture
def rep_accounts(
    result: "RepAccounts", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw what each representative signed against what the customers ordered in a year.

    Parameters
    ----------
    result : RepAccounts
    ax, title, unit
        As in :func:`priority_grid`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    x, y = table["signed"].to_numpy(), table["ordered"].to_numpy()
    low, high = 0.85 * min(x.min(), y.min()), 1.12 * max(x.max(), y.max())
    ax.plot([low, high], [low, high], color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)),
            label=_("ordered as signed"))  # fmt: skip
    kept = table["kept"].to_numpy()
    for less, colour, word in (
        (True, RED, _("fewer than 3 in 4 promises kept")), (False, BLUE, _("more kept")),
    ):  # fmt: skip
        part = (kept < 0.75) == less
        ax.plot(x[part], y[part], "o", color=colour, markersize=9, label=word)
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    money_axis(ax.xaxis)
    money_axis(ax.yaxis)
    ax.set_xlabel(_("volume signed ({unit})").format(unit=money_unit(unit)))
    ax.set_ylabel(_("ordered in the first year ({unit})").format(unit=money_unit(unit)))
    ax.legend(loc="upper left", fontsize=9)
    first = table["signed"].idxmax()
    sentence = _("{rep} signed most; the customers ordered {share} of it")
    set_title(
        ax,
        title
        or sentence.format(
            rep=first, share=percent(float(table["delivered"].to_numpy()[x.argmax()]))
        ),
    )
    label_points(ax, x, y, table.index)
