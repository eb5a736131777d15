"""Pictures of what changes a value and how much: levers, pairs of them, ranks side by side."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.transforms import ScaledTranslation

from crmlab._text import _
from crmlab.plots.labels import capital, spread
from crmlab.plots.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PALE,
    PALETTE,
    money,
    money_axis,
    money_unit,
    percent,
    picture,
    set_title,
    zero_line,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from crmlab.clv import (
        ClvStudy,
        Tornado,
        TwoWay,
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
        room = 0.06 * np.ptp(ax.get_ylim())
        words = spread(last, room)
        # Where names had to move apart, a thread in the line's colour leads to each.
        far = bool((np.abs(words - last) > room / 2).any())
        beside = ax.transData + ScaledTranslation(
            (24 if far else 6) / 72, 0, ax.figure.dpi_scale_trans
        )
        for name, word, end, line in zip(series, words, last, ax.lines[-len(last) :], strict=True):
            ax.annotate(
                name,
                (np.asarray(x)[-1], end),
                xytext=(ax.convert_xunits(np.asarray(x)[-1]), word),
                textcoords=beside,
                color=INK,
                va="center",
                fontsize=9.5,
                fontweight="bold",
                arrowprops={
                    "arrowstyle": "-", "color": line.get_color(), "lw": 1.4, "shrinkA": 1,
                    "shrinkB": 0, "relpos": (0, 0.5),
                } if far else None,
            )  # fmt: skip
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
        _("result ({unit}); base {base}").format(
            unit=money_unit(unit), base=money(result.base_value)
        )
    )
    ax.legend(loc="lower right", fontsize=9)
    swing = abs(float(result.values[0, 1] - result.values[0, 0]))
    set_title(
        ax,
        title
        or _("{input} matters most: a swing of {swing}").format(
            input=capital(words[0]), swing=money(swing)
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
            low=money(result.values.min()), high=money(result.values.max()), unit=money_unit(unit)
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
    zero_line(ax)
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
    ax.set_ylabel(f"{ylabel} ({money_unit(unit)})")
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
