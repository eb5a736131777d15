"""Lab 06: its values, its memo, and what a student with each misconception reads."""

import pytest

from crmlab import value
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab06_customer_value"


@pytest.fixture(scope="module")
def lab06(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


@pytest.fixture(scope="module")
def solved(lab06):
    return lab06.names(lab06.solution)


def test_lab06_meets_crmlab(solved):
    shops, worth = solved["shops"], solved["worth"]
    assert solved["net_values"](shops, worth).tolist() == pytest.approx(
        value.compare_offers(shops, worth).difference.tolist()
    )
    students = solved["students"]
    long = students.reset_index().melt("index", var_name="offer", value_name="net").dropna()
    long = long.assign(net=long["net"] + 100, money=1.0)
    options = {"customer": "index", "benefits": ["net"], "sacrifices": ["money"]}
    shares = value.choose_offers(long, **options).shares
    assert solved["first_choice_shares"](students).to_dict() == pytest.approx(shares.to_dict())
    shares = value.choose_offers(long, scale=4, **options).shares
    assert solved["logit"](students, 4).mean().to_dict() == pytest.approx(shares.to_dict())
    departments = solved["departments"].reset_index(names="customer")
    weights = {"profitability": 2, "lifetime": 1, "referral": 3, "capability": 1, "potential": 1}
    assert solved["relationship_scores"](solved["departments"], weights).to_dict() == (
        pytest.approx(value.relationship_profile(departments, weights).score.to_dict())
    )
    states = value.value_loop(0.2).steady_states["customer_value"]
    assert solved["tipping_point"] == pytest.approx(states[1], abs=0.001)
    for start, end in ((0.5, states[0]), (0.7, states[2])):
        assert solved["settle"](start, 0.2) == pytest.approx(end, abs=1e-6)
    placed = value.value_map(solved["town"])
    assert solved["dominated"](solved["town"]) == list(placed.dominated_by)
    assert solved["advantages"](solved["town"]).to_dict() == pytest.approx(
        placed.table["advantage"].to_dict()
    )
    ideas = solved["ideas"].assign(
        product=["existing", "new", "existing", "new"],
        customers=["existing", "existing", "new", "new"],
    )
    grid = value.growth_grid(ideas, 0.1, 34_000)
    assert solved["expected_values"](ideas, 0.1).to_dict() == pytest.approx(
        grid.table["expected_value"].to_dict()
    )
    assert solved["best_set"](ideas, 0.1, 34_000) == list(grid.chosen)
    failures = [0.02, 0.03, 0.05, 0.08, 0.12]
    plan = value.warranty_plan(failures, 12, 5, 0.1, margin=14, uplift=0.2, reach=2)
    assert solved["best_promise"](failures, 12, 0.1) == plan.best
    assert [solved["promise_cost"](failures, 12, 0.1, n) for n in range(6)] == pytest.approx(
        plan.table["cost"].tolist()
    )


def test_the_memo_says_what_the_data_say(solved, lab06):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab06.solution.cells if "**Advice:" in cell.source)
    rebate, upload, _paper, proof = solved["per_yuan"]
    assert rebate == 1
    assert f"An upload gives {upload:.1f} for 1, a proof by message {proof:.1f}" in memo
    students = solved["students"]
    before, after = (
        solved["logit"](students.assign(Union=students["Union"] + more), 4)["Union"].mean()
        for more in (0, 5)
    )
    assert f"from {100 * before:.0f} % to {100 * after:.0f} %" in memo
    gain = solved["gain"]({"time": -0.4, "energy": -1}, solved["worth"])
    earned = solved["net_return"](students, gain, 1.5, 4)
    assert f"loses {-solved['rebate_net']:.2f} yuan per student" in memo
    assert f"The upload earns {earned:.2f}, the proof {solved['proof_net']:.2f}" in memo
    assert f"you ask {solved['advantages'](solved['town'])['Union']:.2f} yuan less" in memo
    assert solved["dominated"](solved["town"]) == ["Station"]
    enough = solved["gain"]({"time": -6.3 / 60, "energy": -1}, solved["worth"])
    assert 0 < solved["net_return"](students, enough, 1.5, 4) < 0.02
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 delivered_value: took off the money only
    return sum(gets) - gives[0]

q1 delivered_value: not cost less value
    return sum(gives) - sum(gets)

q1 delivered_value: the first amounts only
    return gets[0] - gives[0]

q1 delivered_value: That is the relative form
    return sum(gets) / sum(gives)

