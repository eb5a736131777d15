"""Pictures of a process and its programme: where time goes, before and after, the plan."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

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
    money_axis,
    money_unit,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.crm import FinishChance, ProcessComparison, ProcessRun, ProcessTheory, Programme

#: Colour and hatch of what the time of a case is made of: told apart without colour too.
PART_STYLES = {
    "work": (BLUE, ""),
    "rework": (ORANGE, "////"),
    "wait": (PALE, ""),
    "handover": (SKY, "...."),
}


def part_word(name: str) -> str:
    """Return the word for a part of the time of a case.

    Parameters
    ----------
    name : {"work", "rework", "wait", "handover"}

    Returns
    -------
    str
    """
    return {
        "work": _("first work"),
        "rework": _("rework"),
        "wait": _("waiting"),
        "handover": _("hand-over"),
    }[name]


@picture
def process_time(
    result: "ProcessTheory | ProcessRun",
    ax: "Axes",
    *,
    title: str | None = None,
    unit: str | None = None,
    end: float | None = None,
) -> None:
    """Draw where the time of a case goes, station by station.

    Parameters
    ----------
    result : ProcessTheory or ProcessRun
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    unit : str, optional
        Unit of time.
    end : float, optional
        End of the axis, so that two processes can be compared.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows, start = np.arange(len(table)), np.zeros(len(table))
    for name, (colour, hatch) in PART_STYLES.items():
        values = table[name].to_numpy(float)
        if values.any():
            ax.barh(rows, values, 0.6, left=start, color=colour, hatch=hatch, edgecolor="white",
                    linewidth=0, label=part_word(name))  # fmt: skip
        start = start + values
    for row, total, used in zip(rows, start, table["utilisation"], strict=True):
        ax.annotate(
            _("{share} used").format(share=percent(used)), (total, row), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=9.5,
            fontweight="bold" if used == table["utilisation"].max() else "normal",
        )  # fmt: skip
    ax.set_yticks(rows, [str(name) for name in table.index])
    ax.invert_yaxis()
    ax.set_xlim(0, end or 1.25 * float(start.max()))
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel(_("mean time of a case at the station ({unit})").format(unit=_unit_of(unit)))
    ax.legend(fontsize=9, loc="best")
    sentence = _("A case takes {time:.1f} {unit}, and {share} of it is first work")
    words = sentence.format(
        time=result.time, unit=_unit_of(unit), share=percent(result.touch_share)
    )
    set_title(ax, title or words)


def _unit_of(unit: str | None) -> str:
    return unit or _("units of time")


