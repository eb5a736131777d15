"""Relationship quality, switching cost, the service-profit chain: rows Y6 to Y8."""

from math import exp, log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, loyalty
from crmlab.loyalty.relationship import FEELINGS, PATHS

quick = settings(max_examples=60, deadline=None, derandomize=True)
values = st.floats(-100, 100)
costs = st.floats(0, 200)
LINKS = ["employee_satisfaction", "service_value", "satisfaction", "loyalty", "profit"]


# Y6


def test_relationship_paths_come_near_the_truth_behind_the_survey():
    """Paths between noisy scores are weaker than the true ones, in a known direction."""
    survey = datasets.load("company_survey")
    blocks = {name: [f"{name}_{i}" for i in (1, 2, 3)] for name in FEELINGS}
    model = loyalty.relationship_quality(blocks, missing="mean", scale=(1, 10)).fit(survey)
    truth = datasets.load("company_survey_paths").set_index(["source", "target"])["coefficient"]
    found = model.paths_
    assert len(found) == sum(map(len, PATHS.values()))
    both = pd.DataFrame({"found": found, "true": truth.reindex(found.index)})
    assert both["true"].notna().all()
    assert (both["found"] - both["true"]).abs().max() < 0.2
    assert both["found"].corr(both["true"]) > 0.7
    # Where one path alone leads in, attenuation pulls it towards 0.
    assert both.loc[("satisfaction", "trust"), "found"] < 0.60


def test_relationship_model_wants_exactly_its_blocks():
    blocks = {name: [name] for name in FEELINGS}
    assert loyalty.relationship_quality(blocks).latents[0] == "satisfaction"
    with pytest.raises(ValueError, match=r"blocks must name every .* got none for trust"):
        loyalty.relationship_quality({k: v for k, v in blocks.items() if k != "trust"})
    with pytest.raises(ValueError, match=r"name in blocks must be one of .*; got 'price'"):
        loyalty.relationship_quality(blocks | {"price": ["p"]})
    with pytest.raises(TypeError, match="blocks must map each latent variable"):
        loyalty.relationship_quality(["trust"])


# Y7


def test_switching_cost_adds_its_four_parts():
    cost = loyalty.switching_cost(sunk=100, transaction=200, forgone=300, psychological=400)
    assert cost.total == 1000
    assert cost.to_frame()["share"].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert loyalty.switching_cost().total == 0


@quick
@given(values, values, costs, st.floats(1, 50))
def test_stay_probability_is_the_logit_of_the_difference(ours, theirs, cost, scale):
    p = loyalty.stay_probability(ours, theirs, cost, scale)
    assert p == pytest.approx(1 / (1 + exp(-(ours - theirs + cost) / scale)))
    turned = 1 - loyalty.stay_probability(theirs - cost, ours, 0, scale)
    assert p == pytest.approx(turned), "seen from the rival's side it is the same choice"


def test_a_customer_is_undecided_when_the_rival_is_better_by_the_switching_cost():
    assert loyalty.stay_probability(100, 130, 30, 5) == 0.5


@quick
@given(st.lists(values, min_size=1, max_size=10), values, costs, costs)
def test_lock_in_retains_more_and_none_of_it_is_willing(ours, rival, one, two):
    found = loyalty.lock_in(ours, rival, sorted((0.0, one, two)), scale=20)
    assert (np.diff(found.retained) >= -1e-12).all()
    assert np.ptp(found.willing) == 0
    assert found.captive == pytest.approx(found.retained - found.willing)
    assert found.captive[0] == pytest.approx(0, abs=1e-12)


def test_share_retained_is_the_share_of_simulated_customers_who_stay():
    rng = np.random.default_rng(21)
    ours, rival = rng.normal(100, 15, 300), rng.normal(105, 15, 300)
    share = loyalty.lock_in(ours, rival, [25], scale=10).retained[0]
    unseen = rng.logistic(scale=10, size=(2000, 300))
    stays = (ours - rival + 25 + unseen > 0).mean()
    assert share == pytest.approx(stays, abs=0.005)


def test_path_without_resentment_is_a_power_for_equal_customers():
    p = loyalty.stay_probability(100, 110, 40, 10)
    path = loyalty.lock_in_path(100, 110, [40] * 4, scale=10)
    assert path.remaining == pytest.approx(p ** np.arange(5))
    assert path.retention == pytest.approx(np.full(4, p))


