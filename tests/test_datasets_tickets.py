"""Service tickets of the simulated company, held to their orders and to their recipe."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from crmlab import datasets

RECIPES = Path(__file__).parents[1] / "datasets" / "recipes"
END = pd.Timestamp("2025-12-31")


@pytest.fixture(scope="module")
def service():
    """The true parameters."""
    sys.path.insert(0, str(RECIPES))
    try:
        yield importlib.import_module("simulate_tickets").SERVICE
    finally:
        sys.path.remove(str(RECIPES))


@pytest.fixture(scope="module")
def tickets():
    table = datasets.load("company_tickets")
    truth = datasets.load("company_truth").set_index("customer")
    people = datasets.load("company_customers").set_index("customer")
    orders = datasets.load("company_orders").set_index("order")
    about = orders.loc[table["order"]].reset_index(drop=True)
    table = table.assign(bought=about["date"], buyer=about["customer"], product=about["product"])
    table = table.join(truth[["churn_rate", "left"]], on="customer")
    table = table.join(people["segment"], on="customer")
    return table.assign(wait=(table["first_answer"] - table["opened"]).dt.days)


def test_keys_and_times_hold(tickets):
    assert tickets["ticket"].is_unique
    assert tickets["opened"].is_monotonic_increasing
    assert (tickets["customer"] == tickets["buyer"]).all()
    assert (tickets["opened"] >= tickets["bought"]).all()
    known = tickets.dropna(subset="closed")
    assert (known["closed"] >= known["first_answer"]).all()
    assert (known["first_answer"] >= known["opened"]).all()
    assert tickets.loc[tickets["first_answer"].isna(), "closed"].isna().all()
    assert tickets.loc[tickets["closed"].isna(), "satisfied"].isna().all()
    assert (tickets.loc[tickets["kind"] != "complaint", "compensation"] == 0).all()
    assert (tickets.loc[tickets["kind"] == "repair", "product"] == "machines").all()


def test_nobody_complains_after_leaving(tickets):
    complaints = tickets[tickets["kind"] == "complaint"]
    assert (complaints["opened"] <= complaints["left"].fillna(END)).all()


def test_answers_take_as_long_as_stated(tickets, service):
    complaints = tickets[tickets["kind"] == "complaint"]
    early = complaints[complaints["opened"] < "2025-11-01"]  # later ones are cut by the end
    for year, median in service.answer_days.items():
        wait = early.loc[early["opened"].dt.year == year, "wait"]
        n = len(wait)
        # the recipe cuts to whole days, so the share below two whole days is known exactly
        from_normal = norm.cdf(np.log(2 / median) / service.answer_sigma)
        below = (wait.dropna() < 2).mean()
        assert abs(below - from_normal) < 4 * np.sqrt(from_normal * (1 - from_normal) / n), year
    assert early["wait"].isna().mean() == pytest.approx(service.forgotten, abs=0.015)


def test_segments_complain_as_often_as_stated(tickets, service):
    complaints = tickets[tickets["kind"] == "complaint"]
    people = datasets.load("company_customers").set_index("customer")["segment"]
    orders = datasets.load("company_orders")["customer"].map(people).value_counts()
    rate = complaints["segment"].value_counts() / orders
    for name, stated in service.complaint_rate.items():
        assert rate[name] == pytest.approx(stated, rel=0.2), name


def test_complaints_not_mended_make_customers_leave(tickets, service):
    """Events against the number that the customers' own rates of leaving would give."""
    complaints = tickets[(tickets["kind"] == "complaint") & (tickets["opened"] < "2025-07-01")]
    days = (complaints["left"] - complaints["opened"]).dt.days
    gone = days <= service.window
    own = -np.expm1(-complaints["churn_rate"] * service.window / 365.25)
    ratio = gone.groupby(complaints["satisfied"]).sum() / own.groupby(complaints["satisfied"]).sum()
    assert 1.8 < ratio["no"] < service.hazard_unmended
    assert 0.8 < ratio["yes"] < 1.5
    assert ratio["no"] > 1.4 * ratio["yes"]


def test_slow_answers_and_no_compensation_displease(tickets, service):
    asked = tickets[(tickets["kind"] == "complaint") & tickets["satisfied"].notna()]
    yes = asked["satisfied"] == "yes"
    quick = asked["wait"] <= 1
    assert yes[quick].mean() > yes[~quick].mean() + 0.1
    for slow in (True, False):
        same = asked[quick != slow]
        paid = same["compensation"] > 0
        assert yes[same.index][paid].mean() > yes[same.index][~paid].mean()


def test_truth_lists_every_parameter(service):
    table = datasets.load("company_tickets_truth")
    found = table.set_index(["parameter", "level"])["value"]
    assert found["hazard_unmended"].item() == service.hazard_unmended
    assert found["complaint_rate", "hotel"] == service.complaint_rate["hotel"]
    assert set(table["parameter"]) == set(type(service).__dataclass_fields__)
