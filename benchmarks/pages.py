"""How long three pages take to be seen and to be ready, as the browser itself measures it.

    make site && .venv/bin/python benchmarks/pages.py

It brings the site up to date. Each page is opened with an empty cache ("cold") and then again
with a full one ("warm"); the numbers are medians of several openings in headless Chromium, from a
server on this machine, so the network takes no time. Blocking is the time beyond 50 ms of every
long task. The server lets the browser ask for each file whether it changed: warm requests carry
headers only.
"""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _results import record
from playwright.sync_api import Page, sync_playwright

from tools import site
from tools.browser import launch

PAGES = ("index.html", "07_customer_worth.html", "glossary.html")
TIMES = 5
QUIET = 1500  # milliseconds after loading in which late tasks are still counted
WATCH = """
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries()))
        .observe({ type: "longtask", buffered: true });
"""
MEASURE = """() => {
    const [page] = performance.getEntriesByType("navigation");
    const files = [page, ...performance.getEntriesByType("resource")];
    const painted = performance.getEntriesByName("first-contentful-paint")[0];
    const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
    return {
        paint: painted.startTime,
        ready: page.domContentLoadedEventEnd,
        load: page.loadEventEnd,
        blocking: sum(window.longTasks.map((task) => task.duration - 50)),
        bytes: sum(files.map((file) => file.transferSize)),
        requests: files.length,
    };
}"""
FACTS = ("paint", "ready", "load", "blocking", "bytes", "requests")


def measure(page: Page, address: str) -> dict[str, float]:
    """Open an address and return the browser's own numbers."""
    page.goto(address, wait_until="load")
    page.wait_for_timeout(QUIET)
    return page.evaluate(MEASURE)


def rows(address: str, browser: object) -> Iterator[dict[str, object]]:
    """Measure every page cold and warm; seconds are those until it has loaded."""
    for name in PAGES:
        cold, warm = [], []
        for _ in range(TIMES):
            with browser.new_context() as context:
                context.add_init_script(WATCH)
                cold.append(measure(context.new_page(), address + name))
                warm.append(measure(context.new_page(), address + name))
        for kind, runs in (("cold", cold), ("warm", warm)):
            of = {fact: median(run[fact] for run in runs) for fact in FACTS}
            note = (
                f"first paint {of['paint']:.0f} ms, ready {of['ready']:.0f} ms, blocking "
                f"{of['blocking']:.0f} ms, {of['requests']:.0f} requests"
            )
            size = f"{of['bytes'] / 1e6:.2f} MB, {kind}"
            yield {"job": name, "size": size, "ours_s": of["load"] / 1000, "note": note}


def main() -> None:
    """Measure and record."""
    site.build()  # the tables of other benchmarks may have changed since
    with site.serve() as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = launch(playwright)
        if browser is None:
            sys.exit("no Chromium was found: tools/install_system.sh installs one")
        found = list(rows(f"http://127.0.0.1:{server.server_port}/", browser))
        browser.close()
        server.shutdown()
    print(record("pages", found).read_text("utf-8"))


if __name__ == "__main__":
    main()
