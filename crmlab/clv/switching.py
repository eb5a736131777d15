"""Share allocation: customers divide their purchases among brands and switch (客户支出分配)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.clv.present_value import FloatArray, Timing, discount_factors

if TYPE_CHECKING:
    import pandas as pd


def switching_value(
    shares: Any,
    switching: Any,
    contribution: Any,
    rate: float,
    periods: int,
    purchases_per_period: Any = 1,
    *,
    timing: Timing = "end",
    include_first: bool = False,
) -> FloatArray:
    """Lifetime value of one customer to each brand under brand switching (购买转换).

    ``CLV = Σ_{t=1…n} S_t F_t · contribution / (1 + r)^t`` with ``S_t = S_{t−1} M``: the shares of
    this period times the switching matrix give those of the next.

    Parameters
    ----------
    shares : array of shape (brands,)
        S₀, the share of the purchases that each brand has now; they sum to one. A Series names
        the brands.
    switching : array of shape (brands, brands)
        M, the switching matrix (购买转换矩阵): row i holds the chances that a purchase of brand i
        is followed, one period later, by one of each brand; rows sum to one. A DataFrame names
        the brands in rows and columns.
    contribution : float or array of shape (brands,)
        What one purchase leaves the brand.
    rate : float
        Discount rate r per period, a fraction above −1 and at most 5.
    periods : int
        Horizon n, at least 1.
    purchases_per_period : float or array of shape (periods,)
        F_t, purchases of all brands together in each period, at least 0.
    timing : {"end", "middle", "start"}
        When in its period the money comes: the exponent is t, t − 0.5 or t − 1. The course
        counts at the end.
    include_first : bool
        Add the purchases of the present period, S₀ F₁, paid today. The course leaves them out.

    Returns
    -------
    ndarray of shape (brands,)
        One value per brand, in the unit of `contribution`, per customer in the market.

    Raises
    ------
    ValueError, TypeError
        If the shares or a row of the matrix do not sum to one, sizes or names of brands differ,
        or a number is outside its bounds.

    See Also
    --------
    switching_forecast : the same with the shares of every period, a table and a picture.

    Notes
    -----
    One step of the matrix is one period, whatever the number of purchases in it. Where the
    matrix was estimated from purchase to purchase, let a period be one purchase and give the
    rate for that time, as Rust, Lemon and Zeithaml (2004) do.

    Examples
    --------
    Three brands, two years, one purchase of 500 a year:

    >>> matrix = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.15, 0.6]]
    >>> switching_value([0.6, 0.3, 0.1], matrix, 500, rate=0.09, periods=2).round(1).tolist()
    [389.4, 347.7, 142.5]
    """
    return switching_forecast(
        shares, switching, contribution, rate, periods, purchases_per_period,
        timing=timing, include_first=include_first,
    ).value.to_numpy()  # fmt: skip


@dataclass(frozen=True, eq=False)
class SwitchingForecast(Drawable):
    """Shares and money of each brand over time, made by :func:`switching_forecast`.

    Attributes
    ----------
    shares : DataFrame
        One row per period from 0, which is now; a column per brand.
    present_values : DataFrame
        What the purchases of a period are worth today, in the shape of `shares`. The row of
        period 0 is zero unless the present period counts.

    Examples
    --------
    >>> matrix = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.15, 0.6]]
    >>> found = switching_forecast([0.6, 0.3, 0.1], matrix, 500, rate=0.09, periods=2)
    >>> found
    SwitchingForecast(2 periods; value 1 389.4, 2 347.7, 3 142.5)
    >>> found.to_frame()
    brand        1       2      3
    period
    0       0.6000  0.3000  0.100
    1       0.4750  0.3750  0.150
    2       0.4075  0.4175  0.175
    """

    _picture = "switching_forecast"

    shares: "pd.DataFrame"
    present_values: "pd.DataFrame"

    @property
    def value(self) -> "pd.Series":
        """Lifetime value of one customer in the market to each brand."""
        return self.present_values.sum().rename("value")

    def to_frame(self) -> "pd.DataFrame":
        """Shares by period.

        Returns
        -------
        DataFrame
        """
        return self.shares.copy()

    def __repr__(self) -> str:
        worth = ", ".join(f"{brand} {value:,.1f}" for brand, value in self.value.items())
        return f"SwitchingForecast({len(self.shares) - 1} periods; value {worth})"


def switching_forecast(
    shares: Any,
    switching: Any,
    contribution: Any,
    rate: float,
    periods: int,
    purchases_per_period: Any = 1,
    *,
    timing: Timing = "end",
    include_first: bool = False,
) -> SwitchingForecast:
    """Follow the shares of the brands and what they are worth (支出分配的预测).

    Parameters
    ----------
    shares, switching, contribution, rate, periods, purchases_per_period, timing, include_first
        As in :func:`switching_value`.

    Returns
    -------
    SwitchingForecast
        With ``.shares``, ``.present_values``, ``.value``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`switching_value`.

    Examples
    --------
    >>> matrix = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.15, 0.6]]
    >>> switching_forecast([0.6, 0.3, 0.1], matrix, 500, rate=0.09, periods=2).shares
    brand        1       2      3
    period
    0       0.6000  0.3000  0.100
    1       0.4750  0.3750  0.150
    2       0.4075  0.4175  0.175
    """
    import pandas as pd

    matrix, brands = _matrix(switching)
    start, brands = _start(shares, brands, len(matrix))
    n = _checks.count(periods, "periods")
    discount = _checks.one_rate(rate)
    gain = _checks.array(contribution, "contribution")
    if gain.ndim and gain.shape != (len(matrix),):
        raise ValueError(
            f"contribution must be one number or one per brand ({len(matrix)}); got shape "
            f"{gain.shape}"
        )
    often = _checks.array(purchases_per_period, "purchases_per_period", 0)
    if often.ndim and often.shape != (n,):
        raise ValueError(
            f"purchases_per_period must be one number or one per period ({n}); got shape "
            f"{often.shape}"
        )
    _checks.choice(include_first, "include_first", (True, False))
    often = np.broadcast_to(often, (n,))
    path = [start]
    for _period in range(n):
        path.append(path[-1] @ matrix)
    share = np.array(path)
    factors = discount_factors(discount, n, timing) * often
    factors = np.concatenate([[often[0] if include_first else 0.0], factors])
    with np.errstate(over="ignore"):
        worth = _checks.finite(share * factors[:, None] * gain)
    axes = {
        "index": pd.RangeIndex(n + 1, name="period"),
        "columns": pd.Index(brands, name="brand"),
    }
    return SwitchingForecast(pd.DataFrame(share, **axes), pd.DataFrame(worth, **axes))


def _matrix(switching: Any) -> tuple[FloatArray, tuple[Any, ...] | None]:
    """Return the checked matrix and the names of its brands, None where it has none."""
    matrix = _checks.transitions(switching, "switching")
    if not hasattr(switching, "columns"):
        return matrix, None
    columns = tuple(switching.columns)
    rows = tuple(getattr(switching, "index", columns))  # a frame of Polars names columns only
    if rows != columns or len(set(rows)) != len(rows):
        raise ValueError(
            "switching must name the same brands, each once, in rows and columns; got "
            f"{list(rows)} and {list(columns)}"
        )
    return matrix, rows


def _start(
    shares: Any, brands: tuple[Any, ...] | None, size: int, name: str = "shares"
) -> tuple[FloatArray, tuple[Any, ...]]:
    """Return the checked shares and the names of the brands, numbers from 1 without any."""
    start = _checks.shares(shares, name)
    if start.size != size:
        raise ValueError(f"{name} must hold one number per brand ({size}); got {start.size}")
    own = tuple(shares.index) if hasattr(shares, "index") and hasattr(shares, "dtype") else None
    if own and len(set(own)) != size:
        raise ValueError(f"{name} must name each brand once; got {list(own)}")
    if own and brands and own != brands:
        raise ValueError(
            f"{name} must name the brands of switching in their order; got {list(own)} and "
            f"{list(brands)}"
        )
    return start, brands or own or tuple(range(1, size + 1))


def _place(brand: Any, brands: tuple[Any, ...], name: str) -> int:
    """Return the position of a brand, or raise."""
    return brands.index(_checks.choice(brand, name, brands))


def shift_switching(
    switching: Any, last: Any, to: Any, points: float, *, lose: Any = None
) -> "pd.DataFrame":
    """Move part of a row of the matrix: a better retention or a rival's move (转换概率变动).

    Of the purchases that follow one of brand `last`, the share `points` more goes to brand `to`.
    With `to` equal to `last` that is a better retention (客户维系).

    Parameters
    ----------
    switching : array of shape (brands, brands)
        As in :func:`switching_value`.
    last : label
        Brand of the row; brands without names are numbered from 1.
    to : label
        Brand that gains.
    points : float
        How much of the row moves, a fraction between 0 and 1: 0.01 is one point.
    lose : label, optional
        Brand that loses it. None takes it from all the others in proportion to what they have.

    Returns
    -------
    DataFrame of shape (brands, brands)

    Raises
    ------
    ValueError, TypeError
        If a brand is unknown, `lose` equals `to`, or there is less in the row than is to move.

    Examples
    --------
    >>> matrix = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.15, 0.6]]
    >>> shift_switching(matrix, last=1, to=1, points=0.1, lose=2).round(2).loc[1].tolist()
    [0.8, 0.1, 0.1]
    """
    import pandas as pd

    matrix, named = _matrix(switching)
    brands = named or tuple(range(1, len(matrix) + 1))
    row, gains = _place(last, brands, "last"), _place(to, brands, "to")
    moved = _checks.number(points, "points", 0, 1)
    pay = matrix[row].copy()
    pay[gains] = 0
    if lose is not None:
        only = _place(lose, brands, "lose")
        if lose == to:
            raise ValueError(f"lose must be another brand than to; got {lose!r} twice")
        pay = np.where(np.arange(len(brands)) == only, pay, 0)
    there = pay.sum()
    if moved > there + 1e-12:
        raise ValueError(
            f"points must be at most what the losing brands have in the row, {there:g}; got "
            f"{moved:g}"
        )
    changed = matrix.copy()
    if moved:
        changed[row] = np.maximum(changed[row] - pay / there * moved, 0)
        changed[row, gains] += moved
    names = pd.Index(brands, name="brand")
    return pd.DataFrame(changed, index=names.rename("last"), columns=names.rename("next"))


@dataclass(frozen=True, eq=False)
class SwitchingGains(Drawable):
    """What one move in the switching matrix is worth to each brand, by :func:`switching_gains`.

    Attributes
    ----------
    table : DataFrame
        One row per move: the brand whose row of the matrix changes. A column per brand: change of
        its value per customer in the market. A row sums to 0 if all contributions are equal.
    points : float
        How much of the row moves.
    to : label
        Brand to which it moves; None where each row is that brand's own retention.

    Examples
    --------
    >>> matrix = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.15, 0.6]]
    >>> found = switching_gains([0.6, 0.3, 0.1], matrix, 500, 0.09, 2, to=1)
    >>> found
    SwitchingGains(to 1, 1 points; largest gain 6.17)
    >>> found.to_frame().round(2)
    brand     1     2     3
    last
    1      6.17 -4.15 -2.01
    2      3.68 -3.28 -0.40
    3      1.29 -0.25 -1.04
    """

    _picture = "switching_gains"

    table: "pd.DataFrame"
    points: float
    to: Any

    def to_frame(self) -> "pd.DataFrame":
        """Change of value: a row per move, a column per brand.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        what = "own retention" if self.to is None else f"to {self.to!r}"
        return (
            f"SwitchingGains({what}, {100 * self.points:g} points; largest gain "
            f"{self.table.to_numpy().max():,.2f})"
        )


