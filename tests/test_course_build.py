"""From a master to the student's and the teacher's files; every reason to refuse one."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from crmlab.course import _kernel
from crmlab.course.build import blanked, build
from crmlab.course.master import MasterError, read_master

FRONT = """\
---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""
TEXT = "# Lab 99: Small\n\nText.\n\n"
SOLUTION = '''\
```{code-cell} ipython3
def double(x):
    """Return twice `x`."""
    # BEGIN SOLUTION
    secret_product = 2 * x
    return secret_product
    # END SOLUTION


answer = double(21)  # SOLUTION
```

'''
CHECKS = """\
question: q1
checks:
- expr: double(4)
  points: 2
  hint: "Twice four."
  mistakes:
  - {gives: 4 ** 2, hint: "You squared it."}
  - {gives: 4, hint: "That is once."}
- expr: answer
  hint: "Call your function."
- expr: double({n})
  points: 3
  hidden: true
  repeat: 3
  draw: {n: "rng.randint(1000, 9999)"}
"""
MANUAL = """\
## A letter

<!-- BEGIN SOLUTION -->
Dear manager, the private advice.
<!-- END SOLUTION -->

```{raw-cell}
:tags: [checks]

question: q2
manual: 4
rubric: ["2 points: clear", "2 points: true"]
```
"""


def master(folder, checks=CHECKS, solution=SOLUTION, text=TEXT, rest=""):
    path = folder / "lab99_small.md"
    raw = f"```{{raw-cell}}\n:tags: [checks]\n\n{checks}```\n\n"
    path.write_text(FRONT + text + solution + raw + rest, encoding="utf-8")
    return path


def contents(folder):
    """Return every file's bytes by its place in `folder`."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build one small master three times: twice with one seed, once with another."""
    folder = tmp_path_factory.mktemp("small")
    data = folder / "lab99_small" / "table.csv"
    data.parent.mkdir()
    data.write_text("a,b\n1,2\n")
    path = master(folder, rest=MANUAL)
    made = {}
    for name, seed in (("one", "1"), ("again", "1"), ("other", "2")):
        build(path, folder / name, seed)
        made[name] = contents(folder / name)
    made["folder"] = folder
    return made


STUDENT = "student/lab99_small/lab99_small"
TEACHER = "teacher/lab99_small/lab99_small"


def test_same_master_and_seed_give_the_same_bytes(built):
    assert built["one"] == built["again"]


def test_the_seed_changes_only_what_the_teacher_has(built):
    for name, data in built["one"].items():
        assert (data == built["other"][name]) == (not name.endswith(".key.json"))


def test_files(built):
    assert sorted(built["one"]) == [
        f"{STUDENT}.checks.json",
        f"{STUDENT}.ipynb",
        f"{STUDENT}/table.csv",
        f"{TEACHER}.checks.json",
        f"{TEACHER}.key.json",
        f"{TEACHER}.solution.ipynb",
        f"{TEACHER}/table.csv",
    ]


def notebook(built, name):
    return nbformat.reads(built["one"][name].decode(), as_version=4)


def test_student_notebook(built):
    made = notebook(built, f"{STUDENT}.ipynb")
    nbformat.validate(made)
    assert [cell.id for cell in made.cells] == [
        "q1-1",
        "lab",
        "q1-2",
        "q1-check",
        "q2-1",
        "q2-check",
        "progress",
    ]
    source = {cell.id: cell.source for cell in made.cells}
    assert 'await piplite.install("crmlab")' in source["lab"]
    assert source["lab"].endswith('from crmlab.course import Lab\n\nlab = Lab("lab99_small")')
    assert source["q1-2"] == (
        'def double(x):\n    """Return twice `x`."""\n    ...\n\n\nanswer = ...'
    )
    assert source["q1-check"] == 'lab.check("q1")'
    assert source["q2-1"] == "## A letter\n\n*Write your answer here.*"
    assert source["q2-check"] == (
        "**How q2 is marked** by your teacher (4 points):\n\n- 2 points: clear\n- 2 points: true"
    )
    assert source["progress"] == "lab.progress()"
    assert made.metadata.kernelspec.name == "python"
    assert not any(cell.get("outputs") for cell in made.cells)
    checks = next(cell for cell in made.cells if cell.id == "q1-check")
    assert checks.metadata == {"editable": False, "deletable": False}


