"""Forecasts with a date: held to counts, to invariants, and to what happened."""

import numpy as np
import pandas as pd
import pytest

from crmlab import datasets, sales

LEADS = datasets.load("company_leads").set_index("lead")
RULE = {"created": 0.05, "first_contact": 0.1, "intent": 0.3, "negotiation": 0.6}


def toy() -> pd.DataFrame:
    """A lead is created every 10 days; every second one is signed 15 days later, with half."""
    start = pd.Timestamp("2024-01-01")
    created = start + pd.to_timedelta(10 * np.arange(40), unit="D")
    won = np.arange(40) % 2 == 0
    contract = pd.Series(created + pd.Timedelta(days=15)).where(won)
    lost = pd.Series(created + pd.Timedelta(days=40)).where(~won)
    return pd.DataFrame(
        {
            "created": created,
            "contract": contract,
            "closed": contract.fillna(lost),
            "value_estimated": 100.0,
            "value_signed": contract.notna().map({True: 50.0, False: np.nan}),
        }
    )


TOY = {"stages": ["created", "contract"], "horizon": 20, "bands": [0, 15]}


def test_rates_are_counts_of_whole_windows() -> None:
    rates = sales.signing_rates(toy(), "2025-01-20", start="2024-03-01", **TOY)
    # 325 days hold 16 windows of 20 days, which begin on day 65, 85, … of the year. On day 65 the
    # lead of day 60 has waited 5 days and is signed on day 75; those of day 50 and 30 never are.
    assert rates.windows == 16
    assert rates.table["open"].tolist() == [16, 32]
    assert rates.table["signed"].tolist() == [16, 0]
    assert rates.table["probability"].tolist() == [1, 0]
    assert rates.new.tolist() == [0] * 16
    assert rates.value_ratio == pytest.approx(0.5)


def test_every_contract_of_the_windows_is_counted_once() -> None:
    rates = sales.signing_rates(LEADS, "2025-11-30")
    begin = pd.Timestamp("2025-11-30") - pd.Timedelta(days=rates.windows * 31)
    inside = LEADS["contract"].between(begin + pd.Timedelta(days=1), "2025-11-30")
    signed = LEADS.loc[inside, "value_signed"]
    assert rates.ratios.size == inside.sum()
    assert rates.table["signed"].sum() <= inside.sum()
    ratio = signed.sum() / LEADS.loc[inside, "value_estimated"].sum()
    assert rates.value_ratio == pytest.approx(ratio)
    fresh = inside.sum() - rates.table["signed"].sum()
    assert (rates.new.sum() > 0) == (fresh > 0)


def test_forecast_adds_up_and_the_simulation_agrees_with_it() -> None:
    made = sales.sales_forecast(LEADS, "2025-11-30", draws=4000)
    assert made.expected == pytest.approx(made.table["expected"].sum())
    assert made.table["leads"].sum() == len(sales.snapshot(LEADS, "2025-11-30"))
    assert made.draws.mean() == pytest.approx(made.expected, rel=0.03)
    assert made.low < made.expected < made.high
    assert made.chance(0) == 1
    assert made.chance(made.low) == pytest.approx(0.95, abs=0.01)


def test_values_of_the_leads_sum_to_the_forecast() -> None:
    made = sales.sales_forecast(LEADS, "2025-06-30", horizon=60, draws=10)
    each = sales.lead_values(LEADS, "2025-06-30", horizon=60)
    by_stage = each.groupby("stage")["expected"].sum()
    np.testing.assert_allclose(
        by_stage.reindex(made.table.index[:-1]), made.table["expected"].iloc[:-1]
    )


def test_backtest_finds_little_bias_and_covers_what_happened() -> None:
    days = pd.date_range("2024-06-30", "2025-11-30", freq="ME")
    tested = sales.backtest(LEADS, days, draws=300)
    assert abs(tested.bias) < 0.1
    assert tested.covered > 0.8
    for day, row in tested.table.iterrows():
        after = LEADS["contract"].between(
            pd.Timestamp(day) + pd.Timedelta(days=1), pd.Timestamp(day) + pd.Timedelta(days=31)
        )
        assert row["happened"] == LEADS.loc[after, "value_signed"].sum()
    table = tested.calibration
    assert table["leads"].sum() == sum(len(sales.snapshot(LEADS, day)) for day in days)
    far = (table["forecast"] < table["low"]) | (table["forecast"] > table["high"])
    assert far.sum() <= 1


def test_fixed_chances_promise_several_times_what_comes() -> None:
    rule = sales.rule_forecast(LEADS, "2025-11-30", RULE)
    after = LEADS["contract"] > pd.Timestamp("2025-11-30")
    assert rule["expected"].sum() > 3 * LEADS.loc[after, "value_signed"].sum()
    np.testing.assert_allclose(rule["expected"], rule["value"] * list(RULE.values()))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sales.signing_rates(LEADS, "2023-01-20"), r"day must leave a whole window of 31"),
        (lambda: sales.signing_rates(LEADS, "2025-01-01", bands=[5, 9]), r"bands must begin with"),
        (lambda: sales.signing_rates(LEADS, "2025-01-01", horizon=0), r"horizon must be a whole"),
        (lambda: sales.sales_forecast(LEADS, "2025-01-01", level=1), r"level must be above 0"),
        (lambda: sales.backtest(LEADS, []), r"days must not be empty"),
        (lambda: sales.backtest(LEADS, ["2025-12-15"]), r"days must end 31 days before the table"),
        (
            lambda: sales.rule_forecast(LEADS, "2025-01-01", {"intent": 0.3}),
            r"probabilities must have exactly the stages created, .*; got intent",
        ),
        (
            lambda: sales.rule_forecast(LEADS, "2025-01-01", RULE | {"intent": 3}),
            r"probabilities must be between 0 and 1; got 3",
        ),
        (
            lambda: sales.sales_forecast(LEADS.assign(value_estimated=np.nan), "2025-01-01"),
            r"value_estimated must be there for every lead that counts; got 6326 gaps",
        ),
    ],
)
def test_bad_input(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
