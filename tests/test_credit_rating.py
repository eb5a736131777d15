"""Rating: points, grades, missing answers, caps, weights."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import credit
from tests.pictures.credit_rating import INDICATORS, answers

THREE = pd.DataFrame(
    {"days_late": [0, 30, 15], "equity": [0.5, 0.0, None], "cover": [2.0, 0, 1]}, list("xyz")
)


def test_the_score_is_the_weighted_sum_of_points():
    rated = credit.credit_rating(THREE, INDICATORS)
    assert rated.scores["score"].round(9).tolist() == [100, 0, 100 * (0.5 * 0.5 + 0.2 * 0.5)]
    assert rated.scores["grade"].tolist() == ["AAA", "D", "CCC"]
    assert rated.indicators["weight"].tolist() == [0.5, 0.3, 0.2]


def test_missing_answers_by_each_rule_and_the_interval_they_leave():
    found = {rule: credit.credit_rating(THREE, INDICATORS, missing=rule).scores.loc["z"]
             for rule in ("worst", "middle", "reweight")}  # fmt: skip
    assert [round(found[rule]["score"], 9) for rule in found] == [35, 50, 50]
    for row in found.values():
        assert (row["low"], row["high"]) == pytest.approx((35, 65))
        assert (row["low_grade"], row["high_grade"], row["missing"]) == ("CCC", "BBB", 1)
        assert row["answered"] == pytest.approx(0.7)


def test_who_answers_too_little_is_unrated_and_counted():
    rated = credit.credit_rating(THREE, INDICATORS, least=0.8)
    assert rated.scores["grade"].tolist() == ["AAA", "D", "unrated"]
    assert rated.table.loc["unrated", "applicants"] == 1
    assert rated.table["applicants"].sum() == 3
    assert len(rated.sensitivity(draws=5).customers) == 2


def test_a_cap_limits_the_grade_whatever_the_score():
    rated = credit.credit_rating(THREE, INDICATORS, caps={"cover": (1, "CC")})
    assert rated.scores["grade"].tolist() == ["AAA", "D", "CC"]
    assert rated.scores["capped"].tolist() == [False, False, True]
    worse = credit.credit_rating(THREE, INDICATORS, caps={"days_late": (0, "B")})
    assert worse.scores["grade"].tolist() == ["B", "D", "CCC"]


def test_answers_beyond_the_bounds_are_held_and_counted():
    table = pd.DataFrame({"days_late": [-20], "equity": [0.9], "cover": [1.0]})
    row = credit.credit_rating(table, INDICATORS).scores.loc[0]
    assert (row["score"], row["clipped"]) == (90, 2)


def test_explain_adds_up_and_puts_the_dearest_first():
    for rule in ("worst", "middle", "reweight"):
        rated = credit.credit_rating(THREE, INDICATORS, missing=rule)
        for name, score in rated.scores["score"].items():
            table = rated.explain(name)
            assert table["adds"].sum() == pytest.approx(score)
            assert (table["adds"] + table["lost"]).sum() == pytest.approx(100)
            assert table["lost"].is_monotonic_decreasing
    assert rated.explain("y").index[0] == "days_late"


def test_the_five_cs_add_up_to_the_score_where_all_is_answered():
    rated = credit.credit_rating(answers(40), INDICATORS)
    whole = rated.scores["missing"] == 0
    weights = rated.profile([0]).weights[rated.groups.columns]
    assert np.allclose((rated.groups * weights).sum(axis=1)[whole], rated.scores["score"][whole])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), rule=st.sampled_from(["worst", "middle", "reweight"]),
       scale=st.floats(0.1, 50))  # fmt: skip
def test_the_score_lies_in_its_interval_and_only_proportions_of_weights_count(seed, rule, scale):
    table = answers(12, seed)
    rated = credit.credit_rating(table, INDICATORS, missing=rule, least=0)
    s = rated.scores
    some = s["answered"] > 0
    assert (s["low"] <= s["score"] + 1e-9)[some].all()
    assert (s["score"] <= s["high"] + 1e-9).all()
    assert (s["missing"].eq(0) <= np.isclose(s["low"], s["high"])).all()
    other = rated.reweighted(INDICATORS["weight"] * scale)
    assert np.allclose(other.scores["score"], s["score"])
    better = table.assign(days_late=table["days_late"] - 5)
    again = credit.credit_rating(better, INDICATORS, missing=rule, least=0)
    assert (again.scores["score"] >= s["score"] - 1e-9).all()


def test_a_tiny_spread_of_weights_keeps_all_grades_and_a_wide_one_does_not():
    rated = credit.credit_rating(answers(40), INDICATORS)
    assert rated.sensitivity(0.001, 20).kept > 0.98
    wide = rated.sensitivity(0.6, 50)
    assert wide.kept < 0.9
    shares = wide.customers.filter(like="share_")
    assert np.allclose(shares.sum(axis=1), 1)
    assert rated.sensitivity(0.3, 10, seed=4).kept == rated.sensitivity(0.3, 10, seed=4).kept


def test_the_scale_is_configurable():
    rated = credit.credit_rating(THREE, INDICATORS, scale={"yes": 35, "no": 0})
    assert rated.scores["grade"].tolist() == ["yes", "no", "yes"]
    assert next(iter(credit.rating_scale())) == "AAA"
    assert list(credit.rating_scale().values())[-1] == 0


def change(**columns):
    return INDICATORS.assign(**columns)


@pytest.mark.parametrize(
    ("indicators", "settings_", "error", "message"),
    [
        (INDICATORS.drop(columns="best"), {}, ValueError, "must have the column 'best'"),
        (change(best=[30, 0.5, 2]), {}, ValueError, "equal ones for 'days_late'"),
        (change(weight=0), {}, ValueError, "weight must not be 0 for all"),
        (change(weight=[1, -1, 1]), {}, ValueError, "weight must be at least 0; got -1"),
        (change(group="charm"), {}, ValueError, "group must be one of 'character'"),
        (INDICATORS, {"missing": "mean"}, ValueError, "missing must be one of 'worst'"),
        (INDICATORS, {"scale": {"A": 50, "B": 60, "C": 0}}, ValueError, "scale must fall"),
        (INDICATORS, {"scale": {"A": 50, "B": 10}}, ValueError, "lowest score of 0; got 10"),
        (INDICATORS, {"scale": ["A", "B"]}, TypeError, "scale must be a mapping"),
        (INDICATORS, {"caps": {"age": (1, "B")}}, ValueError, "caps must be one of 'days_late'"),
        (INDICATORS, {"caps": {"cover": (1, "Z")}}, ValueError, "grade of the cap of cover"),
        (INDICATORS, {"least": 2}, ValueError, "least must be between 0 and 1; got 2"),
        (INDICATORS.rename({"cover": "age"}), {}, ValueError, "must have the column 'age'"),
    ],
    ids=["column", "bounds", "weights", "negative", "group", "rule", "rising", "end", "list",
         "cap", "cap-grade", "least", "answer"],
)  # fmt: skip
def test_bad_input_is_named(indicators, settings_, error, message):
    with pytest.raises(error, match=message):
        credit.credit_rating(THREE, indicators, **settings_)


def test_unknown_applicants_and_doubled_rows_are_refused():
    rated = credit.credit_rating(THREE, INDICATORS)
    with pytest.raises(ValueError, match="applicant must be one of the rows; got 'w'"):
        rated.explain("w")
    with pytest.raises(ValueError, match="applicants must be among the rows"):
        rated.profile([])
    with pytest.raises(ValueError, match="one row per applicant"):
        credit.credit_rating(pd.concat([THREE, THREE]), INDICATORS)
