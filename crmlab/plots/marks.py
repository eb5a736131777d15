"""Pictures of the marks of a class."""

from typing import TYPE_CHECKING, Any

from matplotlib.ticker import MaxNLocator

from crmlab._text import _
from crmlab.plots.style import BLUE, INK, ORANGE, picture, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@picture
def mark_distribution(result: Any, ax: "Axes", *, title: str | None = None) -> None:
    """Draw how many final marks there are in each step, below the pass mark and from it on.

    Parameters
    ----------
    result : Gradebook
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    steps, figures = result.distribution(), result.statistics()
    pass_mark, median = result.rules.pass_mark, figures["median"]
    width = steps["to"] - steps["from"]
    for column, below, color, label in (
        ("failed", 0, ORANGE, _("below {pass_mark}")),
        ("passed", steps["failed"], BLUE, _("{pass_mark} or more")),
    ):
        if steps[column].any():
            ax.bar(
                steps["from"] + width / 2,
                steps[column],
                0.9 * width,
                bottom=below,
                color=color,
                label=label.format(pass_mark=pass_mark),
            )
    if median is not None:
        ax.axvline(float(median), color=INK, linestyle="--", label=_("median"))
        ax.legend(loc="upper left")
    ax.set_xlim(0, 100)
    ax.set_xticks(range(0, 101, 10))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(_("final mark, of 100"))
    ax.set_ylabel(_("students"))
    if title is None and median is None:
        title = _("No student has a final mark yet")
    set_title(
        ax,
        title
        or _("Half of the {finals} final marks are at least {median}; {passed} pass").format(
            finals=figures["finals"], median=median, passed=figures["passed"]
        ),
    )
