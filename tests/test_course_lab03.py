"""Lab 03: its solution against crmlab, and the hint that each misconception meets."""

import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from crmlab import satisfaction
from crmlab.course import Lab
from crmlab.course.build import build

NAME = "lab03_satisfaction"
MASTER = Path(__file__).parents[1] / "exercises" / f"{NAME}.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("lab03")
    build(MASTER, out, "a seed for tests")
    return out


@pytest.fixture(scope="module")
def notebook(folder):
    return nbformat.read(folder / "teacher" / NAME / f"{NAME}.solution.ipynb", as_version=4)


@pytest.fixture(scope="module")
def solved(notebook):
    """The names of the solved notebook."""
    names = {"__name__": "__main__"}
    for cell in notebook.cells:
        if cell.cell_type == "code" and not re.search("^(lab|progress)$|check", cell.id):
            exec(cell.source, names)
    return names


def test_the_solution_meets_crmlab(solved):
    b, a = [4, 7, 9], [5, 7, 6]
    found = satisfaction.disconfirmation(b, a).to_frame().iloc[0]
    assert solved["satisfaction"](b, a) == pytest.approx(
        found[["ratio", "difference", "disappointed"]].to_dict()
    )
    table = satisfaction.evaluation_table()
    scale = range(1, 6)
    assert [[solved["kano_category"](f, d) for d in scale] for f in scale] == table.values.tolist()
    for group in (solved["commuters"], solved["visitors"]):
        study = satisfaction.kano_from_counts(group)
        for feature, row in group.iterrows():
            assert solved["coefficients"](row) == pytest.approx(
                [study.better[feature], study.worse[feature]]
            )
            firm = study.fong.loc[feature, "significant"]
            letters = study.fong.loc[feature, ["first", "second"]]
            assert solved["verdict"](row) == (letters["first"] if firm else "/".join(letters))
    attributes = solved["attributes"]
    grid = satisfaction.importance_performance(attributes["importance"], attributes["satisfaction"])
    assert solved["quadrants"](attributes) == grid.quadrant.tolist()
    assert solved["overall_score"](attributes) == pytest.approx(grid.score)
    derived = satisfaction.derived_importance(solved["riders"], solved["overall"])
    assert solved["derived"] == pytest.approx(derived.beta.to_numpy())
    chain = satisfaction.five_gaps(**solved["levels"], cost=solved["costs"])
    assert solved["gaps"](solved["levels"]) == pytest.approx(chain.gaps.iloc[0].to_dict())
    assert solved["first_gap"](solved["levels"], solved["costs"]) == chain.first
    nps = satisfaction.net_promoter_score(solved["answers"])
    assert solved["nps"](solved["answers"]) == pytest.approx([nps.score, *nps.interval], abs=1e-4)
    turned = satisfaction.reverse_items(solved["staff"], [3], 1, 7)
    assert np.array_equal(solved["reverse"](solved["staff"], 2), turned)
    assert solved["alpha"](turned) == pytest.approx(satisfaction.cronbach_alpha(turned).alpha)
    for margin, riders in ((0.05, 600), (0.03, 2000), (0.08, 250)):
        assert solved["sample_size"](margin, riders) == satisfaction.sample_size(
            margin, population=riders
        )
    path = satisfaction.keep_ratio(1.2, 100, 5, experience=0.25)
    assert solved["service_needed"](1.2, 0.25, 5) == pytest.approx(path.performance.tolist())


def test_servqual_meets_crmlab(solved):
    table = solved["service"]
    found = satisfaction.servqual(
        pd.DataFrame([table["expected"]]),
        pd.DataFrame([table["perceived"]]).set_axis(["expected"]),
        {name: [name] for name in table.index},
        table["points"].to_dict(),
    )
    assert solved["servqual"](table) == pytest.approx(found.score)
    assert solved["servperf"](table) == pytest.approx(found.servperf)


