"""Four ways to grow, and which of them a budget allows: the growth grid."""

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.clv.present_value import present_value
from crmlab.value.delivered import _named

if TYPE_CHECKING:
    import pandas as pd

#: The four fields by product and customers.
FIELDS = {
    ("existing", "existing"): "sell more of the same",
    ("new", "existing"): "new products",
    ("existing", "new"): "new customers",
    ("new", "new"): "new business",
}
_MOST = 16  # options; all 2¹⁶ sets are tried


@dataclass(frozen=True, eq=False)
class GrowthGrid(Drawable):
    """Options for growth with their values and the best set, made by :func:`growth_grid`.

    Attributes
    ----------
    table : DataFrame
        One row per option: product, customers, field, chance, investment, success_value (present
        value if it succeeds), expected_value, break_even_chance (infinite if a success brings
        nothing), per_yuan, chosen.
    budget : float or None
        Money that may be invested.

    Examples
    --------
    >>> import pandas as pd
    >>> options = pd.DataFrame(
    ...     {"product": ["existing", "new"], "customers": ["existing", "existing"],
    ...      "chance": [0.9, 0.4], "investment": [100, 300], "profit": [60, 500],
    ...      "years": [3, 4]}, index=["visits", "tea"])
    >>> found = growth_grid(options, rate=0.1, budget=350)
    >>> found
    GrowthGrid(2 options; choose tea: expected value 334)
    >>> list(found.to_frame().columns)
    ['product', 'customers', 'field', 'chance', 'investment', 'success_value',
    'expected_value', 'break_even_chance', 'per_yuan', 'chosen']
    """

    _picture = "growth_grid"

    table: "pd.DataFrame"
    budget: float | None

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names of the options in the best set."""
        return tuple(self.table.index[self.table["chosen"]])

    @property
    def expected_value(self) -> float:
        """Expected value of the best set."""
        return float(self.table.loc[self.table["chosen"], "expected_value"].sum())

    @property
    def chance_of_all_failing(self) -> float:
        """Chance that no chosen option succeeds, if they succeed independently."""
        return float((1 - self.table.loc[self.table["chosen"], "chance"]).prod())

    def to_frame(self) -> "pd.DataFrame":
        """One row per option.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"GrowthGrid({len(self.table)} options; choose "
            f"{', '.join(map(str, self.chosen)) or 'none'}: expected value "
            f"{self.expected_value:,.0f})"
        )


def growth_grid(
    options: "pd.DataFrame",
    rate: float,
    budget: float | None = None,
    *,
    product: str = "product",
    customers: str = "customers",
    chance: str = "chance",
    investment: str = "investment",
    profit: str = "profit",
    years: str = "years",
) -> GrowthGrid:
    """Value four ways to grow and choose under a budget (增长矩阵: 产品 × 客户).

    An option takes an investment today and, with its chance, brings a profit at the end of each of
    its years: ``expected value = chance × PV(profit) − investment``. Of all sets that the budget
    allows, the one with the largest sum is chosen.

    Parameters
    ----------
    options : DataFrame
        One row per option, at most 16, named by the index.
    rate : float
        Discount rate per year, above −1.
    budget : float, optional
        Most that may be invested, at least 0; None for no limit.
    product, customers : str
        Columns that hold "existing" or "new".
    chance : str
        Column with the chance of success, between 0 and 1.
    investment : str
        Column with the money paid today, above 0.
    profit : str
        Column with the yearly profit of a success.
    years : str
        Column with the number of years, whole and at least 1.

    Returns
    -------
    GrowthGrid
        With ``.table``, ``.chosen``, ``.expected_value``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a value is outside its bounds, an option stands twice or there are
        more than 16.

    Notes
    -----
    The grid is Ansoff's (1957). The budget makes it the knapsack problem: taking options by value
    per yuan, the best first, may miss the best set, so all sets are compared.

    Examples
    --------
    >>> import pandas as pd
    >>> options = pd.DataFrame(
    ...     {"product": ["existing", "new"], "customers": ["existing", "existing"],
    ...      "chance": [0.9, 0.4], "investment": [100, 300], "profit": [60, 500],
    ...      "years": [3, 4]}, index=["visits", "tea"])
    >>> growth_grid(options, rate=0.1, budget=350)
    GrowthGrid(2 options; choose tea: expected value 334)
    """
    columns = [product, customers, chance, investment, profit, years]
    _named(options, "options", columns)
    if len(options) > _MOST:
        raise ValueError(f"options must be at most {_MOST}; got {len(options)}")
    fields = []
    for one, other in zip(options[product], options[customers], strict=True):
        _checks.choice(one, product, ("existing", "new"))
        _checks.choice(other, customers, ("existing", "new"))
        fields.append(FIELDS[one, other])
    likely = _checks.array(options[chance], chance, 0, 1)
    paid = _checks.array(options[investment], investment, 0, open_low=True)
    yearly = _checks.array(options[profit], profit)
    lasting = [_checks.count(n, years) for n in options[years]]
    discount = _checks.one_rate(rate)
    success = np.array(
        [present_value([p] * n, discount) for p, n in zip(yearly, lasting, strict=True)]
    )
    expected = likely * success - paid
    limit = np.inf if budget is None else _checks.number(budget, "budget", 0)
    with np.errstate(divide="ignore"):
        needed = np.where(success > 0, paid / np.where(success > 0, success, 1), np.inf)
    table = options[[product, customers]].set_axis(["product", "customers"], axis=1)
    table = table.assign(
        field=fields,
        chance=likely,
        investment=paid,
        success_value=success,
        expected_value=expected,
        break_even_chance=needed,
        per_yuan=expected / paid,
        chosen=_best_set(expected, paid, limit),
    )
    return GrowthGrid(table, None if budget is None else float(limit))


def _best_set(gain: np.ndarray, paid: np.ndarray, limit: float) -> np.ndarray:
    """Mark the set with the largest gain whose payments fit the limit."""
    worthwhile = np.flatnonzero(gain > 0)
    best: tuple[int, ...] = ()
    most = 0.0
    for size in range(1, worthwhile.size + 1):
        for chosen in combinations(worthwhile.tolist(), size):
            rows = list(chosen)
            if paid[rows].sum() <= limit * (1 + 1e-12) and gain[rows].sum() > most:
                best, most = chosen, float(gain[rows].sum())
    return np.isin(np.arange(gain.size), best)
