"""Bins of a feature for a scorecard: exact or greedy joining, directions, special values."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._text import _
from crmlab.credit._join import Join, join_numbers, quantile_cuts
from crmlab.credit._outcome import IntArray, outcome

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("optimal", "tree", "quantile", "width")
DIRECTIONS = (None, "rising", "falling", "auto")


@dataclass(frozen=True)
class Bins:
    """How the values of one feature are put into bins; made by :func:`optimal_bins`.

    Attributes
    ----------
    name : str
        Name of the feature.
    cuts : tuple of float
        For numbers, the inner edges: a value equal to an edge belongs to the bin above it.
    groups : tuple of tuple
        For categories, the levels in each bin; empty for numbers.
    special : tuple
        Values that stand apart, each in a bin of its own, such as −1 for "not asked".
    missing : bool
        Whether missing values have a bin, the last one.
    direction : {"rising", "falling"} or None
        The direction of the bad rate that was asked for, or chosen by "auto"; None where it is
        free.

    Examples
    --------
    >>> months = [6, 6, 12, 12, 12, 24, 24, 24, 36, 36]
    >>> bad = [0, 0, 0, 1, 0, 1, 0, 0, 1, 1]
    >>> found = optimal_bins(months, bad, max_bins=2, direction="rising", name="months")
    >>> found
    Bins(months: below 24 | 24 or more)
    >>> found.to_frame()
                from    to
    bin
    below 24    -inf  24.0
    24 or more  24.0   inf
    >>> found.assign([6, 24, None]).tolist()
    [0, 1, -1]
    """

    name: str
    cuts: tuple[float, ...] = ()
    groups: tuple[tuple[Any, ...], ...] = ()
    special: tuple[Any, ...] = ()
    missing: bool = False
    direction: str | None = None

    @property
    def size(self) -> int:
        """Number of bins, those of special and of missing values counted."""
        return self.ordinary + len(self.special) + self.missing

    @property
    def ordinary(self) -> int:
        """Number of bins without those of special and of missing values."""
        return len(self.groups) or len(self.cuts) + 1

    @property
    def labels(self) -> tuple[str, ...]:
        """Name of each bin."""
        if self.groups:
            found = [", ".join(map(str, levels)) for levels in self.groups]
        elif not self.cuts:
            found = [_("all")]
        else:
            edges = [f"{cut:.10g}" for cut in self.cuts]
            found = [_("below {high}").format(high=edges[0])]
            between = _("{low} to < {high}")
            found += [between.format(low=low, high=high) for low, high in itertools.pairwise(edges)]
            found.append(_("{low} or more").format(low=edges[-1]))
        found += [_("special: {value}").format(value=value) for value in self.special]
        return tuple(found + [_("missing")] * self.missing)

    def assign(self, values: Any) -> IntArray:
        """Bin of each value.

        Parameters
        ----------
        values : array or Series of shape (n,)
            Values of the feature.

        Returns
        -------
        ndarray of int, shape (n,)
            Place of the bin in `labels`; −1 for a level that the bins do not know, and for a
            missing value where missing values have no bin.

        Raises
        ------
        ValueError, TypeError
            If the bins are cuts and a value is no number.
        """
        import pandas as pd

        series = as_feature(values, self.name)
        apart, gone = _apart(series, self.special)
        if not self.groups:
            numbers = _numbers(series, self.name)
            found = np.searchsorted(np.array(self.cuts), numbers, side="right")
        else:
            places = {level: i for i, group in enumerate(self.groups) for level in group}
            if isinstance(series.dtype, pd.CategoricalDtype):
                of_level = [places.get(level, -1) for level in series.cat.categories]
                found = np.array([*of_level, -1])[series.cat.codes.to_numpy()]
            else:
                found = series.map(places).fillna(-1).to_numpy()
        codes = found.astype(np.intp)
        codes[apart >= 0] = self.ordinary + apart[apart >= 0]
        codes[gone] = self.size - 1 if self.missing else -1
        return codes

    def to_frame(self) -> "pd.DataFrame":
        """One row per bin: for numbers from and to, for categories the levels.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        index = pd.Index(self.labels, name="bin")
        rest = self.size - self.ordinary
        if self.groups:
            return pd.DataFrame({"levels": [*map(list, self.groups), *[[]] * rest]}, index)
        edges = [-np.inf, *self.cuts, np.inf]
        gaps = [np.nan] * rest
        return pd.DataFrame({"from": edges[:-1] + gaps, "to": edges[1:] + gaps}, index)

    def __repr__(self) -> str:
        return f"Bins({self.name}: {' | '.join(self.labels)})"


