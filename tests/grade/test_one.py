"""One submission: whatever is handed in, the marks it gets and what the student reads."""

import json
from copy import deepcopy

import nbformat
import pytest

from crmlab.course.grade.key import read_key
from crmlab.course.grade.marks import Marks
from crmlab.course.grade.sandbox import Limits

FULL = {"q1": 4, "q2": 4}
NOTHING = {"q1": 0, "q2": 0}


def question(marks, name):
    return next(q for q in marks.questions if q.id == name)


@pytest.fixture
def changed(lab, graded, tmp_path):
    """Return a function that grades the solution after `change` was made to its notebook."""

    def grade(change, **more):
        notebook = json.loads(nbformat.writes(lab.solution))
        text = change(notebook)
        path = tmp_path / "changed.ipynb"
        path.write_text(text if isinstance(text, str) else json.dumps(notebook), encoding="utf-8")
        return graded(path=path, **more)

    return grade


def cell(notebook, name):
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def move(notebook, name, place):
    moved = cell(notebook, name)
    notebook["cells"].remove(moved)
    notebook["cells"].insert(place, moved)


def strip(notebook):
    notebook["metadata"] = {}
    for one in notebook["cells"]:
        del one["id"], one["metadata"]
        one.pop("outputs", None)


def strip_and_shuffle(notebook):
    move(notebook, "q1-4", 99)
    strip(notebook)


def only(*names):
    def keep(notebook):
        notebook["cells"] = [c for c in notebook["cells"] if c["id"] in names]

    return keep


def each_twice(notebook):
    notebook["cells"] = [deepcopy(c) for c in notebook["cells"] for _ in range(2)]


def wrong_then_right(notebook):
    place = notebook["cells"].index(cell(notebook, "q1-4"))
    wrong = {**deepcopy(cell(notebook, "q1-4")), "source": "def double(x): return 0"}
    notebook["cells"].insert(place, wrong)


def right_then_wrong(notebook):
    """The student went on in a copy of the cell; what stands above the check counts."""
    place = notebook["cells"].index(cell(notebook, "q1-4"))
    wrong = {**deepcopy(cell(notebook, "q1-4")), "source": "def double(x): return 0"}
    notebook["cells"].insert(place + 1, wrong)


def many_checks(notebook):
    notebook["cells"] += [deepcopy(cell(notebook, "q1-check")) for _ in range(50)]


def drop(*names):
    def change(notebook):
        notebook["cells"] = [c for c in notebook["cells"] if c["id"] not in names]

    return change


def helper_used_twice(notebook):
    """Right at its place, and changed by a later cell."""
    cell(notebook, "q1-4")["source"] = (
        "def work(x):\n    return 2 * x\n\ndef double(x):\n    return work(x)"
    )
    cell(notebook, "q2-2")["source"] = (
        "def work(x):\n    return sum(x)\n\ndef total(prices):\n    return work(prices)"
    )


def source_in_lines(notebook):
    for one in notebook["cells"]:
        one["source"] = "".join(one["source"]).splitlines(keepends=True)


SHAPES = {
    "as the solution": (lambda notebook: None, FULL),
    "ids and metadata stripped": (strip, FULL),
    "stripped, the answer at the end": (strip_and_shuffle, FULL),
    "answer cell at the end": (lambda n: move(n, "q1-4", 99), FULL),
    "answer cell at the top": (lambda n: move(n, "q1-4", 0), FULL),
    "backwards": (lambda n: n["cells"].reverse(), FULL | {"q2": 3}),
    "answer cell deleted": (drop("q1-4"), {"q1": 0, "q2": 4}),
    "check cell deleted": (drop("q1-check"), FULL),
    "all check cells deleted": (drop("q1-check", "q2-check", "progress", "lab"), FULL),
    "only the answers": (only("q1-2", "q1-4", "q2-2", "q2-3"), FULL),
    "each cell twice": (each_twice, FULL),
    "answer cell twice, the second right": (wrong_then_right, FULL),
    "answer cell twice, the second wrong": (right_then_wrong, {"q1": 0, "q2": 4}),
    "fifty checks more": (many_checks, FULL),
    "a helper changed by a later cell": (helper_used_twice, FULL),
    "source in lines": (source_in_lines, FULL),
    "no code": (
        lambda n: n.update(cells=[c for c in n["cells"] if c["cell_type"] != "code"]),
        None,
    ),
    "not JSON": (lambda n: "PK\x03\x04 a zip", None),
    "JSON, but no notebook": (lambda n: '{"answer": 8}', None),
    "a list": (lambda n: "[1, 2]", None),
    "deep": (lambda n: "[" * 100_000, None),
    "empty": (lambda n: "", None),
    "cells of odd kinds": (
        lambda n: n["cells"].extend([None, 3, [], {"cell_type": "code", "source": {"a": 1}}]),
        FULL,
    ),
    "letters that are none": (
        lambda n: cell(n, "q1-4").update(source="raise ValueError('\ud800')"),
        {"q1": 0, "q2": 4},
    ),
}


