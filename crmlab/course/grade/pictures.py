"""The pictures of a class summary, in the book's style."""

import base64
import io
from collections.abc import Callable
from textwrap import shorten
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crmlab._text import _
from crmlab.course.grade.overview import BINS, Overview
from crmlab.plots.style import BLUE, MUTED, ORANGE, STYLE, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_CHECKS = 12  # bars that can be read


def as_svg(draw: Callable[[Overview, "Axes"], None], about: Overview, rows: int = 0) -> str:
    """Return a picture as the address of an image that needs no file; the same bytes each time.

    Parameters
    ----------
    draw : callable
        One of the functions below.
    about : Overview
    rows : int
        Bars that lie; the picture grows with them.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 1.5 + 0.36 * rows if rows else 3.6))
        draw(about, figure.add_subplot())
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode()


def distribution(about: Overview, ax: "Axes") -> None:
    """Draw how many submissions reached which tenth of full marks."""
    width = 100 / BINS
    ax.bar([width * (n + 0.5) for n in range(BINS)], about.bins, width=0.92 * width, color=BLUE)
    ax.set_xticks([width * n for n in range(0, BINS + 1, 2)])
    ax.set_xlim(0, 100)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(_("points, % of full marks"))
    ax.set_ylabel(_("students"))
    if about.median is not None:
        ax.axvline(about.median, color=ORANGE, label=_("median"))
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1))
        set_title(
            ax,
            _("Half of those who handed in have at least {median} %").format(
                median=round(about.median)
            ),
        )


def by_question(about: Overview, ax: "Axes") -> None:
    """Draw the mean share of each question's points."""
    marked = [question for question in about.questions if question.mean is not None]
    names = [question.id for question in marked]
    means = [100 * (question.mean or 0.0) for question in marked]
    bars = ax.barh(names, means, color=BLUE, height=0.7)
    ax.bar_label(bars, [f"{mean:.0f} %" for mean in means], padding=4, color=MUTED)
    ax.set_xlim(0, 108)
    ax.invert_yaxis()
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("mean, % of the question's points"))
    if marked and min(means) < max(means):
        hardest = names[means.index(min(means))]
        set_title(ax, _("{question} was the hardest question").format(question=hardest))
    else:
        set_title(ax, _("Points by question"))


def failed_checks(about: Overview, ax: "Axes") -> None:
    """Draw the checks that failed most often."""
    worst = about.checks[:MOST_CHECKS]
    labels = [f"{check.question}  {shorten(check.expr, 44, placeholder=' …')}" for check in worst]
    places = range(len(worst))
    for hidden, color, label in ((False, BLUE, _("visible")), (True, ORANGE, _("hidden"))):
        failed = [check.failed if check.hidden == hidden else 0 for check in worst]
        bars = ax.barh(places, failed, color=color, height=0.7, label=label)
        ax.bar_label(bars, [str(count or "") for count in failed], padding=4, color=MUTED)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    ax.set_yticks(places, labels, family="monospace", fontsize=8)
    ax.invert_yaxis()
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(_("submissions in which it failed"))
    if worst:
        title = _("{question} has the check that failed most often")
        set_title(ax, title.format(question=worst[0].question))
