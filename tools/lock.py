"""Resolve ``pyproject.toml`` into the lock files: ``python -m tools.lock [--upgrade]``.

They hold for every system and for Python 3.11 and later. The developers' lock is resolved
under the book's, so that both have the same versions; those of the peers stand alone. Of the
two that the models' tests run with at the ends of what is promised, the oldest holds the lower
bounds of ``pyproject.toml``, and the newest is resolved upwards each time.
"""

import sys

from tools.common import BUILD, environment, run, step

UV = BUILD / "uv"
COMPILE = ["pip", "compile", "pyproject.toml", "--group", "build", "--generate-hashes"]
COMPILE += ["--universal", "--python-version", "3.11", "-q"]
PEERS = ("peers", "peers-old")
ENDS = {"oldest": ("--resolution", "lowest-direct"), "newest": ("--upgrade",)}


def main(*options: str) -> None:
    """Install uv on the side and let it resolve."""
    uv = UV / "bin" / "uv"
    if not uv.exists():
        with step("Install uv in _build/uv"):
            run(sys.executable, "-m", "venv", UV)
            run(UV / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "uv")
    env = environment(UV_CUSTOM_COMPILE_COMMAND="make lock")
    with step("Resolve requirements.txt"):
        book = ["--extra", "book", "--extra", "labs", "--extra", "lite", "-o", "requirements.txt"]
        run(uv, *COMPILE, *book, *options, env=env)
    with step("Resolve requirements-dev.txt"):
        dev = ["--all-extras", "-c", "requirements.txt", "-o", "requirements-dev.txt"]
        run(uv, *COMPILE, *dev, *options, env=env)
    for group in PEERS:
        with step(f"Resolve requirements-{group}.txt"):
            peers = ["--extra", "scale", "--group", group, "-o", f"requirements-{group}.txt"]
            run(uv, *COMPILE, *peers, *options, env=env)
    for name, way in ENDS.items():
        with step(f"Resolve requirements-{name}.txt"):
            end = [
                "--extra",
                "learn",
                "--extra",
                "survey",
                "--group",
                "versions",
                "-o",
                f"requirements-{name}.txt",
            ]
            run(uv, *COMPILE, *end, *dict.fromkeys((*way, *options)), env=env)


if __name__ == "__main__":
    main(*sys.argv[1:])
