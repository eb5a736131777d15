"""Pictures of selling: funnel, forecast, pipeline."""

from itertools import pairwise
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
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.sales import (
        Backtest,
        Funnel,
        LeadFunnel,
        Pipeline,
        PipelineEstimate,
        RequiredInflow,
        SalesForecast,
        SigningRates,
    )


def _percent_axis(axis: Any) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))


def _word(name: Any) -> str:
    """Write the name of a column as words."""
    return str(name).replace("_", " ")


@picture
def sales_funnel(
    result: "Funnel", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the funnel: customers by stage, and the conversion with its interval between them.

    Parameters
    ----------
    result : Funnel
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
    table = result.table
    n = table["customers"].to_numpy(float)
    rows = np.arange(n.size)
    ax.barh(rows, n / n[0], 0.56, left=-n / n[0] / 2, color=BLUE)
    words = [f"{count:,.0f}" for count in n]
    if "value" in table:
        words = [
            f"{word}  ·  {money(value)}" for word, value in zip(words, table["value"], strict=True)
        ]
    for row, word in zip(rows, words, strict=True):
        wide = n[row] / n[0] > 0.4
        place = 0.0 if wide else n[row] / n[0] / 2 + 0.02
        ax.text(
            place, float(row), word, va="center", ha="center" if wide else "left",
            color="white" if wide else "black", fontsize=10, fontweight="bold",
        )  # fmt: skip
    for row in rows[1:]:
        share, low, high = table[["conversion", "low", "high"]].iloc[row]
        word = _("{share}  [{low}–{high}]").format(
            share=percent(share), low=f"{100 * low:.0f}", high=f"{100 * high:.0f}"
        )
        ax.text(0, row - 0.5, word, va="center", ha="center", color=INK, fontsize=9)
    ax.set_yticks(rows, [_word(name) for name in table.index])
    ax.invert_yaxis()
    ax.set_xlim(-0.55, 0.55)
    ax.set_xticks([])
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)
    label = _("customers; between the stages: conversion with its interval in %")
    if "value" in table:
        label = _("customers · value ({unit}); between: conversion [interval, %]").format(
            unit=money_unit(unit)
        )
    ax.set_xlabel(label)
    low, high = table["overall_low"].iloc[-1], table["overall_high"].iloc[-1]
    sentence = _("Of {n:,.0f}, {share} come to a contract; the interval is {low} to {high}")
    set_title(
        ax,
        title
        or sentence.format(
            n=n[0], share=percent(result.conversion, 1), low=percent(low), high=percent(high)
        ),
    )


