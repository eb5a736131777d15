"""Pages for people: feedback for each student, a summary of the class, answers to mark.

All pages stand alone: no script, no address outside. What students wrote is escaped, and a page
that a student gets holds neither the inputs nor the values of hidden checks.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from crmlab._text import _
from crmlab.course._pages import pages
from crmlab.course.grade import pictures
from crmlab.course.grade.cells import Cell
from crmlab.course.grade.hand import code
from crmlab.course.grade.marks import STATUSES, CheckMark, QuestionMark
from crmlab.course.grade.overview import overview
from crmlab.course.grade.results import Results, Row, number
from crmlab.course.grade.similar import Alike
from crmlab.course.lab import Line

_LOOK = ("timeout", "crashed", "unreadable", "refused", "failed")


@cache
def _pages() -> Environment:
    return pages(number=number, statuses=STATUSES, rich=_rich, lines=_lines)


def _rich(text: str) -> Markup:
    """Return text as HTML, with code where it has backticks."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def feedback(results: Results, row: Row) -> str:
    """Return the page that one student gets.

    Parameters
    ----------
    results : Results
    row : Row

    Returns
    -------
    str
        HTML.
    """
    return _pages().get_template("feedback.html").render(results=results, row=row)


def _lines(question: QuestionMark) -> list[Line]:
    """Return what a student is told of a question: hidden checks are only counted."""
    visible = [check for check in question.checks if not check.hidden]
    lines = [Line(_passed(check), _named(check), check.said) for check in visible]
    hidden = [check for check in question.checks if check.hidden]
    if hidden:
        right = sum(_passed(check) for check in hidden)
        said = Counter(check.said for check in hidden if not _passed(check) and check.said)
        text = [_("{right} of {all} hidden checks passed.").format(right=right, all=len(hidden))]
        for sentence, times in said.items():
            short = sentence[0].upper() + sentence[1:].rstrip(".")
            text.append(_("{what} ({n} ×).").format(what=short, n=times))
        lines.append(Line(right == len(hidden), "", " ".join(text)))
    return list(dict.fromkeys(lines))


def _named(check: CheckMark) -> str:
    """Return a check's expression, but not where a name is missing: that is said once for all."""
    return "" if check.said.startswith("`") else check.expr


def _passed(check: CheckMark) -> bool:
    return check.earned >= check.points


def summary(results: Results, alike: Sequence[Alike], threshold: float) -> str:
    """Return the page about the class, for the teacher.

    Parameters
    ----------
    results : Results
    alike : sequence of Alike
        Submissions that are.
    threshold : float
        The share from which they are listed.

    Returns
    -------
    str
        HTML.
    """
    about = overview(results)
    bars = min(len(about.checks), pictures.MOST_CHECKS)
    drawn = {
        "distribution": pictures.as_svg(pictures.distribution, about),
        "by_question": pictures.as_svg(pictures.by_question, about, len(about.questions)),
        "failed_checks": pictures.as_svg(pictures.failed_checks, about, bars),
    }
    return (
        _pages()
        .get_template("summary.html")
        .render(
            results=results,
            about=about,
            alike=alike,
            names={row.student.id: _name(row) for row in results.rows},
            threshold=threshold,
            pictures=drawn,
            waiting=sum(len(row.waiting) for row in results.rows),
            look=[row for row in results.rows if row.marks.status in _LOOK or row.others],
        )
    )


def answers(
    results: Results,
    question: str,
    rubric: Sequence[str],
    written: Mapping[str, Sequence[Cell]],
    sheet: str,
    anonymous: bool = False,
) -> str:
    """Return all answers to one question that is marked by hand, with its rubric.

    Parameters
    ----------
    results : Results
    question : str
    rubric : sequence of str
    written : mapping of str to sequence of Cell
        What each student wrote, by id.
    sheet : str
        Name of the file for the points.
    anonymous : bool
        Show codes in place of names, in the order of the codes.

    Returns
    -------
    str
        HTML.
    """
    shown: list[dict[str, Any]] = []
    for row in results.rows:
        if row.student.id in written:
            own = written[row.student.id]
            hidden_name = code(results.lab, row.student.id)
            shown.append(
                {
                    "who": hidden_name if anonymous else _name(row),
                    "anchor": hidden_name,
                    "mark": row.hand.get(question),
                    "parts": [_answer(cell) for cell in own],
                    "words": _words(own),
                }
            )
    if anonymous:
        shown.sort(key=lambda answer: answer["who"])
    page = _pages().get_template("answers.html")
    return page.render(
        results=results, question=question, rubric=rubric, answers=shown, sheet=sheet
    )


def _name(row: Row) -> str:
    return f"{row.student.id} {row.student.name}".strip()


def _answer(cell: Cell) -> Markup:
    """Return a cell as HTML. Markdown may not hold HTML, nor pictures from elsewhere."""
    if cell.kind != "markdown":
        return Markup("<pre><code>{}</code></pre>").format(cell.source)
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return Markup(reader.render(cell.source))


def _words(cells: Sequence[Cell]) -> int:
    """Count words; a Chinese character is one."""
    text = " ".join(cell.source for cell in cells)
    return len(
        re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+(?:['’.,][^\W\u3400-\u9fff]+)*", text)
    )
