"""The CRM database: rules that bite, all or nothing, views held to pandas, who sees what."""

import html5lib
import numpy as np
import pandas as pd
import pytest

from crmlab import credit, crm, datasets
from crmlab.crm.access import PERSONAL, ROLES
from crmlab.crm.views import VIEWS

DAY = pd.Timestamp("2025-12-31")
ENGINES = ["duckdb", "sqlite"]


@pytest.fixture(scope="module")
def company():
    """Return the simulated company in each engine; tests only read it."""
    bases = {engine: crm.connect(engine=engine) for engine in ENGINES}
    for base in bases.values():
        crm.load_company(base)
    yield bases
    for base in bases.values():
        base.close()


@pytest.fixture(params=ENGINES)
def empty(request):
    with crm.connect(engine=request.param) as base:
        base.set_day(DAY)
        yield base


def customers(*names):
    return pd.DataFrame(
        {
            "customer_id": names,
            "segment": "café",
            "acquired": "2025-01-31",
            "acquisition_cost": 90.0,
            "service_cost_per_year": 20.0,
        }
    )


def orders(**changes):
    columns = {"order_id": ["O1"], "customer_id": "C1", "ordered": "2025-02-01"}
    return pd.DataFrame(columns | {"product": "beans", "amount": 100.0, "cost": 60.0} | changes)


# Views.


@pytest.mark.parametrize("view", VIEWS)
def test_every_engine_gives_the_same_view(company, view):
    one, other = (company[engine][view] for engine in ENGINES)
    assert len(one)
    pd.testing.assert_frame_equal(one, other, check_dtype=False)


@pytest.mark.parametrize("view", [v for v in VIEWS if v not in {"open_items", "blacklist"}])
def test_every_customer_stands_once_in_every_view(company, view):
    assert sorted(company["duckdb"][view]["customer_id"]) == sorted(
        datasets.load("company_customers")["customer"]
    )


def test_consumption_is_what_pandas_finds_in_the_orders(company):
    log = datasets.load("company_orders")
    log["year"] = log["amount"].where((DAY - log["date"]).dt.days < 365, 0)
    by = log.groupby("customer")
    view = company["duckdb"]["consumption"].set_index("customer_id").loc[list(by.groups)]
    assert view["orders"].tolist() == by.size().tolist()
    assert view["revenue"].to_numpy() == pytest.approx(by["amount"].sum().to_numpy())
    assert view["revenue_year"].to_numpy() == pytest.approx(by["year"].sum().to_numpy())
    assert (view["last_order"].to_numpy() == by["date"].max().to_numpy()).all()


def test_nothing_is_lost_between_ledger_and_arrears(company):
    invoiced, paid, noted = (
        datasets.load(f"company_{name}")["amount"].sum()
        for name in ("invoices", "payments", "credit_notes")
    )
    arrears = company["duckdb"]["arrears"]
    assert (arrears["open"] - arrears["on_account"]).sum() == pytest.approx(invoiced - paid - noted)
    buckets = ["not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90"]
    assert arrears[buckets].sum(axis=1).to_numpy() == pytest.approx(arrears["open"].to_numpy())


def test_arrears_are_the_ageing_of_the_same_ledger(company):
    names = ("invoices", "payments", "credit_notes")
    bills, paid, noted = (datasets.load(f"company_{name}") for name in names)
    lines = pd.concat(
        [
            bills.assign(kind="invoice"),
            paid.assign(kind="payment", amount=-paid["amount"]),
            noted.assign(kind="credit note", amount=-noted["amount"]),
        ]
    ).dropna(subset="invoice")
    lines["due"] = lines["due"].fillna(lines["invoice"].map(bills.set_index("invoice")["due"]))
    aged = credit.ageing(lines, DAY, by="customer")
    buckets = {"not_due": "not due", "days_1_30": "1-30", "days_31_60": "31-60",
               "days_61_90": "61-90", "days_over_90": "over 90"}  # fmt: skip
    view = company["sqlite"]["arrears"].set_index("customer_id")[list(buckets)]
    aged = aged.set_index("customer") if "customer" in aged else aged
    for ours, theirs in buckets.items():
        assert view[ours].to_numpy() == pytest.approx(
            aged[theirs].reindex(view.index, fill_value=0.0).to_numpy(), abs=0.005
        ), ours


