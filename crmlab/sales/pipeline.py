"""The five customer stages as an absorbing Markov chain (销售过程的马尔可夫链)."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._chain import absorb, visit
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd

#: The five stages along the sale (潜在, 目标, 意向, 签单, 长期) and the end of the others.
SALE_STAGES = ("potential", "target", "intending", "signed", "long-term", "lost")


@dataclass(frozen=True, eq=False)
class Pipeline(Drawable):
    """Customers on their way through the stages of the sale, made by :func:`pipeline`.

    Attributes
    ----------
    states : tuple
        Names of the states.
    matrix : ndarray of shape (k, k)
        Chances from one period to the next; rows sum to one.
    transient, absorbing : tuple
        Names of the states that are left some day, and of those that are not.
    fundamental : ndarray
        N = (I − Q)⁻¹: expected periods in each transient state (column) from each one (row).
    table : DataFrame
        One row per transient state: a chance to end in each absorbing state; periods until then;
        chance_to_sign, and periods_to_sign, the mean of those who sign.
    signed : hashable
        The state that counts as signed.

    Examples
    --------
    >>> chain = pipeline([
    ...     [0.5, 0.3, 0.0, 0.0, 0.0, 0.2],
    ...     [0.0, 0.6, 0.2, 0.0, 0.0, 0.2],
    ...     [0.0, 0.0, 0.5, 0.3, 0.0, 0.2],
    ...     [0.0, 0.0, 0.0, 0.8, 0.15, 0.05],
    ...     [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    ...     [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]])
    >>> chain
    Pipeline(chance to sign: potential 18.0 %, target 30.0 %, intending 60.0 %)
    >>> chain.to_frame()
               long-term   lost  periods  chance_to_sign  periods_to_sign
    state
    potential      0.135  0.865      5.0            0.18              6.5
    target         0.225  0.775      5.0            0.30              4.5
    intending      0.450  0.550      5.0            0.60              2.0
    signed         0.750  0.250      5.0            1.00              0.0
    >>> chain.follow([10, 0, 0, 0, 0, 0], periods=2).round(1)
            potential  target  intending  signed  long-term  lost  signings
    period
    0            10.0     0.0        0.0     0.0        0.0   0.0       0.0
    1             5.0     3.0        0.0     0.0        0.0   2.0       0.0
    2             2.5     3.3        0.6     0.0        0.0   3.6       0.0
    >>> chain.expected_signed([10, 0, 0, 0, 0, 0], value=500)["expected"].round(1).to_dict()
    {'potential': 900.0, 'target': 0.0, 'intending': 0.0}
    >>> chain.to_matrix().shape
    (6, 6)
    """

    _picture = "pipeline"

    states: tuple[Hashable, ...]
    matrix: FloatArray
    transient: tuple[Hashable, ...]
    absorbing: tuple[Hashable, ...]
    fundamental: FloatArray
    table: "pd.DataFrame"
    signed: Hashable

    def _stock(self, value: Any, name: str) -> FloatArray:
        """Check one number per state, by name where a Series or mapping came."""
        if hasattr(value, "keys"):
            unknown = [key for key in value.keys() if key not in self.states]  # noqa: SIM118
            if unknown:
                raise ValueError(
                    f"{name} must name only states ({', '.join(map(str, self.states))}); got "
                    f"{unknown[0]!r}"
                )
            value = [value.get(key, 0.0) for key in self.states]
        found = _checks.array(value, name, 0, ndim=1)
        if found.size != len(self.states):
            raise ValueError(
                f"{name} must have one number per state ({len(self.states)}); got {found.size}"
            )
        return found

    def follow(self, stock: Any, periods: int, inflow: Any = None) -> "pd.DataFrame":
        """Return the expected number in each state over time, and those who sign per period.

        Parameters
        ----------
        stock : mapping or array of shape (k,)
            Customers in each state now.
        periods : int
            Periods to follow, at least 1.
        inflow : mapping or array of shape (k,), optional
            New customers per period, who enter at its end.

        Returns
        -------
        DataFrame
            One row per period from 0; a column per state and `signings`, those who reach the
            signed state in the period.

        Raises
        ------
        ValueError, TypeError
            If a state is unknown, or a number is outside its bounds.
        """
        import pandas as pd

        now = self._stock(stock, "stock")
        enter = np.zeros(now.size) if inflow is None else self._stock(inflow, "inflow")
        place = self.states.index(self.signed)
        others = np.arange(now.size) != place
        rows, signings = [now], [0.0]
        for _period in range(_checks.count(periods, "periods")):
            signings.append(float(now[others] @ self.matrix[others, place]))
            now = now @ self.matrix + enter
            rows.append(now)
        table = pd.DataFrame(np.array(rows), columns=list(self.states))
        table.index.name = "period"
        return table.assign(signings=signings)

    def expected_signed(self, stock: Any, value: Any) -> "pd.DataFrame":
        """Return the value that the customers now on their way will sign some day, by state.

        Parameters
        ----------
        stock : mapping or array of shape (k,)
            Customers in each state.
        value : float, mapping or array of shape (k,)
            Value of a contract, one number or one per state.

        Returns
        -------
        DataFrame
            One row per state from which one can sign: customers, chance_to_sign, value,
            expected.

        Raises
        ------
        ValueError, TypeError
            If a state is unknown, or a number is outside its bounds.
        """
        import pandas as pd

        now = self._stock(stock, "stock")
        alike = not hasattr(value, "keys") and _checks.plain(value, "value").ndim == 0
        each = np.full(now.size, _checks.number(value, "value", 0)) if alike else self._stock(
            value, "value")  # fmt: skip
        place = self.states.index(self.signed)
        chances, _times = visit(self.matrix, place)
        kept = [i for i, chance in enumerate(chances) if i != place and chance > 0]
        chance = chances[kept]
        index = pd.Index([self.states[i] for i in kept], name="state")
        table = pd.DataFrame(
            {"customers": now[kept], "chance_to_sign": chance, "value": each[kept]}, index=index
        )
        return table.assign(expected=table.prod(axis=1))

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per transient state.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def to_matrix(self) -> "pd.DataFrame":
        """Return the matrix with the names of the states.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        names = list(self.states)
        return pd.DataFrame(self.matrix, pd.Index(names, name="from"), pd.Index(names, name="to"))

    def __repr__(self) -> str:
        parts = [
            f"{name} {100 * row['chance_to_sign']:.1f} %"
            for name, row in self.table.iterrows()
            if name != self.signed
        ]
        return f"Pipeline(chance to sign: {', '.join(parts)})"


def _state_names(matrix: Any, states: Any, size: int) -> tuple[Hashable, ...]:
    """Names of the states: as given, of a DataFrame, the six of the course, or numbers."""
    if states is not None:
        names = tuple(_checks.listed(states, "states"))
    elif hasattr(matrix, "columns"):
        names = tuple(matrix.columns)
        if tuple(matrix.index) != names:
            raise ValueError("matrix must have the same names in rows and columns; got others")
    else:
        names = SALE_STAGES if size == len(SALE_STAGES) else tuple(range(1, size + 1))
    if len(names) != size or len(set(names)) != size:
        raise ValueError(f"states must hold {size} different names; got {list(names)}")
    return names


def pipeline(matrix: Any, *, states: Any = None, signed: Hashable = "signed") -> Pipeline:
    """Read time and chance to sign from a chain of customer stages (签单时间与签单概率).

    With Q the moves among the transient states and R those into the absorbing ones, the
    **fundamental matrix** (基本矩阵) is ``N = (I − Q)⁻¹``; ``N 1`` are the expected periods until
    the end and ``B = N R`` the chances of each end.

    Parameters
    ----------
    matrix : array of shape (k, k)
        Chances to move from the row's state to the column's in one period; rows sum to one. A
        state that is never left has a 1 in the diagonal. A DataFrame names the states.
    states : sequence, optional
        Names; without it those of the DataFrame, or those of the course where there are six:
        potential, target, intending, signed, long-term, lost.
    signed : hashable
        The state whose first visit counts as signing.

    Returns
    -------
    Pipeline
        With ``.fundamental``, ``.table``, ``.follow(...)``, ``.expected_signed(...)``,
        ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a row does not sum to one, no absorbing state is there or some state leads to none, or
        names do not fit.

    Notes
    -----
    Kemeny & Snell (1960), chapter 3. Signing need not be absorbing: its chance is that of ever
    visiting it, and its time is that of those who do. The chain has no memory: how long a customer
    has been in a state is taken to say nothing about the next move.

    Examples
    --------
    >>> chain = pipeline([
    ...     [0.5, 0.3, 0.0, 0.0, 0.0, 0.2],
    ...     [0.0, 0.6, 0.2, 0.0, 0.0, 0.2],
    ...     [0.0, 0.0, 0.5, 0.3, 0.0, 0.2],
    ...     [0.0, 0.0, 0.0, 0.8, 0.15, 0.05],
    ...     [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    ...     [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]])
    >>> chain
    Pipeline(chance to sign: potential 18.0 %, target 30.0 %, intending 60.0 %)
    >>> chain.table[["long-term", "periods", "periods_to_sign"]].round(3)
               long-term  periods  periods_to_sign
    state
    potential      0.135      5.0              6.5
    target         0.225      5.0              4.5
    intending      0.450      5.0              2.0
    signed         0.750      5.0              0.0
    """
    import pandas as pd

    checked = _checks.transitions(matrix, "matrix")
    names = _state_names(matrix, states, len(checked))
    _checks.choice(signed, "signed", names)
    checked = checked / checked.sum(axis=1, keepdims=True)
    chain = absorb(checked)
    chance, time = visit(checked, names.index(signed))
    transient = tuple(names[i] for i in chain.transient)
    absorbing = tuple(names[i] for i in chain.absorbing)
    table = pd.DataFrame(chain.chances, pd.Index(transient, name="state"), list(absorbing))
    table = table.assign(
        periods=chain.steps,
        chance_to_sign=chance[chain.transient],
        periods_to_sign=time[chain.transient],
    )
    return Pipeline(names, checked, transient, absorbing, chain.fundamental, table, signed)


def stationary_stock(result: Pipeline, inflow: Any) -> "pd.Series":
    """Return the stock at which as many enter the pipeline as leave it (稳态存量).

    ``stock = inflow · N``: with the same inflow every period the transient states fill up to it.

    Parameters
    ----------
    result : Pipeline
    inflow : mapping or array of shape (k,)
        New customers per period in each state; none may enter an absorbing one.

    Returns
    -------
    Series
        Customers in each transient state.

    Raises
    ------
    ValueError, TypeError
        If the inflow names an unknown state, is negative, or enters an absorbing state.

    Examples
    --------
    >>> chain = pipeline([[0.5, 0.2, 0.3], [0, 1, 0], [0, 0, 1]], states=["open", "signed", "lost"])
    >>> stationary_stock(chain, {"open": 10}).tolist()
    [20.0]
    """
    import pandas as pd

    _checks.instance(result, "result", Pipeline)
    enter = result._stock(inflow, "inflow")
    inside = [result.states.index(name) for name in result.transient]
    if np.delete(enter, inside).any():
        raise ValueError(
            f"inflow must enter only {', '.join(map(str, result.transient))}; got some in an "
            "absorbing state"
        )
    index = pd.Index(result.transient, name="state")
    return pd.Series(enter[inside] @ result.fundamental, index=index, name="customers")
