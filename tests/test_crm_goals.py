"""Goals: each letter at its edges, the tree and its faults, progress along a line."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import crm, widgets
from crmlab.crm import Goal
from tests.pictures.crm_strategy import GOALS

DAY = "2026-01-01"
GOOD = Goal("Keep more customers", "retention", 70, 74, "%", "Ms Bai", DAY, "2026-12-31",
            side="firm", limit=80)  # fmt: skip


def past(values, first=2018):
    days = [f"{first + k}-12-31" for k in range(len(values))]
    return pd.Series(np.array(values, float), pd.to_datetime(days))


def letters(goal, others=(), history=None):
    check = crm.smart_check([goal, *others], DAY, history)
    return "".join(check.passed.columns[check.passed.loc[goal.what]])


def changed(**fields):
    return dataclasses.replace(GOOD, **fields)


@pytest.mark.parametrize(
    ("goal", "passes"),
    [
        (GOOD, "SMART"),
        (changed(owner=""), "MART"),
        (changed(owner="sales and service"), "MART"),
        (changed(owner="Ms Bai, Mr Fu"), "MART"),
        (changed(owner="销售部和服务部"), "MART"),
        (changed(what="Keep more and sell more"), "MART"),
        (changed(owner="Ms Sandy Anderson"), "SMART"),  # "and" inside a word joins nothing
        (changed(measure=""), "SART"),
        (changed(unit=" "), "SART"),
        (changed(target=None), "SRT"),
        (changed(baseline=74), "SART"),
        (changed(limit=None), "SMRT"),
        (changed(limit=73.9), "SMRT"),
        (changed(limit=74), "SMART"),
        (changed(side="customer"), "SMAT"),
        (changed(why="Be number one"), "SMAT"),
        (changed(due=None), "SMR"),
        (changed(due=DAY), "SMAR"),
        (changed(due="2026-01-02"), "SMART"),
        (changed(due="2028-01-02"), "SMART"),
        (changed(due="2028-01-03"), "SMAR"),
    ],
    ids=lambda value: value if isinstance(value, str) else "goal",
)
def test_each_letter_at_its_edge(goal, passes):
    assert letters(goal) == passes


def test_a_target_below_the_baseline_is_held_against_falls():
    quick = Goal("Send quotations sooner", "days", 9, 6, "days", "Ms Gao", DAY, "2026-12-31",
                 side="firm")  # fmt: skip
    assert "A" in letters(quick, history={"days": past([14, 13, 10, 9])})
    assert "A" not in letters(quick, history={"days": past([9, 12, 11, 9])})
    assert "A" not in letters(dataclasses.replace(quick, limit=7.0))
    assert "A" in letters(dataclasses.replace(quick, limit=5.0))


def test_the_best_change_is_found_over_every_span_long_enough():
    # 40 → 46 → 43 → 52: the best year brought 9, as in the question bank. 61 is 9 above 52.
    series = past([40, 46, 43, 52], first=2022)
    for target, good in ((61.0, True), (61.2, False)):
        goal = changed(measure="answered", baseline=52, target=target, limit=None,
                       start="2025-12-31", due="2026-12-31")  # fmt: skip
        assert ("A" in letters(goal, history={"answered": series})) is good
    months = pd.Series([50.0, 55.0], pd.to_datetime(["2025-10-31", "2025-11-30"]))
    check = crm.smart_check([GOOD], DAY, {"retention": months})
    assert check.reasons(GOOD.what).loc["A", "reason"] == "the history is shorter than 360 days"
    assert bool(crm.smart_check([GOOD], DAY, {"retention": months}, window_days=30).passed.loc[
        GOOD.what, "A"])  # fmt: skip


def test_history_and_limit_both_hold():
    falling = {"retention": past([80, 75, 70])}
    assert "A" not in letters(GOOD, history=falling)
    rising = {"retention": past([60, 65, 70])}
    assert "A" in letters(GOOD, history=rising)
    assert "A" not in letters(changed(limit=73), history=rising)


@given(
    st.lists(st.integers(0, 100), min_size=2, max_size=6),
    st.integers(-60, 60).filter(bool),
    st.integers(30, 700),
)
@settings(max_examples=40, deadline=None)
def test_turning_every_sign_turns_no_verdict(values, change, days):
    due = pd.Timestamp(DAY) + pd.Timedelta(days=days)
    verdicts = []
    for sign in (1, -1):
        goal = changed(baseline=0, target=sign * change, due=due, limit=None)
        verdicts.append(letters(goal, history={"retention": past([sign * v for v in values])}))
    assert verdicts[0] == verdicts[1]


def test_a_longer_time_never_makes_a_goal_harder():
    series = {"retention": past([60, 63, 61, 66])}
    verdicts = ["A" in letters(changed(due=f"2026-{m:02d}-28", limit=None), history=series)
                for m in range(1, 13)]  # fmt: skip
    assert verdicts == sorted(verdicts)
    assert len(set(verdicts)) == 2


def test_the_table_of_a_check():
    check = crm.smart_check(GOALS, DAY)
    assert check.passed.index.tolist() == [goal.what for goal in GOALS]
    assert check.to_frame()["passed"].tolist() == [5, 4, 5, 0]
    assert repr(check) == "SmartCheck(2 of 4 goals pass all five letters)"
    with pytest.raises(ValueError, match="goal must be one of"):
        check.reasons("fame")


# ------------------------------------------------------------------ tree


def test_a_tree_is_ordered_from_the_firm_down():
    firm, quick, clerks = GOALS[:3]
    tree = crm.goal_tree([clerks, quick, firm])
    assert tree.table.index.tolist() == [firm.what, quick.what, clerks.what]
    assert tree.table["depth"].tolist() == [0, 1, 2]
    assert (tree.table["root"] == firm.what).all()
    assert tree.sound


def test_faults_of_a_tree():
    firm = Goal("Firm", side="firm")
    circle = [Goal("A", why="B", side="staff"), Goal("B", why="A", side="staff")]
    tree = crm.goal_tree([
        firm, Goal("Lonely", why="Firm"), Goal("Astray", why="Nowhere"), Goal("Own root"), *circle,
        Goal("Board", side="firm", why="Lonely"),
    ])  # fmt: skip
    assert tree.faults.to_dict() == {
        "Lonely": "no goal for the staff beside it",
        "Board": "a goal of the firm under one that is not",
        "Astray": "names Nowhere, which is no goal of the list",
        "Own root": "ends at Own root, which is no goal of the firm",
        "A": "goes in a circle at A",
        "B": "goes in a circle at B",
    }
    assert not tree.sound
    assert tree.table.loc["Astray", "depth"] == -1


def test_below_a_circle_it_is_told_too():
    circle = [Goal("A", why="B"), Goal("B", why="A"), Goal("C", why="A")]
    assert crm.goal_tree(circle).faults["C"] == "goes in a circle at A"
    assert letters(circle[2], circle[:2]) == ""


@given(st.lists(st.integers(0, 7), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_depth_is_one_more_than_that_of_the_goal_above(parents):
    # Goal k serves goal `parents[k]`; those that serve themselves are goals of the firm.
    goals = [
        Goal(f"G{k}", side="firm" if parent == k else "staff", why="" if parent == k
             else f"G{parent}")
        for k, parent in enumerate(parents)
    ]  # fmt: skip
    table = crm.goal_tree(goals).table
    for name, row in table[table["depth"] > 0].iterrows():
        assert table.loc[row["why"], "depth"] == row["depth"] - 1, name
    assert (table["depth"] == -1).equals(table["fault"] != "")
    assert sorted(table.index) == sorted(goal.what for goal in goals)


# ------------------------------------------------------------------ progress


def test_progress_along_a_line():
    goal = changed(baseline=20, target=40, start="2026-01-01", due="2027-01-01")
    table = crm.goal_progress([goal], {goal.what: 23}, "2026-04-02").table.loc[goal.what]
    assert table["expected"] == pytest.approx(91 / 365)
    assert table["share"] == pytest.approx(0.15)
    assert not table["on_track"]
    assert table["at_due"] == pytest.approx(20 + 3 * 365 / 91)


def test_after_the_due_date_everything_is_expected():
    table = crm.goal_progress([GOOD], {GOOD.what: 73}, "2028-01-01").table.iloc[0]
    assert table["expected"] == 1
    assert table["at_due"] == 73


@given(st.floats(-50, 50), st.floats(0.5, 40), st.floats(-1, 2), st.integers(1, 363))
@settings(max_examples=50, deadline=None)
def test_upwards_and_downwards_are_judged_alike(base, way, share, days):
    day = pd.Timestamp(DAY) + pd.Timedelta(days=days)
    rows = []
    for sign in (1, -1):
        goal = changed(baseline=sign * base, target=sign * (base + way), limit=None)
        now = {goal.what: sign * (base + share * way)}
        rows.append(crm.goal_progress([goal], now, day).table.iloc[0])
    assert rows[0]["share"] == pytest.approx(rows[1]["share"])
    assert rows[0]["share"] == pytest.approx(share, abs=1e-9)
    assert rows[0]["at_due"] == pytest.approx(-rows[1]["at_due"])


# ------------------------------------------------------------------ explorer, bad input


def test_the_explorer_tells_the_models_verdict():
    explorer = widgets.goal_explorer(mode="live")
    # From 45 the best year so far, 49 to 58, allows 9 points a year.
    reached = [value for _word, value in explorer.sliders[0].options if value <= 54]
    for value, word in ((reached[-1], "within reach"), (reached[-1] + 3.25, "beyond")):
        explorer.sliders[0].value = value
        assert word in explorer.children[-1].value
    with pytest.raises(TypeError, match="indexed by dates"):
        widgets.goal_explorer(pd.Series([1.0, 2.0]))


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"what": " "}, ValueError, "what must say what is to be reached"),
        ({"what": 3}, TypeError, "what must be a text; got 3"),
        ({"owner": None}, TypeError, "owner must be a text"),
        ({"baseline": "70 %"}, TypeError, "baseline must be a number"),
        ({"target": np.nan}, ValueError, "target must be finite"),
        ({"due": "soon"}, ValueError, "due must be a date; got 'soon'"),
        ({"start": 2026}, ValueError, "start must be a date; got 2026"),
        ({"side": "rival"}, ValueError, "side must be one of 'firm', 'customer', 'staff'"),
    ],
)
def test_a_goal_that_is_none_is_told(fields, error, message):
    with pytest.raises(error, match=message):
        changed(**fields)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: crm.smart_check([], DAY), ValueError, "at least one goal; got none"),
        (lambda: crm.smart_check(GOOD, DAY), TypeError, "goals must be a list of Goal"),
        (lambda: crm.smart_check(["x"], DAY), TypeError, "got 'x' in it"),
        (lambda: crm.goal_tree([GOOD, GOOD]), ValueError, "got 'Keep more customers' twice"),
        (lambda: crm.smart_check([GOOD], "x"), ValueError, "day must be a date"),
        (lambda: crm.smart_check([GOOD], DAY, [1]), TypeError, "history must be a mapping"),
        (lambda: crm.smart_check([GOOD], DAY, {"x": [1]}), TypeError, "history of x must be a Ser"),
        (lambda: crm.smart_check([GOOD], DAY, {"x": past([])}), ValueError, "history of x must no"),
        (lambda: crm.smart_check([GOOD], DAY, horizon=0), ValueError, "horizon must be a whole"),
        (lambda: crm.smart_check([GOOD], DAY, window_days=0), ValueError, "window_days must be a"),
        (lambda: crm.goal_progress([GOOD], {}, DAY), TypeError, "at least one goal"),
        (lambda: crm.goal_progress([GOOD], {"x": 1}, DAY), ValueError, "values must be one of"),
        (lambda: crm.goal_progress([GOOD], {GOOD.what: 1}, DAY), ValueError, "after the start"),
        (lambda: crm.goal_progress([changed(due=None)], {GOOD.what: 1}, "2026-02-01"), ValueError,
         "must have a due; got none"),
        (lambda: crm.goal_progress([changed(target=70)], {GOOD.what: 1}, "2026-02-01"), ValueError,
         "differs from its baseline"),
    ],
)  # fmt: skip
def test_bad_calls_are_told(call, error, message):
    with pytest.raises(error, match=message):
        call()
