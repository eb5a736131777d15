"""Lab 04: meets the models, its memo says what its data say, and each mistake meets its hint."""

import numpy as np
import pytest

from crmlab import index, weights
from crmlab._statistics import cronbach
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

LAB04 = "lab04_satisfaction_index"


@pytest.fixture(scope="module")
def lab04(tmp_path_factory):
    return Built(EXERCISES / f"{LAB04}.md", tmp_path_factory.mktemp("lab04"))


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


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 satisfaction_index: multiplied the weighted mean by 10
    return 10 * np.dot(weights, means)

q1 satisfaction_index: lowest possible answer is missing
    return 100 * np.dot(weights, means) / (np.sum(weights) * (high - low))

q1 satisfaction_index: length `high - low`
    return 100 * (np.dot(weights, means) - np.sum(weights) * low) / (np.sum(weights) * high)

q1 satisfaction_index: index with even weights
    return 100 * (np.mean(means) - low) / (high - low)

q1 satisfaction_index: only works for weights that sum to one
    return 100 * (np.dot(weights, means) - low) / (high - low)

q2 trust_index: runs the other way
    items = table[["trust_1", "trust_2", "trust_3"]].astype(float)
    means = items.groupby(table["alternatives"]).mean()
    return means.apply(lambda row: satisfaction_index(row, [1, 1, 1], 1, 7), axis=1)

q2 trust_index: left out everybody
    return _right(table.dropna(subset=["trust_1", "trust_2", "trust_3"]))

q2 trust_index: scale of these items ends at 7
    items = table[["trust_1", "trust_2", "trust_3"]].astype(float)
    items = items.assign(trust_3=8 - items["trust_3"])
    means = items.groupby(table["alternatives"]).mean()
    return means.apply(lambda row: satisfaction_index(row, [1, 1, 1]), axis=1)

q2 trust_index: Those are mean answers
    items = table[["trust_1", "trust_2", "trust_3"]].astype(float)
    items = items.assign(trust_3=8 - items["trust_3"])
    return items.groupby(table["alternatives"]).mean().mean(axis=1)

q3 mode_a_weights: last step is missing
    x, y = (np.asarray(block, float) for block in (x_items, y_items))
    x, y = ((block - block.mean(axis=0)) / block.std(axis=0, ddof=1) for block in (x, y))
    score = y.sum(axis=1) / y.sum(axis=1).std(ddof=1)
    return x.T @ score / (len(x) - 1)

q3 mode_a_weights: weights sum to one
    found = _right(x_items, y_items, rounds)
    return found / found.sum()

q3 mode_a_weights: weights of the beginning
    return _right(x_items, y_items, 0)

q3 mode_a_weights: not from its own
    return _right(x_items, y_items if len(x_items) < 9 else x_items, rounds)

q4 cronbach_alpha: factor k / (k − 1)
    k = np.shape(items)[1]
    return _right(items) * (k - 1) / k

q4 cronbach_alpha: that of their sum
    items = np.asarray(items, float)
    return 2 * (1 - items.var(axis=0, ddof=1).sum() / items.mean(axis=1).var(ddof=1))

q4 cronbach_alpha: do not average them
    items = np.asarray(items, float)
    return 2 * (1 - items.var(axis=0, ddof=1).mean() / items.sum(axis=1).var(ddof=1))

q4 reliability: SQUARED loadings
    return _right(loadings) | {"ave": float(np.mean(loadings))}

q4 reliability: square the sum of the loadings
    loadings = np.asarray(loadings)
    total = (loadings**2).sum()
    return _right(loadings) | {"composite": total / (total + (1 - loadings**2).sum())}

q4 reliability: not 1 − λ
    loadings = np.asarray(loadings)
    total = loadings.sum() ** 2
    return _right(loadings) | {"composite": total / (total + (1 - loadings).sum())}

q5 by_pencil: direct path only
    0.2

q5 by_pencil: way through friendship
    0.2 + 0.5 * 0.4

q5 by_pencil: multiplied, not added
    0.2 + (0.5 + 0.4) + (0.3 + 0.4 + 0.4)

