"""Managing expectation over repeated purchases, row S8 of the syllabus."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab.satisfaction import expectation_path, keep_ratio

quick = settings(max_examples=50, deadline=None, derandomize=True)
amounts = st.floats(1, 200)
weights = st.floats(0, 1)


@quick
@given(amounts, amounts, weights, st.integers(1, 20))
def test_constant_performance_has_a_closed_form(given_, expected, k, n):
    """E_t = B + (1 − k)^(t−1) (E₁ − B): what was special becomes what is normal."""
    path = expectation_path(given_, expected, purchases=n, experience=k)
    t = np.arange(n)
    assert path.expected == pytest.approx(given_ + (1 - k) ** t * (expected - given_))


@quick
@given(
    st.lists(amounts, min_size=1, max_size=8), amounts, amounts, amounts, st.tuples(*[weights] * 3)
)
def test_the_recursion_by_a_plain_loop(series, expected, rival, promise, raw):
    k, c, p = np.array(raw) / max(sum(raw), 1)
    path = expectation_path(
        series, expected, experience=k, rival=rival, competition=c, promise=promise, belief=p
    )
    e = expected
    for t, b in enumerate(series):
        assert path.expected[t] == pytest.approx(e)
        assert path.ratio[t] == pytest.approx(b / e)
        assert path.difference[t] == pytest.approx(b - e)
        e = (1 - k - c - p) * e + k * b + c * rival + p * promise


@quick
@given(st.floats(0.5, 2), amounts, weights, st.integers(1, 20))
def test_keeping_a_ratio_takes_geometric_growth(ratio, expected, k, n):
    path = keep_ratio(ratio, expected, n, experience=k)
    growth = (1 + k * (ratio - 1)) ** np.arange(n)
    assert path.expected == pytest.approx(expected * growth)
    assert path.performance == pytest.approx(ratio * expected * growth)
    assert path.ratio == pytest.approx(ratio)


def test_under_a_ceiling_120_per_cent_ends_at_100():
    path = keep_ratio(1.2, 100, 60, experience=0.3, ceiling=150)
    assert path.ratio[0] == pytest.approx(1.2)
    assert path.performance.max() == 150
    assert np.all(np.diff(path.ratio) <= 1e-12)
    assert path.ratio[-1] == pytest.approx(1, abs=1e-3)


def test_the_path_of_a_kept_ratio_is_a_path():
    kept = keep_ratio(1.1, 100, 12, experience=0.2, rival=130, competition=0.1)
    again = expectation_path(kept.performance, 100, experience=0.2, rival=130, competition=0.1)
    assert again.expected == pytest.approx(kept.expected)


def test_a_promise_lifts_the_first_purchases_and_hurts_satisfaction():
    said = expectation_path(100, 100, purchases=6, experience=0.3, promise=130, belief=0.3)
    silent = expectation_path(100, 100, purchases=6, experience=0.3)
    assert np.all(said.ratio[1:] < silent.ratio[1:])
    assert np.all(silent.ratio == 1)


def test_rivals_who_grow_take_satisfaction_from_a_firm_that_stands_still():
    rival = 100 * 1.05 ** np.arange(20)
    path = expectation_path(100, 100, experience=0.2, rival=rival, competition=0.2)
    assert np.all(np.diff(path.ratio) <= 0)
    assert path.ratio[-1] < 0.8


def test_what_is_promised_for_a_purchase_is_expected_of_it():
    path = expectation_path([10, 10], 10, experience=0, promise=[99, 20], belief=1)
    assert path.expected.tolist() == [10, 20]
