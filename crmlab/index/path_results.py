"""What a fitted path model gives: its diagram, intervals, segments, what to improve first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class PathDiagram(Drawable):
    """A path model with its numbers, made by :attr:`PathModel.diagram_`.

    Attributes
    ----------
    paths : mapping of str to tuple of str
        Each target with its sources.
    positions : mapping of str to (float, float) or None
        Where each latent variable stands in the picture, if that was said.
    coefficients : Series
        Path coefficients by (source, target).
    r2 : Series
        R² of the targets.
    loadings : Series
        Loadings by (latent, item).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.index import PathModel
    >>> answers = pd.DataFrame({"fast": [4, 9, 6, 8, 2], "kind": [5, 8, 8, 9, 3],
    ...     "happy": [4, 9, 7, 8, 1], "again": [3, 9, 5, 9, 4]})
    >>> model = PathModel({"loyalty": ["satisfaction"], "satisfaction": ["service"]},
    ...     {"service": ["fast", "kind"], "satisfaction": ["happy"], "loyalty": ["again"]})
    >>> model = model.fit(answers)
    >>> diagram = model.diagram_
    >>> diagram
    PathDiagram(2 paths)
    >>> diagram.to_frame().round(2)
             source        target  path
    0  satisfaction       loyalty  0.81
    1       service  satisfaction  0.99
    """

    _picture = "path_diagram"

    paths: Mapping[str, tuple[str, ...]]
    positions: Mapping[str, tuple[float, float]] | None
    coefficients: "pd.Series"
    r2: "pd.Series"
    loadings: "pd.Series"

    def to_frame(self) -> "pd.DataFrame":
        """One row per path: source, target and coefficient.

        Returns
        -------
        DataFrame
        """
        return self.coefficients.reset_index()

    def __repr__(self) -> str:
        return f"PathDiagram({len(self.coefficients)} paths)"


@dataclass(frozen=True, eq=False)
class PathBootstrap(Drawable):
    """Bootstrap samples of a path model, made by :meth:`PathModel.bootstrap`.

    Attributes
    ----------
    estimates : dict of str to Series
        The estimates from the data: "paths", "total_effects", "weights", "loadings", "r2" and,
        where the answers lie on the scale, "index".
    draws : dict of str to ndarray of shape (n − failed, …)
        The same from every sample, in the order of the estimates.
    n : int
        Number of samples drawn.
    failed : int
        Samples left out because an item did not vary or the weights did not settle.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.index import PathModel
    >>> answers = pd.DataFrame({"fast": [4, 9, 6, 8, 2], "kind": [5, 8, 8, 9, 3],
    ...     "happy": [4, 9, 7, 8, 1], "again": [3, 9, 5, 9, 4]})
    >>> model = PathModel({"loyalty": ["satisfaction"], "satisfaction": ["service"]},
    ...     {"service": ["fast", "kind"], "satisfaction": ["happy"], "loyalty": ["again"]})
    >>> model = model.fit(answers)
    >>> samples = model.bootstrap(n=20, seed=1)
    >>> samples
    PathBootstrap(20 samples: paths, total_effects, weights, loadings, r2, index)
    >>> samples.to_frame().round(2)
                               estimate  standard_error   low  high
    source       target
    satisfaction loyalty           0.81            0.10  0.63  0.94
    service      satisfaction      0.99            0.01  0.97  1.00
    >>> samples.interval("paths", level=0.9).round(2)
                               estimate  standard_error   low  high
    source       target
    satisfaction loyalty           0.81            0.10  0.67  0.94
    service      satisfaction      0.99            0.01  0.97  1.00
    """

    _picture = "path_intervals"

    estimates: "dict[str, pd.Series]"
    draws: dict[str, FloatArray]
    n: int
    failed: int

    def interval(self, of: str = "paths", level: float = 0.95) -> "pd.DataFrame":
        """Percentile intervals.

        Parameters
        ----------
        of : str
            Which of the estimates.
        level : float
            Level of the interval, between 0 and 1.

        Returns
        -------
        DataFrame
            One row per estimate: estimate, standard_error, low, high.

        Raises
        ------
        ValueError, TypeError
            If `of` or `level` is not allowed.
        """
        import pandas as pd

        estimate = self.estimates[_checks.choice(of, "of", tuple(self.estimates))]
        tail = (1 - _checks.number(level, "level", 0, 1, open_low=True, open_high=True)) / 2
        low, high = np.quantile(self.draws[of], [tail, 1 - tail], axis=0)
        return pd.DataFrame(
            {
                "estimate": estimate,
                "standard_error": self.draws[of].std(axis=0, ddof=1),
                "low": low,
                "high": high,
            },
            estimate.index,
        )

    def to_frame(self) -> "pd.DataFrame":
        """One row per path with its 95 % interval.

        Returns
        -------
        DataFrame
        """
        return self.interval()

    def __repr__(self) -> str:
        left_out = f", {self.failed} left out" if self.failed else ""
        return f"PathBootstrap({self.n} samples{left_out}: {', '.join(self.estimates)})"


@dataclass(frozen=True, eq=False)
class SegmentIndex(Drawable):
    """Index of groups of respondents, made by :meth:`PathModel.index_by`.

    Attributes
    ----------
    index : DataFrame
        One row per group, one column per latent variable, 0 to 100.
    low, high : DataFrame
        Ends of the bootstrap intervals, in the same shape.
    respondents : Series
        Respondents per group.
    draws : ndarray of shape (samples, groups, latent variables)
        The index in every bootstrap sample; NaN for a group that was not drawn.
    level : float
        Level of the intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.index import PathModel
    >>> answers = pd.DataFrame({"fast": [4, 9, 6, 8, 2], "kind": [5, 8, 8, 9, 3],
    ...     "happy": [4, 9, 7, 8, 1], "again": [3, 9, 5, 9, 4]})
    >>> model = PathModel({"loyalty": ["satisfaction"], "satisfaction": ["service"]},
    ...     {"service": ["fast", "kind"], "satisfaction": ["happy"], "loyalty": ["again"]})
    >>> model = model.fit(answers)
    >>> segments = model.index_by(["town", "town", "country", "town", "country"], draws=20, seed=1)
    >>> segments
    SegmentIndex(2 groups, 3 latent variables, 95 % intervals)
    >>> segments.to_frame().round(2)
                          index    low   high
    country service       42.13  17.43  67.86
            satisfaction  33.33   0.00  66.67
            loyalty       38.89  33.33  44.44
    town    service       68.62  53.53  83.30
            satisfaction  66.67  48.15  88.89
            loyalty       66.67  44.44  88.89
    >>> segments.difference("town", "country").round(1)
    difference    33.3
    low          -13.7
    high          71.3
    Name: town − country, dtype: float64
    >>> segments.of("loyalty").round(2)
             respondents  index    low   high
    country            2  38.89  33.33  44.44
    town               3  66.67  44.44  88.89
    """

    _picture = "segment_index"

    index: "pd.DataFrame"
    low: "pd.DataFrame"
    high: "pd.DataFrame"
    respondents: "pd.Series"
    draws: FloatArray
    level: float

    def difference(self, first: Any, second: Any, latent: str = "satisfaction") -> "pd.Series":
        """Compare two groups: by how much the index of one is above that of the other.

        Parameters
        ----------
        first, second : label
            Names of the groups.
        latent : str
            Which index.

        Returns
        -------
        Series
            difference, low, high: two groups are told apart where the interval has no zero. The
            intervals of the groups themselves may overlap all the same.

        Raises
        ------
        ValueError
            If there is no such group or latent variable.
        """
        import pandas as pd

        groups = self.index.index.tolist()
        for name, group in (("first", first), ("second", second)):
            if _checks.label(group, name) not in groups:
                raise ValueError(f"{name} must be one of {groups}; got {group!r}")
        a, b = groups.index(first), groups.index(second)
        latents = self.index.columns.tolist()
        column = latents.index(_checks.choice(latent, "latent", latents))
        tail = (1 - self.level) / 2
        apart = self.draws[:, a, column] - self.draws[:, b, column]
        low, high = np.nanquantile(apart, [tail, 1 - tail])
        values = self.index.to_numpy()
        point = values[a, column] - values[b, column]
        found = {"difference": point, "low": low, "high": high}
        return pd.Series(found, name=f"{first} − {second}")

    def of(self, latent: str) -> "pd.DataFrame":
        """One row per group for one latent variable: respondents, index, low, high.

        Parameters
        ----------
        latent : str
            Name of a latent variable.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError
            If there is no such latent variable.
        """
        import pandas as pd

        _checks.choice(latent, "latent", tuple(self.index.columns))
        return pd.DataFrame(
            {
                "respondents": self.respondents,
                "index": self.index[latent],
                "low": self.low[latent],
                "high": self.high[latent],
            }
        )

    def to_frame(self) -> "pd.DataFrame":
        """One row per group and latent variable: index, low, high.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        both = pd.MultiIndex.from_product([self.index.index, self.index.columns])
        parts = {"index": self.index, "low": self.low, "high": self.high}
        return pd.DataFrame({name: p.to_numpy().ravel() for name, p in parts.items()}, both)

    def __repr__(self) -> str:
        return (
            f"SegmentIndex({len(self.index)} groups, {self.index.shape[1]} latent variables, "
            f"{100 * self.level:g} % intervals)"
        )


