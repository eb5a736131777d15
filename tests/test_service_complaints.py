"""Pareto, answers with censoring, standardised shares and recovery, against numbers by hand."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, service

CAUSES = pd.Series(["late"] * 6 + ["wrong"] * 3 + ["rude"])


def dates(*days):
    return pd.to_datetime(pd.Series([f"2025-03-{d:02d}" if d else None for d in days]))


# ------------------------------------------------------------------ Pareto


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=30), st.floats(0.05, 1))
@settings(max_examples=40, deadline=None)
def test_the_vital_few_are_the_fewest_that_reach_the_cut(causes, cut):
    result = service.pareto(pd.Series(causes), cut=cut)
    few, share = result.vital, result.table["share"]
    assert result.table["cases"].sum() == len(causes)
    assert share[list(few)].sum() >= cut - 1e-9
    assert share[list(few[:-1])].sum() < cut
    assert share.is_monotonic_decreasing
    assert result.table["cumulated"].iloc[-1] == pytest.approx(1)


def test_cost_turns_the_order():
    assert service.pareto(CAUSES).vital == ("late", "wrong")
    dear = service.pareto(CAUSES, [10] * 9 + [110], name="yuan")
    assert dear.table.index.tolist() == ["rude", "late", "wrong"]
    assert dear.vital_at(0.5) == ("rude",)


# ------------------------------------------------------------------ answers


def test_the_product_limit_estimate_by_hand():
    """Kaplan and Meier: 4 wait; answers after 0, 1 and 2 days, one still waits after 8."""
    found = service.answer_times(dates(3, 3, 4, 9), dates(3, 5, None, 10), "2025-03-12")
    assert found.curves["all"]["unanswered"].tolist() == pytest.approx([0.75, 0.5, 0.25, 0.25])
    # Greenwood on the log-log scale, worked out by hand for S = 1/4
    spread = np.sqrt(1 / (4 * 3) + 1 / (3 * 2) + 1 / (2 * 1)) / abs(np.log(0.25))
    low, high = (0.25 ** np.exp(sign * 1.959964 * spread) for sign in (1, -1))
    row = found.within(2).loc["all"]
    assert row.tolist() == pytest.approx([0.75, 1 - high, 1 - low], rel=1e-5)
    assert found.table.loc["all", ["tickets", "answered", "open", "median"]].tolist() == [
        4,
        3,
        1,
        1,
    ]


def test_without_open_tickets_it_is_the_plain_share():
    opened, answered = dates(3, 3, 3, 3), dates(3, 4, 4, 9)
    found = service.answer_times(opened, answered, "2025-03-31")
    assert found.within(1)["share"].item() == 0.75
    assert found.within(0)["share"].item() == 0.25


def test_a_group_that_nobody_answers_waits():
    found = service.answer_times(
        dates(3, 4), dates(None, 5), "2025-03-12", group=pd.Series(["x", "y"])
    )
    assert found.within(5)["share"].tolist() == [0, 1]
    assert np.isnan(found.table.loc["x", "median"])


# ------------------------------------------------------------------ standardisation


def test_standardised_shares_by_hand():
    """Simpson's case: in each stratum equal, plainly apart."""
    rows = [("a", "hard", i < 2) for i in range(10)] + [("a", "easy", i < 8) for i in range(10)]
    rows += [("b", "hard", False)] * 4 + [("b", "hard", True)] * 1
    rows += [("b", "easy", i < 32) for i in range(40)]
    table = pd.DataFrame(rows, columns=["group", "kind", "kept"])
    plain = service.standardised_shares(table, "group", "kept", draws=20)
    fair = service.standardised_shares(table, "group", "kept", ["kind"], draws=20)
    assert plain.table["share"].tolist() == pytest.approx([0.5, 33 / 45])
    assert plain.table["share"].tolist() == plain.table["raw"].tolist()
    expected = 15 / 65 * 0.2 + 50 / 65 * 0.8
    assert fair.table["share"].tolist() == pytest.approx([expected, expected])
    assert fair.difference("b", "a")["difference"] == pytest.approx(0)
    assert fair.difference("b", "a")["raw"] == pytest.approx(33 / 45 - 0.5)


