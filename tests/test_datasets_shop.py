"""The corner shop's notebook is held to its recipe."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from crmlab import crm, datasets

RECIPES = Path(__file__).parents[1] / "datasets" / "recipes"


@pytest.fixture(scope="module")
def recipe():
    sys.path.insert(0, str(RECIPES))
    try:
        yield importlib.import_module("simulate_shop")
    finally:
        sys.path.remove(str(RECIPES))


def test_the_recipe_makes_the_file(recipe):
    made = recipe.make_shop()
    stored = datasets.load("corner_shop")
    for name in stored:
        assert made[name].tolist() == pytest.approx(stored[name].tolist(), nan_ok=True), name


def test_the_notebook_agrees_with_its_parameters(recipe):
    table, shop = datasets.load("corner_shop"), recipe.SHOP
    bought = table["orders"] > 0
    error = np.sqrt(shop.known * (1 - shop.known) / len(table))
    assert abs(bought.mean() - shop.known) < 3 * error
    stayed = table["tenure"] - table["silent"]
    assert table.loc[bought, "tenure"].max() <= shop.longest
    assert (stayed[bought] >= 0).all()
    seen = table["orders"][bought].sum() / stayed[bought].sum()
    assert seen == pytest.approx(shop.visits, rel=0.35)
    assert table.loc[~bought, ["tenure", "silent", "value"]].isna().all(axis=None)


def test_every_type_occurs_in_the_street():
    table = datasets.load("corner_shop").set_index("household")
    assert (crm.customer_types(table, loyal_orders=50).counts > 0).all()
