"""Rating moves over the years, default by grade, and signals that warn before a failure."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.grading import GradeMoves, grade_moves

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class RatingMoves(Drawable):
    """Moves between ratings over several years, made by :func:`rating_moves`.

    Attributes
    ----------
    pooled : GradeMoves
        All pairs of consecutive years together: counts, shares, Wilson's intervals.
    years : DataFrame
        One row per year from which customers moved: customers; up, down (default included),
        default and absent, as shares of them.
    pairs : int
        Pairs of consecutive years of one customer.
    single : int
        Ratings before the last year without one in the next: in no pair, or moved to `absent`.
    default, absent : label or None
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"customer": list("xxxyyz"), "year": [1, 2, 3, 1, 2, 2],
    ...                       "grade": list("AABBDA")})
    >>> moves = rating_moves(panel, ["A", "B", "D"], default="D")
    >>> moves
    RatingMoves(3 pairs of years: 0.0 % up, 66.7 % down; 1 ratings without a next one)
    >>> moves.to_frame().head(2).round(2)
                  customers  share   low  high
    before after
    A      A              1    0.5  0.09  0.91
           B              1    0.5  0.09  0.91
    >>> moves.cumulative_default(2)
    years    1    2
    grade
    A      0.0  0.5
    B      1.0  1.0
    D      1.0  1.0
    """

    _picture = "rating_moves"

    pooled: GradeMoves
    years: "pd.DataFrame"
    pairs: int
    single: int
    default: Hashable
    absent: Hashable

    @property
    def upgraded(self) -> float:
        """Share of the pairs that end in a better grade; `absent` is none."""
        return self._share(np.tril(self._rated, -1))

    @property
    def downgraded(self) -> float:
        """Share of the pairs that end in a worse grade, default included; `absent` is none."""
        return self._share(np.triu(self._rated, 1))

    @property
    def _rated(self) -> np.ndarray:
        counts = self.pooled.counts.copy()
        if self.absent is not None:
            counts[:, self.pooled.grades.index(self.absent)] = 0
        return counts

    def _share(self, counts: np.ndarray) -> float:
        return float(counts.sum() / self.pooled.counts.sum())

    def cumulative_default(self, periods: int) -> "pd.DataFrame":
        """Chance of default within 1, 2, … years, by the grade today (累计违约率).

        The matrix is raised to powers, with the grade of default absorbing: it supposes that the
        next move hangs on the present grade alone, and that a matrix holds for all years.

        Parameters
        ----------
        periods : int
            Years ahead, at least 1.

        Returns
        -------
        DataFrame
            One row per grade, one column per year.

        Raises
        ------
        ValueError, TypeError
            If `periods` is not a whole number of at least 1, or no grade means default.
        """
        import pandas as pd

        if self.default is None:
            raise ValueError(
                "default must be the name of a grade for `cumulative_default`; got None"
            )
        names, far = self.pooled.grades, _checks.count(periods, "periods")
        end = names.index(self.default)
        matrix = self.pooled.matrix.copy()
        matrix[end] = np.eye(len(names))[end]
        found, power = {}, np.eye(len(names))
        for year in range(1, far + 1):
            power = power @ matrix
            found[year] = power[:, end]
        return pd.DataFrame(found, pd.Index(names, name="grade")).rename_axis(columns="years")

    def to_frame(self) -> "pd.DataFrame":
        """One row per pair of grades: customers, share, low, high.

        Returns
        -------
        DataFrame
        """
        return self.pooled.to_frame()

    def __repr__(self) -> str:
        return (
            f"RatingMoves({self.pairs} pairs of years: {100 * self.upgraded:.1f} % up, "
            f"{100 * self.downgraded:.1f} % down; {self.single} ratings without a next one)"
        )


def rating_moves(
    panel: Any,
    grades: Sequence[Hashable],
    *,
    customer: str = "customer",
    year: str = "year",
    grade: str = "grade",
    default: Hashable = None,
    absent: Hashable = None,
    level: float = 0.95,
) -> RatingMoves:
    """How ratings move from one year to the next (信用等级迁移).

    Parameters
    ----------
    panel : DataFrame
        One row per customer and year.
    grades : sequence
        All grades, the best first, those of `default` and `absent` included.
    customer, year, grade : str
        Names of columns; years are whole numbers.
    default : label, optional
        The grade that means default.
    absent : label, optional
        The grade of those without a rating in the next year, who left or were not asked. Without
        it they are in no pair; if failures are always known, each row then looks worse than it
        is, for who fails is always counted and who stays only if asked.
    level : float
        Level of Wilson's interval of each share.

    Returns
    -------
    RatingMoves
        With ``.pooled``, ``.years``, ``.cumulative_default()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a grade is unknown, a customer has two ratings in a year, or no customer has ratings in
        two consecutive years.

    Notes
    -----
    Each pair is one trial of its row, as in :func:`crmlab.grading.grade_moves`. A customer gives
    several pairs, so the intervals are a little too narrow.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"customer": list("xxxyyz"), "year": [1, 2, 3, 1, 2, 2],
    ...                       "grade": list("AABBDA")})
    >>> moves = rating_moves(panel, ["A", "B", "D"], default="D")
    >>> moves
    RatingMoves(3 pairs of years: 0.0 % up, 66.7 % down; 1 ratings without a next one)
    >>> moves.cumulative_default(2).round(2).loc["A"].tolist()
    [0.0, 0.5]
    """
    import pandas as pd

    _checks.columns(panel, "panel", (customer, year, grade))
    _checks.no_gaps(panel[grade], grade)
    when = _checks.array(panel[year], year, ndim=1)
    names = tuple(_checks.listed(grades, "grades", "grades"))
    _checks.no_gaps(panel[customer], customer)
    for label, word in ((default, "default"), (absent, "absent")):
        if label is not None:
            _checks.choice(label, word, names)
    table = pd.DataFrame({"who": panel[customer].to_numpy(), "year": when,
                          "before": panel[grade].astype(object).to_numpy()})  # fmt: skip
    strange = [found for found in table["before"] if found not in names]
    if strange:
        allowed = ", ".join(map(repr, names))
        raise ValueError(f"{grade} must hold only the grades {allowed}; got {strange[0]!r}")
    twice = table.duplicated(["who", "year"])
    if twice.any():
        first = table[twice].iloc[0]
        raise ValueError(f"{customer} must have one rating a year; got two of {first['who']!r}")
    after = table.assign(year=table["year"] - 1).rename(columns={"before": "after"})
    could = (table["year"] < table["year"].max()) & (table["before"] != default)
    pairs = table[could].merge(after, on=["who", "year"], how="left")
    single = int(pairs["after"].isna().sum())
    pairs = pairs.dropna(subset="after") if absent is None else pairs.fillna({"after": absent})
    if pairs.empty:
        raise ValueError(f"{customer} must have ratings in two consecutive years; got none")
    pooled = grade_moves(pairs["before"], pairs["after"], names, level=level)
    rank = {name: place for place, name in enumerate(names)}
    step = pairs["after"].map(rank).to_numpy(int) - pairs["before"].map(rank).to_numpy(int)
    gone = (pairs["after"] == absent).to_numpy()
    by = pairs.assign(up=(step < 0) & ~gone, down=(step > 0) & ~gone,
                      default=pairs["after"] == default, absent=gone)  # fmt: skip
    grouped = by.groupby(by["year"].astype(int))
    years = grouped[["up", "down", "default", "absent"]].mean()
    years.insert(0, "customers", grouped.size())
    return RatingMoves(pooled, years, len(pairs), single, default, absent)


@dataclass(frozen=True, eq=False)
class EarlyWarning(Drawable):
    """How well signals warn before a failure, made by :func:`early_warning`.

    Attributes
    ----------
    table : DataFrame
        One row per signal and one for any `votes` of them: alarms (customer-periods with the
        signal), alarm_rate, true_alarms, precision (with low, high), false_alarms, warned
        (failures with an alarm in the horizon), hit_rate (with hit_low, hit_high), lead (median
        months from the first alarm in the horizon to the failure), lift (precision over the rate
        of all periods); missing where there was no alarm, or no failure.
    failures : int
        Failures with at least one period in the horizon.
    unseen : int
        Failures of which no period of the log lies in the horizon; they are not counted.
    periods : int
        Customer-periods that could be judged.
    open : int
        Customer-periods whose horizon runs beyond the end of the data; not judged.
    horizon : float
        As given, in months.
    votes : int
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "customer": list("xxyy"), "late": [False, True, False, True],
    ...     "quarter": pd.to_datetime(["2024-03-31", "2024-06-30"] * 2)})
    >>> failures = pd.DataFrame({"customer": ["x"], "failed": pd.to_datetime(["2024-09-30"])})
    >>> found = early_warning(log, failures, ["late"], horizon=6, votes=1, end="2025-12-31")
    >>> found
    EarlyWarning(1 failures in 4 customer-periods; highest lift 2.0, late)
    >>> list(found.to_frame().columns)
    ['alarms', 'alarm_rate', 'true_alarms', 'precision', 'low', 'high', 'false_alarms',
    'warned', 'hit_rate', 'hit_low', 'hit_high', 'lead', 'lift']
    """

    _picture = "early_warning"

    table: "pd.DataFrame"
    failures: int
    unseen: int
    periods: int
    open: int
    horizon: float
    votes: int

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per signal.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        best = self.table["lift"].idxmax()
        return (
            f"EarlyWarning({self.failures} failures in {self.periods} customer-periods; highest "
            f"lift {self.table['lift'].max():.1f}, {best})"
        )


def early_warning(
    log: Any,
    failures: Any,
    signals: Sequence[str],
    *,
    horizon: float = 12,
    votes: int = 2,
    customer: str = "customer",
    date: str = "quarter",
    failed: str = "failed",
    end: Any = None,
    level: float = 0.95,
) -> EarlyWarning:
    """Hit rate, false alarms and lead time of signals of failing credit (信用变化, 早期预警).

    An alarm is right if the customer fails after it and within the horizon. A failure is warned of
    if there is an alarm within the horizon before it.

    Parameters
    ----------
    log : DataFrame
        One row per customer and period: customer, date (end of the period), one column of flags
        per signal.
    failures : DataFrame
        One row per customer that failed: customer, date of the failure.
    signals : sequence of str
        Columns of flags in `log`.
    horizon : float
        Months, above 0.
    votes : int
        The combined alarm needs so many signals in one period, from 1 to their number.
    customer, date, failed : str
        Names of columns.
    end : date or str, optional
        Up to when failures are known; the last date of the log without it.
    level : float
        Level of Wilson's intervals.

    Returns
    -------
    EarlyWarning
        With ``.table`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or holds no flags, a customer fails twice, or no period can be
        judged.

    Notes
    -----
    Periods of one customer are not independent, so the intervals of precision are too narrow. An
    alarm is judged only if its whole horizon lies before `end`: otherwise one of last month would
    count as false because nothing has happened yet. The hit rate looks back from each failure, so
    failures near `end` count too.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "customer": list("xxyy"), "late": [False, True, False, True],
    ...     "quarter": pd.to_datetime(["2024-03-31", "2024-06-30"] * 2)})
    >>> failures = pd.DataFrame({"customer": ["x"], "failed": pd.to_datetime(["2024-09-30"])})
    >>> found = early_warning(log, failures, ["late"], horizon=6, votes=1, end="2025-12-31")
    >>> found.table.loc["late", ["alarms", "precision", "hit_rate", "lead"]].round(2).tolist()
    [2.0, 0.5, 1.0, 3.02]
    """
    import pandas as pd

    names = _checks.listed(signals, "signals", "columns")
    if not names:
        raise TypeError(f"signals must be a list of columns; got {signals!r}")
    _checks.columns(log, "log", [customer, date, *names])
    _checks.columns(failures, "failures", [customer, failed])
    need = _checks.count(votes, "votes")
    if need > len(names):
        raise ValueError(f"votes must be at most the number of signals ({len(names)}); got {need}")
    far = _checks.number(horizon, "horizon", 0, 1200, open_low=True)
    _checks.no_gaps(log[customer], customer)
    _checks.no_gaps(failures[customer], customer)
    flags = np.column_stack([_flags(log[name], name) for name in names])
    when = _checks.dates(log[date], date)
    fell = pd.Series(_checks.dates(failures[failed], failed).to_numpy(), failures[customer])
    if not fell.index.is_unique:
        raise ValueError("failures must name each customer once; got one twice")
    last = _checks.day(end, "end") if end is not None else when.max()
    months = (log[customer].map(fell) - when).dt.days.to_numpy(float) / (365.25 / 12)
    true = (months > 0) & (months <= far)
    whole = when + pd.to_timedelta(far * 365.25 / 12, unit="D") <= last
    before = np.isnan(months) | (months > 0)  # what comes after a failure warns of nothing
    judged = before & whole.to_numpy()
    if not judged.any():
        raise ValueError("log must have a period whose horizon ends before `end`; got none")
    who = log[customer].to_numpy()
    seen = set(who[true])
    columns = [*flags.T, flags.sum(axis=1) >= need]
    rows = [
        _alarms(flag, true, judged, level) | _hits(flag & true, months, who, len(seen), level)
        for flag in columns
    ]
    label = f"any {need} signals" if need > 1 else "any signal"
    table = pd.DataFrame(rows, index=pd.Index([*names, label], name="signal"))
    table["lift"] = table["precision"] / (true & judged).sum() * judged.sum()
    gone = int((fell.index.isin(set(who))).sum())
    return EarlyWarning(
        table, len(seen), gone - len(seen), int(judged.sum()), int((before & ~judged).sum()),
        far, need,
    )  # fmt: skip


def _flags(column: Any, name: str) -> Any:
    """Return flags as an array of bool, or raise."""
    _checks.no_gaps(column, name)
    if not column.isin([True, False]).all():
        raise ValueError(f"{name} must be a column of flags; it holds other values")
    return column.astype(bool).to_numpy()


def _alarms(flag: Any, true: Any, judged: Any, level: float) -> dict[str, float]:
    """Figures that look forward from an alarm."""
    alarms, right = int((flag & judged).sum()), int((flag & judged & true).sum())
    low, high = wilson(right, alarms, level)
    return {
        "alarms": alarms,
        "alarm_rate": alarms / int(judged.sum()),
        "true_alarms": right,
        "precision": right / alarms if alarms else np.nan,
        "low": float(low),
        "high": float(high),
        "false_alarms": alarms - right,
    }


def _hits(
    warning: Any, months: FloatArray, who: Any, failures: int, level: float
) -> dict[str, float]:
    """Figures that look back from a failure."""
    import pandas as pd

    first = pd.Series(months[warning]).groupby(who[warning]).max()
    low, high = wilson(first.size, failures, level)
    return {
        "warned": int(first.size),
        "hit_rate": first.size / failures if failures else np.nan,
        "hit_low": float(low),
        "hit_high": float(high),
        "lead": float(first.median()) if first.size else np.nan,
    }
