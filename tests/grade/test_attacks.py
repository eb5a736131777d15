"""What grading has to survive: for every case the marks, and nobody else touched.

Most cases are the small lab's solution with one cell replaced, so the other question shows
that the rest of the notebook still counts.
"""

import json
import os
import time
from pathlib import Path
from textwrap import dedent, indent

import pytest

from crmlab.course.grade.sandbox import Limits

FULL = {"q1": 4, "q2": 4}
NO_Q1 = {"q1": 0, "q2": 4}
NOTHING = {"q1": 0, "q2": 0}
SHORT = Limits(call=2, notebook=60)  # for what does not end; honest cells take milliseconds


def function(body):
    """Return `double` with that body."""
    return "def double(x):\n" + indent(dedent(body).strip(), "    ")


# ------------------------------------------------------------------------------------------
# Answers of all kinds. A case is the code of the cell q1-4, and the points it deserves.

ANSWERS = {
    "correct": (function("return 2 * x"), FULL),
    "another way": ("double = lambda x: x + x", FULL),
    "with numpy": ("import numpy as np\n" + function("return np.float64(x) * 2"), FULL),
    "off by one": (function("return 2 * x + 1"), NO_Q1),
    "visible answers by heart": (function("return 8"), {"q1": 1, "q2": 4}),
    "a syntax error": ("def double(x) return 2 * x", NO_Q1),
    "an error in the cell": (function("return 2 * x") + "\n1 / 0", FULL),
    "an error in the function": (function("return 2 * missing"), NO_Q1),
    "exit in a cell": ("import sys\nsys.exit(0)\n", NO_Q1),
    "exit in a function": (function("raise SystemExit"), NO_Q1),
    "lines of IPython": (
        "%matplotlib inline\n!echo hello > said\nhello = !cat said\n%time 1\n"
        + function("return x * 2 if hello == ['hello'] else 0"),
        FULL,
    ),
    "await": ("import asyncio\nawait asyncio.sleep(0)\n" + function("return 2 * x"), FULL),
    "a picture and a table": (
        "import matplotlib.pyplot as plt, pandas as pd\nplt.plot([1, 2])\nplt.show()\n"
        "display(pd.DataFrame({'a': [1]}))\n" + function("return 2 * x"),
        FULL,
    ),
    "asks the keyboard": (
        "try:\n    input()\nexcept EOFError:\n    pass\n" + function("return 2 * x"),
        FULL,
    ),
    "checks in its own cell": (
        function("return 2 * x") + "\nlab.check('q1')\nlab.progress()",
        FULL,
    ),
    "the solution of the package": ("double = [2].__mul__ and (lambda x: sum([x, x]))", FULL),
}