q1 relative_value: Upside down
    return sum(gives) / sum(gets)

q1 relative_value: divided the difference
    return (sum(gets) - sum(gives)) / sum(gives)

q2 best_by_difference: Corner leaves
    "Corner"

q2 best_by_difference: Union leaves
    "Union"

q2 best_by_ratio: Library leaves most
    "Library"

q2 turning_amount: on different sides
    return (value_1 * cost_2 - value_2 * cost_1) / (cost_2 + cost_1)

q2 turning_amount: The sign of the whole
    return (value_2 * cost_1 - value_1 * cost_2) / (cost_2 - cost_1)

q2 turning_amount: stopped one step early
    return value_1 * cost_2 - value_2 * cost_1

q3 net_values: Points of different things
    return shops[gets].sum(axis=1) - shops[gives].sum(axis=1)

q3 net_values: added the costs to the values
    return sum(shops[name] * weight for name, weight in worth.items())

q3 net_values: Time, energy and psychic cost are missing
    return sum(shops[name] * worth[name] for name in gets) - shops["money"]

q3 net_values: costs have weights, too
    return sum(shops[name] * worth[name] for name in gets) - shops[gives].sum(axis=1)

q4 gain: Less time is a gain
    return sum(step * worth[name] for name, step in change.items())

q4 gain: Multiply each change by its weight
    return sum(step if name in gets else -step for name, step in change.items())

q4 gain: Both signs are wrong
    return sum((-step if name in gets else step) * worth[name] for name, step in change.items())

q4 per_yuan: These are the gains
    [gain(change, worth) for change in changes]

q4 per_yuan: took the cost off
    [gain(change, worth) - cost for change, cost in zip(changes, [5, 1.5, 4, 1])]

q4 per_yuan: gain divided by cost
    [cost / gain(change, worth) for change, cost in zip(changes, [5, 1.5, 4, 1])]

q5 first_choice_shares: best student of each shop
    return (students == students.max()).mean()

q5 first_choice_shares: not a shop that delivers 0
    filled = students.fillna(0)
    return filled.idxmax(axis=1).value_counts(normalize=True).reindex(students.columns)

q5 first_choice_shares: numbers of students
    return students.idxmax(axis=1).value_counts().reindex(students.columns)

q5 first_choice_shares: the worst shop
    return students.idxmin(axis=1).value_counts(normalize=True).reindex(students.columns)

q5 logit: shop out of reach got a chance
    pull = np.exp(students.fillna(0) / scale)
    return pull.div(pull.sum(axis=1), axis=0)

q5 logit: The scale is missing
    pull = np.exp(students).fillna(0)
    return pull.div(pull.sum(axis=1), axis=0)

q5 logit: multiplied by the scale
    pull = np.exp(students * scale).fillna(0)
    return pull.div(pull.sum(axis=1), axis=0)

q6 net_return: paid to everybody who comes
    before = logit(students, scale)["Union"].mean()
    after = logit(students.assign(Union=students["Union"] + g), scale)["Union"].mean()
    return (after - before) * (margin - c)

q6 net_return: cost of the lever is missing
    before = logit(students, scale)["Union"].mean()
    after = logit(students.assign(Union=students["Union"] + g), scale)["Union"].mean()
    return (after - before) * margin

q6 net_return: The share did not move
    before = logit(students, scale)["Union"].mean()
    after = logit(students + g, scale)["Union"].mean()
    return after * (margin - c) - before * margin

q6 net_return: Only those who choose Union
    before = logit(students, scale)["Union"].mean()
    after = logit(students.assign(Union=students["Union"] + g), scale)["Union"].mean()
    return (after - before) * margin - c

q6 rebate_net: That is the proof by message
    net_return(students, 2.4, 1, 4)

q6 proof_net: Gain and cost are swapped
    net_return(students, 1, 2.4, 4)

q7 relationship_scores: Rank from the lowest
    points = 100 * (table.rank(ascending=False) - 1) / (len(table) - 1)
    return (points * pd.Series(weights) / sum(weights.values())).sum(axis=1)

q7 relationship_scores: places between lowest and highest
    points = 100 * (table - table.min()) / (table.max() - table.min())
    return (points * pd.Series(weights) / sum(weights.values())).sum(axis=1)

q7 relationship_scores: not rank/n
    points = 100 * table.rank() / len(table)
    return (points * pd.Series(weights) / sum(weights.values())).sum(axis=1)

q7 relationship_scores: share the mean of their ranks
    points = 100 * (table.rank(method="min") - 1) / (len(table) - 1)
    return (points * pd.Series(weights) / sum(weights.values())).sum(axis=1)

