"""Pictures of satisfaction as a number: intervals, segments, what to improve, fuzzy grades."""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps

from crmlab._text import _
from crmlab.plots.diagram import _words
from crmlab.plots.labels import name_rows
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
    from matplotlib.axes import Axes

    from crmlab.index import (
        FuzzyEvaluation,
        FuzzyOperators,
        ImpactPerformance,
        OrderedLogit,
        PathBootstrap,
        PrincipalComponents,
        SatisfactionRegression,
        SegmentIndex,
    )

HATCHES = ("", "//", "..", "xx", "--", "\\\\", "oo")


def _dots(ax: "Axes", words: list[str], middle: Any, low: Any, high: Any) -> None:
    """Draw estimates with their intervals, one row each, the first on top."""
    for row, (m, lo, hi) in enumerate(zip(middle, low, high, strict=True)):
        sure = lo > 0 or hi < 0
        ax.plot([lo, hi], [row, row], color=BLUE if sure else MUTED, linewidth=2)
        ax.plot(
            m, row, "o", markersize=7, color=BLUE if sure else "white",
            markeredgecolor=BLUE if sure else MUTED, zorder=3,
        )  # fmt: skip
    name_rows(ax, words)


@picture
def path_intervals(
    result: "PathBootstrap",
    ax: "Axes",
    *,
    of: str = "paths",
    names: Mapping[str, str] | None = None,
    title: str | None = None,
) -> None:
    """Draw bootstrap intervals of a path model.

    Parameters
    ----------
    result : PathBootstrap
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    of : str
        What to draw, as in :meth:`crmlab.index.PathBootstrap.interval`.
    names : mapping of str to str, optional
        Words for latent variables and items.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    table = result.interval(of)
    if table.index.nlevels == 2:
        join = " → " if of in ("paths", "total_effects") else ": "
        words = [join.join(_words(str(n), names) for n in pair) for pair in table.index]
    else:
        words = [_words(str(name), names) for name in table.index]
    _dots(ax, words, table["estimate"], table["low"], table["high"])
    ax.axvline(0, color=INK, linewidth=1) if of != "index" else None
    labels = {
        "paths": _("path coefficient with 95 % interval"),
        "total_effects": _("total effect with 95 % interval"),
        "weights": _("outer weight with 95 % interval"),
        "loadings": _("loading with 95 % interval"),
        "r2": _("R² with 95 % interval"),
        "index": _("index with 95 % interval (0 to 100)"),
    }
    ax.set_xlabel(labels[of])
    ax.tick_params(axis="y", labelsize=9)
    unsure = int(((table["low"] <= 0) & (table["high"] >= 0)).sum())
    default = _("What {n} bootstrap samples say").format(n=f"{result.n:,}")
    if of in ("paths", "total_effects"):
        default = _("All {all} intervals stay clear of zero").format(all=len(table))
        if unsure:
            default = _("{n} of {all} intervals hold zero").format(n=unsure, all=len(table))
    set_title(ax, title or default)


@picture
def segment_index(
    result: "SegmentIndex",
    ax: "Axes",
    *,
    latent: str = "satisfaction",
    title: str | None = None,
) -> None:
    """Draw the index of each group with its interval, the highest on top.

    Parameters
    ----------
    result : SegmentIndex
    ax, title
        As in :func:`path_intervals`.
    latent : str
        Which index.

    Returns
    -------
    matplotlib Axes
    """
    table = result.of(latent).sort_values("index", ascending=False)
    words = [f"{group} ({n})" for group, n in table["respondents"].items()]
    _dots(ax, words, table["index"], table["low"], table["high"])
    for row, (value, high) in enumerate(zip(table["index"], table["high"], strict=True)):
        ax.annotate(
            f"{value:.1f}", (high, row), xytext=(6, 0), textcoords="offset points",
            va="center", fontsize=9.5,
        )  # fmt: skip
    ax.margins(x=0.12)
    ax.set_xlabel(
        _("{latent} index (0 to 100) with {level} interval").format(
            latent=_words(latent, None), level=percent(result.level)
        )
    )
    ax.set_ylabel(_("group (respondents)"))
    best, worst = table.index[0], table.index[-1]
    gap = result.difference(best, worst, latent)
    default = (
        _("{best} is above {worst}, by {low:.1f} to {high:.1f} points")
        if gap["low"] > 0
        else _("{best} leads and {worst} is last, but it may be chance")
    )
    set_title(
        ax,
        title or default.format(best=best, worst=worst, low=gap["low"], high=gap["high"]),
    )


@picture
def impact_performance(
    result: "ImpactPerformance",
    ax: "Axes",
    *,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
) -> None:
    """Draw the impact of each driver against its index, cut at the means.

    Parameters
    ----------
    result : ImpactPerformance
    ax, names, title
        As in :func:`path_intervals`.

    Returns
    -------
    matplotlib Axes
    """
    x, y = result.impact.to_numpy(), result.performance.to_numpy()
    cut_x, cut_y = x.mean(), y.mean()
    first = (x >= cut_x) & (y < cut_y)
    ax.axvline(cut_x, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    ax.axhline(cut_y, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    for a, b, urgent in zip(x, y, first, strict=True):
        ax.plot(
            a, b, "D" if urgent else "o", markersize=10 if urgent else 8,
            color=RED if urgent else BLUE, zorder=3,
        )  # fmt: skip
    reach_x, reach_y = np.ptp(x) or abs(x[0]) or 1, np.ptp(y) or 1
    for driver, a, b in zip(result.impact.index, x, y, strict=True):
        right = a <= x.min() + 0.72 * reach_x
        ax.annotate(
            _words(str(driver), names), (a, b), xytext=(10 if right else -10, 0),
            textcoords="offset points", ha="left" if right else "right", va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
        )  # fmt: skip
    ax.set_xlim(min(x.min() - 0.15 * reach_x, 0), x.max() + 0.15 * reach_x)
    ax.set_ylim(y.min() - 0.3 * reach_y, y.max() + 0.25 * reach_y)
    ax.grid(visible=False)
    for word, place, side, down in (
        (_("improve first"), (0.99, 0.02), "right", "bottom"),
        (_("keep up"), (0.99, 0.98), "right", "top"),
    ):
        ax.text(
            *place, word, transform=ax.transAxes, ha=side, va=down, color=MUTED, fontsize=9.5,
            fontstyle="italic",
        )  # fmt: skip
    goal = _words(result.target, names)
    ax.set_xlabel(_("impact: points of {target} per point of the driver").format(target=goal))
    ax.set_ylabel(_("performance: index, 0 to 100"))
    chosen = [
        _words(str(driver), names)
        for driver, urgent in zip(result.impact.index, first, strict=True)
        if urgent
    ]
    default = (
        _("Strong on {target} and below the mean: {drivers}").format(
            target=goal, drivers=", ".join(chosen)
        )
        if chosen
        else _("No driver is both strong on {target} and below the mean").format(target=goal)
    )
    set_title(ax, title or default)


@picture
def fuzzy_evaluation(result: "FuzzyEvaluation", ax: "Axes", *, title: str | None = None) -> None:
    """Draw how each factor's memberships, weighted, make up the grades.

    Parameters
    ----------
    result : FuzzyEvaluation
    ax, title
        As in :func:`path_intervals`.

    Returns
    -------
    matplotlib Axes
    """
    x = np.arange(len(result.grades))
    if result.operator == "weighted_mean":
        bottom = np.zeros(len(x))
        parts = result.weights[:, None] * result.membership
        for i, (factor, part) in enumerate(zip(result.factors, parts, strict=True)):
            ax.bar(
                x, part, 0.62, bottom=bottom, color=PALETTE[i % 6], label=str(factor),
                hatch=HATCHES[i % 7], edgecolor="white", linewidth=0.8,
            )  # fmt: skip
            bottom += part
        ax.legend(title=_("factor"), fontsize=9, title_fontsize=9, loc="upper right")
    else:
        best = int(result.vector.argmax())
        ax.bar(x, result.vector, 0.62, color=[GREEN if i == best else SKY for i in x])
    for place, value in enumerate(result.vector):
        ax.text(place, value, f"{value:.3g}", ha="center", va="bottom", fontsize=9.5)
    ax.set_xticks(x, [str(grade) for grade in result.grades])
    ax.set_xlabel(_("grade"))
    ax.set_ylabel(_("membership (0 to 1)"))
    ax.margins(y=0.18)
    set_title(
        ax,
        title
        or _("Greatest membership: {grade}, validity {validity:.2f}").format(
            grade=result.grade, validity=result.validity
        ),
    )


@picture
def fuzzy_operators(result: "FuzzyOperators", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the vectors of all operators side by side; a dot marks the grade that each chooses.

    Parameters
    ----------
    result : FuzzyOperators
    ax, title
        As in :func:`path_intervals`.

    Returns
    -------
    matplotlib Axes
    """
    words = {
        "min_max": _("∧∨ min, max"),
        "product_max": _("·∨ product, max"),
        "min_sum": _("∧⊕ min, sum"),
        "weighted_mean": _("·⊕ weighted mean"),
    }
    first = next(iter(result.evaluations.values()))
    x, width = np.arange(len(result.evaluations)), 0.8 / len(first.grades)
    for j, grade in enumerate(first.grades):
        heights = [r.normalised[j] for r in result.evaluations.values()]
        places = x + (j - (len(first.grades) - 1) / 2) * width
        ax.bar(
            places, heights, 0.9 * width, color=PALETTE[j % 6], label=str(grade),
            hatch=HATCHES[j % 7], edgecolor="white", linewidth=0.8,
        )  # fmt: skip
        for place, height, r in zip(places, heights, result.evaluations.values(), strict=True):
            if r.grade == grade:
                ax.plot(place, height + 0.025, "v", color=INK, markersize=8)
    ax.set_xticks(x, [words[name] for name in result.evaluations])
    ax.set_ylabel(_("membership, divided by its sum"))
    ax.margins(y=0.2)
    ax.legend(title=_("grade"), ncols=len(first.grades), fontsize=9, title_fontsize=9)
    n = len(set(result.grades.values()))
    default = (
        _("One table, {n} winners: the operator decides").format(n=n)
        if n > 1
        else _("All four operators choose {grade}").format(grade=first.grade)
    )
    set_title(ax, title or default)


