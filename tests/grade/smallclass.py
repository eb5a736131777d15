"""A small lab, students who hand something in, and a stand-in for the grading engine.

The stand-in reads one number from the notebook and never runs it; the engine has its own tests,
and ``tests/test_term.py`` plays a term with it.
"""

import json
import re
from pathlib import Path

from crmlab.course.grade.cells import Cell
from crmlab.course.grade.folder import LabFiles
from crmlab.course.grade.marks import CheckMark, Marks, QuestionMark
from crmlab.course.roster import Student

LAB = "lab99_small"
HIDDEN = "double(4711)"
HINT = "You squared it: `x ** 2`."
ROSTER = [
    Student("20230001", "Li Wei", "li.wei@example.org", section="A"),
    Student("20230002", "Ada Moss", "amoss@example.org", section="A"),
    Student("20230003", "王小明", "wxm@example.org", section="B"),
    Student("20230004", "Zoe Quist", section="B"),
]
LETTER = "## A letter\n\nWrite to the manager.\n\n*Write your answer here.*"


def notebook(earned=0, letter="", code="", **extra):
    """Return a student's notebook; `earned` is what the stand-in gives for q1."""
    source = f'def double(x):\n    ...\n# earned {earned}\n{code}\nlab = Lab("{LAB}")'
    text = LETTER.replace("*Write your answer here.*", letter) if letter else LETTER
    cells = [
        {"cell_type": "code", "id": "q1-1", "source": source, "outputs": [], "metadata": {}},
        {"cell_type": "code", "id": "q1-check", "source": 'lab.check("q1")', "metadata": {}},
        {"cell_type": "markdown", "id": "q2-1", "source": text, "metadata": {}},
        {"cell_type": "markdown", "id": "q2-check", "source": "**How q2 is marked** by …"},
    ]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, **extra})


def small_lab(folder):
    """Write the teacher's and the student's files, and return them as grading reads them."""
    teacher, student = folder / "teacher" / LAB, folder / "student" / LAB
    for one in (teacher, student):
        one.mkdir(parents=True)
    (student / f"{LAB}.ipynb").write_text(notebook())
    solution = notebook(4, "Dear manager, the model answer.")
    (teacher / f"{LAB}.solution.ipynb").write_text(solution)
    key = {
        "format": 1,
        "lab": LAB,
        "title": "Lab 99: Small",
        "points": 10.0,
        "questions": [
            {
                "id": "q1",
                "points": 6.0,
                "manual": False,
                "rubric": [],
                "checks": [
                    {"expr": "double(4)", "expected": 8, "points": 2, "hidden": False},
                    {"expr": HIDDEN, "expected": 9422, "points": 4, "hidden": True},
                ],
            },
            {"id": "q2", "points": 4.0, "manual": True, "rubric": ["2: clear"], "checks": []},
        ],
    }
    (teacher / f"{LAB}.key.json").write_text(json.dumps(key))
    cells = [Cell(c["id"], c["cell_type"], c["source"]) for c in json.loads(notebook())["cells"]]
    return LabFiles(teacher, key, cells, cells)


class Engine:
    """The stand-in; `marked` counts its calls, by file name."""

    def __init__(self):
        self.marked = []

    def __call__(self, path: Path) -> Marks:
        text = path.read_text(encoding="utf-8")
        self.marked.append(path.name)
        if "boom" in text:
            raise RuntimeError("the engine broke")
        found = re.search(r"# earned ([\d.]+)", text)
        if not found:
            return Marks("unreadable", (QuestionMark("q1", 6), QuestionMark("q2", 4, True)))
        earned = float(found[1])
        first, second = min(earned, 2), max(earned - 2, 0)
        wrong = f"gave 16, expected 8. {HINT}"
        checks = (
            CheckMark(
                False, 2, first, "double(4)", "" if first == 2 else wrong, "" if first else HINT
            ),
            CheckMark(True, 4, second, HIDDEN, "" if second == 4 else "Another value came."),
        )
        questions = (QuestionMark("q1", 6, checks=checks), QuestionMark("q2", 4, True))
        return Marks("graded", questions, seconds=0.25)


def roster_file(folder, students=ROSTER):
    path = folder / "roster.csv"
    lines = [f"{s.id},{s.name},{s.email},{s.section}" for s in students]
    path.write_text("\n".join(["student,name,email,section", *lines]) + "\n", encoding="utf-8")
    return path