def test_strata_that_lack_a_group_are_counted_not_hidden():
    table = pd.DataFrame(
        {"g": list("aabbaa"), "s": list("xyxxzz"), "kept": [True, False, True, False, True, True]}
    )
    found = service.standardised_shares(table, "g", "kept", ["s"], draws=10)
    assert found.left_out == 3
    assert found.strata.index.tolist() == ["x"]
    assert found.table["cases"].sum() == 6


def test_the_bootstrap_is_by_customer_and_covers():
    rng = np.random.default_rng(5)
    n = 400
    table = pd.DataFrame({"g": rng.choice(["a", "b"], n), "kept": rng.random(n) < 0.6})
    single = service.standardised_shares(table, "g", "kept", draws=400)
    # Ten copies of each row that belong to one customer hold no more knowledge.
    copies = pd.concat([table.assign(who=range(n))] * 10, ignore_index=True)
    grouped = service.standardised_shares(copies, "g", "kept", customer="who", draws=400)
    naive = service.standardised_shares(copies, "g", "kept", draws=400)

    def width(result):
        return (result.table["high"] - result.table["low"]).to_numpy()

    assert width(grouped) == pytest.approx(width(single), rel=0.2)
    assert (width(naive) < 0.5 * width(single)).all()
    plain = 1.96 * np.sqrt(0.6 * 0.4 / (n / 2))
    assert width(single) == pytest.approx(2 * plain, rel=0.2)


# ------------------------------------------------------------------ orders and complaints


def small_log():
    orders = pd.DataFrame(
        {
            "order": list("abcdef"),
            "customer": ["X", "X", "X", "Y", "Y", "Z"],
            "date": pd.to_datetime(
                ["2024-01-01", "2024-01-20", "2024-02-20", "2024-01-01", "2024-01-05", "2024-06-01"]
            ),
        }
    )
    tickets = pd.DataFrame(
        {
            "order": ["a", "d"],
            "kind": "complaint",
            "opened": pd.to_datetime(["2024-01-02", "2024-01-03"]),
            "satisfied": ["no", None],
        }
    )
    return orders, tickets


def test_orders_with_and_without_a_complaint_by_hand():
    orders, tickets = small_log()
    found = service.complaint_outcomes(orders, tickets, end="2024-06-30", span=30)
    # a: complained, the next span of 31 to 60 days holds c; d: nothing in it.
    assert found.table["complaint"].to_dict() == {
        "a": "not mended", "c": "no complaint", "d": "not asked",
    }  # fmt: skip
    assert found.table["kept"].to_dict() == {"a": True, "c": False, "d": False}
    # b and e follow a complaint of their customer within 30 days; f ends too late to be judged.
    assert (found.after_other, found.too_late) == (2, 1)
    assert len(found.table) + found.after_other + found.too_late == len(orders)
    assert found.table["tenure"].to_dict() == {"a": 0, "c": 50, "d": 0}


def test_the_recipe_is_recovered_and_the_plain_table_misleads():
    orders, tickets = datasets.load("company_orders"), datasets.load("company_tickets")
    people = datasets.load("company_customers").set_index("customer")
    found = service.complaint_outcomes(orders, tickets, end="2025-12-31")
    table = found.table.join(people["segment"], on="customer")
    fair = service.standardised_shares(
        table, "complaint", "kept", ["segment"], customer="customer", draws=200
    )
    # Rates of leaving of 3 and 1.1 times one's own, for half a year.
    assert fair.difference("mended", "not mended")["low"] > 0.02
    gap = fair.difference("mended", "no complaint")
    assert -0.12 < gap["low"] < gap["difference"] < 0.02
    truth = datasets.load("company_truth").set_index("customer")["churn_rate"]
    rate = table["customer"].map(truth) * 180 / 365.25
    for name, factor in (("no complaint", 1.0), ("mended", 1.1), ("not mended", 3.0)):
        mine = table["complaint"] == name
        stay = np.exp(-factor * rate[mine]).mean()
        # who orders seldom may be there and silent, so what is seen lies a little lower
        assert table.loc[mine, "kept"].mean() == pytest.approx(stay, abs=0.08), name


# ------------------------------------------------------------------ what it is worth


