"""Satisfaction as what was perceived against what was expected."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.satisfaction._answers import pair

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Disconfirmation(Drawable):
    """Perception against expectation, made by :func:`disconfirmation`.

    Attributes
    ----------
    perceived, expected : DataFrame
        The answers, one row per respondent, one column per attribute; both are missing where
        one is.
    dropped : int
        How many pairs were left out because an answer was missing.

    Examples
    --------
    >>> found = disconfirmation(perceived=[[6, 8], [5, 9]], expected=[[8, 8], [5, 6]])
    >>> found
    Disconfirmation(2 respondents, 2 attributes, mean difference 0.25, mean ratio 1.062)
    >>> found.to_frame()
       answers  expected  perceived  difference  ratio  disappointed  exceeded
    1        2       6.5        5.5        -1.0  0.875           0.5       0.0
    2        2       7.0        8.5         1.5  1.250           0.0       0.5
    """

    _picture = "disconfirmation"

    perceived: "pd.DataFrame"
    expected: "pd.DataFrame"
    dropped: int

    @property
    def ratio(self) -> "pd.DataFrame":
        """Ratio c = b / a for each respondent and attribute; 1 is as expected."""
        return self.perceived / self.expected

    @property
    def difference(self) -> "pd.DataFrame":
        """Difference b − a for each respondent and attribute; 0 is as expected."""
        return self.perceived - self.expected

    def to_frame(self) -> "pd.DataFrame":
        """One row per attribute: means of a, b, b − a and c, and who was disappointed.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        gap, count = self.difference, self.perceived.count()
        return pd.DataFrame(
            {
                "answers": count,
                "expected": self.expected.mean(),
                "perceived": self.perceived.mean(),
                "difference": gap.mean(),
                "ratio": self.ratio.mean(),
                "disappointed": (gap < 0).sum() / count,
                "exceeded": (gap > 0).sum() / count,
            }
        )

    def __repr__(self) -> str:
        people, attributes = self.perceived.shape
        return (
            f"Disconfirmation({people} respondents, {attributes} attributes, mean difference "
            f"{np.nanmean(self.difference.to_numpy()):.2f}, mean ratio "
            f"{np.nanmean(self.ratio.to_numpy()):.3f})"
        )


def disconfirmation(perceived: Any, expected: Any, *, missing: str = "refuse") -> Disconfirmation:
    """Satisfaction as perception b against expectation a (感知与期望): b / a and b − a.

    Parameters
    ----------
    perceived, expected : DataFrame or array of shape (respondents, attributes) or (respondents,)
        b and a on the same scale, both above 0. Two DataFrames are joined by their labels.
    missing : {"refuse", "drop"}
        Whether a missing answer is an error, or its pair is left out and counted.

    Returns
    -------
    Disconfirmation
        With ``.ratio``, ``.difference``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is not above 0, is missing, or the two differ in shape or labels.

    Notes
    -----
    The difference is Oliver's (1980) disconfirmation of expectations. The mean of the ratios is
    not the ratio of the means, and only the difference is free of the scale's zero point.

    Examples
    --------
    >>> found = disconfirmation(perceived=[[6, 8], [5, 9]], expected=[[8, 8], [5, 6]])
    >>> found.difference.to_numpy().tolist()
    [[-2.0, 0.0], [0.0, 3.0]]
    >>> found.ratio.to_numpy().tolist()
    [[0.75, 1.0], [1.0, 1.5]]
    """
    b, a = pair(perceived, expected, ("perceived", "expected"), 0, missing=missing)
    for table, name in ((b, "perceived"), (a, "expected")):
        _checks.array(table, name, 0, open_low=True, allow_missing=True)
    return Disconfirmation(b, a, int(b.isna().to_numpy().sum()))
