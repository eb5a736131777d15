"""A PostgreSQL server of the tests' own, in a temporary folder, on a socket and no port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: The server refuses to run as root; Debian's package makes the first of these users.
USERS = ("postgres", "nobody")


def program(name: str) -> str | None:
    """Return the path of one of PostgreSQL's programs; Debian keeps them away from the PATH."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(kept[-1]) if kept else shutil.which(name)


def missing() -> str | None:
    """Say what keeps a server from being started here, or None."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "the package psycopg is not installed: pip install 'crmlab[test]'"
    if not (program("initdb") and program("pg_ctl")):
        return "PostgreSQL is not installed: apt-get install postgresql"
    if os.getuid() == 0 and not shutil.which("runuser"):
        return "PostgreSQL refuses to run as root, and runuser is not here"
    return None


def _user() -> str | None:
    """Return the user to run the server as, or None for whoever runs the tests."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in known)


@contextmanager
def server() -> Iterator[str]:
    """Run a server and give its address; afterwards it is stopped and its folder is gone."""
    user = _user()
    prefix = ["runuser", "-u", user, "--"] if user else []
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    if user:
        shutil.chown(folder, user)
    data = folder / "data"

    def call(name: str, *options: str) -> None:
        command = [*prefix, str(program(name)), "-D", str(data), *options]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        call("initdb", "-U", "crm", "--auth=trust", "--locale=C", "--encoding=UTF8", "--no-sync")
        quick = f"-c listen_addresses='' -k {folder} -c fsync=off"
        call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", quick, "start")
        try:
            yield f"postgresql://crm@/postgres?host={folder}"
        finally:
            call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
