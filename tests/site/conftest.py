"""The built site, served below ``/course/`` on this machine, in a real browser without a network.

Every request that leaves the site is stopped and recorded, and so is every error on the
browser's console: a test that has either fails at its end, whatever else it looked at.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tools import site as built
from tools.browser import keep_inside, launch, wait_until_shown

HTML = built.HTML
PHONE = {"width": 390, "height": 844}
#: What the reports of a lab's checks say, in their order, in a notebook that shows all its cells.
REPORTS = """() => [...document.querySelectorAll(".jp-OutputArea-output [role=status]")]
    .map((report) => report.innerText.trim())"""


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


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the site below a path and return its address."""
    if not built.is_current():
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
    """Return a function that opens a page and waits until formulas and widgets are shown."""
    visits = []

    def open_page(name: str, **options: object) -> Visit:
        context = stack.enter_context(browser.new_context(**options))
        visit = Visit(context.new_page(), outside=keep_inside(context, address))
        visits.append(visit)
        page = visit.page
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.on("console", lambda m: m.type == "error" and visit.errors.append(m.text))
        page.goto(address + name, wait_until="load")
        wait_until_shown(page)
        return visit

    with ExitStack() as stack:
        yield open_page
        assert [v.outside for v in visits if v.outside] == []
        assert [v.errors for v in visits if v.errors] == []
