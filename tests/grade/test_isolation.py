"""What a submission cannot reach: files, network, processes, the next one, the hidden inputs."""

import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crmlab.course.grade import sandbox as sandboxes
from crmlab.course.grade._memory import family
from crmlab.course.grade.sandbox import Limits, choose

FULL = {"q1": 4, "q2": 4}


def said(marks):
    """All that a student may read of the marks."""
    texts = [text for q in marks.questions for text in (q.note, *(c.said for c in q.checks))]
    return "\n".join([*texts, *(c.mistake for q in marks.questions for c in q.checks)])


def answering(code):
    """Return a cell whose function answers the visible check with what `code` puts into `found`."""
    return f"{code}\ndef double(x):\n    return found if x == 4 else 2 * x"


@pytest.fixture
def canary(lab, tmp_path, monkeypatch):
    """Put a secret where a snooper would look, and return it."""
    secret = f"canary{uuid.uuid4().hex}"
    monkeypatch.setenv("CRMLAB_CANARY", secret)
    (tmp_path / "another_student.ipynb").write_text(secret)
    return secret


READERS = {
    "the key": "[open({key!r}).read()[:9]]",
    "another submission": "[open({other!r}).read()]",
    "the folder above": "os.listdir('..') if 'another_student.ipynb' in os.listdir('..') else []",
    "the home folder": "[n for n in os.listdir({home!r}) if n not in {ways!r}]",
    "the repository": "[n for n in ('exercises', 'tests', '.git', '_build') "
    "if os.path.exists({repository!r} + '/' + n)]",
    "passwords": "[p for p in ('/etc/passwd', '/etc/shadow', '/etc/hosts') if os.path.exists(p)]",
    "the environment": "[v for v in os.environ.values() if {secret!r} in v]",
    "the environment of others": "[p for p in os.listdir('/proc') if p.isdigit() "
    "and {secret!r}.encode() in open(f'/proc/{{p}}/environ', 'rb').read()]",
    "folders behind open files": "[f for f in [*os.listdir('/proc/self/fd'), *range(20)] "
    "for at in (f'/proc/self/fd/{{f}}/..', f'/proc/1/fd/{{f}}/..', f'/proc/1/root/..') "
    "if os.path.isdir(at) and os.path.exists(at + {key!r})]",
    "a link": "(os.symlink({key!r}, 'link'), [open('link').read()])[1]",
    "places to write": "[p for p in ('/', '/usr', '/dev', '/proc/sys/kernel', {prefix!r}, "
    "{package!r}) if os.access(p, os.W_OK)]",
    "a new namespace": "[0] if os.system('unshare --user true 2>/dev/null') == 0 else []",
    "processes of others": "[p for p in os.listdir('/proc') if p.isdigit() and int(p) > 1 and "
    "b'_runner' not in open(f'/proc/{{p}}/cmdline', 'rb').read()]",
    "rights": "[l for l in open('/proc/self/status') "
    "if l.startswith('Cap') and int(l.split()[1], 16)]",
    "root": "[0] if os.getuid() == 0 else []",
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
def test_a_snooper_finds_nothing(graded, points, lab, canary, tmp_path, reader):
    shown = [Path(sys.prefix), Path(sys.base_prefix), Path(sandboxes.__file__)]
    places = {
        "key": str(lab.key_file),
        "other": str(tmp_path / "another_student.ipynb"),
        "home": str(Path.home()),
        # Python or this package may lie in the home folder; then there is a way to them.
        "ways": [
            p.relative_to(Path.home()).parts[0] for p in shown if p.is_relative_to(Path.home())
        ],
        "repository": str(Path(__file__).parents[2]),
        "prefix": sys.prefix,
        "package": str(Path(sandboxes.__file__).parent),
        "secret": canary,
    }
    code = (
        f"import os\ntry:\n    found = {reader.format(**places)}\nexcept OSError:\n    found = []"
    )
    marks = graded({"q1-4": answering(code)})
    assert "gave []" in said(marks), said(marks)
    assert points(marks) == {"q1": 3, "q2": 4}
    assert canary not in said(marks)


@pytest.mark.parametrize("name", ["the key", "another submission"])
def test_without_bubblewrap_a_snooper_would_find_it(graded, lab, canary, tmp_path, name):
    reader = READERS[name].format(
        key=str(lab.key_file), other=str(tmp_path / "another_student.ipynb")
    )
    marks = graded({"q1-4": answering(f"found = {reader}")}, sandbox=choose("limits"))
    assert "gave []" not in said(marks)
    assert "form" in said(marks) or canary[:20] in said(marks)


def test_there_is_no_network(graded):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        code = f"""
import socket
try:
    socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), timeout=1)
    found = ["open"]
except OSError:
    found = []
"""
        marks = graded({"q1-4": answering(code)})
        assert "gave []" in said(marks)
        with pytest.raises(TimeoutError):
            server.accept()


def test_nobody_elses_process_is_killed(graded, points):
    options = {"user": 65534} if os.geteuid() == 0 else {}
    with subprocess.Popen(["/bin/sleep", "300"], **options) as bystander:
        marks = graded({"q1-4": "import os\nos.kill(-1, 9)"})
        assert points(marks) == {"q1": 0, "q2": 4}
        assert bystander.poll() is None
        bystander.kill()


def commands():
    """The command lines of all processes."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue


DETACHED = """
import os, subprocess
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        subprocess.Popen(["sleep", "{seconds}"])
        subprocess.run(["sleep", "{seconds}"])
subprocess.Popen(["nohup", "sleep", "{seconds}"], start_new_session=True)
def double(x):
    return 2 * x
"""


def test_nothing_outlives_its_run(graded, points):
    seconds = f"{time.time_ns()}"
    threads = threading.active_count()
    opened = len(os.listdir("/proc/self/fd"))
    marks = graded({"q1-4": DETACHED.format(seconds=seconds)})
    assert points(marks) == FULL
    assert not [command for command in commands() if seconds in command]
    assert list(family(os.getpid())) == [os.getpid()]
    assert threading.active_count() == threads
    assert len(os.listdir("/proc/self/fd")) == opened


def test_the_next_submission_finds_no_file(graded):
    name = uuid.uuid4().hex
    graded({"q1-4": f"for p in ('.', '/tmp', '/dev/shm'): open(p + '/{name}', 'w').write('x')"})
    code = "import os\nfound = [p for p in ('.', '/tmp', '/dev/shm') if os.path.exists(p + '/%s')]"
    code %= name
    assert "gave []" in said(graded({"q1-4": answering(code)}))
    assert not list(Path("/tmp").glob(f"*/{name}"))
    assert not list(Path("/dev/shm").glob(f"*{name}"))


def test_a_fork_bomb_does_not_disturb_the_others(graded, points, lab, tmp_path):
    bomb = lab.hand_in(
        tmp_path / "bomb.ipynb",
        {"q1-4": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"},
    )
    honest = "import subprocess\nfor _ in range(30):\n    subprocess.Popen(['sleep', '20'])\n"
    other = lab.hand_in(tmp_path / "o.ipynb", {"q1-4": honest + "def double(x): return 2 * x"})
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(graded, path=bomb, limits=Limits(call=3))
        time.sleep(1.5)
        marks = pool.submit(graded, path=other, limits=Limits(call=15)).result()
        assert points(first.result()) == {"q1": 0, "q2": 4}
    assert points(marks) == FULL


# Hidden inputs: a program sees them when it is asked, and must not carry them out.

KEEPS = """
seen = []
def double(x):
    seen.append(x)
    open("seen", "a").write(f"{x} ")
    return 2 * x
"""
LEAKS = {
    "as a value": {"q2-2": "def total(prices): return str(seen) + open('seen').read()"},
    "as an error": {"q2-2": "def total(prices): raise ValueError(str(seen))"},
    "as the error of a cell": {"q2-2": "raise ValueError(str(seen))"},
    "as the name of a type": {"q2-2": "def total(prices): return type(str(seen), (), {})()"},
    "as a column": {
        "q2-2": "import pandas as pd\ndef total(prices): return pd.DataFrame({str(seen): [1]})"
    },
    "as the line of an error": {
        "q2-2": "exec(compile('\\n' * (seen[-1] - 1) + '1 / 0', 'x', 'exec'))"
    },
}
# Later cells change what was right at its place, so that the notebook is run once more.
CHANGES = "\ndef double(x):\n    seen.append(x)\n    return 0\n"


@pytest.mark.parametrize("again", ["", CHANGES], ids=["once", "run again"])
@pytest.mark.parametrize("cells", LEAKS.values(), ids=LEAKS.keys())
def test_hidden_inputs_do_not_come_out(graded, points, lab, cells, again):
    marks = graded(
        {"q1-4": KEEPS, **cells, "q2-3": f"customers = 7{again}"}, last="raise ValueError(seen)"
    )
    assert points(marks)["q1"] == 4  # all hidden inputs were seen
    assert len(lab.hidden_inputs) == 9
    assert not [number for number in lab.hidden_inputs if number in said(marks) + marks.note]


# The sandboxes themselves.


def test_root_becomes_nobody(bubblewrap):
    program = ["-c", "import time; print('here', flush=True); time.sleep(60)"]
    with bubblewrap.start(program, Limits(), None) as running:
        assert running.stdout.readline() == b"here\n"
        assert 1_000_000 < running.memory() < 100_000_000
        *_, last = family(os.getpid())
        assert Path(f"/proc/{last}/status").stat().st_uid == (os.geteuid() or 65534)
    assert list(family(os.getpid())) == [os.getpid()]


def test_a_sandbox_must_be_known():
    with pytest.raises(ValueError, match=r"sandbox must be one of 'bubblewrap', 'limits'; got 'x'"):
        choose("x")


def test_without_bubblewrap_nothing_starts(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        ValueError, match=r"not on this machine.*apt-get install bubblewrap.*limits"
    ):
        choose("bubblewrap")


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")
def test_a_bubblewrap_that_does_not_work_is_told(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'No permissions to make a new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(ValueError, match=r"does not work here .No permissions to make"):
        choose("bubblewrap")


ONLY_LIMITS = {
    "correct": ("def double(x): return 2 * x", FULL),
    "a loop": ("while True:\n    try: pass\n    except: pass", {"q1": 0, "q2": 4}),
    "dies": ("import os\nos._exit(0)", {"q1": 0, "q2": 4}),
    "20 GB": ("x = [0] * 2_500_000_000", {"q1": 0, "q2": 4}),
    "a child": ("import subprocess\nsubprocess.Popen(['sleep', '{seconds}'])", {"q1": 0, "q2": 4}),
}


@pytest.mark.parametrize(("code", "expected"), ONLY_LIMITS.values(), ids=ONLY_LIMITS.keys())
def test_limits_only(graded, points, monkeypatch, tmp_path, code, expected):
    seconds = f"{time.time_ns()}"
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(sandboxes.tempfile, "tempdir", str(tmp_path / "temporary"))
    more = {"sandbox": choose("limits"), "limits": Limits(call=2)}
    marks = graded({"q1-4": code.format(seconds=seconds)}, **more)
    assert (marks.status, points(marks)) == ("graded", expected)
    assert not list((tmp_path / "temporary").iterdir())
    assert not [command for command in commands() if seconds in command]


def test_limits_only_says_what_it_does_not_protect(bubblewrap):
    for word in ("files", "key", "other students", "network"):
        assert word in choose("limits").warning
    assert bubblewrap.warning == ""
