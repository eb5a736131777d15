"""Where switching leads: classes of brands, the steady state, how fast it comes (稳态)."""

from dataclasses import dataclass
from math import gcd, inf, lcm, log
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._result import Drawable
from crmlab.clv.present_value import FloatArray
from crmlab.clv.switching import _matrix, _start

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class SteadyState(Drawable):
    """The long run of a switching matrix, made by :func:`steady_state`.

    Attributes
    ----------
    brands : tuple
        Their names, or numbers from 1.
    start : ndarray of shape (brands,) or None
        The shares from which it was asked.
    share : ndarray of shape (brands,)
        Long-run average share of each brand. NaN for all brands where it depends on the start
        and no start was given.
    by_start : ndarray of shape (brands, brands)
        Long-run average shares of a customer who now buys the brand of the row.
    classes : tuple of tuples
        Communicating classes: brands between which customers can go to and fro.
    closed : tuple of tuples
        The classes that nobody leaves.
    period : int
        After how many periods the pattern of the shares repeats; 1 if they settle.
    eigenvalues : ndarray of shape (brands,)
        Sizes of the eigenvalues, the largest first, which is 1.

    Examples
    --------
    >>> found = steady_state([[0, 1], [1, 0]])
    >>> found
    SteadyState(1 50.0 %, 2 50.0 %; an average: the shares repeat every 2 periods)
    >>> found.to_frame()
           class  closed  now  long_run
    brand
    1          1    True  NaN       0.5
    2          1    True  NaN       0.5
    """

    _picture = "steady_state"

    brands: tuple[Any, ...]
    start: FloatArray | None
    share: FloatArray
    by_start: FloatArray
    classes: tuple[tuple[Any, ...], ...]
    closed: tuple[tuple[Any, ...], ...]
    period: int
    eigenvalues: FloatArray

    @property
    def unique(self) -> bool:
        """Whether the long run is the same from every start: one closed class only."""
        return len(self.closed) == 1

    @property
    def settles(self) -> bool:
        """Whether the shares tend to the long-run ones; if not, only their average does."""
        return self.period == 1

    @property
    def half_life(self) -> float:
        """Periods in which the distance to the steady state halves; infinite if it need not."""
        if not (self.unique and self.settles):
            return inf
        second = float(self.eigenvalues[1]) if len(self.eigenvalues) > 1 else 0.0
        return 0.0 if second < 1e-9 else log(0.5) / log(min(second, 1 - 1e-16))

    def to_frame(self) -> "pd.DataFrame":
        """One row per brand: its class, whether it is closed, the share now and in the long run.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        place = {brand: n for n, group in enumerate(self.classes, 1) for brand in group}
        kept = {brand for group in self.closed for brand in group}
        now = np.full(len(self.brands), np.nan) if self.start is None else self.start
        return pd.DataFrame(
            {
                "class": [place[brand] for brand in self.brands],
                "closed": [brand in kept for brand in self.brands],
                "now": now,
                "long_run": self.share,
            },
            index=pd.Index(self.brands, name="brand"),
        )

    def __repr__(self) -> str:
        if self.unique and self.settles:
            half = f"; half-life {self.half_life:.2f} periods"
        elif self.unique:
            half = f"; an average: the shares repeat every {self.period} periods"
        else:
            half = f"; depends on the start: {len(self.closed)} closed classes"
        if np.isnan(self.share).any():
            return f"SteadyState(not unique{half})"
        long_run = ", ".join(
            f"{b} {100 * s:.1f} %" for b, s in zip(self.brands, self.share, strict=True)
        )
        return f"SteadyState({long_run}{half})"


def steady_state(switching: Any, start: Any = None) -> SteadyState:
    """Long-run shares of a switching matrix, with a check that there are such (稳态份额).

    The steady state solves ``S = S M``. It is the limit of the shares from every start if
    customers can come from every brand to every other (irreducible, 不可约) and the pattern does
    not repeat with a period (aperiodic, 非周期). Where that fails it is said and not guessed.

    Parameters
    ----------
    switching : array of shape (brands, brands)
        Rows sum to one; a DataFrame names the brands.
    start : array of shape (brands,), optional
        Shares now. Needed for a long run that depends on the start.

    Returns
    -------
    SteadyState
        With ``.share``, ``.unique``, ``.settles``, ``.period``, ``.classes``, ``.closed``,
        ``.half_life``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If the matrix is none, or the start does not fit it.

    Notes
    -----
    The average over time (Cesàro) exists for every chain: customers of a class that is not closed
    end in the closed ones, and within a closed class the average is its stationary distribution
    (Kemeny & Snell 1960). A chance counts as possible if it is above 0, however small.

    The distance to the steady state shrinks like the size of the second eigenvalue, λ₂ᵗ, so that
    it halves every ``ln 0.5 / ln λ₂`` periods.

    Examples
    --------
    >>> steady_state([[0.9, 0.1], [0.2, 0.8]])
    SteadyState(1 66.7 %, 2 33.3 %; half-life 1.94 periods)
    >>> steady_state([[0, 1], [1, 0]])
    SteadyState(1 50.0 %, 2 50.0 %; an average: the shares repeat every 2 periods)
    >>> two = steady_state([[1, 0], [0, 1]], start=[0.3, 0.7])
    >>> two.unique, two.share.tolist()
    (False, [0.3, 0.7])
    """
    matrix, named = _matrix(switching)
    size = len(matrix)
    brands = named or tuple(range(1, size + 1))
    now = None
    if start is not None:
        now, brands = _start(start, named, size, "start")
    matrix = matrix / matrix.sum(axis=1, keepdims=True)
    groups = _classes(matrix)
    closed = [g for g in groups if not np.delete(matrix[g], g, axis=1).any()]
    by_start = _long_run(matrix, closed)
    if len(closed) == 1:
        share = by_start[closed[0][0]]
    else:
        share = np.full(size, np.nan) if now is None else now @ by_start
    sizes = np.sort(np.abs(np.linalg.eigvals(matrix)))[::-1]
    return SteadyState(
        brands,
        now,
        share,
        by_start,
        tuple(tuple(brands[i] for i in g) for g in groups),
        tuple(tuple(brands[i] for i in g) for g in closed),
        lcm(*(_period(matrix, g) for g in closed)),
        sizes,
    )


def _classes(matrix: FloatArray) -> list[list[int]]:
    """Communicating classes, in the order of their first members."""
    size = len(matrix)
    reach = (matrix > 0) | np.eye(size, dtype=bool)
    for _double in range(max(size - 1, 1).bit_length()):
        reach = reach @ reach
    both, groups, seen = reach & reach.T, [], set()
    for i in range(size):
        if i not in seen:
            group = np.flatnonzero(both[i]).tolist()
            seen |= set(group)
            groups.append(group)
    return groups


def _period(matrix: FloatArray, group: list[int]) -> int:
    """Greatest common divisor of the lengths of all round trips inside a closed class."""
    depth, queue, common = {group[0]: 0}, [group[0]], 0
    while queue:
        i = queue.pop(0)
        for j in np.flatnonzero(matrix[i]).tolist():
            if j in depth:
                common = gcd(common, depth[i] + 1 - depth[j])
            else:
                depth[j] = depth[i] + 1
                queue.append(j)
    return common


def _stationary(matrix: FloatArray) -> FloatArray:
    """Solve S = S M for an irreducible matrix, or for a stack of them."""
    size = matrix.shape[-1]
    system = np.swapaxes(matrix, -1, -2) - np.eye(size)
    system[..., -1, :] = 1.0
    right = np.zeros((*matrix.shape[:-1], 1))
    right[..., -1, 0] = 1.0
    solved = np.maximum(np.linalg.solve(system, right)[..., 0], 0)
    return np.asarray(solved / solved.sum(axis=-1, keepdims=True))


def _long_run(matrix: FloatArray, closed: list[list[int]]) -> FloatArray:
    """Average shares in the long run, from each brand."""
    size = len(matrix)
    result = np.zeros((size, size))
    inside = [i for group in closed for i in group]
    on_the_way = [i for i in range(size) if i not in inside]
    stay = np.eye(len(on_the_way)) - matrix[np.ix_(on_the_way, on_the_way)]
    for group in closed:
        average = _stationary(matrix[np.ix_(group, group)])
        result[np.ix_(group, group)] = average
        if on_the_way:
            enter = matrix[np.ix_(on_the_way, group)].sum(axis=1)
            result[np.ix_(on_the_way, group)] = np.outer(np.linalg.solve(stay, enter), average)
    return result
