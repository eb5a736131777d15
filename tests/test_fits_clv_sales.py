"""Choices, switching and pipelines over many simulated customers: see tests/simulated.py."""

import numpy as np
import pandas as pd
import pytest

from crmlab import clv, sales
from tests.simulated import covers, fits, generators, many, size

# What drives the choice of a brand.

INERTIA = 1.2
WORTH = np.array([0.6, 0.3])
EQUITY = [
    r"the choices must not follow the drivers without exception",
    r"\w+ must differ between the brands of a customer",
    r"drivers must not repeat each other",
]


def market(rng, people, brands, worth=WORTH, inertia=INERTIA, noise=1.0):
    """Ratings, the brand bought last, and a choice by the logit with these worths."""
    ratings = rng.integers(1, 11, (people, brands, 2)).astype(float)
    last = rng.integers(0, brands, people)
    was = np.eye(brands)[last]
    utility = ratings @ worth + inertia * was + noise * rng.gumbel(size=(people, brands))
    return pd.DataFrame({
        "customer": np.repeat(np.arange(people), brands),
        "brand": np.tile([f"B{i}" for i in range(brands)], people),
        "quality": ratings[..., 0].ravel(), "service": ratings[..., 1].ravel(),
        "last": was.astype(bool).ravel(),
        "chosen": np.eye(brands, dtype=bool)[utility.argmax(axis=1)].ravel(),
    })  # fmt: skip


def markets(count):
    for rng in generators(count, 1):
        scale = np.exp(rng.uniform(-3, 3))
        people, brands = size(rng, 2, 200), int(rng.integers(2, 6))
        survey = market(rng, people, brands, scale * WORTH, scale, float(rng.random() < 0.9))
        shape = rng.integers(10)
        if shape == 0:
            survey["service"] = 5.0
        elif shape == 1:
            survey["service"] = 20 - 2 * survey["quality"]
        elif shape == 2:
            survey["quality"] = np.exp(2 * survey["quality"])
        elif shape == 3:
            survey["service"] *= 1e-6
        elif shape == 4 and brands > 2:  # not everybody knows every brand
            kept = survey["last"] | survey["chosen"] | (rng.random(len(survey)) < 0.5)
            alone = kept.groupby(survey["customer"]).transform("sum") < 2
            survey = survey[kept | alone]
        yield survey


def equity_model():
    return clv.EquityModel({"value": ["quality"], "relationship": ["service"]})


def test_equity_models_of_any_market_converge_or_say_why_not():
    found, refused = fits(
        lambda survey: vars(equity_model().fit(survey)), markets(many(200)), EQUITY
    )
    assert set(refused) == set(EQUITY)
    assert len(found) > 0.4 * many(200)
    for survey, got in found:
        assert got["log_likelihood_"] >= got["null_log_likelihood_"] - 1e-9
        # At the maximum the ratings of the chosen are those that the chances expect.
        x = survey[["quality", "service", "last"]].to_numpy(float)
        pull = np.exp(x @ got["coef_"] - np.max(x @ got["coef_"]))
        if pull.min() > 1e-290:
            chance = pull / pd.Series(pull).groupby(survey["customer"].to_numpy()).transform("sum")
            left = (survey["chosen"].to_numpy() - chance.to_numpy()) @ (x / np.abs(x).max(axis=0))
            assert np.abs(left).max() < 1e-5 * len(survey)


def test_equity_models_find_the_truth():
    inside = []
    for rng in generators(many(100), 2):
        got = equity_model().fit(market(rng, 400, 3))
        inside += list(np.abs(got.coef_ - [*WORTH, INERTIA]) < 1.96 * got.se_)
    covers(inside, slack=0.01)


# Switching.


def households(rng, people, length, matrix):
    state = rng.integers(0, len(matrix), people)
    rows = [state]
    for _purchase in range(length - 1):
        state = (rng.random(people)[:, None] > matrix[state].cumsum(axis=1)).sum(axis=1)
        rows.append(np.minimum(state, len(matrix) - 1))
    return pd.DataFrame({
        "household": np.tile(np.arange(people), length),
        "brand": np.array([f"B{i}" for i in range(len(matrix))])[np.concatenate(rows)],
        "order": np.repeat(np.arange(length), people),
    })  # fmt: skip


