"""Weights: published examples, identities, conventions."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab import index, weights

LEADER = [[1, 4, 3, 7], [1 / 4, 1, 1 / 3, 3], [1 / 3, 3, 1, 5], [1 / 7, 1 / 3, 1 / 5, 1]]
SCHOOL = [
    [1, 4, 3, 1, 3, 4],
    [1 / 4, 1, 7, 3, 1 / 5, 1],
    [1 / 3, 1 / 7, 1, 1 / 5, 1 / 5, 1 / 6],
    [1, 1 / 3, 5, 1, 1, 1 / 3],
    [1 / 3, 5, 5, 1, 1, 3],
    [1 / 4, 1, 6, 3, 1 / 3, 1],
]
VALUES = [[8, 7, 2, 1], [5, 3, 7, 5], [7, 5, 6, 4], [9, 9, 7, 3], [11, 10, 3, 7], [6, 9, 5, 4]]


# AHP: the choice of a leader is an example from teaching, that of a school is Saaty's.


def test_the_choice_of_a_leader():
    result = weights.ahp(LEADER)
    assert result.weights.round(4).tolist() == [0.5476, 0.1266, 0.2699, 0.0559]
    assert result.lambda_max == pytest.approx(4.118418, abs=5e-7)
    assert result.ci == pytest.approx((result.lambda_max - 4) / 3)
    assert result.cr == pytest.approx(0.0439, abs=5e-5)
    assert result.consistent


def test_the_choice_of_a_school_is_inconsistent_and_says_so():
    with pytest.warns(UserWarning, match=r"CR = 0\.229 is above 0\.1"):
        result = weights.ahp(SCHOOL)
    assert result.weights.round(4).tolist() == [0.3208, 0.1395, 0.0348, 0.1285, 0.2374, 0.1391]
    assert result.lambda_max == pytest.approx(7.419870, abs=5e-7)
    assert result.cr == pytest.approx(0.2290, abs=5e-5)
    assert not result.consistent
    assert "NOT consistent" in repr(result)


def test_a_consistent_judge_is_not_warned():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        weights.ahp(LEADER)


def test_the_random_index_is_a_matter_of_choice():
    old, new = weights.ahp(LEADER), weights.ahp(LEADER, "saaty2005")
    own = weights.ahp(LEADER, 0.9)
    assert (old.ri, new.ri, own.ri) == (0.90, 0.89, 0.9)
    assert old.cr == own.cr == pytest.approx(new.cr * 0.89 / 0.90)
    assert weights.RANDOM_INDEX["saaty"] == (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
    assert weights.RANDOM_INDEX["saaty2005"] == (0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49)


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=10))
def test_judgements_that_agree_give_back_their_weights(true):
    true = np.array(true) / sum(true)
    result = weights.ahp(true[:, None] / true)
    assert result.weights == pytest.approx(true)
    assert result.lambda_max == pytest.approx(len(true))
    assert result.cr == pytest.approx(0, abs=1e-9)
    assert result.implied == pytest.approx(result.comparisons)


@given(st.lists(st.sampled_from([1 / 9, 1 / 5, 1 / 3, 1, 3, 5, 9]), min_size=6, max_size=6))
def test_lambda_is_never_below_the_number_of_things(judged):
    matrix = np.eye(4)
    matrix[np.triu_indices(4, 1)] = judged
    matrix.T[np.triu_indices(4, 1)] = 1 / np.array(judged)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = weights.ahp(matrix)
    assert result.lambda_max >= 4 - 1e-9
    assert result.weights.sum() == pytest.approx(1)
    assert (result.weights > 0).all()
    assert matrix @ result.weights == pytest.approx(result.lambda_max * result.weights)


def test_the_worst_judgement_is_the_one_to_talk_about():
    with pytest.warns(UserWarning, match="above"):
        result = weights.ahp(
            weights.comparison_matrix({("a", "b"): 2, ("b", "c"): 2, ("c", "a"): 4})
        )
    table = result.worst()
    assert table["factor"].is_monotonic_decreasing
    assert (table["given"] >= 1).all()
    row = table.iloc[0]
    i, j = result.names.index(row["more"]), result.names.index(row["less"])
    assert row["given"] == pytest.approx(result.comparisons[i, j])
    assert row["implied"] == pytest.approx(result.weights[i] / result.weights[j])


def test_names_come_from_the_table_or_are_given():
    table = weights.comparison_matrix({("quality", "price"): 3})
    assert weights.ahp(table).names == ("quality", "price")
    assert weights.ahp(LEADER, names=list("abcd")).to_frame().index.tolist() == list("abcd")
    assert weights.comparison_matrix({("b", "a"): 4}, names=["a", "b"]).loc["a", "b"] == 0.25


def test_a_group_meets_at_the_geometric_mean():
    other = np.array(LEADER).T
    group = weights.group_ahp([LEADER, other])
    assert group.weights == pytest.approx(np.full(4, 0.25))
    assert weights.group_ahp([LEADER]).weights == pytest.approx(weights.ahp(LEADER).weights)
    tilted = weights.group_ahp([LEADER, other], weights=[1, 0])
    assert tilted.weights == pytest.approx(weights.ahp(LEADER).weights)
    assert group.comparisons * group.comparisons.T == pytest.approx(np.ones((4, 4)))


# Entropy.


def test_entropy_weights_of_the_reference_table():
    assert weights.entropy(VALUES).weights.round(6).tolist() == [
        0.110705,
        0.223873,
        0.274246,
        0.391176,
    ]
    costs = [0.069078, 0.139693, 0.261461, 0.529768]
    for cost in ([2, 3], [False, False, True, True]):
        assert weights.entropy(VALUES, cost=cost).weights.round(6).tolist() == costs
    named = pd.DataFrame(VALUES, columns=list("abcd"))
    assert weights.entropy(named, cost=["c", "d"]).weights.round(6).tolist() == costs
    assert weights.entropy(named).names == ("a", "b", "c", "d")


def test_entropy_by_hand():
    share = np.array([0.25, 0.75])
    entropy = -(share * np.log(share)).sum() / np.log(2)
    result = weights.entropy([[1, 5], [3, 5]])
    assert result.entropy == pytest.approx([entropy, 1])
    assert result.weights == pytest.approx([1, 0])
    assert result.to_frame()["divergence"].tolist() == pytest.approx([1 - entropy, 0])


def test_the_range_convention_maps_to_0_and_1_first():
    result = weights.entropy(VALUES, cost=[3], convention="range")
    values = np.array(VALUES, float)
    mapped = (values - values.min(axis=0)) / np.ptp(values, axis=0)
    mapped[:, 3] = 1 - mapped[:, 3]
    share = mapped / mapped.sum(axis=0)
    logs = np.log(np.where(share > 0, share, 1))
    divergence = 1 + (share * logs).sum(axis=0) / np.log(6)
    assert result.weights == pytest.approx(divergence / divergence.sum())
    assert not np.allclose(result.weights, weights.entropy(VALUES, cost=[3]).weights)
    shifted = weights.entropy(values * [1, 2, 3, 4] - 7, cost=[3], convention="range")
    assert shifted.weights == pytest.approx(result.weights)  # units and origins are forgotten


def test_a_column_that_never_differs_weighs_nothing():
    for convention in ("share", "range"):
        result = weights.entropy([[1, 5], [3, 5]], convention=convention)
        assert result.weights == pytest.approx([1, 0])


# Combined.


def test_combined_weights():
    judged, measured = [0.5, 0.3, 0.2], [0.2, 0.2, 0.6]
    assert weights.combine([judged, measured]).weights == pytest.approx([0.35, 0.25, 0.4])
    tilted = weights.combine([judged, measured], shares=[0.75, 0.25])
    assert tilted.weights == pytest.approx([0.425, 0.275, 0.3])
    product = weights.combine([judged, measured], "multiplicative").weights
    assert product == pytest.approx(np.array([0.10, 0.06, 0.12]) / 0.28)
    only = weights.combine([judged, measured], "multiplicative", shares=[1, 0])
    assert only.weights == pytest.approx(judged)


def test_results_stand_for_their_weights():
    judged, measured = weights.ahp(LEADER, names=list("abcd")), weights.entropy(VALUES)
    joined = weights.combine([judged, measured])
    assert joined.names == ("a", "b", "c", "d")
    assert joined.weights == pytest.approx((judged.weights + measured.weights) / 2)
    assert joined.to_frame().columns.tolist() == ["part_1", "part_2", "weight"]
    assert np.asarray(judged) == pytest.approx(judged.weights)
    assert len(judged) == 4
    assert list(judged) == judged.weights.tolist()
    membership = np.full((4, 2), 0.5)
    assert index.fuzzy_evaluation(judged, membership).vector == pytest.approx([0.5, 0.5])


def test_sets_that_name_their_things_in_another_order_are_not_joined():
    judged = pd.Series({"price": 0.5, "taste": 0.3, "speed": 0.2})
    with pytest.raises(ValueError, match="parts must name the same things in order; got"):
        weights.combine([judged, judged[::-1]])
    pairs = weights.ahp([[1, 2], [1 / 2, 1]], names=["taste", "price"])
    with pytest.raises(ValueError, match="parts must name the same things in order; got"):
        weights.combine([judged[["price", "taste"]] / 0.8, pairs])
    found = weights.combine([judged, [0.2, 0.3, 0.5]])
    assert found.names == ("price", "taste", "speed")


def test_sets_may_come_one_by_one():
    sets = [[0.5, 0.5], [0.2, 0.8]]
    assert repr(weights.combine(iter(sets))) == repr(weights.combine(sets))
