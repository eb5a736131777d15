"""From an order log to a strategy table, the five steps: row C14 of the syllabus."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import clv

quick = settings(max_examples=30, deadline=None, derandomize=True)

# Yearly accounts.

LOG = pd.DataFrame(
    {
        "customer": ["b", "a", "a", "c", "a", "d"],
        "date": pd.to_datetime(
            ["2022-12-31", "2021-03-01", "2021-11-30", "2022-01-01", "2023-06-01", "2023-01-01"]
        ),
        "amount": [30.0, 10, 20, 5, 40, 7],
        "cost": [12.0, 4, 8, 6, 16, 7],
    }
)


def rows_of(accounts):
    return list(accounts.astype(object).where(accounts.notna(), None).itertuples(index=False))


def test_accounts_of_a_small_log_by_hand():
    accounts = clv.yearly_accounts(LOG, end="2023-12-31")
    assert list(accounts) == [
        "customer",
        "year",
        "orders",
        "revenue",
        "contribution",
        "complete",
        "retained",
    ]
    assert rows_of(accounts) == [
        ("a", 1, 2, 30, 18, True, 0),  # no order from March 2022 to February 2023
        ("a", 2, 0, 0, 0, True, None),  # nobody to retain
        ("a", 3, 1, 40, 24, False, None),  # runs to February 2024
        ("b", 1, 1, 30, 18, True, None),  # year 2 has only begun
        ("b", 2, 0, 0, 0, False, None),
        ("c", 1, 1, 5, -1, True, 0),
        ("c", 2, 0, 0, 0, True, None),  # ends on the last day
        ("d", 1, 1, 7, 0, True, None),
    ]


def test_a_customer_who_orders_again_in_the_next_year_is_retained():
    again = pd.DataFrame({"customer": "c", "date": [pd.Timestamp(2023, 12, 31)], "amount": 1.0})
    log = pd.concat([LOG, again.assign(cost=0.0)])
    accounts = clv.yearly_accounts(log).set_index(["customer", "year"])
    assert accounts.loc[("c", 1), "retained"] == 1
    assert accounts.loc[("c", 2), "orders"] == 1


def test_without_an_end_the_log_ends_with_its_last_order():
    by_default, told = (clv.yearly_accounts(LOG, end=end) for end in (None, "2023-06-01"))
    pd.testing.assert_frame_equal(by_default, told)


def test_the_hour_of_an_order_does_not_matter():
    late = LOG.assign(date=LOG["date"] + pd.Timedelta(hours=23))
    for end in (None, "2023-06-01", "2023-12-31"):
        pd.testing.assert_frame_equal(
            clv.yearly_accounts(late, end=end), clv.yearly_accounts(LOG, end=end)
        )


def test_an_order_after_the_end_is_refused():
    with pytest.raises(ValueError, match=r"end must not lie before .*2023-06-01; got '2023-05-31'"):
        clv.yearly_accounts(LOG, end="2023-05-31")


orders = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.dates(date(2020, 1, 1), date(2025, 12, 31)),
        st.floats(-100, 1e3),
        st.floats(0, 1e3),
    ),
    min_size=1,
    max_size=25,
)


def as_log(rows):
    log = pd.DataFrame(rows, columns=["customer", "date", "amount", "cost"])
    return log.assign(date=pd.to_datetime(log["date"]))


def year_of(day, first):
    """Which year of the relationship a day lies in."""
    return day.year - first.year + ((day.month, day.day) >= (first.month, first.day))


@quick
@given(orders)
def test_accounts_lose_no_order_and_no_money(rows):
    accounts = clv.yearly_accounts(as_log(rows))
    assert accounts["revenue"].sum() == pytest.approx(sum(r[2] for r in rows), abs=1e-6)
    profit = sum(r[2] - r[3] for r in rows)
    assert accounts["contribution"].sum() == pytest.approx(profit, abs=1e-6)
    found = accounts[accounts["orders"] > 0].set_index(["customer", "year"])["orders"].to_dict()
    first = {who: min(r[1] for r in rows if r[0] == who) for who in {r[0] for r in rows}}
    assert found == Counter((who, year_of(day, first[who])) for who, day, *_money in rows)


@quick
@given(orders, st.integers(0, 800))
def test_complete_and_retained_follow_their_definitions(rows, days):
    last = max(row[1] for row in rows) + timedelta(days)
    accounts = clv.yearly_accounts(as_log(rows), end=last)
    for who, account in accounts.groupby("customer"):
        days_of = sorted(row[1] for row in rows if row[0] == who)
        years = {year_of(day, days_of[0]) for day in days_of}
        begun, over = year_of(last, days_of[0]), year_of(last + timedelta(1), days_of[0]) - 1
        assert account["year"].tolist() == list(range(1, begun + 1))
        for row in account.itertuples():
            assert row.complete == (row.year <= over)
            if row.year in years and row.year + 1 <= over:
                assert row.retained == (row.year + 1 in years)
            else:
                assert np.isnan(row.retained)


@quick
@given(orders, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(
        clv.yearly_accounts(as_log(rows)), clv.yearly_accounts(as_log(shuffled))
    )


def test_without_a_cost_column_contribution_is_revenue():
    accounts = clv.yearly_accounts(LOG.drop(columns="cost"), cost=None)
    assert accounts["contribution"].tolist() == accounts["revenue"].tolist()


def test_the_names_of_the_columns_of_the_log_are_free():
    renamed = LOG.set_axis(["who", "when", "paid", "spent"], axis=1)
    accounts = clv.yearly_accounts(
        renamed, customer="who", date="when", revenue="paid", cost="spent"
    )
    pd.testing.assert_frame_equal(accounts, clv.yearly_accounts(LOG))


@pytest.mark.parametrize(
    "log",
    [
        LOG.set_axis([3, 3, 1, 0, 0, 3], axis=0),
        LOG.assign(customer=pd.Categorical(LOG["customer"], categories=list("xabcd"))),
        LOG.assign(amount=LOG["amount"].astype("Float64"), cost=LOG["cost"].astype(int)),
        LOG.assign(date=LOG["date"].astype("datetime64[s]")),
        LOG.assign(date=LOG["date"].dt.tz_localize("Asia/Shanghai")),
    ],
    ids=["any row labels", "categories", "nullable numbers", "seconds", "time zone"],
)
def test_a_log_may_come_in_many_forms(log):
    accounts = clv.yearly_accounts(log)
    pd.testing.assert_frame_equal(accounts, clv.yearly_accounts(LOG), check_dtype=False)


def test_numbers_may_name_customers():
    numbered = LOG.assign(customer=LOG["customer"].map({"a": 4, "b": 3, "c": 2, "d": 1}))
    accounts = clv.yearly_accounts(numbered)
    assert accounts["customer"].drop_duplicates().tolist() == [1, 2, 3, 4]
    assert accounts["orders"].sum() == 6


# The study.

TABLE = pd.DataFrame(
    {
        "customer": list("wxyz"),
        "margin": [60.0, 300, -20, 100],
        "retention": [0.6, 0.9, 0.6, 0.8],
        "acquisition_cost": [200.0, 200, 0, 150],
    }
)


def test_value_of_every_customer_by_hand():
    study = clv.clv_study(TABLE, rate=0.1, cuts=(0.4, 0.8))
    customers = study.customers
    assert list(customers) == [
        "customer",
        "value",
        "acquisition_cost",
        "net_value",
        "return_on_acquisition",
        "retention_point",
        "group",
    ]
    assert customers["customer"].tolist() == ["x", "z", "w", "y"]
    # m (1 + r / (1 + d − r)) = m (1 + d) / (1 + d − r)
    worth = [300 * 1.1 / 0.2, 100 * 1.1 / 0.3, 60 * 1.1 / 0.5, -20 * 1.1 / 0.5]
    won = np.array([200, 150, 200, 0])
    one_point_more = [300 * 1.1 / 0.19, 100 * 1.1 / 0.29, 60 * 1.1 / 0.49, -20 * 1.1 / 0.49]
    np.testing.assert_allclose(customers["value"], worth)
    np.testing.assert_allclose(customers["net_value"], worth - won)
    np.testing.assert_allclose(
        customers["return_on_acquisition"], [*(np.array(worth[:3]) / won[:3]), np.nan]
    )
    np.testing.assert_allclose(
        customers["retention_point"], np.array(one_point_more) - np.array(worth)
    )
    assert customers["group"].tolist() == ["key", "growth", "basic", "loss-making"]
    assert study.total == pytest.approx(sum(worth))
    assert repr(study) == f"ClvStudy(4 customers worth {sum(worth):,.2f})"


def test_value_of_a_finite_horizon_is_the_retention_model():
    study = clv.clv_study(TABLE, 0.1, periods=3)
    value = study.customers.set_index("customer")["value"]
    for row in TABLE.itertuples():
        assert value[row.customer] == pytest.approx(
            clv.retention_value(row.margin, row.retention, 0.1, 3, include_first=True)
        )


tables = st.lists(
    st.tuples(st.floats(-100, 1e3), st.floats(0, 1), st.just(0) | st.floats(0.01, 500)),
    min_size=1,
    max_size=30,
)
cut_pairs = st.tuples(st.floats(0.05, 0.45), st.floats(0.5, 0.95))


def as_table(rows):
    table = pd.DataFrame(rows, columns=["margin", "retention", "acquisition_cost"])
    return table.assign(customer=[f"c{i}" for i in range(len(rows))])


@quick
@given(tables, cut_pairs)
def test_groups_partition_the_customers_in_rank_order(rows, cuts):
    study = clv.clv_study(as_table(rows), 0.1, cuts=cuts)
    customers, groups = study.customers, study.groups
    assert sorted(customers["customer"]) == sorted(as_table(rows)["customer"])
    assert customers["value"].is_monotonic_decreasing
    order = ["key", "growth", "basic", "loss-making"]
    rank = customers["group"].map(order.index)
    assert rank.is_monotonic_increasing
    assert groups.index.tolist() == sorted(set(customers["group"]), key=order.index)
    assert groups["customers"].to_dict() == customers["group"].value_counts().to_dict()
    assert ((customers["value"] <= 0) == (customers["group"] == "loss-making")).all()


@quick
@given(tables, cut_pairs)
def test_groups_share_the_whole_value(rows, cuts):
    study = clv.clv_study(as_table(rows), 0.1, cuts=cuts)
    groups = study.groups
    assert groups["value"].sum() == pytest.approx(study.total, abs=1e-6)
    if abs(study.total) > 1e-3:
        np.testing.assert_allclose(groups["value_share"], groups["value"] / study.total)
        assert groups["value_share"].sum() == pytest.approx(1)
    for name, group in study.customers.groupby("group"):
        row = groups.loc[name]
        assert row["value"] == pytest.approx(group["value"].sum())
        assert row["mean_value"] == pytest.approx(group["value"].mean())
        assert row["retention_point"] == pytest.approx(group["retention_point"].mean())
        spent = group["acquisition_cost"].sum()
        if spent > 0:
            assert row["return_on_acquisition"] == pytest.approx(row["value"] / spent)
        else:
            assert np.isnan(row["return_on_acquisition"])


@pytest.mark.parametrize(
    ("cuts", "sizes"),
    [((0.2, 0.5), (2, 3, 5)), ((0.3, 0.9), (3, 6, 1)), ((0.25, 0.55), (2, 3, 5))],
)
def test_cuts_are_shares_of_the_customers_with_a_positive_value(cuts, sizes):
    rows = [(margin, 0.8, 100) for margin in range(-4, 11) if margin]
    groups = clv.clv_study(as_table(rows), 0.1, cuts=cuts).groups
    assert groups["customers"].tolist() == [*sizes, 4]


def test_columns_of_the_strategy_table():
    study = clv.clv_study(TABLE, 0.1)
    assert study.to_frame() is study.groups
    assert list(study.groups) == [
        "customers",
        "value",
        "value_share",
        "mean_value",
        "return_on_acquisition",
        "retention_point",
        "strategy",
    ]
    assert study.groups["strategy"].is_unique


def test_equal_values_keep_the_order_of_the_table():
    rows = [(100, 0.8, 10)] * 20
    assert clv.clv_study(as_table(rows), 0.1).customers["customer"].tolist() == [
        f"c{i}" for i in range(20)
    ]


def test_one_more_point_of_retention_stops_at_certainty():
    study = clv.clv_study(TABLE.assign(retention=1.0), 0.1)
    assert (study.customers["retention_point"] == 0).all()


def test_the_names_of_the_columns_of_the_table_are_free():
    renamed = TABLE.set_axis(["who", "m", "r", "won"], axis=1)
    study = clv.clv_study(
        renamed, 0.1, customer="who", margin="m", retention="r", acquisition_cost="won"
    )
    pd.testing.assert_frame_equal(study.customers, clv.clv_study(TABLE, 0.1).customers)
