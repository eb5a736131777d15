"""Expected loss of a book of receivables (预期损失): PD × LGD × EAD."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ExpectedLoss(Drawable):
    """Expected loss of every customer, made by :func:`expected_loss`.

    Attributes
    ----------
    table : DataFrame
        One row per customer: default_probability, loss_given_default, exposure, loss.

    Examples
    --------
    >>> book = expected_loss([0.02, 0.10], [5000, 1000], 0.6)
    >>> book
    ExpectedLoss(2 customers: 120 expected of 6,000, give or take 457)
    >>> book.to_frame()
       default_probability  loss_given_default  exposure  loss
    0                 0.02                 0.6    5000.0  60.0
    1                 0.10                 0.6    1000.0  60.0
    >>> book.by(["hotels", "homes"])
            customers  exposure  loss   rate
    group
    homes           1    1000.0  60.0  0.060
    hotels          1    5000.0  60.0  0.012
    """

    _picture = "expected_loss"

    table: "pd.DataFrame"

    @property
    def total(self) -> float:
        """Expected loss of the book."""
        return float(self.table["loss"].sum())

    @property
    def exposure(self) -> float:
        """What the book is exposed with."""
        return float(self.table["exposure"].sum())

    @property
    def deviation(self) -> float:
        """Standard deviation of the loss if customers default independently of each other."""
        chance = self.table["default_probability"].to_numpy()
        lost = (self.table["loss_given_default"] * self.table["exposure"]).to_numpy()
        return float(np.sqrt((lost**2 * chance * (1 - chance)).sum()))

    def by(self, group: Any) -> "pd.DataFrame":
        """Sum up the loss by a group of each customer.

        Parameters
        ----------
        group : array of shape (n,)
            Group of each customer, in the order of the table, or a Series with the same labels.

        Returns
        -------
        DataFrame
            One row per group: customers, exposure, loss, rate (loss by exposure).

        Raises
        ------
        ValueError, TypeError
            If there is not one group per customer.
        """
        import pandas as pd

        if isinstance(group, pd.Series):
            group = group.reindex(self.table.index)
        values = _checks.listed(group, "group", "groups")
        if len(values) != len(self.table) or pd.isna(pd.Series(values, dtype=object)).any():
            raise ValueError(
                f"group must have one group per customer ({len(self.table)}); got "
                f"{pd.Series(values, dtype=object).notna().sum()}"
            )
        name = getattr(group, "name", None) or "group"
        keys = pd.Series(values, self.table.index, name=name)
        found = self.table.groupby(keys).agg(
            customers=("loss", "size"), exposure=("exposure", "sum"), loss=("loss", "sum")
        )
        return found.assign(rate=found["loss"] / found["exposure"].where(found["exposure"] > 0))

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per customer.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return (
            f"ExpectedLoss({len(self.table)} customers: {self.total:,.0f} expected of "
            f"{self.exposure:,.0f}, give or take {self.deviation:,.0f})"
        )


def expected_loss(
    default_probability: Any, exposure: Any, loss_given_default: Any = 1.0
) -> ExpectedLoss:
    """Weigh what is owed by what will be lost: the expected loss (预期损失), PD × LGD × EAD.

    Parameters
    ----------
    default_probability : float or array of shape (n,)
        PD, chance of each customer to default (违约概率).
    exposure : array or Series of shape (n,)
        EAD, what each customer owes when it defaults (违约敞口), at least 0.
    loss_given_default : float or array of shape (n,)
        LGD, share of it that is then lost (违约损失率), 0 to 1.

    Returns
    -------
    ExpectedLoss
        With ``.total``, ``.deviation``, ``.by(groups)``, ``.table`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds, lengths do not go together, or two Series have different
        labels.

    Notes
    -----
    The expected loss is a price, and belongs in the price of the goods; the deviation is a risk,
    and limits keep it small. It assumes independent customers: in a crisis it is too small.

    Examples
    --------
    >>> book = expected_loss([0.02, 0.10], [5000, 1000], 0.6)
    >>> book.table["loss"].tolist(), round(book.deviation)
    ([60.0, 60.0], 457)
    """
    import pandas as pd

    labelled = [x for x in (exposure, default_probability, loss_given_default)
                if isinstance(x, pd.Series)]  # fmt: skip
    for other in labelled[1:]:
        if not other.index.equals(labelled[0].index):
            raise ValueError("the arguments must have the same index; got different ones")
    owed = _checks.array(exposure, "exposure", 0, ndim=1)

    def each(value: Any, name: str) -> FloatArray:
        found = _checks.probability(value, name)
        if found.ndim and found.shape != owed.shape:
            raise ValueError(
                f"{name} must be one number or one per customer ({owed.size}); got {found.shape}"
            )
        return np.broadcast_to(found, owed.shape).astype(float)

    chance = each(default_probability, "default_probability")
    share = each(loss_given_default, "loss_given_default")
    index = labelled[0].index if labelled else pd.RangeIndex(owed.size)
    return ExpectedLoss(
        pd.DataFrame(
            {
                "default_probability": chance,
                "loss_given_default": share,
                "exposure": owed,
                "loss": chance * share * owed,
            },
            index,
        )
    )
