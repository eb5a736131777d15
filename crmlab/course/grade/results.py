"""The results of a class: one row per student, whatever was handed in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crmlab._text import _
from crmlab.course.grade.late import Late
from crmlab.course.grade.marks import Marks
from crmlab.course.roster import Student


@dataclass(frozen=True)
class HandMark:
    """What a teacher gave for one question, and the remark that the student will read."""

    points: float
    remark: str = ""


@dataclass(frozen=True)
class Row:
    """One student.

    Attributes
    ----------
    student : Student
    marks : Marks
        From the checks.
    place : str
        The notebook that was graded, as it was handed in; empty if there was none.
    others : tuple of str
        Further notebooks of the student, which were not graded.
    why : str
        Why nobody can be told as the owner, or an empty text.
    handed_in, deadline : datetime or None
        When, and until when, if that is known.
    extended : bool
        Whether the deadline is the student's own.
    late : Late
    hand : mapping of str to HandMark
        By question, as far as they are marked.
    """

    student: Student
    marks: Marks
    place: str = ""
    others: tuple[str, ...] = ()
    why: str = ""
    handed_in: datetime | None = None
    deadline: datetime | None = None
    extended: bool = False
    late: Late = field(default_factory=Late)
    hand: Mapping[str, HandMark] = field(default_factory=dict)

    @property
    def waiting(self) -> list[str]:
        """Questions that somebody must still mark by hand."""
        if not self.ran:
            return []
        return [q.id for q in self.marks.questions if q.manual and q.id not in self.hand]

    @property
    def ran(self) -> bool:
        """Whether there was a notebook with answers to read."""
        return self.marks.status in ("graded", "timeout", "crashed", "failed")

    def points(self, question: str) -> float | None:
        """Return what one question brought; None while it waits to be marked by hand."""
        mark = next(one for one in self.marks.questions if one.id == question)
        if not mark.manual:
            return mark.earned
        if question in self.hand:
            return self.hand[question].points
        return None if question in self.waiting else 0.0

    @property
    def by_hand(self) -> float:
        """Points given by hand so far."""
        return sum(mark.points for mark in self.hand.values())

    @property
    def penalty(self) -> float:
        """Points that lateness costs."""
        return (self.marks.earned + self.by_hand) * self.late.percent / 100

    @property
    def total(self) -> float:
        """What counts: checks and hand marks so far, less the penalty."""
        return self.marks.earned + self.by_hand - self.penalty

    @property
    def note(self) -> str:
        """All that a person should know of this row."""
        said = [self.why, self.marks.note.strip().rstrip("."), str(self.late)]
        if self.deadline is not None and self.extended:
            said.append(_("extended to {time}").format(time=self.deadline.isoformat()))
        if self.deadline is not None and self.place and self.handed_in is None:
            said.append(_("hand-in time unknown"))
        if self.waiting:
            waits = _("{questions} not marked by hand yet")
            said.append(waits.format(questions=", ".join(self.waiting)))
        if self.others:
            said.append(_("not graded: {files}").format(files=", ".join(self.others)))
        return "; ".join(filter(None, said))


@dataclass(frozen=True)
class Results:
    """A class's results for one lab.

    Attributes
    ----------
    lab, title : str
    questions : mapping of str to float
        Full marks by question, in order.
    rows : tuple of Row
        One per student of the class list, in its order.
    unmatched : tuple of Row
        Submissions that are graded and belong to nobody yet.
    """

    lab: str
    title: str
    questions: Mapping[str, float]
    rows: tuple[Row, ...]
    unmatched: tuple[Row, ...] = ()

    @property
    def out_of(self) -> float:
        """Full marks."""
        return sum(self.questions.values())

    def percent(self, row: Row) -> float:
        """Return what counts, of 100."""
        return 100 * row.total / self.out_of

    def table(self) -> Iterator[list[str]]:
        """Give the lines of ``results.csv``, its head first."""
        sections = any(row.student.section for row in self.rows)
        yield ["student", "name", *(["section"] if sections else []), *self._heads()]
        for row in self.rows:
            section = [row.student.section] if sections else []
            yield [row.student.id, row.student.name, *section, *self._cells(row)]

    def unmatched_table(self) -> Iterator[list[str]]:
        """Give the lines of ``unmatched.csv``, whose empty column a person fills in."""
        yield ["file", "student", "why", *self._heads()]
        for row in self.unmatched:
            yield [row.place, "", row.why, *self._cells(row)]

    def _heads(self) -> list[str]:
        counts = ["automatic points", "hand points", "late penalty", "total", "out of", "percent"]
        return ["status", *self.questions, *counts, "note"]

    def _cells(self, row: Row) -> list[str]:
        points = (row.points(question) for question in self.questions)
        return [
            row.marks.status,
            *("" if one is None else number(one) for one in points),
            number(row.marks.earned),
            "" if row.waiting else number(row.by_hand),
            number(row.penalty),
            number(row.total),
            number(self.out_of),
            number(self.percent(row)),
            row.note,
        ]

    def to_json(self) -> str:
        """Return everything that is known, as ``results.json`` holds it."""
        record = {
            "format": 1,
            "lab": self.lab,
            "title": self.title,
            "out_of": self.out_of,
            "students": [_record(row) for row in self.rows],
            "unmatched": [_record(row) for row in self.unmatched],
        }
        return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _record(row: Row) -> dict[str, Any]:
    return {
        "student": asdict(row.student),
        "file": row.place,
        "not_graded": list(row.others),
        "why": row.why,
        "handed_in": row.handed_in.isoformat() if row.handed_in else None,
        "deadline": row.deadline.isoformat() if row.deadline else None,
        "extended": row.extended,
        "late": {"seconds": row.late.by.total_seconds(), "percent": row.late.percent},
        "hand": {question: asdict(mark) for question, mark in row.hand.items()},
        "total": round(row.total, 9),
        "marks": row.marks.to_json(),
    }


def number(value: float) -> str:
    """Return points as people write them: at most two decimals, halves rounded up.

    >>> number(7.0), number(2.675), number(1 / 3)
    ('7', '2.68', '0.33')
    """
    exact = Decimal(repr(round(value, 9))).quantize(Decimal("0.01"), ROUND_HALF_UP)
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".")
