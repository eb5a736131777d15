"""Freight forwarding: the three procedures of its service, and the rules of a fee confirmation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.service.machine import StateMachine, state_machine

if TYPE_CHECKING:
    import pandas as pd

_ENQUIRY = (
    [
        ("new", "receive", "logged"),
        ("logged", "assign", "checking"),
        ("logged", "reply", "answered"),
        ("checking", "ask_carrier", "waiting"),
        ("waiting", "carrier_reply", "checking"),
        ("checking", "reply", "answered"),
        ("answered", "ask_again", "checking"),
        ("answered", "close", "closed"),
        ("closed", "reopen", "checking"),
    ],
    ["closed"],
    {"logged": 0.5, "checking": 1.0, "waiting": 2.0, "answered": 3.0},
    {
        "new": (0, 1), "logged": (1, 1), "checking": (2, 0), "waiting": (3, -0.55),
        "answered": (3, 1), "closed": (4, 0.3),
    },
)  # fmt: skip
_FEE = (
    [
        ("new", "draft", "drafted"),
        ("drafted", "send", "sent"),
        ("sent", "return", "returned"),
        ("sent", "dispute", "disputed"),
        ("disputed", "correct", "drafted"),
        ("returned", "refuse", "drafted"),
        ("returned", "accept", "confirmed"),
        ("confirmed", "invoice", "invoiced"),
        ("invoiced", "pay", "paid"),
        ("paid", "reopen", "disputed"),
    ],
    ["paid"],
    {"drafted": 0.5, "sent": 3.0, "disputed": 2.0, "returned": 1.0, "confirmed": 1.0,
     "invoiced": 30.0},
    {
        "new": (0, 1), "drafted": (1, 1), "sent": (2, 1), "returned": (3, 1), "disputed": (2, 0),
        "confirmed": (4, 1), "invoiced": (4, 0), "paid": (3, 0),
    },
)  # fmt: skip
_COMPLAINT = (
    [
        ("new", "receive", "recorded"),
        ("recorded", "assign", "investigating"),
        ("investigating", "escalate", "escalated"),
        ("escalated", "propose", "proposed"),
        ("investigating", "propose", "proposed"),
        ("proposed", "reject", "investigating"),
        ("proposed", "accept", "agreed"),
        ("agreed", "settle", "closed"),
        ("closed", "reopen", "investigating"),
    ],
    ["closed"],
    {"recorded": 0.5, "investigating": 3.0, "escalated": 2.0, "proposed": 5.0, "agreed": 3.0},
    {
        "new": (0, 1), "recorded": (1, 1), "investigating": (2.3, 1),
        "escalated": (3, 1.9), "proposed": (3.7, 1), "agreed": (4.8, 1), "closed": (4.1, -0.1),
    },
)  # fmt: skip
KINDS: dict[str, Any] = {"enquiry": _ENQUIRY, "fee confirmation": _FEE, "complaint": _COMPLAINT}


def freight_machine(kind: str, *, limit: float | None = None) -> StateMachine:
    """One of the three procedures of a freight forwarder's service (国际货代客户服务).

    Parameters
    ----------
    kind : {"enquiry", "fee confirmation", "complaint"}
        查询, 费用确认, 投诉.
    limit : float, optional
        Of a complaint: the largest amount, in money, that may be settled (赔付) without escalating
        it to a manager first. Without it there is no such condition.

    Returns
    -------
    StateMachine
        With deadlines in days. A fee confirmation may be accepted only if no rule of
        :func:`check_confirmations` is broken, where the facts of the case have a column `broken`
        (number of broken rules).

    Raises
    ------
    ValueError, TypeError
        If the kind is unknown, or a limit is negative or given for another kind than a complaint.

    Notes
    -----
    The states are those of common practice, in our words; the deadlines are an example. Every firm
    sets its own.

    Examples
    --------
    >>> freight_machine("complaint", limit=5000)
    StateMachine(complaint: 7 states, 9 moves, sound)
    >>> freight_machine("enquiry").allowed("answered")
    ('ask_again', 'close')
    """
    _checks.choice(kind, "kind", tuple(KINDS))
    guards: dict[str, Any] = {}
    if kind == "fee confirmation":
        guards["accept"] = (_("a sheet that breaks no rule"), _nothing_broken)
    if limit is not None:
        if kind != "complaint":
            raise ValueError(f"limit must be left out, except for complaints; got kind {kind!r}")
        most = _checks.number(limit, "limit", 0)
        words = _("an escalation, as the amount is above {limit:,.0f}").format(limit=most)

        def within(facts: Mapping[str, Any]) -> bool:
            amount = facts.get("amount", 0.0)
            # A missing amount is not above the limit.
            return "escalate" in facts["past"] or not amount > most

        guards["settle"] = (words, within)
    moves, final, deadlines, positions = KINDS[kind]
    return state_machine(
        moves, "new", final, name=kind, deadlines=deadlines, guards=guards, positions=positions
    )


def _nothing_broken(facts: Mapping[str, Any]) -> bool:
    return not facts.get("broken", 0)


#: The rules of a fee confirmation: name, and what it asks, in the order in which a clerk checks.
RULES = {
    "amount": "the amount on the returned sheet is the amount that was sent",
    "title": "an invoice title is stated: the full name of payer or principal",
    "payer": "the payer is the principal, or the payer's full title is stated",
    "address": "an address for the documents is stated",
    "seal": "with monthly settlement: the seal is the one of the agreement",
    "date": "a day of payment is promised, within the term",
}
SHEET = (
    "sent", "principal", "payer", "invoice_title", "amount_sent", "amount_returned", "address",
    "monthly", "agreed_seal", "seal", "term_days", "promised",
)  # fmt: skip


def confirmation_rules() -> dict[str, str]:
    """Rules that a returned fee confirmation must keep (费用确认单审核), by name.

    Returns
    -------
    dict of str to str
        What each rule asks, in the order in which :func:`check_confirmations` checks them.

    Examples
    --------
    >>> list(confirmation_rules())
    ['amount', 'title', 'payer', 'address', 'seal', 'date']
    """
    return {name: _(text) for name, text in RULES.items()}


@dataclass(frozen=True, eq=False, repr=False)
class ConfirmationCheck(Drawable):
    """Fee confirmations held to the rules, made by :func:`check_confirmations`.

    Attributes
    ----------
    broken : DataFrame
        One row per sheet, one flag per rule: True where it is broken.
    amount : Series
        Amount that was sent, in money, by sheet.
    applies : dict of str to int
        Number of sheets to which each rule applies.

    Examples
    --------
    >>> from crmlab import datasets
    >>> sheets = datasets.load("freight_confirmations").set_index("case")
    >>> found = check_confirmations(sheets)
    >>> found
    ConfirmationCheck(80 sheets: 49 accepted, 31 sent back)
    >>> found.to_frame().round(2)
             applies  broken  share     amount
    rule
    amount        80       6   0.08   39127.92
    title         80       6   0.08   27995.29
    payer         26       8   0.31  131604.06
    address       80       3   0.04    8323.01
    seal          35       4   0.11   20485.70
    date          80      11   0.14  109798.72
    >>> found.reasons(sheets.index[0])
    ()
    """

    _picture = "confirmation_check"

    broken: "pd.DataFrame"
    amount: "pd.Series"
    applies: dict[str, int]

    @property
    def accepted(self) -> "pd.Series":
        """Whether each sheet may be accepted: no rule is broken."""
        return (~self.broken.any(axis=1)).rename("accepted")

    def reasons(self, sheet: Any) -> tuple[str, ...]:
        """Return the rules that one sheet breaks, in words.

        Parameters
        ----------
        sheet : label
            A row of `broken`.

        Returns
        -------
        tuple of str

        Raises
        ------
        ValueError
            If there is no such sheet.
        """
        if _checks.label(sheet, "sheet") not in self.broken.index:
            raise ValueError(f"sheet must be one of the {len(self.broken)} checked; got {sheet!r}")
        rules = confirmation_rules()
        return tuple(rules[name] for name in self.broken.columns if self.broken.loc[sheet, name])

    def to_frame(self) -> "pd.DataFrame":
        """One row per rule: applies (sheets), broken (sheets), share, amount (of those sheets).

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        table = pd.DataFrame({"applies": pd.Series(self.applies), "broken": self.broken.sum()})
        table["share"] = table["broken"] / table["applies"].where(table["applies"] > 0)
        table["amount"] = [self.amount[self.broken[name]].sum() for name in self.broken.columns]
        table.index.name = "rule"
        return table

    def __repr__(self) -> str:
        good = int(self.accepted.sum())
        return (
            f"ConfirmationCheck({len(self.broken)} sheets: {good} accepted, "
            f"{len(self.broken) - good} sent back)"
        )


