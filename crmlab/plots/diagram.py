"""Path diagrams: where the circles stand, and the drawing."""

import math
import random
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from crmlab._text import _
from crmlab.plots.style import BLUE, INK, MUTED, ORANGE, PALE, picture, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.index import PathBootstrap, PathDiagram, PathSpec

Place = tuple[float, float]
Paths = Mapping[str, Sequence[str]]


def _edges(paths: Paths) -> list[tuple[str, str]]:
    return [(source, target) for target, sources in paths.items() for source in sources]


def _depths(paths: Paths) -> dict[str, int]:
    """Longest way to each name from one that nothing points to."""
    depth: dict[str, int] = {}

    def find(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((find(source) for source in paths.get(name, ())), default=-1)
        return depth[name]

    for source, target in _edges(paths):
        find(source), find(target)
    return depth


def _distance(point: Place, start: Place, end: Place) -> float:
    """How far a point is from a line between two others."""
    (px, py), (ax, ay), (bx, by) = point, start, end
    dx, dy = bx - ax, by - ay
    t = min(1.0, max(0.0, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy or 1.0)))
    return math.hypot(px - ax - t * dx, py - ay - t * dy)


def _cross(a: Place, b: Place, c: Place, d: Place) -> bool:
    """Whether two lines cross between their ends."""

    def side(p: Place, q: Place, r: Place) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _trouble(edges: list[tuple[str, str]], at: Mapping[str, Place], narrow: bool) -> float:
    """How hard a picture would be to read: lines over boxes, crowding, crossings, length."""
    cost = 0.0
    if narrow:  # many layers: neighbours at one height would touch
        for (x1, y1), (x2, y2) in combinations(at.values(), 2):
            if abs(x1 - x2) <= 1.01 and abs(y1 - y2) < 0.9:
                cost += 8
    for source, target in edges:
        start, end = at[source], at[target]
        cost += 0.25 * abs(start[1] - end[1])
        for name, place in at.items():
            if name not in (source, target) and _distance(place, start, end) < 0.5:
                cost += 30
    for (s1, t1), (s2, t2) in combinations(edges, 2):
        if not {s1, t1} & {s2, t2} and _cross(at[s1], at[t1], at[s2], at[t2]):
            cost += 3
    return cost


