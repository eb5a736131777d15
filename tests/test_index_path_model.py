"""The path model against published values, another package, and identities."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, index
from tests.survey import mobi, mobi_blocks

SCHEMES = ("path", "centroid", "factorial")
DATA = mobi()


@pytest.fixture(scope="module")
def published():
    """The model of Tenenhaus and others (2005): raw items, centroid scheme, mode A."""
    return index.PathModel(index.ecsi(), mobi_blocks(), "centroid", scaled=False).fit(DATA)


@pytest.fixture(scope="module")
def scaled():
    return index.PathModel(index.ecsi(), mobi_blocks()).fit(DATA)


# Published values: Tenenhaus, Esposito Vinzi, Chatelin and Lauro (2005), on the mobi survey.


def test_paths_of_the_european_index(published):
    expected = {
        ("image", "expectation"): 0.493,
        ("expectation", "quality"): 0.545,
        ("expectation", "value"): 0.066,
        ("quality", "value"): 0.540,
        ("image", "satisfaction"): 0.153,
        ("expectation", "satisfaction"): 0.037,
        ("quality", "satisfaction"): 0.544,
        ("value", "satisfaction"): 0.200,
        ("satisfaction", "complaints"): 0.540,
        ("image", "loyalty"): 0.212,
        ("satisfaction", "loyalty"): 0.466,
        ("complaints", "loyalty"): 0.050,
    }
    assert published.paths_.to_dict() == pytest.approx(expected, abs=5.1e-4)


def test_r2_gof_and_index_of_the_european_index(published):
    assert published.r2_.round(3).tolist() == [0.243, 0.297, 0.335, 0.672, 0.292, 0.432]
    assert published.gof_ == pytest.approx(0.4645, abs=5e-5)
    assert published.index_["satisfaction"] == pytest.approx(71.25, abs=0.005)


def test_reliability_published_with_the_seminr_package():
    """Image, expectation and value lead to satisfaction; standardised items, path scheme."""
    latents = ("image", "expectation", "value", "satisfaction")
    model = index.PathModel({"satisfaction": latents[:3]}, mobi_blocks(*latents)).fit(DATA)
    table = model.reliability_.loc[list(latents)]
    assert table["alpha"].round(4).tolist() == [0.7228, 0.4519, 0.8236, 0.7792]
    assert table["composite_reliability"].round(4).tolist() == [0.8183, 0.7332, 0.9179, 0.8715]
    assert table["ave"].round(4).tolist() == [0.4780, 0.4805, 0.8483, 0.6934]


# The same model in another package.


def of_seminr(modes=None, inner="path_weighting"):
    seminr = pytest.importorskip("seminr")
    blocks, modes = mobi_blocks(), modes or {}
    kinds = {"A": seminr.mode_A, "B": seminr.mode_B}
    parts = [
        seminr.composite(name, items, weights=kinds[modes.get(name, "A")])
        for name, items in blocks.items()
    ]
    paths = [
        seminr.paths(from_=list(sources), to=target)
        for target, sources in index.ecsi().paths.items()
    ]
    return seminr.estimate_pls(
        data=DATA,
        measurement_model=seminr.constructs(*parts),
        structural_model=seminr.relationships(*paths),
        inner_weights=getattr(seminr, inner),
    )


@pytest.mark.parametrize("inner", ["path_weighting", "path_factorial"])
@pytest.mark.parametrize("modes", [{}, {"image": "B", "quality": "B"}])
def test_coefficients_agree_with_seminr(inner, modes):
    """Its conventions: standardised items, weights settled to seven digits."""
    peer = of_seminr(modes, inner)
    blocks = {
        name: index.Block(items, modes.get(name, "A")) for name, items in mobi_blocks().items()
    }
    scheme = {"path_weighting": "path", "path_factorial": "factorial"}[inner]
    ours = index.PathModel(index.ecsi(), blocks, scheme).fit(DATA)
    theirs = table_of(peer.path_coef)
    for (source, target), value in ours.paths_.items():
        assert value == pytest.approx(theirs.loc[source, target], abs=1e-6)
    weights, loadings = table_of(peer.outer_weights), table_of(peer.outer_loadings)
    for latent, item in ours.weights_.index:
        assert ours.weights_[latent, item] == pytest.approx(weights.loc[item, latent], abs=1e-6)
        assert ours.loadings_[latent, item] == pytest.approx(loadings.loc[item, latent], abs=1e-6)


def table_of(matrix):
    return pd.DataFrame(matrix.values, matrix.rows, matrix.cols)


# What every fit must satisfy.


@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("mode", ["A", "B"])
def test_scores_paths_and_r2_belong_together(scheme, scaled, mode):
    blocks = {name: index.Block(items, mode) for name, items in mobi_blocks().items()}
    model = index.PathModel(index.ecsi(), blocks, scheme, scaled).fit(DATA)
    scores = model.scores_
    assert scores.mean().to_numpy() == pytest.approx(0, abs=1e-10)
    assert scores.std().to_numpy() == pytest.approx(1)
    assert model.score_correlations_.to_numpy() == pytest.approx(scores.corr().to_numpy())
    for target, sources in model.paths.items():
        slopes = np.linalg.lstsq(scores[list(sources)], scores[target], rcond=None)[0]
        assert model.paths_.loc[:, target].to_numpy() == pytest.approx(slopes)
        correlations = scores[list(sources)].corrwith(scores[target])
        assert model.r2_[target] == pytest.approx(slopes @ correlations)
    for latent, item in model.loadings_.index:
        assert model.loadings_[latent, item] == pytest.approx(scores[latent].corr(DATA[item]))
        assert model.cross_loadings_.loc[(latent, item), "loyalty"] == pytest.approx(
            scores["loyalty"].corr(DATA[item])
        )
    assert (model.loadings_.groupby("latent").sum() > 0).all()


def test_mode_b_weights_are_a_regression_on_what_the_neighbours_say():
    """At the fixed point of mode B the weights of a two-block model are canonical."""
    blocks = {
        name: index.Block(items, "B") for name, items in mobi_blocks("quality", "loyalty").items()
    }
    model = index.PathModel({"loyalty": ["quality"]}, blocks).fit(DATA)
    x, y = DATA[list(blocks["quality"].items)], DATA[list(blocks["loyalty"].items)]
    qx, qy = (np.linalg.qr(t - t.mean())[0] for t in (x, y))
    canonical = np.linalg.svd(qx.T @ qy, compute_uv=False)[0]
    assert model.paths_["quality", "loyalty"] == pytest.approx(canonical)


def test_mode_a_of_two_blocks_is_the_first_pair_of_singular_vectors():
    """Tucker's inter-battery analysis, a known special case of PLS in mode A."""
    blocks = mobi_blocks("quality", "loyalty")
    model = index.PathModel({"loyalty": ["quality"]}, blocks).fit(DATA)
    x, y = (DATA[blocks[n]] for n in ("quality", "loyalty"))
    z = [((t - t.mean()) / t.std()).to_numpy() for t in (x, y)]
    left, _sizes, right = np.linalg.svd(z[0].T @ z[1])
    found = model.weights_
    for weights, expected in (
        (found["quality"], left[:, 0]),
        (found["loyalty"], right[0]),
    ):
        assert np.abs(weights / weights.abs().sum()).to_numpy() == pytest.approx(
            np.abs(expected / np.abs(expected).sum())
        )


