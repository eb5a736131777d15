"""Cost of a discount, change in profit, several policies, standards, simulation: row K3."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from crmlab import credit

quick = settings(max_examples=40, deadline=None, derandomize=True)
share = st.floats(0, 1).map(lambda x: round(x, 4))
sales = st.floats(0, 1e6).map(lambda x: round(x, 2))
policies = st.builds(
    credit.CreditPolicy,
    sales=sales,
    days=st.floats(20, 200),
    bad_debts=st.floats(0, 0.3),
    collection_cost=st.floats(0, 1e5),
    discount=st.floats(0.001, 0.1),
    discount_days=st.floats(0, 19),
    discount_share=share,
)
conditions = st.fixed_dictionaries(
    {
        "variable_cost": st.floats(0.2, 1.1),
        "rate": st.floats(0, 0.5),
        "carry": st.sampled_from(["cost", "price", "marginal"]),
        "year": st.sampled_from([360, 365]),
    }
)
#: The example of the Chinese textbook of the accountants' examination (财务成本管理): n/30 to n/60,
#: 100,000 and 120,000 pieces at 5, variable cost 4, 360 days, 15 %.
NET_30 = credit.CreditPolicy(500_000, 30, 0.01, 3000)
NET_60 = credit.CreditPolicy(600_000, 60, 0.015, 4000)
TAKEN = credit.CreditPolicy(600_000, 60, 0.015, 4000, 0.008, 30, 0.5)
CHINA = {"variable_cost": 0.8, "rate": 0.15, "year": 360}


# Cost of a discount.


@pytest.mark.parametrize(
    ("terms", "options", "published"),
    [
        ((0.02, 10, 30), {"year": 360}, 0.3673),
        ((0.02, 10, 30), {}, 0.3724),
        ((0.02, 10, 30), {"compound": True}, 0.4459),
        ((0.01, 10, 30), {}, 0.1843),
        ((0.02, 10, 60), {}, 0.1490),
    ],
)
def test_published_costs_of_a_discount(terms, options, published):
    # Reference values of the course: 36.73, 37.24, 44.59, 18.43 and 14.90 %.
    assert credit.discount_cost(*terms, **options) == pytest.approx(published, abs=5e-5)


@quick
@given(st.floats(0, 0.5), st.floats(0, 60), st.floats(1, 120), st.booleans())
def test_the_break_even_discount_undoes_the_cost(discount, first, gap, compound):
    cost = credit.discount_cost(discount, first, first + gap, compound=compound)
    back = credit.break_even_discount(cost, first, first + gap, compound=compound)
    assert back == pytest.approx(discount, abs=1e-9)


@quick
@given(st.floats(0.001, 0.3), st.floats(1, 300))
def test_the_compound_cost_is_the_rate_of_a_loan(discount, gap):
    # 1 − a borrowed grows to 1 in `gap` days at the effective yearly rate.
    rate = credit.discount_cost(discount, 10, 10 + gap, compound=True)
    assert (1 - discount) * (1 + rate) ** (gap / 365) == pytest.approx(1)
    simple = credit.discount_cost(discount, 10, 10 + gap)
    assert (rate >= simple) == (gap <= 365)


def test_discounts_as_arrays_give_arrays():
    found = credit.discount_cost([0.01, 0.02], 10, [[30], [60]])
    assert found.shape == (2, 2)
    assert found[1, 1] == credit.discount_cost(0.02, 10, 60)
    assert isinstance(credit.discount_cost(0.02, 10, 30), float)


# Change in profit.


def test_the_textbook_change_of_terms():
    # Textbook: gain 20,000; interest 5,000 to 12,000; collection +1,000; bad debts +4,000; 8,000.
    result = credit.terms_change(NET_30, NET_60, **CHINA)
    assert result.table["change"].to_dict() == pytest.approx(
        {"contribution": 20_000, "carrying cost": -7000, "bad debts": -4000,
         "collection cost": -1000, "discounts": 0, "profit": 8000}
    )  # fmt: skip
    # With 0.8/30, taken by half: 45 days, interest 9,000, discounts 2,400, so 8,600.
    result = credit.terms_change(NET_30, TAKEN, **CHINA)
    assert TAKEN.average_days == pytest.approx(45)
    assert result.table["new"]["carrying cost"] == pytest.approx(-9000)
    assert result.table["change"]["discounts"] == pytest.approx(-2400)
    assert result.change == pytest.approx(8600)
    assert result.pays


def test_the_example_of_dodd_tool():
    # Gitman, Principles of Managerial Finance: 60,000 to 63,000 units at 10, variable cost 6,
    # 30 to 45 days, bad debts 1 to 2 %, 15 %: 12,000 − 2,574 − 6,600 = 2,826, where the turnover
    # of receivables is rounded to 12.2 and 8.1 times (investment 29,508 to 46,667).
    result = credit.terms_change(
        {"sales": 600_000, "days": 365 / 12.2, "bad_debts": 0.01},
        {"sales": 630_000, "days": 365 / 8.1, "bad_debts": 0.02}, 0.6, 0.15,
    )  # fmt: skip
    change = result.table["change"]
    assert change["contribution"] == pytest.approx(12_000)
    assert result.tied_up == pytest.approx(17_159, abs=1)
    assert change["carrying cost"] == pytest.approx(-2574, abs=1)
    assert change["bad debts"] == pytest.approx(-6600)
    assert result.change == pytest.approx(2826, abs=1)


def test_two_discounts_side_by_side():
    # An exercise of Chinese textbooks: 5,000 at 3/10, 2/20, n/45 taken by 60 and 18 %, variable
    # cost 40 %, 10 %, collection 120, bad debts 2.5 %, 360 days; recomputed by its formulas.
    policy = credit.CreditPolicy(5000, 45, 0.025, 120, (0.03, 0.02), (10, 20), (0.6, 0.18))
    assert policy.average_days == pytest.approx(0.6 * 10 + 0.18 * 20 + 0.22 * 45)  # 19.5
    nothing = credit.CreditPolicy(0, 0)
    lines = credit.terms_change(nothing, policy, 0.4, 0.1, year=360).table["new"]
    assert lines["discounts"] == pytest.approx(-5000 * (0.6 * 0.03 + 0.18 * 0.02))  # 108
    assert lines["carrying cost"] == pytest.approx(-5000 / 360 * 19.5 * 0.4 * 0.1)  # 10.83
    assert lines["profit"] == pytest.approx(5000 - 108 - 2000 - 10.8333333 - 120 - 125)


@quick
@given(policies, policies, conditions)
def test_what_one_change_brings_the_way_back_takes(old, new, options):
    there = credit.terms_change(old, new, **options)
    back = credit.terms_change(new, old, **options)
    assert there.change == pytest.approx(-back.change, abs=1e-6)
    lines = there.table.drop(index="profit")
    assert lines.sum().to_numpy() == pytest.approx(there.table.loc["profit"].to_numpy())
    assert credit.terms_change(old, old, **options).change == 0


@quick
@given(policies, policies, policies, conditions)
def test_changes_add_up_over_a_policy_in_between(one, two, three, options):
    if options["carry"] == "marginal":  # which compares two policies only
        options = options | {"carry": "cost"}
    steps = [credit.terms_change(a, b, **options).change for a, b in ((one, two), (two, three))]
    assert sum(steps) == pytest.approx(credit.terms_change(one, three, **options).change, abs=1e-6)


@quick
@given(policies, policies, conditions)
def test_the_conventions_stand_in_their_order(old, new, options):
    options = options | {"variable_cost": min(options["variable_cost"], 1.0)}
    carry = {
        name: credit.terms_change(old, new, **options | {"carry": name}).table["change"][
            "carrying cost"
        ]
        for name in ("cost", "price", "marginal")
    }
    if options["variable_cost"] == 1:
        assert carry["cost"] == pytest.approx(carry["price"])
    if old.sales == new.sales:
        assert carry["marginal"] == pytest.approx(carry["price"], abs=1e-9)
    if old.average_days == new.average_days:
        assert carry["marginal"] == pytest.approx(carry["cost"], abs=1e-9)


def test_the_marginal_value_by_hand():
    # 1,000 of old sales wait 30 days longer at price, 200 of new ones 60 days at cost.
    old, new = credit.CreditPolicy(1000, 30), credit.CreditPolicy(1200, 60)
    result = credit.terms_change(old, new, 0.75, 0.1, carry="marginal", year=360)
    assert result.tied_up == pytest.approx(1000 * 30 / 360 + 0.75 * 200 * 60 / 360)
    back = credit.terms_change(new, old, 0.75, 0.1, carry="marginal", year=360)
    assert back.tied_up == pytest.approx(-result.tied_up)


@quick
@given(policies.filter(lambda p: p.sales > 1), policies.filter(lambda p: p.sales > 1), conditions)
def test_at_the_break_even_nothing_changes(old, new, options):
    result = credit.terms_change(old, new, **options)
    scale = old.sales + new.sales + old.collection_cost + new.collection_cost
    even = result.break_even_bad_debts
    if 0 <= even <= 1:
        there = credit.terms_change(old, {**vars(new), "bad_debts": even}, **options)
        assert there.change == pytest.approx(0, abs=1e-9 * scale)
    needed = result.break_even_sales
    if needed == needed and needed < 1e9:
        there = credit.terms_change(old, {**vars(new), "sales": needed}, **options)
        assert there.change == pytest.approx(0, abs=1e-6 * (scale + needed))


def test_break_even_sales_are_those_of_a_root_finder():
    def change(volume):
        return credit.terms_change(NET_30, {**vars(NET_60), "sales": volume}, **CHINA).change

    found = credit.terms_change(NET_30, NET_60, **CHINA).break_even_sales
    assert found == pytest.approx(brentq(change, 4e5, 6e5))
    assert 500_000 < found < 600_000


def test_what_no_sales_can_pay_for_has_no_break_even():
    dear = credit.CreditPolicy(600_000, 60, bad_debts=0.5)
    assert np.isnan(credit.terms_change(NET_30, dear, **CHINA).break_even_sales)
    assert credit.terms_change(NET_30, dear, **CHINA).break_even_bad_debts < 0.5
    nothing = credit.CreditPolicy(0, 60)
    assert np.isnan(credit.terms_change(NET_30, nothing, **CHINA).break_even_bad_debts)


def test_the_extra_sales_alone_may_go_bad_far_more_often():
    result = credit.terms_change(NET_30, NET_60, **CHINA)
    extra = result.break_even_bad_debts_extra
    bad = (0.01 * 500_000 + extra * 100_000) / 600_000
    assert bad == pytest.approx(result.break_even_bad_debts)
    assert np.isnan(credit.terms_change(NET_60, NET_30, **CHINA).break_even_bad_debts_extra)


# Several policies.


def test_policies_in_one_table_are_single_changes():
    table = credit.compare_policies({"a": NET_30, "b": NET_60, "c": TAKEN}, **CHINA)
    assert table.best == "c"
    assert table.table["profit"].round(6).tolist() == [0, 8000, 8600]
    assert table.table.loc["b", "receivables"] == pytest.approx(100_000)
    other = credit.compare_policies({"a": NET_30, "b": NET_60, "c": TAKEN}, base="b", **CHINA)
    assert other.table["profit"].round(6).tolist() == [-8000, 0, 600]


def test_policies_from_a_table():
    frame = pd.DataFrame(
        {"sales": [500_000, 600_000], "days": [30, 60], "bad_debts": [0.01, 0.015],
         "collection_cost": [3000, 4000]}, index=["a", "b"],
    )  # fmt: skip
    assert credit.compare_policies(frame, **CHINA).table.loc["b", "profit"] == pytest.approx(8000)


def test_standards_by_hand():
    classes = pd.DataFrame(
        {"sales": [1000, 500, 200], "bad_debts": [0.01, 0.1, 0.3], "days": [36, 72, 72],
         "collection_cost": [0, 10, 10]}, index=["A", "B", "C"],
    )  # fmt: skip
    found = credit.credit_standards(classes, 0.8, 0.1, year=360)
    # A: 200 − 0.1·1000·0.1·0.8 − 10 = 182; B: 100 − 8 − 50 − 10 = 32; C: 40 − 3.2 − 60 − 10.
    assert found.table["profit"].tolist() == pytest.approx([182, 32, -33.2])
    assert (found.best, found.profit) == ("B", pytest.approx(214))
    assert found.table["break_even_bad_debts"].iloc[2] == pytest.approx(0.3 - 33.2 / 200)
    price = credit.credit_standards(classes, 0.8, 0.1, carry="price", year=360)
    assert price.table["carrying cost"].tolist() == pytest.approx([-10, -10, -4])


@quick
@given(st.lists(st.tuples(sales, st.floats(0, 1), st.floats(0, 90)), min_size=1, max_size=6))
def test_a_class_pays_exactly_below_its_break_even(rows):
    frame = pd.DataFrame(rows, columns=["sales", "bad_debts", "days"])
    found = credit.credit_standards(frame, 0.7, 0.2)
    table = found.table[found.table["sales"] > 0]
    below = table["bad_debts"] < table["break_even_bad_debts"]
    assert (below == (table["profit"] > 0)).to_numpy().all()
    assert found.profit == pytest.approx(max(0, found.table["profit"].cumsum().max()))


def test_letting_in_a_class_is_a_change_of_terms():
    classes = pd.DataFrame({"sales": [1000, 500], "bad_debts": [0.01, 0.1], "days": [36, 72]})
    found = credit.credit_standards(classes, 0.8, 0.1)
    both = credit.CreditPolicy(1500, (1000 * 36 + 500 * 72) / 1500, (10 + 50) / 1500)
    result = credit.terms_change(credit.CreditPolicy(1000, 36, 0.01), both, 0.8, 0.1)
    assert result.change == pytest.approx(found.table["profit"].iloc[1])


# Uncertainty.

RANGES = {"sales": (550_000, 600_000, 620_000), "bad_debts": (0.01, 0.015, 0.03)}


def test_without_spread_the_simulation_is_the_single_number():
    point = {"rate": (0.15, 0.15, 0.15), "sales": (6e5, 6e5, 6e5), "days": (60, 60, 60.0001)}
    result = credit.simulate_terms(NET_30, NET_60, uncertain=point, draws=50, **CHINA)
    assert result.draws == pytest.approx(np.full(50, 8000), rel=1e-4)
    assert result.likely == pytest.approx(8000)


def test_the_mean_of_a_triangular_law():
    # The change is linear in the bad debts alone: its mean is that of the law, (a + b + c) / 3,
    # and its variance (a² + b² + c² − ab − ac − bc) / 18.
    a, b, c = RANGES["bad_debts"]
    result = credit.simulate_terms(
        NET_30, NET_60, uncertain={"bad_debts": (a, b, c)}, draws=40_000, seed=3, **CHINA
    )
    expected = 8000 - 600_000 * ((a + b + c) / 3 - 0.015)
    spread = 600_000 * np.sqrt((a * a + b * b + c * c - a * b - a * c - b * c) / 18)
    assert result.mean == pytest.approx(expected, abs=4 * spread / 200)
    assert result.draws.std() == pytest.approx(spread, rel=0.02)
    assert result.importance["share"].iloc[0] == pytest.approx(1)
    # The chance has a closed form too: the bad debts stay below the break-even.
    even = credit.terms_change(NET_30, NET_60, **CHINA).break_even_bad_debts
    chance = 1 - (c - even) ** 2 / ((c - a) * (c - b))
    assert result.chance_interval[0] < chance < result.chance_interval[1]


def test_shares_of_independent_assumptions_add_up_to_nearly_one():
    result = credit.simulate_terms(NET_30, NET_60, uncertain=RANGES, seed=1, **CHINA)
    assert result.importance["share"].sum() == pytest.approx(1, abs=0.02)
    low, high = result.interval
    assert np.mean((result.draws >= low) & (result.draws <= high)) == pytest.approx(0.9, abs=0.001)
    top = result.importance.loc["bad_debts"]
    worst = credit.terms_change(NET_30, {**vars(NET_60), "bad_debts": 0.03}, **CHINA).change
    assert top["at_high"] == pytest.approx(worst)


@pytest.mark.parametrize("carry", ["cost", "price", "marginal"])
def test_every_draw_is_a_change_of_terms(carry):
    ranges = {**RANGES, "days": (50, 60, 80), "discount_share": (0.2, 0.5, 0.6),
              "collection_cost": (3000, 4000, 6000), "rate": (0.1, 0.15, 0.2),
              "variable_cost": (0.7, 0.8, 0.85)}  # fmt: skip
    result = credit.simulate_terms(NET_30, TAKEN, uncertain=ranges, draws=5, carry=carry, **CHINA)
    for drawn, change in zip(result.inputs.to_dict("records"), result.draws, strict=True):
        firm = {name: drawn.pop(name) for name in ("variable_cost", "rate")}
        new = {**vars(TAKEN), **drawn}
        single = credit.terms_change(NET_30, new, **firm, carry=carry, year=360)
        assert change == pytest.approx(single.change)


def test_with_several_discounts_the_days_are_those_of_the_rest():
    policy = credit.CreditPolicy(5000, 45, 0.025, 120, (0.03, 0.02), (10, 20), (0.6, 0.18))
    result = credit.simulate_terms(
        credit.CreditPolicy(4000, 45), policy, 0.4, 0.1, {"days": (40, 45, 60)}, draws=3
    )
    for days, change in zip(result.inputs["days"], result.draws, strict=True):
        single = credit.terms_change(
            credit.CreditPolicy(4000, 45), {**vars(policy), "days": days}, 0.4, 0.1
        )
        assert change == pytest.approx(single.change)


def test_knowing_is_worth_nothing_where_the_choice_is_clear():
    clear = credit.simulate_terms(
        NET_30, NET_60, uncertain={"sales": (590_000, 600_000, 610_000)}, **CHINA
    )
    assert (clear.chance, clear.worth_of_knowing) == (1, pytest.approx(0))
    open_ = credit.simulate_terms(NET_30, NET_60, uncertain={"bad_debts": (0, 0.02, 0.06)}, **CHINA)
    assert open_.worth_of_knowing > 0
    again = credit.simulate_terms(NET_30, NET_60, uncertain={"bad_debts": (0, 0.02, 0.06)}, **CHINA)
    assert (open_.draws == again.draws).all()
