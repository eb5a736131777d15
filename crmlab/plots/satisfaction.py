"""Pictures of satisfaction: quadrants, gaps, indicators, scales, expectation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _
from crmlab.plots.labels import label_points, spread
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
        Indicators,
        LikertScale,
        NetPromoterScore,
        SemanticProfile,
        Servqual,
        SurveyScore,
    )


def _signed(value: float, digits: int = 2) -> str:
    return f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _capital(name: Any) -> str:
    return str(name)[:1].upper() + str(name)[1:]


def _rows(ax: "Axes", names: Sequence[Any]) -> np.ndarray:
    """Name the rows of a picture from top to bottom and return their places."""
    places = np.arange(len(names))
    ax.set_yticks(places, [str(name) for name in names])
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    return places


def _dumbbells(ax: "Axes", table: "pd.DataFrame", gap: "pd.Series[float]") -> None:
    """Draw expected (hollow) and perceived (filled) in one row each, joined by their gap."""
    rows = _rows(ax, list(table.index))
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
        "advantage": (_("A advantage"), 1, 1),
        "repair": (_("B repair"), 0, 1),
        "opportunity": (_("C opportunity"), 0, 0),
        "maintenance": (_("D maintenance"), 1, 0),
    }
    x, y, where = result.performance, result.importance, result.quadrant
    ax.axvline(result.cuts[1], color=MUTED, linewidth=1, zorder=1)
    ax.axhline(result.cuts[0], color=MUTED, linewidth=1, zorder=1)
    for name, (colour, marker) in looks.items():
        chosen = where == name
        ax.scatter(x[chosen], y[chosen], 55, color=colour, marker=marker, zorder=3)
        word, right, top = words[name]
        ax.text(
            0.985 if right else 0.015, 0.975 if top else 0.025, word.upper(),
            transform=ax.transAxes, ha="right" if right else "left", va="top" if top else "bottom",
            fontsize=8.5, color=MUTED, fontweight="bold",
        )  # fmt: skip
    for axis, values, cut in (("x", x, result.cuts[1]), ("y", y, result.cuts[0])):
        if getattr(ax, f"get_autoscale{axis}_on")():  # limits that were set before stay
            low, high = min(values.min(), cut), max(values.max(), cut)
            room = 0.16 * (high - low or 1)
            getattr(ax, f"set_{axis}lim")(low - room, high + room)
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
    rows = _rows(ax, list(share.index))
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
        ax.annotate(
            _("◇ what they say"), (said.iloc[-1], rows[-1]), xytext=(9, 0),
            textcoords="offset points", va="center", fontsize=9, color=RED,
        )  # fmt: skip
    ax.margins(x=0.12)
    ax.set_xlabel(_("share of importance (%)"))
    set_title(
        ax,
        title
        or _("{name} moves satisfaction most; R² = {r2}").format(
            name=_capital(share.index[0]), r2=f"{result.r2:.2f}"
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
def indicators(result: "Indicators", ax: "Axes", *, title: str | None = None) -> None:
    """Draw shares with their intervals.

    Parameters
    ----------
    result : Indicators
    ax, title
        As in :func:`disconfirmation`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = _rows(ax, [str(name).replace("_", " ") for name in table.index])
    ax.hlines(rows, 100 * table["low"], 100 * table["high"], color=SKY, linewidth=5)
    ax.scatter(100 * table["share"], rows, 60, color=INK, zorder=3)
    for row, share, asked in zip(rows, table["share"], table["asked"], strict=True):
        ax.annotate(
            _("{share} of {n}").format(share=percent(share), n=f"{asked:,}"), (100 * share, row),
            xytext=(0, 9), textcoords="offset points", ha="center", fontsize=9,
        )  # fmt: skip
    ax.set_xlim(0, 100)
    ax.set_xlabel(_("share (%), with its {level} interval").format(level=percent(result.level)))
    wide = (table["high"] - table["low"]).idxmax()
    set_title(
        ax,
        title or _("Least sure: {name}").format(name=str(wide).replace("_", " ")),
    )


@picture
def net_promoter_score(result: "NetPromoterScore", ax: "Axes", *, title: str | None = None) -> None:
    """Draw detractors to the left, promoters to the right, and the score with its interval.

    Parameters
    ----------
    result : NetPromoterScore
    ax, title
        As in :func:`disconfirmation`.

    Returns
    -------
    matplotlib Axes
    """
    share = 100 * result.to_frame()["share"]
    low, high = (100 * end for end in result.interval)
    ends = {"score": 100 * result.score, "low": low, "high": high}
    words = {k: f"{v:.0f}".replace("-", "\N{MINUS SIGN}") for k, v in ends.items()}
    bars = (
        (0, 0, -share["detractors"], RED, _("detractors (0–6)"), -2, "right"),
        (0, 0, share["promoters"], BLUE, _("promoters (9–10)"), 2, "left"),
        (1, -share["passives"] / 2, share["passives"], PALE, _("passives (7–8)"), 0, "center"),
    )
    for row, left, width, colour, word, place, side in bars:
        ax.barh(row, width, left=left, color=colour, height=0.6)
        ax.text(
            place, row - 0.36, f"{word}: {percent(abs(width) / 100)}", ha=side, va="bottom",
            fontsize=9,
        )  # fmt: skip
    ax.hlines(2, low, high, color=SKY, linewidth=6)
    ax.plot(100 * result.score, 2, "o", color=INK, markersize=8)
    ax.text(
        100 * result.score, 1.72, _("score {score}, from {low} to {high}").format(**words),
        ha="center", va="bottom", fontsize=9.5, fontweight="bold",
    )  # fmt: skip
    ax.axvline(0, color=MUTED, linewidth=1, zorder=0)
    ax.set_xlim(-100, 100)
    ax.set_ylim(2.5, -0.75)
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(_("share of {n} answers (%), and the score").format(n=f"{result.answers:,}"))
    set_title(
        ax,
        title or _("NPS {score}; from {low} to {high} is within chance").format(**words),
    )


