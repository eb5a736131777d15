"""Bad input to `crmlab.value`: every argument of every function refuses it, with one clear error.

The error is a ValueError or a TypeError whose message names the argument and says what came.
"""

import dataclasses
import inspect
import re

import numpy as np
import pandas as pd
import pytest

from crmlab import value
from crmlab._result import Drawable

NAN, INF = float("nan"), float("inf")
NAMES = (*value.BENEFITS, *value.SACRIFICES)
OFFER = dict.fromkeys(NAMES, 5)
OFFERS = pd.DataFrame([OFFER, OFFER], index=["A", "B"])
LEVERS = pd.DataFrame({"time": [-1.0], "cost": [2.0]}, index=["deliver"])
RATINGS = pd.DataFrame(
    {"customer": list("xxyyzz"), "offer": list("ABABAB"), **dict.fromkeys(NAMES, 5.0),
     "product": [8.0, 5, 8, 5, 8, 5], "chosen": [True, False, True, False, False, True]},
)  # fmt: skip
CUSTOMERS = pd.DataFrame({"customer": ["a", "b"]} | {name: [1.0, 2.0] for name in value.DIMENSIONS})
MAP = pd.DataFrame(
    {"price": [10.0, 14], "product": [5.0, 8], "service": [5.0, 8]}, index=["A", "B"]
)
OPTIONS = pd.DataFrame(
    {"product": ["new"], "customers": ["new"], "chance": [0.5], "investment": [10.0],
     "profit": [30.0], "years": [2]}, index=["tea"],
)  # fmt: skip
WAYS = pd.DataFrame(
    {"servers": [2], "minute_cost": [1.0], "comfort_cost": [0.0], "fixed_cost": [0.0]},
    index=["plain"],
)

#: For every function, arguments that are fine.
FINE = {
    value.delivered_value: OFFER,
    value.compare_offers: {"offers": OFFERS},
    value.lever_gains: {"offer": OFFER, "levers": LEVERS},
    value.choose_offers: {"ratings": RATINGS},
    value.choice_scale: {"ratings": RATINGS},
    value.lever_returns: {
        "ratings": RATINGS,
        "weights": None,
        "ours": "A",
        "levers": LEVERS,
        "margin": 40,
    },
    value.relationship_profile: {"customers": CUSTOMERS},
    value.value_loop: {"invest": 0.2},
    value.loop_policy: {"invest": [0.1, 0.2]},
    value.value_map: {"offers": MAP},
    value.growth_grid: {"options": OPTIONS, "rate": 0.1},
    value.warranty_plan: {
        "failure_rate": 0.03,
        "repair_cost": 400,
        "years": 3,
        "rate": 0.1,
        "margin": 500,
        "uplift": 0.2,
        "reach": 3,
    },
    value.waiting_time: {"arrivals": 2, "service_rate": 3},
    value.waiting_lines: {
        "ways": WAYS,
        "arrivals": 20,
        "service_rate": 15,
        "surplus": 20,
        "margin": 30,
    },
    value.refill_plan: {
        "cycle_days": 30,
        "error_days": 2,
        "room_days": 6,
        "margin": 20,
        "trip_cost": 3,
        "walk_in": 0.3,
    },
}


def refused(pattern):
    """Expect a ValueError or a TypeError with a message of this pattern."""
    return pytest.raises((ValueError, TypeError), match=f"(?s){pattern}")


NO_NUMBER = ["text", None, pd.NA, True, 1j, ..., NAN, INF, -INF, 10**400]
NO_SINGLE = [*NO_NUMBER, [], [0.5, 0.6]]
NO_ARRAY = [*NO_NUMBER, ["a"], [True], [None], [0.1, NAN], [[0.1], [0.1, 0.2]], []]
NO_COUNT = ["3", None, True, [3], 3j, NAN, INF, 2.5, -3, 0]

