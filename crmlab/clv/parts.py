"""One lifetime value, split into what it is made of: six parts, five parts, four stages."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.clv.present_value import _LEAD, FloatArray, Timing, present_value

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ValueParts(Drawable):
    """A lifetime value as a sum of named present values.

    Attributes
    ----------
    values : dict of str to float
        Present value of each part, costs negative, in the order of the model.

    Examples
    --------
    >>> found = value_parts({"margin": [60, 60]}, rate=0.25, costs={"winning": 50})
    >>> found
    ValueParts(margin 86.40, winning -50.00; total 36.40)
    >>> found.to_frame()
          part  present_value  cumulative
    0   margin           86.4        86.4
    1  winning          -50.0        36.4
    """

    _picture = "waterfall"

    values: dict[str, float]

    @property
    def total(self) -> float:
        """The lifetime value."""
        return float(sum(self.values.values()))

    def to_frame(self) -> "pd.DataFrame":
        """One row per part: its present value and the running total.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        frame = pd.DataFrame(
            {"part": list(self.values), "present_value": list(self.values.values())}
        )
        return frame.assign(cumulative=frame["present_value"].cumsum())

    def __repr__(self) -> str:
        inside = ", ".join(f"{name} {value:,.2f}" for name, value in self.values.items())
        return f"ValueParts({inside}; total {self.total:,.2f})"


def value_parts(
    parts: Mapping[str, Any],
    rate: float,
    timing: Timing = "end",
    costs: Mapping[str, Any] | None = None,
) -> ValueParts:
    """Add named streams up to one lifetime value (客户终身价值的组成).

    Parameters
    ----------
    parts : mapping of str to float or array of shape (n,)
        A single number is money of today and is not discounted; a sequence holds one amount per
        period from period 1 on. Streams may differ in length.
    rate : float
        Discount rate per period, a fraction above −1 and at most 5.
    timing : {"end", "middle", "start"}
        When in its period the money moves.
    costs : mapping, optional
        Like `parts`, but subtracted; costs are given as positive numbers.

    Returns
    -------
    ValueParts
        With ``.values``, ``.total``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If there is no part, a name stands in both mappings, a stream is empty or not numeric, or
        a cost is negative.

    Examples
    --------
    >>> value_parts({"margin": [60, 60]}, rate=0.25, costs={"winning": 50})
    ValueParts(margin 86.40, winning -50.00; total 36.40)
    """
    spent = {} if costs is None else costs
    for mapping, name in ((parts, "parts"), (spent, "costs")):
        if not isinstance(mapping, Mapping):
            raise TypeError(f"{name} must be a mapping of names; got {type(mapping).__name__}")
    if not parts:
        raise ValueError("parts must hold at least one part; got none")
    if both := set(parts) & set(spent):
        raise ValueError(
            f"parts and costs must have different names; got {min(both, key=str)!r} in both"
        )
    _checks.one_rate(rate)
    _checks.choice(timing, "timing", tuple(_LEAD))

    def worth(amounts: FloatArray) -> float:
        return float(present_value(amounts, rate, timing) if amounts.ndim else amounts)

    earned = {name: worth(_stream(stream, name)) for name, stream in parts.items()}
    paid = {name: -worth(_stream(stream, name, 0)) for name, stream in spent.items()}
    return ValueParts(earned | paid)


def _stream(
    amounts: Any, name: str, low: float = -math.inf, *, allow_empty: bool = False
) -> FloatArray:
    """Return one number or one stream of numbers, each at least `low`, or raise."""
    stream = _checks.array(amounts, name, low, allow_empty=allow_empty)
    if stream.ndim > 1:
        raise ValueError(f"{name} must be one number or one stream; got shape {stream.shape}")
    return stream


def six_parts(
    *,
    first_purchase: Any = 0.0,
    repeat_purchase: Any = 0.0,
    cross_selling: Any = 0.0,
    cost_saving: Any = 0.0,
    referral: Any = 0.0,
    price_tolerance: Any = 0.0,
    rate: float,
    timing: Timing = "end",
) -> ValueParts:
    """Lifetime value from the six contributions of a customer (CLV₁ … CLV₆).

    ``CLV = CLV₁ + CLV₂ + CLV₃ + CLV₄ + CLV₅ + CLV₆`` (客户价值贡献).

    Parameters
    ----------
    first_purchase : float or array of shape (n,)
        CLV₁, profit of the first purchase (初期购买).
    repeat_purchase : float or array
        CLV₂, repeat purchases and a growing share of wallet (重复购买与支出分配).
    cross_selling : float or array
        CLV₃, profit from other products (交叉销售).
    cost_saving : float or array
        CLV₄, lower cost of service and tolerance of faults between partners that know each
        other (成本节约).
    referral : float or array
        CLV₅, profit from customers that this one brings (推荐).
    price_tolerance : float or array
        CLV₆, profit because a loyal customer waits less for a discount (价格敏感性降低).
    rate : float
        Discount rate per period, a fraction above −1 and at most 5.
    timing : {"end", "middle", "start"}
        When in its period the money moves. A single number is money of today.

    Returns
    -------
    ValueParts

    Raises
    ------
    ValueError, TypeError
        As :func:`value_parts`.

    Examples
    --------
    >>> parts = six_parts(first_purchase=200, repeat_purchase=[100, 110, 120], rate=0.1)
    >>> round(parts.total, 2)
    471.98
    """
    parts = {
        _("first purchase"): _stream(first_purchase, "first_purchase"),
        _("repeat purchases"): _stream(repeat_purchase, "repeat_purchase"),
        _("cross-selling"): _stream(cross_selling, "cross_selling"),
        _("cost saving"): _stream(cost_saving, "cost_saving"),
        _("referral"): _stream(referral, "referral"),
        _("price tolerance"): _stream(price_tolerance, "price_tolerance"),
    }
    return value_parts(parts, rate, timing)


