"""Pictures of the foundations: types of customers, levels, chains, systems, retention."""

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter, NullFormatter

from crmlab._text import _
from crmlab.plots.labels import label_points
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
    money_unit,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.crm import (
        CustomerTypes,
        NewOrKept,
        RelationshipLevels,
        RetentionGain,
        SystemNeeds,
        ValueChain,
    )

#: Fill of the levels, the closer the darker, and the colour of the words on it.
_LEVEL_SHADES = {
    "basic": "#F4F4F4",
    "reactive": "#E4EEF5",
    "accountable": "#C6DFEF",
    "proactive": "#9CCBE8",
    "partnership": "#6FB1DA",
}


@picture
def customer_types(result: "CustomerTypes", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the share of each type, one bar per classification.

    Parameters
    ----------
    result : CustomerTypes
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    counts = result.counts
    names = list(dict.fromkeys(counts.index.get_level_values(0)))
    shades = (BLUE, SKY, "#C6DFEF", PALE, "#F0F0F0")
    total = len(result.types)
    for row, name in enumerate(names):
        start = 0.0
        for (kind, size), shade in zip(counts[name].items(), shades, strict=False):
            share = size / total
            ax.barh(row, share, 0.56, left=start, color=shade, edgecolor="white")
            if share > 0.045:
                wide = share > 0.02 + 0.0125 * len(str(kind))
                ax.text(
                    start + share / 2, row, f"{kind}\n{size:,}" if wide else f"{size:,}",
                    ha="center", va="center", fontsize=8.5,
                    color="white" if shade == BLUE else "black",
                )  # fmt: skip
            start += share
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.grid(visible=False)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))
    ax.set_xlabel(_("share of everybody whom the firm knows"))
    quiet = int(counts["loyalty", "silent"])
    sentence = _("{n} parties sorted in four ways; {quiet} of them have gone silent")
    set_title(ax, title or sentence.format(n=f"{total:,}", quiet=f"{quiet:,}"))


