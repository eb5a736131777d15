"""From one master to the student's lab, the teacher's solution and the key.

:func:`build` runs a master, refuses it if something is wrong, and writes

============================================  ============================================
``student/<lab>/<lab>.ipynb``                 without solutions, with a cell that checks
                                              each question
``student/<lab>/<lab>.checks.json``           visible checks, and the number of hidden ones
``teacher/<lab>/<lab>.solution.ipynb``        with solutions
``teacher/<lab>/<lab>.key.json``              all checks with the values that are expected
============================================  ============================================

The same master and seed give the same bytes.
"""

import ast
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from crmlab._text import _
from crmlab.course import _kernel
from crmlab.course._evaluate import Outcome
from crmlab.course._values import Options, Plain, difference, show
from crmlab.course.master import Cell, Check, Master, Question, read_master

Key = tuple[str, int]  # a question's id and the position of one of its checks

_BEGIN, _END = "# BEGIN SOLUTION", "# END SOLUTION"
_TEXT_BEGIN, _TEXT_END = "<!-- BEGIN SOLUTION -->", "<!-- END SOLUTION -->"
_LINE = re.compile(r"\s*# SOLUTION\s*$")

_START = """\
import sys

if sys.platform == "emscripten":  # in the browser the course's package is installed first
    import piplite

    await piplite.install("crmlab")

from crmlab.course import Lab

lab = Lab("{name}")"""


def blanked(source: str) -> str:
    """Return code without its solutions.

    >>> print(blanked("rate = 0.1  # SOLUTION"))
    rate = ...
    """
    lines: list[str] = []
    inside = False
    for line in source.splitlines():
        word = line.strip()
        if word in (_BEGIN, _END):
            if inside == (word == _BEGIN):
                raise ValueError(_("{word} has no partner").format(word=word))
            inside = word == _BEGIN
            if inside:
                lines.append(line[: len(line) - len(line.lstrip())] + "...")
        elif not inside:
            lines.append(_blanked_line(line) if _LINE.search(line) else line)
    if inside:
        raise ValueError(_("{word} has no partner").format(word=_BEGIN))
    return "\n".join(lines)


def _blanked_line(line: str) -> str:
    code = _LINE.sub("", line)
    indent = code[: len(code) - len(code.lstrip())]
    try:
        statement = ast.parse(code.strip()).body[0]
    except SyntaxError:
        statement = None
    if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign) or not statement.value:
        raise ValueError(
            _("# SOLUTION must end an assignment of one line: {line}").format(line=line.strip())
        )
    before = code.strip().encode()[: statement.value.col_offset].decode()
    return f"{indent}{before}..."


def _blanked_text(source: str) -> str:
    if source.count(_TEXT_BEGIN) != source.count(_TEXT_END):
        raise ValueError(_("{word} has no partner").format(word=_TEXT_BEGIN))
    here = _("*Write your answer here.*")
    return re.sub(f"{_TEXT_BEGIN}.*?{_TEXT_END}", here, source, flags=re.DOTALL)


def _named(cells: Sequence[Cell | Question]) -> list[tuple[str, Cell | Question]]:
    """Return each cell with an id that stays when other questions change: q1-1, q1-2, q1-check."""
    named: list[tuple[str, Cell | Question]] = []
    waiting: list[Cell] = []
    for cell in cells:
        waiting.append(cell)
        if isinstance(cell, Question):
            named += [(f"{cell.id}-{n}", one) for n, one in enumerate(waiting[:-1], start=1)]
            named.append((f"{cell.id}-check", cell))
            waiting = []
    return named + [(f"_end-{n}", one) for n, one in enumerate(waiting, start=1)]


def _question_of(name: str) -> str:
    """Return the question to which the cell of that id leads, if any."""
    return name.rpartition("-")[0].removeprefix("_end")  # no question's id begins with _


def _check_cell(question: Question, name: str) -> Cell:
    """Return the cell that stands for a question's checks in the student's notebook."""
    locked = {"editable": False, "deletable": False}
    if not question.manual:
        return new_code_cell(f'lab.check("{question.id}")', id=name, metadata=locked)
    head = _("**How {id} is marked** by your teacher ({points} points):").format(
        id=question.id, points=f"{question.points:g}"
    )
    lines = "\n".join(f"- {line}" for line in question.rubric)
    return new_markdown_cell(f"{head}\n\n{lines}", id=name, metadata=locked)


