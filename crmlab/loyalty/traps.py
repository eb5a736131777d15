"""The satisfaction trap (顾客满意陷阱): satisfied customers who are not loyal, and three causes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import wilson
from crmlab.loyalty._common import labels, same_length

if TYPE_CHECKING:
    import pandas as pd


def _plain(value: Any) -> Any:
    array = np.asarray(value, dtype=float)
    return float(array) if array.ndim == 0 else array


def threshold_loyalty(
    satisfaction: Any, first: float, second: float, plateau: float, drift: float = 0.0
) -> Any:
    """Cause 1: loyalty with an insensitive zone between two thresholds (质量不敏感区).

    Below the first threshold loyalty rises steeply from 0 to the plateau; between the thresholds
    more satisfaction changes (almost) nothing; from the second threshold on it rises to 1.

    Parameters
    ----------
    satisfaction : float or array
        Between 0 and 1.
    first, second : float
        The thresholds, ``0 < first < second < 1``.
    plateau : float
        Loyalty at the first threshold, between 0 and 1.
    drift : float
        What the insensitive zone adds in all, from 0 to ``1 − plateau``.

    Returns
    -------
    float or ndarray
        Loyalty between 0 and 1.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds or the thresholds are not in order.

    Examples
    --------
    >>> threshold_loyalty([0.2, 0.4, 0.6, 0.9], first=0.4, second=0.8, plateau=0.5).tolist()
    [0.25, 0.5, 0.5, 0.75]
    """
    s = _checks.array(satisfaction, "satisfaction", 0, 1)
    start = _checks.number(first, "first", 0, 1, open_low=True, open_high=True)
    end = _checks.number(second, "second", start, 1, open_low=True, open_high=True)
    level = _checks.number(plateau, "plateau", 0, 1)
    rise = _checks.number(drift, "drift", 0, 1 - level)
    return _plain(np.interp(s, [0, start, end, 1], [0, level, level + rise, 1]))


def two_factor_loyalty(
    basic: Any,
    latent: Any,
    *,
    basic_gain: float = 0.4,
    latent_gain: float = 0.6,
    saturation: float = 5.0,
) -> Any:
    """Cause 2: two kinds of expectation that move loyalty differently (双因素).

    ``g_b (1 − e^(−k b)) / (1 − e^(−k)) + g_l · l``. What customers take for granted, the basic
    expectation (基本期望), saturates: meeting it better soon brings nothing. What they did not
    know to ask for, the latent expectation (潜在期望), acts almost in proportion.

    Parameters
    ----------
    basic, latent : float or array
        Satisfaction of each kind of expectation, between 0 and 1.
    basic_gain, latent_gain : float
        g_b and g_l, what each brings at most; at least 0, together at most 1.
    saturation : float
        k, above 0: how soon the basic part is used up.

    Returns
    -------
    float or ndarray
        Loyalty between 0 and ``basic_gain + latent_gain``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    The distinction is Herzberg's between hygiene factors and motivators (保健因素, 激励因素), which
    the course carries over to customers. A gain of 0 leaves one part alone.

    Examples
    --------
    >>> round(two_factor_loyalty(basic=0.9, latent=0.1), 3)
    0.458
    >>> round(two_factor_loyalty(basic=0.9, latent=0.6), 3)
    0.758
    """
    base = _checks.array(basic, "basic", 0, 1)
    more = _checks.array(latent, "latent", 0, 1)
    _checks.together(basic=base, latent=more)
    k = _checks.number(saturation, "saturation", 0, open_low=True)
    gain = _checks.number(basic_gain, "basic_gain", 0, 1)
    other = _checks.number(latent_gain, "latent_gain", 0, 1)
    if gain + other > 1 + 1e-12:
        raise ValueError(
            f"basic_gain and latent_gain must add up to at most 1; got {gain:g} and {other:g}"
        )
    return _plain(gain * np.expm1(-k * base) / np.expm1(-k) + other * more)


def relative_loyalty(value: Any, rival_value: Any, sensitivity: Any = 4.0) -> Any:
    """Cause 3: what counts is our value relative to the rival's (基于竞争的满意陷阱).

    ``v^θ / (v^θ + w^θ)``: the chance that a customer who weighs our delivered value v against
    the best rival's w chooses us. Satisfaction may stand still while w rises.

    Parameters
    ----------
    value, rival_value : float or array
        Delivered value (让渡价值) of our offer and of the best rival's, above 0.
    sensitivity : float or array
        θ, above 0: how closely customers compare. At θ = 4 an offer better by 10 % wins 59 %.

    Returns
    -------
    float or ndarray
        Between 0 and 1; the arguments broadcast.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    Luce's (1959) choice rule on powers of value; it is the logit model of the logarithm of value.

    Examples
    --------
    >>> relative_loyalty(8, [6, 8, 10]).round(2).tolist()
    [0.76, 0.5, 0.29]
    """
    ours = _checks.array(value, "value", 0, open_low=True)
    theirs = _checks.array(rival_value, "rival_value", 0, open_low=True)
    theta = _checks.array(sensitivity, "sensitivity", 0, open_low=True)
    _checks.together(value=ours, rival_value=theirs, sensitivity=theta)
    from scipy.special import expit

    return _plain(expit(theta * (np.log(ours) - np.log(theirs))))


@dataclass(frozen=True, eq=False)
class TrapShare(Drawable):
    """Satisfied customers who are not loyal, made by :func:`trap_share`.

    Attributes
    ----------
    groups : DataFrame
        One row per group and one for all: `customers`, `satisfied`, `trapped`, the `share` of the
        satisfied who are not loyal, and the ends of Wilson's interval.
    trapped : Series
        Whether each customer stands in the trap.

    Examples
    --------
    >>> found = trap_share([9, 8, 9, 8, 3], [0.9, 0.2, 0.3, 0.8, 0.1], satisfied=7, loyal=0.5)
    >>> found
    TrapShare(2 of 4 satisfied customers are not loyal: 50.0%, 15.0% to 85.0%)
    >>> found.to_frame().round(2)
           customers  satisfied  trapped  share   low  high
    group
    all            5          4        2    0.5  0.15  0.85
    """

    _picture = "trap_share"

    groups: "pd.DataFrame"
    trapped: "pd.Series"

    def to_frame(self) -> "pd.DataFrame":
        """One row per group, the last for all.

        Returns
        -------
        DataFrame
        """
        return self.groups.copy()

    def __repr__(self) -> str:
        whole = self.groups.loc["all"]
        return (
            f"TrapShare({whole['trapped']:.0f} of {whole['satisfied']:.0f} satisfied customers are "
            f"not loyal: {whole['share']:.1%}, {whole['low']:.1%} to {whole['high']:.1%})"
        )


def trap_share(
    satisfaction: Any,
    loyalty: Any,
    *,
    satisfied: float,
    loyal: float,
    group: Any = None,
    level: float = 0.95,
) -> TrapShare:
    """Share of the satisfied customers who are not loyal (满意陷阱中的客户比例).

    Parameters
    ----------
    satisfaction, loyalty : array of shape (n,)
        On any scale.
    satisfied, loyal : float
        From where a customer counts as satisfied, and as loyal.
    group : array of shape (n,), optional
        Groups to tell apart.
    level : float
        Level of Wilson's intervals.

    Returns
    -------
    TrapShare

    Raises
    ------
    ValueError, TypeError
        If the arrays differ in length or hold gaps, or nobody is satisfied.

    Examples
    --------
    >>> trap_share([9, 8, 9, 8, 3], [0.9, 0.2, 0.3, 0.8, 0.1], satisfied=7, loyal=0.5)
    TrapShare(2 of 4 satisfied customers are not loyal: 50.0%, 15.0% to 85.0%)
    """
    import pandas as pd

    s = _checks.array(satisfaction, "satisfaction", ndim=1)
    y = _checks.array(loyalty, "loyalty", ndim=1)
    groups = None if group is None else pd.Series(_checks.listed(group, "group", "labels"))
    same_length(satisfaction=s, loyalty=y, **({} if groups is None else {"group": groups}))
    high = s >= _checks.number(satisfied, "satisfied")
    caught = high & (y < _checks.number(loyal, "loyal"))
    if not high.any():
        raise ValueError(f"satisfied must be reached by somebody; got {float(satisfied):g}")
    table = pd.DataFrame({"customers": 1, "satisfied": high, "trapped": caught})
    counts = table.sum().to_frame("all").T
    if groups is not None:
        _checks.no_gaps(groups, "group")
        counts = pd.concat([table.groupby(groups).sum(), counts])
    counts = counts.astype(int).rename_axis("group")
    low, high_end = wilson(counts["trapped"], counts["satisfied"], level)
    share = counts["trapped"] / counts["satisfied"].where(counts["satisfied"] > 0)
    return TrapShare(
        counts.assign(share=share, low=low, high=high_end),
        pd.Series(caught, index=labels(satisfaction), name="trapped"),
    )
