"""Weight of evidence and information value of a feature (证据权重, 信息价值)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.credit._outcome import IntArray, outcome
from crmlab.credit.binning import (
    Bins,
    BinSettings,
    as_feature,
    find_bins,
    special_values,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class WoeTable(Drawable):
    """Weight of evidence of each bin of a feature; made by :func:`woe`.

    Attributes
    ----------
    table : DataFrame
        One row per bin: customers, share (of all customers), good, bad, bad_rate, good_share (of
        all good ones), bad_share (of all bad ones), woe, iv.
    iv : float
        Information value of the feature: the sum of the bins'.
    bins : Bins
        The bins, with which new values can be put into them.
    corrected : tuple of str
        Bins without a good or without a bad customer, whose weight rests on the correction.
    correction : float
        As given.

    Examples
    --------
    >>> housing = ["own"] * 8 + ["rent"] * 4
    >>> bad = [0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1]
    >>> found = woe(housing, bad)
    >>> found
    WoeTable(feature: 2 bins, IV 0.2747)
    >>> found.to_frame().round(2)
          customers  share  good  bad  bad_rate  good_share  bad_share   woe    iv
    bin
    own           8   0.67     6    2      0.25        0.75        0.5 -0.41  0.10
    rent          4   0.33     2    2      0.50        0.25        0.5  0.69  0.17
    >>> found.transform(["own", "rent"]).round(3).tolist()
    [-0.405, 0.693]
    """

    _picture = "woe_table"

    table: "pd.DataFrame"
    iv: float
    bins: Bins
    corrected: tuple[str, ...]
    correction: float

    def transform(self, values: Any) -> "pd.Series":
        """Weight of evidence of each value.

        Parameters
        ----------
        values : array or Series of shape (n,)
            Values of the feature.

        Returns
        -------
        Series
            Labelled as the values were.

        Raises
        ------
        ValueError, TypeError
            If a value belongs to no bin.
        """
        import pandas as pd

        series = as_feature(values, self.bins.name)
        codes = self.bins.assign(series)
        if (codes < 0).any():
            first = series.iloc[int((codes < 0).argmax())]
            raise ValueError(
                f"{self.bins.name} must hold values that the bins know; got {first!r} "
                f"({int((codes < 0).sum())} values in all)"
            )
        return pd.Series(self.table["woe"].to_numpy()[codes], series.index, name=self.bins.name)

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per bin.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return f"WoeTable({self.bins.name}: {len(self.table)} bins, IV {self.iv:.4f})"


def woe(
    feature: Any,
    bad: Any,
    bins: Any = None,
    *,
    special: Any = (),
    correction: float = 0.5,
) -> WoeTable:
    """Weight of evidence and information value of a feature (证据权重, 信息价值).

    ``WOE = ln(share of all bad customers in the bin / share of all good ones)``: above 0 the bin
    is worse than the average, below 0 better. ``IV = Σ (bad share − good share) · WOE``.

    Parameters
    ----------
    feature : array or Series of shape (n,)
        Numbers, flags, text or a category. Missing values get a bin of their own.
    bad : array or Series of shape (n,)
        1 or True for a customer who went bad, else 0 or False.
    bins : int, sequence of float, mapping or Bins, optional
        Without it each level of a category is a bin, and a number is cut by
        :func:`optimal_bins`. A whole number: so many bins of about equally many customers.
        Numbers: the inner edges. A mapping: the bin of each level. :class:`Bins`: as made before.
    special : sequence
        Values that stand apart, each in a bin of its own; not with Bins, which know theirs.
    correction : float
        Customers added to the good and to the bad of a bin that lacks one of them, so that its
        weight is finite; other bins are left alone. 0 refuses such bins.

    Returns
    -------
    WoeTable
        With ``.table``, ``.iv``, ``.transform(values)`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If `bad` is not 0 and 1 with both among them, the bins do not fit the feature, or a bin
        lacks good or bad customers and `correction` is 0.

    Notes
    -----
    Some books turn the sign: ln(good share / bad share). The information value is the same. As a
    rule of thumb a feature with an IV below 0.02 is useless and one above 0.3 strong; above 0.5
    ask first whether it was known at the time of the decision (Siddiqi 2006).

    Examples
    --------
    >>> housing = ["own"] * 8 + ["rent"] * 4
    >>> bad = [0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1]
    >>> found = woe(housing, bad)
    >>> found.table[["good", "bad", "woe"]].round(4)
          good  bad     woe
    bin
    own      6    2 -0.4055
    rent     2    2  0.6931
    >>> round(found.iv, 4)
    0.2747
    """
    series = as_feature(feature, "feature")
    _checks.same_index(feature, bad, "feature and bad")
    flags = outcome(bad)
    if len(series) != flags.size:
        raise ValueError(
            f"feature and bad must have one value per customer; got {len(series)} and {flags.size}"
        )
    added = _checks.number(correction, "correction", 0)
    name = str(series.name if series.name is not None else "feature")
    found, codes = _bins(series, flags, bins, special_values(special), name)
    return woe_of(found, weigh(found, codes, flags, added), added)


def _bins(
    series: "pd.Series", bad: FloatArray, bins: Any, special: tuple[Any, ...], name: str
) -> tuple[Bins, IntArray]:
    """Bins as asked for, and the bin of each customer."""
    if isinstance(bins, Bins):
        if special:
            raise ValueError(
                f"special must be empty where bins are Bins, which know theirs; got {special!r}"
            )
        return assigned(bins, series)
    if bins is None or (isinstance(bins, int | np.integer) and not isinstance(bins, bool)):
        if bins is None and _checks.is_number(series):
            return find_bins(series, bad, BinSettings(), name, None, special)
        many = _checks.count(bins, "bins") if bins is not None else 1
        settings = BinSettings(max_bins=many, method="quantile")
        if bins is not None and not _checks.is_number(series):
            raise ValueError(
                f"bins must be a mapping for a category; got {bins}. See optimal_bins for joining "
                "levels"
            )
        return find_bins(series, bad, settings, name, None, special)
    missing = bool(series.isna().any())
    if isinstance(bins, Mapping):
        numbers: dict[Any, list[Any]] = {}
        for level, to in bins.items():
            numbers.setdefault(to, []).append(level)
        given = Bins(name, groups=tuple(map(tuple, numbers.values())), special=special,
                     missing=missing)  # fmt: skip
        return assigned(given, series)
    cuts = _checks.array(bins, "bins", ndim=1)
    if (np.diff(cuts) <= 0).any():
        raise ValueError(f"bins must rise; got {cuts.tolist()}")
    return assigned(Bins(name, tuple(cuts.tolist()), special=special, missing=missing), series)


def assigned(bins: Any, series: "pd.Series", what: str = "bins") -> tuple[Bins, IntArray]:
    """Return bins that were made before, and the bin of each customer, or raise."""
    if not isinstance(bins, Bins):
        raise TypeError(f"{what} must be Bins; got {bins!r}")
    codes = bins.assign(series)
    if (codes < 0).any():
        value = series.iloc[int((codes < 0).argmax())]
        raise ValueError(f"{what} must cover every value of the feature; got {value!r} outside")
    return bins, codes


@dataclass(frozen=True)
class Cells:
    """Good and bad customers of each bin of a feature, and the weights that follow."""

    good: FloatArray
    bad: FloatArray
    woe: FloatArray
    iv: FloatArray

    @property
    def lacking(self) -> np.ndarray:
        """Which bins have no good or no bad customer."""
        return np.asarray((self.bad == 0) | (self.good == 0))


def weigh(bins: Bins, codes: IntArray, bad: FloatArray, correction: float) -> Cells:
    """Weigh the evidence of customers whose bins are known."""
    worse = np.bincount(codes, bad, minlength=bins.size).astype(float)
    better = np.bincount(codes, minlength=bins.size).astype(float) - worse
    lacking = (worse == 0) | (better == 0)
    if lacking.any() and not correction:
        raise ValueError(
            "correction must be above 0 where a bin lacks good or bad customers; got 0 with "
            f"{bins.labels[int(lacking.argmax())]!r} of {bins.name}"
        )
    goods, bads = better.sum(), worse.sum()
    add = correction * lacking
    weight = np.log((worse + add) / bads) - np.log((better + add) / goods)
    return Cells(better, worse, weight, (worse / bads - better / goods) * weight)


def woe_of(bins: Bins, cells: Cells, correction: float) -> WoeTable:
    """Put the weighed evidence of a feature into its table."""
    import pandas as pd

    size = cells.good + cells.bad
    with np.errstate(invalid="ignore"):
        rate = cells.bad / size
    labels = bins.labels
    table = pd.DataFrame(
        {
            "customers": size.astype(int),
            "share": size / size.sum(),
            "good": cells.good.astype(int),
            "bad": cells.bad.astype(int),
            "bad_rate": rate,
            "good_share": cells.good / cells.good.sum(),
            "bad_share": cells.bad / cells.bad.sum(),
            "woe": cells.woe,
            "iv": cells.iv,
        },
        index=pd.Index(labels, name="bin"),
    )
    corrected = tuple(label for label, one in zip(labels, cells.lacking, strict=True) if one)
    return WoeTable(table, float(cells.iv.sum()), bins, corrected, correction)
