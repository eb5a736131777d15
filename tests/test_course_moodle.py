"""Moodle XML is held to what Moodle's documentation and its importer ask of a file.

The validator here is written from those rules, not from our writer: it reads the file with
another parser and knows nothing of the bank but the questions that went in.
"""

import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from crmlab.course.bank import Option, Question, check_quiz, moodle_xml, read_bank
from crmlab.course.bank.moodle import fractions

BANK = read_bank([Path(__file__).resolve().parents[1] / "book" / "quizzes"])

#: The fractions that Moodle knows, in percent (question/engine/bank.php), with their negatives.
_UP = (
    "90 83.33333 80 75 70 66.66667 60 50 40 33.33333 30 25 20 16.66667 14.28571 12.5 11.11111 10 5"
)
ALLOWED = {Decimal(0), Decimal(100), Decimal(-100)}
ALLOWED |= {sign * Decimal(number) for number in _UP.split() for sign in (1, -1)}
HTML = {"b", "br", "code", "em", "i", "strong", "sub", "sup"}


def question(**changes):
    known = {
        **{"chapter": "07", "id": "one", "kind": "single", "rows": ("C1",), "difficulty": 2},
        **{"stem": "What?", "explanation": "So."},
        "options": (Option("Right.", True, "yes"), Option("Wrong.", False, "no")),
    }
    return Question(**{**known, **changes})


def several(right, wrong):
    options = [Option("Because.", n < right, f"option {n}") for n in range(right + wrong)]
    return question(kind="multiple", options=tuple(options))


def validate(text):
    """Return the questions of a file as Moodle's importer would take them, or raise."""
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')  # nothing may come before
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert root.tag == "quiz"
    category, taken, numbers = None, {}, set()
    for one in root:
        assert one.tag == "question"
        if one.get("type") == "category":
            category = one.findtext("category/text")
            assert re.fullmatch(r"\$course\$/top(/[^/]+)+", category)
            continue
        assert category, "a question stands before its category"
        name, number = one.findtext("name/text"), one.findtext("idnumber")
        assert 0 < len(name) <= 255
        assert 0 < len(number) <= 100
        assert (category, number) not in numbers, "an ID number comes twice in its category"
        numbers.add((category, number))
        for place in ("questiontext", "generalfeedback"):
            assert_html(one.find(place))
        assert float(one.findtext("defaultgrade")) > 0
        assert all(0 < len(tag.findtext("text")) <= 255 for tag in one.findall("tags/tag"))
        {"multichoice": assert_choice, "numerical": assert_number}[one.get("type")](one)
        taken[name] = one
    return taken


def assert_html(element):
    assert element.get("format") == "html"
    text = element.findtext("text")
    assert text.strip()
    assert {tag.lower() for tag in re.findall(r"</?(\w+)", text)} <= HTML
    ElementTree.fromstring(f"<p>{text.replace('&', '&amp;').replace('<br>', '<br/>')}</p>")


def fractions_of(one):
    found = [Decimal(answer.get("fraction")) for answer in one.findall("answer")]
    assert set(found) <= ALLOWED, "Moodle refuses a fraction that is not on its list"
    return found


def assert_choice(one):
    found = fractions_of(one)
    assert len(found) >= 2
    for answer in one.findall("answer"):
        assert_html(answer)
        assert_html(answer.find("feedback"))
    if one.findtext("single") == "true":
        assert sorted(found)[-1] == 100
        assert found.count(Decimal(100)) == 1
        assert min(found) == 0
    else:
        assert one.findtext("single") == "false"
        assert abs(sum(f for f in found if f > 0) - 100) < 1
        assert abs(sum(found)) < Decimal("0.001"), "ticking everything must give nothing"
    assert one.findtext("answernumbering") in {"abc", "ABCD", "123", "iii", "IIII", "none"}


def assert_number(one):
    found = fractions_of(one)
    texts = [answer.findtext("text") for answer in one.findall("answer")]
    assert max(found) == 100
    assert texts.index("*") == len(texts) - 1, "* fits every number, so it must be the last"
    ends = []
    for answer, text in zip(one.findall("answer")[:-1], texts, strict=False):
        assert re.fullmatch(r"-?\d+(\.\d+)?", text)
        tolerance = answer.findtext("tolerance")
        assert re.fullmatch(r"\d+(\.\d+)?", tolerance)
        ends.append((Decimal(text) - Decimal(tolerance), Decimal(text) + Decimal(tolerance)))
        assert_html(answer.find("feedback"))
    ends.sort()
    assert all(one[1] < two[0] for one, two in pairwise(ends))


