"""Bad input to `crmlab.clv`: every argument of every function refuses it, with one clear error.

The error is a ValueError or a TypeError whose message names the argument and says what came.
"""

import inspect
import re

import numpy as np
import pandas as pd
import pytest

from crmlab import clv

NAN, INF = float("nan"), float("inf")
EVENTS = pd.DataFrame(
    {
        "customer": ["a", "b"],
        "time": [1.0, 2.0],
        "probability": [0.5, 0.6],
        "revenue": [10.0, 20.0],
        "cost": [1.0, 2.0],
        "bid": [1.0, 1.0],
    }
)
DATED = EVENTS.assign(time=pd.to_datetime(["2024-05-01", "2024-06-01"]))
LOG = pd.DataFrame(
    {
        "customer": ["a", "b"],
        "date": pd.to_datetime(["2023-01-01", "2024-01-01"]),
        "amount": [10.0, 20.0],
        "cost": [1.0, 2.0],
    }
)
TABLE = pd.DataFrame(
    {
        "customer": ["a", "b"],
        "margin": [10.0, 20.0],
        "retention": [0.5, 0.6],
        "acquisition_cost": [1.0, 2.0],
    }
)

LOYAL = {"first_purchase": 1, "revenue": 2, "rate": 0.1, "periods": 3}
CHAIN = {
    "purchase_probability": [0.3, 0.2],
    "net_contribution": 40,
    "marketing_cost": 4,
    "rate": 0.2,
}
BASE = {"retention": 0.8, "rate": 0.1}
PANEL = pd.DataFrame({"household": [1, 1, 2, 2], "brand": list("ABBA"), "week": [1, 2, 1, 2]})
PURCHASES = {"panel": PANEL, "order": "week"}
MATRIX = [[0.7, 0.3], [0.2, 0.8]]
SHARES = {
    "shares": [0.4, 0.6],
    "switching": MATRIX,
    "contribution": 5,
    "rate": 0.1,
    "periods": 3,
}
#: For every function, arguments that are fine.
FINE = {
    clv.discount_factors: {"rate": 0.1, "periods": 3},
    clv.present_value: {"flows": [1, 2], "rate": 0.1},
    clv.revenue_model: LOYAL,
    clv.profit_model: LOYAL | {"acquisition_cost": 1},
    clv.contribution_model: LOYAL | {"acquisition_cost": 1, "service_cost": 1},
    clv.cash_flows: {"flows": [1, 2], "rate": 0.1},
    clv.value_parts: {"parts": {"margin": 5}, "rate": 0.1},
    clv.six_parts: {"rate": 0.1},
    clv.five_parts: {"rate": 0.1},
    clv.stage_form: {
        "exploration": [1],
        "build_up": [2],
        "stability": [],
        "decline": [3],
        "rate": 0.1,
    },
    clv.retention_value: {"margin": 100, "retention": 0.8, "rate": 0.1, "periods": 3},
    clv.margin_multiple: BASE,
    clv.continuous_retention_value: {"margin": 100, "retention": 0.8, "rate": 0.1},
    clv.retention_flows: {"margin": 100, "retention": 0.8, "rate": 0.1, "periods": 3},
    clv.migration_matrix: {"purchase_probability": [0.3, 0.2]},
    clv.migration_value: CHAIN,
    clv.recency_probabilities: {"log": LOG},
    clv.recency_tree: CHAIN | {"periods": 3},
    clv.migration_policies: CHAIN,
    clv.event_prediction: {"events": EVENTS, "rate": 0.1, "certain_cost": "bid"},
    clv.tornado: {"function": clv.margin_multiple, "base": BASE},
    clv.two_way: {
        "function": clv.margin_multiple,
        "base": BASE,
        "rows": ("retention", [0.5, 0.6]),
        "columns": ("rate", [0.1]),
    },
    clv.break_even: {
        "function": clv.margin_multiple,
        "base": BASE,
        "name": "retention",
        "low": 0.1,
        "high": 0.9,
        "target": 1,
    },
    clv.switching_value: SHARES,
    clv.switching_forecast: SHARES,
    clv.switching_gains: SHARES,
    clv.shift_switching: {"switching": MATRIX, "last": 1, "to": 2, "points": 0.1},
    clv.steady_state: {"switching": MATRIX, "start": [0.4, 0.6]},
    clv.estimate_switching: PURCHASES,
    clv.repeat_buying: PURCHASES | {"draws": 2},
    clv.switching_tests: PURCHASES,
    clv.customer_equity: {"value": [1, 2], "segment": ["a", "b"], "customers": [3, 4]},
    clv.yearly_accounts: {"log": LOG},
    clv.clv_study: {"customers": TABLE, "rate": 0.1},
}


