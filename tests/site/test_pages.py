"""Every page of the site, one by one, as a reader's browser shows it.

The tests of one page run together, and those that look at it in the same window share a visit.
"""

import re
from collections import Counter
from contextlib import contextmanager

import html5lib
import pytest
import yaml
from playwright.sync_api import expect

from tools.common import BUILD, ROOT

from .conftest import HTML, PHONE, pages

pytestmark = pytest.mark.site
AXE = BUILD / "axe" / "axe.min.js"
SETTINGS = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]["config"]
REPOSITORY = SETTINGS["html_theme_options"]["repository_url"]
CHAPTERS = pages('class="crmlab-row"')
WITH_NEIGHBOURS = [name for name in pages() if name != "search.html"]
CLASSES = re.compile(r'<(\w+)[^>]*? class="([^"]*)"')
USUAL = {"media": "screen", "color_scheme": "light", "reduced_motion": "no-preference"}
FILE_NAME = re.compile(r"\.(png|jpe?g|svg|webp|gif)$|/_images/|jupyter_execute")

# All of an element that axe may look at, without the words and addresses that chapters differ in.
BUILT_AS = """row => JSON.stringify([row, ...row.querySelectorAll("*")].map((element) => [
    element.tagName,
    element.parentElement.tagName,
    [...element.attributes].map(({ name, value }) => [
        name,
        ["href", "id", "title", "aria-label"].includes(name) ? Boolean(value.trim()) : value,
    ]),
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()),
]))"""


@pytest.mark.parametrize("name", pages(), scope="module")
def test_a_page_shows_all_it_has(look, name):
    page = look(name)

    assert page.locator("h1:visible").count() == 1
    pictures = page.locator("main img").evaluate_all("all => all.map(i => [i.alt, i.naturalWidth])")
    assert [alt for alt, _ in pictures if not alt.strip() or FILE_NAME.search(alt)] == []
    assert [width for _, width in pictures if width == 0] == []
    assert page.locator(".math:not(:has(mjx-container)):visible").count() == 0
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0


@contextmanager
def emulated(page, **media):
    """Show the page as on other media or to a reader with other wishes, afterwards as it was."""
    page.emulate_media(**media)
    try:
        yield
    finally:
        page.emulate_media(**{name: USUAL[name] for name in media})


@pytest.fixture(scope="module")
def accessible_rows():
    """Collect by theme how the rows are built in which axe found nothing."""
    return set()


@contextmanager
def unfolded(page):
    """Unfold by keyboard how to cite a chapter, and fold it again."""
    summary = page.locator(".crmlab-row summary")
    summary.press("Enter")
    try:
        assert page.locator(".crmlab-row details[open]").count() == 1
        yield
    finally:
        summary.press("Enter")


def faults(page, settings="{}"):
    """What axe finds; advice that no rule of WCAG asks for is moderate or minor: left out."""
    page.add_script_tag(path=AXE)
    result = page.evaluate(f"() => axe.run({{ resultTypes: ['violations'], ...{settings} }})")
    assert result["passes"]
    return [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]])
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


def with_all_kinds():
    """Few pages that hold each kind of element, a tag with a class, at least once."""
    texts = {name: (HTML / name).read_text("utf-8") for name in pages() if (HTML / name).exists()}
    kinds = {
        name: {
            (tag, one)
            for tag, classes in CLASSES.findall(text)
            for one in classes.split()
            if one.replace("-", "").isalpha()
        }
        for name, text in texts.items()
    }
    chosen, missing = [], set().union(*kinds.values())
    while missing:
        chosen.append(max(kinds, key=lambda name: len(kinds[name] & missing)))
        missing -= kinds[chosen[-1]]
    return chosen or ["index.html"]


@pytest.mark.parametrize("name", pages(), scope="module")
def test_a_page_is_accessible(look, name):
    page = look(name)  # a browser that is not told otherwise asks for light colours
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    with emulated(page, reduced_motion="reduce"):
        assert faults(page) == []


