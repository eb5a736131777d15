"""Grade a class: all that ``crmlab labs grade`` does, with its files."""

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from crmlab._text import _
from crmlab.course._tables import write_table
from crmlab.course.grade import report
from crmlab.course.grade.cells import Cell, by_question, read_cells
from crmlab.course.grade.collect import collect
from crmlab.course.grade.folder import Entry, LabFiles, entries, mark_all, marks_of
from crmlab.course.grade.hand import Hand, code, own_part, read_sheet, write_sheet
from crmlab.course.grade.late import LateRule, read_times
from crmlab.course.grade.marks import Marks
from crmlab.course.grade.names import read_owners
from crmlab.course.grade.results import Results, Row
from crmlab.course.grade.similar import Comparison, alike
from crmlab.course.roster import read_roster


@dataclass(frozen=True)
class Class:
    """Who is graded, and by which rules beside the key.

    Attributes
    ----------
    roster, owners : Path or None
        The class list; whose the unclear submissions are.
    deadline : datetime or None
    rule : LateRule
    submitted, extensions : Path or None
        Hand-in times and own deadlines by student.
    file_times : bool
        Take the files' times for hand-in times.
    hand_marks : Path or None
        The marking sheet; without it, ``hand_marks.csv`` among the results.
    anonymous : bool
        Show codes in place of names where answers are marked by hand.
    similar : float
        Share from which two submissions are listed as alike.
    """

    roster: Path | None = None
    owners: Path | None = None
    deadline: datetime | None = None
    rule: LateRule = field(default_factory=LateRule)
    submitted: Path | None = None
    extensions: Path | None = None
    file_times: bool = False
    hand_marks: Path | None = None
    anonymous: bool = False
    similar: float = 0.6


def grade_class(
    lab: LabFiles,
    submissions: str | Path,
    out: str | Path,
    mark: Callable[[Path], Marks],
    about: Class | None = None,
    *,
    depends: str = "",
    jobs: int = 1,
    again: bool = False,
    begin: Callable[[int], Callable[[int], object]] = lambda count: lambda more: None,
) -> Results:
    """Grade all submissions of a lab and write results, feedback, summary and marking sheet.

    Parameters
    ----------
    lab : LabFiles
    submissions : str or Path
        A folder or a zip archive.
    out : str or Path
        Folder for what is written.
    mark : callable
        Marks one notebook; several threads call it.
    about : Class, optional
    depends, jobs, again
        As :func:`crmlab.course.grade.folder.mark_all` explains them.
    begin : callable, optional
        Is told how many notebooks there are, and returns what is told how many more are done.

    Returns
    -------
    Results

    Raises
    ------
    ValueError
        If a table that was given has a fault. Nothing is graded then.
    """
    about, out = about or Class(), Path(out)
    for own in (out, lab.folder):
        if Path(submissions).resolve() in (own.resolve(), *own.resolve().parents):
            raise ValueError(
                _("submissions must stand in a folder of their own; {folder} is in it").format(
                    folder=own
                )
            )
    roster = read_roster(about.roster) if about.roster else None
    owners = read_owners(about.owners, roster or []) if about.owners else {}
    with tempfile.TemporaryDirectory() as work:
        files = collect(submissions, work)
        matched, nobody = entries(files, lab.name, roster, owners)
        sheet = about.hand_marks or out / "hand_marks.csv"
        students = [entry.student.id for entry in matched]
        full = {question: lab.points[question] for question in lab.manual}
        hand: Hand = {}
        if sheet.exists() or about.hand_marks:
            hand = read_sheet(sheet, lab.name, students, full)
        times = _Times(about, students)
        everything = [*matched, *nobody]
        count = sum(entry.file is not None and entry.file.path is not None for entry in everything)
        found = mark_all(
            lab,
            everything,
            mark,
            kept=out / "marks",
            depends=depends,
            jobs=jobs,
            again=again,
            tick=begin(count),
        )
        rows = {
            entry: times.dated(
                Row(
                    entry.student,
                    marks_of(entry, lab, found),
                    str(entry.file.place) if entry.file else "",
                    entry.others,
                    entry.why,
                    hand=hand.get(entry.student.id, {}),
                ),
                entry,
            )
            for entry in everything
        }
        cells = {
            row.student.id: read_cells(entry.file.path)
            for entry, row in rows.items()
            if row.ran and entry.file is not None and entry.file.path is not None
        }
        digests = {
            entry.student.id: found[entry.file.place][1]
            for entry in everything
            if entry.file is not None and entry.file.place in found
        }
    results = Results(
        lab.name,
        str(lab.key["title"]),
        lab.points,
        tuple(rows[entry] for entry in matched),
        tuple(rows[entry] for entry in nobody),
    )
    _write_tables(results, out)
    _write_marking(lab, results, cells, out, sheet, about.anonymous)
    _write_pages(lab, results, cells, digests, out, about.similar)
    return results