def test_visible_checks(built):
    record = json.loads(built["one"][f"{STUDENT}.checks.json"])
    assert record["lab"] == "lab99_small"
    assert record["title"] == "Lab 99: Small"
    first, second = record["questions"]
    assert (first["points"], first["hidden"], second["manual"]) == (6.0, 3, True)
    assert first["checks"] == [
        {
            "expr": "double(4)",
            "expected": 8,
            "hint": "Twice four.",
            "mistakes": [
                {"value": 16, "hint": "You squared it."},
                {"value": 4, "hint": "That is once."},
            ],
        },
        {"expr": "answer", "expected": 42, "hint": "Call your function."},
    ]
    assert second["checks"] == []


def test_key(built):
    record = json.loads(built["one"][f"{TEACHER}.key.json"])
    assert record["points"] == 10
    first, second = record["questions"]
    hidden = [check for check in first["checks"] if check["hidden"]]
    assert [check["points"] for check in hidden] == [1, 1, 1]
    assert len({check["expr"] for check in hidden}) == 3
    for check in hidden:
        number = int(re.fullmatch(r"double\((\d{4})\)", check["expr"])[1])
        assert check["expected"] == 2 * number
    assert second["rubric"] == ["2 points: clear", "2 points: true"]


def test_the_teacher_has_the_solution_and_the_student_has_not(built):
    solution = notebook(built, f"{TEACHER}.solution.ipynb")
    assert any("secret_product" in cell.source for cell in solution.cells)
    assert any("private advice" in cell.source for cell in solution.cells)
    given = b"".join(data for name, data in built["one"].items() if name.startswith("student/"))
    for word in (b"secret_product", b"private advice", b"SOLUTION", b"rng"):
        assert word not in given
    key = json.loads(built["one"][f"{TEACHER}.key.json"])
    for check in key["questions"][0]["checks"]:
        if check["hidden"]:
            assert check["expr"].encode() not in given


def test_the_solution_passes_in_a_real_kernel(built):
    """The lab cell finds its file, and the checks see the notebook's names."""
    cells = notebook(built, f"{TEACHER}.solution.ipynb").cells
    outputs = _kernel.run(cells, built["folder"] / "one" / "teacher" / "lab99_small")
    (shown,) = outputs["q1-check"]
    assert shown.data["text/html"].startswith('<div role="status"')
    assert shown.data["text/plain"] == (
        "q1: all right so far.\n✓ double(4)\n✓ answer\n3 more checks run when it is graded."
    )


def test_a_student_is_told_what_is_wrong_in_a_real_kernel(built):
    cells = notebook(built, f"{STUDENT}.ipynb").cells
    broken = "def double(x):\n    half = x / 0\n    return half\n\n\nanswer = ..."
    next(cell for cell in cells if cell.id == "q1-2").source = broken
    outputs = _kernel.run(cells, built["folder"] / "one" / "student" / "lab99_small")
    assert outputs["q1-check"][0].data["text/plain"] == (
        "q1: not yet.\n"
        "✗ double(4) stopped with ZeroDivisionError: division by zero. Line 2 of the cell: "
        "`half = x / 0`\n"
        "✗ `answer` is still empty. Put your answer where `...` stands and run the cell."
    )
    assert "q1             6  0 of 2 checks pass" in outputs["progress"][0].data["text/plain"]


# ---------------------------------------------------------------------------------- refused

