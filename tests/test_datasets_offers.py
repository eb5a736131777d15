"""The synthetic ratings of rival offers held to the truth that they were made from."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmlab import datasets, value

RECIPES = Path(__file__).parents[1] / "datasets" / "recipes"


@pytest.fixture(scope="module")
def recipe():
    """The module that simulates the ratings."""
    sys.path.insert(0, str(RECIPES))
    try:
        yield importlib.import_module("simulate_offers")
    finally:
        sys.path.remove(str(RECIPES))


@pytest.fixture(scope="module")
def ratings():
    return datasets.load("company_offers")


@pytest.fixture(scope="module")
def weights():
    return datasets.load("company_offer_weights").drop(columns="basket")


def test_respondents_rate_our_offer_and_the_rivals_within_reach(ratings):
    survey = datasets.load("company_survey").set_index("customer")
    own = ratings[ratings["offer"] == "own"]
    assert own["customer"].tolist() == survey.index.tolist()
    rivals = ratings.groupby("customer").size() - 1
    assert (rivals == survey["alternatives"].clip(upper=3)).all()


def test_everyone_has_one_main_supplier(ratings):
    assert ratings.groupby("customer")["chosen"].sum().eq(1).all()


def test_the_scale_of_the_choices_is_the_one_they_were_drawn_with(ratings, weights, recipe):
    found = value.choice_scale(ratings, weights)
    assert found == pytest.approx(recipe.OFFERS.scale, rel=0.15)


def test_predicted_shares_are_those_observed(ratings, weights, recipe):
    found = value.choose_offers(ratings, weights, scale=recipe.OFFERS.scale)
    observed = ratings.groupby("offer")["chosen"].mean()
    table = found.to_frame()
    error = np.sqrt(observed * (1 - observed) / table["within_reach"])
    assert ((table["share_within_reach"] - observed).abs() < 3 * error).all()


def test_weights_are_shares_of_the_basket_by_segment(recipe):
    table = datasets.load("company_offer_weights")
    segment = table.merge(datasets.load("company_customers"), on="customer")["segment"]
    for name, stated in recipe.OFFERS.worth.items():
        here = table[segment == name]
        found = [
            *(np.log(here[part] / here["basket"]).mean() for part in recipe.POINTS),
            np.log(here["time"]).mean(),
        ]
        slack = 3.5 * recipe.OFFERS.worth_sigma / np.sqrt(len(here))
        assert found == pytest.approx(np.log(stated).tolist(), abs=slack), name


def test_rivals_are_rated_around_their_levels(ratings, recipe):
    for name, levels in recipe.OFFERS.levels.items():
        here = ratings[ratings["offer"] == name]
        parts = recipe.POINTS if name != "own" else ("energy", "psychic")
        for part in parts:
            level = dict(zip(recipe.POINTS, levels, strict=False))[part]
            assert here[part].mean() == pytest.approx(level, abs=0.25), (name, part)


def test_a_customer_is_here_what_it_was_in_the_survey(ratings):
    survey = datasets.load("company_survey").set_index("customer")
    own = ratings[ratings["offer"] == "own"].set_index("customer")
    assert own["product"].corr(survey["quality_1"]) > 0.7
    loyal = survey["share_of_wallet"].groupby(own["chosen"]).mean()
    assert loyal[True] > loyal[False] + 0.1


def test_absolute_and_relative_choose_different_winners(ratings, weights):
    """The lesson of the chapter."""
    names = [*value.BENEFITS, *value.SACRIFICES]
    offers = ratings.groupby("offer")[names].mean()
    mean = weights.drop(columns="customer").mean().to_dict()
    found = value.compare_offers(offers, mean)
    assert (found.best, found.best_ratio) == ("premium", "discounter")
    assert pd.Series(found.difference).min() > 0
