"""Pictures of portfolios: cells of two axes, factor scores, key accounts, one customer's grades."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import NullLocator

from crmlab._text import _
from crmlab.plots.labels import label_points, name_cell
from crmlab.plots.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALE,
    PALETTE,
    RED,
    SKY,
    money,
    money_axis,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from crmlab.grading import (
        AccountScores,
        BuyingPlan,
        CellSensitivity,
        FactorScores,
        GradeOverview,
        Portfolio,
        ServiceStrategies,
    )

#: Colours of the four cells, the best first, and of the ground they stand on.
_CELLS = (BLUE, ORANGE, GREEN, MUTED)
_GROUND = ("#EAF2F9", "#FDF4E3", "#E9F5F1", "#F5F5F5")
#: Beyond so many customers names would hide the points.
_MOST_NAMES = 30


@picture
def portfolio(
    result: "Portfolio",
    ax: "Axes",
    *,
    title: str | None = None,
    sizes: Any = None,
    names: Iterable[Any] | None = None,
    scales: tuple[str, str] = ("linear", "linear"),
    labels: tuple[str, str] | None = None,
    limits: tuple[tuple[float, float], tuple[float, float]] | None = None,
) -> None:
    """Draw customers in the four cells, the first axis upwards, the second to the right.

    Parameters
    ----------
    result : Portfolio
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    sizes : array of shape (customers,), optional
        Area of each bubble, such as its sales.
    names : iterable, optional
        Customers to name; all of them if there are at most 30.
    scales : pair of {"linear", "log", "symlog"}
        Scale of the first and of the second axis.
    labels : pair of str, optional
        Words at the first and the second axis, with units.
    limits : pair of pairs, optional
        Ends of the first and of the second axis.

    Returns
    -------
    matplotlib Axes
    """
    cells = list(result.strategies)
    own = np.array([cells.index(cell) for cell in result.cells])
    colours = np.array(_CELLS, dtype=object)[own]
    _two_axes(ax, result, scales, labels, limits)
    area = 36.0 if sizes is None else 20 + 380 * np.asarray(sizes, float) / np.max(sizes)
    ax.scatter(
        result.values[:, 1], result.values[:, 0], s=area, c=list(colours), alpha=0.8,
        edgecolors="white", linewidths=0.7, zorder=3,
    )  # fmt: skip
    _corners(ax, result)
    if title is None:
        best = result.summary().iloc[0]
        held = best[f"of_{result.axes[0]}"]
        title = _("{n} of {all} customers are graded {cell}").format(
            n=int(best["customers"]), all=len(own), cell=cells[0]
        )
        if np.isfinite(held) and result.scheme != "kaism":  # points do not add up to anything
            title += _("; they hold {held} of all {axis}").format(
                held=percent(held), axis=_axis(result.axes[0])
            )
    set_title(ax, title)
    wanted = names if names is not None else (result.names if len(own) <= _MOST_NAMES else ())
    _name(ax, result, set(wanted))


def _axis(name: str) -> str:
    return {
        "current": _("current value"),
        "potential": _("potential value"),
        "attractiveness": _("attractiveness"),
        "strength": _("relative strength"),
        "volume": _("volume"),
        "share": _("our share of the volume"),
    }[name]


def _two_axes(
    ax: "Axes",
    result: "Portfolio",
    scales: tuple[str, str],
    labels: tuple[str, str] | None,
    limits: tuple[tuple[float, float], tuple[float, float]] | None,
) -> None:
    """Set scales, limits, lines at the cuts and the ground of the cells."""
    words = labels or (_axis(result.axes[0]), _axis(result.axes[1]))
    for k, (axis, scale) in enumerate(zip(("y", "x"), scales, strict=True)):
        getattr(ax, f"set_{axis}scale")(scale, **({"linthresh": 100} if scale == "symlog" else {}))
        getattr(ax, f"set_{axis}label")(words[k])
        getattr(ax, f"set_{axis}lim")(*(limits[k] if limits else _limits(result, k, scale)))
        side = ax.yaxis if axis == "y" else ax.xaxis
        if scale != "linear":
            side.set_minor_locator(NullLocator())
            money_axis(side)
        elif result.axes[k] == "share":
            side.set_major_formatter(lambda value, _position: percent(value))
        elif max(abs(result.values[:, k])) >= 1000:
            money_axis(side)
    up, right = result.cuts
    low_x, high_x, low_y, high_y = *ax.get_xlim(), *ax.get_ylim()
    squares = ((right, up), (low_x, up), (right, low_y), (low_x, low_y))
    for (x, y), ground in zip(squares, _GROUND, strict=True):
        x2 = high_x if x == right else right
        y2 = high_y if y == up else up
        ax.fill_between([x, x2], y, y2, color=ground, linewidth=0, zorder=0)
    ax.axhline(up, color=MUTED, linewidth=1.2, zorder=1)
    ax.axvline(right, color=MUTED, linewidth=1.2, zorder=1)
    ax.grid(visible=False)


def _limits(result: "Portfolio", k: int, scale: str) -> tuple[float, float]:
    values = np.append(result.values[:, k], result.cuts[k])
    low, high = float(values.min()), float(values.max())
    if scale == "log":
        return low / 1.5, high * 1.5
    if scale == "symlog":
        return (low * 1.6 if low < 0 else -40.0), high * 2
    pad = 0.09 * ((high - low) or 1.0)
    return low - pad, high + pad


def _corners(ax: "Axes", result: "Portfolio") -> None:
    """Write each cell's name and number of customers into its corner."""
    corners = ((True, True), (False, True), (True, False), (False, False))
    for (cell, count), (right, top), colour in zip(
        result.counts.items(), corners, _CELLS, strict=True
    ):
        name_cell(
            ax, f"{_(cell)} ({count})", result.cuts[1], right=right, top=top,
            margin=(0.01, 0.015), fontsize=9.5, fontweight="bold",
            color=colour if colour != ORANGE else "#9A6500", zorder=4,
        )  # fmt: skip


