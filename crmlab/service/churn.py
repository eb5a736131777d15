"""Why customers stopped, and whom to win back: causes by ordered rules, a trial, its value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False, repr=False)
class ChurnCauses(Drawable):
    """Cause of each lapsed customer by ordered rules, made by :func:`churn_causes`.

    Attributes
    ----------
    cause : Series
        Cause of each customer; "unknown" where no rule holds.
    matches : DataFrame
        One row per customer, one flag per cause: whether its evidence is there.
    rules : dict of str to tuple of str
        Evidence of each cause, in the order of the rules.

    Examples
    --------
    >>> import pandas as pd
    >>> evidence = pd.DataFrame({"owes": [True, False, False], "closed": [False, True, False],
    ...     "unhappy": [True, False, False]}, index=["A", "B", "C"])
    >>> found = churn_causes(evidence,
    ...     {"malicious": ["owes"], "natural": ["closed"], "fault": ["unhappy"]})
    >>> found
    ChurnCauses(malicious 1, natural 1, fault 0, unknown 1; 1 disputed)
    >>> found.to_frame().round(2)
               customers  share  evidence  taken
    cause
    malicious          1   0.33         1      0
    natural            1   0.33         1      0
    fault              0   0.00         1      1
    unknown            1   0.33         0      0
    """

    _picture = "churn_causes"

    cause: "pd.Series"
    matches: "pd.DataFrame"
    rules: dict[str, tuple[str, ...]]

    @property
    def disputed(self) -> "pd.Series":
        """Whether evidence of more than one cause is there, so that the order decided."""
        return (self.matches.sum(axis=1) > 1).rename("disputed")

    def to_frame(self, value: "pd.Series | None" = None) -> "pd.DataFrame":
        """One row per cause: customers, share, evidence, taken.

        Parameters
        ----------
        value : Series, optional
            What each customer was worth; then also value (their sum) and value_share.

        Returns
        -------
        DataFrame
            `evidence` counts the customers with evidence of the cause, `taken` those of them whom
            an earlier rule has taken.

        Raises
        ------
        ValueError, TypeError
            If a value is missing or no number.
        """
        import pandas as pd

        names = [*self.rules, UNKNOWN]
        counts = self.cause.value_counts().reindex(names, fill_value=0)
        table = pd.DataFrame({"customers": counts, "share": counts / len(self.cause)})
        table["evidence"] = self.matches.sum().reindex(names, fill_value=0)
        table["taken"] = np.where(table.index == UNKNOWN, 0, table["evidence"] - counts)
        table["taken"] = table["taken"].astype(int)
        if value is not None:
            _checks.instance(value, "value", pd.Series)
            if not value.index.is_unique:
                raise ValueError("value must have one number per customer; got a customer twice")
            worth = _checks.array(value.reindex(self.cause.index), "value")
            total = pd.Series(worth, self.cause.index).groupby(self.cause).sum()
            table["value"] = total.reindex(names, fill_value=0.0)
            table["value_share"] = table["value"] / table["value"].sum()
        table.index.name = "cause"
        return table

    def __repr__(self) -> str:
        counts = ", ".join(f"{k} {v}" for k, v in self.to_frame()["customers"].items())
        return f"ChurnCauses({counts}; {int(self.disputed.sum())} disputed)"


def churn_causes(evidence: "pd.DataFrame", rules: Mapping[str, Sequence[str]]) -> ChurnCauses:
    """Sort customers who stopped by the cause, the first rule that holds (客户流失原因分类).

    The course has four causes: natural (自然流失: the firm closed, moved or needs nothing more),
    competitive (竞争流失), malicious (恶意流失: it does not pay what it owes) and by our own fault
    (过失流失).

    Parameters
    ----------
    evidence : DataFrame
        One row per customer, columns of True and False.
    rules : mapping of str to sequence of str
        For each cause, in the order in which they are tried, the columns of which at least one
        must be True.

    Returns
    -------
    ChurnCauses
        With ``.cause``, ``.disputed``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or does not hold True and False, a cause has no evidence, or a
        customer is twice in the index.

    Notes
    -----
    The order matters where evidence points to two causes: somebody who owes money may well say that
    the service was bad. Put first what is hardest to say falsely.

    Examples
    --------
    >>> import pandas as pd
    >>> evidence = pd.DataFrame({"owes": [True, False, False], "closed": [False, True, False],
    ...     "unhappy": [True, False, False]}, index=["A", "B", "C"])
    >>> churn_causes(evidence, {"malicious": ["owes"], "natural": ["closed"], "fault": ["unhappy"]})
    ChurnCauses(malicious 1, natural 1, fault 0, unknown 1; 1 disputed)
    """
    import pandas as pd

    if not isinstance(rules, Mapping) or not rules:
        raise TypeError(f"rules must be a mapping with at least 1 cause; got {rules!r}")
    kept: dict[str, tuple[str, ...]] = {}
    for cause, columns in rules.items():
        kept[cause] = tuple(_checks.listed(columns, f"rules[{cause!r}]", "columns"))
        if not kept[cause]:
            raise ValueError(f"rules must name columns for {cause!r}; got {columns!r}")
    _checks.columns(evidence, "evidence", dict.fromkeys(c for row in kept.values() for c in row))
    if not evidence.index.is_unique:
        twice = evidence.index[evidence.index.duplicated()][0]
        raise ValueError(f"evidence must have each customer once; got {twice!r} twice")
    shown = {
        column: _checks.truths(evidence[column], column)
        for column in dict.fromkeys(c for row in kept.values() for c in row)
    }
    matches = pd.DataFrame(
        {
            cause: np.any([shown[column] for column in columns], axis=0)
            for cause, columns in kept.items()
        },
        index=evidence.index,
    )
    hit = matches.to_numpy()
    names = np.array([*kept, UNKNOWN], dtype=object)
    place = np.where(hit.any(axis=1), hit.argmax(axis=1), len(kept))
    found = pd.Series(names[place], index=evidence.index, name="cause")
    return ChurnCauses(found, matches, kept)


@dataclass(frozen=True, eq=False, repr=False)
class Uplift(Drawable):
    """What an offer changed in a trial, by group, made by :func:`trial_uplift`.

    Attributes
    ----------
    table : DataFrame
        Indexed by group: with_offer, without_offer (customers), returned_with, returned_without
        (shares), uplift (their difference), low, high; missing where nobody was with, or without.
    level : float
        Level of the intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> group = pd.Series(["fault"] * 20)
    >>> found = trial_uplift(group, [True, False] * 10, [True, False] * 3 + [False] * 14)
    >>> found
    Uplift(points by the offer: fault +30.0)
    >>> found.to_frame().iloc[0].round(2)
    with_offer          10.00
    without_offer       10.00
    returned_with        0.30
    returned_without     0.00
    uplift               0.30
    low                 -0.04
    high                 0.60
    Name: fault, dtype: float64
    """

    _picture = "uplift"

    table: "pd.DataFrame"
    level: float

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per group.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        words = ", ".join(f"{k} {100 * v:+.1f}" for k, v in self.table["uplift"].items())
        return f"Uplift(points by the offer: {words})"


def trial_uplift(group: "pd.Series", offered: Any, returned: Any, *, level: float = 0.95) -> Uplift:
    """How many more came back because of an offer made by lot (挽留试验, 增量效果).

    Parameters
    ----------
    group : Series
        Group of each customer, such as the cause.
    offered, returned : array of bool, shape (n,)
        Whether the customer got the offer, by lot, and whether it came back.
    level : float
        Level of the intervals.

    Returns
    -------
    Uplift
        With ``.table``, ``.to_frame()`` and ``.plot()``; groups with nobody on one side have no
        uplift.

    Raises
    ------
    ValueError, TypeError
        If a group is missing, the lengths differ, or a flag is not True or False.

    Notes
    -----
    The interval of the difference is Newcombe's (1998, method 10), from Wilson's intervals of the
    two shares. Who came back after an offer would partly have come back without it: the share alone
    says nothing about the offer.

    Examples
    --------
    >>> import pandas as pd
    >>> group = pd.Series(["fault"] * 20)
    >>> trial_uplift(group, [True, False] * 10, [True, False] * 3 + [False] * 14)
    Uplift(points by the offer: fault +30.0)
    """
    import pandas as pd

    if not isinstance(group, pd.Series):
        raise TypeError(f"group must be a pandas Series; got {type(group).__name__}")
    if group.empty:
        raise ValueError("group must not be empty; got 0 rows")
    _checks.no_gaps(group, "group")
    _checks.same_index(group, offered, "group and offered")
    _checks.same_index(group, returned, "group and returned")
    made, back = _flags(offered, "offered", len(group)), _flags(returned, "returned", len(group))
    rows = {}
    for name, where in group.reset_index(drop=True).groupby(group.to_numpy()).indices.items():
        with_, without = back[where][made[where]], back[where][~made[where]]
        rows[name] = [with_.size, without.size, _share(with_), _share(without), *_newcombe(
            with_, without, level)]  # fmt: skip
    names = ["with_offer", "without_offer", "returned_with", "returned_without"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*names, "uplift", "low", "high"])
    table.index.name = group.name or "group"
    return Uplift(table.astype(dict.fromkeys(names[:2], int)), float(level))


def _flags(value: Any, name: str, n: int) -> Any:
    found = _checks.truths(value, name)
    if found.size != n:
        raise ValueError(f"{name} must have one value per customer ({n}); got {found.size}")
    return found


def _share(back: Any) -> float:
    return float(back.mean()) if back.size else float("nan")


def _newcombe(one: Any, two: Any, level: float) -> tuple[float, float, float]:
    """Difference of two shares with Newcombe's interval; no numbers where a side is empty."""
    if not one.size or not two.size:
        return (float("nan"),) * 3
    p, q = one.mean(), two.mean()
    (low1, low2), (high1, high2) = wilson([one.sum(), two.sum()], [one.size, two.size], level)
    gap = p - q
    low = gap - np.hypot(p - low1, high2 - q)
    high = gap + np.hypot(high1 - p, q - low2)
    return float(gap), float(low), float(high)


