"""Explorers of grading customers (chapter 10)."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab import datasets, grading
from crmlab._text import _
from crmlab.plots import abc as plot_abc
from crmlab.plots import grade_strategy as plot_strategy
from crmlab.plots import money, percent
from crmlab.plots.style import BLUE, INK, MUTED, ORANGE, PALE, SKY
from crmlab.widgets.explorer import Control, Explorer, explorer


def _percents(low: int, high: int, step: int) -> list[float]:
    return [value / 100 for value in range(low, high + 1, step)]


def abc_explorer(customers: int = 500, mode: str | None = None) -> Explorer:
    """Explore how the inequality of customers decides what a cut picks (ABC分类, 基尼系数).

    The customers are a lognormal law with the Gini coefficient on the slider.

    Parameters
    ----------
    customers : int
        Number of customers.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.grading.abc`.

    Examples
    --------
    >>> abc_explorer()
    Explorer: When do 20 % of the customers bring 80 %?
    """
    from scipy.special import ndtri

    place = ndtri((np.arange(customers) + 0.5) / customers)

    def draw(ax: Axes, inequality: float, cut: float) -> str:
        values = np.exp(np.sqrt(2) * ndtri((inequality + 1) / 2) * place)
        result = grading.abc(values, (cut, (1 + cut) / 2))
        share = float(result.table["customer_share"].iloc[0])
        plot_abc(result, ax, title=_("{share} of the customers bring {cut}").format(
            share=percent(share), cut=percent(cut)))  # fmt: skip
        ax.plot([0.2, 0.2, 0], [0.19, 0.8, 0.8], color=ORANGE, linewidth=1.4, linestyle="--")
        ax.plot(0.2, 0.8, "o", color=ORANGE, markersize=8)
        above = result.curve.top(0.2) < 0.8  # the name stands on the side without the curve
        ax.annotate("80/20", (0.2, 0.8), xytext=(-6, 6) if above else (6, -6),
                    textcoords="offset points", ha="right" if above else "left",
                    va="bottom" if above else "top")  # fmt: skip
        ax.set_ylim(0, 1.05)
        return _(
            "With a Gini coefficient of {g:.2f} the top 20 % bring {top}; class A, cut at {cut} of "
            "the value, holds {n} of {all} customers."
        ).format(
            g=inequality, top=percent(result.curve.top(0.2)), cut=percent(cut),
            n=result.table["customers"].iloc[0], all=customers,
        )  # fmt: skip

    return explorer(
        draw,
        Control("inequality", _("Gini coefficient"), _percents(10, 90, 5), 0.5, "{:.2f}".format,
                every=4),
        Control("cut", _("cut of class A, of the value"), _percents(50, 90, 5), 0.8, percent,
                every=2),
        title=_("When do 20 % of the customers bring 80 %?"),
        mode=mode,
    )  # fmt: skip


def _company_rfm() -> pd.DataFrame:
    """Recency, frequency and money of the simulated company at the end of 2025."""
    return grading.rfm_table(datasets.load("company_orders"), end="2025-12-31")


def rfm_explorer(
    rfm: pd.DataFrame | None = None,
    reached: float = 0.2,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore how the weight of recency and the number of scores choose whom to write to (RFM权重).

    Parameters
    ----------
    rfm : DataFrame, optional
        As in :func:`crmlab.grading.rfm_scores`; the simulated company without it.
    reached : float
        Share of the customers that can be written to.
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
        As :func:`crmlab.grading.rfm_scores`.

    Examples
    --------
    >>> rfm_explorer()
    Explorer: Who is among the best fifth?
    """
    table = _company_rfm() if rfm is None else rfm
    values = table[["recency", "frequency", "monetary"]]
    whole = float(values["monetary"].sum())
    scored = {bins: grading.rfm_scores(values, bins=bins) for bins in (3, 4, 5)}

    def draw(ax: Axes, recency: float, bins: float) -> str:
        size = int(bins)
        scores = scored[size].table
        rest = (1 - recency) / 2
        total = recency * scores["R"] + rest * (scores["F"] + scores["M"])
        # Customers with equal totals stand together, so the group may be larger than the share.
        order = np.sort(total.round(9).to_numpy())[::-1]
        line = order[max(round(reached * order.size) - 1, 0)]
        chosen = total.round(9) >= line
        at = (scores["R"].to_numpy(int) - 1) * size + scores["F"].to_numpy(int) - 1
        counts = np.bincount(at, minlength=size**2)
        hits = np.bincount(at, chosen.to_numpy(float), minlength=size**2)
        share = np.divide(hits, counts, out=np.full(size**2, np.nan), where=counts > 0)
        grid = share.reshape(size, size)[::-1]
        ax.imshow(np.ma.masked_invalid(grid), aspect="auto", cmap="Blues", vmin=0, vmax=1)
        for (row, column), part in np.ndenumerate(grid):
            if np.isfinite(part):
                ax.text(column, row, percent(part), ha="center", va="center", fontsize=10,
                        color="white" if part > 0.55 else "black")  # fmt: skip
        names = [str(score) for score in range(1, size + 1)]
        ax.set_xticks(range(size), names)
        ax.set_yticks(range(size), names[::-1])
        ax.grid(visible=False)
        ax.set_xlabel(_("F: score of frequency"))
        ax.set_ylabel(_("R: score of recency"))
        brought = float(values["monetary"][chosen].sum()) / whole
        silent = float(values["recency"][chosen].mean())
        ax.set_title(_("Who is chosen, by cell: {n} customers").format(n=f"{int(chosen.sum()):,}"))
        return _(
            "Weight of recency {w}, {k} scores each: the {n} customers chosen have brought {share} "
            "of the money so far and have been silent for {days} days on average."
        ).format(
            w=percent(recency), k=size, n=f"{int(chosen.sum()):,}", share=percent(brought),
            days=money(silent),
        )  # fmt: skip

    return explorer(
        draw,
        Control("recency", _("weight of recency"), _percents(0, 100, 10), 0.4, percent, every=2),
        Control("bins", _("number of scores"), (3, 4, 5), 5),
        title=_("Who is among the best fifth?"),
        mode=mode,
    )


def _company_indicators() -> pd.DataFrame:
    """Four indicators of the simulated company's customers of 2025."""
    accounts = grading.period_accounts(
        datasets.load("company_orders"), "2025-01-01", "2025-12-31",
        people=datasets.load("company_customers"),
    )  # fmt: skip
    table = accounts[["revenue", "profit"]]
    standing = datasets.load("company_standing").set_index("customer")
    return table.join(standing[["days_late", "prospects"]])


def grade_weights_explorer(
    data: pd.DataFrame | None = None,
    indicator: str = "profit",
    cost: Any = ("days_late",),
    mode: str | None = None,
) -> Explorer:
    """Explore how the weight of one indicator moves the line between grades (分级指标的权重).

    Parameters
    ----------
    data : DataFrame, optional
        Indicators as in :func:`crmlab.grading.grade_customers`; four of the simulated company
        without it.
    indicator : str
        The one whose weight moves; the others share the rest equally.
    cost : sequence of column names
        Indicators of which less is better.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.grading.grade_customers`.

    Examples
    --------
    >>> grade_weights_explorer()
    Explorer: Where does the line between the grades run?
    """
    given = _company_indicators() if data is None else data
    normal = grading.normalise(given, "percentile", cost=cost)
    x = normal[indicator].to_numpy()
    y = normal.drop(columns=indicator).mean(axis=1).to_numpy()
    shown = slice(None, None, max(len(x) // 250, 1))  # a page shows some of the points
    equal = 1 / normal.shape[1]

    def groups(weight: float, first: float) -> tuple[Any, Any]:
        score = weight * x + (1 - weight) * y
        lines = np.quantile(score, [1 - first, 1 - 3 * first])
        return np.searchsorted(-lines, -score), lines

    def draw(ax: Axes, weight: float, first: float) -> str:
        group, lines = groups(weight, first)
        base, _lines = groups(equal, first)
        for i, (colour, word) in enumerate(((BLUE, "A"), (SKY, "B"), (PALE, _("below")))):
            member = (group == i)[shown]
            ax.plot(x[shown][member], y[shown][member], "o", color=colour, markersize=4.5,
                    label=word)  # fmt: skip
        for line in lines:
            across = np.array([0.0, 1.0])
            if weight < 1:
                ax.plot(across, (line - weight * across) / (1 - weight), color=INK, linewidth=1.4)
            else:
                ax.plot([line, line], across, color=INK, linewidth=1.4)
        ax.set_xlim(0, 1.24)  # room for the legend beside the customers
        ax.set_xticks(np.arange(6) / 5)
        ax.set_ylim(0, 1)
        ax.grid(visible=False)
        named = indicator.replace("_", " ")
        ax.set_xlabel(_("{name}: place among the customers").format(name=named))
        ax.set_ylabel(_("the other indicators, mean place"))
        ax.legend(loc="upper right", fontsize=9, markerscale=1.6)
        changed = int((group != base).sum())
        ax.set_title(_("{n} of {all} customers have another grade").format(
            n=f"{changed:,}", all=f"{x.size:,}"))  # fmt: skip
        top = group == 0
        return _(
            "Weight of {name} {w}: a customer of grade A stands on average at place {px} of 100 by "
            "{name} and at {py} by the others. Compared are the grades with equal weights."
        ).format(
            name=named, w=percent(weight), px=round(100 * float(x[top].mean())),
            py=round(100 * float(y[top].mean())),
        )  # fmt: skip

    return explorer(
        draw,
        Control("weight", _("weight of the indicator"), _percents(0, 100, 5), 0.4, percent,
                every=4),
        Control("first", _("customers in grade A"), (0.05, 0.1, 0.2), 0.1, percent),
        title=_("Where does the line between the grades run?"),
        mode=mode,
    )  # fmt: skip


def _built_in_value() -> grading.GradeValue:
    """Four tiers and a silent state, with rounded moves of the simulated company."""
    moves = [
        [0.41, 0.36, 0.11, 0.04, 0.08],
        [0.13, 0.35, 0.32, 0.08, 0.12],
        [0.04, 0.17, 0.42, 0.21, 0.16],
        [0.01, 0.05, 0.22, 0.42, 0.30],
        [0.00, 0.00, 0.00, 0.01, 0.99],
    ]
    names = [*grading.tier_names(), _("silent")]
    return grading.grade_value(moves, [2700, 1260, 520, -60, 0], 0.1, grades=names)


def upgrade_explorer(
    value: grading.GradeValue | None = None, unit: str = "yuan", mode: str | None = None
) -> Explorer:
    """Explore for which grade a visit pays, by its effect and its cost (升级概率与价值).

    Parameters
    ----------
    value : GradeValue, optional
        Values and moves; built-in ones without it.
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
        As :func:`crmlab.grading.grade_strategy`.

    Examples
    --------
    >>> upgrade_explorer()
    Explorer: For which grade does a visit pay?
    """
    worth = _built_in_value() if value is None else value
    k = worth.values.size
    reach = np.ones(k)
    reach[-1] = 0.0  # nobody visits those who are silent
    rise = 0.4 * reach
    rise[-2] = 0.2  # half as much in the lowest grade
    stay = np.diag(worth.matrix)
    fall = np.array([row[i + 1 :].sum() for i, row in enumerate(worth.matrix)])

    def plan(effect: float, cost: float) -> grading.GradeStrategy:
        up, down = np.minimum(effect * rise, stay), np.minimum(effect * reach, fall)
        return grading.grade_strategy(worth, np.ones(k), cost, up, down)

    top = float(plan(0.1, 0).table["gain"].max())

    def draw(ax: Axes, effect: float, cost: float) -> str:
        result = plan(effect, cost)
        table = result.table.iloc[:-1]
        plot_strategy(grading.GradeStrategy(table), ax, unit=unit)
        ax.axhline(cost, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
        ax.set_ylim(min(0, float(table["gain"].min())), top * 1.15)
        best = table["net"].idxmax()
        ax.set_xlabel(_("grade (red: {word})").format(word=_("costs more than it brings")))
        return _(
            "A visit that takes {down} points from the chance to fall and adds {up} to the chance "
            "to rise ({half} in grade {lowest}), at {cost} {unit}: it leaves most in grade {best}, "
            "{net} {unit} a customer."
        ).format(
            down=f"{100 * effect:g}", up=f"{40 * effect:g}", half=f"{20 * effect:g}",
            lowest=table.index[-1], cost=money(cost), unit=unit, best=best,
            net=money(float(table["net"].max())),
        )  # fmt: skip

    return explorer(
        draw,
        Control("effect", _("points off the chance to fall"), _percents(0, 10, 1), 0.05,
                lambda share: f"{100 * share:g}", every=1),
        Control("cost", _("cost of a visit"), range(0, 361, 30), 120,
                lambda cost: f"{money(cost)} {unit}", every=4),
        title=_("For which grade does a visit pay?"),
        mode=mode,
    )  # fmt: skip
