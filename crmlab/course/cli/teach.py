"""``crmlab teach``: the teacher's kit."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from crmlab._text import _
from crmlab.course.teach.forms import as_calendar, as_csv, as_html, as_markdown, table
from crmlab.course.teach.plan import TeachError, lay_out, on_shelf, read_plan

_BOOK, _LABS = Path("book"), Path("exercises")
_TEACH = _BOOK / "teach"
_FILE: Any = click.Path(path_type=Path)


class _Hours(click.ParamType):
    """Lecture and practice hours of a week, such as ``2+1``."""

    name = "hours"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        found = re.fullmatch(r"(\d+)\+(\d+)", str(value))
        if not found:
            self.fail(_("{got} is not of the form 2+1").format(got=repr(value)), param, ctx)
        return int(found[1]), int(found[2])


class _Days(click.ParamType):
    """One day, ``2026-10-05``, or all from one to another, ``2026-10-01:2026-10-07``."""

    name = "days"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[date, ...]:
        first, _colon, last = str(value).partition(":")
        try:
            begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            begin, end = date.max, date.min
        if begin > end:
            form = "2026-10-05 or 2026-10-01:2026-10-07"
            self.fail(_("{got} is not of the form {form}").format(got=value, form=form), param, ctx)
        return tuple(begin + timedelta(days=n) for n in range((end - begin).days + 1))


@click.group(
    help=_(
        """Make the teacher's kit: term plan, lesson notes, rubric, marking sheet, capstone scores.

        The sources are in book/teach and may be changed. Run the commands in the top folder of
        the course. What they print may hold answers: keep it on your own machine.
        """
    )
)
def teach() -> None:
    """Hold the commands."""


@teach.command(
    short_help=_("Lay chapters and labs over your term."),
    help=_(
        """Lay the chapters, labs, quizzes and milestones over the weeks of your term.

        The source is book/teach/plan.toml, a term of 16 weeks with 2 + 1 hours of 45 minutes.
        Each chapter gets one lecture hour; the others go to the chapters in proportion to the
        hours that they have there. A lab and a quiz stand in the week in which their chapter
        ends, and milestones move in proportion. The last week is for the review. Chapters, labs
        and quizzes that are not there yet are marked as planned.

        Without -o the plan is printed as Markdown. With it, the ending of FILE tells what is
        written: .md, .csv, or .ics for a calendar.

        \b
        Examples:
          crmlab teach plan
          crmlab teach plan --weeks 12 --hours 2+1 --start 2026-09-07 \\
            --skip 2026-10-01:2026-10-07 -o plan.ics
          crmlab teach plan --weeks 8 --hours 2+0 --chapters 1,3,5,7,10,12

        \b
        Exit codes:
          0  the plan is made
          1  the term is too short, or the source breaks a rule
          2  the command was not understood
        """
    ),
)
@click.option("--weeks", type=int, help=_("Weeks of the term, the review included."))
@click.option("--hours", type=_Hours(), metavar="2+1", help=_("Lecture + practice hours a week."))
@click.option(
    "--start", type=_Days(), metavar="DATE", help=_("Day of the first lecture, as 2026-09-07.")
)
@click.option(
    "--skip",
    type=_Days(),
    multiple=True,
    metavar="DATE[:DATE]",
    help=_("Days without a lecture; may be given more than once."),
)
@click.option("--chapters", metavar="1,2,7", help=_("Only these chapters."))
@click.option(
    "--plan", "source", type=_FILE, default=_TEACH / "plan.toml", show_default=True,
    metavar="FILE", help=_("The source of plans."),
)  # fmt: skip
@click.option("-o", "--out", type=_FILE, metavar="FILE", help=_("Where to write."))
def plan(
    weeks: int | None,
    hours: tuple[int, int] | None,
    start: tuple[date, ...] | None,
    skip: tuple[tuple[date, ...], ...],
    chapters: str | None,
    source: Path,
    out: Path | None,
) -> None:
    """Lay out, and print or write."""
    usual = read_plan(source)
    lecture, practice = hours or (usual.lecture, usual.practice)
    term = lay_out(
        usual,
        weeks=weeks,
        lecture=lecture,
        start=start[0] if start else None,
        skip={day for days in skip for day in days},
        chapters=_numbers(chapters),
    )
    shelf = on_shelf(_BOOK, _LABS)
    lines = table(term, shelf)
    title = _("Term plan: {weeks} weeks of {lecture} + {practice} hours").format(
        weeks=len(term), lecture=lecture, practice=practice
    )
    if out is None:
        click.echo(f"# {title}\n\n{as_markdown(lines)}", nl=False)
        return
    ending = out.suffix.lower()
    _known(out, [".md", ".csv", ".ics"])
    if ending == ".md":
        _write(out, f"# {title}\n\n{as_markdown(lines)}")
    elif ending == ".csv":
        _write(out, "\ufeff" + as_csv(lines))
    else:
        _write(out, as_calendar(term, shelf))


@teach.command(
    short_help=_("Print the notes to a lesson."),
    help=_(
        """Print the notes to a chapter's lessons, with what its lab and quiz know of mistakes.

        The notes are book/teach/notes/NN_topic.md. Under "What students get wrong" follow the
        known mistakes of the lab with their hints, and those wrong answers of the quiz that show
        how somebody thought. They hold answers: keep them on your own machine.

        \b
        Examples:
          crmlab teach notes 7
          crmlab teach notes 07 > lesson.md

        \b
        Exit codes:
          0  the notes are printed
          1  there are no notes to this chapter, or they break a rule
          2  the command was not understood
        """
    ),
)
@click.argument("chapter", type=int)
def notes(chapter: int) -> None:
    """Join notes, lab and quiz."""
    from crmlab.course.bank import check_quiz
    from crmlab.course.master import read_master
    from crmlab.course.teach.notes import known_mistakes, read_notes

    page = _only((_TEACH / "notes").glob(f"{chapter:02d}_*.md"))
    if page is None:
        raise TeachError(
            _("{folder} has no notes to chapter {n}").format(folder=_TEACH / "notes", n=chapter)
        )
    lab = _only(_LABS.glob(f"lab{chapter:02d}_*.md"))
    quiz = _only((_BOOK / "quizzes").glob(f"{chapter:02d}_*.toml"))
    mistakes = known_mistakes(
        read_master(lab, seed="") if lab else None, check_quiz(quiz) if quiz else []
    )
    click.echo(read_notes(page).as_markdown(mistakes), nl=False)


@teach.command(
    short_help=_("Write the rubric of the team project."),
    help=_(
        """Write the rubric of the team project for print, mail or a spreadsheet.

        The source is book/teach/rubric.toml. The ending of FILE tells what is written: .xlsx,
        .csv or .html.

        \b
        Example:
          crmlab teach rubric -o rubric.xlsx

        \b
        Exit codes:
          0  the rubric is written
          1  the source breaks a rule
          2  the command was not understood
        """
    ),
)
@click.option(
    "--rubric", "source", type=_FILE, default=_TEACH / "rubric.toml", show_default=True,
    metavar="FILE", help=_("The source of the rubric."),
)  # fmt: skip
@click.option("-o", "--out", type=_FILE, required=True, metavar="FILE", help=_("Where to write."))
def rubric(source: Path, out: Path) -> None:
    """Write the rubric."""
    from crmlab.course.teach.rubric import read_rubric

    ours = read_rubric(source)
    ending = out.suffix.lower()
    _known(out, [".xlsx", ".csv", ".html"])
    if ending == ".xlsx":
        from crmlab.course.teach.sheet import rubric_workbook

        rubric_workbook(ours).save(out)
        click.echo(out)
    elif ending == ".csv":
        _write(out, "\ufeff" + ours.as_csv())
    else:
        _write(out, ours.as_html())


@teach.command(
    "marking-sheet",
    short_help=_("Make a workbook to mark teams with."),
    help=_(
        """Make a workbook to mark the teams with, from the rubric and a list of teams.

        TEAMS is a CSV file in UTF-8 with the columns team and student, and perhaps name. Each
        team has a sheet: pick a level for each criterion, enter the points that its members
        shared among each other, and the marks follow. The sheet Summary has a row for each
        student; saved as CSV, it counts in the gradebook like a quiz.

        \b
        Example:
          crmlab teach marking-sheet --teams teams.csv -o marking.xlsx

        \b
        Exit codes:
          0  the workbook is written
          1  a file breaks a rule: the error names row and column
          2  the command was not understood
        """
    ),
)
@click.option("--teams", type=_FILE, required=True, metavar="FILE", help=_("Who is in which."))
@click.option(
    "--rubric", "source", type=_FILE, default=_TEACH / "rubric.toml", show_default=True,
    metavar="FILE", help=_("The source of the rubric."),
)  # fmt: skip
@click.option("-o", "--out", type=_FILE, required=True, metavar="FILE", help=_("Where to write."))
def marking_sheet(teams: Path, source: Path, out: Path) -> None:
    """Make the workbook."""
    from crmlab.course.teach.rubric import read_rubric
    from crmlab.course.teach.sheet import marking_sheet as make
    from crmlab.course.teach.sheet import read_teams

    _known(out, [".xlsx"])
    members = read_teams(teams)
    make(read_rubric(source), members).save(out)
    click.echo(
        _("{file}: {teams} teams, {students} students").format(
            file=out, teams=len(members), students=sum(map(len, members.values()))
        )
    )


@teach.command(
    short_help=_("Score the strategies of the capstone."),
    help=_(
        """Score the teams' strategies of the capstone, and say where each lost money.

        FOLDER has a file TEAM.csv for each team, or a folder TEAM with the file strategy.csv.
        Each strategy is held to the rules, scored against the truth of the simulated company,
        and simulated over many years with the same random numbers for all. The table has a row
        for each team: rank, score (0 for doing nothing, 100 for the best plan), expected profit,
        gain over doing nothing, the bounds of the gain in nine simulated years of ten, cost,
        what was lost by each action against the best plan, and for how many customers an action
        costs more than it brings. Three rows follow for comparison. A faulty strategy is in the
        table, with its fault. A notebook beside a strategy that names a set of true parameters
        is told.

        Without -o the table is printed as Markdown. With it, the ending of FILE tells what is
        written: .xlsx, .csv or .html.

        \b
        Example:
          crmlab teach capstone submissions -o result.xlsx

        \b
        Exit codes:
          0  every strategy is scored
          1  a strategy is faulty (the table is made all the same), or the folder holds none
          2  the command was not understood
        """
    ),
)
@click.argument("folder", type=_FILE)
@click.option(
    "--budget", type=float, metavar="YUAN",
    help=_("What a strategy may cost. Without it, what the capstone says."),
)  # fmt: skip
@click.option("-o", "--out", type=_FILE, metavar="FILE", help=_("Where to write."))
def capstone(folder: Path, budget: float | None, out: Path | None) -> None:
    """Score, and print or write."""
    from crmlab.course.teach.capstone import landmarks, score_table, score_teams
    from crmlab.crm.capstone import BUDGET

    if out is not None:
        _known(out, [".xlsx", ".csv", ".html"])
    most = BUDGET if budget is None else budget
    if not 0 < most < float("inf"):
        raise click.BadParameter(
            _("must be above 0; got {got}").format(got=budget), param_hint="--budget"
        )
    teams = score_teams(folder, most)
    lines = score_table(teams, landmarks(most))
    title = _("Capstone")
    if out is None:
        click.echo(as_markdown(lines), nl=False)
    elif out.suffix.lower() == ".xlsx":
        from crmlab.course.teach.sheet import table_workbook

        table_workbook(title, lines).save(out)
        click.echo(out)
    elif out.suffix.lower() == ".csv":
        _write(out, "\ufeff" + as_csv(lines))
    else:
        _write(out, as_html(title, lines))
    faulty = [one.team for one in teams if one.fault]
    if faulty:
        raise TeachError(
            _("{n} of {all} strategies are faulty: {teams}").format(
                n=len(faulty), all=len(teams), teams=", ".join(faulty)
            )
        )


def _numbers(text: str | None) -> list[int]:
    words = [word.strip() for word in text.split(",")] if text else []
    for word in words:
        if not word.isdecimal():
            raise click.BadParameter(
                _("{got} is not of the form 1,2,7").format(got=repr(text)), param_hint="--chapters"
            )
    return [int(word) for word in words]


def _only(found: Iterable[Path]) -> Path | None:
    return next(iter(sorted(found)), None)


def _known(out: Path, endings: list[str]) -> None:
    """Refuse a file whose ending does not tell what to write."""
    if out.suffix.lower() not in endings:
        raise click.BadParameter(
            _("must end in {endings}; got {got}").format(endings=", ".join(endings), got=out.name),
            param_hint="--out",
        )


def _write(out: Path, text: str) -> None:
    out.write_text(text, encoding="utf-8", newline="")
    click.echo(out)
