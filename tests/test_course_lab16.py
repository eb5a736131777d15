"""Lab 16: its values, its memo, and what a student with each misconception reads."""

import inspect
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from crmlab import crm
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab16_crm_system"


@pytest.fixture(scope="module")
def lab16(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


@pytest.fixture(scope="module")
def solved(lab16):
    return lab16.names(lab16.solution)


def test_lab16_runs_where_there_is_only_sqlite(solved):
    """The browser has no other engine; and no text of the lab may need one."""
    assert solved["db"].engine == "sqlite"
    with solved["shop"]() as small:
        assert small.engine == "sqlite"


@pytest.mark.parametrize("text", ["sql_annoyed", "sql_segments", "sql_chase", "sql_phone"])
def test_lab16_says_the_same_in_the_books_engine(text, solved):
    pytest.importorskip("duckdb")
    with solved["shop"]() as small, crm.connect(engine="duckdb") as other:
        other.set_day("2025-12-31")
        for name, sheet in solved["sheets"].items():
            assert crm.import_table(other, name, sheet).added == len(sheet)
        ours = small.query(solved[text])
        pd.testing.assert_frame_equal(ours, other.query(solved[text]), check_dtype=False)


def test_lab16_meets_the_import_report_on_keys(solved):
    for table, key in (("orders", ["order_id"]), ("answers", ["customer_id", "asked", "question"])):
        assert solved["not_told_apart"](solved["tables"][table], key) == 0
    for child, parent, column in (("orders", "customers", "customer_id"),
                                  ("invoices", "orders", "order_id")):  # fmt: skip
        there = solved["tables"]
        assert solved["orphans"](there[child], there[parent], column) == []
    assert solved["orphans"](solved["spoilt"]["orders"], solved["sheets"]["customers"],
                             "customer_id") == ["C9"]  # fmt: skip


def test_lab16_ledger_meets_the_view(solved):
    """The pencil's ledger of every tenth customer against the view arrears."""
    start = pd.Timestamp("2023-01-01")

    def days(column):
        return (column - start).dt.days

    tables, today = solved["tables"], pd.Timestamp("2025-12-31")
    bills, paid, notes = tables["invoices"], tables["payments"], tables["credit_notes"]
    seen = solved["db"]["arrears"].set_index("customer_id")
    for customer in seen.index[::10]:
        mine = bills[bills["customer_id"] == customer]
        money = paid[paid["customer_id"] == customer]
        less = notes[notes["customer_id"] == customer]
        when = [*days(money["paid"]), *days(less["noted"])]
        what = [*money["amount"], *less["amount"]]
        which = [*money["invoice_id"].astype(object).where(money["invoice_id"].notna(), None),
                 *less["invoice_id"]]  # fmt: skip
        found = solved["arrears_of"](
            list(zip(mine["invoice_id"], days(mine["due"]), mine["amount"], strict=True)),
            list(zip(when, what, which, strict=True)),
            (today - start).days,
        )
        names = ["open", "days_over_90", "on_account"]
        assert found == pytest.approx(seen.loc[customer, names].tolist(), abs=0.005)


def test_lab16_silence_meets_the_view(solved):
    orders = solved["tables"]["orders"]
    day = (orders["ordered"] - pd.Timestamp("2020-01-01")).dt.days
    today = (pd.Timestamp("2025-12-31") - pd.Timestamp("2020-01-01")).days
    seen = solved["db"]["churn"].set_index("customer_id")
    for customer, days in list(day.groupby(orders["customer_id"]))[::5]:
        gap, away, state = solved["state_of"](list(days), today)
        row = seen.loc[customer]
        assert [away, state] == [row["days_silent"], row["state"]]
        assert (gap is None) == np.isnan(row["usual_gap"])
        assert gap is None or gap == pytest.approx(row["usual_gap"])


def test_lab16_meets_crmlab_on_people(solved):
    for text in ("000 8994 0851", "12345", "123456", "Wu Bo", "a-b c-d"):
        assert solved["masked"](text) == crm.mask(text)
    assert solved["least_role"](crm.access_rules(), ["contacts", "arrears"]) == "accountant"
    with solved["shop"]() as mine, solved["shop"]() as theirs:
        solved["erase"](mine, "H2")
        crm.erase_person(theirs, "H2", "Lin")
        pd.testing.assert_frame_equal(mine["contacts"], theirs["contacts"])


def test_lab16_credit_answers_add_up(solved):
    """More money asked for never opens a door; without a decision the clerk is asked."""
    decided = set(solved["decisions"]["customer_id"])
    tables = [solved["ask"](solved["may_order"], amount) for amount in (0, 100, 500, 5000)]
    for table in tables:
        unknown = table.loc[table["answer"] == "ask the clerk", "customer_id"]
        assert set(unknown) == set(table["customer_id"]) - decided
    for less, more in pairwise(tables):
        assert set(more.loc[more["answer"] == "invoice", "customer_id"]) <= set(
            less.loc[less["answer"] == "invoice", "customer_id"]
        )
    assert set(tables[-1]["answer"]) == {"ask the clerk", "cash"}


def test_the_memo_says_what_the_data_say(solved, lab16):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab16.solution.cells if "**Advice:" in cell.source)
    people = solved["people"]
    assert f"the birthdays of all {people['birthdays'].sum():,} contacts" in memo
    lost = people.loc["lost"]
    assert f"Today {lost['people']} people are at lost customers" in memo
    assert f"{lost['agreed']} of the {lost['people']} agreed" in memo
    back = solved["half_year_ago"].groupby("state")["came back"].mean()
    assert f"{100 * back['lost']:.1f} % ordered again within half a year" in memo
    assert f"the {100 * back['lost']:.1f} % came without" in memo
    assert f"{100 * back['silent']:.0f} % of these came back" in memo
    assert back["silent"] == pytest.approx(solved["came_back"])
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 not_told_apart: You counted the second copies only. The first
    return int(frame[columns].dropna().duplicated().sum())

