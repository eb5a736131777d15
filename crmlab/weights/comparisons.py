"""The analytic hierarchy process (层次分析法, AHP): weights from pairwise comparisons."""

import warnings
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.weights._weighted import Weighted, names_of

if TYPE_CHECKING:
    import pandas as pd

#: Mean consistency index of random matrices, for 3 to 10 things; two tables are in use.
RANDOM_INDEX = {
    "saaty": (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49),
    "saaty2005": (0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49),
}
#: A consistency ratio above this asks for second thoughts.
LIMIT = 0.1


@dataclass(frozen=True, eq=False)
class AhpWeights(Weighted, Drawable):
    """Weights from pairwise comparisons, made by :func:`ahp` and :func:`group_ahp`.

    Attributes
    ----------
    weights : ndarray of shape (n,)
        Priority vector, summing to one.
    names : tuple
        What was compared.
    comparisons : ndarray of shape (n, n)
        The judgements: how many times as important the row is as the column.
    lambda_max : float
        Largest eigenvalue of the comparisons; n if they agree perfectly.
    ci : float
        Consistency index (λmax − n) / (n − 1).
    cr : float
        Consistency ratio CI / RI; 0 for two things, which cannot disagree.
    ri : float
        Random index RI that was used.

    Examples
    --------
    >>> leader = ahp([[1, 4, 3, 7], [1/4, 1, 1/3, 3], [1/3, 3, 1, 5], [1/7, 1/3, 1/5, 1]])
    >>> leader
    AhpWeights(1 0.5476, 2 0.1266, 3 0.2699, 4 0.0559; CR 0.0439, consistent)
    >>> leader.to_frame().round(2)
          weight
    name
    1       0.55
    2       0.13
    3       0.27
    4       0.06
    >>> leader.worst().round(2)
       more  less  given  implied  factor
    0     1     3    3.0     2.03    1.48
    1     3     2    3.0     2.13    1.41
    2     1     4    7.0     9.79    1.40
    3     2     4    3.0     2.26    1.33
    4     1     2    4.0     4.33    1.08
    5     3     4    5.0     4.83    1.04
    """

    _picture = "weights"

    weights: FloatArray
    names: tuple[Hashable, ...]
    comparisons: FloatArray
    lambda_max: float
    ci: float
    cr: float
    ri: float

    @property
    def consistent(self) -> bool:
        """Whether the consistency ratio is at most 0.1."""
        return self.cr <= LIMIT

    @property
    def implied(self) -> FloatArray:
        """The comparisons that would follow from the weights: wᵢ / wⱼ."""
        return self.weights[:, None] / self.weights

    def worst(self) -> "pd.DataFrame":
        """Judgements ordered by how far they are from what all the others together imply.

        Returns
        -------
        DataFrame
            One row per pair: more, less (the names), given, implied, and factor, by how many
            times the two differ.
        """
        import pandas as pd

        i, j = np.triu_indices(len(self.weights), 1)
        given, implied = self.comparisons[i, j], self.implied[i, j]
        swap = given < 1
        table = pd.DataFrame(
            {
                "more": [self.names[a] for a in np.where(swap, j, i)],
                "less": [self.names[a] for a in np.where(swap, i, j)],
                "given": np.where(swap, 1 / given, given),
                "implied": np.where(swap, 1 / implied, implied),
            }
        )
        factor = np.exp(np.abs(np.log(table["given"] / table["implied"])))
        return table.assign(factor=factor).sort_values(
            "factor", ascending=False, kind="stable", ignore_index=True
        )

    def __repr__(self) -> str:
        verdict = "consistent" if self.consistent else "NOT consistent, above 0.1"
        return f"AhpWeights({self._listed()}; CR {self.cr:.4f}, {verdict})"


