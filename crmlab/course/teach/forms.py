"""A term plan as a table of texts, as Markdown, as CSV, and as a calendar."""

import csv
import html
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta

from crmlab._text import _
from crmlab.course.teach.plan import Chapter, Shelf, TeachError, Week


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


def as_html(title: str, lines: Sequence[Sequence[str]]) -> str:
    """Return a table as a page of HTML that prints on A4, wide.

    Parameters
    ----------
    title : str
        Heading of the page.
    lines : sequence of sequences of str
        The names of the columns first.

    Returns
    -------
    str
    """
    rows = [
        "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>"
        for tag, row in zip(["th", *["td"] * (len(lines) - 1)], lines, strict=True)
    ]
    style = (
        "@page { size: A4 landscape; margin: 14mm } body { font: 9.5pt/1.35 sans-serif } "
        "table { border-collapse: collapse } "
        "th, td { border: 1px solid #666; padding: 1.5mm 2mm; vertical-align: top; "
        "text-align: left } tr { break-inside: avoid }"
    )
    head = html.escape(title)
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{head}</title>"
        f"<style>{style}</style></head><body><h1>{head}</h1>"
        f"<table>{''.join(rows)}</table></body></html>\n"
    )


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