def test_the_whole_bank_is_valid_and_complete():
    taken = validate(moodle_xml(BANK))
    assert set(taken) == {one.name for one in BANK}
    for ours in BANK:
        theirs = taken[ours.name]
        assert theirs.findtext("questiontext/text") == ours.stem
        assert theirs.findtext("generalfeedback/text") == ours.explanation
        said = [answer.findtext("feedback/text") for answer in theirs.findall("answer")]
        wanted = [option.feedback for option in ours.options]
        assert said == wanted + [ours.otherwise] * (ours.kind == "number")
        tags = [tag.findtext("text") for tag in theirs.findall("tags/tag")]
        assert tags[:-1] == list(ours.rows)
        assert tags[-1].startswith(f"difficulty {ours.difficulty} ")


#: All that the bank allows: at most ten options.
SHARES = [(right, wrong) for right in range(2, 10) for wrong in range(1, 11 - right)]


@pytest.mark.parametrize(("right", "wrong"), SHARES)
def test_every_share_is_one_that_moodle_knows(right, wrong):
    validate(moodle_xml([several(right, wrong)]))


def test_shares_by_hand():
    assert fractions(several(3, 1)) == [Decimal("33.33333")] * 3 + [Decimal(-100)]
    assert fractions(several(2, 3)) == [Decimal(50)] * 2 + [Decimal("-33.33333")] * 3
    assert fractions(question()) == [Decimal(100), Decimal(0)]


def test_numbers_are_written_in_digits():
    options = (
        Option("Right.", True, value=1e16, tolerance=1e-7),
        Option("Wrong.", value=-0.00001, tolerance=0),
    )
    one = question(kind="number", options=options, otherwise="Again.")
    answers = validate(moodle_xml([one]))["07/one"].findall("answer")
    assert [answer.findtext("text") for answer in answers] == ["10000000000000000", "-0.00001", "*"]
    assert answers[0].findtext("tolerance") == "0.0000001"


def test_what_html_and_xml_take_for_their_own_arrives_as_it_was():
    stem = "Is <i>a</i> &lt; 1 & b[c[0]]>2, 客户?"
    text = moodle_xml([question(stem=stem)])
    assert "<![CDATA[Is <i>a</i> &lt; 1 & " in text
    (one,) = validate(text).values()
    assert one.findtext("questiontext/text") == stem.replace("]]>", "]]&gt;")


def test_chapters_are_categories():
    both = [question(), question(chapter="mixed_1"), question(id="two")]
    text = moodle_xml(both, "客户")
    assert re.findall(r"\$course\$[^<]+", text) == [
        "$course$/top/客户/07",
        "$course$/top/客户/mixed_1",
    ]
    assert set(validate(text)) == {"07/one", "07/two", "mixed_1/one"}
    for wrong in ("", " ", "a/b"):
        with pytest.raises(ValueError, match="category must be a name without a slash"):
            moodle_xml(both, wrong)


SPOILT = {
    "text before": ("<?xml", " <?xml"),
    "fraction off the list": ('fraction="50"', 'fraction="55"'),
    "no penalty": ('fraction="-50"', 'fraction="0"'),
    "id twice": ("<idnumber>07/two</idnumber>", "<idnumber>07/one</idnumber>"),
    "no category": ('type="category"', 'type="description"'),
}


@pytest.mark.parametrize(("old", "new"), SPOILT.values(), ids=SPOILT)
def test_the_validator_notices(old, new):
    text = moodle_xml([several(2, 2), question(id="two")])
    assert old in text
    validate(text)
    with pytest.raises((AssertionError, KeyError)):
        validate(text.replace(old, new, 1))


def test_the_file_of_the_book_is_what_goes_in():
    path = Path(__file__).resolve().parents[1] / "book" / "quizzes" / "07_customer_worth.toml"
    assert len(validate(moodle_xml(check_quiz(path)))) == len(check_quiz(path)) >= 16
