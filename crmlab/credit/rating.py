"""Rating: weighted indicators of a credit survey to a grade, with what missing answers leave open.

The points of an answer run from 0 at the worst bound to 1 at the best bound.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.credit._scale import SCALE, grade_scale, place_of
from crmlab.grading.indicators import WeightSensitivity, _ranks

if TYPE_CHECKING:
    import pandas as pd

#: The five Cs of credit (5C评估法), the groups of a credit survey.
FIVE_CS = ("character", "capacity", "capital", "collateral", "conditions")
MISSING = ("worst", "middle", "reweight")
#: Grade of those who answered too little to be rated.
UNRATED = "unrated"


def rating_scale() -> dict[str, float]:
    """Ten usual grades, AAA to D, with the lowest score of each (信用等级).

    Returns
    -------
    dict
        Grade to lowest score, the best first; change it and pass it to :func:`credit_rating`.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> list(rating_scale().items())[:3]
    [('AAA', 90), ('AA', 80), ('A', 70)]
    """
    return dict(SCALE)


@dataclass(frozen=True, eq=False)
class CreditRating(Drawable):
    """Scores and grades of applicants for credit, made by :func:`credit_rating`.

    Attributes
    ----------
    scores : DataFrame
        One row per applicant: score (0 to 100) and grade; low and high, the scores if all missing
        answers were the worst or the best; low_grade and high_grade; missing (number of answers)
        and answered (weight of the answers given); capped, whether a cap lowered the grade;
        clipped (answers beyond the bounds).
    groups : DataFrame
        One row per applicant, one column per C: points of 100, missing where nothing is answered.
    table : DataFrame
        One row per grade: applicants, share, lowest score of the scale, mean score, open (those
        whose missing answers leave the grade open).
    points : DataFrame
        Points of each answer, 0 to 1, missing where the answer is.
    answers : DataFrame
        As given.
    indicators : DataFrame
        As given, with `weight` summing to one.
    scale : dict
        Grade to lowest score.
    missing : str
        As given.
    caps : dict
        As given.
    least : float
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"days_late": [0, 30, 15], "equity": [0.5, 0.1, None]}, list("xyz"))
    >>> indicators = pd.DataFrame(
    ...     {"worst": [30, 0.0], "best": [0, 0.5], "weight": [0.6, 0.4],
    ...      "group": ["character", "capital"]}, index=["days_late", "equity"])
    >>> rated = credit_rating(answers, indicators)
    >>> rated
    CreditRating(3 applicants: AAA 1, AA 0, A 0, BBB 0, BB 0, B 0, CCC 1, CC 0, C 0, D 1)
    >>> rated.to_frame().head(2).round(2)
           applicants  share  from   mean  open
    grade
    AAA             1   0.33  90.0  100.0     0
    AA              0   0.00  80.0    NaN     0
    >>> rated.explain("x")
                   group  answer  points  weight  adds  lost
    days_late  character     0.0     1.0     0.6  60.0   0.0
    equity       capital     0.5     1.0     0.4  40.0   0.0
    >>> rated.profile(["x", "y"])
    CreditProfile(x AAA, y D)
    >>> rated.sensitivity(spread=0.2, draws=100, seed=1)
    WeightSensitivity(100 draws: 75.3 % keep their grade, rank correlation 1.000)
    >>> rated.reweighted([0.5, 0.5])
    CreditRating(3 applicants: AAA 1, AA 0, A 0, BBB 0, BB 0, B 0, CCC 0, CC 1, C 1, D 0)
    """

    _picture = "credit_rating"

    scores: "pd.DataFrame"
    groups: "pd.DataFrame"
    table: "pd.DataFrame"
    points: "pd.DataFrame"
    answers: "pd.DataFrame"
    indicators: "pd.DataFrame"
    scale: dict[str, float]
    missing: str
    caps: dict[str, tuple[float, str]]
    least: float

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per grade.

        Returns
        -------
        DataFrame
        """
        return self.table

    def explain(self, applicant: Any) -> "pd.DataFrame":
        """Answer, points, what it adds to the score and what it costs, dearest first (扣分原因).

        Parameters
        ----------
        applicant : label
            One of the rows.

        Returns
        -------
        DataFrame
            One row per indicator: group, answer, points, weight, adds, lost (points of the score
            that a best answer would have added).

        Raises
        ------
        ValueError
            If `applicant` is not one of the rows.
        """
        if _checks.label(applicant, "applicant") not in self.scores.index:
            raise ValueError(f"applicant must be one of the rows; got {applicant!r}")
        points = self.points.loc[applicant].to_numpy()
        weights = self.indicators["weight"].to_numpy()
        filled, used = _filled(points[None], weights, self.missing)
        table = self.indicators[["group"]].assign(
            answer=self.answers.loc[applicant, self.indicators.index].to_numpy(float),
            points=points,
            weight=used[0],
            adds=100 * used[0] * filled[0],
            lost=100 * used[0] * (1 - filled[0]),
        )
        return table.sort_values("lost", ascending=False, kind="stable")

    def profile(self, applicants: Any) -> "CreditProfile":
        """Points by the five Cs of a few applicants (五C分析).

        Parameters
        ----------
        applicants : sequence of labels
            At least one of the rows.

        Returns
        -------
        CreditProfile

        Raises
        ------
        ValueError, TypeError
            If `applicants` is empty or not a list of rows.
        """
        chosen = _checks.listed(applicants, "applicants", "rows")
        unknown = [name for name in chosen if name not in self.scores.index]
        if not chosen or unknown:
            raise ValueError(f"applicants must be among the rows; got {unknown or chosen}")
        return CreditProfile(self.groups.loc[chosen], self.scores.loc[chosen], self._group_weights)

    @property
    def _group_weights(self) -> "pd.Series":
        return self.indicators.groupby("group", sort=False)["weight"].sum()

    def sensitivity(
        self, spread: float = 0.2, draws: int = 500, seed: int = 0
    ) -> WeightSensitivity:
        """Draw other weights around the given ones and rate again (权重敏感性).

        Parameters
        ----------
        spread : float
            How far the weights are drawn apart, above 0 and below 1, as in
            :meth:`crmlab.grading.Grades.sensitivity`.
        draws : int
            Number of sets of weights.
        seed : int
            Of the random numbers.

        Returns
        -------
        WeightSensitivity
            Of the applicants that have a grade.

        Raises
        ------
        ValueError, TypeError
            If a number is outside its bounds.
        """
        far = _checks.number(spread, "spread", 0, 1, open_low=True, open_high=True)
        rng = np.random.default_rng(_checks.seed(seed))
        weights = self.indicators["weight"].to_numpy()
        drawn = np.zeros((_checks.count(draws, "draws"), weights.size))
        some = weights > 0
        drawn[:, some] = rng.dirichlet(weights[some] * (1 / far**2 - 1), len(drawn))
        return _other_weights(self, drawn)

    def reweighted(self, weights: Any) -> "CreditRating":
        """Rate the same answers with other weights.

        Parameters
        ----------
        weights : mapping from indicator to weight, or array of shape (k,)
            At least 0, not all 0; they are scaled to sum to one.

        Returns
        -------
        CreditRating

        Raises
        ------
        ValueError, TypeError
            If there is not one weight for each indicator, or a weight is outside its bounds.
        """
        new = weights
        if isinstance(weights, Mapping):
            strange = [name for name in weights if name not in self.indicators.index]
            if strange:
                raise ValueError(f"weights must name indicators; got {strange[0]!r}")
            new = [weights.get(name, 0) for name in self.indicators.index]
        new = _checks.array(new, "weights", 0, ndim=1)
        if new.size != len(self.indicators) or not new.sum():
            raise ValueError(
                f"weights must be one per indicator ({len(self.indicators)}), not all 0; got "
                f"{new.tolist()}"
            )
        return credit_rating(
            self.answers, self.indicators.assign(weight=new), scale=self.scale,
            missing=self.missing, caps=self.caps, least=self.least,
        )  # fmt: skip

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {size}" for name, size in self.table["applicants"].items())
        return f"CreditRating({len(self.scores)} applicants: {sizes})"


