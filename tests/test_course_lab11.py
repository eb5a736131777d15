"""Lab 11: its values, its memo, and what a student with each misconception reads."""

import inspect

import numpy as np
import pandas as pd
import pytest

from crmlab import grading
from crmlab.course import Lab
from crmlab.grading.key_accounts import ROLES, SITUATIONS, TRAITS
from tests.test_course_labs import EXERCISES, Built

NAME = "lab11_portfolios"


@pytest.fixture(scope="module")
def lab11(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


@pytest.fixture(scope="module")
def solved(lab11):
    return lab11.names(lab11.solution)


def test_lab11_meets_crmlab_on_portfolios(solved):
    accounts, table = solved["accounts"], solved["clp_table"](solved["accounts"])
    found = grading.clp(table["current"], table["potential"])
    assert table["cell"].tolist() == found.cells.tolist()
    assert solved["base"] == pytest.approx(found.cuts)
    score = solved["factor_score"]
    attractive = score(solved["attraction"], solved["attraction_weights"])
    assert attractive.tolist() == pytest.approx(
        grading.factor_scores(solved["attraction"], solved["attraction_weights"]).scores.tolist()
    )
    strength = score(solved["we"] - solved["rival"], solved["strength_weights"])
    found = grading.kaism(attractive, strength, cut=(5.5, 0))
    assert solved["by_kaism"].tolist() == found.cells.tolist()
    share = accounts["ours"] / accounts["volume"]
    found = grading.volume_share(accounts["volume"], share, cut=("median", 0.5))
    assert solved["by_share"].tolist() == found.cells.tolist()
    for cells in (table["cell"], solved["by_kaism"], solved["by_share"]):
        assert cells.nunique() == 4  # each cell has a customer
    # No account stands so near a cut that another computer's last digit could move it.
    assert min(abs(attractive - 5.5)) > 0.01
    assert min(abs(strength)) > 0.01


def test_lab11_meets_crmlab_on_firmness(solved):
    table = solved["clp_table"](solved["accounts"])
    before = grading.clp(table["current"], table["potential"])
    cuts = solved["cuts"][:60]
    same = [before.move_cuts(a, b).cells == before.cells for a, b in cuts]
    found = solved["stays"](table, before.cuts, cuts)
    assert found.tolist() == pytest.approx(np.mean(same, axis=0).tolist())


def test_lab11_meets_crmlab_on_campaigns(solved):
    test = solved["test"]
    rate = test["answered"] / test["mailed"]
    assert solved["break_even"](1.2, 30, 0.01) == pytest.approx(
        float(grading.break_even_response(1.2, 30, 0.01))
    )
    profit = grading.campaign_profit(test["customers"], rate, 1.2, 30, baseline=0.01)
    assert solved["cell_profit"](test, 1.2, 30, 0.01).tolist() == pytest.approx(profit.tolist())
    assert solved["chosen"] == list(test.index[rate > solved["break_even"](1.2, 30, 0.01)])
    held, big = solved["held"], solved["big"]
    # crmlab draws a straight line through equals, and its tenths are equally large.
    score = solved["known"]["amount"][held].drop_duplicates()[:1000]
    hit = big[score.index]
    found = grading.gains(score.to_numpy(), hit.to_numpy()).to_frame()
    table = solved["gain_table"](score, hit)
    for ours, theirs in {"hits": "responses", "gain": "gain", "lift": "lift"}.items():
        assert table[ours].tolist() == pytest.approx(found[theirs].tolist())


def test_lab11_meets_scikit_learn(solved):
    from sklearn.metrics import confusion_matrix
    from sklearn.tree import DecisionTreeClassifier

    known, big, learn, held = (solved[name] for name in ("known", "big", "learn", "held"))
    amount = known.loc[learn, ["amount"]]
    tree = DecisionTreeClassifier(max_depth=1).fit(amount, big[learn])
    cut, gain = solved["best_split"](amount["amount"], big[learn])
    assert cut == pytest.approx(tree.tree_.threshold[0])
    left, right = tree.tree_.impurity[1:]
    share = tree.tree_.n_node_samples[1] / len(amount)
    after = share * left + (1 - share) * right
    assert gain == pytest.approx(tree.tree_.impurity[0] - after, abs=1e-8)
    said = known["amount"][held] >= 1600
    counts = solved["confusion"](big[held], said)
    assert [counts[name] for name in ("right silence", "false alarm", "missed", "right alarm")] == (
        confusion_matrix(big[held], said).ravel().tolist()
    )


def test_the_column_that_leaks_is_too_good(solved):
    accuracy = solved["held_out_accuracy"]
    assert solved["baseline"] < solved["honest"] < solved["leaky"]
    assert max(solved["features"], key=lambda name: accuracy([name], 1)) == solved["leak"]
    # "is right for 89 of 100 beats the rule by nine households in 100"
    assert round(100 * solved["honest"]) == 89
    assert round(100 * (solved["honest"] - solved["baseline"])) == 9


def test_lab11_meets_crmlab_on_key_accounts(solved):
    assert set(solved["roles"].values()) == set(ROLES)
    points, weights = solved["hospital"], solved["trait_weights"]
    answers = pd.DataFrame([list(points.values())], ["City Hospital"], list(TRAITS))
    shares = {
        trait: w / sum(weights.values()) for trait, w in zip(TRAITS, weights.values(), strict=True)
    }
    assert solved["trait_score"](points, weights) == pytest.approx(
        grading.account_score(answers, shares).scores["City Hospital"]
    )
    assert set(solved["situations"](solved["purchases"])) == set(SITUATIONS)
    weight = {"yes": 1, "maybe": 0.5, "no": 0}
    for name in SITUATIONS:
        taken = grading.buying_steps()[name].map(weight)
        hours = sum(taken[step] * spent for step, spent in solved["step_hours"].items())
        assert solved["hours_needed"]([name], solved["step_hours"]) == pytest.approx(hours)


def test_the_memo_says_what_the_data_say(solved, lab11):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab11.solution.cells if "**Advice:" in cell.source)
    plan, habit = solved["plan"], solved["habit"]
    assert f"**Advice: {', '.join(plan[:3])} and {plan[3]}.**" in memo
    assert len(plan) == len(habit) == 4
    hours, gain = solved["accounts"]["hours"], solved["gain"]
    assert f"They take {hours[plan].sum()} hours" in memo
    assert f"expected to gain {solved['plan_gain']:,.0f}" in memo
    assert f"we would serve {', '.join(habit[:3])} and {habit[3]} and lose" in memo
    assert f"lose {-solved['habit_gain']:,.0f}" in memo
    assert f"Airport would gain {gain['Airport']:,.0f}, but for {hours['Airport']} hours" in memo
    per_hour = gain / hours
    assert f"{per_hour['Airport']:.0f} an hour, less than City Hospital's" in memo
    assert f"City Hospital's {per_hour['City Hospital']:.0f}." in memo
    assert f"Bakery Chain would cost {-gain['Bakery Chain']:,.0f} more" in memo
    firm = solved["firmness"]
    assert solved["doubtful"] == ["Harbour Hotel", "Museum"]
    assert f"keeps its cell in {100 * firm['Harbour Hotel']:.0f} % of the draws" in memo
    assert f"Museum in {100 * firm['Museum']:.0f} %" in memo
    potential = solved["clp_table"](solved["accounts"])["potential"]
    turn = 30 * hours["City Hospital"] / potential["City Hospital"]
    assert f"Below {100 * turn:.1f} % City Hospital" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 clp_cell: Gold and iron are swapped
    found = _right(current, potential, current_cut, potential_cut)
    return {"gold": "iron", "iron": "gold"}.get(found, found)

