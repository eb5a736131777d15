"""The CRM database on a PostgreSQL server: the same tables, rules, views and pages, and grants."""

import os

import pandas as pd
import pytest

from crmlab import crm
from crmlab.crm.access import PERSONAL, ROLES
from crmlab.crm.schema import NAMES
from crmlab.crm.views import VIEWS
from tests import postgresql

WHY = postgresql.missing()
pytestmark = pytest.mark.skipif(
    WHY is not None and not os.environ.get("CI"), reason=WHY or "PostgreSQL is here"
)
DECISIONS = pd.DataFrame(
    {
        "customer_id": ["C0003", "C0533", "C0056"],
        "decided": "2025-11-20",
        "grade": ["A", "B", "D"],
        "credit_limit": [300.0, 1700.0, 0.0],
        "blocked": [False, False, True],
    }
)


@pytest.fixture(scope="module")
def address():
    assert WHY is None, WHY
    with postgresql.server() as where:
        yield where


@pytest.fixture(scope="module")
def bases(address):
    """Return the simulated company on the server, and beside it in the two embedded engines."""
    made = {
        "postgresql": crm.connect(address, "postgresql"),
        "duckdb": crm.connect(engine="duckdb"),
        "sqlite": crm.connect(engine="sqlite"),
    }
    tables = crm.company_tables() | {"credit_decisions": DECISIONS}
    for base in made.values():
        crm.load_company(base, tables=tables)
    yield made
    for base in made.values():
        base.close()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("other", ["duckdb", "sqlite"])
def test_a_view_is_the_same_on_the_server(bases, view, other):
    ours, theirs = (bases[engine][view] for engine in ("postgresql", other))
    assert len(ours)
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


@pytest.mark.parametrize("customer", ["C0003", "C0533"])
def test_a_page_is_the_same_on_the_server(bases, customer):
    facts = crm.customer_view(bases["postgresql"], "C0533").facts.set_index("fact")["value"]
    assert facts["blocked"] is False
    pages = {name: crm.customer_view(base, customer).to_html() for name, base in bases.items()}
    assert pages["postgresql"] == pages["duckdb"] == pages["sqlite"]


def test_a_rule_of_the_server_undoes_the_whole_import(bases):
    base = bases["postgresql"]
    before = base.count("orders")
    orders = {"order_id": ["X1", "X2"], "customer_id": "C0003", "ordered": "2025-12-31"}
    rows = pd.DataFrame(orders | {"product": "beans", "amount": [10.0, -1.0], "cost": 5.0})
    report = crm.import_table(base, "orders", rows)
    assert report.added == 0
    assert "check constraint" in report.faults["fault"].item()
    assert base.count("orders") == before
    assert crm.import_table(base, "credit_decisions", DECISIONS).repeated


def test_opening_it_again_finds_what_is_there(bases, address):
    with crm.connect(address, "postgresql") as again:
        assert again.count("customers") == bases["postgresql"].count("customers") == 1500


@pytest.fixture(scope="module")
def granted(bases):
    """Return the server's database once the roles are made."""
    base = bases["postgresql"]
    for statement in crm.grants():
        base.run(statement)
    return base


@pytest.mark.parametrize("role", ROLES)
def test_a_granted_role_reads_what_the_rules_say_and_nothing_else(granted, role):
    closed = {"access_log", "imports"}
    for name in (*NAMES, *VIEWS):
        personal = PERSONAL[role] if name == "contacts" else {}
        hidden = [column for column, how in personal.items() if how != "plain"]
        if name in ROLES[role] and not hidden:
            assert _may(granted, role, f"SELECT * FROM {name}"), name
            continue
        assert not _may(granted, role, f"SELECT * FROM {name}"), name
        if name in ROLES[role]:
            assert _may(granted, role, f"SELECT person_id, job FROM {name}")
            for column in hidden:
                assert not _may(granted, role, f"SELECT {column} FROM {name}"), column
    assert not closed & set(ROLES[role])


def _may(base, role, sql):
    """Tell whether the role may read, as the server sees it."""
    base.run(f"SET ROLE crm_{role}")
    try:
        base.query(f"{sql} LIMIT 1")
    except ValueError as error:
        if "permission denied" not in str(error):
            raise
        return False
    finally:
        base.run("RESET ROLE")
    return True


def test_an_erasure_on_the_server_leaves_no_person(bases):
    base = bases["postgresql"]
    person = base["contacts"].iloc[6]
    crm.erase_person(base, person["person_id"], "Lin")
    left = base["contacts"].iloc[6]
    assert left[["name", "phone", "email", "born"]].isna().all()
    cells = base["access_log"].astype(str).to_numpy().ravel().tolist()
    assert person["name"] not in cells
    assert base.count("orders") == bases["duckdb"].count("orders")