def comparison_matrix(
    judgements: Mapping[tuple[str, str], float], names: Sequence[str] | None = None
) -> "pd.DataFrame":
    """Write judgements about pairs as a comparison matrix (判断矩阵).

    Parameters
    ----------
    judgements : mapping of (str, str) to float
        ``{("quality", "price"): 3}`` says that quality is 3 times as important as price. Every
        pair is judged once, in either order.
    names : sequence of str, optional
        Order of the rows; by default as first met.

    Returns
    -------
    DataFrame
        Reciprocal: ones on the diagonal and 1 / a in the mirrored cell.

    Raises
    ------
    ValueError, TypeError
        If a pair is missing, judged twice or not named, or a judgement is not above 0.

    Examples
    --------
    >>> comparison_matrix({("quality", "price"): 2, ("quality", "speed"): 4,
    ...                    ("price", "speed"): 2})
             quality  price  speed
    quality     1.00    2.0    4.0
    price       0.50    1.0    2.0
    speed       0.25    0.5    1.0
    """
    import pandas as pd

    if not isinstance(judgements, Mapping) or not judgements:
        raise TypeError(
            f"judgements must map pairs of names to numbers; got {type(judgements).__name__}"
        )
    for pair in judgements:
        if not isinstance(pair, tuple) or len(pair) != 2 or pair[0] == pair[1]:
            raise ValueError(f"judgements must be about pairs of names; got {pair!r}")
    met = dict.fromkeys(name for pair in judgements for name in pair)
    order = names_of(names, None, len(met)) if names is not None else tuple(met)
    if set(order) != set(met):
        raise ValueError(f"names must be those of the judgements, {list(met)}; got {list(order)}")
    table = pd.DataFrame(np.eye(len(order)), order, order)
    table = table.mask(table == 0)
    for (more, less), value in judgements.items():
        times = _checks.number(value, f"judgements[{more!r}, {less!r}]", 0, open_low=True)
        if not np.isnan(table.loc[more, less]):  # type: ignore[arg-type]
            raise ValueError(f"judgements must be one per pair; got {more!r} and {less!r} twice")
        table.loc[more, less], table.loc[less, more] = times, 1 / times
    gaps = np.argwhere(table.isna().to_numpy())
    if len(gaps):
        i, j = gaps[0]
        raise ValueError(
            f"judgements must cover every pair; got none of {order[i]!r}, {order[j]!r}"
        )
    return table


def ahp(
    comparisons: Any, random_index: str | float = "saaty", *, names: Sequence[str] | None = None
) -> AhpWeights:
    """Weights from pairwise comparisons by the eigenvector method (层次分析法).

    Parameters
    ----------
    comparisons : array or DataFrame of shape (n, n)
        Cell (i, j) says how many times as important i is as j; cell (j, i) is its reciprocal.
    random_index : {"saaty", "saaty2005"} or float
        RI for the consistency ratio: Saaty's table of 1980 or of 2005 (for 3 to 10 things), or
        a number of one's own.
    names : sequence of str, optional
        What is compared; by default the columns of a DataFrame, or 1 to n.

    Returns
    -------
    AhpWeights
        With ``.weights``, ``.lambda_max``, ``.ci``, ``.cr``, ``.consistent``, ``.worst()``.

    Raises
    ------
    ValueError, TypeError
        If the matrix is not square, positive and reciprocal, or no random index is known for n.

    Warns
    -----
    UserWarning
        If the consistency ratio is above 0.1.

    Notes
    -----
    Saaty (1980).

    Examples
    --------
    The choice of a leader by four criteria, an example that is much used in teaching:

    >>> leader = ahp([[1, 4, 3, 7], [1/4, 1, 1/3, 3], [1/3, 3, 1, 5], [1/7, 1/3, 1/5, 1]])
    >>> leader
    AhpWeights(1 0.5476, 2 0.1266, 3 0.2699, 4 0.0559; CR 0.0439, consistent)
    >>> round(leader.lambda_max, 4)
    4.1184
    """
    matrix = _comparisons(comparisons, "comparisons")
    result = _from_matrix(matrix, random_index, names_of(names, comparisons, len(matrix)))
    return _warned(result)


