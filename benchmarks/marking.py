"""Speed of grading labs, beside nbgrader and otter-grader on the same notebooks; never a test.

Run with ``make bench``, or ``python benchmarks/marking.py 40`` for 40 submissions. Goals: 200
submissions of lab 7 that do not loop in at most 120 s on 2 cores; importing the student's side
takes at most 0.1 s. The peers are installed below ``_build/peers`` the first time; they grade
one submission after the other, and run students' code without a sandbox.
"""

import contextlib
import io
import os
import random
import subprocess
import sys
import tempfile
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from _results import record, seconds

from crmlab.course import Lab
from crmlab.course.build import Built, build
from crmlab.course.grade.key import Key, read_key
from crmlab.course.grade.one import mark
from crmlab.course.grade.sandbox import choose

REPOSITORY = Path(__file__).resolve().parent.parent
PEERS = REPOSITORY / "_build" / "peers"
LAB = "lab07_customer_worth"
WORKERS = 2
GOAL = 120 / 200  # seconds a submission
BY_PEERS = 10  # submissions: enough for a time of each

Notebook = Any


def hand_in(built: Built, kind: str, seed: int) -> Notebook:
    """Return a submission: the solution, the blank, or a solution with two cells gone wrong."""
    name = {"blank": built.student / f"{LAB}.ipynb"}.get(
        kind, built.teacher / f"{LAB}.solution.ipynb"
    )
    notebook = nbformat.read(name, as_version=4)
    own = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and "check" not in cell.id and "def " in cell.source
    ]
    for cell in random.Random(seed).sample(own, 2):
        if kind == "wrong":
            cell.source = cell.source.replace("return", "return 1.01 *", 1)
        if kind == "looping":
            cell.source = "while True:\n    pass"
    return notebook


def submissions(built: Built, folder: Path, kinds: list[str]) -> list[Path]:
    folder.mkdir(parents=True)
    paths = [folder / f"{n:03}_{kind}.ipynb" for n, kind in enumerate(kinds)]
    for n, (path, kind) in enumerate(zip(paths, kinds, strict=True)):
        nbformat.write(hand_in(built, kind, n), path)
    return paths


def ours(paths: list[Path], key: Key) -> float:
    sandbox = choose("bubblewrap")
    start = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        marks = list(pool.map(lambda path: mark(path, key, sandbox=sandbox), paths))
    took = time.perf_counter() - start
    full = sum(q["points"] for q in key.questions if not q["manual"])
    for path, one in zip(paths, marks, strict=True):
        assert one.status == "graded", f"{path.name}: {one.status}"
        kind = path.stem.partition("_")[2]
        assert {"right": one.earned == full, "blank": one.earned == 0}.get(
            kind, 0 < one.earned < full
        ), f"{path.name}: {one.earned}"
    return took


# ------------------------------------------------------------------------------------------
# The peers. Their checks are the same expressions, compared in the student's process.


def environment(package: str) -> Path:
    """Return the folder of a peer's programs; it is installed the first time."""
    folder = PEERS / package
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    if not (folder / "installed").exists():
        venv.create(folder, with_pip=True, clear=True)
        wanted = [package, "numpy", "pandas", "ipykernel"]
        run([str(programs / "python"), "-m", "pip", "install", "-q", *wanted], folder)
        (folder / "installed").touch()
    return programs


def run(command: list[str], folder: Path) -> None:
    """Run a command; if it fails, say with which words."""
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    variables["PATH"] = f"{Path(command[0]).parent}{os.pathsep}{variables['PATH']}"
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise RuntimeError(said[-1] if said else f"exit code {done.returncode}")


def asserted(checks: list[dict[str, Any]]) -> str:
    """Return code that stops unless every expression has its value."""
    lines = ["from crmlab.course._values import difference as _d, plain as _p"]
    lines += [f"assert _d(_p({c['expr']}), {c['expected']!r}) is None" for c in checks]
    return "\n".join(lines)


