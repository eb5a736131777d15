"""What a reader has done: ticked, counted, carried to another browser, erased; never sent."""

import json

import pytest

from .conftest import pages
from .test_interaction import answers, give

pytestmark = pytest.mark.site
CHAPTERS = pages('class="crmlab-done"')
(OVERVIEW,) = pages('class="crmlab-progress"')
FILE = {"name": "progress.json", "mimeType": "application/json"}


def box(page):
    return page.locator(".crmlab-done")


def told(page):
    """Return the sentence at the end of a chapter."""
    return box(page).get_by_role("status").inner_text()


def row(page, name):
    """Return what the overview tells of a chapter: read, right answers, lab."""
    chapter = name.removesuffix(".html")
    return page.locator(f"tr[data-chapter='{chapter}'] td").all_inner_texts()


def load(page, text):
    field = page.locator(".crmlab-progress input[type=file]")
    field.set_input_files({**FILE, "buffer": text.encode()})
    status = page.locator(".crmlab-progress [role=status]")
    page.wait_for_function("s => s.textContent", arg=status.element_handle())
    return status.inner_text()


def export(page):
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download my progress").click()
    return waiting.value.path().read_text("utf-8")


def kept(page):
    return page.evaluate("() => Object.keys(localStorage).filter(k => /^crmlab-progress/.test(k))")


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_and_its_lab_are_marked_by_keyboard_and_stay_marked(visit, name):
    page = visit(name).page
    assert "not marked as read" in told(page)

    for button in box(page).get_by_role("button").all():
        assert button.get_attribute("aria-pressed") == "false"
        button.focus()
        page.keyboard.press("Enter")
        assert button.get_attribute("aria-pressed") == "true"
    assert told(page).startswith("Chapter read")

    page.goto(page.url.replace(name, OVERVIEW))
    read, _, lab = row(page, name)
    assert (read, lab) in {("✓ yes", "✓ yes"), ("✓ yes", "no lab")}

    page.goto(page.url.replace(OVERVIEW, name))  # loaded anew, so what is pressed was kept
    pressed = "all => all.map(b => b.getAttribute('aria-pressed'))"
    assert set(box(page).get_by_role("button").evaluate_all(pressed)) == {"true"}
    box(page).get_by_role("button", name="Mark as read").press("Space")
    assert told(page).startswith("Chapter not marked as read")


@pytest.mark.parametrize("name", [n for n in CHAPTERS if n in pages("show_questions(")])
def test_right_answers_are_counted_once_and_wrong_ones_not(visit, name):
    page = visit(name).page
    page.locator(".Quiz").last.wait_for()
    questions = page.locator(".Quiz").all()
    total = int(box(page).get_attribute("data-questions"))
    assert total == len(questions)

    for number, question in enumerate(questions, start=1):
        wrong, right = answers(question)
        for answer in wrong:
            give(page, question, answer)
        question.locator(".Feedback.incorrect").wait_for()
        assert f"{number - 1} of {total} questions" in told(page)
        for answer in right[:-1]:  # of several right ones the last is still missing
            give(page, question, answer)
            assert f"{number - 1} of {total} questions" in told(page)
        give(page, question, right[-1])
        question.locator(".Feedback.correct").wait_for()
        page.wait_for_function(
            "([s, text]) => s.textContent.replace(/\\s+/g, ' ').includes(text)",
            arg=[
                box(page).get_by_role("status").element_handle(),
                f"{number} of {total} questions",
            ],
        )

    page.reload()
    assert f"{total} of {total} questions" in told(page)
    page.goto(page.url.replace(name, OVERVIEW))
    assert row(page, name)[1] == f"{total} of {total}"


def test_progress_is_carried_to_another_browser_and_added_there(visit):
    name = CHAPTERS[0]
    first = visit(name).page
    box(first).get_by_role("button", name="Mark as read").click()
    first.goto(first.url.replace(name, OVERVIEW))
    text = export(first)
    assert json.loads(text)["chapters"] == {
        name.removesuffix(".html"): {"read": True, "lab": False, "right": []}
    }

    second = visit(name).page
    box(second).get_by_role("button", name="Mark lab as done").click()
    second.goto(second.url.replace(name, OVERVIEW))
    assert row(second, name)[0] == "not yet"
    assert "added" in load(second, text)
    assert [row(second, name)[0], row(second, name)[2]] == ["✓ yes", "✓ yes"]


