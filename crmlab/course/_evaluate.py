"""Evaluate one expression among a student's names, and say exactly what went wrong if it did."""

import ast
import builtins
import contextlib
import dis
import io
import json
import linecache
import sys
import traceback
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from types import CodeType, FunctionType
from typing import Any

from crmlab.course._values import Plain, plain

_CHECK = "<check>"


@dataclass(frozen=True)
class Outcome:
    """What an expression gave: a plain value, or the problem that kept it from a value."""

    value: Plain = None
    problem: str = ""  # "", "undefined", "blank" or "error"
    name: str = ""  # the name that is undefined or still blank; the type of the error
    message: str = ""  # of the error
    line: int = 0  # where the error is in the student's code, and that line
    code: str = ""
    printed: bool = False  # whether the student's code printed while it ran


def evaluate(expr: str, names: dict[str, Any]) -> Outcome:
    """Return what `expr` gives among `names`; no error escapes, and nothing is printed.

    >>> evaluate("price * 2", {"price": 21}).value
    42
    >>> evaluate("price * 2", {}).problem, evaluate("price * 2", {"price": ...}).problem
    ('undefined', 'blank')
    """
    for name in _free_names(expr):
        if name not in names and not hasattr(builtins, name):
            return Outcome(problem="undefined", name=name)
        if names.get(name) is Ellipsis or _is_blank(names.get(name)):
            return Outcome(problem="blank", name=name)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            value = plain(eval(compile(expr, _CHECK, "eval"), names))
    except (Exception, SystemExit) as error:
        return failure(error, names)
    return Outcome(value=value, printed=bool(printed.getvalue().strip()))


def _free_names(expr: str) -> list[str]:
    """Return the names that `expr` reads, in order, without those of its own comprehensions."""
    found = [node for node in ast.walk(ast.parse(expr, mode="eval")) if isinstance(node, ast.Name)]
    own = {node.id for node in found if isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(ast.parse(expr)) if isinstance(node, ast.arg)}
    return list(dict.fromkeys(node.id for node in found if node.id not in own))


def _untouched() -> None: ...


def _steps(code: CodeType) -> list[tuple[str, Any]]:
    return [(step.opname, step.argval) for step in dis.get_instructions(code)]


def _is_blank(value: Any) -> bool:
    """Tell whether `value` is a function with nothing but ``...`` (or pass) below its docstring."""
    return isinstance(value, FunctionType) and _steps(value.__code__) == _steps(_untouched.__code__)


def failure(error: BaseException, names: dict[str, Any]) -> Outcome:
    """Describe an error, at the deepest line that the student wrote."""
    line, code = 0, ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        where = frame.f_code.co_filename
        if frame.f_globals is names and where != _CHECK:
            line, code = number, linecache.getline(where, number).strip()
    problem = "blank" if "ellipsis" in str(error).lower() else "error"
    return Outcome(
        problem=problem, name=type(error).__name__, message=str(error), line=line, code=code
    )


def report(exprs: Iterable[str]) -> None:
    """Print the outcomes of `exprs` among the kernel's names, as JSON."""
    names = sys.modules["__main__"].__dict__
    print(json.dumps([asdict(evaluate(expr, names)) for expr in exprs]))
