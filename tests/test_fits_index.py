"""Regressions and path models over many simulated surveys: see :mod:`tests.simulated`."""

import numpy as np
import pandas as pd
import pytest

from crmlab import index
from tests.simulated import covers, features, fits, generators, many, separated, size, standard

TABLE = [
    r"data must have at least \d+ rows",
    r"\w+ must vary; got one value",
    r"attributes must not be sums of each other",
]


# Linear regression.


def regressions(count):
    for rng in generators(count, 1):
        n = size(rng, 3, 300)
        table = features(rng, n, wild=0.4)
        beta = rng.normal(0, 1, table.shape[1]) * (rng.random(table.shape[1]) < 0.8)
        noise = (0, 0.3, 3)[rng.choice(3, p=(0.05, 0.5, 0.45))]
        unit = np.exp(rng.uniform(-15, 15))
        y = unit * (rng.normal() + standard(table) @ beta + noise * rng.normal(size=n))
        yield table.assign(overall=y), unit * beta, noise


def test_linear_regression():
    found, refused = fits(
        lambda case: index.linear_regression(case[0], "overall"),
        regressions(many(500)),
        TABLE,
        r"\.t$",
    )
    assert set(refused) == set(TABLE)
    assert len(found) > 0.6 * many(500)
    inside = []
    for (table, beta, noise), got in found:
        true = beta / table.drop(columns="overall").std(ddof=0).to_numpy()
        if noise:
            inside += list((got.low <= true) & (true <= got.high))
            assert np.isfinite(got.t).all()
        else:
            assert (np.abs(got.coefficients - true) <= 1e-6 * np.abs(true).max() + 1e-9).all()
        assert (got.vif >= 1 - 1e-6).all()
        assert -1e-9 <= got.r2 <= 1 + 1e-9
    covers(inside)


# Ordered logit.


def answers(rng, x, beta, k, noise=1.0):
    """Answers 1 to k by a logistic disturbance and random thresholds."""
    latent = x @ beta + noise * rng.logistic(size=len(x))
    cuts = np.sort(rng.normal(0, 1.5, k - 1))
    return 1 + (latent[:, None] > cuts).sum(axis=1), cuts


def wild_surveys(count):
    for rng in generators(count, 2):
        table = features(rng, size(rng, 3, 400), wild=0.4)
        beta = np.exp(rng.uniform(-2, 2)) * rng.normal(size=table.shape[1])
        noise = (0.0, 1.0)[int(rng.random() < 0.85)]
        given, _cuts = answers(rng, standard(table), beta, rng.integers(2, 8), noise)
        yield table.assign(overall=given)


def attributes(table):
    return table.drop(columns="overall").to_numpy()


DOUBT = "attributes must leave some doubt about the answers"


def test_ordered_logit_of_any_survey_converges_or_says_why_not():
    found, refused = fits(
        lambda table: index.ordered_logit(table, "overall"),
        wild_surveys(many(400)),
        [*TABLE, DOUBT],
    )
    assert set(refused) == {*TABLE, DOUBT}
    assert len(found) > 0.4 * many(400)
    for _table, got in found:
        assert got.gradient < 1e-5 * got.rows
        assert (np.diff(got.thresholds) > 0).all()
        assert got.null_log_likelihood - 1e-9 <= got.log_likelihood <= 0
    # It is refused where there is no maximum, and only there.
    assert all(separated(attributes(table), table["overall"]) for table in refused[DOUBT])
    assert not any(separated(attributes(table), table["overall"]) for table, _got in found[::4])


def test_ordered_logit_finds_the_truth():
    inside = []
    for rng in generators(many(200), 3):
        n = size(rng, 300, 900)
        x = np.column_stack([rng.normal(size=n), rng.integers(0, 2, n)])
        beta = rng.normal(0, 0.8, 2)
        given, cuts = answers(rng, x, beta, 3)
        if len(np.unique(given)) < 3:
            continue
        table = pd.DataFrame(x, columns=["a", "b"]).assign(overall=given)
        got = index.ordered_logit(table, "overall")
        inside += list(np.abs(got.coefficients - beta) < 1.96 * got.standard_errors)
        inside += list(np.abs(got.thresholds - cuts) < 1.96 * got.threshold_errors)
    covers(inside, slack=0.01)


