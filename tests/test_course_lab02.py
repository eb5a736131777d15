"""Lab 02: its values and its memo."""

import math

import pytest

from crmlab import datasets, lifecycle
from tests.labs import built

NAME = "lab02_lifecycle"
# Weeks without relapse of 21 patients treated with 6-MP (Freireich and others 1963); 1: relapse.
RELAPSE = [6, 6, 6, 7, 10, 13, 16, 22, 23]
NONE_YET = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


@pytest.fixture(scope="module")
def lab02(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab02):
    return lab02.names(lab02.solution)


def test_lab02_meets_published_survival(solved):
    """Kaplan-Meier of the 6-MP group: 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448."""
    curve = solved["survival_curve"](RELAPSE + NONE_YET, [1] * 9 + [0] * 12)
    assert [time for time, _share in curve] == [6, 7, 10, 13, 16, 22, 23]
    shares = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [share for _time, share in curve] == pytest.approx(shares, abs=5e-4)
    assert solved["median_life"](curve) == 23


def test_lab02_meets_crmlab_on_survival(solved):
    life = solved["life"]
    for name, part in life.groupby("segment"):
        found = lifecycle.kaplan_meier(part["years"], part["gone"])
        middles = [0.5, 1.5, 2.5, 3.5, 4.5]
        ours = [solved["share_at"](solved["curves"][name], t) for t in middles]
        assert ours == pytest.approx(found.survival_at(middles))
        median = solved["medians"][name]
        assert (math.nan if median is None else median) == pytest.approx(found.median, nan_ok=True)
        cost, profit = solved["economics"].loc[name, ["acquisition", "profit"]]
        plan = lifecycle.lifecycle_profit(
            5, base=profit, retention=ours, acquisition=cost + solved["machine"], rate=0.1
        )
        assert solved["paths"][name] == pytest.approx(plan.table["cumulative"].tolist())
        year = solved["break_even"](solved["paths"][name])
        assert (math.nan if year is None else year) == pytest.approx(plan.break_even, nan_ok=True)


def test_lab02_meets_crmlab_on_the_base(solved):
    rate = solved["churn"](range(100), range(20, 130))
    known = lifecycle.churn(20, 100)
    assert rate == pytest.approx([known.rate, known.lifetime])
    found = lifecycle.cohort_table(solved["orders"], end="2025-12-31").shares
    ours = solved["retention"](solved["company_log"])
    assert ours.to_numpy() == pytest.approx(found.to_numpy(), nan_ok=True)
    assert list(ours.index) == list(found.index)


def test_lab02_meets_crmlab_on_stages(solved):
    assert solved["names"].tolist() == solved["detected"].table["stage"].tolist()
    assert solved["expected"] == pytest.approx(solved["detected"].expected["decline"])
    six = lifecycle.six_stages()["stage"]
    for one, stage in six.items():
        counts = dict.fromkeys(six.index, 0) | {one: 7}
        assert solved["to_four"](counts)[stage] == 7
    names = [name for name, _chinese in lifecycle.pattern_names()]
    assert solved["patterns"] == names
    judged = solved["judged"]
    table = lifecycle.Confusion(judged).to_frame()
    for name in names:
        assert solved["reading"](judged, name) == pytest.approx(
            table.loc[name, ["found", "true"]].tolist()
        )


def test_lab02_patterns_agree_with_the_simulation(solved):
    """Seen to the end, the true stages of a simulated relationship give its true pattern."""
    lives = lifecycle.simulate_relationships(60, 40, seed=3)
    ended = 0
    for customer, stages in lives.stages.iterrows():
        found = solved["pattern"](stages.tolist())
        if found != "still runs":
            ended += 1
            assert found == lives.truth.loc[customer, "pattern"]
    assert ended > 20


def test_lab02_pencil_work(solved):
    assert solved["yearly_profit"](solved["pays_from"], 0) == pytest.approx(0)
    at_most = [math.exp(-3) * total for total in (1, 4, 8.5)]
    assert [solved["at_most"](n, 3) for n in range(3)] == pytest.approx(at_most)


def test_the_memo_says_what_the_data_say(solved, lab02):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab02.solution.cells if "**Advice:" in cell.source)
    medians, paths = solved["medians"], solved["paths"]
    left_over = {name: path[-1] for name, path in paths.items()}
    years = {name: solved["break_even"](path) for name, path in paths.items()}
    assert f"those who left, {solved['leavers']:.2f} years" in memo
    assert f"half are still there after {medians['office']:.1f} years" in memo
    assert f"cafés are gone after {medians['café']:.1f} years" in memo
    assert medians["school"] is None
    assert years == {"café": None, "hotel": None, "office": 5, "school": 5}
    assert f"back in year {years['office']} and leaves {left_over['office']:.0f} yuan" in memo
    assert f"come out at {left_over['school']:.0f} yuan" in memo
    assert f"bring most a year, {solved['economics']['profit'].max():.0f} yuan" in memo
    assert solved["economics"]["profit"].idxmax() == "café"
    missing = f"{-left_over['café']:.0f} yuan are missing, with hotels {-left_over['hotel']:.0f}"
    assert missing in memo
    assert 1550 < min(solved["limits"].values()) < 1560
    assert [name for name, value in left_over.items() if abs(value) > 50] == ["office"]
    words = memo.split("<!-- BEGIN SOLUTION -->")[-1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


def test_the_case_quotes_numbers_of_the_chapter():
    """Less than a year for those who left; almost four years by the churn rate of 2025."""
    orders = datasets.load("company_orders")
    before = lifecycle.lifetimes(orders, 180, end="2024-12-31")
    after = lifecycle.lifetimes(orders, 180, end="2025-12-31")
    there = before.index[~before["gone"]]
    year = lifecycle.churn(int(after.loc[there, "gone"].sum()), len(there))
    assert 3.8 < year.lifetime < 4
    assert after.loc[after["gone"], "time"].mean() < 365
