"""A log gives the same summary in every engine: against a plain reading of the rules, and CDNOW."""

import datetime as dt
import math
from collections import defaultdict

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import btyd, datasets
from crmlab.btyd.summary import UNITS

COLUMNS = {"customer": "customer", "date": "date", "amount": "amount"}
#: A relation of an older DuckDB does not keep its connection open.
SESSION = duckdb.connect()
MAKE = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "polars lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "duckdb": SESSION.from_df,
}
KINDS = pytest.mark.parametrize("kind", MAKE)
LAZY = pytest.mark.parametrize("kind", ["polars lazy", "duckdb"])
EAGER = pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])


def to_pandas(table):
    """Read a table of any engine; whatever was lazy is run here."""
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if isinstance(table, duckdb.DuckDBPyRelation):
        return table.df().sort_values(table.columns[0]).reset_index(drop=True)
    if isinstance(table, pl.DataFrame):
        frame = pd.DataFrame({name: table[name].to_numpy() for name in table.columns})
    else:
        frame = table if isinstance(table, pd.DataFrame) else table.to_pandas()
    return frame.sort_values(frame.columns[0]).reset_index(drop=True)


def summary(kind, frame, **options):
    return to_pandas(btyd.rfm_summary(MAKE[kind](frame), **{**COLUMNS, **options}))


# Published values.


@pytest.fixture(scope="module")
def cdnow():
    return datasets.load("cdnow")


@KINDS
def test_cdnow_gives_the_published_summary(kind, cdnow):
    # Fader, Hardie & Lee (2005), table 1 and section 4; 39 weeks to 1997-09-30.
    found = summary(kind, cdnow, end="1997-09-30")
    counts = found["frequency"].value_counts().sort_index()
    assert len(found) == 2357
    assert found["frequency"].mean() == pytest.approx(1.042, abs=5e-4)
    assert counts.head(8).tolist() == [1411, 439, 214, 100, 62, 38, 29, 23]
    repeat = found["monetary_value"].dropna()
    assert len(repeat) == 946
    assert repeat.mean() == pytest.approx(35.08, abs=5e-3)
    assert found["T"].agg(["min", "max"]).round(2).tolist() == [27.0, 38.86]


@KINDS
def test_cdnow_gives_the_rows_of_the_master_summary(kind, cdnow):
    # The master file was summarised elsewhere, from all 69,659 purchases.
    master = datasets.load("cdnow_master").dropna(subset=["sample_customer"])
    master = master.sort_values("sample_customer").reset_index(drop=True)
    found = summary(kind, cdnow, end="1998-06-30")
    assert found["customer"].tolist() == master["sample_customer"].tolist()
    for column, digits in (("frequency", 0), ("recency", 4), ("T", 4), ("monetary_value", 2)):
        slack = 0.5000001 * 10.0**-digits if digits else 0
        np.testing.assert_allclose(found[column], master[column], rtol=0, atol=slack)


# Against the rules, read plainly.


def plainly(lines, *, unit="W", end=None, returns="error", include_first=False):
    """Summarise (customer, time, amount) without any table."""
    last = end or max(time.date() for _, time, _ in lines)
    spent, purchases = defaultdict(float), defaultdict(lambda: defaultdict(float))
    for customer, time, amount in lines:
        if time.date() <= last and not (returns == "drop" and amount < 0):
            spent[customer] += amount
            purchases[customer][time.date()] += amount
    if returns == "net":
        bought = {(c, time.date()) for c, time, amount in lines if amount >= 0}
        purchases = {
            c: {day: money for day, money in days.items() if (c, day) in bought}
            for c, days in purchases.items()
        }
    rows = []
    for customer, days in sorted(purchases.items()):
        if not days:
            continue
        first, repeats = min(days), len(days) - 1
        money = spent[customer] if include_first else spent[customer] - days[first]
        value = money / (len(days) if include_first else repeats) if repeats else math.nan
        recency, age = (max(days) - first).days, (last - first).days
        rows.append((customer, repeats, recency / UNITS[unit], age / UNITS[unit], value))
    return pd.DataFrame(rows, columns=["customer", "frequency", "recency", "T", "monetary_value"])


START = dt.datetime(2023, 12, 20)
LINES = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.integers(0, 200).map(lambda hours: START + dt.timedelta(hours=7 * hours)),
        st.integers(-20, 60).map(lambda quarters: quarters / 4),
    ),
    min_size=1,
    max_size=25,
)


