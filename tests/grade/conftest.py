"""A small lab, what students hand in of it, and the sandboxes in which it is graded."""

import json
import os
import shutil
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from crmlab.course.build import build
from crmlab.course.grade.key import read_key
from crmlab.course.grade.one import mark
from crmlab.course.grade.sandbox import Limits, choose

HERE = Path(__file__).parent
LAB = "lab98_small"


class SmallLab:
    """The lab as built: its key, and its solution from which hand-ins are made."""

    def __init__(self, folder):
        # Away from the tests' folder: the sandbox may not see what is beside a submission.
        shutil.copytree(HERE / LAB, folder / "masters" / LAB)
        shutil.copy(HERE / f"{LAB}.md", folder / "masters")
        made = build(folder / "masters" / f"{LAB}.md", folder / "built", "a seed for tests")
        self.key_file = made.teacher / f"{LAB}.key.json"
        self.key = read_key(self.key_file)
        self.solution = nbformat.read(made.teacher / f"{LAB}.solution.ipynb", as_version=4)
        self.blank = nbformat.read(made.student / f"{LAB}.ipynb", as_version=4)

    @property
    def hidden_inputs(self):
        """What only the teacher knows: the numbers in the hidden expressions."""
        exprs = [c["expr"] for q in self.key.questions for c in q["checks"] if c["hidden"]]
        return {
            word
            for expr in exprs
            for word in expr.strip(")")
            .replace("[", "(")
            .split("(")[-1]
            .replace("]", "")
            .split(", ")
        }

    def hand_in(self, path, cells=None, *, first="", last=""):
        """Write the solution with other cells (by id), and code that runs first and last."""
        notebook = deepcopy(self.solution)
        for cell in notebook.cells:
            cell.source = (cells or {}).get(cell.id, cell.source)
        if first:
            notebook.cells.insert(0, new_code_cell(first))
        if last:
            notebook.cells.append(new_code_cell(last))
        nbformat.write(notebook, path)
        return path


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    return SmallLab(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def bubblewrap():
    """Return the sandbox; without it the tests are skipped here, but fail in CI."""
    try:
        return choose("bubblewrap")
    except ValueError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(f"{error} (tools/install_system.sh installs it)")


@pytest.fixture
def graded(lab, request, tmp_path):
    """Return a function that grades a notebook, or the solution with other cells."""

    def grade(cells=None, *, path=None, sandbox=None, limits=None, **more):
        sandbox = sandbox or request.getfixturevalue("bubblewrap")
        if path is None:
            path = lab.hand_in(tmp_path / "handed_in.ipynb", cells, **more)
        marks = mark(path, lab.key, sandbox=sandbox, limits=limits or Limits())
        json.dumps(marks.to_json(), ensure_ascii=False, allow_nan=False).encode("utf-8")
        return marks

    return grade


@pytest.fixture(scope="session")
def points():
    """Return a function that gives the points of the questions that are marked here."""
    return lambda marks: {q.id: q.earned for q in marks.questions if not q.manual}
