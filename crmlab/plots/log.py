"""Pictures of a transaction log and of what its customers are worth."""

from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _
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

    from crmlab.btyd import LogValue, ResidualValue


@picture
def purchase_histories(
    log: "pd.DataFrame",
    ax: "Axes",
    *,
    title: str,
    customer: str = "customer",
    date: str = "date",
    end: Any = None,
) -> None:
    """Draw the purchases of a few customers as points on lines of time.

    Parameters
    ----------
    log : DataFrame
        One row per purchase, of at most twelve customers; drawn in the order of the log.
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str
    customer, date : str
        Names of the columns.
    end : date, optional
        Where the observation ends: a dashed line, and the end of each line of time.

    Returns
    -------
    matplotlib Axes
    """
    names = list(dict.fromkeys(log[customer]))[:12]
    last = np.datetime64(end if end is not None else log[date].max())
    for row, name in enumerate(names):
        days = np.unique(log.loc[log[customer] == name, date].to_numpy())
        seen = days <= last
        ax.plot([days[0], last], [row, row], color=PALE, linewidth=3, zorder=1)
        for chosen, fill in ((seen, BLUE), (~seen, "white")):
            ax.plot(
                days[chosen], np.full(chosen.sum(), row), "o", color=BLUE, markersize=7,
                markerfacecolor=fill, zorder=3,
            )  # fmt: skip
        ax.plot(days[0], row, "s", color=INK, markersize=8, zorder=4)
    if end is not None:
        ax.plot([last, last], [-0.6, len(names) - 0.5], color=MUTED, linewidth=1.2, linestyle="--")
    ax.set_yticks(range(len(names)), [str(name) for name in names])
    ax.set_ylim(len(names) - 0.5, -0.6)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.xaxis.set_major_formatter(_month_names())
    ax.set_xlabel(_("month (square: first purchase; hollow: after the end of observation)"))
    ax.set_ylabel(_("customer"))
    set_title(ax, title)


def _month_names() -> Any:
    from matplotlib.dates import DateFormatter

    return DateFormatter("%m/%y")


@picture
def log_value(
    result: "LogValue", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw how the groups of customers share the value of the past, the present and the future.

    Parameters
    ----------
    result : LogValue
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
    shares, totals = result.groups, result.totals
    parts = ("historical", "current", "potential")
    words = (_("historical"), _("current"), _("potential"))
    left = np.zeros(len(parts))
    shades = (BLUE, SKY, ORANGE, RED, GREEN, *PALETTE)
    for place, (name, row) in enumerate(shares.iterrows()):
        width = 100 * row[list(parts)].to_numpy(float)
        colour = shades[place % len(shades)]
        ax.barh(range(len(parts)), width, left=left, color=colour, height=0.6, label=str(name))
        for line, (start, wide) in enumerate(zip(left, width, strict=True)):
            if wide >= 6:
                ax.text(
                    start + wide / 2, line, percent(wide / 100), ha="center", va="center",
                    fontsize=9.5, color="white" if colour in (BLUE, RED, GREEN) else INK,
                )  # fmt: skip
        left = left + np.nan_to_num(width)
    ax.set_yticks(
        range(len(parts)),
        [f"{word}\n{money(float(totals[part]))}" for word, part in zip(words, parts, strict=True)],
    )
    ax.set_ylim(len(parts) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.grid(visible=False)
    ax.set_xlabel(
        _("share of the value (%); totals in {unit}").format(unit=unit or _("money units"))
    )
    ax.legend(
        title=_("customers by booked value"), ncols=min(len(shares), 5), loc="upper center",
        bbox_to_anchor=(0.5, -0.2), fontsize=9, title_fontsize=9,
    )  # fmt: skip
    top = shares.iloc[0]
    set_title(
        ax,
        title
        or _("The first of {n} groups holds {past} of the past, {future} of the future").format(
            n=len(shares), past=percent(top["historical"]), future=percent(top["potential"])
        ),
    )


@picture
def residual_value(
    result: "ResidualValue",
    ax: "Axes",
    *,
    title: str | None = None,
    unit: str | None = None,
    period: str | None = None,
) -> None:
    """Draw what the base will bring period by period, discounted, and when half of it is there.

    Parameters
    ----------
    result : ResidualValue
    ax, title, unit
        As in :func:`log_value`.
    period : str, optional
        The period, such as "month".

    Returns
    -------
    matplotlib Axes
    """
    value = np.asarray(result.period_value)
    time = np.arange(1, len(value) + 1)
    ax.bar(time, value, color=BLUE, width=0.8)
    ax.set_xlabel(_("{period} from today").format(period=period or _("period")))
    ax.set_ylabel(
        _("value of the {period} ({unit}, discounted)").format(
            period=period or _("period"), unit=unit or _("money units")
        )
    )
    money_axis(ax.yaxis)
    half = int(np.searchsorted(value.cumsum(), value.sum() / 2)) + 1
    ax.axvline(half + 0.5, color=ORANGE, linewidth=1.4, linestyle=(0, (4, 3)))
    ax.annotate(
        _("half of the value"), (half + 0.5, 0.95), xycoords=("data", "axes fraction"),
        xytext=(5, 0), textcoords="offset points", fontsize=9, va="top",
    )  # fmt: skip
    set_title(
        ax,
        title
        or _("The base is worth {total} today, half of it in {n} of {all} {period}s").format(
            total=money(float(result.total)), n=half, all=len(value), period=period or _("period")
        ),
    )


@picture
def against_truth(
    estimates: "pd.Series", ax: "Axes", *, truth: float, title: str, unit: str | None = None
) -> None:
    """Draw estimates of one total beside the true one.

    Parameters
    ----------
    estimates : Series
        The estimates by name.
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    truth : float
        The true total.
    title : str
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    rows = np.arange(len(estimates))
    bars = ax.barh(rows, estimates.to_numpy(float), color=SKY, height=0.6)
    off = [value / truth - 1 for value in estimates]
    words = [f"{'+' if gap > 0 else ''}{percent(gap)}" for gap in off]
    ax.bar_label(bars, words, label_type="center", fontsize=11, fontweight="bold", color=INK)
    ax.axvline(truth, color=RED, linewidth=1.8)
    ax.set_yticks(rows, [str(name) for name in estimates.index])
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    money_axis(ax.xaxis)
    ax.set_xlabel(
        _("total ({unit}); red line: the truth, {truth}").format(
            unit=unit or _("money units"), truth=money(truth)
        )
    )
    set_title(ax, title, width=50)