def test_blocks_of_one_item_are_ordinary_regression():
    model = index.PathModel(
        {"y": ["a", "b"]}, {"a": ["IMAG1"], "b": ["PERQ1"], "y": ["CUSA1"]}
    ).fit(DATA)
    ols = index.linear_regression(DATA, "CUSA1", ["IMAG1", "PERQ1"])
    assert model.paths_.to_numpy() == pytest.approx(ols.standardised)
    assert model.r2_["y"] == pytest.approx(ols.r2)


def test_quality_figures_follow_from_the_loadings(scaled):
    loadings = scaled.loadings_
    assert scaled.communality_["value"] == pytest.approx((loadings["value"] ** 2).mean())
    assert scaled.redundancy_["value"] == pytest.approx(
        scaled.communality_["value"] * scaled.r2_["value"]
    )
    total = loadings["image"].sum() ** 2
    assert scaled.composite_reliability_["image"] == pytest.approx(
        total / (total + (1 - loadings["image"] ** 2).sum())
    )
    assert np.isnan(scaled.ave_["complaints"])  # one item
    assert np.isnan(scaled.alpha_["complaints"])


def test_htmt_against_its_definition(scaled):
    correlation = DATA.corr().abs()
    image, value = mobi_blocks()["image"], mobi_blocks()["value"]

    def within(items):
        block = correlation.loc[items, items].to_numpy()
        return block[np.triu_indices(len(items), 1)].mean()

    between = correlation.loc[image, value].to_numpy().mean()
    expected = between / np.sqrt(within(image) * within(value))
    assert scaled.htmt_.loc["image", "value"] == pytest.approx(expected)
    assert scaled.htmt_.loc["value", "image"] == pytest.approx(expected)
    assert scaled.htmt_["complaints"].isna().all()


