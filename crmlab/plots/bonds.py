"""Pictures of what makes loyalty and what holds it: curves, zones, traps, lock-in, profit chain."""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _
from crmlab.plots.loyalty import _intervals, _percent_axis, _words
from crmlab.plots.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALETTE,
    RED,
    SKY,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.loyalty import (
        ChainEstimate,
        FittedCurves,
        LockIn,
        LockInPath,
        LoyaltyZones,
        ServiceChain,
        TrapShare,
    )

_DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
_MARKS = "osD^vP"


@picture
def fitted_curves(
    result: "FittedCurves",
    ax: "Axes",
    *,
    title: str | None = None,
    names: Mapping[Any, str] | None = None,
    most: int = 6,
) -> None:
    """Draw the fitted curve of each group over the data, which are averaged in tenths.

    Parameters
    ----------
    result : FittedCurves
    ax, title, names
        As in :func:`crmlab.plots.behavioural_loyalty`; `names` for the groups.
    most : int
        How many groups to draw.

    Returns
    -------
    matplotlib Axes
    """
    axis = np.linspace(0, 1, 101)
    groups = list(result.curves.index)[:most]
    label_at = np.linspace(0.9, 0.62, len(groups))
    styles = zip(groups, PALETTE, _DASHES, _MARKS, label_at, strict=False)
    for group, colour, dash, mark, place in styles:
        gamma = float(result.curves.loc[group, "competition"])
        curve = result.floor + (1 - result.floor) * axis**gamma
        ax.plot(axis, curve, color=colour, linestyle=dash)
        mine = result.data[result.data["group"] == group]
        tenth = np.minimum((mine["satisfaction"] * 5).astype(int), 4)
        means = mine.groupby(tenth)[["satisfaction", "loyalty"]].mean()
        ax.plot(means["satisfaction"], means["loyalty"], mark, color=colour, markersize=5)
        ax.annotate(
            _words(group, names), (place, result.floor + (1 - result.floor) * place**gamma),
            fontsize=9.5, fontweight="bold", ha="center", va="center", color=INK,
            bbox={"facecolor": "white", "edgecolor": colour, "pad": 1.5, "linewidth": 0.8},
        )  # fmt: skip
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.02)
    _percent_axis(ax.yaxis)
    _percent_axis(ax.xaxis)
    ax.set_xlabel(_("standing in satisfaction (share of customers below)"))
    ax.set_ylabel(_("loyalty"))
    ends = result.curves["competition"]
    set_title(
        ax,
        title
        or _("From γ = {low:.2f} to γ = {high:.2f}: the same satisfaction, another loyalty").format(
            low=ends.min(), high=ends.max()
        ),
    )


@picture
def loyalty_zones(
    result: "LoyaltyZones",
    ax: "Axes",
    *,
    title: str | None = None,
    names: Mapping[Any, str] | None = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
) -> None:
    """Draw the customers in the four zones of satisfaction and loyalty.

    Parameters
    ----------
    result : LoyaltyZones
    ax, title, names
        As in :func:`crmlab.plots.behavioural_loyalty`; `names` for the zones.
    xlabel, ylabel : str, optional
        What was measured, with its unit.

    Returns
    -------
    matplotlib Axes
    """
    colours = {"loyalist": BLUE, "mercenary": RED, "hostage": ORANGE, "defector": MUTED}
    marks = {"loyalist": "o", "mercenary": "^", "hostage": "s", "defector": "x"}
    shares = {str(name): float(share) for name, share in result.to_frame()["share"].items()}
    zone = result.zone.to_numpy()
    for name in shares:
        mine = zone == name
        ax.plot(
            result.satisfaction[mine], result.loyalty[mine], marks[name], color=colours[name],
            markersize=4, alpha=0.55, markeredgewidth=1,
        )  # fmt: skip
    ax.axvline(result.cuts[0], color=INK, linewidth=1.2)
    ax.axhline(result.cuts[1], color=INK, linewidth=1.2)
    corners = {
        "loyalist": (0.98, 0.97, "right", "top"),
        "hostage": (0.02, 0.97, "left", "top"),
        "mercenary": (0.98, 0.03, "right", "bottom"),
        "defector": (0.02, 0.03, "left", "bottom"),
    }
    for name, (x, y, across, up) in corners.items():
        share = percent(shares[name])
        ax.text(
            x, y, f"{_words(name, names)} {share}", transform=ax.transAxes, ha=across, va=up,
            fontsize=10, fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": colours[name], "pad": 2.5, "alpha": 0.92},
        )  # fmt: skip
    ax.set_xlabel(xlabel or _("satisfaction"))
    ax.set_ylabel(ylabel or _("loyalty"))
    ax.margins(x=0.06, y=0.14)  # room for the names above and below the customers
    ax.grid(visible=False)
    hostage, mercenary = (percent(shares[k]) for k in ("hostage", "mercenary"))
    set_title(
        ax,
        title
        or _("{hostage} stay without being satisfied, {mercenary} are satisfied and go").format(
            hostage=hostage, mercenary=mercenary
        ),
    )


