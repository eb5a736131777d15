"""The capstone: rules of a strategy, exact plans, effects in a trial, a score held to the truth."""

import importlib.util
import itertools
import math
import sys
from decimal import Decimal
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import crm, datasets, widgets
from crmlab.crm.capstone import ACTIONS, BUDGET
from crmlab.crm.capstone_score import KINDS
from tests.pictures.capstone import CALM, trial, truth

ROOT = Path(__file__).parents[1]
TRUE = datasets.load("company_next_truth")
COSTS = crm.capstone_actions()["cost"].to_dict()
YEAR = 365.25


def strategy(**actions):
    return pd.DataFrame({"customer": list(actions), "action": list(actions.values())})


# ---- the rules of a strategy


def test_the_actions_are_those_of_the_recipe(recipe):
    table = crm.capstone_actions()
    assert tuple(table.index) == ACTIONS == recipe.ACTIONS
    assert table.loc["offer", "rebate"] == recipe.NEXT.rebate
    assert table.loc["none", "owed_days"] == recipe.NEXT.owed_days
    assert table.loc["credit", "owed_days"] == recipe.NEXT.owed_days_credit
    assert table.loc["prepay", "owed_days"] == 0


def test_a_strategy_is_put_into_the_order_of_the_customers():
    chosen = crm.check_strategy(strategy(B="visit", A="none").assign(why="x"), ["A", "B"])
    assert chosen.to_dict() == {"A": "none", "B": "visit"}
    assert list(chosen.index) == ["A", "B"]
    assert crm.strategy_cost(chosen) == 120


@pytest.mark.parametrize(
    ("table", "budget", "words"),
    [
        (strategy(A="none"), 100, "a row for each of the 2 customers.*got none for 1, first 'B'"),
        (strategy(A="none", B="none", C="none"), 100, "in its column customer; got 1 others.*'C'"),
        (pd.concat([strategy(A="none", B="none")] * 2), 100, "one row per customer; got 2 again"),
        (strategy(A="none", B="Visit"), 100, "action must be one of none, visit.*'Visit' for 'B'"),
        (strategy(A="x", B="y"), 100, "got 'x' for 'A', and 1 more"),
        (strategy(A="none", B="visit"), 100, "at most the budget of 100; got 120"),
        (strategy(A="none", B="visit").drop(columns="action"), 100, "the column 'action'"),
        (strategy(A="none", B="visit"), -1, "budget must be at least 0"),
        (strategy(A="none", B="none").replace("none", None), 100, "action must be one of"),
    ],
)
def test_a_strategy_that_breaks_a_rule(table, budget, words):
    with pytest.raises(ValueError, match=words):
        crm.check_strategy(table, ["A", "B"], budget)


def test_a_strategy_is_a_table_and_customers_are_there_once():
    with pytest.raises(TypeError, match="strategy must be a pandas DataFrame"):
        crm.check_strategy(["none"], ["A"])
    with pytest.raises(ValueError, match="customers must be there, each once"):
        crm.check_strategy(strategy(A="none"), ["A", "A"])
    with pytest.raises(ValueError, match="each of actions must be one of"):
        crm.strategy_cost(pd.Series(["fly"]))


def test_the_simple_rule_visits_the_largest_and_no_more_than_it_can_pay():
    margin = pd.Series({"A": 5.0, "B": 30.0, "C": 0.0, "D": -2.0, "E": 30.0})
    rule = crm.simple_strategy(margin, 250).set_index("customer")["action"]
    assert rule.to_dict() == {"A": "none", "B": "visit", "C": "none", "D": "none", "E": "visit"}
    assert (crm.simple_strategy(margin, 10_000)["action"] == "visit").sum() == 3
    with pytest.raises(ValueError, match="got 'A' twice"):
        crm.simple_strategy(pd.Series([1.0, 2.0], index=["A", "A"]))
    with pytest.raises(TypeError, match="margin must be a pandas Series"):
        crm.simple_strategy([1, 2])


# ---- the best plan within a budget


