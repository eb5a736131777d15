"""Pictures of strategy: five measures of a customer, maturity, goals."""

from collections.abc import Hashable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

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
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.crm import (
        CustomerEvaluation,
        EvaluationSensitivity,
        GoalProgress,
        GoalTree,
        MaturityScore,
        SmartCheck,
    )

#: Colour, mark and line of a customer, and of the mean.
_CUSTOMERS = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (RED, "^", "-."))
_MOST = len(_CUSTOMERS)
_SIDES = {"firm": BLUE, "customer": SKY, "staff": GREEN}


@picture
def customer_evaluation(
    result: "CustomerEvaluation",
    ax: "Axes",
    customers: Sequence[Hashable] | None = None,
    *,
    kind: str = "dots",
    order: Sequence[str] | None = None,
    title: str | None = None,
) -> None:
    """Draw the five measures of up to three customers beside the mean, as dots or as a radar.

    Dots on common scales can be compared; the area of a radar hangs on the order of its axes.
    A measure that is not known is drawn as the whole range that it could have (dots), or as a gap
    with a question mark (radar).

    Parameters
    ----------
    result : CustomerEvaluation
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    customers : sequence, optional
        Up to three labels of the table; the best by rank without it.
    kind : {"dots", "radar"}
    order : sequence of str, optional
        The measures in the order of the rows or axes.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If there are more than three customers, one is unknown, or `kind` or `order` is not
        allowed.
    """
    names: list[Any] = (
        list(customers) if customers is not None else list(result.to_frame().index[:1])
    )
    if len(names) > _MOST:
        raise ValueError(f"customers must be at most {_MOST} in one picture; got {len(names)}")
    if kind not in ("dots", "radar"):
        raise ValueError(f"kind must be one of 'dots', 'radar'; got {kind!r}")
    shown = result.profile(names)
    wanted = list(order) if order is not None else list(shown.index)
    if sorted(wanted) != sorted(shown.index):
        raise ValueError(f"order must hold each of {list(shown.index)} once; got {wanted}")
    shown = shown.loc[wanted]
    (_dots if kind == "dots" else _radar)(ax, shown, names)
    first: Any = result.table.loc[names[0]]
    rank = _ranks(int(first["best_rank"]), int(first["worst_rank"]))
    sentence = _("{name}: score {score}, rank {rank} of {n}")
    score = f"{first['score']:.0f}"
    if first["known"] < 1:
        score = _("{low:.0f} to {high:.0f}").format(low=first["low"], high=first["high"])
    set_title(
        ax,
        title or sentence.format(name=names[0], score=score, rank=rank, n=f"{len(result.table):,}"),
    )


def _ranks(best: int, worst: int) -> str:
    if best == worst:
        return str(best)
    return _("{best} to {worst}").format(best=best, worst=worst)