def refused(pattern):
    """Expect a ValueError or a TypeError with a message of this pattern."""
    return pytest.raises((ValueError, TypeError), match=f"(?s){pattern}")


NO_NUMBER = ["text", None, pd.NA, True, 1j, ..., NAN, INF, -INF, 10**400]
NO_SINGLE = [*NO_NUMBER, [], [0.5, 0.6]]
NO_ARRAY = [
    *NO_NUMBER,
    ["a"],
    [True],
    [None],
    [0.1, NAN],
    [0.1, -INF],
    [[0.1], [0.1, 0.2]],
    pd.Series([0.1, None], dtype="Float64"),
    np.array(["2024-01-01"], dtype="datetime64[D]"),
]
NO_SHARES = NO_ARRAY[:1] + NO_ARRAY[2:]  # without None
TABLE_2 = [[0.1, 0.2], [0.3, 0.4]]
NO_COUNT = ["3", None, True, [3], 3j, NAN, INF, 2.5, -3]
NO_NAME = ["unknown", None, 5, ["margin"]]

#: What each kind of argument refuses.
BAD = {
    "number": NO_SINGLE,
    "single cost": [*NO_SINGLE, -1],
    "single length": [*NO_SINGLE, -1, 0],
    "length or None": [*filter(lambda bad: bad is not None, NO_SINGLE), -1, 0],
    "single rate": [*NO_SINGLE, -1, -2],
    "rate above 0": [*NO_SINGLE, -1, 0],
    "chance above 0": [*NO_SINGLE, -0.1, 1.1, 0],
    "share": [*NO_SINGLE, 0, 1, -0.5, 95],
    "amounts": [*NO_ARRAY, []],
    "costs": [*NO_ARRAY, [], -1, [1, -1]],
    "growths": [*NO_ARRAY, [], -1.5],
    "rates": [*NO_ARRAY, [], -1, [0.1, -2]],
    "chances": [*NO_ARRAY, [], -0.1, 1.1, [0.5, 1.1]],
    "stream": [*NO_ARRAY, [], 5],
    "one stream": [*NO_ARRAY, [], 5, TABLE_2],
    "money or stream": [*NO_ARRAY, [], TABLE_2],
    "cost or stream": [*NO_ARRAY, [], TABLE_2, -1, [1, -1]],
    "stage": [*NO_ARRAY, TABLE_2],
    "list of chances": [*NO_ARRAY, [], 0.5, TABLE_2, [-0.1], [1.1]],
    "horizon": [*NO_COUNT, 0],
    "horizon or None": [*filter(None, NO_COUNT), 0],
    "horizon from 0 or None": [*filter(None, NO_COUNT)],
    "timing": ["late", "", None, 1, ["end"]],
    "flag": ["no", None, 1, []],
    "mapping": ["text", 5, [1, 2], [], 0, None],
    "mapping or None": ["text", 5, [1, 2], [], 0],
    "function": [5, None, "text"],
    "name": NO_NAME,
    "axis": [None, 5, "text", ("rate",), ["rate", [1]], *((name, [0.1]) for name in NO_NAME)],
    "ranges": [*NO_SINGLE, 0, -0.1, 1.1, {}, {"unknown": (1, 2)}],
    "frame": [None, 5, "text", [1, 2], {"customer": ["a"]}, EVENTS["time"]],
    "column": ["unknown", 5, ("a", "b"), ["a"], TABLE_2],
    "two cuts": [*NO_ARRAY, 0.5, [0.5], [0.2, 0.5, 0.8], [0.5, 0.2], [0.5, 0.5], [0, 1]],
    "date": [5, 2024, True, "text", NAN, pd.NaT, [1]],
    "shares": [*NO_ARRAY, [], 0.5, TABLE_2, [0.5, 0.6], [-0.1, 1.1], [0.2, 0.3, 0.5]],
    "shares or None": [*NO_SHARES, [], 0.5, TABLE_2, [0.5, 0.6], [-0.1, 1.1], [0.2, 0.3, 0.5]],
    "matrix": [*NO_ARRAY, [], 0.5, [0.5, 0.5], [[1, 0]], TABLE_2, [[1.1, -0.1], [0, 1]]],
    "per brand": [*NO_ARRAY, [], TABLE_2, [1, 2, 3]],
    "per period": [*NO_ARRAY, [], TABLE_2, [1, 2], -1, [1, -1, 1]],
    "part": [*NO_SINGLE, -0.1, 1.1],
    "part above 0": [*NO_SINGLE, -0.1, 1.1, 0],
    "brand": ["unknown", None, 9, [1]],
    "brand or None": ["unknown", 9, [1]],
    "list of brands": [5, "AB", ["A"], ["A", "A", "B"], []],
    "ties": ["late", "", None, 1],
    "sample": [*NO_COUNT, 0, 1],
    "count from 0": NO_COUNT,
    "labels": [5, "text", ["a"], ["a", None], [], 2.5],
    "heads": [*NO_SHARES, [], 5, TABLE_2, [1], [1, -1], [0, 0]],
}

