"""From leads and orders to the chain of customer stages, with its uncertainty."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.sales._table import day_name, day_number, days
from crmlab.sales.pipeline import Pipeline, pipeline

if TYPE_CHECKING:
    import pandas as pd

#: The columns of a table of leads that hold the day of entering each of the five stages.
STAGE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "potential": "created",
        "target": "first_contact",
        "intending": "intent",
        "signed": "contract",
        "long-term": "long_term",
    }
)


def customer_stages(
    leads: "pd.DataFrame",
    orders: "pd.DataFrame",
    *,
    day: Any = None,
    after_days: int = 365,
    silent_days: int = 180,
    contract: str = "contract",
    closed: str = "closed",
    customer: str = "customer",
    date: str = "date",
) -> "pd.DataFrame":
    """Add to each lead when it became a long-term customer, or when it was lost (长期客户).

    A customer is **lost** on the day on which `silent_days` have passed without an order; the
    contract counts as the first. It is **long-term** on day `after_days` after the contract, if
    it was not lost before.

    Parameters
    ----------
    leads : DataFrame
        One row per lead, with the columns named below.
    orders : DataFrame
        One row per order, with `customer` and `date`.
    day : date or str, optional
        As known at the end of this day; without it the last day of the orders.
    after_days, silent_days : int
        The two rules.
    contract, closed, customer, date : str
        Names of the columns.

    Returns
    -------
    DataFrame
        `leads` with two more columns, long_term and lost; missing where it did not happen.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or holds no dates, or a customer stands at two leads.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.to_datetime
    >>> table = pd.DataFrame({"customer": ["a", "b"], "contract": day(["2024-01-01"] * 2),
    ...     "closed": day(["2024-01-01"] * 2)})
    >>> log = pd.DataFrame({"customer": ["a", "a", "a", "b"], "date": day(
    ...     ["2024-01-05", "2024-06-01", "2024-11-01", "2024-01-03"])})
    >>> customer_stages(table, log, day="2025-06-30")[["customer", "long_term", "lost"]]
      customer  long_term       lost
    0        a 2024-12-31        NaT
    1        b        NaT 2024-07-01
    """
    import pandas as pd

    _checks.columns(leads, "leads", [contract, closed, customer])
    _checks.columns(orders, "orders", [customer, date])
    when = _checks.dates(orders[date], date)
    at = when.max() if day is None else _checks.day(day, "day")
    after, silent = (
        _checks.count(after_days, "after_days"),
        _checks.count(silent_days, "silent_days"),
    )
    won, ended = (
        _checks.dates(leads[column], column, allow_missing=True) for column in (contract, closed)
    )
    lead = leads[customer].astype(object)  # categories of two tables need not be the same
    named = lead.dropna()
    _checks.no_gaps(named, customer)
    _checks.no_gaps(orders[customer], customer)
    if named.duplicated().any():
        raise ValueError(
            f"{customer} must stand at one lead only; got "
            f"{named[named.duplicated()].iloc[0]!r} twice"
        )
    signed = won.where(won <= at)
    # Silence begins at the contract and after each order; the first gap that is too long ends it.
    events = pd.concat(
        [
            pd.DataFrame({"who": lead, "day": signed}).dropna(),
            pd.DataFrame({"who": orders[customer].astype(object), "day": when})[when <= at],
        ]
    ).sort_values(["who", "day"], kind="stable", ignore_index=True)
    following = events.groupby("who")["day"].shift(-1).fillna(at + pd.Timedelta(days=1))
    gone = events["day"] + pd.Timedelta(days=silent)
    first_gap = gone[gone < following].groupby(events["who"]).min()
    left = lead.map(first_gap)
    loyal = signed + pd.Timedelta(days=after)
    loyal = loyal.where(left.isna() | (left > loyal))
    loyal = loyal.where((loyal <= at) & lead.notna())
    left = left.where(signed.notna() & loyal.isna() & (left <= at))
    lost = left.where(signed.notna(), ended.where(ended <= at))
    return leads.assign(long_term=loyal, lost=lost)


@dataclass(frozen=True, eq=False)
class PipelineEstimate(Drawable):
    """A chain estimated from leads, made by :func:`estimate_pipeline`.

    Attributes
    ----------
    pipeline : Pipeline
        The chain.
    moves : DataFrame
        One row per pair of states that occurred: count, share, low, high (Wilson).
    intervals : DataFrame
        One row per transient state: chance_to_sign and periods_to_sign, each with its low and high
        by bootstrap over leads; periods are missing where nobody signs.
    by_age : DataFrame
        One row per state and band of periods in it: at_risk, went_on (to a later state, not lost),
        share with low and high. A chain without memory has equal shares in all bands of a state.
    leads, periods : int
        Leads counted, and lead-periods.
    period_days : int
        Days of a period.
    until : str
        The day as known at which.

    Examples
    --------
    >>> from crmlab import datasets
    >>> both = customer_stages(datasets.load("company_leads"), datasets.load("company_orders"))
    >>> found = estimate_pipeline(both, day="2025-11-30", draws=20)
    >>> found.to_frame().iloc[0].round(2)
    chance_to_sign      0.11
    chance_low          0.10
    chance_high         0.12
    periods_to_sign    16.92
    periods_low        16.56
    periods_high       17.49
    Name: potential, dtype: float64
    """

    _picture = "pipeline_memory"

    pipeline: Pipeline
    moves: "pd.DataFrame"
    intervals: "pd.DataFrame"
    by_age: "pd.DataFrame"
    leads: int
    periods: int
    period_days: int
    until: str

    def to_frame(self) -> "pd.DataFrame":
        """Return the intervals, one row per transient state.

        Returns
        -------
        DataFrame
        """
        return self.intervals.copy()

    def __repr__(self) -> str:
        first = self.intervals.iloc[0]
        return (
            f"PipelineEstimate({self.leads} leads, {self.periods} periods of {self.period_days} "
            f"days: {self.intervals.index[0]} signs with {100 * first['chance_to_sign']:.1f} % "
            f"[{100 * first['chance_low']:.1f}, {100 * first['chance_high']:.1f}])"
        )


def estimate_pipeline(
    leads: "pd.DataFrame",
    *,
    day: Any,
    period_days: int = 7,
    stages: Mapping[str, str] = STAGE_COLUMNS,
    lost: str = "lost",
    signed: str = "signed",
    level: float = 0.95,
    draws: int = 200,
    seed: int = 1,
) -> PipelineEstimate:
    """Estimate the chain of customer stages from leads (转移矩阵的估计).

    Each lead is looked at on the day of its first stage and every `period_days` after it, until
    it is lost or in the last stage or `day` comes. Moves are counted; what is not over counts
    as far as it went.

    Parameters
    ----------
    leads : DataFrame
        One row per lead, from :func:`customer_stages`.
    day : date or str
        As known at the end of this day.
    period_days : int
        Days of a period.
    stages : mapping
        State → column with the day of entering it, in the order of the stages.
    lost : str
        Column with the day on which the lead or the customer was lost; also the name of the state.
    signed : str
        The state that counts as signed.
    level : float
        Level of the intervals.
    draws, seed : int
        Bootstrap samples of leads, and the seed.

    Returns
    -------
    PipelineEstimate
        With ``.pipeline``, ``.moves``, ``.intervals``, ``.by_age``, ``.to_frame()``, ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, no lead has a whole period, or a state was never left.

    Notes
    -----
    The clock of each lead begins with the lead: on a calendar grid, stages that last less than a
    period would be seen only when they last long. Shares of counts are the maximum-likelihood
    estimate (Anderson & Goodman 1957). Sampling whole leads keeps what belongs together.

    Examples
    --------
    >>> from crmlab import datasets
    >>> both = customer_stages(datasets.load("company_leads"), datasets.load("company_orders"))
    >>> found = estimate_pipeline(both, day="2025-11-30", draws=20)
    >>> found.pipeline
    Pipeline(chance to sign: potential 11.1 %, target 12.7 %, intending 32.9 %)
    """
    names, state = _states(leads, day, period_days, stages, lost)
    k = len(names)
    before, after = state[:, :-1], state[:, 1:]
    # A lead's last look in an absorbing state is its first one there.
    counted = (before >= 0) & (before < k - 2) & (after >= 0)
    counts = _counts(before, after, counted, k)
    if not counts.sum():
        raise ValueError(f"leads must have a whole period before {day}; got none")
    total = counts.sum(axis=0)
    chain = pipeline(_matrix(total, names), states=names, signed=signed)
    return PipelineEstimate(
        chain,
        _moves(total, names, level),
        _bootstrap(counts, chain, level, _checks.count(draws, "draws", 2), _checks.seed(seed)),
        _memory(state, counted, names, level),
        int(counted.any(axis=1).sum()),
        int(counted.sum()),
        int(period_days),
        day_name(day_number(day, "day")),
    )


def _states(
    leads: "pd.DataFrame", until: Any, period_days: int, stages: Mapping[str, str], lost: str
) -> tuple[tuple[str, ...], np.ndarray]:
    """State of each lead at each look: −1 where it is not looked at."""
    if not isinstance(stages, Mapping) or len(stages) < 3:
        raise ValueError(f"stages must map at least 3 states to columns; got {stages!r}")
    _checks.columns(leads, "leads", [*stages.values(), lost])
    times = np.column_stack([days(leads[column], column) for column in stages.values()])
    end = days(leads[lost], lost)
    at, step = day_number(until, "day"), _checks.count(period_days, "period_days")
    kept = times[:, 0] <= at
    if not kept.any():
        raise ValueError(f"day must not be before the first lead; got {until!r}")
    times, end = times[kept], end[kept]
    looks = int((at - times[:, 0].min()) // step) + 1
    clock = times[:, :1] + step * np.arange(looks)
    state = np.full(clock.shape, -1)
    for column in times.T:
        state += clock >= column[:, None]
    names = (*stages, lost)
    gone = clock >= end[:, None]
    state[gone & (state < len(stages) - 1)] = len(names) - 1
    state[clock > at] = -1
    return names, state


def _counts(before: np.ndarray, after: np.ndarray, counted: np.ndarray, k: int) -> np.ndarray:
    """Count the moves of each lead: an array of shape (leads, k, k)."""
    lead, _period = np.nonzero(counted)
    cell = (lead * k + before[counted]) * k + after[counted]
    return np.bincount(cell, minlength=len(before) * k * k).reshape(-1, k, k)


def _matrix(total: np.ndarray, names: tuple[str, ...]) -> FloatArray:
    """Shares of each row; the last two states are the ends."""
    rows = total.sum(axis=1)
    never = rows[:-2] == 0
    if never.any():
        raise ValueError(
            f"leads must be seen in every state; got none in {names[int(np.argmax(never))]!r}"
        )
    matrix = np.eye(len(total))
    matrix[:-2] = total[:-2] / rows[:-2, None]
    return matrix


def _moves(total: np.ndarray, names: tuple[str, ...], level: float) -> "pd.DataFrame":
    import pandas as pd

    rows = total.sum(axis=1)
    low, high = wilson(total, np.broadcast_to(rows[:, None], total.shape), level)
    pairs = pd.MultiIndex.from_product([names, names], names=["from", "to"])
    share = total / np.maximum(rows, 1)[:, None]
    columns = {"count": total, "share": share, "low": low, "high": high}
    table = pd.DataFrame({name: value.ravel() for name, value in columns.items()}, index=pairs)
    return table[table["count"] > 0]


def _bootstrap(
    counts: np.ndarray, chain: Pipeline, level: float, draws: int, seed: int
) -> "pd.DataFrame":
    """Percentile intervals over samples of leads."""
    import pandas as pd

    rng, n, k = np.random.default_rng(seed), len(counts), len(chain.states)
    flat, found = counts.reshape(n, -1).astype(float), []
    for _draw in range(draws):
        weight = np.bincount(rng.integers(0, n, n), minlength=n)
        total = (weight @ flat).reshape(k, k)
        if (total[:-2].sum(axis=1) == 0).any():
            continue  # a state that this sample does not hold
        try:
            matrix = _matrix(total, tuple(map(str, chain.states)))
            table = pipeline(matrix, states=chain.states, signed=chain.signed).table
        except ValueError:
            continue
        # Nobody signs from a state that the sample never leaves.
        table = table.reindex(chain.table.index).fillna({"chance_to_sign": 0.0})
        found.append(table[["chance_to_sign", "periods_to_sign"]].to_numpy())
    if not found:
        raise ValueError("leads must give a chain in some bootstrap sample; got none")
    inside = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    ends = [(1 - inside) / 2, (1 + inside) / 2]
    drawn = np.array(found)
    low, high = np.full((2, *drawn.shape[1:]), np.nan)
    known = ~np.isnan(drawn).all(axis=0)
    low[known], high[known] = np.nanquantile(drawn[:, known], ends, axis=0)
    table = chain.table
    return pd.DataFrame(
        {
            "chance_to_sign": table["chance_to_sign"],
            "chance_low": low[:, 0],
            "chance_high": high[:, 0],
            "periods_to_sign": table["periods_to_sign"],
            "periods_low": low[:, 1],
            "periods_high": high[:, 1],
        },
        index=table.index,
    )


def _memory(
    state: np.ndarray, counted: np.ndarray, names: tuple[str, ...], level: float
) -> "pd.DataFrame":
    """Share that moves on, by the periods in the state so far: equal without memory."""
    import pandas as pd

    spent = np.zeros(state.shape, dtype=int)
    for t in range(1, state.shape[1]):
        spent[:, t] = np.where(state[:, t] == state[:, t - 1], spent[:, t - 1] + 1, 0)
    edges = np.array([0, 2, 4, 8, 16])
    band = np.searchsorted(edges, spent[:, :-1], "right") - 1
    k, m = len(names), edges.size
    cell = (state[:, :-1] * m + band)[counted]
    after, before = state[:, 1:][counted], state[:, :-1][counted]
    size = (k - 2) * m
    n = np.bincount(cell, minlength=size)[:size]
    on = np.bincount(cell, (after > before) & (after < k - 1), minlength=size)[:size]
    low, high = wilson(on, n, level)
    pairs = pd.MultiIndex.from_product([names[: k - 2], edges], names=["state", "from_period"])
    return pd.DataFrame(
        {
            "at_risk": n,
            "went_on": on.astype(int),
            "share": np.divide(on, n, out=np.full(size, np.nan), where=n > 0),
            "low": low,
            "high": high,
        },
        index=pairs,
    )
