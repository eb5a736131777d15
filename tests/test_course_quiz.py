"""Quizzes: rules of the file, the same bytes every time, colours, and a real browser."""

import copy
import json
import random
import re
import shutil

import pytest

import crmlab.course
from crmlab.course.quiz import COLOURS, QuizError, check_quiz, quiz

QUESTIONS = [
    {
        "name": "timing",
        "question": "What is a margin at the <b>end</b> of year 1 divided by?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "1 + <i>d</i>", "correct": True, "feedback": "One year passes."},
            {"answer": "<i>d</i>", "correct": False, "feedback": "The rate is added to 1."},
            {"answer": "nothing", "correct": False, "feedback": "That is today's money."},
        ],
    },
    {
        "name": "raise",
        "question": "What raises the value of a customer? Choose all that do.",
        "type": "many_choice",
        "answers": [
            {"answer": "a higher retention", "correct": True, "feedback": "It is kept longer."},
            {"answer": "a lower rate", "correct": True, "feedback": "Later margins count more."},
            {"answer": "a service cost", "correct": False, "feedback": "It lowers the margin."},
        ],
    },
    {
        "name": "multiple",
        "question": "Retention 0.8, rate 0.12: the margin multiple?",
        "type": "numeric",
        "precision": 3,
        "answers": [
            {"value": 2.5, "correct": True, "feedback": "0.8 / 0.32."},
            {"range": [3.4, 3.6], "correct": False, "feedback": "That counts today as well."},
            {"type": "default", "feedback": "It is <i>r</i>/(1 + <i>d</i> − <i>r</i>)."},
        ],
    },
    {
        "name": "word",
        "question": "Customers who never return are lost for …?",
        "type": "string",
        "answers": [
            {"answer": "good", "correct": True, "feedback": "Dwyer's first case."},
            {"type": "default", "feedback": "Four letters."},
        ],
    },
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "quiz.json"
    path.write_text(json.dumps(QUESTIONS), encoding="utf-8")
    return path


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed."""
    import IPython.display

    outputs = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: outputs.append(data))
    return outputs


def test_a_good_file_is_returned_as_it_is(file):
    assert check_quiz(file) == QUESTIONS


def change(question, path, value):
    """Return the questions with one thing changed; `value` None takes it out."""
    changed = copy.deepcopy(QUESTIONS)
    place = changed[question]
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


BROKEN = {
    "not a list": ({}, "must be a list of questions"),
    "empty": ([], "must be a list of questions"),
    "not an object": (["x"], "question 1: must be an object"),
    "unknown key": (change(0, ["hint"], "x"), "question timing: has unknown keys 'hint'"),
    "no name": (change(0, ["name"], None), "question 1: needs a text for 'name'"),
    "empty text": (change(0, ["question"], " "), "needs a text for 'question'"),
    "same name": (change(1, ["name"], "timing"), "has a name that another question has"),
    "unknown type": (change(0, ["type"], "essay"), "type must be one of 'many_choice'"),
    "no answers": (change(0, ["answers"], None), "needs a list of answers"),
    "formula": (change(0, ["question"], "$r$"), "has a $"),
    "unknown key of an answer": (
        change(0, ["answers", 1, "why"], "x"),
        "answer '<i>d</i>' has unknown keys 'why'",
    ),
    "right without explanation": (
        change(0, ["answers", 0, "feedback"], None),
        "answer '1 + <i>d</i>' has no feedback",
    ),
    "wrong without explanation": (
        change(0, ["answers", 1, "feedback"], ""),
        "answer '<i>d</i>' has no feedback",
    ),
    "default without explanation": (
        change(2, ["answers", 2, "feedback"], None),
        "answer 'default' has no feedback",
    ),
    "right or wrong not said": (
        change(0, ["answers", 1, "correct"], None),
        "must say correct: true or false",
    ),
    "nothing to choose": (
        change(0, ["answers", 1, "answer"], None),
        "has nothing to choose or to type",
    ),
    "two right answers": (
        change(0, ["answers", 1, "correct"], True),
        "needs exactly 1 right answer; it has 2",
    ),
    "no right answer": (
        change(0, ["answers", 0, "correct"], False),
        "needs exactly 1 right answer; it has 0",
    ),
    "one right answer of many": (
        change(1, ["answers", 0, "correct"], False),
        "needs at least 2 right answers; it has 1",
    ),
    "no wrong answer": (change(1, ["answers", 2, "correct"], True), "needs a wrong answer"),
    "text for a number": (
        change(2, ["answers", 0, "value"], "2.5"),
        "answer '2.5' must be a number, or a range from low to high",
    ),
    "range turned": (
        change(2, ["answers", 1, "range"], [3.6, 3.4]),
        "answer [3.6, 3.4] must be a number, or a range from low to high",
    ),
    "no right number": (change(2, ["answers", 0, "correct"], False), "needs a right answer"),
    "no default": (change(2, ["answers", 2], None), 'needs one answer of "type": "default"'),
}


@pytest.mark.parametrize(("questions", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused(file, questions, words):
    file.write_text(json.dumps(questions), encoding="utf-8")
    with pytest.raises(QuizError, match=re.escape(words)) as raised:
        check_quiz(file)
    assert str(raised.value).startswith("quiz.json")


def test_a_file_that_is_no_json_is_refused(file):
    file.write_text("[{]")
    with pytest.raises(QuizError, match=r"quiz\.json: Expecting"):
        check_quiz(file)


def test_the_same_bytes_every_time_and_no_random_state_is_touched(file, shown):
    random.seed(7)
    before = random.getstate()
    quiz(file)
    random.seed(8)
    quiz(file)
    random.seed(7)
    assert random.getstate() == before
    quiz(file, "timing")
    assert random.getstate() == before
    assert shown[:2] == shown[2:4]
    assert shown[4:] != shown[:2]


def test_only_the_named_questions_in_their_order(file, shown):
    quiz(file, "multiple", "timing")
    assert shown[0]["text/plain"] == (
        "1. Retention 0.8, rate 0.12: the margin multiple?\n"
        "2. What is a margin at the end of year 1 divided by?\n"
        "   - 1 + d\n   - d\n   - nothing"
    )
    assert "raises the value" not in shown[1]["application/javascript"]
    with pytest.raises(ValueError, match=r"must be one of 'multiple', 'raise', .*; got 'no'"):
        quiz(file, "no")


def test_the_function_is_not_hidden_by_its_module():
    assert crmlab.course.quiz is quiz
    assert callable(crmlab.course.quiz)


def contrast(one, other):
    """Return the contrast of two colours as WCAG 2 defines it."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_enough():
    colour = {name.removeprefix("--jq-"): value for name, value in COLOURS.items()}
    card, ink, white = "#ffffff", "#1f2328", colour["text-color"]
    for kind in ("multiple-choice", "many-choice", "numeric", "string"):
        assert contrast(white, colour[f"{kind}-bg"]) >= 4.5
        assert contrast(colour["link-color"], colour[f"{kind}-bg"]) >= 4.5
    for state in ("correct-color", "incorrect-color"):
        assert contrast(colour[state], card) >= 4.5  # the feedback
        assert contrast(white, colour[state]) >= 4.5  # the chosen answer
    assert contrast(ink, card) >= 4.5
    assert contrast(ink, colour["mc-button-bg"]) >= 4.5
    assert contrast(ink, colour["numeric-input-bg"]) >= 4.5
    assert contrast(colour["numeric-input-label"], card) >= 4.5
    for edge in (colour["mc-button-border"], "#b45309", "#6b7280"):  # borders and focus ring
        assert contrast(edge, card) >= 3


