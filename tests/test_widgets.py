"""Explorers: the live one and the one made of frames show the same picture for the same values."""

import re

import ipywidgets
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab import btyd, clv, datasets, grading, value, widgets
from crmlab.widgets import Control, explorer
from tests.explorers import caption as sentence

EXPLORERS = [name for name in widgets.__all__ if name.endswith("_explorer")]


def alternative(html: str) -> str:
    return re.search('alt="([^"]*)"', html)[1]


def draw(ax, height, width=1):
    ax.bar([0], [height], width)
    ax.set_ylim(0, 3)
    ax.set_title(f"A bar of {height:g} by {width:g}")
    return f"It is {height:g} high & {width:g} wide."


HEIGHT = Control("height", "height of the bar", [1, 2, 3], 2)
WIDTH = Control("width", "width", [0.2, 0.4, 0.6, 0.8, 1.0], 0.6, "{:.0%}".format, every=2)


def shown(box: ipywidgets.Stack) -> str:
    """HTML of the frame that the front end shows, following the selected index."""
    while isinstance(box, ipywidgets.Stack):
        box = box.children[box.selected_index]
    return box.value


def test_a_live_explorer_draws_anew_when_a_slider_moves() -> None:
    live = explorer(draw, HEIGHT, title="One bar", mode="live")
    picture = live.children[-1]
    before = picture.value
    live.sliders[0].value = 3
    assert sentence(picture.value) == "It is 3 high &amp; 1 wide."
    assert picture.value != before


def test_frames_are_one_picture_per_position_and_joined_in_the_front_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    joined = []
    monkeypatch.setattr(ipywidgets, "jslink", lambda *ends: joined.append(ends))
    paged = explorer(draw, HEIGHT, title="One bar", mode="frames")
    stack = paged.children[-1]
    assert [sentence(frame.value) for frame in stack.children] == [
        f"It is {n} high &amp; 1 wide." for n in (1, 2, 3)
    ]
    assert alternative(shown(stack)) == "A bar of 2 by 1"
    assert joined == [((paged.sliders[0], "index"), (stack, "selected_index"))]


def test_two_sliders_are_stacks_in_a_stack() -> None:
    paged = explorer(draw, HEIGHT, WIDTH, title="One bar", mode="frames")
    rows = paged.children[-1]
    assert [len(row.children) for row in rows.children] == [3, 3, 3]
    for slider, start in zip(paged.sliders, (2, 0.6), strict=True):
        assert slider.value == start
    assert sentence(shown(rows)) == "It is 2 high &amp; 0.6 wide."
    rows.selected_index, rows.children[0].selected_index = 0, 2
    assert sentence(shown(rows)) == "It is 1 high &amp; 1 wide."


def test_the_page_has_fewer_positions_than_the_notebook() -> None:
    assert [value for _word, value in WIDTH.options("live")] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert WIDTH.options("frames") == [("20%", 0.2), ("60%", 0.6), ("100%", 1.0)]


@pytest.fixture
def two_positions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page have two positions per slider, the start and the one before it.

    The build of the site draws every frame of every explorer; here the way is tested.
    """
    every = Control.options

    def options(control: Control, mode: str) -> list[tuple[str, float]]:
        known = every(control, mode)
        start = [value for _word, value in known].index(float(control.start))
        low = max(start - 1, 0)
        return known if mode == "live" else known[low : low + 2]

    monkeypatch.setattr(Control, "options", options)


@pytest.mark.usefixtures("two_positions")
@pytest.mark.parametrize("name", EXPLORERS)
def test_live_and_frames_say_the_same_at_the_start(name: str) -> None:
    live, paged = (getattr(widgets, name)(mode=mode) for mode in ("live", "frames"))
    frame, picture = shown(paged.children[-1]), live.children[-1].value
    assert sentence(frame) == sentence(picture)
    assert alternative(frame) == alternative(picture) != ""
    for slider, twin in zip(live.sliders, paged.sliders, strict=True):
        assert slider.label == twin.label
        assert slider.description


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What leaves a picture at its left or right edge, where it is cut off, and long titles."""
    found = []
    store = Figure.savefig

    def savefig(figure: Figure, *args: object, **options: object) -> None:
        renderer = FigureCanvasAgg(figure).get_renderer()
        box, width = figure.get_tightbbox(renderer), figure.get_size_inches()[0]
        if box.x0 < -0.05 or box.x1 > width + 0.05:
            found.append(f"from {box.x0:.2f} to {box.x1:.2f} of {width:.2f} inches")
        found.extend(t for ax in figure.axes if "\n" in (t := ax.get_title("left")))
        store(figure, *args, **options)

    monkeypatch.setattr(Figure, "savefig", savefig)
    return found


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_end_of_every_slider_draws(name: str, cut: list[str]) -> None:
    live = getattr(widgets, name)(mode="live")
    for slider in live.sliders:
        start, ends = slider.index, (0, len(slider.options) - 1)
        for place in ends if start else ends[::-1]:
            before = live.children[-1].value
            slider.index = place
            assert live.children[-1].value != before
            assert "nan" not in sentence(live.children[-1].value)
        slider.index = start
    assert cut == []


