"""Customer equity and its drivers: row C13 of the syllabus."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv, datasets, value

quick = settings(max_examples=30, deadline=None, derandomize=True)
DRIVERS = {
    "value": ["quality", "price", "delivery"],
    "brand": ["image", "fairness"],
    "relationship": ["contact", "rewards"],
}
NAMES = {"customer": "buyer", "brand": "supplier"}
MONEY = {"contribution": 60, "rate": 0.1, "horizon": 3, "frequency": "purchases"}


@pytest.fixture(scope="module")
def survey():
    return datasets.load("company_market")


@pytest.fixture(scope="module")
def model(survey):
    return clv.EquityModel(DRIVERS, **NAMES).fit(survey)


# The sum of the values.


def test_equity_is_the_sum_of_the_values():
    found = clv.customer_equity([100, 300, -20], ["new", "old", "new"], customers=[10, 20, 5])
    assert found.table.loc["new"].tolist() == [15, 60, 900, 900 / 6900]
    assert found.total == 6900
    assert repr(found) == "CustomerEquity(6,900 in all; segment 'old' 87.0 %)"


@quick
@given(st.lists(st.tuples(st.floats(-100, 500), st.sampled_from("xyz")), min_size=1, max_size=20))
def test_splitting_by_segment_loses_nothing(rows):
    values, segments = zip(*rows, strict=True)
    found = clv.customer_equity(values, segments)
    assert found.total == pytest.approx(sum(values), abs=1e-9)
    assert found.table["customers"].sum() == len(rows)
    assert found.table["equity"].is_monotonic_decreasing
    assert clv.customer_equity(values).table.loc["all", "equity"] == pytest.approx(
        sum(values), abs=1e-9
    )


def test_equity_of_brands_is_that_of_switching_values():
    shares, matrix = [0.6, 0.3, 0.1], [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.15, 0.6]]
    worth = clv.switching_value(shares, matrix, 500, 0.09, 2)
    found = clv.customer_equity(worth, ["A", "B", "C"], customers=[1000] * 3)
    assert found.table["equity"].round(-2).to_dict() == {"A": 389400, "B": 347700, "C": 142500}


# The logit.


def test_estimates_lie_near_the_truth_that_made_the_survey(model):
    truth = datasets.load("company_market_truth").set_index("driver")["worth"]
    z = (model.coef_ - truth) / model.se_
    assert z.abs().max() < 3
    assert (z**2).sum() < 21  # chi-squared with 8 degrees of freedom, 99 %
    assert model.log_likelihood_ > model.null_log_likelihood_
    assert model.null_log_likelihood_ == pytest.approx(600 * np.log(1 / 4))


def test_estimates_are_at_the_top_of_the_likelihood(model, survey):
    x = survey[[name for names in DRIVERS.values() for name in names]].assign(last=survey["last"])
    x = x.to_numpy(float).reshape(600, 4, 8)
    taken = survey["chosen"].to_numpy().reshape(600, 4)

    def likelihood(beta):
        utility = x @ beta
        return (utility[taken] - np.log(np.exp(utility).sum(axis=1))).sum()

    beta = model.coef_.to_numpy()
    assert likelihood(beta) == pytest.approx(model.log_likelihood_)
    step = 1e-4
    slopes = [
        (likelihood(beta + step * e) - likelihood(beta - step * e)) / (2 * step) for e in np.eye(8)
    ]
    np.testing.assert_allclose(slopes, 0, atol=1e-3)
    curvature = np.array(
        [
            [
                (likelihood(beta + step * (a + b)) - likelihood(beta + step * (a - b))
                 - likelihood(beta - step * (a - b)) + likelihood(beta - step * (a + b)))
                / (4 * step**2)
                for b in np.eye(8)
            ]
            for a in np.eye(8)
        ]
    )  # fmt: skip
    np.testing.assert_allclose(np.linalg.inv(-curvature), model.covariance_, rtol=0.01, atol=1e-6)


def test_one_driver_two_brands_by_hand():
    # Three of four take the brand that is rated one point higher: coef = ln 3; last is balanced.
    rows = [("X", 6, True), ("Y", 5, False)]
    survey = pd.concat(
        [
            pd.DataFrame(
                {"customer": 10 * k + n, "brand": b, "quality": q, "last": (b == "X") == (k == 0),
                 "chosen": won == (n < 3)}
                for b, q, won in rows
            )
            for k in range(2)
            for n in range(4)
        ]
    )  # fmt: skip
    model = clv.EquityModel({"value": ["quality"]}).fit(survey)
    assert model.coef_["quality"] == pytest.approx(np.log(3))
    assert model.coef_["last"] == pytest.approx(0, abs=1e-8)
    assert model.drivers_.loc["quality", "importance"] == 1


def test_the_logit_is_that_of_chapter_6(model, survey):
    # A share of the first purchase is what `value.choose_offers` gives with the same weights.
    offers = survey.assign(last=survey["last"].astype(float), none=0.0)
    chosen = value.choose_offers(
        offers, dict(model.coef_), customer="buyer", offer="supplier", scale=1,
        benefits=list(model.coef_.index), sacrifices=["none"],
    )  # fmt: skip
    one = model.equity(survey, 1, 0.0, 1, 1)
    np.testing.assert_allclose(one.table["mean_value"], chosen.shares[one.table.index])


def test_drivers_have_groups_and_importances(model):
    table = model.drivers_
    assert table["importance"].sum() == pytest.approx(1)
    assert table["group"].tolist() == ["value"] * 3 + ["brand"] * 2 + ["relationship"] * 2
    assert (table["low"] < table["coef"]).all()


# From switching matrices to equity.


def test_every_customer_has_a_chain_of_its_own_by_hand(model, survey):
    buyer = survey[survey["buyer"] == "B007"].reset_index(drop=True)
    beta = model.coef_
    liked = buyer[beta.index[:-1]].to_numpy() @ beta.iloc[:-1].to_numpy()
    matrix = np.exp(liked + beta["last"] * np.eye(4))
    matrix /= matrix.sum(axis=1, keepdims=True)
    often, now, expected = buyer["purchases"][0], buyer["last"].to_numpy(float), np.zeros(4)
    for t in range(1, 3 * often + 1):
        now = now @ matrix
        expected += 60 * now / 1.1 ** (t / often)
    found = model.equity(survey, **MONEY)
    np.testing.assert_allclose(found.values.loc["B007"], expected)
    assert found.table["mean_value"].tolist() == pytest.approx(found.values.mean().tolist())


def test_equity_of_all_brands_is_the_value_of_all_purchases(model, survey):
    found = model.equity(survey, **MONEY, population=4000)
    often = survey.groupby("buyer")["purchases"].first()
    each = [(60 / 1.1 ** (np.arange(1, 3 * f + 1) / f)).sum() for f in often]
    assert found.total == pytest.approx(4000 * np.mean(each))
    assert found.table["share"].sum() == pytest.approx(1)
    assert found.table["customers"].tolist() == [4000] * 4


def test_first_purchase_and_margins_by_brand(model, survey):
    base = model.equity(survey, 60, 0.1, 3, 12)
    with_first = model.equity(survey, 60, 0.1, 3, 12, include_first=True)
    extra = with_first.table["mean_value"] - base.table["mean_value"]
    last = survey[survey["last"]]["supplier"].value_counts() / 600
    np.testing.assert_allclose(extra, 60 * last[extra.index])
    margins = {"discounter": 30, "local": 60, "own": 60, "premium": 120}
    by_brand = model.equity(survey, margins, 0.1, 3, 12).table["equity"]
    ratio = by_brand / base.table["equity"]
    assert ratio.round(9).tolist() == [0.5, 1, 1, 2]


def test_mean_switching_matrix_has_rows_of_one_and_less_loyalty_than_the_pooled_panel(
    model, survey
):
    own = model.switching(survey)
    np.testing.assert_allclose(own.sum(axis=1), 1)
    pooled = clv.estimate_switching(
        datasets.load("company_panel"), household="buyer", brand="supplier", order="date"
    )
    # Buyers differ in taste; the pooled diagonal counts that as loyalty.
    assert (np.diag(pooled.matrix) > np.diag(own) + 0.1).all()


def test_a_brand_that_a_customer_does_not_know_gets_nothing(model, survey):
    blind = survey[~((survey["buyer"] == "B001") & (survey["supplier"] == "local"))]
    if not blind.groupby("buyer")["last"].sum().eq(1).all():
        pytest.fail("choose a buyer whose last supplier is another one")
    found = model.equity(blind, **MONEY)
    assert found.values.loc["B001", "local"] == 0
    whole = model.equity(survey, **MONEY).values
    assert found.values.loc["B001"].sum() == pytest.approx(whole.loc["B001"].sum())
    np.testing.assert_allclose(found.values.iloc[1:], whole.iloc[1:])


def test_a_point_for_buyers_who_are_alike_is_that_of_one_matrix(model, survey):
    # Everybody rates as the first buyer does: then one matrix serves all.
    drivers = list(model.coef_.index[:-1])
    alike = survey.copy()
    alike[drivers] = np.tile(survey[drivers].head(4), (600, 1))
    found = model.switching_gains(alike, "own", 60, 0.0, 3, 1, points=0.02)
    shares = survey[survey["last"]]["supplier"].value_counts(normalize=True).sort_index()
    pooled = clv.switching_gains(
        shares.to_numpy(), model.switching(alike), 60, 0.0, 3, to="own", points=0.02
    )
    np.testing.assert_allclose(found.table, pooled.table)


def test_a_point_of_ones_own_matrix_by_hand(model, survey):
    buyer = survey[survey["buyer"] == "B007"]
    money = {"contribution": 60, "rate": 0.1, "horizon": 2, "frequency": 1}
    two = pd.concat([buyer, buyer.assign(buyer="twin")])
    found = model.switching_gains(two, "own", **money, points=0.05).table
    matrix = model.switching(two)
    expected = clv.switching_gains(
        buyer["last"].to_numpy(float), matrix, 60, 0.1, 2, to="own", points=0.05
    )
    np.testing.assert_allclose(found, expected.table)
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-9)


def test_a_row_that_holds_less_moves_what_there_is(model, survey):
    found = model.switching_gains(survey, "own", 60, 0.1, 1, 1, points=1)
    first = model.equity(survey, 60, 0.1, 1, 1).table["mean_value"]
    # With everything moved, all who stand in a row come to us.
    with_all = model.switching_gains(survey, "own", 60, 0.1, 1, 1, points=0.999).table["own"]
    assert (found.table["own"] >= with_all - 1e-9).all()
    assert found.table["own"].sum() == pytest.approx(60 / 1.1 - first["own"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"to": "unknown"}, "to must be one of 'discounter', .*got 'unknown'"),
        ({"points": 0}, "points must be above 0"),
        ({"points": 1.1}, "points must be .*got 1.1"),
    ],
)
def test_bad_points_are_refused(model, survey, arguments, message):
    with pytest.raises(ValueError, match=message):
        model.switching_gains(survey, **{"to": "own", **MONEY} | arguments)


# What pays.

PLANS = pd.DataFrame(
    {"delivery": [1.0, 0, 0], "image": [0, 1.0, 0], "price": [0, 0, -0.5], "cost": [9e4, 9e4, 1.0]},
    index=["faster", "campaign", "dearer"],
)


def test_return_is_the_difference_of_two_equities(model, survey):
    found = model.returns(survey, "own", PLANS, **MONEY, population=4000)
    better = survey.copy()
    own = better["supplier"] == "own"
    better.loc[own, "delivery"] = (better.loc[own, "delivery"] + 1).clip(1, 10)
    before, after = (
        model.equity(s, **MONEY, population=4000).table["equity"] for s in (survey, better)
    )
    row = found.table.loc["faster"]
    assert row["gain"] == pytest.approx(after["own"] - before["own"])
    assert row["net"] == pytest.approx(row["gain"] - 9e4)
    assert row["roi"] == pytest.approx((row["gain"] - 9e4) / 9e4)
    assert row["share"] == pytest.approx(after["own"] / after.sum())
    np.testing.assert_allclose(found.changes.loc["faster"], after - before)


def test_what_is_won_is_lost_by_the_rivals(model, survey):
    found = model.returns(survey, "own", PLANS, **MONEY)
    np.testing.assert_allclose(found.changes.sum(axis=1), 0, atol=1e-6)
    assert found.table["net"].is_monotonic_decreasing
    assert found.changes.index.tolist() == found.table.index.tolist()
    assert found.table.loc["dearer", "gain"] < 0
    assert f"best {found.table.index[0]!r}: gain" in repr(found)


def test_interval_comes_from_the_covariance_of_the_coefficients(model, survey):
    some = survey[survey["buyer"] < "B101"]
    found = model.returns(some, "own", PLANS, **MONEY, draws=40, seed=3)
    again = model.returns(some, "own", PLANS, **MONEY, draws=40, seed=3)
    pd.testing.assert_frame_equal(found.table, again.table)
    assert (found.table["low"] < found.table["net"]).all()
    assert (found.table["net"] < found.table["high"]).all()


def test_nobody_rates_beyond_the_end_of_the_scale(model, survey):
    plans = pd.DataFrame({"quality": [50.0, 90.0], "cost": 1.0}, index=["much", "more"])
    gain = model.returns(survey, "own", plans, **MONEY).table["gain"]
    assert gain["much"] == pytest.approx(gain["more"])


# Bad input.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.head(0), "survey must not be empty"),
        (lambda s: s.drop(columns="image"), "survey must have the column 'image'"),
        (lambda s: s.assign(image=np.nan), "image must be finite; got nan"),
        (lambda s: s.assign(buyer=None), "buyer must not be missing"),
        (lambda s: pd.concat([s, s.head(1)]), "survey must hold each brand once .*'discounter'"),
        (lambda s: s.assign(last=2), "last must hold True and False; got 2"),
        (lambda s: s.assign(last=False), "last must be True once .*got 0 times for 'B001'"),
        (lambda s: s.assign(chosen=True), "chosen must be True once .*got 4 times for 'B001'"),
        (lambda s: s[s["supplier"] == "own"], "survey must hold two brands .*got one of 'B001'"),
        (lambda s: s.assign(image=5), "image must differ between the brands"),
        (lambda s: s.assign(image=s["price"] + 1), "drivers must not repeat each other"),
        (lambda s: s.assign(chosen=s["last"]), "choices must not follow .*got data"),
    ],
)
def test_a_survey_that_cannot_be_read_is_refused(survey, change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        clv.EquityModel(DRIVERS, **NAMES).fit(change(survey))


@pytest.mark.parametrize(
    ("drivers", "message"),
    [
        (["quality"], "drivers must be a mapping"),
        ({}, "drivers must be a mapping"),
        ({"value": "quality"}, r"drivers\['value'\] must be a list"),
        ({"value": []}, r"drivers\['value'\] must be a list"),
        ({"a": ["x"], "b": ["x"]}, "drivers must hold each column once; got 'x'"),
    ],
)
def test_bad_drivers_are_refused(drivers, message):
    with pytest.raises((ValueError, TypeError), match=message):
        clv.EquityModel(drivers)


BAD_NUMBERS = ["text", None, float("nan"), float("inf"), [1, 2], True]


@pytest.mark.parametrize(
    ("argument", "bad", "message"),
    [
        *(("contribution", bad, "contribution must") for bad in BAD_NUMBERS),
        ("contribution", {"own": 1}, "contribution must name every brand; got none for 'disc"),
        *(("rate", bad, "rate must") for bad in [*BAD_NUMBERS, -1]),
        *(("horizon", bad, "horizon must") for bad in [*BAD_NUMBERS, 0, -1, 1e9]),
        *(("frequency", bad, "frequency must") for bad in [*BAD_NUMBERS[1:], 0, -2]),
        ("frequency", "unknown", "survey must have the column 'unknown'"),
        ("frequency", "image", "image must be the same in all rows of a customer"),
        *(("population", bad, "population must") for bad in ["many", [1], float("nan"), 0, -1]),
        *(("include_first", bad, "include_first must") for bad in ["no", None, 1]),
    ],
)
def test_bad_money_is_refused(model, survey, argument, bad, message):
    with pytest.raises((ValueError, TypeError), match=message):
        model.equity(survey, **MONEY | {argument: bad})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"brand": "unknown"}, "brand must be one of 'discounter', .*got 'unknown'"),
        ({"improvements": 5}, "improvements must be a pandas DataFrame"),
        ({"improvements": PLANS.drop(columns="cost")}, "improvements must have the column 'cost'"),
        ({"improvements": PLANS.assign(taste=1)}, "improvements must have drivers .*got 'taste'"),
        ({"improvements": PLANS.assign(cost=0)}, "cost must be above 0; got 0"),
        ({"improvements": PLANS[["image", "cost"]]}, "must change a driver; got no .*'faster'"),
        ({"scale": (10, 1)}, "scale must hold the lowest and the highest"),
        ({"scale": (1, 5)}, r"scale must hold all ratings; got \(1, 5\) and ratings from 1 to 10"),
        ({"draws": -1}, "draws must be a whole number"),
        ({"draws": 1, "seed": -1}, "seed must be a whole number"),
        ({"level": 1}, "level must be .*got 1"),
    ],
)
def test_bad_plans_are_refused(model, survey, arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        model.returns(survey, **{"brand": "own", "improvements": PLANS, **MONEY} | arguments)


def test_a_model_that_was_not_fitted_says_so(survey):
    model = clv.EquityModel(DRIVERS, **NAMES)
    assert repr(model) == "EquityModel(7 drivers, not fitted)"
    for call in (
        lambda: model.equity(survey, **MONEY),
        lambda: model.switching(survey),
        lambda: model.switching_gains(survey, "own", **MONEY),
        lambda: model.returns(survey, "own", PLANS, **MONEY),
    ):
        with pytest.raises(ValueError, match=r"must be fitted .*got no call"):
            call()


def test_values_and_segments_in_another_order_are_not_paired():
    value = pd.Series([100.0, 300, -20], index=["a", "b", "c"])
    segment = pd.Series(["new", "old", "new"], index=["a", "b", "c"])
    with pytest.raises(ValueError, match="value and segment must have the same index"):
        clv.customer_equity(value, segment[::-1])
    with pytest.raises(ValueError, match="value and customers must have the same index"):
        clv.customer_equity(value, segment, pd.Series([1, 2, 3], index=["c", "b", "a"]))
    assert clv.customer_equity(value, segment).total == 380
