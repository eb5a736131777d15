"""The command line: what it writes, what it says, and its exit codes."""

import argparse
import json
import subprocess
import sys

import pytest

import crmlab
from crmlab import datasets
from crmlab.course.cli import _seed, main

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


def test_version_and_help(capsys):
    for arguments, words in (
        (["--version"], f"crmlab {crmlab.__version__}"),
        (["--help"], "make the labs of the course"),
        (["labs", "build", "--help"], "untouched student version"),
        (["datasets", "--help"], "List the data sets"),
    ):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 0
        assert words in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "arguments", [[], ["labs"], ["nothing"], ["labs", "build", "--seed", "1", "--seed-file", "x"]]
)
def test_what_is_not_understood_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: crmlab" in capsys.readouterr().err


def test_build_makes_its_own_seed_and_keeps_it(course, capsys):
    assert main(["labs", "build"]) == 0
    out = capsys.readouterr().out
    assert "A new seed for hidden checks is in _build/labs/teacher/seed.txt" in out
    assert "lab98_smallest\n  run the solution …\n  run the untouched student version …\n" in out
    assert "1 questions, 2 points; 1 visible and 1 hidden checks" in out
    labs = course / "_build" / "labs"
    assert sorted(path.name for path in labs.rglob("*") if path.is_file()) == [
        "lab98_smallest.checks.json",
        "lab98_smallest.checks.json",
        "lab98_smallest.ipynb",
        "lab98_smallest.key.json",
        "lab98_smallest.solution.ipynb",
        "seed.txt",
    ]
    assert [path.name for path in (labs / "student").iterdir()] == ["lab98_smallest"]
    seed = (labs / "teacher" / "seed.txt").read_text().strip()
    assert int(seed) > 0
    assert _seed(argparse.Namespace(seed=None, seed_file=None, out=labs)) == seed
    assert capsys.readouterr().out == ""


def test_one_refused_master_does_not_stop_the_others(course, capsys):
    bad = course / "exercises" / "lab97_bad.md"
    bad.write_text(SMALL.replace("6 * 7", "6 / 0"), encoding="utf-8")
    gone = course / "exercises" / "lab96_gone.md"
    good = course / "exercises" / "lab98_smallest.md"
    assert main(["labs", "build", str(bad), str(gone), str(good), "-o", "out", "--seed", "3"]) == 1
    said = capsys.readouterr()
    assert "refused: lab97_bad.md: q1: the solution stops with ZeroDivisionError" in said.err
    assert "lab96_gone.md" in said.err
    assert (course / "out" / "student" / "lab98_smallest" / "lab98_smallest.ipynb").exists()
    assert not (course / "out" / "student" / "lab97_bad").exists()
    assert not (course / "out" / "teacher" / "seed.txt").exists()
    key = json.loads(
        (course / "out" / "teacher" / "lab98_smallest" / "lab98_smallest.key.json").read_text()
    )
    assert key["questions"][0]["checks"][1]["hidden"]


def test_seed_files(course, capsys):
    assert main(["labs", "build", "--seed-file", "no.txt"]) == 1
    (course / "empty.txt").touch()
    assert main(["labs", "build", "--seed-file", "empty.txt"]) == 1
    said = capsys.readouterr().err
    assert "no.txt" in said
    assert "empty.txt is empty" in said


def test_no_masters(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["labs", "build"]) == 1
    assert "no lab*.md in" in capsys.readouterr().err


def test_missing_extra_is_named(course, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "crmlab.course.build", None)
    assert main(["labs", "build"]) == 1
    assert "install crmlab[labs]" in capsys.readouterr().err


def test_datasets(capsys):
    assert main(["datasets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *datasets.names()]
    row = next(line for line in lines if line.startswith("company_orders "))
    card = datasets.card("company_orders")
    assert f"{card.rows:,}  simulated  {card.title}" in row


def test_it_runs_as_a_module():
    run = subprocess.run(
        [sys.executable, "-m", "crmlab.course.cli", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == f"crmlab {crmlab.__version__}\n"
