"""Portfolios, factor scores, overview of schemes: by hand, invariants, independent checks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import kendalltau

from crmlab import datasets, grading, weights

MONEY = st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: round(v, 2))
TWO = st.integers(1, 40).flatmap(
    lambda n: st.tuples(arrays(float, n, elements=MONEY), arrays(float, n, elements=MONEY))
)


def test_four_customers_by_hand() -> None:
    found = grading.clp([90, 80, 10, 20], [70, 5, 60, 10], names=list("ABCD"))
    assert found.cuts == (50, 35)
    assert dict(zip(found.names, found.cells, strict=True)) == {
        "A": "platinum",
        "B": "gold",
        "C": "iron",
        "D": "lead",
    }
    assert found.customers("gold") == ["B"]


@pytest.mark.parametrize(
    ("function", "cells"),
    [
        (grading.clp, ["platinum", "gold", "iron", "lead"]),
        (grading.kaism, ["key", "key-development", "maintenance", "opportunistic"]),
        (grading.volume_share, ["star", "question", "cash cow", "dog"]),
    ],
)
def test_high_high_high_low_low_high_low_low(function, cells) -> None:
    found = function([1, 1, 0, 0], [1, 0, 1, 0], cut=(0.5, 0.5))
    assert found.cells.tolist() == cells == list(found.strategies)


def test_a_value_at_the_cut_is_high() -> None:
    assert grading.kaism([5.5, 5.4], [5.5, 5.4], cut=(5.5, 5.5)).cells.tolist() == [
        "key",
        "opportunistic",
    ]


@given(TWO, st.sampled_from(["median", "mean", "quantile"]), st.floats(0.05, 0.95))
def test_every_customer_stands_in_exactly_one_cell(two, cut, quantile) -> None:
    found = grading.clp(*two, cut=cut, quantile=quantile)
    assert sum(found.counts.values()) == len(two[0])
    assert sum(len(found.customers(cell)) for cell in found.strategies) == len(two[0])
    assert found.summary()["customers"].sum() == len(two[0])


@given(TWO)
def test_cells_change_only_where_a_cut_was_passed(two) -> None:
    found = grading.clp(*two)
    moved = found.move_cuts(first=found.cuts[0] + 10)
    changed = moved.cells != found.cells
    between = (two[0] >= found.cuts[0]) & (two[0] < moved.cuts[0])
    assert (changed == between).all()
    assert moved.cuts[1] == found.cuts[1]


def test_the_rules_for_the_cut_are_those_of_numpy() -> None:
    x, y = np.arange(10.0) ** 2, np.arange(10.0)
    assert grading.clp(x, y, cut="mean").cuts == (x.mean(), y.mean())
    assert grading.clp(x, y, cut="quantile", quantile=0.7).cuts == (
        np.quantile(x, 0.7),
        np.quantile(y, 0.7),
    )
    assert grading.clp(x, y, cut=("median", 3)).cuts == (np.median(x), 3.0)


def test_shares_of_a_sum_are_missing_where_values_are_negative() -> None:
    summary = grading.clp([-1, 2, 3], [1, 2, 3]).summary()
    assert summary["of_current"].isna().all()
    assert summary["of_potential"].sum() == pytest.approx(1)


@given(st.floats(0.01, 1e6), st.floats(0.01, 1))
def test_current_and_potential_are_the_whole_wallet(gain, share) -> None:
    potential = float(grading.wallet_potential(gain, share))
    assert gain + potential == pytest.approx(gain / share)
    assert float(grading.wallet_potential(gain, 1)) == 0


# ------------------------------------------------------------------ sensitivity


@given(TWO)
def test_without_moves_and_errors_everyone_stays(two) -> None:
    tested = grading.cell_sensitivity(grading.clp(*two), spread=0, noise=0, draws=3)
    assert (tested.stays == 1).all()
    assert tested.doubtful() == []


def test_shares_of_the_draws_sum_to_one_and_the_seed_decides() -> None:
    rng = np.random.default_rng(1)
    found = grading.kaism(rng.normal(size=30), rng.normal(size=30))
    one, two = (grading.cell_sensitivity(found, noise=(0.2, 0.4), seed=5) for _ in range(2))
    assert np.allclose(one.shares.sum(axis=1), 1)
    assert one.shares.equals(two.shares)
    frame = one.to_frame()
    assert (frame["stays"].diff().dropna() >= 0).all()
    assert (frame["cell"] != frame["other"]).all()


def test_an_error_of_a_known_size_crosses_the_cut_as_often_as_the_normal_law_says() -> None:
    # One unit above the cut with an error of sd 1: crosses with chance Φ(−1) = 0.1587.
    found = grading.kaism([1.0, 9.0, -9.0], [9.0, 9.0, -9.0], cut=(0, 0))
    tested = grading.cell_sensitivity(found, spread=0, noise=(1, 0), draws=20_000)
    assert tested.stays.iloc[0] == pytest.approx(0.8413, abs=0.01)
    assert tested.stays.iloc[1] == 1


def test_a_customer_far_from_both_cuts_is_firm() -> None:
    x = np.arange(101.0)
    tested = grading.cell_sensitivity(grading.clp(x, x), spread=0.1)
    assert tested.stays.iloc[[0, 30, 70, 100]].eq(1).all()
    assert tested.stays.iloc[50] < 0.8


# ------------------------------------------------------------------ factor scores


@given(
    arrays(float, (6, 3), elements=st.floats(1, 10)),
    arrays(float, 3, elements=st.floats(0.1, 1)),
)
def test_scores_are_the_weighted_mean(points, raw) -> None:
    table, shares = pd.DataFrame(points, columns=list("abc")), raw / raw.sum()
    found = grading.factor_scores(table, shares)
    assert np.allclose(found.scores, np.average(points, axis=1, weights=shares))
    assert np.allclose(found.contributions.sum(axis=1), found.scores)
    moved = found.reweight("b", 0.4)
    assert moved.weights.sum() == pytest.approx(1)
    assert moved.weights["a"] * shares[2] == pytest.approx(moved.weights["c"] * shares[0])


def test_weights_go_by_name_where_they_have_names() -> None:
    table = pd.DataFrame({"size": [10.0], "growth": [1.0]})
    judged = weights.ahp([[1, 3], [1 / 3, 1]], names=["growth", "size"])
    for given_ in (judged, {"growth": 0.75, "size": 0.25}, pd.Series([0.75, 0.25], judged.names)):
        assert grading.factor_scores(table, given_).scores.iloc[0] == pytest.approx(3.25)
    assert grading.factor_scores(table, [0.75, 0.25]).scores.iloc[0] == pytest.approx(7.75)


def test_a_reversed_factor_counts_from_the_other_end() -> None:
    table = pd.DataFrame({"risk": [2.0, 9.0]})
    assert grading.factor_scores(table, reverse=["risk"]).scores.tolist() == [9, 2]


# ------------------------------------------------------------------ overview

SCHEMES = {"abc": ["A", "B", "C"], "clp": ["platinum", ("gold", "iron"), "lead"]}


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "abc": ["A", "B", "B", "C", "C", "C"],
            "clp": ["gold", "platinum", "lead", "iron", "lead", "lead"],
        },
        index=list("uvwxyz"),
    )


def test_ranks_are_ridits() -> None:
    # Bross (1958): the share below a class and half of the class itself.
    levels = grading.overview(table(), SCHEMES).levels
    assert levels["abc"].tolist() == pytest.approx([5.5 / 6, 4 / 6, 4 / 6, 1.5 / 6, 1.5 / 6, 0.25])
    assert levels["clp"].tolist() == pytest.approx([4 / 6, 5.5 / 6, 1.5 / 6, 4 / 6, 0.25, 0.25])
    assert np.allclose(levels.mean(), 0.5)  # the mean ridit of the reference group


def test_steps_are_even_and_equal_grades_share_a_level() -> None:
    levels = grading.overview(table(), SCHEMES, scale="steps").levels
    assert levels["abc"].tolist() == [1, 0.5, 0.5, 0, 0, 0]
    assert levels["clp"].tolist() == [0.5, 1, 0, 0.5, 0, 0]


def test_agreement_is_kendalls_tau_and_disagreement_the_range() -> None:
    seen = grading.overview(table(), SCHEMES)
    expected = kendalltau([2, 1, 1, 0, 0, 0], [1, 2, 0, 1, 0, 0]).statistic
    assert seen.agreement.loc["abc", "clp"] == pytest.approx(expected)
    assert np.allclose(seen.disagreement, (seen.levels["abc"] - seen.levels["clp"]).abs())
    assert seen.to_frame().index[0] == seen.disagreement.idxmax()


def test_the_odd_one_out_is_furthest_from_the_mean_of_the_others() -> None:
    three = table().assign(abc2=table()["abc"])
    seen = grading.overview(three, SCHEMES | {"abc2": ["A", "B", "C"]})
    assert set(seen.odd_one_out()[seen.disagreement > 0]) == {"clp"}


def test_a_customer_may_lack_a_grade_when_that_is_allowed() -> None:
    gaps = table().assign(extra=["A", None, "B", None, "B", "A"])
    schemes = SCHEMES | {"extra": ["A", "B"]}
    with pytest.raises(ValueError, match="must not be missing; got 2"):
        grading.overview(gaps, schemes)
    seen = grading.overview(gaps, schemes, missing="allow")
    assert seen.levels["extra"].isna().sum() == 2
    assert seen.disagreement.notna().all()


def test_ordered_categories_bring_their_order() -> None:
    grade = pd.Categorical(["low", "top"], ["low", "top"], ordered=True)
    seen = grading.overview(pd.DataFrame({"one": grade, "two": grade}), scale="steps")
    assert seen.levels["one"].tolist() == [0, 1]
    assert (seen.disagreement == 0).all()


# ------------------------------------------------------------------ the data of the chapter


def test_the_candidates_are_the_largest_customers_of_the_order_log() -> None:
    orders = datasets.load("company_orders")
    accounts = datasets.load("company_accounts").set_index("customer")
    sales = orders[orders["date"].dt.year == 2025].groupby("customer")["amount"].sum()
    largest = sales.nlargest(30).round(2)
    assert accounts["sales"].to_dict() == pytest.approx(largest.to_dict())
    assert (accounts["wallet"] >= accounts["sales"]).all()
    survey = datasets.load("company_survey").set_index("customer")["share_of_wallet"]
    both = accounts.join(survey, how="inner")
    share = both["sales"] / both["wallet"]
    told = both["share_of_wallet"].clip(0.12, 0.96)
    assert (share - told).abs().max() < 0.12


def test_every_account_has_each_role_once() -> None:
    people = datasets.load("company_contacts")
    counts = people.groupby("customer")["role"].agg(["size", "nunique"])
    assert (counts == 6).all().all()
    assert (people["last_contact"].notna() == people["known"]).all()
    assert set(people["customer"]) == set(datasets.load("company_accounts")["customer"])
