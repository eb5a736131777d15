"""Copies in disguise are found, and those who only solved the same task are not."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab.course.grade.cells import Cell, by_question
from crmlab.course.grade.similar import Comparison, alike, tokens

BLANK = '''\
def value(margin, retention, rate, periods):
    """Return the value of a customer."""
    ...
'''
SOLUTION = '''\
def value(margin, retention, rate, periods):
    """Return the value of a customer."""
    return sum(margin * (retention / (1 + rate)) ** t for t in range(periods))
'''
LOOP = '''\
def value(margin, retention, rate, periods):
    """Return the value of a customer."""
    total = 0
    factor = 1
    for year in range(periods):
        total = total + margin * factor   # this year's part
        factor = factor * retention / (1 + rate)
        if year == 7 and total < 3:
            print("small", total, factor - 1)
    return round(total, 10)
'''
COPY = """\
def value(margin, retention, rate, periods):
    "My own words."

    summe = 0
    f=1
    # here I add things
    for i in range(periods):
        summe = (summe + margin * f) if False else summe + margin * f
        f = f * retention / (1 + rate)
        if i == 7 and summe < 3:
            print("small", summe, f - 1)
    return round(summe, 10)
"""
OTHER = """\
def value(margin, retention, rate, periods):
    years = np.arange(periods)
    kept = np.power(retention, years)
    discounted = kept / np.power(1.0 + rate, years)
    table = pd.DataFrame({"year": years, "value": margin * discounted})
    assert (table["value"] >= 0).all(), "negative"
    return float(table["value"].sum())
"""


def cells(code, letter=""):
    given = [Cell("q1-1", "code", code), Cell("q1-check", "code", 'lab.check("q1")')]
    return [*given, Cell("q2-1", "markdown", letter), Cell("q2-check", "markdown", "")]


COMPARISON = Comparison(["q1", "q2"], cells(BLANK), cells(SOLUTION))


def found(threshold=0.6, files=None, **codes):
    runs = {
        name: COMPARISON.runs(cells(*code) if isinstance(code, tuple) else cells(code))
        for name, code in codes.items()
    }
    return alike(runs, threshold, files)


def test_a_disguised_copy_is_found_and_nobody_else():
    (pair,) = found(a=LOOP, b=OTHER, c=COPY, d=SOLUTION, e=BLANK)
    assert (pair.students, pair.questions) == (("a", "c"), ("q1",))
    assert 0.6 < pair.share < 1
    assert not pair.same_file


def test_full_share_for_a_copy_with_other_names_and_comments():
    renamed = LOOP.replace("total", "x").replace("factor", "y_2").replace("this year's", "some")
    (pair,) = found(a=LOOP, b=renamed)
    assert pair.share == 1


def test_all_who_write_the_solution_are_not_alike():
    renamed = SOLUTION.replace(" t ", " n ").replace("** t", "** n")
    assert found(a=SOLUTION, b=renamed, c=SOLUTION, threshold=0.01) == []


def test_what_much_of_the_class_has_says_nothing():
    everybody = {f"s{n}": LOOP for n in range(20)}
    assert found(**everybody) == []
    few = {f"s{n}": LOOP if n < 2 else SOLUTION for n in range(20)}
    assert [pair.students for pair in found(**few)] == [("s0", "s1")]


def test_equal_files_are_told_once_and_not_those_nobody_touched():
    files = {"a": "1", "b": "1", "c": "2", "d": "2", "e": "1", "f": "3"}
    equal, pair = found(a=LOOP, b=LOOP, c=BLANK, d=BLANK, e=LOOP, f=COPY, files=files)
    assert (equal.students, equal.same_file, equal.share) == (("a", "b", "e"), True, 1)
    assert (pair.students, pair.same_file) == (("a", "f"), False)


def test_letters_are_compared_too():
    letter = (
        "Dear manager, spend the money on the offices, since they stay longest, cost least to "
        "serve and pay back within two years."
    )
    mine = (
        "I would begin with the schools; their orders are small, but nobody leaves, and visits "
        "are few, so that what they bring each year stays with us."
    )
    chinese = "经理您好，我建议把预算用在办公室客户上，因为他们留得最久，服务成本也最低。"
    (pair,) = found(
        a=(BLANK, letter),
        b=(BLANK, letter.upper().replace(",", ";")),
        c=(BLANK, mine),
        d=(BLANK, chinese),
    )
    assert (pair.students, pair.questions) == (("a", "b"), ("q2",))
    assert [pair.questions for pair in found(a=(BLANK, chinese), b=(BLANK, chinese))] == [("q2",)]


def test_little_code_is_no_evidence():
    short = "def value(margin, retention, rate, periods):\n    return margin * 3 - 1\n"
    assert found(a=short, b=short, threshold=0.01) == []


def test_the_order_of_students_does_not_matter():
    one = {p.students: p.share for p in found(0.01, a=LOOP, b=COPY, c=OTHER)}
    other = {p.students[::-1]: p.share for p in found(0.01, c=OTHER, b=COPY, a=LOOP)}
    assert one == other


@given(st.sampled_from([LOOP, OTHER, COPY]), st.data())
@settings(max_examples=25)
def test_new_names_never_hide_a_copy(code, data):
    tree = ast.parse(code)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    own = sorted({node.id for node in nodes if isinstance(node.ctx, ast.Store)})
    plain = tokens(ast.unparse(tree))
    fresh = st.from_regex(r"[a-z]{2}_[0-9]{1,4}", fullmatch=True)
    names = data.draw(st.lists(fresh, min_size=len(own), max_size=len(own), unique=True))
    for node in nodes:
        node.id = dict(zip(own, names, strict=True)).get(node.id, node.id)
    assert own
    assert tokens(ast.unparse(tree)) == plain


@pytest.mark.parametrize(
    "code", ["def f(:\n  x", "%matplotlib inline\nx = 1", "!ls", "'", "\x00", ""]
)
def test_code_that_does_not_run_is_compared_as_well(code):
    assert isinstance(tokens(code), list)
    assert tokens(code) == tokens(code + "  # comment")


def test_cells_without_ids_belong_to_the_check_that_follows():
    bare = [
        Cell("", "code", "import x"),
        Cell("f3a9", "code", "a = 1"),
        Cell("", "code", "lab.check('q1')"),
        Cell("", "markdown", "text"),
        Cell("", "markdown", "**How q2 is marked** by your teacher (4 points):"),
        Cell("", "code", "lab.progress()"),
    ]
    own = by_question(bare, ["q1", "q2"])
    assert [cell.source for cell in own["q1"]] == ["import x", "a = 1"]
    assert [cell.source for cell in own["q2"]] == ["text"]


def test_an_id_counts_more_than_the_place():
    moved = [
        Cell("q2-1", "code", "second"),
        Cell("new", "code", "mine"),
        Cell("q1-check", "code", ""),
        Cell("q1-1", "code", "first"),
        Cell("q9-1", "code", "of no question"),
    ]
    own = by_question(moved, ["q1", "q2"])
    assert [cell.source for cell in own["q1"]] == ["mine", "first"]
    assert [cell.source for cell in own["q2"]] == ["second"]
