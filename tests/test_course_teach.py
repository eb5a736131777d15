"""The teacher's kit: term plans, lesson notes, rubric, marking sheet, and ``crmlab teach``."""

import ast
import csv
import io
import re
from datetime import date
from pathlib import Path

import html5lib
import openpyxl
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import range_boundaries

from crmlab.course._tables import TableError, write_table
from crmlab.course.bank import check_quiz
from crmlab.course.cli._root import root
from crmlab.course.gradebook.records import Students, read_quizzes
from crmlab.course.gradebook.rules import read_rules
from crmlab.course.master import read_master
from crmlab.course.teach import (
    Plan,
    Shelf,
    TeachError,
    known_mistakes,
    lay_out,
    on_shelf,
    read_notes,
    read_plan,
    read_rubric,
)
from crmlab.course.teach.notes import HEADINGS
from crmlab.course.teach.plan import Chapter, Milestone, share_hours
from crmlab.course.teach.sheet import SUMMARY, marking_sheet, read_teams

ROOT = Path(__file__).resolve().parents[1]
TEACH = ROOT / "book" / "teach"
PLAN = TEACH / "plan.toml"
RUBRIC = TEACH / "rubric.toml"
CHAPTERS = sorted((ROOT / "book").glob("[0-9][0-9]_*.ipynb"))


def run(*arguments):
    return CliRunner().invoke(root, ["teach", *map(str, arguments)])


@pytest.fixture
def top(monkeypatch):
    """Stand in the top folder of the course."""
    monkeypatch.chdir(ROOT)


# ---- the plan of a term


def test_the_source_fills_the_usual_term_and_its_titles_are_the_outline_s():
    plan = read_plan(PLAN)
    hours = (plan.weeks - plan.review) * plan.lecture
    told = "the hours of plan.toml must fill the term: take those of a new chapter from others"
    assert sum(one.hours for one in plan.chapters) == hours, told
    outline = (ROOT / "book" / "outline.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", outline, re.MULTILINE)
    titles = [(int(n), re.sub(r"\[(.+?)\]\(.+?\)", r"\1", title), zh) for n, title, zh in rows]
    planned = [(one.number, one.title, one.chinese) for one in plan.chapters]
    assert titles == planned, "book/outline.md and plan.toml must list the same chapters"


def test_the_usual_term():
    plan = read_plan(PLAN)
    weeks = lay_out(plan)
    assert len(weeks) == 16
    assert [one.number for one, _hours in weeks[0].lectures] == [1]
    assert [(one.number, hours) for one, hours in weeks[5].lectures] == [(6, 1), (7, 1)]
    assert [one.number for one in weeks[6].finished] == [7]
    assert [week.number for week in weeks if week.review] == [16]
    due = [one.text for week in weeks for one in week.milestones]
    assert due == [one.text for one in plan.milestones]
    assert [week.number for week in weeks if week.milestones] == [2, 4, 7, 10, 13, 15, 16]


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=17),
    st.integers(2, 30),
    st.integers(1, 6),
)
def test_every_chapter_is_taught_once_in_order_and_all_hours_are_used(loads, weeks, lecture):
    chapters = tuple(Chapter(n, "t", "z", hours) for n, hours in enumerate(loads, start=1))
    plan = Plan(16, 2, 1, 1, chapters, (Milestone(1, "a"), Milestone(16, "b")))
    hours = (weeks - 1) * lecture
    if hours < len(chapters):
        with pytest.raises(TeachError, match=f"at least {len(chapters)} lecture hours"):
            lay_out(plan, weeks=weeks, lecture=lecture)
        return
    laid = lay_out(plan, weeks=weeks, lecture=lecture)
    taught = [one.number for week in laid for one, many in week.lectures for _hour in range(many)]
    assert taught == sorted(taught)
    assert set(taught) == set(range(1, len(loads) + 1))
    assert len(taught) == hours
    assert all(sum(many for _one, many in week.lectures) == lecture for week in laid[:-1])
    assert laid[-1].review
    assert not laid[-1].lectures
    assert [one.number for week in laid for one in week.finished] == sorted(set(taught))
    assert [one.text for week in laid for one in week.milestones] == ["a", "b"]


