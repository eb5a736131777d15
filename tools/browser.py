"""Find the Chromium that shows the site to the tests: ``python -m tools.browser`` prints it."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]


def find(playwright: Playwright) -> str | None:
    """Return the path of the system's Chromium, else of Playwright's own, else None."""
    own = playwright.chromium.executable_path
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (own if Path(own).exists() else None)


def launch(playwright: Playwright) -> Browser | None:
    """Start the browser, if there is one."""
    path = find(playwright)
    return playwright.chromium.launch(executable_path=path, args=FLAGS) if path else None


if __name__ == "__main__":
    with sync_playwright() as running:
        print(find(running) or "no Chromium")
        sys.exit(find(running) is None)
