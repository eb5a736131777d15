"""Estimate brand switching from the purchases of a panel of households (购买转换的估计)."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.clv.present_value import FloatArray
from crmlab.clv.steady import SteadyState, _stationary, steady_state

if TYPE_CHECKING:
    import pandas as pd

_TIES = ("error", "rows", "first")


@dataclass(frozen=True, eq=False)
class Sequences:
    """Purchases in the order in which each household made them."""

    house: np.ndarray  # code of the household, purchases of one stand together
    code: np.ndarray  # code of the brand
    brands: tuple[Any, ...]
    dropped: int

    @cached_property
    def follows(self) -> np.ndarray:
        """Positions of the purchases that follow another one of the same household."""
        return np.flatnonzero(self.house[1:] == self.house[:-1]) + 1

    def counts(self, house: bool = False) -> FloatArray:
        """Count the transitions; with `house`, for each household apart."""
        size, people = len(self.brands), int(self.house[-1]) + 1
        pair = self.code[self.follows - 1] * size + self.code[self.follows]
        if not house:
            return np.bincount(pair, minlength=size**2).reshape(size, size).astype(float)
        cell = self.house[self.follows] * size**2 + pair
        return np.bincount(cell, minlength=people * size**2).reshape(people, size, size) * 1.0

    def purchases(self) -> FloatArray:
        """Count the purchases of each household and brand."""
        size, people = len(self.brands), int(self.house[-1]) + 1
        cell = self.house * size + self.code
        return np.bincount(cell, minlength=people * size).reshape(people, size) * 1.0


def sequences(
    panel: "pd.DataFrame",
    household: str,
    brand: str,
    order: str | None,
    ties: str,
    brands: Any,
) -> Sequences:
    """Check a panel and bring its purchases into order."""
    import pandas as pd

    _checks.columns(panel, "panel", [household, brand, *([] if order is None else [order])])
    _checks.choice(ties, "ties", _TIES)
    for name in (household, brand, *([] if order is None else [order])):
        _checks.no_gaps(panel[name], name)
    who = pd.factorize(panel[household])[0]
    names = _brands(panel[brand], brand, brands)
    what = pd.Index(names).get_indexer(panel[brand])
    dropped = 0
    if order is None:
        at = np.argsort(who, kind="stable")
    else:
        when = panel[order]
        if not _checks.is_number(when) and not _checks.is_dates(when):
            raise TypeError(f"{order} must hold dates or numbers; got {when.dtype}")
        rank = pd.factorize(when, sort=True)[0]
        at = np.lexsort((np.arange(len(panel)), rank, who))
        same = (who[at][1:] == who[at][:-1]) & (rank[at][1:] == rank[at][:-1])
        if same.any() and ties == "error":
            row = panel.iloc[at[int(np.argmax(same))]]
            raise ValueError(
                f"{order} must tell which purchase of a household came first; got "
                f"{int(same.sum())} ties, the first of household {row[household]!r} at "
                f"{row[order]!r}. Choose ties='rows' (the order of the rows) or ties='first' "
                "(the first row of each tie, the others are dropped)"
            )
        if ties == "first":
            dropped = int(same.sum())
            at = at[np.concatenate([[True], ~same])]
    found = Sequences(who[at], what[at], names, dropped)
    if not found.follows.size:
        raise ValueError(
            "panel must hold a household with two purchases; got one purchase per household"
        )
    return found


def _brands(column: "pd.Series", name: str, brands: Any) -> tuple[Any, ...]:
    """Return the brands in the order asked for, or sorted, or in the order of the categories."""
    import pandas as pd

    found = set(column.unique().tolist())
    if brands is None:
        if isinstance(column.dtype, pd.CategoricalDtype):
            return tuple(b for b in column.cat.categories if b in found)
        try:
            return tuple(sorted(found))
        except TypeError:
            raise TypeError(f"{name} must hold names of one kind; got a mixture") from None
    wanted = tuple(_checks.listed(brands, "brands", "brands"))
    if len(set(wanted)) != len(wanted) or not found <= set(wanted):
        raise ValueError(
            f"brands must name every brand of the panel once; got {list(wanted)}, and the panel "
            f"holds {sorted(map(str, found))}"
        )
    return wanted


def _probabilities(counts: FloatArray, prior: float, shares: FloatArray) -> FloatArray:
    """Rows of counts to rows of chances; an empty row gets the shares. Works on stacks."""
    smooth = counts + prior
    total = smooth.sum(axis=-1, keepdims=True)
    filled = np.broadcast_to(shares[..., None, :], smooth.shape)
    return np.where(total > 0, smooth / np.where(total > 0, total, 1), filled)


@dataclass(frozen=True, eq=False)
class SwitchingEstimate(Drawable):
    """A switching matrix with what it was counted from, made by :func:`estimate_switching`.

    Attributes
    ----------
    matrix : DataFrame of shape (brands, brands)
        Chance that a purchase of the row's brand is followed by one of the column's.
    counts : DataFrame of shape (brands, brands)
        How often that was seen.
    shares : Series
        Share of each brand in all purchases.
    purchases, households : int
        Number of purchases and of households that count.
    dropped : int
        Purchases left out because of ``ties="first"``.
    unseen : tuple
        Brands after which no purchase was seen: their rows hold the shares of all purchases.
    prior : float
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"household": [1, 1, 1, 2, 2], "brand": list("AABBA")})
    >>> found = estimate_switching(panel)
    >>> found
    SwitchingEstimate(2 brands, 5 purchases of 2 households; 33.3 % repeat the brand)
    >>> found.to_frame()
    next    A    B
    last
    A     0.5  0.5
    B     1.0  0.0
    >>> found.intervals(level=0.9).round(2)
      last next  count  chance   low  high
    0    A    A      1     0.5  0.12  0.88
    1    A    B      1     0.5  0.12  0.88
    2    B    A      1     1.0  0.27  1.00
    3    B    B      0     0.0  0.00  0.73
    >>> found.bootstrap(n=50, seed=1)
    SwitchingBootstrap(50 samples of households; intervals 0.2 times as wide as Wilson's)
    """

    _picture = "switching_matrix"

    matrix: "pd.DataFrame"
    counts: "pd.DataFrame"
    shares: "pd.Series"
    purchases: int
    households: int
    dropped: int
    unseen: tuple[Any, ...]
    prior: float
    _sequences: Sequences = field(repr=False)

    @cached_property
    def chain(self) -> SteadyState:
        """The long run of the matrix from the shares of now, with its checks."""
        return steady_state(self.matrix, self.shares)

    @property
    def steady_state(self) -> "pd.Series":
        """Long-run share of each brand; NaN where it depends on the start (see ``.chain``)."""
        import pandas as pd

        share = self.chain.share if self.chain.unique else np.nan
        return pd.Series(share, index=self.shares.index, name="steady_state")

    @property
    def repeat_rate(self) -> float:
        """Share of the purchases that are of the same brand as the one before."""
        table = self.counts.to_numpy()
        return float(np.trace(table) / table.sum())

    def to_frame(self) -> "pd.DataFrame":
        """One row per brand bought last, one column per brand bought next.

        Returns
        -------
        DataFrame
        """
        return self.matrix.copy()

    def intervals(self, level: float = 0.95, method: str = "wilson") -> "pd.DataFrame":
        """Intervals of the chances as if every purchase were drawn independently.

        Parameters
        ----------
        level : float
            Level of the interval.
        method : {"wilson", "dirichlet"}
            Wilson's (1927) interval of each count, or the equal-tailed interval of the posterior
            under a Dirichlet prior: with `prior` in each cell, or 1/2 (Jeffreys) if that is 0.

        Returns
        -------
        DataFrame
            One row per pair of brands: last, next, count, chance, low, high.

        Raises
        ------
        ValueError, TypeError
            If `level` is not between 0 and 1, or the method is unknown.
        """
        import pandas as pd
        from scipy.special import betaincinv

        _checks.choice(method, "method", ("wilson", "dirichlet"))
        seen = self.counts.to_numpy(float)
        total = np.broadcast_to(seen.sum(axis=1, keepdims=True), seen.shape)
        low, high = wilson(seen, total, level)
        if method == "dirichlet":
            tail, prior = (1 - level) / 2, self.prior or 0.5
            rest = total - seen + prior * (len(seen) - 1)
            # A single brand has no rest: its chance is 1.
            some = np.where(rest > 0, rest, 1.0)
            low, high = (
                np.where(rest > 0, betaincinv(seen + prior, some, q), 1.0) for q in (tail, 1 - tail)
            )
        brands = np.array(self.shares.index, dtype=object)
        table = pd.DataFrame(
            {"last": np.repeat(brands, len(brands)), "next": np.tile(brands, len(brands))}
        )
        return table.assign(
            count=self.counts.to_numpy().ravel(),
            chance=self.matrix.to_numpy().ravel(),
            low=low.ravel(),
            high=high.ravel(),
        )

    def bootstrap(self, n: int = 500, seed: int = 0) -> "SwitchingBootstrap":
        """Draw whole households again and again, and estimate anew (以家庭为单位的自助法).

        Purchases of one household resemble each other, so the household is the unit that was
        sampled. The intervals of :meth:`intervals` do not know that and are too narrow.

        Parameters
        ----------
        n : int
            Number of samples, at least 2.
        seed : int
            Seed of the random numbers.

        Returns
        -------
        SwitchingBootstrap

        Raises
        ------
        ValueError, TypeError
            If `n` or `seed` is outside its bounds.
        """
        runs = _checks.count(n, "n", 2)
        rng = np.random.default_rng(_checks.seed(seed))
        single, bought = self._sequences.counts(house=True), self._sequences.purchases()
        people, size = bought.shape
        weights = rng.multinomial(people, np.full(people, 1 / people), size=runs).astype(float)
        drawn = (weights @ single.reshape(people, -1)).reshape(runs, size, size)
        share = weights @ bought
        share /= share.sum(axis=1, keepdims=True)
        matrices = _probabilities(drawn, self.prior, share)
        # Without a zero the chain is irreducible and aperiodic: no need to look at its classes.
        steady = np.array(
            [steady_state(m).share if (m == 0).any() else _stationary(m) for m in matrices]
        )
        return SwitchingBootstrap(self, matrices, steady)

    def __repr__(self) -> str:
        return (
            f"SwitchingEstimate({len(self.shares)} brands, {self.purchases:,} purchases of "
            f"{self.households:,} households; {100 * self.repeat_rate:.1f} % repeat the brand)"
        )


@dataclass(frozen=True, eq=False)
class SwitchingBootstrap(Drawable):
    """Switching matrices of redrawn households, made by :meth:`SwitchingEstimate.bootstrap`.

    Attributes
    ----------
    estimate : SwitchingEstimate
        From the panel as it is.
    matrices : ndarray of shape (n, brands, brands)
        One matrix per sample.
    steady_states : ndarray of shape (n, brands)
        Their long-run shares; NaN where a sample has no unique one.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"household": [1, 1, 1, 2, 2], "brand": list("AABBA")})
    >>> found = estimate_switching(panel)
    >>> samples = found.bootstrap(n=50, seed=1)
    >>> samples
    SwitchingBootstrap(50 samples of households; intervals 0.2 times as wide as Wilson's)
    >>> samples.to_frame().round(2)
      last next  count  chance   low  high  widening
    0    A    A      1     0.5  0.50  0.50      0.00
    1    A    B      1     0.5  0.50  0.50      0.00
    2    B    A      1     1.0  0.67  1.00      0.42
    3    B    B      0     0.0  0.00  0.33      0.42
    >>> samples.steady_frame(level=0.9).round(2)
           share  steady_state   low  high
    brand
    A        0.6          0.67  0.57  0.67
    B        0.4          0.33  0.33  0.43
    """

    _picture = "switching_bootstrap"

    estimate: SwitchingEstimate
    matrices: FloatArray
    steady_states: FloatArray

    def to_frame(self, level: float = 0.95) -> "pd.DataFrame":
        """Intervals: one row per pair of brands.

        Parameters
        ----------
        level : float
            Share of the samples inside the interval.

        Returns
        -------
        DataFrame
            last, next, count, chance, low, high and `widening`: how many times wider the
            interval is than Wilson's of the same level.

        Raises
        ------
        ValueError, TypeError
            If `level` is not between 0 and 1.
        """
        table = self.estimate.intervals(level)
        tail = (1 - _checks.number(level, "level")) / 2
        low, high = np.quantile(self.matrices, [tail, 1 - tail], axis=0)
        wide = (table["high"] - table["low"]).to_numpy()
        return table.assign(
            low=low.ravel(), high=high.ravel(), widening=(high - low).ravel() / wide
        )

    def steady_frame(self, level: float = 0.95) -> "pd.DataFrame":
        """Intervals of the long-run shares: share now, steady state, low, high, one row per brand.

        Parameters
        ----------
        level : float
            Share of the samples inside the interval. Samples without a unique long run are left
            out; ``.steady_states`` shows them.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError, TypeError
            If `level` is not between 0 and 1.
        """
        import pandas as pd

        tail = (1 - _checks.number(level, "level", 0, 1, open_low=True, open_high=True)) / 2
        found = self.steady_states[~np.isnan(self.steady_states).any(axis=1)]
        shape = (2, self.steady_states.shape[1])
        low, high = (
            np.quantile(found, [tail, 1 - tail], axis=0) if len(found) else np.full(shape, np.nan)
        )
        return pd.DataFrame(
            {
                "share": self.estimate.shares,
                "steady_state": self.estimate.steady_state,
                "low": low,
                "high": high,
            }
        )

    def __repr__(self) -> str:
        widening = self.to_frame()["widening"].median()
        return (
            f"SwitchingBootstrap({len(self.matrices)} samples of households; intervals "
            f"{widening:.1f} times as wide as Wilson's)"
        )


def estimate_switching(
    panel: "pd.DataFrame",
    *,
    household: str = "household",
    brand: str = "brand",
    order: str | None = None,
    brands: Any = None,
    prior: float = 0.0,
    ties: str = "error",
) -> SwitchingEstimate:
    """Estimate a switching matrix from a purchase panel (由购买记录估计购买转换矩阵).

    Every purchase is joined to the next one of the same household; the chance from brand i to
    brand j is the share of j among the purchases that follow i.

    Parameters
    ----------
    panel : DataFrame
        One row per purchase.
    household, brand : str
        Names of the columns.
    order : str, optional
        Column of dates or numbers by which the purchases of a household are ordered. None takes
        the rows as they stand.
    brands : sequence, optional
        All brands in the order wanted. By default those of the panel, sorted, or in the order of
        the categories if the column has such.
    prior : float
        Added to every count before shares are taken (smoothing, a Dirichlet prior), at least 0.
    ties : {"error", "rows", "first"}
        What to do with purchases of one household at the same `order`: refuse them, take them in
        the order of the rows, or keep the first row only and count the others in ``.dropped``.

    Returns
    -------
    SwitchingEstimate
        With ``.matrix``, ``.counts``, ``.shares``, ``.steady_state``, ``.chain``,
        ``.intervals()``, ``.bootstrap()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or has gaps, purchases tie, `brands` lacks one, or no household
        bought twice.

    Notes
    -----
    Without a prior these are the maximum-likelihood estimates of a Markov chain (Anderson &
    Goodman 1957). A brand after which no purchase was seen gets the shares of all purchases in
    its row, and is named in ``.unseen``.

    All households are pooled. Where they differ in taste, the diagonal of the pooled matrix
    shows that difference as if it were loyalty: see :func:`repeat_buying`.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"household": [1, 1, 1, 2, 2], "brand": list("AABBA")})
    >>> found = estimate_switching(panel)
    >>> found
    SwitchingEstimate(2 brands, 5 purchases of 2 households; 33.3 % repeat the brand)
    >>> found.matrix
    next    A    B
    last
    A     0.5  0.5
    B     1.0  0.0
    """
    import pandas as pd

    added = _checks.number(prior, "prior", 0)
    found = sequences(panel, household, brand, order, ties, brands)
    seen, bought = found.counts(), found.purchases().sum(axis=0)
    share = bought / bought.sum()
    names = pd.Index(found.brands)
    axes = {"index": names.rename("last"), "columns": names.rename("next")}
    return SwitchingEstimate(
        matrix=pd.DataFrame(_probabilities(seen, added, share), **axes),
        counts=pd.DataFrame(seen.astype(int), **axes),
        shares=pd.Series(share, index=names.rename("brand"), name="share"),
        purchases=len(found.code),
        households=int(found.house[-1]) + 1,
        dropped=found.dropped,
        unseen=tuple(b for b, n in zip(found.brands, seen.sum(axis=1), strict=True) if n == 0),
        prior=added,
        _sequences=found,
    )
