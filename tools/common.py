"""What the scripts share: places, timed steps, a fingerprint of files, one environment."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
VENV = ROOT / ".venv"
_SKIPPED = {"__pycache__", ".ipynb_checkpoints", ".DS_Store"}


@contextmanager
def step(message: str) -> Iterator[None]:
    """Say what begins, and afterwards how long it took."""
    print(f"==> {message}", flush=True)
    start = time.perf_counter()
    yield
    print(f"    done in {time.perf_counter() - start:.1f} s", flush=True)


def run(*command: object, **options: object) -> None:
    """Run a command in the top folder; stop with its exit code when it fails."""
    result = subprocess.run(
        [str(part) for part in command], **{"cwd": ROOT, "env": environment(), **options}
    )
    if result.returncode:
        print(f"    failed: {' '.join(map(str, command))}", file=sys.stderr)
        sys.exit(result.returncode)


def environment(**extra: str) -> dict[str, str]:
    """Return the variables every command runs with.

    A reader's own Matplotlib and IPython settings must not change the book's pictures, so
    both look inside ``.venv``, where the font list is made once.
    """
    own = {
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "MPLCONFIGDIR": str(VENV / "var" / "matplotlib"),
        "IPYTHONDIR": str(VENV / "var" / "ipython"),
        "PYTHONHASHSEED": "0",
    }
    return {**os.environ, **own, **extra}


def files(*places: Path) -> list[Path]:
    """List the files in these places, folders with all they hold, in a fixed order."""
    found = (file for place in places for file in ([place] if place.is_file() else _walk(place)))
    return sorted(set(found))


def _walk(folder: Path) -> Iterable[Path]:
    return (
        path
        for path in folder.rglob("*")
        if path.is_file() and not _SKIPPED.intersection(path.parts)
    )


def digest(*places: Path, extra: str = "") -> str:
    """Return a fingerprint of names and contents: equal inputs, equal text."""
    total = hashlib.sha256(extra.encode())
    for file in files(*places):
        name = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
        total.update(f"\0{name}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
