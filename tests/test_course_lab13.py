"""Lab 13: its values, its memo, and what a student with each misconception reads."""

import inspect

import numpy as np
import pandas as pd
import pytest

from crmlab import credit
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab13_receivables"


@pytest.fixture(scope="module")
def lab13(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


@pytest.fixture(scope="module")
def solved(lab13):
    return lab13.names(lab13.solution)


def policy_of(given):
    """The lab's dictionary as a policy of the package."""
    return credit.CreditPolicy(
        given["sales"], given["days"], given["bad_debts"], given["collection"],
        given["discount"], given["discount_days"], given["taken"],
    )  # fmt: skip


def test_lab13_meets_published_costs_of_a_discount(solved):
    # Reference values of the course: 36.73, 37.24, 44.59, 18.43 and 14.90 %.
    forgone = solved["forgone"]
    found = [
        forgone(0.02, 10, 30, 360), forgone(0.02, 10, 30), forgone(0.02, 10, 30, compound=True),
        forgone(0.01, 10, 30), forgone(0.02, 10, 60),
    ]  # fmt: skip
    assert np.round(found, 4).tolist() == [0.3673, 0.3724, 0.4459, 0.1843, 0.1490]


def test_lab13_meets_crmlab_on_terms(solved):
    today, proposal = solved["today"], solved["proposal"]
    result = credit.terms_change(policy_of(today), policy_of(proposal), 0.72, 0.1)
    assert list(solved["change"].values()) == pytest.approx(
        [result.table["change"][name] for name in
         ("contribution", "carrying cost", "bad debts", "collection cost", "discounts", "profit")]
    )  # fmt: skip
    price = credit.terms_change(policy_of(today), policy_of(proposal), 0.72, 0.1, carry="price")
    assert solved["change_at_price"] == pytest.approx(price.change)
    even = solved["break_even_bad_debts"](today, proposal)
    assert even == pytest.approx(result.break_even_bad_debts)
    assert solved["extra_may_go_bad"] == pytest.approx(result.break_even_bad_debts_extra)
    assert solved["break_even_sales"](today, proposal) == pytest.approx(result.break_even_sales)


def test_lab13_meets_crmlab_on_classes(solved):
    table = solved["classes"].rename(columns={"cost": "collection_cost"})
    found = credit.credit_standards(table, 0.72, 0.1)
    assert solved["class_profit"](solved["classes"]).tolist() == pytest.approx(
        found.table["profit"].tolist()
    )
    assert solved["last_class"](solved["classes"]) == found.best


def test_lab13_meets_crmlab_on_receivables(solved):
    for name in ("ledger", "matched"):
        for day in ("2024-07-31", "2025-12-31"):
            ours = solved["ageing"](solved[name], day)
            theirs = credit.ageing(solved[name], day).iloc[0][list(ours)]
            assert list(ours.values()) == pytest.approx(theirs.tolist(), abs=0.01)
    months, closing = solved["months"], solved["closing"]
    assert solved["dso_back"] == pytest.approx(
        credit.count_back(closing, months["sales"], months["days"])
    )
    assert solved["dso_simple"] == pytest.approx(credit.simple_dso(closing, solved["quarter"], 92))
    assert solved["cei"] == pytest.approx(
        credit.collection_effectiveness(
            solved["opening"], solved["quarter"], closing, solved["current"]
        )
    )
    chain = credit.collection_chain(solved["chain"], bad="over 90")
    assert solved["rates"].tolist() == pytest.approx(chain.loss.tolist()[:4])
    set_aside = credit.allowance({k: v for k, v in solved["aged"].items() if k != "credit"}, chain)
    assert solved["provision"] == pytest.approx(set_aside.total)
    debtors = solved["debtors"]
    loss = credit.expected_loss(debtors["pd"], debtors["ead"], debtors["lgd"])
    assert solved["expected"] == pytest.approx(loss.total)


def test_lab13_meets_crmlab_on_orders(solved):
    orders = pd.DataFrame(solved["orders"], columns=["order", "customer", "amount"])
    status = pd.DataFrame({"exposure": solved["owed"], "days_late": solved["late"]})
    status = status.reindex(list("ABC")).fillna(0).astype(int)
    found = credit.hold_or_release(
        orders, status.assign(overdue=status["exposure"]), solved["limits"], max_days_late=30
    )
    ours = solved["decide"](*[solved[name] for name in ("orders", "owed", "late", "limits")])
    assert list(ours.values()) == found.table["decision"].tolist()


def test_lab13_meets_crmlab_on_collection(solved):
    found = credit.estimate_stages(solved["steps"]).table
    company = solved["company"].set_index("stage")
    for column in ("tried", "settled", "chance", "cost"):
        assert company[column].tolist() == pytest.approx(found[column].tolist())
    ahead = solved["ahead"]
    # The package takes the loss among those who are customers still: the lab states it of all.
    kept = 1 - ahead["loss"].cumsum()
    hazard = ahead["loss"] / kept.shift(fill_value=1.0)
    stages = ahead.assign(days=0, loss=hazard)
    for debt in (100, 130, 1000, 2000, 2001, 3800, 9000):
        for future in (0, 2000, 6000):
            plan = credit.collection_plan(stages, debt, customer_value=future)
            taken, worth = solved["plan"](ahead, debt, future)
            assert worth == pytest.approx(plan.value, abs=1e-9)
            if future:
                assert taken == (0 if plan.stop is None else 1 + list(ahead.index).index(plan.stop))
    sizes = credit.collection_sizes(stages.drop(columns="loss"))
    assert solved["court_from"] == int(sizes.table["from"].iloc[-1] + 1e-6) + 1


def test_the_memo_of_lab13_says_what_the_numbers_say(lab13, solved):
    memo = lab13.solution.cells[
        next(i for i, cell in enumerate(lab13.solution.cells) if "**Terms: not as" in cell.source)
    ].source
    assert f"{solved['change']['profit']:,.0f} a year" in memo
    assert f"in {100 * (1 - solved['chance']):.0f} % of the draws they lose" in memo
    even = solved["break_even_bad_debts"](solved["today"], solved["proposal"])
    assert f"at most {100 * even:.1f}" in memo or f"{100 * even:.1f} % of sales at most" in memo
    assert solved["matters"]["bad_debts"] > solved["matters"]["sales"]
    assert solved["last_class"](solved["classes"]) == "BBB"
    over = solved["before"]["over 90"]
    assert f"{over / 1000:.0f},000" in memo
    assert f"allowance of {solved['provision']:,.0f}" in memo
    share = solved["not_late_at_all"] / over
    assert f"{100 * share:.0f} %" in memo
    assert f"DSO of {solved['dso_simple']:.0f} days" in memo
    assert solved["hotel"] == (1, pytest.approx(800))
    assert solved["plan"](solved["ahead"], 3800)[0] == 4
    assert f"above {solved['court_from'] - 1:,}" in memo
    court = solved["company"].set_index("stage").loc["court", "tried"]
    assert f"{court} cases" in memo
    answer = memo.split("BEGIN SOLUTION -->")[1].split("<!-- END")[0]
    assert len(answer.split()) <= 250


# What a student with a misconception reads. The head of a block names the question, what is
# written wrongly and words of the hint that must come; below it stands the body of the function,
# or the value. `_right` is the right function.

WRONG = """
q1 forgone: keeps 98, not 100
    cost = a
    return (1 + cost) ** (year / (c - b)) - 1 if compound else cost * year / (c - b)

q1 forgone: first 10 days are free
    return a / (1 - a) * year / c

q1 forgone: cost of one spell
    return a / (1 - a)

q1 forgone: You took 360 days
    return a / (1 - a) * 360 / (c - b)

q1 forgone: One spell costs 2/98
    return (1 + a) ** (year / (c - b)) - 1 if compound else _right(a, b, c, year)

q1 forgone: That is the simple cost
    return _right(a, b, c, year)

q1 forgone: Take 1 off
    return 1 + _right(a, b, c, year, True) if compound else _right(a, b, c, year)

q1 take: Turned round
    [name for name, terms in offers.items() if forgone(*terms) < 0.09]

q1 take: The bank is dearer than that
    list(offers)

q1 take: 26 such spells
    [name for name, terms in offers.items() if terms[0] > 0.01]

q2 profit_lines: You took 50 days for all sales
    return _right({**policy, "discount_days": policy["days"]}, variable_cost, rate)

q2 profit_lines: You counted the receivables at their price
    found = _right(policy, variable_cost, rate)
    more = found["carrying"] / variable_cost
    return found | {"carrying": more, "profit": found["profit"] - found["carrying"] + more}

q2 profit_lines: You gave the discount on all sales
    found = _right(policy, variable_cost, rate)
    more = -policy["discount"] * policy["sales"]
    return found | {"discounts": more, "profit": found["profit"] - found["discounts"] + more}

q2 profit_lines: money that is tied up. What it costs
    return _right(policy, variable_cost, 1)

q2 profit_lines: Write costs below zero
    found = _right(policy, variable_cost, rate)
    return {name: abs(value) for name, value in found.items()}

q2 profit_lines: You counted bad debts at variable cost
    return _right({**policy, "bad_debts": policy["bad_debts"] * variable_cost}, variable_cost, rate)

q2 change: lines of the proposal. Take
    new

q2 change: Turned round: the proposal
    {name: old[name] - new[name] for name in new}

q2 change_at_price: carrying cost alone
    change["carrying"] / 0.72

q2 change_at_price: The other lines stay
    change["profit"] / 0.72

q2 change_at_price: the carrying cost twice
    change["profit"] + change["carrying"] / 0.72

q3 break_even_bad_debts: go bad *in addition*
    return _right(before, after, variable_cost, rate) - after["bad_debts"]

q3 break_even_bad_debts: divide by 2,640,000
    gain = (_right(before, after) - after["bad_debts"]) * after["sales"]
    return after["bad_debts"] + gain / (after["sales"] - before["sales"])

q3 break_even_bad_debts: You began at today's share
    return _right(before, after) - after["bad_debts"] + before["bad_debts"]

q3 break_even_bad_debts: You divided by the sales of today
    gain = (_right(before, after) - after["bad_debts"]) * after["sales"]
    return after["bad_debts"] + gain / before["sales"]

q3 extra_may_go_bad: share of all sales
    break_even_bad_debts(today, proposal)

q3 extra_may_go_bad: You put all bad debts on the extra sales
    allowed / 240_000

q3 extra_may_go_bad: at 0.8 %, not at 2 %
    (allowed - 0.02 * today["sales"]) / 240_000

q3 break_even_sales: These are the extra sales
    return _right(before, after, variable_cost, rate) - before["sales"]

q3 break_even_sales: must be earned, too
    return _right(before, {**after, "collection": 0}, variable_cost, rate)

q3 break_even_sales: does not bring 28 fen
    gain = profit_lines(after)["profit"] - profit_lines(before)["profit"]
    return before["sales"] - gain / (1 - variable_cost)

q4 class_profit: column `cost` is missing
    return _right(table, variable_cost, rate) + table["cost"]

q4 class_profit: receivables at their price
    tied = table["sales"] * table["days"] / 365
    return _right(table, variable_cost, rate) - rate * (1 - variable_cost) * tied

q4 class_profit: bad debts at variable cost
    bad = table["bad_debts"] * table["sales"]
    return _right(table, variable_cost, rate) + bad * (1 - variable_cost)

q4 last_class: Class B loses money
    return table.index[-1]

q4 last_class: brings most by itself
    return class_profit(table, variable_cost, rate).idxmax()

q4 last_class: looks bad at 9.5 %
    return table.index[table["bad_debts"] < 0.05][-1]

q4 last_class: You stopped at the first class that loses
    gains = class_profit(table, variable_cost, rate) > 0
    return table.index[(gains.cumprod().sum() - 1)]

q4 last_class: Let in x, y and z
    return table.index[table["bad_debts"].argmax()]

q5 outcomes: These are profits
    return _right(table) + profit_lines(today)["profit"]

q5 outcomes: Every row gives the same
    return np.full(len(table), profit_lines(proposal)["profit"] - profit_lines(today)["profit"])

q5 chance: That is how many
    (changes > 0).sum()

q5 chance: that it does *not* pay
    (changes <= 0).mean()

q5 middle: Between these lie 80 %
    np.quantile(changes, [0.1, 0.9])

q5 middle: holds for a bell curve
    changes.mean() + 1.645 * changes.std() * np.array([-1, 1])

q5 middle: the whole range
    (changes.min(), changes.max())

q5 matters: Square the correlations
    {name: np.corrcoef(guesses[name], changes)[0, 1] for name in guesses}

q6 ageing: payment for I4 comes five days later
    table = table.assign(date=table["date"].clip(upper=pd.Timestamp(day)))
    return _right(table, day)

q6 ageing: due on the very day
    return _right(table.assign(due=table["due"] - pd.Timedelta(days=1)), day)

q6 ageing: You counted from the day of the invoice
    first = table.groupby("invoice")["date"].transform("min")
    return _right(table.assign(due=first), day)

q6 ageing: In a bucket it hides
    day = pd.Timestamp(day)
    known = table[table["date"] <= day]
    items = known.groupby("invoice").agg(open=("amount", "sum"), due=("due", "first"))
    late = (day - items["due"]).dt.days
    names = ["not due", "1-30", "31-60", "61-90", "over 90"]
    bucket = pd.cut(late, [-np.inf, 0, 30, 60, 90, np.inf], labels=names)
    return items["open"].groupby(bucket, observed=False).sum().to_dict() | {"credit": 0.0}

q6 ageing: 200 of I1 are paid
    parts = table["invoice"].eq("I1") & (table["amount"] < 0)
    return _right(table[~parts], day)

q6 ageing: The key "credit" is missing
    found = _right(table, day)
    del found["credit"]
    return found

q6 not_late_at_all: what is still more than 90 days late
    after["over 90"]

q6 not_late_at_all: so write a positive number
    after["over 90"] - before["over 90"]

q6 not_late_at_all: That is all cash on account
    -before["credit"]

q7 count_back: You began with the oldest month
    return _right(receivables, list(sales)[::-1], list(days)[::-1])

q7 count_back: You counted the first month in full
    passed, left = 0.0, receivables
    for sold, length in zip(list(sales)[::-1], list(days)[::-1]):
        if left <= 0:
            break
        passed, left = passed + length, left - sold
    return passed

q7 count_back: counts in part
    passed, left = 0.0, receivables
    for sold, length in zip(list(sales)[::-1], list(days)[::-1]):
        if left < sold:
            break
        passed, left = passed + length, left - sold
    return passed

q7 count_back: simple DSO of the three months
    return receivables / sum(sales) * sum(days)

q7 count_back: You took the part that is paid
    passed, left = 0.0, receivables
    for sold, length in zip(list(sales)[::-1], list(days)[::-1]):
        if left < sold:
            return passed + (sold - left) / sold * length
        passed, left = passed + length, left - sold
    return passed

q7 dso_simple: sales of the year
    closing / months["sales"].sum() * 365

q7 dso_simple: has 92 days
    closing / quarter * 90

q7 dso_simple: You left the cash on account out
    sum(ageing(matched, "2025-12-31")[name] for name in [*buckets, "over 90"]) / quarter * 92

q7 dso_back: It must begin with December
    count_back(closing, months["sales"][::-1], months["days"][::-1])

q7 cei: could not be collected
    (opening + quarter - closing) / (opening + quarter)

q7 cei: stands on its head
    (opening + quarter - current) / (opening + quarter - closing)

q7 cei: Opening and closing are exchanged
    (closing + quarter - opening) / (closing + quarter - current)

q8 loss_rates: bad after one month
    return table["bad"]

q8 loss_rates: You multiplied the roll rates
    steps = [table.iloc[i, i + 1] for i in range(len(table) - 1)] + [table["bad"].iloc[-1]]
    return pd.Series(np.cumprod(steps[::-1])[::-1], table.index)

q8 loss_rates: share that ends as paid
    return 1 - _right(table)

q8 loss_rates: bad after four months
    k = len(table)
    whole = np.eye(k + 2)
    whole[:k] = table.to_numpy()
    return pd.Series(np.linalg.matrix_power(whole, 4)[:k, -1], table.index)

q8 provision: more than 90 days late is missing
    sum(aged[name] * rates[name] for name in buckets)

q8 provision: You aged `ledger`
    sum(before[name] * rates[name] for name in buckets) + before["over 90"]

q8 provision: You took the credit off
    provision + aged["credit"]

q8 expected: LGD is missing
    (debtors["pd"] * debtors["ead"]).sum()

q8 expected: not the product of the means
    debtors["pd"].mean() * debtors["lgd"].mean() * debtors["ead"].sum()

q8 expected: not the share that comes
    (debtors["pd"] * (1 - debtors["lgd"]) * debtors["ead"]).sum()

q9 decide: O3 comes after O1
    return {o[0]: _right([o], owed, late, limits)[o[0]] for o in orders}

q9 decide: An order that was held adds nothing
    exposure, found = dict(owed), {}
    for order in orders:
        found |= _right([order], exposure, late, limits)
        exposure[order[1]] = exposure.get(order[1], 0) + order[2]
    return found

q9 decide: Exactly the limit is not above
    return _right(orders, owed, late, {who: limit - 1 for who, limit in limits.items()})

q9 decide: nobody has looked at it yet
    everybody = dict.fromkeys([order[1] for order in orders], 1_000_000)
    return _right(orders, owed, late, everybody | limits)

q9 decide: Its limit does not help it
    return _right(orders, owed, {}, limits)

q9 decide: A is 30 days late
    return _right(orders, owed, {who: days + 1 for who, days in late.items()}, limits)

q9 most_risk: the odds
    2800 / 7200

q9 most_risk: the customer must *pay*
    7200 / 10000

q9 most_risk: the gain was never there
    2800 / (2800 + 10000)

q9 most_risk_with_future: to the gain above the line
    2800 / (4800 + 7200)

q9 most_risk_with_future: the two add up to 12,000
    4800 / 10000

q9 most_risk_with_future: The future changes the answer
    most_risk

q10 step_table: You counted running steps
    return _right(history.fillna({"recovered": 0.0}))

q10 step_table: a part came in
    table = _right(history)
    came = history["recovered"] > 0
    table["settled"] = [int(came[history["stage"] == stage].sum()) for stage in stages]
    return table.assign(chance=table["settled"] / table["tried"])

q10 step_table: divide by how often this step
    table = _right(history)
    return table.assign(chance=table["settled"] / table["tried"][0])

q10 step_table: order of the alphabet
    return _right(history).sort_values("stage", ignore_index=True)

q10 step_table: cost of a running step is known
    known = history.dropna(subset=["recovered"])
    return _right(history).assign(cost=_right(known)["cost"])

q10 still_open: You multiplied the chances to be settled
    company["chance"][:3].prod()

q10 still_open: share that is settled
    1 - (1 - company["chance"][:3]).prod()

q10 still_open: cannot be added
    1 - company["chance"][:3].sum()

q11 plan: only if the ones before have failed
    alone = -table["cost"] - table["loss"] * future + table["chance"] * table["share"] * debt
    return int((alone > 0).sum()), alone[alone > 0].sum()

q11 plan: You left out `share`
    return _right(table.assign(share=1.0), debt, future)

q11 plan: costs of the steps are missing
    return _right(table.assign(cost=0), debt, future)

q11 plan: But it leads to the agency
    alone = -table["cost"] - table["loss"] * future + table["chance"] * table["share"] * debt
    taken = int((alone > 0).cumprod().sum())
    return _right(table.head(taken), debt, future) if taken else (0, 0.0)

q11 plan: You went on to the court
    worth = 0.0
    for i in reversed(range(len(table))):
        step = table.iloc[i]
        worth = (
            -step["cost"] - step["loss"] * future + step["chance"] * step["share"] * debt
            + (1 - step["chance"]) * worth
        )
    return len(table), worth

q11 plan: letter, visit and agency are three
    taken, worth = _right(table, debt, future)
    return max(taken - 1, 0), worth

q11 plan: use >, not >=
    taken, worth = _right(table, debt + 1e-9, future)
    return taken, _right(table, debt, future)[1]

q11 court_from: You left `share` out
    next(d for d in range(1, 10_000) if plan(ahead.assign(share=1), d)[0] == 4)

q11 court_from: cost of the court
    900

q11 court_from: leaves exactly 0
    2000

q11 hotel: That is without the future business
    plan(ahead, 3800)

q11 hotel: With the customer at stake
    (plan(ahead, 3800)[0], plan(ahead, 3800)[1] - 6000 * ahead["loss"].sum())
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_every_known_mistake_is_made_below(lab13):
    hints = [
        mistake["hint"]
        for question in lab13.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    assert [hint for hint in hints if not any(word in hint for word in words)] == []


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab13, solved, capsys, head, body):
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
    Lab(lab13.name, lab13.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