def test_those_who_remain_are_the_better_disposed():
    path = loyalty.lock_in_path([80, 120], 100, [0, 0, 0], scale=10)
    assert (np.diff(path.retention) > 0).all()
    assert path.remaining == pytest.approx(np.concatenate([[1], path.retention.cumprod()]))


def test_resentment_makes_the_fall_deeper():
    held = [50] * 6 + [0]
    calm = loyalty.lock_in_path(100, 110, held, scale=10)
    bitter = loyalty.lock_in_path(100, 110, held, scale=10, resentment=4)
    assert bitter.retention[0] == calm.retention[0]
    assert bitter.retention[-1] < calm.retention[-1] - 0.1
    assert calm.captive[-1] == bitter.captive[-1] == 0


# Y8


@quick
@given(
    st.floats(-0.5, 1),
    st.lists(st.floats(-2, 3), min_size=1, max_size=5),
    st.floats(0.2, 1),
)
def test_the_long_run_is_the_product_of_the_elasticities(change, elasticities, speed):
    links = {f"link {k}": e for k, e in enumerate(elasticities)}
    found = loyalty.service_chain(change, links, speed=speed, periods=400)
    assert found.final[-1] == pytest.approx((1 + change) ** np.prod(elasticities) - 1, abs=1e-9)
    assert found.path[-1, 1:] == pytest.approx(found.final, abs=1e-6)
    assert found.path[0, 1:] == pytest.approx(np.zeros(len(elasticities)))


def test_at_full_speed_a_change_walks_one_link_a_period():
    found = loyalty.service_chain(0.1, {"a": 0.5, "b": 2.0}, speed=1, periods=2)
    assert found.path[1] == pytest.approx([0.1, 1.1**0.5 - 1, 0])
    assert found.path[2] == pytest.approx([0.1, 1.1**0.5 - 1, 0.1])


def test_small_changes_multiply_like_per_cents():
    found = loyalty.service_chain(0.001, {"a": 0.5, "b": 0.8, "c": 2.0})
    assert found.final[-1] == pytest.approx(0.001 * 0.5 * 0.8 * 2.0, rel=1e-3)


def test_links_of_the_branches_hold_their_true_elasticities():
    branches = datasets.load("company_branches")
    found = loyalty.estimate_chain(
        branches, LINKS, cluster="branch", controls={"profit": ["staff"]}
    )
    true = [0.45, 0.70, 0.60, 1.80]  # Branches.elasticity of recipes/simulate_branches.py
    assert ((found.table["low"] <= true) & (true <= found.table["high"])).all()
    assert found.total_low < np.prod(true) < found.total_high
    assert (found.rows, found.clusters) == (192, 48)


def test_without_clusters_the_slope_is_that_of_least_squares():
    rng = np.random.default_rng(31)
    table = pd.DataFrame(np.exp(rng.standard_normal((50, 3))), columns=["a", "b", "z"])
    found = loyalty.estimate_chain(table, ["a", "b"], controls={"b": ["z"]})
    x = np.column_stack([np.ones(50), np.log(table[["a", "z"]])])
    slope = np.linalg.lstsq(x, np.log(table["b"]), rcond=None)[0]
    assert found.elasticities["b"] == pytest.approx(slope[1])
    left = np.log(table["b"]) - x @ slope
    bread = np.linalg.inv(x.T @ x)
    white = bread @ (x.T * left.to_numpy() ** 2) @ x @ bread * 50 / 47  # HC1
    assert found.table.loc["b", "standard_error"] == pytest.approx(np.sqrt(white[1, 1]))


def test_copying_every_row_does_not_make_the_clustered_interval_narrower():
    branches = datasets.load("company_branches")
    twice = pd.concat([branches, branches])
    once, double = (
        loyalty.estimate_chain(table, LINKS, cluster="branch").table["standard_error"]
        for table in (branches, twice)
    )
    assert double.to_numpy() == pytest.approx(once.to_numpy(), rel=0.02)


def test_elasticities_go_straight_into_the_simulation():
    branches = datasets.load("company_branches")
    found = loyalty.estimate_chain(branches, LINKS, cluster="branch")
    chain = loyalty.service_chain(0.1, found.elasticities)
    assert log(1 + chain.final[-1]) == pytest.approx(found.total * log(1.1))
