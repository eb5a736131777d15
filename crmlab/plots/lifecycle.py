"""Pictures of the customer lifecycle: stages, patterns, cohorts, survival, lifecycle profit."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from crmlab._text import _
from crmlab.plots.grading import _legible, _percent_axis
from crmlab.plots.labels import spread
from crmlab.plots.style import (
    BLACK,
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

    from crmlab.lifecycle import (
        CohortTable,
        Confusion,
        KaplanMeier,
        LifecycleProfit,
        PatternClassification,
        StageCurve,
        StageDetection,
        SurvivalGroups,
    )

#: Exploration, build-up, stability, decline.
STAGE_COLOURS = (SKY, ORANGE, BLUE, RED)
#: Early abortion, mid-course death, early exit, long-lasting.
PATTERN_COLOURS = (RED, ORANGE, SKY, BLUE)
_BANDS = ("#E8F4FB", "#FDF3DF", "#E3EEF6", "#FAE7DC")
_STYLES = ("-", "--", "-.", ":", (0, (5, 1)))


@picture
def stage_curve(
    result: "StageCurve", ax: "Axes", *, until: float | None = None, title: str | None = None
) -> None:
    """Draw the level of a relationship and its five indicators, each against its own largest.

    Parameters
    ----------
    result : StageCurve
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    until : float, optional
        Where the axis of time ends, in years; at the end of the relationship without it.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    span = result.bounds[-1] if until is None else until
    names = list(dict.fromkeys(result.stage))
    for i, name in enumerate(names):
        left, right = result.bounds[i], result.bounds[i + 1]
        ax.axvspan(left, right, color=_BANDS[i], zorder=0)
        part = (right - left) / span
        word = str(name) if part > 0.13 else str(name)[: 4 if part > 0.07 else 3] + "."
        size = 9 if word == str(name) else 8
        ax.text((left + right) / 2, 1.13, word, ha="center", va="center", fontsize=size)
    ax.fill_between(result.time, result.level, color=PALE, alpha=0.8, zorder=1)
    ends, words = [], []
    for i, name in enumerate(result.indicators):
        line = result.indicators[name].to_numpy()
        scaled = line / max(np.abs(line).max(), 1e-12)
        ax.plot(result.time, scaled, color=(BLUE, ORANGE, PINK, GREEN, BLACK)[i],
                linestyle=_STYLES[i], linewidth=2.6 if name == "profit" else 1.8)  # fmt: skip
        ends.append(float(scaled[-1]))
        words.append(_indicator(str(name)))
    for word, end in zip(words, spread(ends, 0.14), strict=True):
        ax.annotate(word, (result.bounds[-1], end), xytext=(6, 0), textcoords="offset points",
                    va="center", fontsize=9, annotation_clip=False)  # fmt: skip
    zero_line(ax)
    ax.set_xlim(0, span)
    ax.set_ylim(-1.08, 1.22)
    ax.set_xlabel(_("years since the relationship began; grey: its level"))
    ax.set_ylabel(_("share of the largest value"))
    profit = result.by_stage()["total_profit"]
    set_title(
        ax,
        title
        or _("{share} of the profit comes in {stage}").format(
            share=percent(float(profit.max() / profit.sum())), stage=profit.idxmax()
        ),
    )


def _indicator(name: str) -> str:
    return {
        "volume": _("volume"),
        "price": _("price"),
        "cost": _("unit cost"),
        "indirect": _("indirect"),
        "profit": _("profit"),
    }[name]