def _dots(ax: "Axes", shown: Any, names: list[Hashable]) -> None:
    rows = np.arange(len(shown))
    ax.plot(shown["mean"], rows, "|", color=INK, markersize=16, label=_("mean"), zorder=2)
    step = 0.18
    for k, name in enumerate(names):
        colour, mark, _line = _CUSTOMERS[k]
        at = rows + step * (k - (len(names) - 1) / 2)
        values = shown[name].to_numpy(float)
        ax.plot(values, at, mark, color=colour, markersize=8, label=str(name), zorder=3)
        for row in at[np.isnan(values)]:
            ax.plot([0, 100], [row, row], ":", color=colour, linewidth=1.6)
            ax.text(25, row, "?", color=colour, ha="center", va="center", fontweight="bold",
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
    ax.set_yticks(rows, [str(name) for name in shown.index])
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.set_xlim(-3, 103)
    ax.grid(axis="x")
    ax.set_xlabel(_("0 to 100; ? : not known, so anywhere on the line"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=4, fontsize=9)


def _radar(ax: "Axes", shown: Any, names: list[Hashable]) -> None:
    """Draw on plain axes, so that a radar can stand wherever another picture can."""
    k = len(shown)
    angles = np.pi / 2 - 2 * np.pi * np.arange(k) / k
    x, y = np.cos(angles), np.sin(angles)
    ring = np.append(np.arange(k), 0)
    for level in (25, 50, 75, 100):
        ax.plot(level * x[ring], level * y[ring], color=PALE, linewidth=0.8, zorder=1)
        ax.text(3, level - 3, str(level), fontsize=7.5, color=MUTED, va="top", zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.85}
                )  # fmt: skip
    for name, across, up in zip(shown.index, x, y, strict=True):
        ax.plot([0, 100 * across], [0, 100 * up], color=PALE, linewidth=0.8, zorder=1)
        side = "center" if abs(across) < 0.1 else "left" if across > 0 else "right"
        ax.text(112 * across, 112 * up, str(name), ha=side, va="center")
    lines: list[tuple[Hashable, str, str, str]] = [("mean", INK, "", ":")]
    lines += [(name, *_CUSTOMERS[k]) for k, name in enumerate(names)]
    for name, colour, mark, line in lines:
        r = shown[name].to_numpy(float)
        label = _("mean") if name == "mean" else str(name)
        ax.plot((r * x)[ring], (r * y)[ring], line, color=colour, marker=mark, markersize=6,
                label=label, zorder=3)  # fmt: skip
        if not np.isnan(r).any():
            ax.fill(r * x, r * y, color=colour, alpha=0.10, zorder=2)
        for i in np.flatnonzero(np.isnan(r)):
            ax.text(88 * x[i], 88 * y[i], "?", color=colour, fontweight="bold", ha="center")
    ax.set_aspect("equal")
    ax.set_xlim(-150, 150)
    ax.set_ylim(-105, 125)
    ax.set_axis_off()
    ax.legend(loc="upper left", bbox_to_anchor=(-0.12, 1.0), fontsize=9)


@picture
def evaluation_sensitivity(
    result: "EvaluationSensitivity", ax: "Axes", *, title: str | None = None, rows: int = 60
) -> None:
    """Draw the ranks that weights near the chosen ones give to the first customers.

    Parameters
    ----------
    result : EvaluationSensitivity
    ax, title
        As in :func:`customer_evaluation`.
    rows : int
        How many customers, the best first.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.head(rows)
    place = np.arange(1, len(table) + 1)
    share = table["in_top"].to_numpy(float)
    kinds = (
        (share == 1, BLUE, _("always among the first {top}")),
        ((share < 1) & (share > 0), ORANGE, _("sometimes")),
        (share == 0, MUTED, _("never")),
    )
    low, high = table["rank_low"].to_numpy(float), table["rank_high"].to_numpy(float)
    for chosen, colour, words in kinds:
        if chosen.any():
            ax.vlines(place[chosen], low[chosen], high[chosen], color=colour, linewidth=2.4)
            ax.plot(place[chosen], table["rank"].to_numpy(float)[chosen], "o", color=colour,
                    markersize=3.5, label=words.format(top=result.top))  # fmt: skip
    ax.axhline(result.top + 0.5, color=INK, linewidth=1, linestyle=":")
    ax.set_xlim(0, len(table) + 1)
    ax.set_ylim(max(float(high.max()), result.top) * 1.05 + 1, 0)
    ax.set_xlabel(_("customers, in the order of the chosen weights"))
    ax.set_ylabel(_("rank with other weights, 5 to 95 %"))
    ax.legend(loc="lower left", fontsize=9)
    always, sometimes, _never = result.settled["customers"]
    sentence = _("Always among the first {top}: {always}; sometimes: {sometimes}")
    set_title(ax, title or sentence.format(always=always, top=result.top, sometimes=sometimes))


@picture
def maturity_score(result: "MaturityScore", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the score of each lesson, the weakest at the top, with the range of the raters.

    Parameters
    ----------
    result : MaturityScore
    ax, title
        As in :func:`customer_evaluation`.

    Returns
    -------
    matplotlib Axes
    """
    from crmlab.crm.maturity import CUTS, LEVEL_NAMES

    table = result.table
    rows = np.arange(len(table))
    worst = table["lost"].to_numpy() >= table["lost"].max() - 1e-9
    colours = [ORANGE if first else SKY for first in worst]
    ax.barh(rows, table["score"], 0.62, color=colours, zorder=2)
    for row, low, high in zip(rows, table["low"], table["high"], strict=True):
        ax.plot([low, high], [row, row], color=INK, linewidth=1.6, zorder=3)
        ax.plot([low, high], [row, row], "|", color=INK, markersize=8, zorder=3)
    for cut in CUTS:
        ax.axvline(cut, color=MUTED, linewidth=0.8, linestyle=":", zorder=1)
    for level, (left, right) in enumerate(zip((0, *CUTS), (*CUTS, 100), strict=True), 1):
        here = level == result.level
        ax.text((left + right) / 2, len(table) - 0.35, str(level), ha="center", va="center",
                fontsize=9, fontweight="bold" if here else "normal", zorder=4,
                color=INK if here else MUTED,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.2})  # fmt: skip
    ax.axvline(result.score, color=BLUE, linewidth=1.6, zorder=1)
    ax.set_yticks(rows, [str(name) for name in table.index], fontsize=9.5)
    ax.set_ylim(len(table) - 0.05, -0.6)
    ax.set_xlim(0, 100)
    ax.grid(visible=False)
    ax.set_xlabel(_("score; black: lowest to highest rater; blue: whole firm"))
    name = LEVEL_NAMES[result.level - 1]
    sentence = _("{score:.0f} of 100: level {level}, {name}")
    if result.held_by:
        sentence = _("{score:.0f} of 100, but level {level}, {name}: held down by {factors}")
    set_title(
        ax,
        title
        or sentence.format(score=result.score, level=result.level, name=name,
                           factors=", ".join(map(_, result.held_by))),
        50,
    )  # fmt: skip


