"""Exceptions of a shipment: guided decision trees, and the time limits for a notice of damage."""

from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._text import _
from crmlab.service.trees import DecisionTree, decision_tree

if TYPE_CHECKING:
    import pandas as pd


def _lost_bill() -> dict[str, Any]:
    return {
        "kind": (
            _("Was an original bill of lading issued?"),
            {_("no: sea waybill or telex release"): "none", _("yes"): "where"},
        ),
        "where": (
            _("Is the lost bill found again, or is it known to be destroyed?"),
            {_("found"): "found", _("lost"): "cargo"},
        ),
        "cargo": (
            _("Has the cargo been delivered?"),
            {_("no"): "paid", _("yes"): "delivered"},
        ),
        "paid": (
            _("Does the carrier accept a letter of indemnity with a guarantee?"),
            {_("yes"): "indemnity", _("no"): "court"},
        ),
        "none": (
            _("No original is needed: the consignee collects with proof of identity"),
            [_("copy of the waybill or the release message"), _("consignee's proof of identity")],
        ),
        "found": (
            _("Compare numbers and endorsements, then go on with the normal delivery"),
            [_("full set of originals")],
        ),
        "delivered": (
            _("Find out to whom and against what it was delivered; inform insurer and lawyer"),
            [_("delivery record of the carrier's agent"), _("copy of the bill of lading")],
        ),
        "indemnity": (
            _("Ask for delivery, or new originals, against the indemnity; tell every agent the "
              "number of the lost bill"),
            [
                _("written report of the loss with the bill's number"),
                _("copy of the bill of lading"),
                _("commercial invoice, to show the value of the cargo"),
                _("letter of indemnity, countersigned or secured by a bank as the carrier asks"),
                _("written consent of the shipper and, if named, the consignee"),
            ],
        ),
        "court": (
            _("Let a lawyer apply to the court to have the lost bill declared void"),
            [
                _("copy of the bill of lading"),
                _("proof of being its holder"),
                _("report of the loss"),
            ],
        ),
    }  # fmt: skip


def _damage() -> dict[str, Any]:
    papers = [
        _("bill of lading or air waybill"),
        _("delivery receipt with the remark on the damage"),
        _("photographs of packing, seal and goods"),
        _("packing list and commercial invoice"),
    ]
    claim = [
        *papers,
        _("survey report"),
        _("written notice of the damage to the carrier"),
        _("statement of the claim with its amount"),
    ]
    return {
        "seen": (
            _("Could the damage be seen at delivery?"),
            {_("yes"): "noted", _("no"): "time"},
        ),
        "noted": (
            _("Was it noted on the delivery receipt?"),
            {_("yes"): "insured", _("no"): "time"},
        ),
        "time": (
            _("Is the time limit for the written notice still open?"),
            {_("yes"): "insured", _("no"): "late"},
        ),
        "insured": (
            _("Is the cargo insured?"),
            {_("yes"): "insurer", _("no"): "carrier"},
        ),
        "insurer": (
            _("Give notice to the carrier and to the insurer at once; the insurer appoints a "
              "surveyor, pays, and takes over the claim against the carrier"),
            [_("insurance policy or certificate"), *claim, _("letter of subrogation")],
        ),
        "carrier": (
            _("Give notice to the carrier at once, have the goods surveyed together, and claim "
              "in writing"),
            claim,
        ),
        "late": (
            _("Without notice the goods count as delivered sound until the opposite is proven: "
              "collect the proof, ask the insurer, and say so to the customer plainly"),
            [*papers, _("proof that the damage arose before delivery")],
        ),
    }  # fmt: skip