q5 by_pencil: Add the direct path
    0.5 * 0.4 + 0.3 * 0.4 * 0.4

q5 total_effect: returns the direct path only
    return paths.get((source, target), 0.0)

q5 total_effect: leaves the direct path out
    return _right(paths, source, target) - paths.get((source, target), 0.0)

q5 total_effect: Effects follow the arrows
    return _right(paths, *sorted([source, target]))

q6 fuzzy_vector: plain mean of the rows
    return np.mean(membership, axis=0)

q6 fuzzy_vector: largest product
    return (np.array(weights)[:, None] * membership).max(axis=0)

q6 fuzzy_vector: added along the rows
    return (np.array(weights)[:, None] * membership).sum(axis=1)

q6 fuzzy_vector: turned them round
    if operator == "min_max":
        return np.maximum(np.array(weights)[:, None], membership).min(axis=0)
    return np.array(weights) @ membership

q6 fuzzy_vector: no more than the weight of its factor
    return np.max(membership, axis=0) if operator == "min_max" else np.array(weights) @ membership

q6 validity: second largest membership
    n, first = len(vector), max(vector)
    return (n * first - 1) / (2 * vector[0] * (n - 1))

q6 validity: stands n − 1
    n = len(vector)
    second, first = sorted(vector)[-2:]
    return (n * first - 1) / (2 * second * n)

q6 validity: divide the vector by its sum
    n = len(vector)
    second, first = sorted(vector)[-2:]
    return (n * first - 1) / (2 * second * (n - 1))

q6 best_by_score: best grade for punctuality
    "Ant"

q6 best_by_score: punctuality has half of the weight
    "Crane"

q7 ahp: averaged the normalised columns
    matrix = np.asarray(matrix, float)
    return _right(matrix) | {"weights": (matrix / matrix.sum(axis=0)).mean(axis=1)}

q7 ahp: vector of length 1. Divide it by its sum so
    found = _right(matrix)
    return found | {"weights": found["weights"] / np.linalg.norm(found["weights"])}

q7 ahp: may come with its sign turned
    found = _right(matrix)
    return found | {"weights": -found["weights"] / np.linalg.norm(found["weights"])}

q7 ahp: That is CI
    found = _right(matrix)
    return found | {"cr": found["cr"] * {3: 0.58, 4: 0.90}[len(matrix)]}

q7 ahp: not by n.
    found = _right(matrix)
    return found | {"cr": found["cr"] * (len(matrix) - 1) / len(matrix)}

q7 ahp: RI for three things
    found = _right(matrix)
    return found | {"cr": found["cr"] * 0.90 / 0.58}

q7 group_weights: arithmetic mean of the matrices
    ahp(sum(judges) / 3)["weights"]

q7 group_weights: averaged the weights of the judges
    sum(ahp(judge)["weights"] for judge in judges) / 3

q8 entropy_weights: weight to the entropy itself
    share = table / table.sum()
    left = -(share * np.log(share)).sum() / np.log(len(table))
    return left / left.sum()

q8 entropy_weights: Divide by ln m
    share = table / table.sum()
    left = 1 + (share * np.log(share)).sum()
    return left / left.sum()

q8 entropy_weights: Divide 1 − e by its sum
    share = table / table.sum()
    return 1 + (share * np.log(share)).sum() / np.log(len(table))

q8 entropy_weights: has changed `measured` itself
    for column in less_is_better:
        table[column] = 1 / table[column]
    return _right(table)

q8 spread_weights: invert it first
    entropy_weights(measured)

q8 spread_weights: Only the price is inverted
    entropy_weights(measured, list(measured.columns))

q9 first_component: Divide it by the number of items
    found = _right(table)
    return found | {"share": found["share"] * table.shape[1]}

q9 first_component: took the covariance matrix
    values = np.linalg.eigvalsh(table.astype(float).cov())
    return _right(table) | {"share": values[-1] / values.sum()}

q9 first_component: in RISING order
    values = np.linalg.eigvalsh(table.astype(float).corr())
    return _right(table) | {"share": values[0] / len(values)}

