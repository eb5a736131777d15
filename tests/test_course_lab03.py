"""Lab 03: its values and its memo."""

import numpy as np
import pandas as pd
import pytest

from crmlab import satisfaction
from tests.labs import built

NAME = "lab03_satisfaction"


@pytest.fixture(scope="module")
def lab03(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab03):
    return lab03.names(lab03.solution)


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


def test_the_memo_says_what_the_data_say(solved, lab03):
    memo = next(cell.source for cell in lab03.solution.cells if "**Advice:" in cell.source)
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
