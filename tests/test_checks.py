"""The ground floor: input checks, the shared statistics, gettext, and the bridge to pictures."""

import struct
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import _checks, _text, plots
from crmlab._result import Drawable
from crmlab._statistics import wilson

NAN, INF = float("nan"), float("inf")

# Numbers and arrays.


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (3, ()),
        (2.5, ()),
        (np.float32(0.5), ()),
        (np.array(4), ()),
        (Decimal("1.5"), ()),
        (Fraction(1, 2), ()),
        ([1, 2], (2,)),
        ((1, 2.5), (2,)),
        (range(3), (3,)),
        ([[1, 2], [3, 4]], (2, 2)),
        (pd.Series([1, 2], index=[7, 9]), (2,)),
        (pd.Series([1, 2], dtype="Int64"), (2,)),
        (pd.Series([0.5, 1], dtype="Float64"), (2,)),
        (pd.Series([1, 2.5], dtype=object), (2,)),
        (pd.DataFrame({"a": [1, 2], "b": [0.5, 1]}), (2, 2)),
        ([Decimal("1.5"), 2], (2,)),
    ],
)
def test_numbers_of_every_kind_become_floats(value, shape):
    array = _checks.array(value, "x")
    assert array.dtype == float
    assert array.shape == shape
    np.testing.assert_allclose(array, np.asarray(value).astype(float))


def test_the_array_is_a_copy():
    given_array = np.array([1.0, 2.0])
    _checks.array(given_array, "x")[0] = 99
    assert given_array[0] == 1


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("text", TypeError),
        (["1", "2"], TypeError),
        (True, TypeError),
        ([True, False], TypeError),
        (np.array([np.True_, 1.5], dtype=object), TypeError),
        (1j, TypeError),
        (pd.NA, TypeError),
        ({}, TypeError),
        (pd.Series(["a"]), TypeError),
        (pd.Timestamp(2024, 1, 1), TypeError),
        (pd.Series(pd.to_datetime(["2024-01-01"])), TypeError),
        ([[1], [1, 2]], ValueError),
        (10**400, ValueError),
    ],
)
def test_what_is_no_number_is_refused(value, error):
    with pytest.raises(error, match=r"^x must be a number or an array of numbers.*; got "):
        _checks.array(value, "x")


@pytest.mark.parametrize("value", [None, NAN, INF, -INF, [1, NAN], [None], pd.Series([1, None])])
def test_missing_and_infinite_numbers_are_refused(value):
    with pytest.raises(ValueError, match=r"^x must be finite; got -?(nan|inf)"):
        _checks.array(value, "x")


def test_a_gap_in_a_nullable_column_is_refused():
    # NumPy gets a NaN from newer pandas and an NA, which is no number, from older.
    with pytest.raises((ValueError, TypeError), match=r"^x must be .*; got "):
        _checks.array(pd.Series([1, None], dtype="Int64"), "x")


@pytest.mark.parametrize("value", [[], (), pd.Series(dtype=float), np.empty((0, 3))])
def test_an_empty_array_is_refused_unless_it_is_allowed(value):
    with pytest.raises(ValueError, match=r"^x must not be empty; got"):
        _checks.array(value, "x")
    assert _checks.array(value, "x", allow_empty=True).size == 0


@pytest.mark.parametrize(
    ("low", "high", "options", "bad", "allowed"),
    [
        (0, 1, {}, [-0.1, 1.1], "between 0 and 1"),
        (0, INF, {}, [-1], "at least 0"),
        (-INF, 5, {}, [6], "at most 5"),
        (-INF, 5, {"open_high": True}, [5, 6], "below 5"),
        (-1, INF, {"open_low": True}, [-1, -2], "above -1"),
        (0, 1, {"open_low": True}, [0, 2], "above 0 and at most 1"),
        (0, 1, {"open_high": True}, [1, -1], "at least 0 and below 1"),
        (0, 1, {"open_low": True, "open_high": True}, [0, 1], "above 0 and below 1"),
    ],
)
def test_the_message_names_the_allowed_interval(low, high, options, bad, allowed):
    for value in bad:
        with pytest.raises(ValueError, match=rf"^x must be {allowed}; got {value:g}$"):
            _checks.number(value, "x", low, high, **options)