q1 clp_cell: A value at the cut counts as high
    return _right(current - 1e-9, potential - 1e-9, current_cut, potential_cut)

q1 clp_cell: turned round
    return _right(current_cut, potential_cut, current + 1e-9, potential + 1e-9)

q1 clp_cell: the first is gold, the second is iron
    found = _right(current, potential, current_cut, potential_cut)
    return "gold" if found == "iron" else found

q1 clp_table: Your potential is the whole volume
    x = accounts["ours"] * accounts["margin"]
    y = accounts["volume"] * accounts["margin"]
    cells = [clp_cell(*pair, x.median(), y.median()) for pair in zip(x, y)]
    return pd.DataFrame({"current": x, "potential": y, "cell": cells})

q1 clp_table: These are sales
    return _right(accounts.assign(margin=1))

q1 clp_table: The current value is in sales
    return _right(accounts).assign(current=accounts["ours"])

q1 clp_table: You cut at the means
    table = _right(accounts)
    cuts = table["current"].mean(), table["potential"].mean()
    pairs = zip(table["current"], table["potential"])
    return table.assign(cell=[clp_cell(*pair, *cuts) for pair in pairs])

q2 factor_score: That is the plain mean
    return points.mean(axis=1)

q2 factor_score: add up the products
    return (points * pd.Series(weights)).mean(axis=1)

