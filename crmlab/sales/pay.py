"""Pay by revenue against pay with satisfaction: who is rewarded for what (绩效与满意度)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

#: Where a representative's hours go.
EFFORTS = ("promising", "serving", "polishing")


def _shares(effort: Any) -> FloatArray:
    """Return shares of promising, serving and polishing, the last axis being of length 3."""
    checked = _checks.array(effort, "effort", 0, 1)
    if checked.ndim == 0 or checked.shape[-1] != 3:
        raise ValueError(f"effort must hold three shares; got shape {checked.shape}")
    return checked


@dataclass(frozen=True)
class Territory:
    """What a representative's effort does to customers (销售员的努力与客户的反应).

    Effort is a share of the working time, and the three shares sum to one: *promising* to win
    contracts, *serving* those who signed, and *polishing* the survey, which raises the score
    and nothing else.

    Attributes
    ----------
    new_customers : float
        Contracts per period at full promising; with the share a it is this × √a.
    first_order : float
        Revenue of a contract in its first period.
    repeat_order : float
        Revenue per period of a customer who stays.
    margin : float
        Contribution per unit of revenue, from 0 to 1.
    base : float
        Satisfaction without service and promises, from 0 to 1.
    service : float
        What full serving adds to satisfaction, from 0 to 1; with the share s it is this × √s.
    broken : float
        What full promising takes from satisfaction, from 0 to 1: promises that cannot be kept.
    polish : float
        What full polishing adds to the score, from 0 to 1; with the share g it is this × √g.
    retention : tuple of float
        Chance that a customer stays for another period at satisfaction 0 and at 1.

    Examples
    --------
    >>> round(float(Territory(service=0.4).satisfaction([0.5, 0.5, 0.0])), 3)
    0.483
    >>> effort = [0.5, 0.5, 0.0]
    >>> firm = Territory()
    >>> [round(float(f(effort)), 2) for f in (firm.score, firm.wins, firm.stay)]
    [0.62, 7.07, 0.71]
    """

    new_customers: float = 10.0
    first_order: float = 1.0
    repeat_order: float = 1.0
    margin: float = 0.3
    base: float = 0.45
    service: float = 0.6
    broken: float = 0.5
    polish: float = 0.5
    retention: tuple[float, float] = (0.3, 0.95)

    def __post_init__(self) -> None:
        for name in ("new_customers", "first_order", "repeat_order"):
            _checks.number(getattr(self, name), name, 0)
        for name in ("margin", "base", "service", "broken", "polish"):
            _checks.number(getattr(self, name), name, 0, 1)
        ends = _checks.array(self.retention, "retention", 0, 1, ndim=1)
        if ends.size != 2 or ends[0] > ends[1] or ends[1] >= 1:
            raise ValueError(
                "retention must be two chances below 1 that do not fall with satisfaction; got "
                f"{self.retention!r}"
            )

    def satisfaction(self, effort: Any) -> FloatArray:
        """Return the true satisfaction of the customers, from 0 to 1.

        Parameters
        ----------
        effort : array of shape (..., 3)
            Shares of promising, serving and polishing.

        Returns
        -------
        ndarray

        Raises
        ------
        ValueError, TypeError
            If `effort` does not hold three shares, each from 0 to 1.
        """
        e = _shares(effort)
        level = self.base + self.service * np.sqrt(e[..., 1]) - self.broken * e[..., 0]
        return np.clip(level, 0.0, 1.0)

    def score(self, effort: Any) -> FloatArray:
        """Return the measured score, which polishing raises, from 0 to 1.

        Parameters
        ----------
        effort : array of shape (..., 3)

        Returns
        -------
        ndarray

        Raises
        ------
        ValueError, TypeError
            As :meth:`satisfaction`.
        """
        e = _shares(effort)
        return np.clip(self.satisfaction(e) + self.polish * np.sqrt(e[..., 2]), 0.0, 1.0)

    def wins(self, effort: Any) -> FloatArray:
        """Return the contracts per period.

        Parameters
        ----------
        effort : array of shape (..., 3)

        Returns
        -------
        ndarray

        Raises
        ------
        ValueError, TypeError
            As :meth:`satisfaction`.
        """
        return self.new_customers * np.sqrt(_shares(effort)[..., 0])

    def stay(self, effort: Any) -> FloatArray:
        """Return the chance that a customer stays for another period.

        Parameters
        ----------
        effort : array of shape (..., 3)

        Returns
        -------
        ndarray

        Raises
        ------
        ValueError, TypeError
            As :meth:`satisfaction`.
        """
        low, high = self.retention
        return low + (high - low) * self.satisfaction(effort)


def efforts(steps: int = 40) -> FloatArray:
    """Return every way to divide the time into three shares on a grid (时间分配).

    Parameters
    ----------
    steps : int
        Parts into which the time is cut, at least 2.

    Returns
    -------
    ndarray of shape (m, 3)
        Shares of promising, serving and polishing.

    Raises
    ------
    ValueError, TypeError
        If `steps` is not a whole number of at least 2.

    Examples
    --------
    >>> efforts(2).tolist()[:3]
    [[0.0, 0.0, 1.0], [0.0, 0.5, 0.5], [0.0, 1.0, 0.0]]
    """
    return _grid(_checks.count(steps, "steps", 2)).copy()


@cache
def _grid(n: int) -> FloatArray:
    pairs = [(a, s) for a in range(n + 1) for s in range(n + 1 - a)]
    grid = np.array([(a, s, n - a - s) for a, s in pairs], float)
    return np.asarray(grid / n)


def _path(
    world: Territory, effort: FloatArray, periods: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return customers kept, contracts, and revenue per period, for one effort or many."""
    wins, stay = world.wins(effort), world.stay(effort)
    t = np.arange(periods).reshape(-1, *([1] * np.ndim(wins)))
    # Kept at t: Σ_{j=1…t} wins stay^j, those who came j periods before.
    kept = wins * stay * (1 - stay**t) / (1 - stay)
    revenue = wins * world.first_order + kept * world.repeat_order
    return np.asarray(kept), np.broadcast_to(wins, kept.shape), np.asarray(revenue)


