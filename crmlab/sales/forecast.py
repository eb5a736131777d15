"""The weighted forecast with a date, and held against what happened (销售预测与回测)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.sales._table import STAGES, Leads, amounts, day_name, day_number, read

if TYPE_CHECKING:
    import pandas as pd

#: Days in the stage at which a new cell of the signing rates begins.
BANDS = (0, 15, 30, 60)


@dataclass(frozen=True, eq=False)
class _Book:
    """Leads with their money: what every forecast reads."""

    leads: Leads
    value: FloatArray
    signed: FloatArray
    index: "pd.Index"


def _book(
    frame: "pd.DataFrame", stages: Sequence[str], closed: str, value: str, signed: str
) -> _Book:
    data = read(frame, stages, closed)
    won = np.isfinite(data.times[:, -1])
    everyone = np.ones(len(frame), dtype=bool)
    return _Book(data, amounts(frame, value, everyone), amounts(frame, signed, won), frame.index)


def _start(book: _Book, start: Any) -> float:
    """Return the day before which no window begins."""
    return float(book.leads.times[:, 0].min()) + 90 if start is None else day_number(start, "start")


def _bands(bands: Any) -> FloatArray:
    edges = _checks.array(bands, "bands", 0, ndim=1)
    if edges[0] != 0 or (np.diff(edges) <= 0).any():
        raise ValueError(f"bands must begin with 0 and rise; got {edges.tolist()}")
    return edges


def _cells(book: _Book, at: float, edges: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the open leads and the cell, stage by band, of each."""
    rows = np.flatnonzero(book.leads.open(at))
    stage = book.leads.stage(at)[rows]
    band = np.searchsorted(edges, at - book.leads.times[rows, stage], "right") - 1
    return rows, stage * edges.size + band


@dataclass(frozen=True, eq=False)
class SigningRates(Drawable):
    """Chance of an open lead to be signed within a horizon, made by :func:`signing_rates`.

    Attributes
    ----------
    table : DataFrame
        One row per stage and band of days in it: open, the leads seen; signed, those of them
        signed within the horizon; probability with low and high. A cell without leads has the
        probability of its whole stage.
    value_ratio : float
        Volume signed over volume estimated, of the leads that were signed.
    ratios : ndarray
        The same of each of them.
    new : ndarray
        Volume signed in each past window from leads that were not there when it began.
    horizon, windows : int
        Days of a window and the number of windows.
    day : str
        The day at whose end the rates are known.
    bands : ndarray
        Days at which the bands begin.

    Examples
    --------
    >>> from crmlab import datasets
    >>> rates = signing_rates(datasets.load("company_leads"), "2025-11-30")
    >>> rates.to_frame().head(2).round(2)
                      open  signed  probability  low  high
    stage   from_day
    created 0         1135       4         0.00  0.0  0.01
            15         189       1         0.01  0.0  0.03
    """

    _picture = "signing_rates"

    table: "pd.DataFrame"
    value_ratio: float
    ratios: FloatArray
    new: FloatArray
    horizon: int
    windows: int
    day: str
    bands: FloatArray

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per stage and band.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        n, k = int(self.table["open"].sum()), int(self.table["signed"].sum())
        return (
            f"SigningRates({self.windows} windows of {self.horizon} days up to {self.day}: "
            f"{k} of {n} open leads signed; value signed / estimated {self.value_ratio:.2f})"
        )


def signing_rates(
    leads: "pd.DataFrame",
    day: Any,
    *,
    horizon: int = 31,
    bands: Any = BANDS,
    stages: Sequence[str] = STAGES,
    closed: str = "closed",
    value: str = "value_estimated",
    signed: str = "value_signed",
    start: Any = None,
    level: float = 0.95,
) -> SigningRates:
    """Chance to be signed within a horizon, by stage and by days in the stage (限期签单概率).

    Time before `day` is cut backwards into windows as long as the horizon. At the start of each
    one the open leads are counted, and those that were signed by its end.

    Parameters
    ----------
    leads : DataFrame
        One row per lead.
    day : date or str
        Nothing after this day is used.
    horizon : int
        Days of a window, at least 1.
    bands : array
        Days in the stage at which a band begins; the first is 0.
    stages, closed, value
        As in :func:`crmlab.sales.snapshot`.
    signed : str
        Column with the volume in the contract.
    start : date or str, optional
        No window begins before this day; without it the 90th day of the table, as a funnel that
        has just begun to fill is not like a later one.
    level : float
        Level of Wilson's intervals.

    Returns
    -------
    SigningRates

    Raises
    ------
    ValueError, TypeError
        If a column is missing or out of order, or no whole window lies before `day`.

    Notes
    -----
    Windows do not overlap. A lead that is open in several of them is counted in each one, with
    the days it has then: whether it is signed in one window says nothing about the next, given
    that it is still open.

    Examples
    --------
    >>> from crmlab import datasets
    >>> rates = signing_rates(datasets.load("company_leads"), "2025-11-30")
    >>> rates.windows, int(rates.table["signed"].sum()), round(rates.value_ratio, 3)
    (31, 567, 0.768)
    """
    book = _book(leads, stages, closed, value, signed)
    at = day_number(day, "day")
    first = _start(book, start)
    return _rates(book, at, _checks.count(horizon, "horizon"), _bands(bands), first, level)


