"""Delivered value, levers and choice: row V1 of the syllabus."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv, value

quick = settings(max_examples=40, deadline=None, derandomize=True)
NAMES = (*value.BENEFITS, *value.SACRIFICES)
OFFER = dict(zip(NAMES, (500, 120, 60, 40, 400, 60, 30, 20), strict=True))
POINTS = {"product": 7, "service": 5, "personnel": 6, "image": 6} | {
    "money": 400, "time": 3, "energy": 4, "psychic": 4,
}  # fmt: skip
WORTH = {"product": 30, "service": 25, "personnel": 10, "image": 8, "time": 50, "energy": 10,
         "psychic": 10}  # fmt: skip
amounts = st.floats(0.1, 1e4)
offers = st.fixed_dictionaries(dict.fromkeys(NAMES, amounts))


def test_difference_and_quotient_by_hand():
    # 500 + 120 + 60 + 40 = 720; 400 + 60 + 30 + 20 = 510
    assert value.delivered_value(**OFFER) == 210
    assert value.delivered_value(**OFFER, relative=True) == pytest.approx(720 / 510)


def test_weights_turn_points_into_money():
    # 7·30 + 5·25 + 6·10 + 6·8 = 443; 400 + 3·50 + 4·10 + 4·10 = 630
    assert value.delivered_value(**POINTS, weights=WORTH) == 443 - 630
    assert value.delivered_value(**POINTS, weights=WORTH, relative=True) == pytest.approx(443 / 630)


@quick
@given(offers, st.sampled_from(NAMES), st.floats(0.1, 100))
def test_more_value_helps_and_more_cost_hurts_by_just_as_much(offer, name, step):
    more = value.delivered_value(**offer | {name: offer[name] + step})
    change = more - value.delivered_value(**offer)
    sign = 1 if name in value.BENEFITS else -1
    assert change == pytest.approx(sign * step, rel=1e-6, abs=1e-8)


@quick
@given(offers, st.floats(0.01, 100))
def test_another_currency_scales_the_difference_and_not_the_quotient(offer, per_yuan):
    other = {name: level * per_yuan for name, level in offer.items()}
    difference = value.delivered_value(**offer)
    assert value.delivered_value(**other) == pytest.approx(difference * per_yuan, abs=1e-6)
    quotient = value.delivered_value(**offer, relative=True)
    assert value.delivered_value(**other, relative=True) == pytest.approx(quotient)


@quick
@given(offers)
def test_difference_is_positive_just_when_the_quotient_is_above_one(offer):
    difference = value.delivered_value(**offer)
    quotient = value.delivered_value(**offer, relative=True)
    assert (difference > 1e-9) == (quotient > 1) or abs(difference) <= 1e-9


def test_arrays_give_one_value_each():
    found = value.delivered_value(**OFFER | {"money": [400, 300, 500]})
    assert found.tolist() == [210, 310, 110]


def test_the_tornado_of_the_course_takes_it():
    swings = clv.tornado(value.delivered_value, OFFER, 0.1).to_frame()["swing"]
    assert swings.to_dict() == pytest.approx({name: 0.2 * OFFER[name] for name in NAMES})


# Comparison.

TWO = pd.DataFrame(
    [{**OFFER, "product": 900, "money": 750}, {**OFFER, "product": 380, "money": 250}],
    index=["large", "small"],
)


def test_difference_and_quotient_can_choose_different_winners():
    found = value.compare_offers(TWO)
    # large: 1120 − 860 = 260, 1.302; small: 600 − 360 = 240, 1.667
    assert found.difference.to_dict() == {"large": 260, "small": 240}
    assert found.ratio.to_dict() == pytest.approx({"large": 1120 / 860, "small": 600 / 360})
    assert (found.best, found.best_ratio) == ("large", "small")
    table = found.to_frame()
    assert table["rank_by_difference"].to_dict() == {"large": 1, "small": 2}
    assert table["rank_by_ratio"].to_dict() == {"large": 2, "small": 1}


@quick
@given(st.floats(0, 1e5))
def test_a_common_amount_changes_no_difference_between_offers(amount):
    shifted = value.compare_offers(TWO.assign(image=TWO["image"] + amount))
    gap = shifted.difference["large"] - shifted.difference["small"]
    assert gap == pytest.approx(20)


def test_a_common_amount_turns_the_order_by_quotient():
    shifted = value.compare_offers(TWO.assign(image=TWO["image"] - 40, money=TWO["money"] + 9000))
    assert shifted.best_ratio == "large" != value.compare_offers(TWO).best_ratio


@quick
@given(st.lists(offers, min_size=1, max_size=6))
def test_comparison_agrees_with_the_function_offer_by_offer(rows):
    found = value.compare_offers(pd.DataFrame(rows), WORTH)
    for k, offer in enumerate(rows):
        assert found.difference[k] == pytest.approx(value.delivered_value(**offer, weights=WORTH))
        assert found.ratio[k] == pytest.approx(
            value.delivered_value(**offer, weights=WORTH, relative=True)
        )


# Levers.

LEVERS = pd.DataFrame(
    {"money": [-20, 0, 0], "time": [0, -1, 0], "product": [0, 0, 1.5], "cost": [20, 15, 60]},
    index=["rebate", "order online", "better beans"],
)


def test_gain_per_yuan_by_hand():
    table = value.lever_gains(POINTS, LEVERS, WORTH).to_frame()
    assert table["gain"].to_dict() == {"order online": 50, "rebate": 20, "better beans": 45}
    assert table["per_yuan"].tolist() == pytest.approx([50 / 15, 1, 0.75])
    assert list(table.index) == ["order online", "rebate", "better beans"]


def test_a_rebate_returns_just_what_it_costs():
    for rebate in (1, 37, 400):
        levers = pd.DataFrame({"money": [-rebate], "cost": [rebate]}, index=["rebate"])
        assert value.lever_gains(POINTS, levers, WORTH).table["per_yuan"].item() == 1


def test_a_lever_may_not_save_more_than_there_is():
    with pytest.raises(ValueError, match="levers must leave time at least 0; got -1 after 'magic'"):
        value.lever_gains(POINTS, pd.DataFrame({"time": [-4], "cost": [1]}, index=["magic"]))


# Choice.


def market(customers=40, seed=3):
    """Random ratings of three offers by customers who weigh them differently."""
    rng = np.random.default_rng(seed)
    ratings = pd.DataFrame(
        {"customer": np.repeat(np.arange(customers), 3), "offer": ["A", "B", "C"] * customers}
    )
    for name in NAMES:
        ratings[name] = rng.uniform(1, 10, len(ratings))
    worth = pd.DataFrame({"customer": range(customers)})
    for name in NAMES:
        worth[name] = rng.uniform(1, 5, customers)
    return ratings, worth


def test_without_chance_everyone_takes_the_best_of_the_function():
    ratings, worth = market()
    found = value.choose_offers(ratings, worth).table
    for who, rows in ratings.groupby("customer"):
        own = worth.set_index("customer").loc[who].to_dict()
        nets = [
            value.delivered_value(**row[list(NAMES)], weights=own) for _, row in rows.iterrows()
        ]
        mine = found[found["customer"] == who]
        assert mine["difference"].tolist() == pytest.approx(nets)
        assert mine["probability"].tolist() == [float(net == max(nets)) for net in nets]


def test_logit_by_hand():
    ratings = pd.DataFrame({"customer": ["x"] * 2, "offer": ["A", "B"], "p": [5, 3], "m": [1, 1]})
    chances = value.choose_offers(ratings, scale=2, benefits=["p"], sacrifices=["m"]).shares
    assert chances["A"] == pytest.approx(1 / (1 + math.exp(-1)))


@quick
@given(st.floats(0.01, 100))
def test_shares_add_up_and_row_order_does_not_matter(scale):
    ratings, worth = market()
    shares = value.choose_offers(ratings, worth, scale=scale).shares
    assert shares.sum() == pytest.approx(1)
    mixed = value.choose_offers(
        ratings.sample(frac=1, random_state=1), worth.sample(frac=1, random_state=2), scale=scale
    ).shares
    assert mixed.to_dict() == pytest.approx(shares.to_dict())


def test_the_limits_of_chance():
    ratings, worth = market()
    certain = value.choose_offers(ratings, worth)
    nearly = value.choose_offers(ratings, worth, scale=1e-9)
    assert nearly.shares.to_dict() == pytest.approx(certain.shares.to_dict())
    coin = value.choose_offers(ratings, worth, scale=1e9)
    assert coin.shares.tolist() == pytest.approx([1 / 3] * 3, abs=1e-6)


def test_equal_offers_share_the_customer_and_reach_counts():
    ratings = pd.DataFrame(
        {"customer": list("xxy"), "offer": list("ABA"), "p": [4, 4, 1], "m": [1, 1, 9]}
    )
    table = value.choose_offers(ratings, benefits=["p"], sacrifices=["m"]).to_frame()
    assert table["within_reach"].to_dict() == {"A": 2, "B": 1}
    assert table["share"].to_dict() == {"A": 0.75, "B": 0.25}
    assert table["share_within_reach"].to_dict() == {"A": 0.75, "B": 0.5}


def test_the_scale_of_simulated_choices_is_found_again():
    ratings, worth = market(customers=4000)
    true = 25.0
    net = value.choose_offers(ratings, worth).table["difference"].to_numpy()
    noisy = (net + np.random.default_rng(5).gumbel(0, true, len(net))).reshape(-1, 3)
    chosen = (noisy == noisy.max(axis=1, keepdims=True)).ravel()
    found = value.choice_scale(ratings.assign(chosen=chosen), worth)
    assert found == pytest.approx(true, rel=0.08)  # three standard errors
    # and with that scale the shares are those observed
    shares = value.choose_offers(ratings, worth, scale=found).shares.to_numpy()
    assert shares == pytest.approx(chosen.reshape(-1, 3).mean(axis=0), abs=0.02)


@pytest.mark.parametrize("place", [3, 1])
def test_choices_without_chance_or_without_sense_have_no_scale(place):
    ratings, worth = market()
    table = value.choose_offers(ratings, worth).table
    rank = table.groupby("customer")["difference"].rank()
    with pytest.raises(ValueError, match="no finite scale"):
        value.choice_scale(ratings.assign(chosen=rank == place), worth)


def test_lever_returns_by_hand():
    ratings = pd.DataFrame(
        {"customer": ["x", "x", "y", "y"], "offer": ["A", "B"] * 2, "product": [8, 6] * 2,
         "service": 5, "personnel": 5, "image": 5, "money": [100, 60] * 2, "time": 2,
         "energy": 3, "psychic": 3},
    )  # fmt: skip
    worth = pd.DataFrame({"customer": ["x", "y"], "product": [30, 10], "time": [5, 25]})
    levers = pd.DataFrame(
        {"time": [-1, 0], "money": [0, -10], "cost": [4, 10]}, index=["deliver", "rebate"]
    )
    found = value.lever_returns(ratings, worth, "A", levers, margin=40)
    # x takes A already (gap +20), y takes B (gap −20): an hour saved is worth 25 to y.
    assert found.base_share == 0.5
    table = found.to_frame()
    assert table.loc["deliver"].to_dict() == pytest.approx(
        {"cost": 4, "mean_gain": 15, "share": 1, "extra_share": 0.5, "net": 16, "per_yuan": 5}
    )
    assert table.loc["rebate"].to_dict() == pytest.approx(
        {"cost": 10, "mean_gain": 10, "share": 0.5, "extra_share": 0, "net": -5, "per_yuan": 0}
    )


@quick
@given(st.floats(0, 30), st.floats(0.5, 20))
def test_net_return_is_margin_after_less_margin_before(margin, cost):
    ratings, worth = market()
    levers = pd.DataFrame({"service": [1.0], "cost": [cost]}, index=["train"])
    found = value.lever_returns(ratings, worth, "A", levers, margin, scale=3)
    row = found.to_frame().loc["train"]
    assert row["extra_share"] > 0
    assert row["net"] == pytest.approx(
        row["share"] * (margin - cost) - found.base_share * margin, abs=1e-9
    )


def test_what_would_fall_below_zero_stays_at_zero():
    ratings, worth = market()
    levers = pd.DataFrame({"time": [-100, -1e6], "cost": [1, 1]}, index=["much", "more"])
    table = value.lever_returns(ratings, worth, "A", levers, 10).to_frame()
    assert table["mean_gain"].max() == table["mean_gain"].min()
