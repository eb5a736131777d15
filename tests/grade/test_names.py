"""Whose submission it is: every naming that comes in, and no guess where it is not clear."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab.course.grade.names import (
    Names,
    by_file_name,
    read_owners,
)
from crmlab.course.roster import Student, read_roster

ROSTER = [
    Student("20230001", "Li Wei", "li.wei@example.org", "lwei", "881"),
    Student("20230002", "Ada Moss", "amoss@example.org", "", "Participant 882"),
    Student("20230003", "王小明", "wxm@example.org"),
    Student("20230004", "王小", ""),
    Student("20230005", "Li Wei"),
    Student("7", "Bo"),
    Student("S-20/06", "Anna Maria Moss"),
]


def owner(place, roster=ROSTER):
    found = Names(roster).owner(PurePosixPath(place))
    return found.student.id if found.student else f"? {found.why}"


@pytest.mark.parametrize(
    ("place", "student"),
    [
        ("20230001.ipynb", "20230001"),
        ("20230001_lab07.ipynb", "20230001"),
        ("lab07-20230001 (2).ipynb", "20230001"),
        ("20230003王小明lab07.ipynb", "20230003"),
        ("王小明_实验七.ipynb", "20230003"),
        ("王小.ipynb", "20230004"),
        ("王小明/王小.ipynb", "20230003"),
        ("20230001/anything.ipynb", "20230001"),
        ("20230001/20230002.ipynb", "20230001"),
        ("all/section A/20230002/deep/down/lab.ipynb", "20230002"),
        ("lwei.ipynb", "20230001"),
        ("LWEI lab07.ipynb", "20230001"),
        ("amoss@example.org.ipynb", "20230002"),
        ("amoss-lab07.ipynb", "20230002"),
        ("Ada Moss.ipynb", "20230002"),
        ("moss_ada_lab07.ipynb", "20230002"),
        ("Anna Maria Moss lab07.ipynb", "S-20/06"),
        ("Moss Anna Maria.ipynb", "S-20/06"),
        ("S-20-06.ipynb", "S-20/06"),
        ("7.ipynb", "7"),
        ("Bo.ipynb", "7"),
        ("Li Wei 20230005.ipynb", "20230005"),
        ("Ada Moss_882_assignsubmission_file_/lab07.ipynb", "20230002"),
        ("Ada Moss_99999_assignsubmission_file/lab07.ipynb", "20230002"),
        ("Li Wei_881_assignsubmission_file_lab07.ipynb", "20230001"),
        ("Moss Ada_5_assignsubmission_file_20230001.ipynb", "20230002"),
        ("王小明_5_assignsubmission_file_/a/b.ipynb", "20230003"),
        ("ＡＤＡ　ＭＯＳＳ.ipynb", "20230002"),
    ],
)
def test_whose(place, student):
    assert owner(place) == student


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("lab07.ipynb", "names nobody"),
        ("lab 7.ipynb", "names nobody"),  # 7 is a student, and must stand alone
        ("robot.ipynb", "names nobody"),
        ("20230001x.ipynb", "names nobody"),
        ("Li Wei.ipynb", "could be 20230001 Li Wei or 20230005 Li Wei"),
        ("Li Wei_5_assignsubmission_file_/lab07.ipynb", "could be 20230001"),
        ("20230001 20230002.ipynb", "could be 20230001 Li Wei or 20230002 Ada Moss"),
        ("20230001_Ada_Moss.ipynb", "the number is that of 20230001 Li Wei, the name that of"),
        ("Ada Moss_881_assignsubmission_file_/l.ipynb", "the number is that of 20230001"),
        ("Nobody Here_5_assignsubmission_file_20230001.ipynb", "names nobody"),
    ],
)
def test_not_clear(place, why):
    found = owner(place)
    assert found.startswith("?")
    assert why in found


NUMBERS = st.from_regex(r"[0-9]{4,10}", fullmatch=True)
FILLER = st.text(alphabet="xyzq-_ ()", max_size=8)


@given(st.lists(NUMBERS, min_size=1, max_size=8, unique=True), st.data())
def test_a_number_between_separators_is_found_and_no_other(numbers, data):
    roster = [Student(number) for number in numbers]
    number = data.draw(st.sampled_from(numbers))
    before, after = data.draw(FILLER), data.draw(FILLER)
    assert owner(f"{before}-{number}_{after}.ipynb", roster) == number


@given(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=12), max_size=5, unique=True))
def test_the_order_of_the_class_list_does_not_matter(text, ids):
    roster = [Student(one) for one in ids]
    place = text.replace("/", " ").replace("\x00", " ") or "a"
    one, other = owner(place, roster), owner(place, roster[::-1])
    assert one == other or (one.startswith("?") and other.startswith("?"))


def without_list(*places):
    found = by_file_name(PurePosixPath(place) for place in places)
    return [student.id for student in found.values()]


def test_without_a_class_list_the_names_are_the_students():
    assert without_list("a1/lab07.ipynb", "b2/x/lab07.ipynb") == ["a1", "b2"]
    assert without_list("a1_lab07.ipynb", "b2 Lab 7 (1).ipynb") == ["a1", "b2"]
    assert without_list("lab07.ipynb") == ["lab07"]
    assert without_list("all/a1/lab07.ipynb", "all/b2/lab07.ipynb") == ["a1", "b2"]
    assert without_list("a1.zip/lab07.ipynb", "b2.ipynb") == ["a1", "b2"]
    moodle = by_file_name([PurePosixPath("Ada Moss_12_assignsubmission_file_/lab.ipynb")])
    assert list(moodle.values()) == [Student("12", "Ada Moss")]


def table(folder, text, name="roster.csv"):
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_class_list(tmp_path):
    text = "\ufeffName,Student,moodle,desk\r\n王小明,0023,881,4\r\nAda Moss,0024,,\r\n"
    assert read_roster(table(tmp_path, text)) == [
        Student("0023", "王小明", moodle="881"),
        Student("0024", "Ada Moss"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nAda\n", r"roster\.csv, row 1: the column 'student' is missing"),
        ("student,name\n1,A\n1,B\n", r"roster\.csv, row 3, column 'student': '1' comes twice"),
        ("student,name\n,A\n", r"roster\.csv, row 2, column 'student': must not be empty"),
        ("student,name\n", r"roster\.csv must name at least one student"),
        ("student,name\n1,王\n".encode("gbk"), r"roster\.csv, row 2: must be text in UTF-8"),
    ],
)
def test_a_class_list_with_a_fault(tmp_path, text, said):
    with pytest.raises(ValueError, match=said):
        read_roster(table(tmp_path, text))


def test_owners(tmp_path):
    path = table(tmp_path, "file,student,why\nx.ipynb,7,\ny.ipynb,,\n", "unmatched.csv")
    assert read_owners(path, ROSTER) == {"x.ipynb": "7"}
    wrong = table(tmp_path, "file,student\nx.ipynb,8\n", "unmatched.csv")
    with pytest.raises(ValueError, match=r"row 2, column 'student': '8' is not on the roster"):
        read_owners(wrong, ROSTER)
