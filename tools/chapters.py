"""Run the chapters and store their outputs, or say what is wrong with a stored one.

``python -m tools.chapters run [FILES]`` executes in place; ``check [FILES]`` only looks. A
stored chapter is the record that every later run is compared with, so it must be executed
from top to bottom, and hold nothing that changes from one run to the next.
"""

import hashlib
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from tools.common import ROOT, environment, step

BOOK = ROOT / "book"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PICTURES = ("image/png", "image/svg+xml", "image/jpeg")
TIMEOUT = 300


def chapters() -> list[Path]:
    """List the book's notebooks."""
    return sorted(p for p in BOOK.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)


def problems(notebook: NotebookNode) -> list[str]:
    """List what keeps a notebook from being the record of a chapter."""
    found = [*_about_the_whole(notebook), *_about_ids(notebook.cells)]
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            found += [f"cell {number}: {fault}" for fault in _about_a_cell(cell)]
    return found


def _about_the_whole(notebook: NotebookNode) -> list[str]:
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    counts = [cell.execution_count for cell in code]
    kernel = notebook.metadata.get("kernelspec", {}).get("name")
    faults = {
        f"the kernel must be {KERNEL['name']!r}; got {kernel!r}": kernel != KERNEL["name"],
        "widget state is stored; it swells the repository": "widgets" in notebook.metadata,
        "no code cell has an output, so a later run has nothing to be compared with": code
        and not any(cell.outputs for cell in code),
        "not executed from top to bottom in one go": counts != list(range(1, len(counts) + 1)),
    }
    return [fault for fault, there in faults.items() if there]


def _about_ids(cells: list[NotebookNode]) -> list[str]:
    ids = [cell.get("id") for cell in cells]
    twice = sorted({name for name in ids if name and ids.count(name) > 1})
    faults = [f"cell {n}: has no id" for n, name in enumerate(ids, start=1) if not name]
    return faults + [f"two cells have the id {name!r}" for name in twice]


def _about_a_cell(cell: NotebookNode) -> list[str]:
    shown = [kind for output in cell.outputs for kind in output.get("data", {})]
    image = cell.metadata.get("mystnb", {}).get("image", {})
    faults = {
        "was not executed": cell.source.strip() and cell.execution_count is None,
        "stores an error": any(output.output_type == "error" for output in cell.outputs),
        "stores a warning or another text on stderr": any(
            output.get("name") == "stderr" for output in cell.outputs
        ),
        'its picture has no alt text: metadata {"mystnb": {"image": {"alt": ...}}}': any(
            kind in PICTURES for kind in shown
        )
        and not image.get("alt", "").strip(),
    }
    return [fault for fault, there in faults.items() if there]


def normalise(notebook: NotebookNode) -> None:
    """Take out what would differ from one run to the next; change nothing else."""
    notebook.nbformat_minor = 5
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = KERNEL
    notebook.metadata["language_info"] = {"name": "python"}
    taken: set[str] = set()
    for number, cell in enumerate(notebook.cells):
        if cell.get("id") in taken or "id" not in cell:
            cell["id"] = _identity(f"{number} {cell.source}")
        taken.add(cell["id"])
        for key in ("execution", "ExecuteTime"):
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", []):
            view = output.get("data", {}).get(WIDGET_VIEW)
            if view:
                view["model_id"] = _identity(cell["id"])


def _identity(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def execute(path: Path) -> None:
    """Run one notebook and store it."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name=KERNEL["name"],
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        coalesce_streams=True,
    ).execute()
    normalise(notebook)
    nbformat.write(notebook, path)


def check(paths: list[Path]) -> list[str]:
    """Return the problems of several notebooks, each with its file's name."""
    return [
        f"{path}: {problem}"
        for path in paths
        for problem in problems(nbformat.read(path, as_version=4))
    ]


def main(task: str, *names: str) -> None:
    """Run or check the notebooks named, or all."""
    paths = [Path(name) for name in names] or chapters()
    if task == "run":
        # On disk an explorer is stored as in JupyterLab; the frames belong to the site only.
        os.environ.update(environment())
        os.environ.pop("CRMLAB_WIDGETS", None)
        for path in paths:
            with step(f"Run {path.name}"):
                execute(path.resolve())
    if found := check(paths):
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
