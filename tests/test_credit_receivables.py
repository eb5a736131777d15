"""Ageing, DSO and their kin: published figures, all engines alike, identities, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmlab import credit, datasets

DAY = "2025-06-30"
BUCKETS = credit.bucket_names()


@pytest.fixture(scope="module")
def ledger():
    names = ("invoices", "payments", "credit_notes")
    return credit.match_payments(*(datasets.load(f"company_{name}") for name in names)).ledger


def engines(ledger):
    """Give the ledger in every engine that is installed, and how to hold its result."""
    yield "pandas", ledger, lambda found: found
    try:
        import polars as pl
    except ImportError:
        return
    text = ledger.select_dtypes(exclude=["number", "datetime"]).columns
    columns = {name: ledger[name].tolist() if name in text else ledger[name].to_numpy()
               for name in ledger}  # fmt: skip
    table = pl.DataFrame(columns)
    table = table.with_columns(pl.col("date", "due").cast(pl.Date))
    yield "polars", table, lambda found: found
    yield "lazy", table.lazy(), lambda found: found.collect()
    try:
        import duckdb
    except ImportError:
        return
    session = duckdb.connect()
    session.register("ledger", ledger)
    yield "duckdb", session.table("ledger"), lambda found: found.df()


def by_hand(ledger, day):
    """Ageing of every customer in plain pandas."""
    day = pd.Timestamp(day)
    lines = ledger[ledger["date"] <= day]
    items = lines.groupby("invoice").agg(
        customer=("customer", "first"), open=("amount", "sum"), due=("due", "max"),
        date=("date", "min"),
    )  # fmt: skip
    items = items[items["open"].abs() > 0.004]
    late = (day - items["due"].fillna(items["date"])).dt.days
    bucket = pd.cut(late, [-np.inf, 0, 30, 60, 90, np.inf], labels=BUCKETS)
    bucket = bucket.astype(object).where(items["open"] > 0, "credit")
    table = items.pivot_table(index="customer", columns=bucket, values="open", aggfunc="sum")
    table = table.reindex(columns=[*BUCKETS, "credit"]).fillna(0.0)
    return table.assign(items=items.groupby("customer").size(), total=table.sum(axis=1))


def test_ageing_is_that_by_hand_in_every_engine(ledger):
    expected = by_hand(ledger, DAY)
    for engine, table, hold in engines(ledger):
        found = credit.ageing(table, DAY, by="customer")
        assert type(found).__module__.split(".")[0] == type(table).__module__.split(".")[0]
        assert type(found).__name__ == type(table).__name__, engine
        held = hold(found)
        frame = pd.DataFrame({name: list(held[name]) for name in held.columns})
        frame = frame.set_index("customer").sort_index()
        assert list(frame.index) == list(expected.index), engine
        for column in frame.columns:
            assert np.allclose(frame[column], expected[column], atol=1e-6), (engine, column)


def test_dso_is_the_same_in_every_engine(ledger):
    expected = credit.dso(ledger, DAY, by="customer").set_index("customer")
    for engine, table, hold in engines(ledger):
        held = hold(credit.dso(table, DAY, by="customer"))
        frame = pd.DataFrame({name: list(held[name]) for name in held.columns})
        frame = frame.set_index("customer").sort_index().astype(float)
        for column in expected.columns:
            same = np.allclose(frame[column], expected[column], atol=1e-6, equal_nan=True)
            assert same, (engine, column)


def test_open_items_and_status_are_the_same_in_every_engine(ledger):
    items = credit.open_items(ledger, DAY)
    status = credit.account_status(ledger, DAY)
    for engine, table, hold in engines(ledger):
        held = hold(credit.open_items(table, DAY))
        assert sorted(held["days_late"]) == sorted(items["days_late"]), engine
        assert np.isclose(sum(held["open"]), items["open"].sum()), engine
        held = hold(credit.account_status(table, DAY))
        assert np.allclose(sorted(held["overdue"]), sorted(status["overdue"])), engine


def test_a_table_not_run_yet_needs_a_day(ledger):
    pl = pytest.importorskip("polars")
    lazy = pl.LazyFrame({"date": ledger["date"].to_list(), "amount": ledger["amount"].to_list()})
    with pytest.raises(ValueError, match="day must be given for a table that is not run yet"):
        credit.dso(lazy, kind=None)


def test_a_gap_that_a_lazy_table_cannot_refuse_shows_as_infinite(ledger):
    pl = pytest.importorskip("polars")
    days = [None, *ledger["date"].to_list()[1:50]]
    lazy = pl.LazyFrame({"date": days, "amount": ledger["amount"].to_list()[:50]})
    found = credit.dso(lazy, DAY, kind=None).collect()
    assert found["receivables"][0] == np.inf


# Published figures.


def test_count_back_of_a_published_example():
    # Benji Pays, "Mastering DSO calculation: the count-back method explained" (2024): sales of
    # 70, 80 and 100 thousand, receivables of 212 thousand: 60 days and 32/70 of a third month.
    assert credit.count_back(212_000, [70_000, 80_000, 100_000]) == pytest.approx(60 + 30 * 32 / 70)


def test_count_back_of_the_ledger_is_that_of_its_months(ledger):
    day = pd.Timestamp(DAY)
    sold = ledger[ledger["kind"] == "invoice"].set_index("date")["amount"]
    months = sold[sold.index <= day].resample("MS").sum()
    owed = ledger.loc[ledger["date"] <= day, "amount"].sum()
    expected = credit.count_back(owed, months, months.index.days_in_month.to_numpy())
    found = credit.dso(ledger, DAY)
    assert found["count_back"].item() == pytest.approx(expected)
    recent = sold[(sold.index <= day) & (sold.index > day - pd.Timedelta(days=90))].sum()
    assert found["simple"].item() == pytest.approx(owed / recent * 90)


def test_effectiveness_is_one_if_nothing_is_overdue():
    # Delta Recovery, newsletter of March 2005, gives the formula of the index.
    assert credit.collection_effectiveness(100, 50, 40, 40) == 1
    assert credit.collection_effectiveness(100, 50, 150, 0) == 0


# Identities.


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(1, 1000), min_size=3, max_size=12),
    st.floats(0.01, 0.99),
    st.integers(1, 60),
)
def test_count_back_finds_the_days_of_sales_that_are_open(sales, part, length):
    # Open is all of the last two periods and a part of the one before.
    owed = sum(sales[-2:]) + part * sales[-3]
    assert credit.count_back(owed, sales, length) == pytest.approx((2 + part) * length)


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 1e6), st.lists(st.floats(0, 1), min_size=1, max_size=5))
@example(1.0, [1e-11])
def test_both_dsos_agree_with_steady_sales(sales, pattern):
    unpaid = np.sort(pattern)[::-1]
    owed = credit.pattern_receivables([sales] * 8, unpaid)[-1]
    simple = credit.simple_dso(owed, 3 * sales, 90)
    assert credit.count_back(owed, [sales] * 8, 30) == pytest.approx(simple)
    assert simple == pytest.approx(30 * unpaid.sum())


@pytest.mark.parametrize(("months", "sign"), [(3, 1), (1, -1)])
def test_growth_moves_the_simple_dso_of_customers_who_pay_as_before(months, sign):
    # Lewellen and Johnson (1972): the sign depends on the period of the sales.
    grown = 1.06 ** np.arange(14)
    owed = credit.pattern_receivables(grown, [0.97, 0.45, 0.12])[-1]
    steady = 30 * 1.54
    simple = credit.simple_dso(owed, grown[-months:].sum(), 30 * months)
    assert sign * (simple - steady) > 0.5
    assert abs(credit.count_back(owed, grown) - steady) < abs(simple - steady)


def test_history_is_ageing_and_dso_of_each_day(ledger):
    days = ["2025-04-30", "2025-05-31", DAY]
    table = credit.receivables_history(ledger, days).table
    for day, row in table.iterrows():
        aged, found = credit.ageing(ledger, day).iloc[0], credit.dso(ledger, day).iloc[0]
        assert row[BUCKETS].to_numpy() == pytest.approx(aged[BUCKETS].to_numpy(dtype=float))
        assert row["receivables"] == pytest.approx(aged["total"])
        assert row["simple"] == pytest.approx(found["simple"])
        assert row["count_back"] == pytest.approx(found["count_back"])
        assert row["delinquent"] == pytest.approx(row["simple"] - row["best_possible"])
    last, before = table.iloc[-1], table.iloc[-2]
    expected = credit.collection_effectiveness(
        before["receivables"], last["sales"], last["receivables"], last["not due"]
    )
    assert last["effectiveness"] == pytest.approx(expected)
    turnover = credit.receivables_turnover(
        last["sales"] * 365 / 30, before["receivables"], last["receivables"]
    )
    assert last["turnover"] == pytest.approx(turnover)
    assert table["effectiveness"].isna().tolist() == [True, False, False]


@pytest.mark.parametrize("step", [30, 7, 365])
def test_count_back_in_steps_of_days(ledger, step):
    day = pd.Timestamp(DAY)
    sold = ledger[(ledger["kind"] == "invoice") & (ledger["date"] <= day)]
    owed = ledger.loc[ledger["date"] <= day, "amount"].sum()
    place = (day - sold["date"]).dt.days // step
    sales = sold.groupby(place)["amount"].sum().reindex(range(60), fill_value=0.0)
    expected = credit.count_back(owed, sales.to_numpy()[::-1], step)
    found = credit.dso(ledger, DAY, step=step, back=60)["count_back"].item()
    assert found == pytest.approx(expected)


def test_without_sales_or_without_debts():
    lines = pd.DataFrame(
        {
            "date": pd.to_datetime(["2023-01-05", "2025-06-01", "2025-06-02"]),
            "customer": ["old", "paid", "paid"],
            "amount": [100.0, 50.0, -50.0],
        }
    )
    found = credit.dso(lines, DAY, by="customer", kind=None).set_index("customer")
    assert np.isnan(found.loc["old", ["simple", "count_back"]].astype(float)).all()
    assert found.loc["paid", ["simple", "count_back"]].tolist() == [0.0, 0.0]


def test_names_of_buckets_and_ageing_by_age(ledger):
    assert credit.bucket_names((10, 20)) == ["up to 10", "11-20", "over 20"]
    by_age = credit.ageing(ledger, DAY, since="date")
    assert list(by_age.columns[1:5]) == ["0-30", "31-60", "61-90", "over 90"]
    assert by_age["total"].item() == pytest.approx(credit.ageing(ledger, DAY)["total"].item())


LINES = pd.DataFrame(
    {
        "invoice": ["I1"], "customer": ["A"], "kind": ["invoice"], "amount": [10.0],
        "date": pd.to_datetime(["2025-01-01"]), "due": pd.to_datetime(["2025-01-31"]),
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: credit.ageing([1]), TypeError, "ledger must be a table of pandas, .*; got list"),
        (lambda: credit.ageing(LINES, due="when"), ValueError, "due must be the name of a column"),
        (lambda: credit.ageing(LINES, buckets=(30, 0)), ValueError, "buckets must be rising whole"),
        (lambda: credit.ageing(LINES, buckets="30"), TypeError, "buckets must be rising whole"),
        (lambda: credit.ageing(LINES, since="age"), ValueError, "since must be one of 'due', 'd"),
        (lambda: credit.ageing(LINES, by=3), TypeError, "by must be the name of a column or"),
        (lambda: credit.ageing(LINES.iloc[:0]), ValueError, "ledger must not be empty; got 0"),
        (lambda: credit.ageing(LINES.assign(amount=np.nan)), ValueError, "amount must not be mis"),
        (lambda: credit.ageing(LINES.assign(amount=np.inf)), ValueError, "amount must be finite"),
        (lambda: credit.ageing(LINES.assign(amount="x")), TypeError, "amount must hold numbers"),
        (lambda: credit.ageing(LINES.assign(date="x")), TypeError, "date must hold dates"),
        (
            lambda: credit.ageing(LINES.assign(total="A"), by="total"),
            ValueError,
            "by must not be named like a column of the result; got 'total'",
        ),
        (
            lambda: credit.dso(LINES, period_days=0),
            ValueError,
            "period_days must be a whole number of at",
        ),
        (lambda: credit.dso(LINES, step="week"), ValueError, "step must be 'month' or a number"),
        (lambda: credit.dso(LINES, back=500), ValueError, "back must be at most 120 steps"),
        (lambda: credit.dso(LINES, "soon"), ValueError, "day must be a date; got 'soon'"),
        (lambda: credit.count_back(10, [1, 2]), ValueError, "sales must cover the receivables"),
        (lambda: credit.count_back(1, [1, 2], [1, 2, 3]), ValueError, "days must be one number"),
        (lambda: credit.simple_dso(1, 0), ValueError, "sales must be above 0; got 0"),
        (
            lambda: credit.collection_effectiveness(1, 1, 0, 2),
            ValueError,
            "opening . sales − current must be above 0; got 0",
        ),
        (lambda: credit.pattern_receivables([1], [1, 0]), ValueError, "sales must have at least"),
        (lambda: credit.receivables_history(LINES, DAY), TypeError, "days must be a list of"),
        (lambda: credit.receivables_history(LINES, [DAY, DAY]), ValueError, "days must be rising"),
    ],
    ids=range(23),
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
