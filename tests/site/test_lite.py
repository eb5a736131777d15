"""The course in the reader's browser, with a real kernel and no network but what is announced.

Chapters run in the usual edition, whose requests to Pyodide's network are answered from a
folder, and labs in the offline edition, which may ask nobody.
"""

import json
import re
import shutil
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.labs import EVERY_ANSWER, LABS, Built, wrong_answers
from tools import lite
from tools import site as built
from tools.chapters import BOOK, chapters
from tools.common import BUILD

from .conftest import HTML, REPORTS

pytestmark = pytest.mark.site
#: Milliseconds until a kernel has given its first output, on a slow machine, or all answers.
PATIENCE = 3_600_000 if EVERY_ANSWER else 240_000
PYTHON_FROM = lite.address_of_pyodide()
AXE = BUILD / "axe" / "axe.min.js"
CHAPTER = "07_customer_worth.ipynb"
TITLE = "7. What a customer is worth"
LAB = "labs/lab07_customer_worth/lab07_customer_worth.ipynb"
ALL_LABS = "labs/all/all.ipynb"
ERROR = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]'
RAN = """([cells, error]) => {
    const bad = document.querySelector(error);
    if (bad) return bad.innerText;
    const marks = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")];
    const done = marks.slice(0, cells).every((mark) => /\\[\\d+\\]/.test(mark.innerText));
    return done && marks.length >= cells ? "ran" : false;
}"""

SAVED = """async ([path, text]) => {
    const [{ name }] = (await indexedDB.databases()).filter((d) => /Storage/.test(d.name));
    const wait = (request) => new Promise((done) => {
        request.onsuccess = () => done(request.result);
    });
    const store = await wait(indexedDB.open(name));
    const file = await wait(store.transaction("files").objectStore("files").get(path));
    store.close();
    return JSON.stringify(file ?? "").includes(text);
}"""
expect.set_options(timeout=30_000)


@dataclass
class Notebook:
    """A notebook open in the site's own JupyterLite."""

    page: Page
    outside: list[str] = field(default_factory=list)

    def cell(self, containing):
        """Return the code cell that contains a text."""
        return self.page.locator(".jp-CodeCell").filter(has_text=containing).first

    def wait_for_kernel(self):
        """Wait until there is a kernel, and it has nothing to do."""
        name = self.page.locator(".jp-Toolbar-kernelName")
        expect(name).to_have_text(re.compile("Pyodide"), timeout=PATIENCE)
        idle = self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        expect(idle).to_be_visible(timeout=PATIENCE)

    def wait_until_ran(self, cells):
        """Wait until the first `cells` code cells ran; stop at once when one shows an error."""
        answer = self.page.wait_for_function(RAN, arg=[cells, ERROR], timeout=PATIENCE)
        assert answer.json_value() == "ran"

    def run_all(self):
        """Run all cells; stop at once when one shows an error."""
        self.wait_for_kernel()
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()
        self.wait_until_ran(self.page.locator(".jp-CodeCell").count())

    def run(self, cell):
        """Run one cell and wait for its number, which is another than before."""
        mark = cell.locator(".jp-InputPrompt")
        before = mark.inner_text()
        mark.click()
        self.page.keyboard.press("Shift+Enter")
        expect(mark).not_to_have_text(before, timeout=PATIENCE)
        expect(mark).to_have_text(re.compile(r"\[\d+\]"), timeout=PATIENCE)

    def write(self, cell, source):
        """Replace the source of a cell."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)


@pytest.fixture(scope="module")
def offline(tmp_path_factory):
    """Make the offline edition beside the site; its Pyodide serves the other tests too."""
    folder = tmp_path_factory.mktemp("offline")
    labs = shutil.copytree(built.LABS, folder / "labs")
    (labs / "all").mkdir()
    nbformat.write(all_labs(), labs / "all" / "all.ipynb")
    lite.build(folder / "lite", labs, built.EXTRA / "files", offline=True)
    return folder / "lite"


def asked(lab):
    """Return the wrong answers that are given in the browser's Python, which is slow: the first."""
    return wrong_answers(lab)[: None if EVERY_ANSWER else 1]


