"""Stages of collection, best stopping point, two goals, estimates from a history: row K6.

No worked example of a published source is used here: the numbers come from independent
computations, a simulation of single debts and identities.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import credit, datasets

quick = settings(max_examples=40, deadline=None, derandomize=True)
unit = st.floats(0, 1).map(lambda x: round(x, 3))
rows = st.lists(
    st.tuples(st.floats(0, 500), st.floats(0, 200), unit, unit, unit, unit),
    min_size=1,
    max_size=6,
)
STAGES = credit.collection_stages()


def table_of(found):
    return pd.DataFrame(found, columns=["cost", "days", "chance", "share", "fee", "loss"])


def stop_by_hand(stages, amount, rate, future, salvage, k):
    """Present value of stopping after k stages, walked through path by path."""
    value, reach, day, kept = 0.0, 1.0, 0.0, 1.0
    for stage in stages.head(k).to_dict("records"):
        now, later = ((1 + rate) ** (-d / 365) for d in (day, day + stage["days"]))
        value -= reach * now * (stage["cost"] + kept * stage["loss"] * future)
        paid = stage["chance"] * stage["share"] * (1 - stage["fee"]) * amount
        value += reach * later * paid
        reach, day, kept = (
            reach * (1 - stage["chance"]),
            day + stage["days"],
            kept * (1 - stage["loss"]),
        )
    return value + reach * (1 + rate) ** (-day / 365) * salvage * amount


def test_two_stages_by_hand():
    stages = pd.DataFrame({"cost": [10, 100], "days": [0, 0], "chance": [0.5, 0.6]}, ["a", "b"])
    # 500: second stage 0.6·500 − 100 = 200; first −10 + 0.5·500 + 0.5·200 = 340.
    plan = credit.collection_plan(stages, 500)
    assert plan.table["value"].tolist() == pytest.approx([340, 200])
    assert (plan.stop, plan.value) == ("b", pytest.approx(340))
    # 150: the second would lose 10, so one stops after the first: −10 + 75 = 65.
    plan = credit.collection_plan(stages, 150)
    assert (plan.stop, plan.value) == ("a", pytest.approx(65))
    assert credit.collection_plan(stages, 15).stop is None
    # The lines meet at 100/0.6 and at 10/0.5.
    sizes = credit.collection_sizes(stages)
    assert sizes.table["from"].tolist() == pytest.approx([0, 20, 100 / 0.6])
    assert sizes.write_off == pytest.approx(20)


def test_a_stage_that_loses_may_open_the_way_to_one_that_pays():
    stages = pd.DataFrame({"cost": [50, 100], "days": [0, 0], "chance": [0.01, 0.9]}, ["a", "b"])
    plan = credit.collection_plan(stages, 1000)
    assert plan.table["gain"].iloc[0] < 0
    assert plan.stop == "b"


@quick
@given(rows, st.floats(0, 1e4), st.floats(-0.2, 0.5), st.floats(0, 5e3), unit)
def test_backward_induction_finds_the_best_of_all_stopping_points(found, debt, rate, future, rest):
    stages = table_of(found)
    plan = credit.collection_plan(stages, debt, rate, customer_value=future, salvage=rest)
    values = [stop_by_hand(stages, debt, rate, future, rest, k) for k in range(len(stages) + 1)]
    assert plan.table["stop_after"].tolist() == pytest.approx(values[1:], abs=1e-6)
    assert plan.value == pytest.approx(max(values), abs=1e-6)
    taken = 0 if plan.stop is None else plan.stop + 1
    assert values[taken] == pytest.approx(max(values), abs=1e-6)


@quick
@given(rows, st.floats(-0.2, 0.5), st.floats(0, 5e3), unit, st.floats(0, 1e4))
def test_the_ranges_of_amounts_agree_with_single_plans(found, rate, future, rest, debt):
    stages = table_of(found)
    options = {"rate": rate, "customer_value": future, "salvage": rest}
    sizes = credit.collection_sizes(stages, **options)
    values = sizes.value(debt)[0]
    best = sizes.best(debt)
    place = 0 if best is None else best + 1
    assert values[place] == pytest.approx(values.max(), abs=1e-6)
    assert values.max() == pytest.approx(
        credit.collection_plan(stages, debt, **options).value, abs=1e-6
    )
    table = sizes.table
    assert table["from"].iloc[0] == 0
    assert table["to"].iloc[-1] == np.inf
    assert (table["from"].to_numpy()[1:] == table["to"].to_numpy()[:-1]).all()
    assert all(low < high for low, high in pairwise(table["from"]))


@quick
@given(rows, st.floats(0, 1e4))
def test_a_larger_debt_is_never_worth_less(found, debt):
    stages = table_of(found)
    small, large = (credit.collection_plan(stages, x, 0.1).value for x in (debt, 2 * debt + 1))
    assert -1e-9 <= small <= large + 1e-9
    assert credit.collection_plan(stages, debt, 0.1).value <= debt + 1e-9


def test_a_simulation_of_single_debts_agrees():
    rng, debt, future = np.random.default_rng(7), 2000.0, 900.0
    plan = credit.collection_plan(STAGES, debt, 0.1, customer_value=future)
    size = 40_000
    open_, kept = np.ones(size, dtype=bool), np.ones(size, dtype=bool)
    value, day = np.zeros(size), 0.0
    for stage in STAGES.loc[: plan.stop].to_dict("records"):
        value[open_] -= stage["cost"] * 1.1 ** (-day / 365)
        # A customer is lost, or not, by every step that is taken.
        gone = open_ & kept & (rng.random(size) < stage["loss"])
        value[gone] -= future * 1.1 ** (-day / 365)
        kept &= ~gone
        day += stage["days"]
        pays = open_ & (rng.random(size) < stage["chance"])
        value[pays] += debt * stage["share"] * (1 - stage["fee"]) * 1.1 ** (-day / 365)
        open_ &= ~pays
    assert value.mean() == pytest.approx(plan.value, abs=4 * value.std() / np.sqrt(size))


def test_the_customer_at_stake_makes_one_stop_earlier():
    stops = [
        credit.collection_plan(STAGES, 5000, 0.1, customer_value=value).stop
        for value in (0, 9000, 60_000)
    ]
    places = [list(STAGES.index).index(stop) for stop in stops]
    assert places == sorted(places, reverse=True)
    assert len(set(places)) > 1


def test_the_built_in_ranges():
    sizes = credit.collection_sizes(STAGES, 0.1)
    assert sizes.best(0) is None
    assert sizes.best(100) == "call"
    assert sizes.best(5000) == "court"
    assert "visit" not in sizes.table["stop"].tolist()  # it only leads to the agency
    never = credit.collection_sizes(STAGES.assign(chance=0.0))
    assert (never.write_off, never.best(1e9)) == (np.inf, None)


# The two goals.


def test_goals_by_hand():
    stages = pd.DataFrame(
        {"cost": [10, 50], "days": [10, 20], "chance": [0.5, 0.4], "share": [1, 0.5],
         "fee": [0, 0.2], "loss": [0, 0.5]}, ["a", "b"],
    )  # fmt: skip
    found = credit.collection_goals({"all": stages, "one": stages.head(1)}, 100, overdue=0.2)
    table = found.table
    # Half pays after 10 days; of the other half 40 % pays half after 20 more.
    assert table.loc["all", "bad_debts"] == pytest.approx(1 - 0.5 - 0.5 * 0.4 * 0.5)
    assert table["days"].tolist() == pytest.approx([10 + 0.5 * 20, 10])
    assert table["dso"].tolist() == pytest.approx([4, 2])
    assert table.loc["all", "cost"] == pytest.approx((10 + 25) / 100 + 0.1 * 0.2)
    assert table.loc["all", "customers_lost"] == pytest.approx(0.25)
    assert table.loc["all", "net"] == pytest.approx(50 + 10 * 0.8 - 35)
    assert table["efficient"].all()


@quick
@given(rows, st.floats(1, 1e4), st.floats(0, 0.5))
def test_the_net_value_of_a_policy_is_that_of_its_last_stop(found, debt, rate):
    stages = table_of(found)
    goals = credit.collection_goals({"x": stages}, debt, rate=rate, customer_value=300)
    plan = credit.collection_plan(stages, debt, rate, customer_value=300)
    assert goals.table["net"].iloc[0] == pytest.approx(plan.table["stop_after"].iloc[-1], abs=1e-6)


def test_going_further_loses_less_and_takes_longer():
    goals = credit.collection_goals({k: STAGES.iloc[:k] for k in range(1, 7)}, 800)
    assert (np.diff(goals.table["bad_debts"]) < 0).all()
    assert (np.diff(goals.table["days"]) > 0).all()
    assert goals.table["efficient"].all()


# Estimates.


def simulated(count, stages, seed=0):
    """History of debts that go through the stages by their chances."""
    rng, found = np.random.default_rng(seed), []
    for case in range(count):
        day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(rng.integers(0, 300)))
        for name, stage in stages.iterrows():
            until = day + pd.Timedelta(days=int(stage["days"]))
            paid = rng.random() < stage["chance"]
            money = 100 * stage["share"] if paid else 0.0
            found.append(
                (case, name, day, until, 100.0, money, stage["cost"], money * stage["fee"])
            )
            day = until
            if paid:
                break
    names = ["invoice", "stage", "date", "until", "open", "recovered", "cost", "fee"]
    return pd.DataFrame(found, columns=names)


def test_estimates_find_the_stages_again():
    history = simulated(1200, STAGES)
    shuffled = history.sample(frac=1, random_state=1, ignore_index=True)
    found = credit.estimate_stages(shuffled, fee="fee")
    table = found.table
    assert table.index.tolist() == STAGES.index.tolist()
    assert (table["low"] < STAGES["chance"]).all()
    assert (table["high"] > STAGES["chance"]).all()
    for column in ("share", "fee", "cost", "days"):
        assert table[column].tolist() == pytest.approx(STAGES[column].tolist()), column
    assert table["tried"].sum() == len(history)
    assert (table["tried"] - table["settled"]).tolist()[:-1] == table["tried"].tolist()[1:]
    assert set(found.stages()) == {"cost", "days", "chance", "share", "fee"}


def test_parts_and_running_steps_are_counted():
    steps = pd.DataFrame(
        {
            "invoice": ["A", "A", "B", "C"],
            "stage": ["first", "second", "first", "first"],
            "date": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-01", "2024-02-01"]),
            "until": pd.to_datetime(["2024-01-11", "2024-01-15", "2024-01-06", None]),
            "open": [100.0, 60, 50, 70],
            "recovered": [40.0, 60, 0, np.nan],
            "cost": [1.0, 5, 1, 1],
        }
    )
    first = credit.estimate_stages(steps).table.loc["first"]
    assert (first["tried"], first["settled"], first["running"]) == (2, 0, 1)
    assert first["part"] == pytest.approx(40 / 150)
    assert np.isnan(first["share"])
    assert credit.estimate_stages(steps).stages()["share"].tolist() == [1, 1]
    turned = credit.estimate_stages(steps, order=["second", "first"])
    assert turned.table.index.tolist() == ["second", "first"]


def test_a_short_history_leaves_the_stopping_point_open():
    few = credit.estimate_stages(simulated(60, STAGES, seed=2), fee="fee")
    many = credit.estimate_stages(simulated(1500, STAGES, seed=2), fee="fee")
    debt = credit.collection_sizes(STAGES).table["from"].iloc[-1] * 1.5
    sure = [found.stops(debt, draws=300)["best"].max() for found in (few, many)]
    assert sure[0] < sure[1]
    table = many.stops(debt, draws=300)
    assert table["best"].sum() == pytest.approx(1)
    assert table.index[0] == "nothing"
    assert (table["low"] <= table["high"]).all()
    pd.testing.assert_frame_equal(table, many.stops(debt, draws=300))
    kept = many.stops(debt, customer_value=1e6, loss=[0, 1, 0, 0, 0, 0], draws=50)
    assert kept["best"].idxmax() == "reminder"


def test_the_history_of_the_company_gives_stages():
    found = credit.estimate_stages(datasets.load("company_dunning"), fee="fee")
    assert found.table["running"].sum() == 128
    plan = credit.collection_plan(found.stages(), 2000, 0.08)
    assert plan.stop == "court"


def test_stages_take_dates_of_a_zone():
    dates = pd.to_datetime(["2025-03-01", "2025-03-15", "2025-03-02", "2025-03-20"])
    until = pd.to_datetime(["2025-03-15", "2025-03-20", "2025-03-10", None])
    steps = pd.DataFrame(
        {
            "invoice": ["I1", "I1", "I2", "I3"],
            "stage": ["reminder", "call", "reminder", "reminder"],
            "date": dates,
            "until": until,
            "open": [500.0, 500.0, 80.0, 90.0],
            "cost": [5.0, 20.0, 5.0, 5.0],
            "recovered": [0.0, 500.0, 80.0, None],
        }
    )
    zoned = steps.assign(
        date=dates.tz_localize("Asia/Shanghai"), until=until.tz_localize("Asia/Shanghai")
    )
    pd.testing.assert_frame_equal(
        credit.estimate_stages(zoned).table, credit.estimate_stages(steps).table
    )
