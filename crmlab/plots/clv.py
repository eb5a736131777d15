"""Pictures of what a customer is worth."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _
from crmlab.plots.labels import spread
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
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from crmlab.clv import (
        CashFlows,
        ClvStudy,
        EventForecast,
        EventSimulation,
        MigrationPolicies,
        RecencyTree,
        Tornado,
        TwoWay,
        ValueParts,
    )


def _unit(unit: str | None) -> str:
    return unit or _("money units")


def _zero_line(ax: "Axes", horizontal: bool = True) -> None:
    (ax.axhline if horizontal else ax.axvline)(0, color=MUTED, linewidth=1, zorder=1)


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
    _zero_line(ax)
    paid_back = result.break_even
    if title is None:
        title = _("The stream is worth {total} today").format(total=money(result.total))
        if paid_back and result.present_values[0] < 0:
            title += _(", paid back at time {time:g}").format(time=paid_back)
    set_title(ax, title)
    ax.set_xlabel(_("time (periods from today)"))
    ax.set_ylabel(_unit(unit))
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
    _zero_line(ax, horizontal=False)
    ax.set_yticks(rows, names)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    money_axis(ax.xaxis)
    ax.set_xlabel(_("present value ({unit})").format(unit=_unit(unit)))
    largest = names[int(np.abs(values).argmax())]
    set_title(
        ax,
        title
        or _("The customer is worth {total}; the largest part is {part}").format(
            total=money(result.total), part=largest
        ),
    )


@picture
def lines(
    x: Any,
    ax: "Axes",
    series: Mapping[str, Any],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    mark: Mapping[str, float] | None = None,
) -> None:
    """Draw one line per series, each named at its end.

    Parameters
    ----------
    x : array of shape (n,)
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    series : mapping of str to array of shape (n,)
        Lines by name; at most seven.
    title, xlabel, ylabel : str
    mark : mapping of str to float, optional
        Values of x to mark with a dashed line and a word.

    Returns
    -------
    matplotlib Axes
    """
    styles = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), "-")
    for (name, y), colour, style in zip(series.items(), PALETTE, styles, strict=False):
        ax.plot(x, y, color=colour, linestyle=style, label=name)
    if len(series) > 1:
        last = [float(np.asarray(y)[-1]) for y in series.values()]
        for name, end in zip(series, spread(last, 0.06 * np.ptp(ax.get_ylim())), strict=True):
            ax.annotate(
                name,
                (np.asarray(x)[-1], end),
                xytext=(6, 0),
                textcoords="offset points",
                color=INK,
                va="center",
                fontsize=9.5,
                fontweight="bold",
            )
    for word, place in (mark or {}).items():
        ax.axvline(place, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.annotate(
            word,
            (place, 0.98),
            xycoords=("data", "axes fraction"),
            xytext=(4, 0),
            textcoords="offset points",
            va="top",
            fontsize=9,
            color=INK,
        )
    set_title(ax, title)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    money_axis(ax.yaxis)


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
    _zero_line(ax)
    ax.set_xticks(rules, [_("never"), *(str(k) for k in rules[1:])])
    ax.set_xlabel(_("market up to recency (periods since the last purchase)"))
    ax.set_ylabel(_("value of a new buyer ({unit})").format(unit=_unit(unit)))
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
            unit=_unit(unit)
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
    ax.set_yticks(rows, names)
    ax.set_ylim(len(rows) - 0.5, -0.6)
    ax.set_xlabel(_("present value ({unit}); point: expectation").format(unit=_unit(unit)))
    money_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    whole = table.iloc[-1]
    set_title(
        ax,
        title
        or _("{level} of the runs bring {low} to {high} in all").format(
            level=percent(level), low=money(float(whole["low"])), high=money(float(whole["high"]))
        ),
    )


@picture
def tornado(
    result: "Tornado",
    ax: "Axes",
    *,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
    unit: str | None = None,
) -> None:
    """Draw how far each input moves the result, widest on top.

    Parameters
    ----------
    result : Tornado
    ax, title, unit
        As in :func:`cash_flows`.
    names : mapping of str to str, optional
        Words for the inputs.

    Returns
    -------
    matplotlib Axes
    """
    words = [(names or {}).get(name, name.replace("_", " ")) for name in result.inputs]
    rows = np.arange(len(words))
    for side, colour, word in ((0, ORANGE, _("input low")), (1, BLUE, _("input high"))):
        moved = result.values[:, side] - result.base_value
        ax.barh(rows, moved, left=result.base_value, color=colour, height=0.6, label=word)
        for row, value, limit in zip(
            rows, result.values[:, side], result.ranges[:, side], strict=True
        ):
            right = value >= result.base_value
            ax.annotate(
                f"{limit:g}", (value, row), xytext=(4 if right else -4, 0),
                textcoords="offset points", va="center", ha="left" if right else "right",
                fontsize=9,
            )  # fmt: skip
    ax.axvline(result.base_value, color=INK, linewidth=1.2)
    ax.set_yticks(rows, words)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    money_axis(ax.xaxis)
    ax.set_xlabel(
        _("result ({unit}); base {base}").format(unit=_unit(unit), base=money(result.base_value))
    )
    ax.legend(loc="lower right", fontsize=9)
    swing = abs(float(result.values[0, 1] - result.values[0, 0]))
    set_title(
        ax,
        title
        or _("{input} matters most: a swing of {swing}").format(
            input=words[0][:1].upper() + words[0][1:], swing=money(swing)
        ),
    )


@picture
def two_way(
    result: "TwoWay",
    ax: "Axes",
    *,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
    unit: str | None = None,
) -> None:
    """Draw a two-way table as a heat map with its numbers.

    Parameters
    ----------
    result : TwoWay
    ax, title, unit
        As in :func:`cash_flows`.
    names : mapping of str to str, optional
        Words for the inputs.

    Returns
    -------
    matplotlib Axes
    """
    words = names or {}
    limit = float(np.abs(result.values).max()) or 1.0
    mixed = bool((result.values < 0).any())
    image = ax.imshow(
        result.values, aspect="auto", cmap="PuOr" if mixed else "cividis",
        vmin=-limit if mixed else None, vmax=limit if mixed else None,
    )  # fmt: skip
    shades = image.to_rgba(result.values)
    for (row, column), value in np.ndenumerate(result.values):
        red, green, blue, _alpha = shades[row, column]
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
        ax.text(
            column, row, money(float(value)), ha="center", va="center", fontsize=9.5,
            color="white" if dark else "black",
        )  # fmt: skip
    ax.set_xticks(range(result.column_values.size), [f"{v:g}" for v in result.column_values])
    ax.set_yticks(range(result.row_values.size), [f"{v:g}" for v in result.row_values])
    ax.set_xlabel(words.get(result.column, result.column.replace("_", " ")))
    ax.set_ylabel(words.get(result.row, result.row.replace("_", " ")))
    ax.grid(visible=False)
    set_title(
        ax,
        title
        or _("From {low} to {high} {unit} over the grid").format(
            low=money(result.values.min()), high=money(result.values.max()), unit=_unit(unit)
        ),
    )


@picture
def study_groups(result: "ClvStudy", ax: "Axes", *, title: str | None = None) -> None:
    """Draw each group's share of the customers beside its share of the value.

    Parameters
    ----------
    result : ClvStudy
    ax, title
        As in :func:`cash_flows`.

    Returns
    -------
    matplotlib Axes
    """
    groups = result.groups
    people = groups["customers"] / groups["customers"].sum()
    x = np.arange(len(groups))
    for shift, share, colour, word in (
        (-0.2, people, PALE, _("share of customers")),
        (0.2, groups["value_share"], BLUE, _("share of lifetime value")),
    ):
        bars = ax.bar(x + shift, 100 * share, 0.38, color=colour, label=word)
        ax.bar_label(bars, [percent(s) for s in share], padding=3, fontsize=9.5)
    _zero_line(ax)
    ax.set_xticks(x, [str(name) for name in groups.index])
    ax.set_ylabel(_("share (%)"))
    ax.margins(y=0.12)
    ax.legend(loc="upper right", fontsize=9)
    top = groups.index[0]
    set_title(
        ax,
        title
        or _("The {group} group: {people} of the customers, {value} of the value").format(
            group=top, people=percent(people.iloc[0]), value=percent(groups["value_share"].iloc[0])
        ),
    )


@picture
def slopes(
    data: "pd.DataFrame", ax: "Axes", *, title: str, ylabel: str, unit: str | None = None
) -> None:
    """Draw each row of a table as a line over its columns, to show where rankings turn.

    Parameters
    ----------
    data : DataFrame
        Two or three rows to compare, one column per yardstick.
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title, ylabel : str
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    values = data.to_numpy(float)
    top = values.argmax(axis=0)
    shifts = [[9 if row == best else -15 for best in top] for row in range(len(data))]
    _lines_over_columns(data, ax, values, shifts)
    ax.margins(y=0.2)
    ax.set_ylabel(f"{ylabel} ({_unit(unit)})")
    money_axis(ax.yaxis)
    set_title(ax, title)


