"""Pictures of weights."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _
from crmlab.plots.labels import name_rows
from crmlab.plots.style import BLUE, ORANGE, PALETTE, percent, picture, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKERS = ("o", "s", "D", "^", "v", "P", "X")


@picture
def weights(
    result: Any, ax: "Axes", *, names: Mapping[str, str] | None = None, title: str | None = None
) -> None:
    """Draw weights as bars, the largest on top; AHP with its consistency in the title.

    Parameters
    ----------
    result : AhpWeights, EntropyWeights or CombinedWeights
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    names : mapping of str to str, optional
        Words for the names.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    order = np.argsort(-result.weights, kind="stable")
    words = [(names or {}).get(str(result.names[i]), str(result.names[i])) for i in order]
    rows = np.arange(len(words))
    doubtful = getattr(result, "consistent", True) is False
    ax.barh(
        rows, result.weights[order], 0.62, color=ORANGE if doubtful else BLUE,
        hatch="//" if doubtful else "", edgecolor="white",
    )  # fmt: skip
    for row, weight in zip(rows, result.weights[order], strict=True):
        ax.annotate(
            percent(weight, 1), (weight, row), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=9.5,
        )  # fmt: skip
    name_rows(ax, words)
    ax.margins(x=0.14)
    ax.xaxis.set_major_formatter(lambda value, _position: percent(value))
    ax.set_xlabel(_("weight"))
    default = _("{name} weighs most: {weight}").format(
        name=words[0], weight=percent(result.weights[order[0]])
    )
    if hasattr(result, "cr"):
        default += _("; CR {cr:.3f}, {verdict}").format(
            cr=result.cr, verdict=_("not consistent") if doubtful else _("consistent")
        )
    set_title(ax, title or default)


@picture
def weights_compared(data: Mapping[str, Any], ax: "Axes", *, title: str | None = None) -> None:
    """Draw several sets of weights of the same things, one row per thing.

    Parameters
    ----------
    data : DataFrame
        One row per thing, one column per set of weights.
    ax, title
        As in :func:`weights`.

    Returns
    -------
    matplotlib Axes
    """
    import pandas as pd

    frame = pd.DataFrame(data)
    rows = np.arange(len(frame))
    for row, values in enumerate(frame.to_numpy()):
        ax.plot([values.min(), values.max()], [row, row], color="#BBBBBB", linewidth=1.5, zorder=1)
    for k, column in enumerate(frame):
        ax.plot(
            frame[column], rows, MARKERS[k % 7], color=PALETTE[k % 7], markersize=9, label=column
        )
    name_rows(ax, frame.index)
    ax.xaxis.set_major_formatter(lambda value, _position: percent(value))
    ax.set_xlabel(_("weight"))
    ax.legend(fontsize=9, loc="best")
    gap = (frame.max(axis=1) - frame.min(axis=1)).idxmax()
    set_title(ax, title or _("The ways to weigh disagree most about {name}").format(name=gap))