def _income(
    world: Territory, effort: FloatArray, weight: float, horizon: int, repeat: float
) -> FloatArray:
    """Mean pay index per period over the representative's horizon."""
    kept, wins, _revenue = _path(world, effort, horizon)
    counted = wins * world.first_order + repeat * kept * world.repeat_order
    top = world.new_customers * world.first_order
    sales = counted.mean(axis=0) / top
    return np.asarray((1 - weight) * sales + weight * world.score(effort))


def choose_effort(
    world: Territory, weight: float, *, horizon: int = 1, repeat: float = 0.0, steps: int = 40
) -> FloatArray:
    """Return how a representative divides the time under a pay scheme (销售员的选择).

    Pay per period is ``(1 − w) · sales + w · score``: sales are first orders, and `repeat` times
    the repeat orders, over what full promising brings; the score is the measured satisfaction. The
    representative takes the division with the highest mean pay over the own `horizon`.

    Parameters
    ----------
    world : Territory
    weight : float
        w, weight of satisfaction in the pay, from 0 (revenue alone) to 1.
    horizon : int
        Periods that the representative looks ahead, at least 1.
    repeat : float
        Share of the repeat revenue that counts as sales, from 0 to 1.
    steps : int
        Fineness of the grid, as in :func:`efforts`.

    Returns
    -------
    ndarray of shape (3,)
        Shares of promising, serving and polishing. Of equal ones the first in the grid.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    Pay for the one task that is measured draws effort away from the other (Holmström & Milgrom
    1991).

    Examples
    --------
    >>> choose_effort(Territory(), weight=0.0).tolist()
    [1.0, 0.0, 0.0]
    >>> choose_effort(Territory(polish=0), weight=0.5).tolist()
    [0.325, 0.675, 0.0]
    """
    if not isinstance(world, Territory):
        raise TypeError(f"world must be a Territory; got {type(world).__name__}")
    w = _checks.number(weight, "weight", 0, 1)
    ahead = _checks.count(horizon, "horizon")
    part = _checks.number(repeat, "repeat", 0, 1)
    grid = _grid(_checks.count(steps, "steps", 2))
    return grid[int(np.argmax(_income(world, grid, w, ahead, part).round(12)))].copy()


