"""Pictures of grading: concentration, pyramid, moves between grades, indicators."""

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
    PALETTE,
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

    from crmlab.grading import (
        AbcClasses,
        Concentration,
        GradeMoves,
        Grades,
        GradeStrategy,
        GradeValue,
        Lorenz,
        Pyramid,
        WeightSensitivity,
    )

#: Colours of classes from the best down; darker is better, and the last is red where it loses.
_CLASSES = (BLUE, SKY, PALE, MUTED)


def _percent_axis(axis: Any) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))


def _legible(shade: Any) -> str:
    """White on a dark colour, black on a light one."""
    red, green, blue = shade[:3]
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "black"


@picture
def concentration(
    result: "Concentration", ax: "Axes", *, title: str | None = None, top: float = 0.2
) -> None:
    """Draw the share curve, the largest customer first, with the share of the top customers.

    Parameters
    ----------
    result : Concentration
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    top : float
        Share of the customers to mark.

    Returns
    -------
    matplotlib Axes
    """
    brought = result.top(top)
    ax.plot(result.customers, result.share, color=BLUE)
    ax.plot([0, 1], [0, 1], color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.annotate(_("all alike"), (0.62, 0.6), fontsize=9, color=INK, va="top")
    ax.plot([top, top, 0], [0, brought, brought], color=ORANGE, linewidth=1.4)
    ax.plot(top, brought, "o", color=ORANGE, markersize=8)
    ax.annotate(
        _("{top} of the customers\nbring {share}").format(top=percent(top), share=percent(brought)),
        (top, brought), xytext=(10, -6), textcoords="offset points", va="top", fontsize=9.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
    )  # fmt: skip
    if result.peak > 1.001:
        peak = float(result.customers[result.share.argmax()])
        ax.axhline(1, color=MUTED, linewidth=1)
        ax.plot(peak, result.peak, "o", color=RED, markersize=8)
        ax.annotate(
            _("peak {peak}").format(peak=percent(result.peak)), (peak, result.peak),
            xytext=(0, 7), textcoords="offset points", ha="center", fontsize=9.5,
        )  # fmt: skip
    ax.set_xlim(0, 1)
    ax.set_ylim(0, max(1.02, result.peak * 1.1))
    _percent_axis(ax.xaxis)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("share of the customers, the largest first"))
    ax.set_ylabel(_("share of the total"))
    sentence = (
        _("The top {top} bring {share} of the total; {losing} of the customers cost money")
        if result.losing
        else _("The top {top} of the customers bring {share} of the total")
    )
    set_title(
        ax,
        title
        or sentence.format(top=percent(top), share=percent(brought), losing=percent(result.losing)),
    )