#: What each kind of argument refuses.
BAD = {
    "component": [*NO_ARRAY, -1, [1, -1]],
    "number": NO_SINGLE,
    "single amount": [*NO_SINGLE, -1],
    "single length": [*NO_SINGLE, -1, 0],
    "single rate": [*NO_SINGLE, -1, -2],
    "chance": [*NO_SINGLE, -0.1, 1.1],
    "chance below 1": [*NO_SINGLE, -0.1, 1.0],
    "speed": [*NO_SINGLE, -0.1, 0, 1.1],
    "steepness": [*NO_SINGLE, -1, 101],
    "chances": [*NO_ARRAY, -0.1, 1.1, [0.5, 1.1], 0.5, [[0.5]]],
    "per year": [*NO_ARRAY, -1, [1, -1, 1], [1, 2]],
    "amount or None": [*filter(lambda bad: bad is not None, NO_SINGLE), -1],
    "horizon": NO_COUNT,
    "flag": ["no", None, 1, []],
    "weights": ["text", 5, [1, 2], {"unknown": 1}],
    "weights of names": [{name: bad} for name in ("product",) for bad in [*NO_SINGLE, -1]],
    "frame": [None, 5, "text", [1, 2], {"customer": ["a"]}, OFFERS["time"]],
    "offer": [None, 5, "text", [1, 2], {}, {"product": 1}],
    "column": ["unknown", 5, ("a", "b"), ["a"]],
    "column or None": ["unknown", 5, ("a", "b")],
    "columns": ["product", 5, None, [], [5], ["unknown"]],
    "ours": ["unknown", 5, None],
    "method": ["best", None, 1, ["rank"]],
}

#: Which arguments are of which kind; "function.argument" where the name alone does not say it.
ARGUMENTS = {
    "component": "product service personnel image money time energy psychic",
    "number": "margin warranty_plan.margin",
    "single amount": "scale room_days trip_cost arrivals uplift",
    "single length": "response service_rate surplus cycle_days error_days reach"
    " waiting_lines.arrivals value_loop.margin loop_policy.margin",
    "single rate": "rate",
    "chance": "start expectation walk_in value_loop.invest",
    "chance below 1": "base_value",
    "speed": "notice habit trust",
    "steepness": "steepness",
    "chances": "loop_policy.invest",
    "per year": "failure_rate repair_cost",
    "amount or None": "budget point_price",
    "horizon": "periods years servers",
    "flag": "relative",
    "weights": "weights",
    "frame": "offers levers ratings customers options ways",
    "offer": "lever_gains.offer",
    "column": "customer offer cost chosen price profitability lifetime capability referral"
    " potential growth_grid.product growth_grid.customers growth_grid.chance"
    " growth_grid.investment growth_grid.profit growth_grid.years",
    "column or None": "share",
    "columns": "benefits sacrifices qualities",
    "ours": "ours",
    "method": "method",
}
KIND = {name: kind for kind, names in ARGUMENTS.items() for name in names.split()}


def bad_arguments():
    for function, fine in FINE.items():
        for argument in inspect.signature(function).parameters:
            kind = KIND.get(f"{function.__name__}.{argument}") or KIND[argument]
            for bad in BAD[kind]:
                # Where a table lacks a column, the message names the table and the column.
                named = f"column {bad!r}" if kind in ("column", "column or None") else argument
                if isinstance(bad, list) and bad == ["unknown"]:
                    named = "column 'unknown'"
                name = f"{function.__name__}-{argument}-{str(bad)[:30]}".replace("\n", " ")
                yield pytest.param(function, fine | {argument: bad}, named, id=name)


@pytest.mark.parametrize(("function", "arguments", "named"), list(bad_arguments()))
def test_bad_argument_is_refused_by_name(function, arguments, named):
    with refused(rf"{re.escape(named)}.*(got|has)"):
        function(**arguments)


def test_every_function_is_covered_and_what_is_fine_is_accepted():
    functions = {getattr(value, name) for name in value.__all__}
    assert {f for f in functions if inspect.isfunction(f)} == set(FINE)
    for function, fine in FINE.items():
        function(**fine)


# What a column holds.

NUMBERS = [bad for bad in NO_NUMBER if not isinstance(bad, list)]
COLUMNS = {
    "amount": (
        [*NUMBERS, -1],
        [
            (value.compare_offers, "product money psychic"),
            (value.choose_offers, "product money"),
            (value.value_map, "product service"),
            (value.waiting_lines, "minute_cost comfort_cost fixed_cost"),
        ],
    ),
    "number": (
        NUMBERS,
        [
            (value.relationship_profile, " ".join(value.DIMENSIONS)),
            (value.growth_grid, "profit"),
            (value.lever_gains, "time"),
        ],
    ),
    "above 0": (
        [*NUMBERS, -1, 0],
        [
            (value.value_map, "price"),
            (value.growth_grid, "investment"),
            (value.lever_gains, "cost"),
            (value.lever_returns, "cost"),
        ],
    ),
    "chance": ([*NUMBERS, -0.1, 1.1], [(value.growth_grid, "chance")]),
    "count": (["3", None, True, 2.5, 0, NAN], [(value.growth_grid, "years"),
                                               (value.waiting_lines, "servers")]),
    "kind": (["old", None, 1, NAN], [(value.growth_grid, "product customers")]),
}  # fmt: skip


