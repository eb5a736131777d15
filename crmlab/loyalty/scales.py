"""Loyalty as attitude: the four dimensions on multi-item scales, and the pyramid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import cronbach, student
from crmlab.loyalty._common import counted, share_table

if TYPE_CHECKING:
    import pandas as pd

FloatArray = _checks.FloatArray

#: Oliver's order: first we know, then we like, then we intend, then we do.
DIMENSIONS = ("cognitive", "affective", "conative", "behavioural")
#: From the foot of the pyramid to its top.
LEVELS = ("none", "habit", "preference", "commitment")


@dataclass(frozen=True, eq=False)
class LoyaltyScales(Drawable):
    """Scores on scales of several items, made by :func:`loyalty_scales`.

    Attributes
    ----------
    scores : DataFrame
        One row per respondent, one column per scale: the mean of the items answered, reversed
        items turned; missing where too few were answered.
    summary : DataFrame
        One row per scale: `items`, `respondents`, `unscored`, `mean` with the ends of its
        interval, and Cronbach's `alpha` of the complete answers; missing where one answer, or
        answers that do not vary, do not tell.
    low, high : float
        Ends of the answer scale.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"like": [7, 5, 2], "indifferent": [1, 2, 6]})
    >>> found = loyalty_scales(answers, {"affective": ["like", "indifferent"]},
    ...                        reverse=["indifferent"])
    >>> found
    LoyaltyScales(affective 4.83 on 1 to 7)
    >>> found.to_frame().round(2)
               items  respondents  unscored  mean   low   high  alpha
    scale
    affective      2            3         0  4.83 -1.54  11.21   0.99
    """

    _picture = "loyalty_scales"

    scores: "pd.DataFrame"
    summary: "pd.DataFrame"
    low: float
    high: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per scale.

        Returns
        -------
        DataFrame
        """
        return self.summary.copy()

    def __repr__(self) -> str:
        means = ", ".join(f"{name} {mean:.2f}" for name, mean in self.summary["mean"].items())
        return f"LoyaltyScales({means} on {self.low:g} to {self.high:g})"


def loyalty_scales(
    answers: "pd.DataFrame",
    scales: Mapping[str, Sequence[str]],
    *,
    low: float = 1,
    high: float = 7,
    reverse: Sequence[str] = (),
    answered: int | None = None,
    level: float = 0.95,
) -> LoyaltyScales:
    """Score attitudes on scales of several items (多题量表).

    Parameters
    ----------
    answers : DataFrame
        One row per respondent, one column per item.
    scales : mapping of str to list of str
        The items of each scale.
    low, high : float
        Lowest and highest possible answer.
    reverse : list of str
        Items worded the other way round; an answer x becomes ``low + high − x``.
    answered : int, optional
        How many items of a scale a respondent must have answered to get a score; without it, all
        of them. Who has fewer is left without a score and counted as `unscored`.
    level : float
        Level of the intervals of the means (Student's t).

    Returns
    -------
    LoyaltyScales

    Raises
    ------
    ValueError, TypeError
        If an item is no column or not numeric, an answer is outside the scale, a scale is empty,
        or an item to reverse belongs to no scale.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"like": [7, 5, 2], "indifferent": [1, 2, 6]})
    >>> found = loyalty_scales(answers, {"affective": ["like", "indifferent"]},
    ...                        reverse=["indifferent"])
    >>> found.scores["affective"].tolist()
    [7.0, 5.5, 2.0]
    """
    import pandas as pd

    if not isinstance(scales, Mapping) or not scales:
        raise TypeError(f"scales must map names to lists of items; got {scales!r}")
    blocks = {str(name): _listed(items, f"scales[{name!r}]") for name, items in scales.items()}
    turned = set(_listed(reverse, "reverse", allow_empty=True))
    bottom, top = _checks.number(low, "low"), _checks.number(high, "high")
    if bottom >= top:
        raise ValueError(f"high must be above low; got {top:g} and {bottom:g}")
    _checks.columns(answers, "answers", [item for items in blocks.values() for item in items])
    if stray := sorted(turned - {item for items in blocks.values() for item in items}):
        raise ValueError(f"reverse must name items of the scales; got {', '.join(map(str, stray))}")
    needed = None if answered is None else _checks.count(answered, "answered")
    student(level, 1)
    scores, rows = {}, {}
    for name, items in blocks.items():
        given = np.column_stack([_answers(answers[i], i, bottom, top, i in turned) for i in items])
        count = (~np.isnan(given)).sum(axis=1)
        enough = count >= min(needed or len(items), len(items))
        total = np.nansum(given, axis=1)
        score = np.divide(total, count, out=np.full(len(given), np.nan), where=enough)
        scores[name] = score
        known, complete = score[enough], given[count == len(items)]
        n = known.size
        spread = float(known.std(ddof=1)) if n > 1 else float("nan")
        half = student(level, n - 1) * spread / np.sqrt(max(n, 1))
        mean = float(known.mean()) if n else float("nan")
        varied = len(items) > 1 and len(complete) > 1 and np.ptp(complete.sum(axis=1)) > 0
        rows[name] = {
            "items": len(items),
            "respondents": n,
            "unscored": len(given) - n,
            "mean": mean,
            "low": mean - half,
            "high": mean + half,
            "alpha": cronbach(complete) if varied else float("nan"),
        }
    summary = pd.DataFrame.from_dict(rows, orient="index").rename_axis("scale")
    summary = summary.astype({"items": int, "respondents": int, "unscored": int})
    return LoyaltyScales(pd.DataFrame(scores, index=answers.index), summary, bottom, top)