@dataclass(frozen=True, eq=False, repr=False)
class WinBack(Drawable):
    """What winning back each group is worth, made by :func:`win_back_value`.

    Attributes
    ----------
    table : DataFrame
        Indexed by group: customers, uplift, worth (of one who is back, money), cost (per customer
        to whom the offer is made), net (per customer), net_low, net_high, total (net of the
        group), break_even (uplift at which it pays), verdict ("offer", "test", "leave").

    Examples
    --------
    >>> import pandas as pd
    >>> group = pd.Series(["fault"] * 200)
    >>> trial = trial_uplift(group, [True, False] * 100, [True, False] * 30 + [False] * 140)
    >>> found = win_back_value(trial, pd.Series({"fault": 800.0}), contact_cost=30, reward=100)
    >>> found
    WinBack(fault: offer; 36,000 where it pays)
    >>> list(found.to_frame().columns)
    ['customers', 'uplift', 'worth', 'cost', 'net', 'net_low', 'net_high', 'total',
    'break_even', 'verdict']
    """

    _picture = "win_back"

    table: "pd.DataFrame"

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per group.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    @property
    def offer(self) -> tuple[Any, ...]:
        """Groups in which the offer pays over the whole interval."""
        return tuple(self.table.index[self.table["verdict"] == _("offer")])

    def __repr__(self) -> str:
        words = ", ".join(f"{k}: {v}" for k, v in self.table["verdict"].items())
        gain = self.table.loc[list(self.offer), "total"].sum()
        return f"WinBack({words}; {gain:,.0f} where it pays)"


