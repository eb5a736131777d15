"""Open JupyterLab on copies of the chapters and the student labs: ``python -m tools.lab``.

The copies are in ``work/``, which git ignores. A file that is already there belongs to the
reader and is never overwritten.
"""

import os
import shutil
from pathlib import Path

from tools import site
from tools.common import ROOT, VENV, files, run, step

WORK = ROOT / "work"


def copy_new(source: Path, target: Path) -> int:
    """Copy the files that are not there yet and return how many they were.

    Names that begin with an underscore belong to the site, not to the reader.
    """
    names = [file.relative_to(source) for file in files(source)]
    mine = [name for name in names if not any(part.startswith("_") for part in name.parts)]
    new = [source / name for name in mine if not (target / name).exists()]
    for file in new:
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    return len(new)


def main() -> None:
    """Make the labs, copy what is new and start JupyterLab."""
    site.labs()
    WORK.mkdir(exist_ok=True)
    (WORK / ".gitignore").write_text("*\n")
    with step("Copy the chapters to work/book and the labs to work/labs"):
        new = copy_new(site.BOOK, WORK / "book") + copy_new(site.LABS, WORK / "labs")
        print(f"    {new} new files; what you changed there is kept")
    quiet = [
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    run(VENV / "bin" / "jupyter", "lab", f"--ServerApp.root_dir={WORK}", *root, *quiet)


if __name__ == "__main__":
    main()
