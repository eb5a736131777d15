"""Explorers of receivables (chapter 13)."""

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from crmlab import _checks, credit, datasets
from crmlab._text import _
from crmlab.plots import allowance as plot_allowance
from crmlab.plots import money, order_control, percent, receivables_history
from crmlab.plots.style import BLUE, MUTED, ORANGE, RED
from crmlab.widgets.explorer import Control, Explorer, explorer

if TYPE_CHECKING:
    from crmlab.credit import ReceivablesHistory

BUCKETS = (0, 30, 60, 90, 180)


@cache
def _company_ledger() -> pd.DataFrame:
    """Lines of the simulated company's ledger, matched by the usual rules."""
    names = ("invoices", "payments", "credit_notes")
    tables = [datasets.load(f"company_{name}") for name in names]
    return credit.match_payments(*tables).ledger


def _months(start: str, end: str) -> list[pd.Timestamp]:
    """Return the ends of the months between two days."""
    return list(pd.date_range(start, end, freq="MS") + pd.offsets.MonthEnd(0))


def ageing_explorer(
    history: "ReceivablesHistory | None" = None, unit: str = "yuan", mode: str | None = None
) -> Explorer:
    """Explore how the ageing of a ledger moves from month to month (账龄分析).

    Parameters
    ----------
    history : ReceivablesHistory, optional
        The days to walk through; the months of the simulated company without it.
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
        If `mode` is unknown.

    Examples
    --------
    >>> ageing_explorer()
    Explorer: How old is the money that is owed?
    """
    found = history
    if found is None:
        days = _months("2024-01-01", "2025-12-01")
        found = credit.receivables_history(_company_ledger(), days, buckets=BUCKETS)
    table, names = found.table, list(found.buckets)
    top = float(table[names].to_numpy().max()) * 1.22

    def draw(ax: Axes, month: float) -> str:
        row = table.iloc[[int(month)]]
        one = credit.ReceivablesHistory(row, found.buckets, found.period)
        receivables_history(one, ax, show="ageing", unit=unit)
        ax.set_ylim(0, top)
        ax.set_ylabel(unit, labelpad=1)
        ax.tick_params(axis="y", labelsize=9)
        late = row[names[1:]].to_numpy().sum()
        last = float(row[names[-1]].iloc[0])
        return _(
            "{whole} is open, {late} of it overdue, and {last} for more than {days} days."
        ).format(
            whole=money(float(row[names].to_numpy().sum())), late=money(late), last=money(last),
            days=names[-1].removeprefix("over "),
        )  # fmt: skip

    def word(month: float) -> str:
        return f"{table.index[int(month)].date():%Y-%m}"

    last = len(table) - 1
    return explorer(
        draw,
        Control(
            "month", _("end of the month"), list(range(last % 2, len(table))), last, word, every=2
        ),
        title=_("How old is the money that is owed?"),
        mode=mode,
    )


def dso_explorer(mode: str | None = None) -> Explorer:
    """Explore what the growth of sales does to DSO while customers pay as before (周转天数).

    Of a month's sales 97 % are open at its end and 45 % a month later; the share that is still
    open two months later is on a slider. A tenth of that is open after another month.

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
    >>> dso_explorer()
    Explorer: Do customers pay later, or do sales only grow?
    """
    growths = np.arange(-10, 11) / 100
    months = 14

    def days(growth: float, slow: float) -> tuple[float, float]:
        sales = (1 + growth) ** np.arange(months)
        owed = float(credit.pattern_receivables(sales, [0.97, 0.45, slow, slow / 10])[-1])
        return (
            credit.simple_dso(owed, float(sales[-3:].sum()), 90),
            credit.count_back(owed, sales, 30),
        )

    def draw(ax: Axes, growth: float, slow: float) -> str:
        found = np.array([days(float(g), slow) for g in growths])
        true = 30 * (0.97 + 0.45 + 1.1 * slow)
        ax.plot(growths, found[:, 0], color=BLUE, label=_("simple, of 90 days"))
        ax.plot(growths, found[:, 1], color=ORANGE, linestyle="--", label=_("count-back"))
        ax.axhline(true, color=MUTED, linewidth=1.2, linestyle="-.", label=_("with steady sales"))
        simple, back = days(growth, slow)
        ax.plot([growth, growth], [simple, back], "o", color=RED, markersize=8)
        ax.vlines(growth, 30, max(simple, back), color=RED, linewidth=1)
        ax.set_xlim(-0.1, 0.1)
        ax.set_xticks(growths[::5])
        ax.set_ylim(30, 70)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))
        ax.set_xlabel(_("growth of sales per month"))
        ax.set_ylabel(_("days sales outstanding"))
        ax.legend(loc="upper right", fontsize=9)
        ax.set_title(
            _("Sales {growth}: {simple:.1f} days simple, {back:.1f} by count-back").format(
                growth=_signed(growth), simple=simple, back=back
            ),
            fontsize=11,
        )
        return _(
            "Customers pay the same at every point of the curves. With steady sales both figures "
            "say {true:.1f} days; now the simple one is off by {simple}, count-back by {back}."
        ).format(true=true, simple=_days_off(simple - true), back=_days_off(back - true))

    return explorer(
        draw,
        Control("growth", _("growth of sales per month"), growths.tolist(), 0.06, _signed, every=4),
        Control("slow", _("open after two months"), [value / 100 for value in range(0, 31, 3)],
                0.12, percent, every=4),
        title=_("Do customers pay later, or do sales only grow?"),
        mode=mode,
    )  # fmt: skip


