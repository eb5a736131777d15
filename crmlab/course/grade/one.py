"""Grade one submission: run it in a sandbox, ask it for values, compare them out here.

What is expected never enters the sandbox, so nothing in there can find it or decide on it. A
check earns its points if its expression has the right value at the place of the question or
at the end of the notebook.

The inputs of hidden checks do enter the sandbox when they are asked, so they are asked last:
after that, nothing comes out but whether a value was right. All sentences for the student are
made from what was said before.
"""

import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from crmlab._text import _
from crmlab.course._evaluate import Outcome
from crmlab.course._values import Options, difference, is_plain
from crmlab.course.grade._bench import Bench, StoppedError
from crmlab.course.grade._session import StartError
from crmlab.course.grade.cells import Cell, read_cells
from crmlab.course.grade.key import Key, Record
from crmlab.course.grade.marks import CheckMark, Marks, QuestionMark
from crmlab.course.grade.sandbox import Limits, Sandbox
from crmlab.course.lab import judge, known_mistake

#: Goes up when the same notebook may get other marks than before.
VERSION = 1

_CHECKED = re.compile(r"""\blab\s*\.\s*check\(\s*["'](\w+)["']\s*\)""")
_ONLY_CHECKS = re.compile(r"(\s*(lab\s*\.\s*(check|progress)\([^()\n]*\)\s*;?\s*)?(#.*)?\n?)*")
_WORDS = 300  # letters of what a student's program says
_STRIKES = 2  # a question that has stopped Python, or has twice not ended, is asked no more


def mark(
    notebook: str | Path, key: Key, *, sandbox: Sandbox, limits: Limits | None = None
) -> Marks:
    """Grade one notebook. No process and no file of it is left afterwards.

    Parameters
    ----------
    notebook : str or Path
        What was handed in.
    key : Key
        The lab's checks and the values that are expected.
    sandbox : Sandbox
        Where it runs; see :func:`crmlab.course.grade.sandbox.choose`.
    limits : Limits, optional
        What it may use.

    Returns
    -------
    Marks
        Whatever the notebook is or does.
    """
    start = time.monotonic()
    limits = limits or Limits()
    path = Path(notebook)
    if not path.is_file() or path.stat().st_size > limits.upload:
        most = _("the file is larger than {n} MB").format(n=f"{limits.upload / 1e6:g}")
        status, note = ("refused", most) if path.is_file() else ("missing", "")
        return Marks(status, _unmarked(key), note)
    cells = [cell for cell in read_cells(path) if cell.kind == "code"]
    if not cells:
        return Marks("unreadable", _unmarked(key))
    grading = _Grading(key, cells, limits, sandbox)
    status, note = grading.run()
    return Marks(status, grading.marks(), note, round(time.monotonic() - start, 3))


def _unmarked(key: Key) -> tuple[QuestionMark, ...]:
    return tuple(
        QuestionMark(
            record["id"],
            record["points"],
            record["manual"],
            tuple(_check_mark(check, None) for check in record["checks"]),
        )
        for record in key.questions
    )


@dataclass(frozen=True)
class _Step:
    """One cell, and the questions whose place is below it."""

    source: str
    name: str  # how the cell begins
    question: str  # to which its errors belong
    asked: tuple[Record, ...]


def _steps(cells: Sequence[Cell], questions: Sequence[Record]) -> list[_Step]:
    """Return what to run and, below each cell, what to ask.

    A question's place is where it is checked last; without such a cell it is below the last
    cell that the lab itself has put there, and else at the end.
    """
    places = {record["id"]: len(cells) - 1 for record in questions}
    for found in (_leads_to, _checked):  # the second wins
        for n, cell in enumerate(cells):
            places |= dict.fromkeys(found(cell, places), n)
    steps = []
    for n, cell in enumerate(cells):
        following = [(place, question) for question, place in places.items() if place >= n]
        own = _leads_to(cell, places) or [question for _place, question in sorted(following)[:1]]
        source = "" if _ONLY_CHECKS.fullmatch(cell.source) else cell.source
        asked = tuple(record for record in questions if places[record["id"]] == n)
        steps.append(_Step(source, _beginning(cell.source), own[0] if own else "", asked))
    return steps


