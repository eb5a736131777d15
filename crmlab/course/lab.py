"""What a student's notebook uses: feedback at once, on a desktop and in the browser alike.

Only the standard library is needed. What the checks are stands in a file beside the
notebook, ``<lab>.checks.json``; nothing in it is executed but the check expressions.
"""

import html
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmlab._text import _
from crmlab.course._evaluate import Outcome, evaluate
from crmlab.course._values import Options, difference

Record = Mapping[str, Any]  # one question or one check, as the file has it

_NEAR = Options(tolerance=0.005)


@dataclass(frozen=True)
class Line:
    """One line of feedback: the expression it is about, if any, and what is said of it."""

    right: bool
    expr: str
    text: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, ["✓" if self.right else "✗", self.expr, self.text]))

    def to_html(self) -> str:
        """Return the line as HTML; the mark has a word for those who do not see it."""
        mark, word = ("✓", _("Right:")) if self.right else ("✗", _("Not yet:"))
        expr = f"<code>{html.escape(self.expr)}</code> " if self.expr else ""
        return (
            f'<li><span aria-hidden="true">{mark}</span>'
            f'<span style="{_UNSEEN}">{word}</span> {expr}{_rich(self.text)}</li>'
        )


class Lab:
    """The checks of one lab, run on the names of the notebook that holds it.

    Parameters
    ----------
    name : str
        The lab's name. Its checks are read from ``<name>.checks.json`` beside the notebook.
    folder : str or Path, default "."
        Where that file is, if it is not beside the notebook.
    names : dict, optional
        The names that the checks see; by default those of the notebook.

    Raises
    ------
    FileNotFoundError
        If the checks are not there.
    """

    def __init__(
        self, name: str, folder: str | Path = ".", names: dict[str, Any] | None = None
    ) -> None:
        path = Path(folder) / f"{name}.checks.json"
        if not path.is_file():
            raise FileNotFoundError(
                _(
                    "{file} is not beside this notebook (in {folder}). Get it from where you got "
                    "the notebook, put both in one folder, and run this cell again."
                ).format(file=path.name, folder=path.parent.resolve())
            )
        record = json.loads(path.read_text(encoding="utf-8"))
        self.name: str = record["lab"]
        self._questions: dict[str, Record] = {q["id"]: q for q in record["questions"]}
        self._names = _notebook_names() if names is None else names

    def __repr__(self) -> str:
        return f"Lab({self.name!r}, {len(self._questions)} questions)"

    def check(self, question: str) -> None:
        """Run the visible checks of `question` and show one line for each.

        Parameters
        ----------
        question : str
            Name of a question of this lab, such as ``"q1"``.

        Raises
        ------
        ValueError
            If the lab has no such question.
        """
        record = self._question(question)
        lines = self._lines(record)
        _display(*_report(record, lines))

    def progress(self) -> None:
        """Show every question with its points and how far it is."""
        rows = [(q["id"], _number(q["points"]), self._state(q)) for q in self._questions.values()]
        _display(*_table(rows))

    def _question(self, question: str) -> Record:
        if question not in self._questions:
            allowed = ", ".join(repr(name) for name in self._questions)
            raise ValueError(
                _("question must be one of {allowed}; got {got}").format(
                    allowed=allowed, got=repr(question)
                )
            )
        return self._questions[question]

    def _lines(self, record: Record) -> list[Line]:
        lines = [judge(check, evaluate(check["expr"], self._names)) for check in record["checks"]]
        return list(dict.fromkeys(lines))  # what is not written yet is said once

    def _state(self, record: Record) -> str:
        if record["manual"]:
            return _("read by your teacher")
        outcomes = [evaluate(check["expr"], self._names) for check in record["checks"]]
        if outcomes and all(outcome.problem in ("undefined", "blank") for outcome in outcomes):
            return _("not started")
        right = sum(judge(c, o).right for c, o in zip(record["checks"], outcomes, strict=True))
        state = _("{right} of {all} checks pass").format(right=right, all=len(outcomes))
        return f"{state}; {_hidden(record)}" if right == len(outcomes) else state


def judge(check: Record, outcome: Outcome) -> Line:
    """Return the line of feedback for what a check's expression gave."""
    expr = check["expr"]
    if outcome.problem:
        return _judge_problem(expr, outcome)
    options = Options(**check.get("options", {}))
    wrong = difference(outcome.value, check["expected"], options)
    if wrong is None:
        return Line(True, expr)
    return Line(False, expr, f"{wrong} {known_mistake(check, outcome) or _advice(check, outcome)}")


def known_mistake(check: Record, outcome: Outcome) -> str:
    """Return the hint of the known mistake that gives this value, or an empty text."""
    options = Options(**check.get("options", {}))
    for mistake in check.get("mistakes", []):
        if not outcome.problem and difference(outcome.value, mistake["value"], options) is None:
            return str(mistake["hint"])
    return ""


