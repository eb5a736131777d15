"""What a survey of brands says about each customer: ratings, last brand, switching matrix."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._choice import logit
from crmlab.clv.present_value import FloatArray

if TYPE_CHECKING:
    import pandas as pd

_MOST_STEPS = 60
_MOST_PURCHASES = 10_000


@dataclass(frozen=True, eq=False)
class Survey:
    """A survey as arrays: customers × brands (× drivers)."""

    customers: Any
    brands: tuple[Any, ...]
    row: np.ndarray  # customer of each row of the table
    column: np.ndarray  # brand of each row
    ratings: FloatArray
    known: np.ndarray  # which customer rated which brand
    last: np.ndarray  # position of the brand bought last

    def marked(self, survey: "pd.DataFrame", name: str) -> np.ndarray:
        """Return the position of the one brand per customer on which a flag stands."""
        _checks.columns(survey, "survey", [name])
        flag = _checks.truths(survey[name], name)
        times = np.bincount(self.row, flag, minlength=len(self.customers))
        if (times != 1).any():
            wrong = int(np.argmax(times != 1))
            raise ValueError(
                f"{name} must be True once per customer; got {times[wrong]:g} times for "
                f"{self.customers[wrong]!r}"
            )
        place = np.empty(len(self.customers), dtype=int)
        place[self.row[flag]] = self.column[flag]
        return place

    def matrices(self, beta: FloatArray) -> FloatArray:
        """Return a switching matrix per customer; unknown brands: chance 0 and an empty row."""
        people, size = self.known.shape
        liked = np.where(self.known, self.ratings @ beta[:-1], -np.inf)
        # For each brand that may have been bought last, its own utility gets the bonus.
        utility = (liked[:, None, :] + beta[-1] * np.eye(size)).reshape(people * size, size)
        row, column = np.nonzero(np.isfinite(utility))
        chance = np.zeros_like(utility)
        chance[row, column] = logit(utility[row, column], row)
        return chance.reshape(people, size, size) * self.known[:, :, None]

    def values(self, own: FloatArray, money: "Money") -> FloatArray:
        """Return the lifetime value of each customer to each brand, from its own matrix."""
        now = np.eye(len(self.brands))[self.last]
        worth = now.copy() if money.include_first else np.zeros_like(now)
        for t in range(1, int(np.floor(money.horizon * money.frequency.max() + 1e-9)) + 1):
            now = np.einsum("ij,ijk->ik", now, own)
            counted = t <= money.horizon * money.frequency + 1e-9
            factor = (1 + money.rate) ** (-t / money.frequency)
            worth += now * np.where(counted, factor, 0.0)[:, None]
        return _checks.finite(worth * money.contribution)

    def shifted(self, own: FloatArray, row: int, to: int, points: float) -> FloatArray:
        """Return the matrices with `points` of one row moved to a brand, or what there is."""
        pay = own[:, row].copy()
        pay[:, to] = 0
        there = pay.sum(axis=1, keepdims=True)
        moved = np.minimum(points, there) * self.known[:, [row]] * self.known[:, [to]]
        changed = own.copy()
        changed[:, row] -= np.divide(pay, there, out=np.zeros_like(pay), where=there > 0) * moved
        changed[:, row, to] += moved[:, 0]
        return changed

    def improved(self, brand: int, change: FloatArray, scale: Any) -> "Survey":
        """Return the survey in which one brand is rated better, within the scale."""
        ends = _checks.array(scale, "scale", ndim=1)
        if ends.size != 2 or ends[0] >= ends[1]:
            raise ValueError(f"scale must hold the lowest and the highest rating; got {scale!r}")
        given = self.ratings[self.known]
        if given.min() < ends[0] or given.max() > ends[1]:
            raise ValueError(
                f"scale must hold all ratings; got {scale!r} and ratings from {given.min():g} to "
                f"{given.max():g}"
            )
        ratings = self.ratings.copy()
        ratings[:, brand] = np.clip(ratings[:, brand] + change, *ends)
        return replace(self, ratings=ratings)


def read_survey(
    survey: "pd.DataFrame", customer: str, brand: str, last: str, drivers: tuple[str, ...]
) -> Survey:
    """Check a survey and spread it over customers × brands."""
    import pandas as pd

    keys = [customer, brand]
    _checks.columns(survey, "survey", [*keys, last, *drivers])
    for key in keys:
        _checks.no_gaps(survey[key], key)
    doubled = survey.duplicated(keys)
    if doubled.any():
        who, what = survey.loc[doubled, keys].iloc[0]
        raise ValueError(
            f"survey must hold each brand once per customer; got {what!r} of {who!r} twice"
        )
    customers = pd.Index(survey[customer].unique(), name=customer)
    brands = tuple(sorted(survey[brand].unique().tolist()))
    row = customers.get_indexer(survey[customer])
    column = pd.Index(brands).get_indexer(survey[brand])
    known = np.zeros((len(customers), len(brands)), dtype=bool)
    known[row, column] = True
    alone = known.sum(axis=1) < 2
    if alone.any():
        who = customers[int(alone.argmax())]
        raise ValueError(f"survey must hold two brands per customer; got one of {who!r}")
    ratings = np.zeros((*known.shape, len(drivers)))
    for k, name in enumerate(drivers):
        ratings[row, column, k] = _checks.array(survey[name], name)
    data = Survey(customers, brands, row, column, ratings, known, np.zeros(0))
    return replace(data, last=data.marked(survey, last))


@dataclass(frozen=True, eq=False)
class Money:
    """What purchases leave and when they come."""

    contribution: FloatArray  # per brand
    rate: float
    horizon: float
    frequency: FloatArray  # per customer
    include_first: bool


def read_money(
    survey: "pd.DataFrame", data: Survey, contribution: Any, rate: Any, horizon: Any,
    frequency: Any, include_first: Any,
) -> Money:  # fmt: skip
    """Check the amounts and bring them to brands and customers."""
    import pandas as pd

    if isinstance(contribution, Mapping | pd.Series):
        given = dict(contribution)
        absent = [brand for brand in data.brands if brand not in given]
        if absent:
            raise ValueError(f"contribution must name every brand; got none for {absent[0]!r}")
        gain = _checks.array([given[brand] for brand in data.brands], "contribution")
    else:
        gain = np.full(len(data.brands), _checks.number(contribution, "contribution"))
    if isinstance(frequency, str):
        _checks.columns(survey, "survey", [frequency])
        rates = _checks.array(survey[frequency], frequency, 0, open_low=True)
        often = np.empty(len(data.customers))
        often[data.row] = rates
        if (often[data.row] != rates).any():
            raise ValueError(
                f"{frequency} must be the same in all rows of a customer; got a difference"
            )
    else:
        one = _checks.number(frequency, "frequency", 0, open_low=True)
        often = np.full(len(data.customers), one)
    years = _checks.number(horizon, "horizon", 0, open_low=True)
    if years * often.max() > _MOST_PURCHASES:
        raise ValueError(
            f"horizon must hold at most {_MOST_PURCHASES:,} purchases of a customer; got "
            f"{years * often.max():,.0f}"
        )
    discount = _checks.one_rate(rate)
    first = _checks.choice(include_first, "include_first", (True, False))
    return Money(gain, discount, years, often, first)


def read_improvements(
    improvements: "pd.DataFrame", cost: str, drivers: tuple[str, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return the changes of the drivers and the cost of each improvement."""
    _checks.columns(improvements, "improvements", [cost])
    _checks.no_repeats(improvements, "improvements")
    other = [name for name in improvements.columns if name != cost and name not in drivers]
    if other:
        raise ValueError(
            f"improvements must have drivers and {cost!r} as columns; got {other[0]!r}, the "
            f"drivers are {', '.join(drivers)}"
        )
    paid = _checks.array(improvements[cost], cost, 0, open_low=True)
    change = np.zeros((len(improvements), len(drivers)))
    for k, name in enumerate(drivers):
        if name in improvements:
            change[:, k] = _checks.array(improvements[name], name)
    moves = change.any(axis=1)
    if not moves.all():
        idle = improvements.index[int(np.argmin(moves))]
        raise ValueError(f"improvements must change a driver; got no change in {idle!r}")
    return change, paid