q2 factor_score: The weights are missing
    return points.sum(axis=1)

q2 kaism_cells: Strength is relative
    return _right(attraction, we, rival * 0 + 5.5)

q2 kaism_cells: The sign of the strength
    return _right(attraction, rival, we)

q2 kaism_cells: Two names are swapped
    swap = {"key-development": "maintenance", "maintenance": "key-development"}
    return _right(attraction, we, rival).replace(swap)

q2 kaism_cells: Key is attractive *and* strong
    swap = {"key-development": "key", "key": "key-development"}
    return _right(attraction, we, rival).replace(swap)

q3 share_cells: took our sales as the volume
    share = accounts["ours"] / accounts["volume"] >= 0.5
    large = accounts["ours"] >= accounts["ours"].median()
    names = np.where(large, np.where(share, "star", "question"), np.where(share, "cash cow", "dog"))
    return pd.Series(names, accounts.index)

q3 share_cells: Question and cash cow are swapped
    return _right(accounts).replace({"question": "cash cow", "cash cow": "question"})

q3 share_cells: not its share of our sales
    share = accounts["ours"] / accounts["ours"].sum() >= 0.5
    large = accounts["volume"] >= accounts["volume"].median()
    names = np.where(large, np.where(share, "star", "question"), np.where(share, "cash cow", "dog"))
    return pd.Series(names, accounts.index)

q3 share_cells: You cut the volume at its mean
    share = accounts["ours"] / accounts["volume"] >= 0.5
    large = accounts["volume"] >= accounts["volume"].mean()
    names = np.where(large, np.where(share, "star", "question"), np.where(share, "cash cow", "dog"))
    return pd.Series(names, accounts.index)

q3 crossed: Rows and columns are swapped
    pd.crosstab(by_share, by_kaism)

q3 to_win: These are all key-development
    list(accounts.index[by_kaism == "key-development"])

q3 to_win: These are all questions
    list(accounts.index[by_share == "question"])

q3 to_win: not how many there are
    len(to_win)

q4 stays: You looked at the first cut only
    x = values["current"]
    return sum((x >= base[0]) == (x >= a) for a, b in cuts) / len(cuts)

q4 stays: how often the account moves. How often does it stay?
    return 1 - _right(values, base, cuts)

q4 stays: You counted the draws
    return _right(values, base, cuts) * len(cuts)

q4 stays: One axis is enough
    x, y = values["current"], values["potential"]
    one = [((x >= base[0]) == (x >= a)) | ((y >= base[1]) == (y >= b)) for a, b in cuts]
    return sum(one) / len(cuts)

q4 stays: did not count an account at the cut
    x, y = values["current"], values["potential"]
    both = [((x >= base[0]) == (x > a)) & ((y >= base[1]) == (y > b)) for a, b in cuts]
    return sum(both) / len(cuts)

q4 doubtful: These are the firm ones
    list(firmness.index[firmness >= 0.7])

q5 break_even: The baseline is missing
    return cost / margin

q5 break_even: the baseline is added
    return cost / margin - baseline

q5 break_even: Upside down
    return baseline + margin / cost

q5 break_even: multiplied by 1 + baseline
    return cost / margin * (1 + baseline)

q5 cell_profit: would have ordered anyway
    return _right(test, cost, margin, 0)

q5 cell_profit: That is the profit of the test
    return _right(test.assign(customers=test["mailed"]), cost, margin, baseline)

q5 cell_profit: profit per letter
    return _right(test, cost, margin, baseline) / test["customers"]

q5 cell_profit: answered or not
    rate = test["answered"] / test["mailed"]
    return test["customers"] * (rate - baseline) * (margin - cost)

q5 cell_profit: not by all customers of the cell
    return _right(test.assign(mailed=test["customers"]), cost, margin, baseline)

q5 chosen: The average has nothing to do
    [
        cell for cell, row in test.iterrows()
        if row["answered"] / row["mailed"] > test["answered"].sum() / test["mailed"].sum()
    ]

q5 chosen: lose money
    list(test.index)

q5 profits: paid once, not once
    [profits[0], profits[1], profits[1] - 3 * 500]

q5 profits: that of all five cells
    [profits[1], profits[1], profits[2]]

q6 gain_table: You began with the lowest
    return _right(-score, hit, groups)

q6 gain_table: The hits are not sorted
    return _right(pd.Series(range(len(hit), 0, -1), hit.index), hit, groups)

