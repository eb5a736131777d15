"""The yogurt panel held to its publication, the synthetic market to the truth it was made from."""

import numpy as np
import pandas as pd
import pytest

from crmlab import datasets


def test_yogurt_panel_has_the_published_counts():
    # Jain, Vilcassim & Chintagunta (1994): 100 households, 2,412 purchases.
    panel = datasets.load("yogurt_panel")
    assert (len(panel), panel["household"].nunique()) == (2412, 100)
    shares = (100 * panel["brand"].value_counts(normalize=True)).round(1)
    assert shares.to_dict() == {"dannon": 40.2, "yoplait": 33.9, "weight": 22.9, "hiland": 2.9}
    assert list(panel) == ["household", "order", "brand"]


def test_orders_of_the_yogurt_panel_count_from_one_without_gaps():
    groups = datasets.load("yogurt_panel").groupby("household")["order"]
    assert (groups.min() == 1).all()
    assert (groups.max() == groups.size()).all()
    assert groups.apply(lambda order: order.is_monotonic_increasing and order.is_unique).all()
    assert (groups.size().min(), groups.size().max()) == (4, 185)


@pytest.fixture(scope="module")
def market():
    return datasets.load("company_market")


@pytest.fixture(scope="module")
def panel():
    return datasets.load("company_panel")


def test_survey_and_panel_tell_of_the_same_buyers(market, panel):
    assert market.groupby("buyer").size().eq(4).all()
    assert set(panel["buyer"]) == set(market["buyer"])
    often = market.groupby("buyer")["purchases"].agg(["min", "max"])
    assert often["min"].tolist() == often["max"].tolist()
    assert panel.groupby("buyer").size().tolist() == often["max"].tolist()
    assert not panel.duplicated(["buyer", "date"]).any()


def test_last_supplier_of_the_survey_is_that_of_the_panel(market, panel):
    last = panel.sort_values("date").groupby("buyer")["supplier"].last()
    said = market[market["last"]].set_index("buyer")["supplier"]
    pd.testing.assert_series_equal(last, said, check_dtype=False)


def test_next_supplier_follows_the_true_logit(market):
    truth = datasets.load("company_market_truth").set_index("driver")["worth"]
    utility = market[truth.index].astype(float) @ truth
    chance = np.exp(utility).to_numpy().reshape(-1, 4)
    chance = chance / chance.sum(axis=1, keepdims=True)
    taken = market["chosen"].to_numpy().reshape(-1, 4)
    # Expected and observed number of purchases per supplier, with the variance of the sum.
    gap = taken.sum(axis=0) - chance.sum(axis=0)
    assert (np.abs(gap) < 3 * np.sqrt((chance * (1 - chance)).sum(axis=0))).all()
    surprise = -np.log(chance[taken])
    expected = -(chance * np.log(chance)).sum(axis=1)
    assert abs(surprise.mean() - expected.mean()) < 3 * surprise.std() / np.sqrt(len(surprise))
