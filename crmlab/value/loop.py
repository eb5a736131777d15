"""The loop between what a customer gets and what the firm gets, as a simulation."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class _Rule:
    """The equations of the loop with their parameters, checked once."""

    margin: float
    base_value: float
    response: float
    expectation: float
    steepness: float
    notice: float
    habit: float
    trust: float

    def satisfied(self, quality: FloatArray) -> FloatArray:
        """Satisfaction, from 0 to 1: steep where what is seen meets what is expected."""
        return np.asarray(1 / (1 + np.exp(-self.steepness * (quality - self.expectation))))

    def value(self, service: FloatArray) -> FloatArray:
        """Return the customer value that so much service makes, with falling returns."""
        gained = -np.expm1(-np.asarray(service) / self.response)
        return np.asarray(self.base_value + (1 - self.base_value) * gained)

    def round(self, value: FloatArray, invest: float) -> FloatArray:
        """Return the customer value after one whole round of the loop, all delays over."""
        return self.value(invest * self.margin * self.satisfied(np.asarray(value)))

    def radius(self, value: float, invest: float) -> float:
        """Spectral radius of the linearised loop at a steady state; below 1 it is stable."""
        liked = float(self.satisfied(np.asarray(value)))
        slope = self.steepness * liked * (1 - liked)
        spent = invest * self.margin
        gain = (1 - self.base_value) * np.exp(-spent * liked / self.response) / self.response
        q, h, r = self.notice, self.habit, self.trust
        seen = np.array([1 - q, 0, q * gain * spent])
        loyal = h * slope * seen + np.array([0, 1 - h, 0])
        bound = r * loyal + np.array([0, 0, 1 - r])
        return float(np.abs(np.linalg.eigvals(np.array([seen, loyal, bound]))).max())

    def steady(self, invest: float) -> FloatArray:
        """All customer values that one round of the loop leaves as they are, lowest first."""
        from scipy.optimize import brentq

        def move(value: float) -> float:
            return float(self.round(np.asarray(value), invest)) - value

        grid = np.linspace(self.base_value, 1, 2001)
        moves = self.round(grid, invest) - grid
        found = grid[moves == 0].tolist()
        for k in np.flatnonzero(moves[:-1] * moves[1:] < 0):
            found.append(brentq(move, grid[k], grid[k + 1], xtol=1e-14))
        return np.sort(found)

    def reached(self, invest: float, start: float) -> float:
        """Find the steady state to which the loop goes from `start`.

        All steps of the loop rise with what they start from. So it moves one way only, to the
        next steady state on that way.
        """
        states = self.steady(invest)
        climbs = float(self.round(np.asarray(start), invest)) >= start
        ahead = states[states >= start - 1e-12] if climbs else states[states <= start + 1e-12][::-1]
        return float(ahead[0])


def _rule(
    margin: float, base_value: float, response: float, expectation: float, steepness: float,
    notice: float, habit: float, trust: float,
) -> _Rule:  # fmt: skip
    return _Rule(
        _checks.number(margin, "margin", 0, open_low=True),
        _checks.number(base_value, "base_value", 0, 1, open_high=True),
        _checks.number(response, "response", 0, open_low=True),
        _checks.number(expectation, "expectation", 0, 1),
        _checks.number(steepness, "steepness", 0, 100),
        _checks.number(notice, "notice", 0, 1, open_low=True),
        _checks.number(habit, "habit", 0, 1, open_low=True),
        _checks.number(trust, "trust", 0, 1, open_low=True),
    )


@dataclass(frozen=True, eq=False)
class ValueLoop(Drawable):
    """A run of the loop with its steady states, made by :func:`value_loop`.

    Attributes
    ----------
    path : DataFrame
        One row per period: customer_value, perceived_quality, satisfaction, loyalty,
        relationship_quality (all from 0 to 1), relationship_value, service, net (money per customer
        and period).
    steady_states : DataFrame
        One row per steady state: customer_value, satisfaction, relationship_value, service, net,
        radius, stable.
    invest : float
        Share of the relationship value that goes back into service.
    rule : object
        The equations, for the picture.

    Examples
    --------
    >>> found = value_loop(0.2, start=0.6)
    >>> found
    ValueLoop(40 periods; customer value 0.60 to 0.82; 2 stable of 3 steady states)
    >>> found.to_frame().iloc[0].round(2)
    customer_value           0.60
    perceived_quality        0.60
    satisfaction             0.32
    loyalty                  0.32
    relationship_quality     0.32
    relationship_value      32.08
    service                  6.42
    net                     25.67
    Name: 0, dtype: float64
    """

    _picture = "value_loop"

    path: "pd.DataFrame"
    steady_states: "pd.DataFrame"
    invest: float
    rule: _Rule

    def to_frame(self) -> "pd.DataFrame":
        """One row per period.

        Returns
        -------
        DataFrame
        """
        return self.path.copy()

    def __repr__(self) -> str:
        first, last = self.path["customer_value"].iloc[[0, -1]]
        stable = int(self.steady_states["stable"].sum())
        return (
            f"ValueLoop({len(self.path) - 1} periods; customer value {first:.2f} to {last:.2f}; "
            f"{stable} stable of {len(self.steady_states)} steady states)"
        )


def value_loop(
    invest: float,
    *,
    start: float = 0.6,
    periods: int = 40,
    margin: float = 100.0,
    base_value: float = 0.4,
    response: float = 15.0,
    expectation: float = 0.65,
    steepness: float = 15.0,
    notice: float = 0.5,
    habit: float = 0.3,
    trust: float = 0.3,
) -> ValueLoop:
    """Run the loop of customer value and relationship value (顾客价值与关系价值的互动循环).

    Customer value V → perceived quality Q → satisfaction S → loyalty L → relationship quality R →
    relationship value G → service I → customer value. In every period::

        G = margin × R                      what the customer leaves
        I = invest × G                      what goes back into service made for the customer
        V = base + (1 − base)(1 − exp(−I / response))
        Q += notice × (V − Q)               customers notice with a delay
        S = 1 / (1 + exp(−steepness × (Q − expectation)))
        L += habit × (S − L)
        R += trust × (L − R)

    Parameters
    ----------
    invest : float
        Share of the relationship value that is spent on service, between 0 and 1.
    start : float
        Customer value that customers are used to when the run begins, between 0 and 1.
    periods : int
        Number of periods to run.
    margin : float
        Relationship value per period of a customer with perfect relationship quality, above 0.
    base_value : float
        Customer value of the bare product, from 0 to below 1.
    response : float
        Service spending that makes 63 % of the customer value that service can add, above 0.
    expectation : float
        Perceived quality at which half are satisfied, between 0 and 1: what rivals offer.
    steepness : float
        How sharply satisfaction changes there, from 0 to 100.
    notice, habit, trust : float
        Speeds of perceived quality, loyalty and relationship quality, above 0, at most 1.

    Returns
    -------
    ValueLoop
        With ``.path``, ``.steady_states``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    The loop is the course's, from investment to satisfaction, loyalty and value and back; the
    equations are ours, the simplest with falling returns and delays. A steady state is stable where
    the Jacobian of the three remembered quantities (Q, L, R) has a spectral radius below 1. As all
    steps rise, that is so where one round of the loop, drawn against its start, has a slope below
    1. The speeds say how fast the loop settles, never where.

    Examples
    --------
    The same strategy has two fates: it depends on what customers are used to.

    >>> value_loop(0.2, start=0.6)
    ValueLoop(40 periods; customer value 0.60 to 0.82; 2 stable of 3 steady states)
    >>> value_loop(0.2, start=0.5)
    ValueLoop(40 periods; customer value 0.50 to 0.43; 2 stable of 3 steady states)
    """
    import pandas as pd

    share, begin = _checks.number(invest, "invest", 0, 1), _checks.number(start, "start", 0, 1)
    rounds = _checks.count(periods, "periods")
    rule = _rule(margin, base_value, response, expectation, steepness, notice, habit, trust)
    value, quality = begin, begin
    liked = float(rule.satisfied(np.asarray(quality)))
    loyal = bound = liked
    rows = []
    for _period in range(rounds + 1):
        worth = rule.margin * bound
        rows.append((value, quality, liked, loyal, bound, worth, share * worth))
        value = float(rule.value(np.asarray(share * worth)))
        quality += rule.notice * (value - quality)
        liked = float(rule.satisfied(np.asarray(quality)))
        loyal += rule.habit * (liked - loyal)
        bound += rule.trust * (loyal - bound)
    path = pd.DataFrame(
        rows,
        columns=[
            "customer_value", "perceived_quality", "satisfaction", "loyalty",
            "relationship_quality", "relationship_value", "service",
        ],
        index=pd.RangeIndex(rounds + 1, name="period"),
    )  # fmt: skip
    path["net"] = path["relationship_value"] - path["service"]
    return ValueLoop(path, _states(rule, share), share, rule)


def _states(rule: _Rule, invest: float) -> "pd.DataFrame":
    import pandas as pd

    values = rule.steady(invest)
    liked = rule.satisfied(values)
    radius = np.array([rule.radius(value, invest) for value in values])
    return pd.DataFrame(
        {
            "customer_value": values,
            "satisfaction": liked,
            "relationship_value": rule.margin * liked,
            "service": invest * rule.margin * liked,
            "net": (1 - invest) * rule.margin * liked,
            "radius": radius,
            "stable": radius < 1,
        }
    )


@dataclass(frozen=True, eq=False)
class LoopPolicy(Drawable):
    """Where every share of investment leads, made by :func:`loop_policy`.

    Attributes
    ----------
    table : DataFrame
        One row per share: invest, customer_value, relationship_value, service, net in the steady
        state that the loop reaches.
    start : float
        Customer value from which it starts.

    Examples
    --------
    >>> found = loop_policy([0.1, 0.2, 0.3, 0.6])
    >>> found
    LoopPolicy(4 shares; best 0.2 with net 74.78 per period)
    >>> found.to_frame().round(2)
       invest  customer_value  relationship_value  service    net
    0     0.1            0.41                2.68     0.27   2.42
    1     0.2            0.83               93.47    18.69  74.78
    2     0.3            0.92               98.18    29.45  68.72
    3     0.6            0.99               99.38    59.63  39.75
    """

    _picture = "loop_policy"

    table: "pd.DataFrame"
    start: float

    @property
    def best(self) -> float:
        """Share of investment with the highest net value."""
        return float(self.table["invest"].iloc[self.table["net"].to_numpy().argmax()])

    def to_frame(self) -> "pd.DataFrame":
        """One row per share of investment.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"LoopPolicy({len(self.table)} shares; best {self.best:g} with net "
            f"{self.table['net'].max():.2f} per period)"
        )