@picture
def required_inflow(result: "RequiredInflow", ax: "Axes", *, title: str | None = None) -> None:
    """Draw how many have to reach each stage, with the interval of the conversion.

    Parameters
    ----------
    result : RequiredInflow
    ax, title
        As in :func:`sales_funnel`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows, needed = np.arange(len(table)), table["needed"].to_numpy()
    ax.barh(rows, needed, 0.56, color=SKY)
    for row, (mean, low, high) in enumerate(table[["needed", "low", "high"]].to_numpy()):
        ax.plot([low, high], [row, row], color=INK, linewidth=1.6)
        ax.plot([low, high], [row, row], "|", color=INK, markersize=9)
        ax.annotate(
            f"{mean:,.0f}", (max(high, mean), row), xytext=(6, 0), textcoords="offset points",
            va="center", fontsize=10, fontweight="bold",
        )  # fmt: skip
    ax.set_yticks(rows, [_word(name) for name in table.index])
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel(_("customers who have to reach the stage; line: interval of the conversion"))
    sentence = _(
        "{contracts:.0f} contracts need {needed:.0f} at the start, or {low:.0f} to {high:.0f}"
    )
    first = table.iloc[0]
    set_title(
        ax,
        title
        or sentence.format(
            contracts=result.contracts, needed=first["needed"], low=first["low"], high=first["high"]
        ),
    )


@picture
def lead_funnel(result: "LeadFunnel", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the conversion of each step by the three rules.

    Parameters
    ----------
    result : LeadFunnel
    ax, title
        As in :func:`sales_funnel`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table) + 1)
    o = result.overall
    columns = {
        "naive": (_("open counted as lost"), PALE, -0.26),
        "closed": (_("open left out"), ORANGE, 0.0),
        "survival": (_("open as censored"), BLUE, 0.26),
    }
    low, high = np.append(table["low"], o["low"]), np.append(table["high"], o["high"])
    for name, (word, colour, shift) in columns.items():
        values = np.append(table[name].to_numpy(float), o[name])
        ax.bar(rows + shift, values, 0.25, color=colour, label=word)
        tops = np.maximum(values, high) if name == "survival" else values
        for row, value, top in zip(rows + shift, values, tops, strict=True):
            ax.text(row, top + 0.02, f"{100 * value:.0f}", ha="center", fontsize=8.5)
    for row, bottom, top in zip(rows + 0.26, low, high, strict=True):
        ax.plot([row, row], [bottom, top], color=INK, linewidth=1.6)
    names = [_word(step).replace(" → ", "\n→ ") for step in table.index]
    ax.set_xticks(rows, [*names, _("all the way")], fontsize=8.5)
    _percent_axis(ax.yaxis)
    ax.set_ylim(0, 1.12)
    ax.grid(visible=False, axis="x")
    ax.set_ylabel(_("conversion; line: interval"))
    ax.legend(loc="upper right", fontsize=9)
    sentence = _("On {day}: {naive}, {closed} or {share} are signed, by how open leads count")
    set_title(
        ax,
        title
        or sentence.format(
            day=result.until, naive=percent(o["naive"], 1), closed=percent(o["closed"], 1),
            share=percent(o["survival"], 1),
        ),
    )  # fmt: skip


@picture
def signing_rates(result: "SigningRates", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the chance to be signed within the horizon by stage and days in it.

    Parameters
    ----------
    result : SigningRates
    ax, title
        As in :func:`sales_funnel`.

    Returns
    -------
    matplotlib Axes
    """
    stages = list(result.table.index.unique("stage"))
    bands = list(result.table.index.unique("from_day"))
    width = 0.8 / len(bands)
    shades = (BLUE, SKY, ORANGE, RED, MUTED, PALE)
    ends = [f"–{b - 1}" for b in bands[1:]] + ["+"]
    for i, band in enumerate(bands):
        part = result.table.xs(band, level="from_day")
        place = np.arange(len(stages)) - 0.4 + (i + 0.5) * width
        word = _("{band} days in the stage").format(band=f"{band}{ends[i]}")
        ax.bar(place, part["probability"], width * 0.92, color=shades[i % len(shades)], label=word)
        for x, (low, high) in zip(place, part[["low", "high"]].to_numpy(), strict=True):
            ax.plot([x, x], [low, high], color=INK, linewidth=1.3)
    ax.set_xticks(range(len(stages)), [_word(name) for name in stages])
    _percent_axis(ax.yaxis)
    ax.set_ylim(0)
    ax.grid(visible=False, axis="x")
    ax.set_ylabel(_("signed within {days} days").format(days=result.horizon))
    ax.legend(loc="upper left", fontsize=9)
    last = result.table.xs(stages[-1], level="stage")["probability"]
    sentence = _("In {stage}, {new} of the new and {old} of the old are signed in {days} days")
    set_title(
        ax,
        title
        or sentence.format(
            stage=_word(stages[-1]), new=percent(last.iloc[0]), old=percent(last.iloc[-1], 1),
            days=result.horizon,
        ),
    )  # fmt: skip


