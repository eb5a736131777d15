"""The command line: what it writes, what it says, and its exit codes."""

import json
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

import crmlab
from crmlab import datasets
from crmlab.course.cli._root import root
from crmlab.course.cli.labs import labs
from crmlab.course.cli.quiz import quiz
from crmlab.course.cli.teach import teach

SMALL = """\
---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Lab 98: Smallest

```{code-cell} ipython3
answer = 6 * 7  # SOLUTION
```

```{raw-cell}
:tags: [checks]

question: q1
checks:
- {expr: answer, hint: Multiply.}
- {expr: "answer + {n}", hidden: true, draw: {n: "rng.randint(1, 10**9)"}}
```
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Stand in the top folder of a small course."""
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "lab98_smallest.md").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(root, [str(argument) for argument in arguments])


def run_outside(code, *arguments):
    """Run the command in a fresh Python after the lines of `code`."""
    code += "; import sys; from crmlab.course.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--version"], f"crmlab {crmlab.__version__}"),
        (["--help"], "Make the labs of the course"),
        (["labs", "build", "--help"], "untouched student version"),
        (["datasets", "--help"], "List the data sets"),
    ],
)
def test_version_and_help(arguments, words):
    done = run(*arguments)
    assert done.exit_code == 0
    assert words in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    "arguments", [[], ["labs"], ["nothing"], ["labs", "build", "--seed", "1", "--seed-file", "x"]]
)
def test_what_is_not_understood_exits_with_2(arguments):
    done = run(*arguments)
    assert done.exit_code == 2
    assert "Usage: crmlab" in done.stderr
    assert "Traceback" not in done.output


def names(group, above=()):
    """Every command as the words that call it."""
    for name in group.sentences:
        yield (*above, name)
    if not above:
        yield from names(labs, ("labs",))


def found(words):
    """The command that the words call, and the sentence that its group says of it."""
    group, command = None, root
    for word in words:
        group, command = command, command.get_command(None, word)
    return command, group.sentences[words[-1]]


@pytest.mark.parametrize("words", list(names(root)), ids=" ".join)
def test_every_command_explains_itself(words):
    command, sentence = found(words)
    assert " ".join(command.help.split()).startswith(sentence.removesuffix("."))
    for option in command.params:
        assert option.param_type_name == "argument" or option.help, option.name
    if not hasattr(command, "commands"):
        assert "Example" in command.help


@pytest.mark.parametrize("command", [*quiz.commands.values(), *teach.commands.values()])
def test_every_command_below_a_group_does_so_too(command):
    assert command.get_short_help_str(200).endswith(".")
    for option in command.params:
        assert option.param_type_name == "argument" or option.help, option.name
    assert "Example" in command.help
    assert "Exit codes:" in command.help


def test_build_makes_its_own_seed_and_keeps_it(course):
    done = run("labs", "build")
    assert done.exit_code == 0
    assert "A new seed for hidden checks is in _build/labs/teacher/seed.txt" in done.stdout
    assert "lab98_smallest\n  run the solution …\n  run the untouched student" in done.stdout
    assert "1 questions, 2 points; 1 visible and 1 hidden checks" in done.stdout
    labs = course / "_build" / "labs"
    made = {path: path.read_bytes() for path in labs.rglob("*") if path.is_file()}
    assert sorted(path.name for path in made) == [
        "lab98_smallest.checks.json",
        "lab98_smallest.checks.json",
        "lab98_smallest.ipynb",
        "lab98_smallest.key.json",
        "lab98_smallest.solution.ipynb",
        "seed.txt",
    ]
    assert [path.name for path in (labs / "student").iterdir()] == ["lab98_smallest"]
    assert int((labs / "teacher" / "seed.txt").read_text()) > 0
    again = run("labs", "build")
    assert "new seed" not in again.stdout
    assert {path: path.read_bytes() for path in made} == made


def test_one_refused_master_does_not_stop_the_others(course):
    bad = course / "exercises" / "lab97_bad.md"
    bad.write_text(SMALL.replace("6 * 7", "6 / 0"), encoding="utf-8")
    gone = course / "exercises" / "lab96_gone.md"
    good = course / "exercises" / "lab98_smallest.md"
    done = run("labs", "build", bad, gone, good, "-o", "out", "--seed", "3")
    assert done.exit_code == 1
    assert "refused: lab97_bad.md: q1: the solution stops with ZeroDivisionError" in done.stderr
    assert "lab96_gone.md" in done.stderr
    assert (course / "out" / "student" / "lab98_smallest" / "lab98_smallest.ipynb").exists()
    assert not (course / "out" / "student" / "lab97_bad").exists()
    assert not (course / "out" / "teacher" / "seed.txt").exists()
    key = json.loads(
        (course / "out" / "teacher" / "lab98_smallest" / "lab98_smallest.key.json").read_text()
    )
    assert key["questions"][0]["checks"][1]["hidden"]


def test_seed_files(course):
    missing = run("labs", "build", "--seed-file", "no.txt")
    assert (missing.exit_code, missing.stderr) == (1, "crmlab: no.txt: No such file or directory\n")
    (course / "empty.txt").touch()
    empty = run("labs", "build", "--seed-file", "empty.txt")
    assert empty.exit_code == 1
    assert "empty.txt is empty" in empty.stderr


def test_no_masters(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("labs", "build")
    assert done.exit_code == 1
    assert done.stderr.startswith("crmlab: no lab*.md in")


def test_missing_extra_is_named(course):
    done = run_outside("import sys; sys.modules['nbformat'] = None", "labs", "build")
    assert done.returncode == 1
    assert done.stderr == "crmlab: this command needs nbformat: install crmlab[labs]\n"
    done = run_outside("import sys; sys.modules['click'] = None", "datasets")
    assert done.returncode == 1
    assert done.stderr == "crmlab: the command line needs click: install crmlab[labs]\n"


def test_datasets_need_click_and_nothing_else_of_the_extra():
    absent = "import sys; sys.modules.update(dict.fromkeys(" + repr(
        ["jupytext", "nbformat", "nbclient", "openpyxl", "yaml", "jupyterquiz", "ipykernel"]
    )
    done = run_outside(absent + "))", "datasets")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_bug_is_not_taken_for_a_missing_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "crmlab.course.cli.datasets", None)
    assert isinstance(run("datasets").exception, ModuleNotFoundError)


def test_datasets():
    done = run("datasets")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *datasets.names()]
    row = next(line for line in lines if line.startswith("company_orders "))
    card = datasets.card("company_orders")
    assert f"{card.rows:,}  simulated  {card.title}" in row


def test_ctrl_c_ends_with_one_line():
    code = (
        "import os, signal, crmlab.datasets;"
        "crmlab.datasets.names = lambda: os.kill(os.getpid(), signal.SIGINT)"
    )
    done = run_outside(code, "datasets")
    assert done.returncode == 128 + signal.SIGINT
    assert done.stderr.strip() == "crmlab: stopped"


def test_a_reader_who_leaves_ends_it_quietly():
    code = (
        "import crmlab.datasets as d; d.names = lambda: [n for n in ['cdnow'] for _ in range(9999)]"
    )
    line = [sys.executable, "-c", code + "; from crmlab.course.cli import main; main(['datasets'])"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as done:
        assert done.stdout.readline().startswith("name")
        done.stdout.close()
        assert done.stderr.read() == ""


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "crmlab.course.cli", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"crmlab {crmlab.__version__}\n"
