"""The plain form of values, and the comparison that every check rests on."""

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmlab.course._values import Options, difference, is_plain, plain, show

NAN = float("nan")
TABLE = pd.DataFrame({"seg": ["A", "B"], "clv": [219.487, 80.0]})


def compare(got, expected, **options):
    """Compare as it happens in a course: both values have been through JSON."""
    got, expected = (json.loads(json.dumps(plain(value))) for value in (got, expected))
    return difference(got, expected, Options(**options))


EQUAL = {
    "int and float": (3, 3.0),
    "rounding noise": (0.1 + 0.2, 0.3),
    "zero and noise": (1e-17, 0),
    "numpy scalar": (np.float64(2.5), 2.5),
    "numpy int": (np.int64(2), 2),
    "0-d array": (np.array(2.5), 2.5),
    "numpy bool": (np.bool_(True), True),
    "decimal": (Decimal("2.5"), 2.5),
    "fraction": (Fraction(5, 2), 2.5),
    "nan": (NAN, NAN),
    "missing": (pd.NA, NAN),
    "no time": (pd.NaT, NAN),
    "infinity": (float("inf"), np.inf),
    "none": (None, None),
    "text": (np.str_("mail"), "mail"),
    "tuple and list": ((1, 2), [1, 2]),
    "range": (range(3), [0, 1, 2]),
    "array and list": (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    "Series and list": (pd.Series([1.0, 2.0], index=["x", "y"]), [1, 2]),
    "Series within a list": ([pd.Series([1, 2]), [3, 4]], [[1, 2], [3, 4]]),
    "Series, other index": (pd.Series([1, 2], index=[5, 6]), pd.Series([1, 2])),
    "Index": (pd.Index(["a", "b"]), ["a", "b"]),
    "categories": (pd.Series(["a", "b"], dtype="category"), ["a", "b"]),
    "dict order": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "dict key types": ({1.0: "x"}, {1: "x"}),
    "set": ({3, 1, 2}, frozenset([1, 2, 3])),
    "empty list": ([], ()),
    "table": (TABLE, TABLE.copy()),
    "table, columns turned": (TABLE[["clv", "seg"]], TABLE),
    "table, other index": (TABLE.set_axis([7, 8]), TABLE),
    "table, None and nan": (pd.DataFrame({"x": ["a", None]}), pd.DataFrame({"x": ["a", NAN]})),
    "nullable integers": (pd.Series([1, None], dtype="Int64"), pd.Series([1.0, NAN])),
    "date and midnight": (dt.date(2026, 3, 1), pd.Timestamp("2026-03-01")),
    "numpy date": (np.datetime64("2026-03-01", "ns"), dt.date(2026, 3, 1)),
    "dates": (np.array(["2026-03-01"], "datetime64[D]"), [dt.date(2026, 3, 1)]),
    "date column": (
        pd.DataFrame({"d": pd.to_datetime(["2026-03-01"])}),
        pd.DataFrame({"d": [dt.date(2026, 3, 1)]}),
    ),
    "zoned dates": (pd.date_range("2026-03-01", periods=2, tz="UTC"),) * 2,
    "period": (pd.Period("2026-03", "M"), "2026-03"),
    "length of time": (pd.Timedelta(hours=1), dt.timedelta(minutes=60)),
    "lengths of time": (np.array([3600], "timedelta64[s]"), [dt.timedelta(hours=1)]),
    "nested": ({"a": [1, (2, {"b": NAN})]}, {"a": [1, [2, {"b": NAN}]]}),
}


@pytest.mark.parametrize("pair", EQUAL.values(), ids=EQUAL.keys())
def test_equal(pair):
    assert compare(*pair) is None
    assert compare(*pair[::-1]) is None


# What differs, and the very words that a student reads after the expression.
DIFFERENT = {
    "number": (72.727272, 100, "gave 72.7273."),
    "large number": (12345678.9, 1, "gave 12345678.9."),
    "nan for number": (NAN, 1, "gave nan."),
    "number for nan": (1, NAN, "gave 1."),
    "infinite": (float("inf"), 1, "gave inf."),
    "other sign of infinity": (float("-inf"), float("inf"), "gave -inf."),
    "True is not 1": (True, 1, "gave True, which is a bool; a number is expected."),
    "1 is not True": (1, True, "gave 1, which is a number; a bool is expected."),
    "bool": (False, True, "gave False."),
    "text for number": ("7.5", 7.5, "gave '7.5', which is a text; a number is expected."),
    "None for number": (None, 7.5, "gave None; a number is expected."),
    "number for None": (7.5, None, "gave 7.5, which is a number; None is expected."),
    "text": ("Mail", "mail", "gave 'Mail'."),
    "list for number": ([5.0], 5.0, "gave [5], which is a list; a number is expected."),
    "item": ([1, 2, 4], [1, 2, 3], "item 2: 4, expected 3."),
    "nested item": ([[1, 2], [3, 5]], [[1, 2], [3, 4]], "item 1, item 1: 5, expected 4."),
    "kind of an item": ([1, "2"], [1, 2], "item 1: '2', expected 2."),
    "close item": (
        [1.00001234],
        [1.0],
        "item 0: 1.00001, expected 1.",
    ),
    "item equal when shown short": (
        [1.0000011],
        [1.0],
        "item 0: 1.0000011, expected 1.",
    ),
    "length": ([1, 2], [1, 2, 3], "gave a wrong number of items: 2, expected 3."),
    "length within": ([[1], [2, 3]], [[1], [2]], "has the shape (2,), expected (2, 1)."),
    "ragged": ([[1], [2, 3]], [[1, 2], [3]], "item 0: [1], expected [1, 2]."),
    "shape": (np.ones((2, 3)), np.ones((3, 2)), "has the shape (2, 3), expected (3, 2)."),
    "dict for list": ({}, [], "gave {}, which is a dict; a list is expected."),
    "missing key": ({"a": 1}, {"a": 1, "b": 2}, "has no key 'b'."),
    "extra key": ({"a": 1, "b": 2}, {"a": 1}, "has the key 'b', which is not asked for."),
    "value of a key": ({"a": 1}, {"a": 2}, "['a']: 1, expected 2."),
    "value deep in a dict": (
        {"a": [{"b": 1}]},
        {"a": [{"b": 2}]},
        "['a'], item 0 ['b']: 1, expected 2.",
    ),
    "True key": ({True: 1}, {1: 1}, "has no key 1."),
    "set lacks": ({1, 2}, {1, 2, 3}, "lacks 3."),
    "set has more": ({1, 2, 9}, {1, 2}, "has 9, which is not asked for."),
    "day": (dt.date(2026, 3, 2), dt.date(2026, 3, 1), "gave 2026-03-02."),
    "text for date": (
        "2026-03-01",
        dt.date(2026, 3, 1),
        "gave '2026-03-01', which is a text; a date is expected.",
    ),
    "length of time": (dt.timedelta(hours=2), dt.timedelta(hours=1), "gave 2:00:00."),
    "function": (
        print,
        1,
        "gave an object of type builtin_function_or_method; a number is expected.",
    ),
    "class": (int, 1, "gave an object of type type; a number is expected."),
    "Series item": (pd.Series([1, 2]), pd.Series([1, 3]), "item 1: 2, expected 3."),
    "Series for table": (
        TABLE["clv"],
        TABLE,
        "gave a Series of 2 values; a DataFrame is expected.",
    ),
    "table for number": (
        TABLE,
        1,
        "gave a DataFrame of 2 rows and 2 columns; a number is expected.",
    ),
    "missing column": (TABLE[["seg"]], TABLE, "has no column 'clv'. Its columns: 'seg'."),
    "extra column": (TABLE.assign(x=1), TABLE, "has the column 'x', which is not asked for."),
    "column twice": (
        TABLE[["seg", "clv", "clv"]],
        TABLE,
        "has the column 'clv', which is not asked for.",
    ),
    "rows": (TABLE.head(1), TABLE, "has a wrong number of rows: 1, expected 2."),
    "cell": (TABLE.assign(clv=[119.72, 80]), TABLE, "row 0, column clv: 119.72, expected 219.487."),
    "cell of another kind": (
        TABLE.assign(clv=["219", "80"]),
        TABLE,
        "row 0, column clv: '219', expected 219.487.",
    ),
    "missing cell": (
        TABLE.assign(clv=[NAN, 80]),
        TABLE,
        "row 0, column clv: nan, expected 219.487.",
    ),
    "table in a dict": (
        {"t": TABLE.head(1)},
        {"t": TABLE},
        "['t'] has a wrong number of rows: 1, expected 2.",
    ),
}


@pytest.mark.parametrize(("got", "expected", "words"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_different(got, expected, words):
    assert compare(got, expected) == words


def test_the_index_counts_when_asked():
    assert compare(TABLE.set_axis([0, 5]), TABLE, index=True) == (
        "row 1 has the label 5, expected 1."
    )
    by_name = TABLE.set_index("seg")
    assert compare(by_name, by_name.copy(), index=True) is None
    wrong = by_name.assign(clv=[1.0, 80])
    assert compare(wrong, by_name, index=True) == "row 'A', column clv: 1, expected 219.487."
    one, other = pd.Series([1, 2], index=["x", "y"]), pd.Series([1, 2], index=["x", "z"])
    assert compare(one, one, index=True) is None
    assert compare(one, other, index=True) == "row 1 has the label 'y', expected 'z'."
    assert compare(one.head(1), one, index=True) == "has a wrong number of rows: 1, expected 2."
    assert compare(one + 1, one, index=True) == "row 'x': 2, expected 1."
    assert compare([1, 2], one, index=True) == (
        "gave [1, 2], which is a list; a Series is expected."
    )


def test_the_order_of_columns_counts_when_asked():
    found = compare(TABLE[["clv", "seg"]], TABLE, column_order=True)
    assert found == "has its columns in another order. Expected: 'seg', 'clv'."
    assert compare(TABLE, TABLE, column_order=True) is None


def test_tolerance_is_relative():
    assert compare(1000.9, 1000, tolerance=0.001) is None
    assert compare(1001.1, 1000, tolerance=0.001) == "gave 1001.1."
    assert compare(1 + 1e-5, 1) == "gave 1.00001."
    assert compare(1 + 1e-5, 1, tolerance=1e-4) is None


def test_what_cannot_be_told_as_json():
    endless = []
    endless.append(endless)
    with pytest.raises(ValueError, match="nested too deeply"):
        plain(endless)
    assert plain(10**400) == {"object": "int"}
    assert plain(1 + 2j) == {"object": "complex"}


@pytest.mark.parametrize("pair", EQUAL.values(), ids=EQUAL.keys())
def test_what_plain_makes_is_plain(pair):
    for value in pair:
        assert is_plain(json.loads(json.dumps(plain(value))))


NOT_PLAIN = [
    *({}, {"surprise": 1}, {"float": "1.5"}, {"float": "nan", "more": 1}, {"object": "a\nb"}),
    *({"dict": 5}, {"dict": [[1, 2, 3]]}, {"dict": [1]}, {"dict": [[1, {}]]}, {"set": 1}),
    *({"series": [1], "index": []}, {"index": [], "series": []}, {"series": 1, "index": 1}),
    *({"columns": ["a"], "values": [[1]], "index": []}, {"columns": [], "values": [[]]}),
    *({"columns": ["a"], "values": [1], "index": [1]}, {"date": "tomorrow"}, {"seconds": 1e300}),
    *(10**400, NAN, float("inf"), [1, {}], json.loads("[" * 99 + "]" * 99)),
]


@pytest.mark.parametrize("value", NOT_PLAIN, ids=lambda value: str(value)[:40])
def test_what_nobody_made_with_plain_is_known(value):
    assert not is_plain(value)


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(10**18), 10**18)
anything = st.recursive(
    numbers | st.none() | st.booleans() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["float", "dict", "set", "series", "index", "columns", "values"])
            | st.sampled_from(["date", "seconds", "object"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(anything, st.sampled_from(list(EQUAL.values())))
def test_whatever_is_plain_can_be_compared(got, pair):
    assume(is_plain(got))
    expected = json.loads(json.dumps(plain(pair[0])))
    for options in (Options(), Options(index=True, column_order=True)):
        assert isinstance(difference(got, expected, options), str | None)


def test_show_is_short():
    assert show(plain("x" * 500))[-3:] == "x…'"
    assert show(plain({n: n for n in range(50)})) == "{0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, …}"
    assert show(plain(set())) == "set()"
    assert show(plain({1, 2})) == "{1, 2}"
    assert show(plain(TABLE["clv"])) == "a Series of 2 values"


leaves = numbers | st.none() | st.booleans() | st.text(max_size=8) | st.dates()
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=4) | st.integers(0, 9), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_any_value_equals_itself(value):
    assert is_plain(json.loads(json.dumps(plain(value))))
    assert compare(value, value) is None


@given(st.lists(numbers, min_size=1, max_size=6))
def test_any_column_equals_itself_as_list_array_series_and_table(column):
    floats = [float(item) for item in column]
    assert compare(np.array(floats), floats) is None
    assert compare(pd.Series(floats), np.array(floats)) is None
    frame = pd.DataFrame({"x": floats})
    assert compare(frame, frame.sample(frac=1, random_state=0).sort_index()) is None


@given(values, st.floats(-1e12, 1e12), st.floats(1e-4, 10), st.sampled_from([-1, 1]))
def test_a_moved_number_is_found_wherever_it_stands(beside, number, step, sign):
    moved = number + sign * (abs(number) * step + step)
    for wrap in (
        lambda x: x,
        lambda x: [beside, x],
        lambda x: {"a": beside, "b": x},
        lambda x: {"a": [{"b": (x, 1)}]},
        lambda x: pd.DataFrame({"a": ["text"], "b": [x]}),
        lambda x: pd.Series([0.0, x]),
    ):
        assert compare(wrap(moved), wrap(number)) is not None


@given(values, values)
def test_different_kinds_never_pass(one, other):
    assume(type(one) is not type(other))
    assume(not (isinstance(one, list | tuple) and isinstance(other, list | tuple)))
    assume(not (isinstance(one, int | float) and isinstance(other, int | float)))
    assert compare(one, other) is not None


@given(numbers)
def test_bool_never_passes_for_a_number(value):
    assert compare(bool(value), value) is not None
