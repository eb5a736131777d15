"""Values in a plain form, and the first difference between two of them.

A plain value is JSON: it can be stored beside a notebook, and sent out of a kernel that is
not trusted. numpy and pandas are never imported here. Their values are known by what they
offer, so this runs wherever a student's notebook runs.

==============================  ==========================================================
value                           plain form
==============================  ==========================================================
None, True, 3, 2.5, "text"      itself
nan, inf, NaT, NA               ``{"float": "nan"}``, ``{"float": "inf"}``
list, tuple, range, array       ``[…]``
dict                            ``{"dict": [[key, value], …]}``
set, frozenset                  ``{"set": […]}``
Series, Index                   ``{"series": […], "index": […]}``
DataFrame                       ``{"columns": […], "values": [[…], …], "index": […]}``
date, datetime, Timestamp       ``{"date": "2026-03-01T00:00:00"}``
timedelta                       ``{"seconds": 3600.0}``
anything else                   ``{"object": "function"}``
==============================  ==========================================================
"""

import datetime as dt
import decimal
import json
import math
import numbers
import re
import sys
from dataclasses import dataclass
from typing import Any

from crmlab._text import _

Plain = Any  # what `plain` returns: None, bool, int, float, str, list or a one-kind dict

_DEEPEST = 20  # levels of nesting; a list that contains itself ends here


@dataclass(frozen=True)
class Options:
    """How strictly two values are compared."""

    tolerance: float = 1e-6  # relative
    index: bool = False  # compare the row labels of a table or Series as well
    column_order: bool = False


def plain(value: Any, depth: int = 0) -> Plain:
    """Return `value` in its plain form.

    >>> plain((1, 2.5, "mail", {"A", "B"}))
    [1, 2.5, 'mail', {'set': ['A', 'B']}]
    >>> plain(float("nan")), plain(print)
    ({'float': 'nan'}, {'object': 'builtin_function_or_method'})
    """
    if depth > _DEEPEST:
        raise ValueError(_("the value is nested too deeply"))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, numbers.Real | decimal.Decimal):
        return _plain_number(value)
    if isinstance(value, dt.date | dt.timedelta) or type(value).__name__ in _NAMED:
        return _plain_time(value)
    if isinstance(value, dict):
        return {"dict": [[plain(k, depth + 1), plain(v, depth + 1)] for k, v in value.items()]}
    if isinstance(value, set | frozenset):
        return {"set": sorted((plain(item, depth + 1) for item in value), key=_key)}
    if isinstance(value, list | tuple | range):
        return [plain(item, depth + 1) for item in value]
    return _plain_table(value, depth)


def _plain_number(value: Any) -> Plain:
    whole = isinstance(value, numbers.Integral)
    try:
        number = float(value)
    except OverflowError:
        return {"object": "int"}
    if not math.isfinite(number):
        return {"float": str(number)}
    return int(value) if whole else number


_NAMED = {"NaTType", "NAType", "Period", "Interval"}  # pandas' own, known by name


def _plain_time(value: Any) -> Plain:
    name = type(value).__name__
    if name in ("NaTType", "NAType"):
        return {"float": "nan"}
    if name in ("Period", "Interval"):
        return str(value)
    if isinstance(value, dt.timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, dt.datetime):
        return {"date": value.isoformat()}
    return {"date": f"{value.isoformat()}T00:00:00"}


def _plain_table(value: Any, depth: int) -> Plain:
    """Return the plain form of a DataFrame, Series, Index, array or array scalar."""
    if isinstance(value, type):
        return {"object": "type"}
    if hasattr(value, "iloc") and hasattr(value, "columns"):
        return {
            "columns": plain(_listed(value.columns), depth + 1),
            "values": [_cells(value.iloc[:, i], depth) for i in range(len(value.columns))],
            "index": plain(_listed(value.index), depth + 1),
        }
    if hasattr(value, "iloc") and hasattr(value, "index"):
        return {"series": _cells(value, depth), "index": plain(_listed(value.index), depth + 1)}
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return plain(_listed(value), depth + 1)
    return {"object": type(value).__name__}


