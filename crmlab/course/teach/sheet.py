"""The marking sheet of the team project: a workbook with one sheet for each team.

A teacher picks a level for each criterion, and enters what the members of a team said of each
other; the workbook computes the marks. Each member shares 100 points among the *others* by what
they gave to the project. With *n* members somebody who gave as much as the others receives 100,
so the **peer factor** is what was received by 100, kept between two bounds. Who did not share
exactly 100 points is counted as having shared equally. A member's mark is the team's mark times
the factor, at most 100. The bounds stand in the sheet ``Rubric`` and may be changed there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from crmlab._text import _
from crmlab.course._tables import guarded, read_table
from crmlab.course.teach.rubric import Rubric

_PLAIN = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")  # 007 is a name
_BOLD = Font(bold=True)
_WRAP = Alignment(wrap_text=True, vertical="top")
_INPUT = PatternFill("solid", fgColor="FFF4CC")
_NOT_OWN = PatternFill("solid", fgColor="D0D0D0")
#: The columns of the sheet ``Summary``: what the gradebook reads of a quiz, and how it came about.
SUMMARY = ("student", "name", "team", "team mark", "peer factor", "quiz", "score", "out_of")
_FIRST = 5  # the row of the first criterion
_LEVEL_NAMES, _LEVEL_SHARES = "Rubric!$C$2:$F$2", "Rubric!$C$3:$F$3"
_LEAST, _MOST = "Rubric!$B$4", "Rubric!$B$5"


@dataclass(frozen=True)
class Member:
    """A student in a team.

    Attributes
    ----------
    student : str
        The number by which the gradebook knows the student.
    name : str
        What stands on the sheet.
    """

    student: str
    name: str


def read_teams(path: str | Path) -> dict[str, list[Member]]:
    """Read who is in which team.

    Parameters
    ----------
    path : str or Path
        A CSV file with the columns ``team`` and ``student``, and perhaps ``name``.

    Returns
    -------
    dict
        Members by team, both in the order of the file.

    Raises
    ------
    TableError
        If a cell is empty, or a student comes twice; the row and the column are named.
    """
    table = read_table(path, ["team", "student"])
    teams: dict[str, list[Member]] = {}
    for student, row in table.by("student").items():
        team = row.text("team")
        name = row["name"] if "name" in table else ""
        if team is not None:
            teams.setdefault(team, []).append(Member(student, name or student))
    if not table.rows:
        table.faults.append((1, _("row 1: must be followed by a row for each student")))
    table.close()
    return teams


def rubric_workbook(rubric: Rubric) -> Workbook:
    """Return the rubric as a workbook with the one sheet ``Rubric``.

    Parameters
    ----------
    rubric : Rubric
        Criteria by levels.

    Returns
    -------
    openpyxl.Workbook
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Rubric"
    _rubric(sheet, rubric)
    return book


