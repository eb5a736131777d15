"""Shares of groups that differ otherwise too, made comparable by standardisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class StandardisedShares(Drawable):
    """Shares of groups made comparable, made by :func:`standardised_shares`.

    Attributes
    ----------
    table : DataFrame
        Indexed by group: cases, raw (share as it is), share (standardised), low, high.
    strata : DataFrame
        One row per stratum that was used: weight, and the share and the number of cases of each
        group in it.
    left_out : int
        Cases in strata where some group has no case; they are in `raw` only.
    samples : dict
        Standardised share of each group in each bootstrap sample.
    level : float
        Level of the intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.DataFrame({"mended": ["yes", "no"] * 6, "kept": [True, False, True] * 4,
    ...     "segment": ["office"] * 6 + ["hotel"] * 6})
    >>> found = standardised_shares(cases, "mended", "kept", ["segment"], draws=50)
    >>> found
    StandardisedShares(no 66.7 %, yes 66.7 %; 2 strata, 0 left out)
    >>> found.to_frame().round(2)
            cases   raw  share   low  high
    mended
    no          6  0.67   0.67  0.33   1.0
    yes         6  0.67   0.67  0.19   1.0
    >>> found.difference("yes", "no").round(2)
    difference    0.00
    low          -0.58
    high          0.62
    raw           0.00
    dtype: float64
    """

    _picture = "standardised_shares"

    table: "pd.DataFrame"
    strata: "pd.DataFrame"
    left_out: int
    samples: dict[Any, FloatArray]
    level: float

    def difference(self, first: Any, second: Any) -> "pd.Series":
        """Standardised share of one group less that of another, with its interval.

        Parameters
        ----------
        first, second : label
            Two of the groups.

        Returns
        -------
        Series
            difference, low, high, raw (the difference of the raw shares).

        Raises
        ------
        ValueError
            If a group is unknown.
        """
        import pandas as pd

        for name, value in (("first", first), ("second", second)):
            _checks.choice(value, name, tuple(self.table.index))
        one, two = self.table.loc[first], self.table.loc[second]
        gap = self.samples[first] - self.samples[second]
        tail = (1 - self.level) / 2
        low, high = np.quantile(gap, [tail, 1 - tail])
        values = [one["share"] - two["share"], low, high, one["raw"] - two["raw"]]
        return pd.Series(values, ["difference", "low", "high", "raw"])

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per group.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        words = ", ".join(f"{k} {100 * v:.1f} %" for k, v in self.table["share"].items())
        return f"StandardisedShares({words}; {len(self.strata)} strata, {self.left_out} left out)"


def standardised_shares(
    data: "pd.DataFrame",
    group: str,
    outcome: str,
    strata: Sequence[str] = (),
    *,
    customer: str | None = None,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> StandardisedShares:
    """Compare a share between groups that differ otherwise too (直接标准化).

    In every stratum the share of each group is taken; its standardised share is the mean over the
    strata, with the same weights for all groups: the strata's shares of all cases. So groups are
    compared as if they were made up alike. The interval is a bootstrap over customers, as the
    cases of one customer go together.

    Parameters
    ----------
    data : DataFrame
        One row per case.
    group : str
        Column of the groups, at least 2.
    outcome : str
        Column of True and False.
    strata : sequence of str
        Columns that define the strata: what the groups differ in.
    customer : str, optional
        Column that names the customer; without it every row counts as a customer of its own.
    level : float
        Level of the intervals.
    draws : int
        Number of bootstrap samples.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    StandardisedShares
        With ``.table``, ``.difference(first, second)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column or a value is missing, the outcome is not True and False, there is one group
        only, or no stratum holds all groups.

    Notes
    -----
    Direct standardisation; Hernán and Robins (2020, chapter 13) show when it gives a causal effect:
    if, within a stratum, who is in which group has nothing else to do with the outcome.

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.DataFrame({"mended": ["yes", "no"] * 6, "kept": [True, False, True] * 4,
    ...     "segment": ["office"] * 6 + ["hotel"] * 6})
    >>> standardised_shares(cases, "mended", "kept", ["segment"], draws=50)
    StandardisedShares(no 66.7 %, yes 66.7 %; 2 strata, 0 left out)
    """
    import pandas as pd

    strata = _checks.listed(strata, "strata", "columns")
    wanted = [group, outcome, *strata, *([] if customer is None else [customer])]
    _checks.columns(data, "data", wanted)
    for column in wanted:
        _checks.no_gaps(data[column], column)
    good = _checks.truths(data[outcome], outcome).astype(float)
    level = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    draws = _checks.count(draws, "draws")
    names = sorted(data[group].unique())
    if len(names) < 2:
        raise ValueError(f"{group} must have at least 2 groups; got {names}")
    cell, labels = _cells(data, list(strata))
    place = {name: i for i, name in enumerate(names)}
    code = cell * len(names) + data[group].map(place).to_numpy(int)
    size = len(labels) * len(names)
    who = np.arange(len(data)) if customer is None else pd.factorize(data[customer], sort=True)[0]
    cases = np.bincount(code, minlength=size).reshape(-1, len(names)).astype(float)
    hits = np.bincount(code, good, size).reshape(-1, len(names)).astype(float)
    full = (cases > 0).all(axis=1)
    if not full.any():
        raise ValueError("strata must leave a stratum that holds all groups; got none")
    weight = np.where(full, cases.sum(axis=1), 0) / cases[full].sum()
    share = _standard(cases[None], hits[None], weight)[0]
    samples = _resampled(code, good, who, weight, (len(labels), len(names)), draws, seed)
    tail = (1 - level) / 2
    low, high = np.quantile(samples, [tail, 1 - tail], axis=0)
    found = pd.DataFrame(
        {
            "cases": cases.sum(axis=0).astype(int),
            "raw": hits.sum(axis=0) / cases.sum(axis=0),
            "share": share,
            "low": low,
            "high": high,
        },
        index=pd.Index(names, name=group),
    )
    shown = pd.DataFrame({"weight": weight[full]}, index=[labels[i] for i in np.flatnonzero(full)])
    for i, name in enumerate(names):
        shown[f"{name}"] = (hits[full, i] / cases[full, i]).tolist()
        shown[f"{name} cases"] = cases[full, i].astype(int)
    drawn = {name: samples[:, i] for i, name in enumerate(names)}
    return StandardisedShares(found, shown, int(cases[~full].sum()), drawn, float(level))


def _cells(table: "pd.DataFrame", strata: list[str]) -> tuple[Any, list[str]]:
    """Return the number of each row's stratum, and the strata's names."""
    if not strata:
        return np.zeros(len(table), dtype=int), ["all"]
    groups = table.groupby(strata, sort=True, observed=True)
    keys = groups.size().index
    names = [key if isinstance(key, tuple) else (key,) for key in keys]
    return groups.ngroup().to_numpy(), [" · ".join(map(str, key)) for key in names]


def _standard(cases: FloatArray, hits: FloatArray, weight: FloatArray) -> FloatArray:
    """Standardised shares of samples: arrays of shape (samples, strata, groups)."""
    there = (cases > 0).all(axis=2) & (weight > 0)
    w = np.where(there, weight, 0.0)
    w = w / np.maximum(w.sum(axis=1, keepdims=True), 1e-300)
    return np.asarray((w[:, :, None] * hits / np.maximum(cases, 1e-300)).sum(axis=1))


def _resampled(
    code: Any, good: FloatArray, who: Any, weight: FloatArray, shape: tuple[int, int],
    draws: int, seed: int,
) -> FloatArray:  # fmt: skip
    """Standardised shares of `draws` samples of customers, drawn with replacement."""
    size, people = shape[0] * shape[1], int(who.max()) + 1
    at = who * size + code
    by_customer = np.bincount(at, minlength=people * size).reshape(people, size)
    by_hits = np.bincount(at, good, people * size).reshape(people, size)
    rng = np.random.default_rng(_checks.seed(seed))
    found = np.empty((draws, shape[1]))
    for first in range(0, draws, 100):
        k = min(100, draws - first)
        times = rng.multinomial(people, np.full(people, 1 / people), size=k)
        cases = (times @ by_customer).reshape(k, *shape).astype(float)
        hits = (times @ by_hits).reshape(k, *shape).astype(float)
        found[first : first + k] = _standard(cases, hits, weight)
    return found