def credit_rating(
    answers: Any,
    indicators: Any,
    *,
    scale: Mapping[str, float] | None = None,
    missing: str = "worst",
    caps: Mapping[str, tuple[float, str]] | None = None,
    least: float = 0.5,
) -> CreditRating:
    """Rate applicants for credit by weighted indicators (客户信用评价, 信用等级).

    ``score = 100 Σ wₖ pₖ`` with ``pₖ = (answer − worst) / (best − worst)``, held between 0 and 1.

    Parameters
    ----------
    answers : DataFrame of shape (n, at least k)
        One row per applicant, one column per indicator, numbers or flags; a missing answer is
        NaN. Columns that no indicator names are not used.
    indicators : DataFrame of shape (k, 4)
        Index: names of columns in `answers`. Columns: worst and best (the bounds, in the unit of
        the answer; worst above best where less is better), weight (at least 0; scaled to sum to
        one), group (one of the five Cs: character 品质, capacity 能力, capital 资本, collateral
        抵押, conditions 条件).
    scale : mapping from str to float, optional
        Grade to its lowest score, from the best down to a grade with 0; AAA to D without it, see
        :func:`rating_scale`.
    missing : {"worst", "middle", "reweight"}
        What a missing answer counts: "worst" 0 points; "middle" half of them; "reweight" the mean
        of the answers that are there, so that the weights of the others grow.
    caps : mapping from indicator to (bound, grade), optional
        An answer at the bound or beyond it, on the side of `worst`, limits the grade: some things
        no other answer can make good.
    least : float
        Weight of the answers that must be there, 0 to 1; who answers less is "unrated".

    Returns
    -------
    CreditRating
        With ``.scores``, ``.groups``, ``.table``, ``.explain()``, ``.profile()``,
        ``.sensitivity()``, ``.reweighted()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an indicator has no column, bounds are equal, weights are negative or all 0, a group or
        a rule is unknown, or an answer is no number.

    Notes
    -----
    The sum is compensatory: much of one can make good little of another. A cap is the exception.
    Which rule for missing answers is right depends on why they are missing: where weak applicants
    hide their accounts, "reweight" gives them a better grade for doing so.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"days_late": [0, 30, 15], "equity": [0.5, 0.1, None]}, list("xyz"))
    >>> indicators = pd.DataFrame(
    ...     {"worst": [30, 0.0], "best": [0, 0.5], "weight": [0.6, 0.4],
    ...      "group": ["character", "capital"]}, index=["days_late", "equity"])
    >>> rated = credit_rating(answers, indicators)
    >>> rated.scores[["score", "grade", "low", "high", "missing"]]
       score grade    low   high  missing
    x  100.0   AAA  100.0  100.0        0
    y    8.0     D    8.0    8.0        0
    z   30.0   CCC   30.0   70.0        1
    """
    import pandas as pd

    given = _indicators(indicators)
    _checks.columns(answers, "answers", given.index)
    if not answers.index.is_unique:
        raise ValueError("answers must have one row per applicant; got a name twice in the index")
    _checks.choice(missing, "missing", MISSING)
    share = _checks.number(least, "least", 0, 1)
    names, lowest = grade_scale(scale)
    limits = _caps(caps, given, names)
    points, clipped = _points(answers, given)
    weights = given["weight"].to_numpy()
    score = _score(points, weights, missing)
    there = ~np.isnan(points)
    low = 100 * np.where(there, points, 0) @ weights
    high = 100 * np.where(there, points, 1) @ weights
    cap = _cap_places(answers, given, limits, names)
    places = [np.maximum(place_of(part, lowest), cap) for part in (score, low, high)]
    answered = there @ weights
    rated = answered >= share - 1e-9
    labels = np.array([*names, UNRATED], dtype=object)
    grades = [labels[np.where(rated, place, len(names))] for place in places]
    scores = pd.DataFrame(
        {
            "score": score, "grade": grades[0], "low": low, "high": high,
            "low_grade": grades[1], "high_grade": grades[2],
            "missing": (~there).sum(axis=1), "answered": answered,
            "capped": rated & (cap > place_of(score, lowest)), "clipped": clipped,
        }, index=answers.index,
    )  # fmt: skip
    return CreditRating(
        scores, _groups(points, given, answers.index), _table(scores, names, lowest),
        pd.DataFrame(points, answers.index, given.index), answers.copy(), given,
        dict(zip(names, lowest.tolist(), strict=True)), missing, limits, share,
    )  # fmt: skip


