"""What keeping customers earns, computed and not quoted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.clv import retention_value

if TYPE_CHECKING:
    import pandas as pd


def mean_lifetime(retention: Any) -> Any:
    """Mean number of periods for which a customer stays (平均客户生命周期).

    ``1 / (1 − r)``, the first period, in which everybody is there, counted.

    Parameters
    ----------
    retention : float or array
        r, chance that a customer of one period is still one in the next, at least 0 and below 1.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError, TypeError
        If a chance is outside [0, 1).

    Examples
    --------
    >>> mean_lifetime(0.8), mean_lifetime([0.5, 0.9]).round(6).tolist()
    (5.0, [2.0, 10.0])
    """
    kept = _checks.array(retention, "retention", 0, 1, open_high=True)
    years = np.round(1 / (1 - kept), 12)
    return float(years) if years.ndim == 0 else years


@dataclass(frozen=True, eq=False)
class RetentionGain(Drawable):
    """What some points of retention add to the value of a customer; by :func:`retention_gain`.

    Attributes
    ----------
    retention : ndarray of shape (k,)
        Retention before.
    before, after : ndarray of shape (k,)
        Value of a customer before and after.
    points : float
        What is added to the retention.
    rate : float
        Discount rate per period.
    periods : int or None
        Horizon; None is for ever.

    Examples
    --------
    >>> found = retention_gain([0.6, 0.8, 0.9], rate=0)
    >>> found
    RetentionGain(5 points of retention add 14 to 100 %)
    >>> found.to_frame().round(2)
               before  after   gain  relative
    retention
    0.6           2.5   2.86   0.36      0.14
    0.8           5.0   6.67   1.67      0.33
    0.9          10.0  20.00  10.00      1.00
    """

    _picture = "retention_gain"

    retention: FloatArray
    before: FloatArray
    after: FloatArray
    points: float
    rate: float
    periods: int | None

    @property
    def gain(self) -> FloatArray:
        """What the points add, per customer."""
        return np.asarray(self.after - self.before)

    @property
    def relative(self) -> FloatArray:
        """The gain as a fraction of the value before; missing where that is not above 0."""
        return np.divide(
            self.gain, self.before, out=np.full(self.gain.shape, np.nan), where=self.before > 0
        )

    def to_frame(self) -> "pd.DataFrame":
        """One row per retention: before, after, gain, relative.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "before": self.before,
                "after": self.after,
                "gain": self.gain,
                "relative": self.relative,
            },
            index=pd.Index(self.retention, name="retention"),
        )

    def __repr__(self) -> str:
        found = self.relative[np.isfinite(self.relative)]
        words = f"{100 * found.min():.0f} to {100 * found.max():.0f} %" if found.size else "unknown"
        return f"RetentionGain({100 * self.points:g} points of retention add {words})"


def retention_gain(
    retention: Any,
    rate: float,
    margin: float = 1.0,
    periods: int | None = None,
    *,
    points: float = 0.05,
    acquisition_cost: float = 0.0,
    retention_cost: float = 0.0,
) -> RetentionGain:
    """Compute what some points of retention add to the value of a customer (客户保持的利润效应).

    The value is that of a customer who has just been won: the margin of the first period, paid
    today, and all that may follow, less the cost of winning. For ever and without other costs the
    gain is ``p / (1 + d − r − p)`` of the value, with r the retention, p the points and d the
    rate.

    Parameters
    ----------
    retention : float or array of shape (k,)
        r, chance that a customer of one period is still one in the next, between 0 and 1 − points.
    rate : float
        d, discount rate per period, at least 0.
    margin : float
        Margin per period and customer.
    periods : int, optional
        How many periods after the first one count; for ever if left out.
    points : float
        p, what is added to the retention, above 0 and at most 1.
    acquisition_cost : float
        Paid today, at least 0.
    retention_cost : float
        What the points cost per period and customer who is still there, paid in mid-period after
        the change, at least 0.

    Returns
    -------
    RetentionGain
        With ``.gain``, ``.relative``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, or there is no limit: for ever at a rate of 0 with all
        customers kept.

    Notes
    -----
    :func:`crmlab.clv.retention_value` is the model. Reichheld and Sasser (1990) say that firms
    "can boost profits by almost 100 %" by keeping 5 % more of their customers; Sharp (2010) shows
    that this is the arithmetic of a doubled lifetime, 1 / (1 − r), and no observation. It is the
    value of a customer that grows so, not the profit of the next year.

    Examples
    --------
    >>> found = retention_gain([0.6, 0.8, 0.9], rate=0)
    >>> found.relative.round(3).tolist()
    [0.143, 0.333, 1.0]
    >>> retention_gain(0.8, rate=0.1, margin=100).to_frame().round(2)
               before  after   gain  relative
    retention
    0.8        366.67  440.0  73.33       0.2
    """
    added = _checks.number(points, "points", 0, 1, open_low=True)
    kept = np.atleast_1d(_checks.array(retention, "retention", 0, 1 - added + 1e-12))
    if kept.ndim != 1:
        raise ValueError(f"retention must be a number or a list; got shape {kept.shape}")
    discount = _checks.one_rate(rate, low=0, open_low=False)
    each = _checks.number(margin, "margin")
    paid = _checks.number(retention_cost, "retention_cost", 0)
    won = _checks.number(acquisition_cost, "acquisition_cost", 0)

    def value(chance: FloatArray, cost: float) -> FloatArray:
        found = retention_value(
            each, chance[:, None], np.full(chance.shape, discount), periods,
            include_first=True, retention_cost=cost, acquisition_cost=won,
        )  # fmt: skip
        return np.asarray(found, dtype=float)

    after = value(np.minimum(kept + added, 1.0), paid)
    return RetentionGain(kept, value(kept, 0.0), after, added, discount, periods)