def all_labs():
    """Return one notebook for one kernel, with one cell for each lab and cells of wrong answers.

    The first runs the student's cells with the answers put in, in the lab's own folder and with
    its own names. A cell shows 50 outputs at most, so the wrong answers are not all in one.
    """
    notebook = nbformat.v4.new_notebook()
    for name in LABS:
        lab = Built(name, built.LABS.parent)
        given = lab.answered()
        notebook.metadata = given.metadata
        sources = [f"%reset -f\nimport os\n\nos.chdir('../{name}')"]
        sources += [cell.source for cell in given.cells if cell.cell_type == "code"]
        wrong = lab.mistaken(asked(name))
        parts = [sources, *(wrong[start : start + 40] for start in range(0, len(wrong), 40))]
        notebook.cells += [nbformat.v4.new_code_cell("\n\n".join(part)) for part in parts]
    return notebook


@pytest.fixture(scope="module")
def offline_address(offline):
    with built.serve(offline, below="/course/lite/") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/course/"
        server.shutdown()


@pytest.fixture(scope="module")
def opened(browser):
    """Return a function that opens a notebook; all but the site and the given Pyodide is cut."""
    notebooks = []

    def open_notebook(site, path, pyodide=None):
        context = stack.enter_context(browser.new_context(viewport={"width": 1280, "height": 900}))
        context.set_default_timeout(60_000)
        notebook = Notebook(context.new_page())
        notebooks.append(notebook)

        def only_here(route):
            url = route.request.url
            file = pyodide / url.removeprefix(PYTHON_FROM) if pyodide else None
            if url.startswith(site):
                route.continue_()
            elif url.startswith(PYTHON_FROM) and file and file.is_file():
                route.fulfill(path=file, headers={"Access-Control-Allow-Origin": "*"})
            else:
                if not url.endswith("/favicon.ico"):  # the browser's own wish, of this host
                    notebook.outside.append(url)
                route.abort()

        context.route("**/*", only_here)
        notebook.page.goto(f"{site}lite/notebooks/index.html?path={path}")
        notebook.page.locator(".jp-Cell").first.wait_for()
        return notebook

    with ExitStack() as stack:
        yield open_notebook
        announced = [url for n in notebooks for url in n.outside if url.startswith(PYTHON_FROM)]
        assert [u for n in notebooks for u in n.outside if u not in announced] == []


@pytest.fixture(scope="module")
def chapter(opened, address, offline):
    """Run a chapter from top to bottom in the published site."""
    notebook = opened(address, CHAPTER, pyodide=offline / "static" / "pyodide")
    notebook.run_all()
    assert notebook.outside == []
    return notebook


@pytest.fixture(scope="module")
def lab(opened, offline_address):
    """Open a lab in the offline edition and run its first two cells."""
    notebook = opened(offline_address, LAB)
    notebook.wait_for_kernel()
    notebook.run(notebook.cell("piplite"))
    notebook.run(notebook.cell("import numpy"))
    yield notebook
    assert notebook.outside == []


def stored_texts():
    """Return the plain results that the chapter's record holds, where a line is enough."""
    record = nbformat.read(BOOK / CHAPTER, as_version=4)
    outputs = [o for c in record.cells for o in c.get("outputs", []) if "data" in o]
    texts = [o["data"].get("text/plain", "") for o in outputs if len(o["data"]) == 1]
    return [text for text in texts if re.fullmatch(r"-?[\d.]+", text)]


def test_a_chapter_gives_the_numbers_of_the_book(chapter):
    shown = chapter.page.locator('.jp-OutputArea-output[data-mime-type="text/plain"]')
    numbers = [text.strip() for text in shown.all_inner_texts()]
    assert len(stored_texts()) > 5
    assert [text for text in stored_texts() if text not in numbers] == []


def test_a_chapter_shows_pictures_and_questions(chapter):
    assert chapter.page.locator(".jp-RenderedImage img").count() > 5
    assert chapter.page.locator(".Quiz").count() > 5
    expect(chapter.page.get_by_role("heading", name=TITLE)).to_be_visible()


def test_every_slider_draws_anew(chapter):
    explorers = chapter.page.locator(".crmlab-explorer").all()
    assert explorers
    for explorer in explorers:
        picture, caption = explorer.locator("img"), explorer.locator("figcaption")
        for slider in explorer.locator(".noUi-handle").all():
            source, words = picture.get_attribute("src"), caption.inner_text()
            value = slider.get_attribute("aria-valuetext")
            slider.focus()
            chapter.page.keyboard.press("ArrowLeft")
            expect(slider).not_to_have_attribute("aria-valuetext", value)
            expect(picture).not_to_have_attribute("src", source)
            expect(caption).not_to_have_text(words)


