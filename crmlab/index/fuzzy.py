"""Fuzzy comprehensive evaluation (模糊综合评价): grades that are a matter of degree."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

Operator = Callable[[FloatArray, FloatArray], FloatArray]

#: How weights w and memberships R become B = w∘R; a ⊕ b = min(1, a + b).
OPERATORS: dict[str, Operator] = {
    "min_max": lambda w, r: np.minimum(w[:, None], r).max(axis=0),
    "product_max": lambda w, r: (w[:, None] * r).max(axis=0),
    "min_sum": lambda w, r: np.minimum(1, np.minimum(w[:, None], r).sum(axis=0)),
    "weighted_mean": lambda w, r: np.minimum(1, w @ r),
}


@dataclass(frozen=True, eq=False)
class FuzzyEvaluation(Drawable):
    """A fuzzy evaluation, made by :func:`fuzzy_evaluation` and :func:`fuzzy_levels`.

    Attributes
    ----------
    vector : ndarray of shape (grades,)
        B = w∘R: how far the object belongs to each grade.
    grades : tuple
        Names of the grades; 0, 1, … where none were given.
    operator : str
        How weights and memberships were joined.
    weights : ndarray of shape (factors,)
    membership : ndarray of shape (factors, grades)
    factors : tuple
        Names of the factors.
    score : float or None
        ``Σ b s / Σ b`` where scores of the grades were given.
    scores : ndarray or None
        The scores.

    Examples
    --------
    >>> service = fuzzy_evaluation([0.5, 0.5], [[0.9, 0.1], [0.7, 0.3]])
    >>> service
    FuzzyEvaluation((0.8, 0.2) by weighted_mean: grade 0, validity 1.50)
    >>> service.to_frame()
           membership  normalised
    grade
    0             0.8         0.8
    1             0.2         0.2
    """

    _picture = "fuzzy_evaluation"

    vector: FloatArray
    grades: tuple[Hashable, ...]
    operator: str
    weights: FloatArray
    membership: FloatArray
    factors: tuple[Hashable, ...]
    score: float | None
    scores: FloatArray | None

    @property
    def normalised(self) -> FloatArray:
        """The vector divided by its sum."""
        return self.vector / self.vector.sum()

    @property
    def grade(self) -> Any:
        """The grade of greatest membership (最大隶属度原则); the first of them on a tie."""
        return self.grades[int(self.vector.argmax())]

    @property
    def validity(self) -> float:
        """How far the greatest membership deserves trust (最大隶属度有效度).

        ``α = (nβ − 1) / (2γ(n − 1))`` with the greatest membership β and the second γ of n grades,
        normalised. Infinite if everything lies in one grade, 0 if all grades are alike. From 1 on
        the principle is called very valid, from 0.5 on valid, below that weak: use the score.
        Measure and limits are a convention of Chinese teaching texts; no source is cited here.
        """
        second, first = np.sort(self.normalised)[-2:]
        n = len(self.vector)
        surplus = max(n * first - 1, 0.0)
        return float(surplus / (2 * second * (n - 1))) if second > 0 else float("inf")

    def to_frame(self) -> "pd.DataFrame":
        """One row per grade: membership and normalised membership.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        columns = {"membership": self.vector, "normalised": self.normalised}
        table = pd.DataFrame(columns, pd.Index(self.grades, name="grade"))
        return table if self.scores is None else table.assign(score=self.scores)

    def __repr__(self) -> str:
        listed = ", ".join(f"{b:.4g}" for b in self.vector)
        scored = "" if self.score is None else f"; score {self.score:.2f}"
        return (
            f"FuzzyEvaluation(({listed}) by {self.operator}: grade {self.grade}, validity "
            f"{self.validity:.2f}{scored})"
        )


