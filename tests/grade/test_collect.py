"""What is handed in, from folders and archives, also from archives that mean harm."""

import io
import os
import stat
import zipfile
from datetime import datetime
from pathlib import PurePosixPath

import pytest

from crmlab.course.grade import collect as module
from crmlab.course.grade.collect import collect


def packed(entries):
    """Return an archive's bytes; an entry is a name or a ZipInfo, and its content."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.fixture
def work(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def handed(tmp_path):
    folder = tmp_path / "handed"
    folder.mkdir()
    return folder


def found(place, work):
    return {str(file.place): file for file in collect(place, work)}


def test_a_folder(handed, work):
    (handed / "a" / ".ipynb_checkpoints").mkdir(parents=True)
    (handed / "a" / ".ipynb_checkpoints" / "lab-checkpoint.ipynb").write_text("old")
    (handed / "a" / "lab.IPYNB").write_text("one")
    (handed / "a" / "notes.pdf").write_text("two")
    (handed / "b.ipynb").write_text("three")
    (handed / ".DS_Store").write_text("")
    files = found(handed, work)
    assert list(files) == ["a/lab.IPYNB", "a/notes.pdf", "b.ipynb"]
    assert files["a/lab.IPYNB"].path.read_text() == "one"
    assert files["a/notes.pdf"].path is None
    assert files["b.ipynb"].time == (handed / "b.ipynb").stat().st_mtime


def test_an_archive_is_a_folder(handed, work):
    inner = packed({"deep/lab.ipynb": "inner", "deeper.zip": packed({"x.ipynb": "no"})})
    entry = zipfile.ZipInfo("班级/b/lab.ipynb", (2026, 3, 1, 12, 30, 0))
    path = handed / "all.zip"
    path.write_bytes(
        packed(
            {
                "班级/a/lab.ipynb": "one",
                entry: "two",
                "班级/c/my.zip": inner,
                "__MACOSX/x.ipynb": "",
            }
        )
    )
    files = found(path, work)
    assert list(files) == [
        "班级/a/lab.ipynb",
        "班级/b/lab.ipynb",
        "班级/c/my.zip/deep/lab.ipynb",
        "班级/c/my.zip/deeper.zip",
    ]
    assert files["班级/b/lab.ipynb"].path.read_text() == "two"
    assert files["班级/b/lab.ipynb"].time == datetime(2026, 3, 1, 12, 30).timestamp()
    assert files["班级/c/my.zip/deep/lab.ipynb"].path.read_text() == "inner"
    assert files["班级/c/my.zip/deeper.zip"].path is None


def test_a_student_s_archive_in_a_folder(handed, work):
    (handed / "a").mkdir()
    (handed / "a" / "work.zip").write_bytes(packed({"lab.ipynb": "one"}))
    (handed / "b.zip").write_bytes(b"PK no archive")
    files = found(handed, work)
    assert files["a/work.zip/lab.ipynb"].path.read_text() == "one"
    assert files["b.zip"].path is None
    assert "not a zip file" in files["b.zip"].problem


@pytest.mark.parametrize(
    "name", ["../../up.ipynb", "/etc/up.ipynb", "a/../../../up.ipynb", "..\\..\\up.ipynb"]
)
def test_no_name_leads_out(handed, work, tmp_path, name):
    before = set(tmp_path.rglob("*"))
    path = handed / "all.zip"
    path.write_bytes(packed({name: "escaped"}))
    (file,) = collect(path, work)
    assert file.path.parent == work
    assert ".." not in file.place.parts
    assert file.place.parts[0] != "/"
    new = set(tmp_path.rglob("*")) - before - {path}
    assert new == {file.path}


def test_links_are_not_followed(handed, work, tmp_path):
    solution = tmp_path / "solution.ipynb"
    solution.write_text("the solution")
    (handed / "a.ipynb").symlink_to(solution)
    (handed / "folder").symlink_to(tmp_path)
    link = zipfile.ZipInfo("b.ipynb")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    (handed / "c.zip").write_bytes(packed({link: str(solution)}))
    files = found(handed, work)
    assert set(files) == {"a.ipynb", "folder", "c.zip/b.ipynb"}
    assert files["a.ipynb"].path is None
    assert files["a.ipynb"].problem == "is a link to another file"
    # An archive's link is unpacked as the text that it is.
    assert not files["c.zip/b.ipynb"].path.is_symlink()
    assert files["c.zip/b.ipynb"].path.read_text() == str(solution)


def test_too_large(handed, work, monkeypatch):
    monkeypatch.setattr(module, "_LARGEST", 1000)
    monkeypatch.setattr(module, "_LARGEST_OF_ONE", 2500)
    (handed / "bomb.zip").write_bytes(packed({"lab.ipynb": "0" * 1_000_000, "ok.ipynb": "1"}))
    (handed / "many.zip").write_bytes(packed({f"{n}.ipynb": "0" * 900 for n in range(9)}))
    files = found(handed, work)
    assert files["bomb.zip/lab.ipynb"].problem == "is larger than 1000 bytes"
    assert files["bomb.zip/ok.ipynb"].path.read_text() == "1"
    assert "many.zip unpacks to more than 2500 bytes" in files["many.zip"].problem
    assert not any(name.startswith("many.zip/") for name in files)
    assert sum(path.stat().st_size for path in work.iterdir()) < 10_000


def test_too_many(handed, work, monkeypatch):
    monkeypatch.setattr(module, "_MOST_FILES", 3)
    path = handed / "all.zip"
    path.write_bytes(packed({f"{n}.ipynb": "" for n in range(4)}))
    with pytest.raises(ValueError, match=r"all\.zip holds 4 files; at most 3 are read"):
        collect(path, work)


def test_a_locked_entry(handed, work):
    data = bytearray(packed({"lab.ipynb": "secret"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1  # says that it is encrypted
    (handed / "a.zip").write_bytes(data)
    (file,) = collect(handed, work)
    assert "password required" in file.problem


def test_names_from_windows_in_china(handed, work):
    data = packed({"XXXX.ipynb": "one"}).replace(b"XXXX", "王明".encode("gbk"))
    (handed / "all.zip").write_bytes(data)
    (file,) = collect(handed / "all.zip", work)
    assert file.place == PurePosixPath("王明.ipynb")


def test_a_name_that_is_no_text(handed, work):
    with open(os.fsencode(handed) + b"/caf\xe9.ipynb", "w") as file:
        file.write("one")
    (file,) = collect(handed, work)
    assert str(file.place).encode() == "caf\ufffd.ipynb".encode()
    assert file.path.read_text() == "one"


def test_neither_folder_nor_archive(tmp_path, work):
    (tmp_path / "x.txt").write_text("text")
    with pytest.raises(ValueError, match=r"must be a folder or a \.zip file; got .*x\.txt"):
        collect(tmp_path / "x.txt", work)
