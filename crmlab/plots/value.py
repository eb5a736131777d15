"""Pictures of what customers get and what the firm gets back."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _
from crmlab.plots.labels import capital
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
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.value import (
        LeverGains,
        LeverReturns,
        LoopPolicy,
        OfferChoice,
        OfferComparison,
        RelationshipProfile,
        ValueLoop,
    )

#: Fills of stacked bars: colour and hatch together, so that colour alone carries no meaning.
_GETS = ((BLUE, ""), (SKY, "//"), ("#9ECAE8", ".."), ("#D6E8F5", "xx"))
_GIVES = ((RED, ""), (ORANGE, "//"), ("#F3C98B", ".."), ("#F9E5C4", "xx"))


def _only(ax: "Axes", axis: str) -> None:
    """Draw the grid along one axis only."""
    ax.grid(visible=False)
    ax.grid(axis=axis)  # type: ignore[arg-type]


@picture
def offer_comparison(
    result: "OfferComparison", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw what each offer gives above what it takes, and what is left.

    Parameters
    ----------
    result : OfferComparison
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    unit : str, optional
        Unit of the weighted components.

    Returns
    -------
    matplotlib Axes
    """
    rows = np.arange(len(result.values))
    for table, shift, styles in ((result.values, -0.2, _GETS), (result.costs, 0.2, _GIVES)):
        left = np.zeros(rows.size)
        for k, name in enumerate(table.columns):
            colour, hatch = styles[k % len(styles)]
            width = table[name].to_numpy()
            ax.barh(
                rows + shift, width, 0.36, left=left, color=colour, hatch=hatch,
                edgecolor="white", linewidth=0.5, label=str(name),
            )  # fmt: skip
            left = left + width
    reach = max(result.values.sum(axis=1).max(), result.costs.sum(axis=1).max())
    for row, left_over, ratio in zip(rows.tolist(), result.difference, result.ratio, strict=True):
        ax.text(
            1.015 * reach, row, f"{money(left_over)}\n× {ratio:.2f}", va="center", fontsize=9.5,
            fontweight="bold",
        )  # fmt: skip
    ax.set_yticks(rows, [str(name) for name in result.values.index])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.14 * reach)
    _only(ax, "x")
    money_axis(ax.xaxis)
    ax.set_xlabel(
        _("{unit}; upper bar: value, lower bar: cost; right: difference, ratio").format(
            unit=money_unit(unit)
        )
    )
    ax.legend(
        ncols=4, fontsize=8.5, loc="upper center", bbox_to_anchor=(0.45, -0.17), handlelength=1.4,
        columnspacing=1.2,
    )  # fmt: skip
    same = result.best == result.best_ratio
    sentence = (
        _("{best} leaves most, and most for what it takes")
        if same
        else _("{best} leaves most; {other} gives most for what it takes")
    )
    set_title(ax, title or sentence.format(best=capital(result.best), other=result.best_ratio))


