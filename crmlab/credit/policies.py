"""Several credit policies in one table, and how far down the risk classes credit should go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.credit.terms import LINES, CreditPolicy, as_policy, conditions, terms_change

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class PolicyComparison(Drawable):
    """Several policies against one, made by :func:`compare_policies`.

    Attributes
    ----------
    table : DataFrame
        One row per policy: sales, average_days, receivables (at price), then the change of each
        line against the base and "profit", their sum; break_even_bad_debts.
    base : str
        The policy against which the others are measured.
    carry : str
        As given.

    Examples
    --------
    >>> table = compare_policies(
    ...     {"net 30": CreditPolicy(500_000, 30, 0.01, 3000),
    ...      "net 60": CreditPolicy(600_000, 60, 0.015, 4000),
    ...      "0.8/30 net 60": CreditPolicy(600_000, 60, 0.015, 4000, 0.008, 30, 0.5)},
    ...     variable_cost=0.8, rate=0.15, year=360)
    >>> table
    PolicyComparison(3 policies; best is '0.8/30 net 60', 8,600.00 above 'net 30')
    >>> table.to_frame().iloc[0].round(2)
    sales                   500000.00
    average_days                30.00
    receivables              41666.67
    contribution                 0.00
    carrying cost                0.00
    bad debts                    0.00
    collection cost              0.00
    discounts                    0.00
    profit                       0.00
    break_even_bad_debts         0.01
    Name: net 30, dtype: float64
    """

    _picture = "policy_comparison"

    table: "pd.DataFrame"
    base: Any
    carry: str

    @property
    def best(self) -> Any:
        """The policy that brings the most; the base where nothing is better."""
        return self.table["profit"].idxmax()

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per policy.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        gain = float(self.table["profit"].max())
        return (
            f"PolicyComparison({len(self.table)} policies; best is {self.best!r}, "
            f"{gain:,.2f} above {self.base!r})"
        )


def _policies(value: Any) -> dict[Any, CreditPolicy]:
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        if value.index.has_duplicates:
            twice = value.index[value.index.duplicated()][0]
            raise ValueError(f"policies must have each name once; got {twice!r} twice")
        value = {name: dict(row) for name, row in value.iterrows()}
    if not isinstance(value, Mapping):
        raise TypeError(
            "policies must be a mapping of names to policies or a DataFrame with one row per "
            f"policy; got {type(value).__name__}"
        )
    if len(value) < 2:
        raise ValueError(f"policies must be at least 2; got {len(value)}")
    return {name: as_policy(item, f"policies[{name!r}]") for name, item in value.items()}


def compare_policies(
    policies: Any,
    variable_cost: float,
    rate: float,
    *,
    base: Any = None,
    carry: str = "cost",
    year: float = 365,
) -> PolicyComparison:
    """Compare several credit or collection policies in one table (信用政策比较).

    Parameters
    ----------
    policies : mapping of name to CreditPolicy, or DataFrame
        At least two. A DataFrame has one row per policy and the fields of
        :class:`CreditPolicy` as columns.
    variable_cost, rate, carry, year
        As in :func:`terms_change`.
    base : name, optional
        The policy against which the others are measured; the first without it.

    Returns
    -------
    PolicyComparison
        With ``.best``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`terms_change`, or if there are fewer than two policies or `base` is none of them.

    Notes
    -----
    Collection policies go into the same table: equal sales, but other collection cost, days and
    bad debts.

    Examples
    --------
    >>> table = compare_policies(
    ...     {"net 30": CreditPolicy(500_000, 30, 0.01, 3000),
    ...      "net 60": CreditPolicy(600_000, 60, 0.015, 4000),
    ...      "0.8/30 net 60": CreditPolicy(600_000, 60, 0.015, 4000, 0.008, 30, 0.5)},
    ...     variable_cost=0.8, rate=0.15, year=360)
    >>> table.table["profit"].round().astype(int).to_dict()
    {'net 30': 0, 'net 60': 8000, '0.8/30 net 60': 8600}
    >>> table.best
    '0.8/30 net 60'
    """
    import pandas as pd

    conditions(variable_cost, rate, carry, year)
    given = _policies(policies)
    start = next(iter(given)) if base is None else _checks.choice(base, "base", list(given))
    rows = {}
    for name, policy in given.items():
        result = terms_change(given[start], policy, variable_cost, rate, carry=carry, year=year)
        rows[name] = {
            "sales": policy.sales,
            "average_days": policy.average_days,
            "receivables": policy.receivables(year),
            **result.table["change"].to_dict(),
            "break_even_bad_debts": result.break_even_bad_debts,
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return PolicyComparison(table.rename_axis("policy"), start, carry)


@dataclass(frozen=True, eq=False)
class CreditStandards(Drawable):
    """Profit of granting credit, risk class by risk class; made by :func:`credit_standards`.

    Attributes
    ----------
    table : DataFrame
        One row per class, the safest first: sales, bad_debts and days as given, then the lines
        contribution, carrying cost, bad debts and collection cost (costs below 0), profit (of the
        class alone), cumulative (of this class and all safer ones), break_even_bad_debts.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"sales": [800, 400, 200], "bad_debts": [0.005, 0.03, 0.2], "days": [35, 45, 70]},
    ...     index=["A", "B", "C"])
    >>> result = credit_standards(table, variable_cost=0.8, rate=0.1)
    >>> result
    CreditStandards(credit down to 'B'; profit 213.92)
    >>> result.to_frame().iloc[0].round(2)
    sales                   800.00
    bad_debts                 0.00
    days                     35.00
    contribution            160.00
    carrying cost            -6.14
    bad debts                -4.00
    collection cost           0.00
    profit                  149.86
    cumulative              149.86
    break_even_bad_debts      0.19
    Name: A, dtype: float64
    """

    _picture = "credit_standards"

    table: "pd.DataFrame"

    @property
    def best(self) -> Any:
        """The last class that should get credit; None where no class should.

        Where two cuts bring the same, the stricter one.
        """
        total = self.table["cumulative"].to_numpy()
        place = int(total.argmax())
        return self.table.index[place] if total[place] > 0 else None

    @property
    def profit(self) -> float:
        """Profit per year with the best cut."""
        return max(float(self.table["cumulative"].max()), 0.0)

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per class.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        if self.best is None:
            return "CreditStandards(no class should get credit)"
        return f"CreditStandards(credit down to {self.best!r}; profit {self.profit:,.2f})"


def credit_standards(
    classes: Any, variable_cost: float, rate: float, *, carry: str = "cost", year: float = 365
) -> CreditStandards:
    """Find down to which risk class credit pays (信用标准).

    Looser standards let in one class more. It pays as long as the class's contribution is above
    what its receivables, its bad debts and its collection cost.

    Parameters
    ----------
    classes : DataFrame
        One row per risk class, **the safest first**, with the columns sales (per year, if the
        class gets credit), bad_debts (share never paid) and days (mean days to payment);
        collection_cost (per year) if there is one. Grades of a rating or bands of a score.
    variable_cost, rate, year
        As in :func:`terms_change`.
    carry : {"cost", "price"}
        As in :func:`terms_change`; all sales of a new class are extra, so "marginal" is "cost".

    Returns
    -------
    CreditStandards
        With ``.best``, ``.profit``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a number is outside its bounds, a class comes twice, or `carry` is
        unknown.

    Notes
    -----
    What a class brings is counted as if all its sales were lost without credit. Customers who
    would pay cash instead must be left out of `sales`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"sales": [800, 400, 200], "bad_debts": [0.005, 0.03, 0.2], "days": [35, 45, 70]},
    ...     index=["A", "B", "C"])
    >>> result = credit_standards(table, variable_cost=0.8, rate=0.1)
    >>> result
    CreditStandards(credit down to 'B'; profit 213.92)
    >>> result.table["break_even_bad_debts"].round(3).to_dict()
    {'A': 0.192, 'B': 0.19, 'C': 0.185}
    """
    import pandas as pd

    _checks.columns(classes, "classes", ("sales", "bad_debts", "days"))
    if classes.index.has_duplicates:
        twice = classes.index[classes.index.duplicated()][0]
        raise ValueError(f"classes must have each class once; got {twice!r} twice")
    cost, price, days = conditions(variable_cost, rate, carry, year)
    sales = _checks.array(classes["sales"], "classes['sales']", 0)
    bad = _checks.array(classes["bad_debts"], "classes['bad_debts']", 0, 1)
    wait = _checks.array(classes["days"], "classes['days']", 0)
    spent = classes["collection_cost"] if "collection_cost" in classes else np.zeros(sales.size)
    collect = _checks.array(spent, "classes['collection_cost']", 0)
    tied = sales * wait / days * (1.0 if carry == "price" else cost)
    lines = [(1 - cost) * sales, -price * tied, -bad * sales, -collect]
    profit = np.sum(lines, axis=0)
    safe = np.where(sales > 0, sales, np.nan)
    table = pd.DataFrame(
        {"sales": sales, "bad_debts": bad, "days": wait}
        | {name: line + 0.0 for name, line in zip(LINES, lines, strict=False)}
        | {
            "profit": profit,
            "cumulative": profit.cumsum(),
            "break_even_bad_debts": bad + profit / safe,
        },
        index=classes.index,
    )
    return CreditStandards(table)
