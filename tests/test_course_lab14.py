"""Lab 14: its values, its memo, and what a student with each misconception reads."""

import inspect

import numpy as np
import pandas as pd
import pytest

from crmlab import sales
from crmlab.course import Lab
from crmlab.sales._incidence import incidence
from tests.test_course_labs import EXERCISES, Built

NAME = "lab14_selling"


@pytest.fixture(scope="module")
def lab14(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


@pytest.fixture(scope="module")
def solved(lab14):
    return lab14.names(lab14.solution)


def test_lab14_meets_known_values(solved):
    """The syllabus's funnel, and two deals by hand."""
    assert solved["steps"]([80, 30, 16, 10]) == pytest.approx([0.375, 16 / 30, 0.625])
    stock = solved["forecast"]([1125, 318, 168, 108], [0.375, 16 / 30, 0.625], "stock")
    assert stock == pytest.approx(459.625)
    assert solved["entering"] == solved["needed"]([60, 24, 12, 9], 20, 300)
    assert solved["some_day"] == 0.1 / (0.1 + 0.15)
    assert solved["reach"]([1, 1], [0.5, 0.2], 1) == pytest.approx(1 - 0.5 * 0.8)


def test_lab14_meets_crmlab_on_the_funnel(solved):
    made = sales.funnel([80, 30, 16, 10], [1125, 318, 168, 108])
    assert solved["chances"](list(made.table["conversion"][1:])) == pytest.approx(
        made.table["to_contract"].tolist()
    )
    need = sales.required_inflow(made, 216)
    assert solved["needed"]([80, 30, 16, 10], 10.8, 216) == pytest.approx(
        need.table["needed"].iloc[0]
    )


@pytest.mark.parametrize("day", ["2023-09-30", "2025-08-31"])
def test_lab14_meets_crmlab_on_a_day(solved, day):
    found = sales.snapshot(solved["leads"], day)["stage"].astype(object)
    ours = solved["stage_on"](solved["leads"], day)
    assert ours.index.equals(found.index)
    assert (ours == found).all()


def test_lab14_meets_crmlab_on_open_leads(solved):
    table = solved["watched"]
    on, lost = (table["end"] == "on").to_numpy(), (table["end"] == "lost").to_numpy()
    found = incidence(table["days"].to_numpy(float), on, lost)
    assert solved["survival"](table) == pytest.approx(found.chance[-1])


def test_lab14_meets_crmlab_on_the_forecast(solved):
    begin = solved["starts"][0]
    rates = sales.signing_rates(
        solved["leads"], solved["today"], horizon=30, bands=[0], start=begin
    )
    assert rates.windows == 12
    found = rates.table["probability"].droplevel("from_day")
    assert solved["month"].to_dict() == pytest.approx(found.to_dict())
    v, p = [100, 40, 7], [0.5, 0.25, 0.9]
    assert solved["spread"](v, p) == pytest.approx(sales.weighted_forecast(v, p))


def test_lab14_meets_crmlab_on_the_chain(solved):
    Q, sign = solved["Q"], solved["sign"]
    whole = np.zeros((5, 5))
    whole[:3, :3], whole[:3, 3] = Q, sign
    whole[:3, 4] = 1 - whole[:3].sum(axis=1)
    whole[3, 3] = whole[4, 4] = 1
    table = sales.pipeline(whole, states=[*"PTISL"], signed="S").table
    assert solved["to_sign"](Q, sign) == pytest.approx(table["chance_to_sign"].tolist())
    assert solved["weeks"](Q) == pytest.approx(table["periods"].tolist())
    assert solved["weeks_signed"](Q, sign) == pytest.approx(table["periods_to_sign"].tolist())


def test_lab14_meets_crmlab_on_tasks(solved):
    grid = sales.priority_grid(solved["tasks"], day=solved["today"], important_from=300)
    assert solved["order"](solved["tasks"], solved["today"]) == list(grid.actions.index)


@pytest.mark.parametrize(("w", "polish"), [(0.0, 0.5), (0.4, 0.5), (0.5, 0.0), (0.7, 0.3)])
def test_lab14_meets_crmlab_on_pay(solved, w, polish):
    world = sales.Territory(polish=polish)
    found = sales.choose_effort(world, w, steps=20)
    assert solved["choice"](w, polish) == pytest.approx(tuple(found))
    path = sales.pay_scheme(world, w, effort=found, periods=9).table["revenue"]
    assert solved["revenue"](*found[:2], 9) == pytest.approx(path.tolist())


def test_the_memo_says_what_the_data_say(solved, lab14):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab14.solution.cells if "**Advice:" in cell.source)
    assert f"about {solved['september']:,.0f} yuan" in memo
    worth = solved["leads"].loc[solved["stage"].index, "value_estimated"].sum()
    assert f"estimated at {worth:,.0f} yuan" in memo
    assert f"only {100 * solved['month']['negotiation']:.0f} % of" in memo
    assert f"and {100 * solved['month']['first_contact']:.0f} % of" in memo
    assert f"and {100 * solved['ratio']:.0f} % of an estimate" in memo
    assert f"from period {solved['overtaken']} on" in memo
    assert f"satisfaction is {100 * solved['best_weight']:.0f} %" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 steps: A step begins at the stage before
    return [count / counts[0] for count in counts[1:]]

