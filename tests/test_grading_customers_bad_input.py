"""Bad input to the grading of chapter 10: every argument refuses it, with one clear error.

The error is a ValueError or a TypeError whose message names the argument and says what came.
"""

import inspect
import re

import pandas as pd
import pytest

from crmlab import grading

NAN, INF = float("nan"), float("inf")
#: The modules of `crmlab.grading` that chapter 10 teaches.
MODULES = {
    "accounts", "clusters", "concentration", "indicators", "monthly", "moves", "pyramid", "rfm",
    "segments",
}  # fmt: skip
LOG = pd.DataFrame(
    {
        "customer": ["a", "b"],
        "date": pd.to_datetime(["2024-03-01", "2024-09-01"]),
        "amount": [10.0, 20.0],
        "cost": [1.0, 2.0],
        "units": [1, 2],
    }
)
PEOPLE = pd.DataFrame(
    {
        "customer": ["a", "b"],
        "service_cost_per_year": [1.0, 2.0],
        "acquired": pd.to_datetime(["2023-01-01", "2023-01-01"]),
    }
)
TABLE = pd.DataFrame({"profit": [1.0, 2, 4], "late": [3.0, 1, 2]})
RFM = pd.DataFrame({"recency": [1, 9, 5], "frequency": [3, 1, 2], "monetary": [9.0, 2, 4]})
SCORES = grading.rfm_scores(RFM)
PANEL = pd.DataFrame(
    {
        "customer": "a",
        "month": pd.date_range("2024-01-01", periods=24, freq="MS"),
        "revenue": 5.0,
    }
)
CHAIN = {"moves": [[0.5, 0.5], [0.2, 0.8]], "margin": [10, 1], "rate": 0.1}
WORTH = grading.grade_value(**CHAIN)
PERIOD = {"log": LOG, "start": "2024-01-01", "end": "2024-12-31", "people": PEOPLE}

#: For every function, arguments that are fine.
FINE = {
    grading.period_accounts: PERIOD,
    grading.concentration: {"values": [1, 2]},
    grading.lorenz: {"values": [1, 2]},
    grading.gini: {"values": [1, 2]},
    grading.abc: {"values": [1, 2]},
    grading.long_tail: {"values": [1, 2], "cost": 1},
    grading.tier_names: {},
    grading.pyramid: {"profit": [1, 2], "revenue": [3, 4]},
    grading.grade_moves: {"before": ["A", "B"], "after": ["A", "A"], "grades": ["A", "B"]},
    grading.grade_value: CHAIN,
    grading.grade_strategy: {"value": WORTH, "customers": [1, 2], "cost": 3},
    grading.normalise: {"data": TABLE},
    grading.grade_customers: {"data": TABLE, "weights": [0.5, 0.5]},
    grading.rfm_table: {"log": LOG, "units": "units", "end": "2024-12-31"},
    grading.quantile_scores: {"values": [1, 2]},
    grading.rfm_scores: {"rfm": RFM},
    grading.rfm_rules: {},
    grading.rule_coverage: {},
    grading.rfm_segments: {"scores": SCORES},
    grading.monthly_features: {"panel": PANEL},
    grading.monthly_segments: {"panel": PANEL},
    grading.monthly_names: {},
    grading.adjusted_rand: {"first": [1, 2], "second": [1, 2]},
    grading.compare_groups: {"first": [1, 2], "second": [1, 2]},
    grading.cluster_customers: {"data": TABLE, "clusters": 2},
    grading.cluster_stability: {"data": TABLE, "clusters": 2, "draws": 2},
}

NO_ARRAY = [None, "text", [1, "x"], [1, NAN], [1, INF], [True, False], [[1, 2]], []]
NO_NUMBER = [None, "text", NAN, INF, True, [1, 2]]
NO_COUNT = [None, "text", 1.5, NAN, True, -1, [1]]
NO_CHOICE = [None, 5, "unknown", ["value"]]
NO_CUTS = [None, "text", 0.5, [], [0.5, 0.2], [0.5, 0.5], [0.0, 0.5], [0.5, 1.0], [NAN]]
NO_NAMES = [None, 5, "AB", ["A"], ["A", "A", "B"], [1, 2, 3]]
NO_FRAME = [None, 5, "text", [1, 2], {"customer": ["a"]}, LOG["date"]]
NO_COLUMN = ["unknown", 5, ("a", "b"), ["a"]]
NO_DATE = [5, 2024, True, "text", NAN, pd.NaT, [1]]
NO_LABELS = [None, 5, "AB", [], ["A", "Z"], [["A"], ["B"]]]
NO_GROUPS = [None, 5, "AB", [], [1], [1, NAN], [1, None], [[1], [2]]]