@picture
def lorenz(result: "Lorenz", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the Lorenz curve, the smallest customer first; the area to the diagonal is shaded.

    Parameters
    ----------
    result : Lorenz
    ax, title
        As in :func:`concentration`.

    Returns
    -------
    matplotlib Axes
    """
    ax.plot([0, 1], [0, 1], color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.plot(result.customers, result.share, color=BLUE)
    ax.fill_between(result.customers, result.share, result.customers, color=SKY, alpha=0.35)
    zero_line(ax)
    ax.annotate(_("all alike"), (0.38, 0.42), fontsize=9, color=INK, ha="right")
    ax.set_xlim(0, 1)
    ax.set_ylim(min(0, float(result.share.min()) * 1.1), 1.02)
    _percent_axis(ax.xaxis)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("share of the customers, the smallest first"))
    ax.set_ylabel(_("share of the total"))
    half = float(np.interp(0.5, result.customers, result.share))
    sentence = _("The smaller half of the customers brings {half}; Gini {gini:.2f}")
    set_title(ax, title or sentence.format(half=percent(half), gini=result.gini))


@picture
def abc(result: "AbcClasses", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the share curve cut into classes.

    Parameters
    ----------
    result : AbcClasses
    ax, title
        As in :func:`concentration`.

    Returns
    -------
    matplotlib Axes
    """
    curve, table = result.curve, result.table
    ends = np.append(0, np.cumsum(table["customer_share"]))
    narrow = {"left": [], "right": []}  # type: dict[str, list[tuple[float, str]]]
    for i, name in enumerate(table.index):
        inside = (curve.customers >= ends[i] - 1e-12) & (curve.customers <= ends[i + 1] + 1e-12)
        colour = _CLASSES[min(i, len(_CLASSES) - 1)]
        ax.fill_between(curve.customers[inside], curve.share[inside], color=colour, alpha=0.75)
        words = f"{name}\n{table['customers'].iloc[i]:,}"
        middle = (ends[i] + ends[i + 1]) / 2
        if ends[i + 1] - ends[i] < 0.06:
            side = "left" if middle < 0.5 else "right"
            narrow[side].append((ends[i + (side == "left")], words.replace("\n", " ")))
            continue
        ax.text(
            middle, 0.05, words, ha="center", va="bottom", fontsize=10, fontweight="bold",
            color="white" if i == 0 else "black",
        )  # fmt: skip
    for side, beside in narrow.items():  # classes too narrow for a word are named beside them
        if beside:
            place = max(beside)[0] + 0.015 if side == "left" else min(beside)[0] - 0.015
            ax.text(
                place, 0.28, "\n".join(words for _place, words in beside), ha=side, va="bottom",
                fontsize=10, fontweight="bold",
            )  # fmt: skip
    ax.plot(curve.customers, curve.share, color=INK, linewidth=1.6)
    if curve.peak > 1.001:
        ax.axhline(1, color=MUTED, linewidth=1)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, max(1.02, curve.peak * 1.06))
    ax.grid(visible=False)
    _percent_axis(ax.xaxis)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("share of the customers, the largest first"))
    ax.set_ylabel(_("share of the total"))
    first = table.iloc[0]
    sentence = _("Class {name}: {share} of the customers bring {value} of the total")
    set_title(
        ax,
        title
        or sentence.format(
            name=table.index[0],
            share=percent(float(first["customer_share"])),
            value=percent(float(first["value_share"])),
        ),
    )


