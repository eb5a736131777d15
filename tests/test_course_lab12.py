"""Lab 12: its values, its memo, and what a student with each misconception reads."""

import inspect

import numpy as np
import pytest

from crmlab import credit
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab12_credit"


@pytest.fixture(scope="module")
def lab12(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


@pytest.fixture(scope="module")
def solved(lab12):
    return lab12.names(lab12.solution)


def test_lab12_meets_known_values(solved):
    """The syllabus: WOE .818099 and IV .666012 of checking; factor 28.8539, offset 487.1229."""
    people, bad = solved["people"], solved["bad"]
    assert solved["woe"](people["checking"], bad)["below 0"] == pytest.approx(0.818099, abs=5e-7)
    assert solved["iv"](people["checking"], bad) == pytest.approx(0.666012, abs=5e-7)
    assert solved["below_zero"] == pytest.approx(0.8181, abs=5e-5)
    assert np.round(solved["scale"](600, 50, 20), 4).tolist() == [28.8539, 487.1229]
    assert solved["to_score"](1 / 201) == pytest.approx(solved["at_200"])
    for p in (0.01, 0.3, 0.9):
        assert solved["to_probability"](solved["to_score"](p)) == pytest.approx(p)


def test_lab12_meets_crmlab_on_ratings(solved):
    past, table = solved["past"], solved["indicators"].assign(group="capital")
    for missing, rule in ((0, "worst"), (0.5, "middle")):
        found = credit.credit_rating(
            past, table, scale={"A": 70, "B": 55, "C": 40, "D": 0}, missing=rule, least=0,
        ).scores  # fmt: skip
        scores = solved["rate"](past, table, missing)
        assert scores.to_numpy() == pytest.approx(found["score"].to_numpy())
        assert solved["grade"](scores, 0 * past["court_records"]) == found["grade"].tolist()
    score = solved["rate"](past, table)
    power = credit.discrimination(score, past["fails"])
    assert solved["auc"](score, past["fails"]) == pytest.approx(power.auc)
    assert solved["ks"](score, past["fails"]) == pytest.approx(power.ks)


def test_lab12_meets_crmlab_on_scorecards(solved):
    card, people, test = solved["card"], solved["people"], solved["test"]
    points = card.points_
    table = {name: points.loc[name]["points"].to_dict() for name in card.features_}
    for row in (700, 735, 801):
        one = people.iloc[[row]]
        found = card.reasons(one)
        bins = found.table["bin"].to_dict()
        own = solved["score_of"](bins, table, card.base_points_)
        assert own == pytest.approx(found.score)
        expected = [name for name, lost in found.table["lost"].items() if lost > 1e-9]
        assert solved["reasons"](bins, table, 9) == expected
    score = card.score(test)
    found = credit.cut_offs(score, test["bad"], 1, 5)
    assert solved["best_cut"](score, test["bad"], 1, 5) == pytest.approx(found.best)
    at = found.at_best
    assert solved["profit"](score, test["bad"], found.best, 1, 5) == pytest.approx(at["profit"])
    everyone, renters = solved["everyone"], solved["renters"]
    rented = people[people["housing"] == "rent"]
    stability = credit.population_stability(people["checking"], rented["checking"])
    assert solved["psi"](everyone, renters) == pytest.approx(stability.psi)
    assert solved["by_chance"] == pytest.approx(stability.by_chance)
    table = credit.fairness(solved["granted"]["with"], solved["bad"], solved["young"])
    assert solved["ratios"][0] == pytest.approx(table.ratio)
    shares = solved["approval"](solved["granted"]["with"], solved["young"])
    assert shares == pytest.approx(table.table["approval"].to_dict())


def test_joined_bins_rise_and_keep_everybody(solved):
    rng = np.random.default_rng(1)
    for _ in range(50):
        good, bad = rng.integers(1, 30, (2, 8))
        joined = np.array(solved["join"](good, bad))
        assert (np.diff(joined[:, 1] / joined.sum(axis=1)) > 0).all()
        assert joined.sum(axis=0).tolist() == [good.sum(), bad.sum()]


def test_the_memo_says_what_the_data_say(solved, lab12):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab12.solution.cells if "**Advice:" in cell.source)
    test, score = solved["test"], solved["card"].score(solved["test"])
    assert f"AUC of {solved['held_out']:.2f}, against {solved['apparent']:.2f} on" in memo
    assert f"with {test['bad'].sum()} bad ones" in memo
    power = credit.discrimination(solved["large"].score(test), test["bad"])
    assert (power.high - power.low) / 2 == pytest.approx(0.05, abs=0.01)
    cut_30, cut_5 = solved["best_cut"](score, test["bad"], 1, 5), solved["cut_at_5"]
    assert f"cut at {cut_30:.0f} for 30 % bad ones and at {cut_5:.0f} for 5 %" in memo
    weight = solved["weight"]
    refused = 1 - (weight * (score >= cut_30)).sum() / weight.sum()
    assert f"refuse {100 * refused:.0f} % of such" in memo
    first, second = (
        solved["profit"](score, test["bad"], cut, 1, 5, weight) for cut in (cut_30, cut_5)
    )
    assert f"earn {first:.2f} per applicant in place of {second:.2f}" in memo
    with_age, without = solved["ratios"]
    assert f"credit {with_age:.2f} times as often as the others, without it {without:.2f}" in memo
    auc = [solved["auc"](solved["scores"][way], solved["bad"]) for way in ("with", "without")]
    assert f"from {auc[0]:.3f} to {auc[1]:.3f}" in memo
    own = solved["auc"](
        solved["rate"](solved["past"], solved["indicators"]), solved["past"]["fails"]
    )
    assert f"put {100 * own:.0f} % of the pairs" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 points: Turned round
    return ((answers - best) / (worst - best)).clip(0, 1).fillna(missing)

