"""The stages of a relationship: its level over time, five market indicators, what each asks for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

#: Level of the relationship at the start and at the end of each stage, as a share of its best.
_KNOTS = (0.05, 0.25, 0.90, 1.0, 0.10)
_INDICATORS = ("volume", "price", "cost", "indirect", "profit")


def stage_names() -> tuple[tuple[str, str], ...]:
    """Names of the four stages, in their order (考察期, 形成期, 稳定期, 退化期).

    Returns
    -------
    tuple of (str, str)
        English and Chinese.

    Examples
    --------
    >>> stage_names()[0]
    ('exploration', '考察期')
    """
    return (
        (_("exploration"), "考察期"),
        (_("build-up"), "形成期"),
        (_("stability"), "稳定期"),
        (_("decline"), "退化期"),
    )


def _stages() -> tuple[str, ...]:
    return tuple(name for name, _chinese in stage_names())


@dataclass(frozen=True, eq=False)
class StageCurve(Drawable):
    """Level and indicators of a relationship over its stages, made by :func:`stage_curve`.

    Attributes
    ----------
    time : ndarray of shape (n,)
        Years since the relationship began.
    level : ndarray of shape (n,)
        Level of the relationship, from 0 to 1, its best.
    stage : ndarray of shape (n,)
        Name of the stage at each time; a stage begins at its bound.
    indicators : DataFrame
        Per time: volume (units a year), price and cost (money per unit), indirect (money a
        year), profit (money a year).
    bounds : ndarray of shape (5,)
        Where the stages begin, and the end.

    Examples
    --------
    >>> curve = stage_curve()
    >>> curve
    StageCurve(7 years, profit in all 1,843)
    >>> curve.to_frame().iloc[0]
    stage       exploration
    level              0.05
    volume              5.0
    price              9.05
    cost                7.9
    indirect            0.0
    profit           -54.25
    Name: 0.0, dtype: object
    >>> curve.by_stage().round(2)
                 years  level  volume  price  cost  indirect  profit  total_profit
    stage
    exploration    0.5   0.15   14.74   9.15  7.71      0.00  -37.72        -18.86
    build-up       1.5   0.62   61.82   9.62  6.76     15.07  144.22        216.33
    stability      4.0   0.97   96.80   9.97  6.06     55.20  373.37       1493.47
    decline        1.0   0.64   63.88   9.64  6.72      0.54  151.68        151.68
    """

    _picture = "stage_curve"

    time: FloatArray
    level: FloatArray
    stage: np.ndarray
    indicators: "pd.DataFrame"
    bounds: FloatArray

    @property
    def first_profit(self) -> float:
        """Time from which a year brings a profit; missing (NaN) if none ever does."""
        gain = self.indicators["profit"].to_numpy() > 0
        return float(self.time[gain.argmax()]) if gain.any() else float("nan")

    def by_stage(self) -> "pd.DataFrame":
        """Mean of the level and of each indicator in each stage, and the profit of the stage.

        Returns
        -------
        DataFrame
            Indexed by stage: years, level, the five indicators, total_profit (profit a year times
            years, not discounted).
        """
        import pandas as pd

        table = self.indicators.assign(level=self.level).groupby(self.stage, sort=False).mean()
        table = table.reindex(list(_stages())).rename_axis("stage")
        table.insert(0, "years", np.diff(self.bounds))
        table = table[["years", "level", *_INDICATORS]]
        return pd.DataFrame(table.assign(total_profit=table["years"] * table["profit"]))

    def to_frame(self) -> "pd.DataFrame":
        """One row per time: stage, level and the five indicators.

        Returns
        -------
        DataFrame
        """
        table = self.indicators.copy()
        table.insert(0, "level", self.level)
        table.insert(0, "stage", self.stage)
        return table

    def __repr__(self) -> str:
        total = self.by_stage()["total_profit"].sum()
        return f"StageCurve({self.bounds[-1]:g} years, profit in all {total:,.0f})"


def stage_curve(
    exploration: float = 0.5,
    build_up: float = 1.5,
    stability: float = 4.0,
    decline: float = 1.0,
    *,
    volume: float = 100.0,
    price: tuple[float, float] = (9.0, 10.0),
    cost: tuple[float, float] = (8.0, 6.0),
    care: float = 60.0,
    indirect: float = 60.0,
    trust: float = 0.6,
    points: int = 400,
) -> StageCurve:
    """Level of a relationship over its four stages and five indicators (客户生命周期曲线).

    The level rises slowly in exploration (考察期), quickly in build-up (形成期), stays near its
    best in stability (稳定期) and falls in decline (退化期). The indicators are transaction volume
    (交易量), price (价格), cost (成本), indirect benefit (间接效益) and profit (利润):

    ``volume = V x``, ``price = p₀ + (p₁ − p₀) x``, ``cost = c₀ − (c₀ − c₁) x``,
    ``profit = volume (price − cost) + indirect − care``, with x the level.

    Parameters
    ----------
    exploration, build_up, stability, decline : float
        Length of each stage in years, above 0 and at most 1000.
    volume : float
        V, units a year at the best level, at least 0.
    price : tuple of two float
        p₀ and p₁, money per unit: what a stranger pays (with an opening discount) and what a
        partner accepts.
    cost : tuple of two float
        c₀ and c₁, money per unit: what serving a stranger costs and what serving a partner costs.
    care : float
        What the firm spends a year on the relationship itself, whatever the volume; at least 0.
    indirect : float
        Worth a year of recommendations at the best level, at least 0. In decline as much is at
        stake the other way: bad word of mouth.
    trust : float
        Level from which on the customer recommends the firm, from 0 to below 1.
    points : int
        Number of points in time, at least 20.

    Returns
    -------
    StageCurve
        With ``.by_stage()``, ``.first_profit``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its bounds.

    Notes
    -----
    The four stages follow Dwyer, Schurr and Oh (1987), whose awareness stage comes before them.
    The form of the curve is this book's choice: a monotone cubic line through the levels 0.05,
    0.25, 0.90, 1 and 0.10 at the bounds of the stages. It agrees with what the course says of
    each stage, and it is an assumption, not a measurement: real relationships skip stages.

    Examples
    --------
    >>> curve = stage_curve()
    >>> curve.by_stage()["profit"].round().tolist()
    [-38.0, 144.0, 373.0, 152.0]
    """
    import pandas as pd
    from scipy.interpolate import PchipInterpolator

    years = {"exploration": exploration, "build_up": build_up, "stability": stability,
             "decline": decline}  # fmt: skip
    lengths = [_checks.number(v, k, 0, 1000, open_low=True) for k, v in years.items()]
    best = _checks.number(volume, "volume", 0)
    ends = [_pair(price, "price"), _pair(cost, "cost")]
    fixed, worth = _checks.number(care, "care", 0), _checks.number(indirect, "indirect", 0)
    least = _checks.number(trust, "trust", 0, 1, open_high=True)
    bounds = np.append(0.0, np.cumsum(lengths))
    time = np.linspace(0, bounds[-1], _checks.count(points, "points", 20))
    level = PchipInterpolator(bounds, _KNOTS)(time)
    place = np.clip(np.searchsorted(bounds, time, side="right") - 1, 0, 3)
    lost = np.where(place == 3, 1 - level, 0.0)
    gained = np.maximum(level - least, 0) / (1 - least)
    (p0, p1), (c0, c1) = ends
    table = pd.DataFrame(
        {
            "volume": best * level,
            "price": p0 + (p1 - p0) * level,
            "cost": c0 - (c0 - c1) * level,
            "indirect": worth * (gained - lost),
        },
        index=pd.Index(time, name="time"),
    )
    margin = table["volume"] * (table["price"] - table["cost"])
    table["profit"] = margin + table["indirect"] - fixed
    return StageCurve(time, level, np.array(_stages(), dtype=object)[place], table, bounds)


def _pair(value: Any, name: str) -> FloatArray:
    """Check two amounts per unit: at the lowest and at the best level."""
    checked = _checks.array(value, name, 0, ndim=1)
    if checked.size != 2:
        raise ValueError(f"{name} must be two numbers, of a stranger and of a partner; "
                         f"got {checked.size}")  # fmt: skip
    return checked


def six_stages() -> "pd.DataFrame":
    """Six stages of another school, and where they stand among the four (六阶段划分).

    Returns
    -------
    DataFrame
        Indexed by the name of the six: chinese, stage (one of the four), begins (what one sees).

    Examples
    --------
    >>> six_stages()["stage"].to_dict()["growth"]
    'build-up'
    """
    import pandas as pd

    first, second, third, last = _stages()
    rows = [
        (_("potential"), "潜在客户期", first, _("asks, or is asked; no order")),
        (_("development"), "客户开发期", first, _("first, small orders on trial")),
        (_("growth"), "客户成长期", second, _("orders become more and wider")),
        (_("maturity"), "客户成熟期", third, _("orders are many and steady")),
        (_("decline"), "客户衰退期", last, _("orders become fewer")),
        (_("termination"), "客户终止期", last, _("no orders; accounts settled")),
    ]
    names = ["six", "chinese", "stage", "begins"]
    return pd.DataFrame(rows, columns=names).set_index("six")


def stage_tactics(stage: str | None = None) -> "pd.DataFrame":
    """Tell what each stage asks of the firm (各阶段客户关系管理的重点).

    Parameters
    ----------
    stage : str, optional
        Only the rows of one stage, named as in :func:`stage_names`.

    Returns
    -------
    DataFrame
        Indexed by stage: tactic, chinese, aim, beware.

    Raises
    ------
    ValueError
        If the stage is unknown.

    Examples
    --------
    >>> stage_tactics("build-up")["tactic"].tolist()
    ['personalisation', 'value-added service', 'cross-selling']
    """
    import pandas as pd

    names = _stages()
    if stage is not None:
        _checks.choice(stage, "stage", names)
    columns = ["stage", "tactic", "chinese", "aim", "beware"]
    table = pd.DataFrame(_tactics(names), columns=columns).set_index("stage")
    return table if stage is None else table.loc[[stage]]


def _tactics(names: tuple[str, ...]) -> list[tuple[str, str, str, str, str]]:
    first, second, third, last = names
    return [
        (first, _("prove reliability"), "证明可靠性", _("the first orders go right"),
         _("a discount wins those who leave for the next one")),
        (first, _("learn the need"), "了解需求", _("know early whom to invest in"),
         _("many leave now; do not spend before you know")),
        (second, _("personalisation"), "个性化", _("the product fits this customer"),
         _("pays only where needs differ")),
        (second, _("value-added service"), "增值服务", _("free or paid extras that others lack"),
         _("a paid extra needs the customer's consent")),
        (second, _("cross-selling"), "交叉销售", _("more products, more often"),
         _("push too early and trust is lost")),
        (third, _("exit barriers"), "退出壁垒", _("leaving costs the customer something"),
         _("it holds customers without convincing them: see chapter 5")),
        (third, _("standardisation"), "标准化", _("serve the usual need at low cost"),
         _("works only if the product differs from the rivals'")),
        (third, _("price acceptance"), "价格接受程度", _("a fair price without haggling"),
         _("raised too far, it starts the decline")),
        (last, _("find the cause"), "查明原因", _("tell a bad quarter from a lost customer"),
         _("late: those long gone do not answer")),
        (last, _("win back or let go"), "挽回或放弃", _("spend only what a return is worth"),
         _("a settled end leaves no bad word of mouth")),
    ]  # fmt: skip
