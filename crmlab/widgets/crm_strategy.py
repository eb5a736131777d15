"""Explorers of strategy: five measures, maturity, goals (chapter 17)."""

from collections.abc import Sequence
from functools import cache
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab import crm, datasets
from crmlab._text import _
from crmlab.crm.evaluation import MEASURES
from crmlab.crm.maturity import FACTORS
from crmlab.plots import customer_evaluation, evaluation_sensitivity, percent
from crmlab.plots import maturity_score as draw_maturity
from crmlab.plots.style import BLUE, INK, MUTED, ORANGE
from crmlab.widgets.explorer import Control, Explorer, explorer

#: All orders of five axes round a circle that differ: turned and mirrored ones are the same.
_ORDERS = [
    ("profit", *rest)
    for rest in permutations(tuple(MEASURES)[1:])
    if tuple(MEASURES).index(rest[0]) < tuple(MEASURES).index(rest[-1])
]
_CHOSEN = ("C0533", "C0488", "C0632")
_DRAWS = 200
#: Share of complaints that an invented firm answered within two days, year by year, in %.
_ANSWERED = pd.Series(
    [52.0, 49, 58, 51, 45],
    pd.to_datetime([f"{year}-12-31" for year in range(2021, 2026)]),
)


@cache
def company_measures() -> pd.DataFrame:
    """Five measures of the simulated company's customers of 2025, as chapter 17 takes them.

    Profit is the contribution of the year, influence the number of customers sent to us, loyalty
    the months of the year with an order, potential the representative's score of the prospects,
    satisfaction the mean of three answers, missing for who was not asked or did not answer.
    """
    orders = datasets.load("company_orders")
    people = datasets.load("company_customers").set_index("customer")
    survey = datasets.load("company_survey").set_index("customer")
    standing = datasets.load("company_standing").set_index("customer")
    year = orders[orders["date"].dt.year == 2025]
    served = standing.index
    margin = year["amount"].sub(year["cost"]).groupby(year["customer"]).sum()
    sent = people["referred_by"].value_counts()
    months = year["date"].dt.month.groupby(year["customer"]).nunique()
    answers = [f"satisfaction_{number}" for number in (1, 2, 3)]
    return pd.DataFrame(
        {
            "profit": margin.reindex(served) - people["service_cost_per_year"].reindex(served),
            "influence": sent.reindex(served).fillna(0),
            "loyalty": months.reindex(served),
            "potential": standing["prospects"],
            "satisfaction": survey[answers].mean(axis=1).reindex(served),
        }
    )


def radar_explorer(
    result: "crm.CustomerEvaluation | None" = None,
    customers: Sequence[Any] = _CHOSEN,
    mode: str | None = None,
) -> Explorer:
    """Explore how the area of a radar hangs on the order of its axes (雷达图).

    Parameters
    ----------
    result : CustomerEvaluation, optional
        The simulated company's customers of 2025 without it.
    customers : sequence
        Customers whose measures are all known.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        If a customer is unknown or has a measure missing, or `mode` is unknown.

    Examples
    --------
    >>> radar_explorer()
    Explorer: One customer, many areas
    """
    found = crm.evaluate_customers(company_measures()) if result is None else result
    names = list(customers)
    values = found.profile(names)[names]
    gaps = values.isna().any()
    if gaps.any():
        raise ValueError(
            _("customers must have all five measures; got a gap at {name}").format(
                name=gaps.idxmax()
            )
        )
    areas = {
        name: [crm.radar_area(values.loc[list(order), name]) for order in _ORDERS] for name in names
    }

    def draw(ax: Axes, turn: float, who: float) -> str:
        name, order = names[int(who)], _ORDERS[int(turn)]
        area, all_ = areas[name][int(turn)], areas[name]
        title = _("{name}: the polygon fills {area}").format(name=name, area=percent(area, 1))
        customer_evaluation(found, ax, [name], kind="radar", order=order, title=title)
        return _(
            "{name}'s five numbers are the same in every order of the axes, and so is the score of "
            "{score:.1f}. The area goes from {low} to {high}."
        ).format(
            name=name, score=found.table.loc[name, "score"], low=percent(min(all_), 1),
            high=percent(max(all_), 1),
        )  # fmt: skip

    return explorer(
        draw,
        Control("turn", _("order of the axes"), list(range(len(_ORDERS))), 3,
                lambda i: str(int(i) + 1), every=3),
        Control("who", _("customer"), list(range(len(names))), len(names) // 2,
                lambda i: str(names[int(i)])),
        title=_("One customer, many areas"),
        mode=mode,
    )  # fmt: skip


