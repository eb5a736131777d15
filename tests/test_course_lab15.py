"""Lab 15: its values, its memo, and what a student with each misconception reads."""

import inspect

import numpy as np
import pandas as pd
import pytest

from crmlab import service
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab15_service"


@pytest.fixture(scope="module")
def lab15(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


@pytest.fixture(scope="module")
def solved(lab15):
    return lab15.names(lab15.solution)


def test_lab15_meets_crmlab_on_cases(solved):
    triples = [(state, event, after) for (state, event), after in solved["moves"].items()]
    machine = service.state_machine(triples, "new", ["closed"])
    rng = np.random.default_rng(1)
    for _ in range(5):
        events = rng.choice(["receive", "assign", "reply", "reopen", "close"], 12)
        times = pd.date_range("2025-03-03", periods=12, freq="h")
        log = pd.DataFrame({"case": "A", "time": times, "event": events})
        row = service.replay(machine, log).table.loc["A"]
        found = solved["play"](solved["moves"], ["closed"], list(events))
        assert found == [row["state"], row["illegal"], row["reopened"]]
    repair = [(state, event, after) for (state, event), after in solved["repair"].items()]
    dead = service.state_machine(repair, "new", ["done", "refused"]).dead_ends
    assert solved["stuck"] == sorted(dead) == ["asked", "waiting"]


def test_lab15_meets_crmlab_on_sheets(solved):
    check = service.check_confirmations(solved["sheets"])
    shown = check.broken[["title", "payer", "seal", "date"]]
    ours = solved["faults"]
    for sheet, row in shown.iterrows():
        assert ours[sheet] == [name for name, fails in row.items() if fails]
    assert solved["sent_back"] == shown.any(axis=1).sum()
    assert solved["payer_share"] == pytest.approx(check.to_frame().loc["payer", "share"])


def test_lab15_meets_crmlab_on_complaints(solved):
    mine = solved["complaints"]
    assert tuple(solved["by_number"]) == service.pareto(mine["cause"]).vital
    assert tuple(solved["by_money"]) == service.pareto(mine["cause"], mine["compensation"]).vital
    days, answered = [1, 2, 4, 2, 5], [True, True, True, False, False]
    opened = pd.Series(pd.Timestamp("2025-03-10") - pd.to_timedelta(days, unit="D"))
    when = pd.Series([pd.Timestamp("2025-03-10") if a else pd.NaT for a in answered])
    curve = service.answer_times(opened, when, "2025-03-10")
    for s in (1, 2, 4, 5):
        assert solved["still_waiting"](days, answered, s) == pytest.approx(
            1 - curve.within(s)["share"].item()
        )
    assert solved["by_pencil"] == pytest.approx(solved["still_waiting"](days, answered, 2))
    asked = solved["asked"]
    fair = service.standardised_shares(asked, "group", "good", ["stratum"], draws=5)
    gap = fair.difference("paid", "nothing")
    assert solved["fair_gain"] == pytest.approx(gap["difference"])
    assert solved["plain_gain"] == pytest.approx(gap["raw"])
    value = service.recovery_value(300, 0.6, 0.7, 0.14, 1500, 900)
    assert solved["left"](300, 0.6, 0.7, 0.14, 1500, 900) == pytest.approx(value.net())
    assert solved["break_even"](300, 0.6, 0.14, 1500, 900) == pytest.approx(value.break_even)


def test_lab15_meets_crmlab_on_agents(solved):
    """Erlang B and C as published: 0.0365 for 10 on 15, 0.1741 for 10 on 14."""
    assert round(solved["erlang_b"](10, 15), 4) == 0.0365
    assert round(solved["erlang_c"](10, 14), 4) == 0.1741
    for calls, length, target, within in ((100, 180, 0.8, 20), (7, 400, 0.95, 10), (1, 9, 0.5, 60)):
        needed = service.staffing(calls, length, target=target, within=within).needed
        assert solved["agents_needed"](calls, length, target, within) == needed
    assert solved["saved_agents"] == 3


def test_lab15_meets_crmlab_on_winning_back(solved):
    lapsed, causes = solved["lapsed"], solved["causes"]
    chosen = causes.isin(["fault", "competitive", "natural", "still here"])
    trial = service.trial_uplift(
        causes[chosen], lapsed.loc[chosen, "offered"], lapsed.loc[chosen, "returned"]
    )
    worth = pd.Series(900.0, index=trial.table.index)
    table = service.win_back_value(trial, worth, contact_cost=40, reward=100).table
    assert solved["nets"] == pytest.approx(table["net"].round(1).to_dict())
    ends = {"sales": (0, 100), "rating": (0, 100)}
    staff = pd.DataFrame({"sales": [75.0, 42], "rating": [10.0, 68]}, ["Bo", "An"])
    for w, first in ((solved["bo_first"] + 0.01, "Bo"), (solved["bo_first"] - 0.01, "An")):
        score = service.appraise(staff, {"sales": w, "rating": 1 - w}, ends=ends).score
        assert score.index[0] == first


def test_lab15_meets_crmlab_on_exceptions(solved):
    """The lab's tree has the answers and the ends of the library's; days as the conventions say."""
    tree, damage = service.freight_exception("cargo damage"), solved["damage"]
    for way in tree.ways():
        place = "seen"
        for answer in way:
            assert set(tree.nodes[place].answers) == set(damage[place])
            place = tree.nodes[place].answers[answer]
        assert solved["follow"](damage, list(way)) == place
        assert set(solved["sure"](damage, solved["papers"], "seen")) <= set(solved["papers"][place])
    for day in pd.date_range("2025-03-03", periods=15):
        for regime in ("Hague-Visby", "Montreal", "CMR"):
            row = service.notice_deadline(day, regime).loc[regime]
            found = solved["notice_by"](day, row["notice_days"], regime != "CMR")
            assert found == row["notice_by"]


def test_the_memo_says_what_the_data_say(solved, lab15):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab15.solution.cells if "**Advice:" in cell.source)
    gain = solved["fair_gain"]
    assert f"compensation adds {100 * gain:.0f} points" in memo
    assert f"{300 * gain:.0f} mended complaints and {300 * gain * 0.14:.0f} customers kept" in memo
    assert f"it loses {-solved['owner']:,.0f}" in memo
    assert f"Up to {solved['most']:.0f} yuan" in memo
    table = solved["asked"].pivot_table("good", "stratum", "group")["nothing"]
    assert f"{100 * table['quick']:.0f} % are satisfied if they were answered within a day" in memo
    assert f"and {100 * table['slow']:.0f} % after five days" in memo
    groups, nets = solved["groups"], solved["nets"]
    fault = groups["fault"]
    back = fault.groupby("offered")["returned"].mean()
    assert f"the {len(fault)} who left by our fault ({100 * back[True]:.0f} % came back" in memo
    assert f"{100 * back[False]:.0f} % without; {nets['fault']:.0f} yuan per call" in memo
    assert f"the {len(groups['competitive'])} whom a rival took ({nets['competitive']:.0f}" in memo
    here = groups["still here"]
    alone = (~here["offered"] & here["returned"]).sum() / (~here["offered"]).sum()
    loss = -nets["still here"]
    assert f"came back in {100 * alone:.0f} % of the cases" in memo
    assert f"loses {int(loss)} yuan a call" in memo
    assert f"kept {70 / (gain * 1500):.2f} customers instead of 0.14" in memo
    assert f"for {solved['counts']['unknown']} lapsed customers" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 play: The reopening is not counted
    state, illegal, _ = _right(moves, final, events)
    return [state, illegal, 0]

