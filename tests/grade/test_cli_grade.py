"""``crmlab labs grade``: its options, what it says, and its exit codes."""

import csv
import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from crmlab.course.cli._root import root
from crmlab.course.grade import one, sandbox
from crmlab.course.grade.late import read_rules
from crmlab.course.grade.marks import STATUSES
from tests.grade.smallclass import LAB, Engine, notebook, roster_file, small_lab


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Stand in a course with a lab, a class list and two submissions; the engine is a stand-in."""
    small_lab(tmp_path / "_build" / "labs")
    roster_file(tmp_path)
    (tmp_path / "handed").mkdir()
    (tmp_path / "handed" / "20230001.ipynb").write_text(notebook(6, "Dear manager, …"))
    (tmp_path / "handed" / "20230002.ipynb").write_text(notebook(3))
    monkeypatch.chdir(tmp_path)
    engine = Engine()
    engine.limits = []

    def mark(path, key, *, sandbox, limits):
        engine.limits.append(limits)
        return engine(path)

    class Box:
        warning = ""

    monkeypatch.setattr(one, "mark", mark)
    monkeypatch.setattr(sandbox, "choose", lambda name: Box())
    return tmp_path, engine


def run(*arguments):
    done = CliRunner().invoke(root, ["labs", "grade", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def rows(folder):
    with (folder / "results" / LAB / "results.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_grade(course):
    folder, _engine = course
    done = run(LAB, "handed", "--roster", "roster.csv")
    assert done.exit_code == 0
    assert "Lab 99: Small: 2 graded, 2 missing" in done.output
    assert "mean 45 %, median 45 % of those who handed in" in done.output
    assert f"2 answers wait to be marked by hand: results/{LAB}/hand_marks.csv" in done.output
    assert "Grading" in done.stderr
    assert sorted(path.name for path in (folder / "results" / LAB).iterdir()) == [
        *("answers", "feedback", "hand_marks.csv", "marks", "results.csv", "results.json"),
        "summary.html",
    ]
    assert [row["total"] for row in rows(folder)] == ["6", "3", "0", "0"]


def test_submissions_of_nobody_exit_with_3(course):
    folder, _engine = course
    (folder / "handed" / "who.ipynb").write_text(notebook(1))
    done = run(LAB, "handed", "--roster", "roster.csv")
    assert done.exit_code == 3
    assert f"crmlab: 1 submissions belong to nobody: see results/{LAB}/unmatched.csv" in done.stderr
    (folder / "who.csv").write_text("file,student\nwho.ipynb,20230004\n")
    done = run(LAB, "handed", "--roster", "roster.csv", "--owners", "who.csv")
    assert done.exit_code == 0
    assert rows(folder)[3]["total"] == "1"


def test_a_failure_of_the_engine_exits_with_3(course):
    folder, _engine = course
    (folder / "handed" / "20230001.ipynb").write_text(notebook(6, code="boom"))
    done = run(LAB, "handed", "--roster", "roster.csv")
    assert done.exit_code == 3
    assert "crmlab: 20230001: RuntimeError: the engine broke" in done.stderr


def test_what_is_refused_exits_with_1(course):
    folder, engine = course
    for arguments, said in (
        (["lab00", "handed"], "crmlab: no lab lab00: there is no *.key.json in lab00 or _build"),
        (
            [LAB, "roster.csv"],
            "crmlab: submissions must be a folder or a .zip file; got roster.csv",
        ),
        ([LAB, "handed", "--roster", "bad.csv"], "crmlab: bad.csv, row 1: the column 'student'"),
        ([LAB, "handed", "--rules", "bad.csv"], "crmlab: bad.csv: is not TOML"),
    ):
        (folder / "bad.csv").write_text("name\nAda\n")
        done = run(*arguments)
        assert done.exit_code == 1
        assert done.stderr.startswith(said)
        assert "Traceback" not in done.output
    assert engine.marked == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'LAB'"),
        ([LAB], "Missing argument 'SUBMISSIONS'"),
        ([LAB, "nowhere"], "'nowhere' does not exist"),
        ([LAB, "handed", "--owners", "roster.csv"], "--owners needs --roster."),
        ([LAB, "handed", "--late-per-day", "10"], "--late-per-day needs a deadline."),
        ([LAB, "handed", "--file-times"], "--file-times needs a deadline."),
        ([LAB, "handed", "--deadline", "2026-03-01"], "must be a time such as 2026-03-01T23:59"),
        ([LAB, "handed", "-j", "0"], "0 is not in the range"),
        ([LAB, "handed", "--sandbox", "none"], "'none' is not one of"),
    ],
)
def test_what_is_not_understood_exits_with_2(course, arguments, said):
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_rules_come_from_the_file_and_options_go_before(course):
    folder, _engine = course
    (folder / "times.csv").write_text("student,submitted\n20230001,2026-03-02 12:00\n")
    (folder / "course.toml").write_text(
        f"[late]\nper_day = 10\n[deadlines]\n{LAB} = 2026-03-01T23:59:00+08:00\n"
    )
    base = [LAB, "handed", "--roster", "roster.csv", "--submitted", "times.csv"]
    done = run(*base, "--rules", "course.toml")
    assert done.exit_code == 0
    assert "1 hand-in times are unknown: no penalty there" in done.output
    assert rows(folder)[0]["late penalty"] == "0.6"
    run(*base, "--rules", "course.toml", "--late-per-day", "50")
    assert rows(folder)[0]["late penalty"] == "3"
    run(*base, "--rules", "course.toml", "--deadline", "2026-03-05T00:00+08:00")
    assert rows(folder)[0]["late penalty"] == "0"
    run(*base, "--rules", "course.toml", "--late-grace", "800")
    assert rows(folder)[0]["late penalty"] == "0"
    run(*base, "--rules", "course.toml", "--late-cap", "5")
    assert rows(folder)[0]["late penalty"] == "0.3"


def test_limits_reach_the_engine_and_make_marks_anew(course):
    _folder, engine = course
    run(LAB, "handed")
    run(LAB, "handed", "--cell-seconds", "3", "--notebook-seconds", "20")
    assert [(limits.call, limits.notebook) for limits in engine.limits] == [(10, 90)] * 2 + [
        (3, 20)
    ] * 2
    run(LAB, "handed")
    assert len(engine.limits) == 4
    run(LAB, "handed", "--again")
    assert len(engine.limits) == 6


def test_the_warning_of_a_weak_sandbox_is_shown(course, monkeypatch):
    class Weak:
        warning = "what it does not protect"

    monkeypatch.setattr(sandbox, "choose", lambda name: {"limits": Weak()}[name])
    done = run(LAB, "handed", "--sandbox", "limits")
    assert done.exit_code == 0
    assert "crmlab: what it does not protect" in done.stderr


def test_similar_pairs_from_the_share_that_is_asked_for(course):
    folder, _engine = course
    code = "for n in range(9):\n    if n > 3 and n < 7:\n        print(n ** 2, n - 1, [n, n + 2])\n"
    for name in ("20230001", "20230002"):
        (folder / "handed" / f"{name}.ipynb").write_text(notebook(1, name, code=code))
    run(LAB, "handed", "--roster", "roster.csv", "--similar", "0.9")
    page = (folder / "results" / LAB / "summary.html").read_text("utf-8")
    assert "20230001 Li Wei<br>20230002 Ada Moss" in page
    code = code.replace("n - 1", "n ** n ** n ** n - 9, n // n // n // n // n - 2 * n * n * n * n")
    (folder / "handed" / "20230002.ipynb").write_text(notebook(1, "b", code=code))
    run(LAB, "handed", "--roster", "roster.csv", "--similar", "0.9")
    page = (folder / "results" / LAB / "summary.html").read_text("utf-8")
    assert "No pair reaches 90 %." in page


PAGE = (Path(__file__).parents[2] / "book" / "teach" / "grading.md").read_text("utf-8")


def test_the_teacher_s_page_names_what_there_is():
    command = root.get_command(None, "labs").get_command(None, "grade")
    options = {name for option in command.params for name in option.opts}
    named = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", PAGE)) - {"--help"}
    assert len(named) > 10
    assert named <= options
    told = set(
        re.findall(r"`(\w+)`", PAGE[PAGE.index("| status |") : PAGE.index("Cells that stop")])
    )
    assert told == set(STATUSES)


def test_the_rules_on_the_teacher_s_page_are_rules(tmp_path):
    (text,) = re.findall(r"```\{code-block\} toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "course.toml").write_text(text, "utf-8")
    rules = read_rules(tmp_path / "course.toml")
    late = rules.late.late(
        rules.deadlines["lab07_customer_worth"] + timedelta(hours=25), *rules.deadlines.values()
    )
    assert (rules.late.per_day, late.percent) == (10, 20)
