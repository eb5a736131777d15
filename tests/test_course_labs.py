"""Every lab: full marks for its solution, none for the blank, its own hint for each mistake."""

import json
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

import crmlab.clv
from crmlab.course import Lab
from crmlab.course._evaluate import Outcome, evaluate
from crmlab.course._values import Options, difference
from crmlab.course.build import build
from crmlab.course.lab import judge

EXERCISES = Path(__file__).parents[1] / "exercises"
MASTERS = sorted(EXERCISES.glob("lab*.md"))
LAB07 = "lab07_customer_worth"
SIX = ("first_purchase", "repeat_purchase", "cross_selling", "cost_saving", "referral")
SIX += ("price_tolerance",)


def built_once(path, out):
    """Build a master in the folder, or find it built by another test of this run."""
    run = out.parents[1] if "PYTEST_XDIST_WORKER" in os.environ else out.parent
    ready = run / "built-labs" / path.stem
    if not ready.exists():
        build(path, out, "a seed for tests")
        ready.parent.mkdir(exist_ok=True)
        with suppress(OSError):  # another worker was quicker
            out.rename(ready)
    return ready


class Built:
    """One lab as built, with its files read."""

    def __init__(self, path, out):
        self.path, self.name = path, path.stem
        out = built_once(path, out)
        self.student = out / "student" / self.name
        self.teacher = out / "teacher" / self.name
        self.notebook = nbformat.read(self.student / f"{self.name}.ipynb", as_version=4)
        self.solution = nbformat.read(self.teacher / f"{self.name}.solution.ipynb", as_version=4)
        self.checks = json.loads((self.student / f"{self.name}.checks.json").read_text("utf-8"))
        self.key = json.loads((self.teacher / f"{self.name}.key.json").read_text("utf-8"))

    def names(self, notebook, override=None):
        """Run a notebook's own cells here, past errors, and return its names.

        `override` maps the id of a cell to other code.
        """
        names = {"__name__": "__main__", "display": lambda *shown: None}
        for cell in notebook.cells:
            if cell.cell_type != "code" or cell.id in ("lab", "progress") or "check" in cell.id:
                continue
            try:
                exec((override or {}).get(cell.id, cell.source), names)
            except Exception as error:
                names["error"] = error
        return names

    def marks(self, names):
        """Return the points of each question for these names, by the key."""
        return {
            question["id"]: sum(
                check["points"]
                for check in question["checks"]
                if not (outcome := evaluate(check["expr"], names)).problem
                and not difference(
                    outcome.value, check["expected"], Options(**check.get("options", {}))
                )
            )
            for question in self.key["questions"]
            if not question["manual"]
        }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a function that builds a master once."""
    return cache(lambda path: Built(path, tmp_path_factory.mktemp("labs")))


@pytest.fixture(scope="module", params=MASTERS, ids=lambda path: path.stem)
def lab(request, built):
    return built(request.param)


def test_there_are_labs():
    assert LAB07 in {path.stem for path in MASTERS}


def test_the_solution_has_full_marks(lab):
    names = lab.names(lab.solution)
    assert "error" not in names
    full = {q["id"]: q["points"] for q in lab.key["questions"] if not q["manual"]}
    assert lab.marks(names) == pytest.approx(full)


def test_the_blank_has_none(lab):
    assert set(lab.marks(lab.names(lab.notebook)).values()) == {0}


def test_each_known_mistake_is_met_by_its_own_hint(lab):
    for question in lab.checks["questions"]:
        for check in question["checks"]:
            for mistake in check.get("mistakes", []):
                line = judge(check, Outcome(value=mistake["value"]))
                assert not line.right
                assert line.text.endswith(f" {mistake['hint']}"), line


def test_every_question_knows_mistakes_and_has_hidden_checks(lab):
    for question in lab.checks["questions"]:
        if question["manual"]:
            continue
        hints = [m["hint"] for check in question["checks"] for m in check.get("mistakes", [])]
        name = question["id"]
        assert len(hints) >= 2, f"{name} must know two mistakes; it knows {len(hints)}"
        assert len(set(hints)) == len(hints), f"{name} gives two mistakes the same hint"
        assert question["hidden"] >= 2, f"{name} needs two hidden checks, or one with repeat: 2"


def solved_lines(path):
    """Return the lines of a master that stand between the marks of a solution."""
    inside, lines = False, []
    for line in path.read_text("utf-8").splitlines():
        word = line.strip().removeprefix("<!-- ").removesuffix(" -->")
        if word in ("# BEGIN SOLUTION", "BEGIN SOLUTION"):
            inside = True
        elif word in ("# END SOLUTION", "END SOLUTION"):
            inside = False
        elif inside or line.endswith("# SOLUTION"):
            lines.append(line.strip().removesuffix("# SOLUTION").strip())
    return [line for line in lines if len(line) > 20]


def test_students_get_no_solution_and_no_hidden_input(lab):
    assert {file.name for file in lab.student.iterdir() if file.is_file()} == {
        f"{lab.name}.ipynb",
        f"{lab.name}.checks.json",
    }
    text = "\n".join(cell.source for cell in lab.notebook.cells)
    given = text + (lab.student / f"{lab.name}.checks.json").read_text("utf-8")
    solution = solved_lines(lab.path)
    assert solution
    for line in solution:
        assert line not in text
    assert "SOLUTION" not in text
    hidden = [
        check
        for question in lab.key["questions"]
        for check in question["checks"]
        if check["hidden"]
    ]
    assert hidden
    for check in hidden:
        assert json.dumps(check["expr"], ensure_ascii=False)[1:-1] not in given


def test_the_points_add_up(lab):
    for question in lab.key["questions"]:
        if not question["manual"]:
            total = sum(check["points"] for check in question["checks"])
            assert total == pytest.approx(question["points"])
    assert lab.key["points"] == sum(question["points"] for question in lab.key["questions"])


# ------------------------------------------------------------------------------------- Lab 07


@pytest.fixture(scope="module")
def lab07(built):
    return built(EXERCISES / f"{LAB07}.md")


@pytest.fixture(scope="module")
def solved(lab07):
    return lab07.names(lab07.solution)


def test_lab07_meets_published_values(solved):
    """The syllabus's own examples, Gupta and Lehmann's table, Pfeifer and Carraway's values."""
    assert round(solved["revenue_model"](2000, 500, 0.09, 5)) == 3945
    assert round(solved["contribution_model"](2000, 500, 0.09, 5, 400, 10)) == 3506
    table = solved["comparison"].round()
    assert table["model_1"].tolist() == [1945, 1750]
    assert table["model_3"].tolist() == [1167, 1361]
    multiple = solved["margin_multiple"]
    assert [round(multiple(r, 0.12), 2) for r in (0.6, 0.7, 0.8, 0.9)] == [1.15, 1.67, 2.5, 4.09]
    chances = [0.3, 0.2, 0.15, 0.05]
    values = solved["migration_value"](chances, 40, 4, 0.2)
    assert [round(v, 3) for v in values] == [52.320, 5.554, 1.251, -1.820, 0]
    stopped = solved["migration_value"](chances[:3], 40, 4, 0.2)
    assert [round(v, 3) for v in stopped[:3]] == [53.149, 6.621, 2.644]
    assert solved["best_stop"](chances, 40, 4, 0.2) == 3


