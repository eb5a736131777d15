"""Lab 04: its values and its memo."""

import pytest

from crmlab import index, weights
from crmlab._statistics import cronbach
from tests.labs import built

LAB04 = "lab04_satisfaction_index"


@pytest.fixture(scope="module")
def lab04(tmp_path_factory):
    return built(LAB04, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab04):
    return lab04.names(lab04.solution)


def test_lab04_meets_crmlab(solved):
    assert solved["satisfaction_index"]([7, 6, 8], [0.5, 0.3, 0.2]) == pytest.approx(
        index.index_score([7, 6, 8], [0.5, 0.3, 0.2])
    )
    complete = solved["complete"]
    blocks = {name: [f"{name}_{i}" for i in (1, 2, 3)] for name in ("quality", "satisfaction")}
    model = index.PathModel({"satisfaction": ["quality"]}, blocks).fit(complete)
    assert solved["weights"] == pytest.approx(model.weights_["quality"].to_numpy(), abs=1e-6)
    items = complete[blocks["quality"]].to_numpy(float)
    assert solved["cronbach_alpha"](items) == pytest.approx(cronbach(items))
    found = solved["reliability"](model.loadings_["quality"])
    assert found["ave"] == pytest.approx(model.ave_["quality"])
    assert found["composite"] == pytest.approx(model.composite_reliability_["quality"])
    for operator in ("weighted_mean", "min_max"):
        result = index.fuzzy_evaluation([0.5, 0.3, 0.2], solved["jury"]["Ant"], operator)
        vector = solved["fuzzy_vector"]([0.5, 0.3, 0.2], solved["jury"]["Ant"], operator)
        assert vector == pytest.approx(result.vector)
        assert solved["validity"](vector) == pytest.approx(result.validity)
    group = weights.group_ahp(solved["judges"])
    assert solved["group_weights"] == pytest.approx(group.weights)
    measured = solved["measured"]
    assert solved["spread_weights"].to_numpy() == pytest.approx(
        weights.entropy(measured, cost=["price"]).weights
    )
    for method in ("additive", "multiplicative"):
        joined = weights.combine([group, solved["spread_weights"]], method).weights
        assert solved["combine"](group.weights, solved["spread_weights"], method) == pytest.approx(
            joined
        )
    pca = index.principal_components(solved["six"].astype(float))
    assert solved["component"]["share"] == pytest.approx(pca.explained[0])
    assert solved["component"]["kept"] == pca.kept
    assert solved["component"]["loadings"].to_numpy() == pytest.approx(pca.loadings["pc1"])


def test_lab04_meets_crmlab_on_regression(solved):
    rows = solved["attributes"].assign(overall=solved["overall"])
    line = index.linear_regression(rows, "overall")
    found = solved["regression"](solved["attributes"], solved["overall"])
    assert found == pytest.approx([line.intercept, *line.coefficients])
    assert solved["vif"](solved["attributes"]) == pytest.approx(line.vif)
    logit = index.ordered_logit(rows, "overall")
    scores = solved["attributes"].iloc[:1].to_numpy()
    ours = solved["chances"](float((scores @ logit.coefficients)[0]), logit.thresholds)
    assert ours == pytest.approx(logit.chances(scores).iloc[0].to_numpy())


def test_lab04_meets_published_values(solved):
    """Saaty's leader and the entropy weights of the reference table."""
    leader = [[1, 4, 3, 7], [1 / 4, 1, 1 / 3, 3], [1 / 3, 3, 1, 5], [1 / 7, 1 / 3, 1 / 5, 1]]
    assert solved["ahp"](leader)["weights"].round(4).tolist() == [0.5476, 0.1266, 0.2699, 0.0559]
    assert solved["ahp"](leader)["cr"] == pytest.approx(0.0439, abs=5e-5)
    assert solved["fuzzy_vector"](
        [0.4, 0.3, 0.2, 0.1],
        [[0.5, 0.3, 0.2, 0], [0.2, 0.4, 0.3, 0.1], [0.1, 0.3, 0.5, 0.1], [0, 0.2, 0.4, 0.4]],
    ) == pytest.approx([0.28, 0.32, 0.31, 0.09])


def test_the_memo_of_lab04_says_what_the_data_say(solved, lab04):
    memo = next(cell.source for cell in lab04.solution.cells if "**Advice:" in cell.source)
    shares = (100 * solved["group_weights"]).round().astype(int)
    assert f"punctuality {shares[0]} %, care {shares[1]} %, price {shares[2]} %" in memo
    marks = solved["ranking"](solved["measured"], solved["group_weights"])
    assert list(marks.index) == ["Bee", "Crane", "Ant"]
    assert (
        f"Bee comes first with {marks['Bee']:.2f}, before Crane with {marks['Crane']:.2f}" in memo
    )
    assert f"Ant with {marks['Ant']:.2f}" in memo
    assert f"put {100 * solved['spread_weights']['price']:.0f} % on the price" in memo
    assert solved["winner"] == "Crane"
    jury = solved["scores"]
    assert (
        f"Bee scores {jury['Bee']:.1f} points, Ant {jury['Ant']:.1f}, Crane {jury['Crane']:.1f}"
        in memo
    )
    trust = {
        name: solved["validity"](solved["fuzzy_vector"](solved["factor_weights"], table))
        for name, table in solved["jury"].items()
    }
    assert f"validity of {trust['Bee']:.2f}" in memo
    assert f"with {trust['Ant']:.2f} and {trust['Crane']:.2f}" in memo
    dearer = solved["group_weights"] * [1, 1, 1.5]
    dearer /= dearer.sum()
    assert f"the price {100 * dearer[2]:.0f} % in place of {shares[2]} %, Crane would win" in memo
    assert solved["ranking"](solved["measured"], dearer).index[0] == "Crane"
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