# Path models.

PATHS = {"middle": ["first", "second"], "last": ["middle", "first"]}
REFUSED = [
    r"data must have at least 3 respondents",
    r"\w+ must vary; got .* from everybody",
    r"max_iterations must let the weights settle",
    r"blocks\['\w+'\] must have items that differ; got sums",
    r"data must (let every score vary and )?tell the sources",
]


def latent_scores(rng, n):
    first, second = rng.normal(size=(2, n))
    middle = 0.5 * first + 0.4 * second + 0.6 * rng.normal(size=n)
    last = 0.6 * middle + 0.2 * first + 0.6 * rng.normal(size=n)
    return {"first": first, "second": second, "middle": middle, "last": last}


def path_surveys(count):
    for rng in generators(count, 4):
        n = size(rng, 2, 300)
        columns, blocks = {}, {}
        strength, steps = np.exp(rng.uniform(-2, 2)), rng.random() < 0.6
        for name, score in latent_scores(rng, n).items():
            items = [f"{name}_{i}" for i in range(rng.integers(1, 5))]
            for item in items:
                value = strength * score + rng.normal(size=n)
                columns[item] = np.clip(np.round(5.5 + 2 * value), 1, 10) if steps else value
            blocks[name] = index.Block(items, mode="AB"[int(rng.random() < 0.25)])
        table = pd.DataFrame(columns)
        if rng.random() < 0.15:
            table["last_0"] = 7.0
        if rng.random() < 0.1 and "first_1" in table:
            table["first_1"] = 2 * table["first_0"]
        if rng.random() < 0.1:
            table["second_0"] = table["first_0"]
        if rng.random() < 0.1:
            table["middle_0"] = np.exp(5 * table["middle_0"] / table["middle_0"].abs().max())
        scheme = ("path", "centroid", "factorial")[rng.integers(3)]
        yield index.PathModel(PATHS, blocks, scheme=scheme, scaled=bool(rng.random() < 0.7)), table


def path_figures(model):
    return {
        name: getattr(model, f"{name}_").to_numpy()
        for name in ("paths", "weights", "loadings", "r2", "communality", "redundancy", "scores")
    } | {"gof": model.gof_}


def test_path_model_of_any_survey_converges_or_says_why_not():
    found, refused = fits(
        lambda case: path_figures(case[0].fit(case[1])), path_surveys(many(200)), REFUSED
    )
    assert set(refused) >= set(REFUSED[:2])
    assert len(found) > 0.6 * many(200)
    for _case, got in found:
        assert np.abs(got["loadings"]).max() <= 1 + 1e-9
        assert got["r2"].min() >= -1e-9
        assert got["r2"].max() <= 1 + 1e-9
        assert got["scores"].std(axis=0, ddof=1) == pytest.approx(1)


def test_intervals_of_a_path_model_hold_what_it_estimates():
    """Scores of items with errors dilute the paths: the truth is the fit of a very large sample."""
    blocks = {name: [f"{name}_{i}" for i in range(3)] for name in ("first", "second", "middle",
                                                                  "last")}  # fmt: skip

    def survey(rng, n):
        scores = latent_scores(rng, n)
        return pd.DataFrame({
            item: 0.8 * scores[name] + 0.5 * rng.normal(size=n)
            for name, items in blocks.items() for item in items
        })  # fmt: skip

    true = index.PathModel(PATHS, blocks).fit(survey(np.random.default_rng(1), 200_000)).paths_
    inside = []
    for number, rng in enumerate(generators(many(25), 5)):
        got = index.PathModel(PATHS, blocks).fit(survey(rng, 200)).bootstrap(200, number)
        ends = got.interval("paths")
        inside += list((ends["low"] <= true) & (true <= ends["high"]))
    covers(inside, slack=0.02)
