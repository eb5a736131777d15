r"""Tables that teachers keep in spreadsheets, read with errors that say where to look.

A file is UTF-8 text, with or without the mark that Excel puts before it; its cells are parted by
commas, semicolons or tabs. Rows count as a spreadsheet shows them: the header is row 1.

Reading goes on after a fault, so that all faults of a file are told at once:

>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     file = Path(folder, "exam.csv")
...     _ = file.write_text("student,score\nS01,88\nS02,104\nS9,x\nS01,70\n")
...     table = read_table(file, ["student", "score"])
...     for student, row in table.by("student", known={"S01", "S02"}).items():
...         print(student, row.number("score", 0, 100))
...     table.close()
Traceback (most recent call last):
...
crmlab.course._tables.TableError: exam.csv: 3 things are wrong
  row 3, column 'score': must be a number from 0 to 100; got '104'
  row 4, column 'student': 'S9' is not on the roster
  row 5, column 'student': 'S01' comes twice; it was in row 2 already
"""

import csv
import io
import reprlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from crmlab._text import _

T = TypeVar("T")
_SHOWN = 5  # faults that are told one by one
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # by these a spreadsheet knows a formula


class TableError(ValueError):
    """A table that breaks a rule; the message names the file, the row and the column."""


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, or raise `TableError` with the row that is not UTF-8.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
        Without the mark that Excel and Notepad put before it.
    """
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            _(
                "{file}, row {row}: must be text in UTF-8; got the byte 0x{byte:02x}. In Excel "
                "save it as “CSV UTF-8”"
            ).format(
                file=path.name,
                row=raw.count(b"\n", 0, error.start) + 1,
                byte=raw[error.start],
            )
        ) from None


@dataclass(frozen=True)
class Row:
    """One row of a :class:`Table`. Its methods note a fault and return None where a cell is wrong.

    Parameters
    ----------
    table : Table
    position : int
        The row's number in a spreadsheet.
    cells : tuple of str
        Without blanks at their ends, in the order of `table.columns`.
    """

    table: "Table" = field(repr=False)
    position: int
    cells: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        """Return the text of a cell; a column is found whatever the case of its letters."""
        return self.cells[self.table.place(column)]

    def text(self, column: str) -> str | None:
        """Return the text of a cell that must not be empty."""
        if not self[column]:
            self.fault(column, _("must not be empty"))
        return self[column] or None

    def number(
        self,
        column: str,
        low: Decimal | int = 0,
        high: Decimal | int | None = None,
        *,
        unit: str = "",
        words: str = "",
    ) -> Decimal | None:
        """Return the number in a cell, exactly as it is written, between `low` and `high`.

        A `unit` may stand behind it. `words` tells in the error what else the caller takes.
        """
        got = self[column]
        try:
            value = Decimal(got.removesuffix(unit).strip())
        except InvalidOperation:
            value = Decimal("NaN")
        # Python reads 1_000 as a number, nobody else does.
        if (
            "_" not in got
            and value.is_finite()
            and low <= value
            and (high is None or value <= high)
        ):
            return value
        if high is None:
            allowed = _("a number of at least {low}").format(low=low)
        else:
            allowed = _("a number from {low} to {high}").format(low=low, high=high)
        self.fault(
            column,
            _("must be {allowed}; got {got}").format(
                allowed=allowed + (_(", or {words}").format(words=words) if words else ""),
                got=reprlib.repr(got),
            ),
        )
        return None

    def choice(self, column: str, allowed: Mapping[str, T]) -> T | None:
        """Return what the word in a cell stands for; the case of its letters does not matter."""
        got = self[column]
        if got.casefold() in allowed:
            return allowed[got.casefold()]
        self.fault(
            column,
            _("must be one of {words}; got {got}").format(
                words=", ".join(allowed), got=reprlib.repr(got)
            ),
        )
        return None

    def known(self, column: str, known: Collection[str], where: str | None = None) -> str | None:
        """Return the text of a cell that must be one of `known`, the names `where` has."""
        got = self.text(column)
        if got is None or got in known:
            return got
        self.fault(
            column,
            _("{got} is not {where}").format(
                got=reprlib.repr(got), where=where or _("on the roster")
            ),
        )
        return None

    def first(self, column: str, *more: str) -> bool:
        """Whether no row above has the same text in these columns."""
        key = (column, *more, *(self[name] for name in (column, *more)))
        above = self.table.seen.setdefault(key, self.position)
        if above != self.position:
            got = " / ".join(self[name] for name in (column, *more))
            self.fault(
                column,
                _("{got} comes twice; it was in row {row} already").format(
                    got=reprlib.repr(got), row=above
                ),
            )
        return above == self.position

    def fault(self, column: str | None, message: str) -> None:
        """Note that the row, or its cell in `column`, is wrong."""
        place = _("row {row}").format(row=self.position)
        if column is not None:
            place += _(", column {column!r}").format(column=self.table.named(column))
        self.table.faults.append((self.position, f"{place}: {message}"))


@dataclass
class Table:
    """What a file holds, and what is wrong with it.

    Parameters
    ----------
    file : str
        The name that errors give.
    columns : tuple of str
        As the header has them.
    rows : list of Row
        Without the header and without rows that are empty.
    faults : list of tuple
        What was found wrong so far: row, and the sentence that names the place and says what.
    seen : dict
        The row in which a key came first.
    """

    file: str
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    seen: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __contains__(self, column: str) -> bool:
        """Whether there is such a column."""
        return any(column.casefold() == name.casefold() for name in self.columns)

    def place(self, column: str) -> int:
        """Return the position of a column."""
        return [name.casefold() for name in self.columns].index(column.casefold())

    def named(self, column: str) -> str:
        """Return a column's name as the header writes it."""
        return self.columns[self.place(column)] if column in self else column

    def by(self, column: str, known: Collection[str] | None = None) -> dict[str, Row]:
        """Return the rows by the text in `column`: never empty, never twice, one of `known`."""
        rows: dict[str, Row] = {}
        for row in self.rows:
            key = row.text(column) if known is None else row.known(column, known)
            if key is not None and row.first(column):
                rows[key] = row
        return rows

    def close(self) -> None:
        """Raise `TableError` if anything is wrong: how many things, and the first few."""
        told = [sentence for _row, sentence in sorted(self.faults)]
        if len(told) == 1:
            raise TableError(f"{self.file}, {told[0]}")
        if told:
            lines = [
                _("{file}: {count} things are wrong").format(file=self.file, count=len(told)),
                *(f"  {sentence}" for sentence in told[:_SHOWN]),
            ]
            if len(told) > _SHOWN:
                lines.append(_("  and {count} more").format(count=len(told) - _SHOWN))
            raise TableError("\n".join(lines))