def test_hours_are_shared_by_hand():
    chapters = [Chapter(1, "a", "a", 1), Chapter(2, "b", "b", 3)]
    # One each. Then chapter 2 is behind by 3/1.5 = 2, 3/2.5 = 1.2, 3/3.5 = 0.86 against 1/1.5.
    assert share_hours(chapters, 2) == {1: 1, 2: 1}
    assert share_hours(chapters, 5) == {1: 1, 2: 4}
    assert share_hours(chapters, 8) == {1: 2, 2: 6}


def test_holidays_move_what_follows():
    plan = read_plan(PLAN)
    days = [date(2026, 10, 5), date(2026, 10, 6)]
    weeks = lay_out(plan, start=date(2026, 9, 7), skip=days)
    plain = lay_out(plan, start=date(2026, 9, 7))
    assert [week.day for week in weeks[:5]] == [
        date(2026, 9, 7),
        date(2026, 9, 14),
        date(2026, 9, 21),
        date(2026, 9, 28),
        date(2026, 10, 12),
    ]
    assert [week.lectures for week in weeks] == [week.lectures for week in plain]
    assert all(week.day.weekday() == 0 for week in weeks)


def test_only_some_chapters():
    weeks = lay_out(read_plan(PLAN), weeks=4, chapters=[3, 7])
    assert {one.number for week in weeks for one, _hours in week.lectures} == {3, 7}
    with pytest.raises(TeachError, match="the plan has no chapter 99"):
        lay_out(read_plan(PLAN), chapters=[3, 99])
    with pytest.raises(TeachError, match="at least 2 weeks of 1 lecture hour; got 1 × 2"):
        lay_out(read_plan(PLAN), weeks=1)


def test_what_is_there_is_told_from_what_is_planned(top, tmp_path):
    shelf = on_shelf(ROOT / "book", ROOT / "exercises")
    assert shelf.chapters == {int(path.name[:2]) for path in CHAPTERS}
    lines = run("plan").output.splitlines()
    (first,) = [line for line in lines if line.startswith("| 7 |")]
    assert "7. What a customer is worth 客户终身价值 (2 h) |" in first
    planned = {int(n) for line in lines for n in re.findall(r"(\d+)\. [^;|]+\(planned\)", line)}
    assert planned == {one.number for one in read_plan(PLAN).chapters} - shelf.chapters

    nothing = on_shelf(tmp_path, tmp_path)
    assert nothing == Shelf()


def test_the_plan_as_a_spreadsheet_and_as_a_calendar(top, tmp_path):
    out = tmp_path / "plan.csv"
    given = ("--weeks", 12, "--hours", "2+1", "--start", "2026-09-07", "-o")
    assert run("plan", *given, out).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    assert len(rows) == 12
    assert rows[0]["date"] == "2026-09-07"
    assert list(rows[0]) == ["week", "date", "lecture", "lab", "quiz", "team project"]

    out = tmp_path / "plan.ics"
    assert run("plan", *given, out).exit_code == 0
    raw = out.read_bytes()
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    text = raw.decode("utf-8").replace("\r\n ", "")
    events = text.split("BEGIN:VEVENT\r\n")[1:]
    assert len(events) == 12
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert len(set(re.findall("^UID:(.+)$", text, re.MULTILINE))) == 12
    for row, event in zip(rows, events, strict=True):
        fields = dict(line.split(":", 1) for line in event.split("\r\n") if ":" in line)
        day = row["date"].replace("-", "")
        assert fields["DTSTART;VALUE=DATE"] == day
        summary = re.sub(r"\\([,;\\])", r"\1", fields["SUMMARY"])
        assert summary == f"CRM, week {row['week']}: {row['lecture']}"
    first = raw
    run("plan", *given, out)
    assert out.read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--weeks", "5"], 1, f"at least {len(CHAPTERS)} lecture hours before its review"),
        (["--hours", "2"], 2, "'2' is not of the form 2+1"),
        (["--start", "7.9.2026"], 2, "7.9.2026 is not of the form 2026-10-05"),
        (["--skip", "2026-10-07:2026-10-01"], 2, "is not of the form"),
        (["--chapters", "a"], 2, "'a' is not of the form 1,2,7"),
        (["-o", "plan.pdf"], 2, "must end in .md, .csv, .ics; got plan.pdf"),
        (["-o", "plan.ics"], 1, "a calendar needs the day of the first lecture: --start"),
        (["--plan", "no.toml"], 1, "no.toml: No such file"),
    ],
)
def test_a_plan_that_cannot_be_made(top, arguments, code, words):
    said = run("plan", *arguments)
    assert (said.exit_code, words in said.stderr) == (code, True), said.stderr
    assert "Traceback" not in said.stderr
    assert not (ROOT / "plan.ics").exists()


