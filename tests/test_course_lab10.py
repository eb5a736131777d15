"""Lab 10: its values, its memo, and what a student with each misconception reads."""

import inspect

import numpy as np
import pandas as pd
import pytest

from crmlab import grading, weights
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab10_grading"


@pytest.fixture(scope="module")
def lab10(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


@pytest.fixture(scope="module")
def solved(lab10):
    return lab10.names(lab10.solution)


def test_lab10_meets_known_values(solved):
    """Gini of 1, 2, 3, 4 and of one who has all; Shannon: equal shares have the largest entropy."""
    assert solved["gini"]([1, 2, 3, 4]) == pytest.approx(0.25)
    assert solved["gini"]([0, 0, 0, 1]) == pytest.approx(0.75)
    assert solved["gini_with_a_loser"] == pytest.approx(solved["gini"]([-800, 100, 200, 500, 1000]))
    alike = pd.DataFrame({"same": [1.0, 1, 1], "one": [1.0, 0, 0]})
    assert solved["entropy_weights"](alike).tolist() == pytest.approx([0, 1])
    assert sum(solved["coverage"](solved["rules"]).values()) == 125
    first = [solved["rules"][4], *solved["rules"][:4], *solved["rules"][5:]]
    assert solved["slipping_first"] == solved["coverage"](first)["slipping"]


@pytest.mark.parametrize("column", ["contribution", "profit"])
def test_lab10_meets_crmlab_on_concentration(solved, column):
    values = solved["latest"][column]
    assert solved["lorenz"](values) == pytest.approx(grading.lorenz(values).share)
    assert solved["gini"](values) == pytest.approx(grading.gini(values, negative="plain"))
    found = grading.pyramid(values, names="sizes", losing_last=False).table
    table = solved["pyramid"](values)
    same = {"customers": "customers", "share": "profit_share", "losers": "losing"}
    for ours, theirs in same.items():
        assert table[ours].tolist() == pytest.approx(found[theirs].tolist())


@pytest.mark.parametrize("values", [[50, 5, 20, 15, 6, 4], [5, 5, 5, 5], [9, 3, 3, 3, 1, 1]])
def test_lab10_meets_crmlab_on_classes(solved, values):
    by_value = solved["abc_by_value"](pd.Series(values))
    assert by_value.tolist() == grading.abc(values).classes.tolist()
    by_headcount = solved["abc_by_headcount"](pd.Series(values))
    found = grading.abc(values, cuts=(0.2, 0.5), by="customers")
    assert by_headcount.tolist() == found.classes.tolist()


def test_lab10_meets_crmlab_on_indicators(solved):
    firms, expert = solved["firms"], solved["expert"]
    z = solved["normalise"](firms, ["days_late"])
    pd.testing.assert_frame_equal(z, grading.normalise(firms, cost=["days_late"]))
    assert solved["entropy_weights"](z).tolist() == pytest.approx(
        weights.entropy(firms, ["days_late"], convention="range").weights.tolist()
    )
    graded = grading.grade_customers(
        firms, expert / expert.sum(), cost=["days_late"], by="score", cuts=(75, 50, 25)
    )
    assert solved["composite"](z, expert).tolist() == pytest.approx(graded.scores["score"].tolist())
    assert solved["by_expert"].tolist() == graded.scores["grade"].tolist()


def test_lab10_meets_crmlab_on_rfm(solved):
    diary = solved["diary"]
    by_june = diary[diary["date"] <= "2025-06-30"]
    found = grading.rfm_table(by_june, end="2025-06-30")
    ours = solved["rfm_table"](diary, "2025-06-30")
    assert ours["R"].tolist() == found["recency"].tolist()
    assert ours["M"].tolist() == found["monetary"].tolist()
    columns = {"recency": "R", "frequency": "F", "monetary": "M"}
    for method in ("independent", "nested"):
        scores = grading.rfm_scores(solved["cd"], method=method, **columns).table
        assert (solved[method](solved["cd"]).to_numpy() == scores[["R", "F", "M"]]).all(axis=None)
    rules = [grading.SegmentRule(name, "", *ranges) for name, *ranges in solved["rules"]]
    cells = grading.rule_coverage(rules)["segment"].fillna("no rule").value_counts()
    assert solved["coverage"](solved["rules"]) == cells.to_dict()


def test_lab10_meets_crmlab_on_moves(solved):
    before, after = solved["grades_2023"], solved["grades_2024"]
    then = after.reindex(before.index).fillna("gone")
    moves = grading.grade_moves(before, then, ["A", "B", "C", "gone"])
    assert solved["matrix"].to_numpy() == pytest.approx(moves.matrix[:3])
    worth = grading.grade_value(moves, [*solved["mean_profit"], 0], 0.1)
    assert list(solved["values"].values()) == pytest.approx(worth.values.tolist())


def test_the_seven_groups_all_occur_and_leave_some_out(solved):
    groups = solved["seven"](solved["calls"])
    assert set(groups) == set(range(8))
    trends = solved["calls"].apply(solved["trend"], axis=1)
    assert set(trends) == {
        *("steady", "growing", "falling", "lost", "gone", "returned", "seasonal"),
    }


def test_the_memo_says_what_the_data_say(solved, lab10):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab10.solution.cells if "**Advice:" in cell.source)
    profit = solved["latest"]["profit"]
    tiers = solved["pyramid"](profit)
    assert f"brought {100 * solved['top_fifth']:.0f} % of the contribution" in memo
    assert f"and {100 * tiers['share'][:3].sum():.0f} % of the profit" in memo
    assert f"it takes {100 * solved['needed']:.0f} % of the customers" in memo
    gains, per_visit = solved["gains"], solved["per_visit"]
    assert f"keeping an A gains {gains['keep']:.0f} and lifting a B {gains['lift']:.0f}" in memo
    assert f"{per_visit['keep']:.0f} per visit against {per_visit['lift']:.0f}" in memo
    assert gains["keep"] > gains["lift"]
    assert per_visit["keep"] < per_visit["lift"]
    letters = solved["abc_by_value"](solved["latest"]["contribution"])
    b = (letters == "B").sum()
    assert f"the {b} customers of grade B come first, with {2 * b} visits" in memo
    left = 500 - 2 * b
    assert f"The other {left} go to {left // 3} customers of grade A" in memo
    assert f'"wake" loses {-gains["wake"]:.0f} per customer' in memo
    losers, lost = (profit < 0).sum(), solved["lost_to_losers"]
    assert f"{losers} customers cost {lost:,.0f} in 2025" in memo
    assert f"would be {100 * lost / profit.sum():.0f} % higher" in memo
    assert f"{(profit[letters == 'A'] < 0).sum()} of them have grade A" in memo
    turn = 1.1 * (3 * per_visit["lift"] + 90) / solved["values"]["A"]
    assert f"moved {100 * turn:.1f} of 100 instead of 3.6" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 lorenz: The curve begins at 0
    return _right(values)[1:]

