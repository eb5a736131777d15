"""Find the Chromium that shows the site to the tests: ``python -m tools.browser`` prints it."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]
FORMULAS_SHOWN = "() => window.MathJax?.startup?.promise"  # waited for, as every promise is
WIDGETS_SHOWN = """() => {
    const wanted = document.querySelectorAll('script[type$="jupyter.widget-view+json"]');
    const shown = document.querySelectorAll(".widget-subarea > *");
    const sliders = [...document.querySelectorAll(".noUi-handle")];
    return shown.length === wanted.length && sliders.every((s) => s.hasAttribute("aria-label"));
}"""


def find(playwright: Playwright) -> str | None:
    """Return the path of the system's Chromium, else of Playwright's own, else None."""
    own = playwright.chromium.executable_path
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (own if Path(own).exists() else None)


def launch(playwright: Playwright) -> Browser | None:
    """Start the browser, if there is one."""
    path = find(playwright)
    return playwright.chromium.launch(executable_path=path, args=FLAGS) if path else None


def keep_inside(context: BrowserContext, address: str) -> list[str]:
    """Stop every request that does not begin with `address`; return the list they are put on."""
    outside: list[str] = []

    def answer(route: Route) -> None:
        if route.request.url.startswith(address):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context.route("**/*", answer)
    return outside


def wait_until_shown(page: Page) -> None:
    """Wait for formulas, explorers and the names of their sliders."""
    page.evaluate(FORMULAS_SHOWN)
    page.wait_for_function(WIDGETS_SHOWN)


if __name__ == "__main__":
    with sync_playwright() as running:
        print(find(running) or "no Chromium")
        sys.exit(find(running) is None)