def nbgrader(paths: list[Path], built: Built, key: Key, folder: Path) -> float:
    """Return the seconds of ``nbgrader autograde``, its start included."""
    programs = environment("nbgrader")
    tests = {q["id"]: q for q in key.questions if not q["manual"]}

    def with_tests(notebook: Notebook) -> Notebook:
        notebook = deepcopy(notebook)
        notebook.metadata.kernelspec.name = "python3"
        for cell in notebook.cells:
            question = cell.id.removesuffix("-check")
            if cell.id.endswith("-check") and question in tests:
                cell.source = asserted(tests[question]["checks"])
                cell.metadata = {
                    "nbgrader": {
                        **{"grade": True, "grade_id": question, "locked": True, "task": False},
                        **{"points": tests[question]["points"], "solution": False},
                        "schema_version": 3,
                    }
                }
        return notebook

    def put(notebook: Notebook, place: Path) -> None:
        place.parent.mkdir(parents=True)
        nbformat.write(with_tests(notebook), place)
        (place.parent / f"{LAB}.checks.json").write_text(key.without_checks())

    master = nbformat.read(built.student / f"{LAB}.ipynb", as_version=4)
    put(master, folder / "source" / LAB / f"{LAB}.ipynb")
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        put(notebook, folder / "submitted" / path.stem / LAB / f"{LAB}.ipynb")
    run([str(programs / "nbgrader"), "generate_assignment", LAB], folder)
    start = time.perf_counter()
    run([str(programs / "nbgrader"), "autograde", LAB], folder)
    return time.perf_counter() - start


def otter(paths: list[Path], built: Built, key: Key, folder: Path) -> float:
    """Return the seconds of ``otter run`` for each submission in turn."""
    programs = environment("otter-grader")
    (folder / "tests").mkdir(parents=True)
    for question in (q for q in key.questions if not q["manual"]):
        code = "".join(f">>> {line}\n" for line in asserted(question["checks"]).splitlines())
        case = {"code": code, "hidden": True, "locked": False}
        suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        test = {"name": question["id"], "points": question["points"], "suites": [suite]}
        text = f"OK_FORMAT = True\ntest = {test!r}\n"
        (folder / "tests" / f"{question['id']}.py").write_text(text, encoding="utf-8")
    (folder / f"{LAB}.checks.json").write_text(key.without_checks())
    run([str(programs / "otter"), "generate", "-t", "tests", "-o", "grade.zip", "--no-environment",
         f"{LAB}.checks.json"], folder)  # fmt: skip
    took = 0.0
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata.kernelspec.name = "python3"
        nbformat.write(notebook, folder / path.name)
        start = time.perf_counter()
        run([str(programs / "otter"), "run", "-a", "grade.zip", path.name], folder)
        took += time.perf_counter() - start
    return took


# ------------------------------------------------------------------------------------------


def student_side(built: Built) -> list[dict[str, Any]]:
    """Return what a student waits for."""

    def fresh(code: str) -> float:
        return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True), 9)

    bare, full = fresh("pass"), fresh("from crmlab.course import Lab, quiz")
    rows = [
        {"job": "import the student's side", "size": "fresh interpreter", "ours_s": full - bare,
         "peer": "the goal", "peer_s": 0.1, "ratio": (full - bare) / 0.1, "goal": 1}
    ]  # fmt: skip
    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *shown: None}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in hand_in(built, "right", 0).cells:
            if cell.cell_type == "code" and cell.id != "lab" and "lab." not in cell.source:
                exec(cell.source, names)
    lab = Lab(LAB, built.student, names)
    for question in ("q1", "q10"):
        with contextlib.redirect_stdout(io.StringIO()):
            took = seconds(lambda question=question: lab.check(question), 15)  # type: ignore[misc]
        rows.append({"job": f'lab.check("{question}")', "size": "all right", "ours_s": took})
    return rows


def folder_of(count: int, built: Built, key: Key, folder: Path) -> list[dict[str, Any]]:
    """Grade a folder of submissions, some of them with the peers too, and some that never end."""
    kinds = [("right", "wrong", "blank")[n % 3] for n in range(count)]
    paths = submissions(built, folder / "mixed", kinds)
    each = ours(paths, key) / count
    job, size = "grade one submission", f"{count} mixed, {WORKERS} workers"
    rows = [{"job": job, "size": size, "ours_s": each, "peer": "the goal", "peer_s": GOAL,
             "ratio": each / GOAL, "goal": 1}]  # fmt: skip
    for peer in (nbgrader, otter):
        row = {"job": job, "size": size, "ours_s": each}
        try:
            one = peer(paths[:BY_PEERS], built, key, folder / peer.__name__) / BY_PEERS
            row |= {"peer": peer.__name__, "peer_s": one, "ratio": each / one,
                    "note": f"peer: {BY_PEERS} of them, one after the other"}  # fmt: skip
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            row["note"] = f"{peer.__name__} could not be run: {error}"
        rows.append(row)
    loops = submissions(built, folder / "loops", ["looping"] * 4)
    took = ours(loops, key) / len(loops)
    return [*rows, {"job": job, "size": "4 that loop in two cells", "ours_s": took}]


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        built = build(REPOSITORY / "exercises" / f"{LAB}.md", folder / "labs", "benchmark")
        key = read_key(built.teacher / f"{LAB}.key.json")
        rows = folder_of(count, built, key, folder) + student_side(built)
    print(record("marking", rows).read_text("utf-8"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