def read_table(path: str | Path, needs: Iterable[str] = ()) -> Table:
    """Read a CSV file whose header has at least the columns `needs`.

    Faults of the whole file (encoding, header) raise at once. Faults of rows are kept until
    :meth:`Table.close`, together with those that the caller finds by the methods of
    :class:`Row`. Call it when all cells have been asked for.

    Parameters
    ----------
    path : str or Path
    needs : iterable of str
        Columns that must be there, in any order; others may be there too.

    Returns
    -------
    Table

    Raises
    ------
    TableError
        If the file is not UTF-8, is empty, or its header lacks a column, has one twice, or has
        one without a name.
    """
    path = Path(path)
    text = read_text(path)
    first_line = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first_line.count))
    try:
        records = [tuple(_opened(cell.strip()) for cell in line) for line in lines]
    except csv.Error as error:
        raise TableError(
            _("{file}, row {row}: {error}").format(file=path.name, row=lines.line_num, error=error)
        ) from None
    header = records[0] if records else ()
    while header and not header[-1]:
        header = header[:-1]
    _check_header(path.name, header, needs)
    table = Table(path.name, header)
    for position, record in enumerate(records[1:], start=2):
        if any(record):
            cells = record[: len(header)] + ("",) * (len(header) - len(record))
            row = Row(table, position, cells)
            table.rows.append(row)
            _check_cells(row, record)
    return table


def write_table(path: Path, lines: Iterable[Iterable[object]]) -> None:
    """Write a CSV file that a spreadsheet opens with its letters right and its formulas dead.

    A text that a spreadsheet would take for a formula gets an apostrophe before it;
    :func:`read_table` takes it off again.

    Parameters
    ----------
    path : Path
    lines : iterable of iterables
        The names of the columns first.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([guarded(str(cell)) for cell in line] for line in lines)


def guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    >>> guarded("=1+1"), guarded("@Wang"), guarded("-5"), guarded("Li Wei")
    ("'=1+1", "'@Wang", '-5', 'Li Wei')
    """
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _opened(text: str) -> str:
    return text[1:] if text[:1] == "'" and guarded(text[1:]) == text else text


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _check_header(file: str, header: tuple[str, ...], needs: Iterable[str]) -> None:
    wrong = ""
    names = [name.casefold() for name in header]
    if not header:
        wrong = _("must begin with the names of the columns; got nothing")
    for position, name in enumerate(header, start=1):
        if not name:
            wrong = _("column {position} must have a name").format(position=position)
        elif names.count(name.casefold()) > 1:
            wrong = _("the column {name!r} comes twice").format(name=name)
    missing = [name for name in needs if name.casefold() not in names]
    if header and missing and not wrong:
        wrong = _("the column {name!r} is missing; there are: {columns}").format(
            name=missing[0], columns=", ".join(header)
        )
    if wrong:
        raise TableError(_("{file}, row 1: {wrong}").format(file=file, wrong=wrong))


def _check_cells(row: Row, record: tuple[str, ...]) -> None:
    """Note cells beyond the header, and control characters, which no spreadsheet can hold."""
    if any(record[len(row.cells) :]):
        row.fault(
            None,
            _("has {got} cells; the header has {allowed}").format(
                got=len(record), allowed=len(row.cells)
            ),
        )
    for column, cell in zip(row.table.columns, row.cells, strict=True):
        if any(ord(letter) < 32 and letter not in "\t\r\n" for letter in cell):
            row.fault(column, _("holds a control character: {got}").format(got=reprlib.repr(cell)))
