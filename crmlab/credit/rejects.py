"""What the refused would have done: an assumption, and how much hangs on it (拒绝推断)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.credit._outcome import outcome, table
from crmlab.credit.logit import logistic, newton
from crmlab.credit.power import discrimination

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.credit.scorecard import Scorecard

_COLUMNS = ("rejected_bad_rate", "bad_rate", "auc", "approval", "approved_before", "changed")


@dataclass(frozen=True, eq=False)
class RejectInference(Drawable):
    """A scorecard under several assumptions on the refused; made by :func:`reject_inference`.

    Attributes
    ----------
    table : DataFrame
        One row per factor: rejected_bad_rate (assumed), bad_rate (of accepted and refused
        together), auc (on the accepted, whose outcome is known), approval (share of all
        applicants whose probability is at most `limit`), approved_before (share of the refused
        who would now be granted credit), changed (share of all applicants whose decision differs
        from that with the card of the accepted alone).
    coefficients : DataFrame
        One row per factor: the constant, and the coefficient of each feature of the card of the
        accepted.
    limit : float
        As given.
    accepted, rejected : int
        Customers in each group.

    Examples
    --------
    >>> from crmlab import datasets
    >>> from crmlab.credit import Scorecard
    >>> people = datasets.load("german_credit")
    >>> out = people["checking"] == "below 0"
    >>> found = reject_inference(
    ...     Scorecard(features=["checking", "duration"], unseen="neutral"),
    ...     people[~out], people[~out]["bad"], people[out], factors=[1, 3])
    >>> found
    RejectInference(274 refused, factors 1 to 3: approval 34.7 to 53.7 %)
    >>> found.to_frame().round(2)
            rejected_bad_rate  bad_rate   auc  approval  approved_before  changed
    factor
    1.0                  0.23      0.23  0.74      0.54             0.40     0.00
    3.0                  0.46      0.29  0.74      0.35             0.08     0.19
    """

    _picture = "reject_inference"

    table: "pd.DataFrame"
    coefficients: "pd.DataFrame"
    limit: float
    accepted: int
    rejected: int

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per factor.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        low, high = self.table["approval"].min(), self.table["approval"].max()
        return (
            f"RejectInference({self.rejected:,} refused, factors {self.table.index[0]:g} to "
            f"{self.table.index[-1]:g}: approval {100 * low:.1f} to {100 * high:.1f} %)"
        )


def reject_inference(
    card: "Scorecard",
    accepted: "pd.DataFrame",
    bad: Any,
    rejected: "pd.DataFrame",
    *,
    factors: Any = (1.0, 1.5, 2.0, 3.0, 5.0),
    limit: float = 0.2,
) -> RejectInference:
    """Learn the card anew under assumptions on the refused: fuzzy augmentation (拒绝推断).

    The card of the accepted gives every refused applicant odds to go bad. They are multiplied by
    an assumed factor; the applicant then enters the regression twice, as bad with that
    probability and as good with the rest. Bins and weights of evidence stay those of the accepted.

    Parameters
    ----------
    card : Scorecard
        Its settings are used; it need not be fitted.
    accepted : DataFrame
        Applicants who were granted credit.
    bad : array or Series
        What became of the accepted.
    rejected : DataFrame
        Applicants who were refused.
    factors : sequence of float
        Odds of a refused applicant to go bad, in multiples of those of an accepted one with the
        same values; above 0.
    limit : float
        Probability to go bad up to which credit is granted.

    Returns
    -------
    RejectInference
        With ``.table``, ``.coefficients`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If columns are absent, a factor is not above 0, or `limit` is outside (0, 1).

    Notes
    -----
    The factor is an assumption that no data on the accepted can confirm (Hand and Henley 1993).
    With a factor of 1 the refused add no information: the card stays as it was. What one gets is
    a picture of how much hangs on the assumption. The only cure is to grant credit to some
    applicants whom the card would refuse, at a cost that is known beforehand.

    Examples
    --------
    >>> from crmlab import datasets
    >>> from crmlab.credit import Scorecard
    >>> people = datasets.load("german_credit")
    >>> out = people["checking"] == "below 0"
    >>> found = reject_inference(
    ...     Scorecard(features=["checking", "duration"], unseen="neutral"),
    ...     people[~out], people[~out]["bad"], people[out], factors=[1, 3])
    >>> found.table["rejected_bad_rate"].round(2).tolist()
    [0.23, 0.46]
    """
    import pandas as pd

    from crmlab.credit.scorecard import Scorecard

    _checks.instance(card, "card", Scorecard)
    table(accepted, "accepted")
    _checks.same_index(accepted, bad, "accepted and bad")
    tried = _checks.array(factors, "factors", 0, open_low=True, ndim=1)
    most = _checks.number(limit, "limit", 0, 1, open_low=True, open_high=True)
    flags = outcome(bad)
    first = card.copy().fit(accepted, flags)
    table(rejected, "rejected", first.features_)
    known = first.transform(accepted).to_numpy()
    unknown = first.transform(rejected).to_numpy()
    base = first.coefficients_["coefficient"].to_numpy()
    odds = base[0] + unknown @ base[1:]
    before = _granted(base, known, unknown, most)
    x = np.vstack([known, unknown, unknown])
    y = np.concatenate([flags, np.ones(len(unknown)), np.zeros(len(unknown))])
    rows, betas = [], []
    for factor in tried:
        chance = logistic(odds + np.log(factor))
        weights = np.concatenate([np.ones(flags.size), chance, 1 - chance])
        beta = newton(x, y, weights, first.ridge, list(first.features_)).coefficients
        granted = _granted(beta, known, unknown, most)
        rows.append(
            (
                chance.mean(),
                (flags.sum() + chance.sum()) / (flags.size + chance.size),
                discrimination(-(known @ beta[1:]), flags).auc,
                granted.mean(),
                granted[flags.size :].mean(),
                (granted != before).mean(),
            )
        )
        betas.append(beta)
    index = pd.Index(tried, name="factor")
    return RejectInference(
        pd.DataFrame(rows, index, list(_COLUMNS)),
        pd.DataFrame(betas, index, ["constant", *first.features_]),
        most,
        flags.size,
        len(rejected),
    )


def _granted(beta: FloatArray, known: FloatArray, unknown: FloatArray, limit: float) -> np.ndarray:
    """Tell for all applicants, the accepted first, whether they would be granted credit."""
    every = np.vstack([known, unknown])
    return np.asarray(logistic(beta[0] + every @ beta[1:]) <= limit)
