"""Every lab: full marks for its solution, none for the blank, its own hint for each mistake."""

import json
import shutil

import pytest
from nbclient import NotebookClient

from crmlab.course._evaluate import Outcome
from crmlab.course.lab import judge
from tests.labs import LABS, built, other_answers


@pytest.fixture(scope="module", params=LABS)
def lab(request, tmp_path_factory):
    return built(request.param, tmp_path_factory)


def test_there_are_labs():
    assert len(LABS) >= 17


def test_the_solution_has_full_marks(lab):
    names = lab.names(lab.solution)
    assert "error" not in names
    full = {q["id"]: q["points"] for q in lab.key["questions"] if not q["manual"]}
    assert lab.marks(names) == pytest.approx(full)


def test_answers_of_another_hand_have_full_marks(lab):
    """They were written from the student's version alone, before the master was looked at."""
    names = lab.names(lab.notebook, other_answers(lab.name))
    assert "error" not in names
    full = {q["id"]: q["points"] for q in lab.key["questions"] if not q["manual"]}
    assert lab.marks(names) == pytest.approx(full)


def test_the_student_version_with_the_answers_passes_in_a_kernel(lab, tmp_path):
    """As in JupyterLab: cell by cell, beside its checks and nothing else."""
    folder = shutil.copytree(lab.student, tmp_path / lab.name)
    notebook = lab.answered()
    NotebookClient(
        notebook, kernel_name="python3", timeout=300, resources={"metadata": {"path": folder}}
    ).execute()
    checks = [c for c in notebook.cells if c.cell_type == "code" and c.id.endswith("-check")]
    shown = [output["data"]["text/plain"] for cell in checks for output in cell.outputs]
    *wanted, _progress = lab.reports()
    pairs = zip(wanted, shown, strict=True)
    assert [head for head, text in pairs if not text.startswith(head)] == []


def test_the_blank_has_none(lab):
    assert set(lab.marks(lab.names(lab.notebook)).values()) == {0}


def test_each_known_mistake_is_met_by_its_own_hint(lab):
    for question in lab.checks["questions"]:
        for check in question["checks"]:
            for mistake in check.get("mistakes", []):
                line = judge(check, Outcome(value=mistake["value"]))
                assert not line.right
                assert line.text.endswith(f" {mistake['hint']}"), line


def test_an_answer_wrong_in_a_new_way_meets_the_hint_of_its_check(lab):
    for question in lab.checks["questions"]:
        for check in question["checks"]:
            line = judge(check, Outcome(value=unforeseen(check["expected"])))
            assert not line.right
            assert line.text.endswith(f" {check['hint']}"), line


def unforeseen(value):
    """Return a value of the same kind, as far as there is one, that no misconception gives."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return -12345.678 - value if number else ["something", "else"]


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
