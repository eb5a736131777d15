"""Kano's model: what a feature does to satisfaction when it is there, and when it is not."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.satisfaction._answers import answers, pair

if TYPE_CHECKING:
    import pandas as pd

#: The categories in the order of the tables: attractive, one-dimensional, must-be, indifferent,
#: reverse, questionable.
CATEGORIES = ("A", "O", "M", "I", "R", "Q")
#: Where two categories have the same count, the one that hurts more when it is missing goes first.
_TIE_ORDER = ("M", "O", "A", "I", "R", "Q")
#: Rows: answer if the feature is there (1 like … 5 dislike); columns: if it is not.
_EVALUATION = np.array([*"QAAAO", *"RIIIM", *"RIIIM", *"RIIIM", *"RRRRQ"]).reshape(5, 5)
_CODE = np.vectorize(CATEGORIES.index, otypes=[int])(_EVALUATION)


def evaluation_table() -> "pd.DataFrame":
    """Kano's evaluation table (卡诺评价表): 5 × 5 pairs of answers and their category.

    Returns
    -------
    DataFrame of shape (5, 5)
        Rows are the answers to "if the feature is there", columns those to "if it is not":
        1 I like it, 2 it must be so, 3 I do not mind, 4 I can live with it, 5 I dislike it.

    Examples
    --------
    >>> print(evaluation_table().to_string(index=False, header=False))
    Q A A A O
    R I I I M
    R I I I M
    R I I I M
    R R R R Q
    """
    import pandas as pd

    scale = range(1, 6)
    table = pd.DataFrame(_EVALUATION, index=scale, columns=scale)
    return table.rename_axis(index="functional", columns="dysfunctional")


def kano_category(functional: Any, dysfunctional: Any) -> Any:
    """Category of single pairs of answers (卡诺类别).

    Parameters
    ----------
    functional, dysfunctional : int or array
        Answers from 1 (I like it) to 5 (I dislike it) to "if the feature is there" and "if it is
        not". The two broadcast.

    Returns
    -------
    str or ndarray of str
        One of A, O, M, I, R, Q.

    Raises
    ------
    ValueError, TypeError
        If an answer is not a whole number from 1 to 5.

    Examples
    --------
    >>> kano_category(1, 5), kano_category(1, 3), kano_category(3, 5)
    ('O', 'A', 'M')
    """
    given = []
    for value, name in ((functional, "functional"), (dysfunctional, "dysfunctional")):
        raw = _checks.array(value, name, 1, 5)
        if np.any(raw != np.rint(raw)):
            raise ValueError(f"{name} must be whole numbers; got {raw[raw != np.rint(raw)][0]:g}")
        given.append(raw.astype(int) - 1)
    _checks.together(functional=given[0], dysfunctional=given[1])
    found = _EVALUATION[given[0], given[1]]
    return found if np.ndim(found) else str(found)


def fong_critical(first: Any, second: Any, n: Any, z: float = 1.65) -> Any:
    """Difference that two categories need to be told apart (Fong 检验的临界差).

    ``z √((a + b)(2n − a − b) / (2n))`` with a and b the counts of the two most frequent
    categories among n answers.

    Parameters
    ----------
    first, second : float or array
        a and b, at least 0.
    n : float or array
        Number of answers, above 0 and at least a + b.
    z : float
        Normal quantile; 1.65 is a two-sided level of 10 %.

    Returns
    -------
    float or ndarray
        The category is significant where ``|a − b|`` is larger.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    Fong (1996). It is the test of two equal shares, each estimated from n answers.

    Examples
    --------
    >>> round(fong_critical(60, 30, 100), 1)
    11.6
    """
    a, b = _checks.array(first, "first", 0), _checks.array(second, "second", 0)
    total = _checks.array(n, "n", 0, open_low=True)
    quantile = _checks.number(z, "z", 0, open_low=True)
    _checks.together(first=a, second=b, n=total)
    both = a + b
    if np.any(both > total * (1 + 1e-9)):
        raise ValueError(
            f"n must be at least first + second; got {np.min(total - both):g} answers too few"
        )
    critical = quantile * np.sqrt(both * (2 * total - both) / (2 * total))
    return critical if np.ndim(critical) else float(critical)


@dataclass(frozen=True, eq=False)
class Kano(Drawable):
    """A Kano study, one row per feature, made by :func:`kano` or :func:`kano_from_counts`.

    Attributes
    ----------
    counts : DataFrame
        Answers in each category: columns A, O, M, I, R, Q.
    dropped : Series
        Pairs that were left out because an answer was missing.
    z : float
        Normal quantile of Fong's test.

    Examples
    --------
    >>> found = kano(functional=[[1, 3], [1, 2]], dysfunctional=[[5, 5], [3, 5]])
    >>> found
    Kano(2 features: 1 O, 1 M)
    >>> list(found.to_frame().columns)
    ['A', 'O', 'M', 'I', 'R', 'Q', 'category', 'tied', 'better', 'worse', 'category_strength',
    'total_strength', 'significant']
    >>> found.curves(points=3)
    KanoCurves(2 features)
    """

    _picture = "kano"

    counts: "pd.DataFrame"
    dropped: "pd.Series[int]"
    z: float

    @property
    def answers(self) -> "pd.Series[float]":
        """Pairs of answers that count, per feature."""
        return self.counts.sum(axis=1)

    @property
    def shares(self) -> "pd.DataFrame":
        """Share of each category in the answers."""
        return self.counts.div(self.answers, axis=0)

    def _ranked(self) -> tuple[Any, Any]:
        """Sort counts from high to low, with their letters; ties in the order M, O, A, I, R, Q."""
        values = self.counts[list(_TIE_ORDER)].to_numpy()
        order = np.argsort(-values, axis=1, kind="stable")
        return np.take_along_axis(values, order, axis=1), np.array(_TIE_ORDER)[order]

    @property
    def category(self) -> "pd.Series[str]":
        """The most frequent category; of tied ones the first of M, O, A, I, R, Q."""
        import pandas as pd

        return pd.Series(self._ranked()[1][:, 0], index=self.counts.index, name="category")

    @property
    def tied(self) -> "pd.Series[str]":
        """All categories with the highest count where they are several, else an empty text."""
        import pandas as pd

        values, letters = self._ranked()
        top = values == values[:, :1]
        words = [
            "/".join(row[t]) if t.sum() > 1 else "" for row, t in zip(letters, top, strict=True)
        ]
        return pd.Series(words, index=self.counts.index, name="tied")

    def _coefficient(self, there: list[str]) -> "pd.Series[float]":
        counted = self.counts[["A", "O", "M", "I"]].sum(axis=1)
        return self.counts[there].sum(axis=1) / counted.where(counted > 0)

    @property
    def better(self) -> "pd.Series[float]":
        """(A + O) / (A + O + M + I): the pull upwards when the feature is there, 0 to 1."""
        return self._coefficient(["A", "O"]).rename("better")

    @property
    def worse(self) -> "pd.Series[float]":
        """−(O + M) / (A + O + M + I): the pull downwards when it is not, −1 to 0."""
        return (-self._coefficient(["O", "M"])).rename("worse")

    @property
    def category_strength(self) -> "pd.Series[float]":
        """Share of the first category less share of the second (Lee and Newcomb 1997)."""
        import pandas as pd

        values, _letters = self._ranked()
        lead = (values[:, 0] - values[:, 1]) / values.sum(axis=1)
        return pd.Series(lead, index=self.counts.index, name="category_strength")

    @property
    def total_strength(self) -> "pd.Series[float]":
        """Share of A, O and M together: how many care at all (Lee and Newcomb 1997)."""
        return self.shares[["A", "O", "M"]].sum(axis=1).rename("total_strength")

    @property
    def fong(self) -> "pd.DataFrame":
        """Fong's test: the two first categories, their difference, and what it must exceed."""
        import pandas as pd

        values, letters = self._ranked()
        lead = values[:, 0] - values[:, 1]
        critical = fong_critical(values[:, 0], values[:, 1], values.sum(axis=1), self.z)
        return pd.DataFrame(
            {
                "first": letters[:, 0],
                "second": letters[:, 1],
                "difference": lead,
                "critical": critical,
                "significant": lead > critical,
            },
            index=self.counts.index,
        )

    def curves(self, points: int = 101) -> "KanoCurves":
        """Satisfaction as a function of fulfilment, from Better and Worse (满意度曲线).

        Parameters
        ----------
        points : int
            Number of degrees of fulfilment between 0 and 1, at least 2.

        Returns
        -------
        KanoCurves

        Raises
        ------
        ValueError, TypeError
            If `points` is not a whole number of at least 2.
        """
        import pandas as pd

        x = np.linspace(0, 1, _checks.count(points, "points", 2))
        #: shape from 0 at x = 0 to 1 at x = 1 (Wang and Ji 2010)
        shape = {
            "A": np.expm1(x) / np.expm1(1),
            "M": np.expm1(-x) / np.expm1(-1),
        }
        found = {
            feature: worse + (better - worse) * shape.get(letter, x)
            for feature, letter, better, worse in zip(
                self.counts.index, self.category, self.better, self.worse, strict=True
            )
            if letter in "AOMI"
        }
        frame = pd.DataFrame(found, index=pd.Index(x, name="fulfilment"))
        return KanoCurves(frame, self.category[list(found)])

    def to_frame(self) -> "pd.DataFrame":
        """One row per feature: counts, category, Better, Worse, strengths, Fong's test.

        Returns
        -------
        DataFrame
        """
        table = self.counts.assign(
            category=self.category,
            tied=self.tied,
            better=self.better,
            worse=self.worse,
            category_strength=self.category_strength,
            total_strength=self.total_strength,
            significant=self.fong["significant"],
        )
        return table.rename_axis("feature")

    def __repr__(self) -> str:
        found = self.category.groupby(self.category).size()
        listed = ", ".join(f"{found[c]} {c}" for c in CATEGORIES if c in found)
        return f"Kano({len(self.counts)} features: {listed})"