q1 play: You counted the moves into a final state
    state, illegal, into = "new", 0, 0
    for event in events:
        if (state, event) not in moves:
            illegal += 1
            continue
        state = moves[state, event]
        into += state in final
    return [state, illegal, into]

q1 play: You stopped at the first illegal event
    state = "new"
    for event in events:
        if (state, event) not in moves:
            return [state, 1, 0]
        state = moves[state, event]
    return _right(moves, final, events)

q1 play: Look the pair of state and event up
    known = {event for _state, event in moves}
    right = _right(moves, final, events)
    return [right[0], sum(event not in known for event in events), right[2]]

q1 play: without counting them
    state, _illegal, reopened = _right(moves, final, events)
    return [state, 0, reopened]

q2 dead_ends: A final state is no dead end
    return sorted({after for after in moves.values()} - {state for state, _event in moves})

q2 dead_ends: Repeat the step until nothing is added
    good = set(final) | {state for (state, _event), after in moves.items() if after in final}
    return sorted(({state for state, _event in moves} | set(moves.values())) - good)

q2 dead_ends: stands only on the right side
    return [state for state in _right(moves, final) if state in {s for s, _event in moves}]

q2 stuck: a ring without an end is a dead end too
    []

q2 stuck: These are the final states
    sorted(set(repair.values()) - {state for state, _event in repair})

