"""Speed of the package, side by side in one run; ratios and milliseconds, never a test.

Run with ``make bench``. Goals: importing crmlab adds at most 50 ms to numpy and pandas; a slider
shows its new picture within 100 ms in a live kernel.
"""

import subprocess
import sys
from typing import Any

import numpy as np
import numpy_financial
from _results import record, seconds

from crmlab import clv, widgets


def import_seconds(code: str) -> float:
    """Median time of a fresh interpreter that runs `code`."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True), repeat=9)


def imports() -> list[dict[str, Any]]:
    both = import_seconds("import numpy, pandas")
    rows = []
    for code in ("import crmlab", "from crmlab import clv"):
        ours = import_seconds(f"import numpy, pandas; {code}")
        rows.append(
            {"job": code, "size": "fresh interpreter", "ours_s": ours, "peer": "numpy and pandas",
             "peer_s": both, "ratio": ours / both,
             "note": f"{1000 * (ours - both):.0f} ms more; goal 50"}
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

        took = seconds(move, repeat=15)
        rows.append(
            {"job": name, "size": "one move", "ours_s": took, "peer": "the goal", "peer_s": 0.1,
             "ratio": took / 0.1, "goal": 1}
        )  # fmt: skip
    return rows


if __name__ == "__main__":
    print(record("models", imports() + present_values()).read_text("utf-8"))
    print(record("sliders", sliders()).read_text("utf-8"))
