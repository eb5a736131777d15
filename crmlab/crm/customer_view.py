"""One customer from all sides: what every department knows, on one page."""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.crm.database import Database, plain
from crmlab.crm.schema import FLAGS, TABLES

if TYPE_CHECKING:
    import pandas as pd

#: Section of the page: the view that it shows, and the columns that belong there.
_SECTIONS = {
    "profile": ("segment", "region", "channel", "acquired", "contacts", "referred"),
    "consumption": ("orders", "revenue", "margin", "revenue_year", "margin_year", "last_order"),
    "satisfaction": ("satisfaction", "asked", "complaints_year", "open_tickets"),
    "loyalty": ("orders_year", "orders_year_before", "loyalty", "recommend", "share_of_wallet"),
    "arrears": ("open", "not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90",
                "on_account"),
    "credit": ("grade", "credit_limit", "headroom", "days_late", "paid_on_time", "blocked"),
    "churn": ("days_silent", "usual_gap", "state"),
}  # fmt: skip

_TABLE = (
    '<table style="border-collapse: separate; border-spacing: 0.9em 0.1em; min-width: 24em; '
    'margin: 0 0 0.8em; text-align: left">'
)
_FACTS = [(part, name) for part, names in _SECTIONS.items() for name in names]

#: Kind of event: table, its column of the day, and what is told about it.
_EVENTS = {
    "order": ("orders", "ordered", "product", "amount"),
    "invoice": ("invoices", "invoiced", "invoice_id", "amount"),
    "payment": ("payments", "paid", "payment_id", "amount"),
    "credit note": ("credit_notes", "noted", "reason", "amount"),
    "ticket": ("tickets", "opened", "cause", "compensation"),
}

_PAGE = (
    "SELECT "
    + ", ".join(f"{part}.{name}" for part, names in _SECTIONS.items() for name in names)
    + " FROM profile "
    + " ".join(f"JOIN {part} USING (customer_id)" for part in list(_SECTIONS)[1:])
    + " WHERE customer_id = ?"
)
_HISTORY = (
    " UNION ALL ".join(
        f"SELECT {when} AS day, '{kind}' AS kind, {what} AS what, {amount} AS amount"
        f" FROM {source} JOIN as_of a ON {when} <= a.day"
        for kind, (source, when, what, amount) in _EVENTS.items()
    )
    + " UNION ALL SELECT asked, 'survey', CAST(COUNT(*) AS TEXT) || ' answers', NULL"
    " FROM answers JOIN as_of a ON asked <= a.day GROUP BY asked"
    " ORDER BY 1, 2, 3"
)


@dataclass(frozen=True, eq=False)
class CustomerView(Drawable):
    """One customer from all sides, made by :func:`customer_view` (客户全景视图).

    Attributes
    ----------
    customer : str
        Whose page it is.
    day : Timestamp
        The day from which it looks back.
    facts : DataFrame
        One row per fact: section, fact, value.
    events : DataFrame
        One row per event, in order of time: day, kind (order, invoice, payment, credit note,
        ticket or survey), what, amount.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.crm import connect, load_company
    >>> db = connect(engine="sqlite")
    >>> customers = pd.DataFrame({"customer_id": ["C1"], "segment": ["café"],
    ...     "acquired": ["2025-01-31"], "acquisition_cost": [90], "service_cost_per_year": [20]})
    >>> people = pd.DataFrame({"person_id": ["H1"], "customer_id": ["C1"], "name": ["Wei Li"],
    ...     "consent": [True]})
    >>> sizes = load_company(db, "2025-12-31", {"customers": customers, "contacts": people})
    >>> view = customer_view(db, "C1")
    >>> view
    CustomerView(C1 on 2025-12-31: 37 facts, 0 events)
    >>> view.to_frame().head(2)
       section     fact value
    0  profile  segment  café
    1  profile   region  None
    >>> view.to_html(last=5).startswith("<")
    True
    """

    customer: str
    day: "pd.Timestamp"
    facts: "pd.DataFrame"
    events: "pd.DataFrame"

    _picture = "customer_view"

    def to_frame(self) -> "pd.DataFrame":
        """Return the facts, one row each.

        Returns
        -------
        DataFrame
        """
        return self.facts

    def __repr__(self) -> str:
        return _("CustomerView({customer} on {day:%Y-%m-%d}: {f} facts, {e} events)").format(
            customer=self.customer, day=self.day, f=len(self.facts), e=len(self.events)
        )

    def to_html(self, last: int = 12) -> str:
        """Return the page: one table per section, then the latest events.

        Parameters
        ----------
        last : int
            How many events to show.

        Returns
        -------
        str
            HTML with headings, captions and headers of rows, which a screen reader can follow.

        Raises
        ------
        ValueError, TypeError
            If `last` is not a whole number of at least 0.
        """
        shown = _checks.count(last, "last", 0)
        parts = [f"<h3>{html.escape(self.customer)}</h3>"]
        for section, facts in self.facts.groupby("section", sort=False):
            rows = "".join(
                f'<tr><th scope="row">{html.escape(fact)}</th><td>{_worded(value)}</td></tr>'
                for fact, value in zip(facts["fact"], facts["value"], strict=True)
            )
            parts.append(f"{_TABLE}<caption>{html.escape(str(section))}</caption>{rows}</table>")
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in self.events.columns)
        rows = "".join(
            "<tr>" + "".join(f"<td>{_worded(value)}</td>" for value in event) + "</tr>"
            for event in self.events.tail(shown)[::-1].itertuples(index=False)
        )
        caption = _("latest events")
        parts.append(f"{_TABLE}<caption>{caption}</caption><tr>{head}</tr>{rows}</table>")
        return f'<div class="crmlab-customer">{"".join(parts)}</div>'

    _repr_html_ = to_html