def test_satisfaction_is_the_mean_of_the_three_answers(company):
    survey = datasets.load("company_survey").set_index("customer")
    mean = survey.filter(like="satisfaction_").mean(axis=1)
    view = company["duckdb"]["satisfaction"].set_index("customer_id")["satisfaction"].dropna()
    assert view.to_numpy() == pytest.approx(mean.loc[view.index].to_numpy())
    assert len(view) == mean.notna().sum()


def test_class_a_carries_four_fifths_of_the_margin(company):
    view = company["duckdb"]["classes"]
    gain = view["margin_year"].clip(lower=0)
    share = gain[view["class"] == "A"].sum() / gain.sum()
    one_more = share - gain[view["class"] == "A"].min() / gain.sum()
    assert one_more < 0.8 <= share


def test_a_view_does_not_see_what_came_later(company):
    base = company["duckdb"]
    before = pd.Timestamp("2024-06-30")
    try:
        base.set_day(before)
        assert base["consumption"]["last_order"].max() <= before
        assert base["open_items"]["invoiced"].max() <= before
        assert base["satisfaction"]["asked"].isna().all()  # the survey came in November
    finally:
        base.set_day(DAY)


def test_the_blacklist_counts_money_that_names_no_invoice(empty):
    assert crm.import_table(empty, "customers", customers("C1", "C2")).added == 2
    two = {"order_id": ["O1", "O2"], "customer_id": ["C1", "C2"]}
    crm.import_table(empty, "orders", orders(**two))
    bill = pd.DataFrame(two | {"invoice_id": ["I1", "I2"], "invoiced": "2025-02-01"})
    crm.import_table(empty, "invoices", bill.assign(due="2025-03-01", amount=100.0))
    money = pd.DataFrame({"payment_id": ["P1"], "customer_id": "C2", "paid": "2025-03-01"})
    crm.import_table(empty, "payments", money.assign(amount=100.0))
    assert empty["blacklist"]["customer_id"].tolist() == ["C1"]


# Import: all or nothing.


@pytest.mark.parametrize(
    ("rows", "column", "fault"),
    [
        (orders(order_id=["O1", "O1"]), "order_id", "comes twice"),
        (orders(customer_id="C9"), "customer_id", "is not in customers"),
        (orders(amount=[None]), "amount", "is missing"),
        (orders(amount="much"), "amount", "is no money"),
        (orders(amount=1.005), "amount", "is no money"),
        (orders(ordered="soon"), "ordered", "is no date"),
        (orders(product=7), "product", "is no text"),
    ],
    ids=["twice", "nobody", "gap", "word", "half a cent", "day", "number"],
)
def test_a_fault_is_named_and_nothing_is_written(empty, rows, column, fault):
    crm.import_table(empty, "customers", customers("C1"))
    good = orders(order_id=["O7"])
    report = crm.import_table(empty, "orders", pd.concat([good, rows], ignore_index=True))
    assert report.added == 0
    assert report.faults[["column", "fault"]].to_numpy().tolist() == [[column, fault]]
    assert empty.count("orders") == 0


def test_a_rule_of_the_database_undoes_the_whole_import(empty):
    crm.import_table(empty, "customers", customers("C1"))
    rows = orders(order_id=["O1", "O2"], amount=[100.0, -1.0])
    report = crm.import_table(empty, "orders", rows)
    assert report.added == 0
    assert "CHECK" in report.faults["fault"].item()
    assert empty.count("orders") == 0
    assert crm.import_table(empty, "orders", rows.iloc[:1]).added == 1


