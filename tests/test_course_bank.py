"""The bank: the rules of its files, drawing from it, papers, and the command ``crmlab quiz``."""

import copy
import re
from pathlib import Path
from string import ascii_uppercase

import html5lib
import pytest
from click.testing import CliRunner

from crmlab.course.bank import QuizError, check_quiz, draw, make_paper, read_bank
from crmlab.course.bank.questions import KINDS, PARTS, plain
from crmlab.course.cli._root import root

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "book" / "quizzes").glob("*.toml"))

SINGLE = {
    "id": "net",
    "kind": "single",
    "rows": ["C1"],
    "difficulty": 1,
    "stem": "Revenue 500, cost 200: what is left?",
    "explanation": "500 − 200.",
    "options": [
        {"text": "300", "correct": True, "feedback": "Right."},
        {"text": "700", "feedback": "You added."},
    ],
}
MULTIPLE = {
    **{**SINGLE, "id": "more", "kind": "multiple"},
    "options": [
        {"text": "a", "correct": True, "feedback": "Right."},
        {"text": "b", "correct": True, "feedback": "Right."},
        {"text": "c", "feedback": "Wrong."},
    ],
}
NUMBER = {
    **{**SINGLE, "id": "sum", "kind": "number", "otherwise": "Add."},
    "options": [
        {"value": 2.5, "tolerance": 0.1, "correct": True, "feedback": "Right."},
        {"value": 3, "tolerance": 0, "feedback": "Too many."},
    ],
}


