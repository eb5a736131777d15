"""Matching of payments and credit notes with invoices, to the cent (收款核销)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.credit._apply import RULES, Account, Applied, Bill, Cash

if TYPE_CHECKING:
    import pandas as pd

INVOICES = ("invoice", "customer", "date", "due", "amount")
PAYMENTS = ("payment", "customer", "invoice", "date", "amount")
NOTES = ("note", "customer", "invoice", "date", "amount")


@dataclass(frozen=True, eq=False)
class Matching(Drawable):
    """Invoices with the cash applied to them, made by :func:`match_payments`.

    Attributes
    ----------
    invoices : DataFrame
        One row per invoice: invoice, customer, date, due, amount, open.
    cash : DataFrame
        One row per payment or credit note: document, kind ("payment" or "credit note"), customer,
        invoice (as named; missing without one), date, amount, applied, on_account (what is not
        applied to any invoice).
    allocations : DataFrame
        One row per piece of cash and invoice: document, kind, customer, invoice, date (the later
        of the two), amount, rule ("number", or the rule by which it was found).
    unknown : int
        Payments and credit notes that name an invoice which their customer does not have.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-05", "2025-02-10"])
    >>> invoices = pd.DataFrame({"invoice": ["I1", "I2"], "customer": "A", "date": days[:2],
    ...                          "due": days[:2], "amount": [100.0, 250.0]})
    >>> payments = pd.DataFrame({"payment": ["P1", "P2"], "customer": "A", "date": days[2],
    ...                          "invoice": ["I1", None], "amount": [60.0, 290.0]})
    >>> found = match_payments(invoices, payments)
    >>> found.to_frame()
      document     kind customer invoice       date  amount    rule
    0       P1  payment        A      I1 2025-02-10    60.0  number
    1       P2  payment        A      I1 2025-02-10    40.0     sum
    2       P2  payment        A      I2 2025-02-10   250.0     sum
    """

    _picture = "matching"

    invoices: "pd.DataFrame"
    cash: "pd.DataFrame"
    allocations: "pd.DataFrame"
    unknown: int

    @property
    def reconciliation(self) -> "pd.Series":
        """Invoiced, credited, paid, applied, on account, open, and what does not balance: 0."""
        import pandas as pd

        kinds = self.cash.groupby("kind")["amount"].sum()
        found = {
            "invoiced": self.invoices["amount"].sum(),
            "credit notes": kinds.get("credit note", 0.0),
            "payments": kinds.get("payment", 0.0),
            "applied": self.allocations["amount"].sum(),
            "on account": self.cash["on_account"].sum(),
            "open": self.invoices["open"].sum(),
        }
        rounded = {name: float(round(value, 2)) for name, value in found.items()}
        net = rounded["invoiced"] - rounded["credit notes"] - rounded["payments"]
        rounded["difference"] = round(net - (rounded["open"] - rounded["on account"]), 2) + 0.0
        return pd.Series(rounded, name="amount")

    @property
    def ledger(self) -> "pd.DataFrame":
        """One row per line: document, kind, customer, invoice, date, due, amount with its sign.

        The lines that :func:`ageing`, :func:`dso` and :func:`open_items` read. An invoice is
        positive, what is applied to it negative. Cash on account is an item of its own, named
        after its document; cash that waited for its invoice is moved by two lines of the kind
        "transfer". So on every day the lines sum up to what was invoiced less what came in.
        """
        import pandas as pd

        columns = ["document", "kind", "customer", "invoice", "date", "due", "amount"]
        bills = self.invoices.assign(document=self.invoices["invoice"], kind="invoice")
        due, came = self.invoices.set_index("invoice")["due"], self.cash.set_index("document")
        used = self.allocations.assign(
            due=due.reindex(self.allocations["invoice"]).to_numpy(),
            came=came["date"].reindex(self.allocations["document"]).to_numpy(),
            amount=-self.allocations["amount"],
        )
        waited = used["date"] > used["came"]
        none = pd.Series([], dtype=due.dtype)  # a bare NaT would bring a type of its own
        moved = used[waited].assign(kind="transfer")
        early = used[waited].assign(invoice=moved["document"], due=none)
        back = early.assign(kind="transfer", amount=-moved["amount"])
        early = early.assign(date=moved["came"])
        rest = self.cash[self.cash["on_account"] > 0]
        rest = rest.assign(invoice=rest["document"], due=none, amount=-rest["on_account"])
        parts = [bills, used[~waited], early, back, moved, rest]
        # Empty parts would blur the types of the columns.
        filled = [part[columns] for part in parts if len(part)] or [bills[columns]]
        lines = pd.concat(filled, ignore_index=True)
        lines["due"] = lines["due"].astype(self.invoices["due"].dtype)
        return lines.sort_values("date", kind="stable", ignore_index=True)

    @property
    def by_rule(self) -> "pd.DataFrame":
        """Cash by the rule that applied it, and what stayed on account: documents, amount."""
        rules = ["number", *RULES]
        found = self.allocations.groupby("rule").agg(
            documents=("document", "nunique"), amount=("amount", "sum")
        )
        table = found.reindex([rule for rule in rules if rule in found.index])
        left = self.cash["on_account"]
        table.loc["on account"] = [int((left > 0).sum()), left.sum()]
        table["documents"] = table["documents"].astype(int)
        return table.assign(amount=table["amount"].round(2))

    def to_frame(self) -> "pd.DataFrame":
        """Return the allocations, one row per piece of cash and invoice.

        Returns
        -------
        DataFrame
        """
        return self.allocations

    def __repr__(self) -> str:
        found = self.reconciliation
        return (
            f"Matching({len(self.invoices)} invoices, {len(self.cash)} payments and credit notes: "
            f"{found['applied']:,.2f} applied, {found['open']:,.2f} open, "
            f"{found['on account']:,.2f} on account)"
        )


def match_payments(
    invoices: "pd.DataFrame",
    payments: "pd.DataFrame",
    credit_notes: "pd.DataFrame | None" = None,
    *,
    rules: Any = ("exact", "sum", "oldest"),
    day: Any = None,
) -> Matching:
    """Apply payments and credit notes to invoices (收款与发票的匹配, 核销), to the cent.

    Parameters
    ----------
    invoices : DataFrame
        One row per invoice: invoice, customer, date, due, amount (at least 0).
    payments : DataFrame
        One row per payment: payment, customer, invoice (missing where it names none), date,
        amount (at least 0).
    credit_notes : DataFrame, optional
        One row per credit note: note, customer, invoice, date, amount (at least 0).
    rules : sequence of {"exact", "sum", "closest", "oldest"}
        What to do with cash that names no invoice of its customer, in this order, each rule for
        what the ones before it left: "exact" takes the oldest open invoice of exactly this
        amount; "sum" the fewest open invoices (among the 24 oldest) that add up to it; "closest"
        the one invoice nearest in amount; "oldest" the invoices in order of their due days.
        Without rules such cash stays on account.
    day : date, optional
        Leave out what is later than this day. By default everything counts.

    Returns
    -------
    Matching
        With ``.invoices``, ``.cash``, ``.allocations``, ``.ledger``, ``.reconciliation``,
        ``.by_rule`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, an identifier is given twice, an amount is negative, has parts of
        a cent or is missing, or a rule is unknown.

    Notes
    -----
    Cash is taken in the order of its days and sees only invoices that are written by then, so what
    comes later never changes what is applied today. Cash that names an invoice pays this one and
    nothing else: what is too much stays on account, and so does a payment for an invoice that is
    settled, such as one made twice. On one day credit notes come before payments.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-05", "2025-02-10"])
    >>> invoices = pd.DataFrame({"invoice": ["I1", "I2"], "customer": "A", "date": days[:2],
    ...                          "due": days[:2], "amount": [100.0, 250.0]})
    >>> payments = pd.DataFrame({"payment": ["P1", "P2"], "customer": "A", "date": days[2],
    ...                          "invoice": ["I1", None], "amount": [60.0, 290.0]})
    >>> match_payments(invoices, payments).allocations[["document", "invoice", "amount", "rule"]]
      document invoice  amount    rule
    0       P1      I1    60.0  number
    1       P2      I1    40.0     sum
    2       P2      I2   250.0     sum
    """
    import pandas as pd

    chosen = _rules(rules)
    last = None if day is None else _checks.day(day, "day")
    bills = _table(invoices, "invoices", INVOICES, last)
    cash = [_table(payments, "payments", PAYMENTS, last, "payment")]
    if credit_notes is not None:
        cash.insert(0, _table(credit_notes, "credit_notes", NOTES, last, "credit note"))
    money = pd.concat(cash, ignore_index=True)
    _once(bills["invoice"], "invoice")
    _once(pd.concat([bills["invoice"], money["document"]]), "document")
    applied, open_cents, left = _matched(bills, money, chosen)
    cents = money.pop("cents").to_numpy()
    money["applied"], money["on_account"] = (cents - left) / 100, left / 100
    owner = dict(zip(bills["invoice"], bills["customer"], strict=True))
    named = money["invoice"].notna().to_numpy()
    known = money["invoice"].map(owner).to_numpy(object) == money["customer"].to_numpy(object)
    return Matching(
        bills.assign(open=open_cents / 100).drop(columns="cents"),
        money,
        _allocations(applied, money),
        int((named & ~known).sum()),
    )


def _rules(rules: Any) -> tuple[str, ...]:
    wanted = "rules must be a list of different rules"
    if isinstance(rules, str) or not hasattr(rules, "__iter__"):
        raise TypeError(f"{wanted}; got {rules!r}")
    chosen = tuple(_checks.choice(rule, "rules", RULES) for rule in rules)
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"{wanted}; got {chosen}")
    return chosen


def _once(names: "pd.Series", what: str) -> None:
    twice = names[names.duplicated()]
    if len(twice):
        raise ValueError(f"every {what} must have a name of its own; got {twice.iloc[0]!r} twice")


def _table(
    frame: Any, name: str, columns: tuple[str, ...], last: Any, kind: str | None = None
) -> "pd.DataFrame":
    """Check a table, keep its columns and the rows until the last day, and count in cents."""
    import pandas as pd

    if not (isinstance(frame, pd.DataFrame) and frame.empty and kind):
        _checks.columns(frame, name, columns)
    table = frame.reindex(columns=list(columns)).reset_index(drop=True)
    for column in columns:
        if column in ("date", "due"):
            stamps = table[column] if len(table) else pd.to_datetime(table[column])
            table[column] = _checks.dates(stamps, f"{name} {column}")
        elif not (kind and column in ("invoice", "amount")):
            _checks.no_gaps(table[column], f"{name} {column}")
    amount = _checks.array(table["amount"], f"{name} amount", 0, ndim=1, allow_empty=True)
    cents = np.round(100 * amount)
    parts = np.abs(100 * amount - cents) > 1e-4
    if parts.any():
        raise ValueError(
            f"{name} amount must be whole cents; got {amount[parts][0]:g} at position "
            f"{int(parts.argmax())}"
        )
    table["amount"], table["cents"] = cents / 100, cents.astype(np.int64)
    if kind:
        table = table.rename(columns={columns[0]: "document"})
        table.insert(1, "kind", kind)
        table["invoice"] = table["invoice"].astype(object).where(table["invoice"].notna(), None)
    return table if last is None else table[table["date"] <= last].reset_index(drop=True)


def _matched(
    bills: "pd.DataFrame", money: "pd.DataFrame", rules: tuple[str, ...]
) -> tuple[list[Applied], Any, Any]:
    """Run the account of every customer; return what is applied, open and left, in cents."""
    day = {name: _day_numbers(bills[name]) for name in ("date", "due")}
    rows = zip(bills["invoice"], day["date"], day["due"], bills["cents"].tolist(), strict=True)
    invoices = [Bill(*row) for row in rows]
    came = zip(_day_numbers(money["date"]), money["cents"].tolist(), money["invoice"], strict=True)
    cash = [Cash(place, *row) for place, row in enumerate(came)]
    books: dict[Any, tuple[list[Bill], list[Cash]]] = {}
    for customer, bill in zip(bills["customer"], invoices, strict=True):
        books.setdefault(customer, ([], []))[0].append(bill)
    for customer, item in zip(money["customer"], cash, strict=True):
        books.setdefault(customer, ([], []))[1].append(item)
    applied: list[Applied] = []
    for owed, paid in books.values():
        account = Account(rules)
        account.run(owed, paid)
        applied += account.applied
    applied.sort(key=lambda piece: (piece.day, piece.cash))
    return applied, np.array([b.open for b in invoices]), np.array([c.left for c in cash], int)


def _day_numbers(days: "pd.Series") -> list[int]:
    found: list[int] = days.to_numpy().astype("datetime64[D]").astype(int).tolist()
    return found


def _allocations(applied: list[Applied], money: "pd.DataFrame") -> "pd.DataFrame":
    """Return what was applied as a table."""
    import pandas as pd

    taken = money.iloc[[piece.cash for piece in applied]].reset_index(drop=True)
    days = np.array([piece.day for piece in applied], dtype="datetime64[D]")
    return pd.DataFrame(
        {
            "document": taken["document"],
            "kind": taken["kind"],
            "customer": taken["customer"],
            "invoice": np.array([piece.bill for piece in applied], dtype=object),
            "date": pd.Series(days.astype("datetime64[s]"), dtype=money["date"].dtype),
            "amount": np.array([piece.cents for piece in applied], dtype=float) / 100,
            "rule": np.array([piece.rule for piece in applied], dtype=object),
        }
    )
