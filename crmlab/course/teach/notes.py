"""Lesson notes: one page per chapter under fixed headings, joined with what labs and quizzes know.

The notes are in ``book/teach/notes/NN_topic.md``. They are not on the site, since they hold
answers; ``crmlab teach notes NN`` prints them on the teacher's own machine.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab._text import _
from crmlab.course.bank.questions import Question, plain
from crmlab.course.teach.plan import HOUR, TeachError

if TYPE_CHECKING:
    from crmlab.course.master import Master

#: What every page of notes has, in this order.
HEADINGS = (
    "Before the lesson",
    "Timing",
    "Board plan",
    "Discussion case",
    "What students get wrong",
    "Answers to the discussion",
)
MISTAKES = HEADINGS[4]


@dataclass(frozen=True)
class LessonNotes:
    """The notes to one chapter.

    Attributes
    ----------
    title : str
        The first heading.
    lecture, practice : int
        Hours that the timing fills.
    sections : dict
        Text by heading, in order.
    """

    title: str
    lecture: int
    practice: int
    sections: dict[str, str]

    def as_markdown(self, mistakes: str = "") -> str:
        """Return the page, with `mistakes` after what stands under that heading."""
        parts = [f"# {self.title}", _time(self.lecture, self.practice)]
        for heading, text in self.sections.items():
            parts += [f"## {heading}", text]
            if heading == MISTAKES and mistakes:
                parts.append(mistakes)
        return "\n\n".join(parts) + "\n"


def read_notes(path: str | Path) -> LessonNotes:
    """Read a page of notes.

    Parameters
    ----------
    path : str or Path
        A Markdown file such as ``book/teach/notes/07_customer_worth.md``.

    Returns
    -------
    LessonNotes

    Raises
    ------
    TeachError
        If the time is not told, a heading is missing or out of order, a section is empty, or the
        minutes of the timing do not sum to the time.
    """
    path = Path(path)
    head, *rest = re.split(r"^## +(.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    title = re.search(r"^# +(.+)$", head, re.MULTILINE)
    time = re.search(r"^Time: (\d+) \+ (\d+) hours of 45 minutes\.$", head, re.MULTILINE)
    if not title or not time:
        raise TeachError(
            _("{file}: must begin with '# title' and the line '{line}'").format(
                file=path.name, line=_time(2, 1)
            )
        )
    found = [heading.strip() for heading in rest[::2]]
    if tuple(found) != HEADINGS:
        raise TeachError(
            _("{file}: the headings must be {wanted}, in this order; got {got}").format(
                file=path.name, wanted=", ".join(HEADINGS), got=", ".join(found)
            )
        )
    sections = {heading: text.strip() for heading, text in zip(HEADINGS, rest[1::2], strict=True)}
    for heading, text in sections.items():
        if not text:
            raise TeachError(
                _("{file}: nothing under {heading}").format(file=path.name, heading=repr(heading))
            )
    notes = LessonNotes(title[1].strip(), int(time[1]), int(time[2]), sections)
    minutes = [int(n) for n in re.findall(r"^\| *(\d+) *\|", sections["Timing"], re.MULTILINE)]
    allowed = (notes.lecture + notes.practice) * HOUR
    if sum(minutes) != allowed:
        raise TeachError(
            _("{file}: the minutes of the timing must sum to {allowed}; got {got}").format(
                file=path.name, allowed=allowed, got=sum(minutes)
            )
        )
    return notes


def known_mistakes(master: "Master | None", questions: Sequence[Question]) -> str:
    """Tell what the lab and the quiz of a chapter know of misunderstandings.

    From the lab all known mistakes are told. From the quiz those wrong answers are told that
    show how somebody thought: all wrong numbers, and the wrong options of questions that ask for
    a judgement.

    Parameters
    ----------
    master : Master or None
        The chapter's lab.
    questions : sequence of Question
        The chapter's questions.

    Returns
    -------
    str
        Markdown; empty if neither has anything to tell.
    """
    lines: list[str] = []
    if master:
        told = [
            f"- {question.id}, `{check.expr}` = `{mistake.gives}`: {mistake.hint}"
            for question in master.questions
            for check in question.checks
            for mistake in check.mistakes
        ]
        if told:
            heading = _("### Known mistakes of the lab {name}").format(name=master.name)
            lines += [heading, "", *told, ""]
    telling = [one for one in questions if one.kind == "number" or one.difficulty == 3]
    if telling:
        lines += [_("### Tempting answers of the quiz"), ""]
    for question in telling:
        lines.append(f"- {question.name}: {plain(question.stem)}")
        lines += [f"  - *{plain(one.shown)}*: {plain(one.feedback)}" for one in question.wrong]
    return "\n".join(lines).strip()


def _time(lecture: int, practice: int) -> str:
    return f"Time: {lecture} + {practice} hours of {HOUR} minutes."
