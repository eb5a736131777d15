"""Leads and tasks of the simulated company, held to their recipe and to the other tables."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmlab import datasets

RECIPES = Path(__file__).parents[1] / "datasets" / "recipes"
STAGES = ["created", "first_contact", "intent", "negotiation", "contract"]
END = pd.Timestamp("2025-12-31")


@pytest.fixture(scope="module")
def selling():
    """The structure that the leads are made from."""
    sys.path.insert(0, str(RECIPES))
    try:
        yield importlib.import_module("simulate_leads").SELLING
    finally:
        sys.path.remove(str(RECIPES))


@pytest.fixture(scope="module")
def leads():
    """The leads with their truth."""
    both = datasets.load("company_leads").merge(
        datasets.load("company_leads_truth"), on="lead", validate="one_to_one"
    )
    return both.set_index("lead")


def test_a_lead_passes_its_stages_in_their_order(leads):
    times = leads[STAGES]
    assert times.notna().iloc[:, 1:].le(times.notna().shift(1, axis=1).iloc[:, 1:]).all(axis=None)
    steps = times.diff(axis=1).iloc[:, 1:]
    assert not (steps < pd.Timedelta(0)).any(axis=None)
    reached = times.notna().sum(axis=1) - 1
    assert (leads["stage"].cat.codes == reached).all()
    last = times.max(axis=1)
    assert (leads["closed"].fillna(END) >= last).all()
    assert (
        (leads["died"].isna() == (leads["outcome"] == "won")).loc[leads["outcome"] != "open"].all()
    )
    lost = leads[leads["outcome"] == "lost"]
    assert (lost["closed"] >= lost["died"]).all()


def test_won_leads_are_customers_who_order_within_two_weeks(leads):
    customers = datasets.load("company_customers").set_index("customer")
    won = leads[leads["outcome"] == "won"]
    assert (won["contract"] == won["closed"]).all()
    assert leads.loc[leads["outcome"] != "won", ["customer", "contract"]].isna().all(axis=None)
    known = won.dropna(subset="customer")
    assert known["customer"].is_unique
    firms = customers.loc[known["customer"]]
    for name, column in (("segment", "segment"), ("region", "region"), ("source", "channel")):
        assert (known[name].to_numpy() == firms[column].to_numpy()).all()
    wait = firms["acquired"].to_numpy() - known["contract"].to_numpy()
    assert ((wait >= np.timedelta64(0)) & (wait <= np.timedelta64(14, "D"))).all()
    assert (won.loc[won["customer"].isna(), "contract"] > END - pd.Timedelta(days=15)).all()


def test_as_many_are_won_as_their_chances_say(leads):
    # A year before the end every lead that is to be won has been.
    old = leads[leads["created"] < "2025-01-01"]
    for _kind, part in [("all", old), *old.groupby("source"), *old.groupby("segment")]:
        spread = np.sqrt((part["chance"] * (1 - part["chance"])).sum())
        assert abs(part["died"].isna().sum() - part["chance"].sum()) < 3 * spread


def test_reps_promise_keep_and_leave_open_as_stated(leads, selling):
    truth = datasets.load("company_reps_truth").set_index("rep")
    assert list(truth.index) == list(selling.reps)
    checked = leads[leads["promises_kept"].notna()].groupby("rep")
    made, kept = checked["promises"].sum(), checked["promises_kept"].sum()
    spread = np.sqrt(truth["kept_chance"] * (1 - truth["kept_chance"]) * made)
    assert (abs(kept - truth["kept_chance"] * made) < 3.5 * spread).all()
    won = leads[leads["outcome"] == "won"].groupby("rep")
    mean = selling.promises * np.exp(selling.promises_slope * truth["promise"])
    n = won.size()
    assert (abs(won["promises"].sum() - mean * n) < 3.5 * np.sqrt(mean * n)).all()
    # Old enough that even a late record has been made.
    gone = leads[(leads["created"] < "2024-07-01") & leads["closed"].notna()]
    gone = gone[gone["outcome"] == "lost"]
    late = ((gone["closed"] - gone["died"]).dt.days > 20).groupby(gone["rep"]).mean()
    assert np.corrcoef(late, truth["kept_open"])[0, 1] > 0.8


def test_customers_of_those_who_promise_much_leave_sooner(leads):
    churn = datasets.load("company_truth").set_index("customer")["churn_rate"]
    promise = datasets.load("company_reps_truth").set_index("rep")["promise"]
    won = leads.dropna(subset="customer")
    log = np.log(churn.loc[won["customer"]].to_numpy())
    own = log - pd.Series(log).groupby(won["segment"].to_numpy()).transform("mean").to_numpy()
    assert 0.3 < np.corrcoef(own, promise.loc[won["rep"]])[0, 1] < 0.6


def test_tasks_name_things_that_are_there(leads):
    tasks = datasets.load("company_tasks")
    assert set(tasks["lead"].dropna()) <= set(leads.index)
    named = tasks.dropna(subset="customer")
    assert set(named["customer"]) <= set(datasets.load("company_customers")["customer"])
    assert set(named["kind"]) == {"start-up visit", "promise", "complaint", "yearly review"}
    assert (tasks["due"] > tasks["created"]).all()
    assert not (tasks["done"].notna() & tasks["dropped"].notna()).any()
    about = leads["rep"].reindex(tasks["lead"].dropna())
    assert (about.to_numpy() == tasks.loc[tasks["lead"].notna(), "rep"].to_numpy()).all()


def test_what_is_due_later_is_neglected_more(leads, selling):
    tasks = datasets.load("company_tasks")
    lost = leads.index[leads["outcome"] == "lost"]  # their open tasks fall away
    tasks = tasks[(tasks["created"] < "2025-11-01") & ~tasks["lead"].isin(lost)]
    slow = (tasks["due"] - tasks["created"]).dt.days > 7
    left = tasks["done"].isna().groupby(slow).mean()
    assert left[False] == pytest.approx(selling.neglect, abs=0.04)
    assert left[True] == pytest.approx(selling.neglect_slow, abs=0.08)
