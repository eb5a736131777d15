"""Kinds of loyalty: why a customer comes back, and who only looks loyal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab.loyalty._common import counted, labels, same_length, share_table

if TYPE_CHECKING:
    import pandas as pd

#: The kinds of each list, in the order in which its rules are asked; "none" is the last.
KINDS = {
    "six": ("monopoly", "kinship", "benefit", "trust", "inertia", "potential", "none"),
    "seven": (
        *("monopoly", "convenience", "price", "incentive", "super-value", "inertia"),
        *("potential", "none"),
    ),
    "two by two": ("loyalty", "spurious loyalty", "latent loyalty", "no loyalty"),
}
#: What a customer may name as the main reason to come back, by list; "" is no such reason.
REASONS = {
    "six": ("", "tie", "benefit"),
    "seven": ("", "convenience", "price", "incentive"),
}


@dataclass(frozen=True, eq=False)
class LoyaltyKinds(Drawable):
    """Customers by kind of loyalty, made by :func:`loyalty_kinds` or :func:`dick_basu`.

    Attributes
    ----------
    kind : Series
        The kind of each customer.
    counts : Series
        Customers of each kind, in the order of the rules.
    scheme : str
        Which list of kinds.
    confidence : float
        Level of the intervals.

    Examples
    --------
    >>> found = dick_basu([6, 2, 6, 2], [0.9, 0.8, 0.1, 0.2], attitude_cut=5, repeat_cut=0.5)
    >>> found
    LoyaltyKinds(1 loyalty, 1 spurious loyalty, 1 latent loyalty, 1 no loyalty)
    >>> found.to_frame().round(2)
                      customers  share   low  high
    kind
    loyalty                   1   0.25  0.05   0.7
    spurious loyalty          1   0.25  0.05   0.7
    latent loyalty            1   0.25  0.05   0.7
    no loyalty                1   0.25  0.05   0.7
    """

    _picture = "loyalty_kinds"

    kind: "pd.Series"
    counts: "pd.Series"
    scheme: str
    confidence: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per kind: customers, share, and Wilson's interval of the share.

        Returns
        -------
        DataFrame
        """
        return share_table(self.counts, self.confidence)

    def __repr__(self) -> str:
        return f"LoyaltyKinds({', '.join(f'{n} {kind}' for kind, n in self.counts.items())})"


def loyalty_kinds(
    attitude: Any,
    repeat: Any,
    alternatives: Any,
    reason: Any,
    *,
    attitude_cut: float,
    repeat_cut: float,
    scheme: str = "six",
    level: float = 0.95,
) -> LoyaltyKinds:
    """Tell each customer's kind of loyalty by ordered rules (忠诚的类别).

    Of a customer who comes back (`repeat` at or above its cut) ask in this order; the first yes
    decides. Is there no other supplier? **monopoly** (垄断忠诚). Is a personal tie the reason?
    **kinship** (亲缘忠诚). A discount or another benefit? **benefit** (利益忠诚). Is the attitude
    high? **trust** (信赖忠诚). Otherwise it is **inertia** (惰性忠诚). A customer who does not come
    back but has a high attitude is **potential** (潜在忠诚); the rest has **none**.

    The second list of the course replaces kinship, benefit and trust by **convenience** (方便),
    **price** (价格), **incentive** (激励) and **super-value** (超值).

    Parameters
    ----------
    attitude, repeat : array of shape (n,)
        Attitude towards us, and repeat behaviour, such as the share of wallet.
    alternatives : array of shape (n,)
        Other suppliers within reach, whole numbers from 0.
    reason : array of str of shape (n,)
        Main reason to come back: "tie", "benefit" or "" (none of these) for the list of six;
        "convenience", "price", "incentive" or "" for the list of seven.
    attitude_cut, repeat_cut : float
        From where each counts as high.
    scheme : {"six", "seven"}
        Which list.
    level : float
        Level of the intervals of the shares.

    Returns
    -------
    LoyaltyKinds

    Raises
    ------
    ValueError, TypeError
        If the arrays differ in length, hold gaps, or a reason or scheme is unknown.

    Notes
    -----
    The reason is asked before the attitude because loyalty that hangs on a discount goes when the
    discount goes, however well the customer thinks of us today.

    Examples
    --------
    >>> loyalty_kinds(attitude=[6, 2, 6, 6, 2], repeat=[0.9, 0.9, 0.9, 0.1, 0.1],
    ...     alternatives=[2, 0, 1, 3, 3], reason=["", "", "tie", "", ""],
    ...     attitude_cut=5, repeat_cut=0.5).kind.tolist()
    ['trust', 'monopoly', 'kinship', 'potential', 'none']
    """
    _checks.choice(scheme, "scheme", tuple(REASONS))
    feel, often, index = _two(attitude, repeat, attitude_cut, repeat_cut)
    others = _checks.array(alternatives, "alternatives", 0, ndim=1)
    if np.any(others != np.rint(others)):
        raise ValueError(f"alternatives must be whole numbers; got {others[others % 1 > 0][0]:g}")
    said = _words(reason, REASONS[scheme])
    same_length(attitude=feel, alternatives=others, reason=said)
    if scheme == "six":
        reasons = [("tie", "kinship"), ("benefit", "benefit")]
        believing = "trust"
    else:
        reasons = [(name, name) for name in ("convenience", "price", "incentive")]
        believing = "super-value"
    rules = [
        (often & (others == 0), "monopoly"),
        *((often & (said == word), kind) for word, kind in reasons),
        (often & feel, believing),
        (often, "inertia"),
        (feel, "potential"),
    ]
    kind = np.select([asked for asked, _kind in rules], [kind for _a, kind in rules], "none")
    return _counted(kind, index, scheme, level)


