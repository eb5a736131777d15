"""Lab 13: its values and its memo."""

import numpy as np
import pandas as pd
import pytest

from crmlab import credit
from tests.labs import built

NAME = "lab13_receivables"


@pytest.fixture(scope="module")
def lab13(tmp_path_factory):
    return built(NAME, tmp_path_factory)


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