@dataclass(frozen=True, eq=False)
class ImpactPerformance(Drawable):
    """What to improve first, made by :meth:`PathModel.importance_performance`.

    Attributes
    ----------
    target : str
        What is to be raised.
    impact : Series
        Points of the target's index per point of the driver's, by driver.
    performance : Series
        The driver's index, 0 to 100.
    total_effect : Series
        The standardised total effect.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.index import PathModel
    >>> answers = pd.DataFrame({"fast": [4, 9, 6, 8, 2], "kind": [5, 8, 8, 9, 3],
    ...     "happy": [4, 9, 7, 8, 1], "again": [3, 9, 5, 9, 4]})
    >>> model = PathModel({"loyalty": ["satisfaction"], "satisfaction": ["service"]},
    ...     {"service": ["fast", "kind"], "satisfaction": ["happy"], "loyalty": ["again"]})
    >>> model = model.fit(answers)
    >>> found = model.importance_performance("loyalty")
    >>> found
    ImpactPerformance(on loyalty: one point of service moves it by 0.87)
    >>> found.to_frame().round(2)
                  impact  performance  total_effect
    service         0.87        58.02          0.80
    satisfaction    0.70        53.33          0.81
    """

    _picture = "impact_performance"

    target: str
    impact: "pd.Series"
    performance: "pd.Series"
    total_effect: "pd.Series"

    def to_frame(self) -> "pd.DataFrame":
        """One row per driver, the one with the highest impact first.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        table = pd.DataFrame(
            {
                "impact": self.impact,
                "performance": self.performance,
                "total_effect": self.total_effect,
            }
        )
        return table.sort_values("impact", ascending=False).rename_axis(index=None)

    def __repr__(self) -> str:
        first = self.to_frame().iloc[0]
        return (
            f"ImpactPerformance(on {self.target}: one point of {first.name} moves it by "
            f"{first['impact']:.2f})"
        )