def dick_basu(
    attitude: Any,
    repeat: Any,
    *,
    attitude_cut: float,
    repeat_cut: float,
    level: float = 0.95,
) -> LoyaltyKinds:
    """Dick and Basu's two by two: attitude × repeat patronage (态度×行为).

    High attitude and high repeat is loyalty (真忠诚), low attitude and high repeat spurious
    loyalty (虚假忠诚), high attitude and low repeat latent loyalty (潜在忠诚), both low no loyalty
    (不忠诚).

    Parameters
    ----------
    attitude, repeat : array of shape (n,)
        Attitude towards us relative to the rivals, and repeat behaviour.
    attitude_cut, repeat_cut : float
        From where each counts as high.
    level : float
        Level of the intervals of the shares.

    Returns
    -------
    LoyaltyKinds

    Raises
    ------
    ValueError, TypeError
        If the arrays differ in length or hold gaps.

    Notes
    -----
    Dick and Basu (1994).

    Examples
    --------
    >>> dick_basu([6, 2, 6, 2], [0.9, 0.8, 0.1, 0.2], attitude_cut=5, repeat_cut=0.5).kind.tolist()
    ['loyalty', 'spurious loyalty', 'latent loyalty', 'no loyalty']
    """
    feel, often, index = _two(attitude, repeat, attitude_cut, repeat_cut)
    kinds = KINDS["two by two"]
    kind = np.select([feel & often, often, feel], kinds[:3], kinds[3])
    return _counted(kind, index, "two by two", level)


def _two(attitude: Any, repeat: Any, attitude_cut: float, repeat_cut: float) -> tuple[Any, ...]:
    """Which customers have a high attitude, which come back, and their labels."""
    feel = _checks.array(attitude, "attitude", ndim=1)
    often = _checks.array(repeat, "repeat", ndim=1)
    same_length(attitude=feel, repeat=often)
    high = feel >= _checks.number(attitude_cut, "attitude_cut")
    back = often >= _checks.number(repeat_cut, "repeat_cut")
    return high, back, labels(attitude)


def _words(reason: Any, allowed: tuple[str, ...]) -> Any:
    words = np.asarray(reason, dtype=object)
    if words.ndim != 1:
        raise TypeError(f"reason must be a list of texts; got {reason!r}")
    for word in words:
        if not isinstance(word, str) or word not in allowed:
            listed = ", ".join(map(repr, allowed))
            raise ValueError(f"reason must hold only {listed}; got {word!r}")
    return words


def _counted(kind: Any, index: Any, scheme: str, level: float) -> LoyaltyKinds:
    level = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    kinds, counts = counted(kind, KINDS[scheme], index, "kind")
    return LoyaltyKinds(kinds, counts, scheme, float(level))