q2 stuck: From asked the only event leads back
    ["waiting"]

q3 broken: An abbreviation breaks the title rule only
    faults = _right(sheet)
    other = sheet["payer"] not in (sheet["principal"], sheet["invoice_title"])
    rest = [name for name in faults if name not in ("title", "payer")]
    return [name for name in faults if name == "title"] + ["payer"] * other + rest

q3 broken: Another firm may pay
    faults = _right(sheet)
    wrong = sheet["payer"] != sheet["principal"] and "title" not in faults
    return [f for f in faults if f == "title"] + ["payer"] * wrong + [
        f for f in faults if f not in ("title", "payer")]

q3 broken: Full, but of the wrong firm
    return [name for name in _right(sheet) if name != "payer"]

q3 broken: What is broken is the payer rule
    return ["title" if name == "payer" else name for name in _right(sheet)]

q3 broken: there is no agreed seal
    faults = [name for name in _right(sheet) if name not in ("seal", "date")]
    seal = ["seal"] * (sheet["seal"] != sheet["agreed_seal"])
    return faults + seal + [name for name in _right(sheet) if name == "date"]

q3 broken: Comparisons with a missing value
    late = (sheet["promised"] - sheet["sent"]).days
    faults = [name for name in _right(sheet) if name != "date"]
    return faults + ["date"] * bool(late < 0 or late > sheet["term_days"])

q3 broken: use <=, not <
    late = (sheet["promised"] - sheet["sent"]).days
    faults = [name for name in _right(sheet) if name != "date"]
    return faults + ["date"] * (not 0 <= late < sheet["term_days"])

q3 broken: before the sheet was sent is no promise
    late = (sheet["promised"] - sheet["sent"]).days
    faults = [name for name in _right(sheet) if name != "date"]
    return faults + ["date"] * (not late <= sheet["term_days"])

q3 sent_back: You counted broken rules
    sum(map(len, faults))

q3 sent_back: These are the good ones
    sum(not fault for fault in faults)

q3 payer_share: You divided by all sheets
    np.mean(["payer" in fault for fault in faults])

q3 payer_share: Sheets whose title is broken
    np.mean(["payer" in f for f in faults[sheets["payer"] != sheets["principal"]]])

q4 vital_few: You stopped before the cut
    ranked = weights.sort_values(ascending=False)
    return ranked.index[ranked.cumsum() / ranked.sum() <= cut].tolist()

q4 vital_few: rude is not needed
    ranked = weights.sort_values(ascending=False)
    return ranked.index.tolist()

q4 vital_few: Sort first, the heaviest first
    before = (weights.cumsum() - weights) / weights.sum()
    return weights.index[before < cut].tolist()

q4 vital_few: You began with the lightest
    ranked = weights.sort_values()
    return ranked.index[(ranked.cumsum() - ranked) / ranked.sum() < cut].tolist()

q4 by_number: You took all tickets
    vital_few(tickets["cause"].value_counts())

q4 by_number: The names are asked for
    len(vital_few(complaints["cause"].value_counts()))

q4 by_money: You took the mean per complaint
    vital_few(complaints.groupby("cause")["compensation"].mean())

q4 by_money: That is the ranking by number
    vital_few(complaints["cause"].value_counts())

