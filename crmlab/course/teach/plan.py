"""The plan of a term: which chapter, lab and quiz in which week, laid out anew for any term.

The source is ``book/teach/plan.toml``: the chapters with the lecture hours that each has in the
usual term, and the milestones of the team project. :func:`lay_out` follows four rules:

1. The last week or weeks (``review``) are kept free for the review and the exam.
2. Each chapter gets one lecture hour. Every further hour goes to the chapter that is then
   furthest behind its share, the one with the greatest hours / (given + ½) (Sainte-Laguë). In
   the usual term this gives the hours of the source.
3. The hours are laid into the weeks in the chapters' order. A chapter's lab and quiz stand in
   the week of its last hour.
4. A milestone of week *w* in the usual term moves to the same part of the new one, rounded to
   a whole week, halves up.
"""

import csv
import io
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import floor
from pathlib import Path
from typing import Any

from crmlab._text import _
from crmlab.course._records import FaultError, Kinds, keys

#: A lesson hour in minutes (课时).
HOUR = 45


class TeachError(ValueError):
    """A source of the teacher's kit that breaks a rule; the message names the file and place."""


@dataclass(frozen=True)
class Chapter:
    """One chapter as the plan knows it.

    Attributes
    ----------
    number : int
        Its number in the book.
    title, chinese : str
        Its title.
    hours : int
        Lecture hours in the usual term.
    """

    number: int
    title: str
    chinese: str
    hours: int


@dataclass(frozen=True)
class Milestone:
    """What a team hands in.

    Attributes
    ----------
    week : int
        The week of the usual term.
    text : str
        What is due.
    """

    week: int
    text: str


