"""Lab 17: its values, its memo, and what a student with each misconception reads."""

import dataclasses
import inspect
import math

import numpy as np
import pandas as pd
import pytest

from crmlab import crm, datasets
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab17_capstone"


@pytest.fixture(scope="module")
def lab17(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


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


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 compare: You compared the totals
    right = _right(first, second)
    return [*right[:2], round(float(first.sum() - second.sum()), 2)] if len(second) != 4 else [
        1, 2, 30.0]

q1 compare: You exchanged the two counts
    one, two, gap = _right(first, second)
    return [two, one, gap]

q1 compare: Turn the sign round
    one, two, gap = _right(first, second)
    return [one, two, -gap]

q1 owed: take the notes off
    int(round(invoices["amount"].sum() - payments["amount"].sum()))

q1 owed: minus, not plus
    int(round(invoices["amount"].sum() - payments["amount"].sum() + notes["amount"].sum()))

q1 nameless: That is the share of the payments
    round(payments["invoice"].isna().mean(), 3)

q2 still_there: without the news that it did not order
    return np.exp(-leaving * silent)

q2 still_there: divided by the sum of both rates
    return 1 / (1 + leaving / rate * (np.exp((rate + leaving) * silent) - 1))

q2 still_there: without silence the chance must be 1
    both = rate + leaving
    return 1 / (1 + leaving / both * np.exp(both * silent))

q2 three_months: the silence is 0.25 years
    still_there(12, 0.5, 3)

q2 three_months: You exchanged the two rates
    still_there(0.5, 12, 0.25)

q2 margin_2026: only with the chance
    900

q3 ratio: the mean of the ratios
    return (table[after] / table[before]).mean()

q3 lift: Take 1 off
    return _right(table, action, after, before) + 1

q3 lift: You compared with everybody else
    done = table["action"] == action
    return ratio(table[done], after, before) / ratio(table[~done], after, before) - 1

q3 lift: You compared with all customers
    done = table["action"] == action
    return ratio(table[done], after, before) / ratio(table, after, before) - 1

q3 lifts: That is the growth
    {b: round(ratio(p[p["action"] == "visit"], "margin_after", "margin_before") - 1, 3)
     for b, p in trial.groupby("beans_only")}

q3 lifts: The margin is asked for
    {b: round(lift(p, "visit", "orders_after", "orders_before"), 3)
     for b, p in trial.groupby("beans_only")}

q4 change: for two customers it is 2
    gap, low, high = _right(table, action, after, before)
    half = (high - gap) / 2**0.5
    return [gap, gap - half, gap + half]

q4 change: Take the square root first
    gap, low, high = _right(table, action, after, before)
    half = 1.96 * ((high - gap) / 1.96) ** 2
    return [gap, gap - half, gap + half]

q4 repair: That is the whole trial
    change(trial.assign(one=1), "repair", "still_there", "one")

q4 verdict: reaches far above it
    "harms"

q4 verdict: reaches far below 0
    "works"

q5 terms_gain: You lost only the margin
    return pace * margin - unpaid * margin

q5 terms_gain: Only their margin is left
    return pace * sales - unpaid * sales

q5 terms_gain: a loss: minus
    return pace * margin + unpaid * sales

q5 choose: You chose by the gain
    return max(gains, key=gains.get)

q5 choose: gains just what it costs is left alone
    return max(gains, key=lambda name: gains[name] - costs[name])

q5 even: only the margin is won
    0.11

q5 even: Multiply by the margin
    0.11 / 0.30

q6 by_ratio: per yuan of cost
    taken = []
    for name, net, cost in sorted(offers, key=lambda offer: -offer[1]):
        if net > 0 and cost <= budget:
            taken.append(name)
            budget -= cost
    return taken

q6 by_ratio: does not fit into what is left
    return [name for name, net, cost in sorted(offers, key=lambda o: -o[1] / o[2])]

q6 by_ratio: Sort in falling order
    return [name for name, net, cost in sorted(offers, key=lambda o: o[1] / o[2])]

q6 by_ratio: You stopped at the first
    taken = []
    for name, net, cost in sorted(offers, key=lambda offer: -offer[1] / offer[2]):
        if net <= 0 or cost > budget:
            break
        taken.append(name)
        budget -= cost
    return taken

q6 by_ratio: Take nothing that loses money
    taken = []
    for name, net, cost in sorted(offers, key=lambda offer: -offer[1] / offer[2]):
        if cost <= budget and len(taken) < 3:
            taken.append(name)
            budget -= 0 if cost == 10 else cost
    return taken

q7 worth: The costs are missing
    return sum(gains.loc[who, action] for who, action in actions.items() if action != "none")

q7 worth: You gave B a visit
    done = actions.replace("none", "visit")
    return sum(gains.loc[who, a] - costs[a] for who, a in done.items())

q7 worth: You added the gains of all customers
    used = [name for name in gains if name in set(actions)]
    return gains[used].sum().sum() - sum(costs[a] for a in actions)

q6 best: There is a better plan
    160

q6 best: All three cost 210
    340

q9 bounds: the mean of the others
    filled = scaled.fillna(scaled.mean()) @ pd.Series(share)
    return filled, filled

q9 bounds: is not the answer 0
    return _right(scaled, share)[0], _right(scaled, share)[0]

q9 bounds: The weights are missing
    return scaled.fillna(0).mean(axis=1), scaled.fillna(100).mean(axis=1)

q9 rank_range: counted the customer among
    best, worst = _right(low, high, customer)
    return [best, worst + int(high[customer] > low[customer])]

q9 rank_range: ranked the middle
    rank = int(((low + high) / 2).rank(ascending=False)[customer])
    return [rank, rank]

q9 rank_range: compared low with low
    return [1 + int((low > low[customer]).sum()), 1 + int((high > high[customer]).sum())]

q9 range_a: more than we know
    2

q9 range_a: The best rank stands first
    range_a[::-1]

q10 level: by the score alone
    return 1 + sum(score >= cut for cut in (20, 40, 60, 80))

q10 level: one more than the points of the weakest
    return min(_right(score, {"any": 4}), int(min(factors.values())))

q10 level: Round the points
    return min(_right(score, {"any": 4}), 1 + round(min(factors.values())))

q10 level: compare with ≥
    reached = 1 + sum(score > cut for cut in (20, 40, 60, 80))
    return min(reached, 1 + int(min(factors.values())))

q10 launch: the later of the two means
    return max(np.mean(first), np.mean(second))

q10 launch: You took the teams in step
    return np.mean([max(a, b) for a, b in zip(first, second)])

q10 launch: That is the worst case
    return max(max(first), max(second))

q10 later: Both estimates are right
    max(np.mean(data_team), np.mean(training_team)) - 10

q11 needed: the change in half a year
    return target - baseline

q11 needed: do not multiply
    return (target - baseline) * ((pd.Timestamp(due) - pd.Timestamp(start)).days + 1) / 365.25

q11 needed: One day is missing
    return (target - baseline) / ((pd.Timestamp(due) - pd.Timestamp(start)).days / 365.25)

q11 best_year: the mean change
    (0.86 - 0.80) / 2

q11 best_year: the change in two years
    0.86 - 0.80

q11 best_year: That is the last year
    0.86 - 0.84

q11 almost: All five letters pass
    dataclasses.replace(almost, target=0.89)

q11 almost: R fails as well
    dataclasses.replace(almost, why="")

q11 almost: S fails as well
    dataclasses.replace(almost, owner="Mr Ding and Ms Bai")

q11 almost: M fails as well
    dataclasses.replace(almost, unit="")

q11 almost: T fails as well
    dataclasses.replace(almost, due="2029-12-31", target=1.5)
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]
#: Two names are exchanged at once: tested below.
TWO = "You exchanged the two."