# Programs that do not end, die, or take more than there is.
TROUBLE = {
    "a loop in the cell": ("while True:\n    pass", NO_Q1),
    "a loop after the answer": (function("return 2 * x") + "\nwhile True: pass", FULL),
    "a loop in the function": (function("while True:\n    pass"), NO_Q1),
    "a loop behind a bare except": (
        function("while True:\n    try:\n        x += 1\n    except:\n        pass"),
        NO_Q1,
    ),
    "a loop that hears no signal": (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n"
        "while True:\n    pass",
        NO_Q1,
    ),
    "a loop for one input only": (
        function("while x == 4:\n    pass\nreturn 2 * x"),
        {"q1": 3, "q2": 4},
    ),
    "os._exit in the cell": ("import os\nos._exit(0)", NO_Q1),
    "os._exit in the function": ("import os\n" + function("os._exit(0)"), NO_Q1),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)", NO_Q1),
    "another program in its place": ("import os\nos.execv('/bin/sleep', ['sleep', '99'])", NO_Q1),
    "20 GB in a list": ("x = [0] * 2_500_000_000\n" + function("return 2 * x"), NO_Q1),
    "memory without end": (function("y = []\nwhile True:\n    y.append(bytearray(10**7))"), NO_Q1),
    "memory in many processes": (
        """
        import os, time
        for _ in range(20):
            if os.fork() == 0:
                y = bytearray(b"x") * 300_000_000
                time.sleep(60)
        time.sleep(60)
        """,
        NO_Q1,
    ),
    "lines in the function": (
        function("for n in range(99_999):\n    print(n)\nreturn 2 * x"),
        FULL,
    ),
    "300 forks": (
        """
        import os, time
        for _ in range(300):
            try:
                if os.fork() == 0:
                    time.sleep(60)
            except OSError:
                made = _
                break
        def double(x):
            return 2 * x if made < 64 else 0
        """,
        FULL,
    ),
    "forks without end": (
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        NO_Q1,
    ),
    "both halves of a fork go on": ("import os\nos.fork()\n" + function("return 2 * x"), FULL),
    "900 MB as a value": (function("return 'x' * 900_000_000"), NO_Q1),
    "a list that holds itself": (function("y = []\ny.append(y)\nreturn y"), NO_Q1),
    "a number of a million digits": (function("return 10 ** 1_000_000"), NO_Q1),
    "not a number": (function("return float('nan')"), NO_Q1),
    "fills the disk": (
        """
        import os
        written = 0
        for folder in ("/tmp", ".", "/dev/shm"):
            try:
                for n in range(100):
                    with open(f"{folder}/big{n}", "wb") as file:
                        file.write(bytes(30_000_000))
                    written += 30
            except OSError:
                continue
        def double(x):
            return 2 * x if 250 < written < 400 else written
        """,
        FULL,
    ),
    "a file too large": (
        """
        try:
            with open("big", "wb") as file:
                for n in range(100):
                    file.write(bytes(1_000_000))
            size = 100
        except OSError:
            size = n
        def double(x):
            return 2 * x if size < 70 else 0
        """,
        FULL,
    ),
    "raises its own limits": (
        """
        import resource
        try:
            resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))
            raised = True
        except ValueError:
            raised = False
        def double(x):
            return 0 if raised else 2 * x
        """,
        FULL,
    ),
}

# Forgeries: none may bring a point for q1, whose answer is not there.
FORGERIES = {
    "an object that equals everything": """
        class Same(float):
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __hash__(self): return 0
            def __sub__(self, other): return 0.0
            __rsub__ = __abs__ = __sub__
        def double(x): return Same(0)
        """,
    "an object that calls itself a number": """
        import numbers
        class Any:
            def __float__(self): return float("nan")
            def __eq__(self, other): return True
            @property
            def __class__(self): return float
        numbers.Real.register(Any)
        def double(x): return Any()
        """,
    "another comparison": """
        import crmlab.course._values as v, crmlab.course.lab as l, builtins, math
        v.difference = l.difference = v._compare = v._same = lambda *a, **k: None
        math.isclose = lambda *a, **k: True
        l.judge = lambda check, outcome: l.Line(True, check["expr"])
        lab.check = lambda question: None
        def double(x): return 0
        """,
    "another evaluation": """
        import sys
        for name, module in list(sys.modules.items()):
            if hasattr(module, "evaluate"):
                real = module.evaluate
                module.evaluate = lambda expr, names: real("True", {})
        def double(x): return True
        """,
    "another way to write JSON": """
        import json
        json.dumps = lambda *a, **k: '{"id": 1, "outcome": {"value": true, "right": true}}'
        def double(x): return 0
        """,
    "another eval": """
        import builtins
        real = builtins.eval
        builtins.eval = lambda *a: True
        def double(x): return 0
        """,
    "a transformer of the input": """
        ip = get_ipython()
        ip.input_transformers_post.append(lambda lines: ["double = lambda x: True\\n"])
        def double(x): return 0
        """,
    "answers before they are asked": """
        import json, os
        for fd in range(3, 20):
            for n in range(1, 40):
                for right in ({"outcome": {"value": True}}, {"earned": 3}, {"right": True}):
                    try: os.write(fd, json.dumps({"id": n, **right}).encode() + b"\\n")
                    except OSError: break
        def double(x): return 0
        """,
    "looks for what is expected": """
        import gc, sys, inspect
        found = [o for o in gc.get_objects() if isinstance(o, dict) and "expected" in o]
        frames = []
        def double(x):
            frame = inspect.currentframe()
            while frame:
                for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):
                    if isinstance(value, dict) and "expected" in value:
                        return value["expected"]
                frame = frame.f_back
            return found[0]["expected"] if found else 0
        """,
}

