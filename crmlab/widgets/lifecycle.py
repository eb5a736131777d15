"""Explorers of the customer lifecycle (chapter 02)."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from crmlab import lifecycle
from crmlab._text import _
from crmlab.plots import money, percent
from crmlab.plots import stage_curve as plot_curve
from crmlab.plots.lifecycle import PATTERN_COLOURS, STAGE_COLOURS
from crmlab.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALE,
    RED,
    money_axis,
    zero_line,
)
from crmlab.widgets.explorer import Control, Explorer, _years, explorer


def _percents(low: int, high: int, step: int) -> list[float]:
    return [value / 100 for value in range(low, high + 1, step)]


def _chances(ax: Axes, names: list[str], chances: Any, colours: Any) -> None:
    """Draw chances as small bars in the upper right corner."""
    inset = ax.inset_axes((0.56, 0.58, 0.42, 0.40))
    rows = range(len(names))
    bars = inset.barh(rows, chances, color=colours)
    inset.bar_label(bars, [percent(float(c)) for c in chances], padding=3, fontsize=9)
    inset.set_yticks(rows, names)
    inset.set_xlim(0, 1.3)
    inset.set_xticks([])
    inset.invert_yaxis()
    inset.tick_params(labelsize=9)
    inset.grid(visible=False)


def stage_curve_explorer(unit: str = "yuan", mode: str | None = None) -> Explorer:
    """Explore how the lengths of build-up and stability decide the profit (客户生命周期曲线).

    Parameters
    ----------
    unit : str
        Unit of money.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> stage_curve_explorer()
    Explorer: What do the five indicators do in each stage?
    """

    def draw(ax: Axes, build_up: float, stability: float) -> str:
        curve = lifecycle.stage_curve(build_up=build_up, stability=stability)
        plot_curve(curve, ax, until=11)
        ax.set_xlabel(_("years; grey: level of the relationship"))
        profit = curve.by_stage()["total_profit"]
        return _(
            "With {b} of build-up and {s} of stability the customer brings {total} {unit} in all, "
            "{part} of it in stability; a year first brings a profit after {first:.1f} years."
        ).format(
            b=_years(build_up), s=_years(stability), total=money(profit.sum()), unit=unit,
            part=percent(profit["stability"] / profit.sum()), first=curve.first_profit,
        )  # fmt: skip

    return explorer(
        draw,
        Control("build_up", _("build-up"), [0.5, 1, 1.5, 2, 2.5, 3], 1.5, _years, every=2),
        Control("stability", _("stability"), [0.5, 1, 1.5, 2, 3, 4, 5], 3, _years, every=2),
        title=_("What do the five indicators do in each stage?"),
        mode=mode,
    )


def stage_explorer(mode: str | None = None) -> Explorer:
    """Explore how few orders must become before a customer is in decline (退化期的识别).

    A customer has ordered for eight quarters; then comes the last one.

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> stage_explorer()
    Explorer: One weak quarter: a lost customer, or chance?
    """

    def draw(ax: Axes, usual: float, last: float) -> str:
        counts = [*([int(usual)] * 8), int(last)]
        chances = _stage_now(counts)
        ax.bar(range(1, 10), counts, 0.7, color=[BLUE] * 8 + [ORANGE])
        ax.set_xlim(0.3, 9.7)
        ax.set_ylim(0, 17)
        ax.set_xticks(range(1, 10))
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel(_("quarter; orange: the last one"))
        ax.set_ylabel(_("orders"))
        names = [name for name, _chinese in lifecycle.stage_names()]
        _chances(ax, names, chances, STAGE_COLOURS)
        decline = float(chances[-1])
        ax.set_title(_("Chance to be in decline: {p}").format(p=percent(decline)))
        return _(
            "{u:g} orders a quarter for two years, then {n:g}: the chance that the customer is in "
            "decline is {p}, that it is stable {q}."
        ).format(u=usual, n=last, p=percent(decline), q=percent(float(chances[2])))

    return explorer(
        draw,
        Control("usual", _("usual orders a quarter"), range(1, 9), 3, every=2),
        Control("last", _("orders in the last one"), range(7), 1, every=1),
        title=_("One weak quarter: a lost customer, or chance?"),
        mode=mode,
    )


def _stage_now(counts: list[int]) -> np.ndarray:
    """Chance of each stage of one customer with these orders by quarter, by the detector."""
    ends = pd.Timestamp("2025-12-31") - pd.to_timedelta(91 * np.arange(len(counts))[::-1], "D")
    middle = ends - pd.Timedelta(days=45)
    days = [ends[0] - pd.Timedelta(days=90), *np.repeat(middle, counts)]
    log = pd.DataFrame({"customer": "x", "date": days})
    found = lifecycle.detect_stages(log, end="2025-12-31", rate=(4.0, 3.0))
    names = [name for name, _chinese in lifecycle.stage_names()]
    return found.table[names].to_numpy()[0]


def pattern_explorer(periods: int = 24, mode: str | None = None) -> Explorer:
    """Explore how soon a pattern can be recognised (生命周期模式的识别).

    Parameters
    ----------
    periods : int
        Quarters of the whole series, at least 12.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.lifecycle.pattern_courses`.

    Examples
    --------
    >>> pattern_explorer()
    Explorer: How soon do we know how it will end?
    """
    names = [name for name, _chinese in lifecycle.pattern_names()]
    courses = lifecycle.pattern_courses(periods)
    series = np.round(5 * courses.to_numpy()).T  # one typical customer of each pattern
    seen_at = range(2, periods + 1, 2)
    found = {
        seen: lifecycle.classify_patterns(series[:, :seen], rate=(4, 3)).table for seen in seen_at
    }

    def draw(ax: Axes, pattern: float, seen: float) -> str:
        k, n = int(pattern), int(seen)
        colours = [PATTERN_COLOURS[k]] * n + [PALE] * (periods - n)
        ax.bar(range(1, periods + 1), series[k], 0.8, color=colours)
        ax.axvline(n + 0.5, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.set_xlim(0.3, periods + 0.7)
        ax.set_ylim(0, 11)
        ax.set_xlabel(_("quarter since the first order; grey: not seen yet"))
        ax.set_ylabel(_("orders"))
        row = found[n].iloc[k]
        chances = row[names].to_numpy(float)
        _chances(ax, names, chances, PATTERN_COLOURS)
        answer = str(row["pattern"])
        ax.set_title(_("After {n} quarters: {answer}").format(n=n, answer=answer))
        return _(
            "A typical {name} relationship, seen for {n} quarters: its own pattern has a chance "
            "of {p}; that it is over already, {over}."
        ).format(name=names[k], n=n, p=percent(float(chances[k])), over=percent(float(row["over"])))

    return explorer(
        draw,
        Control("pattern", _("true pattern"), range(4), 1, lambda value: names[int(value)]),
        Control("seen", _("quarters seen"), seen_at, 6, every=2),
        title=_("How soon do we know how it will end?"),
        mode=mode,
    )


def survival_explorer(customers: int = 300, seed: int = 1, mode: str | None = None) -> Explorer:
    """Explore how those who are still there bend the answer (流失率, 删失与Kaplan–Meier).

    Customers leave at the same rate and have come evenly over the years of the log.

    Parameters
    ----------
    customers : int
        Number of customers, at least 20.
    seed : int
        Seed of the random numbers.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.lifecycle.kaplan_meier`.

    Examples
    --------
    >>> survival_explorer()
    Explorer: How long do customers stay, if most have not left yet?
    """
    rng = np.random.default_rng(seed)
    life, came = rng.exponential(size=customers), rng.random(customers)

    def draw(ax: Axes, churn: float, years: float) -> str:
        # The yearly churn rate as a rate in continuous time.
        stays = life / -np.log1p(-churn)
        watched = years * came
        left = stays <= watched
        time = np.minimum(stays, watched)
        curve = lifecycle.kaplan_meier(time, left)
        table = curve.table
        grid = np.linspace(0, 10, 101)
        ax.plot(grid, (1 - churn) ** grid, color=BLACK, linestyle="--", linewidth=1.6)
        x = np.append(0, table.index)
        low, high = (np.append(1, table[name]) for name in ("low", "high"))
        ax.fill_between(x, low, high, step="post", color=BLUE, alpha=0.15, linewidth=0)
        ax.step(x, np.append(1, table["survival"]), where="post", color=BLUE)
        naive = float(time[left].mean())
        ax.axvline(naive, color=RED, linewidth=1.6, linestyle=":")
        ax.annotate(_("mean of those\nwho left"), (naive, 0.03), xytext=(5, 0),
                    textcoords="offset points", fontsize=9, color=RED)  # fmt: skip
        ax.set_xlim(0, 10)
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _position: percent(share)))
        ax.set_xlabel(_("years as a customer; dashed: the truth"))
        ax.set_ylabel(_("share still there"))
        censored = float(1 - left.mean())
        ax.set_title(_("{share} have not left yet").format(share=percent(censored)))
        true = float(np.log(0.5) / np.log1p(-churn))
        half = curve.median
        middle = _("not reached yet") if np.isnan(half) else _years(round(half, 1))
        return _(
            "Half leave within {true:.1f} years. Kaplan-Meier says: {half}. The mean of those who "
            "left says {naive:.1f} years, since {share} have not left yet."
        ).format(true=true, half=middle, naive=naive, share=percent(censored))

    return explorer(
        draw,
        Control("churn", _("true churn a year"), _percents(10, 50, 5), 0.3, percent, every=2),
        Control("years", _("years of the log"), range(1, 11), 4, _years, every=3),
        title=_("How long do customers stay, if most have not left yet?"),
        mode=mode,
    )


def break_even_explorer(years: int = 8, unit: str = "yuan", mode: str | None = None) -> Explorer:
    """Explore when the cost of winning a customer is back (客户生命周期利润, 盈亏平衡).

    Parameters
    ----------
    years : int
        Horizon.
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
        As :func:`crmlab.lifecycle.lifecycle_profit`.

    Examples
    --------
    >>> break_even_explorer()
    Explorer: When is the cost of winning a customer back?
    """
    ramp = np.minimum(np.arange(years), 4) / 4

    def draw(ax: Axes, retention: float, acquisition: float) -> str:
        plan = lifecycle.lifecycle_profit(
            years, base=200, growth=120 * ramp, cost_saving=40 * ramp, referral=60 * ramp,
            acquisition=acquisition, price_concessions=40 * (1 - ramp), bad_word=10,
            retention=retention, rate=0.1,
        )  # fmt: skip
        table = plan.table
        ax.bar(table.index, table["present"], 0.6,
               color=[GREEN if v >= 0 else RED for v in table["present"]])  # fmt: skip
        ax.plot(table.index, table["cumulative"], color=BLACK, marker="o", markersize=5)
        zero_line(ax)
        if not np.isnan(plan.break_even):
            ax.axvline(plan.break_even, color=MUTED, linewidth=1.4, linestyle=(0, (4, 3)))
        ax.set_xlim(-0.6, years + 0.6)
        ax.set_ylim(-1100, 1300)
        money_axis(ax.yaxis)
        ax.set_xlabel(_("year; bars: present value, line: added up"))
        ax.set_ylabel(unit, color=INK)
        never = np.isnan(plan.break_even)
        ax.set_title(
            _("Never back within {n} years").format(n=years)
            if never
            else _("Back after {year}").format(year=_years(plan.break_even))
        )
        return _(
            "Retention {r}, cost of winning {a} {unit}: after {n} years the customer has brought "
            "{total} {unit} in present value."
        ).format(
            r=percent(retention), a=money(acquisition), unit=unit, n=years, total=money(plan.total)
        )

    return explorer(
        draw,
        Control("retention", _("retention a year"), _percents(50, 95, 5), 0.7, percent, every=2),
        Control("acquisition", _("cost of winning"), range(100, 1001, 100), 500,
                lambda v: f"{money(v)} {unit}", every=2),
        title=_("When is the cost of winning a customer back?"),
        mode=mode,
    )  # fmt: skip
