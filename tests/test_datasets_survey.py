"""The synthetic survey held to the truth that it was made from."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from crmlab import datasets

RECIPES = Path(__file__).parents[1] / "datasets" / "recipes"


@pytest.fixture(scope="module")
def recipe():
    """The module that simulates the survey."""
    sys.path.insert(0, str(RECIPES))
    try:
        yield importlib.import_module("simulate_survey")
    finally:
        sys.path.remove(str(RECIPES))


@pytest.fixture(scope="module")
def survey():
    return datasets.load("company_survey")


def test_feelings_follow_the_paths(recipe):
    rng = np.random.default_rng(1)
    felt = recipe.feelings(rng, rng.standard_normal(200_000))
    for name, feeling in felt.items():
        assert feeling.std() == pytest.approx(1, abs=0.01), name
    for _, path in datasets.load("company_survey_paths").groupby("target"):
        causes = np.column_stack([felt[cause] for cause in path["source"]])
        slopes = np.linalg.lstsq(causes, felt[path["target"].iloc[0]], rcond=None)[0]
        assert slopes == pytest.approx(path["coefficient"].to_numpy(), abs=0.012)


def test_respondents_are_customers_who_were_there(survey):
    truth = datasets.load("company_truth").set_index("customer").loc[survey["customer"]]
    acquired = datasets.load("company_customers").set_index("customer")["acquired"]
    assert survey["customer"].is_unique
    assert (truth["left"].isna() | (truth["left"] > "2024-11-14")).all()
    assert (acquired.loc[survey["customer"]] < "2024-11-15").all()


def test_the_satisfied_stay_more_often(survey):
    orders = datasets.load("company_orders")
    later = set(orders.loc[orders["date"] > "2025-06-30", "customer"])
    satisfied = survey["satisfaction_1"] >= 9
    stays = survey["customer"].isin(later)
    assert stays[satisfied].mean() > stays[survey["satisfaction_1"] <= 5].mean() + 0.1


def test_reversed_items_run_the_other_way(survey):
    assert survey["trust_1"].corr(survey["trust_3"]) < -0.3
    assert survey["affective_1"].corr(survey["affective_3"]) < -0.3


def test_rivals_within_reach_take_a_share_of_the_wallet(survey):
    share = survey.groupby("alternatives")["share_of_wallet"].mean()
    assert share.is_monotonic_decreasing
    assert len(share) == 6
