"""In what forms `crmlab.clv` takes its input and gives its results."""

import copy
import dataclasses

import numpy as np
import pandas as pd
import pytest

from crmlab import clv, datasets
from crmlab._result import Drawable

CHAIN = {"net_contribution": 40, "marketing_cost": 4, "rate": 0.2}
STREAM, CHANCES = [10.0, 20.0, 30.0], [0.5, 0.25, 0.75]
SWITCHING = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.15, 0.6]]

#: A call and its arguments that are sequences.
CALLS = [
    (clv.present_value, {"flows": STREAM}, {"rate": 0.1}),
    (clv.discount_factors, {"rate": CHANCES}, {"periods": 4}),
    (clv.revenue_model, {"first_purchase": STREAM, "rate": CHANCES}, {"revenue": 5, "periods": 2}),
    (
        clv.contribution_model,
        {"revenue": STREAM, "service_cost": CHANCES},
        {"first_purchase": 0, "rate": 0.1, "periods": 3, "acquisition_cost": 1},
    ),
    (clv.cash_flows, {"flows": STREAM, "probability": CHANCES}, {"rate": 0.1, "today": -5}),
    (
        clv.retention_value,
        {"margin": STREAM, "retention": CHANCES, "retention_cost": CHANCES},
        {"rate": 0.1, "periods": 3},
    ),
    (
        clv.retention_value,
        {"rate": CHANCES, "acquisition_cost": STREAM},
        {"margin": 9, "retention": 0.5},
    ),
    (clv.margin_multiple, {"retention": CHANCES, "rate": CHANCES, "growth": CHANCES}, {}),
    (clv.retention_flows, {"margin": STREAM, "retention": CHANCES}, {"rate": 0.1, "periods": 3}),
    (clv.six_parts, {"first_purchase": STREAM, "referral": CHANCES}, {"rate": 0.1}),
    (clv.five_parts, {"purchase": STREAM, "knowledge": CHANCES}, {"rate": 0.1}),
    (
        clv.stage_form,
        {
            "exploration": STREAM,
            "build_up": CHANCES,
            "stability": STREAM,
            "decline": CHANCES,
            "service_cost": STREAM,
        },
        {"rate": 0.1},
    ),
    (clv.migration_matrix, {"purchase_probability": CHANCES}, {}),
    (clv.migration_value, {"purchase_probability": CHANCES}, CHAIN),
    (clv.recency_tree, {"purchase_probability": CHANCES}, CHAIN | {"periods": 3}),
    (
        clv.migration_policies,
        {"purchase_probability": CHANCES, "unmarketed_probability": [0.1, 0.1, 0.1]},
        CHAIN,
    ),
    (
        clv.switching_value,
        {"contribution": STREAM, "purchases_per_period": STREAM},
        {"shares": [0.6, 0.3, 0.1], "switching": SWITCHING, "rate": 0.09, "periods": 3},
    ),
]
each_call = pytest.mark.parametrize(("function", "sequences", "rest"), CALLS)


def plain(result):
    """What a result holds, as an array."""
    return result.to_frame().to_numpy() if isinstance(result, Drawable) else np.asarray(result)


@each_call
@pytest.mark.parametrize(
    "form",
    [
        tuple,
        np.array,
        lambda values: np.array(values, dtype=np.float32),
        lambda values: pd.Series(values, index=[9, 9, 4]),
        lambda values: pd.Series(values, dtype="Float64"),
        lambda values: pd.Series(values, dtype=object),
        pd.Index,
    ],
    ids=["tuple", "array", "float32", "Series", "nullable", "object", "Index"],
)
def test_sequences_of_every_kind_give_the_same_result(function, sequences, rest, form):
    formed = {name: form(values) for name, values in sequences.items()}
    expected, found = plain(function(**sequences, **rest)), plain(function(**formed, **rest))
    if expected.dtype == object:  # a table with names
        expected, found = expected[:, 1:].astype(float), found[:, 1:].astype(float)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_table_of_customers_may_be_a_data_frame():
    table = pd.DataFrame({"y1": [10, 20], "y2": [30, 40], "cost": [1.0, 2.0]}, index=["a", "b"])
    by_frame = clv.contribution_model(
        0, table[["y1", "y2"]], 0.1, 2, table["cost"], table[["cost"]]
    )
    by_list = clv.contribution_model(0, [[10, 30], [20, 40]], 0.1, 2, [1, 2], [[1], [2]])
    assert by_frame.tolist() == by_list.tolist()


@each_call
def test_the_input_stays_as_it_was_and_the_result_stands_apart(function, sequences, rest):
    arrays = {name: np.array(values) for name, values in sequences.items()}
    before = copy.deepcopy(arrays)
    result = function(**arrays, **rest)
    kept = copy.deepcopy(plain(result))
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, before[name])
        array[:] = -99
    np.testing.assert_array_equal(plain(result), kept)