def panels(count):
    for rng in generators(count, 3):
        brands = int(rng.integers(1, 7))
        matrix = rng.dirichlet(np.full(brands, np.exp(rng.uniform(-4, 3))), brands)
        panel = households(rng, size(rng, 1, 60), int(rng.integers(1, 12)), matrix)
        kept = panel[rng.random(len(panel)) < rng.choice([0.3, 1.0])]
        yield (kept if len(kept) else panel), float(rng.choice([0, 0, 0.5]))


def switching(case):
    panel, prior = case
    got = clv.estimate_switching(
        panel, household="household", brand="brand", order="order", prior=prior
    )
    return {"estimate": got, "intervals": got.intervals(), "chain": got.chain,
            "dirichlet": got.intervals(method="dirichlet"), "repeat": got.repeat_rate}  # fmt: skip


def test_switching_matrices_of_any_panel():
    found, refused = fits(switching, panels(many(120)), [r"panel must hold a household with two"])
    assert refused
    assert len(found) > 0.7 * many(120)
    for _case, got in found:
        matrix, chain = got["estimate"].matrix.to_numpy(), got["chain"]
        assert matrix.sum(axis=1) == pytest.approx(1)
        if chain.unique:
            assert chain.share @ matrix == pytest.approx(np.asarray(chain.share), abs=1e-9)
        for name in ("intervals", "dirichlet"):
            assert (got[name]["low"] <= got[name]["high"]).all()


@pytest.mark.parametrize("method", ["wilson", "dirichlet"])
def test_intervals_of_switching_hold_the_truth(method):
    matrix, inside = np.array([[0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.25, 0.25, 0.5]]), []
    for rng in generators(120, 4):
        panel = households(rng, 60, 10, matrix)
        got = clv.estimate_switching(panel, household="household", brand="brand", order="order")
        ends = got.intervals(method=method)
        inside += list((ends["low"] <= matrix.ravel()) & (matrix.ravel() <= ends["high"]))
    covers(inside, slack=0.01)


# Pipelines.

STAGES = {"potential": "created", "target": "met", "intending": "offered", "signed": "contract",
          "long-term": "loyal"}  # fmt: skip
PIPELINE = [
    r"leads must have a whole period before",
    r"leads must be seen in every state",
    r"leads must give a chain in some bootstrap sample",
    r"matrix must lead",
    r"matrix must have",
    r"day must not be before the first lead",
]


def leads(rng, n, go, lose, weeks):
    """A chain by weeks: each stage goes on with the chance `go`, is lost with `lose`."""
    start = rng.integers(0, 7 * weeks + 1, n)
    days = np.full((n, 6), np.nan)
    days[:, 0] = start
    now, open_ = np.zeros(n, dtype=int), np.ones(n, dtype=bool)
    for week in range(1, weeks + 1):
        draw = rng.random(n)
        lost = open_ & (draw < lose)
        on = open_ & ~lost & (draw < lose + go[np.minimum(now, 3)])
        days[lost, 5] = start[lost] + 7 * week
        now[on] += 1
        days[on, now[on]] = start[on] + 7 * week
        open_ &= ~lost & (now < 4)
    columns = [*STAGES.values(), "lost"]
    with np.errstate(all="ignore"):  # the oldest pandas rounds what stands in memory under a gap
        dates = {name: pd.to_datetime("2024-01-01") + pd.to_timedelta(days[:, i], unit="D")
                 for i, name in enumerate(columns)}  # fmt: skip
    return pd.DataFrame(dates)


def books(count):
    for rng in generators(count, 5):
        weeks = int(rng.integers(1, 60))
        go, lose = rng.beta(1, 3, 4), float(rng.choice([0.0, 0.02, 0.2]))
        yield leads(rng, size(rng, 1, 300), go, lose, weeks), pd.Timestamp(
            "2024-01-01") + pd.Timedelta(days=int(rng.integers(0, 7 * weeks + 30)))  # fmt: skip


