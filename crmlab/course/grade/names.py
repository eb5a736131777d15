"""Whose submission is it? From file and folder names to the class list, by rules, never by guess.

The parts of a submission's place are looked at from the outside in (``20230001/lab07.ipynb``:
first the folder, then the file). The first part that names somebody decides.

1. ``Li Wei_12345_assignsubmission_file_`` is Moodle's: the number counts if the class list has
   it as ``moodle``, then the name before it. What follows was named by the student and does not
   count.
2. In other parts, a student number, user name or email address stands between spaces, ``_``,
   ``-`` and the like, or beside Chinese characters. If it is shorter than four characters, the
   part must be nothing else.
3. The same goes for the full name, in either order of first and family name, and for what
   stands before the @ of the email address. A longer name goes before a shorter one in it.

Two students with the same claim, or a number and a name that disagree, leave a submission
without an owner: it is graded and listed, and a person decides.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from crmlab._text import _
from crmlab.course._tables import read_table
from crmlab.course.roster import Student

_HAN = "\u3400-\u9fff"
_WORD = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_MOODLE = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(file|onlinetext)(_.*)?")
_SHORT = 4  # characters that a number or name must have to be looked for inside a longer text


@dataclass(frozen=True)
class Owner:
    """Who a submission belongs to, or why nobody can be told."""

    student: Student | None = None
    why: str = ""


Words = tuple[str, ...]


def words(text: str) -> Words:
    """Return the words of a name, in one spelling.

    >>> words("Li_Wei-Lab07"), words("20230001王小明lab07")
    (('li', 'wei', 'lab07'), ('20230001', '王小明', 'lab07'))
    """
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


class Names:
    """The names of a class list, ready to be looked for.

    Parameters
    ----------
    roster : iterable of Student
        The class list.
    """

    def __init__(self, roster: Iterable[Student]) -> None:
        self._moodle: dict[str, list[Student]] = {}
        self._ids: list[tuple[Words, Student]] = []
        self._names: list[tuple[Words, Student]] = []
        for student in roster:
            number = re.search(r"\d+", student.moodle)  # its tables say "Participant 12345"
            if number:
                self._moodle.setdefault(number[0], []).append(student)
            for text in dict.fromkeys((student.id, student.username, student.email)):
                if words(text):
                    self._ids.append((words(text), student))
            name, user = words(student.name), words(student.email.partition("@")[0])
            turned = name[1:] + name[:1], name[-1:] + name[:-1]
            for spelling in dict.fromkeys((name, *turned, user)):
                if spelling:
                    self._names.append((spelling, student))

    def owner(self, place: PurePosixPath) -> Owner:
        """Return whose the file at `place` is.

        >>> names = Names([Student("20230001", "Li Wei"), Student("20230002", "Ada Moss")])
        >>> names.owner(PurePosixPath("20230001_lab07.ipynb")).student.name
        'Li Wei'
        >>> names.owner(PurePosixPath("Moss Ada_881_assignsubmission_file_/x.ipynb")).student.id
        '20230002'
        >>> names.owner(PurePosixPath("20230001_Ada_Moss.ipynb")).why
        'the number is that of 20230001 Li Wei, the name that of 20230002 Ada Moss'
        """
        for part in (*place.parent.parts, place.stem):
            owner = self._named_by(part)
            if owner.student or owner.why:
                return owner
        return Owner(why=_("names nobody on the class list"))

    def _named_by(self, part: str) -> Owner:
        moodle = _MOODLE.fullmatch(part)
        text = words(moodle["name"] if moodle else part)
        by_number = self._moodle.get(moodle["number"], []) if moodle else []
        return _decide(by_number or _claims(self._ids, text), _claims(self._names, text))


def _claims(keys: Iterable[tuple[Words, Student]], text: Words) -> list[Student]:
    """Return the students that `text` names, by the longest of the keys that stand in it."""
    found = [(len(key), student) for key, student in keys if _stands_in(key, text)]
    longest = max((length for length, _student in found), default=0)
    return list(dict.fromkeys(student for length, student in found if length == longest))


def _stands_in(key: Words, text: Words) -> bool:
    if key == text:
        return True
    joined = "".join(key)
    if len(joined) < _SHORT and not re.search(f"[{_HAN}]", joined):
        return False
    return f" {' '.join(key)} " in f" {' '.join(text)} "


def _decide(by_number: Sequence[Student], by_name: Sequence[Student]) -> Owner:
    if by_number and by_name and not set(by_number) & set(by_name):
        why = _("the number is that of {one}, the name that of {other}")
        return Owner(why=why.format(one=_several(by_number), other=_several(by_name)))
    both = [student for student in by_number if student in by_name]
    claims = both or by_number or by_name
    if len(claims) > 1:
        return Owner(why=_("could be {students}").format(students=_several(claims)))
    return Owner(claims[0]) if claims else Owner()


def _several(students: Iterable[Student]) -> str:
    return _(" or ").join(f"{student.id} {student.name}".strip() for student in students)


def read_owners(path: str | Path, roster: Iterable[Student]) -> dict[str, str]:
    """Read whose the unclear submissions are: ``unmatched.csv`` with its empty column filled in.

    Raises
    ------
    ValueError
        If a student is not on the class list; the message names the file and the row.
    """
    table = read_table(path, ("file", "student"))
    known = {student.id for student in roster}
    owners = {
        file: row["student"]
        for file, row in table.by("file").items()
        if row["student"] and row.known("student", known)
    }
    table.close()
    return owners


def by_file_name(places: Iterable[PurePosixPath]) -> dict[PurePosixPath, Student]:
    """Return an owner for each place where there is no class list: what the names say.

    A folder is one student; a file beside others is one, named by what stands before the lab.

    >>> found = by_file_name(map(PurePosixPath, ["a17/lab07.ipynb", "b18_lab07.ipynb"]))
    >>> [student.id for student in found.values()]
    ['a17', 'b18']
    """
    found = {place: place for place in places}
    while len({inner.parts[0] for inner in found.values()}) == 1 and all(
        len(inner.parts) > 2 for inner in found.values()
    ):  # all is in one folder, as archives have it
        found = {place: PurePosixPath(*inner.parts[1:]) for place, inner in found.items()}
    return {place: _student_called(inner) for place, inner in found.items()}


def _student_called(place: PurePosixPath) -> Student:
    first = place.parts[0] if len(place.parts) > 1 else place.stem
    moodle = _MOODLE.fullmatch(first)
    if moodle:
        return Student(moodle["number"], moodle["name"])
    if len(place.parts) > 1:
        return Student(first.removesuffix(".zip"))
    return Student(re.sub(r"[\W_]*lab[\W_]*\d+.*$", "", first, flags=re.IGNORECASE) or first)
