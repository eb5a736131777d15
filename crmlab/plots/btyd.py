"""Pictures of customers in a transaction log: who still buys, how often, for how much."""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _
from crmlab.plots.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PALE,
    RED,
    SKY,
    money,
    money_axis,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.btyd import (
        AliveHistory,
        AliveMap,
        Bootstrap,
        Calibration,
        Heterogeneity,
        Holdout,
        SpendIndependence,
        Tracking,
    )


def _name(model: str) -> str:
    """Write a model's class as the literature writes its name."""
    return model.replace("NBD", "/NBD") if model in ("BGNBD", "ParetoNBD") else model


def _more(frequency: Any) -> list[str]:
    """Words for 0, 1, … and "n or more"."""
    return [*(f"{n:g}" for n in frequency[:-1]), f"{frequency[-1]:g}+"]


@picture
def heterogeneity(
    result: "Heterogeneity", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw which share of the customers lies in each band.

    Parameters
    ----------
    result : Heterogeneity
    ax, title
        As in :func:`crmlab.plots.log_value`.
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
        As in :func:`crmlab.plots.log_value`.

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
        colors=["white", "white", "white", "black", "black"], linewidths=1,
    )  # fmt: skip
    ax.clabel(lines, fmt="%.1f", fontsize=9)
    bar = ax.figure.figure.colorbar(image, ax=ax)
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
        As in :func:`crmlab.plots.log_value`.
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
def btyd_calibration(result: "Calibration", ax: "Axes", *, title: str | None = None) -> None:
    """Draw how many customers made 0, 1, 2, … repeat purchases, actual and by the model.

    Parameters
    ----------
    result : Calibration
    ax, title
        As in :func:`crmlab.plots.log_value`.

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
def btyd_holdout(result: "Holdout", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the mean number of later purchases by earlier ones, actual and expected.

    Parameters
    ----------
    result : Holdout
    ax, title
        As in :func:`crmlab.plots.log_value`.

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
    result: "Tracking",
    ax: "Axes",
    *,
    by_step: bool = False,
    title: str | None = None,
    unit: str | None = None,
) -> None:
    """Draw repeat purchases over calendar time, actual and expected, cumulative or by step.

    Parameters
    ----------
    result : Tracking
    ax, title
        As in :func:`crmlab.plots.log_value`.
    by_step : bool
        Purchases of each step in place of their running sum.
    unit : str, optional
        Unit of time on the axis.

    Returns
    -------
    matplotlib Axes
    """
    actual = result.actual_by_step if by_step else result.actual
    expected = result.expected_by_step if by_step else result.expected
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
    ax.set_ylabel(_("repeat purchases per step") if by_step else _("repeat purchases so far"))
    money_axis(ax.yaxis)
    ax.legend(loc="upper right" if by_step else "upper left", fontsize=9)
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
    result: "SpendIndependence",
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
        As in :func:`crmlab.plots.log_value`.
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
    result: "Bootstrap", ax: "Axes", *, level: float = 0.95, title: str | None = None
) -> None:
    """Draw the interval of each parameter and figure, in per cent of its estimate.

    Parameters
    ----------
    result : Bootstrap
    ax, title
        As in :func:`crmlab.plots.log_value`.
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
    left, right = min(float(low.min()), 100.0), max(float(high.max()), 100.0)
    if left > 0:  # as far to half as to twice the estimate
        ax.set_xscale("log", base=2)
        ax.set_xlim(left / (right / left) ** 0.1, right * (right / left) ** 0.35)
        ticks = [25 * 2.0**k for k in range(-3, 8) if left / 1.2 <= 25 * 2.0**k <= right * 1.2]
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
    else:
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