CHROMIUM = shutil.which("chromium")


@pytest.mark.site
@pytest.mark.skipif(not CHROMIUM, reason="needs chromium")
def test_in_a_browser_by_keyboard_without_network(file, shown, tmp_path):
    from playwright.sync_api import expect, sync_playwright

    quiz(file)
    quiz(file)  # the same quiz twice on one page
    parts = [
        out.get("text/html") or f"<script>{out['application/javascript']}</script>" for out in shown
    ]
    page_file = tmp_path / "page.html"
    page_file.write_text(
        "<!doctype html><meta charset='utf-8'><title>t</title>"
        # A MathJax that is still loading: jupyterquiz would fetch another one from elsewhere.
        "<script>window.MathJax = {version: '3.2.2'}</script>"
        f"{''.join(parts)}<p id='after'>after</p>",
        encoding="utf-8",
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(page_file.as_uri())
        assert page.locator(".Quiz").count() == 2 * len(QUESTIONS)
        assert page.locator("#after").evaluate("e => e.parentElement.tagName") == "BODY"

        first = page.locator("[id^=quiz]:has(> .Quiz)").first
        told = first.get_by_role("status")
        timing = first.get_by_role("radiogroup", name="What is a margin")
        timing.get_by_role("radio", name="nothing").focus()
        page.keyboard.press("Space")
        expect(told.nth(0)).to_have_text("That is today's money.")
        expect(timing.locator(".incorrectButton")).to_contain_text("nothing")
        timing.get_by_role("radio", name="1 + d").click()
        expect(told.nth(0)).to_have_text("One year passes.")

        many = first.get_by_role("group", name="What raises the value")
        for name, words in (
            ("a service cost", "It lowers the margin. [0/2]"),
            ("a lower rate", "Later margins count more. [1/2]"),
            ("a higher retention", "It is kept longer. [2/2]"),
        ):
            many.get_by_role("checkbox", name=name).focus()
            page.keyboard.press("Space")
            expect(told.nth(1)).to_have_text(words)
        expect(many.get_by_role("checkbox", name="a service cost")).not_to_be_checked()
        expect(many.get_by_role("checkbox", name="a lower rate")).to_be_checked()

        number = first.get_by_label("Type your answer and press Enter").nth(0)
        for typed, words in (
            ("3.5", "That counts today as well."),
            ("7", "It is r/(1 + d − r)."),
            ("2.50", "0.8 / 0.32."),
        ):
            number.fill(typed)
            number.press("Enter")
            expect(told.nth(2)).to_have_text(words)
        word = first.get_by_label("Type your answer and press Enter").nth(1)
        word.fill("Good")
        word.press("Enter")
        expect(told.nth(3)).to_have_text("Dwyer's first case.")

        page.wait_for_timeout(700)  # jupyterquiz looks for MathJax again after half a second
        assert asked == [page_file.as_uri()]
        assert errors == []
        browser.close()
