"""Churn causes, uplift, win-back, and the appraisal of staff, against published numbers."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, service

RULES = {"malicious": ["owes"], "natural": ["closed"], "fault": ["ticket", "said"]}
EVIDENCE = pd.DataFrame(
    {
        "owes": [True, False, False, False],
        "closed": [False, True, False, False],
        "ticket": [True, True, False, False],
        "said": [False, False, True, False],
    },
    index=list("ABCD"),
)


def test_the_first_rule_that_holds_decides():
    found = service.churn_causes(EVIDENCE, RULES)
    assert found.cause.to_dict() == {
        "A": "malicious", "B": "natural", "C": "fault", "D": "unknown",
    }  # fmt: skip
    assert found.disputed.to_dict() == {"A": True, "B": True, "C": False, "D": False}
    table = found.to_frame(pd.Series({"A": 1.0, "B": 2, "C": 3, "D": 4}))
    assert table["taken"].to_dict() == {"malicious": 0, "natural": 0, "fault": 2, "unknown": 0}
    assert table["value_share"].sum() == pytest.approx(1)
    turned = service.churn_causes(EVIDENCE, dict(reversed(RULES.items())))
    assert turned.cause.tolist() == ["fault", "fault", "fault", "unknown"]


@given(st.lists(st.tuples(*[st.booleans()] * 4), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_every_customer_has_one_cause_and_nobody_is_lost(rows):
    evidence = pd.DataFrame(rows, columns=list(EVIDENCE.columns))
    table = service.churn_causes(evidence, RULES).to_frame()
    assert table["customers"].sum() == len(rows)
    assert (table["customers"] + table["taken"])[list(RULES)].equals(table["evidence"][list(RULES)])


def test_the_rules_of_the_chapter_find_most_of_the_true_causes():
    lapsed = datasets.load("company_lapsed").set_index("customer")
    true = datasets.load("company_lapsed_truth").set_index("customer")["cause"]
    said = lapsed["said"]
    evidence = pd.DataFrame(
        {
            "here": said == "will order again",
            "closed": lapsed["closed_business"] | (said == "closed or moved"),
            "owes": lapsed["overdue"] > 150,
            "bad": said == "bad service",
            "rival": lapsed["rival_offer"] | (said == "cheaper elsewhere"),
        }
    )
    found = service.churn_causes(
        evidence,
        {"still here": ["here"], "natural": ["closed"], "malicious": ["owes"], "fault": ["bad"],
         "competitive": ["rival"]},
    )  # fmt: skip
    known = found.cause != "unknown"
    assert (found.cause == true)[known].mean() > 0.9
    assert known.mean() > 0.65


def trial(with_, without):
    """Make a trial from (back, asked) with and without the offer."""
    rows = [(True, i < with_[0]) for i in range(with_[1])]
    rows += [(False, i < without[0]) for i in range(without[1])]
    offered, returned = zip(*rows, strict=True)
    return service.trial_uplift(pd.Series(["x"] * len(rows)), offered, returned)


@pytest.mark.parametrize(
    ("first", "second", "interval"),
    [((56, 70), (48, 80), (0.0524, 0.3339)), ((9, 10), (3, 10), (0.1705, 0.8090))],
)
def test_the_interval_of_an_uplift_is_the_published_one(first, second, interval):
    """Newcombe (1998), table II, method 10."""
    row = trial(first, second).table.loc["x"]
    assert row["uplift"] == pytest.approx(first[0] / first[1] - second[0] / second[1])
    assert (row["low"], row["high"]) == pytest.approx(interval, abs=5e-5)


def test_a_group_without_one_side_has_no_uplift_and_goes_to_test():
    found = service.trial_uplift(pd.Series(["x", "x"]), [True, True], [True, False])
    assert found.table.loc["x", ["uplift", "low", "high"]].isna().all()
    value = service.win_back_value(found, pd.Series({"x": 100.0}), contact_cost=1)
    assert value.table.loc["x", "verdict"] == "test"


def test_the_value_of_a_win_back_by_hand():
    found = service.win_back_value(
        trial((60, 200), (40, 200)), pd.Series({"x": 1000.0}), contact_cost=30, reward=100
    )
    row = found.table.loc["x"]
    assert row["net"] == pytest.approx(0.1 * 1000 - 30 - 0.3 * 100)
    assert row["total"] == pytest.approx(400 * row["net"])
    assert row["break_even"] == pytest.approx((30 + 0.3 * 100) / 1000)
    assert row["net_low"] < row["net"] < row["net_high"]
    many = service.win_back_value(
        trial((60, 200), (40, 200)), pd.Series({"x": 1000.0}), contact_cost=30,
        customers=pd.Series({"x": 5}),
    )  # fmt: skip
    assert many.table.loc["x", "customers"] == 5
    bad = service.win_back_value(trial((60, 200), (0, 200)), pd.Series({"x": -9.0}), contact_cost=1)
    assert bad.table.loc["x", "verdict"] == "leave"
    assert np.isinf(bad.table.loc["x", "break_even"])
    assert bad.table.loc["x", "net_low"] <= bad.table.loc["x", "net_high"]


def test_the_trial_of_the_company_agrees_with_its_recipe():
    lapsed = datasets.load("company_lapsed").set_index("customer")
    true = datasets.load("company_lapsed_truth").set_index("customer")["cause"]
    table = service.trial_uplift(true, lapsed["offered"], lapsed["returned"], level=0.999).table
    stated = {"natural": 0.01, "competitive": 0.14, "malicious": 0.06, "fault": 0.24,
              "still here": 0.0}  # fmt: skip
    for cause, gain in stated.items():
        assert table.loc[cause, "low"] < gain < table.loc[cause, "high"], cause
    assert 0.45 < lapsed["offered"].mean() < 0.55
    last = datasets.load("company_orders").groupby("customer")["date"].max()
    assert (last[lapsed.index] == lapsed["last_order"]).all()
    assert set(last.index[last < "2025-07-01"]) == set(lapsed.index)
    left = datasets.load("company_truth").set_index("customer")["left"]
    assert (left[lapsed.index].isna() == (true == "still here")).all()


# ------------------------------------------------------------------ standards and staff


def test_fair_means_of_equal_groups_by_the_textbook_formula():
    """Balanced one-way layout: B = 1 − MSW / MSB (Searle, Casella and McCulloch 1992)."""
    rng = np.random.default_rng(3)
    values = pd.Series(np.repeat(rng.normal(0, 1, 8), 6) + rng.normal(0, 1.5, 48))
    group = pd.Series(np.repeat(list("abcdefgh"), 6))
    parts = values.groupby(group)
    within = parts.var().mean()
    between = 6 * parts.mean().var()
    pull = 1 - within / between
    expected = values.mean() + pull * (parts.mean() - values.mean())
    table = service.fair_means(values, group)
    assert table["weight"].to_numpy() == pytest.approx(np.full(8, pull))
    assert table["fair"].to_numpy() == pytest.approx(expected.to_numpy())


def test_alike_groups_get_the_mean_of_all_and_gaps_are_counted():
    values = pd.Series([1.0, 3, 1, 3, np.nan, 1, 3])
    group = pd.Series(list("aabbbcc"))
    table = service.fair_means(values, group)
    assert table["weight"].tolist() == [0, 0, 0]
    assert table["fair"].tolist() == [2, 2, 2]
    assert table["missing"].tolist() == [0, 1, 0]
    lone = service.fair_means(pd.Series([1.0, 1, 9, 9, np.nan]), pd.Series(list("aabbc")))
    assert lone.loc["c", "fair"] == pytest.approx(5)


def test_standards_and_their_verdicts():
    table = pd.DataFrame({"a": [True] * 95 + [False] * 5, "b": [True] * 50 + [False] * 50,
                          "staff": ["x", "y"] * 50})  # fmt: skip
    found = service.standards_kept(table, ["a", "b"], "staff", goal=0.9)
    assert found.table["verdict"].to_dict() == {"a": "open", "b": "missed"}
    assert found.by.loc["x", "a"] == pytest.approx(table[::2]["a"].mean())
    assert found.cases.to_dict() == {"x": 50, "y": 50}


def test_scores_and_places_by_hand():
    staff = pd.DataFrame({"sales": [40.0, 20, 90], "rating": [5.0, 8, 1]}, index=list("abc"))
    ends = {"sales": (0, 50), "rating": (1, 9)}
    found = service.appraise(staff, {"sales": 0.5, "rating": 0.5}, ends=ends)
    assert found.measures["sales"].tolist() == [80, 40, 100], "what lies outside is cut"
    assert found.score.to_dict() == {"a": 65.0, "b": 63.75, "c": 50.0}
    places = found.ranks([0, 1], "sales")
    assert places[0.0].to_dict() == {"a": 2, "b": 1, "c": 3}
    assert places[1.0].to_dict() == {"a": 2, "b": 3, "c": 1}
    assert found.to_frame()["place"].tolist() == [1, 2, 3]


def test_the_club_is_as_its_recipe_says():
    club = datasets.load("club_sessions")
    by = club.groupby("staff")
    assert by["rating"].mean().idxmin() == "Bo"
    assert (club["promise"] == "broken").groupby(club["staff"]).sum().idxmax() == "Bo"
    assert club.loc[club["sales"] == 0, "promise"].isna().all()
    assert club["rating"].isna().mean() == pytest.approx(0.38, abs=0.05)
    broken = club["promise"] == "broken"
    same = club[club["staff"].isin(["Bo", "Fei"])]
    gap = same.groupby(broken)["rating"].mean()
    assert gap[True] < gap[False] - 1.5


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: service.churn_causes(EVIDENCE, {}), "rules must be a mapping with at least 1"),
        (lambda: service.churn_causes(EVIDENCE, {"x": []}), "rules must name columns for 'x'"),
        (lambda: service.churn_causes(EVIDENCE, {"x": ["y"]}), "evidence must have the column 'y'"),
        (
            lambda: service.churn_causes(EVIDENCE.astype(int) + 1, RULES),
            "owes must hold True and False; got 2",
        ),
        (
            lambda: service.churn_causes(EVIDENCE.set_axis(list("AABC")), RULES),
            "evidence must have each customer once; got 'A' twice",
        ),
        (
            lambda: service.trial_uplift(pd.Series(["x"]), ["yes"], [True]),
            "offered must hold True and False; got 'yes'",
        ),
        (
            lambda: service.trial_uplift(pd.Series(["x"]), [True, True], [True]),
            "offered must have one value per customer (1); got 2",
        ),
        (
            lambda: service.win_back_value(trial((1, 2), (1, 2)), pd.Series({"y": 1.0}),
                                           contact_cost=1),
            "worth must have every group; got none for 'x'",
        ),
        (
            lambda: service.win_back_value(trial((1, 2), (1, 2)), pd.Series({"x": 1.0}),
                                           contact_cost=-1),
            "contact_cost must be at least 0; got -1",
        ),
        (
            lambda: service.fair_means(pd.Series([1.0, 2]), pd.Series(["a", "b"])),
            "group must have at least 2 groups with 2 values; got fewer",
        ),
        (
            lambda: service.appraise(pd.DataFrame({"a": [1.0]}), {"a": 0.5}),
            "weights must sum to 1; got a sum of 0.5",
        ),
        (
            lambda: service.appraise(pd.DataFrame({"a": [1.0, 1]}), {"a": 1}),
            "ends of 'a' must rise; got 1 and 1",
        ),
        (
            lambda: service.appraise(pd.DataFrame({"a": [1.0, 2]}), {"a": 1}).ranks([0.5], "a"),
            "measure must leave weight to the others; got all of it for 'a'",
        ),
        (
            lambda: service.standards_kept(pd.DataFrame({"a": [3], "g": [1]}), ["a"], "g"),
            "a must hold True and False; got 3",
        ),
    ],
    ids=range(14),
)  # fmt: skip
def test_bad_input_is_refused(call, says):
    with pytest.raises((ValueError, TypeError), match=re.escape(says)):
        call()


def test_flags_may_be_one_and_zero_and_rows_of_another_order_are_not_paired():
    group = pd.Series(["fault"] * 20, index=range(100, 120))
    offered, back = [True, False] * 10, [True, False] * 3 + [False] * 14
    found = service.trial_uplift(group, np.array(offered).astype(int), np.array(back).astype(int))
    pd.testing.assert_frame_equal(found.table, service.trial_uplift(group, offered, back).table)
    with pytest.raises(ValueError, match="group and returned must have the same index"):
        service.trial_uplift(group, offered, pd.Series(back, index=group.index)[::-1])
    causes = service.churn_causes(EVIDENCE.astype(int), RULES)
    pd.testing.assert_series_equal(causes.cause, service.churn_causes(EVIDENCE, RULES).cause)