def claimed_retention(gain: float, rate: float = 0.0, points: float = 0.05) -> float:
    """Retention from which a claimed gain is true (使说法成立的保持率).

    ``r = 1 + d − p (1 + 1/g)``: the formula of :func:`retention_gain`, solved for r.

    Parameters
    ----------
    gain : float
        g, the claimed gain as a fraction of the value, above 0: 1 says that the value doubles.
    rate : float
        d, discount rate per period, at least 0.
    points : float
        p, points of retention that are added, above 0 and at most 1.

    Returns
    -------
    float
        Below 0 if the claim holds at every retention; above ``1 − points`` if at none.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Examples
    --------
    >>> round(claimed_retention(1.0), 4), round(claimed_retention(0.25), 4)
    (0.9, 0.75)
    """
    claim = _checks.number(gain, "gain", 0, open_low=True)
    discount = _checks.one_rate(rate, low=0, open_low=False)
    added = _checks.number(points, "points", 0, 1, open_low=True)
    return 1 + discount - added * (1 + 1 / claim)


@dataclass(frozen=True, eq=False)
class NewOrKept(Drawable):
    """Winning one more customer against keeping one more; made by :func:`new_or_kept`.

    Attributes
    ----------
    table : DataFrame
        Rows new and kept: spent (in all), reached, customers (won, or kept who would have left),
        per_reached (spent for each one who was reached), per_customer (spent for each customer
        who is there because of it).

    Examples
    --------
    >>> found = new_or_kept(acquisition_spend=12000, prospects=1000, won=100,
    ...     retention_spend=20000, customers=1000, points=0.05)
    >>> found
    NewOrKept(as quoted 6.0 to 1, per customer 0.3 to 1)
    >>> found.to_frame()
                spent  reached  customers  per_reached  per_customer
    customer
    new       12000.0     1000      100.0         12.0         120.0
    kept      20000.0     1000       50.0         20.0         400.0
    """

    _picture = "new_or_kept"

    table: "pd.DataFrame"

    def _cost(self, customer: str, column: str) -> float:
        return float(np.asarray(self.table[column])[list(self.table.index).index(customer)])

    @property
    def quoted(self) -> float:
        """The ratio as it is usually quoted: cost of a new customer, per kept one reached."""
        return self._cost("new", "per_customer") / self._cost("kept", "per_reached")

    @property
    def true(self) -> float:
        """Cost of one more new customer over the cost of one more kept customer."""
        return self._cost("new", "per_customer") / self._cost("kept", "per_customer")

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, rows new and kept.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return f"NewOrKept(as quoted {self.quoted:.1f} to 1, per customer {self.true:.1f} to 1)"


def new_or_kept(
    *,
    acquisition_spend: float,
    prospects: int,
    won: int,
    retention_spend: float,
    customers: int,
    points: float,
) -> NewOrKept:
    """Compare the cost of one more new customer with that of one more kept (新老客户成本).

    "A new customer costs five to ten times as much as a kept one" usually divides the cost of a
    *new* customer by the money spent per customer whom one has. But most of these would have
    stayed anyway. What is bought are the customers who stay *because of it*:
    ``spend / (customers × points)``.

    Parameters
    ----------
    acquisition_spend : float
        Spent to win new customers, above 0.
    prospects : int
        How many were reached with it.
    won : int
        How many of them became customers, at least 1 and at most `prospects`.
    retention_spend : float
        Spent to keep customers, above 0.
    customers : int
        How many were reached with it.
    points : float
        What it adds to the chance to stay, as a fraction, above 0 and at most 1.

    Returns
    -------
    NewOrKept
        With ``.quoted``, ``.true``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Examples
    --------
    >>> found = new_or_kept(acquisition_spend=12000, prospects=1000, won=100,
    ...     retention_spend=20000, customers=1000, points=0.05)
    >>> found
    NewOrKept(as quoted 6.0 to 1, per customer 0.3 to 1)
    >>> found.table["per_customer"].round(6).to_dict()
    {'new': 120.0, 'kept': 400.0}
    """
    import pandas as pd

    reached = _checks.count(prospects, "prospects"), _checks.count(customers, "customers")
    gained = _checks.count(won, "won")
    if gained > reached[0]:
        raise ValueError(f"won must be at most prospects, {reached[0]}; got {gained}")
    added = _checks.number(points, "points", 0, 1, open_low=True)
    spent = np.array(
        [
            _checks.number(acquisition_spend, "acquisition_spend", 0, open_low=True),
            _checks.number(retention_spend, "retention_spend", 0, open_low=True),
        ]
    )
    there = np.array([gained, reached[1] * added])
    return NewOrKept(
        pd.DataFrame(
            {
                "spent": spent,
                "reached": reached,
                "customers": there,
                "per_reached": spent / np.array(reached),
                "per_customer": spent / there,
            },
            index=pd.Index(["new", "kept"], name="customer"),
        )
    )
