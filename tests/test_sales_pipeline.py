"""The chain of customer stages: published chains, identities, and the simulated company."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from crmlab import datasets, sales
from crmlab._chain import absorb, visit

WALK = np.array(
    [
        [1, 0, 0, 0, 0],
        [0.5, 0, 0.5, 0, 0],
        [0, 0.5, 0, 0.5, 0],
        [0, 0, 0.5, 0, 0.5],
        [0, 0, 0, 0, 1],
    ]
)
CHAIN = [
    [0.5, 0.3, 0.0, 0.0, 0.0, 0.2],
    [0.0, 0.6, 0.2, 0.0, 0.0, 0.2],
    [0.0, 0.0, 0.5, 0.3, 0.0, 0.2],
    [0.0, 0.0, 0.0, 0.8, 0.15, 0.05],
    [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
]


def test_the_drunkards_walk() -> None:
    # Grinstead and Snell, Introduction to Probability, 2nd ed. 1997, examples 11.14 to 11.16.
    found = absorb(WALK)
    np.testing.assert_allclose(found.fundamental, [[1.5, 1, 0.5], [1, 2, 1], [0.5, 1, 1.5]])
    np.testing.assert_allclose(found.steps, [3, 4, 3])
    np.testing.assert_allclose(found.chances, [[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]])


def test_a_visit_by_conditioning() -> None:
    chance, time = visit(WALK, 4)
    np.testing.assert_allclose(chance, [0, 0.25, 0.5, 0.75, 1])
    # Gambler's ruin from 1 of 4, given the win: (4² − 1²) / 3 = 5 steps; from 2: (16 − 4) / 3.
    np.testing.assert_allclose(time, [np.nan, 5, 4, (16 - 9) / 3, 0])


@given(hnp.arrays(float, (3, 5), elements=st.floats(0.05, 1)))
@settings(max_examples=30, deadline=None)
def test_identities_of_the_fundamental_matrix(rows: np.ndarray) -> None:
    matrix = np.eye(5)
    matrix[:3] = rows / rows.sum(axis=1, keepdims=True)
    found = absorb(matrix)
    inner = matrix[:3, :3]
    np.testing.assert_allclose(found.fundamental, np.eye(3) + inner @ found.fundamental, rtol=1e-8)
    np.testing.assert_allclose(found.chances.sum(axis=1), 1)
    far = np.linalg.matrix_power(matrix, 4000)[:3, 3:]
    np.testing.assert_allclose(found.chances, far, atol=1e-8)
    chance, _time = visit(matrix, 3)
    np.testing.assert_allclose(chance[:3], found.chances[:, 0])


def test_time_to_sign_is_that_of_those_who_sign() -> None:
    chain = sales.pipeline(CHAIN)
    rng, times = np.random.default_rng(5), []
    matrix = np.cumsum(np.array(CHAIN), axis=1)
    for _lead in range(4000):
        state, t = 0, 0
        while state < 3:
            state, t = int(np.searchsorted(matrix[state], rng.random(), "right")), t + 1
        if state == 3:
            times.append(t)
    first = chain.table.iloc[0]
    assert len(times) / 4000 == pytest.approx(first["chance_to_sign"], abs=0.02)
    assert np.mean(times) == pytest.approx(first["periods_to_sign"], abs=0.4)


def test_all_who_can_sign_do_in_the_long_run() -> None:
    chain = sales.pipeline(CHAIN)
    stock = {"potential": 100, "target": 30, "intending": 10}
    path = chain.follow(stock, 200)
    signed = chain.expected_signed(stock, 1.0)
    assert path["signings"].sum() == pytest.approx(signed["expected"].sum())
    np.testing.assert_allclose(path.drop(columns="signings").sum(axis=1), 140)
    assert signed["expected"].tolist() == pytest.approx([18, 9, 6])
    by_stage = chain.expected_signed(stock, {"potential": 2, "target": 3, "intending": 4})
    assert by_stage["expected"].tolist() == pytest.approx([36, 27, 24])


def test_a_steady_inflow_fills_the_stock_of_the_fundamental_matrix() -> None:
    chain = sales.pipeline(CHAIN)
    stock = sales.stationary_stock(chain, {"potential": 10})
    path = chain.follow({}, 400, {"potential": 10}).iloc[-1]
    np.testing.assert_allclose(path[list(stock.index)], stock)
    assert path["signings"] == pytest.approx(10 * chain.table["chance_to_sign"].iloc[0])


@pytest.fixture(scope="module")
def stages() -> pd.DataFrame:
    """Leads of the company with what became of the customers."""
    leads = datasets.load("company_leads").set_index("lead")
    return sales.customer_stages(leads, datasets.load("company_orders"), day="2025-11-30")


def test_long_term_customers_and_lost_ones_exclude_each_other(stages: pd.DataFrame) -> None:
    assert not (stages["long_term"].notna() & stages["lost"].notna()).any()
    loyal = stages.dropna(subset="long_term")
    assert ((loyal["long_term"] - loyal["contract"]).dt.days == 365).all()
    orders = datasets.load("company_orders")
    for _lead, row in loyal.head(20).iterrows():
        days = orders.loc[orders["customer"] == row["customer"], "date"]
        days = pd.concat([pd.Series([row["contract"]]), days[days <= row["long_term"]]])
        gaps = [*days.sort_values().diff().dt.days.dropna(), (row["long_term"] - days.max()).days]
        assert max(gaps) <= 180


def test_the_chain_finds_the_true_chance_but_not_the_time(stages: pd.DataFrame) -> None:
    found = sales.estimate_pipeline(stages, day="2025-11-30", draws=30)
    truth = datasets.load("company_leads_truth").set_index("lead")["chance"]
    true = truth[stages.index[stages["created"] <= "2025-11-30"]].mean()
    first = found.intervals.iloc[0]
    assert first["chance_low"] < true < first["chance_high"]
    won = stages[stages["contract"] <= "2025-11-30"]
    weeks = ((won["contract"] - won["created"]).dt.days / 7).mean()
    assert first["periods_low"] > 1.5 * weeks
    # Counts hold: every look at a lead that is not over is followed by one.
    moves = found.moves["count"].groupby("from").sum()
    assert moves.sum() == found.periods
    by_age = found.by_age["at_risk"].groupby("state").sum()
    assert (by_age == moves.reindex(by_age.index)).all()


def test_a_chain_is_recovered_from_leads_that_follow_it() -> None:
    rng, step = np.random.default_rng(2), pd.Timedelta(days=7)
    chain, rows = np.cumsum(np.array(CHAIN), axis=1), []
    names = ["created", "first_contact", "intent", "contract", "long_term", "lost"]
    for _lead in range(1500):
        start = pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(rng.integers(0, 300)))
        state, when, row = 0, start, {"created": start}
        while state < 4:
            state = int(np.searchsorted(chain[state], rng.random(), "right"))
            when = when + step
            row.setdefault(names[state], when)
        rows.append(row)
    leads = pd.DataFrame(rows, columns=names)
    for name in names:
        leads[name] = pd.to_datetime(leads[name])
    found = sales.estimate_pipeline(leads, day="2024-12-31", draws=2)
    np.testing.assert_allclose(found.pipeline.matrix, CHAIN, atol=0.06)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sales.pipeline([[0.5, 0.4], [0, 1]]), r"matrix must have rows that sum to 1"),
        (lambda: sales.pipeline([[0.5, 0.5], [0.5, 0.5]], states="ab"), r"states must be a list"),
        (
            lambda: sales.pipeline([[0.5, 0.5], [0.5, 0.5]], signed=2),
            r"matrix must have an absorbing state",
        ),
        (
            lambda: sales.pipeline(
                [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]], states=["a", "b", "c"], signed="c"
            ),
            r"matrix must lead from every state to an absorbing one; got none from state 0",
        ),
        (lambda: sales.pipeline(CHAIN, signed="won"), r"signed must be one of 'potential'"),
        (lambda: sales.pipeline(CHAIN).follow([1, 2], 3), r"stock must have one number per state"),
        (lambda: sales.pipeline(CHAIN).follow({"won": 1}, 3), r"stock must name only states"),
        (
            lambda: sales.stationary_stock(sales.pipeline(CHAIN), {"lost": 1}),
            r"inflow must enter only potential, target, intending, signed",
        ),
        (
            lambda: sales.estimate_pipeline(
                datasets.load("company_leads").assign(long_term=pd.NaT, lost=pd.NaT),
                day="2022-01-01",
            ),
            r"day must not be before the first lead",
        ),
    ],
)
def test_bad_input(call, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize("kind", ["zone", "category"])
def test_customer_stages_do_not_depend_on_how_the_table_was_read(kind):
    leads, orders = datasets.load("company_leads"), datasets.load("company_orders")
    plain = sales.customer_stages(leads, orders)[["long_term", "lost"]]
    if kind == "zone":
        columns = ["contract", "closed"]
        leads = leads.assign(**{c: leads[c].dt.tz_localize("Asia/Shanghai") for c in columns})
    else:
        leads = leads.assign(customer=leads["customer"].astype("category"))
    found = sales.customer_stages(leads, orders)[["long_term", "lost"]]
    pd.testing.assert_frame_equal(found, plain)


def test_the_level_may_be_a_decimal():
    both = sales.customer_stages(datasets.load("company_leads"), datasets.load("company_orders"))
    tables = [
        sales.estimate_pipeline(both, day="2025-11-30", draws=5, level=level).intervals
        for level in (Decimal("0.9"), 0.9)
    ]
    pd.testing.assert_frame_equal(*tables)
