"""Apply cash to invoices, one customer at a time, in whole cents and in order of the days."""

from dataclasses import dataclass, field

RULES = ("exact", "sum", "closest", "oldest")

#: Open invoices among which the rule "sum" looks for those that add up; the oldest ones.
MOST = 24
MOST_SUMS = 20_000


@dataclass(slots=True)
class Bill:
    """One invoice: what is still open of it, in cents."""

    name: str
    day: int
    due: int
    open: int


@dataclass(slots=True)
class Cash:
    """One payment or credit note: what is not applied yet, in cents."""

    place: int
    day: int
    left: int
    bill: str | None


@dataclass(slots=True)
class Applied:
    """Cents of one piece of cash that settle a part of one invoice, from a day on."""

    cash: int
    bill: str
    day: int
    cents: int
    rule: str


@dataclass
class Account:
    """One customer's books while they are matched."""

    rules: tuple[str, ...]
    known: set[str] = field(default_factory=set)  # every invoice that there will be
    written: set[str] = field(default_factory=set)
    open: dict[str, Bill] = field(default_factory=dict)  # the earliest due first
    waiting: dict[str, list[Cash]] = field(default_factory=dict)
    applied: list[Applied] = field(default_factory=list)

    def run(self, bills: list[Bill], cash: list[Cash]) -> None:
        """Take invoices and cash in order of their days; on one day invoices come first."""
        self.known = {bill.name for bill in bills}
        events: list[tuple[int, int, Bill | Cash]] = [(bill.day, 0, bill) for bill in bills]
        events += [(item.day, 1, item) for item in cash]
        for _day, _kind, event in sorted(events, key=lambda found: found[:2]):
            if isinstance(event, Bill):
                self.write(event)
            elif event.bill in self.known:
                self.named(event, str(event.bill))
            else:
                self.nameless(event)

    def write(self, bill: Bill) -> None:
        """Take in an invoice, and the cash that came for it beforehand."""
        self.written.add(bill.name)
        if bill.open:
            self.open[bill.name] = bill
            by_due = sorted(self.open.items(), key=lambda found: (found[1].due, found[1].day))
            self.open = dict(by_due)
        for cash in self.waiting.pop(bill.name, []):
            self.settle(cash, bill, "number", bill.day)

    def named(self, cash: Cash, name: str) -> None:
        """Apply cash to the invoice that it names, or keep it until that invoice is written."""
        if name in self.open:
            self.settle(cash, self.open[name], "number", cash.day)
        elif name not in self.written:
            self.waiting.setdefault(name, []).append(cash)

    def nameless(self, cash: Cash) -> None:
        """Apply cash that names no invoice of this customer by the rules, one after another."""
        for rule in self.rules:
            for bill in choose(rule, cash.left, list(self.open.values())):
                self.settle(cash, bill, rule, cash.day)

    def settle(self, cash: Cash, bill: Bill, rule: str, day: int) -> None:
        """Apply as much cash as the invoice takes."""
        cents = min(cash.left, bill.open)
        if cents:
            self.applied.append(Applied(cash.place, bill.name, day, cents, rule))
            cash.left -= cents
            bill.open -= cents
        if not bill.open:
            self.open.pop(bill.name, None)


def choose(rule: str, cents: int, bills: list[Bill]) -> list[Bill]:
    """Return the invoices that a rule gives the cash to, in order; `bills` has the oldest first."""
    if not cents or not bills:
        return []
    if rule == "exact":
        return next(([bill] for bill in bills if bill.open == cents), [])
    if rule == "sum":
        return adding_up(cents, bills[:MOST])
    if rule == "closest":
        return [min(bills, key=lambda bill: abs(bill.open - cents))]
    return bills


def adding_up(cents: int, bills: list[Bill]) -> list[Bill]:
    """Return the fewest invoices, the oldest first, whose open amounts are the cash to the cent.

    >>> bills = [Bill("I1", 0, 0, 500), Bill("I2", 0, 0, 300), Bill("I3", 0, 0, 200)]
    >>> [bill.name for bill in adding_up(700, bills)]
    ['I1', 'I3']
    """
    reached: dict[int, tuple[int, ...]] = {0: ()}
    for place, bill in enumerate(bills):
        for total, chosen in list(reached.items()):
            further = total + bill.open
            shorter = further not in reached or len(chosen) + 1 < len(reached[further])
            if further <= cents and shorter:
                reached[further] = (*chosen, place)
        if len(reached) > MOST_SUMS:
            break
    return [bills[place] for place in reached.get(cents, ())]
