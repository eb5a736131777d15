"""Explorers of what customers get and what the firm gets back (chapter 06)."""

import pandas as pd
from matplotlib.axes import Axes

from crmlab import value
from crmlab._text import _
from crmlab.plots import money, percent
from crmlab.plots import value_map as plot_map
from crmlab.plots import warranty_plan as plot_warranty
from crmlab.plots.labels import capital
from crmlab.plots.style import BLUE, GREEN, INK, MUTED, ORANGE, SKY, money_axis
from crmlab.widgets.explorer import Control, Explorer, explorer


def _offers() -> pd.DataFrame:
    """Three offers for one basket of a month: points from 1 to 10, yuan, hours."""
    return pd.DataFrame(
        {
            "product": [6, 7, 8],
            "service": [4, 6, 8],
            "personnel": [4, 6, 7],
            "image": [5, 6, 8],
            "money": [280, 400, 590],
            "time": [4, 3, 2],
            "energy": [6, 4, 3],
            "psychic": [5, 4, 3],
        },
        index=[_("discounter"), _("our offer"), _("premium house")],
    )


def delivered_value_explorer(
    offers: pd.DataFrame | None = None, unit: str = "yuan", mode: str | None = None
) -> Explorer:
    """Explore how the customer's own weights choose the winner (顾客让渡价值).

    Parameters
    ----------
    offers : DataFrame, optional
        Rival offers as in :func:`crmlab.value.compare_offers`; three built-in ones without it.
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
        As :func:`crmlab.value.compare_offers`.

    Examples
    --------
    >>> delivered_value_explorer()
    Explorer: Whose offer delivers most to this customer?
    """
    table = _offers() if offers is None else offers
    other = {"product": 50, "personnel": 12, "image": 10, "energy": 8, "psychic": 10}
    low, high = (
        value.compare_offers(table, other | {"time": hour, "service": point}).difference
        for hour, point in ((120, 0), (0, 60))
    )

    def draw(ax: Axes, hour: float, point: float) -> str:
        found = value.compare_offers(table, other | {"time": hour, "service": point})
        left = found.difference
        rows = range(len(left))
        ax.barh(
            rows, left, 0.55, color=[GREEN if name == found.best else SKY for name in left.index]
        )
        for row, amount, ratio in zip(rows, left, found.ratio, strict=True):
            ax.annotate(
                f"{money(amount)}\n(× {ratio:.2f})", (amount, row), va="center", fontsize=9.5,
                xytext=(5 if amount >= 0 else -5, 0), textcoords="offset points",
                ha="left" if amount >= 0 else "right",
            )  # fmt: skip
        ax.axvline(0, color=MUTED, linewidth=1)
        ax.set_yticks(list(rows), [str(name) for name in left.index])
        ax.invert_yaxis()
        ax.get_figure().subplots_adjust(left=0.24)  # type: ignore[union-attr]
        span = high.max() - low.min()
        ax.set_xlim(low.min() - 0.25 * span, high.max() + 0.25 * span)
        ax.grid(visible=False)
        ax.grid(axis="x")
        money_axis(ax.xaxis)
        ax.set_xlabel(_("delivered value ({unit}); in brackets value ÷ cost").format(unit=unit))
        ax.set_title(_("{name} delivers most").format(name=capital(found.best)))
        word = (
            _("the ratio agrees")
            if found.best == found.best_ratio
            else _("by ratio \u201c{name}\u201d wins").format(name=found.best_ratio)
        )
        return _(
            "An hour worth {hour} {unit} and a point of service worth {point} {unit}: "
            "\u201c{best}\u201d leaves {left} {unit}, and {word}."
        ).format(
            hour=money(hour), point=money(point), unit=unit, best=found.best,
            left=money(left.max()), word=word,
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "hour", _("worth of an hour"), range(0, 121, 10), 40,
            lambda v: f"{money(v)} {unit}", every=2,
        ),
        Control(
            "point", _("worth of a point of service"), range(0, 61, 5), 20,
            lambda v: f"{money(v)} {unit}", every=4,
        ),
        title=_("Whose offer delivers most to this customer?"),
        mode=mode,
    )  # fmt: skip


