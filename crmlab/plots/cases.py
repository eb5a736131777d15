"""Pictures of cases: state machines that draw themselves, replayed logs, decision trees."""

import math
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _
from crmlab.plots.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PALE,
    RED,
    SKY,
    money,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.service import ConfirmationCheck, DecisionTree, Replay, StateMachine

Place = tuple[float, float]


def _bare(ax: "Axes", places: Mapping[Any, Place], margin: Place = (0.5, 0.5)) -> None:
    """Limits around the places, and nothing else of an axis."""
    xs, ys = [p[0] for p in places.values()], [p[1] for p in places.values()]
    ax.set_xlim(min(xs) - margin[0], max(xs) + margin[0])
    ax.set_ylim(min(ys) - margin[1], max(ys) + margin[1])
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _layers(machine: "StateMachine") -> dict[str, Place]:
    """Columns by the number of steps from the start; states that cannot be reached at the end."""
    depth, open_ = {machine.start: 0}, [machine.start]
    while open_:
        state = open_.pop(0)
        for move in machine.moves:
            if move.source == state and move.target not in depth:
                depth[move.target] = depth[state] + 1
                open_.append(move.target)
    last = max(depth.values()) + 1
    columns: dict[int, list[str]] = {}
    for state in machine.states:
        columns.setdefault(depth.get(state, last), []).append(state)
    return {
        state: (float(x), (len(column) - 1) / 2 - row)
        for x, column in columns.items()
        for row, state in enumerate(column)
    }


def _arrows(machine: "StateMachine") -> dict[tuple[str, str], list[str]]:
    """Events from one state to another, those of the same way together."""
    found: dict[tuple[str, str], list[str]] = {}
    for move in machine.moves:
        found.setdefault((move.source, move.target), []).append(move.event)
    return found


def _bend(pair: tuple[str, str], at: Mapping[str, Place], pairs: Any) -> float:
    """How far an arrow must swing out: for its way back, or round a state that lies between."""
    (ax, ay), (bx, by) = at[pair[0]], at[pair[1]]
    length = math.hypot(bx - ax, by - ay)
    for name, (px, py) in at.items():
        if name in pair or not length:
            continue
        along = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length**2
        off = abs((bx - ax) * (py - ay) - (by - ay) * (px - ax)) / length
        if 0.05 < along < 0.95 and off < 0.3:
            return 0.38 if bx < ax else -0.38
    return 0.3 if (pair[1], pair[0]) in pairs else 0.0