#: Which arguments are of which kind; "function.argument" where the name alone does not say it.
ARGUMENTS = {
    "number": "today first_margin net_contribution low high target"
    " continuous_retention_value.margin",
    "single cost": "prior marketing_cost retention_flows.acquisition_cost",
    "single length": "length cycle",
    "length or None": "continuous_retention_value.periods",
    "single rate": "rate",
    "rate above 0": "migration_value.rate migration_policies.rate",
    "chance above 0": "continuous_retention_value.retention",
    "amounts": "margin",
    "costs": "first_purchase revenue acquisition_cost service_cost retention_cost",
    "growths": "growth",
    "rates": "discount_factors.rate present_value.rate revenue_model.rate profit_model.rate"
    " contribution_model.rate retention_value.rate margin_multiple.rate",
    "chances": "retention probability unmarketed_probability",
    "stream": "flows",
    "one stream": "cash_flows.flows value",
    "money or stream": "six_parts.first_purchase repeat_purchase cross_selling cost_saving referral"
    " price_tolerance purchase word_of_mouth information knowledge transaction"
    " retention_flows.margin",
    "cost or stream": "stage_form.acquisition_cost promotion_cost stage_form.service_cost"
    " maintenance_cost",
    "stage": "exploration build_up stability decline",
    "list of chances": "purchase_probability",
    "horizon": "periods period_days states",
    "horizon or None": "retention_value.periods clv_study.periods",
    "horizon from 0 or None": "migration_value.periods",
    "timing": "timing cost_timing",
    "flag": "include_first",
    "mapping": "parts base",
    "mapping or None": "costs",
    "function": "function",
    "name": "name",
    "axis": "rows columns",
    "ranges": "ranges",
    "frame": "events log customers panel",
    "column": "customer time date cost certain_cost event_prediction.probability"
    " event_prediction.revenue yearly_accounts.revenue clv_study.margin clv_study.retention"
    " clv_study.acquisition_cost household brand order",
    "two cuts": "cuts",
    "date": "start end",
    "share": "level",
    "shares": "shares",
    "shares or None": "steady_state.start",
    "matrix": "switching",
    "per brand": "contribution",
    "per period": "purchases_per_period",
    "part": "points",
    "part above 0": "switching_gains.points",
    "brand": "last to",
    "brand or None": "lose switching_gains.to",
    "list of brands": "brands",
    "ties": "ties",
    "sample": "draws",
    "count from 0": "seed",
    "labels": "segment",
    "heads": "customer_equity.customers",
}
KIND = {name: kind for kind, names in ARGUMENTS.items() for name in names.split()}


