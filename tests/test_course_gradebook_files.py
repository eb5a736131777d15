"""The gradebook on disk and as a command, from the records of a small synthetic class."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import html5lib
import openpyxl
import pytest
from click.testing import CliRunner

from crmlab.course._tables import read_table
from crmlab.course.cli._root import root

RECORDS = {
    "roster.csv": """\
student,name,email
001,Li Wei,li@x.example
002,"=HYPERLINK(""http://x.example"")",d@x.example
003,<b>王小明</b>,w@x.example
A/4,@Ada Moss,m@x.example
""",
    # 100; (50 + 0) / 2 = 25; excused, 100; 100
    "attendance.csv": "student,d1,d2\n001,p,p\n002,l,a\n003,e,p\nA/4,p,p\n",
    "notes.csv": "student,score\n001,80\n002,0\n003,90\nA/4,70\n",
    "exam.csv": "student,score\n001,60\n002,40\n003,75.5\nA/4,\n",
    "results/lab07/results.csv": "student,status,total,out of\n001,graded,20,20\n002,missing,0,20\n"
    "003,graded,13,20\nA/4,graded,20,20\n",
    "results/lab08/results.csv": "student,status,total,out of\n001,graded,5,5\n002,graded,2,5\n"
    "003,graded,5,5\nA/4,graded,5,5\n",
    "quizzes.csv": "First name,ID number,Email address,Quiz: 7 (Percentage)\n"
    "a,,LI@x.example,100 %\nb,002,,50 %\nc,003,,-\nd,A/4,,100 %\n",
    "excused.csv": "student,item,reason\n003,lab07,=ill\n",
}
# 001: the course's example. 002: 0.3 · 25 + 0 + 0.4 · (0 + 40 + 50) / 3 = 19.5; 0.3 · 19.5 + 28.
# 003: 0.3 · 100 + 0.3 · 90 + 0.4 · (100 + 0) / 2 = 77; 0.3 · 77 + 0.7 · 75.5 = 23.1 + 52.85.
FINALS = {"001": "70.20", "002": "33.85", "003": "75.95", "A/4": ""}
COMMAND = [
    *("gradebook", "--roster", "roster.csv", "--attendance", "attendance.csv"),
    *("--participation", "notes.csv", "--exam", "exam.csv"),
    *("--labs", "results/lab07/results.csv", "results/lab08/results.csv"),
    *("--quizzes", "quizzes.csv", "--excused", "excused.csv"),
]


@pytest.fixture
def term(tmp_path, monkeypatch):
    """Stand in a folder with the records of a term."""
    for name, text in RECORDS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(root, list(map(str, arguments)))


@pytest.fixture
def made(term):
    """The gradebook of the class."""
    done = run(*COMMAND, "-o", "out/marks.csv")
    assert done.exit_code == 0, done.output
    return term / "out", done.stdout


def test_the_table_has_the_marks_that_a_hand_finds(made):
    folder, said = made
    rows = read_table(folder / "marks.csv").by("student")
    assert {student: row["final"] for student, row in rows.items()} == FINALS
    assert rows["001"].cells == (
        *("001", "Li Wei", "100.00", "80.00", "100.00"),
        *("94.00", "60.00", "70.20", "中 fair", "final"),
    )
    assert (rows["A/4"]["exam"], rows["A/4"]["status"]) == ("", "no exam")
    assert "3 final marks from 33.85 to 75.95, median 70.20; 2 of them are at least 60" in " ".join(
        said.split()
    )
    assert "no final mark: A/4 @Ada Moss: The exam, or a part of it, has no score." in said
    assert "3 entries missing\n  2 entries excused" in said
    assert (folder / "marks.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    raw = (folder / "marks.csv").read_text(encoding="utf-8-sig")
    assert not re.search(r"(^|,)\"?[=+@]", raw, re.MULTILINE)


def sheets(folder):
    workbook = openpyxl.load_workbook(folder / "marks.xlsx")
    return {sheet.title: sheet for sheet in workbook}


def values(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_the_workbook(made):
    folder, _said = made
    book = sheets(folder)
    assert list(book) == ["Marks", "Breakdown", "Missing and excused", "Distribution", "Weights"]
    marks = values(book["Marks"])
    assert marks[0][0] == "student"
    assert marks[1] == ["001", "Li Wei", 100, 80, 100, 94, 60, 70.2, "中 fair", "final"]
    assert marks[4][6:8] == [None, None]
    assert book["Marks"]["H2"].number_format == "0.00"
    assert book["Marks"].freeze_panes == "C2"
    assert book["Marks"]["A1"].font.bold
    assert book["Marks"].column_dimensions["B"].width > 25
    assert [row[0:6] for row in values(book["Missing and excused"])[1:]] == [
        ["002", '=HYPERLINK("http://x.example")', "work", "lab07", "missing", None],
        ["003", "<b>王小明</b>", "attendance", "d1", "excused", None],
        ["003", "<b>王小明</b>", "work", "7", "missing", None],
        ["003", "<b>王小明</b>", "work", "lab07", "excused", "=ill"],
        ["A/4", "@Ada Moss", "exam", "score", "missing", None],
    ]
    breakdown = values(book["Breakdown"])
    for student, final in FINALS.items():
        points = sum(row[7] for row in breakdown[1:] if row[0] == student)
        assert not final or round(points, 2) == float(final)
    distribution = values(book["Distribution"])
    assert distribution[0][:3] == ["band", "from", "students"]
    assert distribution[1][:2] == ["优 excellent", 90]
    assert [row[2] for row in distribution[1:6]] == [0, 0, 2, 0, 1]
    assert ["Median", 70.2] in [row[:2] for row in distribution]
    assert len(book["Distribution"]._charts) == 1
    assert ["[final] coursework", "30"] in values(book["Weights"])


def test_no_cell_is_a_formula_and_no_text_can_become_one(made):
    folder, _said = made
    texts = 0
    for sheet in sheets(folder).values():
        for cell in (cell for row in sheet for cell in row):
            assert cell.data_type != "f"
            if isinstance(cell.value, str):
                assert cell.quotePrefix
                texts += cell.value.startswith(("=", "@"))
    assert texts >= 9


def page_of(file):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(file.read_text(encoding="utf-8"))


def words(node):
    return " ".join(" ".join(node.itertext()).split())


def test_each_student_can_be_told_how_the_mark_came_about(made):
    folder, _said = made
    pages = folder / "marks_students"
    assert sorted(page.name for page in pages.iterdir()) == [
        "001.html",
        "002.html",
        "003.html",
        "A%2F4.html",
    ]
    one = page_of(pages / "003.html")
    text = words(one.find("body"))
    assert "Final mark: 75.95 (中 fair)" in text
    assert "Attendance 100.00 9.00 9.00 Participation and notes 90.00 9.00 8.10" in text
    assert "Coursework, which decides 30.00 % of the final mark, is 77.00 of 100" in text
    assert "excused, does not count: =ill" in text
    assert "<b>王小明</b>" in text  # escaped, not bold
    assert one.find(".//b") is None
    for other in ("Li Wei", "001", "@Ada"):
        assert other not in text
    none = words(page_of(pages / "A%2F4.html").find("body"))
    assert "No final mark yet The exam, or a part of it, has no score." in none


def test_the_page_on_the_class_names_nobody_and_tells_its_picture_in_words(made):
    folder, _said = made
    page = page_of(folder / "marks.html")
    (picture,) = page.findall(".//img")
    assert picture.get("src").startswith("data:image/png;base64,")
    assert picture.get("alt").startswith("3 final marks from 33.85 to 75.95, median 70.20; 2 of")
    text = words(page.find("body"))
    assert "Pass rate, % 66.67" in text
    assert "不及格 fail 0 1" in text
    assert "[rules] pass_mark 60" in text
    for name in ("Li Wei", "王小明", "Ada", "HYPERLINK", "002"):
        assert name not in text
    assert (folder / "marks.png").read_bytes().startswith(b"\x89PNG")


def test_pages_ask_no_other_host_for_anything(made):
    folder, _said = made
    for page in (folder / "marks.html", *(folder / "marks_students").iterdir()):
        text = page.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        assert not re.search(r"(src|href)=\"(?!data:)", text)


def test_made_twice_it_is_the_same(made):
    folder, _said = made
    kept = {file: file.read_bytes() for file in folder.rglob("*.*") if file.suffix != ".xlsx"}
    kept = {file: content for file, content in kept.items() if file.is_file()}
    table = values(sheets(folder)["Breakdown"])
    assert run(*COMMAND, "-o", "out/marks.csv").exit_code == 0
    assert len(kept) == 7
    assert all(file.read_bytes() == content for file, content in kept.items())
    assert values(sheets(folder)["Breakdown"]) == table


PAGE = Path(__file__).resolve().parents[1] / "book" / "teach" / "gradebook.md"


def test_the_teacher_s_page_shows_what_happens(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```\{code-block\} \w+\n:caption: (.*)\n([^`]*)```", text))
    command, answer = blocks.pop("command").replace("\\\n", "").split(), blocks.pop("answer")
    shown = blocks.pop("gradebook.csv")
    for name, lines in blocks.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(lines, encoding="utf-8")
    assert set(blocks) == {
        word for word in command if word.endswith(".csv") and "*" not in word
    } | {"results/lab07/results.csv"}
    done = run(*(word.replace("*", "lab07") for word in command[1:]))
    assert done.stdout == answer
    assert Path("gradebook.csv").read_text(encoding="utf-8-sig") == shown


# The command.


def test_own_rules_are_written_once_and_used(term):
    done = run("gradebook", "--write-weights", "my.toml")
    assert (done.exit_code, done.stdout) == (0, "The rules of the course: my.toml\n")
    text = (term / "my.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["final"] == {"coursework": 30, "exam": 70}
    again = run("gradebook", "--write-weights", "my.toml")
    assert (again.exit_code, again.stderr) == (1, "crmlab: my.toml: File exists\n")
    changed = text.replace("coursework = 30", "coursework = 100").replace("exam = 70", "exam = 0")
    (term / "my.toml").write_text(changed, encoding="utf-8")
    assert run(*COMMAND, "--weights", "my.toml").exit_code == 0
    rows = read_table(term / "gradebook.csv").by("student")
    assert [row["final"] for row in rows.values()] == ["94.00", "19.50", "77.00", "91.00"]


def test_labs_may_be_named_in_every_way(term):
    finals = {}
    for labs in (
        ["--labs", "results/lab07/results.csv", "results/lab08/results.csv"],
        ["--labs", "results/lab07/results.csv", "--labs", "results/lab08/results.csv"],
        ["--labs=results/lab07/results.csv", "--labs", "results/lab08/results.csv"],
    ):
        done = run(*COMMAND[:9], *labs, *COMMAND[12:])
        assert done.exit_code == 0, done.output
        finals[tuple(labs)] = (term / "gradebook.csv").read_bytes()
    assert len(set(finals.values())) == 1
    lost = run(*COMMAND[:9], "--exam", "exam.csv", "results/lab07/results.csv")
    assert lost.exit_code == 2
    assert "unexpected extra argument (results/lab07/results.csv)" in lost.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gradebook"], 2, "Error: Give --roster FILE, the list of your students."),
        (COMMAND[:3], 1, "crmlab: attendance decides 9 % of the final mark and has no scores"),
        ([*COMMAND, "-o", "marks.xlsx"], 1, "crmlab: the gradebook must be a .csv file; got marks"),
        (["gradebook", "--roster", "no.csv"], 1, "crmlab: no.csv: No such file or directory"),
        ([*COMMAND, "--weights", "exam.csv"], 1, "crmlab: exam.csv: is not TOML"),
        ([*COMMAND, "-o", "roster.csv/x.csv"], 1, "crmlab: roster.csv: File exists"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(term, arguments, code, said):
    done = run(*arguments)
    assert done.exit_code == code
    assert said in done.stderr
    assert isinstance(done.exception, SystemExit)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "exam.csv",
            b"student,score\n009,5\n",
            "row 2, column 'student': '009' is not on the roster",
        ),
        ("exam.csv", b"student,score\n001,105\n", "row 2, column 'score': must be a number from 0"),
        ("exam.csv", b"student,mark\n001,5\n", "row 1: the column 'score' is missing; there are: "),
        ("notes.csv", b"student,score\n001,-3\n", "row 2, column 'score': must be a number from 0"),
        ("roster.csv", b"student,name\n1,a\n1,b\n", "row 3, column 'student': '1' comes twice"),
        ("roster.csv", "student,name\n1,王\n".encode("gbk"), "row 2: must be text in UTF-8"),
    ],
)
def test_a_wrong_file_is_named_with_row_and_column(term, name, content, said):
    (term / name).write_bytes(content)
    done = run(*COMMAND)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"crmlab: {name}, {said}")
    assert done.stderr.count("\n") == 1
    assert not (term / "gradebook.csv").exists()


def test_it_runs_from_a_shell(term):
    line = [sys.executable, "-m", "crmlab.course.cli", *COMMAND]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (term / "exam.csv").write_text("student,score\n001,sixty\n", encoding="utf-8")
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "crmlab: exam.csv, row 2, column 'score': must be a number from 0 to 100, or excused; "
        "got 'sixty'\n"
    )