q1 lorenz: You began with the largest
    ordered = np.sort(values)[::-1]
    return np.append(0, ordered.cumsum() / ordered.sum())

q1 lorenz: not sorted
    return np.append(0, np.cumsum(values) / np.sum(values))

q1 lorenz: These are sums
    return np.append(0, np.cumsum(np.sort(values)))

q1 gini: area under the curve
    points = lorenz(values)
    return (points[:-1] + points[1:]).mean() / 2

q1 gini: Twice this area
    return _right(values) / 2

q1 gini: rectangles
    return 1 - 2 * lorenz(values)[1:].mean()

q1 gini: a correction for small samples
    return _right(values) * len(values) / (len(values) - 1)

q1 gini_with_a_loser: set the loss to zero
    gini(np.clip([-800, 100, 200, 500, 1000], 0, None))

q1 gini_with_a_loser: dropped the minus sign
    gini(np.abs([-800, 100, 200, 500, 1000]))

q1 gini_with_a_loser: left the loser out
    gini([100, 200, 500, 1000])

q1 gini_with_a_loser: not cut off at 1
    1.0

q2 abc_by_value: crosses the border
    ordered = values.sort_values(ascending=False)
    share = ordered.cumsum() / ordered.sum()
    letters = np.select([share <= cuts[0], share <= cuts[1]], ["A", "B"], "C")
    return pd.Series(letters, ordered.index).reindex(values.index)

