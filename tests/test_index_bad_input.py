"""Bad input to `crmlab.index` and `crmlab.weights`: refused, with one clear error by name."""

import inspect
import re

import numpy as np
import pandas as pd
import pytest

from crmlab import index, weights
from crmlab.index import Block, PathModel, PathSpec

NAN, INF = float("nan"), float("inf")
LEADER = [[1, 4, 3], [1 / 4, 1, 1 / 2], [1 / 3, 2, 1]]
SURVEY = pd.DataFrame(
    {"y": [3, 5, 4, 8, 7, 9, 2, 6], "a": [2, 5, 3, 8, 6, 9, 4, 4], "b": [4, 4, 7, 5, 9, 6, 1, 8]}
)
PART = index.fuzzy_evaluation([0.5, 0.5], [[0.3, 0.7], [0.6, 0.4]])
GRADES = {"good": 7, "fair": 4, "poor": 1}

#: For every function, arguments that are fine.
FINE = {
    index.fuzzy_evaluation: {"weights": [0.6, 0.4], "membership": [[0.3, 0.7], [0.6, 0.4]]},
    index.fuzzy_operators: {"weights": [0.6, 0.4], "membership": [[0.3, 0.7], [0.6, 0.4]]},
    index.fuzzy_levels: {"weights": [1.0], "parts": {"only": PART}},
    index.fuzzy_membership: {"answers": SURVEY, "grades": GRADES},
    index.index_score: {"answers": [3, 4], "weights": [0.5, 0.5]},
    index.validity_word: {"validity": 0.4},
    index.principal_components: {"data": SURVEY},
    index.linear_regression: {"data": SURVEY, "overall": "y"},
    index.ordered_logit: {"data": SURVEY.assign(y=[1, 2, 1, 2, 2, 1, 2, 1]), "overall": "y"},
    weights.ahp: {"comparisons": LEADER},
    weights.group_ahp: {"judges": [LEADER, LEADER]},
    weights.comparison_matrix: {"judgements": {("a", "b"): 3}},
    weights.entropy: {"values": [[1, 2], [3, 4]]},
    weights.combine: {"parts": [[0.5, 0.5], [0.2, 0.8]]},
}

NO_TABLE = ["text", None, True, 5, [], [1, 2], [["a"]], [[1, NAN]], [[1, 2], [3]], [[1, INF]]]
NO_WEIGHTS = ["text", None, 0.5, [], [0.5, 0.6], [1.5, -0.5], [NAN, 1], ["a", "b"], [[0.5, 0.5]]]
NO_CHOICE = ["unknown", "", None, 5, ["path"]]
NO_FRAME = [None, 5, "text", [[1, 2]], {"a": [1]}, SURVEY.head(0)]
NO_COLUMN = ["unknown", 5, ("a", "b")]

