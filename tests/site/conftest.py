"""The built site, served below ``/course/`` on this machine, in a real browser without a network.

Every request that leaves the site is stopped and recorded, and so is every error on the
browser's console: a test that has either fails at its end, whatever else it looked at.

To open a page costs more than most looks at it. A test that changes a page asks for a `visit`
of its own; tests that only look share one by `look`, and stand together when their page is a
parameter of the module's scope.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tools import site as built
from tools.browser import keep_inside, launch, wait_until_shown

HTML = built.HTML
PHONE = {"width": 390, "height": 844}
#: What the reports of a lab's checks say, in their order, in a notebook that shows all its cells.
REPORTS = """() => [...document.querySelectorAll(".jp-OutputArea-output [role=status]")]
    .map((report) => report.innerText.trim())"""


@cache
def pages(holding: str = "") -> list[str]:
    """List the book's pages; with `holding`, those that contain this text."""
    other = {"_static", "lite"}
    found = [p for p in HTML.rglob("*.html") if not other & {*p.relative_to(HTML).parts}]
    names = [str(p.relative_to(HTML)) for p in sorted(found) if holding in p.read_text("utf-8")]
    return names or ["index.html"]  # without a site one test remains, and says so


@dataclass
class Visit:
    """A page in the browser, with what went wrong on it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def went_wrong(self) -> bool:
        """Tell whether the page asked another host or reported an error."""
        return bool(self.outside or self.errors)


def open_page(stack: ExitStack, browser: Browser, address: str, name: str, **options) -> Visit:
    """Open a page in a window of its own and wait until formulas and widgets are shown."""
    context = stack.enter_context(browser.new_context(**options))
    visit = Visit(context.new_page(), outside=keep_inside(context, address))
    page = visit.page
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("console", lambda m: m.type == "error" and visit.errors.append(m.text))
    try:
        page.goto(address + name, wait_until="load")
        wait_until_shown(page)
    except Error as error:
        error.add_note(f"errors: {visit.errors}, asked elsewhere: {visit.outside}")
        raise
    return visit


@contextmanager
def without_faults(visits: list[Visit]) -> Iterator[None]:
    """Fail at the end if one of the visits, which may be added until then, went wrong."""
    yield
    assert [v.outside for v in visits if v.outside] == []
    assert [v.errors for v in visits if v.errors] == []


@cache
def is_current() -> bool:
    """Tell whether the site is built from its sources; found out once, for they stay."""
    return built.is_current()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the site below a path and return its address."""
    if not is_current():
        pytest.fail("the site in _build/html is missing or older than its sources: `make site`")
    with built.serve(below="/course/") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/course/"
        server.shutdown()


# One browser for each module: Playwright's event loop must be gone before notebooks are run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        running = launch(playwright)
        if running is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(
                "no Chromium was found: tools/install_system.sh installs one"
            )
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a page for this test alone."""
    visits: list[Visit] = []

    def open_own(name: str, **options: object) -> Visit:
        visits.append(open_page(stack, browser, address, name, **options))
        return visits[-1]

    with ExitStack() as stack, without_faults(visits):
        yield open_own


@pytest.fixture(scope="module")
def last_visits(browser: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a page unless the last one in such a window is the same."""
    kept: dict[str, tuple[str, Visit, ExitStack]] = {}

    def open_or_keep(name: str, **options: object) -> Visit:
        window = repr(sorted(options.items()))
        last, visit, stack = kept.pop(window, (None, None, None))
        # A page on which something went wrong is opened anew, so that each test has its own.
        if last == name and not visit.went_wrong():
            kept[window] = (last, visit, stack)
            return visit
        if stack:
            stack.close()
        stack = everything.enter_context(ExitStack())
        visit = open_page(stack, browser, address, name, **options)
        kept[window] = (name, visit, stack)
        return visit

    with ExitStack() as everything:
        yield open_or_keep


@pytest.fixture
def look(last_visits: Callable[..., Visit]) -> Iterator[Callable[..., Page]]:
    """Return a function that shows a page which other tests look at too: leave it as it was."""
    visits: list[Visit] = []

    def show(name: str, **options: object) -> Page:
        visits.append(last_visits(name, **options))
        return visits[-1].page

    with without_faults(visits):
        yield show