q2 abc_by_value: stand in the order of size
    return _right(values).sort_values()

q2 abc_by_value: You began with the smallest
    smaller = np.array([values[values < v].sum() for v in values]) / values.sum()
    return pd.Series(np.select([smaller < 0.8, smaller < 0.95], ["A", "B"], "C"), values.index)

q2 abc_by_value: in the order of the table. Sort first
    before = (values.cumsum() - values) / values.sum()
    letters = np.select([before < cuts[0], before < cuts[1]], ["A", "B"], "C")
    return pd.Series(letters, values.index)

q2 abc_by_headcount: fewer than 20 %
    ends = [int(len(values) * p / 100) for p in percent]
    place = values.rank(ascending=False)
    return pd.Series(np.select([place <= ends[0], place <= ends[1]], ["A", "B"], "C"))

q2 abc_by_headcount: You counted the customer itself
    larger = 100 * values.rank(ascending=False) / len(values)
    return pd.Series(np.select([larger < percent[0], larger < percent[1]], ["A", "B"], "C"))

q2 abc_by_headcount: or you did not sort
    return _right(values).sort_values()

q2 abc_by_headcount: another 50 %
    return _right(values, (percent[0], percent[0] + percent[1]))

q2 top_fifth: share of the profit
    pyramid(latest["profit"])["share"][:3].sum()

q2 top_fifth: by its making. Take the classes by headcount
    contribution[abc_by_value(contribution) == "A"].sum() / contribution.sum()

q2 top_fifth: share of customers, 20 %
    in_top_fifth.mean()

q2 needed: number of customers. Divide
    (abc_by_value(contribution) == "A").sum()

q2 needed: One customer is missing
    (contribution.sort_values(ascending=False).cumsum() <= 0.8 * contribution.sum()).mean()

q2 needed: That is class A by headcount
    in_top_fifth.mean()

q3 pyramid: You took the contribution
    return _right(latest["contribution"])

q3 pyramid: VIPs are those who lose most
    table = _right(-profit)
    return table.assign(profit=-table["profit"], losers=[7, 27, 92, 0])

q3 pyramid: sum of the gains only
    table = _right(profit)
    return table.assign(share=table["profit"] / profit[profit > 0].sum())

q3 pyramid: Your `share` is the share of the customers
    table = _right(profit)
    return table.assign(share=table["customers"] / len(profit))

q3 pyramid: closed the tiers too early
    ordered = profit.sort_values(ascending=False)
    ends = [0, *(int(len(profit) * p / 100) for p in (1, 5, 20, 100))]
    parts = [ordered.iloc[a:b] for a, b in zip(ends[:-1], ends[1:])]
    table = _right(profit).assign(
        customers=[len(part) for part in parts], profit=[part.sum() for part in parts]
    )
    return table.assign(share=table["profit"] / profit.sum())

q3 lost_to_losers: The sign
    latest["profit"][latest["profit"] < 0].sum()

q3 lost_to_losers: how many lose money
    (latest["profit"] < 0).sum()

q3 lost_to_losers: what the total profit would be
    latest["profit"][latest["profit"] > 0].sum()

q4 normalise: Turn this column round
    return (table - table.min()) / (table.max() - table.min())

