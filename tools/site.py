"""Build and serve the course site: ``python -m tools.site [build] [serve]``.

Everything is made in ``_build``: the site is ``_build/html`` and works below any address.
With ``OFFLINE=1`` in the environment it brings Python for the browser along.
What was made is remembered by the fingerprints of its inputs, so a second call with nothing
changed builds nothing, and a changed sentence runs no notebook again.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from jupyter_cache import get_cache

from tools import lite
from tools.chapters import TIMEOUT, chapters
from tools.common import BUILD, ROOT, VENV, digest, environment, files, run, step
from tools.vendor import VendorError, vendor

HTML = BUILD / "html"
EXTRA = BUILD / "extra"  # files that are put on the site as they are
LABS = BUILD / "labs" / "student"
STAMP = BUILD / "site.json"
BOOK = ROOT / "book"
MEASURED = ROOT / "benchmarks" / "results"  # tables of the page on speed
JUPYTER_BOOK = ["build", BOOK, "--config", "_config.yml", "--path-output", "."]
JUPYTER_BOOK += ["-W", "-n", "--keep-going"]  # every warning is an error
CODE = [ROOT / "crmlab", ROOT / "datasets", ROOT / "requirements.txt"]
FRAME = [ROOT / "_config.yml", BOOK / "_toc.yml", BOOK / "_static", BOOK / "_ext"]


def fingerprints() -> dict[str, str]:
    """Return what the built site depends on.

    ``outputs``: what a notebook's outputs depend on besides its own cells. ``frame``: what
    every page depends on. ``labs``, ``lite`` and ``site``: the rest.
    """
    names = "\n".join(str(file.relative_to(BOOK)) for file in files(BOOK))
    tools = ROOT / "tools"
    vendored, live = tools / "vendor.toml", [tools / "lite.py", tools / "live"]
    quizzes = BOOK / "quizzes"
    chapters = [quizzes, *(file for file in files(BOOK) if file.suffix == ".ipynb")]
    masters = [ROOT / "exercises", ROOT / "pyproject.toml"]
    own = Path(__file__)
    return {
        "outputs": digest(*CODE, quizzes, extra=sys.version),
        "frame": digest(*FRAME, extra=names),
        "labs": digest(*CODE, *masters),
        "lite": digest(*CODE, *masters, *chapters, *live, vendored, extra=edition()),
        "site": digest(
            *(*CODE, *FRAME, BOOK, MEASURED, *masters, *live, vendored, own),
            extra=f"{ROOT} {edition()}",
        ),
    }


def edition() -> str:
    """Tell which edition is wanted: one that loads Pyodide from its network, or with it."""
    return "offline" if os.environ.get("OFFLINE") else "usual"


def built() -> dict[str, str]:
    """Return the fingerprints of the last build that was finished."""
    return json.loads(STAMP.read_text()) if STAMP.exists() else {}


def is_current() -> bool:
    """Tell whether the site is built from the files as they are now."""
    return (HTML / "index.html").exists() and built().get("site") == fingerprints()["site"]


def build() -> None:
    """Bring the site up to date."""
    if is_current():
        print("==> The site is up to date")
        return
    now = fingerprints()
    vendor()
    labs(now)
    live(now)
    before = built()
    if now["outputs"] != before.get("outputs"):
        # The cache of outputs looks at a notebook's cells only, not at the code they import.
        remove(BUILD / ".jupyter_cache", BUILD / ".doctrees")
    if now["frame"] != before.get("frame"):
        remove(BUILD / ".doctrees", HTML)
    write_stamp({**before, "outputs": now["outputs"], "site": "unfinished"})
    # With frames computed beforehand the explorers move on a page that has no Python.
    frames = environment(CRMLAB_WIDGETS="frames", **_last_change())
    with step("Run new and changed notebooks, one for each processor"):
        execute(frames)
    with step("Build the pages"):
        run(VENV / "bin" / "jupyter-book", *JUPYTER_BOOK, env=frames)
    for folder in sorted(EXTRA.iterdir()):
        remove(HTML / folder.name)
        shutil.copytree(folder, HTML / folder.name)
    write_stamp(now)


def execute(env: dict[str, str]) -> None:
    """Put the outputs of all notebooks into the cache from which the pages are made.

    Jupyter Book runs what is not in its cache one after the other. A notebook that fails here is
    run once more by it, and is then reported as its other warnings are.
    """
    folder = BUILD / ".jupyter_cache"
    cache = get_cache(folder)
    for path in chapters():
        cache.add_nb_to_project(str(path))
    command = (VENV / "bin" / "jcache", "project", "-p", folder)
    run(*command, "execute", "-e", "local-parallel", "-t", TIMEOUT, "-v", "WARNING", env=env)


def labs(now: dict[str, str] | None = None) -> None:
    """Make the student labs, their zip files and the wheel of crmlab, where they changed."""
    now = now or fingerprints()
    before = built()
    made = [EXTRA / "labs", EXTRA / "files", LABS]
    if now["labs"] == before.get("labs") and all(folder.is_dir() for folder in made):
        return
    remove(*made)
    with step("Make the student labs"):
        run(VENV / "bin" / "crmlab", "labs", "build")
        (EXTRA / "labs").mkdir(parents=True)
        for lab in sorted(folder for folder in LABS.iterdir() if folder.is_dir()):
            pack(lab, EXTRA / "labs" / f"{lab.name}.zip")
    with step("Make the wheel of crmlab"):
        run(VENV / "bin" / "hatchling", "build", "-t", "wheel", "-d", EXTRA / "files")
    write_stamp({**before, "labs": now["labs"]})


def live(now: dict[str, str]) -> None:
    """Make the course for the reader's browser, where it changed."""
    target, before = EXTRA / "lite", built()
    if now["lite"] == before.get("lite") and target.is_dir():
        return
    with step(f"Make the course for the browser, {edition()} edition"):
        lite.build(target, LABS, EXTRA / "files", offline=edition() == "offline")
    write_stamp({**before, "lite": now["lite"]})