def _worded(value: Any) -> str:
    """Return a value as the page shows it."""
    if value is None or value != value:
        return "–"
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y-%m-%d"))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return html.escape(str(value))


def customer_view(database: Database, customer: str) -> CustomerView:
    """Show one customer from all sides, as every department knows it (客户360°视图).

    Parameters
    ----------
    database : Database
        As :func:`connect` returns it, with the day set.
    customer : str
        The customer's identifier.

    Returns
    -------
    CustomerView

    Raises
    ------
    ValueError
        If the customer is not in the database on that day.

    Examples
    --------
    >>> from crmlab import crm
    >>> db = crm.connect(engine="sqlite")
    >>> _rows = crm.load_company(db)
    >>> customer_view(db, "C0003")
    CustomerView(C0003 on 2025-12-31: 37 facts, 53 events)
    """
    import pandas as pd

    _checks.instance(database, "database", Database)
    _checks.instance(customer, "customer", str)
    with _alone(database, customer) as own:
        day = own.run("SELECT day FROM as_of").fetchone()
        if day is None:
            raise ValueError(_("database must have its day set by `set_day`; got none"))
        found = own.run(_PAGE, [customer]).fetchone()
        if found is None:
            raise ValueError(
                _("customer must be in the database on {day}; got {customer!r}").format(
                    day=day[0], customer=customer
                )
            )
        events = own.query(_HISTORY)
    facts = [(part, name.replace("_", " ")) for part, name in _FACTS]
    table = pd.DataFrame(facts, columns=["section", "fact"])
    values = [
        bool(value) if name in FLAGS and value is not None else value
        for (_part, name), value in zip(_FACTS, found, strict=True)
    ]
    table["value"] = pd.Series(values, dtype=object)
    return CustomerView(customer, pd.Timestamp(day[0]), table, events)


@contextmanager
def _alone(database: Database, customer: str) -> Iterator[Database]:
    """Copy the few rows of one customer into a database of their own, with the same views.

    A view that reads every order would take long to tell of one customer. Here it reads only
    that customer's, and its text stands in one place. The database is kept for the next customer,
    but what was copied is gone when the page is made.
    """
    own = database.scratch
    own.run("BEGIN")
    try:
        for name, rows, marks, places in _copies():
            found = database.run(rows, [customer] * marks).fetchall()
            if found:
                plain_rows = [[plain(value) for value in row] for row in found]
                own.connection.executemany(f"INSERT INTO {name} VALUES ({places})", plain_rows)
        yield own
    finally:
        own.run("ROLLBACK")


@cache
def _copies() -> list[tuple[str, str, int, str]]:
    """Return for each table its name, how to select one customer's rows, and places for them."""
    copies: list[tuple[str, str, int, str]] = []
    for table in TABLES:
        rows, places = f"SELECT * FROM {table.name}", ", ".join("?" * len(table.fields))
        if table.name == "customers":  # those whom the customer referred are counted
            copies.append(
                (table.name, rows + " WHERE customer_id = ? OR referred_by = ?", 2, places)
            )
        elif "customer_id" in table.names:
            copies.append((table.name, rows + " WHERE customer_id = ?", 1, places))
        elif table.name == "as_of":
            copies.append((table.name, rows, 0, places))
    return copies
