"""Lab 1: its values and its memo."""

import tomllib

import pandas as pd
import pytest

from crmlab import crm, datasets
from tests.labs import EXERCISES, built

NAME = "lab01_what_crm_is"
WEIGHTS = EXERCISES.parent / "crmlab" / "course" / "gradebook" / "weights.toml"


@pytest.fixture(scope="module")
def lab01(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab01):
    return lab01.names(lab01.solution)


def test_lab01_meets_known_values(solved):
    """The bottle of the chapter; Reichheld and Sasser: from 90 to 95 % doubles the lifetime."""
    assert solved["bottle_share"] == pytest.approx(9 / 3280)
    assert solved["bottle_share"] == solved["break_even"](9, 656, 5)
    assert solved["gain"](0.90, 0, 0.05) == pytest.approx(1)
    assert solved["claimed"](1.0, 0, 0.05) == pytest.approx(0.90)
    assert solved["gain"](solved["claimed"](0.95, 0.1, 0.05), 0.1, 0.05) == pytest.approx(0.95)


def test_lab01_meets_crmlab_on_types(solved):
    street = datasets.load("corner_shop").set_index("household")
    found = crm.customer_types(street, silent_after=0.25, loyal_orders=40)
    assert solved["by_loyalty"].tolist() == found.types["loyalty"].tolist()
    assert solved["by_stage"].tolist() == found.types["stage"].tolist()
    assert solved["silent_households"] == found.counts["loyalty", "silent"]
    assert solved["asleep"] == found.cross("stage", "loyalty").loc["long-term", "silent"]


def test_the_hints_that_speak_of_the_chapter_know_its_numbers():
    street = datasets.load("corner_shop").set_index("household")
    chapter = crm.customer_types(street, silent_after=0.5, loyal_orders=50)
    assert chapter.counts["loyalty", "silent"] == 27
    assert chapter.cross("stage", "loyalty").loc["long-term", "silent"] == 26


@pytest.mark.parametrize("name", ["by_segment", "by_region"])
def test_lab01_meets_crmlab_on_levels(solved, name):
    table, cuts = solved[name], ((100, 300), (500, 1000))
    cost = {level: 25 * n for level, n in solved["contacts"].items()}
    found = crm.relationship_levels(table, *cuts).budget(cost)
    ours = solved["budget"](table, 25, *cuts)
    pd.testing.assert_frame_equal(ours, found[["level", "total", "share"]], check_dtype=False)


def test_lab01_meets_the_whole_grid(solved):
    numbers, margins = {"few": 1, "medium": 2, "many": 3}, {"low": 1, "medium": 2, "high": 3}
    for number, n in numbers.items():
        for margin, m in margins.items():
            ours = solved["level"](n, m, (2, 3), (2, 3))
            assert ours == crm.relationship_level(number, margin)[0]


def test_lab01_meets_crmlab_on_systems_and_chains(solved):
    wish = solved["wish"]
    found = crm.needed_functions(wish, ["customer information"])
    assert solved["missing"](wish, ["customer information"]) == list(found.missing)
    kinds = solved["kinds"](wish)
    assert kinds.pop("unknown") == len(found.unknown)
    tasks = found.table.groupby("kind")["tasks"].sum()
    assert kinds == tasks.to_dict()
    links = list(crm.value_chain("customer").links)
    assert solved["direction"](["customer", *reversed([*solved["place"]][1:])]) == pytest.approx(
        crm.chain_direction(["customer", *reversed(links[1:])])
    )
    assert solved["c_of"]["a"] == crm.four_c().loc["place", "c"]
    assert sorted(solved["c_of"].values()) == sorted(crm.four_c()["c"])


def test_lab01_meets_crmlab_on_retention(solved):
    kept = {name: solved["retention"](2024, name) for name in solved["by_segment"].index}
    found = crm.retention_gain(list(kept.values()), 0.10)
    assert list(solved["five"].values()) == pytest.approx(found.relative.tolist())
    assert solved["value"](884, 0.7, 0.1) == pytest.approx(
        crm.retention_gain(0.7, 0.1, 884).before.item()
    )
    assert solved["hotel_years"] == pytest.approx(crm.mean_lifetime(kept["hotel"]))
    assert solved["claimed"](0.25, 0.1, 0.05) == pytest.approx(crm.claimed_retention(0.25, 0.1))
    both = crm.new_or_kept(
        acquisition_spend=11800, prospects=1000, won=100,
        retention_spend=50 * 371, customers=371, points=0.04,
    )  # fmt: skip
    ours = solved["compare"](118, 50, 0.04)
    assert ours["quoted"] == pytest.approx(both.quoted)
    assert ours["counted"] == pytest.approx(both.true)


def test_the_cost_of_a_new_cafe_is_that_of_the_data(solved):
    people = solved["customers"]
    new = (people["acquired"].dt.year == 2025) & (people["segment"] == "café")
    assert round(people.loc[new, "acquisition_cost"].mean()) == 118


def test_the_memo_says_what_the_data_say(solved, lab01):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab01.solution.cells if "**Advice:" in cell.source)
    assert f"would cost {100 * solved['all_partners']:.0f} % of what" in memo
    assert f"advice costs {solved['coarse']['total'].sum():,.0f} yuan" in memo
    assert f"it costs {solved['times']:.1f} times as much" in memo
    five = {name: f"{100 * gain:.0f} %" for name, gain in solved["five"].items()}
    assert f"{five['office']} for offices and {five['school']} for schools" in memo
    assert f"{five['hotel']} for hotels and {five['café']} for cafés" in memo
    assert solved["reached"] == ["office", "school"]
    assert max(solved["five"].values()) < 0.95
    kept = solved["compare"](118, 50, 0.04)["kept"]
    assert f"one more that stays {kept:,.0f}" in memo
    assert f"less than the {solved['cafe']:,.0f} that" in memo
    assert 118 < kept < solved["cafe"]
    assert f"pay from {100 * solved['enough']:.1f} points on" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 150


def test_lab01_marks_by_the_rules_of_the_gradebook(solved):
    """The example of the course's rules, and the weights of `crmlab gradebook`."""
    assert solved["coursework"](100, 80, 100) == pytest.approx(94)
    assert solved["final"](94, 60) == pytest.approx(70.2)
    weights = tomllib.loads(WEIGHTS.read_text("utf-8"))
    parts = weights["coursework"]
    assert list(parts) == ["attendance", "participation", "work"]
    for n, part in enumerate(parts):
        marks = [100 if k == n else 0 for k in range(3)]
        assert solved["coursework"](*marks) == pytest.approx(parts[part])
    assert solved["final"](100, 0) == pytest.approx(weights["final"]["coursework"])
    assert solved["final"](0, 100) == pytest.approx(weights["final"]["exam"])
    needed = solved["exam_needed"](66, 71)
    assert solved["final"](66, needed) == pytest.approx(71)
    higher = solved["final"](solved["coursework"](50, 50, 60), 50)
    assert higher - solved["final"](50, 50) == pytest.approx(solved["ten_more"])
