"""The labs as they are built, and what students write in them.

``other_answers/`` holds right answers that are not the master's, ``wrong_answers/`` those that
a misconception gives.
"""

import ast
import copy
import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

from crmlab.course._evaluate import evaluate
from crmlab.course._values import Options, difference
from crmlab.course.build import build

EXERCISES = Path(__file__).parents[1] / "exercises"
LABS = sorted(path.stem for path in EXERCISES.glob("lab*.md"))
OTHER_ANSWERS = Path(__file__).parent / "other_answers"
WRONG_ANSWERS = Path(__file__).parent / "wrong_answers"
#: Whether every answer is given in the slowest places too, JupyterLab's page and the browser's
#: own Python, where a part of them is the custom.
EVERY_ANSWER = "EVERY_ANSWER" in os.environ
#: Stands before wrong answers: the function gives every name its right value again.
_AGAIN = """_right_names = {n: v for n, v in globals().items() if not n.startswith("_")}


def _again():
    for name, value in _right_names.items():
        table = type(value).__name__ in ("DataFrame", "Series", "ndarray")
        globals()[name] = value.copy() if table else value"""


class Built:
    """One lab as built in a folder, with its files read."""

    def __init__(self, name, folder):
        self.path, self.name = EXERCISES / f"{name}.md", name
        self.student = folder / "student" / name
        self.teacher = folder / "teacher" / name
        self.notebook = nbformat.read(self.student / f"{name}.ipynb", as_version=4)
        self.solution = nbformat.read(self.teacher / f"{name}.solution.ipynb", as_version=4)
        self.checks = json.loads((self.student / f"{name}.checks.json").read_text("utf-8"))
        self.key = json.loads((self.teacher / f"{name}.key.json").read_text("utf-8"))

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

    def answered(self):
        """Return the student's notebook with the answers of the solution put into its cells."""
        notebook, given = copy.deepcopy(self.notebook), {c.id: c for c in self.solution.cells}
        for cell in notebook.cells:
            cell.source = given.get(cell.id, cell).source
        return notebook

    def reports(self):
        """Return how the reports in the notebook begin if all answers are right, in order."""
        heads = []
        for cell in self.notebook.cells:
            if cell.cell_type == "code" and cell.id.endswith("-check"):
                heads.append(f"{cell.id.removesuffix('-check')}: all right so far")
            elif cell.id == "progress":
                heads.append("Your progress in this lab")
        return heads

    def mistaken(self, answers):
        """Return code for each of the wrong answers, with its check, for the answered notebook."""
        cells = [f'_again()\n{a.cell(self.solution)}\nlab.check("{a.question}")' for a in answers]
        return [_AGAIN, *cells]

    def every_answer(self):
        """Return the student's notebook empty, then answered, then with every wrong answer.

        The second part returned is how each report must begin, and what it must say on a page.
        """
        wrong = wrong_answers(self.name)
        empty, answered = copy.deepcopy(self.notebook), self.answered()
        for cell in empty.cells:  # where nothing stands yet the next cell may fail
            cell.metadata.setdefault("tags", []).append("raises-exception")
        cells = [nbformat.v4.new_code_cell(source) for source in self.mistaken(wrong)]
        answered.cells = [*empty.cells, *answered.cells, *cells]
        for number, cell in enumerate(answered.cells):
            cell.id = f"cell-{number}"
        heads = self.reports()
        return answered, [
            *((head.replace("all right so far", "not yet"), "") for head in heads),
            *((head, "") for head in heads),
            *((f"{a.question}: not yet", a.words_on_page) for a in wrong),
        ]

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


def built(name, tmp_path_factory):
    """Build a lab, or find it built by another test of this run."""
    run = tmp_path_factory.getbasetemp()
    run = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    ready = run / "built-labs" / name
    if not ready.exists():
        out = tmp_path_factory.mktemp("lab")
        build(EXERCISES / f"{name}.md", out, "a seed for tests")
        ready.parent.mkdir(exist_ok=True)
        with suppress(OSError):  # another worker was quicker
            out.rename(ready)
    return Built(name, ready)


def other_answers(lab):
    """Return right answers of another hand: a dict from the id of a cell to its code."""
    text = (OTHER_ANSWERS / f"{lab}.txt").read_text("utf-8")
    _nothing, *parts = re.split(r"^# cell: (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


@dataclass(frozen=True)
class WrongAnswer:
    """What a student writes who holds a misconception, and words of the hint that must follow.

    `names` are the names that the answer gives. The code is the body of the function, if there
    is one name and it is a function; otherwise an expression for the value of each of them.
    """

    question: str
    names: tuple[str, ...]
    words: str
    code: str
    before: str  # code that is run first

    def __str__(self):
        return f"{self.question} {', '.join(self.names)}: {self.words}"

    @property
    def words_on_page(self):
        """The words as a page shows them, where code is not between backticks."""
        return self.words.replace("`", "")

    def cell(self, solution):
        """Return the code of a cell that gives this answer in the solved notebook.

        It may use ``_right``, the function that it replaces.
        """
        arguments = _arguments(solution, self.names[0])
        if arguments is None or len(self.names) > 1:
            answer = f"{', '.join(self.names)} = ({self.code.strip()}\n)"
        else:
            (name,) = self.names
            answer = f"_right = {name}\n\n\ndef {name}({arguments}):\n{self.code}"
        return f"{self.before}{answer}"


def _arguments(notebook, name):
    """Return the arguments of a function that the notebook defines, as text, or None."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and f"def {name}(" in cell.source:
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef) and node.name == name:
                    return ast.unparse(node.args)
    return None


@cache
def wrong_answers(lab):
    """Read the wrong answers to a lab; what stands before them is run before each of them."""
    text = (WRONG_ANSWERS / f"{lab}.txt").read_text("utf-8")
    before, *blocks = re.split(r"^(?=q\d+ )", text, flags=re.MULTILINE)
    answers = []
    for block in blocks:
        head, code = block.split("\n", 1)
        place, words = head.split(": ", 1)
        question, names = place.split(" ", 1)
        answers.append(
            WrongAnswer(question, tuple(names.split(", ")), words, code.rstrip(), before)
        )
    return answers
