"""Names for RFM cells: ordered rules, of which the first that fits decides."""

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.grading.rfm import RfmScores

if TYPE_CHECKING:
    import pandas as pd

Range = tuple[int, int]
_ANY: Range = (1, 9)


@dataclass(frozen=True)
class SegmentRule:
    """A name for a block of cells.

    Attributes
    ----------
    name : str
    chinese : str
    R, F, M : (int, int)
        Lowest and highest score that the rule takes, both included.

    Examples
    --------
    >>> rule = SegmentRule("best", "最佳客户", R=(4, 5))
    >>> rule
    SegmentRule(name='best', chinese='最佳客户', R=(4, 5), F=(1, 9), M=(1, 9))
    >>> rule.takes(5, 1, 3), rule.takes(1, 1, 1)
    (True, False)
    """

    name: str
    chinese: str
    R: Range = _ANY
    F: Range = _ANY
    M: Range = _ANY

    def takes(self, r: int, f: int, m: int) -> bool:
        """Whether the rule fits a cell.

        Parameters
        ----------
        r, f, m : int
            The scores of the cell.

        Returns
        -------
        bool

        Raises
        ------
        ValueError, TypeError
            If a score is no whole number.
        """
        scores = [_checks.count(value, name) for value, name in ((r, "r"), (f, "f"), (m, "m"))]
        pairs = zip(scores, (self.R, self.F, self.M), strict=True)
        return all(low <= score <= high for score, (low, high) in pairs)


def rfm_rules(scheme: str = "eleven") -> tuple[SegmentRule, ...]:
    """Ordered rules that name all cells of scores 1 to 5 (RFM客户细分规则).

    Parameters
    ----------
    scheme : {"eleven", "eight"}
        "eleven": champions, cannot lose, at risk, … as marketers call them. "eight": each score
        high (4, 5) or low (1 to 3), the scheme of Chinese textbooks: 重要价值客户 and so on.

    Returns
    -------
    tuple of SegmentRule
        The first rule that fits a cell names it.

    Raises
    ------
    ValueError
        If the scheme is unknown.

    Notes
    -----
    Lists of the same names that circulate overlap, leave cells out, or both. These are exclusive
    because they are ordered, and together they take every cell.

    Examples
    --------
    >>> [rule.name for rule in rfm_rules() if rule.takes(5, 4, 3)][0]
    'loyal'
    """
    _checks.choice(scheme, "scheme", ("eleven", "eight"))
    if scheme == "eight":
        return _eight()
    return (
        SegmentRule(_("champions"), "冠军客户", (4, 5), (4, 5), (4, 5)),
        SegmentRule(_("cannot lose"), "不能失去", (1, 2), (4, 5), (4, 5)),
        SegmentRule(_("at risk"), "有流失风险", (1, 2), (3, 5)),
        SegmentRule(_("loyal"), "忠诚客户", (3, 5), (4, 5)),
        SegmentRule(_("big spenders"), "大额客户", (3, 5), (1, 3), (5, 5)),
        SegmentRule(_("potential"), "潜力客户", (4, 5), (2, 3)),
        SegmentRule(_("new"), "新客户", (4, 5), (1, 1)),
        SegmentRule(_("need attention"), "需要关注", (3, 3), (2, 3)),
        SegmentRule(_("about to sleep"), "即将沉睡", (3, 3), (1, 1)),
        SegmentRule(_("hibernating"), "沉睡客户", (2, 2), (1, 2)),
        SegmentRule(_("lost"), "流失客户", (1, 1), (1, 2)),
    )


def _eight() -> tuple[SegmentRule, ...]:
    high, low = (4, 5), (1, 3)
    return (
        SegmentRule(_("important, keep the value"), "重要价值客户", high, high, high),
        SegmentRule(_("important, develop"), "重要发展客户", high, low, high),
        SegmentRule(_("important, keep in touch"), "重要保持客户", low, high, high),
        SegmentRule(_("important, win back"), "重要挽留客户", low, low, high),
        SegmentRule(_("ordinary, keep the value"), "一般价值客户", high, high, low),
        SegmentRule(_("ordinary, develop"), "一般发展客户", high, low, low),
        SegmentRule(_("ordinary, keep in touch"), "一般保持客户", low, high, low),
        SegmentRule(_("ordinary, win back"), "一般挽留客户", low, low, low),
    )


def rule_coverage(rules: Any = "eleven", bins: int = 5) -> "pd.DataFrame":
    """Check rules over all cells: who takes each, and how many would (规则覆盖检查).

    Parameters
    ----------
    rules : str or sequence of SegmentRule
        A scheme of :func:`rfm_rules`, or rules of your own.
    bins : int
        Number of scores, 2 to 9.

    Returns
    -------
    DataFrame
        Indexed by cell, 111 to 555: segment (the first rule that fits, missing if none does),
        fitting (how many rules fit).

    Raises
    ------
    ValueError, TypeError
        If rules are no rules or two have the same name.

    Examples
    --------
    >>> table = rule_coverage("eight")
    >>> len(table), int(table["fitting"].min()), int(table["fitting"].max())
    (125, 1, 1)
    """
    import pandas as pd

    listed = _rules(rules)
    size = _checks.count(bins, "bins", 2)
    if size > 9:
        raise ValueError(f"bins must be at most 9; got {size}")
    cells = list(product(range(1, size + 1), repeat=3))
    fits = [[rule.name for rule in listed if rule.takes(*cell)] for cell in cells]
    return pd.DataFrame(
        {"segment": [names[0] if names else None for names in fits], "fitting": [*map(len, fits)]},
        index=pd.Index([100 * r + 10 * f + m for r, f, m in cells], name="cell"),
    )


