"""Speed of the package, side by side in one run; ratios and milliseconds, never a test.

Run with ``make bench``. Goals: importing crmlab adds at most 50 ms to numpy and pandas; a slider
shows its new picture within 100 ms in a live kernel.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy_financial

from crmlab import clv, widgets


def seconds(function: Callable[[], object], repeat: int = 5) -> float:
    """Return the median time of `repeat` calls, after one to warm up."""
    function()
    times = []
    for _round in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def import_seconds(code: str) -> float:
    """Median time of a fresh interpreter that runs `code`."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True), repeat=9)


def imports() -> None:
    both = import_seconds("import numpy, pandas")
    ours = import_seconds("import numpy, pandas, crmlab")
    used = import_seconds("import numpy, pandas; from crmlab import clv")
    print(f"import numpy, pandas                 {1000 * both:8.0f} ms    1.00")
    print(f"  and crmlab                         {1000 * ours:8.0f} ms  {ours / both:6.2f}")
    print(f"  and crmlab.clv                     {1000 * used:8.0f} ms  {used / both:6.2f}")


def present_values() -> None:
    flows = np.random.default_rng(1).uniform(0, 500, (100_000, 10))
    ends = np.concatenate([np.zeros((len(flows), 1)), flows], axis=1)

    def loop() -> list[float]:
        return [sum(f / 1.09**t for t, f in enumerate(row, 1)) for row in flows.tolist()]

    def peer() -> list[float]:
        return [numpy_financial.npv(0.09, row) for row in ends]

    ours = seconds(lambda: clv.present_value(flows, 0.09))
    assert np.allclose(clv.present_value(flows, 0.09), loop())
    assert np.allclose(clv.present_value(flows, 0.09), peer())
    by_loop, by_peer = seconds(loop, 3), seconds(peer, 1)
    print(f"100,000 present values, one call     {1000 * ours:8.1f} ms    1.00")
    print(f"  Python loop                        {1000 * by_loop:8.1f} ms  {by_loop / ours:6.1f}")
    print(f"  numpy-financial, row by row        {1000 * by_peer:8.1f} ms  {by_peer / ours:6.1f}")


def sliders() -> None:
    for name in (name for name in widgets.__all__ if name.endswith("_explorer")):
        slider = getattr(widgets, name)(mode="live").sliders[0]
        places = len(slider.options)

        def move(slider=slider, places=places) -> None:
            slider.index = (slider.index + 1) % places

        took = seconds(move, repeat=15)
        print(f"{name:36} {1000 * took:8.0f} ms  {took / 0.1:6.2f} of the goal of 100 ms")


if __name__ == "__main__":
    for part, measure in (("imports", imports), ("models", present_values), ("sliders", sliders)):
        print(f"\n{part:36} {'median':>11}   ratio")
        measure()