def bad_arguments():
    for function, fine in FINE.items():
        for argument in inspect.signature(function).parameters:
            kind = KIND.get(f"{function.__name__}.{argument}") or KIND[argument]
            for bad in BAD[kind]:
                # Where a table lacks a column, the message names the table and the column.
                named = f"column {bad!r}" if kind == "column" else argument
                arguments = fine | {argument: bad}
                if argument == "start" and "events" in fine:
                    arguments["events"] = DATED
                name = f"{function.__name__}-{argument}-{str(bad)[:30]}".replace("\n", " ")
                yield pytest.param(function, arguments, named, id=name)


@pytest.mark.parametrize(("function", "arguments", "named"), list(bad_arguments()))
def test_bad_argument_is_refused_by_name(function, arguments, named):
    with refused(rf"{re.escape(named)}.*(got|has)"):
        function(**arguments)


def test_every_function_is_covered_and_what_is_fine_is_accepted():
    functions = {getattr(clv, name) for name in clv.__all__}
    assert {f for f in functions if inspect.isfunction(f)} == set(FINE)
    for function, fine in FINE.items():
        function(**fine)


# What a column holds.

COLUMNS = {
    "number": [(clv.yearly_accounts, "amount cost"), (clv.clv_study, "margin")],
    "single cost": [
        (clv.event_prediction, "time revenue cost bid"),
        (clv.clv_study, "acquisition_cost"),
    ],
    "chances": [(clv.event_prediction, "probability"), (clv.clv_study, "retention")],
}


def bad_columns():
    for kind, uses in COLUMNS.items():
        for function, names in uses:
            for column in names.split():
                for bad in BAD[kind]:
                    if not isinstance(bad, list | np.ndarray | pd.Series):
                        name = f"{function.__name__}-{column}-{str(bad)[:30]}"
                        yield pytest.param(function, column, bad, id=name)


def table_of(function):
    """The name of the argument that takes a table, and a fine table."""
    return next((k, v) for k, v in FINE[function].items() if isinstance(v, pd.DataFrame))


@pytest.mark.parametrize(("function", "column", "bad"), list(bad_columns()))
def test_bad_value_in_a_column_is_refused_by_name(function, column, bad):
    argument, table = table_of(function)
    broken = table.assign(**{column: pd.Series([table[column][0], bad], dtype=object)})
    with refused(rf"^{column} must .*got"):
        function(**FINE[function] | {argument: broken})


with_table = pytest.mark.parametrize(
    "function",
    [clv.event_prediction, clv.yearly_accounts, clv.recency_probabilities, clv.clv_study],
)
with_panel = pytest.mark.parametrize(
    "function", [clv.estimate_switching, clv.repeat_buying, clv.switching_tests]
)


@with_table
@pytest.mark.parametrize("missing", [None, NAN, pd.NA])
def test_a_customer_without_a_name_is_refused(function, missing):
    argument, table = table_of(function)
    broken = table.assign(customer=pd.Series(["a", missing], dtype=object))
    with refused("customer must not be missing; got 1"):
        function(**FINE[function] | {argument: broken})


@with_table
def test_an_empty_table_is_refused(function):
    argument, table = table_of(function)
    with refused(rf"{argument} must not be empty; got 0 rows"):
        function(**FINE[function] | {argument: table.head(0)})


@with_table
def test_a_column_that_stands_twice_is_refused(function):
    argument, table = table_of(function)
    doubled = pd.concat([table, table.iloc[:, [1]]], axis=1)
    with refused(rf"{argument} must .*{table.columns[1]!r} once; it has"):
        function(**FINE[function] | {argument: doubled})


@with_panel
@pytest.mark.parametrize("column", ["household", "brand", "week"])
def test_a_gap_in_a_panel_is_refused(function, column):
    broken = PANEL.assign(**{column: PANEL[column].where([True, True, False, True])})
    with refused(f"{column} must not be missing; got 1"):
        function(broken, order="week")


