"""Roll rates and the allowance for doubtful accounts by a Markov chain (迁徙率, 坏账准备)."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._chain import Absorbing, absorb
from crmlab._checks import FloatArray
from crmlab._engine import frame, to_pandas
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.credit.measures import rising_days
from crmlab.credit.receivables import bucket_edges, bucket_names, open_items

if TYPE_CHECKING:
    import pandas as pd

PAID, BAD = "paid", "bad"


@dataclass(frozen=True, eq=False)
class CollectionChain(Drawable):
    """Where money that is owed stands one period later; by :func:`roll_rates`.

    Attributes
    ----------
    states : tuple
        Names of the buckets that money passes through, the freshest first.
    matrix : ndarray of shape (k, k + 2)
        Share of each bucket's money that is in each bucket a period later, then paid, then bad.
    flows : ndarray of shape (k, k + 2)
        The money behind the shares; equal to the matrix where it was given.
    bad : str
        Name of the bucket that counts as bad.
    recovered : float
        Share of the money seen in the bad bucket that was paid within a period. The chain counts
        none of it.

    Examples
    --------
    >>> chain = collection_chain([[0.3, 0.3, 0.4, 0.0], [0.3, 0.1, 0.4, 0.2]], ["fresh", "old"])
    >>> chain
    CollectionChain(bad in the end: fresh 11.1%, old 25.9%)
    >>> chain.to_frame()
           fresh  old  paid  bad
    now
    fresh    0.3  0.3   0.4  0.0
    old      0.3  0.1   0.4  0.2
    """

    _picture = "collection_chain"

    states: tuple[Hashable, ...]
    matrix: FloatArray
    flows: FloatArray
    bad: Hashable
    recovered: float

    @property
    def _chain(self) -> Absorbing:
        """The chain with its two ends, paid and bad, which keep what they have."""
        k = len(self.states)
        return absorb(np.vstack([self.matrix, np.eye(k + 2)[k:]]))

    @property
    def steps(self) -> "pd.Series":
        """Expected number of periods until money of each bucket is paid or bad."""
        import pandas as pd

        return pd.Series(self._chain.steps, pd.Index(self.states, name="state"), name="steps")

    @property
    def ends(self) -> "pd.DataFrame":
        """Share of each bucket's money that ends as paid and as bad: ``(I − Q)⁻¹ R``."""
        import pandas as pd

        names = pd.Index(self.states, name="state")
        return pd.DataFrame(self._chain.chances, names, [PAID, BAD])

    @property
    def loss(self) -> "pd.Series":
        """Loss rate of each bucket, the bad one included with 1."""
        import pandas as pd

        rates = self.ends[BAD].to_numpy()
        names = pd.Index([*self.states, self.bad], name="bucket")
        return pd.Series(np.append(rates, 1.0), names, name="loss")

    def to_frame(self) -> "pd.DataFrame":
        """Return the matrix with the names of the states.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        now = pd.Index(self.states, name="now")
        return pd.DataFrame(self.matrix, now, [*self.states, PAID, BAD])

    def __repr__(self) -> str:
        pairs = zip(self.states, self.ends[BAD], strict=True)
        return f"CollectionChain(bad in the end: {', '.join(f'{n} {p:.1%}' for n, p in pairs)})"


def collection_chain(matrix: Any, states: Any = None, *, bad: Hashable = BAD) -> CollectionChain:
    """Chain of collection from a matrix that is given (收账的马尔可夫链).

    Parameters
    ----------
    matrix : array or DataFrame of shape (k, k + 2)
        One row per bucket: the share of its money that is in each bucket a period later, then the
        share paid, then the share that is bad. Rows sum to one, and from every bucket money must
        be able to end.
    states : sequence, optional
        Names of the buckets; those of the rows of a DataFrame without it.
    bad : str
        Name of the bucket of what is bad already.

    Returns
    -------
    CollectionChain
        With ``.ends``, ``.loss``, ``.steps``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If shares are outside [0, 1], rows do not sum to one, shapes do not go together, or money
        could stay for ever.

    Notes
    -----
    Cyert, Davidson and Thompson (1962).

    Examples
    --------
    A fresh bucket of which 40 % is paid in a week, and an old one of which 20 % turns bad:

    >>> chain = collection_chain([[0.3, 0.3, 0.4, 0.0], [0.3, 0.1, 0.4, 0.2]], ["fresh", "old"])
    >>> chain.ends.round(2)
           paid   bad
    state
    fresh  0.89  0.11
    old    0.74  0.26
    """
    shares = _checks.array(matrix, "matrix", 0, 1, ndim=2)
    k = shares.shape[0]
    if shares.shape[1] != k + 2:
        raise ValueError(
            f"matrix must have two more columns than rows, for paid and bad; got {shares.shape}"
        )
    sums = shares.sum(axis=1)
    if (np.abs(sums - 1) > 1e-6).any():
        row = int(np.abs(sums - 1).argmax())
        raise ValueError(f"matrix must have rows that sum to 1; got {sums[row]:g} in row {row}")
    names = (
        _checks.labels(matrix, "index", k)
        if states is None
        else tuple(_checks.listed(states, "states"))
    )
    if len(names) != k or len(set(names)) < k:
        raise ValueError(f"states must be {k} different names; got {list(names)}")
    _ending(shares, names)
    return CollectionChain(names, shares, shares, _checks.label(bad, "bad"), 0.0)


def _ending(shares: FloatArray, names: tuple[Hashable, ...]) -> None:
    """Raise if money of some bucket can never be paid or turn bad."""
    k = len(names)
    ends = shares[:, k:].sum(axis=1) > 0
    for _step in range(k):
        ends = ends | (shares[:, :k] @ ends > 0)
    if not ends.all():
        stuck = names[int(np.argmin(ends))]
        raise ValueError(
            f"matrix must let all money be paid or turn bad; got {stuck!r}, which never ends"
        )


def roll_rates(
    ledger: Any,
    days: Any,
    *,
    buckets: Any = (0, 30, 60, 90, 180),
    item: str = "invoice",
    date: str = "date",
    due: str = "due",
    amount: str = "amount",
) -> CollectionChain:
    """Roll rates of a ledger (账龄迁徙率): where the money of each bucket is a period later.

    Every open item is followed from one day to the next: what is still open has moved to the
    bucket of its new age, the rest is paid (or credited).

    Parameters
    ----------
    ledger, item, date, due, amount
        As in :func:`open_items`.
    days : sequence of date
        At least two rising days one period apart, such as the ends of months.
    buckets
        As in :func:`ageing`, by the due day. Money in the last bucket counts as bad.

    Returns
    -------
    CollectionChain
        With ``.matrix``, ``.flows``, ``.ends``, ``.loss``, ``.recovered`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`open_items`, if there are fewer than two days, or no money was ever in a bucket.

    Notes
    -----
    Cyert, Davidson and Thompson (1962) put money into states and let "paid" and "bad" absorb it.
    The chain forgets how an item came to its bucket, and takes all money of a bucket as alike. An
    item that grows from one day to the next counts with what was open at first.

    Examples
    --------
    >>> from crmlab import credit, datasets
    >>> books = credit.match_payments(datasets.load("company_invoices"),
    ...                               datasets.load("company_payments"))
    >>> roll_rates(books.ledger, ["2025-10-31", "2025-11-30", "2025-12-31"]).loss.round(3).tolist()
    [0.023, 0.088, 0.469, 0.709, 0.842, 1.0]
    """
    wanted = rising_days(days)
    if len(wanted) < 2:
        raise ValueError(f"days must be at least 2; got {len(wanted)}")
    names, edges = bucket_names(buckets), bucket_edges(buckets, "due")
    flows = np.zeros((len(names), len(names) + 1))
    before = None
    for day in wanted:
        found = open_items(ledger, day, by=None, item=item, date=date, due=due, amount=amount)
        now = to_pandas(frame(found, "ledger").select(item, "open", "days_late"))
        now = now[now["open"] > 0].set_index(item)
        now["bucket"] = np.searchsorted(edges, now["days_late"].to_numpy(), side="left")
        if before is not None:
            both = before.join(now.rename(columns="{}_after".format))
            kept = np.minimum(both["open_after"].fillna(0).to_numpy(), both["open"].to_numpy())
            place = both["bucket_after"].fillna(0).astype(int).to_numpy()
            start = both["bucket"].to_numpy()
            np.add.at(flows, (start, place), kept)
            np.add.at(flows, (start, np.full(len(both), len(names))), both["open"] - kept)
        before = now
    return _chain(flows, names)


def _chain(flows: FloatArray, names: list[str]) -> CollectionChain:
    """Turn money by bucket before and after, the last column paid, into the chain."""
    k = len(names) - 1
    ordered = np.column_stack([flows[:k, :k], flows[:k, k + 1], flows[:k, k]])
    whole = ordered.sum(axis=1, keepdims=True)
    empty = np.flatnonzero(whole[:, 0] == 0)
    if empty.size:
        raise ValueError(
            f"ledger must have money in every bucket on some day but the last; got none in "
            f"{names[int(empty[0])]!r}. Give more days or wider buckets"
        )
    last = flows[k].sum()
    recovered = float(flows[k, k + 1] / last) if last else 0.0
    matrix = ordered / whole
    _ending(matrix, tuple(names[:k]))
    return CollectionChain(tuple(names[:k]), matrix, ordered, names[k], recovered)


@dataclass(frozen=True, eq=False)
class Allowance(Drawable):
    """What of the receivables will not come, made by :func:`allowance`.

    Attributes
    ----------
    table : DataFrame
        One row per bucket: amount, loss (rate), allowance.

    Examples
    --------
    >>> found = allowance({"fresh": 1000, "old": 2000}, {"fresh": 0.11, "old": 0.26})
    >>> found
    Allowance(630.00 of 3,000.00)
    >>> found.to_frame()
            amount  loss  allowance
    bucket
    fresh   1000.0  0.11      110.0
    old     2000.0  0.26      520.0
    """

    _picture = "allowance"

    table: "pd.DataFrame"

    @property
    def owed(self) -> float:
        """Sum of the amounts."""
        return float(self.table["amount"].sum())

    @property
    def total(self) -> float:
        """Sum of the allowance."""
        return float(self.table["allowance"].sum())

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per bucket.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return f"Allowance({self.total:,.2f} of {self.owed:,.2f})"


def allowance(aged: Any, loss_rates: Any) -> Allowance:
    """Estimate what will not come from an ageing and loss rates: the allowance (坏账准备).

    Parameters
    ----------
    aged : Series, dict, or table of one row
        Amount in each bucket, at least 0: the one row of :func:`ageing`, say, whose columns
        `items`, `credit` and `total` are left aside.
    loss_rates : Series, dict or CollectionChain
        Loss rate of each bucket, between 0 and 1.

    Returns
    -------
    Allowance
        With ``.table``, ``.total``, ``.owed`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If the two do not have the same buckets, or a number is outside its bounds.

    Examples
    --------
    >>> allowance({"fresh": 1000, "old": 2000}, {"fresh": 0.11, "old": 0.26})
    Allowance(630.00 of 3,000.00)
    """
    import pandas as pd

    chain = isinstance(loss_rates, CollectionChain)
    rates = loss_rates.loss if chain else by_bucket(loss_rates, "loss_rates")
    owed = _amounts(aged)
    if set(owed.index) != set(rates.index):
        raise ValueError(
            f"aged and loss_rates must have the same buckets; got {list(owed.index)} and "
            f"{list(rates.index)}"
        )
    rates = rates.reindex(owed.index)
    amount = _checks.array(owed, "aged", 0, ndim=1)
    rate = _checks.probability(rates, "loss_rates")
    columns = {"amount": amount, "loss": rate, "allowance": amount * rate}
    return Allowance(pd.DataFrame(columns, pd.Index(owed.index, name=_("bucket"))))


def by_bucket(value: Any, name: str) -> "pd.Series":
    """Return the number of each bucket, or raise."""
    import pandas as pd

    given = _checks.mapped(value, name, "buckets to numbers")
    numbers = _checks.array(list(given.values()), name, ndim=1)
    return pd.Series(numbers, list(given))


def _amounts(aged: Any) -> "pd.Series":
    """Return the amount of each bucket."""
    import pandas as pd

    if isinstance(aged, pd.Series | dict):
        return by_bucket(aged, "aged").drop(["items", "credit", "total"], errors="ignore")
    table = to_pandas(frame(aged, "aged"))
    if len(table) != 1:
        raise ValueError(f"aged must have one row; got {len(table)}")
    return _amounts(table.iloc[0])
