"""Pictures of what a scorecard decides: cut-offs, stability, the refused, fairness."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from crmlab._text import _
from crmlab.plots.credit_score import _short
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
    money_axis,
    money_unit,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.credit import (
        CharacteristicStability,
        CutOffs,
        Fairness,
        LeaveOut,
        RejectInference,
        Stability,
    )


@picture
def cut_offs(
    result: "CutOffs", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw what is earned, lost and left per applicant by the cut-off.

    Parameters
    ----------
    result : CutOffs
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    x = table["cut_off"].to_numpy()
    ax.plot(x, table["earned"], color=BLUE, linestyle="--", linewidth=1.6,
            label=_("earned on the good"))  # fmt: skip
    ax.plot(x, table["lost"], color=RED, linestyle=":", linewidth=1.8, label=_("lost on the bad"))
    ax.plot(x, table["profit"], color=GREEN, label=_("profit"))
    ax.axhline(0, color=INK, linewidth=1)
    best = result.at_best
    ax.axvline(result.best, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.plot(result.best, best["profit"], "o", color=GREEN, markersize=8)
    money_axis(ax.yaxis)
    ax.set_xlim(x[0], x[-1])
    ax.set_xlabel(_("cut-off: credit from this score on"))
    ax.set_ylabel(_("{unit} per applicant").format(unit=money_unit(unit)))
    ax.legend(loc="upper right", fontsize=9)
    sentence = _("Profit is highest from a score of {best:.0f} on: {share} get credit")
    set_title(
        ax, title or sentence.format(best=result.best, share=percent(float(best["accepted"])))
    )


@picture
def score_stability(result: "Stability", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the shares of the bins then and now.

    Parameters
    ----------
    result : Stability
    ax, title
        As in :func:`cut_offs`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    where = np.arange(len(table))
    ax.bar(where - 0.2, table["expected_share"], 0.38, color=PALE, label=_("then"))
    ax.bar(where + 0.2, table["actual_share"], 0.38, color=BLUE, label=_("now"))
    names = [_short(label, 16) for label in table.index]
    ax.set_xticks(where, names, fontsize=8.5, rotation=30 if len(names) > 4 else 0,
                  ha="right" if len(names) > 4 else "center")  # fmt: skip
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    _percent_axis(ax.yaxis)
    ax.set_ylim(0, 1.25 * float(table[["expected_share", "actual_share"]].to_numpy().max()))
    ax.set_ylabel(_("share of the applicants"))
    ax.legend(loc="upper right", fontsize=9, ncols=2)
    sentence = _("PSI {psi:.3f}: {word} (by chance alone it stays below {limit:.3f})")
    set_title(
        ax, title or sentence.format(psi=result.psi, word=result.word, limit=result.limit)
    )  # fmt: skip


@picture
def characteristic_stability(
    result: "CharacteristicStability", ax: "Axes", *, title: str | None = None, most: int = 12
) -> None:
    """Draw by how many points each feature has moved the mean score.

    Parameters
    ----------
    result : CharacteristicStability
    ax, title
        As in :func:`cut_offs`.
    most : int
        Features to show at most.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.head(most)
    rows = np.arange(len(table))
    points = table["points"].to_numpy()
    ax.barh(rows, points, 0.62, color=np.where(points < 0, ORANGE, BLUE))
    reach = max(float(np.abs(points).max()), 0.1)
    for row, (value, psi) in enumerate(zip(points, table["psi"], strict=True)):
        ax.annotate(f"{value:+.1f} (PSI {psi:.3f})".replace("-", "\N{MINUS SIGN}"),
                    (max(value, 0), row), xytext=(5, 0), textcoords="offset points",
                    va="center", fontsize=8.5)  # fmt: skip
    ax.axvline(0, color=INK, linewidth=1)
    name_rows(ax, [_short(name) for name in table.index])
    ax.set_xlim(min(-0.05 * reach, 1.1 * float(points.min())), max(float(points.max()), 0) + reach)
    ax.set_xlabel(_("change of the mean score (points)"))
    sentence = _("The mean score has moved by {shift} points, most through {name}")
    shift = f"{result.shift:+.1f}".replace("-", "\N{MINUS SIGN}")
    set_title(ax, title or sentence.format(shift=shift, name=table.index[0]), width=46)


