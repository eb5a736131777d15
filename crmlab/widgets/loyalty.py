"""Explorers of loyalty (chapter 05)."""

import numpy as np
from matplotlib.axes import Axes

from crmlab import loyalty
from crmlab._text import _
from crmlab.plots import lines, money, percent
from crmlab.plots import lock_in_path as plot_path
from crmlab.plots.style import BLUE, GREEN, MUTED, ORANGE, PALE, RED, SKY
from crmlab.widgets.explorer import Control, Explorer, explorer

_AXIS = np.linspace(0, 1, 101)


def _percents(low: int, high: int, step: int = 1) -> list[float]:
    return [value / 100 for value in range(low, high + 1, step)]


def _a_year(value: float) -> str:
    return _("{share} a year").format(share=percent(value))


def _shares(ax: Axes) -> None:
    """Both axes run from 0 to 100 %."""
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _position: percent(value))
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.02)


def loyalty_curve_explorer(floor: float = 0.08, mode: str | None = None) -> Explorer:
    """Explore how competition bends the way from satisfaction to loyalty (满意与忠诚).

    Parameters
    ----------
    floor : float
        Loyalty of the wholly dissatisfied, as in :func:`crmlab.loyalty.loyalty_curve`.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.loyalty.loyalty_curve`.

    Examples
    --------
    >>> loyalty_curve_explorer()
    Explorer: How much loyalty does satisfaction buy?
    """
    strengths = [0.2, 0.3, 0.45, 0.7, 1.0, 1.5, 2.2, 3.3, 5.0]

    def draw(ax: Axes, competition: float, satisfaction: float) -> str:
        here = float(loyalty.loyalty_curve(satisfaction, competition, floor))
        more = float(loyalty.loyalty_curve(min(satisfaction + 0.1, 1.0), competition, floor))
        for other in (0.2, 1.0, 5.0):
            ax.plot(_AXIS, loyalty.loyalty_curve(_AXIS, other, floor), color=PALE, linewidth=1.5)
        lines(
            _AXIS,
            ax,
            {"": loyalty.loyalty_curve(_AXIS, competition, floor)},
            title=_("Satisfaction {s}, loyalty {y} (γ = {g:g})").format(
                g=competition, s=percent(satisfaction), y=percent(here)
            ),
            xlabel=_("satisfaction (0 % lowest, 100 % highest)"),
            ylabel=_("loyalty"),
        )
        ax.plot([satisfaction, satisfaction], [0, here], color=MUTED, linestyle=":", linewidth=1.5)
        ax.plot(satisfaction, here, "o", color=RED, markersize=11, zorder=4)
        ax.text(0.03, 0.93, _("monopoly"), color=MUTED, fontsize=9)
        ax.text(0.97, 0.1, _("fierce competition"), color=MUTED, fontsize=9, ha="right")
        _shares(ax)
        gain = _("Ten points more of satisfaction bring {gain} points of loyalty here.").format(
            gain=f"{100 * (more - here):.0f}"
        )
        steep = _("This is the steep part: work on satisfaction pays.")
        flat = _("This is a flat part: satisfaction alone changes little.")
        return gain + " " + (steep if more - here >= 0.1 else flat)

    return explorer(
        draw,
        Control("competition", _("competition γ"), strengths, 2.2, "{:g}".format, every=2),
        Control("satisfaction", _("satisfaction"), _percents(10, 90, 5), 0.7, percent, every=4),
        title=_("How much loyalty does satisfaction buy?"),
        mode=mode,
    )


def threshold_trap_explorer(
    plateau: float = 0.4, second: float = 0.8, mode: str | None = None
) -> Explorer:
    """Explore the first satisfaction trap: an insensitive zone between thresholds (不敏感区).

    Parameters
    ----------
    plateau, second : float
        As in :func:`crmlab.loyalty.threshold_loyalty`; the first threshold is on a slider.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.loyalty.threshold_loyalty`.

    Examples
    --------
    >>> threshold_trap_explorer()
    Explorer: Trap 1: where more satisfaction changes nothing
    """

    def draw(ax: Axes, satisfaction: float, first: float) -> str:
        def value(s: float | np.ndarray) -> float | np.ndarray:
            return loyalty.threshold_loyalty(s, first, second, plateau)

        here, after = float(value(satisfaction)), float(value(min(satisfaction + 0.1, 1.0)))
        inside = first <= satisfaction < second
        ax.axvspan(first, second, color=ORANGE, alpha=0.18, hatch="//", linewidth=0)
        lines(
            _AXIS,
            ax,
            {"": value(_AXIS)},
            title=_("Inside the insensitive zone: nothing moves")
            if inside and after == here
            else _("Ten points of satisfaction bring {gain:.0f} points of loyalty").format(
                gain=100 * (after - here)
            ),
            xlabel=_("satisfaction (0 % lowest, 100 % highest)"),
            ylabel=_("loyalty"),
        )
        ax.text((first + second) / 2, 0.05, _("insensitive zone"), ha="center", fontsize=9.5)
        ax.plot(satisfaction, here, "o", color=RED, markersize=11, zorder=4)
        _shares(ax)
        return _(
            "At a satisfaction of {s} loyalty is {here}; ten points more make it {after}. Between "
            "{first} and {second} money spent on satisfaction is lost unless it reaches the second "
            "threshold."
        ).format(
            s=percent(satisfaction), here=percent(here), after=percent(after),
            first=percent(first), second=percent(second),
        )  # fmt: skip

    return explorer(
        draw,
        Control("satisfaction", _("satisfaction now"), _percents(10, 90, 5), 0.5, percent, every=2),
        Control("first", _("first threshold"), _percents(20, 60, 5), 0.4, percent, every=4),
        title=_("Trap 1: where more satisfaction changes nothing"),
        mode=mode,
    )