class _Times:
    """When each student handed in, and had to."""

    def __init__(self, about: Class, students: Sequence[str]) -> None:
        self.about = about
        self.submitted: Mapping[str, datetime] = {}
        self.until: Mapping[str, datetime] = {}
        if about.deadline is not None and about.submitted is not None:
            self.submitted = read_times(about.submitted, "submitted", students, about.deadline)
        if about.deadline is not None and about.extensions is not None:
            self.until = read_times(about.extensions, "until", students, about.deadline)

    def dated(self, row: Row, entry: Entry) -> Row:
        """Return the row with its times and what lateness costs."""
        deadline = self.until.get(row.student.id, self.about.deadline)
        if deadline is None or entry.file is None:
            return row
        handed_in = self.submitted.get(row.student.id)
        if handed_in is None and self.about.file_times:
            handed_in = datetime.fromtimestamp(entry.file.time, deadline.tzinfo)
        return replace(
            row,
            handed_in=handed_in,
            deadline=deadline,
            extended=row.student.id in self.until,
            late=self.about.rule.late(handed_in, deadline),
        )


def _write_tables(results: Results, out: Path) -> None:
    write_table(out / "results.csv", results.table())
    (out / "results.json").write_text(results.to_json(), encoding="utf-8")
    (out / "unmatched.csv").unlink(missing_ok=True)
    if results.unmatched:
        write_table(out / "unmatched.csv", results.unmatched_table())


def _write_marking(
    lab: LabFiles,
    results: Results,
    cells: Mapping[str, list[Cell]],
    out: Path,
    sheet: Path,
    anonymous: bool,
) -> None:
    """Write what is needed to mark by hand: the sheet, and a page of answers per question."""
    if not lab.manual:
        return
    rows = [row for row in results.rows if row.ran]
    asked = [(row.student.id, question) for row in rows for question in lab.manual]
    write_sheet(sheet, lab.name, asked, results.questions, anonymous)
    given = by_question(lab.blank, results.questions)
    answered = {student: by_question(own, results.questions) for student, own in cells.items()}
    pages = {}
    for question, rubric in lab.manual.items():
        written = {
            student: own_part(own[question], given[question]) for student, own in answered.items()
        }
        pages[question] = report.answers(results, question, rubric, written, sheet.name, anonymous)
    _write_all(out / "answers", pages)


def _write_pages(
    lab: LabFiles,
    results: Results,
    cells: Mapping[str, list[Cell]],
    digests: Mapping[str, str],
    out: Path,
    threshold: float,
) -> None:
    compared = Comparison(list(results.questions), lab.blank, lab.solution)
    runs = {student: compared.runs(own) for student, own in cells.items()}
    found = alike(runs, threshold, digests)
    (out / "summary.html").write_text(report.summary(results, found, threshold), encoding="utf-8")
    pages = {
        file_name(results.lab, row.student.id): report.feedback(results, row)
        for row in results.rows
    }
    _write_all(out / "feedback", pages)


def _write_all(folder: Path, pages: Mapping[str, str]) -> None:
    """Write pages, and take away those of an earlier grading."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.html"):
        old.unlink()
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def file_name(lab: str, student: str) -> str:
    """Return a file's name for a student's id; two ids never share one.

    >>> file_name("lab07", "20230001"), file_name("lab07", "../x")
    ('20230001', '.._x-A-602a0f')
    """
    plain = re.sub(r"[^\w.-]", "_", student)
    return plain if plain == student else f"{plain}-{code(lab, student)}"
