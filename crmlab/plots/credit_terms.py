"""Pictures of credit terms and of collection."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from crmlab._text import _
from crmlab.plots.labels import label_points
from crmlab.plots.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALE,
    PALETTE,
    PINK,
    RED,
    SKY,
    money,
    money_axis,
    money_unit,
    percent,
    picture,
    set_title,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.credit import (
        CollectionGoals,
        CollectionPlan,
        CollectionSizes,
        CreditStandards,
        PolicyComparison,
        StageEstimates,
        TermsChange,
        TermsSimulation,
    )

#: One colour for each line of a policy, the same in every picture.
_LINES = {
    "contribution": BLUE,
    "carrying cost": ORANGE,
    "bad debts": RED,
    "collection cost": PINK,
    "discounts": SKY,
}


def _percent_axis(axis: Any, digits: int = 0) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value, digits)))


def _amounts_across(ax: "Axes") -> None:
    """Leave room for numbers beside bars that lie down, and write amounts below them."""
    ax.use_sticky_edges = False
    ax.margins(x=0.14)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(6))
    money_axis(ax.xaxis)


@picture
def terms_change(
    result: "TermsChange", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw what each line adds to the change in profit, as steps that lead to it.

    Parameters
    ----------
    result : TermsChange
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
    steps = result.table["change"].drop("profit").to_numpy()
    names = [_(name) for name in result.table.index[:-1]]
    ends = np.append(steps.cumsum(), result.change)
    starts = np.append(ends[:-1] - steps, 0.0)
    widths = ends - starts
    colours = [BLUE if step >= 0 else RED for step in steps]
    rows = np.arange(len(names) + 1)
    final = GREEN if result.change >= 0 else RED
    ax.barh(rows, widths, left=starts, color=[*colours, final], height=0.62)
    for row, end in enumerate(ends[:-1]):
        ax.plot([end, end], [row + 0.31, row + 0.69], color=MUTED, linewidth=1)
    reach = max(ends.max(), 0) - min(ends.min(), 0)
    for row, (start, end, width) in enumerate(zip(starts, ends, widths, strict=True)):
        ax.text(max(start, end) + 0.015 * reach, row, money(width), va="center", fontsize=9.5)
    zero_line(ax, horizontal=False)
    ax.set_yticks(rows, [*names, _("change in profit")])
    ax.invert_yaxis()
    _amounts_across(ax)
    ax.set_xlabel(_("change per year ({unit})").format(unit=money_unit(unit)))
    sentence = (
        _("The new policy brings {change} a year more")
        if result.change >= 0
        else _("The new policy costs {change} a year")
    )
    set_title(ax, title or sentence.format(change=money(abs(result.change))), width=52)


@picture
def policy_comparison(
    result: "PolicyComparison", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw what each policy gains and loses against the base, and what is left.

    Parameters
    ----------
    result : PolicyComparison
    ax, title, unit
        As in :func:`terms_change`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    up, down = np.zeros(len(table)), np.zeros(len(table))
    for name, colour in _LINES.items():
        width = table[name].to_numpy()
        if not width.any():
            continue
        left = np.where(width >= 0, up, down)
        ax.barh(rows, width, left=left, color=colour, height=0.55, label=_(name))
        up, down = up + np.maximum(width, 0), down + np.minimum(width, 0)
    net = table["profit"].to_numpy()
    ax.plot(net, rows, "D", color="white", markeredgecolor=INK, markersize=8, linestyle="none",
            label=_("what is left"))  # fmt: skip
    room = 0.02 * max(float(up.max() - down.min()), 1e-12)
    for row, value in enumerate(net):
        edge = max(up[row], value + room) + room  # beyond the bar and beyond the diamond
        ax.text(edge, row, money(value), va="center", fontsize=9.5, fontweight="bold")
    zero_line(ax, horizontal=False)
    ax.set_yticks(rows, [str(name) for name in table.index])
    ax.invert_yaxis()
    _amounts_across(ax)
    ax.set_xlabel(
        _("change per year against {base} ({unit})").format(base=result.base, unit=money_unit(unit))
    )
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.2), ncol=3, fontsize=9)
    sentence = (
        _("Best: {best}, {gain} a year above {base}")
        if result.best != result.base
        else _("No policy is better than {base}")
    )
    gain = money(float(table["profit"].max()))
    set_title(ax, title or sentence.format(best=result.best, gain=gain, base=result.base), width=50)


@picture
def credit_standards(
    result: "CreditStandards", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the profit of each risk class and the total down to it.

    Parameters
    ----------
    result : CreditStandards
    ax, title, unit
        As in :func:`terms_change`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    place = np.arange(len(table))
    profit, total = table["profit"].to_numpy(), table["cumulative"].to_numpy()
    ax.bar(place, profit, 0.6, color=[BLUE if p >= 0 else RED for p in profit],
           label=_("of the class alone"))  # fmt: skip
    ax.plot(place, total, color=ORANGE, marker="o", markersize=5,
            label=_("of all classes down to it"))  # fmt: skip
    if result.best is not None:
        best = list(table.index).index(result.best)
        ax.plot(best, total[best], "o", color=GREEN, markersize=11, zorder=4)
        ax.annotate(money(float(total[best])), (best, total[best]), xytext=(0, 10),
                    textcoords="offset points", ha="center", fontweight="bold")  # fmt: skip
    zero_line(ax)
    ax.set_xticks(place, [f"{name}\n{percent(bad, 1)}"
                          for name, bad in table["bad_debts"].items()])  # fmt: skip
    ax.margins(y=0.16)
    ax.set_xlabel(_("risk class, with the share of its sales that is never paid"))
    ax.set_ylabel(_("profit per year ({unit})").format(unit=money_unit(unit)))
    money_axis(ax.yaxis)
    ax.legend(loc="best", fontsize=9)
    sentence = (
        _("Credit pays down to class {best}")
        if result.best is not None
        else _("Credit pays for no class")
    )
    set_title(ax, title or sentence.format(best=result.best))


@picture
def terms_simulation(
    result: "TermsSimulation",
    ax: "Axes",
    *,
    title: str | None = None,
    unit: str | None = None,
    bins: int = 40,
) -> None:
    """Draw how often each change in profit came up, those below zero in red.

    Parameters
    ----------
    result : TermsSimulation
    ax, title, unit
        As in :func:`terms_change`.
    bins : int
        Number of bars.

    Returns
    -------
    matplotlib Axes
    """
    low, high = float(result.draws.min()), float(result.draws.max())
    width = max((high - low) / bins, 1e-12)
    # An edge lies at zero, so that no bar is half a loss.
    edges = width * np.arange(np.floor(low / width), np.ceil(high / width) + 1.5)
    counts, edges = np.histogram(result.draws, edges)
    colours = [RED if edge < -width / 2 else BLUE for edge in edges[:-1]]
    ax.bar(edges[:-1], counts / result.draws.size, np.diff(edges), align="edge", color=colours,
           edgecolor="white", linewidth=0.4)  # fmt: skip
    start, end = result.interval
    top = float(counts.max()) / result.draws.size
    ax.plot([0, 0], [0, 1.02 * top], color=INK, linewidth=1.2)
    ax.plot([start, end], [1.06 * top] * 2, color=INK, linewidth=2, solid_capstyle="butt")
    ax.plot(result.mean, 1.06 * top, "o", color=INK, markersize=6)
    ax.text(
        result.mean, 1.1 * top,
        _("middle {level}: {low} to {high}").format(
            level=percent(result.level), low=money(start), high=money(end)),
        ha="center", fontsize=9.5,
    )  # fmt: skip
    ax.set_ylim(0, 1.24 * top)
    _percent_axis(ax.yaxis)
    money_axis(ax.xaxis)
    ax.set_xlabel(_("change in profit per year ({unit})").format(unit=money_unit(unit)))
    ax.set_ylabel(_("share of the draws"))
    first = str(result.importance.index[0]).replace("_", " ")
    sentence = _("The change pays in {chance} of the draws; what matters most is: {first}")
    set_title(ax, title or sentence.format(chance=percent(result.chance), first=first))


@picture
def collection_plan(
    result: "CollectionPlan", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw what a debt is worth by the stage after which one stops.

    Parameters
    ----------
    result : CollectionPlan
    ax, title, unit
        As in :func:`terms_change`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    values = np.append(result.salvage * result.amount, table["stop_after"])
    names = [_("nothing"), *map(str, table.index)]
    best = 0 if result.stop is None else 1 + list(table.index).index(result.stop)
    place = np.arange(values.size)
    bars = ax.bar(
        place, values, 0.65,
        color=[GREEN if i == best else (SKY if v >= 0 else RED) for i, v in enumerate(values)],
    )  # fmt: skip
    ax.bar_label(bars, [money(value) for value in values], padding=3, fontsize=9.5)
    zero_line(ax)
    ax.set_xticks(place, names)
    ax.use_sticky_edges = False
    ax.margins(y=0.14)
    ax.set_xlabel(_("last step that is taken"))
    ax.set_ylabel(_("expected worth of the debt ({unit})").format(unit=money_unit(unit)))
    money_axis(ax.yaxis)
    sentence = (
        _("A debt of {amount}: go up to the {stop}, and it is worth {value}")
        if result.stop is not None
        else _("A debt of {amount} is best written off at once")
    )
    set_title(
        ax,
        title
        or sentence.format(
            amount=money(result.amount), stop=result.stop, value=money(result.value)
        ),
    )


@picture
def collection_sizes(
    result: "CollectionSizes", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw which share of a debt is left in the end, by its size, with the best stopping point.

    Parameters
    ----------
    result : CollectionSizes
    ax, title, unit
        As in :func:`terms_change`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    cuts = table["from"].to_numpy()[1:]
    low, high = (cuts[0] / 3, cuts[-1] * 4) if cuts.size else (1.0, 1000.0)
    amounts = np.geomspace(low, high, 400)
    shares = result.value(amounts) / amounts[:, None]
    ax.plot(amounts, shares, color=PALE, linewidth=1)
    ends = [(max(row["from"], low), min(row["to"], high)) for _i, row in table.iterrows()]
    names = [_("write off") if stop != stop else str(stop) for stop in table["stop"]]
    colours = [MUTED, *(PALETTE[i % len(PALETTE)] for i in range(len(names)))]
    first_taken = 0 if table["stop"].isna().iloc[0] else 1
    for i, ((start, end), name) in enumerate(zip(ends, names, strict=True)):
        inside = np.append(np.append(start, amounts[(amounts > start) & (amounts < end)]), end)
        best = result.value(inside).max(axis=1) / inside
        colour = colours[i + first_taken]
        ax.plot(inside, best, color=colour, linewidth=3.2, solid_capstyle="butt")
        middle = float(np.sqrt(start * end))
        ax.annotate(
            name, (middle, float(result.value([middle]).max() / middle)), xytext=(0, 9),
            textcoords="offset points", ha="center", fontsize=9.5, fontweight="bold", color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
        )  # fmt: skip
    for cut in cuts:
        ax.axvline(cut, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    bottom = max(float(shares.max(axis=1).min()), 0.0)
    ax.set_ylim(min(bottom - 0.05, -0.03), min(float(shares.max()) + 0.12, 1.1))
    ax.set_xticks(
        cuts, [money(cut) for cut in cuts], rotation=35, ha="right", rotation_mode="anchor"
    )
    ax.xaxis.set_minor_formatter(NullFormatter())
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("size of the debt ({unit}), at which the best plan changes").format(
        unit=money_unit(unit)))  # fmt: skip
    ax.set_ylabel(_("worth, as share of the debt"))
    sentence = (
        _("Up to {size} no step pays; the larger the debt, the further to go")
        if 0 < result.write_off < np.inf
        else _("The larger the debt, the further to go")
    )
    set_title(ax, title or sentence.format(size=money(result.write_off)))


@picture
def collection_goals(result: "CollectionGoals", ax: "Axes", *, title: str | None = None) -> None:
    """Draw policies by the two goals: how long debts stay open and what is lost.

    Parameters
    ----------
    result : CollectionGoals
    ax, title
        As in :func:`terms_change`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.sort_values("days", kind="stable")
    good = table["efficient"].to_numpy()
    days, lost = table["days"].to_numpy(), table["bad_debts"].to_numpy()
    ax.plot(days[good], lost[good], color=SKY, linewidth=1.4, zorder=1)
    ax.plot(days[good], lost[good], "o", color=BLUE, markersize=9, linestyle="none",
            label=_("no other policy is as good in both goals"))  # fmt: skip
    if (~good).any():
        ax.plot(days[~good], lost[~good], "o", color=MUTED, markersize=9, linestyle="none",
                label=_("another policy is as good or better in both"))  # fmt: skip
    best = table.index.get_loc(result.best)
    ax.plot(days[best], lost[best], "o", color="none", markeredgecolor=GREEN, markersize=16,
            markeredgewidth=2, linestyle="none", label=_("highest net value"))  # fmt: skip
    ax.set_xlim(0, 1.2 * days.max())
    ax.set_ylim(0, min(1.0, 1.25 * lost.max()))
    _percent_axis(ax.yaxis)
    ax.grid(axis="both")
    ax.set_xlabel(_("mean days that an overdue yuan stays open"))
    ax.set_ylabel(_("share of the overdue amounts lost"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), fontsize=9)
    set_title(ax, title or _("Fewer bad debts or fewer days: seldom both"))
    label_points(ax, days, lost, table.index)


@picture
def stage_estimates(result: "StageEstimates", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the chance of each stage with its interval and the number of cases.

    Parameters
    ----------
    result : StageEstimates
    ax, title
        As in :func:`terms_change`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    ax.hlines(rows, table["low"], table["high"], color=BLUE, linewidth=3)
    ax.plot(table["chance"], rows, "o", color=BLUE, markersize=8, linestyle="none")
    for row, (high, tried) in enumerate(zip(table["high"], table["tried"], strict=True)):
        ax.annotate(f"{tried:,}", (high, row), xytext=(7, 0), textcoords="offset points",
                    va="center", fontsize=9.5)  # fmt: skip
    ax.set_yticks(rows, [str(name) for name in table.index])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.08)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    _percent_axis(ax.xaxis)
    ax.set_xlabel(
        _("chance to be settled, {level} interval (number: steps with a result)").format(
            level=percent(result.level)
        )
    )
    widest = (table["high"] - table["low"]).idxmax()
    set_title(
        ax,
        title or _("What is known least is the {stage}").format(stage=widest),
        width=52,
    )
