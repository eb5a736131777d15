"""Structural models of satisfaction, estimated by partial least squares (偏最小二乘路径建模)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab.index import _pls
from crmlab.index._learned import Learned, Solution
from crmlab.index.path_results import (
    ImpactPerformance,
    PathBootstrap,
    PathDiagram,
    SegmentIndex,
)
from crmlab.index.path_spec import Block, PathSpec, blocks_of, order_of, paths_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SCHEMES = ("path", "centroid", "factorial")
MISSING = ("refuse", "mean", "drop")


def _generator(seed: Any) -> np.random.Generator:
    """Return a generator as given, or one that begins at the seed; at chance without a seed."""
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng(None if seed is None else _checks.seed(seed))


class PathModel(Learned):
    """Path model of latent variables, estimated by partial least squares (PLS 路径模型).

    Nobody sees satisfaction; a survey sees answers to items. The model joins each latent variable
    to its items (the blocks) and the latent variables to each other (the paths), and gives the
    items the weights with which the scores of neighbours go together best.

    Parameters
    ----------
    paths : mapping, list of pairs, or PathSpec
        Each target with its sources, ``{"loyalty": ["satisfaction"]}``, or pairs
        ``[("satisfaction", "loyalty")]``, or a ready model such as :func:`ecsi`. No circles.
    blocks : mapping of str to list of str or Block
        The columns of each latent variable, mode A unless a :class:`Block` says "B".
    scheme : {"path", "centroid", "factorial"}
        How neighbours are weighted in the inner estimation: regression coefficients of the
        causes and correlations with the consequences; signs of correlations; correlations.
    scaled : bool
        Whether items are standardised. If not they are centred only, so that items with more
        spread count more.
    missing : {"refuse", "mean", "drop"}
        What to do about missing answers: raise and say how many, put the item's mean in their
        place, or leave the respondent out. `missing_` and `respondents_` report it.
    scale : (float, float) or mapping of str to (float, float)
        Lowest and highest possible answer, of all items or of each, for the index.
    tolerance : float
        The iteration has converged when no weight changes by more than this.
    max_iterations : int
        `fit` raises when it has not converged by then.

    Notes
    -----
    Wold's algorithm as told by Tenenhaus, Esposito Vinzi, Chatelin and Lauro (2005). Scores have
    mean 0 and variance 1 (divisor n − 1). A score is defined up to its sign: it is turned so that
    the loadings of its block have a positive sum.

    PLS paths among scores are weaker than those among the true latent variables, because a score
    carries the errors of its items: the fewer and the less reliable the items, the weaker.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"fast": [4, 9, 6, 8, 2], "kind": [5, 8, 8, 9, 3],
    ...     "happy": [4, 9, 7, 8, 1], "again": [3, 9, 5, 9, 4]})
    >>> model = PathModel({"loyalty": ["satisfaction"], "satisfaction": ["service"]},
    ...     {"service": ["fast", "kind"], "satisfaction": ["happy"], "loyalty": ["again"]})
    >>> model.fit(answers)
    PathModel(3 latent variables, 2 paths, fitted to 5 respondents in 2 iterations)
    >>> print(model.paths_.round(4).to_string())
    source        target
    satisfaction  loyalty         0.8106
    service       satisfaction    0.9910
    >>> model.index_.round(1).to_dict()
    {'service': 58.0, 'satisfaction': 53.3, 'loyalty': 55.6}
    >>> model.importance_performance("loyalty").to_frame().round(1)
                  impact  performance  total_effect
    service          0.9         58.0           0.8
    satisfaction     0.7         53.3           0.8
    >>> model.bootstrap(n=20, seed=1)
    PathBootstrap(20 samples: paths, total_effects, weights, loadings, r2, index)
    >>> model.index_by(["town", "town", "country", "town", "country"], draws=20, seed=1)
    SegmentIndex(2 groups, 3 latent variables, 95 % intervals)
    >>> model.to_frame().round(2)
             source        target  path
    0  satisfaction       loyalty  0.81
    1       service  satisfaction  0.99
    """

    def __init__(
        self,
        paths: Any,
        blocks: Mapping[str, Sequence[str] | Block],
        scheme: str = "path",
        scaled: bool = True,
        *,
        missing: str = "refuse",
        scale: Any = (1, 10),
        tolerance: float = 1e-9,
        max_iterations: int = 500,
    ) -> None:
        self.paths = paths_of(paths)
        self.blocks = blocks_of(blocks)
        self.scheme = _checks.choice(scheme, "scheme", SCHEMES)
        self.scaled = _checks.choice(scaled, "scaled", (True, False))
        self.missing = _checks.choice(missing, "missing", MISSING)
        self.scale = scale
        self.tolerance = _checks.number(tolerance, "tolerance", 0, open_low=True)
        self.max_iterations = _checks.count(max_iterations, "max_iterations")
        self.positions = paths.positions if isinstance(paths, PathSpec) else None
        self.latents = order_of(self.paths)
        if set(self.latents) != set(self.blocks):
            odd = sorted(map(str, set(self.latents) ^ set(self.blocks)))
            raise ValueError(
                "blocks must give items to exactly the latent variables of paths; got a "
                f"difference in {', '.join(odd)}"
            )
        self.items = [item for latent in self.latents for item in self.blocks[latent].items]
        self._owner = [latent for latent in self.latents for _item in self.blocks[latent].items]
        self._bounds = self._bounds_of(scale)
        self._structure = self._structure_of()
        self._solution: Solution | None = None

    def _bounds_of(self, scale: Any) -> FloatArray:
        """Lowest and highest answer of each item, (p, 2)."""
        if isinstance(scale, Mapping):
            lacking = [str(item) for item in self.items if item not in scale]
            if lacking:
                raise ValueError(f"scale must name every item; got none for {', '.join(lacking)}")
            bounds = [scale[item] for item in self.items]
        else:
            bounds = [scale] * len(self.items)
        found = _checks.array(bounds, "scale", ndim=2)
        if found.shape[1] != 2 or np.any(found[:, 0] >= found[:, 1]):
            raise ValueError(f"scale must be a lowest and a highest answer; got {scale!r}")
        return found

    def _structure_of(self) -> _pls.Structure:
        place = {latent: j for j, latent in enumerate(self.latents)}
        owner = np.array([place[latent] for latent in self._owner])
        arrows = np.zeros((len(place), len(place)))
        sources = []
        for target, causes in self.paths.items():
            at = np.array([place[cause] for cause in causes])
            arrows[at, place[target]] = 1
            sources.append((place[target], at))
        return _pls.Structure(
            member=(owner[:, None] == np.arange(len(place))).astype(float),
            blocks=tuple(np.flatnonzero(owner == j) for j in range(len(place))),
            formative=tuple(self.blocks[latent].mode == "B" for latent in self.latents),
            arrows=arrows,
            sources=tuple(sources),
        )

    def fit(self, data: "pd.DataFrame") -> "PathModel":
        """Estimate weights, scores and paths from the answers.

        Parameters
        ----------
        data : DataFrame
            One row per respondent; every item is a column of numbers.

        Returns
        -------
        PathModel
            Itself, with what was learned in the attributes that end in ``_``.

        Raises
        ------
        ValueError, TypeError
            If an item is missing or holds no numbers, answers are missing and `missing` is
            "refuse", an item never varies, items of a mode-B block or sources of a target can be
            written as sums of each other, or the iteration does not converge.
        """
        answers, gaps = self._answers(data)
        given, rows = len(answers), data.index.to_numpy()
        if gaps.any():
            if self.missing == "drop":
                whole = ~np.isnan(answers).any(axis=1)
                answers, rows = answers[whole], rows[whole]
            else:
                answers = np.where(np.isnan(answers), np.nanmean(answers, axis=0), answers)
        if len(answers) < 3:
            raise ValueError(f"data must have at least 3 respondents; got {len(answers)}")
        means = answers.mean(axis=0)
        centred = answers - means
        raw = centred.T @ centred / (len(answers) - 1)
        spread = np.sqrt(np.diagonal(raw))
        still = spread <= 1e-12 * np.maximum(np.abs(means), 1)
        if still.any():
            item = self.items[int(still.argmax())]
            raise ValueError(f"{item} must vary; got {means[still.argmax()]:g} from everybody")
        covariance = (raw / np.outer(spread, spread) if self.scaled else raw)[None]
        found = self._estimate(covariance)
        if not found.converged[0]:
            raise ValueError(self._why_not(found, covariance))
        loaded = _pls.loadings(covariance, found.weights)
        weights = _pls.oriented(found.weights, loaded, self._structure.member)
        among = weights.swapaxes(1, 2) @ covariance @ weights
        paths = _pls.regressions(among, self._structure)[0]
        if not np.isfinite(paths).all() or np.linalg.cond(among[0]) > 1e12:
            raise ValueError("data must tell the sources of a target apart; got equal scores")
        self._solution = Solution(
            centred, means, spread, covariance, weights, paths,
            gaps, given, rows, int(found.iterations[0]),
        )  # fmt: skip
        return self

    def _answers(self, data: Any) -> tuple[FloatArray, npt.NDArray[np.intp]]:
        """Return the items as numbers with NaN for gaps, and how many gaps each has."""
        at = _checks.columns(data, "data", self.items)
        frame = data.take(at, axis=1)  # by name would look each one up once more
        for kind in set(frame.dtypes):
            if not _checks.is_number(kind):
                item = self.items[list(frame.dtypes).index(kind)]
                raise TypeError(f"{item} must hold numbers; got {kind}")
        answers = frame.to_numpy(dtype=float, na_value=np.nan)
        _checks.array(answers, "data", allow_missing=True)
        missing = np.isnan(answers)
        gaps = missing.sum(axis=0)
        if gaps.any() and self.missing == "refuse":
            raise ValueError(
                f"data must have no missing answers; got {gaps.sum()} gaps of "
                f"{missing.any(axis=1).sum()} respondents, most in {self.items[gaps.argmax()]}. "
                "Choose missing='mean' or missing='drop'"
            )
        if gaps.max() == len(answers):
            raise ValueError(f"{self.items[gaps.argmax()]} must have an answer; got only gaps")
        return answers, gaps

    def _estimate(self, covariance: FloatArray) -> _pls.Weights:
        return _pls.estimate(
            covariance, self._structure, self.scheme, self.tolerance, self.max_iterations
        )

    def _why_not(self, found: _pls.Weights, covariance: FloatArray) -> str:
        if np.isfinite(found.weights).all():
            return (
                f"max_iterations must let the weights settle to within {self.tolerance:g}; got "
                f"{self.max_iterations} iterations without it"
            )
        for latent, at in zip(self.latents, self._structure.blocks, strict=True):
            if self.blocks[latent].mode == "B" and np.linalg.cond(covariance[0][at][:, at]) > 1e12:
                return f"blocks[{latent!r}] must have items that differ; got sums of each other"
        return "data must let every score vary and tell the sources apart; got equal scores"

    @property
    def diagram_(self) -> PathDiagram:
        """The path diagram with its numbers."""
        return PathDiagram(self.paths, self.positions, self.paths_, self.r2_, self.loadings_)

    def plot(self, ax: "Axes | None" = None, **options: Any) -> "Axes":
        """Draw the path diagram.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure without it.
        **options
            As in :func:`crmlab.plots.path_diagram`.

        Returns
        -------
        matplotlib Axes

        Examples
        --------
        >>> import pandas as pd
        >>> answers = pd.DataFrame({"fast": [4, 9, 6, 8], "happy": [4, 9, 7, 8]})
        >>> model = PathModel({"joy": ["speed"]}, {"speed": ["fast"], "joy": ["happy"]})
        >>> model.fit(answers).plot(title="Speed and joy").get_title(loc="left")
        'Speed and joy'
        """
        return self.diagram_.plot(ax, **options)

    def _resamples(
        self, n: int, seed: Any
    ) -> Iterator[tuple[FloatArray, FloatArray, FloatArray, FloatArray]]:
        """Yield batches of bootstrap samples: draws, covariances, spreads and weights.

        The weights are NaN where a sample has none.
        """
        reference = self._loaded[0] * self._structure.member
        for times, raw in _pls.resampled(self._fitted.centred, n, _generator(seed)):
            spread = np.sqrt(np.diagonal(raw, axis1=1, axis2=2))
            covariance = _pls.correlations(raw) if self.scaled else raw
            found = self._estimate(covariance)
            weights = np.where(found.converged[:, None, None], found.weights, np.nan)
            loaded = _pls.loadings(covariance, weights)
            yield times, covariance, spread, _pls.oriented(weights, loaded, reference)

    def bootstrap(self, n: int = 1000, seed: Any = None) -> PathBootstrap:
        """Draw respondents with replacement and estimate anew, n times (自助法).

        Parameters
        ----------
        n : int
            Number of samples.
        seed : int or numpy Generator, optional
            The same seed gives the same samples.

        Returns
        -------
        PathBootstrap
            With ``.interval("paths")`` and the like.

        Raises
        ------
        ValueError, TypeError
            If the model is not fitted, or `n` is no whole number of at least 2.

        Notes
        -----
        All samples run through the estimation together, as a stack of covariance matrices. A
        score is turned so that its loadings agree with the original ones. Samples in which an
        item does not vary or the iteration does not converge are left out and counted.
        """
        n = _checks.count(n, "n", 2)
        fitted, structure = self._fitted, self._structure
        kept: dict[str, list[FloatArray]] = {}
        with_index = not self._outside
        pairs = self._pairs(self.paths_.index)
        reached = self._pairs(self.effects_.index)
        targets = [self.latents.index(latent) for latent in self._targets]
        for times, covariance, spread, weights in self._resamples(n, seed):
            among = self._among(weights, covariance)
            paths = _pls.regressions(among, structure)
            draws = {
                "paths": paths[:, pairs[0], pairs[1]],
                "total_effects": _pls.total_effects(paths)[:, reached[0], reached[1]],
                "weights": self._own(weights),
                "loadings": self._own(_pls.loadings(covariance, weights)),
                "r2": self._explained(paths, among)[:, targets],
            }
            if with_index:
                means = fitted.means + times @ fitted.centred / self.respondents_
                draws["index"] = self._to_100(self._shares(weights, spread), means)
            for name, values in draws.items():
                kept.setdefault(name, []).append(values)
        draws = {name: np.concatenate(values) for name, values in kept.items()}
        sound = np.isfinite(draws["paths"]).all(axis=1)
        estimates = {name: getattr(self, f"{name}_") for name in draws}
        return PathBootstrap(
            estimates,
            {name: values[sound] for name, values in draws.items()},
            n,
            int(n - sound.sum()),
        )

    def _pairs(self, index: Any) -> tuple[npt.NDArray[np.intp], ...]:
        place = {latent: j for j, latent in enumerate(self.latents)}
        return tuple(np.array([[place[name] for name in pair] for pair in index]).T)

    def index_by(
        self, group: Any, draws: int = 1000, seed: Any = None, level: float = 0.95
    ) -> SegmentIndex:
        """Compare the index of groups of respondents, with bootstrap intervals (分组指数).

        Parameters
        ----------
        group : Series or array of shape (respondents,)
            The group of each respondent. A Series is joined by its index to the data of `fit`.
        draws : int
            Number of bootstrap samples.
        seed : int or numpy Generator, optional
            The same seed gives the same samples.
        level : float
            Level of the percentile intervals.

        Returns
        -------
        SegmentIndex

        Raises
        ------
        ValueError, TypeError
            If a respondent has no group, or a number is outside its bounds.

        Notes
        -----
        One set of weights, estimated from everybody, serves all groups, so that a difference
        between groups is a difference in answers. The weights are estimated anew in every sample.
        """
        import pandas as pd

        fitted = self._fitted
        named = self._groups(group)
        draws = _checks.count(draws, "draws", 2)
        tail = (1 - _checks.number(level, "level", 0, 1, open_low=True, open_high=True)) / 2
        member = pd.get_dummies(named, dtype=float)
        samples = []
        for times, _covariance, spread, weights in self._resamples(draws, seed):
            shares = self._shares(weights, spread)
            of_groups = []
            for name in member:
                inside = times * member[name].to_numpy()
                with np.errstate(invalid="ignore"):
                    means = inside @ fitted.centred / inside.sum(axis=1, keepdims=True)
                of_groups.append(self._to_100(shares, fitted.means + means))
            samples.append(np.stack(of_groups, axis=1))
        drawn = np.concatenate(samples)
        low, high = np.nanquantile(drawn, [tail, 1 - tail], axis=0)
        point = self.respondent_index_.groupby(named.to_numpy()).mean()
        return SegmentIndex(
            point,
            pd.DataFrame(low, point.index, point.columns),
            pd.DataFrame(high, point.index, point.columns),
            named.value_counts().loc[point.index],
            drawn,
            float(level),
        )

    def _groups(self, group: Any) -> "pd.Series":
        """Return the group of every respondent who was used."""
        import pandas as pd

        rows = self._fitted.rows
        if isinstance(group, pd.Series):
            if not group.index.is_unique:
                raise ValueError("group must have one row per respondent; got an index twice")
            named = group.reindex(rows)
        else:
            values = _checks.plain(group, "group", "a list with one group per respondent")
            if values.shape != (len(rows),):
                raise ValueError(
                    f"group must have one entry per respondent ({len(rows)}); got shape "
                    f"{values.shape}"
                )
            named = pd.Series(values, rows)
        _checks.no_gaps(named, "group")
        return named

    def importance_performance(self, target: str) -> ImpactPerformance:
        """Set the effect of every driver on `target` against its index (重要性–绩效图).

        Parameters
        ----------
        target : str
            A latent variable that something points to.

        Returns
        -------
        ImpactPerformance
            Performance is the driver's index; impact is the points by which the target's index
            rises when the driver's rises by one point, directly and through others.

        Raises
        ------
        ValueError
            If nothing points to `target`, or the model is not fitted.

        Notes
        -----
        Ringle and Sarstedt (2016). The impact is the total effect in units of the 0–100 indices:
        the standardised one times the ratio of the standard deviations of the two.
        """
        _checks.choice(target, "target", self._targets)
        effect = self.total_effects_.xs(target, level="target")
        spread = self.respondent_index_.std()
        impact = (effect * spread[target] / spread[effect.index]).rename("impact")
        return ImpactPerformance(
            target, impact, self.index_[effect.index].rename("performance"), effect
        )

    def __repr__(self) -> str:
        n = sum(map(len, self.paths.values()))
        said = f"PathModel({len(self.latents)} latent variables, {n} path{'s' * (n != 1)}, "
        if self._solution is None:
            return said + "not fitted)"
        fitted = self._solution
        steps = f"{fitted.iterations} iteration{'s' * (fitted.iterations != 1)}"
        said += f"fitted to {fitted.respondents} respondents in {steps}"
        gaps = int(fitted.gaps.sum())
        if gaps and self.missing == "mean":
            said += f"; {gaps} missing answers replaced by item means"
        if gaps and self.missing == "drop":
            said += f"; {fitted.given - fitted.respondents} with missing answers left out"
        return said + ")"
