"""Bootstrap of the path model: one pass against a loop; segments; what to improve first."""

import numpy as np
import pandas as pd
import pytest

from crmlab import index
from crmlab.index import _pls
from tests.survey import mobi, mobi_blocks

DATA = mobi()


def model(**settings):
    return index.PathModel(index.ecsi(), mobi_blocks(), **settings)


def drawn_rows(n, samples, seed):
    """The respondents that a bootstrap with this seed draws."""
    return np.random.default_rng(seed).integers(n, size=(samples, n))


@pytest.mark.parametrize("settings", [{}, {"scheme": "centroid", "scaled": False}])
def test_one_pass_equals_a_loop(settings):
    fitted = model(**settings).fit(DATA)
    result = fitted.bootstrap(6, seed=5)
    for draw, rows in enumerate(drawn_rows(len(DATA), 6, 5)):
        again = model(**settings).fit(DATA.iloc[rows])
        for name in ("paths", "total_effects", "weights", "loadings", "r2", "index"):
            expected = getattr(again, f"{name}_").to_numpy()
            assert result.draws[name][draw] == pytest.approx(expected, abs=1e-6), name


def test_batches_do_not_change_the_samples(monkeypatch):
    fitted = model().fit(DATA)
    whole = fitted.bootstrap(7, seed=1)
    monkeypatch.setattr(_pls, "_BATCH", 3 * 24 * 24)
    small = fitted.bootstrap(7, seed=1)
    assert small.draws["paths"] == pytest.approx(whole.draws["paths"])