# What comes on the pipe in place of answers: garbage that costs time, memory or a crash.
GARBAGE = {
    "900 MB": "b'x' * 1_000_000",
    "lines without end": "b'{}\\n' * 100_000",
    "deeply nested": "b'[' * 1_000_000 + b'\\n'",
    "a number without end": "b'{\"id\": ' + b'9' * 1_000_000 + b'}\\n'",
    "no text": "bytes(range(256)) * 1000",
}

# Answers of the right shape outside and of a wrong one inside.
VALUES = {
    "empty dict": {},
    "unknown kind": {"surprise": 1},
    "dict of a number": {"dict": 5},
    "dict of odd pairs": {"dict": [[1, 2, 3]]},
    "set of a number": {"set": 5},
    "order turned": {"index": [], "series": []},
    "ragged table": {"columns": ["a"], "values": [[1]], "index": []},
    "date that is none": {"date": "<script>"},
    "longest time": {"seconds": 1e300},
    "too large for a float": 10**400,
    "surrogate": "\ud800",
    "deep": json.loads("[" * 200 + "]" * 200),
}


@pytest.mark.parametrize(("code", "expected"), ANSWERS.values(), ids=ANSWERS.keys())
def test_answers(graded, points, code, expected):
    marks = graded({"q1-4": code})
    assert (marks.status, points(marks)) == ("graded", expected)


@pytest.mark.parametrize(("code", "expected"), TROUBLE.values(), ids=TROUBLE.keys())
def test_programs_in_trouble(graded, points, code, expected):
    start = time.monotonic()
    marks = graded({"q1-4": dedent(code)}, limits=SHORT)
    assert (marks.status, points(marks)) == ("graded", expected)
    assert time.monotonic() - start < 60


def test_a_million_printed_lines(graded, points):
    code = "for n in range(1_000_000):\n    print(n)\n" + function("return 2 * x")
    assert points(graded({"q1-4": code}, limits=Limits(call=20))) == FULL


@pytest.mark.parametrize("code", FORGERIES.values(), ids=FORGERIES.keys())
def test_forgeries_bring_nothing(graded, points, code):
    marks = graded({"q1-4": dedent(code)}, limits=SHORT)
    assert points(marks)["q1"] == 0


# The pipes on which the program answers.
PIPES = """
import os
pipes = [fd for fd in range(3, 64) if os.path.exists(f"/proc/self/fd/{fd}")
         and os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:")]
"""


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_on_the_pipe(graded, points, garbage):
    code = f"""
{PIPES}
def double(x):
    for fd in pipes:
        try:
            for _ in range(900):
                os.write(fd, {garbage})
        except OSError:
            pass
    return 0
"""
    before = resident()
    marks = graded({"q1-4": code}, limits=SHORT)
    assert points(marks) == NO_Q1
    assert resident() - before < 150_000_000


# Replaces the function that answers a question, so that every answer has the value VALUE.
REPLACE_ASK = """
import gc, json

def forged(expr, shell, most):
    outcome = dict(problem="", name="", message="", line=0, code="", printed=False)
    return {"outcome": {**outcome, "value": VALUE}}

for one in gc.get_objects():
    code = getattr(one, "__code__", None)
    if getattr(one, "__name__", "") == "_ask" and "_runner" in getattr(code, "co_filename", ""):
        one.__globals__["VALUE"] = json.loads(%r)
        one.__code__ = forged.__code__
"""


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_answers_of_a_wrong_shape(graded, points, value):
    marks = graded({"q1-4": REPLACE_ASK % json.dumps(value)})
    assert (marks.status, points(marks)) == ("graded", NOTHING)


@pytest.mark.parametrize(("value", "earned"), [(8, 1), (9, 0)])
def test_a_forged_answer_is_an_answer_like_any_other(graded, points, value, earned):
    marks = graded({"q1-4": REPLACE_ASK % json.dumps(value)})
    assert points(marks) == {"q1": earned, "q2": 0}


def resident():
    """Return the bytes that this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