def test_total_effects_are_sums_over_all_ways(scaled):
    p, effects = scaled.paths_, scaled.effects_
    assert effects.loc[("expectation", "value"), "indirect"] == pytest.approx(
        p["expectation", "quality"] * p["quality", "value"]
    )
    assert effects.loc[("satisfaction", "loyalty"), "total"] == pytest.approx(
        p["satisfaction", "loyalty"] + p["satisfaction", "complaints"] * p["complaints", "loyalty"]
    )
    assert effects["total"].to_numpy() == pytest.approx(
        (effects["direct"] + effects["indirect"]).to_numpy()
    )
    assert scaled.total_effects_.equals(effects["total"])
    assert scaled.indirect_effects_.equals(effects["indirect"])
    assert ("loyalty", "image") not in effects.index


def test_the_index_is_the_formula(published):
    weights = published.weights_["satisfaction"]
    means = DATA[weights.index].mean()
    by_hand = (
        100 * (weights @ means - (weights * 1).sum()) / ((weights * 10).sum() - (weights * 1).sum())
    )
    assert published.index_["satisfaction"] == pytest.approx(by_hand)
    assert published.respondent_index_.mean().to_numpy() == pytest.approx(
        published.index_.to_numpy()
    )
    sums = published.index_weights_.groupby("latent").sum()
    assert sums.to_numpy() == pytest.approx(1)


def test_the_american_form_of_the_index():
    """ACSI: 100 Σ(x̄ − 1)w / 9 with weights that sum to one, also where items were scaled."""
    model = index.PathModel(index.acsi(), {k: v for k, v in mobi_blocks().items() if k != "image"})
    model.fit(DATA)
    w = model.index_weights_["satisfaction"]
    assert model.index_["satisfaction"] == pytest.approx(
        100 * ((DATA[w.index].mean() - 1) * w).sum() / 9
    )


def test_the_formula_by_itself(published):
    weights = published.index_weights_["satisfaction"]
    score = index.index_score(DATA[weights.index].mean(), weights)
    assert score == pytest.approx(published.index_["satisfaction"])
    assert index.index_score([[1, 1], [10, 10], [5.5, 5.5]], [2, 3]).tolist() == [0, 100, 50]
    assert index.index_score([2.0, 4.0], [1, 1], scale=(0, 4)) == pytest.approx(75)


def test_the_index_with_other_bounds(scaled):
    wide = index.PathModel(index.ecsi(), mobi_blocks(), scale=(0, 20)).fit(DATA)
    points = 1 + 9 * scaled.index_ / 100
    assert wide.index_.to_numpy() == pytest.approx((100 * points / 20).to_numpy())
    each = dict.fromkeys(scaled.items, (1, 10))
    named = index.PathModel(index.ecsi(), mobi_blocks(), scale=each).fit(DATA)
    assert named.index_.equals(scaled.index_)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(SCHEMES), st.booleans())
