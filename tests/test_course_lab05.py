"""Lab 05: its values and its memo."""

import numpy as np
import pandas as pd
import pytest

import crmlab.loyalty
from crmlab import datasets
from tests.labs import built

LAB05 = "lab05_loyalty"


@pytest.fixture(scope="module")
def lab05(tmp_path_factory):
    return built(LAB05, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab05):
    return lab05.names(lab05.solution)


def test_lab05_meets_crmlab(solved):
    loyalty = crmlab.loyalty
    log = solved["log"].rename(columns={"shop": "brand"})
    row = loyalty.behavioural_loyalty(log, level=0.95).brands.loc["ours"]
    assert solved["shares"](solved["log"], "ours") == pytest.approx(
        (row["share_of_wallet"], row["repeat_rate"])
    )
    bought = log[log["customer"] != "d"].assign(here=lambda t: t["brand"] == "ours")
    y, x = bought.groupby("customer")["here"].agg(["sum", "size"]).to_numpy().T
    half = row["repeat_rate"] - row["repeat_low"]
    assert 4.302653 * solved["ratio_error"](y, x) == pytest.approx(half, rel=1e-5)
    for often in (True, False):
        for likes in (True, False):
            for alternatives in (0, 2):
                for reason in ("", "tie", "benefit"):
                    found = loyalty.loyalty_kinds(
                        [float(likes)],
                        [float(often)],
                        [alternatives],
                        [reason],
                        attitude_cut=1,
                        repeat_cut=1,
                    )
                    case = (often, likes, alternatives, reason)
                    assert found.kind.tolist() == [solved["kind"](*case)], case
    rng = np.random.default_rng(1)
    columns = ["cognitive", "affective", "conative", "behavioural"]
    scores = pd.DataFrame(rng.integers(2, 8, (60, 4)), columns=columns).astype(float)
    storeys = [solved["storey"](*row, 5) for row in scores.to_numpy()]
    assert loyalty.loyalty_pyramid(scores, 5).level.tolist() == storeys
    assert solved["curve"](0.4, 2.5, 0.1) == pytest.approx(loyalty.loyalty_curve(0.4, 2.5, 0.1))
    assert solved["choice"](8, 6, 4) == pytest.approx(loyalty.relative_loyalty(8, 6, 4))
    values = solved["values"]
    held = loyalty.lock_in(values, 20, [12.0], scale=4)
    assert solved["captive"](values, 20, 12, 4) == pytest.approx(held.captive[0])
    estimate = loyalty.estimate_chain(datasets.load("company_branches"), solved["chain"])
    assert solved["whole"](solved["branches"], solved["chain"]) == pytest.approx(estimate.total)


def test_lab05_adds_up_the_ways_as_the_path_model_does(solved):
    survey = datasets.load("company_survey")
    names = ["satisfaction", "trust", "belonging", "friendship"]
    names += ["cognitive", "affective", "conative", "behavioural"]
    blocks = {name: [f"{name}_{i}" for i in (1, 2, 3)] for name in names}
    model = crmlab.loyalty.relationship_quality(blocks, missing="mean", scale=(1, 10)).fit(survey)
    fitted = model.paths_.to_dict()
    for pair, total in model.total_effects_.items():
        assert solved["total_effect"](fitted, *pair) == pytest.approx(total)


def test_noise_weakens_a_correlation_as_lab05_corrects_it(solved):
    rng = np.random.default_rng(7)
    x = rng.normal(size=200_000)
    y = 0.6 * x + 0.8 * rng.normal(size=x.size)
    # Reliability: variance of the feeling over that of the score.
    noisy = [one + rng.normal(scale=s, size=x.size) for one, s in ((x, 0.5), (y, 0.7))]
    found = solved["corrected"](np.corrcoef(noisy)[0, 1], 1 / 1.25, 1 / 1.49)
    assert found == pytest.approx(0.6, abs=0.01)


def test_the_memo_of_lab05_says_what_the_numbers_say(lab05, solved):
    memo = next(c.source for c in lab05.solution.cells if "**Coming back is not" in c.source)
    wallet, _rate = solved["shares"](solved["log"], "ours")
    assert f"spend {wallet:.0%}".replace("%", " %") in memo
    caught = solved["trap"](solved["marks"], solved["wallet"], 8, 0.5)
    assert f"satisfied customers {100 * caught:.0f} % give" in memo
    assert f"{100 * solved['danger']:.0f} % would be held by the card alone" in memo
    assert {3: "three", 4: "four", 5: "five"}[solved["overtaken"]] + " years at 8 % a year" in memo
    assert f"dearer costs {-solved['dearer']:.0f} % of the odds" in memo
    gains = solved["gains"]
    assert solved["best"] == ("town", 0.85)
    assert f"brings {100 * gains['town', 0.85]:.0f} points" in memo
    assert 100 * gains["town", 0.2] < 1
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
