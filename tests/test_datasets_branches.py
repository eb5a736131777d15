"""The synthetic branches held to the elasticities that they were made from."""

import importlib
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from crmlab import datasets

RECIPES = Path(__file__).parents[1] / "datasets" / "recipes"


@pytest.fixture(scope="module")
def recipe():
    """The module that simulates the branches."""
    sys.path.insert(0, str(RECIPES))
    try:
        yield importlib.import_module("simulate_branches")
    finally:
        sys.path.remove(str(RECIPES))


def test_every_link_has_its_elasticity(recipe, monkeypatch):
    monkeypatch.setattr(recipe, "BRANCHES", recipe.Branches(branches=4000))
    table = recipe.make_branches()
    links = pairwise(["employee_satisfaction", *recipe.BRANCHES.elasticity])
    for (cause, effect), true in zip(links, recipe.BRANCHES.elasticity.values(), strict=True):
        inside = table[(table[[cause, effect]] != 10).all(axis=1)]  # no scale cuts these off
        x = np.column_stack([np.ones(len(inside)), np.log(inside[[cause, "staff"]])])
        slope = np.linalg.lstsq(x, np.log(inside[effect]), rcond=None)[0][1]
        assert slope == pytest.approx(true, abs=0.04), effect


def test_each_branch_has_every_period(recipe):
    branches = datasets.load("company_branches")
    assert (branches.groupby("branch")["period"].nunique() == 4).all()
    assert (branches.groupby("branch")["staff"].nunique() == 1).all()
    assert branches["branch"].nunique() == recipe.BRANCHES.branches
