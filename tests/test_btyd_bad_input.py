"""Bad input to the models of `crmlab.btyd`: every argument refuses it, with one clear error.

The error is a ValueError or a TypeError whose message names the argument and says what came. The
functions that work on a log of any engine are in test_btyd_summary.py.
"""

import inspect
import re

import numpy as np
import pandas as pd
import pytest

from crmlab import btyd

NAN, INF = float("nan"), float("inf")
X, RECENCY, T = [0, 1, 3, 2], [0.0, 3.0, 9.0, 4.0], [10.0, 10.0, 12.0, 11.0]
SUMMARY = pd.DataFrame(
    {"frequency": X, "recency": RECENCY, "T": T, "monetary_value": [NAN, 20.0, 30.0, 25.0]}
)
MODELS = [
    btyd.BGNBD.with_parameters(r=0.5, alpha=5, a=0.8, b=2.5),
    btyd.ParetoNBD.with_parameters(r=0.5, alpha=5, s=0.8, beta=9),
    btyd.NBD.with_parameters(r=0.5, alpha=5),
]
SPEND = btyd.GammaGamma.with_parameters(p=6, q=4, gamma=15)


def histories_of(model):
    drawn = model.simulate(400, 30, seed=1)
    return {"frequency": drawn.frequency, "recency": drawn.recency, "T": drawn.T}


HISTORIES = histories_of(MODELS[0])
FITTED = btyd.BGNBD().fit(**HISTORIES)
BACK = np.maximum(HISTORIES["frequency"], 1)
SPENT = {"frequency": BACK, "monetary_value": SPEND.simulate(BACK)}
SPEND_FITTED = btyd.GammaGamma().fit(**SPENT)
BOOTSTRAP = FITTED.bootstrap(3)

NO_NUMBER = ["text", None, pd.NA, True, 1j, ..., NAN, INF, -INF, 10**400]
NO_SINGLE = [*NO_NUMBER, [], [0.5, 0.6]]
NO_ARRAY = [
    *NO_NUMBER,
    ["a"],
    [True],
    [None],
    [0.1, -INF],
    [[0.1], [0.1, 0.2]],
    pd.Series([0.1, None], dtype="Float64"),
    np.array(["2024-01-01"], dtype="datetime64[D]"),
]
NO_COUNT = ["3", None, True, [3], 3j, NAN, INF, 2.5, -3]
WITHOUT_NONE = [bad for bad in NO_NUMBER if bad is not None]

BAD = {
    "column": [*NO_ARRAY, [], 5, [0.1, NAN], [-1] * 400, [[1.0] * 400]],
    "counts": [*NO_ARRAY, [], 5, [0.5] * 400, [-1] * 400, [[1.0] * 400]],
    "money or gap": [*NO_ARRAY, [], 5, [-1] * 400, [NAN] * 400],
    "weights or None": [*WITHOUT_NONE, [], 5, [0.0] * 400, [-1] * 400, [1.0] * 3],
    "times": [*NO_ARRAY, -1, [1, NAN], [1, -0.5]],
    "numbers": [*NO_ARRAY, -1, [1, NAN], [1, 0.5]],
    "free money": [bad for bad in NO_ARRAY if bad is not NAN] + [-1, [1, -0.5]],
    "rate above 0": [*NO_SINGLE, 0, -1],
    "rate": [*NO_SINGLE, -1, -2],
    "length": [*NO_SINGLE, 0, -1],
    "at least 0": [*NO_SINGLE, -1],
    "number": NO_SINGLE,
    "periods or None": [bad for bad in NO_COUNT if bad is not None] + [0],
    "periods": [*NO_COUNT, 0],
    "seed": NO_COUNT,
    "samples": [*NO_COUNT, 1],
    "timing": ["late", None, 5, ["end"]],
    "without": ["skip", None, True, ["drop"]],
    "ages": [*NO_ARRAY, [], -1, [1.0, 2.0], [[1.0]]],
    "figures": [5, "text", [len], {5: len}, {"x": 5}],
    "level": [*NO_SINGLE, 0, 1, -0.1],
    "model": [None, 5, "BGNBD", btyd.BGNBD, SPEND, btyd.BGNBD()],
    "spend": [None, 5, MODELS[0], btyd.GammaGamma],
    "table": [None, 5, [1], {"T": [1]}, SUMMARY["T"], SUMMARY.head(0), SUMMARY[["frequency"]]],
    "later counts": [*NO_ARRAY, [], 5, [1, 2], [0.5] * 4, [-1] * 4],
    "first": [*NO_ARRAY, [], -1, [1, NAN], [1, -0.5], [99.0], [[1.0]]],
    "repeats": [*NO_ARRAY, [1, NAN], [1, -0.5], [[1.0]], 5],
    "step": [*NO_SINGLE, 0, -1, 99],
    "end or None": [*WITHOUT_NONE, -1, 99, [1.0, 2.0]],
}  # fmt: skip