q1 not_told_apart: is told apart by nothing either
    return int(frame[columns].dropna().duplicated(keep=False).sum())

q1 not_told_apart: and the missing one
    part = frame[columns]
    return int((part.isna().any(axis=1) | part.duplicated()).sum())

q1 not_told_apart: You looked at each column by itself
    alone = [set(frame.index[frame[c].isna() | frame[c].duplicated(keep=False)]) for c in columns]
    return len(set.union(*alone))

q1 not_told_apart: The row with missing values counts
    return int(frame[columns].dropna().duplicated(keep=False).sum())

q1 orphans: Each value once
    lost = child[~child[column].isin(parent[column])][column].dropna()
    return sorted(lost)

q1 orphans: Look from the child to the parent
    return sorted(set(parent[column]) - set(child[column]))

q1 orphans: An empty value points nowhere
    return child[~child[column].isin(parent[column])][column].drop_duplicates().tolist()

q1 same_day: You counted the second copies only.
    int(tables["orders"].duplicated(["customer_id", "ordered"]).sum())

q1 same_day: The order_id tells them apart
    not_told_apart(tables["orders"], ["order_id"])

q2 import_all: You returned the rows of the last sheet
    _right(base, hand)
    return len(list(hand.values())[-1])

q2 import_all: The customers stayed
    added = 0
    for name, sheet in hand.items():
        report = crm.import_table(base, name, sheet)
        if len(report.faults):
            return 0
        added += report.added
    return added

q2 import_all: You went on after a fault
    return sum(crm.import_table(base, name, sheet).added for name, sheet in hand.items())

q2 import_all: and still you returned the rows of the first
    added = 0
    try:
        with base.transaction():
            for name, sheet in hand.items():
                report = crm.import_table(base, name, sheet)
                added += report.added
                if len(report.faults):
                    raise ValueError(name)
    except ValueError:
        pass
    return added

