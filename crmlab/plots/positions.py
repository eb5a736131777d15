"""Pictures of where an offer stands, where a firm may grow, and three cases of service."""

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
from crmlab.plots.value import _only

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.value import (
        GrowthGrid,
        RefillPlan,
        ValueMap,
        WaitingLines,
        WarrantyPlan,
    )


@picture
def value_map(
    result: "ValueMap",
    ax: "Axes",
    *,
    title: str | None = None,
    unit: str | None = None,
    advantages: bool = True,
) -> None:
    """Draw offers by quality and price with the fair-value line; crosses are dominated.

    Parameters
    ----------
    result : ValueMap
    ax, title, unit
        As in :func:`offer_comparison`.
    advantages : bool
        Write the advantage under each name.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    x, y = table["quality"].to_numpy(), table["price"].to_numpy()
    wide, high = np.ptp(x) or 1.0, np.ptp([*y, *table["fair_price"]]) or 1.0
    ends = np.array([x.min() - 0.3 * wide, x.max() + 0.3 * wide])
    fair = result.intercept + result.slope * ends
    ax.plot(ends, fair, color=MUTED, linewidth=1.4, linestyle=(0, (4, 3)))
    ax.annotate(
        _("fair value"), (ends[0], fair[0]), xytext=(14, -3), textcoords="offset points",
        fontsize=9, color=INK, va="center",
    )  # fmt: skip
    for name, quality, price, line in zip(table.index, x, y, table["fair_price"], strict=True):
        beaten = name in result.dominated_by
        good = price <= line
        ax.plot([quality, quality], [price, line], color=BLUE if good else RED, linewidth=1.4)
        ax.plot(
            quality, price, "X" if beaten else "o", markersize=11, zorder=4,
            color=BLUE if good else RED, markeredgecolor="white",
        )  # fmt: skip
        # A rising line leaves room below it at the right and above it at the left.
        ax.annotate(
            f"{name}\n{_('advantage {a}').format(a=money(line - price))}" if advantages else name,
            (quality, price),
            xytext=(8, -2) if good else (-8, 2), textcoords="offset points",
            ha="left" if good else "right", va="top" if good else "bottom", fontsize=9.5,
        )  # fmt: skip
    ax.set_xlim(*ends)
    low = min(y.min(), fair.min(), *table["fair_price"])
    ax.set_ylim(low - 0.22 * high, max(y.max(), fair.max()) + 0.16 * high)
    ax.grid(axis="x")
    money_axis(ax.yaxis)
    cross = _("; cross: dominated") if result.dominated_by else ""
    ax.set_xlabel(_("quality (weighted points)") + cross)
    ax.set_ylabel(_("price ({unit})").format(unit=money_unit(unit)))
    best = table["advantage"].idxmax()
    set_title(
        ax,
        title or _("{offer} lies furthest below the fair-value line").format(offer=capital(best)),
    )


@picture
def growth_grid(
    result: "GrowthGrid", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the grid of products and customers with the expected value of each option.

    Parameters
    ----------
    result : GrowthGrid
    ax, title, unit
        As in :func:`offer_comparison`.

    Returns
    -------
    matplotlib Axes
    """
    from crmlab.value.growth import FIELDS

    columns, rows = ("existing", "new"), ("existing", "new")
    for (product, customers), field in FIELDS.items():
        x, y = columns.index(product), 1 - rows.index(customers)
        here = result.table[
            (result.table["product"] == product) & (result.table["customers"] == customers)
        ]
        any_chosen = bool(here["chosen"].any())
        ax.add_patch(
            _box(x, y, "#E3F1EC" if any_chosen else "#F4F4F4", GREEN if any_chosen else PALE)
        )
        ax.text(x + 0.05, y + 0.88, _(field), fontsize=10, color=MUTED, va="center")
        step = min(0.27, 0.72 / max(len(here), 1))
        for k, (name, option) in enumerate(here.iterrows()):
            top = y + 0.72 - k * step
            mark = "✓ " if option["chosen"] else "– "
            ax.text(
                x + 0.05, top, f"{mark}{name}: {money(option['expected_value'])}", va="center",
                fontsize=10.5, fontweight="bold" if option["chosen"] else "normal",
            )  # fmt: skip
            ax.text(
                x + 0.105, top - 0.1,
                _("invest {paid}, chance {p}").format(
                    paid=money(option["investment"]), p=percent(option["chance"])
                ),
                va="center", fontsize=8.5, color=INK,
            )  # fmt: skip
    ax.set_xlim(-0.02, 2.02)
    ax.set_ylim(-0.02, 2.02)
    ax.grid(visible=False)
    ax.set_xticks([0.5, 1.5], [_("existing products"), _("new products")])
    ax.set_yticks([1.5, 0.5], [_("existing\ncustomers"), _("new\ncustomers")])
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel(
        _("expected present value less investment ({unit})").format(unit=money_unit(unit))
    )
    within = (
        "" if result.budget is None else _(" within {budget}").format(budget=money(result.budget))
    )
    set_title(
        ax, title or _("The best set{within} is worth {total}").format(
            within=within, total=money(result.expected_value)
        ),
    )  # fmt: skip


