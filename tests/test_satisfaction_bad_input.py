"""Bad input to `crmlab.satisfaction`: each argument refuses it with one error that names it.

The error is a ValueError or a TypeError whose message names the argument and says what came.
"""

import inspect
import re

import numpy as np
import pandas as pd
import pytest

from crmlab import satisfaction as s

NAN, INF = float("nan"), float("inf")
PAIRS = {"functional": [[1, 2], [5, 3], [1, 1]], "dysfunctional": [[5, 3], [1, 5], [4, 2]]}
RATED = [[3.0, 5], [4, 2], [5, 1], [2, 2], [4, 4]]
SERVED = {
    "expected": [[6, 7, 5], [6, 6, 5]],
    "perceived": [[5, 6, 5], [6, 4, 5]],
    "dimensions": {"reliability": 2, "empathy": 1},
}
STATIONS = dict.fromkeys(
    ("expected", "understood", "standard", "delivered", "perceived", "promised"), 5.0
)
COUNTS = pd.DataFrame({"A": [3, 4], "O": [1, 1], "M": [2, 9], "I": [5, 1]}, index=["x", "y"])
SHARES = dict.fromkeys(
    ("awareness", "reputation", "return_rate", "complaint_rate", "sales_power"), (3, 10)
)
PATH = {"performance": 5.0, "expected": 4.0, "purchases": 3}

#: For every function, arguments that are fine.
FINE = {
    s.cronbach_alpha: {"items": RATED},
    s.derived_importance: {"performance": RATED, "overall": [1, 2, 3, 5, 4]},
    s.disconfirmation: {"perceived": RATED, "expected": RATED},
    s.evaluation_table: {},
    s.expectation_path: PATH | {"rival": 6.0, "promise": 6.0},
    s.five_gaps: STATIONS | {"cost": dict.fromkeys(s.GAPS, 2.0)},
    s.fong_critical: {"first": 6, "second": 3, "n": 12},
    s.importance_performance: {"importance": [5, 6], "performance": [3, 8]},
    s.indicators: SHARES,
    s.kano: PAIRS,
    s.kano_category: {"functional": 1, "dysfunctional": 5},
    s.kano_from_counts: {"counts": COUNTS},
    s.kano_segments: PAIRS | {"segment": ["x", "y", "x"]},
    s.keep_ratio: {"ratio": 1.2, "expected": 4.0, "purchases": 3, "rival": 6.0, "ceiling": 9.0},
    s.likert: {"scores": [[1, 5], [2, 3], [4, 4]], "low": 1, "high": 5},
    s.margin_of_error: {"n": 10, "population": 50},
    s.net_promoter_score: {"scores": [0, 10, 7]},
    s.reverse_items: {"scores": [[1, 5], [2, 3]], "items": [2], "low": 1, "high": 5},
    s.sample_size: {"margin": 0.05, "population": 500},
    s.semantic_profile: {"objects": {"we": [[3, 4], [5, 6]]}, "poles": [("a", "b"), ("c", "d")]},
    s.servqual: SERVED,
    s.survey_score: {"counts": COUNTS, "scores": dict.fromkeys("AOMI", 5)},
    s.top_box: {"scores": [1, 9, 10]},
}


def refused(pattern):
    """Expect a ValueError or a TypeError with a message of this pattern."""
    return pytest.raises((ValueError, TypeError), match=f"(?s){pattern}")


NO_NUMBER = ["text", None, pd.NA, True, 1j, ..., NAN, INF, -INF, 10**400]
NO_SINGLE = [*NO_NUMBER, [], [0.5, 0.6]]
NO_ARRAY = [
    *NO_NUMBER,
    [],
    ["a"],
    [True],
    [0.1, -INF],
    [[0.1], [0.1, 0.2]],
    np.array(["2024-01-01"], dtype="datetime64[D]"),
]
NO_TABLE = [
    *NO_ARRAY,
    5,
    [[[1]]],
    [[1, NAN], [1, 2], [2, 2]],
    [[1, None], [1, 2], [2, 2]],
    pd.DataFrame({"a": ["x", "y"]}),
    pd.DataFrame({"a": [True, False]}),
    pd.DataFrame({"a": []}),
    pd.DataFrame([[1, 2]], columns=["a", "a"]),
    pd.DataFrame({"a": [1, 2]}, index=["C1", "C1"]),
]
#: Where a missing answer may stay missing.
COMPLETE = [bad for bad in NO_TABLE if not (isinstance(bad, list) and len(bad) == 3)]
NO_COUNT = ["3", None, True, [3], 3j, NAN, INF, 2.5, -200]
NO_PAIR = ["text", 5, (3,), (1, 2, 3), (5, 3), (-1, 3), (0, 0), (1.5, 3), (True, 2), (None, 2)]

