"""Names beside points and lines that do not lie on each other."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab.plots.style import INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Directions in which a name may stand from its point, the most pleasing first.
_ANGLES = np.deg2rad([0, 180, 90, 270, 30, 150, 330, 210, 60, 120, 300, 240])
#: Distances from the point, in points of type.
_REACH = (7.0, 13.0, 22.0, 34.0, 48.0, 64.0)


def label_points(
    ax: "Axes", x: Any, y: Any, names: Iterable[Any], *, fontsize: float = 9.0
) -> None:
    """Name points, each name where it covers no point, no other name and no other text.

    Call it last: it measures the picture as it stands. A name that had to go far from its point
    is joined to it by a thin line. Greedy: the most crowded point chooses first.

    Parameters
    ----------
    ax : matplotlib Axes
    x, y : array of shape (points,)
    names : iterable
    fontsize : float
    """
    figure = ax.figure.figure
    assert figure is not None  # an Axes that is drawn on stands in a figure
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()  # only now the Axes has its place
    per_point = figure.dpi / 72
    spots = ax.transData.transform(np.column_stack([x, y]))
    frame = np.array(ax.get_window_extent().extents)
    taken = np.hstack([spots - 5 * per_point, spots + 5 * per_point])
    if ax.texts:
        taken = np.vstack([taken, [word.get_window_extent().extents for word in ax.texts]])
    apart = np.linalg.norm(spots[:, None] - spots[None], axis=2)
    crowd = np.exp(-apart / (40 * per_point)).sum(axis=1)
    words = [str(name) for name in names]
    reach, rank = (a.ravel() for a in np.meshgrid(_REACH, range(len(_ANGLES)), indexing="ij"))
    away = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])[rank]
    for i in np.argsort(-crowd, kind="stable"):
        probe = ax.text(0, 0, words[i], fontsize=fontsize)
        size = probe.get_window_extent()
        probe.remove()
        half = np.array([size.width, size.height]) / 2
        shift = away * (reach[:, None] * per_point + half * np.abs(away) ** 0.5)
        boxes = np.hstack([spots[i] + shift - half - 1, spots[i] + shift + half + 1])
        cost = _overlap(boxes, taken) + 20 * _outside(boxes, frame) + 6 * reach + 2 * rank
        best = int(np.argmin(cost))
        taken = np.vstack([taken, boxes[best]])
        ax.annotate(
            words[i], (np.asarray(x)[i], np.asarray(y)[i]), xytext=tuple(shift[best] / per_point),
            textcoords="offset points", ha="center", va="center", fontsize=fontsize, color=INK,
            zorder=5, annotation_clip=False,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.8},
            arrowprops={"arrowstyle": "-", "color": MUTED, "lw": 0.7, "shrinkA": 0, "shrinkB": 3}
            if reach[best] > 13 else None,
        )  # fmt: skip


def name_cell(
    ax: "Axes",
    word: str,
    cut: float,
    *,
    right: bool,
    top: bool,
    margin: tuple[float, float],
    **look: Any,
) -> None:
    """Name one of four cells in its outer corner, upright where it would lie over the cut.

    Call it when the limits are set.

    Parameters
    ----------
    ax : matplotlib Axes
    word : str
    cut : float
        Where on the x-axis the left cells end.
    right, top : bool
        Which cell it is, as one sees it.
    margin : pair of float
        Distance from the edges, as shares of width and height.
    **look
        Passed on to the text.
    """
    x, y = margin
    written = ax.text(
        1 - x if right else x, 1 - y if top else y, word, transform=ax.transAxes,
        ha="right" if right else "left", va="top" if top else "bottom", **look,
    )  # fmt: skip
    box, line = written.get_window_extent(), ax.get_xaxis_transform().transform((cut, 0))[0]
    if box.x0 <= line <= box.x1:
        written.set_rotation(90)


def _overlap(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Area in pixels that each box shares with the others; a touch counts."""
    sides = np.minimum(boxes[:, None, 2:], others[:, 2:]) - np.maximum(
        boxes[:, None, :2], others[:, :2]
    )
    return np.where((sides > 0).all(axis=2), sides.prod(axis=2) + 50, 0).sum(axis=1)


def _outside(boxes: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """How far each box reaches over the frame, in pixels."""
    over = np.hstack([frame[:2] - boxes[:, :2], boxes[:, 2:] - frame[2:]])
    return np.maximum(over, 0).sum(axis=1)


def spread(heights: Any, gap: float) -> np.ndarray:
    """Move heights apart until neighbours are at least `gap` apart, each as little as possible.

    Parameters
    ----------
    heights : array of shape (n,)
    gap : float

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> spread([1.0, 1.1, 5.0], gap=0.5).round(2).tolist()
    [0.8, 1.3, 5.0]
    """
    given = np.asarray(heights, float)
    order = np.argsort(given, kind="stable")
    # Blocks that touch are merged and stand around the mean of what they were to label.
    blocks: list[list[Any]] = []
    for wish in given[order]:
        blocks.append([[wish], wish])
        while len(blocks) > 1 and _top(blocks[-2], gap) + gap > _bottom(blocks[-1], gap):
            last = blocks.pop()
            wishes = blocks[-1][0] + last[0]
            blocks[-1] = [wishes, float(np.mean(wishes))]
    placed = np.concatenate(
        [_bottom(block, gap) + gap * np.arange(len(block[0])) for block in blocks]
    )
    result = np.empty_like(given)
    result[order] = placed
    return result


def _bottom(block: list[Any], gap: float) -> float:
    return float(block[1] - gap * (len(block[0]) - 1) / 2)


def _top(block: list[Any], gap: float) -> float:
    return float(block[1] + gap * (len(block[0]) - 1) / 2)


def name_rows(ax: "Axes", names: Collection[Any]) -> np.ndarray:
    """Name the rows of a picture from top to bottom and return their places."""
    places = np.arange(len(names))
    ax.set_yticks(places, [str(name) for name in names])
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    return places


def capital(name: Any) -> str:
    """Return a name as the first word of a sentence."""
    return str(name)[:1].upper() + str(name)[1:]
