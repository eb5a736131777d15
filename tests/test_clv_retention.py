"""Lost for good, Dwyer's retention model: row C6 of the syllabus."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv

quick = settings(max_examples=50, deadline=None, derandomize=True)
margins = st.floats(-1e3, 1e3)
chances = st.floats(0, 1)
rates = st.floats(0.01, 1)
horizons = st.integers(1, 30)
LEAD = {"start": 1, "middle": 0.5, "end": 0}
timings = st.sampled_from(list(LEAD))

# Berger & Nasr (1998), case 1: contribution 260 at year ends, promotion 50 at mid-year.
CASE_1 = {"margin": 260, "retention": 0.75, "rate": 0.2, "periods": 10, "include_first": True}

# Gupta & Lehmann (2003), table 1: retention by row, rate .10 .12 .14 .16 by column.
MULTIPLES = {
    0.6: (1.20, 1.15, 1.11, 1.07),
    0.7: (1.75, 1.67, 1.59, 1.52),
    0.8: (2.67, 2.50, 2.35, 2.22),
    0.9: (4.50, 4.09, 3.75, 3.46),
}


def test_berger_nasr_case_1_to_the_printed_digits():
    gross = clv.retention_value(**CASE_1)
    promotion = -clv.retention_value(**CASE_1 | {"margin": 0}, retention_cost=50)
    net = clv.retention_value(**CASE_1, retention_cost=50)
    assert round(gross, 6) == 689.392190
    assert round(promotion, 6) == 120.609122
    assert round(net, 6) == 568.783067
    assert round(net, 2) == 568.78


def test_berger_nasr_case_2_with_one_period_per_cycle_is_case_1():
    assert clv.retention_value(**CASE_1, retention_cost=50, cycle=1) == clv.retention_value(
        **CASE_1, retention_cost=50
    )


def test_berger_nasr_case_3_with_constant_profit_is_case_1():
    varying = CASE_1 | {"margin": [260] * 10, "retention": [0.75] * 10}
    assert clv.retention_value(**varying, retention_cost=[50] * 10) == pytest.approx(
        clv.retention_value(**CASE_1, retention_cost=50), rel=1e-14
    )


@pytest.mark.parametrize("retention", MULTIPLES)
@pytest.mark.parametrize("column", range(4))
def test_gupta_lehmann_table_of_margin_multiples(retention, column):
    multiple = clv.margin_multiple(retention, (0.10, 0.12, 0.14, 0.16)[column])
    assert round(multiple, 2) == MULTIPLES[retention][column]


def worth(margin, retention, rate, timing="end", cost=0, cost_timing="middle", cycle=1):
    """The definition, written out for one list of margins and one of retention rates."""
    total, here = 0.0, 1.0
    for t, (m, r) in enumerate(zip(margin, retention, strict=True), start=1):
        total -= cost * here / (1 + rate) ** ((t - LEAD[cost_timing]) * cycle)
        here *= r
        total += m * here / (1 + rate) ** ((t - LEAD[timing]) * cycle)
    return total


@quick
@given(
    st.lists(st.tuples(margins, chances), min_size=1, max_size=15),
    rates,
    timings,
    timings,
    st.floats(0, 50),
    st.sampled_from([0.5, 1, 2]),
)
def test_value_is_the_sum_of_its_definition(path, rate, timing, cost_timing, cost, cycle):
    margin, retention = zip(*path, strict=True)
    value = clv.retention_value(
        margin,
        retention,
        rate,
        len(path),
        timing=timing,
        retention_cost=cost,
        cost_timing=cost_timing,
        cycle=cycle,
    )
    expected = worth(margin, retention, rate, timing, cost, cost_timing, cycle)
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_survival_is_the_product_of_all_retention_rates_so_far():
    value = clv.retention_value(100, [0.9, 0.5], 0.25, 2)
    assert value == pytest.approx(100 * 0.9 / 1.25 + 100 * 0.45 / 1.25**2)


def test_retention_cost_is_paid_for_those_who_were_there_when_the_period_began():
    value = clv.retention_value(0, [0.5, 0], 0.21, 2, retention_cost=10, cost_timing="end")
    assert value == pytest.approx(-10 / 1.21 - 5 / 1.21**2)


@quick
@given(margins, st.floats(0, 0.95), rates, timings, st.floats(0, 50), st.floats(-0.5, 0.04))
def test_long_horizon_tends_to_the_infinite_one(margin, retention, rate, timing, cost, growth):
    options = {"timing": timing, "retention_cost": cost, "growth": growth, "include_first": True}
    long = clv.retention_value(margin, retention, rate, 2000, **options)
    endless = clv.retention_value(margin, retention, rate, **options)
    assert long == pytest.approx(endless, rel=1e-9, abs=1e-9)


@quick
@given(margins, st.floats(0, 1), rates, st.floats(-1, 0.005))
def test_endless_value_is_the_margin_times_the_multiple(margin, retention, rate, growth):
    multiple = clv.margin_multiple(retention, rate, growth)
    kept = retention * (1 + growth)
    assert multiple == pytest.approx(kept / (1 + rate - kept))
    assert clv.retention_value(margin, retention, rate, growth=growth) == pytest.approx(
        margin * multiple, abs=1e-9
    )


@quick
@given(margins, chances, rates, horizons, st.floats(-1, 0.5))
def test_growth_is_a_margin_that_varies(margin, retention, rate, periods, growth):
    path = [margin * (1 + growth) ** t for t in range(1, periods + 1)]
    assert clv.retention_value(margin, retention, rate, periods, growth=growth) == pytest.approx(
        clv.retention_value(path, retention, rate, periods), rel=1e-9, abs=1e-9
    )


@quick
@given(margins, margins, chances, rates, horizons, st.floats(-5, 5))
def test_value_is_linear_in_the_margin(a, b, retention, rate, periods, factor):
    together = clv.retention_value(factor * a + b, retention, rate, periods)
    apart = factor * clv.retention_value(a, retention, rate, periods) + clv.retention_value(
        b, retention, rate, periods
    )
    assert together == pytest.approx(apart, rel=1e-9, abs=1e-6)


@quick
@given(st.floats(0, 0.9), st.floats(0.01, 0.1), rates, st.none() | horizons)
def test_value_rises_with_retention(retention, more, rate, periods):
    low, high = (clv.retention_value(100, r, rate, periods) for r in (retention, retention + more))
    assert low < high


@quick
@given(st.floats(0.01, 1), rates, st.floats(0.01, 1), st.none() | horizons)
def test_value_falls_with_the_rate(retention, rate, more, periods):
    low, high = (clv.retention_value(100, retention, r, periods) for r in (rate + more, rate))
    assert low < high


@quick
@given(st.floats(0.01, 1), rates, st.none() | horizons)
def test_margin_half_a_period_earlier_is_worth_the_root_of_one_plus_the_rate(kept, rate, periods):
    end, middle, start = (
        clv.retention_value(100, kept, rate, periods, timing=timing)
        for timing in ("end", "middle", "start")
    )
    assert middle / end == pytest.approx((1 + rate) ** 0.5)
    assert start / end == pytest.approx(1 + rate)


@quick
@given(st.floats(0, 1), st.floats(0.01, 0.5), st.none() | horizons, st.floats(0.1, 4))
def test_a_cycle_of_c_years_is_a_rate_compounded_c_times(retention, rate, periods, cycle):
    by_cycle = clv.retention_value(100, retention, rate, periods, cycle=cycle, retention_cost=9)
    by_rate = clv.retention_value(
        100, retention, (1 + rate) ** cycle - 1, periods, retention_cost=9
    )
    assert by_cycle == pytest.approx(by_rate, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("periods", [None, 4])
def test_first_margin_and_acquisition_cost_move_today(periods):
    bare = clv.retention_value(100, 0.8, 0.1, periods, growth=0.05)
    whole = clv.retention_value(
        100, 0.8, 0.1, periods, growth=0.05, include_first=True, acquisition_cost=30
    )
    assert whole == pytest.approx(bare + 100 - 30)


@pytest.mark.parametrize(
    ("retention", "value"),
    [(0, 0), (1, 100 * (1 - 1.25**-3) / 0.25)],
    ids=["nobody stays", "everybody stays: annuity"],
)
def test_ends_of_the_retention_scale(retention, value):
    assert clv.retention_value(100, retention, 0.25, 3) == pytest.approx(value)


@pytest.mark.parametrize("periods", [None, 3])
def test_table_of_customers_equals_a_loop(periods):
    margin, retention, growth = [10.0, 20, 30], [0.5, 0.8, 1.0], [0.0, 0.02, -0.1]
    rate, won, cost = [0.1, 0.2, 0.3], [5.0, 6, 7], [1.0, 2, 3]
    table = clv.retention_value(
        np.reshape(margin, (3, 1)),
        np.reshape(retention, (3, 1)),
        rate,
        periods,
        growth=growth,
        retention_cost=np.reshape(cost, (3, 1)),
        acquisition_cost=won,
        include_first=True,
    )
    loop = [
        clv.retention_value(
            m,
            r,
            d,
            periods,
            growth=g,
            retention_cost=c,
            acquisition_cost=w,
            include_first=True,
        )
        for m, r, d, g, c, w in zip(margin, retention, rate, growth, cost, won, strict=True)
    ]
    np.testing.assert_allclose(table, loop)


def test_multiples_of_a_grid_broadcast():
    grid = clv.margin_multiple(np.reshape(list(MULTIPLES), (4, 1)), [0.10, 0.12, 0.14, 0.16])
    np.testing.assert_array_equal(grid.round(2), list(MULTIPLES.values()))


# Where the infinite sum has no limit.


@pytest.mark.parametrize(
    "call",
    [
        lambda: clv.retention_value(100, 1, 0),
        lambda: clv.retention_value(100, 0.9, 0.1, growth=0.3),
        lambda: clv.retention_value(0, 1, -0.1, retention_cost=1, growth=-1),
        lambda: clv.margin_multiple(1, -0.1),
        lambda: clv.margin_multiple(0.9, 0.1, growth=0.3),
        lambda: clv.margin_multiple([0.5, 1], 0),
        lambda: clv.continuous_retention_value(100, 1, 0),
    ],
)
def test_a_sum_without_limit_is_refused(call):
    with pytest.raises(ValueError, match=r"retention.* rate .*infinite horizon; got .* Give"):
        call()


def test_a_margin_that_varies_needs_a_horizon():
    for name in ("margin", "retention", "retention_cost"):
        arguments = {"margin": 1, "retention": 0.5, "rate": 0.1} | {name: [0.5, 0.6]}
        with pytest.raises(ValueError, match=rf"periods must be given when {name} varies"):
            clv.retention_value(**arguments)


def test_growth_and_a_varying_margin_are_refused_together():
    with pytest.raises(ValueError, match="growth must be 0 when margin already varies"):
        clv.retention_value([1, 2], 0.5, 0.1, 2, growth=0.1)


# Continuous flow, Berger & Nasr's case 4.


@quick
@given(st.floats(0.05, 1), rates, st.none() | st.floats(0.5, 20))
def test_continuous_closed_form_is_the_integral(retention, rate, periods):
    closed = clv.continuous_retention_value(100, retention, rate, periods)
    integral = clv.continuous_retention_value(lambda t: 100, retention, rate, periods)
    assert closed == pytest.approx(integral, rel=1e-6)


def test_continuous_integral_of_a_growing_margin_is_that_of_its_closed_form():
    grown = clv.continuous_retention_value(lambda t: 100 * 1.05**t, 0.8, 0.1)
    assert grown == pytest.approx(100 / math.log(1.1 / 0.8 / 1.05), rel=1e-8)


def test_continuous_margin_that_rises_by_parts():
    # ∫₀ⁿ t q^t dt = (q^n (n ln q − 1) + 1) / ln² q
    q, n = 0.8 / 1.1, 5
    expected = (q**n * (n * math.log(q) - 1) + 1) / math.log(q) ** 2
    assert clv.continuous_retention_value(lambda t: t, 0.8, 0.1, n) == pytest.approx(expected)


@pytest.mark.parametrize("years", [None, 6])
def test_continuous_case_is_the_limit_of_ever_shorter_cycles(years):
    smooth = clv.continuous_retention_value(100, 0.8, 0.1, years)
    misses = []
    for cycles in (10, 100, 1000):
        stepped = clv.retention_value(
            100 / cycles,
            0.8 ** (1 / cycles),
            0.1,
            years and years * cycles,
            cycle=1 / cycles,
        )
        misses.append(abs(stepped - smooth))
    assert misses[2] < misses[1] / 9 < misses[0] / 81
    assert misses[2] < 1e-3 * smooth


def test_continuous_flow_without_discount_or_loss_just_adds_up():
    assert clv.continuous_retention_value(100, 1, 0, periods=7.5) == 750


def test_continuous_margin_without_limit_is_refused():
    with pytest.raises(ValueError, match=r"margin must .*converges; got"):
        clv.continuous_retention_value(lambda t: 1.4**t, 0.8, 0.1)


# The table of flows.


@quick
@given(margins, chances, rates, horizons, timings, st.floats(0, 100))
def test_flows_add_up_to_the_value(margin, retention, rate, periods, timing, won):
    flows = clv.retention_flows(
        margin,
        retention,
        rate,
        periods,
        timing=timing,
        first_margin=margin,
        acquisition_cost=won,
    )
    value = clv.retention_value(
        margin,
        retention,
        rate,
        periods,
        timing=timing,
        include_first=True,
        acquisition_cost=won,
    )
    assert flows.total == pytest.approx(value, rel=1e-9, abs=1e-9)


def test_flows_follow_margins_and_retention_that_vary():
    flows = clv.retention_flows([100, 200], [0.9, 0.5], 0.25, 2, acquisition_cost=40)
    assert flows.times.tolist() == [0, 1, 2]
    np.testing.assert_allclose(flows.flows, [-40, 90, 90])
    assert flows.total == pytest.approx(
        clv.retention_value([100, 200], [0.9, 0.5], 0.25, 2, acquisition_cost=40)
    )