def bad_columns():
    for bads, uses in COLUMNS.values():
        for function, names in uses:
            for column in names.split():
                for bad in bads:
                    yield pytest.param(
                        function, column, bad, id=f"{function.__name__}-{column}-{str(bad)[:30]}"
                    )


@pytest.mark.parametrize(("function", "column", "bad"), list(bad_columns()))
def test_bad_value_in_a_column_is_refused_by_name(function, column, bad):
    argument, table = next(
        (k, v)
        for k, v in reversed(FINE[function].items())
        if isinstance(v, pd.DataFrame) and column in v
    )
    cells = table[column].astype(object).tolist()
    cells[-1] = bad
    broken = table.assign(**{column: pd.Series(cells, dtype=object, index=table.index)})
    with refused(rf"^{column} must .*got"):
        function(**FINE[function] | {argument: broken})


with_table = pytest.mark.parametrize(
    ("function", "argument"),
    [
        (function, name)
        for function, fine in FINE.items()
        for name, given in fine.items()
        if isinstance(given, pd.DataFrame)
    ],
)


@with_table
def test_an_empty_table_is_refused(function, argument):
    with refused(rf"{argument} must not be empty; got 0 rows"):
        function(**FINE[function] | {argument: FINE[function][argument].head(0)})


@with_table
def test_a_row_that_stands_twice_is_refused(function, argument):
    table = FINE[function][argument]
    with refused("once.*got .* twice"):
        function(**FINE[function] | {argument: pd.concat([table, table.head(1)])})


@pytest.mark.parametrize("bad", BAD["weights of names"])
@pytest.mark.parametrize(
    "function", [value.delivered_value, value.compare_offers, value.lever_gains,
                 value.choose_offers, value.lever_returns, value.value_map],
)  # fmt: skip
def test_a_bad_weight_is_refused_by_name(function, bad):
    with refused(r"weights\['product'\] must .*got"):
        function(**FINE[function] | {"weights": bad})


@pytest.mark.parametrize("function", [value.value_map, value.relationship_profile])
def test_weights_that_add_up_to_nothing_are_refused(function):
    with refused("weights must add up to more than 0; got 0"):
        function(**FINE[function] | {"weights": {}})


# Weights by customer.


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (pd.DataFrame({"customer": ["x", "y"]}), "weights must hold every customer .*got .* 'z'"),
        (pd.DataFrame({"customer": ["x", "y", "z", "x"]}), "weights .*once; got 'x' twice"),
        (pd.DataFrame({"who": ["x"]}), "weights must have the column 'customer'"),
        (
            pd.DataFrame({"customer": list("xyz"), "time": [1, -1, 1]}),
            "weights of time must be at least 0; got -1",
        ),
        (
            pd.DataFrame({"customer": list("xyz"), "time": [1, NAN, 1]}),
            "weights of time must .*got nan",
        ),
    ],
)
def test_bad_weights_of_customers_are_refused(weights, message):
    with refused(message):
        value.choose_offers(RATINGS, weights)


@pytest.mark.parametrize("column", ["customer", "offer"])
def test_a_missing_name_is_refused(column):
    with refused(f"{column} must not be missing; got 1"):
        value.choose_offers(RATINGS.assign(**{column: ["x", None, *RATINGS[column][2:]]}))


def test_everyone_chooses_once():
    with refused("chosen must be True once per customer; got 2 times for 'x'"):
        value.choice_scale(RATINGS.assign(chosen=[True] * 2 + [True, False] * 2))
    with refused("chosen must be True once per customer; got 0 times for 'y'"):
        value.choice_scale(RATINGS.assign(chosen=[True, False] + [False] * 2 + [True, False]))
    with refused("chosen must hold True and False; got 2"):
        value.choice_scale(RATINGS.assign(chosen=2))


def test_a_name_stands_on_one_side_only():
    with refused("benefits and sacrifices must hold each name once; got"):
        value.compare_offers(OFFERS, benefits=["product", "time"])