q6 gain_table: Your gain is that of each group
    table = _right(score, hit, groups)
    gain = table["hits"] / table["hits"].sum()
    return table.assign(gain=gain, lift=gain * len(hit) / table["customers"])

q6 gain_table: Your lift is that of each group
    table = _right(score, hit, groups)
    rate = table["hits"] / table["customers"]
    return table.assign(lift=rate / hit.mean())

q6 gain_table: That is the hit rate
    table = _right(score, hit, groups)
    return table.assign(gain=table["hits"] / table["customers"])

q6 gain_table: Take the amount
    return _right(known["baskets"].reindex(score.index, fill_value=0), hit, groups)

q7 confusion: counted together
    counts = _right(actual, predicted)
    wrong = counts["false alarm"] + counts["missed"]
    return counts | {"false alarm": wrong, "missed": wrong}

q7 confusion: You counted one list only
    true, false = sum(actual), len(actual) - sum(actual)
    return {"right alarm": true, "false alarm": false, "missed": true, "right silence": false}

q7 confusion: These are shares
    return {name: count / len(actual) for name, count in _right(actual, predicted).items()}

q7 best_cutoff: counted both mistakes alike
    return _right(actual, score, cutoffs, 1, 1)

q7 best_cutoff: the largest cost
    return _right(actual, score, cutoffs, -false_alarm, -missed)

q7 best_cutoff: You counted the missed ones only
    return _right(actual, score, cutoffs, 0, missed)

q7 best_cutoff: That is the cost
    counts = confusion(actual, score >= _right(actual, score, cutoffs, false_alarm, missed))
    return false_alarm * counts["false alarm"] + missed * counts["missed"]

q7 by_cost: The costs are swapped
    best_cutoff(big[held], known["amount"][held], cutoffs, 40, 5)

q7 by_cost: the best cut-off of the households with an even
    best_cutoff(big[learn], known["amount"][learn], cutoffs, 5, 40)

q7 by_accuracy: That is the cheapest cut-off
    by_cost

q7 by_accuracy: the cut-off of the households with an even
    best_cutoff(big[learn], known["amount"][learn], cutoffs, 1, 1)

q8 impurity: is half of it
    p = np.mean(y)
    return p * (1 - p)

q8 impurity: the purity
    p = np.mean(y)
    return p**2 + (1 - p) ** 2

q8 impurity: The second class is missing
    return 1 - np.mean(y) ** 2

q8 impurity: share of the rarer class
    return min(np.mean(y), 1 - np.mean(y))

q8 best_split: 5 and 8: a new customer
    cut, gain = _right(x, y)
    return max(v for v in x if v <= cut), gain

q8 best_split: not the upper one
    cut, gain = _right(x, y)
    return min(v for v in x if v > cut), gain

q8 best_split: the impurity that is left
    cut, gain = _right(x, y)
    return cut, impurity(y) - gain

q8 best_split: the sum of the two impurities
    found = (None, -1)
    for cut in np.convolve(np.unique(x), [0.5, 0.5], "valid"):
        left, right = ([b for a, b in zip(x, y) if (a <= cut) == side] for side in (True, False))
        gain = impurity(y) - impurity(left) - impurity(right)
        if round(gain, 9) > found[1]:
            found = (float(cut), round(gain, 9))
    return found

q8 best_split: the plain mean of the two
    found = (None, -1)
    for cut in np.convolve(np.unique(x), [0.5, 0.5], "valid"):
        left, right = ([b for a, b in zip(x, y) if (a <= cut) == side] for side in (True, False))
        gain = impurity(y) - (impurity(left) + impurity(right)) / 2
        if round(gain, 9) > found[1]:
            found = (float(cut), round(gain, 9))
    return found

q8 gain_by_hand: added up the impurities
    0.375 - (0 + 0.5)

q8 gain_by_hand: the mean impurity after the cut. Take
    0.5 * 0 + 0.5 * 0.5

q8 gain_by_hand: the impurity before the cut
    impurity([0, 0, 1, 0])

q9 held_out_accuracy: It knows these already
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=20, random_state=0)
    return tree.fit(features.loc[learn, columns], big[learn]).score(
        features.loc[learn, columns], big[learn]
    )

q9 held_out_accuracy: You learned from all households
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=20, random_state=0)
    return tree.fit(features[columns], big).score(features.loc[held, columns], big[held])

q9 held_out_accuracy: households are swapped
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=20, random_state=0)
    return tree.fit(features.loc[held, columns], big[held]).score(
        features.loc[learn, columns], big[learn]
    )