EXPR = "- expr: double(4)\n  hint: h\n"
READING = {
    "not YAML": ("question: q1\nchecks: [", r"q1: the checks are not YAML"),
    "not a mapping": ("- 1\n", r"must be a mapping"),
    "unknown key": ("question: q1\npoints: 3\nchecks:\n" + EXPR, r"unknown key 'points'"),
    "unknown key of a check": (
        f"question: q1\nchecks:\n{EXPR}  hidde: true\n",
        r"q1: `double\(4\)`: has the unknown key 'hidde'; known are expr, points, hidden",
    ),
    "unknown key of a mistake": (
        f"question: q1\nchecks:\n{EXPR}  mistakes:\n  - {{give: 1, hint: h}}\n",
        r"`double\(4\)`: has the unknown key 'give'",
    ),
    "mistakes of a hidden check": (
        "question: q1\nchecks:\n- expr: f({n})\n  hidden: true\n  mistakes: []\n",
        r"unknown key 'mistakes'",
    ),
    "wrong kind of value": (
        f"question: q1\nchecks:\n{EXPR}  points: many\n",
        r"points cannot be 'many'",
    ),
    "true is no number": (f"question: q1\nchecks:\n{EXPR}  points: true\n", r"points cannot be"),
    "no points": (f"question: q1\nchecks:\n{EXPR}  points: 0\n", r"points must be above 0"),
    "no expression": ("question: q1\nchecks:\n- hint: h\n", r"q1: lacks the key 'expr'"),
    "no hint": ("question: q1\nchecks:\n- expr: double(4)\n", r"visible check needs a hint"),
    "no hint of a mistake": (
        f"question: q1\nchecks:\n{EXPR}  mistakes:\n  - gives: 1\n",
        r"lacks the key 'hint'",
    ),
    "no checks": ("question: q1\n", r"needs either checks or manual"),
    "checks and manual": (
        f"question: q1\nmanual: 2\nchecks:\n{EXPR}",
        r"needs either checks or manual",
    ),
    "empty checks": ("question: q1\nchecks: []\n", r"needs at least one check"),
    "no rubric": ("question: q1\nmanual: 2\n", r"lacks the key 'rubric'"),
    "rubric of a checked question": (
        f"question: q1\nrubric: [a]\nchecks:\n{EXPR}",
        r"rubric belongs to",
    ),
    "bad id": (f"question: 1 a\nchecks:\n{EXPR}", r"id is a letter"),
    "not an expression": (
        "question: q1\nchecks:\n- expr: x = 1\n  hint: h\n",
        r"`x = 1`: x = 1 is not an expression",
    ),
    "mistake that is not an expression": (
        f"question: q1\nchecks:\n{EXPR}  mistakes:\n  - {{gives: 4 +, hint: h}}\n",
        r"4 \+ is not an expression",
    ),
    "repeat without draw": (
        "question: q1\nchecks:\n- expr: double(4)\n  hidden: true\n  repeat: 2\n",
        r"repeat must be at least 1, and needs draw",
    ),
    "draw not used": (
        "question: q1\nchecks:\n- expr: f(1)\n  hidden: true\n  draw: {n: rng.random()}\n",
        r"draw n must give a plain value and stand in expr",
    ),
    "draw in quotation marks": (
        "question: q1\nchecks:\n"
        '- {expr: \'f("{n}")\', hidden: true, draw: {n: \'rng.choice(["a", "b"])\'}}\n',
        r"draw n brings its own quotation marks",
    ),
    "draw gives no plain value": (
        "question: q1\nchecks:\n- {expr: 'f({n})', hidden: true, draw: {n: rng}}\n",
        r"draw n: ",
    ),
    "draw fails": (
        "question: q1\nchecks:\n- {expr: 'f({n})', hidden: true, draw: {n: 1 / 0}}\n",
        r"draw n: ZeroDivisionError",
    ),
    "too few different draws": (
        "question: q1\nchecks:\n"
        "- {expr: 'f({n})', hidden: true, repeat: 3, draw: {n: 'rng.choice([1, 2])'}}\n",
        r"fewer than 3 different inputs",
    ),
    "name not drawn": (
        "question: q1\nchecks:\n"
        "- {expr: 'f({n}, {m} + )', hidden: true, draw: {n: 'rng.random()'}}\n",
        r"is not an expression",
    ),
}


@pytest.mark.parametrize(("checks", "words"), READING.values(), ids=READING.keys())
def test_a_block_that_breaks_a_rule_is_refused(tmp_path, checks, words):
    with pytest.raises(MasterError, match=words) as raised:
        read_master(master(tmp_path, checks), "1")
    assert str(raised.value).startswith("lab99_small.md: ")


def test_an_id_that_stands_twice_is_refused(tmp_path):
    rest = f"```{{raw-cell}}\n:tags: [checks]\n\n{CHECKS}```\n"
    with pytest.raises(MasterError, match=r"lab99_small\.md: q1: .*stands twice"):
        read_master(master(tmp_path, rest=rest), "1")


def test_a_master_needs_a_title_and_knows_no_other_raw_cells(tmp_path):
    with pytest.raises(MasterError, match="must begin with a title"):
        read_master(master(tmp_path, text="Text.\n\n"), "1")
    with pytest.raises(MasterError, match="must have the tag checks"):
        read_master(master(tmp_path, rest="```{raw-cell}\nx\n```\n"), "1")


UNBALANCED = {
    "begin": "# BEGIN SOLUTION\nx = 1",
    "end": "x = 1\n# END SOLUTION",
    "begin twice": "# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION",
    "no assignment": "print(1)  # SOLUTION",
    "half a statement": "x = f(  # SOLUTION",
    "only a type": "x: int  # SOLUTION",
}