def value_map_explorer(unit: str = "yuan", mode: str | None = None) -> Explorer:
    """Explore where our offer stands when its price or the weight of service moves (价值定位).

    Parameters
    ----------
    unit : str
        Unit of money.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Examples
    --------
    >>> value_map_explorer()
    Explorer: Where does our offer stand?
    """
    ours = _("our offer")
    rivals = pd.DataFrame(
        {
            "price": [340, 380, 420, 470],
            "product": [6.0, 7.5, 6.5, 8.0],
            "service": [4.0, 4.0, 7.0, 8.0],
        },
        index=[_("discounter"), _("roaster"), _("delivery firm"), _("premium house")],
    )

    def draw(ax: Axes, price: float, weight: float) -> str:
        mine = pd.DataFrame({"price": price, "product": 7.0, "service": 6.0}, index=[ours])
        found = value.value_map(
            pd.concat([rivals, mine]), {"product": 1 - weight, "service": weight}
        )
        row = found.table.loc[ours].to_dict()
        title = (
            _("Our offer is dominated by the {who}").format(who=found.dominated_by[ours][0])
            if ours in found.dominated_by
            else _("Our offer is {gap} {word} its fair price").format(
                gap=money(abs(row["advantage"])),
                word=_("below") if row["advantage"] >= 0 else _("above"),
            )
        )
        plot_map(found, ax, unit=unit, title=title, advantages=False)
        least, most = found.table["quality"].agg(["min", "max"])
        if 1.3 * least - 0.3 * most > 4.3:  # an offer is near, and before the line there is room
            ax.texts[0].set(ha="right", position=(-4, 0))
        ax.set_xlim(3.2, 9.5)
        ax.set_ylim(290, 520)
        return _(
            "At {price} {unit}, with service weighing {weight}, the fair price of our quality is "
            "{fair} {unit} on a market that charges {slope} {unit} for a point."
        ).format(
            price=money(price), unit=unit, weight=percent(weight), fair=money(row["fair_price"]),
            slope=money(found.slope),
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "price", _("our price"), range(350, 481, 10), 400, lambda v: f"{money(v)} {unit}",
            every=5,
        ),
        Control(
            "weight", _("weight of service"), [0, 0.25, 0.5, 0.75, 1], 0.5, percent, every=2
        ),
        title=_("Where does our offer stand?"),
        mode=mode,
    )  # fmt: skip


def loop_explorer(margin: float = 100.0, unit: str = "yuan", mode: str | None = None) -> Explorer:
    """Explore when the loop of customer value and relationship value climbs (价值循环).

    Parameters
    ----------
    margin : float
        As in :func:`crmlab.value.value_loop`.
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
        As :func:`crmlab.value.value_loop`.

    Examples
    --------
    >>> loop_explorer()
    Explorer: Does the loop climb or sink?
    """

    def draw(ax: Axes, invest: float, start: float) -> str:
        run = value.value_loop(invest, start=start, periods=60, margin=margin)
        end = value.loop_policy([invest], start=start, margin=margin).table.iloc[0]
        path = run.path
        lines = (
            (_("relationship value"), path["relationship_value"], BLUE, "-"),
            (_("net value"), path["net"], GREEN, "--"),
            (_("service"), path["service"], ORANGE, "-."),
        )
        for name, line, colour, style in lines:
            ax.plot(path.index, line, color=colour, linestyle=style, label=name)
        climbs = end["net"] > path["net"].iloc[0]
        ax.set_xlim(0, 60)
        ax.set_ylim(-0.03 * margin, 1.2 * margin)
        ax.set_xlabel(_("period"))
        ax.set_ylabel(_("{unit} per customer and period").format(unit=unit))
        ax.legend(loc="upper left", ncols=3, fontsize=9)
        ax.set_title(_("The loop climbs") if climbs else _("The loop sinks"), color=INK)
        ends = run.steady_states
        tips = ends.loc[~ends["stable"], "customer_value"]
        word = (
            _("Starts below {tip:.2f} would sink, starts above it climb.").format(tip=tips.iloc[0])
            if len(tips)
            else _("Every start ends there.")
        )
        return _(
            "With {invest} put back into service, from a customer value of {start:.2f}, the loop "
            "settles at {end:.2f} and leaves {net} {unit} a period. {word}"
        ).format(
            invest=percent(invest), start=start, end=end["customer_value"], net=money(end["net"]),
            unit=unit, word=word,
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "invest", _("put back into service"), [k / 100 for k in range(5, 66, 5)], 0.2, percent,
            every=1,
        ),
        Control(
            "start", _("customer value at the start"), [0.45, 0.5, 0.55, 0.6, 0.65], 0.55,
            "{:.2f}".format, every=2,
        ),
        title=_("Does the loop climb or sink?"),
        mode=mode,
    )  # fmt: skip