def _rates(
    book: _Book, at: float, horizon: int, edges: FloatArray, first: float, level: float
) -> SigningRates:
    import pandas as pd

    windows = int((at - first) // horizon)
    if windows < 1:
        raise ValueError(
            f"day must leave a whole window of {horizon} days after {day_name(first)}; got "
            f"{day_name(at)}"
        )
    size = (len(book.leads.stages) - 1) * edges.size
    seen, hits, new, ratios = np.zeros(size), np.zeros(size), [], []
    contract = book.leads.times[:, -1]
    for k in range(windows, 0, -1):
        begin = at - k * horizon
        rows, cell = _cells(book, begin, edges)
        inside = (contract > begin) & (contract <= begin + horizon)
        seen += np.bincount(cell, minlength=size)
        hits += np.bincount(cell[inside[rows]], minlength=size)
        fresh = inside.copy()
        fresh[rows] = False
        new.append(float(book.signed[fresh].sum()))
        ratios.append(np.flatnonzero(inside))
    won = np.concatenate(ratios)
    low, high = wilson(hits, seen, level)
    names = pd.MultiIndex.from_product(
        [book.leads.stages[:-1], edges.astype(int)], names=["stage", "from_day"]
    )
    table = pd.DataFrame(
        {
            "open": seen.astype(int),
            "signed": hits.astype(int),
            "probability": np.where(
                seen > 0, hits / np.maximum(seen, 1), _by_stage(hits, seen, edges.size)
            ),
            "low": low,
            "high": high,
        },
        index=names,
    )
    guess, real = book.value[won], book.signed[won]
    ratio = float(real.sum() / guess.sum()) if guess.sum() > 0 else 1.0
    each = np.divide(real, guess, out=np.ones_like(real), where=guess > 0)
    return SigningRates(table, ratio, each, np.array(new), horizon, windows, day_name(at), edges)


def _by_stage(hits: FloatArray, seen: FloatArray, bands: int) -> FloatArray:
    """Return the rate of the cell's whole stage; 0 where the stage was never seen."""
    k, n = (values.reshape(-1, bands).sum(axis=1) for values in (hits, seen))
    return np.repeat(k / np.maximum(n, 1), bands)


@dataclass(frozen=True, eq=False)
class SalesForecast(Drawable):
    """What will be signed within a horizon, made by :func:`sales_forecast`.

    Attributes
    ----------
    table : DataFrame
        One row per stage and a last row "new": leads, value (as estimated), signed (expected
        number of contracts; missing for new leads), expected (money).
    expected : float
        Sum of the column.
    low, high : float
        Interval by simulation.
    draws : ndarray
        Simulated totals.
    level : float
        Level of the interval.
    day : str
        The day at whose end the forecast is made.
    horizon : int
        Days ahead.

    Examples
    --------
    >>> from crmlab import datasets
    >>> found = sales_forecast(datasets.load("company_leads"), "2025-11-30")
    >>> found
    SalesForecast(31 days from 2025-11-30: 77,437 [43,965, 116,361])
    >>> found.to_frame().round(2)
                   leads      value  signed  expected
    stage
    created           73   443420.0    0.17    753.38
    first_contact    256  1216550.0    1.96   7622.21
    intent            94   463940.0    6.88  26443.70
    negotiation       51   203790.0   14.94  41976.34
    new                0        0.0     NaN    640.97
    >>> found.chance(20_000)
    1.0
    """

    _picture = "sales_forecast"

    table: "pd.DataFrame"
    expected: float
    low: float
    high: float
    draws: FloatArray
    level: float
    day: str
    horizon: int

    def chance(self, target: float) -> float:
        """Return the simulated chance to sign at least a target.

        Parameters
        ----------
        target : float

        Returns
        -------
        float

        Raises
        ------
        ValueError, TypeError
            If `target` is no number.
        """
        return float((self.draws >= _checks.number(target, "target")).mean())

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per stage and one for new leads.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"SalesForecast({self.horizon} days from {self.day}: {self.expected:,.0f} "
            f"[{self.low:,.0f}, {self.high:,.0f}])"
        )


