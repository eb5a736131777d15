"""RFM and RFA, named segments: row G4."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, grading

quick = settings(max_examples=60, deadline=None, derandomize=True)
values = st.lists(st.integers(0, 12), min_size=1, max_size=40)
CELLS = list(product(range(1, 6), repeat=3))


def by_definition(x, bins, ties):
    """The rule as it is written: one value at a time, in whole numbers."""
    n = len(x)
    below = [sum(a < b for a in x) for b in x]
    equal = [sum(a == b for a in x) for b in x]
    pairs = list(zip(below, equal, strict=True))
    if ties == "low":
        return [1 + bins * b // n for b, _e in pairs]
    if ties == "high":
        return [-(-bins * (b + e) // n) for b, e in pairs]
    return [-(-bins * (2 * b + e) // (2 * n)) for b, e in pairs]


@quick
@given(values, st.integers(2, 9), st.sampled_from(["low", "middle", "high"]))
def test_quantile_scores_are_their_definition(x, bins, ties):
    assert grading.quantile_scores(x, bins, ties=ties).tolist() == by_definition(x, bins, ties)


@quick
@given(values, st.integers(2, 9))
def test_splitting_equals_makes_even_groups(x, bins):
    scores = grading.quantile_scores(x, bins, ties="first")
    sizes = np.bincount(scores, minlength=bins + 1)[1:]
    assert sizes.max() - sizes.min() <= 1
    assert (np.diff(scores[np.argsort(x, kind="stable")]) >= 0).all()


@quick
@given(st.lists(st.integers(0, 10**6), min_size=20, max_size=60, unique=True))
def test_without_equals_all_rules_and_pandas_agree(x):
    scores = {ties: grading.quantile_scores(x, ties=ties).tolist() for ties in
              ("low", "high", "first")}  # fmt: skip
    if len(x) % 5 == 0:
        assert len(set(map(tuple, scores.values()))) == 1
        assert scores["low"] == (pd.qcut(x, 5, labels=False) + 1).tolist()


def test_scores_by_hand():
    ten = [1, 1, 1, 1, 1, 2, 2, 3, 4, 9]
    assert grading.quantile_scores(ten).tolist() == [1, 1, 1, 1, 1, 3, 3, 4, 5, 5]
    assert grading.quantile_scores(ten, ties="middle").tolist() == [2, 2, 2, 2, 2, 3, 3, 4, 5, 5]
    assert grading.quantile_scores(ten, ties="high").tolist() == [3, 3, 3, 3, 3, 4, 4, 4, 5, 5]


def table_of(rows):
    return pd.DataFrame(rows, columns=["recency", "frequency", "monetary"])


def test_nested_scores_by_hand():
    # Two scores: recency splits 8 customers 4 and 4, then frequency 2 and 2, then money 1 and 1.
    rows = [(1, 9, 50), (2, 8, 40), (3, 1, 90), (4, 2, 10), (11, 9, 5), (12, 7, 6), (13, 3, 3),
            (14, 4, 2)]  # fmt: skip
    found = grading.rfm_scores(table_of(rows), bins=2, method="nested").table
    assert found["cell"].tolist() == [222, 221, 212, 211, 121, 122, 112, 111]
    alone = grading.rfm_scores(table_of(rows), bins=2).table
    assert alone["cell"].tolist() == [222, 222, 212, 212, 121, 121, 111, 111]


def test_nested_scores_fill_the_cells_evenly_in_the_company():
    rfm = grading.rfm_table(datasets.load("company_orders"), end="2025-12-31")
    nested = grading.rfm_scores(rfm, method="nested").cells()["customers"]
    alone = grading.rfm_scores(rfm).cells()["customers"]
    assert len(nested) == 125
    assert nested.max() <= 16 < alone.max()
    slow = (
        rfm["frequency"]
        .groupby(grading.rfm_scores(rfm, method="nested").table["R"])
        .transform(lambda x: grading.quantile_scores(x.to_numpy()))
    )
    assert (slow == grading.rfm_scores(rfm, method="nested").table["F"]).all()


def test_fixed_cuts_by_hand():
    cuts = {"recency": [30, 90], "frequency": [2, 5], "monetary": [100, 1000]}
    rows = [(30, 5, 1000), (31, 4, 999), (90, 2, 100), (91, 1, 99)]
    found = grading.rfm_scores(table_of(rows), method="cuts", cuts=cuts)
    assert found.table["cell"].tolist() == [333, 222, 222, 111]
    assert found.bins == 3


def test_weights_make_the_total():
    rows = [(1, 9, 50), (2, 1, 90)]
    found = grading.rfm_scores(table_of(rows), bins=2, weights=[0.5, 0.3, 0.2]).table
    assert found["cell"].tolist() == [221, 112]
    assert found["total"].tolist() == pytest.approx([0.5 * 2 + 0.3 * 2 + 0.2, 0.5 + 0.3 + 0.4])


@quick
@given(st.lists(st.tuples(*[st.integers(0, 50)] * 3), min_size=1, max_size=40),
       st.sampled_from(["independent", "nested"]))  # fmt: skip
def test_the_order_of_the_table_does_not_matter(rows, method):
    table = table_of(rows)
    one = grading.rfm_scores(table, method=method).table
    two = grading.rfm_scores(table.iloc[::-1], method=method).table
    assert one["cell"].to_dict() == two["cell"].to_dict()
    assert one[["R", "F", "M"]].to_numpy().min() >= 1
    assert one[["R", "F", "M"]].to_numpy().max() <= 5


def test_rfm_table_by_hand_with_units():
    log = pd.DataFrame(
        {
            "customer": ["a", "a", "b"],
            "date": pd.to_datetime(["2024-01-01", "2024-01-21", "2024-01-11"]),
            "amount": [10.0, 30, 5],
            "units": [1, 2, 9],
        }
    )
    found = grading.rfm_table(log, units="units", end="2024-01-31")
    assert found.loc["a"].tolist() == [10, 2, 40, 3]
    assert found.loc["b"].tolist() == [20, 1, 5, 9]
    mean = grading.rfm_table(log, end="2024-01-31", money="mean")
    assert mean["monetary"].tolist() == [20, 5]
    rfa = grading.rfm_scores(found, monetary="units", bins=2).table
    assert rfa["M"].tolist() == [1, 2]
    with pytest.raises(ValueError, match="end must not lie before an order"):
        grading.rfm_table(log, end="2024-01-20")


def test_the_grid_counts_and_averages():
    rfm = grading.rfm_table(datasets.load("company_orders"))
    scores = grading.rfm_scores(rfm)
    assert np.nansum(scores.grid()) == len(rfm)
    best = (scores.table["R"] == 5) & (scores.table["F"] == 5)
    assert scores.grid().loc[5, 5] == best.sum()
    assert scores.grid("monetary").loc[5, 5] == pytest.approx(rfm["monetary"][best].mean())
    with pytest.raises(ValueError, match="value must be one of 'customers', 'total'"):
        scores.grid("age")


# Segments


@pytest.mark.parametrize("scheme", ["eleven", "eight"])
def test_every_one_of_the_125_cells_has_exactly_one_name(scheme):
    table = grading.rule_coverage(scheme)
    assert list(table.index) == [100 * r + 10 * f + m for r, f, m in CELLS]
    assert table["segment"].notna().all()
    assert set(table["segment"]) == {rule.name for rule in grading.rfm_rules(scheme)}
    for (r, f, m), name in zip(CELLS, table["segment"], strict=True):
        fitting = [rule.name for rule in grading.rfm_rules(scheme) if rule.takes(r, f, m)]
        assert fitting[0] == name


def test_the_eight_do_not_even_overlap_and_are_the_textbooks_names():
    assert (grading.rule_coverage("eight")["fitting"] == 1).all()
    names = {rule.chinese for rule in grading.rfm_rules("eight")}
    expected = {f"{a}{b}客户" for a in ("重要", "一般") for b in ("价值", "发展", "保持", "挽留")}
    assert names == expected


def test_order_decides_and_a_hole_is_refused():
    broad = grading.SegmentRule("all", "全部")
    narrow = grading.SegmentRule("best", "最好", R=(5, 5))
    rfm = table_of([(1, 9, 50), (2, 8, 40), (3, 5, 90), (4, 2, 10), (11, 1, 5)])
    scores = grading.rfm_scores(rfm)
    assert set(grading.rfm_segments(scores, [broad, narrow]).segments) == {"all"}
    first = grading.rfm_segments(scores, [narrow, broad])
    assert first.segments.tolist() == ["best", "all", "all", "all", "all"]
    with pytest.raises(ValueError, match="rules must take every cell; got none for the cell 111"):
        grading.rfm_segments(scores, [narrow])


def test_segments_partition_customers_and_money():
    rfm = grading.rfm_table(datasets.load("company_orders"))
    for scheme in ("eleven", "eight"):
        found = grading.rfm_segments(grading.rfm_scores(rfm), scheme)
        assert found.table["customers"].sum() == len(rfm)
        assert found.table["money"].sum() == pytest.approx(rfm["monetary"].sum())
        assert found.segments.notna().all()
        sizes = found.segments.value_counts()
        assert (sizes.reindex(found.table.index) == found.table["customers"]).all()
