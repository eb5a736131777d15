"""The text of the book is held to its cells: numbers, code width, names on the syllabus map."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest
from click import Context

from crmlab.course import check_quiz
from crmlab.course.bank.questions import ROWS
from crmlab.course.cli._root import root
from crmlab.course.master import read_master

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = [*sorted((ROOT / "book").glob("[0-9][0-9]_*.ipynb")), ROOT / "book" / "capstone.ipynb"]
LABS = sorted((ROOT / "exercises").glob("lab*.md"))
QUIZZES = sorted((ROOT / "book" / "quizzes").glob("*.toml"))
TEACH = sorted((ROOT / "book" / "teach").glob("*.md"))
WIDEST = 79  # characters that fit the page on a laptop

_NUMBER = re.compile(r"(?<![\w.,])[−-]?\d[\d,]*(?:\.\d+)?(?![\w])")
#: Parts of the text in which a number is a name, a formula or code.
_NOT_PROSE = re.compile(
    r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\{[a-z:]+\}`[^`]*`|^#+ [^\n]*|\]\([^)]*\)|^\d+\. |^:\w+:[^\n]*"
    r"|\b[Cc]hapters? \d+(?: and \d+)?|\b[Mm]odels? \d(?:(?:, | and | to )\d)*|\bLab \d+|\bC\d{4}\b"
    r"|\b(?:case|state|[Ss]tep|recency|period|year|in|January) \d{1,4}\b|Reading time[^\n]*",
    re.MULTILINE | re.DOTALL,
)

#: Numbers that a chapter's text is given and no cell holds: facts of a case, a data set or a law.
GIVEN = {
    "03_satisfaction": {"95"},  # per cent, the level of an interval
    "07_customer_worth": {"350", "2,357", "78"},  # B's 450 - 100; customers and weeks of CDNOW
    "08_switching": {"184"},  # the 185 purchases of one household, less one
    "10_grading": {"480", "1.25"},  # 12 months of 40 visits; a growing trend begins here
    "12_credit": {"1973", "1975,", "5,951"},  # years of the German credits; a credit in DM
    "14_selling": {"180"},  # days without an order, by default
    "16_crm_system": {"365", "95", "17,", "17"},  # days; per cent; articles of two laws
}


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
    plain = [re.sub(r"(?<=\d)_(?=\d)", "", text) for text in texts]  # 125_000 in code
    read = [*texts, *plain]
    return {value(token) for text in read for token in re.findall(r"-?\d+(?:\.\d+)?", text)}


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
    assert set(unknown) <= GIVEN.get(path.stem, set())


def test_only_the_line_of_a_heading_is_no_prose() -> None:
    text = _NOT_PROSE.sub(" ", "## Section 7\n\nIt brings 12 yuan.\n:label: c01-99\nThen 13.")
    assert numbers(text) == ["12", "13"]


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
    notebooks = sorted((ROOT / "book").glob("*.ipynb"))
    book = "\n".join(path.read_text(encoding="utf-8") for path in notebooks)
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
        masters = list((ROOT / "exercises").glob(f"lab{number}_*.md"))
        assert len(masters) == 1, f"exercises/ has {len(masters)} masters of Lab {number}"
        (master,) = masters
        assert set(questions.split(", ")) <= {q.id for q in read_master(master, seed="0").questions}
    names = {question.id for path in QUIZZES for question in check_quiz(path)}
    assert all(row), "a cell of the row is empty"
    assert re.search(r"\d\d: q\d", lab), "the row names no question of a lab, such as 07: q1"
    assert (asked_here := set(re.findall(r"`([\w-]+)`", quizzes)))
    assert asked_here <= names


def test_every_table_of_the_syllabus_map_has_a_head() -> None:
    """Without one, Markdown shows the rows as a paragraph."""
    text = (ROOT / "book" / "syllabus.md").read_text(encoding="utf-8")
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert len(parts) > 10
    for part in parts:
        name, empty, head, line, row, *_ = part.splitlines()
        assert (empty, head.split(" | ")[0], set(line)) == ("", "| row", set("|-")), name
        assert re.match(r"\| [A-Z]+\d+ \|", row), name


def asked(path: Path) -> set[str]:
    """The ids of a file's questions that the notebooks of the book ask."""
    found: set[str] = set()
    for notebook in (ROOT / "book").glob("*.ipynb"):
        for cell in nbformat.read(notebook, as_version=4).cells:
            for call in ast.walk(ast.parse(cell.source if "quiz(" in cell.source else "")):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "quiz":
                    file, *ids = (ast.literal_eval(given) for given in call.args)
                    if file == f"quizzes/{path.name}":
                        found |= set(ids) or {q.id for q in check_quiz(path) if q.page}
    return found


@pytest.mark.parametrize("path", QUIZZES, ids=lambda path: path.stem)
def test_the_book_asks_every_question_that_is_meant_for_a_page_and_no_other(path: Path) -> None:
    meant = {question.id for question in check_quiz(path) if question.page}
    told = "ask it by quiz(...) in the chapter, or write page = false"
    assert asked(path) == meant, f"{told}: {asked(path) ^ meant}"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("page", ["index.md", "outline.md", "_toc.yml"])
def test_the_lists_of_chapters_are_whole(page: str, path: Path) -> None:
    text = (ROOT / "book" / page).read_text(encoding="utf-8")
    link = f"- file: {path.stem}\n" if page == "_toc.yml" else f"]({path.stem})"
    assert link in text, f"book/{page} does not list the chapter"


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)
def test_a_reader_finds_every_lab_with_its_time(path: Path) -> None:
    master = path.read_text(encoding="utf-8")
    text = (ROOT / "book" / "how_to_use.md").read_text(encoding="utf-8")
    row = rf"^\| Lab {path.stem[3:5]} \| .* \| (.+?) \| \[.*\]\(site:labs/{path.stem}\.zip\) \|$"
    times = re.findall(row, text, re.MULTILINE)
    assert len(times) == 1, "the table of labs in book/how_to_use.md needs one row for it"
    assert f"About {times[0]}" in master
    name = "capstone" if path.stem.endswith("_capstone") else path.stem.partition("_")[0][3:] + "_*"
    (chapter,) = (ROOT / "book").glob(f"{name}.ipynb")
    assert f"the lab takes another {times[0].split()[0]}." in chapter.read_text(encoding="utf-8")


def test_every_row_of_the_bank_is_on_the_syllabus_map() -> None:
    text = (ROOT / "book" / "syllabus.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\b[A-Z]{1,2}\d{1,2}\b", text))
    for part, low, high in re.findall(r"\b([A-Z]{1,2})(\d+) to \1(\d+)\b", text):
        listed |= {f"{part}{n}" for n in range(int(low), int(high) + 1)}
    assert set(ROWS) == listed, "PARTS in crmlab/course/bank/questions.py counts the rows"
