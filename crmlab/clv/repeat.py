"""Loyalty or taste? What a switching matrix of pooled households cannot tell (异质性)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.clv.present_value import FloatArray
from crmlab.clv.switching_panel import Sequences, sequences

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class RepeatBuying(Drawable):
    """Where repeat purchases come from, made by :func:`repeat_buying`.

    Attributes
    ----------
    observed : float
        Share of the purchases that repeat the brand of the one before.
    by_share : float
        The same if everybody drew each purchase from the shares of the whole panel.
    shuffled : ndarray of shape (draws,)
        The same after the purchases of each household were shuffled.
    p_value : float
        Share of the shuffles, the panel itself counted as one, with at least as many repeats as
        were seen.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"household": [1] * 5 + [2] * 5, "brand": list("AAAAABBBBB")})
    >>> found = repeat_buying(panel, draws=20)
    >>> found.to_frame()
                  repeat_rate  added
    explained_by
    shares                0.5    0.5
    households            1.0    0.5
    order                 1.0    0.0
    """

    _picture = "repeat_buying"

    observed: float
    by_share: float
    shuffled: FloatArray
    p_value: float

    @property
    def between(self) -> float:
        """Part of the excess over `by_share` that lies between households: it needs no order."""
        excess = self.observed - self.by_share
        return float((self.shuffled.mean() - self.by_share) / excess) if excess else float("nan")

    def to_frame(self) -> "pd.DataFrame":
        """Three steps: market shares, differences between households, order of the purchases.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        mean = float(self.shuffled.mean())
        return pd.DataFrame(
            {
                "repeat_rate": [self.by_share, mean, self.observed],
                "added": [self.by_share, mean - self.by_share, self.observed - mean],
            },
            index=pd.Index(["shares", "households", "order"], name="explained_by"),
        )

    def __repr__(self) -> str:
        return (
            f"RepeatBuying({100 * self.observed:.1f} % repeat; {100 * self.by_share:.1f} % by "
            f"shares alone, {100 * self.shuffled.mean():.1f} % shuffled within households, "
            f"p = {self.p_value:.3g})"
        )


def repeat_buying(
    panel: "pd.DataFrame",
    *,
    household: str = "household",
    brand: str = "brand",
    order: str | None = None,
    brands: Any = None,
    ties: str = "error",
    draws: int = 500,
    seed: int = 0,
) -> RepeatBuying:
    """Split repeat buying into shares, differences of households and order (重复购买的分解).

    Shuffling the purchases of each household keeps what it bought and destroys the order. Repeats
    that survive lie in the differences between households, those that vanish in the order.

    Parameters
    ----------
    panel, household, brand, order, brands, ties
        As in :func:`estimate_switching`.
    draws : int
        Number of shuffles, at least 2.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    RepeatBuying
        With ``.observed``, ``.by_share``, ``.shuffled``, ``.p_value``, ``.between``,
        ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`estimate_switching`.

    Notes
    -----
    A permutation test: if each household draws every purchase from shares of its own (order zero
    with heterogeneity; Massy, Montgomery & Morrison 1970, Frank 1962), all orders of its
    purchases are equally likely, and the p-value is exact. A household whose taste drifts, or
    which shops in runs because a brand was on offer, fails the test as well.

    The split itself is rough. The pull of the last purchase also makes households *look* more
    different than their tastes are: who began with a brand stays with it for a while. Where
    taste stands still, the part of the order is therefore less than what the last purchase does,
    and the part of the households more than what taste does.

    Examples
    --------
    Two households, each true to its own brand: nothing is left for the last purchase to explain.

    >>> import pandas as pd
    >>> panel = pd.DataFrame({"household": [1] * 5 + [2] * 5, "brand": list("AAAAABBBBB")})
    >>> found = repeat_buying(panel, draws=20)
    >>> found.observed, found.by_share, found.between, found.p_value
    (1.0, 0.5, 1.0, 1.0)
    """
    found = sequences(panel, household, brand, order, ties, brands)
    runs = _checks.count(draws, "draws", 2)
    rng = np.random.default_rng(_checks.seed(seed))
    at = found.follows

    def repeats(code: np.ndarray) -> int:
        return int((code[at] == code[at - 1]).sum())

    seen = repeats(found.code)
    n = len(found.code)
    # Sorting by household and chance shuffles every household within its own places.
    drawn = [repeats(found.code[np.lexsort((rng.random(n), found.house))]) for _run in range(runs)]
    share = np.bincount(found.code) / len(found.code)
    return RepeatBuying(
        observed=seen / len(at),
        by_share=float(share @ share),
        shuffled=np.array(drawn) / len(at),
        p_value=(1 + sum(n >= seen for n in drawn)) / (1 + runs),
    )