def two_factor_trap_explorer(
    basic_gain: float = 0.4,
    latent_gain: float = 0.6,
    saturation: float = 5.0,
    mode: str | None = None,
) -> Explorer:
    """Explore the second satisfaction trap: basic and latent expectations (双因素).

    Parameters
    ----------
    basic_gain, latent_gain, saturation : float
        As in :func:`crmlab.loyalty.two_factor_loyalty`.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.loyalty.two_factor_loyalty`.

    Examples
    --------
    >>> two_factor_trap_explorer()
    Explorer: Trap 2: satisfied with what goes without saying
    """
    options = {"basic_gain": basic_gain, "latent_gain": latent_gain, "saturation": saturation}

    def draw(ax: Axes, basic: float, latent: float) -> str:
        def value(b: float, m: float) -> float:
            return float(loyalty.two_factor_loyalty(b, m, **options))

        base, total = value(basic, 0), value(basic, latent)
        top = value(1, 0)
        ax.plot(_AXIS, loyalty.two_factor_loyalty(_AXIS, 0.0, **options), color=BLUE)
        ax.plot(
            _AXIS,
            loyalty.two_factor_loyalty(0.0, _AXIS, **options),
            color=GREEN,
            linestyle="--",
        )
        ax.plot(basic, base, "o", color=BLUE, markersize=10, zorder=4)
        ax.plot(latent, total - base, "s", color=GREEN, markersize=9, zorder=4)
        ax.bar(1.17, base, 0.14, color=BLUE)
        ax.bar(1.17, total - base, 0.14, bottom=base, color=GREEN, hatch="//", edgecolor="white")
        ax.text(1.17, total + 0.02, percent(total), ha="center", fontweight="bold")
        ax.text(0.70, top - 0.085, _("basic: saturates"), fontsize=9.5, color=BLUE)
        ax.text(0.80, latent_gain + 0.005, _("latent: goes on"), fontsize=9.5, ha="right")
        _shares(ax)
        ax.set_xlim(0, 1.3)
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1, 1.17], ["0 %", "25 %", "50 %", "75 %", "100 %", "Σ"])
        ax.set_xlabel(_("satisfaction with each kind of expectation"))
        ax.set_ylabel(_("loyalty"))
        ax.set_title(_("Loyalty {total}").format(total=percent(total)))
        more_basic = value(min(basic + 0.1, 1), latent) - total
        more_latent = value(basic, min(latent + 0.1, 1)) - total
        return _(
            "Ten points more of the basic expectation bring {b:.1f} points of loyalty, ten points "
            "more of the latent one {m:.1f}."
        ).format(b=100 * more_basic, m=100 * more_latent)

    return explorer(
        draw,
        Control("basic", _("basic expectation met"), _percents(0, 90, 10), 0.8, percent, every=2),
        Control("latent", _("latent expectation met"), _percents(0, 90, 10), 0.2, percent, every=2),
        title=_("Trap 2: satisfied with what goes without saying"),
        mode=mode,
    )


