"""On Dask the log is summarised over its partitions, and nothing is computed early."""

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest

from crmlab import btyd

COLUMNS = {"customer": "customer", "date": "date", "amount": "amount"}
END = "1997-09-30"


def read(table):
    frame = table.compute()
    return frame.sort_values(frame.columns[0]).reset_index(drop=True)


@pytest.fixture
def lines(logs):
    table = dd.read_parquet(logs)
    assert table.npartitions > 2
    return table


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
def test_dask_gives_what_pandas_gives(lines, log, options):
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


def test_nothing_is_computed_before_the_result_is_asked_for(lines):
    def refuse(*_args, **_options):
        raise AssertionError("it ran")

    with dask.config.set(scheduler=refuse):
        found = btyd.rfm_summary(lines, **COLUMNS)
        held = btyd.holdout_summary(lines, **COLUMNS, calibration_end=END)
        counts = btyd.merge_counts(found)
        for plan in (found, held, counts):
            with pytest.raises(AssertionError, match="it ran"):
                plan.compute()


def test_what_may_not_pass_is_refused_when_asked_and_shown_otherwise(spoilt):
    folder, customers = spoilt
    table = dd.read_parquet(folder)
    found = read(btyd.rfm_summary(table, **COLUMNS))
    bad = found["customer"].isin(customers)
    assert bad.sum() == 3
    assert found.loc[bad, ["recency", "T", "monetary_value"]].isna().all(axis=None)
    assert found.loc[~bad, ["recency", "T"]].notna().all(axis=None)
    with pytest.raises(ValueError, match="date must not be missing; got 1 gaps"):
        btyd.rfm_summary(table, **COLUMNS, check=True)


def test_scores_come_back(lines, log):
    class Formula:
        def probability_alive(self, frequency, recency, T):
            return (1 + recency) / (1 + T)

        def conditional_purchases(self, t, frequency, recency, T):
            return t * frequency / (1 + T)

    summary = btyd.rfm_summary(lines, **COLUMNS, end=END).persist()
    scored = btyd.score(summary, Formula(), t=39)
    assert type(scored) is type(lines)
    expected = btyd.score(btyd.rfm_summary(log, **COLUMNS, end=END), Formula(), t=39)
    found = read(scored)
    assert found["customer"].tolist() == expected["customer"].tolist()
    np.testing.assert_array_equal(found["expected_purchases"], expected["expected_purchases"])
