"""Whom to write to: break-even response, expected profit by cell, gain and lift."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import wilson

if TYPE_CHECKING:
    import pandas as pd


def break_even_response(cost: Any, margin: Any, baseline: Any = 0.0) -> FloatArray:
    """Response rate at which a contact just pays (盈亏平衡响应率).

    ``baseline + cost / margin``. A contact costs `cost` whether or not it is answered, and an
    answer leaves `margin`. Who would have bought without it earns the campaign nothing: count the
    share who buy anyway as `baseline`.

    Parameters
    ----------
    cost : float or array
        Cost of one contact, at least 0.
    margin : float or array
        Contribution of one response, above 0.
    baseline : float or array
        Share who would buy without the contact, from 0 to 1.

    Returns
    -------
    ndarray
        Of the common shape; a value above 1 says that the contact cannot pay.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or the shapes do not go together.

    Examples
    --------
    >>> float(break_even_response(cost=0.6, margin=4))
    0.15
    >>> break_even_response(0.6, [4, 12]).round(3).tolist()
    [0.15, 0.05]
    """
    paid = _checks.array(cost, "cost", 0)
    won = _checks.array(margin, "margin", 0, open_low=True)
    anyway = _checks.probability(baseline, "baseline")
    _checks.together(cost=paid, margin=won, baseline=anyway)
    return _checks.finite(anyway + paid / won)


def campaign_profit(
    contacts: Any, response: Any, cost: Any, margin: Any, *, baseline: Any = 0.0, fixed: Any = 0.0
) -> FloatArray:
    """Profit to expect of a campaign (营销活动期望利润).

    ``contacts × ((response − baseline) × margin − cost) − fixed``.

    Parameters
    ----------
    contacts : float or array
        How many are written to, at least 0.
    response : float or array
        Share who respond, from 0 to 1.
    cost, margin, baseline : float or array
        As in :func:`break_even_response`.
    fixed : float or array
        Cost that does not depend on the number of contacts, at least 0.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or the shapes do not go together.

    Examples
    --------
    >>> float(campaign_profit(1000, 0.2, cost=0.6, margin=4).round(2))
    200.0
    """
    n = _checks.array(contacts, "contacts", 0)
    rate = _checks.probability(response, "response")
    paid, won = _checks.array(cost, "cost", 0), _checks.array(margin, "margin", 0, open_low=True)
    anyway, once = _checks.probability(baseline, "baseline"), _checks.array(fixed, "fixed", 0)
    _checks.together(contacts=n, response=rate, cost=paid, margin=won, baseline=anyway, fixed=once)
    return _checks.finite(n * ((rate - anyway) * won - paid) - once)


@dataclass(frozen=True, eq=False)
class CampaignCells(Drawable):
    """Response and profit by cell, made by :func:`campaign_cells`.

    Attributes
    ----------
    table : DataFrame
        One row per cell, in the order of the rate: contacts, responses, rate with its interval
        low to high, profit per contact, and decision: "write" where the whole interval is above
        the break-even, "leave" where it is below, else "test".
    break_even : float
        Response rate at which a contact pays.
    cost, margin, level : float
        As given.

    Examples
    --------
    >>> found = campaign_cells(["a"] * 40 + ["b"] * 40, [1] * 16 + [0] * 24 + [1] * 1 + [0] * 39,
    ...     cost=0.6, margin=4)
    >>> found
    CampaignCells(2 cells; write 1, test 0, leave 1)
    >>> found.to_frame().round(2)
          contacts  responses  rate   low  high  profit decision
    cell
    a           40       16.0  0.40  0.26  0.55     1.0    write
    b           40        1.0  0.02  0.00  0.13    -0.5    leave
    >>> found.score(["b", "a"])
    0    0.025
    1    0.400
    Name: score, dtype: float64
    """

    _picture = "campaign_cells"

    table: "pd.DataFrame"
    break_even: float
    cost: float
    margin: float
    level: float

    @property
    def rate(self) -> float:
        """Response rate of all cells together."""
        return float(self.table["responses"].sum() / self.table["contacts"].sum())

    def score(self, cells: Any, prior: float = 0.0) -> "pd.Series[float]":
        """Response rates learned here for the cells of other customers.

        Parameters
        ----------
        cells : Series or sequence
            Cell of each customer. A cell that was not seen gets the rate of all.
        prior : float
            Pulls small cells towards the rate of all, as if so many more contacts had answered
            at that rate; at least 0.

        Returns
        -------
        Series

        Raises
        ------
        ValueError, TypeError
            If a cell is missing, or `prior` is below 0.
        """
        import pandas as pd

        pull = _checks.number(prior, "prior", 0)
        labels = _checks.listed(cells, "cells", "cells, one per customer")
        wanted = cells if isinstance(cells, pd.Series) else pd.Series(labels)
        _checks.no_gaps(wanted, "cells")
        learned = (self.table["responses"] + pull * self.rate) / (self.table["contacts"] + pull)
        found = wanted.map(learned.to_dict()).astype(float)
        return found.fillna(self.rate).rename("score")

    def to_frame(self) -> "pd.DataFrame":
        """One row per cell; as ``.table``.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        counts = self.table["decision"].value_counts()
        listed = ", ".join(f"{word} {counts.get(word, 0)}" for word in ("write", "test", "leave"))
        return f"CampaignCells({len(self.table)} cells; {listed})"


