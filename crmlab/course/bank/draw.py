"""Reading a bank of several files and drawing questions from it."""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, zip_longest
from pathlib import Path

from crmlab._text import _
from crmlab.course.bank.questions import Question, QuizError, check_quiz


def read_bank(places: Iterable[str | Path]) -> list[Question]:
    """Return the questions of files and of all ``*.toml`` in folders.

    Parameters
    ----------
    places : iterable of str or Path
        Files of questions, or folders that hold some.

    Returns
    -------
    list of Question
        In the order of the places, and of the names in a folder.

    Raises
    ------
    QuizError
        If a file breaks a rule, a folder holds no file of questions, or two files of one
        chapter name a question alike.
    """
    files: dict[Path, None] = {}
    for place in map(Path, places):
        found = sorted(place.glob("*.toml")) if place.is_dir() else [place]
        if not found:
            raise QuizError(_("{folder}: holds no file of questions, *.toml").format(folder=place))
        files.update(dict.fromkeys(found))
    origin: dict[str, Path] = {}
    questions: list[Question] = []
    for file in files:
        for question in check_quiz(file):
            if question.name in origin:
                raise QuizError(
                    _("{file}: the question {name} is also in {other}").format(
                        file=file, name=question.name, other=origin[question.name]
                    )
                )
            origin[question.name] = file
            questions.append(question)
    return questions


def draw(
    questions: Iterable[Question],
    n: int,
    seed: str | int,
    *,
    chapters: Collection[str] = (),
    rows: Collection[str] = (),
    difficulties: Collection[int] = (),
    kinds: Collection[str] = (),
) -> list[Question]:
    """Draw questions that fit, from each chapter in turn, so that all have their share.

    Parameters
    ----------
    questions : iterable of Question
        The bank.
    n : int
        How many to draw.
    seed : str or int
        The same bank, choice and seed give the same questions in the same order.
    chapters : collection of str
        Only from these: ``"07"``, or ``"mixed"`` for ``mixed_1`` and ``mixed_2``; all if empty.
    rows : collection of str
        Only questions that ask about one of these rows; all if empty.
    difficulties : collection of int
        Only of these; all if empty.
    kinds : collection of str
        Only of these; all if empty.

    Returns
    -------
    list of Question
        The questions drawn.

    Raises
    ------
    ValueError
        If fewer than `n` fit, with what there is, or if nothing in the bank has a chapter named.
    """
    bank = sorted(questions, key=lambda question: question.name)
    for name in chapters:
        if not any(_is_of(question, [name]) for question in bank):
            raise ValueError(
                _("chapters must be among {known}; got {name}").format(
                    known=", ".join(sorted({q.chapter for q in bank})), name=repr(name)
                )
            )
    fitting = [
        question
        for question in bank
        if (not chapters or _is_of(question, chapters))
        and (not rows or set(rows) & set(question.rows))
        and (not difficulties or question.difficulty in difficulties)
        and (not kinds or question.kind in kinds)
    ]
    if not 0 < n <= len(fitting):
        raise ValueError(
            _("n must be at least 1 and at most {most}, for so many questions fit{what}; got {n}")
            .format(most=len(fitting), what=_what(fitting), n=n)
        )  # fmt: skip
    chance = random.Random(f"draw/{seed}")
    by_chapter: dict[str, list[Question]] = {}
    for question in fitting:
        by_chapter.setdefault(question.chapter, []).append(question)
    decks = list(by_chapter.values())
    chance.shuffle(decks)
    for deck in decks:
        chance.shuffle(deck)
    turns = chain.from_iterable(zip_longest(*decks))
    return [question for question in turns if question is not None][:n]


def _is_of(question: Question, chapters: Collection[str]) -> bool:
    return any(
        question.chapter == name or question.chapter.startswith(f"{name}_") for name in chapters
    )


def _what(questions: Sequence[Question]) -> str:
    """Tell where the questions come from."""
    counts = Counter(question.chapter for question in questions)
    told = ", ".join(_("{chapter}: {n}").format(chapter=c, n=n) for c, n in counts.items())
    return f" ({told})" if told else ""