#: Bad values by argument; "function.argument" where the name alone does not say it.
BAD = {
    "weights": [*NO_WEIGHTS, [0.2, 0.3, 0.5]],
    "group_ahp.weights": [*NO_WEIGHTS[:1], *NO_WEIGHTS[2:], [0.2, 0.3, 0.5]],
    "fuzzy_levels.weights": [*NO_WEIGHTS, [0.5, 0.5]],
    "membership": [*NO_TABLE, [[0.5, 0.5]], [[1.2, 0], [0, 1]], [[-0.1, 1], [0, 1]], [[0, 0]] * 2],
    "operator": NO_CHOICE,
    "scores": ["text", True, 5, [], [1], [1, 2, 3], [1, NAN], ["a", "b"]],
    "parts": [None, 5, "text", [], [PART], {}, {"a": [0.5, 0.5]}],
    "combine.parts": [
        *(None, 5, "text", [], [[1.0]], [[0.5, 0.5]], [[0.5, 0.4], [0.5, 0.5]]),
        *([[0.5, 0.5], [1.0]], [["a"], ["b"]], [[1, 0], [0, 1.5]]),
    ],
    "answers": NO_FRAME,
    "index_score.answers": [
        *NO_TABLE[:5],
        [["a"]],
        [[1, NAN]],
        [3],
        [1, 11],
        [0, 5],
        [[1, 2, 3]],
        [[[1, 2]]],
        5,
    ],
    "index_score.weights": ["text", None, 5, [], [1, -1], [0, 0], [1, 2, 3], [NAN, 1]],
    "scale": ["text", None, 5, (1,), (10, 1), (1, NAN), (1, 2, 3)],
    "grades": [None, 5, "text", {}, {"good": 1}, {"good": 1, "poor": 4}, {"a": NAN, "b": 1}],
    "validity": ["text", None, -1, NAN, [1]],
    "data": [*NO_TABLE, [[1, 2]], [[1], [2], [3]], [[1, 2], [1, 3], [1, 4]]],
    "linear_regression.data": [*NO_FRAME, SURVEY[["a"]]],
    "ordered_logit.data": [*NO_FRAME, SURVEY[["a"]]],
    "keep": ["all", None, True, 0, -1, 4, 1.5, NAN],
    "overall": NO_COLUMN,
    "attributes": ["a", ["unknown"], ["y"], ["a", "a"], []],
    "comparisons": [
        *NO_TABLE,
        *([[1]], [[1, 2, 3]], [[1, 0], [0, 1]], [[1, -2], [-0.5, 1]], [[1, 3], [0.33, 1]]),
        *([[2, 1], [1, 1]], [[[1]]]),
    ],
    "random_index": [*NO_CHOICE[:2], None, True, 0, -1, NAN, [0.5]],
    "names": [5, "ab", ["a"], ["a", "a", "b"]],
    "comparison_matrix.names": [5, "ab", ["a"], ["a", "c"], ["a", "b", "c"]],
    "judges": [None, 5, "text", [], {}, [LEADER, [[1, 2], [0.5, 1]]], [[1, 2]], [LEADER, 5]],
    "judgements": [
        *(None, 5, "text", [], {}, {"a": 3}, {("a", "a"): 3}, {("a", "b", "c"): 3}),
        *({("a", "b"): 0}, {("a", "b"): -2}, {("a", "b"): "x"}, {("a", "b"): 2, ("b", "a"): 2}),
        {("a", "b"): 2, ("b", "c"): 2},
    ],
    "values": [*NO_TABLE, [[1, 2]], [[1, -2], [3, 4]], [[0, 1], [0, 2]], [[1, 2], [1, 2]]],
    "cost": ["ab", 5, [5], [True], ["unknown"], [None]],
    "convention": NO_CHOICE,
    "method": NO_CHOICE,
    "shares": ["text", True, 0.5, [], [0.5, 0.6], [1.0], [0.2, 0.3, 0.5]],
}


def bad_arguments():
    for function, fine in FINE.items():
        for argument in inspect.signature(function).parameters:
            kind = BAD.get(f"{function.__name__}.{argument}", BAD.get(argument))
            assert kind, f"{function.__name__}.{argument}"
            for bad in kind:
                name = f"{function.__name__}-{argument}-{str(bad)[:40]}".replace("\n", " ")
                yield pytest.param(function, fine | {argument: bad}, argument, id=name)


@pytest.mark.parametrize(("function", "arguments", "argument"), list(bad_arguments()))
def test_bad_argument_is_refused_by_name(function, arguments, argument):
    others = {"overall": "data", "weights": "membership|answers", "attributes": "data"}
    other = others.get(argument, argument)
    with pytest.raises((ValueError, TypeError), match=rf"(?s)({argument}|{other}).*(got|has)"):
        function(**arguments)


def test_every_function_is_covered_and_what_is_fine_is_accepted():
    public = {
        getattr(module, name)
        for module in (index, weights)
        for name in module.__all__
        if inspect.isfunction(getattr(module, name))
    }
    assert public - {index.acsi, index.ecsi, index.scsb} == set(FINE)
    for function, fine in FINE.items():
        function(**fine)


def refused(pattern):
    return pytest.raises((ValueError, TypeError), match=f"(?s){pattern}")


# The path model.

