"""What lateness costs: per cent of the points earned for each day that has begun (迟交扣分).

The rule and the deadlines of a course stand in one small file:

.. code-block:: toml

    [late]
    per_day = 10         # per cent of the points earned, for each day that has begun
    grace_minutes = 15   # so late is not late
    cap = 50             # never more than this many per cent

    [deadlines]
    lab07_customer_worth = 2026-03-01T23:59:00+08:00
"""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crmlab._text import _
from crmlab.course._tables import read_table


@dataclass(frozen=True)
class Late:
    """How late one submission is, and what that costs.

    Attributes
    ----------
    by : timedelta
        Time after the deadline; zero if it was in time.
    days : int
        Days that had begun.
    percent : float
        Part of the points earned that is taken off.
    """

    by: timedelta = timedelta()
    days: int = 0
    percent: float = 0.0

    def __str__(self) -> str:
        if not self.days:
            return ""
        return _("late by {time}: {days} begun, {percent} % off").format(
            time=_duration(self.by),
            days=_("1 day") if self.days == 1 else _("{n} days").format(n=self.days),
            percent=f"{self.percent:g}",
        )


@dataclass(frozen=True)
class LateRule:
    """The rule.

    Attributes
    ----------
    per_day : float
        Percent of the points earned that each begun day costs. 0: lateness is told, and free.
    grace_minutes : float
        So late is in time still. After that, days count from the deadline itself.
    cap : float
        The most that lateness can cost, in percent.
    """

    per_day: float = 0.0
    grace_minutes: float = 0.0
    cap: float = 100.0

    def __post_init__(self) -> None:
        for name, most in (("per_day", 100.0), ("grace_minutes", math.inf), ("cap", 100.0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(
                    _("{name} must be a number; got {got!r}").format(name=name, got=value)
                )
            if not 0 <= value <= most:
                allowed = _("at least 0") if math.isinf(most) else _("between 0 and 100")
                raise ValueError(
                    _("{name} must be {allowed}; got {got:g}").format(
                        name=name, allowed=allowed, got=value
                    )
                )

    def late(self, handed_in: datetime | None, deadline: datetime | None) -> Late:
        """Return how late a submission is; in time where one of the two is not known.

        >>> rule = LateRule(per_day=10, grace_minutes=15, cap=50)
        >>> due = datetime.fromisoformat("2026-03-01T23:59+08:00")
        >>> print(rule.late(due + timedelta(hours=25), due))
        late by 1 d 1 h: 2 days begun, 20 % off
        """
        if handed_in is None or deadline is None:
            return Late()
        by = handed_in - deadline
        if by <= timedelta(minutes=self.grace_minutes):
            return Late()
        days = math.ceil(by / timedelta(days=1))
        return Late(by, days, min(days * self.per_day, self.cap))


def _duration(time: timedelta) -> str:
    minutes = math.ceil(time / timedelta(minutes=1))
    parts = (minutes // 1440, _("d")), (minutes // 60 % 24, _("h")), (minutes % 60, _("min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


@dataclass(frozen=True)
class Rules:
    """What a course's file says: the rule, and the deadline of each lab."""

    late: LateRule = field(default_factory=LateRule)
    deadlines: Mapping[str, datetime] = field(default_factory=dict)


def read_rules(path: str | Path) -> Rules:
    """Read the rules of a course.

    Raises
    ------
    ValueError
        If the file is not TOML, has an unknown key or a value that is not allowed; the message
        names the file and the key.
    """
    path = Path(path)
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(_("{file}: is not TOML: {error}").format(file=path, error=error)) from None
    _refuse_unknown(path, "", record, ("late", "deadlines"))
    late = record.get("late", {})
    _refuse_unknown(path, "late.", late, ("per_day", "grace_minutes", "cap"))
    try:
        rule = LateRule(**late)
    except ValueError as error:
        raise ValueError(f"{path}: late.{error}") from None
    deadlines = record.get("deadlines", {})
    _refuse_unknown(path, "deadlines.", deadlines, tuple(deadlines))
    for lab, when in deadlines.items():
        if not isinstance(when, datetime) or when.tzinfo is None:
            raise ValueError(
                _(
                    "{file}: deadlines.{lab} must be a time with its offset from UTC, "
                    "such as {example}; got {got}"
                ).format(file=path, lab=lab, example=_EXAMPLE, got=when)
            )
    return Rules(rule, deadlines)


def _refuse_unknown(path: Path, where: str, record: Any, known: tuple[str, ...]) -> None:
    if not isinstance(record, dict):
        raise ValueError(
            _("{file}: {key} must be a table").format(file=path, key=where.rstrip("."))
        )
    for key in record:
        if key not in known:
            raise ValueError(
                _("{file}: {key} is unknown; known are {known}").format(
                    file=path, key=where + key, known=", ".join(known)
                )
            )


_EXAMPLE = "2026-03-01T23:59+08:00"


def read_time(text: str, like: datetime | None = None) -> datetime:
    """Return a time with its offset from UTC, which it takes from `like` where it has none.

    >>> read_time("2026-03-01 23:59", like=read_time("2026-01-01T00:00+08:00")).isoformat()
    '2026-03-01T23:59:00+08:00'
    """
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        when = None
    if when is not None and when.tzinfo is None and like is not None:
        when = when.replace(tzinfo=like.tzinfo)
    if when is None or when.tzinfo is None:
        raise ValueError(
            _("must be a time such as {example}; got {got}").format(
                example=_EXAMPLE, got=repr(text)
            )
        )
    return when


def read_times(
    path: str | Path, column: str, students: Iterable[str], like: datetime
) -> dict[str, datetime]:
    """Read a time for each student from the columns ``student`` and `column`.

    Parameters
    ----------
    path : str or Path
    column : str
        ``submitted`` for hand-in times, ``until`` for extensions.
    students : iterable of str
        The ids that may occur.
    like : datetime
        Gives its offset from UTC to times that have none.

    Returns
    -------
    dict of str to datetime
        A student whose cell is empty is left out.

    Raises
    ------
    ValueError
        If a student is unknown or stands twice, or a time is none; the message names the file,
        the row and the column.
    """
    table = read_table(path, ("student", column))
    times: dict[str, datetime] = {}
    for student, row in table.by("student", set(students)).items():
        try:
            if row[column]:
                times[student] = read_time(row[column], like)
        except ValueError as error:
            row.fault(column, str(error))
    table.close()
    return times