def toml(value):
    """Write a value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def write(folder, *questions, name="07_worth.toml"):
    lines = (f"{key} = {toml(value)}" for q in questions for key, value in [("", None), *q.items()])
    text = "\n".join(line if line[0] != " " else "[[question]]" for line in lines)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def change(question, *path, to=None):
    """Return a question with one thing changed, or taken out."""
    changed = place = copy.deepcopy(question)
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return changed


def test_a_good_file(tmp_path):
    single, multiple, number = check_quiz(write(tmp_path, SINGLE, MULTIPLE, NUMBER))
    assert (single.name, single.chapter, single.rows) == ("07/net", "07", ("C1",))
    assert [option.text for option in single.right + single.wrong] == ["300", "700"]
    assert len(multiple.right) == 2
    assert number.otherwise == "Add."
    assert [option.bounds for option in number.options] == [(2.4, 2.6), (3, 3)]
    assert single.page
    assert not check_quiz(write(tmp_path, {**SINGLE, "page": False}))[0].page


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_book_s_own_files_are_good(path):
    questions = check_quiz(path)
    assert questions
    assert len({question.stem for question in questions}) == len(questions)


BROKEN = {
    "unknown key": (change(SINGLE, "stam", to="x"), "has the unknown key 'stam'; did you mean 's"),
    "strange key": (change(SINGLE, "zzz", to="x"), "has the unknown key 'zzz'; known are 'id', "),
    "id missing": (change(SINGLE, "id"), "question 1: needs id, a text"),
    "id with space": (change(SINGLE, "id", to="a b"), "question a b: id must be small letters"),
    "kind unknown": (
        change(SINGLE, "kind", to="many"),
        "question net: kind must be one of single, multiple, number; got 'many'",
    ),
    "no rows": (change(SINGLE, "rows", to=[]), "needs rows, a list"),
    "row unknown": (change(SINGLE, "rows", to=["C15"]), "no row 'C15'; its part C has C1 to C14"),
    "row no text": (change(SINGLE, "rows", to=[5]), "no row 5; its parts are F, L, S"),
    "difficulty": (change(SINGLE, "difficulty", to=4), "difficulty must be one of 1, 2, 3; got 4"),
    "difficulty a bool": (change(SINGLE, "difficulty", to=True), "must be a whole number; got Tr"),
    "stem empty": (change(SINGLE, "stem", to=" "), "needs stem, a text"),
    "no explanation": (change(SINGLE, "explanation"), "needs explanation, a text"),
    "page a text": (change(SINGLE, "page", to="no"), "page must be true or false; got 'no'"),
    "otherwise elsewhere": (
        change(SINGLE, "otherwise", to="x"),
        "otherwise is for the kind number",
    ),
    "no otherwise": (change(NUMBER, "otherwise"), "needs otherwise, a text"),
    "formula": (change(SINGLE, "stem", to="$r$"), "stem has a $: write formulas as HTML"),
    "unknown tag": (change(SINGLE, "stem", to="<u>r</u>"), "stem has <u>: only <b>, <br>"),
    "tag with attribute": (change(SINGLE, "stem", to="<b class='x'>r</b>"), "stem has <b: only"),
    "tag left open": (change(SINGLE, "explanation", to="<i>r"), "explanation: <i> is not closed"),
    "tags crossed": (change(SINGLE, "stem", to="<i><b>r</i></b>"), "stem has </i>"),
    "less-than alone": (change(SINGLE, "stem", to="r < d"), "closed in order; < is &lt;"),
    "bare smaller-than": (change(SINGLE, "stem", to="r<d"), "stem has <d: only"),
    "no options": (change(SINGLE, "options", to=[]), "needs options, a list"),
    "option no table": (
        change(SINGLE, "options", to=["300"]),
        "option 1: must be a table with the keys 'text', 'feedback', 'correct'",
    ),
    "option without text": (change(SINGLE, "options", 1, "text"), "option 2: needs text, a text"),
    "right without feedback": (
        change(SINGLE, "options", 0, "feedback"),
        "option 1: needs feedback, a text",
    ),
    "feedback misspelt": (
        change(SINGLE, "options", 1, "feedbak", to="x"),
        "option 2: has the unknown key 'feedbak'; did you mean 'feedback'?",
    ),
    "value in a choice": (
        change(SINGLE, "options", 0, "value", to=3),
        "option 1: value is for the kind number",
    ),
    "text in a number": (
        change(NUMBER, "options", 0, "text", to="3"),
        "option 1: text is for the kinds single and multiple",
    ),
    "value a text": (change(NUMBER, "options", 0, "value", to="2"), "value must be a number; got"),
    "value no number": (
        change(NUMBER, "options", 0, "value", to=float("nan")),
        "value must be a n",
    ),
    "no tolerance": (change(NUMBER, "options", 0, "tolerance"), "needs tolerance, a number"),
    "tolerance negative": (
        change(NUMBER, "options", 0, "tolerance", to=-1),
        "tolerance must be at least 0; got -1",
    ),
    "same option twice": (change(SINGLE, "options", 1, "text", to="300"), "'300' stands twice"),
    "two right": (
        change(SINGLE, "options", 1, "correct", to=True),
        "needs exactly 1 right option; it has 2",
    ),
    "none right": (
        change(SINGLE, "options", 0, "correct", to=False),
        "needs exactly 1 right option; it has 0",
    ),
    "one right of multiple": (
        change(MULTIPLE, "options", 0, "correct", to=False),
        "needs at least 2 right options; it has 1",
    ),
    "none wrong": (change(MULTIPLE, "options", 2, "correct", to=True), "needs a wrong option"),
    "eleven": (
        change(
            MULTIPLE,
            "options",
            to=[
                {"text": str(n), "correct": n < 3, "feedback": "It is a number."} for n in range(11)
            ],
        ),
        "may be at most 10; it has 11",
    ),
    "no right number": (change(NUMBER, "options", 0, "correct", to=False), "needs a right value"),
    "numbers overlap": (
        change(NUMBER, "options", 1, "tolerance", to=0.4),
        "2.5 and 3 overlap within their tolerances",
    ),
}


@pytest.mark.parametrize(("question", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_question_is_refused(tmp_path, question, words):
    with pytest.raises(QuizError, match=re.escape(words)) as raised:
        check_quiz(write(tmp_path, question))
    assert str(raised.value).startswith("07_worth.toml, question ")


def test_the_second_of_two_equal_ids_is_named(tmp_path):
    with pytest.raises(QuizError, match=r"question net: another question of this file has the sa"):
        check_quiz(write(tmp_path, SINGLE, SINGLE))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "07.toml: needs question, a list"),
        (b"[[questions]]", "07.toml: has the unknown key 'questions'; did you mean 'question'?"),
        (b"question = 3", "07.toml: question must be a list; got 3"),
        (b"question = [3]", "07.toml, question 1: must be a table with the keys 'id', "),
        (b"[[question]\n", "07.toml: Expected"),
        ("stem = '中'".encode("gbk"), "07.toml: 'utf-8' codec can't decode"),
    ],
)
def test_a_file_that_is_no_bank_is_refused(tmp_path, content, words):
    (tmp_path / "07.toml").write_bytes(content)
    with pytest.raises(QuizError, match=re.escape(words)):
        check_quiz(tmp_path / "07.toml")


def test_the_format_as_it_is_described_is_accepted(tmp_path):
    import crmlab.course.bank.questions as module

    shown = re.search(r"^    \[\[question\]\].*?(?=^\S)", module.__doc__, re.M | re.S)[0]
    (tmp_path / "07_x.toml").write_text(re.sub(r"^    ", "", shown, flags=re.M), encoding="utf-8")
    (question,) = check_quiz(tmp_path / "07_x.toml")
    assert question.kind in KINDS


# ---- a bank of several files


def bank(tmp_path, **chapters):
    """Write files with so many questions of each difficulty in turn, and read them."""
    for name, count in chapters.items():
        questions = [
            {**SINGLE, "id": f"q{n}", "difficulty": n % 3 + 1, "rows": ["C1", f"C{n % 5 + 2}"]}
            for n in range(count)
        ]
        write(tmp_path, *questions, name=f"{name}.toml")
    return read_bank([tmp_path])


def names(questions):
    return [question.name for question in questions]


def test_files_and_folders_are_read_and_no_file_twice(tmp_path):
    write(tmp_path, SINGLE)
    private = tmp_path / "private"
    private.mkdir()
    write(private, MULTIPLE)
    assert names(read_bank([tmp_path, private, tmp_path / "07_worth.toml"])) == [
        "07/net",
        "07/more",
    ]


def test_a_name_that_comes_twice_is_refused_with_both_files(tmp_path):
    write(tmp_path, SINGLE)
    write(tmp_path, SINGLE, name="07_more.toml")
    with pytest.raises(QuizError, match=r"07_worth\.toml: the question 07/net is also in .*more"):
        read_bank([tmp_path])


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(QuizError, match="holds no file of questions"):
        read_bank([tmp_path])


def test_drawing_is_by_seed_and_by_nothing_else(tmp_path):
    questions = bank(tmp_path, **{"07_a": 20, "08_b": 20})
    one = names(draw(questions, 10, 7))
    assert one == names(draw(reversed(questions), 10, "7"))
    assert one != names(draw(questions, 10, 8))
    assert len(set(one)) == 10


def test_chapters_take_turns(tmp_path):
    questions = bank(tmp_path, **{"07_a": 20, "08_b": 20, "09_c": 2})
    drawn = [question.chapter for question in draw(questions, 12, 1)]
    assert [drawn.count(chapter) for chapter in ("07", "08", "09")] == [5, 5, 2]


def test_only_what_fits_is_drawn(tmp_path):
    questions = bank(tmp_path, **{"07_a": 12, "mixed_1": 6, "mixed_2": 6})
    assert {q.chapter for q in draw(questions, 12, 1, chapters=["mixed"])} == {"mixed_1", "mixed_2"}
    assert {q.difficulty for q in draw(questions, 16, 1, difficulties=[1, 3])} == {1, 3}
    assert all("C3" in q.rows for q in draw(questions, 4, 1, rows=["C3"]))
    assert len(draw(questions, 24, 1)) == 24


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"n": 13}, "at most 12, for so many questions fit (07: 8, mixed_1: 4); got 13"),
        ({"n": 0}, "n must be at least 1"),
        ({"n": 5, "difficulties": [3]}, "at most 3, for so many questions fit (07: 2, mixed_1: 1)"),
        ({"n": 1, "kinds": ["number"]}, "at most 0, for so many questions fit; got 1"),
        ({"n": 1, "chapters": ["mix"]}, "chapters must be among 07, mixed_1; got 'mix'"),
    ],
)
def test_too_few_questions_are_told_with_counts(tmp_path, choice, words):
    questions = bank(tmp_path, **{"07_a": 8, "mixed_1": 4})
    with pytest.raises(ValueError, match=re.escape(words)):
        draw(questions, seed=1, **choice)


# ---- a paper


def parsed(page):
    return html5lib.HTMLParser(strict=True).parse(page)


def options_of(page):
    """Return the options of each question of a sheet by letter, as a student reads them."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return [
        {ascii_uppercase[n]: "".join(o.itertext()) for n, o in enumerate(item.findall("ol/li"))}
        for item in tree.findall(".//ol[@class='questions']/li")
    ]