def best_by_trying_all(gains, budget):
    names = [*gains.columns, "none"]
    best = 0.0
    for chosen in itertools.product(names, repeat=len(gains)):
        cost = sum(COSTS[name] for name in chosen)
        if cost <= budget:
            net = sum(
                gains.iloc[i][name] - COSTS[name] for i, name in enumerate(chosen) if name != "none"
            )
            best = max(best, net)
    return best


GAINS = st.lists(
    st.lists(st.integers(-100, 400).map(float), min_size=3, max_size=3), min_size=1, max_size=4
)


@given(GAINS, st.integers(0, 40).map(lambda n: 10.0 * n))
@settings(max_examples=60, deadline=None)
def test_the_plan_is_as_good_as_the_best_of_all_strategies(rows, budget):
    gains = pd.DataFrame(rows, columns=["visit", "repair", "prepay"])
    plan = crm.plan_budget(gains, budget)
    assert plan.net == pytest.approx(best_by_trying_all(gains, budget))
    assert plan.spent == plan.table["cost"].sum() <= budget
    assert plan.curve["net"].is_monotonic_increasing
    assert plan.curve["net"].iloc[-1] == pytest.approx(plan.net)
    assert (plan.table["net"] >= 0).all()


def test_the_dearest_gain_may_have_to_wait():
    # 120 yuan buy one visit (180 net) or four times credit (4 · 50 = 200 net).
    gains = pd.DataFrame({"visit": [300, 0, 0, 0, 0], "credit": [0, 80, 80, 80, 80]})
    plan = crm.plan_budget(gains, 120)
    assert plan.net == 200
    assert plan.by_action()["customers"].to_dict() == {"credit": 4}
    assert repr(crm.plan_budget(gains, 0)) == "BudgetPlan(nothing; 0 spent, 0 net)"
    assert plan.to_frame().equals(plan.table)


@pytest.mark.parametrize(
    ("gains", "kind", "words"),
    [
        (pd.DataFrame({"fly": [1.0]}), ValueError, "column of gains must be one of"),
        (pd.DataFrame({"visit": [float("nan")]}), ValueError, "gains must be finite"),
        (pd.DataFrame({"visit": [1.0, 2.0]}, index=["A", "A"]), ValueError, "got 'A' twice"),
        (pd.DataFrame({"visit": []}), ValueError, "gains must not be empty"),
        ([1.0], TypeError, "gains must be a pandas DataFrame"),
    ],
)
def test_gains_that_make_no_plan(gains, kind, words):
    with pytest.raises(kind, match=words):
        crm.plan_budget(gains)


# ---- what a trial says


def test_the_change_is_the_difference_of_two_ratios():
    table = pd.DataFrame(
        {
            "action": ["visit", "visit", "none", "none"],
            "before": [100, 300, 200, 200],
            "after": [130, 390, 100, 300],
        }
    )
    found = crm.trial_gain(table, "visit", "after", "before").table.loc["all"]
    assert (found["with_action"], found["without"]) == (1.3, 1.0)
    # By hand: residuals 0 and 0 with a visit; −100 and 100 without, 2/1 · 20,000 / 400².
    assert found["high"] - found["change"] == pytest.approx(1.959964 * math.sqrt(0.25), rel=1e-6)
    shares = crm.trial_gain(table.assign(stay=[True, False, False, False]), "visit", "stay")
    assert shares.table.loc["all", "change"] == 0.5
    assert shares.to_frame().equals(shares.table)


def test_groups_keep_the_order_of_their_categories():
    table = trial()
    group = pd.Series(pd.Categorical(table["group"], ["all kinds", "beans"]), name="kind")
    found = crm.trial_gain(table, "visit", "after", "before", group)
    assert list(found.table.index) == ["all kinds", "beans"]
    assert found.table.index.name == "kind"
    assert found.table.loc["beans", "low"] > 0.1
    alone = group.copy()
    alone.iloc[:-1] = "beans"
    small = crm.trial_gain(table, "visit", "after", "before", alone).table.loc["all kinds"]
    assert math.isnan(small["change"])


