"""Reduce the CDNOW purchase logs to `cdnow` and `cdnow_master`.

``python reduce_cdnow.py UNPACKED [FOLDER]``, where UNPACKED is the folder into which the wheel
of the Python package lifetimes 0.11.3 was unzipped. The package is not imported.
"""

import sys
from pathlib import Path

import pandas as pd
from table import write

END = pd.Timestamp("1998-06-30")
DAYS_PER_WEEK = 7


def read(path: Path, names: list[str], header: int | None) -> pd.DataFrame:
    """Read a log of fixed-width columns separated by spaces."""
    text = {name: str for name in names if name not in ("units", "amount")}
    log = pd.read_csv(path, sep=r"\s+", header=header, names=names, dtype=text)
    return log.assign(date=pd.to_datetime(log["date"], format="%Y%m%d"))


def summarise(log: pd.DataFrame) -> pd.DataFrame:
    """Reduce a log to one row per customer; the card states the conventions."""
    days = log.groupby(["customer", "date"], as_index=False)["amount"].sum()
    repeats = days[days.duplicated("customer")]
    customers = log.groupby("customer").agg(
        first=("date", "min"),
        last=("date", "max"),
        purchases=("date", "size"),
        units=("units", "sum"),
        amount=("amount", "sum"),
    )
    first, last = customers["first"], customers["last"]
    return customers.assign(
        amount=customers["amount"].round(2),
        frequency=days.groupby("customer").size() - 1,
        recency=((last - first).dt.days / DAYS_PER_WEEK).round(4),
        T=((END - first).dt.days / DAYS_PER_WEEK).round(4),
        monetary_value=repeats.groupby("customer")["amount"].mean().round(4),
    ).reset_index()


if __name__ == "__main__":
    source = Path(sys.argv[1]) / "lifetimes" / "datasets"
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parents[1]
    columns = ["customer", "date", "units", "amount"]
    sample = read(source / "CDNOW_sample.txt", ["master", *columns], header=None)
    master = summarise(read(source / "CDNOW_master.txt", columns, header=0))
    twin = sample.drop_duplicates("master").set_index("master")["customer"]
    write(sample[columns], folder / "cdnow.csv.gz")
    write(
        master.assign(sample_customer=master["customer"].map(twin)), folder / "cdnow_master.csv.gz"
    )
