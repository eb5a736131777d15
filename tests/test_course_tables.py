"""Tables of teachers: what is read, and where each error says to look."""

import csv
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab.course._tables import TableError, guarded, read_table, read_text, write_table

quick = settings(max_examples=100, deadline=None, derandomize=True)


@pytest.fixture
def written(tmp_path):
    """Write text or bytes to exam.csv and return its path."""

    def write(content):
        file = tmp_path / "exam.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def test_rows_count_as_a_spreadsheet_shows_them(written):
    table = read_table(written('student,note\nS1,"two\nlines"\n\n,,\nS2,\n'))
    assert [(row.position, row["student"]) for row in table.rows] == [(2, "S1"), (5, "S2")]
    table.close()


@pytest.mark.parametrize(
    "content",
    [
        "student,score\nS1,7.50\n",
        "\ufeffstudent,score\r\nS1,7.50\r\n",
        "Student;Score;\nS1;7.50;\n",
        " student \t score \n S1 \t 7.50",
        'student,name,score\rS1,"Li, Wei",7.50\r',
    ],
)
def test_what_spreadsheets_write_is_read_alike(written, content):
    ((student, row),) = read_table(written(content), ["student", "score"]).by("student").items()
    assert (student, str(row.number("score"))) == ("S1", "7.50")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", "exam.csv, row 1: must begin with the names of the columns; got nothing"),
        (",,\n1,2,3\n", "exam.csv, row 1: must begin with the names of the columns; got nothing"),
        ("a,student\n", "exam.csv, row 1: the column 'score' is missing; there are: a, student"),
        ("student,,score\n", "exam.csv, row 1: column 2 must have a name"),
        ("student,score,Score\n", "exam.csv, row 1: the column 'Score' comes twice"),
        (
            "student,score\nS1,1\n王,2\n".encode("gb18030"),
            "exam.csv, row 3: must be text in UTF-8; got the byte 0xcd. In Excel save it as "
            "“CSV UTF-8”",
        ),
        ("student,score\n".encode("utf-16"), "exam.csv, row 1: must be text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(written, content, error):
    with pytest.raises(TableError, match=f"^{re.escape(error)}"):
        read_table(written(content), ["student", "score"])


def test_a_cell_longer_than_any_mark(written):
    with pytest.raises(TableError, match=r"exam\.csv, row 2: field larger than field limit"):
        read_table(written("student,score\nS1," + "9" * 200_000 + "\n"))


def test_text_is_read_without_the_mark_before_it(written):
    assert read_text(written("\ufeff[final]")) == "[final]"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("101", "must be a number from 0 to 100; got '101'"),
        ("-0.01", "must be a number from 0 to 100; got '-0.01'"),
        ("85 %", "must be a number from 0 to 100; got '85 %'"),
        ("1_0", "must be a number from 0 to 100; got '1_0'"),
        ("nan", "must be a number from 0 to 100; got 'nan'"),
        ("1e999999", "must be a number from 0 to 100; got '1e999999'"),
        ("", "must be a number from 0 to 100; got ''"),
    ],
)
def test_a_number_is_a_number_and_within(written, cell, said):
    table = read_table(written(f"student,Score\nS1,{cell}\n"))
    assert table.rows[0].number("score", 0, 100) is None
    with pytest.raises(TableError, match=f"^exam.csv, row 2, column 'Score': {re.escape(said)}$"):
        table.close()


def test_words_names_and_double_rows(written):
    table = read_table(written("student,mark\nS1,LATE\n,late\nS9,gone\nS1,late\n"))
    words = {"late": 0.5, "absent": 0.0}
    assert [row.choice("mark", words) for row in table.rows] == [0.5, 0.5, None, 0.5]
    assert list(table.by("student", {"S1": "Li"})) == ["S1"]
    with pytest.raises(TableError) as caught:
        table.close()
    assert str(caught.value).splitlines() == [
        "exam.csv: 4 things are wrong",
        "  row 3, column 'student': must not be empty",
        "  row 4, column 'mark': must be one of late, absent; got 'gone'",
        "  row 4, column 'student': 'S9' is not on the roster",
        "  row 5, column 'student': 'S1' comes twice; it was in row 2 already",
    ]


def test_many_faults_are_counted_and_the_first_are_told(written):
    table = read_table(written("student\n" + "=\n" * 9))
    for row in table.rows:
        row.known("student", {"S1"}, where="in this lab")
    with pytest.raises(TableError) as caught:
        table.close()
    lines = str(caught.value).splitlines()
    assert lines[0] == "exam.csv: 9 things are wrong"
    assert lines[1] == "  row 2, column 'student': '=' is not in this lab"
    assert lines[-1] == "  and 4 more"
    assert len(lines) == 7


def test_rows_that_are_too_long_and_letters_that_cannot_be_seen(written):
    table = read_table(written("student,score\nS1,1,2\nS\x072,1\nS3,1,\nS4\n"))
    with pytest.raises(TableError) as caught:
        table.close()
    assert str(caught.value).splitlines()[1:] == [
        "  row 2: has 3 cells; the header has 2",
        "  row 3, column 'student': holds a control character: 'S\\x072'",
    ]
    assert table.rows[-1].cells == ("S4", "")


def test_formulas_are_dead_in_the_file_and_whole_again_when_read(tmp_path):
    names = ["=HYPERLINK(1)", "+86 1", "-5", "- 5", "@x", "'quoted'", "王小明", "a=b"]
    write_table(tmp_path / "out.csv", [["student"], *([name] for name in names)])
    raw = (tmp_path / "out.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")  # by which Excel knows the letters
    cells = [line[0] for line in csv.reader(raw.decode("utf-8-sig").splitlines()[1:])]
    assert [cell for cell in cells if cell[0] in "=+-@"] == ["-5"]
    assert [row["student"] for row in read_table(tmp_path / "out.csv").rows] == names


@quick
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip))
def test_guarding_is_undone(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "guard.csv"
    write_table(file, [["a", "b"], [text, "x"]])
    assert read_table(file).rows[0]["a"] == text
    assert not guarded(text).startswith(("=", "@"))
