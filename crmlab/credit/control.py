"""Control of credit: exposure, hold or release of an order, whom to call first (信用控制)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._engine import frame, to_pandas
from crmlab._result import Drawable
from crmlab.credit.receivables import bucket_edges, bucket_names, open_items
from crmlab.credit.rolls import CollectionChain

if TYPE_CHECKING:
    import pandas as pd

HOLD, RELEASE = "hold", "release"
#: Why an order is held, in the order in which the reasons are named.
REASONS = ("no limit", "limit", "overdue", "grade")


def account_status(
    ledger: Any,
    day: Any = None,
    *,
    customer: str = "customer",
    item: str = "invoice",
    date: str = "date",
    due: str = "due",
    amount: str = "amount",
    check: bool | None = None,
) -> Any:
    """Exposure and overdue money of every customer (信用占用, 逾期), in the ledger's engine.

    Parameters
    ----------
    ledger, day, item, date, due, amount, check
        As in :func:`open_items`.
    customer : str
        Column of the customer.

    Returns
    -------
    The same kind of table
        One row per customer with an open item: the customer, `exposure` (all that is open, less
        cash on account), `overdue` (what is past its due day, cash on account not counted), and
        `days_late` of the oldest overdue item, 0 without one.

    Raises
    ------
    ValueError, TypeError
        As :func:`open_items`.

    Examples
    --------
    >>> import pandas as pd
    >>> ledger = pd.DataFrame({"customer": ["A", "A", "B"], "invoice": ["I1", "I2", "I3"],
    ...     "date": pd.Timestamp("2025-01-10"), "amount": [500.0, 80.0, 40.0],
    ...     "due": pd.to_datetime(["2025-02-09", "2025-03-11", "2025-03-11"])})
    >>> account_status(ledger, "2025-02-28")
      customer  exposure  overdue  days_late
    0        A     580.0    500.0         19
    1        B      40.0      0.0          0
    """
    import narwhals.stable.v2 as nw

    _checks.instance(customer, "customer", str)
    native = open_items(
        ledger, day, by=customer, item=item, date=date, due=due, amount=amount, check=check
    )
    items = frame(native, "ledger")
    late = (nw.col("open") > 0) & (nw.col("days_late") > 0)
    rows = items.select(
        nw.col(customer),
        nw.col("open").alias("exposure"),
        nw.when(late).then(nw.col("open")).otherwise(nw.lit(0.0)).alias("overdue"),
        nw.when(late).then(nw.col("days_late")).otherwise(nw.lit(0)).alias("days_late"),
    )
    table = rows.group_by(customer).agg(
        nw.col("exposure").sum(), nw.col("overdue").sum(), nw.col("days_late").max()
    )
    if isinstance(table, nw.DataFrame):
        table = nw.maybe_reset_index(table.sort(customer))
    return table.to_native()


@dataclass(frozen=True, eq=False)
class OrderControl(Drawable):
    """Which orders go out and which are held, made by :func:`hold_or_release`.

    Attributes
    ----------
    table : DataFrame
        One row per order: order, customer, amount, exposure (before it), limit (missing without
        one), overdue, days_late, grade where there are grades, decision ("hold" or "release"),
        reasons.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"order": ["O1", "O2", "O3"], "customer": ["A", "A", "B"],
    ...                        "amount": [300.0, 300.0, 100.0]})
    >>> status = pd.DataFrame({"exposure": [500.0, 200.0], "overdue": [0.0, 90.0],
    ...                        "days_late": [0, 45]}, index=["A", "B"])
    >>> found = hold_or_release(orders, status, {"A": 1000, "B": 400})
    >>> found
    OrderControl(1 of 3 orders released, 400 of 700 held)
    >>> found.to_frame()
      order customer  amount  exposure  limit  overdue  days_late decision  reasons
    0    O1        A   300.0     500.0   1000      0.0          0  release
    1    O2        A   300.0     800.0   1000      0.0          0     hold    limit
    2    O3        B   100.0     200.0    400     90.0         45     hold  overdue
    """

    _picture = "order_control"

    table: "pd.DataFrame"

    @property
    def held(self) -> "pd.DataFrame":
        """The orders that are held."""
        return self.table[self.table["decision"] == HOLD]

    @property
    def released(self) -> "pd.DataFrame":
        """The orders that go out."""
        return self.table[self.table["decision"] == RELEASE]

    @property
    def reasons(self) -> "pd.DataFrame":
        """Orders and money held by reason; an order with two reasons counts with both."""
        import pandas as pd

        held = self.held
        found = {
            reason: held.loc[[reason in text.split(", ") for text in held["reasons"]], "amount"]
            for reason in REASONS
        }
        columns = {
            "orders": [len(amounts) for amounts in found.values()],
            "amount": [float(amounts.sum()) for amounts in found.values()],
        }
        return pd.DataFrame(columns, pd.Index(list(found), name="reason"))

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per order.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return (
            f"OrderControl({len(self.released)} of {len(self.table)} orders released, "
            f"{self.held['amount'].sum():,.0f} of {self.table['amount'].sum():,.0f} held)"
        )


def hold_or_release(
    orders: "pd.DataFrame",
    status: "pd.DataFrame",
    limits: Any,
    *,
    max_days_late: int = 30,
    small: float = 0.0,
    tolerance: float = 0.0,
    grades: Any = None,
    stop: Any = ("D",),
) -> OrderControl:
    """Hold or release each order by limit, overdue money and grade (订单冻结与放行).

    An order is held if its customer has no limit; if exposure and order pass the limit; if money
    is overdue for more than `max_days_late` days; or if the grade is one of `stop`. All reasons
    that hold it are named.

    Parameters
    ----------
    orders : DataFrame
        One row per order, in the order in which they are decided: order, customer, amount (above
        0). An order that is released adds to its customer's exposure for the next ones.
    status : DataFrame
        One row per customer: customer (a column, or the index), exposure, overdue, days_late, as
        :func:`account_status` gives. A customer without a row owes nothing.
    limits : Series or dict
        Credit limit by customer, at least 0.
    max_days_late : int
        Days that the oldest overdue item may be late.
    small : float
        Overdue money up to this amount does not hold an order.
    tolerance : float
        Share by which exposure and order may pass the limit.
    grades : Series or dict, optional
        Grade by customer. A customer without one has no grade, and is not held for it.
    stop : sequence
        Grades that get nothing on credit.

    Returns
    -------
    OrderControl
        With ``.table``, ``.held``, ``.released``, ``.reasons`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, an order is named twice, or a number is outside its bounds.

    Notes
    -----
    A held order is not refused: it waits for a decision by a person, or for money.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"order": ["O1", "O2", "O3"], "customer": ["A", "A", "B"],
    ...                        "amount": [300.0, 300.0, 100.0]})
    >>> status = pd.DataFrame({"exposure": [500.0, 200.0], "overdue": [0.0, 90.0],
    ...                        "days_late": [0, 45]}, index=["A", "B"])
    >>> found = hold_or_release(orders, status, {"A": 1000, "B": 400})
    >>> found.table[["order", "decision", "reasons"]]
      order decision  reasons
    0    O1  release
    1    O2     hold    limit
    2    O3     hold  overdue
    """
    import pandas as pd

    _checks.columns(orders, "orders", ["order", "customer", "amount"])
    for column in ("order", "customer"):
        _checks.no_gaps(orders[column], column)
    repeated = orders["order"][orders["order"].duplicated()]
    if len(repeated):
        raise ValueError(f"orders must name each order once; got {repeated.iloc[0]!r} twice")
    amounts = _checks.array(orders["amount"], "orders amount", 0, ndim=1, open_low=True)
    days = _checks.count(max_days_late, "max_days_late", 0)
    least, slack = _checks.number(small, "small", 0), _checks.number(tolerance, "tolerance", 0)
    books = _status(status)
    ceiling = _by_customer(limits, "limits")
    ceiling[:] = _checks.array(ceiling, "limits", 0, ndim=1, allow_empty=True)
    graded = None if grades is None else _by_customer(grades, "grades").to_dict()
    labels = (stop,) if isinstance(stop, str) else stop
    stopped = set(_checks.listed(labels, "stop", "grades", ordered=False))
    limit_of, exposure = ceiling.to_dict(), books["exposure"].to_dict()
    overdue, late = books["overdue"].to_dict(), books["days_late"].to_dict()
    rows = []
    for order, who, amount in zip(orders["order"], orders["customer"], amounts, strict=True):
        owed, limit = float(exposure.get(who, 0.0)), limit_of.get(who)
        past, oldest = float(overdue.get(who, 0.0)), int(late.get(who, 0))
        grade = None if graded is None else graded.get(who)
        why = {
            "no limit": limit is None,
            "limit": limit is not None and owed + amount > limit * (1 + slack) + 1e-9,
            "overdue": oldest > days and past > least,
            "grade": grade in stopped,
        }
        reasons = [reason for reason in REASONS if why[reason]]
        if not reasons:
            exposure[who] = owed + amount
        row: dict[str, Any] = {"order": order, "customer": who, "amount": amount,
               "exposure": owed, "limit": np.nan if limit is None else limit,
               "overdue": past, "days_late": oldest}  # fmt: skip
        row |= {} if graded is None else {"grade": grade}
        rows.append(row | {"decision": HOLD if reasons else RELEASE, "reasons": ", ".join(reasons)})
    return OrderControl(pd.DataFrame(rows, orders.index))


def _status(status: Any) -> "pd.DataFrame":
    """Check the state of the accounts and index it by customer."""
    import pandas as pd

    if not isinstance(status, pd.DataFrame):
        raise TypeError(f"status must be a pandas DataFrame; got {type(status).__name__}")
    table = status.set_index("customer") if "customer" in status.columns else status
    for column in ("exposure", "overdue", "days_late"):
        if column not in table.columns:
            listed = ", ".join(map(str, status.columns))
            raise ValueError(f"status must have the column {column!r}; it has: {listed}")
        low = -np.inf if column == "exposure" else 0
        _checks.array(table[column], f"status {column}", low, ndim=1, allow_empty=True)
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise ValueError(f"status must have one row per customer; got {twice!r} twice")
    return table


def _by_customer(value: Any, name: str) -> "pd.Series":
    import pandas as pd

    if not isinstance(value, pd.Series | dict):
        raise TypeError(f"{name} must be a Series or dict by customer; got {type(value).__name__}")
    series = pd.Series(value)
    if not series.index.is_unique:
        twice = series.index[series.index.duplicated()][0]
        raise ValueError(f"{name} must have one value per customer; got {twice!r} twice")
    return series


@dataclass(frozen=True, eq=False)
class OverdueList(Drawable):
    """Whom to call first, made by :func:`overdue_list`.

    Attributes
    ----------
    table : DataFrame
        One row per customer with overdue money, the most urgent first: items, overdue, days_late
        (of the oldest item), expected_loss, stake (what is lost in addition if nothing is paid and
        all items roll on into the next bucket).

    Examples
    --------
    >>> import pandas as pd
    >>> ledger = pd.DataFrame({"customer": ["A", "B"], "invoice": ["I1", "I2"],
    ...     "date": pd.Timestamp("2025-01-01"), "amount": [1000.0, 400.0],
    ...     "due": pd.to_datetime(["2025-02-25", "2025-01-10"])})
    >>> loss = {"not due": 0.01, "1-30": 0.05, "31-60": 0.2, "over 60": 0.9}
    >>> found = overdue_list(ledger, "2025-02-28", loss, buckets=(0, 30, 60))
    >>> found
    OverdueList(2 customers with 1,400 overdue, 430 at stake)
    >>> found.to_frame()
              items  overdue  days_late  expected_loss  stake
    customer
    B             1    400.0         49           80.0  280.0
    A             1   1000.0          3           50.0  150.0
    """

    _picture = "overdue_list"

    table: "pd.DataFrame"

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per customer.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return (
            f"OverdueList({len(self.table)} customers with {self.table['overdue'].sum():,.0f} "
            f"overdue, {self.table['stake'].sum():,.0f} at stake)"
        )


def overdue_list(
    ledger: Any,
    day: Any,
    loss_rates: Any,
    *,
    buckets: Any = (0, 30, 60, 90, 180),
    customer: str = "customer",
    item: str = "invoice",
    date: str = "date",
    due: str = "due",
    amount: str = "amount",
) -> OverdueList:
    """List overdue customers, the most urgent first (逾期清单, 催收优先级).

    What a call can save is not what is lost already. The stake of an item is its amount times
    the rise of the loss rate from its bucket to the next one: money that has just become late
    has little at stake, money that nobody will pay has none left, and between them lies the work.

    Parameters
    ----------
    ledger, day, item, date, due, amount
        As in :func:`open_items`.
    loss_rates : CollectionChain, Series or dict
        Loss rate by bucket, such as ``roll_rates(...)``.
    buckets
        As in :func:`ageing`, by the due day.
    customer : str
        Column of the customer.

    Returns
    -------
    OverdueList
        With ``.table``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        As :func:`open_items`, or if `loss_rates` does not have the buckets or a rate is outside
        [0, 1].

    Notes
    -----
    Cash on account is not set off: look at it before you call.

    Examples
    --------
    >>> import pandas as pd
    >>> ledger = pd.DataFrame({"customer": ["A", "B"], "invoice": ["I1", "I2"],
    ...     "date": pd.Timestamp("2025-01-01"), "amount": [1000.0, 400.0],
    ...     "due": pd.to_datetime(["2025-02-25", "2025-01-10"])})
    >>> loss = {"not due": 0.01, "1-30": 0.05, "31-60": 0.2, "over 60": 0.9}
    >>> overdue_list(ledger, "2025-02-28", loss, buckets=(0, 30, 60)).table[["overdue", "stake"]]
              overdue  stake
    customer
    B           400.0  280.0
    A          1000.0  150.0
    """
    import pandas as pd

    _checks.instance(customer, "customer", str)
    names, edges = bucket_names(buckets), bucket_edges(buckets, "due")
    chain = isinstance(loss_rates, CollectionChain)
    rates = loss_rates.loss if chain else _by_customer(loss_rates, "loss_rates")
    missing = [name for name in names if name not in rates.index]
    if missing:
        raise ValueError(
            f"loss_rates must have a rate for {missing[0]!r}; it has {list(rates.index)}"
        )
    rate = _checks.probability(rates.reindex(names), "loss_rates")
    found = open_items(ledger, day, by=customer, item=item, date=date, due=due, amount=amount)
    items = to_pandas(frame(found, "ledger"))
    items = items[(items["open"] > 0) & (items["days_late"] > 0)]
    place = np.searchsorted(edges, items["days_late"].to_numpy(), side="left")
    following = np.minimum(place + 1, len(names) - 1)
    worse = np.maximum(rate[following] - rate[place], 0)
    items = items.assign(loss=items["open"] * rate[place], stake=items["open"] * worse)
    table = items.groupby(customer).agg(
        items=("open", "size"),
        overdue=("open", "sum"),
        days_late=("days_late", "max"),
        expected_loss=("loss", "sum"),
        stake=("stake", "sum"),
    )
    order = table.reset_index().sort_values(["stake", customer], ascending=[False, True])
    return OverdueList(pd.DataFrame(order.set_index(customer)))