KIND = {
    **dict.fromkeys(("frequency",), "counts"),
    **dict.fromkeys(("recency", "T"), "column"),
    "monetary_value": "column",
    "weights": "weights or None",
    "t": "times",
    "n": "periods",
    "seed": "seed",
    "future": "at least 0",
    "figures": "figures",
    "level": "level",
    "length": "length",
    "timing": "timing",
    "without": "without",
    "model": "model",
    "spend": "spend",
    "summary": "table",
    "most": "periods",
    "actual": "later counts",
    "end": "length",
    "step": "step",
    "first": "first",
    "repeats": "repeats",
    "calibration_end": "end or None",
    "rate": "rate",
    "margin": "number",
    "periods": "periods",
}
#: Where an argument of a method is of another kind than the name alone says.
SPECIAL = {
    ("fit", "monetary_value"): "money or gap",
    ("bootstrap", "n"): "samples",
    ("simulate", "T"): "ages",
    ("simulate", "frequency"): "counts",
    ("probability_of_purchases", "n"): "numbers",
    ("probability_alive", "frequency"): "numbers",
    ("conditional_purchases", "frequency"): "numbers",
    ("discounted_purchases", "frequency"): "numbers",
    ("conditional_value", "frequency"): "numbers",
    ("probability_alive", "recency"): "times",
    ("conditional_purchases", "recency"): "times",
    ("discounted_purchases", "recency"): "times",
    ("probability_alive", "T"): "times",
    ("conditional_purchases", "T"): "times",
    ("discounted_purchases", "T"): "times",
    ("conditional_value", "monetary_value"): "free money",
    ("discounted_purchases", "rate"): "rate above 0",
    ("discounted_purchases", "periods"): "periods or None",
    ("holdout", "t"): "length",
}

ONE = {"frequency": 2, "recency": 5, "T": 10}
#: Functions and methods with arguments that are fine.
FINE = [
    (btyd.calibration, {"model": MODELS[0], "summary": SUMMARY}),
    (btyd.holdout, {"model": MODELS[0], "summary": SUMMARY, "actual": [0, 1, 2, 3], "t": 5}),
    (btyd.tracking, {"model": MODELS[0], "first": [0, 1.5], "repeats": [3, 4], "end": 10}),
    (
        btyd.residual_value,
        {"model": MODELS[0], "spend": SPEND, "summary": SUMMARY, "rate": 0.1, "periods": 3},
    ),
    (btyd.spend_independence, {"frequency": [1, 2, 3, 4], "monetary_value": [4, 1, 3, 2]}),
    (btyd.GammaGamma().fit, SPENT),
    (SPEND.log_likelihood, SPENT),
    (SPEND.conditional_value, {"frequency": 2, "monetary_value": 30}),
    (SPEND.simulate, {"frequency": [1, 2]}),
    (SPEND_FITTED.bootstrap, {"n": 2}),
    (FITTED.bootstrap, {"n": 2}),
    (BOOTSTRAP.interval, {}),
]
for _model in MODELS:
    FINE += [
        (type(_model)().fit, histories_of(_model)),
        (_model.log_likelihood, HISTORIES),
        (_model.expected_purchases, {"t": 5}),
        (_model.probability_alive, ONE),
        (_model.conditional_purchases, {"t": 5, **ONE}),
        (_model.probability_of_purchases, {"n": 2, "t": 5}),
        (_model.discounted_purchases, {"rate": 0.1, **ONE}),
        (_model.simulate, {"n": 3, "T": 10}),
    ]


def refused(pattern):
    """Expect a ValueError or a TypeError with a message of this pattern."""
    return pytest.raises((ValueError, TypeError), match=f"(?s){pattern}")


