"""Are today's applicants still those the scorecard was made for? (群体稳定性)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.credit._join import quantile_cuts
from crmlab.credit._outcome import table as _table
from crmlab.credit.binning import Bins, as_feature

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.credit.scorecard import Scorecard


@dataclass(frozen=True, eq=False)
class Stability(Drawable):
    """Population stability index; made by :func:`population_stability`.

    Attributes
    ----------
    table : DataFrame
        One row per bin: expected, actual (customers), expected_share, actual_share, part (its
        part of the index).
    psi : float
        Population stability index: the sum of the parts.
    by_chance : float
        What the index would be on average if nothing had changed, from the numbers of customers
        and bins alone.
    limit : float
        What it would stay below with probability 0.95 if nothing had changed.
    corrected : tuple of str
        Bins empty on one side, to which half a customer was added there.

    Examples
    --------
    >>> old, new = ["low"] * 50 + ["high"] * 50, ["low"] * 30 + ["high"] * 70
    >>> found = population_stability(old, new)
    >>> found
    Stability(PSI 0.1695: some shift; by chance 0.0200, below 0.0768)
    >>> found.to_frame().round(2)
          expected  actual  expected_share  actual_share  part
    bin
    low         50      30             0.5           0.3  0.10
    high        50      70             0.5           0.7  0.07
    """

    _picture = "score_stability"

    table: "pd.DataFrame"
    psi: float
    by_chance: float
    limit: float
    corrected: tuple[str, ...]

    @property
    def word(self) -> str:
        """Usual reading: below 0.1 stable, below 0.25 some shift, else a large shift."""
        if self.psi < 0.1:
            return _("stable")
        return _("some shift") if self.psi < 0.25 else _("large shift")

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per bin.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return (
            f"Stability(PSI {self.psi:.4f}: {self.word}; by chance {self.by_chance:.4f}, "
            f"below {self.limit:.4f})"
        )


def population_stability(expected: Any, actual: Any, *, bins: Any = 10) -> Stability:
    """Hold the distribution of a score, or of a feature, against that of before (PSI, 群体稳定性).

    ``PSI = Σ (actual share − expected share) · ln(actual share / expected share)``.

    Parameters
    ----------
    expected : array or Series of shape (n,)
        Values of the customers from whom the scorecard was made.
    actual : array or Series of shape (m,)
        Values of today's customers.
    bins : int or sequence of float
        Bins with about equally many expected customers each; or inner edges, rising. Levels of
        a category, of text or flags are bins themselves.

    Returns
    -------
    Stability
        With ``.psi``, ``.table``, ``.by_chance``, ``.limit`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a value is missing, or bins are not allowed.

    Notes
    -----
    The usual limits 0.1 and 0.25 know nothing of the number of customers. If nothing has changed,
    the index divided by ``1/n + 1/m`` follows about a chi-square law with one degree of freedom
    less than bins; `by_chance` and `limit` are from it. With few customers it is high by chance.

    Examples
    --------
    >>> old, new = ["low"] * 50 + ["high"] * 50, ["low"] * 30 + ["high"] * 70
    >>> found = population_stability(old, new)
    >>> round(found.psi, 4), found.word
    (0.1695, 'some shift')
    """
    old, new = as_feature(expected, "expected"), as_feature(actual, "actual")
    for series, name in ((old, "expected"), (new, "actual")):
        _checks.no_gaps(series, name)
    if not _checks.is_number(old):
        if _checks.is_number(new):
            raise TypeError("actual must hold levels, as expected does; got numbers")
        levels = list(dict.fromkeys([*_levels(old), *_levels(new)]))
        counts = [
            series.astype(object).value_counts().reindex(levels, fill_value=0).to_numpy(float)
            for series in (old, new)
        ]
        return stability_of(counts[0], counts[1], tuple(map(str, levels)))
    before, after = _checks.array(old, "expected"), _checks.array(new, "actual")
    if _checks.plain(bins, "bins").ndim == 0:
        cuts = np.unique(quantile_cuts(np.sort(before), _checks.count(bins, "bins", 2)))
    else:
        cuts = _checks.array(bins, "bins", ndim=1)
        if (np.diff(cuts) <= 0).any():
            raise ValueError(f"bins must rise; got {cuts.tolist()}")
    named = Bins("score", tuple(cuts.tolist()))
    both = [
        np.bincount(np.searchsorted(cuts, part, side="right"), minlength=cuts.size + 1).astype(
            float
        )
        for part in (before, after)
    ]
    rounded = Bins("score", tuple(float(f"{cut:.4g}") for cut in cuts))
    labels = rounded.labels if len(set(rounded.labels)) == named.size else named.labels
    return stability_of(both[0], both[1], labels)


def _levels(series: "pd.Series") -> list[Any]:
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        return list(series.cat.categories)
    return list(dict.fromkeys(series))


def stability_of(old: Any, new: Any, labels: tuple[str, ...]) -> Stability:
    """Return the index of two sets of counts in the same bins."""
    import pandas as pd
    from scipy.special import chdtri

    empty = (old == 0) | (new == 0)
    gone = (old == 0) & (new == 0)
    keep = ~gone
    before, after = old / old.sum(), new / new.sum()
    ratio = np.log(np.where(new > 0, new, 0.5) / new.sum()) - np.log(
        np.where(old > 0, old, 0.5) / old.sum()
    )
    part = np.where(keep, (after - before) * ratio, 0.0)
    table = pd.DataFrame(
        {
            "expected": old.astype(int),
            "actual": new.astype(int),
            "expected_share": before,
            "actual_share": after,
            "part": part,
        },
        index=pd.Index(labels, name="bin"),
    )
    free = int(keep.sum()) - 1
    scale = 1 / old.sum() + 1 / new.sum()
    limit = float(chdtri(free, 0.05) * scale) if free else 0.0
    corrected = tuple(label for label, one in zip(labels, empty & keep, strict=True) if one)
    return Stability(table, float(part.sum()), free * scale, limit, corrected)


@dataclass(frozen=True, eq=False)
class CharacteristicStability(Drawable):
    """Which features have moved, and by how many points; by :func:`characteristic_stability`.

    Attributes
    ----------
    table : DataFrame
        One row per feature used, the largest shift of points first: psi, points (mean points
        today less mean points then), unseen (share of today's customers with a value that no
        bin knows).
    parts : DataFrame
        One row per feature and bin: expected_share, actual_share, points, moved (change of the
        share times the points).
    score : Stability
        Of the score as a whole.
    shift : float
        Mean score today less mean score then: the sum of the features' points.

    Examples
    --------
    >>> from crmlab import datasets
    >>> from crmlab.credit import Scorecard
    >>> people = datasets.load("german_credit")
    >>> card = Scorecard(features=["checking", "age"]).fit(people, people["bad"])
    >>> young = people[people["age"] < 30]
    >>> found = characteristic_stability(card, people, young)
    >>> found.to_frame().round(2)
               psi  points  unseen
    feature
    age       2.92   -6.71     0.0
    checking  0.02   -3.50     0.0
    """

    _picture = "characteristic_stability"

    table: "pd.DataFrame"
    parts: "pd.DataFrame"
    score: Stability
    shift: float

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per feature.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        first = self.table.iloc[0]
        return (
            f"CharacteristicStability(PSI of the score {self.score.psi:.4f}; mean score "
            f"{self.shift:+.1f} points, most from {self.table.index[0]}: {first['points']:+.1f})"
        )


def characteristic_stability(
    card: "Scorecard", expected: "pd.DataFrame", actual: "pd.DataFrame", *, bins: int = 10
) -> CharacteristicStability:
    """Which features of the applicants have moved, and by how many points (特征稳定性).

    Parameters
    ----------
    card : Scorecard
        Fitted.
    expected : DataFrame
        Customers from whom it was made, or others of that time.
    actual : DataFrame
        Today's customers.
    bins : int
        Of the score, as in :func:`population_stability`.

    Returns
    -------
    CharacteristicStability
        With ``.table``, ``.parts``, ``.score``, ``.shift`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If the card is not fitted or columns are absent.

    Examples
    --------
    >>> from crmlab import datasets
    >>> from crmlab.credit import Scorecard
    >>> people = datasets.load("german_credit")
    >>> card = Scorecard(features=["checking", "age"]).fit(people, people["bad"])
    >>> young = people[people["age"] < 30]
    >>> found = characteristic_stability(card, people, young)
    >>> found.table.index[0], round(found.shift, 1)
    ('age', -10.2)
    """
    import pandas as pd

    from crmlab.credit.scorecard import Scorecard

    _checks.instance(card, "card", Scorecard)
    for frame, name in ((expected, "expected"), (actual, "actual")):
        _table(frame, name)
    then, today = card.places(expected), card.places(actual)
    rows, parts = [], []
    for feature in card.features_:
        points = card.points_.loc[feature]["points"]
        size = len(points)
        old = np.bincount(then[feature] + 1, minlength=size + 1).astype(float)
        new = np.bincount(today[feature] + 1, minlength=size + 1).astype(float)
        labels = (_("not seen before"), *points.index)
        found = stability_of(old, new, labels)
        worth = np.append(0.0, points.to_numpy())
        moved = (found.table["actual_share"] - found.table["expected_share"]).to_numpy() * worth
        part = found.table[["expected_share", "actual_share"]].assign(points=worth, moved=moved)
        parts.append(part if old[0] or new[0] else part.iloc[1:])
        rows.append((found.psi, moved.sum(), float(found.table["actual_share"].iloc[0])))
    table = pd.DataFrame(
        rows, columns=["psi", "points", "unseen"], index=pd.Index(card.features_, name="feature")
    )
    order = table["points"].abs().sort_values(ascending=False, kind="stable").index
    before, after = card.score(expected), card.score(actual)
    return CharacteristicStability(
        table.loc[order],
        pd.concat(parts, keys=card.features_, names=["feature", "bin"]),
        population_stability(before, after, bins=bins),
        float(after.mean() - before.mean()),
    )
