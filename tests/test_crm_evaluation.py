"""Five measures: scaling, ranges of ranks by brute force, the area of a radar, moved weights."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import crm, datasets, grading, weights, widgets
from crmlab.crm.evaluation import MEASURES
from crmlab.widgets.crm_strategy import company_measures
from tests.pictures.crm_strategy import TABLE

NAMES = list(MEASURES)


def table_of(values, names=None):
    return pd.DataFrame(values, names, NAMES, dtype=float)


def test_a_worked_example_by_hand():
    # Profit by min-max: 900 → 100, 100 → 0, 400 → 37.5, 300 → 25; and so on for each column.
    found = crm.evaluate_customers(TABLE, method="min-max", weights=[0.4, 0.1, 0.2, 0.1, 0.2])
    points = found.table.loc["Ning"]
    assert points["profit"] == pytest.approx(37.5)
    known = 0.4 * 37.5 + 0.1 * 50 + 0.2 * 50 + 0.1 * 50
    assert points[["low", "high", "score"]].tolist() == pytest.approx(
        [known, known + 20, known + 10]
    )
    assert points["known"] == 0.8
    assert np.isnan(points["satisfaction"])


def test_percentiles_are_those_of_the_known_customers():
    found = crm.evaluate_customers(TABLE)
    assert found.table["satisfaction"].dropna().to_dict() == pytest.approx(
        {"Lu": 100 * 5 / 6, "Ma": 100 / 6, "Ou": 50}
    )
    assert found.measures.drop(columns="satisfaction").loc["Lu", "influence"] == pytest.approx(
        100 * 5 / 6
    )


def test_complete_customers_are_ranked_as_by_grade_customers():
    whole = TABLE.dropna()
    share = [0.3, 0.1, 0.2, 0.25, 0.15]
    ours = crm.evaluate_customers(whole, weights=share, method="min-max").table
    theirs = grading.grade_customers(whole, share, cuts=(0.5,), names=("A", "B")).scores
    np.testing.assert_allclose(ours["score"], theirs["score"])
    assert (ours["low"] == ours["high"]).all()
    assert (ours["best_rank"] == ours["worst_rank"]).all()
    assert (ours["rank"] == ours["best_rank"]).all()


points = st.one_of(st.none(), st.integers(0, 6).map(float))


@given(st.lists(st.tuples(points, points), min_size=2, max_size=4))
@settings(max_examples=40, deadline=None)
def test_the_range_of_ranks_is_what_filling_the_gaps_can_give(rows):
    # Two measures that vary and may be missing, three that are the same for all but two anchors.
    # Anchors make each column vary, so that every scale is from 0 to 100.
    anchors = [(0,) * 5, (6,) * 5]
    table = table_of([*anchors, *((a, b, 3, 3, 3) for a, b in rows)])
    found = crm.evaluate_customers(table, method="min-max")
    scaled = found.measures.to_numpy()
    gaps = np.argwhere(np.isnan(scaled))
    best, worst = np.full(len(table), 99), np.zeros(len(table))
    ends = list(product((0.0, 100.0), repeat=len(gaps)))
    for values in ends:
        filled = scaled.copy()
        filled[tuple(gaps.T)] = values
        score = filled.mean(axis=1).round(9)
        rank = 1 + (score[None, :] > score[:, None]).sum(axis=1)
        best, worst = np.minimum(best, rank), np.maximum(worst, rank)
    assert found.table["best_rank"].tolist() == best.tolist()
    assert found.table["worst_rank"].tolist() == worst.tolist()


def test_a_narrower_assumption_gives_narrower_ranges():
    wide = crm.evaluate_customers(TABLE).table
    narrow = crm.evaluate_customers(TABLE, missing="middle half").table
    assert (narrow["low"] >= wide["low"]).all()
    assert (narrow["high"] <= wide["high"]).all()
    assert narrow["score"].tolist() == pytest.approx(wide["score"].tolist())
    assert narrow.loc["Ning", "high"] - narrow.loc["Ning", "low"] == pytest.approx(10)


def test_weights_are_taken_by_name_and_from_a_result():
    named = dict(zip(reversed(NAMES), [0.1, 0.2, 0.3, 0.3, 0.1], strict=True))
    by_name = crm.evaluate_customers(TABLE, weights=named)
    assert by_name.weights.to_dict() == {name: named[name] for name in NAMES}
    judged = weights.ahp(np.ones((5, 5)), names=NAMES)
    assert crm.evaluate_customers(TABLE, weights=judged).weights.tolist() == pytest.approx(
        [0.2] * 5
    )


def test_columns_may_have_other_names():
    other = TABLE.rename(columns={"profit": "margin"})
    found = crm.evaluate_customers(other, profit="margin")
    pd.testing.assert_frame_equal(found.table, crm.evaluate_customers(TABLE).table)


def test_the_profile_is_the_table_beside_the_mean():
    found = crm.evaluate_customers(TABLE)
    shown = found.profile(["Ning", "Lu"])
    assert shown.columns.tolist() == ["Ning", "Lu", "mean"]
    assert shown["Lu"].tolist() == found.measures.loc["Lu"].tolist()
    assert shown["mean"].tolist() == pytest.approx(found.measures.mean().tolist())


# ------------------------------------------------------------------ radar


@given(st.lists(st.floats(0, 100), min_size=3, max_size=7))
@settings(max_examples=50, deadline=None)
def test_the_area_is_that_of_the_polygon(values):
    # Gauss's (shoelace) formula of the polygon drawn, over that of the full one.
    angles = 2 * np.pi * np.arange(len(values)) / len(values)

    def area(r):
        x, y = r * np.cos(angles), r * np.sin(angles)
        return 0.5 * abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())

    r = np.array(values)
    assert crm.radar_area(r) == pytest.approx(area(r) / area(np.full(len(r), 100.0)), abs=1e-12)


def test_equal_values_have_one_area_and_others_have_not():
    assert crm.radar_area([50] * 5) == pytest.approx(0.25)
    values = [97, 97, 91, 8, 3]
    areas = {round(crm.radar_area(order), 9) for order in permutations(values)}
    assert len(areas) > 1
    assert max(areas) / min(areas) > 1.5


# ------------------------------------------------------------------ moved weights


def test_drawn_weights_have_the_mean_and_the_spread_of_dirichlet():
    found = crm.evaluate_customers(TABLE, weights=[0.4, 0.3, 0.2, 0.1, 0.0])
    moved = crm.weight_sensitivity(found, 4000, concentration=30, seed=3, top=2)
    np.testing.assert_allclose(moved.weights.sum(axis=1), 1)
    np.testing.assert_allclose(moved.weights.mean(axis=0), found.weights, atol=0.006)
    share = found.weights.to_numpy()
    np.testing.assert_allclose(moved.weights.std(axis=0), np.sqrt(share * (1 - share) / 31),
                               atol=0.004)  # fmt: skip
    assert (moved.weights[:, 4] == 0).all()


def test_shares_are_bounds_of_each_other():
    moved = crm.weight_sensitivity(crm.evaluate_customers(TABLE), 300, 10, seed=1, top=2).table
    assert (moved["surely"] <= moved["in_top"]).all()
    assert (moved["in_top"] <= moved["possibly"]).all()
    assert (moved["rank_low"] <= moved["rank_high"]).all()


def test_tight_weights_move_nothing_and_a_seed_repeats():
    found = crm.evaluate_customers(TABLE.dropna())
    still = crm.weight_sensitivity(found, 50, 1e7, top=1)
    assert still.table["in_top"].isin([0, 1]).all()
    assert still.table["rank_low"].tolist() == still.table["rank"].tolist()
    one, two = (crm.weight_sensitivity(found, 20, 5, seed=9, top=1) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, two.table)
    assert still.settled["customers"].sum() == len(found.table)


def test_who_is_best_in_everything_is_always_first():
    table = table_of([[9] * 5, [5, 1, 2, 3, 4], [1, 5, 4, 2, 3]], ["best", "x", "y"])
    moved = crm.weight_sensitivity(crm.evaluate_customers(table), 100, 1, top=1)
    assert moved.table.loc["best", "surely"] == 1


# ------------------------------------------------------------------ the simulated company


def test_measures_of_the_company_are_counted_as_pandas_counts_them():
    made = company_measures()
    orders = datasets.load("company_orders")
    people = datasets.load("company_customers").set_index("customer")
    year = orders[(orders["date"] >= "2025-01-01") & (orders["customer"] == "C0120")]
    margin = (year["amount"] - year["cost"]).sum() - people.loc["C0120", "service_cost_per_year"]
    assert made.loc["C0120", "profit"] == pytest.approx(margin)
    assert made.loc["C0120", "influence"] == (people["referred_by"] == "C0120").sum()
    assert made.loc["C0120", "loyalty"] == year["date"].dt.month.nunique()
    assert made["satisfaction"].notna().sum() == 417


def test_the_explorer_of_weights_starts_with_equal_ones():
    explorer = widgets.evaluation_explorer(company_measures().head(60), top=5, mode="live")
    words = explorer.children[-1].value.replace("\N{NO-BREAK SPACE}", " ")
    assert "Profit weighs 20 %" in words
    assert "5 of the first 5 are those of equal weights" in words


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (TABLE.drop(columns="loyalty"), {}, "data must have the column 'loyalty'"),
        (TABLE, {"profit": "gain"}, "data must have the column 'gain'"),
        (TABLE, {"method": "z"}, "method must be one of 'percentile', 'min-max'; got 'z'"),
        (TABLE, {"missing": "mean"}, "missing must be one of 'bounds', 'middle half'"),
        (TABLE, {"weights": [0.5, 0.5]}, "weights must be one per factor"),
        (TABLE, {"weights": [0.3] * 5}, "weights must sum to 1"),
        (TABLE.assign(loyalty=1.0), {}, "loyalty must differ between customers"),
        (TABLE.assign(loyalty=np.nan), {}, "loyalty must be known of somebody"),
        (TABLE.assign(loyalty=np.inf), {}, "loyalty must be finite"),
        (pd.concat([TABLE, TABLE]), {}, "one row per customer; got 'Lu' twice"),
    ],
)  # fmt: skip
def test_bad_tables_are_told(table, options, message):
    with pytest.raises(ValueError, match=message):
        crm.evaluate_customers(table, **options)


def test_text_is_told():
    with pytest.raises(TypeError, match="loyalty must be a number"):
        crm.evaluate_customers(TABLE.assign(loyalty="high"))
    with pytest.raises(TypeError, match="data must be a pandas DataFrame"):
        crm.evaluate_customers([[1, 2, 3, 4, 5]])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda r: crm.weight_sensitivity(r, 0), ValueError, "draws must be a whole number"),
        (lambda r: crm.weight_sensitivity(r, 9, 0), ValueError, "concentration must be above 0"),
        (lambda r: crm.weight_sensitivity(r, 9, top=5), ValueError, "top must be at most 4"),
        (lambda r: crm.weight_sensitivity(r.table, 9), TypeError, "must be a CustomerEvaluation"),
        (lambda r: crm.radar_area([1, 2]), ValueError, "at least three"),
        (lambda r: crm.radar_area([1, 2, 101]), ValueError, "between 0 and 100"),
        (lambda r: r.profile([]), ValueError, "at least one; got none"),
        (lambda r: r.profile(["Lu", "Xi"]), ValueError, "got Xi"),
        (lambda r: r.profile("Lu"), TypeError, "must be a list of customers"),
        (lambda r: r.plot(customers=["Lu", "Ma", "Ning", "Ou"]), ValueError, "at most 3"),
        (lambda r: r.plot(kind="pie"), ValueError, "kind must be one of"),
        (lambda r: r.plot(order=["profit"]), ValueError, "order must hold each"),
        (lambda r: widgets.radar_explorer(r, ["Ning"]), ValueError, "got a gap at Ning"),
    ],
)
def test_bad_calls_are_told(call, error, message):
    with pytest.raises(error, match=message):
        call(crm.evaluate_customers(TABLE))
