"""What a student reads: every kind of message, on a terminal and in a notebook."""

import json
import linecache
import subprocess
import sys

import pytest

from crmlab.course import Lab
from crmlab.course._evaluate import evaluate
from crmlab.course._values import plain
from crmlab.course.lab import judge

CHECKS = {
    "format": 1,
    "lab": "lab",
    "title": "A lab",
    "questions": [
        {
            "id": "q1",
            "points": 3,
            "manual": False,
            "hidden": 3,
            "checks": [
                {
                    "expr": "clv_pv(100, 0.8, 0.1, 1)",
                    "expected": 100.5,
                    "hint": "Count the margin of today.",
                    "mistakes": [
                        {
                            "value": 72.727272727,
                            "hint": "You started at t = 1: the first `margin`…",
                        },
                        {"value": 80.0, "hint": "The rate is missing."},
                    ],
                }
            ],
        },
        {
            "id": "q2",
            "points": 2.5,
            "manual": False,
            "hidden": 1,
            "checks": [
                {"expr": "best", "expected": "Office", "hint": "A name."},
                {"expr": "count", "expected": 200, "hint": "Count again."},
            ],
        },
        {
            "id": "q3",
            "points": 1,
            "manual": False,
            "hidden": 0,
            "checks": [
                {
                    "expr": "rounded",
                    "expected": 2,
                    "hint": "Two decimals.",
                    "options": {"tolerance": 0.01},
                },
                {"expr": "rounded > 1", "expected": True, "hint": "Above one."},
            ],
        },
        {"id": "q4", "points": 6, "manual": True, "hidden": 0, "checks": []},
    ],
}


@pytest.fixture
def student(tmp_path, capsys):
    """Return a function that runs a student's code, checks a question, and gives what is shown."""
    (tmp_path / "lab.checks.json").write_text(json.dumps(CHECKS), encoding="utf-8")

    def shown(code, question="q1"):
        names = {"__name__": "__main__"}
        linecache.cache["<cell>"] = (len(code), None, code.splitlines(keepends=True), "<cell>")
        exec(compile(code, "<cell>", "exec"), names)
        Lab("lab", tmp_path, names).check(question)
        return capsys.readouterr().out.rstrip("\n")

    return shown


def function(body):
    return f"def clv_pv(margin, retention, rate, periods):\n    {body}"


MESSAGES = {
    "right": (
        function("return 100.5"),
        "q1: all right so far.\n✓ clv_pv(100, 0.8, 0.1, 1)\n3 more checks run when it is graded.",
    ),
    "known mistake": (
        function("return 80 / 1.1"),
        "q1: not yet.\n"
        "✗ clv_pv(100, 0.8, 0.1, 1) gave 72.7273. You started at t = 1: the first `margin`…",
    ),
    "second known mistake": (
        function("return 80"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) gave 80. The rate is missing.",
    ),
    "wrong in a new way": (
        function("return 3"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) gave 3. Count the margin of today.",
    ),
    "rounded too early": (
        function("return 100.4"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) gave 100.4. "
        "That is very close: did you round before the end, or leave out something small? Count "
        "the margin of today.",
    ),
    "not defined": (
        "other = 1",
        "q1: not yet.\n✗ `clv_pv` is not defined yet. Write it in the cell above and run that "
        "cell.",
    ),
    "untouched function": (
        function('"""Doc."""\n    ...'),
        "q1: not yet.\n✗ `clv_pv` is still empty. Put your answer where `...` stands and run the "
        "cell.",
    ),
    "only pass": (
        function("pass"),
        "q1: not yet.\n✗ `clv_pv` is still empty. Put your answer where `...` stands and run the "
        "cell.",
    ),
    "untouched name": (
        "clv_pv = ...",
        "q1: not yet.\n✗ `clv_pv` is still empty. Put your answer where `...` stands and run the "
        "cell.",
    ),
    "a part untouched": (
        function("factor = ...\n    return margin * factor"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) a `...` is still in your code; line 3 met it: "
        "`return margin * factor`",
    ),
    "error": (
        "def helper(x):\n    return x / 0\n\n" + function("return helper(margin)"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) stopped with ZeroDivisionError: division by "
        "zero. Line 2 of the cell: `return x / 0`",
    ),
    "error in a library": (
        "import json\n" + function("return json.loads('{')"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) stopped with JSONDecodeError: Expecting "
        "property name enclosed in double quotes: line 1 column 2 (char 1). Line 3 of the cell: "
        "`return json.loads('{')`",
    ),
    "a name of its own is missing": (
        function("return marign"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) stopped with NameError: name 'marign' is not "
        "defined. Line 2 of the cell: `return marign`",
    ),
    "wrong arguments": (
        "def clv_pv(margin):\n    return margin",
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) stopped with TypeError: clv_pv() takes 1 "
        "positional argument but 4 were given.",
    ),
    "endless recursion": (
        function("return clv_pv(margin, retention, rate, periods)"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) stopped with RecursionError: maximum recursion "
        "depth exceeded. Line 2 of the cell: `return clv_pv(margin, retention, rate, periods)`",
    ),
    "leaves": (
        function("raise SystemExit(3)"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) stopped with SystemExit: 3. Line 2 of the "
        "cell: `raise SystemExit(3)`",
    ),
    "prints": (
        function("print(100.5)"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) gave None; a number is expected. Your function "
        "prints its result: end it with `return` and the result.",
    ),
    "returns nothing": (
        function("value = 100.5"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) gave None; a number is expected. Your function "
        "returns nothing: end it with `return` and the result.",
    ),
    "wrong type": (
        function("return '100.5'"),
        "q1: not yet.\n✗ clv_pv(100, 0.8, 0.1, 1) gave '100.5', which is a text; a number is "
        "expected. Count the margin of today.",
    ),
    "prints and returns": (
        function("print('hm')\n    return 100.5"),
        "q1: all right so far.\n✓ clv_pv(100, 0.8, 0.1, 1)\n3 more checks run when it is graded.",
    ),
}


