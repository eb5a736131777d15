"""Stages of collection estimated from a history of dunning."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.credit.collection import read_stages, stop_lines

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class StageEstimates(Drawable):
    """Cost, days and recovery of each stage of collection, made by :func:`estimate_stages`.

    Attributes
    ----------
    table : DataFrame
        One row per stage, in order: tried (steps with a known result), settled (steps that
        closed the case with money), running (steps without a result yet, left out), chance with
        low and high (Wilson's interval), share (of the open amounts that came in where the case
        was settled), part (of the open amounts that came in where it was not), fee (of what came
        in), cost and days (means); a share is missing where its case did not occur.
    level : float
        Level of the interval.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({
    ...     "invoice": ["I1", "I1", "I2", "I3"],
    ...     "stage": ["reminder", "call", "reminder", "reminder"],
    ...     "date": pd.to_datetime(["2025-03-01", "2025-03-15", "2025-03-02", "2025-03-20"]),
    ...     "until": pd.to_datetime(["2025-03-15", "2025-03-20", "2025-03-10", None]),
    ...     "open": [500.0, 500.0, 80.0, 90.0], "cost": [5.0, 20.0, 5.0, 5.0],
    ...     "recovered": [0.0, 500.0, 80.0, None]})
    >>> found = estimate_stages(steps)
    >>> found
    StageEstimates(3 steps; reminder 50 %, call 100 %)
    >>> found.to_frame().iloc[0].round(2)
    tried       2.00
    settled     1.00
    running     1.00
    chance      0.50
    low         0.09
    high        0.91
    share       1.00
    part        0.00
    fee         0.00
    cost        5.00
    days       11.00
    Name: reminder, dtype: float64
    >>> found.stages()
              cost  days  chance  share  fee
    stage
    reminder   5.0  11.0     0.5    1.0  0.0
    call      20.0   5.0     1.0    1.0  0.0
    >>> found.stops(500, rate=0.1, draws=20).round(2)
              best   value     low    high
    stop
    nothing    0.0    0.00    0.00    0.00
    reminder   0.0  274.68  115.96  425.85
    call       1.0  429.34  360.34  485.29
    """

    _picture = "stage_estimates"

    table: "pd.DataFrame"
    level: float

    def stages(self) -> "pd.DataFrame":
        """Return the table of stages that :func:`collection_plan` takes.

        Stages that settled nothing have a share of 1, which then plays no role. What came in
        without settling a case is not in it, so it is a little too low.

        Returns
        -------
        DataFrame
        """
        columns = self.table[["cost", "days", "chance", "share", "fee"]]
        return columns.fillna({"share": 1.0, "fee": 0.0})

    def stops(
        self,
        amount: float,
        rate: float = 0.0,
        *,
        customer_value: float = 0.0,
        salvage: float = 0.0,
        loss: Any = 0.0,
        draws: int = 1000,
        seed: int = 0,
    ) -> "pd.DataFrame":
        """How sure the best stopping point is, given so short a history.

        The chances are drawn again and again from what the history leaves open (beta laws, from a
        uniform prior), and each time the best stopping point is found.

        Parameters
        ----------
        amount, rate, customer_value, salvage
            As in :func:`collection_plan`.
        loss : float or array of shape (stages,)
            Chance that each step costs the customer; a history of dunning does not tell it.
        draws : int
            Number of draws.
        seed : int
            Seed of the random numbers.

        Returns
        -------
        DataFrame
            One row per stopping point, the first "nothing": best (share of the draws in which it
            is the best), value (mean present value), low and high (range of the middle 90 %).

        Raises
        ------
        ValueError, TypeError
            If a number is outside its bounds.
        """
        import pandas as pd

        debt = _checks.number(amount, "amount", 0)
        price = _checks.one_rate(rate)
        future = _checks.number(customer_value, "customer_value", 0)
        rest = _checks.number(salvage, "salvage", 0, 1)
        size = _checks.count(draws, "draws")
        rng = np.random.default_rng(_checks.seed(seed))
        lost = _checks.array(loss, "loss", 0, 1)
        base = self.stages()
        if lost.ndim and lost.shape != (len(base),):
            raise ValueError(
                f"loss must be one number or one per stage ({len(base)}); got {lost.shape}"
            )
        base = base.assign(loss=lost)
        settled, tried = self.table["settled"].to_numpy(), self.table["tried"].to_numpy()
        chances = rng.beta(settled + 1, tried - settled + 1, (size, len(base)))
        values = np.empty((size, len(base) + 1))
        plan = read_stages(base)
        for i, chance in enumerate(chances):
            drawn = replace(plan, chance=chance)
            slope, intercept = stop_lines(drawn, price, future, rest, 365)
            values[i] = slope * debt + intercept
        best = np.bincount(values.argmax(axis=1), minlength=values.shape[1]) / size
        low, high = np.quantile(values, [0.05, 0.95], axis=0)
        rows = pd.Index(["nothing", *base.index], name="stop")
        return pd.DataFrame(
            {"best": best, "value": values.mean(axis=0), "low": low, "high": high}, index=rows
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per stage.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        words = ", ".join(
            f"{name} {100 * chance:.0f} %" for name, chance in self.table["chance"].items()
        )
        return f"StageEstimates({int(self.table['tried'].sum())} steps; {words})"


def estimate_stages(
    history: Any,
    *,
    case: str = "invoice",
    stage: str = "stage",
    date: str = "date",
    until: str = "until",
    open_amount: str = "open",
    recovered: str = "recovered",
    cost: str = "cost",
    fee: str | None = None,
    order: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> StageEstimates:
    """Estimate cost, days and recovery of each stage from a history of dunning (催收记录).

    One row is one step taken for one overdue debt. A step settled the debt if money came in and no
    further step followed.

    Parameters
    ----------
    history : DataFrame
        The steps.
    case, stage, date, until, open_amount, recovered, cost : str
        Its columns: the debt; the stage; the days on which the step was taken and on which its
        result was known; the amount open when it was taken; what came in until then; what the
        step cost. `until` and `recovered` are missing while a step is running.
    fee : str, optional
        Column of what a collector kept of the money that came in; missing where it kept nothing.
    order : sequence, optional
        The stages in their order; by their mean place in the cases without it.
    level : float
        Level of Wilson's interval for each chance.

    Returns
    -------
    StageEstimates
        With ``.table``, ``.stages()``, ``.stops(amount)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, an amount is below 0 or missing, more came in than was open, a
        case has a stage twice, a result comes before its step, or `order` does not hold all
        stages.

    Notes
    -----
    The chance of a stage holds for the debts that reached it, which are not those that began: who
    can pay has often paid before. And what came in *after* a reminder did not all come in
    *because of* it. Steps for several debts of one customer are not independent; the intervals
    are then too narrow.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({
    ...     "invoice": ["I1", "I1", "I2", "I3"],
    ...     "stage": ["reminder", "call", "reminder", "reminder"],
    ...     "date": pd.to_datetime(["2025-03-01", "2025-03-15", "2025-03-02", "2025-03-20"]),
    ...     "until": pd.to_datetime(["2025-03-15", "2025-03-20", "2025-03-10", None]),
    ...     "open": [500.0, 500.0, 80.0, 90.0], "cost": [5.0, 20.0, 5.0, 5.0],
    ...     "recovered": [0.0, 500.0, 80.0, None]})
    >>> estimate_stages(steps).table[["tried", "settled", "running", "chance", "days"]]
              tried  settled  running  chance  days
    stage
    reminder      2        1        1     0.5  11.0
    call          1        1        0     1.0   5.0
    """
    import pandas as pd

    names = {"case": case, "stage": stage, "date": date, "until": until, "open": open_amount,
             "recovered": recovered, "cost": cost}  # fmt: skip
    _checks.columns(history, "history", [*names.values(), *([fee] if fee is not None else [])])
    steps = pd.DataFrame({name: history[column].array for name, column in names.items()})
    steps["fee"] = 0.0 if fee is None else history[fee].fillna(0.0).array
    steps, done = _checked_steps(steps)
    last = ~steps["case"].duplicated(keep="last")
    steps["settled"] = done & last & (steps["recovered"] > 0)
    steps["wait"] = (steps["until"] - steps["date"]).dt.days
    place = steps.groupby("case", observed=True).cumcount()
    found = place.groupby(steps["stage"], observed=True).mean().sort_values(kind="stable")
    wanted = _ordered(order, list(found.index))
    table = pd.DataFrame.from_dict(
        {name: _row(steps[steps["stage"] == name], done) for name in wanted}, orient="index"
    ).rename_axis("stage")
    for name in ("tried", "settled", "running"):
        table[name] = table[name].astype(int)
    low, high = wilson(table["settled"], table["tried"], level)
    table.insert(4, "low", low)
    table.insert(5, "high", high)
    return StageEstimates(table, float(level))


def _checked_steps(steps: "pd.DataFrame") -> tuple["pd.DataFrame", "pd.Series"]:
    """Check the columns; return the steps in order and which of them have a result."""
    for name in ("case", "stage"):
        _checks.no_gaps(steps[name], name)
    steps["date"] = _checks.dates(steps["date"], "date")
    done = steps["recovered"].notna()
    if not done.any():
        raise ValueError("recovered must be known for at least one step; got none")
    if (steps["until"].notna() != done).any():
        row = int(np.argmax(steps["until"].notna() != done))
        raise ValueError(
            "until and recovered must be known or missing together; got one without the other "
            f"in row {row}"
        )
    steps["until"] = _checks.dates(steps["until"], "until", allow_missing=True)
    for name in ("open", "cost", "fee"):
        steps[name] = _checks.array(steps[name], name, 0)
    steps["recovered"] = _checks.array(steps["recovered"], "recovered", 0, allow_missing=True)
    for wrong, wanted in (
        (steps["recovered"] > steps["open"] + 1e-9, "recovered must be at most the open amount"),
        (steps["fee"] > steps["recovered"].fillna(0) + 1e-9, "fee must be at most what came in"),
        (steps["until"] < steps["date"], "until must not be before date"),
        (steps.duplicated(["case", "stage"]), "history must have each stage once per case"),
    ):
        if wrong.any():
            raise ValueError(f"{wanted}; got row {int(np.argmax(wrong))}, where it is not so")
    steps = steps.sort_values(["case", "date"], kind="stable", ignore_index=True)
    return steps, steps["recovered"].notna()


def _ordered(order: Any, found: list[Any]) -> list[Any]:
    if order is None:
        return found
    wanted = _checks.listed(order, "order", "stages")
    if len(wanted) != len(set(wanted)) or set(wanted) != set(found):
        raise ValueError(f"order must hold each of {found} once; got {wanted}")
    return wanted


def _row(steps: "pd.DataFrame", done: Any) -> dict[str, float]:
    """Return counts and means of one stage."""
    known = steps[done.loc[steps.index]]
    paid, rest = known[known["settled"]], known[~known["settled"]]

    def part(some: "pd.DataFrame", top: str, bottom: str) -> float:
        whole = float(some[bottom].sum())
        return float(some[top].sum()) / whole if whole else float("nan")

    return {
        "tried": len(known),
        "settled": len(paid),
        "running": len(steps) - len(known),
        "chance": len(paid) / len(known) if len(known) else float("nan"),
        "share": part(paid, "recovered", "open"),
        "part": part(rest, "recovered", "open"),
        "fee": part(known, "fee", "recovered"),
        "cost": float(steps["cost"].mean()),
        "days": float(known["wait"].mean()),
    }
