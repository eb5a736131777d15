"""Pictures of satisfaction: quadrants, gaps, indicators, scales, expectation."""

from typing import TYPE_CHECKING

import numpy as np

from crmlab._text import _
from crmlab.plots.labels import capital, label_points, name_cell, name_rows, spread
from crmlab.plots.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    RED,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from crmlab.satisfaction import (
        DerivedImportance,
        Disconfirmation,
        ExpectationPath,
        FiveGaps,
        ImportancePerformance,
        Servqual,
    )


def _signed(value: float, digits: int = 2) -> str:
    return f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _dumbbells(ax: "Axes", table: "pd.DataFrame", gap: "pd.Series[float]") -> None:
    """Draw expected (hollow) and perceived (filled) in one row each, joined by their gap."""
    rows = name_rows(ax, list(table.index))
    expected, perceived = table["expected"].to_numpy(), table["perceived"].to_numpy()
    for row, e, p, g in zip(rows, expected, perceived, gap, strict=True):
        ax.plot([e, p], [row, row], color=RED if g < 0 else BLUE, linewidth=3, zorder=2)
        ax.annotate(
            _signed(g), (max(e, p), row), xytext=(9, 0), textcoords="offset points",
            va="center", fontsize=9,
        )  # fmt: skip
    ax.scatter(expected, rows, 55, facecolor="white", edgecolor=INK, zorder=3, linewidth=1.4)
    ax.scatter(perceived, rows, 55, color=INK, zorder=3)
    ax.margins(x=0.12)