def win_back_value(
    uplift: Uplift,
    worth: "pd.Series",
    *,
    contact_cost: float,
    reward: float = 0.0,
    customers: "pd.Series | None" = None,
) -> WinBack:
    """Whom to win back: value of the offer in each group (客户挽留价值).

    Per customer to whom the offer is made:
    ``uplift × worth − contact_cost − returned_with × reward``.
    The reward goes to all who come back, also to those who would have come anyway.

    Parameters
    ----------
    uplift : Uplift
        From a trial.
    worth : Series
        By group: what a customer who is back is still worth, in money; may be negative.
    contact_cost : float
        Cost of making the offer to one customer, at least 0.
    reward : float
        What one who comes back gets, at least 0.
    customers : Series, optional
        By group: customers to whom the offer could be made; those of the trial without it.

    Returns
    -------
    WinBack
        With ``.offer``, ``.table``, ``.to_frame()`` and ``.plot()``. The verdict is "offer" where
        the offer pays over the whole interval of the uplift, "leave" where it pays nowhere in it,
        else "test".

    Raises
    ------
    ValueError, TypeError
        If a group has no worth, or a number is outside its bounds.

    Notes
    -----
    Stauss and Friege (1999) set out that win-back must be judged by the value of a second life of
    the customer, group by group.

    Examples
    --------
    >>> import pandas as pd
    >>> group = pd.Series(["fault"] * 200)
    >>> trial = trial_uplift(group, [True, False] * 100, [True, False] * 30 + [False] * 140)
    >>> win_back_value(trial, pd.Series({"fault": 800.0}), contact_cost=30, reward=100)
    WinBack(fault: offer; 36,000 where it pays)
    """
    import pandas as pd

    if not isinstance(uplift, Uplift):
        raise TypeError(f"uplift must be an Uplift; got {type(uplift).__name__}")
    if not isinstance(worth, pd.Series):
        raise TypeError(f"worth must be a pandas Series; got {type(worth).__name__}")
    contact = _checks.number(contact_cost, "contact_cost", 0)
    gift = _checks.number(reward, "reward", 0)
    trial = uplift.table
    lacking = [name for name in trial.index if name not in worth.index]
    if lacking:
        raise ValueError(f"worth must have every group; got none for {lacking[0]!r}")
    value = _checks.array(worth.reindex(trial.index), "worth")
    number = (
        trial["with_offer"] + trial["without_offer"]
        if customers is None
        else _checks.instance(customers, "customers", pd.Series).reindex(trial.index)
    )
    cost = contact + gift * trial["returned_with"]
    net, one, other = (trial[column] * value - cost for column in ("uplift", "low", "high"))
    low, high = (
        one.combine(other, min),
        one.combine(other, max),
    )  # a negative worth turns them round
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(value > 0, cost / np.where(value > 0, value, 1.0), np.inf)
    table = pd.DataFrame(
        {
            "customers": _checks.array(number, "customers", 0),
            "uplift": trial["uplift"],
            "worth": value,
            "cost": cost,
            "net": net,
            "net_low": low,
            "net_high": high,
        }
    )
    table["customers"] = table["customers"].round().astype(int)
    table["total"] = table["net"] * table["customers"]
    table["break_even"] = needed
    table["verdict"] = _verdict(low.to_numpy(), high.to_numpy())
    return WinBack(table)