def _box(x: float, y: float, colour: str, edge: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x + 0.01, y + 0.01), 0.98, 0.98, facecolor=colour, edgecolor=edge)


@picture
def warranty_plan(
    result: "WarrantyPlan", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the profit of every length of the promise, beside what its repairs cost.

    Parameters
    ----------
    result : WarrantyPlan
    ax, title, unit
        As in :func:`offer_comparison`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    years = table.index.to_numpy()
    bars = ax.bar(
        years, table["profit"], 0.62, color=[GREEN if y == result.best else SKY for y in years]
    )
    ax.bar_label(bars, [money(p) for p in table["profit"]], padding=2, fontsize=8.5)
    ax.plot(years, table["cost"], color=RED, marker="s", markersize=4, linestyle="--")
    ax.annotate(
        _("cost of repairs"), (years[-1], table["cost"].iloc[-1]), xytext=(0, 7),
        textcoords="offset points", ha="right", fontsize=9.5, fontweight="bold", color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
    )  # fmt: skip
    zero_line(ax)
    ax.set_xticks(years)
    ax.margins(y=0.12)
    money_axis(ax.yaxis)
    ax.set_xlabel(_("length of the promise (years)"))
    ax.set_ylabel(_("per unit sold without one ({unit})").format(unit=money_unit(unit)))
    set_title(
        ax,
        title
        or (
            _("A promise of {n} years earns most").format(n=result.best)
            if result.best
            else _("No promise pays")
        ),
    )


@picture
def waiting_lines(
    result: "WaitingLines", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the profit of each way to run a line, with its wait and the customers lost.

    Parameters
    ----------
    result : WaitingLines
    ax, title, unit
        As in :func:`offer_comparison`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    colours = [GREEN if name == result.best else SKY for name in table.index]
    ax.barh(rows, table["profit"], 0.55, color=colours)
    words = zip(table["profit"], table["wait"], table["lost"], strict=True)
    for row, (profit, wait, lost) in zip(rows, words, strict=True):
        ax.annotate(
            _("{profit}\nwait {wait:.1f} min, {lost:.1f} lost an hour").format(
                profit=money(profit), wait=wait, lost=lost
            ),
            (max(profit, 0), row), xytext=(5, 0), textcoords="offset points", va="center",
            fontsize=9.5,
        )  # fmt: skip
    ax.set_yticks(rows, [str(name) for name in table.index])
    ax.invert_yaxis()
    ax.set_xlim(min(0, table["profit"].min()), 1.8 * max(table["profit"].max(), 1))
    _only(ax, "x")
    money_axis(ax.xaxis)
    ax.set_xlabel(_("profit per hour ({unit})").format(unit=money_unit(unit)))
    set_title(ax, title or _("Most profit per hour: {way}").format(way=result.best))


@picture
def refill_plan(
    result: "RefillPlan", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the profit per filling for every lead, beside that of a seller who waits in the shop.

    Parameters
    ----------
    result : RefillPlan
    ax, title, unit
        As in :func:`offer_comparison`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    lead = table.index.to_numpy()
    ax.plot(lead, table["profit"], color=BLUE, marker="o", markersize=4)
    ax.plot(result.best, result.profit, "o", color=GREEN, markersize=11, zorder=4)
    ax.annotate(
        _("{lead:g} days ahead: {profit}").format(lead=result.best, profit=money(result.profit)),
        (result.best, result.profit), xytext=(8, 7), textcoords="offset points", fontsize=9.5,
        fontweight="bold",
    )  # fmt: skip
    ax.axhline(result.unserved, color=ORANGE, linestyle="--", linewidth=1.8)
    ax.annotate(
        _("waits in the shop: {profit}").format(profit=money(result.unserved)),
        (lead[-1], result.unserved), xytext=(0, 5), textcoords="offset points", ha="right",
        fontsize=9.5, fontweight="bold",
    )  # fmt: skip
    low = min(float(table["profit"].min()), result.unserved, 0.0)
    ax.set_ylim(low, low + 1.22 * (result.profit - low))
    money_axis(ax.yaxis)
    ax.set_xlabel(_("delivers so many days before the jar is expected to be empty"))
    ax.set_ylabel(_("profit per filling ({unit})").format(unit=money_unit(unit)))
    set_title(ax, title or _("Too late loses the sale, too early makes the trip twice"))