def test_closed_ends_of_an_interval_belong_to_it():
    assert _checks.array([0, 1], "x", 0, 1).tolist() == [0, 1]


def test_the_message_names_the_position_of_the_first_bad_number():
    with pytest.raises(ValueError, match=r"got 1\.2 at position 1$"):
        _checks.probability([0.8, 1.2, -1], "x")
    with pytest.raises(ValueError, match=r"got -2 at position \(1, 0\)$"):
        _checks.rate([[0, 0], [-2, 0]])


def test_the_number_of_dimensions_may_be_fixed():
    with pytest.raises(ValueError, match=r"^x must have 1 dimension; got 2 \(shape \(1, 2\)\)"):
        _checks.array([[1, 2]], "x", ndim=1)
    with pytest.raises(ValueError, match=r"^x must have 2 dimensions; got 0"):
        _checks.array(1, "x", ndim=2)


def test_a_single_number_is_a_float_and_no_array():
    assert type(_checks.number(np.int8(3), "x")) is float
    with pytest.raises(
        TypeError, match=r"^x must be a single number; got an array of shape \(1,\)"
    ):
        _checks.number([3], "x")


# Whole numbers.


@pytest.mark.parametrize("value", [3, 3.0, np.int64(3), np.float32(3), np.array(3)])
def test_whole_numbers_of_every_kind_are_counted(value):
    count = _checks.count(value, "n")
    assert type(count) is int
    assert count == 3


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (2.5, ValueError),
        (NAN, ValueError),
        (INF, ValueError),
        (0, ValueError),
        (-3.0, ValueError),
        (True, TypeError),
        (np.True_, TypeError),
        ("3", TypeError),
        (None, TypeError),
        ([3], TypeError),
        (Decimal(3), TypeError),
    ],
)
def test_what_is_no_whole_number_is_refused(value, error):
    with pytest.raises(error, match=r"^n must be a whole number of at least 1; got "):
        _checks.count(value, "n")


def test_the_lowest_count_may_be_chosen():
    assert _checks.count(0, "n", 0) == 0
    with pytest.raises(ValueError, match="at least 5; got 4"):
        _checks.count(4, "n", 5)


# Choices and shapes.


@pytest.mark.parametrize("value", ["late", None, 1, ["end"], np.array(["end", "end"])])
def test_only_a_listed_choice_is_allowed(value):
    with pytest.raises(ValueError, match=r"^when must be one of 'start', 'end'; got "):
        _checks.choice(value, "when", ("start", "end"))
    assert _checks.choice("end", "when", ("start", "end")) == "end"


def test_one_is_not_true():
    with pytest.raises(ValueError, match=r"^flag must be one of True, False; got 1"):
        _checks.choice(1, "flag", (True, False))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(1, 3), max_size=3).map(tuple), min_size=1, max_size=3))
def test_shapes_go_together_as_numpy_broadcasts(shapes):
    arrays = {f"x{i}": np.zeros(shape) for i, shape in enumerate(shapes)}
    try:
        expected = np.broadcast_shapes(*shapes)
    except ValueError:
        with pytest.raises(ValueError, match=r"x0.* must have shapes that go together; got \("):
            _checks.together(**arrays)
    else:
        assert _checks.together(**arrays) == expected


def test_a_result_that_has_outgrown_the_computer_is_refused():
    assert _checks.finite([1, 2]).tolist() == [1, 2]
    for bad in (INF, [1, NAN]):
        with pytest.raises(ValueError, match="must fit a floating-point number; got an overflow"):
            _checks.finite(bad)


# Tables.

TABLE = pd.DataFrame({"a": [1, 2], "b": [3, 4]})


def test_a_table_needs_each_column_once_and_a_row():
    _checks.columns(TABLE, "log", ["a", "b"])
    with pytest.raises(ValueError, match=r"^log must have the column 'c'; it has: a, b$"):
        _checks.columns(TABLE, "log", ["a", "c"])
    with pytest.raises(ValueError, match=r"^log must have the column 'a' once; it has: a, a$"):
        _checks.columns(TABLE[["a", "a"]], "log", ["a"])
    with pytest.raises(ValueError, match=r"^log must not be empty; got 0 rows"):
        _checks.columns(TABLE.head(0), "log", ["a"])


