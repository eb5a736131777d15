"""``crmlab labs grade``: a folder of submissions in, marks and pages out."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crmlab._text import _

if TYPE_CHECKING:
    from crmlab.course.grade.results import Results

_LABS = Path("_build", "labs")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    help=_(
        """Grade a folder of submissions.

        LAB is the name of a lab that was built, or the teacher's folder of it. SUBMISSIONS is a
        folder or a .zip file: notebooks named after students, a folder for each student, or what
        Moodle gives to download. Each notebook runs locked up and is asked the key's checks;
        expected values never come near it.

        \b
        FOLDER gets:
          results.csv     one row per student of the class list
          results.json    every mark of every check
          unmatched.csv   submissions that belong to nobody, if there are any
          hand_marks.csv  the sheet for questions that are marked by hand
          answers/        what to read for it, a page for each question
          feedback/       a page for each student, without hidden checks
          summary.html    the class in pictures, for the teacher
          marks/          finished marks; with them, grading goes on where it was stopped

        Fill in hand_marks.csv and run the same command again: finished marks are used again, and
        the points that you gave are added.

        \b
        The class list is a CSV file with the columns student and name and, where you have them,
        email, username, moodle (the number in Moodle's file names) and section.

        \b
        Examples:
          crmlab labs grade lab07_customer_worth handed_in --roster roster.csv -j 2
          crmlab labs grade lab07_customer_worth moodle.zip --roster roster.csv \\
            --deadline 2026-03-01T23:59+08:00 --submitted times.csv --late-per-day 10

        \b
        Exit codes:
          0  every submission has its marks, good or bad
          1  refused: one line says what is wrong; nothing was graded
          2  the command was not understood
          3  graded, but somebody must look: a submission belongs to nobody, or could not be
             graded through no fault of its own
        """
    )
)
@click.argument("lab")
@click.argument("submissions", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help=_("Where to write.  [default: results/LAB]"),
)
@click.option("--roster", type=_FILE, metavar="FILE", help=_("The class list."))
@click.option(
    "--owners",
    type=_FILE,
    metavar="FILE",
    help=_("Whose unclear submissions are: unmatched.csv, with students filled in."),
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 64),
    default=max((os.cpu_count() or 2) // 2, 1),
    show_default=True,
    help=_("Notebooks at a time."),
)
@click.option("--again", is_flag=True, help=_("Run all notebooks anew, also finished ones."))
@click.option(
    "--labs",
    type=click.Path(path_type=Path),
    default=_LABS,
    show_default=True,
    metavar="FOLDER",
    help=_("Where crmlab labs build wrote."),
)
@click.option(
    "--sandbox",
    type=click.Choice(["bubblewrap", "limits"]),
    default="bubblewrap",
    show_default=True,
    help=_("How notebooks are locked up. With limits, they can read your files: it says more."),
)
@click.option(
    "--cell-seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help=_("Longest time for one cell or check.  [default: 10]"),
)
@click.option(
    "--notebook-seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help=_("Longest time for one notebook.  [default: 90]"),
)
@click.option("--deadline", metavar="TIME", help=_("Such as 2026-03-01T23:59+08:00."))
@click.option(
    "--submitted",
    type=_FILE,
    metavar="FILE",
    help=_("Hand-in times, a CSV file with the columns student and submitted."),
)
@click.option("--file-times", is_flag=True, help=_("Take the files' times for hand-in times."))
@click.option(
    "--extensions",
    type=_FILE,
    metavar="FILE",
    help=_("Own deadlines, a CSV file with the columns student and until."),
)
@click.option(
    "--rules",
    type=_FILE,
    metavar="FILE",
    help=_("A TOML file with the late rule and the deadlines of the course."),
)
@click.option(
    "--late-per-day",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help=_("Cost of each begun day, in percent of the points earned.  [default: 0]"),
)
@click.option(
    "--late-grace",
    type=click.FloatRange(min=0),
    metavar="MINUTES",
    help=_("So late is in time still.  [default: 0]"),
)
@click.option(
    "--late-cap",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help=_("The most that lateness costs.  [default: 100]"),
)
@click.option(
    "--hand-marks",
    type=_FILE,
    metavar="FILE",
    help=_("The marking sheet.  [default: hand_marks.csv in FOLDER]"),
)
@click.option("--anonymous", is_flag=True, help=_("Show codes for names where you mark by hand."))
@click.option(
    "--similar",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.6,
    show_default=True,
    metavar="SHARE",
    help=_("List pairs of submissions that are alike from this share on."),
)
def grade(lab: str, submissions: Path, **options: Any) -> None:
    """Grade, and say what became of it."""
    from crmlab.course.grade.batch import Class, grade_class
    from crmlab.course.grade.folder import read_lab

    files = read_lab(lab, options["labs"])
    about = Class(
        owners=options["owners"],
        hand_marks=options["hand_marks"],
        anonymous=options["anonymous"],
        similar=options["similar"],
        roster=options["roster"],
        **_lateness(files.name, options),
    )
    if about.owners and not about.roster:
        raise click.UsageError(_("--owners needs --roster."))
    mark, depends = _engine(files.key_file, options)
    out: Path = options["out"] or Path("results", files.name)
    results = grade_class(
        files,
        submissions,
        out,
        mark,
        about,
        depends=depends,
        jobs=options["jobs"],
        again=options["again"],
        begin=_bar,
    )
    _tell(results, out, about.hand_marks)


def _lateness(lab: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return the rule and the times; what an option says goes before what the file says."""
    from dataclasses import replace

    from crmlab.course.grade.late import Rules, read_rules, read_time

    rules = read_rules(options["rules"]) if options["rules"] else Rules()
    given = {
        "per_day": options["late_per_day"],
        "grace_minutes": options["late_grace"],
        "cap": options["late_cap"],
    }
    try:
        deadline = read_time(options["deadline"]) if options["deadline"] else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--deadline") from None
    deadline = deadline or rules.deadlines.get(lab)
    if deadline is None:
        _refuse_without_deadline(options)
    return {
        "deadline": deadline,
        "rule": replace(rules.late, **{key: v for key, v in given.items() if v is not None}),
        "submitted": options["submitted"],
        "extensions": options["extensions"],
        "file_times": options["file_times"],
    }


def _refuse_without_deadline(options: dict[str, Any]) -> None:
    for name in ("submitted", "extensions", "file_times", "late_per_day", "late_grace", "late_cap"):
        if options[name]:
            raise click.UsageError(
                _("--{name} needs a deadline.").format(name=name.replace("_", "-"))
            )


def _engine(key_file: Path, options: dict[str, Any]) -> tuple[Callable[[Path], Any], str]:
    """Return what marks one notebook, and a text of all that its marks depend on."""
    from dataclasses import replace

    from crmlab.course.grade.key import read_key
    from crmlab.course.grade.one import VERSION, mark
    from crmlab.course.grade.sandbox import Limits, choose

    given = {"call": options["cell_seconds"], "notebook": options["notebook_seconds"]}
    limits = replace(Limits(), **{name: value for name, value in given.items() if value})
    sandbox = choose(options["sandbox"])
    if sandbox.warning:
        click.echo(f"crmlab: {sandbox.warning}", err=True)
    key = read_key(key_file)
    depends = f"{VERSION} {limits} {options['sandbox']}"
    return (lambda path: mark(path, key, sandbox=sandbox, limits=limits)), depends


def _bar(count: int) -> Callable[[int], object]:
    """Begin a progress bar for `count` notebooks; return what moves it."""
    bar = click.progressbar(length=count, label=_("Grading"), file=sys.stderr)
    bar.render_progress()

    def more(done: int) -> None:
        bar.update(done)
        if bar.finished:
            bar.render_finish()

    return more


def _tell(results: "Results", out: Path, hand_marks: Path | None) -> None:
    from crmlab.course.grade.overview import overview
    from crmlab.course.grade.results import number

    about = overview(results)
    statuses = ", ".join(f"{count} {status}" for status, count in about.statuses.items())
    click.echo(f"{results.title}: {statuses}")
    if about.mean is not None:
        click.echo(
            _("mean {mean} %, median {median} % of those who handed in").format(
                mean=number(about.mean), median=number(about.median or 0.0)
            )
        )
    click.echo(_("results: {folder}").format(folder=out))
    waiting = sum(len(row.waiting) for row in results.rows)
    if waiting:
        click.echo(
            _("{n} answers wait to be marked by hand: {sheet}; read {answers}").format(
                n=waiting, sheet=hand_marks or out / "hand_marks.csv", answers=out / "answers"
            )
        )
    unknown = sum(
        row.deadline is not None and bool(row.place) and row.handed_in is None
        for row in results.rows
    )
    if unknown:
        click.echo(_("{n} hand-in times are unknown: no penalty there").format(n=unknown))
    failed = [row for row in results.rows if row.marks.status == "failed"]
    for row in failed:
        click.echo(f"crmlab: {row.student.id}: {row.marks.note}", err=True)
    if results.unmatched:
        click.echo(
            _("crmlab: {n} submissions belong to nobody: see {file}").format(
                n=len(results.unmatched), file=out / "unmatched.csv"
            ),
            err=True,
        )
    if results.unmatched or failed:
        raise click.exceptions.Exit(3)