q1 steps: Upside down
    return [before / after for before, after in zip(counts[:-1], counts[1:])]

q1 steps: in the wrong order
    return _right(counts)[::-1]

q1 needed: Only one in eight is left
    return target / value * counts[-1] / counts[0]

q1 needed: Those are the contracts. How many
    return target / value

q1 needed: the last step only, 10 of 16
    return target / value / (counts[-1] / counts[-2])

q1 needed: target as a number of contracts
    return target / (counts[-1] / counts[0])

q1 entering: 15 % of the first contacts sign
    15

q1 entering: the last step, 9 of 12
    20

q2 chances: what is still ahead of each stage
    return list(np.cumprod(rates))

q2 chances: The last stage is missing
    return _right(rates)[:-1]

q2 chances: single steps
    return [*rates, 1.0]

q2 chances: not added
    return [sum(rates[k:]) for k in range(len(rates) + 1)]

q2 forecast: without their chances
    return sum(values)

q2 forecast: The contracts are missing
    return sum(v * c for v, c in zip(values[:-1], chances(rates)))

q2 forecast: as for a flow
    return values[0] * chances(rates)[0]

q2 forecast: counted up to four times
    return _right(values, rates, "stock")

q2 forecast: one in eight comes to a contract
    return values[0] if kind == "flow" else _right(values, rates, kind)

q3 stage_on: On 1 March nobody knew that
    here = table.loc[_right(table, day).index]
    return pd.Series(np.array(STAGES)[here[STAGES].notna().sum(axis=1) - 1], index=here.index)

q3 stage_on: left out the leads that were closed later
    return _right(table[table["closed"].isna()], day)

q3 stage_on: They are not in the funnel of 1 March
    return _right(table.assign(closed=pd.NaT), day)

q3 stage_on: Only C was taken out
    return _right(table.assign(closed=table["closed"].where(table["contract"].isna())), day)

q3 stage_on: not open at its end
    day = pd.Timestamp(day)
    here = table[(table["created"] <= day) & ~(table["closed"] < day)]
    return pd.Series(
        np.array(STAGES)[(here[STAGES] <= day).sum(axis=1) - 1], index=here.index, dtype=object
    )

q4 closed_only: not the share of the leads that are closed
    return (table["end"] != "open").mean()

q4 survival: That is the naive share
    return float((table["end"] == "on").mean())

q4 survival: you threw the open ones away
    return _right(table[table["end"] != "open"])

q4 survival: Who is lost can no longer go on
    still = 1.0
    for day in sorted(set(table.loc[table["end"] == "on", "days"])):
        n = (table["days"] >= day).sum()
        d = ((table["days"] == day) & (table["end"] == "on")).sum()
        still *= 1 - d / n
    return 1 - still

