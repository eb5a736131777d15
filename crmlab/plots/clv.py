"""Pictures of what a customer is worth."""

from typing import TYPE_CHECKING

import numpy as np

from crmlab._text import _
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

    from crmlab.clv import (
        CashFlows,
        EventForecast,
        EventSimulation,
        MigrationPolicies,
        RecencyTree,
        ValueParts,
    )


@picture
def cash_flows(
    result: "CashFlows", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw a stream of money: each flow, its present value, and the running total.

    Parameters
    ----------
    result : CashFlows
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    unit : str, optional
        Unit of money on the axis.

    Returns
    -------
    matplotlib Axes
    """
    gap = np.diff(result.times).min() if len(result.times) > 1 else 1
    width = 0.38 * gap
    ax.bar(result.times - width / 2, result.flows, width, color=PALE, label=_("when it comes"))
    ax.bar(
        result.times + width / 2, result.present_values, width, color=BLUE, label=_("worth today")
    )
    running = result.present_values.cumsum()
    ax.plot(
        result.times, running, color=ORANGE, marker="o", markersize=4, label=_("total worth so far")
    )
    zero_line(ax)
    paid_back = result.break_even
    if title is None:
        title = _("The stream is worth {total} today").format(total=money(result.total))
        if paid_back and result.present_values[0] < 0:
            title += _(", paid back at time {time:g}").format(time=paid_back)
    set_title(ax, title)
    ax.set_xlabel(_("time (periods from today)"))
    ax.set_ylabel(money_unit(unit))
    money_axis(ax.yaxis)
    if len(result.times) <= 16:
        ax.set_xticks(result.times)
    ax.legend(loc="best", fontsize=9)


@picture
def waterfall(
    result: "ValueParts", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the parts of a lifetime value as steps that lead to the total.

    Parameters
    ----------
    result : ValueParts
    ax, title, unit
        As in :func:`cash_flows`.

    Returns
    -------
    matplotlib Axes
    """
    names = [*result.values, _("lifetime value")]
    values = np.array(list(result.values.values()))
    ends = np.append(values.cumsum(), result.total)
    starts = np.append(ends[:-1] - values, 0.0)
    steps = ends - starts
    colours = [*(BLUE if value >= 0 else RED for value in values), GREEN]
    rows = np.arange(len(names))
    ax.barh(rows, steps, left=starts, color=colours, height=0.62)
    for row, end in enumerate(ends[:-1]):
        ax.plot([end, end], [row + 0.31, row + 0.69], color=MUTED, linewidth=1)
    room = 0.015 * (max(ends.max(), 0) - min(ends.min(), 0))
    for row, (start, end, step) in enumerate(zip(starts, ends, steps, strict=True)):
        ax.text(max(start, end) + room, row, money(step), va="center", fontsize=9.5)
    zero_line(ax, horizontal=False)
    ax.set_yticks(rows, names)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    money_axis(ax.xaxis)
    ax.set_xlabel(_("present value ({unit})").format(unit=money_unit(unit)))
    largest = names[int(np.abs(values).argmax())]
    set_title(
        ax,
        title
        or _("The customer is worth {total}; the largest part is {part}").format(
            total=money(result.total), part=largest
        ),
    )


@picture
def recency_tree(
    result: "RecencyTree", ax: "Axes", *, title: str | None = None, periods: int = 3
) -> None:
    """Draw the first periods of the tree of purchases and pauses.

    Parameters
    ----------
    result : RecencyTree
    ax, title
        As in :func:`cash_flows`.
    periods : int
        How many periods to draw, 1 to 4.

    Returns
    -------
    matplotlib Axes
    """
    depth = min(periods, 4, len(result.flows) - 1)
    chance = result.purchase_probability

    def branch(time: int, low: float, high: float, recency: int, reach: float) -> float:
        height = (low + high) / 2
        lost = recency > len(chance)
        bought = recency == 1
        ax.plot(time, height, "o", color=BLUE if bought else PALE, markersize=15, zorder=3)
        word = "×" if lost else ("1" if bought else str(recency))
        ax.text(
            time, height, word, ha="center", va="center", fontsize=9, zorder=4,
            color="white" if bought else INK, fontweight="bold",
        )  # fmt: skip
        if time == depth or lost:
            ax.annotate(
                percent(reach, 1), (time, height), xytext=(12, 0), textcoords="offset points",
                va="center", fontsize=9,
            )  # fmt: skip
            return height
        buy = chance[recency - 1]
        for share, span, following in (
            (buy, (height, high), 1),
            (1 - buy, (low, height), recency + 1),
        ):
            end = branch(time + 1, *span, following, reach * share)
            ax.plot([time, time + 1], [height, end], color=MUTED, linewidth=1, zorder=1)
            ax.text(
                time + 0.55, height + 0.55 * (end - height), percent(share), fontsize=8.5,
                ha="center", va="center", color=INK, zorder=2,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
        return height

    branch(0, 0, 1, 1, 1.0)
    set_title(
        ax,
        title
        or _("A buyer of today buys in period 1 with {first}, in period {last} with {p}").format(
            first=percent(result.purchases[1]), last=depth, p=percent(result.purchases[depth])
        ),
    )
    ax.set_xticks(range(depth + 1), [_("today"), *map(str, range(1, depth + 1))])
    ax.set_xlabel(_("period (circle: periods since the last purchase, 1 = just bought)"))
    ax.set_yticks([])
    ax.set_xlim(-0.2, depth + 0.4)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)


@picture
def migration_policies(
    result: "MigrationPolicies", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the value of a customer who has just bought under each stopping rule.

    Parameters
    ----------
    result : MigrationPolicies
    ax, title, unit
        As in :func:`cash_flows`.

    Returns
    -------
    matplotlib Axes
    """
    values = result.values[:, 0]
    rules = np.arange(values.size)
    bars = ax.bar(rules, values, color=[GREEN if k == result.best else SKY for k in rules])
    ax.bar_label(bars, [money(value) for value in values], padding=3, fontsize=9.5)
    zero_line(ax)
    ax.set_xticks(rules, [_("never"), *(str(k) for k in rules[1:])])
    ax.set_xlabel(_("market up to recency (periods since the last purchase)"))
    ax.set_ylabel(_("value of a new buyer ({unit})").format(unit=money_unit(unit)))
    ax.margins(y=0.12)
    money_axis(ax.yaxis)
    set_title(ax, title or _("Marketing pays up to recency {k}; then stop").format(k=result.best))


@picture
def event_timeline(
    result: "EventForecast", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the possible events of each customer on a time line; area is expected profit.

    Parameters
    ----------
    result : EventForecast
    ax, title, unit
        As in :func:`cash_flows`.

    Returns
    -------
    matplotlib Axes
    """
    events = result.events
    rows = {name: row for row, name in enumerate(result.present_value.index)}
    profit = events["expected_profit"].to_numpy()
    height = events["customer"].map(rows).to_numpy()
    area = 60 + 1100 * np.abs(profit) / max(np.abs(profit).max(), 1e-12)
    gain = profit >= 0
    for chosen, colour, name in ((gain, BLUE, _("gain")), (~gain, RED, _("loss"))):
        if chosen.any():
            ax.scatter(
                events["time"][chosen], height[chosen], area[chosen], color=colour, alpha=0.75,
                label=name,
            )  # fmt: skip
    for time, row, chance, worth in zip(
        events["time"], height, events["probability"], profit, strict=True
    ):
        ax.annotate(
            f"{money(worth)}\n{percent(chance)}", (time, row), xytext=(0, 20),
            textcoords="offset points", ha="center", fontsize=8.5,
        )  # fmt: skip
    ax.set_yticks(
        list(rows.values()),
        [f"{name}\n{money(worth)}" for name, worth in result.present_value.items()],
    )
    ax.set_ylim(len(rows) - 0.5, -0.75)
    ax.margins(x=0.1)
    ax.set_xlabel(
        _("time (periods from today); expected profit in {unit} and chance").format(
            unit=money_unit(unit)
        )
    )
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    set_title(
        ax,
        title
        or _("{n} possible events are worth {total} today").format(
            n=len(events), total=money(result.total)
        ),
    )


@picture
def event_intervals(
    result: "EventSimulation",
    ax: "Axes",
    *,
    level: float = 0.9,
    title: str | None = None,
    unit: str | None = None,
) -> None:
    """Draw the expectation and the simulated interval of each customer and of all.

    Parameters
    ----------
    result : EventSimulation
    ax, title, unit
        As in :func:`cash_flows`.
    level : float
        Share of the runs inside the interval.

    Returns
    -------
    matplotlib Axes
    """
    table = result.to_frame(level)
    rows = np.arange(len(table))
    ax.hlines(rows, table["low"], table["high"], color=SKY, linewidth=7)
    ax.plot(table["expected"], rows, "o", color=BLUE, markersize=8)
    for row, low, high in zip(rows, table["low"], table["high"], strict=True):
        ax.annotate(
            _("{low} to {high}").format(low=money(low), high=money(high)),
            ((low + high) / 2, row), xytext=(0, 9), textcoords="offset points",
            ha="center", fontsize=9,
        )  # fmt: skip
    ax.axvline(0, color=RED, linewidth=1.2)
    names = [_("all together") if name == "all" else str(name) for name in table.index]
    name_rows(ax, names)
    ax.set_xlabel(_("present value ({unit}); point: expectation").format(unit=money_unit(unit)))
    money_axis(ax.xaxis)
    whole = table.iloc[-1]
    set_title(
        ax,
        title
        or _("{level} of the runs bring {low} to {high} in all").format(
            level=percent(level), low=money(float(whole["low"])), high=money(float(whole["high"]))
        ),
    )