#: What each kind of argument refuses.
BAD = {
    "pairs": [*NO_TABLE, [[0, 1], [1, 1], [1, 1]], [[1.5, 1], [1, 1], [1, 1]], [[1, 1]], [[6, 1]]],
    "one answer": [*NO_SINGLE, 0, 6, 1.5],
    "table": NO_TABLE,
    "positive table": [*NO_TABLE, [[0, 1]] * 5, [[-1, 1]] * 5, [[1, 1]] * 4],
    "paired table": [*NO_TABLE, [[1, 2, 3]]],
    "one column": [*NO_TABLE, [[1, 2]] * 5, [1, 2, 3], [2] * 5],
    "two or more": [*NO_TABLE, [[1], [2]], [[1, 2]], [[1, 2], [2, 1]]],
    "matter": [*NO_TABLE, [1, 2, 3], [-1, 2], [0, 0]],
    "done": [*NO_TABLE, [1, 2, 3]],
    "cut": ["half", None, 5, [1], [1, 2, 3], [NAN, 1], [[1, 2]]],
    "scores of one": [*NO_TABLE, [11], [5.5], [[1, 2]]],
    "scale answers": [*COMPLETE, [[0, 1], [1, 1]], [[6, 1], [1, 1]]],
    "whole answers": [*NO_TABLE, [[0, 1], [1, 2]], [[6, 1], [1, 2]], [[1.5, 2], [1, 2]]],
    "items": ["a", None, 5, [3], ["x"], [[1]]],
    "level of service": [*NO_NUMBER, [], [[1, 2]], [NAN], [[1], [1, 2]]],
    "gap costs": ["text", 5, {}, {"behaviour": 1}, dict.fromkeys(s.GAPS, 0), [1] * 5],
    "counts": [None, 5, "text", [[1, 2]], COUNTS.head(0), COUNTS.assign(A=-1), COUNTS * 0],
    "kano counts": [COUNTS.drop(columns="A"), COUNTS.assign(Z=1), COUNTS.assign(A=NAN)],
    "grades": [None, 5, "text", {}, {"A": 1}, dict.fromkeys("AOMI", NAN), [1, 2, 3, 4]],
    "question weights": [5, "text", {}, {"x": 1}, {"x": 0, "y": 0}, {"x": -1, "y": 1}],
    "dimension weights": [
        *[5, "text", {}, {"empathy": 1}, {"reliability": 0, "empathy": 0}],
        {"reliability": -1, "empathy": 1},
    ],
    "dimensions": [
        *[None, 5, "text", {}, [1, 2], {"a": 3.5}, {"a": 4}, {"a": 1}, {"a": 0, "b": 3}],
        *[{"a": "12", "b": [3]}, {"a": [1, 2]}, {"a": [1, 2], "b": [2, 3]}],
        *[{"a": [1, 2], "b": [4]}, {"a": [1, 2, 3], "b": []}],
    ],
    "share": NO_PAIR,
    "level": [*NO_SINGLE, 0, 1, -0.5, 95],
    "positive": [*NO_SINGLE, 0, -1],
    "positive or None": [*filter(lambda bad: bad is not None, NO_SINGLE), 0, -1],
    "counts of answers": [*NO_ARRAY, -1, 100],
    "answers at least one": [*NO_ARRAY, 0, -1, [5, 0], 100],
    "population": [*filter(lambda bad: bad is not None, NO_SINGLE), 0, 1, -5],
    "weight": [*NO_SINGLE, -0.1, 1.1],
    "count": [*NO_COUNT, 0],
    "count or None": [*filter(None, NO_COUNT), 0],
    "whole": NO_COUNT,
    "number": NO_SINGLE,
    "series": [*NO_ARRAY, 0, -1, [1, 2], [[1, 2, 3]], [1, 0, 1]],
    "series or None": [*filter(lambda bad: bad is not None, NO_ARRAY), 0, -1, [1, 2], [1, 0, 1]],
    "missing": ["keep", None, True, 0, ["drop"]],
    "segment": ["xyx", None, 5, ["x"], ["x"] * 3, ["x", None, "y"], [["x"], ["y"], ["x"]]],
    "objects": [None, 5, [], {}, {"we": [[3, 9]]}, {"we": [[3]]}, {"we": []}, {"we": [["a", "b"]]}],
    "poles": [None, 5, "ab", [], ["ab"], [("a",)], [("a", "b", "c")], [("a", "b")]],
    "two ends": [*NO_ARRAY, 5, [5], [5, 5], [7, 1], [1, 2, 3]],
}

