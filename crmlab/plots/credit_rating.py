"""Pictures of rating and limits: grades, the five Cs, surveys, moves, warning, orders, limits."""

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from crmlab._text import _
from crmlab.plots.grading import _percent_axis
from crmlab.plots.grading import grade_moves as _grade_moves
from crmlab.plots.labels import capital, label_points
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
    money_unit,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.credit import (
        CreditLimits,
        CreditProfile,
        CreditRating,
        EarlyWarning,
        LimitBook,
        OrderDecision,
        RatingMoves,
        SurveyPlan,
    )

#: Up to so many rows are drawn one by one.
_ROWS = 26


def _words(name: Any) -> str:
    return str(name).replace("_", " ")


@picture
def credit_rating(result: "CreditRating", ax: "Axes", *, title: str | None = None) -> None:
    """Draw score and interval of each applicant, or the number by grade where they are many.

    Parameters
    ----------
    result : CreditRating
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    (_rating_rows if len(result.scores) <= _ROWS else _rating_bars)(result, ax)
    open_ = int((result.scores["low_grade"] != result.scores["high_grade"]).sum())
    sentence = _("Missing answers leave the grade of {n} of {all} applicants open")
    set_title(ax, title or sentence.format(n=f"{open_:,}", all=f"{len(result.scores):,}"))


def _rating_bars(result: "CreditRating", ax: "Axes") -> None:
    """Applicants by grade, those with an open grade on top."""
    table = result.table
    rows = np.arange(len(table))
    sure = (table["applicants"] - table["open"]).to_numpy()
    ax.bar(rows, sure, 0.72, color=BLUE, label=_("the same grade, whatever is missing"))
    bars = ax.bar(rows, table["open"], 0.72, bottom=sure, color=ORANGE,
                  label=_("grade left open by missing answers"))  # fmt: skip
    ax.bar_label(bars, [f"{n:,}" for n in table["applicants"]], padding=2, fontsize=9.5)
    ax.set_xticks(rows, [str(name) for name in table.index])
    ax.set_xlabel(_("grade"))
    ax.set_ylabel(_("applicants"))
    ax.set_ylim(0, 1.32 * max(int(table["applicants"].max()), 1))
    ax.legend(loc="upper right", fontsize=9)


def _rating_rows(result: "CreditRating", ax: "Axes") -> None:
    """Score of each applicant with the interval that missing answers leave."""
    scores = result.scores.sort_values("score", kind="stable")
    rows = np.arange(len(scores))
    ax.hlines(rows, scores["low"], scores["high"], color=SKY, linewidth=5)
    ax.plot(scores["score"], rows, "o", color=BLUE, markersize=6)
    starts = list(result.scale.values())
    for name, low, high in zip(result.scale, starts, [100, *starts], strict=False):
        ax.axvline(low, color=PALE, linewidth=1, zorder=0)
        ax.annotate(name, ((low + high) / 2, len(scores) - 0.3), ha="center", va="bottom",
                    fontsize=8.5, color=MUTED, annotation_clip=False)  # fmt: skip
    ax.set_yticks(rows, [str(name) for name in scores.index], fontsize=9)
    ax.set_ylim(-0.6, len(scores) + 0.5)
    ax.set_xlim(0, 100)
    ax.grid(visible=False)
    ax.set_xlabel(_("score (line: from all missing answers worst to all best)"))
    ax.set_ylabel(_("applicant"))


@picture
def credit_profile(result: "CreditProfile", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the points of each applicant by the five Cs.

    Parameters
    ----------
    result : CreditProfile
    ax, title
        As in :func:`credit_rating`.

    Returns
    -------
    matplotlib Axes
    """
    groups = result.groups
    places = np.arange(groups.shape[1])
    width = 0.8 / len(groups)
    for i, (name, row) in enumerate(groups.iterrows()):
        at = places + (i - (len(groups) - 1) / 2) * width
        grade = result.scores["grade"].iloc[i]
        ax.bar(at, row, 0.92 * width, color=PALETTE[i % len(PALETTE)], label=f"{name}: {grade}")
        for spot in at[np.isnan(row.to_numpy(float))]:
            ax.text(spot, 2, "?", ha="center", color=INK, fontsize=11)
    shares = [percent(float(result.weights[name])) for name in groups.columns]
    labels = [f"{_(name)}\n{share}" for name, share in zip(groups.columns, shares, strict=True)]
    ax.set_xticks(places, labels)
    ax.set_xlim(-0.5, len(places) - 0.5)
    ax.set_ylim(0, 100)
    ax.set_xlabel(_("the five Cs, with their weights (?: nothing answered)"))
    ax.set_ylabel(_("points of 100"))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=9.5)
    set_title(ax, title or _("Where each applicant is strong and weak"), width=52)