def test_the_explorers_show_the_models_numbers() -> None:
    present = widgets.present_value_explorer(mode="live")
    assert "3,506 yuan" in sentence(present.children[-1].value)
    retention = widgets.retention_explorer(mode="live")
    retention.sliders[0].value = 0.9
    retention.sliders[1].value = 0.12
    assert f"is {clv.margin_multiple(0.9, 0.12):.2f}, the value 409 yuan" in sentence(
        retention.children[-1].value
    )
    migration = widgets.migration_explorer(mode="live")
    migration.sliders[1].value = 3
    assert "53.15" in sentence(migration.children[-1].value)
    migration.sliders[0].value, migration.sliders[1].value = 10, 1  # 10 of 40 at 30 %, at 20 %
    assert "mailing nobody or mailing up to recency 1 is best" in sentence(
        migration.children[-1].value
    )
    ranking = widgets.ranking_explorer(mode="live")
    ranking.sliders[0].value = 150
    assert "difference of 0." in sentence(ranking.children[-1].value)


def test_the_explorers_of_value_show_the_models_numbers() -> None:
    loop = widgets.loop_explorer(mode="live")
    fate = [(0.2, 0.6, "climb"), (0.2, 0.5, "sink")]
    for invest, start, word in fate:
        loop.sliders[0].value, loop.sliders[1].value = invest, start
        run = value.value_loop(invest, start=start, periods=600).path["net"].iloc[-1]
        assert f"leaves {run:.1f} yuan" in sentence(loop.children[-1].value).replace(",", "")
        assert word in alternative(loop.children[-1].value)
    warranty = widgets.warranty_explorer(mode="live")
    warranty.sliders[0].value = 1
    best = value.warranty_plan(0.01, 300, 10, 0.08, 500, 0.25, 4).best
    assert f"the best promise is {best} years" in sentence(warranty.children[-1].value)
    line = widgets.waiting_line_explorer(mode="live")
    words = sentence(line.children[-1].value).replace(",", "")
    wait, earned = re.search(r"wait is ([\d.]+) minutes and the firm earns (\d+)", words).groups()
    expected = 60 * value.waiting_time(float(earned) / 30, 15, 4)
    assert float(wait) == pytest.approx(expected, abs=0.1)