# Only the colours are others by night, and they are those of an element's kind.
@pytest.mark.parametrize("name", with_all_kinds())
def test_a_page_is_accessible_by_night(visit, name):
    page = visit(name, color_scheme="dark", reduced_motion="reduce").page
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert faults(page, "{ runOnly: ['color-contrast', 'link-in-text-block'] }") == []


@pytest.mark.parametrize("name", pages(), scope="module")
def test_a_page_is_valid_html(address, name):
    parser = html5lib.HTMLParser()
    tree = parser.parse((HTML / name).read_text("utf-8"))

    assert parser.errors == []
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    assert [given for given, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("name", WITH_NEIGHBOURS, scope="module")
def test_a_page_tells_its_date_and_its_neighbours(look, name):
    page = look(name)

    assert re.search(r"Last updated on \d{4}-\d\d-\d\d", page.locator(".last-updated").inner_text())
    neighbours = page.locator(".prev-next-area a:visible").evaluate_all(
        "all => all.map(a => a.href)"
    )
    assert 1 <= len(neighbours) <= 2
    assert page.url not in neighbours


@pytest.mark.parametrize("name", CHAPTERS, scope="module")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chapter_tells_how_to_open_and_cite_it(look, name, theme, accessible_rows):
    page = look(name, viewport=PHONE, has_touch=True)
    with emulated(page, color_scheme=theme, reduced_motion="reduce"), unfolded(page):
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        row = page.locator(".crmlab-row")
        heading = page.locator("h1:visible").bounding_box()

        assert row.bounding_box()["y"] - heading["y"] - heading["height"] < 60
        assert row.get_by_role("link", name="Open live", exact=True).is_visible()
        assert row.get_by_role("link", name="Download notebook").is_visible()
        for host in ("Binder", "Colab"):
            assert row.get_by_role("link", name=host).count() == bool(REPOSITORY)
        assert "@incollection{" in row.locator("pre").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        # One template makes all rows, and axe takes seconds of a long page for one of them.
        built_as = (theme, row.evaluate(BUILT_AS))
        if built_as not in accessible_rows:
            page.add_script_tag(path=AXE)
            result = page.evaluate("() => axe.run('.crmlab-row', { resultTypes: ['violations'] })")
            assert [fault["id"] for fault in result["violations"]] == []
            accessible_rows.add(built_as)


@pytest.mark.parametrize("name", CHAPTERS, scope="module")
def test_what_a_chapter_opens_live_is_there(look, name):
    links = look(name).locator(".crmlab-row a[href*='?path=']")
    paths = links.evaluate_all("all => all.map(a => new URL(a.href).searchParams.get('path'))")

    assert name.replace(".html", ".ipynb") in paths
    assert [path for path in paths if not (HTML / "lite" / "files" / path).is_file()] == []


@pytest.mark.parametrize("name", pages(), scope="module")
def test_a_page_is_light_enough_for_a_slow_line(address, name):
    assert (HTML / name).stat().st_size < 3_000_000


@pytest.mark.parametrize("name", pages(), scope="module")
def test_a_page_fits_a_phone(look, name):
    page = look(name, viewport=PHONE, has_touch=True)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    wide = "a => a.filter(i => i.getBoundingClientRect().width > innerWidth).map(i => i.src)"
    assert page.locator("main img").evaluate_all(wide) == []


@pytest.mark.parametrize("name", WITH_NEIGHBOURS, scope="module")
def test_on_paper_there_is_the_text_alone(look, name):
    page = look(name)
    with emulated(page, media="print"):
        sidebars = ".bd-sidebar-primary:visible, .bd-sidebar-secondary:visible"
        assert page.locator(sidebars).count() == 0
        assert page.locator("h1:visible").count() == 1
        for explorer in page.locator(".crmlab-explorer").all():
            assert explorer.locator("img:visible").count() == 1
            assert explorer.locator(".noUi-handle:visible").count() == 0
