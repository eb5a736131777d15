"""Who may see what in the CRM database, and what happens when a person asks to be forgotten.

An embedded database has no users: whoever opens the file sees all of it. So the rules stand here,
and a program lets its users read through :func:`read` only. On a server the same rules become
grants (:func:`grants`), which nobody can walk around.
"""

import hashlib
import hmac
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._text import _
from crmlab.crm.database import Database
from crmlab.crm.schema import NAMES, TABLES, table
from crmlab.crm.views import VIEWS

if TYPE_CHECKING:
    import pandas as pd

#: Role: the tables and views that it reads. What is not listed is closed.
ROLES: dict[str, tuple[str, ...]] = {
    "rep": ("customers", "contacts", "orders", "leads", "profile", "consumption", "satisfaction",
            "loyalty", "churn", "accounts"),
    "service": ("customers", "contacts", "orders", "tickets", "profile", "satisfaction"),
    "accountant": ("customers", "contacts", "orders", "invoices", "payments", "credit_notes",
                   "credit_decisions", "open_items", "profile", "arrears", "credit", "blacklist"),
    "analyst": ("customers", "contacts", "orders", "invoices", "payments", "credit_notes",
                "tickets", "answers", "leads", *VIEWS),
    "manager": ("customers", "contacts", "orders", "invoices", "payments", "credit_notes",
                "credit_decisions", "tickets", "answers", "leads", *VIEWS),
}  # fmt: skip

#: Role: how it sees personal data. A rep and a service agent must reach people; an accountant
#: must know whom an invoice goes to; an analyst needs no person at all.
PERSONAL = {
    "rep": {"name": "plain", "phone": "plain", "email": "plain", "born": "hidden"},
    "service": {"name": "plain", "phone": "plain", "email": "plain", "born": "hidden"},
    "accountant": {"name": "plain", "phone": "masked", "email": "plain", "born": "hidden"},
    "analyst": {"name": "hidden", "phone": "hidden", "email": "hidden", "born": "year"},
    "manager": {"name": "plain", "phone": "masked", "email": "masked", "born": "hidden"},
}


def access_rules() -> "pd.DataFrame":
    """Return who sees what, as a table (访问权限).

    Returns
    -------
    DataFrame
        One row per role and table or view that it may read: role, name, and how its personal
        columns are shown.

    Examples
    --------
    >>> rules = access_rules()
    >>> rules[(rules["role"] == "analyst") & (rules["name"] == "contacts")]["personal"].item()
    'name hidden, phone hidden, email hidden, born year'
    """
    import pandas as pd

    rows = [
        {"role": role, "name": name, "personal": _shown(role, name)}
        for role, names in ROLES.items()
        for name in names
    ]
    return pd.DataFrame(rows)


def _shown(role: str, name: str) -> str:
    """Say in words how a role sees the personal columns of a table."""
    return ", ".join(f"{column} {PERSONAL[role][column]}" for column in _personal(name))


def _personal(name: str) -> list[str]:
    """Return the personal columns of a table; a view has none."""
    return [] if name in VIEWS else [f.name for f in table(name).fields if f.personal]


def mask(value: Any) -> Any:
    """Hide all of a text but its ends, so that a person can be told apart but not reached (脱敏).

    Parameters
    ----------
    value : str or missing
        A telephone number, a mail address, or another text.

    Returns
    -------
    str or missing

    Raises
    ------
    TypeError
        If the value is neither a text nor missing.

    Examples
    --------
    >>> mask("000 1234 5678"), mask("wei.li@example.com")
    ('000 **** **78', 'w*****@example.com')
    """
    if value is None or (isinstance(value, Hashable) and value != value):
        return value
    if not isinstance(value, str):
        raise TypeError(_("value must be a text; got {value!r}").format(value=value))
    if "@" in value:
        name, _at, place = value.partition("@")
        return f"{name[:1]}{'*' * (len(name) - 1)}@{place}"
    hidden = ["*" if sign.isalnum() else sign for sign in value[3:-2]]
    return value[:3] + "".join(hidden) + value[-2:] if len(value) > 5 else "*" * len(value)


