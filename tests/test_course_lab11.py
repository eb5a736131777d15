"""Lab 11: its values and its memo."""

import numpy as np
import pandas as pd
import pytest

from crmlab import grading
from crmlab.grading.key_accounts import ROLES, SITUATIONS, TRAITS
from tests.labs import built

NAME = "lab11_portfolios"


@pytest.fixture(scope="module")
def lab11(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab11):
    return lab11.names(lab11.solution)


def test_lab11_meets_crmlab_on_portfolios(solved):
    accounts, table = solved["accounts"], solved["clp_table"](solved["accounts"])
    found = grading.clp(table["current"], table["potential"])
    assert table["cell"].tolist() == found.cells.tolist()
    assert solved["base"] == pytest.approx(found.cuts)
    score = solved["factor_score"]
    attractive = score(solved["attraction"], solved["attraction_weights"])
    assert attractive.tolist() == pytest.approx(
        grading.factor_scores(solved["attraction"], solved["attraction_weights"]).scores.tolist()
    )
    strength = score(solved["we"] - solved["rival"], solved["strength_weights"])
    found = grading.kaism(attractive, strength, cut=(5.5, 0))
    assert solved["by_kaism"].tolist() == found.cells.tolist()
    share = accounts["ours"] / accounts["volume"]
    found = grading.volume_share(accounts["volume"], share, cut=("median", 0.5))
    assert solved["by_share"].tolist() == found.cells.tolist()
    for cells in (table["cell"], solved["by_kaism"], solved["by_share"]):
        assert cells.nunique() == 4  # each cell has a customer
    # No account stands so near a cut that another computer's last digit could move it.
    assert min(abs(attractive - 5.5)) > 0.01
    assert min(abs(strength)) > 0.01


def test_lab11_meets_crmlab_on_firmness(solved):
    table = solved["clp_table"](solved["accounts"])
    before = grading.clp(table["current"], table["potential"])
    cuts = solved["cuts"][:60]
    same = [before.move_cuts(a, b).cells == before.cells for a, b in cuts]
    found = solved["stays"](table, before.cuts, cuts)
    assert found.tolist() == pytest.approx(np.mean(same, axis=0).tolist())


def test_lab11_meets_crmlab_on_campaigns(solved):
    test = solved["test"]
    rate = test["answered"] / test["mailed"]
    assert solved["break_even"](1.2, 30, 0.01) == pytest.approx(
        float(grading.break_even_response(1.2, 30, 0.01))
    )
    profit = grading.campaign_profit(test["customers"], rate, 1.2, 30, baseline=0.01)
    assert solved["cell_profit"](test, 1.2, 30, 0.01).tolist() == pytest.approx(profit.tolist())
    assert solved["chosen"] == list(test.index[rate > solved["break_even"](1.2, 30, 0.01)])
    held, big = solved["held"], solved["big"]
    # crmlab draws a straight line through equals, and its tenths are equally large.
    score = solved["known"]["amount"][held].drop_duplicates()[:1000]
    hit = big[score.index]
    found = grading.gains(score.to_numpy(), hit.to_numpy()).to_frame()
    table = solved["gain_table"](score, hit)
    for ours, theirs in {"hits": "responses", "gain": "gain", "lift": "lift"}.items():
        assert table[ours].tolist() == pytest.approx(found[theirs].tolist())


def test_lab11_meets_scikit_learn(solved):
    from sklearn.metrics import confusion_matrix
    from sklearn.tree import DecisionTreeClassifier

    known, big, learn, held = (solved[name] for name in ("known", "big", "learn", "held"))
    amount = known.loc[learn, ["amount"]]
    tree = DecisionTreeClassifier(max_depth=1).fit(amount, big[learn])
    cut, gain = solved["best_split"](amount["amount"], big[learn])
    assert cut == pytest.approx(tree.tree_.threshold[0])
    left, right = tree.tree_.impurity[1:]
    share = tree.tree_.n_node_samples[1] / len(amount)
    after = share * left + (1 - share) * right
    assert gain == pytest.approx(tree.tree_.impurity[0] - after, abs=1e-8)
    said = known["amount"][held] >= 1600
    counts = solved["confusion"](big[held], said)
    assert [counts[name] for name in ("right silence", "false alarm", "missed", "right alarm")] == (
        confusion_matrix(big[held], said).ravel().tolist()
    )


def test_the_column_that_leaks_is_too_good(solved):
    accuracy = solved["held_out_accuracy"]
    assert solved["baseline"] < solved["honest"] < solved["leaky"]
    assert max(solved["features"], key=lambda name: accuracy([name], 1)) == solved["leak"]
    # "is right for 89 of 100 beats the rule by nine households in 100"
    assert round(100 * solved["honest"]) == 89
    assert round(100 * (solved["honest"] - solved["baseline"])) == 9


def test_lab11_meets_crmlab_on_key_accounts(solved):
    assert set(solved["roles"].values()) == set(ROLES)
    points, weights = solved["hospital"], solved["trait_weights"]
    answers = pd.DataFrame([list(points.values())], ["City Hospital"], list(TRAITS))
    shares = {
        trait: w / sum(weights.values()) for trait, w in zip(TRAITS, weights.values(), strict=True)
    }
    assert solved["trait_score"](points, weights) == pytest.approx(
        grading.account_score(answers, shares).scores["City Hospital"]
    )
    assert set(solved["situations"](solved["purchases"])) == set(SITUATIONS)
    weight = {"yes": 1, "maybe": 0.5, "no": 0}
    for name in SITUATIONS:
        taken = grading.buying_steps()[name].map(weight)
        hours = sum(taken[step] * spent for step, spent in solved["step_hours"].items())
        assert solved["hours_needed"]([name], solved["step_hours"]) == pytest.approx(hours)


def test_the_memo_says_what_the_data_say(solved, lab11):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab11.solution.cells if "**Advice:" in cell.source)
    plan, habit = solved["plan"], solved["habit"]
    assert f"**Advice: {', '.join(plan[:3])} and {plan[3]}.**" in memo
    assert len(plan) == len(habit) == 4
    hours, gain = solved["accounts"]["hours"], solved["gain"]
    assert f"They take {hours[plan].sum()} hours" in memo
    assert f"expected to gain {solved['plan_gain']:,.0f}" in memo
    assert f"we would serve {', '.join(habit[:3])} and {habit[3]} and lose" in memo
    assert f"lose {-solved['habit_gain']:,.0f}" in memo
    assert f"Airport would gain {gain['Airport']:,.0f}, but for {hours['Airport']} hours" in memo
    per_hour = gain / hours
    assert f"{per_hour['Airport']:.0f} an hour, less than City Hospital's" in memo
    assert f"City Hospital's {per_hour['City Hospital']:.0f}." in memo
    assert f"Bakery Chain would cost {-gain['Bakery Chain']:,.0f} more" in memo
    firm = solved["firmness"]
    assert solved["doubtful"] == ["Harbour Hotel", "Museum"]
    assert f"keeps its cell in {100 * firm['Harbour Hotel']:.0f} % of the draws" in memo
    assert f"Museum in {100 * firm['Museum']:.0f} %" in memo
    potential = solved["clp_table"](solved["accounts"])["potential"]
    turn = 30 * hours["City Hospital"] / potential["City Hospital"]
    assert f"Below {100 * turn:.1f} % City Hospital" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
