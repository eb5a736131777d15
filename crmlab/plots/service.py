"""Pictures of service: complaints, answers, recovery, staffing, churn, appraisal."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

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

    from crmlab.service import (
        AnswerTimes,
        Appraisal,
        ChurnCauses,
        DayPlan,
        Pareto,
        RecoveryValue,
        Staffing,
        StandardisedShares,
        Standards,
        Uplift,
        WinBack,
    )


def _percent_axis(axis: Any) -> None:
    axis.set_major_formatter(lambda value, _position: percent(value))


@picture
def pareto(
    result: "Pareto", ax: "Axes", *, unit: str | None = None, title: str | None = None
) -> None:
    """Draw the causes as bars, the largest first, with the line of their cumulated share.

    Parameters
    ----------
    result : Pareto
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    unit : str, optional
        Unit of what is ranked.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    table, few = result.table, result.vital
    x = np.arange(len(table)).astype(float)
    colours = [BLUE if name in few else PALE for name in table.index]
    ax.bar(x, table["share"], color=colours, width=0.75)
    ax.plot(x, table["cumulated"], color=ORANGE, marker="o", markersize=5)
    ax.axhline(result.cut, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    ax.annotate(percent(result.cut), (x[-1] + 0.45, result.cut), va="bottom", ha="right",
                fontsize=9, color=INK)  # fmt: skip
    for place, amount, share in zip(x, table["amount"], table["share"], strict=True):
        first = place == 0  # the line begins on top of the first bar
        ax.text(place, share + (-0.015 if first else 0.015), money(amount), ha="center",
                va="top" if first else "bottom", fontsize=8.5,
                color="white" if first else INK)  # fmt: skip
    names = [str(name).replace(" ", "\n") for name in table.index]
    ax.set_xticks(x, names, fontsize=9)
    ax.set_ylim(0, 1.05)
    _percent_axis(ax.yaxis)
    kind = _("complaints") if result.by == "cases" else f"{result.by} ({money_unit(unit)})"
    ax.set_xlabel(_("cause; orange: share up to here"))
    ax.set_ylabel(_("share of {kind}").format(kind=kind))
    share = float(table["cumulated"].iloc[len(few) - 1])
    sentence = _("The first {n} of {all} causes: {share} of all {kind}")
    words = sentence.format(
        n=len(few), all=len(table), share=percent(share),
        kind=_("complaints") if result.by == "cases" else result.by,
    )  # fmt: skip
    set_title(ax, title or words)


@picture
def answer_times(
    result: "AnswerTimes", ax: "Axes", *, days: float = 14, title: str | None = None
) -> None:
    """Draw the share of the tickets that still wait, day by day, for each group.

    Parameters
    ----------
    result : AnswerTimes
    ax, title
        As in :func:`pareto`.
    days : float
        Days that are shown.

    Returns
    -------
    matplotlib Axes
    """
    count = len(result.curves)
    greys = [str(0.75 - 0.45 * i / max(count - 1, 1)) for i in range(count - 1)]
    colours = [*greys, BLUE] if count > 3 else list(PALETTE[:count])
    for colour, (name, curve) in zip(colours, result.curves.items(), strict=True):
        x = np.append(0.0, curve.index.to_numpy(float))
        y = np.append(1.0, curve["unanswered"].to_numpy())
        ax.step(np.append(x, days), np.append(y, y[-1]), where="post", color=colour,
                linewidth=2.4 if colour == BLUE else 1.5, label=str(name))  # fmt: skip
        if colour == BLUE:
            ax.fill_between(curve.index, curve["low"], curve["high"], step="post", color=SKY,
                            alpha=0.35)  # fmt: skip
    if count > 1:
        ax.legend(loc="upper right", fontsize=9)
    ax.set_xlim(0, days)
    ax.set_ylim(0, 1)
    _percent_axis(ax.yaxis)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(_("days since the ticket was opened"))
    ax.set_ylabel(_("share still without an answer"))
    shares = result.within(2)["share"]
    sentence = (
        _("Answered within two days: {first} in {a}, {last} in {b}")
        if count > 1
        else _("{last} are answered within two days")
    )
    words = sentence.format(
        first=percent(shares.iloc[0]), a=shares.index[0], last=percent(shares.iloc[-1]),
        b=shares.index[-1],
    )  # fmt: skip
    set_title(ax, title or words)


@picture
def standardised_shares(
    result: "StandardisedShares", ax: "Axes", *, outcome: str = "", title: str | None = None
) -> None:
    """Draw the share of each group as it is and made comparable, with the interval.

    Parameters
    ----------
    result : StandardisedShares
    ax, title
        As in :func:`pareto`.
    outcome : str
        Words for what the share counts.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.sort_values("share", ascending=False)
    y = np.arange(len(table))[::-1]
    ax.hlines(y, table["low"], table["high"], color=BLUE, linewidth=2.4)
    ax.plot(table["share"], y, "o", color=BLUE, markersize=8, label=_("made comparable"))
    ax.plot(table["raw"], y, "D", color=ORANGE, markersize=6, markerfacecolor="white",
            label=_("as it is"))  # fmt: skip
    for place, value in zip(y, table["share"], strict=True):
        ax.text(value, place + 0.14, percent(value, 1), ha="center", va="bottom", fontsize=9)
    names = [f"{name} ({cases:,})" for name, cases in table["cases"].items()]
    ax.set_yticks(y, names)
    ax.set_ylim(-0.5, len(table) - 0.35)
    low, high = float(table[["low", "raw"]].min().min()), float(table[["high", "raw"]].max().max())
    ax.set_xlim(max(low - 0.15 * (high - low) - 0.02, 0), min(high + 0.2 * (high - low) + 0.02, 1))
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    _percent_axis(ax.xaxis)
    ax.set_xlabel(outcome or _("share"))
    ax.legend(loc="best", fontsize=9)
    first, last = table.index[0], table.index[-1]
    gap = table["share"].iloc[0] - table["share"].iloc[-1]
    sentence = _("{first} is {gap} points above {last}")
    words = sentence.format(first=first, gap=f"{100 * gap:.1f}", last=last)
    set_title(ax, title or words.capitalize(), width=46)


@picture
def recovery_value(
    result: "RecoveryValue", ax: "Axes", *, unit: str | None = None, title: str | None = None
) -> None:
    """Draw what the measure leaves in a year by the share of complaints that it gets mended.

    Parameters
    ----------
    result : RecoveryValue
    ax, unit, title
        As in :func:`pareto`.

    Returns
    -------
    matplotlib Axes
    """
    share = np.linspace(result.mended, 1, 50)
    per_point = result.complaints * result.worth * (share - result.mended)
    low, high = per_point * result.low - result.cost, per_point * result.high - result.cost
    if result.low < result.high:
        ax.fill_between(share, low, high, color=SKY, alpha=0.35, label=_("interval of the effect"))
        ax.legend(loc="upper left", fontsize=9)
    ax.plot(share, per_point * result.saved - result.cost, color=BLUE)
    zero_line(ax)
    ax.plot(result.target, result.net(), "o", color=ORANGE, markersize=9, zorder=4)
    early = result.target < 0.75 * result.mended + 0.25  # else over the ticks at the left
    ax.annotate(
        f"{money(result.net())} {money_unit(unit)}", (result.target, result.net()),
        xytext=(7 if early else -7, 9), textcoords="offset points", fontsize=9.5,
        ha="left" if early else "right",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
    )  # fmt: skip
    if result.break_even <= 1:
        ax.plot(result.break_even, 0, "D", color=RED, markersize=7, zorder=4)
        late = result.break_even > (result.mended + 1) / 2
        ax.annotate(_("break-even {share}").format(share=percent(result.break_even)),
                    (result.break_even, 0), xytext=(-4 if late else 4, -15),
                    textcoords="offset points", ha="right" if late else "left",
                    fontsize=9.5)  # fmt: skip
    ax.set_xlim(result.mended, 1.0)
    _percent_axis(ax.xaxis)
    money_axis(ax.yaxis)
    ax.set_xlabel(_("share of the complaints that are mended"))
    ax.set_ylabel(_("left in a year ({unit})").format(unit=money_unit(unit)))
    sentence = (
        _("{now} to {then} mended: this leaves {net} {unit}")
        if result.net() >= 0
        else _("{now} to {then} mended: this loses {net} {unit}")
    )
    words = sentence.format(
        now=f"{100 * result.mended:.0f}", then=percent(result.target), net=money(abs(result.net())),
        unit=money_unit(unit),
    )  # fmt: skip
    set_title(ax, title or words, width=50)


@picture
def staffing(result: "Staffing", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the service level and the occupancy by the number of agents.

    Parameters
    ----------
    result : Staffing
    ax, title
        As in :func:`pareto`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    reached = float(table["level"][result.needed])
    colours = [BLUE if n == result.needed else SKY if v >= result.target else PALE
               for n, v in table["level"].items()]  # fmt: skip
    ax.bar(table.index, table["level"], color=colours, width=0.8)
    ax.plot(table.index, table["occupancy"], color=ORANGE, marker="o", markersize=5,
            label=_("occupancy"))  # fmt: skip
    ax.axhline(result.target, color=INK, linewidth=1.2, linestyle=(0, (4, 3)),
               label=_("promise: {share}").format(share=percent(result.target)))  # fmt: skip
    ax.text(
        result.needed, 0.03, percent(reached, 1), ha="center",
        rotation=90, fontsize=9, color="white",
    )  # fmt: skip
    ax.set_ylim(0, 1.18)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("agents on duty"))
    ax.set_ylabel(_("answered within {t:g} s").format(t=result.within))
    ax.legend(loc="upper right", fontsize=9, ncols=2)
    sentence = _("{load:.1f} erlangs need {n} agents: {level} within {t:g} s")
    words = sentence.format(
        load=result.load, n=result.needed, level=percent(reached),
        t=result.within,
    )  # fmt: skip
    set_title(ax, title or words)


@picture
def day_plan(result: "DayPlan", ax: "Axes", *, title: str | None = None) -> None:
    """Draw load, planned agents and agents on duty over the day.

    Parameters
    ----------
    result : DayPlan
    ax, title
        As in :func:`pareto`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    x = np.arange(len(table))
    ax.bar(x, table["load"], color=PALE, width=0.9, label=_("load in erlangs"))
    ax.step(x, table["agents"], where="mid", color=BLUE, label=_("agents needed"))
    sentence = _("{n} agent hours keep the promise")
    hours = ""
    if table["on_duty"].notna().all():
        ax.step(x, table["on_duty"], where="mid", color=ORANGE, linestyle=(0, (5, 2)),
                label=_("agents on duty"))  # fmt: skip
        short = table["agents"] > table["on_duty"]
        ax.plot(x[short], table["agents"][short], "o", color=RED, markersize=6,
                label=_("too few on duty"))  # fmt: skip
        sentence = _("{n} agent hours keep the promise; on duty are {hours}, too few at {k} times")
        hours = f"{table['on_duty'].sum() * result.interval / 3600:g}"
    step = max(len(table) // 7, 1)
    ax.set_xticks(x[::step], [str(name) for name in table.index[::step]])
    ax.set_ylim(0, 1.32 * float(table[["agents", "on_duty"]].max().max()))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(_("interval that begins at"))
    ax.set_ylabel(_("agents; erlangs"))
    ax.legend(loc="upper right", ncols=2, fontsize=9)
    short_times = int((table["agents"] > table["on_duty"]).sum())
    set_title(ax, title or sentence.format(n=f"{result.hours:g}", hours=hours, k=short_times))


@picture
def churn_causes(
    result: "ChurnCauses", ax: "Axes", *, value: Any = None, title: str | None = None
) -> None:
    """Draw how many customers each cause took, and those with evidence whom another rule took.

    Parameters
    ----------
    result : ChurnCauses
    ax, title
        As in :func:`pareto`.
    value : Series, optional
        What each customer was worth; then the share of the worth is written beside the bar.

    Returns
    -------
    matplotlib Axes
    """
    table = result.to_frame(value)
    y = np.arange(len(table))[::-1]
    colours = [MUTED if name not in result.rules else BLUE for name in table.index]
    ax.barh(y, table["customers"], color=colours, height=0.62)
    ax.barh(y, table["taken"], left=table["customers"], height=0.62, facecolor="white",
            edgecolor=MUTED, hatch="////", linewidth=0.8,
            label=_("evidence too, but an earlier rule holds"))  # fmt: skip
    top = float((table["customers"] + table["taken"]).max())
    for place, row in zip(y, table.to_dict("records"), strict=True):
        words = f"{row['customers']:,} ({percent(row['share'])})"
        if value is not None:
            words += _("; worth {share}").format(share=percent(row["value_share"]))
        ax.text(row["customers"] + row["taken"] + 0.02 * top, place, words, va="center", fontsize=9)
    ax.set_yticks(y, list(table.index))
    ax.set_xlim(0, top * (1.62 if value is not None else 1.35))
    ax.grid(visible=False)
    ax.set_xlabel(_("customers who stopped; rules are tried from the top"))
    if table["taken"].any():
        ax.set_ylim(-1.15, len(table) - 0.5)
        ax.legend(loc="lower right", fontsize=8.5)
    known = table.drop(index=[n for n in table.index if n not in result.rules])
    first = known["customers"].idxmax()
    sentence = _("Most went for the cause “{first}”; for {unknown} nothing is known")
    unknown = int(table["customers"].sum() - known["customers"].sum())
    set_title(ax, title or sentence.format(first=first, unknown=unknown), width=48)


@picture
def uplift(result: "Uplift", ax: "Axes", *, title: str | None = None) -> None:
    """Draw who came back with and without an offer, and the difference with its interval.

    Parameters
    ----------
    result : Uplift
    ax, title
        As in :func:`pareto`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.sort_values("uplift", ascending=False)
    y = np.arange(len(table))[::-1]
    zero_line(ax, horizontal=False)
    sure = (table["low"] > 0) | (table["high"] < 0)
    for place, row, plain in zip(y, table.to_dict("records"), ~sure, strict=True):
        colour = MUTED if plain else BLUE
        ax.hlines(place, row["low"], row["high"], color=colour, linewidth=2.4)
        ax.plot(row["uplift"], place, "o", color=colour, markersize=8)
        ax.text(
            row["uplift"], place + 0.17,
            _("{with_} against {without}").format(
                with_=percent(row["returned_with"]), without=percent(row["returned_without"])),
            ha="center", va="bottom", fontsize=8.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        )  # fmt: skip
    ax.set_yticks(y, list(table.index))
    ax.set_ylim(-0.6, len(table) - 0.3)
    _percent_axis(ax.xaxis)
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("more who came back with the offer than without (points of 100)"))
    best = table["uplift"].idxmax()
    sentence = _("The offer works best for “{best}”: {points} points more come back")
    words = sentence.format(best=best, points=f"{100 * table['uplift'].max():.0f}")
    set_title(ax, title or words, width=46)


@picture
def win_back(
    result: "WinBack", ax: "Axes", *, unit: str | None = None, title: str | None = None
) -> None:
    """Draw what an offer leaves per customer in each group, with its interval.

    Parameters
    ----------
    result : WinBack
    ax, unit, title
        As in :func:`pareto`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.sort_values("net", ascending=False)
    colours = {_("offer"): GREEN, _("leave"): RED, _("test"): MUTED}
    y = np.arange(len(table))[::-1]
    zero_line(ax, horizontal=False)
    span = float(table["net_high"].max() - min(table["net_low"].min(), 0)) or 1.0
    for place, row in zip(y, table.to_dict("records"), strict=True):
        colour = colours[row["verdict"]]
        ax.hlines(place, row["net_low"], row["net_high"], color=colour, linewidth=2.4)
        ax.plot(row["net"], place, "o", color=colour, markersize=8)
        ax.text(row["net_high"] + 0.02 * span, place, f"{row['verdict']} ({money(row['net'])})",
                va="center", fontsize=9, color=INK,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
    ax.set_yticks(y, list(table.index))
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlim(min(table["net_low"].min(), 0) - 0.06 * span, table["net_high"].max() + 0.3 * span)
    money_axis(ax.xaxis)
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(
        _("left per customer to whom the offer is made ({unit})").format(unit=money_unit(unit))
    )
    sentence = (
        _("The offer surely pays in: {names}")
        if result.offer
        else _("The offer surely pays in no group")
    )
    set_title(ax, title or sentence.format(names=", ".join(map(str, result.offer))), width=46)


@picture
def standards(result: "Standards", ax: "Axes", *, title: str | None = None) -> None:
    """Draw how often each standard is kept, in all and by each group.

    Parameters
    ----------
    result : Standards
    ax, title
        As in :func:`pareto`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    y = np.arange(len(table))[::-1]
    for place, name in zip(y, table.index, strict=True):
        own = result.by[name]
        ax.plot(own, np.full(len(own), place), "o", color=PALE, markersize=7, zorder=2)
        worst = own.idxmin()
        ax.annotate(str(worst), (own[worst], place), xytext=(0, -15), textcoords="offset points",
                    ha="center", fontsize=8.5, color=MUTED)  # fmt: skip
        low, high = table.loc[name, "low"], table.loc[name, "high"]
        ax.hlines(place, low, high, color=BLUE, linewidth=3, zorder=3)
        ax.plot(table.loc[name, "kept"], place, "o", color=BLUE, markersize=8, zorder=4)
        ax.annotate(
            percent(table.loc[name, "kept"]), (table.loc[name, "kept"], place), xytext=(0, 7),
            textcoords="offset points", ha="center", fontsize=9.5,
        )  # fmt: skip
    goal = float(table["goal"].iloc[0])
    ax.axvline(goal, color=RED, linewidth=1.4, linestyle=(0, (4, 3)))
    ax.annotate(
        _("goal {share}").format(share=percent(goal)), (goal, len(table) - 0.55), xytext=(-4, 0),
        textcoords="offset points", ha="right", fontsize=9, color=RED,
    )  # fmt: skip
    ax.set_yticks(y, [str(name).replace("_", " ") for name in table.index])
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlim(max(float(result.by.min().min()) - 0.06, 0), 1.01)
    ax.grid(visible=False)
    _percent_axis(ax.xaxis)
    ax.set_xlabel(_("share of the cases in which it was kept; grey: each group"))
    missed = int((table["verdict"] == _("missed")).sum())
    sentence = _("{missed} of {all} standards are missed")
    set_title(ax, title or sentence.format(missed=missed, all=len(table)))


@picture
def appraisal(result: "Appraisal", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the score of each person, stacked from the weighted points of the measures.

    Parameters
    ----------
    result : Appraisal
    ax, title
        As in :func:`pareto`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.to_frame()
    y = np.arange(len(table))[::-1]
    begin = np.zeros(len(table))
    for colour, (name, weight) in zip(PALETTE, result.weights.items(), strict=False):
        part = weight * table[name].to_numpy()
        ax.barh(y, part, left=begin, color=colour, height=0.66,
                label=f"{name.replace('_', ' ')} ({percent(weight)})")  # fmt: skip
        begin = begin + part
    for place, score in zip(y, table["score"], strict=True):
        ax.text(score + 1, place, f"{score:.0f}", va="center", fontsize=9.5)
    ax.set_yticks(y, list(table.index))
    ax.set_xlim(0, 110)
    ax.grid(visible=False)
    ax.set_xlabel(_("weighted points, 0 to 100"))
    ax.legend(loc="lower right", fontsize=9)
    sentence = _("{first} comes first with {score:.0f} points, {last} last")
    words = sentence.format(
        first=table.index[0], score=table["score"].iloc[0], last=table.index[-1]
    )
    set_title(ax, title or words)
