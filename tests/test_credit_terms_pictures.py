"""The pictures and explorers of credit terms and collection show the models' numbers."""

import re

import numpy as np
import pytest

from crmlab import credit, plots, widgets
from tests.explorers import sentence
from tests.pictures import credit_terms


def alternative(explorer) -> str:
    return re.search('alt="([^"]*)"', explorer.children[-1].value)[1]


@pytest.fixture(scope="module")
def found():
    return credit_terms.results()


def test_pictures_show_the_numbers_of_the_results(found) -> None:
    change, back, table, same, cut, none, drawn, plan, nothing, sizes, _more, goals, stages = found
    bars = change.plot().patches
    assert [bar.get_width() for bar in bars] == pytest.approx(change.table["change"].tolist())
    assert bars[-2].get_x() + bars[-2].get_width() == pytest.approx(change.change)
    assert "costs 8,600" in back.plot().get_title("left")
    ax = table.plot()
    widths = [bar.get_width() for bar in ax.patches]
    assert sum(widths) == pytest.approx(table.table["profit"].sum())
    assert ax.lines[0].get_xdata() == pytest.approx(table.table["profit"])
    assert "No policy" in same.plot().get_title("left")
    ax = cut.plot()
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(cut.table["profit"].tolist())
    assert ax.lines[0].get_ydata() == pytest.approx(cut.table["cumulative"])
    assert "no class" in none.plot().get_title("left")
    ax = drawn.plot()
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1)
    red = plots.PALETTE[2]
    loss = sum(
        bar.get_height() for bar in ax.patches
        if bar.get_facecolor() == pytest.approx(plots.style.mpl.colors.to_rgba(red))
    )  # fmt: skip
    assert loss == pytest.approx(1 - drawn.chance, abs=0.005)
    heights = [bar.get_height() for bar in plan.plot().patches]
    assert heights == pytest.approx([0, *plan.table["stop_after"]])
    assert "written off" in nothing.plot().get_title("left")
    ax = sizes.plot()
    marked = [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 2]
    assert marked == pytest.approx(sizes.table["from"].tolist()[1:])
    best = [line for line in ax.lines if line.get_linewidth() == 3.2]
    for line, (_i, row) in zip(best, sizes.table.iterrows(), strict=True):
        x, y = line.get_xdata()[0] * 1.01, line.get_ydata()[0]
        assert row["from"] <= x <= row["to"]
        assert y == pytest.approx(sizes.value(x).max() / x, abs=0.02)
    ax = goals.plot()
    spots = {(x, y) for line in ax.lines if line.get_marker() == "o"
             for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)}  # fmt: skip
    assert spots == set(zip(goals.table["days"], goals.table["bad_debts"], strict=True))
    ax = stages.plot()
    assert ax.lines[0].get_xdata() == pytest.approx(stages.table["chance"])
    assert [int(text.get_text().replace(",", "")) for text in ax.texts] == stages.table[
        "tried"
    ].tolist()


def test_the_discount_explorer_shows_the_published_numbers() -> None:
    live = widgets.discount_explorer(mode="live")
    assert "37.2 % simple, 44.6 % compound" in sentence(live)
    live.sliders[1].value = 50.0
    assert alternative(live) == "2/10 net 60: waiting costs 14.9 % a year"
    live.sliders[0].value, live.sliders[1].value = 0.005, 90.0
    assert "pay late" in sentence(live)


def test_the_terms_explorer_agrees_with_the_model() -> None:
    live = widgets.terms_explorer(mode="live")
    live.sliders[0].value, live.sliders[1].value = 0.2, 0.03
    old = credit.CreditPolicy(1_000_000, 35, 0.01, 10_000)
    new = credit.CreditPolicy(1_200_000, 65, 0.03, 15_000)
    result = credit.terms_change(old, new, 0.75, 0.1)
    assert f"{plots.money(result.change)} yuan" in alternative(live)
    assert f"at most {100 * result.break_even_bad_debts:.1f} %" in sentence(live)
    live.sliders[0].value = 0.0
    assert "even without bad debts" in sentence(live)


def test_the_collection_explorer_agrees_with_the_model() -> None:
    live = widgets.collection_explorer(mode="live")
    stages = credit.collection_stages()
    stops = set()
    for amount in (5.0, 150.0, 3000.0):
        live.sliders[0].value = amount
        plan = credit.collection_plan(stages, amount, 0.1)
        stops.add(plan.stop)
        assert (plan.stop or "write it off") in alternative(live)
        assert f"leaves {plots.money(plan.value)} yuan" in sentence(live)
    assert len(stops) == 3
    live.sliders[1].value = 0.9
    stages.loc["court", "chance"] = 0.9
    best = credit.collection_plan(stages, 3000, 0.1)
    assert np.isfinite(best.value)
    assert f"leaves {plots.money(best.value)} yuan" in sentence(live)
