"""Marking by hand: a sheet to fill in, and the answers to read beside it (人工评分).

The sheet is a table that any spreadsheet opens. It is written once and then belongs to the
teacher: later gradings append what is missing and change nothing. What stands in it is added to
the marks each time the lab is graded.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from crmlab._text import _
from crmlab.course._tables import guarded, read_table, read_text, write_table
from crmlab.course.grade.cells import Cell
from crmlab.course.grade.results import HandMark, number

_COLUMNS = ("student", "question", "points", "out of", "remark")

Hand = Mapping[str, Mapping[str, HandMark]]  # by student, by question


def code(lab: str, student: str) -> str:
    """Return the name under which a student stands where the marker is not to know whom he reads.

    It hides names from the eye. It is no secret: whoever has the class list can work it out.

    >>> code("lab07", "20230001")
    'A-345a2a'
    """
    return f"A-{hashlib.sha256(f'{lab}/{student}'.encode()).hexdigest()[:6]}"


def read_sheet(
    path: str | Path, lab: str, students: Iterable[str], full: Mapping[str, float]
) -> Hand:
    """Read the marks that were given by hand.

    Parameters
    ----------
    path : str or Path
    lab : str
        The lab's name, by which students' codes are made.
    students : iterable of str
        The ids that may occur; their codes may too.
    full : mapping of str to float
        Full marks of each question that is marked by hand.

    Returns
    -------
    mapping
        Marks by student and question. Rows without points wait to be marked.

    Raises
    ------
    ValueError
        If a student or question is unknown, comes twice, or its points are no number between 0
        and full marks; the message names the file, the row and the column.
    """
    known = {name: student for student in students for name in (student, code(lab, student))}
    table = read_table(path, ("student", "question", "points"))
    marks: dict[str, dict[str, HandMark]] = {}
    for row in table.rows:
        name = row.known("student", known)
        question = row.known("question", full, _("a question of this lab that is marked by hand"))
        if name is None or question is None or not row.first("student", "question"):
            continue
        if not row["points"]:
            continue
        points = row.number("points", 0, Decimal(number(full[question])))
        own = marks.setdefault(known[name], {})
        if question in own:
            row.fault(
                "student", _("has {question} already, as id or as code").format(question=question)
            )
        elif points is not None:
            own[question] = HandMark(float(points), row["remark"] if "remark" in table else "")
    table.close()
    return marks


def write_sheet(
    path: str | Path,
    lab: str,
    waiting: Iterable[tuple[str, str]],
    full: Mapping[str, float],
    anonymous: bool = False,
) -> int:
    """Make the sheet, or append to it what it lacks; return the number of rows written.

    Parameters
    ----------
    path : str or Path
    lab : str
        The lab's name.
    waiting : iterable of (str, str)
        Student and question to be marked.
    full : mapping of str to float
        Full marks of each question that is marked by hand.
    anonymous : bool
        Write codes in place of students' ids.

    Returns
    -------
    int
    """
    path = Path(path)
    columns: Sequence[str] = _COLUMNS
    there: set[tuple[str, str]] = set()
    if path.exists():
        table = read_table(path, ("student", "question", "points"))
        columns = [name.casefold() for name in table.columns]
        there = {(row["student"], row["question"]) for row in table.rows}
    rows = [
        {
            "student": code(lab, student) if anonymous else student,
            "question": question,
            "out of": number(full[question]),
        }
        for student, question in waiting
        if not {(student, question), (code(lab, student), question)} & there
    ]
    lines = [[row.get(column, "") for column in columns] for row in rows]
    if path.exists():
        _append(path, lines)
    else:
        write_table(path, [columns, *lines])
    return len(lines)


def _append(path: Path, lines: Sequence[Sequence[str]]) -> None:
    """Add lines at the end of a table, written as the program wrote it that saved it last."""
    text = read_text(path)
    end = "\r\n" if "\r\n" in text else "\n"
    first_line = text.partition("\n")[0]
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=max(",;\t", key=first_line.count), lineterminator=end)
    writer.writerows([guarded(cell) for cell in line] for line in lines)
    with path.open("ab") as stream:
        stream.write((("" if text.endswith("\n") else end) + made.getvalue()).encode())


def own_part(cells: Iterable[Cell], given: Iterable[Cell]) -> list[Cell]:
    r"""Return an answer without the lines that were handed out; cells that hold nothing else go.

    >>> given = [Cell("q2-1", "markdown", "## A letter\n\n*Write your answer here.*")]
    >>> own_part([Cell("q2-1", "markdown", "## A letter\n\nDear manager,")], given)
    [Cell(id='q2-1', kind='markdown', source='Dear manager,')]
    """
    known = {line.strip() for cell in given for line in cell.source.splitlines()} - {""}
    kept = []
    for cell in cells:
        lines = [line for line in cell.source.splitlines() if line.strip() not in known]
        text = "\n".join(lines).strip("\n")
        if text.strip():
            kept.append(Cell(cell.id, cell.kind, text))
    return kept