def warranty_explorer(
    margin: float = 500,
    uplift: float = 0.25,
    reach: float = 4,
    rate: float = 0.08,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore who can afford a promise of ten years (十年保修).

    Parameters
    ----------
    margin, uplift, reach, rate : float
        As in :func:`crmlab.value.warranty_plan`.
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
        As :func:`crmlab.value.warranty_plan`.

    Examples
    --------
    >>> warranty_explorer()
    Explorer: How long a promise can you afford?
    """

    def draw(ax: Axes, failures: float, repair: float) -> str:
        plan = value.warranty_plan(failures / 100, repair, 10, rate, margin, uplift, reach)
        plot_warranty(plan, ax, unit=unit)
        ax.set_ylim(-40, margin * (1 + uplift) * 1.1)
        profit = plan.table["profit"].to_numpy()
        return _(
            "With {failures} failures a year in 100 machines and {repair} {unit} a repair, ten "
            "years of promise cost {cost} {unit} a machine and change the profit by {ten} {unit}; "
            "the best promise is {best} years."
        ).format(
            failures=money(failures), repair=money(repair), unit=unit,
            cost=money(plan.table["cost"].iloc[-1]), ten=money(profit[-1] - profit[0]),
            best=plan.best,
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "failures", _("failures a year per 100"), [0.5, 1, 2, 3, 4, 5, 6, 8, 10], 4,
            "{:g}".format, every=2,
        ),
        Control(
            "repair", _("cost of a repair"), [100, 200, 300, 400, 500, 600], 300,
            lambda v: f"{money(v)} {unit}", every=2,
        ),
        title=_("How long a promise can you afford?"),
        mode=mode,
    )  # fmt: skip


def waiting_line_explorer(
    arrivals: float = 60,
    service_rate: float = 15,
    surplus: float = 20,
    margin: float = 30,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore what a pleasant wait brings, and why it is a longer one (排队等候).

    Parameters
    ----------
    arrivals, service_rate, surplus, margin : float
        As in :func:`crmlab.value.waiting_lines`.
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
        As :func:`crmlab.value.waiting_lines`.

    Examples
    --------
    >>> waiting_line_explorer()
    Explorer: What does a minute in the line cost?
    """
    costs = [k / 10 for k in range(1, 21)]

    def ways(servers: float) -> value.WaitingLines:
        return value.waiting_lines(
            pd.DataFrame(
                {"servers": int(servers), "minute_cost": costs, "comfort_cost": 0.0,
                 "fixed_cost": 0.0}, index=costs,
            ),
            arrivals, service_rate, surplus, margin,
        )  # fmt: skip

    def draw(ax: Axes, minute: float, servers: float) -> str:
        table = ways(servers).table
        here = table.loc[minute].to_dict()
        ax.plot(costs, table["joined"], color=BLUE, label=_("served per hour"))
        ax.plot(costs, table["wait"], color=ORANGE, linestyle="--", label=_("wait in minutes"))
        ax.plot(minute, here["joined"], "o", color=BLUE, markersize=10)
        ax.plot(minute, here["wait"], "s", color=ORANGE, markersize=9)
        ax.set_xlim(0, 2.05)
        ax.set_ylim(0, arrivals * 1.3)
        ax.set_xlabel(_("what a minute of waiting costs a customer ({unit})").format(unit=unit))
        ax.set_ylabel(_("customers, minutes"))
        ax.legend(loc="upper right", ncols=2, fontsize=9)
        ax.set_title(
            _("{lost:.1f} of {come:g} customers an hour walk away").format(
                lost=here["lost"], come=arrivals
            )
        )
        return _(
            "When a minute costs {minute:.1f} {unit} and {n} can be served at once, the wait is "
            "{wait:.1f} minutes and the firm earns {profit} {unit} an hour."
        ).format(
            minute=minute, unit=unit, n=int(servers), wait=here["wait"],
            profit=money(here["profit"]),
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "minute", _("cost of a minute of waiting"), costs, 1.0,
            lambda v: f"{v:.1f} {unit}", every=3,
        ),
        Control("servers", _("guests served at once"), [2, 3, 4, 5, 6], 4, "{:g}".format, every=1),
        title=_("What does a minute in the line cost?"),
        mode=mode,
    )  # fmt: skip