#: Which arguments are of which kind; "function.argument" where the name alone does not say it.
ARGUMENTS = {
    "pairs": "functional dysfunctional",
    "one answer": "kano_category.functional kano_category.dysfunctional",
    "positive table": "disconfirmation.perceived disconfirmation.expected",
    "paired table": "servqual.expected servqual.perceived",
    "table": "derived_importance.performance",
    "one column": "overall",
    "two or more": "cronbach_alpha.items",
    "matter": "importance",
    "done": "importance_performance.performance",
    "cut": "cut",
    "scores of one": "net_promoter_score.scores top_box.scores",
    "scale answers": "reverse_items.scores",
    "whole answers": "likert.scores",
    "items": "items reversed_items",
    "level of service": "expected understood standard delivered perceived promised",
    "gap costs": "cost",
    "counts": "counts",
    "grades": "scores",
    "question weights": "survey_score.weights",
    "dimension weights": "weights",
    "dimensions": "dimensions",
    "share": " ".join(SHARES),
    "level": "level",
    "positive": "z sd margin ratio expectation_path.expected keep_ratio.expected",
    "positive or None": "ceiling",
    "counts of answers": "first second",
    "answers at least one": "margin_of_error.n",
    "population": "population",
    "weight": "experience competition belief",
    "count": "boxes at_least keep_ratio.purchases top_box.high",
    "count or None": "purchases",
    "whole": "likert.low likert.high",
    "number": "low high",
    "series": "expectation_path.performance",
    "series or None": "rival promise",
    "missing": "missing",
    "segment": "segment",
    "objects": "objects",
    "poles": "poles",
    "two ends": "scale",
}
KIND = {name: kind for kind, names in ARGUMENTS.items() for name in names.split()}
KIND["fong_critical.n"] = "positive"
#: Where another argument has to be set for this one to be looked at.
WITH = {
    (s.importance_performance, "scale"): {"cut": "middle"},
    (s.expectation_path, "purchases"): {"performance": 5.0},
}


def bad_arguments():
    for function, fine in FINE.items():
        for argument in inspect.signature(function).parameters:
            kind = KIND.get(f"{function.__name__}.{argument}") or KIND[argument]
            for i, bad in enumerate(BAD[kind]):
                arguments = fine | WITH.get((function, argument), {}) | {argument: bad}
                name = f"{function.__name__}-{argument}-{i}-{str(bad)[:20]}".replace("\n", " ")
                yield pytest.param(function, arguments, argument, id=name)


@pytest.mark.parametrize(("function", "arguments", "named"), list(bad_arguments()))
def test_bad_argument_is_refused_by_name(function, arguments, named):
    with refused(rf"{re.escape(named)}.*got"):
        function(**arguments)


@pytest.mark.parametrize("bad", BAD["kano counts"], ids=str)
def test_bad_kano_counts_are_refused(bad):
    with refused("counts.*(got|has)"):
        s.kano_from_counts(bad)


def test_every_function_is_covered_and_what_is_fine_is_accepted():
    functions = [getattr(s, name) for name in s.__all__]
    assert {f for f in functions if inspect.isfunction(f)} == set(FINE)
    for function, fine in FINE.items():
        function(**fine)


# Arguments that do not go together.