def campaign_cells(
    cells: Any, response: Any, *, cost: float, margin: float, level: float = 0.95
) -> CampaignCells:
    """Tell which cells of customers paid in a campaign (按客户单元的期望利润).

    Parameters
    ----------
    cells : Series or sequence
        Cell of each customer who was written to: an RFM code, a grade, a decile.
    response : array of bool or of 0 and 1
        Whether each of them responded.
    cost, margin : float
        As in :func:`break_even_response`; the cost above 0.
    level : float
        Level of Wilson's interval.

    Returns
    -------
    CampaignCells
        With ``.table``, ``.score(…)`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If lengths differ, something is missing, a response is neither 0 nor 1, or a number is
        outside its bounds.

    Notes
    -----
    A response is not an effect: some would have bought without the letter. Only a group that was
    held back by lot tells how many.

    Examples
    --------
    >>> table = campaign_cells(["a"] * 40 + ["b"] * 40, [1] * 16 + [0] * 24 + [1] * 1 + [0] * 39,
    ...                        cost=0.6, margin=4).table
    >>> table[["contacts", "rate", "profit", "decision"]]
          contacts   rate  profit decision
    cell
    a           40  0.400     1.0    write
    b           40  0.025    -0.5    leave
    """
    import pandas as pd

    labels = _checks.listed(cells, "cells", "cells, one per customer")
    where = cells if isinstance(cells, pd.Series) else pd.Series(labels)
    _checks.no_gaps(where, "cells")
    _checks.same_index(cells, response, "cells and response")
    hit = _answers(response, len(where))
    paid = _checks.number(cost, "cost", 0, open_low=True)
    won = _checks.number(margin, "margin", 0, open_low=True)
    pays = float(break_even_response(paid, won))
    by = pd.DataFrame({"cell": where.to_numpy(), "hit": hit}).groupby("cell", observed=True)["hit"]
    table = pd.DataFrame({"contacts": by.size(), "responses": by.sum()})
    table["rate"] = table["responses"] / table["contacts"]
    table["low"], table["high"] = wilson(table["responses"], table["contacts"], level)
    table["profit"] = table["rate"] * won - paid
    table["decision"] = np.where(
        table["low"] >= pays, "write", np.where(table["high"] < pays, "leave", "test")
    )
    table = table.sort_values("rate", ascending=False, kind="stable")
    return CampaignCells(table, pays, paid, won, float(level))


def _answers(response: Any, n: int) -> FloatArray:
    raw = _checks.plain(response, "response")
    hit = _checks.array(raw.astype(float) if raw.dtype == bool else response, "response", ndim=1)
    if not np.isin(hit, (0.0, 1.0)).all():
        first = hit[~np.isin(hit, (0.0, 1.0))][0]
        raise ValueError(f"response must be 0 or 1, or True or False; got {first:g}")
    if len(hit) != n:
        raise ValueError(f"response must have one answer per customer ({n}); got {len(hit)}")
    return hit


