"""What a fitted path model tells: every attribute that ends in ``_``."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from crmlab._checks import FloatArray
from crmlab._statistics import cronbach
from crmlab.index import _pls
from crmlab.index.path_spec import Block

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Solution:
    """What :meth:`PathModel.fit` has found, as arrays of n respondents, p items, k scores."""

    centred: FloatArray  #: (n, p) answers without their means
    means: FloatArray  #: (p,)
    spread: FloatArray  #: (p,) standard deviations
    covariance: FloatArray  #: (1, p, p) of the items as the model sees them
    weights: FloatArray  #: (1, p, k)
    paths: FloatArray  #: (k, k)
    gaps: npt.NDArray[np.intp]  #: (p,) missing answers
    given: int
    rows: npt.NDArray[Any]
    iterations: int

    @property
    def respondents(self) -> int:
        return len(self.centred)


class Learned:
    """The learned attributes of :class:`PathModel`, each computed from its solution when asked."""

    paths: dict[str, tuple[str, ...]]
    blocks: dict[str, Block]
    latents: list[str]
    items: list[str]
    scaled: bool
    _owner: list[str]  # the latent variable of each item
    _bounds: FloatArray  # (p, 2): lowest and highest answer of each item
    _structure: _pls.Structure
    _solution: Solution | None

    @property
    def _fitted(self) -> Solution:
        if self._solution is None:
            raise ValueError("the model must be fitted first; got no data yet: call .fit(data)")
        return self._solution

    # What was learned.

    @property
    def respondents_(self) -> int:
        """Number of respondents that the estimates rest on."""
        return self._fitted.respondents

    @property
    def missing_(self) -> "pd.Series":
        """Missing answers of each item, as found in the data."""
        import pandas as pd

        return pd.Series(self._fitted.gaps, self.items, name="missing")

    @property
    def iterations_(self) -> int:
        """Iterations until the weights stood still."""
        return self._fitted.iterations

    def _by_pair(self, matrix: FloatArray, name: str, pairs: Any = None) -> "pd.Series":
        """Turn a source-by-target matrix into a Series; by default of the paths."""
        import pandas as pd

        if pairs is None:
            pairs = [(source, target) for target in self.paths for source in self.paths[target]]
        place = {latent: j for j, latent in enumerate(self.latents)}
        values = [matrix[place[source], place[target]] for source, target in pairs]
        index = pd.MultiIndex.from_tuples(pairs, names=["source", "target"])
        return pd.Series(values, index, dtype=float, name=name)

    def _by_item(self, values: FloatArray, name: str) -> "pd.Series":
        import pandas as pd

        index = pd.MultiIndex.from_arrays([self._owner, self.items], names=["latent", "item"])
        return pd.Series(values, index, name=name)

    def _by_latent(self, values: Any, name: str) -> "pd.Series":
        import pandas as pd

        return pd.Series(values, pd.Index(self.latents, name="latent"), dtype=float, name=name)

    @property
    def paths_(self) -> "pd.Series":
        """Path coefficients by (source, target): standardised regression coefficients."""
        return self._by_pair(self._fitted.paths, "path")

    @property
    def weights_(self) -> "pd.Series":
        """Outer weights by (latent, item): score = Σ weight × (standardised or centred) item."""
        return self._by_item(self._own(self._fitted.weights)[0], "weight")

    @property
    def loadings_(self) -> "pd.Series":
        """Loadings by (latent, item): correlation of the item with its own score."""
        return self._by_item(self._own(self._loaded)[0], "loading")

    @property
    def cross_loadings_(self) -> "pd.DataFrame":
        """Correlation of every item with every score."""
        import pandas as pd

        index = self.loadings_.index
        return pd.DataFrame(self._loaded[0], index, pd.Index(self.latents, name="score"))

    @property
    def _loaded(self) -> FloatArray:
        return _pls.loadings(self._fitted.covariance, self._fitted.weights)

    def _own(self, stack: FloatArray) -> FloatArray:
        """Of (b, p, k), each item's number for its own latent variable: (b, p)."""
        return (stack * self._structure.member).sum(axis=2)

    @property
    def scores_(self) -> "pd.DataFrame":
        """Scores of every respondent, mean 0 and variance 1."""
        import pandas as pd

        fitted = self._fitted
        items = fitted.centred / fitted.spread if self.scaled else fitted.centred
        return pd.DataFrame(items @ fitted.weights[0], fitted.rows, self.latents)

    @property
    def score_correlations_(self) -> "pd.DataFrame":
        """Correlations among the scores."""
        import pandas as pd

        return pd.DataFrame(self._among(self._fitted.weights)[0], self.latents, self.latents)

    def _among(self, weights: FloatArray, covariance: FloatArray | None = None) -> FloatArray:
        shape = self._fitted.covariance if covariance is None else covariance
        return weights.swapaxes(1, 2) @ shape @ weights

    @property
    def r2_(self) -> "pd.Series":
        """R² of every latent variable that something points to."""
        explained = self._explained(self._fitted.paths[None], self._among(self._fitted.weights))
        return self._by_latent(explained[0], "r2")[self._targets]

    @property
    def _targets(self) -> list[str]:
        return [latent for latent in self.latents if latent in self.paths]

    @staticmethod
    def _explained(paths: FloatArray, among: FloatArray) -> FloatArray:
        """R² = Σ path × correlation, (b, k)."""
        return (paths * among).sum(axis=1)

    @property
    def communality_(self) -> "pd.Series":
        """Mean squared loading of each block: the share of its items' variance in the score."""
        return (self.loadings_**2).groupby(level="latent", sort=False).mean().rename("communality")

    @property
    def redundancy_(self) -> "pd.Series":
        """Communality × R²: the share of the items' variance that the sources account for."""
        return (self.communality_[self._targets] * self.r2_).rename("redundancy")

    @property
    def gof_(self) -> float:
        """Goodness of fit (GoF): √(mean communality × mean R²).

        The mean is over the items of the blocks that have more than one.
        """
        several = [latent for latent in self.latents if len(self.blocks[latent].items) > 1]
        items = self.loadings_[several] ** 2 if several else self.loadings_**2
        return float(np.sqrt(items.mean() * self.r2_.mean()))

    @property
    def alpha_(self) -> "pd.Series":
        """Cronbach's alpha of each block, of the items as scaled; NaN with one item or mode B."""
        fitted = self._fitted
        items = fitted.centred / fitted.spread
        return self._by_latent(
            [
                cronbach(items[:, at]) if self._reflective(latent) else np.nan
                for latent, at in zip(self.latents, self._structure.blocks, strict=True)
            ],
            "alpha",
        )

    def _reflective(self, latent: str) -> bool:
        block = self.blocks[latent]
        return block.mode == "A" and len(block.items) > 1

    @property
    def composite_reliability_(self) -> "pd.Series":
        """Composite reliability (Σλ)² / ((Σλ)² + Σ(1 − λ²)); NaN with one item or mode B."""
        found = {}
        for latent in self.latents:
            loaded = self.loadings_[latent].to_numpy()
            total = loaded.sum() ** 2
            error = (1 - loaded**2).sum()
            found[latent] = total / (total + error) if self._reflective(latent) else np.nan
        return self._by_latent(found, "composite_reliability")

    @property
    def ave_(self) -> "pd.Series":
        """Average variance extracted: the mean squared loading; NaN with one item or mode B."""
        reflective = np.array([self._reflective(latent) for latent in self.latents])
        return self.communality_.where(reflective).rename("ave")

    @property
    def reliability_(self) -> "pd.DataFrame":
        """One row per latent variable: items, mode, alpha, composite reliability, AVE."""
        import pandas as pd

        index = pd.Index(self.latents, name="latent")
        return pd.DataFrame(
            {
                "items": [len(self.blocks[latent].items) for latent in self.latents],
                "mode": [self.blocks[latent].mode for latent in self.latents],
            },
            index,
        ).join([self.alpha_, self.composite_reliability_, self.ave_])

    @property
    def htmt_(self) -> "pd.DataFrame":
        """Heterotrait-monotrait ratios of absolute correlations; NaN with one-item blocks.

        Values near 1 mean that two blocks measure one thing; 0.85 and 0.90 are usual limits.
        """
        import pandas as pd

        correlation = _pls.correlations(self._fitted.covariance)
        ratio = _pls.htmt(correlation, self._structure)[0]
        return pd.DataFrame(ratio, self.latents, self.latents)

    @property
    def effects_(self) -> "pd.DataFrame":
        """Direct, indirect and total effect for every pair that a path or chain connects."""
        import pandas as pd

        total, arrows = _pls.total_effects(self._fitted.paths), self._structure.arrows
        reached = _pls.total_effects(arrows) > 0
        pairs = [(self.latents[i], self.latents[j]) for j, i in np.argwhere(reached.T)]
        direct = self._by_pair(self._fitted.paths, "direct", pairs)
        whole = self._by_pair(total, "total", pairs)
        return pd.DataFrame({"direct": direct, "indirect": whole - direct, "total": whole})

    @property
    def total_effects_(self) -> "pd.Series":
        """Total effect, direct and through others, by (source, target)."""
        return self.effects_["total"]

    @property
    def indirect_effects_(self) -> "pd.Series":
        """Effect through others, by (source, target)."""
        return self.effects_["indirect"]

    @property
    def index_weights_(self) -> "pd.Series":
        """Weights of the items in the index, by (latent, item); each block sums to one."""
        return self._by_item(self._own(self._shares(self._fitted.weights))[0], "index_weight")

    def _shares(self, weights: FloatArray, spread: FloatArray | None = None) -> FloatArray:
        """Turn weights into those of items as answered, summing to one per block: (b, p, k)."""
        if self.scaled:
            weights = weights / (self._fitted.spread if spread is None else spread)[..., None]
        return weights / weights.sum(axis=1, keepdims=True)

    def _to_100(self, shares: FloatArray, answers: FloatArray) -> FloatArray:
        """100 (Σ w x − Σ w min) / (Σ w max − Σ w min); answers (b or n, p), result (…, k)."""
        low, high = self._bounds.T
        if self._outside:
            raise ValueError(
                f"scale must hold every answer; got {self._outside}. Name the lowest and the "
                "highest possible answer"
            )
        bottom = (low[:, None] * shares).sum(axis=-2)
        top = (high[:, None] * shares).sum(axis=-2)
        score = (answers[..., None, :] @ shares)[..., 0, :]
        return 100 * (score - bottom) / (top - bottom)

    @property
    def _outside(self) -> str:
        """Say which answer lies outside the scale; empty where none does."""
        fitted, (low, high) = self._fitted, self._bounds.T
        least = fitted.centred.min(axis=0) + fitted.means
        most = fitted.centred.max(axis=0) + fitted.means
        slack = 1e-9 * (high - low)
        for item, found, bad in (
            *zip(self.items, least, least < low - slack, strict=True),
            *zip(self.items, most, most > high + slack, strict=True),
        ):
            if bad:
                return f"{found:g} in {item}"
        return ""

    @property
    def index_(self) -> "pd.Series":
        """Index of every latent variable, 0 to 100: the weighted mean answer on its scale.

        ``100 (Σ wᵢ x̄ᵢ − Σ wᵢ minᵢ) / (Σ wᵢ maxᵢ − Σ wᵢ minᵢ)`` with the outer weights of the items
        as they were answered and the bounds of `scale`. Negative weights can carry it outside.
        """
        fitted = self._fitted
        return self._by_latent(self._to_100(self._shares(fitted.weights), fitted.means)[0], "index")

    @property
    def respondent_index_(self) -> "pd.DataFrame":
        """Index of every respondent, 0 to 100; the column means are :attr:`index_`."""
        import pandas as pd

        fitted = self._fitted
        values = self._to_100(self._shares(fitted.weights), fitted.centred + fitted.means)
        return pd.DataFrame(values, fitted.rows, self.latents)

    def to_frame(self) -> "pd.DataFrame":
        """One row per path: source, target and coefficient.

        Returns
        -------
        DataFrame
        """
        return self.paths_.reset_index()