EVENTS = pd.DataFrame(
    {
        "customer": ["a", "b", "a"],
        "time": [1, 2, 3],
        "probability": [0.5, 0.6, 1],
        "revenue": [10, 20, 5],
        "cost": [1, 2, 3],
    }
)
LOG = pd.DataFrame(
    {
        "customer": ["a", "b", "a"],
        "date": pd.to_datetime(["2023-01-01", "2024-01-01", "2024-02-01"]),
        "amount": [10, 20, 5],
        "cost": [1, 2, 3],
    }
)
TABLE = pd.DataFrame(
    {
        "customer": ["a", "b", "c"],
        "margin": [10, -20, 5],
        "retention": [0.5, 0.6, 1],
        "acquisition_cost": [1, 0, 3],
    }
)
TABLES = [
    (lambda table: clv.event_prediction(table, 0.1).events, EVENTS),
    (lambda table: clv.event_prediction(table, 0.1).to_frame(), EVENTS),
    (lambda table: clv.event_prediction(table, 0.1).simulate(20).to_frame(), EVENTS),
    (clv.yearly_accounts, LOG),
    (clv.recency_probabilities, LOG),
    (lambda table: clv.clv_study(table, 0.1).customers, TABLE),
    (lambda table: clv.clv_study(table, 0.1).groups, TABLE),
]
each_table = pytest.mark.parametrize(("call", "table"), TABLES)


@each_table
def test_tables_stay_as_they_were_and_the_result_stands_apart(call, table):
    given_table = table.copy(deep=True)
    result = call(given_table)
    pd.testing.assert_frame_equal(given_table, table)
    kept = result.copy(deep=True)
    given_table.iloc[0, -1] = 77
    pd.testing.assert_frame_equal(result, kept)


@each_table
def test_tables_may_hold_nullable_columns_and_any_row_labels(call, table):
    nullable = table.convert_dtypes().set_axis([5, 5, 1], axis=0)
    pd.testing.assert_frame_equal(call(nullable), call(table), check_dtype=False)


@each_table
def test_columns_that_are_not_named_do_not_matter(call, table):
    wider = table.assign(note=["x", None, "y"])[["note", *table.columns[::-1]]]
    pd.testing.assert_frame_equal(call(wider), call(table))


PANEL = pd.DataFrame({"household": [1] * 6 + [2] * 6, "brand": list("AABBABBABBAA")})
SURVEY = datasets.load("company_market").head(400)
MARKET = clv.EquityModel({"value": ["quality", "price"]}, customer="buyer", brand="supplier")
MARKET.fit(SURVEY)
PLANS = pd.DataFrame({"quality": [1.0], "cost": [900.0]}, index=["better beans"])
RESULTS = [
    clv.cash_flows(STREAM, 0.1),
    clv.value_parts({"margin": STREAM}, 0.1),
    clv.recency_tree(CHANCES, **CHAIN, periods=3),
    clv.migration_policies(CHANCES, **CHAIN),
    clv.event_prediction(EVENTS, 0.1),
    clv.event_prediction(EVENTS, 0.1).simulate(5),
    clv.tornado(clv.margin_multiple, {"retention": 0.8, "rate": 0.1}),
    clv.two_way(
        clv.margin_multiple, {"retention": 0, "rate": 0}, ("retention", [0.5]), ("rate", [0.1])
    ),
    clv.clv_study(TABLE, 0.1),
    clv.switching_forecast([0.6, 0.3, 0.1], SWITCHING, 500, 0.09, 2),
    clv.switching_gains([0.6, 0.3, 0.1], SWITCHING, 500, 0.09, 2),
    clv.steady_state(SWITCHING),
    clv.estimate_switching(PANEL),
    clv.estimate_switching(PANEL).bootstrap(5),
    clv.repeat_buying(PANEL, draws=5),
    clv.customer_equity(STREAM, ["new", "old", "new"]),
    MARKET.returns(SURVEY, "own", PLANS, 60, 0.1, 1, 6),
]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_a_result_is_frozen_and_tells_what_it_is_in_one_line(result):
    for field in dataclasses.fields(result):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field.name, None)
    text = repr(result)
    assert text.startswith(f"{type(result).__name__}(")
    assert len(text.splitlines()) == 1
    assert len(text) < 120
    assert "array" not in text
    assert isinstance(result.to_frame(), pd.DataFrame)


def test_every_result_class_is_among_them():
    classes = {getattr(clv, name) for name in clv.__all__}
    results = {c for c in classes if isinstance(c, type) and issubclass(c, Drawable)}
    assert {type(result) for result in RESULTS} == results
