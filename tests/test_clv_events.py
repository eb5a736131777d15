"""Event prediction: row C8 of the syllabus."""

from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv

PLAN = pd.DataFrame(
    {
        "customer": ["North", "South", "North", "North"],
        "time": [1, 0.5, 2, 0],
        "probability": [0.9, 0.8, 0.5, 1],
        "revenue": [500, 200, 400, 30],
        "cost": [200, 50, 100, 10],
        "bid": [5, 0, 8, 1],
    }
)
RATE = 0.25


def test_expected_value_by_hand():
    forecast = clv.event_prediction(PLAN, RATE)
    north = 0.9 * 300 / 1.25 + 0.5 * 300 / 1.25**2 + 20
    south = 0.8 * 150 / 1.25**0.5
    assert forecast.present_value.to_dict() == pytest.approx({"North": north, "South": south})
    assert forecast.total == pytest.approx(north + south)
    assert repr(forecast) == (
        f"EventForecast(4 events of 2 customers, expected present value {north + south:,.2f})"
    )


def test_a_certain_cost_is_paid_whether_or_not_the_event_happens():
    without, with_bid = (
        clv.event_prediction(PLAN, RATE, certain_cost=column) for column in (None, "bid")
    )
    paid = 5 / 1.25 + 8 / 1.25**2 + 1
    difference = without.present_value - with_bid.present_value
    assert difference.to_dict() == pytest.approx({"North": paid, "South": 0})
    pd.testing.assert_series_equal(without.standard_deviation, with_bid.standard_deviation)


event_lists = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.floats(0, 5),
        st.floats(0, 1),
        st.floats(0, 1e3),
        st.floats(0, 1e3),
        st.floats(0, 100),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(event_lists, st.floats(-0.2, 0.5))
def test_mean_and_deviation_are_those_of_every_possible_outcome(rows, rate):
    plan = pd.DataFrame(rows, columns=list(PLAN))
    forecast = clv.event_prediction(plan, rate, certain_cost="bid")
    for customer, events in plan.groupby("customer"):
        values, weights = [], []
        for happens in product((0, 1), repeat=len(events)):
            chance = np.where(happens, events["probability"], 1 - events["probability"])
            money = np.array(happens) * (events["revenue"] - events["cost"]) - events["bid"]
            weights.append(chance.prod())
            values.append((money / (1 + rate) ** events["time"]).sum())
        mean = np.average(values, weights=weights)
        deviation = np.average((np.array(values) - mean) ** 2, weights=weights) ** 0.5
        assert forecast.present_value[customer] == pytest.approx(mean, abs=1e-6)
        assert forecast.standard_deviation[customer] == pytest.approx(deviation, abs=1e-4)


def test_simulation_agrees_with_mean_and_deviation_within_sampling_error():
    forecast = clv.event_prediction(PLAN, RATE, certain_cost="bid")
    runs = 40_000
    drawn = forecast.simulate(runs, seed=7).values
    error = forecast.standard_deviation / runs**0.5
    assert ((drawn.mean() - forecast.present_value).abs() <= 4 * error).all()
    np.testing.assert_allclose(drawn.std(), forecast.standard_deviation, rtol=0.02)


def test_certain_events_have_no_spread():
    forecast = clv.event_prediction(PLAN.assign(probability=1), RATE)
    assert (forecast.standard_deviation == 0).all()
    drawn = forecast.simulate(3).values
    np.testing.assert_allclose(drawn, [forecast.present_value] * 3)


