"""Pictures of the CRM system: one customer from all sides."""

from typing import TYPE_CHECKING, Any

import matplotlib.dates as mdates
import pandas as pd

from crmlab._text import _
from crmlab.plots.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PINK,
    RED,
    money,
    money_unit,
    picture,
    set_title,
)
from crmlab.plots.style import money_axis as money_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.crm import CustomerView

#: Kind of event: its direction, colour and mark. Invoices repeat the orders and are not drawn.
_MONEY = {
    "order": (1, BLUE, "o"),
    "payment": (-1, GREEN, "o"),
    "credit note": (-1, ORANGE, "s"),
}
_MARKS = {"ticket": (1.28, RED, "v"), "survey": (1.28, PINK, "D")}


@picture
def customer_view(
    result: "CustomerView",
    ax: "Axes",
    *,
    title: str | None = None,
    unit: str | None = None,
    top: float | None = None,
) -> None:
    """Draw one customer over time: orders upwards, money that came in downwards, tickets above.

    Parameters
    ----------
    result : CustomerView
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    unit : str, optional
        Unit of money.
    top : float, optional
        Amount at the end of the axis, so that several customers can be compared.

    Returns
    -------
    matplotlib Axes
    """
    events = result.events
    amounts = events["amount"].where(events["kind"].isin(list(_MONEY)))
    end = top or float(amounts.max() if amounts.notna().any() else 0) or 1.0
    for kind, (sign, colour, mark) in _MONEY.items():
        part = events[events["kind"] == kind]
        if len(part):
            paid = sign * part["amount"].to_numpy(float)
            ax.vlines(part["day"], 0, paid, color=colour, linewidth=1.6)
            ax.plot(part["day"], paid, mark, color=colour, markersize=4, label=_word(kind))
    for kind, (height, colour, mark) in _MARKS.items():
        days = events["day"][events["kind"] == kind]
        if len(days):
            ax.plot(days, [height * end] * len(days), mark, color=colour, markersize=8,
                    markeredgecolor="white", label=_word(kind), clip_on=False)  # fmt: skip
    ax.axhline(0, color=INK, linewidth=1)
    ax.set_ylim(-1.15 * end, 1.45 * end)
    first = events["day"].min() if len(events) else result.day - pd.Timedelta(days=365)
    room = pd.Timedelta(days=max((result.day - first).days, 60) * 0.03)
    ax.set_xlim(_number(first - room), _number(result.day + room))
    locator = mdates.AutoDateLocator(minticks=3, maxticks=7)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, show_offset=False))
    money_ticks(ax.yaxis)
    ax.set_yticks([tick for tick in ax.get_yticks() if abs(tick) <= 1.15 * end])
    ax.yaxis.set_major_formatter(lambda value, _position: money(abs(round(value, 6))))
    ax.set_ylabel(_("paid  ←  {unit}  →  ordered").format(unit=money_unit(unit)))
    if len(events):
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.09), ncols=5, fontsize=9,
                  handletextpad=0.2, columnspacing=1.2)  # fmt: skip
    set_title(ax, title or _sentence(result))


def _number(day: Any) -> float:
    """Return a day as Matplotlib counts it."""
    return float(mdates.date2num(day))


def _word(kind: str) -> str:
    return {
        "order": _("order"),
        "payment": _("payment"),
        "credit note": _("credit note"),
        "ticket": _("ticket"),
        "survey": _("survey"),
    }[kind]


def _sentence(result: "CustomerView") -> str:
    """Say what the departments know together."""
    table = result.facts
    named: Any = zip(table["section"], table["fact"], strict=True)
    facts = dict(zip(named, table["value"], strict=True))
    return _("{customer}: {state}; {orders} orders for {revenue}, {open} open").format(
        customer=result.customer,
        state=facts["churn", "state"],
        orders=facts["consumption", "orders"],
        revenue=money(float(facts["consumption", "revenue"])),
        open=money(float(facts["arrears", "open"])),
    )
