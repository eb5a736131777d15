"""Roll rates, allowance, expected loss, hold or release, overdue list."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import credit, datasets

MONTHS = pd.date_range("2024-06-01", "2025-12-01", freq="MS") + pd.offsets.MonthEnd(0)
BUCKETS = (0, 30, 60, 90, 180)


@pytest.fixture(scope="module")
def ledger():
    names = ("invoices", "payments", "credit_notes")
    return credit.match_payments(*(datasets.load(f"company_{name}") for name in names)).ledger


@pytest.fixture(scope="module")
def chain(ledger):
    return credit.roll_rates(ledger, MONTHS)


# Roll rates and the allowance.


def test_the_department_store_of_a_textbook():
    # Anderson, Sweeney and Williams, "An Introduction to Management Science", chapter Markov
    # Processes, accounts receivable: of 1,000 in 0-30 days and 2,000 in 31-90 days, 630 are
    # not expected to come.
    chain = credit.collection_chain([[0.3, 0.3, 0.4, 0.0], [0.3, 0.1, 0.4, 0.2]], ["0-30", "31-90"])
    assert chain.ends.round(2).to_numpy().tolist() == [[0.89, 0.11], [0.74, 0.26]]
    found = credit.allowance({"0-30": 1000, "31-90": 2000, "bad": 0}, chain)
    assert found.total == pytest.approx(1000 / 9 + 2000 * 7 / 27)
    assert round(found.total) == 630
    assert credit.allowance({"a": 1000, "b": 2000}, {"a": 0.11, "b": 0.26}).total == 630


def test_three_buckets_in_a_row_multiply():
    # A current bill is late with 20 %, then a month later with 10 %, then bad with 15 %.
    matrix = [[0, 0.2, 0, 0.8, 0], [0, 0, 0.1, 0.9, 0], [0, 0, 0, 0.85, 0.15]]
    chain = credit.collection_chain(matrix)
    assert chain.ends["bad"].tolist() == pytest.approx([0.003, 0.015, 0.15])
    assert chain.steps.tolist() == pytest.approx([1.22, 1.1, 1])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(0.01, 1), min_size=5, max_size=5), min_size=3, max_size=3))
def test_ends_sum_to_one_and_agree_with_many_steps(weights):
    matrix = np.array(weights)
    matrix /= matrix.sum(axis=1, keepdims=True)
    chain = credit.collection_chain(matrix)
    assert chain.ends.sum(axis=1).to_numpy() == pytest.approx(np.ones(3))
    full = np.vstack([matrix, np.hstack([np.zeros((2, 3)), np.eye(2)])])
    assert np.linalg.matrix_power(full, 2000)[:3, 3:] == pytest.approx(chain.ends.to_numpy())


def test_roll_rates_lose_no_money(ledger, chain):
    whole = sum(
        credit.ageing(ledger, day, buckets=BUCKETS).iloc[0][list(chain.states)].sum()
        for day in MONTHS[:-1]
    )
    assert chain.flows.sum() == pytest.approx(whole)
    assert chain.matrix.sum(axis=1) == pytest.approx(np.ones(5))
    # Money does not grow younger.
    assert np.tril(chain.flows[:, :5], -1).max() == 0


def test_roll_rates_of_a_ledger_by_hand():
    days = pd.to_datetime(["2025-01-01", "2025-01-01", "2025-03-10"])
    ledger = pd.DataFrame(
        {"invoice": ["I1", "I2", "I1"], "customer": "A", "date": days,
         "due": pd.Timestamp("2025-01-31"), "amount": [600.0, 400.0, -150.0]}
    )  # fmt: skip
    chain = credit.roll_rates(ledger, ["2025-01-31", "2025-02-28", "2025-03-31"], buckets=(0, 30))
    assert chain.flows.tolist() == [[0, 1000, 0, 0], [0, 0, 150, 850]]
    assert chain.loss.tolist() == pytest.approx([0.85, 0.85, 1.0])


def test_the_allowance_of_the_company_comes_near_what_is_never_paid(ledger, chain):
    found = credit.allowance(credit.ageing(ledger, "2025-12-31", buckets=BUCKETS), chain)
    books = ledger.groupby("invoice")["amount"].sum()
    later = datasets.load("company_payments_later").groupby("invoice")["amount"].sum()
    never = books[books > 0.004].sub(later, fill_value=0).clip(lower=0)
    never = never[never.index.isin(books[books > 0.004].index)].sum()
    assert found.owed == pytest.approx(books[books > 0].sum())
    assert found.total == pytest.approx(never, rel=0.1)


# Expected loss.


def test_expected_loss_against_drawn_defaults():
    rng = np.random.default_rng(5)
    chance, owed, share = rng.uniform(0, 0.3, 40), rng.uniform(0, 1000, 40), rng.uniform(0, 1, 40)
    book = credit.expected_loss(chance, owed, share)
    drawn = (rng.random((40_000, 40)) < chance) @ (owed * share)
    assert drawn.mean() == pytest.approx(book.total, rel=0.02)
    assert drawn.std() == pytest.approx(book.deviation, rel=0.02)
    groups = book.by(["a", "b"] * 20)
    assert groups["loss"].sum() == pytest.approx(book.total)
    assert groups["exposure"].sum() == pytest.approx(book.exposure)


# Hold or release.

ORDERS = pd.DataFrame(
    {"order": ["O1", "O2", "O3", "O4"], "customer": ["A", "A", "B", "C"],
     "amount": [300.0, 300.0, 100.0, 50.0]}
)  # fmt: skip
STATUS = pd.DataFrame(
    {"exposure": [500.0, 200.0], "overdue": [0.0, 90.0], "days_late": [0, 45]}, ["A", "B"]
)


def test_orders_are_held_for_every_reason():
    found = credit.hold_or_release(
        ORDERS, STATUS, {"A": 1000.0, "B": 250.0}, grades={"B": "D", "A": "AA"}
    )
    assert found.table["reasons"].tolist() == ["", "limit", "limit, overdue, grade", "no limit"]
    assert found.table["exposure"].tolist() == [500.0, 800.0, 200.0, 0.0]
    assert found.reasons["orders"].to_dict() == {
        "no limit": 1, "limit": 2, "overdue": 1, "grade": 1,
    }  # fmt: skip
    assert len(found.held) + len(found.released) == len(ORDERS)


def test_small_overdue_money_and_a_tolerance_let_orders_pass():
    limits = {"A": 1000.0, "B": 300.0, "C": 50.0}
    found = credit.hold_or_release(ORDERS, STATUS, limits, small=90, tolerance=0.1)
    assert found.table["decision"].tolist() == ["release"] * 4


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 50)), min_size=1, max_size=12),
    st.integers(0, 200),
)
def test_released_orders_never_pass_the_limit(items, limit):
    orders = pd.DataFrame(
        {"order": range(len(items)), "customer": [who for who, _amount in items],
         "amount": [float(amount) for _who, amount in items]}
    )  # fmt: skip
    status = pd.DataFrame({"exposure": [20.0], "overdue": [0.0], "days_late": [0]}, ["A"])
    found = credit.hold_or_release(orders, status, {"A": limit, "B": limit})
    used = found.released.groupby("customer")["amount"].sum()
    for who, before in (("A", 20.0), ("B", 0.0)):
        assert who not in used or used[who] + before <= limit


# The overdue list.


def test_stake_is_the_rise_of_the_loss_rate(ledger, chain):
    found = credit.overdue_list(ledger, "2025-12-31", chain)
    aged = credit.ageing(ledger, "2025-12-31", buckets=BUCKETS).iloc[0]
    late = list(chain.loss.index[1:])
    assert found.table["overdue"].sum() == pytest.approx(aged[late].sum())
    rise = chain.loss.diff().shift(-1).fillna(0)
    assert found.table["stake"].sum() == pytest.approx((aged[late] * rise[late]).sum())
    loss = (aged[late] * chain.loss[late]).sum()
    assert found.table["expected_loss"].sum() == pytest.approx(loss)
    assert found.table["stake"].is_monotonic_decreasing


# Bad input.

ONE = {"order": ["O1"], "customer": ["A"], "amount": [1.0]}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: credit.collection_chain([[0.5, 0.5]]), ValueError, "two more columns than rows"),
        (lambda: credit.collection_chain([[0.5, 0.2, 0.2]]), ValueError, "sum to 1; got 0.9 in"),
        (lambda: credit.collection_chain([[1, 0, 0]]), ValueError, "all money be paid or turn bad"),
        (
            lambda: credit.collection_chain([[0, 1, 0]], ["a", "b"]),
            ValueError,
            "states must be 1 different names",
        ),
        (lambda: credit.allowance({"a": 1}, {"b": 0.5}), ValueError, "must have the same buckets"),
        (lambda: credit.allowance({"a": -1}, {"a": 0.5}), ValueError, "aged must be at least 0"),
        (
            lambda: credit.allowance({"a": 1}, {"a": 2}),
            ValueError,
            "loss_rates must be between 0 and 1",
        ),
        (lambda: credit.expected_loss(1.5, [1]), ValueError, "default_probability must be betw"),
        (lambda: credit.expected_loss([0.1], [1, 2]), ValueError, "one per customer .2.; got"),
        (
            lambda: credit.expected_loss(pd.Series([0.1]), pd.Series([1], ["x"])),
            ValueError,
            "the arguments must have the same index",
        ),
        (lambda: credit.expected_loss(0.1, [1]).by(["a", "b"]), ValueError, "one group per cust"),
        (
            lambda: credit.hold_or_release(pd.DataFrame({"order": [1]}), STATUS, {}),
            ValueError,
            "orders must have the column 'customer'",
        ),
        (
            lambda: credit.hold_or_release(pd.DataFrame(ONE).assign(amount=0), STATUS, {}),
            ValueError,
            "orders amount must be above 0",
        ),
        (
            lambda: credit.hold_or_release(pd.concat([ORDERS, ORDERS]), STATUS, {}),
            ValueError,
            "orders must name each order once; got 'O1' twice",
        ),
        (
            lambda: credit.hold_or_release(ORDERS, STATUS[["exposure"]], {}),
            ValueError,
            "status must have the column 'overdue'",
        ),
        (
            lambda: credit.hold_or_release(ORDERS, pd.concat([STATUS, STATUS]), {}),
            ValueError,
            "status must have one row per customer; got 'A' twice",
        ),
        (lambda: credit.hold_or_release(ORDERS, STATUS, 5), TypeError, "limits must be a Series"),
        (lambda: credit.hold_or_release(ORDERS, {}, {}), TypeError, "status must be a pandas Data"),
    ],
    ids=range(18),
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_roll_rates_need_money_in_every_bucket(ledger):
    with pytest.raises(ValueError, match=r"got none in '1-30'. Give more days or wider buckets"):
        credit.roll_rates(ledger, ["2024-01-31", "2024-02-29"])
    with pytest.raises(ValueError, match="days must be at least 2; got 1"):
        credit.roll_rates(ledger, ["2024-01-31"])
    with pytest.raises(ValueError, match="loss_rates must have a rate for '31-60'; it has"):
        credit.overdue_list(ledger, "2025-12-31", {"not due": 0.1, "1-30": 0.1})


def test_limits_may_be_money_as_decimal():
    orders = pd.DataFrame({"order": ["O1", "O2"], "customer": "A", "amount": [300.0, 300.0]})
    status = pd.DataFrame({"exposure": [500.0], "overdue": [0.0], "days_late": [0]}, index=["A"])
    limits = {"A": 1000.0}
    plain = credit.hold_or_release(orders, status, limits)
    found = credit.hold_or_release(orders, status, {"A": Decimal(1000)})
    pd.testing.assert_frame_equal(found.table, plain.table)
    given = pd.Series({"A": 1000})
    credit.hold_or_release(orders, status, given)
    assert given.dtype == "int64"  # what was given stays as it was