@dataclass(frozen=True, eq=False)
class KanoCurves(Drawable):
    """Satisfaction by degree of fulfilment, made by :meth:`Kano.curves`.

    Attributes
    ----------
    satisfaction : DataFrame
        One row per degree of fulfilment from 0 to 1, one column per feature, values from −1 to
        1. Reverse and questionable features have no curve.
    category : Series
        Category of each feature.

    Examples
    --------
    >>> found = kano(functional=[[1, 3], [1, 2]], dysfunctional=[[5, 5], [3, 5]])
    >>> curves = found.curves(points=3)
    >>> curves
    KanoCurves(2 features)
    >>> curves.to_frame().round(2)
                   1     2
    fulfilment
    0.0        -0.50 -1.00
    0.5         0.25 -0.38
    1.0         1.00  0.00
    """

    _picture = "kano_curves"

    satisfaction: "pd.DataFrame"
    category: "pd.Series[str]"

    def to_frame(self) -> "pd.DataFrame":
        """Satisfaction by fulfilment and feature.

        Returns
        -------
        DataFrame
        """
        return self.satisfaction

    def __repr__(self) -> str:
        return f"KanoCurves({self.satisfaction.shape[1]} features)"


def kano(functional: Any, dysfunctional: Any, *, missing: str = "refuse", z: float = 1.65) -> Kano:
    """Sort features by Kano's model from pairs of answers (卡诺模型).

    Every respondent says of every feature how they feel if it is there and if it is not. The
    evaluation table turns each pair into a category; the most frequent one is the feature's.

    Parameters
    ----------
    functional, dysfunctional : DataFrame or array of shape (respondents, features)
        Answers from 1 (I like it) to 5 (I dislike it) to "if the feature is there" and "if it is
        not". Two DataFrames are joined by their labels.
    missing : {"refuse", "drop"}
        Whether a missing answer is an error, or its pair is left out and counted.
    z : float
        Normal quantile of Fong's test; 1.65 is a two-sided level of 10 %.

    Returns
    -------
    Kano
        With ``.category``, ``.counts``, ``.better``, ``.worse``, ``.fong``, ``.curves()``,
        ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an answer is not a whole number from 1 to 5, is missing, or the two tables differ in
        shape or labels.

    Notes
    -----
    Kano, Seraku, Takahashi and Tsuji (1984); the coefficients Better and Worse are those of
    Berger and others (1993).

    Examples
    --------
    >>> kano(functional=[[1, 3], [1, 2]], dysfunctional=[[5, 5], [3, 5]]).to_frame()[
    ...     ["category", "tied", "better", "worse"]]
            category tied  better  worse
    feature
    1              O  O/A     1.0   -0.5
    2              M          0.0   -1.0
    """
    import pandas as pd

    there, absent = pair(
        functional, dysfunctional, ("functional", "dysfunctional"), 1, 5, missing=missing,
        whole=True,
    )  # fmt: skip
    f, d = there.to_numpy(), absent.to_numpy()
    gap = np.isnan(f)
    known = ~gap
    code = _CODE[np.where(known, f, 1).astype(int) - 1, np.where(known, d, 1).astype(int) - 1]
    features, size = f.shape[1], len(CATEGORIES)
    cell = (code + size * np.arange(features))[known]
    counts = np.bincount(cell, minlength=size * features).reshape(features, size)
    table = pd.DataFrame(counts, index=there.columns, columns=list(CATEGORIES))
    dropped = pd.Series(gap.sum(axis=0), index=there.columns, name="dropped")
    return Kano(table, dropped, _checks.number(z, "z", 0, open_low=True))