def _name(ax: "Axes", result: "Portfolio", wanted: set[Any]) -> None:
    at = [i for i, name in enumerate(result.names) if name in wanted]
    if at:
        names = [result.names[i] for i in at]
        label_points(ax, result.values[at, 1], result.values[at, 0], names, fontsize=7.5)


@picture
def cell_sensitivity(
    result: "CellSensitivity",
    ax: "Axes",
    *,
    title: str | None = None,
    below: float = 0.8,
    scales: tuple[str, str] = ("linear", "linear"),
    labels: tuple[str, str] | None = None,
) -> None:
    """Draw which customers stand firmly in their cell, and name the doubtful ones.

    Parameters
    ----------
    result : CellSensitivity
    ax, title, scales, labels
        As in :func:`portfolio`.
    below : float
        Customers that stay in fewer than this share of the draws are doubtful.

    Returns
    -------
    matplotlib Axes
    """
    folio = result.portfolio
    stays = result.stays.to_numpy()
    doubtful = stays < below
    _two_axes(ax, folio, scales, labels, None)
    groups = (
        (stays >= 0.95, BLUE, _("stays in 95 % of the draws or more")),
        (~doubtful & (stays < 0.95), SKY, _("{b} or more").format(b=percent(below))),
        (doubtful, RED, _("less than {b}").format(b=percent(below))),
    )
    for here, colour, words in groups:
        ax.scatter(
            folio.values[here, 1], folio.values[here, 0], s=38, color=colour, zorder=3,
            edgecolors="white", linewidths=0.7, label=words,
        )  # fmt: skip
    _corners(ax, folio)
    set_title(
        ax,
        title
        or _("{n} of {all} customers would often change their cell").format(
            n=int(doubtful.sum()), all=len(stays)
        ),
    )
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3, fontsize=8.5, handletextpad=0.1,
        columnspacing=1.0,
    )  # fmt: skip
    if 0 < doubtful.sum() <= _MOST_NAMES:
        _name(ax, folio, set(result.doubtful(below)))


