"""Pictures and explorers of rating and limits show the models' numbers; the data are checked."""

import importlib
import re
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from crmlab import credit, datasets, widgets
from tests.explorers import sentence as caption
from tests.pictures.credit_rating import results

RECIPES = Path(__file__).parents[1] / "datasets" / "recipes"


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def of(kind):
    return [result for result in results() if isinstance(result, kind)]


def test_bars_of_grades_are_the_counts():
    many = of(credit.CreditRating)[1]
    heights = [bar.get_height() for bar in many.plot().patches]
    k = len(many.table)
    assert np.allclose(np.add(heights[:k], heights[k:]), many.table["applicants"])


def test_the_order_picture_ends_its_bars_at_the_break_even():
    (order,) = of(credit.OrderDecision)
    widths = [bar.get_width() for bar in order.plot().patches]
    assert widths == pytest.approx([order.break_even, *order.table["break_even"]])


def test_limits_are_the_bars():
    few, _many = of(credit.CreditLimits)
    assert [bar.get_width() for bar in few.plot().patches] == few.customers["limit"].tolist()


def test_the_weights_explorer_counts_those_who_move():
    live = widgets.credit_weights_explorer(mode="live")
    live.sliders[0].value = 0.8
    up, down = map(
        int, re.search(r"(\d+) applicants have .* (\d+) a worse", caption(live)).groups()
    )
    title = re.search(r'alt="(\d+) of (\d+)', live.children[-1].value)
    assert int(title[1]) == up + down > 0
    assert int(title[2]) == (datasets.load("company_credit_survey")["year"] == 2025).sum()


def test_the_order_explorer_gives_the_models_number():
    live = widgets.order_risk_explorer(mode="live")
    live.sliders[0].value, live.sliders[1].value = 0.3, 20_000
    firm = credit.order_decision(
        60_000, 0.15, 0.3, future=20_000, recovery=0.1, days=60, rate=0.06, kept_if_refused=0.5
    ).firm
    assert f"the firm expects {firm:,.0f}".replace("-", "−") in caption(live)


def test_the_limit_explorer_gives_less_with_a_smaller_share():
    live = widgets.credit_limit_explorer(mode="live")

    def total():
        return int(re.search(r"limits of ([\d,]+)", caption(live))[1].replace(",", ""))

    before = total()
    live.sliders[0].value = 0.05
    assert total() < before


# The data.


@pytest.fixture(scope="module")
def recipe():
    sys.path.insert(0, str(RECIPES))
    try:
        yield importlib.import_module("simulate_credit_survey")
    finally:
        sys.path.remove(str(RECIPES))


def test_the_strong_pay_on_time_and_show_their_accounts(recipe):
    survey = datasets.load("company_credit_survey")
    truth = datasets.load("company_standing_truth").set_index("customer")["mean_days_late"]
    late = truth[survey["customer"]].to_numpy()
    known = survey["references_days_late"].notna()
    assert np.corrcoef(late[known], survey["references_days_late"][known])[0, 1] > 0.5
    assert survey["cash_cover"].isna().eq(survey["net_worth"].isna()).all()
    hidden = survey["cash_cover"].isna().to_numpy()
    assert late[hidden].mean() > late[~hidden].mean() + 1
    assert recipe.CREDIT.least_revenue == 1000


def test_surveys_agree_with_orders_and_with_who_has_left():
    survey = datasets.load("company_credit_survey")
    assert not survey.duplicated(["customer", "year"]).any()
    assert (survey["surveyed"].dt.year == survey["year"]).all()
    left = datasets.load("company_truth").set_index("customer")["left"]
    assert not (left[survey["customer"]].to_numpy() <= survey["surveyed"].to_numpy()).any()
    orders = datasets.load("company_orders")
    sums = orders.groupby(["customer", orders["date"].dt.year])["amount"].sum()
    bought = sums[list(zip(survey["customer"], survey["year"], strict=True))]
    assert (bought >= 1000).all()
    assert (survey["peak_balance"].to_numpy() <= bought.to_numpy() + 0.01).all()


def test_nobody_orders_after_a_failure_and_signals_stop():
    failures = datasets.load("company_credit_failures").set_index("customer")["failed"]
    last = datasets.load("company_orders").groupby("customer")["date"].max()
    assert (last[failures.index] < failures).all()
    watch = datasets.load("company_credit_watch")
    fell = watch["customer"].map(failures)
    assert not (fell <= watch["quarter"]).any()


def test_signals_far_from_a_failure_come_as_often_as_stated(recipe):
    watch = datasets.load("company_credit_watch")
    failures = datasets.load("company_credit_failures").set_index("customer")["failed"]
    quiet = watch[watch["customer"].map(failures).isna()]
    for name, signal in recipe.CREDIT.signals.items():
        assert 0.6 * signal.base < quiet[name].mean() < 1.8 * signal.base, name


def test_the_salesmen_lean_towards_large_customers():
    table = datasets.load("trader_customers")
    rank = table["grade_given"].map({"A": 0, "B": 1, "C": 2, "D": 3})
    assert np.corrcoef(rank, np.log(table["sales"]))[0, 1] < -0.1
