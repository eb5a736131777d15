"""Programmes: critical path, money by week, chance to be done in time: row D3."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import crm, widgets
from tests.explorers import sentence as words
from tests.pictures.crm_process import TASKS

quick = settings(max_examples=30, deadline=None, derandomize=True)

#: The building project of Hillier and Lieberman (Introduction to Operations Research).
PROJECT = pd.DataFrame(
    [
        ("A", "", 1, 2, 3), ("B", "A", 2, 3.5, 8), ("C", "B", 6, 9, 18), ("D", "C", 4, 5.5, 10),
        ("E", "C", 1, 4.5, 5), ("F", "E", 4, 4, 10), ("G", "D", 5, 6.5, 11),
        ("H", "E, G", 5, 8, 17), ("I", "C", 3, 7.5, 9), ("J", "F, I", 3, 9, 9),
        ("K", "J", 4, 4, 4), ("L", "J", 1, 5.5, 7), ("M", "H", 1, 2, 3), ("N", "K, L", 5, 5.5, 9),
    ],
    columns=["task", "after", "low", "likely", "high"],
).set_index("task")  # fmt: skip


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def plan(tasks, **columns):
    """Return a programme of tasks with certain durations: {name: (after, weeks)}."""
    frame = pd.DataFrame(
        {"after": [after for after, _weeks in tasks.values()]}
        | {key: [weeks for _after, weeks in tasks.values()] for key in ("low", "likely", "high")}
        | columns,
        index=list(tasks),
    )
    return crm.programme(frame)


@st.composite
def networks(draw):
    """Return tasks of which each waits for some that stand before it in the alphabet."""
    names = "abcdefg"[: draw(st.integers(1, 7))]
    rows = {}
    for place, name in enumerate(names):
        after = [other for other in names[:place] if draw(st.booleans())]
        rows[name] = after, draw(st.floats(0, 20))
    order = draw(st.permutations(list(names)))
    return {name: rows[name] for name in order}


def paths(tasks):
    """Every chain of tasks from one without predecessors to one without followers."""
    followed = {other for after, _weeks in tasks.values() for other in after}

    def before(name):
        after = tasks[name][0]
        return [[*path, name] for other in after for path in before(other)] or [[name]]

    return [path for name in tasks if name not in followed for path in before(name)]


# Critical path


def test_the_building_project_of_hillier_and_lieberman():
    found = crm.programme(PROJECT)
    assert found.weeks == pytest.approx(44)
    assert found.critical_path == tuple("ABCEFJLN")
    assert found.path_sd == pytest.approx(3)
    assert found.path_chance(47) == pytest.approx(0.8413, abs=5e-5)
    assert found.table["expected"].tolist() == pytest.approx(
        [2, 4, 10, 6, 4, 5, 7, 9, 7, 8, 4, 5, 2, 6]
    )
    slack = found.table["slack"]
    assert slack[slack > 0].to_dict() == pytest.approx(
        {"D": 4, "G": 4, "H": 4, "I": 2, "K": 1, "M": 4}
    )
    assert found.table.loc["H", ["start", "latest_start"]].tolist() == pytest.approx([29, 33])
    assert repr(found).startswith("Programme(14 tasks, 44.0 weeks by expected durations; critical")


@quick
@given(networks())
def test_the_end_is_the_longest_of_all_paths(tasks):
    found = plan(tasks)
    lengths = {tuple(path): sum(tasks[name][1] for name in path) for path in paths(tasks)}
    longest = max(lengths.values())
    assert found.weeks == pytest.approx(longest)
    # A path may leave out tasks of no length at its start.
    chosen = sum(tasks[name][1] for name in found.critical_path)
    assert chosen == pytest.approx(longest)
    assert all(a in tasks[b][0] for a, b in pairwise(found.critical_path))
    assert found.table.loc[list(found.critical_path), "critical"].all()
    for name in tasks:  # slack: what the longest path through a task is shorter than the longest
        through = max(length for path, length in lengths.items() if name in path)
        assert found.table.loc[name, "slack"] == pytest.approx(longest - through, abs=1e-6)


@quick
@given(networks(), st.floats(0.1, 5), st.data())
def test_a_delay_within_the_slack_moves_nothing(tasks, more, data):
    found = plan(tasks)
    task = data.draw(st.sampled_from(list(tasks)))
    slack = found.table.loc[task, "slack"]
    assert found.delayed(task, slack).weeks == pytest.approx(found.weeks)
    assert found.delayed(task, slack + more).weeks == pytest.approx(found.weeks + more)


def test_after_may_be_a_list_text_or_nothing():
    for after in (["a", "b"], ("b", "a", "a"), "a, b", " b ,a,"):
        found = plan({"a": ("", 1), "b": (None, 2), "c": (after, 1), "d": (np.nan, 1)})
        assert set(found.table.loc["c", "after"]) == {"a", "b"}
        assert found.weeks == 3
    assert plan({"a, b": ("", 1), "c": ("a, b", 2)}).weeks == 3  # a name may have a comma


# Money


def test_money_by_week_by_hand():
    """Two tasks of 1.5 weeks one after the other; the second brings 30 a week, a week later."""
    found = plan({"a": ("", 1.5), "b": ("a", 1.5)}, cost=[10.0, 20], people=[2.0, 1],
                 benefit=[0.0, 30], benefit_delay=[0.0, 1])  # fmt: skip
    weeks = found.by_week(6)
    assert weeks["cost"].tolist() == [10, 15, 20, 0, 0, 0]
    assert weeks["people"].tolist() == [2, 1.5, 1, 0, 0, 0]
    assert weeks["benefit"].tolist() == [0, 0, 0, 0, 30, 30]
    assert weeks["cumulative"].tolist() == [-10, -25, -45, -45, -15, 15]
    assert found.break_even() == 6
    assert np.isnan(found.break_even(5))
    assert len(found.by_week()) == 3 + 52


@quick
@given(networks(), st.floats(0, 50))
def test_all_weeks_together_cost_what_all_tasks_cost(tasks, cost):
    found = plan(tasks, cost=cost)
    total = sum(weeks for _after, weeks in tasks.values()) * cost
    assert found.by_week()["cost"].sum() == pytest.approx(total)


# Chance


def test_chains_that_meet_are_later_than_their_means():
    """Of two triangular times on 8 to 12 the later is on average 10 + 2 · 7/30.

    A symmetric triangular law is the sum of two uniform ones, so the difference of two such times
    is a sum of four, whose mean size is 7/15 of a half-width; the maximum is half of it above.
    """
    two = pd.DataFrame({"after": "", "low": 8, "likely": 10, "high": 12}, index=["a", "b"])
    found = crm.programme(two).finish_chance(40_000, seed=1, law="triangular")
    assert found.of_means == 10
    assert found.mean == pytest.approx(10 + 2 * 7 / 30, abs=0.02)
    assert found.merge_bias == pytest.approx(2 * 7 / 30, abs=0.02)
    assert found.table["critical"].tolist() == pytest.approx([0.5, 0.5], abs=0.02)
    more = pd.concat([two, two.set_axis(["c", "d"], axis=0)])
    four = crm.programme(more).finish_chance(5000, seed=1, law="triangular")
    assert four.merge_bias > found.merge_bias + 0.2


@pytest.mark.parametrize(("law", "mean"), [("pert", 13.5), ("triangular", 16)])
def test_a_single_chain_has_no_merge_bias(law, mean):
    """Means (a + 4m + b) / 6 and (a + m + b) / 3."""
    chain = pd.DataFrame({"after": ["", "a"], "low": [2, 5], "likely": [3, 8], "high": [10, 20]},
                         index=["a", "b"])  # fmt: skip
    found = crm.programme(chain).finish_chance(20_000, seed=2, law=law)
    assert found.of_means == pytest.approx(mean)
    assert found.mean == pytest.approx(found.of_means, abs=0.06)
    assert (found.table["critical"] == 1).all()
    assert found.finish.min() >= 7
    assert found.finish.max() <= 30


def test_the_project_is_later_than_its_critical_path():
    plan_ = crm.programme(PROJECT)
    found = plan_.finish_chance(10_000, seed=3)
    assert found.merge_bias > 0.2
    assert found.chance(47) < plan_.path_chance(47)
    assert (found.table.loc[list("ABC"), "critical"] > 0.999).all()
    assert 0 < found.table.loc["K", "critical"] < found.table.loc["L", "critical"] < 1
    assert found.chance(found.week(0.9)) == pytest.approx(0.9, abs=1e-3)
    assert found.chance([0, 1e3]).tolist() == [0, 1]


def test_a_delayed_programme_has_the_same_luck():
    base = crm.programme(PROJECT)
    first, late = (p.finish_chance(500, seed=1).finish for p in (base, base.delayed("D", 3)))
    assert (late >= first - 1e-9).all()
    assert (late <= first + 3 + 1e-9).all()
    assert (late > first + 1e-9).any()
    assert (base.finish_chance(500, seed=1).finish == first).all()


def test_certain_durations_leave_no_doubt():
    sure = plan({"a": ("", 2), "b": ("a", 3)})
    assert sure.path_chance(5) == 1
    assert sure.path_chance(4.9) == 0
    found = sure.finish_chance(10)
    assert found.merge_bias == 0
    assert found.chance(5) == 1
    found.plot()


# Bad input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"after": ["start", "", "data"]},
            "circle; got 'data' → 'start' → 'data'|'start' → 'data'",
        ),
        ({"after": ["data", "", ""]}, "after must not lead in a circle; got 'data' → 'data'"),
        ({"after": ["", "", "data, money"]}, "got 'money' at task 'start'"),
        ({"after": ["", "", 7]}, "after must name tasks of the table; got 7 at task 'start'"),
        ({"low": 5}, "low, likely and high must rise; got 5, 4, 6 for task 'data'"),
        ({"low": -1}, "low must be at least 0; got -1 at position 0"),
        ({"high": np.nan}, "high must be at least 0; got nan"),
        ({"cost": -1.0}, "cost must be at least 0"),
        ({"benefit_delay": -1.0}, "benefit_delay must be at least 0"),
        ({"people": "two"}, "people must be a number"),
    ],
    ids=["circle", "self", "unknown", "number", "order", "low", "high", "cost", "delay", "people"],
)
def test_bad_tasks_are_told(change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        crm.programme(TASKS.assign(**change))


def test_other_bad_input_of_a_programme_is_told():
    with pytest.raises(ValueError, match="one row per task; got 'data' twice"):
        crm.programme(TASKS.rename(index={"staff": "data"}))
    with pytest.raises(ValueError, match="must have the column 'high'"):
        crm.programme(TASKS.drop(columns="high"))
    with pytest.raises(TypeError, match="tasks must be a pandas DataFrame"):
        crm.programme({"a": 1})
    found = crm.programme(TASKS)
    with pytest.raises(ValueError, match="task must be one of 'data', 'staff', 'start'"):
        found.delayed("nobody", 1)
    with pytest.raises(ValueError, match="weeks must be at least 0"):
        found.delayed("data", -1)
    with pytest.raises(ValueError, match="law must be one of 'pert', 'triangular'"):
        found.finish_chance(law="normal")
    with pytest.raises(ValueError, match="draws must be a whole number of at least 1"):
        found.finish_chance(0)
    with pytest.raises(ValueError, match="share must be between 0 and 1"):
        found.finish_chance(10).week(2)
    with pytest.raises(ValueError, match="view must be one of 'tasks', 'money'; got 'pie'"):
        found.plot(view="pie")


# Pictures and explorer


def test_the_chart_marks_critical_tasks_by_hatch_and_word():
    ax = crm.programme(TASKS).plot()
    bars = {bar.get_y() + bar.get_height() / 2: bar for bar in ax.patches}
    assert [bool(bars[row].get_hatch()) for row in (0, 1, 2)] == [True, False, True]
    assert [text.get_text() for text in ax.texts] == ["critical  Wu", "slack 1.7  Li", "critical"]
    assert bars[2].get_x() == pytest.approx(4)
    assert ax.get_title("left").replace("\n", " ") == (
        "3 tasks take 7.5 weeks; 2 of them must not be late"
    )


def test_the_picture_of_money_crosses_zero_where_the_table_does():
    found = crm.programme(TASKS)
    ax = found.plot(view="money", unit="yuan", weeks=30)
    assert (
        ax.get_title("left") == f"The programme has paid for itself in week {found.break_even():g}"
    )
    curve = ax.lines[1]
    assert curve.get_ydata()[1:].tolist() == found.by_week(30)["cumulative"].tolist()
    assert ax.get_ylabel() == "yuan"
    never = found.plot(view="money", weeks=10)
    assert "After 10 weeks the programme has not paid" in never.get_title("left")


def test_the_curve_of_chances_shows_the_promise():
    found = crm.programme(PROJECT).finish_chance(300, seed=1)
    ax = found.plot(promised=47)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[-1] == f"promised: week 47.0, {100 * found.chance(47):.0f} %"
    assert labels[0].startswith("path of means: week 44.0")


def test_the_explorer_shows_the_draws():
    explorer = widgets.programme_explorer(PROJECT, "D", mode="live")
    explorer.sliders[0].value, explorer.sliders[1].value = 6.0, 48.0
    base = crm.programme(PROJECT)
    late, was = (p.finish_chance(4000, seed=17) for p in (base.delayed("D", 6), base))
    assert (
        f"has 4.0 weeks of slack by the plan. Late by 6 weeks it is critical in "
        f"{100 * late.table.loc['D', 'critical']:.0f} %"
    ) in words(explorer)
    assert (
        f"by week 48 is {100 * late.chance(48):.0f} % and was {100 * was.chance(48):.0f} %"
    ) in words(explorer)
    with pytest.raises(ValueError, match="task must be one of 'data'"):
        widgets.programme_explorer(TASKS, "nobody")
