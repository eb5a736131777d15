"""Logs in many files and the engines that read them; one Spark session for all tests."""

import os
import subprocess

import pandas as pd
import pytest

from crmlab import datasets

FILES = 4


def missing(what):
    """Skip for want of a program; in CI fail, so that nothing is left out unseen."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def log():
    """Purchases of CDNOW's sample, the last lines first."""
    return datasets.load("cdnow").iloc[::-1].reset_index(drop=True)


def write(frame, folder):
    """Write a log into files that each hold a part of nearly every customer's lines."""
    folder.mkdir(parents=True)
    for number in range(FILES):
        part = frame.iloc[number::FILES]
        part.to_parquet(folder / f"part-{number}.parquet", index=False, row_group_size=500)
    return str(folder)


@pytest.fixture(scope="session")
def logs(log, tmp_path_factory):
    """The same log in several files, larger than one partition."""
    return write(log, tmp_path_factory.mktemp("scale") / "log")


@pytest.fixture(scope="session")
def spoilt(log, tmp_path_factory):
    """The log with one thing wrong for each of three customers, and their names."""
    bad = log.sort_values(["customer", "date"], ignore_index=True)
    names = bad["customer"].value_counts().index[:3].tolist()
    rows = [bad.index[bad["customer"] == name][1] for name in names]
    bad.loc[rows[0], "date"] = pd.NaT
    bad.loc[rows[1], "amount"] = float("nan")
    bad.loc[rows[2], "amount"] = -1.0
    folder = write(bad, tmp_path_factory.mktemp("scale") / "spoilt")
    return folder, names


def java():
    """Why Java cannot be started, or nothing."""
    try:
        done = subprocess.run(["java", "-version"], capture_output=True, text=True)
    except FileNotFoundError:
        return "Spark needs Java 17, which is not here: tools/install_system.sh installs it"
    return done.stderr if done.returncode else ""


@pytest.fixture(scope="session")
def spark():
    """A quiet Spark on two cores of this machine."""
    if trouble := java():
        missing(trouble)
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.files.maxPartitionBytes": "64k",
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[2]").appName("crmlab")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