@picture
def likert(result: "LikertScale", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the share of each answer, item by item, after turning reversed items.

    Parameters
    ----------
    result : LikertScale
    ax, title
        As in :func:`disconfirmation`.

    Returns
    -------
    matplotlib Axes
    """
    import matplotlib as mpl

    shares = result.shares
    rows = _rows(ax, list(shares.index))
    colours = mpl.colormaps["PuOr"](np.linspace(0.12, 0.88, shares.shape[1]))
    left = np.zeros(len(shares))
    for answer, colour in zip(shares.columns, colours, strict=True):
        width = 100 * shares[answer].to_numpy()
        ax.barh(rows, width, left=left, color=colour, height=0.68, edgecolor="white")
        red, green, blue, _alpha = colour
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
        for row, start, wide in zip(rows, left, width, strict=True):
            if wide > 4:
                ax.text(
                    start + wide / 2, row, str(answer), ha="center", va="center", fontsize=9,
                    color="white" if dark else "black",
                )  # fmt: skip
        left += width
    ax.set_xlim(0, 100)
    ax.grid(visible=False)
    ax.set_xlabel(_("share of answers (%); in the bars: the answer, from low to high"))
    means = result.reliability.items["mean"]
    set_title(
        ax,
        title
        or _("Lowest: {item}; alpha of the scale {alpha:.2f}").format(
            item=means.idxmin(), alpha=result.reliability.alpha
        ),
    )


@picture
def survey_score(result: "SurveyScore", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the score of each question, as thick as its weight, beside the weighted mean.

    Parameters
    ----------
    result : SurveyScore
    ax, title
        As in :func:`disconfirmation`.

    Returns
    -------
    matplotlib Axes
    """
    rows = _rows(ax, list(result.scores.index))
    thick = 0.8 * result.weights / result.weights.max()
    ax.barh(rows, result.scores, thick, color=BLUE)
    for row, score, weight in zip(rows, result.scores, result.weights, strict=True):
        ax.annotate(
            _("{score:.1f} (weight {weight})").format(score=score, weight=percent(weight)),
            (score, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9,
            zorder=4, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
    ax.axvline(result.score, color=RED, linewidth=1.6, linestyle=(0, (4, 3)))
    ax.annotate(
        _("all in all {score:.1f}").format(score=result.score), (result.score, -0.55),
        xytext=(4, 0), textcoords="offset points", fontsize=9, color=RED, va="top",
    )  # fmt: skip
    ax.set_ylim(len(rows) - 0.4, -0.95)
    ax.margins(x=0.3)
    ax.set_xlabel(_("score (thickness: weight)"))
    worst = result.weights * (result.scores.max() - result.scores)
    set_title(ax, title or _("{name} costs the score most").format(name=_capital(worst.idxmax())))


@picture
def semantic_profile(result: "SemanticProfile", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the profiles of the objects between pairs of opposites.

    Parameters
    ----------
    result : SemanticProfile
    ax, title
        As in :func:`disconfirmation`.

    Returns
    -------
    matplotlib Axes
    """
    means, (low, high) = result.means, result.scale
    rows = _rows(ax, [left for left, _right in result.poles])
    markers = ("o", "s", "^", "D", "v", "X", "P")
    styles = ("-", "--", "-.", ":", "-", "--", "-.")
    tops = spread(means.iloc[0], 0.14 * (high - low))
    for name, top, colour, marker, style in zip(
        means.columns, tops, PALETTE, markers, styles, strict=False
    ):
        ax.plot(means[name], rows, color=colour, marker=marker, linestyle=style, markersize=7)
        ax.annotate(
            str(name), (means[name].iloc[0], 0), xytext=(top, -0.55), ha="center", va="bottom",
            fontsize=9.5, fontweight="bold", color=colour if colour != PALETTE[1] else "#8A5F00",
        )  # fmt: skip
    ax.set_ylim(len(rows) - 0.6, -0.95)
    ax.set_xlim(low, high)
    ax.set_xlabel(_("mean answer"))
    right = ax.twinx()
    right.set_ylim(ax.get_ylim())
    right.set_yticks(rows, [word for _left, word in result.poles])
    right.grid(visible=False)
    right.tick_params(length=0)
    ax.tick_params(axis="y", length=0)
    apart = means.max(axis=1) - means.min(axis=1)
    set_title(
        ax,
        title or _("Furthest apart: {pair}").format(pair=apart.idxmax()),
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
