"""Run a notebook in a fresh kernel and ask it for the values of expressions.

Only for notebooks that are trusted: masters, and what is made from them.
"""

import json
from collections.abc import Iterable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from crmlab.course._evaluate import Outcome

_SECONDS = 300  # for one cell


def asking(exprs: Iterable[str], name: str) -> Any:
    """Return a cell called `name` that reports the outcomes of `exprs` where it stands."""
    source = f"from crmlab.course._evaluate import report as _report\n_report({list(exprs)!r})"
    return new_code_cell(source, id=name)


def run(cells: Sequence[Any], folder: Path) -> dict[str, list[Any]]:
    """Run `cells` in `folder`, past errors, and return the outputs of each by its id."""
    notebook = new_notebook(cells=deepcopy(list(cells)))
    client = NotebookClient(
        notebook,
        timeout=_SECONDS,
        kernel_name="python3",
        allow_errors=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute()
    except (CellTimeoutError, DeadKernelError) as error:
        raise RuntimeError(str(error).strip().splitlines()[0]) from None
    return {cell.id: cell.get("outputs", []) for cell in notebook.cells}


def error_in(outputs: Iterable[Any]) -> str:
    """Return the error among a cell's outputs as one line, or an empty text."""
    errors = (out for out in outputs if out.output_type == "error")
    return next((f"{out.ename}: {out.evalue}" for out in errors), "")


def outcomes_in(outputs: Iterable[Any]) -> list[Outcome]:
    """Return what a cell made by :func:`asking` reported."""
    text = "".join(out.text for out in outputs if out.output_type == "stream")
    return [Outcome(**record) for record in json.loads(text.strip().splitlines()[-1])]