def as_feature(values: Any, name: str) -> "pd.Series":
    """Return a feature as a Series of numbers, flags, text or categories, or raise.

    >>> as_feature([[1, 2]], "age")
    Traceback (most recent call last):
    ...
    ValueError: age must be a list with one value per customer; got 2 dimensions
    """
    import pandas as pd

    if isinstance(values, str | set) or not hasattr(values, "__len__"):
        raise TypeError(f"{name} must be a list with one value per customer; got {values!r}")
    if getattr(values, "ndim", 1) != 1 or (len(values) and isinstance(values, list)
                                           and isinstance(values[0], list)):  # fmt: skip
        raise ValueError(f"{name} must be a list with one value per customer; got 2 dimensions")
    if not len(values):
        raise ValueError(f"{name} must not be empty; got 0 values")
    series = values if isinstance(values, pd.Series) else pd.Series(values)
    if _checks.is_dates(series):
        raise TypeError(f"{name} must hold numbers, flags or levels; got dates: make them numbers")
    _checks.no_gaps(series.dropna(), name)
    if series.dtype == object:  # a column of objects may hold numbers only
        decimal = pd.api.types.infer_dtype(series) == "decimal"
        series = series.astype(float) if decimal else series.infer_objects()
    return series


def _numbers(series: "pd.Series", name: str) -> FloatArray:
    if not _checks.is_number(series) and not series.isna().all():
        raise TypeError(f"{name} must hold numbers, as its bins do; got {series.dtype}")
    values = series.to_numpy(float, na_value=np.nan)
    if np.isinf(values).any():
        place = int(np.isinf(values).argmax())
        raise ValueError(f"{name} must be finite; got {values[place]:g} at position {place}")
    return values


def _apart(series: "pd.Series", special: tuple[Any, ...]) -> tuple[IntArray, np.ndarray]:
    """Place of each special value, −1 for the others; which values are missing."""
    apart = np.full(len(series), -1)
    for place, value in enumerate(special):
        apart[np.asarray(series == value, dtype=bool)] = place
    return apart, series.isna().to_numpy()


def special_values(special: Any) -> tuple[Any, ...]:
    """Return the values that stand apart, or raise.

    >>> special_values([-1, 999])
    (-1, 999)
    """
    if isinstance(special, Sequence) and any(
        isinstance(value, float) and np.isnan(value) for value in special
    ):
        raise ValueError(
            "special must not hold NaN, as missing values have a bin of their own; got nan"
        )
    return tuple(_checks.listed(special, "special", "values"))


def optimal_bins(
    feature: Any,
    bad: Any,
    *,
    max_bins: int = 6,
    min_share: float = 0.05,
    direction: str | None = None,
    special: Any = (),
    prebins: int = 100,
    min_gain: float = 0.0,
    method: str = "optimal",
    name: str | None = None,
) -> Bins:
    """Find bins of a feature that part good from bad customers (最优分箱).

    A number is first cut into many small pre-bins with about equally many customers; neighbours
    are then joined so that the information value is as high as it can be, and the cuts are moved
    to better values near them in the same way. Levels of a category
    stand in the order of their bad rate before neighbours are joined; an ordered category keeps
    its own order.

    Parameters
    ----------
    feature : array or Series of shape (n,)
        Numbers, flags, text or a category. Missing values get a bin of their own.
    bad : array or Series of shape (n,)
        1 or True for a customer who went bad, else 0 or False.
    max_bins : int
        Bins at most, those of special and missing values not counted.
    min_share : float
        Smallest share of the customers in a bin, from 0 to 0.5.
    direction : {"rising", "falling", "auto"}, optional
        Direction of the bad rate from bin to bin: "rising" if customers with a high value are
        worse. "auto" takes the one with the higher information value. Without it the rate may
        go up and down. Not for a category without an order.
    special : sequence
        Values that stand apart, each in a bin of its own.
    prebins : int
        Pre-bins of a number at most, 2 to 200; values that are fewer stay as they are.
    min_gain : float
        Information value that one more bin must add.
    method : {"optimal", "tree", "quantile", "width"}
        "optimal" is exact given the pre-bins, so for values that are not more than these
        (dynamic programming). "tree" makes the best split,
        then the best split of what there is, and so on. "quantile" and "width" look at the
        values only, not at `bad`: bins of equally many customers, or of equal width.
    name : str, optional
        Name of the feature; that of the Series without it.

    Returns
    -------
    Bins
        With ``.labels``, ``.assign(values)`` and ``.to_frame()``.

    Raises
    ------
    ValueError, TypeError
        If `bad` is not 0 and 1 with both among them, a setting is outside its bounds, or a
        direction is asked of a category without an order.

    Notes
    -----
    Every further bin raises the information value of the customers at hand, some of it by
    chance; `max_bins`, `min_share`, `min_gain` and `direction` are the restraints. That levels
    may be put in the order of their bad rate before joining neighbours, and the best grouping is
    still found, is the argument of Fisher (1958).

    Examples
    --------
    >>> months = [6, 6, 12, 12, 12, 24, 24, 24, 36, 36]
    >>> bad = [0, 0, 0, 1, 0, 1, 0, 0, 1, 1]
    >>> optimal_bins(months, bad, max_bins=2, direction="rising", name="months")
    Bins(months: below 24 | 24 or more)
    """
    series = as_feature(feature, "feature")
    _checks.same_index(feature, bad, "feature and bad")
    flags = outcome(bad)
    if len(series) != flags.size:
        raise ValueError(
            f"feature and bad must have one value per customer; got {len(series)} and {flags.size}"
        )
    settings = BinSettings(max_bins, min_share, prebins, min_gain, method).checked()
    label = str(name if name is not None else series.name if series.name is not None else "feature")
    return find_bins(series, flags, settings, label, direction, special_values(special))[0]