def table(lines):
    frame = pd.DataFrame(lines, columns=["customer", "date", "amount"])
    return frame.astype({"date": "datetime64[us]", "amount": float})


@settings(max_examples=60, deadline=None)
@given(
    lines=LINES,
    kind=st.sampled_from(list(MAKE)),
    unit=st.sampled_from(list(UNITS)),
    returns=st.sampled_from(["error", "drop", "net"]),
    include_first=st.booleans(),
    days=st.none() | st.integers(0, 70),
)
def test_any_log_is_read_by_the_stated_rules(lines, kind, unit, returns, include_first, days):
    if returns == "error":
        lines = [(customer, time, abs(amount)) for customer, time, amount in lines]
    end = None if days is None else (START + dt.timedelta(days=days)).date()
    options = {"unit": unit, "returns": returns, "include_first": include_first}
    expected = plainly(lines, end=end, **options)
    if not len(expected) and kind in ("pandas", "polars", "pyarrow"):
        with pytest.raises(ValueError, match="end must leave some purchases"):
            summary(kind, table(lines), end=end, **options)
        return
    found = summary(kind, table(lines), end=end, **options)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@KINDS
@pytest.mark.parametrize("money", [True, False])
def test_order_splitting_and_the_time_of_day_do_not_matter(kind, money, cdnow):
    log = cdnow.head(300)
    options = {} if money else {"amount": None}
    expected = summary(kind, log, **options)
    half = log.assign(amount=log["amount"] / 2)
    later = half.assign(date=half["date"] + pd.Timedelta(hours=23))
    mixed = pd.concat([later, half]).sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(summary(kind, mixed, **options), expected)


@KINDS
def test_a_unit_is_a_fixed_number_of_days(kind, cdnow):
    days = summary(kind, cdnow.head(50), unit="D")
    assert (days["T"] == days["T"].round()).all()
    assert UNITS == {"D": 1, "W": 7, "M": 30.4375, "Q": 91.3125, "Y": 365.25}
    for unit, length in UNITS.items():
        other = summary(kind, cdnow.head(50), unit=unit)
        np.testing.assert_allclose(other["T"] * length, days["T"])
        np.testing.assert_allclose(other["recency"] * length, days["recency"])


@KINDS
def test_days_are_counted_over_leap_years_and_centuries(kind):
    log = table([("a", dt.datetime(1899, 12, 31), 1), ("a", dt.datetime(2100, 3, 1, 5), 3)])
    found = summary(kind, log, unit="D", end="2104-02-29")
    assert found["recency"].item() == (dt.date(2100, 3, 1) - dt.date(1899, 12, 31)).days
    assert found["T"].item() == (dt.date(2104, 2, 29) - dt.date(1899, 12, 31)).days


@KINDS
def test_without_a_repeat_there_is_no_mean_value(kind):
    found = summary(
        kind, table([("a", START, 8), ("b", START, 4), ("b", dt.datetime(2024, 1, 1), 0)])
    )
    assert found["frequency"].tolist() == [0, 1]
    assert math.isnan(found["monetary_value"][0])
    assert found["monetary_value"][1] == 0
    kept = summary(
        kind, table([("b", START, 4), ("b", dt.datetime(2024, 1, 1), 0)]), include_first=True
    )
    assert kept["monetary_value"].item() == 2


@KINDS
def test_the_same_kind_comes_back_with_plain_columns(kind, cdnow):
    log = MAKE[kind](cdnow.head(40).rename(columns={"customer": "who"}))
    found = btyd.rfm_summary(log, customer="who", date="date", amount="amount")
    assert type(found) is type(log)
    read = to_pandas(found)
    assert list(read.columns) == ["who", "frequency", "recency", "T", "monetary_value"]
    assert read.dtypes.iloc[1:].tolist() == [np.int64, np.float64, np.float64, np.float64]
    assert read["who"].is_monotonic_increasing


@EAGER
def test_a_table_comes_back_sorted(kind, cdnow):
    found = btyd.rfm_summary(MAKE[kind](cdnow.sample(frac=1, random_state=2)), **COLUMNS)
    names = found["customer"].to_pylist() if kind == "pyarrow" else list(found["customer"])
    assert names == sorted(names)
    if kind == "pandas":
        assert found.index.equals(pd.RangeIndex(len(found)))


