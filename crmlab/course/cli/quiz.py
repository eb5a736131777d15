"""``crmlab quiz``: check the question bank, and export from it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from crmlab._text import _
from crmlab.course.bank import draw, make_paper, moodle_xml, read_bank
from crmlab.course.bank.paper import POINTS
from crmlab.course.bank.questions import DIFFICULTIES, KINDS, ROWS, Question

_BANK = Path("book", "quizzes")


class _Words(click.ParamType):
    """Words between commas, each one of those allowed, or any; an empty word is refused."""

    name = "words"

    def __init__(self, allowed: Iterable[str] = (), kind: Callable[[str], Any] = str) -> None:
        self.allowed, self.kind = tuple(allowed), kind

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Any, ...]:
        if isinstance(value, tuple):
            return value
        words = [word.strip() for word in value.split(",")]
        for word in words:
            if not word or (self.allowed and word not in self.allowed):
                among = _("; allowed are {words}").format(words=", ".join(self.allowed))
                self.fail(f"{word!r} in {value!r}{among if self.allowed else ''}", param, ctx)
        return tuple(map(self.kind, words))


class _Points(click.ParamType):
    """What a right answer counts, such as ``single=1,multiple=2``; the rest as usual."""

    name = "points"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Mapping[str, float]:
        if isinstance(value, Mapping):
            return value
        points = dict(POINTS)
        for word in value.split(","):
            kind, _sign, number = word.strip().partition("=")
            try:
                points[kind] = float(number)
            except ValueError:
                points[kind] = 0
            if kind not in POINTS or not 0 < points[kind] < 1000:
                form = "single=1,multiple=2,number=2"
                self.fail(
                    _("{word} is not of the form {form}").format(word=word, form=form), param, ctx
                )
        return points


@click.group(
    help=_(
        """Check the question bank, and export it.

        The bank is a folder of TOML files, one for each chapter: book/quizzes. Its format is
        described by: python -c "help('crmlab.course.bank.questions')"

        What is published with the site, answers included, is for practice. Keep the questions
        of an exam in a private folder, and name it with --bank.
        """
    )
)
def quiz() -> None:
    """Hold the commands."""


@quiz.command(
    help=_(
        """Check files of questions and count what they hold.

        Without FILES all of book/quizzes is checked. FILES may be folders.

        \b
        Examples:
          crmlab quiz check
          crmlab quiz check ~/exams/2027 book/quizzes/07_customer_worth.toml

        \b
        Exit codes:
          0  all files are good
          1  a question breaks a rule: the file, the question and the rule are named
          2  the command was not understood
        """
    )
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Write the counts as a table."""
    questions = read_bank(files or [_BANK])
    groups: dict[str, list[Question]] = {}
    for question in questions:
        groups.setdefault(question.chapter, []).append(question)
    if len(groups) > 1:
        groups[_("all")] = questions
    difficulties = [f"{level} {word}" for level, word in DIFFICULTIES.items()]
    table = [[_("chapter"), _("questions"), *KINDS, *difficulties, _("not on the page")]]
    for name, its in groups.items():
        kinds = Counter(question.kind for question in its)
        levels = Counter(question.difficulty for question in its)
        hidden = sum(not question.page for question in its)
        counts = [kinds[kind] for kind in KINDS] + [levels[level] for level in DIFFICULTIES]
        table.append([name, *map(str, [len(its), *counts, hidden])])
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        first, *rest = (
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        click.echo("  ".join([first, *rest]))
    rows = Counter(row for question in questions for row in question.rows)
    counted = ", ".join(f"{row} {rows[row]}" for row in ROWS if rows[row])
    missing = ", ".join(row for row in ROWS if not rows[row])
    click.echo(_("Questions by row of the syllabus: {counted}").format(counted=counted))
    click.echo(_("Rows without a question: {rows}").format(rows=missing or _("none")))


@quiz.command(
    help=_(
        """Draw questions from the bank and write them for Moodle or for a paper.

        Questions are drawn by chance from those that fit, from each chapter in turn. The same
        bank, choice and seed give the same files, byte by byte.

        --format moodle writes one XML file: in Moodle, Question bank, Import, Moodle XML format.
        --format paper writes three pages of HTML beside each other, NAME_A.html and NAME_B.html
        for students, with questions and options in another order, and NAME_key.html for you.
        Print them in any browser, or, in a checkout with Chromium, as PDF by
        python -m tools.pdf NAME_A.html NAME_B.html NAME_key.html

        \b
        Examples:
          crmlab quiz export --format moodle --chapters 07 -n 12 --seed 7 -o week7.xml
          crmlab quiz export --format paper --chapters 07,mixed --kinds single,multiple -n 30 \\
            --seed 2027 --title "Mid-term test" -o midterm.html
          crmlab quiz export --bank ~/exams/2027 --format paper -n 40 --seed 1 -o exam.html

        \b
        Exit codes:
          0  the files are written
          1  too few questions fit, or a file breaks a rule
          2  the command was not understood
        """
    )
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["moodle", "paper"]),
    required=True,
    help=_("What to write."),
)
@click.option(
    "--bank",
    "banks",
    multiple=True,
    type=click.Path(path_type=Path),
    default=[_BANK],
    show_default=str(_BANK),
    metavar="FOLDER",
    help=_("Folder of questions; may be given more than once, and then only these are used."),
)
@click.option(
    "--chapters",
    type=_Words(),
    default=(),
    metavar="07,mixed",
    help=_("From these chapters or sets only."),
)
@click.option(
    "--rows",
    type=_Words(ROWS),
    default=(),
    metavar="C5,C6",
    help=_("About these rows of the syllabus only."),
)
@click.option(
    "--difficulty",
    type=_Words(map(str, DIFFICULTIES), int),
    default=(),
    metavar="1,2",
    help=_("Of these only: 1 recall, 2 apply, 3 judge."),
)
@click.option(
    "--kinds", type=_Words(KINDS), default=(), metavar="single", help=_("Of these kinds only.")
)
@click.option("-n", "number", type=int, required=True, help=_("How many questions."))
@click.option("--seed", required=True, metavar="TEXT", help=_("What chance begins with."))
@click.option(
    "--title",
    default=_("Customer relationship management"),
    show_default=True,
    help=_("What stands above a paper."),
)
@click.option(
    "--points",
    type=_Points(),
    default=POINTS,
    show_default="single=1,multiple=2,number=2",
    metavar="KIND=POINTS,…",
    help=_("What a right answer on a paper counts."),
)
@click.option(
    "--category",
    default="CRM",
    show_default=True,
    help=_("Moodle's category above those of the chapters."),
)
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("Where to write; a paper adds _A, _B and _key to the name."),
)
def export(
    form: str,
    banks: tuple[Path, ...],
    chapters: tuple[str, ...],
    rows: tuple[str, ...],
    difficulty: tuple[int, ...],
    kinds: tuple[str, ...],
    number: int,
    seed: str,
    title: str,
    points: Mapping[str, float],
    category: str,
    out: Path,
) -> None:
    """Draw, write, and say what was written where."""
    drawn = draw(
        read_bank(banks),
        number,
        seed,
        chapters=chapters,
        rows=rows,
        difficulties=difficulty,
        kinds=kinds,
    )
    if form == "moodle":
        files = {out: moodle_xml(drawn, category)}
    else:
        paper = make_paper(drawn, seed, title, points)
        files = {
            out.with_name(f"{out.stem}_{version}.html"): paper.sheet(version)
            for version in paper.versions
        }
        files[out.with_name(f"{out.stem}_key.html")] = paper.key()
    for file, text in files.items():
        file.write_text(text, encoding="utf-8", newline="\n")
        click.echo(file)
    chosen = Counter(question.chapter for question in drawn)
    told = ", ".join(f"{chapter}: {n}" for chapter, n in sorted(chosen.items()))
    click.echo(_("{n} questions ({told})").format(n=number, told=told))