def test_order_of_items_latents_and_respondents_does_not_matter(shuffle, scheme, scaled):
    one = index.PathModel(index.ecsi(), mobi_blocks(), scheme, scaled).fit(DATA)
    pairs = [(s, t) for t, sources in index.ecsi().paths.items() for s in sources]
    shuffle.shuffle(pairs)
    blocks = {name: shuffle.sample(items, len(items)) for name, items in mobi_blocks().items()}
    rows = shuffle.sample(range(len(DATA)), len(DATA))
    other = index.PathModel(pairs, blocks, scheme, scaled).fit(DATA.iloc[rows])
    assert other.paths_[one.paths_.index].to_numpy() == pytest.approx(one.paths_.to_numpy())
    assert other.index_[one.index_.index].to_numpy() == pytest.approx(one.index_.to_numpy())


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 10), st.floats(-50, 50))
def test_standardised_items_forget_their_units(factor, shift):
    one = index.PathModel(index.ecsi(), mobi_blocks()).fit(DATA)
    moved = DATA.assign(IMAG1=factor * DATA["IMAG1"] + shift)
    other = index.PathModel(index.ecsi(), mobi_blocks()).fit(moved)
    assert other.paths_.to_numpy() == pytest.approx(one.paths_.to_numpy())


def test_a_reversed_item_does_not_turn_the_score(scaled):
    turned = index.PathModel(index.ecsi(), mobi_blocks()).fit(DATA.assign(IMAG1=11 - DATA["IMAG1"]))
    assert turned.loadings_["image", "IMAG1"] == pytest.approx(-scaled.loadings_["image", "IMAG1"])
    assert turned.paths_.to_numpy() == pytest.approx(scaled.paths_.to_numpy())


# Simulated data with known coefficients.


def exactly(covariance, n, seed):
    """Draw n rows whose sample covariance is exactly this one."""
    rng = np.random.default_rng(seed)
    raw = rng.standard_normal((n, len(covariance)))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False))).T
    return white @ np.linalg.cholesky(covariance).T


TRUTH = pd.DataFrame(
    {"x": [1, 0.3, 0.5], "m": [0.3, 1, 0.6], "y": [0.5, 0.6, 1]}, index=["x", "m", "y"]
)


def composites(within):
    """Covariance of three composites of three items each, with even weights."""
    block = np.full((3, 3), within) + (1 - within) * np.eye(3)
    weight = np.full(3, 1 / np.sqrt(block.sum()))
    loading = block @ weight
    whole = np.kron(TRUTH.to_numpy() - np.eye(3), np.outer(loading, loading))
    return whole + np.kron(np.eye(3), block)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("mode", ["A", "B"])
def test_true_coefficients_of_composites_come_back(scheme, mode):
    items = {latent: [f"{latent}{i}" for i in range(3)] for latent in TRUTH}
    data = pd.DataFrame(
        exactly(composites(0.4), 50, 1), columns=[c for block in items.values() for c in block]
    )
    blocks = {latent: index.Block(columns, mode) for latent, columns in items.items()}
    model = index.PathModel({"m": ["x"], "y": ["x", "m"]}, blocks, scheme).fit(data)
    true = np.linalg.solve([[1, 0.3], [0.3, 1]], [0.5, 0.6])
    assert model.paths_["x", "m"] == pytest.approx(0.3)
    assert model.paths_.loc[:, "y"].to_numpy() == pytest.approx(true)
    assert model.weights_.to_numpy() == pytest.approx(model.weights_.mean())


def test_paths_among_latent_variables_come_out_weaker():
    """With one item each the estimate is the true path times both loadings."""
    rng = np.random.default_rng(3)
    cause = rng.standard_normal(200_000)
    effect = 0.6 * cause + 0.8 * rng.standard_normal(200_000)
    noise = rng.standard_normal((2, 200_000))
    data = pd.DataFrame({"a": 0.8 * cause + 0.6 * noise[0], "b": 0.7 * effect + 0.714 * noise[1]})
    model = index.PathModel({"y": ["x"]}, {"x": ["a"], "y": ["b"]}).fit(data)
    assert model.paths_["x", "y"] == pytest.approx(0.6 * 0.8 * 0.7, abs=0.01)