@given(st.integers(0, 10_000), st.floats(0.1, 50))
@settings(max_examples=30, deadline=None)
def test_a_ratio_has_no_unit(seed, factor):
    table = trial(seed)
    scaled = table.assign(before=table["before"] * factor, after=table["after"] * factor)
    one, two = (crm.trial_gain(t, "visit", "after", "before").table for t in (table, scaled))
    assert np.allclose(one, two)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"action": "none"}, ValueError, "action must be one of 'visit'"),
        ({"action": "offer"}, ValueError, "customers with the action 'offer'; got none"),
        ({"outcome": "profit"}, ValueError, "must have the column 'profit'"),
        ({"base": "negative"}, ValueError, "negative must be at least 0"),
        ({"level": 1.0}, ValueError, "level must be"),
        ({"group": ["a"]}, TypeError, "group must be a pandas Series"),
        ({"group": pd.Series(["a"])}, ValueError, "one value per row of trial"),
        ({"group": pd.Series([None] * 240)}, ValueError, "group must not be missing"),
        ({"outcome": "group"}, TypeError, "group must be a number"),
    ],
)
def test_a_trial_that_cannot_be_read(change, kind, words):
    table = trial().assign(negative=-1)
    usual = {"trial": table, "action": "visit", "outcome": "after", "base": "before"}
    with pytest.raises(kind, match=words):
        crm.trial_gain(**{**usual, **change})


# ---- the truth


def profit(action, **change):
    return float(crm.expected_profit(truth(change), action).iloc[0])


def by_hand(action, rate, lift=1.0, left=0.29, owed=60.0, fails=0.2):
    """Profit of the calm customer of the pictures, for a constant rate of leaving."""
    stay = (1 - math.exp(-rate)) / rate
    sales = 10 * 200 * lift
    lost = (1 - math.exp(-rate)) * fails * owed / YEAR * sales
    return stay * (sales * left - 100) - lost


def test_expected_profit_by_hand():
    assert profit("none") == pytest.approx(by_hand("none", 0.2))
    assert profit("visit") == pytest.approx(by_hand("visit", 0.2, lift=1.3))
    assert profit("credit") == pytest.approx(by_hand("credit", 0.2, 1.1, 0.26, 180.0))
    assert profit("prepay") == pytest.approx(by_hand("prepay", 0.2, 0.9, 0.30, 0.0))
    # An offer takes 70 % off the 80 % that are no failures: 0.2 + 0.8 · 0.3 = 0.44 of the rate.
    kept = by_hand("offer", 0.2 * 0.44, left=0.28, fails=0.2 / 0.44)
    assert profit("offer") == pytest.approx(kept)
    assert profit("repair") == profit("none")


def test_a_complaint_works_until_its_day_and_a_repair_mends_it():
    days = 146.1  # 0.4 of a year
    early, late = 0.6 * 0.4, 0.2 * 0.6
    stay = (1 - math.exp(-early)) / 0.6 + math.exp(-early) * (1 - math.exp(-late)) / 0.2
    lost = (1 - math.exp(-early - late)) * 0.2 * 60 / YEAR * 2000
    assert profit("none", complaint_days=days) == pytest.approx(stay * 480 - lost)
    mended = profit("none", complaint_days=days, unmended_factor=1.1)
    mixed = 0.8 * mended + 0.2 * profit("none", complaint_days=days)
    assert profit("repair", complaint_days=days) == pytest.approx(mixed)


def test_who_has_left_brings_nothing_whatever_is_done():
    gone = crm.true_gains(truth({"alive": False}))
    assert (gone == 0).all(axis=None)
    assert profit("none", alive=False) == 0
    assert profit("none", churn_rate=0.0) == pytest.approx(2000 * 0.29 - 100)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"fails": 1.2}, ValueError, "fails must be between 0 and 1"),
        ({"alive": 2}, TypeError, "alive must hold True and False; got 2"),
        ({"complaint_days": 400}, ValueError, "complaint_days must be between 0 and 365"),
        ({"customer": "C2"}, ValueError, "one row per customer; got 'C2' twice"),
    ],
)
def test_a_truth_that_cannot_be(change, kind, words):
    with pytest.raises(kind, match=words):
        crm.expected_profit(truth(change, {}), "none")


def test_unknown_action_and_missing_column():
    with pytest.raises(ValueError, match="action must be one of 'none'"):
        crm.expected_profit(TRUE, "fly")
    with pytest.raises(ValueError, match="the column 'fails'"):
        crm.expected_profit(TRUE.drop(columns="fails"), "none")


