"""Pictures: every result with one draws, says what to see, and names its units."""

import dataclasses
from itertools import combinations, pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from crmlab import clv, datasets, plots, satisfaction
from crmlab._result import Drawable
from crmlab.course.gradebook import Score, gradebook, read_rules

EVENTS = pd.DataFrame(
    {
        "customer": ["North", "North", "South"],
        "time": [0.5, 2, 1],
        "probability": [0.9, 0.5, 0.2],
        "revenue": [500, 400, 200],
        "cost": [200, 100, 300],
    }
)
TABLE = pd.DataFrame(
    {
        "customer": range(10),
        "margin": np.linspace(-20, 100, 10),
        "retention": 0.7,
        "acquisition_cost": 50.0,
    }
)
ANSWERS = np.random.default_rng(1).integers(1, 6, (40, 6))
GRADES = pd.DataFrame({"good": [3, 1], "bad": [1, 2]}, index=["taste", "price"])
POLES = [("slow", "fast"), ("dear", "cheap"), ("far", "near")]
BASE = {"margin": 100, "retention": 0.8, "rate": 0.1, "acquisition_cost": 150}
MARKS = {"S1": 100, "S2": 59, "S3": 61}
EXAM = dataclasses.replace(read_rules(), final={"coursework": 0, "exam": 100})


def results() -> list[Drawable]:
    forecast = clv.event_prediction(EVENTS, 0.1)
    return [
        clv.cash_flows([500] * 5, 0.09, today=-1000),
        clv.six_parts(first_purchase=10, repeat_purchase=[5, 5], rate=0.1),
        clv.recency_tree([0.3, 0.2], 40, 4, 0.2, periods=5),
        clv.migration_policies([0.3, 0.2], 40, 4, 0.2),
        forecast,
        forecast.simulate(200),
        clv.tornado(clv.retention_value, BASE),
        clv.two_way(clv.retention_value, BASE, ("retention", [0.5, 0.9]), ("rate", [0.1, 0.2])),
        clv.clv_study(TABLE, 0.1),
        gradebook(
            MARKS, [Score(student, "exam", "score", MARKS[student]) for student in MARKS], EXAM
        ),
        gradebook({"S1": ""}, [Score("S1", "exam", "score")], EXAM),
        *satisfaction_results(),
    ]


def satisfaction_results() -> list[Drawable]:
    kano = satisfaction.kano(ANSWERS, ANSWERS[::-1])
    return [
        kano,
        kano.curves(),
        satisfaction.kano_segments(ANSWERS, ANSWERS[::-1], ["x", "y"] * 20),
        satisfaction.disconfirmation(ANSWERS, ANSWERS[::-1]),
        satisfaction.importance_performance(ANSWERS, ANSWERS[::-1]),
        satisfaction.derived_importance(ANSWERS[:, :5], ANSWERS[:, 5]),
        satisfaction.servqual(ANSWERS, ANSWERS[::-1], {"care": 2, "speed": 4}),
        satisfaction.five_gaps(
            expected=6, understood=5, standard=5.5, delivered=4, perceived=4.2, promised=7
        ),
        satisfaction.indicators(awareness=(3, 10), complaint_rate=(0, 9)),
        satisfaction.net_promoter_score([0, 7, 10, 9, 8]),
        satisfaction.likert(ANSWERS, 1, 5),
        satisfaction.survey_score(GRADES, {"good": 100, "bad": 0}),
        satisfaction.semantic_profile({"we": ANSWERS[:, :3], "rival": ANSWERS[:, 3:]}, POLES),
        satisfaction.keep_ratio(1.2, 100, 8, rival=110, competition=0.1, ceiling=140),
    ]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("result", results(), ids=lambda result: type(result).__name__)
def test_each_result_draws_itself_with_a_title_and_labels(result: Drawable) -> None:
    ax = result.plot()
    assert isinstance(ax, Axes)
    assert len(ax.get_title("left")) > 15
    assert ax.get_xlabel() or ax.get_ylabel()
    ax.get_figure().canvas.draw()


def test_every_drawable_class_is_covered_here() -> None:
    assert set(Drawable.__subclasses__()) <= {type(result) for result in results()}


def test_a_picture_goes_onto_the_axes_that_is_passed() -> None:
    _figure, ax = plt.subplots()
    assert clv.cash_flows([1, 2], 0.1).plot(ax) is ax
    assert len(plt.get_fignums()) == 1


def test_drawing_leaves_the_readers_settings_alone() -> None:
    before = dict(mpl.rcParams)
    clv.cash_flows([1, 2], 0.1).plot()
    assert dict(mpl.rcParams) == before