def kano_from_counts(counts: Any, *, z: float = 1.65) -> Kano:
    """Read a Kano study from a table of counts (由频数表分析), such as a published one.

    Parameters
    ----------
    counts : DataFrame
        One row per feature, columns A, O, M and I, and R and Q where there are any; each at
        least 0 and each row with at least one answer. Percentages do, save for Fong's test.
    z : float
        As in :func:`kano`.

    Returns
    -------
    Kano

    Raises
    ------
    ValueError, TypeError
        If a column is missing or unknown, a count is negative, or a row is empty.

    Examples
    --------
    Edge grip of a ski (Sauerwein, Bailom, Matzler and Hinterhuber 1996), in per cent:

    >>> import pandas as pd
    >>> ski = pd.DataFrame({"A": 7, "O": 32.3, "M": 49.3, "I": 9.5}, index=["edge grip"])
    >>> study = kano_from_counts(ski)
    >>> study.category.item(), round(study.better.item(), 2), round(study.worse.item(), 2)
    ('M', 0.4, -0.83)
    """
    import pandas as pd

    _checks.columns(counts, "counts", ("A", "O", "M", "I"))
    for column in counts.columns:
        _checks.choice(column, "columns of counts", CATEGORIES)
    given = answers(counts, "counts", 0)
    full = given.reindex(columns=list(CATEGORIES), fill_value=0.0)
    for feature in full.index[full.sum(axis=1) == 0]:
        raise ValueError(f"counts must have an answer in every row; got none for {feature!r}")
    dropped = pd.Series(0, index=full.index, name="dropped")
    return Kano(full, dropped, _checks.number(z, "z", 0, open_low=True))


