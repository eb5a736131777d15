"""Bad input to portfolios, key accounts, campaigns and learned rules: one clear error each.

The error is a ValueError or a TypeError whose message names the argument and says what came.
"""

import inspect

import numpy as np
import pandas as pd
import pytest

from crmlab import grading
from crmlab.grading.key_accounts import ROLES, TRAITS

NAN, INF = float("nan"), float("inf")
NO_NUMBER = ["text", None, True, NAN, INF, [1, 2]]
NO_COUNT = ["3", None, True, 2.5, -3]
NO_ARRAY = ["text", None, [], [NAN, 1, 2], ["a", "b", "c"], [[1, 2], [3, 4]]]
NO_FRAME = ["text", None, 5, pd.DataFrame()]
NO_NAME = ["unknown", None, 5]

POINTS = pd.DataFrame({"size": [9.0, 4.0], "growth": [3.0, 8.0]})
ANSWERS = pd.DataFrame([[1] * 9, [2] * 9], columns=list(TRAITS))
PEOPLE = pd.DataFrame({"role": list(ROLES), "person": list("abcdef"), "known": True})
TIERS = pd.DataFrame(
    {"customers": [5], "contribution": 10.0, "cost": 1.0, "plan_cost": 2.0, "uplift": 0.1}
)
DAYS = pd.to_datetime(["2024-01-05", "2024-03-01", "2025-06-01"])
LOG = pd.DataFrame(
    {"customer": ["a", "b", "a"], "date": DAYS, "amount": [9.0, 8, 7], "cost": [3.0, 4, 5]}
)
SENT = pd.DataFrame(
    {
        "campaign": ["1", "1"],
        "start": pd.to_datetime(["2024-02-01"] * 2),
        "end": pd.to_datetime(["2024-02-20"] * 2),
        "customer": ["a", "b"],
        "redeemed": [1, 0],
    }
)
FEATURES = pd.DataFrame({"x": np.arange(20.0), "y": [0.0, 1.0] * 10})
KNOWN = ["low"] * 10 + ["top"] * 10
GRADES = pd.DataFrame({"one": ["A", "B"], "two": ["x", "y"]})
ORDERS = {"one": ["A", "B"], "two": ["x", "y"]}
FOLIO = grading.clp([3, 2, 1], [1, 2, 3])

TWO_AXES = {
    "cut": ["mode", None, 5, ("median",), ("median", "mode"), (1, NAN), (1, 2, 3)],
    "quantile": [*NO_NUMBER, 0, 1],
    "names": ["abc", 5, ["a"], ["a", "a", "b"]],
}
MONEY = [*NO_NUMBER[:-1], -1]
COLUMNS_LOG = {"customer": NO_NAME, "date": [*NO_NAME, "amount"], "amount": [*NO_NAME, "customer"]}