def test_lab07_meets_crmlab(solved):
    clv = crmlab.clv
    assert solved["present_value"]([1, 2, 3], 0.07, "middle") == pytest.approx(
        clv.present_value([1, 2, 3], 0.07, "middle")
    )
    assert solved["retention_value"](120, 0.7, 0.11, 9) == pytest.approx(
        clv.retention_value(120, 0.7, 0.11, 9)
    )
    base = {"margin": 100, "retention": 0.8, "rate": 0.1}
    swings = clv.tornado(clv.retention_value, base, 0.1).to_frame()["swing"]
    assert solved["swings"](**base, share=0.1) == pytest.approx(swings.to_dict())
    assert solved["break_even_retention"](100, 0.1, 150) == pytest.approx(
        clv.break_even(clv.retention_value, {**base, "acquisition_cost": 150}, "retention", 0, 0.99)
    )
    events = solved["events"]
    forecast = clv.event_prediction(
        events.assign(customer="hotel"),
        0.1,
        time="year",
        certain_cost="certain_cost",
    )
    assert solved["hotel_value"] == pytest.approx(forecast.present_value["hotel"])
    plan = solved["plan"]
    assert plan["value"].tolist() == pytest.approx(
        [
            clv.retention_value(margin, kept, 0.1, include_first=True)
            for margin, kept in zip(plan["margin"], plan["retention"], strict=True)
        ]
    )


