"""Lab 12: its values and its memo."""

import numpy as np
import pytest

from crmlab import credit
from tests.labs import built

NAME = "lab12_credit"


@pytest.fixture(scope="module")
def lab12(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab12):
    return lab12.names(lab12.solution)


def test_lab12_meets_known_values(solved):
    """The syllabus: WOE .818099 and IV .666012 of checking; factor 28.8539, offset 487.1229."""
    people, bad = solved["people"], solved["bad"]
    assert solved["woe"](people["checking"], bad)["below 0"] == pytest.approx(0.818099, abs=5e-7)
    assert solved["iv"](people["checking"], bad) == pytest.approx(0.666012, abs=5e-7)
    assert solved["below_zero"] == pytest.approx(0.8181, abs=5e-5)
    assert np.round(solved["scale"](600, 50, 20), 4).tolist() == [28.8539, 487.1229]
    assert solved["to_score"](1 / 201) == pytest.approx(solved["at_200"])
    for p in (0.01, 0.3, 0.9):
        assert solved["to_probability"](solved["to_score"](p)) == pytest.approx(p)


def test_lab12_meets_crmlab_on_ratings(solved):
    past, table = solved["past"], solved["indicators"].assign(group="capital")
    for missing, rule in ((0, "worst"), (0.5, "middle")):
        found = credit.credit_rating(
            past, table, scale={"A": 70, "B": 55, "C": 40, "D": 0}, missing=rule, least=0,
        ).scores  # fmt: skip
        scores = solved["rate"](past, table, missing)
        assert scores.to_numpy() == pytest.approx(found["score"].to_numpy())
        assert solved["grade"](scores, 0 * past["court_records"]) == found["grade"].tolist()
    score = solved["rate"](past, table)
    power = credit.discrimination(score, past["fails"])
    assert solved["auc"](score, past["fails"]) == pytest.approx(power.auc)
    assert solved["ks"](score, past["fails"]) == pytest.approx(power.ks)


def test_lab12_meets_crmlab_on_scorecards(solved):
    card, people, test = solved["card"], solved["people"], solved["test"]
    points = card.points_
    table = {name: points.loc[name]["points"].to_dict() for name in card.features_}
    for row in (700, 735, 801):
        one = people.iloc[[row]]
        found = card.reasons(one)
        bins = found.table["bin"].to_dict()
        own = solved["score_of"](bins, table, card.base_points_)
        assert own == pytest.approx(found.score)
        expected = [name for name, lost in found.table["lost"].items() if lost > 1e-9]
        assert solved["reasons"](bins, table, 9) == expected
    score = card.score(test)
    found = credit.cut_offs(score, test["bad"], 1, 5)
    assert solved["best_cut"](score, test["bad"], 1, 5) == pytest.approx(found.best)
    at = found.at_best
    assert solved["profit"](score, test["bad"], found.best, 1, 5) == pytest.approx(at["profit"])
    everyone, renters = solved["everyone"], solved["renters"]
    rented = people[people["housing"] == "rent"]
    stability = credit.population_stability(people["checking"], rented["checking"])
    assert solved["psi"](everyone, renters) == pytest.approx(stability.psi)
    assert solved["by_chance"] == pytest.approx(stability.by_chance)
    table = credit.fairness(solved["granted"]["with"], solved["bad"], solved["young"])
    assert solved["ratios"][0] == pytest.approx(table.ratio)
    shares = solved["approval"](solved["granted"]["with"], solved["young"])
    assert shares == pytest.approx(table.table["approval"].to_dict())


def test_joined_bins_rise_and_keep_everybody(solved):
    rng = np.random.default_rng(1)
    for _ in range(50):
        good, bad = rng.integers(1, 30, (2, 8))
        joined = np.array(solved["join"](good, bad))
        assert (np.diff(joined[:, 1] / joined.sum(axis=1)) > 0).all()
        assert joined.sum(axis=0).tolist() == [good.sum(), bad.sum()]


def test_the_memo_says_what_the_data_say(solved, lab12):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab12.solution.cells if "**Advice:" in cell.source)
    test, score = solved["test"], solved["card"].score(solved["test"])
    assert f"AUC of {solved['held_out']:.2f}, against {solved['apparent']:.2f} on" in memo
    assert f"with {test['bad'].sum()} bad ones" in memo
    power = credit.discrimination(solved["large"].score(test), test["bad"])
    assert (power.high - power.low) / 2 == pytest.approx(0.05, abs=0.01)
    cut_30, cut_5 = solved["best_cut"](score, test["bad"], 1, 5), solved["cut_at_5"]
    assert f"cut at {cut_30:.0f} for 30 % bad ones and at {cut_5:.0f} for 5 %" in memo
    weight = solved["weight"]
    refused = 1 - (weight * (score >= cut_30)).sum() / weight.sum()
    assert f"refuse {100 * refused:.0f} % of such" in memo
    first, second = (
        solved["profit"](score, test["bad"], cut, 1, 5, weight) for cut in (cut_30, cut_5)
    )
    assert f"earn {first:.2f} per applicant in place of {second:.2f}" in memo
    with_age, without = solved["ratios"]
    assert f"credit {with_age:.2f} times as often as the others, without it {without:.2f}" in memo
    auc = [solved["auc"](solved["scores"][way], solved["bad"]) for way in ("with", "without")]
    assert f"from {auc[0]:.3f} to {auc[1]:.3f}" in memo
    own = solved["auc"](
        solved["rate"](solved["past"], solved["indicators"]), solved["past"]["fails"]
    )
    assert f"put {100 * own:.0f} % of the pairs" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
