"""Where a student's code runs: locked up by bubblewrap, or with limits only.

Each submission gets a sandbox of its own, which is gone with everything in it when the marks
are known. What a program in it can reach:

====================  ===================================  ====================================
what                  ``bubblewrap``                       ``limits``
====================  ===================================  ====================================
files                 Python and the system, to read only  all that the teacher may read
to write              a fresh folder in memory             a fresh folder on disk, and wherever
                                                           the teacher may write
network               none                                 the teacher's
other processes       none are seen                        the teacher's
number of processes   limited for this submission          not limited
memory                limited in all                       limited for each process
====================  ===================================  ====================================
"""

import contextlib
import os
import re
import select
import shutil
import signal
import site
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import crmlab
from crmlab._checks import choice
from crmlab._text import _
from crmlab.course.grade._memory import used_memory

_NOBODY = "65534"  # a user that owns nothing


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    memory : int
        Bytes, of each process and of all together.
    cpu : int
        Seconds of computing of one process.
    file, disk : int
        Bytes of one file (and of all that is in ``/tmp``), and of all files of the notebook.
    processes, files : int
        At one time.
    call, notebook : float
        Seconds for one cell or one check, and for the whole notebook.
    restarts : int
        How often Python is started again after it died.
    upload, reply, replies : int
        Bytes of the notebook, of one answer to a check, and of all answers together.
    """

    memory: int = 3_000_000_000
    cpu: int = 60
    file: int = 64_000_000
    disk: int = 256_000_000
    processes: int = 64
    files: int = 256
    call: float = 10.0
    notebook: float = 90.0
    restarts: int = 3
    upload: int = 5_000_000
    reply: int = 2_000_000
    replies: int = 32_000_000


class Running:
    """A program that runs in a sandbox, at the other end of two pipes.

    Parameters
    ----------
    process : subprocess.Popen
    stop : callable
        Ends the program and all that it started, and returns when they are gone.
    memory : callable, optional
        Returns the bytes that they use together; 0 where nobody counts.
    """

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        stop: Callable[[], None],
        memory: Callable[[], int] = int,
    ) -> None:
        self.stdin: IO[bytes] = process.stdin  # type: ignore[assignment]
        self.stdout: IO[bytes] = process.stdout  # type: ignore[assignment]
        self._stderr: IO[bytes] = process.stderr  # type: ignore[assignment]
        self.stop, self.memory = stop, memory

    def complaint(self) -> str:
        """Stop, and return the first of what was said on the error pipe."""
        self.stop()
        return self._stderr.read(2000).decode(errors="replace").strip()


class Sandbox(ABC):
    """A way to lock up a program."""

    #: What this sandbox does not protect; an empty text if it does all it should.
    warning: str = ""
    #: Whether processes are counted for this sandbox alone, so that they can be limited.
    counts_processes: bool = True

    @abstractmethod
    def start(
        self, program: Sequence[str], limits: Limits, data: Path | None
    ) -> AbstractContextManager[Running]:
        """Run Python with the arguments `program` in a fresh folder that holds `data`."""


def choose(name: str) -> Sandbox:
    """Return the sandbox of that name, if this machine has it.

    Parameters
    ----------
    name : str
        ``"bubblewrap"`` or ``"limits"``.

    Returns
    -------
    Sandbox

    Raises
    ------
    ValueError
        If it does not work here; the message says what to do.
    """
    if choice(name, "sandbox", ("bubblewrap", "limits")) == "limits":
        return LimitsOnly()
    wanted = _(
        "Students' code is run in bubblewrap, which locks it up, but {why}. On Debian or Ubuntu "
        "install it with `sudo apt-get install bubblewrap` (version 0.8 or newer). Without it, "
        "`--sandbox limits` grades submissions that you trust."
    )
    program = shutil.which("bwrap")
    if not program:
        raise ValueError(wanted.format(why=_("it is not on this machine")))
    sandbox = Bubblewrap(program)
    with sandbox.start(["-c", "print('works')"], Limits(), None) as running:
        if running.stdout.readline() != b"works\n":
            why = _("it does not work here ({complaint})").format(complaint=running.complaint())
            raise ValueError(wanted.format(why=why))
    return sandbox


def _environment(home: str, work: str) -> dict[str, str]:
    """Return the whole environment of a student's program."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
    kept = ("LD_LIBRARY_PATH", "SYSTEMROOT")  # where some Pythons and Windows find their libraries
    folders = [str(Path(sys.prefix, "bin")), "/usr/local/bin", "/usr/bin", "/bin"]
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **dict.fromkeys(threads, "1"),
        "HOME": home,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "PATH": os.pathsep.join(folders),
        "PWD": work,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",  # the same notebook gets the same marks
        "PYTHONPATH": str(Path(crmlab.__file__).parents[1]),
        "TMPDIR": home,
    }


