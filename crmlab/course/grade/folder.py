"""From a folder of submissions to the marks of a class.

Every student of the class list has one entry, whatever was handed in, and no submission is
dropped. Marks are kept on disk by what they depend on, so grading that was interrupted goes on
where it stopped, and grading again gives the same.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from crmlab._text import _
from crmlab.course.grade.cells import Cell, read_cells
from crmlab.course.grade.collect import File
from crmlab.course.grade.marks import Marks, QuestionMark
from crmlab.course.grade.names import Names, by_file_name
from crmlab.course.roster import Student


@dataclass(frozen=True)
class LabFiles:
    """What was built of one lab, as far as grading a class needs it.

    Attributes
    ----------
    folder : Path
        The teacher's folder.
    key : dict
        All checks with their expected values.
    blank, solution : list of Cell
        The notebook that students were given (empty if it is not there), and the teacher's.
    """

    folder: Path
    key: Mapping[str, Any]
    blank: list[Cell]
    solution: list[Cell]

    @property
    def name(self) -> str:
        """The lab's name."""
        return str(self.key["lab"])

    @property
    def key_file(self) -> Path:
        """Where the key stands."""
        return self.folder / f"{self.folder.name}.key.json"

    @property
    def points(self) -> dict[str, float]:
        """Full marks by question, in order."""
        return {question["id"]: float(question["points"]) for question in self.key["questions"]}

    @property
    def manual(self) -> dict[str, list[str]]:
        """The rubric of each question that is marked by hand."""
        return {q["id"]: list(q["rubric"]) for q in self.key["questions"] if q["manual"]}

    def unmarked(self, status: str, note: str = "") -> Marks:
        """Return the marks of a submission that could not be run."""
        questions = tuple(
            QuestionMark(q["id"], float(q["points"]), bool(q["manual"]))
            for q in self.key["questions"]
        )
        return Marks(status, questions, note)

    def digest(self) -> str:
        """Return a hash of all that the teacher's folder holds: key, checks and data."""
        whole = hashlib.sha256()
        for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            whole.update(f"{path.relative_to(self.folder)}\0{_sha256(path)}\n".encode())
        return whole.hexdigest()


def read_lab(lab: str | Path, labs: str | Path) -> LabFiles:
    """Find a lab that was built.

    Parameters
    ----------
    lab : str or Path
        Its name, or the teacher's folder of it.
    labs : str or Path
        Where ``crmlab labs build`` wrote.

    Raises
    ------
    ValueError
        If there is no such lab.
    """
    tried = [Path(lab), Path(labs, "teacher", lab)]
    for folder in tried:
        key = folder / f"{folder.name}.key.json"
        if key.is_file():
            name = folder.name
            blank = folder.parent.parent / "student" / name / f"{name}.ipynb"
            return LabFiles(
                folder,
                json.loads(key.read_text(encoding="utf-8")),
                read_cells(blank) if blank.is_file() else [],
                read_cells(folder / f"{name}.solution.ipynb"),
            )
    raise ValueError(
        _(
            "no lab {lab}: there is no *.key.json in {tried}. Make it with: crmlab labs build"
        ).format(lab=lab, tried=_(" or ").join(map(str, tried)))
    )


@dataclass(frozen=True)
class Entry:
    """One student and the file that counts, if any; or one file and nobody.

    Attributes
    ----------
    student : Student
    file : File or None
        None if nothing was handed in.
    others : tuple of str
        The student's further notebooks.
    why : str
        Why nobody can be told as the owner.
    """

    student: Student
    file: File | None = None
    others: tuple[str, ...] = ()
    why: str = ""


def entries(
    files: Sequence[File],
    lab: str,
    roster: Sequence[Student] | None = None,
    owners: Mapping[str, str] | None = None,
) -> tuple[list[Entry], list[Entry]]:
    """Return one entry for each student, and one for each submission of nobody.

    Parameters
    ----------
    files : sequence of File
        All that was handed in.
    lab : str
        The lab's name. Of several notebooks, those count first in which it stands (the cell
        that loads the checks has it); then the newest; then the last by name.
    roster : sequence of Student, optional
        The class list. Without it, every submission has an owner, by its name.
    owners : mapping of str to str, optional
        The student's id for each place that somebody has decided by hand.
    """
    owned: dict[str, list[File]] = {}
    unclear: dict[PurePosixPath, str] = {}
    if roster is None:
        found = by_file_name(file.place for file in files)
        roster = sorted(set(found.values()), key=lambda student: student.id)
        for file in files:
            owned.setdefault(found[file.place].id, []).append(file)
    else:
        names, decided = Names(roster), owners or {}
        for file in files:
            owner = names.owner(file.place)
            student = decided.get(str(file.place)) or (owner.student.id if owner.student else "")
            if student:
                owned.setdefault(student, []).append(file)
            else:
                unclear[file.place] = owner.why
    matched = [_entry(student, owned.get(student.id, []), lab) for student in roster]
    lost = [file for file in files if file.place in unclear]
    with_work = {_holder(file) for file in lost if _is_notebook(file)}
    nobody = [
        Entry(Student(str(file.place)), file, why=unclear[file.place])
        for file in lost
        if _is_notebook(file) or _holder(file) not in with_work
    ]
    return matched, nobody


