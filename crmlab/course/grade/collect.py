"""Find what was handed in: notebooks in a folder, or in a zip archive as Moodle makes it.

Nothing of an archive but its notebooks is unpacked, and these under names of our own, so no
name in an archive can lead a file astray. What is read is counted while it is read: the sizes
that an archive claims are not believed.
"""

import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from crmlab._text import _

_MOST_FILES = 50_000  # in one archive
_LARGEST = 10_000_000  # bytes of one notebook; grading has a smaller limit of its own
_LARGEST_CLASS = 2_000_000_000  # bytes of all notebooks of a class's archive
_LARGEST_OF_ONE = 100_000_000  # of a student's archive in it


@dataclass(frozen=True)
class File:
    """One file that was handed in.

    Attributes
    ----------
    place : PurePosixPath
        Where it stands among the submissions, with the archive as a folder.
    time : float
        When it was last changed, in seconds since 1970.
    path : Path or None
        Where the notebook can be read; None for a file that is no notebook.
    problem : str
        Why it cannot be read although it should be, or an empty text.
    """

    place: PurePosixPath
    time: float
    path: Path | None = None
    problem: str = ""


def collect(submissions: str | Path, work: str | Path) -> list[File]:
    """Return every file below `submissions`, in the order of its place.

    Parameters
    ----------
    submissions : str or Path
        A folder or a zip archive. A zip archive below it counts as a folder of that name;
        archives deeper than that are not opened.
    work : str or Path
        An empty folder for the notebooks from archives.

    Returns
    -------
    list of File
        Hidden files are left out, and with them what Jupyter and macOS keep for themselves.

    Raises
    ------
    ValueError
        If `submissions` is neither a folder nor a zip archive, or holds far too much.
    """
    submissions, work = Path(submissions), Path(work)
    if submissions.is_dir():
        files = _in_folder(submissions, work)
    elif zipfile.is_zipfile(submissions):
        files = _in_archive(submissions, PurePosixPath(), work, nested=True)
    else:
        raise ValueError(
            _("submissions must be a folder or a .zip file; got {got}").format(got=submissions)
        )
    return sorted((f for f in files if not _is_hidden(f.place)), key=lambda f: f.place.parts)


def _is_hidden(place: PurePosixPath) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in place.parts)


def _in_folder(folder: Path, work: Path) -> Iterator[File]:
    for path in folder.rglob("*"):
        # A name may hold bytes that are no text; they could not be written into a table.
        name = os.fsencode(path.relative_to(folder).as_posix()).decode(errors="replace")
        place = PurePosixPath(name)
        if path.is_symlink():  # it could lead to the solution, or to another student's work
            yield File(place, 0, problem=_("is a link to another file"))
        elif path.is_file():
            time = path.stat().st_mtime
            if path.suffix.lower() == ".ipynb":
                yield File(place, time, path)
            elif path.suffix.lower() == ".zip":
                yield from _opened(path, place, time, work)
            else:
                yield File(place, time)


def _opened(path: Path, place: PurePosixPath, time: float, work: Path) -> Iterator[File]:
    """Open a student's archive; a bad one is that student's problem alone."""
    try:
        yield from list(_in_archive(path, place, work, nested=False))
    except (ValueError, zipfile.BadZipFile) as error:
        yield File(place, time, problem=str(error))


def _in_archive(path: Path, place: PurePosixPath, work: Path, nested: bool) -> Iterator[File]:
    most = left = _LARGEST_CLASS if nested else _LARGEST_OF_ONE
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > _MOST_FILES:
            raise ValueError(
                _("{file} holds {count} files; at most {most} are read").format(
                    file=path.name, count=len(entries), most=_MOST_FILES
                )
            )
        for entry in entries:
            inside = place / _name_of(entry)
            kind = inside.suffix.lower()
            if kind != ".ipynb" and not (kind == ".zip" and nested):
                yield File(inside, _time_of(entry))
                continue
            handle, name = tempfile.mkstemp(kind, dir=work)
            os.close(handle)
            target = Path(name)
            problem = _copy(archive, entry, target)
            left -= target.stat().st_size
            if left < 0:
                raise ValueError(
                    _("{file} unpacks to more than {most} bytes").format(file=path.name, most=most)
                )
            if problem:
                yield File(inside, _time_of(entry), problem=problem)
            elif kind == ".zip":
                yield from _opened(target, inside, _time_of(entry), work)
            else:
                yield File(inside, _time_of(entry), target)


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> str:
    """Write an entry to `target`; return why it could not be read, or an empty text."""
    try:
        with archive.open(entry) as stream:
            target.write_bytes(stream.read(_LARGEST + 1))
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError) as error:
        return _("cannot be unpacked: {error}").format(error=error)
    if target.stat().st_size > _LARGEST:
        return _("is larger than {most} bytes").format(most=_LARGEST)
    return ""


def _name_of(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Return an entry's name as a label; it is never used as a path on this machine."""
    name = entry.filename
    if not entry.flag_bits & 0x800:  # no UTF-8 mark: Windows in China writes GBK
        for encoding in ("utf-8", "gbk"):
            try:
                name = entry.filename.encode("cp437").decode(encoding)
                break
            except UnicodeError:
                continue
    parts = name.replace("\\", "/").split("/")
    return PurePosixPath(*(part for part in parts if part not in ("", ".", "..")))


def _time_of(entry: zipfile.ZipInfo) -> float:
    """Return when an entry was changed; archives write the clock of the machine that made them."""
    try:
        return datetime(*entry.date_time).timestamp()
    except ValueError:
        return 0.0
