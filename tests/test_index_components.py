"""Principal components: identities, signs, what is kept, the ranking."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crmlab import index
from tests.survey import mobi

DATA = mobi()


def test_against_the_singular_values_of_standardised_data():
    result = index.principal_components(DATA)
    z = ((DATA - DATA.mean()) / DATA.std()).to_numpy()
    _left, sizes, right = np.linalg.svd(z, full_matrices=False)
    assert result.eigenvalues == pytest.approx(sizes**2 / (len(z) - 1))
    k = result.kept
    assert np.abs(result.vectors[:, :k]) == pytest.approx(np.abs(right[:k].T))
    assert result.explained.sum() == pytest.approx(1)
    assert result.eigenvalues.sum() == pytest.approx(DATA.shape[1])


def test_two_indicators_with_a_known_correlation():
    """Published identity: the correlation matrix [[1, r], [r, 1]] has eigenvalues 1 ± r."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((40, 2)) @ [[1, 0.5], [0, 1]]
    r = np.corrcoef(x.T)[0, 1]
    result = index.principal_components(x, keep=2)
    assert result.eigenvalues == pytest.approx([1 + r, 1 - r])
    assert np.abs(result.vectors) == pytest.approx(np.full((2, 2), np.sqrt(0.5)))
    assert result.weights.tolist()[0] == pytest.approx(
        ((1 + r) + (1 - r)) / ((1 + r) + (1 - r) + (1 + r) - (1 - r))
    )


def test_loadings_scores_and_composite_belong_together():
    result = index.principal_components(DATA, keep=3)
    scores = result.scores
    assert scores.var().to_numpy() == pytest.approx(result.eigenvalues[:3])
    assert scores.corr().to_numpy() == pytest.approx(np.eye(3), abs=1e-10)
    for component in scores:
        loaded = DATA.corrwith(scores[component])
        assert result.loadings[component].to_numpy() == pytest.approx(loaded.to_numpy())
    share = result.eigenvalues[:3] / result.eigenvalues[:3].sum()
    assert result.composite.to_numpy() == pytest.approx(scores.to_numpy() @ share)
    assert result.weights.sum() == pytest.approx(1)
    whole = index.principal_components(DATA, keep=24).loadings.to_numpy()
    assert whole @ whole.T == pytest.approx(DATA.corr().to_numpy())


def test_how_many_are_kept():
    table = index.principal_components(DATA).to_frame()
    above = int((table["eigenvalue"] > 1).sum())
    assert table["kept"].sum() == above == index.principal_components(DATA).kept
    most = index.principal_components(DATA, keep=0.85)
    assert most.cumulative[most.kept - 1] >= 0.85 > most.cumulative[most.kept - 2]
    assert index.principal_components(DATA, keep=2).kept == 2


@settings(deadline=None)
@given(arrays(float, (8, 3), elements=st.floats(-5, 5, width=32)), st.permutations(range(8)))
def test_signs_do_not_depend_on_the_order_of_objects(data, order):
    assume((data.std(axis=0) > 0.5).all())
    values = np.linalg.eigvalsh(np.corrcoef(data.T))
    assume(np.diff(values).min() > 0.05)  # else the components themselves are arbitrary
    one = index.principal_components(data, keep=3)
    other = index.principal_components(data[list(order)], keep=3)
    assert other.vectors == pytest.approx(one.vectors, abs=1e-6)
    size = np.abs(one.vectors)
    largest = (size >= size.max(axis=0) * (1 - 1e-9)).argmax(axis=0)
    assert (one.vectors[largest, range(3)] > 0).all()


def test_the_ranking_names_the_objects():
    table = pd.DataFrame({"a": [3, 1, 2, 5], "b": [2, 1, 3, 6]}, index=list("WXYZ"))
    ranking = index.principal_components(table).ranking
    assert ranking.index[0] == "Z"
    assert ranking.index[-1] == "X"
    assert ranking["rank"].tolist() == [1, 2, 3, 4]
    assert index.principal_components(table).loadings.index.tolist() == ["a", "b"]


def test_units_are_forgotten():
    one = index.principal_components(DATA)
    other = index.principal_components(DATA * 100 + 7)
    assert other.composite.to_numpy() == pytest.approx(one.composite.to_numpy())
