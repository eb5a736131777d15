"""What an action changed in a trial by lot, group by group (试验增量)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import normal_z
from crmlab.crm.capstone import ACTIONS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class TrialGain(Drawable):
    """Effect of an action in a trial, by group, made by :func:`trial_gain`.

    Attributes
    ----------
    table : DataFrame
        Indexed by group: treated, control (customers), with_action, without (the outcome per unit
        of the base), change (their difference), low, high.
    action, outcome : str
        What was done, and the column by which it is judged.
    level : float
        Level of the intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"action": ["visit", "none"] * 50, "before": 100,
    ...     "after": [90, 70, 110, 90] * 25})
    >>> found = trial_gain(table, "visit", "after", "before")
    >>> found
    TrialGain(visit, after: all +0.200)
    >>> found.to_frame().round(2)
           treated  control  with_action  without  change   low  high
    group
    all         50       50          1.0      0.8     0.2  0.16  0.24
    """

    _picture = "trial_gain"

    table: "pd.DataFrame"
    action: str
    outcome: str
    level: float

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per group.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        words = ", ".join(f"{k} {v:+.3f}" for k, v in self.table["change"].items())
        return f"TrialGain({self.action}, {self.outcome}: {words})"


def trial_gain(
    trial: "pd.DataFrame",
    action: str,
    outcome: str,
    base: str | None = None,
    group: "pd.Series | None" = None,
    *,
    arm: str = "action",
    level: float = 0.95,
) -> TrialGain:
    """Measure what an action changed in a trial by lot, against those without one (试验增量).

    In each group and arm the ratio ``R = Σ outcome / Σ base`` is computed; the change is ``R``
    with the action less ``R`` without. With last year's value as the base, most of the difference
    between large and small customers drops out.

    Parameters
    ----------
    trial : DataFrame
        One row per customer, such as ``datasets.load("company_trial")``.
    action : str
        The action to judge, held against "none".
    outcome : str
        Column of the year after: numbers, or True and False.
    base : str, optional
        Column of the year before, at least 0. Without it the mean of the outcome is taken.
    group : Series, optional
        Group of each row of `trial`; one group "all" without it. Categories keep their order.
    arm : str
        Column that holds what was done to each customer.
    level : float
        Level of the intervals.

    Returns
    -------
    TrialGain
        With ``.table``, ``.to_frame()`` and ``.plot()``. A group in which one side has fewer
        than two customers has no change.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, nobody had the action, a base is below 0, or a group is missing.

    Notes
    -----
    The variance of a ratio is ``n/(n−1) · Σ (y − R x)² / (Σ x)²`` (Cochran 1977, chapter 6); those
    of the two arms add up. The interval is normal, so it asks for some dozens of customers on each
    side.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"action": ["visit", "none"] * 50, "before": 100,
    ...     "after": [90, 70, 110, 90] * 25})
    >>> trial_gain(table, "visit", "after", "before")
    TrialGain(visit, after: all +0.200)
    """
    import pandas as pd

    _checks.columns(trial, "trial", [arm, outcome, *([base] if base is not None else [])])
    _checks.choice(action, "action", ACTIONS[1:])
    z = normal_z(level)
    result = trial[outcome]
    after = _checks.array(result.astype(int) if result.dtype == bool else result, outcome, ndim=1)
    before = (
        _checks.array(trial[base], base, 0, ndim=1) if base is not None else np.ones(len(trial))
    )
    done = trial[arm].to_numpy()
    for name in (action, "none"):
        if not (done == name).any():
            raise ValueError(f"trial must have customers with the action {name!r}; got none")
    if group is None:
        group = pd.Series("all", index=trial.index, name="group")
    if not isinstance(group, pd.Series):
        raise TypeError(f"group must be a pandas Series; got {type(group).__name__}")
    if len(group) != len(trial):
        raise ValueError(
            f"group must have one value per row of trial ({len(trial)}); got {len(group)}"
        )
    _checks.no_gaps(group, "group")
    rows: dict[Any, list[float]] = {}
    found = group.reset_index(drop=True).groupby(group.to_numpy()).indices
    ordered = isinstance(group.dtype, pd.CategoricalDtype)
    labels = [name for name in group.cat.categories if name in found] if ordered else list(found)
    for label in labels:
        places = found[label]
        treated, control = places[done[places] == action], places[done[places] == "none"]
        (one, v1), (two, v2) = (_ratio(after[at], before[at]) for at in (treated, control))
        half = z * np.sqrt(v1 + v2)
        change = one - two
        rows[label] = [treated.size, control.size, one, two, change, change - half, change + half]
    names = ["treated", "control", "with_action", "without", "change", "low", "high"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names)
    table.index.name = group.name or "group"
    whole = table.astype(dict.fromkeys(names[:2], int))
    return TrialGain(whole, action, outcome, float(level))


def _ratio(y: Any, x: Any) -> tuple[float, float]:
    """Ratio of the sums, and its variance; no numbers for fewer than two customers."""
    if x.size < 2 or x.sum() <= 0:
        return float("nan"), float("nan")
    ratio = y.sum() / x.sum()
    variance = x.size / (x.size - 1) * ((y - ratio * x) ** 2).sum() / x.sum() ** 2
    return float(ratio), float(variance)