@picture
def disconfirmation(result: "Disconfirmation", ax: "Axes", *, title: str | None = None) -> None:
    """Draw what was expected and what was perceived, attribute by attribute.

    Parameters
    ----------
    result : Disconfirmation
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    table = result.to_frame().sort_values("difference")
    _dumbbells(ax, table, table["difference"])
    ax.set_xlabel(_("points (○ expected, ● perceived)"))
    set_title(
        ax,
        title
        or (
            _("Furthest below expectation: {name}").format(name=table.index[0])
            if table["difference"].iloc[0] < 0
            else _("Nothing falls short of expectation")
        ),
        width=40,
    )


@picture
def servqual(
    result: "Servqual", ax: "Axes", *, title: str | None = None, items: bool = False
) -> None:
    """Draw expected and perceived service by dimension, or item by item.

    Parameters
    ----------
    result : Servqual
    ax, title
        As in :func:`disconfirmation`.
    items : bool
        Draw the items in place of the dimensions.

    Returns
    -------
    matplotlib Axes
    """
    table = result.items if items else result.dimensions
    _dumbbells(ax, table, table["gap"])
    ax.set_xlabel(_("points (○ expected, ● perceived; gap P − E beside)"))
    worst = table["gap"].idxmin()
    set_title(
        ax,
        title
        or _("The widest gap is {name}: {gap}").format(
            name=worst, gap=_signed(float(table["gap"].min()))
        ),
        width=40,
    )


@picture
def importance_performance(
    result: "ImportancePerformance",
    ax: "Axes",
    *,
    title: str | None = None,
    ylabel: str | None = None,
) -> None:
    """Draw the four quadrants: satisfaction along x, importance along y.

    Parameters
    ----------
    result : ImportancePerformance
    ax, title
        As in :func:`disconfirmation`.
    ylabel : str, optional
        What kind of importance it is.

    Returns
    -------
    matplotlib Axes
    """
    looks = {
        "advantage": (BLUE, "o"),
        "repair": (RED, "s"),
        "opportunity": (MUTED, "D"),
        "maintenance": (GREEN, "^"),
    }
    words = {
        _("A advantage"): (True, True),
        _("B repair"): (False, True),
        _("C opportunity"): (False, False),
        _("D maintenance"): (True, False),
    }
    x, y, where = result.performance, result.importance, result.quadrant
    ax.axvline(result.cuts[1], color=MUTED, linewidth=1, zorder=1)
    ax.axhline(result.cuts[0], color=MUTED, linewidth=1, zorder=1)
    for name, (colour, marker) in looks.items():
        chosen = where == name
        ax.scatter(x[chosen], y[chosen], 55, color=colour, marker=marker, zorder=3)
    for axis, values, cut in (("x", x, result.cuts[1]), ("y", y, result.cuts[0])):
        if getattr(ax, f"get_autoscale{axis}_on")():  # limits that were set before stay
            low, high = min(values.min(), cut), max(values.max(), cut)
            room = 0.16 * (high - low or 1)
            getattr(ax, f"set_{axis}lim")(low - room, high + room)
    for word, (right, top) in words.items():
        name_cell(
            ax, word.upper(), result.cuts[1], right=right, top=top, margin=(0.015, 0.025),
            fontsize=8.5, color=MUTED, fontweight="bold",
        )  # fmt: skip
    ax.grid(visible=False)
    ax.set_xlabel(_("satisfaction (points)"))
    ax.set_ylabel(ylabel or _("importance"))
    repair = y[where == "repair"].sort_values(ascending=False)
    if title is None:
        title = (
            _("Repair first: {names}").format(names=", ".join(map(str, repair.index[:2])))
            if len(repair)
            else _("Nothing that matters is below the cut")
        )
    set_title(ax, title, width=52)
    label_points(ax, x, y, x.index, fontsize=8.5)


@picture
def derived_importance(
    result: "DerivedImportance",
    ax: "Axes",
    *,
    title: str | None = None,
    stated: "pd.Series[float] | None" = None,
) -> None:
    """Draw each attribute's share of what is explained, beside what respondents say.

    Parameters
    ----------
    result : DerivedImportance
    ax, title
        As in :func:`disconfirmation`.
    stated : Series, optional
        Stated importance by attribute; drawn as shares of its sum.

    Returns
    -------
    matplotlib Axes
    """
    share = result.share.sort_values(ascending=False)
    rows = name_rows(ax, list(share.index))
    ax.barh(rows, 100 * share, color=BLUE, height=0.62)
    for row, value in zip(rows, share, strict=True):
        inside = value > 0.15 * share.max()
        ax.annotate(
            percent(value), (0 if inside else 100 * value, row), xytext=(4, 0),
            textcoords="offset points", va="center", fontsize=9, color="white" if inside else INK,
        )  # fmt: skip
    if stated is not None:
        said = 100 * stated[share.index] / stated.sum()
        ax.scatter(said, rows, 42, marker="D", facecolor="white", edgecolor=RED, zorder=3)
    ax.margins(x=0.12)
    stated_too = "" if stated is None else _("; diamond: what they say")
    ax.set_xlabel(_("share of importance (%)") + stated_too)
    set_title(
        ax,
        title
        or _("{name} moves satisfaction most; R² = {r2}").format(
            name=capital(share.index[0]), r2=f"{result.r2:.2f}"
        ),
        width=40,
    )


@picture
def five_gaps(result: "FiveGaps", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the way from expected to perceived service as steps, the promise beside it.

    Parameters
    ----------
    result : FiveGaps
        The mean over its services is drawn.
    ax, title
        As in :func:`disconfirmation`.

    Returns
    -------
    matplotlib Axes
    """
    level, gaps = result.levels.mean(), result.gaps.mean()
    chain = ["understanding", "procedure", "behaviour", "perception"]
    names = [
        _("expected"), _("understanding"), _("procedure"), _("behaviour"), _("perception"),
        _("perceived"), _("promised"),
    ]  # fmt: skip
    places = np.array([0, 1, 2, 3, 4, 5, 6.4])
    top = level["expected"]
    for place, name in zip(places[1:5], chain, strict=True):
        step = float(gaps[name])
        first = name == result.first
        ax.bar(
            place, step, 0.66, bottom=top, color=RED if step < 0 else BLUE,
            edgecolor=INK if first else "none", linewidth=1.8,
        )  # fmt: skip
        ax.text(place, max(top, top + step), _signed(step), ha="center", va="bottom", fontsize=9.5)
        ax.plot([place - 1.33, place + 0.33], [top, top], color=MUTED, linewidth=0.8)
        top += step
    for place, name in ((0, "expected"), (5, "perceived"), (6.4, "promised")):
        ax.plot([place - 0.4, place + 0.4], [level[name]] * 2, color=INK, linewidth=3.5)
        ax.annotate(
            f"{level[name]:.2f}", (place, level[name]), xytext=(0, 4), ha="center", va="bottom",
            textcoords="offset points", fontsize=9.5,
        )  # fmt: skip
    ax.bar(
        6.4, gaps["promotion"], 0.66, bottom=level["promised"], color="white", edgecolor=ORANGE,
        hatch="//", linewidth=1.5, zorder=1,
    )  # fmt: skip
    ax.annotate(
        _("promotion\n{gap}").format(gap=_signed(float(gaps["promotion"]))),
        (6.4, level["delivered"]), ha="center", va="top", fontsize=9,
        xytext=(0, -4), textcoords="offset points",
    )  # fmt: skip
    span = level.max() - level.min() or 1.0
    ax.set_ylim(level.min() - 0.25 * span, level.max() + 0.15 * span)
    ax.set_xticks(places, names, rotation=25, ha="right", fontsize=9.5)
    ax.set_ylabel(_("level of service (points)"))
    total = _signed(float(result.total.mean()))
    set_title(
        ax,
        title
        or (
            _("{total} from expected to perceived; close the {first} gap first").format(
                total=total, first=result.first
            )
            if result.first
            else _("Nothing is lost between expectation and perception")
        ),
    )


