"""Hand marks and lateness come back in; what is wrong in a table is told with its place."""

import csv
import os
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab.course.grade.batch import Class, file_name, grade_class
from crmlab.course.grade.hand import code
from crmlab.course.grade.late import LateRule, read_rules, read_time
from crmlab.course.grade.results import number
from tests.grade.smallclass import LAB, Engine, notebook, roster_file, small_lab

DUE = datetime.fromisoformat("2026-03-01T23:59+08:00")


@pytest.fixture
def place(tmp_path):
    roster_file(tmp_path)
    handed = tmp_path / "handed"
    handed.mkdir()
    (handed / "20230001.ipynb").write_text(notebook(6, "Dear manager, <b>spend</b> on offices."))
    (handed / "20230002.ipynb").write_text(notebook(3))
    return tmp_path


@pytest.fixture
def lab(place):
    return small_lab(place / "labs")


def grade(place, lab, **options):
    about = Class(roster=place / "roster.csv", **options)
    return grade_class(lab, place / "handed", place / "out", Engine(), about)


def sheet(place):
    with (place / "out" / "hand_marks.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def table(place, text, name="out/hand_marks.csv"):
    path = place / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    return path


# The sheet and the answers.


def test_the_sheet_waits_for_each_answer(place, lab):
    grade(place, lab)
    assert sheet(place) == [
        ["student", "question", "points", "out of", "remark"],
        ["20230001", "q2", "", "4", ""],
        ["20230002", "q2", "", "4", ""],
    ]


def test_hand_marks_count_and_can_be_changed(place, lab):
    grade(place, lab)
    filled = "student,question,points,out of,remark\n20230001,q2,3.5,4,Clear.\n20230002,q2,,4,\n"
    table(place, filled)
    one, two, three, _four = grade(place, lab).rows
    assert (one.total, one.points("q2"), one.waiting) == (9.5, 3.5, [])
    assert (two.total, two.points("q2"), two.waiting) == (3, None, ["q2"])
    assert (three.total, three.points("q2"), three.waiting) == (0, 0, [])
    assert (place / "out" / "hand_marks.csv").read_text() == filled  # the teacher's: untouched
    page = (place / "out" / "feedback" / "20230001.html").read_text("utf-8")
    assert "Marked by your teacher: 3.5 of 4 points." in page
    assert "Clear." in page
    table(place, filled.replace("3.5", "0"))
    assert grade(place, lab).rows[0].total == 6


def test_another_sheet_by_name(place, lab):
    path = table(place, "student,question,points\n20230003,q2,2\n", "mine.csv")
    rows = grade(place, lab, hand_marks=path).rows
    assert rows[2].total == 2  # on paper, say: any student of the list may have hand marks
    assert path.read_text().startswith("student,question,points\n20230003,q2,2\n")
    assert not (place / "out" / "hand_marks.csv").exists()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_new_students_are_appended_as_the_spreadsheet_writes(place, lab, end, last):
    lines = ["\ufeffQuestion;Student;Points;Remark", "q2;20230001;4;Good; no doubt"]
    lines[1] = 'q2;20230001;4;"Good; no doubt"'
    text = end.join(lines) + (end if last else "")
    table(place, text)
    results = grade(place, lab)
    assert results.rows[0].hand["q2"].remark == "Good; no doubt"
    now = (place / "out" / "hand_marks.csv").read_bytes().decode()
    assert now == end.join(lines) + end + f"q2;20230002;;{end}"
    grade(place, lab)
    assert (place / "out" / "hand_marks.csv").read_bytes().decode() == now


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("20239999,q2,1", "row 2, column 'student': '20239999' is not on the roster"),
        ("20230001,q1,1", "row 2, column 'question': 'q1' is not a question of this lab that"),
        ("20230001,q2,4.5", "row 2, column 'points': must be a number from 0 to 4; got '4.5'"),
        ("20230001,q2,-1", "row 2, column 'points': must be a number from 0 to 4; got '-1'"),
        ("20230001,q2,good", "row 2, column 'points': must be a number from 0 to 4; got 'good'"),
        ("20230001,q2,nan", "row 2, column 'points': must be a number"),
        ("20230001,q2,1\n20230001,q2,1", "row 3, column 'student': '20230001 / q2' comes twice"),
        ("20230001,q2,1\nCODE,q2,1", "row 3, column 'student': has q2 already, as id or as code"),
        (",q2,1", "row 2, column 'student': must not be empty"),
    ],
)
def test_a_sheet_with_a_fault(place, lab, line, said):
    line = line.replace("CODE", code(LAB, "20230001"))
    table(place, f"student,question,points\n{line}\n")
    with pytest.raises(ValueError, match=r"^hand_marks\.csv, ") as error:
        grade(place, lab)
    assert said in str(error.value)
    assert not (place / "out" / "results.csv").exists()