q4 normalise: turned the wrong way
    return 1 - _right(table, cost)

q4 normalise: turned every column round
    return (table.max() - table) / (table.max() - table.min())

q4 normalise: divided by the largest value
    z = table / table.max()
    return z.assign(**{name: 1 - z[name] for name in cost})

q4 normalise: one minimum and one maximum
    low, high = table.min().min(), table.max().max()
    z = (table - low) / (high - low)
    return z.assign(**{name: 1 - z[name] for name in cost})

q4 normalise: standard scores
    z = (table - table.mean()) / table.std()
    return z.assign(**{name: -z[name] for name in cost})

q5 entropy_weights: used the entropies as weights
    p = z / z.sum()
    entropy = -(p * np.log(p.where(p > 0, 1))).sum() / np.log(len(z))
    return entropy / entropy.sum()

q5 entropy_weights: division by ln n is missing
    p = z / z.sum()
    entropy = -(p * np.log(p.where(p > 0, 1))).sum()
    return (1 - entropy) / (1 - entropy).sum()

q5 entropy_weights: These are 1 − e
    p = z / z.sum()
    return 1 + (p * np.log(p.where(p > 0, 1))).sum() / np.log(len(z))

q5 entropy_weights: The weights are equal
    return pd.Series(1 / len(z.columns), z.columns)

q5 entropy_weights: 0 · ln 0 gave a missing value
    p = z / z.sum()
    entropy = -(p * np.log(p)).sum(skipna=False) / np.log(len(z))
    return (1 - entropy) / (1 - entropy).sum()

q5 composite: Divide by the sum of the weights
    return 100 * (z * weights).sum(axis=1)

q5 composite: factor 100 is missing
    return (z * weights).sum(axis=1) / weights.sum()

q5 composite: orders count four times
    return 100 * z.mean(axis=1)

q5 composite: weighted the raw values
    return 100 * (firms * weights).sum(axis=1) / weights.sum()

q5 grade: use >=, not >
    letters = np.select([scores > 75, scores > 50, scores > 25], ["A", "B", "C"], "D")
    return pd.Series(letters, index=scores.index)

q5 grade: wrong order
    letters = np.select([scores >= 25, scores >= 50, scores >= 75], ["C", "B", "A"], "D")
    return pd.Series(letters, index=scores.index)

q5 changed: These keep their grade
    [firm for firm in firms.index if by_expert[firm] == by_entropy[firm]]

q5 changed: not how many there are
    len(changed)

q5 changed: With your grades nobody changes
    []

q6 rfm_table: Orders of July are in your table
    known = log.groupby("customer")
    days = (pd.Timestamp(observed) - known["date"].max()).dt.days.clip(lower=0)
    return pd.DataFrame({"R": days, "F": known["date"].nunique(), "M": known["amount"].sum()})

q6 rfm_table: You counted orders
    known = log[log["date"] <= observed].groupby("customer")
    return _right(log, observed).assign(F=known.size())

q6 rfm_table: begins at the first order
    known = log[log["date"] <= observed].groupby("customer")["date"]
    return _right(log, observed).assign(R=(pd.Timestamp(observed) - known.min()).dt.days)

q6 rfm_table: measured from the last order in the log
    known = log[log["date"] <= observed]
    last = known.groupby("customer")["date"].max()
    return _right(log, observed).assign(R=(known["date"].max() - last).dt.days)

q6 rfm_table: mean order
    known = log[log["date"] <= observed].groupby("customer")
    return _right(log, observed).assign(M=known["amount"].mean())

q6 rfm_table: removed them for good
    table = _right(log, observed)
    log.loc[log["date"] > observed, "date"] = pd.NaT
    return table

q7 quintile: its best place. By
    place = values.rank(method="max", ascending=not small_is_good)
    return np.ceil(5 * place / len(values)).astype(int)

q7 quintile: its mean place
    place = values.rank(ascending=not small_is_good)
    return np.ceil(5 * place / len(values)).astype(int)