@dataclass(frozen=True)
class BinSettings:
    """Restraints on the bins of every feature; see :func:`optimal_bins`."""

    max_bins: int = 6
    min_share: float = 0.05
    prebins: int = 100
    min_gain: float = 0.0
    method: str = "optimal"

    def checked(self) -> "BinSettings":
        """Return the settings, or raise."""
        prebins = _checks.count(self.prebins, "prebins", 2)
        if prebins > 200:
            raise ValueError(f"prebins must be between 2 and 200; got {prebins}")
        return BinSettings(
            _checks.count(self.max_bins, "max_bins", 1),
            _checks.number(self.min_share, "min_share", 0, 0.5),
            prebins,
            _checks.number(self.min_gain, "min_gain", 0),
            _checks.choice(self.method, "method", METHODS),
        )


def find_bins(
    series: "pd.Series",
    bad: FloatArray,
    settings: BinSettings,
    name: str,
    direction: str | None = None,
    special: tuple[Any, ...] = (),
) -> tuple[Bins, IntArray]:
    """Return the bins of a feature, and the bin of each customer."""
    _checks.choice(direction, f"direction of {name}", DIRECTIONS)
    apart, gone = _apart(series, special)
    plain = (apart < 0) & ~gone
    found = tuple(value for place, value in enumerate(special) if (apart == place).any())
    bare = Bins(name, special=found, missing=bool(gone.any()))
    if not plain.any():
        raise ValueError(f"{name} must hold values that are neither special nor missing; got none")
    whole = plain.all()
    rows, flags = (series, bad) if whole else (series[plain], bad[plain])
    totals = (float(bad.size - bad.sum()), float(bad.sum()))
    least = settings.min_share * bad.size
    tree = settings.method == "tree"
    join = Join(totals, least, settings.max_bins, settings.min_gain, tree, direction)
    make = _number_bins if _checks.is_number(series) else _level_bins
    bins, codes = make(rows, flags, bare, join, settings)
    if whole:
        return bins, codes
    full = np.full(bad.size, bins.size - 1, dtype=np.intp)
    full[plain] = codes
    for place, value in enumerate(found):
        full[np.asarray(series == value, dtype=bool)] = bins.ordinary + place
    return bins, full


def _number_bins(
    series: "pd.Series", bad: FloatArray, bare: Bins, join: Join, settings: BinSettings
) -> tuple[Bins, IntArray]:
    values = _numbers(series, bare.name)
    way = join.direction
    if settings.method in ("quantile", "width"):
        if way is not None:
            raise ValueError(
                f"direction must be None with method {settings.method!r}, which does not look at "
                f"bad; got {way!r} for {bare.name}"
            )
        if settings.method == "width":
            cuts = np.linspace(values.min(), values.max(), settings.max_bins + 1)[1:-1]
        else:
            cuts = quantile_cuts(np.sort(values), settings.max_bins)
        cuts = np.unique(cuts[(cuts > values.min()) & (cuts <= values.max())])
    else:
        cuts, way = join_numbers(values, bad, join, settings.prebins)
    found = replace(bare, cuts=tuple(cuts.tolist()), direction=way)
    return found, np.searchsorted(cuts, values, side="right")


def _level_bins(
    series: "pd.Series", bad: FloatArray, bare: Bins, join: Join, settings: BinSettings
) -> tuple[Bins, IntArray]:
    import pandas as pd

    ordered = isinstance(series.dtype, pd.CategoricalDtype) and series.cat.ordered
    if isinstance(series.dtype, pd.CategoricalDtype):
        used = series.cat.remove_unused_categories()
        codes, levels = used.cat.codes.to_numpy(np.intp), list(used.cat.categories)
    else:
        raw, unique = pd.factorize(series)
        codes, levels = raw.astype(np.intp), list(unique)
    if not ordered and join.direction is not None:
        raise ValueError(
            f"direction must be None for a category without an order; got {join.direction!r} for "
            f"{bare.name}"
        )
    if len(levels) > 1000:
        raise ValueError(
            f"{bare.name} must have at most 1000 levels; got {len(levels)}: is it an identifier?"
        )
    if settings.method in ("quantile", "width"):
        edges, way = list(range(1, len(levels))), None
        place = np.arange(len(levels))
    else:
        place = np.arange(len(levels))
        worse = np.bincount(codes, bad, minlength=len(levels)).astype(float)
        size = np.bincount(codes, minlength=len(levels)).astype(float)
        order = place if ordered else np.argsort(worse / size, kind="stable")
        place = np.argsort(order)
        edges, way = join.edges((size - worse)[order], worse[order])
    bin_of = np.searchsorted(np.array(edges), place, side="right")
    groups = tuple(
        tuple(levels[i] for i in np.argsort(place) if bin_of[i] == number)
        for number in range(len(edges) + 1)
    )
    return replace(bare, groups=groups, direction=way), bin_of[codes].astype(np.intp)