def test_lab07_takes_a_value_apart_as_crmlab_does(solved):
    clv = crmlab.clv
    rows = dict(zip(SIX, solved["cafe"].to_numpy(), strict=True))
    # A number is money of today, a sequence begins with period 1.
    later = {name: row[1:] for name, row in rows.items() if name != "first_purchase"}
    six = clv.six_parts(first_purchase=rows["first_purchase"][0], **later, rate=0.1)
    assert solved["parts"].tolist() == pytest.approx(six.to_frame()["present_value"].tolist())
    entries, given = solved["entries"], np.array(solved["sources"])
    streams = {
        name.replace(" ", "_"): [
            entries["amount"][(given == name) & (entries["year"] == year)].sum()
            for year in (1, 2, 3)
        ]
        for name in solved["SOURCES"]
    }
    five = clv.five_parts(**streams, rate=0.1).to_frame()["present_value"]
    assert list(solved["by_source"](entries, given, 0.1).values()) == pytest.approx(five.tolist())

    def stages(school):
        named = {name.replace("-", "_"): revenue for name, revenue in school.items()}
        years = sum(len(revenue) for revenue in school.values())
        costs = {f"{n}_cost": [c] * years for n, c in solved["yearly_costs"].items()}
        return clv.stage_form(**named, acquisition_cost=200, **costs, rate=0.08).total

    assert solved["stage_form"](solved["school"], solved["yearly_costs"], 200, 0.08) == (
        pytest.approx(stages(solved["school"]))
    )
    assert solved["longer"] == pytest.approx(stages(solved["one_more"]) - stages(solved["school"]))


def test_the_memo_of_lab07_says_what_the_data_say(solved, lab07):
    """The model answer's numbers are typed: hold them to the tables."""
    memo = next(cell.source for cell in lab07.solution.cells if "**Advice:" in cell.source)
    plan = solved["plan"].set_index("segment")
    assert plan["strategy"].to_dict() == {
        "office": "win more",
        "school": "win more",
        "café": "raise retention",
        "hotel": "charge for service",
    }
    value = plan["value"].round(-1).astype(int)
    assert (
        f"about {value['office']:,}, a café {value['café']:,} and a hotel {value['hotel']:,}"
        in (memo)
    )
    assert abs(value["office"] - value["school"]) <= 10
    kept = (100 * plan["retention"]).round().astype(int)
    assert f"({kept['office']} % and {kept['school']} % a year, against {kept['café']} % " in memo
    assert f"and {kept['hotel']} % of hotels" in memo
    eaten = 100 * plan["service_cost"]["hotel"] / plan["contribution"]["hotel"]
    assert f"repairs took {eaten:.0f} % of what it contributed" in memo
    assert f"from {plan['retention']['café']:.2f} to {solved['cafe_retention_needed']:.2f}" in memo
    turn = 1.1 * (1 - plan["margin"]["office"] / plan["value"]["café"])
    assert f"If {100 * turn:.0f} % of the offices stayed instead of {kept['office']} %" in memo
    assert f"only {plan['customers']['hotel']} hotels" in memo
    assert plan["acquisition_cost"].between(90, 125).all()
    orders = solved["orders"]
    sales = orders[orders["date"].dt.year == 2024].merge(solved["customers"], on="customer")
    bought = (
        sales.groupby("segment")["amount"].sum() / sales.groupby("segment")["customer"].nunique()
    )
    assert bought.idxmax() == "hotel"
    assert 1.7 < bought["hotel"] / bought["café"] < 2.4  # "twice as much as a café"
    memo_words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(memo_words.split()) <= 200


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 revenue_model: t starts at 0
    return first_purchase + sum(revenue / (1 + rate) ** t for t in range(periods))

q1 revenue_model: last year is missing
    return first_purchase + sum(revenue / (1 + rate) ** t for t in range(1, periods))

q1 revenue_model: first purchase is missing
    return sum(revenue / (1 + rate) ** t for t in range(1, periods + 1))

q1 revenue_model: Nothing is discounted
    return first_purchase + revenue * periods

q1 revenue_model: a fraction already
    rate = rate / 100
    return first_purchase + sum(revenue / (1 + rate) ** t for t in range(1, periods + 1))

q1 revenue_model: Interest is earned on interest
    return first_purchase + sum(revenue / (1 + rate * t) for t in range(1, periods + 1))

q2 contribution_model: acquisition cost is missing
    return revenue_model(first_purchase, revenue - service_cost, rate, periods)

q2 contribution_model: discount it as you discount
    start = first_purchase - acquisition_cost
    return revenue_model(start, revenue, rate, periods) - service_cost * periods

q2 contribution_model: it is paid every year
    start = first_purchase - acquisition_cost
    return revenue_model(start, revenue, rate, periods) - service_cost