def _indicators(value: Any) -> "pd.DataFrame":
    """Check the table of indicators; weights are scaled to sum to one."""
    _checks.columns(value, "indicators", ("worst", "best", "weight", "group"))
    if not value.index.is_unique:
        raise ValueError("indicators must be named once each; got a name twice in the index")
    worst = _checks.array(value["worst"], "worst", ndim=1)
    best = _checks.array(value["best"], "best", ndim=1)
    if (worst == best).any():
        name = value.index[int(np.argmax(worst == best))]
        raise ValueError(f"worst and best must differ; got equal ones for {name!r}")
    weight = _checks.array(value["weight"], "weight", 0, ndim=1)
    if weight.sum() == 0:
        raise ValueError("weight must not be 0 for all indicators; got a sum of 0")
    for group in value["group"]:
        _checks.choice(group, "group", FIVE_CS)
    return value[["worst", "best", "weight", "group"]].assign(
        worst=worst, best=best, weight=weight / weight.sum()
    )


def _caps(caps: Any, indicators: Any, names: tuple[str, ...]) -> dict[str, tuple[float, str]]:
    """Check the caps."""
    if caps is None:
        return {}
    if not isinstance(caps, Mapping):
        raise TypeError(f"caps must be a mapping from indicator to (bound, grade); got {caps!r}")
    checked = {}
    for name, pair in caps.items():
        _checks.choice(name, "caps", list(indicators.index))
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise ValueError(f"caps must give (bound, grade) for {name!r}; got {pair!r}")
        bound = _checks.number(pair[0], f"bound of {name}")
        checked[name] = (bound, _checks.choice(pair[1], f"grade of the cap of {name}", names))
    return checked


