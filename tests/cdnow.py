"""The published CDNOW study: customers' histories after 39 weeks, and what came later."""

from functools import cache

import numpy as np
import pandas as pd

from crmlab import btyd, datasets

END, LAST = "1997-09-30", "1998-06-30"


@cache
def log():
    return datasets.load("cdnow")


@cache
def summary():
    """Frequency, recency and T in weeks of the 2,357 customers, and mean value of the repeats."""
    return btyd.rfm_summary(log(), customer="customer", date="date", amount="amount", end=END)


def histories():
    """The three columns of a fit."""
    return [summary()[name].to_numpy() for name in ("frequency", "recency", "T")]


def spenders():
    """Frequency and mean value of those who came back."""
    back = summary().query("frequency > 0")
    return back["frequency"].to_numpy(), back["monetary_value"].to_numpy()


@cache
def days():
    """Weeks since 1 January 1997 of every customer's purchase days."""
    purchases = log()[["customer", "date"]].drop_duplicates()
    weeks = (pd.to_datetime(purchases["date"]) - pd.Timestamp("1997-01-01")).dt.days / 7
    return purchases.assign(week=weeks).sort_values(["customer", "week"])


def later():
    """Purchase days of each customer in the second 39 weeks, in the order of the summary."""
    end = (pd.Timestamp(END) - pd.Timestamp("1997-01-01")).days / 7
    purchases = days()
    after = purchases[purchases["week"] > end].groupby("customer").size()
    return after.reindex(summary()["customer"]).fillna(0).to_numpy(dtype=np.int64)