def _rules(rules: Any) -> tuple[SegmentRule, ...]:
    if isinstance(rules, str):
        _checks.choice(rules, "rules", ("eleven", "eight"))
        return rfm_rules(rules)
    found = tuple(rules) if hasattr(rules, "__iter__") else ()
    if not found or not all(isinstance(rule, SegmentRule) for rule in found):
        raise TypeError(f"rules must be 'eleven', 'eight' or a list of SegmentRule; got {rules!r}")
    names = [rule.name for rule in found]
    if len(set(names)) < len(names):
        raise ValueError(f"rules must have different names; got {names}")
    return found


@dataclass(frozen=True, eq=False)
class RfmSegments(Drawable):
    """Named segments, made by :func:`rfm_segments`.

    Attributes
    ----------
    segments : Series
        Segment of each customer, a categorical in the order of the rules.
    table : DataFrame
        One row per segment in the order of the rules: chinese, customers, customer_share, money,
        money_share.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.grading import rfm_scores
    >>> rfm = pd.DataFrame({"recency": [5, 9, 40, 90, 200], "frequency": [9, 1, 2, 8, 1],
    ...                     "monetary": [900, 60, 50, 700, 20]}, index=list("abcde"))
    >>> found = rfm_segments(rfm_scores(rfm))
    >>> found
    RfmSegments(11 segments, the largest is 'champions')
    >>> found.to_frame().head(2).round(2)
                chinese  customers  customer_share  money  money_share
    segment
    champions      冠军客户          1             0.2  900.0         0.52
    cannot lose    不能失去          1             0.2  700.0         0.40
    """

    _picture = "rfm_segments"

    segments: "pd.Series"
    table: "pd.DataFrame"

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per segment.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        largest = self.table["customers"].idxmax()
        return f"RfmSegments({len(self.table)} segments, the largest is {largest!r})"


def rfm_segments(scores: RfmScores, rules: Any = "eleven") -> RfmSegments:
    """Name the segment of each customer (RFM客户细分).

    Parameters
    ----------
    scores : RfmScores
        With scores 1 to 5 for the two schemes of the book.
    rules : {"eleven", "eight"} or sequence of SegmentRule
        Ordered; the first rule that fits decides. They must take every cell.

    Returns
    -------
    RfmSegments
        With ``.segments``, ``.table`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a cell is taken by no rule, or the scores are not those of :func:`rfm_scores`.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.grading import rfm_scores
    >>> rfm = pd.DataFrame({"recency": [5, 9, 40, 90, 200], "frequency": [9, 1, 2, 8, 1],
    ...                     "monetary": [900, 60, 50, 700, 20]}, index=list("abcde"))
    >>> rfm_segments(rfm_scores(rfm)).segments.tolist()
    ['champions', 'new', 'need attention', 'cannot lose', 'lost']
    """
    import pandas as pd

    if not isinstance(scores, RfmScores):
        raise TypeError(f"scores must be a result of rfm_scores; got {type(scores).__name__}")
    listed = _rules(rules)
    if isinstance(rules, str) and scores.bins != 5:
        raise ValueError(f"scores must have 5 bins for the rules {rules!r}; got {scores.bins}")
    coverage = rule_coverage(listed, scores.bins)
    if (coverage["fitting"] == 0).any():
        cell = coverage.index[coverage["fitting"] == 0][0]
        raise ValueError(f"rules must take every cell; got none for the cell {cell}")
    names = [rule.name for rule in listed]
    place = {name: position for position, name in enumerate(names)}
    lookup = np.zeros(1000, dtype=np.int8)
    lookup[coverage.index] = coverage["segment"].map(place)
    codes = lookup[scores.table["cell"].to_numpy()]
    labels = pd.Categorical.from_codes(codes, pd.Index(names), ordered=True)
    money = scores.values.iloc[:, 2].to_numpy(float)
    size = np.bincount(codes, minlength=len(names))
    total = np.bincount(codes, money, minlength=len(names))
    table = pd.DataFrame(
        {
            "chinese": [rule.chinese for rule in listed],
            "customers": size,
            "customer_share": size / codes.size,
            "money": total,
            "money_share": total / total.sum() if total.sum() > 0 else np.nan,
        },
        index=pd.Index(names, name="segment"),
    )
    return RfmSegments(pd.Series(labels, index=scores.table.index, name="segment"), table)
