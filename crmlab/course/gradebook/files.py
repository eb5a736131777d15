"""The gradebook on disk: a table, a workbook, a picture, a page on the class, one per student."""

import base64
import io
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crmlab._text import _
from crmlab.course._tables import write_table
from crmlab.course.gradebook.result import (
    FIGURES,
    PARTS,
    STATUSES,
    FinalMark,
    Gradebook,
    half_up,
)
from crmlab.course.gradebook.rules import Rules

if TYPE_CHECKING:
    import pandas as pd
    from jinja2 import Environment
    from openpyxl.worksheet.worksheet import Worksheet

#: What an entry can count as, in the words that a student reads.
_COUNTS = {
    "counted": _("yes"),
    "missing": _("missing"),
    "excused": _("excused, does not count"),
    "dropped": _("one of the lowest, does not count"),
}
_WIDEST = 60  # characters in a column of the workbook


def write_gradebook(book: Gradebook, path: str | Path) -> list[Path]:
    """Write the gradebook, and beside it the workbook, the picture and the pages.

    Parameters
    ----------
    book : Gradebook
    path : str or Path
        The table, a ``.csv`` file. The others have its name and another ending; the pages of
        students are in the folder ``NAME_students``.

    Returns
    -------
    list of Path
        What was written: four files and the folder.

    Raises
    ------
    ValueError
        If the file does not end in ``.csv``.
    """
    path = Path(path)
    if path.suffix != ".csv":
        raise ValueError(_("the gradebook must be a .csv file; got {path}").format(path=path))
    path.parent.mkdir(parents=True, exist_ok=True)
    table = book.to_frame()
    write_table(path, [table.columns, *(map(_cell, row) for row in table.itertuples(index=False))])
    _write_workbook(book, path.with_suffix(".xlsx"))
    picture = _picture(book)
    path.with_suffix(".png").write_bytes(picture)
    path.with_suffix(".html").write_text(_class_page(book, picture), encoding="utf-8")
    pages = path.with_name(f"{path.stem}_students")
    pages.mkdir(exist_ok=True)
    for mark in book.marks:
        # A number may hold a sign that no file name can.
        page = pages / f"{quote(mark.student, safe=' ')}.html"
        page.write_text(_student_page(mark, book.rules), encoding="utf-8")
    return [*(path.with_suffix(kind) for kind in (".csv", ".xlsx", ".png", ".html")), pages]


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.2f}"  # NaN: there is no mark
    return str(value)


def _weights(rules: Rules) -> list[tuple[str, str]]:
    """Return the rules, line by line, as their file names them."""
    tables = ("final", "coursework", "attendance", "exam", "maximum", "bands")
    plain = ("drop_lowest", "missing_exam", "pass_mark")
    return [
        *(
            (f"[{name}] {key}", f"{value:f}")
            for name in tables
            for key, value in getattr(rules, name).items()
        ),
        *((f"[rules] {name}", str(getattr(rules, name))) for name in plain),
    ]


def _picture(book: Gradebook) -> bytes:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from crmlab.plots import STYLE

    file = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure = Figure(dpi=150)
        book.plot(figure.add_subplot())
        figure.savefig(file, format="png")
    return file.getvalue()


@cache
def _pages() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=PackageLoader("crmlab.course.gradebook"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals.update(
        {"_": _, "two": _two, "statuses": STATUSES, "parts": PARTS, "figures": FIGURES}
    )
    return pages


def _two(value: Fraction | Decimal | int | None) -> str:
    return "–" if value is None else str(half_up(value))


def _class_page(book: Gradebook, picture: bytes) -> str:
    status = Counter(mark.status for mark in book.marks)
    return (
        _pages()
        .get_template("class.html")
        .render(
            book=book,
            picture=f"data:image/png;base64,{base64.b64encode(picture).decode()}",
            statistics=book.statistics(),
            waiting={name: status[name] for name in STATUSES if name != "final" and status[name]},
            weights=_weights(book.rules),
        )
    )


def _student_page(mark: FinalMark, rules: Rules) -> str:
    entries = {part: [e for e in mark.entries if e.score.part == part] for part in PARTS}
    return (
        _pages()
        .get_template("student.html")
        .render(
            mark=mark,
            rules=rules,
            counts=_COUNTS,
            entries=entries,
            shares={part: sum(entry.share for entry in entries[part]) for part in PARTS},
            points={part: sum(entry.points for entry in entries[part]) for part in PARTS},
        )
    )


def _write_workbook(book: Gradebook, path: Path) -> None:
    """Write values, no formulas and no macros: after a change of weights, make it again."""
    from openpyxl import Workbook
    from openpyxl.chart import BarChart, Reference

    workbook = Workbook()
    del workbook["Sheet"]
    _add(workbook.create_sheet(_("Marks")), book.to_frame(), frozen="C2")
    _add(workbook.create_sheet(_("Breakdown")), book.breakdown(), frozen="C2")
    _add(workbook.create_sheet(_("Missing and excused")), book.gaps(), frozen="C2")
    sheet = workbook.create_sheet(_("Distribution"))
    _add(sheet, book.bands(), frozen="A2")
    chart = BarChart()
    chart.title = _("Final marks by band")
    chart.y_axis.title, chart.legend = _("students"), None
    chart.x_axis.delete = chart.y_axis.delete = False
    last = len(book.rules.bands) + 1
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
    sheet.add_chart(chart, "E1")
    sheet.append([])
    for key, value in book.statistics().items():
        _append(sheet, [FIGURES[key], value])
    _append(sheet, [book.describe()])
    weights = workbook.create_sheet(_("Weights"))
    _append(weights, [_("weight or rule"), _("value")])
    for line in _weights(book.rules):
        _append(weights, line)
    _finish(weights, frozen="A2")
    workbook.save(path)


def _add(sheet: "Worksheet", table: "pd.DataFrame", frozen: str) -> None:
    _append(sheet, table.columns)
    for row in table.itertuples(index=False):
        _append(sheet, row)
    _finish(sheet, frozen)


def _append(sheet: "Worksheet", values: Iterable[Any]) -> None:
    """Write a row in which text stays text, also where it looks like a formula."""
    row = sheet.max_row + 1 if sheet.max_row > 1 or sheet["A1"].value is not None else 1
    for column, value in enumerate(values, start=1):
        if value is None or value != value:  # NaN: there is no mark
            continue
        cell = sheet.cell(row, column, value)
        if isinstance(value, str):
            cell.data_type, cell.quotePrefix = "s", True
        elif isinstance(value, float | Decimal):
            cell.number_format = "0.00"


def _finish(sheet: "Worksheet", frozen: str) -> None:
    """Make the header bold, keep it in sight, and give each column the width of its cells."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = frozen
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, column in enumerate(sheet.columns, start=1):
        longest = max(len(str(cell.value)) if cell.value is not None else 0 for cell in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(longest + 2, _WIDEST)
