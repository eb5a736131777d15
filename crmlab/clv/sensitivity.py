"""Which assumption matters most: tornado, two-way table and break-even for any function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.clv.present_value import FloatArray

if TYPE_CHECKING:
    import pandas as pd


def _value(function: Callable[..., Any], arguments: Mapping[str, Any]) -> float:
    return _checks.number(function(**arguments), "the result of function")


def _inputs(function: Callable[..., Any], base: Mapping[str, Any]) -> None:
    if not callable(function):
        raise TypeError(f"function must be callable; got {function!r}")
    if not isinstance(base, Mapping):
        raise TypeError(f"base must be a mapping of inputs to values; got {type(base).__name__}")


def _known(base: Mapping[str, Any], name: str, argument: str) -> None:
    if not isinstance(name, str) or name not in base:
        raise ValueError(f"{argument} must name an input of base, {list(base)}; got {name!r}")


@dataclass(frozen=True, eq=False)
class Tornado(Drawable):
    """How far each input moves the result, made by :func:`tornado`; largest swing first.

    Attributes
    ----------
    inputs : tuple of str
        Names of the inputs.
    ranges : ndarray of shape (inputs, 2)
        Low and high value of each input.
    values : ndarray of shape (inputs, 2)
        Result at the low and at the high value, all else at its base.
    base_value : float
        Result with every input at its base.
    base : dict of str to float
        Base value of each varied input.

    Examples
    --------
    >>> from crmlab.clv import retention_value
    >>> swings = tornado(retention_value, {"margin": 100, "retention": 0.8, "rate": 0.1})
    >>> swings
    Tornado(base 266.67; retention, margin, rate)
    >>> swings.to_frame().round(2)
                 low    high  value_at_low  value_at_high   swing  elasticity
    input
    retention   0.72    0.88        189.47         400.00  210.53        3.95
    margin     90.00  110.00        240.00         293.33   53.33        1.00
    rate        0.09    0.11        275.86         258.06   17.80       -0.33
    """

    _picture = "tornado"

    inputs: tuple[str, ...]
    ranges: FloatArray
    values: FloatArray
    base_value: float
    base: dict[str, float]

    def to_frame(self) -> "pd.DataFrame":
        """One row per input: its range, the results, the swing and the elasticity.

        The elasticity is the change of the result in per cent for one per cent of the input, an
        average over the range; it has no meaning, and no finite value, where the result is 0.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        centre = np.array([self.base[name] for name in self.inputs])
        slope = np.diff(self.values)[:, 0] / np.diff(self.ranges)[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            elasticity = slope * centre / self.base_value
        return pd.DataFrame(
            {
                "low": self.ranges[:, 0],
                "high": self.ranges[:, 1],
                "value_at_low": self.values[:, 0],
                "value_at_high": self.values[:, 1],
                "swing": np.abs(np.diff(self.values)[:, 0]),
                "elasticity": elasticity,
            },
            index=pd.Index(self.inputs, name="input"),
        )

    def __repr__(self) -> str:
        return f"Tornado(base {self.base_value:,.2f}; {', '.join(self.inputs)})"


def tornado(
    function: Callable[..., Any],
    base: Mapping[str, Any],
    ranges: Mapping[str, tuple[float, float]] | float = 0.1,
) -> Tornado:
    """Move one input at a time and see how far the result swings (龙卷风图, 敏感性分析).

    Parameters
    ----------
    function : callable
        Any function that returns one number and takes the inputs by keyword.
    base : mapping of str to value
        All its arguments.
    ranges : mapping of str to (low, high), or float
        The inputs to vary, with their range; or one fraction by which every number in `base` other
        than 0 and whole-number horizons is lowered and raised.

    Returns
    -------
    Tornado
        Sorted by swing, with ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an input is not in `base`, a range is not low < high, or `function` does not return a
        single finite number.

    Notes
    -----
    Equal fractions are not equally likely: a retention rate of 0.8 ± 10 % and a margin ± 10 % are
    different surprises. Ranges that are equally plausible say more.

    Examples
    --------
    >>> from crmlab.clv import retention_value
    >>> swings = tornado(retention_value, {"margin": 100, "retention": 0.8, "rate": 0.1})
    >>> swings.to_frame()["swing"].round(1).to_dict()
    {'retention': 210.5, 'margin': 53.3, 'rate': 17.8}
    """
    _inputs(function, base)
    if not isinstance(ranges, Mapping):
        ranges = _relative(base, _checks.number(ranges, "ranges", 0, 1, open_low=True))
    if not ranges:
        raise ValueError(f"ranges must name at least one input; got {ranges!r}")
    rows = []
    for name, pair in ranges.items():
        _known(base, name, "ranges")
        limits = _checks.array(pair, f"ranges[{name!r}]", ndim=1)
        if limits.shape != (2,) or limits[0] >= limits[1]:
            raise ValueError(f"ranges[{name!r}] must be (low, high) with low < high; got {pair!r}")
        low, high = (_like(base[name], limit) for limit in limits)
        values = [_value(function, {**base, name: limit}) for limit in (low, high)]
        rows.append((name, limits, values))
    rows.sort(key=lambda row: -abs(row[2][1] - row[2][0]))
    names = tuple(row[0] for row in rows)
    return Tornado(
        names,
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        _value(function, base),
        {name: _checks.number(base[name], f"base[{name!r}]") for name in names},
    )


def _relative(base: Mapping[str, Any], change: float) -> dict[str, tuple[float, float]]:
    """Ranges of ± `change` around every fractional or money input that is not 0."""
    ranges = {}
    for name, value in base.items():
        is_number = isinstance(value, int | float | np.number | Decimal) and not isinstance(
            value, bool
        )
        if is_number and value and name not in ("periods", "cycle"):
            low, high = sorted((float(value) * (1 - change), float(value) * (1 + change)))
            ranges[name] = (low, high)
    return ranges


def _like(base: Any, limit: float) -> float | int:
    """Keep whole inputs whole where the limit is whole, so that a horizon stays a count."""
    return int(limit) if isinstance(base, int | np.integer) and limit.is_integer() else float(limit)


@dataclass(frozen=True, eq=False)
class TwoWay(Drawable):
    """Result over a grid of two inputs, made by :func:`two_way`.

    Attributes
    ----------
    row, column : str
        Names of the two inputs.
    row_values, column_values : ndarray
        Their values.
    values : ndarray of shape (rows, columns)
        Results.

    Examples
    --------
    >>> from crmlab.clv import margin_multiple
    >>> table = two_way(margin_multiple, {"retention": 0.8, "rate": 0.1},
    ...                 rows=("retention", [0.6, 0.9]), columns=("rate", [0.10, 0.16]))
    >>> table
    TwoWay(retention × rate, 2 × 2 values)
    >>> table.to_frame().round(2)
    rate       0.10  0.16
    retention
    0.6         1.2  1.07
    0.9         4.5  3.46
    """

    _picture = "two_way"

    row: str
    column: str
    row_values: FloatArray
    column_values: FloatArray
    values: FloatArray

    def to_frame(self) -> "pd.DataFrame":
        """Table with the first input in rows and the second in columns.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            self.values,
            index=pd.Index(self.row_values, name=self.row),
            columns=pd.Index(self.column_values, name=self.column),
        )

    def __repr__(self) -> str:
        rows, columns = self.values.shape
        return f"TwoWay({self.row} × {self.column}, {rows} × {columns} values)"


def two_way(
    function: Callable[..., Any],
    base: Mapping[str, Any],
    rows: tuple[str, Sequence[float]],
    columns: tuple[str, Sequence[float]],
) -> TwoWay:
    """Move two inputs together over a grid (双因素敏感性分析).

    Parameters
    ----------
    function : callable
        Any function that returns one number and takes the inputs by keyword.
    base : mapping of str to value
        All its arguments.
    rows, columns : (str, sequence of float)
        Name and values of each of the two inputs.

    Returns
    -------
    TwoWay
        With ``.values``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an input is not in `base`, both are the same, a sequence is empty, or `function` does
        not return a single finite number.

    Examples
    --------
    >>> from crmlab.clv import margin_multiple
    >>> table = two_way(margin_multiple, {"retention": 0.8, "rate": 0.1},
    ...                 rows=("retention", [0.6, 0.9]), columns=("rate", [0.10, 0.16]))
    >>> table.to_frame().round(2)
    rate       0.10  0.16
    retention
    0.6         1.2  1.07
    0.9         4.5  3.46
    """
    _inputs(function, base)
    axes = []
    for axis, argument in ((rows, "rows"), (columns, "columns")):
        if not isinstance(axis, tuple) or len(axis) != 2:
            raise TypeError(f"{argument} must be a pair (name, values); got {axis!r}")
        _known(base, axis[0], argument)
        axes.append(_checks.array(axis[1], f"{argument}[1]", ndim=1))
    (row, _row), (column, _column) = rows, columns
    if row == column:
        raise ValueError(f"rows and columns must name different inputs; got {row!r} twice")
    values = [
        [
            _value(function, {**base, row: _like(base[row], a), column: _like(base[column], b)})
            for b in axes[1]
        ]
        for a in axes[0]
    ]
    return TwoWay(row, column, axes[0], axes[1], np.array(values))


def break_even(
    function: Callable[..., Any],
    base: Mapping[str, Any],
    name: str,
    low: float,
    high: float,
    target: float = 0.0,
) -> float:
    """Find the value of one input at which the result reaches a target (盈亏平衡点).

    Parameters
    ----------
    function : callable
        Any function that returns one number and takes the inputs by keyword.
    base : mapping of str to value
        All its arguments.
    name : str
        The input to solve for.
    low, high : float
        Where to look; the result must pass the target once in between.
    target : float
        Wanted result.

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        If the result does not pass the target between `low` and `high`.

    Examples
    --------
    How loyal must a customer be to pay back 150?

    >>> from crmlab.clv import retention_value
    >>> base = {"margin": 100, "retention": 0.8, "rate": 0.1, "acquisition_cost": 150}
    >>> round(break_even(retention_value, base, "retention", 0.0, 0.99), 4)
    0.66
    """
    from scipy.optimize import brentq

    _inputs(function, base)
    _known(base, name, "name")
    ends = [_checks.number(low, "low"), _checks.number(high, "high")]
    goal = _checks.number(target, "target")
    if ends[0] >= ends[1]:
        raise ValueError(f"low must be below high; got {ends[0]:g} and {ends[1]:g}")

    def miss(value: float) -> float:
        return _value(function, {**base, name: value}) - goal

    misses = [miss(end) for end in ends]
    if min(misses) > 0 or max(misses) < 0:
        raise ValueError(
            f"low and high must lie on both sides of the target {goal:g}; got a result from "
            f"{misses[0] + goal:g} at {name} = {ends[0]:g} to {misses[1] + goal:g} at {ends[1]:g}"
        )
    return float(brentq(miss, ends[0], ends[1], xtol=1e-12, maxiter=10_000))
