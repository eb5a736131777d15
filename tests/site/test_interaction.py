"""What moves on the site: explorers by keyboard, quizzes, search.

A chapter's sliders by keyboard and its quizzes are tried in one visit: neither moves the other.
"""

import json
import re
from html import unescape

import pytest

from .conftest import HTML, PHONE, pages

pytestmark = pytest.mark.site
# The widgets' state names the class whether or not a page has shown them yet.
WITH_EXPLORER = pages('"crmlab-explorer"')
WITH_QUIZ = pages("show_questions(")
READOUT = "h => h.closest('.widget-slider').querySelector('.widget-readout').innerText.trim()"


def press(page, explorer, key, before):
    """Press a key, wait until the picture is another than `before`, return it and its alt text."""
    page.keyboard.press(key)
    page.wait_for_function(
        "([e, before]) => { const i = e.querySelector('img'); return i && i.src !== before }",
        arg=[explorer.element_handle(), before],
    )
    picture = explorer.locator("img:visible")
    return picture.get_attribute("src"), picture.get_attribute("alt")


@pytest.mark.parametrize("name", WITH_EXPLORER, scope="module")
def test_every_slider_moves_its_picture_by_keyboard(look, name):
    page = look(name)
    explorers = page.locator(".crmlab-explorer").all()
    assert explorers

    for explorer in explorers:
        sliders = explorer.get_by_role("slider").all()
        assert sliders
        for slider in sliders:
            label = slider.get_attribute("aria-label")
            assert label.strip()
            assert explorer.get_by_role("slider", name=label, exact=True).count() == 1
            slider.focus()
            at_end = slider.get_attribute("aria-valuenow") == slider.get_attribute("aria-valuemax")
            keys = ("Home", "End", "ArrowLeft") if at_end else ("End", "Home", "ArrowRight")
            shown = [explorer.locator("img:visible").get_attribute("src")]
            for key in keys:
                picture, alt = press(page, explorer, key, before=shown[-1])
                shown.append(picture)
                assert alt.strip()
                assert slider.get_attribute("aria-valuetext") == slider.evaluate(READOUT)
            # Of two places the third key leads to the first one again.
            ends = [float(slider.get_attribute(f"aria-value{end}")) for end in ("min", "max")]
            assert shown[1] != shown[3] or ends[1] - ends[0] == 1


@pytest.mark.parametrize("name", WITH_EXPLORER, scope="module")
def test_a_finger_moves_a_slider(visit, name):
    page = visit(name, viewport=PHONE, has_touch=True).page

    for slider in page.locator(".crmlab-explorer").get_by_role("slider").all():
        slider.scroll_into_view_if_needed()
        track = slider.locator("xpath=ancestor::*[contains(@class, 'noUi-target')]")
        box, width = track.bounding_box(), PHONE["width"]
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["width"] > width / 2
        before = slider.get_attribute("aria-valuetext")
        is_left = slider.bounding_box()["x"] < box["x"] + box["width"] / 2
        aim = 0.95 if is_left else 0.05
        page.touchscreen.tap(box["x"] + box["width"] * aim, box["y"] + 2)
        page.wait_for_function(
            "([s, before]) => s.getAttribute('aria-valuetext') !== before",
            arg=[slider.element_handle(), before],
        )


def answers(question):
    """Return what to do for a wrong and for the right answer: labels to click, or texts."""
    field = question.locator("input.Input-text")
    if not field.count():
        labels = question.locator("label.MCButton")
        right = labels.and_(question.locator('[data-correct="true"]')).all()
        wrong = labels.and_(question.locator('[data-correct="false"]')).first
        return [wrong], right
    known = json.loads(field.get_attribute("data-answers"))
    right = next(a for a in known if a.get("correct"))
    text = right.get("value", right.get("answer", right.get("range", [None])[0]))
    return ["-98765"], [str(text)]


def give(page, question, answer):
    if isinstance(answer, str):
        field = question.locator("input.Input-text")
        field.click()
        page.keyboard.type(answer)
        page.keyboard.press("Enter")
    else:
        answer.click()


@pytest.mark.parametrize("name", WITH_QUIZ, scope="module")
def test_a_quiz_explains_wrong_and_right_answers(look, name):
    page = look(name)
    questions = page.locator(".Quiz").all()
    assert questions

    for question in questions:
        wrong, right = answers(question)
        feedback = question.locator(".Feedback")
        for kind, all_answers in (("incorrect", wrong), ("correct", right)):
            for answer in all_answers:
                give(page, question, answer)
            question.locator(f".Feedback.{kind}").wait_for(state="visible")
            assert len(feedback.inner_text().strip()) > 3


def title(name):
    """Return a page's title as it stands in its file."""
    heading = re.search(r"<h1\b[^>]*>(.+?)</h1>", (HTML / name).read_text("utf-8"), re.DOTALL)[1]
    return unescape(re.sub("<[^>]+>", "", heading))


# Of a room of the reference and a chapter with the same words the chapter comes first.
@pytest.mark.parametrize(
    "name", [n for n in pages() if n != "search.html" and not n.startswith("reference/")]
)
def test_the_search_puts_the_page_with_the_asked_title_first(look, name):
    page = look("search.html")  # one page for all questions: each is typed, and loads it anew
    words = re.findall(r"[A-Za-z]{2,}", title(name))
    page.locator(".bd-search-container input[name=q]").fill(" ".join(words))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.rstrip("#").endswith(f"search.html?q={'+'.join(words)}")

    result = page.locator("#search-results li a").first
    result.wait_for()
    assert result.evaluate("a => a.pathname").endswith("/course/" + name)