@picture
def process_comparison(
    result: "ProcessComparison", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the share of cases that are done within a time, before and after.

    Parameters
    ----------
    result : ProcessComparison
    ax, title, unit
        As in :func:`process_time`.

    Returns
    -------
    matplotlib Axes
    """
    end = max(run.percentile(0.98) for run in (result.before, result.after))
    runs = ((result.before, MUTED, "--", _("before")), (result.after, BLUE, "-", _("after")))
    for run, colour, dash, word in runs:
        times = np.sort(run.cases["time"].to_numpy())
        shares = np.arange(1, times.size + 1) / times.size
        label = _("{word}: mean {time:.1f}").format(word=word, time=run.time)
        ax.plot(times, shares, dash, color=colour, label=label)
        ax.plot([run.time] * 2, [0, 1], ":", color=colour, linewidth=1.2)
    if result.benchmark is not None:
        ax.axvline(result.benchmark, color=GREEN, linewidth=1.6, label=_("benchmark"))
    ax.set_xlim(0, end)
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))
    ax.set_xlabel(_("time of a case ({unit}); dotted: mean").format(unit=_unit_of(unit)))
    ax.set_ylabel(_("share of cases done"))
    ax.legend(loc="lower right", fontsize=9.5)
    low, high = result.interval
    sentence = (
        _("A case saves {saved:.1f} {unit} ({low:.1f} to {high:.1f})")
        if result.saved >= 0
        else _("A case takes {saved:.1f} {unit} longer ({low:.1f} to {high:.1f})")
    )
    if result.saved < 0:
        low, high = -high, -low
    words = sentence.format(saved=abs(result.saved), unit=_unit_of(unit), low=low, high=high)
    set_title(ax, title or words)


@picture
def programme(
    result: "Programme",
    ax: "Axes",
    *,
    view: str = "tasks",
    title: str | None = None,
    unit: str | None = None,
    weeks: int | None = None,
) -> None:
    """Draw a programme: its tasks over the weeks, or what it costs and brings.

    Parameters
    ----------
    result : Programme
    ax, title
        As in :func:`process_time`.
    view : {"tasks", "money"}
        Tasks with slack and the critical path (甘特图), or money that has come in less what was
        spent.
    unit : str, optional
        Unit of money.
    weeks : int, optional
        With "money": how many weeks.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the view is unknown.
    """
    if view == "tasks":
        _gantt(result, ax, title)
    elif view == "money":
        _balance(result, ax, title, unit, weeks)
    else:
        raise ValueError(_("view must be one of 'tasks', 'money'; got {view!r}").format(view=view))


def _gantt(result: "Programme", ax: "Axes", title: str | None) -> None:
    table = result.table
    for row, (name, task) in enumerate(table.iterrows()):
        critical = bool(task["critical"])
        ax.barh(
            row, task["expected"], 0.56, left=task["start"], color=RED if critical else SKY,
            hatch="////" if critical else "", edgecolor="white", linewidth=0,
        )  # fmt: skip
        if not critical:
            ax.plot([task["finish"], task["latest_finish"]], [row, row], color=INK, linewidth=1.4)
            ax.plot(task["latest_finish"], row, "|", color=INK, markersize=10)
        who = f"  {task['owner']}" if str(task["owner"]) else ""
        word = _("critical") if critical else _("slack {slack:.1f}").format(slack=task["slack"])
        ax.annotate(
            f"{word}{who}", (task["latest_finish"], row), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize=8.5,
            fontweight="bold" if critical else "normal", gid=str(name),
        )  # fmt: skip
    ax.set_yticks(np.arange(len(table)), [str(name) for name in table.index], fontsize=9)
    ax.invert_yaxis()
    longest = max((len(str(owner)) for owner in table["owner"]), default=0)
    ax.set_xlim(0, result.weeks * (1.2 + 0.016 * longest) or 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel(_("week; hatched: critical; line: slack until the latest end"))
    sentence = _("{n} tasks take {weeks:.1f} weeks; {k} of them must not be late")
    words = sentence.format(n=len(table), weeks=result.weeks, k=int(table["critical"].sum()))
    set_title(ax, title or words, width=48)


def _balance(
    result: "Programme", ax: "Axes", title: str | None, unit: str | None, weeks: int | None
) -> None:
    path = result.by_week(weeks)
    week = np.append(0, path.index.to_numpy())
    total = np.append(0.0, path["cumulative"].to_numpy())
    ax.axhline(0, color=INK, linewidth=1)
    ax.fill_between(week, total, 0, where=total <= 0, color=RED, alpha=0.15, linewidth=0)
    ax.plot(week, total, color=BLUE, label=_("benefit less cost since the start"))
    ax.plot(
        week,
        np.append(0.0, path["cost"].cumsum()),
        "--",
        color=MUTED,
        label=_("cost since the start"),
    )
    ax.axvline(result.weeks, color=MUTED, linestyle=":", linewidth=1.4, label=_("all tasks done"))
    even = result.break_even(weeks)
    if np.isfinite(even):
        ax.plot(even, 0, "D", color=GREEN, markersize=8, label=_("paid back"), zorder=4)
    money_axis(ax.yaxis)
    ax.set_xlim(0, week[-1])
    ax.set_xlabel(_("week"))
    ax.set_ylabel(money_unit(unit))
    ax.legend(fontsize=9)
    sentence = (
        _("The programme has paid for itself in week {even:.0f}")
        if np.isfinite(even)
        else _("After {last} weeks the programme has not paid for itself")
    )
    set_title(ax, title or sentence.format(even=even, last=int(week[-1])))


@picture
def finish_chance(
    result: "FinishChance", ax: "Axes", *, title: str | None = None, promised: float | None = None
) -> None:
    """Draw the chance to be done by each week, beside the path of means.

    Parameters
    ----------
    result : FinishChance
    ax, title
        As in :func:`process_time`.
    promised : float, optional
        Week that was promised.

    Returns
    -------
    matplotlib Axes
    """
    draws = np.sort(result.finish)
    shares = np.arange(1, draws.size + 1) / draws.size
    room = 0.1 * (draws[-1] - draws[0]) or 1.0
    week = np.concatenate([[draws[0] - room], draws, [draws[-1] + room]])
    ax.plot(week, np.concatenate([[0.0], shares, [1.0]]), color=BLUE)
    marks: list[tuple[float, str, Any, str]] = [
        (result.of_means, ":", MUTED, _("path of means")),
        (result.mean, "--", INK, _("mean end")),
    ]
    if promised is not None:
        marks.append((promised, "-", RED, _("promised")))
    for place, dash, colour, word in marks:
        label = _("{word}: week {week:.1f}, {share}").format(
            word=word, week=place, share=percent(result.chance(max(place, 0)))
        )
        ax.axvline(place, color=colour, linestyle=dash, linewidth=1.5, label=label)
    ax.set_xlim(week[0], week[-1])
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))
    ax.set_xlabel(_("week of the end"))
    ax.set_ylabel(_("chance to be done"))
    ax.legend(loc="upper left", fontsize=9, frameon=True, framealpha=1, edgecolor="white")
    sentence = _("Done by week {week:.1f} with a chance of 90 %; the path of means has {share}")
    words = sentence.format(week=result.week(0.9), share=percent(result.chance(result.of_means)))
    set_title(ax, title or words, width=50)
