"""The page on large logs: its Spark code runs as printed, its numbers come from the run."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from crmlab import btyd

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "book" / name for name in ("scale.md", "speed.md")]
RESULTS = ROOT / "benchmarks" / "results"


def blocks(page, head):
    """The bodies of a page's directives, without their options."""
    bodies = re.findall(rf"^`{{3}}\{{{head}\n(.*?)^`{{3}}", page.read_text("utf-8"), re.M | re.S)
    return [re.sub(r"^(?::[\w-]+:.*\n)+", "", body) for body in bodies]


def rows(name):
    with (RESULTS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text.replace(",", ""))


@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
@pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")
def test_the_spark_code_of_the_page_runs_as_it_is_printed(spark, logs, log):
    (code,) = blocks(PAGES[0], r"code-block\} python")
    names = {"spark": spark, "folder": logs}
    exec(compile(code, "scale.md", "exec"), names)
    written = spark.read.parquet(logs + "-scored").toPandas().sort_values("customer")
    names["summary"].unpersist()
    every = btyd.rfm_summary(log, customer="customer", date="date", end="1997-09-30")
    seen = every["frequency"], every["recency"], every["T"]
    model = btyd.BGNBD().fit(*seen)
    expected = model.conditional_purchases(39, *seen)
    assert written["customer"].tolist() == every["customer"].tolist()
    np.testing.assert_allclose(written["expected_purchases"], expected, rtol=1e-4)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_tables_of_a_page_are_there(page):
    files = re.findall(r"^:file: (.+)$", page.read_text("utf-8"), re.M)
    assert files
    for file in files:
        assert len((page.parent / file).read_text("utf-8").splitlines()) > 1


def test_the_text_has_no_number_that_could_drift():
    # What was measured stands in the tables; fixed are units, chapters and published sizes.
    fixed = {*map(str, (1, 2, 3, 4, 5, 9, 12, 17, 20, 50, 200)), "1.", "2.", "3.", "4.", "365.25"}
    fixed |= {"120", "1,000", "2,357", "50,000", "69,659", "235,700"}
    for page in PAGES:
        text = ("\n" + page.read_text("utf-8")).partition("\n# ")[2]
        assert text
        text = re.sub(r"^(`{3,}).*?^\1|`[^`]*`|\]\([^)]*\)", " ", text, flags=re.M | re.S)
        found = set(re.findall(r"(?<![\w.])\d[\d,.]*\b", text))
        assert found <= fixed, page.name


def test_the_stored_run_is_the_one_that_the_text_tells_of():
    lines, *steps = rows("rfm_summary_run.csv")
    assert number(lines["rows"]) == pytest.approx(50e6, rel=0.01)
    assert [step["where"] for step in steps] == ["DuckDB", "DuckDB", "NumPy", "DuckDB"]
    customers, different, fitted, scored = (number(step["rows"]) for step in steps)
    assert customers == scored
    assert different == fitted <= customers


def test_ratios_are_those_of_the_seconds_beside_them():
    for row in rows("rfm_summary.csv"):
        ratio = number(row["ours_s"]) / number(row["peer_s"])
        assert number(row["ratio"]) == pytest.approx(ratio, rel=0.02), row["job"]


@pytest.mark.parametrize("engine", ["DuckDB", "Polars"])
def test_time_grows_a_little_faster_than_the_log_and_memory_slower(engine):
    measured = [row for row in rows("rfm_summary_growth.csv") if row["engine"] == engine]
    small, *_, large = measured
    more = number(large["lines"]) / number(small["lines"])
    assert more < number(large["processor_s"]) / number(small["processor_s"]) < 2 * more
    assert number(large["memory_GB"]) < more * number(small["memory_GB"])