@pytest.mark.parametrize(("code", "words"), MESSAGES.values(), ids=MESSAGES.keys())
def test_message(student, code, words):
    assert student(code) == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("twice = 2 * n", "Your function returns nothing: end it with `return` and the result."),
        ("print(n)", "Your function prints its result: end it with `return` and the result."),
        ("return n if n > 1 else None", "Twice the number."),
    ],
)
def test_a_function_that_gives_nothing_each_time_it_is_called(body, words):
    names = {}
    exec(f"def twice(n):\n    {body}", names)
    check = {"expr": "[twice(n) for n in (1, 2)]", "expected": [2, 4], "hint": "Twice the number."}
    assert judge(check, evaluate(check["expr"], names)).text.endswith(words)


def test_each_check_has_its_line(student):
    assert student("best = 'office '\ncount = 199", "q2") == (
        "q2: not yet.\n"
        "✗ best gave 'office '. Only capital letters or spaces differ.\n"
        "✗ count gave 199. Count again."  # a count is never merely rounded
    )
    assert student("best = 'Office'\ncount = 199", "q2") == (
        "q2: not yet.\n✓ best\n✗ count gave 199. Count again."
    )
    done = student("best = 'Office'\ncount = 200", "q2")
    assert done.endswith("✓ count\n1 more check runs when it is graded.")


def test_nothing_where_the_check_goes_on_with_it(student):
    assert student("rounded = None", "q3").splitlines()[-1] == (
        "✗ rounded > 1 stopped with TypeError: '>' not supported between instances of 'NoneType' "
        "and 'int'. Something in it is None: a function without `return` gives None."
    )


def test_what_is_missing_is_said_once(student):
    assert student("rounded = ...", "q3") == (
        "q3: not yet.\n✗ `rounded` is still empty. Put your answer where `...` stands and run the "
        "cell."
    )


def test_options_and_no_hidden_checks(student):
    assert student("rounded = 2.01", "q3") == (
        "q3: all right so far.\n✓ rounded\n✓ rounded > 1\n"
        "nothing more is checked when it is graded."
    )


def test_a_question_marked_by_hand(student):
    assert student("", "q4") == (
        "q4 is read by your teacher: 6 points. Its rubric stands below it."
    )


def test_unknown_question(student):
    with pytest.raises(ValueError, match="must be one of 'q1', 'q2', 'q3', 'q4'; got 'q9'"):
        student("", "q9")


def test_missing_checks_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"lab07\.checks\.json is not beside this notebook"):
        Lab("lab07", tmp_path)