def _verdict(low: FloatArray, high: FloatArray) -> np.ndarray:
    """Sort by whether the interval of the net value lies above zero, below it, or on both sides."""
    words = np.array([_("offer"), _("leave"), _("test")], dtype=object)
    return words[np.where(low > 0, 0, np.where(high < 0, 1, 2))]


def win_back_steps() -> "pd.DataFrame":
    """List the four steps to keep or win back a customer (客户挽留的四个步骤).

    Returns
    -------
    DataFrame
        Indexed by step 1 to 4: name, question, needs.

    Notes
    -----
    The steps are those of the course: 了解客户, 设计解决方案, 实施检验方案, 追踪和评估.

    Examples
    --------
    >>> win_back_steps()["name"].tolist()
    ['know the customer', 'design the solution', 'carry out and test', 'follow up and judge']
    """
    import pandas as pd

    rows = [
        (
            _("know the customer"),
            _("Why did the customer stop, and what is it worth?"),
            _("orders, tickets, receivables, a telephone call"),
        ),
        (
            _("design the solution"),
            _("What would take the cause away, and what may it cost?"),
            _("causes by ordered rules, the value of a customer"),
        ),
        (
            _("carry out and test"),
            _("Does the offer bring more back than come by themselves?"),
            _("a lot that decides who gets the offer"),
        ),
        (
            _("follow up and judge"),
            _("Do those who are back stay, and did it pay?"),
            _("orders of the next year; the cause reported to whoever can remove it"),
        ),
    ]
    index = pd.RangeIndex(1, 5, name="step")
    return pd.DataFrame(rows, columns=["name", "question", "needs"], index=index)