q4 survival: The factor S is missing
    total = 0.0
    for day in sorted(set(table.loc[table["end"] == "on", "days"])):
        d = ((table["days"] == day) & (table["end"] == "on")).sum()
        total += d / (table["days"] >= day).sum()
    return total

q5 rates: The horizon is missing
    return _right(table, starts, 3650)

q5 rates: Only the last start
    return _right(table, starts[-1:], horizon)

q5 month: That horizon is a year
    rates(leads, starts, 365)

q5 month: On 31 August nobody knows it
    rates(leads, [today], 30)

q5 september: The ratio is missing
    (leads.loc[stage.index, "value_estimated"] * stage.map(month)).sum()

q5 september: The chances are missing
    leads.loc[stage.index, "value_estimated"].sum() * ratio

q5 september: You divided by the ratio
    (leads.loc[stage.index, "value_estimated"] * stage.map(month)).sum() / ratio

q6 spread: Take its root
    mean, deviation = _right(v, p)
    return mean, deviation**2

q6 spread: added the standard deviations
    v, p = np.asarray(v, float), np.asarray(p, float)
    return float((v * p).sum()), float((np.sqrt(p * (1 - p)) * v).sum())

q6 spread: The factor 1 − p is missing
    v, p = np.asarray(v, float), np.asarray(p, float)
    return float((v * p).sum()), float(np.sqrt((p * v**2).sum()))

q6 reach: needs >=, not >
    return _right(v, p, target + 1e-6)

q6 reach: one single deal
    return float(1 - np.prod([1 - b for a, b in zip(v, p) if a >= target]))

q6 reach: the chance to miss the target
    return 1 - _right(v, p, target)

q6 reach: equally likely
    cases = list(itertools.product([0, 1], repeat=len(v)))
    return float(np.mean([np.dot(case, v) >= target for case in cases]))

q6 ten_deals: the single large deal
    reach([100_000], [0.5], 40_000)

q6 ten_deals: Exactly 40,000 is enough
    reach([10_000] * 10, [0.5] * 10, 40_001)

q6 ten_deals: That is exactly four
    reach([10_000] * 10, [0.5] * 10, 40_000) - reach([10_000] * 10, [0.5] * 10, 50_000)

q7 fundamental: You inverted Q itself
    return np.linalg.inv(np.asarray(Q))

q7 fundamental: Rows and columns are exchanged
    return _right(Q).T

q7 fundamental: entry by entry
    return 1 / (1 - np.asarray(Q))

q7 to_sign: That is the chance in the next week
    return list(sign)

q7 to_sign: multiplied from the left
    return list(np.asarray(sign) @ fundamental(Q))

q7 weeks: You added the columns
    return list(fundamental(Q).sum(axis=0))

q7 weeks: time in the own stage
    return list(np.diag(fundamental(Q)))

q7 weeks_signed: until signed or lost
    return weeks(Q)

q7 weeks_signed: The division by h is missing
    return list(fundamental(Q) @ np.array(to_sign(Q, sign)))

q7 weeks_signed: divided the weeks of all by the chance
    return list(np.array(weeks(Q)) / np.array(to_sign(Q, sign)))

q7 some_day: the chance of the next week
    0.1

q7 some_day: counted staying as signing
    0.1 + 0.75

q7 some_day: signed over lost
    0.1 / 0.15

q8 moves: stays where it is are missing
    counts = pd.DataFrame(0, index=list("PTI"), columns=list("PTISL"))
    for path in paths:
        for before, after in zip(path[:-1], path[1:]):
            counts.loc[before, after] += before != after
    return counts.div(counts.sum(axis=1), axis=0)

q8 moves: You left out the open leads
    return _right([path for path in paths if path[-1] in "SL"])

q8 moves: counted the open leads as lost
    return _right([path if path[-1] in "SL" else path + "L" for path in paths])