@with_panel
def test_a_panel_that_cannot_be_read_is_refused(function):
    with refused("panel must not be empty; got 0 rows"):
        function(PANEL.head(0))
    with refused("panel must hold a household with two purchases; got one"):
        function(PANEL.drop_duplicates("household"))
    with refused("week must hold dates or numbers; got"):
        function(PANEL.assign(week=list("abcd")), order="week")
    with refused("week must tell which purchase .*got 2 ties"):
        function(PANEL.assign(week=1), order="week")
    with refused("brand must hold names of one kind; got a mixture"):
        function(PANEL.assign(brand=pd.Series(["A", 1, "A", 1], dtype=object)))


@pytest.mark.parametrize("bad", ["2024-01-01", 2024, None])
def test_dates_of_a_log_must_be_dates(bad):
    log = LOG.assign(date=pd.Series([bad, bad], dtype=object))
    with refused("date must hold dates; got object"):
        clv.yearly_accounts(log)


def test_a_missing_date_is_refused():
    log = LOG.assign(date=pd.to_datetime(["2024-01-01", None]))
    with refused("date must not be missing; got 1"):
        clv.yearly_accounts(log)
    events = EVENTS.assign(time=log["date"])
    with refused("time must not be missing; got 1"):
        clv.event_prediction(events, 0.1, start="2024-01-01")


def test_dates_of_events_need_a_start_and_numbers_take_none():
    with refused("start must be given when time holds dates; got None"):
        clv.event_prediction(DATED, 0.1)
    with refused("start must be None when time holds numbers; got '2024'"):
        clv.event_prediction(EVENTS, 0.1, start="2024")


def test_an_event_before_the_start_is_refused():
    with refused(r"time must be at least 0; got -0.08\d+ at position 0"):
        clv.event_prediction(DATED, 0.1, start="2024-06-01")


def test_a_customer_who_stands_twice_is_refused():
    with refused("customer must stand once in customers; got 'a' twice"):
        clv.clv_study(TABLE.assign(customer="a"), 0.1)


# Settings of a result's methods.

FORECAST = clv.event_prediction(EVENTS, 0.1)


@pytest.mark.parametrize("bad", BAD["horizon"])
def test_simulation_refuses_bad_runs(bad):
    with refused("draws must be a whole number .*got"):
        FORECAST.simulate(draws=bad)


@pytest.mark.parametrize("bad", NO_COUNT)
def test_simulation_refuses_a_bad_seed(bad):
    with refused("seed must be a whole number .*got"):
        FORECAST.simulate(draws=2, seed=bad)


@pytest.mark.parametrize("bad", BAD["share"])
def test_interval_refuses_a_bad_level(bad):
    with refused("level must .*got"):
        FORECAST.simulate(draws=2).to_frame(level=bad)


ESTIMATE = clv.estimate_switching(PANEL)


@pytest.mark.parametrize("bad", BAD["share"])
def test_intervals_of_switching_refuse_a_bad_level(bad):
    for method in ("wilson", "dirichlet"):
        with refused("level must .*got"):
            ESTIMATE.intervals(bad, method)
    boot = ESTIMATE.bootstrap(2)
    with refused("level must .*got"):
        boot.to_frame(bad)
    with refused("level must .*got"):
        boot.steady_frame(bad)


def test_intervals_and_samples_of_switching_refuse_what_they_do_not_know():
    with refused("method must be one of 'wilson', 'dirichlet'; got 'exact'"):
        ESTIMATE.intervals(method="exact")
    for bad in BAD["sample"]:
        with refused("n must be a whole number .*got"):
            ESTIMATE.bootstrap(bad)
    for bad in NO_COUNT:
        with refused("seed must be a whole number .*got"):
            ESTIMATE.bootstrap(2, seed=bad)