def test_the_same_seed_gives_the_same_draws():
    forecast = clv.event_prediction(PLAN, RATE)
    first, again, other = (forecast.simulate(50, seed).values for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_interval_cuts_equal_shares_off_both_ends():
    coin = pd.DataFrame(
        {"customer": "a", "time": 0, "probability": [0.5], "revenue": 100, "cost": 0, "bid": 30}
    )
    simulation = clv.event_prediction(coin, 0, certain_cost="bid").simulate(2000)
    frame = simulation.to_frame(level=0.8)
    assert list(frame) == ["expected", "low", "high", "chance_of_loss"]
    assert frame.loc["a", ["expected", "low", "high"]].tolist() == [20, -30, 70]
    assert frame.loc["a", "chance_of_loss"] == pytest.approx(0.5, abs=0.05)
    assert repr(simulation) == "EventSimulation(2000 runs of 1 customers)"


def test_interval_is_that_of_the_draws_and_widens_with_the_level():
    simulation = clv.event_prediction(PLAN, RATE).simulate(1000)
    narrow, wide = simulation.to_frame(0.5), simulation.to_frame(0.9)
    assert (wide["low"] <= narrow["low"]).all()
    assert (wide["high"] >= narrow["high"]).all()
    np.testing.assert_allclose(
        wide.loc["North", ["low", "high"]].astype(float),
        np.quantile(simulation.values["North"], [0.05, 0.95]),
    )


@pytest.mark.parametrize("names", [["North", "South"], [7, 8], ["all", "South"]])
def test_last_row_of_the_interval_table_is_all_customers_together(names):
    plan = PLAN.assign(
        customer=PLAN["customer"].map(dict(zip(["North", "South"], names, strict=True)))
    )
    forecast = clv.event_prediction(plan, RATE)
    simulation = forecast.simulate(500)
    frame = simulation.to_frame()
    assert frame.index.tolist() == [*names, "all"]
    assert frame["expected"].iloc[-1] == pytest.approx(forecast.total)
    assert frame["expected"].iloc[0] == pytest.approx(forecast.present_value[names[0]])
    together = simulation.values.sum(axis=1)
    assert frame["low"].iloc[-1] == pytest.approx(together.quantile(0.05))


def test_profit_and_cost_table_by_customer_and_period():
    frame = clv.event_prediction(PLAN, RATE, certain_cost="bid").to_frame()
    assert list(frame) == ["revenue", "cost", "profit", "present_value"]
    assert frame.index.names == ["customer", "period"]
    assert frame.index.tolist() == [("North", 0), ("North", 1), ("North", 2), ("South", 1)]
    assert frame.loc[("North", 1)].tolist() == pytest.approx([450, 185, 265, 265 / 1.25])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(event_lists, st.floats(-0.2, 0.5))
def test_profit_and_cost_table_loses_no_money(rows, rate):
    forecast = clv.event_prediction(pd.DataFrame(rows, columns=list(PLAN)), rate)
    frame = forecast.to_frame()
    np.testing.assert_allclose(frame["profit"], frame["revenue"] - frame["cost"], atol=1e-6)
    assert frame["present_value"].sum() == pytest.approx(forecast.total, abs=1e-6)
    assert frame["revenue"].sum() == pytest.approx(sum(row[2] * row[3] for row in rows))


@pytest.mark.parametrize(("time", "period"), [(0, 0), (0.01, 1), (1, 1), (1.01, 2)])
def test_an_event_stands_in_the_period_at_whose_end_it_has_happened(time, period):
    frame = clv.event_prediction(PLAN.head(1).assign(time=time), RATE).to_frame()
    assert frame.index.tolist() == [("North", period)]


@pytest.mark.parametrize(
    "start", ["2024-01-01", pd.Timestamp(2024, 1, 1, 18), date(2024, 1, 1), np.datetime64("2024")]
)
def test_dates_count_in_years_from_the_start(start):
    days = np.array([0, 100, 365, 1461])
    dated = PLAN.assign(time=pd.Timestamp(2024, 1, 1) + pd.to_timedelta(days, unit="D"))
    numbered = PLAN.assign(time=days / 365.25)
    by_date = clv.event_prediction(dated, RATE, start=start)
    by_number = clv.event_prediction(numbered, RATE)
    pd.testing.assert_series_equal(by_date.present_value, by_number.present_value)
    assert by_date.events["time"].iloc[-1] == 4


def test_dates_are_calendar_days_whatever_the_hour_and_the_time_zone():
    dates = pd.Series(pd.to_datetime(["2024-03-01 23:59", "2024-07-01 00:00"] * 2))
    forms = [dates.dt.normalize(), dates, dates.dt.tz_localize("Europe/Paris")]
    forecasts = [
        clv.event_prediction(PLAN.assign(time=form), RATE, start="2024-01-01") for form in forms
    ]
    for forecast in forecasts[1:]:
        pd.testing.assert_frame_equal(forecast.events, forecasts[0].events)


def test_the_names_of_the_columns_are_free():
    renamed = PLAN.rename(columns=lambda name: f"my {name}")
    forecast = clv.event_prediction(
        renamed,
        RATE,
        customer="my customer",
        time="my time",
        probability="my probability",
        revenue="my revenue",
        cost="my cost",
        certain_cost="my bid",
    )
    expected = clv.event_prediction(PLAN, RATE, certain_cost="bid")
    pd.testing.assert_frame_equal(forecast.events, expected.events)


def test_columns_of_the_event_table_and_order_of_the_customers():
    forecast = clv.event_prediction(PLAN, RATE)
    assert list(forecast.events) == [
        "customer",
        "time",
        "probability",
        "revenue",
        "cost",
        "certain_cost",
        "expected_profit",
        "discount_factor",
        "present_value",
    ]
    assert forecast.present_value.index.tolist() == ["North", "South"]
    assert forecast.standard_deviation.index.tolist() == ["North", "South"]


def test_the_row_labels_of_the_plan_do_not_matter():
    shuffled = PLAN.set_axis([3, 3, 1, 0], axis=0)
    pd.testing.assert_frame_equal(
        clv.event_prediction(shuffled, RATE).events, clv.event_prediction(PLAN, RATE).events
    )
