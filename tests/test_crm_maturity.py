"""Maturity: scores by hand, agreement at its ends, the veto, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import crm, widgets
from crmlab.crm.maturity import FACTORS, LESSONS
from tests.pictures.crm_strategy import FACTORS as WEAK
from tests.pictures.crm_strategy import answers

QUESTIONS = crm.maturity_questions()


def flat(value, raters=("a", "b")):
    return pd.DataFrame(float(value), QUESTIONS.index, list(raters))


def test_ten_lessons_of_three_questions():
    assert len(LESSONS) == 10
    assert QUESTIONS.groupby("lesson").size().eq(3).all()
    assert QUESTIONS["question"].str.endswith("?").all()
    assert QUESTIONS["question"].is_unique
    assert sorted(set(QUESTIONS["veto"]) - {""}) == sorted(FACTORS)


def test_a_lesson_by_hand():
    found = crm.maturity_score(answers())
    # Processes: 3, 3, 3 of sales and accounts, 0, 0, 0 of service: mean 2 of 4.
    row = found.table.loc["processes"]
    assert row[["score", "low", "high"]].tolist() == [50, 0, 75]
    assert row["agreement"] == pytest.approx(1 - np.std([75, 0, 75]) / 50)
    assert found.table.index[0] == "processes"
    # A rater who left one question out is no rater who said 0.
    assert found.table.loc["quality", ["score", "low", "high"]].tolist() == [75, 75, 75]
    assert found.score == pytest.approx((9 * 75 + 50) / 10)
    assert (found.level_by_score, found.level, found.held_by) == (4, 4, [])


def test_agreement_is_one_and_nought_at_its_ends():
    made = flat(2)
    assert (crm.maturity_score(made).table["agreement"] == 1).all()
    made["a"], made["b"] = 0.0, 4.0
    assert crm.maturity_score(made).table["agreement"].tolist() == pytest.approx([0] * 10)


@pytest.mark.parametrize(
    ("points", "level"), [(0, 1), (0.79, 1), (0.8, 2), (1.6, 3), (2.4, 4), (3.2, 5), (4, 5)]
)
def test_levels_begin_at_twenty_points_each(points, level):
    assert crm.maturity_score(flat(points)).level == level


@pytest.mark.parametrize(
    ("owner", "level", "held"),
    [(0, 1, ["owner"]), (1, 2, ["owner"]), (1.9, 2, ["owner"]), (3, 4, ["data", "owner"]),
     (4, 4, ["data"])],
)  # fmt: skip
def test_the_weakest_factor_sets_the_ceiling(owner, level, held):
    factors = {"leader": 4, "data": 3, "people": 4, "owner": owner}
    found = crm.maturity_score(flat(4), factors=factors)
    assert (found.level_by_score, found.level, found.held_by) == (5, level, held)


def test_strong_factors_lift_nobody():
    found = crm.maturity_score(flat(1), factors=dict.fromkeys(FACTORS, 4))
    assert (found.level, found.held_by) == (2, [])


scores = st.lists(st.integers(0, 4).map(float), min_size=30, max_size=30)


@given(scores, scores, st.lists(st.integers(0, 9), min_size=10, max_size=10))
@settings(max_examples=30, deadline=None)
def test_what_is_lost_and_what_is_there_sum_to_a_hundred(one, two, weight):
    share = (np.array(weight) + 1) / (sum(weight) + 10)
    made = pd.DataFrame({"one": one, "two": two}, QUESTIONS.index)
    found = crm.maturity_score(made, share)
    assert found.table["lost"].sum() + found.score == pytest.approx(100)
    assert found.table["score"].is_monotonic_increasing
    assert found.table["agreement"].between(-1e-12, 1).all()
    assert (found.table["low"] <= found.table["score"] + 1e-9).all()
    assert (found.table["score"] <= found.table["high"] + 1e-9).all()
    assert found.raters.mean(axis=1).loc["people"] == pytest.approx(
        found.table.loc["people", "score"]
    )


def test_the_order_of_rows_and_of_weights_by_name_does_not_matter():
    made = answers()
    named = dict(zip(LESSONS, np.arange(1, 11) / 55, strict=True))
    one = crm.maturity_score(made, named, WEAK)
    two = crm.maturity_score(made[::-1], dict(reversed(list(named.items()))), WEAK)
    pd.testing.assert_frame_equal(one.table, two.table)
    assert repr(one) == repr(two)
    assert "held down by owner" in repr(one)


def test_the_explorer_tells_the_models_level():
    explorer = widgets.maturity_explorer(mode="live")
    explorer.sliders[0].value, explorer.sliders[1].value = 4.0, 0.0
    made = flat(3, ["sales", "service", "accounts"])
    made.loc[[f"8.{k}" for k in (1, 2, 3)]] = 2
    made.loc[[f"5.{k}" for k in (1, 2, 3)]] = 4
    found = crm.maturity_score(made)
    words = explorer.children[-1].value
    assert f"The firm has {found.score:.0f} of 100" in words
    assert f"it would be level {found.level}, but the weakest factor allows 1" in words
    with pytest.raises(ValueError, match="lesson must be one of the ten"):
        widgets.maturity_explorer(lesson="luck")


def without(row):
    return flat(2).drop(index=row)


def twice(row):
    return pd.concat([flat(2), flat(2).loc[[row]]])


def with_gaps(rows, columns):
    made = flat(2)
    made.loc[rows, columns] = np.nan
    return made


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (without("5.2"), {}, "one row per question.*got none for 5.2"),
        (twice("5.2"), {}, "got two rows for one"),
        (with_gaps("5.2", ["a", "b"]), {}, "got none to 5.2"),
        (with_gaps(["5.1", "5.2", "5.3"], ["b"]), {}, "got none of 'b' to 'processes'"),
        (flat(5), {}, "answers of a must be between 0 and 4; got 5"),
        (flat(2, []), {}, "must have one column per rater|must not be empty"),
        (flat(2, ["a", "a"]), {}, "named once"),
        (flat(2), {"weights": [0.5, 0.5]}, "weights must be one per factor"),
        (flat(2), {"factors": {"leader": 3}}, "factors must name leader, data, people, owner"),
        (flat(2), {"factors": dict.fromkeys(FACTORS, 5)}, "leader must be between 0 and 4"),
    ],
)
def test_bad_answers_are_told(given, options, message):
    with pytest.raises(ValueError, match=message):
        crm.maturity_score(given, **options)


def test_other_kinds_are_told():
    with pytest.raises(TypeError, match="answers must be a pandas DataFrame"):
        crm.maturity_score([[1]])
    with pytest.raises(TypeError, match="answers of a must be a number"):
        crm.maturity_score(flat(2).astype(object).replace(2.0, "yes"))