@picture
def relationship_levels(
    result: "RelationshipLevels", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw Kotler's grid to scale with the segments in it.

    Parameters
    ----------
    result : RelationshipLevels
    ax, title
        As in :func:`customer_types`.
    unit : str, optional
        Unit of the margin.

    Returns
    -------
    matplotlib Axes
    """
    from crmlab.crm.levels import GRID, MARGINS, NUMBERS

    table = result.table
    x, y = table["customers"].to_numpy(float), table["margin"].to_numpy(float)
    ends_x = min(x.min(), result.number_cuts[0]) / 1.7, max(x.max(), result.number_cuts[1]) * 1.7
    span = max(y.max(), result.margin_cuts[1]) - min(y.min(), result.margin_cuts[0])
    ends_y = (
        min(y.min(), result.margin_cuts[0]) - 0.22 * span,
        max(y.max(), result.margin_cuts[1]) + 0.22 * span,
    )
    cuts = result.number_cuts, result.margin_cuts
    draw_grid(ax, *cuts, ends_x, ends_y, GRID, NUMBERS, MARGINS, (x, y))
    ax.plot(x, y, "o", color=ORANGE, markersize=9, markeredgecolor="white", zorder=4)
    label_points(ax, x, y, table.index)
    money_axis(ax.yaxis)
    ax.set_xlabel(_("number of customers (each step of the axis multiplies)"))
    ax.set_ylabel(_("margin of one customer ({unit})").format(unit=money_unit(unit)))
    levels = table["level"].value_counts()
    sentence = _("{n} segments, {k} different levels of relationship")
    set_title(ax, title or sentence.format(n=len(table), k=len(levels)))


def draw_grid(
    ax: "Axes", number_cuts: Any, margin_cuts: Any, ends_x: Any, ends_y: Any,
    grid: Any, numbers: Any, margins: Any, spots: Any = ((), ()),
) -> None:  # fmt: skip
    """Draw the nine fields with their levels; the number of customers on a logarithmic axis.

    Parameters
    ----------
    ax : matplotlib Axes
    number_cuts, margin_cuts : pair of float
        Where the fields end.
    ends_x, ends_y : pair of float
        Ends of the axes.
    grid : mapping
        Levels by number and margin.
    numbers, margins : sequence of str
        Words from the left and from below.
    spots : pair of array
        Points that a level's name gives way to: it then stands at the foot of its field.
    """
    ax.set_xscale("log")
    xs = [ends_x[0], *np.clip(number_cuts, *ends_x), ends_x[1]]
    ys = [ends_y[0], *np.clip(margin_cuts, *ends_y), ends_y[1]]
    wide, high = np.log10(ends_x[1] / ends_x[0]), ends_y[1] - ends_y[0]
    spots_x, spots_y = np.log10(np.asarray(spots[0], float) / ends_x[0]) / wide, spots[1]
    for i, number in enumerate(numbers):
        for j, margin in enumerate(margins):
            levels = grid[number, margin]
            ax.fill_between(
                xs[i : i + 2], ys[j], ys[j + 1], color=_LEVEL_SHADES[levels[-1]], linewidth=0
            )
            left, across = np.log10([xs[i] / ends_x[0], xs[i + 1] / xs[i]]) / wide
            tall = (ys[j + 1] - ys[j]) / high
            words = _(" or\n").join(levels)
            if across > 0.015 * max(map(len, levels)) and tall > 0.06:
                beside = (spots_x > left - 0.02) & (spots_x < left + 0.03 + 0.018 * len(words))
                below = (ys[j + 1] - np.asarray(spots_y, float)) / high
                struck = bool((beside & (np.abs(below - 0.04) < 0.08)).any())
                ax.text(
                    xs[i] * (ends_x[1] / ends_x[0]) ** 0.015,
                    ys[j] + 0.015 * high if struck else ys[j + 1] - 0.015 * high, words,
                    va="bottom" if struck else "top", fontsize=9, color=INK,
                    style="italic", linespacing=1.1,
                )  # fmt: skip
    for cut in number_cuts:
        ax.axvline(cut, color=MUTED, linewidth=1.2)
    for cut in margin_cuts:
        ax.axhline(cut, color=MUTED, linewidth=1.2)
    ax.set_xlim(*ends_x)
    ax.set_ylim(*ends_y)
    ax.grid(visible=False)
    ax.set_xticks(list(number_cuts), [f"{cut:g}" for cut in number_cuts])
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.tick_params(which="minor", length=0)


@picture
def value_chain(result: "ValueChain", ax: "Axes", *, title: str | None = None) -> None:
    """Draw both value chains under each other; the one asked for is in colour.

    Parameters
    ----------
    result : ValueChain
    ax, title
        As in :func:`customer_types`.

    Returns
    -------
    matplotlib Axes
    """
    from crmlab.crm.chains import CENTRES
    from crmlab.crm.chains import value_chain as chain

    for row, centre in enumerate(CENTRES):
        both = chain(centre)
        mine = centre == result.centre
        links = both.links if centre == "product" else both.links[::-1]
        y = 1 - row
        for place, link in enumerate(links):
            ax.text(
                place, y, fill(link, 12), ha="center", va="center", fontsize=9.5,
                color="white" if mine else INK,
                bbox={"boxstyle": "round,pad=0.5", "facecolor": BLUE if mine else "#F0F0F0",
                      "edgecolor": BLUE if mine else MUTED},
            )  # fmt: skip
        for place in range(len(links) - 1):
            ends = (place + 0.4, place + 0.6) if centre == "product" else (place + 0.6, place + 0.4)
            ax.annotate(
                "", (ends[1], y), (ends[0], y),
                arrowprops={"arrowstyle": "-|>", "color": BLUE if mine else MUTED, "lw": 2},
            )  # fmt: skip
        word = _("product-centred") if centre == "product" else _("customer-centred")
        begin = -0.45 if centre == "product" else len(links) - 0.55
        side = "left" if centre == "product" else "right"
        ax.text(begin, y + 0.34, _("{word}: begins here").format(word=word), ha=side,
                fontsize=9.5, fontweight="bold", color=INK)  # fmt: skip
    ax.set_xlim(-0.55, 4.55)
    ax.set_ylim(-0.45, 1.6)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel(_("an arrow leads from what is decided first to what follows from it"))
    first, last = result.links[0], result.links[-1]
    sentence = _("The {centre}-centred chain runs from {first} to {last}")
    set_title(ax, title or sentence.format(centre=result.centre, first=first, last=last))


@picture
def system_needs(result: "SystemNeeds", ax: "Axes", *, title: str | None = None) -> None:
    """Draw how many tasks need each function, and whether it is there.

    Parameters
    ----------
    result : SystemNeeds
    ax, title
        As in :func:`customer_types`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.iloc[::-1]
    rows = np.arange(len(table))
    colours = [
        GREEN if there and needed else RED if needed else PALE
        for there, needed in zip(table["there"], table["needed"], strict=True)
    ]
    ax.barh(rows, table["tasks"], 0.6, color=colours)
    words = {
        (True, True): _("there"),
        (True, False): _("missing"),
        (False, True): _("there, not needed"),
        (False, False): _("not needed"),
    }
    for row, tasks, needed, there in zip(
        rows, table["tasks"], table["needed"], table["there"], strict=True
    ):
        ax.annotate(
            words[bool(needed), bool(there)], (tasks, row), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=9.5,
        )  # fmt: skip
    names = [f"{name}\n{kind}" for name, kind in zip(table.index, table["kind"], strict=True)]
    ax.set_yticks(rows, names, fontsize=9)
    ax.set_xlim(0, table["tasks"].max() * 1.35 + 0.5)
    ax.xaxis.set_major_locator(_whole())
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel(_("tasks that need the function"))
    missing = len(result.missing)
    sentence = _("{k} functions that the tasks need are missing") if missing != 1 else _(
        "{k} function that the tasks need is missing"
    )  # fmt: skip
    set_title(ax, title or sentence.format(k=missing), width=48)


def _whole() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(integer=True)


@picture
def retention_gain(
    result: "RetentionGain", ax: "Axes", *, title: str | None = None, claims: bool = True
) -> None:
    """Draw the relative gain of some points of retention against the retention before.

    Parameters
    ----------
    result : RetentionGain
    ax, title
        As in :func:`customer_types`.
    claims : bool
        Whether to mark the quoted range from 25 to 95 %.

    Returns
    -------
    matplotlib Axes
    """
    order = np.argsort(result.retention)
    x, y = result.retention[order], result.relative[order]
    if claims:
        ax.axhspan(0.25, 0.95, color=ORANGE, alpha=0.16, linewidth=0)
        ax.text(
            x.min(), 0.6, _("quoted: 25 to 95 %"), fontsize=9.5, color=INK, va="center", ha="left"
        )
    ax.plot(x, y, color=BLUE, marker="o" if x.size < 30 else "", markersize=5)
    ax.set_xlim(x.min() - 0.01, max(x.max() + 0.01, x.min() + 0.02))
    ax.set_ylim(0, max(1.1, float(np.nanmax(y)) * 1.08))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))
    ax.set_xlabel(_("retention before, per period"))
    ax.set_ylabel(_("gain, of the value before"))
    reached = x[y >= 0.25]
    words = (
        _("the quoted gain is reached from {low} on").format(low=percent(reached.min()))
        if reached.size
        else _("the quoted gain is not reached")
    )
    sentence = _("{p:g} points more retention: {words}")
    set_title(ax, title or sentence.format(p=100 * result.points, words=words))


@picture
def new_or_kept(
    result: "NewOrKept", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw what a new and a kept customer cost, per customer reached and per one gained.

    Parameters
    ----------
    result : NewOrKept
    ax, title, unit
        As in :func:`relationship_levels`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    bars = {
        _("one new\ncustomer"): (table["per_customer"].iloc[0], BLUE),
        _("one customer reached,\nto be kept"): (table["per_reached"].iloc[1], PALE),
        _("one customer kept\nwho would have left"): (table["per_customer"].iloc[1], ORANGE),
    }
    places = np.arange(len(bars))
    drawn = ax.bar(
        places, [c for c, _s in bars.values()], 0.6, color=[s for _c, s in bars.values()]
    )
    ax.bar_label(drawn, [money(float(c)) for c, _s in bars.values()], padding=3, fontsize=10)
    ax.set_xticks(places, list(bars))
    ax.margins(y=0.14)
    money_axis(ax.yaxis)
    ax.set_ylabel(_("cost ({unit})").format(unit=money_unit(unit)))
    sentence = _("As quoted {q:.1f} to 1 for keeping; counted per customer {t:.1f} to 1")
    set_title(ax, title or sentence.format(q=result.quoted, t=result.true))