# ---- the score


def random_strategy(seed, share=0.1):
    rng = np.random.default_rng(seed)
    some = rng.random(len(TRUE)) < share
    drawn = rng.choice(ACTIONS, len(TRUE), p=[0.1, 0.1, 0.2, 0.2, 0.2, 0.2])
    return TRUE[["customer"]].assign(action=np.where(some, drawn, "none"))


def test_nothing_scores_0_and_the_best_plan_100():
    best = crm.plan_budget(crm.true_gains(TRUE))
    top = crm.score_strategy(best.table, TRUE)
    assert top.score == pytest.approx(100)
    assert top.table["kind"].isna().all()
    assert (top.regret == 0).all(axis=None)
    nothing = crm.score_strategy(TRUE[["customer"]].assign(action="none"), TRUE)
    assert nothing.score == 0
    assert nothing.best == pytest.approx(top.profit)
    orders = datasets.load("company_orders")
    year = orders[orders["date"] >= "2025-01-01"].eval("amount - cost")
    margin = year.groupby(orders["customer"]).sum().reindex(TRUE["customer"], fill_value=0)
    assert 0 < crm.score_strategy(crm.simple_strategy(margin), TRUE).score < 30


@pytest.mark.parametrize("seed", range(4))
def test_the_regret_is_what_is_lost_and_nobody_beats_the_best(seed):
    result = crm.score_strategy(random_strategy(seed), TRUE, BUDGET)
    assert result.score <= 100
    assert result.regret["total"].sum() == pytest.approx(result.best - result.profit)
    assert list(result.regret.columns) == [*KINDS, "total"]
    assert result.profit == pytest.approx(result.nothing + result.table["net"].sum())
    table = result.by_action()
    assert table["customers"].sum() == (result.table["action"] != "none").sum()
    assert table["cost"].sum() == result.cost
    assert result.to_frame().equals(result.table)
    assert f"{result.score:.0f} of 100" in repr(result)


def test_why_money_was_lost():
    true = truth({"visit_lift": 0.9}, {"fails": 0.9, "churn_rate": 1.0, "visit_lift": 0}, {})
    wrong = strategy(C1="none", C2="credit", C3="repair")
    kinds = crm.score_strategy(wrong, true, 130).table.set_index("customer")["kind"]
    assert kinds["C1"] == "missed"
    assert kinds["C2"] == "other action"
    assert kinds["C3"] == "not in the best plan"


def test_nothing_to_gain_is_told():
    with pytest.raises(ValueError, match="got no action that pays"):
        crm.score_strategy(strategy(C1="none"), truth({"alive": False}))


def test_simulated_years_have_the_expected_mean():
    chosen = crm.plan_budget(crm.true_gains(TRUE)).table
    result = crm.score_strategy(chosen, TRUE)
    years = crm.simulate_year(chosen, TRUE, draws=400, seed=5)
    for column, wanted in (("nothing", result.nothing), ("gain", result.best - result.nothing)):
        error = years[column].std() / math.sqrt(len(years))
        assert abs(years[column].mean() - wanted) < 4 * error
    assert np.allclose(years["strategy"] - years["nothing"], years["gain"])
    # Common random numbers: the difference varies less than the years do.
    assert years["gain"].std() < 0.7 * years["nothing"].std()
    assert years.equals(crm.simulate_year(chosen, TRUE, draws=400, seed=5))


def test_draws_and_seed_are_whole_numbers():
    none = TRUE[["customer"]].assign(action="none")
    with pytest.raises(ValueError, match="draws must be a whole number"):
        crm.simulate_year(none, TRUE, draws=0)
    with pytest.raises(ValueError, match="seed must be a whole number"):
        crm.simulate_year(none, TRUE, seed=-1)


# ---- data: the recipe lives the years that the formulas expect


