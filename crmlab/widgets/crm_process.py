"""Explorers of processes and programmes (chapter 17)."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmlab import _checks, crm
from crmlab._text import _
from crmlab.plots import percent
from crmlab.plots.crm_process import PART_STYLES, part_word
from crmlab.plots.style import BLUE, MUTED, RED
from crmlab.widgets.explorer import Control, Explorer, explorer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Quotations of an invented firm, as they are; days. The chapter has the same table.
_QUOTATION = pd.DataFrame(
    {
        "time": [0.15, 0.6, 0.35, 0.15, 0.15, 0.1],
        "people": [1, 4, 2, 1, 1, 1],
        "rework": [0, 0, 0.15, 0, 0.1, 0],
        "back_to": [None, None, "design", None, "design", None],
        "stop": [0, 0, 0, 0.15, 0, 0],
        "handover": [0.25, 0.75, 1, 1, 0.75, 0],
    },
    index=["enter", "design", "price", "credit", "sign", "send"],
)
#: What is changed. The share of rework is not: the explorer sets it.
_CHANGES = (
    ("move", "credit", "design"), ("join", "enter", "credit"), ("join", "price", "sign"),
    ("handover", "enter + credit", 0.5), ("handover", "price + sign", 0.25),
)  # fmt: skip
#: The programme that puts it into practice; weeks.
_TASKS = pd.DataFrame(
    {
        "after": ["", "", "map", "map", "rules", "system, pay, data", "pilot"],
        "low": [2, 5, 6, 1, 3, 4, 3],
        "likely": [3, 9, 8, 2, 5, 4, 4],
        "high": [5, 16, 14, 4, 11, 6, 8],
    },
    index=["map", "data", "system", "rules", "pay", "pilot", "roll-out"],
)


def process_explorer(
    before: "pd.DataFrame | None" = None,
    changes: Sequence[Sequence[Any]] = _CHANGES,
    station: Any = "price",
    mode: str | None = None,
) -> Explorer:
    """Explore the time of a case before and after a redesign (流程再造前后).

    Parameters
    ----------
    before : DataFrame, optional
        Stations as in :func:`crmlab.crm.process_theory`, in days; the chapter's quotation without.
    changes : sequence of tuples
        As in :func:`crmlab.crm.redesign`.
    station : label
        Station whose share of rework is moved.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        If the stations, the changes or `mode` cannot be read.

    Examples
    --------
    >>> process_explorer()
    Explorer: Where do the days of a quotation go?
    """
    table = _QUOTATION if before is None else before
    _checks.choice(station, "station", tuple(table.index))

    @cache
    def made(share: float) -> "tuple[pd.DataFrame, pd.DataFrame]":
        new = crm.redesign(table, [("rework", station, share), *changes])
        return new.stages[1], new.after

    def draw(ax: "Axes", rate: float, rework: float) -> str:
        found = [_theory(stations, rate) for stations in made(rework)]
        words = _("before"), _("after")
        for row, result in enumerate(found):
            _bar(ax, row, result)
        ax.set_yticks([0, 1], words)
        ax.set_ylim(1.7, -0.5)
        ax.set_xlim(0, 20)
        ax.grid(visible=False, axis="y")
        ax.grid(axis="x")
        ax.set_xlabel(_("mean time of a case (days)"))
        if any(found):
            ax.legend(loc="lower right", fontsize=9, ncols=4, columnspacing=1.0)
        times = [_("no end") if r is None else f"{r.time:.1f}" for r in found]
        ax.set_title(_("Days of a case: {before} before, {after} after").format(
            before=times[0], after=times[1]))  # fmt: skip
        return _("{rate:g} cases a day, {share} of them back from {station}. {told}").format(
            rate=rate, share=percent(rework), station=station,
            told=" ".join(_told(word, r) for word, r in zip(words, found, strict=True)),
        )  # fmt: skip

    return explorer(
        draw,
        Control("rate", _("cases that come a day"), [k / 10 for k in range(16, 49, 4)], 4.0,
                every=2),
        Control("rework", _("share sent back"), [0.05, 0.1, 0.15, 0.2, 0.25], 0.15, percent,
                every=2),
        title=_("Where do the days of a quotation go?"),
        mode=mode,
    )  # fmt: skip


def _theory(stations: "pd.DataFrame", rate: float) -> "crm.ProcessTheory | None":
    """Return the long run, or nothing where a station cannot do its work."""
    steady = np.isfinite(crm.redesign(stations, []).effects(rate)["time"].iloc[0])
    return crm.process_theory(stations, rate) if steady else None


def _bar(ax: "Axes", row: int, result: "crm.ProcessTheory | None") -> None:
    if result is None:
        ax.text(0.3, row, _("more work comes than can be done: the line grows without end"),
                va="center", fontsize=9.5)  # fmt: skip
        return
    start = 0.0
    named = ax.get_legend_handles_labels()[1]
    for name, (colour, hatch) in PART_STYLES.items():
        word = part_word(name)
        value = float(result.parts[name])
        ax.barh(row, value, 0.5, left=start, color=colour, hatch=hatch, edgecolor="white",
                linewidth=0, label=None if word in named else word)  # fmt: skip
        start += value


def _told(word: str, result: "crm.ProcessTheory | None") -> str:
    if result is None:
        return _("{word}: a station cannot do its work.").format(word=word.capitalize())
    return _("{word}: {time:.1f} days, {share} first work; {station} is busiest, {used}.").format(
        word=word.capitalize(), time=result.time, share=percent(result.touch_share),
        station=result.bottleneck, used=percent(result.table["utilisation"].max()),
    )  # fmt: skip


def programme_explorer(
    tasks: "pd.DataFrame | None" = None, task: Any = "data", mode: str | None = None
) -> Explorer:
    """Explore the chance to keep a promise when one task is late (按期完成的概率).

    Parameters
    ----------
    tasks : DataFrame, optional
        As in :func:`crmlab.crm.programme`; the chapter's programme without.
    task : label
        Task that is late.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        If the tasks or `mode` cannot be read, or there is no such task.

    Examples
    --------
    >>> programme_explorer()
    Explorer: One task is late: is the promise still safe?
    """
    plan = crm.programme(_TASKS if tasks is None else tasks)
    slack = float(plan.delayed(task, 0).table.loc[task, "slack"])  # an unknown task is refused

    @cache
    def chances(late: float) -> "crm.FinishChance":
        return plan.delayed(task, late).finish_chance(4000, seed=17)

    first = int(np.floor(chances(0).week(0.01)))
    last = int(np.ceil(chances(8).week(0.999)))
    weeks = np.linspace(first, last, 120)
    middle = round(plan.weeks)

    def draw(ax: "Axes", late: float, promised: float) -> str:
        found = chances(late)
        ax.plot(weeks, chances(0).chance(weeks), "--", color=MUTED, label=_("nothing late"))
        ax.plot(weeks, found.chance(weeks), color=BLUE,
                label=_("{task} late by {late:g} weeks").format(task=task, late=late))  # fmt: skip
        ax.axvline(promised, color=RED, linewidth=1.6, label=_("promised"))
        ax.set_xlim(first, last)
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(lambda value, _position: percent(value))
        ax.set_xlabel(_("week of the end"))
        ax.set_ylabel(_("chance to be done"))
        ax.legend(loc="lower right", fontsize=9)
        kept = found.chance(promised)
        ax.set_title(_("Week {week:g} is kept with a chance of {share}").format(
            week=promised, share=percent(kept)))  # fmt: skip
        return _(
            "The task has {slack:.1f} weeks of slack by the plan. Late by {late:g} weeks it is "
            "critical in {critical} of the draws; the chance to be done by week {week:g} is {kept} "
            "and was {was}."
        ).format(
            slack=slack, late=late, critical=percent(found.table.loc[task, "critical"]),
            week=promised, kept=percent(kept), was=percent(chances(0).chance(promised)),
        )  # fmt: skip

    return explorer(
        draw,
        Control("late", _("the task is late by"), list(range(9)), 4,
                lambda v: _("{weeks:g} weeks").format(weeks=v), every=4),
        Control("promised", _("week promised"), list(range(middle - 2, middle + 9)), middle + 2,
                every=2),
        title=_("One task is late: is the promise still safe?"),
        mode=mode,
    )  # fmt: skip