def test_the_memo_says_what_the_data_say(solved, notebook):
    memo = next(cell.source for cell in notebook.cells if "**Advice:" in cell.source)
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
    bicycle = solved["attributes"].loc["bicycle at once"]
    assert f"important ({bicycle['importance']}) and weak ({bicycle['satisfaction']})" in memo
    assert solved["moves_most"] == "at once"
    verdicts = pd.DataFrame(solved["verdicts"], index=solved["commuters"].index)
    assert verdicts.loc["free bicycle at once"].tolist() == ["O", "O", "O"]
    assert verdicts.loc["child seat"].tolist() == ["M", "A", "A/M"]
    assert verdicts.loc["rider's club"].tolist()[:2] == ["A/I", "I"]
    gap = solved["service"]["perceived"] - solved["service"]["expected"]
    assert gap.idxmin() == "responsiveness"
    assert f"−{-gap.min():.1f}." in memo
    assert f"grow by {100 * (solved['growth'] - 1):.0f} %" in memo
    assert solved["last_ride"] == 6
    assert "holds for six rides" in memo
    lost = solved["gaps"](solved["levels"])
    assert min(lost, key=lost.get) == "promotion"
    assert f"already, −{-lost['promotion']:.1f}" in memo
    assert f"procedure loses {-lost['procedure']:.1f} points" in memo
    assert solved["changed"] == "no"


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 satisfaction: You divided the means
    b, a = np.array(perceived), np.array(expected)
    return {"ratio": b.mean() / a.mean(), "difference": (b - a).mean(),
            "disappointed": (b < a).mean()}

q1 satisfaction: upside down
    b, a = np.array(perceived), np.array(expected)
    return {"ratio": (a / b).mean(), "difference": (b - a).mean(), "disappointed": (b < a).mean()}

q1 satisfaction: sign of the difference
    b, a = np.array(perceived), np.array(expected)
    return {"ratio": (b / a).mean(), "difference": (a - b).mean(), "disappointed": (b < a).mean()}

q1 satisfaction: is a share, not a count
    b, a = np.array(perceived), np.array(expected)
    return {"ratio": (b / a).mean(), "difference": (b - a).mean(), "disappointed": (b < a).sum()}

q1 five: perceived comes first
    satisfaction(expected, perceived)

q2 kano_category: Rows and columns are swapped
    return _right(not_there, there)

q2 kano_category: is reverse (R), not questionable
    return "Q" if (there, not_there) == (5, 1) else _right(there, not_there)

q2 coefficients: R and Q do not count
    n = sum(counts.values())
    return [(counts["A"] + counts["O"]) / n, -(counts["O"] + counts["M"]) / n]

q2 coefficients: Worse is negative
    better, worse = _right(counts)
    return [better, -worse]

q2 coefficients: Better comes first
    return _right(counts)[::-1]

q2 coefficients: count in both
    n = sum(counts[c] for c in "AOMI")
    return [counts["A"] / n, -counts["M"] / n]

q3 critical_difference: stands 2n, not n
    both = first + second
    return 1.65 * math.sqrt(both * (2 * n - both) / n)

q3 critical_difference: 2n − a − b, not n − a − b
    both = first + second
    return 1.65 * math.sqrt(both * (n - both) / (2 * n))

q3 critical_difference: factor 1.65 is missing
    return _right(first, second, n) / 1.65

q3 critical_difference: root is missing
    return 1.65 * (first + second) * (2 * n - first - second) / (2 * n)

q3 verdict: A leads by 6 only
    return max("AOMIRQ", key=lambda c: counts[c])

q3 verdict: more frequent letter comes first
    return "/".join(reversed(_right(counts).split("/")))

q3 verdicts: Use `verdict`
    {n: [max("AOMIRQ", key=lambda c: r[c]) for _, r in t.iterrows()] for n, t in groups.items()}

q4 quadrants: Repair and maintenance are swapped
    swap = {"repair": "maintenance", "maintenance": "repair"}
    return [swap.get(name, name) for name in _right(table)]

q4 quadrants: upside down
    return _right(table.assign(satisfaction=-table["satisfaction"]))

q4 quadrants: middle of the scale
    return ["advantage" if i >= 5.5 and s >= 5.5 else "repair"
            for i, s in zip(table["importance"], table["satisfaction"])]

q4 overall_score: plain mean
    return table["satisfaction"].mean()

q4 overall_score: not by the number of attributes
    return (table["importance"] * table["satisfaction"]).mean()

q4 overall_score: divide by their sum
    return (table["importance"] * table["satisfaction"]).sum() / table["satisfaction"].sum()

q5 standardised_weights: did not divide by their standard deviations
    x, y = np.asarray(scores, float), np.asarray(overall, float)
    return np.linalg.lstsq(x - x.mean(axis=0), y - y.mean(), rcond=None)[0]

q5 standardised_weights: Nothing is standardised
    return np.linalg.lstsq(np.asarray(scores, float), np.asarray(overall, float), rcond=None)[0]

q5 standardised_weights: one attribute at a time
    return [np.corrcoef(column, overall)[0, 1] for column in np.asarray(scores, float).T]