SMALL = """
weeks = 4
lecture = 1
practice = 0
review = 1
chapter = [{number = 1, title = "a", chinese = "甲", hours = 1}]
milestone = [{week = 2, text = "b"}]
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("weeks = 4", "weeks = 0", "plan.toml: weeks must be at least 1; got 0"),
        ("weeks = 4", "week = 4", "has the unknown key 'week'; did you mean 'weeks'?"),
        ("hours = 1", "hours = 0", "plan.toml, chapter 1: hours must be at least 1; got 0"),
        ("hours = 1", "hours = 1.5", "hours must be a whole number; got 1.5"),
        ('title = "a"', 'title = " "', "chapter 1: needs title, a text"),
        ("week = 2", "week = 5", "milestone 1: week must be from 1 to 4; got 5"),
        ("}]\nmile", "}, {number=1,title='a',chinese='b',hours=1}]\nmile", "comes twice"),
        ("weeks = 4", "weeks", "plan.toml: Expected"),
    ],
)
def test_a_source_that_breaks_a_rule(tmp_path, old, new, words):
    path = tmp_path / "plan.toml"
    path.write_text(SMALL, encoding="utf-8")
    assert read_plan(path).chapters[0].chinese == "甲"
    path.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TeachError, match=re.escape(words)):
        read_plan(path)


# ---- notes to the lessons


def listed_chapters():
    toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text("utf-8"))
    names = [one["file"] for part in toc["parts"] for one in part["chapters"]]
    return [name for name in names if re.match(r"\d\d_", name)]


@pytest.mark.parametrize("name", listed_chapters())
def test_every_chapter_has_its_notes(name):
    notes = read_notes(TEACH / "notes" / f"{name}.md")
    plan = {one.number: one for one in read_plan(PLAN).chapters}
    assert int(name[:2]) in plan, "book/teach/plan.toml does not have the chapter"
    planned = plan[int(name[:2])]
    assert notes.lecture == planned.hours, "hours in the notes, hours in plan.toml"
    assert notes.practice >= 1
    assert f"{planned.number:02d} {planned.title}" in notes.title
    cases = re.findall(r"^\d+\. ", notes.sections["Discussion case"], re.MULTILINE)
    answers = re.findall(r"^\d+\. ", notes.sections["Answers to the discussion"], re.MULTILINE)
    assert cases == answers, "each numbered question of the discussion case has its answer"


def test_no_notes_without_a_chapter():
    names = {path.stem for path in (TEACH / "notes").glob("*.md")}
    assert names == set(listed_chapters()), "files in teach/notes, chapters in _toc.yml"


PAGE = "# 01 A\n\nTime: 1 + 1 hours of 45 minutes.\n\n" + "".join(
    f"## {heading}\n\n{'| 40 | x | y |' if heading == 'Timing' else 'Text.'}\n\n"
    for heading in HEADINGS
).replace(
    "| 40 | x | y |", "| minutes | what | how |\n|---|---|---|\n| 40 | a | b |\n| 50 | c | d |"
)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "# 01 A\n",
            "01 A\n",
            "01_a.md: must begin with '# title' and the line 'Time: 2 + 1 hours",
        ),
        ("Time: 1 + 1", "Time: 1 and 1", "must begin with"),
        ("| 50 |", "| 45 |", "the minutes of the timing must sum to 90; got 85"),
        ("## Board plan", "## Blackboard", "the headings must be Before the lesson, Timing, "),
        ("## Board plan\n\nText.", "## Board plan\n\n", "nothing under 'Board plan'"),
    ],
)
def test_notes_that_break_a_rule(tmp_path, old, new, words):
    path = tmp_path / "01_a.md"
    path.write_text(PAGE, encoding="utf-8")
    assert read_notes(path).as_markdown() == PAGE.rstrip() + "\n"
    assert old in PAGE
    path.write_text(PAGE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TeachError, match=re.escape(words)):
        read_notes(path)


def test_notes_are_joined_with_the_mistakes_of_lab_and_quiz(top):
    said = run("notes", 7)
    assert said.exit_code == 0
    part = said.output.partition("## What students get wrong")[2]
    part = part.partition("## Answers to the discussion")[0]
    master = read_master(ROOT / "exercises" / "lab07_customer_worth.md", seed="other")
    hints = [m.hint for q in master.questions for c in q.checks for m in c.mistakes]
    assert len(hints) > 20
    assert all(hint in part for hint in hints)
    for question in check_quiz(ROOT / "book" / "quizzes" / "07_customer_worth.toml"):
        telling = question.kind == "number" or question.difficulty == 3
        assert (f"- {question.name}: " in part) == telling
    assert known_mistakes(None, []) == ""
    assert "has no notes to chapter 99" in run("notes", 99).stderr


# ---- the rubric


@pytest.mark.parametrize("name", ["rubric.toml", "capstone_rubric.toml"])
def test_the_rubric_in_all_its_forms(top, tmp_path, name):
    rubric = read_rubric(TEACH / name)
    assert len(rubric.levels) == 4
    assert sum(one.points for one in rubric.criteria) == 100
    for ending in ("xlsx", "csv", "html"):
        done = run("rubric", "--rubric", TEACH / name, "-o", tmp_path / f"r.{ending}")
        assert done.exit_code == 0
    page = (tmp_path / "r.html").read_text("utf-8")
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    rows = [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]
    assert rows == rubric.table()
    assert list(csv.reader((tmp_path / "r.csv").open(encoding="utf-8-sig"))) == rubric.table()
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Rubric"]
    cells = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {text for one in rubric.criteria for text in one.descriptors} <= cells
    assert run("rubric", "-o", tmp_path / "r.pdf").exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "points = 25",
            "points = 24",
            "rubric.toml: points must be above 0 and sum to 100; got 99",
        ),
        ("share = 0.6", "share = 0.9", "needs 4 levels whose shares fall from 1"),
        ('id = "weak"', 'id = "bad"', "criterion 1: has the unknown key 'weak'"),
        ('excellent = "Runs', 'excelent = "Runs', "'excelent'; did you mean 'excellent'?"),
        ("most = 1.2", "most = 0.9", "peer: least must be from 0 to 1 and most at least 1"),
    ],
)
def test_a_rubric_that_breaks_a_rule(tmp_path, old, new, words):
    text = RUBRIC.read_text("utf-8")
    assert old in text
    (tmp_path / "rubric.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TeachError, match=re.escape(words)):
        read_rubric(tmp_path / "rubric.toml")


# ---- the marking sheet, computed as a spreadsheet would


class _Branches(ast.NodeTransformer):
    """Compute only the branch of an IF that is wanted, as a spreadsheet does."""

    def visit_Call(self, node):
        self.generic_visit(node)
        return ast.IfExp(*node.args) if ast.unparse(node.func) == "IF" else node


def numbers(items):
    flat = [n for item in items for n in (item if isinstance(item, list) else [item])]
    return [n for n in flat if isinstance(n, int | float)]


FUNCTIONS = {
    "SUM": lambda *items: sum(numbers(items)),
    "COUNT": lambda *items: len(numbers(items)),
    "MIN": lambda *items: min(numbers(items)),
    "MAX": lambda *items: max(numbers(items)),
    "ROUND": lambda number, digits: round(number + 1e-9, digits),
    "COUNTIF": lambda items, wanted: (items if isinstance(items, list) else [items]).count(wanted),
    "SUMIF": lambda tests, wanted, items: sum(
        item or 0 for test, item in zip(tests, items, strict=True) if test == wanted
    ),
    "INDEX": lambda items, n: items[n - 1],
    "MATCH": lambda wanted, items, _exact: items.index(wanted) + 1,
}
PLACE = r"(?:(?:'[^']+'|\w+)!)?\$?[A-Z]{1,2}\$?\d+(?::\$?[A-Z]{1,2}\$?\d+)?"


class Computed:
    """The values of a workbook: its formulas, as far as ours go, read as Python."""

    def __init__(self, book):
        self.book = book

    def value(self, sheet, place):
        found = self.book[sheet][place].value
        if str(found).startswith("="):
            return self.compute(sheet, found[1:])
        return "" if found is None else found

    def area(self, sheet, place):
        left, top, right, bottom = range_boundaries(place)
        cells = self.book[sheet].iter_rows(top, bottom, left, right)
        return [self.value(sheet, cell.coordinate) for row in cells for cell in row]

    def compute(self, sheet, formula):
        def python(found):
            other, _mark, place = found[0].replace("$", "").rpartition("!")
            where, call = other.strip("'") or sheet, "area" if ":" in place else "value"
            return "==" if found[0] == "=" else f"{call}({where!r}, {place!r})"

        code = ast.parse(re.sub(f"{PLACE}|=", python, formula), mode="eval")
        code = compile(ast.fix_missing_locations(_Branches().visit(code)), formula, "eval")
        return eval(code, {**FUNCTIONS, "value": self.value, "area": self.area})


def teams_file(folder, text):
    (folder / "teams.csv").write_text(text, encoding="utf-8")
    return folder / "teams.csv"


TEAMS = (
    "team,student,name\nTea,S1,Li Wei\nTea,S2,\nTea,S3,=1+1\nSolo,S4,Kim\nPair,S5,A\nPair,S6,B\n"
)


def test_a_team_s_mark_and_its_members(top, tmp_path):
    out = tmp_path / "marks.xlsx"
    said = run("marking-sheet", "--teams", teams_file(tmp_path, TEAMS), "-o", out)
    assert said.output == f"{out}: 3 teams, 6 students\n"
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Summary", "Team 1", "Team 2", "Team 3", "Rubric"]
    rows = list(book["Summary"].iter_rows(values_only=True))
    assert rows[0] == SUMMARY
    assert [row[:3] for row in rows[1:]] == [
        ("S1", "Li Wei", "Tea"),
        ("S2", "S2", "Tea"),
        ("S3", "'=1+1", "Tea"),
        ("S4", "Kim", "Solo"),
        ("S5", "A", "Pair"),
        ("S6", "B", "Pair"),
    ]
    sheet = book["Team 1"]
    names = [sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1)]
    first, total = names.index("Question and decision") + 1, names.index("team mark") + 1
    assert total - first == len(read_rubric(RUBRIC).criteria)
    computed = Computed(book)
    assert computed.value("Summary", "D2") == computed.value("Summary", "G2") == ""

    for row, level in enumerate(["excellent", "good", "good", "sufficient", "weak"], start=first):
        sheet.cell(row, 3, level)
    assert computed.value("Summary", "D2") == "", "one criterion is still open"
    sheet.cell(total - 1, 3, "excellent")
    by_hand = 15 + 15 * 0.8 + 25 * 0.8 + 20 * 0.6 + 15 * 0.3 + 10
    assert computed.value("Summary", "D2") == pytest.approx(by_hand) == 73.5
    assert [computed.value("Summary", f"E{row}") for row in range(2, 8)] == [1] * 6

    given = names.index("Li Wei") + 1  # S1, S2, S3 below each other share points
    for place, points in {"C0": 60, "D0": 40, "B1": 30, "D1": 70, "B2": 10, "C2": 10}.items():
        sheet[f"{place[0]}{given + int(place[1])}"] = points
    # S3 shared only 20, which counts as 50 to each of the others.
    factors = [max(0.8, (30 + 50) / 100), (60 + 50) / 100, (40 + 70) / 100]
    assert [computed.value("Summary", f"E{row}") for row in (2, 3, 4)] == pytest.approx(factors)
    scores = [computed.value("Summary", f"G{row}") for row in (2, 3, 4)]
    assert scores == [58.8, 80.9, 80.9]

    _as_the_gradebook_reads_it(computed, tmp_path, {"S1": 58.8, "S2": 80.9, "S3": 80.9})

    sheet[f"C{given}"], sheet[f"D{given}"] = 100, 0
    assert computed.value("Summary", "E3") == 1.2, "bounded above"
    sheet[f"B{given + 1}"], sheet[f"D{given + 1}"] = 0, 100
    assert computed.value("Summary", "E2") == 0.8, "bounded below"


def _as_the_gradebook_reads_it(computed, folder, wanted):
    """Save the summary of the first team as a spreadsheet would, and read it as a quiz."""
    lines = [computed.area("Summary", f"A{row}:H{row}") for row in range(1, 5)]
    write_table(folder / "project.csv", lines)
    scores = read_quizzes(
        folder / "project.csv", Students({n: n for n in wanted}, {}), read_rules()
    )
    assert {score.student: float(score.percent) for score in scores} == wanted
    assert {score.item for score in scores} == {"Team project"}


def test_no_mark_is_above_100(tmp_path):
    book = marking_sheet(read_rubric(RUBRIC), read_teams(teams_file(tmp_path, TEAMS)))
    sheet = book["Team 1"]
    for row in range(5, 11):
        sheet.cell(row, 3, "excellent")
    names = [sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1)]
    given = names.index("Li Wei") + 1
    sheet[f"C{given}"] = sheet[f"C{given + 2}"] = 100
    computed = Computed(book)
    assert computed.value("Summary", "E3") == 1.2
    assert computed.value("Summary", "G3") == 100


def test_levels_are_picked_from_a_list_and_nobody_gives_to_oneself(tmp_path):
    book = marking_sheet(read_rubric(RUBRIC), read_teams(teams_file(tmp_path, TEAMS)))
    rules = book["Team 1"].data_validations.dataValidation
    kinds = {rule.type: rule for rule in rules}
    assert set(kinds) == {"list", "decimal", "custom"}
    names = [level.name for level in read_rubric(RUBRIC).levels]
    assert Computed(book).area("Rubric", kinds["list"].formula1.rpartition("!")[2]) == names
    assert len(kinds["list"].sqref.ranges) > 0
    assert kinds["custom"].formula1 == "FALSE"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("team,name\nA,x\n", "teams.csv, row 1: the column 'student' is missing"),
        ("team,student\nA,S1\nB,S1\n", "teams.csv, row 3, column 'student': 'S1' comes twice"),
        ("team,student\n,S1\n", "teams.csv, row 2, column 'team': must not be empty"),
        ("team,student\nA,\n", "teams.csv, row 2, column 'student': must not be empty"),
        ("team,student\n", "teams.csv, row 1: must be followed by a row for each student"),
    ],
)
def test_a_list_of_teams_that_breaks_a_rule(top, tmp_path, text, words):
    path = teams_file(tmp_path, text)
    with pytest.raises(TableError, match=re.escape(words)):
        read_teams(path)
    said = run("marking-sheet", "--teams", path, "-o", tmp_path / "m.xlsx")
    assert said.exit_code == 1
    assert said.stderr.startswith(f"crmlab: {words}")
    assert not (tmp_path / "m.xlsx").exists()


# ---- the capstone


EVERYBODY = [f"C{n:04d}" for n in range(1, 1501)]


def write_strategy(path, **actions):
    lines = [f"{name},{actions.get(name, 'none')}" for name in EVERYBODY]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["customer,action", *lines]) + "\n", encoding="utf-8")


@pytest.fixture
def submissions(tmp_path):
    folder = tmp_path / "in"
    write_strategy(folder / "Tea" / "sub" / "strategy.csv", C0001="prepay")
    (folder / "Tea" / "sub" / "work.ipynb").write_text("load('company_truth')", encoding="utf-8")
    write_strategy(folder / "Idle.csv")
    write_strategy(folder / "Lazy.csv")
    (folder / "Empty").mkdir()
    write_strategy(folder / "Rich.csv", **dict.fromkeys(EVERYBODY, "visit"))
    (folder / "Odd.csv").write_text("customer;deed\nC0001;none\n", encoding="utf-8")
    (folder / "notes.txt").write_text("no strategy", encoding="utf-8")
    return folder


def test_teams_are_scored_ranked_and_faults_are_told(top, tmp_path, submissions):
    out = tmp_path / "result.csv"
    said = run("capstone", submissions, "-o", out)
    assert said.exit_code == 1
    assert said.stderr == "crmlab: 3 of 6 strategies are faulty: Empty, Odd, Rich\n"
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    assert [row["team"] for row in rows[:6]] == ["Idle", "Lazy", "Tea", "Empty", "Odd", "Rich"]
    assert [row["rank"] for row in rows] == ["1", "1", "3", *[""] * 6]
    by_team = {row["team"]: row for row in rows}
    assert by_team["Idle"]["score"] == by_team["doing nothing"]["score"] == "0.0"
    assert by_team["the best plan"]["score"] == "100.0"
    lost = [float(by_team["Idle"][key]) for key in rows[0] if key.startswith("lost by ")]
    best, nothing = by_team["the best plan"], by_team["doing nothing"]
    assert sum(lost) == pytest.approx(float(best["profit"]) - float(nothing["profit"]), abs=5)
    assert by_team["Tea"]["remark"] == "a notebook names company_truth"
    assert by_team["Empty"]["remark"] == "has 0 files strategy.csv; one is needed"
    assert "budget of 15,000; got 180,000" in by_team["Rich"]["remark"]
    assert (
        "column 'customer' is missing" in by_team["Odd"]["remark"]
        or "'action'" in (by_team["Odd"]["remark"])
    )


def test_the_result_in_all_its_forms(top, tmp_path):
    write_strategy(tmp_path / "in" / "007.csv", C0002="visit")
    said = run("capstone", tmp_path / "in", "--budget", 500)
    assert said.exit_code == 0, said.stderr
    lines = [line.strip("| ").split(" | ") for line in said.output.splitlines()]
    assert lines[2][:2] == ["1", "007"]
    for ending in ("xlsx", "html"):
        assert run("capstone", tmp_path / "in", "-o", tmp_path / f"r.{ending}").exit_code == 0
    page = (tmp_path / "r.html").read_text("utf-8")
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert len(list(tree.iter("tr"))) == 5
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Capstone"]
    assert [cell.value for cell in sheet[2]][:2] == [1, "007"]
    assert isinstance(sheet["C2"].value, int | float)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere"], 1, "nowhere is no folder"),
        (["."], 1, "holds no strategy"),
        (["twice"], 1, "two teams are named Tea"),
        ([".", "-o", "r.pdf"], 2, "must end in .xlsx, .csv, .html"),
        ([".", "--budget", "0"], 2, "must be above 0; got 0"),
    ],
)
def test_a_folder_that_cannot_be_scored(tmp_path, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "twice" / "Tea").mkdir(parents=True)
    (tmp_path / "twice" / "Tea.csv").write_text("customer,action\n", encoding="utf-8")
    if arguments == ["."]:
        monkeypatch.chdir(tmp_path / "twice" / "Tea")
    said = run("capstone", *arguments)
    assert (said.exit_code, words in said.stderr) == (code, True), said.stderr
    assert "Traceback" not in said.stderr


def test_without_the_truth_nothing_is_scored(tmp_path, monkeypatch):
    monkeypatch.setattr("crmlab.datasets.names", lambda: ("company_orders",))
    said = run("capstone", tmp_path)
    assert said.exit_code == 1
    assert "company_next_truth is not here" in said.stderr