@picture
def trap_share(
    result: "TrapShare",
    ax: "Axes",
    *,
    title: str | None = None,
    names: Mapping[Any, str] | None = None,
) -> None:
    """Draw the share of the satisfied who are not loyal, group by group.

    Parameters
    ----------
    result : TrapShare
    ax, title, names
        As in :func:`crmlab.plots.behavioural_loyalty`; `names` for the groups.

    Returns
    -------
    matplotlib Axes
    """
    table = result.groups[result.groups["satisfied"] > 0]
    words = [
        _("{group}\n{n} satisfied").format(
            group=_("all") if name == "all" else _words(name, names), n=n
        )
        for name, n in table["satisfied"].items()
    ]
    _intervals(ax, words, table["share"], table["low"], table["high"], percent)
    ax.set_xlim(-0.03, 1)
    _percent_axis(ax.xaxis)
    ax.set_xlabel(_("share of the satisfied who are not loyal (bar: interval)"))
    whole = result.groups.loc["all", ["share", "low", "high"]].to_numpy(float)
    share, low, high = (percent(float(value)) for value in whole)
    set_title(
        ax,
        title
        or _("{share} of the satisfied stand in the trap ({low} to {high})").format(
            share=share, low=low, high=high
        ),
    )


@picture
def lock_in(
    result: "LockIn", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw who stays against the size of the lock-in: the willing and the captive.

    Parameters
    ----------
    result : LockIn
    ax, title
        As in :func:`crmlab.plots.behavioural_loyalty`.
    unit : str, optional
        Unit of the switching cost.

    Returns
    -------
    matplotlib Axes
    """
    ax.fill_between(result.costs, 0, result.willing, color=SKY)
    ax.fill_between(
        result.costs, result.willing, result.retained, facecolor=ORANGE, hatch="//",
        edgecolor="white", linewidth=0,
    )  # fmt: skip
    ax.plot(result.costs, result.retained, color=INK)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.9}
    right = float(result.costs[-1])
    for height, word in (
        (float(result.willing[-1]) / 2, _("would stay anyway")),
        ((float(result.willing[-1]) + float(result.retained[-1])) / 2, _("held by the cost")),
    ):
        ax.text(
            0.97 * right, height, word, ha="right", va="center", fontweight="bold", fontsize=10,
            bbox=box,
        )  # fmt: skip
    ax.set_xlim(result.costs[0], max(right, float(result.costs[0]) + 1e-9))
    ax.set_ylim(0, 1)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("switching cost ({unit})").format(unit=unit or _("money units")))
    ax.set_ylabel(_("share of customers who stay"))
    set_title(
        ax,
        title
        or _("{retained} stay: {willing} freely, {captive} because leaving is dear").format(
            retained=percent(result.retained[-1]),
            willing=percent(result.willing[-1]),
            captive=percent(result.captive[-1]),
        ),
    )


@picture
def lock_in_path(result: "LockInPath", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the customers who remain, period by period, while a lock-in lasts and after.

    Parameters
    ----------
    result : LockInPath
    ax, title
        As in :func:`crmlab.plots.behavioural_loyalty`.

    Returns
    -------
    matplotlib Axes
    """
    periods = np.arange(result.remaining.size)
    free = np.append(False, result.costs < result.costs.max())
    ax.bar(
        periods, result.remaining, 0.7, color=[ORANGE if f else BLUE for f in free],
        hatch=["//" if f else "" for f in free], edgecolor="white",
    )  # fmt: skip
    for t, share in zip(periods, result.remaining, strict=True):
        ax.annotate(
            percent(share), (t, share), xytext=(0, 3), textcoords="offset points", ha="center",
            fontsize=9,
        )  # fmt: skip
    ax.set_ylim(0, 1.1)
    _percent_axis(ax.yaxis)
    ax.set_xticks(periods)
    ax.set_xlabel(_("period (blue: at the highest switching cost, hatched: at a lower one)"))
    ax.set_ylabel(_("customers of the start still there"))
    worst = int(result.retention.argmin())
    before, after = result.remaining[worst : worst + 2]
    set_title(
        ax,
        title
        or _("The worst period, {number}, takes the customers from {before} to {after}").format(
            number=worst + 1, before=percent(before), after=percent(after)
        ),
    )


@picture
def service_chain(
    result: "ServiceChain",
    ax: "Axes",
    *,
    title: str | None = None,
    names: Mapping[Any, str] | None = None,
) -> None:
    """Draw how a change runs through the service-profit chain, period by period.

    Parameters
    ----------
    result : ServiceChain
    ax, title, names
        As in :func:`crmlab.plots.behavioural_loyalty`; `names` for the links.

    Returns
    -------
    matplotlib Axes
    """
    periods = np.arange(len(result.path))
    everyone = [result.start, *result.links]
    ends = np.argsort(result.path[-1])
    height = result.path[-1].copy()
    room = 0.075 * max(float(np.ptp(result.path)), 1e-9)
    for before, after in pairwise(ends):
        height[after] = max(height[after], height[before] + room)
    styles = zip(everyone, PALETTE, (*_DASHES, "-"), height, strict=False)
    for k, (name, colour, dash, at) in enumerate(styles):
        ax.plot(periods, result.path[:, k], color=colour, linestyle=dash, marker=".")
        ax.annotate(
            f"{_words(name, names)} {percent(result.path[-1, k], 1)}", (periods[-1], at),
            xytext=(7, 0), textcoords="offset points", va="center", fontsize=9, color=INK,
            annotation_clip=False,
        )  # fmt: skip
    ax.axhline(0, color=MUTED, linewidth=1)
    ax.set_xlim(0, periods[-1] * 1.42)
    ax.set_xticks(periods)
    _percent_axis(ax.yaxis)
    ax.set_xlabel(_("period"))
    ax.set_ylabel(_("change"))
    set_title(
        ax,
        title
        or _("{change} of {first} becomes {last} of {end} in the long run").format(
            change=percent(result.change), first=_words(result.start, names),
            last=percent(result.final[-1], 1), end=_words(result.links[-1], names),
        ),
    )  # fmt: skip


@picture
def chain_estimate(
    result: "ChainEstimate",
    ax: "Axes",
    *,
    title: str | None = None,
    names: Mapping[Any, str] | None = None,
) -> None:
    """Draw the estimated elasticity of each link and of the whole chain.

    Parameters
    ----------
    result : ChainEstimate
    ax, title, names
        As in :func:`crmlab.plots.behavioural_loyalty`; `names` for the links.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    words = [
        f"{_words(source, names)}\n→ {_words(name, names)}"
        for name, source in table["source"].items()
    ]
    words.append(_("the whole chain"))
    middle = [*table["elasticity"], result.total]
    low, high = [*table["low"], result.total_low], [*table["high"], result.total_high]
    _intervals(ax, words, middle, low, high, "{:.2f}".format)
    ax.plot(result.total, len(table), "D", color=GREEN, markersize=8, zorder=4)
    ax.axvline(0, color=RED, linewidth=1.2)
    ax.tick_params(axis="y", labelsize=9)
    ax.set_xlabel(_("elasticity: per cent more, for one per cent more of the link before"))
    set_title(
        ax,
        title
        or _("1 % more at the head, {total:.2f} % more at the end").format(total=result.total),
    )
