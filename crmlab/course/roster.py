"""The class list: who is in the course."""

from dataclasses import dataclass, fields
from pathlib import Path

from crmlab._text import _
from crmlab.course._tables import TableError, read_table


@dataclass(frozen=True)
class Student:
    """One line of the class list; everything but `id` may be empty."""

    id: str
    name: str = ""
    email: str = ""
    username: str = ""
    moodle: str = ""
    section: str = ""


def read_roster(path: str | Path) -> list[Student]:
    """Read a class list: columns ``student`` and ``name``, others as :class:`Student` has them.

    Parameters
    ----------
    path : str or Path
        A CSV file.

    Returns
    -------
    list of Student
        In the order of the file.

    Raises
    ------
    TableError
        If a student has no id, or a student or an email address stands twice; the message names
        the file, the row and the column.
    """
    table = read_table(path, ("student", "name"))
    columns = [field.name for field in fields(Student)[1:] if field.name in table]
    rows = table.by("student")
    for row in rows.values():
        if "email" in table and row["email"]:
            row.first("email")
    table.close()
    if not rows:
        raise TableError(_("{file} must name at least one student").format(file=table.file))
    return [
        Student(student, **{column: row[column] for column in columns})
        for student, row in rows.items()
    ]