def _returned() -> dict[str, Any]:
    basic = [_("bill of lading or air waybill of the way out"), _("export declaration"),
             _("contract, invoice and packing list")]  # fmt: skip
    return {
        "left": (
            _("Have the goods left the port of loading?"),
            {_("no"): "stop", _("yes"): "cleared"},
        ),
        "cleared": (
            _("Have they been cleared for import at the destination?"),
            {_("no"): "title", _("yes"): "reexport"},
        ),
        "title": (
            _("Does the shipper hold all originals, or the consignee's written refusal?"),
            {_("yes"): "why", _("no"): "refusal"},
        ),
        "why": (
            _("Do the goods come back unchanged because of quality or specification?"),
            {_("yes"): "relief", _("no"): "plain"},
        ),
        "stop": (
            _("Withdraw the booking and the export declaration; take the goods back from the port"),
            [_("request to withdraw the declaration"), _("booking confirmation"),
             _("proof that the goods did not leave")],
        ),
        "refusal": (
            _("Get the refusal first: without it nobody may turn the goods round"),
            [_("consignee's written refusal"), _("full set of originals, or a surrender")],
        ),
        "relief": (
            _("Book the way back, agree in writing who pays freight, storage and demurrage, and "
              "ask the customs broker for re-import free of duty before the time limit ends"),
            [*basic, _("letter of the buyer on the reason"), _("inspection report"),
             _("tax certificate that an export refund was not paid or was paid back")],
        ),
        "plain": (
            _("Book the way back, agree in writing who pays, and reckon with import duty"),
            [*basic, _("agreement on the return"), _("consignee's written refusal")],
        ),
        "reexport": (
            _("The goods must be exported again by the buyer: ask a broker at the destination for "
              "the cost before anything is promised"),
            [*basic, _("import declaration at the destination"), _("agreement on the return")],
        ),
    }  # fmt: skip


EXCEPTIONS = ("lost bill of lading", "cargo damage", "returned shipment")


def freight_exception(kind: str) -> DecisionTree:
    """Guide through one of three exceptions of a shipment (异常处理).

    Parameters
    ----------
    kind : {"lost bill of lading", "cargo damage", "returned shipment"}
        提单丢失, 货物损坏和保险理赔, 货物退运.

    Returns
    -------
    DecisionTree
        With the documents to ask for at the end of each way.

    Raises
    ------
    ValueError
        If the kind is unknown.

    Notes
    -----
    A frame for training in general terms. What a carrier, an insurer, a court or a customs office
    asks for differs by country and contract: a real case needs their word, and a lawyer's.

    Examples
    --------
    >>> tree = freight_exception("cargo damage")
    >>> tree
    DecisionTree(cargo damage: 4 questions, 8 ways)
    >>> tree.guide("no")
    Could the damage be seen at delivery? no
    ? Is the time limit for the written notice still open? (yes / no)
    """
    _checks.choice(kind, "kind", EXCEPTIONS)
    made = dict(zip(EXCEPTIONS, (_lost_bill, _damage, _returned), strict=True))[kind]
    return decision_tree(kind, made())


#: Convention: what it covers, days for a notice of damage that could not be seen, years for suit.
REGIMES = {
    "Hague-Visby": ("sea", 3, 1, "Art. III(6)"),
    "Montreal": ("air", 14, 2, "Art. 31 and 35"),
    "CMR": ("road", 7, 1, "Art. 30 and 32"),
}


def notice_deadline(received: Any, regime: str) -> "pd.DataFrame":
    """Last day for a written notice of hidden damage, and for a suit (索赔时效).

    Parameters
    ----------
    received : date, Timestamp or text
        Day on which the goods were delivered.
    regime : {"Hague-Visby", "Montreal", "CMR"}
        International convention on carriage by sea, by air, or by road.

    Returns
    -------
    DataFrame
        One row: carriage, notice_days, notice_by, suit_years, suit_by, article.

    Raises
    ------
    ValueError
        If the day is no date or the convention unknown.

    Notes
    -----
    For damage that could not be seen at delivery; what can be seen must be noted at once. Hague-
    Visby Rules, article III(6): three days, one year. Montreal Convention 1999, articles 31 and
    35: 14 days for damage to cargo, two years. CMR 1956, articles 30 and 32: seven days, one year;
    Sundays and public holidays do not count in the seven days. The function leaves out the Sundays
    and knows no holidays. National law may apply instead.

    Examples
    --------
    >>> notice_deadline("2025-03-07", "CMR")[["notice_days", "notice_by", "suit_by"]]
            notice_days  notice_by    suit_by
    regime
    CMR               7 2025-03-15 2026-03-07
    """
    import pandas as pd

    begun = _checks.day(received, "received")
    _checks.choice(regime, "regime", tuple(REGIMES))
    carriage, days, years, article = REGIMES[regime]
    last, left = begun, days
    while left:
        last += pd.Timedelta(days=1)
        left -= not (regime == "CMR" and last.weekday() == 6)
    return pd.DataFrame(
        {
            "carriage": [carriage],
            "notice_days": [days],
            "notice_by": [last],
            "suit_years": [years],
            "suit_by": [begun + pd.DateOffset(years=years)],
            "article": [article],
        },
        index=pd.Index([regime], name="regime"),
    )
