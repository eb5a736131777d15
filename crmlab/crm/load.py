"""Bring tables into the CRM database: checked first, then all rows or none."""

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks, datasets
from crmlab._text import _
from crmlab.crm.database import Database, rows_of
from crmlab.crm.schema import NAMES, Field, Table, table

if TYPE_CHECKING:
    import pandas as pd

#: How many bad rows a report names for each fault.
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class ImportReport:
    """What came of an import, made by :func:`import_table`.

    Attributes
    ----------
    table : str
        Where the rows went.
    rows : int
        Rows that were handed in.
    added : int
        Rows that are in the table now and were not before: all of them, or none.
    faults : DataFrame
        One row for each rule that was broken: column, fault, rows (how many), first (the first
        row numbers, from 0).
    repeated : bool
        True if the very same rows had been imported before, so that nothing was to do.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab import crm
    >>> db = crm.connect(engine="sqlite")
    >>> customer = {"customer_id": "C1", "segment": "café", "acquired": "2025-01-31"}
    >>> frame = pd.DataFrame([customer | {"acquisition_cost": 90, "service_cost_per_year": 20}])
    >>> found = import_table(db, "customers", frame)
    >>> found
    ImportReport(customers: 1 of 1 rows added, 0 faults)
    >>> found.to_frame()
    Empty DataFrame
    Columns: [column, fault, rows, first]
    Index: []
    """

    table: str
    rows: int
    added: int
    faults: "pd.DataFrame"
    repeated: bool

    def to_frame(self) -> "pd.DataFrame":
        """Return the faults, one row each.

        Returns
        -------
        DataFrame
        """
        return self.faults

    def __repr__(self) -> str:
        if self.repeated:
            return _("ImportReport({table}: these {n:,} rows were imported before)").format(
                table=self.table, n=self.rows
            )
        return _("ImportReport({table}: {a:,} of {n:,} rows added, {f} faults)").format(
            table=self.table, a=self.added, n=self.rows, f=len(self.faults)
        )


def import_table(database: Database, name: str, data: "pd.DataFrame") -> ImportReport:
    """Import the rows of a frame into one table: all of them, or none (导入).

    Every row is checked before the first one is written: columns, types, missing values, keys
    that come twice or are there already, and keys of other tables that do not exist. If
    anything is wrong nothing is written and the report says what. The same rows handed in again
    change nothing.

    Parameters
    ----------
    database : Database
        As :func:`connect` returns it.
    name : str
        A table of :func:`schema`.
    data : DataFrame
        The rows, with the columns of the table in any order; a column whose values may be
        missing may be left out.

    Returns
    -------
    ImportReport
        With the faults, if there are any.

    Raises
    ------
    ValueError, TypeError
        If the table is unknown, or the frame is empty, lacks a column or has an unknown one.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab import crm
    >>> db = crm.connect(engine="sqlite")
    >>> customer = {"customer_id": "C1", "segment": "café", "acquired": "2025-01-31"}
    >>> frame = pd.DataFrame([customer | {"acquisition_cost": 90, "service_cost_per_year": 20}])
    >>> import_table(db, "customers", frame)
    ImportReport(customers: 1 of 1 rows added, 0 faults)
    >>> import_table(db, "customers", frame)
    ImportReport(customers: these 1 rows were imported before)
    >>> frame["acquisition_cost"] = 80
    >>> import_table(db, "customers", frame).faults
            column             fault  rows first
    0  customer_id  is there already     1     0
    """
    _checks.instance(database, "database", Database)
    where = table(_checks.choice(name, "name", NAMES))
    rows = _arranged(data, where)
    odd = _lists(rows, where)
    if odd:
        return ImportReport(name, len(rows), 0, _faults(odd), repeated=False)
    mark = _fingerprint(rows)
    seen = database.run(
        "SELECT 1 FROM imports WHERE table_name = ? AND fingerprint = ?", [name, mark]
    ).fetchone()
    if seen:
        return ImportReport(name, len(rows), 0, _faults([]), repeated=True)
    found = _types(rows, where)
    if not found:
        found = _keys(database, rows, where) + _pointers(database, rows, where)
    if found:
        return ImportReport(name, len(rows), 0, _faults(found), repeated=False)
    try:
        with database.transaction():
            _insert(database, where, rows)
            _note(database, name, mark, len(rows))
    except Exception as error:  # a rule of the database itself, such as amount > 0
        reason = str(error).splitlines()[0]
        broken = [("", reason, len(rows), "")]
        return ImportReport(name, len(rows), 0, _faults(broken), repeated=False)
    return ImportReport(name, len(rows), len(rows), _faults([]), repeated=False)