def _answer(answers: Any, name: Any) -> FloatArray:
    column = answers[name]
    raw = column.astype(float) if column.dtype == bool else column
    return _checks.array(raw, str(name), ndim=1, allow_missing=True)


def _points(answers: Any, indicators: Any) -> tuple[FloatArray, np.ndarray]:
    """Points from 0 to 1, NaN where the answer is missing; answers beyond the bounds, counted."""
    found = np.empty((len(answers), len(indicators)))
    beyond = np.zeros(len(answers), dtype=int)
    for column, (name, row) in enumerate(indicators.iterrows()):
        share = (_answer(answers, name) - row["worst"]) / (row["best"] - row["worst"])
        beyond += (share < 0) | (share > 1)
        found[:, column] = np.clip(share, 0, 1)
    return found, beyond


def _filled(points: FloatArray, weights: FloatArray, missing: str) -> tuple[FloatArray, FloatArray]:
    """Points with the missing ones put in, and the weight of each for each applicant."""
    there = ~np.isnan(points)
    if missing == "reweight":
        used = np.where(there, weights, 0.0)
        total = used.sum(axis=1, keepdims=True)
        return np.where(there, points, 0.0), np.divide(
            used, total, out=np.zeros_like(used), where=total > 0
        )
    put = 0.0 if missing == "worst" else 0.5
    return np.where(there, points, put), np.broadcast_to(weights, points.shape).astype(float)


def _score(points: FloatArray, weights: FloatArray, missing: str) -> FloatArray:
    filled, used = _filled(points, weights, missing)
    return np.asarray(100 * (filled * used).sum(axis=1))


def _cap_places(
    answers: Any, indicators: Any, caps: dict[str, tuple[float, str]], names: tuple[str, ...]
) -> np.ndarray:
    """Best place that the caps leave to each applicant; a missing answer caps nothing."""
    best = np.zeros(len(answers), dtype=int)
    for name, (bound, grade) in caps.items():
        value = _answer(answers, name)
        less = indicators.loc[name, "worst"] < indicators.loc[name, "best"]
        hit = value <= bound if less else value >= bound
        best = np.maximum(best, np.where(hit, names.index(grade), 0))
    return best


def _groups(points: FloatArray, indicators: Any, index: Any) -> "pd.DataFrame":
    """Points of 100 by group, over the answers that are there."""
    import pandas as pd

    weights = indicators["weight"].to_numpy()
    found = {}
    for group in [name for name in FIVE_CS if (indicators["group"] == name).any()]:
        of = (indicators["group"] == group).to_numpy()
        used = np.where(np.isnan(points[:, of]), 0.0, weights[of])
        total = used.sum(axis=1)
        earned = (np.nan_to_num(points[:, of]) * used).sum(axis=1)
        out = np.full(len(points), np.nan)
        found[group] = 100 * np.divide(earned, total, out=out, where=total > 0)
    return pd.DataFrame(found, index)


