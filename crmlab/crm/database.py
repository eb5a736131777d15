"""A small CRM database in one file or in memory, with the same SQL in three engines.

DuckDB is what the book uses; SQLite comes with Python and runs in the browser; PostgreSQL is what
a firm with many users at once would take.
"""

import importlib.util
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._text import _
from crmlab.crm.schema import ENGINES, FLAGS, NAMES, schema
from crmlab.crm.views import VIEWS, view_sql

if TYPE_CHECKING:
    import pandas as pd


class Database:
    """An open CRM database, made by :func:`connect` (客户数据库).

    Attributes
    ----------
    engine : {"duckdb", "sqlite", "postgresql"}
        What runs the SQL.
    connection : object
        The engine's own connection, for what this class does not offer.

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
    >>> db
    Database(sqlite, 13 tables, 11 views)
    >>> db.count("contacts")
    1
    >>> with db.transaction():
    ...     done = db.run("UPDATE contacts SET name = ? WHERE person_id = ?", ["Li Wei", "H1"])
    >>> db.query("SELECT name FROM contacts")
         name
    0  Li Wei
    >>> db.set_day("2025-11-30")
    >>> db.close()
    """

    def __init__(self, connection: Any, engine: str) -> None:
        self.connection = connection
        self.engine = engine
        self._depth = 0
        self._scratch: Database | None = None

    def __repr__(self) -> str:
        return _("Database({engine}, {n} tables, {v} views)").format(
            engine=self.engine, n=len(NAMES), v=len(VIEWS)
        )

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Run one statement and return the engine's own cursor.

        A place for a value is written ``?`` in every engine. Values never belong in the text
        of a statement: a customer named ``x'; DROP TABLE orders; --`` is only a name here.

        Parameters
        ----------
        sql : str
            One statement, with ``?`` where a value belongs.
        parameters : sequence
            The values, in the order of the question marks.

        Returns
        -------
        cursor
            What the engine gives back.

        Raises
        ------
        Exception
            If the engine refuses the statement: an error of the engine's own class.
        """
        if self.engine == "postgresql":
            sql = sql.replace("%", "%%").replace("?", "%s")
        return self.connection.execute(sql, tuple(plain(value) for value in parameters))

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> "pd.DataFrame":
        """Return the rows of a SELECT as a table; dates are dates, money is a float.

        Parameters
        ----------
        sql : str
            One SELECT; a place for a value is written ``?``.
        parameters : sequence
            The values, in their order.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError
            If the engine refuses the statement; the message is the engine's.
        """
        import pandas as pd

        try:
            cursor = self.run(sql, parameters)
            rows = cursor.fetchall()
        except Exception as error:  # each engine has error classes of its own
            raise ValueError(_("sql must run; got: {why}").format(why=error)) from None
        names = [column[0] for column in cursor.description]
        frame = pd.DataFrame(rows, columns=names)
        for name in names:
            frame[name] = _flags(frame[name]) if name in FLAGS else _tidy(frame[name])
        return frame

    def __getitem__(self, name: str) -> "pd.DataFrame":
        """Return a whole table or view, sorted by its first column."""
        _checks.choice(name, "name", (*NAMES, *VIEWS))
        return self.query(f"SELECT * FROM {name} ORDER BY 1")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing (事务): what is done inside is kept if no error comes, else undone.

        Transactions may stand inside each other; the outermost decides.

        Returns
        -------
        context manager
            To be used in a ``with`` statement.
        """
        if self._depth == 0:
            self.run("BEGIN")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self.run("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self.run("COMMIT")

    def count(self, name: str) -> int:
        """Return how many rows a table or view has.

        Parameters
        ----------
        name : str
            A table or a view of the database.

        Returns
        -------
        int

        Raises
        ------
        ValueError
            If there is no such table or view.
        """
        _checks.choice(name, "name", (*NAMES, *VIEWS))
        return int(self.run(f"SELECT count(*) FROM {name}").fetchone()[0])

    def set_day(self, day: Any) -> None:
        """Set the day from which the views look back; what came later is not seen by them.

        Parameters
        ----------
        day : date, Timestamp or str
            The last day that the views see.

        Raises
        ------
        ValueError, TypeError
            If `day` is not a date.
        """
        when = _checks.day(day, "day").date()
        with self.transaction():
            self.run("DELETE FROM as_of")
            self.run("INSERT INTO as_of VALUES (?)", [when])

    @property
    def scratch(self) -> "Database":
        """An empty database in memory, made at first need, for work on a few rows."""
        if self._scratch is None:
            self._scratch = connect(engine="sqlite")
            self._scratch.run("PRAGMA foreign_keys = OFF")  # parents of the few rows may be absent
        return self._scratch

    def close(self) -> None:
        """Close the database; one in memory is gone with that."""
        if self._scratch is not None:
            self._scratch.close()
        self.connection.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def plain(value: Any) -> Any:
    """Return a value as every engine takes it: dates in ISO form, missing values as None.

    >>> plain(float("nan")), plain(date(2025, 1, 31))
    (None, '2025-01-31')
    """
    if isinstance(value, datetime):  # a pandas Timestamp is one
        return None if value != value else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if hasattr(value, "item"):  # a number of NumPy's
        value = value.item()
    return None if value != value or value is None else value


def _flags(column: "pd.Series") -> "pd.Series":
    """Return a column of flags as True and False, in every engine, and None where it is empty."""
    known = column.notna()
    if known.all():
        return column.astype(bool)
    return column.astype(object).map({0: False, 1: True}).astype(object).where(known, None)


def _tidy(column: "pd.Series") -> "pd.Series":
    """Return a column of a query's rows as one type: dates, floats for money, or as it is."""
    import pandas as pd

    if column.dtype != object and not pd.api.types.is_string_dtype(column):
        return column
    have = column.dropna()
    if have.empty:
        return column
    first = have.iloc[0]
    if isinstance(first, Decimal):
        return column.astype(float)
    if isinstance(first, date) or (
        isinstance(first, str)
        and _ISO.fullmatch(first)
        and have.map(lambda text: bool(_ISO.fullmatch(text))).all()
    ):
        days = np.array(column.astype(object).where(column.notna(), None), "datetime64[D]")
        return pd.Series(days.astype("datetime64[us]"), column.index)
    return column


def connect(path: Any = ":memory:", engine: str | None = None) -> Database:
    """Open a CRM database, and make its tables and views if it is new (打开数据库).

    Parameters
    ----------
    path : str or Path or connection
        A file, ":memory:" for a database that lives until it is closed, or for PostgreSQL the
        address of the server, such as "postgresql://localhost/crm".
    engine : {"duckdb", "sqlite", "postgresql"}, optional
        "duckdb" needs the package duckdb, "postgresql" the package psycopg and a server; "sqlite"
        comes with Python. Without it DuckDB where it is installed, else SQLite.

    Returns
    -------
    Database

    Raises
    ------
    ImportError
        If the package of the engine is not installed.
    ValueError
        If the engine is unknown or the path has no folder.

    Examples
    --------
    >>> db = connect(engine="sqlite")
    >>> db
    Database(sqlite, 13 tables, 11 views)
    >>> db.count("customers")
    0
    >>> db.close()
    """
    if engine is None:
        engine = "duckdb" if importlib.util.find_spec("duckdb") else "sqlite"
    _checks.choice(engine, "engine", ENGINES)
    if not isinstance(path, str | Path):
        raise TypeError(_("path must be a path or ':memory:'; got {value!r}").format(value=path))
    inside = str(path) == ":memory:" or "://" in str(path)
    if not inside and engine != "postgresql" and not Path(path).absolute().parent.is_dir():
        raise ValueError(
            _("path must be in a folder that exists; got {path!r}").format(path=str(path))
        )
    database = Database(_open(str(path), engine), engine)
    with database.transaction():
        if not _has_tables(database):
            for statement in schema(engine):
                database.run(statement)
            for table in ("orders", "invoices", "payments", "tickets", "contacts"):
                database.run(f"CREATE INDEX {table}_by_customer ON {table} (customer_id)")
            for name in VIEWS:
                database.run(f"CREATE VIEW {name} AS {view_sql(name, engine)}")
    return database


def _open(path: str, engine: str) -> Any:
    """Return the engine's own connection, which commits only when told."""
    package = {"duckdb": "duckdb", "sqlite": "sqlite3", "postgresql": "psycopg"}[engine]
    try:
        module = __import__(package)
    except ImportError:
        raise ImportError(
            _("the engine {engine!r} needs the package {package}: pip install {package}").format(
                engine=engine, package=package
            )
        ) from None
    if engine == "sqlite":
        connection = module.connect(path, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
    return module.connect(path, autocommit=True) if engine == "postgresql" else module.connect(path)


def _has_tables(database: Database) -> bool:
    """Tell whether the schema is there already; a database of something else is refused."""
    catalogue = "sqlite_master" if database.engine == "sqlite" else "information_schema.tables"
    column = "name" if database.engine == "sqlite" else "table_name"
    own = "WHERE table_schema = 'public'" if database.engine == "postgresql" else ""
    found = {row[0] for row in database.run(f"SELECT {column} FROM {catalogue} {own}").fetchall()}
    if found and not set(NAMES) <= found:
        raise ValueError(
            _("path must be empty or a CRM database; it has the tables {names}").format(
                names=", ".join(sorted(found)[:8])
            )
        )
    return bool(found)


def rows_of(frame: "pd.DataFrame") -> list[tuple[Any, ...]]:
    """Return the rows of a frame as tuples that every engine takes."""
    columns = [[plain(value) for value in frame[name]] for name in frame.columns]
    return list(zip(*columns, strict=True))
