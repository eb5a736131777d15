"""Explorers of brand switching and customer equity (chapter 08)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmlab import clv, datasets
from crmlab._text import _
from crmlab.plots import money, percent
from crmlab.plots.labels import capital, spread
from crmlab.plots.style import BLUE, GREEN, INK, MUTED, ORANGE, PALE, PALETTE, RED
from crmlab.widgets.explorer import Control, Explorer, explorer

if TYPE_CHECKING:
    import pandas as pd

#: The course's example.
_SHARES = (0.6, 0.3, 0.1)
_MATRIX = ((0.7, 0.2, 0.1), (0.1, 0.8, 0.1), (0.25, 0.15, 0.6))
_STYLES = ("-", "--", "-.", ":")


def _points(low: int, high: int, step: int) -> list[float]:
    return [value / 100 for value in range(low, high + 1, step)]


def switching_explorer(
    shares: Sequence[float] = _SHARES,
    switching: Sequence[Sequence[float]] = _MATRIX,
    contribution: float = 500,
    rate: float = 0.09,
    periods: int = 2,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Edit the matrix: what A keeps, and what C loses to A (购买转换矩阵).

    Parameters
    ----------
    shares, switching, contribution, rate, periods
        As in :func:`crmlab.clv.switching_value`, for three brands. What A gains in its own row
        it takes from B, and what C gives to A it takes from B, as in the course's example.
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
        As :func:`crmlab.clv.switching_value`.

    Examples
    --------
    >>> switching_explorer()
    Explorer: Edit the matrix: what is each brand worth?
    """
    brands = ("A", "B", "C")
    base = np.array(switching, dtype=float)
    money_of = (contribution, rate, periods)
    before = clv.switching_value(shares, base, *money_of)
    both = base[0, 0] + base[0, 1], base[2, 0] + base[2, 1]

    def edited(keeps: float, gives: float) -> np.ndarray:
        matrix = base.copy()
        matrix[0, :2] = keeps, both[0] - keeps
        matrix[2, :2] = gives, both[1] - gives
        return matrix

    best = edited(both[0], both[1])
    top = clv.switching_value(shares, best, *money_of).max() * 1.12

    def draw(ax: Axes, keeps: float, gives: float) -> str:
        matrix = np.clip(edited(keeps, gives), 0, 1)
        value = clv.switching_value(shares, matrix, *money_of)
        long_run = clv.steady_state(matrix, shares)
        x = np.arange(3)
        ax.bar(x - 0.2, before, 0.38, color=PALE, label=_("matrix of the example"))
        bars = ax.bar(x + 0.2, value, 0.38, color=BLUE, label=_("your matrix"))
        ax.bar_label(bars, [f"{v:.1f}" for v in value], padding=3, fontsize=10)
        ax.set_xticks(x, brands)
        ax.set_ylim(0, top)
        ax.set_xlim(-0.6, 3.9)
        ax.set_ylabel(_("lifetime value ({unit})").format(unit=unit))
        ax.legend(loc="upper right", fontsize=9)
        rows = "\n".join(
            f"{brand}  " + "  ".join(f"{100 * chance:3.0f}" for chance in row)
            for brand, row in zip(brands, matrix, strict=True)
        )
        ax.text(
            2.72, 0.52 * top, _("from \\ to, %") + "\n    A    B    C\n" + rows, fontsize=9,
            family="monospace", va="top", color=INK,
        )  # fmt: skip
        gain = value - before
        side = _("A gains {a}, B loses {b}").format(a=f"{gain[0]:.1f}", b=f"{-gain[1]:.1f}")
        if abs(gain[0]) < 0.05:
            side = _("The values of the example")
        elif gain[0] < 0:
            side = _("A loses {a}, B gains {b}").format(a=f"{-gain[0]:.1f}", b=f"{gain[1]:.1f}")
        ax.set_title(side)
        return _(
            "A keeps {keeps}, C gives A {gives}: values {a:.1f}, {b:.1f} and {c:.1f} {unit}. In "
            "the long run A has {share} of the purchases."
        ).format(
            keeps=percent(keeps), gives=percent(gives), a=value[0], b=value[1], c=value[2],
            unit=unit, share=percent(float(long_run.share[0]), 1),
        )  # fmt: skip

    return explorer(
        draw,
        Control("keeps", _("A bought again after A"), _points(50, 90, 5), 0.70, percent, every=2),
        Control("gives", _("A bought after C"), _points(5, 40, 5), 0.25, percent, every=2),
        title=_("Edit the matrix: what is each brand worth?"),
        mode=mode,
    )


