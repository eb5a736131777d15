"""The funnel from a table of leads, of which some are still open (删失)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import normal_z, wilson
from crmlab.sales._incidence import Incidence, incidence
from crmlab.sales._table import STAGES, amounts, day_name, day_number, read

if TYPE_CHECKING:
    import pandas as pd


def snapshot(
    leads: "pd.DataFrame",
    day: Any,
    *,
    stages: Sequence[str] = STAGES,
    closed: str = "closed",
    value: str = "value_estimated",
) -> "pd.DataFrame":
    """Return the open leads as they stood at the end of a day (某日的销售漏斗).

    Parameters
    ----------
    leads : DataFrame
        One row per lead with the day of entering each stage, missing if it was not reached.
    day : date or str
        The day. What happened later is not looked at.
    stages : sequence of str
        Columns of dates in the order of the stages; the last one is the contract.
    closed : str
        Column with the day on which the lead was signed or written off.
    value : str
        Column with the estimated value.

    Returns
    -------
    DataFrame
        One row per open lead with the index of `leads`: stage, entered (the day of entering it),
        days (since then), age (days since creation), value.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, holds no dates, or its dates are out of order.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"created": ["2025-01-01", "2025-01-05"], "contract": [None, None],
    ...     "closed": [None, "2025-02-01"], "value_estimated": [100, 50]}, index=["L1", "L2"])
    >>> dates = ["created", "contract", "closed"]
    >>> table[dates] = table[dates].apply(pd.to_datetime)
    >>> snapshot(table, "2025-02-10", stages=["created", "contract"])[["stage", "days", "value"]]
          stage  days  value
    L1  created    40  100.0
    """
    import pandas as pd

    data = read(leads, stages, closed)
    at = day_number(day, "day")
    here = data.open(at)
    money = amounts(leads, value, here)
    stage = data.stage(at)[here]
    entered = data.times[here, stage]
    return pd.DataFrame(
        {
            "stage": pd.Categorical(
                np.array(data.stages)[stage], list(data.stages[:-1]), ordered=True
            ),
            "entered": pd.to_datetime(entered, unit="D"),
            "days": (at - entered).astype(int),
            "age": (at - data.times[here, 0]).astype(int),
            "value": money[here],
        },
        index=leads.index[here],
    )


@dataclass(frozen=True, eq=False)
class LeadFunnel(Drawable):
    """Conversion of leads by three rules, made by :func:`lead_funnel`.

    Attributes
    ----------
    table : DataFrame
        One row per step from a stage to the next: entered, went_on, lost, open (numbers of leads
        that entered the stage); naive, the share of all that entered; closed, the share of those
        that went on or were lost; survival, the Aalen–Johansen estimate, with low and high; and
        undecided, the part of the chance that the data leave open; a share is missing where no
        lead entered the stage.
    overall : Series
        From the first stage to the last: naive, closed, survival, low, high.
    curves : dict
        For each step the days since entering and the chance to have gone on by then.
    until : str
        The day as known at which.

    Examples
    --------
    >>> from crmlab import datasets
    >>> found = lead_funnel(datasets.load("company_leads"), day="2025-11-30")
    >>> found.to_frame().iloc[0].round(2)
    entered      6110.00
    went_on      5137.00
    lost          900.00
    open           73.00
    naive           0.84
    closed          0.85
    survival        0.85
    low             0.84
    high            0.85
    undecided       0.00
    Name: created → first_contact, dtype: float64
    """

    _picture = "lead_funnel"

    table: "pd.DataFrame"
    overall: "pd.Series"
    curves: dict[str, tuple[FloatArray, FloatArray]]
    until: str

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per step.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        o = self.overall
        return (
            f"LeadFunnel(as known on {self.until}: {100 * o['survival']:.1f} % signed "
            f"[{100 * o['low']:.1f}, {100 * o['high']:.1f}]; of the closed "
            f"{100 * o['closed']:.1f} %, of all {100 * o['naive']:.1f} %)"
        )


def lead_funnel(
    leads: "pd.DataFrame",
    *,
    day: Any = None,
    stages: Sequence[str] = STAGES,
    closed: str = "closed",
    level: float = 0.95,
) -> LeadFunnel:
    """Conversion by stage where some leads are still open (含未结束线索的转化率).

    For each step the leads that entered the stage went on, were lost, or are open. To count the
    open ones as lost ("naive") says too little. To leave them out ("closed") says too much if
    winning is faster than losing, and too little the other way round. The third rule treats them
    as censored: the Aalen–Johansen estimate of the chance to go on, with loss as competing risk.

    Parameters
    ----------
    leads : DataFrame
        One row per lead.
    day : date or str, optional
        As known at the end of this day; without it the last day in the table.
    stages, closed
        As in :func:`snapshot`.
    level : float
        Level of the intervals.

    Returns
    -------
    LeadFunnel
        With ``.table``, ``.overall``, ``.curves``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or its dates are out of order, or no lead was created by `day`.

    Notes
    -----
    Aalen & Johansen (1978). The interval of a step is Wilson's with the number of leads that would
    give the same variance. The overall chance is the product over the steps, which holds if the
    chance to go on does not depend on how fast the lead came so far; its interval takes the
    steps as independent.

    Examples
    --------
    >>> from crmlab import datasets
    >>> found = lead_funnel(datasets.load("company_leads"), day="2025-11-30")
    >>> found.overall.round(3).to_dict()
    {'naive': 0.097, 'closed': 0.114, 'survival': 0.104, 'low': 0.097, 'high': 0.113}
    """
    import pandas as pd

    data = read(leads, stages, closed)
    at = data.last if day is None else day_number(day, "day")
    if not (data.times[:, 0] <= at).any():
        raise ValueError(f"day must not be before the first lead; got {day_name(at)}")
    rows, curves = [], {}
    for before, after in zip(range(len(data.stages) - 1), data.stages[1:], strict=True):
        here = data.times[:, before] <= at
        start = data.times[here, before]
        on, off = data.times[here, before + 1], data.closed[here]
        went = on <= at
        lost = ~went & (off <= at)
        span = np.where(went, on, np.where(lost, off, at)) - start
        got = incidence(span, went, lost)
        curves[after] = (got.time, got.chance)
        rows.append(_step(start.size, int(went.sum()), int(lost.sum()), got, level))
    names = [f"{a} → {b}" for a, b in zip(data.stages[:-1], data.stages[1:], strict=True)]
    table = pd.DataFrame(rows, index=pd.Index(names, name="step"))
    return LeadFunnel(table, _overall(table, level), curves, day_name(at))


def _step(entered: int, went: int, lost: int, got: Incidence, level: float) -> dict[str, float]:
    """One row of the table."""
    chance = float(got.chance[-1]) if got.chance.size else 0.0
    variance = float(got.variance[-1]) if got.variance.size else 0.0
    # Between 0 and 1 the leads that would give this variance; at the ends those that ended.
    n = chance * (1 - chance) / variance if variance > 0 else float(went + lost)
    low, high = wilson(chance * n, n, level)
    return {
        "entered": entered,
        "went_on": went,
        "lost": lost,
        "open": entered - went - lost,
        "naive": went / entered if entered else np.nan,
        "closed": went / (went + lost) if went + lost else np.nan,
        "survival": chance if went + lost else np.nan,
        "low": float(low),
        "high": float(high),
        "undecided": got.left,
    }


def _overall(table: "pd.DataFrame", level: float) -> "pd.Series":
    """Products over the steps; the interval by the variances of the logarithms."""
    import pandas as pd

    means = table[["naive", "closed", "survival"]].prod(skipna=False)
    # A step's own interval, on the scale of the logarithm, gives its part of the variance.
    z = normal_z(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = (np.log(table["high"]) - np.log(table["low"])) / (2 * z)
    half = z * float(np.sqrt((width**2).sum(skipna=False)))
    chance = float(means["survival"])
    low, high = chance * np.exp(-half), min(chance * np.exp(half), 1.0)
    return pd.concat([means, pd.Series({"low": low, "high": high})]).rename("overall")