def pseudonym(value: str, secret: str) -> str:
    """Return the same made-up identifier for the same value, which only the secret links (假名化).

    Parameters
    ----------
    value : str
        An identifier, such as a customer's.
    secret : str
        Known to the keeper of the database alone. Without a secret anybody could try all
        identifiers and find who is who.

    Returns
    -------
    str
        "P" and twelve hexadecimal digits.

    Raises
    ------
    ValueError
        If the secret has fewer than 8 characters.

    Examples
    --------
    >>> pseudonym("C0001", "kept in a safe") == pseudonym("C0001", "kept in a safe")
    True
    """
    if len(_checks.instance(secret, "secret", str)) < 8:
        raise ValueError(_("secret must have at least 8 characters; got {n}").format(n=len(secret)))
    return "P" + hmac.new(secret.encode(), str(value).encode(), hashlib.sha256).hexdigest()[:12]


_SHOW: dict[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "masked": mask,
    "hidden": lambda _value: "hidden",
    "year": lambda value: str(value)[:4],
}


def read(
    database: Database,
    name: str,
    role: str,
    person: str,
    purpose: str,
    *,
    customer: str | None = None,
    secret: str | None = None,
) -> "pd.DataFrame":
    """Read a table or view as a role may see it, and write down who looked and why (按角色读取).

    Parameters
    ----------
    database : Database
        As :func:`connect` returns it.
    name : str
        A table or a view.
    role : {"rep", "service", "accountant", "analyst", "manager"}
        What the reader does in the firm.
    person, purpose : str
        Who reads, and why; both go into the access log.
    customer : str, optional
        Only the rows of one customer.
    secret : str, optional
        An analyst sees pseudonyms instead of customers and people; they are made with this.

    Returns
    -------
    DataFrame
        With personal data shown, masked or hidden by :func:`access_rules`.

    Raises
    ------
    ValueError
        If the role may not read it, the person or purpose is empty, or an analyst has no secret.

    Examples
    --------
    >>> from crmlab import crm
    >>> db = crm.connect(engine="sqlite")
    >>> read(db, "contacts", "analyst", "Lin", "ages", secret="kept in a safe").empty
    True
    >>> read(db, "contacts", "analyst", "Lin", "ages")
    Traceback (most recent call last):
    ...
    ValueError: secret must be a text for an analyst, who sees pseudonyms; got None
    >>> read(db, "payments", "rep", "Lin", "curious")
    Traceback (most recent call last):
    ...
    ValueError: role must be one that may read 'payments': accountant, analyst, manager; got 'rep'
    """
    _checks.instance(database, "database", Database)
    _checks.choice(role, "role", ROLES)
    _checks.choice(name, "name", (*NAMES, *VIEWS))
    if customer is not None:
        _checks.instance(customer, "customer", str)
    if name not in ROLES[role]:
        able = ", ".join(who for who, names in ROLES.items() if name in names) or _("nobody")
        raise ValueError(
            _("role must be one that may read {name!r}: {able}; got {role!r}").format(
                role=role, name=name, able=able
            )
        )
    for label, text in (("person", person), ("purpose", purpose)):
        if not _checks.instance(text, label, str).strip():
            raise ValueError(_("{label} must not be empty; got ''").format(label=label))
    if role == "analyst" and secret is None:
        raise ValueError(_("secret must be a text for an analyst, who sees pseudonyms; got None"))
    where, values = ("WHERE customer_id = ?", [customer]) if customer is not None else ("", [])
    found = database.query(f"SELECT * FROM {name} {where} ORDER BY 1", values)
    with database.transaction():
        _log(database, role, person, name if customer is None else f"{name} {customer}", purpose)
    for column in _personal(name):
        found[column] = found[column].map(_SHOW[PERSONAL[role][column]], na_action="ignore")
    if role == "analyst" and secret is not None:
        for column in found.columns.intersection(["customer_id", "person_id", "referred_by"]):
            found[column] = found[column].map(
                lambda key: pseudonym(key, secret), na_action="ignore"
            )
    return found


def _log(database: Database, role: str, person: str, what: str, purpose: str) -> None:
    entry = int(database.run("SELECT COALESCE(MAX(entry), 0) + 1 FROM access_log").fetchone()[0])
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    database.run(
        "INSERT INTO access_log VALUES (?, ?, ?, ?, ?, ?)",
        [entry, moment, role, person, what, purpose],
    )