def fuzzy_evaluation(
    weights: Any, membership: Any, operator: str = "weighted_mean", scores: Any = None
) -> FuzzyEvaluation:
    """Judge an object on several factors whose grades are a matter of degree (模糊综合评价).

    ``B = w∘R``: factor i has weight wᵢ and belongs to grade j with membership rᵢⱼ. The operator
    says what ∘ means.

    Parameters
    ----------
    weights : array of shape (factors,)
        Sum to one; also a result of :mod:`crmlab.weights`.
    membership : array or DataFrame of shape (factors, grades)
        Between 0 and 1. The columns of a DataFrame name the grades, its index the factors.
    operator : {"weighted_mean", "min_max", "product_max", "min_sum"}
        "min_max" (∧, ∨): ``max min(w, r)``, one decisive factor, weights as ceilings.
        "product_max" (·, ∨): ``max w r``, one decisive factor, weights as discounts.
        "min_sum" (∧, ⊕): ``min(1, Σ min(w, r))``, all factors, weights as ceilings.
        "weighted_mean" (·, ⊕): ``Σ w r``, all factors in proportion.
    scores : array of shape (grades,), optional
        Points of each grade, for a score in points.

    Returns
    -------
    FuzzyEvaluation
        With ``.vector``, ``.grade``, ``.validity``, ``.score``.

    Raises
    ------
    ValueError, TypeError
        If weights do not sum to one, memberships are outside [0, 1], sizes differ, or nothing
        belongs to any grade.

    Notes
    -----
    Fuzzy sets are Zadeh's (1965).

    Examples
    --------
    A restaurant, judged on four factors:

    >>> fuzzy_evaluation([0.4, 0.3, 0.2, 0.1],
    ...     [[0.5, 0.3, 0.2, 0], [0.2, 0.4, 0.3, 0.1], [0.1, 0.3, 0.5, 0.1], [0, 0.2, 0.4, 0.4]],
    ...     scores=[95, 85, 70, 50])
    FuzzyEvaluation((0.28, 0.32, 0.31, 0.09) by weighted_mean: grade 1, validity 0.15; score 80.00)
    """
    w = _checks.shares(weights, "weights")
    r = _checks.array(membership, "membership", 0, 1, ndim=2)
    if len(r) != len(w) or r.shape[1] < 2:
        raise ValueError(
            f"membership must have one row per weight ({len(w)}) and at least 2 grades; got shape "
            f"{r.shape}"
        )
    vector = OPERATORS[_checks.choice(operator, "operator", tuple(OPERATORS))](w, r)
    if vector.sum() == 0:
        raise ValueError("membership must put something into a grade; got only 0")
    points = None if scores is None else _checks.array(scores, "scores", ndim=1)
    if points is not None and len(points) != len(vector):
        raise ValueError(f"scores must be one per grade ({len(vector)}); got {len(points)}")
    grades = _checks.labels(membership, "columns", r.shape[1])
    factors = _checks.labels(membership, "index", len(r))
    score = None if points is None else float(vector @ points / vector.sum())
    return FuzzyEvaluation(vector, grades, operator, w, r, factors, score, points)