@pytest.mark.parametrize("value", [None, {"a": [1]}, TABLE["a"], TABLE.to_numpy()])
def test_a_table_is_a_data_frame(value):
    with pytest.raises(
        TypeError, match=f"^log must be a pandas DataFrame; got {type(value).__name__}"
    ):
        _checks.columns(value, "log", ["a"])


def test_gaps_are_counted():
    _checks.no_gaps(TABLE["a"], "a")
    with pytest.raises(ValueError, match=r"^a must not be missing; got 2 gaps"):
        _checks.no_gaps(pd.Series(["x", None, NAN]), "a")


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Paris"])
def test_dates_become_calendar_days(zone):
    hours = pd.Series(pd.to_datetime(["2024-03-30 00:00", "2024-03-31 23:59"]))
    days = _checks.dates(hours.dt.tz_localize(zone), "when")
    assert days.tolist() == [pd.Timestamp(2024, 3, 30), pd.Timestamp(2024, 3, 31)]


@pytest.mark.parametrize("values", [["2024-01-01"], [2024], [None], [True]])
def test_what_is_no_date_is_refused(values):
    with pytest.raises(TypeError, match=r"^when must hold dates; got "):
        _checks.dates(pd.Series(values), "when")


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-01",
        "2024-05-01 18:30",
        pd.Timestamp(2024, 5, 1, 12),
        pd.Timestamp(2024, 5, 1, 12, tz="Asia/Shanghai"),
        pd.Timestamp(2024, 5, 1).to_pydatetime(),
        pd.Timestamp(2024, 5, 1).date(),
        np.datetime64("2024-05-01"),
    ],
)
def test_a_day_may_come_in_many_forms(value):
    assert _checks.day(value, "start") == pd.Timestamp(2024, 5, 1)


@pytest.mark.parametrize("value", [5, 2024, True, NAN, None, "", "text", pd.NaT, ["2024-01-01"]])
def test_what_is_no_day_is_refused(value):
    with pytest.raises(ValueError, match=r"^start must be a date; got "):
        _checks.day(value, "start")


# Wilson's interval.


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(1, 500), st.floats(0, 1), st.sampled_from([0.5, 0.9, 0.95]))
def test_wilsons_interval_solves_its_equation(trials, share, level):
    z = {0.5: 0.6744898, 0.9: 1.6448536, 0.95: 1.9599640}[level]
    successes = round(share * trials)
    low, high = wilson(successes, trials, level)
    rate = successes / trials
    assert 0 <= low <= rate + 1e-12
    assert rate - 1e-12 <= high <= 1
    for p in (low, high):
        assert (p - rate) ** 2 == pytest.approx(z**2 * p * (1 - p) / trials, rel=1e-5, abs=1e-9)


def test_wilsons_interval_says_nothing_where_nothing_was_tried():
    low, high = wilson([0, 5], [0, 10])
    assert low[0] == pytest.approx(0)
    assert high[0] == pytest.approx(1)
    assert low[1] < 0.5 < high[1]


# Words for the reader.


def write_catalogue(folder, language, messages):
    """Write a compiled gettext catalogue: header, two tables of lengths and offsets, texts."""
    pairs = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **messages}.items())
    texts = [text.encode() for side in zip(*pairs, strict=True) for text in side]
    table, place = b"", 28 + 8 * len(texts)
    for text in texts:
        table += struct.pack("<II", len(text), place)
        place += len(text) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, place)
    file = folder / language / "LC_MESSAGES" / "crmlab.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(head + table + b"".join(text + b"\0" for text in texts))


@pytest.fixture
def fresh_catalogue():
    _text._catalogue.cache_clear()
    yield
    _text._catalogue.cache_clear()


@pytest.mark.usefixtures("fresh_catalogue")
def test_words_stay_english_without_a_catalogue(monkeypatch, tmp_path):
    monkeypatch.setattr(_text, "_LOCALE", tmp_path)
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    assert _text._("decline") == "decline"