@dataclass(frozen=True, eq=False)
class CampaignGains(Drawable):
    """Responses found when customers are written to in the order of a score; by :func:`gains`.

    Customers with the same score stand in no order among themselves: between the ends of such a
    group the curve is straight.

    Attributes
    ----------
    contacts : ndarray of shape (groups + 1,)
        Customers down to the end of each group of equal scores, from 0 to all.
    responses : ndarray of shape (groups + 1,)
        Responses among them, from 0 to all.

    Examples
    --------
    >>> found = gains([0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0])
    >>> found
    CampaignGains(4 customers, 2 responses; lift 2.00 in the best tenth)
    >>> found.to_frame().head(2).round(2)
           depth  contacts  responses  rate   low  high  gain  lift
    group
    1        0.1       0.4        0.4   1.0  0.09   1.0   0.2   2.0
    2        0.2       0.4        0.4   1.0  0.09   1.0   0.4   2.0
    >>> found.gain_at([0.5, 1]).tolist(), float(found.lift_at(0.5))
    ([0.5, 1.0], 1.0)
    >>> found.profit(cost=1, margin=4)
    CampaignDepth(best: 3 contacts (75%), profit 5.00; all: 4.00)
    """

    _picture = "campaign_gains"

    contacts: FloatArray
    responses: FloatArray

    @property
    def rate(self) -> float:
        """Response rate of all."""
        return float(self.responses[-1] / self.contacts[-1])

    @property
    def depth(self) -> FloatArray:
        """Share of the customers written to, from 0 to 1."""
        return self.contacts / self.contacts[-1]

    @property
    def gain(self) -> FloatArray:
        """Share of all responses found at each depth, from 0 to 1."""
        return self.responses / self.responses[-1]

    def gain_at(self, depth: Any) -> FloatArray:
        """Share of all responses found among the best `depth` of the customers.

        Parameters
        ----------
        depth : float or array
            Share of the customers, the best first, from 0 to 1.

        Returns
        -------
        float or ndarray
            As `depth`.

        Raises
        ------
        ValueError, TypeError
            If `depth` is outside its bounds.
        """
        return np.interp(_checks.probability(depth, "depth"), self.depth, self.gain)

    def lift_at(self, depth: Any) -> FloatArray:
        """Response rate among the best `depth` of the customers over that of all.

        Parameters
        ----------
        depth : float or array
            Share of the customers, the best first, above 0 and up to 1.

        Returns
        -------
        float or ndarray
            As `depth`.

        Raises
        ------
        ValueError, TypeError
            If `depth` is outside its bounds.
        """
        share = _checks.array(depth, "depth", 0, 1, open_low=True)
        return self.gain_at(share) / share

    def to_frame(self, groups: int = 10, level: float = 0.95) -> "pd.DataFrame":
        """One row per tenth of the customers (or other share), the best first.

        depth, contacts and responses of this part, its rate with Wilson's interval low to high,
        gain and lift from the top down to here.

        Parameters
        ----------
        groups : int
            Number of equal parts, at least 1.
        level : float
            Level of the interval, between 0 and 1.

        Returns
        -------
        DataFrame
            One row per part.

        Raises
        ------
        ValueError, TypeError
            If an argument is outside its bounds.
        """
        import pandas as pd

        k = _checks.count(groups, "groups")
        depth = np.arange(1, k + 1) / k
        found = np.interp(depth, self.depth, self.responses)
        responses = np.diff(found, prepend=0.0)
        size = self.contacts[-1] / k
        low, high = wilson(responses, np.full(k, size), level)
        return pd.DataFrame(
            {
                "depth": depth,
                "contacts": size,
                "responses": responses,
                "rate": responses / size,
                "low": low,
                "high": high,
                "gain": found / found[-1],
                "lift": found / found[-1] / depth,
            },
            pd.RangeIndex(1, k + 1, name="group"),
        )

    def profit(
        self, cost: float, margin: float, *, baseline: float = 0.0, fixed: float = 0.0
    ) -> "CampaignDepth":
        """Value every depth of the campaign, and find the best one.

        Parameters
        ----------
        cost, margin, baseline, fixed : float
            As in :func:`campaign_profit`.

        Returns
        -------
        CampaignDepth

        Raises
        ------
        ValueError, TypeError
            If a number is outside its bounds.
        """
        paid = _checks.number(cost, "cost", 0)
        won = _checks.number(margin, "margin", 0, open_low=True)
        anyway = _checks.number(baseline, "baseline", 0, 1)
        once = _checks.number(fixed, "fixed", 0)
        profit = (self.responses - anyway * self.contacts) * won - paid * self.contacts
        # Writing to nobody costs nothing; the fixed cost comes with the first letter.
        profit = np.where(self.contacts > 0, profit - once, 0.0)
        return CampaignDepth(self, profit, float(break_even_response(paid, won, anyway)))

    def __repr__(self) -> str:
        return (
            f"CampaignGains({self.contacts[-1]:.0f} customers, {self.responses[-1]:.0f} responses; "
            f"lift {float(self.lift_at(0.1)):.2f} in the best tenth)"
        )