q2 import_all: You took the repeated sheet for a faulty one
    added = 0
    try:
        with base.transaction():
            for name, sheet in hand.items():
                report = crm.import_table(base, name, sheet)
                if report.added != report.rows:
                    raise ValueError(name)
                added += report.added
    except ValueError:
        return 0
    return added

q2 import_all: New ones are asked for
    _right(base, hand)
    return sum(len(sheet) for sheet in hand.values())

q2 import_all: The same sheets add nothing
    _right(base, hand)
    return sum(len(sheet) for sheet in hand.values())

q3 sql_annoyed: use >=
    sql_annoyed.replace(">= 12", "> 12").replace(">= 2", "> 2")

q3 sql_annoyed: You filtered by all orders ever
    sql_annoyed.replace("WHERE c.orders_year", "WHERE c.orders")

q3 sql_annoyed: The most complaints first
    sql_annoyed.replace(" DESC", "")

q3 sql_annoyed: AND, not OR
    sql_annoyed.replace(" AND ", " OR ")

q3 sql_segments: Each order is counted once per ticket
    sql_segments.replace("DISTINCT o.", "o.").replace("DISTINCT t.", "t.")

q3 sql_segments: Use LEFT JOIN
    sql_segments.replace("LEFT JOIN", "JOIN")

q4 open_on: Set the day first
    return round(base["arrears"]["open"].sum(), 2)

q4 open_on: kept the payments that came later
    sql = "SELECT SUM(open) AS o FROM open_items WHERE open > 0 AND invoiced <= ?"
    return round(base.query(sql, [day])["o"][0], 2)

q4 open_on: You left the day moved
    base.set_day(day)
    return round(base["arrears"]["open"].sum(), 2)

q4 came_back: These are the silent of today
    (ask("SELECT customer_id FROM churn WHERE state = 'silent'")["customer_id"]
     .isin(after["customer_id"]).mean())

q4 came_back: Leave out the lost ones
    half_year_ago.loc[half_year_ago["state"].isin(["silent", "lost"]), "came back"].mean()

q4 came_back: Some came back and fell silent again
    (silent["customer_id"]
     .isin(ask("SELECT customer_id FROM churn WHERE state = 'active'")["customer_id"]).mean())

q4 came_back: Divide by the number
    silent["customer_id"].isin(after["customer_id"]).sum()

q5 arrears_of: More than 90 days
    return _right([(name, due - 1, amount) for name, due, amount in invoices], payments, today)

q5 arrears_of: has not come yet
    return _right(invoices, [(0, amount, name) for _day, amount, name in payments], today)

q5 arrears_of: does not pay for the others
    paid = {}
    for day, amount, name in payments:
        if day <= today:
            paid[name] = paid.get(name, 0) + amount
    rest = [(due, amount - paid.get(name, 0)) for name, due, amount in invoices]
    old = sum(r for due, r in rest if today - due > 90)
    return [sum(r for _due, r in rest), old, paid.get(None, 0)]

q5 arrears_of: is on account, too
    owed, old, _beside = _right(invoices, payments, today)
    return [owed, old, sum(amount for day, amount, name in payments if day <= today and not name)]

q5 arrears_of: You took the money on account off
    owed, old, beside = _right(invoices, payments, today)
    return [owed - beside, old, beside]

q5 sql_chase: Some of these have money on account
    sql_chase.replace("days_over_90 - on_account >=", "days_over_90 >=")

q5 sql_chase: You compared all that is open
    sql_chase.replace("WHERE days_over_90", "WHERE open")

q5 sql_chase: The largest first
    sql_chase.replace(" DESC", "")

q6 may_order: You read a missing decision as 0
    sql = ("SELECT customer_id, CASE WHEN blocked OR COALESCE(headroom, 0) < ? THEN 'cash'"
           " ELSE 'invoice' END AS answer FROM credit ORDER BY customer_id")
    return base.query(sql, [amount])