def pack(folder: Path, target: Path) -> None:
    """Zip a folder; the same files give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files(folder):
            name = str(file.relative_to(folder.parent))
            archive.writestr(
                zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)),
                file.read_bytes(),
                zipfile.ZIP_DEFLATED,
            )


def serve(folder: Path = HTML, port: int = 0, below: str = "/") -> ThreadingHTTPServer:
    """Return a server of `folder` on this machine only, not yet started.

    `below` is the address's first part: ``/course/`` serves the site as a subfolder of
    another one. Port 0, or one in use, gives a free one.
    """
    handler = partial(_Handler, directory=str(folder), below=below)
    try:
        return _Server(("127.0.0.1", port), handler)
    except OSError:
        return _Server(("127.0.0.1", 0), handler)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # a page asks for some thirty files at once

    def handle_error(self, request: object, client_address: object) -> None:
        # A browser that goes on before a file has come is no error.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder below a path and keeps quiet about each request."""

    def __init__(self, *args: object, below: str, **options: object) -> None:
        self.below = below
        super().__init__(*args, **options)

    def translate_path(self, path: str) -> str:
        if not path.startswith(self.below):
            return os.path.join(self.directory, "not-below", self.below)
        return super().translate_path("/" + path.removeprefix(self.below))

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")  # after a rebuild the reader sees it
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


def show(port: int) -> None:
    """Serve the site until the reader stops it."""
    with serve(port=port) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"\nThe course is at {address}\nStop with Ctrl-C.", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def _last_change() -> dict[str, str]:
    """Date the pages by the last commit, where there is one: the same source, the same site."""
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True
    )
    return {"SOURCE_DATE_EPOCH": done.stdout.strip()} if done.stdout.strip() else {}


def write_stamp(value: dict[str, str]) -> None:
    """Remember what was built."""
    BUILD.mkdir(exist_ok=True)
    STAMP.write_text(json.dumps(value, indent=2) + "\n")


def remove(*folders: Path) -> None:
    """Remove the folders that are there."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def main(tasks: list[str]) -> None:
    """Do the tasks named on the command line, in their order."""
    known = {"build": build, "labs": labs, "serve": lambda: show(int(os.environ.get("PORT", 8000)))}
    try:
        for task in tasks:
            known[task]()
    except VendorError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:] or ["build"])
