"""Pictures and explorers of selling show the numbers of their models."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from crmlab import sales, widgets
from tests.explorers import sentence
from tests.pictures.sales import results


@pytest.fixture(scope="module")
def drawn() -> dict:
    """One result of each class."""
    return {type(result).__name__: result for result in results()}


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def words(ax) -> str:
    return " ".join([ax.get_title(loc="left"), *(text.get_text() for text in ax.texts)])


def test_the_funnel_is_as_wide_as_its_counts() -> None:
    ax = sales.funnel([80, 30, 16, 10], [1125, 318, 168, 108]).plot(unit="10⁴ yuan")
    widths = [bar.get_width() for bar in ax.patches]
    np.testing.assert_allclose(widths, [1, 30 / 80, 16 / 80, 10 / 80])
    assert "10  ·  108" in words(ax)
    assert "12.5" in ax.get_title(loc="left")


def test_the_forecast_says_the_chance_of_its_target(drawn: dict) -> None:
    made = drawn["SalesForecast"]
    ax = made.plot(target=made.expected, happened=1.0)
    assert f"{100 * made.chance(made.expected):.0f}" in ax.get_title(loc="left")
    assert "target" in words(ax)
    assert "happened" in words(ax)


def test_the_calibration_is_drawn_on_request(drawn: dict) -> None:
    tested = drawn["Backtest"]
    ax = tested.plot(calibration=True)
    points = ax.lines[1].get_xydata()
    np.testing.assert_allclose(points, tested.calibration[["forecast", "happened"]])


def test_quadrants_are_counted_in_their_corners(drawn: dict) -> None:
    grid = drawn["PriorityGrid"]
    text = words(grid.plot(unit="yuan"))
    for number, row in grid.summary.iterrows():
        assert f"{number} {row['advice']}: {row['tasks']}" in text


def test_bars_of_a_period_are_its_revenue(drawn: dict) -> None:
    made = drawn["PayScheme"]
    ax = made.plot()
    heights = [bar.get_height() for bar in ax.patches]
    n = len(made.table)
    np.testing.assert_allclose(np.add(heights[:n], heights[n:]), made.table["revenue"])


def test_explorers_say_the_models_numbers() -> None:
    funnel = widgets.funnel_explorer(mode="live")
    assert "160 have to enter" in sentence(funnel)
    funnel.sliders[0].value = 16
    need = sales.required_inflow(sales.funnel([1280, 480, 256, 160]), 20, value=1).table.iloc[0]
    assert f"may be {need['low']:.0f} or {need['high']:.0f}" in sentence(funnel)
    deals = widgets.deals_explorer(mode="live")
    deals.sliders[0].value, deals.sliders[1].value = 1, 0.5
    assert "standard deviation of 100,000" in sentence(deals)
    assert "chance of 50 % more than a fifth of it" in sentence(deals)
    pay = widgets.pay_explorer(mode="live")
    pay.sliders[1].value = 0.0
    best = sales.pay_weights(sales.Territory(polish=0))
    assert f"best weight, {100 * best.best:.0f} %" in sentence(pay)
