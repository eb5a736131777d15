"""Forecasts of past days, held against what happened (回测)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.sales._table import STAGES, day_name, day_number
from crmlab.sales.forecast import BANDS, _bands, _book, _cells, _forecast, _rates, _start

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Backtest(Drawable):
    """Forecasts of past days against what was signed, made by :func:`backtest`.

    Attributes
    ----------
    table : DataFrame
        One row per day of a forecast: expected, low, high, happened, inside.
    calibration : DataFrame
        One row per group of leads with a similar forecast chance: leads, forecast (mean chance),
        happened (share signed) with low and high.
    level : float
        Level of the forecast's interval.
    horizon : int
        Days ahead.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab import datasets
    >>> months = pd.date_range("2025-06-30", "2025-11-30", freq="ME")
    >>> found = backtest(datasets.load("company_leads"), months, draws=200)
    >>> found
    Backtest(6 forecasts of 31 days: bias +3 %, error 27 %, 100 % inside the 90 % interval)
    >>> found.to_frame().round(2)
                expected       low       high  happened  inside
    day
    2025-06-30  72896.53  44949.82  107917.11   80530.0    True
    2025-07-31  69892.78  38756.61  106802.03   65640.0    True
    2025-08-31  61585.35  29921.69  106855.44   36910.0    True
    2025-09-30  83989.50  38806.19  145809.48   51010.0    True
    2025-10-31  68305.42  39258.27  113743.14   95710.0    True
    2025-11-30  77436.60  45638.99  115382.44   93660.0    True
    """

    _picture = "backtest"

    table: "pd.DataFrame"
    calibration: "pd.DataFrame"
    level: float
    horizon: int

    @property
    def bias(self) -> float:
        """Sum of the forecasts over the sum of what happened, less 1."""
        return float(self.table["expected"].sum() / self.table["happened"].sum() - 1)

    @property
    def error(self) -> float:
        """Mean absolute error over the mean of what happened."""
        gap = (self.table["expected"] - self.table["happened"]).abs().mean()
        return float(gap / self.table["happened"].mean())

    @property
    def covered(self) -> float:
        """Share of the days on which the interval held what happened."""
        return float(self.table["inside"].mean())

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per forecast.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"Backtest({len(self.table)} forecasts of {self.horizon} days: bias "
            f"{100 * self.bias:+.0f} %, error {100 * self.error:.0f} %, {100 * self.covered:.0f} % "
            f"inside the {100 * self.level:.0f} % interval)"
        )


def backtest(
    leads: "pd.DataFrame",
    days: Any,
    *,
    horizon: int = 31,
    bands: Any = BANDS,
    stages: Sequence[str] = STAGES,
    closed: str = "closed",
    value: str = "value_estimated",
    signed: str = "value_signed",
    start: Any = None,
    level: float = 0.9,
    draws: int = 500,
    seed: int = 1,
) -> Backtest:
    """Repeat the forecast on past days and hold it against what happened (回测).

    Parameters
    ----------
    leads : DataFrame
        One row per lead.
    days : sequence of dates
        Days on which to forecast; from each one the horizon must lie in the table.
    horizon, bands, stages, closed, value, signed, start, level, draws, seed
        As in :func:`sales_forecast`.

    Returns
    -------
    Backtest
        With ``.table``, ``.calibration``, ``.bias``, ``.error``, ``.covered`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`signing_rates`; or a horizon ends after the table.

    Notes
    -----
    Each forecast knows nothing of what came after its day. The chances of the leads are pooled
    over the days for the calibration and cut into groups at 0.02, 0.05, 0.1, 0.2, 0.4.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab import datasets
    >>> months = pd.date_range("2025-06-30", "2025-11-30", freq="ME")
    >>> backtest(datasets.load("company_leads"), months, draws=200)
    Backtest(6 forecasts of 31 days: bias +3 %, error 27 %, 100 % inside the 90 % interval)
    """
    import pandas as pd

    book = _book(leads, stages, closed, value, signed)
    span, edges = _checks.count(horizon, "horizon"), _bands(bands)
    inside = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    first = _start(book, start)
    found = [day_number(day, "days") for day in _checks.listed(days, "days", "dates")]
    if not found:
        raise ValueError("days must not be empty; got no days")
    if max(found) + span > book.leads.last:
        raise ValueError(
            f"days must end {span} days before the table, by "
            f"{day_name(book.leads.last - span)}; got {day_name(max(found))}"
        )
    rng, count = np.random.default_rng(_checks.seed(seed)), _checks.count(draws, "draws")
    contract, rows, chances, hits = book.leads.times[:, -1], [], [], []
    for at in found:
        rates = _rates(book, at, span, edges, first, 0.95)
        made = _forecast(book, rates, at, inside, count, rng)
        came = (contract > at) & (contract <= at + span)
        happened = float(book.signed[came].sum())
        rows.append((made.expected, made.low, made.high, happened,
                     made.low <= happened <= made.high))  # fmt: skip
        here, cell = _cells(book, at, edges)
        chances.append(rates.table["probability"].to_numpy()[cell])
        hits.append(came[here])
    index = pd.Index([day_name(at) for at in found], name="day")
    columns = ["expected", "low", "high", "happened", "inside"]
    return Backtest(
        pd.DataFrame(rows, columns=columns, index=index),
        _calibrate(np.concatenate(chances), np.concatenate(hits)),
        inside,
        span,
    )


def _calibrate(chance: FloatArray, hit: np.ndarray) -> "pd.DataFrame":
    import pandas as pd

    cuts = np.array([0.02, 0.05, 0.1, 0.2, 0.4])
    group = np.searchsorted(cuts, chance, "right")
    n = np.bincount(group, minlength=cuts.size + 1)
    kept = n > 0
    k = np.bincount(group, hit, minlength=cuts.size + 1)
    mean = np.bincount(group, chance, minlength=cuts.size + 1)
    low, high = wilson(k[kept], n[kept])
    edges = np.concatenate([[0.0], cuts, [1.0]])
    names = [f"{a:g} to {b:g}" for a, b in pairwise(edges)]
    return pd.DataFrame(
        {
            "leads": n[kept],
            "forecast": mean[kept] / n[kept],
            "happened": k[kept] / n[kept],
            "low": low,
            "high": high,
        },
        index=pd.Index(np.array(names)[kept], name="chance"),
    )