def _leads_to(cell: Cell, questions: Collection[str]) -> list[str]:
    named = re.fullmatch(r"(\w+)-(\d+|check)", cell.id)
    return [named[1]] if named and named[1] in questions else []


def _checked(cell: Cell, questions: Collection[str]) -> list[str]:
    return [question for question in _CHECKED.findall(cell.source) if question in questions]


def _beginning(source: str) -> str:
    lines = [line.strip() for line in source.splitlines()]
    return _words(next((line for line in lines if line and not line.startswith("#")), ""), 60)


class _Grading:
    """The grading of one notebook: what has been asked and what was answered."""

    def __init__(self, key: Key, cells: Sequence[Cell], limits: Limits, sandbox: Sandbox) -> None:
        self._key, self._limits = key, limits
        self._questions = [record for record in key.questions if not record["manual"]]
        self._steps = _steps(cells, self._questions)
        self._heard: dict[tuple[str, int], Outcome] = {}
        self._notes: dict[str, list[str]] = {}
        self._strikes: dict[str, int] = {}
        self._skipped: set[int] = set()
        until = time.monotonic() + limits.notebook
        self._new_bench = lambda: Bench(key, sandbox, limits, until)

    def run(self) -> tuple[str, str]:
        """Run the notebook and ask all checks; return the status and a note for the teacher."""
        try:
            with self._new_bench() as bench:
                self._run_cells(bench)
                for record in self._questions:
                    self._ask(bench, record, hidden=False)
                for record in self._questions:
                    self._ask(bench, record, hidden=True)
                changed = [record for record in self._questions if self._changed(bench, record)]
                deaths = bench.deaths
        except StoppedError as stopped:
            return stopped.status, _("It stopped after {n} restarts.").format(n=stopped.deaths)
        except StartError as error:
            return "failed", str(error)
        if changed:
            self._look_again(changed)
        return "graded", _("Python died {n} times.").format(n=deaths) if deaths else ""

    def _run_cells(self, bench: Bench) -> None:
        """Run every cell, ask the visible checks at their places, and note what went wrong."""
        for n, step in enumerate(self._steps):
            if step.source:
                fault = self._fault(bench.run(step.source))
                if fault:
                    where = _("The cell that begins with `{code}`").format(code=step.name)
                    self._notes.setdefault(step.question, []).append(f"{where} {fault}")
                if bench.last_did_not_end:
                    self._skipped.add(n)
            for record in step.asked:
                self._ask(bench, record, hidden=False)

    def _fault(self, answer: Record) -> str:
        """Return what a cell did wrong, or an empty text."""
        if "died" in answer or "slow" in answer:
            return _("was left out: it {problem}").format(problem=self._trouble(_outcome(answer)))
        error = answer.get("error")
        if not isinstance(error, dict):
            return ""
        name, message = _words(error.get("name")), _words(error.get("message"))
        stopped = _("stopped with {name}: {message}") if message else _("stopped with {name}")
        text = stopped.format(name=name, message=message)
        line = error.get("line")
        if isinstance(line, int) and 0 < line < 100_000:
            text += _(" (line {line})").format(line=line)
        return f"{text}."

    def _ask(self, bench: Bench, record: Record, *, hidden: bool) -> None:
        """Ask the visible or the hidden checks of a question that are not right yet."""
        for n, check in enumerate(record["checks"]):
            place = record["id"], n
            before = self._heard.get(place)
            if check["hidden"] != hidden or self._right(record, n):
                continue
            if before is not None and before.problem in _TROUBLES:
                continue
            if self._strikes.get(record["id"], 0) >= _STRIKES:
                self._heard.setdefault(place, Outcome(problem="given up"))
                continue
            outcome = _outcome(bench.ask(check["expr"]))
            if outcome.problem in _TROUBLES:
                strikes = _STRIKES if bench.last_died else 1
                self._strikes[record["id"]] = self._strikes.get(record["id"], 0) + strikes
            if before is None or _is_right(check, outcome):
                self._heard[place] = outcome

    def _right(self, record: Record, n: int) -> bool:
        return _is_right(record["checks"][n], self._heard.get((record["id"], n)))

    def _changed(self, bench: Bench, record: Record) -> bool:
        """Tell whether hidden checks failed because later cells changed what was right before.

        Then a visible check that was right at its place is wrong at the end.
        """
        checks = list(enumerate(record["checks"]))
        visible = [n for n, check in checks if not check["hidden"]]
        failed = [n for n, check in checks if check["hidden"] and not self._right(record, n)]
        if not failed or self._strikes.get(record["id"]):
            return False
        if not all(self._right(record, n) for n in visible):
            return False
        exprs = [record["checks"][n] for n in visible]
        return any(not _is_right(check, _outcome(bench.ask(check["expr"]))) for check in exprs)

    def _look_again(self, changed: Sequence[Record]) -> None:
        """Run the notebook once more and ask hidden checks at their places."""
        try:
            with self._new_bench() as bench:
                for n, step in enumerate(self._steps):
                    if step.source and n not in self._skipped:
                        bench.run(step.source)
                    for record in step.asked:
                        if record in changed:
                            self._ask(bench, record, hidden=True)
        except (StoppedError, StartError):
            return  # what is known by now counts

    def marks(self) -> tuple[QuestionMark, ...]:
        """Return the marks as far as checks have been asked."""
        return tuple(map(self._question_mark, self._key.questions))

    def _question_mark(self, record: Record) -> QuestionMark:
        checks = []
        for n, check in enumerate(record["checks"]):
            outcome = self._heard.get((record["id"], n))
            checks.append(_check_mark(check, outcome, self._said(check, outcome)))
        notes = dict.fromkeys(self._notes.get(record["id"], []))
        return QuestionMark(
            record["id"], record["points"], record["manual"], tuple(checks), " ".join(notes)
        )

    def _said(self, check: Record, outcome: Outcome | None) -> str:
        if outcome is None:
            return _("was not reached.")
        if outcome.problem in _TROUBLES:
            return self._trouble(outcome)
        if check["hidden"]:
            if _is_right(check, outcome):
                return ""
            return _("did not give the right value for inputs other than those that you know.")
        return _words(judge(check, outcome).text, 2 * _WORDS)

    def _trouble(self, outcome: Outcome) -> str:
        return _TROUBLES[outcome.problem].format(seconds=f"{self._limits.call:g}")