def group_ahp(
    judges: Sequence[Any],
    random_index: str | float = "saaty",
    *,
    names: Sequence[str] | None = None,
    weights: Any = None,
) -> AhpWeights:
    """Weights of a group: AHP on the geometric mean of its members' comparisons (群组层次分析法).

    Parameters
    ----------
    judges : sequence of arrays of shape (n, n)
        One comparison matrix per member.
    random_index, names
        As in :func:`ahp`.
    weights : array of shape (members,), optional
        How much each member counts, summing to one; equally without it.

    Returns
    -------
    AhpWeights
        Its `comparisons` are the group's.

    Raises
    ------
    ValueError, TypeError
        As :func:`ahp`, or if the matrices differ in size.

    Warns
    -----
    UserWarning
        If the group's consistency ratio is above 0.1.

    Notes
    -----
    Aczél and Saaty (1983): only the geometric mean keeps the group's matrix reciprocal.

    Examples
    --------
    >>> group_ahp([[[1, 4], [1/4, 1]], [[1, 1], [1, 1]]], names=["quality", "price"])
    AhpWeights(quality 0.6667, price 0.3333; CR 0.0000, consistent)
    """
    if isinstance(judges, str) or not isinstance(judges, Sequence) or not judges:
        raise TypeError(f"judges must be a list of comparison matrices; got {judges!r:.60}")
    stack = [_comparisons(judge, f"judges[{i}]") for i, judge in enumerate(judges)]
    sizes = [len(judge) for judge in stack]
    if len(set(sizes)) > 1:
        raise ValueError(f"judges must compare the same things; got {sizes} of them")
    n = len(stack)
    counts = np.full(n, 1 / n) if weights is None else _checks.shares(weights, "weights")
    if len(counts) != n:
        raise ValueError(f"weights must be one per member ({n}); got {len(counts)}")
    together = np.exp(np.tensordot(counts, np.log(stack), axes=1))
    labels = names_of(names, judges[0], len(together))
    return _warned(_from_matrix(together, random_index, labels))


def _comparisons(value: Any, name: str) -> FloatArray:
    matrix = _checks.array(value, name, 0, open_low=True, ndim=2)
    n = len(matrix)
    if matrix.shape != (n, n) or n < 2:
        raise ValueError(f"{name} must be a square matrix of at least 2 rows; got {matrix.shape}")
    off = np.abs(np.log(matrix * matrix.T))
    i, j = np.unravel_index(off.argmax(), off.shape)
    if off[i, j] > 1e-6:
        raise ValueError(
            f"{name} must be reciprocal, cell ({i}, {j}) times cell ({j}, {i}) being 1 (write 1/3, "
            f"not 0.33); got {matrix[i, j]:g} and {matrix[j, i]:g}"
        )
    return matrix


def _from_matrix(matrix: FloatArray, random_index: Any, names: tuple[Any, ...]) -> AhpWeights:
    n = len(matrix)
    ri = _random_index(random_index, n)
    values, vectors = np.linalg.eig(matrix)
    first = int(values.real.argmax())
    lambda_max = float(values[first].real)
    priority = np.abs(vectors[:, first].real)
    ci = max((lambda_max - n) / (n - 1), 0.0)  # rounding can carry it a hair below
    cr = ci / ri if ri else 0.0
    return AhpWeights(priority / priority.sum(), names, matrix, lambda_max, ci, cr, ri)


def _random_index(random_index: Any, n: int) -> float:
    if n == 2:
        return 0.0
    if isinstance(random_index, str):
        table = RANDOM_INDEX[_checks.choice(random_index, "random_index", tuple(RANDOM_INDEX))]
        if n > len(table) + 2:
            raise ValueError(
                f"random_index must be a number of your own for more than 10 things; got "
                f"{random_index!r} for {n}"
            )
        return table[n - 3]
    return _checks.number(random_index, "random_index", 0, open_low=True)


def _warned(result: AhpWeights) -> AhpWeights:
    if not result.consistent:
        warnings.warn(
            _("the comparisons contradict each other: CR = {cr:.3f} is above 0.1").format(
                cr=result.cr
            ),
            stacklevel=3,
        )
    return result