def _judge_problem(expr: str, outcome: Outcome) -> Line:
    if outcome.problem == "undefined":
        text = _("`{name}` is not defined yet. Write it in the cell above and run that cell.")
        return Line(False, "", text.format(name=outcome.name))
    if outcome.problem == "blank" and not outcome.line:
        text = _("`{name}` is still empty. Put your answer where `...` stands and run the cell.")
        return Line(False, "", text.format(name=outcome.name))
    if outcome.problem == "blank":
        text = _("a `...` is still in your code; line {line} met it: `{code}`")
        return Line(False, expr, text.format(line=outcome.line, code=outcome.code))
    text = _("stopped with {name}: {message}.").format(
        name=outcome.name, message=outcome.message.rstrip(".")
    )
    if outcome.line:
        place = _("Line {line} of the cell: `{code}`")
        text += " " + place.format(line=outcome.line, code=outcome.code)
    elif "NoneType" in outcome.message:
        text += " " + _("Something in it is None: a function without `return` gives None.")
    return Line(False, expr, text)


def _advice(check: Record, outcome: Outcome) -> str:
    """Return what to say about a wrong value that is no known mistake."""
    got, expected = outcome.value, check["expected"]
    nothing = got is None or (
        isinstance(got, list) and bool(got) and set(map(repr, got)) == {"None"}
    )
    if nothing and outcome.printed:
        return _("Your function prints its result: end it with `return` and the result.")
    if nothing:
        return _("Your function returns nothing: end it with `return` and the result.")
    if isinstance(got, str) and isinstance(expected, str):
        if got.strip().casefold() == expected.strip().casefold():
            return _("Only capital letters or spaces differ.")
    elif isinstance(expected, float) and difference(got, expected, _NEAR) is None:
        near = _("That is very close: did you round before the end, or leave out something small?")
        return f"{near} {check.get('hint', '')}".rstrip()
    return str(check.get("hint", ""))


def _hidden(record: Record) -> str:
    count = record["hidden"]
    if not count:
        return _("nothing more is checked when it is graded")
    if count == 1:
        return _("1 more check runs when it is graded")
    return _("{n} more checks run when it is graded").format(n=count)


def _report(record: Record, lines: list[Line]) -> tuple[str, str]:
    """Return the feedback on one question as text and as HTML."""
    if record["manual"]:
        head = _("{id} is read by your teacher: {points} points. Its rubric stands below it.")
        head = head.format(id=record["id"], points=_number(record["points"]))
        return head, _box("manual", f"<p>{html.escape(head)}</p>")
    right = all(line.right for line in lines)
    head = _("{id}: all right so far.") if right else _("{id}: not yet.")
    head = head.format(id=record["id"])
    foot = _hidden(record) + "." if right else ""
    text = "\n".join(filter(None, [head, *map(str, lines), foot]))
    items = "".join(line.to_html() for line in lines)
    body = (
        f"<p><strong>{html.escape(head)}</strong></p>"
        f'<ul style="list-style: none; padding-left: 0; margin: 0">{items}</ul>'
    )
    return text, _box("right" if right else "wrong", body + (f"<p>{foot}</p>" if foot else ""))


def _table(rows: list[tuple[str, str, str]]) -> tuple[str, str]:
    """Return the table of questions as text and as HTML."""
    head = (_("Question"), _("Points"), _("State"))
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(2)]
    text = "\n".join(
        f"{one:<{widths[0]}}  {two:>{widths[1]}}  {three}" for one, two, three in [head, *rows]
    )
    left = 'style="text-align: left; color: inherit"'
    top = "".join(f'<th scope="col" {left}>{html.escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row" {left}>{html.escape(one)}</th><td {left}>{two}</td>'
        f"<td {left}>{html.escape(three)}</td></tr>"
        for one, two, three in rows
    )
    caption = html.escape(_("Your progress in this lab"))
    return text, _box(
        "manual",
        f"<table><caption>{caption}</caption><thead><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table>",
    )


# The words keep the page's own colours, so they can be read on light and dark pages; the
# bar at the side has at least 3:1 against both, and says nothing that the words do not say.
_BARS = {"right": "#1f9d55", "wrong": "#d64545", "manual": "#6b7fa3"}
_UNSEEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)"


def _box(state: str, body: str) -> str:
    style = f"border-left: 5px solid {_BARS[state]}; padding: 0.2em 0.8em"
    return f'<div role="status" style="{style}">{body}</div>'


def _rich(text: str) -> str:
    """Return text as HTML, with `code` where it has backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _number(value: float) -> str:
    return f"{value:g}"


def _shell() -> Any:
    """Return IPython's running shell; None on a plain terminal."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _notebook_names() -> dict[str, Any]:
    shell = _shell()
    return sys.modules["__main__"].__dict__ if shell is None else shell.user_ns


def _display(text: str, page: str) -> None:
    if _shell() is None:
        print(text)
        return
    from IPython.display import display

    display({"text/plain": text, "text/html": page}, raw=True)
