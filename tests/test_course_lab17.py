"""Lab 17: its values and its memo."""

import math

import numpy as np
import pandas as pd
import pytest

from crmlab import crm, datasets
from tests.labs import built

NAME = "lab17_capstone"


@pytest.fixture(scope="module")
def lab17(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab17):
    return lab17.names(lab17.solution)


def test_lab17_reconciles_as_the_ledger_does(solved):
    lines = [datasets.load(f"company_{n}") for n in ("invoices", "payments", "credit_notes")]
    invoices, payments, notes = (frame["amount"].sum() for frame in lines)
    assert solved["owed"] == round(invoices - payments - notes)
    orders = solved["orders"].set_index("order")["amount"]
    bills = lines[0].set_index("order")["amount"]
    assert solved["compare"](orders[bills.index], bills) == [0, 0, 0.0]


def test_the_chance_to_be_there_is_that_of_a_simulation(solved):
    rng = np.random.default_rng(3)
    rate, leaving, silent = 6.0, 0.8, 0.3
    life = rng.exponential(1 / leaving, 400_000)
    following = rng.exponential(1 / rate, 400_000)
    # Seen: no order within `silent`, because it left, or because the next one came later.
    quiet = (following > silent) | (life < following)
    share = (life > silent)[quiet].mean()
    assert solved["still_there"](rate, leaving, silent) == pytest.approx(share, abs=0.004)
    assert solved["still_there"](rate, leaving, 0) == 1


def test_lab17_meets_crmlab_on_the_trial(solved):
    trial = datasets.load("company_trial")
    ours = crm.trial_gain(trial, "visit", "margin_after", "margin_before", trial["beans_only"])
    rows = ours.table
    for beans, value in solved["lifts"].items():
        row = rows.loc[beans]
        assert value == round(row["with_action"] / row["without"] - 1, 3)
    hurt = trial[trial["complaint"] == "unsettled"]
    row = crm.trial_gain(hurt, "repair", "still_there").table.loc["all"]
    assert solved["repair"] == pytest.approx(row[["change", "low", "high"]].tolist(), rel=1e-3)
    assert row["low"] < 0 < row["high"]
    little = solved["change"](solved["little"], "visit", "after", "before")
    assert little[2] - little[0] == pytest.approx(1.96 * math.sqrt(13_600 / 400**2))


def test_the_best_of_eight_plans_is_that_of_the_exact_one(solved):
    gains = pd.DataFrame({"visit": [300.0, 0, 0], "credit": [0, 90.0, 0], "offer": [0, 0, 80.0]})
    plan = crm.plan_budget(gains, 150)
    assert plan.net == 240 == solved["best"]
    assert solved["quick"] == 160


def test_the_strategy_is_far_better_than_the_rule_also_in_truth(solved):
    true = datasets.load("company_next_truth")
    ours, rule = (crm.score_strategy(solved[name], true).score for name in ("strategy", "rule"))
    assert rule < 20
    assert ours > 40


def test_lab17_leaves_open_what_crmlab_leaves_open(solved):
    table = pd.DataFrame(
        [[9, 3, 5, 1, math.nan], [5, 4, 2, 6, 3], [1, 1, 1, 3, 2], [7, 2, 8, 5, 9.0]],
        index=list("ABCD"), columns=list(solved["share"]),
    )  # fmt: skip
    found = crm.evaluate_customers(table, weights=solved["share"])
    low, high = solved["bounds"](found.measures, solved["share"])
    assert low.tolist() == pytest.approx(found.table["low"].tolist())
    assert high.tolist() == pytest.approx(found.table["high"].tolist())
    ranges = [solved["rank_range"](low, high, name) for name in table.index]
    assert ranges == found.table[["best_rank", "worst_rank"]].to_numpy().tolist()
    assert solved["range_a"] == [1, 3]


@pytest.mark.parametrize("owner", [0, 1, 2.5, 4])
@pytest.mark.parametrize("points", [0, 1, 2, 3, 4])
def test_lab17_lets_the_weakest_factor_veto_as_crmlab_does(solved, points, owner):
    answers = pd.DataFrame({"one": float(points)}, index=crm.maturity_questions().index)
    factors = {"leader": 4, "data": 4, "people": 4, "owner": owner}
    found = crm.maturity_score(answers, factors=factors)
    assert solved["level"](found.score, factors) == found.level


def test_lab17_launches_as_the_programme_draws(solved):
    assert solved["launch"]([10], [10]) == 10
    assert solved["launch"]([8, 12], [8, 12]) == pytest.approx(11)  # early in one of four cases
    rng = np.random.default_rng(1)
    weeks = [rng.choice(solved[team], 200_000) for team in ("data_team", "training_team")]
    assert np.maximum(*weeks).mean() - 10 == pytest.approx(solved["later"], abs=0.02)


def test_lab17_needs_what_smart_check_says(solved):
    goal, past = solved["almost"], solved["past"]
    reason = crm.smart_check([solved["firm_goal"], goal], "2026-01-01", past).reasons(goal.what)
    speed = solved["needed"](0.86, goal.target, "2026-01-01", "2026-12-31")
    assert f"needs {speed:+.3g} share a year" in reason.loc["A", "reason"]
    # 2024, the best year, had 366 days, and the check counts days.
    assert f"best so far was {solved['best_year'] / 366 * 365.25:+.3g}" in reason.loc["A", "reason"]


def test_the_memo_says_what_the_data_say(solved, lab17):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab17.solution.cells if "**Advice:" in cell.source)
    counts = solved["strategy"]["action"].value_counts()
    assert f"{counts['visit']} get visits and {counts['prepay']} pay in advance" in memo
    worth = solved["of_firm"]
    assert f"{worth(solved['strategy']):,.0f} yuan after costs" in memo
    assert f"against {worth(solved['rule']):,.0f} for visits".replace("-", "−") in memo
    firm, strategy = solved["firm"], solved["strategy"].set_index("customer")["action"]
    visited = firm.loc[strategy[strategy == "visit"].index, "visit"].sum()
    even = 0.32 * 120 * counts["visit"] / visited
    assert f"With less than {100 * even:.0f} %" in memo
    trial = datasets.load("company_trial")
    beans = trial[trial["beans_only"]]
    row = crm.trial_gain(beans, "visit", "margin_after", "margin_before").table.loc["all"]
    assert f"interval ends at {100 * row['low'] / row['without']:.0f} %" in memo
    change, low, high = (round(100 * value) for value in solved["repair"])
    assert f"({change} point, between {low} and {high})".replace("-", "−") in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[-1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
