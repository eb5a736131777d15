"""Write one table so that the same values give the same bytes on every run."""

import gzip
import hashlib
from pathlib import Path

import pandas as pd


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write `frame` as CSV, gzipped when `path` ends in .gz, and print what its card must say."""
    frame = frame.copy()
    for flag in frame.select_dtypes("bool"):
        frame[flag] = frame[flag].map({True: "true", False: "false"})
    data = frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode()
    if path.suffix == ".gz":
        data = gzip.compress(data, 9, mtime=0)
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    print(f'{path.name}: {len(data):,} bytes\nrows = {len(frame)}\nsha256 = "{digest}"')
