"""Pictures of segments: RFM cells, named segments, a monthly log, two groupings side by side."""

from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _
from crmlab.plots.grading import _legible, _percent_axis
from crmlab.plots.labels import capital, name_rows, spread
from crmlab.plots.style import (
    BLUE,
    INK,
    PALE,
    PALETTE,
    money,
    money_axis,
    money_unit,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.grading import Agreement, MonthlySegments, RfmScores, RfmSegments


@picture
def rfm_scores(
    result: "RfmScores",
    ax: "Axes",
    *,
    value: str = "customers",
    title: str | None = None,
    unit: str | None = None,
) -> None:
    """Draw recency by frequency as a heat map of customers, of the total score or of a column.

    Parameters
    ----------
    result : RfmScores
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    value : str
        As in ``RfmScores.grid``.
    title : str, optional
        In place of the sentence that the picture forms itself.
    unit : str, optional
        Unit of the column.

    Returns
    -------
    matplotlib Axes
    """
    grid = result.grid(value)
    numbers = np.ma.masked_invalid(grid.to_numpy())
    image = ax.imshow(numbers, aspect="auto", cmap="cividis")
    shades = image.to_rgba(numbers)
    for (row, column), number in np.ndenumerate(grid.to_numpy()):
        if np.isfinite(number):
            text = f"{number:.1f}" if value == "total" else money(float(number))
            ax.text(column, row, text, ha="center", va="center", fontsize=9.5,
                    color=_legible(shades[row, column]))  # fmt: skip
    ax.set_xticks(range(result.bins), grid.columns.astype(str))
    ax.set_yticks(range(result.bins), grid.index.astype(str))
    ax.set_xlabel(_("F: score of frequency (right: orders often)"))
    ax.set_ylabel(_("R: score of recency (up: bought lately)"))
    ax.grid(visible=False)
    sizes = np.nan_to_num(result.grid().to_numpy(float))
    best = float(sizes[0, -1] / sizes.sum())
    word = {
        "customers": _("Customers by recency and frequency: {share} stand in the best corner"),
        "total": _("Weighted score by recency and frequency"),
    }.get(value, _("Mean {value} ({unit}) by recency and frequency"))
    named = value.replace("_", " ")
    set_title(ax, title or word.format(share=percent(best), value=named, unit=money_unit(unit)))


@picture
def rfm_segments(result: "RfmSegments", ax: "Axes", *, title: str | None = None) -> None:
    """Draw each segment's share of the customers and of the money.

    Parameters
    ----------
    result : RfmSegments
    ax, title
        As in :func:`rfm_scores`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    for shift, column, colour, word in (
        (-0.2, "customer_share", PALE, _("customers")),
        (0.2, "money_share", BLUE, _("money")),
    ):
        shares = table[column].fillna(0).to_numpy()
        ax.barh(rows + shift, shares, 0.38, color=colour, label=word)
        for row, share in zip(rows, shares, strict=True):
            ax.annotate(percent(share), (share, row + shift), xytext=(4, 0),
                        textcoords="offset points", va="center", fontsize=8)  # fmt: skip
    name_rows(ax, table.index)
    ax.margins(x=0.1)
    _percent_axis(ax.xaxis)
    ax.set_xlabel(_("share of all customers and of their money"))
    ax.legend(loc="lower right", fontsize=9)
    first = int(table["money_share"].fillna(0).to_numpy().argmax())
    richest = str(table.index[first])
    sentence = _("{name}: {share} of the customers, {money} of the money")
    set_title(
        ax,
        title
        or sentence.format(
            name=capital(richest),
            share=percent(float(table["customer_share"].iloc[first])),
            money=percent(float(table["money_share"].fillna(0).iloc[first])),
        ),
        width=48,
    )


@picture
def monthly_segments(
    result: "MonthlySegments",
    ax: "Axes",
    *,
    groups: Any = None,
    title: str | None = None,
    unit: str | None = None,
) -> None:
    """Draw the mean revenue of each group by month, on a logarithmic axis.

    Parameters
    ----------
    result : MonthlySegments
    ax, title, unit
        As in :func:`rfm_scores`.
    groups : sequence of str, optional
        Which groups to draw, at most seven; the seven of the course without it.

    Returns
    -------
    matplotlib Axes
    """
    shown = [name for name in (groups or result.table.index[:7]) if name in result.means][:7]
    styles = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), "-")
    tallest = float(result.means[shown].to_numpy().max()) if shown else 1.0
    floor = tallest / 100  # what is nothing stands at the foot of a logarithmic axis
    months = result.means.index.to_numpy()
    for name, colour, style in zip(shown, PALETTE, styles, strict=False):
        ax.plot(months, np.maximum(result.means[name], floor), color=colour, linestyle=style)
    middle = [np.log10(max(float(result.means[name].iloc[-1]), floor)) for name in shown]
    for name, colour, place in zip(shown, PALETTE, spread(middle, 0.14), strict=False):
        ax.annotate(str(name), (months[-1], 10**place), xytext=(7, 0), textcoords="offset points",
                    va="center", fontsize=9, color=colour if colour != PALETTE[1] else INK,
                    fontweight="bold", annotation_clip=False)  # fmt: skip
    ax.set_yscale("log")
    ax.set_ylim(floor * 0.9, tallest * 1.3)
    ax.set_xlim(months[0], months[-1])
    ax.set_xticks([month for month in months if month % 6 == 0])
    money_axis(ax.yaxis)
    ax.set_xlabel(_("month"))
    ax.set_ylabel(_("mean revenue a month ({unit}), log scale").format(unit=money_unit(unit)))
    table = result.table.iloc[:7]
    sentence = _("The seven groups hold {share} of the customers; each has its own course")
    set_title(
        ax, title or sentence.format(share=percent(float(table["customer_share"].sum()))), width=50
    )


@picture
def agreement(
    result: "Agreement",
    ax: "Axes",
    *,
    title: str | None = None,
    first: str | None = None,
    second: str | None = None,
) -> None:
    """Draw how two groupings cross: numbers of customers, shaded by the share of the row.

    Parameters
    ----------
    result : Agreement
    ax, title
        As in :func:`rfm_scores`.
    first, second : str, optional
        Words for the rows and for the columns.

    Returns
    -------
    matplotlib Axes
    """
    counts = result.counts.to_numpy()
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = ax.imshow(share, aspect="auto", cmap="Blues", vmin=0, vmax=1)
    shades = image.to_rgba(share)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            ax.text(column, row, f"{count:,}", ha="center", va="center", fontsize=8.5,
                    color=_legible(shades[row, column]))  # fmt: skip
    names = [str(name) for name in result.counts.columns]
    slanted = max(map(len, names)) > 4
    ax.set_xticks(range(len(names)), names, rotation=40 if slanted else 0,
                  ha="right" if slanted else "center", rotation_mode="anchor",
                  fontsize=9)  # fmt: skip
    ax.set_yticks(range(len(counts)), [str(name) for name in result.counts.index], fontsize=9)
    ax.set_xlabel(second or _("second grouping"))
    ax.set_ylabel(first or _("first grouping"))
    ax.grid(visible=False)
    sentence = _("{same} have the same label; adjusted Rand index {rand:.2f}")
    other_sentence = _("How the groups cross: adjusted Rand index {rand:.2f}")
    same = result.same
    set_title(
        ax,
        title
        or (sentence if same else other_sentence).format(
            same=percent(same), rand=result.adjusted_rand
        ),
        width=42,
    )