def _days_off(days: float) -> str:
    return f"{round(days, 1) + 0:+.1f}".replace("-", "\N{MINUS SIGN}")


def _signed(value: float) -> str:
    return f"{100 * value:+.0f} %".replace("-", "\N{MINUS SIGN}")


def _company_chain() -> tuple[Any, pd.Series]:
    """Return the chain of the simulated company and its ageing at the end of 2025."""
    ledger = _company_ledger()
    chain = credit.roll_rates(ledger, _months("2024-06-01", "2025-12-01"), buckets=BUCKETS)
    return chain, credit.ageing(ledger, "2025-12-31", buckets=BUCKETS).iloc[0]


def allowance_explorer(unit: str = "yuan", mode: str | None = None) -> Explorer:
    """Explore how roll rates decide the allowance of the simulated company (迁徙率, 坏账准备).

    The sliders set the share of a bucket's money that rolls into the next bucket; the rest of the
    row is paid.

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
    >>> allowance_explorer()
    Explorer: What is a better first month of collection worth?
    """
    chain, aged = _company_chain()
    buckets = [str(name) for name in chain.loss.index]
    k, paid = len(chain.states), len(chain.states)
    base = credit.allowance(aged, chain).total

    def draw(ax: Axes, fresh: float, older: float) -> str:
        matrix = chain.matrix.copy()
        for row, share in ((1, fresh), (2, older)):
            matrix[row] = 0.0
            matrix[row, row + 1], matrix[row, paid] = share, 1 - share
        moved = credit.collection_chain(matrix, chain.states, bad=chain.bad)
        result = credit.allowance(aged, moved)
        part = result.table.loc[buckets[: k - 1]]
        plot_allowance(
            credit.Allowance(result.table.loc[buckets[1:k]]), ax, unit=unit,
            title=_("Allowance {total}: {change} against today").format(
                total=money(result.total), change=_change(result.total - base)),
        )  # fmt: skip
        ax.set_ylim(0, float(aged[buckets[1]]) * 1.3)
        ax.legend(loc="upper right", fontsize=9)
        return _(
            "Of what is in 1-30 days {one} ends as bad, of 31-60 days {two}. The first four "
            "buckets need {sum}; what is older is lost whatever these rates are."
        ).format(
            one=percent(float(moved.loss.iloc[1]), 1), two=percent(float(moved.loss.iloc[2])),
            sum=money(float(part["allowance"].sum())),
        )  # fmt: skip

    return explorer(
        draw,
        Control("fresh", _("rolls from 1-30 to 31-60"), _hundredths(5, 40, 5), 0.15, percent,
                every=2),
        Control("older", _("rolls from 31-60 to 61-90"), _hundredths(5, 75, 10), 0.45, percent,
                every=2),
        title=_("What is a better first month of collection worth?"),
        mode=mode,
    )  # fmt: skip


def _change(value: float) -> str:
    return f"{'+' if value >= 0 else ''}{money(value)}"


def _hundredths(low: int, high: int, step: int) -> list[float]:
    return [value / 100 for value in range(low, high + 1, step)]


def _december() -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Orders of December 2025, the accounts the day before, and purchases of the year before."""
    orders = datasets.load("company_orders")
    now = orders[orders["date"] >= "2025-12-01"]
    year = orders[(orders["date"] < "2025-12-01") & (orders["date"] >= "2024-12-01")]
    status = credit.account_status(_company_ledger(), "2025-11-30")
    bought = year.groupby("customer")["amount"].sum()
    return now, status, bought.reindex(now["customer"].unique(), fill_value=0.0)


def hold_explorer(least: float = 1000, unit: str = "yuan", mode: str | None = None) -> Explorer:
    """Explore which orders a rule of limit and overdue days holds (订单冻结).

    The orders are those of December 2025 of the simulated company, with the accounts as they
    stood the day before. The limit is so many months of a customer's purchases.

    Parameters
    ----------
    least : float
        Smallest limit, at least 0.
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
        If `least` is negative or `mode` unknown.

    Examples
    --------
    >>> hold_explorer()
    Explorer: Which orders wait?
    """
    floor = _checks.number(least, "least", 0)
    orders, status, bought = _december()
    whole = float(orders["amount"].sum())

    def draw(ax: Axes, late: float, months: float) -> str:
        limits = np.maximum(bought / 12 * months, floor)
        result = credit.hold_or_release(orders, status, limits, max_days_late=int(late))
        held, reasons = result.held, result.reasons
        order_control(result, ax, unit=unit)
        ax.set_xlim(0, whole * 1.3)
        ax.tick_params(axis="y", labelsize=9)
        limit, overdue = (int(reasons["orders"][name]) for name in ("limit", "overdue"))
        return _(
            "{n} orders of {amount} {unit} wait: {limit} for the limit, {overdue} for old debts, "
            "{both} of them for both. {share} of the orders' money goes out at once."
        ).format(
            n=len(held), amount=money(float(held["amount"].sum())), limit=limit, overdue=overdue,
            both=limit + overdue - len(held) or _("none"), unit=unit,
            share=percent(1 - float(held["amount"].sum()) / whole),
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "late",
            _("days late allowed"),
            [0, 15, 30, 45, 60, 75, 90],
            30,
            "{:.0f}".format,
            every=2,
        ),
        Control(
            "months",
            _("limit, months of purchases"),
            [1, 2, 3, 4, 6, 9, 12],
            3,
            "{:.0f}".format,
            every=2,
        ),
        title=_("Which orders wait?"),
        mode=mode,
    )
