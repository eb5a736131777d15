"""``crmlab labs build``: masters in, labs out."""

import os
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from crmlab._text import _

_MASTERS = Path("exercises")
_OUT = Path("_build", "labs")


@click.command(
    help=_(
        """Make the student's notebooks, their checks, and the teacher's key.

        Each lab is made from its master: student/LAB gets the notebook that students work in and
        its visible checks, teacher/LAB the solution and the key. Give out the first, never the
        second. A master is refused if its solution falls short of full marks or if its untouched
        student version scores.

        Inputs of hidden checks are drawn from a seed. Without --seed and --seed-file it is read
        from FOLDER/teacher/seed.txt, which is made the first time. The same master and seed give
        the same files, byte by byte.

        \b
        Examples:
          crmlab labs build
          crmlab labs build exercises/lab07_customer_worth.md --seed 1

        \b
        Exit codes:
          0  all labs are made
          1  a master was refused; the others are made
          2  the command was not understood
        """
    )
)
@click.argument("masters", nargs=-1, type=click.Path(path_type=Path), metavar="[MASTER]...")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=_OUT,
    show_default=True,
    metavar="FOLDER",
    help=_("Where to write."),
)
@click.option("--seed", metavar="TEXT", help=_("Draw hidden inputs from this; keep it private."))
@click.option(
    "--seed-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("Read the seed from this file."),
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 64),
    default=os.cpu_count() or 1,
    show_default=True,
    help=_("Labs at a time."),
)
def build(
    masters: tuple[Path, ...], out: Path, seed: str | None, seed_file: Path | None, jobs: int
) -> None:
    """Build each master, also when another one was refused."""
    if seed is not None and seed_file is not None:
        raise click.UsageError(_("Give --seed or --seed-file, not both."))
    chosen = masters or tuple(sorted(_MASTERS.glob("lab*.md")))
    if not chosen:
        raise ValueError(_("no lab*.md in {folder}").format(folder=_MASTERS.resolve()))
    seed = seed if seed is not None else _seed(seed_file, out)
    with ThreadPoolExecutor(min(jobs, len(chosen))) as pool:
        refused = [_tell(*told) for told in pool.map(lambda m: _build(m, out, seed), chosen)]
    if any(refused):
        raise click.exceptions.Exit(1)


def _tell(lines: list[str], refusal: str) -> bool:
    """Print what became of one master; return whether it was refused."""
    click.echo("\n".join(lines))
    if refusal:
        click.echo(_("  refused: {error}").format(error=refusal), err=True)
    return bool(refusal)


def _build(master: Path, out: Path, seed: str) -> tuple[list[str], str]:
    """Build one master; return the lines that tell of it, and why it was refused, if it was."""
    from crmlab.course.build import build as build_lab

    start = time.perf_counter()
    told = [master.stem]
    try:
        built = build_lab(master, out, seed, say=lambda text: told.append(f"  {text} …"))
    except (OSError, ValueError) as error:
        return told, str(error)
    questions = built.master.questions
    told.append(
        _(
            "  {questions} questions, {points} points; {visible} visible and {hidden} hidden "
            "checks; {seconds} s"
        ).format(
            questions=len(questions),
            points=f"{built.master.points:g}",
            visible=sum(len(question.visible) for question in questions),
            hidden=sum(question.hidden for question in questions),
            seconds=f"{time.perf_counter() - start:.1f}",
        )
    )
    told.append(_("  students: {folder}").format(folder=built.student))
    told.append(_("  teacher, keep private: {folder}").format(folder=built.teacher))
    return told, ""


def _seed(given: Path | None, out: Path) -> str:
    """Return the seed on file; make one the first time."""
    file = given or out / "teacher" / "seed.txt"
    if given is None and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{secrets.randbits(64)}\n", encoding="utf-8")
        click.echo(
            _("A new seed for hidden checks is in {file}: keep it private").format(file=file)
        )
    seed = file.read_text(encoding="utf-8").strip()
    if not seed:
        raise ValueError(_("{file} is empty: write a seed into it").format(file=file))
    return seed