q9 quadrant: 2 and 3 are exchanged
    return _right(tasks, today, days, limit).replace({2: 3, 3: 2})

q9 quadrant: What is overdue is urgent, too
    left = (tasks["due"] - pd.Timestamp(today)).dt.days
    urgent, important = (left >= 0) & (left <= days), tasks["value"] >= limit
    number = np.select([urgent & important, important, urgent], [1, 2, 3], 4)
    return pd.Series(number, index=tasks.index)

q9 quadrant: 300 itself is important
    return _right(tasks, today, days, limit + 1e-9)

q9 quadrant: Due in 3 days is urgent, too
    return _right(tasks, today, days - 1, limit)

q9 order: divide by the hours
    return _right(tasks.assign(hours=1.0), today, days, limit)

q9 order: Turn it round
    keys = tasks.assign(q=quadrant(tasks, today), rate=tasks["value"] / tasks["hours"])
    return list(keys.sort_values(["q", "rate", "due"]).index)

q9 order: sorted by due date only
    return list(tasks.sort_values("due").index)

q9 order: The quadrants are missing
    return list((tasks["value"] / tasks["hours"]).sort_values(ascending=False).index)

q10 satisfaction: cut off at 0 and 1
    return 0.45 + 0.6 * s**0.5 - 0.5 * a

q10 satisfaction: serving counts with
    return min(max(0.45 + 0.6 * s - 0.5 * a, 0.0), 1.0)

q10 satisfaction: *lower* the satisfaction
    return min(max(0.45 + 0.6 * s**0.5 + 0.5 * a, 0.0), 1.0)

q10 pay: Polishing is missing
    return _right(a, s, 0, w)

q10 pay: w is the weight of the score
    return _right(a, s, g, 1 - w, polish)

q10 pay: Sales grow with the root
    return _right(a, s, g, w, polish) + (1 - w) * (a - a**0.5)

q10 choice: never replaced
    return (0.0, 0.0, 1.0)

q10 choice: The weights are exchanged
    return _right(1 - w, polish)

q11 revenue: The customers of before are missing
    return [10 * a**0.5] * periods

q11 revenue: Only last period's new customers
    new, stay = 10 * a**0.5, 0.3 + 0.65 * satisfaction(a, s)
    return [new + (new * stay if t else 0) for t in range(periods)]

q11 revenue: Nobody leaves in your firm
    return [10 * a**0.5 * (t + 1) for t in range(periods)]

q11 overtaken: You count from 0
    int(np.argmax(sums[1] > sums[0]))

q11 overtaken: the revenue of a single period
    int(np.argmax(np.diff(sums[1], prepend=0) > np.diff(sums[0], prepend=0))) + 1

q11 best_weight: if nobody can polish the survey
    max(weights, key=lambda w: sum(revenue(*choice(w, 0.0)[:2], 12)))

q11 best_weight: the short sight itself
    max(weights, key=lambda w: revenue(*choice(w)[:2], 1)[0])
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_every_known_mistake_but_one_is_made_below(lab14):
    hints = [
        mistake["hint"]
        for question in lab14.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    unmade = [hint for hint in hints if not any(word in hint for word in words)]
    # It takes both functions to exchange them.
    assert unmade == ["The two are exchanged: naive divides by all."]


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab14, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    right = names[name]
    if callable(right):
        names["_right"] = right
        with np.errstate(divide="ignore", invalid="ignore"):
            exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    with np.errstate(divide="ignore", invalid="ignore"):
        Lab(lab14.name, lab14.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong


def test_exchanged_rules_are_told_apart(lab14, solved, capsys):
    names = dict(solved)
    names["naive"], names["closed_only"] = solved["closed_only"], solved["naive"]
    Lab(lab14.name, lab14.student, names).check("q4")
    assert "The two are exchanged" in capsys.readouterr().out


def test_the_days_of_the_small_book_are_dates(solved):
    assert all(pd.api.types.is_datetime64_any_dtype(solved["book"][c]) for c in solved["book"])