def convergence_explorer(
    switching: Sequence[Sequence[float]] = _MATRIX, mode: str | None = None
) -> Explorer:
    """See where the shares go from different starts, and how fast (收敛到稳态).

    Parameters
    ----------
    switching : array of shape (3, 3)
        As in :func:`crmlab.clv.steady_state`. A slider mixes it with "everybody buys the same
        again".
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.clv.steady_state`.

    Examples
    --------
    >>> convergence_explorer()
    Explorer: Does the start matter in the long run?
    """
    base = np.array(switching, dtype=float)
    brands, periods = ("A", "B", "C"), 16
    half, parts = np.full(3, 0.5), _points(0, 100, 10)

    def draw(ax: Axes, start_a: float, inertia: float) -> str:
        matrix = inertia * np.eye(3) + (1 - inertia) * base
        rest = (1 - start_a) * half[:2]
        shares = np.array([start_a, *rest])
        path = clv.switching_forecast(shares, matrix, 1, 0, periods).shares.to_numpy()
        found = clv.steady_state(matrix, shares)
        for k, brand in enumerate(brands):
            ax.plot(100 * path[:, k], color=PALETTE[k], linestyle=_STYLES[k], marker="o",
                    markersize=4, label=brand)  # fmt: skip
            ax.plot([periods, periods + 1.2], [100 * found.share[k]] * 2, color=PALETTE[k],
                    linewidth=5)  # fmt: skip
        ax.set_xlim(-0.4, periods + 1.4)
        ax.set_ylim(0, 104)
        ax.set_xlabel(_("period (bars at the right: steady state)"))
        ax.set_ylabel(_("share of the purchases (%)"))
        ax.legend(loc="upper right", fontsize=9, ncols=3)
        if found.unique:
            ax.set_title(_("The gap halves every {n:.1f} periods").format(n=found.half_life))
            where = _("in the long run A has {share}, from every start").format(
                share=percent(float(found.share[0]), 1)
            )
        else:
            ax.set_title(_("Nobody switches: the start is the end"))
            where = _("there is no single steady state: A keeps {share}").format(
                share=percent(float(found.share[0]), 1)
            )
        return _(
            "Start with {start} for A, {inertia} buy the same again out of habit: after {n} "
            "periods A has {now}; {where}."
        ).format(
            start=percent(start_a), inertia=percent(inertia), n=periods,
            now=percent(float(path[-1, 0]), 1), where=where,
        )  # fmt: skip

    return explorer(
        draw,
        Control("start_a", _("A's share at the start"), parts, 0.60, percent, every=2),
        Control("inertia", _("buy the same by habit"), parts, 0.2, percent, every=2),
        title=_("Does the start matter in the long run?"),
        mode=mode,
    )  # fmt: skip


