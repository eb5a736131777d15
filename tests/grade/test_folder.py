"""A folder of submissions becomes one row for each student, whatever was handed in."""

import csv
import json
import os
import zipfile
from datetime import datetime

import pytest

from crmlab.course.grade.batch import Class, grade_class
from crmlab.course.grade.folder import read_lab
from tests.grade.smallclass import HIDDEN, LAB, ROSTER, Engine, notebook, roster_file, small_lab

_DUE = datetime.fromisoformat("2026-03-01T23:59+08:00")


@pytest.fixture
def place(tmp_path):
    """A folder with a lab, a class list, and a folder for submissions."""
    (tmp_path / "handed").mkdir()
    roster_file(tmp_path)
    return tmp_path


@pytest.fixture
def lab(place):
    return small_lab(place / "labs")


def hand_in(place, name, content, time=None):
    path = place / "handed" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    if time is not None:
        os.utime(path, (time, time))
    return path


def grade(place, lab, engine=None, roster=True, submissions="handed", **options):
    options = {"roster": place / "roster.csv"} | options if roster else options
    return grade_class(
        lab, place / submissions, place / "out", engine or Engine(), Class(**options), jobs=2
    )


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_one_row_for_each_student(place, lab):
    hand_in(place, "20230001_lab99.ipynb", notebook(6))
    hand_in(place, "王小明/anything.ipynb", notebook(3))
    hand_in(place, "20230004.ipynb", "no JSON at all")
    results = grade(place, lab)
    assert [row.student for row in results.rows] == ROSTER
    rows = table(place / "out" / "results.csv")
    assert list(rows[0]) == [
        *("student", "name", "section", "status", "q1", "q2", "automatic points", "hand points"),
        *("late penalty", "total", "out of", "percent", "note"),
    ]
    found = [(row["student"], row["status"], row["q1"], row["q2"], row["percent"]) for row in rows]
    assert found == [
        ("20230001", "graded", "6", "", "60"),
        ("20230002", "missing", "0", "0", "0"),
        ("20230003", "graded", "3", "", "30"),
        ("20230004", "unreadable", "0", "0", "0"),
    ]
    assert [row["hand points"] for row in rows] == ["", "0", "", "0"]
    assert rows[0]["note"] == "q2 not marked by hand yet"
    assert {row["out of"] for row in rows} == {"10"}
    assert not (place / "out" / "unmatched.csv").exists()


def test_a_second_grading_gives_the_same_bytes(place, lab):
    hand_in(place, "20230001.ipynb", notebook(6))
    hand_in(place, "20230002.ipynb", notebook(1 / 3))
    hand_in(place, "who.ipynb", notebook(2))
    files = ["results.csv", "results.json", "unmatched.csv", "summary.html", "hand_marks.csv"]
    grade(place, lab)
    once = {name: (place / "out" / name).read_bytes() for name in files}
    grade(place, lab)
    assert {name: (place / "out" / name).read_bytes() for name in files} == once


def test_submissions_of_nobody_are_graded_and_listed(place, lab):
    hand_in(place, "who.ipynb", notebook(5))
    hand_in(place, "20230001 20230002.ipynb", notebook(4))
    hand_in(place, "stranger/notes.pdf", "no notebook")
    hand_in(place, "other/lab.ipynb", notebook(1))
    hand_in(place, "other/data.csv", "1,2")
    results = grade(place, lab)
    assert {row.marks.status for row in results.rows} == {"missing"}
    rows = table(place / "out" / "unmatched.csv")
    assert [(row["file"], row["status"], row["total"]) for row in rows] == [
        ("20230001 20230002.ipynb", "graded", "4"),
        ("other/lab.ipynb", "graded", "1"),
        ("stranger/notes.pdf", "unreadable", "0"),
        ("who.ipynb", "graded", "5"),
    ]
    assert "could be 20230001 Li Wei or 20230002 Ada Moss" in rows[0]["why"]
    assert {row["student"] for row in rows} == {""}
    assert "who.ipynb" in (place / "out" / "summary.html").read_text("utf-8")
    # A person decides, and the same command takes it in.
    owners = place / "owners.csv"
    text = (place / "out" / "unmatched.csv").read_text("utf-8-sig")
    owners.write_text(text.replace("who.ipynb,,", "who.ipynb,20230004,"), "utf-8")
    results = grade(place, lab, owners=owners)
    assert results.rows[3].total == 5
    assert [row.place for row in results.unmatched] == [row["file"] for row in rows[:3]]


def test_of_several_notebooks_the_newest_counts(place, lab):
    hand_in(place, "20230001/first.ipynb", notebook(6), time=1000)
    hand_in(place, "20230001/second.ipynb", notebook(2), time=3000)
    hand_in(place, "20230001/scratch.ipynb", '{"cells": []}', time=9000)  # of no lab
    hand_in(place, "20230002-b.ipynb", notebook(3), time=1000)
    hand_in(place, "20230002-a.ipynb", notebook(4), time=1000)
    one, two, *_ = grade(place, lab).rows
    assert (one.place, one.total) == ("20230001/second.ipynb", 2)
    assert one.others == ("20230001/scratch.ipynb", "20230001/first.ipynb")
    assert "not graded: 20230001/scratch.ipynb, 20230001/first.ipynb" in one.note
    assert (two.place, two.total) == ("20230002-b.ipynb", 3)  # as old: the last by name