q5 by_pencil: it is one of four
    (1 - 1 / 5) * (1 - 1 / 3)

q5 by_pencil: You left the open tickets out. They have
    1 / 3

q5 by_pencil: You took the open ticket of 2 days as answered
    still_waiting([1, 2, 4, 2, 5], [True, True, True, True, False], 2)

q5 by_pencil: That is after one day
    still_waiting([1, 2, 4, 2, 5], [True, True, True, False, False], 1)

q5 still_waiting: You left the open tickets out.
    days = np.asarray(days)[np.asarray(answered)]
    return (days > s).mean()

q5 still_waiting: or you divided by all tickets.
    return (np.asarray(days) > s).mean()

q5 still_waiting: You divided by all tickets at each step
    return 1 - (np.asarray(answered) & (np.asarray(days) <= s)).mean()

q5 still_waiting: That is the share answered
    return 1 - _right(days, answered, s)

q5 still_waiting: Multiply the factors of all days
    days, answered = np.asarray(days), np.asarray(answered)
    return 1 - (answered & (days == s)).sum() / (days >= s).sum()

q6 erlang_b: One step is missing
    return _right(load, n - 1)

q6 erlang_b: by a Poisson law
    import math
    return load**n / math.factorial(n) * math.exp(-load)

q6 erlang_c: That is Erlang B
    return erlang_b(load, n)

q6 erlang_c: The denominator is
    return erlang_b(load, n) / (1 - load / n)

q6 agents_needed: The load alone
    return int(np.ceil(calls * length / interval))

q6 agents_needed: just below 80 %
    return _right(calls, length, target, within, interval) - 1

q6 agents_needed: Eleven is the first number above
    return int(calls * length / interval) + 1

q6 agents_needed: Fourteen keep the promise already
    return _right(calls, length, target, within, interval) + 1

q6 saved_agents: what the joint line needs
    agents_needed(60, 240)

q6 saved_agents: take the need of one twice
    agents_needed(30, 240) - agents_needed(60, 240)

q6 saved_agents: The load adds up
    0

q7 standardised: each group is weighted by its own mix
    return table.groupby("group")["good"].mean()

q7 standardised: You gave the strata equal weights
    return table.pivot_table("good", "stratum", "group").mean()

q7 standardised: You took the mix of group a
    weights = table[table["group"] == "a"]["stratum"].value_counts(normalize=True)
    return table.pivot_table("good", "stratum", "group").mul(weights, axis=0).sum()

q7 standardised: You weighted by numbers
    weights = table["stratum"].value_counts()
    return table.pivot_table("good", "stratum", "group").mul(weights, axis=0).sum()

q7 plain_gain: Turn the sign round: paid less nothing
    by_group["nothing"] - by_group["paid"]

q7 plain_gain: That is the relative difference
    by_group["paid"] / by_group["nothing"] - 1

q7 fair_gain: That is the plain difference
    by_group["paid"] - by_group["nothing"]

q7 fair_gain: You gave the strata equal weights.
    float(np.diff(asked.pivot_table("good", "stratum", "group").mean())[0])

q8 left: Take the cost off
    return n * (then - now) * kept * worth

q8 left: Those mended today are mended without
    return n * then * kept * worth - cost

q8 left: for a kept customer
    return n * (then - now) * worth - cost

q8 break_even: Add it to the share of today
    return cost / (n * kept * worth)

q8 owner: You used the plain gain
    left(300, 0.6, 0.6 + plain_gain, 0.14, 1500, 70 * 300)

q8 owner: paid to each of the 300
    left(300, 0.6, 0.6 + fair_gain, 0.14, 1500, 70)

q8 owner: not only those whom it mends
    left(300, 0.6, 0.6 + fair_gain, 0.14, 1500, 70 * 300 * fair_gain)

q8 most: for all 300 together
    300 * fair_gain * 0.14 * 1500

q8 most: Not every customer who is paid
    0.14 * 1500

q9 cause: The rule on unpaid invoices comes first
    return "fault" if row["said"] == "bad service" else _right(row)

q9 cause: A closed firm often leaves debts behind
    return "malicious" if row["overdue"] > 150 else _right(row)