def _lab_notebook(master: Master, solved: bool) -> Any:
    """Return the notebook of a lab, with its solutions or without."""
    cells: list[Cell] = []
    started = False
    for name, cell in _named(master.cells):
        if isinstance(cell, Question):
            cells.append(_check_cell(cell, name))
            continue
        is_code = cell.cell_type == "code"
        if is_code and not started:
            cells.append(new_code_cell(_START.format(name=master.name), id="lab"))
            started = True
        try:
            short = blanked(cell.source) if is_code else _blanked_text(cell.source)
        except ValueError as error:
            raise master.error(str(error), _question_of(name)) from None
        new = new_code_cell if is_code else new_markdown_cell
        cells.append(new(cell.source if solved else short, id=name))
    cells.append(new_code_cell("lab.progress()", id="progress"))
    # A browser kernel is called "python"; with "python3" the page would ask which kernel to use.
    kernel = {"display_name": "Python", "language": "python", "name": "python"}
    return new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )


# ------------------------------------------------------------------------------------------
# Running and writing


@dataclass(frozen=True)
class Built:
    """What a build made."""

    master: Master
    student: Path
    teacher: Path


def build(
    path: str | Path, out: str | Path, seed: str, say: Callable[[str], None] = lambda text: None
) -> Built:
    """Make the student's and the teacher's files of one lab.

    Parameters
    ----------
    path : str or Path
        The master. A folder beside it with the same name holds the lab's data, if it has any.
    out : str or Path
        Folder for ``student/<lab>`` and ``teacher/<lab>``; what was there is replaced.
    seed : str
        Hidden inputs are drawn from it. Only the teacher has it.
    say : callable, optional
        Is told, in a few words, what is being done.

    Returns
    -------
    Built

    Raises
    ------
    MasterError
        If the solution does not reach full marks, the untouched student version scores, a known
        mistake is no mistake or is another one, or a block of checks breaks a rule. Nothing is
        written then.
    """
    master = read_master(path, seed)
    with tempfile.TemporaryDirectory() as made:
        student = Path(made, "student", master.name)
        teacher = Path(made, "teacher", master.name)
        for folder in (student, teacher):
            folder.mkdir(parents=True)
            if master.path.with_suffix("").is_dir():
                shutil.copytree(master.path.with_suffix(""), folder / master.name)
        notebook = _lab_notebook(master, solved=False)
        say(_("run the solution"))
        expected, mistaken = _solve(master, teacher)
        _write_json(student, "checks", _visible(master, expected, mistaken))
        _write_json(teacher, "checks", _visible(master, expected, mistaken))
        _write_json(teacher, "key", _key_file(master, expected, mistaken))
        nbformat.write(notebook, student / f"{master.name}.ipynb")
        nbformat.write(
            _lab_notebook(master, solved=True), teacher / f"{master.name}.solution.ipynb"
        )
        say(_("run the untouched student version"))
        _refuse_marks_for_nothing(master, notebook, expected, student)
        for folder in (student, teacher):
            target = Path(out, folder.parent.name, master.name)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(folder, target)
    return Built(master, *(Path(out, side, master.name) for side in ("student", "teacher")))


def _write_json(folder: Path, kind: str, record: Mapping[str, Any]) -> None:
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{folder.name}.{kind}.json").write_text(text, encoding="utf-8")


def _solve(master: Master, folder: Path) -> tuple[dict[Key, Plain], dict[Key, list[Plain]]]:
    """Run the master; return the value of every check, and the values of its known mistakes."""
    cells: list[Cell] = []
    for name, cell in _named(master.cells):
        if isinstance(cell, Question):
            asked = [e for c in cell.checks for e in (c.expr, *(m.gives for m in c.mistakes))]
            cells.append(_kernel.asking(asked, name))
        elif cell.cell_type == "code":
            cells.append(new_code_cell(cell.source, id=name))
    every = [check.expr for question in master.questions for check in question.checks]
    cells.append(_kernel.asking(every, "last"))
    try:
        outputs = _kernel.run(cells, folder)
    except RuntimeError as error:
        raise master.error(_("the solution did not end: {error}").format(error=error)) from None
    for cell in cells:
        fault = _kernel.error_in(outputs[cell.id])
        if fault:
            fault = _("the solution stops with {fault}").format(fault=fault)
            raise master.error(fault, _question_of(cell.id))
    return _answers(master, outputs)


def _answers(
    master: Master, outputs: Mapping[str, list[Any]]
) -> tuple[dict[Key, Plain], dict[Key, list[Plain]]]:
    expected: dict[Key, Plain] = {}
    mistaken: dict[Key, list[Plain]] = {}
    last = iter(_kernel.outcomes_in(outputs["last"]))
    for question in master.questions:
        found = iter(_kernel.outcomes_in(outputs[f"{question.id}-check"]))
        for n, check in enumerate(question.checks):
            key = question.id, n
            expected[key] = _value(master, question, check.expr, next(found))
            mistaken[key] = [
                _value(master, question, mistake.gives, next(found)) for mistake in check.mistakes
            ]
            again = _value(master, question, check.expr, next(last))
            if difference(again, expected[key], _strict(check)):
                fault = _("gives another value at the end of the notebook: a later cell changes it")
                raise master.error(fault, question.id, check.expr)
            _refuse_equal_mistakes(master, question, check, expected[key], mistaken[key])
    return expected, mistaken


