"""Portfolios of two axes: CLP, KAISM, and volume against our share of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

RULES = ("median", "mean", "quantile")
#: For each scheme: its two axes, and the cell for (first high?, second high?).
SCHEMES: dict[str, tuple[tuple[str, str], dict[tuple[bool, bool], str]]] = {
    "clp": (
        ("current", "potential"),
        {
            (True, True): "platinum",
            (True, False): "gold",
            (False, True): "iron",
            (False, False): "lead",
        },
    ),
    "kaism": (
        ("attractiveness", "strength"),
        {
            (True, True): "key",
            (True, False): "key-development",
            (False, True): "maintenance",
            (False, False): "opportunistic",
        },
    ),
    "volume_share": (
        ("volume", "share"),
        {
            (True, True): "star",
            (True, False): "question",
            (False, True): "cash cow",
            (False, False): "dog",
        },
    ),
}


def _strategies(scheme: str) -> dict[str, str]:
    return {
        "clp": {
            "platinum": _("most resources: keep and grow, a named contact"),
            "gold": _("many resources: keep; do not pay for growth that is not there"),
            "iron": _("invest in steps: win a larger share, stop if it does not come"),
            "lead": _("few resources: serve at low cost, or charge for service"),
        },
        "kaism": {
            "key": _("key account manager, joint plans, top management involved"),
            "key-development": _("invest: find out why the rival is preferred, and mend it"),
            "maintenance": _("keep with little effort; free people for the key accounts"),
            "opportunistic": _("serve when it is convenient, at prices that pay"),
        },
        "volume_share": {
            "star": _("defend: every rival wants this customer"),
            "question": _("decide: invest to win share, or leave it"),
            "cash cow": _("keep at low cost: there is nothing more to win"),
            "dog": _("no effort beyond standard service"),
        },
    }[scheme]


@dataclass(frozen=True, eq=False)
class Portfolio(Drawable):
    """Customers in the four cells of two axes, made by :func:`clp` and its sisters.

    Attributes
    ----------
    scheme : str
        "clp", "kaism" or "volume_share".
    names : tuple
        The customers.
    values : ndarray of shape (customers, 2)
        Position on the first and on the second axis.
    cuts : tuple of float
        Where each axis is cut; a value at the cut is high.
    cells : ndarray of str
        The cell of each customer.

    Examples
    --------
    >>> found = kaism([8, 7, 3, 2], [7, 3, 8, 4], cut=(5.5, 5.5))
    >>> found
    Portfolio(kaism: key 1, key-development 1, maintenance 1, opportunistic 1)
    >>> found.to_frame()
              attractiveness  strength             cell
    customer
    0                    8.0       7.0              key
    1                    7.0       3.0  key-development
    2                    3.0       8.0      maintenance
    3                    2.0       4.0    opportunistic
    >>> found.summary().round(2)
                     customers  share  of_attractiveness  of_strength
    cell
    key                      1   0.25               0.40         0.32
    key-development          1   0.25               0.35         0.14
    maintenance              1   0.25               0.15         0.36
    opportunistic            1   0.25               0.10         0.18
    >>> list(found.customers("key"))
    [0]
    >>> found.move_cuts(first=7.5)
    Portfolio(kaism: key 1, key-development 0, maintenance 1, opportunistic 2)
    """

    _picture = "portfolio"

    scheme: str
    names: tuple[Any, ...]
    values: FloatArray
    cuts: tuple[float, float]
    cells: np.ndarray

    @property
    def axes(self) -> tuple[str, str]:
        """Names of the two axes."""
        return SCHEMES[self.scheme][0]

    @property
    def strategies(self) -> dict[str, str]:
        """What to do with the customers of each cell, the best cell first."""
        return _strategies(self.scheme)

    @property
    def counts(self) -> dict[str, int]:
        """How many customers stand in each cell."""
        return {cell: int((self.cells == cell).sum()) for cell in self.strategies}

    def customers(self, cell: str) -> list[Any]:
        """Return the customers of one cell, those with the highest first axis first.

        Parameters
        ----------
        cell : str
            Name of a cell, such as those in `strategies`.

        Returns
        -------
        list
            Names of the customers.

        Raises
        ------
        ValueError
            If `cell` is unknown.
        """
        _checks.choice(cell, "cell", tuple(self.strategies))
        order = np.argsort(-self.values[:, 0], kind="stable")
        return [self.names[i] for i in order if self.cells[i] == cell]

    def move_cuts(self, first: float | None = None, second: float | None = None) -> "Portfolio":
        """Return the same customers under other cuts; None leaves an axis as it is.

        Parameters
        ----------
        first, second : float, optional
            Where to cut the first and the second axis; without it the cut stays where it is.

        Returns
        -------
        Portfolio

        Raises
        ------
        ValueError, TypeError
            If a cut is no number.
        """
        cuts = (
            self.cuts[0] if first is None else _checks.number(first, "first"),
            self.cuts[1] if second is None else _checks.number(second, "second"),
        )
        return replace(self, cuts=cuts, cells=_cells(self.scheme, self.values, cuts))

    def summary(self) -> "pd.DataFrame":
        """One row per cell: customers, their share, and the share of each axis' sum they hold.

        A share of a sum is left out (NaN) where the axis has values below 0.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        index = pd.Index(list(self.strategies), name="cell")
        counts = pd.Series(self.counts).reindex(index)
        table = pd.DataFrame({"customers": counts, "share": counts / len(self.cells)}, index)
        for k, axis in enumerate(self.axes):
            total = self.values[:, k].sum() if self.values[:, k].min() >= 0 else 0.0
            held = [self.values[self.cells == cell, k].sum() for cell in index]
            table[f"of_{axis}"] = np.array(held) / total if total else np.nan
        return table

    def to_frame(self) -> "pd.DataFrame":
        """One row per customer: both axes and the cell.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        table = pd.DataFrame(self.values, pd.Index(self.names, name="customer"), self.axes)
        return table.assign(cell=self.cells)

    def __repr__(self) -> str:
        listed = ", ".join(f"{cell} {n}" for cell, n in self.counts.items())
        return f"Portfolio({self.scheme}: {listed})"


def wallet_potential(contribution: Any, share_of_wallet: Any) -> FloatArray:
    """Potential value that a share of wallet leaves with rivals (潜在价值).

    ``contribution × (1 / share − 1)``: what the customer would add if it bought everything here
    at the same margin. It is the most that could be won, not a forecast.

    Parameters
    ----------
    contribution : float or array
        Contribution of the customer's purchases now, at least 0.
    share_of_wallet : float or array
        Our share of what it spends, above 0 and at most 1.

    Returns
    -------
    ndarray
        Of the common shape.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or the shapes do not go together.

    Examples
    --------
    >>> wallet_potential([1000, 1000], [0.5, 0.8]).round(6).tolist()
    [1000.0, 250.0]
    """
    gain = _checks.array(contribution, "contribution", 0)
    share = _checks.array(share_of_wallet, "share_of_wallet", 0, 1, open_low=True)
    _checks.together(contribution=gain, share_of_wallet=share)
    return _checks.finite(gain * (1 / share - 1))


def clp(
    current: Any,
    potential: Any,
    *,
    cut: Any = "median",
    quantile: float = 0.8,
    names: Sequence[Any] | None = None,
) -> Portfolio:
    """Grade customers by current and potential value: lead, iron, gold, platinum (CLP分析法).

    Platinum (白金客户) is high on both, gold (黄金客户) high in current value only, iron (铁质客户)
    high in potential value only, lead (铅质客户) low on both.

    Parameters
    ----------
    current : array of shape (customers,)
        Value of each customer now, such as the contribution of the last year. May be negative.
    potential : array of shape (customers,)
        Value that could still be won, such as the contribution of what it buys elsewhere.
    cut : {"median", "mean", "quantile"} or pair
        Where each axis is cut; a value at the cut is high. One rule for both axes, or a pair that
        holds a rule or a number for each.
    quantile : float
        For the rule "quantile": share of customers below the cut, above 0 and below 1.
    names : sequence, optional
        Names of the customers; by default the index of `current`, or 0, 1, ….

    Returns
    -------
    Portfolio
        With ``.cells``, ``.cuts``, ``.strategies``, ``.summary()``, ``.move_cuts(…)``,
        ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a value is missing or no number, the lengths or the indices of two Series differ, a
        name stands twice, or the cut is none of these.

    Notes
    -----
    Where to cut is a decision, not a finding: see :func:`cell_sensitivity`.

    Examples
    --------
    >>> found = clp([90, 80, 10, 20], [70, 5, 60, 10], names=["Alpha", "Beta", "Gamma", "Delta"])
    >>> found
    Portfolio(clp: platinum 1, gold 1, iron 1, lead 1)
    >>> found.cells.tolist()
    ['platinum', 'gold', 'iron', 'lead']
    >>> found.cuts
    (50.0, 35.0)
    """
    return _portfolio("clp", current, potential, cut, quantile, names)


def kaism(
    attractiveness: Any,
    strength: Any,
    *,
    cut: Any = "median",
    quantile: float = 0.5,
    names: Sequence[Any] | None = None,
) -> Portfolio:
    """Identify key accounts by attractiveness and relative strength (KAISM模型).

    The key account identification and selection matrix (关键客户识别与选择矩阵) has four cells.
    Key (关键客户): attractive, and it prefers us to the rival. Key-development (关键发展客户):
    attractive, but the rival is stronger. Maintenance (维持客户): not attractive, we are strong.
    Opportunistic (机会客户): neither.

    Parameters
    ----------
    attractiveness : array of shape (customers,)
        How much we want the customer, such as the score of :func:`factor_scores`.
    strength : array of shape (customers,)
        How strong we are **in the customer's eyes** relative to the best rival.
    cut, quantile, names
        As in :func:`clp`. On a scale with a middle, the middle is a cut with a meaning: above it
        the customer prefers us.

    Returns
    -------
    Portfolio

    Raises
    ------
    ValueError, TypeError
        As :func:`clp`.

    References
    ----------
    Cheverton (2008): key account identification and selection matrix.

    Examples
    --------
    >>> kaism([8, 7, 3, 2], [7, 3, 8, 4], cut=(5.5, 5.5)).cells.tolist()
    ['key', 'key-development', 'maintenance', 'opportunistic']
    """
    return _portfolio("kaism", attractiveness, strength, cut, quantile, names)


def volume_share(
    volume: Any,
    share: Any,
    *,
    cut: Any = "median",
    quantile: float = 0.5,
    names: Sequence[Any] | None = None,
) -> Portfolio:
    """Grade customers by volume and our share of it (销量与份额矩阵).

    Star (明星): high volume of which we have a high share. Question (问题): high volume, low share.
    Cash cow (金牛): low volume, high share. Dog (灰狗): both low.

    Parameters
    ----------
    volume : array of shape (customers,)
        What the customer buys of our kind of goods from all suppliers together, at least 0.
    share : array of shape (customers,)
        Our share of that volume, from 0 to 1.
    cut, quantile, names
        As in :func:`clp`.

    Returns
    -------
    Portfolio

    Raises
    ------
    ValueError, TypeError
        As :func:`clp`; or if a volume is negative or a share outside 0 to 1.

    Examples
    --------
    >>> volume_share([900, 800, 100, 50], [0.7, 0.1, 0.9, 0.2], cut=(500, 0.5)).cells.tolist()
    ['star', 'question', 'cash cow', 'dog']
    """
    _checks.array(volume, "volume", 0)
    _checks.probability(share, "share")
    return _portfolio("volume_share", volume, share, cut, quantile, names)


def _portfolio(
    scheme: str, first: Any, second: Any, cut: Any, quantile: float, names: Any
) -> Portfolio:
    one, two = SCHEMES[scheme][0]
    x, y = _checks.array(first, one, ndim=1), _checks.array(second, two, ndim=1)
    if len(x) != len(y):
        raise ValueError(f"{two} must have one value per customer ({len(x)}); got {len(y)}")
    _checks.same_index(first, second, f"{one} and {two}")
    who = _names(names, first, len(x))
    level = _checks.number(quantile, "quantile", 0, 1, open_low=True, open_high=True)
    rules = (cut, cut) if isinstance(cut, str) else cut
    if not isinstance(rules, Sequence) or len(rules) != 2:
        raise TypeError(
            f"cut must be one of {', '.join(map(repr, RULES))}, or a pair of rules or numbers; "
            f"got {cut!r}"
        )
    values = np.column_stack([x, y])
    cuts = (_cut(rules[0], x, level), _cut(rules[1], y, level))
    return Portfolio(scheme, who, values, cuts, _cells(scheme, values, cuts))


def _names(names: Any, first: Any, n: int) -> tuple[Any, ...]:
    if names is None:
        who = _checks.labels(first, "index", n)
    else:
        who = tuple(_checks.listed(names, "names"))
    if len(who) != n or len(set(who)) < n:
        raise ValueError(f"names must be {n} different names; got {len(set(who))} of {len(who)}")
    return who


def _cut(rule: Any, values: FloatArray, level: float) -> float:
    if not isinstance(rule, str):
        return _checks.number(rule, "cut")
    _checks.choice(rule, "cut", RULES)
    if rule == "quantile":
        return float(np.quantile(values, level))
    return float(np.median(values) if rule == "median" else values.mean())


def _cells(scheme: str, values: FloatArray, cuts: tuple[float, float]) -> np.ndarray:
    high = values >= np.array(cuts)
    cells = SCHEMES[scheme][1]
    return np.array([cells[bool(a), bool(b)] for a, b in high])


@dataclass(frozen=True, eq=False)
class CellSensitivity(Drawable):
    """How firmly each customer stands in its cell, made by :func:`cell_sensitivity`.

    Attributes
    ----------
    portfolio : Portfolio
        The portfolio that was tested.
    shares : DataFrame
        For each customer (row) and cell (column): share of the draws in which it stands there.
    spread, noise : float, tuple of float
        As given.
    draws : int
        Number of draws.

    Examples
    --------
    >>> found = kaism([9, 8, 6, 5, 2, 1], [9, 2, 6, 5, 8, 1], cut=(5.5, 5.5))
    >>> tested = cell_sensitivity(found, spread=0.2, noise=0.5)
    >>> tested
    CellSensitivity(6 customers, 2 stay in fewer than 80 % of 1000 draws)
    >>> tested.to_frame()
                         cell  stays          other
    customer
    3           opportunistic  0.459    maintenance
    2                     key  0.496    maintenance
    1         key-development  0.999  opportunistic
    0                     key  1.000
    4             maintenance  1.000
    5           opportunistic  1.000
    >>> tested.doubtful(below=0.9)
    [2, 3]
    """

    _picture = "cell_sensitivity"

    portfolio: Portfolio
    shares: "pd.DataFrame"
    spread: float
    noise: tuple[float, float]
    draws: int

    @property
    def stays(self) -> "pd.Series[float]":
        """Share of the draws in which each customer stays in its cell."""
        import pandas as pd

        place = {cell: k for k, cell in enumerate(self.shares.columns)}
        own = [place[cell] for cell in self.portfolio.cells]
        inside = self.shares.to_numpy()[np.arange(len(own)), own]
        return pd.Series(inside, self.shares.index, name="stays")

    def doubtful(self, below: float = 0.8) -> list[Any]:
        """Return the customers that stay in fewer than this share of the draws.

        Parameters
        ----------
        below : float
            Share of the draws, from 0 to 1.

        Returns
        -------
        list
            Names of the customers.

        Raises
        ------
        ValueError, TypeError
            If `below` is outside 0 to 1.
        """
        limit = _checks.number(below, "below", 0, 1)
        return self.stays.index[self.stays < limit].tolist()

    def to_frame(self) -> "pd.DataFrame":
        """One row per customer, the most doubtful first: cell, stays, the other cell most often.

        Returns
        -------
        DataFrame
        """
        cells, stays = self.portfolio.cells, self.stays
        others = self.shares.where(self.shares.columns.to_numpy()[None] != cells[:, None], 0.0)
        other = others.idxmax(axis=1).where(others.max(axis=1) > 0, "")
        table = stays.to_frame().assign(other=other)
        table.insert(0, "cell", cells)
        return table.sort_values("stays", kind="stable")

    def __repr__(self) -> str:
        return (
            f"CellSensitivity({len(self.shares)} customers, {len(self.doubtful())} stay in fewer "
            f"than 80 % of {self.draws} draws)"
        )


def cell_sensitivity(
    portfolio: Portfolio,
    *,
    spread: float = 0.1,
    noise: Any = 0.0,
    draws: int = 1000,
    seed: int = 0,
) -> CellSensitivity:
    """Ask how often a customer stays in its cell when cuts and scores move (分割点敏感性).

    In each draw either cut is moved by chance, evenly within `spread` of its rank among the
    customers, and each value gets a normal error.

    Parameters
    ----------
    portfolio : Portfolio
        Made by :func:`clp`, :func:`kaism` or :func:`volume_share`.
    spread : float
        How far a cut may move, as a share of the customers, from 0 to 0.5: 0.1 moves a median
        cut between the quantiles 0.4 and 0.6.
    noise : float or pair of float
        Standard deviation of the error of a value, in units of its axis, at least 0.
    draws : int
        Number of draws.
    seed : int
        Seed of the draws, at least 0.

    Returns
    -------
    CellSensitivity
        With ``.stays``, ``.shares``, ``.doubtful()``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an argument is outside its bounds.

    Examples
    --------
    >>> found = kaism([9, 8, 6, 5, 2, 1], [9, 2, 6, 5, 8, 1], cut=(5.5, 5.5))
    >>> tested = cell_sensitivity(found, spread=0.2, noise=0.5)
    >>> tested.doubtful()
    [2, 3]
    """
    if not isinstance(portfolio, Portfolio):
        raise TypeError(f"portfolio must be a Portfolio; got {type(portfolio).__name__}")
    reach = _checks.number(spread, "spread", 0, 0.5)
    sd = _checks.array(noise, "noise", 0)
    if sd.shape not in ((), (2,)):
        raise ValueError(f"noise must be one number or a pair; got shape {sd.shape}")
    n = _checks.count(draws, "draws")
    rng = np.random.default_rng(_checks.seed(seed))
    import pandas as pd

    values, scheme = portfolio.values, portfolio.scheme
    both = np.broadcast_to(sd, 2)
    cells = list(portfolio.strategies)
    high = np.empty((2, n, len(values)), dtype=bool)
    for k in range(2):
        place = (values[:, k] < portfolio.cuts[k]).mean()
        moved = np.clip(place + reach * (2 * rng.random(n) - 1), 0, 1)
        # Without a move the cut stays where it is, also between two customers.
        cuts = np.quantile(values[:, k], moved) if reach else np.full(n, portfolio.cuts[k])
        errors = both[k] * rng.standard_normal((n, len(values)))
        high[k] = values[:, k] + errors >= cuts[:, None]
    shares = {
        SCHEMES[scheme][1][a, b]: ((high[0] == a) & (high[1] == b)).mean(axis=0)
        for a in (True, False)
        for b in (True, False)
    }
    table = pd.DataFrame(shares, pd.Index(portfolio.names, name="customer"))[cells]
    return CellSensitivity(portfolio, table, reach, (float(both[0]), float(both[1])), n)