@picture
def stage_detection(result: "StageDetection", ax: "Axes", *, title: str | None = None) -> None:
    """Draw how many customers got each answer, beside the expected number in each stage.

    Parameters
    ----------
    result : StageDetection
    ax, title
        As in :func:`stage_curve`.

    Returns
    -------
    matplotlib Axes
    """
    sizes = result.table["stage"].value_counts(sort=False)
    rows = np.arange(len(sizes))
    colours = [*STAGE_COLOURS, MUTED, PALE]
    bars = ax.barh(rows - 0.2, sizes, 0.36, color=colours[: len(sizes)])
    ax.bar_label(bars, [f"{n:,}" for n in sizes], padding=3, fontsize=9.5)
    expected = result.expected.to_numpy()
    lines = ax.barh(
        np.arange(4) + 0.2, expected, 0.36, color="none", edgecolor=INK, linewidth=1.2, hatch="///"
    )
    ax.bar_label(lines, [f"{n:,.0f}" for n in expected], padding=3, fontsize=9)
    ax.set_yticks(rows, [str(name) for name in sizes.index])
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel(_("customers; full: named, hatched: expected from the chances"))
    named = int(sizes.iloc[:4].sum())
    sentence = _("A stage can be named for {share} of {n} customers")
    set_title(
        ax,
        title or sentence.format(share=percent(named / max(sizes.sum(), 1)), n=f"{sizes.sum():,}"),
        width=52,
    )


