"""The simulated company's ledger, held to its orders, to its recipe and to its own sums."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmlab import datasets

FOLDER = Path(__file__).parents[1] / "datasets"
SETS = ("invoices", "credit_notes", "payments", "payments_later", "payments_truth")
END = pd.Timestamp("2025-12-31")


@pytest.fixture(scope="module")
def ledger():
    return {name: datasets.load(f"company_{name}") for name in SETS}


@pytest.fixture(scope="module")
def recipe():
    sys.path.insert(0, str(FOLDER / "recipes"))
    try:
        yield importlib.import_module("simulate_ledger").LEDGER
    finally:
        sys.path.remove(str(FOLDER / "recipes"))


def cents(values):
    return int(np.round(100 * values).astype(int).sum())


def test_recipe_gives_the_same_bytes(tmp_path):
    script = FOLDER / "recipes" / "simulate_ledger.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, capture_output=True)
    for file in tmp_path.iterdir():
        assert file.read_bytes() == (FOLDER / file.name).read_bytes(), file.name


def test_every_order_of_two_years_has_its_invoice(ledger, recipe):
    orders = datasets.load("company_orders")
    orders = orders[orders["date"] >= recipe.start].reset_index(drop=True)
    same = ["order", "customer", "date", "amount"]
    pd.testing.assert_frame_equal(ledger["invoices"][same], orders[same])


def test_terms_are_those_of_the_segment(ledger, recipe):
    invoices = ledger["invoices"]
    segment = datasets.load("company_customers").set_index("customer")["segment"]
    days = (invoices["due"] - invoices["date"]).dt.days
    assert (days == invoices["customer"].map(segment).map(recipe.terms)).all()


def test_payments_and_notes_belong_to_invoices_of_their_customer(ledger):
    owner = ledger["invoices"].set_index("invoice")["customer"]
    for name in ("credit_notes", "payments", "payments_later"):
        table = ledger[name].dropna(subset="invoice")
        assert (table["invoice"].map(owner) == table["customer"]).all()
        written = table["invoice"].map(ledger["invoices"].set_index("invoice")["date"])
        assert (table["date"] > written).all()
    meant = ledger["payments_truth"]
    of_payment = ledger["payments"].set_index("payment")["customer"]
    assert (meant["invoice"].map(owner) == meant["payment"].map(of_payment)).all()


def test_the_truth_accounts_for_every_payment_without_a_number(ledger, recipe):
    payments, meant = ledger["payments"], ledger["payments_truth"]
    nameless = payments[payments["invoice"].isna()].set_index("payment")["amount"]
    assert set(meant["payment"]) <= set(nameless.index)
    rest = nameless - meant.groupby("payment")["amount"].sum().reindex(nameless.index).fillna(0)
    assert (rest > -0.005).all()
    assert (rest > 0.005).sum() < 20  # transfers made twice or too large
    single = len(payments) - meant["payment"].duplicated(keep=False).sum()
    assert abs(len(nameless) / single - recipe.no_number) < 0.02


def test_what_is_open_is_paid_later_or_never(ledger, recipe):
    invoices = ledger["invoices"].set_index("invoice")
    columns = ["invoice", "amount"]
    payments = ledger["payments"].dropna(subset="invoice")
    took = pd.concat([payments[columns], ledger["payments_truth"][columns],
                      ledger["credit_notes"][columns]])  # fmt: skip
    left = invoices["amount"] - took.groupby("invoice")["amount"].sum().reindex(
        invoices.index, fill_value=0
    )
    later = ledger["payments_later"].groupby("invoice")["amount"].sum()
    later = later.reindex(invoices.index, fill_value=0)
    never = (left - later).round(2)
    # Less than nothing is left where a transfer was too large or made twice.
    assert 0 < (never < 0).mean() < 3 * (recipe.twice + recipe.too_much)
    paying = datasets.load("company_standing_truth").set_index("customer")["unpaid_chance"]
    whole = (never > 0) & (took.groupby("invoice").size().reindex(invoices.index).isna())
    expected = invoices["customer"].map(paying).sum()
    assert abs(whole.sum() - expected) < 4 * np.sqrt(expected)


def test_customers_pay_as_late_as_is_true_of_them(ledger, recipe):
    invoices = ledger["invoices"].set_index("invoice")
    whole = ledger["payments"].dropna(subset="invoice").drop_duplicates("invoice", keep=False)
    whole = whole[whole["invoice"].map(invoices["date"]) < END - pd.Timedelta(days=150)]
    whole = whole[whole["amount"] == whole["invoice"].map(invoices["amount"])]
    late = (whole["date"] - whole["invoice"].map(invoices["due"])).dt.days
    true = datasets.load("company_standing_truth").set_index("customer")
    error = late - whole["customer"].map(true["mean_days_late"])
    assert abs(error.median()) < 0.6  # disputes lengthen the tail, not the middle
    assert error.mean() == pytest.approx(recipe.disputed * recipe.dispute_days, abs=0.6)
