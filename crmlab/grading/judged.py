"""What mistakes cost, and how a learned rule did: tuning and report."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import wilson

if TYPE_CHECKING:
    import pandas as pd


def mistake_costs(grades: Any, *, too_low: Any, too_high: Any) -> "pd.DataFrame":
    """Make a table of what wrong grades cost (误判代价矩阵).

    Grades stand in their order, the best first. A customer who is graded too low is neglected,
    one who is graded too high gets service that nobody pays for.

    Parameters
    ----------
    grades : sequence
        The grades, the best first; at least two.
    too_low : float or array of shape (grades − 1,)
        Cost per step down. With an array, the k-th number is the cost of the step from grade k to
        the next.
    too_high : float or array of shape (grades − 1,)
        Cost per step up, across the same steps.

    Returns
    -------
    DataFrame
        Rows the true grade, columns the given one; 0 on the diagonal.

    Raises
    ------
    ValueError, TypeError
        If grades repeat, or a cost is negative or has the wrong length.

    Examples
    --------
    >>> mistake_costs(["top", "middle", "low"], too_low=[900, 200], too_high=[300, 100])
    given    top  middle     low
    true
    top      0.0   900.0  1100.0
    middle 300.0     0.0   200.0
    low    400.0   100.0     0.0
    """
    import pandas as pd

    names = _checks.listed(grades, "grades", "grades")
    n = len(names)
    if n < 2 or len(set(names)) < n:
        raise ValueError(f"grades must be at least two different grades; got {names}")
    steps = []
    for name, given in (("too_low", too_low), ("too_high", too_high)):
        step = _checks.array(given, name, 0)
        if step.shape not in ((), (n - 1,)):
            raise ValueError(
                f"{name} must be one number or one per step ({n - 1}); got {step.shape}"
            )
        steps.append(np.append(0.0, np.cumsum(np.broadcast_to(step, n - 1))))
    down, up = steps
    place = np.arange(n)
    low = down[None, :] - down[:, None]
    high = up[:, None] - up[None, :]
    costs = np.where(place[None, :] > place[:, None], low, high)
    return pd.DataFrame(costs, pd.Index(names, name="true"), pd.Index(names, name="given"))


def checked_costs(costs: Any, order: tuple[Any, ...]) -> "pd.DataFrame":
    """Return costs in the order of the grades; 1 for every mistake where none are given."""
    import pandas as pd

    index, columns = pd.Index(order, name="true"), pd.Index(order, name="given")
    if costs is None:
        return pd.DataFrame(1.0 - np.eye(len(order)), index, columns)
    _checks.columns(costs, "costs", order)
    if list(costs.index) != list(costs.columns) or set(costs.index) != set(order):
        raise ValueError(
            f"costs must have the grades {list(order)} as rows and columns; got rows "
            f"{list(costs.index)} and columns {list(costs.columns)}"
        )
    values = _checks.array(costs.loc[list(order), list(order)].to_numpy(), "costs", 0)
    if values.diagonal().any():
        raise ValueError(f"costs must be 0 for the right grade; got {values.diagonal().tolist()}")
    return pd.DataFrame(values, index, columns)


@dataclass(frozen=True, eq=False)
class GradeTuning(Drawable):
    """Cost of each setting on customers left out, found while fitting.

    Attributes
    ----------
    table : DataFrame
        One row per setting, the simplest first: train_cost, cost and its standard_error, and
        accuracy, all but the first on customers left out in turn.
    best : int or float
        The setting chosen.
    priced : bool
        Whether mistakes have costs of their own; else the cost is the share of mistakes.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.grading import GradeTree
    >>> sales = pd.DataFrame({"sales": [float(s) for s in range(40)]})
    >>> grades = ["low"] * 20 + ["top"] * 20
    >>> tree = GradeTree(depths=(1, 2), min_leaf=2).fit(sales, grades)
    >>> tuning = tree.tuning_
    >>> tuning
    GradeTuning(depth 1: cost 0.05)
    >>> tuning.to_frame().round(2)
           train_cost  cost  standard_error  accuracy
    depth
    1             0.0  0.05            0.03      0.95
    2             0.0  0.05            0.03      0.95
    """

    _picture = "grade_tuning"

    table: "pd.DataFrame"
    best: Any
    priced: bool

    def to_frame(self) -> "pd.DataFrame":
        """One row per setting; as ``.table``.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"GradeTuning({self.table.index.name} {self.best}: cost "
            f"{self.table.loc[self.best, 'cost']:.3g})"
        )