@picture
def state_machine(
    result: "StateMachine",
    ax: "Axes",
    *,
    state: str | None = None,
    passed: Sequence[tuple[str, str]] = (),
    title: str | None = None,
) -> None:
    """Draw states as boxes and moves as arrows; a double frame marks a state in which a case rests.

    Parameters
    ----------
    result : StateMachine
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    state : str, optional
        State to be marked: where a case stands.
    passed : sequence of (str, str)
        Pairs of states between which a case has moved; their arrows are drawn strong.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    at = {**_layers(result), **result.positions}
    _bare(ax, at, (0.48, 0.55))
    pairs = _arrows(result)
    boxes = {}
    for name, place in at.items():
        words = name.replace("_", " ")
        if name in result.deadlines:
            words += "\n" + _("≤ {days:g} d").format(days=result.deadlines[name])
        wrong = name in result.unreachable or name in result.dead_ends
        edge = RED if wrong else BLUE if name == state else MUTED
        box = {"boxstyle": "round,pad=0.35", "edgecolor": edge,
               "facecolor": SKY if name == state else "white",
               "linewidth": 2.2 if name == state or wrong else 1.2}  # fmt: skip
        if name in result.final:
            ax.text(*place, words, ha="center", va="center", fontsize=8.5, color="none", zorder=1.9,
                    bbox={**box, "boxstyle": "round,pad=0.6", "facecolor": "white"})  # fmt: skip
        written = ax.text(*place, words, ha="center", va="center", fontsize=8.5, zorder=2, bbox=box)
        boxes[name] = written.get_bbox_patch()
    for pair, events in pairs.items():
        _move(ax, boxes, at, pair, events, _bend(pair, at, pairs), pair in set(passed))
    ax.set_xlabel(_("double frame: the case may rest; ≤: longest stay in days"))
    faults = (*result.unreachable, *result.dead_ends)
    sentence = (
        _("{name}: {states} states, {moves} moves, every case can be finished")
        if not faults
        else _("{name}: {faults} cannot be reached or left (red)")
    )
    words = sentence.format(
        name=result.name.capitalize(), states=len(result.states), moves=len(result.moves),
        faults=", ".join(dict.fromkeys(faults)),
    )  # fmt: skip
    set_title(ax, title or words)


def _move(
    ax: "Axes", boxes: Mapping[str, Any], at: Mapping[str, Place], pair: tuple[str, str],
    events: Sequence[str], bend: float, strong: bool,
) -> None:  # fmt: skip
    """Draw one arrow with its events."""
    start, end = at[pair[0]], at[pair[1]]
    colour = BLUE if strong else INK
    ax.annotate(
        "", end, start, zorder=3,
        arrowprops={
            "arrowstyle": "-|>", "mutation_scale": 10, "shrinkA": 1, "shrinkB": 1,
            "patchA": boxes[pair[0]], "patchB": boxes[pair[1]], "color": colour,
            "linewidth": 2.4 if strong else 1.1, "connectionstyle": f"arc3,rad={bend}",
        },
    )  # fmt: skip
    x, y = _halfway(ax, start, end, bend)
    flat = abs(start[1] - end[1]) < 1e-9
    words = " / ".join(event.replace("_", " ") for event in events)
    ax.annotate(
        words, (x, y), xytext=(0, (7 if bend <= 0 else -7) if flat else 0),
        textcoords="offset points", ha="center", va="center", fontsize=7.5, zorder=4,
        color=colour if strong else INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.85},
    )  # fmt: skip


def _halfway(ax: "Axes", start: Place, end: Place, bend: float) -> Place:
    """Find the middle of the curve that arc3 draws."""
    (x0, y0), (x1, y1) = ax.transData.transform([start, end])
    middle = np.array([(x0 + x1) / 2 + bend / 2 * (y1 - y0), (y0 + y1) / 2 - bend / 2 * (x1 - x0)])
    x, y = ax.transData.inverted().transform(middle)
    return float(x), float(y)


@picture
def replay(result: "Replay", ax: "Axes", *, title: str | None = None) -> None:
    """Draw how many stays in each state kept the deadline, and how many did not.

    Parameters
    ----------
    result : Replay
    ax, title
        As in :func:`state_machine`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.time_in_state()
    table = table[table["deadline"].notna()]
    y = np.arange(len(table))[::-1]
    late = table["overdue"].to_numpy()
    fine = table["visits"].to_numpy() - late
    ax.barh(y, fine, color=SKY, height=0.62, label=_("in time"))
    ax.barh(y, late, left=fine, color=RED, height=0.62, label=_("over the deadline"))
    top = max(float((fine + late).max()), 1.0) if len(table) else 1.0
    for place, (name, row) in zip(y, table.iterrows(), strict=True):
        ax.text(
            row["visits"] + 0.02 * top, place,
            _("{share} late").format(share=percent(row["overdue_share"])),
            va="center", fontsize=9,
        )  # fmt: skip
        del name
    names = [
        _("{state} (≤ {days:g} d)").format(state=name, days=days)
        for name, days in table["deadline"].items()
    ]
    ax.set_yticks(y, names)
    ax.set_xlim(0, 1.65 * top)
    ax.grid(visible=False)
    ax.set_xlabel(_("stays in the state"))
    ax.legend(loc="upper right", fontsize=9)
    wrong = int((result.table["illegal"] > 0).sum())
    sentence = _("{late} of {cases} cases were overdue somewhere, {wrong} hold a step not allowed")
    words = sentence.format(
        late=int((result.table["overdue"] > 0).sum()), cases=len(result.table), wrong=wrong
    )
    set_title(ax, title or words, width=44)


