"""Lab 10: its values and its memo."""

import pandas as pd
import pytest

from crmlab import grading, weights
from tests.labs import built

NAME = "lab10_grading"


@pytest.fixture(scope="module")
def lab10(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab10):
    return lab10.names(lab10.solution)


def test_lab10_meets_known_values(solved):
    """Gini of 1, 2, 3, 4 and of one who has all; Shannon: equal shares have the largest entropy."""
    assert solved["gini"]([1, 2, 3, 4]) == pytest.approx(0.25)
    assert solved["gini"]([0, 0, 0, 1]) == pytest.approx(0.75)
    assert solved["gini_with_a_loser"] == pytest.approx(solved["gini"]([-800, 100, 200, 500, 1000]))
    alike = pd.DataFrame({"same": [1.0, 1, 1], "one": [1.0, 0, 0]})
    assert solved["entropy_weights"](alike).tolist() == pytest.approx([0, 1])
    assert sum(solved["coverage"](solved["rules"]).values()) == 125
    first = [solved["rules"][4], *solved["rules"][:4], *solved["rules"][5:]]
    assert solved["slipping_first"] == solved["coverage"](first)["slipping"]


@pytest.mark.parametrize("column", ["contribution", "profit"])
def test_lab10_meets_crmlab_on_concentration(solved, column):
    values = solved["latest"][column]
    assert solved["lorenz"](values) == pytest.approx(grading.lorenz(values).share)
    assert solved["gini"](values) == pytest.approx(grading.gini(values, negative="plain"))
    found = grading.pyramid(values, names="sizes", losing_last=False).table
    table = solved["pyramid"](values)
    same = {"customers": "customers", "share": "profit_share", "losers": "losing"}
    for ours, theirs in same.items():
        assert table[ours].tolist() == pytest.approx(found[theirs].tolist())


@pytest.mark.parametrize("values", [[50, 5, 20, 15, 6, 4], [5, 5, 5, 5], [9, 3, 3, 3, 1, 1]])
def test_lab10_meets_crmlab_on_classes(solved, values):
    by_value = solved["abc_by_value"](pd.Series(values))
    assert by_value.tolist() == grading.abc(values).classes.tolist()
    by_headcount = solved["abc_by_headcount"](pd.Series(values))
    found = grading.abc(values, cuts=(0.2, 0.5), by="customers")
    assert by_headcount.tolist() == found.classes.tolist()


def test_lab10_meets_crmlab_on_indicators(solved):
    firms, expert = solved["firms"], solved["expert"]
    z = solved["normalise"](firms, ["days_late"])
    pd.testing.assert_frame_equal(z, grading.normalise(firms, cost=["days_late"]))
    assert solved["entropy_weights"](z).tolist() == pytest.approx(
        weights.entropy(firms, ["days_late"], convention="range").weights.tolist()
    )
    graded = grading.grade_customers(
        firms, expert / expert.sum(), cost=["days_late"], by="score", cuts=(75, 50, 25)
    )
    assert solved["composite"](z, expert).tolist() == pytest.approx(graded.scores["score"].tolist())
    assert solved["by_expert"].tolist() == graded.scores["grade"].tolist()


def test_lab10_meets_crmlab_on_rfm(solved):
    diary = solved["diary"]
    by_june = diary[diary["date"] <= "2025-06-30"]
    found = grading.rfm_table(by_june, end="2025-06-30")
    ours = solved["rfm_table"](diary, "2025-06-30")
    assert ours["R"].tolist() == found["recency"].tolist()
    assert ours["M"].tolist() == found["monetary"].tolist()
    columns = {"recency": "R", "frequency": "F", "monetary": "M"}
    for method in ("independent", "nested"):
        scores = grading.rfm_scores(solved["cd"], method=method, **columns).table
        assert (solved[method](solved["cd"]).to_numpy() == scores[["R", "F", "M"]]).all(axis=None)
    rules = [grading.SegmentRule(name, "", *ranges) for name, *ranges in solved["rules"]]
    cells = grading.rule_coverage(rules)["segment"].fillna("no rule").value_counts()
    assert solved["coverage"](solved["rules"]) == cells.to_dict()


def test_lab10_meets_crmlab_on_moves(solved):
    before, after = solved["grades_2023"], solved["grades_2024"]
    then = after.reindex(before.index).fillna("gone")
    moves = grading.grade_moves(before, then, ["A", "B", "C", "gone"])
    assert solved["matrix"].to_numpy() == pytest.approx(moves.matrix[:3])
    worth = grading.grade_value(moves, [*solved["mean_profit"], 0], 0.1)
    assert list(solved["values"].values()) == pytest.approx(worth.values.tolist())


def test_the_seven_groups_all_occur_and_leave_some_out(solved):
    groups = solved["seven"](solved["calls"])
    assert set(groups) == set(range(8))
    trends = solved["calls"].apply(solved["trend"], axis=1)
    assert set(trends) == {
        *("steady", "growing", "falling", "lost", "gone", "returned", "seasonal"),
    }


def test_the_memo_says_what_the_data_say(solved, lab10):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab10.solution.cells if "**Advice:" in cell.source)
    profit = solved["latest"]["profit"]
    tiers = solved["pyramid"](profit)
    assert f"brought {100 * solved['top_fifth']:.0f} % of the contribution" in memo
    assert f"and {100 * tiers['share'][:3].sum():.0f} % of the profit" in memo
    assert f"it takes {100 * solved['needed']:.0f} % of the customers" in memo
    gains, per_visit = solved["gains"], solved["per_visit"]
    assert f"keeping an A gains {gains['keep']:.0f} and lifting a B {gains['lift']:.0f}" in memo
    assert f"{per_visit['keep']:.0f} per visit against {per_visit['lift']:.0f}" in memo
    assert gains["keep"] > gains["lift"]
    assert per_visit["keep"] < per_visit["lift"]
    letters = solved["abc_by_value"](solved["latest"]["contribution"])
    b = (letters == "B").sum()
    assert f"the {b} customers of grade B come first, with {2 * b} visits" in memo
    left = 500 - 2 * b
    assert f"The other {left} go to {left // 3} customers of grade A" in memo
    assert f'"wake" loses {-gains["wake"]:.0f} per customer' in memo
    losers, lost = (profit < 0).sum(), solved["lost_to_losers"]
    assert f"{losers} customers cost {lost:,.0f} in 2025" in memo
    assert f"would be {100 * lost / profit.sum():.0f} % higher" in memo
    assert f"{(profit[letters == 'A'] < 0).sum()} of them have grade A" in memo
    turn = 1.1 * (3 * per_visit["lift"] + 90) / solved["values"]["A"]
    assert f"moved {100 * turn:.1f} of 100 instead of 3.6" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