# Kinds of columns.


def test_customers_may_be_numbers_or_categories_and_dates_dates():
    log = table([("a", START, 1), ("b", START, 2), ("a", dt.datetime(2024, 1, 1), 5)])
    expected = summary("pandas", log)
    numbered = log.assign(customer=log["customer"].map({"a": 1, "b": 2}))
    pd.testing.assert_frame_equal(summary("pandas", numbered).iloc[:, 1:], expected.iloc[:, 1:])
    grouped = log.assign(customer=pd.Categorical(log["customer"], categories=["z", "a", "b"]))
    pd.testing.assert_frame_equal(summary("pandas", grouped).iloc[:, 1:], expected.iloc[:, 1:])
    dates = pl.from_pandas(log).with_columns(pl.col("date").dt.date())
    pd.testing.assert_frame_equal(to_pandas(btyd.rfm_summary(dates, **COLUMNS)), expected)
    arrow = dates.to_arrow().to_pandas(types_mapper=pd.ArrowDtype)
    found = btyd.rfm_summary(arrow, **COLUMNS)
    assert found["frequency"].tolist() == expected["frequency"].tolist()
    assert found["T"].tolist() == expected["T"].tolist()
    whole = log.astype({"amount": "Int64"})
    pd.testing.assert_frame_equal(summary("pandas", whole).astype(expected.dtypes), expected)


# Time zones: 2024-01-01 20:00 in UTC is the second of January in Shanghai.


@pytest.fixture
def aware():
    times = pd.to_datetime(["2024-01-01 20:00", "2024-01-02 10:00", "2024-01-05 20:00"], utc=True)
    return pd.DataFrame({"customer": "a", "date": times.as_unit("us"), "amount": [1.0, 2.0, 4.0]})


@pytest.mark.parametrize("kind", ["pandas", "polars", "polars lazy", "pyarrow"])
def test_a_day_is_a_day_of_the_zone(kind, aware):
    assert summary(kind, aware)[["frequency", "recency"]].iloc[0].tolist() == [2, 4 / 7]
    there = summary(kind, aware, timezone="Asia/Shanghai")
    assert there[["frequency", "recency"]].iloc[0].tolist() == [1, 4 / 7]
    local = aware.assign(date=aware["date"].dt.tz_convert("Asia/Shanghai"))
    pd.testing.assert_frame_equal(summary(kind, local), there)
    with pytest.raises(ValueError, match=r"timezone must be None .* date know no zone"):
        summary(kind, aware.assign(date=aware["date"].dt.tz_localize(None)), timezone="UTC")


def test_in_duckdb_the_zone_of_the_session_counts(aware):
    for zone, repeats in (("UTC", 2), ("Asia/Shanghai", 1)):
        session = duckdb.connect()
        session.execute(f"SET TimeZone = '{zone}'")
        log = session.from_df(aware)
        assert to_pandas(btyd.rfm_summary(log, **COLUMNS))["frequency"].item() == repeats
        found = btyd.rfm_summary(log, **COLUMNS, timezone=zone)
        assert to_pandas(found)["frequency"].item() == repeats
    with pytest.raises(ValueError, match="timezone must be the zone of the session, 'Asia/Shangh"):
        btyd.rfm_summary(log, **COLUMNS, timezone="UTC")


# Returns and repeated lines.


@pytest.fixture
def with_returns():
    day = [dt.datetime(2024, 1, n) for n in (1, 8, 8, 15, 22)]
    lines = list(zip("aaaaa", day, [10, 30, -10, -5, 50], strict=True))
    return table([*lines, ("b", day[0], -4)])


@KINDS
def test_returns_are_refused_left_out_or_subtracted(kind, with_returns):
    dropped = summary(kind, with_returns, returns="drop").iloc[0]
    assert dropped.drop("customer").tolist() == [2, 3, 3, (30 + 50) / 2]
    net = summary(kind, with_returns, returns="net")
    assert net["customer"].tolist() == ["a"]
    assert net.iloc[0].drop("customer").tolist() == [2, 3, 3, (30 - 10 - 5 + 50) / 2]