def _is_notebook(file: File) -> bool:
    return file.path is not None or bool(file.problem)


def _holder(file: File) -> PurePosixPath:
    """Return the folder that a file shares with its student's others; itself at the top."""
    return file.place.parent if len(file.place.parts) > 1 else file.place


def _entry(student: Student, files: Sequence[File], lab: str) -> Entry:
    notebooks = [file for file in files if _is_notebook(file)]
    if not notebooks:
        return Entry(student, files[0] if files else None)

    def rank(file: File) -> tuple[bool, bool, float, tuple[str, ...]]:
        names_lab = file.path is not None and lab.encode() in file.path.read_bytes()
        return file.path is not None, names_lab, file.time, file.place.parts

    *others, best = sorted(notebooks, key=rank)
    return Entry(student, best, tuple(str(file.place) for file in others))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def mark_all(
    lab: LabFiles,
    todo: Iterable[Entry],
    mark: Callable[[Path], Marks],
    *,
    kept: Path,
    depends: str = "",
    jobs: int = 1,
    again: bool = False,
    tick: Callable[[int], object] = lambda count: None,
) -> dict[PurePosixPath, tuple[Marks, str]]:
    """Mark every notebook once; return marks and hash by the place of the file.

    Parameters
    ----------
    lab : LabFiles
    todo : iterable of Entry
    mark : callable
        Marks one notebook; several threads call it.
    kept : Path
        Folder for finished marks. They are taken from there if neither the notebook, nor the
        lab, nor `depends` has changed.
    depends : str
        What else the marks depend on: limits, sandbox, version of the engine.
    jobs : int
        Notebooks at a time.
    again : bool
        Mark everything anew.
    tick : callable, optional
        Is told how many more submissions are done.
    """
    kept.mkdir(parents=True, exist_ok=True)
    base = f"{lab.digest()}\n{depends}\n"
    places: dict[str, list[PurePosixPath]] = {}
    paths: dict[str, Path] = {}
    for entry in todo:
        if entry.file is not None and entry.file.path is not None:
            digest = _sha256(entry.file.path)
            places.setdefault(digest, []).append(entry.file.place)
            paths.setdefault(digest, entry.file.path)

    def finished(digest: str) -> Path:
        return kept / f"{hashlib.sha256((base + digest).encode()).hexdigest()}.json"

    def one(digest: str) -> Marks:
        known = None if again else _read(finished(digest))
        if known is not None:
            return known
        try:
            marks = mark(paths[digest])
        except Exception as error:  # one submission must not stop the others
            return lab.unmarked("failed", f"{type(error).__name__}: {error}")
        if not stopped.is_set():  # Ctrl-C may have ended the notebook as well
            _write(finished(digest), marks)
        return marks

    found: dict[PurePosixPath, tuple[Marks, str]] = {}
    stopped = threading.Event()
    pool = ThreadPoolExecutor(jobs)
    try:
        waiting = {pool.submit(one, digest): digest for digest in places}
        for future in as_completed(waiting):
            digest = waiting[future]
            found |= {place: (future.result(), digest) for place in places[digest]}
            tick(len(places[digest]))
    except BaseException:
        stopped.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def _read(path: Path) -> Marks | None:
    """Return kept marks; None where there are none, or a file that was cut short."""
    try:
        return Marks.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(path: Path, marks: Marks) -> None:
    if marks.status == "failed":
        return
    half = path.with_suffix(".part")
    half.write_text(json.dumps(marks.to_json(), ensure_ascii=False), encoding="utf-8")
    half.replace(path)


def marks_of(
    entry: Entry, lab: LabFiles, found: Mapping[PurePosixPath, tuple[Marks, str]]
) -> Marks:
    """Return the marks of one entry, also of one without a notebook."""
    if entry.file is None:
        return lab.unmarked("missing")
    if entry.file.problem:
        note = _("{file} {problem}").format(file=entry.file.place, problem=entry.file.problem)
        return lab.unmarked("refused", note)
    if entry.file.path is None:
        return lab.unmarked("unreadable", _("{file} is no notebook").format(file=entry.file.place))
    return found[entry.file.place][0]
