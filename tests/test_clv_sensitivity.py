"""Tornado, two-way table and break-even: row C11 of the syllabus."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv

quick = settings(max_examples=30, deadline=None, derandomize=True)
BASE = {"margin": 100, "retention": 0.8, "rate": 0.1, "periods": 5, "acquisition_cost": 150}


def value(**changes):
    return clv.retention_value(**BASE | changes)


def test_tornado_holds_the_result_at_both_ends_of_every_range():
    ranges = {"margin": (80, 130), "retention": (0.7, 0.85), "periods": (3, 9)}
    swings = clv.tornado(clv.retention_value, BASE, ranges)
    assert swings.base_value == value()
    for name, limits, results in zip(swings.inputs, swings.ranges, swings.values, strict=True):
        assert tuple(limits) == ranges[name]
        assert results.tolist() == [value(**{name: limit}) for limit in ranges[name]]


def test_tornado_puts_the_largest_swing_first():
    swings = clv.tornado(clv.retention_value, BASE)
    swing = swings.to_frame()["swing"]
    assert swing.is_monotonic_decreasing
    assert swing.tolist() == np.abs(swings.values[:, 1] - swings.values[:, 0]).tolist()


def test_one_fraction_moves_every_input_but_horizon_and_cycle():
    swings = clv.tornado(clv.retention_value, BASE | {"cycle": 1.0, "growth": 0.0}, 0.05)
    assert set(swings.inputs) == {"margin", "retention", "rate", "acquisition_cost"}
    for name, limits in zip(swings.inputs, swings.ranges, strict=True):
        np.testing.assert_allclose(limits, [0.95 * BASE[name], 1.05 * BASE[name]])


def test_a_negative_input_is_lowered_before_it_is_raised():
    swings = clv.tornado(lambda loss: loss, {"loss": -100}, 0.1)
    np.testing.assert_allclose(swings.ranges, [[-110, -90]])


@quick
@given(st.floats(1, 1e4), st.floats(0.1, 0.9), st.floats(0.01, 1), st.floats(0.01, 0.9))
def test_elasticity_of_a_proportional_input_is_one(margin, retention, rate, change):
    base = {"margin": margin, "retention": retention, "rate": rate}
    swings = clv.tornado(clv.retention_value, base, {"margin": (margin / 2, margin * (1 + change))})
    assert swings.to_frame().loc["margin", "elasticity"] == pytest.approx(1)


def test_elasticity_of_a_power_is_its_exponent():
    swings = clv.tornado(lambda x, y: x**3 / y, {"x": 2.0, "y": 5.0}, 1e-4)
    elasticity = swings.to_frame()["elasticity"]
    assert elasticity.to_dict() == pytest.approx({"x": 3, "y": -1}, rel=1e-6)


def test_table_of_the_tornado():
    swings = clv.tornado(clv.retention_value, BASE)
    frame = swings.to_frame()
    assert list(frame) == [
        "low",
        "high",
        "value_at_low",
        "value_at_high",
        "swing",
        "elasticity",
    ]
    assert frame.index.name == "input"
    assert frame.index.tolist() == list(swings.inputs)
    assert repr(swings) == (
        f"Tornado(base {value():,.2f}; retention, margin, acquisition_cost, rate)"
    )


def test_two_way_table_holds_the_result_of_every_pair():
    table = clv.two_way(
        clv.retention_value, BASE, ("periods", [1, 5, 9]), ("retention", [0.6, 0.8])
    )
    expected = [[value(periods=n, retention=r) for r in (0.6, 0.8)] for n in (1, 5, 9)]
    assert table.values.tolist() == expected
    frame = table.to_frame()
    assert frame.index.name == "periods"
    assert frame.columns.name == "retention"
    assert frame.index.tolist() == [1, 5, 9]
    assert frame.columns.tolist() == [0.6, 0.8]
    assert repr(table) == "TwoWay(periods × retention, 3 × 2 values)"


@quick
@given(st.floats(-100, 250), st.floats(0, 1))
def test_break_even_puts_the_value_on_the_target(target, rate):
    base = {"margin": 100, "retention": 0.5, "rate": rate, "periods": 10, "acquisition_cost": 150}
    retention = (
        clv.break_even(clv.retention_value, base, "retention", 0, 1, target=target)
        if (clv.retention_value(**base | {"retention": 1}) > target)
        else None
    )
    if retention is not None:
        reached = clv.retention_value(**base | {"retention": retention})
        assert reached == pytest.approx(target, abs=1e-6)


@pytest.mark.parametrize("target", [0.0, 10.0])
def test_break_even_may_lie_on_an_end_of_the_search(target):
    assert clv.break_even(lambda x: x, {"x": 3}, "x", 0, 10, target) == target


def test_break_even_finds_tiny_results():
    found = clv.break_even(lambda x: (x - 3) * 1e-200, {"x": 1}, "x", 0, 10)
    assert found == pytest.approx(3)


def test_break_even_finds_the_step_of_a_result_that_jumps():
    found = clv.break_even(lambda x: 1 if x > 3 else -1, {"x": 1}, "x", 0, 1e30)
    assert found == pytest.approx(3)


def test_break_even_that_does_not_exist_is_told_with_both_ends():
    with pytest.raises(ValueError, match=r"low and high .*target 0; .* from 1 at x = 1 to 2 at 2"):
        clv.break_even(lambda x: x, {"x": 3}, "x", 1, 2)
    with pytest.raises(ValueError, match=r"low and high .*target 5; .* from 1 at x = 1 to 2 at 2"):
        clv.break_even(lambda x: x, {"x": 3}, "x", 1, 2, target=5)


@pytest.mark.parametrize("result", [float("nan"), [1, 2], "text", None, True])
@pytest.mark.parametrize(
    "call",
    [
        lambda f: clv.tornado(f, {"x": 1}),
        lambda f: clv.two_way(f, {"x": 1, "y": 1}, ("x", [1]), ("y", [1])),
        lambda f: clv.break_even(f, {"x": 1}, "x", 0, 2),
    ],
)
def test_a_function_must_return_one_finite_number(call, result):
    with pytest.raises((ValueError, TypeError), match=r"the result of function must be.*; got"):
        call(lambda **inputs: result)


def test_money_as_decimal_is_varied_like_any_number():
    base = {"margin": Decimal("100"), "retention": 0.8, "rate": 0.1}
    found = clv.tornado(clv.retention_value, base)
    assert found.inputs == clv.tornado(clv.retention_value, base | {"margin": 100}).inputs