@picture
def factor_scores(
    result: "FactorScores", ax: "Axes", *, title: str | None = None, rows: int = 12
) -> None:
    """Draw what each factor adds to the scores of the best customers.

    Parameters
    ----------
    result : FactorScores
    ax, title
        As in :func:`portfolio`.
    rows : int
        How many customers, the best first.

    Returns
    -------
    matplotlib Axes
    """
    order = result.scores.sort_values(ascending=False, kind="stable").index[:rows]
    parts = result.contributions.loc[order]
    where = np.arange(len(order))
    left = np.zeros(len(order))
    for k, factor in enumerate(parts.columns):
        width = parts[factor].to_numpy()
        words = _("{factor} ({weight})").format(
            factor=factor, weight=percent(result.weights.iloc[k])
        )
        colour = PALETTE[k % (len(PALETTE) - 1)]
        ax.barh(where, width, 0.68, left=left, color=colour, label=words, edgecolor="white")
        left = left + width
    for row, score in zip(where, left, strict=True):
        ax.annotate(f"{score:.1f}", (score, row), xytext=(4, 0), textcoords="offset points",
                    va="center", fontsize=9)  # fmt: skip
    ax.set_yticks(where, [str(name) for name in order], fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.08 * result.scale[1])
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("weighted points, at most {top:g}").format(top=result.scale[1]))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9)
    set_title(
        ax,
        title
        or _("{name} scores highest, with {score:.1f} points").format(name=order[0], score=left[0]),
        50,
    )


def _table(ax: "Axes", words: list[list[str]], levels: Any, columns: list[str], rows: Any) -> None:
    """Draw a table whose cells are coloured from pale (0) to blue (1)."""
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("levels", ["#F4F4F4", "#9CC7E6", BLUE])
    ax.imshow(levels, cmap=shades, vmin=0, vmax=1, aspect="auto")
    for i, line in enumerate(words):
        for j, word in enumerate(line):
            long = len(word) > 10
            ax.text(j, i, word.replace("-", "-\n") if long else word, ha="center", va="center",
                    fontsize=7.6 if long else 8.5, linespacing=0.95,
                    color="white" if levels[i][j] > 0.8 else INK)  # fmt: skip
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), [str(row) for row in rows], fontsize=9)
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.set_xticks(np.arange(len(columns) - 1) + 0.5, minor=True)
    ax.set_yticks(np.arange(len(rows) - 1) + 0.5, minor=True)
    ax.grid(which="minor", axis="both", color="white", linewidth=2)
    ax.tick_params(which="minor", length=0)
    for side in ax.spines.values():
        side.set_visible(False)


@picture
def account_scores(
    result: "AccountScores", ax: "Axes", *, title: str | None = None, rows: int = 12
) -> None:
    """Draw the nine traits of the customers with the highest scores.

    Parameters
    ----------
    result : AccountScores
    ax, title
        As in :func:`portfolio`.
    rows : int
        How many customers, the highest score first.

    Returns
    -------
    matplotlib Axes
    """
    table = result.to_frame()
    shown = table.index[:rows]
    points = result.answers.loc[shown]
    words = [[f"{value:g}" for value in line] for line in points.to_numpy()]
    names = [str(name).replace("_", " ") for name in points.columns]
    labels = [f"{name}   {table.loc[name, 'score']:.0f}" for name in shown]
    _table(ax, words, points.to_numpy() / result.top, names, labels)
    ax.tick_params(axis="x", labelrotation=32, labelsize=8.5)
    for label in ax.get_xticklabels():
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")
    ax.set_ylabel(_("customer, score of 100"))
    ax.set_xlabel(_("points on each trait, 0 to {top:g}").format(top=result.top))
    set_title(
        ax,
        title
        or _("{n} of {all} customers buy like key accounts").format(
            n=int(table["key"].sum()), all=len(table)
        ),
    )


