"""Lab 16: its values and its memo."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from crmlab import crm
from tests.labs import built

NAME = "lab16_crm_system"


@pytest.fixture(scope="module")
def lab16(tmp_path_factory):
    return built(NAME, tmp_path_factory)


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
