"""Make ``.venv`` from the locked requirements: ``python3.11 -m tools.environment [KIND]``.

KIND is ``book`` (all that a reader needs) or ``dev``. The others make environments of their own
in ``_build``: ``peers`` and ``peers-old`` with packages to measure against, ``oldest`` and
``newest`` with the versions at both ends of what the package promises to run with.

Runs on a bare Python, so it imports the standard library only. A fingerprint of the lock
is kept in ``.venv``: with nothing changed a second call returns at once.
"""

import importlib.util
import json
import sys
from pathlib import Path

from tools.common import BUILD, ROOT, VENV, digest, run, step

LOCKS = {
    "book": ROOT / "requirements.txt",
    "dev": ROOT / "requirements-dev.txt",
    "peers": ROOT / "requirements-peers.txt",
    "peers-old": ROOT / "requirements-peers-old.txt",
    "oldest": ROOT / "requirements-oldest.txt",
    "newest": ROOT / "requirements-newest.txt",
}
OLDEST = (3, 11)


def complaint() -> str | None:
    """Return what this Python lacks, in words that help, or None."""
    have = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        return f"Python 3.11 or newer is needed; {sys.executable} is {have}."
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        return (
            f"{sys.executable} lacks the module {missing[0]!r}, which makes virtual environments.\n"
            f"On Debian and Ubuntu: sudo apt-get install python{have.rpartition('.')[0]}-venv"
        )
    return None


def place(kind: str) -> Path:
    """Return the folder of the environment that holds `kind`."""
    return VENV if kind in ("book", "dev") else BUILD / kind


def wanted(kind: str) -> dict[str, str]:
    """Return the fingerprints that a finished installation of `kind` records.

    The developers' lock holds everything of the book's, in the same versions.
    """
    # Scripts in a virtual environment hold its path: a moved checkout needs a new one.
    where = f"{place(kind)} {sys.version_info[:2]}"
    kinds = ("book", "dev") if kind == "dev" else (kind,)
    return {
        name: digest(LOCKS["book"], LOCKS[name], ROOT / "pyproject.toml", extra=where)
        for name in kinds
    }


def installed(folder: Path) -> dict[str, str]:
    """Return the fingerprints of what the environment in `folder` holds."""
    stamp = folder / "installed.json"
    return json.loads(stamp.read_text()) if stamp.exists() else {}


def install(kind: str) -> None:
    """Make the environment if need be and install the lock `kind` and the package itself."""
    want, folder = wanted(kind), place(kind)
    have = installed(folder)
    if all(have.get(name) == value for name, value in want.items()):
        return
    python = folder / "bin" / "python"
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    name = folder.relative_to(ROOT)
    with step(f"Make {name} with {Path(sys.executable).name} {sys.version.split()[0]}"):
        run(sys.executable, "-m", "venv", folder)
    with step(f"Install {LOCKS[kind].name} (the first time takes minutes)"):
        run(*pip, "--require-hashes", "-r", LOCKS[kind])
    with step("Install crmlab itself, editable"):
        run(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT)
    with step("List the fonts for Matplotlib"):
        run(python, "-c", "import matplotlib.font_manager")
    # A kernel on this machine warns at each start that it talks to itself without encryption.
    config = folder / "var" / "ipython" / "profile_default" / "ipython_kernel_config.py"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("get_config().IPKernelApp.log_level = 40\n")
    (folder / "installed.json").write_text(json.dumps(want, indent=2) + "\n")


if __name__ == "__main__":
    if trouble := complaint():
        sys.exit(trouble)
    for kind in sys.argv[1:] or ["book"]:
        install(kind)
