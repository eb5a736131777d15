"""Read a master: the text, the solution and the checks of one lab in a MyST notebook.

``exercises/README.md`` shows how a master is written; ``crmlab.course.build`` makes the
student's and the teacher's files from it.
"""

import ast
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import yaml

from crmlab._text import _
from crmlab.course._values import Options

Cell = Any  # a notebook cell; nbformat carries no types


class MasterError(ValueError):
    """A master that breaks a rule; the message names the file, the question and the expression."""

    def __init__(self, file: str, fault: str, question: str = "", expr: str = "") -> None:
        parts = [file, question, f"`{expr}`" if expr else "", fault]
        super().__init__(": ".join(filter(None, parts)))


@dataclass(frozen=True)
class Mistake:
    """A known way to be wrong: the expression of the wrong value, and the sentence about it."""

    gives: str
    hint: str


@dataclass(frozen=True)
class Check:
    """One expression whose value is compared with the solution's."""

    expr: str
    points: float
    hidden: bool = False
    hint: str = ""
    mistakes: tuple[Mistake, ...] = ()
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class Question:
    """One question: its checks, or the points and the rubric of one that is marked by hand."""

    id: str
    checks: tuple[Check, ...] = ()
    manual: bool = False
    points: float = 0.0
    rubric: tuple[str, ...] = ()

    @property
    def visible(self) -> list[Check]:
        """The checks that the student may see."""
        return [check for check in self.checks if not check.hidden]

    @property
    def hidden(self) -> int:
        """The number of the others."""
        return len(self.checks) - len(self.visible)


@dataclass(frozen=True)
class Master:
    """A master as read: its cells in order, each question in the place of its checks."""

    path: Path
    title: str
    cells: tuple[Cell | Question, ...]

    @property
    def name(self) -> str:
        """Name of the lab: the file's, without its ending."""
        return self.path.stem

    @property
    def questions(self) -> list[Question]:
        """The questions in order."""
        return [cell for cell in self.cells if isinstance(cell, Question)]

    @property
    def points(self) -> float:
        """Full marks."""
        return sum(question.points for question in self.questions)

    def error(self, fault: str, question: str = "", expr: str = "") -> MasterError:
        """Return an error about this master."""
        return MasterError(self.path.name, fault, question, expr)


def read_master(path: str | Path, seed: str) -> Master:
    """Read a master and draw the inputs of its hidden checks from `seed`.

    Raises
    ------
    MasterError
        If a block of checks breaks a rule.
    """
    path = Path(path)
    notebook = jupytext.read(path, fmt="md:myst")
    cells: list[Cell | Question] = []
    for cell in notebook.cells:
        if cell.cell_type != "raw":
            cells.append(cell)
            continue
        if "checks" not in cell.metadata.get("tags", []):
            raise MasterError(path.name, _("a raw cell must have the tag checks"))
        question = _Reader(path, seed).question(cell.source)
        if any(isinstance(other, Question) and other.id == question.id for other in cells):
            raise MasterError(path.name, _("the question's id stands twice"), question.id)
        cells.append(question)
    return Master(path, _title(notebook, path), tuple(cells))


def _title(notebook: Any, path: Path) -> str:
    for cell in notebook.cells:
        found = re.search(r"^# +(.+)$", cell.source, re.MULTILINE)
        if found and cell.cell_type == "markdown":
            return found[1].strip()
    raise MasterError(path.name, _("the text must begin with a title: # Lab …"))


_Kinds = Mapping[str, type | tuple[type, ...]]
_NUMBER = (int, float)
_QUESTION_KEYS: _Kinds = {"question": str, "checks": list, "manual": _NUMBER, "rubric": list}
_MISTAKE_KEYS: _Kinds = {"gives": (str, *_NUMBER), "hint": str}
_OPTION_KEYS: _Kinds = {"tolerance": _NUMBER, "index": bool, "column_order": bool}
_VISIBLE_KEYS: _Kinds = {
    **{"expr": str, "points": _NUMBER, "hidden": bool, "hint": str, "mistakes": list},
    **_OPTION_KEYS,
}
_HIDDEN_KEYS: _Kinds = {
    **{"expr": str, "points": _NUMBER, "hidden": bool, "repeat": int, "draw": dict},
    **_OPTION_KEYS,
}