def retention_or_rival_explorer(
    contribution: float = 60,
    rate: float = 0.008,
    periods: int = 36,
    customers: float = 4000,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Compare points of retention with points won from rivals, by our share (保持还是争夺).

    A market of two: we and the rivals. Both matrices come from what each side keeps.

    Parameters
    ----------
    contribution, rate, periods
        As in :func:`crmlab.clv.switching_value`.
    customers : float
        Customers in the market.
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
        As :func:`crmlab.clv.switching_gains`.

    Examples
    --------
    >>> retention_or_rival_explorer()
    Explorer: Keep our customers or win those of the rivals?
    """
    amounts = (contribution, rate, periods)

    def gains(keep: float, rival: float) -> tuple[float, float, float]:
        matrix = np.array([[keep, 1 - keep], [1 - rival, rival]])
        share = clv.steady_state(matrix).share
        table = clv.switching_gains(share, matrix, *amounts, to=1).table[1]
        return float(share[0]), customers * float(table[1]), customers * float(table[2])

    ends = [gains(keep, rival)[1:] for keep in (0.4, 0.9) for rival in (0.4, 0.9)]
    top = 1.25 * max(max(pair) for pair in ends)

    def draw(ax: Axes, keep: float, rival: float) -> str:
        share, kept, won = gains(keep, rival)
        bars = ax.barh([1, 0], [kept, won], 0.55, color=[BLUE, ORANGE])
        ax.bar_label(bars, [money(kept), money(won)], padding=4, fontsize=10)
        ax.set_yticks([1, 0], [_("kept: a point\nof retention"), _("won: a point\nof the rivals'")])
        ax.set_xlim(0, top)
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.xaxis.set_major_formatter(lambda x, _position: money(x))
        ax.set_xlabel(_("value of one point ({unit})").format(unit=unit))
        ax.grid(visible=False, axis="y")
        ax.grid(axis="x")
        ax.get_figure().subplots_adjust(left=0.22)  # type: ignore[union-attr]
        ahead = _("Keeping") if kept > won else _("Winning")
        ax.set_title(
            _("We have {share}: both are worth about the same").format(share=percent(share))
            if abs(kept - won) < 0.06 * kept
            else _("{what} is worth more per point: we have {share}").format(
                what=ahead, share=percent(share)
            )
        )
        return _(
            "We keep {keep}, the rivals {rival}, so that in the long run we have {share}. A point "
            "of retention is worth {kept} {unit}, a point won {won} {unit}: {times:.2f} times as "
            "much."
        ).format(
            keep=percent(keep), rival=percent(rival), share=percent(share), kept=money(kept),
            won=money(won), unit=unit, times=won / kept,
        )  # fmt: skip

    return explorer(
        draw,
        Control("keep", _("we are bought again"), _points(40, 90, 5), 0.60, percent, every=2),
        Control("rival", _("rivals are bought again"), _points(40, 90, 5), 0.80, percent, every=2),
        title=_("Keep our customers or win those of the rivals?"),
        mode=mode,
    )


def equity_explorer(
    survey: "pd.DataFrame | None" = None,
    ours: Any = "own",
    contribution: float = 60,
    rate: float = 0.1,
    horizon: float = 3,
    population: float = 4000,
    cost: float = 120_000,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore what a better driver returns: which one, and by how many points (驱动因素的回报).

    Parameters
    ----------
    survey : DataFrame, optional
        Shaped as the data set company_market, which is taken without it.
    ours : label
        The supplier that improves.
    contribution, rate, horizon, population
        As in :meth:`crmlab.clv.EquityModel.equity`.
    cost : float
        Budget to compare the gain with.
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
        As :meth:`crmlab.clv.EquityModel.returns`.

    Examples
    --------
    >>> equity_explorer()
    Explorer: Which driver should be improved?
    """
    import pandas as pd

    table = datasets.load("company_market") if survey is None else survey
    drivers = {
        "value": ["quality", "price", "delivery"],
        "brand": ["image", "fairness"],
        "relationship": ["contact", "rewards"],
    }
    colours = dict(zip(drivers, (BLUE, ORANGE, GREEN), strict=True))
    names = [name for group in drivers.values() for name in group]
    groups = {name: group for group, listed in drivers.items() for name in listed}
    words = {
        "quality": _("quality"), "price": _("price"), "delivery": _("delivery"),
        "image": _("image"), "fairness": _("fairness"), "contact": _("contact"),
        "rewards": _("rewards"),
    }  # fmt: skip
    model = clv.EquityModel(drivers, customer="buyer", brand="supplier").fit(table)
    steps = [0.0, 0.5, 1.0, 1.5, 2.0]
    plans = pd.DataFrame(
        [{name: step, "cost": cost} for name in names for step in steps[1:]]
    ).fillna(0.0)
    found = model.returns(
        table, ours, plans, contribution, rate, horizon, "purchases", population=population
    ).table["gain"].sort_index()  # fmt: skip
    gain = np.hstack([np.zeros((len(names), 1)), found.to_numpy().reshape(len(names), -1)])
    top = gain.max() * 1.08

    def draw(ax: Axes, driver: float, points: float) -> str:
        chosen, at = int(driver), steps.index(points)
        for k, name in enumerate(names):
            ours_now = k == chosen
            ax.plot(steps, gain[k], color=colours[groups[name]] if ours_now else MUTED,
                    linewidth=3 if ours_now else 1, alpha=1 if ours_now else 0.6)  # fmt: skip
        for k, end in enumerate(spread(gain[:, -1].tolist(), 0.06 * top)):
            ax.annotate(words[names[k]], (steps[-1], end), xytext=(5, 0), va="center", fontsize=9,
                        textcoords="offset points", color=INK,
                        fontweight="bold" if k == chosen else "normal")  # fmt: skip
        worth = float(gain[chosen, at])
        ax.plot([-0.05, steps[-1]], [cost, cost], color=RED, linewidth=1.2, linestyle="--")
        ax.annotate(_("cost"), (0, cost), xytext=(2, 4), textcoords="offset points", fontsize=9)
        ax.plot(points, worth, "o", color=colours[groups[names[chosen]]], markersize=11, zorder=4)
        ax.set_xlim(-0.05, 2.4)
        ax.set_ylim(min(0, gain.min()), top)
        ax.yaxis.set_major_formatter(lambda y, _position: money(y / 1000))
        ax.set_xticks(steps)
        ax.set_xlabel(_("points by which the rating rises"))
        ax.set_ylabel(_("equity gained (1,000 {unit})").format(unit=unit))
        word = words[names[chosen]]
        ax.set_title(
            _("{driver} +{points:g} brings {gain} {unit}: {pays}").format(
                points=points, driver=capital(word), unit=unit, gain=money(worth),
                pays=_("it pays") if worth > cost else _("it does not pay"),
            )
        )  # fmt: skip
        return _(
            "If the rating of {driver}, a driver of {group} equity, rises by {points:g}, customer "
            "equity rises by {gain} {unit}. At a cost of {cost} {unit} the return is {roi}."
        ).format(
            points=points, driver=word, group=groups[names[chosen]], gain=money(worth), unit=unit,
            cost=money(cost), roi=percent(worth / cost - 1),
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "driver", _("driver"), range(len(names)), 2, lambda k: words[names[int(k)]],
        ),
        Control("points", _("points"), steps[1:], 1.0),
        title=_("Which driver should be improved?"),
        mode=mode,
    )  # fmt: skip