@KINDS
def test_repeated_lines_are_kept_unless_said_otherwise(kind):
    day = dt.datetime(2024, 1, 8)
    log = table([("a", START, 1), ("a", day, 5), ("a", day, 5)])
    assert summary(kind, log)["monetary_value"].item() == 10
    assert summary(kind, log, duplicates="drop")["monetary_value"].item() == 5
    with pytest.raises(ValueError, match=r"log must not repeat a line .*; got 1 repeated lines"):
        summary(kind, log, duplicates="error", check=True)
    numbered = log.assign(line=[1, 2, 3])
    assert summary(kind, numbered, duplicates="error", check=True)["frequency"].item() == 1


# What may not pass.


def spoilt(what):
    lines = [
        ("a", START, 1.0),
        ("a", dt.datetime(2024, 1, 8), 5.0),
        ("a", dt.datetime(2024, 1, 9), 5.0),
    ]
    frame = table([*lines, *(("b", *line[1:]) for line in lines)])
    column, value = {
        "customer": ("customer", None),
        "date": ("date", pd.NaT),
        "amount": ("amount", math.nan),
        "infinite": ("amount", math.inf),
        "negative": ("amount", -1.0),
        "first negative": ("amount", -1.0),
    }[what]
    frame.loc[0 if what.startswith("first") else 1, column] = value
    return frame


SPOILT = {
    "customer": "customer must not be missing; got 1 gaps",
    "date": "date must not be missing; got 1 gaps",
    "amount": r"amount must (not be missing; got 1 gaps|be finite)",
    "infinite": "amount must be finite; got 1 that are not",
    "negative": r"amount must be at least 0 with returns='error'; got 1 below 0",
    "first negative": r"amount must be at least 0 with returns='error'; got 1 below 0",
}


@KINDS
@pytest.mark.parametrize("what", SPOILT)
def test_a_checked_log_refuses_what_may_not_be(kind, what):
    with pytest.raises(ValueError, match=SPOILT[what]):
        summary(kind, spoilt(what), check=True)
    if kind in ("pandas", "polars", "pyarrow"):
        with pytest.raises(ValueError, match=SPOILT[what]):
            summary(kind, spoilt(what))


@LAZY
@pytest.mark.parametrize("what", SPOILT)
@pytest.mark.parametrize("returns", ["error", "net"])
@pytest.mark.parametrize("include_first", [True, False])
def test_an_unchecked_log_shows_what_may_not_be(kind, what, returns, include_first):
    if returns == "net" and "negative" in what:
        return
    found = summary(kind, spoilt(what), returns=returns, include_first=include_first)
    bad = found["customer"].isna() if what == "customer" else found["customer"] == "a"
    assert bad.sum() == 1
    learned = found[["recency", "T", "monetary_value"]]
    assert learned[bad].isna().all(axis=None)
    assert learned[found["customer"] == "b"].notna().all(axis=None)


@LAZY
def test_an_unchecked_date_shows_without_an_amount_too(kind):
    found = summary(kind, spoilt("date"), amount=None)
    assert found["T"].isna().tolist() == [True, False]


@LAZY
def test_checked_and_unchecked_agree_where_nothing_is_wrong(kind, cdnow):
    expected = summary("pandas", cdnow)
    for check in (None, True, False):
        pd.testing.assert_frame_equal(summary(kind, cdnow, check=check), expected)


# Lazy stays lazy.


def test_a_plan_of_polars_is_not_run(monkeypatch, cdnow):
    log = pl.from_pandas(cdnow).lazy()

    def run(*_args, **_options):
        raise AssertionError("the plan was run")

    with monkeypatch.context() as patch:
        patch.setattr(pl.LazyFrame, "collect", run)
        found = btyd.rfm_summary(log, **COLUMNS, returns="net", duplicates="drop")
        held = btyd.holdout_summary(log, **COLUMNS, calibration_end="1997-09-30")
        counts = btyd.merge_counts(found)
        with pytest.raises(AssertionError, match="the plan was run"):
            btyd.rfm_summary(log, **COLUMNS, check=True)
    assert all(isinstance(plan, pl.LazyFrame) for plan in (found, held, counts))


def test_a_relation_of_duckdb_is_not_run():
    log = SESSION.sql(
        "SELECT i AS customer, 1.0 AS amount, TIMESTAMP '2024-01-01' + to_days("
        "CASE WHEN i < 0 THEN 0 ELSE error('it ran')::INTEGER END) AS date "
        "FROM range(5000) AS t(i)"
    )
    found = btyd.rfm_summary(log, **COLUMNS, returns="net", duplicates="drop")
    held = btyd.holdout_summary(log, **COLUMNS, calibration_end="2024-01-01")
    for plan in (found, held, btyd.merge_counts(found)):
        with pytest.raises(duckdb.Error, match="it ran"):
            plan.df()


