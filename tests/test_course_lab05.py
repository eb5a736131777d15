"""Lab 05: agrees with `crmlab.loyalty`, its memo with its tables, its hints with wrong code."""

import numpy as np
import pandas as pd
import pytest

import crmlab.loyalty
from crmlab import datasets
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

LAB05 = "lab05_loyalty"


@pytest.fixture(scope="module")
def lab05(tmp_path_factory):
    return Built(EXERCISES / f"{LAB05}.md", tmp_path_factory.mktemp("lab05"))


@pytest.fixture(scope="module")
def solved(lab05):
    return lab05.names(lab05.solution)


def test_lab05_meets_crmlab(solved):
    loyalty = crmlab.loyalty
    log = solved["log"].rename(columns={"shop": "brand"})
    row = loyalty.behavioural_loyalty(log, level=0.95).brands.loc["ours"]
    assert solved["shares"](solved["log"], "ours") == pytest.approx(
        (row["share_of_wallet"], row["repeat_rate"])
    )
    bought = log[log["customer"] != "d"].assign(here=lambda t: t["brand"] == "ours")
    y, x = bought.groupby("customer")["here"].agg(["sum", "size"]).to_numpy().T
    half = row["repeat_rate"] - row["repeat_low"]
    assert 4.302653 * solved["ratio_error"](y, x) == pytest.approx(half, rel=1e-5)
    for often in (True, False):
        for likes in (True, False):
            for alternatives in (0, 2):
                for reason in ("", "tie", "benefit"):
                    found = loyalty.loyalty_kinds(
                        [float(likes)],
                        [float(often)],
                        [alternatives],
                        [reason],
                        attitude_cut=1,
                        repeat_cut=1,
                    )
                    case = (often, likes, alternatives, reason)
                    assert found.kind.tolist() == [solved["kind"](*case)], case
    rng = np.random.default_rng(1)
    columns = ["cognitive", "affective", "conative", "behavioural"]
    scores = pd.DataFrame(rng.integers(2, 8, (60, 4)), columns=columns).astype(float)
    storeys = [solved["storey"](*row, 5) for row in scores.to_numpy()]
    assert loyalty.loyalty_pyramid(scores, 5).level.tolist() == storeys
    assert solved["curve"](0.4, 2.5, 0.1) == pytest.approx(loyalty.loyalty_curve(0.4, 2.5, 0.1))
    assert solved["choice"](8, 6, 4) == pytest.approx(loyalty.relative_loyalty(8, 6, 4))
    values = solved["values"]
    held = loyalty.lock_in(values, 20, [12.0], scale=4)
    assert solved["captive"](values, 20, 12, 4) == pytest.approx(held.captive[0])
    estimate = loyalty.estimate_chain(datasets.load("company_branches"), solved["chain"])
    assert solved["whole"](solved["branches"], solved["chain"]) == pytest.approx(estimate.total)


def test_lab05_adds_up_the_ways_as_the_path_model_does(solved):
    survey = datasets.load("company_survey")
    names = ["satisfaction", "trust", "belonging", "friendship"]
    names += ["cognitive", "affective", "conative", "behavioural"]
    blocks = {name: [f"{name}_{i}" for i in (1, 2, 3)] for name in names}
    model = crmlab.loyalty.relationship_quality(blocks, missing="mean", scale=(1, 10)).fit(survey)
    fitted = model.paths_.to_dict()
    for pair, total in model.total_effects_.items():
        assert solved["total_effect"](fitted, *pair) == pytest.approx(total)


def test_noise_weakens_a_correlation_as_lab05_corrects_it(solved):
    rng = np.random.default_rng(7)
    x = rng.normal(size=200_000)
    y = 0.6 * x + 0.8 * rng.normal(size=x.size)
    # Reliability: variance of the feeling over that of the score.
    noisy = [one + rng.normal(scale=s, size=x.size) for one, s in ((x, 0.5), (y, 0.7))]
    found = solved["corrected"](np.corrcoef(noisy)[0, 1], 1 / 1.25, 1 / 1.49)
    assert found == pytest.approx(0.6, abs=0.01)