#: What each argument refuses; "function.argument" where the name alone does not say it.
BAD = {
    "log": NO_FRAME,
    "people": [5, "text", [1, 2], LOG["date"]],
    "data": NO_FRAME,
    "rfm": NO_FRAME,
    "panel": NO_FRAME,
    "start": [*NO_DATE, None],
    "period_accounts.end": [*NO_DATE, None],
    "rfm_table.end": NO_DATE,
    **dict.fromkeys(
        ["customer", "date", "amount", "service", "since", "recency", "frequency", "monetary",
         "month", "units", "period_accounts.revenue", "period_accounts.cost",
         "monthly_features.revenue", "monthly_segments.revenue"],
        NO_COLUMN,
    ),
    "values": [*NO_ARRAY],
    "gini.values": [*NO_ARRAY, [0, 0], [1, -2]],
    "concentration.values": [*NO_ARRAY, [0, 0], [1, -2]],
    "lorenz.values": [*NO_ARRAY, [0, 0], [1, -2]],
    "abc.values": [*NO_ARRAY, [0, 0], [1, -2]],
    "long_tail.values": [*NO_ARRAY, [0, 0], [3, -2]],
    "negative": NO_CHOICE,
    "by": NO_CHOICE,
    "crossing": NO_CHOICE,
    "naming": NO_CHOICE,
    "method": NO_CHOICE,
    "money": NO_CHOICE,
    "ties": NO_CHOICE,
    "scheme": NO_CHOICE,
    "rules": [None, 5, "unknown", [], ["champions"]],
    "cuts": NO_CUTS,
    "rfm_scores.cuts": [5, "text", [1, 2], {}],
    "levels": [*NO_CUTS, [0.1, 0.2]],
    "names": NO_NAMES,
    "long_tail.cost": [*NO_NUMBER, -1],
    "head": [*NO_NUMBER, 0, 1],
    "profit": NO_ARRAY,
    "revenue": ["text", [1, "x"], [1, NAN], [1, -1], [1], [1, 2, 3], []],
    "losing_last": [None, 1, "yes"],
    "before": NO_LABELS,
    "after": [*NO_LABELS, ["A"]],
    "grades": [5, "AB", [], ["A"], ["A", "A"], [["A"], ["B"]]],
    "level": [*NO_NUMBER, 0, 1],
    "moves": [None, "text", [1, 2], [[1, 0]], [[0.5, 0.4], [0, 1]], [[1.5, -0.5], [0, 1]], [[1]]],
    "margin": [*NO_ARRAY, [1], [1, 2, 3]],
    "rate": [*NO_NUMBER, 0, -1],
    "periods": ["text", 1.5, NAN, True, -1, [1]],
    "value": [None, 5, "text", CHAIN],
    "customers": ["text", [1, NAN], [1, -1], [1, 2, 3], [[1, 2]], None],
    "grade_strategy.cost": ["text", [1, NAN], [1, -1], [1, 2, 3], None],
    "up": ["text", NAN, -0.1, 0.9, 1.1, [0, 0, 0], None],
    "down": ["text", NAN, -0.1, 0.9, 1.1, [0, 0, 0], None],
    "cost": [None, 5, "late", ["unknown"], [5]],
    "weights": [*NO_ARRAY, [0.5, 0.4], [1.5, -0.5], [1.0], [0.2] * 5],
    "bins": [*NO_COUNT, 1, 10],
    "scores": [None, 5, "text", RFM],
    "growth": [*NO_NUMBER, 1, 0.5],
    "season": [*NO_NUMBER, -0.1, 1.1],
    "variation": [*NO_NUMBER, -0.1],
    "silent": [*NO_COUNT, 0],
    "lost_within": [*NO_COUNT, 0, 1],
    "pause": [*NO_COUNT, 0],
    "first": NO_GROUPS,
    "second": [*NO_GROUPS, [1, 2, 3]],
    "clusters": [*NO_COUNT, 1, 4],
    "starts": [*NO_COUNT, 0],
    "draws": [*NO_COUNT, 1],
    "seed": NO_COUNT,
}  # fmt: skip


def refused(message):
    return pytest.raises((ValueError, TypeError), match=message)


def bad_arguments():
    for function, fine in FINE.items():
        for argument in inspect.signature(function).parameters:
            key = f"{function.__name__}.{argument}"
            for bad in BAD.get(key) or BAD[argument]:
                name = f"{function.__name__}-{argument}-{str(bad)[:30]}".replace("\n", " ")
                yield pytest.param(function, fine | {argument: bad}, argument, bad, id=name)


@pytest.mark.parametrize(("function", "arguments", "argument", "bad"), list(bad_arguments()))
def test_bad_argument_is_refused_by_name(function, arguments, argument, bad):
    if argument == "names" and function is grading.grade_customers:
        arguments = arguments | {"cuts": (0.2, 0.5)}
    named = f"column {bad!r}" if BAD.get(argument) is NO_COLUMN else argument
    if argument in ("revenue", "cost") and bad in ("unknown", 5, ("a", "b"), ["a"]):
        named = f"(column {re.escape(repr(bad))}|{argument})"
    else:
        named = re.escape(named)
    with refused(rf"{named}.*(got|has)"):
        function(**arguments)