q1 points: beyond the worst bound
    return ((answers - worst) / (best - worst)).clip(upper=1).fillna(missing)

q1 points: got 0 points
    return ((answers - worst) / (best - worst)).clip(0, 1).fillna(0)

q1 points: got 1 point
    return ((answers - worst) / (best - worst)).clip(0, 1).fillna(1)

q1 rate: factor 100 is missing
    return _right(table, indicators, missing) / 100

q1 rate: Divide by the sum of the weights
    return _right(table, indicators, missing) * indicators["weight"].sum()

q1 rate: All indicators count alike
    rows = indicators.iterrows()
    each = [points(table[name], row["worst"], row["best"], missing) for name, row in rows]
    return 100 * sum(each) / len(indicators)

q1 grade: records in court have no effect
    return list(np.select([scores >= 70, scores >= 55, scores >= 40], ["A", "B", "C"], "D"))

q1 grade: cap begins with three
    return _right(scores, records.where(records > 2, 0))

q1 grade: lifted a D to a C
    found = np.select([scores >= 70, scores >= 55, scores >= 40], ["A", "B", "C"], "D")
    return list(np.where(records >= 2, "C", found))

q1 grade: use >=, not >
    found = np.select([scores > 70, scores > 55, scores > 40], ["A", "B", "C"], "D")
    return list(np.where((records >= 2) & (found < "C"), "C", found))

q1 grade: One record is not enough
    return _right(scores, records + 1)

q2 auc: the bad one is higher
    return 1 - _right(score, bad)

q2 auc: not nothing
    score, bad = np.asarray(score, dtype=float), np.asarray(bad, dtype=bool)
    return (score[~bad][:, None] > score[bad]).mean()

q2 auc: not a whole one
    score, bad = np.asarray(score, dtype=float), np.asarray(bad, dtype=bool)
    return (score[~bad][:, None] >= score[bad]).mean()

q2 auc: number of pairs
    bad = np.asarray(bad, dtype=bool)
    return _right(score, bad) * bad.sum() * (~bad).sum()

