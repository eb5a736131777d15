"""The tables of the small CRM database, and the SQL that makes them in three engines.

One row of a table is one thing. Every table has a key, and a row may point to the row of
another table that it belongs to. A database refuses what breaks these rules.
"""

from dataclasses import dataclass
from typing import Any

from crmlab import _checks

ENGINES = ("duckdb", "sqlite", "postgresql")

#: SQL types by engine. SQLite keeps dates as text in ISO form, which sorts as dates do.
_TYPES = {
    "duckdb": {"text": "VARCHAR", "date": "DATE", "money": "DECIMAL(14, 2)", "number": "DOUBLE",
               "integer": "INTEGER", "flag": "BOOLEAN"},
    "sqlite": {"text": "TEXT", "date": "TEXT", "money": "NUMERIC", "number": "REAL",
               "integer": "INTEGER", "flag": "INTEGER"},
    "postgresql": {"text": "TEXT", "date": "DATE", "money": "NUMERIC(14, 2)",
                   "number": "DOUBLE PRECISION", "integer": "INTEGER", "flag": "BOOLEAN"},
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One column of a table.

    Attributes
    ----------
    name : str
        Name of the column.
    type : {"text", "date", "money", "number", "integer", "flag"}
        Kind of value; money is kept to the cent.
    required : bool
        False where a value may be missing.
    points_to : str
        The table whose key the value must be, or empty.
    rule : str
        SQL condition that every row must meet, or empty.
    personal : bool
        True for personal data (个人信息): it tells something of a person.

    Examples
    --------
    >>> Field("margin", "money", required=False)
    Field(name='margin', type='money', required=False, points_to='', rule='', personal=False)
    """

    name: str
    type: str
    required: bool = True
    points_to: str = ""
    rule: str = ""
    personal: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its columns and its key.

    Attributes
    ----------
    name : str
        Name of the table.
    what : str
        What one row is.
    key : tuple of str
        The columns that tell a row from every other.
    fields : tuple of Field
        The columns in their order.

    Examples
    --------
    >>> table = Table("teams", "one team", ("team_id",), (Field("team_id", "text"),))
    >>> print(table.create("sqlite"))
    CREATE TABLE teams (
      team_id TEXT NOT NULL,
      PRIMARY KEY (team_id)
    )
    """

    name: str
    what: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(field.name for field in self.fields)

    def create(self, engine: str = "duckdb") -> str:
        """Return the SQL that makes the table.

        Parameters
        ----------
        engine : {"duckdb", "sqlite", "postgresql"}
            Whose types to use.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            If the engine is none of these.
        """
        types = _TYPES[_checks.choice(engine, "engine", ENGINES)]
        lines = []
        for field in self.fields:
            parts = [field.name, types[field.type]]
            parts += ["NOT NULL"] * field.required
            if field.points_to:
                key = next(t for t in TABLES if t.name == field.points_to).key[0]
                parts.append(f"REFERENCES {field.points_to} ({key})")
            parts += [f"CHECK ({field.rule})"] * bool(field.rule)
            lines.append("  " + " ".join(parts))
        lines.append(f"  PRIMARY KEY ({', '.join(self.key)})")
        return f"CREATE TABLE {self.name} (\n" + ",\n".join(lines) + "\n)"


def _customer(required: bool = True) -> Field:
    return Field("customer_id", "text", required, points_to="customers")


#: Parents stand before their children: loading goes down the list, emptying goes up.
TABLES = (
    Table("as_of", "the day that the views look back from; one row only", ("day",), (
        Field("day", "date"),
    )),
    Table("customers", "a customer, from the first order on", ("customer_id",), (
        Field("customer_id", "text"),
        Field("segment", "text"),
        Field("region", "text", required=False),
        Field("channel", "text", required=False),
        Field("referred_by", "text", required=False),
        Field("acquired", "date"),
        Field("acquisition_cost", "money", rule="acquisition_cost >= 0"),
        Field("service_cost_per_year", "money", rule="service_cost_per_year >= 0"),
    )),
    Table("contacts", "a person at a customer", ("person_id",), (
        Field("person_id", "text"),
        _customer(),
        Field("name", "text", required=False, personal=True),
        Field("job", "text", required=False),
        Field("phone", "text", required=False, personal=True),
        Field("email", "text", required=False, personal=True),
        Field("born", "date", required=False, personal=True),
        Field("consent", "flag"),
        Field("erased", "date", required=False),
    )),
    Table("orders", "one product ordered on one day", ("order_id",), (
        Field("order_id", "text"),
        _customer(),
        Field("ordered", "date"),
        Field("product", "text"),
        Field("amount", "money", rule="amount > 0"),
        Field("cost", "money", rule="cost >= 0"),
    )),
    Table("invoices", "an invoice for one order", ("invoice_id",), (
        Field("invoice_id", "text"),
        _customer(),
        Field("order_id", "text", required=False, points_to="orders"),
        Field("invoiced", "date"),
        Field("due", "date", rule="due >= invoiced"),
        Field("amount", "money", rule="amount > 0"),
    )),
    Table("payments", "money that came in", ("payment_id",), (
        Field("payment_id", "text"),
        _customer(),
        Field("invoice_id", "text", required=False, points_to="invoices"),
        Field("paid", "date"),
        Field("amount", "money", rule="amount > 0"),
    )),
    Table("credit_notes", "money that an invoice is reduced by", ("note_id",), (
        Field("note_id", "text"),
        _customer(),
        Field("invoice_id", "text", points_to="invoices"),
        Field("noted", "date"),
        Field("amount", "money", rule="amount > 0"),
        Field("reason", "text"),
    )),
    Table("credit_decisions", "what a customer may owe, or that it gets no credit",
          ("customer_id",), (
        _customer(),
        Field("decided", "date"),
        Field("grade", "text", required=False),
        Field("credit_limit", "money", rule="credit_limit >= 0"),
        Field("blocked", "flag"),
        Field("reason", "text", required=False),
    )),
    Table("tickets", "a complaint, an enquiry or a repair", ("ticket_id",), (
        Field("ticket_id", "text"),
        _customer(),
        Field("order_id", "text", required=False, points_to="orders"),
        Field("kind", "text", rule="kind IN ('complaint', 'enquiry', 'repair')"),
        Field("cause", "text"),
        Field("opened", "date"),
        Field("first_answer", "date", required=False, rule="first_answer >= opened"),
        Field("closed", "date", required=False, rule="closed >= opened"),
        Field("reopened", "integer", rule="reopened >= 0"),
        Field("compensation", "money", rule="compensation >= 0"),
        Field("satisfied", "text", required=False, rule="satisfied IN ('yes', 'no')"),
    )),
    Table("answers", "one customer's answer to one question of a survey",
          ("customer_id", "asked", "question"), (
        _customer(),
        Field("asked", "date"),
        Field("question", "text"),
        Field("points", "number"),
    )),
    Table("leads", "somebody who may become a customer", ("lead_id",), (
        Field("lead_id", "text"),
        _customer(required=False),
        Field("segment", "text"),
        Field("source", "text"),
        Field("rep", "text"),
        Field("created", "date"),
        Field("stage", "text"),
        Field("closed", "date", required=False, rule="closed >= created"),
        Field("outcome", "text", rule="outcome IN ('won', 'lost', 'open')"),
        Field("value_estimated", "money", rule="value_estimated >= 0"),
        Field("value_signed", "money", required=False),
    )),
    Table("imports", "a table that was handed in: what came of it", ("import_id",), (
        Field("import_id", "integer"),
        Field("table_name", "text"),
        Field("fingerprint", "text"),
        Field("row_count", "integer"),
        Field("moment", "text"),
    )),
    Table("access_log", "who looked at what, when and why", ("entry",), (
        Field("entry", "integer"),
        Field("moment", "text"),
        Field("role", "text"),
        Field("person", "text"),
        Field("what", "text"),
        Field("purpose", "text"),
    )),
)  # fmt: skip

NAMES = tuple(table.name for table in TABLES)
#: Columns that are true or false; SQLite keeps them as 1 and 0.
FLAGS = frozenset(field.name for table in TABLES for field in table.fields if field.type == "flag")


def table(name: Any) -> Table:
    """Return one table of the schema, or raise if there is none of the name."""
    return TABLES[NAMES.index(_checks.choice(name, "table", NAMES))]


def schema(engine: str = "duckdb") -> tuple[str, ...]:
    """Return the SQL that makes every table of the CRM database (数据库结构).

    Parameters
    ----------
    engine : {"duckdb", "sqlite", "postgresql"}
        Whose types to use. The rest is the same in all three.

    Returns
    -------
    tuple of str
        One statement for each table, parents before their children.

    Raises
    ------
    ValueError
        If the engine is none of these.

    Examples
    --------
    >>> print(schema()[0])
    CREATE TABLE as_of (
      day DATE NOT NULL,
      PRIMARY KEY (day)
    )
    """
    return tuple(table.create(engine) for table in TABLES)
