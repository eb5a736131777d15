"""Judging a scorecard on customers that it has not learned from (交叉验证)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.credit._outcome import IntArray, outcome, table
from crmlab.credit.power import Discrimination, discrimination

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.credit.scorecard import Scorecard


@dataclass(frozen=True, eq=False)
class CrossValidation(Drawable):
    """A scorecard judged by cross-validation; made by :meth:`Scorecard.cross_validate`.

    Attributes
    ----------
    table : DataFrame
        One row per fold: customers, bad, features (number used), apparent (AUC on the customers
        learned from), auc (on the fold).
    score : Series
        Points of each customer, from the card that was learned without him.
    probability : Series
        Probability of each customer to go bad, in the same way.
    power : Discrimination
        Of all these scores together, with the interval.
    seed : int
        As given.

    Examples
    --------
    >>> from crmlab import datasets
    >>> from crmlab.credit import Scorecard
    >>> applications = datasets.load("german_credit").head(300)
    >>> card = Scorecard(features=["checking", "duration"])
    >>> people = applications.drop(columns="bad")
    >>> validated = card.cross_validate(people, applications["bad"], folds=3)
    >>> validated
    CrossValidation(3 folds, AUC 0.737, apparent 0.782)
    >>> validated.to_frame().round(2)
          customers  bad  features  apparent   auc
    fold
    1           101   27         2      0.78  0.75
    2           100   27         2      0.78  0.71
    3            99   26         2      0.79  0.75
    """

    _picture = "cross_validation"

    table: "pd.DataFrame"
    score: "pd.Series"
    probability: "pd.Series"
    power: Discrimination
    seed: int

    @property
    def auc(self) -> float:
        """Mean AUC of the folds."""
        return float(self.table["auc"].mean())

    @property
    def optimism(self) -> float:
        """By how much the apparent AUC of the folds' cards is higher, on average."""
        return float((self.table["apparent"] - self.table["auc"]).mean())

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per fold.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return (
            f"CrossValidation({len(self.table)} folds, AUC {self.auc:.3f}, apparent "
            f"{self.auc + self.optimism:.3f})"
        )


def folds_of(bad: Any, folds: int, seed: int) -> IntArray:
    """Fold of each customer, with about the same share of bad ones in each.

    >>> folds_of(np.array([1, 0, 1, 0]), 2, 1).tolist()
    [0, 0, 1, 1]
    """
    rng = np.random.default_rng(seed)
    place = np.empty(bad.size, dtype=np.intp)
    for flag in (0, 1):
        rows = np.flatnonzero(bad == flag)
        place[rng.permutation(rows)] = np.arange(rows.size) % folds
    return place


def cross_validation(
    card: "Scorecard", frame: Any, bad: Any, folds: int, seed: int
) -> CrossValidation:
    """Learn the card without each fold in turn, and score that fold."""
    import pandas as pd

    table(frame, "X")
    _checks.same_index(frame, bad, "X and bad")
    flags = outcome(bad)
    if len(frame) != flags.size:
        raise ValueError(
            f"X and bad must have one row per customer; got {len(frame)} and {flags.size}"
        )
    parts = _checks.count(folds, "folds", 2)
    rarer = int(min(flags.sum(), flags.size - flags.sum()))
    if parts > rarer:
        raise ValueError(
            f"folds must be at most the {rarer} customers of the rarer kind; got {parts}"
        )
    place = folds_of(flags, parts, _checks.seed(seed))
    score, chance, rows = np.empty(flags.size), np.empty(flags.size), []
    for fold in range(parts):
        held = place == fold
        # A level that only the fold holds is news to the card; it gets the average.
        learned = card.copy(unseen="neutral").fit(frame[~held], flags[~held])
        score[held] = learned.score(frame[held])
        chance[held] = learned.predict_probability(frame[held])
        auc = discrimination(score[held], flags[held]).auc
        rows.append((int(held.sum()), int(flags[held].sum()), len(learned.features_),
                     learned.auc_, auc))  # fmt: skip
    return CrossValidation(
        pd.DataFrame(
            rows,
            columns=["customers", "bad", "features", "apparent", "auc"],
            index=pd.RangeIndex(1, parts + 1, name="fold"),
        ),
        pd.Series(score, frame.index, name="score"),
        pd.Series(chance, frame.index, name="probability"),
        discrimination(score, flags),
        seed,
    )
