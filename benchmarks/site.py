"""How long the site takes to build and how much a reader's browser has to fetch.

    make site && .venv/bin/python benchmarks/site.py

It builds the site three times: from nothing, with the notebooks' outputs at hand, and with
nothing to do. Then it opens every chapter once in Chromium with an empty cache.
"""

import re
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _results import record
from playwright.sync_api import sync_playwright

from tools import site
from tools.browser import launch

STATE = re.compile(r'<script type="application/vnd.jupyter.widget-state\+json">.*?</script>', re.S)
CHAPTER = re.compile(r"\d\d_")


def seconds(*forgotten: Path) -> float:
    """Build once without what is to be forgotten and return how long it took."""
    site.remove(*forgotten)
    if forgotten:
        site.STAMP.unlink(missing_ok=True)
    start = time.perf_counter()
    site.build()
    return time.perf_counter() - start


def build_times() -> list[tuple[str, float]]:
    """Measure the three kinds of build."""
    pages, outputs = site.BUILD / ".doctrees", site.BUILD / ".jupyter_cache"
    frame = site.fingerprints()
    cold = seconds(outputs, pages, site.HTML, site.EXTRA / "labs")
    site.remove(pages, site.HTML)
    site.write_stamp({**frame, "site": "changed", "frame": "changed"})
    warm = seconds()
    return [("cold", cold), ("all pages, no notebook run", warm), ("nothing changed", seconds())]


def page_sizes() -> list[tuple[str, int, int, int, int]]:
    """Return each chapter's bytes, those of its widgets, the requests and the bytes fetched."""
    rows = []
    with site.serve() as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = launch(playwright)
        if browser is None:
            sys.exit("no Chromium was found: tools/install_system.sh installs one")
        for file in sorted(site.HTML.glob("*.html")):
            name = file.name
            if not CHAPTER.match(name):
                continue
            page = browser.new_context().new_page()
            fetched: list[int] = []
            page.on("response", lambda r, kept=fetched: kept.append(_size(r)))
            page.goto(f"http://127.0.0.1:{server.server_port}/{name}", wait_until="networkidle")
            text = file.read_text("utf-8")
            state = sum(len(found) for found in STATE.findall(text))
            rows.append((name, file.stat().st_size, state, len(fetched), sum(fetched)))
            page.context.close()
        browser.close()
        server.shutdown()
    return rows


def _size(response: object) -> int:
    return int(response.headers.get("content-length", 0))


def main() -> None:
    """Measure and record."""
    rows = [{"job": f"build: {name}", "ours_s": value} for name, value in build_times()]
    pages = []
    for name, size, state, requests, fetched in page_sizes():
        note = (
            f"explorers {state / 1e6:.2f} MB; {requests} requests, {fetched / 1e6:.2f} MB fetched"
        )
        pages.append({"job": name, "size": f"{size / 1e6:.2f} MB", "note": note})
    print(record("site", rows).read_text("utf-8"))
    print(record("site_pages", pages).read_text("utf-8"))


if __name__ == "__main__":
    main()
