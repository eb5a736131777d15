"""The records of a term as teachers and Moodle write them, and what is wrong with them."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from crmlab.course._tables import TableError
from crmlab.course.gradebook import read_rules
from crmlab.course.gradebook.records import (
    Students,
    read_attendance,
    read_exam,
    read_excused,
    read_lab,
    read_participation,
    read_quizzes,
    read_scores,
    read_students,
)

RULES = read_rules()
CLASS = Students({"S1": "Li Wei", "S2": "王小明"}, {"li@x.example": "S1"})


@pytest.fixture
def file(tmp_path):
    """Write lines to a file of this name and return its path."""

    def write(name, *lines):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def plain(scores):
    """The scores as student, item, percent or why there is none."""
    return [
        (score.student, score.item, "excused" if score.excused else score.percent)
        for score in scores
    ]


def refused(reader, *arguments):
    with pytest.raises(TableError) as caught:
        reader(*arguments)
    return str(caught.value)


def test_the_roster(file):
    students = read_students(
        file("roster.csv", "Student,name,email,group", "S1,Li Wei,Li@X.example,A", "S2,王小明,,B")
    )
    assert students == CLASS
    said = refused(read_students, file("r.csv", "student,name,email", "S1,a,e", "S1,b,x", "S2,c,e"))
    assert said.splitlines()[1:] == [
        "  row 3, column 'student': 'S1' comes twice; it was in row 2 already",
        "  row 4, column 'email': 'e' comes twice; it was in row 2 already",
    ]
    assert refused(read_students, file("r.csv", "student,name")) == (
        "r.csv must name at least one student"
    )
    assert "the column 'name' is missing" in refused(read_students, file("r.csv", "student"))


def test_attendance_by_day(file):
    table = file("att.csv", "student,name,3-02,3-09,3-16", "S1,Li,Present,迟到,a", "S2,王,P,E,缺勤")
    assert plain(read_attendance(table, CLASS, RULES)) == [
        ("S1", "3-02", 100),
        ("S1", "3-09", 50),
        ("S1", "3-16", 0),
        ("S2", "3-02", 100),
        ("S2", "3-09", "excused"),
        ("S2", "3-16", 0),
    ]


def test_attendance_as_a_score(file):
    table = file("att.csv", "student,score,out_of", "S1,14,16", "S2,,16")
    assert plain(read_attendance(table, CLASS, RULES)) == [
        ("S1", "attendance", Fraction(175, 2)),
        ("S2", "attendance", None),
    ]


def test_attendance_that_cannot_be(file):
    table = file("att.csv", "student,3-02", "S1,maybe", "S3,p", "S2,")
    assert refused(read_attendance, table, CLASS, RULES).splitlines() == [
        "att.csv: 3 things are wrong",
        "  row 2, column '3-02': must be one of present, p, 出勤, late, l, 迟到, absent, a, 缺勤, "
        "excused, e, 请假; got 'maybe'",
        "  row 3, column 'student': 'S3' is not on the roster",
        "  row 4, column '3-02': must be one of present, p, 出勤, late, l, 迟到, absent, a, 缺勤, "
        "excused, e, 请假; got ''",
    ]
    assert refused(read_attendance, file("att.csv", "student,name"), CLASS, RULES) == (
        "att.csv, row 1: must have a column for each day, or 'score'"
    )


def test_participation_and_full_marks(file):
    table = file("notes.csv", "student,score,out_of", "S1,8.5,10", "S2,excused,10")
    assert plain(read_participation(table, CLASS)) == [
        ("S1", "participation", 85),
        ("S2", "participation", "excused"),
    ]
    table = file("notes.csv", "student,score,out_of", "S1,11,10", "S2,5,0")
    assert refused(read_participation, table, CLASS).splitlines()[1:] == [
        "  row 2, column 'score': must be a number from 0 to 10, or excused; got '11'",
        "  row 3, column 'out_of': must be above 0; got 0",
    ]


def test_the_exam_and_its_parts(file):
    assert plain(
        read_exam(file("exam.csv", "student,score", "S2,缺考", "S1,60.5"), CLASS, RULES)
    ) == [
        ("S2", "score", None),
        ("S1", "score", Fraction(121, 2)),
    ]
    rules = replace(
        RULES,
        exam={"written": Decimal(60), "machine": Decimal(40)},
        maximum={"machine": Decimal(50)},
    )
    table = file("exam.csv", "machine,student,written", "40,S1,70", "缓考,S2,-")
    assert plain(read_exam(table, CLASS, rules)) == [
        ("S1", "written", 70),
        ("S1", "machine", 80),
        ("S2", "written", None),
        ("S2", "machine", "excused"),
    ]
    assert refused(read_exam, table, CLASS, RULES) == (
        "exam.csv, row 1: the column 'score' is missing; there are: machine, student, written"
    )
    table = file("exam.csv", "machine,student,written", "51,S1,70 %", "-1,S1,1e3")
    assert refused(read_exam, table, CLASS, rules).splitlines()[1:] == [
        "  row 2, column 'machine': must be a number from 0 to 50, or excused; got '51'",
        "  row 2, column 'written': must be a number from 0 to 100, or excused; got '70 %'",
        "  row 3, column 'student': 'S1' comes twice; it was in row 2 already",
    ]


def test_lab_results(file):
    head = "student,name,status,q1,hand points,late penalty,total,out of,percent,note"
    table = file(
        "results/lab07_worth/results.csv",
        head,
        "S1,Li,graded,3,0,0,13.33,20,66.65,",
        "S2,王,missing,0,0,0,0,20,0,",
    )
    assert plain(read_lab(table, CLASS)) == [
        ("S1", "lab07_worth", Fraction(1333, 20)),
        ("S2", "lab07_worth", None),
    ]
    table = file("lab08.csv", head, "S1,Li,graded,3,,0,13,20,65,", "S2,王,failed,0,0,0,0,20,0,")
    assert refused(read_lab, table, CLASS).splitlines()[1:] == [
        "  row 2, column 'hand points': is empty: this row waits to be marked by hand",
        "  row 3, column 'status': grading failed here: grade the lab again",
    ]
    short = file("lab08.csv", "student,total,out of", "S1,21,20")
    assert "row 2, column 'total': must be a number from 0 to 20" in refused(read_lab, short, CLASS)
    short = file("lab08.csv", "student,total,out of", "S1,,20")
    assert plain(read_lab(short, CLASS)) == [("S1", "lab08", None)]


def test_quizzes_one_by_one(file):
    table = file("q.csv", "student,quiz,score,out_of", "S1,Q1,6,12", "S2,Q1,excused,12", "S1,Q2,,5")
    assert plain(read_quizzes(table, CLASS, RULES)) == [
        ("S1", "Q1", 50),
        ("S2", "Q1", "excused"),
        ("S1", "Q2", None),
    ]
    rules = replace(RULES, maximum={"Q1": Decimal(12)})
    table = file("q.csv", "student,quiz,score", "S1,Q1,6", "S1,Q2,6")
    assert plain(read_quizzes(table, CLASS, rules)) == [("S1", "Q1", 50), ("S1", "Q2", 6)]
    table = file("q.csv", "student,quiz,score", "S1,Q1,6", "S1,Q1,6", "S1,,6", "S4,Q1,6")
    assert refused(read_quizzes, table, CLASS, RULES).splitlines()[1:] == [
        "  row 3, column 'student': 'S1 / Q1' comes twice; it was in row 2 already",
        "  row 4, column 'quiz': must not be empty",
        "  row 5, column 'student': 'S4' is not on the roster",
    ]
    said = refused(read_quizzes, file("q.csv", "student,quiz,points"), CLASS, RULES)
    assert said == ("q.csv, row 1: the column 'score' is missing; there are: student, quiz, points")


MOODLE = "First name,Last name,ID number,Institution,Email address,"


def test_a_grade_export_from_moodle(file):
    table = file(
        "moodle.csv",
        MOODLE + "Quiz: Chapter 7 (Real),Quiz: Chapter 7 (Percentage),Quiz: Chapter 8 (Letter),"
        "Assignment: Essay (Real),Course total (Real),Last downloaded from this course",
        "Wei,Li,,,LI@x.example,9.00,75.00 %,A,3,40,1767225600",
        "小明,王,S2,,w@x.example,-,-,-,-,-,1767225600",
    )
    assert plain(read_quizzes(table, CLASS, RULES)) == [
        ("S1", "Chapter 7", 75),
        ("S2", "Chapter 7", None),
    ]


def test_points_from_moodle_need_their_maximum(file):
    table = file("moodle.csv", MOODLE + "Quiz: Ch. 7 (Real),Quiz: Ch. 8", ",,S1,,,9.00,4")
    assert refused(read_quizzes, table, CLASS, RULES) == (
        "moodle.csv, row 1, column 'Quiz: Ch. 7 (Real)': points, and Moodle does not say out of "
        "how many: export percentages, or write 'Ch. 7' with its full marks below [maximum] in the "
        "weights file"
    )
    rules = replace(RULES, maximum={"Ch. 7": Decimal(12), "Ch. 8": Decimal(8)})
    assert plain(read_quizzes(table, CLASS, rules)) == [("S1", "Ch. 7", 75), ("S1", "Ch. 8", 50)]


def test_people_whom_moodle_knows_and_the_roster_does_not(file):
    table = file(
        "moodle.csv",
        MOODLE + "Quiz: 1 (Percentage)",
        "Test,Er,,,tester@x.example,5 %",
        "Old,Er,S7,,li@x.example,5 %",
        "Wei,Li,,,li@x.example,101 %",
        "Wei,Li,,,li@x.example,5 %",
    )
    assert refused(read_quizzes, table, CLASS, RULES).splitlines() == [
        "moodle.csv: 4 things are wrong",
        "  row 2, column 'Email address': has neither an ID number nor an address that is on the "
        "roster",
        "  row 3, column 'ID number': 'S7' is not on the roster",
        "  row 4, column 'Quiz: 1 (Percentage)': must be a number from 0 to 100, or excused; "
        "got '101 %'",
        "  row 5, column 'Email address': 'li@x.example' comes twice; it was in row 4 already",
    ]
    nobody = file("moodle.csv", "First name,Quiz: 1 (Percentage)", "Wei,5 %")
    assert refused(read_quizzes, nobody, CLASS, RULES).startswith("moodle.csv, row 2: has neither")
    other = file("moodle.csv", "student,points", "S1,4")
    assert "must have the columns student, quiz, score and out_of" in refused(
        read_quizzes, other, CLASS, RULES
    )


def test_who_is_excused_beside_the_records(file):
    lab = read_lab(file("lab07.csv", "student,total,out of", "S1,5,20"), CLASS)
    days = read_attendance(file("att.csv", "student,d1,d2", "S1,p,a"), CLASS, RULES)
    table = file(
        "excused.csv", "student,item,reason", "S1,attendance,ill", "S2,lab07,came late to the term"
    )
    scores = read_excused(table, CLASS, [*lab, *days])
    assert {(s.student, s.item): (s.excused, s.reason) for s in scores} == {
        ("S1", "lab07"): (False, ""),
        ("S1", "d1"): (True, "ill"),
        ("S1", "d2"): (True, "ill"),
        ("S2", "lab07"): (True, "came late to the term"),
    }
    table = file("excused.csv", "student,item", "S1,lab70", "S3,lab07", "S1,d1", "S1,d1")
    assert refused(read_excused, table, CLASS, [*lab, *days]).splitlines()[1:] == [
        "  row 2, column 'item': 'lab70' is not one of work, lab07, attendance, d1, d2",
        "  row 3, column 'student': 'S3' is not on the roster",
        "  row 5, column 'student': 'S1 / d1' comes twice; it was in row 4 already",
    ]


def test_one_name_for_two_labs_is_refused(file):
    one = file("a/lab07/results.csv", "student,total,out of", "S1,5,20")
    two = file("b/lab07/results.csv", "student,total,out of", "S1,5,20")
    quiz = file("q.csv", "student,quiz,score", "S1,lab07,1")
    assert len(read_scores(CLASS, RULES, labs=[one])) == 1
    for more in ({"labs": [one, two]}, {"labs": [one], "quizzes": [quiz]}):
        with pytest.raises(TableError, match=r"'lab07' was already read from .*a/lab07"):
            read_scores(CLASS, RULES, **more)
