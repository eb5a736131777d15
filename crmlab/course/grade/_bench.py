"""A student's program that is started again when it has died, with all that had worked."""

import time
from typing import Any

from crmlab.course.grade._session import Session
from crmlab.course.grade.key import Key
from crmlab.course.grade.sandbox import Limits, Sandbox


class StoppedError(RuntimeError):
    """The notebook is not run any further; `status` tells why."""

    def __init__(self, status: str, deaths: int) -> None:
        super().__init__(status)
        self.status, self.deaths = status, deaths


class Bench:
    """Runs cells and evaluates expressions until a time, over a few deaths of the program.

    Attributes
    ----------
    deaths : int
        How often the program has died.
    last_died, last_did_not_end : bool
        What the last request did.
    """

    def __init__(self, key: Key, sandbox: Sandbox, limits: Limits, until: float) -> None:
        self.deaths = 0
        self.last_died = self.last_did_not_end = False
        self._key, self._sandbox, self._limits, self._until = key, sandbox, limits, until
        self._session: Session | None = None
        self._worked: list[str] = []

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *error: object) -> None:
        if self._session:
            self._session.close()

    def run(self, source: str) -> dict[str, Any]:
        """Run a cell and return the answer of :meth:`Session.run`."""
        answer = self._noted(self._living().run(source))
        if not self.last_did_not_end:
            self._worked.append(source)
        return answer

    def ask(self, expr: str) -> dict[str, Any]:
        """Evaluate an expression and return the answer of :meth:`Session.ask`."""
        return self._noted(self._living().ask(expr))

    def _noted(self, answer: dict[str, Any]) -> dict[str, Any]:
        self.last_died = "died" in answer
        self.last_did_not_end = self.last_died or "slow" in answer
        if self.last_died:
            self.deaths += 1
        if time.monotonic() > self._until:
            raise StoppedError("timeout", self.deaths)
        return answer

    def _living(self) -> Session:
        """Return a session in which all cells have run that had worked."""
        while self._session is None or self._session.dead:
            if self.deaths > self._limits.restarts:
                raise StoppedError("crashed", self.deaths)
            self._start()
        return self._session

    def _start(self) -> None:
        if self._session:
            self._session.close()
        files = {f"{self._key.lab}.checks.json": self._key.without_checks()}
        self._session = Session(
            self._sandbox, self._limits, self._until, files, data=self._key.data
        )
        for source in list(self._worked):
            self._noted(self._session.run(source))
            if self.last_did_not_end:
                self._worked.remove(source)
            if self.last_died:
                return
