"""Explorers of the foundations (chapter 1) and of strategy (chapter 17)."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from crmlab import crm, datasets, grading
from crmlab._text import _
from crmlab.crm.levels import GRID, MARGINS, NUMBERS
from crmlab.plots import label_points, percent
from crmlab.plots.crm import draw_grid
from crmlab.plots.style import BLUE, INK, MUTED, ORANGE, money_axis
from crmlab.widgets.explorer import Control, Explorer, explorer


def _percents(low: int, high: int, step: int) -> list[float]:
    return [value / 100 for value in range(low, high + 1, step)]


def _company_segments() -> pd.DataFrame:
    """Segments by region of the simulated company in 2025: customers and margin of one."""
    people = datasets.load("company_customers").set_index("customer")
    orders = datasets.load("company_orders")
    now = grading.period_accounts(orders, "2025-01-01", "2025-12-31")
    groups = now["contribution"].groupby(people["segment"].reindex(now.index))
    return pd.DataFrame({"customers": groups.size(), "margin": groups.mean()})


def kotler_explorer(
    segments: pd.DataFrame | None = None, unit: str = "yuan", mode: str | None = None
) -> Explorer:
    """Explore how the cuts decide what Kotler's grid advises (客户关系类型的选择).

    Parameters
    ----------
    segments : DataFrame, optional
        As in :func:`crmlab.crm.relationship_levels`; without it the four segments of the simulated
        company in 2025.
    unit : str
        Unit of the margin.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.crm.relationship_levels`.

    Examples
    --------
    >>> kotler_explorer()
    Explorer: Whom to call how often?
    """
    table = _company_segments() if segments is None else segments
    size, each = table["customers"].astype(float), table["margin"].astype(float)
    ends_x = (min(float(size.min()), 75.0) / 1.7, max(float(size.max()), 500.0) * 1.7)
    ends_y = (0.0, max(float(each.max()), 1400.0) * 1.15)

    def draw(ax: Axes, few: float, low: float) -> str:
        cuts = (few, 3 * few), (low, 2 * low)
        result = crm.relationship_levels(table, *cuts)
        draw_grid(ax, *cuts, ends_x, ends_y, GRID, NUMBERS, MARGINS, (size, each))
        ax.plot(size, each, "o", color=ORANGE, markersize=9, markeredgecolor="white", zorder=4)
        label_points(ax, size, each, table.index)
        money_axis(ax.yaxis)
        ax.set_xlabel(_("number of customers"))
        ax.set_ylabel(_("margin of one customer ({unit})").format(unit=unit))
        closest = max(result.table["level"], key=lambda level: list(crm.LEVELS).index(
            level.split(" ")[0]))  # fmt: skip
        names = result.table.index[result.table["level"] == closest]
        ax.set_title(_("Closest: {level} for {names}").format(
            level=closest, names=", ".join(map(str, names))))  # fmt: skip
        listed = "; ".join(f"{name}: {level}" for name, level in result.table["level"].items())
        return _("Few below {few:g} customers, many from {many:g}; {listed}.").format(
            few=few, many=3 * few, listed=listed
        )

    return explorer(
        draw,
        Control("few", _("few customers: below"), [50, 75, 100, 125, 150, 175, 200], 100,
                every=2),
        Control("low", _("low margin: below"), list(range(300, 1001, 100)), 500,
                lambda v: f"{v:g} {unit}"),
        title=_("Whom to call how often?"),
        mode=mode,
    )  # fmt: skip


def retention_gain_explorer(mode: str | None = None) -> Explorer:
    """Explore what five points of retention are worth (客户保持的利润效应).

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.widgets.explorer`.

    Examples
    --------
    >>> retention_gain_explorer()
    Explorer: What are five points of retention worth?
    """
    grid = [value / 200 for value in range(80, 189)]

    def draw(ax: Axes, retention: float, rate: float) -> str:
        curve = crm.retention_gain(grid, rate)
        here = crm.retention_gain(retention, rate)
        gain = float(here.relative[0])
        ax.axhspan(0.25, 0.95, color=ORANGE, alpha=0.16, linewidth=0)
        ax.text(0.41, 0.6, _("quoted: 25 to 95 %"), fontsize=9.5, color=INK, va="center")
        ax.plot(curve.retention, curve.relative.clip(max=1.3), color=BLUE)
        ax.plot([retention, retention, 0.4], [0, gain, gain], color=MUTED, linewidth=1.2)
        ax.plot(retention, min(gain, 1.13), "o", color=ORANGE, markersize=10, zorder=4)
        ax.set_xlim(0.4, 0.96)
        ax.set_ylim(0, 1.15)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))
        ax.set_xlabel(_("retention before, per year"))
        ax.set_ylabel(_("gain, of the value before"))
        ax.set_title(_("Five points more add {gain} to a customer's value").format(
            gain=percent(gain)))  # fmt: skip
        return _(
            "At {r} a customer stays {years:.1f} years on average, at {s} it is {more:.1f}. With "
            "interest at {d} the value grows by {gain}."
        ).format(
            r=percent(retention), years=crm.mean_lifetime(retention), s=percent(retention + 0.05),
            more=crm.mean_lifetime(min(retention + 0.05, 0.9999)), d=percent(rate),
            gain=percent(gain),
        )  # fmt: skip

    return explorer(
        draw,
        Control("retention", _("retention before"), _percents(40, 90, 5), 0.8, percent),
        Control("rate", _("interest a year"), _percents(0, 20, 5), 0.1, percent),
        title=_("What are five points of retention worth?"),
        mode=mode,
    )
