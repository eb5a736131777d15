"""Share curve, Lorenz, Gini, ABC, long tail: row G1 of the syllabus."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, grading

quick = settings(max_examples=60, deadline=None, derandomize=True)
amounts = st.lists(st.integers(0, 50), min_size=2, max_size=25).filter(any)
signed = st.lists(st.integers(-20, 50), min_size=2, max_size=25).filter(lambda x: sum(x) > 0)


def brute_gini(values, whole):
    """Gini by its definition, pair by pair."""
    n = len(values)
    return sum(abs(a - b) for a in values for b in values) / (2 * n * whole)


def test_gini_of_the_reference_values():
    # Reference values of the course: .25 and .75.
    assert grading.gini([1, 2, 3, 4]) == pytest.approx(0.25)
    assert grading.gini([0, 0, 0, 1]) == pytest.approx(0.75)
    assert grading.gini([7, 7, 7]) == pytest.approx(0)


@quick
@given(signed)
def test_gini_is_its_definition(values):
    assert grading.gini(values) == pytest.approx(brute_gini(values, sum(values)))
    whole = sum(map(abs, values))
    absolute = grading.gini(values, negative="absolute")
    assert absolute == pytest.approx(brute_gini(values, whole))
    assert -1e-12 <= absolute <= (len(values) - 1) / len(values) + 1e-12


@quick
@given(amounts, st.floats(0.01, 100))
def test_gini_knows_no_unit_and_no_order(values, factor):
    gini = grading.gini(values)
    assert grading.gini(np.array(values) * factor) == pytest.approx(gini)
    assert grading.gini(values[::-1]) == pytest.approx(gini)
    assert grading.gini(values * 3) == pytest.approx(gini)  # three equal towns are one town
    assert grading.gini(values, negative="absolute") == pytest.approx(gini)


@quick
@given(signed)
def test_the_lorenz_curve_is_convex_and_holds_the_gini(values):
    curve = grading.lorenz(values)
    assert (curve.share[0], curve.share[-1]) == (0, 1)
    assert (np.diff(curve.share, 2) >= -1e-9).all()
    area = ((curve.share[1:] + curve.share[:-1]) / 2 * np.diff(curve.customers)).sum()
    assert grading.gini(values) == pytest.approx(1 - 2 * area)


@quick
@given(signed)
def test_the_share_curve_is_the_lorenz_curve_turned(values):
    share, lorenz = grading.concentration(values), grading.lorenz(values)
    assert share.share == pytest.approx((1 - lorenz.share)[::-1])
    assert (np.diff(share.share, 2) <= 1e-9).all()
    assert share.peak == pytest.approx(sum(x for x in values if x > 0) / sum(values))
    assert share.losing == np.mean([x < 0 for x in values])


@quick
@given(amounts, st.floats(0.05, 1))
def test_needed_undoes_top(values, share):
    curve = grading.concentration(values)
    assert curve.top(curve.needed(share)) == pytest.approx(share)


def test_share_curve_by_hand():
    curve = grading.concentration([70, 50, 10, -10, -20])
    assert curve.share.round(9).tolist() == [0, 0.7, 1.2, 1.3, 1.2, 1.0]
    assert curve.top(0.3) == pytest.approx(0.95)  # half way between 0.7 and 1.2
    assert curve.needed(1) == pytest.approx(0.32)  # 1.5 + 0.1 of five customers
    assert curve.needed(0) == 0
    assert curve.to_frame([0.2, 1])["share"].tolist() == pytest.approx([0.7, 1])
    assert repr(curve) == "Concentration(the top 20 % of 5 customers bring 70.0 %)"


# ABC


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([50, 30, 15, 5], "AABC"),  # the cuts fall between customers
        ([50, 5, 20, 15, 6, 4], "ABAABC"),  # 15 crosses 80 %, 5 crosses 95 %
        ([90, 5, 5], "ABB"),  # equals stay together
        ([100, 0, 0], "ACC"),  # who brings nothing is last
        ([100, 20, -40], "ABC"),  # shares are of the gains: 100 of 120 is above 80 %
        ([1] * 10, "A" * 10),  # all equal, all one class
    ],
)
def test_abc_by_hand(values, classes):
    assert "".join(grading.abc(values).classes) == classes


def test_the_customer_who_crosses_can_be_put_below():
    values = [50, 5, 20, 15, 6, 4]
    assert "".join(grading.abc(values, crossing="lower").classes) == "ACABBC"
    assert "".join(grading.abc([90, 5, 5], crossing="lower").classes) == "BCC"


def test_abc_by_headcount_by_hand():
    found = grading.abc([50, 5, 20, 15, 6, 4], (0.2, 0.5), by="customers")
    assert "".join(found.classes) == "ACABCC"
    assert found.table["smallest"].tolist() == [20, 15, 4]


@quick
@given(signed, st.sampled_from(["value", "customers"]), st.sampled_from(["upper", "lower"]))
def test_classes_partition_the_customers_and_follow_their_order(values, by, crossing):
    found = grading.abc(values, by=by, crossing=crossing)
    assert found.table["customers"].sum() == len(values)
    assert found.table["value"].sum() == pytest.approx(sum(values))
    assert found.table["value_share"].sum() == pytest.approx(1)
    letters = pd.Series(found.classes)
    assert letters.groupby(np.array(values)).nunique().max() == 1
    by_value = letters.iloc[np.argsort(-np.array(values), kind="stable")]
    assert by_value.is_monotonic_increasing


@quick
@given(amounts, st.floats(0.1, 0.9))
def test_class_a_is_the_smallest_that_brings_its_share(values, cut):
    found = grading.abc(values, (cut,), names=("A", "B"))
    held = sorted(np.array(values)[found.classes == "A"], reverse=True)
    assert sum(held) >= cut * sum(values) - 1e-9
    smaller = [value for value in held if value > held[-1]]
    assert sum(smaller) < cut * sum(values) + 1e-9


def test_a_series_keeps_its_labels():
    revenue = pd.Series([5.0, 90, 5], index=["x", "y", "z"])
    assert grading.abc(revenue).to_series().to_dict() == {"x": "B", "y": "A", "z": "B"}
    assert repr(grading.abc(revenue)) == "AbcClasses(A 1, B 2, C 0)"


def test_long_tail_by_hand():
    table = grading.long_tail([60, 10, 10, 10, 10], cost=12)
    assert table["left"].tolist() == [48, -8]
    assert table["value_share"].tolist() == pytest.approx([0.6, 0.4])
    with pytest.raises(ValueError, match="values must leave a tail"):
        grading.long_tail([5], cost=1)


def test_cdnow_is_more_unequal_than_the_grocer():
    music = datasets.load("cdnow_master")["amount"]
    grocer = datasets.load("journey_baskets").groupby("household")["amount"].sum()
    curve = grading.concentration(music)
    by_hand = music.nlargest(4714).sum() / music.sum()  # 20 % of 23,570
    assert curve.top(0.2) == pytest.approx(by_hand)
    assert grading.gini(music) > grading.gini(grocer) + 0.1
