"""Upgrades and downgrades: how customers move between grades and what a move is worth."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._chain import chain_value
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import wilson

if TYPE_CHECKING:
    import pandas as pd


def _grades(value: Any) -> tuple[Hashable, ...]:
    """Check names of grades, the best first."""
    wanted = "grades must be a list of at least 2 different names, the best first"
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"{wanted}; got {value!r}")
    found = tuple(value)
    if not all(isinstance(item, Hashable) for item in found):
        raise TypeError(f"{wanted}; got {list(found)}")
    if len(found) < 2 or len(set(found)) < len(found):
        raise ValueError(f"{wanted}; got {list(found)}")
    return found


def _codes(value: Any, name: str, grades: tuple[Hashable, ...]) -> np.ndarray:
    """Position of each label among the grades."""
    value = _checks.listed(value, name, "one grade per customer")
    place = {grade: position for position, grade in enumerate(grades)}
    labels = list(value)
    for label in labels:
        if not isinstance(label, Hashable) or label not in place:
            listed = ", ".join(map(repr, grades))
            raise ValueError(f"{name} must hold only the grades {listed}; got {label!r}")
    if not labels:
        raise ValueError(f"{name} must not be empty; got no customers")
    return np.array([place[label] for label in labels])


@dataclass(frozen=True, eq=False)
class GradeMoves(Drawable):
    """Moves between grades from one period to the next, made by :func:`grade_moves`.

    Attributes
    ----------
    grades : tuple
        Names, the best first.
    counts : ndarray of shape (k, k)
        Customers by the grade before (row) and after (column).
    matrix : ndarray of shape (k, k)
        Shares of each row; a grade that nobody had before keeps its customers.
    low, high : ndarray of shape (k, k)
        Wilson's interval of each share.
    level : float
        Its level.

    Examples
    --------
    >>> moves = grade_moves(["A", "A", "B", "B"], ["A", "B", "B", "B"], ["A", "B"])
    >>> moves
    GradeMoves(4 customers: 0.0 % up, 25.0 % down)
    >>> moves.to_frame().round(2)
                  customers  share   low  high
    before after
    A      A              1    0.5  0.09  0.91
           B              1    0.5  0.09  0.91
    B      A              0    0.0  0.00  0.66
           B              2    1.0  0.34  1.00
    >>> moves.to_matrix()
    after     A    B
    before
    A       0.5  0.5
    B       0.0  1.0
    """

    _picture = "grade_moves"

    grades: tuple[Hashable, ...]
    counts: np.ndarray
    matrix: FloatArray
    low: FloatArray
    high: FloatArray
    level: float

    @property
    def upgraded(self) -> float:
        """Share of all customers who moved to a better grade."""
        return float(np.tril(self.counts, -1).sum() / self.counts.sum())

    @property
    def downgraded(self) -> float:
        """Share of all customers who moved to a worse grade."""
        return float(np.triu(self.counts, 1).sum() / self.counts.sum())

    def to_frame(self) -> "pd.DataFrame":
        """One row per pair of grades: customers, share, low, high.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        pairs = pd.MultiIndex.from_product([self.grades, self.grades], names=["before", "after"])
        columns = {"customers": self.counts, "share": self.matrix, "low": self.low,
                   "high": self.high}  # fmt: skip
        return pd.DataFrame({name: value.ravel() for name, value in columns.items()}, index=pairs)

    def to_matrix(self) -> "pd.DataFrame":
        """Return the matrix of shares with the names of the grades.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        before, after = pd.Index(self.grades, name="before"), pd.Index(self.grades, name="after")
        return pd.DataFrame(self.matrix, before, after)

    def __repr__(self) -> str:
        return (
            f"GradeMoves({int(self.counts.sum())} customers: {100 * self.upgraded:.1f} % up, "
            f"{100 * self.downgraded:.1f} % down)"
        )


def grade_moves(before: Any, after: Any, grades: Any, *, level: float = 0.95) -> GradeMoves:
    """Transition matrix of upgrades and downgrades (客户升级与降级, 等级转移矩阵).

    Parameters
    ----------
    before, after : sequence of length n
        Grade of each customer in two periods, in the same order. Give those who did not buy a
        grade of their own, such as "silent", or they are not counted.
    grades : sequence
        All grades, the best first.
    level : float
        Level of Wilson's interval for each share.

    Returns
    -------
    GradeMoves
        With ``.matrix``, ``.low``, ``.high``, ``.upgraded``, ``.to_matrix()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a grade is unknown, the two have different lengths, or `level` is not inside (0, 1).

    Notes
    -----
    Grades by rank move by chance alone: who stood high by luck stands lower next time
    (regression to the mean), and someone must take the place.

    Examples
    --------
    >>> moves = grade_moves(["A", "A", "B", "B"], ["A", "B", "B", "B"], ["A", "B"])
    >>> moves.matrix.tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    >>> moves
    GradeMoves(4 customers: 0.0 % up, 25.0 % down)
    """
    names = _grades(grades)
    first, second = _codes(before, "before", names), _codes(after, "after", names)
    if first.size != second.size:
        raise ValueError(
            f"after must have one grade per customer of before ({first.size}); got {second.size}"
        )
    k = len(names)
    counts = np.bincount(first * k + second, minlength=k * k).reshape(k, k)
    trials = counts.sum(axis=1, keepdims=True)
    matrix = np.where(trials > 0, counts / np.maximum(trials, 1), np.eye(k))
    low, high = wilson(counts, np.broadcast_to(trials, counts.shape), level)
    return GradeMoves(names, counts, matrix, low, high, float(level))


@dataclass(frozen=True, eq=False)
class GradeValue(Drawable):
    """What a customer of each grade is worth, made by :func:`grade_value`.

    Attributes
    ----------
    grades : tuple
        Names, the best first.
    values : ndarray of shape (k,)
        Expected present value of a customer of each grade, this period's margin included.
    margin : ndarray of shape (k,)
        As given.
    matrix : ndarray of shape (k, k)
        As given.
    rate : float
        As given.

    Examples
    --------
    >>> worth = grade_value([[0.8, 0.2], [0.1, 0.9]], [100, 10], rate=0.1, grades=["A", "B"])
    >>> worth
    GradeValue(A 605, B 357)
    >>> worth.to_frame()
           margin  value  upgrade
    grade
    A       100.0  605.0      NaN
    B        10.0  357.5    247.5
    """

    _picture = "grade_value"

    grades: tuple[Hashable, ...]
    values: FloatArray
    margin: FloatArray
    matrix: FloatArray
    rate: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per grade: margin, value, and what an upgrade by one grade is worth.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        step = np.append(np.nan, self.values[:-1] - self.values[1:])
        rows = pd.Index(self.grades, name="grade")
        return pd.DataFrame(
            {"margin": self.margin, "value": self.values, "upgrade": step}, index=rows
        )

    def __repr__(self) -> str:
        pairs = zip(self.grades, self.values, strict=True)
        return f"GradeValue({', '.join(f'{name} {value:,.0f}' for name, value in pairs)})"


def _chain(moves: Any) -> tuple[FloatArray, tuple[Hashable, ...] | None]:
    """Check a transition matrix, or take that of moves."""
    if isinstance(moves, GradeMoves):
        return moves.matrix, moves.grades
    matrix = _checks.array(moves, "moves", 0, 1, ndim=2)
    if matrix.shape[0] != matrix.shape[1] or len(matrix) < 2:
        raise ValueError(f"moves must be a square matrix of at least 2 grades; got {matrix.shape}")
    off = np.abs(matrix.sum(axis=1) - 1)
    if off.max() > 1e-6:
        row = int(off.argmax())
        raise ValueError(f"moves must have rows that sum to 1; got {matrix[row].sum():g} in {row}")
    return matrix, None


def grade_value(
    moves: Any, margin: Any, rate: float, periods: int | None = None, *, grades: Any = None
) -> GradeValue:
    """Lifetime value of a customer by grade, and so the worth of an upgrade (升级的价值).

    ``V = Σ_{t=0…n} (P / (1 + d))^t m``; without a horizon ``V = (I − P / (1 + d))⁻¹ m``.

    Parameters
    ----------
    moves : GradeMoves or array of shape (k, k)
        Moves from one period to the next; rows sum to one.
    margin : array of shape (k,)
        Profit of a customer per period in each grade, after the cost of serving.
    rate : float
        Discount rate d per period, above 0 for the infinite horizon, else above −1.
    periods : int, optional
        n: margins of this period and of the next n are counted, at least 0. None is the infinite
        horizon.
    grades : sequence, optional
        Names where `moves` is an array.

    Returns
    -------
    GradeValue
        With ``.values``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If rows do not sum to one, lengths do not go together, or a number is outside its bounds.

    Notes
    -----
    It is the chain of Pfeifer and Carraway (2000) with grades as states; with the matrix of
    :func:`crmlab.clv.migration_matrix` it gives :func:`crmlab.clv.migration_value`. The
    difference between two grades is the worth of an upgrade only if an upgraded customer behaves
    like those who are there already.

    Examples
    --------
    >>> grade_value([[0.8, 0.2], [0.1, 0.9]], [100, 10], rate=0.1, periods=1).values.round(2)
    array([174.55,  27.27])
    """
    matrix, found = _chain(moves)
    names = _grades(grades) if grades is not None else (found or tuple(range(len(matrix))))
    profit = _checks.array(margin, "margin", ndim=1)
    if len(names) != len(matrix):
        raise ValueError(f"grades must have one name per row ({len(matrix)}); got {len(names)}")
    if profit.size != len(matrix):
        raise ValueError(f"margin must have one value per grade ({len(matrix)}); got {profit.size}")
    value = chain_value(matrix, profit, rate, periods)
    return GradeValue(names, value, profit, matrix, float(rate))


@dataclass(frozen=True, eq=False)
class GradeStrategy(Drawable):
    """What one period of a measure brings in each grade, made by :func:`grade_strategy`.

    Attributes
    ----------
    table : DataFrame
        One row per grade: customers, cost (per customer), up and down (change of the chances),
        gain (present value per customer), net (gain less cost, per customer), total (net of all
        customers); needed_up and needed_down, the change of one chance alone at which the cost is
        just paid back, missing where a move is impossible or worth nothing.

    Examples
    --------
    >>> worth = grade_value([[0.8, 0.2], [0.1, 0.9]], [100, 10], rate=0.1, grades=["A", "B"])
    >>> plan = grade_strategy(worth, customers=[10, 90], cost=[30, 5], up=[0, 0.02], down=[0.1, 0])
    >>> plan
    GradeStrategy(budget 750, net gain -120)
    >>> plan.to_frame().round(2)
           customers  cost    up  down  gain  net  total  needed_up  needed_down
    grade
    A           10.0  30.0  0.00   0.1  22.5 -7.5  -75.0        NaN         0.13
    B           90.0   5.0  0.02   0.0   4.5 -0.5  -45.0       0.02          NaN
    """

    _picture = "grade_strategy"

    table: "pd.DataFrame"

    @property
    def budget(self) -> float:
        """Cost of the measures in all grades."""
        return float((self.table["customers"] * self.table["cost"]).sum())

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per grade.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        total = self.table["total"].sum()
        return f"GradeStrategy(budget {self.budget:,.0f}, net gain {total:,.0f})"


def grade_strategy(
    value: GradeValue, customers: Any, cost: Any, up: Any = 0.0, down: Any = 0.0
) -> GradeStrategy:
    """Price the resources given to each grade (按等级分配资源).

    A measure lasts one period and changes where its customers stand in the next one; afterwards
    they move as before. Its gain is ``(P' − P) V / (1 + d)``.

    Parameters
    ----------
    value : GradeValue
        Values and moves without the measure.
    customers : array of shape (k,)
        Customers of each grade, at least 0.
    cost : float or array of shape (k,)
        Cost of the measure per customer, at least 0.
    up : float or array of shape (k,)
        What the measure adds to the chance to move up by one grade, taken from the chance to
        stay. The best grade has nowhere to go: its value is not used.
    down : float or array of shape (k,)
        What the measure takes from the chance to move down, from all lower grades in proportion,
        and adds to the chance to stay.

    Returns
    -------
    GradeStrategy
        With ``.table``, ``.budget``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, or a change is larger than the chance it is taken from.

    Examples
    --------
    >>> worth = grade_value([[0.8, 0.2], [0.1, 0.9]], [100, 10], rate=0.1, grades=["A", "B"])
    >>> plan = grade_strategy(worth, customers=[10, 90], cost=[30, 5], up=[0, 0.02], down=[0.1, 0])
    >>> plan.table[["gain", "net", "total"]].round(2)
           gain  net  total
    grade
    A      22.5 -7.5  -75.0
    B       4.5 -0.5  -45.0
    """
    import pandas as pd

    if not isinstance(value, GradeValue):
        raise TypeError(f"value must be a result of grade_value; got {type(value).__name__}")
    k = value.values.size

    def per_grade(given: Any, name: str, high: float = np.inf) -> FloatArray:
        found = _checks.array(given, name, 0, high)
        if found.ndim and found.shape != (k,):
            raise ValueError(f"{name} must be one number or one per grade ({k}); got {found.shape}")
        return np.broadcast_to(found, (k,)).astype(float)

    size, spent = per_grade(customers, "customers"), per_grade(cost, "cost")
    rise, fall = per_grade(up, "up", 1), per_grade(down, "down", 1)
    rise[0] = 0.0
    changed = value.matrix.copy()
    for row in range(k):
        changed[row] = _changed(value.matrix[row], row, rise[row], fall[row])
    factor = 1 / (1 + value.rate)
    gain = factor * (changed - value.matrix) @ value.values
    step = factor * np.append(np.nan, value.values[:-1] - value.values[1:])
    drop = factor * _worth_of_staying(value)
    table = pd.DataFrame(
        {
            "customers": size,
            "cost": spent,
            "up": rise,
            "down": fall,
            "gain": gain,
            "net": gain - spent,
            "total": size * (gain - spent),
            "needed_up": np.divide(spent, step, out=np.full(k, np.nan), where=step > 0),
            "needed_down": np.divide(spent, drop, out=np.full(k, np.nan), where=drop > 0),
        },
        index=pd.Index(value.grades, name="grade"),
    )
    return GradeStrategy(table)


def _worth_of_staying(value: GradeValue) -> FloatArray:
    """Value of a grade less the mean value of where its customers fall; missing without a fall."""
    lost = np.full(value.values.size, np.nan)
    for row, chances in enumerate(value.matrix):
        below = chances[row + 1 :]
        if below.sum() > 0:
            lost[row] = value.values[row] - below @ value.values[row + 1 :] / below.sum()
    return lost


def _changed(chances: FloatArray, row: int, up: float, down: float) -> FloatArray:
    """Chances of one grade after a measure."""
    result, below = chances.copy(), chances[row + 1 :].sum()
    if up > chances[row] + 1e-12:
        raise ValueError(f"up must be at most the chance to stay, {chances[row]:g}; got {up:g}")
    if down > below + 1e-12:
        raise ValueError(f"down must be at most the chance to fall, {below:g}; got {down:g}")
    if up:
        result[row - 1] += up
        result[row] -= up
    if down:
        result[row + 1 :] *= 1 - down / below
        result[row] += down
    return result