def _placed(paths: Paths) -> dict[str, Place]:
    """Put causes left of consequences, at heights that keep lines apart and off the boxes.

    From several starts, each name in turn moves to the height that troubles the picture least.
    """
    depth, edges = _depths(paths), _edges(paths)
    layers = [[n for n in depth if depth[n] == d] for d in range(max(depth.values()) + 1)]
    narrow = len(layers) > 5
    rows = max(2 * max(max(map(len, layers)), 2) - 1, 5 if len(layers) > 3 else 3)
    heights = [float(row) for row in range(rows)]
    even = {
        name: (float(d), (i + 0.5) * rows / len(layer) - 0.5)
        for d, layer in enumerate(layers)
        for i, name in enumerate(layer)
    }
    best = _settled(even, heights, edges, narrow)
    shuffle = random.Random(1)  # any seed, but the same picture every time
    for _start in range(max(2, 240 // len(edges)) if _trouble(edges, best, narrow) >= 3 else 0):
        drawn = {
            name: (float(d), height)
            for d, layer in enumerate(layers)
            for name, height in zip(layer, shuffle.sample(heights, len(layer)), strict=True)
        }
        best = min(
            best,
            _settled(drawn, heights, edges, narrow),
            key=lambda at: _trouble(edges, at, narrow),
        )
    return best


def _settled(
    at: dict[str, Place], heights: list[float], edges: list[tuple[str, str]], narrow: bool
) -> dict[str, Place]:
    """Move one name at a time to a better height until none helps."""
    best, before = _trouble(edges, at, narrow), float("inf")
    while best < before:
        before = best
        for name in at:
            x = at[name][0]
            kept = at[name]
            for height in heights:
                if any(n != name and p[0] == x and abs(p[1] - height) < 1 for n, p in at.items()):
                    continue
                at[name] = (x, height)
                if (now := _trouble(edges, at, narrow)) < best - 1e-9:
                    best, kept = now, at[name]
            at[name] = kept
    return at


def _words(name: str, names: Mapping[str, str] | None) -> str:
    return (names or {}).get(name, name.replace("_", " "))


def _boxes(
    ax: "Axes", at: Mapping[str, Place], texts: Mapping[str, str], edge: str
) -> dict[str, Any]:
    """Write each name in a rounded box, drawn before the arrows that end at it."""
    boxes: dict[str, Any] = {}
    for name, (x, y) in at.items():
        written = ax.text(
            x, y, texts[name], ha="center", va="center", fontsize=9.5, zorder=2,
            bbox={"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": edge,
                  "linewidth": 1.4},
        )  # fmt: skip
        boxes[name] = written.get_bbox_patch()
    return boxes


def _frame(ax: "Axes", at: Mapping[str, Place]) -> None:
    xs, ys = [p[0] for p in at.values()], [p[1] for p in at.values()]
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    ax.set_xlim(min(xs) - 0.16 * wide, max(xs) + 0.16 * wide)
    ax.set_ylim(min(ys) - 0.14 * high, max(ys) + 0.14 * high)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _arrow(
    ax: "Axes", boxes: dict[str, Any], at: Mapping[str, Place],
    pair: tuple[str, str], **style: Any,
) -> None:  # fmt: skip
    source, target = pair
    ax.annotate(
        "", at[target], at[source], zorder=3,
        arrowprops={
            "arrowstyle": "-|>", "mutation_scale": 12, "shrinkA": 1, "shrinkB": 2,
            "patchA": boxes[source], "patchB": boxes[target], **style,
        },
    )  # fmt: skip


def _label_places(
    edges: list[tuple[str, str]], at: Mapping[str, Place], size: Place
) -> dict[tuple[str, str], Place]:
    """Choose a point on each line for its number, away from circles, lines and other numbers."""
    inch = {name: (x * size[0], y * size[1]) for name, (x, y) in at.items()}
    taken: list[Place] = []
    chosen = {}
    for source, target in sorted(edges, key=lambda e: math.dist(inch[e[0]], inch[e[1]])):
        (ax_, ay), (bx, by) = inch[source], inch[target]
        best = (-1.0, 0.5)
        for t in (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68):
            here = (ax_ + t * (bx - ax_), ay + t * (by - ay))
            room = min(
                [1.0]
                + [0.6 * math.dist(here, place) for place in inch.values()]
                + [math.dist(here, place) for place in taken]
                + [
                    1.6 * _distance(here, inch[s], inch[e])
                    for s, e in edges
                    if not {s, e} & {source, target}
                ]
            )
            if room > best[0] + 0.02:
                best = (room, t)
        t = best[1]
        taken.append((ax_ + t * (bx - ax_), ay + t * (by - ay)))
        (x0, y0), (x1, y1) = at[source], at[target]
        chosen[source, target] = (x0 + t * (x1 - x0), y0 + t * (y1 - y0))
    return chosen


def _inches(ax: "Axes", at: Mapping[str, Place]) -> Place:
    """Inches per unit of x and of y."""
    wide, high = ax.figure.figure.get_size_inches()
    box = ax.get_position()
    xs, ys = ax.get_xlim(), ax.get_ylim()
    return wide * box.width / (xs[1] - xs[0]), high * box.height / (ys[1] - ys[0])


@picture
def path_spec(
    result: "PathSpec",
    ax: "Axes",
    *,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
) -> None:
    """Draw a path model before it is fitted: circles and arrows.

    Parameters
    ----------
    result : PathSpec
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    names : mapping of str to str, optional
        Words for the latent variables.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    at = result.positions or _placed(result.paths)
    _frame(ax, at)
    boxes = _boxes(ax, at, {name: _words(name, names) for name in at}, BLUE)
    for pair in _edges(result.paths):
        _arrow(ax, boxes, at, pair, color=INK, linewidth=1.4)
    ax.set_xlabel(_("an arrow leads from a cause to what it moves"))
    n = len(_edges(result.paths))
    called = result.name or _("The model")
    set_title(ax, title or _("{model}: {n} paths to be estimated").format(model=called, n=n))


@picture
def path_diagram(
    result: "PathDiagram",
    ax: "Axes",
    *,
    intervals: "PathBootstrap | None" = None,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
) -> None:
    """Draw a fitted path model: coefficients on the arrows, R² in the boxes.

    Parameters
    ----------
    result : PathDiagram
    ax, names, title
        As in :func:`path_spec`.
    intervals : PathBootstrap, optional
        Paths whose 95 % interval holds zero are then drawn dashed and pale.

    Returns
    -------
    matplotlib Axes
    """
    at = result.positions or _placed(result.paths)
    edges = _edges(result.paths)
    _frame(ax, at)
    texts = {
        name: _words(name, names)
        + (f"\nR² {result.r2[name]:.2f}" if name in result.r2.index else "")
        for name in at
    }
    boxes = _boxes(ax, at, texts, BLUE)
    unsure = set()
    if intervals is not None:
        table = intervals.interval()
        unsure = set(table.index[(table["low"] <= 0) & (table["high"] >= 0)])
    places = _label_places(edges, at, _inches(ax, at))
    for pair in edges:
        value = float(result.coefficients[pair])
        colour = PALE if pair in unsure else BLUE if value >= 0 else ORANGE
        _arrow(
            ax, boxes, at, pair, color=colour, linewidth=0.8 + 4 * min(abs(value), 1),
            linestyle=(0, (4, 3)) if pair in unsure else "-",
        )  # fmt: skip
        ax.text(
            *places[pair], f"{value:.2f}".replace("-", "\N{MINUS SIGN}"),
            ha="center", va="center", fontsize=9, zorder=4, color=MUTED if pair in unsure else INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip
    note = _("standardised path coefficients; the thicker the arrow, the stronger the path")
    if unsure:
        note = _("standardised path coefficients; dashed: the 95 % interval holds zero")
    ax.set_xlabel(note)
    strongest: Any = result.coefficients.abs().idxmax()
    set_title(
        ax,
        title
        or _("The strongest path leads from {source} to {target}: {value:.2f}").format(
            source=_words(strongest[0], names),
            target=_words(strongest[1], names),
            value=result.coefficients[strongest],
        ),
    )