@dataclass(frozen=True, eq=False)
class Erasure:
    """What was erased of a person and what was kept, made by :func:`erase_person`.

    Attributes
    ----------
    person : str
        The identifier, which stays.
    erased : tuple of str
        Columns that are empty now.
    kept : DataFrame
        One row per table of the customer's business that stays: table, rows, because.

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
    >>> gone = erase_person(db, "H1", "Lin")
    >>> gone
    Erasure(H1: name, phone, email, born erased)
    >>> gone.to_frame().head(2)
           table  rows                                     because
    0  customers     1  business of the customer, no personal data
    1     orders     0  business of the customer, no personal data
    """

    person: str
    erased: tuple[str, ...]
    kept: "pd.DataFrame"

    def to_frame(self) -> "pd.DataFrame":
        """Return what was kept, one row per table.

        Returns
        -------
        DataFrame
        """
        return self.kept

    def __repr__(self) -> str:
        return _("Erasure({person}: {columns} erased)").format(
            person=self.person, columns=", ".join(self.erased)
        )


def erase_person(database: Database, person: str, by: str) -> Erasure:
    """Erase the personal data of one person on request (删除个人信息).

    The identifier stays, so that what points to it does not hang in the air, and so do the
    customer's orders, invoices and payments: they are the firm's books and tell nothing of the
    person. The request itself is written into the access log.

    Parameters
    ----------
    database : Database
        As :func:`connect` returns it.
    person : str
        The ``person_id`` of a contact.
    by : str
        Who carries out the request.

    Returns
    -------
    Erasure

    Raises
    ------
    ValueError
        If there is no such person, or the data were erased before.

    Notes
    -----
    Copies elsewhere (backups, spreadsheets, mails) are not reached by any database.

    Examples
    --------
    >>> from crmlab import crm
    >>> db = crm.connect(engine="sqlite")
    >>> erase_person(db, "H0001", "Lin")
    Traceback (most recent call last):
    ...
    ValueError: person must be a contact; got 'H0001'
    """
    import pandas as pd

    _checks.instance(database, "database", Database)
    for label, text in (("person", person), ("by", by)):
        _checks.instance(text, label, str)
    found = database.query("SELECT * FROM contacts WHERE person_id = ?", [person])
    if found.empty:
        raise ValueError(_("person must be a contact; got {person!r}").format(person=person))
    if found["erased"].notna().any():
        raise ValueError(_("person must not be erased yet; got {person!r}").format(person=person))
    columns = tuple(_personal("contacts"))
    emptied = ", ".join(f"{column} = NULL" for column in columns)
    with database.transaction():
        database.run(
            f"UPDATE contacts SET {emptied}, consent = ?, erased = (SELECT day FROM as_of)"
            " WHERE person_id = ?",
            [False, person],
        )
        _log(database, "keeper", by, f"erased {person}", _("on request"))
    customer = found["customer_id"].iloc[0]
    kept = [
        {
            "table": part.name,
            "rows": _rows(database, part.name, customer),
            "because": _("business of the customer, no personal data"),
        }
        for part in TABLES
        if "customer_id" in part.names and part.name != "contacts"
    ]
    return Erasure(person, columns, pd.DataFrame(kept))


def _rows(database: Database, name: str, customer: str) -> int:
    sql = f"SELECT count(*) FROM {name} WHERE customer_id = ?"
    return int(database.run(sql, [customer]).fetchone()[0])


def grants() -> tuple[str, ...]:
    """Return the statements that make the rules hold on a PostgreSQL server (授权).

    Each role reads the tables and views of :func:`access_rules` and nothing else; of a table with
    personal data it reads only the columns that it sees in plain.

    Returns
    -------
    tuple of str
        One statement each, to be run by the owner of the database.

    Examples
    --------
    >>> print(next(line for line in grants() if "contacts" in line))
    GRANT SELECT (person_id, customer_id, name, job, phone, email, consent, erased) ON contacts TO crm_rep
    """  # noqa: E501
    lines = []
    for role, names in ROLES.items():
        lines.append(f"CREATE ROLE crm_{role}")
        for name in names:
            hidden = {c for c in _personal(name) if PERSONAL[role][c] != "plain"}
            plain = [f for f in table(name).names if f not in hidden] if hidden else []
            columns = f" ({', '.join(plain)})" if plain else ""
            lines.append(f"GRANT SELECT{columns} ON {name} TO crm_{role}")
    return tuple(lines)
