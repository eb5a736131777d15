"""A table of leads as arrays of days: what the models of this room read from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray

if TYPE_CHECKING:
    import pandas as pd

STAGES = ("created", "first_contact", "intent", "negotiation", "contract")


@dataclass(frozen=True, eq=False)
class Leads:
    """Leads as numbers. Days count from 1970-01-01; infinity is "not (yet)".

    Attributes
    ----------
    stages : tuple of str
        Names of the stages in their order; the last one is the contract.
    times : ndarray of shape (n, k)
        Day of entering each stage.
    closed : ndarray of shape (n,)
        Day on which the lead was signed or written off.
    last : float
        Last day that the table knows of.
    """

    stages: tuple[str, ...]
    times: FloatArray
    closed: FloatArray
    last: float

    def stage(self, day: float) -> np.ndarray:
        """Furthest stage reached by the end of a day; −1 if not created yet."""
        return (self.times <= day).sum(axis=1) - 1

    def open(self, day: float) -> np.ndarray:
        """Whether a lead is in the funnel at the end of a day, as far as was recorded."""
        return (self.times[:, 0] <= day) & (self.closed > day) & (self.times[:, -1] > day)


def day_number(value: Any, name: str) -> float:
    """Return a date as days since 1970-01-01."""
    return float(_checks.day(value, name).to_datetime64().astype("datetime64[D]").astype(int))


def day_name(number: float) -> str:
    """Return the ISO date of days since 1970-01-01.

    >>> day_name(day_number("2025-11-30", "day"))
    '2025-11-30'
    """
    return str(np.datetime64(int(number), "D"))


def days(series: "pd.Series", name: str) -> FloatArray:
    """Return a column of dates as days since 1970-01-01, missing ones as infinity."""
    plain = _checks.dates(series, name, allow_missing=True).to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(plain), np.inf, plain.astype("int64").astype(float))


def read(frame: "pd.DataFrame", stages: Sequence[str], closed: str) -> Leads:
    """Check a table of leads and return it as arrays, or raise."""
    names = tuple(_checks.listed(stages, "stages", "columns of dates"))
    if len(names) < 2:
        raise ValueError(f"stages must name at least 2 columns of dates; got {stages!r}")
    _checks.columns(frame, "leads", [*names, closed])
    times = np.column_stack([days(frame[name], name) for name in names])
    if np.isinf(times[:, 0]).any():
        _checks.no_gaps(frame[names[0]], names[0])
    for before, after, name, old in zip(
        times.T[:-1], times.T[1:], names[1:], names[:-1], strict=True
    ):
        wrong = after < before
        if wrong.any():
            row = frame.index[int(np.argmax(wrong))]
            raise ValueError(f"{name} must not be earlier than {old}; got that in row {row!r}")
    ended = days(frame[closed], closed)
    # A contract closes a lead, whether or not the column says so.
    ended = np.minimum(ended, times[:, -1])
    last_stage = np.where(np.isinf(times), -np.inf, times).max(axis=1)
    wrong = ended < last_stage
    if wrong.any():
        row = frame.index[int(np.argmax(wrong))]
        raise ValueError(f"{closed} must not be earlier than a stage; got that in row {row!r}")
    known = np.concatenate([times.ravel(), ended])
    return Leads(names, times, ended, float(known[np.isfinite(known)].max()))


def amounts(frame: "pd.DataFrame", column: str, need: np.ndarray) -> FloatArray:
    """Return a column of money, 0 where it is missing; it must be there where `need` says so."""
    _checks.columns(frame, "leads", [column])
    values = _checks.array(frame[column], column, 0, allow_missing=True)
    if np.isnan(values[need]).any():
        raise ValueError(
            f"{column} must be there for every lead that counts; got "
            f"{int(np.isnan(values[need]).sum())} gaps"
        )
    return np.nan_to_num(values)
