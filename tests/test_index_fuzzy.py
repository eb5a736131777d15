"""Fuzzy evaluation: the worked example, operators by hand, levels, validity."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crmlab import index

WEIGHTS = [0.4, 0.3, 0.2, 0.1]
TABLE = [[0.5, 0.3, 0.2, 0], [0.2, 0.4, 0.3, 0.1], [0.1, 0.3, 0.5, 0.1], [0, 0.2, 0.4, 0.4]]
SCORES = [95, 85, 70, 50]


def test_the_restaurant():
    result = index.fuzzy_evaluation(WEIGHTS, TABLE, scores=SCORES)
    assert result.vector == pytest.approx([0.28, 0.32, 0.31, 0.09])
    assert result.score == pytest.approx(80.0)
    assert result.grade == 1
    assert result.validity == pytest.approx((4 * 0.32 - 1) / (2 * 0.31 * 3))


@pytest.mark.parametrize(
    ("operator", "by_hand"),
    [
        ("min_max", [0.4, 0.3, 0.3, 0.1]),
        ("product_max", [0.20, 0.12, 0.10, 0.04]),
        ("min_sum", [0.7, 0.9, 0.8, 0.3]),
        ("weighted_mean", [0.28, 0.32, 0.31, 0.09]),
    ],
)
def test_each_operator_by_hand(operator, by_hand):
    result = index.fuzzy_evaluation(WEIGHTS, TABLE, operator)
    assert result.vector == pytest.approx(by_hand)
    assert result.normalised.sum() == pytest.approx(1)
    assert f"by {operator}" in repr(result)


def test_a_bounded_sum_stops_at_one():
    assert index.fuzzy_evaluation([0.5, 0.5], [[1, 0.9], [0.9, 1]], "min_sum").vector.max() == 1


def test_operators_choose_different_winners():
    result = index.fuzzy_operators(WEIGHTS, TABLE, SCORES)
    assert result.grades == {"min_max": 0, "product_max": 0, "min_sum": 1, "weighted_mean": 1}
    table = result.to_frame()
    assert table.loc["min_max", "score"] == pytest.approx(
        (0.4 * 95 + 0.3 * 85 + 0.3 * 70 + 0.1 * 50) / 1.1
    )
    assert list(table["grade"]) == [0, 0, 1, 1]
    assert "score" not in index.fuzzy_operators(WEIGHTS, TABLE).to_frame()


memberships = arrays(float, (3, 4), elements=st.floats(0.01, 1))


@given(memberships)
def test_operators_are_ordered_and_stay_between_0_and_1(table):
    w = [0.5, 0.3, 0.2]
    by = {name: r.vector for name, r in index.fuzzy_operators(w, table).evaluations.items()}
    assert (by["product_max"] <= by["min_max"] + 1e-12).all()
    assert (by["min_max"] <= by["min_sum"] + 1e-12).all()
    assert (by["product_max"] <= by["weighted_mean"] + 1e-12).all()
    assert (by["weighted_mean"] <= by["min_sum"] + 1e-12).all()
    for vector in by.values():
        assert ((vector >= 0) & (vector <= 1 + 1e-12)).all()


@given(memberships)
def test_one_factor_with_all_the_weight_decides_alone(table):
    for operator in ("min_max", "product_max", "min_sum", "weighted_mean"):
        result = index.fuzzy_evaluation([0, 1, 0], table, operator)
        assert result.vector == pytest.approx(table[1])


@given(memberships, st.permutations(range(3)))
def test_the_order_of_factors_does_not_matter(table, order):
    w = np.array([0.5, 0.3, 0.2])
    for operator in ("min_max", "product_max", "min_sum", "weighted_mean"):
        one = index.fuzzy_evaluation(w, table, operator).vector
        other = index.fuzzy_evaluation(w[list(order)], table[list(order)], operator).vector
        assert other == pytest.approx(one)


def test_validity_from_nothing_to_certainty():
    def validity(row):
        return index.fuzzy_evaluation([1], [row]).validity

    assert validity([0.25] * 4) == 0
    assert validity([1, 0, 0, 0]) == float("inf")
    assert validity([0.5, 0.5, 0, 0]) == pytest.approx(1 / 3)
    assert validity([0.7, 0.1, 0.1, 0.1]) == pytest.approx(1.8 / 0.6)
    words = [index.validity_word(v) for v in (0, 0.49, 0.5, 0.99, 1, float("inf"))]
    assert words == ["weak", "weak", "valid", "valid", "very valid", "very valid"]


def test_levels_are_evaluations_of_evaluations():
    taste = index.fuzzy_evaluation([0.5, 0.5], TABLE[:2])
    place = index.fuzzy_evaluation([0.5, 0.5], TABLE[2:], "min_max")
    top = index.fuzzy_levels([0.7, 0.3], {"taste": taste, "place": place}, scores=SCORES)
    by_hand = 0.7 * taste.vector + 0.3 * place.vector / place.vector.sum()
    assert top.vector == pytest.approx(by_hand)
    assert top.factors == ("taste", "place")
    higher = index.fuzzy_levels([1.0], {"all": top})
    assert higher.vector == pytest.approx(top.normalised)


def test_names_come_from_the_table():
    table = pd.DataFrame(TABLE, ["taste", "speed", "room", "price"], list("ABCD"))
    result = index.fuzzy_evaluation(WEIGHTS, table, scores=SCORES)
    assert result.grade == "B"
    assert result.to_frame().loc["B", "membership"] == pytest.approx(0.32)
    assert result.to_frame()["score"].tolist() == SCORES
    assert repr(result).endswith("grade B, validity 0.15; score 80.00)")


def test_membership_from_answers():
    answers = pd.DataFrame({"a": [10, 9, 8, 5, 1], "b": [7, 7, None, 3, 8]})
    table = index.fuzzy_membership(answers, {"good": 8, "fair": 5, "poor": 1})
    assert table.loc["a"].tolist() == pytest.approx([0.6, 0.2, 0.2])
    assert table.loc["b"].tolist() == pytest.approx([0.25, 0.5, 0.25])  # four answers
    counted = pd.DataFrame({"a": [3, 1, 1]}, ["good", "fair", "poor"]).T
    assert table.loc["a"].tolist() == pytest.approx((counted.loc["a"] / 5).tolist())


def test_the_airline_of_the_quiz():
    """Numbers of the question ``operator`` of chapter 4, worked out by hand there."""
    table = [[0.2, 0.2, 0.6], [0.9, 0.1, 0.0], [0.9, 0.1, 0.0]]
    mean = index.fuzzy_evaluation([0.5, 0.3, 0.2], table)
    assert mean.vector == pytest.approx([0.55, 0.15, 0.30])
    least = index.fuzzy_evaluation([0.5, 0.3, 0.2], table, operator="min_max")
    assert least.vector == pytest.approx([0.3, 0.2, 0.5])
