"""Kinds of customers: by purchase, importance, loyalty, and how far the sale has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.grading import abc

if TYPE_CHECKING:
    import pandas as pd

#: Types of each classification in the order of the seed books, with the Chinese terms.
TYPES: dict[str, dict[str, str]] = {
    "purchase": {"existing": "现有客户", "potential": "潜在客户"},
    "importance": {
        "VIP": "VIP客户",
        "major": "主要客户",
        "ordinary": "普通客户",
        "small": "小客户",
        "no value yet": "尚无价值",
    },
    "loyalty": {
        "loyal": "忠诚客户",
        "long-standing": "老客户",
        "new": "新客户",
        "potential": "潜在客户",
        "silent": "沉默客户",
    },
    "stage": {
        "potential": "潜在客户",
        "target": "目标客户",
        "intending": "意向客户",
        "signed": "签单客户",
        "long-term": "长期客户",
    },
}
FACTS = ("orders", "tenure", "silent", "value", "fits", "interested")


@dataclass(frozen=True, eq=False)
class CustomerTypes(Drawable):
    """Four types of each party, made by :func:`customer_types`.

    Attributes
    ----------
    types : DataFrame
        One row per party, columns purchase, importance, loyalty, stage (ordered categories).
    rules : DataFrame
        The rules in the order in which they were tried: classification, type, chinese, rule.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"orders": [40, 3, 1, 0], "tenure": [4, 3, 0.2, None],
    ...     "silent": [0.1, 1.5, 0.2, None], "value": [900, 100, 50, None],
    ...     "fits": [True, True, True, True], "interested": [True, True, True, False]},
    ...     index=["Ann", "Bo", "Cai", "Di"])
    >>> found = customer_types(table)
    >>> found
    CustomerTypes(4 parties by loyalty: loyal 1, new 1, potential 1, silent 1)
    >>> found.to_frame().iloc[0]
    classification                                    purchase
    type                                              existing
    chinese                                               现有客户
    rule              has ordered, once or more, now or before
    customers                                                3
    Name: 0, dtype: object
    >>> found.cross("purchase", "loyalty")
    loyalty    loyal  long-standing  new  potential  silent
    purchase
    existing       1              0    1          0       1
    potential      0              0    0          1       0
    """

    _picture = "customer_types"

    types: "pd.DataFrame"
    rules: "pd.DataFrame"

    @property
    def counts(self) -> "pd.Series":
        """Number of parties of each type, indexed by classification and type."""
        import pandas as pd

        found = {
            (name, kind): int((self.types[name] == kind).sum())
            for name, kinds in TYPES.items()
            for kind in kinds
        }
        index = pd.MultiIndex.from_tuples(found, names=["classification", "type"])
        return pd.Series(list(found.values()), index, name="customers")

    def cross(self, rows: str, columns: str) -> "pd.DataFrame":
        """Count the parties by two classifications.

        Parameters
        ----------
        rows, columns : {"purchase", "importance", "loyalty", "stage"}
            Rows and columns.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError
            If a classification is unknown.
        """
        import pandas as pd

        _checks.choice(rows, "rows", tuple(TYPES))
        _checks.choice(columns, "columns", tuple(TYPES))
        counted = pd.crosstab(self.types[rows].astype(str), self.types[columns].astype(str))
        return (
            counted.reindex(index=list(TYPES[rows]), columns=list(TYPES[columns]), fill_value=0)
            .rename_axis(index=rows, columns=columns)
            .astype(int)
        )

    def to_frame(self) -> "pd.DataFrame":
        """One row per rule: classification, type, chinese, rule, customers.

        Returns
        -------
        DataFrame
        """
        keys = list(zip(self.rules["classification"], self.rules["type"], strict=True))
        return self.rules.assign(customers=[int(self.counts[key]) for key in keys])

    def __repr__(self) -> str:
        found = self.counts["loyalty"]
        listed = ", ".join(f"{kind} {size}" for kind, size in found.items() if size)
        return f"CustomerTypes({len(self.types)} parties by loyalty: {listed})"


def customer_types(
    parties: "pd.DataFrame",
    *,
    new_until: float = 1.0,
    silent_after: float = 1.0,
    loyal_orders: float = 6.0,
    long_term_orders: int = 2,
    importance: Sequence[float] = (0.01, 0.05, 0.20),
) -> CustomerTypes:
    """Sort everybody whom the firm knows into four classifications (客户类型).

    By purchase (是否购买), by importance (重要性程度), by loyalty (忠诚度), and by how far the sale
    has come (销售过程). The rules of each are tried from the top and the first that fits counts, so
    that everybody has exactly one type in each.

    Parameters
    ----------
    parties : DataFrame
        One row per customer or possible customer, labelled by the index:

        * orders: number of orders so far, a whole number of at least 0;
        * tenure: years since the first order, missing without an order;
        * silent: years since the last order, missing without an order;
        * value: what the party brings in a year, missing where unknown;
        * fits: whether somebody has checked that it is a customer we want;
        * interested: whether it has asked for something: a price, a sample, a visit.
    new_until : float
        Years since the first order during which a customer is new.
    silent_after : float
        Years without an order after which a customer is silent.
    loyal_orders : float
        Orders per year of tenure from which a customer who is neither new nor silent is loyal.
    long_term_orders : int
        Orders from which a customer who is no longer new is a long-term one.
    importance : three numbers, rising, between 0 and 1
        Share of the parties with a value above 0 where VIP, major and ordinary end.

    Returns
    -------
    CustomerTypes
        With ``.types``, ``.counts``, ``.cross(…)``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a party stands twice, a number is outside its bounds, or facts do
        not go together: orders without a tenure, or a last order before the first.

    Notes
    -----
    The lists are the course's. They have no name for a customer who has stopped ordering, so silent
    (沉默) is added, and no name for a party that has brought nothing yet. The cuts are conventions;
    equal values are in one class.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"orders": [40, 3, 1, 0], "tenure": [4, 3, 0.2, None],
    ...     "silent": [0.1, 1.5, 0.2, None], "value": [900, 100, 50, None],
    ...     "fits": [True, True, True, True], "interested": [True, True, True, False]},
    ...     index=["Ann", "Bo", "Cai", "Di"])
    >>> customer_types(table).types[["loyalty", "stage"]]
        loyalty      stage
    Ann   loyal  long-term
    Bo   silent  long-term
    Cai     new     signed
    Di potential    target
    """
    facts = _facts(parties)
    fresh = _checks.number(new_until, "new_until", 0)
    quiet = _checks.number(silent_after, "silent_after", 0, open_low=True)
    often = _checks.number(loyal_orders, "loyal_orders", 0)
    repeats = _checks.count(long_term_orders, "long_term_orders", 2)
    bought = facts["orders"] > 0
    rate = facts["orders"] / np.maximum(facts["tenure"], 1e-9)
    is_new = bought & (facts["tenure"] < fresh)
    rules = {
        "purchase": [("existing", bought, _("has ordered, once or more, now or before"))],
        "loyalty": [
            ("potential", ~bought, _("has never ordered")),
            (
                "silent",
                bought & (facts["silent"] > quiet),
                _("no order in the last {n:.0f} days").format(n=365 * quiet),
            ),
            ("new", is_new, _("first order in the last {n:.0f} days").format(n=365 * fresh)),
            ("loyal", rate >= often, _("at least {n:g} orders a year").format(n=often)),
        ],
        "stage": [
            (
                "long-term",
                bought & ~is_new & (facts["orders"] >= repeats),
                _("no longer new, {n} orders or more").format(n=repeats),
            ),
            ("signed", bought, _("has ordered")),
            ("intending", facts["interested"] > 0, _("has asked for something")),
            ("target", facts["fits"] > 0, _("somebody has checked that it fits")),
        ],
    }
    last = {"purchase": "potential", "loyalty": "long-standing", "stage": "potential"}
    columns = {name: _first_that_fits(rules[name], last[name]) for name in rules}
    cuts = _checks.array(importance, "importance", 0, 1, ndim=1)
    columns["importance"] = _importance(facts["value"], cuts)
    return CustomerTypes(_table(parties, columns), _rule_table(rules, last, cuts))


def _facts(parties: "pd.DataFrame") -> dict[str, FloatArray]:
    """Check the columns; a missing tenure or silence is right where there is no order."""
    _checks.columns(parties, "parties", FACTS)
    if not parties.index.is_unique:
        twice = parties.index[parties.index.duplicated()][0]
        raise ValueError(f"parties must have one row per party; got {twice!r} twice")
    facts = {}
    for name in ("orders", "tenure", "silent", "value"):
        low = -np.inf if name == "value" else 0
        facts[name] = _checks.array(parties[name], name, low, allow_missing=name != "orders")
    if (facts["orders"] % 1).any():
        raise ValueError(f"orders must be whole numbers; got {facts['orders'].max():g} at most")
    for name in ("fits", "interested"):
        facts[name] = _checks.truths(parties[name], name).astype(float)
    bought = facts["orders"] > 0
    for name in ("tenure", "silent"):
        gaps = int(np.isnan(facts[name][bought]).sum())
        if gaps:
            raise ValueError(f"{name} must be known for everybody who ordered; got {gaps} gaps")
    if (facts["silent"][bought] > facts["tenure"][bought] + 1e-9).any():
        raise ValueError("silent must be at most tenure; got a last order before the first")
    for name in ("tenure", "silent"):
        facts[name] = np.where(bought, facts[name], -1.0)  # read by no rule without an order
    return facts


def _first_that_fits(rules: list[tuple[str, Any, str]], last: str) -> np.ndarray:
    return np.select([test for _name, test, _words in rules], [r[0] for r in rules], last)


def _importance(value: FloatArray, cuts: FloatArray) -> np.ndarray:
    """Classes by headcount among those who bring something."""
    names = list(TYPES["importance"])
    found = np.full(value.shape, names[-1], dtype=object)
    brings = np.nan_to_num(value, nan=0.0) > 0
    if cuts.size != 3:
        raise ValueError(f"importance must be three numbers; got {cuts.size}")
    if (np.diff(cuts) <= 0).any():
        raise ValueError(f"importance must rise; got {cuts.tolist()}")
    if brings.any():
        found[brings] = abc(value[brings], tuple(cuts), by="customers", names=names[:4]).classes
    return found


def _table(parties: "pd.DataFrame", columns: dict[str, np.ndarray]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(
        {
            name: pd.Categorical(columns[name], categories=list(kinds), ordered=True)
            for name, kinds in TYPES.items()
        },
        index=parties.index,
    )


def _rule_table(
    rules: dict[str, list[tuple[str, Any, str]]],
    last: dict[str, str],
    cuts: FloatArray,
) -> "pd.DataFrame":
    import pandas as pd

    words = [(name, kind, text) for name, row in rules.items() for kind, _test, text in row]
    words += [(name, kind, _("everybody else")) for name, kind in last.items()]
    ends = [*(_("among the top {c:g} % by value").format(c=100 * c) for c in cuts)]
    brings = _("everybody else who brings something")
    names = list(TYPES["importance"])
    words += [("importance", kind, end) for kind, end in zip(names, [*ends, brings], strict=False)]
    words += [("importance", names[-1], _("brings nothing, or nobody knows"))]
    frame = pd.DataFrame(words, columns=["classification", "type", "rule"])
    order = {name: place for place, name in enumerate(TYPES)}
    frame = frame.sort_values("classification", key=lambda s: s.map(order), kind="stable")
    chinese = [TYPES[c][t] for c, t in zip(frame["classification"], frame["type"], strict=True)]
    frame.insert(2, "chinese", chinese)
    return frame.reset_index(drop=True)