@picture
def survey_plan(result: "SurveyPlan", ax: "Axes", *, title: str | None = None) -> None:
    """Draw how many customers each trigger calls for a new survey.

    Parameters
    ----------
    result : SurveyPlan
    ax, title
        As in :func:`credit_rating`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    ax.barh(rows, table["alone"], color=BLUE, label=_("the only reason"))
    bars = ax.barh(rows, table["customers"] - table["alone"], left=table["alone"], color=SKY,
                   label=_("together with another"))  # fmt: skip
    ax.bar_label(bars, [f"{n:,}" for n in table["customers"]], padding=4, fontsize=9.5)
    ax.set_yticks(rows, [_words(name) for name in table.index])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.margins(x=0.12)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(_("customers"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.16), ncols=2, fontsize=9)
    sentence = _("{due} of {all} customers are to be surveyed again")
    set_title(
        ax, title or sentence.format(due=f"{result.due:,}", all=f"{len(result.customers):,}"), 50
    )


@picture
def rating_moves(result: "RatingMoves", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the matrix of moves between ratings with its intervals.

    Parameters
    ----------
    result : RatingMoves
    ax, title
        As in :func:`credit_rating`.

    Returns
    -------
    matplotlib Axes
    """
    sentence = _("From one year to the next {up} moved up, {down} down")
    _grade_moves(
        result.pooled, ax,
        title=title or sentence.format(
            up=percent(result.upgraded), down=percent(result.downgraded)
        ),
    )  # fmt: skip
    ax.set_xlabel(_("rating in the next year; under each share: its interval in %"))
    ax.set_ylabel(_("rating before, pairs of years"))