@picture
def pyramid(
    result: "Pyramid", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw, for each tier, its share of the customers, of the revenue and of the profit.

    Parameters
    ----------
    result : Pyramid
    ax, title
        As in :func:`concentration`.
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    columns = {
        "customer_share": (_("customers"), PALE),
        "revenue_share": (_("revenue"), SKY),
        "profit_share": (_("profit"), BLUE),
    }
    shown = [name for name in columns if name in table and table[name].notna().all()]
    rows, height = np.arange(len(table)), 0.8 / len(shown)
    for i, name in enumerate(shown):
        word, colour = columns[name]
        shares = table[name].to_numpy()
        place = rows - 0.4 + (i + 0.5) * height
        colours = [RED if share < 0 else colour for share in shares]
        ax.barh(place, shares, height * 0.92, color=colours, label=word)
        for row, share in zip(place, shares, strict=True):
            ax.annotate(
                percent(share), (max(share, 0), row), xytext=(4, 0), textcoords="offset points",
                va="center", fontsize=8.5,
            )  # fmt: skip
    names = [
        f"{name}\n{money(mean)}" if np.isfinite(mean) else str(name)
        for name, mean in table["mean_profit"].items()
    ]
    ax.set_yticks(rows, names)
    ax.invert_yaxis()
    zero_line(ax, horizontal=False)
    ax.margins(x=0.12)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    _percent_axis(ax.xaxis)
    ax.set_xlabel(
        _("share of the whole; under the names: mean profit ({unit})").format(unit=money_unit(unit))
    )
    handles = [ax.containers[i] for i in range(len(shown))]
    legend = ax.legend(handles, [columns[name][0] for name in shown], loc="upper right", fontsize=9)
    for handle, name in zip(legend.legend_handles, shown, strict=True):
        handle.set_facecolor(columns[name][1])  # type: ignore[union-attr]
    upper = table.iloc[:2]
    sentence = (
        _("The two upper tiers: {share} of the customers, {profit} of the profit").format(
            share=percent(float(upper["customer_share"].sum())),
            profit=percent(float(upper["profit_share"].sum())),
        )
        if "profit_share" in shown
        else _("All tiers together lose money")
    )
    set_title(ax, title or sentence)


@picture
def grade_moves(
    result: "GradeMoves", ax: "Axes", *, title: str | None = None, intervals: bool = True
) -> None:
    """Draw the transition matrix with its intervals; the frame marks those who stay.

    Parameters
    ----------
    result : GradeMoves
    ax, title
        As in :func:`concentration`.
    intervals : bool
        Whether to write the interval under each share.

    Returns
    -------
    matplotlib Axes
    """
    image = ax.imshow(result.matrix, aspect="auto", cmap="Blues", vmin=0, vmax=1)
    shades = image.to_rgba(result.matrix)
    counts = result.counts.sum(axis=1)
    for (row, column), share in np.ndenumerate(result.matrix):
        colour = _legible(shades[row, column])
        with_interval = intervals and counts[row] > 0  # a row without data is set, not estimated
        place = row - 0.13 if with_interval else row
        word = percent(float(share))
        ax.text(column, place, word, ha="center", va="center", color=colour, fontsize=10)
        if with_interval:
            low, high = result.low[row, column], result.high[row, column]
            ax.text(
                column, row + 0.24, f"{100 * low:.0f}–{100 * high:.0f}", ha="center", va="center",
                color=colour, fontsize=8,
            )  # fmt: skip
    for i in range(len(result.grades)):
        ax.plot(
            [i - 0.48, i + 0.48, i + 0.48, i - 0.48, i - 0.48],
            [i - 0.47, i - 0.47, i + 0.47, i + 0.47, i - 0.47], color=ORANGE, linewidth=2,
        )  # fmt: skip
    names = [str(grade) for grade in result.grades]
    ax.set_xticks(range(len(names)), names)
    words = [f"{name}\n{count:,}" for name, count in zip(names, counts, strict=True)]
    ax.set_yticks(range(len(names)), words)
    ax.set_xlabel(_("grade in the next period; under each share: its interval in %"))
    ax.set_ylabel(_("grade before, customers"))
    ax.grid(visible=False)
    sentence = _("{up} of the customers moved up, {down} down")
    set_title(
        ax, title or sentence.format(up=percent(result.upgraded), down=percent(result.downgraded))
    )


@picture
def grade_value(
    result: "GradeValue", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the value of a customer of each grade, and what each upgrade adds.

    Parameters
    ----------
    result : GradeValue
    ax, title, unit
        As in :func:`pyramid`.

    Returns
    -------
    matplotlib Axes
    """
    rows, values = np.arange(result.values.size), result.values
    ax.bar(rows - 0.2, result.margin, 0.36, color=PALE, label=_("margin of a period"))
    bars = ax.bar(rows + 0.2, values, 0.36, color=BLUE, label=_("value with what may follow"))
    ax.bar_label(bars, [money(value) for value in values], padding=3, fontsize=9.5)
    for row in range(1, values.size):
        gain = values[row - 1] - values[row]
        ax.annotate(
            f"+{money(gain)}", (row - 0.59, max(values[row - 1], values[row]) * 0.5),
            ha="left", fontsize=9, color=GREEN, fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
        )  # fmt: skip
    zero_line(ax)
    ax.set_xticks(rows, [str(grade) for grade in result.grades])
    ax.margins(y=0.12)
    money_axis(ax.yaxis)
    ax.set_xlabel(_("grade; green: what one step up adds"))
    ax.set_ylabel(money_unit(unit))
    ax.legend(loc="upper right", fontsize=9)
    steps = values[:-1] - values[1:]
    best = int(steps.argmax())
    sentence = _("The step from {low} to {high} is worth most: {gain}")
    set_title(
        ax,
        title
        or sentence.format(
            low=result.grades[best + 1], high=result.grades[best], gain=money(float(steps[best]))
        ),
    )


@picture
def grade_strategy(
    result: "GradeStrategy", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw gain and cost per customer of each grade.

    Parameters
    ----------
    result : GradeStrategy
    ax, title, unit
        As in :func:`pyramid`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    ax.bar(rows - 0.2, table["cost"], 0.36, color=PALE, label=_("cost"))
    pays = table["net"].to_numpy() >= 0
    bars = ax.bar(rows + 0.2, table["gain"], 0.36, color=[GREEN if good else RED for good in pays])
    ax.bar_label(bars, [money(gain) for gain in table["gain"]], padding=3, fontsize=9.5)
    for good, colour, word in ((True, GREEN, _("gain, pays")), (False, RED, _("gain, too little"))):
        if (pays == good).any():
            ax.bar([0], [0], color=colour, label=word)
    zero_line(ax)
    ax.set_xticks(rows, [str(name) for name in table.index])
    ax.margins(y=0.14)
    money_axis(ax.yaxis)
    ax.set_xlabel(_("grade"))
    ax.set_ylabel(_("per customer ({unit})").format(unit=money_unit(unit)))
    ax.legend(loc="upper right", fontsize=9)
    paid = [str(name) for name, pay in zip(table.index, pays, strict=True) if pay]
    sentence = (
        _("The measure pays for {names}").format(names=", ".join(paid))
        if paid
        else _("The measure pays for no grade")
    )
    set_title(ax, title or sentence)


@picture
def grades(result: "Grades", ax: "Axes", *, title: str | None = None) -> None:
    """Draw what each indicator adds to the mean score of each grade.

    Parameters
    ----------
    result : Grades
    ax, title
        As in :func:`concentration`.

    Returns
    -------
    matplotlib Axes
    """
    parts = result.scores.drop(columns="score").groupby("grade").mean()
    parts = parts.loc[[name for name in result.names if name in parts.index]]
    rows = np.arange(len(parts))
    ends = {True: np.zeros(len(parts)), False: np.zeros(len(parts))}
    for i, name in enumerate(parts.columns):
        values = parts[name].to_numpy()
        for positive in (True, False):
            part = np.where((values >= 0) == positive, values, 0)
            word = str(name).replace("_", " ") if positive else "_"
            colour = PALETTE[i % len(PALETTE)]
            ax.barh(rows, part, 0.62, left=ends[positive], color=colour, label=word)
            for row, width, start in zip(rows, part, ends[positive], strict=True):
                if abs(width) > 4:
                    ax.text(
                        start + width / 2, float(row), f"{width:.0f}", ha="center", va="center",
                        fontsize=9, color="white" if i % len(PALETTE) in (0, 2) else "black",
                    )  # fmt: skip
            ends[positive] = ends[positive] + part
    for row, name in zip(rows, parts.index, strict=True):
        ax.annotate(
            f"{result.table.loc[name, 'mean']:.0f}", (ends[True][row], row), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize=10, fontweight="bold",
        )  # fmt: skip
    zero_line(ax, horizontal=False)
    sizes = result.table["customers"]
    ax.set_yticks(rows, [f"{name}\n{sizes[name]:,}" for name in parts.index])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.margins(x=0.1)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel(_("points of the mean score"))
    ax.set_ylabel(_("grade, customers"))
    ax.legend(loc="lower right", fontsize=9)
    first, last = parts.iloc[0], parts.iloc[-1]
    widest = str((first - last).abs().idxmax()).replace("_", " ")
    sentence = _("Between grade {first} and grade {last}, {widest} makes the widest gap")
    set_title(
        ax,
        title or sentence.format(first=parts.index[0], last=parts.index[-1], widest=widest),
    )


@picture
def weight_sensitivity(
    result: "WeightSensitivity", ax: "Axes", *, title: str | None = None
) -> None:
    """Draw how often each customer keeps its grade when the weights move, by rank in the grade.

    Parameters
    ----------
    result : WeightSensitivity
    ax, title
        As in :func:`concentration`.

    Returns
    -------
    matplotlib Axes
    """
    for i, name in enumerate(result.names):
        kept = np.sort(result.customers.loc[result.customers["grade"] == name, "kept"])[::-1]
        if kept.size:
            share = np.linspace(0, 1, kept.size) if kept.size > 1 else np.array([0.5])
            ax.plot(
                share,
                kept,
                color=PALETTE[i % len(PALETTE)],
                linestyle=("-", "--", "-.", ":")[i % 4],
                label=str(name),
            )
    ax.legend(loc="lower left", fontsize=9.5, handlelength=3.2)
    ax.axhline(0.95, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    ax.annotate(_("kept in 95 %"), (0.01, 0.94), va="top", fontsize=9)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.03)
    _percent_axis(ax.xaxis)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("customers of the grade, the surest first"))
    ax.set_ylabel(_("draws that keep the grade"))
    sentence = _("With other weights, {kept} of the customers keep their grade")
    set_title(ax, title or sentence.format(kept=percent(result.kept)), width=52)