@picture
def expectation_path(result: "ExpectationPath", ax: "Axes", *, title: str | None = None) -> None:
    """Draw what is expected and what is given, purchase by purchase.

    Parameters
    ----------
    result : ExpectationPath
    ax, title
        As in :func:`disconfirmation`.

    Returns
    -------
    matplotlib Axes
    """
    n = len(result.expected)
    x = np.arange(1, n + 1)
    series = [
        (_("given"), result.performance, BLUE, "-", "o"),
        (_("expected"), result.expected, ORANGE, "--", "s"),
        (_("best rival"), result.rival, MUTED, ":", "^"),
    ]
    shown = [entry for entry in series if np.isfinite(entry[1]).all()]
    for _name, values, colour, style, marker in shown:
        ax.plot(x, values, color=colour, linestyle=style, marker=marker, markersize=4.5)
    over = result.performance >= result.expected
    ax.fill_between(x, result.expected, result.performance, where=over, color=BLUE, alpha=0.12)
    ax.fill_between(x, result.expected, result.performance, where=~over, color=RED, alpha=0.15)
    if np.isfinite(result.ceiling):
        ax.axhline(result.ceiling, color=RED, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.annotate(
            _("all that the firm can give"), (1, result.ceiling), xytext=(0, 3),
            textcoords="offset points", fontsize=9, color=RED,
        )  # fmt: skip
    ends = spread([entry[1][-1] for entry in shown], 0.07 * float(np.ptp(ax.get_ylim())))
    for (name, *_rest), end in zip(shown, ends, strict=True):
        ax.annotate(
            name, (n, end), xytext=(7, 0), textcoords="offset points", va="center",
            fontsize=9.5, fontweight="bold", annotation_clip=False,
        )  # fmt: skip
    ax.set_xticks(x[:: max(1, n // 10)])
    ax.set_xlabel(_("purchase"))
    ax.set_ylabel(_("level of service"))
    set_title(
        ax,
        title
        or _("Satisfaction goes from {first} to {last}").format(
            first=percent(float(result.ratio[0])), last=percent(float(result.ratio[-1]))
        ),
    )