def _strict(check: Check) -> Options:
    return Options(check.options.tolerance, index=True, column_order=True)


def _value(master: Master, question: Question, expr: str, outcome: Outcome) -> Plain:
    """Return the value of an outcome that must have one that can be compared."""
    if outcome.problem:
        fault = _("the solution is below full marks: {problem}").format(
            problem=f"{outcome.problem} {outcome.name} {outcome.message}".strip()
        )
        raise master.error(fault, question.id, expr)
    if '"object"' in json.dumps(outcome.value) and _opaque(outcome.value):
        fault = _("gives {got}, which cannot be compared").format(got=show(outcome.value))
        raise master.error(fault, question.id, expr)
    return outcome.value


def _opaque(value: Plain) -> bool:
    """Tell whether a plain value holds an object that is known by its type's name only."""
    if isinstance(value, dict):
        return "object" in value or any(_opaque(part) for part in value.values())
    return isinstance(value, list) and any(_opaque(part) for part in value)


def _refuse_equal_mistakes(
    master: Master, question: Question, check: Check, right: Plain, wrong: Sequence[Plain]
) -> None:
    for n, (mistake, value) in enumerate(zip(check.mistakes, wrong, strict=True)):
        if difference(value, right, check.options) is None:
            fault = _("the known mistake {gives} gives the right answer")
            raise master.error(fault.format(gives=mistake.gives), question.id, check.expr)
        for earlier, other in zip(check.mistakes[:n], wrong[:n], strict=True):
            if difference(value, other, check.options) is None:
                fault = _("the known mistakes {one} and {two} give the same value").format(
                    one=earlier.gives, two=mistake.gives
                )
                raise master.error(fault, question.id, check.expr)


def _refuse_marks_for_nothing(
    master: Master, notebook: Any, expected: Mapping[Key, Plain], folder: Path
) -> None:
    """Run the student's notebook as it is handed out; nothing in it may be right yet."""
    checks = {
        (question.id, n): check
        for question in master.questions
        for n, check in enumerate(question.checks)
    }
    asked = _kernel.asking([check.expr for check in checks.values()], "last")
    try:
        outputs = _kernel.run([*notebook.cells, asked], folder)
    except RuntimeError as error:
        fault = _("the untouched student version did not end: {error}").format(error=error)
        raise master.error(fault) from None
    outcomes = _kernel.outcomes_in(outputs["last"])
    for (key, check), outcome in zip(checks.items(), outcomes, strict=True):
        if outcome.problem:
            continue
        if difference(outcome.value, expected[key], check.options) is None:
            fault = _("the untouched student version has the right answer already")
            raise master.error(fault, key[0], check.expr)


def _settings(options: Options) -> dict[str, Any]:
    """Return the options that differ from the usual ones."""
    usual = asdict(Options())
    return {key: value for key, value in asdict(options).items() if value != usual[key]}


def _visible(
    master: Master, expected: Mapping[Key, Plain], mistaken: Mapping[Key, list[Plain]]
) -> dict[str, Any]:
    """Return what the student's notebook may know: of hidden checks only how many they are."""
    questions = [
        {
            "id": question.id,
            "points": question.points,
            "manual": question.manual,
            "hidden": question.hidden,
            "checks": [
                _check_record(check, expected[question.id, n], mistaken[question.id, n])
                for n, check in enumerate(question.checks)
                if not check.hidden
            ],
        }
        for question in master.questions
    ]
    return {"format": 1, "lab": master.name, "title": master.title, "questions": questions}


def _check_record(check: Check, expected: Plain, mistaken: Sequence[Plain]) -> dict[str, Any]:
    """Return a check as the files have it; what it does not have is left out."""
    mistakes = [
        {"value": value, "hint": mistake.hint}
        for mistake, value in zip(check.mistakes, mistaken, strict=True)
    ]
    extra = {"hint": check.hint, "mistakes": mistakes, "options": _settings(check.options)}
    return {"expr": check.expr, "expected": expected} | {k: v for k, v in extra.items() if v}


def _key_file(
    master: Master, expected: Mapping[Key, Plain], mistaken: Mapping[Key, list[Plain]]
) -> dict[str, Any]:
    """Return what the teacher grades with: every check, its points and its expected value."""
    questions = [
        {
            "id": question.id,
            "points": question.points,
            "manual": question.manual,
            "rubric": list(question.rubric),
            "checks": [
                _check_record(check, expected[question.id, n], mistaken[question.id, n])
                | {"points": check.points, "hidden": check.hidden}
                for n, check in enumerate(question.checks)
            ],
        }
        for question in master.questions
    ]
    return {
        "format": 1,
        "lab": master.name,
        "title": master.title,
        "points": master.points,
        "questions": questions,
    }