@picture
def sales_forecast(
    result: "SalesForecast", ax: "Axes", *, title: str | None = None, unit: str | None = None,
    target: float | None = None, happened: float | None = None,
) -> None:  # fmt: skip
    """Draw the distribution of the simulated totals, with its interval.

    Parameters
    ----------
    result : SalesForecast
    ax, title, unit
        As in :func:`sales_funnel`.
    target : float, optional
        A target to mark.
    happened : float, optional
        What came, to mark.

    Returns
    -------
    matplotlib Axes
    """
    inside = (result.draws >= result.low) & (result.draws <= result.high)
    edges = np.linspace(0, float(np.quantile(result.draws, 0.998)), 46).tolist()
    ax.hist(result.draws, edges, color=PALE)
    ax.hist(result.draws[inside], edges, color=SKY)
    top = ax.get_ylim()[1]
    marks = [(result.expected, _("expected"), BLUE, 1.0)]
    if target is not None:
        marks.append((target, _("target"), RED, 0.9))
    if happened is not None:
        marks.append((happened, _("happened"), GREEN, 0.8))
    for x, word, colour, height in marks:
        ax.axvline(x, color=colour, linewidth=2, ymax=height)
        ax.annotate(
            f"{word} {money(x)}", (x, top * height), xytext=(4, -10), textcoords="offset points",
            color=colour, fontsize=9.5, fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
        )  # fmt: skip
    ax.set_ylim(0, top)
    ax.set_yticks([])
    ax.grid(visible=False)
    money_axis(ax.xaxis)
    ax.set_xlabel(
        _("signed in the {days} days after {day} ({unit})").format(
            days=result.horizon, day=result.day, unit=money_unit(unit)
        )
    )
    ax.set_ylabel(_("how often, of the simulations"))
    if target is None:
        sentence = _("{level} of the simulations lie between {low} and {high}").format(
            level=percent(result.level), low=money(result.low), high=money(result.high)
        )
    else:
        sentence = _("{chance} of the simulations reach {target}").format(
            chance=percent(result.chance(target)), target=money(target)
        )
    set_title(ax, title or sentence)


