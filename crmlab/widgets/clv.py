"""Explorers of what a customer is worth (chapter 07)."""

import numpy as np
from matplotlib.axes import Axes

from crmlab import clv
from crmlab._text import _
from crmlab.plots import cash_flows as plot_flows
from crmlab.plots import lines, money, percent
from crmlab.plots import tornado as plot_tornado
from crmlab.plots.style import BLUE, GREEN, MUTED, ORANGE, RED, SKY
from crmlab.widgets.explorer import Control, Explorer, _years, explorer


def _percents(low: int, high: int, step: int = 1) -> list[float]:
    return [value / 100 for value in range(low, high + 1, step)]


def present_value_explorer(
    first_purchase: float = 2000,
    revenue: float = 500,
    acquisition_cost: float = 400,
    service_cost: float = 10,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore model 3: how rate and horizon turn yearly money into value today (现值).

    Parameters
    ----------
    first_purchase, revenue, acquisition_cost, service_cost : float
        As in :func:`crmlab.clv.contribution_model`.
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
        As :func:`crmlab.clv.contribution_model`.

    Examples
    --------
    >>> present_value_explorer()
    Explorer: What is a stream of money worth today?
    """
    today = first_purchase - acquisition_cost
    longest = clv.cash_flows([revenue - service_cost] * 12, 0.0, today=today).total

    def draw(ax: Axes, rate: float, years: float) -> str:
        n = int(years)
        stream = clv.cash_flows([revenue - service_cost] * n, rate, today=today)
        value = clv.contribution_model(
            first_purchase, revenue, rate, n, acquisition_cost, service_cost
        )
        plot_flows(stream, ax, unit=unit, title=_("Worth {v} today").format(v=money(value)))
        ax.set_xlim(-0.7, 12.7)
        ax.set_ylim(min(0, today) * 1.1, longest * 1.05)
        ax.set_xticks(range(13))
        ax.legend(loc="upper left", fontsize=9)
        lost = float(stream.flows.sum() - stream.total)
        return _(
            "{years} at {rate}: model 3 gives {value} {unit}. Waiting costs {lost} {unit} of the "
            "{sum} {unit} that come in."
        ).format(
            years=_years(years),
            rate=percent(rate),
            value=money(value),
            unit=unit,
            lost=money(lost),
            sum=money(float(stream.flows.sum())),
        )

    return explorer(
        draw,
        Control("rate", _("discount rate a year"), _percents(0, 21), 0.09, percent, every=3),
        Control("years", _("horizon"), range(1, 13), 5, _years, every=2),
        title=_("What is a stream of money worth today?"),
        mode=mode,
    )


def ranking_explorer(
    revenue_a: float = 500,
    revenue_b: float = 450,
    service_cost_b: float = 100,
    rate: float = 0.09,
    periods: int = 5,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore when the ranking of customers A and B turns (客户A与B的排序).

    Parameters
    ----------
    revenue_a, revenue_b : float
        Revenue of each customer per year.
    service_cost_b : float
        Direct cost of serving B per year; that of A is on the slider.
    rate : float
        Discount rate per year.
    periods : int
        Horizon in years.
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
        As :func:`crmlab.clv.contribution_model`.

    Examples
    --------
    >>> ranking_explorer()
    Explorer: When does customer B overtake customer A?
    """
    costs = np.arange(0, 301, 10)

    def value(revenue: float, cost: float) -> float:
        return float(clv.contribution_model(0, revenue, rate, periods, 0, cost))

    worth_b = value(revenue_b, service_cost_b)
    turns = service_cost_b + revenue_a - revenue_b
    line_a = [value(revenue_a, cost) for cost in costs.tolist()]

    def draw(ax: Axes, service_cost: float) -> str:
        worth_a = value(revenue_a, service_cost)
        ahead = _("A") if worth_a > worth_b else _("B")
        title = (
            _("A and B are worth the same")
            if np.isclose(worth_a, worth_b)
            else _("{who} is worth more").format(who=ahead)
        )
        lines(
            costs,
            ax,
            {"A": line_a, "B": np.full(costs.size, worth_b)},
            title=title,
            xlabel=_("yearly cost of serving A ({unit})").format(unit=unit),
            ylabel=_("lifetime value, model 3 ({unit})").format(unit=unit),
            mark={_("ranking turns at {cost}").format(cost=money(turns)): turns},
        )
        ax.plot(service_cost, worth_a, "o", color=BLUE, markersize=11, zorder=4)
        ax.plot(service_cost, worth_b, "o", color=ORANGE, markersize=11, zorder=4)
        ax.set_xlim(-5, 315)
        ax.set_ylim(0, max(line_a[0], worth_b) * 1.1)
        return _(
            "With {cost} {unit} a year to serve A, A is worth {a} and B {b} {unit}: a difference "
            "of {gap}."
        ).format(
            cost=money(service_cost),
            unit=unit,
            a=money(worth_a),
            b=money(worth_b),
            gap=money(round(worth_a) - round(worth_b)),  # of the two numbers shown
        )

    return explorer(
        draw,
        Control(
            "service_cost", _("yearly cost of serving A"), costs.tolist(), 200,
            lambda cost: f"{money(cost)} {unit}", every=2,
        ),
        title=_("When does customer B overtake customer A?"),
        mode=mode,
    )  # fmt: skip


def retention_explorer(
    margin: float = 100, unit: str = "yuan", mode: str | None = None
) -> Explorer:
    """Explore the margin multiple: retention and discount rate (客户保持率).

    Parameters
    ----------
    margin : float
        Margin per year.
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
        As :func:`crmlab.clv.retention_value`.

    Examples
    --------
    >>> retention_explorer()
    Explorer: How much is loyalty worth?
    """
    axis = np.linspace(0.4, 0.96, 113)
    top = float(clv.retention_value(margin, 0.96, 0.06))

    def draw(ax: Axes, retention: float, rate: float) -> str:
        value = float(clv.retention_value(margin, retention, rate))
        gain = float(clv.retention_value(margin, retention + 0.01, rate)) - value
        lines(
            axis,
            ax,
            {"": clv.retention_value(margin, axis[:, None], rate)},
            title=_("Kept with {r} a year, a customer is worth {v}").format(
                r=percent(retention), v=money(value)
            ),
            xlabel=_("retention rate a year"),
            ylabel=_("lifetime value ({unit})").format(unit=unit),
        )
        ax.plot([retention, retention], [0, value], color=MUTED, linestyle=":", linewidth=1.5)
        ax.plot(retention, value, "o", color=RED, markersize=11, zorder=4)
        ax.xaxis.set_major_formatter(lambda x, _position: percent(x))
        ax.set_ylim(0, top * 1.02)
        return _(
            "Retention {r}, discount rate {d}: the margin multiple is {m:.2f}, the value {v} "
            "{unit}. One point more of retention would add {gain} {unit}."
        ).format(
            r=percent(retention), d=percent(rate), m=value / margin, v=money(value), unit=unit,
            gain=money(gain),
        )  # fmt: skip

    return explorer(
        draw,
        Control("retention", _("retention rate a year"), _percents(40, 95), 0.80, percent, every=5),
        Control("rate", _("discount rate a year"), _percents(6, 18), 0.10, percent, every=4),
        title=_("How much is loyalty worth?"),
        mode=mode,
    )


def migration_explorer(
    purchase_probability: tuple[float, ...] = (0.30, 0.20, 0.15, 0.05),
    net_contribution: float = 40,
    rate: float = 0.2,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore when to stop mailing a customer who does not buy (何时停止邮寄).

    Parameters
    ----------
    purchase_probability : sequence of float
        Chance of a purchase by recency, as in :func:`crmlab.clv.migration_value`.
    net_contribution : float
        Contribution of one purchase.
    rate : float
        Discount rate per period.
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
        As :func:`crmlab.clv.migration_policies`.

    Examples
    --------
    >>> migration_explorer()
    Explorer: Whom should the catalogue still reach?
    """
    states = len(purchase_probability)
    rules = range(states + 1)
    dearest = 14
    ends = [
        clv.migration_policies(purchase_probability, net_contribution, cost, rate).values[:, 0]
        for cost in (0, dearest)
    ]

    def draw(ax: Axes, marketing_cost: float, market_up_to: float) -> str:
        policies = clv.migration_policies(
            purchase_probability, net_contribution, marketing_cost, rate
        )
        chosen, values = int(market_up_to), policies.values[:, 0]
        top = values[policies.best]
        best = [k for k in rules if np.isclose(values[k], top)]
        bars = ax.bar(
            rules, values, color=[GREEN if k in best else SKY for k in rules], linewidth=2.5,
            edgecolor=["black" if k == chosen else "none" for k in rules],
        )  # fmt: skip
        ax.bar_label(bars, [f"{value:.1f}" for value in values], padding=3, fontsize=9.5)
        ax.axhline(0, color=MUTED, linewidth=1)
        ax.set_xticks(list(rules), [_("never"), *map(str, rules[1:])])
        ax.set_ylim(min(0, ends[1].min()) * 1.15, ends[0].max() * 1.12)
        ax.set_xlabel(_("mail up to recency (framed: your rule, green: the best)"))
        ax.set_ylabel(_("value of a new buyer ({unit})").format(unit=unit))
        if chosen not in best:
            gap = f"{top - values[chosen]:.1f}"
            title = _("Your rule loses {gap} per buyer").format(gap=gap)
        elif len(best) > 1:
            title = _("Your rule is as good as any")
        else:
            title = _("Your rule is the best one")
        ax.set_title(title)
        words = [_("mailing up to recency {k}").format(k=k) if k else _("mailing nobody")
                 for k in rules]  # fmt: skip
        return _(
            "At {cost} {unit} a letter, {rule} makes a customer who has just bought worth "
            "{value:.2f} {unit}; {best} is best, with {top:.2f}."
        ).format(
            cost=money(marketing_cost), unit=unit, rule=words[chosen], value=values[chosen],
            best=_(" or ").join(words[k] for k in best), top=top,
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "marketing_cost", _("cost of a letter"), range(dearest + 1), 4,
            lambda cost: f"{money(cost)} {unit}", every=2,
        ),
        Control(
            "market_up_to", _("mail up to recency"), rules, states,
            lambda k: f"{k:.0f}" if k else _("never"),
        ),
        title=_("Whom should the catalogue still reach?"),
        mode=mode,
    )  # fmt: skip


def sensitivity_explorer(
    margin: float = 100,
    rate: float = 0.1,
    acquisition_cost: float = 150,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore which assumption moves the value most, and how that changes (敏感性分析).

    Parameters
    ----------
    margin, rate, acquisition_cost : float
        Base values, as in :func:`crmlab.clv.retention_value`.
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
        As :func:`crmlab.clv.tornado`.

    Examples
    --------
    >>> sensitivity_explorer()
    Explorer: Which assumption matters most?
    """
    words = {
        "margin": _("margin"),
        "retention": _("retention"),
        "rate": _("discount rate"),
        "acquisition_cost": _("acquisition cost"),
    }

    def swings(retention: float) -> clv.Tornado:
        base = {
            "margin": margin, "retention": retention, "rate": rate,
            "acquisition_cost": acquisition_cost,
        }  # fmt: skip
        ranges = {
            "margin": (0.9 * margin, 1.1 * margin),
            "retention": (round(retention - 0.05, 4), round(retention + 0.05, 4)),
            "rate": (round(rate - 0.03, 4), round(rate + 0.03, 4)),
            "acquisition_cost": (0.8 * acquisition_cost, 1.2 * acquisition_cost),
        }
        return clv.tornado(clv.retention_value, base, ranges)

    widest = swings(0.9).values

    def draw(ax: Axes, retention: float) -> str:
        result = swings(retention)
        plot_tornado(result, ax, names=words, unit=unit)
        ax.set_xlim(-acquisition_cost * 1.3, widest.max() * 1.15)
        bottom, top = ax.get_ylim()
        ax.set_ylim(bottom + 0.18 * (bottom - top), top)  # room for the legend under the bars
        ax.legend(loc="lower right", fontsize=9, ncols=2)
        ax.get_figure().subplots_adjust(left=0.24)  # type: ignore[union-attr]
        table = result.to_frame()
        return _(
            "At a retention of {r} the customer is worth {v} {unit}. Five points of retention up or"
            " down swing that by {swing}, ten per cent of margin by {other}."
        ).format(
            r=percent(retention), v=money(result.base_value), unit=unit,
            swing=money(float(table.loc["retention", "swing"])),  # type: ignore[arg-type]
            other=money(float(table.loc["margin", "swing"])),  # type: ignore[arg-type]
        )  # fmt: skip

    return explorer(
        draw,
        Control("retention", _("retention rate a year"), _percents(50, 90), 0.80, percent, every=5),
        title=_("Which assumption matters most?"),
        mode=mode,
    )
