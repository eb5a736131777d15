"""When to ask again: triggers of a new credit survey, and the list of those who are due."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

#: Reasons that do not come from a column of their own.
NEVER, OLD = "never surveyed", "survey too old"
_DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, eq=False)
class SurveyPlan(Drawable):
    """Who is to be surveyed again and why, made by :func:`survey_due`.

    Attributes
    ----------
    customers : DataFrame
        One row per customer, the most urgent first: due, reasons (text), triggers (how many),
        unknown (triggers that could not be judged), age (months since the last survey),
        allowed (months), exposure.
    fired : DataFrame of bool
        One row per customer, one column per trigger.
    table : DataFrame
        One row per trigger: customers, alone (those for whom it is the only reason), exposure,
        unknown.
    day : Timestamp
        Day of the plan.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"surveyed": pd.to_datetime(["2024-03-01", "2025-06-01", None]),
    ...      "exposure": [500.0, 900, 100], "days_late": [0, 25, 3]}, index=list("xyz"))
    >>> plan = survey_due(customers, "2025-12-31", triggers={"days_late": 20})
    >>> plan
    SurveyPlan(3 of 3 customers due, 100 % of the exposure)
    >>> plan.to_frame().round(2)
        due         reasons  triggers  unknown    age  allowed  exposure
    y  True       days late         1        0   7.00     12.0     900.0
    x  True  survey too old         1        0  22.01     12.0     500.0
    z  True  never surveyed         1        0    NaN     12.0     100.0
    """

    _picture = "survey_plan"

    customers: "pd.DataFrame"
    fired: "pd.DataFrame"
    table: "pd.DataFrame"
    day: Any

    @property
    def due(self) -> int:
        """Number of customers that are due."""
        return int(self.customers["due"].sum())

    def to_frame(self) -> "pd.DataFrame":
        """Return the customers, the most urgent first.

        Returns
        -------
        DataFrame
        """
        return self.customers

    def __repr__(self) -> str:
        owed = self.customers["exposure"]
        share = owed[self.customers["due"]].sum() / owed.sum() if owed.sum() else 0.0
        return (
            f"SurveyPlan({self.due} of {len(self.customers)} customers due, "
            f"{100 * share:.0f} % of the exposure)"
        )


def survey_due(
    customers: Any,
    day: Any,
    *,
    max_age: float | Mapping[str, float] = 12,
    triggers: Mapping[str, float | bool] | None = None,
    surveyed: str = "surveyed",
    exposure: str = "exposure",
    grade: str = "grade",
) -> SurveyPlan:
    """List who needs a new credit survey, with the reasons (信用调查的时机).

    A customer is due if it was never surveyed, if its survey is older than is allowed for its
    grade, or if a trigger fires: late payment, growth of the exposure, a change of owner, news of
    its trade.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: the columns `surveyed` (date, missing if never), `exposure` (money
        at risk, at least 0), those of `triggers`, and `grade` where `max_age` hangs on it.
    day : date or str
        Day of the plan.
    max_age : float or mapping from grade to float
        Months after which a survey is too old, above 0. Better grades may wait longer.
    triggers : mapping from column to bound, optional
        A number fires at the bound or above. True fires where a column of flags is true.
    surveyed, exposure, grade : str
        Names of columns.

    Returns
    -------
    SurveyPlan
        With ``.customers``, ``.fired``, ``.table``, ``.due`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a survey lies after `day`, a grade has no age, or a number is
        outside its bounds.

    Notes
    -----
    Order: the due first, then the number of reasons, then the exposure. A missing value fires
    nothing and is counted in `unknown`: not to know whether the owner changed is no reason for
    calm.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"surveyed": pd.to_datetime(["2024-03-01", "2025-06-01", None]),
    ...      "exposure": [500.0, 900, 100], "days_late": [0, 25, 3]}, index=list("xyz"))
    >>> plan = survey_due(customers, "2025-12-31", triggers={"days_late": 20})
    >>> plan
    SurveyPlan(3 of 3 customers due, 100 % of the exposure)
    >>> plan.customers["reasons"].to_dict()
    {'y': 'days late', 'x': 'survey too old', 'z': 'never surveyed'}
    """
    import pandas as pd

    now = _checks.day(day, "day")
    rules = {} if triggers is None else _checks.mapped(triggers, "triggers", "columns to bounds")
    by = isinstance(max_age, Mapping)
    _checks.columns(customers, "customers", [surveyed, exposure, *rules, *([grade] if by else [])])
    if not customers.index.is_unique:
        raise ValueError("customers must have one row each; got a name twice in the index")
    owed = _checks.array(customers[exposure], exposure, 0, ndim=1)
    age = _age(customers[surveyed], now, surveyed)
    allowed = _allowed(max_age, customers, grade)
    fired = {NEVER: np.isnan(age), OLD: age > allowed}
    unknown = np.zeros((len(customers), len(rules)), dtype=bool)
    for place, (name, bound) in enumerate(rules.items()):
        fired[_words(name)], unknown[:, place] = _fires(customers[name], name, bound)
    table = pd.DataFrame(fired, customers.index)
    hits = table.to_numpy()
    names = list(table.columns)
    reasons = ["; ".join(n for n, hit in zip(names, row, strict=True) if hit) for row in hits]
    count = hits.sum(axis=1)
    people = pd.DataFrame(
        {"due": count > 0, "reasons": reasons, "triggers": count, "unknown": unknown.sum(axis=1),
         "age": age, "allowed": allowed, "exposure": owed}, index=customers.index,
    )  # fmt: skip
    order = np.lexsort((-owed, -count, ~(count > 0)))
    by_trigger = pd.DataFrame(
        {
            "customers": hits.sum(axis=0),
            "alone": (hits & (count == 1)[:, None]).sum(axis=0),
            "exposure": owed @ hits,
            "unknown": np.append([0, 0], unknown.sum(axis=0)),
        },
        index=pd.Index(names, name="trigger"),
    )
    return SurveyPlan(people.iloc[order], table, by_trigger, now)


def _words(name: str) -> str:
    return str(name).replace("_", " ")


def _age(column: Any, now: Any, name: str) -> Any:
    """Months since the last survey, NaN where there was none."""
    days = _checks.dates(column, name, allow_missing=True)
    if (days > now).any():
        raise ValueError(f"{name} must not lie after `day`; got {days.max():%Y-%m-%d}")
    return ((now - days).dt.days / _DAYS_PER_MONTH).to_numpy(float)


def _allowed(max_age: Any, customers: Any, grade: str) -> Any:
    """Months allowed for each customer."""
    if not isinstance(max_age, Mapping):
        return np.full(len(customers), _checks.number(max_age, "max_age", 0, open_low=True))
    from crmlab.credit._scale import by_grade

    months = by_grade(max_age, "max_age", customers[grade])
    return customers[grade].map(months).to_numpy(float)


def _fires(column: Any, name: str, bound: Any) -> tuple[Any, Any]:
    """Where a trigger fires, and where that is not known."""
    unknown = column.isna().to_numpy()
    if isinstance(bound, bool | np.bool_):
        known = column[~unknown]
        if not bound or not known.isin([True, False]).all():
            raise ValueError(
                f"triggers[{name!r}] must be a number, or True for a column of flags; got {bound!r}"
            )
        return column.fillna(0).astype(bool).to_numpy(), unknown
    value = _checks.array(column, name, ndim=1, allow_missing=True)
    limit = _checks.number(bound, f"triggers[{name!r}]")
    return np.where(unknown, False, np.nan_to_num(value, nan=-np.inf) >= limit), unknown
