"""Bad input to `crmlab.loyalty`: every argument of every function refuses it, with one clear error.

The error is a ValueError or a TypeError whose message names the argument and says what came.
"""

import inspect
import re

import numpy as np
import pandas as pd
import pytest

from crmlab import loyalty
from crmlab.loyalty.relationship import FEELINGS

NAN, INF = float("nan"), float("inf")
LOG = pd.DataFrame(
    {
        "customer": list("aaabbb"),
        "brand": list("XYXXYY"),
        "amount": [1.0, 2, 3, 1, 2, 3],
        "units": [1, 1, 2, 1, 3, 1],
        "period": [1, 1, 2, 2, 3, 3],
        "day": [1, 2, 3, 1, 2, 3],
    }
)
PRICED = pd.concat([LOG.assign(period=p, amount=LOG["amount"] * p) for p in (1, 2, 3)])
PRICED.loc[PRICED["brand"] == "X", "amount"] **= 1.5
ANSWERS = pd.DataFrame({"a": [1.0, 4, 7], "b": [2.0, 4, 6]})
SCORES = pd.DataFrame(
    {"cognitive": [6.0, 2], "affective": [6.0, 3], "conative": [6.0, 4], "behavioural": [6.0, 5]}
)
BRANCHES = pd.DataFrame(
    {
        "branch": list("abcd"),
        "mood": [4.0, 5, 6, 7],
        "service": [2.0, 2.5, 2.4, 3],
        "profit": [9.0, 8, 11, 12],
        "staff": [3, 4, 6, 5],
    }
)
TEN = {"satisfaction": np.linspace(0.1, 1, 10), "loyalty": np.linspace(0.2, 0.9, 10)}
TWO = {"attitude": [6, 2], "repeat": [0.9, 0.1], "attitude_cut": 5, "repeat_cut": 0.5}
CUTS = {"satisfied": 7, "loyal": 0.5}
RIVAL = {"value": [90, 110], "rival_value": [100, 100]}
#: For every function, arguments that are fine.
FINE = {
    loyalty.behavioural_loyalty: {"log": LOG},
    loyalty.settling_time: {"log": LOG, "order": "day", "run": 2, "within": 3},
    loyalty.price_response: {"log": PRICED, "of": "X"},
    loyalty.loyalty_scales: {"answers": ANSWERS, "scales": {"x": ["a", "b"]}, "reverse": ["b"]},
    loyalty.loyalty_pyramid: {"scores": SCORES, "cut": 5},
    loyalty.loyalty_kinds: TWO | {"alternatives": [1, 2], "reason": ["", "tie"]},
    loyalty.dick_basu: TWO,
    loyalty.standing: {"values": [3, 1, 2]},
    loyalty.loyalty_curve: {"satisfaction": 0.5, "competition": 2, "floor": 0.1},
    loyalty.loyalty_gain: {"satisfaction": 0.5, "competition": 2, "floor": 0.1},
    loyalty.fit_loyalty_curves: TEN | {"group": list("aaaaabbbbb"), "floor": 0.05},
    loyalty.loyalty_zones: {"satisfaction": [9, 3], "loyalty": [0.9, 0.1]} | CUTS,
    loyalty.threshold_loyalty: {"satisfaction": 0.5, "first": 0.3, "second": 0.7, "plateau": 0.4},
    loyalty.two_factor_loyalty: {"basic": 0.5, "latent": 0.5},
    loyalty.relative_loyalty: {"value": 8, "rival_value": 7},
    loyalty.trap_share: {"satisfaction": [9, 3], "loyalty": [0.9, 0.1], "group": ["x", "y"]} | CUTS,
    loyalty.relationship_quality: {"blocks": {name: [name] for name in FEELINGS}},
    loyalty.switching_cost: {"sunk": 1},
    loyalty.stay_probability: RIVAL,
    loyalty.lock_in: RIVAL | {"switching_costs": [0, 10]},
    loyalty.lock_in_path: RIVAL | {"switching_costs": [10, 0]},
    loyalty.service_chain: {"change": 0.1, "elasticities": {"service": 0.5}},
    loyalty.estimate_chain: {
        "data": BRANCHES,
        "chain": ["mood", "service", "profit"],
        "cluster": "branch",
        "controls": {"profit": ["staff"]},
    },
}

NO_NUMBER = ["text", None, pd.NA, True, 1j, ..., NAN, INF, -INF, 10**400]
NO_SINGLE = [*NO_NUMBER, [], [0.5, 0.6]]
NO_ARRAY = [*NO_NUMBER, [], ["a"], [True], [None], [0.1, NAN], [[0.1], [0.1, 0.2]]]
NO_VECTOR = [*NO_ARRAY, 0.5, [[0.1, 0.2], [0.3, 0.4]], [0.5]]
NO_COUNT = ["3", None, True, [3], 3j, NAN, INF, 2.5, -3, 0]
NO_NAMES = ["text", 5, None, [], ["unknown"], ["a", "a"]]