def evaluation_explorer(
    data: "pd.DataFrame | None" = None, top: int = 30, mode: str | None = None
) -> Explorer:
    """Explore who stays among the first when the weights move (权重敏感性).

    Parameters
    ----------
    data : DataFrame, optional
        As in :func:`crmlab.crm.evaluate_customers`; the simulated company's customers of 2025
        without it.
    top : int
        How many customers are the first.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.crm.evaluate_customers` and :func:`crmlab.crm.weight_sensitivity`.

    Examples
    --------
    >>> evaluation_explorer()
    Explorer: Who is always among the first?
    """
    given = company_measures() if data is None else data

    @cache
    def drawn(weight: float, tight: float) -> "crm.EvaluationSensitivity":
        rest = (1 - weight) / (len(MEASURES) - 1)
        weights = {name: weight if name == "profit" else rest for name in MEASURES}
        found = crm.evaluate_customers(given, weights=weights)
        return crm.weight_sensitivity(found, _DRAWS, tight, seed=17, top=top)

    drawn(0.2, 50)  # what is wrong is told now and not when a slider moves
    first = set(drawn(0.2, 50).table.index[:top])

    def draw(ax: Axes, weight: float, tight: float) -> str:
        found = drawn(weight, tight)
        evaluation_sensitivity(found, ax, rows=2 * top)
        ax.set_ylim(min(len(given), 8 * top), 0)
        always, sometimes, _never = found.settled["customers"]
        same = len(first & set(found.table.index[:top]))
        return _(
            "Profit weighs {weight}, the other measures {rest} each. {same} of the first {top} are "
            "those of equal weights; {always} stay among the first in every draw, {sometimes} come "
            "and go."
        ).format(
            weight=percent(weight), rest=percent((1 - weight) / 4), same=same, top=top,
            always=always, sometimes=sometimes,
        )  # fmt: skip

    return explorer(
        draw,
        Control("weight", _("weight of profit"), [0.05, 0.2, 0.35, 0.5, 0.65, 0.8], 0.2, percent),
        Control("tight", _("how sure we are of the weights"), [10, 25, 50, 100, 200], 50, every=2),
        title=_("Who is always among the first?"),
        mode=mode,
    )


def _plain_answers() -> pd.DataFrame:
    """Answers of three raters of an invented firm, who see its processes differently."""
    made = pd.DataFrame(3.0, crm.maturity_questions().index, ["sales", "service", "accounts"])
    made.loc[[f"8.{k}" for k in (1, 2, 3)]] = 2
    return made