def sales_forecast(
    leads: "pd.DataFrame",
    day: Any,
    *,
    horizon: int = 31,
    bands: Any = BANDS,
    stages: Sequence[str] = STAGES,
    closed: str = "closed",
    value: str = "value_estimated",
    signed: str = "value_signed",
    start: Any = None,
    level: float = 0.9,
    draws: int = 2000,
    seed: int = 1,
) -> SalesForecast:
    """Forecast what is signed within a horizon from the open leads (限期加权预测).

    Each open lead counts with its estimate × (volume signed / volume estimated) × its chance by
    stage and days in the stage, all from past windows (:func:`signing_rates`). What comes from
    leads that are not there yet is the mean of past windows.

    Parameters
    ----------
    leads, day, horizon, bands, stages, closed, value, signed, start
        As in :func:`signing_rates`.
    level : float
        Level of the interval.
    draws, seed : int
        Number of simulated totals and the seed of the simulation.

    Returns
    -------
    SalesForecast
        With ``.expected``, ``.low``, ``.high``, ``.chance(target)``, ``.to_frame()`` and
        ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`signing_rates`.

    Notes
    -----
    One draw takes a chance for each cell from the beta law of its counts and a prior that weighs as
    much as one lead with the chance of the whole stage, lets every lead be signed or not, gives
    each contract the ratio of a past one, and adds the new business of a past window. The ratio
    does not depend on the stage, and leads do not depend on each other: a month that is bad for
    all is wider than the interval says.

    Examples
    --------
    >>> from crmlab import datasets
    >>> sales_forecast(datasets.load("company_leads"), "2025-11-30")
    SalesForecast(31 days from 2025-11-30: 77,437 [43,965, 116,361])
    """
    book = _book(leads, stages, closed, value, signed)
    at, edges = day_number(day, "day"), _bands(bands)
    first = _start(book, start)
    rates = _rates(book, at, _checks.count(horizon, "horizon"), edges, first, 0.95)
    inside = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    count = _checks.count(draws, "draws")
    return _forecast(book, rates, at, inside, count, np.random.default_rng(_checks.seed(seed)))


def _forecast(
    book: _Book, rates: SigningRates, at: float, level: float, draws: int,
    rng: np.random.Generator,
) -> SalesForecast:  # fmt: skip
    import pandas as pd

    rows, cell = _cells(book, at, rates.bands)
    chance = rates.table["probability"].to_numpy()[cell]
    money, stage = book.value[rows], cell // rates.bands.size
    names = book.leads.stages[:-1]

    def by_stage(weight: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(stage, weight, minlength=len(names)), float)

    table = pd.DataFrame(
        {
            "leads": np.append(np.bincount(stage, minlength=len(names)), 0),
            "value": np.append(by_stage(money), 0.0),
            "signed": np.append(by_stage(chance), np.nan),
            "expected": np.append(by_stage(chance * money * rates.value_ratio), rates.new.mean()),
        },
        index=pd.Index([*names, "new"], name="stage"),
    )
    total = _simulate(rates, cell, money, draws, rng)
    low, high = np.quantile(total, [(1 - level) / 2, (1 + level) / 2])
    expected = float(table["expected"].sum())
    return SalesForecast(
        table, expected, float(low), float(high), total, level, day_name(at), rates.horizon
    )