def loop_policy(
    invest: Any,
    *,
    start: float = 0.6,
    margin: float = 100.0,
    base_value: float = 0.4,
    response: float = 15.0,
    expectation: float = 0.65,
    steepness: float = 15.0,
) -> LoopPolicy:
    """Where the loop settles for every share of investment (投入不足与过度投入).

    Parameters
    ----------
    invest : array of shape (n,)
        Shares of the relationship value spent on service, each between 0 and 1.
    start, margin, base_value, response, expectation, steepness
        As in :func:`value_loop`.

    Returns
    -------
    LoopPolicy
        With ``.best``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Examples
    --------
    >>> loop_policy([0.1, 0.2, 0.3, 0.6])
    LoopPolicy(4 shares; best 0.2 with net 74.78 per period)
    """
    import pandas as pd

    shares = _checks.array(invest, "invest", 0, 1, ndim=1)
    begin = _checks.number(start, "start", 0, 1)
    rule = _rule(margin, base_value, response, expectation, steepness, 1.0, 1.0, 1.0)
    values = np.array([rule.reached(share, begin) for share in shares.tolist()])
    worth = rule.margin * rule.satisfied(values)
    return LoopPolicy(
        pd.DataFrame(
            {
                "invest": shares,
                "customer_value": values,
                "relationship_value": worth,
                "service": shares * worth,
                "net": (1 - shares) * worth,
            }
        ),
        begin,
    )