PATHS = {"y": ["x"]}
BLOCKS = {"x": ["a", "b"], "y": ["y"]}
MODEL = PathModel(PATHS, BLOCKS).fit(SURVEY)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        *(
            ("paths", bad)
            for bad in (None, 5, "text", [], {}, {"y": []}, {"y": 5}, [("x",)], ["xy"])
        ),
        *(("paths", bad) for bad in ({"y": ["x", "x"]}, {"y": ["x"], "x": ["y"]}, {"y": ["y"]})),
        *(("paths", bad) for bad in ([("x", "y"), ("y", "z"), ("z", "x")],)),
        *(("blocks", bad) for bad in (None, 5, "text", [], {}, {"x": ["a"]}, {"x": 5, "y": ["y"]})),
        *(("blocks", bad) for bad in ({"x": "a", "y": ["y"]}, {"x": [], "y": ["y"]})),
        *(("blocks", bad) for bad in ({"x": ["a", "a"], "y": ["y"]}, {"x": ["a"], "y": ["a"]})),
        *(("blocks", bad) for bad in ({"x": ["a"], "y": ["y"], "z": ["b"]},)),
        *(("scheme", bad) for bad in NO_CHOICE),
        *(("scaled", bad) for bad in ("yes", None, 1, [])),
        *(("missing", bad) for bad in ("fill", None, True)),
        *(("scale", bad) for bad in ("text", None, 5, (1,), (10, 1), (1, 1), (1, NAN), (1, 2, 3))),
        *(("scale", bad) for bad in ({}, {"a": (1, 10)}, {"a": (1, 10), "b": 5, "y": (1, 10)})),
        *(("tolerance", bad) for bad in ("text", None, 0, -1, NAN, [1e-6])),
        *(("max_iterations", bad) for bad in ("text", None, 0, -1, 2.5, True)),
    ],
)
def test_bad_settings_of_a_path_model(argument, bad):
    arguments = {"paths": PATHS, "blocks": BLOCKS} | {argument: bad}
    with refused(rf"({argument}|items).*(got|lacks)"):
        PathModel(**arguments)


@pytest.mark.parametrize("bad", NO_FRAME)
def test_data_must_be_a_table(bad):
    with refused("data must .*got"):
        PathModel(PATHS, BLOCKS).fit(bad)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a": list("abcdefgh")}, "a must hold numbers; got"),
        ({"a": [True, False] * 4}, "a must hold numbers; got bool"),
        ({"a": 3}, "a must vary; got 3 from everybody"),
        ({"a": [1, 2, 3, 4, 5, 6, 7, NAN]}, "data must have no missing answers; got 1 gaps of 1"),
        ({"a": [1, 2, 3, 4, 5, 6, 7, INF]}, "data must be finite; got"),
    ],
)
def test_bad_items_are_refused_by_name(change, message):
    with refused(message):
        PathModel(PATHS, BLOCKS).fit(SURVEY.assign(**change))


def test_a_column_must_be_there_once():
    with refused("data must have the column 'b'; it has: y, a"):
        PathModel(PATHS, BLOCKS).fit(SURVEY[["y", "a"]])
    with refused("data must have the column 'a' once"):
        PathModel(PATHS, BLOCKS).fit(pd.concat([SURVEY, SURVEY[["a"]]], axis=1))


def test_too_few_answers():
    with refused("data must have at least 3 respondents; got 2"):
        PathModel(PATHS, BLOCKS).fit(SURVEY.head(2))
    for missing in ("mean", "drop"):
        with refused("a must have an answer; got only gaps"):
            PathModel(PATHS, BLOCKS, missing=missing).fit(SURVEY.assign(a=NAN))


def test_what_cannot_be_told_apart_is_refused():
    twins = SURVEY.assign(c=SURVEY["a"] * 2)
    with refused(r"blocks\['x'\] must have items that differ; got"):
        PathModel(PATHS, {"x": Block(["a", "c"], "B"), "y": ["y"]}).fit(twins)
    with refused("data must tell|data must let"):
        PathModel({"y": ["x", "z"]}, {"x": ["a"], "z": ["c"], "y": ["y"]}).fit(twins)


@pytest.mark.parametrize("bad", [0, 1, -3, 2.5, "3", None, True])
def test_bootstrap_refuses_a_bad_number_of_samples(bad):
    for call in (lambda: MODEL.bootstrap(bad), lambda: MODEL.index_by([1, 2] * 4, draws=bad)):
        with refused("(n|draws) must be a whole number .*got"):
            call()


def test_bootstrap_results_refuse_what_they_do_not_have():
    result = MODEL.bootstrap(5, seed=1)
    with refused("of must be one of 'paths', .*got 'slopes'"):
        result.interval("slopes")
    for bad in (0, 1, 95, NAN, "text"):
        with refused("level must .*got"):
            result.interval(level=bad)
        with refused("level must .*got"):
            MODEL.index_by([1, 2] * 4, draws=3, level=bad)