def test_samples_are_turned_to_agree_with_the_estimate():
    """A weak, reversed block would flip from sample to sample without it."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal(60)
    data = pd.DataFrame({"a": x, "b": -x + 0.4 * rng.standard_normal(60)})
    data["c"] = 0.5 * data["a"] + rng.standard_normal(60)
    fitted = index.PathModel({"y": ["x"]}, {"x": ["a", "b"], "y": ["c"]}).fit(data)
    loadings = fitted.bootstrap(300, seed=1).draws["loadings"]
    sign = np.sign(fitted.loadings_.to_numpy())
    assert ((loadings * sign)[:, :2] > 0).all()


def test_the_spread_agrees_with_theory_for_one_regression():
    """One item each: the standard error of a correlation of .5 is about (1 − r²)/√n."""
    rng = np.random.default_rng(4)
    x = rng.standard_normal(400)
    data = pd.DataFrame({"a": x, "b": 0.577 * x + rng.standard_normal(400)})
    fitted = index.PathModel({"y": ["x"]}, {"x": ["a"], "y": ["b"]}).fit(data)
    table = fitted.bootstrap(2000, seed=1).interval()
    r = table["estimate"].iloc[0]
    assert table["standard_error"].iloc[0] == pytest.approx((1 - r**2) / 20, rel=0.1)
    assert table["low"].iloc[0] < r < table["high"].iloc[0]


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(8)
    hits = 0
    for seed in range(60):
        x = rng.standard_normal(120)
        data = pd.DataFrame({"a": x, "b": 0.5 * x + np.sqrt(0.75) * rng.standard_normal(120)})
        fitted = index.PathModel({"y": ["x"]}, {"x": ["a"], "y": ["b"]}).fit(data)
        row = fitted.bootstrap(300, seed=seed).interval(level=0.9).iloc[0]
        hits += row["low"] <= 0.5 <= row["high"]
    assert 0.8 <= hits / 60 <= 0.98


def test_intervals_are_quantiles_of_the_draws():
    result = model().fit(DATA).bootstrap(50, seed=3)
    for of, draws in result.draws.items():
        table = result.interval(of, 0.8)
        assert table["low"].to_numpy() == pytest.approx(np.quantile(draws, 0.1, axis=0))
        assert table["standard_error"].to_numpy() == pytest.approx(draws.std(axis=0, ddof=1))
    assert result.to_frame().equals(result.interval("paths", 0.95))
    assert repr(result).startswith("PathBootstrap(50 samples: paths")


def test_samples_in_which_an_item_never_varies_are_left_out_and_counted():
    data = pd.DataFrame({"a": [1, 1, 1, 1, 5.0], "b": [1, 2, 3, 4, 9.0]})
    fitted = index.PathModel({"y": ["x"]}, {"x": ["a"], "y": ["b"]}).fit(data)
    result = fitted.bootstrap(400, seed=1)
    alike = sum(len({data["a"][i] for i in rows}) == 1 for rows in drawn_rows(5, 400, 1))
    assert result.failed == alike > 50
    assert len(result.draws["paths"]) == 400 - alike
    assert np.isfinite(result.interval().to_numpy()).all()
    assert f"{alike} left out" in repr(result)


def test_without_a_fitting_scale_there_is_everything_but_the_index():
    fitted = model(scale=(1, 5)).fit(DATA)
    assert "index" not in fitted.bootstrap(3, seed=1).draws
    with pytest.raises(ValueError, match=r"scale must hold every answer; got \d+ in "):
        _ = fitted.index_


# Segments.


def test_segments_are_means_of_respondents():
    fitted = model().fit(DATA)
    groups = pd.Series(np.where(DATA["CUSCO"] > 7, "content", "other"), DATA.index)
    result = fitted.index_by(groups, draws=200, seed=1)
    expected = fitted.respondent_index_.groupby(groups).mean()
    pd.testing.assert_frame_equal(result.index, expected, check_names=False)
    assert result.respondents.to_dict() == groups.value_counts().to_dict()
    assert ((result.low < result.index) & (result.index < result.high)).all(axis=None)
    shares = result.respondents / len(DATA)
    assert (shares @ result.index).to_numpy() == pytest.approx(fitted.index_.to_numpy())
    table = result.of("satisfaction")
    assert table.loc["content", "low"] > table.loc["other", "high"]
    assert len(result.to_frame()) == 2 * 7
    assert repr(result) == "SegmentIndex(2 groups, 7 latent variables, 95 % intervals)"


def test_segment_draws_equal_a_loop():
    fitted = model().fit(DATA)
    groups = np.where(DATA["CUSCO"] > 7, "content", "other")
    result = fitted.index_by(groups, draws=5, seed=9, level=0.5)
    loop = []
    for rows in drawn_rows(len(DATA), 5, 9):
        again = model().fit(DATA.iloc[rows])
        loop.append(again.respondent_index_.groupby(groups[rows]).mean())
    low = np.quantile(np.stack(loop), 0.25, axis=0)
    assert result.low.to_numpy() == pytest.approx(low, abs=1e-5)


def test_groups_are_joined_by_index_also_when_respondents_were_dropped():
    data = DATA.astype(float)
    data.iloc[3, 0] = np.nan
    fitted = model(missing="drop").fit(data)
    groups = pd.Series(np.arange(250) % 2, DATA.index)
    result = fitted.index_by(groups.sample(frac=1, random_state=1), draws=3, seed=1)
    assert result.respondents.to_dict() == {0: 125, 1: 124}


def test_a_difference_is_drawn_sample_by_sample():
    fitted = model().fit(DATA)
    groups = np.where(DATA["CUSCO"] > 7, "content", "other")
    result = fitted.index_by(groups, draws=100, seed=2)
    gap = result.difference("content", "other", "loyalty")
    loyalty = result.draws[:, :, result.index.columns.get_loc("loyalty")]
    apart = loyalty[:, 0] - loyalty[:, 1]
    assert gap["low"] == pytest.approx(np.quantile(apart, 0.025))
    assert gap["high"] == pytest.approx(np.quantile(apart, 0.975))
    assert gap["difference"] == pytest.approx(
        result.index.loc["content", "loyalty"] - result.index.loc["other", "loyalty"]
    )
    back = result.difference("other", "content", "loyalty")
    assert back["low"] == pytest.approx(-gap["high"])
    for arguments in (("content", "nobody"), ("content", "other", "joy")):
        with pytest.raises(ValueError, match="must be one of"):
            result.difference(*arguments)


# What to improve first.


def test_impact_is_points_per_point():
    fitted = model().fit(DATA)
    result = fitted.importance_performance("satisfaction")
    assert set(result.impact.index) == {"image", "expectation", "quality", "value"}
    points = fitted.respondent_index_
    # For a driver without others between and beside it, the impact is a regression slope.
    alone = index.PathModel(
        {"satisfaction": ["quality"]}, mobi_blocks("quality", "satisfaction")
    ).fit(DATA)
    points = alone.respondent_index_
    slope = np.polyfit(points["quality"], points["satisfaction"], 1)[0]
    impact = alone.importance_performance("satisfaction").impact["quality"]
    assert impact == pytest.approx(slope)
    assert result.performance["value"] == pytest.approx(fitted.index_["value"])
    assert result.to_frame()["impact"].is_monotonic_decreasing
    assert repr(result).startswith("ImpactPerformance(on satisfaction: one point of ")
