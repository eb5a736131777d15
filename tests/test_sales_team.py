"""Priorities and pay: published rules of scheduling, identities, and the simulated company."""

import warnings
from decimal import Decimal
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, sales

DAY = "2025-11-30"
RULE = {"day": DAY, "important_from": 300}


def tasks_of(rows: list[tuple[int, float, float]]) -> pd.DataFrame:
    """Tasks from days left, value and hours."""
    left, value, hours = zip(*rows, strict=True)
    due = pd.Timestamp(DAY) + pd.to_timedelta(left, unit="D")
    return pd.DataFrame({"due": due, "value": value, "hours": hours})


TASKS = tasks_of([(0, 900, 2), (1, 10, 1), (20, 800, 1), (9, 5, 3), (-4, 400, 1)])


# ------------------------------------------------------------------ priorities


def test_quadrants_and_order() -> None:
    grid = sales.priority_grid(TASKS, **RULE)
    # 0: 450 per hour and urgent; 4: 400 and overdue; 2 can wait; 1 is urgent only; 3 neither.
    assert grid.actions.index.tolist() == [0, 4, 2, 1, 3]
    assert grid.actions["quadrant"].tolist() == [1, 1, 2, 3, 4]
    assert grid.summary["tasks"].tolist() == [2, 1, 1, 1]
    assert grid.summary["overdue"].tolist() == [1, 0, 0, 0]
    assert grid.actions["cumulative"].tolist() == [2, 3, 4, 5, 8]
    assert grid.plan(3.5).index.tolist() == [0, 4]
    assert grid.plan(2.9).index.tolist() == [0]
    assert grid.plan(4).index.tolist() == [0, 4, 2]


def test_the_edges_belong_to_the_quadrant() -> None:
    grid = sales.priority_grid(tasks_of([(3, 300, 1), (4, 299, 1)]), **RULE)
    assert grid.actions["quadrant"].tolist() == [1, 4]


rows = st.lists(
    st.tuples(st.integers(-3, 12), st.integers(0, 50), st.integers(1, 6)), min_size=2, max_size=5
)


@given(rows)
@settings(max_examples=25, deadline=None)
def test_due_date_and_value_per_hour_do_what_is_proved_of_them(given: list) -> None:
    # Jackson 1955: the earliest due date first has the smallest maximum lateness. Smith 1956: the
    # highest value per hour first has the smallest sum of value × completion time.
    tasks = tasks_of(given)
    made = sales.work_through(tasks, hours_per_day=2, **RULE).table
    left, value, hours = (np.array(column, float) for column in zip(*given, strict=True))
    late, waiting = [], []
    for order in permutations(range(len(given))):
        done = np.cumsum(hours[list(order)]) / 2
        late.append(max(0.0, (done - left[list(order)] - 1).max()))
        waiting.append(value[list(order)] @ done)
    assert made.loc["due date", "max_days_late"] == pytest.approx(min(late))
    assert made.loc["value per hour", "waiting"] == pytest.approx(min(waiting))
    assert (made["kept"] <= value.sum() + 1e-9).all()


def test_open_tasks_are_those_of_that_day() -> None:
    tasks = datasets.load("company_tasks")
    here = sales.open_tasks(tasks, DAY)
    day = pd.Timestamp(DAY)
    ended = tasks[["done", "dropped"]].min(axis=1)
    expected = tasks[(tasks["created"] <= day) & ~(ended <= day)]
    assert here.index.equals(expected.index)


def test_a_customer_counts_before_the_lead() -> None:
    tasks = pd.DataFrame({"lead": ["L1", "L1", "L9", None], "customer": ["C1", None, None, "C9"]})
    stake = sales.task_stakes(tasks, pd.Series({"L1": 40}), pd.Series({"C1": 900}), at_risk=0.2)
    assert stake.tolist() == [180, 40, 0, 0]


# ------------------------------------------------------------------ pay

WORLD = sales.Territory()


def test_revenue_alone_buys_promises_and_nothing_else() -> None:
    assert sales.choose_effort(WORLD, 0).tolist() == [1, 0, 0]
    assert WORLD.satisfaction([1, 0, 0]) == 0  # 0.45 − 0.5, and not below zero
    assert WORLD.stay([1, 0, 0]) == pytest.approx(0.3)