q7 quintile: who stands first in the table
    place = values.rank(method="first", ascending=not small_is_good)
    return np.ceil(5 * place / len(values)).astype(int)

q7 quintile: without `small_is_good` the largest
    return _right(values, not small_is_good)

q7 quintile: counted the customer itself among the worse
    place = values.rank(method="min", ascending=not small_is_good)
    return (5 * place // len(values) + 1).astype(int)

q7 quintile: A small R is good
    return _right(values)

q7 quintile: perhaps by turning the scores round
    return 6 - _right(values) if small_is_good else _right(values)

q7 nested: that is the independent scheme
    return independent(rfm)

q7 nested: among those with the same R. It must
    scores = _right(rfm)
    return scores.assign(M=rfm["M"].groupby(scores["R"]).transform(quintile))

q7 nested: among those with the same F. It must
    scores = _right(rfm)
    return scores.assign(M=rfm["M"].groupby(scores["F"]).transform(quintile))

q7 f_scores: Not all of them occur
    [1, 2, 3, 4, 5]

q7 f_scores: nobody is worse than they are
    [3, 4, 5]

q8 first_fit: let the last rule that fits win
    return _right(r, f, m, rules[::-1])

q8 first_fit: must get the text
    found = _right(r, f, m, rules)
    return None if found == "no rule" else found

q8 first_fit: Do not give it the last one
    found = _right(r, f, m, rules)
    return rules[-1][0] if found == "no rule" else found

q8 first_fit: Both borders belong
    for name, *ranges in rules:
        if all(low < score < high for score, (low, high) in zip((r, f, m), ranges)):
            return name
    return "no rule"

q8 first_fit: in Python's range it does not
    for name, *ranges in rules:
        if all(score in range(*ends) for score, ends in zip((r, f, m), ranges)):
            return name
    return "no rule"

q8 coverage: counted the cells that each rule fits
    cells = {}
    for name, *ranges in rules:
        cells[name] = np.prod([high - low + 1 for low, high in ranges])
    return cells | {"no rule": 125 - sum(cells.values())}

q8 coverage: need a count as well
    cells = _right(rules)
    del cells["no rule"]
    return cells

q8 slipping_first: what it gets at its place now
    coverage(rules)["slipping"]

q8 slipping_first: F accepts 1 to 5
    2 * 5

q8 slipping_first: count both ends
    1 * 4 * 2

q9 trend: they look lost
    found = _right(row)
    last = max(month for month in row.index if row[month] > 0)
    if found == "seasonal":
        return "lost" if last >= 18 else "gone"
    return found

q9 trend: came back in month 24
    found = _right(row)
    return "falling" if found == "returned" else found

q9 trend: Customer 8 stopped
    found = _right(row)
    return "lost" if found == "gone" else found

q9 trend: "falling" is missing
    found = _right(row)
    return "steady" if found == "falling" else found

q9 trend: is lost or gone, not only falling
    found = _right(row)
    return "falling" if found in ("lost", "gone") else found

q9 seven: next level is in none of the seven
    groups = _right(calls)
    return groups.where((level(calls) != "high") | (calls.apply(trend, axis=1) != "steady"), 1)

q9 seven: group 2 is level
    groups = _right(calls)
    return groups.where((level(calls) != "top") | (calls.apply(trend, axis=1) != "growing"), 2)

q9 seven: left long ago as lost
    groups = _right(calls)
    place = level(calls).map({"top": 0, "high": 0, "middle": 3, "low": 6})
    return groups.where(calls.apply(trend, axis=1) != "gone", place)

q9 left_over: That many have a group
    (seven(calls) > 0).sum()

q9 left_over: do not cover everybody
    0

q10 moves: missing from your table
    both = before.index.intersection(after.index)
    return _right(before[both], after[both])

q10 moves: These are numbers of customers
    return _right(before, after).mul(before.value_counts().sort_index(), axis=0)

q10 moves: divided by all customers
    return _right(before, after).mul(before.value_counts().sort_index(), axis=0) / len(before)

q10 moves: Your columns add up to 1
    counts = _right(before, after).mul(before.value_counts().sort_index(), axis=0)
    return counts / counts.sum()

q10 matrix: from 2024 to 2025
    moves(grades_2024, abc_by_value(latest["contribution"]))

q10 matrix: The years are swapped
    moves(grades_2024, grades_2023)

q10 matrix: grades by headcount
    moves(*[abc_by_headcount(year_table(year)["contribution"]) for year in (2023, 2024)])

q10 matrix: You graded by profit
    moves(*[abc_by_value(year_table(year)["profit"]) for year in (2023, 2024)])

q11 grade_values: not discounted: next
    return _right(matrix, profit, 0)

q11 grade_values: This year's profit is missing
    found = _right(matrix, profit, rate)
    return dict(zip(found, np.array(list(found.values())) - [*profit, 0]))

q11 grade_values: one year ahead only
    inner = matrix[["A", "B", "C"]].to_numpy()
    return dict(zip("ABC", profit + inner @ profit / (1 + rate))) | {"gone": 0.0}

q11 grade_values: The key `gone`
    found = _right(matrix, profit, rate)
    del found["gone"]
    return found

q11 values: You took the mean contribution
    grade_values(
        matrix, year_table(2023)["contribution"].groupby(grades_2023).mean()[["A", "B", "C"]], 0.1
    )

q11 values: These are the profits of 2024
    grade_values(
        matrix, year_table(2024)["profit"].groupby(grades_2024).mean()[["A", "B", "C"]], 0.1
    )

q11 gains: the share is 0.036
    {
        "keep": gain(3.6, "A", "gone", 3, values, 0.1),
        "lift": gain(5, "A", "B", 2, values, 0.1),
        "wake": gain(2.5, "B", "C", 1, values, 0.1),
    }

q11 gains: cost of the visits is missing
    {
        "keep": gain(0.036, "A", "gone", 0, values, 0.1),
        "lift": gain(0.05, "A", "B", 0, values, 0.1),
        "wake": gain(0.025, "B", "C", 0, values, 0.1),
    }

q11 gains: reached next year
    {
        "keep": gain(0.036, "A", "gone", 3, values, 0),
        "lift": gain(0.05, "A", "B", 2, values, 0),
        "wake": gain(0.025, "B", "C", 1, values, 0),
    }

q11 gains: worth something before
    {
        "keep": gain(0.036, "A", "gone", 3, values, 0.1),
        "lift": gain(0.05, "A", "gone", 2, values, 0.1),
        "wake": gain(0.025, "B", "gone", 1, values, 0.1),
    }

q11 gains: paid one visit per customer
    {
        "keep": gain(0.036, "A", "gone", 1, values, 0.1),
        "lift": gain(0.05, "A", "B", 1, values, 0.1),
        "wake": gain(0.025, "B", "C", 1, values, 0.1),
    }

q11 per_visit: gains per customer. Visits are
    gains

q11 per_visit: divided by the cost
    {name: gains[name] / (30 * visits) for name, visits in zip(gains, [3, 2, 1])}
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_nearly_every_known_mistake_is_made_below(lab10):
    hints = [
        mistake["hint"]
        for question in lab10.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    unmade = [hint for hint in hints if not any(word in hint for word in words)]
    assert unmade == ["You multiplied by 1 + rate. Next year's money is worth less today: divide."]


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab10, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    names["diary"] = solved["diary"].copy()
    right = names[name]
    if callable(right):
        names["_right"] = right
        with np.errstate(divide="ignore", invalid="ignore"):
            exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    with np.errstate(divide="ignore", invalid="ignore"):
        Lab(lab10.name, lab10.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
