"""The four-quadrant model with stated and derived importance, row S3 of the syllabus."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets
from crmlab.satisfaction import QUADRANTS, derived_importance, importance_performance

quick = settings(max_examples=50, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)


def sample(seed, n=60, items=4):
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((n, 1))
    x = 0.7 * common + rng.standard_normal((n, items))
    return x, x @ rng.uniform(-0.2, 1, items) + rng.standard_normal(n)


def r2(x, y):
    if not x.shape[1]:
        return 0.0
    design = np.column_stack([np.ones(len(y)), x])
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return 1 - (rest @ rest) / ((y - y.mean()) @ (y - y.mean()))


@quick
@given(seeds)
def test_relative_weights_sum_to_r2_and_are_not_negative(seed):
    x, y = sample(seed)
    found = derived_importance(x, y)
    assert found.relative_weight.sum() == pytest.approx(r2(x, y))
    assert found.r2 == pytest.approx(r2(x, y))
    assert (found.relative_weight >= 0).all()
    assert found.share.sum() == pytest.approx(1)


@quick
@given(seeds)
def test_beta_is_the_regression_of_standardised_scores(seed):
    x, y = sample(seed)
    z, u = (x - x.mean(0)) / x.std(0), (y - y.mean()) / y.std()
    assert derived_importance(x, y).beta.to_numpy() == pytest.approx(
        np.linalg.lstsq(z, u, rcond=None)[0]
    )


@quick
@given(seeds, st.floats(0.1, 50), st.floats(-9, 9))
def test_units_of_the_scores_do_not_matter(seed, stretch, shift):
    x, y = sample(seed)
    first, second = derived_importance(x, y), derived_importance(x * stretch + shift, 3 * y - 1)
    assert second.relative_weight.tolist() == pytest.approx(first.relative_weight.tolist())


def test_uncorrelated_attributes_have_their_squared_correlations():
    x = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T.astype(float)
    y = x @ [3, 2, 1]
    found = derived_importance(x, y)
    assert found.relative_weight.to_numpy() == pytest.approx(found.correlation.to_numpy() ** 2)
    assert found.relative_weight.to_numpy() == pytest.approx(np.array([9, 4, 1]) / 14)


@pytest.mark.parametrize("seed", range(5))
def test_relative_weights_are_close_to_general_dominance(seed):
    """Johnson (2000) offers them as a quick stand-in for Budescu's average over all submodels."""
    x, y = sample(seed, n=400)
    k = x.shape[1]
    dominance = [
        sum(
            (r2(x[:, [*s, j]], y) - r2(x[:, list(s)], y)) / comb(k - 1, size) / k
            for size in range(k)
            for s in combinations([i for i in range(k) if i != j], size)
        )
        for j in range(k)
    ]
    assert derived_importance(x, y).relative_weight.to_numpy() == pytest.approx(dominance, abs=0.02)


def test_answers_are_joined_by_customer_and_gaps_are_counted():
    x, y = sample(1)
    scores = pd.DataFrame(x, columns=list("abcd"), index=[f"C{i}" for i in range(len(x))])
    overall = pd.Series(y, index=scores.index)
    straight = derived_importance(scores, overall)
    assert derived_importance(scores, overall[::-1]).beta.equals(straight.beta)
    scores.iloc[0, 0], overall.iloc[1] = np.nan, np.nan
    with pytest.raises(ValueError, match="performance must not be missing; got 1 gaps"):
        derived_importance(scores, overall)
    partly = derived_importance(scores, overall, missing="drop")
    assert (partly.respondents, partly.dropped) == (58, 2)
    assert partly.beta.equals(derived_importance(scores.iloc[2:], overall.iloc[2:]).beta)


# Quadrants.


def test_the_courses_axes_and_areas():
    """优势区: both high; 修补区: important, weak; 机会区: both low; 维持区: unimportant, strong."""
    areas = importance_performance([9, 9, 2, 2], [9, 2, 2, 9], cut=(5, 5)).quadrant
    assert areas.tolist() == ["advantage", "repair", "opportunity", "maintenance"]
    assert tuple(areas) == QUADRANTS


def test_three_ways_to_cut():
    matter, done = [1, 2, 6], [9, 8, 7]
    assert importance_performance(matter, done).cuts == (3, 8)
    assert importance_performance(matter, done, "median").cuts == (2, 8)
    assert importance_performance(matter, done, "middle", scale=(1, 10)).cuts == (5.5, 5.5)
    assert importance_performance(matter, done, (4, 7.5)).cuts == (4, 7.5)


def test_on_a_cut_counts_as_high():
    assert importance_performance([5], [5]).quadrant.tolist() == ["advantage"]


@quick
@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(1, 10)), min_size=2, max_size=12))
def test_every_attribute_stands_in_one_quadrant_on_its_side(points):
    matter, done = zip(*points, strict=True)
    grid = importance_performance(matter, done)
    high = grid.quadrant.isin(["advantage", "repair"])
    good = grid.quadrant.isin(["advantage", "maintenance"])
    assert (high == (grid.importance >= grid.cuts[0])).all()
    assert (good == (grid.performance >= grid.cuts[1])).all()
    assert min(done) - 1e-9 <= grid.score <= max(done) + 1e-9


def test_names_may_come_from_either_side():
    named = pd.Series({"taste": 9.0, "price": 2.0})
    for grid in (importance_performance(named, [3, 4]), importance_performance([9, 2], named)):
        assert list(grid.quadrant.index) == ["taste", "price"]


def test_score_is_the_weighted_mean():
    assert importance_performance([3, 1], [8, 4]).score == (3 * 8 + 1 * 4) / 4


def test_rows_of_answers_are_averaged_and_gaps_counted():
    matter = pd.DataFrame({"a": [9, 7.0], "b": [2, np.nan]})
    done = pd.DataFrame({"b": [8, 6.0], "a": [5, 5.0]})
    grid = importance_performance(matter, done, missing="drop")
    assert grid.importance.to_dict() == {"a": 8, "b": 2}
    assert grid.performance.to_dict() == {"a": 5, "b": 7}
    assert grid.dropped == 1


# The simulated company, whose truth is known.


@pytest.fixture(scope="module")
def attributes():
    return datasets.load("company_attributes").pivot_table(index="customer", columns="attribute")


@pytest.fixture(scope="module")
def truth():
    return datasets.load("company_attributes_truth").set_index("attribute")


@pytest.fixture(scope="module")
def derived(attributes):
    overall = datasets.load("company_survey").set_index("customer")["satisfaction_1"]
    scores = attributes["performance"]
    return derived_importance(scores, overall.loc[scores.index])


def test_regression_finds_the_true_weights(derived, truth):
    error = derived.beta - truth["weight"].loc[derived.beta.index]
    assert error.abs().max() < 0.09  # about two and a half standard errors
    assert derived.beta.corr(truth["weight"]) > 0.9


def test_stated_importance_misleads_where_it_was_made_to(attributes, derived, truth):
    stated = attributes["importance"].mean()
    assert (stated - truth["stated"]).abs().max() < 0.4
    assert stated.corr(derived.relative_weight, method="spearman") < 0.2
    by_word = importance_performance(attributes["importance"], attributes["performance"])
    by_deed = importance_performance(derived.relative_weight, attributes["performance"])
    assert by_word.quadrant["coffee taste"] == "advantage"
    assert by_deed.quadrant["coffee taste"] == "maintenance"
    assert by_word.quadrant["advice"] == "opportunity"
    assert by_deed.quadrant["advice"] == "repair"