def switching_tests(
    panel: "pd.DataFrame",
    *,
    household: str = "household",
    brand: str = "brand",
    order: str | None = None,
    brands: Any = None,
    ties: str = "error",
) -> "pd.DataFrame":
    """Test what a single switching matrix assumes (马尔可夫性检验).

    Three likelihood-ratio tests of pooled counts. *order 1 against 0*: does the last brand matter
    at all? *order 2 against 1*: does the brand before the last one matter, too? *halves*: is the
    matrix of the first half of each household's purchases that of the second half?

    Parameters
    ----------
    panel, household, brand, order, brands, ties
        As in :func:`estimate_switching`.

    Returns
    -------
    DataFrame
        One row per test: statistic (G²), df, p_value.

    Raises
    ------
    ValueError, TypeError
        As :func:`estimate_switching`.

    Notes
    -----
    Anderson & Goodman (1957). Cells of rows and columns without a purchase carry no degree of
    freedom. The tests treat households as alike and purchases as independent: differences in
    taste alone make the first two reject, for a household that bought a brand twice is one that
    likes it. A small p-value therefore says that one matrix for all is not the truth, and not
    which of its assumptions failed.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"household": 1, "brand": list("AABBAABBAABBAABB")})
    >>> switching_tests(panel).round(5)
                               statistic  df  p_value
    test
    order 1 against 0            0.07663   1  0.78192
    order 2 against 1           19.12143   2  0.00007
    first against second half    0.19645   2  0.90644
    """
    import pandas as pd
    from scipy.stats import chi2

    found = sequences(panel, household, brand, order, ties, brands)
    size, at = len(found.brands), found.follows
    last, now = found.code[at - 1], found.code[at]
    third = at[np.isin(at - 1, at)]
    tables = {
        "order 1 against 0": _table((np.zeros_like(last), last, now), (1, size, size)),
        "order 2 against 1": _table(
            (found.code[third - 1], found.code[third - 2], found.code[third]), (size,) * 3
        ),
        "first against second half": _table((last, _half(found), now), (size, 2, size)),
    }
    rows = {name: _g_test(table) for name, table in tables.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["statistic", "df"])
    frame = frame.astype({"df": int}).rename_axis("test")
    return frame.assign(p_value=chi2.sf(frame["statistic"], np.maximum(frame["df"], 1)))


def _half(found: Sequences) -> np.ndarray:
    """0 for the transitions in the first half of a household's purchases, 1 for the others."""
    house = found.house[found.follows]
    many = np.bincount(house, minlength=int(found.house[-1]) + 1)
    first = np.cumsum(many) - many
    place = np.arange(len(house)) - first[house]
    return (2 * place >= many[house]).astype(int)


def _table(codes: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> FloatArray:
    cell = np.ravel_multi_index(codes, shape)
    return np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape) * 1.0


def _g_test(table: FloatArray) -> tuple[float, int]:
    """Independence of the last two axes within each layer of the first: G² and its freedom."""
    rows, columns = table.sum(axis=2, keepdims=True), table.sum(axis=1, keepdims=True)
    whole = table.sum(axis=(1, 2), keepdims=True)
    expected = np.divide(rows * columns, whole, out=np.ones_like(table), where=whole > 0)
    seen = table > 0
    statistic = 2 * float((table[seen] * np.log(table[seen] / expected[seen])).sum())
    free = np.maximum((rows > 0).sum(axis=(1, 2)) - 1, 0) * np.maximum(
        (columns > 0).sum(axis=(1, 2)) - 1, 0
    )
    return max(statistic, 0.0), int(free.sum())
