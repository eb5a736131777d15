"""Five levels of a relationship, and Kotler's grid that chooses one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

#: The five levels from the least to the most contact: Chinese term, what the seller does.
LEVELS: dict[str, tuple[str, str]] = {
    "basic": ("基本型", _("sells, and does not call again")),
    "reactive": ("被动型", _("sells, and asks the customer to call if something is wrong")),
    "accountable": ("负责型", _("calls soon after the sale: is it right, what could be better?")),
    "proactive": ("能动型", _("calls again and again with advice and news of products")),
    "partnership": ("伙伴型", _("works with the customer all the time on the customer's success")),
}
NUMBERS = ("few", "medium", "many")
MARGINS = ("low", "medium", "high")
#: Kotler's choice: number of customers, then margin.
GRID: dict[tuple[str, str], tuple[str, ...]] = {
    ("many", "high"): ("accountable",),
    ("many", "medium"): ("reactive",),
    ("many", "low"): ("basic", "reactive"),
    ("medium", "high"): ("proactive",),
    ("medium", "medium"): ("accountable",),
    ("medium", "low"): ("reactive",),
    ("few", "high"): ("partnership",),
    ("few", "medium"): ("proactive",),
    ("few", "low"): ("accountable",),
}


def relationship_level(number: str, margin: str) -> tuple[str, ...]:
    """Level of relationship that Kotler's grid advises (客户关系类型的选择).

    Parameters
    ----------
    number : {"few", "medium", "many"}
        How many customers there are.
    margin : {"low", "medium", "high"}
        How much each of them leaves.

    Returns
    -------
    tuple of str
        One level, or two where either will do.

    Raises
    ------
    ValueError
        If a word is unknown.

    Notes
    -----
    Kotler (2000) gives the grid. The fewer the customers and the higher the margin, the closer.

    Examples
    --------
    >>> relationship_level("few", "high"), relationship_level("many", "low")
    (('partnership',), ('basic', 'reactive'))
    """
    _checks.choice(number, "number", NUMBERS)
    _checks.choice(margin, "margin", MARGINS)
    return GRID[number, margin]


def kotler_grid() -> "pd.DataFrame":
    """Kotler's grid as a table, many customers at the top (科特勒关系选择矩阵).

    Returns
    -------
    DataFrame of shape (3, 3)
        Rows many, medium, few; columns high, medium, low.

    Examples
    --------
    >>> kotler_grid().loc["few", "high"], kotler_grid().loc["many", "low"]
    ('partnership', 'basic or reactive')
    """
    import pandas as pd

    rows = [[_either(GRID[n, m]) for m in MARGINS[::-1]] for n in NUMBERS[::-1]]
    index = pd.Index(NUMBERS[::-1], name="customers")
    return pd.DataFrame(rows, index, pd.Index(MARGINS[::-1], name="margin"))


def _either(levels: Sequence[str]) -> str:
    return _(" or ").join(levels)


@dataclass(frozen=True, eq=False)
class RelationshipLevels(Drawable):
    """The level advised for each segment, made by :func:`relationship_levels`.

    Attributes
    ----------
    table : DataFrame
        One row per segment: customers, margin, number and margin_word (the words into which the
        cuts turn them), level (in words, two joined by "or"), nearest (the factor by which the
        number or the margin would have to change for another level; 1.1 is 10 % away, infinite
        where no cut is left to cross).
    number_cuts : tuple of float
        From the first on it is medium, from the second on many.
    margin_cuts : tuple of float
        From the first on it is medium, from the second on high.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"customers": [20, 900], "margin": [5000, 40]},
    ...     index=["hotels", "homes"])
    >>> found = relationship_levels(table, (50, 500), (100, 1000))
    >>> found
    RelationshipLevels(hotels: partnership, homes: basic or reactive)
    >>> found.to_frame()
            customers  margin number margin_word              level  nearest
    hotels         20  5000.0    few        high        partnership      2.5
    homes         900    40.0   many         low  basic or reactive      1.8
    >>> cost = {"basic": 1, "reactive": 5, "accountable": 20, "proactive": 80, "partnership": 300}
    >>> list(found.budget(cost).columns)
    ['level', 'cost', 'total', 'share']
    """

    _picture = "relationship_levels"

    table: "pd.DataFrame"
    number_cuts: tuple[float, float]
    margin_cuts: tuple[float, float]

    def budget(self, cost: Any) -> "pd.DataFrame":
        """Price the levels: what the advised contact costs, against what the segment leaves.

        Parameters
        ----------
        cost : mapping or Series
            Cost per customer and period of each of the five levels, at least 0. Where two levels
            will do the cheaper one is taken.

        Returns
        -------
        DataFrame
            One row per segment: level (the one taken), cost (per customer), total, share (of the
            margin).

        Raises
        ------
        ValueError, TypeError
            If a level is missing or a cost outside its bounds.
        """
        import pandas as pd

        given = _checks.mapped(cost, "cost")
        if set(given) != set(LEVELS):
            raise ValueError(f"cost must name the levels {list(LEVELS)}; got {list(given)}")
        each = {name: _checks.number(given[name], f"cost of {name}", 0) for name in LEVELS}
        rows = []
        for number, margin in zip(self.table["number"], self.table["margin_word"], strict=True):
            rows.append(min(GRID[number, margin], key=each.__getitem__))
        spent = np.array([each[name] for name in rows])
        return pd.DataFrame(
            {
                "level": rows,
                "cost": spent,
                "total": spent * self.table["customers"].to_numpy(),
                "share": spent / self.table["margin"].where(self.table["margin"] > 0).to_numpy(),
            },
            index=self.table.index,
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per segment.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        listed = ", ".join(f"{name}: {level}" for name, level in self.table["level"].items())
        return f"RelationshipLevels({listed})"


def relationship_levels(
    segments: "pd.DataFrame",
    number_cuts: Sequence[float],
    margin_cuts: Sequence[float],
    *,
    customers: str = "customers",
    margin: str = "margin",
) -> RelationshipLevels:
    """Apply Kotler's grid to a table of segments (客户关系类型的选择).

    Parameters
    ----------
    segments : DataFrame
        One row per segment, labelled by the index.
    number_cuts : two numbers, rising, above 0
        A segment with fewer customers than the first is few, from the first on medium, from the
        second on many.
    margin_cuts : two numbers, rising
        In the same way low, medium, high.
    customers, margin : str
        Names of the columns: number of customers (above 0), and the margin of one of them.

    Returns
    -------
    RelationshipLevels
        With ``.table``, ``.budget(cost)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a segment stands twice, a number is outside its bounds, or the
        cuts do not rise.

    Notes
    -----
    Kotler (2000) says nothing about where the cuts lie. They are the user's decision: the column
    `nearest` tells how far each segment is from another advice.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"customers": [20, 900], "margin": [5000, 40]},
    ...     index=["hotels", "homes"])
    >>> relationship_levels(table, (50, 500), (100, 1000))
    RelationshipLevels(hotels: partnership, homes: basic or reactive)
    """
    _checks.columns(segments, "segments", [customers, margin])
    if not segments.index.is_unique:
        twice = segments.index[segments.index.duplicated()][0]
        raise ValueError(f"segments must have one row per segment; got {twice!r} twice")
    size = _checks.array(segments[customers], customers, 0, ndim=1, open_low=True)
    each = _checks.array(segments[margin], margin, ndim=1)
    ends = _two(number_cuts, "number_cuts", 0), _two(margin_cuts, "margin_cuts")
    numbers = [NUMBERS[i] for i in np.searchsorted(ends[0], size, side="right")]
    margins = [MARGINS[i] for i in np.searchsorted(ends[1], each, side="right")]
    levels = [GRID[pair] for pair in zip(numbers, margins, strict=True)]
    table = segments[[]].assign(
        customers=size,
        margin=each,
        number=numbers,
        margin_word=margins,
        level=[_either(level) for level in levels],
        nearest=[_nearest(*pair, *ends) for pair in zip(size, each, strict=True)],
    )
    if (size % 1 == 0).all():
        table["customers"] = table["customers"].astype(int)
    return RelationshipLevels(table, tuple(ends[0].tolist()), tuple(ends[1].tolist()))


def _two(cuts: Any, name: str, low: float = -np.inf) -> FloatArray:
    ends = _checks.array(cuts, name, low, ndim=1)
    if ends.size != 2 or ends[0] >= ends[1]:
        raise ValueError(f"{name} must be two numbers that rise; got {list(map(float, ends))}")
    return ends


def _nearest(size: float, each: float, number_cuts: FloatArray, margin_cuts: FloatArray) -> float:
    """Smallest factor by which one of the two must change until the grid advises another level."""
    here = _cell(size, each, number_cuts, margin_cuts)
    found = [np.inf]
    for value, cuts, moved in (
        (size, number_cuts, lambda v: _cell(v, each, number_cuts, margin_cuts)),
        (each, margin_cuts, lambda v: _cell(size, v, number_cuts, margin_cuts)),
    ):
        for cut in cuts:
            beyond = cut if value < cut else np.nextafter(cut, -np.inf)
            if value > 0 and cut > 0 and moved(beyond) != here:
                found.append(max(cut / value, value / cut))
    return float(min(found))


def _cell(
    size: float, each: float, number_cuts: FloatArray, margin_cuts: FloatArray
) -> tuple[str, ...]:
    number = NUMBERS[int(np.searchsorted(number_cuts, size, side="right"))]
    margin = MARGINS[int(np.searchsorted(margin_cuts, each, side="right"))]
    return GRID[number, margin]