def test_every_function_is_covered_and_what_is_fine_is_accepted():
    functions = {getattr(grading, name) for name in grading.__all__}
    ours = {
        f for f in functions if inspect.isfunction(f) and f.__module__.split(".")[-1] in MODULES
    }
    assert ours == set(FINE)
    for function, fine in FINE.items():
        function(**fine)


# What a column holds.


@pytest.mark.parametrize(
    ("function", "column", "bad"),
    [
        (grading.rfm_table, "amount", NAN),
        (grading.rfm_table, "units", -1),
        (grading.rfm_table, "customer", None),
        (grading.rfm_table, "date", "2024-01-01"),
        (grading.period_accounts, "amount", "text"),
        (grading.period_accounts, "cost", INF),
        (grading.period_accounts, "customer", None),
        (grading.rfm_scores, "recency", NAN),
        (grading.rfm_scores, "frequency", "text"),
        (grading.normalise, "profit", NAN),
        (grading.grade_customers, "late", None),
        (grading.cluster_customers, "profit", NAN),
        (grading.monthly_features, "revenue", -1),
        (grading.monthly_features, "customer", None),
        (grading.monthly_segments, "month", "2024-01-01"),
    ],
)
def test_bad_value_in_a_column_is_refused_by_name(function, column, bad):
    argument, table = next((k, v) for k, v in FINE[function].items() if isinstance(v, pd.DataFrame))
    values = [bad, *table[column].tolist()[1:]]
    broken = table.assign(**{column: pd.Series(values, dtype=object, index=table.index)})
    with refused(rf"^{column} must .*got"):
        function(**FINE[function] | {argument: broken})


@pytest.mark.parametrize("column", ["service_cost_per_year", "acquired"])
def test_people_need_a_cost_and_a_first_day(column):
    gap = PEOPLE.assign(**{column: [PEOPLE[column][0], None]})
    with refused(rf"^{column} must .*got"):
        grading.period_accounts(**PERIOD | {"people": gap})


def test_a_column_that_does_not_vary_cannot_be_normalised():
    for method in ("min-max", "z", "percentile"):
        with refused("profit must differ between customers; got 2 for all"):
            grading.normalise(TABLE.assign(profit=2.0), method)
    with refused("profit must differ between customers; got 0 for all"):
        grading.normalise(TABLE.assign(profit=0.0), "vector")


def test_scores_need_a_scale_and_falling_cuts():
    arguments = {"data": TABLE, "weights": [0.5, 0.5], "by": "score"}
    with refused("method must be 'min-max' or 'percentile' .*got 'z'"):
        grading.grade_customers(**arguments, method="z")
    for bad in ([20, 80], [80, 80], [101, 50], [50, -1]):
        with refused("cuts must .*got"):
            grading.grade_customers(**arguments, cuts=bad, names=("A", "B", "C"))


def test_fixed_cuts_must_fit_the_columns():
    cuts = {"recency": [5], "frequency": [2], "monetary": [4]}
    fixed = {"rfm": RFM, "method": "cuts"}
    with refused("cuts must be a mapping .*got None"):
        grading.rfm_scores(**fixed)
    with refused("cuts must be None unless"):
        grading.rfm_scores(RFM, cuts=cuts)
    with refused("cuts must name the columns"):
        grading.rfm_scores(**fixed, cuts={"recency": [5]})
    with refused("cuts must be equally many in each column; got"):
        grading.rfm_scores(**fixed, cuts=cuts | {"recency": [5, 6]})
    with refused(r"cuts\['recency'\] must rise; got"):
        grading.rfm_scores(**fixed, cuts=cuts | {"recency": [5, 5]})
    with refused("recency, frequency and monetary must be 3 columns; got"):
        grading.rfm_scores(RFM, monetary="frequency")


def test_rules_must_differ_and_the_books_need_five_scores():
    rule = grading.SegmentRule("all", "全部")
    with refused("rules must have different names; got"):
        grading.rule_coverage([rule, rule])
    with refused("scores must have 5 bins .*got 3"):
        grading.rfm_segments(grading.rfm_scores(RFM, bins=3))


@pytest.mark.parametrize("method", ["top", "needed"])
@pytest.mark.parametrize("bad", [*NO_NUMBER, -0.1, 1.1])
def test_a_curve_refuses_what_is_no_share(method, bad):
    with refused("(customers|share) must .*got"):
        getattr(grading.concentration([1, 2]), method)(bad)
    with refused("customers must .*got"):
        grading.concentration([1, 2]).to_frame([bad])


@pytest.mark.parametrize(
    ("argument", "bad"),
    [("spread", 0), ("spread", 1), ("spread", NAN), ("draws", 0), ("draws", 1.5), ("seed", -1)],
)
def test_sensitivity_refuses_bad_settings(argument, bad):
    with refused(f"{argument} must .*got"):
        grading.grade_customers(TABLE, [0.5, 0.5]).sensitivity(**{argument: bad})


def test_an_overflow_is_refused():
    with refused("must fit a floating-point number; got"):
        grading.grade_value(CHAIN["moves"], CHAIN["margin"], -0.99, periods=2000)