q2 fail_rates: left out the cap
    (lambda found: past["fails"].groupby(pd.Series(found)).mean().to_dict())(
        grade(rate(past, indicators), 0 * past["court_records"])
    )

q2 fail_rates: counted missing answers as 0
    (lambda found: past["fails"].groupby(pd.Series(found)).mean().to_dict())(
        grade(rate(past, indicators, 0), past["court_records"])
    )

q2 fail_rates: numbers of customers
    past["fails"].groupby(grades).sum().to_dict()

q2 open_share: with a missing answer
    past[list(indicators.index)].isna().any(axis=1).mean()

q2 open_share: whose grade is sure
    1 - open_share

q2 open_share: That is their number
    int(np.sum(np.array(ends[0]) != np.array(ends[1])))

q3 below_zero: divided the good by the bad
    -0.8181

q3 below_zero: the odds in the level
    round(np.log(135 / 139), 4)

q3 below_zero: base 10
    round(np.log10((135 / 300) / (139 / 700)), 4)

q3 below_zero: ratio itself
    round((135 / 300) / (139 / 700), 4)

q3 woe: The sign is turned
    return -_right(feature, bad)

q3 woe: took the counts
    counts = pd.crosstab(feature, bad.astype(bool))
    return np.log(counts[True] / counts[False])

q3 iv: added up the weights
    return woe(feature, bad).sum()

q3 iv: share of the bad only
    counts = pd.crosstab(feature, bad.astype(bool))
    return (counts[True] / counts[True].sum() * woe(feature, bad)).sum()

q3 strongest: three weakest
    sorted(texts, key=lambda name: iv(people[name], bad))[:3]

q3 strongest: the most levels
    sorted(texts, key=lambda name: -people[name].nunique())[:3]

q4 join: dropped a bin
    kept = []
    for pair in zip(good, bad):
        if not kept or pair[1] / sum(pair) > kept[-1][1] / sum(kept[-1]):
            kept.append(pair)
    return kept

q4 join: Nothing is joined
    return list(zip(good, bad))

q4 join: joined to the right
    pairs = list(zip(good, bad))
    for i in range(1, len(pairs) - 1):
        if pairs[i][1] / sum(pairs[i]) <= pairs[i - 1][1] / sum(pairs[i - 1]):
            pairs[i : i + 2] = [tuple(map(sum, zip(*pairs[i : i + 2])))]
            break
    return pairs

q4 join: sorted the bins
    return sorted(zip(good, bad), key=lambda pair: pair[1] / sum(pair))

q4 join: did not look back
    kept = []
    for pair in zip(good, bad):
        if kept and pair[1] / sum(pair) <= kept[-1][1] / sum(kept[-1]):
            kept[-1] = (kept[-1][0] + pair[0], kept[-1][1] + pair[1])
        else:
            kept.append(pair)
    return kept

q4 join: Not higher means: join
    kept = []
    for pair in zip(good, bad):
        kept.append(pair)
        while len(kept) > 1 and kept[-1][1] / sum(kept[-1]) < kept[-2][1] / sum(kept[-2]):
            last = kept.pop()
            kept[-1] = (kept[-1][0] + last[0], kept[-1][1] + last[1])
    return kept

q4 bins_left: before joining
    len(counts)

q5 at_200: they double once
    620

q5 at_200: two doublings, not four
    680

q5 at_200: Points are not proportional
    600 * 200 / 50

q5 at_200: the points go up
    560

q5 scale: divided by ln 2
    return pdo, base - pdo * np.log(odds)

q5 scale: logarithms to base 10
    factor = pdo / np.log10(2)
    return factor, base - factor * np.log10(odds)

q5 scale: base *minus* factor
    factor = pdo / np.log(2)
    return factor, base + factor * np.log(odds)

q5 scale: score at odds of 1
    return pdo / np.log(2), base

q5 to_score: the odds of bad
    factor, offset = scale(base, odds, pdo)
    return offset + factor * np.log(p / (1 - p))