# Lengths that do not go together.


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clv.present_value([[1, 2]] * 3, [0.1] * 2), "flows and rate .*got"),
        (lambda: clv.revenue_model(1, [1, 2], 0.1, 3), r"revenue .*\(3\).*got shape \(2,\)"),
        (lambda: clv.revenue_model([1, 2], [[1]] * 3, 0.1, 3), "first_purchase, revenue, .*got"),
        (lambda: clv.revenue_model([1, 2], 1, [0.1] * 3, 3), "first_purchase, .*rate, .*got"),
        (lambda: clv.profit_model([1, 2], 1, 0.1, 3, [1] * 3), ".*acquisition_cost .*got"),
        (lambda: clv.contribution_model(1, 1, 0.1, 3, 0, [1, 2]), r"service_cost .*\(3\).*got"),
        (lambda: clv.contribution_model([1, 2], 1, 0.1, 3, 0, [[1]] * 3), ".*service_cost .*got"),
        (lambda: clv.cash_flows([1, 2], 0.1, probability=[1] * 3), r"probability .*\(2\).*got"),
        (lambda: clv.retention_value([1, 2], 0.5, 0.1, 3), r"margin .*\(3\).*got"),
        (lambda: clv.retention_value(1, [0.5, 0.6], 0.1, 3), r"retention .*\(3\).*got"),
        (
            lambda: clv.retention_value(1, 0.5, 0.1, 3, retention_cost=[1] * 2),
            "retention_cost .*got",
        ),
        (lambda: clv.retention_value([[1]] * 2, 0.5, [0.1] * 3, 3), "margin, .*rate, .*got"),
        (lambda: clv.retention_value([[1]] * 2, 0.5, [0.1] * 3), "margin, .*rate, .*got"),
        (lambda: clv.retention_value([[1]] * 2, 0.5, 0.1, 3, growth=[0] * 3), ".*growth .*got"),
        (lambda: clv.retention_value([[1]] * 2, 0.5, 0.1, growth=[0] * 3), ".*growth .*got"),
        (
            lambda: clv.retention_value([[1]] * 2, 0.5, 0.1, acquisition_cost=[1] * 3),
            "margin and acquisition_cost .*got",
        ),
        (lambda: clv.margin_multiple([0.5] * 2, [0.1] * 3), "retention, rate and growth .*got"),
        (
            lambda: clv.margin_multiple([0.5] * 2, 0.1, [0.1] * 3),
            "retention, rate and growth .*got",
        ),
        (lambda: clv.retention_flows([1, 2], 0.5, 0.1, 3), r"margin .*\(3\).*got"),
        (lambda: clv.retention_flows(1, [0.5, 0.6], 0.1, 3), r"retention .*\(3\).*got"),
        (lambda: clv.retention_flows(1, [[0.5, 0.6]], 0.1, 2), "retention .*1 dimension; got 2"),
        (
            lambda: clv.migration_policies([0.5] * 2, 1, 1, 0.1, unmarketed_probability=[0.1] * 3),
            "unmarketed_probability .*got",
        ),
        (
            lambda: clv.migration_policies([0.5], 1, 1, 0.1, unmarketed_probability=[0.1] * 3),
            "unmarketed_probability .*got",
        ),
        (
            lambda: clv.migration_policies([0.5] * 2, 1, 1, 0.1, unmarketed_probability=[[0, 0]]),
            "unmarketed_probability .*got",
        ),
    ],
)
def test_lengths_that_do_not_go_together_are_refused(call, message):
    with refused(message):
        call()


# The streams of a value, and the inputs of a function.


@pytest.mark.parametrize("argument", ["parts", "costs"])
@pytest.mark.parametrize("bad", BAD["money or stream"])
def test_a_bad_stream_is_refused_by_its_own_name(argument, bad):
    arguments = {"parts": {"other": 1}, "rate": 0.1} | {argument: {"my stream": bad}}
    with refused("my stream must .*got"):
        clv.value_parts(**arguments)


def test_streams_need_different_names_and_costs_are_not_negative():
    with refused("parts must hold at least one part; got none"):
        clv.value_parts({}, 0.1)
    with refused("parts and costs .*different names; got 'a' in both"):
        clv.value_parts({"a": 1}, 0.1, costs={"a": 1})
    with refused("gift must be at least 0; got -1"):
        clv.value_parts({"a": 1}, 0.1, costs={"gift": -1})


def test_a_life_without_a_single_period_is_refused():
    with refused("exploration, .*decline must hold a period; got none"):
        clv.stage_form(exploration=[], build_up=[], stability=[], decline=[], rate=0.1)