def test_every_known_mistake_is_made_below(lab17):
    hints = [
        mistake["hint"]
        for question in lab17.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [TWO, *(head.split(": ", 1)[1] for head, _body in BLOCKS)]
    assert [hint for hint in hints if not any(word in hint for word in words)] == []


def told(lab17, names, question, capsys):
    Lab(lab17.name, lab17.student, names).check(question)
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(head, body, solved, lab17, capsys):
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = {**solved, "dataclasses": dataclasses}
    right = names[name]
    if callable(right):
        names["_right"] = right
        exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    wrong = told(lab17, names, question, capsys)
    assert any(words in line for line in wrong), wrong


def test_exchanged_names_and_a_strategy_for_who_has_left(solved, lab17, capsys):
    names = {**solved, "quick": solved["best"], "best": solved["quick"]}
    assert any(TWO in line for line in told(lab17, names, "q6", capsys))
    gone = solved["firm"]["alive"].idxmin()
    strategy = solved["strategy"].copy()
    action = strategy["action"].copy()
    action[action == "prepay"] = "none"
    action[strategy["customer"] == gone] = "prepay"
    wrong = told(lab17, {**solved, "strategy": strategy.assign(action=action)}, "q7", capsys)
    assert any("have almost surely left" in line for line in wrong), wrong
