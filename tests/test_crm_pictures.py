"""Pictures and explorers of CRM as a whole: what they show is what the models say."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgba

from crmlab import crm, widgets
from crmlab.plots.style import BLUE, GREEN, ORANGE, PALE, RED
from crmlab.widgets import Explorer
from tests.explorers import sentence
from tests.pictures.crm import PARTIES, SEGMENTS

CUTS = (100, 300), (500, 1000)


def words(ax: Axes) -> list[str]:
    return [word.get_text() for word in ax.texts]


def colours(bars) -> list[str]:
    return [to_hex(bar.get_facecolor()) for bar in bars]


def hexes(*names: str) -> list[str]:
    return [to_hex(name) for name in names]


def picture(explorer: Explorer) -> str:
    return explorer.children[-1].value


def alternative(explorer: Explorer) -> str:
    return re.search('alt="([^"]*)"', picture(explorer))[1]


def title(ax: Axes) -> str:
    return (
        (ax.get_title() + ax.get_title(loc="left"))
        .replace("\n", " ")
        .replace("\N{NO-BREAK SPACE}", " ")
    )


# Customers, systems, chains


def test_the_bars_of_the_types_are_their_shares() -> None:
    found = crm.customer_types(PARTIES)
    ax = found.plot()
    drawn: dict[int, list[tuple[float, float]]] = {}
    for bar in ax.patches:
        row = round(bar.get_y() + bar.get_height() / 2)
        drawn.setdefault(row, []).append((bar.get_x(), bar.get_width()))
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert rows == ["purchase", "importance", "loyalty", "stage"]
    for place, name in enumerate(rows):
        shares = (found.counts[name] / len(PARTIES)).tolist()
        assert [width for _x, width in drawn[place]] == pytest.approx(shares)
        starts = [0, *np.cumsum(shares)[:-1]]
        assert [x for x, _width in drawn[place]] == pytest.approx(starts)
        assert sum(shares) == pytest.approx(1)
    sizes = [int(text.split("\n")[-1]) for text in words(ax)]
    assert sizes == [int(size) for size in found.counts if size]
    assert title(ax) == "5 parties sorted in four ways; 1 of them have gone silent"


def test_a_thin_slice_has_a_bar_and_no_words() -> None:
    rows = PARTIES.iloc[[0]].loc[["Ann"] * 30].reset_index(drop=True)
    rows.loc[29, ["orders", "tenure", "silent", "value"]] = [0, None, None, None]
    ax = crm.customer_types(rows).plot()
    assert [text for text in words(ax) if text.endswith("29")]
    assert not [text for text in words(ax) if text.endswith("\n1")]
    assert min(bar.get_width() for bar in ax.patches if bar.get_width()) == pytest.approx(1 / 30)


def test_the_bars_of_the_functions_are_their_tasks() -> None:
    tasks = ["record contacts", "predict churn", "grade customers"]
    found = crm.needed_functions(tasks, ["customer information", "sales"])
    ax = found.plot()
    table = found.table.iloc[::-1]
    assert [bar.get_width() for bar in ax.patches] == table["tasks"].tolist() == [2, 0, 0, 0, 0, 1]
    assert [label.get_text().split("\n")[0] for label in ax.get_yticklabels()] == [*table.index]
    assert words(ax) == [
        "missing", "not needed", "not needed", "not needed", "there, not needed", "there",
    ]  # fmt: skip
    assert colours(ax.patches) == hexes(RED, PALE, PALE, PALE, PALE, GREEN)
    assert found.missing == ("analysis",)
    assert title(ax) == "1 function that the tasks need is missing"


@pytest.mark.parametrize("centre", ["product", "customer"])
def test_both_chains_are_drawn_and_the_one_asked_for_is_in_colour(centre) -> None:
    ax = crm.value_chain(centre).plot()
    boxes = [word for word in ax.texts if word.get_bbox_patch() is not None]
    mine = [box for box in boxes if box.get_bbox_patch().get_facecolor() == to_rgba(BLUE)]
    in_order = sorted(mine, key=lambda box: box.get_position()[0], reverse=centre == "customer")
    links = crm.value_chain(centre).links
    assert tuple(box.get_text().replace("\n", " ") for box in in_order) == links
    assert len(boxes) == 2 * len(links)
    # Each arrow of the chain leads from the link decided first to the next one.
    height = mine[0].get_position()[1]
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    steps = [text.xy[0] - text.get_position()[0] for text in arrows if text.xy[1] == height]
    assert len(arrows) == 2 * (len(links) - 1)
    assert len(steps) == len(links) - 1
    assert all((step > 0) == (centre == "product") for step in steps)
    assert title(ax) == f"The {centre}-centred chain runs from {links[0]} to {links[-1]}"


# Kotler's grid


def field_at(ax: Axes, x: float, y: float) -> str:
    """Return the colour of the field that holds a point of the data."""
    for field in ax.collections:
        (left, bottom), (right, top) = field.get_paths()[0].get_extents().get_points()
        if left <= x < right and bottom <= y < top:
            return to_hex(field.get_facecolor()[0])
    raise AssertionError(f"no field at {x}, {y}")


def test_the_segments_lie_in_the_fields_of_their_levels() -> None:
    from crmlab.plots.crm import _LEVEL_SHADES

    found = crm.relationship_levels(SEGMENTS, *CUTS)
    ax = found.plot(unit="yuan")
    dots = next(line for line in ax.lines if line.get_marker() == "o")
    assert dots.get_xdata().tolist() == SEGMENTS["customers"].tolist()
    assert dots.get_ydata().tolist() == SEGMENTS["margin"].tolist()
    shades = [field_at(ax, *point) for point in zip(*dots.get_data(), strict=True)]
    levels = found.table["level"]
    assert shades == [to_hex(_LEVEL_SHADES[level]) for level in levels]
    cuts = [line for line in ax.lines if line is not dots]
    assert [line.get_xdata()[0] for line in cuts[:2]] == [100, 300]
    assert [line.get_ydata()[0] for line in cuts[2:]] == [500, 1000]
    assert set(SEGMENTS.index) <= set(words(ax))
    assert {"accountable", "proactive", "partnership"} <= set(words(ax))
    assert title(ax) == f"4 segments, {levels.nunique()} different levels of relationship"
    assert "yuan" in ax.get_ylabel()


def test_a_segment_on_a_cut_is_drawn_in_the_higher_field() -> None:
    from crmlab.plots.crm import _LEVEL_SHADES

    table = pd.DataFrame({"customers": [100], "margin": [1000]}, index=["edge"])
    found = crm.relationship_levels(table, *CUTS)
    assert found.table["level"].item() == "proactive"
    assert field_at(found.plot(), 100, 1000) == to_hex(_LEVEL_SHADES["proactive"])


def test_the_explorer_of_the_grid_says_what_the_model_says() -> None:
    grid = widgets.kotler_explorer(SEGMENTS, mode="live")
    few, low = grid.sliders
    for cut, margin in [(100, 500), (50, 300), (200, 1000)]:
        few.value, low.value = cut, margin
        table = crm.relationship_levels(SEGMENTS, (cut, 3 * cut), (margin, 2 * margin)).table
        listed = "; ".join(f"{name}: {level}" for name, level in table["level"].items())
        start = f"Few below {cut} customers, many from {3 * cut}; "
        assert sentence(grid) == f"{start}{listed}."
        closest = max(table["level"], key=lambda level: [*crm.LEVELS].index(level.split(" ")[0]))
        names = ", ".join(table.index[table["level"] == closest])
        assert f"Closest: {closest} for {names}" in alternative(grid)


def test_the_explorer_of_the_grid_begins_with_the_company() -> None:
    """The chapter: hotels proactive, schools accountable, the two large segments reactive."""
    assert sentence(widgets.kotler_explorer(mode="live")) == (
        "Few below 100 customers, many from 300; "
        "café: reactive; hotel: proactive; office: reactive; school: accountable."
    )


# Retention


def test_the_curve_of_the_gain_is_p_over_1_plus_d_less_r_less_p() -> None:
    found = crm.retention_gain([0.9, 0.6, 0.8, 0.7], 0.1)  # drawn in the order of the retention
    ax = found.plot()
    x, y = ax.lines[0].get_data()
    assert x.tolist() == [0.6, 0.7, 0.8, 0.9]
    assert y == pytest.approx(0.05 / (1.1 - x - 0.05))
    (_left, low), (_right, high) = (
        ax.patches[0].get_extents().transformed(ax.transData.inverted()).get_points()
    )
    assert (low, high) == pytest.approx((0.25, 0.95))
    assert title(ax) == "5 points more retention: the quoted gain is reached from 90 % on"
    assert "not reached" in title(crm.retention_gain([0.1, 0.2], 0.1).plot())
    assert "reached from 94 % on" in title(crm.retention_gain([0.94, 0.949], 0).plot())
    assert len(found.plot(claims=False).patches) == 0


def test_the_bars_of_new_and_kept_are_the_costs() -> None:
    found = crm.new_or_kept(
        acquisition_spend=12000, prospects=1000, won=100,
        retention_spend=20000, customers=1000, points=0.05,
    )  # fmt: skip
    ax = found.plot(unit="yuan")
    costs = [12000 / 100, 20000 / 1000, 20000 / (1000 * 0.05)]
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(costs)
    assert words(ax) == ["120", "20", "400"]
    assert colours(ax.patches) == hexes(BLUE, PALE, ORANGE)
    assert title(ax) == "As quoted 6.0 to 1 for keeping; counted per customer 0.3 to 1"


@pytest.mark.parametrize(
    ("retention", "rate"), [(0.8, 0.1), (0.4, 0.2), (0.85, 0.1), (0.9, 0.05), (0.9, 0.0)]
)
def test_the_explorer_of_retention_says_what_the_formulas_say(retention, rate) -> None:
    five = widgets.retention_gain_explorer(mode="live")
    five.sliders[0].value, five.sliders[1].value = retention, rate
    told = map(float, re.findall(r"\d+(?:\.\d+)?", sentence(five)))
    kept, years, after, more, interest, gain = told
    assert kept == pytest.approx(100 * retention)
    assert after == pytest.approx(100 * retention + 5)
    assert interest == pytest.approx(100 * rate)
    assert years == pytest.approx(1 / (1 - retention), abs=0.051)
    assert more == pytest.approx(1 / (0.95 - retention), abs=0.051)
    true = 0.05 / (1 + rate - retention - 0.05)
    assert gain == pytest.approx(100 * true, abs=0.51)
    assert f"add {gain:g} %" in alternative(five).replace("\N{NO-BREAK SPACE}", " ")