def test_a_choice_is_the_best_of_the_grid() -> None:
    grid = sales.efforts(20)
    assert len(grid) == 21 * 22 / 2
    np.testing.assert_allclose(grid.sum(axis=1), 1)
    for w in (0.2, 0.45, 0.7):
        chosen = sales.choose_effort(WORLD, w, steps=20)
        pay = (1 - w) * np.sqrt(grid[:, 0]) + w * WORLD.score(grid)
        own = (1 - w) * np.sqrt(chosen[0]) + w * float(WORLD.score(chosen))
        assert own == pytest.approx(pay.max())


def test_customers_add_up_period_by_period() -> None:
    made = sales.pay_scheme(WORLD, 0, effort=[0.36, 0.64, 0], periods=9)
    new = 10 * 0.6
    stay = 0.3 + 0.65 * (0.45 + 0.6 * 0.8 - 0.5 * 0.36)
    base, kept = 0.0, []
    for _period in range(9):
        kept.append(base)
        base = (base + new) * stay
    # Kept at t counts those of before who stayed; a new one may leave after the first period.
    expected = [sum(new * stay**j for j in range(1, t + 1)) for t in range(9)]
    np.testing.assert_allclose(made.table["kept"], expected)
    np.testing.assert_allclose(made.table["revenue"], new + np.array(expected))
    value = sum((new + k) * 0.3 * 1.02**-t for t, k in enumerate(expected, 1))
    assert made.value == pytest.approx(value)


def test_short_sight_is_what_costs() -> None:
    short = sales.pay_scheme(WORLD, 0)
    long = sales.pay_scheme(WORLD, 0, horizon=12, repeat=1)
    assert short.table["revenue"].iloc[0] > long.table["revenue"].iloc[0]
    assert short.table["revenue"].iloc[-1] < long.table["revenue"].iloc[-1]
    assert long.value > 1.3 * short.value
    # A representative who is paid on all revenue and looks as far as the firm does what it wants.
    assert long.value == pytest.approx(sales.pay_weights(WORLD).ideal, rel=0.01)


def test_gaming_lowers_what_the_best_weight_is_worth() -> None:
    worth, best = [], []
    for polish in (0.0, 0.3, 0.8):
        found = sales.pay_weights(sales.Territory(polish=polish), steps=20)
        worth.append(found.table["value"].max())
        best.append(found.best)
        assert found.table["value"].max() <= found.ideal + 1e-9
        gap = found.table["score"] - found.table["satisfaction"]
        assert (gap >= -1e-12).all()
        assert (gap.max() > 0) == (found.table["polishing"].max() > 0 and polish > 0)
    assert worth[0] > worth[1] > worth[2]
    assert best[0] > best[2]


def test_the_team_agrees_with_the_expectation() -> None:
    division = [0.36, 0.64, 0]
    team = sales.simulate_team(WORLD, {"one": division}, periods=400, seed=4)
    path = sales.pay_scheme(WORLD, 0, effort=division, periods=400).table
    assert team.table["contracts"].iloc[0] == pytest.approx(path["contracts"].sum(), rel=0.06)
    assert team.table["kept"].iloc[0] == pytest.approx(path["kept"].sum(), rel=0.08)
    assert team.table["score"].iloc[0] == pytest.approx(float(WORLD.score(division)), abs=0.02)
    assert team.table[["pay_revenue", "pay_mixed"]].iloc[0].tolist() == [1, 1]