q5 to_score: the logarithm of p
    factor, offset = scale(base, odds, pdo)
    return offset + factor * np.log(p)

q5 to_probability: probability to be good
    return 1 - _right(score, base, odds, pdo)

q5 to_probability: That is 1/50
    factor, offset = scale(base, odds, pdo)
    return np.exp(-(score - offset) / factor)

q6 score_of: base points are missing
    return _right(applicant, table, 0)

q6 score_of: took the best bin
    return base + sum(max(table[name].values()) for name in applicant)

q6 reasons: the points themselves. b has the fewest
    lost = {name: -table[name][place] for name, place in applicant.items()}
    return [name for name in sorted(lost, key=lambda name: -lost[name]) if lost[name] > 0][:n]

q6 reasons: the difference to the best bin
    return sorted(applicant, key=lambda name: table[name][applicant[name]])[:n]

q6 reasons: c is in its best bin
    best = {name: max(table[name].values()) for name in applicant}
    return sorted(applicant, key=lambda name: table[name][applicant[name]] - best[name])[:n]

q6 reasons: That is little
    return _right(applicant, table, 1)

q7 ks: You counted customers
    score, bad = np.asarray(score, dtype=float), np.asarray(bad, dtype=bool)
    return max(int((score[bad] <= s).sum() - (score[~bad] <= s).sum()) for s in score)

q7 ks: good less the bad
    score, bad = np.asarray(score, dtype=float), np.asarray(bad, dtype=bool)
    return max((score[~bad] <= s).mean() - (score[bad] <= s).mean() for s in score)

q7 ks: all customers in place of the good
    score, bad = np.asarray(score, dtype=float), np.asarray(bad, dtype=bool)
    return max((score[bad] <= s).mean() - (score <= s).mean() for s in score)

q7 apparent: The two are swapped
    auc(large.score(test), test["bad"])

q7 held_out: small card of question 6
    auc(card.score(test), test["bad"])

q8 profit: divided by those who get credit
    score, bad = np.asarray(score, dtype=float), np.asarray(bad, dtype=bool)
    return np.where(bad, -loss, margin)[score >= cut].mean()

q8 profit: That is the sum
    return _right(score, bad, cut, margin, loss, weight) * len(score)

q8 profit: exactly the cut-off gets credit
    return _right(score, bad, cut + 1e-9, margin, loss, weight)

q8 profit: The loss of the bad one
    return _right(score, bad, cut, margin, 0, weight)

q8 best_cut: From 3 on the profit is
    tried = np.unique(score)
    return float(min(tried[[profit(score, bad, cut, margin, loss) >= 0 for cut in tried]]))

q8 best_cut: From 6 on one credit
    return float(max(score))

q8 best_cut: That is the profit
    return max(profit(score, bad, cut, margin, loss, weight) for cut in np.unique(score))

q8 break_even: That is 1/5
    1 / 5

q8 break_even: probability to be good
    5 / 6

q8 cut_at_5: with 30 % bad ones
    best_cut(card.score(test), test["bad"], 1, 5)

q8 cut_at_5: weights are swapped
    best_cut(card.score(test), test["bad"], 1, 5, np.where(test["bad"], 0.95 / 0.7, 0.05 / 0.3))

q9 psi: You used the counts
    then, now = np.asarray(then, dtype=float), np.asarray(now, dtype=float)
    return float(((now - then) * np.log(now / then)).sum())

q9 psi: share now
    then, now = (np.asarray(part, dtype=float) / np.sum(part) for part in (then, now))
    return float((now * np.log(now / then)).sum())

q9 psi: to base 10
    return _right(then, now) / np.log(10)

q9 psi: The sign
    return -_right(then, now)

q9 rent_psi: sorts by size
    psi(
        people["checking"].value_counts(),
        people.loc[people["housing"] == "rent", "checking"].value_counts(),
    )

q9 by_chance: three free shares
    4 * (1 / 1000 + 1 / 179)