q6 may_order: fell into ELSE
    sql = ("SELECT customer_id, CASE WHEN blocked OR headroom < ? THEN 'cash'"
           " ELSE 'invoice' END AS answer FROM credit ORDER BY customer_id")
    return base.query(sql, [amount])

q6 may_order: A blocked customer pays cash
    sql = ("SELECT customer_id, CASE WHEN headroom IS NULL THEN 'ask the clerk' WHEN headroom < ?"
           " THEN 'cash' ELSE 'invoice' END AS answer FROM credit ORDER BY customer_id")
    return base.query(sql, [amount])

q6 may_order: You compared the limit
    sql = ("SELECT customer_id, CASE WHEN headroom IS NULL THEN 'ask the clerk' WHEN blocked OR"
           " credit_limit < ? THEN 'cash' ELSE 'invoice' END AS answer FROM credit"
           " ORDER BY customer_id")
    return base.query(sql, [amount])

q6 may_order: Write IS NULL
    sql = ("SELECT customer_id, CASE WHEN headroom = NULL THEN 'ask the clerk' WHEN blocked OR"
           " headroom < ? THEN 'cash' WHEN headroom >= ? THEN 'invoice' END AS answer FROM credit"
           " ORDER BY customer_id")
    return base.query(sql, [amount, amount])

q7 state_of: divide by n − 1
    gap, away, state = _right(days, today)
    return [(max(days) - min(days)) / len(days), away, state]

q7 state_of: The days are in no order
    gap, away = (days[-1] - days[0]) / max(len(days) - 1, 1), today - days[-1]
    return [gap, away, "lost" if away > 6 * gap else "active"]

q7 state_of: The silence begins with the last order
    gap, _away, _state = _right(days, today)
    return [gap, today, "lost"]

q7 state_of: exactly three are not enough
    gap, away, state = _right(days, today)
    return [gap, away, "silent" if gap and away == 3 * gap else state]

q7 state_of: more than 365 days is lost
    gap, away, state = _right(days, today)
    lost = len(days) > 2 and away > 6 * gap
    return [gap, away, "silent" if state == "lost" and not lost else state]

q7 state_of: Ask for that before you ask for three
    gap, away, state = _right(days, today)
    return [gap, away, "silent" if state == "lost" and away <= 365 else state]

q7 state_of: One gap is no rhythm
    gap, away, state = _right(days, today)
    return [gap, away, "lost" if len(days) == 2 and away > 365 else state]

q7 state_of: which is not a gap of 0
    gap, away, state = _right(days, today)
    return [gap or 0, away, state]

q7 sql_phone: For the lost it is late
    sql_phone.replace("= 'silent'", "IN ('silent', 'lost')")

q7 sql_phone: Only those of class A
    sql_phone.replace(" AND a.class = 'A'", "")

q7 sql_phone: The largest margin first
    sql_phone.replace("ORDER BY a.margin_year", "ORDER BY h.days_silent")

q8 alarms: The right words in another order
    return sorted(_right(base, customer))

q8 alarms: The headroom is below 0
    return [word for word in _right(base, customer) if word != "over the limit"]

q8 alarms: No decision is no limit of 0
    sql = "SELECT grade FROM credit WHERE customer_id = ? AND headroom IS NULL"
    row = base.query(sql, [customer])
    return ["over the limit"] * len(row) + _right(base, customer)

q8 alarms: has as much on account as is old
    sql = "SELECT 1 AS old FROM arrears WHERE customer_id = ? AND days_over_90 > 0"
    row = base.query(sql, [customer])
    found = [word for word in _right(base, customer) if word != "old debt"]
    at = len([word for word in found if word != "silent"])
    return found[:at] + ["old debt"] * len(row) + found[at:]

q8 alarms: which is another state than silent
    sql = "SELECT 1 AS gone FROM churn WHERE customer_id = ? AND state = 'lost'"
    row = base.query(sql, [customer])
    return _right(base, customer) + ["silent"] * len(row)