def test_the_memo_of_lab05_says_what_the_numbers_say(lab05, solved):
    memo = next(c.source for c in lab05.solution.cells if "**Coming back is not" in c.source)
    wallet, _rate = solved["shares"](solved["log"], "ours")
    assert f"spend {wallet:.0%}".replace("%", " %") in memo
    caught = solved["trap"](solved["marks"], solved["wallet"], 8, 0.5)
    assert f"satisfied customers {100 * caught:.0f} % give" in memo
    assert f"{100 * solved['danger']:.0f} % would be held by the card alone" in memo
    assert {3: "three", 4: "four", 5: "five"}[solved["overtaken"]] + " years at 8 % a year" in memo
    assert f"dearer costs {-solved['dearer']:.0f} % of the odds" in memo
    gains = solved["gains"]
    assert solved["best"] == ("town", 0.85)
    assert f"brings {100 * gains['town', 0.85]:.0f} points" in memo
    assert 100 * gains["town", 0.2] < 1
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 shares: Customer d never bought
    here = log[log["shop"] == shop]
    return here["amount"].sum() / log["amount"].sum(), len(here) / len(log)

q1 shares: The order: share of wallet
    return _right(log, shop)[::-1]

q1 shares: divided by the purchases at the other shops
    among = log[log["customer"].isin(log.loc[log["shop"] == shop, "customer"])]
    here, there = among[among["shop"] == shop], among[among["shop"] != shop]
    return here["amount"].sum() / there["amount"].sum(), len(here) / len(there)

q1 shares: mean of the customers' own shares
    among = log[log["customer"].isin(log.loc[log["shop"] == shop, "customer"])]
    here = among[among["shop"] == shop].groupby("customer")["amount"].agg(["sum", "size"])
    whole = among.groupby("customer")["amount"].agg(["sum", "size"])
    return tuple((here / whole).mean())

q2 ratio_error: error of a proportion
    r = sum(y) / sum(x)
    return np.sqrt(r * (1 - r) / sum(x))

q2 ratio_error: The factor n/(n − 1) is missing
    y, x = np.asarray(y, float), np.asarray(x, float)
    return np.sqrt(((y - y.sum() / x.sum() * x) ** 2).sum()) / x.sum()

q2 ratio_error: Divide by the sum of x at the end
    return _right(y, x) * sum(x)

q2 ratio_error: Take the square root
    return (_right(y, x) * sum(x)) ** 2 / sum(x)

q3 price_sensitivity: fitted the numbers themselves
    return np.polyfit(price, packages, 1)[0]

q3 price_sensitivity: roles are exchanged
    return np.polyfit(np.log(packages), np.log(price), 1)[0]

q3 price_sensitivity: That is the intercept
    return np.polyfit(np.log(price), np.log(packages), 1)[1]

q3 dearer: right for small changes only
    10 * price_sensitivity(relative_price, relative_packages)

q3 dearer: That is a fraction
    1.1 ** price_sensitivity(relative_price, relative_packages) - 1

q4 kind: no other bakery within reach
    if often and reason:
        return {"tie": "kinship", "benefit": "benefit"}[reason]
    return _right(often, likes, alternatives, reason)

q4 kind: asked for the attitude first
    if often:
        return "trust" if likes else "inertia"
    return "potential" if likes else "none"

q4 kind: The benefit is asked before
    if often and alternatives and likes and reason == "benefit":
        return "trust"
    return _right(often, likes, alternatives, reason)

q4 kind: Without repeat behaviour there is no monopoly
    if alternatives == 0:
        return "monopoly"
    return _right(often, likes, alternatives, reason)

q4 kind: the tie holds nobody
    if reason == "tie" and alternatives == 0 and not often:
        return "kinship"
    return _right(often, likes, alternatives, reason)

q4 kind: that is inertia
    if not likes and not reason:
        return "none"
    return _right(often, likes, alternatives, reason)

q5 affective: worded the other way round
    return answers.mean(axis=1, skipna=False)

q5 affective: left an item out
    return answers.assign(all_the_same=8 - answers["all_the_same"]).mean(axis=1)

q5 affective: 7 − 7 is 0
    return answers.assign(all_the_same=7 - answers["all_the_same"]).mean(axis=1, skipna=False)

q5 affective: That is the sum
    return 3 * _right(answers)

q5 storey: A score equal to the cut
    return _right(cognitive, affective, conative, behavioural, cut + 0.5)

q5 storey: from the foot upwards
    if behavioural >= cut:
        return "habit"
    return _right(cognitive, affective, conative, behavioural, cut)