def _listed(values: Any) -> Any:
    """Return an array-like as Python objects; numpy gives whole numbers for dates unless told."""
    kind = getattr(values.dtype, "kind", "")
    if kind in "mM" and not hasattr(values, "array"):  # pandas' Index lists its dates itself
        values = values.astype("datetime64[us]" if kind == "M" else "timedelta64[us]")
    return values.tolist()


def _cells(column: Any, depth: int) -> list[Plain]:
    """Return a column's cells, with nan for None: pandas 2 and 3 differ in how text is missing."""
    cells = plain(column.tolist(), depth + 1)
    return [{"float": "nan"} if cell is None else cell for cell in cells]


def is_plain(value: Any, depth: int = 0) -> bool:
    """Tell whether a value read from JSON has a plain form, whoever wrote it.

    >>> is_plain([1, {"set": ["a"]}]), is_plain({"set": 1}), is_plain(float("nan"))
    (True, False, False)
    """
    if depth > _DEEPEST + 1:
        return False
    if isinstance(value, list):
        return all(is_plain(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return _is_tagged(value, depth)
    if isinstance(value, int | float):
        return abs(value) <= sys.float_info.max
    return value is None or isinstance(value, str)


def _is_tagged(value: dict[str, Any], depth: int) -> bool:
    match value:
        case {"float": word, **rest}:
            return not rest and word in ("nan", "inf", "-inf")
        case {"date": str(word), **rest}:
            return not rest and bool(re.fullmatch(r"[-+0-9T:.]{10,40}", word))
        case {"seconds": float(number) | int(number), **rest}:
            return not rest and abs(number) < 8e13  # the longest timedelta
        case {"object": str(name), **rest}:
            return not rest and name.isprintable() and len(name) <= 200
        case {"dict": list(pairs), **rest}:
            paired = all(isinstance(pair, list) and len(pair) == 2 for pair in pairs)
            return not rest and paired and all(is_plain(pair, depth) for pair in pairs)
        case {"set": list(items), **rest}:
            return not rest and is_plain(items, depth)
        case {"series": list(cells), "index": list(index), **rest}:
            fits = list(value) == ["series", "index"] and len(cells) == len(index)
            return not rest and fits and is_plain([cells, index], depth)
        case {"columns": list(columns), "values": list(values), "index": list(index), **rest}:
            fits = list(value) == ["columns", "values", "index"] and len(columns) == len(values)
            full = all(isinstance(cells, list) and len(cells) == len(index) for cells in values)
            return not rest and fits and full and is_plain([columns, *values, index], depth)
    return False


def _key(value: Plain) -> str:
    """Return a text that is equal for equal keys, 1 and 1.0 among them, but not 1 and True."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)


def kind(value: Plain) -> str:
    """Name the kind of a plain value for the reader.

    >>> kind(3), kind([1]), kind({"object": "function"})
    ('a number', 'a list', 'an object of type function')
    """
    if isinstance(value, dict):
        tag = next(iter(value))
        names = {
            "float": _("a number"),
            "dict": _("a dict"),
            "set": _("a set"),
            "series": _("a Series"),
            "columns": _("a DataFrame"),
            "date": _("a date"),
            "seconds": _("a length of time"),
        }
        return names.get(tag) or _("an object of type {name}").format(name=value["object"])
    if value is None:
        return "None"
    if isinstance(value, bool):
        return _("a bool")
    if isinstance(value, str):
        return _("a text")
    return _("a list") if isinstance(value, list) else _("a number")


def show(value: Plain, digits: int = 6) -> str:
    """Return a plain value as a short text.

    >>> show(72.727272727), show(1234567.891), show(["mail", None, True]), show(list(range(99)))
    ('72.7273', '1234567.9', "['mail', None, True]", '[0, 1, 2, 3, 4, 5, …]')
    """
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "…'"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if digits <= 6 and 1e6 <= abs(value) < 1e15:
            return f"{value:.1f}"
        return f"{value:.{digits}g}"
    if isinstance(value, list):
        return f"[{_some(value, digits)}]"
    return _show_tagged(value, digits)


def _show_tagged(value: dict[str, Any], digits: int) -> str:
    if "float" in value:
        return str(value["float"])
    if "date" in value:
        return str(value["date"].removesuffix("T00:00:00"))
    if "seconds" in value:
        return str(dt.timedelta(seconds=value["seconds"]))
    if "dict" in value:
        pairs = [f"{show(k)}: {show(v, digits)}" for k, v in value["dict"][:6]]
        return "{" + ", ".join(pairs) + (", …" if len(value["dict"]) > 6 else "") + "}"
    if "set" in value:
        return "{" + _some(value["set"], digits) + "}" if value["set"] else "set()"
    if "series" in value:
        return _("a Series of {n} values").format(n=len(value["series"]))
    if "columns" in value:
        return _("a DataFrame of {rows} rows and {columns} columns").format(
            rows=len(value["index"]), columns=len(value["columns"])
        )
    return kind(value)


def _some(values: list[Plain], digits: int) -> str:
    return ", ".join(show(v, digits) for v in values[:6]) + (", …" if len(values) > 6 else "")


def difference(got: Plain, expected: Plain, options: Options | None = None) -> str | None:
    """Return the first difference between two plain values as a sentence, or None if equal.

    Numbers are equal within a relative tolerance, but True is not 1. Lists, tuples and
    arrays are one kind, and so is a Series as long as its index is not asked for. The
    order of a dict, of a set and, unless asked, of a table's columns does not count.

    >>> difference(72.7272727, 100)
    'gave 72.7273.'
    >>> difference([1, 2, 4], [1, 2, 3])
    'item 2: 4, expected 3.'
    >>> difference(0.1 + 0.2, 0.3) is None
    True
    """
    return _compare(got, expected, options or Options(), "")


def _compare(got: Plain, want: Plain, options: Options, where: str) -> str | None:
    if not options.index and _is_sequence(got) and _is_sequence(want):
        got, want = _unlabelled(got), _unlabelled(want)
    if kind(got) != kind(want):
        return _wrong_kind(got, want, where)
    if isinstance(want, list):
        return _compare_lists(got, want, options, where)
    if isinstance(want, dict):
        compare = _TAGGED.get(next(iter(want)))
        if compare:
            found = compare(got, want, options)
            return f"{where} {found}" if found and where else found
    return None if _same(got, want, options.tolerance) else _wrong_value(got, want, where)


def _is_sequence(value: Plain) -> bool:
    return isinstance(value, list) or (isinstance(value, dict) and "series" in value)


def _unlabelled(value: Plain) -> Plain:
    return value["series"] if isinstance(value, dict) else value


def _same(got: Plain, want: Plain, tolerance: float) -> bool:
    if got == want:
        return True
    if not isinstance(got, int | float) or not isinstance(want, int | float):
        return False
    return math.isclose(got, want, rel_tol=tolerance, abs_tol=1e-9)


def _wrong_value(got: Plain, want: Plain, where: str) -> str:
    if not where:
        return _("gave {got}.").format(got=show(got))
    digits = 6 if show(got) != show(want) else 15
    return _("{where}: {got}, expected {want}.").format(
        where=where, got=show(got, digits), want=show(want, digits)
    )


def _wrong_kind(got: Plain, want: Plain, where: str) -> str:
    if where:
        return _("{where}: {got}, expected {want}.").format(
            where=where, got=show(got), want=show(want)
        )
    if show(got).startswith(kind(got)):
        return _("gave {got}; {wanted} is expected.").format(got=show(got), wanted=kind(want))
    return _("gave {got}, which is {kind}; {wanted} is expected.").format(
        got=show(got), kind=kind(got), wanted=kind(want)
    )


def _shape(value: Plain) -> tuple[int, ...]:
    """Return the shape of a nested list as numpy counts it; ragged levels are left out."""
    value = _unlabelled(value) if _is_sequence(value) else value
    if not isinstance(value, list):
        return ()
    inner = {_shape(item) for item in value}
    return (len(value), *inner.pop()) if len(inner) == 1 else (len(value),)


def _compare_lists(got: list, want: list, options: Options, where: str) -> str | None:
    if not where and _shape(got) != _shape(want):
        if len(_shape(got)) == len(_shape(want)) == 1:
            return _("gave a wrong number of items: {got}, expected {want}.").format(
                got=len(got), want=len(want)
            )
        return _("has the shape {got}, expected {want}.").format(got=_shape(got), want=_shape(want))
    if len(got) != len(want):
        return _wrong_value(got, want, where)
    for n, (one, other) in enumerate(zip(got, want, strict=True)):
        inner = _("item {n}").format(n=n)
        found = _compare(one, other, options, f"{where}, {inner}" if where else inner)
        if found:
            return found
    return None


def _compare_dicts(got: dict, want: dict, options: Options) -> str | None:
    have = {_key(k): v for k, v in got["dict"]}
    asked = {_key(k): (k, v) for k, v in want["dict"]}
    for key, (name, value) in asked.items():
        if key not in have:
            return _("has no key {name}.").format(name=show(name))
        found = _compare(have[key], value, options, f"[{show(name)}]")
        if found:
            return found
    extra = [k for k, _value in got["dict"] if _key(k) not in asked]
    if extra:
        return _("has the key {name}, which is not asked for.").format(name=show(extra[0]))
    return None


def _compare_sets(got: dict, want: dict, options: Options) -> str | None:
    def absent(items: list, others: list) -> list:
        return [
            item for item in items if not any(_same(item, o, options.tolerance) for o in others)
        ]

    missing, extra = absent(want["set"], got["set"]), absent(got["set"], want["set"])
    if missing:
        return _("lacks {item}.").format(item=show(missing[0]))
    if extra:
        return _("has {item}, which is not asked for.").format(item=show(extra[0]))
    return None


def _compare_series(got: dict, want: dict, options: Options) -> str | None:
    """Compare two Series whose index counts."""
    if len(got["series"]) != len(want["series"]):
        return _("has a wrong number of rows: {got}, expected {want}.").format(
            got=len(got["series"]), want=len(want["series"])
        )
    return _labels(got["index"], want["index"], options) or _column(
        got["series"], want, "", options
    )


def _compare_frames(got: dict, want: dict, options: Options) -> str | None:
    have, asked = ([_key(c) for c in frame["columns"]] for frame in (got, want))
    listed = ", ".join(show(c) for c in got["columns"]) or _("none")
    for column, key in zip(want["columns"], asked, strict=True):
        if key not in have:
            return _("has no column {name}. Its columns: {have}.").format(
                name=show(column), have=listed
            )
    for column, key in zip(got["columns"], have, strict=True):
        if key not in asked or have.count(key) > asked.count(key):
            return _("has the column {name}, which is not asked for.").format(name=show(column))
    if options.column_order and have != asked:
        return _("has its columns in another order. Expected: {want}.").format(
            want=", ".join(show(c) for c in want["columns"])
        )
    if len(got["index"]) != len(want["index"]):
        return _("has a wrong number of rows: {got}, expected {want}.").format(
            got=len(got["index"]), want=len(want["index"])
        )
    found = _labels(got["index"], want["index"], options) if options.index else None
    for column, key, cells in zip(want["columns"], asked, want["values"], strict=True):
        if found:
            return found
        name = column if isinstance(column, str) else show(column)
        mine = got["values"][have.index(key)]
        found = _column(mine, {"series": cells, "index": want["index"]}, name, options)
    return found


def _labels(got: list, want: list, options: Options) -> str | None:
    for n, (one, other) in enumerate(zip(got, want, strict=True)):
        if _compare(one, other, options, " "):
            return _("row {n} has the label {got}, expected {want}.").format(
                n=n, got=show(one), want=show(other)
            )
    return None


def _column(got: list, want: dict, name: str, options: Options) -> str | None:
    for n, (one, other) in enumerate(zip(got, want["series"], strict=True)):
        row = show(want["index"][n]) if options.index else n
        where = _("row {row}, column {name}") if name else _("row {row}")
        found = _compare(one, other, options, where.format(row=row, name=name))
        if found:
            return found
    return None


_TAGGED = {
    "dict": _compare_dicts,
    "set": _compare_sets,
    "series": _compare_series,
    "columns": _compare_frames,
}