@dataclass(frozen=True, eq=False)
class FuzzyOperators(Drawable):
    """One evaluation by all four operators, made by :func:`fuzzy_operators`.

    Attributes
    ----------
    evaluations : dict of str to FuzzyEvaluation

    Examples
    --------
    >>> found = fuzzy_operators([0.5, 0.3, 0.2],
    ...     [[0.4, 0.3, 0.3], [0.1, 0.5, 0.4], [0.1, 0.4, 0.5]])
    >>> found
    FuzzyOperators(min_max 0, product_max 0, min_sum 1, weighted_mean 1)
    >>> found.to_frame().round(2)
                      0     1     2  grade  validity
    operator
    min_max        0.40  0.30  0.30      0      0.17
    product_max    0.20  0.15  0.15      0      0.17
    min_sum        0.60  0.80  0.80      1      0.06
    weighted_mean  0.25  0.38  0.37      1      0.09
    """

    _picture = "fuzzy_operators"

    evaluations: dict[str, FuzzyEvaluation]

    @property
    def grades(self) -> dict[str, Any]:
        """The grade that each operator chooses."""
        return {name: result.grade for name, result in self.evaluations.items()}

    def to_frame(self) -> "pd.DataFrame":
        """One row per operator: the vector, grade, validity and, with scores, the score.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        table = pd.DataFrame(
            [result.vector for result in self.evaluations.values()],
            pd.Index(self.evaluations, name="operator"),
            next(iter(self.evaluations.values())).grades,
        )
        table["grade"] = list(self.grades.values())
        table["validity"] = [result.validity for result in self.evaluations.values()]
        scores = [r.score for r in self.evaluations.values() if r.score is not None]
        return table.assign(score=scores) if scores else table

    def __repr__(self) -> str:
        listed = ", ".join(f"{name} {grade}" for name, grade in self.grades.items())
        return f"FuzzyOperators({listed})"


def fuzzy_operators(weights: Any, membership: Any, scores: Any = None) -> FuzzyOperators:
    """Evaluate by all four operators side by side (四种合成算子对比).

    Parameters
    ----------
    weights, membership, scores
        As in :func:`fuzzy_evaluation`.

    Returns
    -------
    FuzzyOperators

    Raises
    ------
    ValueError, TypeError
        As :func:`fuzzy_evaluation`.

    Examples
    --------
    >>> fuzzy_operators([0.5, 0.3, 0.2], [[0.4, 0.3, 0.3], [0.1, 0.5, 0.4], [0.1, 0.4, 0.5]])
    FuzzyOperators(min_max 0, product_max 0, min_sum 1, weighted_mean 1)
    """
    return FuzzyOperators(
        {name: fuzzy_evaluation(weights, membership, name, scores) for name in OPERATORS}
    )


def fuzzy_levels(
    weights: Any,
    parts: Mapping[str, FuzzyEvaluation],
    operator: str = "weighted_mean",
    scores: Any = None,
) -> FuzzyEvaluation:
    """Evaluate evaluations: factors of factors (多级模糊综合评价).

    The normalised vector of each part is its row of the membership matrix one level up. A part
    may itself come from this function, so there can be any number of levels.

    Parameters
    ----------
    weights : array of shape (parts,)
        Weights of the parts, summing to one.
    parts : mapping of str to FuzzyEvaluation
        The evaluation of each part, all with the same grades.
    operator, scores
        As in :func:`fuzzy_evaluation`.

    Returns
    -------
    FuzzyEvaluation

    Raises
    ------
    ValueError, TypeError
        As :func:`fuzzy_evaluation`, or if the parts have different grades.

    Examples
    --------
    >>> food = fuzzy_evaluation([0.6, 0.4], [[0.5, 0.5], [0.2, 0.8]])
    >>> service = fuzzy_evaluation([0.5, 0.5], [[0.9, 0.1], [0.7, 0.3]])
    >>> fuzzy_levels([0.7, 0.3], {"food": food, "service": service}).vector.round(3).tolist()
    [0.506, 0.494]
    """
    import pandas as pd

    if not isinstance(parts, Mapping) or not parts:
        raise TypeError(f"parts must map names to evaluations; got {type(parts).__name__}")
    for part in parts.values():
        if not isinstance(part, FuzzyEvaluation):
            raise TypeError(f"parts must be results of fuzzy_evaluation; got {type(part).__name__}")
    size = _checks.shares(weights, "weights").size
    if len(parts) != size:
        raise ValueError(f"weights must be one per part ({len(parts)}); got {size}")
    grades = {part.grades for part in parts.values()}
    if len(grades) > 1:
        raise ValueError(f"parts must have the same grades; got {sorted(map(str, grades))}")
    rows = pd.DataFrame(
        [part.normalised for part in parts.values()], list(parts), list(grades.pop())
    )
    return fuzzy_evaluation(weights, rows, operator, scores)


def fuzzy_membership(answers: "pd.DataFrame", grades: Mapping[str, float]) -> "pd.DataFrame":
    """Membership of each factor in each grade, from counts of answers (由评价人数求隶属度).

    Parameters
    ----------
    answers : DataFrame
        One row per respondent, one column of numbers per factor. A missing answer is left out of
        its column.
    grades : mapping of str to float
        Grades from best to worst, each with the lowest answer that still belongs to it; answers
        below the last are refused.

    Returns
    -------
    DataFrame of shape (factors, grades)
        Share of the answers to each factor that fall into each grade.

    Raises
    ------
    ValueError, TypeError
        If the limits do not fall, an answer lies below the last one, or a factor has no answers.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"food": [9, 8, 6, 10], "service": [7, 4, 9, None]})
    >>> fuzzy_membership(answers, {"good": 8, "fair": 5, "poor": 1}).round(2)
             good  fair  poor
    food     0.75  0.25  0.00
    service  0.33  0.33  0.33
    """
    import pandas as pd

    if not isinstance(grades, Mapping) or len(grades) < 2:
        raise TypeError(
            f"grades must map at least two grades to their lowest answer; got {grades!r}"
        )
    limits = _checks.array(list(grades.values()), "grades", ndim=1)
    if np.any(np.diff(limits) >= 0):
        raise ValueError(f"grades must fall from best to worst; got {limits.tolist()}")
    _checks.columns(answers, "answers", [])
    rows = []
    for factor in answers.columns:
        given = _checks.array(answers[factor].dropna(), str(factor), limits[-1], ndim=1)
        place = (given[:, None] < limits).sum(axis=1)
        rows.append(np.bincount(place, minlength=len(limits)) / len(given))
    return pd.DataFrame(rows, answers.columns, list(grades))


def validity_word(validity: float) -> str:
    """Say in a word how far greatest membership can be trusted (最大隶属度原则的有效性).

    The limits, 0.5 and 1, are a convention of Chinese teaching texts; no source is cited here.

    Parameters
    ----------
    validity : float
        As in :attr:`FuzzyEvaluation.validity`, at least 0.

    Returns
    -------
    {"very valid", "valid", "weak"}

    Raises
    ------
    ValueError, TypeError
        If it is below 0 or no number.

    Examples
    --------
    >>> validity_word(0.15), validity_word(0.7), validity_word(float("inf"))
    ('weak', 'valid', 'very valid')
    """
    if isinstance(validity, float) and validity == float("inf"):
        return "very valid"
    value = _checks.number(validity, "validity", 0)
    return "very valid" if value >= 1 else "valid" if value >= 0.5 else "weak"
