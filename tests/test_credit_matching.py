"""Matching: nothing is lost and nothing counts twice, whatever the books and the rules."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import credit, datasets
from crmlab.credit._apply import RULES, Bill, adding_up

START = pd.Timestamp("2025-01-01")
END = 120  # days of the books below


@st.composite
def books(draw):
    """Return invoices, payments and credit notes of two customers, in cents of all kinds."""
    amounts = st.integers(0, 400).map(lambda tenths: tenths / 10)
    days = st.integers(0, 90)
    bills = [
        (f"I{i}", draw(st.sampled_from("AB")), draw(days), draw(st.integers(0, 30)), draw(amounts))
        for i in range(draw(st.integers(1, 6)))
    ]
    named = st.sampled_from([bill[0] for bill in bills] + ["I99"]) | st.none()

    def cash(letter):
        return [
            (f"{letter}{i}", draw(st.sampled_from("ABC")), draw(named), draw(days), draw(amounts))
            for i in range(draw(st.integers(0, 5)))
        ]

    invoices = pd.DataFrame(bills, columns=["invoice", "customer", "date", "due", "amount"])
    invoices["due"] = START + pd.to_timedelta(invoices["date"] + invoices["due"], unit="D")
    invoices["date"] = START + pd.to_timedelta(invoices["date"], unit="D")
    tables = [invoices]
    for name, letter in (("payment", "P"), ("note", "N")):
        table = pd.DataFrame(cash(letter), columns=[name, "customer", "invoice", "date", "amount"])
        table["date"] = START + pd.to_timedelta(table["date"].astype(float), unit="D")
        tables.append(table.astype({"amount": float}))
    return tables


rule_lists = st.lists(st.sampled_from(RULES), unique=True, max_size=4)


def sum_until(table, day):
    return table.loc[table["date"] <= day, "amount"].sum()


@settings(max_examples=12, deadline=None)
@given(books(), rule_lists, st.integers(0, END))
def test_ledger_ageing_and_cash_agree_on_every_day(tables, rules, passed):
    invoices, payments, notes = tables
    day = START + pd.Timedelta(days=passed)
    found = credit.match_payments(invoices, payments, notes, rules=rules)
    owed = sum_until(invoices, day) - sum_until(payments, day) - sum_until(notes, day)
    aged = credit.ageing(found.ledger, day).iloc[0]
    buckets = credit.bucket_names()
    assert aged["total"] == pytest.approx(owed, abs=0.005)
    assert aged[buckets].sum() + aged["credit"] == pytest.approx(aged["total"], abs=1e-6)
    assert aged["credit"] <= 0 <= aged[buckets].min()
    # The base of an allowance is what is open, cash on account apart.
    base = credit.allowance(aged, dict.fromkeys(buckets, 0.5))
    assert base.owed == pytest.approx(owed - aged["credit"], abs=0.005)
    assert base.total == pytest.approx(base.owed / 2, abs=0.005)
    by_customer = credit.ageing(found.ledger, day, by="customer")
    assert by_customer["total"].sum() == pytest.approx(owed, abs=0.005)
    status = credit.account_status(found.ledger, day)
    assert status["exposure"].sum() == pytest.approx(owed, abs=0.005)


@settings(max_examples=25, deadline=None)
@given(books(), rule_lists)
def test_every_cent_is_in_one_place(tables, rules):
    found = credit.match_payments(*tables, rules=rules)
    assert found.reconciliation["difference"] == 0
    used = found.allocations
    by_bill = (
        used.groupby("invoice")["amount"].sum().reindex(found.invoices["invoice"], fill_value=0)
    )
    left = found.invoices["amount"].to_numpy() - by_bill.to_numpy()
    assert np.allclose(left, found.invoices["open"], atol=1e-9)
    assert (found.invoices["open"] >= 0).all()
    by_cash = used.groupby("document")["amount"].sum().reindex(found.cash["document"], fill_value=0)
    assert np.allclose(by_cash.to_numpy(), found.cash["applied"], atol=1e-9)
    assert np.allclose(found.cash["applied"] + found.cash["on_account"], found.cash["amount"])
    assert (used["amount"] > 0).all()
    owner = found.invoices.set_index("invoice")["customer"]
    assert (used["invoice"].map(owner) == used["customer"]).all()


@settings(max_examples=15, deadline=None)
@given(books(), rule_lists, st.integers(0, END))
def test_what_comes_later_changes_nothing(tables, rules, passed):
    day = START + pd.Timedelta(days=passed)
    whole = credit.match_payments(*tables, rules=rules).ledger
    early = credit.match_payments(*tables, rules=rules, day=day).ledger
    # A payment that names an invoice not written by then is known to name one only later.
    known = set(tables[0].loc[tables[0]["date"] <= day, "invoice"])
    if not {name for t in tables[1:] for name in t["invoice"].dropna()} <= known:
        return
    items = [credit.open_items(ledger, day) for ledger in (whole, early) if len(ledger)]
    if len(items) == 2:
        pd.testing.assert_frame_equal(*items, check_dtype=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=7), st.integers(1, 120))
def test_several_add_up_if_any_do(amounts, cents):
    bills = [Bill(f"I{i}", 0, 0, amount) for i, amount in enumerate(amounts)]
    chosen = adding_up(cents, bills)
    sets = [
        some
        for n in range(1, len(bills) + 1)
        for some in itertools.combinations(bills, n)
        if sum(bill.open for bill in some) == cents
    ]
    assert bool(chosen) == bool(sets)
    if sets:
        assert sum(bill.open for bill in chosen) == cents
        assert len(chosen) == min(map(len, sets))


def frames(bills, cash):
    invoices = pd.DataFrame(bills, columns=["invoice", "customer", "date", "due", "amount"])
    payments = pd.DataFrame(cash, columns=["payment", "customer", "invoice", "date", "amount"])
    for table in (invoices, payments):
        for column in table.columns.intersection(["date", "due"]):
            table[column] = pd.to_datetime(table[column])
    return invoices, payments


THREE = [
    ("I1", "A", "2025-01-01", "2025-01-31", 100.0),
    ("I2", "A", "2025-01-05", "2025-02-04", 250.0),
    ("I3", "A", "2025-01-09", "2025-02-08", 80.0),
]


@pytest.mark.parametrize(
    ("rules", "amount", "applied", "left"),
    [
        ((), 250.0, {}, 250.0),
        (("exact",), 250.0, {"I2": 250.0}, 0.0),
        (("exact",), 251.0, {}, 251.0),
        (("sum",), 180.0, {"I1": 100.0, "I3": 80.0}, 0.0),
        (("oldest",), 180.0, {"I1": 100.0, "I2": 80.0}, 0.0),
        (("closest",), 90.0, {"I1": 90.0}, 0.0),
        (("closest",), 260.0, {"I2": 250.0}, 10.0),
        (("closest", "oldest"), 260.0, {"I2": 250.0, "I1": 10.0}, 0.0),
        (("oldest",), 500.0, {"I1": 100.0, "I2": 250.0, "I3": 80.0}, 70.0),
    ],
)
def test_each_rule_does_what_it_says(rules, amount, applied, left):
    found = credit.match_payments(
        *frames(THREE, [("P1", "A", None, "2025-02-01", amount)]), rules=rules
    )
    assert found.allocations.set_index("invoice")["amount"].to_dict() == applied
    assert found.cash["on_account"].item() == left


def test_a_number_pays_its_invoice_and_nothing_else():
    cash = [
        ("P1", "A", "I3", "2025-02-01", 100.0),  # too much
        ("P2", "A", "I3", "2025-02-02", 80.0),  # settled already
        ("P3", "A", "I9", "2025-02-03", 100.0),  # unknown, so by the rules
        ("P4", "B", "I2", "2025-02-04", 40.0),  # of another customer, who owes nothing
    ]
    found = credit.match_payments(*frames(THREE, cash))
    assert found.cash["on_account"].tolist() == [20.0, 80.0, 0.0, 40.0]
    assert found.unknown == 2
    assert found.invoices["open"].tolist() == [0.0, 250.0, 0.0]


def test_cash_before_its_invoice_waits_for_it():
    found = credit.match_payments(*frames(THREE, [("P1", "A", "I3", "2025-01-02", 80.0)]))
    assert found.allocations["date"].item() == pd.Timestamp("2025-01-09")
    before = credit.ageing(found.ledger, "2025-01-04").iloc[0]
    assert (before["credit"], before["total"]) == (-80.0, 20.0)
    after = credit.ageing(found.ledger, "2025-01-09").iloc[0]
    assert (after["credit"], after["total"]) == (0.0, 350.0)
    assert set(found.ledger["kind"]) == {"invoice", "payment", "transfer"}


def test_the_company_by_hand(recipe_tables):
    invoices, payments, notes, meant = recipe_tables
    found = credit.match_payments(invoices, payments, notes)
    total = found.reconciliation
    assert total["invoiced"] == round(invoices["amount"].sum(), 2)
    assert total["payments"] == round(payments["amount"].sum(), 2)
    # Found independently: exact amounts and sums are right in almost all cases.
    by_rule = found.allocations[found.allocations["rule"].isin(["exact", "sum"])]
    both = by_rule.merge(meant, left_on=["document", "invoice"], right_on=["payment", "invoice"])
    right = np.minimum(both["amount_x"], both["amount_y"]).sum()
    assert right / by_rule["amount"].sum() > 0.9


@pytest.fixture(scope="module")
def recipe_tables():
    names = ("invoices", "payments", "credit_notes", "payments_truth")
    return [datasets.load(f"company_{name}") for name in names]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"rules": "exact"}, TypeError, "rules must be a list of different rules; got 'exact'"),
        ({"rules": ["best"]}, ValueError, "rules must be one of 'exact', 'sum', .*; got 'best'"),
        ({"rules": ["sum", "sum"]}, ValueError, "different rules; got"),
        ({"day": "soon"}, ValueError, "day must be a date; got 'soon'"),
    ],
    ids=["text", "unknown", "twice", "day"],
)
def test_settings_that_are_not_allowed(change, error, words):
    with pytest.raises(error, match=words):
        credit.match_payments(*frames(THREE, []), **change)


def test_tables_that_are_not_allowed():
    invoices, payments = frames(THREE, [("P1", "A", "I1", "2025-02-01", 10.0)])
    with pytest.raises(ValueError, match=r"invoices amount must be whole cents; got 0\.333 at"):
        credit.match_payments(invoices.assign(amount=0.333), payments)
    with pytest.raises(ValueError, match="payments amount must be at least 0; got -10"):
        credit.match_payments(invoices, payments.assign(amount=-10.0))
    with pytest.raises(ValueError, match="every invoice must have a name of its own; got 'I1'"):
        credit.match_payments(invoices.assign(invoice="I1"), payments)
    with pytest.raises(ValueError, match="every document must have a name of its own; got 'I1'"):
        credit.match_payments(invoices, payments.assign(payment="I1"))
    with pytest.raises(ValueError, match="invoices must have the column 'due'"):
        credit.match_payments(invoices.drop(columns="due"), payments)
    with pytest.raises(TypeError, match="invoices must be a pandas DataFrame; got list"):
        credit.match_payments([], payments)


def test_numbers_of_invoices_may_be_missing_in_a_nullable_column():
    days = pd.to_datetime(["2025-01-01", "2025-01-05", "2025-02-10"])
    invoices = pd.DataFrame({"invoice": ["I1", "I2"], "customer": "A", "date": days[:2],
                             "due": days[:2], "amount": [100.0, 250.0]})  # fmt: skip
    payments = pd.DataFrame({"payment": ["P1", "P2"], "customer": "A", "date": days[2],
                             "invoice": ["I1", None], "amount": [60.0, 290.0]})  # fmt: skip
    plain = credit.match_payments(invoices, payments)
    found = credit.match_payments(invoices.convert_dtypes(), payments.convert_dtypes())
    assert found.allocations["amount"].tolist() == plain.allocations["amount"].tolist()
    assert found.unknown == plain.unknown