q5 moves_most: Brakes are good everywhere
    "brakes"

q5 moves_most: a smaller one
    "staff"

q6 servqual: The sign
    return -_right(table)

q6 servqual: riders care most
    return (table["perceived"] - table["expected"]).mean()

q6 servqual: weights add up to one
    return (table["points"] * (table["perceived"] - table["expected"])).sum()

q6 servperf: weights are missing
    return table["perceived"].mean()

q6 servperf: That is expectation
    return (table["points"] * table["expected"]).sum() / table["points"].sum()

q7 gaps: All signs are turned
    return {name: -size for name, size in _right(levels).items()}

q7 gaps: promotion gap is what is delivered
    return _right(levels) | {"promotion": levels["promised"] - levels["delivered"]}

q7 gaps: sum of the chain
    return _right(levels) | {"perception": levels["perceived"] - levels["expected"]}

q7 first_gap: the widest gap
    return min(gaps(levels), key=gaps(levels).get)

q7 first_gap: cheapest to close
    return min(costs, key=costs.get)

q8 nps: square of the score is missing
    score, n = _right(scores)[0], len(scores)
    ends = sum(s >= 9 or s <= 6 for s in scores) / n
    return [score, score - 1.96 * math.sqrt(ends / n), score + 1.96 * math.sqrt(ends / n)]

q8 nps: Fractions, please
    return [100 * value for value in _right(scores)]

q8 nps: not one
    score, low, high = _right(scores)
    return [score, score - (score - low) / 1.96, score + (high - score) / 1.96]

q8 nps: number of answers is missing
    score, low, high = _right(scores)
    root = math.sqrt(len(scores))
    return [score, score - root * (score - low), score + root * (high - score)]

q8 nps: 6 is a detractor
    return _right([7 if s == 6 else s for s in scores])

q8 nps: 8 is passive
    return _right([9 if s == 8 else s for s in scores])

q8 nps: 7 is passive
    return _right([6 if s == 7 else s for s in scores])

q8 changed: the interval of 140 answers is wide
    "yes"

q9 reverse: so that 1 becomes 7
    turned = np.array(rows)
    turned[:, column] = 7 - turned[:, column]
    return turned

q9 reverse: not −x
    turned = np.array(rows)
    turned[:, column] *= -1
    return turned

q9 reverse: Turn one column only
    return 8 - np.array(rows)

q9 reverse: alpha before reversing
    return rows

q9 alpha: factor k/(k − 1)
    return _right(rows) * (np.array(rows).shape[1] - 1) / np.array(rows).shape[1]

q9 sample_size: for any number of riders
    return math.ceil((1.96 * 0.5 / margin) ** 2)

q9 sample_size: Round up
    return _right(margin, riders) - 1

q9 sample_size: multiply by 0.5
    free = (1.96 / margin) ** 2
    return math.ceil(free / (1 + (free - 1) / riders))

q10 service_needed: Expectation moves after each ride
    return [c * expected] * n

q10 service_needed: take over the whole surprise
    return _right(c, 1, n, expected)

q10 service_needed: That is what riders expect
    return [value / c for value in _right(c, k, n, expected)]

q10 service_needed: The first ride is missing
    return _right(c, k, n + 1, expected)[1:]

q10 growth: the whole surprise (k = 1)
    1.2

q10 growth: That is the growth rate
    1.05 - 1

q10 growth: multiplied, not added
    1 + 0.25 + 0.2

q10 last_ride: One ride too few
    5

q10 last_ride: more than 160
    7

q10 last_ride: until *expectation* reaches 160
    9
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def hints(folder):
    """Return every hint that knows a mistake, as students get them."""
    text = (folder / "student" / NAME / f"{NAME}.checks.json").read_text("utf-8")
    return [
        mistake["hint"]
        for question in json.loads(text)["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]


def test_every_known_mistake_is_made_below(folder):
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    assert [hint for hint in hints(folder) if not any(word in hint for word in words)] == []


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(folder, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    right = names[name]
    if callable(right):
        names["_right"] = right
        code = right.__code__
        given = [*code.co_varnames[: code.co_argcount]]
        defaults = dict(zip(given[::-1], (right.__defaults__ or ())[::-1], strict=False))
        listed = [f"{n}={defaults[n]!r}" if n in defaults else n for n in given]
        exec(f"def {name}({', '.join(listed)}):\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(NAME, folder / "student" / NAME, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