FRAME = pd.DataFrame({"a": [1, 2.0], "b": [3, 4.0]}, index=["C1", "C2"])
RENAMED = FRAME.rename(columns={"a": "c"})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: s.kano(FRAME, RENAMED), "the same items; got 'a' in one only"),
        (lambda: s.kano(FRAME, FRAME.rename(index={"C1": "C9"})), "the same rows; got 'C1'"),
        (lambda: s.kano(FRAME, FRAME.head(1)), r"one shape; got \(2, 2\) and \(1, 2\)"),
        (
            lambda: s.kano([[NAN], [1]], [[1], [NAN]], missing="drop"),
            "must both have an answer to each item; got no pair for 1",
        ),
        (
            lambda: s.kano([[NAN, 1], [NAN, 1]], [[1, 1], [1, 1]], missing="drop"),
            "functional must have an answer to every item; got none to 1",
        ),
        (lambda: s.fong_critical(60, 50, 100), "n must be at least first .* got -10"),
        (lambda: s.fong_critical([1, 2], [1, 2, 3], 10), "first, second and n .*got"),
        (lambda: s.kano_category([1, 2], [1, 2, 3]), "functional and dysfunctional .*got"),
        (
            lambda: s.derived_importance(RATED[:3], [1, 2, 3]),
            r"performance must have more full answers than attributes \+ 1 \(3\); got 3",
        ),
        (
            lambda: s.derived_importance([[1, 1]] * 3 + [[2, 2], [3, 3]], range(5)),
            "performance must not repeat an attribute; got",
        ),
        (
            lambda: s.derived_importance([[1, 1], [1, 2], [1, 3], [1, 0]], range(4)),
            "performance must vary between respondents; got",
        ),
        (
            lambda: s.derived_importance(
                pd.DataFrame(RATED), pd.Series([1, 2, 3, 5, 4], index=list("abcde"))
            ),
            "overall must have the index of performance; got",
        ),
        (
            lambda: s.importance_performance(pd.Series({"a": 1}), pd.Series({"b": 1})),
            "the same attributes; got 'a' in one only",
        ),
        (
            lambda: s.importance_performance([1], [1], "middle"),
            "scale must be given for cut='middle'; got None",
        ),
        (lambda: s.indicators(), "awareness or another indicator must be given; got none"),
        (lambda: s.sample_size(5), "margin must be below 0.98, the margin of a single answer; got"),
        (lambda: s.margin_of_error(60, population=50), "n must be at most the population 50; got"),
        (lambda: s.reverse_items([[1]], [1], 5, 5), "high must be above low; got 5 and 5"),
        (lambda: s.likert([[1, 2]], 1, 5, at_least=3), "at_least must be at most 2 items; got 3"),
        (
            lambda: s.expectation_path(5, 5),
            "purchases must be given, or agree .*got None",
        ),
        (
            lambda: s.expectation_path([5, 6], 5, purchases=3),
            r"purchases must be given, or agree .*got \[2, 3\]",
        ),
        (
            lambda: s.expectation_path(5, 5, purchases=2, competition=0.1),
            "rival must be given where competition is above 0; got None",
        ),
        (
            lambda: s.expectation_path(5, 5, purchases=2, belief=0.1),
            "promise must be given where belief is above 0; got None",
        ),
        (
            lambda: s.keep_ratio(1, 1, 2, experience=0.7, competition=0.5, rival=1),
            "experience, competition and belief must sum to at most 1; got 1.2",
        ),
        (lambda: s.keep_ratio(10, 1, 2000, experience=1), "the result must fit .*got an overflow"),
        (
            lambda: s.five_gaps(**STATIONS | {"expected": [1, 2], "promised": [1, 2, 3]}),
            r"promised must have the services \[0, 1\]; got \[0, 1, 2\]",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(call, message):
    with refused(message):
        call()


@pytest.mark.parametrize("bad", [0, 1, 2.5, None, "five"])
def test_curves_refuse_bad_points(bad):
    with refused("points must be a whole number .*got"):
        s.kano(**PAIRS).curves(points=bad)


def test_answers_of_another_order_are_not_paired():
    there = pd.Series([1, 1, 2, 1], index=list("abcd"))
    absent = pd.Series([5, 3, 5, 2], index=list("dcba"))
    with pytest.raises(ValueError, match="functional and dysfunctional must have the same index"):
        s.kano(there, absent)
    with pytest.raises(ValueError, match="perceived and expected must have the same index"):
        s.disconfirmation(there, absent)
    segment = pd.Series(list("xxyy"), index=list("dcba"))
    with pytest.raises(ValueError, match="functional and segment must have the same index"):
        s.kano_segments(there, absent.to_numpy(), segment)
