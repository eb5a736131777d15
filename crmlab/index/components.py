"""Principal components (主成分分析) as a way to an index."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class PrincipalComponents(Drawable):
    """Principal components, made by :func:`principal_components`.

    Attributes
    ----------
    eigenvalues : ndarray of shape (n,)
        Variances of all components, largest first; they sum to the number of indicators.
    vectors : ndarray of shape (n, n)
        Unit eigenvectors of the correlation matrix, one column per component.
    kept : int
        Number of components kept.
    indicators, objects : tuple
        Names of columns and rows.
    standardised : ndarray of shape (m, n)
        The data with mean 0 and standard deviation 1 (divisor m − 1).

    Examples
    --------
    >>> result = principal_components([[1, 2, 1], [2, 1, 3], [3, 5, 2], [4, 4, 5], [5, 6, 4]])
    >>> result
    PrincipalComponents(1 of 3 kept, 78.8 % of the variance)
    >>> result.to_frame().round(2)
               eigenvalue  explained  cumulative   kept
    component
    1                2.37       0.79        0.79   True
    2                0.62       0.21        0.99  False
    3                0.02       0.01        1.00  False
    """

    _picture = "scree"

    eigenvalues: FloatArray
    vectors: FloatArray
    kept: int
    indicators: tuple[Any, ...]
    objects: tuple[Any, ...]
    standardised: FloatArray

    @property
    def explained(self) -> FloatArray:
        """Share of the variance of each component (方差贡献率)."""
        return self.eigenvalues / self.eigenvalues.sum()

    @property
    def cumulative(self) -> FloatArray:
        """Share of the variance of each component and all before it (累计贡献率)."""
        return self.explained.cumsum()

    def _names(self) -> list[str]:
        return [f"pc{k}" for k in range(1, self.kept + 1)]

    @property
    def loadings(self) -> "pd.DataFrame":
        """Correlation of every indicator with every kept component (因子载荷)."""
        import pandas as pd

        loaded = self.vectors * np.sqrt(np.maximum(self.eigenvalues, 0))
        return pd.DataFrame(loaded[:, : self.kept], list(self.indicators), self._names())

    @property
    def scores(self) -> "pd.DataFrame":
        """Scores of every object on the kept components; their variances are the eigenvalues."""
        import pandas as pd

        found = self.standardised @ self.vectors[:, : self.kept]
        return pd.DataFrame(found, list(self.objects), self._names())

    @property
    def coefficients(self) -> "pd.Series":
        """What one standard deviation of each indicator adds to the composite score."""
        import pandas as pd

        share = self.eigenvalues[: self.kept] / self.eigenvalues[: self.kept].sum()
        return pd.Series(
            self.vectors[:, : self.kept] @ share, list(self.indicators), name="coefficient"
        )

    @property
    def weights(self) -> "pd.Series":
        """The coefficients divided by their sum (指标权重). One can be negative."""
        return (self.coefficients / self.coefficients.sum()).rename("weight")

    @property
    def composite(self) -> "pd.Series":
        """Composite score of every object (综合得分): scores weighted by their variances."""
        import pandas as pd

        found = self.standardised @ self.coefficients.to_numpy()
        return pd.Series(found, list(self.objects), name="composite")

    @property
    def ranking(self) -> "pd.DataFrame":
        """Objects by composite score, highest first, with their rank."""
        best = self.composite.sort_values(ascending=False, kind="stable").to_frame()
        rank = best["composite"].rank(ascending=False, method="min").astype(int)
        return best.assign(rank=rank)

    def to_frame(self) -> "pd.DataFrame":
        """One row per component: eigenvalue, explained, cumulative, kept.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        n = len(self.eigenvalues)
        return pd.DataFrame(
            {
                "eigenvalue": self.eigenvalues,
                "explained": self.explained,
                "cumulative": self.cumulative,
                "kept": np.arange(n) < self.kept,
            },
            pd.RangeIndex(1, n + 1, name="component"),
        )

    def __repr__(self) -> str:
        share = 100 * self.cumulative[self.kept - 1]
        return (
            f"PrincipalComponents({self.kept} of {len(self.eigenvalues)} kept, {share:.1f} % of "
            "the variance)"
        )


def principal_components(data: Any, keep: float | str = "eigenvalue") -> PrincipalComponents:
    """Turn many indicators into few independent ones and rank the objects (主成分分析).

    The data are standardised, so the components are those of the correlation matrix. Each is
    turned so that the largest of its loadings (the first of them on a tie) is positive: the same
    data give the same signs everywhere.

    Parameters
    ----------
    data : array or DataFrame of shape (objects, indicators)
        All indicators in the same direction, more being better.
    keep : "eigenvalue", float or int
        How many components to keep: those with an eigenvalue above 1 (at least one); as many as
        reach a share of the variance, such as 0.85; or a whole number.

    Returns
    -------
    PrincipalComponents
        With ``.to_frame()``, ``.loadings``, ``.weights``, ``.composite``, ``.ranking``.

    Raises
    ------
    ValueError, TypeError
        If there are fewer than three objects or two indicators, an indicator never varies, or
        `keep` is not allowed.

    Examples
    --------
    >>> result = principal_components([[1, 2, 1], [2, 1, 3], [3, 5, 2], [4, 4, 5], [5, 6, 4]])
    >>> result
    PrincipalComponents(1 of 3 kept, 78.8 % of the variance)
    >>> result.ranking["rank"].to_dict()
    {4: 1, 3: 2, 2: 3, 1: 4, 0: 5}
    """
    values = _checks.array(data, "data", ndim=2)
    m, n = values.shape
    if m < 3 or n < 2:
        raise ValueError(f"data must have at least 3 rows and 2 columns; got shape {values.shape}")
    indicators = _checks.labels(data, "columns", n)
    spread = values.std(axis=0, ddof=1)
    still = spread <= 1e-12 * np.maximum(np.abs(values).max(axis=0), 1e-300)
    if still.any():
        raise ValueError(f"data must vary in every column; got {indicators[still.argmax()]!r}")
    standardised = (values - values.mean(axis=0)) / spread
    found, vectors = np.linalg.eigh(np.corrcoef(values, rowvar=False))
    eigenvalues, vectors = np.maximum(found[::-1], 0), vectors[:, ::-1]
    size = np.abs(vectors)
    largest = (size >= size.max(axis=0) * (1 - 1e-9)).argmax(axis=0)
    vectors = vectors * np.where(vectors[largest, np.arange(n)] < 0, -1, 1)
    objects = _checks.labels(data, "index", m)
    return PrincipalComponents(
        eigenvalues, vectors, _kept(keep, eigenvalues), indicators, objects, standardised
    )


def _kept(keep: Any, eigenvalues: FloatArray) -> int:
    """How many components to keep."""
    n = len(eigenvalues)
    if isinstance(keep, str):
        _checks.choice(keep, "keep", ("eigenvalue",))
        return max(int((eigenvalues > 1).sum()), 1)
    if isinstance(keep, float | np.floating) and 0 < keep < 1:
        share = eigenvalues.cumsum() / eigenvalues.sum()
        return int(np.searchsorted(share, keep - 1e-12) + 1)
    whole = _checks.count(keep, "keep")
    if whole > n:
        raise ValueError(f"keep must be at most the number of columns ({n}); got {whole}")
    return whole