@pytest.mark.parametrize(("change", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_shapes_of_a_notebook(changed, points, change, expected):
    marks = changed(change)
    assert marks.status == ("unreadable" if expected is None else "graded")
    assert points(marks) == (expected or NOTHING)
    assert [q.id for q in marks.questions] == ["q1", "q2", "q3"]
    assert Marks.from_json(json.loads(json.dumps(marks.to_json()))) == marks


def test_the_untouched_notebook_has_nothing(lab, graded, points, tmp_path):
    nbformat.write(lab.blank, tmp_path / "blank.ipynb")
    marks = graded(path=tmp_path / "blank.ipynb")
    assert (marks.status, points(marks)) == ("graded", NOTHING)
    assert "`double` is still empty" in question(marks, "q1").checks[0].said


def test_nothing_handed_in(graded, points, tmp_path):
    marks = graded(path=tmp_path / "nothing.ipynb")
    assert (marks.status, points(marks)) == ("missing", NOTHING)


def test_a_file_that_is_too_large_is_not_read(graded, points, tmp_path):
    path = tmp_path / "large.ipynb"
    path.write_bytes(b"[" + b" " * 5_000_000)
    marks = graded(path=path)
    assert (marks.status, points(marks)) == ("refused", NOTHING)
    assert "larger than 5 MB" in marks.note


def test_what_the_student_reads(graded):
    marks = graded({"q1-4": "def double(x):\n    return x ** 2", "q2-2": "def total(prices: pass"})
    first, second = question(marks, "q1"), question(marks, "q2")
    visible, *hidden = first.checks
    assert (visible.hidden, visible.expr, visible.earned) == (False, "double(4)", 0)
    assert visible.said == "gave 16. You squared it."
    assert visible.mistake == "You squared it."
    assert {c.said for c in hidden} == {
        "did not give the right value for inputs other than those that you know."
    }
    stopped = "The cell that begins with `def total(prices: pass` stopped with SyntaxError: "
    assert second.note.startswith(stopped)
    assert second.note.endswith(" (line 1).")
    assert second.note.count("line") == 1
    assert (second.checks[1].said, second.checks[1].earned) == ("", 1)
    assert question(marks, "q3").manual
    assert question(marks, "q3").earned is None


def test_a_loop_is_told(graded):
    marks = graded(
        {"q1-4": "def double(x):\n    while True: pass", "q2-2": "while True: pass"},
        limits=Limits(call=2),
    )
    assert question(marks, "q1").checks[0].said == "did not end within 2 seconds."
    left_out = "The cell that begins with `while True: pass` was left out: "
    assert question(marks, "q2").note == left_out + "it did not end within 2 seconds."


def test_words_of_a_program_are_short_and_in_one_line(graded):
    code = "raise ValueError('\\x1b[31m' + 'long\\n' * 100_000)"
    note = question(graded({"q1-4": code}), "q1").note
    assert len(note) < 450
    assert note.isprintable()


def test_time_runs_out(graded, points):
    code = "while True: pass\n"
    marks = graded(
        last=code, first=code * 2, limits=Limits(call=2, notebook=4), cells={"q2-3": code}
    )
    assert marks.status == "timeout"
    assert points(marks) == {"q1": 1, "q2": 0}
    assert question(marks, "q1").checks[1].said == "was not reached."
    assert marks.seconds < 15


def test_python_dies_too_often(graded, points, lab, tmp_path):
    notebook = deepcopy(lab.solution)
    notebook.cells += [nbformat.v4.new_code_cell("import os\nos._exit(1)") for _ in range(4)]
    nbformat.write(notebook, tmp_path / "deadly.ipynb")
    marks = graded(path=tmp_path / "deadly.ipynb")
    assert marks.status == "crashed"
    assert points(marks) == {"q1": 1, "q2": 2}
    notebook.cells.pop()
    nbformat.write(notebook, tmp_path / "three.ipynb")
    marks = graded(path=tmp_path / "three.ipynb")
    assert (marks.status, points(marks)) == ("graded", FULL)
    assert "3 times" in marks.note


def test_the_same_notebook_gets_the_same_marks(graded):
    cells = {"q1-4": "def double(x):\n    return hash(str(x)) % 7"}
    one, two = (graded(cells).to_json() for _ in range(2))
    assert {**one, "seconds": 0} == {**two, "seconds": 0}


def test_a_sandbox_that_does_not_start_is_no_fault_of_the_student(graded, points):
    marks = graded(limits=Limits(memory=1_000_000))
    assert (marks.status, points(marks)) == ("failed", NOTHING)
    assert marks.note


def test_a_key_is_read_or_refused(lab, tmp_path):
    assert read_key(lab.key_file).data == lab.key_file.with_name("lab98_small")
    (tmp_path / "other.json").write_text('{"lab": "x"}')
    with pytest.raises(ValueError, match=r"other\.json is not a key that crmlab labs build"):
        read_key(tmp_path / "other.json")


def test_no_expected_value_enters_the_sandbox(lab):
    given = lab.key.without_checks()
    assert "expected" not in given
    assert all(check["expr"] not in given for q in lab.key.questions for check in q["checks"])
