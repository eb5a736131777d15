"""Final marks: the course's own example by hand, the rules one by one, and what always holds."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab.course.gradebook import RulesError, Score, gradebook, half_up, read_rules
from crmlab.course.gradebook.marks import PARTS
from crmlab.course.gradebook.rules import EXAMPLE

RULES = read_rules()
quick = settings(max_examples=100, deadline=None, derandomize=True)
TWO_EXAMS = replace(RULES, exam={"written": Decimal(60), "machine": Decimal(40)})


def scores(student="S1", *, attendance=100, participation=80, exam=60, **work):
    """The scores of one student whose single day, participation and exam are given."""
    return [
        Score(student, "attendance", "day", attendance),
        Score(student, "participation", "participation", participation),
        Score(student, "exam", "score", exam),
        *(Score(student, "work", item, percent) for item, percent in work.items()),
    ]


def mark(records, rules=RULES, student="S1"):
    names = {score.student: "" for score in records}
    book = gradebook(names, records, rules)
    return next(one for one in book.marks if one.student == student)


def excuse(records, *items):
    return [replace(score, excused=score.excused or score.item in items) for score in records]


# By hand.


def test_the_course_s_example():
    # 0.30 · 100 + 0.30 · 80 + 0.40 · 100 = 94; 0.30 · 94 + 0.70 · 60 = 70.20
    one = mark(scores(lab=100))
    assert one.coursework == 94
    assert one.final == Decimal("70.20")
    assert str(one.final) == "70.20"
    assert one.status == "final"


def test_a_term_by_hand():
    records = [
        # Present, late, absent: (100 + 50 + 0) / 3 = 50.
        *(Score("S1", "attendance", day, RULES.attendance[was])
          for day, was in {"1": "present", "2": "late", "3": "absent"}.items()),
        Score("S1", "participation", "participation", 70),
        # (80 + 90 + 0) / 3 = 170 / 3, since the other student has a quiz that this one lacks.
        Score("S1", "work", "lab", 80),
        Score("S1", "work", "quiz 1", 90),
        Score("S2", "work", "quiz 2", 90),
        # 0.6 · 75 + 0.4 · 50 = 65.
        Score("S1", "exam", "written", 75),
        Score("S1", "exam", "machine", 50),
    ]  # fmt: skip
    one = mark(records, TWO_EXAMS)
    assert one.marks == {
        "attendance": 50,
        "participation": 70,
        "work": Fraction(170, 3),
        "exam": 65,
    }
    # 15 + 21 + 22.6667 = 58.6667; 0.3 · 58.6667 + 0.7 · 65 = 17.6 + 45.5
    assert one.coursework == Fraction(176, 3)
    assert one.final == Decimal("63.10")


def test_halves_go_up_and_thirds_stay_exact():
    # 243.625 / 3 · 0.4 · 0.3 = 9.745: exactly half a hundredth, which floating point misses.
    records = scores(attendance=0, participation=0, exam=0, a=81, b=80, c=Decimal("82.625"))
    assert mark(records).final == Decimal("9.75")
    assert round(sum([81, 80, 82.625]) / 3 * 0.4 * 0.3, 2) == 9.74
    assert half_up(Fraction("0.005")) == Decimal("0.01")
    assert half_up(Fraction("0.00499")) == Decimal("0.00")


def test_only_the_final_mark_is_rounded():
    # Coursework 0.4 · 33.345 = 13.338; rounded first, 13.34 would give 4.002 and not 4.0014.
    # 0.3 · 13.338 + 0.7 · 0.005 = 4.0049, while rounded parts would give 4.0090 and so 4.01.
    records = scores(attendance=0, participation=0, exam=Decimal("0.005"), a=Decimal("33.345"))
    assert mark(records).final == Decimal("4.00")


# Missing and excused.


def test_what_others_have_and_one_lacks_counts_as_zero_and_is_listed():
    records = [*scores(a=100, b=100), *scores("S2", a=100)]
    book = gradebook({"S1": "Li", "S2": "Wang"}, records)
    assert book.marks[1].marks["work"] == 50
    assert book.gaps().values.tolist() == [["S2", "Wang", "work", "b", "missing", ""]]


def test_excused_work_is_left_out_and_listed():
    one = mark(excuse(scores(a=100, b=0, c=50), "b"))
    assert one.marks["work"] == 75
    assert [(e.score.item, e.status) for e in one.entries if e.score.part == "work"] == [
        ("a", "counted"),
        ("b", "excused"),
        ("c", "counted"),
    ]


def test_a_part_that_is_excused_as_a_whole_leaves_its_weight_to_the_others():
    one = mark(excuse(scores(lab=50), "day"))  # (30 · 80 + 40 · 50) / 70
    assert one.marks["attendance"] is None
    assert one.coursework == Fraction(4400, 70)
    assert one.status == "final"


@pytest.mark.parametrize(
    ("records", "status"),
    [
        (scores(exam=None, lab=50), "no exam"),
        (excuse(scores(exam=None, lab=50), "score"), "exam excused"),
        (excuse(scores(lab=50), "day", "participation", "lab"), "no coursework"),
    ],
)
def test_without_exam_or_coursework_there_is_no_final_mark(records, status):
    one = mark(records)
    assert (one.final, one.status) == (None, status)


def test_a_missing_exam_is_zero_only_if_the_rules_say_so():
    rules = replace(RULES, missing_exam="zero")
    assert mark(scores(exam=None, lab=100), rules).final == Decimal("28.20")  # 0.3 · 94
    assert mark(excuse(scores(exam=None, lab=100), "score"), rules).final is None


def test_one_part_of_the_exam():
    half = [
        *scores(lab=100)[:2],
        Score("S1", "work", "lab", 100),
        Score("S1", "exam", "written", 60),
    ]
    assert mark(half, TWO_EXAMS).status == "no exam"
    excused = [*half, Score("S1", "exam", "machine", excused=True)]
    assert mark(excused, TWO_EXAMS).final == Decimal("70.20")
    only = replace(RULES, exam={"written": Decimal(100), "machine": Decimal(0)})
    assert mark(half, only).final == Decimal("70.20")


def test_the_lowest_are_dropped_but_one_is_kept():
    records = [*scores(a=10, b=90, c=50), *scores("S2", a=70)]
    assert mark(records, replace(RULES, drop_lowest=1)).marks["work"] == 70
    assert mark(records, replace(RULES, drop_lowest=2)).marks["work"] == 90
    assert mark(records, replace(RULES, drop_lowest=9)).marks["work"] == 90
    two = mark(records, replace(RULES, drop_lowest=2), "S2")  # b and c are missing, and dropped
    assert two.marks["work"] == 70
    assert [e.status for e in two.entries if e.score.part == "work"] == [
        "counted",
        "dropped",
        "dropped",
    ]
    gone = mark(excuse(scores(a=1), "a"), replace(RULES, drop_lowest=1))
    assert gone.marks["work"] is None


# What always holds.

PERCENT = st.none() | st.fractions(0, 100, max_denominator=200)


@st.composite
def terms(draw):
    """A term of three students, up to three labs, and rules."""
    labs = draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True))
    records = []
    for student in ("S1", "S2", "S3"):
        for part, item in [
            *[("attendance", day) for day in ("day 1", "day 2")],
            *[("work", lab) for lab in labs],
            *[("exam", item) for item in TWO_EXAMS.exam],
            ("participation", "participation"),
        ]:
            excused = draw(st.sampled_from([False, False, False, True]))
            records.append(Score(student, part, item, draw(PERCENT), excused))
    share = draw(st.integers(0, 100))
    third = draw(st.integers(0, 100 - share))
    rules = replace(
        TWO_EXAMS,
        final={"coursework": Decimal(share), "exam": Decimal(100 - share)},
        coursework={
            "attendance": Decimal(share),
            "participation": Decimal(third),
            "work": Decimal(100 - share - third),
        },
        drop_lowest=draw(st.integers(0, 3)),
        missing_exam=draw(st.sampled_from(["empty", "zero"])),
    )
    return records, rules


STUDENTS = {"S1": "Li", "S2": "Wang", "S3": "Zhao"}


def final(records, rules):
    return gradebook(STUDENTS, records, rules).marks[0].final


@quick
@given(terms(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(term, random):
    records, rules = term
    mixed = list(records)
    random.shuffle(mixed)
    assert gradebook(STUDENTS, mixed, rules) == gradebook(STUDENTS, records, rules)


@quick
@given(terms())
def test_a_final_mark_lies_between_the_lowest_and_the_highest_score(term):
    records, rules = term
    for one in gradebook(STUDENTS, records, rules).marks:
        counted = [e.score.percent or 0 for e in one.entries if e.share]
        if one.final is not None:
            assert half_up(min(counted)) <= one.final <= half_up(max(counted))


@quick
@given(terms())
def test_the_points_of_a_student_sum_to_the_final_mark_and_the_shares_to_100(term):
    records, rules = term
    for one in gradebook(STUDENTS, records, rules).marks:
        if one.final is not None:
            assert sum(entry.share for entry in one.entries) == 100
            assert half_up(sum(entry.points for entry in one.entries)) == one.final


@quick
@given(terms(), st.data())
def test_a_better_score_never_gives_a_worse_mark(term, data):
    records, rules = term
    place = data.draw(st.integers(0, len(records) // 3 - 1))
    better = data.draw(
        st.fractions(Fraction(records[place].percent or 0), 100, max_denominator=200)
    )
    raised = list(records)
    raised[place] = replace(records[place], percent=better)
    before, after = final(records, rules), final(raised, rules)
    assert before is None or after >= before


@quick
@given(terms(), st.data())
def test_to_be_excused_never_hurts_who_has_no_score(term, data):
    records, rules = term
    place = data.draw(st.integers(0, len(records) // 3 - 1))
    missing, excused = list(records), list(records)
    missing[place] = replace(records[place], percent=None, excused=False)
    excused[place] = replace(records[place], percent=None, excused=True)
    before, after = final(missing, rules), final(excused, rules)
    assert before is None or after is None or after >= before


@quick
@given(terms())
def test_equal_scores_are_that_final_mark_whatever_the_weights(term):
    records, rules = term
    same = [replace(score, percent=Fraction(200, 3), excused=False) for score in records]
    assert final(same, rules) == Decimal("66.67")


# What is refused.


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Score("S9", "work", "lab", 5), "S9 / work / lab: 'S9' is not on the roster"),
        (Score("S1", "labs", "lab", 5), "S1 / labs / lab: the part must be one of attendance, "),
        (Score("S1", "exam", "oral", 5), "S1 / exam / oral: the exam's parts are score"),
        (Score("S1", "work", "b", 100.5), "S1 / work / b: must be from 0 to 100; got 100.5"),
        (Score("S1", "work", "b", -1), "S1 / work / b: must be from 0 to 100; got -1"),
        (Score("S1", "work", "lab", 5), "S1 / work / lab comes twice"),
    ],
)
def test_scores_that_cannot_be_are_refused(wrong, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        gradebook({"S1": ""}, [*scores(lab=100), wrong])


def test_a_part_that_weighs_needs_scores_and_one_that_does_not_needs_none():
    with pytest.raises(ValueError, match="work decides 12 % of the final mark and has no scores"):
        mark(scores())
    with pytest.raises(ValueError, match="exam decides 70 % of the final mark and has no scores"):
        mark(scores(lab=1)[:2] + scores(lab=1)[3:])
    exam_only = replace(RULES, final={"coursework": Decimal(0), "exam": Decimal(100)})
    assert mark(scores()[2:], exam_only).final == 60
    coursework_only = replace(RULES, final={"coursework": Decimal(100), "exam": Decimal(0)})
    assert mark([*scores(lab=100)[:2], scores(lab=100)[3]], coursework_only).final == 94
    with pytest.raises(ValueError, match="the roster must have at least one student"):
        gradebook({}, [])


# The class.


def test_figures_bands_and_distribution_by_hand():
    finals = {"S1": 100, "S2": 90, "S3": "89.995", "S4": "59.99", "S5": "59.995", "S6": None}
    rules = replace(RULES, final={"coursework": Decimal(0), "exam": Decimal(100)})
    records = [Score(s, "exam", "score", p and Decimal(p)) for s, p in finals.items()]
    book = gradebook(dict.fromkeys(finals, ""), records, rules)
    # Rounded first, then judged: 59.995 is shown as 60.00, so it passes.
    assert list(map(str, book.finals)) == ["59.99", "60.00", "90.00", "90.00", "100.00"]
    assert book.statistics() == {
        "students": 6,
        "finals": 5,
        "mean": Decimal("80.00"),  # 399.99 / 5 = 79.998
        "lower": Decimal("60.00"),
        "median": Decimal("90.00"),
        "upper": Decimal("90.00"),
        "lowest": Decimal("59.99"),
        "highest": Decimal("100.00"),
        "passed": 4,
        "pass_rate": Decimal("80.00"),
    }
    assert book.bands()["students"].tolist() == [3, 0, 0, 1, 1]
    steps = book.distribution().set_index("from")
    assert steps.loc[55, ["failed", "passed"]].tolist() == [1, 0]
    assert steps.loc[60, ["failed", "passed"]].tolist() == [0, 1]
    assert steps.loc[[90, 95], "passed"].tolist() == [2, 1]
    assert steps[["failed", "passed"]].to_numpy().sum() == 5
    assert book.describe().startswith("5 final marks from 59.99 to 100.00, median 90.00; 4 of them")
    assert "5 final marks" in repr(book)


@pytest.mark.parametrize("percent", [70, None])
def test_a_class_of_one_and_a_class_without_marks(percent):
    rules = replace(RULES, final={"coursework": Decimal(0), "exam": Decimal(100)})
    book = gradebook({"S1": ""}, [Score("S1", "exam", "score", percent)], rules)
    figures = book.statistics()
    assert [figures[key] for key in ("mean", "lower", "median", "upper")] == [percent] * 4
    assert figures["passed"] == (percent is not None)
    assert ("no student" in book.describe()) == (percent is None)


# The rules.


def test_the_default_is_the_course_s_rule():
    assert RULES.final == {"coursework": 30, "exam": 70}
    assert RULES.coursework == {"attendance": 30, "participation": 30, "work": 40}
    assert (RULES.pass_mark, RULES.drop_lowest, RULES.missing_exam) == (60, 0, "empty")
    assert set(PARTS) == {*RULES.coursework, "exam"}


def test_a_file_replaces_what_it_names(tmp_path):
    file = tmp_path / "weights.toml"
    file.write_text(
        "[final]\ncoursework = 0.4\nexam = 0.6\n[coursework]\nwork = 100\n"
        "[attendance]\nlate = 80\n[rules]\ndrop_lowest = 2\n"
        "[bands]\nfail = 0\npass = 60\n[exam]\nwritten = 33.3\nmachine = 66.7\n",
        encoding="utf-8-sig",
    )
    rules = read_rules(file)
    assert rules.final == {"coursework": 40, "exam": 60}
    assert rules.coursework == {"attendance": 0, "participation": 0, "work": 100}
    assert rules.attendance == {"present": 100, "late": 80, "absent": 0}
    assert (rules.drop_lowest, rules.pass_mark) == (2, 60)
    assert list(rules.bands) == ["pass", "fail"]
    assert rules.exam == {"written": Decimal("33.3"), "machine": Decimal("66.7")}
    assert read_rules(EXAMPLE) == RULES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[final]\ncoursework = 30\nexam = 60",
            "[final] must sum to 100 or to 1; got 30 + 60 = 90",
        ),
        ("[exam]\n", "[exam] must hold a weight; it is empty"),
        (
            "[final]\noral = 100",
            "[final] has an unknown name, 'oral'; allowed are coursework, exam",
        ),
        ("[grades]\na = 1", "the table has an unknown name, 'grades'; allowed are final, "),
        ("final = 3", "[final] must be a table"),
        ('[exam]\nscore = "100"', "[exam] 'score' must be a number from 0 to 100; got 100"),
        ("[exam]\nscore = true", "[exam] 'score' must be a number from 0 to 100; got True"),
        ("[exam]\nscore = nan", "[exam] 'score' must be a number from 0 to 100; got NaN"),
        ("[attendance]\nlate = 150", "[attendance] 'late' must be a number from 0 to 100; got 150"),
        ("[coursework]\nwork = 110\nattendance = -10", "[coursework] 'work' must be a number from"),
        ("[maximum]\nquiz = 0", "[maximum] 'quiz' must be above 0; got 0"),
        ("[maximum]\nquiz = -1", "[maximum] 'quiz' must be a number above 0; got -1"),
        ("[rules]\ndrop_lowest = -1", "[rules] drop_lowest must be a whole number of at least 0"),
        ("[rules]\ndrop_lowest = true", "[rules] drop_lowest must be a whole number of at least"),
        ("[rules]\nmissing_exam = 0", '[rules] missing_exam must be "empty" or "zero"; got 0'),
        ("[rules]\npass_mark = 101", "[rules] 'pass_mark' must be a number from 0 to 100; got 101"),
        ("[rules]\npass = 50", "[rules] has an unknown name, 'pass'; allowed are drop_lowest, "),
        ("[bands]\npass = 60", "[bands] must begin at different marks, one of them at 0"),
        ("[bands]\nb = 0\na = 0.0", "[bands] must begin at different marks, one of them at 0"),
        ("[final", "is not TOML: "),
    ],
)
def test_rules_that_cannot_be_are_refused_by_name(tmp_path, text, message):
    file = tmp_path / "my.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError) as caught:
        read_rules(file)
    assert str(caught.value).startswith(f"my.toml: {message}")