def maturity_explorer(
    answers: "pd.DataFrame | None" = None, lesson: str = "processes", mode: str | None = None
) -> Explorer:
    """Explore what a better lesson and a stronger success factor do to the level (成熟度).

    Parameters
    ----------
    answers : DataFrame, optional
        As in :func:`crmlab.crm.maturity_score`; those of an invented firm without it.
    lesson : str
        The lesson whose points are moved.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.crm.maturity_score`, or if there is no such lesson.

    Examples
    --------
    >>> maturity_explorer()
    Explorer: A better score, and still the same level?
    """
    given = _plain_answers() if answers is None else answers
    questions = crm.maturity_questions()
    moved = questions.index[questions["lesson"] == lesson]
    if moved.empty:
        raise ValueError(_("lesson must be one of the ten; got {lesson!r}").format(lesson=lesson))

    def draw(ax: Axes, points: float, factor: float) -> str:
        ax.figure.subplots_adjust(left=0.26, top=0.84)
        now = given.copy()
        now.loc[moved] = points
        factors = dict.fromkeys(FACTORS, 3.0) | {"owner": factor}
        found = crm.maturity_score(now, factors=factors)
        draw_maturity(found, ax)
        if found.held_by:
            ax.set_title(_("{score:.0f} of 100: level {level}, held down by {factors}").format(
                score=found.score, level=found.level, factors=", ".join(map(_, found.held_by)),
            ))  # fmt: skip
            told = _("by the score it would be level {by_score}, but the weakest factor allows "
                     "{ceiling}")  # fmt: skip
        else:
            told = _("by the score it is level {by_score}, and the weakest factor allows {ceiling}")
        words = _("{lesson}: {points:g} of 4 points. The firm has {score:.0f} of 100: {told}.")
        return words.format(
            lesson=lesson.capitalize(), points=points, score=found.score,
            told=told.format(by_score=found.level_by_score, ceiling=found.ceiling),
        )  # fmt: skip

    return explorer(
        draw,
        Control("points", _("points of {lesson}").format(lesson=lesson), [0, 1, 2, 3, 4], 2,
                every=2),
        Control("factor", _("processes have an owner"), [0, 1, 2, 3, 4], 2, every=2),
        title=_("A better score, and still the same level?"),
        mode=mode,
    )  # fmt: skip


def goal_explorer(
    history: "pd.Series[float] | None" = None,
    unit: str = "%",
    mode: str | None = None,
) -> Explorer:
    """Explore which target can be attained by when, held against the past (可达成的目标).

    Parameters
    ----------
    history : Series, optional
        Past values indexed by dates, the last one the baseline; more is better. Without it, the
        share of complaints that an invented firm answered within two days.
    unit : str
        Unit of the measure.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.crm.smart_check`.

    Examples
    --------
    >>> goal_explorer()
    Explorer: Is the target within reach?
    """
    given = _ANSWERED if history is None else history
    crm.smart_check([crm.Goal("goal")], "2026-01-01", {"measure": given})  # refuses a bad history
    past = given.sort_index()
    start, base = past.index[-1], float(past.iloc[-1])
    span = float(np.ptp(past)) or abs(base) or 1.0
    step = span / 4
    targets = [round(base + step * k, 3) for k in range(1, 11)]
    low, high = float(past.min()) - span / 2, targets[-1] + span / 4

    def judged(target: float, months: float) -> "tuple[pd.Timestamp, bool, str]":
        due = start + pd.DateOffset(months=int(months))
        goal = crm.Goal("goal", "measure", base, target, unit, "owner", start, due, side="firm")
        check = crm.smart_check([goal], start, {"measure": past})
        found = check.reasons("goal").loc["A"]
        return due, bool(found["passed"]), str(found["reason"])

    def draw(ax: Axes, target: float, months: float) -> str:
        due, good, reason = judged(target, months)
        ax.plot(past.index, past, "o-", color=BLUE, label=_("so far"))
        ax.plot([start, due], [base, target], "s--" if good else "X--",
                color=INK if good else ORANGE, label=_("the goal"))  # fmt: skip
        ax.axhline(base, color=MUTED, linewidth=1, linestyle=":")
        ax.set_xlim(past.index[0] - pd.Timedelta(days=60), start + pd.Timedelta(days=800))
        ax.set_ylim(low, high)
        ax.set_ylabel(unit)
        ax.legend(loc="upper left", fontsize=9)
        word = _("within reach") if good else _("beyond what was ever done")
        ax.set_title(_("{target:g} {unit} by {due:%Y-%m}: {word}").format(
            target=target, unit=unit, due=due, word=word))  # fmt: skip
        return _("From {base:g} to {target:g} {unit} in {months:g} months: it {reason}.").format(
            base=base, target=target, unit=unit, months=months, reason=reason
        )

    return explorer(
        draw,
        Control("target", _("target ({unit})").format(unit=unit), targets, targets[3], every=3),
        Control("months", _("months until due"), [6, 9, 12, 18, 24], 12, every=2),
        title=_("Is the target within reach?"),
        mode=mode,
    )
