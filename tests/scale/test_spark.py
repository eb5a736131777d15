"""On Spark the log is summarised, counted and scored where it lies, and nothing runs early."""

import numpy as np
import pandas as pd
import pytest

from crmlab import btyd

# PySpark 4.3 says so itself; what is used here works.
pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]
COLUMNS = {"customer": "customer", "date": "date", "amount": "amount"}
END = "1997-09-30"


def read(table):
    frame = table.toPandas()
    return frame.sort_values(frame.columns[0]).reset_index(drop=True)


@pytest.fixture(scope="module")
def lines(spark, logs):
    table = spark.read.parquet(logs)
    assert table.rdd.getNumPartitions() > 2
    return table


@pytest.fixture
def jobs(spark):
    """Count the jobs that Spark starts for this test."""
    spark.sparkContext.setJobGroup("crmlab-test", "jobs of one test")

    def count():
        return len(spark.sparkContext.statusTracker().getJobIdsForGroup("crmlab-test"))

    before = count()
    yield lambda: count() - before
    spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)


@pytest.mark.parametrize(
    "options",
    [
        {"end": END},
        {"amount": None},
        {"returns": "net", "duplicates": "drop", "unit": "M"},
        {"returns": "drop", "include_first": True, "end": END, "check": True},
    ],
    ids=["end", "no amount", "net", "checked"],
)
def test_spark_gives_what_pandas_gives(lines, log, options):
    options = {**COLUMNS, **options}
    found = btyd.rfm_summary(lines, **options)
    assert type(found) is type(lines)
    pd.testing.assert_frame_equal(read(found), btyd.rfm_summary(log, **options), check_dtype=False)


@pytest.mark.parametrize("end", [None, "1998-03-31"])
def test_the_holdout_is_that_of_pandas(lines, log, end):
    options = {**COLUMNS, "calibration_end": END, "holdout_end": end}
    found = read(btyd.holdout_summary(lines, **options))
    expected = btyd.holdout_summary(log, **options)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_no_job_starts_before_the_result_is_asked_for(lines, jobs):
    found = btyd.rfm_summary(lines, **COLUMNS)
    held = btyd.holdout_summary(lines, **COLUMNS, calibration_end=END)
    counts = btyd.merge_counts(found)
    assert jobs() == 0
    assert counts.count() > 0
    assert held.count() > 0
    assert jobs() > 0


def test_what_may_not_pass_is_refused_when_asked_and_shown_otherwise(spark, spoilt):
    folder, customers = spoilt
    table = spark.read.parquet(folder)
    found = read(btyd.rfm_summary(table, **COLUMNS))
    bad = found["customer"].isin(customers)
    assert bad.sum() == 3
    assert found.loc[bad, ["recency", "T", "monetary_value"]].isna().all(axis=None)
    assert found.loc[~bad, ["recency", "T"]].notna().all(axis=None)
    with pytest.raises(ValueError, match="date must not be missing; got 1 gaps"):
        btyd.rfm_summary(table, **COLUMNS, check=True)


def test_the_zone_of_the_session_counts(spark):
    times = pd.to_datetime(["2024-01-01 20:00", "2024-01-02 10:00", "2024-01-05 20:00"], utc=True)
    frame = pd.DataFrame({"customer": "a", "date": times, "amount": [1.0, 2.0, 4.0]})
    table = spark.createDataFrame(frame)
    try:
        for zone, repeats in (("UTC", 2), ("Asia/Shanghai", 1)):
            spark.conf.set("spark.sql.session.timeZone", zone)
            assert read(btyd.rfm_summary(table, **COLUMNS))["frequency"].item() == repeats
        with pytest.raises(ValueError, match="timezone must be the zone of the session"):
            btyd.rfm_summary(table, **COLUMNS, timezone="UTC")
    finally:
        spark.conf.set("spark.sql.session.timeZone", "UTC")


def test_text_is_no_date(lines):
    text = lines.withColumn("date", lines["date"].cast("string"))
    with pytest.raises(TypeError, match="date must hold dates; got String"):
        btyd.rfm_summary(text, **COLUMNS)


def test_a_model_is_fitted_on_counts_and_scores_come_back(lines, log):
    summary = btyd.rfm_summary(lines, **COLUMNS, end=END).cache()
    counts = btyd.merge_counts(summary).toPandas()
    seen = counts["frequency"], counts["recency"], counts["T"]
    model = btyd.BGNBD().fit(*seen, weights=counts["customers"])
    # Fader, Hardie & Lee (2005), table 2.
    assert [round(value, 3) for value in (model.r_, model.alpha_, model.a_, model.b_)] == [
        *(0.243, 4.414, 0.793, 2.426),
    ]
    scored = btyd.score(summary, model, t=39)
    assert type(scored) is type(lines)
    found = read(scored)
    every = btyd.rfm_summary(log, **COLUMNS, end=END)
    expected = model.conditional_purchases(39, every["frequency"], every["recency"], every["T"])
    assert found["customer"].tolist() == every["customer"].tolist()
    np.testing.assert_allclose(found["expected_purchases"], expected, rtol=1e-12)
    summary.unpersist()