@picture
def backtest(
    result: "Backtest", ax: "Axes", *, title: str | None = None, unit: str | None = None,
    calibration: bool = False,
) -> None:  # fmt: skip
    """Draw the forecasts with their intervals and what happened, or the calibration.

    Parameters
    ----------
    result : Backtest
    ax, title, unit
        As in :func:`sales_funnel`.
    calibration : bool
        Draw the share signed against the chance of the forecast instead.

    Returns
    -------
    matplotlib Axes
    """
    if calibration:
        _calibration(result, ax, title)
        return
    table = result.table
    rows = np.arange(len(table))
    ax.vlines(rows, table["low"], table["high"], color=SKY, linewidth=7, alpha=0.6)
    ax.plot(rows, table["expected"], "_", color=BLUE, markersize=11, markeredgewidth=2.4,
            label=_("forecast, with its interval"))  # fmt: skip
    inside = table["inside"].to_numpy(bool)
    ax.plot(rows, table["happened"], "o", color=INK, markersize=6, label=_("happened"))
    if not inside.all():
        ax.plot(rows[~inside], table["happened"][~inside], "o", color=RED, markersize=7,
                label=_("happened, outside the interval"))  # fmt: skip
    step = max(1, -(-len(rows) // 6))
    ax.set_xticks(rows[::step], [str(day) for day in table.index[::step]], fontsize=8.5)
    ax.set_ylim(0, float(table[["high", "happened"]].to_numpy().max()) * 1.25)
    money_axis(ax.yaxis)
    ax.grid(visible=False, axis="x")
    ax.set_xlabel(_("day of the forecast"))
    ax.set_ylabel(
        _("signed in {days} days ({unit})").format(days=result.horizon, unit=money_unit(unit))
    )
    ax.legend(loc="upper left", fontsize=9, ncol=2)
    sentence = _("Bias {bias}; a single forecast is off by {error} on average")
    sign = "+" if result.bias >= 0 else ""
    set_title(
        ax, title or sentence.format(bias=sign + percent(result.bias), error=percent(result.error))
    )


def _calibration(result: "Backtest", ax: "Axes", title: str | None) -> None:
    """Draw the share signed against the forecast chance."""
    table = result.calibration
    x, y = table["forecast"].to_numpy(), table["happened"].to_numpy()
    end = max(float(table["high"].max()), float(x.max())) * 1.08
    ax.plot([0, end], [0, end], color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.vlines(x, table["low"], table["high"], color=SKY, linewidth=3)
    ax.plot(x, y, "o", color=BLUE, markersize=7)
    for place, share, top, n in zip(x, y, table["high"], table["leads"], strict=True):
        if share > 0.1 * end:
            ax.annotate(f"{n:,}", (place, top), xytext=(0, 4), textcoords="offset points",
                        ha="center", fontsize=8.5)  # fmt: skip
    ax.set_xlim(0, end)
    ax.set_ylim(0, end)
    _percent_axis(ax.xaxis)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("chance in the forecast; numbers: leads"))
    ax.set_ylabel(_("share that was signed"))
    hit = (table["low"] <= table["forecast"]) & (table["forecast"] <= table["high"])
    sentence = _("Chance and share agree in {hit} of {all} groups of leads")
    set_title(ax, title or sentence.format(hit=int(hit.sum()), all=len(table)))


@picture
def pipeline(result: "Pipeline", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the matrix of the chain as a heat map, absorbing states framed.

    Parameters
    ----------
    result : Pipeline
    ax, title
        As in :func:`sales_funnel`.

    Returns
    -------
    matplotlib Axes
    """
    matrix, k = result.matrix, len(result.states)
    ax.imshow(matrix, aspect="auto", cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(matrix):
        if share > 0:
            word = percent(float(share), 0 if share >= 0.1 else 1)
            ax.text(column, row, word, ha="center", va="center", fontsize=10,
                    color="white" if share > 0.55 else "black")  # fmt: skip
    for i, name in enumerate(result.states):
        if name in result.absorbing:
            ax.plot([i - 0.48, i + 0.48, i + 0.48, i - 0.48, i - 0.48],
                    [i - 0.47, i - 0.47, i + 0.47, i + 0.47, i - 0.47],
                    color=ORANGE, linewidth=2)  # fmt: skip
    names = [_word(name) for name in result.states]
    ax.set_xticks(range(k), names, fontsize=9.5)
    ax.set_yticks(range(k), names)
    ax.grid(visible=False)
    ax.set_xlabel(_("stage in the next period; framed: never left"))
    ax.set_ylabel(_("stage now"))
    first = result.table.iloc[0]
    sentence = _("From {name}, {chance} sign, after {periods:.1f} periods on average")
    set_title(
        ax,
        title
        or sentence.format(
            name=_word(result.table.index[0]), chance=percent(float(first["chance_to_sign"]), 1),
            periods=float(first["periods_to_sign"]),
        ),
        width=50,
    )  # fmt: skip


@picture
def pipeline_memory(result: "PipelineEstimate", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the share that goes on in the next period, by the periods in the stage so far.

    Parameters
    ----------
    result : PipelineEstimate
    ax, title
        As in :func:`sales_funnel`.

    Returns
    -------
    matplotlib Axes
    """
    before = [name for name in result.pipeline.transient if name != result.pipeline.signed]
    bands = list(result.by_age.index.unique("from_period"))
    for i, name in enumerate(before):
        part = result.by_age.xs(name, level="state")
        seen = part["at_risk"].to_numpy() > 0
        x = np.arange(len(bands))[seen] + 0.08 * (i - 1)
        ax.vlines(x, part["low"][seen], part["high"][seen], color=PALETTE[i], linewidth=3,
                  alpha=0.5)  # fmt: skip
        ax.plot(x, part["share"][seen], "o-", color=PALETTE[i], label=_word(name), linewidth=1.6)
    ends = [f"–{b - 1}" if b - 1 > a else "" for a, b in pairwise(bands)]
    ends.append("+")
    ax.set_xticks(range(len(bands)), [f"{b}{end}" for b, end in zip(bands, ends, strict=True)])
    _percent_axis(ax.yaxis)
    ax.set_ylim(0)
    ax.grid(visible=False, axis="x")
    ax.set_xlabel(_("periods of {days} days in the stage so far").format(days=result.period_days))
    ax.set_ylabel(_("goes on in the next period"))
    ax.legend(loc="upper right", fontsize=9)
    set_title(ax, title or _("The chance to go on depends on how long a lead has waited"))
