"""Every public function meets hostile input, one argument at a time, the others being valid.

The valid values are those of the docstring's own example, so that a new function is covered
without a line here. What comes out must be a result without a new NaN or infinity, or a
ValueError or TypeError that names the argument, or the column or entry that was hostile: never
another exception, never a warning.
"""

import contextlib
import copy
import dataclasses
import doctest
import functools
import importlib
import inspect
import io
import re
import signal
import sys
import warnings
from collections.abc import Iterator, Mapping
from itertools import islice
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import pytest

ROOMS = (
    "clv", "btyd", "satisfaction", "index", "weights", "grading", "credit", "loyalty", "value",
    "lifecycle", "sales", "service", "crm",
)  # fmt: skip


# What is public, and its valid calls.


def _is_target(item: Any) -> bool:
    """Functions, and classes that a reader builds: results that functions build are not checked."""
    if inspect.isfunction(item):
        return True
    if not inspect.isclass(item):
        return False
    built = "__init__" in vars(item) and not dataclasses.is_dataclass(item)
    return built or hasattr(item, "__post_init__") or hasattr(item, "fit")


TARGETS = [
    f"{room}.{name}"
    for room in ROOMS
    for name in importlib.import_module(f"crmlab.{room}").__all__
    if _is_target(getattr(importlib.import_module(f"crmlab.{room}"), name))
]


@dataclasses.dataclass
class Call:
    """A call that came back: of what, with what, the result and how long it took."""

    function: Any
    bound: inspect.BoundArguments
    result: Any
    seconds: float


