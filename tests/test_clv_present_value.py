"""Present values and the three models of a loyal customer: rows C1 and C5 of the syllabus."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv

quick = settings(max_examples=50, deadline=None, derandomize=True)
rates = st.floats(-0.5, 2)
streams = st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=20)
incomes = st.lists(st.floats(1, 1e4), min_size=1, max_size=20)
LEAD = {"start": 1, "middle": 0.5, "end": 0}
timings = st.sampled_from(list(LEAD))


def worth(flows, rate, timing="end"):
    """The definition, written out."""
    return sum(flow / (1 + rate) ** (t - LEAD[timing]) for t, flow in enumerate(flows, start=1))


# Published values: the course's own worked examples (syllabus row C1).


def test_course_example_of_models_1_and_3():
    example = {"first_purchase": 2000, "revenue": 500, "rate": 0.09, "periods": 5}
    assert round(clv.revenue_model(**example)) == 3945
    assert round(clv.contribution_model(**example, acquisition_cost=400, service_cost=10)) == 3506


def test_course_example_of_customers_a_and_b_whose_ranking_turns():
    revenue = clv.revenue_model(0, [[500], [450]], 0.09, 5)
    contribution = clv.contribution_model(0, [[500], [450]], 0.09, 5, 0, [[200], [100]])
    assert revenue.round().tolist() == [1945, 1750]
    assert contribution.round().tolist() == [1167, 1361]


# Discount factors and present values.


@quick
@given(rates, st.integers(1, 30), timings, st.floats(0.1, 4))
def test_discount_factor_is_the_rate_to_the_power_of_the_time(rate, periods, timing, length):
    expected = [(1 + rate) ** (-(t - LEAD[timing]) * length) for t in range(1, periods + 1)]
    np.testing.assert_allclose(
        clv.discount_factors(rate, periods, timing, length), expected, rtol=1e-9
    )


def test_several_rates_give_one_row_of_factors_each():
    table = clv.discount_factors([[0.1, 0.2], [0.3, 0.4]], 5)
    assert table.shape == (2, 2, 5)
    np.testing.assert_array_equal(table[1, 0], clv.discount_factors(0.3, 5))


@quick
@given(streams, rates, timings)
def test_present_value_is_the_sum_of_its_definition(flows, rate, timing):
    assert clv.present_value(flows, rate, timing) == pytest.approx(
        worth(flows, rate, timing), rel=1e-9, abs=1e-6
    )


@quick
@given(incomes, rates)
def test_money_half_a_period_earlier_is_worth_the_root_of_one_plus_the_rate_more(flows, rate):
    end, middle, start = (clv.present_value(flows, rate, t) for t in ("end", "middle", "start"))
    assert middle == pytest.approx(end * (1 + rate) ** 0.5)
    assert start == pytest.approx(end * (1 + rate))


@quick
@given(st.floats(0.01, 1), st.integers(1, 60))
def test_level_stream_is_the_annuity_formula(rate, periods):
    annuity = (1 - (1 + rate) ** -periods) / rate
    assert clv.present_value([1] * periods, rate) == pytest.approx(annuity)


@quick
@given(incomes, rates, st.floats(0.01, 1))
def test_income_is_worth_less_at_a_higher_rate(flows, rate, more):
    assert clv.present_value(flows, rate + more) < clv.present_value(flows, rate)


@quick
@given(streams, rates, st.floats(-5, 5))
def test_present_value_is_linear_in_the_flows(flows, rate, factor):
    tripled = clv.present_value([factor * flow + 1 for flow in flows], rate)
    expected = factor * worth(flows, rate) + worth([1] * len(flows), rate)
    assert tripled == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_without_discounting_money_just_adds_up():
    assert clv.present_value([1, 2, 3.5], 0) == 6.5


@quick
@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 2**32 - 1), timings)
def test_table_of_customers_equals_a_loop(customers, periods, seed, timing):
    rng = np.random.default_rng(seed)
    flows, rate = rng.normal(0, 100, (customers, periods)), rng.uniform(-0.2, 0.5, customers)
    table = clv.present_value(flows, rate, timing)
    loop = [clv.present_value(row, r, timing) for row, r in zip(flows, rate, strict=True)]
    np.testing.assert_allclose(table, loop)


def test_one_stream_gives_a_float_and_a_table_an_array():
    assert type(clv.present_value([1, 2], 0.1)) is float
    assert clv.present_value([[1, 2]], 0.1).shape == (1,)
    assert clv.present_value([1, 2], [0.1, 0.2]).shape == (2,)


# The three models.

money = st.floats(0, 1e4)


@quick
@given(money, money, st.floats(0, 1), st.integers(1, 20), money, money)
def test_each_model_subtracts_one_cost_more(first, revenue, rate, periods, won, served):
    model_1 = clv.revenue_model(first, revenue, rate, periods)
    model_2 = clv.profit_model(first, revenue, rate, periods, won)
    model_3 = clv.contribution_model(first, revenue, rate, periods, won, served)
    assert model_1 == pytest.approx(first + worth([revenue] * periods, rate))
    assert model_2 == pytest.approx(model_1 - won, abs=1e-6)
    assert model_3 == pytest.approx(model_2 - worth([served] * periods, rate), abs=1e-6)


def test_revenue_and_service_cost_may_change_from_period_to_period():
    assert clv.contribution_model(5, [10, 20], 0.25, 2, 1, [2, 4]) == pytest.approx(
        5 - 1 + 8 / 1.25 + 16 / 1.25**2
    )


def test_models_of_many_customers_equal_a_loop():
    first, won = [10.0, 0.0, 7.0], [3.0, 2.0, 1.0]
    revenue = [[5, 6], [7, 8], [9, 10]]
    served, rate = [[1], [2], [3]], [0.1, 0.2, 0.3]
    table = clv.contribution_model(first, revenue, rate, 2, won, served)
    loop = [
        clv.contribution_model(f, i, r, 2, c, s)
        for f, i, r, c, s in zip(first, revenue, rate, won, served, strict=True)
    ]
    np.testing.assert_allclose(table, loop)


def test_one_number_per_customer_must_be_a_column_not_a_row():
    with pytest.raises(ValueError, match=r"revenue .*one amount per period \(5\).*\(2,\)"):
        clv.revenue_model(0, [500, 450], 0.09, 5)


# Cash flows.


@quick
@given(streams, st.floats(0, 1), timings, st.floats(-1e4, 1e4), st.floats(0, 1))
def test_cash_flows_add_up_to_the_present_value(flows, rate, timing, today, chance):
    stream = clv.cash_flows(flows, rate, timing, today=today, probability=chance)
    expected = today + chance * worth(flows, rate, timing)
    assert stream.total == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert stream.present_values.sum() == pytest.approx(stream.total)


def test_table_of_cash_flows():
    frame = clv.cash_flows([60, 60], 0.25, "middle", today=-50, probability=[1, 0.5]).to_frame()
    assert list(frame) == ["time", "flow", "discount_factor", "present_value", "cumulative"]
    assert frame["time"].tolist() == [0, 0.5, 1.5]
    assert frame["flow"].tolist() == [-50, 60, 30]
    np.testing.assert_allclose(frame["discount_factor"], [1, 1.25**-0.5, 1.25**-1.5])
    np.testing.assert_allclose(frame["present_value"], frame["flow"] * frame["discount_factor"])
    np.testing.assert_allclose(frame["cumulative"], frame["present_value"].cumsum())


def test_money_of_today_is_a_row_only_where_there_is_some():
    assert clv.cash_flows([1, 2], 0.1).times.tolist() == [1, 2]
    assert clv.cash_flows([1, 2], 0.1, "start", today=5).times.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("flows", "today", "when"),
    [
        ([60, 60], -100, 2),
        ([100, 60], -100, 1),  # exactly 0 is enough
        ([10, -20, 15], 0, 3),  # lost again in period 2
        ([10, 20], 0, 1),
        ([10, 20], 5, 0),
        ([10, 20], -100, None),
        ([10, -20], 0, None),
    ],
)
def test_break_even_is_the_first_time_after_which_nothing_is_owed(flows, today, when):
    assert clv.cash_flows(flows, 0, today=today).break_even == when


def test_repr_tells_how_many_flows_and_what_they_are_worth():
    assert repr(clv.cash_flows([500] * 5, 0.09)) == "CashFlows(5 flows, present value 1,944.83)"
