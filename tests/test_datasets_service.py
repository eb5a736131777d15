"""The synthetic questionnaires on service held to the truth that they were made from."""

import importlib
import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmlab import datasets
from crmlab.satisfaction import kano_category

RECIPES = Path(__file__).parents[1] / "datasets" / "recipes"
NAMES = ("company_kano", "company_attributes", "company_service")


@pytest.fixture(scope="module")
def recipe():
    """The module that simulates the questionnaires."""
    sys.path.insert(0, str(RECIPES))
    try:
        yield importlib.import_module("simulate_service_surveys")
    finally:
        sys.path.remove(str(RECIPES))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("company_kano", "make_kano"),
        ("company_kano_truth", "make_kano_truth"),
        ("company_attributes", "make_attributes"),
        ("company_attributes_truth", "make_attributes_truth"),
        ("company_service", "make_service"),
    ],
)
def test_the_recipe_gives_the_shipped_table(recipe, name, make):
    text = getattr(recipe, make)().to_csv(index=False)
    again = pd.read_csv(io.StringIO(text))
    pd.testing.assert_frame_equal(again, datasets.load(name), check_dtype=False)


@pytest.mark.parametrize("name", NAMES)
def test_respondents_also_answered_the_survey(name):
    survey = datasets.load("company_survey")
    answered = set(survey.loc[survey["satisfaction_1"].notna(), "customer"])
    table = datasets.load(name)
    assert set(table["customer"]) <= answered
    rows = table.groupby("customer").size()
    assert rows.min() == rows.max()  # everyone got the whole questionnaire


def test_pairs_of_the_recipe_lead_to_their_category(recipe):
    for letter, cells in recipe.PAIRS.items():
        assert {kano_category(f, d) for f, d, _weight in cells} == {letter}
        assert sum(weight for *_pair, weight in cells) == pytest.approx(1)


def test_scores_and_satisfaction_have_the_true_correlations(recipe):
    """The conditional draw gives a joint normal law whose regression has the true weights."""
    weight = np.array([a.weight for a in recipe.STUDY.attributes.values()])
    between = recipe.correlations()
    together = between @ weight
    assert np.linalg.eigvalsh(between - np.outer(together, together)).min() > 0
    assert np.linalg.solve(between, together) == pytest.approx(weight)
    assert 0.5 < weight @ together < 0.8