q7 relationship_scores: The weights must add up to 1
    points = 100 * (table.rank() - 1) / (len(table) - 1)
    return (points * pd.Series(weights)).sum(axis=1)

q8 next_value: the 100 is missing
    return 0.4 + 0.6 * (1 - np.exp(-invest / (1 + np.exp(-15 * (value - 0.65))) / 15))

q8 next_value: You put everything back
    return 0.4 + 0.6 * (1 - np.exp(-100 / (1 + np.exp(-15 * (value - 0.65))) / 15))

q8 next_value: sign in the satisfaction
    return 0.4 + 0.6 * (1 - np.exp(-invest * 100 / (1 + np.exp(15 * (value - 0.65))) / 15))

q8 next_value: bare product is missing
    return 0.6 * (1 - np.exp(-invest * 100 / (1 + np.exp(-15 * (value - 0.65))) / 15))

q8 settle: one round only
    return next_value(start, invest)

q8 settle: does not move
    value = start
    for _ in range(2000):
        next_value(value, invest)
    return value

q8 tipping_point: ends when it climbs
    settle(0.7, 0.2)

q8 tipping_point: ends when it sinks
    settle(0.5, 0.2)

q8 tipping_point: 0.65 is the expectation
    0.65

q8 tipping_point: middle of the interval
    (0.45 + 0.75) / 2

q9 dominated: dearer than Union
    return []

q9 dominated: No shop dominates itself
    better = offers[["product", "service"]].assign(cheap=-offers["price"])
    return [name for name, row in better.iterrows() if (better >= row).all(axis=1).any()]

q9 dominated: count a higher price as better
    better = offers[["price", "product", "service"]]
    return [
        name
        for name, row in better.iterrows()
        if ((better >= row).all(axis=1) & (better > row).any(axis=1)).any()
    ]

q9 advantages: fair price less price
    return -_right(offers)

q9 advantages: These are the fair prices
    return _right(offers) + offers["price"]

q9 advantages: Service is missing
    return _right(offers.assign(service=offers["product"]))

q10 expected_values: not discounted
    return ideas["chance"] * ideas["profit"] * ideas["years"] - ideas["investment"]

q10 expected_values: paid in any case
    worth = (_right(ideas, rate) + ideas["investment"]) / ideas["chance"]
    return ideas["chance"] * (worth - ideas["investment"])

q10 expected_values: The chance is missing
    return _right(ideas.assign(chance=1.0), rate)

q10 best_set: best idea per yuan first
    value, left, chosen = expected_values(ideas, rate), budget, []
    for name in (value / ideas["investment"]).sort_values(ascending=False).index:
        if ideas["investment"][name] <= left and value[name] > 0:
            chosen.append(name)
            left -= ideas["investment"][name]
    return [name for name in ideas.index if name in chosen]

q10 best_set: they need 44,000
    value = expected_values(ideas, rate)
    return [name for name in ideas.index if name in value.nlargest(2).index]

q10 best_set: largest single gain
    return [expected_values(ideas, rate).idxmax()]

q11 promise_cost: middle of the year
    return sum(failures[t - 1] * repair / (1 + rate) ** t for t in range(1, years + 1))

q11 promise_cost: Nothing is discounted
    return sum(failures[:years]) * repair

q11 promise_cost: One year too many
    return sum(failures[t] * repair / (1 + rate) ** (t + 0.5) for t in range(years + 1))

q11 promise_cost: One year is missing
    return sum(failures[t - 1] * repair / (1 + rate) ** (t - 0.5) for t in range(1, years))

q11 promise_cost: Lists begin at 0
    return sum(failures[t] * repair / (1 + rate) ** (t - 0.5) for t in range(1, years + 1))

q11 best_promise: Without a promise the profit
    return 0

q11 best_promise: compare all lengths
    return len(failures)
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_nearly_every_known_mistake_is_made_below(lab06):
    hints = [
        mistake["hint"]
        for question in lab06.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    unmade = [hint for hint in hints if not any(word in hint for word in words)]
    assert unmade == ["These two use up the budget, but another pair gains more."]


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab06, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    right = names[name]
    if callable(right):
        code = right.__code__
        names["_right"] = right
        defaults = ", margin=14" if name == "net_return" else ""
        arguments = [a for a in code.co_varnames[: code.co_argcount] if a != "margin"]
        exec(f"def {name}({', '.join(arguments)}{defaults}):\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab06.name, lab06.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
