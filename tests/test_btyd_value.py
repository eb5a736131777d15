"""Historical, current and potential value from a log: nothing is lost, nothing counted twice."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab import btyd, datasets

LOG = pd.DataFrame(
    {
        "customer": ["a", "a", "b", "a", "c"],
        "amount": [30.0, 20, 60, 10, 5],
        "cost": [10.0, 10, 20, 5, 1],
        "date": pd.to_datetime(
            ["2024-02-01", "2024-11-01", "2024-12-31", "2025-01-01", "2025-03-01"]
        ),
    }
)
FUTURE = {"a": 25.0, "b": 5.0, "c": 0.0}
FINE = {"log": LOG, "potential": FUTURE, "start": "2025-01-01", "groups": 2}


def test_the_first_day_of_the_period_belongs_to_it() -> None:
    worth = btyd.log_value(**FINE)
    assert worth.customers["historical"].tolist() == [50, 60, 0]
    assert worth.customers["current"].tolist() == [10, 0, 5]
    assert worth.customers["orders"].tolist() == [3, 1, 1]
    assert worth.start == pd.Timestamp("2025-01-01")
    assert worth.end == pd.Timestamp("2025-03-01")


def test_cost_turns_revenue_into_contribution() -> None:
    worth = btyd.log_value(**FINE, cost="cost")
    assert worth.customers["historical"].tolist() == [30, 40, 0]
    assert worth.customers["current"].tolist() == [5, 0, 4]


def test_potential_is_joined_by_customer_and_not_by_position() -> None:
    shuffled = pd.Series(FUTURE).iloc[[2, 0, 1]]
    pd.testing.assert_frame_equal(
        btyd.log_value(**FINE | {"potential": shuffled}).customers,
        btyd.log_value(**FINE).customers,
    )


def test_the_booked_value_of_a_real_log_is_its_sum() -> None:
    log = datasets.load("cdnow")
    nothing = dict.fromkeys(log["customer"].unique(), 0.0)
    worth = btyd.log_value(log, nothing, start="1998-01-01")
    before = log.loc[log["date"] < "1998-01-01", "amount"].sum()
    assert worth.totals["historical"] == pytest.approx(before)
    assert worth.totals["total"] == pytest.approx(log["amount"].sum())
    assert worth.customers["orders"].sum() == len(log)
    assert worth.groups["customers"].tolist() == [472, 471, 472, 471, 471]
    assert worth.groups["potential"].isna().all()  # nothing to share
    assert worth.groups["historical"].is_monotonic_decreasing


@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 5), st.integers(0, 30), st.floats(0, 1e6), st.floats(-1e5, 1e6)
        ),
        min_size=2,
        max_size=30,
    ),
    cut=st.integers(0, 30),
)  # fmt: skip
def test_every_cut_keeps_the_sum_and_the_groups_share_all(rows, cut) -> None:
    who, day, amount, future = map(list, zip(*rows, strict=True))
    log = pd.DataFrame(
        {
            "customer": who,
            "amount": amount,
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D"),
        }
    )
    potential = dict(zip(who, future, strict=True))
    if len(potential) < 2:
        return
    start = pd.Timestamp("2024-01-01") + pd.Timedelta(days=cut)
    worth = btyd.log_value(log, potential, start=start, end="2024-02-15", groups=2)
    table = worth.customers
    assert table["historical"].sum() + table["current"].sum() == pytest.approx(sum(amount))
    assert table["potential"].to_dict() == potential
    parts = table["historical"] + table["current"] + table["potential"]
    assert table["total"].to_numpy() == pytest.approx(parts.to_numpy())
    for name in ("historical", "current", "potential"):
        # Of a sum in which gains and losses nearly cancel, shares have no digits left.
        if table[name].sum() > 1e-6 * table[name].abs().sum():
            assert worth.groups[name].sum() == pytest.approx(1)
    assert worth.groups["customers"].sum() == len(table)


def test_the_picture_shows_the_shares() -> None:
    worth = btyd.log_value(**FINE)
    heights = [bar.get_width() / 100 for bar in worth.plot().patches]
    shares = worth.groups[["historical", "current", "potential"]].to_numpy()
    assert heights == pytest.approx(shares.ravel())


BAD = [
    ("log", [LOG.to_dict(), None], "log must be a pandas DataFrame"),
    ("log", [LOG.iloc[:0]], "log must not be empty"),
    ("log", [LOG.drop(columns="amount")], "log must have the column 'amount'"),
    ("log", [LOG.assign(date="2024-01-01")], "date must hold dates"),
    ("log", [LOG.assign(customer=None)], "customer must not be missing"),
    ("log", [LOG.assign(amount=np.nan)], "amount must be finite; got nan"),
    ("potential", [[1, 2, 3], None, 5.0, "text"], "potential must be a Series or a mapping"),
    ("potential", [{"a": 1.0, "b": 2.0}], "got none for 'c'"),
    ("potential", [FUTURE | {"z": 1.0}], "got 'z', who is not in it"),
    ("potential", [FUTURE | {"a": np.nan}], "potential must be finite"),
    ("potential", [FUTURE | {"a": "1"}], "potential must be a number"),
    ("potential", [pd.Series([1.0, 2, 3], index=list("aab"))], "each customer once; got 'a'"),
    ("start", [None, 5, "soon", np.nan], "start must be a date"),
    ("start", ["2025-03-02"], "start must not lie after the end, 2025-03-01"),
    ("end", [5, "soon"], "end must be a date"),
    ("end", ["2025-01-31"], "end must not lie before the last order, 2025-03-01"),
    ("customer", ["who", 5], "log must have the column"),
    ("date", ["when", 5], "log must have the column"),
    ("date", ["amount"], "amount must hold dates"),
    ("amount", ["money", 5], "log must have the column"),
    ("amount", ["customer"], "customer must be a number"),
    ("cost", ["costs", 5], "log must have the column"),
    ("cost", ["customer"], "customer must be a number"),
    ("groups", [1, 0, -1], "groups must be a whole number of at least 2"),
    ("groups", [2.5, "2", None, True], "groups must be a whole number"),
    ("groups", [4], "groups must be at most the 3 customers; got 4"),
]


@pytest.mark.parametrize(("name", "values", "says"), BAD, ids=[f"{b[0]}-{b[2]}" for b in BAD])
def test_bad_input_is_refused_by_name(name, values, says) -> None:
    for value in values:
        with pytest.raises((ValueError, TypeError), match=re.escape(says)):
            btyd.log_value(**FINE | {name: value})


def test_every_argument_has_a_bad_case() -> None:
    import inspect

    assert set(inspect.signature(btyd.log_value).parameters) == {case[0] for case in BAD}
