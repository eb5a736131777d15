"""Quizzes in a page: the same bytes every time, colours, and a real browser."""

import random
import shutil

import pytest

import crmlab.course
from crmlab.course.quiz import COLOURS, quiz

FILE = """
[[question]]
id = "timing"
kind = "single"
rows = ["C5"]
difficulty = 1
stem = "What is a margin at the <b>end</b> of year 1 divided by?"
explanation = "One year passes."
options = [
    {text = "1 + <i>d</i>", correct = true, feedback = "One year passes."},
    {text = "<i>d</i>", feedback = "The rate is added to 1."},
    {text = "nothing", feedback = "That is today's money."},
]

[[question]]
id = "raise"
kind = "multiple"
rows = ["C11"]
difficulty = 2
stem = "What raises the value of a customer? Choose all that do."
explanation = "More or earlier margins do."
options = [
    {text = "a higher retention", correct = true, feedback = "It is kept longer."},
    {text = "a lower rate", correct = true, feedback = "Later margins count more."},
    {text = "a service cost", feedback = "It lowers the margin."},
]

[[question]]
id = "multiple"
kind = "number"
rows = ["C6"]
difficulty = 2
stem = "Retention 0.8, rate 0.12: the margin multiple?"
explanation = "0.8 / 0.32."
otherwise = "It is <i>r</i>/(1 + <i>d</i> − <i>r</i>)."
options = [
    {value = 2.5, tolerance = 0, correct = true, feedback = "0.8 / 0.32."},
    {value = 3.5, tolerance = 0.1, feedback = "That counts today as well."},
]

[[question]]
id = "hidden"
kind = "single"
rows = ["C6"]
difficulty = 1
page = false
stem = "Is <i>r</i> &lt; 1?"
explanation = "A share."
options = [
    {text = "yes", correct = true, feedback = "A share."},
    {text = "no", feedback = "It is a share."},
]
"""
ON_PAGE = 3


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "quiz.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed."""
    import IPython.display

    outputs = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: outputs.append(data))
    return outputs


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
    with pytest.raises(ValueError, match=r"id must be one of 'timing', 'raise', .*; got 'no'"):
        quiz(file, "no")


def test_a_question_for_papers_is_shown_only_when_it_is_named(file, shown):
    quiz(file)
    assert "Is r < 1?" not in shown[0]["text/plain"]
    quiz(file, "hidden")
    assert shown[2]["text/plain"].startswith("1. Is r < 1?")


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
    for kind in ("multiple-choice", "many-choice", "numeric"):
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
        assert page.locator(".Quiz").count() == 2 * ON_PAGE
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
            ("3.6", "That counts today as well."),
            ("3.61", "It is r/(1 + d − r)."),
            ("2.50", "0.8 / 0.32."),
        ):
            number.fill(typed)
            number.press("Enter")
            expect(told.nth(2)).to_have_text(words)

        page.wait_for_timeout(700)  # jupyterquiz looks for MathJax again after half a second
        assert asked == [page_file.as_uri()]
        assert errors == []
        browser.close()