def fit_logit(
    x: FloatArray, y: FloatArray, who: np.ndarray
) -> tuple[FloatArray, FloatArray, float]:
    """Fit a conditional logit by Newton's method: coefficients, covariance, log-likelihood."""
    beta = np.zeros(x.shape[1])
    height = _height(x, y, who, beta)
    for _step in range(_MOST_STEPS):
        chance = logit(x @ beta, who)
        mean = np.array([np.bincount(who, chance * part) for part in x.T]).T
        inner = x - mean[who]
        information, slope = (inner * chance[:, None]).T @ inner, x.T @ (y - chance)
        size = np.linalg.eigvalsh(information)
        if size[0] <= 1e-14 * size[-1]:
            break
        step = np.linalg.solve(information, slope)
        # At a maximum Newton's step is nothing; where there is none it goes on and on.
        if np.abs(slope).max() < 1e-10 * len(y):
            if np.abs(inner @ step).max() < 0.01:
                return beta, np.linalg.inv(information), height
            break
        part, least = 1.0, height - 1e-13 * len(y)
        while (higher := _height(x, y, who, beta + part * step)) < least and part > 1e-8:
            part /= 2
        beta, height = beta + part * step, higher
    raise ValueError(
        "the choices must not follow the drivers without exception; got data for which no finite "
        "coefficients fit best"
    )


def _height(x: FloatArray, y: FloatArray, who: np.ndarray, beta: FloatArray) -> float:
    """Log-likelihood of the choices; −∞ where one of them has no chance at all."""
    with np.errstate(divide="ignore"):
        return float(np.log(logit(x @ beta, who)[y == 1]).sum())