_TROUBLES = {
    "slow": _("did not end within {seconds} seconds."),
    "memory": _("used more memory than there is."),
    "gone": _("made Python stop."),
    "large": _("gave more than can be compared."),
    "given up": _("was not run: the question has stopped Python before."),
}


def _outcome(answer: Record) -> Outcome:
    """Return what the program answered. Anybody may have written it: nothing is taken on trust."""
    record = answer.get("outcome")
    problem = next((why for why in ("large", "slow") if why in answer), answer.get("died", ""))
    if problem:
        return Outcome(problem=problem if problem in _TROUBLES else "gone")
    if not isinstance(record, dict) or not is_plain(record.get("value")):
        return Outcome(problem="error", name="ValueError", message=_("no value came back"))
    line = record.get("line")
    problem = record.get("problem")
    return Outcome(
        value=record.get("value"),
        problem=problem if problem in ("", "undefined", "blank") else "error",
        name=_words(record.get("name")),
        message=_words(record.get("message")),
        line=line if isinstance(line, int) and 0 <= line < 100_000 else 0,
        code=_words(record.get("code")),
        printed=record.get("printed") is True,
    )


def _words(text: object, most: int = _WORDS) -> str:
    """Return a text in one line that is not too long and can be written anywhere."""
    shown = "".join(c if c.isprintable() else " " for c in str(text or "")[: 4 * most])
    shown = " ".join(shown.split())
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def _is_right(check: Record, outcome: Outcome | None) -> bool:
    if outcome is None or outcome.problem:
        return False
    return difference(outcome.value, check["expected"], Options(**check.get("options", {}))) is None


def _check_mark(check: Record, outcome: Outcome | None, said: str = "") -> CheckMark:
    return CheckMark(
        hidden=check["hidden"],
        points=check["points"],
        earned=check["points"] if _is_right(check, outcome) else 0.0,
        expr=check["expr"],
        said=said,
        mistake=known_mistake(check, outcome) if outcome else "",
    )