def test_the_answers_stand_readable_and_harmless(place, lab):
    grade(place, lab)
    page = (place / "out" / "answers" / "q2.html").read_text("utf-8")
    assert "20230001 Li Wei" in page
    assert "Dear manager, &lt;b&gt;spend&lt;/b&gt; on offices." in page
    assert "Write to the manager." not in page  # that was handed out
    assert page.count("Left empty.") == 1
    assert "2: clear" in page
    assert "20230003" not in page  # handed in nothing


def test_pictures_and_scripts_in_answers_do_not_load(place, lab):
    letter = "![x](http://tracker.example/a.png) [y](javascript:alert(1)) <script>z</script>"
    (place / "handed" / "20230002.ipynb").write_text(notebook(1, letter))
    grade(place, lab)
    page = (place / "out" / "answers" / "q2.html").read_text("utf-8")
    assert "<img" not in page
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert "default-src 'none'" in page


def test_marking_without_names(place, lab):
    grade(place, lab, anonymous=True)
    page = (place / "out" / "answers" / "q2.html").read_text("utf-8")
    names = [code(LAB, f"2023000{n}") for n in (1, 2)]
    assert not any(text in page for text in ("20230001", "Li Wei", "20230002", "Ada Moss"))
    assert all(name in page for name in names)
    assert [line[0] for line in sheet(place)[1:]] == names
    table(place, f"student,question,points\n{names[0]},q2,4\n")
    assert grade(place, lab, anonymous=True).rows[0].total == 10
    assert grade(place, lab).rows[0].total == 10
    assert [line[0] for line in sheet(place)[1:]] == names  # nobody stands twice


# Lateness.

RULE = LateRule(per_day=10, grace_minutes=15, cap=25)


@pytest.mark.parametrize(
    ("minutes", "days", "percent"),
    [(-1, 0, 0), (0, 0, 0), (15, 0, 0), (16, 1, 10), (1440, 1, 10), (1441, 2, 20), (9999, 7, 25)],
)
def test_days_that_have_begun(minutes, days, percent):
    late = RULE.late(DUE + timedelta(minutes=minutes), DUE)
    assert (late.days, late.percent) == (days, percent)


@given(st.integers(-5000, 50000), st.integers(0, 5000))
def test_later_is_never_cheaper(minutes, more):
    one = RULE.late(DUE + timedelta(minutes=minutes), DUE)
    other = RULE.late(DUE + timedelta(minutes=minutes + more), DUE)
    assert 0 <= one.percent <= other.percent <= RULE.cap


def times(place, text, column="submitted"):
    return table(place, f"student,{column}\n{text}", f"{column}.csv")


