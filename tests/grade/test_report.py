"""Pages: what a student may read, what a teacher sees, and that no page asks anything outside."""

import re
from datetime import timedelta
from html import unescape
from itertools import pairwise

import html5lib
import pytest

from crmlab.course.grade.cells import Cell
from crmlab.course.grade.late import Late
from crmlab.course.grade.marks import STATUSES, CheckMark, Marks, QuestionMark
from crmlab.course.grade.overview import overview
from crmlab.course.grade.report import answers, feedback, summary
from crmlab.course.grade.results import HandMark, Results, Row
from crmlab.course.grade.similar import Alike
from crmlab.course.roster import Student
from tests.grade.smallclass import HINT

ADA = Student("20230002", "Ada <i>Moss</i>")
SECRET = ["double(471163)", "double(885217)", "double(302954)"]


def question(*earned, said="", visible=2.0, note=""):
    """Return q1: one visible check, and a hidden one for each of `earned`."""
    wrong = f"gave 16, expected 8. {HINT}"
    first = CheckMark(
        False, 2, visible, "double(4)", "" if visible == 2 else wrong, "" if visible else HINT
    )
    hidden = [
        CheckMark(True, 1, points, expr, "" if points else said)
        for points, expr in zip(earned, SECRET, strict=False)
    ]
    return QuestionMark("q1", 2 + len(hidden), checks=(first, *hidden), note=note)


def row(*questions, status="graded", **more):
    return Row(ADA, Marks(status, questions, more.pop("note", ""), seconds=1.5), "a.ipynb", **more)


def results(*rows, unmatched=()):
    points = {q.id: q.points for q in rows[0].marks.questions}
    return Results("lab99", "Lab 99: Small & <b>bold</b>", points, rows, tuple(unmatched))


def page(one):
    return feedback(results(one), one)


