"""Pictures of customers in a transaction log: who still buys, how often, for how much."""

from itertools import pairwise
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

    from crmlab.btyd.alive import AliveHistory, AliveMap, Heterogeneity
    from crmlab.btyd.value import LogValue


def _name(model: str) -> str:
    """Write a model's class as the literature writes its name."""
    return model.replace("NBD", "/NBD") if model in ("BGNBD", "ParetoNBD") else model


def _more(frequency: Any) -> list[str]:
    """Words for 0, 1, … and "n or more"."""
    return [*(f"{n:g}" for n in frequency[:-1]), f"{frequency[-1]:g}+"]


@picture
def purchase_histories(
    log: "pd.DataFrame",
    ax: "Axes",
    *,
    title: str,
    customer: str = "customer",
    date: str = "date",
    until: Any = None,
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
    until : date, optional
        Where the observation ends: a dashed line, and the end of each line of time.

    Returns
    -------
    matplotlib Axes
    """
    names = list(dict.fromkeys(log[customer]))[:12]
    end = np.datetime64(until if until is not None else log[date].max())
    for row, name in enumerate(names):
        days = np.unique(log.loc[log[customer] == name, date].to_numpy())
        seen = days <= end
        ax.plot([days[0], end], [row, row], color=PALE, linewidth=3, zorder=1)
        for chosen, fill in ((seen, BLUE), (~seen, "white")):
            ax.plot(
                days[chosen], np.full(chosen.sum(), row), "o", color=BLUE, markersize=7,
                markerfacecolor=fill, zorder=3,
            )  # fmt: skip
        ax.plot(days[0], row, "s", color=INK, markersize=8, zorder=4)
    if until is not None:
        ax.plot([end, end], [-0.6, len(names) - 0.5], color=MUTED, linewidth=1.2, linestyle="--")
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
def heterogeneity(
    result: "Heterogeneity", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw which share of the customers lies in each band.

    Parameters
    ----------
    result : Heterogeneity
    ax, title
        As in :func:`log_value`.
    unit : str, optional
        The period to which rates belong, such as "year".

    Returns
    -------
    matplotlib Axes
    """
    cuts = result.cuts
    words = [
        _("{low:g} or more").format(low=low)
        if np.isinf(high)
        else _("{low:g} to {high:g}").format(low=low, high=high)
        for low, high in pairwise(cuts)
    ]
    bars = ax.bar(range(len(words)), 100 * result.shares, color=BLUE, width=0.8)
    ax.bar_label(bars, [percent(share) for share in result.shares], padding=3, fontsize=9.5)
    ax.set_xticks(range(len(words)), words)
    ax.margins(y=0.12)
    ax.set_ylabel(_("share of customers (%)"))
    if result.chance:
        label = _("chance to leave after a purchase")
    elif result.of == "rate":
        label = _("purchases per {unit} while alive").format(unit=unit or _("period"))
    else:
        label = _("rate of leaving per {unit}").format(unit=unit or _("period"))
    ax.set_xlabel(label)
    largest = int(result.shares.argmax())
    set_title(
        ax,
        title
        or _("The mean is {mean:.2g}, but {share} of the customers have {band}").format(
            mean=result.mean,
            share=percent(float(result.shares[largest])),
            band=words[largest],
        ),
    )


@picture
def alive_map(result: "AliveMap", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the chance to be alive by frequency and recency as a heat map.

    Parameters
    ----------
    result : AliveMap
    ax, title
        As in :func:`log_value`.

    Returns
    -------
    matplotlib Axes
    """
    image = ax.pcolormesh(
        result.recency, result.frequency, result.values, cmap="cividis", vmin=0, vmax=1,
        shading="gouraud",
    )  # fmt: skip
    lines = ax.contour(
        result.recency, result.frequency, result.values, levels=[0.1, 0.3, 0.5, 0.7, 0.9],
        colors="white", linewidths=1,
    )  # fmt: skip
    ax.clabel(lines, fmt="%.1f", fontsize=9)
    bar = ax.get_figure(root=True).colorbar(image, ax=ax)  # type: ignore[union-attr]
    bar.set_label(_("chance to be alive"))
    ax.set_xlabel(_("recency: age at the last purchase (age today: {age:g})").format(age=result.T))
    ax.set_ylabel(_("frequency: repeat purchases"))
    ax.grid(visible=False)
    low, high = float(result.values.min()), float(result.values.max())
    set_title(
        ax,
        title
        or _("From {low} to {high} alive: many purchases, then silence, is a farewell").format(
            low=percent(low), high=percent(high)
        ),
    )


@picture
def alive_history(
    result: "AliveHistory", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw one customer's chance to be alive over time, with the purchases.

    Parameters
    ----------
    result : AliveHistory
    ax, title
        As in :func:`log_value`.
    unit : str, optional
        Unit of time on the axis.

    Returns
    -------
    matplotlib Axes
    """
    ax.plot(result.time, result.alive, color=BLUE)
    ax.plot(
        result.repeats, np.full(len(result.repeats), 0.03), "|", color=ORANGE, markersize=14,
        markeredgewidth=2, zorder=3,
    )  # fmt: skip
    ax.set_ylim(0, 1.05)
    ax.set_xlim(result.time[0], result.time[-1])
    ax.set_xlabel(
        _("{unit} since the first purchase (strokes: repeat purchases)").format(
            unit=unit or _("time units")
        )
    )
    ax.set_ylabel(_("chance to be alive"))
    set_title(
        ax,
        title
        or _("After {n} repeat purchases and a silence of {gap:.0f}: alive with {p}").format(
            n=len(result.repeats),
            gap=result.time[-1] - (result.repeats[-1] if len(result.repeats) else 0),
            p=percent(float(result.alive[-1])),
        ),
    )


@picture
def btyd_calibration(result: Any, ax: "Axes", *, title: str | None = None) -> None:
    """Draw how many customers made 0, 1, 2, … repeat purchases, actual and by the model.

    Parameters
    ----------
    result : Calibration
    ax, title
        As in :func:`log_value`.

    Returns
    -------
    matplotlib Axes
    """
    x = np.arange(len(result.frequency))
    ax.bar(x - 0.2, result.actual, 0.38, color=PALE, label=_("actual"))
    ax.bar(x + 0.2, result.expected, 0.38, color=BLUE, label=_name(result.model))
    ax.set_xticks(x, _more(result.frequency))
    ax.set_xlabel(_("repeat purchases in the time of the fit"))
    ax.set_ylabel(_("customers"))
    money_axis(ax.yaxis)
    ax.legend(loc="upper right", fontsize=9)
    worst = int(np.abs(result.expected - result.actual).argmax())
    set_title(
        ax,
        title
        or _("{model} misses most at {n} repeats: {expected} for {actual}").format(
            model=_name(result.model),
            n=_more(result.frequency)[worst],
            expected=money(round(float(result.expected[worst]))),
            actual=money(float(result.actual[worst])),
        ),
    )


@picture
def btyd_holdout(result: Any, ax: "Axes", *, title: str | None = None) -> None:
    """Draw the mean number of later purchases by earlier ones, actual and expected.

    Parameters
    ----------
    result : Holdout
    ax, title
        As in :func:`log_value`.

    Returns
    -------
    matplotlib Axes
    """
    x = np.arange(len(result.frequency))
    ax.plot(x, result.actual, color=INK, marker="o", label=_("actual"))
    ax.plot(x, result.expected, color=BLUE, marker="s", linestyle="--", label=_name(result.model))
    ax.set_xticks(x, _more(result.frequency))
    ax.set_ylim(bottom=0)
    ax.set_xlabel(_("repeat purchases in the time of the fit"))
    ax.set_ylabel(_("mean purchases in the hold-out"))
    ax.legend(loc="upper left", fontsize=9)
    set_title(
        ax,
        title
        or _("{model} expected {expected} purchases in the hold-out; {actual} came").format(
            model=_name(result.model),
            expected=money(round(result.total_expected)),
            actual=money(result.total_actual),
        ),
    )


@picture
def btyd_tracking(
    result: Any,
    ax: "Axes",
    *,
    by_period: bool = False,
    title: str | None = None,
    unit: str | None = None,
) -> None:
    """Draw repeat purchases over calendar time, actual and expected, cumulative or by period.

    Parameters
    ----------
    result : Tracking
    ax, title
        As in :func:`log_value`.
    by_period : bool
        Purchases of each period in place of their running sum.
    unit : str, optional
        Unit of time on the axis.

    Returns
    -------
    matplotlib Axes
    """
    actual = result.actual_by_period if by_period else result.actual
    expected = result.expected_by_period if by_period else result.expected
    ax.plot(result.time, actual, color=INK, label=_("actual"), linewidth=1.6)
    ax.plot(result.time, expected, color=BLUE, linestyle="--", label=_name(result.model))
    if result.calibration_end is not None:
        ax.axvline(result.calibration_end, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.annotate(
            _("hold-out"), (result.calibration_end, 0.03), xycoords=("data", "axes fraction"),
            xytext=(4, 0), textcoords="offset points", fontsize=9, color=INK,
        )  # fmt: skip
    ax.set_ylim(bottom=0)
    ax.set_xlabel(_("calendar time ({unit})").format(unit=unit or _("time units")))
    ax.set_ylabel(_("repeat purchases per period") if by_period else _("repeat purchases so far"))
    money_axis(ax.yaxis)
    ax.legend(loc="upper right" if by_period else "upper left", fontsize=9)
    last = float(result.expected[-1] / result.actual[-1] - 1)
    set_title(
        ax,
        title
        or _("At the end {model} is {gap} {side} the actual count").format(
            model=_name(result.model),
            gap=percent(abs(last)),
            side=_("below") if last < 0 else _("above"),
        ),
    )


@picture
def spend_independence(
    result: Any,
    ax: "Axes",
    *,
    least: int = 5,
    title: str | None = None,
    unit: str | None = None,
) -> None:
    """Draw the mean value of a purchase against the number of purchases, one point a customer.

    Parameters
    ----------
    result : SpendIndependence
    ax, title, unit
        As in :func:`log_value`.
    least : int
        Means are drawn where at least so many customers have the number of purchases.

    Returns
    -------
    matplotlib Axes
    """
    frequency, value = np.asarray(result.frequency), np.asarray(result.monetary_value)
    drawn = frequency > 0
    ax.plot(
        frequency[drawn], value[drawn], "o", color=SKY, alpha=0.35, markersize=4,
        markeredgewidth=0, label=_("a customer"),
    )  # fmt: skip
    by = result.to_frame()
    by = by[(by.index > 0) & (by["customers"] >= least)]
    ax.plot(
        by.index, by["mean_value"], color=RED, marker="o", markersize=5, linewidth=1.6,
        label=_("mean, where there are {n} or more").format(n=least),
    )  # fmt: skip
    ax.set_xlabel(_("repeat purchases"))
    ax.set_ylabel(_("mean value of a purchase ({unit})").format(unit=unit or _("money units")))
    ax.set_ylim(0, 1.25 * value[drawn].max())
    money_axis(ax.yaxis)
    ax.legend(loc="upper right", fontsize=9)
    set_title(
        ax,
        title
        or _("Correlation {r:.2f} ({low:.2f} to {high:.2f}): frequency tells little")
        .format(r=result.correlation, low=result.low, high=result.high)
        .replace("-", "\N{MINUS SIGN}"),
    )


@picture
def btyd_intervals(
    result: Any, ax: "Axes", *, level: float = 0.95, title: str | None = None
) -> None:
    """Draw the interval of each parameter and figure, in per cent of its estimate.

    Parameters
    ----------
    result : Bootstrap
    ax, title
        As in :func:`log_value`.
    level : float
        Level of the intervals.

    Returns
    -------
    matplotlib Axes
    """
    table = result.interval(level)
    rows = np.arange(len(table))
    low, high = (100 * table[end] / table["estimate"] for end in ("low", "high"))
    ax.hlines(rows, low, high, color=SKY, linewidth=7)
    ax.plot(np.full(len(rows), 100.0), rows, "o", color=BLUE, markersize=8)
    for row, (lowest, highest) in enumerate(zip(table["low"], table["high"], strict=True)):
        ax.annotate(
            _("{low} to {high}").format(low=_three(lowest), high=_three(highest)),
            (float(high.iloc[row]), row), xytext=(7, 0), textcoords="offset points",
            va="center", fontsize=9,
        )  # fmt: skip
    names = [f"{name}  {_three(value)}" for name, value in table["estimate"].items()]
    ax.set_yticks(rows, names)
    ax.set_ylim(len(rows) - 0.5, -0.6)
    left, right = min(float(low.min()), 100), max(float(high.max()), 100)
    ax.set_xlim(left - 0.1 * (right - left), right + 0.35 * (right - left))
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel(_("{level} interval, in per cent of the estimate").format(level=percent(level)))
    wide = int((high - low).to_numpy().argmax())
    set_title(
        ax,
        title
        or _("The least certain is {name}: {low} to {high}").format(
            name=table.index[wide],
            low=_three(table["low"].iloc[wide]),
            high=_three(table["high"].iloc[wide]),
        ),
        width=48,
    )


def _three(value: float) -> str:
    """Write a number of any size with three digits that count."""
    return money(value) if abs(value) >= 100 else f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


@picture
def residual_value(
    result: Any,
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
