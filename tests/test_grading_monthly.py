"""Seven groups from a monthly log, and clusters beside them: row G4."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from crmlab import datasets, grading

quick = settings(max_examples=40, deadline=None, derandomize=True)
MONTHS = pd.date_range("2024-01-01", periods=24, freq="MS")
NAMES = [name for name, _chinese in grading.monthly_names()]


def panel_of(**customers):
    return pd.concat(
        pd.DataFrame({"customer": name, "month": MONTHS, "revenue": np.asarray(money, float)})
        for name, money in customers.items()
    )


def months(level, **at):
    """24 months at a level; `quiet` gives the months (1 to 24) with nothing."""
    money = np.full(24, float(level))
    money[np.array(at.get("quiet", []), dtype=int) - 1] = 0
    return money


SUMMER = np.tile([0, 0, 0, 0, 9, 20, 20, 20, 9, 0, 0, 0], 2)


def test_features_by_hand():
    growing = np.repeat([10.0, 20], 12)
    panel = panel_of(
        grow=growing,
        left=months(30, quiet=range(21, 25)),
        back=months(30, quiet=range(18, 23)),
        summer=SUMMER,
    )
    found = grading.monthly_features(panel)
    assert found.loc["grow", ["value", "trend", "silent"]].tolist() == [20, 2, 0]
    # Last 6 months of `left`: 19 and 20 have revenue, 2 of 6.
    assert found.loc["left", ["value", "trend", "silent"]].tolist() == pytest.approx([30, 1 / 3, 4])
    assert found.loc["back", ["silent", "gap", "back"]].tolist() == [0, 5, 1]
    assert found.loc["summer", "season"] == pytest.approx(1)
    assert found.loc["summer", "trend"] == pytest.approx(1)
    assert np.isnan(found.loc["grow", "back"])


def test_months_without_a_row_count_as_nothing():
    panel = panel_of(a=months(30, quiet=[7, 8]), b=months(10))
    sparse = panel[panel["revenue"] > 0]
    pd.testing.assert_frame_equal(grading.monthly_features(panel), grading.monthly_features(sparse))


def test_one_customer_of_each_of_the_seven_and_of_the_rest():
    panel = panel_of(
        **{
            "1 top, steady": months(900),
            "2 high, growing": np.repeat([300.0, 500], 12),
            "3 mid, just lost": months(110, quiet=range(21, 25)),
            "4 low, seasonal": SUMMER,
            "5 mid, steady": months(100),
            "6 low, just lost": months(11, quiet=range(22, 25)),
            "7 low, just returned": months(10, quiet=range(18, 24)),
            "8 lost earlier": months(105, quiet=range(12, 25)),
            "9 high, other": np.repeat([900.0, 400], 12),
            "10 mid, other": np.repeat([200.0, 101], 12),
            "11 low, other": months(9),
        }
    )
    found = grading.monthly_segments(panel, levels=(0.1, 0.25, 0.6))
    assert {name.split(" ", 1)[1]: group for name, group in found.segments.items()} == {
        name: name for name in NAMES
    }
    assert found.means.shape == (24, 11)
    assert found.means["mid, steady"].tolist() == [100] * 24


@quick
@given(st.integers(0, 10**6), st.floats(0.3, 1), st.floats(1.05, 2), st.integers(1, 4))
def test_every_customer_is_in_exactly_one_group(seed, active, growth, silent):
    rng = np.random.default_rng(seed)
    money = rng.lognormal(3, 1, (15, 24)) * (rng.random((15, 24)) < active)
    money[0] = 1  # every month is there
    panel = panel_of(**{f"c{i}": row for i, row in enumerate(money)})
    found = grading.monthly_segments(panel, growth=growth, silent=silent, lost_within=6)
    assert found.segments.notna().all()
    assert found.table["customers"].sum() == 15
    assert set(found.segments) <= set(NAMES)


def test_the_operators_groups_are_found_again():
    found = grading.monthly_segments(datasets.load("telecom_months"))
    kinds = datasets.load("telecom_truth").set_index("customer")["kind"]
    check = grading.compare_groups(kinds.loc[found.segments.index], found.segments)
    assert check.adjusted_rand > 0.85
    for name in ("low, seasonal", "low, just returned", "mid, just lost", "lost earlier"):
        hits = check.counts.loc[name, name] / check.counts.loc[name].sum()
        assert hits > 0.9, name


def test_a_short_panel_is_refused():
    panel = panel_of(a=months(5)).iloc[:23]
    with pytest.raises(ValueError, match="panel must cover at least 24 months; got 23"):
        grading.monthly_features(panel)
    with pytest.raises(ValueError, match=r"lost_within must be at least silent \(3\); got 2"):
        grading.monthly_segments(panel_of(a=months(5)), silent=3, lost_within=2)


# Clusters


@quick
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=2, max_size=40))
def test_adjusted_rand_is_scikit_learns(pairs):
    one, other = zip(*pairs, strict=True)
    assert grading.adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other))
    renamed = [f"group {label}" for label in one]
    assert grading.adjusted_rand(renamed, other) == pytest.approx(grading.adjusted_rand(one, other))


def test_hubert_and_arabies_limits():
    assert grading.adjusted_rand([1, 1, 2, 3], ["x", "x", "y", "z"]) == 1
    assert grading.adjusted_rand([1, 1, 1, 1], [1, 1, 1, 1]) == 1
    assert grading.adjusted_rand([1, 1, 2, 2], [1, 2, 1, 2]) == pytest.approx(-0.5)


def test_groups_cross_in_the_order_of_a_categorical():
    one = pd.Series(pd.Categorical(["low", "top", "top"], ["top", "low"]))
    found = grading.compare_groups(one, ["low", "low", "top"])
    assert list(found.counts.index) == ["top", "low"]
    assert found.counts.loc["top", "low"] == 1
    assert found.same == pytest.approx(2 / 3)


def test_far_apart_groups_are_found_and_numbered_by_size():
    rng = np.random.default_rng(1)
    truth = np.repeat([0, 1, 2], [10, 30, 20])
    table = pd.DataFrame({"x": truth * 50 + rng.normal(size=60), "flat": 3.0})
    found = grading.cluster_customers(table, 3)
    assert grading.adjusted_rand(truth, found) == 1
    assert found.value_counts().to_dict() == {1: 30, 2: 20, 3: 10}
    stable = grading.cluster_stability(table, 3, draws=4)
    assert stable.shape == (6,)
    assert stable.max() == 1


def test_clusters_cannot_be_more_than_customers():
    with pytest.raises(ValueError, match=r"clusters must be at most the number .* \(3\); got 4"):
        grading.cluster_customers(pd.DataFrame({"x": [1, 2, 3]}), 4)