@cache
def _font_lists() -> list[Path]:
    """Return matplotlib's list of fonts, which takes each new home seconds to make."""
    from matplotlib import font_manager, get_cachedir

    return sorted(Path(get_cachedir()).glob(f"fontlist-v{font_manager.FontManager.__version__}*"))


@contextlib.contextmanager
def _talking(
    command: Sequence[str], environment: dict[str, str], **options: Any
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a command with three pipes, and close them at the end."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, **options
    )
    try:
        yield process
    finally:
        for end in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(BrokenPipeError):  # what was written is read no more
                end.close()  # type: ignore[union-attr]


# ------------------------------------------------------------------------------------------
# bubblewrap


class Bubblewrap(Sandbox):
    """Own user, mount, process, network and IPC namespaces, made by bubblewrap.

    A teacher who is root becomes nobody first, for no limit on processes binds root. Since
    nobody may not look into root's folders, root mounts what the sandbox shows before that.
    """

    _HOME, _WORK = "/lab/home", "/lab/work"

    def __init__(self, program: str = "bwrap") -> None:
        self._program = program

    @contextlib.contextmanager
    def start(self, program: Sequence[str], limits: Limits, data: Path | None) -> Iterator[Running]:
        """Run Python with the arguments `program` in a fresh folder that holds `data`."""
        given = [data.resolve()] if data else []
        read, write = os.pipe()
        inner = [
            *(self._program, "--info-fd", str(write), "--unshare-all", "--unshare-user"),
            *("--disable-userns", "--die-with-parent", "--new-session"),
            *("--uid", _NOBODY, "--gid", _NOBODY, "--hostname", "lab"),
            *_system(),
            *("--proc", "/proc", "--dev", "/dev"),
            *("--size", str(limits.file), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"),
            *("--size", str(limits.file), "--tmpfs", "/tmp"),
            *("--size", str(limits.disk), "--tmpfs", "/lab"),
            *_shown(_python_folders()),
            *("--dir", self._HOME, "--dir", f"{self._HOME}/matplotlib"),
            *_mounted((path, f"{self._HOME}/matplotlib/{path.name}") for path in _font_lists()),
            *("--dir", self._WORK, "--chdir", self._WORK),
            *_mounted((path, f"{self._WORK}/{path.name}") for path in given),
            *("--remount-ro", "/", "--", sys.executable, *program),
        ]
        shown = [*_python_folders(), *_font_lists(), *given]
        outer = [self._program, *_as_nobody(shown)] if os.geteuid() == 0 else []
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, read)
            try:
                process = stack.enter_context(
                    _talking(
                        [*outer, *inner],
                        _environment(self._HOME, self._WORK),
                        pass_fds=[write],
                    )
                )
            finally:
                os.close(write)
            first = _first_process(read)
            if first:
                stack.callback(os.close, first.handle)
            stop = partial(_stop_all, process, first)
            stack.callback(stop)
            yield Running(process, stop, partial(used_memory, first.id if first else None))


