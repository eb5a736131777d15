"""The records of a term: what was written down of each student, as scores from 0 to 100.

Every reader tells all that is wrong with its file at once, with row and column.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from crmlab._text import _
from crmlab.course._tables import Row, Table, TableError, read_table
from crmlab.course.gradebook.result import Score
from crmlab.course.gradebook.rules import Rules

#: Words of the list of attendance, and which of the rules' three marks or "excused" they mean.
_ATTENDANCE = {
    **dict.fromkeys(("present", "p", "出勤"), "present"),
    **dict.fromkeys(("late", "l", "迟到"), "late"),
    **dict.fromkeys(("absent", "a", "缺勤"), "absent"),
    **dict.fromkeys(("excused", "e", "请假"), "excused"),
}
_EXCUSED = ("excused", "缓考", "请假")
_MISSING = ("", "-", "missing", "absent", "缺考")
_MOODLE = re.compile(r"quiz:\s*(?P<quiz>.+?)(?:\s*\((?P<kind>real|percentage|letter)\))?", re.I)


@dataclass(frozen=True)
class Students:
    """The roster.

    Attributes
    ----------
    names : mapping of str to str
        By student number.
    emails : mapping of str to str
        Student numbers by address in small letters, as far as there are addresses.
    """

    names: Mapping[str, str]
    emails: Mapping[str, str]


def read_students(path: str | Path) -> Students:
    """Read the roster: ``student``, ``name`` and, for exports from Moodle, ``email``."""
    table = read_table(path, ["student", "name"])
    rows = table.by("student")
    emails = {}
    for student, row in rows.items():
        if "email" in table and row["email"] and row.first("email"):
            emails[row["email"].casefold()] = student
    table.close()
    if not rows:
        raise TableError(_("{file} must name at least one student").format(file=table.file))
    return Students({student: row["name"] for student, row in rows.items()}, emails)


def read_attendance(path: str | Path, students: Students, rules: Rules) -> list[Score]:
    """Read attendance: a column for each day, or ``score`` and perhaps ``out_of``."""
    table = read_table(path, ["student"])
    if "score" in table:
        return _scores(table, students, "attendance")
    days = [day for day in table.columns if day.casefold() not in ("student", "name")]
    if not days:
        raise TableError(
            _("{file}, row 1: must have a column for each day, or 'score'").format(file=table.file)
        )
    scores = []
    for student, row in table.by("student", students.names).items():
        for day in days:
            mark = row.choice(day, _ATTENDANCE)
            if mark == "excused":
                scores.append(Score(student, "attendance", day, excused=True))
            elif mark is not None:
                scores.append(Score(student, "attendance", day, rules.attendance[mark]))
    table.close()
    return scores


def read_participation(path: str | Path, students: Students) -> list[Score]:
    """Read participation and notes: ``score`` and perhaps ``out_of``."""
    return _scores(read_table(path, ["student", "score"]), students, "participation")


def _scores(table: Table, students: Students, part: str) -> list[Score]:
    """Read one score of each student."""
    scores = []
    for student, row in table.by("student", students.names).items():
        full = _full_marks(row) if "out_of" in table else Decimal(100)
        scores.append(_score(row, "score", full, Score(student, part, part)))
    table.close()
    return scores


def read_exam(path: str | Path, students: Students, rules: Rules) -> list[Score]:
    """Read the exam: a column for each part that the rules name."""
    table = read_table(path, ["student", *rules.exam])
    scores = [
        _score(row, item, _maximum(rules, item), Score(student, "exam", item))
        for student, row in table.by("student", students.names).items()
        for item in rules.exam
    ]
    table.close()
    return scores


def read_lab(path: str | Path, students: Students) -> list[Score]:
    """Read ``results.csv`` as ``crmlab labs grade`` writes it; its folder is named for the lab.

    A row that could not be graded, or that waits for marks by hand, is a fault: the points that
    it has are not those that the student earned.
    """
    path = Path(path)
    lab = path.parent.name if path.stem == "results" and path.parent.name else path.stem
    table = read_table(path, ["student", "total", "out of"])
    scores = []
    for student, row in table.by("student", students.names).items():
        full = _full_marks(row, "out of")
        score = Score(student, "work", lab)
        status = row["status"] if "status" in table else ""
        if status == "failed":
            row.fault("status", _("grading failed here: grade the lab again"))
        elif "hand points" in table and not row["hand points"]:
            row.fault("hand points", _("is empty: this row waits to be marked by hand"))
        elif status != "missing":
            score = _score(row, "total", full, score)
        scores.append(score)
    table.close()
    return scores


def read_quizzes(path: str | Path, students: Students, rules: Rules) -> list[Score]:
    """Read quizzes: a grade export of Moodle, or ``student``, ``quiz``, ``score``, ``out_of``."""
    table = read_table(path)
    if "quiz" not in table:
        return _moodle(table, students, rules)
    for name in ("student", "score"):
        if name not in table:
            raise TableError(
                _("{file}, row 1: the column {name!r} is missing; there are: {columns}").format(
                    file=table.file, name=name, columns=", ".join(table.columns)
                )
            )
    scores = []
    for row in table.rows:
        student, quiz = row.known("student", students.names), row.text("quiz")
        if student and quiz and row.first("student", "quiz"):
            full = _full_marks(row) if "out_of" in table else _maximum(rules, quiz)
            scores.append(_score(row, "score", full, Score(student, "work", quiz)))
    table.close()
    return scores


def _moodle(table: Table, students: Students, rules: Rules) -> list[Score]:
    columns: dict[str, str] = {}
    for column in table.columns:
        found = _MOODLE.fullmatch(column)
        kind = (found["kind"] or "real").casefold() if found else "letter"
        if found and (kind == "percentage" or (kind == "real" and found["quiz"] not in columns)):
            columns[found["quiz"]] = column
    if not columns:
        raise TableError(
            _(
                "{file}, row 1: must have the columns student, quiz, score and out_of, or those of "
                "a grade export from Moodle, such as 'Quiz: Chapter 7 (Percentage)'; there are: "
                "{columns}"
            ).format(file=table.file, columns=", ".join(table.columns))
        )
    maxima = {quiz: _moodle_maximum(table, columns[quiz], quiz, rules) for quiz in columns}
    scores = []
    for row in table.rows:
        student = _moodle_student(row, students)
        if student is not None:
            scores += [
                _score(row, column, maxima[quiz], Score(student, "work", quiz), unit="%")
                for quiz, column in columns.items()
            ]
    table.close()
    return scores


def _moodle_maximum(table: Table, column: str, quiz: str, rules: Rules) -> Decimal:
    if column.casefold().endswith("(percentage)"):
        return Decimal(100)
    if quiz in rules.maximum:
        return rules.maximum[quiz]
    raise TableError(
        _(
            "{file}, row 1, column {column!r}: points, and Moodle does not say out of how many: "
            "export percentages, or write {quiz!r} with its full marks below [maximum] in the "
            "weights file"
        ).format(file=table.file, column=column, quiz=quiz)
    )


def _moodle_student(row: Row, students: Students) -> str | None:
    """Return whose row it is: by ID number, or by address where Moodle has no number."""
    if "ID number" in row.table and row["ID number"]:
        student = row.known("ID number", students.names)
        return student if student and row.first("ID number") else None
    if "Email address" in row.table and row["Email address"].casefold() in students.emails:
        return (
            students.emails[row["Email address"].casefold()] if row.first("Email address") else None
        )
    row.fault(
        "Email address" if "Email address" in row.table else None,
        _("has neither an ID number nor an address that is on the roster"),
    )
    return None


def read_excused(path: str | Path, students: Students, scores: Sequence[Score]) -> list[Score]:
    """Read what is excused beside the other records, and return all scores with that noted.

    Columns are ``student``, ``item`` and perhaps ``reason``. An item is a lab, quiz, day or part
    of the exam, or one of ``attendance``, ``participation``, ``work`` and ``exam`` as a whole.
    """
    table = read_table(path, ["student", "item"])
    keys = dict.fromkeys((score.part, score.item) for score in scores)
    named = {item: [key for key in keys if item in key] for key in keys for item in key}
    noted = {(score.student, score.part, score.item): score for score in scores}
    for row in table.rows:
        student = row.known("student", students.names)
        item = row.known("item", named, _("one of {items}").format(items=", ".join(named)))
        if student and item and row.first("student", "item"):
            reason = row["reason"] if "reason" in table else ""
            for part, name in named[item]:
                score = noted.get((student, part, name), Score(student, part, name))
                noted[student, part, name] = replace(score, excused=True, reason=reason)
    table.close()
    return list(noted.values())


def read_scores(
    students: Students,
    rules: Rules,
    *,
    attendance: str | Path | None = None,
    participation: str | Path | None = None,
    exam: str | Path | None = None,
    labs: Iterable[str | Path] = (),
    quizzes: Iterable[str | Path] = (),
    excused: str | Path | None = None,
) -> list[Score]:
    """Read all records of a term."""
    scores: list[Score] = []
    if attendance:
        scores += read_attendance(attendance, students, rules)
    if participation:
        scores += read_participation(participation, students)
    if exam:
        scores += read_exam(exam, students, rules)
    origin: dict[str, str | Path] = {}
    for file, work in (
        *((file, read_lab(file, students)) for file in labs),
        *((file, read_quizzes(file, students, rules)) for file in quizzes),
    ):
        for item in dict.fromkeys(score.item for score in work):
            if item in origin:
                raise TableError(
                    _("{file}: {item!r} was already read from {other}").format(
                        file=file, item=item, other=origin[item]
                    )
                )
            origin[item] = file
        scores += work
    return read_excused(excused, students, scores) if excused else scores


def _score(row: Row, column: str, full: Decimal, score: Score, unit: str = "") -> Score:
    """Return the score with what a cell holds: a number, a word that excuses, or nothing."""
    got = row[column].casefold()
    if got in _EXCUSED:
        return replace(score, excused=True)
    if got in _MISSING or not full:
        return score
    value = row.number(column, 0, full, unit=unit, words=_("excused"))
    return (
        score if value is None else replace(score, percent=100 * Fraction(value) / Fraction(full))
    )


def _full_marks(row: Row, column: str = "out_of") -> Decimal:
    """Return full marks from a cell, 0 where they are wrong."""
    full = row.number(column)
    if full == 0:
        row.fault(column, _("must be above 0; got 0"))
    return full or Decimal(0)


def _maximum(rules: Rules, item: str) -> Decimal:
    return rules.maximum.get(item, Decimal(100))