#: For every function, arguments that are fine, and for every argument what it refuses.
CASES = {
    grading.clp: (
        {"current": [3, 2, 1], "potential": [1, 2, 3]},
        {"current": [*NO_ARRAY, [1, 2]], "potential": [*NO_ARRAY, [1, 2]], **TWO_AXES},
    ),
    grading.kaism: (
        {"attractiveness": [3, 2, 1], "strength": [1, 2, 3]},
        {"attractiveness": [*NO_ARRAY, [1, 2]], "strength": [*NO_ARRAY, [1, 2]], **TWO_AXES},
    ),
    grading.volume_share: (
        {"volume": [3, 2, 1], "share": [0.1, 0.2, 1]},
        {"volume": [*NO_ARRAY, [-1, 1, 1]], "share": [*NO_ARRAY, [0.1, 0.2, 1.1]], **TWO_AXES},
    ),
    grading.wallet_potential: (
        {"contribution": 5, "share_of_wallet": 0.5},
        {"contribution": MONEY, "share_of_wallet": [*NO_NUMBER[:-1], 0, 1.1]},
    ),
    grading.cell_sensitivity: (
        {"portfolio": FOLIO},
        {
            "portfolio": ["text", None, [1, 2]],
            "spread": [*NO_NUMBER, -0.1, 0.6],
            "noise": ["text", None, NAN, -1, [1, 2, 3]],
            "draws": [*NO_COUNT, 0],
            "seed": NO_COUNT,
        },
    ),
    grading.factor_scores: (
        {"points": POINTS},
        {
            "points": [
                *NO_FRAME,
                POINTS.assign(size=11.0),
                POINTS.assign(size=[NAN, 1]),
                POINTS.assign(size="a"),
                POINTS.set_index(pd.Index(["a", "a"])),
                POINTS.set_axis(["size", "size"], axis=1),
            ],
            "weights": [
                "text",
                [0.5, 0.6],
                [1.0],
                {"size": 1.0},
                {"size": 1, "age": 0},
                [1.5, -0.5],
            ],
            "low": [*NO_NUMBER, 5],
            "high": [*NO_NUMBER, 1, 5],
            "reverse": ["size", ["unknown"]],
        },
    ),
    grading.account_score: (
        {"answers": ANSWERS},
        {
            "answers": [*NO_FRAME, ANSWERS.drop(columns="frequent"), ANSWERS + 1, ANSWERS - 2],
            "weights": ["text", [0.5, 0.5], dict.fromkeys(TRAITS, 1.0)],
            "top": [*NO_NUMBER, 0, 1],
            "cut": [*NO_NUMBER, -1, 101],
        },
    ),
    grading.buying_plan: (
        {"situation": "new task", "people": PEOPLE},
        {
            "situation": NO_NAME,
            "people": [
                *NO_FRAME,
                PEOPLE.assign(role="chief"),
                PEOPLE.assign(person=None),
                pd.concat([PEOPLE, PEOPLE.head(1)]),
            ],
            "role": [*NO_NAME, "person"],
            "person": NO_NAME,
            "known": ["unknown", 5, "person"],
            "contacts": ["text", {9: ["user"]}, {1: "user"}, {1: ["chief"]}],
            "maybe": ["yes", None, 1],
        },
    ),
    grading.service_strategies: (
        {"tiers": TIERS},
        {
            "tiers": [
                *NO_FRAME,
                TIERS.assign(contribution=0.0),
                TIERS.assign(cost=-1.0),
                TIERS.assign(uplift=-1.0),
                TIERS.assign(customers=NAN),
                pd.concat([TIERS, TIERS]),
            ],
            **dict.fromkeys(["customers", "contribution", "cost", "plan_cost", "uplift"], NO_NAME),
        },
    ),
    grading.break_even_response: (
        {"cost": 1, "margin": 10},
        {
            "cost": MONEY,
            "margin": [*MONEY, 0],
            "baseline": [*NO_NUMBER[:-1], -0.1, 1.1],
        },
    ),
    grading.campaign_profit: (
        {"contacts": 10, "response": 0.1, "cost": 1, "margin": 10},
        {
            "contacts": MONEY,
            "response": [*NO_NUMBER[:-1], -0.1, 1.1],
            "cost": MONEY,
            "margin": [*MONEY, 0],
            "baseline": [*NO_NUMBER[:-1], -0.1, 1.1],
            "fixed": MONEY,
        },
    ),
    grading.campaign_cells: (
        {"cells": ["a", "a", "b"], "response": [1, 0, 1], "cost": 1, "margin": 10},
        {
            "cells": [["a", None, "b"], ["a"]],
            "response": [*NO_ARRAY, [1, 0], [1, 0, 2], [1, 0, 0.5]],
            "cost": [*NO_NUMBER, -1, 0],
            "margin": [*NO_NUMBER, -1, 0],
            "level": [*NO_NUMBER, 0, 1],
        },
    ),
    grading.gains: (
        {"score": [3, 2, 1], "response": [1, 0, 1]},
        {
            "score": [*NO_ARRAY, [1, 2]],
            "response": [*NO_ARRAY, [1, 0], [1, 0, 2], [0, 0, 0]],
        },
    ),
    grading.features_at: (
        {"log": LOG, "day": "2024-12-31"},
        {
            "log": [*NO_FRAME, LOG.assign(customer=None), LOG.assign(amount=NAN)],
            "day": ["soon", None, 2024, "2020-01-01"],
            "window_days": [*NO_COUNT, 1],
            **COLUMNS_LOG,
            "cost": [*NO_NAME, "customer"],
            "product": ["unknown", 5],
        },
    ),
    grading.value_after: (
        {"log": LOG, "day": "2024-03-31"},
        {
            "log": [*NO_FRAME, LOG.assign(customer=None), LOG.assign(cost=NAN)],
            "day": ["soon", None, 2024, "2025-05-31"],
            "window_days": [*NO_COUNT, 1, 5000],
            **COLUMNS_LOG,
            "cost": [*NO_NAME, "customer"],
        },
    ),
    grading.before_campaign: (
        {"campaigns": SENT, "log": LOG, "campaign": "1"},
        {
            "campaigns": [
                *NO_FRAME,
                SENT.assign(start="soon"),
                SENT.assign(customer="a"),
                SENT.assign(redeemed=-1),
                SENT.assign(end=pd.NaT),
            ],
            "log": [*NO_FRAME, LOG.assign(customer=None)],
            "campaign": ["2", None, 1],
            "window_days": [*NO_COUNT, 0],
            **COLUMNS_LOG,
            "coupon": ["unknown", 5, "customer"],
        },
    ),
    grading.mistake_costs: (
        {"grades": ["A", "B", "C"], "too_low": 1, "too_high": [1, 2]},
        {
            "grades": ["AB", None, ["A"], ["A", "A"]],
            "too_low": ["text", None, NAN, -1, [1], [1, 2, 3]],
            "too_high": ["text", None, NAN, -1, [1], [1, 2, 3]],
        },
    ),
    grading.leak_check: (
        {"X": FEATURES, "grades": KNOWN},
        {
            "X": [*NO_FRAME, FEATURES.assign(x=NAN), FEATURES.assign(x="a")],
            "grades": ["text", None, KNOWN[:5], [*KNOWN[:-1], None], ["low"] * 20],
            "folds": [*NO_COUNT, 1, 11],
            "suspect": [*NO_NUMBER, -0.1, 1.1],
            "seed": NO_COUNT,
        },
    ),
    grading.overview: (
        {"grades": GRADES, "orders": ORDERS},
        {
            "grades": [
                *NO_FRAME,
                GRADES[["one"]],
                GRADES.assign(one=["A", "Z"]),
                GRADES.assign(one=["A", None]),
                GRADES.set_index(pd.Index(["a", "a"])),
            ],
            "orders": [
                "text",
                None,
                {"one": ["A", "B"]},
                ORDERS | {"three": ["x"]},
                ORDERS | {"one": "AB"},
                ORDERS | {"one": ["A"]},
                ORDERS | {"one": ["A", "B", "A"]},
            ],
            "scale": NO_NAME,
            "missing": NO_NAME,
        },
    ),
}