def test_the_explorers_of_a_log_show_the_models_numbers() -> None:
    alive = widgets.alive_explorer(mode="live")
    alive.sliders[0].value, alive.sliders[1].value = 4, 12
    model = btyd.ParetoNBD.with_parameters(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    chance = model.probability_alive(4, 20, 32)
    assert f"{100 * chance:.0f} % by Pareto/NBD" in sentence(alive.children[-1].value)
    mixed = widgets.heterogeneity_explorer(mode="live")
    mixed.sliders[0].value, mixed.sliders[1].value = 1, 0.246
    # Exponential rates: the top tenth makes (1 + ln 10) / 10 of the purchases.
    assert "make 33 % of all" in sentence(mixed.children[-1].value)
    shrunk = widgets.shrinkage_explorer(mode="live")
    shrunk.sliders[0].value, shrunk.sliders[1].value = 3, 50
    spend = btyd.GammaGamma.with_parameters(p=6.25, q=3.74, gamma=15.44)
    expected = spend.conditional_value(3, 50)
    assert f"expect {expected:.1f}" in alternative(shrunk.children[-1].value)
    left = widgets.residual_value_explorer(mode="live")
    left.sliders[0].value, left.sliders[1].value = 0.15, 5
    assert "worth 22.84 " in sentence(left.children[-1].value)
    assert "sample 53,824." in sentence(left.children[-1].value)


def test_the_explorers_of_switching_show_the_models_numbers() -> None:
    matrix = widgets.switching_explorer(mode="live")
    assert "values 389.4, 347.7 and 142.5 yuan" in sentence(matrix.children[-1].value)
    matrix.sliders[0].value = 0.8  # the course's two moves
    assert "values 454.6, 282.5 and 142.5 yuan" in sentence(matrix.children[-1].value)
    matrix.sliders[1].value = 0.4
    assert "values 475.3, 261.8 and 142.5 yuan" in sentence(matrix.children[-1].value)
    convergence = widgets.convergence_explorer(mode="live")
    convergence.sliders[0].value, convergence.sliders[1].value = 0.1, 0.0
    assert "in the long run A has 32.5 %, from every" in sentence(convergence.children[-1].value)
    convergence.sliders[1].value = 1.0
    assert "no single steady state: A keeps 10.0 %" in sentence(convergence.children[-1].value)
    rival = widgets.retention_or_rival_explorer(mode="live")
    rival.sliders[0].value, rival.sliders[1].value = 0.8, 0.8
    assert "about the same" in alternative(rival.children[-1].value)
    equity = widgets.equity_explorer(mode="live")
    drivers = {"value": ["quality", "price", "delivery"], "brand": ["image", "fairness"],
               "relationship": ["contact", "rewards"]}  # fmt: skip
    survey = datasets.load("company_market")
    model = clv.EquityModel(drivers, customer="buyer", brand="supplier").fit(survey)
    plan = pd.DataFrame({"delivery": [1.0], "cost": 120_000.0})
    gain = model.returns(survey, "own", plan, 60, 0.1, 3, "purchases", population=4000).table[
        "gain"
    ]
    assert f"rises by {gain[0]:,.0f} yuan" in sentence(equity.children[-1].value)


def test_the_explorers_of_grading_show_the_models_numbers() -> None:
    weight = widgets.grade_weights_explorer(mode="live")
    assert "of 1,089 customers have another grade" in alternative(weight.children[-1].value)
    weight.sliders[0].value = 0.25  # the equal weight of four indicators
    assert alternative(weight.children[-1].value).startswith("0 of")
    rfm = widgets.rfm_explorer(mode="live")
    rfm.sliders[0].value = 1.0
    words = sentence(rfm.children[-1].value)
    assert "Weight of recency 100 %" in words
    silent = float(re.search(r"silent for ([\d.]+) days", words)[1])
    rfm.sliders[0].value = 0.0
    later = re.search(r"silent for ([\d.]+) days", sentence(rfm.children[-1].value))[1]
    assert silent < 20 < float(later)  # who weighs recency chooses those who came lately
    cut = widgets.abc_explorer(mode="live")
    cut.sliders[0].value = 0.75
    top = re.search(r"top 20 % bring (\d+) %", sentence(cut.children[-1].value))[1]
    assert 76 <= int(top) <= 80  # the lognormal law is at 80/20 a little later
    visit = widgets.upgrade_explorer(mode="live")
    visit.sliders[0].value, visit.sliders[1].value = 0.05, 0
    words = sentence(visit.children[-1].value)
    moves = [[0.41, 0.36, 0.11, 0.04, 0.08], [0.13, 0.35, 0.32, 0.08, 0.12],
             [0.04, 0.17, 0.42, 0.21, 0.16], [0.01, 0.05, 0.22, 0.42, 0.30],
             [0, 0, 0, 0.01, 0.99]]  # fmt: skip
    worth = grading.grade_value(moves, [2700, 1260, 520, -60, 0], 0.1)
    plan = grading.grade_strategy(worth, [1] * 5, 0, [0, 0.02, 0.02, 0.02, 0], [0.05] * 4 + [0])
    best = float(plan.table["gain"].max())
    assert f"platinum, {best:.0f} yuan" in words


def test_the_explorers_of_portfolios_show_the_models_numbers() -> None:
    cuts = widgets.clp_explorer(mode="live")
    assert "0 of 417 customers" in sentence(cuts.children[-1].value)
    cuts.sliders[0].value = 0.9
    changed = re.search(r": (\d+) of 417", sentence(cuts.children[-1].value))[1]
    assert int(changed) == 167  # those between the median and the highest tenth
    letter = widgets.campaign_explorer(mode="live")
    letter.sliders[0].value, letter.sliders[1].value = 1.0, 4.0
    words = sentence(letter.children[-1].value)
    even = grading.break_even_response(1, 4)
    assert f"response of {100 * float(even):.1f} %" in words
    assert f"all earns \N{MINUS SIGN}{1133 - 4 * 214}" in words
    weights_ = widgets.kaism_explorer(mode="live")
    weights_.sliders[0].value = 1.0
    assert "11 of 30 customers" in sentence(weights_.children[-1].value)


def test_the_environment_chooses_the_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    assert explorer(draw, HEIGHT, title="x").mode == "live"
    monkeypatch.setenv("CRMLAB_WIDGETS", "frames")
    assert explorer(draw, HEIGHT, title="x").mode == "frames"


@pytest.mark.parametrize(
    ("controls", "mode", "message"),
    [
        ((), "live", "controls must be one or two; got 0"),
        ((HEIGHT, WIDTH, HEIGHT), "live", "controls must be one or two; got 3"),
        ((HEIGHT,), "fast", "mode must be one of 'live', 'frames'; got 'fast'"),
        ((Control("height", "h", [1, 2, 3], 2, every=2),), "frames", "start of height must be"),
    ],
)
def test_bad_input_is_told(controls, mode, message) -> None:
    with pytest.raises(ValueError, match=message):
        explorer(draw, *controls, title="x", mode=mode)


def test_text_of_an_explorer_is_the_same_in_every_run() -> None:
    assert repr(explorer(draw, HEIGHT, title="One bar")) == "Explorer: One bar"