def test_the_survey_of_the_simulated_company_shows_weakened_paths():
    survey = datasets.load("company_survey")
    blocks = {
        name: [c for c in survey if c.startswith(f"{name}_")] for name in index.ecsi().latents
    }
    model = index.PathModel(index.ecsi(), blocks, missing="drop").fit(survey)
    true = datasets.load("company_survey_paths").set_index(["source", "target"])["coefficient"]
    strong = true[model.paths_.index] >= 0.3
    assert (model.paths_[strong.index[strong]] < true[strong.index[strong]]).mean() >= 0.7
    assert np.corrcoef(model.paths_, true[model.paths_.index])[0, 1] > 0.85


# Missing answers, and how the model talks.


@pytest.fixture
def gappy():
    data = DATA.astype("Int64")
    for row, column in ((0, "IMAG1"), (1, "IMAG1"), (1, "PERQ6")):
        data.loc[row, column] = pd.NA
    return data


def test_missing_answers_are_refused_counted_filled_or_dropped(gappy):
    with pytest.raises(ValueError, match="got 3 gaps of 2 respondents, most in IMAG1"):
        index.PathModel(index.ecsi(), mobi_blocks()).fit(gappy)
    filled = index.PathModel(index.ecsi(), mobi_blocks(), missing="mean").fit(gappy)
    dropped = index.PathModel(index.ecsi(), mobi_blocks(), missing="drop").fit(gappy)
    assert (filled.respondents_, dropped.respondents_) == (250, 248)
    assert filled.missing_.to_dict()["IMAG1"] == 2
    assert dropped.scores_.index.tolist() == list(range(2, 250))
    assert "3 missing answers replaced by item means" in repr(filled)
    assert "2 with missing answers left out" in repr(dropped)
    means = gappy.astype(float).mean()
    assert filled.paths_.equals(
        index.PathModel(index.ecsi(), mobi_blocks()).fit(gappy.astype(float).fillna(means)).paths_
    )


def test_a_model_says_whether_it_is_fitted(scaled):
    model = index.PathModel(index.ecsi(), mobi_blocks())
    assert repr(model) == "PathModel(7 latent variables, 12 paths, not fitted)"
    with pytest.raises(ValueError, match="must be fitted first"):
        _ = model.paths_
    assert "fitted to 250 respondents in" in repr(scaled)
    assert scaled.iterations_ < 30
    assert scaled.to_frame().columns.tolist() == ["source", "target", "path"]


def test_what_does_not_converge_raises_and_says_so():
    model = index.PathModel(index.ecsi(), mobi_blocks(), max_iterations=2)
    with pytest.raises(ValueError, match=r"max_iterations must .*got 2 iterations"):
        model.fit(DATA)


def test_fitting_leaves_the_data_alone():
    before = DATA.copy()
    index.PathModel(index.ecsi(), mobi_blocks(), missing="mean").fit(DATA)
    pd.testing.assert_frame_equal(DATA, before)


def test_a_model_of_ones_own_is_stated_as_pairs_or_as_a_mapping():
    pairs = index.PathSpec([("service", "joy"), ("price", "joy"), ("joy", "return")])
    mapping = index.PathSpec({"joy": ["service", "price"], "return": "joy"})
    assert dict(pairs.paths) == dict(mapping.paths)
    assert pairs.sources("joy") == ("service", "price")
    assert pairs.to_frame().to_numpy().tolist()[0] == ["service", "joy"]
    assert mapping.latents == ["service", "price", "joy", "return"]


@pytest.mark.parametrize(("spec", "paths"), [("scsb", 6), ("acsi", 9), ("ecsi", 12)])
def test_national_models(spec, paths):
    model = getattr(index, spec)()
    assert len(model.to_frame()) == paths
    assert set(model.terms) == set(model.latents) == set(model.positions)
    assert "satisfaction" in model.sources("loyalty")