def five_parts(
    *,
    purchase: Any = 0.0,
    word_of_mouth: Any = 0.0,
    information: Any = 0.0,
    knowledge: Any = 0.0,
    transaction: Any = 0.0,
    rate: float,
    timing: Timing = "end",
) -> ValueParts:
    """Lifetime value from five sources (CLV = CPV + PPV + CIV + CKV + CTV).

    Parameters
    ----------
    purchase : float or array of shape (n,)
        CPV, contribution of the customer's own purchases (购买价值).
    word_of_mouth : float or array
        PPV, profit from sales that the customer's word brings (口碑价值).
    information : float or array
        CIV, worth of the basic information that the customer leaves (信息价值).
    knowledge : float or array
        CKV, worth of what the customer teaches the firm (知识价值).
    transaction : float or array
        CTV, gain from selling with partners on the strength of the customer's trust (交易价值).
    rate : float
        Discount rate per period, a fraction above −1 and at most 5.
    timing : {"end", "middle", "start"}
        When in its period the money moves. A single number is money of today.

    Returns
    -------
    ValueParts

    Raises
    ------
    ValueError, TypeError
        As :func:`value_parts`.

    Examples
    --------
    >>> five_parts(purchase=[100, 100], word_of_mouth=[0, 40], rate=0.25).to_frame().round(2)
                      part  present_value  cumulative
    0       purchase value          144.0       144.0
    1  word-of-mouth value           25.6       169.6
    2    information value            0.0       169.6
    3      knowledge value            0.0       169.6
    4    transaction value            0.0       169.6
    """
    parts = {
        _("purchase value"): _stream(purchase, "purchase"),
        _("word-of-mouth value"): _stream(word_of_mouth, "word_of_mouth"),
        _("information value"): _stream(information, "information"),
        _("knowledge value"): _stream(knowledge, "knowledge"),
        _("transaction value"): _stream(transaction, "transaction"),
    }
    return value_parts(parts, rate, timing)


def stage_form(
    *,
    exploration: Any,
    build_up: Any,
    stability: Any,
    decline: Any,
    acquisition_cost: Any = 0.0,
    promotion_cost: Any = 0.0,
    service_cost: Any = 0.0,
    maintenance_cost: Any = 0.0,
    rate: float,
    timing: Timing = "end",
) -> ValueParts:
    """Lifetime value from the four stages of the lifecycle (基于生命周期的客户终身价值).

    ``CLV = CLR₁ + CLR₂ + CLR₃ + CLR₄ − C_a − C_p − C_s − C_m``. The stages follow each other, so
    the first period of a stage comes after the last one of the stage before.

    Parameters
    ----------
    exploration, build_up, stability, decline : array of shape (n₁,), (n₂,), (n₃,), (n₄,)
        CLR₁ … CLR₄, revenue in each period of the stage (考察期, 形成期, 稳定期, 退化期). An empty
        sequence is a stage that the customer never reaches.
    acquisition_cost, promotion_cost, service_cost, maintenance_cost : float or array
        C_a, C_p, C_s, C_m, at least 0. A single number is paid today; a sequence holds one amount
        per period from period 1 on, over at most all the periods of the four stages.
    rate : float
        Discount rate per period, a fraction above −1 and at most 5.
    timing : {"end", "middle", "start"}
        When in its period the money moves.

    Returns
    -------
    ValueParts

    Raises
    ------
    ValueError, TypeError
        As :func:`value_parts`, and if every stage is empty or a cost outlasts the stages.

    Notes
    -----
    The course names the four costs by their letters only. Read here: C_a acquisition, C_p
    promotion, C_s service, C_m maintenance of the relationship.

    Examples
    --------
    >>> life = stage_form(exploration=[100], build_up=[200, 300], stability=[400] * 3,
    ...                   decline=[150], acquisition_cost=250, service_cost=[40] * 7, rate=0.1)
    >>> round(life.total, 2)
    861.19
    """
    stages = {
        _("exploration"): _stage(exploration, "exploration"),
        _("build-up"): _stage(build_up, "build_up"),
        _("stability"): _stage(stability, "stability"),
        _("decline"): _stage(decline, "decline"),
    }
    worth: dict[str, Any] = {}
    elapsed = 0
    for label, revenue in stages.items():
        worth[label] = np.concatenate([np.zeros(elapsed), revenue]) if revenue.size else 0.0
        elapsed += revenue.size
    if not elapsed:
        raise ValueError("exploration, build_up, stability, decline must hold a period; got none")

    def cost(amounts: Any, name: str) -> FloatArray:
        stream = _stream(amounts, name, 0)
        if stream.ndim and stream.size > elapsed:
            raise ValueError(
                f"{name} must not outlast the {elapsed} periods of the stages; got {stream.size}"
            )
        return stream

    costs = {
        _("acquisition cost"): cost(acquisition_cost, "acquisition_cost"),
        _("promotion cost"): cost(promotion_cost, "promotion_cost"),
        _("service cost"): cost(service_cost, "service_cost"),
        _("maintenance cost"): cost(maintenance_cost, "maintenance_cost"),
    }
    return value_parts(worth, rate, timing, costs)


def _stage(revenue: Any, name: str) -> FloatArray:
    """Return the revenue of a stage, one amount per period; empty if it is never reached."""
    return np.atleast_1d(_stream(revenue, name, allow_empty=True))
