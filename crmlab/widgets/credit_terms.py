"""Explorers of credit terms and collection (chapter 13)."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from crmlab import _checks, credit
from crmlab._text import _
from crmlab.plots import money, percent
from crmlab.plots.style import BLUE, GREEN, INK, MUTED, ORANGE, RED, SKY
from crmlab.widgets.explorer import Control, Explorer, explorer


def _percent_axis(axis: Any) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))


def discount_explorer(
    discount_days: float = 10, bank: float = 0.08, mode: str | None = None
) -> Explorer:
    """Explore what it costs to let a cash discount pass (放弃现金折扣的成本).

    Parameters
    ----------
    discount_days : float
        Days within which the discount is granted.
    bank : float
        Rate per year at which the buyer could borrow instead.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.credit.discount_cost`.

    Examples
    --------
    >>> discount_explorer()
    Explorer: What does it cost to pay late?
    """
    first = _checks.number(discount_days, "discount_days", 0)
    rate = _checks.number(bank, "bank", 0)
    gaps = np.arange(10, 91)

    def draw(ax: Axes, discount: float, gap: float) -> str:
        net = first + gap
        for compound, colour, word in (
            (False, BLUE, _("simple")),
            (True, ORANGE, _("compound")),
        ):
            cost = credit.discount_cost(discount, first, first + gaps, compound=compound)
            ax.plot(first + gaps, cost, color=colour, label=word)
        simple = credit.discount_cost(discount, first, net)
        real = credit.discount_cost(discount, first, net, compound=True)
        ax.plot([net, net], [simple, real], "o", color=INK, markersize=7)
        if real > 1:  # above the picture
            ax.annotate("", (net, 1), (net, 0.9), arrowprops={"arrowstyle": "->", "color": INK})
        ax.axhline(rate, color=MUTED, linewidth=1.4, linestyle=(0, (4, 3)))
        ax.text(first + 91, rate, _("bank {rate}").format(rate=percent(rate)), ha="right",
                va="bottom", fontsize=9.5)  # fmt: skip
        ax.set_xlim(first + 9, first + 92)
        ax.set_ylim(0, 1)
        _percent_axis(ax.yaxis)
        ax.set_xlabel(_("day on which one pays in the end"))
        ax.set_ylabel(_("cost per year"))
        ax.legend(loc="upper right", fontsize=9)
        terms = f"{100 * discount:g}/{first:g} net {net:g}"
        ax.set_title(_("{terms}: waiting costs {cost} a year").format(
            terms=terms, cost=percent(simple, 1)))  # fmt: skip
        dear = simple > rate
        advice = (
            _("Borrow from the bank and take the discount.")
            if dear
            else _("The supplier's credit is cheaper than the bank's: pay late.")
        )
        sentence = _("{terms}: {simple} simple, {real} compound; the bank asks {bank}. {advice}")
        return sentence.format(
            terms=terms, simple=percent(simple, 1), real=percent(real, 1), bank=percent(rate, 1),
            advice=advice,
        )  # fmt: skip

    return explorer(
        draw,
        Control("discount", _("discount"), [x / 1000 for x in range(5, 36, 5)], 0.02,
                lambda value: percent(value, 1)),
        Control("gap", _("days later"), range(10, 91, 5), 20, lambda days: f"{days:g}", every=2),
        title=_("What does it cost to pay late?"),
        mode=mode,
    )  # fmt: skip


def terms_explorer(
    old: Any = None,
    new: Any = None,
    variable_cost: float = 0.75,
    rate: float = 0.1,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore when looser terms pay, by extra sales and bad debts (放宽信用条件的盈亏平衡线).

    Parameters
    ----------
    old : CreditPolicy, optional
        As in :func:`crmlab.credit.terms_change`; an invented policy without it.
    new : CreditPolicy, optional
        The same; its sales and bad debts are set by the sliders.
    variable_cost, rate : float
        As in :func:`crmlab.credit.terms_change`.
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
        As :func:`crmlab.credit.terms_change`.

    Examples
    --------
    >>> terms_explorer()
    Explorer: When do looser terms pay?
    """
    before = credit.CreditPolicy(1_000_000, 35, 0.01, 10_000) if old is None else old
    after = credit.CreditPolicy(1_000_000, 65, 0.02, 15_000) if new is None else new
    base = {name: getattr(after, name) for name in ("days", "collection_cost", "discount",
            "discount_days", "discount_share")}  # fmt: skip

    def at(growth: float, bad: float) -> credit.TermsChange:
        policy = credit.CreditPolicy((1 + growth) * before.sales, bad_debts=bad, **base)
        return credit.terms_change(before, policy, variable_cost, rate)

    growths = np.linspace(0, 0.3, 31)
    even = np.array([at(growth, 0.0).break_even_bad_debts for growth in growths])

    def draw(ax: Axes, growth: float, bad: float) -> str:
        ax.fill_between(growths, np.clip(even, 0, 1), 0.08, color=RED, alpha=0.15)
        ax.fill_between(growths, 0, np.clip(even, 0, 1), color=BLUE, alpha=0.15)
        ax.plot(growths, even, color=INK, linewidth=1.6)
        result = at(growth, bad)
        ax.plot(growth, bad, "o", color=GREEN if result.pays else RED, markersize=11, zorder=4,
                clip_on=False)  # fmt: skip
        ax.text(0.29, 0.006, _("pays"), ha="right", color=INK, fontsize=10, fontweight="bold")
        ax.text(0.01, 0.074, _("does not pay"), va="top", color=INK, fontsize=10,
                fontweight="bold")  # fmt: skip
        ax.set_xlim(0, 0.3)
        ax.set_ylim(0, 0.08)
        _percent_axis(ax.xaxis)
        _percent_axis(ax.yaxis)
        ax.grid(visible=False)
        ax.set_xlabel(_("extra sales"))
        ax.set_ylabel(_("bad debts, of all sales"))
        ax.set_title(_("Change in profit: {change} {unit} a year").format(
            change=money(result.change), unit=unit))  # fmt: skip
        lines = result.table["change"]
        allowed = result.break_even_bad_debts
        limit = (
            _("bad debts may be at most {rate}").format(rate=percent(allowed, 1))
            if allowed > 0
            else _("even without bad debts it would not pay")
        )
        return _(
            "Contribution {gain}, carrying cost {carry}, bad debts {bad}, collection {collect} "
            "{unit}; with {growth} extra sales {limit}."
        ).format(
            gain=money(lines["contribution"]), carry=money(lines["carrying cost"]),
            bad=money(lines["bad debts"]), collect=money(lines["collection cost"]), unit=unit,
            growth=percent(growth), limit=limit,
        )  # fmt: skip

    return explorer(
        draw,
        Control("growth", _("extra sales"), [x / 100 for x in range(0, 31, 2)], 0.12, percent,
                every=3),
        Control("bad", _("bad debts of the new terms"), [x / 1000 for x in range(0, 71, 5)], 0.02,
                lambda value: percent(value, 1), every=4),
        title=_("When do looser terms pay?"),
        mode=mode,
    )  # fmt: skip


def collection_explorer(
    stages: Any = None, rate: float = 0.1, unit: str = "yuan", mode: str | None = None
) -> Explorer:
    """Explore how far to go with a debt, by its size and the chance of the last step (停止点).

    Parameters
    ----------
    stages : DataFrame, optional
        As in :func:`crmlab.credit.collection_plan`; the invented ones of
        :func:`crmlab.credit.collection_stages` without it.
    rate : float
        Discount rate per year.
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
        As :func:`crmlab.credit.collection_plan`.

    Examples
    --------
    >>> collection_explorer()
    Explorer: How far should one go?
    """
    table = credit.collection_stages() if stages is None else stages
    last = table.index[-1]

    def plan(amount: float, chance: float) -> credit.CollectionPlan:
        changed = table.assign(chance=[*table["chance"].iloc[:-1], chance])
        return credit.collection_plan(changed, amount, rate)

    def draw(ax: Axes, amount: float, chance: float) -> str:
        result = plan(amount, chance)
        shares = np.append(0.0, result.table["stop_after"]) / amount
        names = [_("nothing"), *map(str, table.index)]
        best = 0 if result.stop is None else names.index(str(result.stop))
        place = np.arange(shares.size)
        shown = np.clip(shares, -0.3, 1)
        colours = [GREEN if i == best else (SKY if v >= 0 else RED) for i, v in enumerate(shares)]
        ax.bar(place, shown, 0.65, color=colours)
        for i, share in enumerate(shares):
            word = f"{100 * share:,.0f}\N{NO-BREAK SPACE}%".replace("-", "\N{MINUS SIGN}")
            ax.text(i, max(shown[i], 0) + 0.02, word, ha="center", fontsize=8.5)
        deep = shares < -0.3
        ax.plot(place[deep], np.full(deep.sum(), -0.26), "v", color="white", markersize=7)
        ax.axhline(0, color=MUTED, linewidth=1)
        ax.set_xticks(place, names, fontsize=9.5)
        ax.set_ylim(-0.3, 1.05)
        _percent_axis(ax.yaxis)
        label = _("last step that is taken")
        ax.set_xlabel(label + (_(" (▼: the bar goes on below)") if deep.any() else ""))
        ax.set_ylabel(_("worth, of the debt"))
        title = (
            _("{amount} {unit}: stop after the {stop}")
            if best
            else _("{amount} {unit}: write it off at once")
        )
        ax.set_title(title.format(amount=money(amount), unit=unit, stop=names[best]))
        return _(
            "A debt of {amount} {unit}, a chance of {chance} at the last step ({last}): the best "
            "plan leaves {value} {unit}, going to the end {end} {unit}."
        ).format(
            amount=money(amount), unit=unit, chance=percent(chance), last=last,
            value=money(result.value), end=money(float(result.table["stop_after"].iloc[-1])),
        )  # fmt: skip

    return explorer(
        draw,
        Control("amount", _("debt"), (5, 50, 150, 500, 1500, 3000, 6000, 12000), 1500,
                lambda amount: f"{money(amount)} {unit}"),
        Control("chance", _("chance of the last step"), [x / 20 for x in range(1, 19)], 0.45,
                percent, every=4),
        title=_("How far should one go?"),
        mode=mode,
    )  # fmt: skip