def _simulate(
    rates: SigningRates, cell: np.ndarray, money: FloatArray, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draw totals."""
    seen, hits = rates.table["open"].to_numpy(float), rates.table["signed"].to_numpy(float)
    ratios = rates.ratios if rates.ratios.size else np.ones(1)
    # Ratios of contracts count by their size: rescale so that their mean is the ratio of sums.
    ratios = ratios * (rates.value_ratio / ratios.mean())
    prior = np.clip(_by_stage(hits, seen, rates.bands.size), 1e-9, 1 - 1e-9)
    chance = rng.beta(hits + prior, seen - hits + 1 - prior, (draws, seen.size))
    signed = rng.random((draws, cell.size)) < chance[:, cell]
    amount = money * ratios[rng.integers(0, ratios.size, (draws, cell.size))]
    return np.asarray((signed * amount).sum(axis=1) + rng.choice(rates.new, draws))


def lead_values(
    leads: "pd.DataFrame",
    day: Any,
    *,
    horizon: int = 92,
    bands: Any = BANDS,
    stages: Sequence[str] = STAGES,
    closed: str = "closed",
    value: str = "value_estimated",
    signed: str = "value_signed",
    start: Any = None,
) -> "pd.DataFrame":
    """Return chance and expected value of each open lead within a horizon (线索的期望价值).

    Parameters
    ----------
    leads, day, horizon, bands, stages, closed, value, signed, start
        As in :func:`signing_rates`.

    Returns
    -------
    DataFrame
        One row per open lead with the index of `leads`: stage, value (as estimated), chance and
        expected, which is value × (volume signed / volume estimated) × chance.

    Raises
    ------
    ValueError, TypeError
        As :func:`signing_rates`.

    Examples
    --------
    >>> from crmlab import datasets
    >>> table = lead_values(datasets.load("company_leads").set_index("lead"), "2025-11-30")
    >>> len(table), int(table["expected"].sum().round())
    (474, 155033)
    """
    import pandas as pd

    book = _book(leads, stages, closed, value, signed)
    at, edges = day_number(day, "day"), _bands(bands)
    rates = _rates(book, at, _checks.count(horizon, "horizon"), edges, _start(book, start), 0.95)
    rows, cell = _cells(book, at, edges)
    chance = rates.table["probability"].to_numpy()[cell]
    money = book.value[rows]
    return pd.DataFrame(
        {
            "stage": np.array(book.leads.stages)[cell // edges.size],
            "value": money,
            "chance": chance,
            "expected": chance * money * rates.value_ratio,
        },
        index=book.index[rows],
    )


def rule_forecast(
    leads: "pd.DataFrame",
    day: Any,
    probabilities: Mapping[str, float],
    *,
    stages: Sequence[str] = STAGES,
    closed: str = "closed",
    value: str = "value_estimated",
) -> "pd.DataFrame":
    """Weight the open leads by fixed chances per stage, as many firms do (按阶段固定概率加权).

    Parameters
    ----------
    leads, day, stages, closed, value
        As in :func:`crmlab.sales.snapshot`.
    probabilities : mapping
        A chance for each stage before the contract.

    Returns
    -------
    DataFrame
        One row per stage: leads, value, chance, expected.

    Raises
    ------
    ValueError, TypeError
        If a stage has no chance, a chance is outside [0, 1], or the table is not in order.

    Notes
    -----
    Three things are missing in it: a date, dead leads that nobody has written off, and the bias of
    the estimates.

    Examples
    --------
    >>> from crmlab import datasets
    >>> rule = {"created": 0.05, "first_contact": 0.1, "intent": 0.3, "negotiation": 0.6}
    >>> weighted = rule_forecast(datasets.load("company_leads"), "2025-11-30", rule)
    >>> weighted["expected"].round().tolist()
    [22171.0, 121655.0, 139182.0, 122274.0]
    """
    import pandas as pd

    from crmlab.sales.leads import snapshot

    names = tuple(_checks.listed(stages, "stages", "columns of dates"))
    rule = _rule(probabilities, names)
    here = snapshot(leads, day, stages=stages, closed=closed, value=value)
    groups = here.groupby("stage", observed=False)["value"]
    table = pd.DataFrame({"leads": groups.size(), "value": groups.sum()})
    table["chance"] = rule
    return table.assign(expected=table["value"] * table["chance"])


def _rule(chances: Any, stages: tuple[str, ...]) -> FloatArray:
    if not isinstance(chances, Mapping):
        raise TypeError(f"probabilities must be a mapping of stage to chance; got {chances!r}")
    if set(chances) != set(stages[:-1]):
        raise ValueError(
            f"probabilities must have exactly the stages {', '.join(map(str, stages[:-1]))}; got "
            f"{', '.join(map(str, chances))}"
        )
    return _checks.probability([chances[stage] for stage in stages[:-1]], "probabilities")