def _python_folders() -> list[Path]:
    """Return the folders that Python and this package need, without those around them."""
    package = Path(crmlab.__file__).parent
    wanted = [Path(sys.base_prefix), Path(sys.prefix), package, package.parent / "datasets"]
    if site.ENABLE_USER_SITE:
        wanted.append(Path(site.getusersitepackages()))
    found = dict.fromkeys(path for path in wanted if path.is_dir())
    return [path for path in found if not path.is_relative_to("/usr")]


def _system() -> list[str]:
    """Show the system's programs, and of its settings only those that programs need to start."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    arguments += ["--dir", "/etc"]  # a folder that is not named here is closed to nobody
    for name in ("alternatives", "fonts", "ld.so.cache", "localtime"):
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return arguments


def _mounted(places: Iterable[tuple[Path, str]]) -> list[str]:
    return [part for path, place in places for part in ("--ro-bind", str(path), place)]


def _shown(paths: Iterable[Path]) -> list[str]:
    """Show files where they are; the folders above them appear empty and open to everybody."""
    inner_last = sorted(paths)
    above = sorted({parent for path in inner_last for parent in path.parents[:-1]})
    folders = [part for path in above for part in ("--dir", str(path))]
    return [*folders, *_mounted((path, str(path)) for path in inner_last)]


def _as_nobody(shown: Iterable[Path]) -> list[str]:
    """Return the arguments by which root shows the folders and becomes nobody."""
    return [
        *("--die-with-parent", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
        *(*_system(), "--dev", "/dev", "--bind", "/proc", "/proc", "--tmpfs", "/tmp"),
        *_shown(shown),
        *("--", "setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"),
        "--no-new-privs",
    ]


class _First(NamedTuple):
    """A sandbox's first process: the kernel ends all others before it ends."""

    id: int
    handle: int


def _first_process(info: int) -> _First | None:
    """Read from bubblewrap which is the first process; None if there is none."""
    said = b""
    while not (found := re.search(rb'"child-pid": (\d+)\D', said)):
        more = os.read(info, 4096)
        if not more:
            return None
        said += more
    number = int(found[1])
    try:
        return _First(number, os.pidfd_open(number))
    except ProcessLookupError:
        return None


def _stop_all(process: "subprocess.Popen[bytes]", first: _First | None) -> None:
    if first:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(first.handle, signal.SIGKILL)
        select.select([first.handle], [], [])
    else:
        process.kill()
    process.wait()


# ------------------------------------------------------------------------------------------
# Limits only


class LimitsOnly(Sandbox):
    """A process group with limits, for machines that have no bubblewrap."""

    warning = _(
        "--sandbox limits does not lock students' code up. It can read and change your files, "
        "the key and other students' work among them, use the network, and leave programs "
        "running. Only time, memory and the size of files are limited, and on Windows only time. "
        "Use it for submissions that you trust, or on a machine that holds nothing else."
    )
    counts_processes = False

    @contextlib.contextmanager
    def start(self, program: Sequence[str], limits: Limits, data: Path | None) -> Iterator[Running]:
        """Run Python with the arguments `program` in a fresh folder that holds `data`."""
        with tempfile.TemporaryDirectory(prefix="crmlab-", ignore_cleanup_errors=True) as folder:
            work, home = Path(folder, "work"), Path(folder, "home")
            work.mkdir()
            Path(home, "matplotlib").mkdir(parents=True)
            for path in _font_lists():
                shutil.copy(path, home / "matplotlib")
            if data:
                shutil.copytree(data, work / data.name)
            started = _talking(
                [sys.executable, *program],
                _environment(str(home), str(work)),
                cwd=work,
                start_new_session=True,
            )
            with started as process:
                stop = partial(_stop_group, process)
                try:
                    yield Running(process, stop)
                finally:
                    stop()


def _stop_group(process: "subprocess.Popen[bytes]") -> None:
    if process.returncode is not None:  # the number may be another program's by now
        return
    if not hasattr(os, "killpg"):  # Windows
        process.kill()
        process.wait()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):  # the group is gone
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for _look in range(100):
            os.killpg(process.pid, 0)
            time.sleep(0.02)
    process.wait()
