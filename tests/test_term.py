"""A term from its first lab to the final marks, by the command line, with 30 synthetic students.

What each student should get is worked out here by hand; no function of the package is used.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from crmlab.course.grade.sandbox import choose

ROOT = Path(__file__).resolve().parents[1]
LAB07, LAB98 = "lab07_customer_worth", "lab98_small"
DEADLINE = "2026-03-01T23:59:00+08:00"

#: How many students of a kind there are. Numbers run on from 20260001 in this order.
KINDS = {
    "example": 1,  # the worked example of the course's rules
    "good": 11,
    "gap": 6,  # left question 8 of Lab 07 out, and squared in Lab 98
    "slip": 4,  # one wrong number in Lab 07, Lab 98 not handed in
    "empty": 2,  # handed Lab 07 in as it was
    "late": 3,  # Lab 07 came 25 hours late
    "gone": 2,  # handed in nothing, sat no exam
    "broken": 1,  # Lab 07 is no notebook
}
LIST = [kind for kind, count in KINDS.items() for _ in range(count)]
STUDENTS = {f"2026{n:04}": kind for n, kind in enumerate(LIST, start=1)}

# Lab 07 has 63 points by checks and 6 by hand; question 8 has 5, the wrong number costs 1.
BY_CHECKS_07 = {
    **{"example": 63, "good": 63, "gap": 63 - 5, "slip": 63 - 1, "empty": 0, "late": 63},
    **{"gone": 0, "broken": 0},
}
BY_HAND_07 = {"example": 6, "good": 5, "gap": 4, "slip": 6, "empty": 0, "late": 6}
PENALTY_07 = {"late": 0.20 * (63 + 6)}  # two begun days at 10 %
TOTAL_07 = {
    "example": 69,
    "good": 68,
    "gap": 62,
    "slip": 68,
    "empty": 0,
    "late": 55.2,
    "gone": 0,
    "broken": 0,
}
# Lab 98 has 4 + 4 points by checks and 2 by hand; who squared gets none of the first four.
BY_HAND_98 = {"example": 2, "good": 2, "gap": 1, "empty": 0, "late": 2, "broken": 2}
TOTAL_98 = {
    "example": 10,
    "good": 10,
    "gap": 5,
    "slip": 0,
    "empty": 8,
    "late": 10,
    "gone": 0,
    "broken": 10,
}
QUIZ = {"example": 12, "good": 12, "gap": 9, "slip": 6, "empty": 3, "late": 12, "broken": 6}
DAYS = {
    "example": ("present", "present", "present", "present"),
    "good": ("present", "present", "present", "present"),
    "gap": ("present", "late", "present", "present"),
    "slip": ("present", "absent", "present", "present"),
    "empty": ("present", "excused", "present", "present"),
    "late": ("late", "late", "present", "present"),
    "gone": ("absent", "absent", "absent", "absent"),
    "broken": ("present", "present", "present", "present"),
}
NOTES = {
    **{"example": 80, "good": 90, "gap": 80, "slip": 70, "empty": 60, "late": 85, "gone": 0},
    "broken": 75,
}
EXAM = {"example": 60, "good": 88, "gap": 72, "slip": 61, "empty": 45, "late": 90, "broken": 66}

# Coursework: 0.3 attendance + 0.3 notes + 0.4 mean of Lab 07, Lab 98 and the quiz, each of 100.
COURSEWORK = {
    "example": 0.3 * 100 + 0.3 * 80 + 0.4 * (100 + 100 + 100) / 3,
    "good": 0.3 * 100 + 0.3 * 90 + 0.4 * (100 * 68 / 69 + 100 + 100) / 3,
    "gap": 0.3 * (3 * 100 + 50) / 4 + 0.3 * 80 + 0.4 * (100 * 62 / 69 + 50 + 75) / 3,
    "slip": 0.3 * (3 * 100 + 0) / 4 + 0.3 * 70 + 0.4 * (100 * 68 / 69 + 0 + 50) / 3,
    "empty": 0.3 * (3 * 100) / 3 + 0.3 * 60 + 0.4 * (0 + 80 + 25) / 3,
    "late": 0.3 * (2 * 100 + 2 * 50) / 4 + 0.3 * 85 + 0.4 * (100 * 55.2 / 69 + 100 + 100) / 3,
    "gone": 0.3 * 0 + 0.3 * 0 + 0.4 * (0 + 0 + 0) / 3,
    "broken": 0.3 * 100 + 0.3 * 75 + 0.4 * (0 + 100 + 50) / 3,
}


def rounded(value):
    """Round to two digits, halves up, as a registrar does."""
    return Decimal(repr(round(value, 9))).quantize(Decimal("0.01"), ROUND_HALF_UP)


FINAL = {kind: rounded(0.3 * COURSEWORK[kind] + 0.7 * mark) for kind, mark in EXAM.items()}


def test_the_hand_calculation_has_the_worked_example_of_the_rules():
    assert rounded(COURSEWORK["example"]) == Decimal("94.00")
    assert FINAL["example"] == Decimal("70.20")


# ------------------------------------------------------------------------------- The students


def changed(notebook, cells):
    """Return a notebook with other code in some cells, by their ids."""
    record = json.loads(notebook.read_text("utf-8"))
    for cell in record["cells"]:
        cell["source"] = cells.get(cell["id"], cell["source"])
    assert cells.keys() <= {cell["id"] for cell in record["cells"]}
    return json.dumps(record, ensure_ascii=False)


def lab07(kind, folder):
    """Return what a student of that kind hands in of Lab 07."""
    student = folder / "student" / LAB07 / f"{LAB07}.ipynb"
    solution = folder / "teacher" / LAB07 / f"{LAB07}.solution.ipynb"
    if kind == "empty":
        return student.read_text("utf-8")
    if kind == "broken":
        return "The notebook is on my other computer."
    if kind == "gap":
        return changed(
            solution, {"q8-2": "def swings(margin, retention, rate, share):\n    ...", "q8-3": ""}
        )
    if kind == "slip":
        source = "".join(
            next(c for c in json.loads(solution.read_text("utf-8"))["cells"] if c["id"] == "q2-3")[
                "source"
            ]
        )
        return changed(solution, {"q2-3": source.replace("500 - (450 - 100)", "500 - 450 - 100")})
    return solution.read_text("utf-8")


def lab98(kind, folder):
    solution = folder / "teacher" / LAB98 / f"{LAB98}.solution.ipynb"
    squared = {"q1-4": "def double(x):\n    return x ** 2"} if kind == "gap" else {}
    return changed(solution, squared)


def write(path, head, lines):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *lines])


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def hand_in(term):
    """Put Lab 07 into a folder, by number or in folders, and Lab 98 into Moodle's archive."""
    labs = term / "_build" / "labs"
    for n, (student, kind) in enumerate(STUDENTS.items()):
        name = f"{student}_lab07.ipynb" if n % 2 else f"{student}/my work.ipynb"
        path = term / "lab07" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind != "gone":
            path.write_text(lab07(kind, labs), encoding="utf-8")
    with zipfile.ZipFile(term / "lab98.zip", "w") as archive:
        for n, (student, kind) in enumerate(STUDENTS.items()):
            if kind not in ("gone", "slip"):
                name = f"Student {student}_{7000 + n}_assignsubmission_file_/lab98.ipynb"
                archive.writestr(name, lab98(kind, labs))


