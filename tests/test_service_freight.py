"""Fee confirmations, decision trees and time limits, held to their rules and their conventions."""

import re

import pandas as pd
import pytest

from crmlab import datasets, service
from crmlab.service.exceptions import EXCEPTIONS

GOOD = {
    "sent": pd.Timestamp("2025-03-03"),
    "principal": "North Harbour Trading Co., Ltd.",
    "payer": "North Harbour Trading Co., Ltd.",
    "invoice_title": "North Harbour Trading Co., Ltd.",
    "amount_sent": 100.0,
    "amount_returned": 100.0,
    "address": "Main Road 1",
    "monthly": True,
    "agreed_seal": "finance seal",
    "seal": "finance seal",
    "term_days": 30,
    "promised": pd.Timestamp("2025-03-20"),
}
OTHER = "Old Mill Paper Co., Ltd."


def broken_by(**changes):
    sheet = pd.DataFrame([{**GOOD, **changes}], index=["F1"])
    sheet["promised"] = pd.to_datetime(sheet["promised"])
    row = service.check_confirmations(sheet).broken.loc["F1"]
    return [name for name, broken in row.items() if broken]


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, []),
        ({"amount_returned": 99.0}, ["amount"]),
        ({"invoice_title": None}, ["title"]),
        ({"invoice_title": "North Harbour"}, ["title"]),
        ({"payer": OTHER}, ["payer"]),
        ({"payer": OTHER, "invoice_title": OTHER}, []),
        ({"payer": OTHER, "invoice_title": "Old Mill"}, ["title"]),
        ({"invoice_title": OTHER}, ["title"]),
        ({"address": None}, ["address"]),
        ({"seal": "contract seal"}, ["seal"]),
        ({"seal": None}, ["seal"]),
        ({"seal": "contract seal", "monthly": False}, []),
        ({"promised": None}, ["date"]),
        ({"promised": pd.Timestamp("2025-04-02")}, []),
        ({"promised": pd.Timestamp("2025-04-03")}, ["date"]),
        ({"promised": pd.Timestamp("2025-03-02")}, ["date"]),
        (
            {"promised": None, "address": None, "amount_returned": 1.0},
            ["amount", "address", "date"],
        ),
    ],
    ids=range(17),
)
def test_each_rule_is_broken_by_what_breaks_it_and_by_nothing_else(changes, rules):
    assert broken_by(**changes) == rules


def test_the_sheets_of_the_forwarder_break_rules_as_often_as_their_recipe_says():
    sheets = datasets.load("freight_confirmations").set_index("case")
    check = service.check_confirmations(sheets)
    table = check.to_frame()
    stated = {"amount": 0.06, "title": 0.10, "address": 0.05, "seal": 0.10, "date": 0.12}
    for name, chance in stated.items():
        n = table.loc[name, "applies"]
        assert abs(table.loc[name, "share"] - chance) < 3.5 * (chance * (1 - chance) / n) ** 0.5
    assert check.accepted.sum() + check.broken.any(axis=1).sum() == len(sheets) == 80
    assert check.applies["seal"] == sheets["monthly"].sum()
    first = check.broken.index[check.broken.any(axis=1)][0]
    assert len(check.reasons(first)) == check.broken.loc[first].sum()
    log = datasets.load("freight_cases")
    mine = log[log["kind"] == "fee confirmation"].groupby("case")
    assert set(mine.groups) == set(sheets.index)
    assert (mine["amount"].first() == sheets["amount_sent"].sort_index()).all()


@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_every_way_through_a_tree_ends_with_something_to_do(kind):
    tree = service.freight_exception(kind)
    for way in tree.ways():
        for k in range(len(way)):
            open_ = tree.guide(*way[:k])
            assert open_.advice is None
            assert way[k] in open_.question.answers
        end = tree.guide(*way)
        assert end.question is None
        assert end.advice.action
        assert end.advice.documents
        assert len(set(end.advice.documents)) == len(end.advice.documents)
        assert max(map(len, repr(end).splitlines())) <= 79
    assert len(tree.to_frame()) == len(tree.ways())