NO_PROGRESS = [
    "no JSON",
    "null",
    "{}",
    '{"crmlab-progress": 2, "chapters": {}}',
    '{"crmlab-progress": 1}',
    '{"crmlab-progress": 1, "chapters": {"a": 7}}',
]


def test_a_file_that_is_none_changes_nothing(visit):
    name = CHAPTERS[0]
    page = visit(name).page
    box(page).get_by_role("button", name="Mark as read").click()
    page.goto(page.url.replace(name, OVERVIEW))
    before = page.evaluate("() => JSON.stringify(localStorage)")
    for text in NO_PROGRESS:
        assert "Nothing was changed" in load(page, text)
        assert page.evaluate("() => JSON.stringify(localStorage)") == before
        page.reload()
    assert row(page, name)[0] == "✓ yes"


def test_a_file_brings_no_markup_and_no_wrong_numbers(visit):
    name = CHAPTERS[0]
    chapter = name.removesuffix(".html")
    many = {"read": "<img src=x onerror=alert(1)>", "lab": 1, "right": [str(n) for n in range(99)]}
    page = visit(OVERVIEW).page
    load(page, json.dumps({"crmlab-progress": 1, "chapters": {chapter: many}}))
    read, right, lab = row(page, name)
    assert (read, lab) == ("not yet", "not yet")
    total = right.split(" of ")[1]
    assert right == f"{total} of {total}"


def test_progress_is_erased_only_after_a_yes(visit):
    name = CHAPTERS[0]
    page = visit(name).page
    box(page).get_by_role("button", name="Mark as read").click()
    page.goto(page.url.replace(name, OVERVIEW))
    erase = page.get_by_role("button", name="Erase my progress")

    page.once("dialog", lambda dialog: dialog.dismiss())
    erase.click()
    assert row(page, name)[0] == "✓ yes"
    page.once("dialog", lambda dialog: dialog.accept())
    erase.click()
    assert row(page, name)[0] == "not yet"
    assert kept(page) == []
    assert "keeps no progress" in page.locator(".crmlab-progress [role=status]").inner_text()


def test_an_open_page_follows_another_tab(visit):
    name = CHAPTERS[0]
    page = visit(OVERVIEW).page
    tab = page.context.new_page()
    tab.goto(page.url.replace(OVERVIEW, name))
    box(tab).get_by_role("button", name="Mark as read").click()
    cell = page.locator(f"tr[data-chapter='{name.removesuffix('.html')}'] td").first
    page.wait_for_function("c => c.textContent.includes('yes')", arg=cell.element_handle())


def test_books_below_two_paths_of_one_host_are_kept_apart(visit, address):
    page = visit(CHAPTERS[0]).page
    box(page).get_by_role("button", name="Mark as read").click()
    assert kept(page) == ["crmlab-progress /course/"]


def test_a_page_that_only_looks_keeps_nothing(visit):
    for name in (CHAPTERS[0], OVERVIEW):
        assert kept(visit(name).page) == []


@pytest.mark.parametrize("name", [CHAPTERS[0], OVERVIEW])
@pytest.mark.parametrize(
    "refusal",
    [
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }",
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', "
        "'SecurityError') }})",
    ],
    ids=["full", "forbidden"],
)
def test_where_nothing_may_be_kept_the_page_says_so(browser, address, name, refusal):
    with browser.new_context() as context:
        context.add_init_script(refusal)
        page = context.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(error.stack))
        page.goto(address + name)
        assert page.get_by_text("lets the site keep nothing").is_visible()
        assert page.locator(".crmlab-done button:visible, .crmlab-progress td:visible").count() == 0
        # The theme's own scripts fail without a storage; ours must not.
        assert [error for error in errors if "progress.js" in error] == []
