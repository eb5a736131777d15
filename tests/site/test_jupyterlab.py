"""A student's JupyterLab with a live kernel: explorer, quiz and lab together, and whole labs."""

import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.labs import EVERY_ANSWER, LABS, Built
from tools.common import ROOT, VENV, environment

from .conftest import REPORTS

pytestmark = pytest.mark.site
CELLS = [
    "from crmlab import widgets\nwidgets.ranking_explorer()",
    'from crmlab.course import Lab, quiz\nquiz("quiz.toml", "ranking")',
    'lab = Lab("lab07_customer_worth")\nrevenue_model = ...\nlab.check("q1")',
    "def revenue_model(first, revenue, rate, n):\n"
    "    return first + sum(revenue / (1 + rate) ** t for t in range(n))\n"
    'lab.check("q1")',
    "def revenue_model(first, revenue, rate, n):\n"
    "    return first + sum(revenue / (1 + rate) ** t for t in range(1, n + 1))\n"
    'lab.check("q1")',
]
BUILT = ROOT / "_build" / "labs"
LAB = BUILT / "student" / "lab07_customer_worth"
#: A lab with pairs of tables and one with a database.
WITH_TABLES = ["lab07_customer_worth", "lab16_crm_system"]
WHOLE_LABS = LABS if EVERY_ANSWER else WITH_TABLES
# All cells are in the page, also those that are not in view.
SETTINGS = ".jupyter/lab/user-settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
QUIZ = ROOT / "book" / "quizzes" / "07_customer_worth.toml"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start JupyterLab on a folder with a notebook, its quiz and its checks, and whole labs."""
    folder = tmp_path_factory.mktemp("student")
    (folder / SETTINGS).parent.mkdir(parents=True)
    (folder / SETTINGS).write_text('{"windowingMode": "none"}')
    for name in WHOLE_LABS:
        lab = Built(name, BUILT)
        shutil.copytree(lab.student, folder / name)
        notebook, _reports = lab.every_answer()
        nbformat.write(notebook, folder / name / f"{name}.ipynb")
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "work.ipynb")
    (folder / "quiz.toml").write_bytes(QUIZ.read_bytes())
    checks = LAB / "lab07_customer_worth.checks.json"
    (folder / checks.name).write_bytes(checks.read_bytes())
    port = free_port()
    settings = {
        "ServerApp.root_dir": folder,
        "ServerApp.port": port,
        "ServerApp.open_browser": False,
        "IdentityProvider.token": "",
        "ServerApp.allow_root": True,
        "LabApp.news_url": "",
    }
    home = {"HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder / ".jupyter")}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [VENV / "bin" / "jupyter", "lab", *(f"--{k}={v}" for k, v in settings.items())],
            env=environment(**home), stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api", server, folder / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def wait_for(address: str, server: subprocess.Popen, log: Path, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def opened(browser: Browser, jupyterlab: str) -> Iterator[Callable[[str], Page]]:
    """Return a function that opens a notebook, without the outside network, and runs its cells."""
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    context.set_default_timeout(90_000)
    context.route(
        "**/*",
        lambda route: (
            route.continue_() if route.request.url.startswith(jupyterlab) else route.abort()
        ),
    )

    def open_and_run(path: str) -> Page:
        page = context.new_page()
        page.goto(f"{jupyterlab}/doc/tree/{path}")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        # A notebook of the browser edition names a kernel that is not here.
        choice = page.get_by_role("button", name="Select Kernel", exact=True)
        idle = page.get_by_text("| Idle")
        choice.or_(idle).first.wait_for()
        if choice.is_visible():
            choice.click()
        # A run that is sent before there is a kernel is lost: JupyterLab asks for one instead.
        idle.wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        return page

    yield open_and_run
    context.close()


@pytest.fixture(scope="module")
def notebook(opened: Callable[[str], Page]) -> Page:
    """Open the notebook of explorer, quiz and lab, and run all its cells."""
    page = opened("work.ipynb")
    page.locator(".crmlab-explorer figure").wait_for()
    return page


def test_a_slider_draws_anew_through_the_kernel(notebook: Page) -> None:
    caption = notebook.locator(".crmlab-explorer figcaption")
    picture = notebook.locator(".crmlab-explorer figure img")
    expect(caption).to_contain_text("With 200 yuan a year")
    before = picture.get_attribute("src")
    notebook.locator(".crmlab-explorer .noUi-handle").focus()
    notebook.keyboard.press("ArrowRight")
    expect(caption).to_contain_text("With 210 yuan a year")  # the page goes in steps of 20
    expect(picture).to_have_attribute("alt", "B is worth more")
    assert picture.get_attribute("src") != before


def test_the_quiz_answers(notebook: Page) -> None:
    quiz = notebook.locator(".jp-OutputArea", has_text="A brings 500 yuan a year and costs 200")
    quiz.get_by_text("200 yuan", exact=True).click()
    expect(quiz.get_by_role("status")).to_contain_text("B contributes 250 and A 300")
    quiz.get_by_text("150 yuan", exact=True).click()
    expect(quiz.get_by_role("status")).to_contain_text("Right")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (2, "is still empty"),
        (3, "Your t starts at 0: the first 500 is paid a year from now"),
        (4, "3 more checks run when it is graded"),
    ],
    ids=["blank", "mistake", "right"],
)
def test_the_lab_answers_at_once(notebook: Page, cell: int, said: str) -> None:
    output = notebook.locator(".jp-CodeCell").nth(cell).locator("[role=status]")
    expect(output).to_contain_text(re.compile(re.escape(said)))


@pytest.mark.parametrize("name", WHOLE_LABS)
def test_a_whole_lab_empty_right_and_wrong(opened: Callable[[str], Page], name: str) -> None:
    page = opened(f"{name}/{name}.ipynb")
    _notebook, wanted = Built(name, BUILT).every_answer()
    expect(page.locator(".jp-OutputArea-output [role=status]")).to_have_count(
        len(wanted), timeout=600_000
    )
    shown = page.evaluate(REPORTS)
    pairs = [(*a, b) for a, b in zip(wanted, shown, strict=True)]
    assert [(h, w, b) for h, w, b in pairs if not b.startswith(h) or w not in b] == []
    tables = page.locator(".jp-RenderedHTMLCommon table.dataframe").count()
    assert tables or name not in WITH_TABLES
    page.close()  # so long a page takes time even when nobody looks at it