def test_rep_accounts_hold_what_was_signed_against_the_orders() -> None:
    leads, orders = datasets.load("company_leads"), datasets.load("company_orders")
    found = sales.rep_accounts(leads, orders)
    won = leads[leads["outcome"] == "won"]
    assert found.contracts + found.too_young + found.without_customer == len(won)
    old = won[won["contract"] <= pd.Timestamp("2024-12-31")]
    one = old[old["rep"] == "R7"]
    log = orders.merge(one[["customer", "contract"]], on="customer")
    age = (log["date"] - log["contract"]).dt.days
    assert found.table.loc["R7", "ordered"] == pytest.approx(log.loc[age < 365, "amount"].sum())
    assert found.table.loc["R7", "signed"] == one["value_signed"].sum()
    promise = datasets.load("company_reps_truth").set_index("rep")["promise"]
    assert np.corrcoef(found.table["delivered"], promise)[0, 1] < -0.8
    assert np.corrcoef(found.table["kept"], promise)[0, 1] < -0.8


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sales.priority_grid(TASKS, day=DAY, important_from=-1), "important_from must"),
        (lambda: sales.priority_grid(TASKS.assign(hours=0), **RULE), r"hours must be above 0"),
        (lambda: sales.priority_grid(TASKS.assign(due=1), **RULE), r"due must hold dates"),
        (lambda: sales.work_through(TASKS, orders=["luck"], **RULE), r"orders must be one of"),
        (lambda: sales.work_through(TASKS, orders="grid", **RULE), r"orders must be a list"),
        (
            lambda: sales.task_stakes(
                pd.DataFrame({"lead": ["a"], "customer": [None]}), [1], pd.Series({"b": 1.0})
            ),
            r"lead_value must be a pandas Series; got list",
        ),
        (lambda: sales.Territory(margin=2), r"margin must be between 0 and 1; got 2"),
        (lambda: sales.Territory(polish=50), r"polish must be between 0 and 1; got 50"),
        (lambda: sales.Territory(retention=(0.9, 0.2)), r"retention must be two chances below 1"),
        (lambda: sales.choose_effort(WORLD, 1.2), r"weight must be between 0 and 1; got 1.2"),
        (lambda: sales.choose_effort("here", 0.2), r"world must be a Territory; got str"),
        (lambda: sales.pay_scheme(WORLD, 0.2, effort=[0.5, 0.2, 0.2]), r"effort must sum to 1"),
        (lambda: sales.pay_scheme(WORLD, 0.2, effort=[0.5, 0.5]), r"effort must have 3 shares"),
        (lambda: sales.pay_weights(WORLD, [0.5, 0.2]), r"weights must rise; got \[0.5, 0.2\]"),
        (lambda: sales.simulate_team(WORLD, {}), r"efforts must be a mapping"),
        (
            lambda: sales.rep_accounts(
                datasets.load("company_leads"), datasets.load("company_orders"), day="2023-06-30"
            ),
            r"leads must have a contract a year before 2023-06-30; got none",
        ),
    ],
)
def test_bad_input(call, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_accounts_take_money_as_decimal_and_dates_of_a_zone():
    leads, orders = datasets.load("company_leads"), datasets.load("company_orders")
    plain = sales.rep_accounts(leads, orders).table
    zoned = leads.assign(contract=leads["contract"].dt.tz_localize("Asia/Shanghai"))
    money = orders.assign(amount=[Decimal(str(amount)) for amount in orders["amount"]])
    pd.testing.assert_frame_equal(sales.rep_accounts(zoned, money).table, plain)
    with pytest.raises(TypeError, match="contract must hold dates"):
        sales.rep_accounts(leads.assign(contract=leads["contract"].astype(str)), orders)
    with pytest.raises(TypeError, match="value_signed must be a number"):
        sales.rep_accounts(leads.assign(value_signed=leads["value_signed"].astype(str)), orders)


def test_tasks_take_dates_of_a_zone_and_customers_as_a_category():
    tasks = datasets.load("company_tasks")
    zoned = tasks.assign(
        **{c: tasks[c].dt.tz_localize("Asia/Shanghai") for c in ("created", "done", "dropped")}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = sales.open_tasks(zoned, "2025-11-30")
    assert found.index.equals(sales.open_tasks(tasks, "2025-11-30").index)
    some = pd.DataFrame({"lead": ["L1", None, None], "customer": [None, "C1", None]})
    stakes = sales.task_stakes(
        some.astype("category"), pd.Series({"L1": Decimal(40)}), pd.Series({"C1": Decimal(900)})
    )
    assert stakes.tolist() == [40.0, 90.0, 0.0]


def test_the_rate_may_be_a_decimal():
    world = sales.Territory()
    one, two = (sales.pay_weights(world, rate=rate).ideal for rate in (0.02, Decimal("0.02")))
    assert one == pytest.approx(two)
