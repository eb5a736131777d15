"""Every page of the site, one by one, as a reader's browser shows it."""

import re

import pytest

from tools.common import BUILD

from .conftest import HTML, PHONE, pages

pytestmark = pytest.mark.site
AXE = BUILD / "axe" / "axe.min.js"
FILE_NAME = re.compile(r"\.(png|jpe?g|svg|webp|gif)$|/_images/|jupyter_execute")


@pytest.mark.parametrize("name", pages())
def test_a_page_shows_all_it_has(visit, name):
    page = visit(name).page

    assert page.locator("h1:visible").count() == 1
    pictures = page.locator("main img").evaluate_all("all => all.map(i => [i.alt, i.naturalWidth])")
    assert [alt for alt, _ in pictures if not alt.strip() or FILE_NAME.search(alt)] == []
    assert [width for _, width in pictures if width == 0] == []
    assert page.locator(".math:not(:has(mjx-container)):visible").count() == 0
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", pages())
def test_a_page_is_accessible_by_day_and_by_night(visit, name, theme):
    page = visit(name, color_scheme=theme, reduced_motion="reduce").page
    assert page.locator("html").get_attribute("data-theme") == theme
    page.add_script_tag(path=AXE)

    result = page.evaluate("() => axe.run({ resultTypes: ['violations'] })")
    # Advice that no rule of WCAG asks for is moderate or minor: not looked at.
    found = [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]])
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert found == []
    assert len(result["passes"]) > 10


@pytest.mark.parametrize("name", pages())
def test_a_page_is_light_enough_for_a_slow_line(address, name):
    assert (HTML / name).stat().st_size < 3_000_000


@pytest.mark.parametrize("name", pages())
def test_a_page_fits_a_phone(visit, name):
    page = visit(name, viewport=PHONE, has_touch=True).page

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    wide = "a => a.filter(i => i.getBoundingClientRect().width > innerWidth).map(i => i.src)"
    assert page.locator("main img").evaluate_all(wide) == []


@pytest.mark.parametrize("name", [n for n in pages() if n != "search.html"])
def test_on_paper_there_is_the_text_alone(visit, name):
    page = visit(name).page
    page.emulate_media(media="print")

    assert page.locator(".bd-sidebar-primary:visible, .bd-sidebar-secondary:visible").count() == 0
    assert page.locator("h1:visible").count() == 1
    explorers = page.locator(".crmlab-explorer")
    for explorer in explorers.all():
        assert explorer.locator("img:visible").count() == 1
        assert explorer.locator(".noUi-handle:visible").count() == 0
