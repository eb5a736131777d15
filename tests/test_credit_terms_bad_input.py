"""Bad input to credit terms and collection: each argument refuses it with one clear error."""

import inspect
import re

import numpy as np
import pandas as pd
import pytest

from crmlab import credit

NAN, INF = float("nan"), float("inf")
MODULES = {"terms", "policies", "uncertainty", "collection", "goals", "dunning"}
OLD, NEW = credit.CreditPolicy(1000, 30), credit.CreditPolicy(1200, 45, 0.01)
STAGES = credit.collection_stages()
CLASSES = pd.DataFrame({"sales": [10.0, 5], "bad_debts": [0.1, 0.2], "days": [30, 60]}, ["A", "B"])
STEPS = pd.DataFrame(
    {
        "invoice": ["I1", "I1", "I2"],
        "stage": ["a", "b", "a"],
        "date": pd.to_datetime(["2025-03-01", "2025-03-15", "2025-03-20"]),
        "until": pd.to_datetime(["2025-03-15", "2025-03-20", None]),
        "open": [500.0, 500, 90],
        "cost": [5.0, 20, 5],
        "recovered": [0.0, 500, None],
        "fee": [None, 50.0, None],
    }
)
DISCOUNT = {"discount_days": 10, "net_days": 30}
TERMS = {"old": OLD, "new": NEW, "variable_cost": 0.7, "rate": 0.1}

#: For every function, arguments that are fine.
FINE = {
    credit.discount_cost: {"discount": 0.02, **DISCOUNT},
    credit.break_even_discount: {"rate": 0.1, **DISCOUNT},
    credit.terms_change: TERMS,
    credit.compare_policies: {"policies": {"a": OLD, "b": NEW}, "variable_cost": 0.7, "rate": 0.1},
    credit.credit_standards: {"classes": CLASSES, "variable_cost": 0.7, "rate": 0.1},
    credit.simulate_terms: {**TERMS, "uncertain": {"sales": (1000, 1200, 1300)}, "draws": 10},
    credit.collection_stages: {},
    credit.collection_plan: {"stages": STAGES, "amount": 100},
    credit.collection_sizes: {"stages": STAGES},
    credit.collection_goals: {"policies": {"all": STAGES}, "amount": 100},
    credit.estimate_stages: {"history": STEPS},
}

NO_NUMBER = [None, "text", NAN, INF, True, [1, 2]]
NO_ARRAY = [None, "text", NAN, INF, True, [1, "x"], [1, NAN], []]
NO_FRAME = [None, 5, "text", [1, 2], {"sales": [1]}, STAGES["cost"], STAGES.iloc[:0]]
NO_COLUMN = ["unknown", 5, ("a", "b")]
NO_CHOICE = [None, 5, "unknown", ["cost"]]
NO_POLICY = [None, 5, "text", [1, 2], {}, {"sales": 1}, {"sales": 1, "days": 2, "size": 3},
             {"sales": -1, "days": 2}]  # fmt: skip

