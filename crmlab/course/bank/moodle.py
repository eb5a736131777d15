"""Questions as Moodle XML, which Moodle reads under *Question bank → Import*.

Facts of the format that this relies on, from Moodle's documentation of it and from its importer
(``question/format/xml/format.php``, ``question/format.php``, ``question/engine/bank.php``):

- A ``question`` of the type ``category`` sets the category of those that follow; its path
  begins with ``$course$/top`` and is made where it is missing.
- A question has a ``name``, a ``questiontext`` in HTML, a ``generalfeedback`` that is shown
  after answering, an ``idnumber`` that is unique in its category, and ``tags``.
- ``fraction`` is in percent and must be one of Moodle's list: *p*/*q* for *q* up to 6, tenths,
  1/*q* for *q* up to 10, and 1/20, each also negative. It is read with five decimals.
- ``multichoice`` with ``single`` *true* must have a fraction of 100. With *false* the positive
  fractions must sum to 100 within one percent, and a total below 0 counts as 0.
- ``numerical`` takes the first answer that fits; ``tolerance`` is absolute, and both ends count;
  the answer ``*`` fits every number and so stands last.

Here a wrong option of several takes off as much as makes the whole 0 when all are ticked.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from xml.dom.minidom import Document

from crmlab.course.bank.questions import DIFFICULTIES, Option, Question, digits

_Element = Any  # minidom types every element as one that may have no document


def moodle_xml(questions: Iterable[Question], category: str = "CRM") -> str:
    """Return the questions as Moodle XML, each in the category of its chapter.

    Parameters
    ----------
    questions : iterable of Question
        What to export.
    category : str
        The category above those of the chapters, without a slash.

    Returns
    -------
    str
        The text of the file, to be written as UTF-8.

    Raises
    ------
    ValueError
        If `category` is empty or has a slash.
    """
    if not category.strip() or "/" in category:
        raise ValueError(f"category must be a name without a slash; got {category!r}")
    document = Document()
    quiz = document.appendChild(document.createElement("quiz"))
    by_chapter: dict[str, list[Question]] = {}
    for question in questions:
        by_chapter.setdefault(question.chapter, []).append(question)
    for chapter, its in by_chapter.items():
        place = _add(quiz, "question", type="category")
        _text(place, "category", f"$course$/top/{category}/{chapter}")
        for question in its:
            _question(quiz, question)
    return document.toprettyxml(indent=" ", encoding="UTF-8").decode("utf-8")


def fractions(question: Question) -> list[Decimal]:
    """Return what each option counts, in percent of the question's mark.

    Parameters
    ----------
    question : Question
        Any question; a wrong option takes off only where several may be ticked.

    Returns
    -------
    list of Decimal
        One number for each option, with at most five decimals.
    """
    several = question.kind == "multiple"
    right = Decimal(100) / (len(question.right) if several else 1)
    wrong = Decimal(-100) / len(question.wrong) if several else Decimal(0)
    step = Decimal("0.00001")
    return [(right if option.correct else wrong).quantize(step) for option in question.options]


def _question(quiz: _Element, question: Question) -> None:
    number = question.kind == "number"
    one = _add(quiz, "question", type="numerical" if number else "multichoice")
    _text(one, "name", question.name)
    _html(one, "questiontext", question.stem)
    _html(one, "generalfeedback", question.explanation)
    _add(one, "defaultgrade", "1")
    _add(one, "penalty", "0.3333333")
    _add(one, "hidden", "0")
    _add(one, "idnumber", question.name)
    if not number:
        _add(one, "single", "true" if question.kind == "single" else "false")
        _add(one, "shuffleanswers", "true")
        _add(one, "answernumbering", "ABCD")
    for option, fraction in zip(question.options, fractions(question), strict=True):
        _answer(one, option, fraction, number)
    if number:
        _answer(one, Option(text="*", feedback=question.otherwise), Decimal(0), number)
    tags = _add(one, "tags")
    level = f"difficulty {question.difficulty} ({DIFFICULTIES[question.difficulty]})"
    for tag in (*question.rows, level):
        _text(tags, "tag", tag)


def _answer(question: _Element, option: Option, fraction: Decimal, number: bool) -> None:
    percent = f"{fraction.normalize():f}"
    if not number:
        answer = _html(question, "answer", option.text, fraction=percent)
    else:
        answer = _text(question, "answer", option.shown, fraction=percent)
        if not option.text:
            _add(answer, "tolerance", digits(option.tolerance))
    _html(answer, "feedback", option.feedback)


def _add(parent: _Element, name: str, text: str = "", **attributes: str) -> _Element:
    """Append an element and return it."""
    element = parent.appendChild(parent.ownerDocument.createElement(name))
    for key, value in attributes.items():
        element.setAttribute(key, value)
    if text:
        element.appendChild(parent.ownerDocument.createTextNode(text))
    return element


def _text(parent: _Element, name: str, text: str, **attributes: str) -> _Element:
    element = _add(parent, name, **attributes)
    _add(element, "text", text)
    return element


def _html(parent: _Element, name: str, text: str, **attributes: str) -> _Element:
    element = _add(parent, name, format="html", **attributes)
    place = _add(element, "text")
    # In HTML &gt; is the same character, and ]]> would end the section.
    html = text.replace("]]>", "]]&gt;")
    place.appendChild(parent.ownerDocument.createCDATASection(html))
    return element
