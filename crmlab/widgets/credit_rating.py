"""Explorers of credit rating, of an order at risk and of credit limits (chapter 12)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab import credit, datasets
from crmlab._text import _
from crmlab.plots import credit_limits as plot_limits
from crmlab.plots import money, percent
from crmlab.plots import order_decision as plot_order
from crmlab.plots.style import BLUE, MUTED, PALE, RED
from crmlab.widgets.explorer import Control, Explorer, explorer

#: Indicators of the simulated company's survey: worst, best, weight, group.
_INDICATORS: dict[str, tuple[float, float, float, str]] = {
    "references_days_late": (30, 0, 0.20, "character"),
    "years_in_business": (0, 10, 0.10, "character"),
    "court_records": (2, 0, 0.10, "character"),
    "cash_cover": (0, 2, 0.20, "capacity"),
    "current_ratio": (0.8, 2, 0.10, "capacity"),
    "equity_ratio": (0, 0.5, 0.15, "capital"),
    "secured": (0, 1, 0.05, "collateral"),
    "sector_outlook": (1, 5, 0.10, "conditions"),
}
_FOUR = {"A": 70.0, "B": 55.0, "C": 40.0, "D": 0.0}
#: Shares of the simulated company's customers of each grade that failed within a year.
_CHANCES = {"A": 0.011, "B": 0.043, "C": 0.193, "D": 0.273}


def _percents(low: int, high: int, step: int) -> list[float]:
    return [value / 100 for value in range(low, high + 1, step)]


def _company_rating() -> credit.CreditRating:
    """Surveys of the simulated company in 2025, in four grades."""
    survey = datasets.load("company_credit_survey")
    last = survey[survey["year"] == 2025].set_index("customer")
    table = pd.DataFrame.from_dict(
        _INDICATORS, orient="index", columns=["worst", "best", "weight", "group"]
    )
    return credit.credit_rating(last, table, scale=_FOUR, missing="middle")


def credit_weights_explorer(
    rating: credit.CreditRating | None = None,
    group: str = "character",
    mode: str | None = None,
) -> Explorer:
    """Explore who changes grade when one of the five Cs weighs more (评价权重).

    Parameters
    ----------
    rating : CreditRating, optional
        With the weights to compare with; the simulated company's surveys of 2025 without it.
    group : str
        The C whose weight moves; the others keep their proportions.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.credit.credit_rating`.

    Examples
    --------
    >>> credit_weights_explorer()
    Explorer: Who changes grade when the weights change?
    """
    base = _company_rating() if rating is None else rating
    weight = base.indicators["weight"]
    own = base.indicators["group"] == group
    share = float(weight[own].sum())
    start = min(_percents(0, 90, 10), key=lambda value: abs(value - share))
    names = list(base.scale)
    ends = list(base.scale.values())[:-1]
    before = base.scores["grade"].map({name: place for place, name in enumerate(names)})

    def rated(part: float) -> credit.CreditRating:
        rest = weight[~own].sum()
        new = weight.where(own, weight / rest * (1 - part)).mask(own, weight / share * part)
        return base.reweighted(new.to_dict())

    def draw(ax: Axes, part: float) -> str:
        scores = rated(part).scores
        after = scores["grade"].map({name: place for place, name in enumerate(names)})
        step = (after - before).fillna(0)
        for of, colour, word in (
            (step == 0, PALE, _("same grade")),
            (step < 0, BLUE, _("better")),
            (step > 0, RED, _("worse")),
        ):
            ax.plot(base.scores["score"][of], scores["score"][of], "o", color=colour, markersize=4,
                    label=f"{word}: {int(of.sum()):,}")  # fmt: skip
        for end in ends:
            ax.axvline(end, color=MUTED, linewidth=0.8)
            ax.axhline(end, color=MUTED, linewidth=0.8)
        ax.set_xlim(0, 100)
        ax.set_ylim(0, 100)
        ax.grid(visible=False)
        ax.set_xlabel(_("score with the first weights (lines: ends of the grades)"))
        ax.set_ylabel(_("score with these weights"))
        ax.legend(loc="upper left", fontsize=9, markerscale=1.6)
        moved = int((step != 0).sum())
        ax.set_title(_("{n} of {all} applicants change their grade").format(
            n=f"{moved:,}", all=f"{len(scores):,}"))  # fmt: skip
        told = (
            _("Weight of {group} {w}, as at first: nobody moves.")
            if np.isclose(part, share)
            else _(
                "Weight of {group} {w} in place of {first}: {up} applicants have a better grade, "
                "{down} a worse one."
            )
        )
        return told.format(
            group=_(group), w=percent(part), first=percent(share), up=int((step < 0).sum()),
            down=int((step > 0).sum()),
        )  # fmt: skip

    return explorer(
        draw,
        Control("part", _("weight of {group}").format(group=_(group)), _percents(0, 90, 10), start,
                percent),
        title=_("Who changes grade when the weights change?"),
        mode=mode,
    )  # fmt: skip


def order_risk_explorer(
    amount: float = 60_000,
    margin: float = 0.15,
    unit: str = "yuan",
    mode: str | None = None,
    **settings: Any,
) -> Explorer:
    """Explore the salesman's dilemma: chance of default against the future (接单与风险).

    Parameters
    ----------
    amount : float
        Value of the order.
    margin : float
        Its contribution rate.
    unit : str
        Unit of money.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.
    **settings
        Further arguments of :func:`crmlab.credit.order_decision`, except default and future.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.credit.order_decision`.

    Examples
    --------
    >>> order_risk_explorer()
    Explorer: Take the order or not?
    """
    given: dict[str, Any] = {
        "recovery": 0.1, "days": 60, "rate": 0.06, "effort": 300, "kept_if_refused": 0.5,
    } | settings  # fmt: skip

    def draw(ax: Axes, default: float, future: float) -> str:
        result = credit.order_decision(amount, margin, default, future=future, **given)
        against = int((~result.table["agree"]).sum())
        title = _("Firm: {word}. Against it: {n} of {all} salesmen").format(
            word=_("take") if result.take else _("refuse"), n=against, all=len(result.table),
        )  # fmt: skip
        plot_order(result, ax, title=title if against else None)
        ax.figure.subplots_adjust(left=0.24)
        cash = result.table["gain"]
        return _(
            "Chance of default {p}, future worth {future} {unit}: the firm expects {firm} {unit} "
            "from taking it, a salesman paid on sales {sales}, on margin after losses {margin}."
        ).format(
            p=percent(default), future=money(future), unit=unit, firm=money(result.firm),
            sales=money(float(cash["sales"])), margin=money(float(cash["margin after losses"])),
        )  # fmt: skip

    return explorer(
        draw,
        Control("default", _("chance of default"), _percents(0, 50, 5), 0.2, percent, every=2),
        Control("future", _("worth of the customer's future"), range(0, 40_001, 5000), 10_000,
                lambda value: f"{money(value)} {unit}", every=2),
        title=_("Take the order or not?"),
        mode=mode,
    )  # fmt: skip


def credit_limit_explorer(
    rating: credit.CreditRating | None = None,
    by_rating: Mapping[str, float] | None = None,
    default_probability: Mapping[str, float] | None = None,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore what sets the limits: rating, capacity, expected loss or need (信用额度).

    Capacity is a share of the net worth and a month's purchases, where the answers have that
    column; of a debt in default 80 % is lost.

    Parameters
    ----------
    rating : CreditRating, optional
        Of customers with the columns net_worth and peak_balance, perhaps purchases (of a year);
        the simulated company's surveys of 2025 without it.
    by_rating, default_probability : mapping from grade to number, optional
        As in :func:`crmlab.credit.credit_limits`; built-in ones without them.
    unit : str
        Unit of money.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.credit.credit_limits`.

    Examples
    --------
    >>> credit_limit_explorer()
    Explorer: What sets the limits?
    """
    base = _company_rating() if rating is None else rating
    rated = base.scores["grade"] != credit.UNRATED
    people = base.answers[rated].assign(grade=base.scores["grade"][rated])
    tops = by_rating or {"A": 4000, "B": 2500, "C": 1000, "D": 0}
    chances = default_probability or _CHANCES
    monthly = {"purchases": 1 / 12} if "purchases" in people else {}

    def draw(ax: Axes, share: float, budget: float) -> str:
        result = credit.credit_limits(
            people, tops, chances, capacity={"net_worth": share} | monthly, loss_budget=budget,
            loss_given_default=0.8, need="peak_balance", step=100,
        )  # fmt: skip
        plot_limits(result, ax, unit=unit)
        ax.set_xlim(0, len(people))
        ax.figure.subplots_adjust(left=0.2)
        table = result.customers
        none = int((table["limit"] == 0).sum())
        return _(
            "With at most {share} of the net worth: limits of {total} {unit} in all, expected loss "
            "{loss} {unit}; {none} of {all} customers pay in advance."
        ).format(
            share=percent(share), total=money(result.total), unit=unit,
            loss=money(float(np.sum(table["expected_loss"]))), none=none, all=len(table),
        )  # fmt: skip

    return explorer(
        draw,
        Control("share", _("share of net worth"), _percents(5, 50, 5), 0.25, percent, every=2),
        Control("budget", _("expected loss per customer"), (10, 30, 60, 90, 120), 60,
                lambda value: f"{money(value)} {unit}", every=2),
        title=_("What sets the limits?"),
        mode=mode,
    )  # fmt: skip