@dataclass(frozen=True, eq=False)
class PayScheme(Drawable):
    """What one pay scheme makes of a representative and the firm, made by :func:`pay_scheme`.

    Attributes
    ----------
    weight : float
        Weight of satisfaction in the pay.
    effort : ndarray of shape (3,)
        Promising, serving, polishing.
    satisfaction, score, stay : float
        True satisfaction, measured score, chance that a customer stays.
    table : DataFrame
        One row per period from 1: contracts, kept (customers of before), revenue, contribution,
        cumulative (contribution), pay_index.
    value : float
        Present value of the contribution over all periods.

    Examples
    --------
    >>> alone = pay_scheme(Territory(), weight=0)
    >>> alone.to_frame().head(2)
            contracts  kept  revenue  contribution  cumulative  pay_index
    period
    1            10.0   0.0     10.0           3.0         3.0        1.0
    2            10.0   3.0     13.0           3.9         6.9        1.0
    """

    _picture = "pay_path"

    weight: float
    effort: FloatArray
    satisfaction: float
    score: float
    stay: float
    table: "pd.DataFrame"
    value: float

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per period.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        shares = ", ".join(
            f"{name} {100 * share:.0f} %" for name, share in zip(EFFORTS, self.effort, strict=True)
        )
        return (
            f"PayScheme(weight {self.weight:g}: {shares}; satisfaction {self.satisfaction:.2f}, "
            f"score {self.score:.2f}, worth {self.value:,.1f})"
        )