@pytest.mark.usefixtures("fresh_catalogue")
def test_a_translated_edition_speaks_the_language_of_its_reader(monkeypatch, tmp_path):
    from crmlab import clv

    write_catalogue(tmp_path, "zh_CN", {"decline": "退化期", "referral": "推荐"})
    monkeypatch.setattr(_text, "_LOCALE", tmp_path)
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    assert _text._("decline") == "退化期"
    parts = clv.six_parts(referral=7, rate=0.1).values
    assert parts["推荐"] == 7
    assert parts["cross-selling"] == 0, "what the catalogue lacks stays English"


# The bridge to pictures.


def test_a_result_is_drawn_by_the_function_that_it_names(monkeypatch):
    class Answer(Drawable):
        _picture = "answer"

    calls = []

    def draw(result, ax, **options):
        calls.append((result, ax, options))
        return "axes"

    monkeypatch.setattr(plots, "answer", draw, raising=False)
    answer = Answer()
    assert answer.plot(title="so it is") == "axes"
    assert calls == [(answer, None, {"title": "so it is"})]


# Sizes, labels, lists, mappings.


def test_a_number_beyond_any_amount_is_a_slip():
    assert _checks.number(-1e100, "x") == -1e100
    with pytest.raises(ValueError, match=r"x must be at most 1e\+100 in size; got -2e\+100"):
        _checks.array([1, -2e100], "x")
    with pytest.raises(ValueError, match=r"got 1e\+308"):
        _checks.array([NAN, 1e308], "x", allow_missing=True)


def test_a_count_ends_where_a_loop_would_not():
    assert _checks.count(_checks.MOST, "n") == 10**7
    with pytest.raises(
        ValueError, match="n must be a whole number of at most 10,000,000; got 1000"
    ):
        _checks.count(10**30, "n")
    assert _checks.seed(2**64 - 1) == 2**64 - 1
    with pytest.raises(ValueError, match="seed must be a whole number of at most"):
        _checks.seed(2**32, high=2**32 - 1)


@pytest.mark.parametrize(
    "value",
    [["a", 1, None], ("a", "b"), pd.Series(["a"]), pd.Index([1, 2]), np.array(["a"]), {"a": 1}],
)
def test_a_list_keeps_its_items(value):
    assert _checks.listed(value, "x") == list(value)


@pytest.mark.parametrize(
    "value",
    [None, 3, "ab", b"ab", {"a"}, [["a"]], [{}], [NAN], [INF], np.zeros((2, 2)), pd.DataFrame()],
)
def test_what_is_no_list_of_labels_is_refused(value):
    with pytest.raises(TypeError, match="x must be a list of names; got"):
        _checks.listed(value, "x")


def test_a_set_is_a_list_where_order_plays_no_part():
    assert _checks.listed({"a"}, "x", ordered=False) == ["a"]


def test_a_mapping_may_be_a_series_that_names_each_thing_once():
    assert _checks.mapped(pd.Series({"a": 1, "b": 2}), "x") == {"a": 1, "b": 2}
    with pytest.raises(ValueError, match="x must name each thing once; got 'a' twice"):
        _checks.mapped(pd.Series([1, 2], ["a", "a"]), "x")
    for value in (None, [("a", 1)], pd.DataFrame({"a": [1]})):
        with pytest.raises(TypeError, match="x must be a mapping of names to numbers; got"):
            _checks.mapped(value, "x")


@pytest.mark.parametrize("value", ["a", 1, None, object(), {}, [], NAN, pd.NaT, 10**30, 1j])
@pytest.mark.parametrize("items", [["a", "b", "a"], [1, 2, 1], [1.5, 2, 1.5]])
def test_entries_that_equal_a_value_are_found_whatever_it_is(items, value):
    assert _checks.which(pd.Series(items), value).tolist() == [item == value for item in items]


@pytest.mark.parametrize(
    ("items", "error"),
    [
        (["a", ["b"]], TypeError),
        (["a", 1], TypeError),
        ([object(), object()], TypeError),
        ([1.0, INF], ValueError),
    ],
)
def test_what_cannot_tell_rows_apart_is_refused(items, error):
    with pytest.raises(error, match="x must"):
        _checks.no_gaps(pd.Series(items), "x")


def test_a_column_name_that_is_none_and_twins_are_refused():
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    for name in ([1], np.zeros((2, 2)), pd.DataFrame()):
        with pytest.raises(ValueError, match="t must have the column"):
            _checks.columns(frame, "t", [name])
    with pytest.raises(ValueError, match="t must have columns with different names; got 'a' twice"):
        _checks.no_repeats(frame, "t")


