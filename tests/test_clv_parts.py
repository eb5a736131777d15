"""One value split into six parts, five parts, four stages: rows C2, C3 and C4."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv

quick = settings(max_examples=50, deadline=None, derandomize=True)
streams = st.floats(-1e4, 1e4) | st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=8)
costs = st.floats(0, 1e4) | st.lists(st.floats(0, 1e4), min_size=1, max_size=4)
rates = st.floats(-0.3, 1)
timings = st.sampled_from(["start", "middle", "end"])

SIX = (
    "first_purchase",
    "repeat_purchase",
    "cross_selling",
    "cost_saving",
    "referral",
    "price_tolerance",
)
FIVE = ("purchase", "word_of_mouth", "information", "knowledge", "transaction")
STAGES = ("exploration", "build_up", "stability", "decline")
COSTS = ("acquisition_cost", "promotion_cost", "service_cost", "maintenance_cost")


def worth(stream, rate, timing):
    """A number is money of today; a list is a stream."""
    return clv.present_value(stream, rate, timing) if isinstance(stream, list) else stream


def test_course_example_of_model_3_as_parts():
    # Syllabus row C1: 3506 to the printed digit.
    parts = clv.value_parts(
        {"first purchase": 2000, "revenue": [500] * 5},
        rate=0.09,
        costs={"winning": 400, "service": [10] * 5},
    )
    assert round(parts.total) == 3506


@pytest.mark.parametrize(("function", "names"), [(clv.six_parts, SIX), (clv.five_parts, FIVE)])
@quick
@given(st.data(), rates, timings)
def test_parts_are_their_present_values_in_the_order_of_the_model(
    function, names, data, rate, timing
):
    given_parts = {name: data.draw(streams, name) for name in names}
    parts = function(**given_parts, rate=rate, timing=timing)
    expected = [worth(stream, rate, timing) for stream in given_parts.values()]
    np.testing.assert_allclose(list(parts.values.values()), expected)
    assert parts.total == pytest.approx(sum(expected), rel=1e-9, abs=1e-6)


def test_labels_of_the_six_and_the_five_parts():
    assert list(clv.six_parts(rate=0.1).values) == [
        "first purchase",
        "repeat purchases",
        "cross-selling",
        "cost saving",
        "referral",
        "price tolerance",
    ]
    assert list(clv.five_parts(rate=0.1).values) == [
        "purchase value",
        "word-of-mouth value",
        "information value",
        "knowledge value",
        "transaction value",
    ]


def test_a_part_that_is_not_given_is_worth_nothing():
    assert clv.six_parts(referral=7, rate=0.1).total == 7
    assert clv.five_parts(knowledge=7, rate=0.1).total == 7


# The stage form.


@quick
@given(
    st.lists(st.lists(st.floats(-1e4, 1e4), max_size=4), min_size=4, max_size=4).filter(any),
    rates,
    timings,
)
def test_stages_follow_each_other_without_a_gap(stages, rate, timing):
    life = clv.stage_form(**dict(zip(STAGES, stages, strict=True)), rate=rate, timing=timing)
    whole = [money for stage in stages for money in stage]
    assert life.total == pytest.approx(clv.present_value(whole, rate, timing), rel=1e-9, abs=1e-6)


def test_each_stage_begins_after_the_one_before():
    life = clv.stage_form(
        exploration=[10], build_up=[20, 30], stability=[], decline=[40], rate=0.25
    )
    expected = [10 / 1.25, 20 / 1.25**2 + 30 / 1.25**3, 0, 40 / 1.25**4]
    np.testing.assert_allclose(list(life.values.values())[:4], expected)


@quick
@given(st.lists(costs, min_size=4, max_size=4), rates, timings)
def test_four_costs_are_subtracted(paid, rate, timing):
    life = clv.stage_form(
        exploration=[1],
        build_up=[1],
        stability=[1],
        decline=[1],
        **dict(zip(COSTS, paid, strict=True)),
        rate=rate,
        timing=timing,
    )
    expected = [-worth(cost, rate, timing) for cost in paid]
    np.testing.assert_allclose(list(life.values.values())[4:], expected, atol=1e-12)
    income = clv.present_value([1] * 4, rate, timing)
    assert life.total == pytest.approx(income + sum(expected), rel=1e-9, abs=1e-6)


def test_labels_of_the_stage_form():
    life = clv.stage_form(exploration=[1], build_up=[], stability=[], decline=[], rate=0.1)
    assert list(life.values) == [
        "exploration",
        "build-up",
        "stability",
        "decline",
        "acquisition cost",
        "promotion cost",
        "service cost",
        "maintenance cost",
    ]


def test_a_cost_may_last_as_long_as_the_stages_but_no_longer():
    stages = {"exploration": [1], "build_up": [1, 1], "stability": [], "decline": []}
    assert clv.stage_form(**stages, service_cost=[1] * 3, rate=0.1).total == pytest.approx(0)
    with pytest.raises(ValueError, match=r"service_cost must not outlast the 3 periods.*got 4"):
        clv.stage_form(**stages, service_cost=[1] * 4, rate=0.1)


# The container.


def test_costs_stand_below_zero_and_the_table_runs_to_the_total():
    parts = clv.value_parts({"margin": [60, 60]}, 0.25, costs={"winning": 50, "care": [5, 5]})
    frame = parts.to_frame()
    assert list(frame) == ["part", "present_value", "cumulative"]
    assert frame["part"].tolist() == ["margin", "winning", "care"]
    np.testing.assert_allclose(frame["present_value"], [86.4, -50, -7.2])
    assert frame["cumulative"].iloc[-1] == pytest.approx(parts.total) == pytest.approx(29.2)


def test_streams_may_differ_in_length():
    parts = clv.value_parts({"short": [10], "long": [10, 10, 10]}, rate=0)
    assert parts.values == {"short": 10, "long": 30}


def test_repr_names_every_part_and_the_total():
    parts = clv.value_parts({"margin": [60, 60]}, 0.25, costs={"winning": 50})
    assert repr(parts) == "ValueParts(margin 86.40, winning -50.00; total 36.40)"
