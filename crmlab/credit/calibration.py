"""Do the probabilities of a score come true? Table with intervals, Brier score, slope (校准)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.credit._join import quantile_cuts
from crmlab.credit._outcome import scores
from crmlab.credit.logit import newton

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Calibration(Drawable):
    """Probabilities held against what happened; made by :func:`calibration`.

    Attributes
    ----------
    table : DataFrame
        One row per group of customers with like probabilities, rising: customers, bad,
        expected_bad, expected (mean probability), observed (share of the bad), low, high
        (Wilson's interval of the observed share), inside (whether the expected lies in it).
    brier : float
        Mean squared difference of probability and outcome; lower is better.
    reliability, resolution, uncertainty : float
        Murphy's (1973) parts, from the groups: the Brier score is about reliability − resolution
        + uncertainty. Reliability is 0 for probabilities that come true, uncertainty is the Brier
        score of one who only knows the average.
    slope : float
        Slope of the outcome's logit on that of the probability: 1 is right, below 1 the
        probabilities are too extreme. Missing where all probabilities are alike; infinite where
        a probability parts the bad from the good, −∞ where the bad are below it.
    shift : float
        What must be added to the logit of every probability to meet the average, with the slope
        kept at 1: below 0 they are too high.
    level : float
        As given.

    Examples
    --------
    >>> found = calibration([0.1] * 10 + [0.6] * 5, [1] + [0] * 9 + [1, 1, 1, 0, 0], groups=2)
    >>> found
    Calibration(Brier 0.1400, skill 28.4 %; slope 1.00, shift +0.00; 2 of 2 groups inside)
    >>> found.to_frame().round(2)
           customers  bad  expected_bad  expected  observed   low  high  inside
    group
    1             10    1           1.0       0.1       0.1  0.02  0.40    True
    2              5    3           3.0       0.6       0.6  0.23  0.88    True
    """

    _picture = "score_calibration"

    table: "pd.DataFrame"
    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    slope: float
    shift: float
    level: float

    @property
    def skill(self) -> float:
        """Share of the uncertainty that is taken away: 1 − Brier score / uncertainty."""
        return 1 - self.brier / self.uncertainty

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per group.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return (
            f"Calibration(Brier {self.brier:.4f}, skill {100 * self.skill:.1f} %; slope "
            f"{self.slope:.2f}, shift {self.shift:+.2f}; {int(self.table['inside'].sum())} of "
            f"{len(self.table)} groups inside)"
        )


def calibration(
    probability: Any, bad: Any, *, groups: int = 10, level: float = 0.95
) -> Calibration:
    """Hold probabilities to go bad against what happened (校准).

    Parameters
    ----------
    probability : array or Series of shape (n,)
        Probability of each customer to go bad, 0 to 1.
    bad : array or Series of shape (n,)
        1 or True for a customer who went bad, else 0 or False; both must occur.
    groups : int
        Groups of about equally many customers, by rising probability; equal probabilities stay
        together, so that there may be fewer.
    level : float
        Level of the intervals, between 0 and 1.

    Returns
    -------
    Calibration
        With ``.table``, ``.brier``, ``.slope``, ``.shift`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a probability is outside [0, 1], the lengths differ, good or bad customers are absent,
        or a setting is outside its bounds.

    Notes
    -----
    A score may rank well and still give wrong probabilities: the AUC does not see it. On the
    customers from whom it was learned the average always comes true; judge on others. Slope and
    shift are Cox's (1958); probabilities of 0 and 1 are moved inside by 1e-6 for them.

    Examples
    --------
    >>> found = calibration([0.1] * 10 + [0.6] * 5, [1] + [0] * 9 + [1, 1, 1, 0, 0], groups=2)
    >>> found.table[["expected", "observed"]].round(2).to_numpy().tolist()
    [[0.1, 0.1], [0.6, 0.6]]
    >>> round(found.brier, 3), round(found.reliability, 3), round(found.slope, 3)
    (0.14, 0.0, 1.0)
    """
    import pandas as pd

    chance, flags = scores(probability, bad, "probability")
    _checks.probability(chance, "probability")
    many = _checks.count(groups, "groups")
    width = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    edges = np.unique(quantile_cuts(np.sort(chance), many))
    code = np.searchsorted(edges, chance, side="right")
    size = np.bincount(code)
    happened = np.bincount(code, flags)
    expected = np.bincount(code, chance)
    low, high = wilson(happened, size, width)
    share = happened / size
    table = pd.DataFrame(
        {
            "customers": size,
            "bad": happened.astype(int),
            "expected_bad": expected,
            "expected": expected / size,
            "observed": share,
            "low": low,
            "high": high,
        },
        index=pd.RangeIndex(1, size.size + 1, name="group"),
    )
    table["inside"] = table["expected"].between(table["low"], table["high"])
    mean = flags.mean()
    weight = size / flags.size
    slope, shift = _cox(chance, flags)
    return Calibration(
        table,
        float(((chance - flags) ** 2).mean()),
        float(weight @ (expected / size - share) ** 2),
        float(weight @ (share - mean) ** 2),
        float(mean * (1 - mean)),
        slope,
        shift,
        width,
    )


def _cox(chance: Any, bad: Any) -> tuple[float, float]:
    """Return slope of the logit, and the shift with slope 1."""
    inside = np.clip(chance, 1e-6, 1 - 1e-6)
    utility = np.log(inside / (1 - inside))
    slope = float("nan")
    if np.ptp(utility) > 1e-9:
        try:
            fit = newton(utility[:, None], bad, np.ones(bad.size), 0.0, ["probability"])
            slope = float(fit.coefficients[1])
        except ValueError:  # good and bad are parted: no slope is steep enough
            gap = utility[bad == 1].mean() - utility[bad == 0].mean()
            slope = float(np.copysign(np.inf, gap))
    shift = 0.0
    for _step in range(100):
        now = 1 / (1 + np.exp(-(utility + shift)))
        move = (bad - now).sum() / (now * (1 - now)).sum()
        shift += float(np.clip(move, -2, 2))
        if abs(move) < 1e-12:
            break
    return slope, shift