def bad_arguments():
    for function, fine in FINE:
        for argument in inspect.signature(function).parameters:
            kind = SPECIAL.get((function.__name__, argument), KIND.get(argument))
            assert kind, f"{function.__name__}.{argument}"
            for bad in BAD[kind]:
                owner = type(getattr(function, "__self__", None)).__name__
                shown = repr(bad)[:40].replace("\n", " ")
                name = f"{owner}.{function.__name__}-{argument}-{shown}"
                yield pytest.param(function, fine | {argument: bad}, argument, id=name)


@pytest.mark.parametrize(("function", "arguments", "named"), list(bad_arguments()))
def test_bad_argument_is_refused_by_name(function, arguments, named):
    if named == "model" and isinstance(arguments[named], btyd.BGNBD):  # a model that was not fitted
        named = "BGNBD"
    with refused(rf"{re.escape(named)}.*(got|has)"):
        function(**arguments)


@pytest.mark.parametrize(
    ("function", "fine"), FINE, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_is_fine_is_accepted(function, fine):
    function(**fine)


def test_every_public_function_and_method_is_covered():
    covered = {getattr(f, "__func__", f) for f, _fine in FINE}
    public = {getattr(btyd, name) for name in btyd.__all__}
    here = {f"crmlab.btyd.{module}" for module in ("gamma", "residual", "validation")}
    assert {f for f in public if inspect.isfunction(f) and f.__module__ in here} <= covered
    for model in (btyd.BGNBD, btyd.ParetoNBD, btyd.NBD, btyd.GammaGamma):
        for name, method in inspect.getmembers(model, inspect.isfunction):
            assert name.startswith("_") or method in covered, f"{model.__name__}.{name}"


# Columns that do not go together.


@pytest.mark.parametrize("model", [btyd.BGNBD, btyd.ParetoNBD, btyd.NBD])
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            ([1, 2], [1.0], [3.0, 3.0]),
            "frequency, recency, T and weights must .*lengths 2, 1, 2, 2",
        ),
        (([1], [4.0], [3.0]), "recency must not be above T; got 4 and T 3"),
        (([0], [1.0], [3.0]), "recency must be 0 where frequency is 0; got 1 with frequency 0"),
        (([2], [0.0], [3.0]), "recency must be above 0 where .*; got 0 with frequency 2"),
        (([0, 0], [0.0, 0.0], [0.0, 0.0]), "T must be above 0 for a customer at least; got 0"),
    ],
)
def test_columns_that_contradict_each_other_are_refused(model, columns, message):
    with refused(message):
        model().fit(*columns)


def test_histories_of_shapes_that_do_not_go_together_are_refused():
    with refused(r"frequency, recency and T must have shapes that go together; got \(2,\)"):
        MODELS[0].probability_alive([1, 2], [1, 2, 3], 9)
    with refused("t and frequency must have shapes that go together; got"):
        MODELS[0].conditional_purchases([1, 2, 3], [1, 2], 5, 9)
    with refused("n and t must have shapes that go together; got"):
        MODELS[0].probability_of_purchases([1, 2, 3], [1, 2])
    with refused("frequency and monetary_value must have shapes that go together; got"):
        SPEND.conditional_value([1, 2, 3], [1, 2])
    with refused("frequency, monetary_value and weights must have one value per customer"):
        btyd.GammaGamma().fit([1, 2, 3], [1, 2])
    with refused("frequency and monetary_value must have one value per customer"):
        btyd.spend_independence([1, 2, 3, 4], [1, 2])
    with refused("summary and actual must have one value per customer"):
        btyd.holdout(MODELS[0], SUMMARY, [1, 2], 5)


@pytest.mark.parametrize("column", ["frequency", "recency", "T", "monetary_value"])
@pytest.mark.parametrize("bad", ["text", -1.0, INF])
def test_bad_values_in_a_summary_are_refused_by_the_name_of_the_column(column, bad):
    broken = SUMMARY.assign(**{column: pd.Series([bad, *SUMMARY[column][1:]], dtype=object)})
    with refused(rf"{column} must .*got"):
        btyd.residual_value(MODELS[0], SPEND, broken, 0.1, 3)


# Settings of a model.


@pytest.mark.parametrize("model", [btyd.BGNBD, btyd.ParetoNBD, btyd.NBD])
@pytest.mark.parametrize("bad", [0, -1, NAN, None, "text"])
def test_a_bad_tolerance_is_refused(model, bad):
    with refused("tolerance must .*got"):
        model(tolerance=bad).fit(**HISTORIES)


