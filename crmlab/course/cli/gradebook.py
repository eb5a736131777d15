"""``crmlab gradebook``: the records of a term in, final marks out."""

from pathlib import Path
from typing import Any

import click

from crmlab._text import _

_FILE: Any = click.Path(path_type=Path)
_SEVERAL = ("--labs", "--quizzes")


class _Gradebook(click.Command):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read ``--labs a b``, a shell's ``--labs */results.csv``, as ``--labs a --labs b``."""
        spread: list[str] = []
        option = ""
        for arg in args:
            if option and spread[-1] != option and not arg.startswith("-"):
                spread.append(option)
            elif arg.startswith("-"):
                option = arg if arg in _SEVERAL else ""
            spread.append(arg)
        return super().parse_args(ctx, spread)


@click.command(
    cls=_Gradebook,
    help=_(
        """Make the final marks of a term, and show how each came about.

        By the rules of the course: final = 30 % coursework + 70 % exam; coursework = 30 %
        attendance + 30 % participation and notes + 40 % labs and quizzes. Write your own rules
        with --write-weights and give them with --weights. Only the final mark is rounded, to two
        digits, halves up.

        It reads CSV files in UTF-8, each with a column "student", and writes the gradebook as
        FILE, and beside it a workbook (.xlsx), a picture (.png), a page on the class that names
        nobody (.html), and a page for each student (FILE_students).

        \b
        What a cell may hold:
          attendance   a column for each day: present, late, absent or excused
                       (also p, l, a, e; 出勤, 迟到, 缺勤, 请假); or score [, out_of]
          other marks  a number, excused, or nothing, which counts as 0;
                       without an exam mark there is no final mark

        \b
        Examples:
          crmlab gradebook --write-weights weights.toml
          crmlab gradebook --roster roster.csv --attendance attendance.csv \\
            --participation notes.csv --exam exam.csv \\
            --labs results/*/results.csv --quizzes quizzes.csv -o gradebook.csv

        \b
        Exit codes:
          0  the gradebook is made
          1  a file is wrong: the error names file, row and column
          2  the command was not understood
        """
    ),
)
@click.option(
    "--roster", type=_FILE, metavar="FILE", help=_("Who is in the class: student, name [, email].")
)
@click.option("--attendance", type=_FILE, metavar="FILE", help=_("Who was there."))
@click.option(
    "--participation", type=_FILE, metavar="FILE", help=_("Participation: score [, out_of].")
)
@click.option(
    "--exam", type=_FILE, metavar="FILE", help=_("The exam: score, or a column for each part.")
)
@click.option(
    "--labs",
    type=_FILE,
    multiple=True,
    metavar="FILE...",
    help=_("What crmlab labs grade wrote, one results.csv for each lab."),
)
@click.option(
    "--quizzes",
    type=_FILE,
    multiple=True,
    metavar="FILE...",
    help=_("A grade export of Moodle; or student, quiz, score [, out_of]."),
)
@click.option(
    "--excused", type=_FILE, metavar="FILE", help=_("Who is excused: student, item [, reason].")
)
@click.option("--weights", type=_FILE, metavar="FILE", help=_("The rules, a TOML file."))
@click.option(
    "-o",
    "--out",
    type=_FILE,
    default=Path("gradebook.csv"),
    show_default=True,
    metavar="FILE",
    help=_("Where to write."),
)
@click.option(
    "--write-weights",
    type=_FILE,
    metavar="FILE",
    help=_("Write the rules of the course into a new file, with comments, and end."),
)
def gradebook(
    roster: Path | None,
    weights: Path | None,
    out: Path,
    write_weights: Path | None,
    **records: Any,
) -> None:
    """Read, reckon, write, and say what there is."""
    from crmlab.course.gradebook.rules import EXAMPLE, read_rules

    if write_weights:
        with write_weights.open("x", encoding="utf-8") as file:
            file.write(EXAMPLE.read_text(encoding="utf-8"))
        click.echo(_("The rules of the course: {file}").format(file=write_weights))
        return
    if roster is None:
        raise click.UsageError(_("Give --roster FILE, the list of your students."))
    from crmlab.course.gradebook.files import write_gradebook
    from crmlab.course.gradebook.marks import gradebook as make
    from crmlab.course.gradebook.records import read_scores, read_students
    from crmlab.course.gradebook.result import STATUSES

    rules = read_rules(weights or EXAMPLE)
    students = read_students(roster)
    book = make(students.names, read_scores(students, rules, **records), rules)
    written = write_gradebook(book, out)
    said = _("{count} students: {sentence}").format(count=len(book.marks), sentence=book.describe())
    click.echo(click.wrap_text(said, subsequent_indent="  "))
    for mark in book.marks:
        if mark.final is None:
            click.echo(
                _("  no final mark: {student} {name}: {status}").format(
                    student=mark.student, name=mark.name, status=STATUSES[mark.status]
                )
            )
    gaps = book.gaps()["counts as"].value_counts()
    for name, count in gaps.items():
        click.echo(_("  {count} entries {name}").format(count=count, name=name))
    for place in written:
        click.echo(_("  {place}").format(place=place))