@dataclass(frozen=True)
class Plan:
    """The source of term plans.

    Attributes
    ----------
    weeks, lecture, practice, review : int
        The usual term: its weeks, lecture and practice hours in each, weeks of review at its end.
    chapters : tuple of Chapter
        In the order of teaching.
    milestones : tuple of Milestone
        In the order of time.
    """

    weeks: int
    lecture: int
    practice: int
    review: int
    chapters: tuple[Chapter, ...]
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True)
class Week:
    """One week of a term.

    Attributes
    ----------
    number : int
        From 1.
    day : date or None
        The day of the lecture.
    lectures : tuple of (Chapter, int)
        Chapters with the hours of this week.
    finished : tuple of Chapter
        Those whose last hour it is: their labs and quizzes stand here.
    milestones : tuple of Milestone
        What teams hand in.
    review : bool
        Whether the week is kept free for the review.
    """

    number: int
    day: date | None
    lectures: tuple[tuple[Chapter, int], ...] = ()
    finished: tuple[Chapter, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    review: bool = False


@dataclass(frozen=True)
class Shelf:
    """What of the course is there, by the numbers of chapters; the rest is planned.

    Attributes
    ----------
    chapters, labs, quizzes : frozenset of int
        Numbers of chapters, of labs and of chapters with questions.
    """

    chapters: frozenset[int] = field(default_factory=frozenset)
    labs: frozenset[int] = field(default_factory=frozenset)
    quizzes: frozenset[int] = field(default_factory=frozenset)


_PLAN: Kinds = {
    **{"weeks": int, "lecture": int, "practice": int, "review": int},
    **{"chapter": list, "milestone": list},
}
_CHAPTER: Kinds = {"number": int, "title": str, "chinese": str, "hours": int}
_MILESTONE: Kinds = {"week": int, "text": str}


def read_plan(path: str | Path) -> Plan:
    """Read a plan's source.

    Parameters
    ----------
    path : str or Path
        A TOML file such as ``book/teach/plan.toml``.

    Returns
    -------
    Plan

    Raises
    ------
    TeachError
        If the file breaks a rule.
    """
    path = Path(path)
    where = path.name
    try:
        record = read_toml(path)
        keys(record, _PLAN, [*_PLAN])
        for key in ("weeks", "lecture", "practice", "review"):
            _at_least(record[key], key, 1 if key in ("weeks", "lecture") else 0)
        chapters: list[Chapter] = []
        for n, one in enumerate(record["chapter"], start=1):
            where = _("{file}, chapter {n}").format(file=path.name, n=n)
            keys(one, _CHAPTER, [*_CHAPTER])
            _at_least(one["hours"], "hours", 1)
            if one["number"] in [chapter.number for chapter in chapters]:
                raise FaultError(_("the number {n} comes twice").format(n=one["number"]))
            chapters.append(Chapter(**one))
        milestones: list[Milestone] = []
        for n, one in enumerate(record["milestone"], start=1):
            where = _("{file}, milestone {n}").format(file=path.name, n=n)
            keys(one, _MILESTONE, [*_MILESTONE])
            if not 1 <= one["week"] <= record["weeks"]:
                raise FaultError(
                    _("week must be from 1 to {last}; got {got}").format(
                        last=record["weeks"], got=one["week"]
                    )
                )
            milestones.append(Milestone(**one))
    except FaultError as fault:
        raise TeachError(f"{where}: {fault}") from None
    numbers = {key: record[key] for key in ("weeks", "lecture", "practice", "review")}
    return Plan(**numbers, chapters=tuple(chapters), milestones=tuple(milestones))


def read_toml(path: Path) -> Any:
    """Return what a TOML file holds.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        As :mod:`tomllib` gives it.

    Raises
    ------
    TeachError
        If it is not TOML in UTF-8.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TeachError(f"{path.name}: {error}") from None


def _at_least(value: int, key: str, low: int) -> None:
    if value < low:
        raise FaultError(_("{key} must be at least {low}; got {got}").format(
            key=key, low=low, got=value
        ))  # fmt: skip


def on_shelf(book: Path, exercises: Path) -> Shelf:
    """Look what of the course is there.

    Parameters
    ----------
    book : Path
        The folder with chapters ``NN_topic.ipynb`` and ``quizzes/NN_topic.toml``.
    exercises : Path
        The folder with labs ``labNN_topic.md``.

    Returns
    -------
    Shelf
    """

    def numbers(folder: Path, pattern: str, at: int) -> frozenset[int]:
        return frozenset(int(path.name[at : at + 2]) for path in folder.glob(pattern))

    return Shelf(
        chapters=numbers(book, "[0-9][0-9]_*.ipynb", 0),
        labs=numbers(exercises, "lab[0-9][0-9]_*.md", 3),
        quizzes=numbers(book / "quizzes", "[0-9][0-9]_*.toml", 0),
    )


def share_hours(chapters: Sequence[Chapter], hours: int) -> dict[int, int]:
    """Share lecture hours among chapters, by rule 2 of this module.

    Parameters
    ----------
    chapters : sequence of Chapter
        What is taught.
    hours : int
        All lecture hours.

    Returns
    -------
    dict
        Hours by the number of the chapter.

    Raises
    ------
    TeachError
        If there are fewer hours than chapters.
    """
    if hours < len(chapters):
        raise TeachError(
            _(
                "the term must have at least {need} lecture hours before its review, one for each "
                "chapter; got {got}. Give more weeks or hours, or fewer chapters"
            ).format(need=len(chapters), got=hours)
        )
    given = {chapter.number: 1 for chapter in chapters}
    for _more in range(hours - len(chapters)):
        behind = max(chapters, key=lambda one: one.hours / (given[one.number] + 0.5))
        given[behind.number] += 1
    return given


def lay_out(
    plan: Plan,
    *,
    weeks: int | None = None,
    lecture: int | None = None,
    start: date | None = None,
    skip: Collection[date] = (),
    chapters: Collection[int] = (),
) -> list[Week]:
    """Lay the chapters over the weeks of a term, by the rules of this module.

    Parameters
    ----------
    plan : Plan
        The source.
    weeks, lecture : int, optional
        Weeks and lecture hours in each; those of the source without it.
    start : date, optional
        The day of the first lecture; the others follow on the same weekday.
    skip : collection of date
        Days without a lecture. What falls on them moves a week.
    chapters : collection of int
        Only these chapters; all if empty.

    Returns
    -------
    list of Week

    Raises
    ------
    TeachError
        If the term is too short, or a chapter is not in the plan.
    """
    weeks = plan.weeks if weeks is None else weeks
    lecture = plan.lecture if lecture is None else lecture
    if weeks <= plan.review or lecture < 1:
        raise TeachError(
            _("a term must have at least {least} weeks of 1 lecture hour; got {got}").format(
                least=plan.review + 1, got=f"{weeks} × {lecture}"
            )
        )
    unknown = sorted(set(chapters) - {chapter.number for chapter in plan.chapters})
    if unknown:
        raise TeachError(_("the plan has no chapter {n}").format(n=unknown[0]))
    taught = [one for one in plan.chapters if not chapters or one.number in chapters]
    given = share_hours(taught, (weeks - plan.review) * lecture)
    queue = [chapter for chapter in taught for _hour in range(given[chapter.number])]
    days = _days(weeks, start, skip)
    laid = []
    for number in range(1, weeks + 1):
        this = queue[(number - 1) * lecture : number * lecture]
        later = queue[number * lecture :]
        laid.append(
            Week(
                number,
                days[number - 1],
                lectures=tuple((one, this.count(one)) for one in dict.fromkeys(this)),
                finished=tuple(one for one in dict.fromkeys(this) if one not in later),
                milestones=tuple(
                    replace(one, week=number)
                    for one in plan.milestones
                    if max(1, floor(one.week * weeks / plan.weeks + 0.5)) == number
                ),
                review=number > weeks - plan.review,
            )
        )
    return laid


def _days(weeks: int, start: date | None, skip: Collection[date]) -> list[date | None]:
    """Return the days of the lectures."""
    if start is None:
        return [None] * weeks
    days: list[date | None] = []
    day = start
    while len(days) < weeks:
        if day not in skip:
            days.append(day)
        day += timedelta(weeks=1)
    return days


def table(weeks: Sequence[Week], shelf: Shelf) -> list[list[str]]:
    """Return a term as a table of texts, the names of its columns first.

    Parameters
    ----------
    weeks : sequence of Week
        From :func:`lay_out`.
    shelf : Shelf
        What is there; the rest is marked as planned.

    Returns
    -------
    list of list of str
    """
    dated = any(week.day for week in weeks)
    head = [_("week"), *([_("date")] if dated else []), _("lecture"), _("lab"), _("quiz")]
    lines = [[*head, _("team project")]]
    for week in weeks:
        lectures = [_lecture(chapter, hours, shelf) for chapter, hours in week.lectures]
        labs = [_marked(f"{one.number:02d}", one.number in shelf.labs) for one in week.finished]
        quizzes = [
            _marked(f"{one.number:02d}", one.number in shelf.quizzes) for one in week.finished
        ]
        if week.review:
            lectures, quizzes = [_("Review and questions")], [_("mixed sets")]
        lines.append(
            [
                str(week.number),
                *([week.day.isoformat() if week.day else ""] if dated else []),
                "; ".join(lectures),
                ", ".join(labs),
                ", ".join(quizzes),
                " ".join(one.text for one in week.milestones),
            ]
        )
    return lines


def _lecture(chapter: Chapter, hours: int, shelf: Shelf) -> str:
    text = _("{number}. {title} {chinese} ({hours} h)").format(
        number=chapter.number, title=chapter.title, chinese=chapter.chinese, hours=hours
    )
    return _marked(text, chapter.number in shelf.chapters)


def _marked(text: str, there: bool) -> str:
    return text if there else _("{what} (planned)").format(what=text)


def as_markdown(lines: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown.

    Parameters
    ----------
    lines : sequence of sequences of str
        The names of the columns first.

    Returns
    -------
    str
    """
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    head, *rest = [f"| {' | '.join(line)} |" for line in cells]
    return "\n".join([head, "|" + "---|" * len(lines[0]), *rest]) + "\n"


def as_csv(lines: Sequence[Sequence[str]]) -> str:
    """Return a table as CSV.

    Parameters
    ----------
    lines : sequence of sequences of str
        The names of the columns first.

    Returns
    -------
    str
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def as_calendar(weeks: Sequence[Week], shelf: Shelf) -> str:
    """Return the lectures as a calendar, one event for each day (iCalendar, RFC 5545).

    Parameters
    ----------
    weeks : sequence of Week
        With days.
    shelf : Shelf
        What is there.

    Returns
    -------
    str
        The text of the file; nothing in it depends on the clock.

    Raises
    ------
    TeachError
        If the weeks have no days.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//crmlab//teach plan//EN"]
    for week, row in zip(weeks, table(weeks, shelf)[1:], strict=True):
        if week.day is None:
            raise TeachError(_("a calendar needs the day of the first lecture: --start"))
        _week, _date, lecture, lab, quiz, project = row
        about = {_("Lab"): lab, _("Quiz"): quiz, _("Team project"): project}
        told = "\n".join(f"{name}: {text}" for name, text in about.items() if text)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{week.day:%Y%m%d}-week-{week.number}@crmlab",
            f"DTSTAMP:{weeks[0].day:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{week.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{week.day + timedelta(days=1):%Y%m%d}",
            _folded("SUMMARY", _("CRM, week {n}: {what}").format(n=week.number, what=lecture)),
            _folded("DESCRIPTION", told),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _folded(name: str, text: str) -> str:
    """Return a property with its special characters escaped, in lines of at most 75 bytes."""
    escapes: Mapping[str, str] = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
    lines = [""]
    for letter in f"{name}:" + "".join(escapes.get(letter, letter) for letter in text):
        if len((lines[-1] + letter).encode()) > 75:
            lines.append(" ")
        lines[-1] += letter
    return "\r\n".join(lines)
