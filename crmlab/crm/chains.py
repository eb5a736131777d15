"""Where a firm begins to think: product-centred against customer-centred, 4P against 4C."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

CENTRES = ("product", "customer")
#: The links of the value chain as a product-centred firm walks them.
LINKS: dict[str, str] = {
    "assets and skills": "资产/核心能力",
    "inputs": "投入原材料",
    "product or service": "产品/服务",
    "sales channel": "销售渠道",
    "customer": "客户",
}
#: What a link is called where it is the beginning and not the end.
_PREFERENCES = ("customer preferences", "客户偏好")
_FITS = {
    "product": _("where the firm has the power: demand is larger than supply"),
    "customer": _("where the customers have the power: they can choose"),
}
FOUR = {
    "product": ("产品", "consumer needs and wants", "需求和欲望", _("whose need is met?")),
    "price": ("价格", "cost to the consumer", "愿意付出的代价", _("what does it cost in all?")),
    "place": ("渠道", "convenience", "便利", _("how little trouble is it to buy?")),
    "promotion": ("促销", "communication", "沟通", _("who listens, and who answers?")),
}


@dataclass(frozen=True, eq=False)
class ValueChain(Drawable):
    """A value chain in one direction, made by :func:`value_chain`.

    Attributes
    ----------
    centre : {"product", "customer"}
    links : tuple of str
        Five links, the first thought first.
    chinese : tuple of str
        Their Chinese terms.
    fits : str
        In which market it fits.

    Examples
    --------
    >>> found = value_chain("customer")
    >>> found.to_frame()
                          link  chinese
    step
    1     customer preferences     客户偏好
    2            sales channel     销售渠道
    3       product or service    产品/服务
    4                   inputs    投入原材料
    5        assets and skills  资产/核心能力
    """

    _picture = "value_chain"

    centre: str
    links: tuple[str, ...]
    chinese: tuple[str, ...]
    fits: str

    def to_frame(self) -> "pd.DataFrame":
        """One row per link: link, chinese.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        step = pd.RangeIndex(1, len(self.links) + 1, name="step")
        return pd.DataFrame({"link": self.links, "chinese": self.chinese}, step)

    def __repr__(self) -> str:
        return f"ValueChain({self.centre}-centred: {' → '.join(self.links)})"


def value_chain(centre: str) -> ValueChain:
    """Value chain of a product-centred or a customer-centred firm (以产品/客户为中心的价值链).

    Both have the same five links, in opposite directions: one asks what can be made and whom it
    can be sold to, the other what is wanted and what must be able to be done for it.

    Parameters
    ----------
    centre : {"product", "customer"}

    Returns
    -------
    ValueChain
        With ``.links``, ``.to_frame()`` and ``.plot()``, which draws both directions.

    Raises
    ------
    ValueError
        If the centre is unknown.

    Examples
    --------
    >>> value_chain("customer").links[0], value_chain("customer").links[-1]
    ('customer preferences', 'assets and skills')
    """
    _checks.choice(centre, "centre", CENTRES)
    links = list(LINKS.items())
    if centre == "customer":
        links = [_PREFERENCES, *links[-2::-1]]
    names, chinese = zip(*links, strict=True)
    return ValueChain(centre, names, chinese, _FITS[centre])


def four_c() -> "pd.DataFrame":
    """Match the four Ps to the four Cs (4P与4C): the same things from the customer's side.

    Returns
    -------
    DataFrame
        Indexed by the P: chinese, c, c_chinese, question.

    Notes
    -----
    McCarthy (1960) names the Ps, Lauterborn (1990) the Cs.

    Examples
    --------
    >>> four_c()["c"].to_dict()["place"]
    'convenience'
    """
    import pandas as pd

    columns = ["chinese", "c", "c_chinese", "question"]
    return pd.DataFrame.from_dict(FOUR, "index", columns=columns).rename_axis("p")


def chain_direction(decided: Sequence[str]) -> float:
    """Read from the order of a firm's decisions where it began (决策方向).

    The share of pairs of links that were decided in the customer's direction, less the share in
    the other direction: Kendall's τ between the order of the decisions and the customer-centred
    chain.

    Parameters
    ----------
    decided : sequence of str
        The five links of :func:`value_chain`, in the order in which they were decided.
        "customer preferences" and "customer" are one link.

    Returns
    -------
    float
        1 if the firm began at the customer and went straight back to what it must be able to do,
        −1 if it began with what it had, 0 if there is no direction.

    Raises
    ------
    ValueError, TypeError
        If a link is unknown, missing or there twice.

    Notes
    -----
    Kendall (1938). It measures the order of thoughts, not their quality.

    Examples
    --------
    >>> chain_direction(["customer", "product or service", "sales channel", "inputs",
    ...     "assets and skills"])
    0.8
    """
    decided = _checks.listed(decided, "decided", "links", ordered=False)
    place = {name: i for i, name in enumerate(reversed(LINKS))}
    place[_PREFERENCES[0]] = 0
    for name in decided:
        _checks.choice(name, "decided", tuple(place))
    ranks = [place[name] for name in decided]
    if sorted(ranks) != list(range(len(LINKS))):
        raise ValueError(f"decided must hold each of the five links once; got {list(decided)}")
    pairs = [(a, b) for i, a in enumerate(ranks) for b in ranks[i + 1 :]]
    return float(sum(1 if a < b else -1 for a, b in pairs) / len(pairs))
