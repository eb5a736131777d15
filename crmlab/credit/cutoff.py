"""From which score on to grant credit: profit, losses and approvals by cut-off (临界分)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.credit._outcome import scores

if TYPE_CHECKING:
    import pandas as pd


def break_even_bad_rate(margin: Any, loss: Any) -> Any:
    """Highest probability to go bad at which a credit still pays (盈亏平衡违约率).

    ``p* = margin / (margin + loss)``: there ``(1 − p) · margin = p · loss``.

    Parameters
    ----------
    margin : float or array
        What a good credit earns, above 0.
    loss : float or array
        What a bad credit costs, above 0.

    Returns
    -------
    float or array
        Probability, 0 to 1.

    Raises
    ------
    ValueError, TypeError
        If an amount is not above 0.

    Examples
    --------
    >>> round(break_even_bad_rate(1, 5), 4)
    0.1667
    """
    earned = _checks.array(margin, "margin", 0, open_low=True)
    lost = _checks.array(loss, "loss", 0, open_low=True)
    _checks.together(margin=earned, loss=lost)
    rate = earned / (earned + lost)
    return float(rate) if rate.ndim == 0 else rate


@dataclass(frozen=True, eq=False)
class CutOffs(Drawable):
    """Profit by cut-off; made by :func:`cut_offs`.

    Attributes
    ----------
    table : DataFrame
        One row per cut-off, rising, the last one refuses everybody: cut_off (score from which
        on credit is granted), accepted (share of the applicants), bad_rate (of the accepted; NaN
        where there are none), bad_refused (share of all bad ones), good_refused (share of all
        good ones), earned, lost, profit, all three per applicant.
    best : float
        Cut-off with the highest profit; the lowest of them where several have it, so that more
        are accepted.
    bad_rate : float
        Share of bad applicants for which the table holds.
    customers : int
        Applicants in the data.

    Examples
    --------
    >>> found = cut_offs([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 0, 0], margin=100, loss=300)
    >>> found
    CutOffs(best from 5: 33.3 % accepted, profit 33.33 per applicant)
    >>> found.to_frame().iloc[0].round(2)
    cut_off           1.0
    accepted          1.0
    bad_rate          0.5
    bad_refused       0.0
    good_refused      0.0
    earned           50.0
    lost            150.0
    profit         -100.0
    Name: 0, dtype: float64
    >>> found.at(4).round(2)
    cut_off          4.00
    accepted         0.50
    bad_rate         0.33
    bad_refused      0.67
    good_refused     0.33
    earned          33.33
    lost            50.00
    profit         -16.67
    Name: 3, dtype: float64
    """

    _picture = "cut_offs"

    table: "pd.DataFrame"
    best: float
    bad_rate: float
    customers: int

    @property
    def at_best(self) -> "pd.Series":
        """Row of the best cut-off."""
        rows = self.table["cut_off"].to_numpy() == self.best
        return self.table.iloc[int(rows.argmax())]

    def at(self, cut_off: float) -> "pd.Series":
        """Row of any cut-off.

        Parameters
        ----------
        cut_off : float
            Score from which on credit is granted.

        Returns
        -------
        Series
            That of the lowest cut-off in the table that accepts the same customers.

        Raises
        ------
        ValueError, TypeError
            If it is no number.
        """
        wanted = _checks.number(cut_off, "cut_off")
        place = int(np.searchsorted(self.table["cut_off"].to_numpy(), wanted))
        return self.table.iloc[min(place, len(self.table) - 1)]

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per cut-off.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        row = self.at_best
        return (
            f"CutOffs(best from {self.best:.0f}: {100 * row['accepted']:.1f} % accepted, "
            f"profit {row['profit']:,.2f} per applicant)"
        )


def cut_offs(
    score: Any, bad: Any, margin: Any, loss: Any, *, bad_rate: float | None = None
) -> CutOffs:
    """Profit of granting credit from each score on (临界分与利润).

    Parameters
    ----------
    score : array or Series of shape (n,)
        Higher for better customers.
    bad : array or Series of shape (n,)
        1 or True for a customer who went bad, else 0 or False; both must occur.
    margin : float or array of shape (n,)
        What a good credit earns, of all customers alike or of each; at least 0.
    loss : float or array of shape (n,)
        What a bad credit costs: the share lost times the amount outstanding, say; at least 0.
    bad_rate : float, optional
        Share of bad ones among future applicants, where the data were drawn with another: good
        and bad customers are then counted in that proportion.

    Returns
    -------
    CutOffs
        With ``.table``, ``.best``, ``.at(cut_off)`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a score or amount is missing, the lengths differ, or good or bad customers are absent.

    Notes
    -----
    The profit of a refused applicant is 0: what he would have bought for cash, and the customers
    whom a refusal drives away, are not in it.

    Examples
    --------
    >>> found = cut_offs([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 0, 0], margin=100, loss=300)
    >>> found.best, round(float(found.at_best["profit"]), 2)
    (5.0, 33.33)
    """
    import pandas as pd

    points, flags = scores(score, bad)
    earned = _each(margin, "margin", flags.size)
    lost = _each(loss, "loss", flags.size)
    rate = flags.mean()
    share = rate if bad_rate is None else _checks.number(
        bad_rate, "bad_rate", 0, 1, open_low=True, open_high=True
    )  # fmt: skip
    weight = np.where(flags == 1, share / flags.sum(), (1 - share) / (flags.size - flags.sum()))
    values, place = np.unique(points, return_inverse=True)

    def from_here(amount: FloatArray) -> FloatArray:
        """Sum over everyone with at least each score; nobody in the last row."""
        sums = np.bincount(place, amount, minlength=values.size)
        return np.append(sums[::-1].cumsum()[::-1], 0.0)

    good, worse = from_here(weight * (1 - flags)), from_here(weight * flags)
    plus, minus = from_here(weight * (1 - flags) * earned), from_here(weight * flags * lost)
    accepted = good + worse
    with np.errstate(invalid="ignore"):
        among = np.where(accepted > 0, worse / accepted, np.nan)
    table = pd.DataFrame(
        {
            "cut_off": np.append(values, np.nextafter(values[-1], np.inf)),
            "accepted": accepted,
            "bad_rate": among,
            "bad_refused": 1 - worse / share,
            "good_refused": 1 - good / (1 - share),
            "earned": plus,
            "lost": minus,
            "profit": plus - minus,
        }
    )
    profit = table["profit"].to_numpy()
    top = int((profit >= profit.max() - 1e-12 * np.abs(profit).max()).argmax())
    return CutOffs(table, float(table["cut_off"].iloc[top]), float(share), flags.size)


def _each(value: Any, name: str, n: int) -> FloatArray:
    """One amount per customer."""
    amounts = _checks.array(value, name, 0)
    if amounts.ndim and amounts.shape != (n,):
        raise ValueError(
            f"{name} must be one number, or one per customer ({n}); got {amounts.shape}"
        )
    return np.broadcast_to(amounts, (n,))