def _listed(items: Any, name: str, allow_empty: bool = False) -> list[str]:
    """Return a list of different names, or raise."""
    items = _checks.listed(items, name, "columns")
    if not items and not allow_empty:
        raise ValueError(f"{name} must name at least one item; got none")
    if len(set(items)) < len(items):
        raise ValueError(f"{name} must name each item once; got {list(items)}")
    return list(items)


def _answers(column: "pd.Series", name: str, low: float, high: float, turned: bool) -> FloatArray:
    """Return the answers to one item, gaps as NaN, turned where the item is reversed."""
    gaps = column.isna().to_numpy()
    values = np.full(len(column), np.nan)
    if not gaps.all():
        values[~gaps] = _checks.array(column[~gaps].to_numpy(), name, low, high)
    return low + high - values if turned else values


@dataclass(frozen=True, eq=False)
class LoyaltyPyramid(Drawable):
    """Customers on the levels of the pyramid of loyalty, made by :func:`loyalty_pyramid`.

    Attributes
    ----------
    level : Series
        Level of each customer; missing where a score is.
    counts : Series
        Customers on each level, from the foot to the top.
    unplaced : int
        Customers with a missing score.
    confidence : float
        Level of the intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"cognitive": [6, 6, 3, 2], "affective": [7, 5, 3, 2],
    ...                        "conative": [6, 3, 3, 6], "behavioural": [5, 2, 6, 1]})
    >>> found = loyalty_pyramid(scores, cut=5)
    >>> found
    LoyaltyPyramid(1 none, 1 habit, 1 preference, 1 commitment)
    >>> found.to_frame().round(2)
                customers  share   low  high
    level
    none                1   0.25  0.05   0.7
    habit               1   0.25  0.05   0.7
    preference          1   0.25  0.05   0.7
    commitment          1   0.25  0.05   0.7
    """

    _picture = "loyalty_pyramid"

    level: "pd.Series"
    counts: "pd.Series"
    unplaced: int
    confidence: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per level: customers, share, and Wilson's interval of the share.

        Returns
        -------
        DataFrame
        """
        return share_table(self.counts, self.confidence)

    def __repr__(self) -> str:
        told = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        return f"LoyaltyPyramid({told})"


def loyalty_pyramid(
    scores: "pd.DataFrame", cut: float | Mapping[str, float], *, level: float = 0.95
) -> LoyaltyPyramid:
    """Place each customer on the pyramid of loyalty (忠诚金字塔).

    From the top: **commitment** where all four dimensions reach the cut; **preference** where the
    customer knows that we are better and likes us (cognitive and affective); **habit** where the
    customer buys as a matter of course (behavioural) without that; **none** otherwise. The rules
    are asked in this order, so every customer with four scores has exactly one level.

    Parameters
    ----------
    scores : DataFrame
        Columns cognitive, affective, conative and behavioural (认知, 情感, 意向, 行为), one row per
        customer; a customer with a missing score is counted as unplaced.
    cut : float or mapping of str to float
        The score from which a dimension counts as high, for all dimensions or for each.
    level : float
        Level of the intervals of the shares.

    Returns
    -------
    LoyaltyPyramid

    Raises
    ------
    ValueError, TypeError
        If a column or a cut is missing, or is not a number.

    Notes
    -----
    The order of the dimensions is Oliver's (1999); the four-storey pyramid follows Aaker (1991).
    Where the cut stands is a convention: say it.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"cognitive": [6, 6, 3, 2], "affective": [7, 5, 3, 2],
    ...                        "conative": [6, 3, 3, 6], "behavioural": [5, 2, 6, 1]})
    >>> loyalty_pyramid(scores, cut=5).level.tolist()
    ['commitment', 'preference', 'habit', 'none']
    """
    _checks.columns(scores, "scores", DIMENSIONS)
    if isinstance(cut, Mapping):
        if set(cut) != set(DIMENSIONS):
            raise ValueError(
                f"cut must name {', '.join(DIMENSIONS)}; got {', '.join(map(str, cut))}"
            )
        cuts = [_checks.number(cut[name], f"cut[{name!r}]") for name in DIMENSIONS]
    else:
        cuts = [_checks.number(cut, "cut")] * 4
    level = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    columns = [_answers(scores[name], name, -np.inf, np.inf, False) for name in DIMENSIONS]
    values = np.column_stack(columns)
    known = ~np.isnan(values).any(axis=1)
    high = values >= np.array(cuts)
    placed = np.select(
        [high.all(axis=1), high[:, 0] & high[:, 1], high[:, 3]],
        [LEVELS[3], LEVELS[2], LEVELS[1]],
        default=LEVELS[0],
    ).astype(object)
    placed[~known] = None
    levels, counts = counted(placed, LEVELS, scores.index, "level")
    return LoyaltyPyramid(levels, counts, int((~known).sum()), float(level))