q2 contribution_model: it is not discounted
    start = first_purchase - acquisition_cost / (1 + rate)
    return revenue_model(start, revenue - service_cost, rate, periods)

q2 contribution_model: acquisition cost every year
    return revenue_model(first_purchase, revenue - service_cost - acquisition_cost, rate, periods)

q2 comparison: taken off once
    comparison.assign(model_3=comparison["model_1"] - [200, 100])

q2 comparison: is not discounted
    comparison.assign(model_3=comparison["model_1"] - [5 * 200, 5 * 100])

q2 equal_service_cost: A is still ahead
    100

q2 equal_service_cost: 350 is what B leaves
    450 - 100

q2 equal_service_cost: B is not free to serve
    500 - 450

q2 equal_service_cost: The other way round
    100 + 150

q3 present_value: count the years from 1
    return sum(flow / (1 + rate) ** t for t, flow in enumerate(flows))

q3 present_value: each comes one year earlier
    return sum(flow / (1 + rate) ** t for t, flow in enumerate(flows, start=1))

q3 present_value: one year later
    shift = {"start": 1, "middle": 0.5, "end": 0}[timing]
    return sum(flow / (1 + rate) ** (t + shift) for t, flow in enumerate(flows, start=1))

q3 present_value: not t + 0.5
    shift = {"start": -1, "middle": 0.5, "end": 0}[timing]
    return sum(flow / (1 + rate) ** (t + shift) for t, flow in enumerate(flows, start=1))

q3 present_value: averaged start and end
    if timing == "middle":
        return (present_value(flows, rate, "start") + present_value(flows, rate, "end")) / 2
    shift = {"start": 1, "end": 0}[timing]
    return sum(flow / (1 + rate) ** (t - shift) for t, flow in enumerate(flows, start=1))

q3 gain_from_prepaying: not its value today
    3 * 600 * 0.08

q3 gain_from_prepaying: being paid earlier is worth more
    present_value([600] * 3, 0.08, "end") - present_value([600] * 3, 0.08, "start")

q4 retention_value: counts a margin of 100 today
    return sum(margin * retention**t / (1 + rate) ** t for t in range(periods))

q4 retention_value: first margin as certain
    return sum(margin * retention ** (t - 1) / (1 + rate) ** t for t in range(1, periods + 1))

q4 retention_value: falls every year
    return sum(margin * retention / (1 + rate) ** t for t in range(1, periods + 1))

q4 retention_value: not discounted
    return sum(margin * retention**t for t in range(1, periods + 1))

q4 margin_multiple: today's margin too
    return (1 + rate) / (1 + rate - retention)

q4 margin_multiple: not kept earns nothing
    return 1 / (1 + rate - retention)

q4 margin_multiple: discount rate is missing
    return retention / (1 - retention)

q4 margin_multiple: sign of the rate
    return retention / (1 - rate - retention)

q4 years_needed: one year short
    14

q4 years_needed: One year less is enough
    16

q5 break_even_retention: rate got lost
    return acquisition_cost / (margin + acquisition_cost)

q5 break_even_retention: lost the term
    return acquisition_cost * (1 + rate) / margin

q5 break_even_retention: today's margin too
    return (1 + rate) * (1 - margin / acquisition_cost)

q5 break_even_retention: A sign
    return acquisition_cost * (1 + rate) / (acquisition_cost - margin)

q5 fair_break_even: swapped
    break_even_retention(200, 0.1, 60)

q6 migration_matrix: last row is empty
    matrix = np.zeros((len(chances) + 1, len(chances) + 1))
    for k, chance in enumerate(chances):
        matrix[k, 0], matrix[k, k + 1] = chance, 1 - chance
    return matrix

q6 migration_matrix: Rows and columns are swapped
    matrix = np.zeros((len(chances) + 1, len(chances) + 1))
    for k, chance in enumerate(chances):
        matrix[0, k], matrix[k + 1, k] = chance, 1 - chance
    matrix[-1, -1] = 1
    return matrix

q6 migration_matrix: lost customers come back
    matrix = np.zeros((len(chances) + 1, len(chances) + 1))
    for k, chance in enumerate([*chances, 1]):
        matrix[k, 0] = chance
        matrix[k, min(k + 1, len(chances))] += 1 - chance
    return matrix

q6 migration_value: reward in state 1 is 40
    reward = [contribution] + [-mail_cost] * (len(chances) - 1) + [0]
    return np.linalg.solve(np.eye(len(reward)) - migration_matrix(chances) / (1 + rate), reward)

