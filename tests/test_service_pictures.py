"""Pictures and explorers of service show the models' numbers."""

import re
from itertools import combinations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from crmlab import service, widgets
from tests.explorers import sentence as said
from tests.pictures.service import replayed


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def title(box):
    return re.search('alt="([^"]*)"', box.children[-1].value)[1]


def texts(ax):
    return " ".join(text.get_text() for text in ax.texts)


@pytest.mark.parametrize("kind", ["enquiry", "fee confirmation", "complaint"])
def test_a_machine_draws_every_state_and_every_event_and_no_box_on_another(kind):
    machine = service.freight_machine(kind)
    ax = machine.plot()
    shown = texts(ax)
    for word in (*machine.states, *machine.events):
        assert word.replace("_", " ") in shown
    ax.figure.draw_without_rendering()
    boxes = {}
    for text in ax.texts:
        name = text.get_text().split("\n")[0]
        if name in machine.states and text.get_color() != "none":
            boxes[name] = text.get_bbox_patch().get_window_extent()
    assert set(boxes) == set(machine.states)
    assert not any(one.overlaps(two) for one, two in combinations(boxes.values(), 2))


def test_a_machine_without_places_finds_its_own_and_marks_faults():
    moves = [("new", "a", "open"), ("open", "b", "lost"), ("open", "c", "done"),
             ("away", "d", "done")]  # fmt: skip
    ax = service.state_machine(moves, "new", ["done"]).plot()
    assert "away, lost cannot be reached or left" in ax.get_title("left")


def test_the_bars_of_a_replay_are_its_stays():
    found = replayed()
    table = found.time_in_state().dropna(subset="deadline")
    widths = [bar.get_width() for bar in found.plot().patches]
    n = len(table)
    assert widths[n : 2 * n] == table["overdue"].tolist()
    assert [a + b for a, b in zip(widths[:n], widths[n:], strict=False)] == table["visits"].tolist()


@pytest.mark.parametrize("kind", ["lost bill of lading", "cargo damage", "returned shipment"])
def test_a_tree_stands_without_boxes_on_each_other(kind):
    tree = service.freight_exception(kind)
    ax = tree.plot(answers=tree.ways()[0][:1])
    ax.figure.draw_without_rendering()
    boxes = [text.get_bbox_patch() for text in ax.texts if text.get_bbox_patch() is not None]
    nodes = [box.get_window_extent() for box in boxes if box.get_linewidth() == 1.2]
    assert len(nodes) == len(tree.nodes)
    assert {text.get_fontsize() for text in ax.texts if text.get_text()} == {9}
    overlaps = sum(
        min(a.y1, b.y1) - max(a.y0, b.y0) > 4 and min(a.x1, b.x1) - max(a.x0, b.x0) > 4
        for a, b in combinations(nodes, 2)
    )
    assert not overlaps


def test_the_bars_of_pareto_staffing_and_standards_are_the_numbers():
    causes = pd.Series(["late"] * 6 + ["wrong"] * 3 + ["rude"])
    ax = service.pareto(causes).plot()
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([0.6, 0.3, 0.1])
    assert list(ax.lines[0].get_ydata()) == pytest.approx([0.6, 0.9, 1.0])
    plan = service.staffing(100, 180)
    heights = [bar.get_height() for bar in plan.plot().patches]
    assert heights == pytest.approx(plan.table["level"].tolist())
    assert "need 14 agents: 89" in plan.plot().get_title("left").replace("\n", " ")


def test_the_recovery_line_goes_through_its_numbers():
    worth = service.recovery_value(500, 0.6, 0.7, 0.14, 1500, cost=6000)
    line = worth.plot().lines[0]
    x, y = line.get_xdata(), line.get_ydata()
    assert (x[0], y[0]) == pytest.approx((0.6, -6000))
    assert y[-1] == pytest.approx(500 * 0.4 * 0.14 * 1500 - 6000)


def test_the_explorers_show_the_models_numbers():
    agents = widgets.staffing_explorer(mode="live")
    agents.sliders[0].value, agents.sliders[1].value = 50, 9
    plan = service.staffing(50, 260, target=0, more=9)
    assert f"{100 * plan.table.loc[9, 'level']:.1f} % are answered in time" in said(agents)
    assert f"{service.staffing(50, 260).needed} are needed" in title(agents)
    agents.sliders[1].value = 7
    assert "grows without end" in said(agents)

    recovery = widgets.recovery_explorer(mode="live")
    recovery.sliders[0].value, recovery.sliders[1].value = 0.72, 2000
    net = 520 * 0.12 * 0.14 * 2000 - 20_000
    assert f"leaves −{abs(net):,.0f} yuan" in said(recovery).replace("\N{MINUS SIGN}", "−")

    pareto = widgets.pareto_explorer(mode="live")
    pareto.sliders[1].value = 0
    pareto.sliders[0].value = 0.3
    assert said(pareto) == "At a cut of 30 % the vital few are 1: late delivery."

    back = widgets.win_back_explorer(mode="live")
    back.sliders[0].value, back.sliders[1].value = 1000, 100
    gain = (11 / 31 - 3 / 46) * 1000 - 40 - 100 * 11 / 31
    assert f"leaves most, {gain:.0f} yuan per offer" in said(back)


def test_a_case_walks_step_by_step():
    case = widgets.case_explorer(mode="live")
    case.sliders[1].value = 0
    assert said(case) == "Nothing has happened yet. Allowed next: receive."
    seen = []
    for name in (1, 2, 3):
        case.sliders[0].value = name
        for step in range(len(case.sliders[1].options)):
            case.sliders[1].value = step
            seen.append(said(case))
    assert any("refused: no move" in words for words in seen)
    with pytest.raises(ValueError, match="cases must hold at least 2 cases; got 0"):
        widgets.case_explorer(service.freight_machine("enquiry"), [])