def keep_records(term):
    """Write what a teacher keeps: the class list, hand-in times, attendance, notes, quiz, exam."""
    write(term / "roster.csv", ["student", "name"], [[s, f"Student {s}"] for s in STUDENTS])
    times = {"late": "2026-03-03 00:59"}
    write(
        term / "times.csv",
        ["student", "submitted"],
        [[s, times.get(k, "2026-03-01 20:00")] for s, k in STUDENTS.items() if k != "gone"],
    )
    (term / "course.toml").write_text(
        f"[late]\nper_day = 10\ncap = 50\n[deadlines]\n{LAB07} = {DEADLINE}\n"
    )
    days = ["student", "week 1", "week 2", "week 3", "week 4"]
    write(term / "attendance.csv", days, [[s, *DAYS[k]] for s, k in STUDENTS.items()])
    write(term / "notes.csv", ["student", "score"], [[s, NOTES[k]] for s, k in STUDENTS.items()])
    write(
        term / "quizzes.csv",
        ["student", "quiz", "score", "out_of"],
        [[s, "Chapter 7", QUIZ[k], 12] for s, k in STUDENTS.items() if k in QUIZ],
    )
    write(
        term / "exam.csv", ["student", "score"], [[s, EXAM.get(k, "")] for s, k in STUDENTS.items()]
    )