# Hold-out, counts, scores.


@KINDS
@pytest.mark.parametrize("end", [None, "1998-03-31"])
def test_calibration_and_holdout_add_up_to_the_whole(kind, end, cdnow):
    log = MAKE[kind](cdnow)
    cut = pd.Timestamp("1997-09-30")
    found = to_pandas(
        btyd.holdout_summary(log, **COLUMNS, calibration_end=cut, holdout_end=end)
    ).set_index("customer")
    before = summary(kind, cdnow, end=cut).set_index("customer")
    pd.testing.assert_frame_equal(found[before.columns], before)
    whole = summary(kind, cdnow, end=end).set_index("customer")
    later = whole["frequency"] - before["frequency"]
    assert found["holdout_frequency"].tolist() == later.tolist()
    last = cdnow["date"].max() if end is None else pd.Timestamp(end)
    in_time = cdnow[(cdnow["date"] > cut) & (cdnow["date"] <= last)]
    spent = in_time.groupby("customer")["amount"].sum().reindex(found.index, fill_value=0)
    np.testing.assert_allclose(found["holdout_value"], spent)
    np.testing.assert_allclose(found["holdout_T"], (last - cut).days / 7)


@KINDS
def test_who_came_first_in_the_holdout_has_no_row(kind):
    log = table(
        [("a", START, 1), ("b", dt.datetime(2024, 1, 8), 2), ("a", dt.datetime(2024, 1, 9), 4)]
    )
    found = to_pandas(
        btyd.holdout_summary(MAKE[kind](log), **COLUMNS, calibration_end="2023-12-31", unit="D")
    )
    expected = {"customer": "a", "frequency": 0, "recency": 0.0, "T": 11.0, "holdout_frequency": 1}
    assert len(found) == 1
    assert found.iloc[0][list(expected)].to_dict() == expected
    assert found.iloc[0][["holdout_T", "holdout_value"]].tolist() == [9.0, 4.0]


@KINDS
def test_counts_of_equal_customers_keep_everyone(kind, cdnow):
    found = btyd.rfm_summary(MAKE[kind](cdnow), **COLUMNS, end="1997-09-30")
    merged = btyd.merge_counts(found)
    assert type(merged) is type(found)
    counts, whole = to_pandas(merged), to_pandas(found)
    assert counts["customers"].sum() == len(whole)
    assert not counts.duplicated(["frequency", "recency", "T"]).any()
    expected = whole.groupby(["frequency", "recency", "T"]).size()
    pd.testing.assert_series_equal(
        counts.set_index(["frequency", "recency", "T"])["customers"].sort_index(),
        expected,
        check_names=False,
    )


class Formula:
    """A model whose scores are known."""

    def probability_alive(self, frequency, recency, T):
        return (1 + recency) / (1 + T)

    def conditional_purchases(self, t, frequency, recency, T):
        return t * frequency / (1 + T)


@KINDS
def test_scores_come_back_to_every_customer(kind, cdnow):
    found = btyd.rfm_summary(MAKE[kind](cdnow), **COLUMNS, end="1997-09-30")
    scored = btyd.score(found, Formula(), t=39)
    assert type(scored) is type(found)
    read, model = to_pandas(scored), Formula()
    assert read["customer"].tolist() == to_pandas(found)["customer"].tolist()
    seen = read["frequency"], read["recency"], read["T"]
    np.testing.assert_array_equal(read["probability_alive"], model.probability_alive(*seen))
    np.testing.assert_array_equal(
        read["expected_purchases"], model.conditional_purchases(39, *seen)
    )


def test_scoring_leaves_no_name_behind_in_duckdb(cdnow):
    session = duckdb.connect()
    session.execute("CREATE TABLE summary AS SELECT 42 AS answer")
    found = btyd.rfm_summary(session.from_df(cdnow), **COLUMNS)
    btyd.score(found, Formula(), t=1).df()
    assert session.sql("FROM summary").fetchall() == [(42,)]


# Every argument.


@pytest.fixture
def log(cdnow):
    return cdnow.head(20)


