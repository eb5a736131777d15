"""One customer under every scheme: where the gradings disagree, and how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class GradeOverview(Drawable):
    """Grades of each customer under several schemes, made by :func:`overview`.

    Attributes
    ----------
    grades : DataFrame
        The grade of each customer (row) under each scheme (column).
    levels : DataFrame
        The same as numbers from 0 (low) to 1 (high), on the scale that was asked for; missing
        where a customer is not graded.
    orders : dict
        The grades of each scheme, the best first.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"abc": ["A", "A", "C"], "clp": ["platinum", "lead", "lead"]},
    ...                      index=["Alpha", "Beta", "Gamma"])
    >>> seen = overview(table, {"abc": ["A", "B", "C"],
    ...                         "clp": ["platinum", ("gold", "iron"), "lead"]}, scale="steps")
    >>> seen
    GradeOverview(3 customers, 2 schemes; 1 stand 0.5 or more apart)
    >>> seen.to_frame()
          abc       clp  mean  disagreement
    Beta    A      lead   0.5           1.0
    Alpha   A  platinum   1.0           0.0
    Gamma   C      lead   0.0           0.0
    >>> seen.odd_one_out().to_dict()
    {'Alpha': '', 'Beta': 'abc', 'Gamma': ''}
    """

    _picture = "grade_overview"

    grades: "pd.DataFrame"
    levels: "pd.DataFrame"
    orders: dict[Any, tuple[Any, ...]]

    @property
    def mean(self) -> "pd.Series[float]":
        """Mean level of each customer over the schemes."""
        return self.levels.mean(axis=1).rename("mean")

    @property
    def disagreement(self) -> "pd.Series[float]":
        """Highest less lowest level: 0 where all agree, 1 where top here is bottom there."""
        return (self.levels.max(axis=1) - self.levels.min(axis=1)).rename("disagreement")

    @property
    def agreement(self) -> "pd.DataFrame":
        """Kendall's tau-b between each two schemes: 1 same order, 0 none, −1 opposite.

        Counted over the customers graded by both; missing where a scheme gives all of them the
        same grade.
        """
        import pandas as pd
        from scipy.stats import kendalltau

        values, names = self.levels.to_numpy(), self.levels.columns
        table = np.eye(len(names))
        for i in range(len(names)):
            for j in range(i):
                one, two = values[~np.isnan(values[:, [i, j]]).any(axis=1)][:, [i, j]].T
                varied = len(one) > 1 and np.ptp(one) > 0 and np.ptp(two) > 0
                tau = kendalltau(one, two).statistic if varied else np.nan
                table[i, j] = table[j, i] = tau
        return pd.DataFrame(table, names, names)

    def odd_one_out(self) -> "pd.Series":
        """For each customer, the scheme whose level is furthest from the mean of the others.

        Empty text where all agree; the first scheme on a tie.

        Returns
        -------
        Series
        """
        others = self.levels.notna().sum(axis=1) - 1
        rest = self.levels.rsub(self.levels.sum(axis=1), axis=0).div(others, axis=0)
        away = (self.levels - rest).abs().round(12).fillna(-1.0)
        return away.idxmax(axis=1).where(self.disagreement > 0, "").rename("odd_one_out")

    def to_frame(self) -> "pd.DataFrame":
        """One row per customer, the largest disagreement first: grades, mean, disagreement.

        Returns
        -------
        DataFrame
        """
        table = self.grades.assign(mean=self.mean, disagreement=self.disagreement)
        return table.sort_values(["disagreement", "mean"], ascending=False, kind="stable")

    def __repr__(self) -> str:
        far = int((self.disagreement >= 0.5).sum())
        return (
            f"GradeOverview({len(self.grades)} customers, {self.levels.shape[1]} schemes; {far} "
            "stand 0.5 or more apart)"
        )


def overview(
    grades: "pd.DataFrame",
    orders: Mapping[Any, Sequence[Any]] | None = None,
    *,
    scale: Literal["rank", "steps"] = "rank",
    missing: Literal["refuse", "allow"] = "refuse",
) -> GradeOverview:
    """Put a customer's grades under every scheme side by side (各分级方案对照).

    ABC, pyramid, RFM, CLP, KAISM and a learned rule grade by different things. Where they
    disagree, the reason is worth more than the mean.

    Parameters
    ----------
    grades : DataFrame
        One row per customer, one column per scheme, at least two. A column is an ordered category
        with the **lowest** grade first, as pandas orders them, or has its order in `orders`.
    orders : mapping, optional
        For a scheme, its grades with the **best** first. A grade that no customer has still
        counts as a level. Grades that are of equal rank stand together in a tuple.
    scale : {"rank", "steps"}
        What a grade counts. "rank": the share of the customers in lower grades and half of those
        in the same one (ridits), so that a top grade given to half of them counts less than one
        given to few. "steps": evenly from 0 for the lowest grade of the scheme to 1 for the best.
    missing : {"refuse", "allow"}
        Whether a customer may be without a grade in some of the schemes; at least two are needed.

    Returns
    -------
    GradeOverview
        With ``.levels``, ``.disagreement``, ``.agreement``, ``.odd_one_out()``, ``.to_frame()``
        and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a grade is missing or not in the order of its scheme, a scheme has no order or fewer
        than two levels, or a customer stands twice.

    Notes
    -----
    Schemes with different shares of customers in their best grade cannot agree step by step; on
    the scale of ranks they can. Ridits: Bross (1958).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"abc": ["A", "A", "C"], "clp": ["platinum", "lead", "lead"]},
    ...                      index=["Alpha", "Beta", "Gamma"])
    >>> seen = overview(table, {"abc": ["A", "B", "C"],
    ...                         "clp": ["platinum", ("gold", "iron"), "lead"]}, scale="steps")
    >>> seen.disagreement.to_dict()
    {'Alpha': 0.0, 'Beta': 1.0, 'Gamma': 0.0}
    """
    import pandas as pd

    _checks.columns(grades, "grades", [])
    if grades.shape[1] < 2 or not grades.columns.is_unique:
        found = list(grades.columns)
        raise ValueError(f"grades must have at least two schemes with different names; got {found}")
    if not grades.index.is_unique:
        twice = grades.index[grades.index.duplicated()][0]
        raise ValueError(f"grades must have one row per customer; got {twice!r} twice")
    if orders is not None and not isinstance(orders, Mapping):
        raise TypeError(f"orders must map schemes to grades; got {type(orders).__name__}")
    for scheme in orders or {}:
        _checks.choice(scheme, "orders", tuple(grades.columns))
    _checks.choice(scale, "scale", ("rank", "steps"))
    _checks.choice(missing, "missing", ("refuse", "allow"))
    if missing == "allow" and (grades.notna().sum(axis=1) < 2).any():
        lone = grades.index[grades.notna().sum(axis=1) < 2][0]
        raise ValueError(f"grades must give every customer two grades; got fewer for {lone!r}")
    levels, used = {}, {}
    for scheme in grades.columns:
        if missing == "refuse":
            _checks.no_gaps(grades[scheme], f"grades {scheme!r}")
        steps = _steps(grades[scheme], scheme, (orders or {}).get(scheme))
        place = {grade: k for k, step in enumerate(reversed(steps)) for grade in step}
        for grade in grades[scheme].dropna().unique():
            if grade not in place:
                raise ValueError(f"grades {scheme!r} must be among {list(place)}; got {grade!r}")
        counts = pd.Series([place.get(grade, np.nan) for grade in grades[scheme]], grades.index)
        # Mean ranks of equal grades less a half are the customers below and half of the equals.
        ridits = (counts.rank() - 0.5) / counts.count()
        levels[scheme] = ridits if scale == "rank" else counts / (len(steps) - 1)
        used[scheme] = tuple(grade for step in steps for grade in step)
    return GradeOverview(grades.copy(), pd.DataFrame(levels, grades.index), used)


def _steps(column: "pd.Series", scheme: Any, order: Any) -> list[tuple[Any, ...]]:
    """Levels of a scheme, the best first; each holds the grades of that rank."""
    import pandas as pd

    if order is None:
        if not (isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered):
            raise ValueError(
                f"orders must give the grades of {scheme!r}, the best first; got no order"
            )
        order = list(column.cat.categories)[::-1]
    order = _checks.listed(order, f"orders[{scheme!r}]", "grades")
    steps = [step if isinstance(step, tuple) else (step,) for step in order]
    flat = [grade for step in steps for grade in step]
    if len(steps) < 2 or len(set(flat)) < len(flat):
        raise ValueError(f"orders[{scheme!r}] must be at least two different grades; got {order!r}")
    return steps
