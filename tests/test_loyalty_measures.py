"""Loyalty as behaviour, from a log: row Y1 of the syllabus."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import beta as beta_function

from crmlab import datasets, loyalty

quick = settings(max_examples=40, deadline=None, derandomize=True)


@st.composite
def logs(draw):
    n = draw(st.integers(2, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return pd.DataFrame(
        {
            "customer": rng.integers(0, 8, n),
            "brand": rng.choice(list("XYZ"), n),
            "amount": rng.uniform(0.5, 20, n).round(2),
        }
    )


@quick
@given(logs())
def test_both_rates_are_the_sums_of_their_definition(log):
    found = loyalty.behavioural_loyalty(log)
    for name, row in found.brands.iterrows():
        ours = log[log["brand"] == name]
        theirs = log[log["customer"].isin(ours["customer"])]
        wallet = ours["amount"].sum() / theirs["amount"].sum()
        assert row["share_of_wallet"] == pytest.approx(wallet)
        assert row["repeat_rate"] == pytest.approx(len(ours) / len(theirs))
        assert row["purchases"] == len(ours)
        assert row["buyers"] == ours["customer"].nunique()
        assert row["repeats"] == pytest.approx(len(ours) / row["buyers"] - 1)


@quick
@given(logs())
def test_the_shares_of_a_customer_add_up_to_one(log):
    found = loyalty.behavioural_loyalty(log).customers
    sums = found.groupby("customer")[["share_of_wallet", "repeat_rate"]].sum()
    assert np.allclose(sums, 1)


def test_who_bought_too_seldom_is_left_out_and_counted():
    log = pd.DataFrame({"customer": list("aaab"), "brand": list("XXYX"), "amount": 1.0})
    found = loyalty.behavioural_loyalty(log, min_purchases=2)
    assert found.excluded == 1
    assert found.brands.loc["X", "buyers"] == 1
    assert np.isnan(found.brands.loc["X", "share_low"]), "one buyer has no interval"


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(6)
    # Each customer buys 12 times with an own chance to choose X, 0.6 on average. Among the buyers
    # of X the expected rate is above that, since nobody without a purchase of X is there.
    never = beta_function(3, 14) / beta_function(3, 2)
    truth = 0.6 / (1 - never)
    held = []
    for _round in range(150):
        chosen = rng.binomial(12, rng.beta(3, 2, 80))
        log = pd.DataFrame(
            {
                "customer": np.repeat(np.arange(80), 12),
                "brand": np.where(np.arange(12) < chosen[:, None], "X", "Y").ravel(),
                "amount": 1.0,
            }
        )
        row = loyalty.behavioural_loyalty(log).brands.loc["X"]
        held.append(row["repeat_low"] <= truth <= row["repeat_high"])
    assert 0.90 <= np.mean(held) <= 0.99


def test_purchases_of_one_customer_are_no_independent_evidence():
    """The naive interval of a proportion would be much too narrow."""
    log = pd.DataFrame(
        {
            "customer": np.repeat(range(20), 50),
            "brand": np.repeat(["X", "Y"] * 10, 50),
            "amount": 1.0,
        }
    )
    mixed = pd.concat([log, pd.DataFrame({"customer": range(20), "brand": "X", "amount": 1.0})])
    row = loyalty.behavioural_loyalty(mixed).brands.loc["X"]
    naive = 1.96 * np.sqrt(0.25 / len(mixed))
    assert row["repeat_high"] - row["repeat_low"] > 10 * naive


def test_settling_counts_the_purchases_before_the_first_run():
    brands = {"a": "XXXYYYYY", "b": "XYXYYYXX", "c": "XYXYXYXY", "d": "YXX"}
    log = pd.DataFrame([(c, b) for c, path in brands.items() for b in path]).set_axis(
        ["customer", "brand"], axis=1
    )
    found = loyalty.settling_time(log, run=3, within=8)
    assert found.purchases.dropna().to_dict() == {"a": 1, "b": 4}
    assert (found.settled, found.observed, found.excluded) == (2, 3, 1)
    assert found.share == pytest.approx(2 / 3)
    assert found.median == 2.5


def test_settling_follows_the_order_that_is_named():
    log = pd.DataFrame(
        {"customer": "a", "brand": list("XXXYYX"), "day": [1, 3, 5, 2, 4, 6]}
    )  # in time: X Y X Y X X
    assert loyalty.settling_time(log, order="day", run=2, within=6).median == 5
    assert loyalty.settling_time(log, run=2, within=6).median == 1


@quick
@given(st.integers(0, 1000), st.integers(2, 5))
def test_settling_is_a_run_search(seed, run):
    brands = np.random.default_rng(seed).choice(list("XY"), 12)
    log = pd.DataFrame({"customer": "a", "brand": brands})
    found = loyalty.settling_time(log, run=run, within=12)
    starts = [k + 1 for k in range(13 - run) if len(set(brands[k : k + run])) == 1]
    assert found.settled == bool(starts)
    if starts:
        assert found.median == starts[0]


def test_price_response_recovers_a_known_elasticity():
    rng = np.random.default_rng(3)
    weeks = np.arange(300)
    price = np.exp(0.2 * rng.standard_normal(300))
    volume = np.exp(0.4 - 1.8 * np.log(price) + 0.1 * rng.standard_normal(300))
    ours = pd.DataFrame({"brand": "X", "units": volume, "amount": volume * price, "period": weeks})
    theirs = pd.DataFrame({"brand": "Y", "units": 1.0, "amount": 1.0, "period": weeks})
    found = loyalty.price_response(pd.concat([ours, theirs]), "X")
    assert found.slope == pytest.approx(-1.8, abs=0.06)
    assert found.low < -1.8 < found.high
    assert found.intercept == pytest.approx(0.4, abs=0.02)
    assert found.dropped == 0


def test_price_response_is_that_of_ordinary_least_squares():
    from scipy.stats import linregress

    rng = np.random.default_rng(4)
    log = pd.DataFrame(
        {
            "brand": rng.choice(list("XYZ"), 900),
            "units": rng.integers(1, 5, 900),
            "amount": rng.uniform(1, 9, 900),
            "period": rng.integers(0, 40, 900),
        }
    )
    found = loyalty.price_response(log, "X")
    line = linregress(*np.log(found.periods[["relative_price", "relative_volume"]]).to_numpy().T)
    assert found.slope == pytest.approx(line.slope)
    assert found.standard_error == pytest.approx(line.stderr)


def test_periods_without_a_rival_are_dropped_and_counted():
    log = pd.DataFrame(
        {
            "brand": list("XYXYXYX"),
            "units": [1, 1, 2, 1, 1, 2, 5],
            "amount": [1.0, 1, 1, 2, 3, 1, 4],
            "period": [1, 1, 2, 2, 3, 3, 4],
        }
    )
    assert loyalty.price_response(log, "X").dropped == 1


def test_a_year_of_yogurt_at_the_grocer():
    """The Complete Journey: every household's shares add up; three makers hold the shelf."""
    log = datasets.load("journey_categories")
    yogurt = log[log["category"] == "yogurt"]
    names = {"customer": "household", "brand": "manufacturer", "amount": "spend"}
    found = loyalty.behavioural_loyalty(yogurt, **names)
    assert found.brands["purchases"].sum() == len(yogurt) == 7668
    assert set(found.brands.index[:3]) == {"69", "1487", "759"}
    money = yogurt.groupby("manufacturer")["spend"].sum()
    assert found.customers.groupby("manufacturer")["spend"].sum().to_dict() == pytest.approx(
        money.to_dict()
    )
