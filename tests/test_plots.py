"""Pictures: every result with one draws, says what to see, and names its units."""

import dataclasses
from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from crmlab import clv, datasets, index, plots, weights
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
SURVEY = datasets.load("company_survey").dropna()
ITEMS = [f"quality_{i}" for i in (1, 2, 3)] + [f"image_{i}" for i in (1, 2, 3)]
FUZZY = pd.DataFrame([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3]], ["food", "room"], ["good", "fair", "bad"])
BASE = {"margin": 100, "retention": 0.8, "rate": 0.1, "acquisition_cost": 150}
MARKS = {"S1": 100, "S2": 59, "S3": 61}
EXAM = dataclasses.replace(read_rules(), final={"coursework": 0, "exam": 100})


def results() -> list[Drawable]:
    forecast = clv.event_prediction(EVENTS, 0.1)
    model = index.PathModel(
        {"satisfaction": ["image", "quality"], "loyalty": ["satisfaction"]},
        {
            "image": ITEMS[3:],
            "quality": ITEMS[:3],
            "satisfaction": ["satisfaction_1"],
            "loyalty": ["loyalty_1"],
        },
    ).fit(SURVEY)
    return [
        index.ecsi(),
        model.diagram_,
        model.bootstrap(20, seed=1),
        model.index_by(SURVEY["complained"], n=20, seed=1),
        model.importance_performance("loyalty"),
        index.fuzzy_evaluation([0.6, 0.4], FUZZY),
        index.fuzzy_operators([0.6, 0.4], FUZZY),
        index.principal_components(SURVEY[ITEMS]),
        index.linear_regression(SURVEY, "satisfaction_1", ITEMS),
        index.ordered_logit(SURVEY, "satisfaction_1", ITEMS),
        weights.ahp([[1, 3], [1 / 3, 1]], names=["price", "speed"]),
        weights.entropy([[1, 2], [3, 3]]),
        weights.combine([[0.5, 0.5], [0.2, 0.8]]),
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
