"""Standing of the company's customers and the operator's months, held to their recipes."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from crmlab import datasets

RECIPES = Path(__file__).parents[1] / "datasets" / "recipes"


@pytest.fixture(scope="module")
def recipes():
    """The two recipes as modules."""
    sys.path.insert(0, str(RECIPES))
    try:
        yield tuple(map(importlib.import_module, ("simulate_standing", "simulate_telecom")))
    finally:
        sys.path.remove(str(RECIPES))


def test_segments_pay_as_late_as_stated(recipes):
    table = datasets.load("company_standing_truth")
    segment = datasets.load("company_customers")["segment"]
    late = table["mean_days_late"].groupby(segment)
    for name, days in recipes[0].STANDING.days_late.items():
        error = late.std()[name] / np.sqrt(late.size()[name])
        assert abs(late.mean()[name] - days) < 4 * error


def test_what_the_firm_sees_is_the_truth_with_noise():
    seen = datasets.load("company_standing").set_index("customer")
    true = datasets.load("company_standing_truth").set_index("customer").loc[seen.index]
    error = seen["days_late"] - true["mean_days_late"]
    z = error / (true["spread_days"] / np.sqrt(seen["invoices"]))
    assert abs(z.mean()) < 0.15
    assert 0.9 < z.std() < 1.1


def test_slow_payers_leave_sooner_and_the_score_knows_something(recipes):
    standing, truth = datasets.load("company_standing_truth"), datasets.load("company_truth")
    segment = datasets.load("company_customers")["segment"]
    own = standing["mean_days_late"] - standing["mean_days_late"].groupby(segment).transform("mean")
    with_churn = np.corrcoef(own, np.log(truth["churn_rate"]))[0, 1]
    assert 0.1 < with_churn < 0.5
    seen = datasets.load("company_standing").set_index("customer")["prospects"]
    true = truth.set_index("customer").loc[seen.index]
    future = true["order_rate"] * true["mean_order"] * true["margin_rate"]
    future = np.log(future / (true["churn_rate"] + 0.1))
    assert np.corrcoef(seen, future)[0, 1] == pytest.approx(recipes[0].STANDING.insight, abs=0.12)


def test_the_operators_kinds_are_as_many_and_as_silent_as_stated(recipes):
    truth = datasets.load("telecom_truth")
    stated = {name: kind.customers for name, kind in recipes[1].TELECOM.kinds.items()}
    assert truth["kind"].value_counts().to_dict() == stated
    last = datasets.load("telecom_months").groupby("customer")["month"].max()
    silent = 12 * (2025 - last.dt.year) + 12 - last.dt.month
    assert (silent.to_numpy() == truth.set_index("customer").loc[last.index, "silent"]).all()
