"""The format of a question file (题库), and the rules that it is held to.

A file of questions is TOML, one for each chapter, ``NN_topic.toml``, or for a set over several
chapters, such as ``mixed_1.toml``::

    [[question]]
    id = "discount"          # letters, digits, hyphens; unique in the file
    kind = "number"          # "single" (one right option), "multiple" (two or more), "number"
    rows = ["C5"]            # rows of the syllabus that it asks about
    difficulty = 1           # 1 recall, 2 apply, 3 judge
    stem = "1,100 yuan come in one year. What are they worth today at 10 %, in yuan?"
    explanation = "One year at 10 %: 1,100 / 1.1 = 1,000."   # for the key: why it is right
    otherwise = "Divide by 1 + <i>d</i>."   # kind number only: said to any other number
    page = true              # false: for papers only, asked on no page; true if left out

    [[question.options]]
    value = 1000             # kind number; the other kinds have text = "…"
    tolerance = 0.5          # kind number: how far off still counts as this value
    correct = true           # false if left out
    feedback = "Right: 1,100 / 1.1 = 1,000."   # every option has its own, right or wrong

Texts are plain, with simple HTML for formulas such as ``<i>r</i>/(1 + <i>d</i>)``, and without
``$``: nothing typesets it where a quiz is shown in JupyterLab or printed on a paper.

This module reads with the standard library alone, for it runs in the reader's browser as well.
"""

import html
import itertools
import math
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from crmlab._text import _
from crmlab.course._records import NUMBER, FaultError, Kinds, keys, one_of

KINDS = ("single", "multiple", "number")
#: Difficulty: what a question asks of the student.
DIFFICULTIES = {1: _("recall"), 2: _("apply"), 3: _("judge")}
#: The syllabus: how many rows each of its parts has.
PARTS = {
    **{"F": 5, "L": 5, "S": 8, "I": 5, "Y": 8, "V": 4, "C": 14, "G": 11},
    **{"K": 6, "P": 4, "SV": 6, "D": 5, "T": 2},
}
ROWS = tuple(f"{part}{n}" for part, rows in PARTS.items() for n in range(1, rows + 1))
#: What may stand in a text; everything that shows questions knows these.
TAGS = ("b", "br", "code", "em", "i", "strong", "sub", "sup")


class QuizError(ValueError):
    """A file of questions that breaks a rule; the message names file, question, key and rule."""


