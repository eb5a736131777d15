"""Fetch the front-end files named in ``vendor.toml``: ``python -m tools.vendor``.

The site asks no other host for anything, so formulas and widgets run from files that it
serves itself. npm fetches the packages; the npm of the locked environment comes first, so
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
from pathlib import Path, PurePosixPath

from tools.common import BUILD, ROOT, digest, environment, step

LIST = ROOT / "tools" / "vendor.toml"
STAMP = BUILD / "vendor.json"


class VendorError(Exception):
    """A package could not be fetched, or is not the one that was written down."""


def packages() -> list[dict]:
    """Return the packages of ``vendor.toml``."""
    return tomllib.loads(LIST.read_text())["package"]


def fetch(package: dict, folder: Path) -> Path:
    """Let npm fetch the package's file into `folder`."""
    spec = f"{package['name']}@{package['version']}"
    env = environment(npm_config_loglevel="error", npm_config_update_notifier="false")
    npm = shutil.which("npm", path=env["PATH"])
    if npm is None:
        raise VendorError("npm was not found: run `make site`, whose environment has it")
    done = subprocess.run(
        [npm, "pack", spec, "--pack-destination", str(folder)],
        capture_output=True,
        text=True,
        env=env,
        cwd=folder,
    )
    found = list(folder.glob("*.tgz"))
    if done.returncode or len(found) != 1:
        raise VendorError(f"npm could not fetch {spec}:\n{done.stderr.strip()}")
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
    inside = PurePosixPath("package", package["strip"])
    unused = set(package["files"])
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            path = PurePosixPath(member.name)
            if not member.isfile() or not path.is_relative_to(inside):
                continue
            name = path.relative_to(inside)
            patterns = {pattern for pattern in package["files"] if _matches(name, pattern)}
            if patterns:
                unused -= patterns
                file = target / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(tar.extractfile(member).read())
    if unused:
        raise VendorError(f"{package['name']} has no file {sorted(unused)[0]!r}")


def _matches(name: PurePosixPath, pattern: str) -> bool:
    """Tell whether a name fits a pattern, folder by folder.

    >>> _matches(PurePosixPath("fonts/a.woff"), "fonts/*.woff")
    True
    >>> _matches(PurePosixPath("fonts/a.woff"), "*.woff")
    False
    """
    return len(name.parts) == len(PurePosixPath(pattern).parts) and name.match(pattern)


def vendor() -> None:
    """Fetch and unpack everything, unless the same list was unpacked before."""
    wanted = digest(LIST)
    targets = [BUILD / package["into"] for package in packages()]
    if (
        STAMP.exists()
        and json.loads(STAMP.read_text()) == wanted
        and all(target.is_dir() for target in targets)
    ):
        return
    for package, target in zip(packages(), targets, strict=True):
        with (
            step(f"Fetch {package['name']} {package['version']}"),
            tempfile.TemporaryDirectory() as folder,
        ):
            archive = fetch(package, Path(folder))
            verify(archive, package["integrity"])
            shutil.rmtree(target, ignore_errors=True)
            unpack(archive, package, target)
    STAMP.write_text(json.dumps(wanted) + "\n")


if __name__ == "__main__":
    try:
        vendor()
    except VendorError as error:
        sys.exit(str(error))