q6 migration_value: catalogues to lost customers
    reward = [contribution - mail_cost] + [-mail_cost] * len(chances)
    return np.linalg.solve(np.eye(len(reward)) - migration_matrix(chances) / (1 + rate), reward)

q6 migration_value: Today's reward is missing
    reward = np.array([contribution - mail_cost] + [-mail_cost] * (len(chances) - 1) + [0])
    step = migration_matrix(chances) / (1 + rate)
    return sum(np.linalg.matrix_power(step, t) @ reward for t in range(1, 300))

q6 migration_value: The catalogues are missing
    reward = [contribution] + [0] * len(chances)
    return np.linalg.solve(np.eye(len(reward)) - migration_matrix(chances) / (1 + rate), reward)

q6 best_stop: compare values, not single orders
    return len([p for p in chances if p * contribution > mail_cost])

q6 best_stop: the rule of today
    return len(chances)

q6 best_stop: Positions start at 0
    stops = range(1, len(chances) + 1)
    values = [migration_value(chances[:k], contribution, mail_cost, rate)[0] for k in stops]
    return int(np.argmax(values))

q7 event_table: spent in any case
    e = events
    profit = e["probability"] * (e["revenue"] - e["cost"] - e["certain_cost"])
    return e.assign(expected_profit=profit, present_value=profit / (1 + rate) ** e["year"])

q7 event_table: arises only if
    e = events
    profit = e["probability"] * e["revenue"] - e["cost"] - e["certain_cost"]
    return e.assign(expected_profit=profit, present_value=profit / (1 + rate) ** e["year"])

q7 event_table: The certain cost is missing
    e = events
    profit = e["probability"] * (e["revenue"] - e["cost"])
    return e.assign(expected_profit=profit, present_value=profit / (1 + rate) ** e["year"])

q7 event_table: you forgot how likely
    e = events
    profit = e["revenue"] - e["cost"] - e["certain_cost"]
    return e.assign(expected_profit=profit, present_value=profit / (1 + rate) ** e["year"])

q7 event_table: not discounted yet
    e = events
    profit = e["probability"] * (e["revenue"] - e["cost"]) - e["certain_cost"]
    return e.assign(expected_profit=profit, present_value=profit)

q7 event_table: the exponent is the year itself
    e = events
    profit = e["probability"] * (e["revenue"] - e["cost"]) - e["certain_cost"]
    return e.assign(expected_profit=profit, present_value=profit / (1 + rate) ** (e["year"] - 1))

q7 event_table: Each event has its own year
    e = events
    profit = e["probability"] * (e["revenue"] - e["cost"]) - e["certain_cost"]
    return e.assign(expected_profit=profit, present_value=profit / (1 + rate))

q7 event_table: has changed `events` itself
    events["expected_profit"] = 0
    return events.assign(present_value=0)

q7 hotel_value: add up their present values
    event_table(events, 0.1)["expected_profit"].sum()

q8 swings: moved each input up only
    base = margin * margin_multiple(retention, rate)
    up = 1 + share
    return {
        "margin": abs(margin * up * margin_multiple(retention, rate) - base),
        "retention": abs(margin * margin_multiple(retention * up, rate) - base),
        "rate": abs(margin * margin_multiple(retention, rate * up) - base),
    }

q8 swings: use `abs`
    up, down = 1 + share, 1 - share
    multiple = margin_multiple
    return {
        "margin": margin * (up - down) * multiple(retention, rate),
        "retention": margin * (multiple(retention * up, rate) - multiple(retention * down, rate)),
        "rate": margin * (multiple(retention, rate * up) - multiple(retention, rate * down)),
    }

q8 swings: by the fraction 0.1 of itself
    r, d, s, multiple = retention, rate, share, margin_multiple
    return {
        "margin": 2 * s * multiple(r, d),
        "retention": abs(margin * (multiple(r + s, d) - multiple(r - s, d))),
        "rate": abs(margin * (multiple(r, d + s) - multiple(r, d - s))),
    }

q8 matters_most: in proportion to the margin
    "margin"

q8 matters_most: The rate is small
    "rate"

q9 segment_table: acquired during the year
    earlier = customers["acquired"].where(customers["acquired"].dt.year != year, pd.Timestamp(0))
    return _right(customers.assign(acquired=earlier), orders, year)

q9 segment_table: That is revenue
    return _right(customers, orders.assign(cost=0), year)

q9 segment_table: share of those who left
    table = _right(customers, orders, year)
    return table.assign(retention=1 - table["retention"])