def pay_scheme(
    world: Territory,
    weight: float,
    *,
    periods: int = 12,
    rate: float = 0.02,
    horizon: int = 1,
    repeat: float = 0.0,
    effort: Any = None,
    steps: int = 40,
) -> PayScheme:
    """Follow what a pay scheme leads to over the periods (薪酬方案的模拟).

    Parameters
    ----------
    world : Territory
    weight, horizon, repeat, steps
        As in :func:`choose_effort`.
    periods : int
        Periods to follow, at least 1; customers at the start are none.
    rate : float
        Discount rate of the firm per period, above −1.
    effort : array of shape (3,), optional
        A division of the time in place of the one that the representative would choose.

    Returns
    -------
    PayScheme
        With ``.table``, ``.value``, ``.effort``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, or the effort does not sum to one.

    Examples
    --------
    >>> alone = pay_scheme(Territory(), weight=0)
    >>> alone.effort.tolist(), alone.satisfaction, round(alone.value, 1)
    ([1.0, 0.0, 0.0], 0.0, 43.5)
    >>> pay_scheme(Territory(), weight=0.4).value > alone.value
    True
    """
    import pandas as pd

    if not isinstance(world, Territory):
        raise TypeError(f"world must be a Territory; got {type(world).__name__}")
    n, discount = _checks.count(periods, "periods"), _checks.one_rate(rate)
    if effort is None:
        taken = choose_effort(world, weight, horizon=horizon, repeat=repeat, steps=steps)
    else:
        taken = _checks.shares(effort, "effort")
        if taken.size != len(EFFORTS):
            raise ValueError(f"effort must have {len(EFFORTS)} shares; got {taken.size}")
    w, part = _checks.number(weight, "weight", 0, 1), _checks.number(repeat, "repeat", 0, 1)
    kept, wins, revenue = _path(world, taken, n)
    contribution = revenue * world.margin
    counted = wins * world.first_order + part * kept * world.repeat_order
    top = max(world.new_customers * world.first_order, 1e-12)
    table = pd.DataFrame(
        {
            "contracts": wins,
            "kept": kept,
            "revenue": revenue,
            "contribution": contribution,
            "cumulative": np.cumsum(contribution),
            "pay_index": (1 - w) * counted / top + w * float(world.score(taken)),
        },
        index=pd.RangeIndex(1, n + 1, name="period"),
    )
    factors = (1 + discount) ** -np.arange(1, n + 1, dtype=float)
    return PayScheme(
        w, taken, float(world.satisfaction(taken)), float(world.score(taken)),
        float(world.stay(taken)), table, float(contribution @ factors),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class PayWeights(Drawable):
    """The firm's value for every weight of satisfaction, made by :func:`pay_weights`.

    Attributes
    ----------
    table : DataFrame
        One row per weight: promising, serving, polishing, satisfaction, score, stay, first_period
        (revenue), last_period (revenue), value.
    best : float
        The weight with the highest value; the smallest of equal ones.
    ideal : float
        The value if the firm could divide the time itself.
    ideal_effort : ndarray of shape (3,)
        How it would divide it.

    Examples
    --------
    >>> honest = pay_weights(Territory(polish=0))
    >>> honest
    PayWeights(best weight 0.5: worth 62.2 of 62.2; revenue alone 43.5)
    >>> honest.to_frame().iloc[0].round(2)
    promising        1.00
    serving          0.00
    polishing        0.00
    satisfaction     0.00
    score            0.00
    stay             0.30
    first_period    10.00
    last_period     14.29
    value           43.54
    Name: 0.0, dtype: float64
    """

    _picture = "pay_weights"

    table: "pd.DataFrame"
    best: float
    ideal: float
    ideal_effort: FloatArray

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per weight.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        worth = float(self.table["value"].max())
        return (
            f"PayWeights(best weight {self.best:g}: worth {worth:,.1f} of {self.ideal:,.1f}; "
            f"revenue alone {self.table['value'].iloc[0]:,.1f})"
        )


def pay_weights(
    world: Territory,
    weights: Sequence[float] | Any = None,
    *,
    periods: int = 12,
    rate: float = 0.02,
    horizon: int = 1,
    repeat: float = 0.0,
    steps: int = 40,
) -> PayWeights:
    """Compare weights of satisfaction in the pay (满意度在薪酬中的权重).

    Parameters
    ----------
    world : Territory
    weights : array, optional
        Weights from 0 to 1, rising; without it 0, 0.05, …, 1.
    periods, rate, horizon, repeat, steps
        As in :func:`pay_scheme`.

    Returns
    -------
    PayWeights
        With ``.table``, ``.best``, ``.ideal``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or the weights do not rise.

    Examples
    --------
    >>> honest = pay_weights(Territory(polish=0))
    >>> polished = pay_weights(Territory(polish=0.8))
    >>> [round(float(made.table["value"].max()), 1) for made in (honest, polished)]
    [62.2, 47.7]
    """
    import pandas as pd

    shares = np.linspace(0, 1, 21).round(10) if weights is None else _checks.array(
        weights, "weights", 0, 1, ndim=1)  # fmt: skip
    if (np.diff(shares) <= 0).any():
        raise ValueError(f"weights must rise; got {shares.tolist()}")
    discount = _checks.one_rate(rate)
    rows = []
    for w in shares:
        made = pay_scheme(
            world, float(w), periods=periods, rate=rate, horizon=horizon, repeat=repeat, steps=steps
        )
        rows.append(
            dict(zip(EFFORTS, made.effort, strict=True))
            | {
                "satisfaction": made.satisfaction,
                "score": made.score,
                "stay": made.stay,
                "first_period": float(made.table["revenue"].iloc[0]),
                "last_period": float(made.table["revenue"].iloc[-1]),
                "value": made.value,
            }
        )
    table = pd.DataFrame(rows, index=pd.Index(shares, name="weight"))
    grid = _grid(_checks.count(steps, "steps", 2))
    _kept, _wins, revenue = _path(world, grid, periods)
    factors = (1 + discount) ** -np.arange(1, periods + 1, dtype=float)
    worth = factors @ revenue * world.margin
    at = int(np.argmax(worth.round(12)))
    return PayWeights(
        table, float(shares[int(table["value"].to_numpy().argmax())]), float(worth[at]), grid[at]
    )