#: What each kind of argument refuses.
BAD = {
    "number": NO_SINGLE,
    "level": [*NO_SINGLE, 0, 1, -0.5, 95],
    "share": [*NO_SINGLE, -0.1, 1.1],
    "share or None": [bad for bad in [*NO_SINGLE, -0.1, 1.0] if bad is not None],
    "inner share": [*NO_SINGLE, 0, 1, -0.1],
    "drift": [*NO_SINGLE, -0.1, 0.7],
    "above 0": [*NO_SINGLE, 0, -1],
    "at least 0": [*NO_SINGLE, -1],
    "speed": [*NO_SINGLE, 0, 1.1],
    "change": [*NO_SINGLE, -1],
    "shares": [*NO_ARRAY, -0.1, [0.5, 1.1]],
    "shares above 0": [*NO_ARRAY, 0, [0.5, 1.1]],
    "vector of shares": [*NO_VECTOR, np.linspace(0, 2, 10)],
    "vector": NO_VECTOR,
    "scores": [bad for bad in NO_VECTOR if bad != [0.5]],
    "numbers": NO_ARRAY,
    "positives": [*NO_ARRAY, 0, [1, -1]],
    "costs": [*NO_ARRAY, -1, [1, -1]],
    "list of costs": [bad for bad in [*NO_VECTOR, [1, -1]] if bad != [0.5]],
    "whole numbers": [*NO_VECTOR, [-1, 2], [0.5, 1]],
    "words": [["", "love"], ["", None], ["", 5], [""], "tie", [["", "tie"]]],
    "scheme": ["eight", None, 6, ["six"]],
    "missing": ["ignore", None, 0],
    "count": NO_COUNT,
    "count from 2": [*NO_COUNT, 1],
    "count or None": [bad for bad in NO_COUNT if bad is not None],
    "window": [*NO_COUNT, 1],
    "frame": [None, 5, "text", [1, 2], {"customer": ["a"]}, LOG["amount"], LOG.head(0)],
    "column": ["unknown", 5, ("a", "b"), ["a"]],
    "column or None": ["unknown", 5, ("a", "b"), ["a"]],
    "group": [[1], [None] * 10, list("aaaaaaaaab")],
    "two groups": [[1], [None, 1]],
    "brand": ["Q", None, 5],
    "scales": ["a", None, [], {}, {"x": []}, {"x": "a"}, {"x": ["unknown"]}, {"x": ["a", "a"]}],
    "reverse": ["b", 5, None, ["unknown"], ["b", "b"]],
    "scale end": [*NO_SINGLE],
    "cut": [*NO_SINGLE, {}, {"cognitive": 5}],
    "blocks": [None, 5, "text", {}, {"trust": ["t"]}],
    "path scale": [None, 5, (1, 2, 3), (7, 1), {}],
    "links": [None, 5, [0.5], {}, {"service": None}, {"service": NAN}],
    "word": [None, 5, ["mood"]],
    "chain": [*NO_NAMES, ["mood"], ["mood", "mood"]],
    "controls": [5, ["staff"], {"mood": ["staff"]}, {"profit": "staff"}, {"profit": ["unknown"]}],
}

#: Which arguments are of which kind; "function.argument" where the name alone does not say it.
ARGUMENTS = {
    "number": "attitude_cut repeat_cut satisfied loyal",
    "level": "level",
    "share": "plateau basic_gain latent_gain",
    "share or None": "fit_loyalty_curves.floor",
    "inner share": "first second",
    "drift": "drift",
    "above 0": "saturation scale",
    "at least 0": "resentment sunk transaction forgone psychological",
    "speed": "speed",
    "change": "change",
    "shares": "floor basic latent threshold_loyalty.satisfaction loyalty_curve.satisfaction",
    "shares above 0": "loyalty_gain.satisfaction",
    "vector of shares": "fit_loyalty_curves.satisfaction fit_loyalty_curves.loyalty",
    "vector": "attitude repeat satisfaction loyalty",
    "scores": "values",
    "numbers": "value rival_value",
    "positives": "competition sensitivity relative_loyalty.value relative_loyalty.rival_value",
    "costs": "switching_cost",
    "list of costs": "switching_costs",
    "whole numbers": "alternatives",
    "words": "reason",
    "scheme": "scheme",
    "missing": "missing",
    "count": "min_purchases periods",
    "count from 2": "run",
    "count or None": "answered",
    "window": "within",
    "frame": "log answers scores data",
    "column": "customer brand amount units period",
    "column or None": "order cluster",
    "group": "group",
    "two groups": "trap_share.group",
    "brand": "of",
    "scales": "scales",
    "reverse": "reverse",
    "scale end": "low high",
    "cut": "cut",
    "blocks": "blocks",
    "path scale": "relationship_quality.scale",
    "links": "elasticities",
    "word": "start",
    "chain": "chain",
    "controls": "controls",
}
KIND = {name: kind for kind, names in ARGUMENTS.items() for name in names.split()}
#: A table or a list refuses what its entries name: the message then names the table and the entry.
NAMES_AN_ENTRY = {"scales": "answers|scales", "controls": "controls|data", "chain": "chain|data"}