@picture
def buying_plan(result: "BuyingPlan", ax: "Axes", *, title: str | None = None) -> None:
    """Draw whom to meet at which step: known, not known yet, or nobody named.

    Parameters
    ----------
    result : BuyingPlan
    ax, title
        As in :func:`portfolio`.

    Returns
    -------
    matplotlib Axes
    """
    from crmlab.grading.key_accounts import ROLES

    table, roles = result.table, list(ROLES)
    steps = table.drop_duplicates("number")
    rows = {number: k for k, number in enumerate(steps["number"])}
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "contact": (_("known"), {"marker": "o", "color": BLUE, "s": 130}),
        "meet": (
            _("named, not known yet"),
            {"marker": "o", "facecolors": "white", "edgecolors": ORANGE, "linewidths": 2.5,
             "s": 120},
        ),
        "find": (_("nobody named"), {"marker": "X", "color": RED, "s": 130}),
    }  # fmt: skip
    for status, (words, look) in kinds.items():
        here = table[table["status"] == status]
        if len(here):
            x = [roles.index(role) for role in here["role"]]
            ax.scatter(x, here["number"].map(rows), label=words, zorder=3, **look)
    ax.set_xticks(range(len(roles)), [_(role) for role in roles], fontsize=9)
    ax.set_yticks(
        range(len(rows)),
        [
            f"{number} {step}" + (_(" (maybe)") if needed == "maybe" else "")
            for number, step, needed in zip(
                steps["number"], steps["step"], steps["needed"], strict=True
            )
        ],
        fontsize=9,
    )
    ax.set_xlim(-0.5, len(roles) - 0.5)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.grid(axis="both")
    ax.set_xlabel(_("role in the purchase"))
    ax.set_ylabel(_("step of the decision"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.17), ncols=3, fontsize=9)
    set_title(
        ax,
        title
        or _("A {situation}: {gaps} of {n} meetings are with people we do not know").format(
            situation=result.situation, gaps=len(result.gaps), n=len(table)
        ),
        42,
    )


@picture
def service_strategies(
    result: "ServiceStrategies", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the profit of each tier now and under the plan.

    Parameters
    ----------
    result : ServiceStrategies
    ax, title
        As in :func:`portfolio`.
    unit : str, optional
        Unit of money on the axis.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    where = np.arange(len(table))
    for column, shift, colour, words in (
        ("profit", -0.2, PALE, _("now")),
        ("plan_profit", 0.2, BLUE, _("planned")),
    ):
        bars = ax.bar(where + shift, table[column], 0.38, color=colour, label=words)
        ax.bar_label(bars, [money(v) for v in table[column]], padding=2, fontsize=9)
    ax.axhline(0, color=MUTED, linewidth=1)
    ax.set_xticks(where, [str(name) for name in table.index])
    ax.margins(y=0.14)
    money_axis(ax.yaxis)
    ax.set_xlabel(_("tier of customers"))
    ax.set_ylabel(_("profit of the tier a year ({unit})").format(unit=unit or _("money units")))
    ax.legend(loc="best", fontsize=9)
    word = _("earns {change} more") if result.change >= 0 else _("earns {change} less")
    set_title(
        ax, title or _("The plan {does}").format(does=word.format(change=money(abs(result.change))))
    )


@picture
def grade_overview(
    result: "GradeOverview",
    ax: "Axes",
    *,
    title: str | None = None,
    customers: Sequence[Any] | None = None,
    rows: int = 12,
) -> None:
    """Draw the grades of customers under every scheme; dark is high in that scheme.

    Parameters
    ----------
    result : GradeOverview
    ax, title
        As in :func:`portfolio`.
    customers : sequence, optional
        Whom to show, in this order; those with the largest disagreement if left out.
    rows : int
        How many, if `customers` is left out.

    Returns
    -------
    matplotlib Axes
    """
    shown: pd.Index | list[Any]
    shown = result.to_frame().index[:rows] if customers is None else list(customers)
    graded = result.grades.loc[shown]
    words = [
        [str(word) if known else "–" for word, known in zip(line, there, strict=True)]
        for line, there in zip(graded.to_numpy(), graded.notna().to_numpy(), strict=True)
    ]
    columns = [str(name) for name in result.grades.columns]
    _table(ax, words, result.levels.loc[shown].fillna(0).to_numpy(), columns, shown)
    ax.tick_params(axis="x", labelsize=9.5)
    ax.set_xlabel(_("grading scheme; dark: high, pale: low"))
    ax.set_ylabel(_("customer"))
    far = int((result.disagreement >= 0.5).sum())
    set_title(
        ax,
        title
        or _("{far} of {n} customers stand half the ranks apart in two schemes").format(
            far=far, n=len(result.grades)
        ),
    )