def mark_by_hand(sheet, points):
    """Fill in the sheet that grading wrote, as a teacher does."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["student"] for row in rows} == {s for s, k in STUDENTS.items() if k in points}
    assert all(row["points"] == "" for row in rows)
    for row in rows:
        row["points"], row["remark"] = points[STUDENTS[row["student"]]], "Read."
    write(sheet, list(rows[0]), [row.values() for row in rows])


# ----------------------------------------------------------------------------------- The term


@pytest.fixture(scope="module")
def sandbox():
    """Return the name of the sandbox that this machine has; these notebooks can be trusted."""
    try:
        choose("bubblewrap")
    except ValueError:
        return "limits"
    return "bubblewrap"


@pytest.fixture(scope="module")
def term(tmp_path_factory, sandbox):
    """Play the term; return its folder."""
    folder = tmp_path_factory.mktemp("term")
    (folder / "exercises").mkdir()
    shutil.copy(ROOT / "exercises" / f"{LAB07}.md", folder / "exercises")
    shutil.copy(ROOT / "tests" / "grade" / f"{LAB98}.md", folder / "exercises")
    shutil.copytree(ROOT / "tests" / "grade" / LAB98, folder / "exercises" / LAB98)

    def crmlab(*arguments, exits=0):
        command = [sys.executable, "-m", "crmlab.course.cli", *arguments]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "LANGUAGE": "en"}
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == exits, done.stdout + done.stderr
        return done.stdout + done.stderr

    crmlab("labs", "build", "--seed", "a term of tests")
    hand_in(folder)
    keep_records(folder)
    common = ["--roster", "roster.csv", "-j", "2", "--sandbox", sandbox]
    grade07 = ["labs", "grade", LAB07, "lab07", *common, "--rules", "course.toml"]
    grade07 += ["--submitted", "times.csv"]
    grade98 = ["labs", "grade", LAB98, "lab98.zip", *common]
    book = ["gradebook", "--roster", "roster.csv", "--attendance", "attendance.csv"]
    book += ["--participation", "notes.csv", "--exam", "exam.csv", "--quizzes", "quizzes.csv"]
    book += ["--labs", f"results/{LAB07}/results.csv", f"results/{LAB98}/results.csv"]
    said = crmlab(*grade07)
    assert "27 graded, 2 missing, 1 unreadable" in said
    assert "27 answers wait to be marked by hand" in said
    crmlab(*grade98)
    assert "waits to be marked by hand" in crmlab(*book, exits=1)
    for lab, points in ((LAB07, BY_HAND_07), (LAB98, BY_HAND_98)):
        mark_by_hand(folder / "results" / lab / "hand_marks.csv", points)
    assert "wait to be marked" not in crmlab(*grade07) + crmlab(*grade98)
    once = (folder / "results" / LAB07 / "results.csv").read_bytes()
    crmlab(*grade07)
    assert (folder / "results" / LAB07 / "results.csv").read_bytes() == once
    crmlab(*book)
    return folder


def test_lab_07_is_graded_as_by_hand(term):
    rows = read(term / "results" / LAB07 / "results.csv")
    assert list(rows) == list(STUDENTS)
    for student, kind in STUDENTS.items():
        row = rows[student]
        assert float(row["automatic points"]) == BY_CHECKS_07[kind], kind
        assert float(row["hand points"]) == BY_HAND_07.get(kind, 0), kind
        assert float(row["late penalty"]) == PENALTY_07.get(kind, 0), kind
        assert float(row["total"]) == TOTAL_07[kind], kind
        assert float(row["out of"]) == 69
        known = {"gone": "missing", "broken": "unreadable"}
        assert row["status"] == known.get(kind, "graded")


def test_lab_98_is_graded_as_by_hand(term):
    rows = read(term / "results" / LAB98 / "results.csv")
    assert {s: float(row["total"]) for s, row in rows.items()} == {
        student: TOTAL_98[kind] for student, kind in STUDENTS.items()
    }
    status = {student: row["status"] for student, row in rows.items()}
    absent = {student for student, kind in STUDENTS.items() if kind in ("gone", "slip")}
    assert {student for student in status if status[student] == "missing"} == absent


def test_final_marks_are_as_by_hand(term):
    rows = read(term / "gradebook.csv")
    assert list(rows) == list(STUDENTS)
    for student, kind in STUDENTS.items():
        row = rows[student]
        assert Decimal(row["coursework"]) == rounded(COURSEWORK[kind]), kind
        if kind == "gone":  # who sat no exam has no final mark, and not 0
            assert row["final"] == ""
        else:
            assert Decimal(row["final"]) == FINAL[kind], kind


def test_students_get_their_feedback_and_no_hidden_check(term):
    key = json.loads(
        (term / "_build" / "labs" / "teacher" / LAB98 / f"{LAB98}.key.json").read_text("utf-8")
    )
    checks = [check for question in key["questions"] for check in question["checks"]]
    hidden = [check for check in checks if check["hidden"]]
    assert len(hidden) == 5
    for student, kind in STUDENTS.items():
        page = (term / "results" / LAB98 / "feedback" / f"{student}.html").read_text("utf-8")
        assert f"{TOTAL_98[kind]} of 10 points" in page
        assert ("You squared it." in page) == (kind == "gap")
        for check in hidden:
            assert check["expr"] not in page
            assert str(check["expected"]) not in page


def test_the_teacher_sees_what_went_wrong(term):
    page = (term / "results" / LAB98 / "summary.html").read_text("utf-8")
    assert "You squared it." in page
    assert "double(4)" in page
    record = json.loads((term / "results" / LAB07 / "results.json").read_text("utf-8"))
    gap = next(one for one in record["students"] if STUDENTS[one["student"]["id"]] == "gap")
    lost = [
        q for q in gap["marks"]["questions"] if any(c["earned"] < c["points"] for c in q["checks"])
    ]
    assert [question["id"] for question in lost] == ["q8"]
