"""Five grading indicators: row G3."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr, zscore

from crmlab import datasets, grading, weights

quick = settings(max_examples=40, deadline=None, derandomize=True)
columns = st.lists(st.integers(-30, 60), min_size=4, max_size=25).filter(lambda x: len({*x}) > 1)


def table_of(values):
    return pd.DataFrame({"profit": values, "late": values[::-1]})


@quick
@given(columns)
def test_each_method_is_its_formula(values):
    table, x = table_of(values), np.array(values, float)
    by = {method: grading.normalise(table, method)["profit"].to_numpy() for method in
          ("min-max", "z", "percentile")}  # fmt: skip
    assert by["min-max"] == pytest.approx((x - x.min()) / (x.max() - x.min()))
    assert by["z"] == pytest.approx(zscore(x))
    assert by["percentile"] == pytest.approx((rankdata(x) - 0.5) / len(x))
    vector = grading.normalise(table, "vector")["profit"].to_numpy()
    assert vector == pytest.approx(x / np.linalg.norm(x))


@quick
@given(columns, st.sampled_from(["min-max", "z", "percentile"]))
def test_a_cost_is_turned_round_and_keeps_its_scale(values, method):
    plain = grading.normalise(table_of(values), method)["late"]
    turned = grading.normalise(table_of(values), method, cost=["late"])["late"]
    minus = grading.normalise(-table_of(values), method)["late"]
    assert turned.to_numpy() == pytest.approx(minus.to_numpy(), abs=1e-9)
    assert spearmanr(plain, turned).statistic == pytest.approx(-1)


@quick
@given(columns, st.floats(0.1, 50), st.floats(-20, 20))
def test_units_do_not_matter(values, factor, shift):
    table = table_of(values)
    moved = table.assign(profit=table["profit"] * factor + shift)
    for method in ("min-max", "z"):
        one, two = (grading.normalise(t, method)["profit"].to_numpy() for t in (table, moved))
        assert one == pytest.approx(two, abs=1e-8)


def test_grades_by_hand():
    table = pd.DataFrame({"profit": [0, 50, 100], "late": [30, 0, 10]}, index=list("xyz"))
    found = grading.grade_customers(table, [0.6, 0.4], cost=["late"], by="score",
                                    cuts=(70, 40), names=("A", "B", "C"))  # fmt: skip
    assert found.scores["score"].tolist() == pytest.approx([0, 70, 86 + 2 / 3])
    assert found.scores["grade"].tolist() == ["C", "A", "A"]  # a score at the cut is above it
    assert found.table["lowest"].tolist()[0] == pytest.approx(70)
    assert found.table["customers"].tolist() == [2, 0, 1]
    assert found.scores[["profit", "late"]].sum(axis=1).to_numpy() == pytest.approx(
        found.scores["score"].to_numpy()
    )


def test_one_indicator_with_all_the_weight_ranks_as_it_does():
    rng = np.random.default_rng(3)
    table = pd.DataFrame(rng.normal(size=(40, 3)), columns=list("abc"))
    found = grading.grade_customers(table, [0, 1, 0], cuts=(0.25,), names=("A", "B"))
    best = set(table["b"].nlargest(10).index)
    assert set(found.scores.index[found.scores["grade"] == "A"]) == best


def test_weights_of_the_weights_room_are_taken():
    table = pd.DataFrame({"a": [1.0, 2, 3], "b": [3.0, 5, 1]})
    judged = weights.ahp([[1, 3], [1 / 3, 1]])
    found = grading.grade_customers(table, judged, cuts=(0.5,), names=("A", "B"))
    assert found.weights == pytest.approx([0.75, 0.25])


def test_sensitivity_with_hardly_any_spread_keeps_every_grade():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(size=(30, 3)), columns=list("abc"))
    graded = grading.grade_customers(table, [0.5, 0.3, 0.2])
    still = graded.sensitivity(spread=0.001, draws=50)
    assert still.kept > 0.99
    wild = graded.sensitivity(spread=0.9, draws=50)
    assert wild.kept < still.kept
    assert np.median(wild.rank_correlation) < np.median(still.rank_correlation)


def test_sensitivity_counts_what_it_says():
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.normal(size=(25, 3)), columns=list("abc"))
    graded = grading.grade_customers(table, [0.5, 0.5, 0], cuts=(0.2,), names=("A", "B"))
    found = graded.sensitivity(draws=40, seed=5)
    assert (found.weights[:, 2] == 0).all()  # a weight of nothing stays nothing
    assert found.weights.sum(axis=1) == pytest.approx(np.ones(40))
    kept = np.zeros(25)
    for row, drawn in enumerate(found.weights):
        again = grading.grade_customers(table, drawn, cuts=(0.2,), names=("A", "B"))
        kept += (again.scores["grade"] == graded.scores["grade"]).to_numpy()
        rank = spearmanr(again.scores["score"], graded.scores["score"]).statistic
        assert found.rank_correlation[row] == pytest.approx(rank)
    assert found.customers["kept"].to_numpy() == pytest.approx(kept / 40)
    assert found.to_frame()["customers"].sum() == 25


def test_dirichlet_has_the_given_weights_as_its_mean():
    table = pd.DataFrame(np.random.default_rng(4).normal(size=(10, 3)), columns=list("abc"))
    drawn = grading.grade_customers(table, [0.5, 0.3, 0.2]).sensitivity(0.2, 4000).weights
    assert drawn.mean(axis=0) == pytest.approx([0.5, 0.3, 0.2], abs=0.005)
    # Its variance is w (1 - w) / (concentration + 1) = w (1 - w) spread².
    assert drawn.std(axis=0) == pytest.approx(0.2 * np.sqrt([0.25, 0.21, 0.16]), abs=0.004)


def test_the_company_has_standing_for_everybody_of_2025():
    standing = datasets.load("company_standing").set_index("customer")
    orders = datasets.load("company_orders")
    recent = orders.loc[orders["date"] >= "2025-01-01", "customer"].value_counts()
    assert set(standing.index) == set(recent.index)
    assert (standing["invoices"] == recent.loc[standing.index]).all()
