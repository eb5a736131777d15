"""The slides for teaching: every one fits its screen, moves without a network, can be read."""

import threading

import nbformat
import pytest
from nbformat import v4

from tools import chapters, slides
from tools import site as built

from .conftest import is_current

READABLE = 18  # pixels of a slide that is 720 high
# What reaches over the slide's edge, and what is written too small.
FAULTS = """smallest => {
    const slide = Reveal.getCurrentSlide();
    const frame = slide.getBoundingClientRect();
    const hidden = ".notes, .notes *, mjx-container, mjx-container *, script, style, [aria-live]";
    const faults = [];
    const name = (element) => `${element.tagName}.${element.className}`;
    for (const element of slide.querySelectorAll("*")) {
        const box = element.getBoundingClientRect();
        if (element.matches(hidden) || !box.width || !box.height) continue;
        const right = Math.max(box.right - frame.right, frame.left - box.left);
        const over = Math.max(box.bottom - frame.bottom, right);
        if (over > 0.5) faults.push(`${name(element)}: ${over} px outside`);
        const texts = [...element.childNodes].filter((n) => n.nodeType === 3);
        const size = parseFloat(getComputedStyle(element).fontSize);
        const words = texts.some((n) => n.textContent.trim());
        if (words && size < smallest) faults.push(`${name(element)}: ${size} px`);
    }
    for (const box of slide.querySelectorAll("mjx-container, pre, .columns, .columns > *")) {
        if (box.scrollWidth > box.clientWidth + 1) faults.push(`${name(box)}: cut`);
        const over = box.getBoundingClientRect().right - frame.right;
        if (over > 0.5) faults.push(`${box.tagName}: ${over} px outside`);
    }
    const boxes = [...slide.querySelectorAll(".columns > *")];
    const [one, two] = boxes.map((e) => e.getBoundingClientRect());
    if (two && one.right > two.left && one.bottom > two.top) faults.push("the columns overlap");
    return faults;
}"""


def marked():
    """List the chapters that ask for slides."""
    return [p for p in chapters.chapters() if '"slide_type"' in p.read_text("utf-8")]


DECKS = [f"{path.stem}.html" for path in marked()]


@pytest.fixture(scope="module")
def address():
    """Make the slides and serve them."""
    if not is_current():
        pytest.fail("the site in _build/html is missing or older than its sources: `make site`")
    slides.main()
    with built.serve(slides.SLIDES) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def deck(look):
    """Return a function that shows a deck from its first slide, in one visit for all tests of it.

    They come in the order in which none changes what a later one sees: those that only look, the
    keys there and back, the questions answered, the sliders moved.
    """

    def open_deck(name):
        page = look(name, viewport={"width": 1280, "height": 720})
        page.wait_for_function("Reveal.isReady()")
        page.evaluate("Reveal.slide(0, 0)")
        return page

    return open_deck


def each_slide(page):
    """Go through the deck from its first slide to its last, with all that a key uncovers."""
    for _ in range(page.evaluate("Reveal.getTotalSlides()")):
        while page.evaluate("Reveal.nextFragment()"):
            pass
        yield (
            page.evaluate("Reveal.getSlidePastCount() + 1"),
            page.evaluate("Reveal.getCurrentSlide().querySelector('h1, h2').innerText.trim()"),
        )
        page.evaluate("Reveal.next()")


def test_a_chapter_has_slides():
    assert DECKS


@pytest.mark.site
@pytest.mark.parametrize("name", DECKS, scope="module")
def test_every_picture_says_what_it_shows(deck, name):
    page = deck(name)
    alts = page.locator("section img").evaluate_all("all => all.map(i => i.alt.trim())")
    assert alts
    assert all(alts)
    notes = page.locator("aside.notes").evaluate_all("all => all.map(n => n.textContent)")
    assert len("".join(notes)) > 5000  # the speaker has the chapter's text


@pytest.mark.site
@pytest.mark.parametrize("name", DECKS, scope="module")
def test_a_deck_asks_for_no_other_place(deck, name):
    page = deck(name)  # the fixture stops and records what leaves the folder
    page.wait_for_function("document.fonts.status === 'loaded'")
    formulas = page.locator("section .math").count()
    assert page.locator("section mjx-container").count() >= formulas > 0
    assert page.locator("mjx-merror, .system-message").count() == 0


@pytest.mark.site
@pytest.mark.parametrize("name", DECKS, scope="module")
def test_the_keyboard_goes_through_the_whole_deck(deck, name):
    page = deck(name)
    last = page.evaluate("Reveal.getTotalSlides()")
    for key, end in (
        ("ArrowRight", "Reveal.isLastSlide()"),
        ("ArrowLeft", "Reveal.isFirstSlide()"),
    ):
        for _ in range(2 * last):
            page.keyboard.press(key)
        assert page.evaluate(end)


