"""Put the whole course into the reader's browser: JupyterLite, as ``lite`` on the site.

It holds the chapters, the student labs and the wheels that they need, and runs Python by
Pyodide. The usual edition loads Pyodide from its own network, as ``tools/live/`` says; the
offline edition brings it along. Nothing else is asked of another host.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.chapters import BOOK, chapters
from tools.common import BUILD, ROOT, VENV, run
from tools.vendor import VendorError, vendor

SETTINGS = ROOT / "tools" / "live"
WORK = BUILD / "lite"
CORE, PACKAGES = BUILD / "pyodide" / "core", BUILD / "pyodide" / "packages"
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
EXTENSIONS = (
    "@jupyter-widgets/jupyterlab-manager",
    "@jupyterlite/pyodide-kernel-extension",
    "jupyterlab-myst",
)
APPS = ("lab", "notebooks", "tree")
#: Locked packages, pure Python, that Pyodide does not carry; they come as wheels with the site.
WHEELS = ("comm", "ipywidgets", "jupyterlab-widgets", "jupyterquiz", "narwhals")
#: What the course and the kernel take from Pyodide, each with all that it depends on.
FROM_PYODIDE = (
    *("numpy", "pandas", "scipy", "matplotlib", "scikit-learn"),
    *("micropip", "ssl", "sqlite3", "jedi", "ipython"),
)
HEAD = '<script type="module" src="../trouble.js"></script>\n  '
INSTALL = """\
# In the browser this cell installs the course's package. On a computer it does nothing.
import sys

if sys.platform == "emscripten":
    import piplite

    await piplite.install(["crmlab", "jupyterquiz"])"""


def build(target: Path, labs: Path, wheels: Path, offline: bool = False) -> None:
    """Make JupyterLite in `target`, with the labs and the wheels of these folders."""
    for folder in (WORK, target):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SETTINGS, WORK)
    contents(WORK / "contents", labs)
    shutil.copytree(wheels, WORK / "wheels")
    fetch_wheels(WORK / "wheels")
    if offline:
        _point_to("./static/pyodide/pyodide.js", WORK / "jupyter-lite.json")
    extensions = [str(VENV / "share/jupyter/labextensions" / name) for name in EXTENSIONS]
    config = {
        "LiteBuildConfig": {
            "apps": APPS,
            "contents": ["contents"],
            "federated_extensions": extensions,
            "ignore_sys_prefix": ["federated_extensions"],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "output_dir": str(target),
        },
        "PipliteAddon": {"piplite_urls": ["wheels"]},
    }
    (WORK / "jupyter_lite_config.json").write_text(json.dumps(config))
    run(VENV / "bin/jupyter", "lite", "build", cwd=WORK, stdout=subprocess.DEVNULL)
    watch(target)
    if offline:
        pyodide(target / "static" / "pyodide")


def contents(folder: Path, labs: Path) -> None:
    """Lay out what a reader finds: chapters, their quizzes, labs."""
    shutil.copytree(labs, folder / "labs")
    shutil.copytree(BOOK / "quizzes", folder / "quizzes")
    for path in chapters():
        notebook = for_browser(nbformat.read(path, as_version=4))
        nbformat.write(notebook, folder / path.relative_to(BOOK))


def for_browser(notebook: NotebookNode) -> NotebookNode:
    """Return a chapter as the browser has it: installing first, without outputs."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = local_links(cell.source)
    first = nbformat.v4.new_code_cell(INSTALL, id="install")
    kernel = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
    notebook.metadata["kernelspec"] = kernel
    notebook.cells.insert(0, first)
    return notebook


def local_links(text: str) -> str:
    """Let links lead to what the browser has: labs and chapters; of others only the words stay.

    >>> local_links("[Lab 07](site:labs/lab07.zip), [chapter 7](07_customer_worth)")
    '[Lab 07](labs/lab07/lab07.ipynb), [chapter 7](07_customer_worth.ipynb)'
    >>> local_links("[source](https://example.org), [the map](syllabus)")
    '[source](https://example.org), the map'
    """
    text = re.sub(r"\(site:labs/(\w+)\.zip\)", r"(labs/\1/\1.ipynb)", text)
    return re.sub(r"(?<!!)\[([^\]\n]+)\]\(([\w/]+)\)", _page_link, text)


def _page_link(link: re.Match) -> str:
    words, page = link.groups()
    return f"[{words}]({page}.ipynb)" if (BOOK / f"{page}.ipynb").exists() else words


def fetch_wheels(folder: Path) -> None:
    """Fetch the wheels that the browser needs, in the locked versions, by their checksums."""
    lock = (ROOT / "requirements.txt").read_text()
    entries = [re.search(rf"^{name}==.*(?:\n +--hash.*)+", lock, re.M)[0] for name in WHEELS]
    wanted = folder.with_suffix(".txt")
    wanted.write_text("\n".join(entries) + "\n")
    options = ["-q", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    run(VENV / "bin/pip", "download", *options, "--require-hashes", "-r", wanted, "-d", folder)


def _point_to(address: str, settings: Path) -> None:
    """Set the address from which the kernel loads Pyodide."""
    content = json.loads(settings.read_text())
    content["jupyter-config-data"]["litePluginSettings"][KERNEL]["pyodideUrl"] = address
    settings.write_text(json.dumps(content, indent=2))


def address_of_pyodide() -> str:
    """Return the folder on Pyodide's own network that the usual edition loads from."""
    content = json.loads((SETTINGS / "jupyter-lite.json").read_text())
    url = content["jupyter-config-data"]["litePluginSettings"][KERNEL]["pyodideUrl"]
    return url.rpartition("/")[0] + "/"


def watch(target: Path) -> None:
    """Let the pages with a kernel say in words when Python cannot start."""
    for app in ("lab", "notebooks"):
        page = target / app / "index.html"
        before, end, after = page.read_text("utf-8").partition("</head>")
        if not end:
            sys.exit(f"{page} has no end of its head to put a script before")
        page.write_text(before + HEAD + end + after, "utf-8")
    shutil.copy(SETTINGS / "trouble.js", target)


def pyodide(target: Path) -> None:
    """Put Pyodide with all packages of the course into `target`.

    The compiled packages come out of a package that carries them; each is taken only if it is
    the very file that Pyodide's own lock names.
    """
    vendor("pyodide")
    shutil.copytree(CORE, target, dirs_exist_ok=True)
    known = json.loads((CORE / "pyodide-lock.json").read_text())["packages"]
    for package in closure(known):
        source = PACKAGES / package["file_name"]
        found = hashlib.sha256(source.read_bytes()).hexdigest() if source.exists() else "missing"
        if found != package["sha256"]:
            raise VendorError(
                f"{source.name} is not the file that Pyodide's lock names: "
                f"its sha256 is {found}, expected {package['sha256']}"
            )
        shutil.copy(source, target)


def closure(known: dict[str, dict]) -> list[dict]:
    """Return what the course takes from Pyodide, with all that it depends on."""
    wanted, seen = list(FROM_PYODIDE), set()
    while wanted:
        name = wanted.pop().replace("_", "-")
        if name not in seen:
            seen.add(name)
            wanted += known[name]["depends"]
    return [known[name] for name in sorted(seen)]