def test_a_wrong_answer_gets_its_hint_and_the_right_one_passes(lab):
    answer, check = lab.cell("def revenue_model("), lab.cell('lab.check("q1")')
    head = "def revenue_model(first_purchase, revenue, rate, periods):\n"
    feedback = check.locator(".jp-OutputArea")

    lab.write(answer, f"{head}    return first_purchase + revenue * periods")
    lab.run(answer)
    lab.run(check)
    expect(feedback).to_contain_text("Nothing is discounted")

    years = "range(1, periods + 1)"
    lab.write(
        answer,
        f"{head}    return first_purchase + sum(revenue / (1 + rate) ** t for t in {years})",
    )
    lab.run(answer)
    lab.run(check)
    expect(feedback).to_contain_text("all right so far")


def test_every_lab_passes_with_its_answers_and_shows_a_hint(opened, offline_address):
    notebook = opened(offline_address, ALL_LABS)
    notebook.run_all()
    shown, missed = iter(notebook.page.evaluate(REPORTS)), []
    for name in LABS:
        for head in Built(name, built.LABS.parent).reports():
            assert next(shown).startswith(head), name
        for wrong in asked(name):
            told = next(shown)
            if not told.startswith(f"{wrong.question}: not yet") or wrong.words_on_page not in told:
                missed.append((name, str(wrong), told))
    assert missed == []
    assert list(shown) == []
    assert notebook.outside == []


def test_work_is_kept_can_be_downloaded_and_be_reset(lab, offline_address):
    page, mine = lab.page, "# my own remark"
    lab.write(lab.cell("import numpy"), mine)
    for _ in range(120):  # nobody pressed a key to save it
        if page.evaluate(SAVED, [LAB, mine]):
            break
        page.wait_for_timeout(250)
    page.reload()
    expect(lab.cell(mine)).to_be_visible()

    page.goto(f"{offline_address}lite/tree/index.html")
    *folders, name = LAB.split("/")
    for folder in folders:
        page.get_by_text(folder, exact=True).dblclick()
    item = page.get_by_text(name, exact=True)
    item.click(button="right")
    with page.expect_download() as download:
        page.locator(".lm-Menu").get_by_text("Download", exact=True).click()
    kept = nbformat.reads(download.value.path().read_text("utf-8"), as_version=4)
    assert mine in [cell.source for cell in kept.cells]

    item.click(button="right")
    page.locator(".lm-Menu").get_by_text("Delete", exact=True).click()
    page.locator(".jp-Dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    page.goto(f"{offline_address}lite/notebooks/index.html?path={LAB}")
    expect(lab.cell("import numpy")).to_be_visible()
    assert lab.cell(mine).count() == 0


def test_without_pyodide_the_reader_is_told_what_to_do(opened, address):
    notebook = opened(address, CHAPTER)
    page = notebook.page
    dialog = page.get_by_role("dialog", name="Python cannot start here")
    expect(dialog).to_be_visible(timeout=15_000)
    assert re.match("https://([^/]+)", PYTHON_FROM)[1] in dialog.inner_text()

    page.add_script_tag(path=AXE)
    faults = page.evaluate("() => axe.run('dialog').then(found => found.violations)")
    assert [fault["id"] for fault in faults] == []

    links = dialog.get_by_role("link").evaluate_all("all => all.map(a => a.href)")
    assert links[0] == page.url
    for target in links[1:]:
        path = target.removeprefix(address).partition("#")[0]
        assert (HTML / path).is_file(), target
    dialog.get_by_role("button").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    assert notebook.outside


def test_every_chapter_and_lab_is_there(address):
    files = HTML / "lite" / "files"
    for path in chapters():
        notebook = nbformat.read(files / path.relative_to(BOOK), as_version=4)
        assert notebook.metadata["kernelspec"]["name"] == "python"
        assert "emscripten" in notebook.cells[0].source
    for folder in [f for f in built.LABS.iterdir() if f.is_dir()]:
        names = {file.name for file in (files / "labs" / folder.name).iterdir()}
        assert names == {f"{folder.name}.ipynb", f"{folder.name}.checks.json"}


def test_only_pyodide_is_asked_of_another_host(address):
    config = json.loads((HTML / "lite" / "jupyter-lite.json").read_text())["jupyter-config-data"]
    kernel = config["litePluginSettings"][lite.KERNEL]
    assert kernel["disablePyPIFallback"] is True
    assert config["appName"]
    assert [u for u in kernel["pipliteUrls"] if "://" in u] == []
    assert kernel["pyodideUrl"].startswith((PYTHON_FROM, "./static/pyodide/"))