#: What each argument refuses; "function.argument" where the name alone does not say it.
BAD = {
    "discount": [*NO_ARRAY, -0.1, 1, 1.5, 2],
    "discount_days": [*NO_ARRAY, -1],
    "net_days": [*NO_ARRAY, 10, 5, -1, [30, 5]],
    "year": [*NO_NUMBER, 0, -365],
    "compound": [None, 1, "yes"],
    "break_even_discount.rate": [*NO_ARRAY, -0.1],
    "old": NO_POLICY,
    "new": NO_POLICY,
    "variable_cost": [*NO_NUMBER, -0.1],
    "rate": [*NO_NUMBER, -0.1],
    "carry": NO_CHOICE,
    "compare_policies.policies": [None, 5, "text", [OLD, NEW], {}, {"a": OLD}, {"a": OLD, "b": 5},
                                  CLASSES.rename(index={"B": "A"}), CLASSES.drop(columns="days")],
    "base": ["unknown", 5],
    "classes": [*NO_FRAME, CLASSES.rename(index={"B": "A"}), CLASSES.drop(columns="days")],
    "uncertain": [None, 5, "text", [1, 2], {}, {"size": (1, 2, 3)}, {"sales": (1, 2)},
                  {"sales": (3, 2, 1)}, {"sales": (1, 2, NAN)}, {"sales": (-1, 2, 3)},
                  {"bad_debts": (0.1, 0.2, 1.2)}, {"sales": (1, 1, 1)}, {"sales": 5}],
    "draws": [None, "text", 1.5, NAN, True, 1, [10]],
    "level": [*NO_NUMBER, 0, 1],
    "seed": [None, "text", 1.5, -1, True],
    "stages": [*NO_FRAME, STAGES.drop(columns="chance"), pd.concat([STAGES, STAGES])],
    "amount": [*NO_NUMBER, -1],
    "collection_goals.amount": [*NO_NUMBER, -1, 0],
    "collection_plan.rate": [*NO_NUMBER, -1, -2],
    "collection_sizes.rate": [*NO_NUMBER, -1, -2],
    "collection_goals.rate": [*NO_NUMBER, -1, -2],
    "customer_value": [*NO_NUMBER, -1],
    "salvage": [*NO_NUMBER, -0.1, 1.1],
    "overdue": [*NO_NUMBER, -0.1, 1.1],
    "collection_goals.policies": [None, 5, "text", STAGES, {}],
    "history": NO_FRAME,
    **dict.fromkeys(
        ["case", "stage", "date", "until", "open_amount", "recovered", "cost", "fee"], NO_COLUMN
    ),
    "order": [5, "ab", ["a"], ["a", "b", "c"], ["a", "a"]],
}  # fmt: skip


def refused(message):
    return pytest.raises((ValueError, TypeError), match=message)


def bad_arguments():
    for function, fine in FINE.items():
        for argument in inspect.signature(function).parameters:
            key = f"{function.__name__}.{argument}"
            for i, bad in enumerate(BAD.get(key) or BAD[argument]):
                name = f"{function.__name__}-{argument}-{i}"
                yield pytest.param(function, fine | {argument: bad}, argument, bad, id=name)


@pytest.mark.parametrize(("function", "arguments", "argument", "bad"), list(bad_arguments()))
def test_bad_argument_is_refused_by_name(function, arguments, argument, bad):
    named = f"column {bad!r}" if BAD.get(argument) is NO_COLUMN else argument
    with refused(rf"{re.escape(named)}.*(got|has)"):
        function(**arguments)


def test_every_function_is_covered_and_what_is_fine_is_accepted():
    functions = {getattr(credit, name) for name in credit.__all__}
    ours = {
        f for f in functions if inspect.isfunction(f) and f.__module__.split(".")[-1] in MODULES
    }
    assert ours == set(FINE)
    for function, fine in FINE.items():
        function(**fine)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sales": -1}, "sales must be at least 0; got -1"),
        ({"days": NAN}, "days must be at least 0; got nan"),
        ({"bad_debts": 1.1}, "bad_debts must be between 0 and 1; got 1.1"),
        ({"collection_cost": "x"}, "collection_cost must be a number"),
        ({"discount": 1}, "discount must be .* below 1; got 1"),
        ({"discount": [[0.1]]}, "discount must be one number or a list; got shape"),
        ({"discount": [0.1, 0.2]}, "must have equal lengths; got 2, 1 and 1"),
        ({"discount": 0.1, "discount_share": 1.2}, "discount_share must be between 0 and 1"),
        (
            {"discount": [0.1, 0.2], "discount_days": [5, 10], "discount_share": [0.6, 0.6]},
            "discount_share must sum to at most 1; got a sum of 1.2",
        ),
        ({"discount_share": 0.5}, "discount_share must be 0 where the discount is 0"),
        (
            {"discount": 0.1, "discount_days": 40},
            r"discount_days must be below days \(30\); got 40",
        ),
    ],
)
def test_a_policy_checks_its_fields(fields, message):
    with refused(message):
        credit.CreditPolicy(**{"sales": 100, "days": 30, **fields})
    with refused(f"new: .*{message}"):
        credit.terms_change(**TERMS | {"new": {"sales": 100, "days": 30, **fields}})


