"""Talk to one student's program in its sandbox, for as long as it lives and its time lasts."""

import json
import math
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from crmlab._text import _
from crmlab.course.grade.sandbox import Limits, Running, Sandbox

_WATCH = 0.1  # seconds between two looks at time and memory
_START = 60.0  # seconds that Python has to start, also on a busy machine
_GRACE = 1.5  # seconds that the program has to stop itself before it is stopped


class StartError(RuntimeError):
    """The sandbox or Python in it did not start; no fault of the student's."""


class Session:
    """A program in a sandbox that runs cells and evaluates expressions.

    Parameters
    ----------
    sandbox : Sandbox
    limits : Limits
    until : float
        When it must end, as ``time.monotonic()`` tells the time.
    files : dict
        Texts that it finds in its folder, by file name.
    data : Path, optional
        A folder that it finds in its folder.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        limits: Limits,
        until: float,
        files: dict[str, str],
        data: Path | None = None,
    ) -> None:
        self.dead = ""  # why it died: "slow", "memory", "large", "late" or "gone"
        self._limits, self._until = limits, until
        self._count = self._read = 0
        self._due = math.inf
        self._over = threading.Event()
        with ExitStack() as stack:
            program = ["-P", "-s", "-m", "crmlab.course.grade._runner", _settings(limits, sandbox)]
            self._running: Running = stack.enter_context(sandbox.start(program, limits, data))
            watch = threading.Thread(target=self._watch, daemon=True)
            watch.start()
            stack.callback(watch.join)
            stack.callback(self._over.set)
            self._send(_START, files=files)
            if self.dead:
                raise StartError(self._running.complaint() or _("Python did not start"))
            self._stack = stack.pop_all()

    def close(self) -> None:
        """End the program and all that it has started."""
        self._stack.close()

    def run(self, source: str) -> dict[str, Any]:
        """Run a cell; return what the program answers, or ``{"died": why}``."""
        return self._send(self._limits.call, cell=source)

    def ask(self, expr: str) -> dict[str, Any]:
        """Evaluate an expression; return what the program answers, or ``{"died": why}``."""
        return self._send(self._limits.call, ask=expr)

    def _send(self, seconds: float, **request: Any) -> dict[str, Any]:
        self._count += 1
        if not self.dead:
            self._due = time.monotonic() + seconds + _GRACE
            try:
                line = json.dumps({"id": self._count, **request})
                self._running.stdin.write(line.encode() + b"\n")
                self._running.stdin.flush()
                answer = self._answer()
            except (OSError, ValueError):  # the program is gone, or its pipe closed
                answer = None
            self._due = math.inf
            if answer is not None:
                return answer
            self._end("gone")
        return {"died": self.dead}

    def _answer(self) -> dict[str, Any] | None:
        """Return the answer to the last request; None if none comes any more."""
        while True:
            line = self._running.stdout.readline(self._limits.reply + 100)
            self._read += len(line)
            if not line.endswith(b"\n"):
                if len(line) >= self._limits.reply:
                    self._end("large")
                return None
            if self._read > self._limits.replies:
                self._end("large")
                return None
            answer = _parsed(line)
            if answer.get("id") == self._count:  # others come from copies of the program
                return answer

    def _watch(self) -> None:
        while not self._over.wait(_WATCH):
            now = time.monotonic()
            if now > self._until and self._count > 1:
                self._end("late")
            elif now > self._due:
                self._end("slow")
            elif self._running.memory() > self._limits.memory:
                self._end("memory")

    def _end(self, why: str) -> None:
        self.dead = self.dead or why
        self._running.stop()


def _settings(limits: Limits, sandbox: Sandbox) -> str:
    resources = {
        "RLIMIT_AS": limits.memory,
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits.cpu,
        "RLIMIT_FSIZE": limits.file,
        "RLIMIT_NOFILE": limits.files,
    }
    if sandbox.counts_processes:
        resources["RLIMIT_NPROC"] = limits.processes
    return json.dumps({"limits": resources, "call": limits.call, "reply": limits.reply})


def _parsed(line: bytes) -> dict[str, Any]:
    """Return a line as JSON; empty if it is none. Nobody knows who wrote it."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}