def check_confirmations(sheets: "pd.DataFrame") -> ConfirmationCheck:
    """Hold the fee confirmations that came back to the rules (费用确认单审核).

    A sheet may be accepted if its amount is the one that was sent; if a full invoice title
    (发票抬头全称) is stated; if the payer (付款单位) is the principal (委托人) or else the title is
    the payer's full name; if there is an address for the documents (寄单地址); if, with monthly
    settlement (月结), the seal (印鉴) is the one that the agreement keeps; and if a day of payment
    is promised (承诺的付款期限) within the term.

    Parameters
    ----------
    sheets : DataFrame
        One row per sheet, named by the index: sent (date), principal, payer (full names),
        invoice_title, amount_sent, amount_returned (money, at least 0), address, monthly (flag),
        agreed_seal, seal, term_days (at least 0), promised (date). Only invoice_title, address,
        agreed_seal, seal and promised may be missing.

    Returns
    -------
    ConfirmationCheck
        With ``.broken``, ``.accepted``, ``.reasons(sheet)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column or a value that must be there is missing, or a sheet is twice in the index.

    Notes
    -----
    A title is full if it is, letter by letter, the full name of the payer or of the principal. The
    rule on the payer looks only at sheets whose title is full, so that an abbreviation is not
    counted twice.

    Examples
    --------
    >>> from crmlab import datasets
    >>> sheets = datasets.load("freight_confirmations").set_index("case")
    >>> found = check_confirmations(sheets)
    >>> found.reasons("F019")
    ("the payer is the principal, or the payer's full title is stated",)
    """
    import pandas as pd

    _checks.columns(sheets, "sheets", SHEET)
    if not sheets.index.is_unique:
        twice = sheets.index[sheets.index.duplicated()][0]
        raise ValueError(f"sheets must have each sheet once in the index; got {twice!r} twice")
    for name in ("principal", "payer"):
        _checks.no_gaps(sheets[name], name)
    monthly = _checks.truths(sheets["monthly"], "monthly")
    sent = _checks.dates(sheets["sent"], "sent")
    promised = _checks.dates(sheets["promised"], "promised", allow_missing=True)
    amount = _checks.array(sheets["amount_sent"], "amount_sent", 0)
    back = _checks.array(sheets["amount_returned"], "amount_returned", 0)
    term = pd.to_timedelta(_checks.array(sheets["term_days"], "term_days", 0), unit="D")
    # As objects, gaps of every type compare alike, and categories with different ones at all.
    title, payer, principal, seal, agreed = (
        sheets[name].astype(object).where(sheets[name].notna(), None)
        for name in ("invoice_title", "payer", "principal", "seal", "agreed_seal")
    )
    full = title.eq(payer) | title.eq(principal)
    differs = payer.ne(principal)
    broken = pd.DataFrame(
        {
            "amount": abs(amount - back) > 0.005,
            "title": ~full,
            "payer": differs & full & title.ne(payer),
            "address": sheets["address"].isna(),
            "seal": monthly & (seal.isna() | seal.ne(agreed)),
            "date": promised.isna() | promised.lt(sent) | promised.gt(sent + term),
        },
        index=sheets.index,
    ).astype(bool)
    counts = dict.fromkeys(broken.columns, len(sheets))
    counts |= {"payer": int((differs & full).sum()), "seal": int(monthly.sum())}
    return ConfirmationCheck(broken, pd.Series(amount, sheets.index), counts)
