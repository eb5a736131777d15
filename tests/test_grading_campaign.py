"""Campaign targets: algebra, gain and lift against brute force and scikit-learn, real campaigns."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from sklearn.metrics import roc_auc_score

from crmlab import datasets, grading

SCORED = st.integers(2, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 5), min_size=n, max_size=n),
        st.lists(st.booleans(), min_size=n, max_size=n).filter(any),
    )
)
PRICE = st.floats(0.1, 50)


@given(PRICE, PRICE, st.floats(0, 0.5))
def test_at_the_break_even_a_contact_earns_nothing(cost, margin, baseline) -> None:
    even = float(grading.break_even_response(cost, margin, baseline))
    if even <= 1:
        profit = grading.campaign_profit(1000, even, cost, margin, baseline=baseline)
        assert float(profit) == pytest.approx(0, abs=1e-6)


def test_fixed_cost_and_arrays() -> None:
    found = grading.campaign_profit([100, 200], [0.1, 0.2], 1, 20, fixed=50)
    assert found.tolist() == pytest.approx([100 * (2 - 1) - 50, 200 * (4 - 1) - 50])


@given(SCORED)
def test_gains_rise_to_one_and_lift_ends_at_one(scored) -> None:
    found = grading.gains(*scored)
    assert (np.diff(found.gain) >= 0).all()
    assert (np.diff(found.depth) > 0).all()
    assert (found.gain[0], found.gain[-1], found.depth[-1]) == (0, 1, 1)
    assert float(found.lift_at(1)) == pytest.approx(1)
    table = found.to_frame()
    assert table["responses"].sum() == pytest.approx(sum(scored[1]))
    assert table["lift"].iloc[-1] == pytest.approx(1)


@given(SCORED)
def test_the_area_under_the_gains_is_the_auc(scored) -> None:
    # Area under the gain curve = p / 2 + (1 − p) AUC, p the share who respond; ties count half.
    score, response = scored
    if all(response):
        return
    found = grading.gains(score, response)
    area, p = trapezoid(found.gain, found.depth), np.mean(response)
    assert area == pytest.approx(p / 2 + (1 - p) * roc_auc_score(response, score))


@given(SCORED, PRICE, PRICE)
def test_the_best_depth_is_that_of_brute_force(scored, cost, margin) -> None:
    score, response = np.array(scored[0]), np.array(scored[1])
    best = grading.gains(score, response).profit(cost, margin)
    tried = [
        margin * response[score >= cut].sum() - cost * (score >= cut).sum()
        for cut in [99, *np.unique(score)]
    ]
    assert best.best_profit == pytest.approx(max(tried))
    assert best.profit_of_all == pytest.approx(margin * response.sum() - cost * len(score))
    assert float(best.profit_at(best.best_depth)) == pytest.approx(best.best_profit)


def test_a_score_without_information_has_a_lift_of_one_everywhere() -> None:
    found = grading.gains([1] * 10, [1, 0] * 5)
    assert found.lift_at([0.1, 0.35, 1]).tolist() == pytest.approx([1, 1, 1])


def test_fixed_cost_can_forbid_the_whole_campaign() -> None:
    found = grading.gains([3, 2, 1], [1, 0, 0])
    assert found.profit(1, 4, fixed=2).best_contacts == 1
    assert found.profit(1, 4, fixed=5).best_contacts == 0
    assert found.profit(1, 4, fixed=5).best_profit == 0


def test_cells_decide_by_the_whole_interval() -> None:
    cells = ["a"] * 100 + ["b"] * 100 + ["c"] * 10
    response = [1] * 40 + [0] * 60 + [1] * 2 + [0] * 98 + [1] * 2 + [0] * 8
    found = grading.campaign_cells(cells, response, cost=0.6, margin=4)
    assert found.table["decision"].to_dict() == {"a": "write", "c": "test", "b": "leave"}
    # Wilson's interval of 2 in 10: published tables give 0.057 to 0.510.
    assert found.table.loc["c", ["low", "high"]].tolist() == pytest.approx(
        [0.0567, 0.5098], abs=1e-3
    )
    profit = grading.campaign_profit(1, found.table["rate"], 0.6, 4)
    assert np.allclose(found.table["profit"], profit)


def test_scores_shrink_small_cells_and_unknown_ones_get_the_rate_of_all() -> None:
    found = grading.campaign_cells(["a"] * 30 + ["b"] * 2, [0] * 30 + [1] * 2, cost=1, margin=4)
    assert found.score(["b", "a", "new"]).tolist() == pytest.approx([1, 0, 2 / 32])
    pulled = found.score(["b"], prior=2).iloc[0]
    assert pulled == pytest.approx((2 + 2 * 2 / 32) / 4)


# ------------------------------------------------------------------ what was known before


def test_nothing_after_the_start_is_read() -> None:
    sent, log = datasets.load("journey_campaigns"), datasets.load("journey_baskets")
    names = {"customer": "household", "coupon": "coupon_discount"}
    start = sent.loc[sent["campaign"] == "18", "start"].min()
    whole = grading.before_campaign(sent, log, "18", **names)
    cut = grading.before_campaign(sent, log[log["date"] < start], "18", **names)
    pd.testing.assert_frame_equal(whole, cut)
    spoiled = sent.assign(redeemed=sent["redeemed"].where(sent["end"] < start, 9))
    later = grading.before_campaign(spoiled, log, "18", **names)
    pd.testing.assert_frame_equal(whole.drop(columns="responded"), later.drop(columns="responded"))


def test_the_campaigns_are_those_of_the_package() -> None:
    """completejourney: 6,589 household-campaigns and 2,102 redemptions in 27 campaigns."""
    sent = datasets.load("journey_campaigns")
    assert (len(sent), sent["redeemed"].sum(), sent["campaign"].nunique()) == (6589, 2102, 27)
    by = sent.groupby("campaign")["redeemed"].agg(["size", lambda n: (n > 0).sum()])
    assert by.loc[["8", "13", "18"]].to_numpy().tolist() == [[1076, 158], [1077, 196], [1133, 214]]
    used = sent.dropna(subset=["first_redeemed"])
    assert used["first_redeemed"].between(used["start"], used["end"]).all()
    assert not sent.duplicated(["campaign", "household"]).any()
    known = set(datasets.load("journey_households")["household"])
    assert set(sent["household"]) <= known


def test_features_before_a_campaign_agree_with_a_count_by_hand() -> None:
    sent, log = datasets.load("journey_campaigns"), datasets.load("journey_baskets")
    found = grading.before_campaign(sent, log, "13", customer="household", window_days=90)
    start = pd.Timestamp("2017-08-08")
    one = found.index[5]
    mine = log[(log["household"] == one) & (log["date"] < start)]
    mine = mine[mine["date"] >= start - pd.Timedelta(days=90)]
    assert found.loc[one, "frequency"] == len(mine)
    assert found.loc[one, "monetary"] == pytest.approx(mine["amount"].sum())
    assert found.loc[one, "recency"] == (start - mine["date"].max()).days