@pytest.mark.parametrize(
    ("column", "bad"),
    [("cost", -1), ("cost", NAN), ("days", "x"), ("chance", 1.1), ("share", -0.1), ("fee", 2),
     ("loss", INF)],
)  # fmt: skip
def test_bad_values_of_stages_are_refused_by_name(column, bad):
    values = [bad, *STAGES[column].tolist()[1:]]
    broken = STAGES.assign(**{column: pd.Series(values, STAGES.index, dtype=object)})
    with refused(rf"stages\['{column}'\] must"):
        credit.collection_plan(broken, 100)


@pytest.mark.parametrize(("column", "bad"), [("sales", -1), ("bad_debts", 1.5), ("days", NAN)])
def test_bad_values_of_classes_are_refused_by_name(column, bad):
    with refused(rf"classes\['{column}'\] must"):
        credit.credit_standards(CLASSES.assign(**{column: [bad, 0.1]}), 0.7, 0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"invoice": ["I1", None, "I2"]}, "case must not be missing; got 1 gaps"),
        ({"stage": ["a", "b", None]}, "stage must not be missing; got 1 gaps"),
        ({"date": ["2025-03-01"] * 3}, "date must hold dates"),
        ({"open": [500, 500, -1.0]}, "open must be at least 0; got -1 at position 2"),
        ({"cost": [1, NAN, 1]}, "cost must be at least 0; got nan at position 1"),
        ({"recovered": [0, 600, None]}, "recovered must be at most the open amount; got row 1"),
        ({"recovered": [0, None, None]}, "until and recovered must be known or missing .* row 1"),
        ({"recovered": [None] * 3}, "recovered must be known for at least one step; got none"),
        ({"until": pd.to_datetime(["2025-02-15", "2025-03-20", None])}, "until must not be before"),
        ({"fee": [1.0, 50, None]}, "fee must be at most what came in; got row 0"),
        ({"stage": ["a", "a", "a"]}, "history must have each stage once per case; got row 1"),
    ],
)
def test_a_history_that_cannot_be_is_refused(change, message):
    broken = STEPS.assign(**change)
    broken["recovered"] = broken["recovered"].astype(float)
    with refused(message):
        credit.estimate_stages(broken, fee="fee")


@pytest.mark.parametrize(
    ("argument", "bad"),
    [("amount", -1), ("amount", NAN), ("rate", -1), ("customer_value", -1), ("salvage", 2),
     ("loss", 1.5), ("loss", [0.1]), ("draws", 0), ("seed", -1)],
)  # fmt: skip
def test_stops_refuses_bad_settings(argument, bad):
    found = credit.estimate_stages(STEPS)
    with refused(f"{argument} must .*got"):
        found.stops(**{"amount": 100, argument: bad})


def test_methods_refuse_bad_amounts():
    sizes = credit.collection_sizes(STAGES)
    for bad in (-1, NAN, "text"):
        with refused("amount must"):
            sizes.best(bad)
        with refused("amount must"):
            sizes.value(bad)
    with refused("year must be above 0; got 0"):
        OLD.receivables(0)


def test_a_share_of_one_of_several_discounts_cannot_be_uncertain():
    new = credit.CreditPolicy(1200, 45, 0, 0, (0.03, 0.02), (10, 20), (0.3, 0.2))
    with refused("for a policy with several discounts; got it"):
        credit.simulate_terms(OLD, new, 0.7, 0.1, {"discount_share": (0.1, 0.2, 0.3)})


def test_an_overflow_is_refused():
    with refused("must fit a floating-point number; got"):
        credit.discount_cost(0.999, 0, 0.1, compound=True)
    with refused(r"sales must be at most 1e\+100 in size; got 1e\+308"):
        credit.terms_change(OLD, {"sales": 1e308, "days": 1e308}, 0.7, 0.1)


def test_messages_name_what_came():
    with refused(re.escape("net_days must be after discount_days (10); got 5")):
        credit.discount_cost(0.02, 10, [30, 5])
    with refused("carry must be one of 'cost', 'price', 'marginal'; got 'full'"):
        credit.terms_change(**TERMS, carry="full")
    assert np.isfinite(credit.terms_change(**TERMS).change)