@picture
def pattern_classification(
    result: "PatternClassification", ax: "Axes", *, title: str | None = None, most: int = 200
) -> None:
    """Draw the chances of the four patterns, one column per series, the surest together.

    Parameters
    ----------
    result : PatternClassification
    ax, title
        As in :func:`stage_curve`.
    most : int
        Columns at most; with more series, evenly spaced ones are drawn.

    Returns
    -------
    matplotlib Axes
    """
    chances = result.table.iloc[:, 1:5].to_numpy(float)
    best = chances.argmax(axis=1)
    order = np.lexsort((-chances[np.arange(len(best)), best], best))
    shown = order[np.unique(np.linspace(0, order.size - 1, min(most, order.size)).astype(int))]
    edges = np.arange(shown.size + 1) / shown.size
    below = np.zeros(shown.size)
    for i, name in enumerate(result.table.columns[1:5]):
        top = below + chances[shown, i]
        ax.stairs(top, edges, baseline=below, fill=True, color=PATTERN_COLOURS[i], label=str(name))
        below = top
    ax.axhline(result.sure, color=BLACK, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    _percent_axis(ax.xaxis)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("series, sorted by their likeliest pattern"))
    ax.set_ylabel(_("chance; dashed: needed for an answer"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=4, fontsize=8.5,
              columnspacing=1.2, handlelength=1.2)  # fmt: skip
    sure = float((chances.max(axis=1) >= result.sure).mean())
    sentence = _("For {share} of the series a pattern is sure enough")
    set_title(ax, title or sentence.format(share=percent(sure)))


@picture
def confusion(result: "Confusion", ax: "Axes", *, title: str | None = None) -> None:
    """Draw truth against answer: numbers, shaded by the share of the row.

    Parameters
    ----------
    result : Confusion
    ax, title
        As in :func:`stage_curve`.

    Returns
    -------
    matplotlib Axes
    """
    counts = result.counts.to_numpy()
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = ax.imshow(share, aspect="auto", cmap="Blues", vmin=0, vmax=1)
    shades = image.to_rgba(share)
    for (row, column), count in np.ndenumerate(counts):
        ax.text(column, row, f"{count:,}", ha="center", va="center", fontsize=10,
                color=_legible(shades[row, column]))  # fmt: skip
    for i in range(len(counts)):
        ax.plot([i - 0.48, i + 0.48, i + 0.48, i - 0.48, i - 0.48],
                [i - 0.47, i - 0.47, i + 0.47, i + 0.47, i - 0.47],
                color=ORANGE, linewidth=2)  # fmt: skip
    columns = [str(name).replace(" ", "\n", 1) for name in result.counts.columns]
    ax.set_xticks(range(len(columns)), columns, fontsize=9)
    ax.set_yticks(range(len(counts)), [str(name) for name in result.counts.index], fontsize=9)
    ax.set_xlabel(_("answer; framed: right"))
    ax.set_ylabel(_("truth"))
    ax.grid(visible=False)
    sentence = _("{right} of the answers are right; {none} got none")
    set_title(
        ax,
        title or sentence.format(right=percent(result.right), none=percent(1 - result.answered)),
        width=50,
    )


@picture
def cohort_table(result: "CohortTable", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the retention table as a heat map: cohorts down, age to the right.

    Parameters
    ----------
    result : CohortTable
    ax, title
        As in :func:`stage_curve`.

    Returns
    -------
    matplotlib Axes
    """
    shares = result.shares.to_numpy()
    image = ax.imshow(np.ma.masked_invalid(shares), aspect="auto", cmap="Blues", vmin=0, vmax=1)
    rows, ages = shares.shape
    if rows * ages <= 150:
        shades = image.to_rgba(np.nan_to_num(shares))
        for (row, age), share in np.ndenumerate(shares):
            if np.isfinite(share):
                ax.text(age, row, percent(float(share)), ha="center", va="center", fontsize=9,
                        color=_legible(shades[row, age]))  # fmt: skip
    sizes = result.sizes
    every = max(1, -(-rows // 12))
    words = [f"{name}  ({size:,})" for name, size in sizes.items()]
    ax.set_yticks(range(0, rows, every), words[::every], fontsize=9)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=min(ages, 12)))
    ax.grid(visible=False)
    unit = {"Y": _("years"), "Q": _("quarters"), "M": _("months")}[result.period]
    ax.set_xlabel(_("{unit} after that of the first order").format(unit=unit))
    ax.set_ylabel(_("first order in (customers)"))
    share = result.by_age
    if ages > 1:
        sentence = _("Of the customers of one period, {share} are there in the next one")
        title = title or sentence.format(share=percent(float(share.iloc[1])))
    set_title(ax, title or _("One cohort, seen in its first period"), width=50)


@picture
def kaplan_meier(
    result: "KaplanMeier",
    ax: "Axes",
    *,
    title: str | None = None,
    unit: str | None = None,
    colour: str = BLUE,
) -> None:
    """Draw the survival curve with its interval; a tick is a censored customer.

    Parameters
    ----------
    result : KaplanMeier
    ax, title
        As in :func:`stage_curve`.
    unit : str, optional
        Unit of the time.
    colour : str
        Of the curve.

    Returns
    -------
    matplotlib Axes
    """
    _survival(result, ax, colour, "-")
    middle = result.median
    if not np.isnan(middle):
        ax.plot([0, middle, middle], [0.5, 0.5, 0], color=MUTED, linestyle=(0, (4, 3)),
                linewidth=1.2)  # fmt: skip
        ax.annotate(f"{middle:,.3g}", (middle, 0.02), xytext=(4, 0), textcoords="offset points",
                    fontsize=9.5)  # fmt: skip
    _survival_axes(ax, unit, result.longest)
    never = _("More than half are still there at the end")
    sentence = _("Half of the customers have left by {time}") + (f" {unit}" if unit else "")
    set_title(ax, title or (never if np.isnan(middle) else sentence.format(time=f"{middle:,.3g}")))


def _survival(result: "KaplanMeier", ax: "Axes", colour: str, style: Any) -> None:
    table = result.table
    edges = np.concatenate([[0.0], table.index.to_numpy(float), [result.longest]])
    steps = np.append(1.0, table["survival"].to_numpy())
    low, high = (np.append(1.0, table[name].to_numpy()) for name in ("low", "high"))
    ax.fill_between(edges, np.append(low, low[-1]), np.append(high, high[-1]), step="post",
                    color=colour, alpha=0.15, linewidth=0)  # fmt: skip
    ax.step(edges, np.append(steps, steps[-1]), where="post", color=colour, linestyle=style)
    cut = table[table["censored"] > 0]
    if len(cut) <= 60:
        ax.plot(cut.index, cut["survival"], "|", color=colour, markersize=9, markeredgewidth=1.4)


def _survival_axes(ax: "Axes", unit: str | None, longest: float) -> None:
    ax.set_xlim(0, longest)
    ax.set_ylim(0, 1.03)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("time as a customer") + (f" ({unit})" if unit else ""))
    ax.set_ylabel(_("still there; shaded: its interval"))


@picture
def survival_groups(
    result: "SurvivalGroups", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw one survival curve per group, each named at its end.

    Parameters
    ----------
    result : SurvivalGroups
    ax, title, unit
        As in :func:`kaplan_meier`.

    Returns
    -------
    matplotlib Axes
    """
    longest = max(curve.longest for curve in result.curves.values())
    ends = []
    for i, curve in enumerate(result.curves.values()):
        _survival(curve, ax, PALETTE[i % len(PALETTE)], ("-", "--", "-.", ":")[i % 4])
        ends.append(float(curve.table["survival"].iloc[-1]))
    _survival_axes(ax, unit, longest)
    for name, end in zip(result.curves, spread(ends, 0.07), strict=True):
        ax.annotate(
            str(name), (longest, end), xytext=(6, 0), textcoords="offset points", va="center",
            fontsize=9.5, fontweight="bold", annotation_clip=False,
        )  # fmt: skip
    at = longest / 2
    middle = {name: curve.survival_at(at) for name, curve in result.curves.items()}
    known = {name: share for name, share in middle.items() if not np.isnan(share)}
    sentence = _("Who stays longest: {name}")
    if result.p_value >= 0.05:
        sentence = _("The groups do not differ clearly in how long they stay")
    best = max(known, key=lambda name: known[name]) if known else next(iter(result.curves))
    set_title(ax, title or sentence.format(name=best))


@picture
def lifecycle_profit(
    result: "LifecycleProfit", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the parts of each year's expected profit, and the cumulated present value.

    Parameters
    ----------
    result : LifecycleProfit
    ax, title
        As in :func:`stage_curve`.
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    years = table.index.to_numpy()
    words = {
        "acquisition": _("acquisition"),
        "base": _("base profit"),
        "growth": _("growth, cross-selling"),
        "cost_saving": _("cost saving"),
        "referral": _("referral"),
        "price_concessions": _("price concessions"),
        "bad_word": _("bad word of mouth"),
    }
    colours = (MUTED, BLUE, SKY, GREEN, ORANGE, PINK, RED)
    ends = {True: np.zeros(len(years)), False: np.zeros(len(years))}
    for (name, word), colour in zip(words.items(), colours, strict=True):
        values = (table[name] * table["survival"] * table["discount"]).to_numpy()
        if not values.any():
            continue
        for positive in (True, False):
            part = np.where((values >= 0) == positive, values, 0.0)
            if part.any():
                ax.bar(years, part, 0.7, bottom=ends[positive], color=colour, label=word)
                word = "_"
                ends[positive] = ends[positive] + part
    ax.plot(years, table["cumulative"], color=BLACK, marker="o", markersize=4,
            label=_("cumulated"))  # fmt: skip
    zero_line(ax)
    paid = result.break_even
    if not np.isnan(paid):
        ax.axvline(paid, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.set_xticks(years[:: max(1, len(years) // 12)])
    line = table["cumulative"].to_numpy()
    low, high = min(ends[False].min(), line.min(), 0), max(ends[True].max(), line.max(), 0)
    ax.set_ylim(low - 0.06 * (high - low), high + 0.06 * (high - low))
    money_axis(ax.yaxis)
    ax.set_xlabel(_("year; dashed: break-even"))
    ax.set_ylabel(_("present value ({unit})").format(unit=money_unit(unit)))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=3, fontsize=8.5)
    sentence = (
        _("The cost of winning the customer never comes back")
        if np.isnan(paid)
        else _("The cost of winning the customer is back after {year} years; worth {total}")
    )
    set_title(ax, title or sentence.format(year=f"{paid:g}", total=money(result.total)))