def shown(text):
    """Return a text as it stands on paper: a number keeps its percent sign in the line."""
    return re.sub(r"(?<=\d) %", "\u00a0%", text)


@pytest.fixture(scope="module")
def paper():
    return make_paper(draw(read_bank(FILES), 40, 3), 3, "A <test> & more")


def test_the_versions_ask_the_same_in_another_order(paper):
    one, two = paper.versions["A"], paper.versions["B"]
    assert names(one) != names(two)
    assert sorted(names(one)) == sorted(names(two))
    kinds = [KINDS.index(question.kind) for question in one]
    assert kinds == sorted(kinds)
    same = {question.name: question for question in two}
    moved = [q for q in one if q.options != same[q.name].options]
    assert len(moved) > len(one) / 2
    assert all(set(q.options) == set(same[q.name].options) for q in one)


@pytest.mark.parametrize("version", ["A", "B"])
def test_the_key_is_right_for_what_the_sheet_shows(paper, version):
    sheet = options_of(paper.sheet(version))
    tree = html5lib.parse(paper.key(), namespaceHTMLElements=False)
    table = tree.findall(".//table")["AB".index(version)]
    rows = [[cell.text for cell in row] for row in table.iter("tr")][1:]
    assert [row[0] for row in rows] == [str(n + 1) for n in range(len(sheet))]
    for options, (_n, answer, points), question in zip(
        sheet, rows, paper.versions[version], strict=True
    ):
        assert float(points) == paper.points[question.kind]
        if question.kind == "number":
            assert answer.startswith(question.right[0].shown)
        else:
            right = {shown(plain(option.text)) for option in question.right}
            assert {options[letter] for letter in answer} == right