@dataclass(frozen=True, eq=False)
class KanoSegments(Drawable):
    """The same features in the eyes of several groups, made by :func:`kano_segments`.

    Attributes
    ----------
    studies : dict of str to Kano
        One study per segment.
    p_value : Series
        For each feature the p-value of a chi-square test that the segments answer alike.

    Examples
    --------
    >>> there = [[1]] * 6
    >>> absent = [[3]] * 3 + [[5]] * 3
    >>> found = kano_segments(there, absent, list("xxxyyy"))
    >>> found
    KanoSegments(2 segments, 1 features, 1 with different categories)
    >>> found.to_frame().round(2)
             x  y  p_value
    feature
    1        A  O      0.1
    """

    _picture = "kano_segments"

    studies: dict[Any, Kano]
    p_value: "pd.Series[float]"

    def to_frame(self) -> "pd.DataFrame":
        """One row per feature: its category in each segment, and the p-value.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        table = pd.DataFrame({name: study.category for name, study in self.studies.items()})
        return table.assign(p_value=self.p_value).rename_axis("feature")

    def __repr__(self) -> str:
        table = self.to_frame().drop(columns="p_value")
        differ = int(table.ne(table.iloc[:, 0], axis=0).any(axis=1).sum())
        return (
            f"KanoSegments({len(self.studies)} segments, {len(table)} features, "
            f"{differ} with different categories)"
        )


def kano_segments(
    functional: Any, dysfunctional: Any, segment: Any, *, missing: str = "refuse", z: float = 1.65
) -> KanoSegments:
    """Compare Kano's categories between segments of respondents (分群卡诺分析).

    A feature that delights one segment and is taken for granted by another looks like a muddle
    in the whole sample.

    Parameters
    ----------
    functional, dysfunctional, missing, z
        As in :func:`kano`.
    segment : array of shape (respondents,)
        The segment of each respondent, in the order of `functional`; at least two.

    Returns
    -------
    KanoSegments
        With ``.studies``, ``.p_value``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`kano`; or if a segment is missing, their number differs from the number of
        respondents, or there is only one.

    Notes
    -----
    The p-value is Pearson's chi-square test of the table of segments × categories, categories
    that nobody chose left out; with few answers per cell it is approximate.

    Examples
    --------
    >>> there = [[1]] * 6
    >>> absent = [[3]] * 3 + [[5]] * 3
    >>> kano_segments(there, absent, list("xxxyyy")).to_frame().drop(columns="p_value")
             x  y
    feature
    1        A  O
    """
    import pandas as pd
    from scipy.stats import chi2_contingency

    there, absent = pair(
        functional, dysfunctional, ("functional", "dysfunctional"), 1, 5, missing=missing,
        whole=True,
    )  # fmt: skip
    _checks.same_index(functional, segment, "functional and segment")
    labels = _checks.listed(segment, "segment", "segments, one per respondent")
    if len(labels) != len(there):
        raise ValueError(
            f"segment must name one segment per respondent ({len(there)}); got {len(labels)}"
        )
    group = pd.Series(labels, index=there.index)
    _checks.no_gaps(group, "segment")
    names = sorted(group.unique(), key=str)
    if len(names) < 2:
        raise ValueError(f"segment must name at least two segments; got {names}")
    studies = {
        name: kano(there[group == name], absent[group == name], missing=missing, z=z)
        for name in names
    }
    p_values = {}
    for feature in there.columns:
        cells = np.array([study.counts.loc[feature] for study in studies.values()])
        cells = cells[:, cells.any(axis=0)]
        p_values[feature] = float(chi2_contingency(cells).pvalue) if cells.shape[1] > 1 else 1.0
    return KanoSegments(studies, pd.Series(p_values, name="p_value"))