@pytest.mark.parametrize("bad", [*NO_COUNT, 0])
def test_a_bad_number_of_iterations_is_refused(bad):
    with refused("max_iterations must .*got"):
        btyd.BGNBD(max_iterations=bad).fit(**HISTORIES)
    with refused("max_iterations must .*got"):
        btyd.GammaGamma(max_iterations=bad).fit(**SPENT)


@pytest.mark.parametrize("bad", [*NO_SINGLE, 0, -1])
def test_a_bad_parameter_is_refused_by_name(bad):
    with refused("alpha must .*got"):
        btyd.NBD.with_parameters(r=1, alpha=bad)


def test_parameters_must_be_those_of_the_model():
    with refused("parameters must be r, alpha; got r"):
        btyd.NBD.with_parameters(r=1)
    with refused("parameters must be r, alpha; got none"):
        btyd.NBD.with_parameters()
    with refused("parameters must be r, alpha, a, b; got r, alpha, s, beta"):
        btyd.BGNBD.with_parameters(r=1, alpha=1, s=1, beta=1)


def test_a_bootstrap_needs_a_fit_with_whole_customers():
    with refused("BGNBD must be fitted first"):
        MODELS[0].bootstrap(2)
    with refused("GammaGamma must be fitted first"):
        SPEND.bootstrap(2)
    half = btyd.BGNBD().fit(**HISTORIES, weights=np.full(400, 0.5))
    with refused("weights must be whole numbers of customers for a bootstrap; got"):
        half.bootstrap(2)
    half_spend = btyd.GammaGamma().fit(**SPENT, weights=np.full(400, 0.5))
    with refused("weights must be whole numbers of customers for a bootstrap; got"):
        half_spend.bootstrap(2)
    with refused("figures must map names that are not parameters .*got 'r'"):
        FITTED.bootstrap(2, figures={"r": len})
    with refused("a year must be a number .*got"):
        FITTED.bootstrap(2, figures={"a year": lambda model: "text"})


def test_too_many_purchases_to_simulate_are_refused():
    with refused("n and T must lead to at most 50,000,000 purchases; got"):
        btyd.NBD.with_parameters(r=1, alpha=1e-6).simulate(1000, 1e6)


def test_customers_all_alike_have_no_correlation():
    with refused("frequency must differ between customers; got 2 for all"):
        btyd.spend_independence([2, 2, 2, 2], [1, 2, 3, 4])
    with refused("monetary_value must differ between customers; got 5 for all"):
        btyd.spend_independence([1, 2, 3, 4], [5, 5, 5, 5])
    with refused("frequency must hold at least four customers; got 3"):
        btyd.spend_independence([1, 2, 3], [1, 2, 3])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_an_overflow_is_refused_and_never_comes_back_as_infinity():
    with refused("must .*got"):
        btyd.residual_value(MODELS[0], SPEND, SUMMARY, -0.99, 1000)
    with refused("must .*got"):
        MODELS[0].discounted_purchases(-0.99, 2, 5, 10, periods=1000)


def test_rows_of_another_order_are_not_paired():
    frequency = pd.Series([1, 2, 3, 4], index=list("abcd"))
    spent = pd.Series([10.0, 31, 20, 5], index=list("dcba"))
    with pytest.raises(ValueError, match="frequency and monetary_value must have the same index"):
        btyd.spend_independence(frequency, spent)
    model = btyd.BGNBD.with_parameters(r=0.5, alpha=5, a=0.8, b=2.5)
    summary = pd.DataFrame({"frequency": [0, 1], "recency": [0, 2.0], "T": 9.0}, index=["x", "y"])
    with pytest.raises(ValueError, match="summary and actual must have the same index"):
        btyd.holdout(model, summary, pd.Series([0, 2], index=["y", "x"]), t=5)


def test_a_margin_in_per_cent_is_refused():
    model = btyd.BGNBD.with_parameters(r=0.5, alpha=5, a=0.8, b=2.5)
    spend = btyd.GammaGamma.with_parameters(p=6.25, q=3.74, gamma=15.44)
    summary = pd.DataFrame({"frequency": [3], "recency": [5.0], "T": 9.0, "monetary_value": 50.0})
    with pytest.raises(ValueError, match="margin must be at most 1; got 30"):
        btyd.residual_value(model, spend, summary, 0.01, 12, margin=30)