def test_a_sheet_gives_nothing_away(paper):
    for version in ("A", "B"):
        page = paper.sheet(version)
        parsed(page)
        assert "A &lt;test&gt; &amp; more" in page
        for question in paper.versions[version]:
            assert shown(question.explanation) not in page
            assert not any(shown(option.feedback) in page for option in question.options)
    parsed(paper.key())
    assert all(shown(question.explanation) in paper.key() for question in paper.versions["A"])


def test_the_points_of_a_paper(tmp_path):
    paper = make_paper(check_quiz(write(tmp_path, SINGLE, MULTIPLE, NUMBER)), 1, "T")
    assert paper.total == 5
    assert "Version A · 3 questions · 5 points" in paper.sheet("A")
    other = make_paper(paper.versions["A"], 1, "T", {"single": 1.5, "multiple": 3, "number": 4})
    assert other.total == 8.5
    assert "points: 1 × 1.5 = 1.5" in other.sheet("B")


# ---- the command


def run(*arguments):
    return CliRunner().invoke(root, ["quiz", *map(str, arguments)])


def test_check_counts_and_refuses(tmp_path):
    write(tmp_path, SINGLE, {**MULTIPLE, "page": False}, NUMBER)
    write(tmp_path, NUMBER, name="mixed_1.toml")
    said = run("check", tmp_path)
    assert said.exit_code == 0
    head, first, _second, total = (line.split() for line in said.output.splitlines()[:4])
    assert head[:5] == ["chapter", "questions", "single", "multiple", "number"]
    assert first == ["07", "3", "1", "1", "1", "3", "0", "0", "1"]
    assert total == ["all", "4", "1", "1", "2", "4", "0", "0", "1"]
    assert "Questions by row of the syllabus: C1 4\n" in said.output

    write(tmp_path, {**SINGLE, "kind": "x"}, name="08_x.toml")
    said = run("check", tmp_path)
    assert said.exit_code == 1
    assert said.stderr.startswith("crmlab: 08_x.toml, question net: kind must be one of")
    assert said.stdout == ""


def test_check_says_that_the_book_s_bank_asks_about_every_part(monkeypatch):
    monkeypatch.chdir(ROOT)
    said = run("check")
    assert said.exit_code == 0
    listed = said.output.partition("Questions by row of the syllabus: ")[2].splitlines()[0]
    asked = {re.sub(r"\d+ \d+$", "", one) for one in listed.split(", ")}
    assert asked >= set(PARTS) - {"T"}


def test_export_writes_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SINGLE, MULTIPLE, NUMBER)
    common = ("export", "--bank", tmp_path, "-n", 3, "--seed", "s")
    first = {}
    for _time in range(2):
        assert run(*common, "--format", "paper", "-o", "p.html").exit_code == 0
        said = run(*common, "--format", "moodle", "-o", "m.xml")
        assert said.output.splitlines() == ["m.xml", "3 questions (07: 3)"]
        files = ["p_A.html", "p_B.html", "p_key.html", "m.xml"]
        made = {name: (tmp_path / name).read_bytes() for name in files}
        assert first in ({}, made)
        first = made


def test_two_banks_are_used_together_and_instead_of_the_book_s(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, {**SINGLE, "id": f"own-{name}"}, name="99_own.toml")
    banks = ("--bank", tmp_path / "a", "--bank", tmp_path / "b")
    out = tmp_path / "m.xml"
    assert (
        run("export", "--format", "moodle", *banks, "-n", 2, "--seed", 1, "-o", out).exit_code == 0
    )
    assert "99/own-a" in out.read_text("utf-8")
    said = run("export", "--format", "moodle", *banks, "-n", 3, "--seed", 1, "-o", out)
    assert said.exit_code == 1
    assert "at most 2" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--difficulty", "4"], "'4' in '4'; allowed are 1, 2, 3"),
        (["--rows", "C1,X9"], "'X9' in 'C1,X9'; allowed are F1,"),
        (["--kinds", "essay"], "allowed are single, multiple, number"),
        (["--points", "single=0"], "single=0 is not of the form"),
        (["--points", "essay=3"], "essay=3 is not of the form"),
        (["--format", "word"], "'word' is not one of 'moodle', 'paper'"),
    ],
)
def test_what_is_not_understood_is_exit_code_2(arguments, words):
    said = run("export", "--format", "paper", "-n", 1, "--seed", 1, "-o", "x.html", *arguments)
    assert said.exit_code == 2
    assert words in said.stderr