def test_a_moment_keeps_its_hour_and_gaps_in_dates_pass_where_they_may():
    assert _checks.moment("2025-03-01 13:00", "x").hour == 13
    days = _checks.dates(pd.Series(pd.to_datetime(["2025-03-01", None])), "x", allow_missing=True)
    assert days.isna().tolist() == [False, True]
    with pytest.raises(TypeError, match="x must be a pandas Series of dates; got list"):
        _checks.dates(["2025-03-01"], "x")


def test_entries_of_numpy_arrays_are_choices_like_those_of_lists():
    for entry, allowed in (
        (np.str_("end"), ("start", "end")),
        (np.int64(2), (1, 2)),
        (np.bool_(True), (True, False)),
        ("D", (np.str_("A"), np.str_("D"))),
    ):
        assert _checks.choice(entry, "x", allowed) == entry
    with pytest.raises(ValueError, match="x must be one of True, False; got 1"):
        _checks.choice(np.int64(1), "x", (True, False))


def test_a_message_shows_the_entry_that_is_no_number_in_one_line():
    column = pd.Series([0.9, 0.8, "n/a"], index=list("abc"))
    with pytest.raises(TypeError, match=r"array of numbers; got 'n/a' at position 2$"):
        _checks.array(column, "retention")
    with pytest.raises(TypeError, match=r"got '90%' at position 0$"):
        _checks.array(pd.Series(["90%", "80%"]), "retention")
    with pytest.raises(TypeError, match=r"got True at position \(0, 1\)$"):
        _checks.array(pd.DataFrame({"a": [1, 2], "b": [True, False]}).astype(object), "x")


def test_frames_of_other_libraries_are_called_by_their_names():
    polars = pytest.importorskip("polars")
    says = r"t must be a pandas DataFrame; got polars DataFrame. Convert it with .to_pandas\(\)"
    with pytest.raises(TypeError, match=says):
        _checks.columns(polars.DataFrame({"a": [1]}), "t", ["a"])


@pytest.mark.parametrize(
    "flags",
    [
        [True, False],
        [1, 0],
        np.array([1.0, 0.0]),
        pd.Series([True, False], dtype="boolean"),
        pd.Series([True, False], dtype=object),
        pd.Series([1, 0], index=[7, 8]),
    ],
)
def test_flags_come_as_booleans_or_as_one_and_zero(flags):
    assert _checks.truths(flags, "kept").tolist() == [True, False]


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ([1, 2], "kept must hold True and False; got 2"),
        (pd.Series([True, None]), "kept must not be missing; got 1 gaps"),
        (["1", "0"], "kept must hold True and False; got '1'"),
        (True, "kept must be a list of True and False; got True"),
    ],
)
def test_what_is_no_flag_is_refused(flags, says):
    with pytest.raises((TypeError, ValueError), match=says):
        _checks.truths(flags, "kept")


def test_text_is_no_date_and_the_message_says_what_to_do():
    says = "day must hold dates; got .*. Convert it first, with pandas.to_datetime"
    with pytest.raises(TypeError, match=says):
        _checks.dates(pd.Series(["2025-03-01"]), "day")


def test_dates_of_pyarrow_and_of_a_zone_become_plain_days():
    pytest.importorskip("pyarrow")
    stamps = pd.Series(pd.to_datetime(["2025-03-01 23:30", None]))
    for column in (
        stamps.convert_dtypes(dtype_backend="pyarrow"),
        stamps.dt.tz_localize("Asia/Shanghai"),
    ):
        days = _checks.dates(column, "x", allow_missing=True)
        assert isinstance(days.dtype, np.dtype)
        assert days.isna().tolist() == [False, True]
        assert days[0] == pd.Timestamp("2025-03-01")


def test_rows_in_another_order_are_not_paired():
    one = pd.Series([1, 2], index=["a", "b"])
    with pytest.raises(ValueError, match="x and y must have the same index; got different ones"):
        _checks.same_index(one, one[::-1], "x and y")
    _checks.same_index(one, [2, 1], "x and y")
    _checks.same_index(one, one[:1], "x and y")  # of unlike length: the caller says what is missing