def test_the_value_of_recovery_by_hand():
    worth = service.recovery_value(500, 0.6, 0.7, 0.14, 1500, cost=6000)
    assert worth.net() == pytest.approx(500 * 0.1 * 0.14 * 1500 - 6000)
    assert worth.break_even == pytest.approx(0.6 + 6000 / (500 * 0.14 * 1500))
    even = service.recovery_value(500, 0.6, worth.break_even, 0.14, 1500, cost=6000)
    assert even.net() == pytest.approx(0, abs=1e-9)
    given = pd.Series({"difference": 0.14, "low": 0.05, "high": 0.23})
    table = service.recovery_value(500, 0.6, 0.7, given, 1500, cost=6000).to_frame()
    assert table["net"].tolist() == pytest.approx([-2250, 4500, 11250])
    assert service.recovery_value(500, 0.6, 0.7, 0.0, 1500, 1).break_even == float("inf")


GOOD = pd.DataFrame({"g": list("ab"), "kept": [True, False]})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: service.pareto([1]), "causes must be a pandas Series; got list"),
        (lambda: service.pareto(pd.Series([], dtype=str)), "causes must not be empty; got 0 rows"),
        (lambda: service.pareto(pd.Series(["a", None])), "causes must not be missing; got 1 gaps"),
        (
            lambda: service.pareto(CAUSES, [1]),
            "cost must have one number per complaint (10); got 1",
        ),
        (lambda: service.pareto(CAUSES, [0] * 10), "cost must have a sum above 0; got 0"),
        (lambda: service.pareto(CAUSES, cut=0), "cut must be above 0 and at most 1; got 0"),
        (
            lambda: service.answer_times(dates(5), dates(4), "2025-03-09"),
            "answered must not be before opened",
        ),
        (
            lambda: service.answer_times(dates(5), dates(7), "2025-03-06"),
            "end must not be before the last day, 2025-03-07; got 2025-03-06",
        ),
        (
            lambda: service.answer_times(dates(5), dates(5, 6), "2025-03-09"),
            "answered must be as long as opened (1); got 2",
        ),
        (
            lambda: service.standardised_shares(GOOD, "g", "g"),
            "g must hold True and False; got",
        ),
        (
            lambda: service.standardised_shares(GOOD.assign(g="a"), "g", "kept"),
            "g must have at least 2 groups; got ['a']",
        ),
        (
            lambda: service.standardised_shares(GOOD.assign(s=[1, 2]), "g", "kept", ["s"]),
            "strata must leave a stratum that holds all groups; got none",
        ),
        (
            lambda: service.standardised_shares(GOOD, "g", "kept", "s"),
            "strata must be a list of columns; got 's'",
        ),
        (
            lambda: service.complaint_outcomes(small_log()[0], small_log()[1], end="2024-05-01"),
            "end must not be before the last order; got 2024-05-01",
        ),
        (
            lambda: service.complaint_outcomes(
                small_log()[0], small_log()[1].assign(order="z"), end="2024-07-01"
            ),
            "tickets must be about orders of the log; got 'z'",
        ),
        (
            lambda: service.recovery_value(500, 0.7, 0.6, 0.1, 1),
            "target must not be below mended, 0.7; got 0.6",
        ),
        (
            lambda: service.recovery_value(500, 0.6, 0.7, pd.Series({"low": 1.0}), 1),
            "saved must have the entry 'difference'; got ['low']",
        ),
    ],
    ids=range(17),
)
def test_bad_input_is_refused(call, says):
    with pytest.raises((ValueError, TypeError), match=re.escape(says)):
        call()


def test_rows_of_another_order_are_not_paired():
    causes = pd.Series(["late", "wrong", "late"], index=list("abc"))
    with pytest.raises(ValueError, match="causes and cost must have the same index"):
        service.pareto(causes, pd.Series([1.0, 2, 3], index=list("cba")))
    opened = pd.Series(pd.to_datetime(["2025-03-03", "2025-03-04"]), index=["a", "b"])
    with pytest.raises(ValueError, match="opened and answered must have the same index"):
        service.answer_times(opened, opened[::-1], "2025-03-12")


def test_answers_may_be_a_category():
    orders, tickets = datasets.load("company_orders"), datasets.load("company_tickets")
    plain = service.complaint_outcomes(orders, tickets, end="2025-12-31").table
    changed = tickets.assign(satisfied=tickets["satisfied"].astype("category"))
    found = service.complaint_outcomes(orders, changed, end="2025-12-31").table
    pd.testing.assert_frame_equal(found, plain)