def test_progress(tmp_path, capsys):
    (tmp_path / "lab.checks.json").write_text(json.dumps(CHECKS), encoding="utf-8")
    names = {}
    lab = Lab("lab", tmp_path, names)
    assert repr(lab) == "Lab('lab', 4 questions)"
    lab.progress()
    assert capsys.readouterr().out.splitlines() == [
        "Question  Points  State",
        "q1             3  not started",
        "q2           2.5  not started",
        "q3             1  not started",
        "q4             6  read by your teacher",
    ]
    names.update(best="Office", count=1, rounded=2.0, clv_pv=lambda *a: 100.5)
    lab.progress()
    assert capsys.readouterr().out.splitlines()[1:] == [
        "q1             3  1 of 1 checks pass; 3 more checks run when it is graded",
        "q2           2.5  1 of 2 checks pass",
        "q3             1  2 of 2 checks pass; nothing more is checked when it is graded",
        "q4             6  read by your teacher",
    ]


class Shell:
    """Stands for IPython's running shell."""

    def __init__(self, **names):
        self.user_ns = names


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Return a function that checks a question in a notebook and gives both forms shown."""
    import IPython
    import IPython.display

    (tmp_path / "lab.checks.json").write_text(json.dumps(CHECKS), encoding="utf-8")
    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: shown.append(data))

    def show(call, **names):
        monkeypatch.setattr(IPython, "get_ipython", lambda: Shell(**names))
        getattr(Lab("lab", tmp_path), call[0])(*call[1:])
        return shown.pop()

    return show


def test_the_page_tells_the_same_without_colour(page):
    data = page(("check", "q1"), clv_pv=lambda *a: 80 / 1.1)
    html = data["text/html"]
    assert data["text/plain"].startswith("q1: not yet.\n✗ clv_pv(100")
    assert html.startswith('<div role="status"')
    assert '<span aria-hidden="true">✗</span><span style="position: absolute' in html
    assert ">Not yet:</span> <code>clv_pv(100, 0.8, 0.1, 1)</code> gave 72.7273." in html
    assert "the first <code>margin</code>…" in html
    assert " color:" not in html  # words keep the page's own colours
    right = page(("check", "q1"), clv_pv=lambda *a: 100.5)["text/html"]
    assert ">Right:</span>" in right
    assert "3 more checks run when it is graded." in right


def test_the_page_shows_code_as_text(page):
    data = page(("check", "q2"), best="<b>&</b>", count=200)
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in data["text/html"]
    assert "<b>&</b>" not in data["text/html"]


def test_progress_is_a_table_with_headings(page):
    html = page(("progress",))["text/html"]
    assert "<caption>Your progress in this lab</caption>" in html
    assert html.count('<th scope="col"') == 3
    assert html.count('<th scope="row"') == 4


def contrast(one, other):
    """Return the contrast of two colours as WCAG 2 defines it."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_bar_is_seen_on_light_and_dark_pages():
    from crmlab.course.lab import _BARS

    for colour in _BARS.values():
        assert contrast(colour, "#ffffff") >= 3
        assert contrast(colour, "#121212") >= 3


def test_importing_the_course_is_cheap():
    code = (
        "import sys; import crmlab.course; "
        "print(sorted({'numpy', 'pandas', 'jupyterquiz', 'IPython', 'yaml', 'jupytext'}"
        " & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_nothing_runs_but_the_check_expressions(tmp_path):
    """A checks file can say what it likes elsewhere: only its expressions are evaluated."""
    bomb = "__import__('pathlib').Path('bomb').touch()"
    question = {
        "id": "q1",
        "points": 1,
        "manual": False,
        "hidden": 0,
        "checks": [{"expr": "1", "expected": bomb, "hint": bomb, "mistakes": []}],
    }
    record = {"lab": bomb, "title": bomb, "questions": [question]}
    (tmp_path / "x.checks.json").write_text(json.dumps(record), encoding="utf-8")
    Lab("x", tmp_path, {}).check("q1")
    assert list(tmp_path.iterdir()) == [tmp_path / "x.checks.json"]


def test_a_student_object_cannot_stop_the_check(tmp_path):
    class Odd:
        def __getattr__(self, name):
            raise RuntimeError("odd")

    (tmp_path / "lab.checks.json").write_text(json.dumps(CHECKS), encoding="utf-8")
    line = Lab("lab", tmp_path, {"clv_pv": lambda *a: Odd()})._lines(CHECKS["questions"][0])[0]
    assert str(line).endswith("stopped with RuntimeError: odd.")
    assert plain(Lab) == {"object": "type"}
