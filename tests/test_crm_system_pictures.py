"""Picture and explorers of the CRM system show the numbers of the database."""

import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from crmlab import crm, datasets, widgets
from tests.explorers import sentence
from tests.pictures.crm_system import base


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def words(explorer):
    return sentence(explorer).replace(",", "")


def test_orders_go_up_and_money_that_came_in_goes_down():
    with base() as made:
        ax = crm.customer_view(made, "C1").plot(unit="yuan")
    heights = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
    assert heights["order"] == [100, 300]
    assert heights["payment"] == [-80]
    assert heights["credit note"] == [-20]
    assert len(heights["ticket"]) == len(heights["survey"]) == 1
    assert ax.get_title("left") == "C1: too few orders; 2 orders for 400, 300 open"
    assert "yuan" in ax.get_ylabel()


def test_two_customers_can_have_one_scale():
    with base() as made:
        ends = [crm.customer_view(made, name).plot(top=500).get_ylim() for name in ("C1", "C2")]
    assert ends[0] == ends[1]


def test_the_explorer_tells_only_what_was_known_on_the_day():
    explorer = widgets.customer_explorer(["C0003", "C0757"], mode="live")
    log = datasets.load("company_orders")
    log = log[log["customer"] == "C0003"]
    for when, day in ((2, "2023-12-31"), (6, "2025-12-31")):
        explorer.sliders[1].value = float(when)
        ago = (pd.Timestamp(day) - log["date"]).dt.days
        now, before = ((ago >= 0) & (ago < 365)).sum(), ((ago >= 365) & (ago < 730)).sum()
        assert f"Sales: {now} orders in the last year {before} in" in words(explorer)
    explorer.sliders[0].value = 1.0
    explorer.sliders[1].value = 0.0
    assert words(explorer) == "C0757 first ordered on 2024-01-14."


@pytest.mark.parametrize("customers", [[], ["nobody"]], ids=["none", "nobody"])
def test_unknown_customers_are_told(customers):
    with pytest.raises(ValueError, match="must be customers of the simulated company"):
        widgets.customer_explorer(customers)
    with pytest.raises(TypeError, match="must be a list"):
        widgets.customer_explorer("C0003")


def test_silence_is_counted_as_pandas_counts_it():
    log = datasets.load("company_orders")
    known, later = log[log["date"] <= "2025-06-30"], log[log["date"] > "2025-06-30"]
    by = known.groupby("customer")["date"].agg(["size", "min", "max"])
    by = by[by["size"] >= 3]
    silent = (pd.Timestamp("2025-06-30") - by["max"]).dt.days
    called = (silent > 5 * (by["max"] - by["min"]).dt.days / (by["size"] - 1)) & (silent >= 120)
    again = by.index.isin(later["customer"])
    explorer = widgets.silence_explorer(mode="live")
    for slider, value in zip(explorer.sliders, (5, 120), strict=True):
        slider.value = float(value)
    found = list(map(int, re.findall(r"\d+", words(explorer))))
    assert found == [
        called.sum(), len(by), (called & again).sum(), (~called).sum(), (~called & ~again).sum(),
    ]  # fmt: skip