def test_the_penalty_stands_in_the_row(place, lab):
    table(place, "student,question,points\n20230001,q2,4\n")
    submitted = times(place, "20230001,2026-03-03 01:00\n20230002,2026-03-01T15:59+00:00\n")
    one, two, *_ = grade(place, lab, deadline=DUE, rule=RULE, submitted=submitted).rows
    assert (one.penalty, one.total) == (2, 8)  # 20 % of 6 + 4
    assert "late by 1 d 1 h 1 min: 2 days begun, 20 % off" in one.note
    assert (two.penalty, two.total) == (0, 3)  # in time: another time zone
    with (place / "out" / "results.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["late penalty"] for row in rows] == ["2", "0", "0", "0"]
    page = (place / "out" / "feedback" / "20230001.html").read_text("utf-8")
    assert "It takes off 2 points." in page


def test_an_own_deadline(place, lab):
    submitted = times(place, "20230001,2026-03-03 01:00\n20230002,2026-03-03 01:00\n")
    extensions = times(place, "20230001,2026-03-05\n20230002,\n", "until")
    about = {"deadline": DUE, "rule": RULE, "submitted": submitted, "extensions": extensions}
    one, two, *_ = grade(place, lab, **about).rows
    assert (one.penalty, two.penalty) == (0, pytest.approx(0.6))
    assert "extended to 2026-03-05T00:00:00+08:00" in one.note


def test_unknown_times_cost_nothing_and_are_told(place, lab):
    rows = grade(place, lab, deadline=DUE, rule=RULE).rows
    assert [row.penalty for row in rows] == [0, 0, 0, 0]
    assert "hand-in time unknown" in rows[0].note
    assert "unknown" not in rows[2].note  # nothing was handed in


def test_times_of_files_only_when_told(place, lab):
    late = (DUE + timedelta(hours=1)).timestamp()
    os.utime(place / "handed" / "20230001.ipynb", (late, late))
    assert grade(place, lab, deadline=DUE, rule=RULE).rows[0].penalty == 0
    assert grade(place, lab, deadline=DUE, rule=RULE, file_times=True).rows[0].penalty == 0.6


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "12:30"])
def test_a_time_that_is_none(place, lab, text):
    submitted = times(place, f"20230001,{text}\n")
    with pytest.raises(ValueError, match=r"submitted\.csv, row 2, column 'submitted': must be a"):
        grade(place, lab, deadline=DUE, submitted=submitted)


def test_a_deadline_says_where_on_earth():
    with pytest.raises(ValueError, match="such as 2026-03-01T23:59"):
        read_time("2026-03-01T23:59")


def test_the_rules_of_a_course(place):
    text = "[late]\nper_day = 10\ncap = 50\n[deadlines]\nlab99 = 2026-03-01T23:59:00+08:00\n"
    rules = read_rules(table(place, text, "course.toml"))
    assert rules.late == LateRule(10, 0, 50)
    assert rules.deadlines == {"lab99": DUE}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[late]\nper_week = 1", r"late\.per_week is unknown; known are per_day, grace_minutes"),
        ("[late]\nper_day = 101", r"late\.per_day must be between 0 and 100; got 101"),
        ("[late]\nper_day = nan", r"late\.per_day must be between 0 and 100; got nan"),
        ("[late]\ngrace_minutes = -1", r"late\.grace_minutes must be at least 0; got -1"),
        ("[late]\ncap = '5'", r"late\.cap must be a number; got '5'"),
        ("late = 5", r"late must be a table"),
        ("[deadlines]\nlab = 2026-03-01", r"deadlines\.lab must be a time with its offset"),
        ("[deadlines]\nlab = 2026-03-01T10:00:00", r"deadlines\.lab must be a time with its"),
        ("late]", r"is not TOML"),
        ("[weights]", r"weights is unknown"),
    ],
)
def test_rules_with_a_fault(place, text, said):
    with pytest.raises(ValueError, match=r"course\.toml: " + said):
        read_rules(table(place, text, "course.toml"))


# Small things.


@given(st.floats(0, 1000))
def test_points_have_at_most_two_decimals(value):
    assert abs(float(number(value)) - value) <= 0.005 + 1e-9
    assert len(number(value).partition(".")[2]) <= 2


@given(st.lists(st.text(min_size=1, max_size=10), min_size=2, max_size=5, unique=True))
def test_two_students_never_share_a_page(ids):
    assert len({file_name(LAB, one) for one in ids}) == len(ids)
    assert not any("/" in file_name(LAB, one) for one in ids)