@dataclass(frozen=True)
class Option:
    """One answer that a question foresees, right or wrong, with what to say to it.

    Attributes
    ----------
    feedback : str
        The explanation for a student who gives this answer.
    correct : bool
        Whether it is a right one.
    text : str
        The answer, of the kinds ``single`` and ``multiple``.
    value, tolerance : float
        The answer of the kind ``number``, and how far off a number still counts as it.
    """

    feedback: str
    correct: bool = False
    text: str = ""
    value: float = math.nan
    tolerance: float = 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest number that count as this one, free of rounding noise."""
        value, tolerance = Decimal(repr(self.value)), Decimal(repr(self.tolerance))
        return float(value - tolerance), float(value + tolerance)

    @property
    def shown(self) -> str:
        """The answer in words or digits."""
        return self.text or digits(self.value)


@dataclass(frozen=True)
class Question:
    """One question with its answers.

    Attributes
    ----------
    chapter : str
        From the file's name: ``"07"`` for ``07_customer_worth.toml``, else its whole stem.
    id : str
        Unique in its chapter.
    kind : str
        ``"single"``, ``"multiple"`` or ``"number"``.
    rows : tuple of str
        Rows of the syllabus.
    difficulty : int
        1 recall, 2 apply, 3 judge.
    stem : str
        What is asked.
    explanation : str
        Why the right answer is right.
    options : tuple of Option
        The answers that are foreseen.
    otherwise : str
        What to say to any other number, of the kind ``number``.
    page : bool
        Whether the question is asked on the chapter's page.
    """

    chapter: str
    id: str
    kind: str
    rows: tuple[str, ...]
    difficulty: int
    stem: str
    explanation: str
    options: tuple[Option, ...]
    otherwise: str = ""
    page: bool = True

    @property
    def name(self) -> str:
        """Its name in the bank, such as ``07/discount``."""
        return f"{self.chapter}/{self.id}"

    @property
    def right(self) -> list[Option]:
        """The right options."""
        return [option for option in self.options if option.correct]

    @property
    def wrong(self) -> list[Option]:
        """The wrong options."""
        return [option for option in self.options if not option.correct]


def check_quiz(path: str | Path) -> list[Question]:
    """Return the questions of a file, or say what is wrong with it.

    Parameters
    ----------
    path : str or Path
        The TOML file; ``crmlab.course.bank.questions`` describes it.

    Returns
    -------
    list of Question
        In the file's order.

    Raises
    ------
    QuizError
        If the file breaks a rule.
    """
    path = Path(path)
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise QuizError(f"{path.name}: {error}") from None
    try:
        keys(record, {"question": list}, ["question"])
    except FaultError as fault:
        raise QuizError(f"{path.name}: {fault}") from None
    questions: dict[str, Question] = {}
    for n, one in enumerate(record["question"], start=1):
        named = one.get("id", n) if isinstance(one, dict) else n
        try:
            question = _question(one, chapter_of(path))
            if question.id in questions:
                raise FaultError(_("another question of this file has the same id"))
        except FaultError as fault:
            raise QuizError(
                _("{file}, question {name}: {fault}").format(
                    file=path.name, name=named, fault=fault
                )
            ) from None
        questions[question.id] = question
    return list(questions.values())


def chapter_of(path: Path) -> str:
    """Return the chapter that a file's name tells.

    >>> chapter_of(Path("07_customer_worth.toml")), chapter_of(Path("mixed_1.toml"))
    ('07', 'mixed_1')
    """
    numbered = re.match(r"(\d\d)_", path.stem)
    return numbered[1] if numbered else path.stem


def digits(value: float) -> str:
    """Return a number in plain digits.

    >>> digits(1000.0), digits(1e-5), digits(1234567.8)
    ('1000', '0.00001', '1234567.8')
    """
    return f"{Decimal(repr(value)).normalize():f}"


def plain(text: str) -> str:
    """Return a text without its tags, for places that show none.

    >>> plain("<i>r</i> &lt; 1")
    'r < 1'
    """
    return html.unescape(re.sub(r"<[^>]+>", "", text))


_QUESTION: Kinds = {
    **{"id": str, "kind": str, "rows": list, "difficulty": int, "stem": str},
    **{"explanation": str, "options": list, "page": bool},
}
_OPTION: Kinds = {"feedback": str, "correct": bool}
_CHOICE: Kinds = {"text": str, **_OPTION}
_VALUE: Kinds = {"value": NUMBER, "tolerance": NUMBER, **_OPTION}


def _question(record: Any, chapter: str) -> Question:
    """Return the question that a record tells, or raise the rule that it breaks."""
    number = isinstance(record, dict) and record.get("kind") == "number"
    known = {**_QUESTION, "otherwise": str} if number else _QUESTION
    needed = [key for key in known if key != "page"]
    keys(record, known, needed, elsewhere={"otherwise": _("the kind number")})
    if not re.fullmatch(r"[a-z][a-z0-9-]*", record["id"]):
        raise FaultError(_("id must be small letters, digits and hyphens, such as 'net-margin'"))
    one_of(record["kind"], "kind", KINDS)
    one_of(record["difficulty"], "difficulty", DIFFICULTIES)
    for row in record["rows"]:
        _row(row)
    for key in ("stem", "explanation", "otherwise"):
        _markup(record.get(key, ""), key)
    options = []
    for n, one in enumerate(record["options"], start=1):
        try:
            options.append(_option(one, number))
        except FaultError as fault:
            raise FaultError(_("option {n}: {fault}").format(n=n, fault=fault)) from None
    _together(record["kind"], options)
    return Question(
        **{**record, "rows": tuple(record["rows"]), "options": tuple(options)}, chapter=chapter
    )


def _option(record: Any, number: bool) -> Option:
    known, other = (_VALUE, _CHOICE) if number else (_CHOICE, _VALUE)
    kinds = _("the kinds single and multiple") if number else _("the kind number")
    needed = [key for key in known if key != "correct"]
    keys(record, known, needed, elsewhere=dict.fromkeys(other, kinds))
    _markup(record["feedback"], "feedback")
    if not number:
        _markup(record["text"], "text")
    elif not math.isfinite(record["value"]):
        raise FaultError(_("value must be a number; got {got}").format(got=record["value"]))
    elif not 0 <= record["tolerance"] < math.inf:
        raise FaultError(
            _("tolerance must be at least 0; got {got}").format(got=record["tolerance"])
        )
    return Option(**record)


def _together(kind: str, options: list[Option]) -> None:
    """Raise unless the options of one question go together."""
    right = sum(option.correct for option in options)
    wrong = len(options) - right
    if kind == "number":
        if not right:
            raise FaultError(_("options: needs a right value"))
        ordered = sorted(options, key=lambda option: option.bounds)
        for low, high in itertools.pairwise(ordered):
            if low.bounds[1] >= high.bounds[0]:
                raise FaultError(
                    _("options: {low} and {high} overlap within their tolerances").format(
                        low=low.shown, high=high.shown
                    )
                )
        return
    texts = [option.text for option in options]
    twice = [text for text in texts if texts.count(text) > 1]
    if twice:
        raise FaultError(_("options: {text} stands twice").format(text=repr(twice[0])))
    if kind == "single" and right != 1:
        raise FaultError(_("options: needs exactly 1 right option; it has {n}").format(n=right))
    if kind == "multiple" and right < 2:
        raise FaultError(_("options: needs at least 2 right options; it has {n}").format(n=right))
    if not wrong:
        raise FaultError(_("options: needs a wrong option"))
    if len(options) > 10:  # more have no share of 100 % that a learning platform knows
        raise FaultError(_("options: may be at most 10; it has {n}").format(n=len(options)))


def _row(row: Any) -> None:
    if row not in ROWS:
        part = re.sub(r"\d+$", "", str(row))
        has = (
            _("its part {part} has {part}1 to {part}{last}").format(part=part, last=PARTS[part])
            if part in PARTS
            else _("its parts are {parts}").format(parts=", ".join(PARTS))
        )
        raise FaultError(
            _("rows: the syllabus has no row {row}; {has}").format(row=repr(row), has=has)
        )


def _markup(text: str, key: str) -> None:
    """Raise unless `text` can be shown on a page, on paper and in Moodle alike."""
    if "$" in text:
        raise FaultError(
            _("{key} has a $: write formulas as HTML, such as <i>r</i>/(1 + <i>d</i>)").format(
                key=key
            )
        )
    open_tags: list[str] = []
    for found in re.finditer(r"<(/?)(\w*)(>?)", text):
        closes, tag, ends = found.groups()
        if tag not in TAGS or not ends or (closes and open_tags[-1:] != [tag]):
            raise FaultError(
                _("{key} has {found}: only {tags} may be used, closed in order; < is &lt;").format(
                    key=key, found=found[0], tags=", ".join(f"<{tag}>" for tag in TAGS)
                )
            )
        if closes:
            open_tags.pop()
        elif tag != "br":
            open_tags.append(tag)
    if open_tags:
        raise FaultError(_("{key}: <{tag}> is not closed").format(key=key, tag=open_tags[-1]))
