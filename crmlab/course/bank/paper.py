"""A printable paper: questions in two versions on A4, and a key with explanations.

The paper is HTML for any browser's *Print*. Nothing in it depends on the clock: the same
questions, seed and title give the same bytes.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from string import ascii_uppercase

from crmlab._text import _
from crmlab.course.bank.questions import DIFFICULTIES, KINDS, Question, digits

#: What a right answer counts, by kind.
POINTS = {"single": 1.0, "multiple": 2.0, "number": 2.0}
VERSIONS = ("A", "B")

_STYLE = """
@page { size: A4; margin: 18mm 18mm 20mm;
  @bottom-center { content: counter(page) " / " counter(pages); font: 9pt sans-serif } }
body { font: 11pt/1.45 "Noto Serif", "Noto Serif CJK SC", Georgia, serif; color: #000;
  max-width: 174mm; margin: 0 auto }
h1 { font-size: 16pt; margin: 0 0 2mm } h2 { font-size: 12.5pt; margin: 7mm 0 2mm }
header table { width: 100%; margin: 3mm 0 } header td { padding: 3mm 4mm 0 0; white-space: nowrap }
.line { display: inline-block; border-bottom: 1px solid #000; min-width: 30mm; height: 1.2em }
ol { padding-left: 8mm } li { break-inside: avoid } ol.questions > li { margin: 0 0 4.5mm }
ol.options { list-style: upper-alpha; margin: 1mm 0 0 } ol.options > li { margin: 0.6mm 0 }
.points { font-size: 9pt; color: #333 } h2 { break-after: avoid }
table.key { border-collapse: collapse; margin: 2mm 0 }
table.key th, table.key td { border: 1px solid #555; padding: 0.8mm 2.5mm; text-align: left }
"""


@dataclass(frozen=True)
class Paper:
    """A paper in its versions, and what each kind of question counts.

    Attributes
    ----------
    title : str
        What stands above.
    versions : mapping
        The questions of each version in its order, with the options in its order.
    points : mapping
        What a right answer counts, by kind.
    """

    title: str
    versions: Mapping[str, tuple[Question, ...]]
    points: Mapping[str, float]

    @property
    def total(self) -> float:
        """The points of the whole paper."""
        return sum(self.points[question.kind] for question in self.versions["A"])

    def sheet(self, version: str) -> str:
        """Return one version for students as a page of HTML."""
        questions = self.versions[version]
        body = [self._head(version)]
        start = 1
        for kind in KINDS:
            its = [question for question in questions if question.kind == kind]
            if its:
                items = "".join(f"<li>{_asked(question)}</li>" for question in its)
                body.append(
                    f"<h2>{_heading(kind)} <span class='points'>({self._worth(kind, len(its))})"
                    f"</span></h2><ol class='questions' start='{start}'>{items}</ol>"
                )
                start += len(its)
        return _page(f"{self.title} · {version}", "".join(body))

    def key(self) -> str:
        """Return the answers to all versions, with explanations, as a page of HTML."""
        numbers = {
            version: {question.name: n for n, question in enumerate(questions, start=1)}
            for version, questions in self.versions.items()
        }
        letters = {
            version: {question.name: _letters(question) for question in questions}
            for version, questions in self.versions.items()
        }
        tables = "".join(
            f"<h2>{_('Version {version}').format(version=version)}</h2>"
            f"<table class='key'><tr>{_row('th', [_('question'), _('answer'), _('points')])}</tr>"
            + "".join(
                f"<tr>{_row('td', [n, letters[version][q.name], f'{self.points[q.kind]:g}'])}</tr>"
                for n, q in enumerate(questions, start=1)
            )
            + "</table>"
            for version, questions in self.versions.items()
        )
        why = "".join(
            f"<li><p>{q.stem}</p><p>{self._places(q, numbers, letters)}</p>"
            f"<p>{q.explanation}</p><p class='points'>{escape(q.name)} · {', '.join(q.rows)} · "
            f"{DIFFICULTIES[q.difficulty]}</p></li>"
            for q in self.versions["A"]
        )
        note = _("Several right answers count only if exactly these letters are ticked.")
        head = f"<h1>{escape(self.title)}: {_('key')}</h1><p>{note}</p>"
        body = f"{head}{tables}<h2>{_('Why')}</h2><ol class='questions'>{why}</ol>"
        return _page(f"{self.title} · {_('key')}", body)

    def _places(
        self,
        question: Question,
        numbers: Mapping[str, Mapping[str, int]],
        letters: Mapping[str, Mapping[str, str]],
    ) -> str:
        places = ", ".join(
            f"{version}{numbers[version][question.name]}: {letters[version][question.name]}"
            for version in self.versions
        )
        right = "; ".join(option.shown for option in question.right)
        return f"<b>{places}</b> · {right}"

    def _head(self, version: str) -> str:
        cells = "".join(
            f"<td>{name}: <span class='line'></span></td>"
            for name in (_("Name"), _("Student number"), _("Points"))
        )
        total = _("Version {version} · {n} questions · {points} points").format(
            version=version, n=len(self.versions[version]), points=f"{self.total:g}"
        )
        return (
            f"<header><h1>{escape(self.title)}</h1><p>{total}</p>"
            f"<table><tr>{cells}</tr></table></header>"
        )

    def _worth(self, kind: str, n: int) -> str:
        return _("points: {n} × {each} = {all}").format(
            n=n, each=f"{self.points[kind]:g}", all=f"{n * self.points[kind]:g}"
        )


def make_paper(
    questions: Sequence[Question],
    seed: str | int,
    title: str,
    points: Mapping[str, float] = POINTS,
) -> Paper:
    """Make a paper in two versions, which differ in the order of questions and of options.

    Parameters
    ----------
    questions : sequence of Question
        What to ask. Within a version the kinds follow each other.
    seed : str or int
        The same seed gives the same orders.
    title : str
        What stands above.
    points : mapping
        What a right answer counts, by kind.

    Returns
    -------
    Paper
    """
    versions = {}
    for version in VERSIONS:
        chance = random.Random(f"paper/{seed}/{version}")
        shuffled = [
            replace(question, options=tuple(chance.sample(question.options, len(question.options))))
            for question in chance.sample(questions, len(questions))
        ]
        versions[version] = tuple(sorted(shuffled, key=lambda q: KINDS.index(q.kind)))
    return Paper(title, versions, points)


def _heading(kind: str) -> str:
    return {
        "single": _("One answer is right"),
        "multiple": _("Two or more answers are right"),
        "number": _("Give a number"),
    }[kind]


def _asked(question: Question) -> str:
    if question.kind == "number":
        return f"{question.stem}<p>{_('Answer')}: <span class='line'></span></p>"
    options = "".join(f"<li>{option.text}</li>" for option in question.options)
    return f"{question.stem}<ol class='options'>{options}</ol>"


def _letters(question: Question) -> str:
    """Return the right answer as it is to be written down."""
    if question.kind == "number":
        return "; ".join(f"{one.shown} ± {digits(one.tolerance)}" for one in question.right)
    ticked = zip(ascii_uppercase, question.options, strict=False)
    return "".join(letter for letter, option in ticked if option.correct)


def _row(tag: str, cells: Sequence[object]) -> str:
    return "".join(f"<{tag}>{cell}</{tag}>" for cell in cells)


def _page(title: str, body: str) -> str:
    body = re.sub(r"(?<=\d) %", "\u00a0%", body)  # a number keeps its sign in the line
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{escape(title)}"
        f"</title><style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )
