"""Scales: scoring, reliability, the survey table, the semantic differential."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import cronbach
from crmlab.satisfaction._answers import answers

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Reliability:
    """How well the items of a scale go together, made by :func:`cronbach_alpha`.

    Attributes
    ----------
    alpha : float
        Cronbach's alpha.
    standardised : float
        Alpha of the items divided by their standard deviations: ``k r̄ / (1 + (k − 1) r̄)`` with
        the mean correlation r̄. Missing where an item does not vary.
    items : DataFrame
        One row per item: mean, standard deviation, correlation with the sum of the other items,
        and alpha without the item (missing where fewer than two items would be left).
    respondents, dropped : int
        How many answered all items, and how many were left out because they did not.

    Examples
    --------
    >>> scale = cronbach_alpha([[1, 2, 5], [2, 2, 4], [3, 5, 1], [4, 4, 2]])
    >>> scale
    Reliability(alpha -10.3636, 3 items, 4 respondents)
    >>> scale.to_frame().round(2)
          mean    sd  correlation_with_rest  alpha_without
    item
    1     2.50  1.29                  -0.77         -42.67
    2     3.25  1.50                  -0.78          -8.00
    3     3.00  1.83                  -0.97           0.87
    """

    alpha: float
    standardised: float
    items: "pd.DataFrame"
    respondents: int
    dropped: int

    def to_frame(self) -> "pd.DataFrame":
        """One row per item.

        Returns
        -------
        DataFrame
        """
        return self.items

    def __repr__(self) -> str:
        return (
            f"Reliability(alpha {self.alpha:.4f}, {len(self.items)} items, "
            f"{self.respondents} respondents)"
        )


def cronbach_alpha(items: Any, *, missing: str = "refuse") -> Reliability:
    """Cronbach's alpha of a scale, and what each item adds to it (克朗巴哈信度系数).

    ``k/(k − 1) · (1 − Σ sᵢ²/s²)`` with the variances of the k items and of their sum.

    Parameters
    ----------
    items : DataFrame or array of shape (respondents, items)
        Answers; items worded the other way round are reversed first: :func:`reverse_items`.
    missing : {"refuse", "drop"}
        Whether a missing answer is an error, or respondents with gaps are left out and counted.

    Returns
    -------
    Reliability
        With ``.alpha`` and, item by item, alpha without it.

    Raises
    ------
    ValueError, TypeError
        If there are fewer than two items or two respondents, an answer is missing or no number,
        or nobody differs from anybody.

    Notes
    -----
    Cronbach (1951). Studies of path models often print the standardised form. A low correlation
    with the rest, or an alpha that rises without the item, most often means that the item was
    not reversed.

    Examples
    --------
    >>> scale = cronbach_alpha([[1, 2, 5], [2, 2, 4], [3, 5, 1], [4, 4, 2]])
    >>> round(scale.alpha, 2), scale.items["alpha_without"].round(2).tolist()
    (-10.36, [-42.67, -8.0, 0.87])
    """
    return _reliability(items, "items", missing)


def _reliability(items: Any, name: str, missing: str) -> Reliability:
    """Return the alpha of the items, which a message calls by a name."""
    import pandas as pd

    table = answers(items, name, missing=missing)
    full = table.dropna()
    values = full.to_numpy()
    n, k = values.shape
    if k < 2:
        raise ValueError(f"{name} must be at least two items; got {k}")
    if n < 2:
        raise ValueError(f"{name} must have at least two full rows of answers; got {n}")
    total = values.sum(axis=1)
    if np.ptp(total) == 0:
        raise ValueError(f"{name} must differ between respondents; got the same sum for all")
    rows = {}
    for i, item in enumerate(full.columns):
        own, rest = values[:, i], np.delete(values, i, axis=1)
        others = rest.sum(axis=1)
        varies = np.ptp(own) > 0 and np.ptp(others) > 0
        rows[item] = {
            "mean": own.mean(),
            "sd": own.std(ddof=1),
            "correlation_with_rest": np.corrcoef(own, others)[0, 1] if varies else np.nan,
            "alpha_without": cronbach(rest) if k > 2 and np.ptp(others) > 0 else np.nan,
        }
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("item")
    spread = values.std(axis=0, ddof=1)
    standardised = cronbach(values / spread) if spread.all() else np.nan
    return Reliability(cronbach(values), standardised, frame, n, len(table) - n)


def reverse_items(scores: Any, items: Sequence[Any], low: float, high: float) -> "pd.DataFrame":
    """Turn items that are worded the other way round (反向计分).

    Parameters
    ----------
    scores : DataFrame or array of shape (respondents, items)
        Answers from `low` to `high`; a missing answer stays missing.
    items : sequence
        Names of the items to turn; the items of an array are numbered from 1.
    low, high : float
        Lowest and highest answer of the scale: an answer x becomes low + high − x.

    Returns
    -------
    DataFrame
        A new table.

    Raises
    ------
    ValueError, TypeError
        If an answer is outside the scale, an item is unknown, or `low` is not below `high`.

    Examples
    --------
    >>> reverse_items([[7, 1], [5, 2]], [2], low=1, high=7).to_numpy().tolist()
    [[7.0, 7.0], [5.0, 6.0]]
    """
    bottom, top = _checks.number(low, "low"), _checks.number(high, "high")
    if not bottom < top:
        raise ValueError(f"high must be above low; got {top:g} and {bottom:g}")
    table = answers(scores, "scores", bottom, top, missing="drop")
    return _turned(table, items, "items", bottom + top)


def _turned(table: "pd.DataFrame", items: Any, name: str, ends: float) -> "pd.DataFrame":
    """Take the answers to some items off the sum of the ends of the scale."""
    chosen = _checks.listed(items, name, "items")
    for item in chosen:
        _checks.choice(item, name, list(table.columns))
        if chosen.count(item) > 1:
            raise ValueError(f"{name} must name each item once; got {item!r} twice")
    turned = table.copy()
    turned[chosen] = ends - table[chosen]
    return turned


@dataclass(frozen=True, eq=False)
class LikertScale(Drawable):
    """Scores on a scale of several items, made by :func:`likert`.

    Attributes
    ----------
    scores : Series
        Each respondent's mean over the items answered, reversed items turned; missing for those
        who answered fewer than `at_least` items.
    shares : DataFrame
        For each item the share of each answer, after turning.
    reliability : Reliability
        Of the respondents who answered all items.

    Examples
    --------
    >>> found = likert([[5, 1], [4, 2], [2, 5]], 1, 5, reversed_items=[2])
    >>> found
    LikertScale(2 items, mean 3.50, alpha 0.974)
    >>> found.to_frame().iloc[0].round(2)
    mean                     3.67
    sd                       1.53
    correlation_with_rest    1.00
    alpha_without             NaN
    1                        0.00
    2                        0.33
    3                        0.00
    4                        0.33
    5                        0.33
    Name: 1, dtype: float64
    """

    _picture = "likert"

    scores: "pd.Series[float]"
    shares: "pd.DataFrame"
    reliability: Reliability

    def to_frame(self) -> "pd.DataFrame":
        """One row per item: mean, spread, reliability, and the share of each answer.

        Returns
        -------
        DataFrame
        """
        return self.reliability.items.join(self.shares)

    def __repr__(self) -> str:
        return (
            f"LikertScale({len(self.shares)} items, mean {self.scores.mean():.2f}, "
            f"alpha {self.reliability.alpha:.3f})"
        )


def likert(
    scores: Any,
    low: int,
    high: int,
    *,
    reversed_items: Sequence[Any] = (),
    at_least: int = 1,
    missing: str = "refuse",
) -> LikertScale:
    """Score a Likert scale of several items (李克特量表).

    Parameters
    ----------
    scores : DataFrame or array of shape (respondents, items)
        Whole numbers from `low` (strongly disagree) to `high` (strongly agree).
    low, high : int
        Lowest and highest answer.
    reversed_items : sequence
        Items that are worded the other way round, as in :func:`reverse_items`.
    at_least : int
        How many items a respondent must have answered to get a score.
    missing : {"refuse", "drop"}
        Whether a missing answer is an error, or the mean of the others stands for it.

    Returns
    -------
    LikertScale
        With ``.scores``, ``.reliability``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an answer is outside the scale or not whole, or as :func:`reverse_items` and
        :func:`cronbach_alpha`.

    Notes
    -----
    Likert (1932).

    Examples
    --------
    >>> likert([[5, 1], [4, 2], [2, 5]], 1, 5, reversed_items=[2]).scores.tolist()
    [5.0, 4.0, 1.5]
    """
    import pandas as pd

    bottom, top = _checks.count(low, "low", -100), _checks.count(high, "high", -100)
    given = answers(scores, "scores", bottom, top, missing=missing, whole=True)
    if not bottom < top:
        raise ValueError(f"high must be above low; got {top} and {bottom}")
    table = _turned(given, reversed_items, "reversed_items", bottom + top)
    needed = _checks.count(at_least, "at_least")
    if needed > table.shape[1]:
        raise ValueError(f"at_least must be at most {table.shape[1]} items; got {needed}")
    mean = table.mean(axis=1).where(table.count(axis=1) >= needed).rename("score")
    shares = pd.DataFrame({v: (table == v).sum() for v in range(bottom, top + 1)})
    shares = shares.div(table.count(), axis=0)
    reliability = _reliability(table, "scores", missing)
    return LikertScale(mean, shares.rename_axis("item"), reliability)


@dataclass(frozen=True, eq=False)
class SurveyScore(Drawable):
    """A survey table turned into one score, made by :func:`survey_score`.

    Attributes
    ----------
    shares : DataFrame
        One row per question: the share of each grade.
    scores : Series
        Mean score of each question.
    weights : Series
        Weights of the questions, summing to one.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"good": [30, 10], "fair": [10, 10]}, index=["taste", "price"])
    >>> found = survey_score(table, {"good": 100, "fair": 60}, {"taste": 3, "price": 1})
    >>> found
    SurveyScore(2 questions, score 87.50)
    >>> found.to_frame()
              good  fair  score  weight  weighted
    question
    taste     0.75  0.25   90.0    0.75      67.5
    price     0.50  0.50   80.0    0.25      20.0
    """

    _picture = "survey_score"

    shares: "pd.DataFrame"
    scores: "pd.Series[float]"
    weights: "pd.Series[float]"

    @property
    def score(self) -> float:
        """Weighted mean over the questions."""
        return float(self.weights.to_numpy() @ self.scores.to_numpy())

    def to_frame(self) -> "pd.DataFrame":
        """One row per question: shares of the grades, score, weight, weighted score.

        Returns
        -------
        DataFrame
        """
        weighted = self.weights * self.scores
        table = self.shares.assign(score=self.scores, weight=self.weights, weighted=weighted)
        return table.rename_axis("question")

    def __repr__(self) -> str:
        return f"SurveyScore({len(self.scores)} questions, score {self.score:.2f})"


def survey_score(
    counts: "pd.DataFrame", scores: Mapping[Any, float], weights: Mapping[Any, float] | None = None
) -> SurveyScore:
    """Evaluate a survey table with grades and weights (调查表式的满意度评估).

    Every question gets the mean of its grades' scores over the answers; the questions are then
    weighted: ``Σ wᵢ Σⱼ nᵢⱼ sⱼ / nᵢ``.

    Parameters
    ----------
    counts : DataFrame
        One row per question, one column per grade ("very satisfied", …): how many chose it.
    scores : mapping of grade to float
        What each grade is worth, such as 100, 80, 60, 40, 20.
    weights : mapping of question to float, optional
        At least 0; they are divided by their sum. Equal without it.

    Returns
    -------
    SurveyScore
        With ``.score``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a count is negative, a question has no answer, or `scores` or `weights` do not name
        the columns or the rows.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"good": [30, 10], "fair": [10, 10]}, index=["taste", "price"])
    >>> survey_score(table, {"good": 100, "fair": 60}, {"taste": 3, "price": 1})
    SurveyScore(2 questions, score 87.50)
    """
    import pandas as pd

    _checks.columns(counts, "counts", ())
    given = answers(counts, "counts", 0)
    for question in given.index[given.sum(axis=1) == 0]:
        raise ValueError(f"counts must have an answer in every row; got none to {question!r}")
    worth = _by_name(scores, "scores", list(given.columns))
    weight = (
        pd.Series(1.0, index=given.index)
        if weights is None
        else _by_name(weights, "weights", list(given.index), 0)
    )
    if not weight.sum() > 0:
        raise ValueError("weights must not all be 0; got 0 for every question")
    shares = given.div(given.sum(axis=1), axis=0)
    return SurveyScore(shares, shares @ worth, weight / weight.sum())


def _by_name(values: Any, name: str, wanted: list[Any], low: float = -np.inf) -> "pd.Series[float]":
    import pandas as pd

    if not isinstance(values, Mapping | pd.Series):
        raise TypeError(f"{name} must be a mapping; got {values!r}")
    if set(values.keys()) != set(wanted):
        raise ValueError(f"{name} must name {wanted}; got {list(values.keys())}")
    return pd.Series(_checks.array([values[key] for key in wanted], name, low), index=wanted)


@dataclass(frozen=True, eq=False)
class SemanticProfile(Drawable):
    """What several objects look like between pairs of opposites, by :func:`semantic_profile`.

    Attributes
    ----------
    means : DataFrame
        One row per pair of opposites, one column per object.
    standard_errors : DataFrame
        Of the means.
    poles : list of tuple
        The left and the right word of each pair.
    scale : tuple of float
        The left and the right end of the scale.

    Examples
    --------
    >>> profile = semantic_profile({"we": [[5, 4], [7, 4]], "rival": [[3, 4], [3, 4]]},
    ...                            poles=[("slow", "fast"), ("dear", "cheap")])
    >>> profile
    SemanticProfile(2 pairs of opposites; we, rival)
    >>> profile.to_frame()
                 we  rival
    opposites
    slow–fast   6.0    3.0
    dear–cheap  4.0    4.0
    """

    _picture = "semantic_profile"

    means: "pd.DataFrame"
    standard_errors: "pd.DataFrame"
    poles: list[tuple[str, str]]
    scale: tuple[float, float]

    @property
    def distance(self) -> "pd.DataFrame":
        """Osgood's distance √Σ d² between the profiles of each two objects."""
        import pandas as pd

        x = self.means.to_numpy().T
        apart = np.sqrt(((x[:, None] - x[None]) ** 2).sum(axis=2))
        return pd.DataFrame(apart, index=self.means.columns, columns=self.means.columns)

    def to_frame(self) -> "pd.DataFrame":
        """One row per pair of opposites: mean for each object.

        Returns
        -------
        DataFrame
        """
        return self.means

    def __repr__(self) -> str:
        named = ", ".join(map(str, self.means.columns))
        return f"SemanticProfile({len(self.means)} pairs of opposites; {named})"


def semantic_profile(
    objects: Mapping[str, Any],
    poles: Sequence[tuple[str, str]],
    *,
    scale: tuple[float, float] = (1, 7),
    missing: str = "refuse",
) -> SemanticProfile:
    """Profile of a semantic differential (语义差别量表).

    Respondents place each object between opposites such as "slow" and "fast"; the means, drawn
    one below the other, are its profile.

    Parameters
    ----------
    objects : mapping of str to DataFrame or array of shape (respondents, pairs)
        Answers for each object: our firm, a rival, the ideal.
    poles : sequence of (str, str)
        The left and the right word of each pair, in the order of the columns.
    scale : tuple of two floats
        Left and right end.
    missing : {"refuse", "drop"}
        Whether a missing answer is an error, or it is left out of its mean.

    Returns
    -------
    SemanticProfile
        With ``.means``, ``.distance`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If there is no object, an answer is outside the scale or missing, or the numbers of
        columns and of poles differ.

    Notes
    -----
    Osgood, Suci and Tannenbaum (1957), from whom the distance is, too. Mix the sides on which
    the good words stand when you ask, and turn them (:func:`reverse_items`) before you draw.

    Examples
    --------
    >>> profile = semantic_profile({"we": [[5, 4], [7, 4]], "rival": [[3, 4], [3, 4]]},
    ...                            poles=[("slow", "fast"), ("dear", "cheap")])
    >>> float(profile.distance.loc["we", "rival"])
    3.0
    """
    import pandas as pd

    if not isinstance(objects, Mapping) or not objects:
        raise TypeError(f"objects must be a mapping from name to answers; got {objects!r}")
    ends = _checks.array(scale, "scale", ndim=1)
    if ends.shape != (2,) or not ends[0] < ends[1]:
        raise ValueError(f"scale must be its left and right end; got {scale!r}")
    if (
        not isinstance(poles, Sequence)
        or isinstance(poles, str)
        or not poles
        or any(isinstance(p, str) or np.shape(p) != (2,) for p in poles)
    ):
        raise TypeError(f"poles must be pairs of words; got {poles!r}")
    words = [(str(left), str(right)) for left, right in poles]
    rows = pd.Index([f"{left}–{right}" for left, right in words], name="opposites")
    means: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for name, value in objects.items():
        table = answers(value, f"objects[{name!r}]", *ends, missing=missing)
        if table.shape[1] != len(words):
            raise ValueError(
                f"objects[{name!r}] must have one column per pair of poles ({len(words)}); "
                f"got {table.shape[1]}"
            )
        means[name] = table.mean().to_numpy()
        errors[name] = (table.std() / np.sqrt(table.count())).to_numpy()
    return SemanticProfile(
        pd.DataFrame(means, index=rows),
        pd.DataFrame(errors, index=rows),
        words,
        (float(ends[0]), float(ends[1])),
    )