q8 alarms: stand in the section satisfaction
    return [word for word in _right(base, customer) if word != "open ticket"]

q9 masked: The spaces stay
    return text[:3] + "*" * (len(text) - 5) + text[-2:]

q9 masked: That is hidden
    return "*" * len(text)

q9 masked: Only the last two signs stay
    return text[:3] + "".join("*" if s.isalnum() else s for s in text[3:-4]) + text[-4:]

q9 masked: Up to 5 signs all become stars
    return text if len(text) <= 5 else _right(text)

q9 masked: six signs are masked in the middle only
    return "*" * len(text) if len(text) <= 6 else _right(text)

q9 least_role: You took the role that reads the most
    able = rules[rules["name"].isin(names)]["role"].unique()
    sizes = rules.groupby("role").size()
    return max(able, key=lambda role: sizes[role], default=None)

q9 least_role: the first role of the alphabet
    return min(rules[rules["name"].isin(names)]["role"], default=None)

q9 least_role: It must be able to read all of the names
    return rules.groupby("role").size().idxmin()

q9 least_role: Service does not read churn
    able = rules[rules["name"].isin(names)]["role"].unique()
    sizes = rules.groupby("role").size()
    return min(able, key=lambda role: sizes[role], default=None)

q9 least_role: A rep does not read tickets
    able = rules[rules["name"] == names[-1]]["role"].unique()
    sizes = rules.groupby("role").size()
    return min(able, key=lambda role: sizes[role], default=None)

q10 erase: You deleted the row
    base.run("DELETE FROM contacts WHERE person_id = ?", [person])

q10 erase: Nobody is left
    base.run("DELETE FROM contacts")

q10 erase: You erased everybody
    base.run(f"UPDATE contacts SET {empty}, consent = 0, {day}")

q10 erase: The job stays
    _right(base, person)
    base.run("UPDATE contacts SET job = NULL WHERE person_id = ?", [person])

q10 erase: Note the day in erased
    base.run(gone.format(f"{empty}, consent = 0"), [person])

q10 erase: The birthday is a personal datum
    base.run(gone.format(f"name = NULL, phone = NULL, email = NULL, consent = 0, {day}"), [person])

q10 erase: The consent is still there
    base.run(gone.format(f"{empty}, {day}"), [person])

q10 erase: You pasted what was typed
    base.run(f"UPDATE contacts SET {empty}, consent = 0, {day} WHERE person_id = '{person}'")

q11 orders_of: ORDER BY ? sorts by the same text
    if by not in ("ordered", "amount", "customer_id"):
        return []
    sql = "SELECT order_id FROM orders WHERE product = ? ORDER BY ?, order_id"
    return base.query(sql, [product, by])["order_id"].tolist()

q11 orders_of: What was typed has become a part of the statement
    where = f"'{product}'" if "choice" not in product else "'farmer''s choice'"
    sql = f"SELECT order_id FROM orders WHERE product = {where} ORDER BY {by}, order_id"
    return base.query(sql)["order_id"].tolist()

q11 orders_of: An apostrophe in a name is allowed
    return [] if "'" in product else _right(base, product, by)

q11 orders_of: Only the three names are allowed
    sql = f"SELECT order_id FROM orders WHERE product = ? ORDER BY {by}, order_id"
    return base.query(sql, [product])["order_id"].tolist()

q11 orders_of: You allowed every column
    if " " in by:
        return []
    sql = f"SELECT order_id FROM orders WHERE product = ? ORDER BY {by}, order_id"
    return base.query(sql, [product])["order_id"].tolist()
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_every_known_mistake_is_made_below(lab16):
    hints = [
        mistake["hint"]
        for question in lab16.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    assert [hint for hint in hints if not any(word in hint for word in words)] == []


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(head, body, solved, lab16, capsys):
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    right = names[name]
    if callable(right):
        names["_right"] = right
        exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab16.name, lab16.student, names).check(question)
    solved["db"].set_day("2025-12-31")  # one of the mistakes leaves another day
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