class _Reader:
    """Reads one block of checks and names the question and expression in what it refuses."""

    def __init__(self, path: Path, seed: str) -> None:
        self.path, self.seed = path, seed
        self.id = self.expr = ""

    def refuse(self, fault: str) -> MasterError:
        return MasterError(self.path.name, fault, self.id, self.expr)

    def question(self, source: str) -> Question:
        named = re.search(r"^question: *(\w+)", source, re.MULTILINE)
        self.id = named[1] if named else ""
        try:
            record = yaml.safe_load(source)
        except yaml.YAMLError as error:
            raise self.refuse(_("the checks are not YAML: {error}").format(error=error)) from None
        self.keep(record, _QUESTION_KEYS, ["question"])
        self.id = record["question"]
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", self.id):
            raise self.refuse(_("a question's id is a letter with letters or digits, such as q1"))
        if ("checks" in record) == ("manual" in record):
            raise self.refuse(_("needs either checks or manual"))
        if "manual" in record:
            self.keep(record, _QUESTION_KEYS, ["manual", "rubric"])
            rubric = tuple(str(line) for line in record["rubric"])
            points = self.points(record, "manual")
            return Question(self.id, manual=True, points=points, rubric=rubric)
        if "rubric" in record:
            raise self.refuse(_("a rubric belongs to a question that is marked by hand"))
        checks = tuple(
            check for n, one in enumerate(record["checks"]) for check in self.checks(one, n)
        )
        if not checks:
            raise self.refuse(_("needs at least one check"))
        return Question(self.id, checks, points=sum(check.points for check in checks))

    def checks(self, record: Any, position: int) -> Iterator[Check]:
        self.expr = str(record.get("expr", "")) if isinstance(record, dict) else ""
        hidden = isinstance(record, dict) and record.get("hidden") is True
        self.keep(record, _HIDDEN_KEYS if hidden else _VISIBLE_KEYS, ["expr"])
        options = Options(**{key: record[key] for key in _OPTION_KEYS if key in record})
        points = self.points(record, "points")
        if not hidden:
            self.syntax(self.expr)
            if not record.get("hint"):
                raise self.refuse(_("a visible check needs a hint for answers wrong in a new way"))
            mistakes = tuple(self.mistake(mistake) for mistake in record.get("mistakes", []))
            yield Check(self.expr, points, False, record["hint"], mistakes, options)
        else:
            repeat = record.get("repeat", 1)
            if repeat < 1 or (repeat > 1 and "draw" not in record):
                raise self.refuse(_("repeat must be at least 1, and needs draw"))
            for expr in self.distinct(record, repeat, position):
                yield Check(expr, points / repeat, True, options=options)
        self.expr = ""

    def mistake(self, record: Any) -> Mistake:
        self.keep(record, _MISTAKE_KEYS, ["gives", "hint"])
        gives = str(record["gives"])
        self.syntax(gives)
        return Mistake(gives, record["hint"])

    def distinct(self, record: Mapping[str, Any], repeat: int, position: int) -> list[str]:
        """Return `repeat` expressions with drawn inputs, no two of them equal."""
        exprs: list[str] = []
        for attempt in range(20 * repeat):
            seed = f"{self.seed}/{self.path.stem}/{self.id}/{position}/{attempt}"
            expr = self.drawn(record, random.Random(seed))
            if expr not in exprs:
                exprs.append(expr)
            if len(exprs) == repeat:
                return exprs
        raise self.refuse(_("draw gives fewer than {n} different inputs").format(n=repeat))

    def drawn(self, record: Mapping[str, Any], rng: random.Random) -> str:
        """Return the expression with each ``{name}`` replaced by what was drawn for it."""
        values: dict[str, Any] = {}
        for name, source in record.get("draw", {}).items():
            try:
                values[name] = eval(source, {"rng": rng, **values})
                usable = ast.literal_eval(repr(values[name])) == values[name]
            except Exception as error:
                raise self.refuse(f"draw {name}: {type(error).__name__}: {error}") from None
            if not usable or f"{{{name}}}" not in record["expr"]:
                raise self.refuse(
                    _("draw {name} must give a plain value and stand in expr").format(name=name)
                )
            if re.search(rf"""["']\{{{name}\}}["']""", record["expr"]):
                raise self.refuse(
                    _("draw {name} brings its own quotation marks: leave them out of expr").format(
                        name=name
                    )
                )
        expr = re.sub(
            r"\{([A-Za-z_]\w*)\}",
            lambda found: repr(values[found[1]]) if found[1] in values else found[0],
            record["expr"],
        )
        self.syntax(expr)
        return expr

    def points(self, record: Mapping[str, Any], key: str) -> float:
        points = float(record.get(key, 1))
        if not 0 < points < 1000:
            raise self.refuse(_("points must be above 0; got {got}").format(got=record[key]))
        return points

    def syntax(self, expr: str) -> None:
        try:
            ast.parse(expr, mode="eval")
        except SyntaxError as error:
            raise self.refuse(
                _("{expr} is not an expression: {error}").format(expr=expr, error=error.msg)
            ) from None

    def keep(self, record: Any, kinds: _Kinds, needed: Sequence[str]) -> None:
        """Refuse a record with an unknown key, a missing key, or a value of the wrong kind."""
        if not isinstance(record, dict):
            raise self.refuse(_("must be a mapping with the keys {keys}").format(keys=[*kinds]))
        for key, value in record.items():
            if key not in kinds:
                raise self.refuse(
                    _("has the unknown key {key}; known are {keys}").format(
                        key=repr(key), keys=", ".join(kinds)
                    )
                )
            fits = isinstance(value, kinds[key]) and isinstance(value, bool) == (kinds[key] is bool)
            if not fits:
                raise self.refuse(_("{key} cannot be {value}").format(key=key, value=repr(value)))
        for key in needed:
            if not record.get(key):
                raise self.refuse(_("lacks the key {key}").format(key=repr(key)))
