"""Explorers of the probability models on a transaction log (chapter 09).

They start from the parameters that Fader, Hardie and Lee (2005) report for the CDNOW sample; only
what the sample is still worth is computed with parameters fitted anew.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from crmlab import btyd, datasets
from crmlab._text import _
from crmlab.plots import money, percent
from crmlab.plots.style import BLUE, INK, MUTED, ORANGE, PALE, RED, SKY, money_axis, set_title
from crmlab.widgets.explorer import Control, Explorer, _years, explorer

if TYPE_CHECKING:
    import pandas as pd

#: Weeks of the CDNOW sample that models are fitted on, and their last day.
_WEEKS, _LAST_DAY = 39.0, "1997-09-30"


def _bgnbd() -> Any:
    return btyd.BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)


def _pareto() -> Any:
    return btyd.ParetoNBD.with_parameters(r=0.553, alpha=10.578, s=0.606, beta=11.669)


def _spend() -> Any:
    return btyd.GammaGamma.with_parameters(p=6.25, q=3.74, gamma=15.44)


@cache
def _cdnow() -> "pd.DataFrame":
    return btyd.rfm_summary(
        datasets.load("cdnow"), customer="customer", date="date", amount="amount", end=_LAST_DAY
    )


def _weeks(value: float) -> str:
    return _("{n:g} weeks").format(n=value) if value != 1 else _("1 week")


def alive_explorer(bought_for: float = 20, mode: str | None = None) -> Explorer:
    """Explore who is still alive: the same silence after few and after many purchases (活跃概率).

    Parameters
    ----------
    bought_for : float
        Age in weeks at the last purchase; the repeat purchases lie evenly before it.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        If `bought_for` is not above 0.

    Examples
    --------
    >>> alive_explorer()
    Explorer: Is this customer still alive?
    """
    longest = 40.0
    end = bought_for + longest
    models = {"BG/NBD": (_bgnbd(), BLUE, "-"), "Pareto/NBD": (_pareto(), ORANGE, "--")}

    @cache
    def histories(repeats: int) -> dict[str, Any]:
        times = bought_for * np.arange(1, repeats + 1) / max(repeats, 1)
        return {
            name: btyd.alive_history(model, times, end)
            for name, (model, _colour, _style) in models.items()
        }

    def draw(ax: Axes, repeats: float, silence: float) -> str:
        x = int(repeats)
        last = bought_for if x else 0.0
        today = last + silence
        now = {}
        for name, history in histories(x).items():
            model, colour, style = models[name]
            ax.plot(history.time, history.alive, color=colour, linestyle=style, label=name)
            now[name] = float(model.probability_alive(x, last, max(today, 1e-9)))
            ax.plot(today, now[name], "o", color=colour, markersize=8, zorder=4)
        bought = [0.0, *history.repeats]
        ax.plot(bought, np.full(len(bought), 0.02), "|", color=INK, markersize=12, zorder=3)
        ax.axvline(today, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.set_xlim(-0.8, end)
        ax.set_ylim(0, 1.18)  # room for the legend above the lines
        ax.set_yticks(np.arange(6) / 5)
        ax.set_xlabel(_("weeks since the first purchase (strokes: purchases; dashes: today)"))
        ax.set_ylabel(_("chance to be alive"))
        ax.legend(loc="upper right", fontsize=9, ncols=2)
        set_title(
            ax,
            _("{silence} silent after {n} repeats: {one} or {two} alive").format(
                silence=_weeks(silence), n=x, one=percent(now["BG/NBD"]),
                two=percent(now["Pareto/NBD"]),
            ),
        )  # fmt: skip
        if x == 0:
            return _(
                "Without a repeat purchase BG/NBD says 100 % for ever: there customers leave only "
                "after a repeat. Pareto/NBD says {two} after {silence}."
            ).format(two=percent(now["Pareto/NBD"]), silence=_weeks(silence))
        rhythm = bought_for / x
        return _(
            "A customer who bought every {rhythm:.1f} weeks has now missed {missed:.1f} of these "
            "gaps. Alive: {one} by BG/NBD, {two} by Pareto/NBD."
        ).format(
            rhythm=rhythm, missed=silence / rhythm, one=percent(now["BG/NBD"]),
            two=percent(now["Pareto/NBD"]),
        )  # fmt: skip

    return explorer(
        draw,
        Control("repeats", _("repeat purchases"), range(13), 2, every=2),
        Control("silence", _("silence since then"), range(0, 41), 10, _weeks, every=10),
        title=_("Is this customer still alive?"),
        mode=mode,
    )


def heterogeneity_explorer(mode: str | None = None) -> Explorer:
    """Explore how unlike customers must be to give the counts that a shop sees (客户异质性).

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
    >>> heterogeneity_explorer()
    Explorer: How unlike must customers be?
    """
    summary = _cdnow()
    ages, customers = np.unique(summary["T"], return_counts=True)
    most = 7
    repeats = np.minimum(summary["frequency"], most)
    actual = np.bincount(repeats.astype(int), minlength=most + 1)
    rate, spread = 0.243 / 4.414, 0.793 + 2.426
    x = np.arange(most + 1)

    def draw(ax: Axes, r: float, p: float) -> str:
        model = btyd.BGNBD.with_parameters(r=r, alpha=r / rate, a=p * spread, b=(1 - p) * spread)
        counts = model.probability_of_purchases(x[:-1, None], ages) @ customers
        counts = np.append(counts, customers.sum() - counts.sum())
        ax.bar(x - 0.2, actual, 0.38, color=PALE, label=_("CDNOW, 39 weeks"))
        ax.bar(x + 0.2, counts, 0.38, color=BLUE, label=_("the model"))
        ax.set_xticks(x, [*map(str, x[:-1]), f"{most}+"])
        ax.set_ylim(0, 2000)
        money_axis(ax.yaxis)
        ax.set_xlabel(_("repeat purchases"))
        ax.set_ylabel(_("customers"))
        ax.legend(loc="upper right", fontsize=9)
        wrong = float(np.abs(counts - actual).sum() / 2)
        set_title(ax, _("{n} customers stand in the wrong bar").format(n=money(round(wrong))))
        top = _top_share(r)
        return _(
            "With r = {r:g} the tenth of customers with the highest rates would make {top} of all "
            "purchases while alive; the mean rate stays at one in {gap:.0f} weeks. After a repeat "
            "purchase {p} leave."
        ).format(r=r, top=percent(top), gap=1 / rate, p=percent(p))

    return explorer(
        draw,
        Control(
            "r", _("r (small: unlike)"), [0.1, 0.15, 0.243, 0.4, 0.6, 1, 1.5, 2.5, 4], 4, every=2,
        ),
        Control(
            "p", _("mean chance to leave"), [0.05, 0.1, 0.15, 0.2, 0.246, 0.3, 0.4, 0.5, 0.6],
            0.246, percent, every=2,
        ),
        title=_("How unlike must customers be?"),
        mode=mode,
    )  # fmt: skip


def _top_share(r: float, top: float = 0.1) -> float:
    """Share of the purchases that the customers with the highest gamma rates make."""
    from scipy.special import gammainc, gammaincinv

    return 1 - float(gammainc(r + 1, float(gammaincinv(r, 1 - top))))


def shrinkage_explorer(mode: str | None = None) -> Explorer:
    """Explore how far a customer's own mean is believed, by the number of purchases (收缩估计).

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
    >>> shrinkage_explorer()
    Explorer: How much of a customer's mean is luck?
    """
    spend = _spend()
    everybody = float(spend.population_mean_)
    observed = np.linspace(1, 120, 60)

    def draw(ax: Axes, purchases: float, seen: float) -> str:
        line = spend.conditional_value(np.full(observed.size, purchases), observed)
        value = float(spend.conditional_value(purchases, seen))
        ax.plot(observed, observed, color=MUTED, linewidth=1.2, label=_("believe all of it"))
        ax.axhline(everybody, color=PALE, linewidth=2, label=_("believe none of it"))
        ax.plot(observed, line, color=BLUE, label=_("Gamma–Gamma"))
        ax.plot([seen, seen], [seen, value], color=ORANGE, linewidth=2, zorder=3)
        ax.plot(seen, value, "o", color=RED, markersize=8, zorder=4)
        ax.set_xlim(0, 120)
        ax.set_ylim(0, 120)
        ax.set_xlabel(_("mean value seen so far (dollars)"))
        ax.set_ylabel(_("mean value expected (dollars)"))
        ax.legend(loc="upper left", fontsize=9)
        set_title(
            ax,
            _("A mean of {seen} from {n:g} purchases: expect {value}").format(
                seen=money(seen), n=purchases, value=money(value)
            )
            if purchases > 1
            else _("One purchase of {seen}: expect {value}").format(
                seen=money(seen), value=money(value)
            ),
        )
        weight = spend.p_ * purchases / (spend.p_ * purchases + spend.q_ - 1)
        return _(
            "The customer's own mean has a weight of {own}, the mean of all, {all:.2f}, the other "
            "{rest}."
        ).format(own=percent(weight), all=everybody, rest=percent(1 - weight))

    return explorer(
        draw,
        Control("purchases", _("purchases seen"), [1, 2, 3, 4, 5, 7, 10, 15, 20], 3, every=2),
        Control("seen", _("their mean (dollars)"), range(10, 111, 10), 90, every=2),
        title=_("How much of a customer's mean is luck?"),
        mode=mode,
    )


@cache
def _future_revenue(years: int) -> np.ndarray:
    """Return the revenue expected of a customer of the CDNOW sample in each coming month.

    The models are fitted here, since the rounded parameters move the sum by some dollars.
    """
    summary = _cdnow()
    x, recency, age = (summary[name].to_numpy(float) for name in ("frequency", "recency", "T"))
    mean, again = summary["monetary_value"].fillna(0), x > 0
    fitted = btyd.GammaGamma().fit(x[again], mean[again])
    spend = np.asarray(fitted.conditional_value(x, mean))
    month = 365.25 / 12 / 7
    grid = month * np.arange(12 * years + 1)[:, None]
    model = btyd.BGNBD().fit(x, recency, age)
    so_far = model.conditional_purchases(grid[1:], x, recency, age) @ spend
    return np.diff(so_far, prepend=0.0) / len(summary)


def residual_value_explorer(margin: float = 0.3, mode: str | None = None) -> Explorer:
    """Explore what the CDNOW sample is still worth, by rate and horizon (剩余终身价值).

    Parameters
    ----------
    margin : float
        Contribution per dollar of revenue, an assumption.
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
    >>> residual_value_explorer()
    Explorer: What is the base still worth?
    """
    years, customers = 10, len(_cdnow())
    flows = margin * _future_revenue(years)
    middle = (np.arange(flows.size) + 0.5) / 12
    bars = np.arange(1, years + 1)
    undiscounted = flows.reshape(years, 12).sum(axis=1)

    def draw(ax: Axes, rate: float, horizon: float) -> str:
        worth = (flows / (1 + rate) ** middle).reshape(years, 12).sum(axis=1)
        counted = bars <= horizon
        ax.bar(bars, undiscounted, 0.82, color=PALE, label=_("when it comes"))
        ax.bar(bars[counted], worth[counted], 0.62, color=BLUE, label=_("worth today, counted"))
        ax.bar(bars[~counted], worth[~counted], 0.62, color=SKY, label=_("beyond the horizon"))
        ax.set_xlim(0.3, years + 0.7)
        ax.set_ylim(0, undiscounted[0] * 1.1)
        ax.set_xticks(bars)
        ax.set_xlabel(_("year from today"))
        ax.set_ylabel(_("dollars per customer"))
        ax.legend(loc="upper right", fontsize=9)
        total, beyond = float(worth[counted].sum()), float(worth[~counted].sum())
        set_title(ax, _("{total:.2f} dollars a customer").format(total=total))
        return _(
            "{years} at {rate}: a customer is worth {total:.2f} dollars on average, the whole "
            "sample {all}. The years up to the tenth that are not counted would add {rest:.2f}."
        ).format(
            years=_years(horizon), rate=percent(rate), total=total,
            all=money(total * customers), rest=beyond,
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "rate", _("discount rate a year"), [k / 100 for k in range(0, 31, 5)], 0.15, percent,
        ),
        Control("horizon", _("years counted"), range(1, 11), 5, every=2),
        title=_("What is the base still worth?"),
        mode=mode,
    )  # fmt: skip