@picture
def early_warning(result: "EarlyWarning", ax: "Axes", *, title: str | None = None) -> None:
    """Draw each signal by its false alarms and by the failures that it warns of.

    Parameters
    ----------
    result : EarlyWarning
    ax, title
        As in :func:`credit_rating`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.dropna(subset=["precision", "hit_rate"])
    x, y = table["precision"].to_numpy(), table["hit_rate"].to_numpy()
    ax.hlines(y, table["low"], table["high"], color=PALE, linewidth=1.6, zorder=1)
    ax.vlines(x, table["hit_low"], table["hit_high"], color=PALE, linewidth=1.6, zorder=1)
    colours = [BLUE] * (len(table) - 1) + [ORANGE]
    ax.scatter(x, y, s=46, c=colours, zorder=3)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.02)
    _percent_axis(ax.xaxis)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("precision: alarms that a failure follows"))
    ax.set_ylabel(_("hit rate: failures warned of"))
    best = table["hit_rate"].idxmax()
    sentence = _("{signal}: {hits} of the failures warned of within {n:g} months")
    words = _words(best)
    set_title(
        ax,
        title
        or sentence.format(
            signal=capital(words),
            hits=percent(float(table["hit_rate"].max())),
            n=result.horizon,
        ),
    )
    label_points(ax, x, y, [_words(name) for name in table.index])


@picture
def order_decision(result: "OrderDecision", ax: "Axes", *, title: str | None = None) -> None:
    """Draw up to which chance of default the firm and the salesman would take the order.

    Parameters
    ----------
    result : OrderDecision
    ax, title
        As in :func:`credit_rating`.

    Returns
    -------
    matplotlib Axes
    """
    names = [_("the firm"), *[fill(_("salesman paid on {pay}").format(pay=_(p)), 17) for p in
                              result.table.index]]  # fmt: skip
    ends = np.array([result.break_even, *result.table["break_even"]])
    rows = np.arange(len(names))
    ax.barh(rows, ends, 0.62, color=[BLUE, *[SKY] * (len(names) - 1)])
    for row, end in zip(rows, ends, strict=True):
        inside = end > 0.8
        # A number that the line would strike stands on the other side of it.
        spot = result.default if 0 <= result.default - end < 0.14 else end
        ax.annotate(percent(float(end), 1), (spot, row), xytext=(-6 if inside else 6, 0),
                    textcoords="offset points", va="center", ha="right" if inside else "left",
                    fontsize=9.5)  # fmt: skip
    ax.axvline(result.default, color=RED, linewidth=2)
    ax.annotate(_("this order: {p}").format(p=percent(result.default)), (result.default, -0.62),
                xytext=(5, 0), textcoords="offset points", color=RED, fontsize=9.5,
                va="center")  # fmt: skip
    ax.set_yticks(rows, names)
    ax.set_ylim(len(names) - 0.5, -0.9)
    ax.set_xlim(0, 1)
    _percent_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel(_("takes the order up to this chance of default"))
    against = [_(str(p)) for p, same in result.table["agree"].items() if not same]
    word, other = (_("take"), _("refuses")) if result.take else (_("refuse"), _("takes"))
    if against:
        sentence = _("Firm: {word}. Paid on {pay}, the salesman {other} it")
        text = sentence.format(word=word, pay=_(" or ").join(against), other=other)
    else:
        text = _("Firm: {word}. The salesman decides alike").format(word=word)
    set_title(ax, title or text, 44)


@picture
def credit_limits(
    result: "CreditLimits", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the candidates of each customer, or what binds how many where they are many.

    Parameters
    ----------
    result : CreditLimits
    ax, title
        As in :func:`credit_rating`.
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    if len(result.customers) <= _ROWS:
        _limit_rows(result, ax, unit)
    else:
        table = result.table
        rows = np.arange(len(table))
        bars = ax.barh(rows, table["binds"], color=BLUE)
        words = [f"{n:,} ({money(s)})" for n, s in zip(table["binds"], table["limit"], strict=True)]
        ax.bar_label(bars, words, padding=4, fontsize=9.5)
        ax.set_yticks(rows, [_words(name) for name in table.index])
        ax.invert_yaxis()
        ax.grid(visible=False, axis="y")
        ax.grid(axis="x")
        ax.set_xlim(0, len(result.customers))
        ax.set_xlabel(_("customers whose limit it sets (sum of limits, {unit})").format(
            unit=money_unit(unit)))  # fmt: skip
    first = result.table["binds"].idxmax()
    sentence = _("What binds most: {name}; in all {total}")
    set_title(ax, title or sentence.format(name=_words(first), total=money(result.total)), 52)


def _limit_rows(result: "CreditLimits", ax: "Axes", unit: str | None) -> None:
    """One row per customer: all candidates, the limit as a bar."""
    people = result.customers
    rows = np.arange(len(people))
    ax.barh(rows, people["limit"], 0.6, color=PALE, label=_("limit"))
    marks = ("o", "s", "^", "D", "v", "P", "X")
    for i, name in enumerate(result.candidates.columns):
        ax.plot(result.candidates[name], rows, marks[i % 7], color=PALETTE[i % len(PALETTE)],
                markersize=6, linestyle="none", label=_words(name))  # fmt: skip
    ax.set_yticks(rows, [f"{name} ({grade})" for name, grade in people["grade"].items()])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    money_axis(ax.xaxis)
    top = float(result.candidates.max(axis=1).median())
    ax.set_xlim(0, max(1.4 * top, 1.15 * float(people["limit"].max()), 1e-9))
    ax.set_xlabel(money_unit(unit))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=9)


@picture
def limit_book(
    result: "LimitBook", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the simulated losses of the book of limits, before and after the cut.

    Parameters
    ----------
    result : LimitBook
    ax, title, unit
        As in :func:`credit_limits`.

    Returns
    -------
    matplotlib Axes
    """
    top = max(float(np.quantile(result.losses, 0.998)), 1.1 * result.budget, 1e-9)
    edges = np.linspace(0, top, 41)
    cut = not np.array_equal(result.losses, result.granted_losses)
    sets = [(result.losses, BLUE, _("limits as given"))]
    if cut:
        sets.append((result.granted_losses, GREEN, _("after the cut")))
    for losses, colour, label in sets:
        share = np.full(losses.size, 1 / losses.size)
        ax.hist(np.clip(losses, 0, top), edges.tolist(), weights=share, color=colour, alpha=0.45,
                label=label)  # fmt: skip
        at = float(np.quantile(losses, result.level))
        ax.axvline(at, color=colour, linewidth=1.6, linestyle="--")
    ax.axvline(result.budget, color=RED, linewidth=2, label=_("budget"))
    ax.set_xlim(0, top)
    money_axis(ax.xaxis)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))
    ax.set_xlabel(
        _("loss of a period ({unit}; dashed: not passed in {level} of the periods)").format(
            unit=money_unit(unit), level=f"{100 * result.level:g} %"
        )
    )
    ax.set_ylabel(_("share of simulated periods"))
    ax.legend(loc="upper right", fontsize=9)
    word = _("beyond") if result.quantile > result.budget else _("within")
    sentence = _("Expected loss {mean}, in a bad year {bad}: {word} the budget of {budget}")
    set_title(
        ax,
        title
        or sentence.format(
            mean=money(result.expected), bad=money(result.quantile), word=word,
            budget=money(result.budget),
        ),
    )  # fmt: skip