def _recorder(function: Any, calls: list[Call]) -> Any:
    """Wrap a function so that its calls that come back are noted."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        if "self" in bound.arguments:
            bound.arguments["self"] = copy.copy(bound.arguments["self"])
        start = perf_counter()
        result = function(*args, **kwargs)
        calls.append(Call(function, bound, result, perf_counter() - start))
        return result

    return wrapped


def valid_calls(target: str) -> list[Call]:
    """Run the examples of a function or class and note the calls of it that succeed."""
    room, name = target.split(".")
    package = importlib.import_module(f"crmlab.{room}")
    item = getattr(package, name)
    module = sys.modules[item.__module__]
    calls: list[Call] = []
    names = dict(vars(module))
    texts = [item.__doc__]
    with contextlib.ExitStack() as undo:
        patch = undo.enter_context(pytest.MonkeyPatch.context())
        if inspect.isclass(item):
            texts += [m.__doc__ for m in vars(item).values() if inspect.isfunction(m)]
            for method in ("__init__", "fit"):
                if hasattr(item, method):
                    patch.setattr(item, method, _recorder(getattr(item, method), calls))
        else:
            names[name] = _recorder(item, calls)
            patch.setattr(package, name, names[name])
            patch.setattr(module, name, names[name])
        undo.enter_context(contextlib.redirect_stdout(io.StringIO()))
        elsewhere = [it.__doc__ for it in vars(module).values() if inspect.isroutine(it)]
        for text in [EXAMPLES.get(target), *texts, *elsewhere]:
            if calls and (target in EXAMPLES or text in elsewhere):
                break
            space = dict(names)
            for example in doctest.DocTestParser().get_examples(text or ""):
                with contextlib.suppress(ValueError, TypeError, NameError, KeyError):
                    exec(compile(example.source, target, "single"), space)
    return [smaller(call) for call in calls]


ROWS = 300


def smaller(call: Call) -> Call:
    """Return the call with the first rows of its tables only, if it succeeds so: it is quicker."""
    given = {
        name: value.head(ROWS) if isinstance(value, pd.DataFrame | pd.Series) else value
        for name, value in call.bound.arguments.items()
    }
    if all(len(value) <= ROWS for value in call.bound.arguments.values() if hasattr(value, "head")):
        return call
    bound = inspect.BoundArguments(call.bound.signature, given)  # type: ignore[arg-type]
    start = perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = call.function(*bound.args, **bound.kwargs)
    except (ValueError, TypeError, Warning):
        return call
    return Call(call.function, bound, result, perf_counter() - start)


_COMPANY = """
>>> import pandas as pd
>>> from crmlab import crm
>>> db = crm.connect(engine="sqlite")
>>> customer = {"customer_id": "C1", "segment": "café", "acquired": "2025-01-31"}
>>> customers = pd.DataFrame([customer | {"acquisition_cost": 90, "service_cost_per_year": 20}])
>>> person = {"person_id": "H1", "customer_id": "C1", "name": "Wei Li", "consent": True}
>>> tables = {"customers": customers, "contacts": pd.DataFrame([person])}
>>> sizes = crm.load_company(db, "2025-12-31", tables)
"""
#: Calls for what shows none that succeeds in its docstring, or one that takes too long.
EXAMPLES = {
    "crm.load_company": _COMPANY,
    "crm.customer_view": _COMPANY + '>>> view = crm.customer_view(db, "C1")',
    "crm.erase_person": _COMPANY + '>>> gone = crm.erase_person(db, "H1", "Lin")',
}


# Hostile values.

ANY = {
    "None": None, "object": object(), "bytes": b"x", "set": {1, 2}, "nan": float("nan"),
    "3-d": np.zeros((1, 2, 2)), "text": "no such thing", "negative": -1, "1e308": 1e308,
    "10**30": 10**30, "inf": float("inf"), "complex": 1j, "empty list": [], "empty dict": {},
    "empty frame": pd.DataFrame(), "ragged": [[1], [1, 2]], "NaT": pd.NaT, "bool": True,
}  # fmt: skip
ENTRIES = {
    "nan": float("nan"), "inf": float("inf"), "-1": -1, "1e308": 1e308, "None": None,
    "text": "no such thing", "object": object(), "list": [1, 2],
}  # fmt: skip


def _with(series: pd.Series, entry: Any) -> pd.Series:
    """Return the Series with `entry` in its first place, of a type that fits it if there is one."""
    values = [entry, *series.iloc[1:].tolist()]
    if pd.api.types.is_datetime64_any_dtype(series) and entry is None:
        return pd.Series(pd.to_datetime(values), series.index, name=series.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pd.Series(values, series.index, name=series.name)


def _frames(value: pd.DataFrame) -> Iterator[tuple[str, Any, Any]]:
    columns = list(value.columns)
    yield "one row", value.iloc[:1], None
    yield "no rows", value.iloc[:0], None
    yield "reversed", value.iloc[::-1], None
    yield "duplicated index", value.set_axis([value.index[0]] * len(value)), None
    yield "duplicated rows", pd.concat([value, value.iloc[:1]]), None
    yield "no names", value.to_numpy(), None
    for column in columns[:8]:
        yield f"no column {column}", value.drop(columns=column), column
        doubled = pd.concat([value, value[[column]]], axis=1)
        yield f"twice the column {column}", doubled, column
        for name, entry in ENTRIES.items():
            changed = value.copy()
            changed[column] = _with(value[column], entry)
            yield f"{name} in column {column}", changed, column


def _lists(value: Any) -> Iterator[tuple[str, Any, Any]]:
    items = list(value)
    kind: Any = tuple if isinstance(value, tuple) else list
    yield "one entry", value[:1] if not isinstance(value, pd.Series) else value.iloc[:1], None
    yield "one entry, bare", items[0], None
    yield "reversed", value[::-1], None
    yield "one entry more", kind([*items, items[0]]), None
    yield "all equal", kind([items[0]] * len(items)), None
    yield "in another list", [value], None
    for name, entry in ENTRIES.items():
        yield f"{name} as an entry", kind([entry, *items[1:]]), None
    if isinstance(value, pd.Series):
        yield "duplicated index", value.set_axis([value.index[0]] * len(value)), None
        yield "no labels", value.to_numpy(), None
        yield "gap", _with(value, None), None


def _mappings(value: Mapping[Any, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in list(value)[:2]:
        yield f"without {key}", {k: v for k, v in value.items() if k != key}, key
        for name, entry in ENTRIES.items():
            yield f"{name} at {key}", {**value, key: entry}, key
    yield "strange key", {**value, "no such thing": next(iter(value.values()))}, "no such thing"
    yield "list", list(value.values()), None


def is_array(value: Any) -> bool:
    """Tell whether a value can be an array that holds something; a pair of unlike things cannot."""
    try:
        return bool(np.ndim(value)) and len(value) > 0
    except ValueError:
        return False


def hostile(value: Any) -> Iterator[tuple[str, Any, Any]]:
    """Give hostile stand-ins for a valid value: a name, the stand-in, the label it concerns."""
    for name, bad in ANY.items():
        yield name, bad, None
    if isinstance(value, pd.DataFrame):
        yield from _frames(value)
    elif isinstance(value, Mapping) and value:
        yield from _mappings(value)
    elif isinstance(value, list | tuple | np.ndarray | pd.Series) and is_array(value):
        yield from _lists(value)


# What may come out.

#: Where NaN or an infinity is the answer, as the docstring says: what a group without customers, an
#: unanswered question, or a case that did not occur leaves unknown, and a bound that is not there.
MARKED = {
    "btyd.score": r"customer",  # a column that is not read is handed on
    "clv.steady_state": r"share",  # depends on the start, and there is none
    "credit.CutOffs.at": r"^$",  # at a score that nobody has
    "credit.calibration": r"slope",
    "credit.credit_limits": r"candidates",
    "credit.credit_rating": r"answers|groups|points|table",
    "credit.dso": r"simple|count_back",
    "credit.early_warning": r"precision|hit_rate|lead|lift",
    "credit.estimate_stages": r"share|fee",
    "credit.fairness": r"bad_approved",
    "credit.hold_or_release": r"limit",
    "credit.receivables_history": r"simple|count_back|best_possible|delinquent",
    "crm.evaluate_customers": r"profit|influence|loyalty|potential|satisfaction",  # as given
    "crm.mask": r"^$",  # a missing text stays missing
    "grading.abc": r"smallest",
    "grading.grade_customers": r"lowest|mean",
    "grading.monthly_features": r"trend",
    "grading.monthly_segments": r"trend",
    "grading.pyramid": r"mean_profit",
    "crm.Redesign.effects": r"time|gain",  # of a line that grows without end
    "index.PathModel.index_by": r"draws|low|high",  # a small group is in no sample
    "lifecycle.KaplanMeier.survival_at": r"^$",  # beyond the longest time
    "loyalty.behavioural_loyalty": r"_low|_high",
    "loyalty.fit_loyalty_curves": r"high",
    "loyalty.loyalty_pyramid": r"level",
    "loyalty.loyalty_scales": r"scores|alpha|low|high",
    "loyalty.settling_time": r"median",
    "sales.customer_stages": r"customer",  # a lead without a customer
    "sales.lead_funnel": r"naive|closed|survival|overall",
    "satisfaction.keep_ratio": r"ceiling",
    "service.trial_uplift": r"returned|uplift|low|high",
    "value.growth_grid": r"break_even_chance",
}


def not_finite(result: Any, where: str = "", depth: int = 0) -> set[str]:
    """Return the fields and columns of a result that hold NaN or an infinity."""
    found: set[str] = set()
    if isinstance(result, float | np.floating):
        return set() if np.isfinite(result) else {where}
    if depth > 5:
        return found
    if isinstance(result, pd.DataFrame):
        for position, column in enumerate(result.columns):
            found |= not_finite(result.iloc[:, position], f"{where}[{column}]", depth + 1)
    elif isinstance(result, np.ndarray | pd.Series | pd.Index):
        raw = np.asarray(result)
        if raw.dtype.kind == "f" and not np.isfinite(raw).all():
            return {where}
        if raw.dtype == object:
            for item in raw.flat:
                found |= not_finite(item, where, depth + 1)
    elif isinstance(result, Mapping):
        for key, item in result.items():
            found |= not_finite(item, f"{where}[{key}]", depth + 1)
    elif isinstance(result, list | tuple):
        for item in result:
            found |= not_finite(item, where, depth + 1)
    elif dataclasses.is_dataclass(result):
        for field in dataclasses.fields(result):
            item = getattr(result, field.name, None)
            found |= not_finite(item, f"{where}.{field.name}", depth + 1)
    return found


class TooLongError(Exception):
    """A call that does not come back."""


@contextlib.contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Stop what takes longer, in time of the processor."""

    def stop(*_: Any) -> None:
        raise TooLongError(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def named(message: str, words: Iterator[Any] | list[Any]) -> bool:
    """Tell whether a message holds one of the words as a word."""
    return any(re.search(rf"(?<!\w){re.escape(str(w))}(?!\w)", message) for w in words)


#: Stand-ins that are valid alone, but may not go together with the other arguments. A message
#: may then name one of those.
MISFITS = (
    "None", "negative", "10**30", "empty list", "one", "no column", "reversed", "all equal",
    "duplicated", "-1", "without", "strange key", "in another list", "empty dict",
)  # fmt: skip


def words(call: Call, argument: str, what: str, bad: Any, label: Any) -> tuple[list[Any], str]:
    """Return the words of which a message must hold one, and the column that it may name."""
    told = [argument] if label is None else [argument, label]
    word = what == "text" and isinstance(call.bound.arguments.get(argument), str)
    parameter = call.bound.signature.parameters.get(argument)
    default = parameter is not None and bad is parameter.default
    if what.startswith(MISFITS) or word or default:
        told += [name for name in call.bound.signature.parameters if name != "self"]
        for value in call.bound.arguments.values():
            told += [value] if isinstance(value, str) else list(getattr(value, "columns", ()))
    owner = call.bound.arguments.get("self")  # bins know of which feature they are
    told += [getattr(it, "name", argument) for it in (owner, getattr(owner, "bins", owner))]
    defaults = {key: it.default for key, it in call.bound.signature.parameters.items()}
    given = {**defaults, **call.bound.arguments}
    told += [key for key, value in given.items() if isinstance(value, str) and value == label]
    told += [given["name"]] if isinstance(given.get("name"), str) else []
    return told, f"column {('no such thing' if what.startswith('text') else bad)!r}"


def methods_with_arguments(item: Any) -> list[str]:
    """Name the public methods that take something, but for what is asked of a class elsewhere."""
    names = dict.fromkeys(name for base in item.__mro__ for name in vars(base) if name[0] != "_")
    found = [name for name in names if inspect.isfunction(getattr(item, name))]
    takes = [name for name in found if len(inspect.signature(getattr(item, name)).parameters) > 1]
    return [name for name in takes if name not in ("fit", "plot", "get_params", "set_params")]


def _methods() -> list[str]:
    """Every method that takes something, once: under the first class that has it."""
    found: dict[Any, str] = {}
    for room in ROOMS:
        package = importlib.import_module(f"crmlab.{room}")
        for name in package.__all__:
            item = getattr(package, name)
            for method in methods_with_arguments(item) if inspect.isclass(item) else ():
                found.setdefault(getattr(item, method), f"{room}.{name}.{method}")
    return [target for target in found.values() if target not in ENGINES]


#: A statement in SQL is the engine's to judge, with the engine's own errors.
ENGINES = ("crm.Database.run", "crm.Database.query")
METHODS = _methods()


def method_calls(target: str) -> list[Call]:
    """Run the examples of a class and of its method and note the calls that succeed."""
    room, name, method = target.split(".")
    item = getattr(importlib.import_module(f"crmlab.{room}"), name)
    function = getattr(item, method)
    owner = sys.modules[item.__module__]
    calls: list[Call] = []
    with contextlib.ExitStack() as undo:
        patch = undo.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(item, method, _recorder(function, calls))
        undo.enter_context(contextlib.redirect_stdout(io.StringIO()))
        for text, module in (
            (item.__doc__, owner),
            (function.__doc__, sys.modules[function.__module__]),
        ):
            space = dict(vars(module))
            for example in doctest.DocTestParser().get_examples(text or ""):
                with contextlib.suppress(ValueError, TypeError, NameError, KeyError):
                    exec(compile(example.source, target, "single"), space)
    return calls


def outcome(
    target: str, call: Call, changed: dict[str, Any], argument: str, what: str, label: Any
) -> str | None:
    """Call with the changed arguments and say what is wrong with what comes out, if anything."""
    changed = {key: copy.copy(it) if key == "self" else it for key, it in changed.items()}
    bound = inspect.BoundArguments(call.bound.signature, changed)  # type: ignore[arg-type]
    try:
        with warnings.catch_warnings(), patience(10):
            warnings.simplefilter("error")
            result = call.function(*bound.args, **bound.kwargs)
    except (ValueError, TypeError) as error:
        told, column = words(call, argument, what, changed.get(argument), label)
        if named(str(error), told) or column in str(error):
            return None
        lists = not isinstance(call.bound.arguments.get(argument), pd.DataFrame)
        if lists and "must have the column" in str(error):
            return None  # a list of columns was given
        return f"{type(error).__name__} that does not name it: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    new = not_finite(result) - not_finite(call.result)
    marked = MARKED.get(target, "")
    new = {where for where in new if not (marked and re.search(marked, where))}
    return f"NaN or inf in the result at {sorted(new)}" if new else None


def cases(calls: list[Call]) -> Iterator[tuple[Call, str, str, dict[str, Any], Any]]:
    """Give every argument of the calls in turn a hostile value; the quickest call that has it."""
    for function in dict.fromkeys(call.function for call in calls):
        own = sorted(
            (call for call in calls if call.function is function), key=lambda call: call.seconds
        )
        for name, parameter in inspect.signature(function).parameters.items():
            if name == "self":
                continue
            have = [call for call in own if name in call.bound.arguments]
            call = (have or own)[0]
            arguments = call.bound.arguments
            value = arguments.get(name, parameter.default)
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                if parameter.kind is parameter.VAR_KEYWORD:
                    for key, item in (value if name in arguments else {}).items():
                        for what, bad, label in hostile(item):
                            changed = {**arguments, name: {**value, key: bad}}
                            yield call, key, what, changed, label
                elif have and value:
                    for what, bad, label in hostile(value[0]):
                        yield call, name, what, {**arguments, name: (bad, *value[1:])}, label
                continue
            for what, bad, label in hostile(value):
                yield call, name, what, ordered(function, {**arguments, name: bad}), label


def ordered(function: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments in the order of the signature, as a call by position needs them."""
    parameters = inspect.signature(function).parameters
    return {name: arguments[name] for name in parameters if name in arguments}


#: A call of these takes a twentieth of a second or more: they read logs of any data frame library,
#: fit or simulate. Many share their readers, so each takes another part of the hostile values.
SLOW = [
    "btyd.rfm_summary", "btyd.holdout_summary", "btyd.log_value", "btyd.merge_counts", "btyd.score",
    "credit.account_status", "credit.ageing", "credit.dso", "credit.limit_book",
    "credit.match_payments", "credit.overdue_list", "credit.receivables_history",
    "credit.roll_rates", "credit.leave_out", "sales.backtest", "sales.estimate_pipeline",
    "sales.sales_forecast", "clv.switching_tests", "clv.break_even", "grading.cluster_customers",
    "grading.cluster_stability", "service.complaint_outcomes", "crm.customer_view",
    "credit.Scorecard", "credit.characteristic_stability", "grading.GradeNet", "btyd.holdout",
    "btyd.residual_value", "credit.Scorecard.cross_validate", "credit.Scorecard.reasons",
    "sales.lead_values", "sales.rep_accounts", "value.lever_returns",
]  # fmt: skip
PART = 6


def faults(target: str, everything: bool = False) -> list[str]:
    """Return what goes wrong with hostile input to one function or class."""
    calls = method_calls(target) if target.count(".") == 2 else valid_calls(target)
    assert calls, f"{target} has no valid call: give its docstring an example"
    found = []
    chosen = cases(calls)
    if target in SLOW and not everything:
        chosen = islice(chosen, SLOW.index(target) % PART, None, PART)
    for call, argument, what, changed, label in chosen:
        wrong = outcome(target, call, changed, argument, what, label)
        if wrong is not None:
            found.append(f"{target}({argument}={what}): {wrong}")
    return found


@pytest.mark.parametrize("target", [*TARGETS, *METHODS])
def test_hostile_input_is_refused_with_the_name_of_the_argument(target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = faults(target)
    assert not found, "\n".join(found)