def bad_arguments():
    for function, fine in FINE.items():
        for argument in inspect.signature(function).parameters:
            kind = KIND.get(f"{function.__name__}.{argument}") or KIND[argument]
            for bad in BAD[kind]:
                named = NAMES_AN_ENTRY.get(kind, argument)
                if kind.startswith("column"):
                    named = re.escape(f"column {bad!r}")
                name = f"{function.__name__}-{argument}-{str(bad)[:30]}".replace("\n", " ")
                yield pytest.param(function, fine | {argument: bad}, named, id=name)


def refused(pattern):
    """Expect a ValueError or a TypeError with a message of this pattern."""
    return pytest.raises((ValueError, TypeError), match=f"(?s){pattern}")


@pytest.mark.parametrize(("function", "arguments", "named"), list(bad_arguments()))
def test_bad_argument_is_refused_by_name(function, arguments, named):
    with refused(rf"({named}).*(got|has|lacks)"):
        function(**arguments)


def test_every_function_is_covered_and_what_is_fine_is_accepted():
    functions = {getattr(loyalty, name) for name in loyalty.__all__}
    assert {f for f in functions if inspect.isfunction(f)} == set(FINE)
    for function, fine in FINE.items():
        function(**fine)


# What a column holds.

COLUMNS = [
    (loyalty.behavioural_loyalty, "log", "amount", [0, -1, NAN, INF, "text"]),
    (loyalty.behavioural_loyalty, "log", "customer", [None]),
    (loyalty.behavioural_loyalty, "log", "brand", [None]),
    (loyalty.settling_time, "log", "brand", [None]),
    (loyalty.settling_time, "log", "day", [None]),
    (loyalty.price_response, "log", "units", [0, -1, NAN, "text"]),
    (loyalty.price_response, "log", "amount", [0, -1, NAN, "text"]),
    (loyalty.price_response, "log", "period", [None]),
    (loyalty.loyalty_scales, "answers", "a", [0, 8, INF, "text"]),
    (loyalty.loyalty_pyramid, "scores", "conative", ["text", INF]),
    (loyalty.estimate_chain, "data", "service", [0, -1, NAN, "text"]),
    (loyalty.estimate_chain, "data", "staff", [0, NAN]),
    (loyalty.estimate_chain, "data", "branch", [None]),
]


@pytest.mark.parametrize(
    ("function", "argument", "column", "bad"),
    [(f, a, c, bad) for f, a, c, every in COLUMNS for bad in every],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_bad_value_in_a_column_is_refused_by_name(function, argument, column, bad):
    table = FINE[function][argument].reset_index(drop=True)
    values = [bad, *table[column].tolist()[1:]]
    broken = table.assign(**{column: pd.Series(values, dtype=object)})
    with refused(rf"^{column} must .*got"):
        function(**FINE[function] | {argument: broken})


# What several arguments together do not allow.


def test_both_gains_together_bring_at_most_one():
    with refused("basic_gain and latent_gain must add up to at most 1; got 0.7 and 0.6"):
        loyalty.two_factor_loyalty(0.5, 0.5, basic_gain=0.7)


def test_thresholds_stand_in_order():
    with refused("second must be above 0.7 and below 1; got 0.3"):
        loyalty.threshold_loyalty(0.5, 0.7, 0.3, 0.5)


def test_nobody_satisfied_is_no_trap():
    with refused("satisfied must be reached by somebody; got 11"):
        loyalty.trap_share([9, 3], [0.9, 0.1], satisfied=11, loyal=0.5)


def test_a_price_that_never_changes_tells_nothing():
    still = pd.concat([LOG.assign(period=p) for p in (1, 2, 3)])
    with refused("log must have prices that change; got the same"):
        loyalty.price_response(still, "X")


def test_a_brand_without_a_rival_has_no_relative_price():
    with refused("log must have at least three periods .* got 0"):
        loyalty.price_response(PRICED[PRICED["brand"] == "X"], "X")


def test_a_link_that_does_not_vary_is_refused():
    with refused("service must vary; got the same value"):
        loyalty.estimate_chain(BRANCHES.assign(service=3.0), ["mood", "service"])
    with refused("data must hold at least three units; got 2"):
        loyalty.estimate_chain(BRANCHES.head(2), ["mood", "service"])


def test_the_scale_runs_upwards():
    with refused("high must be above low; got 1 and 7"):
        loyalty.loyalty_scales(ANSWERS, {"x": ["a"]}, low=7, high=1)


def test_a_reason_of_the_other_list_is_unknown():
    with refused("reason must hold only '', 'convenience', .*; got 'tie'"):
        loyalty.loyalty_kinds(**FINE[loyalty.loyalty_kinds] | {"scheme": "seven"})
