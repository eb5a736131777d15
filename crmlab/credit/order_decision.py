"""The salesman's dilemma: an order on credit, the chance of loss, and who is paid for what."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

#: Ways to pay a salesman: on what is sold, on what is paid, on what is earned after losses.
PAY = ("sales", "cash", "margin after losses")


@dataclass(frozen=True, eq=False)
class OrderDecision(Drawable):
    """Take an order on credit or not, made by :func:`order_decision`.

    Attributes
    ----------
    firm : float
        What the firm expects from taking the order, compared with refusing it.
    parts : Series
        From what it comes: contribution, future, loss, carrying; they sum to `firm`.
    break_even : float
        Chance of default at which the firm is indifferent; 0 where it never takes the order.
    table : DataFrame
        One row per way of pay: gain (what the salesman expects from taking it), break_even (chance
        of default at which he is indifferent), takes, firm_takes, agree.
    default : float
        As given.
    amount : float
        As given.

    Examples
    --------
    >>> decision = order_decision(1000, 0.2, 0.1, future=300, effort=5)
    >>> decision
    OrderDecision(take: expected 370, break-even chance of default 0.385 against 0.100)
    >>> decision.to_frame()
                         gain  break_even  takes  firm_takes  agree
    pay
    sales                15.0        1.00   True        True   True
    cash                 13.0        0.75   True        True   True
    margin after losses   5.0        0.15   True        True   True
    >>> decision.expected([0.1, 0.3]).tolist()
    [370.0, 110.0]
    >>> decision.salesman("cash", [0.1, 0.3]).tolist()
    [13.0, 9.0]
    """

    _picture = "order_decision"

    firm: float
    parts: "pd.Series"
    break_even: float
    table: "pd.DataFrame"
    default: float
    amount: float
    _good: float
    _bad: float
    _pay: dict[str, tuple[float, float]]

    @property
    def take(self) -> bool:
        """Whether the firm should take the order."""
        return self.firm > 0

    def expected(self, default_probability: Any) -> FloatArray:
        """Return what the firm expects at other chances of default.

        Parameters
        ----------
        default_probability : array of probabilities

        Returns
        -------
        ndarray of the same shape

        Raises
        ------
        ValueError, TypeError
            If a probability is outside 0 to 1.
        """
        chance = _checks.probability(default_probability, "default_probability")
        return (1 - chance) * self._good + chance * self._bad

    def salesman(self, pay: str, default_probability: Any) -> FloatArray:
        """Return what the salesman expects at other chances of default.

        Parameters
        ----------
        pay : {"sales", "cash", "margin after losses"}
        default_probability : array of probabilities

        Returns
        -------
        ndarray of the same shape

        Raises
        ------
        ValueError, TypeError
            If the way to pay is unknown, or a probability is outside 0 to 1.
        """
        good, bad = self._pay[_checks.choice(pay, "pay", PAY)]
        chance = _checks.probability(default_probability, "default_probability")
        return (1 - chance) * good + chance * bad

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per way of pay.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        word = "take" if self.take else "refuse"
        return (
            f"OrderDecision({word}: expected {self.firm:,.0f}, break-even chance of default "
            f"{self.break_even:.3f} against {self.default:.3f})"
        )


def _crossing(good: float, bad: float) -> float:
    """Chance of default at which an expectation is 0: 0 if never above, 1 if never below."""
    if good <= 0:
        return 0.0
    return 1.0 if bad >= 0 else good / (good - bad)


def order_decision(
    amount: float,
    margin: float,
    default_probability: float,
    *,
    recovery: float = 0.0,
    deposit: float = 0.0,
    future: float = 0.0,
    kept_if_refused: float = 0.0,
    days: float = 0.0,
    rate: float = 0.0,
    year: float = 365.0,
    commission: float = 0.02,
    effort: float = 0.0,
) -> OrderDecision:
    """Take the order on credit or not, and what would the salesman do (接单与风险).

    Taking it brings, if the customer pays, ``margin × amount + (1 − kept) × future``; if not, the
    cost of the goods is lost less what is recovered:
    ``−[(1 − margin) − deposit − recovery (1 − deposit)] × amount``. Carrying the goods until they
    are paid costs ``rate × days / year`` of the cost that the deposit does not cover, either way.

    Parameters
    ----------
    amount : float
        Value of the order, above 0.
    margin : float
        Contribution rate: (price − cost of goods) / price, 0 to 1.
    default_probability : float
        Chance that the rest is not paid, 0 to 1.
    recovery : float
        Share of the unpaid rest that comes in nevertheless, 0 to 1.
    deposit : float
        Share paid before delivery, 0 to 1.
    future : float
        Present value of what the customer brings afterwards if it pays, at least 0.
    kept_if_refused : float
        Chance that the customer stays though the order is refused, or buys for cash, 0 to 1.
    days : float
        Days of credit, at least 0.
    rate : float
        Cost of money per year, at least 0.
    year : float
        Days of a year: 365 or 360.
    commission : float
        Rate of the salesman's pay on sales and on cash. On margin after losses he gets the share
        of the firm's result that costs the same on an order that is paid: commission / margin.
    effort : float
        What taking and following up the order costs the salesman himself, in money, at least 0.

    Returns
    -------
    OrderDecision
        With ``.firm``, ``.parts``, ``.break_even``, ``.table``, ``.expected()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    A refused customer that would have failed brings no future either, so future counts only with
    the chance 1 − default. The salesman's own future is left out; on sales he bears no risk at
    all, on cash he loses his commission but none of the goods.

    Examples
    --------
    >>> decision = order_decision(1000, 0.2, 0.1, future=300, effort=5)
    >>> decision
    OrderDecision(take: expected 370, break-even chance of default 0.385 against 0.100)
    >>> decision.table["break_even"].round(3).to_dict()
    {'sales': 1.0, 'cash': 0.75, 'margin after losses': 0.15}
    """
    import pandas as pd

    size = _checks.number(amount, "amount", 0, open_low=True)
    earned = _checks.number(margin, "margin", 0, 1)
    chance = _checks.number(default_probability, "default_probability", 0, 1)
    paid = _checks.number(deposit, "deposit", 0, 1)
    back = _checks.number(recovery, "recovery", 0, 1)
    later = _checks.number(future, "future", 0)
    kept = _checks.number(kept_if_refused, "kept_if_refused", 0, 1)
    long = _checks.number(days, "days", 0) / _checks.number(year, "year", 0, open_low=True)
    fee = _checks.number(commission, "commission", 0, 1)
    own = _checks.number(effort, "effort", 0)
    carrying = (
        size * max(1 - earned - paid, 0) * _checks.one_rate(rate, low=0, open_low=False) * long
    )
    loss = size * ((1 - earned) - paid - back * (1 - paid))
    at_stake = (1 - kept) * later
    good, bad = size * earned + at_stake - carrying, -loss - carrying
    parts = pd.Series(
        {
            "contribution": (1 - chance) * size * earned,
            "future": (1 - chance) * at_stake,
            "loss": -chance * loss,
            "carrying": -carrying,
        },
        name="expected",
    )
    share = fee / earned if earned > 0 else 0.0
    received = paid + back * (1 - paid)
    pay = {
        "sales": (fee * size - own, fee * size - own),
        "cash": (fee * size - own, fee * size * received - own),
        "margin after losses": (share * (size * earned - carrying) - own, share * bad - own),
    }
    firm = float(parts.sum())
    rows = []
    for good_, bad_ in pay.values():
        gain = (1 - chance) * good_ + chance * bad_
        rows.append((gain, _crossing(good_, bad_), gain > 0, firm > 0, (gain > 0) == (firm > 0)))
    names = ["gain", "break_even", "takes", "firm_takes", "agree"]
    table = pd.DataFrame(rows, pd.Index(list(pay), name="pay"), names)
    return OrderDecision(firm, parts, _crossing(good, bad), table, chance, size, good, bad, pay)
