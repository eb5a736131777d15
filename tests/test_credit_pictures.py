"""Numbers in the pictures and explorers of the scorecard."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from crmlab import credit, datasets, widgets
from tests.explorers import sentence as words


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def people():
    return datasets.load("german_credit")


def title(ax):
    return " ".join(ax.get_title("left").split())


def test_the_pictures_show_the_numbers(people):
    found = credit.woe(people["checking"], people["bad"])
    ax = found.plot()
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(found.table["woe"].tolist())
    assert title(ax) == "checking: IV 0.666; the worst bin is “below 0”"
    score = -people["duration"]
    power = credit.discrimination(score, people["bad"])
    for kind, column in (("roc", "good_lost"), ("ks", "bad_caught")):
        lines = power.plot(kind=kind).lines
        assert any(
            len(line.get_ydata()) == len(power.table)
            and np.allclose(line.get_ydata() if kind == "ks" else line.get_xdata(),
                            power.table[column])
            for line in lines
        )  # fmt: skip
        plt.close("all")
    cuts = credit.cut_offs(score, people["bad"], 100, 400)
    profit = next(line for line in cuts.plot(unit="DM").lines if line.get_label() == "profit")
    assert profit.get_ydata() == pytest.approx(cuts.table["profit"].to_numpy())


def test_the_cut_off_explorer_shows_the_best_cut_off():
    shown = widgets.score_cutoff_explorer(mode="live")
    before = words(shown)
    shown.sliders[1].value = 1.0
    after = words(shown)
    best = [int(re.search(r"the best, (\d+)", text)[1]) for text in (before, after)]
    assert best[1] > best[0]
    shown.sliders[0].value = 600
    assert int(re.search(r"to (\d+) % of", words(shown))[1]) < 10


def test_the_bins_explorer_shows_the_value(people):
    shown = widgets.woe_bins_explorer(mode="live")
    shown.sliders[0].value, shown.sliders[1].value = 4, 1
    bins = credit.optimal_bins(
        people["duration"], people["bad"], max_bins=4, min_share=0.03, direction="auto"
    )
    iv = credit.woe(people["duration"], people["bad"], bins).iv
    assert f"information value of {iv:.3f}" in words(shown)
    assert "turns its direction 0 times" in words(shown)
    with pytest.raises(ValueError, match="feature must be one of 'duration'"):
        widgets.woe_bins_explorer("housing")


def test_the_points_explorer_shows_factor_and_offset():
    shown = widgets.score_points_explorer(mode="live")
    assert "factor is 28.85 and the offset 487.1" in words(shown)


def test_the_shift_explorer_sees_a_shift_and_forgives_small_samples():
    shown = widgets.score_shift_explorer(mode="live")
    shown.sliders[1].value = 3200
    still = float(re.search(r"the index is ([\d.]+\d)", words(shown))[1])
    shown.sliders[0].value = 0.9
    moved = float(re.search(r"the index is ([\d.]+\d)", words(shown))[1])
    limit = float(re.search(r"below ([\d.]+) in 95", words(shown))[1])
    assert still < limit < moved


def test_the_fairness_explorer_trades():
    shown = widgets.score_fairness_explorer(mode="live")
    shown.sliders[0].value = 0
    first = float(re.search(r"it ([\d.]+) times", words(shown))[1])
    shown.sliders[0].value = 30
    second = float(re.search(r"it ([\d.]+) times", words(shown))[1])
    assert first < 0.8 < second