def test_files_that_are_no_notebooks(place, lab):
    hand_in(place, "20230001/lab99.pdf", "%PDF")
    hand_in(place, "20230002/data.csv", "1")
    hand_in(place, "20230002/lab99.ipynb", notebook(6))
    (place / "handed" / "20230003.zip").write_bytes(b"PK broken")
    secret = hand_in(place / "handed" / "..", "solution.ipynb", notebook(6))
    (place / "handed" / "20230004.ipynb").symlink_to(secret)
    engine = Engine()
    rows = grade(place, lab, engine).rows
    assert [row.marks.status for row in rows] == ["unreadable", "graded", "refused", "refused"]
    assert rows[0].note == "20230001/lab99.pdf is no notebook"
    assert "not a zip file" in rows[2].note
    assert rows[3].note == "20230004.ipynb is a link to another file"
    assert engine.marked == ["lab99.ipynb"]


def test_one_that_breaks_the_engine_does_not_stop_the_others(place, lab):
    hand_in(place, "20230001.ipynb", notebook(6, code="boom"))
    hand_in(place, "20230002.ipynb", notebook(6))
    engine = Engine()
    rows = grade(place, lab, engine).rows
    assert [row.marks.status for row in rows[:2]] == ["failed", "graded"]
    assert rows[0].note.startswith("RuntimeError: the engine broke")
    assert sorted(engine.marked) == ["20230001.ipynb", "20230002.ipynb"]
    grade(place, lab, engine)
    assert engine.marked[2:] == ["20230001.ipynb"]  # and it is tried again


def test_moodle_s_archive(place, lab):
    entries = {
        "Ada Moss_991_assignsubmission_file_/lab99.ipynb": notebook(6),
        "王小明_992_assignsubmission_file_/lab99.ipynb": notebook(4),
        "Li Wei_993_assignsubmission_file_lab99.ipynb": notebook(2),
        "Nobody Known_994_assignsubmission_file_/lab99.ipynb": notebook(1),
    }
    with zipfile.ZipFile(place / "moodle.zip", "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    results = grade(place, lab, submissions="moodle.zip")
    assert [row.total for row in results.rows] == [2, 6, 4, 0]
    assert [row.total for row in results.unmatched] == [1]


def test_without_a_class_list(place, lab):
    hand_in(place, "a17/lab.ipynb", notebook(6))
    hand_in(place, "b18_lab99.ipynb", notebook(4))
    results = grade(place, lab, roster=False)
    assert [(row.student.id, row.total) for row in results.rows] == [("a17", 6), ("b18", 4)]
    assert results.unmatched == ()


def test_names_that_a_spreadsheet_would_run(place, lab):
    hand_in(place, '=HYPERLINK("evil").ipynb', notebook(1))
    roster_file(place, [*ROSTER, type(ROSTER[0])("20230005", "=1+1")])
    grade(place, lab)
    for name in ("results.csv", "unmatched.csv"):
        for row in table(place / "out" / name):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_results_json_holds_every_mark(place, lab):
    hand_in(place, "20230001.ipynb", notebook(3))
    grade(place, lab)
    record = json.loads((place / "out" / "results.json").read_text("utf-8"))
    first = record["students"][0]
    assert first["student"]["name"] == "Li Wei"
    assert [check["earned"] for check in first["marks"]["questions"][0]["checks"]] == [2, 1]
    assert first["marks"]["questions"][0]["checks"][1]["expr"] == HIDDEN


def test_a_bad_table_stops_before_anything_runs(place, lab):
    hand_in(place, "20230001.ipynb", notebook(6))
    (place / "times.csv").write_text("student,submitted\n1,2026-03-01\n")
    engine = Engine()
    with pytest.raises(ValueError, match=r"times\.csv, row 2, column 'student': '1' is not on"):
        grade(place, lab, engine, submitted=place / "times.csv", deadline=_DUE)
    assert engine.marked == []


@pytest.mark.parametrize("submissions", [".", "out", "labs"])
def test_results_and_keys_do_not_stand_among_submissions(place, lab, submissions):
    with pytest.raises(ValueError, match=r"must stand in a folder of their own; .* is in it"):
        grade(place, lab, submissions=submissions)


def test_a_lab_is_found_by_name_and_by_folder(place, lab):
    by_name = read_lab(LAB, place / "labs")
    assert by_name == read_lab(place / "labs" / "teacher" / LAB, "nowhere")
    assert by_name.points == {"q1": 6, "q2": 4}
    assert by_name.manual == {"q2": ["2: clear"]}
    assert [cell.id for cell in by_name.blank] == ["q1-1", "q1-check", "q2-1", "q2-check"]
    with pytest.raises(ValueError, match=r"no lab lab00: .* Make it with: crmlab labs build"):
        read_lab("lab00", place / "labs")
