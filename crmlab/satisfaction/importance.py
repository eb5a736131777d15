"""The four-quadrant model: what matters against how well it is done."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.satisfaction._answers import MISSING, answers

if TYPE_CHECKING:
    import pandas as pd

#: The quadrants with the course's letters A to D: high importance first.
QUADRANTS = ("advantage", "repair", "opportunity", "maintenance")


def _advice() -> dict[str, str]:
    return {
        "advantage": _("keep it up: this is why customers stay"),
        "repair": _("improve first: it matters and it is weak"),
        "opportunity": _("watch it: spend only if it is cheap or may come to matter"),
        "maintenance": _("hold the level, move spare effort to where it matters"),
    }


@dataclass(frozen=True, eq=False)
class DerivedImportance(Drawable):
    """What moves overall satisfaction, made by :func:`derived_importance`.

    Attributes
    ----------
    correlation, beta, relative_weight : Series
        For each attribute: correlation with overall satisfaction, coefficient of the
        standardised regression, Johnson's relative weight.
    r2 : float
        Share of the variance of overall satisfaction that the attributes explain; the relative
        weights sum to it.
    respondents, dropped : int
        How many answered everything, and how many were left out because they did not.

    Examples
    --------
    >>> found = derived_importance([[1, 1], [2, 1], [1, 2], [2, 2]], overall=[1, 3, 2, 4])
    >>> found
    DerivedImportance(2 attributes, 4 respondents, R² 1.000)
    >>> found.to_frame().round(2)
               correlation  beta  relative_weight  share
    attribute
    1                 0.89  0.89              0.8    0.8
    2                 0.45  0.45              0.2    0.2
    """

    _picture = "derived_importance"

    correlation: "pd.Series[float]"
    beta: "pd.Series[float]"
    relative_weight: "pd.Series[float]"
    r2: float
    respondents: int
    dropped: int

    @property
    def share(self) -> "pd.Series[float]":
        """Relative weights as shares of what is explained; they sum to 1."""
        return (self.relative_weight / self.r2).rename("share")

    def to_frame(self) -> "pd.DataFrame":
        """One row per attribute, the most important first.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        table = pd.DataFrame(
            {
                "correlation": self.correlation,
                "beta": self.beta,
                "relative_weight": self.relative_weight,
                "share": self.share,
            }
        ).rename_axis("attribute")
        return table.sort_values("relative_weight", ascending=False)

    def __repr__(self) -> str:
        return (
            f"DerivedImportance({len(self.beta)} attributes, {self.respondents} respondents, "
            f"R² {self.r2:.3f})"
        )


def derived_importance(
    performance: Any, overall: Any, *, missing: str = "refuse"
) -> DerivedImportance:
    """Derive the importance of attributes from overall satisfaction (推导重要度).

    Customers need not know what moves them. Regression on the scores of the attributes shows it;
    because attributes go together, Johnson's relative weights share out the explained variance.

    Parameters
    ----------
    performance : DataFrame or array of shape (respondents, attributes)
        How each respondent rates each attribute.
    overall : Series or array of shape (respondents,)
        Overall satisfaction of each respondent, in the same order; a Series that shares the
        index of `performance` is joined by it.
    missing : {"refuse", "drop"}
        Whether a missing answer is an error, or respondents with gaps are left out and counted.

    Returns
    -------
    DerivedImportance
        With ``.relative_weight``, ``.beta``, ``.r2``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an answer is missing or no number, the lengths differ, everyone gives an item the same
        score, there are no more respondents than attributes, or one attribute repeats others.

    Notes
    -----
    Johnson (2000): with the correlations R = QΔQ′ of the attributes and Λ = QΔ^½Q′, the weights
    are Λ² (Λ⁻¹r)², squares taken element by element and r the correlations with overall
    satisfaction. They are never negative and sum to R².

    Examples
    --------
    >>> found = derived_importance([[1, 1], [2, 1], [1, 2], [2, 2]], overall=[1, 3, 2, 4])
    >>> found.relative_weight.round(6).tolist(), round(found.r2, 6)
    ([0.8, 0.2], 1.0)
    """
    import pandas as pd

    scores = answers(performance, "performance", missing=missing)
    whole = answers(overall, "overall", missing=missing)
    if whole.shape != (len(scores), 1):
        raise ValueError(
            f"overall must have one answer per respondent ({len(scores)}); got {whole.shape}"
        )
    if hasattr(performance, "columns") and isinstance(overall, pd.Series):
        if set(whole.index) != set(scores.index):
            raise ValueError("overall must have the index of performance; got other labels")
        whole = whole.loc[scores.index]
    outcome = whole.to_numpy()[:, 0]
    full = scores.notna().all(axis=1).to_numpy() & ~np.isnan(outcome)
    x, y = scores.to_numpy()[full], outcome[full]
    n, items = x.shape
    if n <= items + 1:
        raise ValueError(
            f"performance must have more full answers than attributes + 1 ({items + 1}); got {n}"
        )
    for values, name in ((x, "performance"), (y, "overall")):
        if np.any(np.ptp(values, axis=0) == 0):
            raise ValueError(f"{name} must vary between respondents; got one score from all")
    matrix = np.corrcoef(np.column_stack([x, y]), rowvar=False)
    between, with_outcome = matrix[:-1, :-1], matrix[:-1, -1]
    size, direction = np.linalg.eigh(between)
    if size[0] < 1e-10:
        raise ValueError(
            "performance must not repeat an attribute; got one that the others determine"
        )
    root = (direction * np.sqrt(size)) @ direction.T
    weight = root**2 @ np.linalg.solve(root, with_outcome) ** 2
    beta = np.linalg.solve(between, with_outcome)

    def named(values: Any, name: str) -> "pd.Series[float]":
        return pd.Series(values, index=scores.columns, name=name)

    return DerivedImportance(
        named(with_outcome, "correlation"),
        named(beta, "beta"),
        named(weight, "relative_weight"),
        float(beta @ with_outcome),
        n,
        int((~full).sum()),
    )


