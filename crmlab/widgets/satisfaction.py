"""Explorers of satisfaction (chapter 03)."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab import datasets, satisfaction
from crmlab._text import _
from crmlab.plots import expectation_path as plot_path
from crmlab.plots import importance_performance as plot_quadrants
from crmlab.plots import percent
from crmlab.plots.kano import LOOK
from crmlab.plots.style import BLUE, INK, MUTED, ORANGE, RED, SKY, set_title
from crmlab.widgets.explorer import Control, Explorer, explorer


def _wide(name: str, item: str) -> pd.DataFrame:
    """Answers of the simulated company, one row per customer."""
    table = datasets.load(name)
    values = [c for c in table if c not in ("customer", item)]
    return table.pivot_table(index="customer", columns=item, values=values, sort=False)


def kano_explorer(feature: str = "free machine loan", mode: str | None = None) -> Explorer:
    """Explore how the mix of two segments makes and unmakes a category (卡诺分群).

    Parameters
    ----------
    feature : str
        A feature of the data set ``company_kano``; offices and cafés are mixed.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        If the feature is unknown.

    Examples
    --------
    >>> kano_explorer()
    Explorer: Whom did you ask?
    """
    answers = _wide("company_kano", "feature")
    segment = datasets.load("company_customers").set_index("customer")["segment"]
    studies = satisfaction.kano_segments(
        answers["functional"], answers["dysfunctional"], segment[answers.index]
    ).studies
    if feature not in studies["café"].counts.index:
        known = ", ".join(studies["café"].counts.index)
        raise ValueError(f"feature must be one of {known}; got {feature!r}")
    office, cafe = (
        studies[name].shares.loc[[feature]].iloc[0].astype(float) for name in ("office", "café")
    )
    letters = satisfaction.CATEGORIES

    def draw(ax: Axes, cafes: float, asked: float) -> str:
        n = int(asked)
        counts = n * ((1 - cafes) * office + cafes * cafe)
        study = satisfaction.kano_from_counts(pd.DataFrame([counts], index=[feature]))
        test = study.fong.iloc[0]
        colours = [LOOK[letter][0] for letter in letters]
        share = 100 * counts / n
        bars = ax.bar(letters, share, color=colours, width=0.66)
        ax.bar_label(bars, [f"{value:.0f} %" for value in share], padding=3, fontsize=9.5)
        high = float(share.max())
        needed = 100 * test["critical"] / n
        ax.axhspan(high - needed, high, color=SKY, alpha=0.22, zorder=0)
        ax.text(
            5.45, high - needed / 2, _("within chance (Fong)"), ha="right", va="center",
            fontsize=9, color=MUTED,
        )  # fmt: skip
        ax.set_ylim(0, 90)
        ax.set_ylabel(_("share of answers (%)"))
        ax.set_xlabel(_("A attractive, O one-dimensional, M must-be, I indifferent, R reverse"))
        sure = bool(test["significant"])
        set_title(
            ax,
            _("{feature}: {letter}, beyond chance").format(
                feature=feature.capitalize(), letter=test["first"]
            )
            if sure
            else _("{feature}: {a} or {b}? Chance alone can decide").format(
                feature=feature.capitalize(), a=test["first"], b=test["second"]
            ),
        )
        return _(
            "With {cafes} cafés among {n} respondents, the rest offices: {a} leads {b} by "
            "{lead:.0f} answers; Fong's test asks for more than {critical:.0f}. Better "
            "{better:.2f}, Worse {worse}."
        ).format(
            cafes=percent(cafes), n=n, a=test["first"], b=test["second"],
            lead=test["difference"], critical=test["critical"],
            better=study.better.iloc[0], worse=f"{study.worse.iloc[0]:z.2f}".replace("-", "−"),
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "cafes", _("share of cafés"), [i / 20 for i in range(21)], 0.4, percent, every=2,
        ),
        Control("asked", _("respondents"), [50, 100, 200, 400], 200, "{:.0f}".format),
        title=_("Whom did you ask?"),
        mode=mode,
    )  # fmt: skip


def quadrant_explorer(mode: str | None = None) -> Explorer:
    """Explore how cuts, and the importance you use, decide what to repair (四分图).

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> quadrant_explorer()
    Explorer: Where do you cut, and whom do you believe?
    """
    answers = _wide("company_attributes", "attribute")
    overall = datasets.load("company_survey").set_index("customer")["satisfaction_1"]
    scores = answers["performance"]
    derived = satisfaction.derived_importance(scores, overall[scores.index]).share
    points: Any = answers["importance"].mean()
    stated = points / points.sum()
    done = scores.mean()
    lowest, highest = 6.0, 7.75

    def draw(ax: Axes, weight: float, cut: float) -> str:
        mixed = 100 * (weight * derived + (1 - weight) * stated)
        grid = satisfaction.importance_performance(mixed, done, (float(mixed.mean()), cut))
        ax.set_xlim(5.0, 8.8)  # the names of the cells have room at every cut
        ax.set_ylim(1.0, 17.0)
        repair = list(grid.quadrant[grid.quadrant == "repair"].index)
        title = _("{n} of {all} attributes to repair").format(n=len(repair), all=len(mixed))
        plot_quadrants(grid, ax, ylabel=_("importance (% of all)"), title=title)
        named = ", ".join(repair) if repair else _("nothing")
        return _(
            "{weight} derived and {rest} stated importance, satisfaction cut at {cut:g} points. "
            "To repair: {named}."
        ).format(weight=percent(weight), rest=percent(1 - weight), cut=cut, named=named)

    return explorer(
        draw,
        Control(
            "weight", _("weight of derived importance"), [i / 4 for i in range(5)], 0.5, percent,
        ),
        Control(
            "cut", _("cut of satisfaction"), np.arange(lowest, highest + 0.01, 0.25).tolist(),
            7.0, lambda points: _("{p:g} points").format(p=points), every=2,
        ),
        title=_("Where do you cut, and whom do you believe?"),
        mode=mode,
    )  # fmt: skip


def expectation_explorer(
    experience: float = 0.3, ceiling: float = 180, purchases: int = 20, mode: str | None = None
) -> Explorer:
    """Explore why "120 % satisfied" cannot last (让顾客 120% 满意).

    Parameters
    ----------
    experience : float
        How far each purchase moves expectation, as in :func:`crmlab.satisfaction.keep_ratio`;
        the slider of the second control starts there.
    ceiling : float
        The best that the firm can give, where 100 is expected before the first purchase.
    purchases : int
        How many purchases.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.satisfaction.keep_ratio`.

    Examples
    --------
    >>> expectation_explorer()
    Explorer: How long can a firm keep its customers 120 % satisfied?
    """
    top = 1.12 * ceiling

    def draw(ax: Axes, ratio: float, learning: float) -> str:
        path = satisfaction.keep_ratio(ratio, 100, purchases, experience=learning, ceiling=ceiling)
        kept = int((path.ratio > ratio - 1e-9).sum())
        last = float(path.ratio[-1])
        title = (
            _("{target} lasts {n} purchases; then it fades to {last}")
            if kept < purchases
            else _("{target} lasts all {n} purchases")
        )
        ax.set_ylim(60, top)
        ax.set_xlim(0.4, purchases + 3.4)
        plot_path(path, ax, title=title.format(target=percent(ratio), n=kept, last=percent(last)))
        growth = learning * (ratio - 1)
        return _(
            "To stay at {target} with customers who take over {k} of each surprise, the firm must "
            "give {growth} more at every purchase. It reaches its limit of {ceiling:g} at purchase "
            "{n}."
        ).format(
            target=percent(ratio), k=percent(learning), growth=percent(growth, 1), ceiling=ceiling,
            n=kept + 1,
        ) if kept < purchases else _(
            "To stay at {target} with customers who take over {k} of each surprise, performance "
            "changes by {growth} at every purchase. Within {n} purchases the firm does not reach "
            "its limit."
        ).format(
            target=percent(ratio), k=percent(learning), growth=percent(growth, 1), n=purchases
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "learning", _("surprise taken over"), [0.1, 0.2, 0.3, 0.4, 0.5, 0.7], experience,
            percent,
        ),
        Control(
            "ratio", _("satisfaction to keep"), [0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3], 1.2,
            percent,
        ),
        title=_("How long can a firm keep its customers 120 % satisfied?"),
        mode=mode,
    )  # fmt: skip


def sample_explorer(mode: str | None = None) -> Explorer:
    """Explore how many answers a margin of error takes (样本量).

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> sample_explorer()
    Explorer: How many answers are enough?
    """
    axis = np.arange(25, 1001, 5)

    def draw(ax: Axes, answers: float, customers: float) -> str:
        n, size = min(int(answers), int(customers)), int(customers)
        free = 100 * satisfaction.margin_of_error(axis)
        fits = axis[axis <= size]
        finite = 100 * satisfaction.margin_of_error(fits, population=size)
        ax.plot(axis, free, color=ORANGE, linestyle="--")
        ax.plot(fits, finite, color=BLUE)
        ax.annotate(
            _("any number of customers"), (axis[-1], free[-1]), xytext=(0, 13), ha="right",
            textcoords="offset points", fontsize=9.5, color=INK,
        )  # fmt: skip
        margin = 100 * float(satisfaction.margin_of_error(n, population=size))
        ax.plot([n, n, 0], [0, margin, margin], color=MUTED, linestyle=":", linewidth=1.5)
        ax.plot(n, margin, "o", color=RED, markersize=10, zorder=4)
        ax.set_xlim(0, 1000)
        ax.set_ylim(0, 21)
        ax.set_xlabel(_("answers"))
        ax.set_ylabel(_("margin of error of a share (points)"))
        set_title(
            ax,
            _("{n:,} answers from {size:,} customers: ± {margin:.1f} points").format(
                n=n, size=size, margin=margin
            ),
        )
        if n == size:
            return _("All {size:,} customers answered: the share is known exactly.").format(
                size=size
            )
        twice = satisfaction.sample_size(max(margin, 1e-3) / 200, population=size)
        return _(
            "A share of 50 % is known to ± {margin:.1f} points at a level of 95 %. Half that "
            "margin would take {twice:,} answers. Without the correction for {size:,} customers "
            "the margin would be {free:.1f}."
        ).format(
            margin=margin, twice=twice, size=size,
            free=100 * float(satisfaction.margin_of_error(n)),
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "answers", _("answers"), [50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1000], 300,
            "{:.0f}".format, every=2,
        ),
        Control(
            "customers", _("customers in all"), [300, 600, 1500, 5000, 20000], 600,
            "{:,.0f}".format,
        ),
        title=_("How many answers are enough?"),
        mode=mode,
    )  # fmt: skip
