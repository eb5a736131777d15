"""Pictures of learned grading rules: tuning and mistakes."""

from typing import TYPE_CHECKING

import numpy as np

from crmlab._text import _
from crmlab.plots.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    money,
    money_axis,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.grading import GradeReport, GradeTuning


@picture
def grade_tuning(
    result: "GradeTuning", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the cost of each setting on customers seen and on customers left out.

    Parameters
    ----------
    result : GradeTuning
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    unit : str, optional
        Unit of the costs.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    where = np.arange(len(table))
    ax.plot(where, table["train_cost"], color=MUTED, marker="s", markersize=5, linestyle="--",
            label=_("customers it learned from"))  # fmt: skip
    ax.errorbar(
        where, table["cost"], table["standard_error"], color=BLUE, marker="o", markersize=6,
        capsize=3, label=_("customers left out, ± one standard error"),
    )  # fmt: skip
    at = list(table.index).index(result.best)
    ax.plot(at, table["cost"].iloc[at], "o", color=GREEN, markersize=11, zorder=4,
            label=_("chosen"))  # fmt: skip
    ax.set_xticks(where, [f"{setting:g}" for setting in table.index])
    ax.set_ylim(0, 1.25 * float((table["cost"] + table["standard_error"]).max()))
    name = {"depth": _("depth of the tree"), "penalty": _("penalty on large weights")}
    ax.set_xlabel(name[str(table.index.name)])
    if result.priced:
        money_axis(ax.yaxis)
        ax.set_ylabel(_("cost of mistakes per customer ({unit})").format(unit=unit or _("money")))
    else:
        ax.set_ylabel(_("share of mistakes"))
    ax.legend(loc="lower left", fontsize=9)
    set_title(
        ax,
        title
        or _("On customers left out, {name} {best:g} is enough").format(
            name=str(table.index.name), best=result.best
        ),
    )


@picture
def grade_report(
    result: "GradeReport", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw how many customers of each true grade got which grade, and what that cost.

    Parameters
    ----------
    result : GradeReport
    ax, title, unit
        As in :func:`grade_tuning`.

    Returns
    -------
    matplotlib Axes
    """
    from matplotlib.patches import Rectangle

    counts, costs = result.confusion.to_numpy(), result.costs.to_numpy()
    rows = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    n = len(counts)
    for i in range(n):
        for j in range(n):
            right = i == j
            colour, share = (BLUE if right else ORANGE), float(rows[i, j])
            ax.add_patch(
                Rectangle((j - 0.48, i - 0.48), 0.96, 0.96, color=colour, alpha=0.12 + 0.6 * share,
                          linewidth=0)
            )  # fmt: skip
            words = f"{counts[i, j]}"
            ax.text(j, i - (0.1 if result.priced and not right else 0), words, ha="center",
                    va="center", fontsize=13, fontweight="bold", color=INK)  # fmt: skip
            if result.priced and not right:
                paid = _("cost {c}").format(c=money(counts[i, j] * costs[i, j]))
                ax.text(j, i + 0.2, paid, ha="center", va="center", fontsize=9, color=INK)
    names = [str(grade) for grade in result.confusion.index]
    ax.set_xticks(range(n), names)
    ax.set_yticks(range(n), names)
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(n - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.grid(visible=False)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.set_xlabel(_("grade given by the rule (customers)"))
    ax.set_ylabel(_("true grade"))
    if title is None and result.priced:
        title = _("{right} of the grades are right; mistakes cost {cost} {unit} per customer")
        title = title.format(
            right=percent(result.accuracy), cost=money(result.cost), unit=unit or ""
        ).replace("  ", " ")
    set_title(ax, title or _("{r} of the grades are right").format(r=percent(result.accuracy)))