@pytest.mark.site
@pytest.mark.parametrize("name", DECKS, scope="module")
def test_every_slide_fits_and_can_be_read(deck, name):
    page = deck(name)
    seen = []

    for number, title in each_slide(page):
        seen.append(number)
        assert title
        assert page.evaluate(FAULTS, READABLE) == [], f"slide {number}, {title}"
        for label in page.locator("section.present section.present label.MCButton").all():
            label.click()
            assert page.evaluate(FAULTS, READABLE) == [], f"slide {number}, answered"

    assert seen == list(range(1, page.evaluate("Reveal.getTotalSlides()") + 1))
    assert 25 <= len(seen) <= 35


@pytest.mark.site
@pytest.mark.parametrize("name", DECKS, scope="module")
def test_a_slider_moves_its_picture_and_not_the_deck(deck, name):
    page = deck(name)
    explorers = 0

    for number, _title in each_slide(page):
        here = page.locator("section.present section.present .crmlab-explorer")
        for slider in here.get_by_role("slider").all():
            explorers += 1
            before = here.locator("img:visible").get_attribute("src")
            slider.focus()
            lowest = slider.get_attribute("aria-valuemin")
            at_start = slider.get_attribute("aria-valuenow") == lowest
            page.keyboard.press("End" if at_start else "Home")
            page.wait_for_function(
                "before => [...Reveal.getCurrentSlide().querySelectorAll('img')]"
                ".some(i => i.checkVisibility() && i.src !== before)",
                arg=before,
            )
            page.keyboard.press("ArrowLeft" if at_start else "ArrowRight")
            assert slider.get_attribute("aria-label").strip()
            assert page.evaluate("Reveal.getSlidePastCount() + 1") == number
    assert explorers >= 2


# ---- from cells to slides, without a browser


def made(*cells):
    """Make slides of cells, each given as (source, slideshow metadata)."""
    return slides.slides(
        v4.new_notebook(
            cells=[
                v4.new_markdown_cell(source, metadata={"slideshow": setting} if setting else {})
                for source, setting in cells
            ]
        )
    )


TEXT = "## Name\n\nFirst is $a.b$ here. Second.\n\n- a point\n\nAnother one? Yes."


@pytest.mark.parametrize(
    ("show", "shown", "hidden"),
    [
        ("lead", ["First is", "a.b", "here.", "a point", "Another one?"], ["Second", "Yes"]),
        ("all", ["First is", "Second.", "a point", "Yes."], []),
        ("frame", ["a point"], ["First", "Second", "Another"]),
    ],
)
def test_show_says_how_much_of_a_text(show, shown, hidden):
    first, slide = made(
        ("# Title", {"slide_type": "slide"}), (TEXT, {"slide_type": "slide", "show": show})
    )
    assert (first.kind, slide.title) == ("title", "Name")
    said = "".join(slide.text)
    assert all(words in said for words in shown)
    assert not any(words in said for words in hidden)
    assert "Second." in " ".join(first.notes + slide.notes)


def test_a_cell_without_a_slide_type_is_only_in_the_notes():
    (slide,) = made(("# Title", {"slide_type": "slide"}), ("For the book.", None))
    assert slide.text == []
    assert slide.notes == ["For the book."]


def test_headings_and_boxes_begin_slides_and_dashes_continue_one():
    text = "Before.\n\n## Next\n\nAfter.\n\n```{admonition} Box\nInside.\n```"
    deck = made(
        ("# Title\n\nsubtitle", {"slide_type": "slide"}),
        ("## One\n\nHere.", {"slide_type": "subslide"}),
        (text, {"slide_type": "-"}),
    )
    assert [slide.title for slide in deck] == ["Title", "One", "Next", "Box"]
    assert "Before." in "".join(deck[1].text)
    assert [slide.begins_section for slide in deck] == [True, False, False, False]


def test_a_solution_is_for_the_speaker():
    text = ":::{exercise} Try\n:label: x\nHow?\n:::\n\n:::{solution} x\nSo.\n:::"
    _, box = made(("# Title", {"slide_type": "slide"}), (text, {"slide_type": "slide"}))
    assert box.title == "Exercise: Try"
    assert "So." not in "".join(box.text)
    assert "So." in box.notes


def test_a_link_inside_the_book_becomes_its_words_and_one_outside_stays():
    text = "See [the lab](site:labs/x.zip), [how](how_to_use) and [out](https://example.org/)."
    (slide,) = made((f"# Title\n\n{text}", {"slide_type": "slide"}))
    assert "See the lab, how and " in "".join(slide.text)
    assert 'href="https://example.org/"' in "".join(slide.text)


def test_a_citation_names_authors_and_year():
    (slide,) = made(("# T\n\nAs said {cite:p}`guptalehmann2003`", {"slide_type": "slide"}))
    assert "(Gupta and Lehmann 2003)" in "".join(slide.text)


@pytest.mark.parametrize("setting", [{"slide_type": "page"}, {"slide_type": "-", "show": "some"}])
def test_an_unknown_setting_is_refused(setting):
    with pytest.raises(slides.SlideError, match="must be one of"):
        made(("# Title", setting))


@pytest.mark.parametrize("path", marked(), ids=lambda path: path.name)
def test_a_chapter_with_slides_is_still_a_record(path):
    assert chapters.problems(nbformat.read(path, as_version=4)) == []
