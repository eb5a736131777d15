"""Pictures of strategy and the radar's explorer show the numbers of the models."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from crmlab import crm, widgets
from crmlab.crm.evaluation import MEASURES
from crmlab.widgets.crm_strategy import company_measures
from tests.pictures.crm_strategy import GOALS, TABLE, answers


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def line(ax, label):
    return next(one for one in ax.lines if one.get_label() == label)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_dots_stand_at_the_measures_and_gaps_are_ranges():
    found = crm.evaluate_customers(TABLE)
    ax = found.plot(customers=["Lu", "Ning"])
    assert line(ax, "Lu").get_xdata().tolist() == found.measures.loc["Lu"].tolist()
    assert line(ax, "mean").get_xdata().tolist() == found.measures.mean().tolist()
    assert np.isnan(line(ax, "Ning").get_xdata()).sum() == 1
    assert texts(ax).count("?") == 1
    assert [list(one.get_xdata()) for one in ax.lines if one.get_linestyle() == ":"] == [[0, 100]]
    assert ax.get_title("left") == "Lu: score 71, rank 1 of 4"


def test_a_radar_has_each_measure_at_its_distance():
    found = crm.evaluate_customers(TABLE)
    order = list(reversed(MEASURES))
    ax = found.plot(customers=["Lu"], kind="radar", order=order)
    x, y = (np.asarray(side, float)[:5] for side in line(ax, "Lu").get_data())
    np.testing.assert_allclose(np.hypot(x, y), found.measures.loc["Lu", order])
    assert [word for word in texts(ax) if word in MEASURES] == order
    gap = found.plot(customers=["Ning"], kind="radar")
    assert "?" in texts(gap)
    assert "score" in gap.get_title("left")
    assert " to " in gap.get_title("left")


def test_ranks_of_moved_weights_are_those_of_the_table():
    moved = crm.weight_sensitivity(crm.evaluate_customers(TABLE), 50, 5, top=2)
    ax = moved.plot()
    drawn = np.concatenate([one.get_ydata() for one in ax.lines if one.get_marker() == "o"])
    assert sorted(drawn) == sorted(moved.table["rank"])
    always, sometimes, _never = moved.settled["customers"]
    assert f": {always}; sometimes: {sometimes}" in ax.get_title("left")


def test_bars_of_maturity_and_the_level_in_words():
    factors = {"leader": 4, "data": 4, "people": 4, "owner": 0}
    found = crm.maturity_score(answers(), factors=factors)
    ax = found.plot()
    assert [bar.get_width() for bar in ax.patches] == found.table["score"].tolist()
    assert "level 1, by chance: held down by" in ax.get_title("left").replace("\n", " ")
    bold = [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"]
    assert bold == ["1"]


def test_every_letter_has_its_mark():
    check = crm.smart_check(GOALS, "2026-01-01")
    ax = check.plot()
    marks = np.array(texts(ax)).reshape(4, 5)
    assert ((marks == "✓") == check.passed.to_numpy()).all()


def test_the_tree_names_every_goal_and_marks_faults_not_by_colour_alone():
    ax = crm.goal_tree(GOALS).plot()
    named = {text.replace("\n", " ") for text in texts(ax)}
    assert {goal.what for goal in GOALS} <= named
    styles = [bar.get_linestyle() for bar in ax.patches]
    assert styles.count("--") == 1


def test_progress_is_bar_and_mark():
    goal = GOALS[0]
    done = crm.goal_progress(GOALS, {goal.what: 71}, "2026-05-01")
    ax = done.plot()
    assert ax.patches[0].get_width() == pytest.approx(0.25)
    assert line(ax, "share of the time").get_xdata()[0] == done.table["expected"].iloc[0]
    assert "0 of 1" in ax.get_title("left")


def test_the_radar_explorer_tells_all_areas():
    explorer = widgets.radar_explorer(mode="live")
    found = crm.evaluate_customers(company_measures())
    values = found.measures.loc["C0632"]
    explorer.sliders[1].value = 2.0
    words = explorer.children[-1].value
    low, high = map(float, re.search(r"goes from ([\d.]+).% to ([\d.]+).%", words).groups())
    shuffled = [crm.radar_area(np.random.default_rng(k).permutation(values)) for k in range(200)]
    assert (low, high) == pytest.approx((100 * min(shuffled), 100 * max(shuffled)), abs=0.051)
    assert len(explorer.sliders[0].options) == 12  # 4! / 2 orders round a circle
