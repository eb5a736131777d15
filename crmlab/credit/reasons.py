"""Why one applicant is refused: points lost by feature (拒绝原因)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.credit.scorecard import Scorecard


@dataclass(frozen=True, eq=False)
class Reasons(Drawable):
    """What each feature takes from one applicant; made by :meth:`Scorecard.reasons`.

    Attributes
    ----------
    table : DataFrame
        One row per feature, the one that costs most first: value (the applicant's), bin, points,
        compared (points of the best bin, or the average), lost (compared less points).
    score : float
        Points of the applicant.
    probability : float
        Probability of the applicant to go bad.
    base_points : float
        Points before the features count.
    against : str
        As given.

    Examples
    --------
    >>> from crmlab import datasets
    >>> from crmlab.credit import Scorecard
    >>> applications = datasets.load("german_credit").head(300)
    >>> card = Scorecard(features=["checking", "duration"])
    >>> people = applications.drop(columns="bad")
    >>> card = card.fit(people, applications["bad"])
    >>> told = card.reasons(people.iloc[[1]])
    >>> told
    Reasons(score 477; duration: 30 or more (59 points); checking: 0 to 200 (50 points))
    >>> told.to_frame().round(2)
                 value         bin  points  compared   lost
    feature
    duration        48  30 or more  -23.71     35.70  59.41
    checking  0 to 200    0 to 200  -15.27     34.88  50.15
    >>> told.top(1)
    ('duration: 30 or more (59 points)',)
    """

    _picture = "refusal_reasons"

    table: "pd.DataFrame"
    score: float
    probability: float
    base_points: float
    against: str

    def top(self, most: int = 4) -> tuple[str, ...]:
        """Reasons in words, the one that costs most first; features that cost nothing are none.

        Parameters
        ----------
        most : int
            Reasons at most.

        Returns
        -------
        tuple of str

        Raises
        ------
        ValueError, TypeError
            If n is not a whole number of at least 1.
        """
        wanted = self.table.head(_checks.count(most, "most"))
        wanted = wanted[wanted["lost"] > 1e-9]
        sentence = _("{feature}: {bin} ({lost:.0f} points)")
        return tuple(
            sentence.format(feature=name, bin=row["bin"], lost=row["lost"])
            for name, row in wanted.iterrows()
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per feature.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        first = "; ".join(self.top(2)) or _("nothing is lost")
        return f"Reasons(score {self.score:.0f}; {first})"


def applicant_reasons(card: "Scorecard", applicant: Any, against: str) -> Reasons:
    """Compare the points of one applicant with the best, or the average, of each feature."""
    import pandas as pd

    _checks.choice(against, "against", ("best", "average"))
    if not isinstance(applicant, pd.DataFrame) or len(applicant) != 1:
        raise ValueError(
            f"X must be a DataFrame of one row, the applicant; got "
            f"{len(applicant) if hasattr(applicant, '__len__') else applicant!r} rows"
        )
    codes = card.places(applicant).iloc[0]
    rows = []
    for name in card.features_:
        bins, place = card.points_.loc[name], codes[name]
        own = float(bins["points"].iloc[place]) if place >= 0 else 0.0
        label = bins.index[place] if place >= 0 else _("not seen before")
        average = float(np.average(bins["points"], weights=bins["customers"]))
        compared = float(bins["points"].max()) if against == "best" else average
        rows.append((applicant[name].iloc[0], label, own, compared, compared - own))
    table = pd.DataFrame(
        rows,
        columns=["value", "bin", "points", "compared", "lost"],
        index=pd.Index(card.features_, name="feature"),
    ).sort_values("lost", ascending=False, kind="stable")
    score = float(card.score(applicant).iloc[0])
    chance = float(card.predict_probability(applicant).iloc[0])
    return Reasons(table, score, chance, card.base_points_, against)
