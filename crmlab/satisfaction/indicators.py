"""Indicators of satisfaction: shares with their intervals, top boxes, the net promoter score."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import normal_z, wilson
from crmlab.satisfaction._answers import answers

if TYPE_CHECKING:
    import pandas as pd


def _one_item(scores: Any, missing: str, low: float, high: float) -> tuple[Any, int]:
    """Return the whole-numbered answers to one item, and how many were missing."""
    table = answers(scores, "scores", low, high, missing=missing, whole=True)
    if table.shape[1] != 1:
        raise ValueError(f"scores must be the answers to one item; got {table.shape[1]} items")
    column = table.to_numpy()[:, 0]
    known = column[~np.isnan(column)]
    return known, int(column.size - known.size)


@dataclass(frozen=True, eq=False)
class Indicators(Drawable):
    """Shares with intervals, made by :func:`indicators`.

    Attributes
    ----------
    table : DataFrame
        One row per indicator: yes, asked, share, low, high.
    level : float
        Level of the intervals.

    Examples
    --------
    >>> found = indicators(awareness=(120, 200), reputation=(90, 120))
    >>> found
    Indicators(awareness 0.600, reputation 0.750)
    >>> found.to_frame().round(2)
                yes  asked  share   low  high
    indicator
    awareness   120    200   0.60  0.53  0.67
    reputation   90    120   0.75  0.67  0.82
    """

    _picture = "indicators"

    table: "pd.DataFrame"
    level: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per indicator.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        listed = ", ".join(f"{name} {share:.3f}" for name, share in self.table["share"].items())
        return f"Indicators({listed})"


def indicators(
    *,
    awareness: tuple[int, int] | None = None,
    reputation: tuple[int, int] | None = None,
    return_rate: tuple[int, int] | None = None,
    complaint_rate: tuple[int, int] | None = None,
    sales_power: tuple[int, int] | None = None,
    level: float = 0.95,
) -> Indicators:
    """Show the course's five indicators of satisfaction as shares (满意度衡量指标).

    Parameters
    ----------
    awareness : tuple of int, optional
        知名度: of so many firms in the market asked, how many know us; as (know us, asked).
    reputation : tuple of int, optional
        美誉度: as (speak well of us, know us).
    return_rate : tuple of int, optional
        回头率: as (bought again, bought).
    complaint_rate : tuple of int, optional
        抱怨率: as (complained, customers). The less the better.
    sales_power : tuple of int, optional
        销售力: as (offers that led to an order, offers made).
    level : float
        Level of Wilson's intervals.

    Returns
    -------
    Indicators
        With ``.table`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If no indicator is given, or a pair is not two whole numbers with 0 ≤ first ≤ second.

    Notes
    -----
    The course names the indicators and gives no formula; these shares are the book's reading of
    them. Say what you count before you compare with another firm.

    Examples
    --------
    >>> indicators(awareness=(120, 200), reputation=(90, 120)).table.round(3)
                yes  asked  share    low   high
    indicator
    awareness   120    200   0.60  0.531  0.665
    reputation   90    120   0.75  0.666  0.819
    """
    import pandas as pd

    given = {
        "awareness": awareness,
        "reputation": reputation,
        "return_rate": return_rate,
        "complaint_rate": complaint_rate,
        "sales_power": sales_power,
    }
    rows = {name: counts for name, counts in given.items() if counts is not None}
    if not rows:
        raise ValueError("awareness or another indicator must be given; got none")
    for name, counts in rows.items():
        if not isinstance(counts, tuple | list) or len(counts) != 2:
            raise TypeError(f"{name} must be a pair (yes, asked); got {counts!r}")
        yes, asked = _checks.count(counts[0], name, 0), _checks.count(counts[1], name, 1)
        if yes > asked:
            raise ValueError(f"{name} must be a pair (yes, asked), yes ≤ asked; got {counts!r}")
        rows[name] = (yes, asked)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["yes", "asked"])
    low, high = wilson(table["yes"], table["asked"], level)
    table = table.assign(share=table["yes"] / table["asked"], low=low, high=high)
    return Indicators(table.rename_axis("indicator"), float(level))


@dataclass(frozen=True, eq=False)
class TopBox:
    """Share of the highest answers, made by :func:`top_box`.

    Attributes
    ----------
    share : float
    low, high : float
        Wilson's interval.
    count, answers, dropped : int
        How many gave one of the highest answers, how many answered, how many did not.

    Examples
    --------
    >>> found = top_box([10, 9, 7, 9, 4])
    >>> found
    TopBox(0.600 of 5, interval 0.231 to 0.882)
    """

    share: float
    low: float
    high: float
    count: int
    answers: int
    dropped: int

    def __repr__(self) -> str:
        interval = f"{self.low:.3f} to {self.high:.3f}"
        return f"TopBox({self.share:.3f} of {self.answers}, interval {interval})"


def top_box(
    scores: Any, high: int = 10, boxes: int = 2, *, level: float = 0.95, missing: str = "refuse"
) -> TopBox:
    """Share of respondents who gave one of the highest answers (最高分占比).

    Parameters
    ----------
    scores : array of shape (respondents,)
        Answers to one item, whole numbers.
    high : int
        Highest answer of the scale.
    boxes : int
        How many of the highest answers count: 2 on a scale up to 10 counts 9 and 10.
    level : float
        Level of the interval.
    missing : {"refuse", "drop"}
        Whether a missing answer is an error, or it is left out and counted.

    Returns
    -------
    TopBox

    Raises
    ------
    ValueError, TypeError
        If an answer is not a whole number up to `high` or is missing, or `boxes` is below 1.

    Examples
    --------
    >>> top_box([10, 9, 7, 9, 4])
    TopBox(0.600 of 5, interval 0.231 to 0.882)
    """
    top, wide = _checks.count(high, "high"), _checks.count(boxes, "boxes")
    known, dropped = _one_item(scores, missing, -np.inf, top)
    count = int((known > top - wide).sum())
    low_end, high_end = wilson(count, known.size, level)
    return TopBox(count / known.size, float(low_end), float(high_end), count, known.size, dropped)


@dataclass(frozen=True, eq=False)
class NetPromoterScore(Drawable):
    """Promoters less detractors, made by :func:`net_promoter_score`.

    Attributes
    ----------
    promoters, passives, detractors : int
        How many answered 9 or 10, 7 or 8, 0 to 6.
    dropped : int
        How many did not answer.
    level : float
        Level of the interval.

    Examples
    --------
    >>> found = net_promoter_score([10] * 50 + [8] * 30 + [4] * 20)
    >>> found
    NetPromoterScore(30.0, interval 14.7 to 45.3, 100 answers)
    >>> found.to_frame()
                answers  share
    group
    promoters        50    0.5
    passives         30    0.3
    detractors       20    0.2
    """

    _picture = "net_promoter_score"

    promoters: int
    passives: int
    detractors: int
    dropped: int = 0
    level: float = 0.95

    @property
    def answers(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float:
        """Share of promoters less share of detractors, −1 to 1."""
        return (self.promoters - self.detractors) / self.answers

    @property
    def standard_error(self) -> float:
        """√((p + d − (p − d)²) / n): each answer counts 1, 0 or −1."""
        ends = (self.promoters + self.detractors) / self.answers
        return float(np.sqrt((ends - self.score**2) / self.answers))

    @property
    def interval(self) -> tuple[float, float]:
        """Score less and plus the normal quantile times its standard error, within ±1."""
        half = normal_z(self.level) * self.standard_error
        return max(self.score - half, -1.0), min(self.score + half, 1.0)

    def to_frame(self) -> "pd.DataFrame":
        """Promoters, passives and detractors: how many and what share.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        count = {
            "promoters": self.promoters,
            "passives": self.passives,
            "detractors": self.detractors,
        }
        table = pd.DataFrame({"answers": count}).rename_axis("group")
        return table.assign(share=table["answers"] / self.answers)

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"NetPromoterScore({100 * self.score:.1f}, interval {100 * low:.1f} to "
            f"{100 * high:.1f}, {self.answers} answers)"
        )


def net_promoter_score(
    scores: Any, *, level: float = 0.95, missing: str = "refuse"
) -> NetPromoterScore:
    """Net promoter score with its interval (净推荐值, NPS).

    "How likely are you to recommend us?" from 0 to 10: 9 and 10 are promoters, 0 to 6
    detractors. NPS is the share of the first less the share of the second.

    Parameters
    ----------
    scores : array of shape (respondents,)
        Whole numbers from 0 to 10.
    level : float
        Level of the interval.
    missing : {"refuse", "drop"}
        Whether a missing answer is an error, or it is left out and counted.

    Returns
    -------
    NetPromoterScore
        With ``.score``, ``.standard_error``, ``.interval``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an answer is not a whole number from 0 to 10, or is missing.

    Notes
    -----
    Reichheld (2003). The interval is Wald's, from the variance of a trinomial,
    ``p + d − (p − d)²`` per answer; Rocks (2016) compares it with others. With few answers, or
    all of one kind, it is too narrow.

    Examples
    --------
    >>> net_promoter_score([10] * 50 + [8] * 30 + [4] * 20)
    NetPromoterScore(30.0, interval 14.7 to 45.3, 100 answers)
    """
    known, dropped = _one_item(scores, missing, 0, 10)
    normal_z(level)
    promoters, detractors = int((known >= 9).sum()), int((known <= 6).sum())
    return NetPromoterScore(
        promoters, known.size - promoters - detractors, detractors, dropped, float(level)
    )


def margin_of_error(
    n: Any, *, sd: float = 0.5, level: float = 0.95, population: float | None = None
) -> Any:
    """Half the width of the interval that n answers give (误差范围).

    ``z s √((1 − n/N) · N/(N − 1) / n)``; without a population ``z s / √n``.

    Parameters
    ----------
    n : int or array
        Number of answers, at least 1 and at most the population.
    sd : float
        Standard deviation of one answer, above 0: 0.5 is the most that a share can have; 1 the
        most that an answer to the NPS question (1, 0 or −1) can have.
    level : float
        Level of the interval.
    population : float, optional
        N, how many there are to ask, at least 2. Without it they are taken as infinitely many.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Examples
    --------
    >>> round(margin_of_error(100), 3), round(margin_of_error(100, population=300), 3)
    (0.098, 0.08)
    """
    taken = _checks.array(n, "n", 1)
    spread, z = _checks.number(sd, "sd", 0, open_low=True), normal_z(level)
    if population is None:
        half = z * spread / np.sqrt(taken)
    else:
        size = _checks.number(population, "population", 2)
        if np.any(taken > size):
            raise ValueError(f"n must be at most the population {size:g}; got {taken.max():g}")
        half = z * spread * np.sqrt((size - taken) / (size - 1) / taken)
    return half if np.ndim(half) else float(half)


def sample_size(
    margin: float, *, sd: float = 0.5, level: float = 0.95, population: float | None = None
) -> int:
    """How many answers a wanted margin of error needs (样本量).

    ``n₀ = (z s / e)²``, and ``n = n₀ / (1 + (n₀ − 1)/N)`` where only N can be asked; rounded up.

    Parameters
    ----------
    margin : float
        e, half the width of the interval, in the unit of the answer: above 0, and below ``z s``,
        the margin of a single answer.
    sd, level, population
        As in :func:`margin_of_error`.

    Returns
    -------
    int

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    Cochran (1977). It is the number of answers, not of questionnaires sent: divide by the share
    that you expect back. And it is about chance alone: a million answers from the wrong people
    are still from the wrong people.

    Examples
    --------
    >>> sample_size(0.05), sample_size(0.05, population=600)
    (385, 235)
    """
    wanted = _checks.number(margin, "margin", 0, open_low=True)
    widest = normal_z(level) * _checks.number(sd, "sd", 0, open_low=True)
    if wanted >= widest:
        raise ValueError(
            f"margin must be below {widest:.3g}, the margin of a single answer; got {wanted:g}. "
            "Of a share, 5 % is 0.05"
        )
    free = (widest / wanted) ** 2
    if population is not None:
        size = _checks.number(population, "population", 2)
        # N when n₀ is far larger: written so that it does not overflow
        free = size / (1 + (size - 1) / free)
    return int(np.ceil(free - 1e-9))