def words(html):
    text = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", html, flags=re.DOTALL)
    text = re.sub(r"</?code>", "", text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


# Feedback.


def test_no_hidden_input_is_in_a_student_s_page():
    said = "did not give the right value for other inputs."
    for earned in ((0, 0, 0), (1, 0, 1), (1, 1, 1)):
        html = page(row(question(*earned, said=said, visible=0)))
        for secret in SECRET:
            assert secret not in html
            assert re.search(r"\d+", secret)[0] not in html


def test_what_is_said_of_checks():
    said = "did not give the right value for other inputs."
    text = words(page(row(question(1, 0, 0, said=said, visible=0))))
    assert "1 of 5 points." in text
    assert "Not yet: double(4) gave 16, expected 8. You squared it: x ** 2." in text
    assert (
        "1 of 3 hidden checks passed. Did not give the right value for other inputs (2 ×)." in text
    )
    assert "Right: double(4)" in words(page(row(question(1, 1, 1))))
    assert "3 of 3 hidden checks passed." in words(page(row(question(1, 1, 1))))


def test_a_missing_name_is_said_once():
    said = "`double` is not defined yet."
    checks = [CheckMark(False, 1, 0, f"double({n})", said) for n in range(3)]
    text = words(page(row(QuestionMark("q1", 3, checks=tuple(checks)))))
    assert text.count("is not defined yet") == 1
    assert "double(1)" not in text


def test_what_students_and_files_say_is_escaped():
    note = "stopped with ValueError: <script>alert(1)</script> `<b>`"
    html = page(row(question(note=note), others=("<img src=x>.ipynb",)))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<code>&lt;b&gt;</code>" in html
    assert "Ada &lt;i&gt;Moss&lt;/i&gt;" in html
    assert "Small &amp; &lt;b&gt;bold&lt;/b&gt;" in html


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_explained(status):
    html = page(row(question(0), QuestionMark("q2", 4, True), status=status, note="what happened"))
    assert (STATUSES[status] in words(html)) == (status != "graded")
    # A failure of the grader may tell of the teacher's machine.
    assert ("what happened" in html) == (status not in ("graded", "failed"))


def test_hand_marks_and_lateness():
    late = Late(timedelta(hours=30), 2, 20)
    hand = {"q2": HandMark(3, "Good, but <b>long</b>.")}
    text = page(row(question(1), QuestionMark("q2", 4, True), hand=hand, late=late))
    assert "4.8 of 7 points (68.57 %)" in words(text)
    assert "Marked by your teacher: 3 of 4 points. Good, but <b>long</b>." in words(text)
    assert "late by 1 d 6 h: 2 days begun, 20 % off. It takes off 1.2 points." in words(text)
    waiting = page(row(question(1), QuestionMark("q2", 4, True)))
    assert "Not marked yet: q2. The points above are without them." in words(waiting)


# The class.


def test_the_figures_of_a_class():
    rows = [
        row(question(1, 1, visible=2), QuestionMark("q2", 4, True), hand={"q2": HandMark(4)}),
        row(question(0, 1, visible=0), QuestionMark("q2", 4, True)),
        row(question(0, 0, visible=0), QuestionMark("q2", 4, True)),
        row(QuestionMark("q1", 4), QuestionMark("q2", 4, True), status="missing"),
        row(QuestionMark("q1", 4), QuestionMark("q2", 4, True), status="unreadable"),
    ]
    about = overview(results(*rows))
    assert about.handed_in == 4
    assert about.statuses == {"graded": 3, "missing": 1, "unreadable": 1}
    assert about.bins == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert (about.mean, about.median) == (pytest.approx(112.5 / 4), 6.25)
    one, two = about.questions
    assert (one.mean, one.none, one.full, one.waiting) == (pytest.approx(5 / 12), 1, 1, 0)
    assert (two.mean, two.none, two.full, two.waiting) == (1, 0, 1, 2)
    assert [(c.expr, c.failed, c.asked, c.hidden) for c in about.checks] == [
        ("double(4)", 2, 3, False),
        (SECRET[0], 2, 3, True),
        (SECRET[1], 1, 3, True),
    ]
    assert [(m.hint, m.students) for m in about.mistakes] == [(HINT, 2)]


def test_a_class_in_which_nobody_handed_in():
    about = results(row(QuestionMark("q1", 4), status="missing"))
    html = summary(about, [], 0.6)
    assert "0 of 1 students handed something in." in words(html)
    assert "<img" not in html


def test_the_summary():
    lost = Row(Student("x.ipynb"), Marks("graded", (question(1),)), "x.ipynb", why="names <nobody>")
    about = results(row(question(0, visible=0)), row(question(1)), unmatched=[lost])
    pairs = [
        Alike(("one", "20230002"), 0.871, 40, ("q1", "q3")),
        Alike(("a", "b"), 1.0, 9, ("q2",), True),
    ]
    html = summary(about, pairs, 0.6)
    text = words(html)
    assert "For the teacher only" in text
    assert "never a verdict" in text
    assert "one 20230002 Ada <i>Moss</i> 87.1 % 40 q1, q3" in text
    assert "a b same file 9 q2" in text
    assert "You squared it: x ** 2." in text
    assert "x.ipynb names <nobody> graded 3" in text
    images = re.findall(r"<img ([^>]*)>", html)
    assert len(images) == 3
    for image in images:
        assert re.search(r'src="data:image/svg\+xml;base64,[\w+/=]{1000,}"', image)
        assert re.search(r'alt="[^"]{40,}"', image)
    assert summary(about, pairs, 0.6) == html


def pages():
    one = row(question(0, visible=0), QuestionMark("q2", 4, True), late=Late(timedelta(1), 1, 10))
    about = results(one)
    written = {
        ADA.id: [Cell("", "markdown", "| a | b |\n|---|---|\n| 1 | 2 |"), Cell("", "code", "x < 1")]
    }
    return {
        "feedback": feedback(about, one),
        "summary": summary(about, [Alike(("one", "20230002"), 0.9, 9, ("q1",))], 0.6),
        "answers": answers(about, "q2", ["2: clear"], written, "hand_marks.csv"),
    }


@pytest.mark.parametrize(("name", "html"), pages().items())
def test_pages_are_sound_and_stand_alone(name, html):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(html)  # raises on the first fault
    assert tree.get("lang") == "en"
    assert len(tree.findall(".//main")) == len(tree.findall(".//h1")) == 1
    assert not tree.findall(".//script")
    assert not tree.findall(".//link")
    for element in tree.iter():
        for attribute in ("src", "href"):
            assert element.get(attribute, "#").startswith(("#", "data:image/svg+xml;base64,"))
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for table in tree.findall(".//thead/tr/..") if name != "answers" else []:
        assert all(head.get("scope") == "col" for head in table.findall(".//th"))
    levels = [
        int(e.tag[1]) for e in tree.iter() if isinstance(e.tag, str) and re.match(r"h\d", e.tag)
    ]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_answers_read_as_written():
    html = pages()["answers"]
    assert "<td>1</td>" in html
    assert "<pre><code>x &lt; 1</code></pre>" in html
    assert "6 words" in html  # a b 1 2 x 1