q9 by_chance: not 1/(n + m)
    3 / 1179

q10 approval: divided by all who are granted
    if among is not None:
        granted, group = granted[among], group[among]
    return (granted.groupby(group).sum() / granted.sum()).to_dict()

q10 approval: numbers of applicants
    if among is not None:
        granted, group = granted[among], group[among]
    return granted.groupby(group).sum().to_dict()

q10 approval: divided by all applicants
    if among is not None:
        granted, group = granted[among], group[among]
    return (granted.groupby(group).sum() / len(granted)).to_dict()

q10 approval: still divide by everybody
    if among is not None:
        granted = granted & among
    return granted.groupby(group).mean().to_dict()

q10 ratio: lowest is divided by the highest
    return max(shares.values()) / min(shares.values())

q10 ratio: That is the difference
    return max(shares.values()) - min(shares.values())

q10 ratios: With age comes first
    ratios[::-1]

q10 good_ratios: among the good: use ~bad
    [ratio(approval(granted[way], young, bad)) for way in ("with", "without")]

q11 limit: rating is one of four
    return {"A": 4000, "B": 2500, "C": 1000, "D": 0}[grade]

q11 limit: You took the largest
    known = [{"A": 4000, "B": 2500, "C": 1000, "D": 0}[grade], purchases / 12, 60 / (chance * 0.8)]
    return 100 * np.floor(max(known) / 100)

q11 limit: Net worth is a candidate
    return _right(grade, np.nan, purchases, chance)

q11 limit: An unknown candidate is left out
    return _right(grade, 0 if np.isnan(net_worth) else net_worth, purchases, chance)

q11 limit: limits are rounded *down*
    known = [{"A": 4000, "B": 2500, "C": 1000, "D": 0}[grade], purchases / 12, 60 / (chance * 0.8)]
    return 100 * np.round(min(known) / 100)

q11 limit: Round down to full 100
    known = [{"A": 4000, "B": 2500, "C": 1000, "D": 0}[grade], purchases / 12, 60 / (chance * 0.8)]
    return min([*known, *([] if np.isnan(net_worth) else [net_worth / 4])])

q11 release: gets nothing, however much
    return _right(order, owed, limit, 0)

q11 release: a part can go out
    return "release" if owed + order <= limit and days_overdue <= 30 else "hold"

q11 release: has no part left
    if days_overdue > 30:
        return "hold"
    return "release" if owed + order <= limit else "part"

q11 release: counts with the order
    return "hold" if days_overdue > 30 else "release" if order <= limit else "part"

q11 book: sum over all years
    sum(
        limit(grades[i], row["net_worth"], row["purchases"], fail_rates[grades[i]])
        for i, row in past.iterrows()
    )

q11 book: left net worth out for everybody
    sum(
        limit(grades[i], np.nan, row["purchases"], fail_rates[grades[i]])
        for i, row in past[past["year"] == 2024].iterrows()
    )
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_nearly_every_known_mistake_is_made_below(lab12):
    hints = [
        mistake["hint"]
        for question in lab12.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    unmade = [hint for hint in hints if not any(word in hint for word in words)]
    assert unmade == [
        "Below 0.5: a high score should be good, and `bad` the outcome.",
        "That is KS. The AUC is asked for.",
    ]


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab12, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    right = names[name]
    with np.errstate(divide="ignore", invalid="ignore"):
        if callable(right):
            names["_right"] = right
            exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
        else:
            exec(f"{name} = {body.strip()}", names)
        # The held-out mistake is made with both numbers, as one who took the wrong card would.
        if (question, name) == ("q7", "held_out"):
            exec('apparent = auc(card.score(train), train["bad"])', names)
        if (question, name) == ("q7", "apparent"):
            exec('held_out = auc(large.score(train), train["bad"])', names)
        if (question, words) == ("q10", "With age comes first"):
            exec("good_ratios = good_ratios[::-1]", names)
        Lab(lab12.name, lab12.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