def _arranged(frame: "pd.DataFrame", where: Table) -> "pd.DataFrame":
    """Return the frame with the table's columns in their order."""
    needed = [field.name for field in where.fields if field.required]
    _checks.columns(frame, "data", needed)
    unknown = [str(column) for column in frame.columns if column not in where.names]
    if unknown:
        raise ValueError(
            _("frame must have columns of the table {name} only; got {unknown}").format(
                name=where.name, unknown=", ".join(unknown)
            )
        )
    return frame.reindex(columns=list(where.names)).reset_index(drop=True)


def _fingerprint(rows: "pd.DataFrame") -> str:
    """Return a hash of the values in their order."""
    import pandas as pd

    each = pd.util.hash_pandas_object(rows)
    return hashlib.sha256(each.to_numpy().tobytes()).hexdigest()[:32]


Fault = tuple[str, str, int, str]


def _fault(bad: "pd.Series", column: str, what: str) -> list[Fault]:
    """Describe the rows that are True, if there are any."""
    places = [str(place) for place in bad.index[bad.to_numpy(dtype=bool)]]
    more = ", …" if len(places) > _SHOWN else ""
    return [(column, what, len(places), ", ".join(places[:_SHOWN]) + more)] if places else []


def _faults(found: list[Fault]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(found, columns=["column", "fault", "rows", "first"])


def _lists(rows: "pd.DataFrame", where: Table) -> list[Fault]:
    """Find entries that are lists or the like, which no column can hold."""
    found: list[Fault] = []
    for field in where.fields:
        if rows[field.name].dtype == object:
            plain = rows[field.name].map(lambda value: isinstance(value, Hashable)).astype(bool)
            found += _fault(~plain, field.name, _("is no {type}").format(type=field.type))
    return found


def _types(rows: "pd.DataFrame", where: Table) -> list[Fault]:
    """Check missing values and types, and turn each column into its type."""
    found: list[Fault] = []
    for field in where.fields:
        column = rows[field.name]
        absent = column.isna()
        if field.required:
            found += _fault(absent, field.name, _("is missing"))
        typed, wrong = _typed(column, field)
        found += _fault(wrong & ~absent, field.name, _("is no {type}").format(type=field.type))
        rows[field.name] = typed
    return found


def _typed(column: "pd.Series", field: Field) -> "tuple[pd.Series, pd.Series]":
    """Return a column in the type of its field, and where a value is not of it."""
    import pandas as pd

    if field.type == "text":
        if pd.api.types.infer_dtype(column, skipna=True) in ("string", "empty"):
            return column, column.isna()
        return column, ~column.map(lambda value: isinstance(value, str)).astype(bool)
    if field.type == "date":
        if not _checks.is_dates(column):  # a number is no date
            column = column.where(
                column.map(lambda value: isinstance(value, str | date)).astype(bool)
            )
        typed = pd.to_datetime(column, errors="coerce", format="ISO8601")
        return typed, typed.isna()
    if field.type == "flag":
        return column, ~column.isin([True, False])
    number = pd.to_numeric(column, errors="coerce")
    number = number.where(number.abs() <= _checks.LARGEST)
    wrong = number.isna()
    if field.type == "integer":
        wrong |= number % 1 != 0
    if field.type == "money":
        wrong |= (number.round(2) - number).abs() > 1e-9
    return number, wrong


def _known(database: Database, name: str, key: str) -> "pd.Index":
    """Return the keys that a table has."""
    import pandas as pd

    return pd.Index([row[0] for row in database.run(f"SELECT {key} FROM {name}").fetchall()])


def _among(column: "pd.Series", known: "pd.Index") -> "pd.Series":
    """Tell which values are known; each different value is looked up once."""
    import pandas as pd

    codes, different = pd.factorize(column)
    found = pd.Index(different).isin(known)
    return pd.Series(np.append(found, False)[codes], column.index)


def _keys(database: Database, rows: "pd.DataFrame", where: Table) -> list[Fault]:
    """Check that every key is new, among the rows and in the table."""
    key = list(where.key)
    label = ", ".join(key)
    found = _fault(rows.duplicated(key), label, _("comes twice"))
    if len(key) == 1:
        known = _known(database, where.name, label)
        found += _fault(_among(rows[label], known), label, _("is there already"))
    return found


def _pointers(database: Database, rows: "pd.DataFrame", where: Table) -> list[Fault]:
    """Check that what a row points to exists."""
    found: list[Fault] = []
    for field in where.fields:
        if field.points_to:
            known = _known(database, field.points_to, table(field.points_to).key[0])
            lost = rows[field.name].notna() & ~_among(rows[field.name], known)
            what = _("is not in {table}").format(table=field.points_to)
            found += _fault(lost, field.name, what)
    return found


def _insert(database: Database, where: Table, rows: "pd.DataFrame") -> None:
    """Write the rows in the engine's fastest way."""
    names = ", ".join(where.names)
    if database.engine == "duckdb":
        database.connection.register("handed_in", rows)
        database.run(f"INSERT INTO {where.name} ({names}) SELECT {names} FROM handed_in")
        database.connection.unregister("handed_in")
        return
    places = ", ".join("?" for _name in where.names)
    sql = f"INSERT INTO {where.name} ({names}) VALUES ({places})"
    if database.engine == "postgresql":
        with database.connection.cursor() as cursor:
            cursor.executemany(sql.replace("?", "%s"), rows_of(rows))
        return
    database.connection.executemany(sql, rows_of(rows))


def _note(database: Database, name: str, mark: str, n: int) -> None:
    """Write the import down, so that the same rows are known again."""
    number = int(database.run("SELECT COALESCE(MAX(import_id), 0) + 1 FROM imports").fetchone()[0])
    at = datetime.now(UTC).isoformat(timespec="seconds")
    database.run("INSERT INTO imports VALUES (?, ?, ?, ?, ?)", [number, name, mark, n, at])


#: Table: the set it is filled from, and what the set calls the columns.
_SOURCES: dict[str, tuple[str, dict[str, str]]] = {
    "customers": ("company_customers", {"customer_id": "customer"}),
    "contacts": ("company_people", {"person_id": "person", "customer_id": "customer"}),
    "orders": (
        "company_orders",
        {"order_id": "order", "customer_id": "customer", "ordered": "date"},
    ),
    "invoices": (
        "company_invoices",
        {
            "invoice_id": "invoice",
            "customer_id": "customer",
            "order_id": "order",
            "invoiced": "date",
        },
    ),
    "payments": (
        "company_payments",
        {
            "payment_id": "payment",
            "customer_id": "customer",
            "invoice_id": "invoice",
            "paid": "date",
        },
    ),
    "credit_notes": (
        "company_credit_notes",
        {"note_id": "note", "customer_id": "customer", "invoice_id": "invoice", "noted": "date"},
    ),
    "tickets": (
        "company_tickets",
        {"ticket_id": "ticket", "customer_id": "customer", "order_id": "order"},
    ),
    "leads": ("company_leads", {"lead_id": "lead", "customer_id": "customer"}),
}
_SURVEYED = "2024-11-15"


def company_tables() -> "dict[str, pd.DataFrame]":
    """Return the tables of the simulated company as the CRM database wants them (SYNTHETIC).

    Returns
    -------
    dict of str to DataFrame
        One frame for each table that is filled, parents before their children.

    Examples
    --------
    >>> tables = company_tables()
    >>> list(tables)[:3], len(tables["orders"])
    (['customers', 'contacts', 'orders'], 22112)
    """
    tables = {}
    for name, (source, columns) in _SOURCES.items():
        frame = datasets.load(source).rename(columns={old: new for new, old in columns.items()})
        tables[name] = frame[[column for column in table(name).names if column in frame]]
    survey = datasets.load("company_survey")
    numbers = survey.astype(dict.fromkeys(survey.columns.drop("customer"), float))
    answers = numbers.melt("customer", var_name="question", value_name="points").dropna()
    answers = answers.rename(columns={"customer": "customer_id"})
    tables["answers"] = answers.assign(asked=_SURVEYED)
    return tables


def load_company(
    database: Database, day: Any = "2025-12-31", tables: "Mapping[str, pd.DataFrame] | None" = None
) -> "pd.DataFrame":
    """Fill an empty CRM database with the simulated company, in one transaction.

    Parameters
    ----------
    database : Database
        Open and empty.
    day : date or str
        The day from which the views look back.
    tables : mapping of str to DataFrame, optional
        The tables to load; :func:`company_tables` without it.

    Returns
    -------
    DataFrame
        One row per table: rows.

    Raises
    ------
    ValueError
        If a table is refused; nothing is loaded then, and the message names the first fault.

    Examples
    --------
    >>> from crmlab import crm
    >>> db = crm.connect(engine="sqlite")
    >>> int(load_company(db).loc["orders", "rows"])
    22112
    """
    import pandas as pd

    _checks.instance(database, "database", Database)
    _checks.day(day, "day")
    given = (
        company_tables() if tables is None else _checks.mapped(tables, "tables", "names to frames")
    )
    for name, frame in given.items():
        _checks.choice(name, "tables", NAMES)
        _checks.instance(frame, f"tables[{name!r}]", pd.DataFrame)
    sizes = {}
    with database.transaction():
        for name, frame in given.items():
            report = import_table(database, name, frame)
            if report.added != report.rows:
                fault = "" if report.faults.empty else report.faults.to_string(index=False)
                raise ValueError(
                    _("tables must load without a fault; got {report}: {fault}").format(
                        report=report, fault=fault
                    )
                )
            sizes[name] = report.added
        database.set_day(day)
    return pd.DataFrame({"rows": sizes}).rename_axis("table")
