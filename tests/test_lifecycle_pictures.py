"""Pictures and explorers of the lifecycle show the models' numbers."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from crmlab import lifecycle, plots, widgets
from tests.explorers import sentence as words


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def move(explorer, *values):
    for slider, value in zip(explorer.sliders, values, strict=True):
        slider.value = value
    return words(explorer).replace(",", "")


def test_the_confusion_shows_every_number():
    judged = lifecycle.confusion(list("aabb"), ["a", "b", "b", "?"], ["a", "b"])
    shown = [text.get_text() for text in judged.plot().texts]
    assert shown == ["1", "1", "0", "0", "1", "1"]


def test_the_survival_curve_has_the_steps_of_the_table():
    curve = lifecycle.kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0])
    ax = curve.plot(unit="years")
    assert ax.lines[0].get_ydata() == pytest.approx([1, 0.8, 0.6, 0.3, 0.3, 0.3])
    assert "by 3 years" in ax.get_title("left")
    never = lifecycle.kaplan_meier([1, 2], [0, 0]).plot()
    assert "More than half" in never.get_title("left")


def test_groups_are_named_and_the_test_decides_the_title():
    alike = lifecycle.compare_survival([1, 2, 3, 1, 2, 3], [1] * 6, list("aaabbb"))
    assert "do not differ" in alike.plot().get_title("left")
    apart = lifecycle.compare_survival(
        [*range(1, 9), *range(30, 38)], [1] * 16, [*"aaaaaaaabbbbbbbb"]
    )
    ax = apart.plot()
    assert ax.get_title("left") == "Who stays longest: b"
    assert {text.get_text() for text in ax.texts} >= {"a", "b"}


def test_the_cohorts_are_the_shares():
    table = pictures_cohorts()
    image = table.plot().images[0].get_array()
    assert np.allclose(np.ma.filled(image, np.nan), table.shares, equal_nan=True)


def pictures_cohorts():
    from tests.pictures.lifecycle import results

    return next(r for r in results() if isinstance(r, lifecycle.CohortTable))


def test_the_bars_of_lifecycle_profit_sum_to_the_line():
    plan = lifecycle.lifecycle_profit(3, base=100, growth=[0, 10, 20], acquisition=150, bad_word=5,
                                      retention=0.8, rate=0.1)  # fmt: skip
    ax = plan.plot()
    heights = sum(bar.get_height() for bar in ax.patches if hasattr(bar, "get_height"))
    assert heights == pytest.approx(plan.total)
    assert ax.lines[0].get_ydata() == pytest.approx(plan.table["cumulative"])


def test_the_stage_curve_scales_every_indicator_by_its_largest():
    curve = lifecycle.stage_curve()
    for line, name in zip(curve.plot().lines, curve.indicators, strict=False):
        own = curve.indicators[name]
        assert line.get_ydata() == pytest.approx(own / own.abs().max())


def test_the_detection_shows_named_and_expected_customers():
    from tests.pictures.lifecycle import results

    found = next(r for r in results() if isinstance(r, lifecycle.StageDetection))
    widths = [bar.get_width() for bar in found.plot().patches]
    assert widths[:6] == found.table["stage"].value_counts(sort=False).tolist()
    assert widths[6:] == pytest.approx(found.expected.tolist())


def test_the_explorers_show_the_models_numbers():
    said = move(widgets.stage_curve_explorer(mode="live"), 2, 4)
    total = lifecycle.stage_curve(build_up=2, stability=4).by_stage()["total_profit"].sum()
    assert f"brings {plots.money(total).replace(',', '')} yuan" in said
    even = widgets.break_even_explorer(mode="live")
    worth = [float(re.search(r"brought ([−\d.]+) yuan", move(even, r, 300))[1].replace("−", "-"))
             for r in (0.5, 0.7, 0.9)]  # fmt: skip
    assert worth == sorted(worth)
    seen = widgets.pattern_explorer(mode="live")
    assert "its own pattern has a chance of 100 %" in move(seen, 3, 24)
    survival = widgets.survival_explorer(mode="live")
    naive = [float(re.search(r"left says ([\d.]+)", move(survival, 0.2, n))[1]) for n in (2, 5, 10)]
    true = np.log(0.5) / np.log(0.8)
    assert naive == sorted(naive)
    assert naive[0] < 1 < true
    assert f"within {true:.1f} years" in words(survival)


def test_one_weak_quarter_says_more_of_a_frequent_buyer():
    explorer = widgets.stage_explorer(mode="live")

    def decline(usual, last):
        return int(re.search(r"decline is (\d+) %", move(explorer, usual, last))[1])

    assert decline(7, 0) > decline(3, 0) > decline(1, 0)
    assert decline(3, 0) > decline(3, 1) > decline(3, 3)
    lone = lifecycle.classify_patterns([[3] * 8 + [1]], rate=(4, 3)).table["over"].iloc[0]
    assert decline(3, 1) == pytest.approx(100 * lone, abs=4)  # the log's first quarter is whole
