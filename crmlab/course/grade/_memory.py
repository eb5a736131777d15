"""How much memory a process and all that it started use, as Linux tells it."""

import re
from collections.abc import Iterator
from pathlib import Path


def used_memory(process: int | None) -> int:
    """Return the bytes that a process and its descendants use; shared ones are counted once.

    >>> import os
    >>> used_memory(os.getpid()) > 1_000_000
    True
    """
    return sum(map(_share, family(process))) if process else 0


def family(process: int) -> Iterator[int]:
    """Yield a process and its descendants."""
    waiting = [process]
    while waiting:
        one = waiting.pop()
        yield one
        for children in _read(f"/proc/{one}/task", "*/children"):
            waiting += map(int, children.split())


def _share(process: int) -> int:
    for memory in _read(f"/proc/{process}", "smaps_rollup"):
        if found := re.search(r"^Pss: +(\d+) kB", memory, re.MULTILINE):
            return 1024 * int(found[1])
    return 0


def _read(folder: str, name: str) -> Iterator[str]:
    """Read files of the kernel; a process may end at any moment."""
    try:
        for path in Path(folder).glob(name):
            yield path.read_text()
    except OSError:
        return