@picture
def reject_inference(result: "RejectInference", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the approval and the assumed bad rate of the refused by the factor.

    Parameters
    ----------
    result : RejectInference
    ax, title
        As in :func:`cut_offs`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    x = table.index.to_numpy(float)
    for column, colour, mark, style, word in (
        ("rejected_bad_rate", ORANGE, "s", "--", _("assumed bad rate of the refused")),
        ("approval", BLUE, "o", "-", _("share of all applicants granted credit")),
        ("approved_before", GREEN, "^", ":", _("share of the refused granted credit")),
    ):
        ax.plot(x, table[column], color=colour, marker=mark, markersize=6, linestyle=style,
                label=word)  # fmt: skip
    ax.set_ylim(0, 1.35)
    ax.set_yticks(np.linspace(0, 1, 6))
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("assumed odds of the refused to go bad, in multiples of the card's"))
    ax.set_ylabel(_("share"))
    ax.legend(loc="upper right", fontsize=8.5)
    low, high = float(table["approval"].min()), float(table["approval"].max())
    sentence = _("The assumption alone moves the approval from {high} to {low}")
    set_title(ax, title or sentence.format(low=percent(low), high=percent(high)), width=50)


@picture
def fairness(result: "Fairness", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the approval of each group with its interval, and that of its good applicants.

    Parameters
    ----------
    result : Fairness
    ax, title
        As in :func:`cut_offs`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    where = np.arange(len(table))
    reach = np.array([table["approval"] - table["low"], table["high"] - table["approval"]])
    ax.bar(where - 0.2, table["approval"], 0.36, color=BLUE, label=_("of all applicants"))
    ax.errorbar(where - 0.2, table["approval"], np.maximum(reach, 0), fmt="none", color=INK,
                capsize=4, linewidth=1.3)  # fmt: skip
    ax.bar(where + 0.2, table["good_approved"], 0.36, color=GREEN,
           label=_("of those who would pay"))  # fmt: skip
    least = 0.8 * float(table["approval"].max())
    ax.axhline(least, color=RED, linestyle="--", linewidth=1.4, label=_("four fifths of the best"))
    ax.set_xticks(where, [_short(name, 20) for name in table.index])
    ax.set_ylim(0, 1.3)
    ax.set_yticks(np.linspace(0, 1, 6))
    _percent_axis(ax.yaxis)
    ax.set_ylabel(_("share granted credit"))
    ax.legend(loc="upper center", fontsize=8.5, ncols=3, columnspacing=1.2, handlelength=1.6)
    lowest = str(table["approval"].idxmin())
    sentence = _("{name}: credit {ratio:.2f} times as often as the best group")
    set_title(ax, title or sentence.format(name=_short(lowest), ratio=result.ratio), width=52)


@picture
def leave_out(result: "LeaveOut", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the approval of each group with the features and without.

    Parameters
    ----------
    result : LeaveOut
    ax, title
        As in :func:`cut_offs`.

    Returns
    -------
    matplotlib Axes
    """
    before, after = (part.table["approval"] for part in (result.before, result.after))
    where = np.arange(len(before))
    for shift, values, colour, word in (
        (-0.2, before, PALE, _("with")),
        (0.2, after, BLUE, _("without")),
    ):
        ax.bar(where + shift, values, 0.36, color=colour, label=word)
        for place, value in zip(where, values, strict=True):
            ax.annotate(percent(float(value)), (place + shift, value), xytext=(0, 3),
                        textcoords="offset points", ha="center", fontsize=9)  # fmt: skip
    ax.axhline(result.approval, color=MUTED, linestyle="--", linewidth=1.2)
    ax.set_xticks(where, [_short(name, 20) for name in before.index])
    ax.set_ylim(0, 1.2)
    ax.set_yticks(np.linspace(0, 1, 6))
    _percent_axis(ax.yaxis)
    ax.set_ylabel(_("share granted credit"))
    names = ", ".join(str(name).replace("_", " ") for name in result.features)
    if len(names) > 28:
        names = _("{n} features").format(n=len(result.features))
    ax.legend(loc="upper right", fontsize=9, ncols=2, title=names, title_fontsize=9)
    row = result.auc.iloc[0]
    sentence = _("Without {names}: ratio {a:.2f} to {b:.2f}, AUC {c:.3f} to {d:.3f}")
    set_title(
        ax,
        title
        or sentence.format(
            names=names, a=result.before.ratio, b=result.after.ratio,
            c=float(row["first"]), d=float(row["second"]),
        ),
        width=50,
    )  # fmt: skip
