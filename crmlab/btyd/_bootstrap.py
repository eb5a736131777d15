"""Bootstrap samples of a model and the intervals that they give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Bootstrap(Drawable):
    """Parametric bootstrap samples, made by ``.bootstrap`` of a fitted model (自助法).

    Attributes
    ----------
    estimates : dict of str to float
        Parameters and figures of the model itself.
    draws : ndarray of shape (n − failed, len(estimates))
        The same from every sample.
    n : int
        Number of samples drawn.
    failed : int
        Samples left out because their likelihood has no maximum.
    model : str
        Name of the model.

    Examples
    --------
    >>> from crmlab.btyd import NBD
    >>> model = NBD.with_parameters(r=0.385, alpha=12.072)
    >>> seen = model.simulate(300, T=39, seed=1).to_frame()
    >>> fitted = NBD().fit(seen["frequency"], seen["recency"], seen["T"])
    >>> samples = fitted.bootstrap(n=10, seed=1)
    >>> samples
    Bootstrap(NBD, 10 samples: r, alpha)
    >>> samples.to_frame().round(2)
           estimate  standard_error   low   high
    r          0.34            0.05  0.28   0.44
    alpha     11.50            2.52  9.04  16.61
    >>> samples.interval(level=0.9).round(2)
           estimate  standard_error   low   high
    r          0.34            0.05  0.28   0.43
    alpha     11.50            2.52  9.15  16.15
    """

    _picture = "btyd_intervals"

    estimates: dict[str, float]
    draws: FloatArray
    n: int
    failed: int
    model: str

    def interval(self, level: float = 0.95) -> "pd.DataFrame":
        """Percentile intervals.

        Parameters
        ----------
        level : float
            Level of the interval, between 0 and 1.

        Returns
        -------
        DataFrame
            One row per parameter and figure: estimate, standard_error, low, high.

        Raises
        ------
        ValueError, TypeError
            If `level` is not between 0 and 1.
        """
        import pandas as pd

        tail = (1 - _checks.number(level, "level", 0, 1, open_low=True, open_high=True)) / 2
        low, high = np.quantile(self.draws, [tail, 1 - tail], axis=0)
        return pd.DataFrame(
            {
                "estimate": list(self.estimates.values()),
                "standard_error": self.draws.std(axis=0, ddof=1),
                "low": low,
                "high": high,
            },
            index=list(self.estimates),
        )

    def to_frame(self) -> "pd.DataFrame":
        """One row per parameter and figure with its 95 % interval.

        Returns
        -------
        DataFrame
        """
        return self.interval()

    def __repr__(self) -> str:
        left_out = f", {self.failed} left out" if self.failed else ""
        return f"Bootstrap({self.model}, {self.n} samples{left_out}: {', '.join(self.estimates)})"


def resample(
    model: Any,
    again: Callable[[int], Any],
    n: int,
    seed: int,
    figures: Mapping[str, Callable[[Any], float]] | None,
) -> Bootstrap:
    """Fit `n` samples, each made by `again` from a seed of its own."""
    samples = _checks.count(n, "n", 2)
    start = _checks.seed(seed)
    follow = _figures(figures, model)

    def numbers(fitted: Any) -> list[float]:
        more = [_checks.number(function(fitted), name) for name, function in follow.items()]
        return [*fitted.params_.values(), *more]

    names = [*model.params_, *follow]
    estimates = dict(zip(names, numbers(model), strict=True))
    draws: list[list[float]] = []
    # Children of one seed: samples do not depend on how many there are.
    for child in np.random.SeedSequence(start).generate_state(samples, np.uint64):
        try:
            fitted = again(int(child))
        except ValueError:
            continue
        draws.append(numbers(fitted))
    if len(draws) < 2:
        raise ValueError(
            _("n must give at least two samples with a maximum; got {} of {}").format(
                len(draws), samples
            )
        )
    return Bootstrap(
        estimates, np.array(draws), samples, samples - len(draws), type(model).__name__
    )


def _figures(
    figures: Mapping[str, Callable[[Any], float]] | None, model: Any
) -> dict[str, Callable[[Any], float]]:
    if figures is None:
        return {}
    if not isinstance(figures, Mapping):
        raise TypeError(f"figures must be a mapping of names to functions; got {figures!r}")
    for name, function in figures.items():
        if not isinstance(name, str) or name in model.params_ or not callable(function):
            raise TypeError(
                "figures must map names that are not parameters to functions; "
                f"got {name!r}: {function!r}"
            )
    return dict(figures)