def test_the_picture_shows_the_numbers_of_the_result() -> None:
    parts = clv.six_parts(first_purchase=10, repeat_purchase=[5, 5], rate=0.1)
    widths = [bar.get_width() for bar in parts.plot().patches]
    assert widths == pytest.approx([*parts.values.values(), parts.total])
    rules = clv.migration_policies([0.3, 0.2], 40, 4, 0.2)
    assert [bar.get_height() for bar in rules.plot().patches] == pytest.approx(rules.values[:, 0])
    grid = clv.two_way(clv.margin_multiple, {"retention": 0, "rate": 0},
                       ("retention", [0.5, 0.6]), ("rate", [0.1, 0.2]))  # fmt: skip
    assert grid.plot().images[0].get_array().data == pytest.approx(grid.values)


def test_the_title_names_the_largest_part_and_the_widest_bar() -> None:
    parts = clv.six_parts(first_purchase=10, repeat_purchase=[5, 500], rate=0.1)
    assert "repeat purchases" in " ".join(parts.plot().get_title("left").split())
    assert "Retention" in clv.tornado(clv.retention_value, BASE).plot().get_title("left")


def test_ranks_put_the_highest_first() -> None:
    table = pd.DataFrame({"revenue": [10.0, 30, 20], "value": [3.0, 1, 2]}, index=["A", "B", "C"])
    ax = plots.ranks(table, title="Who is first")
    assert [list(line.get_ydata()) for line in ax.lines] == [[3, 1], [1, 3], [2, 2]]
    assert ax.yaxis_inverted()


def boxes_of(ax: Axes) -> list:
    """The boxes of all words inside a picture, without the lines that lead to them."""
    ax.get_figure().canvas.draw()
    return [Text.get_window_extent(word) for word in ax.texts if word.get_text()]


def test_the_names_of_points_do_not_lie_on_each_other() -> None:
    rng = np.random.default_rng(4)
    for _round in range(5):
        _figure, ax = plt.subplots()
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1)
        x, y = rng.beta(2, 2, (2, 12))
        plots.label_points(ax, x, y, [f"delivery number {i}" for i in range(12)])
        boxes = boxes_of(ax)
        assert len(boxes) == 12
        assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))
        frame = ax.get_window_extent()
        assert all(frame.x0 - 2 <= box.x0 and box.x1 <= frame.x1 + 2 for box in boxes)


@pytest.mark.parametrize("data", ["company_kano", "company_attributes"])
def test_the_quadrants_of_the_book_can_be_read(data: str) -> None:
    table = datasets.load(data)
    item, first, second = table.columns[1:]
    wide = table.pivot_table(index="customer", columns=item, values=[first, second])
    model = satisfaction.kano if item == "feature" else satisfaction.importance_performance
    boxes = boxes_of(model(wide[first], wide[second]).plot())
    assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))


def test_spread_keeps_the_order_and_the_distance() -> None:
    wanted = np.array([3.0, 1, 1.1, 1.05, 9])
    placed = plots.spread(wanted, 0.5)
    assert list(np.argsort(placed)) == list(np.argsort(wanted))
    assert np.diff(np.sort(placed)).min() >= 0.5 - 1e-9
    assert placed[4] == 9
    assert plots.spread([1.0, 2, 3], 0.5).tolist() == [1, 2, 3]


def test_satisfaction_pictures_show_the_numbers_of_the_result() -> None:
    curves = satisfaction.kano(ANSWERS, ANSWERS[::-1]).curves(points=5)
    heights = [line.get_ydata() for line in curves.plot().lines[: curves.satisfaction.shape[1]]]
    assert np.allclose(np.array(heights).T, curves.satisfaction)
    grid = satisfaction.importance_performance([9, 8, 3, 2], [8, 4, 3, 9])
    spots = np.concatenate([c.get_offsets() for c in grid.plot().collections])
    assert sorted(map(tuple, spots.tolist())) == [(3, 3), (4, 8), (8, 9), (9, 2)]
    table = satisfaction.survey_score(GRADES, {"good": 100, "bad": 0})
    assert [bar.get_width() for bar in table.plot().patches] == pytest.approx(list(table.scores))


def test_units_reach_the_axis() -> None:
    stream = clv.cash_flows([1, 2], 0.1)
    assert stream.plot(unit="yuan").get_ylabel() == "yuan"
    assert stream.plot(title="My title").get_title("left") == "My title"


def lightness(colour: str) -> float:
    red, green, blue = to_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_neighbours_in_the_palette_differ_in_lightness_too() -> None:
    shades = [lightness(colour) for colour in plots.PALETTE]
    assert min(abs(a - b) for a, b in pairwise(shades)) > 0.04