def test_pipelines_of_any_leads_are_estimated_or_say_why_not():
    found, refused = fits(
        lambda case: sales.estimate_pipeline(case[0], day=case[1], stages=STAGES, draws=20),
        books(many(60)), PIPELINE, r"by_age\[share\]|periods_|periods_to_sign|matrix",
    )  # fmt: skip
    assert set(refused) >= {*PIPELINE[:2]}
    assert len(found) > 0.3 * many(60)
    for _case, got in found:
        assert got.pipeline.matrix.sum(axis=1) == pytest.approx(1)
        ends = got.intervals
        assert (ends["chance_low"] <= ends["chance_high"]).all()


def test_intervals_of_a_pipeline_hold_the_truth():
    go, lose, inside = np.array([0.3, 0.25, 0.2, 0.3]), 0.1, []
    each = go / (go + lose)
    true = {"potential": each[:3].prod(), "target": each[1:3].prod(), "intending": each[2]}
    for number, rng in enumerate(generators(many(6), 6)):
        table = leads(rng, 150, go, lose, 40)
        got = sales.estimate_pipeline(
            table, day="2025-08-01", stages=STAGES, draws=100, seed=number
        ).intervals
        inside += [got["chance_low"][name] <= true[name] <= got["chance_high"][name]
                   for name in true]  # fmt: skip
    covers(inside, slack=0.02)


# Chances to be signed within a horizon.


def funnels(count):
    for rng in generators(count, 7):
        n, weeks = size(rng, 1, 200), int(rng.integers(2, 60))
        table = leads(rng, n, rng.beta(1, 3, 4), 0.05, weeks)
        table["value"] = np.exp(rng.normal(2, rng.choice([0.2, 3]), n)) * (rng.random() < 0.95)
        table["paid"] = (table["value"] * rng.uniform(0.5, 1.2, n)).where(table["contract"].notna())
        day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(rng.integers(0, 14 * weeks)))
        yield table, day, int(rng.integers(1, 90))


def signing(case, **more):
    table, day, horizon = case
    return sales.signing_rates(
        table, day, horizon=horizon, stages=("created", "met", "offered", "contract"),
        closed="lost", value="value", signed="paid", **more,
    )  # fmt: skip


def test_signing_rates_of_any_leads():
    cases = (
        (table.drop(columns="loyal"), day, horizon) for table, day, horizon in funnels(many(200))
    )
    found, refused = fits(
        signing, cases, [r"day must leave a whole window", r"lost must not be earlier than a stage"]
    )
    assert set(refused) >= {"day must leave a whole window"}
    assert len(found) > 0.3 * many(200)
    for _case, got in found:
        table = got.table
        assert (table["signed"] <= table["open"]).all()
        assert table["probability"].between(0, 1).all()
        seen = table[table["open"] > 0]
        assert (seen["low"] <= seen["probability"] + 1e-12).all()
        assert (seen["probability"] <= seen["high"] + 1e-12).all()


def test_intervals_of_signing_rates_hold_the_truth():
    """Without memory every week is alike: an offer is signed with the same chance in each."""
    inside = []
    for rng in generators(120, 8):
        n = 300
        start = rng.integers(0, 200, n)
        weeks = rng.geometric(0.15, n)
        won = rng.random(n) < 0.4
        day = pd.to_datetime("2024-01-01") + pd.to_timedelta(start, unit="D")
        end = day + pd.to_timedelta(7 * weeks, unit="D")
        table = pd.DataFrame({
            "created": day, "met": day, "offered": day,
            "contract": pd.Series(end).where(won), "lost": pd.Series(end).where(~won),
            "value": 1.0, "paid": np.where(won, 1.0, np.nan),
        })  # fmt: skip
        got = signing((table, "2024-10-01", 7), bands=[0], start="2024-03-01").table
        row = got.loc["offered"].iloc[0]
        inside.append(row["low"] <= 0.15 * 0.4 <= row["high"])
    covers(inside, slack=0.02)
