"""Pictures of a credit scorecard: evidence, coefficients, power, calibration, reasons."""

from typing import TYPE_CHECKING

import numpy as np

from crmlab._text import _
from crmlab.plots.grading import _percent_axis
from crmlab.plots.labels import name_rows
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

    from crmlab.credit import (
        Calibration,
        CrossValidation,
        Discrimination,
        LogitFit,
        Reasons,
        WoeTable,
    )


def _short(word: object, most: int = 28) -> str:
    """Cut a long name of a bin, with a sign that something is missing."""
    text = str(word)
    return text if len(text) <= most else text[: most - 1].rstrip(", ") + "…"


@picture
def woe_table(result: "WoeTable", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the weight of evidence of each bin, with its share of the customers and its bad rate.

    Parameters
    ----------
    result : WoeTable
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    weights = table["woe"].to_numpy()
    ax.barh(rows, weights, 0.62, color=np.where(weights > 0, ORANGE, BLUE))
    ax.axvline(0, color=INK, linewidth=1)
    reach = max(float(np.abs(weights).max()), 0.1)
    for row, (weight, share, rate) in enumerate(
        zip(weights, table["share"], table["bad_rate"], strict=True)
    ):
        words = _("{share} of all, {rate} bad").format(share=percent(share), rate=percent(rate))
        ax.annotate(words, (max(weight, 0), row), xytext=(5, 0), textcoords="offset points",
                    va="center", fontsize=8.5)  # fmt: skip
    name_rows(ax, [_short(label) for label in table.index])
    ax.set_xlim(min(-0.05 * reach, 1.1 * float(weights.min())), reach + 0.9 * reach)
    ax.set_xlabel(_("weight of evidence: left better, right worse than average"))
    worst = int(weights.argmax())
    sentence = _("{name}: IV {iv:.3f}; the worst bin is “{bin}”")
    set_title(
        ax,
        title
        or sentence.format(
            name=result.bins.name, iv=result.iv, bin=_short(table.index[worst])
        ),
        width=46,
    )  # fmt: skip


@picture
def logit_fit(result: "LogitFit", ax: "Axes", *, title: str | None = None, most: int = 14) -> None:
    """Draw the coefficients with their 95 % intervals, the surest first.

    Parameters
    ----------
    result : LogitFit
    ax, title
        As in :func:`woe_table`.
    most : int
        Features to show at most.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.iloc[1:]
    order = table["z"].abs().sort_values(ascending=False, kind="stable").index
    shown = table.loc[order[:most]]
    rows = np.arange(len(shown))
    # Coefficients have the units of their features; z has none, so that they can stand together.
    ax.barh(rows, shown["z"], 0.62, color=np.where(shown["z"] > 0, ORANGE, BLUE))
    for edge in (-1.96, 1.96):
        ax.axvline(edge, color=MUTED, linestyle="--", linewidth=1.2)
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_yticks(rows, [_short(name, 36) for name in shown.index], fontsize=8.5)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel(_("coefficient in standard errors (dashed: ±1.96)"))
    sure = int((table["z"].abs() > 1.96).sum())
    sentence = _("{sure} of {all} coefficients differ clearly from 0")
    set_title(ax, title or sentence.format(sure=sure, all=len(table)), width=44)


@picture
def discrimination(
    result: "Discrimination", ax: "Axes", *, kind: str = "roc", title: str | None = None
) -> None:
    """Draw the ROC curve, or the two shares whose widest gap is KS.

    Parameters
    ----------
    result : Discrimination
    ax, title
        As in :func:`woe_table`.
    kind : {"roc", "ks"}
        Which picture.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    caught, lost = table["bad_caught"].to_numpy(), table["good_lost"].to_numpy()
    widest = int(table["gap"].to_numpy().round(12).argmax())
    if kind == "ks":
        score = table["score"].to_numpy()
        known = score[1:]
        margin = 0.03 * max(float(np.ptp(known)), 1e-9)
        x = np.concatenate([[known[0] - margin], known])
        ax.step(x, caught, where="post", color=ORANGE, label=_("bad customers"))
        ax.step(x, lost, where="post", color=BLUE, linestyle="--", label=_("good customers"))
        ax.plot([x[widest]] * 2, [lost[widest], caught[widest]], color=INK, linewidth=1.6)
        ax.annotate(f"KS {result.ks:.3f}", (x[widest], (lost[widest] + caught[widest]) / 2),
                    xytext=(6, 0), textcoords="offset points", va="center",
                    fontsize=9.5)  # fmt: skip
        ax.set_xlim(x[0], x[-1] + margin)
        ax.set_xlabel(_("score"))
        ax.set_ylabel(_("share with at most this score"))
        ax.legend(loc="lower right", fontsize=9)
        sentence = _("At a score of {score:.0f} the two shares are {ks} apart")
        words = sentence.format(score=result.ks_score, ks=percent(result.ks))
    else:
        ax.plot([0, 1], [0, 1], color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.fill_between(lost, caught, lost, color=SKY, alpha=0.3, linewidth=0)
        ax.plot(lost, caught, color=BLUE)
        ax.plot(lost[widest], caught[widest], "o", color=ORANGE, markersize=8)
        ax.annotate(f"KS {result.ks:.3f}", (lost[widest], caught[widest]), xytext=(8, -10),
                    textcoords="offset points", fontsize=9.5)  # fmt: skip
        ax.set_xlim(0, 1)
        ax.set_xlabel(_("share of the good who would be refused"))
        ax.set_ylabel(_("share of the bad who would be refused"))
        _percent_axis(ax.xaxis)
        sentence = _("AUC {auc:.3f} ({level} interval {low:.3f} to {high:.3f})")
        words = sentence.format(
            auc=result.auc, level=percent(result.level), low=result.low, high=result.high
        )
    ax.set_ylim(0, 1.02)
    _percent_axis(ax.yaxis)
    set_title(ax, title or words)


@picture
def cross_validation(result: "CrossValidation", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the AUC of each fold, on the customers learned from and on those left out.

    Parameters
    ----------
    result : CrossValidation
    ax, title
        As in :func:`woe_table`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    folds = table.index.to_numpy()
    for column, colour, mark, word in (
        ("apparent", MUTED, "s", _("customers learned from")),
        ("auc", BLUE, "o", _("customers left out")),
    ):
        values = table[column].to_numpy()
        ax.plot(folds, values, mark, color=colour, markersize=7, label=word)
        ax.axhline(values.mean(), color=colour, linewidth=1.4, linestyle="--")
    low = float(table[["apparent", "auc"]].to_numpy().min())
    ax.set_ylim(min(0.5, low - 0.02), 1)
    ax.set_xticks(folds)
    ax.set_xlabel(_("fold"))
    ax.set_ylabel(_("AUC (0.5: no better than chance)"))
    ax.legend(loc="upper right", fontsize=9, ncols=2)
    sentence = _("Mean AUC {auc:.3f} on customers left out, {apparent:.3f} on those learned from")
    set_title(ax, title or sentence.format(auc=result.auc, apparent=result.auc + result.optimism))


@picture
def score_calibration(result: "Calibration", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the observed share of bad customers by the expected one, with intervals.

    Parameters
    ----------
    result : Calibration
    ax, title
        As in :func:`woe_table`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    top = min(1.0, 1.08 * float(np.maximum(table["high"], table["expected"]).max()))
    ax.plot([0, top], [0, top], color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
    for inside, colour, word in (
        (True, BLUE, _("interval holds the expected share")),
        (False, RED, _("it does not")),
    ):
        part = table[table["inside"] == inside]
        if part.empty:
            continue
        reach = np.array([part["observed"] - part["low"], part["high"] - part["observed"]])
        ax.errorbar(part["expected"], part["observed"], np.maximum(reach, 0), fmt="o",
                    color=colour, markersize=6, capsize=3, linewidth=1.6, label=word)  # fmt: skip
    ax.set_xlim(0, top)
    ax.set_ylim(0, top)
    _percent_axis(ax.xaxis)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("expected share of bad customers"))
    ax.set_ylabel(_("observed share"))
    ax.legend(loc="upper left", fontsize=9)
    good = int(table["inside"].sum())
    sentence = _("In {good} of {all} groups the expected share lies in the interval")
    set_title(ax, title or sentence.format(good=good, all=len(table)))


@picture
def refusal_reasons(
    result: "Reasons", ax: "Axes", *, title: str | None = None, most: int = 10
) -> None:
    """Draw the points that each feature takes from an applicant, the most first.

    Parameters
    ----------
    result : Reasons
    ax, title
        As in :func:`woe_table`.
    most : int
        Features to show at most.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.head(most)
    rows = np.arange(len(table))
    lost = table["lost"].to_numpy()
    ax.barh(rows, lost, 0.62, color=np.where(lost > 0, ORANGE, GREEN))
    for row, (points, label) in enumerate(zip(lost, table["bin"], strict=True)):
        ax.annotate(f"{points:.0f}  ({_short(label, 24)})", (max(points, 0), row), xytext=(4, 0),
                    textcoords="offset points", va="center", fontsize=8.5)  # fmt: skip
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_yticks(rows, [_short(name) for name in table.index])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(min(0, 1.15 * float(lost.min())), 1.75 * max(float(lost.max()), 1))
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x", color=PALE)
    than = {"best": _("the best bin"), "average": _("the average")}[result.against]
    ax.set_xlabel(_("points lost against {than}").format(than=than))
    sentence = _("Score {score:.0f}: {name} costs most, {lost:.0f} points")
    set_title(
        ax,
        title or sentence.format(score=result.score, name=table.index[0], lost=float(lost[0])),
        width=46,
    )
