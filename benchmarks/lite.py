"""How long Python takes to start in the reader's browser, and what it moves.

    make site && .venv/bin/python benchmarks/lite.py

It makes the offline edition beside the site, serves it on this machine and runs the first
cells of a chapter up to the first result: with an empty browser, then once more in the same
browser. A network adds its own time to these; the bytes are the same.
"""

import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _results import record
from playwright.sync_api import BrowserContext, sync_playwright

from tools import lite, site
from tools.browser import launch

CHAPTER = "07_customer_worth.ipynb"
FIRST_RESULT = """() => document.querySelector(".jp-CodeCell .jp-OutputArea-output table")"""
SECONDS = 240


def boot(context: BrowserContext, address: str) -> tuple[float, float, int, int]:
    """Return seconds to the notebook and to the first result, requests, and bytes moved."""
    moved: list[int] = []
    page = context.new_page()

    def count(request: object) -> None:
        moved.append(_size(request))

    context.on("requestfinished", count)
    start = time.perf_counter()
    page.goto(address + CHAPTER)
    page.locator(".jp-Cell").first.wait_for(timeout=SECONDS * 1000)
    shown = time.perf_counter() - start
    idle = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
    page.locator(".jp-Toolbar-kernelName", has_text="Pyodide").wait_for(timeout=SECONDS * 1000)
    page.locator(idle).wait_for(timeout=SECONDS * 1000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function(FIRST_RESULT, timeout=SECONDS * 1000)
    result = time.perf_counter() - start
    context.remove_listener("requestfinished", count)
    page.close()
    return shown, result, len(moved), sum(moved)


def _size(request: object) -> int:
    """Return what came over the wire; what the browser had in store counts nothing."""
    return max(0, request.sizes()["responseBodySize"])


def megabytes(folder: Path) -> float:
    """Return the size of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def main() -> None:
    """Measure and record."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        target = Path(folder) / "lite"
        lite.build(target, site.LABS, site.EXTRA / "files", offline=True)
        browser = launch(playwright)
        if browser is None:
            sys.exit("no Chromium was found: tools/install_system.sh installs one")
        with site.serve(target) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            context = browser.new_context()
            address = f"http://127.0.0.1:{server.server_port}/notebooks/index.html?path="
            rows = [(name, *boot(context, address)) for name in ("cold", "warm")]
            server.shutdown()
        browser.close()
        pyodide = megabytes(target / "static" / "pyodide")
    found = [
        {"job": f"{name} start, {what}", "size": f"{moved / 1e6:.1f} MB", "ours_s": took,
         "note": f"{requests} requests"}
        for name, shown, result, requests, moved in rows
        for what, took in (("notebook shown", shown), ("first result", result))
    ]  # fmt: skip
    usual = megabytes(site.HTML) - megabytes(site.HTML / "lite" / "static" / "pyodide")
    found.append({"job": "site without Pyodide", "size": f"{usual:.1f} MB"})
    found.append({"job": "offline edition", "size": f"{usual + pyodide:.1f} MB"})
    print(record("lite", found).read_text("utf-8"))


if __name__ == "__main__":
    main()