@picture
def scree(result: "PrincipalComponents", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the eigenvalues, the line at 1, and the share of the variance so far.

    Parameters
    ----------
    result : PrincipalComponents
    ax, title
        As in :func:`path_intervals`.

    Returns
    -------
    matplotlib Axes
    """
    k = np.arange(1, len(result.eigenvalues) + 1)
    colours = [BLUE if i <= result.kept else PALE for i in k]
    ax.bar(k, result.eigenvalues, 0.62, color=colours)
    for i, value, share in zip(k, result.eigenvalues, result.cumulative, strict=True):
        ax.annotate(
            f"{value:.2f}\n({percent(share)})", (i, value), xytext=(0, 3),
            textcoords="offset points", ha="center", fontsize=9, zorder=3,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.85},
        )  # fmt: skip
    ax.axhline(1, color=ORANGE, linestyle=(0, (4, 3)), linewidth=1.5)
    ax.annotate(
        _("1: an indicator of its own"), (1, 1), xycoords=("axes fraction", "data"),
        xytext=(0, 4), textcoords="offset points", ha="right", fontsize=9, color=INK,
    )  # fmt: skip
    ax.set_xticks(k)
    ax.set_xlabel(_("component (in brackets: share of the variance so far)"))
    ax.set_ylabel(_("eigenvalue: variance in indicators"))
    ax.margins(y=0.2)
    set_title(
        ax,
        title
        or _("{kept} of {n} components hold {share} of the variance").format(
            kept=result.kept, n=len(k), share=percent(result.cumulative[result.kept - 1])
        ),
    )


@picture
def satisfaction_coefficients(
    result: "SatisfactionRegression",
    ax: "Axes",
    *,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
) -> None:
    """Draw the coefficients of a regression with their 95 % intervals.

    Parameters
    ----------
    result : SatisfactionRegression
    ax, names, title
        As in :func:`path_intervals`.

    Returns
    -------
    matplotlib Axes
    """
    order = np.argsort(-result.coefficients, kind="stable")
    words = [_words(result.names[i], names) for i in order]
    _dots(ax, words, result.coefficients[order], result.low[order], result.high[order])
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_xlabel(_("points of the overall score per point of the attribute, 95 % interval"))
    set_title(
        ax,
        title
        or _("One point more of {name} goes with {value:.2f} points more overall").format(
            name=words[0], value=result.coefficients[order[0]]
        ),
    )


@picture
def answer_chances(result: "OrderedLogit", ax: "Axes", *, title: str | None = None) -> None:
    """Draw how the chances of the answers shift as the attributes get better.

    Parameters
    ----------
    result : OrderedLogit
    ax, title
        As in :func:`path_intervals`.

    Returns
    -------
    matplotlib Axes
    """
    x = np.linspace(result.thresholds[0] - 3, result.thresholds[-1] + 3, 121)
    below = 1 / (1 + np.exp(-(result.thresholds[:, None] - x)))
    edges = np.vstack([np.zeros_like(x), below, np.ones_like(x)])
    n = len(result.categories)
    shades = colormaps["cividis"](np.linspace(0.08, 0.95, n))
    for k, (bottom, top) in enumerate(pairwise(edges)):
        ax.fill_between(x, bottom, top, color=shades[k], linewidth=0)
        widest = int((top - bottom).argmax())
        if top[widest] - bottom[widest] > 0.07:
            dark = shades[k][:3] @ np.array([0.299, 0.587, 0.114]) < 0.5
            place = float(np.clip(x[widest], x[4], x[-5]))
            ax.text(
                place, (top[widest] + bottom[widest]) / 2, f"{result.categories[k]:g}",
                ha="center", va="center", color="white" if dark else "black", fontsize=9.5,
            )  # fmt: skip
        if k < n - 1:
            ax.plot(x, top, color="white", linewidth=0.8)
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(0, 1)
    ax.grid(visible=False)
    ax.set_xlabel(_("what the attributes add up to (Σ coefficient × score, log odds)"))
    ax.set_ylabel(_("chance of each answer"))
    ax.yaxis.set_major_formatter(lambda value, _position: percent(value))
    set_title(ax, title or _("Better attributes move the answers up, step by step"))