def table_workbook(title: str, lines: Sequence[Sequence[str]]) -> Workbook:
    """Return a table of texts as a workbook with one sheet, in which numbers are numbers.

    Parameters
    ----------
    title : str
        Name of the sheet.
    lines : sequence of sequences of str
        The names of the columns first.

    Returns
    -------
    openpyxl.Workbook
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for number, line in enumerate(lines, start=1):
        cells = [float(c) if _PLAIN.fullmatch(c) else guarded(c) for c in line]
        _row(sheet, number, cells, bold=number == 1)
    _widths(
        sheet, [max(8, min(40, max(map(len, column)) + 2)) for column in zip(*lines, strict=True)]
    )
    sheet.freeze_panes = "A2"
    return book


def marking_sheet(rubric: Rubric, teams: Mapping[str, Sequence[Member]]) -> Workbook:
    """Return a workbook to mark the teams with.

    Parameters
    ----------
    rubric : Rubric
        Criteria by levels.
    teams : mapping
        Members by the name of their team, from :func:`read_teams`.

    Returns
    -------
    openpyxl.Workbook
        The sheets are ``Summary``, ``Team 1``, ``Team 2``, …, and ``Rubric``.
    """
    book = rubric_workbook(rubric)
    summary = book.create_sheet("Summary", 0)
    _row(summary, 1, SUMMARY, bold=True)
    line = 2
    for n, (team, members) in enumerate(teams.items(), start=1):
        sheet = book.create_sheet(f"Team {n}", n)
        mark, factors = _team(sheet, rubric, team, members)
        for member, factor in zip(members, factors, strict=True):
            place = f"'{sheet.title}'!"
            _row(summary, line, map(guarded, [member.student, member.name, team]))
            summary.cell(line, 4, f"={place}{mark}")
            summary.cell(line, 5, f"={place}{factor}")
            summary.cell(line, 6, _("Team project"))
            summary.cell(line, 7, f'=IF(D{line}="","",ROUND(MIN(100,D{line}*E{line}),1))')
            summary.cell(line, 8, 100)
            line += 1
    _widths(summary, [14, 18, 18, 11, 12, 14, 10, 8])
    summary.freeze_panes = "A2"
    return book


def _rubric(sheet: Worksheet, rubric: Rubric) -> None:
    sheet.cell(1, 1, rubric.title).font = _BOLD
    _row(sheet, 2, [_("level"), "", *(level.name for level in rubric.levels)], bold=True)
    _row(sheet, 3, [_("share of the points"), "", *(level.share for level in rubric.levels)])
    _row(sheet, 4, [_("least peer factor"), rubric.least])
    _row(sheet, 5, [_("greatest peer factor"), rubric.most])
    for line, one in enumerate(rubric.criteria, start=6):
        _row(sheet, line, [one.name, one.points, *one.descriptors])
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = _WRAP
    _widths(sheet, [26, 8, 34, 34, 34, 34])
    sheet.page_setup.orientation = "landscape"


def _team(
    sheet: Worksheet, rubric: Rubric, team: str, members: Sequence[Member]
) -> tuple[str, list[str]]:
    """Fill the sheet of one team; return where its mark and its members' factors stand."""
    sheet.cell(1, 1, guarded(team)).font = Font(bold=True, size=14)
    sheet.cell(2, 1, _("Fill the yellow cells. The sheet Rubric tells what the levels mean."))
    columns = [_("criterion"), _("points"), _("level"), _("marks"), _("comment")]
    _row(sheet, _FIRST - 1, columns, bold=True)
    levels = DataValidation(type="list", formula1=f"={_LEVEL_NAMES}", allow_blank=True)
    sheet.add_data_validation(levels)
    last = _FIRST + len(rubric.criteria) - 1
    for line, one in enumerate(rubric.criteria, start=_FIRST):
        share = f"INDEX({_LEVEL_SHARES},MATCH(C{line},{_LEVEL_NAMES},0))"
        _row(sheet, line, [one.name, one.points, None, f'=IF(C{line}="","",B{line}*{share})'])
        for column in (3, 5):
            sheet.cell(line, column).fill = _INPUT
        levels.add(f"C{line}")
        sheet.cell(line, 5).alignment = _WRAP
    marks = f"D{_FIRST}:D{last}"
    all_marked = f"COUNT({marks})={len(rubric.criteria)}"
    _row(
        sheet,
        last + 1,
        [_("team mark"), f"=SUM(B{_FIRST}:B{last})", None, f'=IF({all_marked},SUM({marks}),"")'],
        bold=True,
    )
    _widths(sheet, [30, 9, 14, 12, 40])
    return f"D{last + 1}", _peers(sheet, last + 3, members)


def _peers(sheet: Worksheet, top: int, members: Sequence[Member]) -> list[str]:
    """Write the table in which members shared points; return the cells of the factors."""
    n = len(members)
    text = _("Each member shares 100 points among the others. Rows: given by. Columns: given to.")
    sheet.cell(top, 1, text).font = _BOLD
    names = [guarded(member.name) for member in members]
    _row(sheet, top + 1, [None, *names, _("sum")], bold=True)
    first, last, total = top + 2, top + 1 + n, get_column_letter(n + 2)
    share = DataValidation(type="decimal", operator="between", formula1="0", formula2="100")
    share.error = _("points from 0 to 100")
    never = DataValidation(type="custom", formula1="FALSE", error=_("not to oneself"))
    for rule in (share, never):
        sheet.add_data_validation(rule)
    for i, name in enumerate(names):
        line = first + i
        sheet.cell(line, 1, name)
        for j in range(n):
            cell = sheet.cell(line, 2 + j)
            cell.fill = _NOT_OWN if i == j else _INPUT
            (never if i == j else share).add(cell.coordinate)
        sheet.cell(line, n + 2, f"=ROUND(SUM(B{line}:{get_column_letter(n + 1)}{line}),6)")
    _row(sheet, last + 1, [_("received")])
    _row(sheet, last + 2, [_("peer factor")], bold=True)
    factors = []
    for j in range(n):
        letter, own = get_column_letter(2 + j), f"${total}${first + j}"
        factors.append(f"{letter}{last + 2}")
        if n == 1:
            sheet[f"{letter}{last + 1}"] = 100
        else:
            sums = f"${total}${first}:${total}${last}"
            # Whoever did not share exactly 100 points is taken to have shared equally.
            others = f"({n - 1}-COUNTIF({sums},100)+COUNTIF({own},100))"
            given = f"SUMIF({sums},100,{letter}{first}:{letter}{last})"
            sheet[f"{letter}{last + 1}"] = f"={given}+{others}*100/{n - 1}"
        sheet[factors[-1]] = f"=MAX({_LEAST},MIN({_MOST},{letter}{last + 1}/100))"
    return factors


def _row(sheet: Worksheet, line: int, values: Iterable[Any], *, bold: bool = False) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(line, column, value)
        if bold:
            cell.font = _BOLD


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