@picture
def ranks(data: "pd.DataFrame", ax: "Axes", *, title: str) -> None:
    """Draw the rank of each row by each column, with its value: who is first by which yardstick.

    Parameters
    ----------
    data : DataFrame
        One row per thing compared, at most seven; one column per yardstick, more being better.
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str

    Returns
    -------
    matplotlib Axes
    """
    order = data.rank(ascending=False, method="first").to_numpy(float)
    _lines_over_columns(data, ax, order, [[9] * data.shape[1]] * len(data))
    ax.set_yticks(range(1, len(data) + 1))
    ax.set_ylim(len(data) + 0.4, 0.4)
    ax.set_ylabel(_("rank (1 is highest)"))
    set_title(ax, title)


def _lines_over_columns(
    table: "pd.DataFrame", ax: "Axes", heights: np.ndarray, shifts: list[list[int]]
) -> None:
    """Draw one line per row at these heights, each point named with its value."""
    x = np.arange(table.shape[1])
    rows = zip(table.index, table.to_numpy(float), heights, shifts, PALETTE, strict=False)
    for name, values, height, shift, colour in rows:
        ax.plot(x, height, color=colour, marker="o", label=str(name))
        for column, value in enumerate(values):
            ax.annotate(
                f"{name} {money(value) if abs(value) > 1 else percent(value)}",
                (column, height[column]), xytext=(0, shift[column]),
                textcoords="offset points", ha="center", fontsize=9.5, color=INK,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
            )  # fmt: skip
    ax.set_xticks(x, [str(column) for column in table.columns])
    ax.set_xlim(-0.4, x[-1] + 0.4)