def _table(scores: Any, names: tuple[str, ...], lowest: FloatArray) -> "pd.DataFrame":
    """Count applicants by grade; those without a grade have a row of their own."""
    import pandas as pd

    rows = [*names, *([UNRATED] if (scores["grade"] == UNRATED).any() else [])]
    by = scores.assign(open=scores["low_grade"] != scores["high_grade"]).groupby("grade")
    found = pd.DataFrame({"applicants": by.size(), "mean": by["score"].mean(),
                          "open": by["open"].sum()}).reindex(rows)  # fmt: skip
    size = found["applicants"].fillna(0).astype(int)
    return pd.DataFrame(
        {
            "applicants": size,
            "share": size / len(scores),
            "from": np.append(lowest, [np.nan] * (len(rows) - len(names))),
            "mean": found["mean"],
            "open": found["open"].fillna(0).astype(int),
        }
    ).rename_axis("grade")


def _other_weights(rating: CreditRating, drawn: FloatArray) -> WeightSensitivity:
    """Rate with each set of weights and count how often each grade is kept."""
    names, lowest = grade_scale(rating.scale)
    cap = _cap_places(rating.answers, rating.indicators, rating.caps, names)
    rated = (rating.scores["grade"] != UNRATED).to_numpy()
    if not rated.any():
        raise ValueError("answers must leave an applicant with a grade; got unrated ones only")
    points, cap = rating.points.to_numpy()[rated], cap[rated]
    scores = rating.scores[rated]
    given = scores["grade"].map({name: place for place, name in enumerate(names)}).to_numpy(int)
    base, rows = _ranks(scores["score"].to_numpy()), np.arange(len(scores))
    hits = np.zeros((len(scores), len(names)), dtype=np.int64)
    ranks, agreement = np.empty((len(drawn), len(scores))), np.ones(len(drawn))
    for draw, weights in enumerate(drawn):
        score = _score(points, weights, rating.missing)
        hits[rows, np.maximum(place_of(score, lowest), cap)] += 1
        ranks[draw] = _ranks(score)
        if np.ptp(ranks[draw]) > 0 and np.ptp(base) > 0:
            agreement[draw] = np.corrcoef(base, ranks[draw])[0, 1]
    table = scores[["grade"]].assign(kept=hits[rows, given] / len(drawn))
    table["best"], table["worst"] = np.quantile(ranks, [0.05, 0.95], axis=0)
    for place, name in enumerate(names):
        table[f"share_{name}"] = hits[:, place] / len(drawn)
    return WeightSensitivity(table, agreement, drawn, names)


@dataclass(frozen=True, eq=False)
class CreditProfile(Drawable):
    """Points by the five Cs of a few applicants, made by :meth:`CreditRating.profile`.

    Attributes
    ----------
    groups : DataFrame
        One row per applicant, one column per C, points of 100.
    scores : DataFrame
        As in :class:`CreditRating`.
    weights : Series
        Weight of each C.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"days_late": [0, 30, 15], "equity": [0.5, 0.1, None]}, list("xyz"))
    >>> indicators = pd.DataFrame(
    ...     {"worst": [30, 0.0], "best": [0, 0.5], "weight": [0.6, 0.4],
    ...      "group": ["character", "capital"]}, index=["days_late", "equity"])
    >>> rated = credit_rating(answers, indicators)
    >>> profile = rated.profile(["x", "y"])
    >>> profile
    CreditProfile(x AAA, y D)
    >>> profile.to_frame()
       character  capital  score grade
    x      100.0    100.0  100.0   AAA
    y        0.0     20.0    8.0     D
    """

    _picture = "credit_profile"

    groups: "pd.DataFrame"
    scores: "pd.DataFrame"
    weights: "pd.Series"

    def to_frame(self) -> "pd.DataFrame":
        """Return points by C, with score and grade.

        Returns
        -------
        DataFrame
        """
        return self.groups.join(self.scores[["score", "grade"]])

    def __repr__(self) -> str:
        pairs = zip(self.scores.index, self.scores["grade"], strict=True)
        return f"CreditProfile({', '.join(f'{name} {grade}' for name, grade in pairs)})"