@dataclass(frozen=True, eq=False)
class GradeReport(Drawable):
    """How a learned rule did on customers it had not seen, made by ``judge``.

    Attributes
    ----------
    confusion : DataFrame
        Number of customers by true grade (rows) and given grade (columns) (混淆矩阵).
    costs : DataFrame
        Cost of each mistake.
    priced : bool
        Whether mistakes have costs of their own.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.grading import GradeTree
    >>> sales = pd.DataFrame({"sales": [float(s) for s in range(40)]})
    >>> grades = ["low"] * 20 + ["top"] * 20
    >>> tree = GradeTree(depths=(1, 2), min_leaf=2).fit(sales, grades)
    >>> found = tree.judge(sales, grades)
    >>> found
    GradeReport(40 customers, accuracy 100 %; always 'low' would reach 50 %)
    >>> found.to_frame()
    given  low  top
    true
    low     20    0
    top      0   20
    >>> found.by_grade()
           customers  found  right  cost
    grade
    low           20    1.0    1.0   0.0
    top           20    1.0    1.0   0.0
    >>> found.accuracy_interval(level=0.9)
    (0.9366465513545419, 1.0)
    >>> found.with_costs(pd.DataFrame([[0, 1], [2, 0]], ["low", "top"], ["low", "top"]))
    GradeReport(40 customers, accuracy 100 %, cost 0; always 'top' would cost 0.5)
    """

    _picture = "grade_report"

    confusion: "pd.DataFrame"
    costs: "pd.DataFrame"
    priced: bool

    def with_costs(self, costs: "pd.DataFrame") -> "GradeReport":
        """Price the same mistakes with other costs; grades stand in the order of the costs.

        Parameters
        ----------
        costs : DataFrame
            What each mistake costs: a row for each true grade, a column for each grade given.

        Returns
        -------
        GradeReport

        Raises
        ------
        ValueError, TypeError
            If the costs are not those of these grades, or one is negative.
        """
        import pandas as pd

        whole = isinstance(costs, pd.DataFrame)
        order = tuple(costs.index if whole else self.confusion.index)
        priced = checked_costs(costs, order)
        if set(order) != set(self.confusion.index):
            raise ValueError(
                f"costs must have the grades {list(self.confusion.index)}; got {list(order)}"
            )
        return GradeReport(self.confusion.loc[list(order), list(order)], priced, True)

    @property
    def customers(self) -> int:
        """Number of customers judged."""
        return int(self.confusion.to_numpy().sum())

    @property
    def accuracy(self) -> float:
        """Share of the customers who got their true grade."""
        return float(self.confusion.to_numpy().trace() / self.customers)

    def accuracy_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Wilson's interval of the accuracy.

        Parameters
        ----------
        level : float
            Level of the interval, between 0 and 1.

        Returns
        -------
        tuple of float
            Low and high.

        Raises
        ------
        ValueError, TypeError
            If `level` is outside its bounds.
        """
        low, high = wilson(self.confusion.to_numpy().trace(), self.customers, level)
        return float(low), float(high)

    @property
    def total_cost(self) -> float:
        """Cost of all mistakes."""
        return float((self.confusion.to_numpy() * self.costs.to_numpy()).sum())

    @property
    def cost(self) -> float:
        """Cost of the mistakes per customer."""
        return self.total_cost / self.customers

    @property
    def baseline(self) -> tuple[Any, float, float]:
        """The best rule that looks at nothing: its one grade, its accuracy, its cost per customer.

        The grade is the cheapest one to give to all.
        """
        true = self.confusion.sum(axis=1)
        cost = (true.to_numpy()[:, None] * self.costs.to_numpy()).sum(axis=0) / self.customers
        best = int(cost.argmin())
        return self.costs.columns[best], float(true.iloc[best] / self.customers), float(cost[best])

    def by_grade(self) -> "pd.DataFrame":
        """One row per grade: customers, found (recall), right (precision), cost of its mistakes.

        found is the share of the grade's customers who got it; right the share of those who got
        it that have it, missing where nobody got it.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        true, given = self.confusion.sum(axis=1), self.confusion.sum(axis=0)
        hits = pd.Series(self.confusion.to_numpy().diagonal(), true.index)
        paid = (self.confusion.to_numpy() * self.costs.to_numpy()).sum(axis=1)
        found = hits / true.where(true > 0)
        right = hits / pd.Series(given.to_numpy(), true.index).where(lambda n: n > 0)
        return pd.DataFrame(
            {"customers": true, "found": found, "right": right, "cost": paid}
        ).rename_axis("grade")

    def to_frame(self) -> "pd.DataFrame":
        """Count customers by true and given grade; as ``.confusion``.

        Returns
        -------
        DataFrame
        """
        return self.confusion.copy()

    def __repr__(self) -> str:
        grade, accuracy, cost = self.baseline
        text = f"GradeReport({self.customers} customers, accuracy {100 * self.accuracy:.0f} %"
        if self.priced:
            return f"{text}, cost {self.cost:.4g}; always {grade!r} would cost {cost:.4g})"
        return f"{text}; always {grade!r} would reach {100 * accuracy:.0f} %)"