@picture
def confirmation_check(
    result: "ConfirmationCheck", ax: "Axes", *, unit: str | None = None, title: str | None = None
) -> None:
    """Draw the share of the sheets that break each rule, of those to which it applies.

    Parameters
    ----------
    result : ConfirmationCheck
    ax, title
        As in :func:`state_machine`.
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    table = result.to_frame()
    y = np.arange(len(table))[::-1]
    ax.barh(y, table["share"].fillna(0), color=ORANGE, height=0.62)
    top = max(float(table["share"].max()), 0.05)
    for place, row in zip(y, table.to_dict("records"), strict=True):
        words = _("{broken} of {applies}").format(**{k: int(row[k]) for k in ("broken", "applies")})
        if row["broken"]:
            words += f", {money(row['amount'])} {unit or _('money units')}"
        share = row["share"] if row["share"] == row["share"] else 0.0
        ax.text(share + 0.015 * top, place, words, va="center", fontsize=9)
    ax.set_yticks(y, list(table.index))
    ax.set_xlim(0, 1.6 * top)
    ax.xaxis.set_major_formatter(lambda value, _position: percent(value))
    ax.grid(visible=False)
    ax.set_xlabel(_("share of the sheets to which the rule applies; their amount"))
    good = int(result.accepted.sum())
    sentence = _("{back} of {all} sheets go back; the rule broken most is “{rule}”")
    words = sentence.format(
        back=len(result.broken) - good, all=len(result.broken), rule=table["share"].idxmax()
    )
    set_title(ax, title or words)


@picture
def decision_tree(
    result: "DecisionTree", ax: "Axes", *, answers: Sequence[str] = (), title: str | None = None
) -> None:
    """Draw the questions and where each answer leads; advice stands in grey boxes.

    A figure that holds nothing else grows with the depth of the tree, so that it can be read.

    Parameters
    ----------
    result : DecisionTree
    ax, title
        As in :func:`state_machine`.
    answers : sequence of str
        Answers given; their way is drawn strong.

    Returns
    -------
    matplotlib Axes
    """
    from crmlab.service import Question

    at = _tree_places(result)
    depth = max(-y for _x, y in at.values())
    way, here = set(), result.root
    for answer in answers:
        node = result.nodes[here]
        if isinstance(node, Question):
            way.add((here, node.answers[answer]))
            here = node.answers[answer]
    figure = ax.figure.figure
    if figure.axes == [ax]:
        figure.set_figheight(max(figure.get_figheight(), 1.15 * (depth + 1)))
    _bare(ax, at, (0.55, 0.42))
    boxes = {}
    width = 24
    for name, place in at.items():
        node = result.nodes[name]
        asks = isinstance(node, Question)
        words = node.text if isinstance(node, Question) else _short(node.action)
        written = ax.text(
            *place, fill(words, width), ha="center", va="center", fontsize=9, zorder=2,
            bbox={"boxstyle": "round,pad=0.3" if asks else "square,pad=0.3",
                  "facecolor": SKY if name == here and answers else "white" if asks else PALE,
                  "edgecolor": BLUE if asks else MUTED, "linewidth": 1.2},
        )  # fmt: skip
        boxes[name] = written.get_bbox_patch()
    for name, node in result.nodes.items():
        for answer, follow in node.answers.items() if isinstance(node, Question) else ():
            strong, bend = (name, follow) in way, _bend((name, follow), at, ())
            ax.annotate(
                "", at[follow], at[name], zorder=1.5,
                arrowprops={"arrowstyle": "-|>", "mutation_scale": 9, "patchA": boxes[name],
                            "patchB": boxes[follow], "color": BLUE if strong else MUTED,
                            "linewidth": 2.4 if strong else 1.1,
                            "connectionstyle": f"arc3,rad={bend}"},
            )  # fmt: skip
            ax.text(
                *_halfway(ax, at[name], at[follow], bend), answer.split(":")[0], ha="center",
                va="center", fontsize=9, zorder=3, fontweight="bold" if strong else "normal",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )  # fmt: skip
    ax.set_xlabel(_("blue frame: a question; grey: what to do"))
    questions = int(depth)
    sentence = _("{name}: {n} questions at most, {ways} ways to act")
    kinds = sum(not isinstance(node, Question) for node in result.nodes.values())
    set_title(ax, title or sentence.format(name=result.name.capitalize(), n=questions, ways=kinds))


def _short(action: str) -> str:
    """First part of an advice: up to a colon, a semicolon or a comma."""
    for mark in (":", ";", ","):
        action = action.split(mark)[0]
    return action


def _tree_places(tree: "DecisionTree") -> dict[str, Place]:
    """Questions below each other by their longest way from the root, answers side by side."""
    from crmlab.service import Question

    depth: dict[str, int] = {}

    def down(name: str, level: int) -> None:
        depth[name] = max(depth.get(name, 0), level)
        node = tree.nodes[name]
        if isinstance(node, Question):
            for follow in node.answers.values():
                down(follow, level + 1)

    down(tree.root, 0)
    rows: dict[int, list[str]] = {}
    for name in tree.nodes:
        rows.setdefault(depth[name], []).append(name)
    at: dict[str, Place] = {tree.root: (0.0, 0.0)}
    for level in sorted(rows)[1:]:
        wish = {name: float(np.mean(_wishes(tree, name, at))) for name in rows[level]}
        order = sorted(rows[level], key=lambda name: wish[name])
        middle = float(np.mean(list(wish.values())))
        for i, name in enumerate(order):
            at[name] = (middle + 1.3 * (i - (len(order) - 1) / 2), -float(level))
    return at


def _wishes(tree: "DecisionTree", name: str, at: Mapping[str, Place]) -> list[float]:
    """Where a node would stand by each question above it: left for its first answer, and so on."""
    from crmlab.service import Question

    found = []
    for parent, (x, _y) in at.items():
        node = tree.nodes[parent]
        followers = list(node.answers.values()) if isinstance(node, Question) else []
        middle = (len(followers) - 1) / 2
        found += [x + 1.3 * (i - middle) for i, follow in enumerate(followers) if follow == name]
    return found