@pytest.mark.parametrize(
    "bad", [5, "ab", [1], [1, 2, 3], (2, 1), (1, 1), (1, NAN), (0, INF), None, [[1, 2]]]
)
def test_a_range_must_rise_from_low_to_high(bad):
    with refused(r"ranges\['rate'\] must .*got"):
        clv.tornado(clv.margin_multiple, BASE, {"rate": bad})


def test_a_varied_input_must_be_a_number():
    with refused(r"base\['x'\] must be a number .*got 'text'"):
        clv.tornado(lambda x: 1.0, {"x": "text"}, {"x": (1, 2)})


@pytest.mark.parametrize("argument", ["rows", "columns"])
@pytest.mark.parametrize("bad", [*NO_ARRAY, [], 5, TABLE_2])
def test_an_axis_needs_a_list_of_numbers(argument, bad):
    name = FINE[clv.two_way][argument][0]
    with refused(rf"{argument}\[1\] must .*got"):
        clv.two_way(**FINE[clv.two_way] | {argument: (name, bad)})


def test_the_two_axes_must_differ_and_the_search_must_rise():
    with refused("rows and columns must .*different.*got 'rate' twice"):
        clv.two_way(clv.margin_multiple, BASE, ("rate", [0.1]), ("rate", [0.2]))
    with refused("low must be below high; got 2 and 1"):
        clv.break_even(clv.margin_multiple, BASE, "rate", 2, 1)


def test_chances_that_make_no_sense_together_are_refused():
    with refused("purchase_probability .*at most 12 .*got 13"):
        clv.migration_policies([0.1] * 13, 1, 1, 0.1)
    with refused("unmarketed_probability must not be above .*got"):
        clv.migration_policies([0.1, 0.2], 1, 1, 0.1, unmarketed_probability=[0.1, 0.3])


@pytest.mark.parametrize("bad", NO_NUMBER)
def test_a_continuous_margin_must_return_a_number(bad):
    with refused(r"margin\(.*\) must .*got"):
        clv.continuous_retention_value(lambda time: bad, 0.8, 0.1, 5)


# Numbers that are too large for a computer.


@pytest.mark.parametrize(
    "call",
    [
        lambda: clv.discount_factors(-0.99, 1000),
        lambda: clv.present_value([0] * 1000, -0.99),
        lambda: clv.present_value([1e308] * 3, 0),
        lambda: clv.contribution_model(0, 1, -0.99, 1000, 0, 0),
        lambda: clv.cash_flows([1] * 1000, -0.99),
        lambda: clv.retention_value(1, 1, -0.99, 1000),
        lambda: clv.retention_value(1, 0.5, 0.1, 1000, growth=1e10),
        lambda: clv.margin_multiple(1, 0, growth=-1e-320),
        lambda: clv.continuous_retention_value(1, 1, -0.9, 1000),
        lambda: clv.continuous_retention_value(1e308, 0.9, 0.01),
        lambda: clv.continuous_retention_value(lambda time: 1, 1, -0.9, 1000),
        lambda: clv.retention_flows(1, 1, -0.99, 1000),
        lambda: clv.migration_value([1], 1e308, 1, 0.01),
        lambda: clv.migration_value([0.5], 40, 4, -0.99, 1000),
        lambda: clv.recency_tree([0.5], 40, 4, -0.99, 1000),
        lambda: clv.migration_policies([1], 1e308, 1, 0.01),
        lambda: clv.event_prediction(EVENTS.assign(time=1e5), -0.9),
        lambda: clv.switching_value([1], [[1]], 1e308, -0.99, 1000),
        lambda: clv.customer_equity([1e308, 1e308]),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_an_overflow_is_refused_and_never_comes_back_as_infinity(call):
    with refused("must .*got"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda rate: clv.revenue_model(2000, 500, rate, 5),
        lambda rate: clv.present_value([500, 500], [0.05, rate]),
        lambda rate: clv.retention_value(100, 0.8, rate),
        lambda rate: clv.value_parts({"margin": [60, 60]}, rate),
        lambda rate: clv.migration_value([0.3, 0.2], 40, 4, rate),
    ],
)
def test_a_rate_in_per_cent_is_refused(call):
    with pytest.raises(
        ValueError, match=r"rate must be at most 5, a fraction such as 0.09 for 9 %"
    ):
        call(9)
