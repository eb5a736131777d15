"""The command line: ``crmlab labs build``, ``crmlab datasets``, ``crmlab --version``.

It exits with 0 when all went well, with 1 when something was refused, and with 2 when the
command itself was not understood.
"""

import argparse
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import crmlab
from crmlab._text import _

_MASTERS = Path("exercises")
_OUT = Path("_build", "labs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except (OSError, ValueError) as error:
        print(f"crmlab: {error}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="crmlab",
        description=_("Labs and data of a course on customer relationship management."),
    )
    parser.add_argument("--version", action="version", version=f"crmlab {crmlab.__version__}")
    commands = parser.add_subparsers(metavar=_("command"), required=True)

    labs = commands.add_parser("labs", help=_("make the labs of the course"))
    actions = labs.add_subparsers(metavar=_("action"), required=True)
    build = actions.add_parser(
        "build",
        help=_("make the student's notebooks, their checks, and the teacher's key"),
        description=_(
            "Make each lab from its master: student/<lab> with the notebook that students get "
            "and its visible checks, and teacher/<lab> with the solution and the key. A master "
            "is refused if its solution falls short of full marks or its untouched student "
            "version scores."
        ),
    )
    build.add_argument(
        "masters",
        nargs="*",
        type=Path,
        metavar="MASTER",
        help=_("masters to build (default: every lab*.md in {folder})").format(folder=_MASTERS),
    )
    build.add_argument(
        "-o",
        "--out",
        type=Path,
        default=_OUT,
        metavar="FOLDER",
        help=_("where to write (default: %(default)s)"),
    )
    seeds = build.add_mutually_exclusive_group()
    seeds.add_argument(
        "--seed",
        metavar="N",
        help=_("draw the inputs of hidden checks from this seed; keep it to yourself"),
    )
    seeds.add_argument(
        "--seed-file",
        type=Path,
        metavar="FILE",
        help=_("read the seed from this file (default: FOLDER/teacher/seed.txt, made if missing)"),
    )
    build.set_defaults(run=_build)

    data = commands.add_parser(
        "datasets",
        help=_("list the data sets of the course"),
        description=_("List the data sets of the course: name, rows, real or simulated, title."),
    )
    data.set_defaults(run=_datasets)
    return parser


def _build(options: argparse.Namespace) -> int:
    try:
        from crmlab.course.build import build
    except ImportError as error:
        print(
            _("crmlab: labs build needs {name}: install crmlab[labs]").format(name=error.name),
            file=sys.stderr,
        )
        return 1
    masters = options.masters or sorted(_MASTERS.glob("lab*.md"))
    if not masters:
        raise ValueError(_("no lab*.md in {folder}").format(folder=_MASTERS.resolve()))
    seed = _seed(options)
    refused = 0
    for master in masters:
        start = time.perf_counter()
        print(master.stem, flush=True)
        try:
            built = build(
                master, options.out, seed, say=lambda text: print(f"  {text} …", flush=True)
            )
        except (OSError, ValueError) as error:
            print(_("  refused: {error}").format(error=error), file=sys.stderr, flush=True)
            refused += 1
            continue
        questions = built.master.questions
        print(
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
        print(_("  students: {folder}").format(folder=built.student))
        print(_("  teacher, keep private: {folder}").format(folder=built.teacher), flush=True)
    return 1 if refused else 0


def _seed(options: argparse.Namespace) -> str:
    """Return the seed that was given, or the one on file; make one the first time."""
    if options.seed is not None:
        return str(options.seed)
    file: Path = options.seed_file or options.out / "teacher" / "seed.txt"
    if not file.exists() and options.seed_file is None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{secrets.randbits(64)}\n", encoding="utf-8")
        print(_("A new seed for hidden checks is in {file}: keep it private").format(file=file))
    seed = file.read_text(encoding="utf-8").strip()
    if not seed:
        raise ValueError(_("{file} is empty: write a seed into it").format(file=file))
    return seed


def _datasets(options: argparse.Namespace) -> int:
    from crmlab import datasets

    cards = [datasets.card(name) for name in datasets.names()]
    rows = [(_("name"), _("rows"), _("kind"), _("title"))] + [
        (card.name, f"{card.rows:,}", _("simulated") if card.synthetic else _("real"), card.title)
        for card in cards
    ]
    widths = [max(len(row[n]) for row in rows) for n in range(3)]
    for name, count, kind, title in rows:
        print(f"{name:<{widths[0]}}  {count:>{widths[1]}}  {kind:<{widths[2]}}  {title}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