@picture
def lever_gains(
    result: "LeverGains", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the delivered value that each lever adds per yuan spent.

    Parameters
    ----------
    result : LeverGains
    ax, title, unit
        As in :func:`offer_comparison`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    pays = (table["per_yuan"] > 1).to_numpy()
    ax.barh(
        rows, table["per_yuan"], 0.62, color=[GREEN if p else PALE for p in pays],
        edgecolor=[GREEN if p else MUTED for p in pays],
    )  # fmt: skip
    for row, per_yuan, gain, cost in zip(
        rows, table["per_yuan"], table["gain"], table["cost"], strict=True
    ):
        ax.annotate(
            _("{ratio:.2f}  ({gain} for {cost})").format(
                ratio=per_yuan, gain=money(gain), cost=money(cost)
            ),
            (max(per_yuan, 1), row), xytext=(5, 0), textcoords="offset points", va="center",
            fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
        )  # fmt: skip
    ax.axvline(1, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.set_yticks(rows, [str(name) for name in table.index])
    ax.invert_yaxis()
    ax.set_xlim(right=1.3 * max(table["per_yuan"].max(), 1))
    _only(ax, "x")
    ax.set_xlabel(
        _("delivered value added for 1 {unit} spent (dashed: a plain rebate)").format(
            unit=unit or _("money unit")
        )
    )
    first, top = table.index[0], float(table["per_yuan"].iloc[0])
    set_title(
        ax, title or _("{lever} gives the customer {top:.1f} for 1").format(
            lever=capital(first), top=top
        ),
    )  # fmt: skip


@picture
def offer_choice(result: "OfferChoice", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the share of all customers, and of those within reach, who choose each offer.

    Parameters
    ----------
    result : OfferChoice
    ax, title
        As in :func:`offer_comparison`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.to_frame()
    x = np.arange(len(table))
    for shift, column, colour, hatch, word in (
        (-0.2, "share_within_reach", PALE, "//", _("of those who have it within reach")),
        (0.2, "share", BLUE, "", _("of all customers")),
    ):
        bars = ax.bar(
            x + shift, 100 * table[column], 0.38, color=colour, hatch=hatch, edgecolor="white",
            label=word,
        )  # fmt: skip
        ax.bar_label(bars, [percent(share) for share in table[column]], padding=3, fontsize=9.5)
    names = [
        f"{name}\n({_('{n} customers').format(n=n)})"
        for name, n in zip(table.index, table["within_reach"], strict=True)
    ]
    ax.set_xticks(x, names)
    ax.set_ylabel(_("share who choose it (%)"))
    ax.margins(y=0.32)
    ax.legend(fontsize=9, loc="upper right", ncols=2)
    top = table["share"].idxmax()
    set_title(
        ax, title or _("{offer} is chosen by {share} of the customers").format(
            offer=capital(top), share=percent(table["share"].max())
        ),
    )  # fmt: skip


@picture
def lever_returns(
    result: "LeverReturns", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw what each lever earns the firm, and how many customers it wins.

    Parameters
    ----------
    result : LeverReturns
    ax, title, unit
        As in :func:`offer_comparison`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    net = table["net"].to_numpy()
    ax.barh(rows, net, 0.62, color=[BLUE if n >= 0 else RED for n in net])
    for row, amount, extra in zip(rows, net, table["extra_share"], strict=True):
        right = amount >= 0
        ax.annotate(
            _("{net} ({points:+.1f} points)").format(net=money(amount), points=100 * extra).replace(
                "-", "\N{MINUS SIGN}"
            ),
            (amount, row), xytext=(4 if right else -4, 0), textcoords="offset points", va="center",
            ha="left" if right else "right", fontsize=9.5,
        )  # fmt: skip
    zero_line(ax, horizontal=False)
    ax.set_yticks(rows, [str(name) for name in table.index])
    ax.invert_yaxis()
    span = np.ptp([*net, 0])
    ax.set_xlim(min(net.min(), 0) - 0.6 * span, max(net.max(), 0) + 0.5 * span)
    _only(ax, "x")
    money_axis(ax.xaxis)
    ax.set_xlabel(_("net return per customer in the market ({unit})").format(unit=money_unit(unit)))
    best = table.index[0]
    set_title(
        ax,
        title
        or (
            _("{lever} earns most").format(lever=capital(best))
            if net[0] > 0
            else _("No lever pays for itself")
        ),
    )


@picture
def relationship_profile(
    result: "RelationshipProfile",
    ax: "Axes",
    *,
    customers: Sequence[Any] | None = None,
    title: str | None = None,
) -> None:
    """Draw the five scores of a few customers as profiles.

    Parameters
    ----------
    result : RelationshipProfile
    ax, title
        As in :func:`offer_comparison`.
    customers : sequence, optional
        Whom to draw, at most four; the three with the highest scores by default.

    Returns
    -------
    matplotlib Axes
    """
    ranked: Any = result.to_frame()
    chosen = list(ranked.index[:3] if customers is None else customers)[:4]
    names = list(result.weights)
    x = np.arange(len(names))
    ends = _apart([float(ranked.at[who, names[-1]]) for who in chosen], 7.0)
    looks = zip(chosen, ends, PALETTE, ("o", "s", "^", "D"), ("-", "--", "-.", ":"), strict=False)
    for who, end, colour, marker, style in looks:
        ax.plot(
            x, ranked.loc[who, names], color=colour, marker=marker, markersize=7, linestyle=style
        )
        ax.annotate(
            f"{who}: {ranked.at[who, 'score']:.0f}", (x[-1], end), xytext=(9, 0),
            textcoords="offset points", va="center", fontsize=9.5, fontweight="bold", color=INK,
        )  # fmt: skip
    words = {
        "profitability": _("profitability"),
        "lifetime": _("lifetime"),
        "capability": _("capability"),
        "referral": _("referral"),
        "potential": _("potential"),
    }
    ax.set_xticks(x, [words[name] for name in names])
    ax.set_xlim(-0.25, x[-1] + 0.75)
    ax.set_ylim(-4, 108)
    ax.set_ylabel(_("score (0 lowest, 100 highest)"))
    ax.set_xlabel(_("dimension of relationship value; at the right the weighted score"))
    set_title(
        ax, title or _("{who} has the highest score of {n}").format(
            who=chosen[int(np.argmax([ranked.at[c, "score"] for c in chosen]))], n=len(chosen)
        ),
    )  # fmt: skip


def _apart(heights: Sequence[float], gap: float) -> list[float]:
    """Move labels apart until no two are nearer than the gap."""
    order = np.argsort(heights)
    placed = np.array(heights, dtype=float)
    for low, high in pairwise(order.tolist()):
        placed[high] = max(placed[high], placed[low] + gap)
    return placed.tolist()


@picture
def value_loop(
    result: "ValueLoop", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the run of the loop: customer value, satisfaction, relationship quality and net value.

    Parameters
    ----------
    result : ValueLoop
    ax, title, unit
        As in :func:`offer_comparison`. The net value is drawn as a share of the largest possible.

    Returns
    -------
    matplotlib Axes
    """
    path = result.path
    lines = {
        _("customer value"): path["customer_value"],
        _("satisfaction"): path["satisfaction"],
        _("relationship quality"): path["relationship_quality"],
        _("net value"): path["net"] / result.rule.margin,
    }
    ends = _apart([float(line.iloc[-1]) for line in lines.values()], 0.07)
    for (name, line), end, colour, style in zip(
        lines.items(), ends, PALETTE, ("-", "--", "-.", (0, (1, 1))), strict=False
    ):
        ax.plot(path.index, line, color=colour, linestyle=style)
        ax.annotate(
            name, (path.index[-1], end), xytext=(6, 0), textcoords="offset points", va="center",
            fontsize=9.5, fontweight="bold", color=INK,
        )  # fmt: skip
    ax.set_ylim(-0.02, 1.12)
    ax.set_xlim(0, path.index[-1] * 1.36)
    ax.set_xticks(np.linspace(0, path.index[-1], 5).round())
    ax.set_xlabel(_("period"))
    ax.set_ylabel(_("index from 0 to 1"))
    first, last = path["net"].iloc[[0, -1]]
    word = _("The loop climbs") if last > first else _("The loop sinks")
    set_title(
        ax,
        title
        or _("{word}: net value goes from {first} to {last} {unit} a period").format(
            word=word, first=money(first), last=money(last), unit=money_unit(unit)
        ),
    )


@picture
def loop_map(result: "ValueLoop", ax: "Axes", *, title: str | None = None) -> None:
    """Draw one round of the loop against where it starts, with its steady states.

    Parameters
    ----------
    result : ValueLoop
    ax, title
        As in :func:`offer_comparison`.

    Returns
    -------
    matplotlib Axes
    """
    start = np.linspace(0.3, 1, 281)
    ends = result.rule.round(start, result.invest)
    for rises, colour, alpha in ((ends > start, SKY, 0.25), (ends < start, RED, 0.12)):
        ax.fill_between(start, start, ends, where=rises.tolist(), color=colour, alpha=alpha, lw=0)
    ax.plot(start, start, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.plot(start, ends, color=BLUE)
    states = result.steady_states
    for place, stable in zip(states["customer_value"], states["stable"], strict=True):
        ax.plot(
            place, place, "o", markersize=11, color=INK, zorder=4,
            markerfacecolor=INK if stable else "white", markeredgewidth=2,
        )  # fmt: skip
        ax.annotate(
            f"{place:.2f} " + (_("stable") if stable else _("tips")), (place, place),
            xytext=(10, -5), textcoords="offset points", va="top", fontsize=9.5,
        )  # fmt: skip
    ax.set_xlim(0.3, 1.08)
    ax.set_ylim(0.3, 1.02)
    ax.set_xlabel(_("customer value now"))
    ax.set_ylabel(_("customer value one round later"))
    count = int(states["stable"].sum())
    set_title(
        ax,
        title
        or (
            _("One strategy, {n} stable ends: the hollow point divides them").format(n=count)
            if count > 1
            else _("From every start the loop goes to {place:.2f}").format(
                place=states["customer_value"].iloc[-1]
            )
        ),
    )


@picture
def loop_policy(
    result: "LoopPolicy", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the net value in which the loop settles, for every share of investment.

    Parameters
    ----------
    result : LoopPolicy
    ax, title, unit
        As in :func:`offer_comparison`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    ax.plot(table["invest"], table["net"], color=BLUE, marker="o", markersize=3.5)
    best = float(table["net"].max())
    ax.plot(result.best, best, "o", color=GREEN, markersize=11, zorder=4)
    ax.annotate(
        _("best: {share}").format(share=percent(result.best)), (result.best, best), xytext=(9, 7),
        textcoords="offset points", fontsize=9.5, fontweight="bold",
    )  # fmt: skip
    for place, word, side in (
        (result.best / 2, _("too little"), "center"),
        (result.best + 0.25 * (1 - result.best), _("too much"), "left"),
    ):
        ax.text(place, 0.2 * best, word, ha=side, fontsize=10.5, color=MUTED, style="italic")
    ax.set_ylim(min(0, float(table["net"].min())) - 0.03 * best, 1.18 * best)
    ax.xaxis.set_major_formatter(lambda x, _position: percent(x))
    money_axis(ax.yaxis)
    ax.set_xlabel(_("share of the relationship value that goes back into service"))
    ax.set_ylabel(_("net value per period ({unit})").format(unit=money_unit(unit)))
    set_title(
        ax, title or _("Below a threshold service is lost; above {share} it is too much").format(
            share=percent(result.best)
        ),
    )  # fmt: skip