q9 first_component: That is the eigenvector
    found = _right(table)
    root = np.sqrt(found["share"] * table.shape[1])
    return found | {"loadings": found["loadings"] / root}

q9 first_component: The sign
    found = _right(table)
    return found | {"loadings": -found["loadings"]}

q9 first_component: One general factor
    return _right(table) | {"kept": 1}

q9 first_component: only the eigenvalues above 1
    return _right(table) | {"kept": table.shape[1]}

q10 combine: That is the sum
    if method == "additive":
        return np.asarray(judged) + np.asarray(spread)
    return _right(judged, spread, method)

q10 combine: Divide the products by their sum
    if method == "additive":
        return _right(judged, spread)
    return np.asarray(judged) * np.asarray(spread)

q10 combine: took the geometric mean
    if method == "additive":
        return _right(judged, spread)
    root = np.sqrt(np.asarray(judged) * np.asarray(spread))
    return root / root.sum()

q10 ranking: cheapest courier must get mark 1
    return _right(table, weights, ())

q10 ranking: best courier stands first
    return _right(table, weights).sort_values()

q10 ranking: Sort by the marks
    return _right(table, weights).sort_index()

q10 winner: judged weights alone. Use the combined
    ranking(measured, group_weights).index[0]

q10 winner: the dearest
    "Ant"

q10 winner_judged: winner with the combined weights
    winner

q10 winner_judged: mark 0 for care
    "Ant"

q12 regression: Three numbers for three columns
    return np.linalg.lstsq(np.asarray(X, float), np.asarray(y, float), rcond=None)[0]

q12 regression: forced the line through 0
    return [0.0, *np.linalg.lstsq(np.asarray(X, float), np.asarray(y, float), rcond=None)[0]]

q12 regression: one attribute at a time
    X = np.asarray(X, float)
    slopes = [np.polyfit(column, y, 1)[0] for column in X.T]
    return [np.mean(y) - X.mean(axis=0) @ slopes, *slopes]

q12 vif: That is R²
    return [1 - 1 / value for value in _right(X)]

q12 vif: You divided by R²
    return [1 / (1 - 1 / value) for value in _right(X)]

q12 vif: no place here
    b = regression(X, overall)
    left = overall - b[0] - np.asarray(X) @ b[1:]
    return [column.var(ddof=1) / left.var() for column in np.asarray(X).T]

q12 chances: an answer or less
    return 1 / (1 + np.exp(-(np.asarray(thresholds) - score)))

q12 chances: The sign of the score
    return _right(-score, thresholds)

q12 chances: the lowest answer stands first
    return _right(score, thresholds)[::-1]

q12 jump: one point of care
    sum(chances(1.6, cuts)[2:]) - sum(chances(1.2, cuts)[2:])

q12 jump: the highest answer alone
    chances(2.0, cuts)[3] - chances(1.2, cuts)[3]

q12 jump: the change of the score
    2 * 0.4

q12 jump: By that the odds are multiplied
    np.exp(0.8)
"""
MISTAKES = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_nearly_every_known_mistake_of_lab04_is_made_below(lab04):
    hints = [
        mistake["hint"]
        for question in lab04.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in MISTAKES]
    left = [hint for hint in hints if not any(word in hint for word in words)]
    assert left == ["Along a way multiply; you have added."]  # said by pencil, too


@pytest.mark.parametrize(("head", "body"), MISTAKES, ids=[head for head, _body in MISTAKES])
def test_what_a_student_with_the_misconception_reads(lab04, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved) | {"measured": solved["measured"].copy(), "np": np}
    right = names[name]
    if callable(right):
        code = right.__code__
        arguments = list(code.co_varnames[: code.co_argcount])
        defaults = right.__defaults__ or ()
        first = len(arguments) - len(defaults)
        given = [
            argument if i < first else f"{argument}={defaults[i - first]!r}"
            for i, argument in enumerate(arguments)
        ]
        names["_right"] = right
        exec(f"def {name}({', '.join(given)}):\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab04.name, lab04.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
