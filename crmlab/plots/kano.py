"""Pictures of Kano's model."""

from typing import TYPE_CHECKING

import numpy as np

from crmlab._text import _
from crmlab.plots.labels import label_points, spread
from crmlab.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    INK,
    MUTED,
    PINK,
    RED,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.satisfaction import Kano, KanoCurves, KanoSegments

#: Colour, marker and line of each category: the shape alone tells them apart.
LOOK = {
    "A": (GREEN, "^", "--"),
    "O": (BLUE, "o", "-"),
    "M": (RED, "s", "-."),
    "I": (MUTED, "D", ":"),
    "R": (PINK, "v", ":"),
    "Q": (BLACK, "X", ":"),
}
_PALE = {
    "A": "#CDEBDF",
    "O": "#CFE3F2",
    "M": "#F6D9C6",
    "I": "#ECECEC",
    "R": "#F3DCE8",
    "Q": "#FFF",
}


def _words() -> dict[str, str]:
    return {
        "A": _("attractive"),
        "O": _("one-dimensional"),
        "M": _("must-be"),
        "I": _("indifferent"),
        "R": _("reverse"),
        "Q": _("questionable"),
    }


@picture
def kano(result: "Kano", ax: "Axes", *, title: str | None = None) -> None:
    """Draw each feature by its pull downwards when it is missing and upwards when it is there.

    Parameters
    ----------
    result : Kano
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    letters, words = result.category, _words()
    x, y = -result.worse, result.better
    for cut in (ax.axhline, ax.axvline):
        cut(0.5, color=MUTED, linewidth=1, zorder=1)
    for letter in dict.fromkeys(letters):
        colour, marker, _line = LOOK[letter]
        chosen = letters == letter
        ax.scatter(x[chosen], y[chosen], 55, color=colour, marker=marker, zorder=3)
    for left, top, letter in ((0, 1, "A"), (1, 1, "O"), (1, 0, "M"), (0, 0, "I")):
        ax.text(
            0.985 if left else 0.015, 0.975 if top else 0.025, words[letter].upper(),
            transform=ax.transAxes, ha="right" if left else "left", va="top" if top else "bottom",
            fontsize=8.5, color=MUTED, fontweight="bold",
        )  # fmt: skip
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.grid(visible=False)
    ax.set_xlabel(_("pull downwards when it is missing, |Worse|"))
    ax.set_ylabel(_("pull upwards when it is there, Better"))
    set_title(
        ax,
        title
        or _("“{worst}” hurts most when missing, “{best}” pleases most when there").format(
            worst=x.idxmax(), best=y.idxmax()
        ),
    )
    named = [f"{name} ({letters[name]})" for name in x.index]
    known = x.notna().to_numpy()
    label_points(ax, x[known], y[known], [n for n, k in zip(named, known, strict=True) if k])


@picture
def kano_curves(result: "KanoCurves", ax: "Axes", *, title: str | None = None) -> None:
    """Draw satisfaction by fulfilment, one curve per feature.

    Parameters
    ----------
    result : KanoCurves
    ax, title
        As in :func:`kano`.

    Returns
    -------
    matplotlib Axes
    """
    table, words = result.satisfaction, _words()
    ends = spread(table.iloc[-1], 0.105)
    for feature, end in zip(table, ends, strict=True):
        letter = str(result.category[feature])  # type: ignore[call-overload]
        colour, _marker, line = LOOK[letter]
        ax.plot(table.index, table[feature], color=colour, linestyle=line)
        ax.annotate(
            f"{feature} ({letter})", (1, table[feature].iloc[-1]), xytext=(1.05, end),
            fontsize=9, va="center", color=INK, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": MUTED, "lw": 0.6, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
    ax.axhline(0, color=MUTED, linewidth=1)
    ax.set_xlim(0, 1)
    ax.set_ylim(-1, 1)
    ax.set_xticks([0, 0.5, 1], [_("not at all"), _("half"), _("fully")])
    ax.set_yticks([-1, -0.5, 0, 0.5, 1])
    ax.set_xlabel(_("how far the feature is there"))
    ax.set_ylabel(_("satisfaction (−1 to 1)"))
    shapes = [words[letter] for letter in "MOAI" if (result.category == letter).any()]
    set_title(
        ax,
        title or _("One shape per category: {shapes}").format(shapes=", ".join(shapes)),
    )


@picture
def kano_segments(result: "KanoSegments", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the category of each feature in each segment as a table of letters.

    Parameters
    ----------
    result : KanoSegments
    ax, title
        As in :func:`kano`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.to_frame().drop(columns="p_value")
    differ = (result.p_value.loc[table.index] < 0.05).to_numpy()
    rows, columns = table.shape
    for row in range(rows):
        for column in range(columns):
            letter = str(table.iloc[row, column])
            ax.fill(
                column + np.array([-0.5, 0.5, 0.5, -0.5]), row + np.array([-0.5, -0.5, 0.5, 0.5]),
                color=_PALE[letter], edgecolor="white", linewidth=2,
            )  # fmt: skip
            ax.text(
                column, row, letter, ha="center", va="center", fontsize=11,
                fontweight="bold" if differ[row] else "normal",
            )  # fmt: skip
    ax.set_yticks(
        range(rows), [f"{n} ●" if d else str(n) for n, d in zip(table.index, differ, strict=True)]
    )
    sizes = [int(study.answers.max()) for study in result.studies.values()]
    heads = [f"{name}\nn = {n}" for name, n in zip(table.columns, sizes, strict=True)]
    ax.set_xticks(range(columns), heads)
    ax.xaxis.tick_top()
    ax.set_ylim(rows - 0.5, -0.5)
    ax.set_xlim(-0.5, columns - 0.5)
    ax.grid(visible=False)
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.set_xlabel(
        _(
            "● the segments answer differently (p < 0.05)\n"
            "A attractive, O one-dimensional,\nM must-be, I indifferent, R reverse"
        )
    )
    set_title(
        ax,
        title
        or _("{differ} of {all} features mean different things to different segments").format(
            differ=int(differ.sum()), all=rows
        ),
        width=40,
    )
