"""Which cells of a student's notebook answer which question.

The cells that were handed out carry their question in their id (``q3-1``). Others, and all of
a notebook that lost its ids, belong to the question whose check comes next.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CHECK = re.compile(r"""lab\.check\(\s*["'](\w+)["']\s*\)|^\*\*How (\w+) is marked\*\*""")


@dataclass(frozen=True)
class Cell:
    """One cell as it was handed in."""

    id: str
    kind: str
    source: str


def read_cells(path: str | Path) -> list[Cell]:
    """Return the cells of a notebook; none where the file is no notebook."""
    try:
        record = json.loads(Path(path).read_bytes())
        return [_cell(cell) for cell in record["cells"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def _cell(record: Any) -> Cell:
    record = record if isinstance(record, dict) else {}
    source = record.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return Cell(str(record.get("id", "")), str(record.get("cell_type", "")), text)


def by_question(cells: Iterable[Cell], questions: Iterable[str]) -> dict[str, list[Cell]]:
    """Return the cells of each question in order, without those that hold its checks.

    >>> own, check = Cell("q1-1", "code", "x = 1"), Cell("", "code", "lab.check('q2')")
    >>> found = by_question([own, Cell("", "code", "y = 2"), check], ["q1", "q2"])
    >>> {question: [cell.source for cell in cells] for question, cells in found.items()}
    {'q1': ['x = 1'], 'q2': ['y = 2']}
    """
    found: dict[str, list[Cell]] = {question: [] for question in questions}
    following = ""
    for cell in reversed(list(cells)):
        named = re.fullmatch(r"(\w+)-(\d+|check)", cell.id)
        check = _CHECK.search(cell.source)
        if check or (named and named[2] == "check"):
            following = (check[1] or check[2]) if check else named[1] if named else ""
        else:
            question = named[1] if named and named[1] in found else following
            if question in found:
                found[question].insert(0, cell)
    return found