@pytest.mark.parametrize("bad", [None, 5, "text", [1, 2], [[1] * 8], pd.Series([1, 2])])
def test_groups_must_be_one_per_respondent(bad):
    with refused("group must .*got"):
        MODEL.index_by(bad, draws=3)


def test_groups_must_have_no_gaps_and_no_doubles():
    with refused("group must not be missing; got 1"):
        MODEL.index_by([1, 2, None, *[1] * 5], draws=3)
    with refused("group must have one row per respondent; got an index twice"):
        MODEL.index_by(pd.Series([1] * 8, [0, 0, 1, 2, 3, 4, 5, 6]), draws=3)
    with refused("latent must be one of .*got 'z'"):
        MODEL.index_by([1, 2] * 4, draws=3).of("z")


@pytest.mark.parametrize("bad", ["x", "unknown", None, 5])
def test_nothing_points_to_a_bad_target(bad):
    with refused("target must be one of 'y'; got"):
        MODEL.importance_performance(bad)


@pytest.mark.parametrize(
    ("items", "mode", "message"),
    [
        ("a", "A", "items must be a list"),
        (5, "A", "items must be a list"),
        ([], "A", "items must name at least one"),
        (["a", "a"], "A", "items must not name a column twice"),
        (["a"], "C", "mode must be one of 'A', 'B'"),
    ],
)
def test_bad_blocks(items, mode, message):
    with refused(f"{message}.*got"):
        Block(items, mode)


def test_bad_specifications():
    with refused("paths must .*got"):
        PathSpec([("x", "x")])
    with refused("target must be one of .*got 'z'"):
        PathSpec({"y": ["x"]}).sources("z")


def test_fuzzy_parts_must_share_their_grades():
    other = index.fuzzy_evaluation([1.0], [[0.2, 0.3, 0.5]])
    with refused("parts must have the same grades; got"):
        index.fuzzy_levels([0.5, 0.5], {"a": PART, "b": other})


def test_answers_below_the_last_grade_are_refused_by_their_factor():
    with refused("a must be at least 4; got 2 at position 0"):
        index.fuzzy_membership(SURVEY[["a"]], {"good": 7, "poor": 4})


@pytest.mark.parametrize("function", [index.linear_regression, index.ordered_logit])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a": list("abcdefgh")}, "a must be a number or an array of numbers; got"),
        ({"a": [NAN, *[1, 2, 3, 4, 5, 6, 7]]}, "a must not be missing; got 1"),
        ({"a": 3}, "a must vary; got one value"),
        ({"y": 3}, "y must vary; got one value"),
        ({"y": [NAN, *[1, 2, 3, 4, 5, 6, 7]]}, "y must not be missing; got 1"),
        ({"b": SURVEY["a"] * 2 + 1}, "attributes must not be sums of each other; got"),
    ],
)
def test_bad_columns_of_a_regression(function, change, message):
    with refused(message):
        function(SURVEY.assign(**change), "y")


def test_a_regression_needs_more_rows_than_attributes():
    with refused("data must have at least 4 rows; got 3"):
        index.linear_regression(SURVEY.head(3), "y")


@pytest.mark.parametrize("bad", [5, "text", [[1]], {"a": [1]}, [[NAN, 1]]])
def test_chances_refuse_bad_scores(bad):
    result = index.ordered_logit(**FINE[index.ordered_logit])
    with refused("attributes must .*(got|has)"):
        result.chances(bad)


def test_more_than_ten_things_need_a_random_index_of_ones_own():
    matrix = np.ones((11, 11))
    with refused("random_index must be a number of your own .*got 'saaty' for 11"):
        weights.ahp(matrix)
    assert weights.ahp(matrix, 1.51).cr == pytest.approx(0)


def test_weights_whose_product_is_nothing_cannot_be_combined():
    with refused("parts must leave something of their product; got 0"):
        weights.combine([[1.0, 0.0], [0.0, 1.0]], "multiplicative")


def test_costs_by_division_must_not_be_zero():
    with refused(re.escape("values must be above 0 where less is better; got 0")):
        weights.entropy([[0, 1], [2, 3]], cost=[0])
