"""Speed of the package, side by side in one run; ratios and milliseconds, never a test.

Run with ``make bench``. Goals: importing crmlab adds at most 50 ms to numpy and pandas; a slider
shows its new picture within 100 ms in a live kernel. Both are seconds for which the processor
worked, so that other programs on the machine do not count.
"""

import resource
import statistics
import subprocess
import sys
import time
from typing import Any

import numpy as np
import numpy_financial
from _results import record, seconds

from crmlab import clv, widgets


def children() -> float:
    """Return the processor time of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def import_seconds(code: str) -> float:
    """Median processor time of a fresh interpreter that runs `code`."""
    command = [sys.executable, "-c", code]
    return seconds(lambda: subprocess.run(command, check=True), repeat=9, clock=children)


def imports() -> list[dict[str, Any]]:
    both = import_seconds("import numpy, pandas")
    rows = []
    for code in ("import crmlab", "from crmlab import clv"):
        ours = import_seconds(f"import numpy, pandas; {code}")
        rows.append(
            {"job": code, "size": "fresh interpreter", "ours_s": ours, "peer": "numpy and pandas",
             "peer_s": both, "ratio": ours / both,
             "note": f"adds {1000 * max(ours - both, 0):.0f} ms; goal 50"}
        )  # fmt: skip
    return rows


def present_values() -> list[dict[str, Any]]:
    flows = np.random.default_rng(1).uniform(0, 500, (100_000, 10))
    ends = np.concatenate([np.zeros((len(flows), 1)), flows], axis=1)

    def loop() -> list[float]:
        return [sum(f / 1.09**t for t, f in enumerate(row, 1)) for row in flows.tolist()]

    def peer() -> list[float]:
        return [numpy_financial.npv(0.09, row) for row in ends]

    assert np.allclose(clv.present_value(flows, 0.09), loop())
    assert np.allclose(clv.present_value(flows, 0.09), peer())
    ours = seconds(lambda: clv.present_value(flows, 0.09))
    peers = {"Python loop": seconds(loop, 3), "numpy-financial, row by row": seconds(peer, 1)}
    return [
        {"job": "present values", "size": "100,000 × 10", "ours_s": ours, "peer": name,
         "peer_s": theirs, "ratio": ours / theirs}
        for name, theirs in peers.items()
    ]  # fmt: skip


def sliders() -> list[dict[str, Any]]:
    rows = []
    for name in (name for name in widgets.__all__ if name.endswith("_explorer")):
        slider = getattr(widgets, name)(mode="live").sliders[0]
        places = len(slider.options)

        def move(slider=slider, places=places) -> None:
            slider.index = (slider.index + 1) % places

        took = seconds(move, repeat=15, clock=time.process_time)
        rows.append(
            {"job": name, "size": "one move", "ours_s": took, "peer": "the goal", "peer_s": 0.1,
             "ratio": took / 0.1, "goal": 1}
        )  # fmt: skip
    return rows


def summary(moves: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the middle explorer; the note tells of the slowest and of the goal."""
    took = [row["ours_s"] for row in moves]
    slowest = max(moves, key=lambda row: row["ours_s"])
    middle = statistics.median(took)
    return {
        "job": "one move of a slider",
        "size": f"{len(moves)} explorers",
        "ours_s": middle,
        "peer": "the goal",
        "peer_s": 0.1,
        "ratio": middle / 0.1,
        "goal": 1,
        "note": f"the middle one; {sum(t > 0.1 for t in took)} need more than 0.1 s, "
        f"at most {slowest['ours_s']:.2g} ({slowest['job']})",
    }


if __name__ == "__main__":
    moves = sliders()
    print(record("sliders", moves).read_text("utf-8"))
    print(record("models", [*imports(), *present_values(), summary(moves)]).read_text("utf-8"))