@dataclass(frozen=True, eq=False)
class CampaignDepth(Drawable):
    """Profit at every depth of a campaign, made by :meth:`CampaignGains.profit`.

    Attributes
    ----------
    gains : CampaignGains
        The curve behind it.
    profits : ndarray of shape (groups + 1,)
        Profit when all customers down to the end of each group of equal scores are written to.
    break_even : float
        Response rate at which a contact pays.

    Examples
    --------
    >>> found = gains([0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0])
    >>> result = found.profit(cost=1, margin=4)
    >>> result
    CampaignDepth(best: 3 contacts (75%), profit 5.00; all: 4.00)
    >>> result.to_frame()
       depth  contacts  responses  profit
    0   0.00       0.0        0.0     0.0
    1   0.25       1.0        1.0     3.0
    2   0.50       2.0        1.0     2.0
    3   0.75       3.0        2.0     5.0
    4   1.00       4.0        2.0     4.0
    >>> result.profit_at([0.5, 1]).tolist()
    [2.0, 4.0]
    """

    _picture = "campaign_depth"

    gains: CampaignGains
    profits: FloatArray
    break_even: float

    @property
    def best_contacts(self) -> int:
        """How many customers to write to; the fewest on a tie."""
        return int(self.gains.contacts[self.profits.argmax()])

    @property
    def best_depth(self) -> float:
        """Share of the customers to write to."""
        return float(self.gains.depth[self.profits.argmax()])

    @property
    def best_profit(self) -> float:
        """Profit at the best depth."""
        return float(self.profits.max())

    @property
    def profit_of_all(self) -> float:
        """Profit when everyone is written to."""
        return float(self.profits[-1])

    def profit_at(self, depth: Any) -> FloatArray:
        """Profit when the best `depth` of the customers are written to.

        Parameters
        ----------
        depth : float or array
            Share of the customers, the best first, from 0 to 1.

        Returns
        -------
        ndarray

        Raises
        ------
        ValueError, TypeError
            If `depth` is outside its bounds.
        """
        share = _checks.probability(depth, "depth")
        return np.interp(share, self.gains.depth, self.profits)

    def to_frame(self) -> "pd.DataFrame":
        """One row per depth at which a group of equal scores ends: contacts, responses, profit.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "depth": self.gains.depth,
                "contacts": self.gains.contacts,
                "responses": self.gains.responses,
                "profit": self.profits,
            }
        )

    def __repr__(self) -> str:
        return (
            f"CampaignDepth(best: {self.best_contacts} contacts ({self.best_depth:.0%}), profit "
            f"{self.best_profit:,.2f}; all: {self.profit_of_all:,.2f})"
        )


def gains(score: Any, response: Any) -> CampaignGains:
    """Count how soon a score finds those who respond (增益图, 提升图).

    Customers are written to in the order of the score, the highest first. The gain is the share
    of all responses found so far; the lift is the gain over the share written to, so a score
    without information has a lift of 1 throughout. Learn the score on an earlier campaign and
    count on a later one: on the same campaign every score looks too good.

    Parameters
    ----------
    score : array of shape (customers,)
        Higher means more likely to respond.
    response : array of bool or of 0 and 1
        Whether each of them did; at least one did.

    Returns
    -------
    CampaignGains
        With ``.gain_at(…)``, ``.lift_at(…)``, ``.profit(…)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a value is missing, the lengths or the indices of two Series differ, a response is
        neither 0 nor 1, or nobody responded.

    Examples
    --------
    >>> found = gains([0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0])
    >>> found.gain.tolist()
    [0.0, 0.5, 0.5, 1.0, 1.0]
    >>> float(found.lift_at(0.25))
    2.0
    >>> found.profit(cost=1, margin=4)
    CampaignDepth(best: 3 contacts (75%), profit 5.00; all: 4.00)
    """
    values = _checks.array(score, "score", ndim=1)
    _checks.same_index(score, response, "score and response")
    hit = _answers(response, len(values))
    if not hit.any():
        raise ValueError("response must hold at least one response; got none")
    order = np.argsort(-values, kind="stable")
    ranked, hits = values[order], hit[order].cumsum()
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    return CampaignGains(np.append(0.0, ends + 1.0), np.append(0.0, hits[ends]))