q5 storey: Preference needs both
    if min(cognitive, affective, conative, behavioural) >= cut:
        return "commitment"
    if affective >= cut and behavioural >= cut:
        return "preference"
    return "habit" if behavioural >= cut else "none"

q6 curve: The floor is missing
    return s**gamma

q6 curve: loyalty would pass 1
    return floor + s**gamma

q6 curve: not multiplied by it
    return floor + (1 - floor) * s * gamma

q6 gain: Satisfaction ends at 1
    return curve(s + step, gamma, floor) - curve(s, gamma, floor)

q6 gain: put the step itself
    return curve(step, gamma, floor)

q6 gain: loyalty after the step
    return curve(min(s + step, 1), gamma, floor)

q6 best: the better one of the village
    ("village", 0.2)

q6 best: as hopeless as 0.2
    ("town", 0.2)

q7 trap: divided by all customers
    return ((marks >= satisfied) & (wallet < loyal)).mean()

q7 trap: share that is loyal
    return 1 - _right(marks, wallet, satisfied, loyal)

q7 trap: counted among the satisfied
    return (marks[wallet < loyal] >= satisfied).mean()

q7 choice: Raise both values
    return v / (v + w)

q7 choice: chance of the rival
    return w**theta / (v**theta + w**theta)

q7 choice: Those are the odds
    return (v / w) ** theta

q7 overtaken: still below 7
    4

q7 overtaken: One year less
    6

q8 stays: sign of the exponent
    return 1 / (1 + np.exp((v - w + c) / sigma))

q8 stays: add it, do not take it off
    return 1 / (1 + np.exp(-(v - w - c) / sigma))

q8 stays: Divide by sigma
    return 1 / (1 + np.exp(-(v - w + c)))

q8 stays: switching cost is missing
    return 1 / (1 + np.exp(-(v - w) / sigma))

q8 captive: Take off those who would stay anyway
    return np.mean(stays(v, w, c, sigma))

q8 captive: put the mean value into the curve
    return stays(np.mean(v), w, c, sigma) - stays(np.mean(v), w, 0, sigma)

q8 captive: That is a number of customers
    return _right(v, w, c, sigma) * len(v)

q8 danger: share of all customers
    captive(values, 20, 12, 4)

q8 danger: of their own will
    1 - captive(values, 20, 12, 4) / stays(values, 20, 12, 4).mean()

q9 link: points per point
    return np.polyfit(table[cause], table[effect], 1)[0]

q9 link: Cause and effect are exchanged
    return _right(table, effect, cause)

q9 link: That is the correlation
    return np.log(table[cause]).corr(np.log(table[effect]))

q9 whole: You added the links
    return sum(link(table, a, b) for a, b in zip(chain, chain[1:]))

q9 whole: without the links between
    return link(table, chain[0], chain[-1])

q9 whole: The last link is missing
    return _right(table, chain[:-1])

q9 extra: small changes only multiply
    10 * whole(branches, chain)

q9 extra: The rise is 10 %
    100 * whole(branches, chain)

q11 total_effect: That is the arrow alone
    return arrows.get((start, end), 0.0)

q11 total_effect: only the ways are added
    return 0.2 + 0.4 + 0.45

q11 total_effect: You multiplied everything
    return 0.2 * 0.4 * 0.45

q11 total_effect: the way through belonging alone
    return _right(arrows, start, end) - arrows.get((start, end), 0.0)

q11 strongest: Its arrow is the largest
    max(feelings, key=lambda name: arrows.get((name, "behavioural"), 0))

q11 strongest: something stands before trust
    "trust"

q11 through: Take off trust's own arrow
    total_effect(arrows, "trust", "behavioural")

q11 through: The rest is asked for
    arrows["trust", "behavioural"]

q11 corrected: weaker still
    return r * np.sqrt(reliability_x * reliability_y)

q11 corrected: Take the root of the product
    return r / (reliability_x * reliability_y)

q11 corrected: Nothing has changed
    return r
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_every_known_mistake_of_lab05_is_made_below(lab05):
    hints = [
        mistake["hint"]
        for question in lab05.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    assert [hint for hint in hints if not any(word in hint for word in words)] == []


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab05, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    right = names[name]
    if callable(right):
        code = right.__code__
        names["_right"] = right
        exec(f"def {name}({', '.join(code.co_varnames[: code.co_argcount])}):\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab05.name, lab05.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