def switching_gains(
    shares: Any,
    switching: Any,
    contribution: Any,
    rate: float,
    periods: int,
    purchases_per_period: Any = 1,
    *,
    to: Any = None,
    points: float = 0.01,
    timing: Timing = "end",
    include_first: bool = False,
) -> SwitchingGains:
    """Price a point of retention, or a point won from each rival, and see who pays (谁得谁失).

    Parameters
    ----------
    shares, switching, contribution, rate, periods, purchases_per_period, timing, include_first
        As in :func:`switching_value`.
    to : label, optional
        The brand that gains in every row: its own row is retention, the others are won from the
        rivals. None lets each brand gain in its own row.
    points : float
        How much moves, taken from the others in proportion. Above 0, at most 1.

    Returns
    -------
    SwitchingGains
        With ``.table``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`switching_value` and :func:`shift_switching`.

    Examples
    --------
    >>> matrix = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.15, 0.6]]
    >>> switching_gains([0.6, 0.3, 0.1], matrix, 500, 0.09, 2, to=1).table.round(2)
    brand     1     2     3
    last
    1      6.17 -4.15 -2.01
    2      3.68 -3.28 -0.40
    3      1.29 -0.25 -1.04
    """
    import pandas as pd

    options: dict[str, Any] = {"timing": timing, "include_first": include_first}
    amounts = (contribution, rate, periods, purchases_per_period)
    base = switching_forecast(shares, switching, *amounts, **options)
    moved = _checks.number(points, "points", 0, 1, open_low=True)
    brands = tuple(base.shares.columns)
    if to is not None:
        _place(to, brands, "to")
    matrix = pd.DataFrame(_checks.transitions(switching, "switching"), index=brands, columns=brands)
    start = _checks.shares(shares, "shares")
    rows = [
        switching_value(
            start,
            shift_switching(matrix, brand, brand if to is None else to, moved),
            *amounts,
            **options,
        )
        - base.value.to_numpy()
        for brand in brands
    ]
    table = pd.DataFrame(rows, index=pd.Index(brands, name="last"), columns=base.shares.columns)
    return SwitchingGains(table, moved, to)
