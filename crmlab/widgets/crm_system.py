"""Explorers of the CRM system (chapter 16)."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from crmlab import crm, datasets
from crmlab._text import _
from crmlab.plots import customer_view as draw_customer
from crmlab.plots import money, percent
from crmlab.plots.style import BLUE, MUTED, ORANGE, PALE, RED
from crmlab.widgets.explorer import Control, Explorer, explorer

_CHOSEN = ("C0533", "C0003", "C0061", "C0757", "C0004", "C1080")
_DAYS = pd.date_range("2022-12-01", "2025-12-01", freq="6MS") + pd.offsets.MonthEnd(0)
#: The day on which the rule is tried, and the last day of the data.
_TRIED, _LAST = pd.Timestamp("2025-06-30"), pd.Timestamp("2025-12-31")


def _some(customers: Sequence[str]) -> crm.Database:
    """Return a database that holds only these customers of the simulated company."""
    database = crm.connect(engine="sqlite")
    tables = {
        name: frame[frame["customer_id"].isin(list(customers))]
        for name, frame in crm.company_tables().items()
    }
    everybody = datasets.load("company_customers").rename(columns={"customer": "customer_id"})
    sent = everybody["referred_by"].isin(list(customers))  # they are counted on the pages
    kept = everybody[sent | everybody["customer_id"].isin(list(customers))]
    tables["customers"] = kept[tables["customers"].columns]
    crm.load_company(database, tables={name: rows for name, rows in tables.items() if len(rows)})
    return database


def customer_explorer(
    customers: Sequence[str] = _CHOSEN, unit: str = "yuan", mode: str | None = None
) -> Explorer:
    """Explore what each department knows of a customer on a day (客户360°视图).

    Parameters
    ----------
    customers : sequence of str
        Customers of the simulated company.
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
        If `customers` is empty or has an unknown customer, or `mode` is unknown.

    Examples
    --------
    >>> customer_explorer(["C0003"])
    Explorer: A customer phones: who knows what?
    """
    names = _known(customers)
    database = _some(names)
    database.set_day(_LAST)
    tops = {name: _largest(crm.customer_view(database, name)) for name in names}
    since = database["customers"].set_index("customer_id")["acquired"]

    def draw(ax: Axes, who: float, when: float) -> str:
        name, day = names[int(who)], _DAYS[int(when)]
        if since[name] > day:
            ax.set_axis_off()
            ax.set_title(_("{customer} is not a customer yet").format(customer=name))
            ax.text(0.5, 0.5, _("nothing is known"), ha="center", va="center", color=MUTED,
                    transform=ax.transAxes)  # fmt: skip
            return _("{customer} first ordered on {day:%Y-%m-%d}.").format(
                customer=name, day=since[name]
            )
        database.set_day(day)
        page = crm.customer_view(database, name)
        draw_customer(page, ax, unit=unit, top=tops[name])
        first = float(date2num(since[name]))
        ax.set_xlim(first - 30, float(date2num(_LAST)) + 30)
        ax.axvline(float(date2num(day)), color=MUTED, linewidth=1, linestyle=":")
        return _told(page)

    last = len(_DAYS) - 1
    return explorer(
        draw,
        Control("who", _("customer"), list(range(len(names))), 0, lambda i: names[int(i)]),
        Control("when", _("as known on"), list(range(last + 1)), last,
                lambda i: f"{_DAYS[int(i)]:%Y-%m-%d}", every=2),
        title=_("A customer phones: who knows what?"),
        mode=mode,
    )  # fmt: skip


def _known(customers: Sequence[str]) -> list[str]:
    """Check the customers, and return them as a list."""
    if isinstance(customers, str):
        raise TypeError(
            _("customers must be a list of customers; got {value!r}").format(value=customers)
        )
    names = list(customers)
    there = set(datasets.load("company_customers")["customer"])
    unknown = [name for name in names if name not in there]
    if not names or unknown:
        raise ValueError(
            _("customers must be customers of the simulated company; got {what}").format(
                what=", ".join(map(str, unknown)) or _("none")
            )
        )
    return names


def _facts(page: crm.CustomerView) -> dict[tuple[str, str], Any]:
    """Return the facts of a page by section and name."""
    table = page.facts
    named: Any = zip(table["section"], table["fact"], strict=True)
    return dict(zip(named, table["value"], strict=True))


def _largest(page: crm.CustomerView) -> float:
    """Return the largest order or payment on a page."""
    kinds = page.events["kind"].isin(["order", "payment"])
    return float(page.events["amount"][kinds].max())


def _told(page: crm.CustomerView) -> str:
    """Say what sales, service and accounts each know."""
    facts = _facts(page)
    late = sum(float(facts["arrears", name] or 0) for name in
               ("days 1 30", "days 31 60", "days 61 90", "days over 90"))  # fmt: skip
    satisfied = facts["satisfaction", "satisfaction"]
    asked = _("never answered a survey")
    if satisfied is not None:
        asked = _("satisfied at {points:.1f} of 10").format(points=satisfied)
    return _(
        "Sales: {orders} orders in the last year, {before} in the year before. Accounts: {open} "
        "open, {late} of it overdue. Service: complaints in the last year: {complaints}; {asked}."
    ).format(
        orders=facts["loyalty", "orders year"],
        before=facts["loyalty", "orders year before"],
        open=money(float(facts["arrears", "open"])),
        late=money(late),
        complaints=facts["satisfaction", "complaints year"],
        asked=asked,
    )


@cache
def _silence() -> pd.DataFrame:
    """Return days silent and usual gap on the day of trial, and who ordered again afterwards."""
    tables = crm.company_tables()
    with crm.connect(engine="sqlite") as database:
        crm.load_company(database, _TRIED, {name: tables[name] for name in ("customers", "orders")})
        found = database["churn"]
    later = tables["orders"]["customer_id"][tables["orders"]["ordered"] > _TRIED]
    found = found[found["orders"] >= 3]
    return found.assign(again=found["customer_id"].isin(later))


def silence_explorer(mode: str | None = None) -> Explorer:
    """Explore from when on a customer who does not order is called silent (客户流失识别).

    The rule is tried on the customers of the simulated company with three orders or more, as they
    were known on 30 June 2025, and held against the half-year that followed.

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
    >>> silence_explorer()
    Explorer: From when on is silence a sign?
    """
    table = _silence()
    gap, days = table["usual_gap"].to_numpy(float), table["days_silent"].to_numpy(float)
    again = table["again"].to_numpy(bool)

    def draw(ax: Axes, times: float, least: float) -> str:
        called = (days > times * gap) & (days >= least)
        cells = np.array([[(called & ~again).sum(), (called & again).sum()],
                          [(~called & ~again).sum(), (~called & again).sum()]])  # fmt: skip
        rows = [0, 1]
        ax.barh(rows, cells[:, 0], 0.55, color=[BLUE, RED])
        ax.barh(rows, cells[:, 1], 0.55, left=cells[:, 0], color=[ORANGE, PALE])
        words = [_("{n} stayed away"), _("{n} ordered again")]
        for row, pair in zip(rows, cells, strict=True):
            parts = [word.format(n=n) for word, n in zip(words, pair, strict=True)]
            ax.text(0, row - 0.4, ", ".join(parts), fontsize=9.5, va="center")
        ax.set_yticks(rows, [_("called\nsilent"), _("called\nactive")])
        ax.set_ylim(1.5, -0.6)
        ax.set_xlim(0, len(table))
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(_("customers with three orders or more"))
        false, missed = _shares(cells)
        ax.set_title(
            _("False alarms {false}, missed {missed}").format(
                false=percent(false), missed=percent(missed)
            )
        )
        return _(
            "{called} of {n} customers are called silent. {back} of them ordered again in the next "
            "half-year (orange); of the {active} called active {gone} did not (red)."
        ).format(
            called=int(cells[0].sum()), n=len(table), back=int(cells[0, 1]),
            active=int(cells[1].sum()), gone=int(cells[1, 0]),
        )  # fmt: skip

    return explorer(
        draw,
        Control("times", _("silent for so many usual gaps"), [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8], 3,
                every=2),
        Control("least", _("and for so many days"), [0, 30, 60, 90, 120, 180, 240], 60, every=2),
        title=_("From when on is silence a sign?"),
        mode=mode,
    )  # fmt: skip


def _shares(cells: np.ndarray) -> tuple[float, float]:
    """Return false alarms among the called, and the missed among those who stayed away."""
    called, away = int(cells[0].sum()), int(cells[:, 0].sum())
    return (
        float(cells[0, 1]) / called if called else 0.0,
        float(cells[1, 0]) / away if away else 0.0,
    )