q9 cause: Who will order again has not left
    return "competitive" if row["rival_offer"] else _right(row)

q9 cause: Without evidence the cause is unknown
    found = _right(row)
    return "competitive" if found == "unknown" else found

q9 cause: exactly 150 is not enough
    return "malicious" if row["overdue"] >= 150 else _right(row)

q9 cause: is a rival, too
    return "unknown" if row["said"] == "better elsewhere" else _right(row)

q9 cause: is not in the rules above
    return "natural" if row["said"] == "no need" else _right(row)

q9 cause: Fault is tried before competitive
    found = _right(row)
    return "competitive" if found == "fault" and row["rival_offer"] else found

q9 counts: These are shares
    {k: v / len(lapsed) for k, v in counts.items()}

q9 disputed: how many of them also say
    int((lapsed["overdue"] > 150).sum())

q9 disputed: & instead of |
    int(((lapsed["overdue"] > 150) | (lapsed["said"] == "bad service")).sum())

q10 uplift: One in five comes back without it
    return table.loc[table["offered"], "returned"].mean()

q10 uplift: value counts customers
    by = table.groupby("offered")["returned"].mean()
    return by[True] / by[False] - 1

q10 uplift: Each share is of its own half
    by = table.groupby("offered")["returned"].sum() / len(table)
    return by[True] - by[False]

q10 uplift: Turn the sign round: with the offer
    return -_right(table)

q10 net: only to the additional ones
    return uplift(table) * worth - call - uplift(table) * reward

q10 net: The reward is missing
    return uplift(table) * worth - call

q10 net: to everybody who was called
    return uplift(table) * worth - call - reward

q10 net: in place of the uplift
    back = table.loc[table["offered"], "returned"].mean()
    return back * worth - call - back * reward

q10 nets: costs of call and reward are missing
    {name: round(uplift(group) * 900, 1) for name, group in groups.items()}

q10 nets: totals of the groups
    {name: round(net(group, 900) * len(group), 1) for name, group in groups.items()}

q10 call_them: Leave out the causes
    sorted(nets, key=nets.get, reverse=True)

q10 call_them: sort in falling order
    call_them[::-1]

q11 score: w belongs to sales
    return (1 - w) * person[0] + w * person[1]

q11 score: The rating has the weight
    return w * person[0] + person[1]

q11 turning_weight: The weight of sales is asked for
    return 1 - _right(first, second)

q11 turning_weight: ratio of the two differences
    return abs((first[1] - second[1]) / (first[0] - second[0]))

q11 bo_first: the weight of the rating at the turning point
    1 - turning_weight((75, 10), (42, 68))

q11 bo_first: Solve 33 w
    33 / 58

q12 follow: At an end nothing more is asked
    place = "seen"
    for answer in answers:
        place = tree.get(place, {}).get(answer)
    return place

q12 follow: An answer that is not foreseen leads nowhere
    place = "seen"
    for answer in answers:
        place = tree.get(place, {}).get(answer, place)
    return place

q12 follow: return the question that is still open
    place = _right(tree, answers)
    return None if place in tree else place

q12 sure: You joined the papers of all ways
    if place not in tree:
        return sorted(papers[place])
    return sorted({p for after in tree[place].values() for p in sure(tree, papers, after)})

q12 sure: Follow every way to its end
    return sorted(papers["carrier"])

q12 sure: The right papers; sort them
    found = _right(tree, papers, place)
    return [paper for paper in papers["carrier"] if paper in found]

q12 notice_by: You counted the day of receipt
    return _right(received, days - 1, sundays)

q12 notice_by: a Sunday is passed over
    return _right(received, days)

q12 notice_by: You left the Sunday out in both
    return _right(received, days, False)
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_every_known_mistake_is_made_below(lab15):
    hints = [
        mistake["hint"]
        for question in lab15.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    assert [hint for hint in hints if not any(word in hint for word in words)] == []


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(head, body, solved, lab15, capsys):
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    right = names[name]
    if callable(right):
        names["_right"] = right
        exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab15.name, lab15.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
