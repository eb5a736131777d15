"""Limits, the book of limits, and the order at risk."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from crmlab import credit

PEOPLE = pd.DataFrame(
    {
        "grade": list("AABC"),
        "net_worth": [50_000, 8000.0, None, -500],
        "purchases": [3000.0, 9000, 4000, 900],
    },
    index=list("wxyz"),
)
TOPS, CHANCE = {"A": 5000, "B": 2000, "C": 500}, {"A": 0.01, "B": 0.05, "C": 0.2}
CAPACITY = {"net_worth": 0.1, "purchases": 0.5}


def test_the_smallest_binds_and_is_named():
    limits = credit.credit_limits(
        PEOPLE, TOPS, CHANCE, capacity=CAPACITY, loss_budget=60, loss_given_default=0.8, step=100
    )
    assert limits.customers["limit"].tolist() == [1500, 800, 1500, 0]
    assert limits.customers["binding"].tolist() == [
        "purchases", "net_worth", "expected loss", "net_worth",
    ]  # fmt: skip
    assert limits.customers["expected_loss"].tolist() == pytest.approx([12, 6.4, 60, 0])
    assert limits.table["binds"].tolist() == [0, 2, 1, 1]
    assert limits.customers.loc["y", "unknown"] == 1
    assert limits.total == 3800


def test_an_unknown_figure_is_left_out_or_counts_zero():
    zero = credit.credit_limits(PEOPLE, TOPS, CHANCE, capacity=CAPACITY, unknown="zero")
    assert zero.customers.loc["y", ["limit", "binding"]].tolist() == [0, "net_worth"]


def test_need_caps_the_limit():
    limits = credit.credit_limits(PEOPLE, TOPS, CHANCE, need="purchases")
    assert limits.customers["binding"].tolist() == ["need", "rating", "rating", "rating"]


@settings(max_examples=20, deadline=None)
@given(share=st.floats(0.01, 1), budget=st.floats(0, 500), step=st.sampled_from([1, 50, 100]))
def test_no_limit_is_above_any_candidate(share, budget, step):
    limits = credit.credit_limits(
        PEOPLE, TOPS, CHANCE, capacity={"purchases": share}, loss_budget=budget, step=step
    )
    low = limits.candidates.min(axis=1)
    assert (limits.customers["limit"] <= low + 1e-6).all()
    assert (limits.customers["limit"] > low - step - 1e-6).all()
    assert (limits.customers["expected_loss"] <= budget + 1e-6).all()


def book_of(n, chance, **settings_):
    people = pd.DataFrame({"grade": ["A"] * n})
    limits = credit.credit_limits(people, {"A": 100}, {"A": chance})
    return credit.limit_book(limits, **{"budget": 1e9, **settings_})


def test_the_simulated_quantile_is_vasiceks():
    # Vasicek (2002): the quantile of a large homogeneous portfolio.
    p, rho, level = 0.05, 0.15, 0.99
    expected = ndtr((ndtri(p) + np.sqrt(rho) * ndtri(level)) / np.sqrt(1 - rho))
    book = book_of(800, p, correlation=rho, level=level, draws=6000, seed=2)
    assert book.quantile / (800 * 100) == pytest.approx(expected, rel=0.07)
    assert book.losses.mean() == pytest.approx(book.expected, rel=0.05)


def test_correlation_leaves_the_mean_and_fattens_the_tail():
    alone, together = (book_of(300, 0.05, correlation=rho) for rho in (0, 0.2))
    assert alone.expected == together.expected == pytest.approx(1500)
    assert together.quantile > 1.4 * alone.quantile


@pytest.mark.parametrize("cut", ["proportional", "riskiest"])
def test_the_cut_brings_the_loss_within_the_budget(cut):
    people = pd.DataFrame({"grade": list("AAAAABBBBBCCCCC") * 6})
    limits = credit.credit_limits(people, TOPS, CHANCE, step=10)
    book = credit.limit_book(limits, 14_000, cut=cut, draws=2000)
    assert book.quantile > 14_000 >= np.quantile(book.granted_losses, 0.99)
    table = book.customers
    assert (table["granted"] <= table["limit"]).all()
    assert table["limit"].is_monotonic_decreasing
    if cut == "riskiest":
        assert set(table["loss_chance"][table["granted"] == 0]) <= {0.2, 0.05}
        assert set(table["granted"] / table["limit"]) == {0.0, 1.0}


def test_within_the_budget_nothing_is_cut():
    book = book_of(20, 0.01)
    assert (book.customers["granted"] == book.customers["limit"]).all()
    assert book.to_frame().loc["given"].equals(book.to_frame().loc["granted"])


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        (
            {"by_rating": {"A": 1, "B": 1}},
            "by_rating must have a value for every grade; got none for 'C'",
        ),
        (
            {"default_probability": {"A": 1, "B": 1, "C": 2}},
            "default_probability must be between 0 and 1; got 2",
        ),
        ({"capacity": {"net_worth": 0}}, "share of net_worth must be above 0"),
        ({"unknown": "mean"}, "unknown must be one of 'skip', 'zero'"),
        ({"step": 0}, "step must be above 0"),
        ({"need": "wish"}, "must have the column 'wish'"),
        ({"loss_budget": -1}, "loss_budget must be at least 0"),
    ],
    ids=["grade", "chance", "share", "unknown", "step", "need", "budget"],
)
def test_bad_limits_are_named(settings_, message):
    with pytest.raises(ValueError, match=message):
        credit.credit_limits(
            PEOPLE, **{"by_rating": TOPS, "default_probability": CHANCE, **settings_}
        )


def test_a_bad_book_is_named():
    with pytest.raises(TypeError, match="limits must be a result of credit_limits; got list"):
        credit.limit_book([1], 5)
    with pytest.raises(ValueError, match="correlation must be at least 0 and below 1; got 1"):
        book_of(3, 0.1, correlation=1)


# The order at risk.

ORDER = {"amount": 60_000, "margin": 0.15, "recovery": 0.1, "days": 60, "rate": 0.06}


def test_the_order_is_an_expected_value_over_two_futures():
    found = credit.order_decision(
        default_probability=0.2, future=10_000, kept_if_refused=0.5, **ORDER
    )
    carrying = 60_000 * 0.85 * 0.06 * 60 / 365
    pays, fails = 9000 + 5000 - carrying, -(51_000 - 6000) - carrying
    assert found.firm == pytest.approx(0.8 * pays + 0.2 * fails)
    assert found.parts.sum() == pytest.approx(found.firm)
    assert found.break_even == pytest.approx(pays / (pays - fails))
    assert float(found.expected(found.break_even)) == pytest.approx(0, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(default=st.floats(0, 1), future=st.floats(0, 50_000), deposit=st.floats(0, 0.8))
def test_the_firm_takes_it_exactly_below_its_break_even(default, future, deposit):
    found = credit.order_decision(
        default_probability=default, future=future, deposit=deposit, **ORDER
    )
    if abs(default - found.break_even) > 1e-6:
        assert found.take == (default < found.break_even)
    more = credit.order_decision(
        default_probability=default, future=future + 1000, deposit=deposit, **ORDER
    )
    assert more.break_even >= found.break_even


def test_pay_on_sales_takes_everything_and_pay_after_losses_decides_as_the_firm_without_future():
    found = credit.order_decision(default_probability=0.4, **ORDER)
    assert found.table["break_even"]["sales"] == 1
    assert found.table["break_even"]["margin after losses"] == pytest.approx(found.break_even)
    assert found.table["agree"].tolist() == [False, False, True]
    later = credit.order_decision(default_probability=0.2, future=10_000, **ORDER)
    assert later.table["break_even"]["margin after losses"] < later.break_even


def test_the_salesmans_curve_meets_zero_at_his_break_even():
    found = credit.order_decision(default_probability=0.4, effort=300, **ORDER)
    for pay in ("cash", "margin after losses"):
        point = found.table.loc[pay, "break_even"]
        assert float(found.salesman(pay, point)) == pytest.approx(0, abs=1e-9)


def test_an_order_without_margin_and_future_is_never_taken():
    found = credit.order_decision(1000, 0, 0.1, days=30, rate=0.1)
    assert (found.take, found.break_even) == (False, 0)
    paid = credit.order_decision(1000, 0.2, 1.0, deposit=0.9)
    assert paid.break_even == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("amount", 0), ("margin", 1.2), ("default_probability", -0.1), ("deposit", 2), ("future", -1),
     ("days", -3), ("commission", 4), ("effort", -1), ("kept_if_refused", 2)],
)  # fmt: skip
def test_bad_orders_are_named(name, value):
    with pytest.raises(ValueError, match=f"{name} must be"):
        credit.order_decision(
            **{"amount": 100, "margin": 0.2, "default_probability": 0.1, name: value}
        )
