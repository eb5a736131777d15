"""The text of the book is held to its cells: numbers, code width, names on the syllabus map."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from click import Context

from crmlab.course import check_quiz
from crmlab.course.cli._root import root
from crmlab.course.master import read_master

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "book").glob("[0-9][0-9]_*.ipynb"))
TEACH = sorted((ROOT / "book" / "teach").rglob("*.md"))
WIDEST = 79  # characters that fit the page on a laptop

_NUMBER = re.compile(r"(?<![\w.,])[−-]?\d[\d,]*(?:\.\d+)?(?![\w])")
#: Parts of the text in which a number is a name, a formula or code.
_NOT_PROSE = re.compile(
    r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\{[a-z:]+\}`[^`]*`|^#+ .*$|\]\([^)]*\)|^\d+\. |^:\w+:.*$"
    r"|\b[Cc]hapters? \d+(?: and \d+)?|\b[Mm]odels? \d(?:(?:, | and | to )\d)*|\bLab \d+|\bC\d{4}\b"
    r"|\b(?:case|state|[Ss]tep|recency|period|year|in|January) \d{1,4}\b|Reading time.*$",
    re.MULTILINE | re.DOTALL,
)


def numbers(text: str) -> list[str]:
    return _NUMBER.findall(text)


def value(token: str) -> float:
    return float(token.replace(",", "").replace("−", "-"))


def known_values(cells: list) -> set[float]:
    """All numbers that cells compute or are given."""
    texts = []
    for cell in cells:
        texts.append(cell.source)
        for output in cell.get("outputs", []):
            texts.append(output.get("text", ""))
            texts.append(output.get("data", {}).get("text/plain", ""))
    return {value(token) for text in texts for token in re.findall(r"-?\d+(?:\.\d+)?", text)}


def is_known(token: str, known: set[float]) -> bool:
    """Whether a number of the text is a known one, rounded, perhaps as a percentage."""
    wanted, digits = value(token), len(token.partition(".")[2])
    slack = 0.5000001 * 10**-digits
    return any(
        abs(abs(scale * number) - abs(wanted)) <= slack for number in known for scale in (1, 100)
    )


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_number_in_the_text_comes_from_a_cell(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    known = known_values([cell for cell in cells if cell.cell_type == "code"])
    prose = [_NOT_PROSE.sub(" ", c.source) for c in cells if c.cell_type == "markdown"]
    assert prose
    unknown = [token for text in prose for token in numbers(text) if not is_known(token, known)]
    assert not unknown


def test_a_drifted_number_is_noticed() -> None:
    known = {0.4917, 3505.93, 5.0}
    assert all(is_known(token, known) for token in ("3,506", "49", "0.49", "5", "3,505.9"))
    assert not any(is_known(token, known) for token in ("3,507", "50", "0.48", "6"))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_code_fits_the_page(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    lines = [line for c in cells if c.cell_type == "code" for line in c.source.splitlines()]
    assert [line for line in lines if len(line) > WIDEST] == []


def syllabus_rows() -> list[list[str]]:
    """Rows of the first table of the syllabus map, cell by cell."""
    text = (ROOT / "book" / "syllabus.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.match(r"\| [A-Z]+\d+ \|", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("row", syllabus_rows(), ids=lambda row: row[0])
def test_the_syllabus_map_names_what_exists(row: list[str]) -> None:
    _row, _what, sections, functions, lab, quizzes = row
    book = "\n".join(path.read_text(encoding="utf-8") for path in CHAPTERS)
    teach = "\n".join(path.read_text(encoding="utf-8") for path in TEACH)
    for label in re.findall(r"\]\(([\w-]+)\)", sections):
        line = f"({label})=\n"
        assert json.dumps(line)[1:-1] in book or line in teach, label
    for module, name in re.findall(r"`(\w+)\.(\w+)`", functions):
        module_ = __import__(f"crmlab.{module}", fromlist=[name])
        assert name in module_.__all__, f"{module}.{name}"
    for command in re.findall(r"`crmlab (\w+)`", functions):
        assert root.get_command(Context(root), command), command
    for number, questions in re.findall(r"(\d\d): ((?:q\d+(?:, )?)+)", lab):
        (master,) = (ROOT / "exercises").glob(f"lab{number}_*.md")
        assert set(questions.split(", ")) <= {q.id for q in read_master(master, seed="0").questions}
    names = {
        question["name"]
        for path in (ROOT / "book" / "quizzes").glob("*.json")
        for question in check_quiz(path)
    }
    assert sections
    assert functions
    assert lab or quizzes or _row.startswith("T")  # rules of the course are not practised
    assert set(re.findall(r"`([\w-]+)`", quizzes)) <= names


def test_every_quiz_question_is_asked_in_its_chapter() -> None:
    for path in (ROOT / "book" / "quizzes").glob("*.json"):
        chapter = (ROOT / "book" / path.with_suffix(".ipynb").name).read_text(encoding="utf-8")
        for question in check_quiz(path):
            assert f'\\"{question["name"]}\\"' in chapter, question["name"]
