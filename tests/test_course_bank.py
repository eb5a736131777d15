"""The bank: the rules of its files, each with a message that names the place."""

import copy
import re
from pathlib import Path

import pytest

from crmlab.course.bank import QuizError, check_quiz
from crmlab.course.bank.questions import KINDS

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