@pytest.fixture(scope="module")
def recipe():
    folder = ROOT / "datasets" / "recipes"
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location("next_year", folder / "simulate_next.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["next_year"] = module
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if name.startswith("simulate_") or name in ("next_year", "table"):
                del sys.modules[name]


@pytest.mark.parametrize("action", ACTIONS)
def test_the_recipe_s_years_have_the_mean_of_the_formula(recipe, action):
    rng = np.random.default_rng(7)
    given = np.full(len(TRUE), action)
    totals = [recipe.one_year(rng, TRUE, given)["profit"].sum() for _ in range(60)]
    wanted = crm.expected_profit(TRUE, action).sum()
    assert abs(np.mean(totals) - wanted) < 4 * np.std(totals) / math.sqrt(len(totals))


def test_the_truth_of_the_next_year_agrees_with_the_older_truths():
    old = datasets.load("company_truth").set_index("customer")
    paying = datasets.load("company_standing_truth").set_index("customer")
    new = TRUE.set_index("customer")
    assert (new["alive"] == old["left"].isna()).all()
    for name in ("mean_order", "margin_rate", "churn_rate"):
        assert (new[name] == old[name]).all()
    assert (new["unpaid"] == paying["unpaid_chance"]).all()
    assert (new["order_rate"] >= old["order_rate"] - 5e-4).all()


def test_the_trial_finds_the_true_effects(recipe):
    table, p = datasets.load("company_trial"), recipe.NEXT
    assert table["action"].value_counts().max() < 1.1 * table["action"].value_counts().min()
    beans = table["beans_only"]
    visit = crm.trial_gain(
        table, "visit", "orders_after", "orders_before", beans, level=0.999
    ).table
    lift = visit.div(visit["without"], axis=0)
    # Of those who have bought beans only some have begun to buy more; their lift is smaller.
    assert lift.loc[True, "low"] < p.visit_beans
    assert p.visit_other < lift.loc[True, "high"]
    assert lift.loc[False, "low"] < p.visit_other < lift.loc[False, "high"]
    pace = crm.trial_gain(table, "prepay", "orders_after", "orders_before", level=0.999).table.loc[
        "all"
    ]
    assert pace["low"] < -p.prepay_loss * pace["without"] < pace["high"]
    assert (table.loc[table["action"] == "prepay", "unpaid_after"] == 0).all()


# ---- pictures and explorer


def test_the_pictures_show_the_numbers():
    result = crm.score_strategy(strategy(C1="none", C2="credit"), truth({}, {"fails": 0.9}), 500)
    ax = result.plot(unit="yuan")
    assert f"{result.score:.0f} points".replace("-", "−") in ax.get_title("left").replace("-", "−")
    widths = sum(bar.get_width() for group in ax.containers for bar in group)
    assert widths == pytest.approx(result.best - result.profit)
    plan = crm.plan_budget(pd.DataFrame({"visit": [300.0]}), 200)
    assert "120 spent bring 180 net" in plan.plot().get_title("left").replace("\n", " ")
    plt.close("all")


def test_the_explorer_pays_all_costs_and_gets_a_share():
    gains = pd.DataFrame({"visit": [400.0, 300.0, 200.0]}, index=list("ABC"))
    live = widgets.budget_explorer(gains, (120, 240, 360), mode="live")
    live.sliders[0].value, live.sliders[1].value = 240.0, 0.5
    text = live.children[-1].value
    assert "actions on 2 customers and promises 460 yuan net" in text
    assert "If 50 % of the effects come true, 110 are left" in text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    plt.close("all")


# ---- students do not get the truth


@pytest.mark.parametrize(
    "path",
    [
        "book/capstone.ipynb",
        "book/quizzes/capstone.toml",
        "crmlab/crm/capstone.py",
        "crmlab/crm/trial.py",
        "crmlab/widgets/capstone.py",
        "exercises/lab17_capstone.md",
    ],
)
def test_the_student_s_side_names_no_set_of_truth(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert "_truth" not in text
    assert "score_strategy(" not in text


def test_calm_is_a_whole_truth():
    assert {"customer", *CALM} == set(TRUE.columns)


def test_the_truth_may_hold_one_and_zero_and_money_as_decimal():
    plain = truth({}, {"alive": False})
    changed = plain.assign(
        alive=plain["alive"].astype(int),
        mean_order=[Decimal(str(amount)) for amount in plain["mean_order"]],
    )
    pd.testing.assert_series_equal(
        crm.expected_profit(changed, "visit"), crm.expected_profit(plain, "visit")
    )