@dataclass(frozen=True, eq=False)
class ImportancePerformance(Drawable):
    """Attributes in four quadrants, made by :func:`importance_performance`.

    Attributes
    ----------
    importance, performance : Series
        Of each attribute; means over the respondents where answers were given.
    cuts : tuple of float
        Where importance and performance are cut.
    dropped : int
        How many answers were missing and left out.

    Examples
    --------
    >>> grid = importance_performance([9, 8, 3, 2], [8, 4, 3, 9])
    >>> grid
    ImportancePerformance(1 advantage, 1 repair, 1 opportunity, 1 maintenance; score 5.95)
    >>> grid.to_frame().iloc[0]
    importance                                        9.0
    performance                                       8.0
    quadrant                                    advantage
    advice         keep it up: this is why customers stay
    Name: 0, dtype: object
    """

    _picture = "importance_performance"

    importance: "pd.Series[float]"
    performance: "pd.Series[float]"
    cuts: tuple[float, float]
    dropped: int

    @property
    def quadrant(self) -> "pd.Series[str]":
        """One of "advantage", "repair", "opportunity", "maintenance"; on a cut counts as high."""
        import pandas as pd

        matters = (self.importance >= self.cuts[0]).to_numpy()
        good = (self.performance >= self.cuts[1]).to_numpy()
        names = np.select(
            [matters & good, matters & ~good, ~matters & ~good], QUADRANTS[:3], QUADRANTS[3]
        )
        return pd.Series(names, index=self.importance.index, name="quadrant")

    @property
    def score(self) -> float:
        """Overall satisfaction: the mean of performance, weighted with importance."""
        return float(np.average(self.performance, weights=self.importance))

    def to_frame(self) -> "pd.DataFrame":
        """One row per attribute, quadrant by quadrant, with what to do.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        table = pd.DataFrame(
            {
                "importance": self.importance,
                "performance": self.performance,
                "quadrant": pd.Categorical(self.quadrant, categories=QUADRANTS, ordered=True),
                "advice": self.quadrant.map(_advice()),
            }
        ).rename_axis("attribute")
        return table.sort_values(["quadrant", "importance"], ascending=[True, False])

    def __repr__(self) -> str:
        count = self.quadrant.groupby(self.quadrant).size()
        listed = ", ".join(f"{count.get(name, 0)} {name}" for name in QUADRANTS)
        return f"ImportancePerformance({listed}; score {self.score:.2f})"


def importance_performance(
    importance: Any,
    performance: Any,
    cut: str | Sequence[float] = "mean",
    *,
    scale: tuple[float, float] | None = None,
    missing: str = "refuse",
) -> ImportancePerformance:
    """Four-quadrant model of importance and performance (四分图模型).

    Performance (satisfaction) runs along x and importance along y: advantage (优势区) is high on
    both, repair (修补区) important and weak, opportunity (机会区) low on both, maintenance
    (维持区) unimportant and strong.

    Parameters
    ----------
    importance, performance : Series, array of shape (attributes,), or one row per respondent
        The means over respondents are taken where rows are given. Importance may be stated by
        the respondents or derived, as ``derived_importance(...).relative_weight``.
    cut : {"mean", "median", "middle"} or two numbers
        Where to cut: at the mean or the median over the attributes, at the middle of the scale,
        or at a given importance and performance.
    scale : tuple of two floats, optional
        Lowest and highest answer, for ``cut="middle"``; both axes use it.
    missing : {"refuse", "drop"}
        Whether a missing answer is an error, or it is left out of its mean and counted.

    Returns
    -------
    ImportancePerformance
        With ``.quadrant``, ``.score``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If the attributes differ, a number is missing, an importance is negative or all are 0,
        the cut is unknown, or the middle is asked for without a scale.

    Notes
    -----
    Martilla and James (1977). Cuts at the mean or the median always leave something below them,
    however good the firm is; the middle of the scale need not.

    Examples
    --------
    >>> grid = importance_performance([9, 8, 3, 2], [8, 4, 3, 9])
    >>> grid.quadrant.tolist(), grid.cuts
    (['advantage', 'repair', 'opportunity', 'maintenance'], (5.5, 6.0))
    >>> round(grid.score, 2)
    5.95
    """
    import pandas as pd

    matter, lost = _means(importance, "importance", missing)
    done, lost_too = _means(performance, "performance", missing)
    if len(matter) != len(done):
        raise ValueError(
            "importance and performance must have the same attributes; got "
            f"{len(matter)} and {len(done)}"
        )
    named = [isinstance(v, pd.Series | pd.DataFrame) for v in (importance, performance)]
    if all(named):
        if set(matter.index) != set(done.index):
            odd = sorted(set(matter.index) ^ set(done.index), key=str)[0]
            raise ValueError(
                f"importance and performance must have the same attributes; got {odd!r} in one only"
            )
        done = done[matter.index]
    elif named[1]:
        matter = matter.set_axis(done.index)
    else:
        done = done.set_axis(matter.index)
    _checks.array(matter, "importance", 0)
    if not matter.sum() > 0:
        raise ValueError("importance must be above 0 for some attribute; got 0 for all")
    return ImportancePerformance(matter, done, _cuts(matter, done, cut, scale), lost + lost_too)


def _means(value: Any, name: str, missing: str) -> tuple["pd.Series[float]", int]:
    """One number per attribute, and how many answers were left out."""
    import pandas as pd

    _checks.choice(missing, "missing", MISSING)
    one_each = isinstance(value, pd.Series) or (
        not isinstance(value, pd.DataFrame)
        and _checks.array(value, name, allow_missing=True).ndim == 1
    )
    table = answers(value, name, missing="refuse" if one_each else missing)
    if one_each:
        return table.iloc[:, 0].rename(name), 0
    return table.mean().rename(name), int(table.isna().to_numpy().sum())


def _cuts(
    importance: "pd.Series[float]",
    performance: "pd.Series[float]",
    cut: str | Sequence[float],
    scale: tuple[float, float] | None,
) -> tuple[float, float]:
    if not isinstance(cut, str):
        wanted = "cut must be 'mean', 'median', 'middle' or two numbers"
        pair = _checks.array(cut, "cut") if _checks.plain(cut, "cut").ndim == 1 else np.empty(0)
        if pair.shape != (2,):
            raise ValueError(f"{wanted}; got {cut!r}")
        return float(pair[0]), float(pair[1])
    _checks.choice(cut, "cut", ("mean", "median", "middle"))
    if cut != "middle":
        return float(getattr(importance, cut)()), float(getattr(performance, cut)())
    if scale is None:
        raise ValueError("scale must be given for cut='middle'; got None")
    ends = _checks.array(scale, "scale", ndim=1)
    if ends.shape != (2,) or not ends[0] < ends[1]:
        raise ValueError(f"scale must be its lowest and highest answer; got {scale!r}")
    middle = math.fsum(ends) / 2
    return middle, middle
