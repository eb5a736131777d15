"""Brand switching: row C9 of the syllabus. Shares, value, steady state, estimate from a panel."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv, datasets

quick = settings(max_examples=40, deadline=None, derandomize=True)

# The course's example: three brands, shares 60, 30, 10 %, contribution 500, rate 9 %, two years.
S = [0.6, 0.3, 0.1]
M = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.15, 0.6]]
COURSE = {"contribution": 500, "rate": 0.09, "periods": 2}


@st.composite
def chains(draw, low=0.01):
    """Shares and a matrix, with all chances above 0 unless `low` is 0."""
    size = draw(st.integers(1, 4))
    rows = draw(
        st.lists(
            st.lists(st.floats(low, 1), min_size=size, max_size=size).filter(
                lambda r: sum(r) > 0.1
            ),
            min_size=size + 1,
            max_size=size + 1,
        )
    )
    table = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    return table[0], table[1:]


# The course's worked example.


def test_the_courses_example_shares_and_values():
    forecast = clv.switching_forecast(S, M, **COURSE)
    assert forecast.shares.loc[1].round(4).tolist() == [0.475, 0.375, 0.15]
    assert forecast.shares.loc[2].round(4).tolist() == [0.4075, 0.4175, 0.175]
    assert clv.switching_value(S, M, **COURSE).round(1).tolist() == [389.4, 347.7, 142.5]


def test_the_courses_example_steady_state():
    assert clv.steady_state(M).share.round(6).tolist() == [0.325, 0.475, 0.2]


def test_the_courses_example_better_retention_then_a_rivals_loss():
    kept = clv.shift_switching(M, last=1, to=1, points=0.1, lose=2)
    assert kept.loc[1].round(9).tolist() == [0.8, 0.1, 0.1]
    assert clv.switching_value(S, kept, **COURSE).round(1).tolist() == [454.6, 282.5, 142.5]
    won = clv.shift_switching(kept, last=3, to=1, points=0.15, lose=2)
    assert won.loc[3].round(9).tolist() == [0.4, 0, 0.6]
    assert clv.switching_value(S, won, **COURSE).round(1).tolist() == [475.3, 261.8, 142.5]


def test_textbook_chain_of_two_brands():
    # Anderson, Sweeney and Williams, Markov processes: loyal 90 % and 80 %.
    matrix = [[0.9, 0.1], [0.2, 0.8]]
    path = clv.switching_forecast([1, 0], matrix, 1, 0, 5).shares[1]
    assert path.round(4).tolist() == [1, 0.9, 0.83, 0.781, 0.7467, 0.7227]
    found = clv.steady_state(matrix)
    np.testing.assert_allclose(found.share, [2 / 3, 1 / 3])
    # The second eigenvalue of [[1 - a, a], [b, 1 - b]] is 1 - a - b = 0.7.
    assert found.eigenvalues.tolist() == pytest.approx([1, 0.7])
    assert found.half_life == pytest.approx(math.log(0.5) / math.log(0.7))


# The value.


@quick
@given(chains(), st.integers(1, 8), st.floats(0, 0.5), st.floats(0, 3))
def test_value_is_the_sum_written_period_by_period(chain, periods, rate, often):
    shares, matrix = chain
    expected = sum(
        shares @ np.linalg.matrix_power(matrix, t) * often * 40 / (1 + rate) ** t
        for t in range(1, periods + 1)
    )
    found = clv.switching_value(shares, matrix, 40, rate, periods, often)
    np.testing.assert_allclose(found, expected, atol=1e-9)


@quick
@given(chains(), st.integers(1, 8), st.floats(0, 0.5))
def test_values_of_all_brands_are_the_value_of_all_purchases(chain, periods, rate):
    shares, matrix = chain
    total = clv.switching_value(shares, matrix, 40, rate, periods).sum()
    assert total == pytest.approx(clv.present_value([40] * periods, rate))


@quick
@given(chains(), st.integers(1, 6), st.floats(0.01, 0.5))
def test_timing_moves_every_value_by_the_same_factor(chain, periods, rate):
    shares, matrix = chain
    end, middle, start = (
        clv.switching_value(shares, matrix, 40, rate, periods, timing=when)
        for when in ("end", "middle", "start")
    )
    np.testing.assert_allclose(start, end * (1 + rate))
    np.testing.assert_allclose(middle, end * (1 + rate) ** 0.5)


def test_the_present_period_is_added_undiscounted():
    often = [2, 3]
    extra = clv.switching_value(S, M, 500, 0.09, 2, often, include_first=True) - (
        clv.switching_value(S, M, 500, 0.09, 2, often)
    )
    np.testing.assert_allclose(extra, np.array(S) * 2 * 500)


def test_contribution_may_differ_by_brand_and_purchases_by_period():
    found = clv.switching_value(S, M, [500, 100, 0], 0.09, 2, [1, 0])
    np.testing.assert_allclose(found, [0.475 * 500 / 1.09, 0.375 * 100 / 1.09, 0])


def test_always_a_share_with_one_recency_is_switching_to_a_last_brand():
    # A customer who is lost for good: the rival keeps all that it gets.
    value = clv.switching_value([1, 0], [[0.8, 0.2], [0, 1]], 100, 0.1, 9)[0]
    assert value == pytest.approx(clv.retention_value(100, 0.8, 0.1, periods=9))


def test_a_brand_is_named_once():
    shares = pd.Series([0.6, 0.4], index=["a", "a"])
    with pytest.raises(ValueError, match=r"shares must name each brand once; got \['a', 'a'\]"):
        clv.switching_value(shares, [[0.9, 0.1], [0.2, 0.8]], 500, 0.09, 2)


def test_names_are_kept_and_must_agree():
    names = ["x", "y", "z"]
    shares = pd.Series(S, names)
    matrix = pd.DataFrame(M, names, names)
    forecast = clv.switching_forecast(shares, matrix, **COURSE)
    assert forecast.value.index.tolist() == names
    assert clv.switching_forecast(shares, M, **COURSE).value.index.tolist() == names
    assert clv.steady_state(matrix).brands == ("x", "y", "z")
    with pytest.raises(ValueError, match=r"shares must name the brands .*got \['z', 'y', 'x'\]"):
        clv.switching_value(shares[::-1], matrix, **COURSE)
    with pytest.raises(ValueError, match="switching must name the same brands"):
        clv.switching_value(shares, matrix[["y", "x", "z"]], **COURSE)


def test_forecast_has_a_table_and_tells_itself_in_words():
    forecast = clv.switching_forecast(S, M, **COURSE)
    pd.testing.assert_frame_equal(forecast.to_frame(), forecast.shares)
    assert forecast.shares.index.tolist() == [0, 1, 2]
    assert forecast.present_values.loc[0].tolist() == [0, 0, 0]
    assert repr(forecast) == "SwitchingForecast(2 periods; value 1 389.4, 2 347.7, 3 142.5)"


# A move in the matrix.


@quick
@given(chains(), st.integers(1, 4), st.integers(1, 4), st.floats(0, 0.2))
def test_a_shift_keeps_rows_of_one_and_touches_one_row(chain, last, to, points):
    matrix = chain[1]
    size = len(matrix)
    last, to = (last - 1) % size + 1, (to - 1) % size + 1
    if size == 1 or 1 - matrix[last - 1, to - 1] < points:
        return
    moved = clv.shift_switching(matrix, last, to, points).to_numpy()
    np.testing.assert_allclose(moved.sum(axis=1), 1)
    assert moved[last - 1, to - 1] == pytest.approx(matrix[last - 1, to - 1] + points)
    others = np.delete(np.arange(size), last - 1)
    np.testing.assert_array_equal(moved[others], matrix[others])
    losers = np.delete(np.arange(size), to - 1)
    ratio = moved[last - 1, losers] / matrix[last - 1, losers]
    np.testing.assert_allclose(ratio, ratio[0], atol=1e-9)


@quick
@given(chains(), st.integers(1, 12), st.floats(0, 0.3))
def test_what_one_brand_gains_the_others_lose(chain, periods, rate):
    shares, matrix = chain
    if len(matrix) == 1:
        return
    own = clv.switching_gains(shares, matrix, 40, rate, periods, points=0.001).table
    np.testing.assert_allclose(own.sum(axis=1), 0, atol=1e-9)
    assert (np.diag(own) > 0).all()
    won = clv.switching_gains(shares, matrix, 40, rate, periods, to=1, points=0.001)
    assert (won.table[1] > 0).all()
    assert won.table.loc[1].tolist() == pytest.approx(own.loc[1].tolist())


def test_gain_of_a_point_is_the_difference_of_two_values():
    gains = clv.switching_gains(S, M, **COURSE, to=1, points=0.05)
    after = clv.switching_value(S, clv.shift_switching(M, 2, 1, 0.05), **COURSE)
    expected = after - clv.switching_value(S, M, **COURSE)
    np.testing.assert_allclose(gains.table.loc[2], expected)
    assert repr(gains).startswith("SwitchingGains(to 1, 5 points; largest gain")
    pd.testing.assert_frame_equal(gains.to_frame(), gains.table)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"last": 1, "to": 1, "points": 0.31}, r"points must be at most .*0\.3; got 0\.31"),
        ({"last": 1, "to": 2, "points": 0.11, "lose": 3}, r"points must be at most .*0\.1; got"),
        ({"last": 1, "to": 2, "points": 0.1, "lose": 2}, "lose must be another brand .*got 2"),
        ({"last": 4, "to": 2, "points": 0.1}, "last must be one of 1, 2, 3; got 4"),
        ({"last": 1, "to": "A", "points": 0.1}, "to must be one of 1, 2, 3; got 'A'"),
        ({"last": 1, "to": 2, "points": 0.1, "lose": 9}, "lose must be one of .*got 9"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        clv.shift_switching(M, **arguments)


# The steady state: found where there is one, told where there is none.


@quick
@given(chains())
def test_a_positive_matrix_has_one_steady_state_and_is_reached(chain):
    shares, matrix = chain
    found = clv.steady_state(matrix)
    assert found.unique
    assert found.settles
    np.testing.assert_allclose(found.share @ matrix, found.share, atol=1e-9)
    assert found.share.sum() == pytest.approx(1)
    reached = shares @ np.linalg.matrix_power(matrix, 3000)
    np.testing.assert_allclose(reached, found.share, atol=1e-6)


@quick
@given(st.data(), st.integers(2, 6))
def test_the_average_over_time_is_right_for_any_pattern_of_zeros(data, size):
    cells = data.draw(st.lists(st.integers(0, 2), min_size=size**2, max_size=size**2))
    matrix = np.array(cells, float).reshape(size, size) ** 2
    matrix[matrix.sum(axis=1) == 0] = 1
    matrix /= matrix.sum(axis=1, keepdims=True)
    found = clv.steady_state(matrix, start=np.full(size, 1 / size))
    # Averages over a whole number of periods, far out, by brute force; 60 holds every period.
    far = np.linalg.matrix_power(matrix, 60 * 2000)
    average = np.mean([far @ np.linalg.matrix_power(matrix, t) for t in range(60)], axis=0)
    np.testing.assert_allclose(found.by_start, average, atol=1e-6)
    np.testing.assert_allclose(found.share, average.mean(axis=0), atol=1e-6)
    repeats = [k for k in range(1, 61) if np.allclose(far @ np.linalg.matrix_power(matrix, k), far,
                                                      atol=1e-6)]  # fmt: skip
    assert found.period == repeats[0]
    assert found.unique == np.allclose(average, average[0], atol=1e-6)
    assert sorted(b for group in found.classes for b in group) == list(range(1, size + 1))


def test_two_separate_markets_have_no_single_steady_state():
    matrix = [[0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 0.2, 0.8], [0, 0, 0.6, 0.4]]
    found = clv.steady_state(matrix)
    assert not found.unique
    assert np.isnan(found.share).all()
    assert found.classes == found.closed == ((1, 2), (3, 4))
    assert math.isinf(found.half_life)
    assert repr(found) == "SteadyState(not unique; depends on the start: 2 closed classes)"
    given_start = clv.steady_state(matrix, [0.7, 0, 0.3, 0])
    np.testing.assert_allclose(given_start.share, [0.35, 0.35, 0.3 * 3 / 7, 0.3 * 4 / 7])


def test_a_brand_that_keeps_everybody_swallows_the_market():
    found = clv.steady_state([[0.9, 0.1], [0, 1]])
    assert found.unique
    assert found.share.tolist() == [0, 1]
    assert found.closed == ((2,),)
    assert found.classes == ((1,), (2,))
    assert found.to_frame()["closed"].tolist() == [False, True]
    assert found.half_life == pytest.approx(math.log(0.5) / math.log(0.9))


def test_customers_who_alternate_never_settle():
    found = clv.steady_state([[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]])
    assert (found.period, found.settles, found.unique) == (2, False, True)
    assert found.share.tolist() == pytest.approx([0.25, 0.5, 0.25])
    assert math.isinf(found.half_life)
    assert "repeat every 2 periods" in repr(found)


def test_a_ruin_between_two_ends_by_hand():
    # From the middle of a fair walk on 0, 1, 2 with ends that keep: half and half.
    found = clv.steady_state([[1, 0, 0], [0.5, 0, 0.5], [0, 0, 1]])
    assert found.by_start[1].tolist() == [0.5, 0, 0.5]


# The estimate from a panel.


def panel_of(*baskets):
    return pd.DataFrame(
        [(h, t, brand) for h, basket in enumerate(baskets) for t, brand in enumerate(basket)],
        columns=["household", "order", "brand"],
    )


def test_yogurt_panel_has_the_published_shares():
    # Jain, Vilcassim & Chintagunta (1994): 100 households, 2,412 purchases.
    found = clv.estimate_switching(datasets.load("yogurt_panel"), order="order")
    assert (found.households, found.purchases) == (100, 2412)
    assert found.shares.round(3).to_dict() == {
        "dannon": 0.402, "hiland": 0.029, "weight": 0.229, "yoplait": 0.339,
    }  # fmt: skip
    assert found.counts.to_numpy().sum() == 2412 - 100
    np.testing.assert_allclose(found.steady_state @ found.matrix, found.steady_state)


def test_estimate_counts_the_pairs_within_households():
    found = clv.estimate_switching(panel_of("AABC", "CA", "B"))
    assert found.counts.to_numpy().tolist() == [[1, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert found.matrix.to_numpy().tolist() == [[0.5, 0.5, 0], [0, 0, 1], [1, 0, 0]]
    assert found.shares.tolist() == pytest.approx([3 / 7, 2 / 7, 2 / 7])
    assert (found.households, found.purchases, found.dropped) == (3, 7, 0)
    assert found.repeat_rate == 0.25
    pd.testing.assert_frame_equal(found.to_frame(), found.matrix)


@quick
@given(st.lists(st.text("ABC", min_size=1, max_size=8), min_size=1, max_size=5), st.randoms())
def test_the_order_column_counts_and_not_the_order_of_the_rows(baskets, random):
    panel = panel_of("AB", *baskets)
    rows = list(range(len(panel)))
    random.shuffle(rows)
    one = clv.estimate_switching(panel)
    two = clv.estimate_switching(panel.iloc[rows], order="order")
    pd.testing.assert_frame_equal(one.counts, two.counts)
    expected = sum(len(basket) - 1 for basket in ["AB", *baskets])
    assert one.counts.to_numpy().sum() == expected


def test_ties_are_refused_or_ruled():
    panel = panel_of("ABC").assign(order=[1, 1, 2])
    with pytest.raises(ValueError, match=r"order must tell .*got 1 ties, .*ties='rows'"):
        clv.estimate_switching(panel, order="order")
    rows = clv.estimate_switching(panel, order="order", ties="rows")
    assert rows.counts.loc["A", "B"] == rows.counts.loc["B", "C"] == 1
    first = clv.estimate_switching(panel, order="order", ties="first")
    assert first.counts.loc["A", "C"] == 1
    assert (first.dropped, first.purchases) == (1, 2)


def test_dates_order_a_panel_too():
    panel = panel_of("ABC").assign(order=pd.to_datetime(["2025-03-01", "2025-01-01", "2025-02-01"]))
    counts = clv.estimate_switching(panel, order="order").counts
    assert counts.loc["B", "C"] == counts.loc["C", "A"] == 1


def test_a_brand_without_a_next_purchase_gets_the_shares_and_is_named():
    found = clv.estimate_switching(panel_of("AAAB"))
    assert found.unseen == ("B",)
    assert found.matrix.loc["B"].tolist() == [0.75, 0.25]


def test_brands_may_be_ordered_and_unbought_ones_added():
    found = clv.estimate_switching(panel_of("ABA"), brands=["C", "B", "A"])
    assert found.matrix.index.tolist() == ["C", "B", "A"]
    assert found.unseen == ("C",)
    as_category = panel_of("ABA").astype({"brand": pd.CategoricalDtype(["B", "A", "Z"])})
    assert clv.estimate_switching(as_category).matrix.index.tolist() == ["B", "A"]


def test_smoothing_adds_the_prior_to_every_cell():
    found = clv.estimate_switching(panel_of("AAB"), prior=1)
    assert found.matrix.to_numpy().tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_estimate_recovers_the_matrix_that_made_the_panel():
    rng = np.random.default_rng(3)
    steps = np.cumsum(M, axis=1)
    baskets = []
    for _household in range(300):
        code, basket = 0, []
        for _purchase in range(40):
            code = int(min(np.searchsorted(steps[code], rng.random()), 2))
            basket.append("ABC"[code])
        baskets.append(basket)
    found = clv.estimate_switching(panel_of(*baskets))
    for method in ("wilson", "dirichlet"):
        table = found.intervals(0.9999, method)
        assert (table["low"] < np.ravel(M)).all()
        assert (table["high"] > np.ravel(M)).all()
    np.testing.assert_allclose(found.matrix, M, atol=0.02)
    # Households are alike here: the bootstrap agrees with the simple interval.
    widening = found.bootstrap(300, seed=1).to_frame()["widening"]
    assert widening.between(0.8, 1.25).all()
    # And the chain is of first order: the test does not reject, but order 0 is rejected.
    tests = clv.switching_tests(panel_of(*baskets))
    assert tests.loc["order 1 against 0", "p_value"] < 1e-10
    assert tests.loc["order 2 against 1", "p_value"] > 0.001
    assert tests.loc["first against second half", "p_value"] > 0.001
    assert tests["df"].tolist() == [4, 12, 6]


def test_dirichlet_interval_is_the_beta_quantile():
    from scipy.stats import beta

    found = clv.estimate_switching(panel_of("AAABAAB"), prior=1)
    row = found.intervals(0.9, "dirichlet").iloc[0]
    expected = beta(3 + 1, 2 + 1).ppf([0.05, 0.95])
    assert row[["low", "high"]].tolist() == pytest.approx(expected.tolist())


def test_households_that_differ_widen_the_interval():
    boot = clv.estimate_switching(taste_only()).bootstrap(200, seed=2)
    assert boot.to_frame()["widening"].min() > 1.2
    frame = boot.steady_frame()
    assert (frame["low"] <= frame["steady_state"]).all()
    assert (frame["steady_state"] <= frame["high"]).all()
    assert "samples of households" in repr(boot)


def test_bootstrap_repeats_itself_with_its_seed():
    found = clv.estimate_switching(panel_of("ABAB", "AABB", "BBBA"))
    one, two, other = (found.bootstrap(20, seed=s).matrices for s in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


# Loyalty or taste?


def taste_only(households=200, purchases=15):
    """Every household draws each purchase from its own shares: no memory at all."""
    rng = np.random.default_rng(8)
    shares = rng.beta(0.5, 0.5, households)
    return panel_of(*[np.where(rng.random(purchases) < p, "A", "B") for p in shares])


def test_taste_alone_looks_like_loyalty_and_the_shuffle_tells():
    panel = taste_only()
    found = clv.repeat_buying(panel, draws=200)
    # Beta(.5, .5): two draws of one household agree with chance E[p² + (1 − p)²] = 3/4.
    assert found.observed == pytest.approx(0.75, abs=0.03)
    assert found.by_share == pytest.approx(0.5, abs=0.03)
    assert found.between == pytest.approx(1, abs=0.05)
    assert found.p_value > 0.01
    tests = clv.switching_tests(panel)
    assert tests.loc["order 1 against 0", "p_value"] < 1e-10, "pooled counts see a chain"


def test_memory_is_what_the_shuffle_destroys():
    found = clv.repeat_buying(panel_of(*["AAAAABBBBB"] * 30), draws=200)
    assert found.observed == pytest.approx(8 / 9)
    # Shuffled: two purchases of ten agree with chance 4/9.
    assert found.shuffled.mean() == pytest.approx(4 / 9, abs=0.02)
    assert found.p_value == pytest.approx(1 / 201)
    assert repr(found).endswith("p = 0.00498)")
    table = found.to_frame()
    assert table["added"].sum() == pytest.approx(found.observed)
    assert table["repeat_rate"].iloc[-1] == found.observed


def test_the_split_puts_part_of_the_habit_to_the_households():
    # The synthetic market: without inertia its buyers would repeat 43 of 100 purchases, by the
    # true logit. Shuffling leaves more, for habit makes buyers look more different than they are.
    survey, truth = datasets.load("company_market"), datasets.load("company_market_truth")
    worth = truth.set_index("driver")["worth"].drop("last")
    pull = np.exp(survey[worth.index] @ worth)
    chance = pull / pull.groupby(survey["buyer"]).transform("sum")
    weight = survey["purchases"] - 1
    taste = (chance**2 * weight).sum() / (weight.sum() / 4)
    names = {"household": "buyer", "brand": "supplier", "order": "date"}
    found = clv.repeat_buying(datasets.load("company_panel"), **names, draws=100)
    assert found.by_share < taste < found.shuffled.min() < found.observed
    assert found.p_value < 0.01


def test_yogurt_households_differ_more_than_the_order_explains():
    found = clv.repeat_buying(datasets.load("yogurt_panel"), order="order", draws=100)
    assert found.by_share < 0.34 < 0.7 < found.shuffled.mean() < 0.8 < found.observed


def test_order_test_is_that_of_the_contingency_table():
    from scipy.stats import chi2_contingency

    panel = panel_of("AABBABAABB", "BBABAABABA")
    counts = clv.estimate_switching(panel).counts
    wanted = chi2_contingency(counts, correction=False, lambda_="log-likelihood")
    row = clv.switching_tests(panel).loc["order 1 against 0"]
    assert row["statistic"] == pytest.approx(wanted.statistic)
    assert row["p_value"] == pytest.approx(wanted.pvalue)
    assert row["df"] == wanted.dof


def test_a_first_and_a_second_half_that_differ_are_seen():
    panel = panel_of(*["AAAAAABABABABAB"] * 20)
    tests = clv.switching_tests(panel)
    assert tests.loc["first against second half", "p_value"] < 1e-6


def test_a_matrix_of_polars_names_the_brands_by_its_columns():
    polars = pytest.importorskip("polars")
    found = clv.steady_state(polars.DataFrame({"A": [0.9, 0.2], "B": [0.1, 0.8]}))
    assert found.brands == ("A", "B")
    assert found.share == pytest.approx([2 / 3, 1 / 3])


def test_a_brand_may_be_an_entry_of_an_array():
    matrix = [[0.7, 0.3], [0.4, 0.6]]
    for brand in np.array([1, 2]):
        moved = clv.shift_switching(matrix, last=brand, to=brand, points=0.1)
        assert moved.loc[brand, brand] == pytest.approx(matrix[brand - 1][brand - 1] + 0.1)