BAD = [
    ({"log": [1, 2]}, TypeError, "log must be a table of pandas, .* Spark; got list"),
    ({"customer": "who"}, ValueError, "customer must be the name of a column; got 'who', log has"),
    ({"customer": None}, ValueError, "customer must be the name of a column; got None"),
    ({"date": "when"}, ValueError, "date must be the name of a column; got 'when'"),
    ({"date": "customer"}, TypeError, "customer must hold dates; got String. Convert it first"),
    ({"date": "units"}, TypeError, "units must hold dates; got Int64"),
    ({"amount": "price"}, ValueError, "amount must be the name of a column; got 'price'"),
    ({"amount": "customer"}, TypeError, "customer must hold numbers; got String"),
    ({"unit": "week"}, ValueError, "unit must be one of 'D', 'W', 'M', 'Q', 'Y'; got 'week'"),
    ({"timezone": "UTC"}, ValueError, "timezone must be None"),
    ({"returns": "keep"}, ValueError, "returns must be one of 'error', 'drop', 'net'"),
    ({"duplicates": "no"}, ValueError, "duplicates must be one of 'keep', 'drop', 'error'"),
    ({"include_first": "yes"}, ValueError, "include_first must be one of True, False"),
    ({"check": 1}, ValueError, "check must be one of None, True, False"),
    ({"check": False, "duplicates": "error"}, ValueError, "duplicates must be 'keep' or 'drop'"),
]


@pytest.mark.parametrize(("given", "error", "says"), BAD)
def test_each_argument_is_checked(log, given, error, says):
    options = {"log": log, **COLUMNS, **given}
    with pytest.raises(error, match=says):
        btyd.rfm_summary(**options)
    with pytest.raises(error, match=says):
        btyd.holdout_summary(**options, calibration_end="1997-02-01")


def test_ends_are_checked(log):
    for end, says in (
        ("soon", "end must be a date; got 'soon'"),
        (1997, "end must be a date; got 1997"),
        ("1996-01-01", "end must leave some purchases; got 1996-01-01, which leaves none"),
    ):
        with pytest.raises(ValueError, match=says):
            btyd.rfm_summary(log, **COLUMNS, end=end)
    for ends, says in (
        (("soon", None), "calibration_end must be a date; got 'soon'"),
        (("1997-02-01", "soon"), "holdout_end must be a date; got 'soon'"),
        (("1997-02-01", "1997-02-01"), "holdout_end must be after calibration_end, 1997-02-01"),
        (("2001-01-01", None), "holdout_end must be after calibration_end, 2001-01-01"),
        (("1996-01-01", None), "calibration_end must leave some purchases; got 1996-01-01"),
    ):
        with pytest.raises(ValueError, match=says):
            btyd.holdout_summary(log, **COLUMNS, calibration_end=ends[0], holdout_end=ends[1])


def test_an_empty_log_and_one_of_returns_only_are_refused(log):
    with pytest.raises(ValueError, match="log must not be empty; got 0 rows"):
        btyd.rfm_summary(log.iloc[:0], **COLUMNS)
    with pytest.raises(ValueError, match="nothing but returns"):
        btyd.rfm_summary(log.assign(amount=-1.0), **COLUMNS, returns="net")


@pytest.mark.parametrize("name", ["frequency", "t", "T", "Monetary_Value"])
def test_a_customer_named_like_a_result_is_refused(log, name):
    with pytest.raises(ValueError, match="customer must not be named like a column of the result"):
        btyd.rfm_summary(log.rename(columns={"customer": name}), customer=name, date="date")


def test_summaries_to_count_and_to_score_are_checked(log):
    found = btyd.rfm_summary(log, **COLUMNS)
    for function in (btyd.merge_counts, lambda table: btyd.score(table, Formula(), t=1)):
        with pytest.raises(TypeError, match="summary must be a table of pandas"):
            function("summary")
        with pytest.raises(ValueError, match="summary must have the column 'T'"):
            function(found.drop(columns="T"))
        with pytest.raises(ValueError, match="summary must not be empty; got 0 rows"):
            function(found.iloc[:0])
    for t, error in ((0, ValueError), (math.nan, ValueError), ("long", TypeError)):
        with pytest.raises(error, match="t must be"):
            btyd.score(found, Formula(), t=t)
    with pytest.raises(ValueError, match="summary must not be scored already"):
        btyd.score(btyd.score(found, Formula(), t=1), Formula(), t=1)
