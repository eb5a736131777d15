"""Pictures of a survey: indicators, promoters, scales, scores and profiles."""

from typing import TYPE_CHECKING

import numpy as np

from crmlab._text import _
from crmlab.plots.labels import capital, name_rows, spread
from crmlab.plots.style import (
    BLUE,
    INK,
    MUTED,
    PALE,
    PALETTE,
    RED,
    SKY,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.satisfaction import (
        Indicators,
        LikertScale,
        NetPromoterScore,
        SemanticProfile,
        SurveyScore,
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
    rows = name_rows(ax, [str(name).replace("_", " ") for name in table.index])
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
    rows = name_rows(ax, list(shares.index))
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
    rows = name_rows(ax, list(result.scores.index))
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
    set_title(ax, title or _("{name} costs the score most").format(name=capital(worst.idxmax())))


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
    rows = name_rows(ax, [left for left, _right in result.poles])
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
