"""Perception against expectation, SERVQUAL, the five gaps: rows S1, S4 and S5 of the syllabus."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets
from crmlab.satisfaction import (
    GAPS,
    SERVQUAL_DIMENSIONS,
    disconfirmation,
    five_gaps,
    servqual,
)

quick = settings(max_examples=50, deadline=None, derandomize=True)
PARTS = {"reliability": ["a", "b"], "empathy": ["c"]}


def tables(rows, columns, low=1, high=7):
    number = st.integers(low, high)
    row = st.lists(number, min_size=columns, max_size=columns)
    table = st.lists(row, min_size=rows, max_size=rows)
    return st.tuples(table, table)


# S1: c = b / a and b − a.


@quick
@given(tables(5, 3))
def test_ratio_and_difference_for_every_respondent_and_attribute(answers):
    b, a = (np.array(table, float) for table in answers)
    found = disconfirmation(b, a)
    assert found.ratio.to_numpy() == pytest.approx(b / a)
    assert found.difference.to_numpy() == pytest.approx(b - a)
    table = found.to_frame()
    assert table["difference"].to_numpy() == pytest.approx(b.mean(0) - a.mean(0))
    met = 1 - table["disappointed"] - table["exceeded"]
    assert met.to_numpy() == pytest.approx((b == a).mean(0))


def test_the_mean_of_ratios_is_not_the_ratio_of_means():
    found = disconfirmation(perceived=[2, 8], expected=[8, 2]).to_frame()
    assert found["ratio"].item() == (0.25 + 4) / 2
    assert found["perceived"].item() / found["expected"].item() == 1


def test_shifting_the_scale_moves_the_ratio_and_not_the_difference():
    b, a = np.array([[6.0, 4]]), np.array([[3.0, 5]])
    shifted = disconfirmation(b + 3, a + 3)
    assert shifted.difference.equals(disconfirmation(b, a).difference)
    assert not np.allclose(shifted.ratio, disconfirmation(b, a).ratio)


def test_a_pair_with_a_gap_counts_in_neither():
    found = disconfirmation([[5, np.nan], [4, 2]], [[np.nan, 3], [4, 1]], missing="drop")
    assert found.dropped == 2
    assert found.to_frame()["answers"].tolist() == [1, 1]
    assert found.to_frame()["expected"].tolist() == [4, 1]


# S4: SERVQUAL.


def test_the_published_shape_has_22_items_in_five_dimensions():
    assert sum(SERVQUAL_DIMENSIONS.values()) == 22
    assert list(SERVQUAL_DIMENSIONS.values()) == [4, 5, 4, 4, 5]
    answers = np.full((3, 22), 5.0)
    found = servqual(answers + 1, answers, SERVQUAL_DIMENSIONS)
    assert found.items["dimension"].value_counts(sort=False).to_dict() == SERVQUAL_DIMENSIONS
    assert found.score == pytest.approx(-1)


def test_a_small_survey_by_hand():
    e = pd.DataFrame({"a": [7, 6], "b": [7, 6], "c": [4, 6]})
    p = pd.DataFrame({"c": [5, 6], "b": [5, 5], "a": [6, 4]})
    found = servqual(e, p, PARTS, {"reliability": 3, "empathy": 1})
    assert found.items["gap"].to_dict() == {"a": -1.5, "b": -1.5, "c": 0.5}
    assert found.dimensions["gap"].to_dict() == {"reliability": -1.5, "empathy": 0.5}
    assert found.score == 0.75 * -1.5 + 0.25 * 0.5
    assert found.servperf == 0.75 * 5 + 0.25 * 5.5
    assert found.respondents["gap"].tolist() == [0.75 * -1.5 + 0.25, 0.75 * -1.5]


@quick
@given(tables(6, 3), st.tuples(*[st.floats(0.1, 9)] * 2))
def test_the_score_is_the_mean_over_respondents_when_all_answer(answers, weights):
    e, p = (pd.DataFrame(table, columns=list("abc")) for table in answers)
    found = servqual(e, p, PARTS, dict(zip(PARTS, weights, strict=True)))
    assert found.score == pytest.approx(found.respondents["gap"].mean())
    assert found.servperf == pytest.approx(found.respondents["perceived"].mean())
    assert found.dimensions["weight"].sum() == pytest.approx(1)


def test_a_respondent_who_skipped_a_dimension_counts_with_the_others():
    e = pd.DataFrame({"a": [6, 6.0], "b": [6, 6.0], "c": [5, 5.0]})
    p = pd.DataFrame({"a": [5, 4.0], "b": [5, 4.0], "c": [np.nan, 5.0]})
    found = servqual(e, p, PARTS, missing="drop")
    assert found.dropped == 1
    assert found.respondents["gap"].tolist() == [-1, -1]  # −1 alone; (−2 + 0) / 2


def test_true_gaps_of_the_simulated_company():
    answers = datasets.load("company_service")
    wide = answers.pivot_table(index="customer", columns="item", values=["expected", "perceived"])
    parts = answers.groupby("dimension", sort=False)["item"].unique().to_dict()
    assert {name: len(items) for name, items in parts.items()} == SERVQUAL_DIMENSIONS
    found = servqual(wide["expected"], wide["perceived"], parts, missing="drop")
    truth = pd.Series(
        {
            "tangibles": 0.4,
            "reliability": -1.1,
            "responsiveness": -1.0,
            "assurance": -0.2,
            "empathy": -0.3,
        }
    )
    # single items are shifted by 0.25 around their dimension, and answers stop at 7
    assert (found.dimensions["gap"] - truth).abs().max() < 0.3
    assert found.dropped == answers[["expected", "perceived"]].isna().any(axis=1).sum()


def test_perception_alone_goes_closer_with_satisfaction_here():
    """As Cronin and Taylor (1992) found in their data; here it is so by construction."""
    answers = datasets.load("company_service").pivot_table(
        index="customer", columns="item", values=["expected", "perceived"]
    )
    found = servqual(
        answers["expected"], answers["perceived"], {"all": list(answers["expected"])},
        missing="drop",
    )  # fmt: skip
    overall = datasets.load("company_survey").set_index("customer")["satisfaction_1"]
    by_gap, by_perception = found.respondents.corrwith(overall)
    assert by_perception > by_gap > 0.3


# S5: five gaps.

levels = st.floats(1, 10)


@quick
@given(st.lists(st.tuples(*[levels] * 6), min_size=1, max_size=4))
def test_the_chain_adds_up(rows):
    names = ["expected", "understood", "standard", "delivered", "perceived", "promised"]
    stations = dict(zip(names, np.array(rows).T, strict=True))
    chain = five_gaps(**stations)
    four = chain.gaps[["understanding", "procedure", "behaviour", "perception"]].sum(axis=1)
    assert four.to_numpy() == pytest.approx(stations["perceived"] - stations["expected"])
    assert four.to_numpy() == pytest.approx(chain.total.to_numpy())
    assert list(chain.gaps) == list(GAPS)
    assert chain.gaps["promotion"].to_numpy() == pytest.approx(
        stations["delivered"] - stations["promised"]
    )


LEVELS = {"expected": 7.0, "understood": 6.5, "standard": 6.0, "delivered": 4.5}
LEVELS |= {"perceived": 4.4, "promised": 5.5}


def test_the_widest_loss_goes_first_and_cost_may_turn_it():
    assert five_gaps(**LEVELS).first == "behaviour"
    cost = dict.fromkeys(GAPS, 100.0) | {"promotion": 10.0}
    dear = five_gaps(**LEVELS, cost=cost)
    assert dear.first == "promotion"
    assert dear.to_frame().loc["promotion", "closed_per_cost"] == pytest.approx(0.1)


def test_nothing_is_first_where_nothing_is_lost():
    assert five_gaps(**dict.fromkeys(LEVELS, 5.0)).first is None


def test_services_are_joined_by_their_names():
    names = ["delivery", "repair"]
    stations = {name: pd.Series([5.0, 6.0], index=names) for name in LEVELS}
    stations["perceived"] = pd.Series([6.0, 3.0], index=names[::-1])
    chain = five_gaps(**stations)
    assert chain.total.to_dict() == {"delivery": -2.0, "repair": 0.0}
    assert chain.to_frame().loc["perception", "mean"] == -1
    mixed = five_gaps(**stations | {"understood": [4.0, 6.0], "standard": 5.0})
    assert mixed.levels.loc["delivery", ["understood", "standard"]].tolist() == [4, 5]
