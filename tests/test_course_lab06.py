"""Lab 06: its values and its memo."""

import pytest

from crmlab import value
from tests.labs import built

NAME = "lab06_customer_value"


@pytest.fixture(scope="module")
def lab06(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab06):
    return lab06.names(lab06.solution)


def test_lab06_meets_crmlab(solved):
    shops, worth = solved["shops"], solved["worth"]
    assert solved["net_values"](shops, worth).tolist() == pytest.approx(
        value.compare_offers(shops, worth).difference.tolist()
    )
    students = solved["students"]
    long = students.reset_index().melt("index", var_name="offer", value_name="net").dropna()
    long = long.assign(net=long["net"] + 100, money=1.0)
    options = {"customer": "index", "benefits": ["net"], "sacrifices": ["money"]}
    shares = value.choose_offers(long, **options).shares
    assert solved["first_choice_shares"](students).to_dict() == pytest.approx(shares.to_dict())
    shares = value.choose_offers(long, scale=4, **options).shares
    assert solved["logit"](students, 4).mean().to_dict() == pytest.approx(shares.to_dict())
    departments = solved["departments"].reset_index(names="customer")
    weights = {"profitability": 2, "lifetime": 1, "referral": 3, "capability": 1, "potential": 1}
    assert solved["relationship_scores"](solved["departments"], weights).to_dict() == (
        pytest.approx(value.relationship_profile(departments, weights).score.to_dict())
    )
    states = value.value_loop(0.2).steady_states["customer_value"]
    assert solved["tipping_point"] == pytest.approx(states[1], abs=0.001)
    for start, end in ((0.5, states[0]), (0.7, states[2])):
        assert solved["settle"](start, 0.2) == pytest.approx(end, abs=1e-6)
    placed = value.value_map(solved["town"])
    assert solved["dominated"](solved["town"]) == list(placed.dominated_by)
    assert solved["advantages"](solved["town"]).to_dict() == pytest.approx(
        placed.table["advantage"].to_dict()
    )
    ideas = solved["ideas"].assign(
        product=["existing", "new", "existing", "new"],
        customers=["existing", "existing", "new", "new"],
    )
    grid = value.growth_grid(ideas, 0.1, 34_000)
    assert solved["expected_values"](ideas, 0.1).to_dict() == pytest.approx(
        grid.table["expected_value"].to_dict()
    )
    assert solved["best_set"](ideas, 0.1, 34_000) == list(grid.chosen)
    failures = [0.02, 0.03, 0.05, 0.08, 0.12]
    plan = value.warranty_plan(failures, 12, 5, 0.1, margin=14, uplift=0.2, reach=2)
    assert solved["best_promise"](failures, 12, 0.1) == plan.best
    assert [solved["promise_cost"](failures, 12, 0.1, n) for n in range(6)] == pytest.approx(
        plan.table["cost"].tolist()
    )


def test_the_memo_says_what_the_data_say(solved, lab06):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab06.solution.cells if "**Advice:" in cell.source)
    rebate, upload, _paper, proof = solved["per_yuan"]
    assert rebate == 1
    assert f"An upload gives {upload:.1f} for 1, a proof by message {proof:.1f}" in memo
    students = solved["students"]
    before, after = (
        solved["logit"](students.assign(Union=students["Union"] + more), 4)["Union"].mean()
        for more in (0, 5)
    )
    assert f"from {100 * before:.0f} % to {100 * after:.0f} %" in memo
    gain = solved["gain"]({"time": -0.4, "energy": -1}, solved["worth"])
    earned = solved["net_return"](students, gain, 1.5, 4)
    assert f"loses {-solved['rebate_net']:.2f} yuan per student" in memo
    assert f"The upload earns {earned:.2f}, the proof {solved['proof_net']:.2f}" in memo
    assert f"you ask {solved['advantages'](solved['town'])['Union']:.2f} yuan less" in memo
    assert solved["dominated"](solved["town"]) == ["Station"]
    enough = solved["gain"]({"time": -6.3 / 60, "energy": -1}, solved["worth"])
    assert 0 < solved["net_return"](students, enough, 1.5, 4) < 0.02
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