@picture
def smart_check(result: "SmartCheck", ax: "Axes", *, title: str | None = None) -> None:
    """Draw which goal passes which letter.

    Parameters
    ----------
    result : SmartCheck
    ax, title
        As in :func:`customer_evaluation`.

    Returns
    -------
    matplotlib Axes
    """
    from crmlab.crm.smart import LETTERS

    passed = result.passed
    for row, line in enumerate(passed.to_numpy(bool)):
        for column, good in enumerate(line):
            colour = SKY if good else ORANGE
            ax.barh(row, 0.92, 0.86, left=column - 0.46, color=colour, zorder=2)
            word = "✓" if good else "✗"
            ax.text(column, row, word, ha="center", va="center", fontsize=12, color="black",
                    zorder=3)  # fmt: skip
    ax.set_xticks(range(len(LETTERS)), [f"{letter}\n{LETTERS[letter][0]}" for letter in LETTERS],
                  fontsize=8.5)  # fmt: skip
    ax.set_yticks(range(len(passed)), [fill(str(name), 30) for name in passed.index], fontsize=9)
    ax.set_ylim(len(passed) - 0.5, -0.5)
    ax.set_xlim(-0.5, len(LETTERS) - 0.5)
    ax.tick_params(length=0)
    ax.set_xlabel(_("✓ passed, ✗ not passed"))
    ax.grid(visible=False)
    whole = int(passed.all(axis=1).sum())
    sentence = _("{whole} of {n} goals pass all five letters")
    set_title(ax, title or sentence.format(whole=whole, n=len(passed)), 44)


@picture
def goal_tree(result: "GoalTree", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the goals from the firm at the left to the staff at the right.

    Parameters
    ----------
    result : GoalTree
    ax, title
        As in :func:`customer_evaluation`. Goals with a fault have a red frame; those whose way
        up is broken stand at the left below.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    at = {
        name: (max(int(depth), 0), row) for row, (name, depth) in enumerate(table["depth"].items())
    }
    deepest = max(place for place, _row in at.values())
    wide = 0.92
    for name, goal in table.iterrows():
        x, row = at[name]
        wrong = bool(goal["fault"])
        ax.barh(row, wide, 0.8, left=x, color="white", zorder=2,
                edgecolor=RED if wrong else _SIDES[goal["side"]],
                linewidth=2.4, linestyle="--" if wrong else "-")  # fmt: skip
        words = fill(str(name), 78 // (deepest + 1))
        ax.text(x + wide / 2, row, words, ha="center", va="center", fontsize=8.5, zorder=3)
        if goal["why"] in at and int(goal["depth"]) > 0:
            above, up = at[goal["why"]]
            bend = above + wide / 2
            ax.plot([bend, bend, x], [up + 0.4, row, row], color=MUTED, linewidth=1.2, zorder=1)
    for side, colour in _SIDES.items():
        if (table["side"] == side).any():
            ax.plot([], [], "s", color="white", markeredgecolor=colour, markeredgewidth=2,
                    label=_("goal of the {side}").format(side=_(side)))  # fmt: skip
    if not result.sound:
        ax.plot([], [], "s", color="white", markeredgecolor=RED, markeredgewidth=2,
                label=_("with a fault"))  # fmt: skip
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(-0.04, deepest + 1)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.set_xlabel(_("from the firm, at the left, down to the staff"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=4, fontsize=9)
    sentence = _("{n} goals, and each leads to the firm with the staff beside it")
    if not result.sound:
        sentence = _("{n} goals, {faults} of them with a fault")
    set_title(ax, title or sentence.format(n=len(table), faults=len(result.faults)), 50)


@picture
def goal_progress(result: "GoalProgress", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the share of the way beside the share of the time.

    Parameters
    ----------
    result : GoalProgress
    ax, title
        As in :func:`customer_evaluation`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    share = table["share"].to_numpy(float)
    good = table["on_track"].to_numpy(bool)
    for chosen, colour, words in ((good, BLUE, _("on track")), (~good, ORANGE, _("behind"))):
        if chosen.any():
            ax.barh(rows[chosen], share[chosen], 0.56, color=colour, label=words, zorder=2)
    ax.plot(table["expected"], rows, "|", color=INK, markersize=26, markeredgewidth=2,
            label=_("share of the time"), zorder=3)  # fmt: skip
    for row, value, due in zip(rows, share, table["expected"], strict=True):
        # Right of the bar, or of the mark where that would lie on the words.
        place = due if 0 <= due - value < 0.2 else max(value, 0)
        ax.annotate(percent(value), (place, row), xytext=(6, 0), va="center",
                    textcoords="offset points", fontsize=9)  # fmt: skip
    ax.set_yticks(rows, [fill(str(name), 26) for name in table.index], fontsize=9)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(min(0.0, float(share.min()) * 1.1), max(1.05, float(share.max()) * 1.15))
    ax.xaxis.set_major_formatter(lambda value, _position: percent(value))
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel(_("share of the way from baseline to target"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, fontsize=9)
    sentence = _("On {day:%Y-%m-%d}, {good} of {n} goals are on track")
    set_title(ax, title or sentence.format(day=result.day, good=int(good.sum()), n=len(table)),
              48)  # fmt: skip
