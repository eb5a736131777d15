"""Key accounts: traits, the published buygrid, contact plans, strategies priced."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab import grading
from crmlab.grading.key_accounts import ROLES, STEPS, TRAITS

PEOPLE = pd.DataFrame({"role": list(ROLES), "person": [f"p{i}" for i in range(6)], "known": True})


def test_nine_traits_six_roles_eight_steps() -> None:
    assert (len(TRAITS), len(ROLES), len(STEPS)) == (9, 6, 8)
    assert {role for step in STEPS for role in step[3]} == set(ROLES)


def test_the_buygrid_is_the_published_one() -> None:
    """Robinson, Faris and Wind (1967) as tabled by Kotler: only steps 3 and 8 are always taken."""
    steps = grading.buying_steps()
    assert steps["new task"].eq("yes").all()
    assert steps["modified rebuy"].tolist() == [*["maybe"] * 2, "yes", *["maybe"] * 4, "yes"]
    assert steps["straight rebuy"].tolist() == ["no", "no", "yes", "no", "no", "no", "no", "yes"]
    assert steps["chinese"].iloc[[5, 6, 7]].tolist() == ["选择供应商", "正式订购", "绩效评估"]


@pytest.mark.parametrize(
    ("situation", "maybe", "steps"),
    [
        ("straight rebuy", True, [3, 8]),
        ("modified rebuy", False, [3, 8]),
        ("modified rebuy", True, list(range(1, 9))),
        ("new task", False, list(range(1, 9))),
    ],
)
def test_the_situation_decides_the_steps(situation, maybe, steps) -> None:
    plan = grading.buying_plan(situation, PEOPLE, known="known", maybe=maybe)
    assert plan.table["number"].unique().tolist() == steps
    assert plan.coverage == 1
    assert plan.gaps.empty


def test_unknown_people_are_to_be_met_and_missing_roles_to_be_found() -> None:
    people = PEOPLE[PEOPLE["role"] != "decider"].assign(known=lambda t: t["role"] != "buyer")
    plan = grading.buying_plan("new task", people, known="known")
    by_role = plan.table.groupby("role")["status"].unique().map(list).to_dict()
    assert by_role.pop("decider") == ["find"]
    assert by_role.pop("buyer") == ["meet"]
    assert all(status == ["contact"] for status in by_role.values())
    assert plan.coverage == pytest.approx(1 - len(plan.gaps) / len(plan.table))


def test_one_known_person_of_a_role_is_enough() -> None:
    more = pd.concat([PEOPLE, pd.DataFrame([{"role": "user", "person": "x", "known": False}])])
    plan = grading.buying_plan("straight rebuy", more, known="known")
    assert plan.table.loc[plan.table["role"] == "user", "person"].tolist() == ["p1", "p1"]


def test_other_roles_may_be_asked_for_at_a_step() -> None:
    plan = grading.buying_plan("straight rebuy", PEOPLE, contacts={8: ["decider"]})
    assert plan.table.loc[plan.table["number"] == 8, "role"].tolist() == ["decider"]


@given(st.lists(st.integers(0, 2), min_size=9, max_size=9))
def test_the_score_is_the_share_of_the_points(points) -> None:
    scored = grading.account_score(pd.DataFrame([points], columns=list(TRAITS)))
    assert scored.scores.iloc[0] == pytest.approx(100 * sum(points) / 18)
    assert scored.to_frame()["key"].iloc[0] == (sum(points) >= 10.8)


def test_a_score_at_the_threshold_is_key_in_spite_of_rounding() -> None:
    answers = pd.DataFrame([[1] * 9], columns=list(TRAITS))
    assert grading.account_score(answers, top=3, cut=100 / 3).to_frame()["key"].all()


MONEY = st.floats(1, 1e5)


@given(st.integers(1, 1000), MONEY, MONEY, MONEY)
def test_at_its_break_even_uplift_a_plan_changes_nothing(n, gain, cost, plan_cost) -> None:
    tiers = pd.DataFrame(
        {"customers": [n], "contribution": gain, "cost": cost, "plan_cost": plan_cost}
    ).assign(uplift=0.0)
    even = grading.service_strategies(tiers).table["break_even"].iloc[0]
    if even > -1:
        at = grading.service_strategies(tiers.assign(uplift=even))
        assert at.change == pytest.approx(0, abs=1e-6 * n * max(gain, cost, plan_cost))
        assert np.sign(grading.service_strategies(tiers.assign(uplift=even + 1)).change) == 1


def test_strategies_name_the_three_tiers() -> None:
    assert list(grading.account_strategies()) == ["key", "ordinary", "small"]