q9 held_out_accuracy: share of mistakes
    return 1 - _right(columns, depth)

q9 baseline: the share of big ones
    big[held].mean()

q9 baseline: the share among all households
    (~big).mean()

q9 baseline: a coin is not the rule to beat
    0.5

q9 honest: `honest` and `leaky` are swapped
    leaky; leaky = held_out_accuracy([c for c in features if c != leak], 2)

q9 honest: uses all columns *but*
    held_out_accuracy(["points"], 2)

q9 leak: `amount` is the best honest column
    "amount"; honest = held_out_accuracy([c for c in features if c != leak], 2)

q9 leak: `basket` is made from two columns
    "basket"; honest = held_out_accuracy([c for c in features if c != leak], 2)

q10 trait_score: The most points are 2
    return 2 * _right(points, weights)

q10 trait_score: counts three times
    return _right(points, dict.fromkeys(points, 1))

q10 trait_score: divided by the number of traits
    total = sum(points[trait] * weight for trait, weight in weights.items())
    return 100 * total / (2 * len(points))

q10 roles: Whoever signs the order
    dict(roles, Ekholm="buyer", Frey="decider")

q10 roles: A user may begin it all
    dict(roles, Adler="user", Brook="initiator")

q10 roles: A gatekeeper controls
    dict(roles, Chen="gatekeeper", Dorn="influencer")

q10 roles: it is not the decision
    dict(roles, Chen="decider", Ekholm="influencer")

q10 situations: You looked at the item only
    return _right(purchases.assign(spec="", supplier=""))

q10 situations: The supplier counts as well
    return _right(purchases.assign(supplier=""))

q10 situations: The specification counts as well
    return _right(purchases.assign(spec=""))

q10 situations: compared with the first purchase
    first, found = {}, []
    for item, *how in purchases.itertuples(index=False):
        new = item not in first
        same = first.setdefault(item, how) == how
        found.append("new task" if new else "straight rebuy" if same else "modified rebuy")
    return found

q10 situations: is not a new task
    return ["new task" if name[0] == "m" else name for name in _right(purchases)]

q10 hours_needed: the six other steps only sometimes
    return _right(["new task" if name[0] == "m" else name for name in situations], step_hours)

q10 hours_needed: Steps 3 and 8 are always taken
    half = sum(step_hours.values()) / 2
    rest = [name for name in situations if name[0] != "m"]
    return _right(rest, step_hours) + half * (len(situations) - len(rest))

q10 hours_needed: more than a straight one
    return _right(["straight rebuy" if name[0] == "m" else name for name in situations], step_hours)

q10 hours_needed: not the review alone
    straight = situations.count("straight rebuy")
    return _right(situations, step_hours) - straight * step_hours[3]

q10 hours_needed: count each time
    return _right(set(situations), step_hours)

q11 gains: The cost of the hours is missing
    return _right(accounts, cells, win, 0)

q11 gains: to the whole volume
    volume = accounts["volume"] * accounts["margin"]
    return volume * cells.map(win) - hour_cost * accounts["hours"]

q11 gains: share of the current value
    current = accounts["ours"] * accounts["margin"]
    return current * cells.map(win) - hour_cost * accounts["hours"]

q11 gains: You won sales
    return _right(accounts.assign(margin=1), cells, win, hour_cost)

q11 take: You stopped at the first
    taken = []
    for name in order:
        if hours[name] > capacity:
            break
        taken.append(name)
        capacity -= hours[name]
    return taken

q11 take: must shrink
    return [name for name in order if hours[name] <= capacity]

q11 take: Keep the given order
    return sorted(_right(order, hours, capacity))

q11 plan: `plan` and `habit` are swapped
    habit; habit = take(per_hour.index, accounts["hours"], capacity)

q11 plan: in the order of the gain. Hours
    take(gain[gain > 0].sort_values(ascending=False).index, accounts["hours"], capacity)

q11 habit: The current value is a contribution
    take(accounts["ours"].sort_values(ascending=False).index, accounts["hours"], capacity)

q11 habit_gain: some of which gain
    gain[gain < 0].sum()
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_nearly_every_known_mistake_is_made_below(lab11):
    hints = [
        mistake["hint"]
        for question in lab11.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    unmade = [hint for hint in hints if not any(word in hint for word in words)]
    assert unmade == [
        "You counted right decisions, or took p alone. The gain is a difference of impurities."
    ]


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab11, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    right = names[name]
    if callable(right):
        names["_right"] = right
        exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab11.name, lab11.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
