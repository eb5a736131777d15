"""Scales, the pyramid and the kinds of loyalty: rows Y2 and Y3 of the syllabus."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from crmlab import datasets, loyalty
from crmlab._statistics import wilson
from crmlab.loyalty.kinds import KINDS, REASONS

quick = settings(max_examples=60, deadline=None, derandomize=True)
NAN = float("nan")
BLOCKS = {
    name: [f"{name}_{i}" for i in (1, 2, 3)]
    for name in ("cognitive", "affective", "conative", "behavioural")
}


def test_a_reversed_item_is_turned_about_the_middle_of_the_scale():
    answers = pd.DataFrame({"a": [1.0, 4, 7], "b": [7.0, 4, 1]})
    found = loyalty.loyalty_scales(answers, {"x": ["a", "b"]}, reverse=["b"])
    assert found.scores["x"].tolist() == [1, 4, 7]
    ten = loyalty.loyalty_scales(answers, {"x": ["a", "b"]}, reverse=["b"], high=10)
    assert ten.scores["x"].tolist() == [2.5, 5.5, 8.5]


def test_forgetting_to_turn_shows_in_alpha():
    survey = datasets.load("company_survey")
    right = loyalty.loyalty_scales(survey, BLOCKS, reverse=["affective_3"])
    wrong = loyalty.loyalty_scales(survey, BLOCKS)
    assert right.summary.loc["affective", "alpha"] > 0.75
    assert wrong.summary.loc["affective", "alpha"] < 0.3


def test_gaps_are_counted_not_filled():
    answers = pd.DataFrame({"a": [1.0, NAN, NAN], "b": [3.0, 5, NAN]})
    strict = loyalty.loyalty_scales(answers, {"x": ["a", "b"]})
    assert strict.scores["x"].isna().tolist() == [False, True, True]
    assert strict.summary.loc["x", "unscored"] == 2
    lenient = loyalty.loyalty_scales(answers, {"x": ["a", "b"]}, answered=1)
    assert lenient.scores["x"].tolist()[:2] == [2, 5]
    assert lenient.summary.loc["x", "unscored"] == 1


def test_the_interval_of_a_mean_is_students():
    rng = np.random.default_rng(1)
    answers = pd.DataFrame({"a": rng.integers(1, 8, 30).astype(float)})
    row = loyalty.loyalty_scales(answers, {"x": ["a"]}, level=0.9).summary.loc["x"]
    low, high = t.interval(0.9, 29, answers["a"].mean(), answers["a"].sem())
    assert (row["low"], row["high"]) == pytest.approx((low, high))


@quick
@given(
    st.lists(st.tuples(*[st.floats(1, 7)] * 4), min_size=1, max_size=20),
    st.floats(1, 7),
)
def test_every_customer_stands_on_one_level_and_the_levels_climb(rows, cut):
    scores = pd.DataFrame(rows, columns=list(BLOCKS))
    found = loyalty.loyalty_pyramid(scores, cut)
    assert found.counts.sum() == len(rows)
    assert found.level.notna().all()
    better = loyalty.loyalty_pyramid((scores + 1).clip(upper=7), min(cut, 7))
    assert (better.level.cat.codes >= found.level.cat.codes).all(), "higher scores, no lower level"


def test_pyramid_by_hand_and_with_a_cut_for_each_dimension():
    scores = pd.DataFrame([[6, 6, 6, 6], [6, 6, 6, 4], [4, 6, 6, 6], [4, 6, 6, 4], [6, 6, 6, NAN]])
    scores.columns = list(BLOCKS)
    found = loyalty.loyalty_pyramid(scores, 5)
    assert found.level.tolist()[:4] == ["commitment", "preference", "habit", "none"]
    assert found.unplaced == 1
    easy = loyalty.loyalty_pyramid(scores, dict.fromkeys(BLOCKS, 5) | {"behavioural": 4})
    assert easy.level.tolist()[:4] == ["commitment", "commitment", "habit", "habit"]
    table = found.to_frame()
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc["habit", ["low", "high"]].tolist() == pytest.approx(list(wilson(1, 4)))


@quick
@given(st.data(), st.sampled_from(sorted(REASONS)))
def test_the_kinds_cover_every_case_and_exclude_each_other(data, scheme):
    n = data.draw(st.integers(1, 30))
    column = {
        "attitude": st.floats(1, 7),
        "repeat": st.floats(0, 1),
        "alternatives": st.integers(0, 5),
        "reason": st.sampled_from(REASONS[scheme]),
    }
    values = {k: data.draw(st.lists(v, min_size=n, max_size=n)) for k, v in column.items()}
    found = loyalty.loyalty_kinds(**values, attitude_cut=5, repeat_cut=0.5, scheme=scheme)
    assert found.counts.sum() == n
    assert found.kind.notna().all()
    assert set(found.kind) <= set(KINDS[scheme])


#: attitude high, repeat high, alternatives, reason → kind; every combination of the first list.
SIX = {
    ("", True, True): "trust",
    ("", False, True): "inertia",
    ("tie", True, True): "kinship",
    ("tie", False, True): "kinship",
    ("benefit", True, True): "benefit",
    ("benefit", False, True): "benefit",
    **{(reason, True, False): "potential" for reason in REASONS["six"]},
    **{(reason, False, False): "none" for reason in REASONS["six"]},
}
SEVEN = {
    ("", True, True): "super-value",
    ("", False, True): "inertia",
    **{(word, high, True): word for word in REASONS["seven"][1:] for high in (True, False)},
    **{(reason, True, False): "potential" for reason in REASONS["seven"]},
    **{(reason, False, False): "none" for reason in REASONS["seven"]},
}


@pytest.mark.parametrize(("scheme", "table"), [("six", SIX), ("seven", SEVEN)])
@pytest.mark.parametrize("alternatives", [0, 1, 4])
def test_every_case_has_the_kind_of_the_table(scheme, table, alternatives):
    assert len(table) == 4 * len(REASONS[scheme])
    for (reason, high, often), kind in table.items():
        found = loyalty.loyalty_kinds(
            [5.0 if high else 4.9],
            [0.5 if often else 0.49],
            [alternatives],
            [reason],
            attitude_cut=5,
            repeat_cut=0.5,
            scheme=scheme,
        )
        expected = "monopoly" if often and alternatives == 0 else kind
        assert found.kind.tolist() == [expected]


def test_the_two_lists_agree_on_what_they_share():
    rng = np.random.default_rng(7)
    args = [rng.uniform(1, 7, 200), rng.random(200), rng.integers(0, 4, 200), [""] * 200]
    cuts = {"attitude_cut": 5, "repeat_cut": 0.5}
    six = loyalty.loyalty_kinds(*args, **cuts).kind.astype(str).replace("trust", "super-value")
    seven = loyalty.loyalty_kinds(*args, **cuts, scheme="seven").kind.astype(str)
    assert (six == seven).all()


def test_dick_and_basu_is_the_coarser_view():
    rng = np.random.default_rng(8)
    attitude, repeat = rng.uniform(1, 7, 300), rng.random(300)
    reason = rng.choice(REASONS["six"], 300)
    cuts = {"attitude_cut": 5, "repeat_cut": 0.5}
    kinds = loyalty.loyalty_kinds(attitude, repeat, rng.integers(0, 3, 300), reason, **cuts).kind
    square = loyalty.dick_basu(attitude, repeat, **cuts).kind
    assert set(square[kinds == "potential"]) == {"latent loyalty"}
    assert set(square[kinds == "none"]) == {"no loyalty"}
    assert set(square[kinds == "trust"]) == {"loyalty"}
    assert set(square[kinds == "inertia"]) == {"spurious loyalty"}
    monopoly = square[kinds == "monopoly"]
    assert set(monopoly) == {"loyalty", "spurious loyalty"}


def test_labels_of_the_customers_are_kept():
    attitude = pd.Series([6, 2], index=["C0007", "C0009"])
    found = loyalty.dick_basu(attitude, [0.9, 0.9], attitude_cut=5, repeat_cut=0.5)
    assert found.kind["C0009"] == "spurious loyalty"
    assert found.to_frame()["share"].sum() == pytest.approx(1)
