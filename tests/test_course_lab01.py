"""Lab 1: its values, its memo, and what a student with each misconception reads."""

import inspect
import tomllib

import pandas as pd
import pytest

from crmlab import crm, datasets
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab01_what_crm_is"
WEIGHTS = EXERCISES.parent / "crmlab" / "course" / "gradebook" / "weights.toml"


@pytest.fixture(scope="module")
def lab01(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


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


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 bottle_share: well done, this is a hint
    9 / 656

q1 bottle_share: That is in per cent. In this book
    100 * 9 / (5 * 656)

q1 bottle_share: upside down: that many bottles
    5 * 656 / 9

q1 bottle_share: Put brackets around 5 * 656
    9 / 656 * 5

q1 bottle_share: You rounded
    round(9 / (5 * 656), 4)

q1 break_even: gives the number of H07
    return 9 / (5 * 656)

q1 break_even: You forgot the years
    return price / margin

q1 break_even: That is in per cent. A share
    return 100 * price / (margin * years)

q1 break_even: the price is divided by the worth
    return margin * years / price

q1 break_even: multiplies by the years
    return price / margin * years

q2 loyalty: fell through all rules
    if silent > 0.25:
        return "silent"
    if tenure < 1:
        return "new"
    return "loyal" if orders / (tenure + 1) >= 40 else "long-standing"

q2 loyalty: Who never bought is not new
    return "new" if not tenure >= 1 else _right(orders, tenure, silent)

q2 loyalty: classification by purchase
    return "existing"

q2 loyalty: It is new as well
    if orders > 0 and tenure < 1:
        return "new"
    return _right(orders, tenure, silent)

q2 loyalty: the household has stopped coming
    if orders > 0 and orders / tenure >= 40:
        return "loyal"
    return _right(orders, tenure, silent)

q2 loyalty: Silence begins after 0.25 years here
    if silent > 0.5:
        return "silent"
    return "long-standing" if orders / max(tenure, 1) < 400 else "loyal"

q2 loyalty: however often it comes
    if orders > 0 and silent <= 0.25 and orders / tenure >= 40:
        return "loyal"
    return _right(orders, tenure, silent)

q2 loyalty: `tenure` since the first
    return "silent" if tenure > 0.25 else _right(orders, tenure, silent)

q2 loyalty: Exactly 40 orders a year
    found = _right(orders, tenure, silent)
    return "long-standing" if found == "loyal" and not orders / tenure > 40 else found

q2 loyalty: Look at `silent`, not at `tenure`
    return "silent" if tenure > 0.25 else _right(orders, tenure, silent)

q2 loyalty: Divide the orders by the tenure
    found = _right(orders, tenure, silent)
    return "loyal" if found == "long-standing" and orders >= 40 else found

q2 loyalty: use >, not >=
    return "silent" if silent >= 0.25 else _right(orders, tenure, silent)

q2 silent_households: 27 is the number of the chapter
    (street["silent"] > 0.5).sum()

q2 silent_households: nobody can fall silent who never spoke
    (~(street["silent"] <= 0.25)).sum()

q2 silent_households: That is their share
    (by_loyalty == "silent").mean()

q3 stage: Both borders belong to long-term
    if tenure > 1 and orders > 2:
        return "long-term"
    return "signed" if orders > 0 else _right(orders, tenure, interested, fits)

q3 stage: You asked for the interest first
    return "intending" if interested else _right(orders, tenure, interested, fits)

q3 stage: You began at the bottom
    return "potential"

q3 stage: You used `or`
    if tenure >= 1 or orders >= 2:
        return "long-term"
    return _right(orders, tenure, interested, fits)

q3 stage: You looked at the orders only
    return "long-term" if orders >= 2 else _right(orders, tenure, interested, fits)

q3 stage: You looked at the tenure only
    return "long-term" if tenure >= 1 else _right(orders, tenure, interested, fits)

q3 stage: Rule 3 stands before rule 4
    found = _right(orders, tenure, interested, fits)
    return "target" if found == "intending" and fits else found

q3 stage: Nobody of these has ordered
    if tenure >= 1 and orders >= 2:
        return "long-term"
    return "signed" if orders >= 0 else "potential"

q3 stage: The target is missing
    found = _right(orders, tenure, interested, fits)
    return "potential" if found == "target" else found

q3 stage: You stopped at
    found = _right(orders, tenure, interested, fits)
    return found if orders > 0 else "potential"

q3 asleep: These are all silent households
    (by_loyalty == "silent").sum()

q3 asleep: These are all long-term households
    (by_stage == "long-term").sum()

q3 asleep: who still come
    ((by_stage == "long-term") & (by_loyalty != "silent")).sum()

q3 asleep: 26 is the number of the chapter
    ((by_stage == "long-term") & (street["silent"] > 0.5)).sum()

q3 asleep: That is their share
    (by_loyalty[by_stage == "long-term"] == "silent").mean()

q4 level: One field is left
    found = _right(number, margin, number_cuts, margin_cuts)
    return "reactive" if found == "basic" else found

q4 level: Few and many are changed over
    middle = number_cuts[0] <= number < number_cuts[1]
    other = number if middle else number_cuts[1] if number < number_cuts[0] else 0
    return _right(other, margin, number_cuts, margin_cuts)

q4 level: High and low are changed over
    middle = margin_cuts[0] <= margin < margin_cuts[1]
    other = margin if middle else margin_cuts[1] if margin < margin_cuts[0] else 0
    return _right(number, other, number_cuts, margin_cuts)

q4 level: down instead of across
    rows = (number >= number_cuts[0]) + (number >= number_cuts[1])
    columns = (margin >= margin_cuts[0]) + (margin >= margin_cuts[1])
    return _right(columns, rows, (1, 2), (1, 2))

q4 level: One level is asked for
    found = _right(number, margin, number_cuts, margin_cuts)
    return "basic or reactive" if found == "basic" else found

q4 level: 100 customers are medium, not few
    return _right(number - 0.01, margin - 0.01, number_cuts, margin_cuts)

q4 level: The margins are right
    return _right(number - 0.01, margin, number_cuts, margin_cuts)

q4 level: The numbers are right
    return _right(number, margin - 0.01, number_cuts, margin_cuts)

q5 budget: Your amounts are contacts
    return _right(table, 1, number_cuts, margin_cuts)

q5 budget: Your `total` is the cost of one customer
    found = _right(table, price, number_cuts, margin_cuts)
    return found.assign(total=found["total"] / table["customers"])

q5 budget: Divide like by like
    found = _right(table, price, number_cuts, margin_cuts)
    return found.assign(share=found["total"] / table["margin"])

q5 budget: share of the whole cost
    found = _right(table, price, number_cuts, margin_cuts)
    return found.assign(share=found["total"] / found["total"].sum())

q5 budget: the cost is divided by the margin
    found = _right(table, price, number_cuts, margin_cuts)
    return found.assign(share=table["margin"] * table["customers"] / found["total"])

q5 budget: Your `share` is in per cent
    found = _right(table, price, number_cuts, margin_cuts)
    return found.assign(share=100 * found["share"])

q5 times: so the number is above 1
    coarse["total"].sum() / fine["total"].sum()

q5 times: by how much it is dearer
    fine["total"].sum() - coarse["total"].sum()

q5 times: compared the mean shares
    fine["share"].mean() / coarse["share"].mean()

q5 times: divided the cuts for the number by four
    budget(by_region, 25, (100 / 4, 300 / 4), (500, 1000))["total"].sum() / coarse["total"].sum()

q5 all_partners: The price is missing
    24 * len(left) / left.sum()

q5 all_partners: That is the cost in yuan
    24 * 25 * len(left)

q5 all_partners: as if they were equally large
    24 * 25 / by_segment["margin"].mean()

q5 all_partners: the cost is divided by what they leave
    left.sum() / (24 * 25 * len(left))

q5 all_partners: what the grid's advice costs
    coarse["total"].sum() / left.sum()

q6 missing: Service is there twice
    return [where[task] for task in tasks if task in where and where[task] not in have]

q6 missing: stand in the order of the tasks
    needed = dict.fromkeys(where[task] for task in tasks if task in where)
    return [name for name in needed if name not in have]

q6 missing: Leave out those that are there
    return _right(tasks, [])

q6 missing: functions that no task needs
    return [name for name in functions if name not in _right(tasks, [])]

q6 missing: all functions that are not there
    return [name for name in functions if name not in have]

q6 missing: sorted by the alphabet
    return sorted(_right(tasks, have))

q6 kinds: The six tasks give five
    return _right([task for task in tasks if task in where])

q6 kinds: No task is collaborative
    return {kind: n for kind, n in _right(tasks).items() if n}

q6 kinds: You counted functions
    first = {where.get(task): task for task in tasks}
    return _right(first.values())

q6 kinds: put the unknown task to a kind
    counts = _right(tasks)
    return counts | {"analytical": counts["analytical"] + counts["unknown"], "unknown": 0}

q7 direction: That is the sum
    return 10 * _right(decided)

q7 direction: share of the pairs that run the right way
    places = [place[link] for link in decided]
    return sum(a < b for i, a in enumerate(places) for b in places[i + 1 :]) / 10

q7 direction: The sign is changed over
    return _right(decided[::-1])

q7 direction: You compared neighbours only
    places = [place[link] for link in decided]
    return sum(1 if a < b else -1 for a, b in zip(places, places[1:])) / (len(places) - 1)

q7 direction: You divided by 20
    return 10 * _right(decided) / (len(decided) * (len(decided) - 1))

q7 box: put the order in backwards
    direction(
        ["sales channel", "product or service", "customer", "inputs", "assets and skills"]
    )

q7 box: Not wholly product-centred
    direction(list(place)[::-1])

q7 box: before the channel was chosen
    direction(["assets and skills", "inputs", "customer", "sales channel", "product or service"])

q7 c_of: these are the Ps
    {"a": "place", "b": "promotion", "c": "product", "d": "price"}

q7 c_of: a and d are changed over
    c_of | {"a": c_of["d"], "d": c_of["a"]}

q7 c_of: b and c are changed over
    c_of | {"b": c_of["c"], "c": c_of["b"]}

q7 c_of: a and b are changed over
    c_of | {"a": c_of["b"], "b": c_of["a"]}

q8 retention: divided by the customers of the next year
    before, after = buyers(year, segment), buyers(year + 1, segment)
    return len(before & after) / len(after)

q8 retention: you counted the new ones
    return len(buyers(year + 1, segment)) / len(buyers(year, segment))

q8 retention: That is the share who left
    before, after = buyers(year, segment), buyers(year + 1, segment)
    return len(before - after) / len(before)

q8 retention: compared with the year before
    now, before = buyers(year, segment), buyers(year - 1, segment)
    return len(now & before) / len(now)

q8 retention: So many were kept
    return len(buyers(year, segment) & buyers(year + 1, segment))

q8 hotel_years: You divided by the retention
    1 / retention(2024, "hotel")

q8 hotel_years: The first year, in which
    retention(2024, "hotel") / (1 - retention(2024, "hotel"))

q8 hotel_years: The mean lifetime is one divided by it
    1 - retention(2024, "hotel")

q8 value: The factor 1 + d above the line
    return m / (1 + d - r)

q8 value: without the first margin
    return m * r / (1 + d - r)

q8 value: That is without interest
    return m / (1 - r)

q8 value: Brackets are missing
    return m * (1 + d) / (1 + d) - r

q8 gain: as a multiple of the old one
    return value(1, r + p, d) / value(1, r, d)

q8 gain: You divided the gain by the new value
    return 1 - value(1, r, d) / value(1, r + p, d)

q8 gain: 5 per cent of itself
    return value(1, r * (1 + p), d) / value(1, r, d) - 1

q8 gain: That is the gain in money
    return value(1, r + p, d) - value(1, r, d)

q8 gain: the gain without interest
    return p / (1 - r - p)

q8 gain: you changed before and after over
    return value(1, r, d) / value(1, r + p, d) - 1

q9 claimed: One −p is missing
    return 1 + d - p / g

q9 claimed: The interest is missing
    return 1 - p - p / g

q9 claimed: You multiplied p by g
    return 1 + d - p - p * g

q9 claimed: You divided by 50
    return 1 + d - p - p / (100 * g)

q9 reached: add less than 25 %
    [name for name in five if five[name] < 0.25]

q9 reached: left out the interest
    [name for name in five if gain(retention(2024, name), 0, 0.05) >= 0.25]

q9 reached: another year or another border
    [name for name in five if gain(retention(2023, name), 0.10, 0.05) >= 0.25]

q9 reached: Not everywhere
    list(five)

q9 reached: compared with 25, not
    [name for name in five if five[name] >= 25]

q9 reached: not how many there are
    len(reached)

q9 compare: `counted` is upside down
    found = _right(new, spent, points)
    return found | {"counted": found["kept"] / new}

q9 compare: Both ratios are upside down
    found = _right(new, spent, points)
    return found | {"quoted": spent / new, "counted": found["kept"] / new}

q9 compare: You multiplied by the points
    kept = spent * points
    return {"quoted": new / spent, "kept": kept, "counted": new / kept}

q9 compare: You divided by 4
    kept = spent / (100 * points)
    return {"quoted": new / spent, "kept": kept, "counted": new / kept}

q9 compare: the cost of one who is called
    return {"quoted": new / spent, "kept": spent, "counted": new / spent}

q9 enough: That is in per cent
    100 * 50 / cafe

q9 enough: the cost is divided by the value
    cafe / 50

q9 enough: took the margin of one year
    50 / by_segment.loc["café", "margin"]

q9 enough: The calls cost 50
    118 / cafe

q11 coursework: same weight with you
    return (attendance + participation + work) / 3

q11 coursework: the fraction 0.3
    return 30 * attendance + 30 * participation + 40 * work

q11 final: The weights are exchanged
    return 0.7 * course_mark + 0.3 * exam

q11 final: You took the mean
    return (course_mark + exam) / 2

q11 exam_needed: with equal weights
    return max(0, 2 * aim - course_mark)

q11 exam_needed: what the exam must bring
    return max(0, aim - 0.3 * course_mark)

q11 exam_needed: do not multiply
    return max(0, 0.7 * (aim - 0.3 * course_mark))

q11 exam_needed: no mark below 0
    return (aim - 0.3 * course_mark) / 0.7

q11 exam_needed: Do not cut off at 100
    return min(100, _right(course_mark, aim))

q11 ten_more: how much coursework rises
    0.4 * 10

q11 ten_more: 40 % of coursework
    0.3 * 10

q11 ten_more: ten points in the exam
    0.7 * 10
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\nq")]
BLOCKS = [("q" + head.removeprefix("q"), body) for head, body in BLOCKS]


def test_every_known_mistake_is_made_below(lab01):
    hints = [
        mistake["hint"]
        for question in lab01.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    assert [hint for hint in hints if not any(word in hint for word in words)] == []
    assert len(BLOCKS) >= len(hints)


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab01, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    right = names[name]
    if callable(right):
        names["_right"] = right
        exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab01.name, lab01.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