def cases():
    for function, (fine, bad) in CASES.items():
        for argument, values in bad.items():
            for value in values:
                yield pytest.param(
                    function, fine, argument, value,
                    id=f"{function.__name__}-{argument}-{type(value).__name__}",
                )  # fmt: skip


@pytest.mark.parametrize(("function", "fine", "argument", "value"), list(cases()))
def test_every_argument_refuses_bad_input(function, fine, argument, value) -> None:
    with pytest.raises((ValueError, TypeError), match=r"(?s)must|cannot") as caught:
        function(**fine | {argument: value})
    assert "crmlab" in str(caught.traceback[-1].path)


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_fine_arguments_are_fine_and_no_argument_is_forgotten(function) -> None:
    fine, bad = CASES[function]
    function(**fine)
    assert set(bad) == set(inspect.signature(function).parameters)


MINE = {
    "campaign",
    "factors",
    "features",
    "judged",
    "key_accounts",
    "learned",
    "overview",
    "portfolio",
}


def test_every_public_function_of_these_modules_is_tested() -> None:
    public = {
        getattr(grading, name)
        for name in grading.__all__
        if getattr(grading, name).__module__.split(".")[-1] in MINE
    }
    functions = {thing for thing in public if inspect.isfunction(thing)}
    without_arguments = {grading.buying_steps, grading.account_strategies}
    assert functions - without_arguments == set(CASES)


