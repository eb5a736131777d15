"""How loyalty answers to satisfaction when competition is weak, and when it is strong."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import student
from crmlab.loyalty._common import counted, labels, same_length, share_table

if TYPE_CHECKING:
    import pandas as pd

FloatArray = _checks.FloatArray

#: Jones and Sasser's customers: high or low satisfaction × high or low loyalty.
ZONES = ("loyalist", "mercenary", "hostage", "defector")


def standing(values: Any) -> FloatArray:
    """Turn scores into standings between 0 and 1: the share of customers below (百分位).

    Parameters
    ----------
    values : array of shape (n,)
        Scores, higher being better; equal scores share their standing.

    Returns
    -------
    ndarray of shape (n,)
        ``(rank − ½) / n``.

    Raises
    ------
    ValueError, TypeError
        If there are gaps or no scores.

    Examples
    --------
    >>> standing([7, 9, 7, 2]).tolist()
    [0.5, 0.875, 0.5, 0.125]
    """
    import pandas as pd

    scores = _checks.array(values, "values", ndim=1)
    return np.asarray((pd.Series(scores).rank() - 0.5) / scores.size, dtype=float)


def loyalty_curve(satisfaction: Any, competition: Any, floor: Any = 0.0) -> Any:
    """Loyalty as a curve of satisfaction, by strength of competition (满意—忠诚曲线).

    ``floor + (1 − floor) · s^γ``. The one parameter γ is the strength of competition: with γ
    below 1 hardly any satisfaction is needed (monopoly, lock-in), at 1 loyalty is in proportion,
    above 1 only the very satisfied stay (many equal offers).

    Parameters
    ----------
    satisfaction : float or array
        s, satisfaction between 0 (lowest) and 1 (highest).
    competition : float or array
        γ, above 0.
    floor : float or array
        Loyalty of the wholly dissatisfied, between 0 and 1.

    Returns
    -------
    float or ndarray
        Loyalty between `floor` and 1; the arguments broadcast.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    Jones and Sasser (1995) drew such curves for five trades from monopoly to fierce competition.
    The power curve is this book's way to write them with one parameter; it is not theirs.

    Examples
    --------
    >>> loyalty_curve(0.5, [0.25, 1, 4]).round(3).tolist()
    [0.841, 0.5, 0.062]
    """
    s = _checks.array(satisfaction, "satisfaction", 0, 1)
    gamma = _checks.array(competition, "competition", 0, open_low=True)
    base = _checks.array(floor, "floor", 0, 1)
    _checks.together(satisfaction=s, competition=gamma, floor=base)
    value = base + (1 - base) * s**gamma
    return float(value) if value.ndim == 0 else value


def loyalty_gain(satisfaction: Any, competition: Any, floor: Any = 0.0) -> Any:
    """Slope of the curve: how much loyalty one more unit of satisfaction brings.

    ``(1 − floor) · γ s^(γ − 1)``. Where it is high, work on satisfaction pays.

    Parameters
    ----------
    satisfaction : float or array
        Above 0 and at most 1.
    competition, floor : float or array
        As in :func:`loyalty_curve`.

    Returns
    -------
    float or ndarray
        Loyalty per unit of satisfaction; divide by 10 for a tenth of the scale.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Examples
    --------
    >>> loyalty_gain([0.5, 0.95], 4).round(2).tolist()
    [0.5, 3.43]
    """
    s = _checks.array(satisfaction, "satisfaction", 0, 1, open_low=True)
    gamma = _checks.array(competition, "competition", 0, open_low=True)
    base = _checks.array(floor, "floor", 0, 1)
    _checks.together(satisfaction=s, competition=gamma, floor=base)
    value = (1 - base) * gamma * s ** (gamma - 1)
    return float(value) if value.ndim == 0 else value


@dataclass(frozen=True, eq=False)
class FittedCurves(Drawable):
    """Satisfaction–loyalty curves fitted to data, made by :func:`fit_loyalty_curves`.

    Attributes
    ----------
    curves : DataFrame
        One row per group: `customers`, `competition` (γ) with the ends of its interval.
    floor, floor_low, floor_high : float
        Loyalty of the wholly dissatisfied, common to all groups, and its interval; without one
        where the floor was given.
    residual : float
        Standard deviation of what the curves leave unexplained.
    data : DataFrame
        The data: `satisfaction`, `loyalty`, `group`.

    Examples
    --------
    >>> s = np.linspace(0.05, 1, 20)
    >>> found = fit_loyalty_curves(s, loyalty_curve(s, 2.0, 0.1))
    >>> found
    FittedCurves(competition all: 2.00; floor 0.10)
    >>> found.to_frame()
           customers  competition  low  high
    group
    all           20          2.0  2.0   2.0
    """

    _picture = "fitted_curves"

    curves: "pd.DataFrame"
    floor: float
    floor_low: float
    floor_high: float
    residual: float
    data: "pd.DataFrame"

    def to_frame(self) -> "pd.DataFrame":
        """One row per group.

        Returns
        -------
        DataFrame
        """
        return self.curves.copy()

    def __repr__(self) -> str:
        told = ", ".join(f"{g}: {value:.2f}" for g, value in self.curves["competition"].items())
        return f"FittedCurves(competition {told}; floor {self.floor:.2f})"


def fit_loyalty_curves(
    satisfaction: Any,
    loyalty: Any,
    group: Any = None,
    *,
    floor: float | None = None,
    level: float = 0.95,
) -> FittedCurves:
    """Fit the curve of :func:`loyalty_curve` to data (拟合曲线), one γ per group.

    Nonlinear least squares over all groups at once, with a common floor.

    Parameters
    ----------
    satisfaction : array of shape (n,)
        Between 0 and 1; see :func:`standing`.
    loyalty : array of shape (n,)
        Between 0 and 1, such as the share of wallet.
    group : array of shape (n,), optional
        Groups with a curve each, such as the number of rival suppliers; at least five customers
        in each. Without it there is one group, "all".
    floor : float, optional
        A floor known beforehand, from 0 to below 1; without it the floor is fitted.
    level : float
        Level of the intervals.

    Returns
    -------
    FittedCurves

    Raises
    ------
    ValueError, TypeError
        If the arrays differ in length, hold gaps or values outside 0 to 1, or a group is too
        small, or the satisfaction in a group never changes, or no curve fits best: the loyalty in
        a group does not rise with satisfaction, or hardly leaves 0 or 1.

    Notes
    -----
    Intervals are those of the linearised model (Student's t), for γ on the scale of its logarithm.
    They hold for the satisfaction as measured. Answers carry errors, and customers put into the
    wrong place blur the curve: its foot rises, so a fitted floor comes out too high, and γ with
    it. With a floor that is known γ suffers little. No interval tells of that.

    Examples
    --------
    >>> s = np.linspace(0.05, 1, 20)
    >>> fit_loyalty_curves(s, loyalty_curve(s, 2.0, 0.1))
    FittedCurves(competition all: 2.00; floor 0.10)
    """
    import pandas as pd
    from scipy.optimize import least_squares

    s = _checks.array(satisfaction, "satisfaction", 0, 1, ndim=1)
    y = _checks.array(loyalty, "loyalty", 0, 1, ndim=1)
    labels = ["all"] * s.size if group is None else _checks.listed(group, "group", "labels")
    groups = pd.Series(labels)
    same_length(satisfaction=s, loyalty=y, group=groups)
    _checks.no_gaps(groups, "group")
    codes, names = pd.factorize(groups, sort=True)
    counts = np.bincount(codes)
    for code, name in enumerate(names):
        mine = s[codes == code]
        if mine.size < 5 or np.ptp(mine) == 0 or not ((mine > 0) & (mine < 1)).any():
            raise ValueError(
                "group must hold at least five customers of different satisfaction each, not all "
                f"at 0 and 1; got {mine.size} in {name!r}"
            )
    if floor is not None:
        _checks.number(floor, "floor", 0, 1, open_high=True)
    student(level, 1)
    k = len(names)

    def left(values: FloatArray) -> FloatArray:
        base = values[k] if floor is None else floor
        return base + (1 - base) * s ** np.exp(values[codes]) - y

    lower, upper = np.full(k, np.log(1e-3)), np.full(k, np.log(1e3))
    start = np.zeros(k)
    if floor is None:
        lower, upper = np.append(lower, 0.0), np.append(upper, 1 - 1e-9)
        start = np.append(start, min(max(float(y.min()), 0.01), 0.5))
    found = least_squares(left, start, bounds=(lower, upper), xtol=1e-12, ftol=1e-12, gtol=1e-12)
    freedom = y.size - start.size
    variance = 2 * found.cost / max(freedom, 1)
    jacobian = np.asarray(found.jac)
    _must_bend(found.x, jacobian, list(names))
    errors = np.sqrt(variance * np.diag(np.linalg.pinv(jacobian.T @ jacobian)))
    half = student(level, freedom) * errors
    logs = found.x[:k]
    with np.errstate(over="ignore"):  # no upper end where the data set none
        high = np.exp(logs + half[:k])
    curves = pd.DataFrame(
        {
            "customers": counts,
            "competition": np.exp(logs),
            "low": np.exp(logs - half[:k]),
            "high": high,
        },
        index=pd.Index(names, name="group"),
    )
    base, reach = (found.x[k], half[k]) if floor is None else (float(floor), float("nan"))
    return FittedCurves(
        curves,
        float(base),
        float(max(base - reach, 0)) if floor is None else reach,
        float(min(base + reach, 1)) if floor is None else reach,
        float(np.sqrt(variance)),
        pd.DataFrame({"satisfaction": s, "loyalty": y, "group": groups}),
    )


def _must_bend(found: FloatArray, jacobian: FloatArray, names: list[Any]) -> None:
    """Raise where the data set no end to a competition or to the floor, or mix them up."""
    far = np.abs(found[: len(names)]) > np.log(900)
    if far.any():
        at = int(far.argmax())
        where = "∞" if found[at] > 0 else "0"
        raise ValueError(
            f"loyalty must follow a curve of satisfaction; got competition that runs to {where} in "
            f"{names[at]!r}"
        )
    size = np.linalg.norm(jacobian, axis=0)
    if (size < 1e-12).any() or np.linalg.svd(jacobian / size, compute_uv=False)[-1] < 1e-7:
        raise ValueError(
            "loyalty must follow a curve of satisfaction; got data that do not tell the "
            "competition from the floor"
        )


@dataclass(frozen=True, eq=False)
class LoyaltyZones(Drawable):
    """Customers in the four zones, made by :func:`loyalty_zones`.

    Attributes
    ----------
    zone : Series
        Zone of each customer.
    counts : Series
        Customers in each zone.
    satisfaction, loyalty : ndarray of shape (n,)
        As given.
    cuts : (float, float)
        Of satisfaction and of loyalty.
    confidence : float
        Level of the intervals.

    Examples
    --------
    >>> found = loyalty_zones([9, 9, 3, 2], [0.9, 0.2, 0.8, 0.1], satisfied=7, loyal=0.5)
    >>> found
    LoyaltyZones(1 loyalists, 1 mercenarys, 1 hostages, 1 defectors)
    >>> found.to_frame().round(2)
               customers  share   low  high
    zone
    loyalist           1   0.25  0.05   0.7
    mercenary          1   0.25  0.05   0.7
    hostage            1   0.25  0.05   0.7
    defector           1   0.25  0.05   0.7
    """

    _picture = "loyalty_zones"

    zone: "pd.Series"
    counts: "pd.Series"
    satisfaction: FloatArray
    loyalty: FloatArray
    cuts: tuple[float, float]
    confidence: float

    def to_frame(self) -> "pd.DataFrame":
        """One row per zone: customers, share, and Wilson's interval of the share.

        Returns
        -------
        DataFrame
        """
        return share_table(self.counts, self.confidence)

    def __repr__(self) -> str:
        return f"LoyaltyZones({', '.join(f'{n} {zone}s' for zone, n in self.counts.items())})"


def loyalty_zones(
    satisfaction: Any,
    loyalty: Any,
    *,
    satisfied: float,
    loyal: float,
    level: float = 0.95,
) -> LoyaltyZones:
    """Tell the zone in which each customer stands (客户所处区域).

    Satisfied and loyal: **loyalist** (忠诚者). Satisfied but not loyal: **mercenary** (唯利者), who
    would be loyal in a market with less competition. Loyal without being satisfied: **hostage**
    (人质), held by something else. Neither: **defector** (背叛者).

    Parameters
    ----------
    satisfaction, loyalty : array of shape (n,)
        On any scale.
    satisfied, loyal : float
        From where a customer counts as satisfied, and as loyal.
    level : float
        Level of the intervals of the shares.

    Returns
    -------
    LoyaltyZones

    Raises
    ------
    ValueError, TypeError
        If the arrays differ in length or hold gaps.

    Notes
    -----
    The four kinds are Jones and Sasser's (1995).

    Examples
    --------
    >>> loyalty_zones([9, 9, 3, 2], [0.9, 0.2, 0.8, 0.1], satisfied=7, loyal=0.5).zone.tolist()
    ['loyalist', 'mercenary', 'hostage', 'defector']
    """
    s = _checks.array(satisfaction, "satisfaction", ndim=1)
    y = _checks.array(loyalty, "loyalty", ndim=1)
    same_length(satisfaction=s, loyalty=y)
    cuts = (_checks.number(satisfied, "satisfied"), _checks.number(loyal, "loyal"))
    level = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    high, stays = s >= cuts[0], y >= cuts[1]
    named = np.select([high & stays, high, stays], ZONES[:3], ZONES[3])
    zone, counts = counted(named, ZONES, labels(satisfaction), "zone")
    return LoyaltyZones(zone, counts, s, y, cuts, float(level))