q9 segment_table: a column of its own
    table = _right(customers, orders, year)
    return table.assign(contribution=table["contribution"] - table["service_cost"])

q9 segment_table: the sum of the segment
    table = _right(customers, orders, year)
    return table.assign(contribution=table["contribution"] * table["customers"])

q9 segment_table: Everyone stayed
    return _right(customers, orders, year).assign(retention=1)

q10 strategy_table: first margin is missing
    table = _right(segments, rate)
    table["value"] = table["margin"] * margin_multiple(table["retention"], rate)
    table["return_on_acquisition"] = table["value"] / table["acquisition_cost"]
    return table.sort_values("value", ascending=False)

q10 strategy_table: take off the service cost
    return _right(segments.assign(service_cost=0), rate)

q10 strategy_table: took the acquisition cost off first
    table = _right(segments, rate)
    return table.assign(return_on_acquisition=table["value"] / table["acquisition_cost"] - 1)

q10 strategy_table: The order
    return _right(segments, rate).sort_values("value")

q10 strategy_table: not sorted
    return _right(segments, rate).sort_index()

q10 plan: The first rule is missing
    plan.assign(strategy=np.where(plan["retention"] < 0.8, "raise retention", "win more"))

q10 cafe_retention_needed: leaves out the margin of today
    break_even_retention(plan["margin"].iloc[2], 0.1, plan["value"].iloc[0])

q10 cafe_retention_needed: That is the retention of offices
    by_segment["retention"]["office"]

q12 parts_value: divide column t by 1.1
    return table.sum(axis=1)

q12 parts_value: a year too late
    return (table / (1 + rate) ** np.arange(1, table.shape[1] + 1)).sum(axis=1)

q12 parts_value: You added up each year
    return (table / (1 + rate) ** np.arange(table.shape[1])).sum()

q12 unseen: the undiscounted money
    cafe.iloc[3:].to_numpy().sum() / cafe.to_numpy().sum()

q12 unseen: the share that the firm does see
    parts.iloc[:3].sum() / parts.sum()

q12 to_add: counted twice
    parts.sum()

q12 to_add: gains at the café itself
    parts.iloc[:3].sum()

q13 sources: You exchanged the two
    [{"information": "knowledge", "knowledge": "information"}.get(s, s) for s in sources]

q13 sources: The cups are not ours
    ["purchase" if s == "transaction" else s for s in sources]

q13 sources: not a purchase of this office
    ["purchase" if s == "word of mouth" else s for s in sources]

q13 by_source: Every entry has its year
    return _right(entries, sources, 0)

q13 by_source: the power is the year itself
    return _right(entries.assign(year=entries["year"] - 1), sources, rate)

q13 by_source: The four others are missing
    return {name: _right(entries, sources, rate)[name] for name in sources}

q14 stage_values: begins in year 1
    return [sum(_right({"one": s}, rate)) for s in stages.values()]

q14 stage_values: Nothing is discounted.
    return [sum(s) for s in stages.values()]

q14 stage_values: count the years from 0
    return [value * (1 + rate) for value in _right(stages, rate)]

q14 stage_form: yearly costs are not discounted
    years = sum(len(revenue) for revenue in stages.values())
    return sum(stage_values(stages, rate)) - won - years * sum(yearly_costs.values())

q14 stage_form: taken off once
    return sum(stage_values(stages, rate)) - won - sum(yearly_costs.values())

q14 stage_form: cost to win the school is missing
    return _right(stages, yearly_costs, 0, rate)

q14 longer: the extra year alone
    (450 - 120) / 1.08**7

q14 longer: behind the others
    (450 - 120) / 1.08**9

q14 longer: One more year has its costs
    sum(stage_values(one_more, 0.08)) - sum(stage_values(school, 0.08))
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_every_known_mistake_of_lab07_is_made_below(lab07):
    hints = [
        mistake["hint"]
        for question in lab07.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    made = [hint for hint in hints if any(word in hint for word in words)]
    # Two stand below a check that says the same of the same mistake.
    assert [hint for hint in hints if hint not in made] == [
        "After one year the payment is divided by 1.25 once.",
        "Mailing to the end of the list is worth less here than a shorter rule.",
    ]


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab07, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    names["events"] = solved["events"].copy()
    right = names[name]
    if callable(right):
        code = right.__code__
        names["_right"] = right
        exec(f"def {name}({', '.join(code.co_varnames[: code.co_argcount])}):\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab07.name, lab07.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