def competition_trap_explorer(
    value: float = 8.0, sensitivity: float = 4.0, mode: str | None = None
) -> Explorer:
    """Explore the third satisfaction trap: the rival improves, we stand still (竞争).

    Parameters
    ----------
    value : float
        Delivered value of our offer today, in points from 1 to 10.
    sensitivity : float
        As in :func:`crmlab.loyalty.relative_loyalty`.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.loyalty.relative_loyalty`.

    Examples
    --------
    >>> competition_trap_explorer()
    Explorer: Trap 3: as good as ever, and left behind
    """
    years = np.arange(9)

    def draw(ax: Axes, rival_growth: float, own_growth: float) -> str:
        ours = np.minimum(value * (1 + own_growth) ** years, 10)
        rival = 6.0 * (1 + rival_growth) ** years
        share = np.asarray(loyalty.relative_loyalty(ours, rival, sensitivity))
        colours = [BLUE if s >= 0.5 else RED for s in share]
        ax.bar(years, share, 0.7, color=colours, edgecolor="white")
        for t, s in zip(years.tolist(), share.tolist(), strict=True):
            ax.text(t, 0.025, percent(s), ha="center", fontsize=8.5, color="white")
        ax.plot(years, ours / 10, color=GREEN, marker="o", markersize=4)
        ax.plot(years, rival / 10, color=ORANGE, linestyle="--", marker="s", markersize=4)
        ends = {_("ours"): float(ours[-1]) / 10, _("rival"): float(rival[-1]) / 10}
        middle = sum(ends.values()) / 2
        apart = max(abs(ends[_("ours")] - middle), 0.035)
        for (word, end), other in zip(ends.items(), reversed(ends.values()), strict=True):
            above = end > other or (end == other and word == _("ours"))
            ax.text(8.5, middle + (apart if above else -apart), word, va="center", fontsize=9.5)
        ax.set_xlim(-0.6, 9.5)
        ax.set_ylim(0, 1.15)
        ax.set_xticks(years)
        ax.yaxis.set_major_formatter(lambda v, _position: percent(v))
        ax.set_xlabel(_("year"))
        ax.set_ylabel(_("loyalty (bars); value ÷ 10 (lines)"))
        ax.set_title(
            _("Loyalty goes from {start} to {end}").format(
                start=percent(float(share[0])), end=percent(float(share[-1]))
            )
        )
        return _(
            "After eight years our value is {ours:.1f} points, the rival's {rival:.1f}: a ratio of "
            "{ratio:.2f}. A survey that asks about us alone shows the first number only."
        ).format(
            ours=float(ours[-1]), rival=float(rival[-1]), ratio=float(ours[-1] / rival[-1])
        )  # fmt: skip

    return explorer(
        draw,
        Control("rival_growth", _("rival improves by"), _percents(0, 6), 0.04, _a_year, every=2),
        Control("own_growth", _("we improve by"), _percents(-1, 3), 0.0, _a_year),
        title=_("Trap 3: as good as ever, and left behind"),
        mode=mode,
    )


def switching_cost_explorer(
    rival_value: float = 100, scale: float = 10, unit: str = "yuan", mode: str | None = None
) -> Explorer:
    """Explore lock-in: who stays while leaving is dear, and when it no longer is (转移成本).

    Parameters
    ----------
    rival_value : float
        Delivered value of the best rival's offer a month.
    scale : float
        As in :func:`crmlab.loyalty.stay_probability`.
    unit : str
        Unit of money.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.loyalty.lock_in_path`.

    Examples
    --------
    >>> switching_cost_explorer()
    Explorer: What happens when the lock opens?
    """
    spread = np.linspace(-15, 15, 61)

    def draw(ax: Axes, cost: float, advantage: float) -> str:
        ours = rival_value + advantage + spread
        path = loyalty.lock_in_path(ours, rival_value, [cost] * 5 + [0] * 3, scale, resentment=2)
        plot_path(
            path,
            ax,
            title=_("{before} are there until the lock opens, {after} soon after").format(
                before=percent(float(path.remaining[5])), after=percent(float(path.remaining[-1]))
            ),
        )
        ax.axvline(5.5, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.set_xlabel(_("period; the lock opens after period 5 (dashed)"))
        for bar, late in zip(ax.patches, np.arange(9) > 5, strict=True):
            bar.set_facecolor(ORANGE if late else SKY)
            bar.set_hatch("//" if late else "")
        return _(
            "Our offer is worth {gap} {unit} {word} than the rival's and leaving costs {cost} "
            "{unit}. In period 1, {kept} stay; {captive} stay only because leaving is dear."
        ).format(
            gap=money(abs(advantage)), unit=unit, cost=money(cost),
            word=_("less") if advantage < 0 else _("more"),
            kept=percent(float(path.retention[0])), captive=percent(float(path.captive[0])),
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "cost", _("switching cost"), range(0, 61, 5), 40, lambda c: f"{money(c)} {unit}",
            every=4,
        ),
        Control(
            "advantage", _("our value less the rival's"), range(-20, 21, 5), -10,
            lambda a: f"{money(a)} {unit}", every=2,
        ),
        title=_("What happens when the lock opens?"),
        mode=mode,
    )  # fmt: skip