def test_a_lever_that_names_no_component_is_refused():
    with refused("levers must hold 'cost' and components, .*; got 'speed'"):
        value.lever_gains(OFFER, LEVERS.assign(speed=1))


def test_the_quotient_needs_costs():
    free = OFFER | dict.fromkeys(value.SACRIFICES, 0)
    with refused("costs of an offer must add up to more than 0 .*got 0"):
        value.delivered_value(**free, relative=True)
    with refused("costs of an offer must add up to more than 0 .*got 0"):
        value.compare_offers(pd.DataFrame([OFFER, free]))


def test_shapes_that_do_not_go_together_are_refused():
    with refused("product, service, .* must have shapes that go together; got"):
        value.delivered_value(**OFFER | {"product": [1, 2], "time": [1, 2, 3]})


def test_a_line_that_cannot_keep_up_and_too_few_to_compare_are_refused():
    with refused("arrivals must be below what the servers can do, 6; got 6"):
        value.waiting_time(6, 3, 2)
    with refused("customers must hold at least two customers to compare; got 1"):
        value.relationship_profile(CUSTOMERS.head(1))
    with refused("offers must hold at least two offers; got 1"):
        value.value_map(MAP.head(1))


def test_more_options_than_can_be_tried_are_refused():
    many = pd.concat([OPTIONS] * 17).set_axis(range(17))
    with refused("options must be at most 16; got 17"):
        value.growth_grid(many, 0.1)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "call",
    [
        lambda: value.delivered_value(**OFFER | {"product": 1e308, "service": 1e308}),
        lambda: value.choose_offers(RATINGS.assign(product=1e308, service=1e308)),
        lambda: value.growth_grid(OPTIONS.assign(profit=1e308, years=5), 0),
        lambda: value.warranty_plan(1e308, 1e308, 3, 0.1, 1, 1, 1),
    ],
)
def test_an_overflow_is_refused_and_never_comes_back_as_infinity(call):
    with refused("must .*got"):
        call()


# Results.

RESULTS = [
    value.compare_offers(OFFERS),
    value.lever_gains(OFFER, LEVERS),
    value.choose_offers(RATINGS),
    value.lever_returns(**FINE[value.lever_returns]),
    value.relationship_profile(CUSTOMERS),
    value.value_loop(0.2),
    value.loop_policy([0.1, 0.2]),
    value.value_map(MAP),
    value.growth_grid(OPTIONS, 0.1),
    value.warranty_plan(**FINE[value.warranty_plan]),
    value.waiting_lines(**FINE[value.waiting_lines]),
    value.refill_plan(**FINE[value.refill_plan]),
]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_a_result_is_frozen_and_tells_what_it_is_in_one_line(result):
    for field in dataclasses.fields(result):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field.name, None)
    text = repr(result)
    assert text.startswith(f"{type(result).__name__}(")
    assert len(text.splitlines()) == 1
    assert len(text) < 130
    table = result.to_frame()
    assert isinstance(table, pd.DataFrame)
    before = table.copy()
    table[table.columns[0]] = "changed"
    pd.testing.assert_frame_equal(result.to_frame(), before)


def test_every_result_class_is_among_them():
    classes = {getattr(value, name) for name in value.__all__}
    results = {c for c in classes if isinstance(c, type) and issubclass(c, Drawable)}
    assert {type(result) for result in RESULTS} == results


TABLES = [
    (lambda table: value.compare_offers(table).to_frame(), OFFERS),
    (lambda table: value.lever_gains(OFFER, table).to_frame(), LEVERS),
    (lambda table: value.choose_offers(table).table, RATINGS),
    (lambda table: value.relationship_profile(table).to_frame(), CUSTOMERS),
    (lambda table: value.value_map(table).to_frame(), MAP),
    (lambda table: value.growth_grid(table, 0.1).to_frame(), OPTIONS),
    (lambda table: value.waiting_lines(table, 20, 15, 20, 30).to_frame(), WAYS),
]


@pytest.mark.parametrize(("call", "table"), TABLES)
def test_tables_stay_as_they_were_and_may_hold_nullable_columns(call, table):
    given = table.copy(deep=True)
    result = call(given)
    pd.testing.assert_frame_equal(given, table)
    pd.testing.assert_frame_equal(
        call(table.convert_dtypes()), result, check_dtype=False, check_index_type=False
    )
    assert np.isfinite(result.select_dtypes("number").to_numpy()).all()
