"""Runs inside the sandbox: executes a student's cells and reports what expressions give.

It reads one request a line and answers each with one line, both JSON:

==========================================  ==============================================
``{"id": 1, "files": {name: text}}``        ``{"id": 1}``
``{"id": 2, "cell": source}``               ``{"id": 2, "error": {name, message, …}}``
``{"id": 3, "ask": expression}``            ``{"id": 3, "outcome": {value, problem, …}}``
==========================================  ==============================================

An answer may also be ``{"id": …, "slow": true}`` or ``{"id": …, "large": true}``.

Nothing here is safe from the student's code, which runs in the same process, and nothing here
has to be: what is expected is known outside only.
"""

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from crmlab.course._evaluate import evaluate, failure

_AGAIN = 0.5  # seconds until code that has caught TooSlow is stopped once more


class TooSlow(BaseException):
    """A cell or an expression took too long. ``except Exception`` does not catch it."""


def main(settings: dict[str, Any]) -> None:
    """Answer requests until there are none."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # the student's code reads nothing, and what it prints is lost
        os.dup2(nowhere, standard)
    os.close(nowhere)
    _limit(settings["limits"])
    shell = _shell()
    own = os.getpid()
    for line in requests:
        request = json.loads(line)
        answer = _answer(request, shell, settings)
        if os.getpid() != own:
            os._exit(0)  # a copy that the student's code has made of this process
        written = json.dumps({"id": request["id"], **answer}).encode()
        if len(written) > settings["reply"]:
            written = json.dumps({"id": request["id"], "large": True}).encode()
        answers.write(written + b"\n")
        answers.flush()


def _limit(limits: dict[str, int]) -> None:
    """Limit this process and all that it starts; where the system cannot, the sandbox says so."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, most in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (ValueError, OSError):  # macOS has no limit of memory
            continue


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui: str | None = None) -> None:
            """Accept what ``%matplotlib`` asks for; there are no windows."""

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.DisplayFormatter.active_types = ["text/plain"]
    shell = Shell.instance(config=settings)
    for name in ("showtraceback", "showsyntaxerror"):  # nobody reads them, and they take long
        setattr(shell, name, lambda *args, **options: None)
    return shell


def _answer(request: dict[str, Any], shell: Any, settings: dict[str, Any]) -> dict[str, Any]:
    for name, text in request.get("files", {}).items():
        Path(name).write_text(text, encoding="utf-8")
    try:
        _alarm(settings["call"])
        try:
            if "cell" in request:
                return _run(request["cell"], shell)
            if "ask" in request:
                return _ask(request["ask"], shell, settings["reply"])
        finally:
            _alarm(0)
    except TooSlow:
        return {"slow": True}
    except BaseException as error:
        return {"error": {"name": type(error).__name__}}
    return {}


def _run(source: str, shell: Any) -> dict[str, Any]:
    result = shell.run_cell(source, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    if error is None:
        return {}
    if isinstance(error, TooSlow):
        return {"slow": True}
    found = failure(error, shell.user_ns)
    if isinstance(error, SyntaxError):
        return {"error": {"name": found.name, "message": error.msg, "line": error.lineno}}
    return {"error": {"name": found.name, "message": found.message[:1000], "line": found.line}}


def _ask(expr: str, shell: Any, most: int) -> dict[str, Any]:
    outcome = vars(evaluate(expr, shell.user_ns))
    return {"large": True} if _larger(outcome, most) else {"outcome": outcome}


def _larger(value: Any, most: int) -> bool:
    """Tell whether a plain value takes more than `most` bytes for sure, without writing it."""
    waiting, size = [value], 0
    while waiting and size <= most:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list):
            size += len(one)
            waiting += one[: most + 1]
        size += len(one) if isinstance(one, str) else 1
    return size > most


def _alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _too_slow)
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN if seconds else 0)


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TooSlow


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
