"""Fetch the files named in ``vendor.toml``: ``python -m tools.vendor [PART]``.

The site asks no other host for anything, so formulas and widgets run from files that it
serves itself. npm fetches the packages, or pip; both are those of the locked environment, so
that none need be installed. A package is unpacked only if its checksum is the written one.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from tools.common import BUILD, ROOT, digest, environment, step

LIST = ROOT / "tools" / "vendor.toml"
STAMP = BUILD / "vendor.json"
CLIENTS = {
    "npm": ("@", ["pack", "--pack-destination"]),
    "pip": ("==", ["download", "-q", "--disable-pip-version-check", "--no-deps", "-d"]),
}


class VendorError(Exception):
    """A package could not be fetched, or is not the one that was written down."""


def packages(part: str | None = None) -> list[dict]:
    """Return the packages of ``vendor.toml``, or those of one part."""
    listed = tomllib.loads(LIST.read_text())["package"]
    return [p for p in listed if part in (None, p.get("part", "site"))]


def fetch(package: dict, folder: Path) -> Path:
    """Let npm or pip fetch the package's file into `folder`."""
    client = package.get("client", "npm")
    between, task = CLIENTS[client]
    spec = f"{package['name']}{between}{package['version']}"
    env = environment(npm_config_loglevel="error", npm_config_update_notifier="false")
    program = shutil.which(client, path=env["PATH"])
    if program is None:
        raise VendorError(f"{client} was not found: run `make site`, whose environment has it")
    done = subprocess.run(
        [program, *task, folder, spec], capture_output=True, text=True, env=env, cwd=folder
    )
    found = list(folder.iterdir())
    if done.returncode or len(found) != 1:
        raise VendorError(f"{client} could not fetch {spec}:\n{done.stderr.strip()}")
    return found[0]


def verify(archive: Path, integrity: str) -> None:
    """Raise unless the file has the written checksum."""
    kind, _, value = integrity.partition("-")
    found = base64.b64encode(hashlib.new(kind, archive.read_bytes()).digest()).decode()
    if found != value:
        raise VendorError(
            f"{archive.name} is not the file that was written down in {LIST.name}: "
            f"its {kind} is {found}, expected {value}"
        )


def unpack(archive: Path, package: dict, target: Path) -> None:
    """Take the wanted files out of the archive; every pattern must find one."""
    unused = set(package["files"])
    for path, content in _contents(archive):
        if not path.is_relative_to(package["strip"]):
            continue
        name = path.relative_to(package["strip"])
        patterns = {pattern for pattern in package["files"] if _matches(name, pattern)}
        if patterns:
            unused -= patterns
            file = target / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content())
    if unused:
        raise VendorError(f"{package['name']} has no file {sorted(unused)[0]!r}")


def _contents(archive: Path) -> Iterator[tuple[PurePosixPath, Callable[[], bytes]]]:
    """Go through the files of a wheel, or of npm's archive, where all are below ``package``."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                yield PurePosixPath(name), partial(wheel.read, name)
        return
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            path = PurePosixPath(member.name)
            if member.isfile() and path.is_relative_to("package"):
                yield path.relative_to("package"), tar.extractfile(member).read


def _matches(name: PurePosixPath, pattern: str) -> bool:
    """Tell whether a name fits a pattern, folder by folder.

    >>> _matches(PurePosixPath("fonts/a.woff"), "fonts/*.woff")
    True
    >>> _matches(PurePosixPath("fonts/a.woff"), "*.woff")
    False
    """
    return len(name.parts) == len(PurePosixPath(pattern).parts) and name.match(pattern)


def vendor(part: str = "site") -> None:
    """Fetch and unpack a part of the list, unless the same was unpacked before."""
    wanted = digest(extra=json.dumps(packages(part)))
    done = json.loads(STAMP.read_text()) if STAMP.exists() else {}
    targets = [BUILD / package["into"] for package in packages(part)]
    if done.get(part) == wanted and all(target.is_dir() for target in targets):
        return
    for package, target in zip(packages(part), targets, strict=True):
        with (
            step(f"Fetch {package['name']} {package['version']}"),
            tempfile.TemporaryDirectory() as folder,
        ):
            archive = fetch(package, Path(folder))
            verify(archive, package["integrity"])
            shutil.rmtree(target, ignore_errors=True)
            unpack(archive, package, target)
    STAMP.write_text(json.dumps({**done, part: wanted}, indent=2) + "\n")


if __name__ == "__main__":
    try:
        vendor(*sys.argv[1:])
    except VendorError as error:
        sys.exit(str(error))
