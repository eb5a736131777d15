"""The history of dunning, held to the ledger and to its recipe."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmlab import datasets
from crmlab._statistics import wilson

RECIPES = Path(__file__).parents[1] / "datasets" / "recipes"


@pytest.fixture(scope="module")
def recipe():
    """The numbers that the history is made from."""
    sys.path.insert(0, str(RECIPES))
    try:
        yield importlib.import_module("simulate_dunning").DUNNING
    finally:
        sys.path.remove(str(RECIPES))


@pytest.fixture(scope="module")
def steps():
    """The history with the due date, and what was taken off each invoice until each step."""
    table = datasets.load("company_dunning")
    invoices = datasets.load("company_invoices").set_index("invoice")
    payments, notes = datasets.load("company_payments"), datasets.load("company_credit_notes")
    meant = datasets.load("company_payments_truth").merge(
        payments[["payment", "date"]], on="payment"
    )
    columns = ["invoice", "date", "amount"]
    taken = pd.concat(
        [payments.dropna(subset=["invoice"])[columns], meant[columns], notes[columns]]
    ).rename(columns={"date": "day", "amount": "cut"})
    table = table.assign(row=range(len(table)), due=table["invoice"].map(invoices["due"]))
    both = table[["row", "invoice", "date", "until"]].merge(taken, on="invoice")
    for name, last in (("before", "date"), ("later", "until")):
        amount = both["cut"].where(both["day"] <= both[last], 0).groupby(both["row"]).sum()
        table[name] = table["row"].map(amount).fillna(0.0)
    table["amount"] = table["invoice"].map(invoices["amount"])
    return table


def test_what_is_open_agrees_with_the_ledger(steps):
    left = (steps["amount"] - steps["before"]).round(2)
    assert steps["open"].tolist() == pytest.approx(left.tolist())


def test_what_came_in_agrees_with_the_ledger_but_for_agency_and_court(steps):
    known = steps.dropna(subset=["recovered"])
    own = known[~known["stage"].isin(["agency", "court"])]
    paid = (own["later"] - own["before"]).clip(upper=own["open"])
    assert (own["recovered"] <= paid + 0.01).all()  # a credit note is no money
    notes = set(datasets.load("company_credit_notes")["invoice"])
    without = ~own["invoice"].isin(notes)
    assert own["recovered"][without].tolist() == pytest.approx(paid[without].tolist(), abs=0.01)


def test_steps_are_taken_by_the_calendar(steps, recipe):
    late = (steps["date"] - steps["due"]).dt.days
    assert (late == steps["stage"].astype(str).map(lambda s: recipe.steps[s].after)).all()
    smallest = steps["stage"].astype(str).map(lambda s: recipe.steps[s].smallest)
    assert (steps["open"] >= smallest).all()
    mean = steps.groupby("stage", observed=True)["cost"].mean()
    for name, step in recipe.steps.items():
        spent = step.cost + step.of_amount * steps["open"][steps["stage"] == name].mean()
        assert mean[name] == pytest.approx(spent, rel=0.15), name


def test_every_overdue_invoice_of_the_ledger_has_its_reminder(steps, recipe):
    invoices = datasets.load("company_invoices")
    day = invoices["due"] + pd.Timedelta(days=recipe.steps["reminder"].after)
    reminded = set(steps["invoice"][steps["stage"] == "reminder"])
    assert set(steps["invoice"]) == reminded
    assert set(invoices["invoice"][day > "2025-12-31"]).isdisjoint(reminded)


def test_agency_and_court_bring_what_is_stated(steps, recipe):
    later = set(datasets.load("company_payments_later")["invoice"])
    known = steps.dropna(subset=["recovered"])
    # Those of whom the ledger has nothing more, not even later.
    never = known[(known["later"] == known["before"]) & ~known["invoice"].isin(later)]
    never = never[never["later"] < never["amount"] - 0.005]
    agency = never[never["stage"] == "agency"]
    low, high = wilson(int((agency["recovered"] > 0).sum()), len(agency), 0.999)
    assert low < (1 - recipe.cannot) * recipe.agency < high
    brought = agency[agency["recovered"] > 0]
    assert (brought["fee"] / brought["recovered"]).tolist() == pytest.approx(
        [recipe.agency_fee] * len(brought), abs=0.01
    )
    share = brought["recovered"] / brought["open"]
    assert recipe.agency_share[0] - 0.001 <= share.min() <= share.max() <= 1
    court = never[never["stage"] == "court"]
    failed = (1 - recipe.cannot) * (1 - recipe.agency)
    chance = failed * recipe.court / (failed + recipe.cannot)
    low, high = wilson(int((court["recovered"] > 0).sum()), len(court), 0.999)
    assert low < chance < high
    assert np.isfinite(court["cost"]).all()