@pytest.mark.parametrize("source", UNBALANCED.values(), ids=UNBALANCED.keys())
def test_marks_without_partner_are_refused(source, tmp_path):
    with pytest.raises(ValueError, match=r"partner|must end an assignment"):
        blanked(source)
    solution = SOLUTION + f"```{{code-cell}} ipython3\n{source}\n```\n\n"
    with pytest.raises(MasterError, match=r"lab99_small\.md: q1: "):
        build(master(tmp_path, solution=solution), tmp_path / "out", "1")


def test_a_mark_without_partner_in_text_is_refused(tmp_path):
    path = master(tmp_path, rest="## Text\n\n<!-- BEGIN SOLUTION -->\nleft open\n")
    with pytest.raises(MasterError, match=r"lab99_small\.md: <!-- BEGIN SOLUTION --> has no"):
        build(path, tmp_path / "out", "1")


BLANKED = {
    "x = f(a=1)  # SOLUTION": "x = ...",
    "    total += 3 * 4  # SOLUTION": "    total += ...",
    "rate: float = 0.1  # SOLUTION": "rate: float = ...",
    "客户 = 3  # SOLUTION": "客户 = ...",
    "a, b = 1, 2  # SOLUTION": "a, b = ...",
    "x = 1  # the SOLUTION": "x = 1  # the SOLUTION",
    "a\n    # BEGIN SOLUTION\n    b\n    # END SOLUTION\nc": "a\n    ...\nc",
}


@pytest.mark.parametrize(("source", "left"), BLANKED.items())
def test_blanked(source, left):
    assert blanked(source) == left


RUNNING = {
    "solution stops": (
        {"solution": SOLUTION.replace("double(21)", "double(21) / 0")},
        r"q1: the solution stops with ZeroDivisionError",
    ),
    "solution below full marks": (
        {"checks": CHECKS.replace("expr: answer", "expr: answer.missing")},
        r"q1: `answer\.missing`: the solution is below full marks: error AttributeError",
    ),
    "value that cannot be compared": (
        {"checks": CHECKS.replace("expr: answer", "expr: '{1: [double]}'")},
        r"q1: `\{1: \[double\]\}`: gives .*, which cannot be compared",
    ),
    "mistake is right": (
        {"checks": CHECKS.replace("4 ** 2", "2 ** 3")},
        r"q1: `double\(4\)`: the known mistake 2 \*\* 3 gives the right answer",
    ),
    "mistakes are one": (
        {"checks": CHECKS.replace("gives: 4,", "gives: 2 ** 4,")},
        r"q1: `double\(4\)`: the known mistakes 4 \*\* 2 and 2 \*\* 4 give the same value",
    ),
    "changed later": (
        {"rest": "```{code-cell} ipython3\nanswer = 43\n```\n"},
        r"q1: `answer`: gives another value at the end of the notebook",
    ),
    "left by chance": (
        {
            "solution": "```{code-cell} ipython3\nimport random\n```\n\n" + SOLUTION,
            "checks": CHECKS.replace("expr: answer", "expr: answer * random.random()"),
        },
        r"q1: `answer \* random\.random\(\)`: gives another value",
    ),
    "untouched version scores": (
        {"solution": SOLUTION.replace("  # SOLUTION", "").replace("double(21)", "42")},
        r"q1: `answer`: the untouched student version has the right answer already",
    ),
    "untouched version scores on a hidden check": (
        {"checks": CHECKS + "- {expr: 'max(1, 2)', hidden: true}\n"},
        r"q1: `max\(1, 2\)`: the untouched student version has the right answer already",
    ),
}


@pytest.mark.parametrize(("parts", "words"), RUNNING.values(), ids=RUNNING.keys())
def test_a_master_that_does_not_run_as_it_should_is_refused(tmp_path, parts, words):
    with pytest.raises(MasterError, match=words):
        build(master(tmp_path, **parts), tmp_path / "out", "1")
    assert not (tmp_path / "out").exists()


def test_a_refused_master_leaves_the_last_build_alone(tmp_path):
    build(master(tmp_path), tmp_path / "out", "1")
    before = contents(tmp_path / "out")
    with pytest.raises(MasterError):
        build(master(tmp_path, CHECKS.replace("4 ** 2", "8")), tmp_path / "out", "1")
    assert contents(tmp_path / "out") == before
    assert Path(tmp_path, "out", "student", "lab99_small").is_dir()
