"""Whom a scorecard treats how, and what changes when a feature is left out (公平性)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.credit._outcome import groups, outcome, table
from crmlab.credit.power import compare_auc

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.credit.scorecard import Scorecard


@dataclass(frozen=True, eq=False)
class Fairness(Drawable):
    """How a decision treats groups of applicants; made by :func:`fairness`.

    Attributes
    ----------
    table : DataFrame
        One row per group: applicants, bad_rate (of all), approval (share granted credit), low,
        high (Wilson's interval of it), good_approved (share of the good granted credit),
        bad_approved (share of the bad granted credit; missing without bad ones),
        bad_rate_approved (among those granted), ratio (approval as a share of the highest
        approval).
    level : float
        As given.

    Examples
    --------
    >>> granted = [1, 1, 1, 0, 1, 0, 0, 1]
    >>> bad = [0, 0, 1, 0, 0, 1, 0, 0]
    >>> found = fairness(granted, bad, ["old"] * 4 + ["young"] * 4)
    >>> found
    Fairness(approval: old 75 %, young 50 %; ratio 0.67, gap 0.00)
    >>> found.to_frame().iloc[0].round(2)
    applicants           4.00
    bad_rate             0.25
    approval             0.75
    low                  0.30
    high                 0.95
    good_approved        0.67
    bad_approved         1.00
    bad_rate_approved    0.33
    ratio                1.00
    Name: old, dtype: float64
    """

    _picture = "fairness"

    table: "pd.DataFrame"
    level: float

    @property
    def ratio(self) -> float:
        """Lowest approval as a share of the highest; below 0.8 the four-fifths rule is broken."""
        return float(self.table["ratio"].min())

    @property
    def gap(self) -> float:
        """Widest difference between groups in the share of the good who are granted credit."""
        return float(np.ptp(self.table["good_approved"].dropna()))

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per group.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        shares = ", ".join(f"{name} {100 * x:.0f} %" for name, x in self.table["approval"].items())
        return f"Fairness(approval: {shares}; ratio {self.ratio:.2f}, gap {self.gap:.2f})"


def fairness(approved: Any, bad: Any, group: Any, *, level: float = 0.95) -> Fairness:
    """How often each group is granted credit, and how often rightly (公平性, 五分之四规则).

    Parameters
    ----------
    approved : array or Series of shape (n,)
        1 or True for an applicant who is granted credit.
    bad : array or Series of shape (n,)
        1 or True for a customer who went bad, else 0 or False.
    group : array or Series of shape (n,)
        Group of each applicant.
    level : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    Fairness
        With ``.table``, ``.ratio``, ``.gap`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, a value is missing, there is one group only, or nobody is approved.

    Notes
    -----
    The rule of four fifths comes from the guidelines of United States agencies on hiring (1978)
    and is a rule of thumb. Equal approval, equal shares of the good approved and probabilities
    that come true in each group cannot all hold where the groups' bad rates differ (Kleinberg,
    Mullainathan and Raghavan 2016): which of them should is a question of law and decency, not
    of arithmetic.

    Examples
    --------
    >>> granted = [1, 1, 1, 0, 1, 0, 0, 1]
    >>> bad = [0, 0, 1, 0, 0, 1, 0, 0]
    >>> found = fairness(granted, bad, ["old"] * 4 + ["young"] * 4)
    >>> found.table["approval"].to_dict(), round(found.ratio, 4)
    ({'old': 0.75, 'young': 0.5}, 0.6667)
    """
    import pandas as pd

    _checks.same_index(approved, bad, "approved and bad")
    _checks.same_index(approved, group, "approved and group")
    granted = outcome(approved, "approved", both=False)
    flags = outcome(bad, both=False)
    if granted.size != flags.size:
        raise ValueError(
            f"approved and bad must have one value per applicant; got {granted.size} and "
            f"{flags.size}"
        )
    width = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    if not granted.any():
        raise ValueError("approved must hold an applicant who is granted credit; got none")
    codes, names = groups(group, flags.size)
    if len(names) < 2:
        raise ValueError(f"group must hold at least two groups; got {list(names)}")

    def count(weights: Any) -> Any:
        return np.bincount(codes, weights, minlength=len(names))

    size, yes, worse, both = (
        count(None), count(granted), count(flags), count(granted * flags)
    )  # fmt: skip
    low, high = wilson(yes, size, width)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = pd.DataFrame(
            {
                "applicants": size,
                "bad_rate": worse / size,
                "approval": yes / size,
                "low": low,
                "high": high,
                "good_approved": (yes - both) / (size - worse),
                "bad_approved": both / worse,
                "bad_rate_approved": both / yes,
            },
            index=pd.Index(names, name="group"),
        )
    rows["ratio"] = rows["approval"] / rows["approval"].max()
    return Fairness(rows, width)


@dataclass(frozen=True, eq=False)
class LeaveOut(Drawable):
    """A scorecard with and without some features; made by :func:`leave_out`.

    Attributes
    ----------
    before, after : Fairness
        With and without the features, at the same share of applicants granted credit.
    auc : DataFrame
        As :func:`compare_auc` gives it, of the cross-validated scores with and without.
    features : tuple
        What was left out.
    approval : float
        Share of the applicants granted credit.
    changed : float
        Share of the applicants whose decision changes.
    proxies : Series
        How well each feature that stays tells the group: Cramér's V of its bins and the group,
        0 nothing to 1 everything, the highest first.

    Examples
    --------
    >>> from crmlab import datasets
    >>> from crmlab.credit import Scorecard
    >>> people = datasets.load("german_credit").head(300)
    >>> young = people["age"].lt(26).map({True: "below 26", False: "26 or more"})
    >>> card = Scorecard(features=["duration", "age"], max_bins=3)
    >>> found = leave_out(card, people, people["bad"], ["age"], young, folds=2)
    >>> found
    LeaveOut(age: AUC 0.578 to 0.616; ratio 0.39 to 0.93; 22.0 % of the decisions change)
    >>> found.to_frame().round(2)
                 before                  after
               approval good_approved approval good_approved
    group
    26 or more     0.67          0.69     0.61          0.65
    below 26       0.26          0.29     0.57          0.59
    """

    _picture = "leave_out"

    before: Fairness
    after: Fairness
    auc: "pd.DataFrame"
    features: tuple[Any, ...]
    approval: float
    changed: float
    proxies: "pd.Series"

    def to_frame(self) -> "pd.DataFrame":
        """One row per group: approval and good_approved, before and after.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        names = ["approval", "good_approved"]
        parts = [part.table[names] for part in (self.before, self.after)]
        return pd.concat(parts, axis=1, keys=["before", "after"])

    def __repr__(self) -> str:
        row = self.auc.iloc[0]
        return (
            f"LeaveOut({', '.join(map(str, self.features))}: AUC {row['first']:.3f} to "
            f"{row['second']:.3f}; ratio {self.before.ratio:.2f} to {self.after.ratio:.2f}; "
            f"{100 * self.changed:.1f} % of the decisions change)"
        )


def leave_out(
    card: "Scorecard",
    X: "pd.DataFrame",
    bad: Any,
    features: Any,
    group: Any,
    *,
    approval: float = 0.6,
    folds: int = 10,
    seed: int = 1,
) -> LeaveOut:
    """Compare groups of applicants with features in the card and left out (剔除敏感特征).

    Both cards are judged by cross-validation, and both grant credit to the same share of the
    applicants, those with the highest scores.

    Parameters
    ----------
    card : Scorecard
        Its settings are used; it need not be fitted.
    X : DataFrame
        Applicants.
    bad : array or Series
        What became of them.
    features : sequence of str
        Features to leave out; at least one of the card's must stay.
    group : array or Series
        Group of each applicant.
    approval : float
        Share of the applicants granted credit, between 0 and 1.
    folds, seed
        As in :meth:`Scorecard.cross_validate`.

    Returns
    -------
    LeaveOut
        With ``.before``, ``.after``, ``.auc``, ``.changed``, ``.proxies`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a feature is not in X, nothing stays, or a setting is outside its bounds.

    Notes
    -----
    A feature left out is not forgotten: what stays may tell the group nearly as well. The
    proxies show which features do.

    Examples
    --------
    >>> from crmlab import datasets
    >>> from crmlab.credit import Scorecard
    >>> people = datasets.load("german_credit")
    >>> young = people["age"].lt(26).map({True: "below 26", False: "26 or more"})
    >>> card = Scorecard(features=["checking", "duration", "age"])
    >>> found = leave_out(card, people, people["bad"], ["age"], young)
    >>> found.features, found.after.ratio > found.before.ratio
    (('age',), True)
    """
    import pandas as pd

    from crmlab.credit.scorecard import Scorecard

    _checks.instance(card, "card", Scorecard)
    share = _checks.number(approval, "approval", 0, 1, open_low=True, open_high=True)
    table(X, "X")
    features = _checks.listed(features, "features", "columns")
    used = list(X.columns if card.features is None else card.features)
    without = [_checks.choice(name, "features", used) for name in features]
    rest = [name for name in used if name not in without]
    if not without or not rest:
        raise ValueError(
            f"features must leave out at least one of the card's {len(used)} features and keep "
            f"one; got {without}"
        )
    _checks.same_index(X, group, "X and group")
    codes, names = groups(group, len(X))
    both = []
    for kept in (used, rest):
        score = card.copy(features=kept).cross_validate(X, bad, folds=folds, seed=seed).score
        both.append(score.to_numpy())
    granted = [_best(score, share) for score in both]
    treated = [fairness(yes, bad, pd.Series(np.array(names, object)[codes])) for yes in granted]
    fitted = card.copy(features=rest).fit(X, bad)
    proxies = pd.Series(
        {name: _cramer(fitted.bins_[name].assign(X[name]), codes) for name in fitted.features_},
        name="cramers_v",
    )
    return LeaveOut(
        treated[0],
        treated[1],
        compare_auc(both[0], both[1], bad),
        tuple(without),
        share,
        float((granted[0] != granted[1]).mean()),
        proxies.sort_values(ascending=False, kind="stable").rename_axis("feature"),
    )


def _best(score: Any, share: float) -> np.ndarray:
    """Tell who is among the best share; of equals the first in the table."""
    best = np.argsort(-score, kind="stable")[: round(share * score.size)]
    granted = np.zeros(score.size, dtype=bool)
    granted[best] = True
    return granted


def _cramer(first: np.ndarray, second: np.ndarray) -> float:
    """Cramér's (1946) V of two codings."""
    wide = int(second.max()) + 1
    counts = np.bincount(first * wide + second, minlength=(int(first.max()) + 1) * wide)
    grid = counts.reshape(-1, wide).astype(float)
    grid = grid[grid.sum(axis=1) > 0][:, grid.sum(axis=0) > 0]
    expected = np.outer(grid.sum(axis=1), grid.sum(axis=0)) / grid.sum()
    least = min(grid.shape) - 1
    if not least:
        return 0.0
    return float(np.sqrt(((grid - expected) ** 2 / expected).sum() / (grid.sum() * least)))