def test_the_same_rows_twice_change_nothing(empty):
    first, second = (crm.import_table(empty, "customers", customers("C1", "C2")) for _ in "ab")
    assert (first.added, first.repeated, second.added, second.repeated) == (2, False, 0, True)
    third = crm.import_table(empty, "customers", customers("C2", "C3"))
    assert third.faults["fault"].tolist() == ["is there already"]
    assert empty.count("customers") == 2


def test_a_failed_load_leaves_nothing_half_done(empty):
    tables = crm.company_tables()
    tables["tickets"] = tables["tickets"].assign(customer_id="nobody")
    with pytest.raises(ValueError, match="is not in customers"):
        crm.load_company(empty, tables=tables)
    assert {name: empty.count(name) for name in tables} == dict.fromkeys(tables, 0)


def test_a_transaction_is_undone_by_an_error(empty):
    def import_and_fail():
        with empty.transaction():
            crm.import_table(empty, "customers", customers("C1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        import_and_fail()
    assert empty.count("customers") == 0
    assert empty.count("imports") == 0


def test_a_file_keeps_what_was_written(tmp_path):
    for engine in ENGINES:
        path = tmp_path / f"crm.{engine}"
        with crm.connect(path, engine) as base:
            crm.import_table(base, "customers", customers("C1"))
        with crm.connect(path, engine) as again:
            assert again.count("customers") == 1


# One customer.


@pytest.mark.parametrize("customer", ["C0001", "C0003", "C0533", "C1500"])
def test_the_page_of_a_customer_says_what_the_views_say(company, customer):
    pages = [crm.customer_view(company[engine], customer) for engine in ENGINES]
    for page in pages:
        for fact in page.facts.itertuples():
            view = company["duckdb"][fact.section].set_index("customer_id")
            value = view.loc[customer, fact.fact.replace(" ", "_")]
            if fact.value is None:
                assert pd.isna(value), fact
            elif isinstance(value, pd.Timestamp):
                assert pd.Timestamp(fact.value) == value, fact
            else:
                assert value == (pytest.approx(fact.value) if value != fact.value else value), fact
        log = datasets.load("company_orders")
        assert (page.events["kind"] == "order").sum() == (log["customer"] == customer).sum()
        assert page.events["day"].is_monotonic_increasing
    assert pages[0].to_html() == pages[1].to_html()


def test_the_page_is_sound_html(company):
    text = crm.customer_view(company["sqlite"], "C0003").to_html()
    parser = html5lib.HTMLParser()
    parser.parseFragment(text)
    assert parser.errors == []
    assert text.count("<caption>") == text.count("<table ") == 8


# Who may see what.


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_what_it_may_and_no_more(company, role):
    base = company["sqlite"]
    for name in (*VIEWS, "payments", "contacts", "tickets", "answers", "leads"):
        if name in ROLES[role]:
            found = crm.read(base, name, role, "Lin", "test", customer="C0003", secret="a secret")
            assert isinstance(found, pd.DataFrame)
        else:
            with pytest.raises(ValueError, match="role must be one that may read"):
                crm.read(base, name, role, "Lin", "test", secret="a secret")


@pytest.mark.parametrize("role", ROLES)
def test_personal_data_are_shown_masked_or_hidden(company, role):
    plain = company["sqlite"]["contacts"]
    seen = crm.read(company["sqlite"], "contacts", role, "Lin", "test", secret="a secret")
    for column, how in PERSONAL[role].items():
        same = (seen[column].astype(str) == plain[column].astype(str)).mean()
        assert same == (1 if how == "plain" else 0), (column, how)
    assert seen["customer_id"].isin(plain["customer_id"]).all() == (role != "analyst")


def test_every_look_is_written_down(company):
    base = company["duckdb"]
    before = base.count("access_log")
    crm.read(base, "arrears", "accountant", "Lin", "month end", customer="C0003")
    last = base["access_log"].iloc[-1]
    assert base.count("access_log") == before + 1
    assert (last["role"], last["person"], last["what"]) == ("accountant", "Lin", "arrears C0003")


def test_a_pseudonym_joins_tables_and_needs_the_secret():
    names = [f"C{n:04d}" for n in range(1500)]
    made = {crm.pseudonym(name, "a secret") for name in names}
    assert len(made) == 1500
    assert not made & {crm.pseudonym(name, "another secret") for name in names}


@pytest.mark.parametrize("engine", ENGINES)
def test_after_an_erasure_no_table_holds_the_person(engine):
    with crm.connect(engine=engine) as base:
        crm.load_company(base)
        person = base["contacts"].iloc[4]
        data = [person[c] for c in ("name", "phone", "email")]
        others = base["contacts"].drop(4).drop(columns="erased")
        done = crm.erase_person(base, person["person_id"], "Lin")
        assert set(done.erased) == {"name", "phone", "email", "born"}
        for name in ("contacts", "access_log", *ROLES["manager"]):
            cells = base[name].astype(str).to_numpy().ravel()
            assert not np.isin(data[1:], cells).any(), name
        pd.testing.assert_frame_equal(base["contacts"].drop(4)[others.columns], others)
        left = base["contacts"].iloc[4]
        assert left[list(done.erased)].isna().all()
        assert not left["consent"]
        assert base.count("orders") == 22112
        with pytest.raises(ValueError, match="must not be erased yet"):
            crm.erase_person(base, person["person_id"], "Lin")


# Bad input.


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: crm.connect(engine="oracle"), ValueError, "engine must be one of"),
        (lambda: crm.connect(7), TypeError, "path must be a path"),
        (lambda: crm.connect("/no/such/folder/x.db"), ValueError, "in a folder that exists"),
        (lambda: crm.schema("oracle"), ValueError, "engine must be one of"),
        (lambda: crm.view_sql("gossip"), ValueError, "name must be one of"),
        (lambda: crm.mask(7), TypeError, "value must be a text"),
        (lambda: crm.pseudonym("C1", "short"), ValueError, "at least 8 characters; got 5"),
    ],
    ids=["engine", "path", "folder", "schema", "view", "mask", "secret"],
)
def test_bad_input_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda b: b["gossip"], ValueError, "name must be one of"),
        (lambda b: b.query("SELECT nothing FROM nowhere"), ValueError, "sql must run"),
        (lambda b: b.set_day("soon"), ValueError, "day must be a date"),
        (lambda b: crm.customer_view(b, "C9"), ValueError, "customer must be in the database"),
        (lambda b: crm.import_table(b, "gossip", customers("C1")), ValueError, "name must be one"),
        (lambda b: crm.import_table(b, "customers", [1]), TypeError, "must be a pandas DataFrame"),
        (
            lambda b: crm.import_table(b, "customers", customers("C1").assign(x=1)),
            ValueError,
            "columns of the table customers only; got x",
        ),
        (lambda b: crm.read(b, "profile", "boss", "L", "p"), ValueError, "role must be one of"),
        (lambda b: crm.read(b, "profile", "rep", " ", "p"), ValueError, "person must not be empty"),
        (lambda b: crm.erase_person(b, "H9", "Lin"), ValueError, "person must be a contact"),
    ],
    ids=["table", "sql", "day", "customer", "import", "frame", "column", "role", "who", "person"],
)
def test_bad_input_to_a_database_is_told(empty, call, error, message):
    with pytest.raises(error, match=message):
        call(empty)


def test_a_database_of_something_else_is_left_alone(tmp_path):
    import sqlite3

    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(ValueError, match="must be empty or a CRM database; it has the tables rec"):
        crm.connect(path, "sqlite")


def test_a_value_is_never_read_as_sql(empty):
    crm.import_table(empty, "customers", customers("C1"))
    with pytest.raises(ValueError, match="customer must be in the database"):
        crm.customer_view(empty, "C1'; DROP TABLE orders; --")
    assert empty.count("customers") == 1
