"""The key of a lab: what the teacher grades with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmlab._text import _

Record = Mapping[str, Any]  # one question or one check, as the file has it


@dataclass(frozen=True)
class Key:
    """All checks of a lab with the values that are expected.

    Attributes
    ----------
    lab : str
        The lab's name.
    questions : sequence of mapping
        The questions in order, as ``crmlab labs build`` wrote them.
    data : Path or None
        The folder of the lab's own data, if it has any.
    """

    lab: str
    questions: Sequence[Record]
    data: Path | None = None

    def without_checks(self) -> str:
        """Return what stands for the student's file of checks in the sandbox.

        ``lab.check`` works with it, and it tells nothing.
        """
        questions = [
            {
                "id": record["id"],
                "points": record["points"],
                "manual": record["manual"],
                "hidden": len(record["checks"]),
                "checks": [],
            }
            for record in self.questions
        ]
        return json.dumps({"lab": self.lab, "questions": questions})


def read_key(path: str | Path) -> Key:
    """Read a key; the lab's data are looked for beside it.

    Parameters
    ----------
    path : str or Path
        ``teacher/<lab>/<lab>.key.json``, made by ``crmlab labs build``.

    Returns
    -------
    Key

    Raises
    ------
    ValueError
        If the file is no key.
    """
    path = Path(path)
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        lab, questions = record["lab"], record["questions"]
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            _("{file} is not a key that crmlab labs build has made").format(file=path)
        ) from None
    data = path.parent / lab
    return Key(lab, questions, data if data.is_dir() else None)