# ------------------------------------------------------------------ the two estimators


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"depths": (2, 1)}, "depths must rise"),
        ({"depths": (0,)}, "depths must be a whole number"),
        ({"min_leaf": 0}, "min_leaf must be a whole number"),
        ({"folds": 1}, "folds must be a whole number of at least 2"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"simplest": "yes"}, "simplest must be True or False"),
        ({"costs": 5}, "costs must be a pandas DataFrame"),
        ({"costs": pd.DataFrame([[0, 1], [1, 0]], ["low", "x"], ["low", "x"])}, "must"),
        (
            {"costs": pd.DataFrame([[1, 1], [1, 0]], ["low", "top"], ["low", "top"])},
            "costs must be 0",
        ),
    ],
)
def test_settings_of_a_tree_are_checked_when_it_learns(settings, words) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        grading.GradeTree(**settings).fit(FEATURES, KNOWN)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"hidden": 0}, "hidden must be a whole number"),
        ({"penalties": (1.0, 2.0)}, "penalties must fall"),
        ({"penalties": (0.0,)}, "penalties must be above 0"),
    ],
)
def test_settings_of_a_net_are_checked_when_it_learns(settings, words) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        grading.GradeNet(**settings).fit(FEATURES, KNOWN)


def test_a_rule_must_be_fitted_and_gets_the_features_it_knows() -> None:
    for call in (
        lambda: grading.GradeTree().predict(FEATURES),
        lambda: grading.GradeTree().rules(),
        lambda: grading.GradeNet().judge(FEATURES, KNOWN),
    ):
        with pytest.raises(ValueError, match="must be fitted first"):
            call()
    tree = grading.GradeTree(depths=(1,), min_leaf=2).fit(FEATURES, KNOWN)
    with pytest.raises(ValueError, match="must have the column 'y'"):
        tree.predict(FEATURES[["x"]])
    with pytest.raises(ValueError, match="grades must be among"):
        tree.judge(FEATURES, ["other"] * 20)
    with pytest.raises(ValueError, match="units must be one of"):
        tree.rules({"age": "years"})
    with pytest.raises(ValueError, match="same index"):
        tree.judge(FEATURES, pd.Series(KNOWN, index=range(1, 21)))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: FOLIO.customers("key"), "cell must be one of"),
        (lambda: FOLIO.move_cuts(first=NAN), "first must be finite"),
        (lambda: grading.cell_sensitivity(FOLIO).doubtful(2), "below must be between"),
        (lambda: grading.factor_scores(POINTS).reweight("age", 0.5), "factor must be one of"),
        (lambda: grading.factor_scores(POINTS).reweight("size", 1.5), "weight must be between"),
        (lambda: grading.gains([1, 2], [0, 1]).gain_at(2), "depth must be between"),
        (lambda: grading.gains([1, 2], [0, 1]).lift_at(0), "depth must be above 0"),
        (lambda: grading.gains([1, 2], [0, 1]).to_frame(0), "groups must be a whole number"),
        (lambda: grading.gains([1, 2], [0, 1]).profit(-1, 2), "cost must be at least 0"),
        (lambda: grading.gains([1, 2], [0, 1]).profit(1, 0), "margin must be above 0"),
        (
            lambda: grading.campaign_cells(["a"], [1], cost=1, margin=2).score(["a"], -1),
            "prior must be at least 0",
        ),
        (
            lambda: grading.campaign_cells(["a"], [1], cost=1, margin=2).score([None]),
            "cells must not be missing",
        ),
        (
            lambda: grading.clp(pd.Series([1, 2]), pd.Series([1, 2], index=[1, 2])),
            "same index",
        ),
    ],
)
def test_methods_refuse_bad_input_too(call, words) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        call()


def test_rows_of_another_order_are_not_paired():
    cells = pd.Series(list("aabb"), index=list("wxyz"))
    response = pd.Series([1, 0, 0, 0], index=list("wxyz"))
    with pytest.raises(ValueError, match="cells and response must have the same index"):
        grading.campaign_cells(cells, response[::-1], cost=0.6, margin=4)
    with pytest.raises(ValueError, match="first and second must have the same index"):
        grading.compare_groups(cells, cells[::-1])


def test_who_is_known_may_be_one_and_zero():
    people = pd.DataFrame({"role": ["user", "buyer"], "person": ["chef", "manager"]})
    plans = [
        grading.buying_plan("straight rebuy", people.assign(known=known), known="known").table
        for known in ([True, False], [1, 0])
    ]
    pd.testing.assert_frame_equal(*plans)