def test_time_limits_are_those_of_the_conventions():
    """Hague-Visby III(6): 3 days, 1 year; Montreal 31, 35: 14 days, 2 years; CMR 30, 32: 7, 1."""
    found = pd.concat(
        [service.notice_deadline("2025-03-07", r) for r in ("Hague-Visby", "Montreal", "CMR")]
    )
    assert found["notice_days"].tolist() == [3, 14, 7]
    assert found["suit_years"].tolist() == [1, 2, 1]
    # 7 March 2025 is a Friday; one Sunday does not count by road.
    assert [f"{day:%d}" for day in found["notice_by"]] == ["10", "21", "15"]
    sunday = service.notice_deadline("2025-03-09", "CMR")["notice_by"].item()
    assert f"{sunday:%a %d}" == "Mon 17", "eight days later: the Sunday after does not count"


ASK = ("Late?", {"yes": "call", "no": "mail"})
TREE = {"ask": ASK, "call": ("call", []), "mail": ("mail", [])}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: service.decision_tree("x", {}), "nodes must be a mapping with at least 1 node"),
        (
            lambda: service.decision_tree("x", {**TREE, "call": ("again?", {"a": "ask"})}),
            "question 'call' must have at least 2 answers; got 1",
        ),
        (
            lambda: service.decision_tree("x", {"ask": ASK, "call": ("c", [])}),
            "nodes must have 'mail', to which 'no' of 'ask' leads",
        ),
        (
            lambda: service.decision_tree(
                "x", {**TREE, "call": ("again?", {"a": "ask", "b": "mail"})}
            ),
            "nodes must not lead back; got 'ask', which is reached from itself",
        ),
        (
            lambda: service.decision_tree("x", {**TREE, "lost": ("l", [])}),
            "nodes must all be reached from 'ask'; got 'lost', which is not",
        ),
        (lambda: service.decision_tree("x", {"a": "b"}), "node 'a' must be (question, {answer"),
        (
            lambda: service.decision_tree("x", TREE).guide("maybe"),
            "answers to 'Late?' must be one of 'yes', 'no'; got 'maybe'",
        ),
        (
            lambda: service.decision_tree("x", TREE).guide("yes", "yes"),
            "answers must end with the advice; got 'yes' after it",
        ),
        (lambda: service.freight_exception("fire"), "kind must be one of 'lost bill of lading'"),
        (lambda: service.notice_deadline("soon", "CMR"), "received must be a date; got 'soon'"),
        (lambda: service.notice_deadline("2025-01-01", "sea"), "regime must be one of 'Hague"),
        (lambda: service.freight_machine("order"), "kind must be one of 'enquiry'"),
        (
            lambda: service.check_confirmations(pd.DataFrame([GOOD]).drop(columns="seal")),
            "sheets must have the column 'seal'",
        ),
        (
            lambda: service.check_confirmations(pd.DataFrame([GOOD, GOOD], index=["a", "a"])),
            "sheets must have each sheet once in the index; got 'a' twice",
        ),
        (
            lambda: service.check_confirmations(pd.DataFrame([{**GOOD, "monthly": "yes"}])),
            "monthly must hold True and False; got",
        ),
        (
            lambda: service.check_confirmations(pd.DataFrame([{**GOOD, "amount_sent": -1.0}])),
            "amount_sent must be at least 0; got -1",
        ),
        (
            lambda: service.check_confirmations(pd.DataFrame([GOOD])).reasons("z"),
            "sheet must be one of the 1 checked; got 'z'",
        ),
    ],
    ids=range(17),
)
def test_bad_input_is_refused(call, says):
    with pytest.raises((ValueError, TypeError), match=re.escape(says)):
        call()


@pytest.mark.parametrize("kind", ["boolean", "category", "zone", "one and zero"])
def test_sheets_may_come_as_any_reader_gives_them(kind):
    sheets = datasets.load("freight_confirmations").set_index("case")
    names = ["invoice_title", "payer", "principal", "seal", "agreed_seal"]
    changed = {
        "boolean": lambda: sheets.convert_dtypes(),
        "category": lambda: sheets.astype(dict.fromkeys(names, "category")),
        "zone": lambda: sheets.assign(promised=sheets["promised"].dt.tz_localize("Asia/Shanghai")),
        "one and zero": lambda: sheets.assign(monthly=sheets["monthly"].astype(int)),
    }[kind]()
    plain, found = service.check_confirmations(sheets), service.check_confirmations(changed)
    pd.testing.assert_frame_equal(found.broken, plain.broken)
    assert found.applies == plain.applies
